//! SENTINEL: what Sentinels know of the masters that they watch, and what they shall do.

mod options;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::arg::{ToArg, ToArgs, ToPairs};
use crate::cmd::{Cmd, Request};
use crate::execute::Execute;
use crate::replies::fields::{text, texts};
use crate::replies::{
    CachedInfo, PendingScript, SentinelMaster, SentinelPeer, SentinelReplica, SentinelVerdict,
    usable_sentinels,
};
use crate::reply::{FromReply, ok};
use crate::spec;

use super::config::parameters_with_values;

pub use options::*;

/// The commands of a Sentinel, on everything that takes commands: a client whose server is a Sentinel. Ordinary servers answer them
/// with an error.
///
/// Masters are named as Sentinels know them (`mymaster`). One that they do not know is an error, except where it is said otherwise.
/// Newer Valkey has some commands a second time with `PRIMARY` for `MASTER`; the older names work on every Sentinel.
pub trait SentinelCommands: Execute {
    /// Asks whether enough Sentinels are there to fail a master over. The reply is how many are usable; too few are an error with the
    /// code `NOQUORUM`.
    ///
    /// `SENTINEL CKQUORUM master-name`. Since Redis 2.8.4. O(N) in the number of Sentinels.
    fn sentinel_ckquorum(self, master: impl ToArg) -> Self::Output<i64> {
        self.run(sentinel_ckquorum(master))
    }

    /// The Sentinel's own parameters that match a pattern, with their values.
    ///
    /// `SENTINEL CONFIG GET parameter [parameter ...]`. Since Redis 6.2.0, many patterns since 7.2.0. O(N) in the number of
    /// patterns.
    fn sentinel_config_get(self, parameters: impl ToArgs) -> Self::Output<BTreeMap<String, String>> {
        self.run(sentinel_config_get(parameters))
    }

    /// Sets parameters of the Sentinel's own.
    ///
    /// `SENTINEL CONFIG SET parameter value [parameter value ...]`. Since Redis 6.2.0, many parameters since 7.2.0. O(N) in the number
    /// of parameters.
    fn sentinel_config_set(self, parameters: impl ToPairs) -> Self::Output<()> {
        self.run(sentinel_config_set(parameters))
    }

    /// The times by which the Sentinel works, at millisecond precision. To set them is an option of
    /// [`cmd::sentinel_debug`](sentinel_debug()).
    ///
    /// `SENTINEL DEBUG`. Since Redis 7.0.0. O(N) in the number of times.
    fn sentinel_debug(self) -> Self::Output<BTreeMap<String, Duration>> {
        self.run(sentinel_debug())
    }

    /// Begins to fail a master over without asking other Sentinels. Without a usable replica it is an error with the code
    /// `NOGOODSLAVE`. In agreement with the master it is an option of [`cmd::sentinel_failover`](sentinel_failover()).
    ///
    /// `SENTINEL FAILOVER master-name`. Since Redis 2.8.4. O(1).
    fn sentinel_failover(self, master: impl ToArg) -> Self::Output<()> {
        self.run(sentinel_failover(master))
    }

    /// Writes what the Sentinel knows to its configuration file.
    ///
    /// `SENTINEL FLUSHCONFIG`. Since Redis 2.8.4. O(1).
    fn sentinel_flushconfig(self) -> Self::Output<()> {
        self.run(sentinel_flushconfig())
    }

    /// Address and port of a master: of the new one as soon as a failover has succeeded. The reply is `None` for a master that the
    /// Sentinel does not know.
    ///
    /// `SENTINEL GET-MASTER-ADDR-BY-NAME master-name`. Since Redis 2.8.4. O(1).
    ///
    /// ```
    /// use redispy_cmd::commands::SentinelCommands;
    /// use redispy_cmd::{Call, ReplyError};
    ///
    /// fn master(sentinel: &impl Call<Error = ReplyError>) -> Result<Option<String>, ReplyError> {
    ///     let address = sentinel.sentinel_get_master_addr_by_name("mymaster")?;
    ///     Ok(address.map(|(host, port)| format!("{host}:{port}")))
    /// }
    /// ```
    fn sentinel_get_master_addr_by_name(self, master: impl ToArg) -> Self::Output<Option<(String, u16)>> {
        self.run(sentinel_get_master_addr_by_name(master))
    }

