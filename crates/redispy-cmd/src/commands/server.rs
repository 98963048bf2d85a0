//! The server itself: its data as a whole, its replication, its end.
//!
//! Left out, since they are no commands of a client:
//!
//! - `PSYNC`, `SYNC` and `REPLCONF` are what replicas say to their master; from then on the connection is a stream of writes.
//! - `MONITOR` turns its connection into a stream too: [`monitor()`](super::monitor()) is for code that reads one itself.
//! - `RESTORE-ASKING` is what nodes of a cluster say to each other while slots move; `RESTORE` is the command for clients.
//! - `DEBUG` other than `DEBUG OBJECT` is for the servers' own tests and changes from version to version:
//!   `cmd("DEBUG").arg(..)` runs it.

use std::time::{Duration, SystemTime};

use resp_proto::Node;

use crate::arg::{TimeArg, ToArg, ToArgs, ToMillis};
use crate::cmd::{Cmd, Request};
use crate::execute::{Execute, IntoCmd, MayBlock};
use crate::replies::fields::text;
use crate::replies::{DebugObject, Info, Role};
use crate::reply::{FromReply, ReplyError, ok};
use crate::spec::{self, Spec};

/// The commands about the server as a whole.
pub trait ServerCommands: Execute {
    /// Writes the append-only file anew, in the background. The reply is whether that began or waits for its turn.
    ///
    /// `BGREWRITEAOF`. Since Redis 1.0.0. O(1).
    fn bgrewriteaof(self) -> Self::Output<Background> {
        self.run(bgrewriteaof())
    }

    /// Writes the data to disk, in the background. The reply is whether that began or waits for its turn. To wait for a
    /// rewrite that runs is an option of [`cmd::bgsave`](bgsave()).
    ///
    /// `BGSAVE`. Since Redis 1.0.0. O(1).
    fn bgsave(self) -> Self::Output<Background> {
        self.run(bgsave())
    }

    /// How many keys the database holds.
    ///
    /// `DBSIZE`. Since Redis 1.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::ServerCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let keys = r.dbsize()?;
    /// # Ok(()) }
    /// ```
    fn dbsize(self) -> Self::Output<i64> {
        self.run(dbsize())
    }

    /// How a value is stored. It is an error when there is no such key, and on servers since Redis 7.0.0 unless
    /// `enable-debug-command` allows it.
    ///
    /// `DEBUG OBJECT key`. Since Redis 1.0.0. O(1).
    fn debug_object(self, key: impl ToArg) -> Self::Output<DebugObject> {
        self.run(debug_object(key))
    }

    /// Begins to hand over to a replica, any that keeps up. Which one, and for how long to try, are options of
    /// [`cmd::failover`](failover()).
    ///
    /// `FAILOVER`. Since Redis 6.2.0. O(1).
    fn failover(self) -> Self::Output<()> {
        self.run(failover())
    }

    /// Removes all keys of all databases. To do so in the background is an option of [`cmd::flushall`](flushall()).
    ///
    /// `FLUSHALL`. Since Redis 1.0.0. O(N) in the number of keys.
    fn flushall(self) -> Self::Output<()> {
        self.run(flushall())
    }

    /// Removes all keys of the database. To do so in the background is an option of [`cmd::flushdb`](flushdb()).
    ///
    /// `FLUSHDB`. Since Redis 1.0.0. O(N) in the number of keys.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::ServerCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// r.flushdb()?;       // no key is left
    /// # Ok(()) }
    /// ```
    fn flushdb(self) -> Self::Output<()> {
        self.run(flushdb())
    }

    /// What the server tells about itself. Single sections are an option of [`cmd::info`](info()).
    ///
    /// `INFO`. Since Redis 1.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::ServerCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let info = r.info()?;
    /// println!("{:?} bytes, {:?} clients", info.used_memory, info.connected_clients);
    /// # Ok(()) }
    /// ```
    fn info(self) -> Self::Output<Info> {
        self.run(info())
    }

    /// When the data was last written to disk, to the second.
    ///
    /// `LASTSAVE`. Since Redis 1.0.0. O(1).
    fn lastsave(self) -> Self::Output<SystemTime> {
        self.run(lastsave())
    }

