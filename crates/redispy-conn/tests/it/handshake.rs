//! What a new connection begins with, and how servers may answer it.

use redispy_conn::{Connection, ErrorKind, Outcome, Phase, ProtocolChoice};
use redispy_testkit::{FakeServer, Handshake, Script, Server, Version, text, timed, wait_until};
use resp_proto::Protocol;

use crate::support::*;

const VERSION: &str = env!("CARGO_PKG_VERSION");
const HELLO: &str = "%2\r\n$7\r\nversion\r\n$5\r\n8.0.0\r\n$2\r\nid\r\n:7\r\n";

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

#[test]
fn the_whole_handshake_is_one_round_trip() {
    let server = FakeServer::start([Script::new()
        .expect(["HELLO", "3", "AUTH", "app", "pw", "SETNAME", "worker"])
        .expect(["SELECT", "5"])
        .expect(["CLIENT", "SETINFO", "LIB-NAME", "redispy"])
        .expect(["CLIENT", "SETINFO", "LIB-VER", VERSION])
        .send(format!("{HELLO}+OK\r\n+OK\r\n+OK\r\n"))]);
    let connection = open(&format!("redis://app:pw@{}/5?client_name=worker", server.addr()));
    let info = connection.server();
    assert_eq!((info.protocol, info.version.as_deref(), info.id), (Protocol::Resp3, Some("8.0.0"), Some(7)));
    assert!(info.refused.is_empty() && connection.is_clean());
}

#[test]
fn a_password_alone_is_the_default_users() {
    let server =
        FakeServer::start([Script::new().expect(["HELLO", "3", "AUTH", "default", "pw"]).send(HELLO)]);
    open(&format!("redis://:pw@{}?client_info=no", server.addr()));
}

#[test]
fn resp2_asked_for_sends_no_hello() {
    let server = FakeServer::start([Script::new()
        .expect(["AUTH", "app", "pw"])
        .expect(["SELECT", "1"])
        .expect(["CLIENT", "SETNAME", "worker"])
        .send("+OK\r\n+OK\r\n+OK\r\n")]);
    let url = format!("redis://app:pw@{}/1?client_name=worker&protocol=2&client_info=no", server.addr());
    assert_eq!(open(&url).server().protocol, Protocol::Resp2);
}

#[test]
fn nothing_to_say_says_nothing() {
    let server = FakeServer::start([Script::new().expect(["PING"]).send("+PONG\r\n")]);
    let mut connection = open(&format!("{}?protocol=2&client_info=no", server.url()));
    assert_eq!(call(&mut connection, &["PING"], patient()).unwrap(), status("PONG"));
}

#[test]
fn f037_the_deadline_covers_each_step_of_the_handshake() {
    let scripts = [
        (Script::new().expect(["HELLO", "3"]).hang(), ""),
        (Script::new().expect(["AUTH", "pw"]).hang(), ":pw@"),
        (Script::new().expect(["HELLO", "3"]).expect(["SELECT", "2"]).send(HELLO).hang(), ""),
    ];
    let options = ["?client_info=no", "?client_info=no&protocol=2", "/2?client_info=no"];
    for ((script, credentials), option) in scripts.into_iter().zip(options) {
        let server = FakeServer::start([script]);
        let url = format!("redis://{credentials}{}{option}", server.addr());
        let (result, took) = timed(|| Connection::open(&config(&url), soon(150)));
        assert_error(&result.unwrap_err(), ErrorKind::Timeout, Outcome::NotSent, Phase::Handshake);
        assert!(took >= ms(150) && took < ms(150) + grace(), "{took:?}");
    }
    let server = FakeServer::start([Script::new().expect(["HELLO", "3"]).hang()]);
    let (result, took) = timed(|| pool(&format!("{}?client_info=no", server.url())).get("GET", soon(150)));
    assert_error(&result.unwrap_err(), ErrorKind::Timeout, Outcome::NotSent, Phase::Handshake);
    assert!(took < ms(150) + grace(), "{took:?}");
}

#[test]
fn f052_maxclients_is_told_in_the_servers_words() {
    let server = Server::start();
    let mut held = open(&server.url());
    // One for the connection above, one for the one that sets it.
    server.command(["CONFIG", "SET", "maxclients", "1"]);
    let pool = pool(&server.url());
    let error = pool.get("GET", patient()).unwrap_err();
    assert_error(&error, ErrorKind::Server, Outcome::Rejected, Phase::Handshake);
    assert_eq!(error.server_error(), Some(&b"ERR max number of clients reached"[..]));
    assert!(error.is_max_clients(), "{error}");
    assert_eq!((pool.stats().dials, pool.stats().failed_dials), (1, 1));
    call(&mut held, &["CONFIG", "SET", "maxclients", "100"], patient()).unwrap();
    wait_until("the server lets clients in", PATIENCE, || pool.get("GET", patient()).is_ok());
}

