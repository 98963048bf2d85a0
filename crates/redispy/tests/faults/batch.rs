//! Batches, long waits and large requests.

use std::thread;
use std::time::Duration;

use redispy::{ErrorKind, Outcome, Phase, RetryPolicy, cmd, prelude::*};
use redispy_testkit::{ByteProxy, End, Endpoint, FakeServer, Fault, Server, text, wait_until};

use crate::oracles::{
    PATIENCE, SLACK, assert_all_well, assert_error, at_deadline, builder, client, greeted, ms, on_time, trial,
};

#[test]
fn f045_a_batch_on_a_frozen_server_has_one_deadline() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        r.ping().unwrap();
        server.pause();
        let quick = r.with_timeout(ms(200));
        let error = at_deadline(ms(200), || quick.batch((0..20).map(|n| cmd::set(format!("k{n}"), n))));
        assert_error(
            &error,
            ErrorKind::Timeout,
            Outcome::MaybeExecuted,
            Phase::Read,
            &["a batch at 127.0.0.1:", "no reply within 200 ms, 0 of 20 replies received"],
        );
        let progress = error.progress().unwrap();
        assert_eq!((progress.replies, progress.expected, error.not_sent()), (0, 20, Some(0)));
        server.resume();
        assert_all_well(&r, &server);
    });
}

/// The server writes a reply before it reads the next command, as one whose buffers are full does: both sides would wait
/// for ever if the client did not read while it writes.
#[test]
fn f048_a_batch_reads_while_it_writes() {
    trial(|| {
        let reply = format!("${}\r\n{}\r\n", 200, "x".repeat(200));
        let server = FakeServer::start([greeted().respond(move |_| reply.clone())]);
        let r = builder(server.url()).timeout(Duration::from_secs(50)).build().unwrap();
        let values: Vec<Option<String>> =
            r.batch((0..100_000).map(|n| cmd::get(format!("key:{n:0200}")))).unwrap();
        assert_eq!(values.len(), 100_000);
        assert!(values.iter().flatten().all(|value| value.len() == 200));
    });
}

#[test]
fn f049_killed_amid_a_batch_for_the_size_of_its_replies() {
    trial(|| {
        let server = Server::builder().option("client-output-buffer-limit", "normal 4mb 2mb 1").start();
        let r = builder(server.url()).retry(RetryPolicy::none()).build().unwrap();
        r.set("big", vec![b'x'; 1 << 20]).unwrap();
        let error =
            on_time(Duration::from_secs(5), || r.batch((0..400).map(|_| cmd::get::<redispy::Value>("big"))))
                .unwrap_err();
        assert_error(
            &error,
            ErrorKind::Closed,
            Outcome::MaybeExecuted,
            error.phase(),
            &["of 400 replies received"],
        );
        let progress = error.progress().unwrap();
        assert!(progress.replies < 400 && progress.expected == 400, "{progress:?}");
        assert!(error.to_string().contains(&format!("{} of 400", progress.replies)), "{error}");
        assert!(error.not_sent().unwrap() <= 400 - progress.replies);
        assert_all_well(&r, &server);
    });
}

/// What would take the connection from the commands behind it is not sent at all, nor is anything before it.
#[test]
fn a_batch_refuses_what_ends_or_holds_up_its_connection() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        for (words, says) in [
            (&["SHUTDOWN", "NOSAVE"][..], "not sent: run it by itself, on the client or a session: "),
            (&["BLPOP", "k", "1"], "not sent: run it by itself, on the client or a session: "),
            (&["SELECT", "1"], "not sent: the database in "),
        ] {
            let commands = [cmd(("SET", "k", "1")), cmd(redispy::each(words))];
            let error = r.batch(commands).unwrap_err();
            assert_error(&error, ErrorKind::Refused, Outcome::NotSent, None, &[words[0], says]);
        }
        assert_eq!(r.get::<i64>("k").unwrap(), None);
        assert_all_well(&r, &server);
    });
}

