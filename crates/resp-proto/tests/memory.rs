//! Memory follows what was received, never what was promised, and goes back afterwards.
//!
//! Counted are the allocations of the test's own thread: the harness makes some meanwhile.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod common;

use std::borrow::Cow;
use std::time::Instant;

use allocation_counter::measure;
use common::receive;
use resp_proto::{Decoder, Limits};

const ALLOWANCE: usize = 64 << 10;

/// What is allocated at most meanwhile, beyond what already was.
fn peak(run: impl FnOnce()) -> usize {
    usize::try_from(measure(run).bytes_max).unwrap()
}

/// What a decoder keeps allocated after it was used.
fn kept(run: impl FnOnce(&mut Decoder)) -> usize {
    let mut decoder = None;
    let used = measure(|| run(decoder.insert(Decoder::default())));
    usize::try_from(used.bytes_current).unwrap()
}

#[test]
fn f006_f007_headers_that_promise_much_cost_nothing() {
    for header in [
        &b"$536870912\r\n"[..],
        b"!536870912\r\n",
        b"=536870912\r\n",
        b"*134217728\r\n",
        b"%67108864\r\n",
        b"~134217728\r\n",
        b">134217728\r\n",
        b"|67108864\r\n",
        b"*2\r\n$536870912\r\n",
    ] {
        let peak = peak(|| {
            let mut decoder = Decoder::default();
            receive(&mut decoder, header);
            assert!(decoder.next_reply().unwrap().is_none());
            receive(&mut decoder, b"\r");
            // What comes next may be wrong; it is looked at, all the same, before much is reserved.
            let _ = decoder.next_reply();
            decoder.space();
        });
        assert!(peak <= ALLOWANCE + 16 * (header.len() + 1), "{}: {peak}", header.escape_ascii());
    }
}

#[test]
fn f177_no_input_costs_more_than_sixteen_bytes_for_each_received() {
    let depth = 128;
    let inputs: Vec<(&str, Vec<u8>)> = vec![
        ("headers of wide arrays", b"*100000\r\n".repeat(depth)),
        (
            "wide arrays, one begun in the other",
            [b"*100000\r\n".repeat(depth), b"_\r\n".repeat(99_999)].concat(),
        ),
        ("nils", [&b"*100000\r\n"[..], &b"_\r\n".repeat(100_000)].concat()),
        ("streamed nils", [&b"*?\r\n"[..], &b"_\r\n".repeat(100_000), b".\r\n"].concat()),
        ("empty arrays", [&b"*100000\r\n"[..], &b"*0\r\n".repeat(100_000)].concat()),
        ("short nests", [&b"*50000\r\n"[..], &b"*1\r\n*1\r\n_\r\n".repeat(50_000)].concat()),
        ("attributes", b"|1\r\n+\r\n+\r\n".repeat(50_000)),
        ("small bulks", [&b"*100000\r\n"[..], &b"$1\r\na\r\n".repeat(100_000)].concat()),
        ("pieces", [&b"$?\r\n"[..], &b";1\r\na\r\n".repeat(100_000), b";0\r\n"].concat()),
        ("one large bulk", [&b"$3000000\r\n"[..], &[b'x'; 3_000_000], b"\r\n"].concat()),
        ("a large bulk in an array", [&b"*1\r\n$3000000\r\n"[..], &[b'x'; 3_000_000], b"\r\n"].concat()),
        ("a large bulk begun", [&b"$500000000\r\n"[..], &[b'x'; 300_000]].concat()),
    ];
    for (name, bytes) in inputs {
        for size in [1460, 64 << 10] {
            let peak = peak(|| {
                let mut decoder = Decoder::default();
                for piece in bytes.chunks(size) {
                    receive(&mut decoder, piece);
                    while let Some(node) = decoder.next_reply().unwrap() {
                        drop(node.into_frame());
                    }
                }
            });
            assert!(peak <= ALLOWANCE + 16 * bytes.len(), "{name} in {size}: {peak} for {}", bytes.len());
        }
    }
}

