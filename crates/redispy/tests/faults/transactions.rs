//! What MULTI, EXEC and WATCH bring: errors of queueing, and connections that are lost between them.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use redispy::{Client, Error, ErrorKind, Outcome, Phase, RetryPolicy, TransactionOptions, cmd, prelude::*};
use redispy_testkit::{ByteProxy, End, Endpoint, FakeServer, Fault, Script, Server};

use crate::oracles::{
    assert_all_well, assert_error, assert_recovered, forget, greeted, ms, on_time, pooled as builder,
    pooled_client as client, queueing, then_echo, trial,
};

/// A client that never sends again.
fn once(url: impl AsRef<str>) -> Client {
    builder(url).retry(RetryPolicy::none()).build().unwrap()
}

/// The connection of the first call plays this; the error of a transaction of two INCR over it, which is sent only once.
#[track_caller]
fn error_of(play: impl FnOnce(Script) -> Script) -> Error {
    let script =
        play(greeted().expect(["MULTI"]).expect(["INCR", "a"]).expect(["INCR", "b"]).expect(["EXEC"]));
    let server = then_echo([script]);
    let r = client(server.url());
    let error = on_time(ms(1000), || r.pipeline().incr("a").incr("b").execute()).unwrap_err();
    assert_eq!(server.connections(), 1, "{error}");
    assert_recovered(&r);
    error
}

#[test]
fn f090_a_command_that_is_not_queued_is_named_and_the_connection_kept() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        for _ in 0..3 {
            let p =
                r.pipeline().set("a", 1).run(cmd(("NOSUCH", "secret"))).run(cmd("ZREM").arg("b")).set("c", 3);
            let error = p.execute().unwrap_err();
            let says = [
                "NOSUCH (command 2 of the transaction) at 127.0.0.1:",
                "unknown command",
                "nothing of the transaction",
            ];
            assert_error(&error, ErrorKind::Server, Outcome::Rejected, None, &says);
            assert!(error.is_exec_abort() && !error.is_watch());
            assert!(!error.to_string().contains("secret"), "{error}");
        }
        assert_eq!((r.stats().dials, r.exists(["a", "c"]).unwrap()), (1, 0));
        assert_all_well(&r, &server);
    });
}

#[test]
fn f091_exec_that_answers_nil_is_a_watch_error_and_leaves_nothing_behind() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        for protocol_nil in 0..2 {
            let watched = r.watch("k").unwrap();
            r.incr("k").unwrap();
            let error = watched.multi().set("k", protocol_nil).execute().unwrap_err();
            let says = ["a transaction at 127.0.0.1:", "a watched key was changed; nothing was executed"];
            assert_error(&error, ErrorKind::Watch, Outcome::Rejected, None, &says);
            assert!(error.is_watch() && !error.is_exec_abort());
        }
        assert_eq!((r.stats().dials, r.stats().idle), (2, 2));
        assert_all_well(&r, &server);
        for nil in ["*-1\r\n", "$-1\r\n", "_\r\n"] {
            let error = error_of(|script| {
                script.send(format!("+OK\r\n+QUEUED\r\n+QUEUED\r\n{nil}")).respond(crate::oracles::echo)
            });
            assert!(error.is_watch(), "{error}");
        }
    });
}

#[test]
fn f092_an_error_within_exec_belongs_to_its_command_and_the_others_ran() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        r.set("word", "x").unwrap();
        let p = || r.pipeline().incr("n").incr("word").lpush("word", 1).incr("n");
        let (a, b, c, d) = p().execute_each().unwrap();
        assert_eq!((a.unwrap(), d.unwrap()), (1, 2));
        for (error, name, code) in [
            (b.unwrap_err(), "INCR (command 2 of the transaction)", "ERR"),
            (c.unwrap_err(), "LPUSH (command 3", "WRONGTYPE"),
        ] {
            assert_error(&error, ErrorKind::Server, Outcome::Rejected, None, &[name]);
            assert_eq!(error.code(), Some(code));
            assert!(!error.is_exec_abort());
        }
        let error = p().execute().unwrap_err();
        assert_eq!((error.position(), r.get("n").unwrap()), (Some(1), Some(4)));
        assert_all_well(&r, &server);
        // Nested as deep as it gets, an error is its command's, and what follows keeps its place.
        let error = error_of(|script| {
            script
                .send("+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n*2\r\n:1\r\n-ERR deep\r\n:7\r\n")
                .respond(crate::oracles::echo)
        });
        assert_eq!((error.position(), error.kind()), (Some(0), ErrorKind::Type));
    });
}

