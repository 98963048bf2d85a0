//! Connections that are lost, or fall silent, in the middle of a call or between two.

use std::thread;
use std::time::Duration;

use redispy::{ErrorKind, Outcome, Phase, RetryPolicy, cmd, prelude::*};
use redispy_testkit::{Answer, ByteProxy, End, Endpoint, Fault, Gate, Server, wait_until};

use crate::oracles::{
    PATIENCE, assert_all_well, assert_error, assert_recovered, at_deadline, builder, client, connections,
    forget, greeted, kept, ms, on_time, then_echo, trial, wait_for_calls,
};

#[test]
fn f038_killed_before_the_reply() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        r.ping().unwrap();
        server.pause();
        thread::scope(|scope| {
            let call = scope.spawn(|| r.run(cmd::set("k", 1)));
            wait_for_calls(&r, 1);
            thread::sleep(ms(20));
            server.kill();
            let error = on_time(ms(100), || call.join().unwrap()).unwrap_err();
            assert_error(
                &error,
                ErrorKind::Closed,
                Outcome::MaybeExecuted,
                Phase::Read,
                &["SET at 127.0.0.1:", "by the server", "may have executed"],
            );
        });
        server.restart();
        assert_all_well(&r, &server);
    });
}

/// A reply cut off after each of its bytes, in order and by force, with a command that writes and one that reads.
#[test]
fn f038_f039_cut_at_each_byte_of_the_reply() {
    trial(|| {
        let server = Server::start();
        let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
        let r = builder(proxy.url()).retry(RetryPolicy::none()).build().unwrap();
        server.command(["SET", "text", "hello"]);
        let replies: [(&[&str], u64); 2] = [(&["INCR", "n"], 4), (&["GET", "text"], 11)];
        for end in [End::Close, End::Reset] {
            for (command, length) in replies {
                for cut in 0..length {
                    r.ping().unwrap();
                    proxy.to_client(Fault::none().cut_at(cut, end));
                    let error = on_time(ms(300), || r.execute_command(redispy::each(command))).unwrap_err();
                    let says: &[&str] = match end {
                        End::Close => &["connection closed by the server"],
                        End::Reset => &["connection reset by the server"],
                    };
                    assert_error(&error, ErrorKind::Closed, Outcome::MaybeExecuted, Phase::Read, says);
                    proxy.heal();
                }
            }
        }
        assert_all_well(&r, &server);
        // Cut behind the reply: it is delivered, and the connection is not lent again.
        proxy.to_client(Fault::none().cut_at(4, End::Close));
        assert!(r.execute_command(("INCR", "n")).is_ok());
        proxy.heal();
        assert_all_well(&r, &server);
    });
}

#[test]
fn f038_a_reading_call_survives_the_loss_of_its_connection() {
    trial(|| {
        let server = Server::start();
        let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
        let r = client(proxy.url());
        r.set("k", "v").unwrap();
        for end in [End::Close, End::Reset] {
            proxy.to_client(Fault::none().hold());
            thread::scope(|scope| {
                let call = scope.spawn(|| r.get::<String>("k"));
                wait_for_calls(&r, 1);
                thread::sleep(ms(20));
                proxy.cut(end);
                proxy.heal();
                assert_eq!(on_time(ms(500), || call.join().unwrap()).unwrap().as_deref(), Some("v"));
            });
            assert_all_well(&r, &server);
        }
    });
}

#[test]
fn f040_a_server_that_closes_its_side_is_noticed_at_once() {
    trial(|| {
        let server = then_echo([greeted().expect(["INCR", "n"]).half_close().ignore_rest()]);
        let r = client(server.url());
        let error = on_time(ms(100), || r.execute_command(("INCR", "n"))).unwrap_err();
        assert_error(
            &error,
            ErrorKind::Closed,
            Outcome::MaybeExecuted,
            Phase::Read,
            &["connection closed by the server"],
        );
        assert_recovered(&r);
    });
}

#[test]
fn f041_a_reply_that_comes_with_the_end_is_delivered_and_its_connection_not_used_again() {
    trial(|| {
        let server = then_echo([greeted().respond(|_| Answer::SendAndClose(b":7\r\n".to_vec()))]);
        let r = client(server.url());
        let n: i64 = r.run(cmd(("INCR", "n")).returns()).unwrap();
        assert_eq!(n, 7);
        forget();
        assert_eq!(r.run(cmd(("INCR", "n")).returns::<i64>()).unwrap(), 1);
        assert_eq!((server.connections(), r.stats().found_dead), (2, 1));
        assert_recovered(&r);
    });
}

#[test]
fn f042_the_reply_that_comes_too_late_is_nobodys() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        let quick = r.with_timeout(ms(200));
        for _ in 0..2 {
            let error = at_deadline(ms(200), || quick.execute_command(("DEBUG", "SLEEP", "0.4")));
            assert_error(
                &error,
                ErrorKind::Timeout,
                Outcome::MaybeExecuted,
                Phase::Read,
                &["DEBUG", "no reply within 200 ms (waiting for the reply; may have executed)"],
            );
            assert_eq!(kept(&r), 0);
            // While the late reply is on its way, and after it.
            assert_all_well(&r, &server);
            r.pool().clear();
        }
    });
}

