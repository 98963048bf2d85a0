//! Consumer groups: who has which entries, and taking them over.

use crate::arg::{TimeArg, ToArg, ToArgs, ToMillis, ToUnixMillis};
use crate::cmd::{Cmd, Reader, Request, Words};
use crate::execute::IntoCmd;
use crate::replies::stream::entries;
use crate::replies::{
    AutoClaimed, PendingEntry, PendingSummary, StreamEntry, StreamId, StreamInfo, StreamInfoFull,
};
use crate::reply::readers::ok;
use crate::reply::{FromMap, FromReply};
use crate::spec;

/// `XAUTOCLAIM key group consumer min-idle-time start` with its options ([`Xautoclaim`]): see
/// [`StreamCommands::xautoclaim`](super::StreamCommands::xautoclaim).
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands as cmd, replies::StreamId};
/// use std::time::Duration;
///
/// type Fields = Vec<(String, String)>;
/// let minute = Duration::from_secs(60);
/// let cmd = cmd::xautoclaim::<Fields>("jobs", "workers", "w1", minute, StreamId::MIN).count(10).into_cmd();
/// let words = cmd.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"XAUTOCLAIM jobs workers w1 60000 0-0 COUNT 10");
/// ```
pub fn xautoclaim<M: FromMap>(
    key: impl ToArg,
    group: impl ToArg,
    consumer: impl ToArg,
    min_idle_time: impl ToMillis,
    start: impl ToArg,
) -> Xautoclaim<M> {
    let mut request = Request::new(&spec::XAUTOCLAIM);
    request.args((key, group, consumer));
    min_idle_time.to_millis().write("min_idle_time", &mut request);
    request.arg(start);
    Xautoclaim { request, read: AutoClaimed::read, count: None }
}

/// `XCLAIM key group consumer min-idle-time id [id ...]` with its options ([`Xclaim`]): see
/// [`StreamCommands::xclaim`](super::StreamCommands::xclaim).
pub fn xclaim<M: FromMap>(
    key: impl ToArg,
    group: impl ToArg,
    consumer: impl ToArg,
    min_idle_time: impl ToMillis,
    ids: impl ToArgs,
) -> Xclaim<M> {
    let mut request = Request::new(&spec::XCLAIM);
    request.args((key, group, consumer));
    min_idle_time.to_millis().write("min_idle_time", &mut request);
    request.some_args("ids", ids);
    Xclaim { request, read: entries, delivered: None, retrycount: None, force: false, lastid: None }
}

/// `XGROUP CREATE key group id` with its options ([`XgroupCreate`]): see
/// [`StreamCommands::xgroup_create`](super::StreamCommands::xgroup_create).
pub fn xgroup_create(key: impl ToArg, group: impl ToArg, id: impl ToArg) -> XgroupCreate {
    let mut request = Request::new(&spec::XGROUP_CREATE);
    request.args((key, group, id));
    XgroupCreate { request, mkstream: false, entriesread: None }
}

/// `XGROUP SETID key group id` with its options ([`XgroupSetid`]): see
/// [`StreamCommands::xgroup_setid`](super::StreamCommands::xgroup_setid).
pub fn xgroup_setid(key: impl ToArg, group: impl ToArg, id: impl ToArg) -> XgroupSetid {
    let mut request = Request::new(&spec::XGROUP_SETID);
    request.args((key, group, id));
    XgroupSetid { request, entriesread: None }
}

/// `XINFO STREAM key` with its options ([`XinfoStream`]): see
/// [`StreamCommands::xinfo_stream`](super::StreamCommands::xinfo_stream).
pub fn xinfo_stream(key: impl ToArg) -> XinfoStream {
    XinfoStream { cmd: Cmd::new(&spec::XINFO_STREAM, StreamInfo::read).arg(key) }
}

/// `XPENDING key group` with its options ([`Xpending`]): see [`StreamCommands::xpending`](super::StreamCommands::xpending).
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands as cmd};
/// // The first ten of one consumer that are a minute old.
/// let cmd = cmd::xpending("jobs", "workers").range("-", "+", 10).idle(60_000).consumer("w1").into_cmd();
/// let words = cmd.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"XPENDING jobs workers IDLE 60000 - + 10 w1");
/// ```
pub fn xpending(key: impl ToArg, group: impl ToArg) -> Xpending {
    let mut request = Request::new(&spec::XPENDING);
    request.args((key, group));
    Xpending { request }
}

