//! What several test binaries share: the golden table and the ways to decode.
#![allow(dead_code, reason = "not every test binary uses all of it")]

use resp_proto::{Attributed, Decoder, Error, Frame, Items, Kind, Limits, Node};

pub(crate) fn bulk(text: &str) -> Frame {
    Frame::bulk(text)
}

pub(crate) fn simple(text: &str) -> Frame {
    Frame::SimpleString(text.into())
}

pub(crate) fn array<const N: usize>(items: [Frame; N]) -> Frame {
    Frame::array(items)
}

pub(crate) fn map<const N: usize>(pairs: [(Frame, Frame); N]) -> Frame {
    Frame::Map(pairs.into())
}

pub(crate) fn with<const N: usize>(attributes: [(Frame, Frame); N], value: Frame) -> Frame {
    Frame::Attributed(Attributed::new(attributes, value))
}

/// Every kind in every form, with what it says.
pub(crate) fn golden() -> Vec<(&'static [u8], Frame)> {
    use Frame::{BigNumber, Boolean, BulkError, BulkString, Double, Integer, Null, Push, Set, SimpleError};
    let int = Integer;
    vec![
        (b"+OK\r\n", simple("OK")),
        (b"+\r\n", simple("")),
        (
            b"+a string of more than twenty-four bytes in one line\r\n",
            simple("a string of more than twenty-four bytes in one line"),
        ),
        (b"+\xff\xfe\r\n", Frame::SimpleString(vec![0xff, 0xfe])),
        (b"-ERR unknown command\r\n", SimpleError(b"ERR unknown command".to_vec())),
        (b"-\r\n", SimpleError(vec![])),
        (b":0\r\n", int(0)),
        (b":1234\r\n", int(1234)),
        (b":-1\r\n", int(-1)),
        (b":+5\r\n", int(5)),
        (b":-0\r\n", int(0)),
        (b":9223372036854775807\r\n", int(i64::MAX)),
        (b":-9223372036854775808\r\n", int(i64::MIN)),
        (b"$0\r\n\r\n", bulk("")),
        (b"$3\r\nfoo\r\n", bulk("foo")),
        (b"$12\r\nhello\r\nworld\r\n", bulk("hello\r\nworld")),
        (b"$4\r\n\0\xff\r\n\r\n", BulkString(vec![0, 0xff, b'\r', b'\n'])),
        (b"$-1\r\n", Null),
        (b"*-1\r\n", Null),
        (b"_\r\n", Null),
        (b"*0\r\n", array([])),
        (b"*2\r\n$3\r\nfoo\r\n$3\r\nbar\r\n", array([bulk("foo"), bulk("bar")])),
        (b"*3\r\n:1\r\n:22\r\n:-333\r\n", array([int(1), int(22), int(-333)])),
        (b"*3\r\n$1\r\na\r\n$-1\r\n$2\r\nbb\r\n", array([bulk("a"), Null, bulk("bb")])),
        (
            b"*2\r\n*1\r\n:1\r\n*2\r\n+a\r\n-b\r\n",
            array([array([int(1)]), array([simple("a"), SimpleError(b"b".to_vec())])]),
        ),
        (b"%0\r\n", map([])),
        (b"%2\r\n+a\r\n:1\r\n+b\r\n*0\r\n", map([(simple("a"), int(1)), (simple("b"), array([]))])),
        (b"%1\r\n*1\r\n_\r\n%1\r\n:1\r\n:2\r\n", map([(array([Null]), map([(int(1), int(2))]))])),
        (b"~0\r\n", Set([].into())),
        (b"~3\r\n:1\r\n$1\r\nx\r\n#t\r\n", Set([int(1), bulk("x"), Boolean(true)].into())),
        (b">0\r\n", Push([].into())),
        (
            b">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n",
            Push([bulk("message"), bulk("c"), bulk("m")].into()),
        ),
        (b",1.5\r\n", Double(1.5)),
        (b",10\r\n", Double(10.0)),
        (b",-0\r\n", Double(-0.0)),
        (b",1.5e-10\r\n", Double(1.5e-10)),
        (b",1E+3\r\n", Double(1000.0)),
        (b",inf\r\n", Double(f64::INFINITY)),
        (b",-inf\r\n", Double(f64::NEG_INFINITY)),
        (b"#t\r\n", Boolean(true)),
        (b"#f\r\n", Boolean(false)),
        (
            b"(3492890328409238509324850943850943825024385\r\n",
            BigNumber(b"3492890328409238509324850943850943825024385".to_vec()),
        ),
        (b"(-1\r\n", BigNumber(b"-1".to_vec())),
        (b"!21\r\nSYNTAX invalid syntax\r\n", BulkError(b"SYNTAX invalid syntax".to_vec())),
        (b"!6\r\nE a\r\nb\r\n", BulkError(b"E a\r\nb".to_vec())),
        (
            b"=15\r\ntxt:Some string\r\n",
            Frame::VerbatimString { format: *b"txt", text: b"Some string".to_vec() },
        ),
        (b"=4\r\nmkd:\r\n", Frame::VerbatimString { format: *b"mkd", text: vec![] }),
        (b"|1\r\n+ttl\r\n:3600\r\n$1\r\nv\r\n", with([(simple("ttl"), int(3600))], bulk("v"))),
        (b"|0\r\n:1\r\n", with([], int(1))),
        (
            b"|1\r\n+a\r\n:1\r\n|1\r\n+b\r\n:2\r\n_\r\n",
            with([(simple("a"), int(1)), (simple("b"), int(2))], Null),
        ),
        (
            b"*2\r\n|1\r\n+ttl\r\n*1\r\n:9\r\n:1\r\n:2\r\n",
            array([with([(simple("ttl"), array([int(9)]))], int(1)), int(2)]),
        ),
        (
            b"%1\r\n|1\r\n+a\r\n:1\r\n+k\r\n|1\r\n+b\r\n:2\r\n*1\r\n:3\r\n",
            map([(
                with([(simple("a"), int(1))], simple("k")),
                with([(simple("b"), int(2))], array([int(3)])),
            )]),
        ),
        (
            b"|1\r\n|1\r\n:1\r\n:2\r\n+k\r\n|1\r\n:3\r\n:4\r\n+v\r\n:5\r\n",
            with([(with([(int(1), int(2))], simple("k")), with([(int(3), int(4))], simple("v")))], int(5)),
        ),
        (b"|1\r\n+a\r\n:1\r\n>1\r\n+x\r\n", with([(simple("a"), int(1))], Push([simple("x")].into()))),
        (b"$?\r\n;4\r\nHell\r\n;5\r\no wor\r\n;2\r\nld\r\n;0\r\n", bulk("Hello world")),
        (b"$?\r\n;0\r\n", bulk("")),
        (b"*?\r\n.\r\n", array([])),
        (b"*?\r\n:1\r\n$?\r\n;1\r\na\r\n;0\r\n.\r\n", array([int(1), bulk("a")])),
        (b"~?\r\n+a\r\n+b\r\n.\r\n", Set([simple("a"), simple("b")].into())),
        (
            b"%?\r\n+a\r\n:1\r\n+b\r\n*?\r\n*?\r\n.\r\n:2\r\n.\r\n.\r\n",
            map([(simple("a"), int(1)), (simple("b"), array([array([]), int(2)]))]),
        ),
        (
            b"*2\r\n*?\r\n*2\r\n:1\r\n:2\r\n|1\r\n:8\r\n:9\r\n:3\r\n.\r\n:4\r\n",
            array([array([array([int(1), int(2)]), with([(int(8), int(9))], int(3))]), int(4)]),
        ),
    ]
}

