//! What a peer may send that it should not: unknown types, lengths that lie, lines that never end, nests without
//! bottom. Each test carries the numbers of the faults it stands for.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod common;

use common::{array, bulk, decode, decode_with, map, simple, with};
use resp_proto::{Decoder, Error, ErrorKind, Frame, Kind, Limit, Limits, Node, Reply, Scanner, Status};

use Frame::{Integer, Null};

/// Where a frame may stand, and how many whole replies stand before it.
const PLACES: [(&[u8], usize); 9] = [
    (b"", 0),
    (b"+OK\r\n", 1),
    (b"*2\r\n:1\r\n", 0),
    (b"%1\r\n+k\r\n", 0),
    (b"~1\r\n", 0),
    (b"|1\r\n+k\r\n", 0),
    (b">1\r\n", 0),
    (b"*?\r\n", 0),
    (b"*1\r\n%?\r\n", 0),
];

/// The bytes are wrong in that way at that byte wherever they stand and however they are cut.
fn fails(bytes: &[u8], kind: ErrorKind, at: usize) {
    for (before, replies) in PLACES {
        fails_behind(before, replies, bytes, kind, at);
    }
}

fn fails_behind(before: &[u8], replies: usize, bytes: &[u8], kind: ErrorKind, at: usize) {
    let whole = [before, bytes].concat();
    let check = |pieces: &[&[u8]], how: &str| {
        let (frames, error, _) = decode_with(Limits::default(), pieces, |node| node.into_frame());
        let shown = whole.escape_ascii();
        let Some(error) = error else { panic!("{shown} {how}: no error, {frames:?}") };
        assert_eq!((error.kind(), error.offset()), (kind, (before.len() + at) as u64), "{shown} {how}");
        assert_eq!(frames.len(), replies, "{shown} {how}");
    };
    check(&[&whole], "whole");
    for cut in 1..whole.len().min(200) {
        let (a, b) = whole.split_at(cut);
        check(&[a, b], &format!("cut at {cut}"));
    }
    check(&whole.chunks(1).collect::<Vec<_>>(), "bytewise");
}

fn frame(bytes: &[u8]) -> Frame {
    let (mut frames, midway) = decode(&[bytes]).unwrap();
    assert_eq!((frames.len(), midway), (1, false), "{}", bytes.escape_ascii());
    frames.remove(0)
}

fn kind_of(result: Result<Status, Error>) -> Result<Status, ErrorKind> {
    result.map_err(|error| error.kind())
}

#[test]
fn f001_an_unknown_type_is_named_with_its_place() {
    for bytes in [&b"@x\r\n"[..], b"\0", b"\r\n", b"\xff\r\n", b"\n", b" +OK\r\n", b"OK\r\n"] {
        fails(bytes, ErrorKind::UnknownType(bytes[0]), 0);
    }
    let (_, error, _) = decode_with(Limits::default(), [b"+OK\r\n@x\r\n"], |node| node.into_frame());
    assert_eq!(error.unwrap().to_string(), "unknown type byte '@' at byte 5");
}

#[test]
fn f002_f003_negative_lengths_are_wrong() {
    for tag in ["$", "!", "=", "*", "~", "%", "|", ">"] {
        for length in ["-2", "-3", "-9223372036854775808", "-0", "-", "-10"] {
            let bytes = format!("{tag}{length}\r\n");
            match tag {
                ">" => fails_behind(b"", 0, bytes.as_bytes(), ErrorKind::Length, 0),
                _ => fails(bytes.as_bytes(), ErrorKind::Length, 0),
            }
        }
    }
}

#[test]
fn f004_three_nils_and_no_others() {
    for bytes in [&b"$-1\r\n"[..], b"*-1\r\n", b"_\r\n"] {
        assert_eq!(frame(bytes), Null);
    }
    for tag in ["=", "!", "%", "~", "|"] {
        fails(format!("{tag}-1\r\n").as_bytes(), ErrorKind::Length, 0);
    }
    fails_behind(b"", 0, b">-1\r\n", ErrorKind::Length, 0);
}

