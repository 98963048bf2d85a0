//! Taking members out of sorted sets, at once or when they come.

use resp_proto::Node;

use crate::arg::{Arg, ToArg, ToArgs};
use crate::block::{Block, ToBlock};
use crate::cmd::{Cmd, Request};
use crate::execute::IntoCmd;
use crate::reply::{FromPair, FromReply, FromTriple, ReplyError};
use crate::spec::{self, Spec};

/// `BZMPOP timeout numkeys key [key ...] <MIN | MAX>` with its options ([`Zmpop`]): see
/// [`SortedSetCommands::bzmpop`](super::SortedSetCommands::bzmpop).
///
/// ```
/// # use redispy_cmd::{Block, IntoCmd, commands::{self as cmd, ScoreEnd}};
/// let cmd = cmd::bzmpop::<(String, Vec<(String, f64)>)>(Block::Forever, ("a", "b"), ScoreEnd::Min).count(10).into_cmd();
/// let words = cmd.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"BZMPOP 0 2 a b MIN COUNT 10");
/// ```
pub fn bzmpop<P: FromPair>(timeout: impl ToBlock, keys: impl ToArgs, end: ScoreEnd) -> Zmpop<P> {
    let mut request = Request::new(&spec::BZMPOP);
    timeout.to_block().write_seconds(&mut request);
    Zmpop::new(request, keys, end)
}

/// `BZPOPMAX key [key ...] timeout`: see [`SortedSetCommands::bzpopmax`](super::SortedSetCommands::bzpopmax).
pub fn bzpopmax<M: FromTriple>(keys: impl ToArgs, timeout: impl ToBlock) -> Cmd<Option<M>> {
    blocking_pop(&spec::BZPOPMAX, keys, timeout.to_block())
}

/// `BZPOPMIN key [key ...] timeout`: see [`SortedSetCommands::bzpopmin`](super::SortedSetCommands::bzpopmin).
pub fn bzpopmin<M: FromTriple>(keys: impl ToArgs, timeout: impl ToBlock) -> Cmd<Option<M>> {
    blocking_pop(&spec::BZPOPMIN, keys, timeout.to_block())
}

/// `ZMPOP numkeys key [key ...] <MIN | MAX>` with its options ([`Zmpop`]): see
/// [`SortedSetCommands::zmpop`](super::SortedSetCommands::zmpop).
pub fn zmpop<P: FromPair>(keys: impl ToArgs, end: ScoreEnd) -> Zmpop<P> {
    Zmpop::new(Request::new(&spec::ZMPOP), keys, end)
}

/// `ZPOPMAX key` with its options ([`Zpop`]): see [`SortedSetCommands::zpopmax`](super::SortedSetCommands::zpopmax).
///
/// ```
/// # use redispy_cmd::commands as cmd;
/// let best = cmd::zpopmax::<(String, f64)>("scores").count(3);     // Cmd<Vec<(String, f64)>>
/// assert_eq!(best.request().iter().last(), Some(&b"3"[..]));
/// ```
pub fn zpopmax<P: FromPair>(key: impl ToArg) -> Zpop<P> {
    Zpop { cmd: Cmd::new(&spec::ZPOPMAX, one).arg(key) }
}

/// `ZPOPMIN key` with its options ([`Zpop`]): see [`SortedSetCommands::zpopmin`](super::SortedSetCommands::zpopmin).
pub fn zpopmin<P: FromPair>(key: impl ToArg) -> Zpop<P> {
    Zpop { cmd: Cmd::new(&spec::ZPOPMIN, one).arg(key) }
}

/// An end of a sorted set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScoreEnd {
    /// The member with the lowest score.
    Min,
    /// The member with the highest score.
    Max,
}

impl ToArg for ScoreEnd {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.bytes(match self {
            ScoreEnd::Min => b"MIN",
            ScoreEnd::Max => b"MAX",
        });
    }
}

/// `ZPOPMAX` or `ZPOPMIN` with its options; [`zpopmax()`] and [`zpopmin()`] make it.
///
/// Without them one member, `None` when there is none; [`count`](Self::count) takes many.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Zpop<P> {
    cmd: Cmd<Option<P>>,
}

impl<P: FromPair> Zpop<P> {
    /// `count`: takes at most this many members, those at the end first; none when there is no sorted set.
    pub fn count(self, count: i64) -> Cmd<Vec<P>> {
        self.cmd.arg(count).decode(Vec::from_reply)
    }
}

impl<P> IntoCmd for Zpop<P> {
    type Reply = Option<P>;

    fn into_cmd(self) -> Cmd<Option<P>> {
        self.cmd
    }
}

/// `BZMPOP` or `ZMPOP` with its options; [`bzmpop()`] and [`zmpop()`] make it.
///
/// Without them one member is taken.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Zmpop<P> {
    cmd: Cmd<Option<P>>,
    count: Option<i64>,
}

impl<P: FromPair> Zmpop<P> {
    fn new(mut request: Request, keys: impl ToArgs, end: ScoreEnd) -> Self {
        request.counted_args("keys", keys);
        request.arg(end);
        Zmpop { cmd: Cmd::from_request(request, Option::from_reply), count: None }
    }

    /// `COUNT count`: takes at most this many members.
    pub fn count(mut self, count: i64) -> Self {
        self.count = Some(count);
        self
    }
}

impl<P> IntoCmd for Zmpop<P> {
    type Reply = Option<P>;

    fn into_cmd(self) -> Cmd<Option<P>> {
        match self.count {
            Some(count) => self.cmd.arg("COUNT").arg(count),
            None => self.cmd,
        }
    }
}

fn blocking_pop<M: FromTriple>(spec: &'static Spec, keys: impl ToArgs, timeout: Block) -> Cmd<Option<M>> {
    let mut request = Request::new(spec);
    request.some_args("keys", keys);
    timeout.write_seconds(&mut request);
    Cmd::from_request(request, Option::from_reply)
}

/// The only member that was taken; an empty array says that there was none.
fn one<P: FromPair>(node: Node<'_>) -> Result<Option<P>, ReplyError> {
    let mut taken = Vec::from_reply(node)?.into_iter();
    match (taken.next(), taken.len()) {
        (one, 0) => Ok(one),
        (_, more) => Err(ReplyError::mismatch("one member with its score", format!("{} of them", more + 1))),
    }
}

clone_and_debug! {
    Zpop<P> { cmd }
    Zmpop<P> { cmd, count }
}