/// The connection is killed at every point between WATCH and EXEC, and somebody changes the key: the transaction never commits.
#[test]
fn f093_a_connection_killed_while_it_watches_never_commits() {
    trial(|| {
        let server = Server::start();
        let r = once(server.url());
        for (point, interfere) in (0..4).flat_map(|point| [(point, true), (point, false)]) {
            r.set("k", "before").unwrap();
            let watched = r.watch("k").unwrap();
            let id = watched.client_id().unwrap();
            let kill = || {
                r.execute_command(("CLIENT", "KILL", "ID", id)).unwrap();
                if interfere {
                    r.set("k", "theirs").unwrap();
                }
            };
            let error = match point {
                0 => {
                    kill();
                    let error = watched.get::<String>("k").unwrap_err();
                    assert!(error.is_watch() && error.kind() == ErrorKind::Watch, "{error}");
                    // The caller who goes on all the same gets nowhere.
                    watched.multi().set("k", "ours").execute().unwrap_err()
                }
                1 => {
                    kill();
                    watched.multi().set("k", "ours").execute().unwrap_err()
                }
                2 => {
                    let p = watched.multi();
                    kill();
                    p.set("k", "ours").execute().unwrap_err()
                }
                _ => {
                    let p = watched.multi().set("k", "ours");
                    kill();
                    p.execute().unwrap_err()
                }
            };
            assert_error(
                &error,
                ErrorKind::Watch,
                Outcome::NotSent,
                Phase::Write,
                &["a transaction at ", "with it the WATCH"],
            );
            assert!(error.is_watch());
            let value: Option<String> = r.get("k").unwrap();
            assert_eq!(value.as_deref(), Some(if interfere { "theirs" } else { "before" }));
        }
        assert_all_well(&r, &server);
    });
}

#[test]
fn f093_a_write_that_was_lost_while_watching_is_not_repeated() {
    trial(|| {
        let play = greeted().expect(["WATCH", "k"]).send("+OK\r\n").expect(["INCR", "n"]).reset();
        let server = then_echo([play]);
        let r = client(server.url());
        let mut runs = 0;
        let error = r
            .transaction("k", |tx| {
                runs += 1;
                tx.incr("n")?;
                tx.multi().set("k", 1).execute()
            })
            .unwrap_err();
        assert_error(&error, ErrorKind::Closed, Outcome::MaybeExecuted, Phase::Read, &["INCR at "]);
        assert!(!error.is_watch());
        assert_eq!((runs, server.connections()), (1, 1));
        assert_recovered(&r);
    });
}

/// 64 megabytes stand before EXEC, and the server reads three of them: it has no EXEC, and executes nothing.
#[test]
fn f094_lost_before_exec_was_written_nothing_was_executed() {
    trial(|| {
        let server = Server::start();
        let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
        let r = once(proxy.url());
        r.ping().unwrap();
        let value = vec![b'x'; 1 << 20];
        for end in [End::Close, End::Reset] {
            proxy.to_server(Fault::none().cut_at(3 << 20, end));
            let sets = (0..64).map(|n| cmd::set(format!("k{n}"), &value[..]));
            let error = r.pipeline().incr("n").all(sets).execute().unwrap_err();
            assert_error(&error, ErrorKind::Closed, Outcome::NotSent, error.phase(), &["a transaction at "]);
            assert_eq!(error.not_sent(), Some(65));
            assert!(error.progress().unwrap().written > 0);
            proxy.heal();
            assert_all_well(&r, &server);
            assert_eq!(r.exists(["n", "k0", "k1", "k2"]).unwrap(), 0);
        }
    });
}

