//! Sets: members without order, each of them once; what sets have in common and what tells them apart.

mod some;

use std::collections::HashSet;
use std::hash::Hash;

use crate::arg::{ToArg, ToArgs};
use crate::cmd::{Cmd, Request};
use crate::execute::{Execute, IntoCmd};
use crate::replies::{Cursor, ScanPage};
use crate::reply::FromReply;
use crate::spec::{self, Spec};

pub use some::*;

/// The set commands, on everything that takes commands. A key that does not exist counts as an empty set; one that holds
/// something else is an error with the code `WRONGTYPE`.
///
/// Members come as a `HashSet`. Another collection, such as a `BTreeSet`, or a `Vec` for members that cannot be hashed, is
/// had by [`Cmd::returns`]: `cmd::smembers::<String>("s").returns::<BTreeSet<String>>()`.
pub trait SetCommands: Execute {
    /// Adds members. The reply is how many were not there before.
    ///
    /// `SADD key member [member ...]`. Since Redis 1.0.0, many members since 2.4.0. O(N) in the number of members.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::SetCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let new_ones = r.sadd("tags", ["rust", "redis"])?;
    /// # Ok(()) }
    /// ```
    fn sadd(self, key: impl ToArg, members: impl ToArgs) -> Self::Output<i64> {
        self.run(sadd(key, members))
    }

    /// How many members a set has, 0 when there is no set.
    ///
    /// `SCARD key`. Since Redis 1.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::SetCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let tags = r.scard("tags")?;
    /// # Ok(()) }
    /// ```
    fn scard(self, key: impl ToArg) -> Self::Output<i64> {
        self.run(scard(key))
    }

    /// The members of the first set that none of the others has.
    ///
    /// `SDIFF key [key ...]`. Since Redis 1.0.0. O(N) in the number of members of all sets.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::SetCommands};
    /// use std::collections::HashSet;
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let only_ann: HashSet<String> = r.sdiff(["friends:ann", "friends:bob"])?;
    /// # Ok(()) }
    /// ```
    fn sdiff<T: FromReply + Eq + Hash>(self, keys: impl ToArgs) -> Self::Output<HashSet<T>> {
        self.run(sdiff(keys))
    }

    /// Stores what [`sdiff`](Self::sdiff) answers under another key, whatever that held before. The reply is how many
    /// members there are.
    ///
    /// `SDIFFSTORE destination key [key ...]`. Since Redis 1.0.0. O(N) in the number of members of all sets.
    fn sdiffstore(self, destination: impl ToArg, keys: impl ToArgs) -> Self::Output<i64> {
        self.run(sdiffstore(destination, keys))
    }

    /// The members that all of these sets have.
    ///
    /// `SINTER key [key ...]`. Since Redis 1.0.0. O(N*M) in the size of the smallest set and the number of sets.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::SetCommands};
    /// use std::collections::HashSet;
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let common: HashSet<String> = r.sinter(["friends:ann", "friends:bob"])?;
    /// # Ok(()) }
    /// ```
    fn sinter<T: FromReply + Eq + Hash>(self, keys: impl ToArgs) -> Self::Output<HashSet<T>> {
        self.run(sinter(keys))
    }

    /// How many members all of these sets have. To stop counting early is an option of
    /// [`cmd::sintercard`](sintercard()).
    ///
    /// `SINTERCARD numkeys key [key ...]`. Since Redis 7.0.0. O(N*M) in the size of the smallest set and the number of
    /// sets.
    fn sintercard(self, keys: impl ToArgs) -> Self::Output<i64> {
        self.run(sintercard(keys))
    }

    /// Stores what [`sinter`](Self::sinter) answers under another key, whatever that held before. The reply is how many
    /// members there are.
    ///
    /// `SINTERSTORE destination key [key ...]`. Since Redis 1.0.0. O(N*M) in the size of the smallest set and the
    /// number of sets.
    fn sinterstore(self, destination: impl ToArg, keys: impl ToArgs) -> Self::Output<i64> {
        self.run(sinterstore(destination, keys))
    }

    /// Whether a set has this member.
    ///
    /// `SISMEMBER key member`. Since Redis 1.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::SetCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let is_tagged = r.sismember("tags", "rust")?;
    /// # Ok(()) }
    /// ```
    fn sismember(self, key: impl ToArg, member: impl ToArg) -> Self::Output<bool> {
        self.run(sismember(key, member))
    }

    /// All members.
    ///
    /// `SMEMBERS key`. Since Redis 1.0.0. O(N) in the number of members.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::SetCommands};
    /// use std::collections::HashSet;
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let tags: HashSet<String> = r.smembers("tags")?;
    /// # Ok(()) }
    /// ```
    fn smembers<T: FromReply + Eq + Hash>(self, key: impl ToArg) -> Self::Output<HashSet<T>> {
        self.run(smembers(key))
    }

