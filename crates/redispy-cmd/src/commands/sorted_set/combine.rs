//! What sorted sets have in common, and what tells them apart.

use crate::arg::{Arg, ToArg, ToArgs};
use crate::cmd::{Cmd, Reader, Request, Words};
use crate::commands::Intercard;
use crate::execute::IntoCmd;
use crate::reply::{FromPair, FromReply};
use crate::spec::{self, Spec};

/// `ZDIFF numkeys key [key ...]` with its options ([`Zdiff`]): see
/// [`SortedSetCommands::zdiff`](super::SortedSetCommands::zdiff).
///
/// ```
/// # use redispy_cmd::commands as cmd;
/// let cmd = cmd::zdiff::<String>(["a", "b"]).withscores::<(String, f64)>();    // Cmd<Vec<(String, f64)>>
/// let words = cmd.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"ZDIFF 2 a b WITHSCORES");
/// ```
pub fn zdiff<T: FromReply>(keys: impl ToArgs) -> Zdiff<T> {
    let mut request = Request::new(&spec::ZDIFF);
    request.counted_args("keys", keys);
    Zdiff { cmd: Cmd::from_request(request, Vec::from_reply) }
}

/// `ZDIFFSTORE destination numkeys key [key ...]`: see
/// [`SortedSetCommands::zdiffstore`](super::SortedSetCommands::zdiffstore).
pub fn zdiffstore(destination: impl ToArg, keys: impl ToArgs) -> Cmd<i64> {
    let mut request = Request::new(&spec::ZDIFFSTORE);
    request.arg(destination);
    request.counted_args("keys", keys);
    Cmd::from_request(request, i64::from_reply)
}

/// `ZINTER numkeys key [key ...]` with its options ([`Zcombine`]): see
/// [`SortedSetCommands::zinter`](super::SortedSetCommands::zinter).
///
/// ```
/// # use redispy_cmd::commands::{self as cmd, Aggregate};
/// let cmd = cmd::zinter::<String>(["a", "b"]).weights([2, 1]).aggregate(Aggregate::Max).withscores::<(String, f64)>();
/// let words = cmd.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"ZINTER 2 a b WEIGHTS 2 1 AGGREGATE MAX WITHSCORES");
/// ```
pub fn zinter<T: FromReply>(keys: impl ToArgs) -> Zcombine<T> {
    Zcombine { sets: Sets::new(Request::new(&spec::ZINTER), keys), read: Vec::from_reply }
}

/// `ZINTERCARD numkeys key [key ...]` with its options ([`Intercard`]): see
/// [`SortedSetCommands::zintercard`](super::SortedSetCommands::zintercard).
pub fn zintercard(keys: impl ToArgs) -> Intercard {
    Intercard::new(&spec::ZINTERCARD, keys)
}

/// `ZINTERSTORE destination numkeys key [key ...]` with its options ([`ZcombineStore`]): see
/// [`SortedSetCommands::zinterstore`](super::SortedSetCommands::zinterstore).
pub fn zinterstore(destination: impl ToArg, keys: impl ToArgs) -> ZcombineStore {
    ZcombineStore::new(&spec::ZINTERSTORE, destination, keys)
}

/// `ZUNION numkeys key [key ...]` with its options ([`Zcombine`]): see
/// [`SortedSetCommands::zunion`](super::SortedSetCommands::zunion).
pub fn zunion<T: FromReply>(keys: impl ToArgs) -> Zcombine<T> {
    Zcombine { sets: Sets::new(Request::new(&spec::ZUNION), keys), read: Vec::from_reply }
}

/// `ZUNIONSTORE destination numkeys key [key ...]` with its options ([`ZcombineStore`]): see
/// [`SortedSetCommands::zunionstore`](super::SortedSetCommands::zunionstore).
pub fn zunionstore(destination: impl ToArg, keys: impl ToArgs) -> ZcombineStore {
    ZcombineStore::new(&spec::ZUNIONSTORE, destination, keys)
}

/// What becomes of the scores of a member that several sorted sets have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Aggregate {
    /// They are added up, as without this option.
    Sum,
    /// The least counts.
    Min,
    /// The greatest counts.
    Max,
}

impl ToArg for Aggregate {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.bytes(match self {
            Aggregate::Sum => b"SUM",
            Aggregate::Min => b"MIN",
            Aggregate::Max => b"MAX",
        });
    }
}

