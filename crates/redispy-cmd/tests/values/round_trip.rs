//! What is sent as an argument comes back as the same value, as RESP2 and RESP3 send it.

use std::collections::HashMap;
use std::fmt::Debug;

use bytes::Bytes;
use proptest::prelude::*;
use redispy_cmd::{FromReply, ToArg, cmd};
use resp_proto::{Frame, Limits, Protocol, Reply, RequestDecoder};

use super::read;

/// What the server stores for an argument, as it is sent back: the same string.
fn stored(arg: impl ToArg) -> Vec<u8> {
    let command = cmd("SET").arg(arg);
    assert_eq!(command.request().refusal(), None);
    let mut reply = Vec::new();
    resp_proto::write_bulk(&mut reply, command.request().get(1).unwrap());
    reply
}

fn comes_back<T: ToArg + FromReply + PartialEq + Debug>(value: &T) {
    assert_eq!(read::<T>(stored(value)).as_ref(), Ok(value));
}

fn encoded(frame: &Frame, protocol: Protocol) -> Vec<u8> {
    let mut bytes = Vec::new();
    frame.encode(&mut bytes, protocol);
    bytes
}

proptest! {
    #[test]
    fn integers(a: i8, b: i16, c: i32, d: i64, e: i128, f: isize) {
        comes_back(&a);
        comes_back(&b);
        comes_back(&c);
        comes_back(&d);
        comes_back(&e);
        comes_back(&f);
    }

    #[test]
    fn unsigned_integers(a: u16, b: u32, c: u64, d: u128, e: usize) {
        comes_back(&a);
        comes_back(&b);
        comes_back(&c);
        comes_back(&d);
        comes_back(&e);
    }

    #[test]
    fn floats(a in any::<f64>().prop_filter("servers refuse NaN", |a| !a.is_nan()), b: f32) {
        comes_back(&a);
        if !b.is_nan() {
            comes_back(&b);
        }
        for protocol in [Protocol::Resp2, Protocol::Resp3] {
            prop_assert_eq!(read::<f64>(encoded(&Frame::Double(a), protocol)), Ok(a));
        }
    }

    #[test]
    fn text_and_bytes(text: String, bytes: Vec<u8>) {
        comes_back(&text);
        comes_back(&bytes);
        comes_back(&Bytes::from(bytes));
    }

    #[test]
    fn lists_of_anything(items: Vec<Vec<u8>>) {
        let frame = Frame::array(items.iter().cloned().map(Frame::BulkString).collect::<Vec<_>>());
        let reply = encoded(&frame, Protocol::Resp3);
        prop_assert_eq!(read::<Vec<Bytes>>(&reply), Ok(items.iter().cloned().map(Bytes::from).collect()));
        let text: Option<Vec<String>> = items.iter().cloned().map(|item| String::from_utf8(item).ok()).collect();
        prop_assert_eq!(read::<Vec<String>>(&reply).ok(), text);
        prop_assert_eq!(read::<Vec<Vec<u8>>>(&reply), Ok(items));
    }

    #[test]
    fn maps(pairs: Vec<(String, i64)>) {
        let frame = Frame::Map(
            pairs.iter().map(|(key, value)| (Frame::BulkString(key.clone().into()), Frame::Integer(*value))).collect(),
        );
        for protocol in [Protocol::Resp2, Protocol::Resp3] {
            prop_assert_eq!(read::<Vec<(String, i64)>>(encoded(&frame, protocol)), Ok(pairs.clone()));
        }
    }

    /// A server reads the same arguments that were given, however many there are.
    #[test]
    fn arguments_as_a_server_reads_them(args: Vec<Vec<u8>>, number: i64) {
        let command = cmd(("RPUSH", number)).arg(&args);
        let mut server = RequestDecoder::default();
        server.feed(command.request().bytes());
        let request = server.next_request().unwrap().unwrap();
        let number = number.to_string();
        let given = [&b"RPUSH"[..], number.as_bytes()].into_iter().chain(args.iter().map(Vec::as_slice));
        prop_assert!(request.args().eq(given));
        prop_assert_eq!(server.buffered(), 0);
    }

    /// No reply makes a reader panic, whatever the type.
    #[test]
    fn any_reply_is_read_or_refused(body in "[:+$*%~_#,(=!|;.>0-9a-z\\r\\n-]{0,60}") {
        if let Ok(Some(reply)) = Reply::parse(body.as_bytes(), Limits::default()) {
            let _ = i64::from_reply(reply.node());
            let _ = f32::from_reply(reply.node());
            let _ = bool::from_reply(reply.node());
            let _ = Vec::<String>::from_reply(reply.node());
            let _ = Vec::<Bytes>::from_reply(reply.node());
            let _ = <(i64, Option<String>)>::from_reply(reply.node());
            let _ = HashMap::<String, Vec<(String, i64)>>::from_reply(reply.node());
        }
    }
}
