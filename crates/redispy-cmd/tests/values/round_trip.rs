//! What is sent as an argument comes back as the same value, as RESP2 and RESP3 send it.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use bytes::Bytes;
use proptest::prelude::*;
use redispy_cmd::{FromReply, ServerError, ToArg, cmd};
use resp_proto::{Frame, Protocol, RequestDecoder};

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

    /// A reply that a server sends in RESP2 and in RESP3 becomes the same value or does not fit, whatever the type.
    #[test]
    fn both_protocols_give_the_same(frame in frame()) {
        same::<i64>(&frame)?;
        same::<u16>(&frame)?;
        same::<f64>(&frame)?;
        same::<f32>(&frame)?;
        same::<bool>(&frame)?;
        same::<String>(&frame)?;
        same::<Option<Bytes>>(&frame)?;
        same::<Vec<String>>(&frame)?;
        same::<Vec<Option<Bytes>>>(&frame)?;
        same::<Vec<Vec<Vec<u8>>>>(&frame)?;
        same::<Vec<Result<i64, ServerError>>>(&frame)?;
        same::<(i64, Option<String>)>(&frame)?;
        same::<[Bytes; 2]>(&frame)?;
        same::<Vec<(String, i64)>>(&frame)?;
        same::<HashMap<Bytes, Option<String>>>(&frame)?;
        same::<BTreeMap<String, Vec<f64>>>(&frame)?;
    }

    /// The elements of a list that share the reply are those that were read one by one.
    #[test]
    fn sharing_changes_nothing(frame in frame()) {
        let reply = encoded(&frame, Protocol::Resp3);
        let owned = read::<Vec<Option<Vec<u8>>>>(&reply);
        let shared = read::<Vec<Option<Bytes>>>(&reply);
        prop_assert_eq!(
            shared.map(|items| items.into_iter().map(|item| item.map(Vec::from)).collect::<Vec<_>>()),
            owned
        );
    }
}

fn same<T: FromReply + PartialEq + Debug>(frame: &Frame) -> Result<(), TestCaseError> {
    let [two, three] =
        [Protocol::Resp2, Protocol::Resp3].map(|protocol| read::<T>(encoded(frame, protocol)).ok());
    prop_assert_eq!(two, three);
    Ok(())
}

/// Any reply, errors and nesting included. Keys are scalars, as those of servers are.
fn frame() -> impl Strategy<Value = Frame> {
    let text = prop_oneof!["[a-z0-9 .é-]{0,6}", "-?[0-9]{1,5}", "[0-9]{1,3}\\.[0-9]{1,3}"];
    let scalar = prop_oneof![
        Just(Frame::Null),
        any::<i64>().prop_map(Frame::Integer),
        (0..3_i64).prop_map(Frame::Integer),
        any::<bool>().prop_map(Frame::Boolean),
        any::<f64>().prop_filter("NaN is not equal to itself", |a| !a.is_nan()).prop_map(Frame::Double),
        (-9..9_i32).prop_map(|a| Frame::Double(a.into())),
        text.clone().prop_map(Frame::bulk),
        any::<Vec<u8>>().prop_map(Frame::BulkString),
        text.clone().prop_map(|text| Frame::SimpleString(text.into())),
        text.prop_map(|text| Frame::VerbatimString { format: *b"txt", text: text.into() }),
        any::<i128>().prop_map(|a| Frame::BigNumber(a.to_string().into())),
        Just(Frame::SimpleError(b"ERR simple".to_vec())),
        Just(Frame::BulkError(b"ERR bulk".to_vec())),
    ];
    scalar.clone().prop_recursive(3, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Frame::array),
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| Frame::Set(items.into())),
            prop::collection::vec((scalar.clone(), inner), 0..4).prop_map(|pairs| Frame::Map(pairs.into())),
        ]
    })
}
