//! What a node says of slots: who has them, how they are used, how they move.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use resp_proto::Node;

use super::SlotRange;
use super::fields::{
    Fields, elements, items_of, parts, some_text, sorted, text_of, unix_seconds_of, unsigned_of,
};
use crate::reply::{ReplyError, Value};

/// Slots with the nodes that have them: an element of the reply of `CLUSTER SLOTS`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ClusterSlots {
    /// The slots.
    pub range: SlotRange,
    /// Their master, then its replicas.
    pub nodes: Vec<ClusterSlotsNode>,
}

/// A node in the reply of `CLUSTER SLOTS`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ClusterSlotsNode {
    /// Where to connect: an IP address or a host name, as the server's configuration prefers; `None` is the address of the
    /// node that was asked. `?` is no address: host names are preferred, and the node has none.
    pub endpoint: Option<String>,
    /// Its port; for connections with TLS if this one has it.
    pub port: u16,
    /// Its id.
    pub id: String,
    /// Other names of it: `ip`, `hostname`, `availability-zone`. Since Redis 7.0.
    pub metadata: BTreeMap<String, String>,
    /// What follows, which this version of the library does not know.
    pub other: Vec<Value>,
}

/// A master and its replicas with the slots that they have: an element of the reply of `CLUSTER SHARDS`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ClusterShard {
    /// Its id. Since Valkey 9.1.
    pub id: Option<String>,
    /// The slots.
    pub slots: Vec<SlotRange>,
    /// The nodes.
    pub nodes: Vec<ClusterShardNode>,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// A node of a shard.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ClusterShardNode {
    /// Its id.
    pub id: String,
    /// Where to connect: an IP address or a host name, as the server's configuration prefers; `None` is the address of the
    /// node that was asked. `?` is no address: host names are preferred, and the node has none.
    pub endpoint: Option<String>,
    /// Its IP address.
    pub ip: Option<String>,
    /// Its host name, if it has one.
    pub hostname: Option<String>,
    /// Its port for connections without TLS.
    pub port: Option<u16>,
    /// Its port for connections with TLS.
    pub tls_port: Option<u16>,
    /// `master` or `replica`.
    pub role: String,
    /// How far it got in the replication stream, in bytes.
    pub replication_offset: i64,
    /// `online`, `failed`, or `loading` while a replica gets its data.
    pub health: String,
    /// Where it stands, if its configuration says so. Since Valkey 9.1.
    pub availability_zone: Option<String>,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// How much a slot is used: an element of the reply of `CLUSTER SLOT-STATS`.
///
/// All but the number of keys is counted only with `cluster-slot-stats-enabled` in the server's configuration.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SlotStats {
    /// The slot.
    pub slot: u16,
    /// How many keys it holds.
    pub key_count: u64,
    /// CPU time of the commands on its keys, in whole microseconds (`cpu-usec`).
    pub cpu_time: Option<Duration>,
    /// How many bytes these commands came in.
    pub network_bytes_in: Option<u64>,
    /// How many bytes their replies went out in.
    pub network_bytes_out: Option<u64>,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// Slots that move from one node to another, or did so lately: an element of the reply of `CLUSTER GETSLOTMIGRATIONS`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SlotMigration {
    /// The id of this move.
    pub name: String,
    /// `EXPORT` on the node they leave, `IMPORT` on the node they come to.
    pub operation: String,
    /// The slots.
    pub slot_ranges: Vec<SlotRange>,
    /// The id of the node they go to.
    pub target_node: String,
    /// The id of the node they come from.
    pub source_node: String,
    /// When it began, at second precision.
    pub create_time: Option<SystemTime>,
    /// When its state changed last, at second precision.
    pub last_update_time: Option<SystemTime>,
    /// When the other node was heard of last, at second precision.
    pub last_ack_time: Option<SystemTime>,
    /// How far it is: `snapshotting`, `success`, `failed`, `cancelled` ...
    pub state: String,
    /// What there is to say about that, such as why it failed.
    pub message: Option<String>,
    /// Memory that the process that sends the snapshot copied, in bytes.
    pub cow_size: u64,
    /// How much is still to be sent of what changed meanwhile, in bytes.
    pub remaining_repl_size: u64,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

impl ClusterSlots {
    pub(crate) fn read_list(node: Node<'_>) -> Result<Vec<Self>, ReplyError> {
        const EXPECTED: &str = "the first slot, the last and their nodes";
        elements(node, "an array of slot ranges", |node| {
            let ([start, end], nodes) = parts(node, EXPECTED)?;
            let (Some(start), Some(end)) = (slot_of(&start), slot_of(&end)) else {
                return Err(ReplyError::mismatch(EXPECTED, "something else"));
            };
            let nodes = nodes.into_iter().filter_map(ClusterSlotsNode::of).collect();
            Ok(ClusterSlots { range: SlotRange { start, end }, nodes })
        })
    }
}

