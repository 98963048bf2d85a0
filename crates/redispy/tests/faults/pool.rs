//! Many callers and few connections: waiting, sharing, closing.

use std::thread;
use std::time::{Duration, Instant};

use redispy::{Deadline, ErrorKind, Outcome, Phase, RetryPolicy, Value, cmd, prelude::*};
use redispy_testkit::{FakeServer, Gate, Refusing, Server, text, timed, wait_until, within};

use crate::oracles::{
    PATIENCE, SLACK, assert_all_well, assert_error, assert_sums, at_deadline, connections, echo, echoes,
    forget, greeted, ms, on_time, plain, pooled as builder, pooled_client as client, then_echo, trial,
    wait_for_calls,
};

#[test]
fn f073_all_are_out_and_the_error_says_who_has_them() {
    trial(|| {
        let server = Server::start();
        let r = builder(server.url()).max_connections(4).build().unwrap();
        let quick = r.with_timeout(ms(500));
        thread::scope(|scope| {
            let holders: Vec<_> =
                (0..4).map(|_| scope.spawn(|| r.execute_command(("BLPOP", "q", "0")))).collect();
            wait_for_calls(&r, 4);
            let waiters: Vec<_> = (0..64)
                .map(|_| scope.spawn(|| at_deadline(ms(500), || quick.run(cmd::set("k", 1)))))
                .collect();
            for waiter in waiters {
                assert_error(
                    &waiter.join().unwrap(),
                    ErrorKind::Timeout,
                    Outcome::NotSent,
                    Phase::PoolWait,
                    &["no free connection within 500 ms: 4 are out, the oldest for ", "(4 BLPOP)"],
                );
            }
            assert_eq!((r.stats().timeouts, r.stats().waiting, r.stats().in_use), (64, 0, 4));
            let busy = builder(server.url()).max_connections(1).pool_timeout(Duration::ZERO).build().unwrap();
            let session = busy.session().unwrap();
            let error = on_time(Duration::ZERO, || busy.run(cmd::set("k", 1))).unwrap_err();
            let says = ["no free connection: 1 are out", "(1 a session)"];
            assert_error(&error, ErrorKind::Exhausted, Outcome::NotSent, Phase::PoolWait, &says);
            drop((session, busy));
            server.command(["RPUSH", "q", "1", "2", "3", "4"]);
            for holder in holders {
                holder.join().unwrap().unwrap();
            }
        });
        assert_all_well(&r, &server);
    });
}

#[test]
fn f073_no_time_at_all_is_told_in_sensible_words() {
    trial(|| {
        // It accepts, and says nothing: no call can be fast enough.
        let server = FakeServer::start_then([], redispy_testkit::Script::new().ignore_rest());
        for r in [client(server.url()), plain().url(server.url()).unwrap().build().unwrap()] {
            for (limit, words) in [(Duration::ZERO, " within 0 s"), (Duration::from_nanos(1), " within 1 ns")]
            {
                let error = on_time(Duration::ZERO, || r.with_timeout(limit).set("k", 1)).unwrap_err();
                assert_error(&error, ErrorKind::Timeout, Outcome::NotSent, error.phase(), &[words]);
                let text = error.to_string();
                assert!(!text.contains("oldest") && !text.contains("()"), "{text}");
            }
        }
    });
}

#[test]
fn f074_a_dial_that_hangs_stalls_nobody_else() {
    trial(|| {
        let hung = Gate::new();
        let server = FakeServer::start_then(
            [greeted().respond(echo), redispy_testkit::Script::new().wait_for(&hung).ignore_rest()],
            redispy_testkit::Script::new().ignore_rest(),
        );
        let r = builder(server.url()).timeout(ms(400)).connect_timeout(ms(600)).build().unwrap();
        let session = r.session().unwrap();
        thread::scope(|scope| {
            let waiters: Vec<_> =
                (0..16).map(|_| scope.spawn(|| at_deadline(ms(400), || r.run(cmd::set("k", 1))))).collect();
            wait_until("a dial", PATIENCE, || r.stats().dialing > 0);
            // Neither the session nor the statistics wait for it.
            for n in 0..20 {
                within(SLACK, || assert_eq!(session.echo::<i64>(n).unwrap(), n));
            }
            within(SLACK, || r.stats());
            for waiter in waiters {
                let error = waiter.join().unwrap();
                assert_error(&error, ErrorKind::Timeout, Outcome::NotSent, error.phase(), &["within 400 ms"]);
                assert!([Some(Phase::Handshake), Some(Phase::PoolWait)].contains(&error.phase()));
            }
            // A connection that comes back goes to who waits, not to who dials.
            let waiting = scope.spawn(|| r.echo::<String>("x"));
            wait_until("a caller that waits", PATIENCE, || r.stats().waiting == 1);
            drop(session);
            assert_eq!(on_time(ms(50), || waiting.join().unwrap()).unwrap(), "x");
        });
        hung.open();
        assert_eq!(echoes(&r.with_timeout(Duration::from_secs(5))), 100);
    });
}

