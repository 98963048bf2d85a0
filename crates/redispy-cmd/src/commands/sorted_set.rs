//! Sorted sets: members with scores, in the order of these; ranks, ranges, unions, and waiting for the next.

mod add;
mod bounds;
mod combine;
mod pop;
mod range;
mod some;

use crate::arg::{Number, ToArg, ToArgs, ToScored};
use crate::block::ToBlock;
use crate::cmd::Cmd;
use crate::commands::set::of_members;
use crate::execute::{Execute, IntoCmd, MayBlock};
use crate::replies::{Cursor, ScanPage};
use crate::reply::{FromPair, FromReply, FromTriple};
use crate::spec;

pub use add::*;
pub use bounds::*;
pub use combine::*;
pub use pop::*;
pub use range::*;
pub use some::*;

/// The sorted set commands, on everything that takes commands. A key that does not exist counts as an empty sorted set; one
/// that holds something else is an error with the code `WRONGTYPE`.
pub trait SortedSetCommands: Execute {
    /// Takes a member from an end of the first of these sorted sets that has one, waiting for one to come. The reply is
    /// the key and the members with their scores, as `(String, Vec<(String, f64)>)`, `None` when the time is over. To
    /// take more than one is an option of [`cmd::bzmpop`](bzmpop()).
    ///
    /// `BZMPOP timeout numkeys key [key ...] <MIN | MAX>`. Since Redis 7.0.0. O(K)+O(M*log(N)) in the number of keys, of
    /// members taken, and the size of the sorted set.
    fn bzmpop<P: FromPair>(
        self,
        timeout: impl ToBlock,
        keys: impl ToArgs,
        end: ScoreEnd,
    ) -> Self::Output<Option<P>>
    where
        Self: MayBlock,
    {
        self.run(bzmpop(timeout, keys, end))
    }

    /// Takes the member with the highest score of the first of these sorted sets that has one, waiting for one to come.
    /// The reply is the key, the member and its score, as `(String, String, f64)`, `None` when the time is over.
    ///
    /// `BZPOPMAX key [key ...] timeout`. Since Redis 5.0.0, fractions of a second since 6.0.0. O(log(N)) in the size of
    /// the sorted set.
    fn bzpopmax<M: FromTriple>(self, keys: impl ToArgs, timeout: impl ToBlock) -> Self::Output<Option<M>>
    where
        Self: MayBlock,
    {
        self.run(bzpopmax(keys, timeout))
    }

    /// Takes the member with the lowest score of the first of these sorted sets that has one, waiting for one to come.
    /// The reply is the key, the member and its score, as `(String, String, f64)`, `None` when the time is over.
    ///
    /// `BZPOPMIN key [key ...] timeout`. Since Redis 5.0.0, fractions of a second since 6.0.0. O(log(N)) in the size of
    /// the sorted set.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::SortedSetCommands};
    /// use std::time::Duration;
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let next: Option<(String, String, f64)> = r.bzpopmin(("urgent", "jobs"), Duration::from_secs(5))?;
    /// # Ok(()) }
    /// ```
    fn bzpopmin<M: FromTriple>(self, keys: impl ToArgs, timeout: impl ToBlock) -> Self::Output<Option<M>>
    where
        Self: MayBlock,
    {
        self.run(bzpopmin(keys, timeout))
    }

    /// Adds members with their scores, the score first; members that are there get the new score. The reply is how many
    /// were not there before. Conditions, and adding to a score, are options of [`cmd::zadd`](zadd()).
    ///
    /// `ZADD key score member [score member ...]`. Since Redis 1.2.0, many members since 2.4.0. O(log(N)) for each
    /// member.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::SortedSetCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let new_ones = r.zadd("scores", [(81.0, "ann"), (93.5, "bob")])?;
    /// # Ok(()) }
    /// ```
    fn zadd(self, key: impl ToArg, scored: impl ToScored) -> Self::Output<i64> {
        self.run(zadd(key, scored))
    }

    /// How many members a sorted set has, 0 when there is no sorted set.
    ///
    /// `ZCARD key`. Since Redis 1.2.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::SortedSetCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let players = r.zcard("scores")?;
    /// # Ok(()) }
    /// ```
    fn zcard(self, key: impl ToArg) -> Self::Output<i64> {
        self.run(zcard(key))
    }

