//! Connections that do not come about, are lost or fall silent, while 64 threads share one.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use redispy::{ErrorKind, Outcome, RetryPolicy, cmd, prelude::*};
use redispy_testkit::{
    Answer, BlackHole, ByteProxy, End, Endpoint, FakeServer, Fault, Gate, Handshake, Script, Server, text,
    wait_until,
};

use super::herd::{Herd, THREADS, all, answer, shared, then_answer, wait_for_all};
use crate::connect::moving;
use crate::oracles::{
    PATIENCE, SECRET, assert_all_well, assert_recovered, connections, cut_again_and_again, forget, greeted,
    ms, trial,
};

const NOT_SENT: &[Outcome] = &[Outcome::NotSent];
const MAYBE: &[Outcome] = &[Outcome::MaybeExecuted];
const EITHER: &[Outcome] = &[Outcome::NotSent, Outcome::MaybeExecuted];

#[test]
fn f035_refused_is_one_attempt_for_64_callers() {
    trial(|| {
        let server = Server::start();
        let r = shared(server.url()).build().unwrap();
        server.kill();
        let herd = Herd::once(&r, Duration::from_secs(5), || ());
        herd.assert_all_failed(ErrorKind::Connect, NOT_SENT, "connection refused");
        // Each call has up to four attempts, and shares them with others.
        assert!(r.stats().dials <= 24, "{:?}", r.stats());
        server.restart();
        herd.settle(&server);
        assert_all_well(&r, &server);
    });
}

#[test]
fn f036_f037_nobody_waits_for_a_connection_beyond_the_deadline() {
    trial(|| {
        let hole = BlackHole::new();
        let r = shared(format!("redis://{}", hole.addr())).connect_timeout(ms(400)).build().unwrap();
        let herd = Herd::once(&r, ms(200), || ());
        herd.assert_all_failed(ErrorKind::Timeout, NOT_SENT, "no connection within 200 ms");
        assert!(r.stats().dials <= 4, "{:?}", r.stats());

        let server = Server::start();
        let r = shared(server.url()).build().unwrap();
        server.pause();
        let herd = Herd::once(&r, ms(200), || ());
        herd.assert_all_failed(ErrorKind::Timeout, NOT_SENT, "handshake");
        server.resume();
        assert_all_well(&r, &server);
        herd.settle(&server);
    });
}

/// In order and by force, at many bytes of what 64 callers send, and of what they are sent.
#[test]
fn f038_f039_f097_cut_again_and_again_under_64_callers() {
    trial(|| {
        let server = Server::start();
        let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
        let r = shared(proxy.url()).build().unwrap();
        let herd = Herd::run(&r, Duration::from_secs(5), |herd| {
            cut_again_and_again(&proxy, || herd.wait_for_success());
        });
        assert!(herd.failed(&[ErrorKind::Closed, ErrorKind::Connect]) > 0);
        assert_all_well(&r, &server);
        herd.settle(&server);
    });
}

#[test]
fn f040_a_server_that_closes_its_side_is_noticed_by_64_callers_at_once() {
    trial(|| {
        let closes = Gate::new();
        let server = then_answer([greeted().wait_for(&closes).half_close().ignore_rest()]);
        let r = shared(server.url()).retry(RetryPolicy::none()).build().unwrap();
        let begin = Instant::now();
        let herd = Herd::once(&r, PATIENCE, || {
            wait_for_all(&r);
            closes.open();
        });
        assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
        herd.assert_all_failed(ErrorKind::Closed, EITHER, "connection");
        herd.settle_with(&server);
        assert_recovered(&r);
    });
}