/// `XAUTOCLAIM` with its options; [`xautoclaim()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Xautoclaim<M> {
    request: Request,
    read: Reader<AutoClaimed<StreamEntry<M>>>,
    count: Option<i64>,
}

impl<M> Xautoclaim<M> {
    /// `COUNT count`: at most this many; 100 without saying.
    pub fn count(mut self, count: i64) -> Self {
        self.count = Some(count);
        self
    }

    /// `JUSTID`: answers with ids only, and does not count this as a delivery.
    pub fn justid(mut self) -> Cmd<AutoClaimed<StreamId>> {
        self.write_options();
        self.request.arg("JUSTID");
        Cmd::from_request(self.request, AutoClaimed::read)
    }

    fn write_options(&mut self) {
        if let Some(count) = self.count {
            self.request.args(("COUNT", count));
        }
    }
}

impl<M> IntoCmd for Xautoclaim<M> {
    type Reply = AutoClaimed<StreamEntry<M>>;

    fn into_cmd(mut self) -> Cmd<AutoClaimed<StreamEntry<M>>> {
        self.write_options();
        Cmd::from_request(self.request, self.read)
    }
}

/// `XCLAIM` with its options; [`xclaim()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Xclaim<M> {
    request: Request,
    read: Reader<Vec<StreamEntry<M>>>,
    delivered: Option<(&'static str, &'static str, TimeArg)>,
    retrycount: Option<i64>,
    force: bool,
    lastid: Option<Words>,
}

impl<M> Xclaim<M> {
    /// `IDLE ms`: as if delivered this long ago, in milliseconds or a `Duration`. Excludes [`time`](Self::time).
    pub fn idle(mut self, millis: impl ToMillis) -> Self {
        self.delivered = Some(("IDLE", "idle", millis.to_millis()));
        self
    }

    /// `TIME unix-time-milliseconds`: as if delivered at this time, in milliseconds since 1970 or a `SystemTime`. Excludes
    /// [`idle`](Self::idle).
    pub fn time(mut self, time: impl ToUnixMillis) -> Self {
        self.delivered = Some(("TIME", "time", time.to_unix_millis()));
        self
    }

    /// `RETRYCOUNT count`: as if delivered this often.
    pub fn retrycount(mut self, count: i64) -> Self {
        self.retrycount = Some(count);
        self
    }

    /// `FORCE`: also entries that belong to nobody.
    pub fn force(mut self) -> Self {
        self.force = true;
        self
    }

    /// `LASTID lastid`: has the group read on behind this id, if it has not come so far.
    pub fn lastid(mut self, id: impl ToArg) -> Self {
        self.lastid = Some(Words::of(id));
        self
    }

    /// `JUSTID`: answers with ids only, and does not count this as a delivery.
    pub fn justid(mut self) -> Cmd<Vec<StreamId>> {
        self.write_options();
        self.request.arg("JUSTID");
        Cmd::from_request(self.request, Vec::from_reply)
    }

    fn write_options(&mut self) {
        let request = &mut self.request;
        if let Some((word, argument, time)) = self.delivered {
            request.arg(word);
            time.write(argument, request);
        }
        if let Some(count) = self.retrycount {
            request.args(("RETRYCOUNT", count));
        }
        if self.force {
            request.arg("FORCE");
        }
        if let Some(id) = &self.lastid {
            request.arg("LASTID");
            request.append(id);
        }
    }
}

impl<M> IntoCmd for Xclaim<M> {
    type Reply = Vec<StreamEntry<M>>;

    fn into_cmd(mut self) -> Cmd<Vec<StreamEntry<M>>> {
        self.write_options();
        Cmd::from_request(self.request, self.read)
    }
}

/// `XGROUP CREATE` with its options; [`xgroup_create()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct XgroupCreate {
    request: Request,
    mkstream: bool,
    entriesread: Option<i64>,
}

impl XgroupCreate {
    /// `MKSTREAM`: makes the stream, too, if there is none.
    pub fn mkstream(mut self) -> Self {
        self.mkstream = true;
        self
    }

    /// `ENTRIESREAD entriesread`: how many entries the group has read, for its lag to be right. Since Redis 7.0.0.
    pub fn entriesread(mut self, entries: i64) -> Self {
        self.entriesread = Some(entries);
        self
    }
}

impl IntoCmd for XgroupCreate {
    type Reply = ();

