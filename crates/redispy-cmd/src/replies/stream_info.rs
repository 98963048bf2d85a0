//! What servers say of a stream, its groups and their consumers: `XINFO`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use resp_proto::Node;

use super::fields::{Fields, bytes_of, elements, integer_of, items, unsigned_of};
use super::stream::id_of;
use super::{StreamEntry, StreamId};
use crate::reply::{ReplyError, Value};

/// The fields of an entry with their values, as they are.
type RawFields = Vec<(Vec<u8>, Vec<u8>)>;

/// What `XINFO STREAM` says of a stream.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StreamInfo {
    /// How many entries it has.
    pub length: u64,
    /// How many keys its radix tree has.
    pub radix_tree_keys: u64,
    /// How many nodes its radix tree has.
    pub radix_tree_nodes: u64,
    /// The last id that was added.
    pub last_generated_id: StreamId,
    /// The highest id that was deleted, `0-0` for none. Since Redis 7.0.0.
    pub max_deleted_entry_id: Option<StreamId>,
    /// How many entries were ever added. Since Redis 7.0.0.
    pub entries_added: Option<u64>,
    /// The id of the first entry, as the server keeps it. Since Redis 7.0.0.
    pub recorded_first_entry_id: Option<StreamId>,
    /// How many groups it has.
    pub groups: u64,
    /// Its first entry, if it has any.
    pub first_entry: Option<StreamEntry<RawFields>>,
    /// Its last entry, if it has any.
    pub last_entry: Option<StreamEntry<RawFields>>,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// What `XINFO STREAM .. FULL` says of a stream.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StreamInfoFull {
    /// How many entries it has.
    pub length: u64,
    /// How many keys its radix tree has.
    pub radix_tree_keys: u64,
    /// How many nodes its radix tree has.
    pub radix_tree_nodes: u64,
    /// The last id that was added.
    pub last_generated_id: StreamId,
    /// The highest id that was deleted, `0-0` for none. Since Redis 7.0.0.
    pub max_deleted_entry_id: Option<StreamId>,
    /// How many entries were ever added. Since Redis 7.0.0.
    pub entries_added: Option<u64>,
    /// The id of the first entry, as the server keeps it. Since Redis 7.0.0.
    pub recorded_first_entry_id: Option<StreamId>,
    /// Its first entries, as many as `COUNT` says.
    pub entries: Vec<StreamEntry<RawFields>>,
    /// Its groups.
    pub groups: Vec<GroupInfoFull>,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// A group: an element of the reply of `XINFO GROUPS`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct GroupInfo {
    /// Its name.
    pub name: Vec<u8>,
    /// How many consumers it has.
    pub consumers: u64,
    /// How many entries are delivered but not acknowledged.
    pub pending: u64,
    /// The last id that was delivered.
    pub last_delivered_id: StreamId,
    /// How many entries the group has read, if the server knows. Since Redis 7.0.0.
    pub entries_read: Option<u64>,
    /// How many entries wait to be delivered, if the server knows. Since Redis 7.0.0.
    pub lag: Option<u64>,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// A group in what `XINFO STREAM .. FULL` says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct GroupInfoFull {
    /// Its name.
    pub name: Vec<u8>,
    /// The last id that was delivered.
    pub last_delivered_id: StreamId,
    /// How many entries the group has read, if the server knows. Since Redis 7.0.0.
    pub entries_read: Option<u64>,
    /// How many entries wait to be delivered, if the server knows. Since Redis 7.0.0.
    pub lag: Option<u64>,
    /// How many entries are delivered but not acknowledged.
    pub pel_count: u64,
    /// The first of these, as many as `COUNT` says.
    pub pending: Vec<DeliveredEntry>,
    /// Its consumers.
    pub consumers: Vec<ConsumerInfoFull>,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// A consumer of a group: an element of the reply of `XINFO CONSUMERS`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ConsumerInfo {
    /// Its name.
    pub name: Vec<u8>,
    /// How many entries are delivered to it but not acknowledged.
    pub pending: u64,
    /// How long ago it tried to do something last, in whole milliseconds; before Redis 7.2.0 how long ago it did.
    pub idle: Duration,
    /// How long ago it read or claimed an entry last, in whole milliseconds; `None` when it never did, or before Redis 7.2.0.
    pub inactive: Option<Duration>,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// A consumer in what `XINFO STREAM .. FULL` says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ConsumerInfoFull {
    /// Its name.
    pub name: Vec<u8>,
    /// When it tried to do something last; before Redis 7.2.0 when it did.
    pub seen_time: Option<SystemTime>,
    /// When it read or claimed an entry last; `None` when it never did, or before Redis 7.2.0.
    pub active_time: Option<SystemTime>,
    /// How many entries are delivered to it but not acknowledged.
    pub pel_count: u64,
    /// The first of these, as many as `COUNT` says.
    pub pending: Vec<DeliveredEntry>,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// An entry that is delivered but not acknowledged, in what `XINFO STREAM .. FULL` says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DeliveredEntry {
    /// Its id.
    pub id: StreamId,
    /// The consumer that it belongs to.
    pub consumer: Vec<u8>,
    /// When it was delivered last.
    pub delivery_time: SystemTime,
    /// How often it was delivered.
    pub deliveries: u64,
}