#[test]
fn f005_lengths_are_plain_decimal() {
    for tag in ["$", "!", "=", "*", "~", "%", "|"] {
        for length in ["", "12a", " 3", "3 ", "03", "-0", "+3", "0x3", "1.0", &"1".repeat(40), "??", "?1"] {
            fails(format!("{tag}{length}\r\n").as_bytes(), ErrorKind::Length, 0);
        }
    }
    // Wrong before the line ends, and wrong at its end: the former counts, however the bytes are cut.
    fails(format!("${}\n", "1".repeat(40)).as_bytes(), ErrorKind::Length, 0);
    fails(b"*00\n", ErrorKind::Length, 0);
    // A wrong length is not waited for, either.
    for bytes in [&b"$12a"[..], b"*x", b"$+"] {
        assert_eq!(decode(&[bytes]).unwrap_err().kind(), ErrorKind::Length);
    }
}

#[test]
fn f006_a_huge_bulk_is_refused_before_its_body() {
    for length in ["536870913", "4294967296", "9223372036854775807", "18446744073709551616"] {
        for tag in ["$", "!", "="] {
            fails(format!("{tag}{length}\r\n").as_bytes(), ErrorKind::Limit(Limit::Bulk(512 << 20)), 0);
        }
    }
    assert_eq!(decode(&[b"$536870912\r\n"]), Ok((vec![], true)));
}

#[test]
fn f007_f008_a_huge_count_is_refused_or_waited_for() {
    let most = 1 << 27;
    for count in [
        "134217729",
        "1073741824",
        "4294967295",
        "4611686018427387904",
        "9223372036854775807",
        "18446744073709551615",
    ] {
        for tag in ["*", "~", "%", "|"] {
            fails(format!("{tag}{count}\r\n").as_bytes(), ErrorKind::Limit(Limit::Elements(most)), 0);
        }
        fails_behind(b"", 0, format!(">{count}\r\n").as_bytes(), ErrorKind::Limit(Limit::Elements(most)), 0);
    }
    fails(b"%67108865\r\n", ErrorKind::Limit(Limit::Elements(most)), 0);
    for bytes in [&b"*134217728\r\n"[..], b"%67108864\r\n", b"~100000000\r\n", b">100000000\r\n", b"|1\r\n"] {
        assert_eq!(decode(&[bytes]), Ok((vec![], true)));
    }
    // Raised as far as it goes, nothing overflows.
    let limits = Limits::default().with_max_elements(usize::MAX);
    for bytes in [&b"%9223372036854775807\r\n"[..], b"|4611686018427387904\r\n", b"*18446744073709551615\r\n"]
    {
        let kind = kind_of(Scanner::new(limits).scan(bytes));
        assert_eq!(kind, Err(ErrorKind::Limit(Limit::Elements(usize::MAX))));
    }
}

#[test]
fn f009_f010_depth_is_limited_whatever_it_is_made_of() {
    for level in [&b"*1\r\n"[..], b"%1\r\n+k\r\n", b"~1\r\n", b"|1\r\n+k\r\n", b"*?\r\n"] {
        let nest = |depth: usize| [&level.repeat(depth), &b":1\r\n"[..]].concat();
        assert!(decode(&[&nest(128)]).is_ok());
        let over = ErrorKind::Limit(Limit::Depth(128));
        let error = decode(&[&nest(129)]).unwrap_err();
        assert_eq!((error.kind(), error.offset()), (over, 128 * level.len() as u64));
        for depth in [1_000, 10_000, 100_000, 1_000_000] {
            assert_eq!(decode(&[&nest(depth)]).unwrap_err().kind(), over);
        }
    }
    let mixed = [b"*1\r\n~1\r\n%1\r\n+k\r\n|1\r\n+k\r\n".repeat(32), b"*0\r\n".to_vec()].concat();
    assert_eq!(decode(&[&mixed]).unwrap_err().kind(), ErrorKind::Limit(Limit::Depth(128)));
    // A push has its elements one level below.
    assert_eq!(
        decode(&[&[b">1\r\n".to_vec(), b"*1\r\n".repeat(127), b"_\r\n".to_vec()].concat()]).unwrap().0.len(),
        1
    );
}

