//! Scripts that the server does not have, no longer has, or cannot end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use redispy::{Client, Cmd, ErrorKind, IntoCmd, Outcome, Phase, RetryPolicy, Script, cmd, prelude::*};
use redispy_testkit::{FakeServer, Script as Play, Server, text, wait_until};

use crate::connect::moving;
use crate::oracles::{
    PATIENCE, assert_all_well, assert_error, assert_recovered, at_deadline, builder, client, echo, greeted,
    ms, on_time, then_echo, trial,
};

const MISSING: &str = "-NOSCRIPT No matching script. Please use EVAL.\r\n";

/// Adds to a counter: what ran twice, or not at all, shows in the sum.
fn add() -> Script<i64> {
    Script::new("return redis.call('INCRBY', KEYS[1], ARGV[1])")
}

fn value(r: &Client, key: &str) -> i64 {
    r.get(key).unwrap().unwrap_or(0)
}

/// How often the server ran each of these commands.
fn runs<const N: usize>(r: &Client, names: [&str; N]) -> [u64; N] {
    let stats = r.run(cmd::info().sections("commandstats")).unwrap().commandstats;
    names.map(|name| stats.get(name).map_or(0, |stats| stats.calls))
}

/// Has so many threads do their part while the server's scripts are thrown away again and again.
fn while_flushed(server: &Server, threads: usize, part: impl Fn(usize) + Sync) {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let (part, over) = (&part, &over);
        let threads: Vec<_> = (0..threads).map(|n| scope.spawn(move || part(n))).collect();
        scope.spawn(move || {
            while !over.load(Ordering::Relaxed) {
                server.command(["SCRIPT", "FLUSH"]);
            }
        });
        let ended: Vec<_> = threads.into_iter().map(thread::ScopedJoinHandle::join).collect();
        over.store(true, Ordering::Relaxed);
        ended.into_iter().for_each(|ended| ended.unwrap());
    });
}

#[test]
fn f118_a_cache_that_is_emptied_again_and_again_under_sixteen_threads() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        let script = add();
        while_flushed(&server, 16, |n| {
            let session = r.session().unwrap();
            for _ in 0..100 {
                r.run(script.key("sum").arg(1)).unwrap();
                session.run(script.key(format!("sum{n}")).arg(1)).unwrap();
            }
        });
        assert_eq!(value(&r, "sum"), 1600);
        assert!((0..16).all(|n| value(&r, &format!("sum{n}")) == 100));
        assert_all_well(&r, &server);
    });
}

#[test]
fn f118_after_one_flush_one_call_is_whole_and_the_rest_by_hash() {
    trial(|| {
        let server = Server::start();
        let (r, script) = (client(server.url()), add());
        r.run(script.key("sum").arg(1)).unwrap();
        server.command(["SCRIPT", "FLUSH"]);
        r.config_resetstat().unwrap();
        for _ in 0..50 {
            r.run(script.key("sum").arg(1)).unwrap();
        }
        // The first by hash is the one that was told to be missing.
        assert_eq!(runs(&r, ["eval", "evalsha", "script|load"]), [1, 50, 0]);
        assert_eq!((value(&r, "sum"), r.stats().dials), (51, 1));
        assert_all_well(&r, &server);
    });
}

/// A batch takes its scripts along, so none of its commands is refused, and none runs twice.
#[test]
fn f119_a_batch_needs_no_script_to_be_there() {
    trial(|| {
        let server = Server::start();
        let (r, add) = (client(server.url()), add());
        let twice: Script<i64> = r.register_script("return 2 * redis.call('INCR', KEYS[1])");
        for round in 1..=20 {
            server.command(["SCRIPT", "FLUSH"]);
            let commands: [Cmd<i64>; 6] = [
                cmd::incr("plain").into_cmd(),
                add.key("a").arg(1).into_cmd(),
                cmd::incr("plain").into_cmd(),
                twice.key("b").into_cmd(),
                add.key("a").arg(1).into_cmd(),
                twice.key("b").into_cmd(),
            ];
            let session = r.session().unwrap();
            let replies = if round % 2 == 0 { r.batch(&commands) } else { session.batch(&commands) };
            let n = 2 * round;
            assert_eq!(replies.unwrap(), [n - 1, n - 1, n, 2 * (n - 1), n, 2 * n]);
        }
        assert_all_well(&r, &server);
    });
}

