//! The cluster: its nodes, its slots, and how these move.
//!
//! `CLUSTER SYNCSLOTS` has no function here: nodes say it to each other. `READONLY`, `READWRITE` and `ASKING` change the connection
//! they run on: their methods are those of [`ConnectionStateCommands`](super::ConnectionStateCommands).

mod migration;
mod node;
mod scan;
mod slots;

use crate::arg::{ToArg, ToArgs, ToPairs};
use crate::cmd::{Cmd, Request};
use crate::execute::Execute;
use crate::replies::fields::{text, texts};
use crate::replies::{
    ClusterCursor, ClusterInfo, ClusterLink, ClusterNode, ClusterScanPage, ClusterShard, ClusterSlots,
    EpochBump, SlotMigration, SlotStats,
};
use crate::reply::{FromReply, ok};
use crate::spec::{self, Spec};

pub use migration::*;
pub use node::*;
pub use scan::*;
pub use slots::*;

/// The commands of the cluster, on everything that takes commands. Each is about the node that it is sent to: a node that
/// is no part of a cluster (`cluster-enabled no`) answers most of them with an error.
pub trait ClusterCommands: Execute {
    /// Makes these slots, which nobody has, the node's own.
    ///
    /// `CLUSTER ADDSLOTS slot [slot ...]`. Since Redis 3.0.0. O(N) in the number of slots.
    fn cluster_addslots(self, slots: impl ToArgs) -> Self::Output<()> {
        self.run(cluster_addslots(slots))
    }

    /// As [`cluster_addslots`](Self::cluster_addslots), from a first slot to a last one, both included: a
    /// [`SlotRange`](crate::replies::SlotRange) or two numbers, or several of them.
    ///
    /// `CLUSTER ADDSLOTSRANGE start-slot end-slot [start-slot end-slot ...]`. Since Redis 7.0.0. O(N) in the number of
    /// slots.
    ///
    /// ```
    /// # use redispy_cmd::{commands as cmd, replies::SlotRange};
    /// let all = cmd::cluster_addslotsrange(SlotRange::from(0..=16383));
    /// assert_eq!(all.request().bytes(), cmd::cluster_addslotsrange((0, 16383)).request().bytes());
    /// ```
    fn cluster_addslotsrange(self, ranges: impl ToPairs) -> Self::Output<()> {
        self.run(cluster_addslotsrange(ranges))
    }

    /// Raises the node's epoch above all that it knows of, unless it is the highest.
    ///
    /// `CLUSTER BUMPEPOCH`. Since Redis 3.0.0. O(1).
    fn cluster_bumpepoch(self) -> Self::Output<EpochBump> {
        self.run(cluster_bumpepoch())
    }

    /// Stops all moves of slots away from this node. When none moves it is an error.
    ///
    /// `CLUSTER CANCELSLOTMIGRATIONS`. Since Valkey 9.0.0, not in Redis. O(N) in the number of migrations.
    fn cluster_cancelslotmigrations(self) -> Self::Output<()> {
        self.run(cluster_cancelslotmigrations())
    }

    /// How many nodes report a node as failing.
    ///
    /// `CLUSTER COUNT-FAILURE-REPORTS node-id`. Since Redis 3.0.0. O(N) in the number of reports.
    fn cluster_count_failure_reports(self, node_id: impl ToArg) -> Self::Output<i64> {
        self.run(cluster_count_failure_reports(node_id))
    }

    /// How many keys the node has in a slot.
    ///
    /// `CLUSTER COUNTKEYSINSLOT slot`. Since Redis 3.0.0. O(1).
    fn cluster_countkeysinslot(self, slot: u16) -> Self::Output<i64> {
        self.run(cluster_countkeysinslot(slot))
    }

    /// Makes the node forget who has these slots.
    ///
    /// `CLUSTER DELSLOTS slot [slot ...]`. Since Redis 3.0.0. O(N) in the number of slots.
    fn cluster_delslots(self, slots: impl ToArgs) -> Self::Output<()> {
        self.run(cluster_delslots(slots))
    }