    /// How many members have a score between two bounds: numbers, which are part of the range, or a [`ScoreBound`].
    ///
    /// `ZCOUNT key min max`. Since Redis 2.0.0. O(log(N)) in the size of the sorted set.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::{ScoreBound, SortedSetCommands}};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let passed = r.zcount("scores", 50.0, ScoreBound::MAX)?;
    /// # Ok(()) }
    /// ```
    fn zcount(
        self,
        key: impl ToArg,
        min: impl Into<ScoreBound>,
        max: impl Into<ScoreBound>,
    ) -> Self::Output<i64> {
        self.run(zcount(key, min, max))
    }

    /// The members of the first sorted set that none of the others has. Their scores are an option of
    /// [`cmd::zdiff`](zdiff()).
    ///
    /// `ZDIFF numkeys key [key ...]`. Since Redis 6.2.0. O(L+(N-K)*log(N)) in the number of all members, the size of the
    /// first sorted set and of the result.
    fn zdiff<T: FromReply>(self, keys: impl ToArgs) -> Self::Output<Vec<T>> {
        self.run(zdiff(keys))
    }

    /// Stores what [`zdiff`](Self::zdiff) answers under another key, whatever that held before. The reply is how many
    /// members there are.
    ///
    /// `ZDIFFSTORE destination numkeys key [key ...]`. Since Redis 6.2.0. O(L+(N-K)*log(N)) in the number of all members,
    /// the size of the first sorted set and of the result.
    fn zdiffstore(self, destination: impl ToArg, keys: impl ToArgs) -> Self::Output<i64> {
        self.run(zdiffstore(destination, keys))
    }

    /// Adds to the score of a member, which is 0 when it is not there yet. The reply is the new score.
    ///
    /// `ZINCRBY key increment member`. Since Redis 1.2.0. O(log(N)) in the size of the sorted set.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::SortedSetCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let score = r.zincrby("scores", 5.0, "ann")?;
    /// # Ok(()) }
    /// ```
    fn zincrby(self, key: impl ToArg, increment: f64, member: impl ToArg) -> Self::Output<f64> {
        self.run(zincrby(key, increment, member))
    }

    /// The members that all of these sorted sets have. Their scores, and how they come about, are options of
    /// [`cmd::zinter`](zinter()).
    ///
    /// `ZINTER numkeys key [key ...]`. Since Redis 6.2.0. O(N*K)+O(M*log(M)) in the size of the smallest sorted set, the
    /// number of sorted sets and the size of the result.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::SortedSetCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let in_both: Vec<String> = r.zinter(["monday", "tuesday"])?;
    /// # Ok(()) }
    /// ```
    fn zinter<T: FromReply>(self, keys: impl ToArgs) -> Self::Output<Vec<T>> {
        self.run(zinter(keys))
    }

    /// How many members all of these sorted sets have. To stop counting early is an option of
    /// [`cmd::zintercard`](zintercard()).
    ///
    /// `ZINTERCARD numkeys key [key ...]`. Since Redis 7.0.0. O(N*K) in the size of the smallest sorted set and the number
    /// of sorted sets.
    fn zintercard(self, keys: impl ToArgs) -> Self::Output<i64> {
        self.run(zintercard(keys))
    }

    /// Stores the members that all of these sorted sets have, with the sums of their scores, under another key, whatever
    /// that held before. The reply is how many there are. Other scores are options of [`cmd::zinterstore`](zinterstore()).
    ///
    /// `ZINTERSTORE destination numkeys key [key ...]`. Since Redis 2.0.0. O(N*K)+O(M*log(M)) in the size of the smallest
    /// sorted set, the number of sorted sets and the size of the result.
    fn zinterstore(self, destination: impl ToArg, keys: impl ToArgs) -> Self::Output<i64> {
        self.run(zinterstore(destination, keys))
    }

    /// How many members lie between two others, when all have the same score.
    ///
    /// `ZLEXCOUNT key min max`. Since Redis 2.8.9. O(log(N)) in the size of the sorted set.
    fn zlexcount(self, key: impl ToArg, min: LexBound, max: LexBound) -> Self::Output<i64> {
        self.run(zlexcount(key, min, max))
    }

    /// Takes a member from an end of the first of these sorted sets that has one. The reply is the key and the members
    /// with their scores, as `(String, Vec<(String, f64)>)`, `None` when there is none. To take more than one is an
    /// option of [`cmd::zmpop`](zmpop()).
    ///
    /// `ZMPOP numkeys key [key ...] <MIN | MAX>`. Since Redis 7.0.0. O(K)+O(M*log(N)) in the number of keys, of members
    /// taken, and the size of the sorted set.
    fn zmpop<P: FromPair>(self, keys: impl ToArgs, end: ScoreEnd) -> Self::Output<Option<P>> {
        self.run(zmpop(keys, end))
    }