#[test]
fn f119_f120_pipelines_and_transactions_take_their_scripts_along() {
    trial(|| {
        let server = Server::start();
        let (r, add) = (client(server.url()), add());
        let mut n = 0;
        for transaction in [true, false] {
            for round in 0..10 {
                server.command(["SCRIPT", "FLUSH"]);
                let session = r.session().unwrap();
                let pipeline = if round % 2 == 0 { r.pipeline() } else { session.pipeline() };
                let replies = pipeline
                    .transaction(transaction)
                    .incr("plain")
                    .run(add.key("sum").arg(1))
                    .incr("plain")
                    .run(add.key("sum").arg(1))
                    .execute();
                n += 2;
                assert_eq!(replies.unwrap(), (n - 1, n - 1, n, n));
                server.command(["SCRIPT", "FLUSH"]);
                let mut dynamic = r.pipeline().transaction(transaction).dynamic();
                let slots: Vec<_> = (0..20).map(|_| add.key("sum").arg(0).run(&mut dynamic)).collect();
                let mut replies = dynamic.execute().unwrap();
                assert!(slots.into_iter().all(|slot| replies.take(slot).unwrap() == n));
            }
        }
        // On a connection that watches: by itself, and in what depends on it.
        let last = r
            .transaction(["sum"], |tx| {
                server.command(["SCRIPT", "FLUSH"]);
                let read: i64 = tx.run(add.key("other").arg(1))?;
                server.command(["SCRIPT", "FLUSH"]);
                tx.multi().run(add.key("sum").arg(read)).run(add.key("sum").arg(read)).execute()
            })
            .unwrap();
        assert_eq!(last, (n + 1, n + 2));
        assert_all_well(&r, &server);
    });
}

/// Within MULTI and EXEC nothing can take a script away between its text and its later calls.
#[test]
fn f120_transactions_while_the_cache_is_emptied_again_and_again() {
    trial(|| {
        let server = Server::start();
        let (r, script) = (client(server.url()), add());
        while_flushed(&server, 8, |_| {
            for _ in 0..100 {
                let (a, b, c) = r
                    .pipeline()
                    .run(script.key("sum").arg(1))
                    .run(script.key("sum").arg(1))
                    .run(script.key("sum").arg(1))
                    .execute()
                    .unwrap();
                assert_eq!((b, c), (a + 1, a + 2));
            }
        });
        assert_eq!(value(&r, "sum"), 2400);
        assert_all_well(&r, &server);
    });
}

/// A call by hash alone has no text to take along: the error says which it was, and the rest ran once.
#[test]
fn f120_a_missing_script_is_an_error_in_its_place() {
    trial(|| {
        let server = Server::start();
        let (r, script) = (client(server.url()), add());
        for (n, transaction) in [(1, true), (2, false)] {
            let by_hash = cmd::evalsha(script.sha1()).key("sum").arg(1).returns::<i64>();
            let pipeline = r.pipeline().transaction(transaction).incr("before").run(by_hash).incr("after");
            let (before, missing, after) = pipeline.execute_each().unwrap();
            assert_eq!((before.unwrap(), after.unwrap()), (n, n));
            let error = missing.unwrap_err();
            assert_error(
                &error,
                ErrorKind::Server,
                Outcome::Rejected,
                None,
                &["EVALSHA (command 2", "NOSCRIPT"],
            );
            assert_eq!(error.position(), Some(1));
        }
        assert_eq!(value(&r, "sum"), 0);
        // What is not even queued gives up the transaction, so no script of it has run.
        let error = r.pipeline().incr("before").run(cmd("EVAL").arg("return 1")).execute().unwrap_err();
        assert_error(&error, ErrorKind::Server, Outcome::Rejected, None, &["EVAL (command 2"]);
        assert!(error.is_exec_abort());
        assert_eq!(value(&r, "before"), 2);
        assert_all_well(&r, &server);
    });
}