/// As many levels, of all that nests, one within the other.
fn mixed_nest(depth: usize) -> Vec<u8> {
    let levels: [(&[u8], &[u8]); 5] = [
        (b"*1\r\n", b""),
        (b"%1\r\n+k\r\n", b""),
        (b"~1\r\n", b""),
        (b"|1\r\n+k\r\n", b":2\r\n"),
        (b"*?\r\n", b".\r\n"),
    ];
    let opened = (0..depth).flat_map(|level| levels[level % 5].0);
    let closed = (0..depth).rev().flat_map(|level| levels[level % 5].1);
    opened.chain(b":1\r\n").chain(closed).copied().collect()
}

#[test]
fn f009_a_million_levels_on_a_small_stack() {
    let depth = 1_000_000;
    let limits = Limits::default().with_max_depth(depth);
    let bytes = mixed_nest(depth);
    let small = std::thread::Builder::new().stack_size(64 << 10).spawn(move || {
        let mut decoder = Decoder::new(limits);
        for piece in bytes.chunks(100_000) {
            decoder.feed(piece);
            if let Some(node) = decoder.next_reply().unwrap() {
                let frame = node.into_frame();
                let mut out = Vec::new();
                frame.encode(&mut out, resp_proto::Protocol::Resp3);
                assert!(out.len() > 3 * depth);
                assert!(frame.clone() == frame);
            }
        }
        assert!(!decoder.is_midway());
    });
    small.unwrap().join().unwrap();
}

/// Going down from level to level costs no more than the way: nothing is gone over again for each.
#[test]
fn f009_walking_down_a_million_levels() {
    for level in [&b"*1\r\n"[..], b"%1\r\n+k\r\n", b"*?\r\n"] {
        let depth = 1_000_000;
        let closed = if level.contains(&b'?') { b".\r\n".repeat(depth) } else { vec![] };
        let bytes = [&level.repeat(depth), &b":1\r\n"[..], &closed].concat();
        let reply = Reply::parse(&bytes, Limits::default().with_max_depth(depth)).unwrap().unwrap();
        let (mut node, mut deepest) = (reply.node(), 0);
        while let Some(inner) = node.into_items().and_then(|mut items| items.find(Node::is_aggregate)) {
            deepest = inner.start();
            node = inner;
        }
        assert_eq!(deepest, (depth - 1) * level.len());
    }
}

#[test]
fn f011_a_body_ends_where_its_length_says() {
    fails(b"$4\r\nfineXX\r\n", ErrorKind::BulkEnd, 8);
    fails(b"$3\r\nfine\r\n", ErrorKind::BulkEnd, 7);
    fails(b"$4\r\nfine\n\n", ErrorKind::BulkEnd, 8);
    fails(b"$4\r\nfine\rX", ErrorKind::BulkEnd, 8);
    fails(b"!3\r\nERR \r\n", ErrorKind::BulkEnd, 7);
    // The first of the two bytes is wrong, the second not there: that is said when it is, however the bytes came.
    fails(b"!6\r\nERR x\r\nx", ErrorKind::BulkEnd, 10);
    for pieces in [&[&b"!6\r\nERR x\r\n"[..]][..], &[b"!6\r\nERR x", b"\r", b"\n"]] {
        assert_eq!(decode(pieces), Ok((vec![], true)));
    }
    fails(b"=5\r\ntxt:ab\r\n", ErrorKind::BulkEnd, 9);
    let large = [&b"$100000\r\n"[..], &[b'x'; 100_001], b"\r\n"].concat();
    let (_, error, _) = decode_with(Limits::default(), large.chunks(999), |node| node.into_frame());
    assert_eq!(error.map(|error| (error.kind(), error.offset())), Some((ErrorKind::BulkEnd, 100_009)));
}