    /// As [`sentinel_get_master_addr_by_name`](Self::sentinel_get_master_addr_by_name), by the name that newer Valkey prefers.
    ///
    /// `SENTINEL GET-PRIMARY-ADDR-BY-NAME primary-name`. Since Valkey 8.0.0, not in Redis. O(1).
    fn sentinel_get_primary_addr_by_name(self, primary: impl ToArg) -> Self::Output<Option<(String, u16)>> {
        self.run(sentinel_get_primary_addr_by_name(primary))
    }

    /// The Sentinel's help, line by line.
    ///
    /// `SENTINEL HELP`. Since Redis 6.2.0. O(1).
    fn sentinel_help(self) -> Self::Output<Vec<String>> {
        self.run(sentinel_help())
    }

    /// What masters and their replicas answered to INFO when the Sentinel asked last. The reply has for each master by name what it
    /// said, and then its replicas; masters that the Sentinel does not know are left out.
    ///
    /// `SENTINEL INFO-CACHE nodename [nodename ...]`. Since Redis 3.2.0. O(N) in the number of instances.
    fn sentinel_info_cache(self, masters: impl ToArgs) -> Self::Output<BTreeMap<String, Vec<CachedInfo>>> {
        self.run(sentinel_info_cache(masters))
    }

    /// Whether the Sentinel takes the master at an address for down, which needs no master to be there. With the id `*` that is all;
    /// with the id of a Sentinel it is asked to choose that one for a failover, as Sentinels do among themselves.
    ///
    /// `SENTINEL IS-MASTER-DOWN-BY-ADDR ip port current-epoch runid`. Since Redis 2.8.4. O(1).
    fn sentinel_is_master_down_by_addr(
        self,
        ip: impl ToArg,
        port: u16,
        current_epoch: u64,
        runid: impl ToArg,
    ) -> Self::Output<SentinelVerdict> {
        self.run(sentinel_is_master_down_by_addr(ip, port, current_epoch, runid))
    }

    /// As [`sentinel_is_master_down_by_addr`](Self::sentinel_is_master_down_by_addr), by the name that newer Valkey prefers.
    ///
    /// `SENTINEL IS-PRIMARY-DOWN-BY-ADDR ip port current-epoch runid`. Since Valkey 8.0.0, not in Redis. O(1).
    fn sentinel_is_primary_down_by_addr(
        self,
        ip: impl ToArg,
        port: u16,
        current_epoch: u64,
        runid: impl ToArg,
    ) -> Self::Output<SentinelVerdict> {
        self.run(sentinel_is_primary_down_by_addr(ip, port, current_epoch, runid))
    }

    /// What the Sentinel knows of a master.
    ///
    /// `SENTINEL MASTER master-name`. Since Redis 2.8.4. O(1).
    fn sentinel_master(self, master: impl ToArg) -> Self::Output<SentinelMaster> {
        self.run(sentinel_master(master))
    }

    /// What the Sentinel knows of all masters that it watches.
    ///
    /// `SENTINEL MASTERS`. Since Redis 2.8.4. O(N) in the number of masters.
    fn sentinel_masters(self) -> Self::Output<Vec<SentinelMaster>> {
        self.run(sentinel_masters())
    }

    /// Begins to watch a master. So many Sentinels must agree that it is down. A name that the Sentinel knows is an error.
    ///
    /// `SENTINEL MONITOR name ip port quorum`. Since Redis 2.8.4. O(1).
    fn sentinel_monitor(self, name: impl ToArg, ip: impl ToArg, port: u16, quorum: u32) -> Self::Output<()> {
        self.run(sentinel_monitor(name, ip, port, quorum))
    }

    /// The Sentinel's id.
    ///
    /// `SENTINEL MYID`. Since Redis 6.2.0. O(1).
    fn sentinel_myid(self) -> Self::Output<String> {
        self.run(sentinel_myid())
    }

