//! Members from one place to another: by their rank, by their scores, or by their bytes when all scores are the same.

use super::{LexBound, ScoreBound};
use crate::arg::ToArg;
use crate::cmd::{Cmd, Reader, Request, Words};
use crate::execute::IntoCmd;
use crate::reply::{FromPair, FromReply};
use crate::spec::{self, Spec};

/// `ZRANGE key start stop` with its options ([`Zrange`]): see
/// [`SortedSetCommands::zrange`](super::SortedSetCommands::zrange).
///
/// ```
/// # use redispy_cmd::commands as cmd;
/// let best = cmd::zrange::<String>("scores", 0, 9).rev().withscores::<(String, f64)>();    // Cmd<Vec<(String, f64)>>
/// let words = best.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"ZRANGE scores 0 9 REV WITHSCORES");
/// ```
pub fn zrange<T: FromReply>(key: impl ToArg, start: i64, stop: i64) -> Zrange<T> {
    Zrange { range: Range::new(&spec::ZRANGE, key, start, stop), read: Vec::from_reply }
}

/// The members between two others, when all have the same score. The other direction and a part of them are options of
/// [`ZrangeBylex`].
///
/// `ZRANGE key min max BYLEX`. Since Redis 1.2.0, `BYLEX` since 6.2.0. O(log(N)+M) in the size of the sorted set and of the
/// range.
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands::{self as cmd, LexBound}};
/// let from_b = cmd::zrange_bylex::<String>("names", LexBound::inclusive("b"), LexBound::MAX).limit(0, 10).into_cmd();
/// let words = from_b.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"ZRANGE names [b + BYLEX LIMIT 0 10");
/// ```
pub fn zrange_bylex<T: FromReply>(key: impl ToArg, min: LexBound, max: LexBound) -> ZrangeBylex<T> {
    ZrangeBylex { range: Range::by("BYLEX", Range::new(&spec::ZRANGE, key, min, max)), read: Vec::from_reply }
}

/// The members with a score between two bounds. The other direction, a part of them and their scores are options of
/// [`ZrangeByscore`].
///
/// `ZRANGE key min max BYSCORE`. Since Redis 1.2.0, `BYSCORE` since 6.2.0. O(log(N)+M) in the size of the sorted set and of
/// the range.
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands::{self as cmd, ScoreBound}};
/// let late = cmd::zrange_byscore::<String>("jobs", ScoreBound::Exclusive(10.0), ScoreBound::MAX).rev().limit(0, 5).into_cmd();
/// let words = late.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"ZRANGE jobs inf (10 BYSCORE REV LIMIT 0 5");
/// ```
pub fn zrange_byscore<T: FromReply>(
    key: impl ToArg,
    min: impl Into<ScoreBound>,
    max: impl Into<ScoreBound>,
) -> ZrangeByscore<T> {
    let range = Range::new(&spec::ZRANGE, key, min.into(), max.into());
    ZrangeByscore { range: Range::by("BYSCORE", range), read: Vec::from_reply }
}

/// `ZRANGEBYLEX key min max` with its options ([`Zrangebylex`]): see
/// [`SortedSetCommands::zrangebylex`](super::SortedSetCommands::zrangebylex).
pub fn zrangebylex<T: FromReply>(key: impl ToArg, min: LexBound, max: LexBound) -> Zrangebylex<T> {
    Zrangebylex { range: Range::new(&spec::ZRANGEBYLEX, key, min, max), read: Vec::from_reply }
}

/// `ZRANGEBYSCORE key min max` with its options ([`Zrangebyscore`]): see
/// [`SortedSetCommands::zrangebyscore`](super::SortedSetCommands::zrangebyscore).
pub fn zrangebyscore<T: FromReply>(
    key: impl ToArg,
    min: impl Into<ScoreBound>,
    max: impl Into<ScoreBound>,
) -> Zrangebyscore<T> {
    let range = Range::new(&spec::ZRANGEBYSCORE, key, min.into(), max.into());
    Zrangebyscore { range, read: Vec::from_reply }
}