/// A batch that is cut on its way: `not_sent` counts commands at its end of which no byte left, and the server has none of
/// them.
#[test]
fn f049_a_batch_cut_on_its_way_tells_what_was_not_sent() {
    trial(|| {
        let server = Server::start();
        let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
        let r = client(proxy.url());
        r.ping().unwrap();
        let value = vec![b'x'; 1 << 20];
        proxy.to_server(Fault::none().cut_at(3 << 20, End::Reset));
        let error = r.batch((0..64).map(|n| cmd::set(format!("k{n}"), &value[..]))).unwrap_err();
        assert_error(
            &error,
            ErrorKind::Closed,
            Outcome::MaybeExecuted,
            error.phase(),
            &["of 64 replies received"],
        );
        let not_sent = error.not_sent().unwrap();
        assert!((1..=62).contains(&not_sent), "{not_sent}");
        for n in 64 - not_sent..64 {
            assert_eq!(text(&server.command(["EXISTS", &format!("k{n}")])), "0", "k{n}");
        }
        assert_eq!(text(&server.command(["EXISTS", "k0"])), "1");
        proxy.heal();
        assert_all_well(&r, &server);
    });
}

#[test]
fn f050_a_request_that_is_too_large_for_the_server() {
    trial(|| {
        let server = Server::builder().option("proto-max-bulk-len", "1mb").start();
        let r = client(server.url());
        r.ping().unwrap();
        let session = r.session().unwrap();
        for attempt in 0..20 {
            // Whether the server's refusal comes before or after the last byte is sent is chance.
            let error = if attempt == 0 {
                on_time(ms(2000), || session.set("k", vec![b'x'; 2 << 20])).unwrap_err()
            } else {
                on_time(ms(2000), || r.set("k", vec![b'x'; 2 << 20])).unwrap_err()
            };
            assert_error(
                &error,
                ErrorKind::Server,
                Outcome::Rejected,
                error.phase(),
                &["SET at", "Protocol error: invalid bulk length"],
            );
        }
        drop(session);
        assert_all_well(&r, &server);
        assert_eq!(text(&server.command(["EXISTS", "k"])), "0");
    });
}

#[test]
fn f046_block_time_is_added_to_the_deadline() {
    trial(|| {
        let server = Server::start();
        let r = builder(server.url()).timeout(ms(300)).build().unwrap();
        // Longer than the timeout, and nothing comes.
        let got: Option<(String, String)> =
            on_time(ms(800), || r.run(cmd(("BLPOP", "q", "0.7")).returns())).unwrap();
        assert_eq!(got, None);
        let session = r.session().unwrap();
        let answered: i64 = on_time(ms(800), || session.run(cmd(("WAIT", "1", "600")).returns())).unwrap();
        drop(session);
        assert_eq!(answered, 0);
        server.command(["XADD", "s", "1-1", "a", "b"]);
        let read = on_time(ms(800), || r.execute_command(("XREAD", "BLOCK", "600", "STREAMS", "s", "$")));
        assert_eq!(read.unwrap(), redispy::Value::Null);
        // Zero is for ever, whatever the timeout; another caller is not held up meanwhile.
        thread::scope(|scope| {
            let blocked = scope.spawn(|| r.run(cmd(("BLPOP", "q", "0")).returns::<(String, String)>()));
            wait_until("a blocked call", PATIENCE, || server.info("blocked_clients").as_deref() == Some("1"));
            thread::sleep(ms(500));
            on_time(SLACK, || r.set("other", 1)).unwrap();
            assert!(!blocked.is_finished());
            r.execute_command(("RPUSH", "q", "job")).unwrap();
            assert_eq!(blocked.join().unwrap().unwrap(), ("q".into(), "job".into()));
        });
        // A server that does not keep its own block time does not keep the caller for ever.
        server.pause();
        let error = at_deadline(ms(500), || r.execute_command(("BLPOP", "q", "0.2")));
        assert_error(
            &error,
            ErrorKind::Timeout,
            Outcome::MaybeExecuted,
            Phase::Read,
            &["BLPOP", "no reply within 500 ms"],
        );
        server.resume();
        assert_all_well(&r.with_timeout(Duration::from_secs(5)), &server);
    });
}
