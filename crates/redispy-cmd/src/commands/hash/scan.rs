//! Some of the fields of a hash: at random, or page by page.

use crate::arg::ToArg;
use crate::cmd::{Cmd, Words};
use crate::commands::generic::ScanFilter;
use crate::execute::IntoCmd;
use crate::replies::{Cursor, ScanPage};
use crate::reply::{FromPair, FromReply};
use crate::spec;

/// `HRANDFIELD key` with its options ([`Hrandfield`]): see [`HashCommands::hrandfield`](super::HashCommands::hrandfield).
///
/// ```
/// # use redispy_cmd::commands as cmd;
/// let three = cmd::hrandfield::<String>("h").count(3);                                 // Vec<String>
/// let pairs = cmd::hrandfield::<String>("h").count(3).withvalues::<(String, i64)>();   // Cmd<Vec<(String, i64)>>
/// let words = pairs.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"HRANDFIELD h 3 WITHVALUES");
/// ```
pub fn hrandfield<T: FromReply>(key: impl ToArg) -> Hrandfield<T> {
    Hrandfield { cmd: Cmd::new(&spec::HRANDFIELD, Option::<T>::from_reply).arg(key) }
}

/// `HSCAN key cursor` with its options ([`Hscan`]): see [`HashCommands::hscan`](super::HashCommands::hscan).
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands as cmd};
/// let page = cmd::hscan::<(String, i64)>("h", 0).match_("a*").count(100).into_cmd();
/// let words = page.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"HSCAN h 0 MATCH a* COUNT 100");
/// ```
pub fn hscan<P: FromPair>(key: impl ToArg, cursor: impl Into<Cursor>) -> Hscan<P> {
    let cmd = Cmd::new(&spec::HSCAN, ScanPage::<P>::from_reply).arg(key).arg(cursor.into());
    Hscan { cmd, filter: ScanFilter::default() }
}

/// `HRANDFIELD` with its options; [`hrandfield()`] makes it.
///
/// Without them one field, `None` without a hash; [`count`](Self::count) asks for many.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Hrandfield<T> {
    cmd: Cmd<Option<T>>,
}

impl<T: FromReply> Hrandfield<T> {
    /// `count`: answers with at most `count` fields, all different; when negative, with exactly `-count` that may come
    /// again. None without a hash. Where fields have expired and are not removed yet, servers may answer with fewer.
    pub fn count(self, count: i64) -> HrandfieldCount<T> {
        HrandfieldCount { cmd: self.cmd.arg(count).decode(Vec::<T>::from_reply) }
    }
}

impl<T> IntoCmd for Hrandfield<T> {
    type Reply = Option<T>;

    fn into_cmd(self) -> Cmd<Option<T>> {
        self.cmd
    }
}

/// `HRANDFIELD` of many fields; [`withvalues`](Self::withvalues) asks for their values as well.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct HrandfieldCount<T> {
    cmd: Cmd<Vec<T>>,
}

impl<T> HrandfieldCount<T> {
    /// `WITHVALUES`: answers with fields and values, as `(String, i64)`.
    pub fn withvalues<P: FromPair>(self) -> Cmd<Vec<P>> {
        self.cmd.arg("WITHVALUES").decode(Vec::<P>::from_reply)
    }
}

impl<T> IntoCmd for HrandfieldCount<T> {
    type Reply = Vec<T>;

    fn into_cmd(self) -> Cmd<Vec<T>> {
        self.cmd
    }
}

/// `HSCAN` with its options; [`hscan()`] makes it.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Hscan<P> {
    cmd: Cmd<ScanPage<P>>,
    filter: ScanFilter,
}

impl<P> Hscan<P> {
    /// `MATCH pattern`: only fields whose name matches this glob-style pattern.
    pub fn match_(mut self, pattern: impl ToArg) -> Self {
        self.filter.pattern = Some(Words::of(pattern));
        self
    }

    /// `COUNT count`: looks at about this many fields for one page; servers look at 10 when not told.
    pub fn count(mut self, count: i64) -> Self {
        self.filter.count = Some(count);
        self
    }

    /// `NOVALUES`: answers with fields, without their values. Since Redis 7.4.0, Valkey 8.0.0.
    pub fn novalues<T: FromReply>(self) -> Cmd<ScanPage<T>> {
        self.into_cmd().arg("NOVALUES").decode(ScanPage::<T>::from_reply)
    }
}

impl<P> IntoCmd for Hscan<P> {
    type Reply = ScanPage<P>;

    fn into_cmd(self) -> Cmd<ScanPage<P>> {
        self.filter.append_to(self.cmd)
    }
}

clone_and_debug! {
    Hrandfield<T> { cmd }
    HrandfieldCount<T> { cmd }
    Hscan<P> { cmd, filter }
}
