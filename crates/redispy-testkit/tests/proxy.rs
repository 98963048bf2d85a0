//! The faulty wire between a client and a server.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::io::{ErrorKind, Read, Write};
use std::time::Duration;

use redispy_testkit::{
    ByteProxy, Connection, End, FakeServer, Fault, Leaks, Script, Stream, text, timed, wait_until,
};

const SOON: Duration = Duration::from_secs(10);

/// A server that sends back what it gets.
fn echo() -> FakeServer {
    FakeServer::answering(|command| [b"+".as_slice(), command.last().unwrap(), b"\r\n"].concat())
}

fn connect(proxy: &ByteProxy) -> Stream {
    let stream = proxy.endpoint().connect(SOON).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    stream
}

#[test]
fn bytes_pass_unchanged_both_ways() {
    let (server, before) = (echo(), Leaks::baseline());
    let proxy = ByteProxy::start(server.endpoint());
    let mut connection = Connection::open(&proxy.endpoint()).unwrap();
    let long = "x".repeat(60_000);
    for word in ["a", &long] {
        assert_eq!(text(&connection.command(["ECHO", word]).unwrap()), word);
    }
    assert_eq!(proxy.open(), 1);
    assert_eq!(proxy.passed_to_client(), 4 + 60_003);
    drop(connection);
    drop(proxy);
    before.assert_back_to_baseline(SOON);
}

#[test]
fn a_cut_ends_the_connection_at_the_byte_and_in_the_way_asked_for() {
    let server = echo();
    let proxy = ByteProxy::start(server.endpoint());
    for at in 0..=5 {
        proxy.to_client(Fault::none().cut_at(at, End::Close));
        let mut stream = connect(&proxy);
        stream.write_all(b"ECHO abc\r\n").unwrap();
        let mut received = Vec::new();
        stream.read_to_end(&mut received).unwrap();
        assert_eq!(received, b"+abc\r\n"[..usize::try_from(at).unwrap()]);
        proxy.to_client(Fault::none().cut_at(0, End::Reset));
        let mut stream = connect(&proxy);
        stream.write_all(b"ECHO abc\r\n").unwrap();
        assert_eq!(stream.read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    }
}

#[test]
fn a_cut_request_reaches_the_server_so_far() {
    let server = FakeServer::start([Script::new().expect_bytes("PIN").expect_end()]);
    let proxy = ByteProxy::start(server.endpoint());
    proxy.to_server(Fault::none().cut_at(3, End::Close));
    let mut stream = connect(&proxy);
    stream.write_all(b"PING\r\n").unwrap();
    assert_eq!(stream.read(&mut [0; 8]).unwrap(), 0);
    server.finish(SOON);
}

#[test]
fn slices_arrive_one_by_one() {
    let server = echo();
    let proxy = ByteProxy::start(server.endpoint());
    proxy.to_client(Fault::none().slices(2, Duration::from_millis(40)));
    let mut stream = connect(&proxy);
    stream.write_all(b"ECHO 12345\r\n").unwrap();
    let mut sizes = Vec::new();
    while sizes.iter().sum::<usize>() < 8 {
        sizes.push(stream.read(&mut [0; 16]).unwrap());
    }
    // A reader that is kept from the processor finds several slices at once, but hardly all of them.
    assert!(sizes.len() >= 2, "{sizes:?}");
}

#[test]
fn delay_and_rate_take_their_time() {
    let server = echo();
    let proxy = ByteProxy::start(server.endpoint());
    let mut connection = Connection::open(&proxy.endpoint()).unwrap();
    connection.command(["ECHO", "a"]).unwrap();
    proxy.to_server(Fault::none().delay(Duration::from_millis(60)));
    let (_, took) = timed(|| connection.command(["ECHO", "a"]).unwrap());
    assert!(took >= Duration::from_millis(60), "{took:?}");
    proxy.to_server(Fault::none());
    proxy.to_client(Fault::none().slices(10, Duration::ZERO).rate(1000));
    let (_, took) = timed(|| connection.command(["ECHO", &"a".repeat(97)]).unwrap());
    assert!(took >= Duration::from_millis(80), "{took:?}");
}

#[test]
fn a_bit_flips_and_a_run_repeats_at_their_place() {
    let server = echo();
    let proxy = ByteProxy::start(server.endpoint());
    let mut connection = Connection::open(&proxy.endpoint()).unwrap();
    proxy.to_client(Fault::none().flip(2, 0));
    assert_eq!(text(&connection.command(["ECHO", "abc"]).unwrap()), "acc");
    assert_eq!(text(&connection.command(["ECHO", "abc"]).unwrap()), "abc");
    proxy.to_client(Fault::none().twice(1, 3));
    assert_eq!(text(&connection.command(["ECHO", "abc"]).unwrap()), "abcabc");
}

#[test]
fn held_bytes_come_late_and_swallowed_ones_never() {
    let server = echo();
    let proxy = ByteProxy::start(server.endpoint());
    let mut connection = Connection::open(&proxy.endpoint()).unwrap();
    connection.set_timeout(Duration::from_millis(50)).unwrap();
    proxy.to_client(Fault::none().hold());
    assert!(connection.command(["ECHO", "late"]).is_err());
    proxy.heal();
    connection.set_timeout(SOON).unwrap();
    assert_eq!(text(&connection.receive().unwrap()), "late");

    proxy.to_client(Fault::none().swallow());
    connection.set_timeout(Duration::from_millis(50)).unwrap();
    assert!(connection.command(["ECHO", "lost"]).is_err());
    proxy.heal();
    connection.set_timeout(SOON).unwrap();
    assert_eq!(text(&connection.command(["ECHO", "next"]).unwrap()), "next");
}

#[test]
fn a_vanished_server_leaves_no_end_of_stream() {
    let server = FakeServer::start([Script::new().close()]);
    let proxy = ByteProxy::start(server.endpoint());
    proxy.to_client(Fault::none().swallow());
    let mut stream = connect(&proxy);
    stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    assert_eq!(stream.read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::WouldBlock);
    proxy.heal();
    stream.set_read_timeout(Some(SOON)).unwrap();
    assert_eq!(stream.read(&mut [0; 8]).unwrap(), 0);
}

#[test]
fn all_connections_are_cut_and_new_ones_refused_on_demand() {
    let server = echo();
    let proxy = ByteProxy::start(server.endpoint());
    let mut streams = [connect(&proxy), connect(&proxy)];
    for stream in &mut streams {
        stream.write_all(b"ECHO 1\r\n").unwrap();
        assert_eq!(stream.read(&mut [0; 8]).unwrap(), 4);
    }
    proxy.cut(End::Reset);
    for stream in &mut streams {
        assert_eq!(stream.read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    }
    wait_until("no open connection", SOON, || proxy.open() == 0);
    proxy.accept(false);
    assert!(Connection::open(&proxy.endpoint()).and_then(|mut c| c.command(["ECHO", "1"])).is_err());
    proxy.heal();
    assert_eq!(text(&Connection::open(&proxy.endpoint()).unwrap().command(["ECHO", "1"]).unwrap()), "1");
    assert_eq!(proxy.accepted(), 4);
}