/// `ZDIFF` with its options; [`zdiff()`] makes it.
///
/// Without them the members; [`withscores`](Self::withscores) asks for their scores as well.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Zdiff<T> {
    cmd: Cmd<Vec<T>>,
}

impl<T> Zdiff<T> {
    /// `WITHSCORES`: answers with members and their scores, as `(String, f64)` or `ScoredMember<String>`.
    pub fn withscores<P: FromPair>(self) -> Cmd<Vec<P>> {
        self.cmd.arg("WITHSCORES").decode(Vec::from_reply)
    }
}

impl<T> IntoCmd for Zdiff<T> {
    type Reply = Vec<T>;

    fn into_cmd(self) -> Cmd<Vec<T>> {
        self.cmd
    }
}

/// `ZINTER` or `ZUNION` with its options; [`zinter()`] and [`zunion()`] make it.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Zcombine<T> {
    sets: Sets,
    read: Reader<Vec<T>>,
}

impl<T> Zcombine<T> {
    /// `WEIGHTS weight [weight ...]`: multiplies the scores of each sorted set: one weight for each key, in their order.
    pub fn weights(mut self, weights: impl IntoIterator<Item: Into<f64>>) -> Self {
        self.sets.weigh(weights);
        self
    }

    /// `AGGREGATE <SUM | MIN | MAX>`: what becomes of the scores of a member that several of the sorted sets have.
    pub fn aggregate(mut self, aggregate: Aggregate) -> Self {
        self.sets.aggregate = Some(aggregate);
        self
    }

    /// `WITHSCORES`: answers with members and their scores, as `(String, f64)` or `ScoredMember<String>`.
    pub fn withscores<P: FromPair>(self) -> Cmd<Vec<P>> {
        Cmd::from_request(self.sets.write(), Vec::from_reply).arg("WITHSCORES")
    }
}

impl<T> IntoCmd for Zcombine<T> {
    type Reply = Vec<T>;

    fn into_cmd(self) -> Cmd<Vec<T>> {
        Cmd::from_request(self.sets.write(), self.read)
    }
}

/// `ZINTERSTORE` or `ZUNIONSTORE` with its options; [`zinterstore()`] and [`zunionstore()`] make it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct ZcombineStore {
    sets: Sets,
}

impl ZcombineStore {
    fn new(spec: &'static Spec, destination: impl ToArg, keys: impl ToArgs) -> Self {
        let mut request = Request::new(spec);
        request.arg(destination);
        ZcombineStore { sets: Sets::new(request, keys) }
    }

    /// `WEIGHTS weight [weight ...]`: multiplies the scores of each sorted set: one weight for each key, in their order.
    pub fn weights(mut self, weights: impl IntoIterator<Item: Into<f64>>) -> Self {
        self.sets.weigh(weights);
        self
    }

    /// `AGGREGATE <SUM | MIN | MAX>`: what becomes of the scores of a member that several of the sorted sets have.
    pub fn aggregate(mut self, aggregate: Aggregate) -> Self {
        self.sets.aggregate = Some(aggregate);
        self
    }
}

impl IntoCmd for ZcombineStore {
    type Reply = i64;

    fn into_cmd(self) -> Cmd<i64> {
        Cmd::from_request(self.sets.write(), i64::from_reply)
    }
}

/// The sorted sets that are combined, and how.
#[derive(Debug, Clone)]
struct Sets {
    request: Request,
    keys: usize,
    weights: Option<Words>,
    aggregate: Option<Aggregate>,
}

impl Sets {
    fn new(mut request: Request, keys: impl ToArgs) -> Self {
        let before = request.count();
        request.counted_args("keys", keys);
        let keys = request.count().saturating_sub(before + 1);
        Sets { request, keys, weights: None, aggregate: None }
    }

    fn weigh(&mut self, weights: impl IntoIterator<Item: Into<f64>>) {
        let mut words = Words::none();
        for weight in weights {
            words.push(weight.into());
        }
        self.weights = Some(words);
    }

    fn write(mut self) -> Request {
        if let Some(weights) = &self.weights {
            self.request.arg("WEIGHTS");
            self.request.append(weights);
            if weights.count() != self.keys {
                self.request.refuse("weights", "one for each key");
            }
        }
        if let Some(aggregate) = self.aggregate {
            self.request.args(("AGGREGATE", aggregate));
        }
        self.request
    }
}

clone_and_debug! {
    Zdiff<T> { cmd }
    Zcombine<T> { sets, read }
}
