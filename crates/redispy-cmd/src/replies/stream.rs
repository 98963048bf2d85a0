//! Entries of streams, and what became of them.

use std::borrow::Cow;
use std::time::Duration;

use resp_proto::{Limits, Node, Reply};

use super::StreamId;
use super::fields::{bytes_of, elements, integer_of, items, parts, unsigned_of};
use crate::reply::{FromMap, FromReply, ReplyError, Value};

/// An entry of a stream: its id, and its fields with their values as a map of the caller's choice. `Vec<(K, V)>` keeps their
/// order and fields that are there twice.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct StreamEntry<M> {
    /// Its id.
    pub id: StreamId,
    /// Its fields. There is at least one, except in what `XREADGROUP` tells of an entry that was deleted before it was
    /// acknowledged: that has none. An `Option` of a map is `None` then.
    pub fields: M,
}

impl<M: FromMap> FromReply for StreamEntry<M> {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        const EXPECTED: &str = "an array of an id and fields";
        let unfit = ReplyError::unexpected(EXPECTED, &node);
        let mut parts = node.into_items().ok_or_else(|| unfit.clone())?;
        let (Some(id), Some(fields)) = (parts.next(), parts.next()) else { return Err(unfit) };
        let id = StreamId::from_reply(id).map_err(|error| error.in_element(0))?;
        let fields = if fields.is_null() { no_fields() } else { M::from_map(fields) };
        Ok(StreamEntry { id, fields: fields.map_err(|error| error.in_element(1))? })
    }
}

/// The fields of an entry of which only the id is left.
fn no_fields<M: FromMap>() -> Result<M, ReplyError> {
    let unfit = || ReplyError::mismatch("fields", "nil");
    let empty = Reply::parse(b"*0\r\n", Limits::default()).ok().flatten().ok_or_else(unfit)?;
    M::from_map(empty.node())
}

/// Reads entries; those that Redis 6 tells of as nil, since they are deleted, are left out.
pub(crate) fn entries<T: FromReply>(node: Node<'_>) -> Result<Vec<T>, ReplyError> {
    Vec::<Option<T>>::from_reply(node).map(|entries| entries.into_iter().flatten().collect())
}

/// What `XREAD` or `XREADGROUP` read from one stream.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct StreamEntries<M> {
    /// The key of the stream.
    pub key: Vec<u8>,
    /// Its entries.
    pub entries: Vec<StreamEntry<M>>,
}

impl<M> StreamEntries<M> {
    /// The key as a text; bytes that are no UTF-8 are replaced.
    pub fn key_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.key)
    }
}

impl<M: FromMap> StreamEntries<M> {
    /// Reads an array of pairs (RESP2), a map (RESP3), or nil, when nothing came.
    pub(crate) fn read_list(node: Node<'_>) -> Result<Vec<Self>, ReplyError> {
        let streams = Option::<Vec<(Vec<u8>, Vec<StreamEntry<M>>)>>::from_reply(node)?;
        let stream = |(key, entries)| StreamEntries { key, entries };
        Ok(streams.into_iter().flatten().map(stream).collect())
    }
}

/// What `XAUTOCLAIM` claimed, and where to go on. `E` is [`StreamEntry`], or [`StreamId`] with `JUSTID`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AutoClaimed<E> {
    /// Where the next call goes on; `0-0` when all pending entries were looked at.
    pub cursor: StreamId,
    /// What now belongs to the consumer.
    pub claimed: Vec<E>,
    /// Pending entries that are deleted from the stream; they are pending no more. Since Redis 7.0.0.
    pub deleted: Vec<StreamId>,
    /// What follows, which this version of the library does not know.
    pub other: Vec<Value>,
}

impl<E> AutoClaimed<E> {
    /// Where the next call goes on, `None` when all pending entries were looked at.
    pub fn next(&self) -> Option<StreamId> {
        (self.cursor != StreamId::MIN).then_some(self.cursor)
    }
}

