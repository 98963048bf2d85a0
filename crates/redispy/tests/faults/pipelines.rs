//! Pipelines that fail as a whole, in part, or not at all; `transactions.rs` has what only MULTI and EXEC bring.

use std::thread;
use std::time::Duration;

use redispy::{ErrorKind, Outcome, Phase, RetryPolicy, cmd, prelude::*};
use redispy_testkit::{ByteProxy, End, Endpoint, FakeServer, Fault, Server, text};

use crate::oracles::{
    assert_all_well, assert_error, assert_recovered, at_deadline, builder, client, greeted, ms, on_time,
    pooled_client, queueing, then_echo, trial, wait_for_calls,
};

#[test]
fn f089_a_command_that_fails_leaves_the_others_their_replies() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        r.set("word", "x").unwrap();
        let p = r.pipeline().transaction(false).incr("n").incr("word").get::<i64>("word").incr("n");
        let (a, b, c, d) = p.execute_each().unwrap();
        assert_eq!((a.unwrap(), d.unwrap()), (1, 2));
        let says = ["INCR (command 2 of the pipeline) at 127.0.0.1:", "not an integer"];
        assert_error(&b.unwrap_err(), ErrorKind::Server, Outcome::Rejected, None, &says);
        let says = ["GET (command 3 of the pipeline) at 127.0.0.1:", "expected an integer"];
        assert_error(&c.unwrap_err(), ErrorKind::Type, Outcome::MaybeExecuted, None, &says);
        assert_all_well(&r, &server);
    });
}

#[test]
fn f045_a_pipeline_on_a_frozen_server_has_one_deadline() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        for (transaction, expected, label) in [(true, 22, "a transaction"), (false, 20, "a pipeline")] {
            r.ping().unwrap();
            r.session().unwrap().ping().unwrap();
            server.pause();
            let error = at_deadline(ms(200), || {
                let sets = (0..20).map(|n| cmd::set(format!("k{n}"), n));
                r.pipeline().transaction(transaction).all(sets).with_timeout(ms(200)).execute()
            });
            let reached = format!("no reply within 200 ms, 0 of {expected} replies received");
            let says = [label, " at 127.0.0.1:", &reached];
            assert_error(&error, ErrorKind::Timeout, Outcome::MaybeExecuted, Phase::Read, &says);
            assert_eq!(error.not_sent(), Some(0));
            server.resume();
            assert_all_well(&r, &server);
        }
    });
}

#[test]
fn f098_a_pipeline_that_only_reads_is_sent_again_and_no_other() {
    trial(|| {
        for transaction in [false, true] {
            let lost =
                || if transaction { greeted().expect(["MULTI"]) } else { greeted().expect(["GET", "a"]) };
            let server = FakeServer::start_then([lost().reset()], greeted().respond(queueing()));
            let r = client(server.url());
            let reads = r.pipeline().transaction(transaction).get::<i64>("a").get::<i64>("b");
            assert_eq!(reads.execute().unwrap(), (Some(1), Some(1)));
            assert_eq!(server.connections(), 2);
            assert_recovered(&r);

            let server = then_echo([lost().reset()]);
            let r = client(server.url());
            let one_writes = r.pipeline().transaction(transaction).get::<i64>("a").incr("n");
            let error = one_writes.execute().unwrap_err();
            assert_error(&error, ErrorKind::Closed, Outcome::MaybeExecuted, error.phase(), &["0 of "]);
            assert_eq!(server.connections(), 1);
            assert_recovered(&r);
        }
    });
}

#[test]
fn f098_replies_that_came_before_it_was_sent_again_are_forgotten() {
    trial(|| {
        let lost = || greeted().expect(["GET", "a"]).send(":7\r\n").expect(["GET", "b"]).reset();
        let again = || {
            let server = FakeServer::start_then([lost()], greeted().respond(queueing()));
            let r = client(server.url());
            (server, r)
        };
        let (_server, r) = again();
        let p = r.pipeline().transaction(false).get::<i64>("a").get::<i64>("b");
        assert_eq!(p.execute().unwrap(), (Some(1), Some(1)));
        assert_recovered(&r);
        let (_server, r) = again();
        let (all,) = r.pipeline().transaction(false).all(["a", "b"].map(cmd::get::<i64>)).execute().unwrap();
        assert_eq!(all, [Some(1), Some(1)]);
        assert_recovered(&r);
        let (_server, r) = again();
        assert_eq!(r.batch(["a", "b"].map(cmd::get::<i64>)).unwrap(), [Some(1), Some(1)]);
        assert_recovered(&r);
        let (_server, r) = again();
        let mut p = r.pipeline().transaction(false).dynamic();
        let slots = ["a", "b"].map(|key| p.get::<i64>(key));
        let mut replies = p.execute().unwrap();
        assert_eq!((replies.len(), slots.map(|slot| replies.take(slot).unwrap())), (2, [Some(1), Some(1)]));
        assert_recovered(&r);
    });
}