    /// The scores of members, each `None` when it is not there.
    ///
    /// `ZMSCORE key member [member ...]`. Since Redis 6.2.0. O(N) in the number of members asked for.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::SortedSetCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let scores: Vec<Option<f64>> = r.zmscore("scores", ["ann", "bob"])?;
    /// # Ok(()) }
    /// ```
    fn zmscore(self, key: impl ToArg, members: impl ToArgs) -> Self::Output<Vec<Option<f64>>> {
        self.run(zmscore(key, members))
    }

    /// Takes the member with the highest score. The reply is the member and its score, as `(String, f64)` or
    /// `ScoredMember<String>`, `None` when there is none. To take many is an option of [`cmd::zpopmax`](zpopmax()).
    ///
    /// `ZPOPMAX key`. Since Redis 5.0.0. O(log(N)) in the size of the sorted set.
    fn zpopmax<P: FromPair>(self, key: impl ToArg) -> Self::Output<Option<P>> {
        self.run(zpopmax(key))
    }

    /// Takes the member with the lowest score. The reply is the member and its score, as `(String, f64)` or
    /// `ScoredMember<String>`, `None` when there is none. To take many is an option of [`cmd::zpopmin`](zpopmin()).
    ///
    /// `ZPOPMIN key`. Since Redis 5.0.0. O(log(N)) in the size of the sorted set.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::SortedSetCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let next: Option<(String, f64)> = r.zpopmin("jobs")?;
    /// # Ok(()) }
    /// ```
    fn zpopmin<P: FromPair>(self, key: impl ToArg) -> Self::Output<Option<P>> {
        self.run(zpopmin(key))
    }

    /// A random member, `None` when there is none. To ask for many, and for scores, are options of
    /// [`cmd::zrandmember`](zrandmember()).
    ///
    /// `ZRANDMEMBER key`. Since Redis 6.2.0. O(1).
    fn zrandmember<T: FromReply>(self, key: impl ToArg) -> Self::Output<Option<T>> {
        self.run(zrandmember(key))
    }

    /// The members from one rank to another, both included, counted from 0 at the lowest score, or from -1 at the
    /// highest. Their scores, and the other direction, are options of [`cmd::zrange`](zrange()); ranges of scores and of
    /// members are [`cmd::zrange_byscore`](zrange_byscore()) and [`cmd::zrange_bylex`](zrange_bylex()).
    ///
    /// `ZRANGE key start stop`. Since Redis 1.2.0. O(log(N)+M) in the size of the sorted set and of the range.
    ///
    /// ```
    /// # use redispy_cmd::{Call, Execute, commands::{self as cmd, SortedSetCommands}};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let three_lowest: Vec<String> = r.zrange("scores", 0, 2)?;
    /// let three_highest: Vec<(String, f64)> = r.run(cmd::zrange::<String>("scores", 0, 2).rev().withscores())?;
    /// # Ok(()) }
    /// ```
    fn zrange<T: FromReply>(self, key: impl ToArg, start: i64, stop: i64) -> Self::Output<Vec<T>> {
        self.run(zrange(key, start, stop))
    }

    /// The members between two others, when all have the same score. Servers name
    /// [`cmd::zrange_bylex`](zrange_bylex()) as its successor.
    ///
    /// `ZRANGEBYLEX key min max`. Since Redis 2.8.9, deprecated since Redis 6.2.0. O(log(N)+M) in the size of the sorted
    /// set and of the range.
    fn zrangebylex<T: FromReply>(
        self,
        key: impl ToArg,
        min: LexBound,
        max: LexBound,
    ) -> Self::Output<Vec<T>> {
        self.run(zrangebylex(key, min, max))
    }

    /// The members with a score between two bounds. Servers name [`cmd::zrange_byscore`](zrange_byscore()) as its
    /// successor.
    ///
    /// `ZRANGEBYSCORE key min max`. Since Redis 1.0.5, deprecated since Redis 6.2.0. O(log(N)+M) in the size of the sorted
    /// set and of the range.
    fn zrangebyscore<T: FromReply>(
        self,
        key: impl ToArg,
        min: impl Into<ScoreBound>,
        max: impl Into<ScoreBound>,
    ) -> Self::Output<Vec<T>> {
        self.run(zrangebyscore(key, min, max))
    }

