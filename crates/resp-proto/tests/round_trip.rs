//! Any frame, any cut, any bytes: what is encoded is decoded again, and what is no RESP is an error and nothing worse.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod common;

use common::{decode_with, golden, walk};
use proptest::collection::vec;
use proptest::prelude::*;
use resp_proto::{Attributed, Frame, Limits, Protocol, RequestDecoder, encode_command};

fn leaf() -> impl Strategy<Value = Frame> {
    let text = || vec(any::<u8>(), 0..40);
    let line = || vec(any::<u8>().prop_filter("one line", |byte| !b"\r\n".contains(byte)), 0..40);
    prop_oneof![
        Just(Frame::Null),
        line().prop_map(Frame::SimpleString),
        line().prop_map(Frame::SimpleError),
        any::<i64>().prop_map(Frame::Integer),
        text().prop_map(Frame::BulkString),
        any::<f64>().prop_filter("equal to itself", |value| !value.is_nan()).prop_map(Frame::Double),
        any::<bool>().prop_map(Frame::Boolean),
        "[-+]?[0-9]{1,60}".prop_map(|digits| Frame::BigNumber(digits.into_bytes())),
        text().prop_map(Frame::BulkError),
        ("[a-z]{3}", text()).prop_map(|(format, text)| Frame::VerbatimString {
            format: format.as_bytes().try_into().unwrap(),
            text
        }),
    ]
}

fn frame() -> impl Strategy<Value = Frame> {
    leaf().prop_recursive(5, 60, 6, |inner| {
        let pairs = || vec((inner.clone(), inner.clone()), 0..4);
        // What comes out of several runs of attributes is one; the value of one has no more of them.
        let plain = inner.clone().prop_map(|frame| match frame {
            Frame::Attributed(inner) => inner.into_parts().1,
            frame => frame,
        });
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(|items| Frame::Array(items.into())),
            vec(inner.clone(), 0..6).prop_map(|items| Frame::Set(items.into())),
            pairs().prop_map(|pairs| Frame::Map(pairs.into())),
            (pairs(), plain).prop_map(|(pairs, value)| Frame::Attributed(Attributed::new(pairs, value))),
        ]
    })
}

fn cut(bytes: &[u8], at: &[prop::sample::Index]) -> Vec<Vec<u8>> {
    let mut ends: Vec<usize> = at.iter().map(|at| at.index(bytes.len() + 1)).collect();
    ends.push(bytes.len());
    ends.sort_unstable();
    let mut start = 0;
    ends.into_iter().map(|end| bytes[std::mem::replace(&mut start, end)..end].to_vec()).collect()
}

proptest! {
    #[test]
    fn frames_survive_the_wire(frames in vec(frame(), 1..5), at in vec(any::<prop::sample::Index>(), 0..6)) {
        let mut bytes = Vec::new();
        frames.iter().for_each(|frame| frame.encode(&mut bytes, Protocol::Resp3));
        let (read, error, midway) = decode_with(Limits::default(), cut(&bytes, &at), |node| node.into_frame());
        prop_assert_eq!((&read, error, midway), (&frames, None, false));
        let (walked, ..) = decode_with(Limits::default(), cut(&bytes, &at), walk);
        prop_assert_eq!(&walked, &frames);
    }

    #[test]
    fn doubles_are_the_same_bit_by_bit(bits in any::<u64>()) {
        let value = f64::from_bits(bits);
        let mut bytes = Vec::new();
        Frame::Double(value).encode(&mut bytes, Protocol::Resp3);
        let (read, ..) = decode_with(Limits::default(), [&bytes], |node| node.into_frame());
        let [Frame::Double(read)] = read[..] else { panic!("{read:?}") };
        prop_assert!(read.to_bits() == bits || read.is_nan() && value.is_nan());
    }

    #[test]
    fn resp2_says_one_reply_for_each_frame(frames in vec(frame(), 1..5)) {
        let mut bytes = Vec::new();
        frames.iter().for_each(|frame| frame.encode(&mut bytes, Protocol::Resp2));
        let (read, error, midway) = decode_with(Limits::default(), [&bytes], |node| node.into_frame());
        prop_assert_eq!((read.len(), error, midway), (frames.len(), None, false));
        prop_assert!(!bytes.starts_with(b"|"));
    }

    /// Text with line ends in it cannot make up a frame of its own.
    #[test]
    fn no_text_forges_a_frame(text in "([+:$*-]?[0-9]?(\r|\n|\r\n)){0,6}", three in any::<bool>()) {
        let protocol = if three { Protocol::Resp3 } else { Protocol::Resp2 };
        for make in [Frame::SimpleString, Frame::SimpleError, Frame::BulkError, Frame::BulkString, Frame::BigNumber] {
            let mut bytes = Vec::new();
            make(text.clone().into_bytes()).encode(&mut bytes, protocol);
            let (read, error, midway) = decode_with(Limits::default(), [&bytes], |node| node.into_frame());
            prop_assert_eq!((read.len(), error, midway), (1, None, false));
        }
    }

    /// F033: bits flipped on the way are an error or another value; and cutting changes neither.
    #[test]
    fn f033_flipped_bits_hurt_nobody(
        picks in vec(any::<prop::sample::Index>(), 1..6),
        flips in vec((any::<prop::sample::Index>(), 0..8_u32), 1..4),
        at in vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let table = golden();
        let mut bytes: Vec<u8> = picks.iter().flat_map(|pick| pick.get(&table).0).copied().collect();
        for (index, bit) in flips {
            let byte = index.index(bytes.len());
            bytes[byte] ^= 1 << bit;
        }
        let whole = decode_with(Limits::default(), [&bytes], |node| node.into_frame());
        let pieces = decode_with(Limits::default(), cut(&bytes, &at), |node| node.into_frame());
        prop_assert_eq!(format!("{whole:?}"), format!("{pieces:?}"));
    }

    #[test]
    fn any_bytes_are_read_the_same_however_cut(
        bytes in vec(prop_oneof![any::<u8>(), prop::sample::select(b"$*%~>|:+-_#,(!=?;.0123\r\n".to_vec())], 0..60),
        at in vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let whole = decode_with(Limits::default(), [&bytes], |node| node.into_frame());
        let pieces = decode_with(Limits::default(), cut(&bytes, &at), |node| node.into_frame());
        prop_assert_eq!(format!("{whole:?}"), format!("{pieces:?}"));
    }

    /// F172: what is sent is never an inline command, whatever the arguments hold.
    #[test]
    fn f172_commands_survive_the_wire(
        commands in vec(vec(vec(any::<u8>(), 0..30), 1..6), 1..4),
        at in vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let mut bytes = Vec::new();
        commands.iter().for_each(|args| encode_command(&mut bytes, args));
        let (mut decoder, mut read) = (RequestDecoder::default(), Vec::new());
        for piece in cut(&bytes, &at) {
            decoder.feed(&piece);
            while let Some(request) = decoder.next_request().unwrap() {
                prop_assert!(!request.is_inline());
                read.push(request.args().map(<[u8]>::to_vec).collect::<Vec<_>>());
            }
        }
        prop_assert_eq!(read, commands);
    }
}
