//! What servers answer instead of a reply: typed by its code, its words kept, the connection too.

use std::collections::HashSet;
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use redispy::{Error, ErrorKind, Outcome, Phase, ProtocolChoice, Value, cmd, prelude::*};
use redispy_testkit::{FakeServer, Handshake, Script, Server, wait_until};

use crate::oracles::{
    PATIENCE, SECRET, assert_all_well, assert_error, assert_recovered, builder, client, echo, kept, ms,
    on_time, trial,
};

/// An error's text and its code: its first word if that is in capitals.
pub(crate) const ERRORS: [(&str, &str); 17] = [
    ("READONLY You can't write against a read only replica.", "READONLY"),
    ("OOM command not allowed when used memory > 'maxmemory'.", "OOM"),
    ("MISCONF Redis is configured to save RDB snapshots, but it's unable to", "MISCONF"),
    ("NOAUTH Authentication required.", "NOAUTH"),
    ("WRONGPASS invalid username-password pair or user is disabled.", "WRONGPASS"),
    ("NOPERM this user has no permissions to run the 'set' command", "NOPERM"),
    ("WRONGTYPE Operation against a key holding the wrong kind of value", "WRONGTYPE"),
    ("NOSCRIPT No matching script.", "NOSCRIPT"),
    ("EXECABORT Transaction discarded because of previous errors.", "EXECABORT"),
    ("UNBLOCKED client unblocked via CLIENT UNBLOCK", "UNBLOCKED"),
    ("NOPROTO unsupported protocol version", "NOPROTO"),
    ("CROSSSLOT Keys in request don't hash to the same slot", "CROSSSLOT"),
    ("UNKILLABLE Sorry the script already executed write commands", "UNKILLABLE"),
    ("BUSYKEY Target key name already exists.", "BUSYKEY"),
    ("SOMETHINGNEW that nobody knows yet", "SOMETHINGNEW"),
    ("lower case and \t odd", ""),
    ("", ""),
];

/// Errors by which a server asks for patience.
pub(crate) const PATIENT: [&str; 5] = [
    "LOADING Redis is loading the dataset in memory",
    "BUSY Redis is busy running a script.",
    "MASTERDOWN Link with MASTER is down",
    "NOREPLICAS Not enough good replicas to write.",
    "TRYAGAIN Multiple keys request during rehashing of slot",
];

#[track_caller]
fn assert_answered(error: &Error, text: &str) {
    assert_error(error, ErrorKind::Server, Outcome::Rejected, None, &["127.0.0.1:"]);
    assert_eq!(error.server_error().unwrap().bytes(), text.as_bytes());
}

/// The error of a call that is sent again until its deadline; and how often the last time it was sent was too late for an
/// answer, in which case it is a timeout and the call is made again.
#[track_caller]
fn in_the_end<T: Debug>(deadline: Duration, call: impl Fn() -> Result<T, Error>) -> (Error, usize) {
    for late in 0..10 {
        let error = on_time(deadline, &call).unwrap_err();
        if !error.is_timeout() {
            return (error, late);
        }
        assert_error(&error, ErrorKind::Timeout, Outcome::MaybeExecuted, Phase::Read, &[]);
    }
    panic!("no answer in ten calls");
}

/// A server that answers SET and GET with this error, and counts how often.
fn answering(text: &str) -> (FakeServer, Arc<AtomicUsize>) {
    let (line, asked) = (format!("-{text}\r\n").into_bytes(), Arc::new(AtomicUsize::new(0)));
    let counter = Arc::clone(&asked);
    let server = FakeServer::answering(move |command| {
        if [&b"SET"[..], b"GET"].contains(&&command[0][..]) {
            counter.fetch_add(1, Ordering::SeqCst);
            return line.clone();
        }
        echo(command)
    });
    (server, asked)
}

#[test]
fn f071_an_error_is_typed_kept_whole_and_not_asked_for_again() {
    trial(|| {
        for (text, code) in ERRORS {
            let (server, asked) = answering(text);
            let r = client(server.url());
            for error in [r.set("k", 1).unwrap_err(), r.get::<String>("k").unwrap_err()] {
                assert_answered(&error, text);
                assert_eq!(error.code(), Some(code), "{error:?}");
            }
            // Once each, on one connection that is kept.
            assert_eq!(asked.load(Ordering::SeqCst), 2, "{text}");
            assert_eq!((server.connections(), kept(&r)), (1, 1), "{text}");
            assert_recovered(&r);
        }
    });
}