/// The next server has the data and none of the scripts.
#[test]
fn f121_the_server_after_a_failover_has_no_scripts() {
    trial(|| {
        let master = Server::start();
        let replica = Server::builder().replica_of(&master).start();
        replica.wait_for_sync(PATIENCE);
        let places = Arc::new(Mutex::new(Ok(vec![master.addr()])));
        let (r, script) = (moving(&places).build().unwrap(), add());
        for n in 1..=10 {
            assert_eq!(r.run(script.key("sum").arg(1)).unwrap(), n);
        }
        wait_until("the replica has it all", PATIENCE, || text(&replica.command(["GET", "sum"])) == "10");
        replica.command(["REPLICAOF", "NO", "ONE"]);
        // A cache does not come with the data, but a replica may have run the scripts itself: this one has not.
        replica.command(["SCRIPT", "FLUSH"]);
        *places.lock().unwrap() = Ok(vec![replica.addr()]);
        master.kill();
        assert_eq!(on_time(Duration::from_secs(1), || r.run(script.key("sum").arg(1))).unwrap(), 11);
        assert_eq!(r.batch([script.key("sum").arg(1), script.key("sum").arg(1)]).unwrap(), [12, 13]);
        assert_eq!(text(&replica.command(["SCRIPT", "EXISTS", script.sha1()])), "[1]");
        assert_all_well(&r, &replica);
        // The same with a server that starts again.
        replica.kill();
        replica.restart();
        replica.command(["REPLICAOF", "NO", "ONE"]);
        assert_eq!(on_time(Duration::from_secs(1), || r.run(script.key("n").arg(1))).unwrap(), 1);
        assert_all_well(&r, &replica);
    });
}

#[test]
fn f118_by_hash_and_whole_share_one_deadline() {
    trial(|| {
        let script = add();
        let server = then_echo([greeted()
            .expect(["EVALSHA", script.sha1(), "1", "k", "1"])
            .delay(ms(200))
            .send(MISSING)
            .expect([&b"EVAL"[..], script.text(), b"1", b"k", b"1"])
            .ignore_rest()]);
        let r = builder(server.url()).timeout(ms(300)).build().unwrap();
        let error = at_deadline(ms(300), || r.run(script.key("k").arg(1)));
        // It was sent whole, so it may have run.
        assert_error(&error, ErrorKind::Timeout, Outcome::MaybeExecuted, Phase::Read, &["EVALSHA at"]);
        assert_recovered(&r);
    });
}

#[test]
fn f118_lost_between_by_hash_and_whole() {
    trial(|| {
        let script = add();
        let dying = greeted().expect(["EVALSHA", script.sha1(), "1", "k", "1"]).send(MISSING).close();
        let (server, after) = (then_echo([dying]), Duration::from_secs(1));
        let r = client(server.url());
        let result = on_time(after, || r.run(script.key("k").arg(1)));
        // What was written to a connection that closes may have been read; what was not is sent on the next.
        if let Err(error) = result {
            assert_error(&error, ErrorKind::Closed, Outcome::MaybeExecuted, error.phase(), &["EVALSHA at"]);
        }
        assert_recovered(&r);
        // A script that only reads is sent again.
        let dying = greeted().expect(["EVALSHA_RO", script.sha1(), "1", "k", "1"]).send(MISSING).close();
        let server = then_echo([dying]);
        let r = client(server.url());
        assert_eq!(on_time(after, || r.run(script.read_only().key("k").arg(1))).unwrap(), 1);
        assert_eq!(server.connections(), 2);
        assert_recovered(&r);
    });
}

#[test]
fn f118_a_server_that_will_not_have_the_script_is_asked_twice_and_no_more() {
    trial(|| {
        let server = FakeServer::answering(|command| match &command[0][..] {
            b"ECHO" => echo(command),
            _ => MISSING.into(),
        });
        let (r, script) = (client(server.url()), add());
        let error = r.run(script.key("k").arg(1)).unwrap_err();
        assert_error(&error, ErrorKind::Server, Outcome::Rejected, None, &["EVALSHA at", "NOSCRIPT"]);
        assert!(error.is_no_script());
        let sent: Vec<_> = server.commands(0).into_iter().map(|words| words[0].clone()).collect();
        assert_eq!(sent.iter().filter(|name| name.starts_with("EVAL")).count(), 2, "{sent:?}");
        // By hash alone there is nothing else to send.
        assert!(r.evalsha(script.sha1(), "k", 1).unwrap_err().is_no_script());
        assert_eq!(server.commands(0).len(), sent.len() + 1);
        assert_recovered(&r);
    });
}