    /// For each of these members whether a set has it.
    ///
    /// `SMISMEMBER key member [member ...]`. Since Redis 6.2.0. O(N) in the number of members asked for.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::SetCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let are_tagged: Vec<bool> = r.smismember("tags", ["rust", "redis"])?;
    /// # Ok(()) }
    /// ```
    fn smismember(self, key: impl ToArg, members: impl ToArgs) -> Self::Output<Vec<bool>> {
        self.run(smismember(key, members))
    }

    /// Moves a member from one set to another. The reply is whether the first one had it.
    ///
    /// `SMOVE source destination member`. Since Redis 1.0.0. O(1).
    fn smove(self, source: impl ToArg, destination: impl ToArg, member: impl ToArg) -> Self::Output<bool> {
        self.run(smove(source, destination, member))
    }

    /// Takes a random member, `None` when there is none. To take many is an option of [`cmd::spop`](spop()).
    ///
    /// `SPOP key`. Since Redis 1.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, Execute, commands::{self as cmd, SetCommands}};
    /// use std::collections::HashSet;
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let winner: Option<String> = r.spop("tickets")?;
    /// let ten: HashSet<String> = r.run(cmd::spop("tickets").count(10))?;
    /// # Ok(()) }
    /// ```
    fn spop<T: FromReply>(self, key: impl ToArg) -> Self::Output<Option<T>> {
        self.run(spop(key))
    }

    /// A random member, `None` when there is none. To ask for many is an option of
    /// [`cmd::srandmember`](srandmember()).
    ///
    /// `SRANDMEMBER key`. Since Redis 1.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::SetCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let tag: Option<String> = r.srandmember("tags")?;
    /// # Ok(()) }
    /// ```
    fn srandmember<T: FromReply>(self, key: impl ToArg) -> Self::Output<Option<T>> {
        self.run(srandmember(key))
    }

    /// Removes members. The reply is how many were there.
    ///
    /// `SREM key member [member ...]`. Since Redis 1.0.0, many members since 2.4.0. O(N) in the number of members.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::SetCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let removed = r.srem("tags", ["redis"])?;
    /// # Ok(()) }
    /// ```
    fn srem(self, key: impl ToArg, members: impl ToArgs) -> Self::Output<i64> {
        self.run(srem(key, members))
    }

    /// One page of members, and the cursor of the next; pages begin with cursor 0. What pages hold is an option of
    /// [`cmd::sscan`](sscan()).
    ///
    /// `SSCAN key cursor`. Since Redis 2.8.0. O(1) for each page, O(N) for all members.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::SetCommands, replies::Cursor};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let mut cursor = Some(Cursor::START);
    /// while let Some(at) = cursor {
    ///     let page = r.sscan::<String>("tags", at)?;
    ///     cursor = page.next();
    ///     for tag in page.items {
    ///         println!("{tag}");
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    fn sscan<T: FromReply>(self, key: impl ToArg, cursor: impl Into<Cursor>) -> Self::Output<ScanPage<T>> {
        self.run(sscan(key, cursor))
    }

    /// The members that any of these sets has.
    ///
    /// `SUNION key [key ...]`. Since Redis 1.0.0. O(N) in the number of members of all sets.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::SetCommands};
    /// use std::collections::HashSet;
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let all: HashSet<String> = r.sunion(["friends:ann", "friends:bob"])?;
    /// # Ok(()) }
    /// ```
    fn sunion<T: FromReply + Eq + Hash>(self, keys: impl ToArgs) -> Self::Output<HashSet<T>> {
        self.run(sunion(keys))
    }

    /// Stores what [`sunion`](Self::sunion) answers under another key, whatever that held before. The reply is how many
    /// members there are.
    ///
    /// `SUNIONSTORE destination key [key ...]`. Since Redis 1.0.0. O(N) in the number of members of all sets.
    fn sunionstore(self, destination: impl ToArg, keys: impl ToArgs) -> Self::Output<i64> {
        self.run(sunionstore(destination, keys))
    }
}

impl<E: Execute> SetCommands for E {}

/// `SADD key member [member ...]`: see [`SetCommands::sadd`].
pub fn sadd(key: impl ToArg, members: impl ToArgs) -> Cmd<i64> {
    of_members(&spec::SADD, key, members)
}

/// `SCARD key`: see [`SetCommands::scard`].
pub fn scard(key: impl ToArg) -> Cmd<i64> {
    Cmd::new(&spec::SCARD, i64::from_reply).arg(key)
}

/// `SDIFF key [key ...]`: see [`SetCommands::sdiff`].
pub fn sdiff<T: FromReply + Eq + Hash>(keys: impl ToArgs) -> Cmd<HashSet<T>> {
    of_keys(&spec::SDIFF, keys)
}

