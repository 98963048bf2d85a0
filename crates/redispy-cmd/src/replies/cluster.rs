//! What a node says of its cluster and of the nodes in it.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::{Duration, SystemTime};

use resp_proto::Node;

use super::fields::{Fields, after_epoch, elements, some_text, text, texts};
use super::text_fields::TextFields;
use crate::arg::ToPairs;
use crate::cmd::Request;
use crate::reply::{ReplyError, Value};

/// How a cluster is, as one of its nodes sees it: the reply of `CLUSTER INFO`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ClusterInfo {
    /// `ok`, or `fail` when the node serves no keys.
    pub state: String,
    /// How many slots have a node.
    pub slots_assigned: u64,
    /// Of how many of them the node is well.
    pub slots_ok: u64,
    /// Of how many this node takes the node for failing.
    pub slots_pfail: u64,
    /// Of how many the cluster takes the node for failing.
    pub slots_fail: u64,
    /// How many nodes are known, those without slots included.
    pub known_nodes: u64,
    /// How many masters have slots.
    pub size: u64,
    /// The highest epoch known.
    pub current_epoch: u64,
    /// The node's own epoch.
    pub my_epoch: u64,
    /// How many messages went to other nodes.
    pub messages_sent: u64,
    /// How many messages came from other nodes.
    pub messages_received: u64,
    /// How many connections to nodes were given up because too much waited to be sent. Since Redis 7.0.
    pub links_buffer_limit_exceeded: Option<u64>,
    /// Fields that this version of the library does not know, such as messages by kind.
    pub other: BTreeMap<String, String>,
}

/// A node of a cluster: a line of the replies of `CLUSTER NODES`, `CLUSTER REPLICAS` and `CLUSTER SLAVES`.
///
/// Nodes whose address is not known have neither host nor port; several may be so at the same time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ClusterNode {
    /// Its id.
    pub id: String,
    /// Its IP address; `None` when it is not known, as of a node that never heard its own from another.
    pub ip: Option<String>,
    /// Its port, 0 when it is not known.
    pub port: u16,
    /// The port on which nodes talk to each other. Since Redis 4.0.
    pub bus_port: Option<u16>,
    /// Its host name, if it has one. Since Redis 7.0.
    pub hostname: Option<String>,
    /// What else its address tells by name: `shard-id` ...
    pub auxiliary: BTreeMap<String, String>,
    /// `myself`, `master`, `slave`, `fail?`, `fail`, `handshake`, `noaddr`, `nofailover`.
    pub flags: Vec<String>,
    /// The id of its master, of a replica.
    pub master_id: Option<String>,
    /// When the ping was sent that it has not answered yet, at millisecond precision.
    pub ping_sent: Option<SystemTime>,
    /// When it answered last, at millisecond precision.
    pub pong_received: Option<SystemTime>,
    /// Its epoch; of a replica that of its master.
    pub config_epoch: u64,
    /// `connected` or `disconnected`: the connection from the node that was asked.
    pub link_state: String,
    /// The slots that it has.
    pub slots: Vec<SlotRange>,
    /// Slots that leave it, with the id of the node they go to. Told only by the node itself.
    pub migrating: Vec<(u16, String)>,
    /// Slots that come to it, with the id of the node they come from. Told only by the node itself.
    pub importing: Vec<(u16, String)>,
    /// What follows, which this version of the library does not know.
    pub other: Vec<String>,
}

/// Slots that follow one another.
///
/// It is also a pair of arguments: `cluster_addslotsrange(SlotRange::from(0..=99))`, `cluster_addslotsrange(each(&node.slots))`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SlotRange {
    /// The first.
    pub start: u16,
    /// The last, which belongs to the range.
    pub end: u16,
}

/// What `CLUSTER BUMPEPOCH` did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EpochBump {
    /// The node has this new epoch.
    Bumped(u64),
    /// It keeps this one, which is the highest already.
    Still(u64),
}