/// What is said to do no harm when it runs twice is sent again, alone and in company; nothing else is.
#[test]
fn f038_f097_a_command_that_is_marked_as_repeatable_is_sent_again() {
    trial(|| {
        let dying = || greeted().expect(["SET", "k", "1"]).close();
        let set = || cmd::set("k", 1).into_cmd().decode(|_| Ok(1));
        let server = then_echo([dying()]);
        let r = client(server.url());
        let error = r.run(set()).unwrap_err();
        assert_error(&error, ErrorKind::Closed, Outcome::MaybeExecuted, error.phase(), &["SET at"]);
        assert_recovered(&r);

        let server = then_echo([dying()]);
        let r = client(server.url());
        assert_eq!(r.run(set().repeatable()).unwrap(), 1);
        assert_recovered(&r);

        let server = then_echo([dying()]);
        let r = client(server.url());
        assert_eq!(r.batch([set().repeatable(), cmd::get::<i64>("k").decode(|_| Ok(2))]).unwrap(), [1, 2]);
        assert_recovered(&r);

        let server = then_echo([dying()]);
        let r = client(server.url());
        assert_eq!(r.batch([set().repeatable(), set()]).unwrap_err().outcome(), Outcome::MaybeExecuted);
        assert_recovered(&r);

        let script = add();
        let server = then_echo([greeted().expect(["EVALSHA", script.sha1(), "1", "k", "1"]).close()]);
        let r = client(server.url());
        assert_eq!(r.run(script.key("k").arg(1).repeatable()).unwrap(), 1);
        assert_recovered(&r);
    });
}

/// The first attempt may have been executed, whatever became of the last.
#[test]
fn f038_f097_what_an_earlier_attempt_may_have_done_is_not_forgotten() {
    trial(|| {
        let dying = || greeted().expect(["SET", "k", "1"]).close();
        let refusing = greeted().expect(["SET", "k", "1"]).send("-READONLY not here\r\n").respond(echo);
        let turned_away = vec![dying(), Play::new().close(), Play::new().close(), Play::new().close()];
        let set = || cmd::set("k", 1).into_cmd().decode(|_| Ok(1)).repeatable();
        let says = ["SET at 127.0.0.1:", "an earlier attempt may have been executed"];
        for (plays, kind) in
            [(vec![dying(), refusing], ErrorKind::Server), (turned_away.clone(), ErrorKind::Closed)]
        {
            let server = then_echo(plays);
            let r = client(server.url());
            let error = r.run(set()).unwrap_err();
            assert_error(&error, kind, Outcome::MaybeExecuted, error.phase(), &says);
            assert_recovered(&r);
        }
        let server = then_echo(turned_away);
        let r = client(server.url());
        let error = r.batch([set()]).unwrap_err();
        assert_error(&error, ErrorKind::Closed, Outcome::MaybeExecuted, error.phase(), &says[1..]);
        assert_recovered(&r);
        // What reads leaves no doubt behind.
        let lost = greeted().expect(["GET", "k"]).close();
        let wrong = greeted().expect(["GET", "k"]).send("-WRONGTYPE a list\r\n").respond(echo);
        let server = then_echo([lost, wrong]);
        let r = client(server.url());
        let error = r.get::<i64>("k").unwrap_err();
        assert_error(&error, ErrorKind::Server, Outcome::Rejected, None, &["GET at 127.0.0.1:"]);
        assert!(error.to_string().ends_with("WRONGTYPE a list"), "{error}");
        assert_recovered(&r);
    });
}

#[test]
fn f122_scripts_that_are_killed_and_one_that_cannot_be() {
    trial(|| {
        let server = Server::builder().option("lua-time-limit", "20").start();
        let r = client(server.url());
        r.ping().unwrap();
        let busy = || server.try_command(["PING"]).is_err_and(|error| error.to_string().contains("BUSY"));
        let endless: Script<i64> = r.register_script("while true do end");
        thread::scope(|scope| {
            let call = scope.spawn(|| r.run(&endless));
            wait_until("a busy server", PATIENCE, busy);
            r.script_kill().unwrap();
            let error = call.join().unwrap().unwrap_err();
            assert_error(&error, ErrorKind::Server, Outcome::MaybeExecuted, None, &["EVALSHA at"]);
        });
        assert_eq!(r.script_kill().unwrap_err().code(), Some("NOTBUSY"));
        assert_all_well(&r, &server);
        let writing: Script<i64> = r.register_script("redis.call('SET', KEYS[1], 1) while true do end");
        thread::scope(|scope| {
            let call = scope.spawn(|| r.run(writing.key("k")));
            wait_until("a busy server", PATIENCE, busy);
            let error = r.script_kill().unwrap_err();
            assert_error(
                &error,
                ErrorKind::Server,
                Outcome::Rejected,
                None,
                &["SCRIPT KILL at", "UNKILLABLE"],
            );
            assert_eq!(error.code(), Some("UNKILLABLE"));
            server.kill();
            let error = call.join().unwrap().unwrap_err();
            assert_error(&error, ErrorKind::Closed, Outcome::MaybeExecuted, error.phase(), &["EVALSHA at"]);
        });
        server.restart();
        assert_all_well(&r, &server);
    });
}