impl StreamInfo {
    pub(crate) fn read(node: Node<'_>) -> Result<Self, ReplyError> {
        let mut fields = Fields::read(node, "the fields of a stream")?;
        Ok(StreamInfo {
            length: fields.unsigned("length").unwrap_or_default(),
            radix_tree_keys: fields.unsigned("radix-tree-keys").unwrap_or_default(),
            radix_tree_nodes: fields.unsigned("radix-tree-nodes").unwrap_or_default(),
            last_generated_id: fields.take("last-generated-id", id_of).unwrap_or_default(),
            max_deleted_entry_id: fields.take("max-deleted-entry-id", id_of),
            entries_added: fields.unsigned("entries-added"),
            recorded_first_entry_id: fields.take("recorded-first-entry-id", id_of),
            groups: fields.unsigned("groups").unwrap_or_default(),
            first_entry: fields.take_any("first-entry").as_ref().and_then(entry_of),
            last_entry: fields.take_any("last-entry").as_ref().and_then(entry_of),
            other: fields.rest(),
        })
    }
}

impl StreamInfoFull {
    pub(crate) fn read(node: Node<'_>) -> Result<Self, ReplyError> {
        let mut fields = Fields::read(node, "the fields of a stream")?;
        Ok(StreamInfoFull {
            length: fields.unsigned("length").unwrap_or_default(),
            radix_tree_keys: fields.unsigned("radix-tree-keys").unwrap_or_default(),
            radix_tree_nodes: fields.unsigned("radix-tree-nodes").unwrap_or_default(),
            last_generated_id: fields.take("last-generated-id", id_of).unwrap_or_default(),
            max_deleted_entry_id: fields.take("max-deleted-entry-id", id_of),
            entries_added: fields.unsigned("entries-added"),
            recorded_first_entry_id: fields.take("recorded-first-entry-id", id_of),
            entries: each_of(&mut fields, "entries", entry_of),
            groups: each_of(&mut fields, "groups", |group| Fields::of(group.clone()).map(GroupInfoFull::of)),
            other: fields.rest(),
        })
    }
}

/// Names are bytes; as a text they read better.
macro_rules! name_text {
    ($($type:ident)*) => {$(
        impl $type {
            /// The name as a text; bytes that are no UTF-8 are replaced.
            pub fn name_text(&self) -> Cow<'_, str> {
                String::from_utf8_lossy(&self.name)
            }
        }
    )*};
}

name_text!(GroupInfo GroupInfoFull ConsumerInfo ConsumerInfoFull);

impl DeliveredEntry {
    /// The consumer's name as a text; bytes that are no UTF-8 are replaced.
    pub fn consumer_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.consumer)
    }
}

impl GroupInfo {
    pub(crate) fn read_list(node: Node<'_>) -> Result<Vec<Self>, ReplyError> {
        elements(node, "an array of groups", |node| Fields::read(node, "the fields of a group").map(Self::of))
    }

    fn of(mut fields: Fields) -> Self {
        GroupInfo {
            name: fields.bytes("name"),
            consumers: fields.unsigned("consumers").unwrap_or_default(),
            pending: fields.unsigned("pending").unwrap_or_default(),
            last_delivered_id: fields.take("last-delivered-id", id_of).unwrap_or_default(),
            entries_read: maybe_unsigned(&mut fields, "entries-read"),
            lag: maybe_unsigned(&mut fields, "lag"),
            other: fields.rest(),
        }
    }
}