#[test]
fn f075_a_caller_that_panics_before_and_amid_its_replies() {
    trial(|| {
        let server = Server::start();
        let r = builder(server.url()).max_connections(1).build().unwrap();
        r.set_response_callback("GET", |value| {
            if value == Value::BulkString(b"boom".to_vec()) {
                panic!("a caller's mistake");
            }
            Ok::<_, String>(value)
        });
        r.set("k", "boom").unwrap();
        thread::scope(|scope| {
            // Its reply was whole: the connection goes back.
            assert!(scope.spawn(|| r.get::<String>("k")).join().is_err());
            assert_eq!((r.stats().idle, r.stats().discarded), (1, 0));
            // With replies outstanding it does not, and who waits for it gets another.
            let session = r.session().unwrap();
            let waiter = scope.spawn(|| r.set("other", 1));
            wait_until("a caller that waits", PATIENCE, || r.stats().waiting == 1);
            let panics = scope.spawn(move || {
                let _: Vec<Option<String>> = session.batch(["k", "other", "k"].map(cmd::get)).unwrap();
            });
            assert!(panics.join().is_err());
            assert!(on_time(ms(100), || waiter.join().unwrap()).unwrap());
            assert_eq!(r.stats().discarded, 1);
        });
        assert_all_well(&r, &server);
    });
}

/// State that a session leaves behind: none of it reaches the next caller.
#[test]
fn f076_f077_what_a_session_leaves_on_its_connection_is_closed_with_it() {
    trial(|| {
        let server = Server::start();
        server.command(["ACL", "SETUSER", "other", "on", "nopass", "~*", "+@all"]);
        let r = builder(server.url()).max_connections(1).build().unwrap();
        let left: [&[&str]; 7] = [
            &["SELECT", "5"],
            &["WATCH", "k"],
            &["AUTH", "other", "any"],
            &["CLIENT", "TRACKING", "ON"],
            &["CLIENT", "SETNAME", "mine"],
            &["CLIENT", "NO-TOUCH", "ON"],
            &["HELLO", "2"],
        ];
        for words in left {
            let discarded = r.stats().discarded;
            let session = r.session().unwrap();
            let answer = session.execute_command(redispy::each(words));
            if let Err(error) = &answer {
                // The server is older than the command.
                assert!(error.code() == Some("ERR"), "{words:?}: {error}");
            }
            drop(session);
            assert_eq!(r.stats().discarded, discarded + 1, "{words:?}");
            let info: String = r.run(cmd(("CLIENT", "INFO")).returns()).unwrap();
            for part in ["name=", "db=0", "multi=-1", "user=default"] {
                assert!(info.trim().split(' ').any(|word| word == part), "{words:?}: {info}");
            }
            assert!(r.set("k", 1).unwrap());
            assert_eq!(connections(&server), 1, "{words:?}");
        }
        // What would make a connection answer out of turn is not sent at all.
        let session = r.session().unwrap();
        for words in [&["SUBSCRIBE", "c"][..], &["MONITOR"], &["CLIENT", "REPLY", "SKIP"]] {
            let error = session.execute_command(redispy::each(words)).unwrap_err();
            assert_error(&error, ErrorKind::Refused, Outcome::NotSent, None, &["not sent: "]);
        }
        drop(session);
        // A session that changed nothing gives its connection back.
        assert_eq!((r.stats().idle, r.stats().discarded), (1, left.len() as u64));
        assert_all_well(&r, &server);
    });
}

#[test]
fn f031_f059_a_session_looks_at_its_connection_before_it_goes_on() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        let session = r.session().unwrap();
        let id: i64 = session.run(cmd(("CLIENT", "ID")).returns()).unwrap();
        server.command(["CLIENT", "KILL", "ID", &id.to_string()]);
        forget();
        let error = session.run(cmd::set("k", 1)).unwrap_err();
        let says = ["SET at ", "the session's connection was lost while it was not in use"];
        assert_error(&error, ErrorKind::Closed, Outcome::NotSent, Phase::Write, &says);
        drop(session);
        assert_all_well(&r, &server);

        // A reply too many is not the next command's.
        let asked = greeted().expect(["GET", "k"]).send("$1\r\n1\r\n").delay(ms(20)).send("$5\r\nstale\r\n");
        let fake = then_echo([asked.respond(echo)]);
        let session = client(fake.url()).session().unwrap();
        assert_eq!(session.get::<String>("k").unwrap().as_deref(), Some("1"));
        thread::sleep(ms(60));
        let error = session.get::<String>("k").unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Closed, Outcome::NotSent), "{error}");
    });
}