    /// As [`cluster_delslots`](Self::cluster_delslots), from a first slot to a last one, both included.
    ///
    /// `CLUSTER DELSLOTSRANGE start-slot end-slot [start-slot end-slot ...]`. Since Redis 7.0.0. O(N) in the number of
    /// slots.
    fn cluster_delslotsrange(self, ranges: impl ToPairs) -> Self::Output<()> {
        self.run(cluster_delslotsrange(ranges))
    }

    /// Makes this replica take its master's place, with the master's consent. The answer comes before that is done. To do
    /// so without asking the master, or anybody, is an option of [`cmd::cluster_failover`](cluster_failover()).
    ///
    /// `CLUSTER FAILOVER`. Since Redis 3.0.0. O(1).
    fn cluster_failover(self) -> Self::Output<()> {
        self.run(cluster_failover())
    }

    /// Removes all keys of a slot. To do so in the background is an option of
    /// [`cmd::cluster_flushslot`](cluster_flushslot()).
    ///
    /// `CLUSTER FLUSHSLOT slot`. Since Valkey 9.0.0, not in Redis. O(N) in the number of keys.
    fn cluster_flushslot(self, slot: u16) -> Self::Output<()> {
        self.run(cluster_flushslot(slot))
    }

    /// Makes the node forget who has any slot. It must have no key.
    ///
    /// `CLUSTER FLUSHSLOTS`. Since Redis 3.0.0. O(1).
    fn cluster_flushslots(self) -> Self::Output<()> {
        self.run(cluster_flushslots())
    }

    /// Makes the node forget another one, and not learn of it again for a minute.
    ///
    /// `CLUSTER FORGET node-id`. Since Redis 3.0.0. O(1).
    fn cluster_forget(self, node_id: impl ToArg) -> Self::Output<()> {
        self.run(cluster_forget(node_id))
    }

    /// The names of at most so many keys that the node has in a slot.
    ///
    /// `CLUSTER GETKEYSINSLOT slot count`. Since Redis 3.0.0. O(N) in the number of names.
    fn cluster_getkeysinslot<T: FromReply>(self, slot: u16, count: i64) -> Self::Output<Vec<T>> {
        self.run(cluster_getkeysinslot(slot, count))
    }

    /// The slots that move away from or to this node by [`cluster_migrateslots`](Self::cluster_migrateslots), and those
    /// that did so lately.
    ///
    /// `CLUSTER GETSLOTMIGRATIONS`. Since Valkey 9.0.0, not in Redis. O(N) in the number of migrations.
    fn cluster_getslotmigrations(self) -> Self::Output<Vec<SlotMigration>> {
        self.run(cluster_getslotmigrations())
    }

    /// The server's help, line by line.
    ///
    /// `CLUSTER HELP`. Since Redis 5.0.0. O(1).
    fn cluster_help(self) -> Self::Output<Vec<String>> {
        self.run(cluster_help())
    }

    /// How the cluster is, as the node sees it.
    ///
    /// `CLUSTER INFO`. Since Redis 3.0.0. O(1).
    fn cluster_info(self) -> Self::Output<ClusterInfo> {
        self.run(cluster_info())
    }

    /// The slot of a key, from 0 to 16383.
    ///
    /// `CLUSTER KEYSLOT key`. Since Redis 3.0.0. O(N) in the length of the key.
    fn cluster_keyslot(self, key: impl ToArg) -> Self::Output<i64> {
        self.run(cluster_keyslot(key))
    }

    /// The connections to other nodes, two for each.
    ///
    /// `CLUSTER LINKS`. Since Redis 7.0.0. O(N) in the number of nodes.
    fn cluster_links(self) -> Self::Output<Vec<ClusterLink>> {
        self.run(cluster_links())
    }