/// A connection between two nodes: an element of the reply of `CLUSTER LINKS`.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct ClusterLink {
    /// `to` the other node, or `from` it.
    pub direction: String,
    /// The other node's id.
    pub node: String,
    /// When it was made, at millisecond precision.
    pub create_time: Option<SystemTime>,
    /// What it waits for: `r` to read, `w` to write.
    pub events: String,
    /// How much memory is kept for what is to be sent, in bytes.
    pub send_buffer_allocated: u64,
    /// How much of that is in use, in bytes.
    pub send_buffer_used: u64,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

impl ClusterInfo {
    /// Whether the node serves keys.
    pub fn is_ok(&self) -> bool {
        self.state == "ok"
    }

    pub(crate) fn read(node: Node<'_>) -> Result<Self, ReplyError> {
        let mut fields = TextFields::of_lines(&text(node)?);
        Ok(ClusterInfo {
            state: fields.text("cluster_state"),
            slots_assigned: fields.number("cluster_slots_assigned"),
            slots_ok: fields.number("cluster_slots_ok"),
            slots_pfail: fields.number("cluster_slots_pfail"),
            slots_fail: fields.number("cluster_slots_fail"),
            known_nodes: fields.number("cluster_known_nodes"),
            size: fields.number("cluster_size"),
            current_epoch: fields.number("cluster_current_epoch"),
            my_epoch: fields.number("cluster_my_epoch"),
            messages_sent: fields.number("cluster_stats_messages_sent"),
            messages_received: fields.number("cluster_stats_messages_received"),
            links_buffer_limit_exceeded: fields.parse("total_cluster_links_buffer_limit_exceeded"),
            other: fields.rest(),
        })
    }
}

impl ClusterNode {
    /// Whether it carries this flag: `master`, `fail` ...
    pub fn has_flag(&self, flag: &str) -> bool {
        self.flags.iter().any(|other| other == flag)
    }

    /// Whether it is the node that was asked.
    pub fn is_myself(&self) -> bool {
        self.has_flag("myself")
    }

    /// Whether it is a master.
    pub fn is_master(&self) -> bool {
        self.has_flag("master")
    }

    /// Whether it is a replica.
    pub fn is_replica(&self) -> bool {
        self.has_flag("slave") || self.has_flag("replica")
    }

    /// Whether the node that was asked is connected with it.
    pub fn is_connected(&self) -> bool {
        self.link_state == "connected"
    }

    /// Reads lines: one text of them, or a list.
    pub(crate) fn read_list(node: Node<'_>) -> Result<Vec<Self>, ReplyError> {
        if node.is_aggregate() {
            return texts(node)?.iter().map(|line| Self::of_line(line)).collect();
        }
        text(node)?.lines().filter(|line| !line.is_empty()).map(Self::of_line).collect()
    }

    fn of_line(line: &str) -> Result<Self, ReplyError> {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let [id, address, flags, master_id, ping, pong, epoch, link_state, slots @ ..] = words.as_slice()
        else {
            let got = format!("a line of {} words", words.len());
            return Err(ReplyError::mismatch("eight words or more about a node", got));
        };
        let when = |millis: &str| match millis.parse() {
            Ok(0) | Err(_) => None,
            Ok(millis) => Some(after_epoch(Duration::from_millis(millis))),
        };
        let mut node = ClusterNode {
            id: (*id).to_owned(),
            flags: flags.split(',').filter(|flag| *flag != "noflags").map(str::to_owned).collect(),
            master_id: Some(*master_id).filter(|id| *id != "-").map(str::to_owned),
            ping_sent: when(ping),
            pong_received: when(pong),
            config_epoch: epoch.parse().unwrap_or_default(),
            link_state: (*link_state).to_owned(),
            ..ClusterNode::default()
        };
        node.read_address(address);
        slots.iter().for_each(|slot| node.read_slot(slot));
        Ok(node)
    }