#[test]
fn f053_denied_before_anything_was_sent() {
    let denied = "-DENIED Redis is running in protected mode\r\n";
    for script in [Script::new().send(denied).close(), Script::new().send(denied).reset()] {
        let server = FakeServer::start([script]);
        let error = Connection::open(&config(&server.url()), patient()).unwrap_err();
        // A reset may overtake the words.
        if error.kind() == ErrorKind::Server {
            assert_eq!((error.code(), error.outcome()), (Some("DENIED"), Outcome::Rejected));
            assert!(error.to_string().contains("protected mode"), "{error}");
        } else {
            assert_error(&error, ErrorKind::Closed, Outcome::NotSent, Phase::Handshake);
        }
    }
    let server = FakeServer::start([Script::new().send(denied).close()]);
    let error = Connection::open(&config(&server.url()), patient()).unwrap_err();
    assert_error(&error, ErrorKind::Server, Outcome::Rejected, Phase::Handshake);
}

#[test]
fn f054_resp2_when_hello_is_refused() {
    for refusal in [
        "-ERR unknown command 'HELLO'",
        "-ERR unknown command `HELLO`, with args beginning with: `3`, ",
        "-NOPROTO unsupported protocol version",
        "-NOPERM this user has no permissions to run the 'hello' command",
        "-ERR handle request, command 'HELLO' is not allowed",
    ] {
        let script = || {
            Script::new()
                .expect(["HELLO", "3", "AUTH", "default", "pw"])
                .expect(["SELECT", "3"])
                .send(format!("{refusal}\r\n-NOAUTH Authentication required.\r\n"))
        };
        let second =
            script().expect(["AUTH", "pw"]).expect(["SELECT", "3"]).send("+OK\r\n+OK\r\n").respond(echo);
        let server = FakeServer::start([second, script()]);
        let url = format!("redis://:pw@{}/3?client_info=no", server.addr());
        let mut connection = open(&url);
        assert_eq!(connection.server().protocol, Protocol::Resp2, "{refusal}");
        assert_eq!(call(&mut connection, &["ECHO", "a"], patient()).unwrap(), bulk("a"));
        let required = config(&url).with_protocol(ProtocolChoice::Resp3);
        let error = Connection::open(&required, patient()).unwrap_err();
        assert_error(&error, ErrorKind::Server, Outcome::Rejected, Phase::Handshake);
    }
}

#[test]
fn f054_an_answer_in_the_shape_of_resp2_means_resp2() {
    let script = || {
        Script::new()
            .expect(["HELLO", "3"])
            .send("*4\r\n$7\r\nversion\r\n$5\r\n6.0.0\r\n$5\r\nproto\r\n:2\r\n")
    };
    let server =
        FakeServer::start([script(), script(), Script::new().expect(["HELLO", "3"]).send("+OK\r\n")]);
    let url = format!("{}?client_info=no", server.url());
    let connection = open(&url);
    assert_eq!(
        (connection.server().protocol, connection.server().version.as_deref()),
        (Protocol::Resp2, Some("6.0.0"))
    );
    let error = Connection::open(&config(&url).with_protocol(ProtocolChoice::Resp3), patient()).unwrap_err();
    assert_error(&error, ErrorKind::Server, Outcome::Rejected, Phase::Handshake);
    let error = Connection::open(&config(&url), patient()).unwrap_err();
    assert_error(&error, ErrorKind::Protocol, Outcome::NotSent, Phase::Handshake);
}

#[test]
fn f055_refused_credentials_are_an_error_of_their_own() {
    let server = Server::builder().password("right").start();
    server.command(["ACL", "SETUSER", "off", "off", ">pw", "~*", "+@all"]);
    for credentials in [":wrong@", "", "off:pw@", "nobody:pw@", "default:@"] {
        for protocol in ["auto", "2"] {
            let url = format!("redis://{credentials}{}/1?protocol={protocol}", server.addr());
            let error = Connection::open(&config(&url), patient()).unwrap_err();
            assert_error(&error, ErrorKind::Auth, Outcome::Rejected, Phase::Handshake);
            assert!(["WRONGPASS", "NOAUTH"].contains(&error.code().unwrap()), "{error}");
        }
    }
    open(&format!("redis://:right@{}", server.addr()));
    open(&format!("redis://default:right@{}?protocol=2", server.addr()));
}