    /// Computer art and the server's version, for people to look at. Other pictures are options of
    /// [`cmd::lolwut`](lolwut()).
    ///
    /// `LOLWUT`. Since Redis 5.0.0. Servers state no complexity.
    fn lolwut(self) -> Self::Output<String> {
        self.run(lolwut())
    }

    /// Makes the server a replica of another.
    ///
    /// `REPLICAOF host port`. Since Redis 5.0.0. O(1).
    fn replicaof(self, host: impl ToArg, port: u16) -> Self::Output<()> {
        self.run(replicaof(host, port))
    }

    /// Makes the server a master, with the data that it has.
    ///
    /// `REPLICAOF NO ONE`. Since Redis 5.0.0. O(1).
    fn replicaof_no_one(self) -> Self::Output<()> {
        self.run(replicaof_no_one())
    }

    /// What the server is in replication, and with whom.
    ///
    /// `ROLE`. Since Redis 2.8.12. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::ServerCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let writes_go_here = r.role()?.is_master();
    /// # Ok(()) }
    /// ```
    fn role(self) -> Self::Output<Role> {
        self.run(role())
    }

    /// Writes the data to disk while everyone waits.
    ///
    /// `SAVE`. Since Redis 1.0.0. O(N) in the number of keys.
    fn save(self) -> Self::Output<()> {
        self.run(save())
    }

    /// Ends the server, after writing the data to disk where its configuration says so; to do otherwise is an option of
    /// [`cmd::shutdown`](shutdown()). It succeeds when the server closes the connection, and is an error when the server
    /// goes on.
    ///
    /// `SHUTDOWN`. Since Redis 1.0.0. O(N) in the number of keys when they are written, else O(1).
    fn shutdown(self) -> Self::Output<()>
    where
        Self: MayBlock,
    {
        self.run(shutdown())
    }

    /// Makes the server a replica of another: the name that [`replicaof`](Self::replicaof) had before.
    ///
    /// `SLAVEOF host port`. Since Redis 1.0.0, deprecated since Redis 5.0.0. O(1).
    fn slaveof(self, host: impl ToArg, port: u16) -> Self::Output<()> {
        self.run(slaveof(host, port))
    }

    /// Makes the server a master: the name that [`replicaof_no_one`](Self::replicaof_no_one) had before.
    ///
    /// `SLAVEOF NO ONE`. Since Redis 1.0.0, deprecated since Redis 5.0.0. O(1).
    fn slaveof_no_one(self) -> Self::Output<()> {
        self.run(slaveof_no_one())
    }

    /// Exchanges the data of two databases.
    ///
    /// `SWAPDB index1 index2`. Since Redis 4.0.0. O(N) in the number of clients that watch or wait for keys of either.
    fn swapdb(self, index1: u32, index2: u32) -> Self::Output<()> {
        self.run(swapdb(index1, index2))
    }

    /// The server's time, to the microsecond.
    ///
    /// `TIME`. Since Redis 2.6.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::ServerCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let clock = r.time()?;
    /// # Ok(()) }
    /// ```
    fn time(self) -> Self::Output<SystemTime> {
        self.run(time())
    }
}

impl<E: Execute> ServerCommands for E {}

/// `BGREWRITEAOF`: see [`ServerCommands::bgrewriteaof`].
pub fn bgrewriteaof() -> Cmd<Background> {
    Cmd::new(&spec::BGREWRITEAOF, Background::read)
}

/// `BGSAVE` with its options ([`Bgsave`]): see [`ServerCommands::bgsave`].
pub fn bgsave() -> Bgsave {
    Bgsave { schedule: false }
}

/// `DBSIZE`: see [`ServerCommands::dbsize`].
pub fn dbsize() -> Cmd<i64> {
    Cmd::new(&spec::DBSIZE, i64::from_reply)
}

/// `DEBUG OBJECT key`: see [`ServerCommands::debug_object`].
pub fn debug_object(key: impl ToArg) -> Cmd<DebugObject> {
    Cmd::new(&spec::DEBUG, DebugObject::read).arg("OBJECT").arg(key)
}

/// `FAILOVER` with its options ([`Failover`]): see [`ServerCommands::failover`].
pub fn failover() -> Failover {
    Failover { timeout: None }
}

