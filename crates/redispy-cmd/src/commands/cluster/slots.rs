//! Slots: whose they are, what is in them.

use super::{of_ranges, of_slots};
use crate::arg::{ToArg, ToArgs, ToMillis, ToPairs};
use crate::cmd::{Cmd, Request, Words};
use crate::execute::IntoCmd;
use crate::replies::SlotStats;
use crate::reply::{FromReply, ok};
use crate::spec;

/// `CLUSTER ADDSLOTS slot [slot ...]`: see [`ClusterCommands::cluster_addslots`](super::ClusterCommands::cluster_addslots).
pub fn cluster_addslots(slots: impl ToArgs) -> Cmd<()> {
    of_slots(&spec::CLUSTER_ADDSLOTS, slots)
}

/// `CLUSTER ADDSLOTSRANGE start-slot end-slot [start-slot end-slot ...]`: see
/// [`ClusterCommands::cluster_addslotsrange`](super::ClusterCommands::cluster_addslotsrange).
pub fn cluster_addslotsrange(ranges: impl ToPairs) -> Cmd<()> {
    of_ranges(&spec::CLUSTER_ADDSLOTSRANGE, ranges)
}

/// `CLUSTER COUNTKEYSINSLOT slot`: see
/// [`ClusterCommands::cluster_countkeysinslot`](super::ClusterCommands::cluster_countkeysinslot).
pub fn cluster_countkeysinslot(slot: u16) -> Cmd<i64> {
    Cmd::new(&spec::CLUSTER_COUNTKEYSINSLOT, i64::from_reply).arg(slot)
}

/// `CLUSTER DELSLOTS slot [slot ...]`: see [`ClusterCommands::cluster_delslots`](super::ClusterCommands::cluster_delslots).
pub fn cluster_delslots(slots: impl ToArgs) -> Cmd<()> {
    of_slots(&spec::CLUSTER_DELSLOTS, slots)
}

/// `CLUSTER DELSLOTSRANGE start-slot end-slot [start-slot end-slot ...]`: see
/// [`ClusterCommands::cluster_delslotsrange`](super::ClusterCommands::cluster_delslotsrange).
pub fn cluster_delslotsrange(ranges: impl ToPairs) -> Cmd<()> {
    of_ranges(&spec::CLUSTER_DELSLOTSRANGE, ranges)
}

/// `CLUSTER FLUSHSLOTS`: see [`ClusterCommands::cluster_flushslots`](super::ClusterCommands::cluster_flushslots).
pub fn cluster_flushslots() -> Cmd<()> {
    Cmd::new(&spec::CLUSTER_FLUSHSLOTS, ok)
}

/// `CLUSTER GETKEYSINSLOT slot count`: see
/// [`ClusterCommands::cluster_getkeysinslot`](super::ClusterCommands::cluster_getkeysinslot).
pub fn cluster_getkeysinslot<T: FromReply>(slot: u16, count: i64) -> Cmd<Vec<T>> {
    Cmd::new(&spec::CLUSTER_GETKEYSINSLOT, Vec::from_reply).arg(slot).arg(count)
}

/// `CLUSTER KEYSLOT key`: see [`ClusterCommands::cluster_keyslot`](super::ClusterCommands::cluster_keyslot).
pub fn cluster_keyslot(key: impl ToArg) -> Cmd<i64> {
    Cmd::new(&spec::CLUSTER_KEYSLOT, i64::from_reply).arg(key)
}

/// `CLUSTER SETSLOT slot <IMPORTING | MIGRATING | NODE | STABLE>` with its options ([`ClusterSetslot`]): see
/// [`ClusterCommands::cluster_setslot`](super::ClusterCommands::cluster_setslot).
pub fn cluster_setslot(slot: u16, state: SlotState) -> ClusterSetslot {
    let mut request = Request::new(&spec::CLUSTER_SETSLOT);
    request.arg(slot);
    request.append(&state.0);
    ClusterSetslot { request }
}

