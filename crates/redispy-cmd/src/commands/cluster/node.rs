//! Nodes: making them meet, fail over, start anew.

use crate::arg::ToArg;
use crate::cmd::{Cmd, Request};
use crate::execute::IntoCmd;
use crate::reply::ok;
use crate::spec;

/// `CLUSTER FAILOVER` with its options ([`ClusterFailover`]): see
/// [`ClusterCommands::cluster_failover`](super::ClusterCommands::cluster_failover).
pub fn cluster_failover() -> ClusterFailover {
    ClusterFailover { mode: None }
}

/// `CLUSTER MEET ip port` with its options ([`ClusterMeet`]): see
/// [`ClusterCommands::cluster_meet`](super::ClusterCommands::cluster_meet).
pub fn cluster_meet(ip: impl ToArg, port: u16) -> ClusterMeet {
    ClusterMeet { cmd: Cmd::new(&spec::CLUSTER_MEET, ok).arg(ip).arg(port) }
}

/// `CLUSTER RESET` with its options ([`ClusterReset`]): see
/// [`ClusterCommands::cluster_reset`](super::ClusterCommands::cluster_reset).
pub fn cluster_reset() -> ClusterReset {
    ClusterReset { mode: None }
}

/// `CLUSTER FAILOVER` with its options; [`cluster_failover()`] makes it. The last one counts.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct ClusterFailover {
    mode: Option<&'static str>,
}

impl ClusterFailover {
    /// `FORCE`: does not ask the master, which may be down; the other masters must agree.
    pub fn force(mut self) -> Self {
        self.mode = Some("FORCE");
        self
    }

    /// `TAKEOVER`: asks nobody.
    pub fn takeover(mut self) -> Self {
        self.mode = Some("TAKEOVER");
        self
    }
}

impl IntoCmd for ClusterFailover {
    type Reply = ();

    fn into_cmd(self) -> Cmd<()> {
        let mut request = Request::new(&spec::CLUSTER_FAILOVER);
        if let Some(mode) = self.mode {
            request.arg(mode);
        }
        Cmd::from_request(request, ok)
    }
}

/// `CLUSTER MEET` with its options; [`cluster_meet()`] makes it.
///
/// The other node's bus port is 10000 above its port unless it is said.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct ClusterMeet {
    cmd: Cmd<()>,
}

impl ClusterMeet {
    /// `cluster-bus-port`: the port on which nodes talk to each other. Since Redis 4.0.0.
    pub fn bus_port(self, port: u16) -> Cmd<()> {
        self.cmd.arg(port)
    }
}

impl IntoCmd for ClusterMeet {
    type Reply = ();

    fn into_cmd(self) -> Cmd<()> {
        self.cmd
    }
}

/// `CLUSTER RESET` with its options; [`cluster_reset()`] makes it. The last one counts.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct ClusterReset {
    mode: Option<&'static str>,
}

impl ClusterReset {
    /// `HARD`: the node gets a new id, and its epochs begin anew.
    pub fn hard(mut self) -> Self {
        self.mode = Some("HARD");
        self
    }

    /// `SOFT`: the node keeps its id and its epoch, as when nothing is said.
    pub fn soft(mut self) -> Self {
        self.mode = Some("SOFT");
        self
    }
}

impl IntoCmd for ClusterReset {
    type Reply = ();

    fn into_cmd(self) -> Cmd<()> {
        let mut request = Request::new(&spec::CLUSTER_RESET);
        if let Some(mode) = self.mode {
            request.arg(mode);
        }
        Cmd::from_request(request, ok)
    }
}