#[test]
fn f043_f044_late_after_a_push_half_a_header_or_half_a_payload() {
    const PUSH: &str = ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n";
    let cases = [("", PUSH), (PUSH, ""), ("$1", ""), ("$10\r\nhel", "lo"), ("$10\r\n0123456789\r", "\n")];
    for (before, after) in cases {
        trial(|| {
            let late = Gate::new();
            let server = then_echo([greeted()
                .expect(["PING"])
                .send("+PONG\r\n")
                .expect(["INCR", "n"])
                .send(before)
                .wait_for(&late)
                .send(after)
                .send("0\r\n1234567890\r\n")
                .ignore_rest()]);
            let r = builder(server.url()).timeout(ms(150)).build().unwrap();
            // The connection is there when the clock starts.
            r.with_timeout(PATIENCE).ping().unwrap();
            let error = at_deadline(ms(150), || r.execute_command(("INCR", "n")));
            assert_error(&error, ErrorKind::Timeout, Outcome::MaybeExecuted, Phase::Read, &[]);
            late.open();
            assert_recovered(&r.with_timeout(Duration::from_secs(5)));
            assert_eq!(server.commands(0).iter().filter(|command| command[0] == "ECHO").count(), 0);
        });
    }
}

#[test]
fn f047_a_server_that_takes_no_more_bytes() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        // The connection is there when the server stops.
        r.session().unwrap().ping().unwrap();
        // Made before the clock starts.
        let set = cmd("SET").arg(("k", vec![b'x'; 64 << 20]));
        server.pause();
        let error = at_deadline(ms(300), || r.with_timeout(ms(300)).run(set));
        assert_error(
            &error,
            ErrorKind::Timeout,
            Outcome::MaybeExecuted,
            Phase::Write,
            &["takes no more bytes", "300 ms", "sending"],
        );
        server.resume();
        assert_all_well(&r, &server);
        assert_eq!(r.get::<String>("k").unwrap(), None);
    });
}

#[test]
fn f059_connections_killed_while_idle_are_replaced_before_anything_is_sent() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        assert_recovered(&r);
        for round in 1..=3 {
            server.command(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
            wait_until("idle connections to be killed", PATIENCE, || connections(&server) == 0);
            forget();
            // A write is as safe as a read: not a byte of it was sent on a dead connection.
            assert_eq!(r.run(cmd(("INCR", "n")).returns::<i64>()).unwrap(), round);
            assert_eq!(r.get::<i64>("n").unwrap(), Some(round));
        }
        assert_all_well(&r, &server);
    });
}

#[test]
fn f059_connections_dropped_by_the_servers_own_idle_timeout() {
    trial(|| {
        let server = Server::builder().option("timeout", "1").start();
        let r = client(server.url());
        r.execute_command(("INCR", "n")).unwrap();
        wait_until("the idle connection to be dropped", PATIENCE, || connections(&server) == 0);
        assert_eq!(r.run(cmd(("INCR", "n")).returns::<i64>()).unwrap(), 2);
        assert_eq!(r.stats().found_dead, 1);
    });
}

#[test]
fn f060_a_wire_that_swallows_everything() {
    trial(|| {
        let server = Server::start();
        let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
        let r = client(proxy.url());
        let quick = r.with_timeout(ms(200));
        quick.ping().unwrap();
        proxy.to_server(Fault::none().swallow());
        proxy.to_client(Fault::none().swallow());
        let error = at_deadline(ms(200), || quick.run(cmd::set("k", 1)));
        assert_error(&error, ErrorKind::Timeout, Outcome::MaybeExecuted, Phase::Read, &[]);
        proxy.heal();
        assert_all_well(&r, &server);
    });
}

#[test]
fn f061_a_paused_server_shorter_and_longer_than_the_deadline() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        server.command(["CLIENT", "PAUSE", "300", "WRITE"]);
        assert!(on_time(ms(300), || r.set("k", 1)).unwrap());
        server.command(["CLIENT", "PAUSE", "500", "WRITE"]);
        let error = at_deadline(ms(200), || r.with_timeout(ms(200)).run(cmd::set("k", 2)));
        assert_error(&error, ErrorKind::Timeout, Outcome::MaybeExecuted, Phase::Read, &[]);
        // Reads are not paused, and the connection of the write is gone.
        assert_all_well(&r, &server);
    });
}

#[test]
fn f070_closing_from_another_thread_ends_calls_under_way() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        let session = r.session().unwrap();
        thread::scope(|scope| {
            let blocked = scope.spawn(|| session.execute_command(("BLPOP", "q", "0")));
            wait_until("a blocked call", PATIENCE, || server.info("blocked_clients").as_deref() == Some("1"));
            session.close();
            let error = on_time(ms(100), || blocked.join().unwrap()).unwrap_err();
            assert_error(
                &error,
                ErrorKind::Closed,
                Outcome::MaybeExecuted,
                Phase::Read,
                &["BLPOP", "connection closed from this side"],
            );
        });
        drop(session);
        assert_all_well(&r, &server);

        thread::scope(|scope| {
            let calls: Vec<_> =
                (0..4).map(|_| scope.spawn(|| r.execute_command(("BLPOP", "q", "0")))).collect();
            wait_until("blocked calls", PATIENCE, || server.info("blocked_clients").as_deref() == Some("4"));
            r.pool().abort();
            for call in calls {
                let error = on_time(ms(100), || call.join().unwrap()).unwrap_err();
                assert_error(&error, ErrorKind::Closed, Outcome::MaybeExecuted, Phase::Read, &[]);
            }
        });
        let error = r.run(cmd::set("k", 1)).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::PoolClosed, Outcome::NotSent));
        wait_until("all connections to be closed", PATIENCE, || connections(&server) == 0);
    });
}
