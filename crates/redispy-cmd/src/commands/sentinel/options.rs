//! Commands of Sentinels that have options.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::arg::{Arg, ToArg, ToMillis, ToPairs};
use crate::cmd::{Cmd, Request};
use crate::execute::IntoCmd;
use crate::replies::times;
use crate::reply::ok;
use crate::spec;

/// `SENTINEL DEBUG` with its options ([`SentinelDebug`]): see
/// [`SentinelCommands::sentinel_debug`](super::SentinelCommands::sentinel_debug).
///
/// ```
/// use std::time::Duration;
/// use redispy_cmd::commands::sentinel_debug;
///
/// let hasty = sentinel_debug().set("PING-PERIOD", Duration::from_millis(100)).set("INFO-PERIOD", 1000);
/// ```
pub fn sentinel_debug() -> SentinelDebug {
    SentinelDebug { request: Request::new(&spec::SENTINEL_DEBUG) }
}

/// `SENTINEL FAILOVER master-name` with its options ([`SentinelFailover`]): see
/// [`SentinelCommands::sentinel_failover`](super::SentinelCommands::sentinel_failover).
pub fn sentinel_failover(master: impl ToArg) -> SentinelFailover {
    SentinelFailover { cmd: Cmd::new(&spec::SENTINEL_FAILOVER, ok).arg(master) }
}

/// `SENTINEL SET master-name option value [option value ...]` with its options ([`SentinelSet`]): see
/// [`SentinelCommands::sentinel_set`](super::SentinelCommands::sentinel_set).
pub fn sentinel_set(master: impl ToArg, options: impl ToPairs) -> SentinelSet {
    let mut request = Request::new(&spec::SENTINEL_SET);
    request.arg(master);
    request.some_pairs("options", options);
    SentinelSet { request }
}

/// `SENTINEL DEBUG` with its options; [`sentinel_debug()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct SentinelDebug {
    request: Request,
}

/// `SENTINEL DEBUG` that sets times; [`SentinelDebug::set`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct SentinelDebugSet {
    request: Request,
}

/// `SENTINEL FAILOVER` with its options; [`sentinel_failover()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct SentinelFailover {
    cmd: Cmd<()>,
}

/// `SENTINEL SET` with its options; [`sentinel_set()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct SentinelSet {
    request: Request,
}

/// When a Sentinel ends itself; see
/// [`SentinelCommands::sentinel_simulate_failure`](super::SentinelCommands::sentinel_simulate_failure).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SentinelCrash {
    /// When it was chosen to fail a master over.
    AfterElection,
    /// When it has made a replica the new master, and told nobody.
    AfterPromotion,
}

impl SentinelDebug {
    /// `parameter value`: sets this time instead of telling all: `INFO-PERIOD`, `PING-PERIOD`, `ASK-PERIOD`, `TILT-PERIOD` ...
    pub fn set(self, parameter: impl ToArg, time: impl ToMillis) -> SentinelDebugSet {
        SentinelDebugSet { request: self.request }.set(parameter, time)
    }
}

impl IntoCmd for SentinelDebug {
    type Reply = BTreeMap<String, Duration>;

    fn into_cmd(self) -> Cmd<Self::Reply> {
        Cmd::from_request(self.request, times)
    }
}

impl SentinelDebugSet {
    /// `parameter value`: sets this time too.
    pub fn set(mut self, parameter: impl ToArg, time: impl ToMillis) -> Self {
        self.request.arg(parameter);
        time.to_millis().write("time", &mut self.request);
        self
    }
}

impl IntoCmd for SentinelDebugSet {
    type Reply = ();

    fn into_cmd(self) -> Cmd<()> {
        Cmd::from_request(self.request, ok)
    }
}

impl SentinelFailover {
    /// `COORDINATED`: asks the master to hand over, which loses no write. Since Valkey 9.0.0, not in Redis.
    pub fn coordinated(self) -> Cmd<()> {
        self.cmd.arg("COORDINATED")
    }
}

impl IntoCmd for SentinelFailover {
    type Reply = ();

    fn into_cmd(self) -> Cmd<()> {
        self.cmd
    }
}

impl SentinelSet {
    /// `rename-command command name`: the Sentinel calls a command of the servers by this name.
    pub fn rename_command(mut self, command: impl ToArg, name: impl ToArg) -> Self {
        self.request.args(("rename-command", command, name));
        self
    }
}

impl IntoCmd for SentinelSet {
    type Reply = ();

    fn into_cmd(self) -> Cmd<()> {
        Cmd::from_request(self.request, ok)
    }
}

impl ToArg for SentinelCrash {
    fn write_arg(&self, arg: Arg<'_>) {
        let word = match self {
            SentinelCrash::AfterElection => "crash-after-election",
            SentinelCrash::AfterPromotion => "crash-after-promotion",
        };
        word.write_arg(arg);
    }
}
