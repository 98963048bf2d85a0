//! The scripted server: plays what it is told and tells what it was sent.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::io::{ErrorKind, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use redispy_testkit::{Answer, Connection, FakeServer, Gate, Handshake, Script, Stream, text};

const SOON: Duration = Duration::from_secs(10);

fn connect(server: &FakeServer) -> Stream {
    let stream = server.endpoint().connect(SOON).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    stream
}

/// What the end of a test says about the server's scripts.
fn complaint(server: FakeServer) -> String {
    let panicked = catch_unwind(AssertUnwindSafe(|| drop(server))).unwrap_err();
    panicked.downcast_ref::<String>().cloned().unwrap()
}

#[test]
fn a_script_per_connection_in_turn() {
    let ping = |reply: &str| Script::new().expect(["PING"]).send(reply).close();
    let server = FakeServer::start([ping("+1\r\n"), ping("+2\r\n")]);
    for expected in ["1", "2"] {
        let mut connection = Connection::open(&server.endpoint()).unwrap();
        assert_eq!(text(&connection.command(["PING"]).unwrap()), expected);
    }
    server.finish(SOON);
}

#[test]
fn a_handshake_is_answered_in_any_order_and_in_one_round_trip() {
    let script =
        Script::new().handshake(Handshake::Resp3).expect(["GET", "k"]).send("$1\r\nv\r\n").expect_end();
    let server = FakeServer::start([script]);
    let mut stream = connect(&server);
    stream.write_all(b"CLIENT SETNAME me\r\nHELLO 3\r\nSELECT 2\r\nGET k\r\n").unwrap();
    let mut received = vec![0; 4096];
    let mut all = Vec::new();
    while !all.ends_with(b"$1\r\nv\r\n") {
        let count = stream.read(&mut received).unwrap();
        all.extend_from_slice(&received[..count]);
    }
    assert!(all.starts_with(b"+OK\r\n%7\r\n"), "{}", all.escape_ascii());
    assert_eq!(
        server.commands(0),
        [vec!["CLIENT", "SETNAME", "me"], vec!["HELLO", "3"], vec!["SELECT", "2"], vec!["GET", "k"]]
    );
    drop(stream);
    server.finish(SOON);
}

#[test]
fn a_server_without_hello_says_so() {
    let server = FakeServer::start([Script::new().handshake(Handshake::NoHello).ignore_rest()]);
    let mut connection = Connection::open(&server.endpoint()).unwrap();
    assert!(connection.command(["HELLO", "3"]).unwrap_err().to_string().contains("unknown command"));
    assert_eq!(text(&connection.command(["AUTH", "x"]).unwrap()), "OK");
}

#[test]
fn another_command_than_expected_is_shown() {
    let server = FakeServer::start([Script::new().expect(["GET", "k"]).send("+1\r\n")]);
    let mut stream = connect(&server);
    stream.write_all(b"*2\r\n$3\r\nGET\r\n$1\r\nx\r\n").unwrap();
    assert_eq!(stream.read(&mut [0; 16]).unwrap(), 0);
    let complaint = complaint(server);
    assert!(complaint.contains("connection 1, step 1 (GET k)"), "{complaint}");
    assert!(complaint.contains("received GET x"), "{complaint}");
}

#[test]
fn more_than_the_script_is_a_mismatch_unless_ignored() {
    let strict = FakeServer::start([Script::new().expect(["PING"]).send("+PONG\r\n")]);
    let mut stream = connect(&strict);
    stream.write_all(b"PING\r\nGET k\r\n").unwrap();
    assert_eq!(stream.read(&mut [0; 7]).unwrap(), 7);
    let complaint = complaint(strict);
    assert!(complaint.contains("after its script") && complaint.contains("received GET k"), "{complaint}");

    let lax = FakeServer::start([Script::new().expect(["PING"]).send("+PONG\r\n").ignore_rest()]);
    let mut stream = connect(&lax);
    stream.write_all(b"PING\r\nGET k\r\n").unwrap();
    assert_eq!(stream.read(&mut [0; 7]).unwrap(), 7);
}

#[test]
fn what_never_happened_is_a_mismatch() {
    let unused = FakeServer::start([Script::new()]);
    assert!(complaint(unused).contains("script 1 was never played"));
    let waiting = FakeServer::start([Script::new().expect(["PING"])]);
    let stream = connect(&waiting);
    let told = complaint(waiting);
    assert!(told.contains("expected PING\n  but the test ended"), "{told}");
    drop(stream);
    let extra = FakeServer::start([]);
    assert_eq!(connect(&extra).read(&mut [0; 1]).unwrap(), 0);
    assert!(complaint(extra).contains("connection 1 was not expected"));
}

