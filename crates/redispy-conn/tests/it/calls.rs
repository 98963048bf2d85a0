//! Replies that are wrong, too many or too few; pipelines; what a panic leaves behind.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use redispy_conn::{
    Address, Condition, Config, Connection, Deadline, ErrorKind, MemoryTransport, Outcome, Phase, Readiness,
    Transport,
};
use redispy_testkit::{Frame, Server, text, timed, wait_until};
use resp_proto::RequestDecoder;

use crate::support::*;

#[test]
fn f001_bytes_that_are_no_reply_close_the_connection() {
    for garbage in ["@x\r\n", "\0", "\r\n", "$12a\r\n", "$4\r\nfineXX", ":12x\r\n"] {
        let server = then_echo([greeted().expect(["GET", "k"]).send(garbage).ignore_rest()]);
        let pool = pool(&server.url());
        let error = run(&pool, &["GET", "k"]).unwrap_err();
        assert_error(&error, ErrorKind::Protocol, Outcome::MaybeExecuted, Phase::Read);
        assert!(error.to_string().contains(" at byte "), "{error}");
        assert_aligned(&pool);
        assert_eq!(pool.stats().discarded, 1);
    }
}

#[test]
fn f050_a_connection_that_the_server_is_about_to_close_is_not_used_again() {
    let refusal = "-ERR Protocol error: invalid bulk length\r\n";
    let server = then_echo([greeted().expect(["SET", "k", "v"]).send(refusal).ignore_rest()]);
    let mut connection = open(&server.url());
    let refused = call(&mut connection, &["SET", "k", "v"], patient()).unwrap();
    assert!(matches!(refused, Frame::SimpleError(_)), "{refused:?}");
    assert!(!connection.is_open());
}

#[test]
fn f006_a_reply_over_a_limit_names_it() {
    let server = then_echo([greeted().expect(["GET", "k"]).send("$2000\r\n").ignore_rest()]);
    let pool = pool(&format!("{}?max_bulk_len=1999", server.url()));
    let error = run(&pool, &["GET", "k"]).unwrap_err();
    assert_error(&error, ErrorKind::Limit, Outcome::MaybeExecuted, Phase::Read);
    assert!(error.to_string().contains("max_bulk_len of 1999 bytes"), "{error}");
    assert_aligned(&pool);
}

#[test]
fn f022_pushes_are_never_replies() {
    let pushes = [
        ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n",
        ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nd\r\n",
        ">1\r\n$7\r\nunheard\r\n",
        ">0\r\n",
        ">1\r\n:5\r\n",
    ];
    for push in pushes {
        let seen = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&seen);
        let server = then_echo([greeted()
            .expect(["GET", "a"])
            .send(format!("{push}$1\r\n1\r\n{push}{push}"))
            .expect(["GET", "b"])
            .send(push)
            .send("$1\r\n2\r\n")
            .respond(echo)]);
        let config = config(&server.url()).with_push_hook(move |push| {
            assert!(push.is_aggregate());
            counter.fetch_add(1, Ordering::SeqCst);
        });
        let mut connection = Connection::open(&config, patient()).unwrap();
        assert_eq!(call(&mut connection, &["GET", "a"], patient()).unwrap(), bulk("1"));
        assert!(connection.is_usable());
        assert_eq!(call(&mut connection, &["GET", "b"], patient()).unwrap(), bulk("2"));
        assert_eq!((connection.pushes(), seen.load(Ordering::SeqCst)), (4, 4));
        assert_eq!(call(&mut connection, &["ECHO", "c"], patient()).unwrap(), bulk("c"));
    }
}