#[test]
fn f122_error_texts_of_scripts_stay_on_one_line_and_keep_the_connection() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        for (source, code) in [
            ("return redis.error_reply('MINE one\\r\\ntwo\\n+OK')", "MINE"),
            ("return redis.call('INCR', KEYS[1])", "WRONGTYPE"),
            ("return redis.call('NOSUCH')", "ERR"),
            ("this is no Lua", "ERR"),
        ] {
            server.command(["DEL", "list"]);
            server.command(["RPUSH", "list", "x"]);
            let script: Script<i64> = r.register_script(source);
            let error = r.run(script.key("list")).unwrap_err();
            assert_error(&error, ErrorKind::Server, Outcome::MaybeExecuted, None, &["EVALSHA at"]);
            let (seen, text) = (error.code(), error.to_string());
            // Before 7.0 what a command answers within a script is told as an error of the script.
            assert!(seen == Some(code) || text.contains(code), "{text}");
        }
        assert_eq!(r.stats().dials, 1);
        // Line breaks in a raised error are sent as they are by some servers (Redis 8.2). That is no reply, and may be taken
        // for two: the connection is closed, and nothing of it reaches anybody.
        for source in [
            "error('one\\ntwo')",
            "error({err = 'MINE one\\r\\n:7'})",
            "error({err = 'MINE one\\r\\n:7\\r\\n'})",
        ] {
            let script: Script<i64> = r.register_script(source);
            for _ in 0..3 {
                let error = r.run(&script).unwrap_err();
                let kind = error.kind();
                assert!(matches!(kind, ErrorKind::Server | ErrorKind::Protocol), "{error:?}");
                assert_error(&error, kind, Outcome::MaybeExecuted, error.phase(), &["EVALSHA at"]);
                assert_recovered(&r);
            }
        }
        assert_all_well(&r, &server);
    });
}

/// A script is not rolled back when it fails, so its error does not say that nothing was written; one that came instead of it
/// does.
#[test]
fn f122_a_script_that_fails_half_way_has_written_half() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        let half: Script<i64> = r.register_script("redis.call('INCR', KEYS[1]) error('half way')");
        let error = r.run(half.key("k")).unwrap_err();
        assert_error(&error, ErrorKind::Server, Outcome::MaybeExecuted, None, &["EVALSHA at", "half way"]);
        let error = r.batch([half.key("k"), half.key("k")]).unwrap_err();
        assert_error(&error, ErrorKind::Server, Outcome::MaybeExecuted, None, &["EVALSHA", "half way"]);
        assert_eq!(value(&r, "k"), 3);
        for name in ["min-replicas-to-write", "maxmemory"] {
            // Else it would ask a server without replicas again until the deadline.
            let once = builder(server.url()).retry(RetryPolicy::none()).build().unwrap();
            server.command(["CONFIG", "SET", name, "1"]);
            let before = value(&r, "k");
            let error = once.run(half.key("k")).unwrap_err();
            server.command(["CONFIG", "SET", name, "0"]);
            // Before 7.0 a script that need not grow a key runs all the same.
            let ran = value(&r, "k") > before;
            let outcome = if ran { Outcome::MaybeExecuted } else { Outcome::Rejected };
            if ran || error.code() != Some("ERR") {
                assert_error(&error, ErrorKind::Server, outcome, None, &["EVALSHA at"]);
            }
        }
        let before = value(&r, "k");
        let error = r.eval_ro("return redis.call('INCR', 'k')", "k", 1).map(drop).unwrap_err();
        assert_error(&error, ErrorKind::Server, Outcome::Rejected, None, &["EVAL_RO at"]);
        assert_eq!(value(&r, "k"), before);
        assert_all_well(&r, &server);
    });
}