#[test]
fn f078_a_blocking_call_that_is_abandoned_takes_nothing_from_the_server() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        let session = r.session().unwrap();
        thread::scope(|scope| {
            let blocked = scope.spawn(|| session.execute_command(("BLPOP", "q", "0")));
            wait_until("a blocked call", PATIENCE, || server.info("blocked_clients").as_deref() == Some("1"));
            session.close();
            assert!(blocked.join().unwrap().is_err());
        });
        drop(session);
        wait_until("nobody to be blocked", PATIENCE, || {
            server.info("blocked_clients").as_deref() == Some("0")
        });
        server.command(["RPUSH", "q", "job"]);
        assert_eq!(text(&server.command(["LLEN", "q"])), "1");
        // The same when the server is too late for its own block time.
        let quick = r.with_timeout(ms(100));
        server.command(["DEL", "q"]);
        r.ping().unwrap();
        server.pause();
        let error = at_deadline(ms(200), || quick.execute_command(("BLPOP", "q", "0.1")));
        assert_error(&error, ErrorKind::Timeout, Outcome::MaybeExecuted, Phase::Read, &["BLPOP"]);
        server.resume();
        assert_all_well(&r, &server);
        server.command(["RPUSH", "q", "job"]);
        assert_eq!(text(&server.command(["LLEN", "q"])), "1");
    });
}

#[test]
fn f079_ten_thousand_failed_dials_leave_nothing_behind() {
    trial(|| {
        let nobody = Refusing::new();
        let r = builder(format!("redis://{}", nobody.addr())).retry(RetryPolicy::none()).build().unwrap();
        for _ in 0..10_000 {
            let error = r.run(cmd::set("k", 1)).unwrap_err();
            assert_eq!((error.kind(), error.outcome()), (ErrorKind::Connect, Outcome::NotSent));
            // Else the pool would pause between attempts.
            r.pool().clear();
        }
        let stats = r.stats();
        assert_eq!((stats.dials, stats.failed_dials), (10_000, 10_000));
        assert_eq!((stats.in_use, stats.idle, stats.dialing, stats.waiting), (0, 0, 0, 0));
    });
}

#[test]
fn f080_a_connection_that_comes_after_its_caller_has_gone_serves_the_next() {
    trial(|| {
        let gate = Gate::new();
        let server = FakeServer::start([redispy_testkit::Script::new()
            .wait_for(&gate)
            .handshake(redispy_testkit::Handshake::Resp3)
            .respond(echo)]);
        let r = client(server.url());
        let error = at_deadline(ms(80), || r.with_timeout(ms(80)).run(cmd::set("k", 1)));
        assert_error(&error, ErrorKind::Timeout, Outcome::NotSent, Phase::Handshake, &[]);
        gate.open();
        wait_until("the connection", PATIENCE, || r.stats().idle == 1);
        assert_eq!(r.stats().dials, 1);
        assert_eq!(r.run(cmd(("INCR", "n")).returns::<i64>()).unwrap(), 1);
        assert_eq!((server.connections(), r.stats().idle), (1, 1));
    });
}