#[test]
fn f022_a_push_that_comes_while_idle_does_not_cost_the_connection() {
    let gate = redispy_testkit::Gate::new();
    let server = redispy_testkit::FakeServer::start([greeted()
        .expect(["GET", "a"])
        .send("$1\r\n1\r\n")
        .wait_for(&gate)
        .send(">2\r\n$10\r\ninvalidate\r\n_\r\n")
        .respond(echo)]);
    let pool = pool(&server.url());
    run(&pool, &["GET", "a"]).unwrap();
    gate.open();
    thread::sleep(ms(50));
    assert_eq!(run(&pool, &["ECHO", "b"]).unwrap(), bulk("b"));
    assert_eq!((pool.stats().dials, pool.stats().found_dead), (1, 0));
}

#[test]
fn f031_f174_a_reply_too_many_closes_the_connection() {
    // A forged frame behind an error line, and plain duplicates.
    for replies in ["+A\r\n+B\r\n", "-ERR no\r\n$2\r\nhi\r\n", "$1\r\n1\r\n:2\r\n"] {
        let server = then_echo([greeted().expect(["GET", "k"]).send(replies).ignore_rest()]);
        let pool = pool(&server.url());
        let error = run(&pool, &["GET", "k"]).unwrap_err();
        assert_error(&error, ErrorKind::Protocol, Outcome::MaybeExecuted, Phase::Read);
        assert!(error.to_string().contains("a reply that nobody asked for"), "{error}");
        assert_aligned(&pool);
    }
}

#[test]
fn f031_a_reply_too_many_that_comes_later_is_found_at_the_next_checkout() {
    let gate = redispy_testkit::Gate::new();
    let server = then_echo([greeted()
        .expect(["GET", "k"])
        .send("+A\r\n")
        .wait_for(&gate)
        .send("+B\r\n")
        .ignore_rest()]);
    let pool = pool(&server.url());
    assert_eq!(run(&pool, &["GET", "k"]).unwrap(), status("A"));
    gate.open();
    thread::sleep(ms(50));
    assert_aligned(&pool);
    assert_eq!(pool.stats().found_dead, 1);
}

#[test]
fn f031_a_half_received_reply_too_many_is_not_taken_back() {
    let server = then_echo([greeted().expect(["GET", "k"]).send("+A\r\n$5\r\nhel").ignore_rest()]);
    let pool = pool(&server.url());
    assert_eq!(run(&pool, &["GET", "k"]).unwrap(), status("A"));
    assert_eq!((pool.stats().idle, pool.stats().discarded), (0, 1));
    assert_aligned(&pool);
}

#[test]
fn f031_f032_pipelines_with_a_reply_too_many_or_too_few() {
    let server = then_echo([
        greeted().expect(["PING"]).expect(["PING"]).send("+1\r\n+2\r\n+3\r\n").ignore_rest(),
        greeted().expect(["PING"]).expect(["PING"]).send("+1\r\n").ignore_rest(),
    ]);
    let pool = pool(&server.url());
    let two = command(&["PING"]).repeat(2);
    let mut connection = pool.get("PING", patient()).unwrap();
    let error = connection.exchange(&two, 2, patient(), |_, _| {}).unwrap_err();
    assert_error(&error, ErrorKind::Protocol, Outcome::MaybeExecuted, Phase::Read);
    drop(connection);
    let mut connection = pool.get("PING", patient()).unwrap();
    let mut got = Vec::new();
    let error = connection
        .exchange(&two, 2, soon(100), |number, reply| got.push((number, reply.into_frame())))
        .unwrap_err();
    assert_error(&error, ErrorKind::Timeout, Outcome::MaybeExecuted, Phase::Read);
    assert_eq!(got, [(0, status("1"))]);
    let progress = error.progress().unwrap();
    assert_eq!((progress.replies, progress.expected, progress.written), (1, 2, two.len()));
    assert!(error.to_string().contains("1 of 2 replies received"), "{error}");
    drop(connection);
    assert_aligned(&pool);
}