/// So it is sent again, and executed once.
#[test]
fn f094_what_the_server_forgets_is_sent_again() {
    trial(|| {
        let server = FakeServer::start_then(
            [greeted().expect(["MULTI"]).send("+OK\r\n").expect(["INCR", "n"]).delay(ms(50)).reset()],
            greeted().respond(queueing()),
        );
        let r = builder(server.url()).timeout(ms(50_000)).build().unwrap();
        let value = vec![b'x'; 1 << 20];
        let (n, sets) =
            r.pipeline().incr("n").all((0..16).map(|_| cmd::append("k", &value[..]))).execute().unwrap();
        assert_eq!((n, sets), (1, vec![1; 16]));
        assert_eq!(server.connections(), 2);
        assert_recovered(&r);
    });
}

#[test]
fn f094_a_watched_transaction_is_not_sent_again_but_begun_anew() {
    trial(|| {
        let watch = || greeted().expect(["WATCH", "k"]).send("+OK\r\n");
        let server = FakeServer::start_then(
            [watch().expect(["MULTI"]).send("+OK\r\n").delay(ms(50)).reset()],
            greeted().respond(queueing()),
        );
        let r = builder(server.url()).timeout(ms(50_000)).build().unwrap();
        let value = vec![b'x'; 1 << 20];
        let mut runs = 0;
        let (all,) = r
            .transaction("k", |tx| {
                runs += 1;
                tx.multi().all((0..16).map(|_| cmd::append("k", &value[..]))).execute()
            })
            .unwrap();
        assert_eq!((all.len(), runs, server.connections()), (16, 2, 2));
        let second: Vec<String> = server.commands(1).iter().map(|words| words[0].clone()).collect();
        let at = second.iter().position(|name| name == "WATCH").unwrap();
        assert_eq!(second[at + 1], "MULTI");
        assert_recovered(&r);
    });
}

#[test]
fn f095_lost_after_exec_was_written_it_may_have_been_executed_and_is_not_sent_again() {
    trial(|| {
        for end in [Script::close, Script::reset] {
            let error = error_of(end);
            let says = ["a transaction at 127.0.0.1:", "0 of 4 replies received"];
            assert_error(&error, ErrorKind::Closed, Outcome::MaybeExecuted, Phase::Read, &says);
            let error = error_of(|script| end(script.send("+OK\r\n+QUEUED\r\n+QUEUED\r\n").delay(ms(10))));
            assert_error(&error, ErrorKind::Closed, Outcome::MaybeExecuted, Phase::Read, &["3 of 4 replies"]);
        }
        // While watching, too: only what certainly did not run is begun anew.
        let play = greeted()
            .expect(["WATCH", "k"])
            .send("+OK\r\n")
            .expect(["MULTI"])
            .expect(["INCR", "k"])
            .expect(["EXEC"]);
        let server = then_echo([play.reset()]);
        let r = client(server.url());
        let error = r.transaction("k", |tx| tx.multi().incr("k").execute()).unwrap_err();
        assert_error(&error, ErrorKind::Closed, Outcome::MaybeExecuted, Phase::Read, &["0 of 3 replies"]);
        assert!(!error.is_watch());
        assert_eq!(server.connections(), 1);
        assert_recovered(&r);
    });
}

#[test]
fn f096_lost_amid_the_reply_to_exec() {
    trial(|| {
        let replies = b"+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:1\r\n:2\r\n";
        for cut in 0..replies.len() {
            let error = error_of(|script| script.send(&replies[..cut]).delay(ms(1)).close());
            assert_error(
                &error,
                ErrorKind::Closed,
                Outcome::MaybeExecuted,
                Phase::Read,
                &["of 4 replies received"],
            );
            assert_eq!(error.not_sent(), Some(0));
        }
    });
}

