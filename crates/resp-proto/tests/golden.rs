//! Every kind of frame, in every form, cut anywhere, says what it should.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod common;

use common::{decode, decode_with, golden, walk};
use resp_proto::{Frame, Kind, Limits, Node, Protocol, Reply, Scanner, Status};

#[test]
fn each_frame_says_what_the_table_says() {
    for (bytes, frame) in golden() {
        assert_eq!(decode(&[bytes]), Ok((vec![frame], false)), "{}", bytes.escape_ascii());
    }
}

#[test]
fn walking_nodes_finds_the_same() {
    for (bytes, frame) in golden() {
        let (frames, ..) = decode_with(Limits::default(), [bytes], walk);
        assert_eq!(frames, [frame], "{}", bytes.escape_ascii());
    }
}

#[test]
fn f025_cut_at_every_byte_it_says_the_same() {
    for (bytes, frame) in golden() {
        for at in 1..bytes.len() {
            let (a, b) = bytes.split_at(at);
            assert_eq!(decode(&[a]), Ok((vec![], true)), "{} up to {at}", bytes.escape_ascii());
            assert_eq!(
                decode(&[a, b]),
                Ok((vec![frame.clone()], false)),
                "{} cut at {at}",
                bytes.escape_ascii()
            );
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(decode(&single), Ok((vec![frame], false)), "{} bytewise", bytes.escape_ascii());
    }
}

#[test]
fn f025_all_pairs_of_frames_in_one_read_and_cut_at_every_byte() {
    let table = golden();
    for (first, one) in &table {
        for (second, two) in &table {
            let both = [*first, *second].concat();
            let wanted = vec![one.clone(), two.clone()];
            assert_eq!(decode(&[&both]), Ok((wanted.clone(), false)), "{}", both.escape_ascii());
            for at in 1..both.len() {
                let (a, b) = both.split_at(at);
                assert_eq!(decode(&[a, b]).unwrap().0, wanted, "{} cut at {at}", both.escape_ascii());
            }
        }
    }
}

/// What stands before a frame, what behind it, and what all says together.
type Around = (&'static [u8], &'static [u8], fn(Frame) -> Frame);

#[test]
fn each_frame_stands_anywhere_a_frame_may_stand() {
    for (bytes, frame) in golden() {
        if frame.kind() == Kind::Push {
            continue;
        }
        let around: [Around; 7] = [
            (b"*2\r\n", b":7\r\n", |frame| Frame::array([frame, Frame::Integer(7)])),
            (b"%1\r\n+k\r\n", b"", |frame| common::map([(common::simple("k"), frame)])),
            (b"%1\r\n", b":7\r\n", |frame| common::map([(frame, Frame::Integer(7))])),
            (b"~1\r\n", b"", |frame| Frame::Set([frame].into())),
            (b">2\r\n+x\r\n", b"", |frame| Frame::Push([common::simple("x"), frame].into())),
            (b"|1\r\n+k\r\n", b":7\r\n", |frame| {
                common::with([(common::simple("k"), frame)], Frame::Integer(7))
            }),
            (b"*?\r\n:7\r\n", b".\r\n", |frame| Frame::array([Frame::Integer(7), frame])),
        ];
        for (before, after, wrap) in around {
            let whole = [before, bytes, after].concat();
            let wanted = vec![wrap(frame.clone())];
            assert_eq!(decode(&[&whole]), Ok((wanted.clone(), false)), "{}", whole.escape_ascii());
            let (walked, ..) = decode_with(Limits::default(), [&whole], walk);
            assert_eq!(walked, wanted, "{}", whole.escape_ascii());
        }
    }
}

#[test]
fn encoding_and_decoding_again_changes_nothing() {
    for (bytes, frame) in golden() {
        let mut out = Vec::new();
        frame.encode(&mut out, Protocol::Resp3);
        assert_eq!(decode(&[&out]), Ok((vec![frame.clone()], false)), "{}", bytes.escape_ascii());
        out.clear();
        frame.encode(&mut out, Protocol::Resp2);
        let (again, midway) = decode(&[&out]).unwrap();
        assert_eq!((again.len(), midway), (1, false), "{}", out.escape_ascii());
        let mut twice = Vec::new();
        again[0].encode(&mut twice, Protocol::Resp2);
        assert_eq!(twice.escape_ascii().to_string(), out.escape_ascii().to_string());
    }
}

#[test]
fn nan_is_nan() {
    for bytes in [&b",nan\r\n"[..], b",-nan\r\n", b",NAN\r\n", b",nan(0x1)\r\n"] {
        let reply = Reply::parse(bytes, Limits::default()).unwrap().unwrap();
        assert!(reply.node().as_f64().unwrap().is_nan(), "{}", bytes.escape_ascii());
        let mut out = Vec::new();
        reply.node().into_frame().encode(&mut out, Protocol::Resp3);
        assert_eq!(out, b",nan\r\n");
    }
}

#[test]
fn the_scanner_ends_where_the_reply_ends() {
    for (bytes, _) in golden() {
        let mut scanner = Scanner::default();
        for given in 0..bytes.len() {
            match scanner.scan(&bytes[..given]).unwrap() {
                Status::Incomplete(need) => {
                    assert!(
                        given < need && need <= bytes.len(),
                        "{} at {given}: {need}",
                        bytes.escape_ascii()
                    );
                }
                Status::Complete(_) => panic!("{} at {given}", bytes.escape_ascii()),
            }
        }
        let more = [bytes, b"+more"].concat();
        assert_eq!(scanner.scan(&more), Ok(Status::Complete(bytes.len())), "{}", bytes.escape_ascii());
    }
}

#[test]
fn raw_is_the_value_and_nothing_else() {
    fn check(node: Node<'_>) {
        let raw = node.raw();
        let again = Reply::parse(raw, Limits::default()).unwrap().unwrap();
        assert_eq!(again.bytes(), raw);
        if let (Some(range), Some(text)) = (node.text_range(), node.as_bytes()) {
            let start = node.start();
            assert_eq!(raw[range.start - start..range.end - start], *text);
        }
        if let Some(attributes) = node.attributes() {
            attributes.for_each(check);
        }
        let frame = again.node().into_frame();
        if let Some(items) = node.into_items() {
            items.for_each(check);
        }
        drop(frame);
    }
    for (bytes, _) in golden() {
        // Pushes stand at top level only.
        if !bytes.starts_with(b">") && !bytes.windows(3).any(|three| three == b"\n>1") {
            let whole = [b"*2\r\n", bytes, b":7\r\n"].concat();
            check(Reply::parse(&whole, Limits::default()).unwrap().unwrap().node());
        }
        check(Reply::parse(bytes, Limits::default()).unwrap().unwrap().node());
    }
}

#[test]
fn any_order_of_reading_finds_the_same() {
    let bytes = b"*3\r\n*2\r\n:1\r\n*2\r\n:2\r\n:3\r\n%1\r\n+k\r\n*?\r\n:4\r\n:5\r\n.\r\n:6\r\n";
    let whole = decode(&[bytes]).unwrap().0.remove(0);
    let Frame::Array(wanted) = whole else { panic!() };
    let reply = Reply::parse(bytes, Limits::default()).unwrap().unwrap();
    // All handed out first, then read from the back.
    let nodes: Vec<Node<'_>> = reply.node().into_items().unwrap().collect();
    for (node, wanted) in nodes.into_iter().zip(wanted.iter()).rev() {
        assert_eq!(walk(node), *wanted);
    }
    // Each left at every possible point.
    for stop in 0..4 {
        for inner in 0..3 {
            let mut items = reply.node().into_items().unwrap();
            let mut first = items.next().unwrap().into_items().unwrap();
            for _ in 0..stop.min(2) {
                if let Some(mut deep) = first.next().unwrap().into_items() {
                    deep.by_ref().take(inner).for_each(drop);
                }
            }
            if stop == 3 {
                first.by_ref().for_each(drop);
            }
            drop(first);
            let mut second = items.next().unwrap().into_items().unwrap();
            assert_eq!(second.next().unwrap().as_bytes().unwrap(), &b"k"[..]);
            let mut stream = second.next().unwrap().into_items().unwrap();
            stream.by_ref().take(inner).for_each(drop);
            drop(stream);
            drop(second);
            assert_eq!(items.next().unwrap().as_i64(), Some(6));
            assert!(items.next().is_none());
        }
    }
}

#[test]
fn attributes_read_before_a_value_do_not_tell_where_it_ends() {
    let bytes = b"*3\r\n|1\r\n+k\r\n*1\r\n:9\r\n~0\r\n|1\r\n+k\r\n+v\r\n*2\r\n:1\r\n:2\r\n:5\r\n";
    let reply = Reply::parse(bytes, Limits::default()).unwrap().unwrap();
    for read in 0..4 {
        let mut items = reply.node().into_items().unwrap();
        for wanted in [0, 2] {
            let node = items.next().unwrap();
            assert_eq!(node.size_hint(), wanted);
            assert_eq!(node.attributes().unwrap().take(read).count(), read.min(2));
            drop(node.into_items());
        }
        assert_eq!(items.next().unwrap().as_i64(), Some(5));
        assert!(items.next().is_none());
    }
}