    /// The programs that the Sentinel runs or will run.
    ///
    /// `SENTINEL PENDING-SCRIPTS`. Since Redis 2.8.4. O(N) in the number of programs.
    fn sentinel_pending_scripts(self) -> Self::Output<Vec<PendingScript>> {
        self.run(sentinel_pending_scripts())
    }

    /// As [`sentinel_masters`](Self::sentinel_masters), by the name that newer Valkey prefers.
    ///
    /// `SENTINEL PRIMARIES`. Since Valkey 8.0.0, not in Redis. O(N) in the number of masters.
    fn sentinel_primaries(self) -> Self::Output<Vec<SentinelMaster>> {
        self.run(sentinel_primaries())
    }

    /// As [`sentinel_master`](Self::sentinel_master), by the name that newer Valkey prefers.
    ///
    /// `SENTINEL PRIMARY primary-name`. Since Valkey 8.0.0, not in Redis. O(1).
    fn sentinel_primary(self, primary: impl ToArg) -> Self::Output<SentinelMaster> {
        self.run(sentinel_primary(primary))
    }

    /// Stops watching a master.
    ///
    /// `SENTINEL REMOVE master-name`. Since Redis 2.8.4. O(1).
    fn sentinel_remove(self, master: impl ToArg) -> Self::Output<()> {
        self.run(sentinel_remove(master))
    }

    /// What the Sentinel knows of the replicas of a master.
    ///
    /// `SENTINEL REPLICAS master-name`. Since Redis 5.0.0. O(N) in the number of replicas.
    fn sentinel_replicas(self, master: impl ToArg) -> Self::Output<Vec<SentinelReplica>> {
        self.run(sentinel_replicas(master))
    }

    /// Forgets replicas, Sentinels and failovers of the masters whose names match a pattern, to find them anew. The reply is how many
    /// masters these are.
    ///
    /// `SENTINEL RESET pattern`. Since Redis 2.8.4. O(N) in the number of masters.
    fn sentinel_reset(self, pattern: impl ToArg) -> Self::Output<i64> {
        self.run(sentinel_reset(pattern))
    }

    /// What the Sentinel knows of the other Sentinels that watch a master.
    ///
    /// `SENTINEL SENTINELS master-name`. Since Redis 2.8.4. O(N) in the number of Sentinels.
    fn sentinel_sentinels(self, master: impl ToArg) -> Self::Output<Vec<SentinelPeer>> {
        self.run(sentinel_sentinels(master))
    }

    /// Sets how a master is watched: `quorum`, `down-after-milliseconds`, `failover-timeout`, `parallel-syncs`, `auth-pass` ... This
    /// Sentinel tells no other. What takes two values is an option of [`cmd::sentinel_set`](sentinel_set()).
    ///
    /// `SENTINEL SET master-name option value [option value ...]`. Since Redis 2.8.4. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::SentinelCommands};
    /// # fn example<C: Call>(sentinel: &C) -> Result<(), C::Error> {
    /// sentinel.sentinel_set("mymaster", [("quorum", 2), ("down-after-milliseconds", 5000)])?;
    /// # Ok(()) }
    /// ```
    fn sentinel_set(self, master: impl ToArg, options: impl ToPairs) -> Self::Output<()> {
        self.run(sentinel_set(master, options))
    }

    /// Makes the Sentinel end itself in the middle of its next failover, to test the others: one [`SentinelCrash`] or both.
    ///
    /// `SENTINEL SIMULATE-FAILURE [crash-after-election] [crash-after-promotion]`. Since Redis 3.2.0. O(1).
    fn sentinel_simulate_failure(self, crashes: impl ToArgs) -> Self::Output<()> {
        self.run(sentinel_simulate_failure(crashes))
    }

    /// What the Sentinel knows of the replicas of a master, by the command's older name. Servers name
    /// [`sentinel_replicas`](Self::sentinel_replicas) as its successor.
    ///
    /// `SENTINEL SLAVES master-name`. Since Redis 2.8.0, deprecated since Redis 5.0.0. O(N) in the number of replicas.
    fn sentinel_slaves(self, master: impl ToArg) -> Self::Output<Vec<SentinelReplica>> {
        self.run(sentinel_slaves(master))
    }
}

impl<E: Execute> SentinelCommands for E {}