/// Each connection ends with a reply, which is delivered.
#[test]
fn f041_replies_that_come_with_the_end_under_64_callers() {
    trial(|| {
        let answered = AtomicUsize::new(0);
        let script = greeted().respond(move |request: &[Vec<u8>]| {
            match answered.fetch_add(1, Ordering::Relaxed) % 100 {
                99 => Answer::SendAndClose(answer(request)),
                _ => Answer::Send(answer(request)),
            }
        });
        let server = FakeServer::start_then([], script);
        let r = shared(server.url()).build().unwrap();
        let herd = Herd::run(&r, PATIENCE, |herd| {
            wait_until("many connections", PATIENCE, || server.connections() >= 10);
            herd.wait_for_success();
        });
        herd.failed(&[ErrorKind::Closed]);
        herd.settle_with(&server);
    });
}

/// What comes when all have given up belongs to nobody: whole, cut in two, or with a push between.
#[test]
fn f042_f043_f044_replies_that_come_too_late_for_64_callers() {
    const PUSH: &str = ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n";
    trial(|| {
        for (before, after) in
            [("", ":1\r\n"), (PUSH, ":1\r\n"), ("$1", "0\r\n0123456789\r\n"), ("$4\r\nhe", "lp\r\n+OK\r\n")]
        {
            let (late, asked) = (Gate::new(), AtomicUsize::new(0));
            let opens = late.clone();
            let script =
                greeted().respond(move |_: &[Vec<u8>]| match asked.fetch_add(1, Ordering::Relaxed) {
                    0 => Answer::Send(before.into()),
                    1 if opens.wait(PATIENCE) => Answer::Send(after.into()),
                    _ => Answer::Silence,
                });
            let server = then_answer([script]);
            let r = shared(server.url()).build().unwrap();
            let herd = Herd::once(&r, ms(150), || ());
            late.open();
            // Whoever came when the others had given up already was answered elsewhere.
            assert!(herd.failed(&[ErrorKind::Timeout]) > THREADS / 4);
            assert_recovered(&r);
            herd.settle_with(&server);
        }
    });
}

#[test]
fn f045_64_batches_on_a_frozen_server_have_one_deadline_each() {
    trial(|| {
        let server = Server::start();
        let r = shared(server.url()).build().unwrap();
        r.ping().unwrap();
        server.pause();
        let told = all(|n| {
            let begin = Instant::now();
            let batch = r.with_timeout(ms(200)).batch((0..20).map(|k| cmd::incr(format!("k{n}-{k}"))));
            (batch.unwrap_err(), begin.elapsed())
        });
        server.resume();
        assert_all_well(&r, &server);
        for (n, (error, took)) in told.into_iter().enumerate() {
            assert!(error.is_timeout() && took >= ms(195) && took < ms(700), "{took:?}: {error}");
            let ran: i64 = r.run(cmd(("EXISTS", format!("k{n}-0"), format!("k{n}-19"))).returns()).unwrap();
            match error.outcome() {
                Outcome::NotSent => assert_eq!(ran, 0, "{error}"),
                outcome => assert_eq!((outcome, error.progress().unwrap().expected), (MAYBE[0], 20)),
            }
        }
    });
}

/// They take connections of the pool: nobody waits behind them.
#[test]
fn f046_blocking_commands_beside_64_callers_hold_nobody_up() {
    trial(|| {
        let server = Server::start();
        let r = shared(server.url()).build().unwrap();
        thread::scope(|scope| {
            let blocked: Vec<_> =
                (0..4).map(|_| scope.spawn(|| r.execute_command(("BLPOP", "q", "0")))).collect();
            wait_until("blocked calls", PATIENCE, || server.info("blocked_clients").as_deref() == Some("4"));
            let herd = Herd::run(&r, PATIENCE, |herd| herd.wait_for_success());
            assert_eq!(herd.failed(&[]), 0);
            server.command(["RPUSH", "q", "1", "2", "3", "4"]);
            for call in blocked {
                call.join().unwrap().unwrap();
            }
        });
        assert_all_well(&r, &server);
    });
}