#[test]
fn f071_a_server_that_asks_for_patience_is_asked_again_until_the_deadline() {
    for text in PATIENT {
        trial(|| {
            let (server, asked) = answering(text);
            let r = builder(server.url()).timeout(ms(250)).build().unwrap();
            let (error, late) = in_the_end(ms(250), || r.set("k", 1));
            assert_answered(&error, text);
            assert!(asked.load(Ordering::SeqCst) >= 3, "{text}: {asked:?}");
            assert_eq!((server.connections(), kept(&r)), (1 + late, 1), "{text}");
            // A batch is not taken apart: it is told at once.
            let error = r.batch([cmd::set("k", 1), cmd::set("k", 2)]).unwrap_err();
            assert_answered(&error, text);
            assert_eq!(error.position(), Some(0));
        });
    }
}

#[test]
fn f058_a_handshake_that_asks_for_patience_is_waited_out_by_calls_and_batches_and_not_by_sessions() {
    type Call = fn(&redispy::Client) -> Result<(), Error>;
    let calls: [(Call, bool); 4] = [
        (|r| r.echo::<String>("x").map(drop), true),
        (|r| r.batch([cmd::echo::<String>("x"), cmd::echo("y")]).map(drop), true),
        (|r| r.pipeline().transaction(false).echo::<String>("x").execute().map(drop), true),
        (|r| r.session().map(drop), false),
    ];
    for (call, waits) in calls {
        trial(|| {
            let refusing = redispy_testkit::Script::new().respond(|_| b"-LOADING not yet\r\n".to_vec());
            let server = crate::oracles::then_echo([refusing]);
            let r = client(server.url());
            match call(&r) {
                Ok(()) => assert!(waits && server.connections() == 2, "{}", server.connections()),
                Err(error) => assert!(!waits && error.is_loading(), "{error}"),
            }
        });
    }
}

#[test]
fn f071_recipes_on_a_real_server() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        r.execute_command(("RPUSH", "list", "x")).unwrap();
        r.execute_command(("DEBUG", "ERROR", "CUSTOM of my own")).map(drop).unwrap_err();
        let dials = r.stats().dials;
        let fails = |words: &[&str], code: &str| {
            let error = r.execute_command(redispy::each(words)).unwrap_err();
            assert_error(&error, ErrorKind::Server, Outcome::Rejected, None, &[code]);
            assert_eq!(error.code(), Some(code), "{error}");
            error
        };
        assert!(fails(&["INCR", "list"], "WRONGTYPE").is_wrong_type());
        assert!(
            fails(&["EVALSHA", "ffffffffffffffffffffffffffffffffffffffff", "0"], "NOSCRIPT").is_no_script()
        );
        fails(&["DEBUG", "ERROR", "CUSTOM of my own"], "CUSTOM");
        fails(&["NOSUCHCOMMAND"], "ERR");
        server.command(["CONFIG", "SET", "maxmemory", "1"]);
        fails(&["SET", "k", "1"], "OOM");
        server.command(["CONFIG", "SET", "maxmemory", "0"]);
        let discarded = "EXECABORT Transaction discarded because of previous errors.";
        assert!(fails(&["DEBUG", "ERROR", discarded], "EXECABORT").is_exec_abort());
        assert!(r.stats().dials <= dials + 1, "{:?}", r.stats());
        assert_all_well(&r, &server);
    });
}

