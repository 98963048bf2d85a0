//! Some of the members of a set: taken or told at random, or page by page.

use std::collections::HashSet;
use std::hash::Hash;

use crate::arg::ToArg;
use crate::cmd::{Cmd, Words};
use crate::commands::generic::ScanFilter;
use crate::execute::IntoCmd;
use crate::replies::{Cursor, ScanPage};
use crate::reply::FromReply;
use crate::spec;

/// `SPOP key` with its options ([`Spop`]): see [`SetCommands::spop`](super::SetCommands::spop).
///
/// ```
/// # use redispy_cmd::commands as cmd;
/// let batch = cmd::spop::<String>("jobs").count(100);      // Cmd<HashSet<String>>
/// assert_eq!(batch.request().iter().last(), Some(&b"100"[..]));
/// ```
pub fn spop<T: FromReply>(key: impl ToArg) -> Spop<T> {
    Spop { cmd: Cmd::new(&spec::SPOP, Option::<T>::from_reply).arg(key) }
}

/// `SRANDMEMBER key` with its options ([`Srandmember`]): see [`SetCommands::srandmember`](super::SetCommands::srandmember).
///
/// ```
/// # use redispy_cmd::commands as cmd;
/// let dice = cmd::srandmember::<i64>("faces").count(-2);   // Cmd<Vec<i64>>
/// assert_eq!(dice.request().iter().last(), Some(&b"-2"[..]));
/// ```
pub fn srandmember<T: FromReply>(key: impl ToArg) -> Srandmember<T> {
    Srandmember { cmd: Cmd::new(&spec::SRANDMEMBER, Option::<T>::from_reply).arg(key) }
}

/// `SSCAN key cursor` with its options ([`Sscan`]): see [`SetCommands::sscan`](super::SetCommands::sscan).
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands as cmd};
/// let page = cmd::sscan::<String>("s", 0).match_("a*").count(100).into_cmd();
/// let words = page.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"SSCAN s 0 MATCH a* COUNT 100");
/// ```
pub fn sscan<T: FromReply>(key: impl ToArg, cursor: impl Into<Cursor>) -> Sscan<T> {
    let cmd = Cmd::new(&spec::SSCAN, ScanPage::<T>::from_reply).arg(key).arg(cursor.into());
    Sscan { cmd, filter: ScanFilter::default() }
}

/// `SPOP` with its options; [`spop()`] makes it.
///
/// Without them one member, `None` when there is none; [`count`](Self::count) takes many.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Spop<T> {
    cmd: Cmd<Option<T>>,
}

impl<T: FromReply + Eq + Hash> Spop<T> {
    /// `count`: takes at most this many members, none when there is no set. Since Redis 3.2.0.
    pub fn count(self, count: i64) -> Cmd<HashSet<T>> {
        self.cmd.arg(count).decode(HashSet::from_reply)
    }
}

impl<T> IntoCmd for Spop<T> {
    type Reply = Option<T>;

    fn into_cmd(self) -> Cmd<Option<T>> {
        self.cmd
    }
}

/// `SRANDMEMBER` with its options; [`srandmember()`] makes it.
///
/// Without them one member, `None` when there is none; [`count`](Self::count) asks for many.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Srandmember<T> {
    cmd: Cmd<Option<T>>,
}

impl<T: FromReply> Srandmember<T> {
    /// `count`: answers with at most `count` members, all different; when negative, with exactly `-count` that may come
    /// again. None without a set. Since Redis 2.6.0.
    pub fn count(self, count: i64) -> Cmd<Vec<T>> {
        self.cmd.arg(count).decode(Vec::from_reply)
    }
}

impl<T> IntoCmd for Srandmember<T> {
    type Reply = Option<T>;

    fn into_cmd(self) -> Cmd<Option<T>> {
        self.cmd
    }
}

/// `SSCAN` with its options; [`sscan()`] makes it.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Sscan<T> {
    cmd: Cmd<ScanPage<T>>,
    filter: ScanFilter,
}

impl<T> Sscan<T> {
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
}

impl<T> IntoCmd for Sscan<T> {
    type Reply = ScanPage<T>;

    fn into_cmd(self) -> Cmd<ScanPage<T>> {
        self.filter.append_to(self.cmd)
    }
}

clone_and_debug! {
    Spop<T> { cmd }
    Srandmember<T> { cmd }
    Sscan<T> { cmd, filter }
}