#[test]
fn f012_lines_end_in_cr_lf() {
    fails(b"+OK\n", ErrorKind::LineEnd, 3);
    fails(b"+O\rK\r\n", ErrorKind::LineEnd, 2);
    fails(b"+O\nK\r\n", ErrorKind::LineEnd, 2);
    fails(b"+OK\r\r\n", ErrorKind::LineEnd, 3);
    fails(b"-ERR\n\r\n", ErrorKind::LineEnd, 4);
    fails(b":12\n", ErrorKind::LineEnd, 3);
    fails(b":12\rx", ErrorKind::LineEnd, 3);
    fails(b"$3\nfoo", ErrorKind::LineEnd, 2);
    fails(b"*1\rx", ErrorKind::LineEnd, 2);
    fails(b"#t\n", ErrorKind::LineEnd, 2);
    fails(b"_\n", ErrorKind::LineEnd, 1);
    fails(b",1.5\n", ErrorKind::LineEnd, 4);
    fails(b"(15\rx", ErrorKind::LineEnd, 3);
    assert_eq!(decode(&[b"+OK\r"]), Ok((vec![], true)));
    assert_eq!(decode(&[b"+OK\r", b"\n"]), Ok((vec![simple("OK")], false)));
}

#[test]
fn f013_a_line_without_end_is_refused_at_the_limit() {
    for tag in [b'+', b'-', b'(', b','] {
        let mut decoder = Decoder::default();
        let mut received = 0;
        decoder.feed(&[tag]);
        let error = loop {
            decoder.feed(&[b'1'; 1000]);
            received += 1000;
            match decoder.next_reply() {
                Ok(reply) => assert!(reply.is_none() && received < 70_000),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), ErrorKind::Limit(Limit::Line(64 << 10)));
        assert_eq!(error.offset(), 1 + (64 << 10));
    }
}

#[test]
fn f014_integers_are_exact_or_wrong() {
    for (bytes, n) in [
        (":9223372036854775807", i64::MAX),
        (":-9223372036854775808", i64::MIN),
        (":+5", 5),
        (":-0", 0),
        (":007", 7),
    ] {
        assert_eq!(frame(format!("{bytes}\r\n").as_bytes()), Integer(n));
    }
    for text in [
        "12x",
        "",
        "-",
        "+",
        " 5",
        "5 ",
        "--5",
        "+-5",
        "9223372036854775808",
        "-9223372036854775809",
        "1.0",
        "0x10",
    ] {
        fails(format!(":{text}\r\n").as_bytes(), ErrorKind::Integer, 0);
    }
    fails(format!(":{}\r\n", "0".repeat(30)).as_bytes(), ErrorKind::Integer, 0);
    fails(format!(":{}\n", "7".repeat(30)).as_bytes(), ErrorKind::Integer, 0);
}

#[test]
fn f015_doubles_in_every_spelling() {
    let double = |text: &str| match frame(format!(",{text}\r\n").as_bytes()) {
        Frame::Double(value) => value,
        other => panic!("{other:?}"),
    };
    assert_eq!(double("inf"), f64::INFINITY);
    assert_eq!(double("-inf"), f64::NEG_INFINITY);
    assert_eq!(double("1e400"), f64::INFINITY);
    assert_eq!(double("-1e400"), f64::NEG_INFINITY);
    assert_eq!(double(&format!("0.{}", "3".repeat(400))), 1.0 / 3.0);
    assert_eq!(double("5e-324"), f64::from_bits(1));
    for text in ["nan", "-nan", "NAN", "nan(0x1)"] {
        assert!(double(text).is_nan(), "{text}");
    }
    for text in ["1.2.3", "", "-", "1,5", "infinite", "nan(", "1e", ".5", "5.", "0x1p3", " 1"] {
        fails(format!(",{text}\r\n").as_bytes(), ErrorKind::Double, 0);
    }
}