#[test]
fn f071_read_only_replicas_and_dead_masters() {
    trial(|| {
        let master = Server::start();
        let replica = Server::builder().replica_of(&master).option("replica-serve-stale-data", "no").start();
        replica.wait_for_sync(PATIENCE);
        let r = builder(replica.url()).timeout(ms(200)).build().unwrap();
        let error = r.set("k", 1).unwrap_err();
        assert!(error.is_read_only());
        assert_error(&error, ErrorKind::Server, Outcome::Rejected, None, &["SET at", "READONLY"]);
        assert_eq!(r.stats().dials, 1);
        master.kill();
        wait_until("a replica without its master", PATIENCE, || {
            replica.info("master_link_status").as_deref() == Some("down")
        });
        let (error, _) = in_the_end(ms(200), || r.get::<String>("k"));
        assert_error(&error, ErrorKind::Server, Outcome::Rejected, None, &["MASTERDOWN"]);
        replica.command(["REPLICAOF", "NO", "ONE"]);
        assert!(r.set("k", 1).unwrap());
        assert_all_well(&r, &replica);
    });
}

#[test]
fn f071_busy_and_too_few_replicas_end_within_the_call() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        r.ping().unwrap();
        server.command(["CONFIG", "SET", "min-replicas-to-write", "1"]);
        let (error, _) = in_the_end(ms(150), || r.with_timeout(ms(150)).set("k", 1));
        assert_error(&error, ErrorKind::Server, Outcome::Rejected, None, &["NOREPLICAS"]);
        thread::scope(|scope| {
            let call = scope.spawn(|| r.set("k", 1));
            thread::sleep(ms(100));
            server.command(["CONFIG", "SET", "min-replicas-to-write", "0"]);
            assert!(on_time(Duration::from_secs(1), || call.join().unwrap()).unwrap());
        });

        let threshold = if server.version() >= redispy_testkit::Version::new(7, 0, 0) {
            "busy-reply-threshold"
        } else {
            "lua-time-limit"
        };
        server.command(["CONFIG", "SET", threshold, "20"]);
        thread::scope(|scope| {
            let script = scope.spawn(|| r.execute_command(("EVAL", "while true do end", "0")));
            wait_until("a busy server", PATIENCE, || {
                server.try_command(["PING"]).is_err_and(|error| error.to_string().contains("BUSY"))
            });
            let (error, _) = in_the_end(ms(300), || r.with_timeout(ms(300)).set("k", 2));
            assert_error(&error, ErrorKind::Server, Outcome::Rejected, error.phase(), &["BUSY"]);
            let call = scope.spawn(|| r.set("k", 3));
            thread::sleep(ms(50));
            server.command(["SCRIPT", "KILL"]);
            assert!(on_time(Duration::from_secs(1), || call.join().unwrap()).unwrap());
            assert_eq!(script.join().unwrap().unwrap_err().outcome(), Outcome::MaybeExecuted);
        });
        assert_all_well(&r, &server);
    });
}

#[test]
fn f071_unblocked_and_forbidden() {
    trial(|| {
        let server = Server::start();
        let password = format!(">{SECRET}");
        server.command(["ACL", "SETUSER", "bob", "on", password.as_str(), "~k*", "+get", "+echo"]);
        let bob = builder(server.url()).credentials("bob", SECRET).build().unwrap();
        let error = bob.set("k", 1).unwrap_err();
        assert!(error.is_permission(), "{error}");
        assert_error(&error, ErrorKind::Server, Outcome::Rejected, None, &["SET at", "NOPERM"]);
        assert!(bob.get::<String>("other").unwrap_err().is_permission());
        assert_eq!(bob.get::<String>("k").unwrap(), None);
        assert_all_well(&bob, &server);
        drop(bob);

        let r = client(server.url());
        thread::scope(|scope| {
            let session = r.session().unwrap();
            let id: i64 = session.run(cmd(("CLIENT", "ID")).returns()).unwrap();
            let blocked = scope.spawn(move || session.execute_command(("BLPOP", "q", "0")));
            wait_until("a blocked call", PATIENCE, || server.info("blocked_clients").as_deref() == Some("1"));
            server.command(["CLIENT", "UNBLOCK", &id.to_string(), "ERROR"]);
            let error = on_time(ms(100), || blocked.join().unwrap()).unwrap_err();
            assert_error(&error, ErrorKind::Server, Outcome::Rejected, None, &["BLPOP", "UNBLOCKED"]);
        });
        assert_all_well(&r, &server);
    });
}