#[test]
fn f047_a_server_that_takes_no_more_bytes_of_64_callers() {
    const LEN: usize = 256 << 10;
    trial(|| {
        let server = Server::start();
        let r = shared(server.url()).build().unwrap();
        r.ping().unwrap();
        server.pause();
        let told = all(|n| {
            let begin = Instant::now();
            let error = r.with_timeout(ms(300)).run(cmd::set(format!("k{n}"), vec![b'x'; LEN])).unwrap_err();
            assert!(error.is_timeout(), "{error}");
            assert!(begin.elapsed() >= ms(295) && begin.elapsed() < ms(800), "{:?}", begin.elapsed());
            error.outcome()
        });
        server.resume();
        assert_all_well(&r, &server);
        for (n, outcome) in told.iter().enumerate() {
            let len: usize = text(&server.command(["STRLEN", &format!("k{n}")])).parse().unwrap();
            assert!(len == 0 || (len == LEN && *outcome == Outcome::MaybeExecuted), "{len} {outcome:?}");
        }
        assert!(told.contains(&Outcome::NotSent) && told.contains(&Outcome::MaybeExecuted), "{told:?}");
    });
}

/// The server answers each command before it reads the next: both sides would wait for ever if nobody read while others write.
#[test]
fn f048_64_callers_read_while_they_write() {
    trial(|| {
        let server = then_answer([]);
        let r = shared(server.url()).build().unwrap();
        let padding = "x".repeat(64 << 10);
        all(|n| {
            for k in 0..4 {
                let marker = format!("{n}-{k}-{padding}");
                assert!(r.with_timeout(PATIENCE).echo::<String>(&marker).unwrap() == marker);
            }
        });
        assert_eq!(server.connections(), 1);
    });
}

#[test]
fn f049_killed_for_the_size_of_one_callers_replies_among_63_others() {
    trial(|| {
        let server = Server::builder().option("client-output-buffer-limit", "normal 4mb 2mb 1").start();
        let r = shared(server.url()).retry(RetryPolicy::none()).build().unwrap();
        r.set("big", vec![b'x'; 1 << 20]).unwrap();
        let herd = Herd::run(&r, PATIENCE, |herd| {
            herd.wait_for_success();
            let error = r.batch((0..400).map(|_| cmd::get::<redispy::Value>("big"))).unwrap_err();
            assert_eq!(
                (error.kind(), error.outcome()),
                (ErrorKind::Closed, Outcome::MaybeExecuted),
                "{error}"
            );
            let progress = error.progress().unwrap();
            assert!(progress.replies < 400 && progress.expected == 400, "{progress:?}");
            herd.wait_for_success();
        });
        herd.failed(&[ErrorKind::Closed]);
        assert_all_well(&r, &server);
        herd.settle(&server);
    });
}

/// The server says what it will not read and closes; the others learn of it as of any loss.
#[test]
fn f050_a_request_that_is_too_large_for_the_server_among_63_others() {
    trial(|| {
        let server = Server::builder().option("proto-max-bulk-len", "1mb").start();
        let r = shared(server.url()).max_queued(8 << 20).build().unwrap();
        let herd = Herd::run(&r, PATIENCE, |herd| {
            for _ in 0..5 {
                herd.wait_for_success();
                let error = r.set("k", vec![b'x'; 2 << 20]).unwrap_err();
                // The server may break the connection off before its words are read.
                assert!(matches!(error.kind(), ErrorKind::Server | ErrorKind::Closed), "{error}");
                assert!(error.kind() == ErrorKind::Closed || error.outcome() == Outcome::Rejected, "{error}");
            }
            herd.wait_for_success();
        });
        herd.failed(&[ErrorKind::Closed]);
        assert_all_well(&r, &server);
        herd.settle(&server);
        assert_eq!(r.get::<String>("k").unwrap(), None);
    });
}