/// `FLUSHALL` with its options ([`Flush`]): see [`ServerCommands::flushall`].
pub fn flushall() -> Flush {
    Flush::new(&spec::FLUSHALL)
}

/// `FLUSHDB` with its options ([`Flush`]): see [`ServerCommands::flushdb`].
pub fn flushdb() -> Flush {
    Flush::new(&spec::FLUSHDB)
}

/// `INFO` with its options ([`InfoRequest`]): see [`ServerCommands::info`].
pub fn info() -> InfoRequest {
    InfoRequest { request: Request::new(&spec::INFO) }
}

/// `LASTSAVE`: see [`ServerCommands::lastsave`].
pub fn lastsave() -> Cmd<SystemTime> {
    Cmd::new(&spec::LASTSAVE, unix_seconds)
}

/// `LOLWUT` with its options ([`Lolwut`]): see [`ServerCommands::lolwut`].
pub fn lolwut() -> Lolwut {
    Lolwut { request: Request::new(&spec::LOLWUT) }
}

/// `REPLICAOF host port`: see [`ServerCommands::replicaof`].
pub fn replicaof(host: impl ToArg, port: u16) -> Cmd<()> {
    Cmd::new(&spec::REPLICAOF, ok).arg(host).arg(port)
}

/// `REPLICAOF NO ONE`: see [`ServerCommands::replicaof_no_one`].
pub fn replicaof_no_one() -> Cmd<()> {
    Cmd::new(&spec::REPLICAOF, ok).arg("NO").arg("ONE")
}

/// `ROLE`: see [`ServerCommands::role`].
pub fn role() -> Cmd<Role> {
    Cmd::new(&spec::ROLE, Role::read)
}

/// `SAVE`: see [`ServerCommands::save`].
pub fn save() -> Cmd<()> {
    Cmd::new(&spec::SAVE, ok)
}

/// `SHUTDOWN` with its options ([`Shutdown`]): see [`ServerCommands::shutdown`].
pub fn shutdown() -> Shutdown {
    Shutdown { save: None, now: false, force: false, safe: false, failover: false }
}

/// `SLAVEOF host port`: see [`ServerCommands::slaveof`].
pub fn slaveof(host: impl ToArg, port: u16) -> Cmd<()> {
    Cmd::new(&spec::SLAVEOF, ok).arg(host).arg(port)
}

/// `SLAVEOF NO ONE`: see [`ServerCommands::slaveof_no_one`].
pub fn slaveof_no_one() -> Cmd<()> {
    Cmd::new(&spec::SLAVEOF, ok).arg("NO").arg("ONE")
}

/// `SWAPDB index1 index2`: see [`ServerCommands::swapdb`].
pub fn swapdb(index1: u32, index2: u32) -> Cmd<()> {
    Cmd::new(&spec::SWAPDB, ok).arg(index1).arg(index2)
}

/// `TIME`: see [`ServerCommands::time`].
pub fn time() -> Cmd<SystemTime> {
    Cmd::new(&spec::TIME, seconds_and_micros)
}

/// What became of a job for the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Background {
    /// It runs.
    Started,
    /// It will run after the one that runs now.
    Scheduled,
}

impl Background {
    fn read(node: Node<'_>) -> Result<Self, ReplyError> {
        let scheduled = text(node)?.contains("scheduled");
        Ok(if scheduled { Background::Scheduled } else { Background::Started })
    }
}

/// `BGSAVE` with its options; [`bgsave()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Bgsave {
    schedule: bool,
}

impl Bgsave {
    /// `SCHEDULE`: waits for the append-only file that is being written, instead of being refused. Since Redis 3.2.2.
    pub fn schedule(mut self) -> Self {
        self.schedule = true;
        self
    }

    /// `CANCEL`: ends the one that runs or is scheduled: nothing but success. Since Valkey 8.1.0, not in Redis.
    pub fn cancel(self) -> Cmd<()> {
        Cmd::new(&spec::BGSAVE, any_text).arg("CANCEL")
    }
}

impl IntoCmd for Bgsave {
    type Reply = Background;

    fn into_cmd(self) -> Cmd<Background> {
        let command = Cmd::new(&spec::BGSAVE, Background::read);
        if self.schedule { command.arg("SCHEDULE") } else { command }
    }
}