impl GroupInfoFull {
    fn of(mut fields: Fields) -> Self {
        GroupInfoFull {
            name: fields.bytes("name"),
            last_delivered_id: fields.take("last-delivered-id", id_of).unwrap_or_default(),
            entries_read: maybe_unsigned(&mut fields, "entries-read"),
            lag: maybe_unsigned(&mut fields, "lag"),
            pel_count: fields.unsigned("pel-count").unwrap_or_default(),
            pending: each_of(&mut fields, "pending", |entry| match items(entry)? {
                [id, consumer, time, deliveries, ..] => {
                    delivered(id, bytes_of(consumer)?.to_vec(), time, deliveries)
                }
                _ => None,
            }),
            consumers: each_of(&mut fields, "consumers", |consumer| {
                Fields::of(consumer.clone()).map(ConsumerInfoFull::of)
            }),
            other: fields.rest(),
        }
    }
}

impl ConsumerInfo {
    pub(crate) fn read_list(node: Node<'_>) -> Result<Vec<Self>, ReplyError> {
        elements(node, "an array of consumers", |node| {
            Fields::read(node, "the fields of a consumer").map(Self::of)
        })
    }

    fn of(mut fields: Fields) -> Self {
        let millis = |time: i64| u64::try_from(time).ok().map(Duration::from_millis);
        ConsumerInfo {
            name: fields.bytes("name"),
            pending: fields.unsigned("pending").unwrap_or_default(),
            idle: fields.integer("idle").and_then(millis).unwrap_or_default(),
            // A consumer that was never active has -1.
            inactive: fields.integer("inactive").and_then(millis),
            other: fields.rest(),
        }
    }
}

impl ConsumerInfoFull {
    fn of(mut fields: Fields) -> Self {
        let name = fields.bytes("name");
        let pending = each_of(&mut fields, "pending", |entry| match items(entry)? {
            [id, time, deliveries, ..] => delivered(id, name.clone(), time, deliveries),
            _ => None,
        });
        ConsumerInfoFull {
            pending,
            name,
            seen_time: unix_millis(&mut fields, "seen-time"),
            active_time: unix_millis(&mut fields, "active-time"),
            pel_count: fields.unsigned("pel-count").unwrap_or_default(),
            other: fields.rest(),
        }
    }
}

fn delivered(id: &Value, consumer: Vec<u8>, time: &Value, deliveries: &Value) -> Option<DeliveredEntry> {
    let since_epoch = Duration::from_millis(unsigned_of(time)?);
    Some(DeliveredEntry {
        id: id_of(id)?,
        consumer,
        delivery_time: SystemTime::UNIX_EPOCH.checked_add(since_epoch)?,
        deliveries: unsigned_of(deliveries)?,
    })
}

fn entry_of(entry: &Value) -> Option<StreamEntry<RawFields>> {
    let [id, fields, ..] = items(entry)? else { return None };
    let bytes = |value: &Value| bytes_of(value).map(<[u8]>::to_vec);
    let pair = |pair: &[Value]| match pair {
        [field, value] => Some((bytes(field)?, bytes(value)?)),
        _ => None,
    };
    let fields = items(fields).unwrap_or_default().chunks(2).filter_map(pair).collect();
    Some(StreamEntry { id: id_of(id)?, fields })
}

/// The elements of a field, those left out that `read` cannot make anything of.
fn each_of<T>(fields: &mut Fields, name: &str, read: impl Fn(&Value) -> Option<T>) -> Vec<T> {
    let list = fields.take_any(name);
    list.as_ref().and_then(items).unwrap_or_default().iter().filter_map(read).collect()
}

/// A number that servers send nil for when they do not know it.
fn maybe_unsigned(fields: &mut Fields, name: &str) -> Option<u64> {
    fields.take_any(name).as_ref().and_then(unsigned_of)
}

/// A time that servers send -1 for when there is none.
fn unix_millis(fields: &mut Fields, name: &str) -> Option<SystemTime> {
    let millis = fields.take_any(name).as_ref().and_then(integer_of)?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(u64::try_from(millis).ok()?))
}