#[test]
fn f016_booleans_and_nulls_say_nothing_else() {
    for bytes in [&b"#x\r\n"[..], b"#\r\n", b"#tt\r\n", b"#T\r\n", b"#true\r\n"] {
        fails(bytes, ErrorKind::Boolean, 0);
    }
    fails(b"_x\r\n", ErrorKind::Null, 0);
}

#[test]
fn f017_big_numbers_are_decimal() {
    let digits = "9".repeat(60_000);
    assert_eq!(frame(format!("({digits}\r\n").as_bytes()), Frame::BigNumber(digits.into_bytes()));
    for text in ["12z", "", "-", "+", "1-2", " 1", "1.0"] {
        fails(format!("({text}\r\n").as_bytes(), ErrorKind::BigNumber, 0);
    }
    let error = decode(&[format!("({}\r\n", "9".repeat(100_000)).as_bytes()]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit(Limit::Line(64 << 10)));
}

#[test]
fn f018_verbatim_strings_name_their_format() {
    for bytes in [
        &b"=2\r\nab\r\n"[..],
        b"=4\r\ntxtX\r\n",
        b"=5\r\n\xff\xff\xff:a\r\n",
        b"=0\r\n\r\n",
        b"=4\r\n:::a\r\n",
    ] {
        fails(bytes, ErrorKind::Verbatim, 0);
    }
}

#[test]
fn f019_bulk_errors_keep_their_bytes() {
    let error = Frame::BulkError(b"EX a\r\nb\0\xff".to_vec());
    assert_eq!(frame(b"!9\r\nEX a\r\nb\0\xff\r\n"), error);
    assert_eq!(frame(b"*2\r\n!9\r\nEX a\r\nb\0\xff\r\n:1\r\n"), array([error, Integer(1)]));
}

#[test]
fn f020_streamed_values_are_read_like_plain_ones() {
    assert_eq!(frame(b"*1\r\n$?\r\n;2\r\nab\r\n;1\r\nc\r\n;0\r\n"), array([bulk("abc")]));
    fails(b"$?\r\n;-1\r\n", ErrorKind::Length, 4);
    fails(b"$?\r\n;x\r\n", ErrorKind::Length, 4);
    fails(b"$?\r\n;2\r\nabc\r\n", ErrorKind::BulkEnd, 10);
    fails(b"$?\r\n$2\r\nab\r\n", ErrorKind::OutOfPlace(b'$'), 4);
    fails(b"$?\r\n.\r\n", ErrorKind::OutOfPlace(b'.'), 4);
    fails(b";1\r\na\r\n", ErrorKind::OutOfPlace(b';'), 0);
    fails(b"*1\r\n.\r\n", ErrorKind::OutOfPlace(b'.'), 4);
    fails(b"%?\r\n+k\r\n.\r\n", ErrorKind::OddMap, 8);
    fails(b"*?\r\n|1\r\n:1\r\n:2\r\n.\r\n", ErrorKind::OutOfPlace(b'.'), 16);
    fails(b"*?\r\n.x\r\n", ErrorKind::OutOfPlace(b'.'), 4);
    for bytes in [&b"!?\r\n"[..], b"=?\r\n", b"|?\r\n"] {
        fails(bytes, ErrorKind::Length, 0);
    }
    fails_behind(b"", 0, b">?\r\n", ErrorKind::Length, 0);
    // 10^6 pieces, and no more of them than a string may have bytes.
    let bytes = [&b"$?\r\n"[..], &b";1\r\nx\r\n".repeat(1_000_000), b";0\r\n"].concat();
    assert_eq!(
        decode(&bytes.chunks(64 << 10).collect::<Vec<_>>()).unwrap().0,
        [bulk(&"x".repeat(1_000_000))]
    );
    let limits = Limits::default().with_max_bulk_len(10);
    let kind = kind_of(Scanner::new(limits).scan(&bytes));
    assert_eq!(kind, Err(ErrorKind::Limit(Limit::Bulk(10))));
    let limits = Limits::default().with_max_elements(3);
    assert_eq!(
        kind_of(Scanner::new(limits).scan(b"*?\r\n:1\r\n:2\r\n:3\r\n.\r\n")),
        Ok(Status::Complete(19))
    );
    let kind = kind_of(Scanner::new(limits).scan(b"*?\r\n:1\r\n:2\r\n:3\r\n:4\r\n"));
    assert_eq!(kind, Err(ErrorKind::Limit(Limit::Elements(3))));
}