/// `ZRANGESTORE destination source start stop` with its options ([`Zrangestore`]): see
/// [`SortedSetCommands::zrangestore`](super::SortedSetCommands::zrangestore).
pub fn zrangestore(destination: impl ToArg, source: impl ToArg, start: i64, stop: i64) -> Zrangestore {
    Zrangestore { range: Range::store(destination, source, start, stop) }
}

/// Stores the members between two others, when all have the same score, under another key, whatever that held before. The
/// reply is how many there are. The other direction and a part of them are options of [`ZrangestoreBy`].
///
/// `ZRANGESTORE destination source min max BYLEX`. Since Redis 6.2.0. O(log(N)+M) in the size of the sorted set and of the
/// range.
pub fn zrangestore_bylex(
    destination: impl ToArg,
    source: impl ToArg,
    min: LexBound,
    max: LexBound,
) -> ZrangestoreBy {
    ZrangestoreBy { range: Range::by("BYLEX", Range::store(destination, source, min, max)) }
}

/// Stores the members with a score between two bounds under another key, whatever that held before. The reply is how many
/// there are. The other direction and a part of them are options of [`ZrangestoreBy`].
///
/// `ZRANGESTORE destination source min max BYSCORE`. Since Redis 6.2.0. O(log(N)+M) in the size of the sorted set and of
/// the range.
pub fn zrangestore_byscore(
    destination: impl ToArg,
    source: impl ToArg,
    min: impl Into<ScoreBound>,
    max: impl Into<ScoreBound>,
) -> ZrangestoreBy {
    let range = Range::store(destination, source, min.into(), max.into());
    ZrangestoreBy { range: Range::by("BYSCORE", range) }
}

/// `ZREVRANGE key start stop` with its options ([`Zrevrange`]): see
/// [`SortedSetCommands::zrevrange`](super::SortedSetCommands::zrevrange).
pub fn zrevrange<T: FromReply>(key: impl ToArg, start: i64, stop: i64) -> Zrevrange<T> {
    Zrevrange { cmd: Cmd::new(&spec::ZREVRANGE, Vec::from_reply).arg(key).arg(start).arg(stop) }
}

/// `ZREVRANGEBYLEX key max min` with its options ([`Zrangebylex`]): see
/// [`SortedSetCommands::zrevrangebylex`](super::SortedSetCommands::zrevrangebylex).
pub fn zrevrangebylex<T: FromReply>(key: impl ToArg, max: LexBound, min: LexBound) -> Zrangebylex<T> {
    Zrangebylex { range: Range::new(&spec::ZREVRANGEBYLEX, key, max, min), read: Vec::from_reply }
}

/// `ZREVRANGEBYSCORE key max min` with its options ([`Zrangebyscore`]): see
/// [`SortedSetCommands::zrevrangebyscore`](super::SortedSetCommands::zrevrangebyscore).
pub fn zrevrangebyscore<T: FromReply>(
    key: impl ToArg,
    max: impl Into<ScoreBound>,
    min: impl Into<ScoreBound>,
) -> Zrangebyscore<T> {
    let range = Range::new(&spec::ZREVRANGEBYSCORE, key, max.into(), min.into());
    Zrangebyscore { range, read: Vec::from_reply }
}

/// `ZRANGE` with its options; [`zrange()`] makes it.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Zrange<T> {
    range: Range,
    read: Reader<Vec<T>>,
}

impl<T> Zrange<T> {
    /// `REV`: counts ranks from the highest score, and answers in that order. Since Redis 6.2.0.
    pub fn rev(mut self) -> Self {
        self.range.rev = true;
        self
    }

    /// `WITHSCORES`: answers with members and their scores, as `(String, f64)` or `ScoredMember<String>`.
    pub fn withscores<P: FromPair>(self) -> Cmd<Vec<P>> {
        self.range.withscores()
    }
}

impl<T> IntoCmd for Zrange<T> {
    type Reply = Vec<T>;

    fn into_cmd(self) -> Cmd<Vec<T>> {
        Cmd::from_request(self.range.write(), self.read)
    }
}

/// `ZRANGE .. BYSCORE` with its options; [`zrange_byscore()`] makes it.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct ZrangeByscore<T> {
    range: Range,
    read: Reader<Vec<T>>,
}

