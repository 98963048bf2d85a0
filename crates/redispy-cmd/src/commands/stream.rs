//! Streams: append-only logs of entries, and groups of consumers that share the work.

mod add;
mod group;
mod read;

use crate::arg::{ToArg, ToArgs, ToMillis, ToPairs};
use crate::block::ToBlock;
use crate::cmd::{Cmd, Request};
use crate::execute::{Execute, MayBlock};
use crate::replies::fields::texts;
use crate::replies::{
    AutoClaimed, ConsumerInfo, GroupInfo, PendingSummary, StreamDeletion, StreamEntries, StreamEntry,
    StreamId, StreamInfo,
};
use crate::reply::{FromMap, FromReply};
use crate::spec;

pub use add::*;
pub use group::*;
pub use read::*;

/// The stream commands, on everything that takes commands. A key that does not exist counts as an empty stream for
/// what reads or adds entries, and is an error for `XINFO`, `XSETID` and most about groups. One that holds something
/// else is an error with the code `WRONGTYPE`.
///
/// Ids are given as [`StreamId`], or as texts where the server knows more: `"-"` and `"+"` for the ends of a range, `"$"`
/// for the last id, `">"` for what no consumer has got yet.
pub trait StreamCommands: Execute {
    /// Says that a group is done with entries. The reply is how many of them were pending.
    ///
    /// `XACK key group id [id ...]`. Since Redis 5.0.0. O(1) for each id.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::StreamCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let acknowledged = r.xack("jobs", "workers", ["1526919030474-55"])?;
    /// # Ok(()) }
    /// ```
    fn xack(self, key: impl ToArg, group: impl ToArg, ids: impl ToArgs) -> Self::Output<i64> {
        self.run(xack(key, group, ids))
    }

    /// Says that a group is done with entries, and deletes them. The reply is what became of each. What happens to other
    /// groups is an option of [`cmd::xackdel`](xackdel()).
    ///
    /// `XACKDEL key group IDS numids id [id ...]`. Since Redis 8.2.0, not in Valkey. O(1) for each id.
    fn xackdel(
        self,
        key: impl ToArg,
        group: impl ToArg,
        ids: impl ToArgs,
    ) -> Self::Output<Vec<StreamDeletion>> {
        self.run(xackdel(key, group, ids))
    }

    /// Appends an entry of these fields. The reply is its id. An id of one's own, trimming and the condition that the
    /// stream be there are options of [`cmd::xadd`](xadd()).
    ///
    /// `XADD key * field value [field value ...]`. Since Redis 5.0.0. O(1), with trimming O(N) in the number of entries
    /// deleted.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::StreamCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let id = r.xadd("events", (("type", "login"), ("user", 7)))?;
    /// # Ok(()) }
    /// ```
    fn xadd(self, key: impl ToArg, fields: impl ToPairs) -> Self::Output<StreamId> {
        self.run(xadd(key, fields))
    }

    /// Takes over what other consumers of a group have had pending for this long, from an id on: `0` at first, then
    /// [`AutoClaimed::next`]. Options are on [`cmd::xautoclaim`](xautoclaim()).
    ///
    /// `XAUTOCLAIM key group consumer min-idle-time start`. Since Redis 6.2.0. O(1) for a small count.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::StreamCommands};
    /// use std::time::Duration;
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let minute = Duration::from_secs(60);
    /// let found = r.xautoclaim::<Vec<(String, String)>>("jobs", "workers", "worker-1", minute, "0-0")?;
    /// println!("{} taken over, go on at {:?}", found.claimed.len(), found.next());
    /// # Ok(()) }
    /// ```
    fn xautoclaim<M: FromMap>(
        self,
        key: impl ToArg,
        group: impl ToArg,
        consumer: impl ToArg,
        min_idle_time: impl ToMillis,
        start: impl ToArg,
    ) -> Self::Output<AutoClaimed<StreamEntry<M>>> {
        self.run(xautoclaim(key, group, consumer, min_idle_time, start))
    }

    /// Takes over these entries, as far as other consumers of the group have had them pending for this long. The reply is
    /// those taken over; deleted ones are left out. Options are on [`cmd::xclaim`](xclaim()).
    ///
    /// `XCLAIM key group consumer min-idle-time id [id ...]`. Since Redis 5.0.0. O(log(N)) in the number of entries
    /// that the group has pending.
    fn xclaim<M: FromMap>(
        self,
        key: impl ToArg,
        group: impl ToArg,
        consumer: impl ToArg,
        min_idle_time: impl ToMillis,
        ids: impl ToArgs,
    ) -> Self::Output<Vec<StreamEntry<M>>> {
        self.run(xclaim(key, group, consumer, min_idle_time, ids))
    }

