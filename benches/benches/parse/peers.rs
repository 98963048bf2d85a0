//! redis-protocol, which borrows ranges or shares bytes, and redis-rs, which copies.

use std::hint::black_box;
use std::io::Read;

use bytes::{Bytes, BytesMut};
use redis_protocol::resp2::decode::{decode_bytes, decode_bytes_mut, decode_range};

use crate::Entry;
use crate::shapes::{Kind, Shape};

pub(crate) fn entries(shape: &Shape, chunk: Option<usize>) -> Vec<Entry> {
    let mut entries = vec![];
    match chunk {
        None => {
            let shared = Bytes::copy_from_slice(&shape.bytes);
            entries.push(Entry { who: "redis-protocol ranges", run: Box::new(ranges_whole) });
            entries.push(Entry { who: "redis-protocol Bytes", run: Box::new(move |_| bytes_whole(&shared)) });
            entries.push(Entry { who: "redis-rs", run: Box::new(redis_whole) });
        }
        Some(size) => {
            // It begins anew with each read: a large reply byte by byte would take minutes.
            if size > 1 || shape.kind == Kind::Single && shape.name != "large" {
                entries.push(Entry {
                    who: "redis-protocol ranges",
                    run: Box::new(move |shape| ranges_chunked(shape, size)),
                });
                entries.push(Entry {
                    who: "redis-protocol Bytes",
                    run: Box::new(move |shape| bytes_chunked(shape, size)),
                });
            }
            // Its parser reads ahead and drops what belongs to the next reply.
            if shape.replies() == 1 && (size > 1 || shape.bytes.len() < 100_000) {
                entries
                    .push(Entry { who: "redis-rs", run: Box::new(move |shape| redis_chunked(shape, size)) });
            }
        }
    }
    entries
}

fn ranges_whole(shape: &Shape) -> usize {
    let mut rest = &shape.bytes[..];
    let mut replies = 0;
    while let Some((frame, len)) = decode_range(rest).unwrap() {
        black_box(frame);
        rest = &rest[len..];
        replies += 1;
    }
    replies
}

fn bytes_whole(shared: &Bytes) -> usize {
    let mut rest = shared.clone();
    let mut replies = 0;
    while let Some((frame, len)) = decode_bytes(&rest).unwrap() {
        black_box(frame);
        rest = rest.slice(len..);
        replies += 1;
    }
    replies
}

fn ranges_chunked(shape: &Shape, size: usize) -> usize {
    let (mut buffer, mut start, mut replies) = (Vec::new(), 0, 0);
    for piece in shape.bytes.chunks(size) {
        buffer.extend_from_slice(piece);
        while let Some((frame, len)) = decode_range(&buffer[start..]).unwrap() {
            black_box(frame);
            start += len;
            replies += 1;
        }
    }
    replies
}

fn bytes_chunked(shape: &Shape, size: usize) -> usize {
    let (mut buffer, mut replies) = (BytesMut::new(), 0);
    for piece in shape.bytes.chunks(size) {
        buffer.extend_from_slice(piece);
        while let Some((frame, ..)) = decode_bytes_mut(&mut buffer).unwrap() {
            black_box(frame);
            replies += 1;
        }
    }
    replies
}

fn redis_whole(shape: &Shape) -> usize {
    shape.each().map(|reply| drop(black_box(redis::parse_redis_value(reply).unwrap()))).count()
}

fn redis_chunked(shape: &Shape, size: usize) -> usize {
    let reader = Slow { rest: &shape.bytes, size };
    black_box(redis::Parser::new().parse_value(reader).unwrap());
    1
}

/// Gives at most so many bytes with each read.
struct Slow<'a> {
    rest: &'a [u8],
    size: usize,
}

impl Read for Slow<'_> {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let len = self.size.min(room.len());
        self.rest.read(&mut room[..len])
    }
}