/// `FAILOVER` with its options; [`failover()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Failover {
    timeout: Option<TimeArg>,
}

impl Failover {
    /// `TIMEOUT milliseconds`: gives up when the replica has not caught up within this time.
    pub fn timeout(mut self, timeout: impl ToMillis) -> Self {
        self.timeout = Some(timeout.to_millis());
        self
    }

    /// `TO host port`: hands over to this replica.
    pub fn to(self, host: impl ToArg, port: u16) -> FailoverTo {
        let mut request = Request::new(&spec::FAILOVER);
        request.args(("TO", host, port));
        FailoverTo { request, timeout: self.timeout, force: false }
    }

    /// `ABORT`: ends the failover that goes on: nothing but success.
    pub fn abort(self) -> Cmd<()> {
        Cmd::new(&spec::FAILOVER, ok).arg("ABORT")
    }
}

impl IntoCmd for Failover {
    type Reply = ();

    fn into_cmd(self) -> Cmd<()> {
        let mut request = Request::new(&spec::FAILOVER);
        write_timeout(self.timeout, &mut request);
        Cmd::from_request(request, ok)
    }
}

/// `FAILOVER TO` with its options; [`Failover::to`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct FailoverTo {
    request: Request,
    timeout: Option<TimeArg>,
    force: bool,
}

impl FailoverTo {
    /// `TIMEOUT milliseconds`: gives up when the replica has not caught up within this time.
    pub fn timeout(mut self, timeout: impl ToMillis) -> Self {
        self.timeout = Some(timeout.to_millis());
        self.force = false;
        self
    }

    /// `FORCE`: hands over even when the replica has not caught up within this time, which loses writes.
    pub fn force(mut self, timeout: impl ToMillis) -> Self {
        self.timeout = Some(timeout.to_millis());
        self.force = true;
        self
    }
}

impl IntoCmd for FailoverTo {
    type Reply = ();

    fn into_cmd(mut self) -> Cmd<()> {
        if self.force {
            self.request.arg("FORCE");
        }
        write_timeout(self.timeout, &mut self.request);
        Cmd::from_request(self.request, ok)
    }
}

fn write_timeout(timeout: Option<TimeArg>, request: &mut Request) {
    if let Some(timeout) = timeout {
        request.arg("TIMEOUT");
        timeout.write("timeout", request);
    }
}

/// `SCRIPT FLUSH`, `FUNCTION FLUSH`, `FLUSHALL`, `FLUSHDB` or `CLUSTER FLUSHSLOT` with its options;
/// [`script_flush()`](super::script_flush()), [`function_flush()`](super::function_flush()), [`flushall()`], [`flushdb()`]
/// and [`cluster_flushslot()`](super::cluster_flushslot()) make it.
///
/// The last one counts. `SCRIPT FLUSH` has both since Redis 6.2.0.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Flush {
    request: Request,
    mode: Option<&'static str>,
}

impl Flush {
    pub(super) fn new(spec: &'static Spec) -> Self {
        Flush::of(Request::new(spec))
    }

    pub(super) fn of(request: Request) -> Self {
        Flush { request, mode: None }
    }

    /// `ASYNC`: gives the memory back in the background. Since Redis 4.0.0, for `SCRIPT FLUSH` 6.2.0.
    pub fn async_(mut self) -> Self {
        self.mode = Some("ASYNC");
        self
    }

    /// `SYNC`: gives the memory back before it answers. Since Redis 6.2.0.
    pub fn sync(mut self) -> Self {
        self.mode = Some("SYNC");
        self
    }
}

impl IntoCmd for Flush {
    type Reply = ();

    fn into_cmd(mut self) -> Cmd<()> {
        if let Some(mode) = self.mode {
            self.request.arg(mode);
        }
        Cmd::from_request(self.request, ok)
    }
}

/// `INFO` with its option; [`info()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct InfoRequest {
    request: Request,
}

impl InfoRequest {
    /// `section ...`: only these sections: `server`, `memory`, `replication` ..., or `all`, `everything`. Several since
    /// Redis 7.0.0.
    pub fn sections(mut self, sections: impl ToArgs) -> Self {
        self.request.some_args("sections", sections);
        self
    }
}

impl IntoCmd for InfoRequest {
    type Reply = Info;

