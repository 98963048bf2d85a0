//! Slots on the move, and slots made empty.

use crate::arg::{ToArg, ToPairs};
use crate::cmd::{Cmd, Request};
use crate::commands::server::Flush;
use crate::execute::IntoCmd;
use crate::replies::SlotMigration;
use crate::reply::ok;
use crate::spec;

/// `CLUSTER CANCELSLOTMIGRATIONS`: see
/// [`ClusterCommands::cluster_cancelslotmigrations`](super::ClusterCommands::cluster_cancelslotmigrations).
pub fn cluster_cancelslotmigrations() -> Cmd<()> {
    Cmd::new(&spec::CLUSTER_CANCELSLOTMIGRATIONS, ok)
}

/// `CLUSTER FLUSHSLOT slot` with its options ([`Flush`]): see
/// [`ClusterCommands::cluster_flushslot`](super::ClusterCommands::cluster_flushslot).
pub fn cluster_flushslot(slot: u16) -> Flush {
    let mut request = Request::new(&spec::CLUSTER_FLUSHSLOT);
    request.arg(slot);
    Flush::of(request)
}

/// `CLUSTER GETSLOTMIGRATIONS`: see
/// [`ClusterCommands::cluster_getslotmigrations`](super::ClusterCommands::cluster_getslotmigrations).
pub fn cluster_getslotmigrations() -> Cmd<Vec<SlotMigration>> {
    Cmd::new(&spec::CLUSTER_GETSLOTMIGRATIONS, SlotMigration::read_list)
}

/// `CLUSTER MIGRATESLOTS SLOTSRANGE start-slot end-slot [start-slot end-slot ...] NODE node-id` with its options
/// ([`ClusterMigrateslots`]): see [`ClusterCommands::cluster_migrateslots`](super::ClusterCommands::cluster_migrateslots).
///
/// ```
/// # use redispy_cmd::commands as cmd;
/// let both = cmd::cluster_migrateslots([(0, 99), (200, 299)], "a-node-id").and((100, 199), "another-id");
/// ```
pub fn cluster_migrateslots(ranges: impl ToPairs, node_id: impl ToArg) -> ClusterMigrateslots {
    ClusterMigrateslots { request: Request::new(&spec::CLUSTER_MIGRATESLOTS) }.and(ranges, node_id)
}

/// `CLUSTER MIGRATESLOTS` with its options; [`cluster_migrateslots()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct ClusterMigrateslots {
    request: Request,
}

impl ClusterMigrateslots {
    /// `SLOTSRANGE start-slot end-slot [start-slot end-slot ...] NODE node-id`: moves these slots too, to this node.
    pub fn and(mut self, ranges: impl ToPairs, node_id: impl ToArg) -> Self {
        self.request.arg("SLOTSRANGE");
        self.request.some_pairs("ranges", ranges);
        self.request.args(("NODE", node_id));
        self
    }
}

impl IntoCmd for ClusterMigrateslots {
    type Reply = ();

    fn into_cmd(self) -> Cmd<()> {
        Cmd::from_request(self.request, ok)
    }
}
