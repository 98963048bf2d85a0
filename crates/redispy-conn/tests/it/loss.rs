//! Connections that are lost, or fall silent, at every point of a call.

use std::thread;
use std::time::Instant;

use redispy_conn::{ErrorKind, Outcome, Phase};
use redispy_testkit::{ByteProxy, End, Endpoint, Fault, Server, timed, wait_until, within};

use crate::support::*;

const REPLY: &str = "$5\r\nhello\r\n";

#[test]
fn f038_f039_lost_at_each_byte_of_the_reply() {
    for reset in [false, true] {
        for at in 0..REPLY.len() {
            let script = greeted().expect(["GET", "k"]).send(&REPLY[..at]);
            // What was sent arrives before the end does.
            let script = if reset { script.delay(ms(2)).reset() } else { script.close() };
            let server = then_echo([script]);
            let pool = pool(&server.url());
            let error = run(&pool, &["GET", "k"]).unwrap_err();
            assert_error(&error, ErrorKind::Closed, Outcome::MaybeExecuted, Phase::Read);
            assert_eq!((pool.stats().in_use, pool.stats().idle), (0, 0));
            assert_eq!(run(&pool, &["ECHO", "next"]).unwrap(), bulk("next"));
        }
    }
}

#[test]
fn f038_a_server_killed_and_started_again() {
    let server = Server::start();
    let pool = pool(&server.url());
    run(&pool, &["SET", "k", "v"]).unwrap();
    server.kill();
    // A connection used within the last millisecond is trusted.
    thread::sleep(ms(5));
    let error = run(&pool, &["GET", "k"]).unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent, "{error}");
    assert!(error.is_connection(), "{error}");
    server.restart();
    within(ms(2000), || run(&pool, &["ECHO", "back"]).unwrap());
    assert_aligned(&pool);
}

#[test]
fn f040_a_half_closed_connection_fails_at_once() {
    let server = then_echo([greeted().expect(["GET", "k"]).half_close().ignore_rest()]);
    let pool = pool(&server.url());
    let (result, took) = timed(|| run(&pool, &["GET", "k"]));
    assert_error(&result.unwrap_err(), ErrorKind::Closed, Outcome::MaybeExecuted, Phase::Read);
    assert!(took < ms(2000), "{took:?}");
    assert_aligned(&pool);
}

#[test]
fn f041_a_reply_that_comes_with_the_end_is_delivered() {
    let server = then_echo([greeted().expect(["GET", "k"]).send(REPLY).close()]);
    let pool = pool(&server.url());
    assert_eq!(run(&pool, &["GET", "k"]).unwrap(), bulk("hello"));
    wait_until("the end is seen", PATIENCE, || {
        thread::sleep(ms(2));
        pool.get("look", patient()).is_ok() && pool.stats().found_dead == 1
    });
    assert_aligned(&pool);
}

#[test]
fn f042_a_late_reply_is_nobodys() {
    let server = Server::start();
    let pool = pool(&server.url());
    let mut connection = pool.get("ECHO", patient()).unwrap();
    server.command(["CLIENT", "PAUSE", "600"]);
    let (result, took) = timed(|| call(&mut connection, &["ECHO", "late"], soon(200)));
    let error = result.unwrap_err();
    assert_error(&error, ErrorKind::Timeout, Outcome::MaybeExecuted, Phase::Read);
    assert!(took >= ms(200) && took < ms(200) + grace(), "{took:?}");
    assert!(
        error.to_string().ends_with("no reply within 200 ms (waiting for the reply; may have executed)"),
        "{error}"
    );
    let error = call(&mut connection, &["PING"], patient()).unwrap_err();
    assert_error(&error, ErrorKind::Closed, Outcome::NotSent, Phase::Write);
    drop(connection);
    assert_eq!(pool.stats().discarded, 1);
    assert_aligned(&pool);
}

#[test]
fn f043_f044_late_with_a_push_between_or_after_half_a_reply() {
    for (before, after) in [
        (">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n", REPLY),
        ("$5\r", "\nhello\r\n"),
        ("$5\r\nhel", "lo\r\n"),
    ] {
        let server =
            then_echo([greeted().expect(["GET", "k"]).send(before).delay(ms(200)).send(after).ignore_rest()]);
        let pool = pool(&server.url());
        let mut connection = pool.get("GET", patient()).unwrap();
        let error = call(&mut connection, &["GET", "k"], soon(100)).unwrap_err();
        assert_error(&error, ErrorKind::Timeout, Outcome::MaybeExecuted, Phase::Read);
        drop(connection);
        assert_aligned(&pool);
        assert_eq!(pool.stats().discarded, 1);
    }
}