impl<T> ZrangeByscore<T> {
    /// `REV`: answers with the highest score first. The bounds stay as they are: they are sent the other way round. Since
    /// Redis 6.2.0.
    pub fn rev(mut self) -> Self {
        self.range.rev = true;
        self
    }

    /// `LIMIT offset count`: leaves out the first `offset` members, and answers with at most `count` of the others, all of
    /// them when negative. Since Redis 6.2.0.
    pub fn limit(mut self, offset: i64, count: i64) -> Self {
        self.range.limit = Some((offset, count));
        self
    }

    /// `WITHSCORES`: answers with members and their scores, as `(String, f64)` or `ScoredMember<String>`. Since Redis
    /// 6.2.0.
    pub fn withscores<P: FromPair>(self) -> Cmd<Vec<P>> {
        self.range.withscores()
    }
}

impl<T> IntoCmd for ZrangeByscore<T> {
    type Reply = Vec<T>;

    fn into_cmd(self) -> Cmd<Vec<T>> {
        Cmd::from_request(self.range.write(), self.read)
    }
}

/// `ZRANGE .. BYLEX` with its options; [`zrange_bylex()`] makes it.
///
/// Servers tell no scores here.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct ZrangeBylex<T> {
    range: Range,
    read: Reader<Vec<T>>,
}

impl<T> ZrangeBylex<T> {
    /// `REV`: answers with the last member first. The bounds stay as they are: they are sent the other way round. Since
    /// Redis 6.2.0.
    pub fn rev(mut self) -> Self {
        self.range.rev = true;
        self
    }

    /// `LIMIT offset count`: leaves out the first `offset` members, and answers with at most `count` of the others, all of
    /// them when negative. Since Redis 6.2.0.
    pub fn limit(mut self, offset: i64, count: i64) -> Self {
        self.range.limit = Some((offset, count));
        self
    }
}

impl<T> IntoCmd for ZrangeBylex<T> {
    type Reply = Vec<T>;

    fn into_cmd(self) -> Cmd<Vec<T>> {
        Cmd::from_request(self.range.write(), self.read)
    }
}

/// `ZRANGEBYSCORE` or `ZREVRANGEBYSCORE` with its options; [`zrangebyscore()`] and [`zrevrangebyscore()`] make it.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Zrangebyscore<T> {
    range: Range,
    read: Reader<Vec<T>>,
}

impl<T> Zrangebyscore<T> {
    /// `LIMIT offset count`: leaves out the first `offset` members, and answers with at most `count` of the others, all of
    /// them when negative.
    pub fn limit(mut self, offset: i64, count: i64) -> Self {
        self.range.limit = Some((offset, count));
        self
    }

    /// `WITHSCORES`: answers with members and their scores, as `(String, f64)` or `ScoredMember<String>`. Since Redis
    /// 2.0.0.
    pub fn withscores<P: FromPair>(self) -> Cmd<Vec<P>> {
        self.range.withscores()
    }
}

impl<T> IntoCmd for Zrangebyscore<T> {
    type Reply = Vec<T>;

    fn into_cmd(self) -> Cmd<Vec<T>> {
        Cmd::from_request(self.range.write(), self.read)
    }
}

/// `ZRANGEBYLEX` or `ZREVRANGEBYLEX` with its options; [`zrangebylex()`] and [`zrevrangebylex()`] make it.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Zrangebylex<T> {
    range: Range,
    read: Reader<Vec<T>>,
}

impl<T> Zrangebylex<T> {
    /// `LIMIT offset count`: leaves out the first `offset` members, and answers with at most `count` of the others, all of
    /// them when negative.
    pub fn limit(mut self, offset: i64, count: i64) -> Self {
        self.range.limit = Some((offset, count));
        self
    }
}

impl<T> IntoCmd for Zrangebylex<T> {
    type Reply = Vec<T>;

    fn into_cmd(self) -> Cmd<Vec<T>> {
        Cmd::from_request(self.range.write(), self.read)
    }
}

/// `ZREVRANGE` with its options; [`zrevrange()`] makes it.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Zrevrange<T> {
    cmd: Cmd<Vec<T>>,
}