    fn into_cmd(mut self) -> Cmd<()> {
        if self.mkstream {
            self.request.arg("MKSTREAM");
        }
        write_entriesread(&mut self.request, self.entriesread);
        Cmd::from_request(self.request, ok)
    }
}

/// `XGROUP SETID` with its options; [`xgroup_setid()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct XgroupSetid {
    request: Request,
    entriesread: Option<i64>,
}

impl XgroupSetid {
    /// `ENTRIESREAD entriesread`: how many entries the group has read, for its lag to be right. Since Redis 7.0.0.
    pub fn entriesread(mut self, entries: i64) -> Self {
        self.entriesread = Some(entries);
        self
    }
}

impl IntoCmd for XgroupSetid {
    type Reply = ();

    fn into_cmd(mut self) -> Cmd<()> {
        write_entriesread(&mut self.request, self.entriesread);
        Cmd::from_request(self.request, ok)
    }
}

fn write_entriesread(request: &mut Request, entries: Option<i64>) {
    if let Some(entries) = entries {
        request.args(("ENTRIESREAD", entries));
    }
}

/// `XINFO STREAM` with its options; [`xinfo_stream()`] makes it.
///
/// Without them the reply is short; [`full`](Self::full) tells all.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct XinfoStream {
    cmd: Cmd<StreamInfo>,
}

impl XinfoStream {
    /// `FULL`: with its entries, groups, consumers and what they have pending. Since Redis 6.0.0.
    pub fn full(self) -> XinfoStreamFull {
        XinfoStreamFull { cmd: self.cmd.arg("FULL").decode(StreamInfoFull::read), count: None }
    }
}

impl IntoCmd for XinfoStream {
    type Reply = StreamInfo;

    fn into_cmd(self) -> Cmd<StreamInfo> {
        self.cmd
    }
}

/// [`XINFO STREAM`](xinfo_stream()) with `FULL` and its option.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct XinfoStreamFull {
    cmd: Cmd<StreamInfoFull>,
    count: Option<i64>,
}

impl XinfoStreamFull {
    /// `COUNT count`: at most this many entries and pending entries; 10 without saying, all for 0.
    pub fn count(mut self, count: i64) -> Self {
        self.count = Some(count);
        self
    }
}

impl IntoCmd for XinfoStreamFull {
    type Reply = StreamInfoFull;

    fn into_cmd(self) -> Cmd<StreamInfoFull> {
        match self.count {
            Some(count) => self.cmd.arg(("COUNT", count)),
            None => self.cmd,
        }
    }
}

/// `XPENDING` with its options; [`xpending()`] makes it.
///
/// Without them the summary; [`range`](Self::range) tells of each entry.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Xpending {
    request: Request,
}

impl Xpending {
    /// `start end count`: each entry between two ids, at most `count`. The ends are those of `XRANGE`.
    pub fn range(self, start: impl ToArg, end: impl ToArg, count: i64) -> XpendingRange {
        let range = Words::of((start, end, count));
        XpendingRange { request: self.request, range, idle: None, consumer: None }
    }
}

impl IntoCmd for Xpending {
    type Reply = PendingSummary;

    fn into_cmd(self) -> Cmd<PendingSummary> {
        Cmd::from_request(self.request, PendingSummary::read)
    }
}

/// [`XPENDING`](xpending()) with a range and its options.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct XpendingRange {
    request: Request,
    range: Words,
    idle: Option<TimeArg>,
    consumer: Option<Words>,
}

impl XpendingRange {
    /// `IDLE min-idle-time`: only what was delivered at least this long ago, in milliseconds or a `Duration`. Since Redis
    /// 6.2.0.
    pub fn idle(mut self, min_idle_time: impl ToMillis) -> Self {
        self.idle = Some(min_idle_time.to_millis());
        self
    }

    /// `consumer`: only what belongs to this consumer.
    pub fn consumer(mut self, consumer: impl ToArg) -> Self {
        self.consumer = Some(Words::of(consumer));
        self
    }
}

impl IntoCmd for XpendingRange {
    type Reply = Vec<PendingEntry>;

    fn into_cmd(mut self) -> Cmd<Vec<PendingEntry>> {
        if let Some(idle) = self.idle {
            self.request.arg("IDLE");
            idle.write("idle", &mut self.request);
        }
        self.request.append(&self.range);
        if let Some(consumer) = &self.consumer {
            self.request.append(consumer);
        }
        Cmd::from_request(self.request, PendingEntry::read_list)
    }
}
