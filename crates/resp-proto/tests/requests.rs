//! The server side: pipelined and inline requests, however they are cut.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use resp_proto::{Error, ErrorKind, Limit, Limits, RequestDecoder, encode_command};

type Words = Vec<Vec<u8>>;

fn drain(decoder: &mut RequestDecoder, got: &mut Vec<Words>) -> Result<(), Error> {
    while let Some(request) = decoder.next_request()? {
        assert_eq!(request.args().len(), request.len());
        assert_eq!(request.args().next(), Some(request.name()));
        got.push(request.args().map(<[u8]>::to_vec).collect());
    }
    Ok(())
}

fn decode(pieces: &[&[u8]], limits: Limits) -> Result<Vec<Words>, Error> {
    let (mut decoder, mut got) = (RequestDecoder::new(limits), Vec::new());
    for piece in pieces {
        decoder.feed(piece);
        drain(&mut decoder, &mut got)?;
    }
    Ok(got)
}

fn error(bytes: &[u8]) -> (ErrorKind, u64) {
    let error = decode(&[bytes], Limits::default()).unwrap_err();
    (error.kind(), error.offset())
}

#[test]
fn pipelined_requests_of_both_forms_come_out_in_order_however_they_are_cut() {
    let mut bytes = Vec::new();
    encode_command(&mut bytes, &["SET", "k", "a\r\nb"]);
    bytes.extend_from_slice(b"\r\n  \n*0\r\n*-1\r\nping\r\nset 'a b' \"\\x00\\\"\"\n");
    encode_command(&mut bytes, &["ECHO", ""]);
    let wanted: Vec<Words> =
        [&[&b"SET"[..], b"k", b"a\r\nb"][..], &[b"ping"], &[b"set", b"a b", b"\0\""], &[b"ECHO", b""]]
            .iter()
            .map(|words| words.iter().map(|word| word.to_vec()).collect())
            .collect();
    assert_eq!(decode(&[&bytes], Limits::default()).unwrap(), wanted);
    for at in 0..bytes.len() {
        let (a, b) = bytes.split_at(at);
        assert_eq!(decode(&[a, b], Limits::default()).unwrap(), wanted, "cut at {at}");
    }
    let single: Vec<&[u8]> = bytes.chunks(1).collect();
    assert_eq!(decode(&single, Limits::default()).unwrap(), wanted);
}

#[test]
fn what_is_read_into_the_space_counts_like_what_is_fed() {
    let mut decoder = RequestDecoder::default();
    let mut got = Vec::new();
    let body = vec![b'x'; 100_000];
    let mut bytes = Vec::new();
    encode_command(&mut bytes, &[&b"SET"[..], b"k", &body]);
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        let space = decoder.space();
        let n = space.len().min(rest.len());
        space[..n].copy_from_slice(&rest[..n]);
        decoder.filled(n);
        rest = &rest[n..];
        drain(&mut decoder, &mut got).unwrap();
    }
    assert_eq!(got, [vec![b"SET".to_vec(), b"k".to_vec(), body]]);
    assert_eq!(decoder.buffered(), 0);
}

#[test]
fn the_raw_request_is_what_was_received() {
    let mut decoder = RequestDecoder::default();
    decoder.feed(b"*1\r\n$4\r\nPING\r\nping 'x'\r\n");
    assert_eq!(decoder.next_request().unwrap().unwrap().raw(), b"*1\r\n$4\r\nPING\r\n");
    let request = decoder.next_request().unwrap().unwrap();
    assert_eq!(request.raw(), b"ping 'x'\r\n");
    assert!(request.is_inline());
}

#[test]
fn broken_requests_are_errors_at_the_byte_that_breaks_them() {
    assert_eq!(error(b"*x\r\n"), (ErrorKind::Length, 0));
    assert_eq!(error(b"*1\n"), (ErrorKind::LineEnd, 2));
    assert_eq!(error(b"*-2\r\n"), (ErrorKind::Length, 0));
    assert_eq!(error(b"*1\r\n:1\r\n"), (ErrorKind::ExpectedBulk(b':'), 4));
    assert_eq!(error(b"*1\r\n$-1\r\n"), (ErrorKind::Length, 4));
    assert_eq!(error(b"*1\r\n$4\r\nPINGxx"), (ErrorKind::BulkEnd, 12));
    assert_eq!(error(b"get \"k\r\n"), (ErrorKind::Quotes, 4));
    assert_eq!(error(b"ping\r\n*1\r\n$1\n"), (ErrorKind::LineEnd, 12));
}

#[test]
fn the_decoder_stays_failed() {
    let mut decoder = RequestDecoder::default();
    decoder.feed(b"*x\r\n");
    let error = decoder.next_request().unwrap_err();
    decoder.feed(b"*1\r\n$4\r\nPING\r\n");
    assert_eq!(decoder.next_request().unwrap_err(), error);
}

#[test]
fn limits_hold_at_and_not_beyond() {
    let limit = |limits, bytes: &[u8]| match decode(&[bytes], limits) {
        Ok(got) => Ok(got.len()),
        Err(error) => Err(error.kind()),
    };
    let over = |limit| Err(ErrorKind::Limit(limit));
    let limits = Limits::default().with_max_bulk_len(4);
    assert_eq!(limit(limits, b"*1\r\n$4\r\nPING\r\n"), Ok(1));
    assert_eq!(limit(limits, b"*1\r\n$5\r\n"), over(Limit::Bulk(4)));
    assert_eq!(limit(limits, b"*1\r\n$99999999999999999999\r\n"), over(Limit::Bulk(4)));
    let limits = Limits::default().with_max_elements(2);
    assert_eq!(limit(limits, b"*2\r\n"), Ok(0));
    assert_eq!(limit(limits, b"*3\r\n"), over(Limit::Elements(2)));
    let limits = Limits::default().with_max_line_len(4);
    assert_eq!(limit(limits, b"PING\r\nPING\n"), Ok(2));
    assert_eq!(limit(limits, b"HELLO\r\n"), over(Limit::Line(4)));
    assert_eq!(limit(limits, b"HELLO..."), over(Limit::Line(4)));
    let limits = Limits::default().with_max_reply_len(14);
    assert_eq!(limit(limits, b"*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPING\r\n"), Ok(2));
    assert_eq!(limit(limits, b"*1\r\n$5\r\n"), over(Limit::Reply(14)));
    assert_eq!(limit(limits, b"*1\r\n$5\r\nHELLO\r\n"), over(Limit::Reply(14)));
}