#[test]
fn f097_a_transaction_cut_at_each_byte_runs_wholly_once_or_not_at_all() {
    let request: u64 = [
        "*1\r\n$5\r\nMULTI\r\n",
        "*3\r\n$5\r\nRPUSH\r\n$1\r\na\r\n$8\r\nid-00000\r\n",
        "*3\r\n$5\r\nRPUSH\r\n$1\r\nb\r\n$8\r\nid-00000\r\n",
        "*1\r\n$4\r\nEXEC\r\n",
    ]
    .map(|command| command.len() as u64)
    .iter()
    .sum();
    let reply = "+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:1\r\n:1\r\n".len() as u64;
    trial(|| {
        let server = Server::start();
        let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
        let r = client(proxy.url());
        let mut told = Vec::new();
        for (of_request, at) in (0..=request).map(|at| (true, at)).chain((0..=reply).map(|at| (false, at))) {
            proxy.heal();
            forget();
            r.ping().unwrap();
            let fault = Fault::none().cut_at(at, End::Reset);
            if of_request {
                proxy.to_server(fault)
            } else {
                proxy.to_client(fault)
            }
            let id = format!("id-{:05}", told.len());
            let result = r.pipeline().rpush("a", &id).rpush("b", &id).execute();
            if of_request && at == request {
                // The proxy cuts when it has passed so many bytes on: the reply may come through or not.
            } else if of_request {
                assert!(result.is_err(), "cut at {at} of the request");
            }
            told.push((id, result.map_err(|error| error.outcome())));
        }
        proxy.heal();
        forget();
        let list = |key: &str| -> Vec<String> { r.lrange(key, 0, -1).unwrap() };
        let (a, b) = (list("a"), list("b"));
        assert_eq!(a, b, "all or nothing");
        let unique: HashSet<_> = a.iter().collect();
        assert_eq!(unique.len(), a.len(), "twice");
        for (id, result) in &told {
            match result {
                Ok(_) => assert!(unique.contains(id), "{id} was acknowledged"),
                Err(Outcome::MaybeExecuted) => {}
                Err(_) => assert!(!unique.contains(id), "{id} was not sent"),
            }
        }
        assert!(!a.is_empty() && a.len() < told.len());
        assert_all_well(&r, &server);
    });
}

#[test]
fn f101_a_closure_that_panics_or_fails_leaves_no_watch() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        let ways: [&dyn Fn(redispy::Watched) -> redispy::Result<()>; 5] = [
            &|_| panic!("the closure"),
            &|tx| {
                let _p = tx.multi().set("k", 1);
                panic!("the closure, with a pipeline")
            },
            &|_| Err(Error::other("no")),
            &|tx| tx.lpush("word", 1).map(drop),
            &|_| Ok(()),
        ];
        r.set("word", "x").unwrap();
        for way in ways {
            let _ = catch_unwind(AssertUnwindSafe(|| r.transaction("k", way)));
            assert_eq!(r.stats().in_use, 0);
            r.incr("k").unwrap();
            // A WATCH that was left would stop this one.
            let (_,) = r.pipeline().incr("k").execute().unwrap();
        }
        // One that panics while the reply is read closes the connection: its WATCH is over, but nobody has said so.
        let watched = r.watch("k").unwrap();
        let panics = watched.multi().run(cmd("PING").decode::<()>(|_| panic!("the reader")));
        assert!(catch_unwind(AssertUnwindSafe(|| panics.execute())).is_err());
        assert_eq!(r.get("k").unwrap(), Some(10));
        assert_all_well(&r, &server);
    });
}

#[test]
fn f102_multi_exec_and_discard_are_the_pipelines_own() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        for name in ["MULTI", "EXEC", "DISCARD", "WATCH k", "UNWATCH"] {
            let error = r.pipeline().set("a", 1).run(cmd(name)).execute().unwrap_err();
            assert_error(
                &error,
                ErrorKind::Refused,
                Outcome::NotSent,
                None,
                &["(command 2 of the transaction)", "not sent: a "],
            );
        }
        // Nor does a session: it would take the answers of its commands for replies.
        let error = r.session().unwrap().run(cmd("MULTI")).unwrap_err();
        assert_error(&error, ErrorKind::Refused, Outcome::NotSent, None, &["MULTI", "not sent: a pipeline"]);
        assert_eq!(r.exists(["a"]).unwrap(), 0);
        assert_all_well(&r, &server);
    });
}