impl<T> Zrevrange<T> {
    /// `WITHSCORES`: answers with members and their scores, as `(String, f64)` or `ScoredMember<String>`.
    pub fn withscores<P: FromPair>(self) -> Cmd<Vec<P>> {
        self.cmd.arg("WITHSCORES").decode(Vec::from_reply)
    }
}

impl<T> IntoCmd for Zrevrange<T> {
    type Reply = Vec<T>;

    fn into_cmd(self) -> Cmd<Vec<T>> {
        self.cmd
    }
}

/// `ZRANGESTORE` with its options; [`zrangestore()`] makes it.
///
/// The reply is how many members were stored.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Zrangestore {
    range: Range,
}

impl Zrangestore {
    /// `REV`: counts ranks from the highest score.
    pub fn rev(mut self) -> Self {
        self.range.rev = true;
        self
    }
}

impl IntoCmd for Zrangestore {
    type Reply = i64;

    fn into_cmd(self) -> Cmd<i64> {
        Cmd::from_request(self.range.write(), i64::from_reply)
    }
}

/// `ZRANGESTORE .. BYLEX` or `ZRANGESTORE .. BYSCORE` with its options; [`zrangestore_bylex()`] and
/// [`zrangestore_byscore()`] make it.
///
/// The reply is how many members were stored.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct ZrangestoreBy {
    range: Range,
}

impl ZrangestoreBy {
    /// `REV`: begins with the last member, which matters for a [`limit`](Self::limit). The bounds stay as they are: they
    /// are sent the other way round.
    pub fn rev(mut self) -> Self {
        self.range.rev = true;
        self
    }

    /// `LIMIT offset count`: leaves out the first `offset` members, and stores at most `count` of the others, all of them
    /// when negative.
    pub fn limit(mut self, offset: i64, count: i64) -> Self {
        self.range.limit = Some((offset, count));
        self
    }
}

impl IntoCmd for ZrangestoreBy {
    type Reply = i64;

    fn into_cmd(self) -> Cmd<i64> {
        Cmd::from_request(self.range.write(), i64::from_reply)
    }
}

/// A range, and which part of it is wanted.
#[derive(Debug, Clone)]
struct Range {
    request: Request,
    /// In the order of the command's arguments.
    bounds: [Words; 2],
    by: Option<&'static str>,
    rev: bool,
    limit: Option<(i64, i64)>,
}

impl Range {
    fn new(spec: &'static Spec, key: impl ToArg, first: impl ToArg, second: impl ToArg) -> Self {
        let mut request = Request::new(spec);
        request.arg(key);
        let bounds = [Words::of(first), Words::of(second)];
        Range { request, bounds, by: None, rev: false, limit: None }
    }

    fn store(destination: impl ToArg, source: impl ToArg, first: impl ToArg, second: impl ToArg) -> Self {
        let mut range = Range::new(&spec::ZRANGESTORE, destination, first, second);
        range.request.arg(source);
        range
    }

    fn by(what: &'static str, range: Self) -> Self {
        Range { by: Some(what), ..range }
    }

    fn withscores<P: FromPair>(self) -> Cmd<Vec<P>> {
        Cmd::from_request(self.write(), Vec::from_reply).arg("WITHSCORES")
    }

    fn write(mut self) -> Request {
        let [first, second] = &self.bounds;
        // With REV servers want the upper bound first; ranks are counted from the other end instead.
        let swapped = self.rev && self.by.is_some();
        let (first, second) = if swapped { (second, first) } else { (first, second) };
        self.request.append(first);
        self.request.append(second);
        if let Some(by) = self.by {
            self.request.arg(by);
        }
        if self.rev {
            self.request.arg("REV");
        }
        if let Some((offset, count)) = self.limit {
            self.request.args(("LIMIT", offset, count));
        }
        self.request
    }
}

clone_and_debug! {
    Zrange<T> { range, read }
    ZrangeByscore<T> { range, read }
    ZrangeBylex<T> { range, read }
    Zrangebyscore<T> { range, read }
    Zrangebylex<T> { range, read }
    Zrevrange<T> { cmd }
}