/// A frame built by walking nodes alone.
pub(crate) fn walk(node: Node<'_>) -> Frame {
    if let Some(attributes) = node.attributes() {
        let pairs = pairs(attributes);
        return Frame::Attributed(Attributed::new(pairs, walk_value(node)));
    }
    walk_value(node)
}

fn pairs(mut items: Items<'_>) -> Vec<(Frame, Frame)> {
    let mut pairs = Vec::new();
    while let Some(key) = items.next().map(walk) {
        pairs.push((key, items.next().map(walk).unwrap()));
    }
    pairs
}

fn walk_value(node: Node<'_>) -> Frame {
    let kind = node.kind();
    assert_eq!(node.is_null(), kind == Kind::Null);
    match kind {
        Kind::Null => Frame::Null,
        Kind::Integer => Frame::Integer(node.as_i64().unwrap()),
        Kind::Double => Frame::Double(node.as_f64().unwrap()),
        Kind::Boolean => Frame::Boolean(node.as_bool().unwrap()),
        Kind::SimpleString => Frame::SimpleString(node.into_bytes().unwrap().into_owned()),
        Kind::SimpleError => Frame::SimpleError(node.into_bytes().unwrap().into_owned()),
        Kind::BulkString => Frame::BulkString(node.into_bytes().unwrap().into_owned()),
        Kind::BulkError => Frame::BulkError(node.into_bytes().unwrap().into_owned()),
        Kind::BigNumber => Frame::BigNumber(node.into_bytes().unwrap().into_owned()),
        Kind::VerbatimString => Frame::VerbatimString {
            format: node.verbatim_format().unwrap().try_into().unwrap(),
            text: node.into_bytes().unwrap().into_owned(),
        },
        Kind::Array => Frame::array(node.into_items().unwrap().map(walk).collect::<Vec<_>>()),
        Kind::Set => Frame::Set(node.into_items().unwrap().map(walk).collect()),
        Kind::Push => Frame::Push(node.into_items().unwrap().map(walk).collect()),
        Kind::Map => Frame::Map(pairs(node.into_items().unwrap()).into()),
        other => panic!("{other:?} is not walked"),
    }
}

/// All replies in the pieces, then the error if there is one.
pub(crate) fn decode_with(
    limits: Limits,
    pieces: impl IntoIterator<Item = impl AsRef<[u8]>>,
    read: fn(Node<'_>) -> Frame,
) -> (Vec<Frame>, Option<Error>, bool) {
    let (mut decoder, mut frames) = (Decoder::new(limits), Vec::new());
    for (n, piece) in pieces.into_iter().enumerate() {
        if n % 2 == 0 {
            decoder.feed(piece.as_ref());
        } else {
            receive(&mut decoder, piece.as_ref());
        }
        loop {
            match decoder.next_reply() {
                Ok(Some(node)) => frames.push(read(node)),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(decoder.next_reply().unwrap_err(), error);
                    return (frames, Some(error), true);
                }
            }
        }
    }
    (frames, None, decoder.is_midway())
}

/// As a socket hands bytes over.
pub(crate) fn receive(decoder: &mut Decoder, bytes: &[u8]) {
    let mut rest = bytes;
    while !rest.is_empty() {
        let space = decoder.space();
        assert!(!space.is_empty());
        let n = space.len().min(rest.len());
        space[..n].copy_from_slice(&rest[..n]);
        decoder.filled(n);
        rest = &rest[n..];
    }
}

/// All replies in the pieces, and whether a part of one is left.
pub(crate) fn decode(pieces: &[&[u8]]) -> Result<(Vec<Frame>, bool), Error> {
    let (frames, error, midway) = decode_with(Limits::default(), pieces, |node| node.into_frame());
    error.map_or(Ok((frames, midway)), Err)
}