    /// Deletes entries. The reply is how many there were.
    ///
    /// `XDEL key id [id ...]`. Since Redis 5.0.0. O(1) for each id.
    fn xdel(self, key: impl ToArg, ids: impl ToArgs) -> Self::Output<i64> {
        self.run(xdel(key, ids))
    }

    /// Deletes entries. The reply is what became of each. What happens to groups that have them pending is an option of
    /// [`cmd::xdelex`](xdelex()).
    ///
    /// `XDELEX key IDS numids id [id ...]`. Since Redis 8.2.0, not in Valkey. O(1) for each id.
    fn xdelex(self, key: impl ToArg, ids: impl ToArgs) -> Self::Output<Vec<StreamDeletion>> {
        self.run(xdelex(key, ids))
    }

    /// Makes a group that reads behind this id: `0` reads all, `"$"` what comes from now on. Options are on
    /// [`cmd::xgroup_create`](xgroup_create()).
    ///
    /// `XGROUP CREATE key group id`. Since Redis 5.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::StreamCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// r.xgroup_create("jobs", "workers", "$")?;       // reads what comes from now on
    /// # Ok(()) }
    /// ```
    fn xgroup_create(self, key: impl ToArg, group: impl ToArg, id: impl ToArg) -> Self::Output<()> {
        self.run(xgroup_create(key, group, id))
    }

    /// Makes a consumer. The reply is false when the group has one of this name.
    ///
    /// `XGROUP CREATECONSUMER key group consumer`. Since Redis 6.2.0. O(1).
    fn xgroup_createconsumer(
        self,
        key: impl ToArg,
        group: impl ToArg,
        consumer: impl ToArg,
    ) -> Self::Output<bool> {
        self.run(xgroup_createconsumer(key, group, consumer))
    }

    /// Removes a consumer. The reply is how many entries it had pending, which are lost to the group.
    ///
    /// `XGROUP DELCONSUMER key group consumer`. Since Redis 5.0.0. O(1).
    fn xgroup_delconsumer(
        self,
        key: impl ToArg,
        group: impl ToArg,
        consumer: impl ToArg,
    ) -> Self::Output<i64> {
        self.run(xgroup_delconsumer(key, group, consumer))
    }

    /// Removes a group. The reply is false when there is none.
    ///
    /// `XGROUP DESTROY key group`. Since Redis 5.0.0. O(N) in the number of entries pending.
    fn xgroup_destroy(self, key: impl ToArg, group: impl ToArg) -> Self::Output<bool> {
        self.run(xgroup_destroy(key, group))
    }

    /// The server's help, line by line.
    ///
    /// `XGROUP HELP`. Since Redis 5.0.0. O(1).
    fn xgroup_help(self) -> Self::Output<Vec<String>> {
        self.run(xgroup_help())
    }

    /// Has a group read on behind this id: `0` reads all again, `"$"` what comes from now on. The option is on
    /// [`cmd::xgroup_setid`](xgroup_setid()).
    ///
    /// `XGROUP SETID key group id`. Since Redis 5.0.0. O(1).
    fn xgroup_setid(self, key: impl ToArg, group: impl ToArg, id: impl ToArg) -> Self::Output<()> {
        self.run(xgroup_setid(key, group, id))
    }

    /// The consumers of a group.
    ///
    /// `XINFO CONSUMERS key group`. Since Redis 5.0.0. O(1).
    fn xinfo_consumers(self, key: impl ToArg, group: impl ToArg) -> Self::Output<Vec<ConsumerInfo>> {
        self.run(xinfo_consumers(key, group))
    }

    /// The groups of a stream.
    ///
    /// `XINFO GROUPS key`. Since Redis 5.0.0. O(1).
    fn xinfo_groups(self, key: impl ToArg) -> Self::Output<Vec<GroupInfo>> {
        self.run(xinfo_groups(key))
    }

    /// The server's help, line by line.
    ///
    /// `XINFO HELP`. Since Redis 5.0.0. O(1).
    fn xinfo_help(self) -> Self::Output<Vec<String>> {
        self.run(xinfo_help())
    }

    /// What the server says of a stream. All of it, entries, groups and consumers included, is an option of
    /// [`cmd::xinfo_stream`](xinfo_stream()).
    ///
    /// `XINFO STREAM key`. Since Redis 5.0.0. O(1).
    fn xinfo_stream(self, key: impl ToArg) -> Self::Output<StreamInfo> {
        self.run(xinfo_stream(key))
    }

    /// How many entries a stream has, 0 when there is none.
    ///
    /// `XLEN key`. Since Redis 5.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::StreamCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let entries = r.xlen("events")?;
    /// # Ok(()) }
    /// ```
    fn xlen(self, key: impl ToArg) -> Self::Output<i64> {
        self.run(xlen(key))
    }