impl<E: FromReply> AutoClaimed<E> {
    pub(crate) fn read(node: Node<'_>) -> Result<Self, ReplyError> {
        let unfit = ReplyError::unexpected("an array of a cursor, entries and ids", &node);
        let mut parts = node.into_items().ok_or_else(|| unfit.clone())?;
        let (Some(cursor), Some(claimed)) = (parts.next(), parts.next()) else { return Err(unfit) };
        Ok(AutoClaimed {
            cursor: StreamId::from_reply(cursor).map_err(|error| error.in_element(0))?,
            claimed: entries(claimed).map_err(|error| error.in_element(1))?,
            deleted: match parts.next() {
                Some(deleted) => Vec::from_reply(deleted).map_err(|error| error.in_element(2))?,
                None => Vec::new(),
            },
            other: parts.map(Node::into_frame).collect(),
        })
    }
}

/// How many entries of a group are delivered but not acknowledged: `XPENDING` without a range.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct PendingSummary {
    /// How many.
    pub count: u64,
    /// The first of them, if any.
    pub first: Option<StreamId>,
    /// The last of them, if any.
    pub last: Option<StreamId>,
    /// The consumers that have some, and how many each.
    pub consumers: Vec<(Vec<u8>, u64)>,
    /// What follows, which this version of the library does not know.
    pub other: Vec<Value>,
}

impl PendingSummary {
    pub(crate) fn read(node: Node<'_>) -> Result<Self, ReplyError> {
        let ([count, first, last, consumers], other) =
            parts(node, "a number, the first id, the last id and the consumers")?;
        let consumer = |pair: &Value| match items(pair)? {
            [name, count, ..] => Some((bytes_of(name)?.to_vec(), unsigned_of(count)?)),
            _ => None,
        };
        Ok(PendingSummary {
            count: unsigned_of(&count)
                .ok_or_else(|| ReplyError::mismatch("a number of entries", "something else").in_element(0))?,
            first: id_of(&first),
            last: id_of(&last),
            consumers: items(&consumers).unwrap_or_default().iter().filter_map(consumer).collect(),
            other,
        })
    }
}

/// An entry that is delivered to a consumer but not acknowledged: an element of the reply of `XPENDING` with a range.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PendingEntry {
    /// Its id.
    pub id: StreamId,
    /// The consumer that it belongs to.
    pub consumer: Vec<u8>,
    /// How long ago it was delivered last, in whole milliseconds.
    pub idle: Duration,
    /// How often it was delivered.
    pub deliveries: u64,
    /// What follows, which this version of the library does not know.
    pub other: Vec<Value>,
}

impl PendingEntry {
    /// The consumer's name as a text; bytes that are no UTF-8 are replaced.
    pub fn consumer_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.consumer)
    }

    pub(crate) fn read_list(node: Node<'_>) -> Result<Vec<Self>, ReplyError> {
        elements(node, "an array of pending entries", Self::read)
    }

    fn read(node: Node<'_>) -> Result<Self, ReplyError> {
        let ([id, consumer, idle, deliveries], other) =
            parts(node, "a pending entry's id, consumer, idle time and deliveries")?;
        Ok(PendingEntry {
            id: id_of(&id).ok_or_else(|| {
                ReplyError::mismatch("the id of a stream entry", "something else").in_element(0)
            })?,
            consumer: bytes_of(&consumer).unwrap_or_default().to_vec(),
            // Clocks that were set back make it negative.
            idle: Duration::from_millis(integer_of(&idle).unwrap_or_default().max(0).unsigned_abs()),
            deliveries: unsigned_of(&deliveries).unwrap_or_default(),
            other,
        })
    }
}

pub(crate) fn id_of(value: &Value) -> Option<StreamId> {
    StreamId::of_bytes(bytes_of(value)?)
}

/// What `XDELEX` or `XACKDEL` did to an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StreamDeletion {
    /// It is deleted; by `XACKDEL` acknowledged, too.
    Deleted,
    /// It is not deleted, since a group has not acknowledged it (with `ACKED`). `XACKDEL` has acknowledged it in its group.
    /// Redis 8.2 answers so, too, for an id behind what a group has read, even if there is no such entry.
    StillReferenced,
    /// There is no such entry; for `XACKDEL` no such entry that is pending.
    Missing,
    /// An answer of a newer server.
    Other(i64),
}

impl FromReply for StreamDeletion {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        Ok(match i64::from_reply(node)? {
            1 => StreamDeletion::Deleted,
            2 => StreamDeletion::StillReferenced,
            -1 => StreamDeletion::Missing,
            code => StreamDeletion::Other(code),
        })
    }
}