/// `SDIFFSTORE destination key [key ...]`: see [`SetCommands::sdiffstore`].
pub fn sdiffstore(destination: impl ToArg, keys: impl ToArgs) -> Cmd<i64> {
    store(&spec::SDIFFSTORE, destination, keys)
}

/// `SINTER key [key ...]`: see [`SetCommands::sinter`].
pub fn sinter<T: FromReply + Eq + Hash>(keys: impl ToArgs) -> Cmd<HashSet<T>> {
    of_keys(&spec::SINTER, keys)
}

/// `SINTERCARD numkeys key [key ...]` with its options ([`Intercard`]): see [`SetCommands::sintercard`].
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands as cmd};
/// let cmd = cmd::sintercard(["a", "b"]).limit(100).into_cmd();
/// let words = cmd.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"SINTERCARD 2 a b LIMIT 100");
/// ```
pub fn sintercard(keys: impl ToArgs) -> Intercard {
    Intercard::new(&spec::SINTERCARD, keys)
}

/// `SINTERSTORE destination key [key ...]`: see [`SetCommands::sinterstore`].
pub fn sinterstore(destination: impl ToArg, keys: impl ToArgs) -> Cmd<i64> {
    store(&spec::SINTERSTORE, destination, keys)
}

/// `SISMEMBER key member`: see [`SetCommands::sismember`].
pub fn sismember(key: impl ToArg, member: impl ToArg) -> Cmd<bool> {
    Cmd::new(&spec::SISMEMBER, bool::from_reply).arg(key).arg(member)
}

/// `SMEMBERS key`: see [`SetCommands::smembers`].
pub fn smembers<T: FromReply + Eq + Hash>(key: impl ToArg) -> Cmd<HashSet<T>> {
    Cmd::new(&spec::SMEMBERS, HashSet::from_reply).arg(key)
}

/// `SMISMEMBER key member [member ...]`: see [`SetCommands::smismember`].
pub fn smismember(key: impl ToArg, members: impl ToArgs) -> Cmd<Vec<bool>> {
    of_members(&spec::SMISMEMBER, key, members)
}

/// `SMOVE source destination member`: see [`SetCommands::smove`].
pub fn smove(source: impl ToArg, destination: impl ToArg, member: impl ToArg) -> Cmd<bool> {
    Cmd::new(&spec::SMOVE, bool::from_reply).arg(source).arg(destination).arg(member)
}

/// `SREM key member [member ...]`: see [`SetCommands::srem`].
pub fn srem(key: impl ToArg, members: impl ToArgs) -> Cmd<i64> {
    of_members(&spec::SREM, key, members)
}

/// `SUNION key [key ...]`: see [`SetCommands::sunion`].
pub fn sunion<T: FromReply + Eq + Hash>(keys: impl ToArgs) -> Cmd<HashSet<T>> {
    of_keys(&spec::SUNION, keys)
}

/// `SUNIONSTORE destination key [key ...]`: see [`SetCommands::sunionstore`].
pub fn sunionstore(destination: impl ToArg, keys: impl ToArgs) -> Cmd<i64> {
    store(&spec::SUNIONSTORE, destination, keys)
}

/// `SINTERCARD` or `ZINTERCARD` with its options; [`sintercard()`] and [`zintercard()`](super::zintercard()) make it.
///
/// Without them all common members are counted.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Intercard {
    request: Request,
    limit: Option<i64>,
}

impl Intercard {
    pub(super) fn new(spec: &'static Spec, keys: impl ToArgs) -> Self {
        let mut request = Request::new(spec);
        request.counted_args("keys", keys);
        Intercard { request, limit: None }
    }

    /// `LIMIT limit`: stops counting when there are this many; 0 counts all.
    pub fn limit(mut self, limit: i64) -> Self {
        self.limit = Some(limit);
        self
    }
}

impl IntoCmd for Intercard {
    type Reply = i64;

    fn into_cmd(mut self) -> Cmd<i64> {
        if let Some(limit) = self.limit {
            self.request.args(("LIMIT", limit));
        }
        Cmd::from_request(self.request, i64::from_reply)
    }
}

/// A command of a key and its members, of which it needs at least one.
pub(super) fn of_members<T: FromReply>(spec: &'static Spec, key: impl ToArg, members: impl ToArgs) -> Cmd<T> {
    let mut request = Request::new(spec);
    request.arg(key);
    request.some_args("members", members);
    Cmd::from_request(request, T::from_reply)
}

fn of_keys<T: FromReply>(spec: &'static Spec, keys: impl ToArgs) -> Cmd<T> {
    let mut request = Request::new(spec);
    request.some_args("keys", keys);
    Cmd::from_request(request, T::from_reply)
}

fn store(spec: &'static Spec, destination: impl ToArg, keys: impl ToArgs) -> Cmd<i64> {
    let mut request = Request::new(spec);
    request.arg(destination);
    request.some_args("keys", keys);
    Cmd::from_request(request, i64::from_reply)
}