#[test]
fn f021_attributes_are_no_reply_of_their_own() {
    let bytes = b"|1\r\n+ttl\r\n:3600\r\n$1\r\nv\r\n+next\r\n";
    let (frames, midway) = decode(&[bytes]).unwrap();
    assert_eq!(frames, [with([(simple("ttl"), Integer(3600))], bulk("v")), simple("next")]);
    assert!(!midway);
    let mut decoder = Decoder::default();
    decoder.feed(bytes);
    let node = decoder.next_reply().unwrap().unwrap();
    assert_eq!(node.kind(), Kind::BulkString);
    assert_eq!(node.as_bytes().as_deref(), Some(&b"v"[..]));
    assert_eq!(node.attributes().unwrap().filter_map(|node| node.as_i64()).collect::<Vec<_>>(), [3600]);
    assert_eq!(decoder.next_reply().unwrap().unwrap().as_bytes().as_deref(), Some(&b"next"[..]));
}

#[test]
fn f022_pushes_of_any_shape_are_told_from_replies() {
    let bytes = b">2\r\n+message\r\n+x\r\n:1\r\n>0\r\n:2\r\n>1\r\n:7\r\n>1\r\n*1\r\n_\r\n";
    let (frames, _) = decode(&[bytes]).unwrap();
    let kinds: Vec<Kind> = frames.iter().map(Frame::kind).collect();
    assert_eq!(kinds, [Kind::Push, Kind::Integer, Kind::Push, Kind::Integer, Kind::Push, Kind::Push]);
    let many = [&b">100000\r\n"[..], &b":1\r\n".repeat(100_000)].concat();
    assert_eq!(frame(&many), Frame::Push(vec![Integer(1); 100_000].into()));
}

#[test]
fn f023_a_push_stands_at_top_level_only() {
    for before in [&b"*1\r\n"[..], b"%1\r\n+k\r\n", b"~1\r\n", b"|1\r\n", b">1\r\n", b"*?\r\n", b"%?\r\n"] {
        fails_behind(before, 0, b">1\r\n+x\r\n", ErrorKind::OutOfPlace(b'>'), 0);
    }
}

#[test]
fn f026_many_small_reads_cost_no_more_than_one() {
    // Restarting at the first byte with each read, this takes minutes.
    let bytes = [&b"*200000\r\n"[..], &b"$3\r\nabc\r\n".repeat(200_000)].concat();
    let started = std::time::Instant::now();
    for size in [1, 7, 1460] {
        let mut decoder = Decoder::default();
        let mut replies = 0;
        for piece in bytes.chunks(size) {
            decoder.feed(piece);
            replies += usize::from(decoder.next_reply().unwrap().is_some());
        }
        assert_eq!(replies, 1);
    }
    let line = [b"+".to_vec(), vec![b'x'; 60_000], b"\r\n".to_vec()].concat();
    for _ in 0..20 {
        assert_eq!(decode(&line.chunks(1).collect::<Vec<_>>()).unwrap().0.len(), 1);
    }
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
}

#[test]
fn f027_errors_within_aggregates_stay_where_they_are() {
    let error = Frame::SimpleError(b"ERR x".to_vec());
    assert_eq!(frame(b"*3\r\n:1\r\n-ERR x\r\n:3\r\n"), array([Integer(1), error.clone(), Integer(3)]));
    assert_eq!(frame(b"%1\r\n-ERR x\r\n-ERR x\r\n"), map([(error.clone(), error)]));
}