    /// Stores the members from one rank to another under another key, whatever that held before. The reply is how many
    /// there are. The other direction is an option of [`cmd::zrangestore`](zrangestore()); ranges of scores and of members
    /// are [`cmd::zrangestore_byscore`](zrangestore_byscore()) and [`cmd::zrangestore_bylex`](zrangestore_bylex()).
    ///
    /// `ZRANGESTORE destination source start stop`. Since Redis 6.2.0. O(log(N)+M) in the size of the sorted set and of the
    /// range.
    fn zrangestore(
        self,
        destination: impl ToArg,
        source: impl ToArg,
        start: i64,
        stop: i64,
    ) -> Self::Output<i64> {
        self.run(zrangestore(destination, source, start, stop))
    }

    /// How many members have a lower score, `None` when the member is not there. Its score as well is an option of
    /// [`cmd::zrank`](zrank()).
    ///
    /// `ZRANK key member`. Since Redis 2.0.0. O(log(N)) in the size of the sorted set.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::SortedSetCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let place: Option<i64> = r.zrank("scores", "ann")?;
    /// # Ok(()) }
    /// ```
    fn zrank(self, key: impl ToArg, member: impl ToArg) -> Self::Output<Option<i64>> {
        self.run(zrank(key, member))
    }

    /// Removes members. The reply is how many were there.
    ///
    /// `ZREM key member [member ...]`. Since Redis 1.2.0, many members since 2.4.0. O(M*log(N)) in the number of members
    /// removed and the size of the sorted set.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::SortedSetCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let removed = r.zrem("scores", ["ann", "bob"])?;
    /// # Ok(()) }
    /// ```
    fn zrem(self, key: impl ToArg, members: impl ToArgs) -> Self::Output<i64> {
        self.run(zrem(key, members))
    }

    /// Removes the members between two others, when all have the same score. The reply is how many there were.
    ///
    /// `ZREMRANGEBYLEX key min max`. Since Redis 2.8.9. O(log(N)+M) in the size of the sorted set and of the range.
    fn zremrangebylex(self, key: impl ToArg, min: LexBound, max: LexBound) -> Self::Output<i64> {
        self.run(zremrangebylex(key, min, max))
    }

    /// Removes the members from one rank to another, both included. The reply is how many there were.
    ///
    /// `ZREMRANGEBYRANK key start stop`. Since Redis 2.0.0. O(log(N)+M) in the size of the sorted set and of the range.
    fn zremrangebyrank(self, key: impl ToArg, start: i64, stop: i64) -> Self::Output<i64> {
        self.run(zremrangebyrank(key, start, stop))
    }

    /// Removes the members with a score between two bounds. The reply is how many there were.
    ///
    /// `ZREMRANGEBYSCORE key min max`. Since Redis 1.2.0. O(log(N)+M) in the size of the sorted set and of the range.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::{ScoreBound, SortedSetCommands}};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let removed = r.zremrangebyscore("seen", ScoreBound::MIN, 1_700_000_000.0)?;
    /// # Ok(()) }
    /// ```
    fn zremrangebyscore(
        self,
        key: impl ToArg,
        min: impl Into<ScoreBound>,
        max: impl Into<ScoreBound>,
    ) -> Self::Output<i64> {
        self.run(zremrangebyscore(key, min, max))
    }

    /// The members from one rank to another, both included, counted from 0 at the highest score. Servers name
    /// [`cmd::zrange`](zrange()) with [`rev`](Zrange::rev) as its successor.
    ///
    /// `ZREVRANGE key start stop`. Since Redis 1.2.0, deprecated since Redis 6.2.0. O(log(N)+M) in the size of the sorted
    /// set and of the range.
    fn zrevrange<T: FromReply>(self, key: impl ToArg, start: i64, stop: i64) -> Self::Output<Vec<T>> {
        self.run(zrevrange(key, start, stop))
    }

    /// The members between two others, the last one first, when all have the same score. The upper bound comes first.
    /// Servers name [`cmd::zrange_bylex`](zrange_bylex()) with [`rev`](ZrangeBylex::rev) as its successor.
    ///
    /// `ZREVRANGEBYLEX key max min`. Since Redis 2.8.9, deprecated since Redis 6.2.0. O(log(N)+M) in the size of the sorted
    /// set and of the range.
    fn zrevrangebylex<T: FromReply>(
        self,
        key: impl ToArg,
        max: LexBound,
        min: LexBound,
    ) -> Self::Output<Vec<T>> {
        self.run(zrevrangebylex(key, max, min))
    }