    /// Introduces another node, by its address. Its bus port is an option of [`cmd::cluster_meet`](cluster_meet()).
    ///
    /// `CLUSTER MEET ip port`. Since Redis 3.0.0. O(1).
    fn cluster_meet(self, ip: impl ToArg, port: u16) -> Self::Output<()> {
        self.run(cluster_meet(ip, port))
    }

    /// Moves slots with their keys to another node, from a first slot to a last one, both included. The answer comes before
    /// that is done: see [`cluster_getslotmigrations`](Self::cluster_getslotmigrations). Other slots to other nodes at the
    /// same time are an option of [`cmd::cluster_migrateslots`](cluster_migrateslots()).
    ///
    /// `CLUSTER MIGRATESLOTS SLOTSRANGE start-slot end-slot [start-slot end-slot ...] NODE node-id`. Since Valkey 9.0.0,
    /// not in Redis. O(N) in the number of slots.
    fn cluster_migrateslots(self, ranges: impl ToPairs, node_id: impl ToArg) -> Self::Output<()> {
        self.run(cluster_migrateslots(ranges, node_id))
    }

    /// The node's id.
    ///
    /// `CLUSTER MYID`. Since Redis 3.0.0. O(1).
    fn cluster_myid(self) -> Self::Output<String> {
        self.run(cluster_myid())
    }

    /// The id that a master shares with its replicas.
    ///
    /// `CLUSTER MYSHARDID`. Since Redis 7.2.0. O(1).
    fn cluster_myshardid(self) -> Self::Output<String> {
        self.run(cluster_myshardid())
    }

    /// The nodes of the cluster, as this one sees them, itself included.
    ///
    /// `CLUSTER NODES`. Since Redis 3.0.0. O(N) in the number of nodes.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::ClusterCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// for node in r.cluster_nodes()?.iter().filter(|node| node.is_master()) {
    ///     println!("{}", node.id);
    /// }
    /// # Ok(()) }
    /// ```
    fn cluster_nodes(self) -> Self::Output<Vec<ClusterNode>> {
        self.run(cluster_nodes())
    }

    /// The replicas of a master.
    ///
    /// `CLUSTER REPLICAS node-id`. Since Redis 5.0.0. O(N) in the number of replicas.
    fn cluster_replicas(self, node_id: impl ToArg) -> Self::Output<Vec<ClusterNode>> {
        self.run(cluster_replicas(node_id))
    }

    /// Makes the node a replica of another one. To make it nobody's is
    /// [`cmd::cluster_replicate_no_one`](cluster_replicate_no_one()).
    ///
    /// `CLUSTER REPLICATE node-id`. Since Redis 3.0.0. O(1).
    fn cluster_replicate(self, node_id: impl ToArg) -> Self::Output<()> {
        self.run(cluster_replicate(node_id))
    }

    /// Makes a replica a master of its own, without slots.
    ///
    /// `CLUSTER REPLICATE NO ONE`. Since Redis 3.0.0, with `NO ONE` since Valkey 9.0.0 and not in Redis. O(1).
    fn cluster_replicate_no_one(self) -> Self::Output<()> {
        self.run(cluster_replicate_no_one())
    }

    /// Makes the node forget the others and its slots; a master must have no key, a replica loses them. With a new id is an
    /// option of [`cmd::cluster_reset`](cluster_reset()).
    ///
    /// `CLUSTER RESET`. Since Redis 3.0.0. O(N) in the number of nodes.
    fn cluster_reset(self) -> Self::Output<()> {
        self.run(cluster_reset())
    }

    /// Writes what the node knows of the cluster to its disk.
    ///
    /// `CLUSTER SAVECONFIG`. Since Redis 3.0.0. O(1).
    fn cluster_saveconfig(self) -> Self::Output<()> {
        self.run(cluster_saveconfig())
    }

    /// Sets the epoch of a node that is new and knows no other.
    ///
    /// `CLUSTER SET-CONFIG-EPOCH config-epoch`. Since Redis 3.0.0. O(1).
    fn cluster_set_config_epoch(self, epoch: u64) -> Self::Output<()> {
        self.run(cluster_set_config_epoch(epoch))
    }