#[test]
fn f045_a_pipeline_has_one_deadline() {
    let server = Server::start();
    let pool = pool(&server.url());
    let mut connection = pool.get("GET", patient()).unwrap();
    server.pause();
    let batch = command(&["GET", "k"]).repeat(20);
    let (result, took) = timed(|| connection.exchange(&batch, 20, soon(200), |_, _| {}));
    server.resume();
    assert_error(&result.unwrap_err(), ErrorKind::Timeout, Outcome::MaybeExecuted, Phase::Read);
    assert!(took >= ms(200) && took < ms(200) + grace(), "{took:?}");
    assert!(!connection.is_open());
}

#[test]
fn f046_block_time_is_added_to_the_deadline() {
    let server = Server::start();
    let mut connection = open(&server.url());
    let deadline = soon(200).extended_by(ms(400));
    let (reply, took) = timed(|| call(&mut connection, &["BLPOP", "empty", "0.4"], deadline));
    assert_eq!(reply.unwrap(), Frame::Null);
    assert!(took >= ms(400), "{took:?}");
}

#[test]
fn f047_a_server_that_takes_no_more_bytes() {
    let server = Server::start();
    let pool = pool(&server.url());
    let mut connection = pool.get("SET", patient()).unwrap();
    server.pause();
    let big = command(&["SET", "k", &"x".repeat(64 << 20)]);
    let (result, took) = timed(|| connection.call(&big, soon(300), |_| ()));
    server.resume();
    let error = result.unwrap_err();
    assert_error(&error, ErrorKind::Timeout, Outcome::MaybeExecuted, Phase::Write);
    assert!(error.to_string().contains("the server takes no more bytes, given up after 300 ms"), "{error}");
    assert!(took >= ms(300) && took < ms(300) + grace(), "{took:?}");
    assert!(!connection.is_open());
    drop(connection);
    assert_aligned(&pool);
}

/// A server that never reads while it has something to say, over a wire that holds 4 KiB.
fn stubborn(wire: MemoryTransport) -> thread::JoinHandle<usize> {
    thread::spawn(move || {
        let mut decoder = RequestDecoder::default();
        let mut buffer = [0; 4096];
        let mut answered = 0;
        while let Ok(count @ 1..) = wire.read(&mut buffer, patient()) {
            decoder.feed(&buffer[..count]);
            while decoder.next_request().unwrap().is_some() {
                answered += 1;
                let mut reply: &[u8] = b"$10\r\n0123456789\r\n";
                while !reply.is_empty() {
                    match wire.try_write(reply) {
                        Ok(count) => reply = &reply[count..],
                        Err(_) => drop(wire.wait(Readiness::WRITE, patient()).unwrap()),
                    }
                }
            }
        }
        answered
    })
}

/// A server that never stops sending pushes, and takes commands only if it `listens`.
struct Babbling {
    listens: bool,
}

impl Transport for Babbling {
    fn read(&self, buffer: &mut [u8], _: Deadline) -> io::Result<usize> {
        self.try_read(buffer)
    }

    fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let push = b">1\r\n+x\r\n";
        buffer[..push.len()].copy_from_slice(push);
        Ok(push.len())
    }

    fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        if self.listens { Ok(bytes.len()) } else { Err(io::ErrorKind::WouldBlock.into()) }
    }

    fn wait(&self, _: Readiness, _: Deadline) -> io::Result<Readiness> {
        Ok(Readiness::READ)
    }

    fn condition(&self) -> Condition {
        Condition::Unread
    }

    fn shutdown(&self) {}
}

#[test]
fn a_server_that_never_stops_sending_keeps_no_call_beyond_its_deadline() {
    for (listens, outcome, phase) in
        [(true, Outcome::MaybeExecuted, Phase::Read), (false, Outcome::NotSent, Phase::Write)]
    {
        let over = || {
            let wire = Arc::new(Babbling { listens });
            Connection::over(wire, Address::other("babble"), &Config::default())
        };
        let ping = command(&["PING"]);
        let (result, took) = timed(|| over().call(&ping, soon(100), |_| ()));
        assert_error(&result.unwrap_err(), ErrorKind::Timeout, outcome, phase);
        assert!(took >= ms(100) && took < ms(100) + grace(), "{took:?}");
        let (result, took) = timed(|| over().exchange(&ping, 1, soon(100), |_, _| ()));
        assert_error(&result.unwrap_err(), ErrorKind::Timeout, outcome, phase);
        assert!(took >= ms(100) && took < ms(100) + grace(), "{took:?}");
        assert!(!over().is_usable());
    }
}