    /// `127.0.0.1:7000@17000,host.example,shard-id=69bc0`.
    fn read_address(&mut self, text: &str) {
        let mut parts = text.split(',');
        let address = parts.next().unwrap_or_default();
        let (address, bus_port) = address.split_once('@').unwrap_or((address, ""));
        // Of an IPv6 address the last colon comes before the port.
        let (ip, port) = address.rsplit_once(':').unwrap_or((address, ""));
        self.ip = some_text(ip);
        self.port = port.parse().unwrap_or_default();
        self.bus_port = bus_port.parse().ok();
        self.hostname = parts.next().and_then(some_text);
        let auxiliary = parts.filter_map(|part| part.split_once('='));
        self.auxiliary.extend(auxiliary.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    /// `5`, `0-99`, `[77->-id]`, `[93-<-id]`.
    fn read_slot(&mut self, text: &str) {
        let moving = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        let pair = |cut: &str| {
            let (slot, node) = moving?.split_once(cut)?;
            Some((slot.parse().ok()?, node.to_owned()))
        };
        if let Some(slot) = pair("->-") {
            self.migrating.push(slot);
        } else if let Some(slot) = pair("-<-") {
            self.importing.push(slot);
        } else if let Some(range) = SlotRange::of_text(text) {
            self.slots.push(range);
        } else {
            self.other.push(text.to_owned());
        }
    }
}

impl SlotRange {
    /// Whether the slot is one of these.
    pub fn contains(&self, slot: u16) -> bool {
        (self.start..=self.end).contains(&slot)
    }

    /// `5` or `0-99`.
    pub(super) fn of_text(text: &str) -> Option<Self> {
        let (start, end) = text.split_once('-').unwrap_or((text, text));
        Some(SlotRange { start: start.parse().ok()?, end: end.parse().ok()? })
    }
}

impl From<RangeInclusive<u16>> for SlotRange {
    fn from(slots: RangeInclusive<u16>) -> Self {
        SlotRange { start: *slots.start(), end: *slots.end() }
    }
}

impl From<SlotRange> for RangeInclusive<u16> {
    fn from(slots: SlotRange) -> Self {
        slots.start..=slots.end
    }
}

impl ToPairs for SlotRange {
    fn write_pairs(self, request: &mut Request) {
        (self.start, self.end).write_pairs(request);
    }
}

impl ToPairs for &SlotRange {
    fn write_pairs(self, request: &mut Request) {
        (*self).write_pairs(request);
    }
}

impl EpochBump {
    /// The node's epoch now.
    pub fn epoch(self) -> u64 {
        match self {
            EpochBump::Bumped(epoch) | EpochBump::Still(epoch) => epoch,
        }
    }

    pub(crate) fn read(node: Node<'_>) -> Result<Self, ReplyError> {
        let unfit = ReplyError::unexpected("BUMPED or STILL with an epoch", &node);
        let text = text(node).map_err(|_| unfit.clone())?;
        let (word, epoch) = text.split_once(' ').ok_or_else(|| unfit.clone())?;
        match (word, epoch.parse()) {
            ("BUMPED", Ok(epoch)) => Ok(EpochBump::Bumped(epoch)),
            ("STILL", Ok(epoch)) => Ok(EpochBump::Still(epoch)),
            _ => Err(unfit),
        }
    }
}

impl ClusterLink {
    pub(crate) fn read_list(node: Node<'_>) -> Result<Vec<Self>, ReplyError> {
        elements(node, "an array of links", |node| {
            let mut fields = Fields::read(node, "a link's fields")?;
            Ok(ClusterLink {
                direction: fields.text("direction"),
                node: fields.text("node"),
                create_time: fields.unix_millis("create-time"),
                events: fields.text("events"),
                send_buffer_allocated: fields.unsigned("send-buffer-allocated").unwrap_or_default(),
                send_buffer_used: fields.unsigned("send-buffer-used").unwrap_or_default(),
                other: fields.rest(),
            })
        })
    }
}
