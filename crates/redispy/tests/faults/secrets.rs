//! No password gets out, and nothing of a caller's text gets out of its place.

use std::fs;
use std::path::{Path, PathBuf};

use redispy::{Client, ErrorKind, Outcome, Phase, cmd, each, prelude::*};
use redispy_testkit::{FakeServer, Refusing, Script, Server, text};

use crate::oracles::{
    SECRET, assert_all_well, assert_error, assert_no_secret, builder, client, echo, greeted, ms, on_time,
    trial,
};

/// `SECRET` as it stands in a URL.
const ENCODED: &str = "s3cret%2Fpa55%2Bw%25rd";

#[test]
fn f167_clients_sessions_builders_and_pools_print_no_password() {
    trial(|| {
        let server = Server::builder().password(SECRET).start();
        let url = format!("redis://:{ENCODED}@{}", server.addr());
        let builder = Client::builder().url(&url).unwrap();
        assert_no_secret(&builder);
        let r = builder.build().unwrap();
        assert_all_well(&r, &server);
        let session = r.session().unwrap();
        assert_no_secret(&r);
        assert_no_secret(r.pool());
        assert_no_secret(r.pool().config());
        assert_no_secret(&r.pool().config().to_string());
        assert_no_secret(&session);
        assert_no_secret(&r.stats());
        assert_no_secret(&r.pool().borrowed());
        drop(session);
        // Also when the server asks for another one in mid-life, or is gone.
        server.command(["CONFIG", "SET", "requirepass", "another"]);
        r.pool().clear();
        let error = r.set("k", 1).unwrap_err();
        assert_error(&error, ErrorKind::Auth, Outcome::Rejected, Phase::Handshake, &["WRONGPASS"]);
        server.kill();
        let error = r.set("k", 1).unwrap_err();
        assert_no_secret(&error);
        assert_no_secret(&error.to_string());
        let nobody = Refusing::new();
        let r = client(format!("redis://app:{ENCODED}@{}/2", nobody.addr()));
        let error = r.set("k", 1).unwrap_err();
        assert_error(&error, ErrorKind::Connect, Outcome::NotSent, Phase::Connect, &["connection refused"]);
    });
}

#[test]
fn f167_a_server_that_quotes_the_password_is_not_quoted() {
    trial(|| {
        for answer in [
            format!("-ERR unknown command 'AUTH', with args beginning with: '{SECRET}' \r\n"),
            format!("-WRONGPASS {SECRET} is not the password of today\r\n"),
        ] {
            let refusing = Script::new().respond(move |_| answer.clone());
            let server = FakeServer::start_then([], refusing);
            let r = builder(server.url()).password(SECRET).build().unwrap();
            let error = r.set("k", 1).unwrap_err();
            assert_eq!((error.kind(), error.outcome()), (ErrorKind::Auth, Outcome::Rejected), "{error}");
            assert_no_secret(&error);
            assert_no_secret(&error.to_string());
        }
    });
}

/// Commands that carry a password: neither they nor their errors show an argument, not even where the server quotes it.
#[test]
fn f168_commands_that_carry_a_password_do_not_show_it() {
    trial(|| {
        let rules = format!(">{SECRET}");
        let commands: [&[&str]; 8] = [
            &["AUTH", SECRET],
            &["AUTH", "user", SECRET],
            &["HELLO", "3", "AUTH", "user", SECRET],
            &["ACL", "SETUSER", "bob", &rules],
            &["CONFIG", "SET", "requirepass", SECRET],
            &["CONFIG", "SET", "masterauth", SECRET],
            &["MIGRATE", "10.0.0.1", "1", "k", "0", "10", "AUTH", SECRET],
            &["NOSUCHCOMMAND", SECRET],
        ];
        let quoting = greeted().respond(|command: &[Vec<u8>]| {
            let words: Vec<_> = command.iter().map(|word| String::from_utf8_lossy(word)).collect();
            format!(
                "-ERR unknown command '{}', with args beginning with: '{}' \r\n",
                words[0],
                words[1..].join("' '")
            )
        });
        let server = FakeServer::start_then([], quoting);
        let r = client(server.url());
        for words in commands {
            let command = cmd(each(words));
            assert_no_secret(&command);
            assert_no_secret(command.request());
            let error = r.execute_command(each(words)).unwrap_err();
            assert!([Outcome::NotSent, Outcome::Rejected].contains(&error.outcome()), "{error}");
            assert_no_secret(&error);
            assert_no_secret(&error.to_string());
            let error = r.batch([cmd(each(words))]).unwrap_err();
            assert_no_secret(&error);
            // A session may change its user.
            let answer = r.session().unwrap().execute_command(each(words));
            assert_no_secret(&answer);
        }
    });
}