#[test]
fn f048_the_client_reads_while_it_writes() {
    let commands = 100_000;
    let batch = command(&["GET", "k"]).repeat(commands);
    let (ours, theirs) = MemoryTransport::pair(4096);
    let server = stubborn(theirs);
    let mut connection = Connection::over(Arc::new(ours), Address::other("memory"), &Config::default());
    let mut received = 0;
    connection
        .exchange(&batch, commands, Deadline::after(PATIENCE * 3), |number, reply| {
            assert_eq!((number, reply.into_bytes().as_deref()), (received, Some(&b"0123456789"[..])));
            received += 1;
        })
        .unwrap();
    assert_eq!(received, commands);
    // Without handing replies out meanwhile it keeps them.
    connection.send(&batch[..batch.len() / 10], commands / 10, patient()).unwrap();
    for _ in 0..commands / 10 {
        connection.receive(patient(), |_| ()).unwrap();
    }
    assert!(connection.is_clean());
    drop(connection);
    assert_eq!(server.join().unwrap(), commands + commands / 10);
}

#[test]
fn f049_killed_in_mid_pipeline_for_the_size_of_the_replies() {
    let server = Server::start();
    server.command(["CONFIG", "SET", "client-output-buffer-limit", "normal 4mb 2mb 1"]);
    let pool = pool(&server.url());
    run(&pool, &["SETRANGE", "big", "1048575", "x"]).unwrap();
    let mut connection = pool.get("GET", patient()).unwrap();
    let batch = command(&["GET", "big"]).repeat(400);
    let error = connection
        .exchange(&batch, 400, patient(), |number, reply| {
            assert_eq!(reply.into_bytes().map(|body| body.len()), Some(1 << 20));
            if number == 0 {
                // A slow reader: the server's buffer overflows.
                wait_until("the server has given up", PATIENCE, || {
                    server.info("client_output_buffer_limit_disconnections").as_deref() != Some("0")
                });
            }
        })
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed, "{error}");
    let progress = error.progress().unwrap();
    assert!(progress.replies < 400 && progress.expected == 400, "{error}");
    assert!(error.to_string().contains(&format!("{} of 400 replies received", progress.replies)), "{error}");
    drop(connection);
    assert_aligned(&pool);
}

#[test]
fn f050_a_request_the_server_finds_too_large_is_answered_in_its_words() {
    let server = Server::builder().option("proto-max-bulk-len", "1mb").start();
    let pool = pool(&server.url());
    let big = command(&["SET", "k", &"x".repeat(32 << 20)]);
    let mut connection = pool.get("SET", patient()).unwrap();
    let mut answer = None;
    let result = connection.exchange(&big, 1, patient(), |_, reply| answer = Some(reply.into_frame()));
    match result {
        Ok(()) => assert!(text(&answer.unwrap()).contains("invalid bulk length")),
        // The reset may overtake the words.
        Err(error) => assert_error(&error, ErrorKind::Closed, Outcome::MaybeExecuted, Phase::Write),
    }
    assert!(!connection.is_clean());
    drop(connection);
    assert_aligned(&pool);
}