/// `SENTINEL CKQUORUM master-name`: see [`SentinelCommands::sentinel_ckquorum`].
pub fn sentinel_ckquorum(master: impl ToArg) -> Cmd<i64> {
    Cmd::new(&spec::SENTINEL_CKQUORUM, usable_sentinels).arg(master)
}

/// `SENTINEL CONFIG GET parameter [parameter ...]`: see [`SentinelCommands::sentinel_config_get`].
pub fn sentinel_config_get(parameters: impl ToArgs) -> Cmd<BTreeMap<String, String>> {
    let mut request = Request::new(&spec::SENTINEL_CONFIG);
    request.arg("GET");
    request.some_args("parameters", parameters);
    Cmd::from_request(request, parameters_with_values)
}

/// `SENTINEL CONFIG SET parameter value [parameter value ...]`: see [`SentinelCommands::sentinel_config_set`].
pub fn sentinel_config_set(parameters: impl ToPairs) -> Cmd<()> {
    let mut request = Request::new(&spec::SENTINEL_CONFIG);
    request.arg("SET");
    request.some_pairs("parameters", parameters);
    Cmd::from_request(request, ok)
}

/// `SENTINEL FLUSHCONFIG`: see [`SentinelCommands::sentinel_flushconfig`].
pub fn sentinel_flushconfig() -> Cmd<()> {
    Cmd::new(&spec::SENTINEL_FLUSHCONFIG, ok)
}

/// `SENTINEL GET-MASTER-ADDR-BY-NAME master-name`: see [`SentinelCommands::sentinel_get_master_addr_by_name`].
pub fn sentinel_get_master_addr_by_name(master: impl ToArg) -> Cmd<Option<(String, u16)>> {
    Cmd::new(&spec::SENTINEL_GET_MASTER_ADDR_BY_NAME, Option::from_reply).arg(master)
}

/// `SENTINEL GET-PRIMARY-ADDR-BY-NAME primary-name`: see [`SentinelCommands::sentinel_get_primary_addr_by_name`].
pub fn sentinel_get_primary_addr_by_name(primary: impl ToArg) -> Cmd<Option<(String, u16)>> {
    Cmd::new(&spec::SENTINEL_GET_PRIMARY_ADDR_BY_NAME, Option::from_reply).arg(primary)
}

/// `SENTINEL HELP`: see [`SentinelCommands::sentinel_help`].
pub fn sentinel_help() -> Cmd<Vec<String>> {
    Cmd::new(&spec::SENTINEL_HELP, texts)
}

/// `SENTINEL INFO-CACHE nodename [nodename ...]`: see [`SentinelCommands::sentinel_info_cache`].
pub fn sentinel_info_cache(masters: impl ToArgs) -> Cmd<BTreeMap<String, Vec<CachedInfo>>> {
    let mut request = Request::new(&spec::SENTINEL_INFO_CACHE);
    request.some_args("masters", masters);
    Cmd::from_request(request, CachedInfo::read_map)
}

/// `SENTINEL IS-MASTER-DOWN-BY-ADDR ip port current-epoch runid`: see
/// [`SentinelCommands::sentinel_is_master_down_by_addr`].
pub fn sentinel_is_master_down_by_addr(
    ip: impl ToArg,
    port: u16,
    current_epoch: u64,
    runid: impl ToArg,
) -> Cmd<SentinelVerdict> {
    let cmd = Cmd::new(&spec::SENTINEL_IS_MASTER_DOWN_BY_ADDR, SentinelVerdict::read);
    cmd.arg(ip).arg((port, current_epoch)).arg(runid)
}

/// `SENTINEL IS-PRIMARY-DOWN-BY-ADDR ip port current-epoch runid`: see
/// [`SentinelCommands::sentinel_is_primary_down_by_addr`].
pub fn sentinel_is_primary_down_by_addr(
    ip: impl ToArg,
    port: u16,
    current_epoch: u64,
    runid: impl ToArg,
) -> Cmd<SentinelVerdict> {
    let cmd = Cmd::new(&spec::SENTINEL_IS_PRIMARY_DOWN_BY_ADDR, SentinelVerdict::read);
    cmd.arg(ip).arg((port, current_epoch)).arg(runid)
}