#[test]
fn f169_f173_a_url_that_cannot_be_read_is_not_echoed() {
    for url in [
        format!("redis://app:{ENCODED}@ho st"),
        format!("redis://app:{ENCODED}@host:port"),
        format!("redis://app:{ENCODED}@host/db"),
        format!("redis://app:{ENCODED}@host?nosuchoption={ENCODED}"),
        format!("redis://app:{ENCODED}@host?db={ENCODED}"),
        format!("redis://host?password={ENCODED}"),
        format!("redis://:{SECRET}@host"),
        format!("http://app:{ENCODED}@host"),
        format!("app:{ENCODED}@host"),
    ] {
        let error = Client::open(&url).map(drop).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Config, Outcome::NotSent), "{url}");
        assert_no_secret(&error);
        assert_no_secret(&error.to_string());
    }
}

/// Whatever stands in keys, values and names arrives as one argument, and no text is split into words.
#[test]
fn f171_f172_what_a_caller_writes_stays_one_argument() {
    let nasty =
        ["a\r\nSET x 1\r\n", "\0", "*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$1\r\n1\r\n", " ", "", "'\"\\", "GET x"];
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        for (n, text) in nasty.iter().enumerate() {
            assert!(r.set(text, text).unwrap());
            assert_eq!(r.get::<String>(text).unwrap().as_deref(), Some(*text));
            assert_eq!(r.echo::<String>(text).unwrap(), *text);
            assert_eq!(r.execute_command("DBSIZE").unwrap(), redispy::Value::Integer(n as i64 + 1));
            // As the name of a command it is no command that the server knows.
            let error = on_time(ms(500), || r.execute_command((text, "k"))).unwrap_err();
            assert_eq!(
                error.kind(),
                if text.is_empty() { error.kind() } else { ErrorKind::Server },
                "{error}"
            );
        }
        assert_eq!(text(&server.command(["EXISTS", "x"])), "0");
        assert_all_well(&r, &server);
    });
    trial(|| {
        let server = FakeServer::start([greeted().respond(echo)]);
        let r = client(server.url());
        for text in nasty {
            assert_eq!(r.echo::<String>(text).unwrap(), text);
        }
        // Every request begins as an array does: the inline form is never used.
        assert!(server.received(0).starts_with(b"*"));
        let echoed: Vec<_> = server
            .commands(0)
            .into_iter()
            .filter(|words| words[0] == "ECHO")
            .map(|words| words[1].clone())
            .collect();
        assert_eq!(echoed, nasty);
    });
}

/// Deadlines, ages and pauses follow the monotonic clock: nothing in the way of a call asks for the time of day.
#[test]
fn f068_the_wall_clock_is_not_asked() {
    fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => sources(&path, found),
                false => found.push(path),
            }
        }
    }
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    for name in ["resp-proto", "redispy-conn", "redispy"] {
        sources(&crates.join(name).join("src"), &mut files);
    }
    assert!(files.len() > 20, "{files:?}");
    for file in files {
        let source = fs::read_to_string(&file).unwrap();
        assert!(!source.contains("SystemTime") && !source.contains("UNIX_EPOCH"), "{}", file.display());
    }
}