    /// The members with a score between two bounds, the highest score first. The upper bound comes first. Servers name
    /// [`cmd::zrange_byscore`](zrange_byscore()) with [`rev`](ZrangeByscore::rev) as its successor.
    ///
    /// `ZREVRANGEBYSCORE key max min`. Since Redis 2.2.0, deprecated since Redis 6.2.0. O(log(N)+M) in the size of the
    /// sorted set and of the range.
    fn zrevrangebyscore<T: FromReply>(
        self,
        key: impl ToArg,
        max: impl Into<ScoreBound>,
        min: impl Into<ScoreBound>,
    ) -> Self::Output<Vec<T>> {
        self.run(zrevrangebyscore(key, max, min))
    }

    /// How many members have a higher score, `None` when the member is not there. Its score as well is an option of
    /// [`cmd::zrevrank`](zrevrank()).
    ///
    /// `ZREVRANK key member`. Since Redis 2.0.0. O(log(N)) in the size of the sorted set.
    fn zrevrank(self, key: impl ToArg, member: impl ToArg) -> Self::Output<Option<i64>> {
        self.run(zrevrank(key, member))
    }

    /// One page of members and scores, as `(String, f64)` or `ScoredMember<String>`, and the cursor of the next; pages
    /// begin with cursor 0. What pages hold is an option of [`cmd::zscan`](zscan()).
    ///
    /// `ZSCAN key cursor`. Since Redis 2.8.0. O(1) for each page, O(N) for all members.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::SortedSetCommands, replies::Cursor};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let mut cursor = Some(Cursor::START);
    /// while let Some(at) = cursor {
    ///     let page = r.zscan::<(String, f64)>("scores", at)?;
    ///     cursor = page.next();
    ///     for (name, score) in page.items {
    ///         println!("{name}: {score}");
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    fn zscan<P: FromPair>(self, key: impl ToArg, cursor: impl Into<Cursor>) -> Self::Output<ScanPage<P>> {
        self.run(zscan(key, cursor))
    }

    /// The score of a member, `None` when it is not there.
    ///
    /// `ZSCORE key member`. Since Redis 1.2.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::SortedSetCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let score: Option<f64> = r.zscore("scores", "ann")?;
    /// # Ok(()) }
    /// ```
    fn zscore(self, key: impl ToArg, member: impl ToArg) -> Self::Output<Option<f64>> {
        self.run(zscore(key, member))
    }

    /// The members that any of these sorted sets has. Their scores, and how they come about, are options of
    /// [`cmd::zunion`](zunion()).
    ///
    /// `ZUNION numkeys key [key ...]`. Since Redis 6.2.0. O(N)+O(M*log(M)) in the number of all members and the size of
    /// the result.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::SortedSetCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let in_either: Vec<String> = r.zunion(["monday", "tuesday"])?;
    /// # Ok(()) }
    /// ```
    fn zunion<T: FromReply>(self, keys: impl ToArgs) -> Self::Output<Vec<T>> {
        self.run(zunion(keys))
    }

    /// Stores the members that any of these sorted sets has, with the sums of their scores, under another key, whatever
    /// that held before. The reply is how many there are. Other scores are options of
    /// [`cmd::zunionstore`](zunionstore()).
    ///
    /// `ZUNIONSTORE destination numkeys key [key ...]`. Since Redis 2.0.0. O(N)+O(M*log(M)) in the number of all members
    /// and the size of the result.
    fn zunionstore(self, destination: impl ToArg, keys: impl ToArgs) -> Self::Output<i64> {
        self.run(zunionstore(destination, keys))
    }
}

impl<E: Execute> SortedSetCommands for E {}

/// `ZCARD key`: see [`SortedSetCommands::zcard`].
pub fn zcard(key: impl ToArg) -> Cmd<i64> {
    Cmd::new(&spec::ZCARD, i64::from_reply).arg(key)
}

/// `ZCOUNT key min max`: see [`SortedSetCommands::zcount`].
pub fn zcount(key: impl ToArg, min: impl Into<ScoreBound>, max: impl Into<ScoreBound>) -> Cmd<i64> {
    Cmd::new(&spec::ZCOUNT, i64::from_reply).arg(key).arg(min.into()).arg(max.into())
}

