//! `resp-proto`: walked, and built as owned values.

use std::hint::black_box;
use std::str;

use bytes::Bytes;
use resp_proto::{Decoder, Limits, Node, Reply};

use crate::Entry;
use crate::shapes::{Kind, Shape};

pub(crate) fn entries(shape: &Shape, chunk: Option<usize>) -> Vec<Entry> {
    let mut entries = vec![entry("ours walked", chunk, walk)];
    entries.extend(match shape.kind {
        Kind::Strings => vec![
            entry("ours Vec<Bytes>", chunk, |node| drop(black_box(list_of_bytes(node)))),
            entry("ours Vec<String>", chunk, |node| drop(black_box(list_of_text(node)))),
        ],
        Kind::Integers => vec![entry("ours Vec<i64>", chunk, |node| {
            let numbers: Vec<i64> = node.into_items().unwrap().map(|item| item.as_i64().unwrap()).collect();
            drop(black_box(numbers));
        })],
        Kind::Single => vec![
            entry("ours Bytes", chunk, |node| {
                drop(black_box(Bytes::from(node.into_bytes().unwrap().into_owned())))
            }),
            entry("ours String", chunk, |node| {
                let text = String::from_utf8(node.into_bytes().unwrap().into_owned());
                drop(black_box(text.unwrap()));
            }),
        ],
        Kind::Nested => vec![
            entry("ours typed", chunk, |node| drop(black_box(stream_entries(node)))),
            entry("ours Frame", chunk, |node| drop(black_box(node.into_frame()))),
        ],
    });
    entries
}

fn entry(who: &'static str, chunk: Option<usize>, read: impl Fn(Node<'_>) + 'static) -> Entry {
    let Some(size) = chunk else {
        return Entry { who, run: Box::new(move |shape| whole(shape, &read)) };
    };
    let mut decoder = Decoder::default();
    let run = move |shape: &Shape| {
        let mut replies = 0;
        for piece in shape.bytes.chunks(size) {
            decoder.feed(piece);
            while let Some(node) = decoder.next_reply().unwrap() {
                read(node);
                replies += 1;
            }
        }
        replies
    };
    Entry { who, run: Box::new(run) }
}

/// All bytes are there. A single reply is read where it lies; many, as from the buffer that they were received into.
fn whole(shape: &Shape, read: &impl Fn(Node<'_>)) -> usize {
    if shape.replies() == 1 {
        let reply = Reply::parse(&shape.bytes, Limits::default()).unwrap().unwrap();
        read(reply.node());
        return 1;
    }
    let mut decoder = Decoder::default();
    decoder.feed(&shape.bytes);
    let mut replies = 0;
    while let Some(node) = decoder.next_reply().unwrap() {
        read(node);
        replies += 1;
    }
    replies
}

/// Looks at every value.
#[inline(always)]
fn walk(node: Node<'_>) {
    if node.is_aggregate() {
        walk_all(node);
    } else if let Some(number) = node.as_i64() {
        black_box(number);
    } else {
        black_box(node.into_bytes().map(|text| text.len()));
    }
}

fn walk_all(node: Node<'_>) {
    node.into_items().unwrap().for_each(walk);
}

/// All share one copy of the reply.
fn list_of_bytes(node: Node<'_>) -> Vec<Bytes> {
    let start = node.start();
    let shared = Bytes::copy_from_slice(node.raw());
    let mut list = Vec::with_capacity(node.size_hint());
    for item in node.into_items().unwrap() {
        let range = item.text_range().unwrap();
        list.push(shared.slice(range.start - start..range.end - start));
    }
    list
}

/// The reply is checked for UTF-8 at once.
fn list_of_text(node: Node<'_>) -> Vec<String> {
    let start = node.start();
    let text = str::from_utf8(node.raw()).unwrap();
    let mut list = Vec::with_capacity(node.size_hint());
    for item in node.into_items().unwrap() {
        let range = item.text_range().unwrap();
        list.push(text[range.start - start..range.end - start].to_owned());
    }
    list
}

type StreamEntry = (String, Vec<(String, String)>);

fn stream_entries(node: Node<'_>) -> Vec<StreamEntry> {
    let text = str::from_utf8(node.raw()).unwrap();
    let string = |node: Node<'_>| text[node.text_range().unwrap()].to_owned();
    let pairs = |node: Node<'_>| {
        let mut pairs = Vec::with_capacity(node.size_hint() / 2);
        let mut items = node.into_items().unwrap();
        while let (Some(field), Some(value)) = (items.next(), items.next()) {
            pairs.push((string(field), string(value)));
        }
        pairs
    };
    let items = node.into_items().unwrap();
    items
        .map(|entry| {
            let mut parts = entry.into_items().unwrap();
            let (id, fields) = (parts.next().map(string).unwrap(), parts.next().map(pairs).unwrap());
            assert!(parts.next().is_none());
            (id, fields)
        })
        .collect()
}