    fn into_cmd(self) -> Cmd<Info> {
        Cmd::from_request(self.request, Info::read)
    }
}

/// `LOLWUT` with its options; [`lolwut()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Lolwut {
    request: Request,
}

impl Lolwut {
    /// `VERSION version`: the art of this major version, drawn by [further arguments](LolwutVersion::args).
    pub fn version(mut self, version: u32) -> LolwutVersion {
        self.request.args(("VERSION", version));
        LolwutVersion { request: self.request }
    }
}

impl IntoCmd for Lolwut {
    type Reply = String;

    fn into_cmd(self) -> Cmd<String> {
        Cmd::from_request(self.request, text)
    }
}

/// `LOLWUT VERSION` with its arguments; [`Lolwut::version`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct LolwutVersion {
    request: Request,
}

impl LolwutVersion {
    /// `arg ...`: what the art of this version takes: columns, squares ...
    pub fn args(mut self, args: impl ToArgs) -> Self {
        self.request.args(args);
        self
    }
}

impl IntoCmd for LolwutVersion {
    type Reply = String;

    fn into_cmd(self) -> Cmd<String> {
        Cmd::from_request(self.request, text)
    }
}

/// `SHUTDOWN` with its options; [`shutdown()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Shutdown {
    save: Option<&'static str>,
    now: bool,
    force: bool,
    safe: bool,
    failover: bool,
}

impl Shutdown {
    /// `SAVE`: writes the data to disk even when the configuration says no.
    pub fn save(mut self) -> Self {
        self.save = Some("SAVE");
        self
    }

    /// `NOSAVE`: does not write the data to disk.
    pub fn nosave(mut self) -> Self {
        self.save = Some("NOSAVE");
        self
    }

    /// `NOW`: does not wait for replicas that lag behind. Since Redis 7.0.0.
    pub fn now(mut self) -> Self {
        self.now = true;
        self
    }

    /// `FORCE`: ends even when the data cannot be written. Since Redis 7.0.0.
    pub fn force(mut self) -> Self {
        self.force = true;
        self
    }

    /// `SAFE`: ends only when that is safe: a master in a cluster with slots goes on. Since Valkey 9.0.0, not in Redis.
    pub fn safe(mut self) -> Self {
        self.safe = true;
        self
    }

    /// `FAILOVER`: hands over to the best replica of a cluster first. Since Valkey 9.0.0, not in Redis.
    pub fn failover(mut self) -> Self {
        self.failover = true;
        self
    }

    /// `ABORT`: ends the shutdown that waits for replicas: nothing but success, and the connection stays. Since Redis
    /// 7.0.0.
    pub fn abort(self) -> Cmd<()> {
        Cmd::new(&spec::SHUTDOWN, ok).arg("ABORT")
    }
}

impl IntoCmd for Shutdown {
    type Reply = ();

    fn into_cmd(self) -> Cmd<()> {
        let mut command = Cmd::new(&spec::SHUTDOWN, ok);
        if let Some(save) = self.save {
            command = command.arg(save);
        }
        let options =
            [(self.now, "NOW"), (self.force, "FORCE"), (self.safe, "SAFE"), (self.failover, "FAILOVER")];
        for (_, word) in options.iter().filter(|(given, _)| *given) {
            command = command.arg(word);
        }
        command
    }
}

/// Servers word it differently.
fn any_text(node: Node<'_>) -> Result<(), ReplyError> {
    text(node).map(|_| ())
}

fn unix_seconds(node: Node<'_>) -> Result<SystemTime, ReplyError> {
    let unfit = ReplyError::unexpected("a unix time", &node);
    after_epoch(u64::from_reply(node)?, 0).ok_or(unfit)
}

fn seconds_and_micros(node: Node<'_>) -> Result<SystemTime, ReplyError> {
    let unfit = ReplyError::unexpected("seconds and microseconds", &node);
    let (seconds, micros) = <(u64, u64)>::from_reply(node)?;
    after_epoch(seconds, micros).ok_or(unfit)
}

fn after_epoch(seconds: u64, micros: u64) -> Option<SystemTime> {
    SystemTime::UNIX_EPOCH
        .checked_add(Duration::from_secs(seconds))?
        .checked_add(Duration::from_micros(micros))
}