#[test]
fn a_reply_that_beats_the_end_of_its_own_request_is_delivered() {
    let (ours, theirs) = MemoryTransport::pair(1024);
    assert_eq!(theirs.try_write(b"-ERR Protocol error: invalid bulk length\r\n").unwrap(), 42);
    let server = thread::spawn(move || {
        let mut buffer = [0; 512];
        theirs.read(&mut buffer, patient()).unwrap();
    });
    let mut connection = Connection::over(Arc::new(ours), Address::other("memory"), &Config::default());
    let mut answer = None;
    let big = command(&["SET", "k", &"x".repeat(1 << 20)]);
    connection.exchange(&big, 1, patient(), |_, reply| answer = Some(reply.into_frame())).unwrap();
    assert!(text(&answer.unwrap()).contains("invalid bulk length"));
    assert!(!connection.is_open());
    server.join().unwrap();
    let error = connection.call(&big, patient(), |_| ()).unwrap_err();
    assert_error(&error, ErrorKind::Closed, Outcome::NotSent, Phase::Write);
}

#[test]
fn the_same_for_a_single_call() {
    let (ours, theirs) = MemoryTransport::pair(1024);
    theirs.try_write(b"-ERR Protocol error: invalid bulk length\r\n").unwrap();
    drop(theirs);
    let mut connection = Connection::over(Arc::new(ours), Address::other("memory"), &Config::default());
    let answer = call(&mut connection, &["SET", "k", "v"], patient()).unwrap();
    assert!(text(&answer).contains("invalid bulk length"));
    assert!(!connection.is_open());
}

#[test]
fn a_panic_while_reading_leaves_the_connection_in_step_or_closed() {
    let server = then_echo([]);
    let pool = pool(&server.url());
    let mut connection = pool.get("ECHO", patient()).unwrap();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        connection.call(&command(&["ECHO", "a"]), patient(), |_| panic!("user code"))
    }));
    assert!(panicked.is_err());
    assert!(connection.is_clean());
    assert_eq!(call(&mut connection, &["ECHO", "b"], patient()).unwrap(), bulk("b"));
    let batch = command(&["ECHO", "c"]).repeat(3);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        connection.exchange(&batch, 3, patient(), |number, _| assert_eq!(number, 0, "user code"))
    }));
    assert!(panicked.is_err());
    assert_eq!(connection.owed(), 1);
    assert!(!connection.is_clean());
    // The reply that is left is not the next call's.
    let error = call(&mut connection, &["ECHO", "d"], patient()).unwrap_err();
    assert_error(&error, ErrorKind::Closed, Outcome::NotSent, Phase::Write);
    drop(connection);
    assert_aligned(&pool);
    assert_eq!(pool.stats().discarded, 1);
}

#[test]
fn receiving_what_was_not_asked_for_is_refused() {
    let server = then_echo([]);
    let mut connection = open(&server.url());
    let error = connection.receive(patient(), |_| ()).unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Protocol, Outcome::NotSent));
    assert_eq!(call(&mut connection, &["ECHO", "a"], patient()).unwrap(), bulk("a"));
}

#[test]
fn a_subscriber_waits_for_frames_without_losing_its_place() {
    let server = then_echo([greeted()
        .expect(["SUBSCRIBE", "c"])
        .send(">3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n>3\r\n$7\r\nmess")
        .delay(ms(150))
        .send("age\r\n$1\r\nc\r\n$1\r\nm\r\n")
        .ignore_rest()]);
    let pool = pool(&server.url());
    let mut connection = pool.get("SUBSCRIBE", patient()).unwrap();
    connection.send(&command(&["SUBSCRIBE", "c"]), 0, patient()).unwrap();
    let first = connection.next_frame(patient(), |frame| frame.into_frame()).unwrap();
    assert_eq!(first, Frame::Push(vec![bulk("subscribe"), bulk("c"), Frame::Integer(1)].into()));
    let error = connection.next_frame(soon(20), |_| ()).unwrap_err();
    assert!(error.is_timeout() && connection.is_open(), "{error}");
    let second = connection.next_frame(patient(), |frame| frame.into_frame()).unwrap();
    assert_eq!(second, Frame::Push(vec![bulk("message"), bulk("c"), bulk("m")].into()));
    drop(connection);
    assert_eq!(pool.stats().discarded, 1);
}