    /// How many entries a group has pending: delivered, but not acknowledged. Each of them is an option of
    /// [`cmd::xpending`](xpending()).
    ///
    /// `XPENDING key group`. Since Redis 5.0.0. O(N) in the number of consumers.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::StreamCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// for (consumer, entries) in r.xpending("jobs", "workers")?.consumers {
    ///     println!("{}: {entries}", String::from_utf8_lossy(&consumer));
    /// }
    /// # Ok(()) }
    /// ```
    fn xpending(self, key: impl ToArg, group: impl ToArg) -> Self::Output<PendingSummary> {
        self.run(xpending(key, group))
    }

    /// The entries between two ids, both included: a [`StreamId`], `"-"` and `"+"` for the ends of the stream, or
    /// [`StreamId::exclusive`]. How many at most is an option of [`cmd::xrange`](xrange()).
    ///
    /// `XRANGE key start end`. Since Redis 5.0.0, exclusive ends since 6.2.0. O(N) in the number of entries.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::StreamCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// for entry in r.xrange::<Vec<(String, String)>>("events", "-", "+")? {
    ///     println!("{}: {:?}", entry.id, entry.fields);
    /// }
    /// # Ok(()) }
    /// ```
    fn xrange<M: FromMap>(
        self,
        key: impl ToArg,
        start: impl ToArg,
        end: impl ToArg,
    ) -> Self::Output<Vec<StreamEntry<M>>> {
        self.run(xrange(key, start, end))
    }

    /// The entries of streams behind these ids, `(key, id)` each; nothing for streams without any. How many at most, and
    /// waiting for something to come, are options of [`cmd::xread`](xread()).
    ///
    /// `XREAD STREAMS key [key ...] id [id ...]`. Since Redis 5.0.0, `"+"` for the last entry since 7.4.0. O(N) in the
    /// number of entries.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::StreamCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// for stream in r.xread::<Vec<(String, String)>>([("events", "0"), ("alerts", "0")])? {
    ///     println!("{}: {} entries", stream.key_text(), stream.entries.len());
    /// }
    /// # Ok(()) }
    /// ```
    fn xread<M: FromMap>(self, streams: impl ToPairs) -> Self::Output<Vec<StreamEntries<M>>> {
        self.run(xread(streams))
    }

    /// Waits for entries of streams behind these ids, `(key, id)` each, `"$"` for what comes from now on; nothing when the
    /// time is over. This is [`xread`](Self::xread) with its option `BLOCK`.
    ///
    /// `XREAD BLOCK milliseconds STREAMS key [key ...] id [id ...]`. Since Redis 5.0.0. O(N) in the number of entries.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::StreamCommands};
    /// use std::time::Duration;
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let new = r.xread_block::<Vec<(String, String)>>(Duration::from_secs(5), ("events", "$"))?;
    /// # Ok(()) }
    /// ```
    fn xread_block<M: FromMap>(
        self,
        timeout: impl ToBlock,
        streams: impl ToPairs,
    ) -> Self::Output<Vec<StreamEntries<M>>>
    where
        Self: MayBlock,
    {
        self.run(xread(streams).block(timeout))
    }

    /// The entries of streams for a consumer of a group, `(key, id)` each: behind `">"` those that no consumer has got yet,
    /// which are pending then; behind an id those that this consumer has pending. How many at most, waiting and not keeping
    /// them pending are options of [`cmd::xreadgroup`](xreadgroup()).
    ///
    /// `XREADGROUP GROUP group consumer STREAMS key [key ...] id [id ...]`. Since Redis 5.0.0. O(N) in the number of
    /// entries.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::StreamCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// for stream in r.xreadgroup::<Vec<(String, String)>>("workers", "worker-1", ("jobs", ">"))? {
    ///     for entry in stream.entries {
    ///         println!("{:?}", entry.fields);
    ///         r.xack("jobs", "workers", entry.id)?;
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    fn xreadgroup<M: FromMap>(
        self,
        group: impl ToArg,
        consumer: impl ToArg,
        streams: impl ToPairs,
    ) -> Self::Output<Vec<StreamEntries<M>>> {
        self.run(xreadgroup(group, consumer, streams))
    }

    /// Waits for entries of streams for a consumer of a group, `(key, ">")` each; nothing when the time is over. This is
    /// [`xreadgroup`](Self::xreadgroup) with its option `BLOCK`.
    ///
    /// `XREADGROUP GROUP group consumer BLOCK milliseconds STREAMS key [key ...] id [id ...]`. Since Redis 5.0.0. O(N) in
    /// the number of entries.
    fn xreadgroup_block<M: FromMap>(
        self,
        group: impl ToArg,
        consumer: impl ToArg,
        timeout: impl ToBlock,
        streams: impl ToPairs,
    ) -> Self::Output<Vec<StreamEntries<M>>>
    where
        Self: MayBlock,
    {
        self.run(xreadgroup(group, consumer, streams).block(timeout))
    }

