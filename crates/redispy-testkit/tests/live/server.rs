//! Real servers: started, tormented and gone when they should be.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use redispy_testkit::{Binaries, Error, Family, Frame, Server, SharedServer, text, timed, wait_until};

const SOON: Duration = Duration::from_secs(10);

#[test]
fn a_server_answers_and_is_gone_when_dropped() {
    let server = Server::start();
    assert_eq!(text(&server.command(["SET", "k", "v"])), "OK");
    assert_eq!(text(&server.command(["GET", "k"])), "v");
    assert_eq!(server.info("tcp_port"), Some(server.port().to_string()));
    let (pid, directory) = (server.pid(), server.directory().to_owned());
    drop(server);
    assert!(!is_alive(pid));
    assert!(!directory.exists());
}

#[test]
fn a_server_is_of_the_version_it_claims_and_starts_bare() {
    let server = Server::start();
    let told = server.info("valkey_version").or_else(|| server.info("redis_version")).unwrap();
    assert_eq!(told, server.version().to_string());
    assert_eq!(server.info("valkey_version").is_some(), server.family() == Family::Valkey);
    assert_eq!(text(&server.command(["DEBUG", "SLEEP", "0"])), "OK");
    assert_eq!(text(&server.command(["CONFIG", "GET", "save"])), text(&bulks(["save", ""])));
}

/// The test runs itself again; that process starts a server and is killed with no chance to clear up.
#[test]
fn a_server_dies_with_a_test_that_is_killed() {
    const INNER: &str = "REDISPY_TESTKIT_INNER";
    if env::var_os(INNER).is_some() {
        let (running, paused) = (Server::start(), Server::start());
        paused.pause();
        let directories = [running.directory(), paused.directory()].map(|path| path.display().to_string());
        // On a line of its own: where there is one processor the test's name stands before it.
        println!("\n{} {} {}", running.pid(), paused.pid(), directories.join(" "));
        std::thread::sleep(Duration::from_secs(60));
        return;
    }
    let mut inner = Command::new(env::current_exe().unwrap())
        .args(["--exact", "server::a_server_dies_with_a_test_that_is_killed", "--nocapture"])
        .env(INNER, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(inner.stdout.take().unwrap()).lines().map_while(Result::ok);
    let words: Vec<String> = lines
        .map(|line| line.split_whitespace().map(String::from).collect::<Vec<_>>())
        .find(|words| words.len() == 4 && words.iter().take(2).all(|word| word.parse::<u32>().is_ok()))
        .unwrap();
    let (running, paused) = (words[0].parse().unwrap(), words[1].parse().unwrap());
    assert!(is_alive(running) && is_alive(paused));
    inner.kill().unwrap();
    inner.wait().unwrap();
    wait_until("the end of both servers", SOON, || !is_alive(running) && !is_alive(paused));
    wait_until("no directory left", SOON, || words[2..].iter().all(|path| !Path::new(path).exists()));
}

#[test]
fn a_paused_server_accepts_but_does_not_answer() {
    let server = Server::start();
    server.pause();
    let mut connection = server.connect().unwrap();
    connection.set_timeout(Duration::from_millis(50)).unwrap();
    assert!(matches!(connection.command(["PING"]), Err(Error::Io { .. })));
    server.resume();
    connection.set_timeout(SOON).unwrap();
    assert_eq!(text(&connection.receive().unwrap()), "PONG");
}

#[test]
fn a_restart_keeps_port_and_directory_and_takes_new_options() {
    let server = Server::start();
    let port = server.port();
    server.command(["SET", "k", "v"]);
    server.command(["SAVE"]);
    server.kill();
    assert!(!server.is_running());
    server.restart_with(|settings| settings.option("maxclients", "17"));
    assert_eq!(server.port(), port);
    assert_eq!(text(&server.command(["GET", "k"])), "v");
    assert_eq!(text(&server.command(["CONFIG", "GET", "maxclients"])), text(&bulks(["maxclients", "17"])));
}

#[test]
fn a_server_without_a_port_is_reached_by_its_unix_socket_only() {
    let server = Server::builder().port(0).start();
    assert_eq!(server.info("tcp_port").as_deref(), Some("0"));
    assert_eq!(text(&server.command(["PING"])), "PONG");
}

#[test]
fn a_port_is_not_one_that_the_system_gives_to_clients() {
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap();
    let first: u16 = range.split_whitespace().next().unwrap().parse().unwrap();
    assert!(Server::start().port() < first);
}

#[test]
fn a_server_that_does_not_start_shows_its_log() {
    let error = Server::builder().option("maxmemory-policy", "nonsense").try_start().unwrap_err();
    let Error::Start { log, .. } = &error else { panic!("{error}") };
    assert!(log.contains("maxmemory-policy"), "{error}");
}

#[test]
fn a_server_that_ends_by_itself_is_noticed() {
    let server = Server::start();
    server.connect().unwrap().send(b"SHUTDOWN NOSAVE\r\n").unwrap();
    assert!(server.wait_for_end(SOON).success());
    assert!(!server.is_running());
    server.restart();
    assert_eq!(text(&server.command(["PING"])), "PONG");
}

#[test]
fn a_replica_follows_a_master_with_a_password() {
    let master = Server::builder().password("s3cret").start();
    let replica = Server::builder().replica_of(&master).start();
    replica.wait_for_sync(SOON);
    master.command(["SET", "k", "v"]);
    wait_until("the key on the replica", SOON, || text(&replica.command(["GET", "k"])) == "v");
}

#[test]
fn a_loading_server_counts_as_started_only_when_asked() {
    let server = Server::builder().slow_loading(Duration::from_micros(200)).start();
    server.command(["DEBUG", "POPULATE", "5000", "key", "4096"]);
    server.command(["SAVE"]);
    server.restart_with(|settings| settings.loading_is_ready());
    let error = server.try_command(["GET", "k"]).unwrap_err();
    assert!(error.to_string().contains("LOADING"), "{error}");
    let ((), took) = timed(|| server.restart_with(|settings| settings.slow_loading(Duration::ZERO)));
    assert!(took < SOON);
}

#[test]
fn tests_that_share_a_server_get_databases_and_prefixes_of_their_own() {
    let shared = SharedServer::get();
    let default = Binaries::default_server().unwrap();
    assert_eq!((shared.family(), shared.version()), (default.family(), default.version()));
    let (first, second) = (shared.fresh_db(), shared.fresh_db());
    assert_ne!(first, second);
    assert_ne!(shared.key_prefix(), shared.key_prefix());
    let mut connection = shared.connect().unwrap();
    connection.command(["SELECT", &second.to_string()]).unwrap();
    assert_eq!(connection.command(["DBSIZE"]).unwrap(), Frame::Integer(0));
}

fn is_alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !stat.is_empty() && !stat.rsplit_once(')').unwrap().1.trim_start().starts_with('Z')
}

fn bulks<const N: usize>(items: [&str; N]) -> Frame {
    Frame::Array(items.map(|item| Frame::BulkString(item.into())).to_vec().into())
}
