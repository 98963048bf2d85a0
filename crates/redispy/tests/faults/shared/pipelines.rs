//! Errors of servers, pipelines, batches and transactions, while 64 threads share one connection.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use redispy::{Error, ErrorKind, Outcome, RetryPolicy, cmd, prelude::*};
use redispy_testkit::{Answer, FakeServer, Server, wait_until};

use super::herd::{Herd, THREADS, all, answer, shared, then_answer};
use crate::oracles::{PATIENCE, assert_all_well, assert_error, assert_recovered, greeted, ms, trial};
use crate::server_errors::{ERRORS, PATIENT};

/// SET of a number is answered with the error of that number and the number itself.
fn refusing() -> FakeServer {
    FakeServer::start_then(
        [],
        greeted().respond(|request: &[Vec<u8>]| match request {
            [name, number, _] if name == b"SET" => {
                let number = String::from_utf8(number.clone()).unwrap();
                let (text, _) = ERRORS[number.parse::<usize>().unwrap() % ERRORS.len()];
                format!("-{text} ({number})\r\n").into_bytes()
            }
            _ => answer(request),
        }),
    )
}

#[track_caller]
fn assert_own(error: &Error, number: usize) {
    let (text, code) = ERRORS[number % ERRORS.len()];
    assert_error(error, ErrorKind::Server, Outcome::Rejected, None, &["SET"]);
    assert_eq!(error.server_error().unwrap().bytes(), format!("{text} ({number})").as_bytes());
    assert!(text.is_empty() || error.code() == Some(code), "{error:?}");
}

#[test]
fn f071_f072_64_callers_get_their_own_errors() {
    trial(|| {
        let server = refusing();
        let r = shared(server.url()).build().unwrap();
        all(|n| {
            for round in 0..10 {
                let number = n + round * THREADS;
                let set = || cmd(("SET", number, 1));
                assert_own(&r.run(set()).unwrap_err(), number);
                let error = r.batch([cmd(("ECHO", "a")), set(), cmd(("ECHO", "b"))]).unwrap_err();
                assert_own(&error, number);
                assert_eq!(error.position(), Some(1));
                let p = r.pipeline().transaction(false);
                let p =
                    p.echo::<String>(format!("a{number}")).run(set()).echo::<String>(format!("b{number}"));
                let (a, refused, b) = p.execute_each().unwrap();
                assert_eq!((a.unwrap(), b.unwrap()), (format!("a{number}"), format!("b{number}")));
                assert_own(&refused.unwrap_err(), number);
            }
        });
        assert_eq!(server.connections(), 1);
    });
}