/// Without the right to MULTI the commands are executed one by one, and the error does not pretend otherwise.
#[test]
fn f102_a_server_that_refuses_multi_executes_the_commands_one_by_one() {
    trial(|| {
        let server = Server::start();
        server.command(["ACL", "SETUSER", "bob", "on", ">pw", "~*", "+@all", "-multi"]);
        server.command(["ACL", "SETUSER", "eve", "on", ">pw", "~*", "+@all", "-multi", "-incr"]);
        let of = |user: &str| client(server.url().replace("://", &format!("://{user}:pw@")));
        let (bob, eve) = (of("bob"), of("eve"));
        let error = bob.pipeline().incr("n").incr("n").execute().unwrap_err();
        let says = ["MULTI at 127.0.0.1:", "NOPERM", "executed one by one"];
        assert_error(&error, ErrorKind::Server, Outcome::MaybeExecuted, None, &says);
        assert_eq!(bob.get("n").unwrap(), Some(2));
        let error = eve.pipeline().incr("n").incr("n").execute().unwrap_err();
        assert_error(&error, ErrorKind::Server, Outcome::Rejected, None, &["MULTI at 127.0.0.1:", "NOPERM"]);
        assert_eq!(bob.get("n").unwrap(), Some(2));
        drop(eve);
        assert_all_well(&bob, &server);
    });
}

#[test]
fn f031_f032_answers_that_no_server_gives_close_the_connection() {
    trial(|| {
        let answers = [
            ("+OK\r\n+QUEUED\r\n+QUEUED\r\n*1\r\n:1\r\n", "EXEC answered 1 commands instead of 2"),
            (
                "+OK\r\n+QUEUED\r\n+QUEUED\r\n*3\r\n:1\r\n:1\r\n:1\r\n",
                "EXEC answered 3 commands instead of 2",
            ),
            ("+OK\r\n+QUEUED\r\n+QUEUED\r\n:1\r\n", "EXEC answered 0 commands instead of 2"),
            ("+OK\r\n+QUEUED\r\n:1\r\n*2\r\n:1\r\n:1\r\n", "a command after MULTI was not queued"),
            ("+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:1\r\n:1\r\n", "the answer to MULTI is not OK"),
            (
                "+OK\r\n-ERR no\r\n+QUEUED\r\n*1\r\n:1\r\n",
                "EXEC was run though a command had not been queued",
            ),
        ];
        for (answer, says) in answers {
            // Were the connection used again, the next call would have no reply.
            let error = error_of(|script| script.send(answer).ignore_rest());
            assert_error(
                &error,
                ErrorKind::Protocol,
                Outcome::MaybeExecuted,
                Phase::Read,
                &["a transaction at ", says],
            );
        }
        let one_too_many = "+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:1\r\n:1\r\n:1\r\n";
        let error = error_of(|script| script.send(one_too_many).ignore_rest());
        assert_error(&error, ErrorKind::Protocol, Outcome::MaybeExecuted, Phase::Read, &["nobody asked for"]);
    });
}

/// A server that refuses EXEC itself goes on queueing, as does its WATCH: nobody gets that connection.
#[test]
fn f102_a_connection_whose_exec_was_refused_is_closed() {
    trial(|| {
        let refused = "+OK\r\n+QUEUED\r\n+QUEUED\r\n-NOPERM no permission to run EXEC\r\n";
        let error = error_of(|script| script.send(refused).ignore_rest());
        assert_error(&error, ErrorKind::Server, Outcome::Rejected, None, &["EXEC at 127.0.0.1:", "NOPERM"]);
        assert!(!error.is_exec_abort());

        let play = greeted()
            .expect(["WATCH", "k"])
            .send("+OK\r\n")
            .expect(["MULTI"])
            .expect(["INCR", "k"])
            .expect(["EXEC"]);
        let refused = "-NOPERM no permission to run MULTI\r\n:1\r\n-ERR EXEC without MULTI\r\n";
        let server = then_echo([play.send(refused).ignore_rest()]);
        let r = client(server.url());
        let error = r.transaction("k", |tx| tx.multi().incr("k").execute()).unwrap_err();
        assert_error(&error, ErrorKind::Server, Outcome::MaybeExecuted, None, &["MULTI at ", "one by one"]);
        assert_recovered(&r);
        assert!(server.connections() > 1, "the WATCH is still there");
    });
}