#[test]
fn f176_large_replies_leave_little_behind() {
    let array =
        [&b"*1000\r\n"[..], &[&b"$1024\r\n"[..], &[b'x'; 1024], b"\r\n"].concat().repeat(1000)].concat();
    let bulk = [&b"$1048576\r\n"[..], &vec![b'x'; 1 << 20], b"\r\n"].concat();
    for large in [array, bulk] {
        for own_release in [false, true] {
            let kept = kept(|decoder| {
                receive(decoder, &large);
                assert!(decoder.next_reply().unwrap().is_some());
                if own_release {
                    decoder.release();
                } else {
                    for _ in 0..50 {
                        receive(decoder, b"+OK\r\n");
                        assert!(decoder.next_reply().unwrap().is_some());
                    }
                }
            });
            assert!(kept <= 32 << 10, "{kept}");
        }
    }
}

#[test]
fn an_idle_decoder_stays_small() {
    let kept = kept(|decoder| {
        for _ in 0..100 {
            receive(decoder, b"%7\r\n");
            receive(decoder, &b"$6\r\nserver\r\n$5\r\nredis\r\n".repeat(7));
            receive(decoder, b"+OK\r\n+OK\r\n");
            while decoder.next_reply().unwrap().is_some() {}
        }
    });
    let kept = kept + size_of::<Decoder>();
    assert!(kept <= 2048, "{kept}");
}

#[test]
fn a_large_bulk_is_given_away_without_a_copy() {
    let len = 8 << 20;
    let bytes = [format!("${len}\r\n").into_bytes(), vec![b'x'; len], b"\r\n".to_vec()].concat();
    for feed in [false, true] {
        // Who reads asks for replies after each read.
        for size in [1460, 64 << 10, if feed { bytes.len() } else { 1 << 10 }] {
            let peak = peak(|| {
                let mut decoder = Decoder::default();
                let mut body = None;
                for piece in bytes.chunks(size) {
                    if feed {
                        decoder.feed(piece)
                    } else {
                        receive(&mut decoder, piece)
                    }
                    if let Some(node) = decoder.next_reply().unwrap() {
                        let Some(Cow::Owned(owned)) = node.into_bytes() else { panic!("borrowed") };
                        body = Some(owned);
                    }
                }
                assert_eq!(body.map(|body| body.len()), Some(len));
            });
            // Growing a vector may need the old and the new for a moment; a copy at the end would need more.
            assert!(peak < len + len / 2 + 2 * ALLOWANCE, "{feed} {size}: {peak}");
        }
    }
}

#[test]
fn a_large_bulk_reads_like_any_other() {
    let len = 100_000;
    let raw = [format!("${len}\r\n").into_bytes(), vec![b'x'; len], b"\r\n".to_vec()].concat();
    let mut decoder = Decoder::default();
    let stream = [&raw[..], b"+next\r\n", &raw, &raw[..5000]].concat();
    let mut seen = Vec::new();
    for piece in stream.chunks(1460) {
        receive(&mut decoder, piece);
        while let Some(node) = decoder.next_reply().unwrap() {
            let range = node.text_range().unwrap();
            assert_eq!(node.raw()[range], *node.as_bytes().unwrap());
            assert_eq!(node.start(), 0);
            seen.push(node.raw().len());
        }
    }
    assert_eq!(seen, [raw.len(), 7, raw.len()]);
    assert_eq!(decoder.buffered(), 5000);
    assert!(decoder.is_midway());
}

#[test]
fn f178_small_frames_take_linear_time() {
    let limits = Limits::default().with_max_elements(usize::MAX);
    let started = Instant::now();
    for frame in [&b"*1\r\n:1\r\n"[..], b"+\r\n", b":0\r\n", b"$0\r\n\r\n"] {
        let bytes = frame.repeat((4 << 20) / frame.len());
        let mut decoder = Decoder::new(limits);
        let mut replies = 0;
        for piece in bytes.chunks(1460) {
            decoder.feed(piece);
            while decoder.next_reply().unwrap().is_some() {
                replies += 1;
            }
        }
        assert_eq!(replies, bytes.len() / frame.len());
    }
    // Without optimisation; it takes two seconds or so. What is not linear takes hours.
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}