#[test]
fn f052_f053_f055_64_callers_that_are_turned_away() {
    trial(|| {
        let denying = FakeServer::start_then([], Script::new().send("-DENIED protected mode\r\n").close());
        let r = shared(denying.url()).build().unwrap();
        let herd = Herd::once(&r, PATIENCE, || ());
        herd.assert_all_failed(ErrorKind::Server, &[Outcome::Rejected], "DENIED protected mode");
        assert!(r.stats().dials <= 24, "{:?}", r.stats());

        let server = Server::builder().password("another").start();
        let r = shared(server.url()).password(SECRET).build().unwrap();
        let herd = Herd::once(&r, PATIENCE, || ());
        herd.assert_all_failed(ErrorKind::Auth, &[Outcome::Rejected], "refused: WRONGPASS");
        assert!(r.stats().dials <= 3, "{:?}", r.stats());
        server.command(["CONFIG", "SET", "requirepass", SECRET]);
        wait_until("a call with the right password", PATIENCE, || r.ping().is_ok());
        assert_recovered(&r);

        let server = Server::start();
        let mut observer = server.connect().unwrap();
        observer.command(["CONFIG", "SET", "maxclients", "1"]).unwrap();
        wait_until("the observer to be alone", PATIENCE, || {
            text(&observer.command(["CLIENT", "LIST"]).unwrap()).lines().count() == 1
        });
        let r = shared(server.url()).build().unwrap();
        let herd = Herd::once(&r, PATIENCE, || ());
        herd.assert_all_failed(ErrorKind::Server, &[Outcome::Rejected], "max number of clients");
        assert!(r.stats().dials <= 24, "{:?}", r.stats());
        observer.command(["CONFIG", "SET", "maxclients", "100"]).unwrap();
        drop(observer);
        assert_all_well(&r, &server);
    });
}

#[test]
fn f054_f066_each_new_connection_of_64_callers_is_set_up_before_their_commands() {
    trial(|| {
        // A server that does not know HELLO.
        let old = FakeServer::start_then([], Script::new().handshake(Handshake::NoHello).respond(answer));
        let r = shared(old.url()).build().unwrap();
        let herd = Herd::once(&r, PATIENCE, || ());
        assert_eq!((herd.failed(&[]), herd.good(), old.connections()), (0, THREADS, 1));

        let server = Server::start();
        let password = format!(">{SECRET}");
        server.command(["ACL", "SETUSER", "app", "on", password.as_str(), "~*", "&*", "+@all"]);
        let r = shared(server.url()).credentials("app", SECRET).db(3).client_name("f066").build().unwrap();
        let kills = AtomicUsize::new(0);
        all(|n| {
            let key = format!("own-{n}");
            wait_until("the first write", PATIENCE, || r.set(&key, n).is_ok());
            while kills.load(Ordering::Relaxed) < 5 {
                if n == 0 {
                    server.command(["CLIENT", "KILL", "USER", "app", "SKIPME", "no"]);
                    kills.fetch_add(1, Ordering::Relaxed);
                    thread::sleep(ms(20));
                }
                // In another database it would be missing, as another user forbidden.
                assert_eq!(r.get::<usize>(&key).unwrap(), Some(n));
                let info: String = r.run(cmd(("CLIENT", "INFO")).repeatable().returns()).unwrap();
                assert!(["name=f066", "db=3", "user=app"].iter().all(|word| info.contains(word)), "{info}");
            }
        });
        assert!(r.stats().dials >= 5, "{:?}", r.stats());
        assert_all_well(&r, &server);
    });
}

#[test]
fn f055_a_user_deleted_while_64_callers_are_at_work() {
    trial(|| {
        let server = Server::start();
        let password = format!(">{SECRET}");
        let allow =
            || server.command(["ACL", "SETUSER", "app", "on", password.as_str(), "~*", "&*", "+@all"]);
        allow();
        let r = shared(server.url()).credentials("app", SECRET).build().unwrap();
        let herd = Herd::run(&r, PATIENCE, |herd| {
            herd.wait_for_success();
            server.command(["ACL", "DELUSER", "app"]);
            wait_until("refusals", PATIENCE, || herd.failed(&[ErrorKind::Closed, ErrorKind::Auth]) > THREADS);
            allow();
            herd.wait_for_success();
        });
        assert!(r.stats().dials <= 10, "{:?}", r.stats());
        assert_all_well(&r, &server);
        herd.settle(&server);
    });
}