/// As long as MULTI is not answered it may have been refused, and the commands behind it be executed as they come.
#[test]
fn f094_lost_before_multi_was_answered_leaves_open_what_was_executed() {
    trial(|| {
        for answer in ["", "-NOPERM no permission to run MULTI\r\n:1\r\n"] {
            let play = greeted().expect(["MULTI"]).expect(["INCR", "n"]).send(answer).delay(ms(50)).reset();
            let server = then_echo([play]);
            let r = builder(server.url()).timeout(ms(50_000)).build().unwrap();
            let value = vec![b'x'; 1 << 20];
            let p = r.pipeline().incr("n").all((0..16).map(|_| cmd::append("k", &value[..])));
            let error = p.execute().unwrap_err();
            assert_error(
                &error,
                ErrorKind::Closed,
                Outcome::MaybeExecuted,
                Phase::Write,
                &["a transaction at "],
            );
            assert!(error.not_sent().unwrap() > 0, "{error}");
            assert_eq!(server.connections(), 1);
            assert_recovered(&r);
        }
    });
}

/// What the server says before it closes is the cause.
#[test]
fn f090_an_error_of_queueing_counts_though_the_connection_is_lost_behind_it() {
    trial(|| {
        let error =
            error_of(|script| script.send("+OK\r\n-ERR wrong number of arguments\r\n").delay(ms(5)).close());
        let says = ["INCR (command 1 of the transaction) at ", "wrong number of arguments"];
        assert_error(&error, ErrorKind::Server, Outcome::Rejected, None, &says);
        assert!(error.is_exec_abort());
    });
}

/// Optimistic increments while connections are killed all the time: what was acknowledged is there, exactly once, and what was not
/// is there only if the error left that open.
#[test]
fn f103_increments_under_watch_while_connections_are_killed_add_up() {
    const THREADS: usize = 16;
    const EACH: usize = 40;
    trial(|| {
        let server = Server::start();
        let r = builder(server.url()).timeout(ms(20_000)).build().unwrap();
        let (done, acknowledged, open) =
            (AtomicBool::new(false), Mutex::new(Vec::new()), Mutex::new(Vec::new()));
        let finished = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    thread::sleep(ms(50));
                    server.command(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
                }
            });
            for thread in 0..THREADS {
                let (r, acknowledged, open, done, finished) = (&r, &acknowledged, &open, &done, &finished);
                scope.spawn(move || {
                    for n in 0..EACH {
                        let id = format!("{thread}-{n}");
                        let options = TransactionOptions::default().attempts(u32::MAX);
                        let result = r.transaction_with(options, "sum", |tx| {
                            let sum: i64 = tx.get("sum")?.unwrap_or(0);
                            tx.multi().set("sum", sum + 1).rpush("ids", &id).execute()
                        });
                        match result {
                            Ok(_) => acknowledged.lock().unwrap().push(id),
                            Err(error) if error.outcome() == Outcome::MaybeExecuted => {
                                open.lock().unwrap().push(id)
                            }
                            Err(error) => assert_eq!(error.outcome(), Outcome::NotSent, "{error}"),
                        }
                    }
                    if finished.fetch_add(1, Ordering::Relaxed) + 1 == THREADS {
                        done.store(true, Ordering::Relaxed);
                    }
                });
            }
        });
        let ids: Vec<String> = r.lrange("ids", 0, -1).unwrap();
        let unique: HashSet<&String> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len(), "twice");
        let acknowledged = acknowledged.into_inner().unwrap();
        let open = open.into_inner().unwrap();
        assert!(acknowledged.iter().all(|id| unique.contains(id)), "lost");
        assert!(ids.iter().all(|id| acknowledged.contains(id) || open.contains(id)), "nobody was told");
        assert_eq!(r.get("sum").unwrap(), Some(ids.len()), "an increment was overwritten");
        assert!(acknowledged.len() > THREADS * EACH / 2, "{} of {}", acknowledged.len(), THREADS * EACH);
        assert_all_well(&r, &server);
    });
}