    /// The entries between two ids, both included, the last first: the higher id comes first. The ends are those of
    /// [`xrange`](Self::xrange). How many at most is an option of [`cmd::xrevrange`](xrevrange()).
    ///
    /// `XREVRANGE key end start`. Since Redis 5.0.0, exclusive ends since 6.2.0. O(N) in the number of entries.
    fn xrevrange<M: FromMap>(
        self,
        key: impl ToArg,
        end: impl ToArg,
        start: impl ToArg,
    ) -> Self::Output<Vec<StreamEntry<M>>> {
        self.run(xrevrange(key, end, start))
    }

    /// Sets the last id of a stream, as replicas need it. Options are on [`cmd::xsetid`](xsetid()).
    ///
    /// `XSETID key last-id`. Since Redis 5.0.0. O(1).
    fn xsetid(self, key: impl ToArg, last_id: impl ToArg) -> Self::Output<()> {
        self.run(xsetid(key, last_id))
    }

    /// Deletes the oldest entries. The reply is how many.
    ///
    /// `XTRIM key <MAXLEN | MINID> [= | ~] threshold [LIMIT count]`. Since Redis 5.0.0, `MINID` and `LIMIT` since 6.2.0.
    /// O(N) in the number of entries deleted.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::{StreamCommands, StreamTrim}};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let deleted = r.xtrim("events", StreamTrim::maxlen(1000).approximate())?;
    /// # Ok(()) }
    /// ```
    fn xtrim<const APPROXIMATE: bool>(
        self,
        key: impl ToArg,
        trim: StreamTrim<APPROXIMATE>,
    ) -> Self::Output<i64> {
        self.run(xtrim(key, trim))
    }
}

impl<E: Execute> StreamCommands for E {}

/// `XACK key group id [id ...]`: see [`StreamCommands::xack`].
pub fn xack(key: impl ToArg, group: impl ToArg, ids: impl ToArgs) -> Cmd<i64> {
    let mut request = Request::new(&spec::XACK);
    request.args((key, group));
    request.some_args("ids", ids);
    Cmd::from_request(request, i64::from_reply)
}

/// `XDEL key id [id ...]`: see [`StreamCommands::xdel`].
pub fn xdel(key: impl ToArg, ids: impl ToArgs) -> Cmd<i64> {
    let mut request = Request::new(&spec::XDEL);
    request.arg(key);
    request.some_args("ids", ids);
    Cmd::from_request(request, i64::from_reply)
}

/// `XGROUP CREATECONSUMER key group consumer`: see [`StreamCommands::xgroup_createconsumer`].
pub fn xgroup_createconsumer(key: impl ToArg, group: impl ToArg, consumer: impl ToArg) -> Cmd<bool> {
    Cmd::new(&spec::XGROUP_CREATECONSUMER, bool::from_reply).arg((key, group, consumer))
}

/// `XGROUP DELCONSUMER key group consumer`: see [`StreamCommands::xgroup_delconsumer`].
pub fn xgroup_delconsumer(key: impl ToArg, group: impl ToArg, consumer: impl ToArg) -> Cmd<i64> {
    Cmd::new(&spec::XGROUP_DELCONSUMER, i64::from_reply).arg((key, group, consumer))
}

/// `XGROUP DESTROY key group`: see [`StreamCommands::xgroup_destroy`].
pub fn xgroup_destroy(key: impl ToArg, group: impl ToArg) -> Cmd<bool> {
    Cmd::new(&spec::XGROUP_DESTROY, bool::from_reply).arg((key, group))
}

/// `XGROUP HELP`: see [`StreamCommands::xgroup_help`].
pub fn xgroup_help() -> Cmd<Vec<String>> {
    Cmd::new(&spec::XGROUP_HELP, texts)
}

/// `XINFO CONSUMERS key group`: see [`StreamCommands::xinfo_consumers`].
pub fn xinfo_consumers(key: impl ToArg, group: impl ToArg) -> Cmd<Vec<ConsumerInfo>> {
    Cmd::new(&spec::XINFO_CONSUMERS, ConsumerInfo::read_list).arg((key, group))
}

/// `XINFO GROUPS key`: see [`StreamCommands::xinfo_groups`].
pub fn xinfo_groups(key: impl ToArg) -> Cmd<Vec<GroupInfo>> {
    Cmd::new(&spec::XINFO_GROUPS, GroupInfo::read_list).arg(key)
}

/// `XINFO HELP`: see [`StreamCommands::xinfo_help`].
pub fn xinfo_help() -> Cmd<Vec<String>> {
    Cmd::new(&spec::XINFO_HELP, texts)
}

/// `XLEN key`: see [`StreamCommands::xlen`].
pub fn xlen(key: impl ToArg) -> Cmd<i64> {
    Cmd::new(&spec::XLEN, i64::from_reply).arg(key)
}