#[test]
fn f028_maps_keep_their_pairs_in_order_whatever_the_keys() {
    let frame = frame(b"%4\r\n*1\r\n:1\r\n:1\r\n_\r\n:2\r\n-ERR\r\n:3\r\n_\r\n:4\r\n");
    let keys = [array([Integer(1)]), Null, Frame::SimpleError(b"ERR".to_vec()), Null];
    let Frame::Map(pairs) = frame else { panic!() };
    for (n, ((key, value), wanted)) in pairs.iter().zip(&keys).enumerate() {
        assert_eq!((key, value), (wanted, &Integer(n as i64 + 1)));
    }
}

#[test]
fn f029_bytes_that_are_no_text_stay_as_they_are() {
    assert_eq!(frame(b"$2\r\n\xff\xfe\r\n"), Frame::BulkString(vec![0xff, 0xfe]));
    assert_eq!(frame(b"+\xff\xfe\r\n"), Frame::SimpleString(vec![0xff, 0xfe]));
}

#[test]
fn f031_more_replies_than_asked_for_are_seen() {
    let mut decoder = Decoder::default();
    decoder.feed(b"+A\r\n+B\r\n");
    assert!(decoder.next_reply().unwrap().is_some());
    assert_eq!(decoder.buffered(), 4);
    assert!(decoder.is_midway());
}

#[test]
fn f034_what_is_no_redis_server_is_told_at_the_first_byte() {
    for banner in [
        &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..],
        b"\x15\x03\x01\x00\x02\x02\x0a",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"ERROR\r\n",
        b"220 mail ESMTP\r\n",
    ] {
        let error = decode(&[banner]).unwrap_err();
        assert_eq!((error.kind(), error.offset()), (ErrorKind::UnknownType(banner[0]), 0));
    }
}

#[test]
fn f175_each_limit_holds_at_itself_and_not_beyond() {
    let scan = |limits, bytes: &[u8]| kind_of(Scanner::new(limits).scan(bytes));
    let over = |limit| Err(ErrorKind::Limit(limit));
    let limits = Limits::default().with_max_line_len(3);
    assert_eq!(scan(limits, b"+abc\r\n"), Ok(Status::Complete(6)));
    assert_eq!(scan(limits, b"+abc\r"), Ok(Status::Incomplete(6)));
    assert_eq!(scan(limits, b"+abcd"), over(Limit::Line(3)));
    assert_eq!(scan(limits, b"+abcd\r\n"), over(Limit::Line(3)));
    let limits = Limits::default().with_max_bulk_len(3);
    assert_eq!(scan(limits, b"$3\r\nabc\r\n"), Ok(Status::Complete(9)));
    assert_eq!(scan(limits, b"$4\r\n"), over(Limit::Bulk(3)));
    let limits = Limits::default().with_max_elements(2);
    assert_eq!(scan(limits, b"*2\r\n_\r\n_\r\n"), Ok(Status::Complete(10)));
    assert_eq!(scan(limits, b"%1\r\n_\r\n_\r\n"), Ok(Status::Complete(10)));
    assert_eq!(scan(limits, b"*3\r\n"), over(Limit::Elements(2)));
    assert_eq!(scan(limits, b"%2\r\n"), over(Limit::Elements(2)));
    let limits = Limits::default().with_max_depth(1);
    assert_eq!(scan(limits, b"*1\r\n_\r\n"), Ok(Status::Complete(7)));
    assert_eq!(scan(limits, b"*1\r\n*0\r\n"), over(Limit::Depth(1)));
    let limits = Limits::default().with_max_reply_len(9);
    assert_eq!(scan(limits, b"$3\r\nabc\r\n"), Ok(Status::Complete(9)));
    assert_eq!(scan(limits, b"$4\r\n"), over(Limit::Reply(9)));
    assert_eq!(scan(limits, b"*2\r\n$-1\r\n$-1\r\n"), over(Limit::Reply(9)));
    assert_eq!(scan(limits, b"*2\r\n$-1\r\n"), over(Limit::Reply(9)));
    let error = Scanner::new(limits).scan(b"$4\r\n").unwrap_err();
    assert_eq!(error.to_string(), "over the limit max_reply_len of 9 bytes at byte 9");
}