    /// Says to whom a slot belongs or moves.
    ///
    /// `CLUSTER SETSLOT slot <IMPORTING | MIGRATING | NODE | STABLE>`. Since Redis 3.0.0. O(1).
    fn cluster_setslot(self, slot: u16, state: SlotState) -> Self::Output<()> {
        self.run(cluster_setslot(slot, state))
    }

    /// The shards of the cluster: slots, and the nodes that have them.
    ///
    /// `CLUSTER SHARDS`. Since Redis 7.0.0. O(N) in the number of nodes.
    fn cluster_shards(self) -> Self::Output<Vec<ClusterShard>> {
        self.run(cluster_shards())
    }

    /// The replicas of a master, by the command's older name. Servers name [`cluster_replicas`](Self::cluster_replicas) as
    /// its successor.
    ///
    /// `CLUSTER SLAVES node-id`. Since Redis 3.0.0, deprecated since Redis 5.0.0. O(N) in the number of replicas.
    fn cluster_slaves(self, node_id: impl ToArg) -> Self::Output<Vec<ClusterNode>> {
        self.run(cluster_slaves(node_id))
    }

    /// How much the node's slots of a range are used, from a first to a last one, both included. Those that are used most
    /// are had by [`cmd::cluster_slot_stats_orderby`](cluster_slot_stats_orderby()).
    ///
    /// `CLUSTER SLOT-STATS SLOTSRANGE start-slot end-slot`. Since Redis 8.2.0, Valkey 8.0.0. O(N) in the number of slots.
    fn cluster_slot_stats(self, start: u16, end: u16) -> Self::Output<Vec<SlotStats>> {
        self.run(cluster_slot_stats(start, end))
    }

    /// Ranges of slots with the nodes that have them. Servers name [`cluster_shards`](Self::cluster_shards) as its
    /// successor.
    ///
    /// `CLUSTER SLOTS`. Since Redis 3.0.0, deprecated since Redis 7.0.0. O(N) in the number of nodes.
    fn cluster_slots(self) -> Self::Output<Vec<ClusterSlots>> {
        self.run(cluster_slots())
    }

    /// A page of the names of the keys of the whole cluster, which goes on at the node that the cursor's hash tag tells;
    /// the first page is at [`ClusterCursor::START`]. What to look for is an option of [`cmd::clusterscan`](clusterscan()).
    ///
    /// `CLUSTERSCAN cursor`. Since Valkey 9.1.0, not in Redis. O(N) in the number of names.
    fn clusterscan<T: FromReply>(self, cursor: impl Into<ClusterCursor>) -> Self::Output<ClusterScanPage<T>> {
        self.run(clusterscan(cursor))
    }
}

impl<E: Execute> ClusterCommands for E {}

/// `CLUSTER BUMPEPOCH`: see [`ClusterCommands::cluster_bumpepoch`].
pub fn cluster_bumpepoch() -> Cmd<EpochBump> {
    Cmd::new(&spec::CLUSTER_BUMPEPOCH, EpochBump::read)
}

/// `CLUSTER COUNT-FAILURE-REPORTS node-id`: see [`ClusterCommands::cluster_count_failure_reports`].
pub fn cluster_count_failure_reports(node_id: impl ToArg) -> Cmd<i64> {
    Cmd::new(&spec::CLUSTER_COUNT_FAILURE_REPORTS, i64::from_reply).arg(node_id)
}

/// `CLUSTER FORGET node-id`: see [`ClusterCommands::cluster_forget`].
pub fn cluster_forget(node_id: impl ToArg) -> Cmd<()> {
    Cmd::new(&spec::CLUSTER_FORGET, ok).arg(node_id)
}

/// `CLUSTER HELP`: see [`ClusterCommands::cluster_help`].
pub fn cluster_help() -> Cmd<Vec<String>> {
    Cmd::new(&spec::CLUSTER_HELP, texts)
}