/// A server that asks for patience is asked again by each caller, until it has none to ask for or the deadline passes.
#[test]
fn f058_f071_a_server_that_asks_64_callers_for_patience() {
    trial(|| {
        let (ready, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let script = {
            let (ready, asked) = (Arc::clone(&ready), Arc::clone(&asked));
            greeted().respond(move |request: &[Vec<u8>]| {
                if request[0] != b"SET" || ready.load(Ordering::Relaxed) {
                    return answer(request);
                }
                let text = PATIENT[asked.fetch_add(1, Ordering::Relaxed) % PATIENT.len()];
                format!("-{text}\r\n").into_bytes()
            })
        };
        let server = FakeServer::start_then([], script);
        let r = shared(server.url()).build().unwrap();
        let errors = all(|n| {
            let begin = Instant::now();
            let error = r.with_timeout(ms(150)).set(n, n).unwrap_err();
            assert!(begin.elapsed() < ms(650), "{:?}", begin.elapsed());
            error
        });
        for error in errors {
            assert!(error.outcome() == Outcome::Rejected || error.is_timeout(), "{error}");
        }
        assert!(asked.load(Ordering::Relaxed) > THREADS, "{asked:?}");
        thread::scope(|scope| {
            let calls = scope.spawn(|| all(|n| r.with_timeout(PATIENCE).set(n, n).unwrap()));
            thread::sleep(ms(100));
            ready.store(true, Ordering::Relaxed);
            assert!(calls.join().unwrap().into_iter().all(|set| set));
        });
        assert_recovered(&r);
    });
}

#[test]
fn f089_f100_f102_pipelines_that_fail_in_part_or_cannot_be_sent_among_64() {
    trial(|| {
        let server = Server::start();
        let r = shared(server.url()).build().unwrap();
        all(|n| {
            let (word, own) = (format!("word{n}"), format!("n{n}"));
            r.set(&word, format!("w{n}")).unwrap();
            for round in 1..=10 {
                let p = r.pipeline().transaction(false);
                let (a, b, c, d) =
                    p.incr(&own).incr(&word).get::<String>(&word).incr(&own).execute_each().unwrap();
                assert_eq!((a.unwrap(), d.unwrap()), (2 * round - 1, 2 * round));
                assert_eq!(c.unwrap(), Some(format!("w{n}")));
                assert_error(&b.unwrap_err(), ErrorKind::Server, Outcome::Rejected, None, &["command 2 of"]);
                let p = r.pipeline().transaction(false).incr(&own).set("b", f64::NAN).incr(&own);
                let error = p.execute().unwrap_err();
                assert_error(&error, ErrorKind::Argument, Outcome::NotSent, None, &["command 2 of"]);
                r.pipeline().transaction(false).execute().unwrap();
            }
        });
        assert_eq!(r.stats().dials, 1);
        assert_all_well(&r, &server);
    });
}

/// Transactions take connections of the pool; those of 64 threads run wholly once or not at all, whatever is killed.
#[test]
fn f093_f097_f103_transactions_of_64_callers_beside_shared_calls_while_connections_are_killed() {
    trial(|| {
        let server = Server::start();
        let r = shared(server.url()).max_connections(8).build().unwrap();
        let (over, sure) = (AtomicBool::new(false), AtomicUsize::new(0));
        let maybe = AtomicUsize::new(0);
        thread::scope(|scope| {
            let calls = scope.spawn(|| {
                all(|n| {
                    let (a, b) = (format!("a{n}"), format!("b{n}"));
                    while !over.load(Ordering::Relaxed) {
                        let result = match n % 4 {
                            // Optimistic increments of one counter.
                            0 => r
                                .transaction("sum", |tx| {
                                    let sum: Option<i64> = tx.get("sum")?;
                                    tx.multi().set("sum", sum.unwrap_or_default() + 1).execute()
                                })
                                .map(drop),
                            1 => r.pipeline().incr(&a).incr(&b).execute().map(drop),
                            _ => r.echo::<String>(&a).map(|echo| assert_eq!(echo, a)),
                        };
                        match result {
                            Ok(()) if n % 4 == 0 => drop(sure.fetch_add(1, Ordering::Relaxed)),
                            Err(error) if error.outcome() == Outcome::MaybeExecuted && n % 4 == 0 => {
                                maybe.fetch_add(1, Ordering::Relaxed);
                            }
                            Ok(()) => {}
                            Err(error) => {
                                let kinds = [ErrorKind::Closed, ErrorKind::Connect, ErrorKind::Watch];
                                assert!(kinds.contains(&error.kind()), "{error}");
                            }
                        }
                    }
                });
            });
            for _ in 0..8 {
                thread::sleep(ms(50));
                server.command(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
            }
            over.store(true, Ordering::Relaxed);
            calls.join().unwrap();
        });
        let (sum, sure): (Option<usize>, _) = (r.get("sum").unwrap(), sure.into_inner());
        let sum = sum.unwrap_or_default();
        assert!(sure > 0 && (sure..=sure + maybe.into_inner()).contains(&sum), "{sure} {sum}");
        for n in (1..THREADS).step_by(4) {
            let both: Vec<Option<i64>> = r.mget([format!("a{n}"), format!("b{n}")]).unwrap();
            assert_eq!(both[0], both[1], "half a transaction");
        }
        assert_all_well(&r, &server);
    });
}

/// Reads are sent again within their deadlines, however often the connection is killed; so nobody notices.
#[test]
fn f098_reads_of_64_callers_survive_the_loss_of_their_connection() {
    trial(|| {
        let server = Server::start();
        let r = shared(server.url()).build().unwrap();
        for n in 0..THREADS {
            r.set(format!("k{n}"), n).unwrap();
        }
        let (over, reads) = (AtomicBool::new(false), AtomicUsize::new(0));
        thread::scope(|scope| {
            let calls = scope.spawn(|| {
                all(|n| {
                    let key = format!("k{n}");
                    while !over.load(Ordering::Relaxed) {
                        assert_eq!(r.get::<usize>(&key).unwrap(), Some(n));
                        let p = r.pipeline().transaction(false).get::<usize>(&key).get::<usize>(&key);
                        assert_eq!(p.execute().unwrap(), (Some(n), Some(n)));
                        reads.fetch_add(2, Ordering::Relaxed);
                    }
                });
            });
            for _ in 0..5 {
                let before = reads.load(Ordering::Relaxed);
                server.command(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
                wait_until("reads to go on", PATIENCE, || reads.load(Ordering::Relaxed) > before + THREADS);
                thread::sleep(ms(60));
            }
            over.store(true, Ordering::Relaxed);
            calls.join().unwrap();
        });
        assert_all_well(&r, &server);
    });
}

/// The server reads a hundred commands of 64 pipelines of four, answers most of them, and is gone.
#[test]
fn f099_replies_that_came_before_the_end_are_kept_by_64_pipelines() {
    trial(|| {
        for answers in [0, 1, 30, 97, 100] {
            let read = AtomicUsize::new(0);
            let server = then_answer([greeted().respond(move |request: &[Vec<u8>]| {
                match read.fetch_add(1, Ordering::Relaxed) {
                    count if count < answers => Answer::Send(answer(request)),
                    100.. => Answer::SendAndClose(Vec::new()),
                    _ => Answer::Silence,
                }
            })]);
            let r = shared(server.url()).retry(RetryPolicy::none()).build().unwrap();
            let kept = Mutex::new((0, Vec::new()));
            all(|n| {
                let own = |k: usize| cmd(("INCRBY", format!("{n}-{k}"), 4 * n + k)).returns::<i64>();
                let mut p = r.pipeline().transaction(false).with_timeout(PATIENCE).dynamic();
                let slots = [0, 1, 2, 3].map(|k| p.run(own(k)));
                let told = |error: &Error| (error.kind(), error.outcome());
                let results = match p.execute_each() {
                    Ok(mut replies) => slots.map(|slot| replies.take(slot).map_err(|error| told(&error))),
                    Err(error) => [Err(told(&error)); 4],
                };
                let mut kept = kept.lock().unwrap();
                for (k, result) in results.into_iter().enumerate() {
                    match result {
                        Ok(reply) => {
                            assert_eq!(usize::try_from(reply).unwrap(), 4 * n + k);
                            kept.0 += 1;
                        }
                        Err((ErrorKind::Closed, Outcome::NotSent)) => kept.1.push(format!("{n}-{k}")),
                        Err(told) => assert_eq!(told, (ErrorKind::Closed, Outcome::MaybeExecuted)),
                    }
                }
            });
            let (kept, unsent) = kept.into_inner().unwrap();
            let received: Vec<_> = (0..server.connections()).flat_map(|at| server.commands(at)).collect();
            let of_the_next = received.len() - server.commands(0).len();
            assert!(kept <= answers + of_the_next, "{kept} of {answers}");
            let there = |key: &String| received.iter().any(|command| command.get(1) == Some(key));
            assert!(!unsent.iter().any(there), "not sent, and received");
            assert_recovered(&r);
        }
    });
}

/// Four connections: a call takes the one with the fewest under way. One after the other dies, and the rest goes on.
#[test]
fn f038_one_of_several_shared_connections_dies_under_64_callers() {
    trial(|| {
        let server = Server::start();
        let r = shared(server.url()).shared_connections(4).build().unwrap();
        let herd = Herd::run(&r, PATIENCE, |herd| {
            wait_until("all connections to be in use", PATIENCE, || r.stats().shared == 4);
            for _ in 0..8 {
                herd.wait_for_success();
                let list = redispy_testkit::text(&server.command(["CLIENT", "LIST", "TYPE", "normal"]));
                // Not the one that asks.
                let other = list.lines().find(|line| !line.contains("cmd=client"));
                let Some(id) = other.and_then(|line| line.split(['=', ' ']).nth(1)) else { continue };
                // It may have been replaced meanwhile.
                let _ = server.try_command(["CLIENT", "KILL", "ID", id]);
            }
            herd.wait_for_success();
        });
        herd.failed(&[ErrorKind::Closed]);
        assert!(r.stats().dials > 4, "{:?}", r.stats());
        herd.settle(&server);
        assert_all_well(&r, &server);
    });
}

/// A call that panics where its reply is decoded has read for the others, or had them read for it: they do not notice.
#[test]
fn f075_decoders_that_panic_among_64_callers() {
    trial(|| {
        let server = Server::start();
        let r = shared(server.url()).build().unwrap();
        let herd = Herd::run(&r, PATIENCE, |herd| {
            let begin = Instant::now();
            while begin.elapsed() < Duration::from_millis(150) {
                let panics = cmd(("PING",)).decode::<()>(|_| panic!("the decoder"));
                let call = std::panic::AssertUnwindSafe(|| r.run(panics));
                assert!(std::panic::catch_unwind(call).is_err());
            }
            herd.wait_for_success();
        });
        assert_eq!((herd.failed(&[]), r.stats().dials), (0, 1));
        assert_all_well(&r, &server);
        herd.settle(&server);
    });
}