#[test]
fn f055_servers_before_6_word_it_differently() {
    for words in ["ERR invalid password", "ERR Client sent AUTH, but no password is set"] {
        let server = FakeServer::start([Script::new().expect(["AUTH", "pw"]).send(format!("-{words}\r\n"))]);
        let url = format!("redis://:pw@{}?protocol=2&client_info=no", server.addr());
        let error = Connection::open(&config(&url), patient()).unwrap_err();
        assert_error(&error, ErrorKind::Auth, Outcome::Rejected, Phase::Handshake);
        assert_eq!(error.server_error(), Some(words.as_bytes()));
    }
}

#[test]
fn f055_a_password_may_be_any_bytes() {
    let server = Server::start();
    let password: Vec<u8> = (0..=255).filter(|byte| *byte != 0).chain([0]).collect();
    let rule = [b">".as_slice(), &password].concat();
    server.command([b"ACL".as_slice(), b"SETUSER", b"bytes", b"on", b"~*", b"+@all", &rule]);
    for protocol in [ProtocolChoice::Resp3, ProtocolChoice::Resp2] {
        let config =
            config(&server.url()).with_credentials("bytes", password.clone()).with_protocol(protocol);
        let mut connection = Connection::open(&config, patient()).unwrap();
        assert_eq!(call(&mut connection, &["ACL", "WHOAMI"], patient()).unwrap(), bulk("bytes"));
    }
    // More than a server takes from a client it does not know: it says so and closes.
    let config = config(&server.url()).with_credentials("bytes", vec![b'x'; 1 << 20]);
    let (result, took) = timed(|| Connection::open(&config, patient()));
    assert!(result.is_err());
    assert!(took < ms(5000), "{took:?}");
}

#[test]
fn f055_a_pool_does_not_hammer_and_recovers_when_the_credentials_are_right_again() {
    let server = Server::start();
    server.command(["ACL", "SETUSER", "app", "on", ">old", "~*", "+@all"]);
    let pool = pool(&format!("redis://app:new@{}", server.addr()));
    for _ in 0..50 {
        assert_eq!(pool.get("GET", patient()).unwrap_err().kind(), ErrorKind::Auth);
    }
    assert!(pool.stats().dials <= 2, "{:?}", pool.stats());
    server.command(["ACL", "SETUSER", "app", "resetpass", ">new"]);
    wait_until("the pool tries again", ms(2000), || pool.get("GET", patient()).is_ok());
    assert!(pool.stats().dials <= 4, "{:?}", pool.stats());
    assert_aligned(&pool);
}

#[test]
fn f056_an_answer_too_few_is_never_made_up_for() {
    let server =
        then_echo([Script::new().expect(["HELLO", "3"]).expect(["SELECT", "9"]).send(HELLO).ignore_rest()]);
    let url = format!("{}/9?client_info=no", server.url());
    let error = Connection::open(&config(&url), soon(100)).unwrap_err();
    assert_error(&error, ErrorKind::Timeout, Outcome::NotSent, Phase::Handshake);
    assert_aligned(&pool(&url));
}

#[test]
fn f056_an_answer_too_many_is_noticed() {
    let server = FakeServer::start([Script::new().expect(["HELLO", "3"]).send(format!("{HELLO}+OK\r\n"))]);
    let error =
        Connection::open(&config(&format!("{}?client_info=no", server.url())), patient()).unwrap_err();
    assert_error(&error, ErrorKind::Protocol, Outcome::NotSent, Phase::Handshake);
}

#[test]
fn f057_optional_steps_may_be_refused() {
    for refusal in ["-NOPERM no", "-ERR unknown subcommand", "-ERR Unrecognized option"] {
        let server = FakeServer::start([Script::new()
            .expect(["CLIENT", "SETNAME", "me"])
            .expect(["CLIENT", "SETINFO", "LIB-NAME", "redispy"])
            .expect(["CLIENT", "SETINFO", "LIB-VER", VERSION])
            .send(format!("{refusal}\r\n").repeat(3))
            .respond(echo)]);
        let mut connection = open(&format!("{}?client_name=me&protocol=2", server.url()));
        let refused: Vec<_> = connection.server().refused.iter().map(|(step, _)| *step).collect();
        assert_eq!(refused, ["CLIENT SETNAME", "CLIENT SETINFO LIB-NAME", "CLIENT SETINFO LIB-VER"]);
        assert_eq!(connection.server().refused[0].1.as_ref(), &refusal.as_bytes()[1..]);
        assert_eq!(call(&mut connection, &["ECHO", "a"], patient()).unwrap(), bulk("a"));
    }
}