#[test]
fn f059_an_idle_connection_killed_by_the_server_is_replaced_before_anything_is_sent() {
    let server = Server::start();
    let pool = pool(&server.url());
    run(&pool, &["SET", "n", "0"]).unwrap();
    server.command(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
    // The end must have arrived: a connection used within the last millisecond is trusted.
    thread::sleep(ms(50));
    assert_eq!(run(&pool, &["INCR", "n"]).unwrap(), redispy_testkit::Frame::Integer(1));
    let stats = pool.stats();
    assert_eq!((stats.found_dead, stats.dials, stats.in_use, stats.idle), (1, 2, 0, 1));
}

#[test]
fn f060_a_wire_that_swallows_everything_ends_at_the_deadline() {
    let server = Server::start();
    let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
    let pool = pool(&proxy.url());
    run(&pool, &["SET", "k", "v"]).unwrap();
    proxy.to_client(Fault::none().swallow());
    proxy.to_server(Fault::none().swallow());
    let mut connection = pool.get("GET", patient()).unwrap();
    let (result, took) = timed(|| call(&mut connection, &["GET", "k"], soon(150)));
    assert_error(&result.unwrap_err(), ErrorKind::Timeout, Outcome::MaybeExecuted, Phase::Read);
    assert!(took < ms(150) + grace(), "{took:?}");
    drop(connection);
    proxy.heal();
    assert_aligned(&pool);
}

#[test]
fn f061_a_paused_server_answers_late_or_too_late() {
    let server = Server::start();
    let pool = pool(&server.url());
    let mut connection = pool.get("SET", patient()).unwrap();
    server.command(["CLIENT", "PAUSE", "300", "WRITE"]);
    assert_eq!(call(&mut connection, &["SET", "k", "v"], soon(5000)).unwrap(), status("OK"));
    server.command(["CLIENT", "PAUSE", "600", "WRITE"]);
    let error = call(&mut connection, &["SET", "k", "w"], soon(200)).unwrap_err();
    assert_error(&error, ErrorKind::Timeout, Outcome::MaybeExecuted, Phase::Read);
    assert!(!connection.is_open());
    drop(connection);
    assert_aligned(&pool);
}

#[test]
fn f069_writing_to_a_dead_connection_is_an_error_and_no_signal() {
    let server = then_echo([greeted().expect(["PING"]).send("+PONG\r\n").reset()]);
    let mut connection = open(&server.url());
    call(&mut connection, &["PING"], patient()).unwrap();
    thread::sleep(ms(50));
    let error = call(&mut connection, &["PING"], patient()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed, "{error}");
    let error = call(&mut connection, &["PING"], patient()).unwrap_err();
    assert_error(&error, ErrorKind::Closed, Outcome::NotSent, Phase::Write);
}

#[test]
fn f070_closing_from_another_thread_ends_a_waiting_call() {
    let server = then_echo([greeted().expect(["BLPOP", "k", "0"]).hang()]);
    let pool = pool(&server.url());
    let mut connection = pool.get("BLPOP", patient()).unwrap();
    let closer = connection.closer();
    let thread = thread::spawn(move || {
        thread::sleep(ms(100));
        let closed = Instant::now();
        closer.close();
        closed
    });
    let error = call(&mut connection, &["BLPOP", "k", "0"], patient()).unwrap_err();
    let took = thread.join().unwrap().elapsed();
    assert_error(&error, ErrorKind::Closed, Outcome::MaybeExecuted, Phase::Read);
    assert!(error.to_string().contains("connection closed from this side"), "{error}");
    assert!(took < ms(100) + grace(), "{took:?}");
}

#[test]
fn f070_aborting_the_pool_ends_all_calls() {
    let script = || greeted().expect(["BLPOP", "k", "0"]).hang();
    let server = redispy_testkit::FakeServer::start([script(), script(), script()]);
    let pool = pool(&server.url());
    let threads: Vec<_> = (0..3)
        .map(|_| {
            let pool = pool.clone();
            thread::spawn(move || run(&pool, &["BLPOP", "k", "0"]).unwrap_err())
        })
        .collect();
    wait_until("three calls are waiting", PATIENCE, || {
        (0..3).all(|number| server.commands(number).iter().any(|command| command[0] == "BLPOP"))
    });
    let begin = Instant::now();
    pool.abort();
    for thread in threads {
        assert_eq!(thread.join().unwrap().kind(), ErrorKind::Closed);
    }
    assert!(begin.elapsed() < ms(100) + grace(), "{:?}", begin.elapsed());
    assert_eq!((pool.stats().in_use, pool.stats().idle), (0, 0));
}

#[test]
fn a_drip_of_bytes_does_not_stretch_the_deadline() {
    let server = then_echo([greeted().expect(["GET", "k"]).send_slices("$1000\r\nabcdef", 1, ms(100))]);
    let mut connection = open(&server.url());
    let (result, took) = timed(|| call(&mut connection, &["GET", "k"], soon(450)));
    assert_error(&result.unwrap_err(), ErrorKind::Timeout, Outcome::MaybeExecuted, Phase::Read);
    assert!(took >= ms(450) && took < ms(450) + grace(), "{took:?}");
}

#[test]
fn short_and_long_deadlines_may_alternate() {
    let server = then_echo([greeted().respond(|request: &[Vec<u8>]| {
        if request[0] == b"SLOW" {
            thread::sleep(ms(300));
        }
        echo(request)
    })]);
    let pool = pool(&server.url());
    let mut connection = pool.get("x", patient()).unwrap();
    for round in 0..3 {
        let text = format!("{round}");
        assert_eq!(call(&mut connection, &["ECHO", &text], soon(100)).unwrap(), bulk(&text));
        // Longer than the timeout that the call before has left on the socket.
        assert_eq!(call(&mut connection, &["SLOW"], patient()).unwrap(), status("OK"));
    }
    let (result, took) = timed(|| call(&mut connection, &["SLOW"], soon(100)));
    assert_error(&result.unwrap_err(), ErrorKind::Timeout, Outcome::MaybeExecuted, Phase::Read);
    assert!(took < ms(100) + grace(), "{took:?}");
}

#[test]
fn an_aligned_pool_survives_a_cutting_wire() {
    let server = Server::start();
    let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
    let pool = pool(&proxy.url());
    for round in 0..20 {
        let end = if round % 2 == 0 { End::Close } else { End::Reset };
        run(&pool, &["ECHO", "warm"]).unwrap();
        let mut connection = pool.get("ECHO", patient()).unwrap();
        proxy.cut(end);
        let result = call(&mut connection, &["ECHO", "lost"], patient());
        assert!(result.is_err());
        drop(connection);
    }
    assert_aligned(&pool);
}
