//! However the bytes are cut, fed or received: the same replies, the same error at the same byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use resp_proto::{Decoder, Limits};

type Outcome = (Vec<String>, Option<String>, usize);

fn decode<'a>(pieces: impl Iterator<Item = &'a [u8]>, limits: Limits, receive: bool) -> Outcome {
    let mut decoder = Decoder::new(limits);
    let mut frames = Vec::new();
    for piece in pieces {
        let mut piece = piece;
        while !piece.is_empty() {
            if receive {
                let space = decoder.space();
                let n = space.len().min(piece.len());
                space[..n].copy_from_slice(&piece[..n]);
                decoder.filled(n);
                piece = &piece[n..];
            } else {
                decoder.feed(std::mem::take(&mut piece));
            }
            loop {
                match decoder.next_reply() {
                    Ok(Some(node)) => frames.push(format!("{:?}", node.into_frame())),
                    Ok(None) => break,
                    Err(error) => return (frames, Some(error.to_string()), 0),
                }
            }
        }
    }
    (frames, None, decoder.buffered())
}

fuzz_target!(|data: &[u8]| {
    let [a, b, c, d, bytes @ ..] = data else { return };
    let limits = match d % 4 {
        0 => Limits::default().with_max_line_len(40).with_max_elements(50).with_max_depth(4),
        1 => Limits::default().with_max_bulk_len(100).with_max_reply_len(300),
        _ => Limits::default(),
    };
    let whole = decode(std::iter::once(bytes), limits, false);
    let cut = (usize::from(*a) << 8 | usize::from(*b)) % (bytes.len() + 1);
    let (one, two) = bytes.split_at(cut);
    assert_eq!(decode([one, two].into_iter(), limits, false), whole);
    assert_eq!(decode([one, two].into_iter(), limits, true), whole);
    let size = usize::from(*c) % 32 + 1;
    if bytes.len() < 10_000 {
        assert_eq!(decode(bytes.chunks(size), limits, d & 4 == 0), whole);
    }
    assert_eq!(decode(bytes.chunks(1460), limits, true), whole);
});