#[test]
fn f098_what_is_sent_again_ends_at_the_deadline() {
    trial(|| {
        let server = Server::start();
        let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
        let r = client(proxy.url());
        r.session().unwrap().ping().unwrap();
        proxy.to_client(Fault::none().hold());
        thread::scope(|scope| {
            let quick = r.with_timeout(ms(300));
            let call = scope.spawn(move || {
                at_deadline(ms(300), || quick.pipeline().get::<i64>("a").get::<i64>("b").execute())
            });
            wait_for_calls(&r, 1);
            thread::sleep(ms(50));
            // What is sent again over another connection is not answered either.
            proxy.cut(End::Reset);
            assert!(call.join().unwrap().is_timeout());
        });
        proxy.heal();
        assert_all_well(&r, &server);
    });
}

#[test]
fn f099_replies_that_came_before_the_end_are_kept() {
    trial(|| {
        let play = greeted()
            .expect(["SET", "a", "1"])
            .expect(["INCR", "n"])
            .send("+OK\r\n:5\r\n")
            .expect(["INCR", "m"])
            .reset();
        let server = then_echo([play]);
        let r = client(server.url());
        let p = || r.pipeline().transaction(false).set("a", 1).incr("n").incr("m").get::<i64>("b");
        let (a, n, m, b) = p().execute_each().unwrap();
        assert!(a.unwrap());
        assert_eq!(n.unwrap(), 5);
        for (error, name) in [(m.unwrap_err(), "INCR (command 3 of"), (b.unwrap_err(), "GET (command 4 of")] {
            assert_error(
                &error,
                ErrorKind::Closed,
                Outcome::MaybeExecuted,
                error.phase(),
                &[name, "2 of 4 replies received"],
            );
        }
        assert_eq!(server.connections(), 1);
        assert_recovered(&r);
    });
}

/// One reply too many: whose it is nobody can say, so none of them is believed; and all of the commands were sent.
#[test]
fn f031_a_reply_that_nobody_asked_for_ends_a_pipeline_as_a_whole() {
    trial(|| {
        let get = || cmd::get::<i64>("k");
        for pooled in [false, true] {
            for way in 0..4 {
                let play = greeted().expect(["GET", "k"]).expect(["GET", "k"]).send(":1\r\n:2\r\n:3\r\n");
                let server = then_echo([play.ignore_rest()]);
                let r = if pooled { pooled_client(server.url()) } else { client(server.url()) };
                let p = || r.pipeline().transaction(false).run(get()).run(get());
                let error = on_time(ms(1000), || match way {
                    0 => p().execute().unwrap_err(),
                    1 => p().execute_each().unwrap_err(),
                    2 => r.batch([get(), get()]).unwrap_err(),
                    _ => {
                        let mut p = r.pipeline().transaction(false).dynamic();
                        let _slots = [p.run(get()), p.run(get())];
                        p.execute_each().unwrap_err()
                    }
                });
                let says = ["a reply that nobody asked for"];
                assert_error(&error, ErrorKind::Protocol, Outcome::MaybeExecuted, Phase::Read, &says);
                assert_eq!(error.not_sent(), Some(0), "{error:?}");
                assert_recovered(&r);
            }
        }
    });
}