/// The same codes in a batch, in a session, within an array, and in the handshake.
#[test]
fn f072_the_same_type_wherever_the_error_stands() {
    trial(|| {
        for (text, code) in ERRORS {
            let (server, _) = answering(text);
            let r = client(server.url());
            let error = r.batch([cmd::set("k", 1), cmd::set("k", 2)]).unwrap_err();
            assert_answered(&error, text);
            assert_eq!((error.code(), error.position()), (Some(code), Some(0)));
            let session = r.session().unwrap();
            let error = session.set("k", 1).unwrap_err();
            assert_answered(&error, text);
            drop(session);
            assert_eq!(server.connections(), kept(&r), "{text}");
        }
        let nested = FakeServer::answering(|_: &[Vec<u8>]| "*3\r\n:1\r\n-OOM no\r\n!9\r\nWRONG a\nb\r\n");
        let r = client(nested.url());
        let all: Vec<Result<i64, redispy::ServerError>> =
            r.run(cmd("LRANGE").arg(("k", 0, -1)).returns()).unwrap();
        let codes: Vec<_> = all.iter().map(|item| item.as_ref().map_err(|error| error.code())).collect();
        assert_eq!(codes, [Ok(&1), Err("OOM"), Err("WRONG")]);
        assert!(matches!(r.execute_command(("LRANGE", "k", 0, -1)).unwrap(), Value::Array(_)));
        assert_eq!((nested.connections(), kept(&r)), (1, 1));
    });
}

#[test]
fn f072_f054_errors_in_the_handshake() {
    for (text, code) in ERRORS {
        trial(|| {
            // Refused from the first command of the handshake on, in whatever protocol.
            let line = format!("-{text}\r\n");
            let refusing = Script::new().respond(move |_| line.clone());
            let server = FakeServer::start_then([], refusing);
            let r = builder(server.url()).db(1).protocol(ProtocolChoice::Resp2).build().unwrap();
            let error = on_time(Duration::from_secs(2), || r.set("k", 1)).unwrap_err();
            let kind =
                if ["NOAUTH", "WRONGPASS"].contains(&code) { ErrorKind::Auth } else { ErrorKind::Server };
            assert_error(
                &error,
                kind,
                Outcome::Rejected,
                Phase::Handshake,
                &["SELECT refused", "database 1"],
            );
            assert_eq!(error.code(), Some(code), "{error:?}");
            assert_eq!(server.connections(), 1, "{text}: tried again");
        });
    }
    // A server without HELLO is spoken to in RESP2, unless RESP3 was demanded.
    trial(|| {
        let old = FakeServer::start_then([], Script::new().handshake(Handshake::NoHello).respond(echo));
        assert_recovered(&client(old.url()));
        let r = builder(old.url()).protocol(ProtocolChoice::Resp3).build().unwrap();
        let error = r.set("k", 1).unwrap_err();
        assert_error(
            &error,
            ErrorKind::Server,
            Outcome::Rejected,
            Phase::Handshake,
            &["HELLO refused: ERR unknown"],
        );
        let distinct: HashSet<_> =
            (0..old.connections()).flat_map(|at| old.commands(at)).map(|words| words[0].clone()).collect();
        assert!(distinct.contains("HELLO") && !distinct.contains("SET"), "{distinct:?}");
    });
}

/// Sent again, it would stop a server that was just started anew. A second connection would be a mismatch.
#[test]
fn a_shutdown_is_sent_once_whatever_comes_of_it() {
    trial(|| {
        let script = || Script::new().handshake(Handshake::Resp3).expect(["SHUTDOWN"]);
        let closing = FakeServer::start([script().close()]);
        client(closing.url()).shutdown().unwrap();
        let resetting = FakeServer::start([script().reset()]);
        client(resetting.url()).session().unwrap().shutdown().unwrap();

        let text = "ERR Errors trying to SHUTDOWN. Check logs.";
        let refusing = FakeServer::start([script().send(format!("-{text}\r\n"))]);
        assert_answered(&client(refusing.url()).shutdown().unwrap_err(), text);

        let hanging = FakeServer::start([script().hang()]);
        let r = builder(hanging.url()).timeout(ms(250)).build().unwrap();
        let error = on_time(ms(250), || r.shutdown()).unwrap_err();
        assert_error(&error, ErrorKind::Timeout, Outcome::MaybeExecuted, Phase::Read, &[]);
    });
}