/// `CLUSTER SLOT-STATS SLOTSRANGE start-slot end-slot`: see
/// [`ClusterCommands::cluster_slot_stats`](super::ClusterCommands::cluster_slot_stats).
pub fn cluster_slot_stats(start: u16, end: u16) -> Cmd<Vec<SlotStats>> {
    Cmd::new(&spec::CLUSTER_SLOT_STATS, SlotStats::read_list).arg("SLOTSRANGE").arg((start, end))
}

/// How much the node's slots are used, by a metric (`key-count`, `cpu-usec`, `network-bytes-in`, `network-bytes-out`), the
/// highest first, with its options ([`ClusterSlotStatsOrderby`]).
///
/// `CLUSTER SLOT-STATS ORDERBY metric`. Since Redis 8.2.0, Valkey 8.0.0. O(N*log(N)) in the number of slots.
pub fn cluster_slot_stats_orderby(metric: impl ToArg) -> ClusterSlotStatsOrderby {
    let mut request = Request::new(&spec::CLUSTER_SLOT_STATS);
    request.arg("ORDERBY");
    request.arg(metric);
    ClusterSlotStatsOrderby { request, limit: None, order: None }
}

/// What `CLUSTER SETSLOT` says of a slot.
#[derive(Debug, Clone)]
#[must_use = "it is an argument of `cluster_setslot`"]
pub struct SlotState(Words);

impl SlotState {
    /// `IMPORTING node-id`: it moves here from this node.
    pub fn importing(node_id: impl ToArg) -> Self {
        Self::of("IMPORTING", node_id)
    }

    /// `MIGRATING node-id`: it moves from here to this node.
    pub fn migrating(node_id: impl ToArg) -> Self {
        Self::of("MIGRATING", node_id)
    }

    /// `NODE node-id`: it belongs to this node.
    pub fn node(node_id: impl ToArg) -> Self {
        Self::of("NODE", node_id)
    }

    /// `STABLE`: it does not move.
    pub fn stable() -> Self {
        SlotState(Words::of("STABLE"))
    }

    fn of(word: &str, node_id: impl ToArg) -> Self {
        let mut words = Words::of(word);
        words.push(node_id);
        SlotState(words)
    }
}

/// `CLUSTER SETSLOT` with its options; [`cluster_setslot()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct ClusterSetslot {
    request: Request,
}

impl ClusterSetslot {
    /// `TIMEOUT timeout`: how long to wait for the replicas to follow. Since Valkey 8.0.0, not in Redis.
    pub fn timeout(mut self, timeout: impl ToMillis) -> Cmd<()> {
        self.request.arg("TIMEOUT");
        timeout.to_millis().write("timeout", &mut self.request);
        Cmd::from_request(self.request, ok)
    }
}

impl IntoCmd for ClusterSetslot {
    type Reply = ();

    fn into_cmd(self) -> Cmd<()> {
        Cmd::from_request(self.request, ok)
    }
}

/// `CLUSTER SLOT-STATS ORDERBY` with its options; [`cluster_slot_stats_orderby()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct ClusterSlotStatsOrderby {
    request: Request,
    limit: Option<u16>,
    order: Option<&'static str>,
}

impl ClusterSlotStatsOrderby {
    /// `LIMIT limit`: at most so many slots.
    pub fn limit(mut self, limit: u16) -> Self {
        self.limit = Some(limit);
        self
    }

    /// `ASC`: the lowest first.
    pub fn asc(mut self) -> Self {
        self.order = Some("ASC");
        self
    }

    /// `DESC`: the highest first, as when nothing is said.
    pub fn desc(mut self) -> Self {
        self.order = Some("DESC");
        self
    }
}

impl IntoCmd for ClusterSlotStatsOrderby {
    type Reply = Vec<SlotStats>;

    fn into_cmd(mut self) -> Cmd<Vec<SlotStats>> {
        if let Some(limit) = self.limit {
            self.request.args(("LIMIT", limit));
        }
        if let Some(order) = self.order {
            self.request.arg(order);
        }
        Cmd::from_request(self.request, SlotStats::read_list)
    }
}