#[test]
fn bytes_are_expected_as_bytes() {
    let server =
        FakeServer::start([Script::new().expect_bytes(b"abc\0").send("x").expect(["PING"]).send("y")]);
    let mut stream = connect(&server);
    stream.write_all(b"ab").unwrap();
    stream.write_all(b"c\0PING\r\n").unwrap();
    let mut two = [0; 2];
    stream.read_exact(&mut two).unwrap();
    assert_eq!(&two, b"xy");
    assert_eq!(server.received(0), b"abc\0PING\r\n");
}

#[test]
fn slices_come_by_themselves() {
    let slow = Duration::from_millis(40);
    let scripts = [
        (2, Script::new().send_slices("abcdef", 2, slow).close()),
        (2, Script::new().send_each_byte("abcdef").close()),
        (1, Script::new().send_split("abcdef", 5).close()),
    ];
    for (least, script) in scripts {
        // A reader that is kept from the processor finds several slices at once, but not each time.
        let come_by_themselves = (0..20).any(|_| {
            let server = FakeServer::start([script.clone()]);
            let mut stream = connect(&server);
            let (mut received, mut reads, mut buffer) = (Vec::new(), 0, [0; 16]);
            loop {
                match stream.read(&mut buffer).unwrap() {
                    0 => break,
                    count => received.extend_from_slice(&buffer[..count]),
                }
                reads += 1;
            }
            assert_eq!(received, b"abcdef");
            reads >= least
        });
        assert!(come_by_themselves, "{least}");
    }
}

#[test]
fn closing_resetting_and_half_closing_look_different() {
    let server = FakeServer::start([
        Script::new().expect(["PING"]).send("+P").close(),
        Script::new().expect(["PING"]).reset(),
        Script::new().half_close().expect(["PING"]),
        Script::new().expect(["PING"]).hang(),
    ]);
    let mut closed = connect(&server);
    // More than the script reads: the close must still be an orderly one.
    closed.write_all(b"PING\r\nPING\r\nPING\r\n").unwrap();
    let mut rest = Vec::new();
    closed.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, b"+P");

    let mut reset = connect(&server);
    reset.write_all(b"PING\r\n").unwrap();
    assert_eq!(reset.read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::ConnectionReset);

    let mut half = connect(&server);
    assert_eq!(half.read(&mut [0; 8]).unwrap(), 0);
    half.write_all(b"PING\r\n").unwrap();
    drop(half);

    let mut hanging = connect(&server);
    hanging.write_all(b"PING\r\n").unwrap();
    hanging.set_read_timeout(Some(Duration::from_millis(30))).unwrap();
    assert_eq!(hanging.read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[test]
fn a_responder_answers_by_command_and_may_break_off() {
    let server = FakeServer::answering(|command| match command[0].as_slice() {
        b"GET" => Answer::Send([b"+".as_slice(), &command[1], b"\r\n"].concat()),
        _ => Answer::SendAndClose(b"-ERR no\r\n".to_vec()),
    });
    for _ in 0..2 {
        let mut connection = Connection::open(&server.endpoint()).unwrap();
        assert_eq!(text(&connection.command(["SELECT", "1"]).unwrap()), "OK");
        assert_eq!(text(&connection.command(["GET", "abc"]).unwrap()), "abc");
        assert!(connection.command(["SET", "k", "v"]).unwrap_err().to_string().contains("ERR no"));
        assert!(connection.command(["GET", "abc"]).is_err());
    }
    assert_eq!(server.connections(), 2);
}

#[test]
fn gates_order_a_script_and_its_test() {
    let (reached, go) = (Gate::new(), Gate::new());
    let server =
        FakeServer::start_unix([Script::new().expect(["PING"]).open(&reached).wait_for(&go).send("+1\r\n")]);
    let mut connection = Connection::open(&server.endpoint()).unwrap();
    connection.send(b"PING\r\n").unwrap();
    assert!(reached.wait(SOON));
    connection.set_timeout(Duration::from_millis(20)).unwrap();
    assert!(connection.receive().is_err());
    go.open();
    connection.set_timeout(SOON).unwrap();
    assert_eq!(text(&connection.receive().unwrap()), "1");
    assert_eq!(server.unix().file_name().unwrap(), "socket");
}