#[test]
fn f081_all_idle_connections_killed_then_fifty_callers() {
    trial(|| {
        let server = Server::start();
        let r = builder(server.url()).max_connections(16).build().unwrap();
        let sessions: Vec<_> = (0..16).map(|_| r.session().unwrap()).collect();
        drop(sessions);
        assert_sums(&r, &server);
        let before = r.stats().dials;
        server.command(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
        wait_until("connections to be killed", PATIENCE, || connections(&server) == 0);
        forget();
        thread::scope(|scope| {
            for n in 0..50 {
                let r = &r;
                scope.spawn(move || {
                    assert!(r.set(format!("k{n}"), n).unwrap());
                    assert_eq!(r.get::<String>("none").unwrap(), None);
                });
            }
        });
        assert!(r.stats().dials - before <= 16, "{:?}", r.stats());
        assert_all_well(&r, &server);
    });
}

#[test]
fn f082_two_hundred_threads_and_a_server_that_starts_again() {
    trial(|| {
        let server = Server::start();
        let r = builder(server.url()).max_connections(32).max_dials(4).build().unwrap();
        let until = Instant::now() + ms(1500);
        let most = thread::scope(|scope| {
            for _ in 0..200 {
                scope.spawn(|| {
                    while Instant::now() < until {
                        match r.run(cmd(("INCR", "n")).returns::<i64>()) {
                            Ok(_) => {}
                            Err(error) => assert!(error.is_connection(), "{error}"),
                        }
                    }
                });
            }
            thread::sleep(ms(300));
            server.restart();
            let mut most = 0;
            while Instant::now() < until {
                let stats = r.stats();
                assert!(stats.in_use + stats.idle <= 32, "{stats:?}");
                most = most.max(stats.dialing);
                thread::sleep(ms(1));
            }
            most
        });
        assert!((1..=4).contains(&most), "{most}");
        assert_all_well(&r, &server);
    });
}

#[test]
fn f083_callers_that_wait_are_served_in_turn() {
    trial(|| {
        let server = Server::start();
        let r = builder(server.url()).max_connections(4).build().unwrap();
        let session: Vec<_> = (0..4).map(|_| r.session().unwrap()).collect();
        let order = std::sync::Mutex::new(Vec::new());
        thread::scope(|scope| {
            for n in 0..64_usize {
                let (r, order) = (&r, &order);
                scope.spawn(move || {
                    let session = r.session().unwrap();
                    order.lock().unwrap().push(n);
                    drop(session);
                });
                wait_until("its place in the queue", PATIENCE, || r.stats().waiting == n + 1);
            }
            // One connection only comes back, and goes from hand to hand.
            let mut session = session;
            session.pop();
            wait_until("all to be served", PATIENCE, || order.lock().unwrap().len() == 64);
        });
        assert_eq!(order.into_inner().unwrap(), (0..64).collect::<Vec<_>>());
        assert_all_well(&r, &server);
    });
}

#[test]
fn f085_closing_while_ten_call_and_ten_wait() {
    trial(|| {
        let server = Server::start();
        let r = builder(server.url()).max_connections(10).build().unwrap();
        thread::scope(|scope| {
            let users: Vec<_> =
                (0..10).map(|_| scope.spawn(|| r.execute_command(("BLPOP", "q", "0")))).collect();
            wait_for_calls(&r, 10);
            let waiters: Vec<_> = (0..10).map(|_| scope.spawn(|| r.run(cmd::set("k", 1)))).collect();
            wait_until("callers that wait", PATIENCE, || r.stats().waiting == 10);
            let (_, took) = timed(|| r.clone().close());
            assert!(took < SLACK, "{took:?}");
            for waiter in waiters {
                let error = on_time(ms(50), || waiter.join().unwrap()).unwrap_err();
                assert_error(
                    &error,
                    ErrorKind::PoolClosed,
                    Outcome::NotSent,
                    Phase::PoolWait,
                    &["the pool is closed"],
                );
            }
            wait_until("blocked calls", PATIENCE, || server.info("blocked_clients").as_deref() == Some("10"));
            for n in 0..10 {
                server.command(["RPUSH", "q", &n.to_string()]);
            }
            for user in users {
                assert!(user.join().unwrap().is_ok(), "a call under way was not let to its end");
            }
        });
        wait_until("all connections to be closed", PATIENCE, || connections(&server) == 0);
        let error = r.run(cmd::set("k", 1)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PoolClosed);
    });
}

/// Not in a trial: what is forgotten is left behind.
#[test]
fn f086_a_session_that_is_forgotten_costs_one_connection_and_is_told_of() {
    let server = Server::start();
    let r = builder(server.url()).max_connections(2).timeout(ms(2000)).build().unwrap();
    std::mem::forget(r.session().unwrap());
    assert_eq!(echoes(&r), 100);
    let stats = r.stats();
    assert_eq!((stats.in_use, stats.idle), (1, 1));
    wait_until("its age to be told", PATIENCE, || r.stats().oldest > Some(ms(100)));
    let borrowed = r.pool().borrowed();
    assert_eq!(borrowed.len(), 1);
    assert!(borrowed[0].label == "a session" && borrowed[0].age > ms(100), "{borrowed:?}");
    let _last = r.session().unwrap();
    let error = at_deadline(ms(100), || r.with_timeout(ms(100)).run(cmd::set("k", 1)));
    assert_error(
        &error,
        ErrorKind::Timeout,
        Outcome::NotSent,
        Phase::PoolWait,
        &["2 are out, the oldest for"],
    );
}

#[test]
fn f087_a_client_made_while_the_server_is_down() {
    trial(|| {
        let server = Server::start();
        server.kill();
        let r = client(server.url());
        // Lazy by itself, and at once when asked.
        assert_eq!(r.stats().dials, 0);
        let refused = within(SLACK, || r.pool().check(Deadline::after(ms(2000)))).unwrap_err();
        assert!(refused.is_connection() && refused.outcome() == Outcome::NotSent, "{refused}");
        server.restart();
        assert_all_well(&r, &server);
        assert!(r.pool().check(Deadline::after(ms(2000))).is_ok());
    });
}