/// `SENTINEL MASTER master-name`: see [`SentinelCommands::sentinel_master`].
pub fn sentinel_master(master: impl ToArg) -> Cmd<SentinelMaster> {
    Cmd::new(&spec::SENTINEL_MASTER, SentinelMaster::read).arg(master)
}

/// `SENTINEL MASTERS`: see [`SentinelCommands::sentinel_masters`].
pub fn sentinel_masters() -> Cmd<Vec<SentinelMaster>> {
    Cmd::new(&spec::SENTINEL_MASTERS, SentinelMaster::read_list)
}

/// `SENTINEL MONITOR name ip port quorum`: see [`SentinelCommands::sentinel_monitor`].
pub fn sentinel_monitor(name: impl ToArg, ip: impl ToArg, port: u16, quorum: u32) -> Cmd<()> {
    Cmd::new(&spec::SENTINEL_MONITOR, ok).arg(name).arg(ip).arg((port, quorum))
}

/// `SENTINEL MYID`: see [`SentinelCommands::sentinel_myid`].
pub fn sentinel_myid() -> Cmd<String> {
    Cmd::new(&spec::SENTINEL_MYID, text)
}

/// `SENTINEL PENDING-SCRIPTS`: see [`SentinelCommands::sentinel_pending_scripts`].
pub fn sentinel_pending_scripts() -> Cmd<Vec<PendingScript>> {
    Cmd::new(&spec::SENTINEL_PENDING_SCRIPTS, PendingScript::read_list)
}

/// `SENTINEL PRIMARIES`: see [`SentinelCommands::sentinel_primaries`].
pub fn sentinel_primaries() -> Cmd<Vec<SentinelMaster>> {
    Cmd::new(&spec::SENTINEL_PRIMARIES, SentinelMaster::read_list)
}

/// `SENTINEL PRIMARY primary-name`: see [`SentinelCommands::sentinel_primary`].
pub fn sentinel_primary(primary: impl ToArg) -> Cmd<SentinelMaster> {
    Cmd::new(&spec::SENTINEL_PRIMARY, SentinelMaster::read).arg(primary)
}

/// `SENTINEL REMOVE master-name`: see [`SentinelCommands::sentinel_remove`].
pub fn sentinel_remove(master: impl ToArg) -> Cmd<()> {
    Cmd::new(&spec::SENTINEL_REMOVE, ok).arg(master)
}

/// `SENTINEL REPLICAS master-name`: see [`SentinelCommands::sentinel_replicas`].
pub fn sentinel_replicas(master: impl ToArg) -> Cmd<Vec<SentinelReplica>> {
    Cmd::new(&spec::SENTINEL_REPLICAS, SentinelReplica::read_list).arg(master)
}

/// `SENTINEL RESET pattern`: see [`SentinelCommands::sentinel_reset`].
pub fn sentinel_reset(pattern: impl ToArg) -> Cmd<i64> {
    Cmd::new(&spec::SENTINEL_RESET, i64::from_reply).arg(pattern)
}

/// `SENTINEL SENTINELS master-name`: see [`SentinelCommands::sentinel_sentinels`].
pub fn sentinel_sentinels(master: impl ToArg) -> Cmd<Vec<SentinelPeer>> {
    Cmd::new(&spec::SENTINEL_SENTINELS, SentinelPeer::read_list).arg(master)
}

/// `SENTINEL SIMULATE-FAILURE [crash-after-election] [crash-after-promotion]`: see
/// [`SentinelCommands::sentinel_simulate_failure`].
pub fn sentinel_simulate_failure(crashes: impl ToArgs) -> Cmd<()> {
    let mut request = Request::new(&spec::SENTINEL_SIMULATE_FAILURE);
    request.some_args("crashes", crashes);
    Cmd::from_request(request, ok)
}

/// `SENTINEL SLAVES master-name`: see [`SentinelCommands::sentinel_slaves`].
pub fn sentinel_slaves(master: impl ToArg) -> Cmd<Vec<SentinelReplica>> {
    Cmd::new(&spec::SENTINEL_SLAVES, SentinelReplica::read_list).arg(master)
}