/// Of 64 commands of a megabyte the server gets three: what is behind them was not sent, as far as no byte of it left.
#[test]
fn f099_what_was_not_sent_is_told_from_what_may_have_been_executed() {
    trial(|| {
        let server = Server::start();
        let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
        let r = client(proxy.url());
        r.ping().unwrap();
        let value = vec![b'x'; 1 << 20];
        proxy.to_server(Fault::none().cut_at((3 << 20) + 4096, End::Close));
        // What the server answers is held back until the end, or the replies may be lost with the connection.
        let mut p = r.pipeline().transaction(false).dynamic();
        let slots: Vec<_> = (0..64).map(|n| p.set(format!("k{n}"), &value[..])).collect();
        match p.execute_each() {
            Err(error) => {
                let closed = (ErrorKind::Closed, Outcome::MaybeExecuted);
                assert_eq!((error.kind(), error.outcome()), closed, "{error}");
                let not_sent = error.not_sent().unwrap();
                assert!((1..=62).contains(&not_sent), "{not_sent}");
            }
            Ok(mut replies) => {
                for (n, slot) in slots.into_iter().enumerate() {
                    let there = text(&server.command(["EXISTS", &format!("k{n}")]));
                    match replies.take(slot).map_err(|error| error.outcome()) {
                        Ok(set) => assert!(set && there == "1", "k{n}"),
                        Err(Outcome::NotSent) => assert_eq!(there, "0", "k{n}"),
                        Err(outcome) => assert_eq!(outcome, Outcome::MaybeExecuted, "k{n}"),
                    }
                }
            }
        }
        assert_eq!(text(&server.command(["EXISTS", "k63"])), "0");
        proxy.heal();
        assert_all_well(&r, &server);
    });
}

#[test]
fn f100_an_argument_that_cannot_be_sent_stops_all_commands_before_the_first_byte() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        for transaction in [true, false] {
            let p = || r.pipeline().transaction(transaction).set("a", 1).set("b", f64::NAN).set("c", 3);
            for error in [p().execute().unwrap_err(), p().execute_each().unwrap_err()] {
                let says = ["SET (command 2 of the ", "must be a number, not NaN"];
                assert_error(&error, ErrorKind::Argument, Outcome::NotSent, None, &says);
                assert_eq!(error.position(), Some(1));
            }
        }
        let error = r.batch([1.0, f64::NAN].map(|value| cmd::set("a", value))).unwrap_err();
        assert_error(&error, ErrorKind::Argument, Outcome::NotSent, None, &["SET (command 2 of the batch)"]);
        assert_eq!(r.stats().dials, 0);
        assert_eq!(r.exists(["a", "b", "c"]).unwrap(), 0);
        assert_all_well(&r, &server);
    });
}

#[test]
fn f102_an_empty_pipeline_sends_nothing_and_leaves_nothing_behind() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        for transaction in [true, false] {
            r.pipeline().transaction(transaction).execute().unwrap();
            let mut p = r.pipeline().transaction(transaction).dynamic();
            assert!(p.execute().unwrap().values().is_empty());
            p.incr("n");
            p.clear();
            assert!(p.execute_each().unwrap().is_empty());
        }
        assert_eq!(r.stats().dials, 0);
        assert_all_well(&r, &server);
    });
}

/// A million commands go out while their replies come in; the server has as many commands as there are replies.
#[test]
fn f102_a_million_commands_in_one_pipeline() {
    trial(|| {
        let server = Server::start();
        let r = builder(server.url()).timeout(Duration::from_secs(60)).build().unwrap();
        const MANY: i64 = 1_000_000;
        let (numbers,) =
            r.pipeline().transaction(false).all((0..MANY).map(|_| cmd::incr("n"))).execute().unwrap();
        assert!((1..=MANY).eq(numbers));
        assert_all_well(&r, &server);
    });
}

/// The server writes a reply before it reads the next command: both sides would wait for ever if the client did not read while
/// it writes.
#[test]
fn f048_a_pipeline_reads_while_it_writes_whatever_the_size_of_its_arguments() {
    trial(|| {
        let large = format!("${}\r\n{}\r\n", 1 << 20, "x".repeat(1 << 20));
        let answers = greeted().respond(move |request| match &request[0][..] {
            b"ECHO" => large.clone(),
            _ => ":1\r\n".into(),
        });
        let server = FakeServer::start_then([], answers);
        let r = builder(server.url())
            .timeout(Duration::from_secs(50))
            .retry(RetryPolicy::none())
            .build()
            .unwrap();
        let value = "x".repeat(1 << 20);
        let (echoes, n) = r
            .pipeline()
            .transaction(false)
            .all((0..128).map(|_| cmd::echo::<String>(&value)))
            .incr("n")
            .execute()
            .unwrap();
        assert!(echoes.iter().all(|echo| *echo == value) && n == 1);
        assert_eq!(on_time(ms(1000), || r.incr("n")).unwrap(), 1);
    });
}
