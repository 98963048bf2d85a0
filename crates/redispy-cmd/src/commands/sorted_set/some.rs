//! Some of the members of a sorted set: at random, or page by page.

use crate::arg::ToArg;
use crate::cmd::{Cmd, Words};
use crate::commands::generic::ScanFilter;
use crate::execute::IntoCmd;
use crate::replies::{Cursor, ScanPage};
use crate::reply::{FromPair, FromReply};
use crate::spec;

/// `ZRANDMEMBER key` with its options ([`Zrandmember`]): see
/// [`SortedSetCommands::zrandmember`](super::SortedSetCommands::zrandmember).
///
/// ```
/// # use redispy_cmd::commands as cmd;
/// let three = cmd::zrandmember::<String>("z").count(3);                                // Vec<String>
/// let scored = cmd::zrandmember::<String>("z").count(3).withscores::<(String, f64)>(); // Cmd<Vec<(String, f64)>>
/// let words = scored.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"ZRANDMEMBER z 3 WITHSCORES");
/// ```
pub fn zrandmember<T: FromReply>(key: impl ToArg) -> Zrandmember<T> {
    Zrandmember { cmd: Cmd::new(&spec::ZRANDMEMBER, Option::<T>::from_reply).arg(key) }
}

/// `ZSCAN key cursor` with its options ([`Zscan`]): see [`SortedSetCommands::zscan`](super::SortedSetCommands::zscan).
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands as cmd};
/// let page = cmd::zscan::<(String, f64)>("z", 0).match_("a*").count(100).into_cmd();
/// let words = page.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"ZSCAN z 0 MATCH a* COUNT 100");
/// ```
pub fn zscan<P: FromPair>(key: impl ToArg, cursor: impl Into<Cursor>) -> Zscan<P> {
    let cmd = Cmd::new(&spec::ZSCAN, ScanPage::<P>::from_reply).arg(key).arg(cursor.into());
    Zscan { cmd, filter: ScanFilter::default() }
}

/// `ZRANDMEMBER` with its options; [`zrandmember()`] makes it.
///
/// Without them one member, `None` when there is none; [`count`](Self::count) asks for many.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Zrandmember<T> {
    cmd: Cmd<Option<T>>,
}

impl<T: FromReply> Zrandmember<T> {
    /// `count`: answers with at most `count` members, all different; when negative, with exactly `-count` that may come
    /// again. None without a sorted set.
    pub fn count(self, count: i64) -> ZrandmemberCount<T> {
        ZrandmemberCount { cmd: self.cmd.arg(count).decode(Vec::from_reply) }
    }
}

impl<T> IntoCmd for Zrandmember<T> {
    type Reply = Option<T>;

    fn into_cmd(self) -> Cmd<Option<T>> {
        self.cmd
    }
}

/// `ZRANDMEMBER` of many members; [`withscores`](Self::withscores) asks for their scores as well.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct ZrandmemberCount<T> {
    cmd: Cmd<Vec<T>>,
}

impl<T> ZrandmemberCount<T> {
    /// `WITHSCORES`: answers with members and their scores, as `(String, f64)` or `ScoredMember<String>`.
    pub fn withscores<P: FromPair>(self) -> Cmd<Vec<P>> {
        self.cmd.arg("WITHSCORES").decode(Vec::from_reply)
    }
}

impl<T> IntoCmd for ZrandmemberCount<T> {
    type Reply = Vec<T>;

    fn into_cmd(self) -> Cmd<Vec<T>> {
        self.cmd
    }
}

/// `ZSCAN` with its options; [`zscan()`] makes it.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Zscan<P> {
    cmd: Cmd<ScanPage<P>>,
    filter: ScanFilter,
}

impl<P> Zscan<P> {
    /// `MATCH pattern`: only members that match this glob-style pattern.
    pub fn match_(mut self, pattern: impl ToArg) -> Self {
        self.filter.pattern = Some(Words::of(pattern));
        self
    }

    /// `COUNT count`: looks at about this many members for one page; servers look at 10 when not told.
    pub fn count(mut self, count: i64) -> Self {
        self.filter.count = Some(count);
        self
    }

    /// `NOSCORES`: answers with members, without their scores. Since Valkey 8.0.0, not in Redis.
    pub fn noscores<T: FromReply>(self) -> Cmd<ScanPage<T>> {
        self.into_cmd().arg("NOSCORES").decode(ScanPage::<T>::from_reply)
    }
}

impl<P> IntoCmd for Zscan<P> {
    type Reply = ScanPage<P>;

    fn into_cmd(self) -> Cmd<ScanPage<P>> {
        self.filter.append_to(self.cmd)
    }
}

clone_and_debug! {
    Zrandmember<T> { cmd }
    ZrandmemberCount<T> { cmd }
    Zscan<P> { cmd, filter }
}