#[test]
fn f059_a_connection_killed_while_idle_costs_none_of_64_callers_anything() {
    trial(|| {
        let server = Server::start();
        let r = shared(server.url()).build().unwrap();
        for round in 1..=3 {
            let herd = Herd::once(&r, PATIENCE, || ());
            assert_eq!((herd.failed(&[]), r.stats().dials), (0, round));
            herd.settle(&server);
            server.command(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
            server.command(["FLUSHALL"]);
            wait_until("the connection to be killed", PATIENCE, || connections(&server) == 0);
            forget();
        }
        assert_all_well(&r, &server);
    });
}

/// Nothing arrives; then only writes wait, and who is behind them.
#[test]
fn f060_f061_a_wire_and_a_server_that_keep_64_callers_waiting() {
    trial(|| {
        let server = Server::start();
        let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
        let r = shared(proxy.url()).connect_timeout(ms(300)).build().unwrap();
        let herd = Herd::run(&r, ms(200), |herd| {
            herd.wait_for_success();
            proxy.to_server(Fault::none().swallow());
            proxy.to_client(Fault::none().swallow());
            thread::sleep(ms(300));
            // What was swallowed must not be missing in the middle: TCP never has such holes.
            proxy.cut(End::Reset);
            proxy.heal();
            herd.wait_for_success();
            server.command(["CLIENT", "PAUSE", "50", "WRITE"]);
            herd.wait_for_success();
            server.command(["CLIENT", "PAUSE", "400", "WRITE"]);
            thread::sleep(ms(400));
            herd.wait_for_success();
        });
        assert!(herd.failed(&[ErrorKind::Timeout, ErrorKind::Closed]) > 0);
        assert_all_well(&r.with_timeout(PATIENCE), &server);
        herd.settle(&server);
    });
}

#[test]
fn f065_unknown_names_hanging_lookups_and_a_server_that_moves_under_64_callers() {
    trial(|| {
        let places = Arc::new(Mutex::new(Err(io::ErrorKind::NotFound.into())));
        let r = moving(&places).shared().build().unwrap();
        let hanging = places.lock().unwrap();
        let herd = Herd::once(&r, ms(200), || ());
        drop(hanging);
        herd.assert_all_failed(ErrorKind::Timeout, NOT_SENT, "no address within 200 ms");
        let herd = Herd::once(&r, PATIENCE, || ());
        herd.assert_all_failed(ErrorKind::Connect, NOT_SENT, "cannot resolve the host name");

        let (old, new) = (Server::start(), Server::start());
        *places.lock().unwrap() = Ok(vec![old.addr()]);
        let herd = Herd::run(&r, PATIENCE, |herd| {
            herd.wait_for_success();
            *places.lock().unwrap() = Ok(vec![new.addr()]);
            old.kill();
            herd.wait_for_success();
        });
        herd.failed(&[ErrorKind::Closed, ErrorKind::Connect]);
        assert_all_well(&r, &new);
    });
}

#[test]
fn f067_64_callers_without_end_dial_a_dead_server_a_few_times_only() {
    trial(|| {
        let server = Server::start();
        server.kill();
        let r = shared(server.url()).retry(RetryPolicy::none()).build().unwrap();
        let herd = Herd::run(&r, PATIENCE, |_| thread::sleep(ms(700)));
        assert_eq!(herd.good(), 0);
        assert!(herd.failed(&[ErrorKind::Connect]) >= THREADS);
        let dials = r.stats().dials;
        assert!((3..=14).contains(&dials), "{dials}");
        server.restart();
        herd.settle(&server);
        assert_all_well(&r, &server);
    });
}