#[test]
fn f057_a_user_without_the_right_to_say_its_name() {
    let server = Server::start();
    server.command(["ACL", "SETUSER", "poor", "on", ">pw", "~*", "+get", "+select"]);
    let mut connection = open(&format!("redis://poor:pw@{}/1?client_name=me", server.addr()));
    // A server that does not know CLIENT SETINFO either says so.
    let refusal = |text: &[u8]| text.starts_with(b"NOPERM") || text.starts_with(b"ERR ");
    assert!(connection.server().refused.iter().all(|(_, text)| refusal(text)), "{connection:?}");
    assert_eq!(connection.server().refused.len(), 2);
    assert_eq!(call(&mut connection, &["GET", "k"], patient()).unwrap(), redispy_testkit::Frame::Null);
}

#[test]
fn f058_a_loading_server_is_told_in_its_words() {
    for (words, code) in [
        ("-LOADING Redis is loading the dataset in memory", "LOADING"),
        ("-MASTERDOWN Link with MASTER is down", "MASTERDOWN"),
    ] {
        let server = FakeServer::start([Script::new().expect(["HELLO", "3"]).send(format!("{words}\r\n"))]);
        let error =
            Connection::open(&config(&format!("{}?client_info=no", server.url())), patient()).unwrap_err();
        assert_error(&error, ErrorKind::Server, Outcome::Rejected, Phase::Handshake);
        assert_eq!(error.code(), Some(code));
    }
}

#[test]
fn f066_each_new_connection_is_set_up_before_its_first_command() {
    let server = Server::start();
    server.command(["ACL", "SETUSER", "app", "on", ">pw", "~*", "+@all"]);
    for (protocol, resp) in [("3", "resp=3"), ("2", "resp=2")] {
        let pool = pool(&format!("redis://app:pw@{}/5?client_name=me&protocol={protocol}", server.addr()));
        for _ in 0..2 {
            let info = text(&run(&pool, &["CLIENT", "INFO"]).unwrap());
            let fields = words(info.trim());
            let lib_ver = format!("lib-ver={VERSION}");
            // What servers tell of a connection grew over the years. A Valkey is newer than all of it.
            let expected = [
                ("db=5", Version::new(6, 0, 0)),
                ("name=me", Version::new(6, 0, 0)),
                ("user=app", Version::new(6, 0, 0)),
                (resp, Version::new(7, 0, 0)),
                ("lib-name=redispy", Version::new(7, 2, 0)),
                (&lib_ver, Version::new(7, 2, 0)),
            ];
            for (expected, _) in expected.iter().filter(|(_, since)| server.version() >= *since) {
                assert!(fields.iter().any(|field| field == expected), "{expected}: {info}");
            }
            server.command(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
            std::thread::sleep(ms(20));
        }
        assert_eq!(pool.stats().dials, 2);
    }
}

#[test]
fn a_database_out_of_range_is_named() {
    let server = Server::start();
    let error = Connection::open(&config(&format!("{}/9999", server.url())), patient()).unwrap_err();
    assert_error(&error, ErrorKind::Server, Outcome::Rejected, Phase::Handshake);
    assert!(
        error.to_string().contains("database 9999: SELECT refused: ERR DB index is out of range"),
        "{error}"
    );
    let pool = pool(&format!("{}/9999", server.url()));
    assert!(pool.get("GET", patient()).is_err());
    assert_eq!((pool.stats().in_use, pool.stats().idle), (0, 0));
}

#[test]
fn a_server_before_6_is_spoken_to_in_resp2() {
    let server = FakeServer::start([Script::new().handshake(Handshake::NoHello).respond(echo)]);
    let mut connection = open(&format!("redis://:pw@{}/4?client_name=me", server.addr()));
    assert_eq!(connection.server().protocol, Protocol::Resp2);
    assert_eq!(call(&mut connection, &["ECHO", "a"], patient()).unwrap(), bulk("a"));
    let sent: Vec<_> = server.commands(0).iter().map(|command| command[0].clone()).collect();
    assert_eq!(
        sent,
        ["HELLO", "SELECT", "CLIENT", "CLIENT", "AUTH", "SELECT", "CLIENT", "CLIENT", "CLIENT", "ECHO"]
    );
}