/// `CLUSTER INFO`: see [`ClusterCommands::cluster_info`].
pub fn cluster_info() -> Cmd<ClusterInfo> {
    Cmd::new(&spec::CLUSTER_INFO, ClusterInfo::read)
}

/// `CLUSTER LINKS`: see [`ClusterCommands::cluster_links`].
pub fn cluster_links() -> Cmd<Vec<ClusterLink>> {
    Cmd::new(&spec::CLUSTER_LINKS, ClusterLink::read_list)
}

/// `CLUSTER MYID`: see [`ClusterCommands::cluster_myid`].
pub fn cluster_myid() -> Cmd<String> {
    Cmd::new(&spec::CLUSTER_MYID, text)
}

/// `CLUSTER MYSHARDID`: see [`ClusterCommands::cluster_myshardid`].
pub fn cluster_myshardid() -> Cmd<String> {
    Cmd::new(&spec::CLUSTER_MYSHARDID, text)
}

/// `CLUSTER NODES`: see [`ClusterCommands::cluster_nodes`].
pub fn cluster_nodes() -> Cmd<Vec<ClusterNode>> {
    Cmd::new(&spec::CLUSTER_NODES, ClusterNode::read_list)
}

/// `CLUSTER REPLICAS node-id`: see [`ClusterCommands::cluster_replicas`].
pub fn cluster_replicas(node_id: impl ToArg) -> Cmd<Vec<ClusterNode>> {
    Cmd::new(&spec::CLUSTER_REPLICAS, ClusterNode::read_list).arg(node_id)
}

/// `CLUSTER REPLICATE node-id`: see [`ClusterCommands::cluster_replicate`].
pub fn cluster_replicate(node_id: impl ToArg) -> Cmd<()> {
    Cmd::new(&spec::CLUSTER_REPLICATE, ok).arg(node_id)
}

/// `CLUSTER REPLICATE NO ONE`: see [`ClusterCommands::cluster_replicate_no_one`].
pub fn cluster_replicate_no_one() -> Cmd<()> {
    Cmd::new(&spec::CLUSTER_REPLICATE, ok).arg(("NO", "ONE"))
}

/// `CLUSTER SAVECONFIG`: see [`ClusterCommands::cluster_saveconfig`].
pub fn cluster_saveconfig() -> Cmd<()> {
    Cmd::new(&spec::CLUSTER_SAVECONFIG, ok)
}

/// `CLUSTER SET-CONFIG-EPOCH config-epoch`: see [`ClusterCommands::cluster_set_config_epoch`].
pub fn cluster_set_config_epoch(epoch: u64) -> Cmd<()> {
    Cmd::new(&spec::CLUSTER_SET_CONFIG_EPOCH, ok).arg(epoch)
}

/// `CLUSTER SHARDS`: see [`ClusterCommands::cluster_shards`].
pub fn cluster_shards() -> Cmd<Vec<ClusterShard>> {
    Cmd::new(&spec::CLUSTER_SHARDS, ClusterShard::read_list)
}

/// `CLUSTER SLAVES node-id`: see [`ClusterCommands::cluster_slaves`].
pub fn cluster_slaves(node_id: impl ToArg) -> Cmd<Vec<ClusterNode>> {
    Cmd::new(&spec::CLUSTER_SLAVES, ClusterNode::read_list).arg(node_id)
}

/// `CLUSTER SLOTS`: see [`ClusterCommands::cluster_slots`].
pub fn cluster_slots() -> Cmd<Vec<ClusterSlots>> {
    Cmd::new(&spec::CLUSTER_SLOTS, ClusterSlots::read_list)
}

fn of_slots(spec: &'static Spec, slots: impl ToArgs) -> Cmd<()> {
    let mut request = Request::new(spec);
    request.some_args("slots", slots);
    Cmd::from_request(request, ok)
}

fn of_ranges(spec: &'static Spec, ranges: impl ToPairs) -> Cmd<()> {
    let mut request = Request::new(spec);
    request.some_pairs("ranges", ranges);
    Cmd::from_request(request, ok)
}