impl ClusterSlotsNode {
    fn of(value: Value) -> Option<Self> {
        let mut parts = items_of(value)?.into_iter();
        let (endpoint, port) = (parts.next()?, parts.next()?);
        let id = parts.next().as_ref().map(text_of).unwrap_or_default();
        let metadata = parts.next().and_then(Fields::of).unwrap_or_default().rest();
        Some(ClusterSlotsNode {
            endpoint: some_text(&text_of(&endpoint)),
            port: slot_of(&port).unwrap_or_default(),
            id,
            metadata: sorted(metadata.into_iter().map(|(name, value)| (name, text_of(&value)))),
            other: parts.collect(),
        })
    }
}

impl ClusterShard {
    pub(crate) fn read_list(node: Node<'_>) -> Result<Vec<Self>, ReplyError> {
        elements(node, "an array of shards", |node| Fields::read(node, "a shard's fields").map(Self::of))
    }

    fn of(mut fields: Fields) -> Self {
        let nodes = fields.take_any("nodes").and_then(items_of).unwrap_or_default();
        ClusterShard {
            id: fields.maybe_text("id"),
            slots: fields.take("slots", ranges_of).unwrap_or_default(),
            nodes: nodes.into_iter().filter_map(Fields::of).map(ClusterShardNode::of).collect(),
            other: fields.rest(),
        }
    }
}

impl ClusterShardNode {
    fn of(mut fields: Fields) -> Self {
        ClusterShardNode {
            id: fields.text("id"),
            endpoint: fields.some_text("endpoint"),
            ip: fields.some_text("ip"),
            hostname: fields.some_text("hostname"),
            port: fields.take("port", slot_of),
            tls_port: fields.take("tls-port", slot_of),
            role: fields.text("role"),
            replication_offset: fields.integer("replication-offset").unwrap_or_default(),
            health: fields.text("health"),
            availability_zone: fields.some_text("availability-zone"),
            other: fields.rest(),
        }
    }
}

impl SlotStats {
    pub(crate) fn read_list(node: Node<'_>) -> Result<Vec<Self>, ReplyError> {
        const EXPECTED: &str = "a slot and its statistics";
        elements(node, "an array of slots with their statistics", |node| {
            let ([slot, fields], _) = parts(node, EXPECTED)?;
            let (Some(slot), Some(mut fields)) = (slot_of(&slot), Fields::of(fields)) else {
                return Err(ReplyError::mismatch(EXPECTED, "something else"));
            };
            Ok(SlotStats {
                slot,
                key_count: fields.unsigned("key-count").unwrap_or_default(),
                cpu_time: fields.unsigned("cpu-usec").map(Duration::from_micros),
                network_bytes_in: fields.unsigned("network-bytes-in"),
                network_bytes_out: fields.unsigned("network-bytes-out"),
                other: fields.rest(),
            })
        })
    }
}

impl SlotMigration {
    pub(crate) fn read_list(node: Node<'_>) -> Result<Vec<Self>, ReplyError> {
        elements(node, "an array of slot migrations", |node| {
            Fields::read(node, "a slot migration's fields").map(Self::of)
        })
    }

    fn of(mut fields: Fields) -> Self {
        let mut time = |name| {
            let seconds = fields.take(name, |value| unsigned_of(value).map(|_| unix_seconds_of(value)));
            seconds.filter(|time| *time != SystemTime::UNIX_EPOCH)
        };
        let (create_time, last_update_time) = (time("create_time"), time("last_update_time"));
        let last_ack_time = time("last_ack_time");
        let ranges =
            |value: &Value| text_of(value).split_ascii_whitespace().map(SlotRange::of_text).collect();
        SlotMigration {
            name: fields.text("name"),
            operation: fields.text("operation"),
            slot_ranges: fields.take("slot_ranges", ranges).unwrap_or_default(),
            target_node: fields.text("target_node"),
            source_node: fields.text("source_node"),
            create_time,
            last_update_time,
            last_ack_time,
            state: fields.text("state"),
            message: fields.some_text("message"),
            cow_size: fields.unsigned("cow_size").unwrap_or_default(),
            remaining_repl_size: fields.unsigned("remaining_repl_size").unwrap_or_default(),
            other: fields.rest(),
        }
    }
}

/// A slot, or a port.
fn slot_of(value: &Value) -> Option<u16> {
    unsigned_of(value)?.try_into().ok()
}

/// First and last slots in a flat list.
fn ranges_of(value: &Value) -> Option<Vec<SlotRange>> {
    let bounds: Option<Vec<u16>> = super::fields::items(value)?.iter().map(slot_of).collect();
    let range = |pair: &[u16]| match pair {
        [start, end] => Some(SlotRange { start: *start, end: *end }),
        _ => None,
    };
    bounds?.chunks(2).map(range).collect()
}
