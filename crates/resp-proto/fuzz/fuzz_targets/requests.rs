//! Requests: however they are cut, the same words or the same error; and what they say can be sent again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use resp_proto::{Limits, RequestDecoder, encode_command};

type Outcome = (Vec<Vec<Vec<u8>>>, Option<String>);

fn decode<'a>(pieces: impl Iterator<Item = &'a [u8]>, limits: Limits) -> Outcome {
    let mut decoder = RequestDecoder::new(limits);
    let mut requests = Vec::new();
    for piece in pieces {
        decoder.feed(piece);
        loop {
            match decoder.next_request() {
                Ok(Some(request)) => {
                    let words: Vec<Vec<u8>> = request.args().map(<[u8]>::to_vec).collect();
                    assert_eq!(words.len(), request.len());
                    assert!(!words.is_empty() && !request.raw().is_empty());
                    requests.push(words);
                }
                Ok(None) => break,
                Err(error) => return (requests, Some(error.to_string())),
            }
        }
    }
    (requests, None)
}

fuzz_target!(|data: &[u8]| {
    let [a, b, bytes @ ..] = data else { return };
    let limits = if a & 1 == 0 {
        Limits::default()
    } else {
        Limits::default()
            .with_max_line_len(30)
            .with_max_bulk_len(20)
            .with_max_elements(5)
            .with_max_reply_len(80)
    };
    let whole = decode(std::iter::once(bytes), limits);
    assert_eq!(decode(bytes.chunks(usize::from(*b) + 1), limits), whole);
    if bytes.len() < 10_000 {
        assert_eq!(decode(bytes.chunks(1), limits), whole);
    }
    let mut again = Vec::new();
    whole.0.iter().for_each(|words| encode_command(&mut again, words));
    assert_eq!(decode(std::iter::once(&again[..]), Limits::default()), (whole.0, None));
});