/// `ZINCRBY key increment member`: see [`SortedSetCommands::zincrby`].
pub fn zincrby(key: impl ToArg, increment: f64, member: impl ToArg) -> Cmd<f64> {
    Cmd::new(&spec::ZINCRBY, f64::from_reply).arg(key).arg(Number("increment", increment)).arg(member)
}

/// `ZLEXCOUNT key min max`: see [`SortedSetCommands::zlexcount`].
pub fn zlexcount(key: impl ToArg, min: LexBound, max: LexBound) -> Cmd<i64> {
    Cmd::new(&spec::ZLEXCOUNT, i64::from_reply).arg(key).arg(min).arg(max)
}

/// `ZMSCORE key member [member ...]`: see [`SortedSetCommands::zmscore`].
pub fn zmscore(key: impl ToArg, members: impl ToArgs) -> Cmd<Vec<Option<f64>>> {
    of_members(&spec::ZMSCORE, key, members)
}

/// `ZRANK key member` with its options ([`Zrank`]): see [`SortedSetCommands::zrank`].
///
/// ```
/// # use redispy_cmd::commands as cmd;
/// let place = cmd::zrank("scores", "alice").withscore();       // Cmd<Option<(i64, f64)>>
/// assert_eq!(place.request().iter().last(), Some(&b"WITHSCORE"[..]));
/// ```
pub fn zrank(key: impl ToArg, member: impl ToArg) -> Zrank {
    Zrank { cmd: Cmd::new(&spec::ZRANK, Option::from_reply).arg(key).arg(member) }
}

/// `ZREM key member [member ...]`: see [`SortedSetCommands::zrem`].
pub fn zrem(key: impl ToArg, members: impl ToArgs) -> Cmd<i64> {
    of_members(&spec::ZREM, key, members)
}

/// `ZREMRANGEBYLEX key min max`: see [`SortedSetCommands::zremrangebylex`].
pub fn zremrangebylex(key: impl ToArg, min: LexBound, max: LexBound) -> Cmd<i64> {
    Cmd::new(&spec::ZREMRANGEBYLEX, i64::from_reply).arg(key).arg(min).arg(max)
}

/// `ZREMRANGEBYRANK key start stop`: see [`SortedSetCommands::zremrangebyrank`].
pub fn zremrangebyrank(key: impl ToArg, start: i64, stop: i64) -> Cmd<i64> {
    Cmd::new(&spec::ZREMRANGEBYRANK, i64::from_reply).arg(key).arg(start).arg(stop)
}

/// `ZREMRANGEBYSCORE key min max`: see [`SortedSetCommands::zremrangebyscore`].
pub fn zremrangebyscore(key: impl ToArg, min: impl Into<ScoreBound>, max: impl Into<ScoreBound>) -> Cmd<i64> {
    Cmd::new(&spec::ZREMRANGEBYSCORE, i64::from_reply).arg(key).arg(min.into()).arg(max.into())
}

/// `ZREVRANK key member` with its options ([`Zrank`]): see [`SortedSetCommands::zrevrank`].
pub fn zrevrank(key: impl ToArg, member: impl ToArg) -> Zrank {
    Zrank { cmd: Cmd::new(&spec::ZREVRANK, Option::from_reply).arg(key).arg(member) }
}

/// `ZSCORE key member`: see [`SortedSetCommands::zscore`].
pub fn zscore(key: impl ToArg, member: impl ToArg) -> Cmd<Option<f64>> {
    Cmd::new(&spec::ZSCORE, Option::from_reply).arg(key).arg(member)
}

/// `ZRANK` or `ZREVRANK` with its options; [`zrank()`] and [`zrevrank()`] make it.
///
/// Without them the rank, `None` when the member is not there; [`withscore`](Self::withscore) asks for its score as well.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Zrank {
    cmd: Cmd<Option<i64>>,
}

impl Zrank {
    /// `WITHSCORE`: answers with the rank and the score, `None` when the member is not there. Since Redis 7.2.0.
    pub fn withscore(self) -> Cmd<Option<(i64, f64)>> {
        self.cmd.arg("WITHSCORE").decode(Option::from_reply)
    }
}

impl IntoCmd for Zrank {
    type Reply = Option<i64>;

    fn into_cmd(self) -> Cmd<Option<i64>> {
        self.cmd
    }
}
