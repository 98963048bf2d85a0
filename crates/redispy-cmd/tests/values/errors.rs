use std::collections::HashMap;

use redispy_cmd::execute::read_reply;
use redispy_cmd::reply::{FromReply, ReplyError, ReplyErrorKind, ServerError};
use redispy_cmd::{Cmd, cmd};
use resp_proto::{Limits, Reply};

use super::unfit;

fn failure<T>(command: Cmd<T>, reply: &[u8]) -> ReplyError {
    let reply = Reply::parse(reply, Limits::default()).unwrap().unwrap();
    match read_reply(command.request(), reply.node(), command.reader()) {
        Ok(_) => panic!("the reply was taken"),
        Err(error) => error,
    }
}

#[test]
fn an_error_is_one_pointer() {
    assert_eq!(size_of::<ReplyError>(), size_of::<usize>());
    assert_eq!(size_of::<Result<(), ReplyError>>(), size_of::<usize>());
}

#[test]
fn an_error_names_command_place_and_kinds() {
    let hgetall = cmd("HGETALL").arg("h").returns::<HashMap<String, i64>>();
    let error = failure(hgetall, b"*4\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n$6\r\nsecret\r\n");
    assert_eq!(error.to_string(), "HGETALL: element 3: expected an integer, got a bulk string");
    assert_eq!(error.command(), Some("HGETALL"));
    assert_eq!(error.path().collect::<Vec<_>>(), [3]);
    assert!(!format!("{error:?}").contains("secret"));
    assert!(
        matches!(error.kind(), ReplyErrorKind::Type { expected, got } if expected == "an integer" && got == "a bulk string")
    );
}

#[test]
fn the_path_leads_from_the_outside_in() {
    let error = Vec::<Vec<i64>>::from_reply(
        Reply::parse(b"*2\r\n*0\r\n*2\r\n:1\r\n+x\r\n", Limits::default()).unwrap().unwrap().node(),
    )
    .unwrap_err();
    assert_eq!(error.path().collect::<Vec<_>>(), [1, 1]);
    assert_eq!(error.to_string(), "element 1: element 1: expected an integer, got a simple string");
}

#[test]
fn a_servers_error_stays_a_servers_error() {
    let error = failure(cmd("GET").arg("k").returns::<Option<String>>(), b"-WRONGTYPE no string\r\n");
    assert_eq!(error.to_string(), "GET: WRONGTYPE no string");
    let ReplyErrorKind::Server(server) = error.kind() else { panic!("{error:?}") };
    assert_eq!((server.code(), server.bytes()), ("WRONGTYPE", &b"WRONGTYPE no string"[..]));
    // Among the elements, and for each type.
    assert_eq!(unfit::<Vec<i64>>("*2\r\n:1\r\n-ERR no\r\n"), "element 1: ERR no");
    assert_eq!(unfit::<Vec<String>>("*1\r\n!6\r\nERR no\r\n"), "element 0: ERR no");
    assert_eq!(unfit::<(i64, bool)>("*2\r\n:1\r\n-ERR no\r\n"), "element 1: ERR no");
    for text in [
        unfit::<i64>("-ERR no\r\n"),
        unfit::<f64>("-ERR no\r\n"),
        unfit::<bool>("-ERR no\r\n"),
        unfit::<String>("-ERR no\r\n"),
        unfit::<Vec<u8>>("-ERR no\r\n"),
        unfit::<Vec<i64>>("-ERR no\r\n"),
        unfit::<(i64, i64)>("-ERR no\r\n"),
        unfit::<HashMap<i64, i64>>("-ERR no\r\n"),
        unfit::<Option<i64>>("-ERR no\r\n"),
    ] {
        assert_eq!(text, "ERR no");
    }
}

#[test]
fn a_servers_error_prints_on_one_line_and_keeps_its_bytes() {
    let error = ServerError::new(*b"ERR one\r\ntwo\x1b[31m\xff");
    assert_eq!(error.to_string(), "ERR one  two [31m\u{fffd}");
    assert_eq!(error.bytes(), b"ERR one\r\ntwo\x1b[31m\xff");
    assert_eq!(error.code(), "ERR");
    assert_eq!(ServerError::new(*b"no code here").code(), "");
    assert_eq!(ServerError::new(*b"NOAUTH\r\nx").code(), "NOAUTH");
    assert_eq!(ServerError::new([]).code(), "");
}
