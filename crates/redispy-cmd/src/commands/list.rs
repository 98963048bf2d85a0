//! Lists: push and pop at both ends, move between lists, wait for what comes.

mod pop;

use crate::arg::{Arg, ToArg, ToArgs};
use crate::block::ToBlock;
use crate::cmd::{Cmd, Request};
use crate::execute::{Execute, IntoCmd, MayBlock};
use crate::replies::Inserted;
use crate::reply::readers::ok;
use crate::reply::{FromPair, FromReply};
use crate::spec::{self, Spec};

pub use pop::*;

/// The list commands, on everything that takes commands. A key that does not exist counts as an empty list; one that holds
/// something else is an error with the code `WRONGTYPE`.
pub trait ListCommands: Execute {
    /// Moves an element from an end of one list to an end of another, waiting for one to come. The reply is the
    /// element, `None` when the time is over.
    ///
    /// `BLMOVE source destination <LEFT | RIGHT> <LEFT | RIGHT> timeout`. Since Redis 6.2.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::{ListCommands, ListEnd}};
    /// use std::time::Duration;
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let job: Option<String> = r.blmove("jobs", "jobs:mine", ListEnd::Left, ListEnd::Right, Duration::from_secs(5))?;
    /// # Ok(()) }
    /// ```
    fn blmove<T: FromReply>(
        self,
        source: impl ToArg,
        destination: impl ToArg,
        from: ListEnd,
        to: ListEnd,
        timeout: impl ToBlock,
    ) -> Self::Output<Option<T>>
    where
        Self: MayBlock,
    {
        self.run(blmove(source, destination, from, to, timeout))
    }

    /// Takes an element from the first of these lists that has one, waiting for one to come. The reply is the key and
    /// the elements, as `(String, Vec<i64>)`, `None` when the time is over. To take more than one is an option of
    /// [`cmd::blmpop`](blmpop()).
    ///
    /// `BLMPOP timeout numkeys key [key ...] <LEFT | RIGHT>`. Since Redis 7.0.0. O(N+M) in the number of keys and of
    /// elements taken.
    fn blmpop<P: FromPair>(
        self,
        timeout: impl ToBlock,
        keys: impl ToArgs,
        end: ListEnd,
    ) -> Self::Output<Option<P>>
    where
        Self: MayBlock,
    {
        self.run(blmpop(timeout, keys, end))
    }

    /// Takes the first element of the first of these lists that has one, waiting for one to come. The reply is the
    /// key and the element, as `(String, i64)`, `None` when the time is over.
    ///
    /// `BLPOP key [key ...] timeout`. Since Redis 2.0.0, fractions of a second since 6.0.0. O(N) in the number of
    /// keys.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::ListCommands};
    /// use std::time::Duration;
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let next: Option<(String, i64)> = r.blpop(("urgent", "jobs"), Duration::from_secs(5))?;
    /// if let Some((list, job)) = next {
    ///     println!("{job} of {list}");
    /// }
    /// # Ok(()) }
    /// ```
    fn blpop<P: FromPair>(self, keys: impl ToArgs, timeout: impl ToBlock) -> Self::Output<Option<P>>
    where
        Self: MayBlock,
    {
        self.run(blpop(keys, timeout))
    }

    /// Takes the last element of the first of these lists that has one, waiting for one to come. The reply is the key
    /// and the element, as `(String, i64)`, `None` when the time is over.
    ///
    /// `BRPOP key [key ...] timeout`. Since Redis 2.0.0, fractions of a second since 6.0.0. O(N) in the number of
    /// keys.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::ListCommands};
    /// use std::time::Duration;
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let next: Option<(String, i64)> = r.brpop("jobs", Duration::from_secs(5))?;
    /// # Ok(()) }
    /// ```
    fn brpop<P: FromPair>(self, keys: impl ToArgs, timeout: impl ToBlock) -> Self::Output<Option<P>>
    where
        Self: MayBlock,
    {
        self.run(brpop(keys, timeout))
    }

    /// Moves the last element of one list to the front of another, waiting for one to come. The reply is the element,
    /// `None` when the time is over. Servers name [`blmove`](Self::blmove) as its successor.
    ///
    /// `BRPOPLPUSH source destination timeout`. Since Redis 2.2.0, fractions of a second since 6.0.0, deprecated
    /// since Redis 6.2.0. O(1).
    fn brpoplpush<T: FromReply>(
        self,
        source: impl ToArg,
        destination: impl ToArg,
        timeout: impl ToBlock,
    ) -> Self::Output<Option<T>>
    where
        Self: MayBlock,
    {
        self.run(brpoplpush(source, destination, timeout))
    }

    /// The element at an index, counted from 0, or from -1 at the end; `None` when the list is not that long.
    ///
    /// `LINDEX key index`. Since Redis 1.0.0. O(N) in the distance from the nearer end.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::ListCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let last: Option<String> = r.lindex("jobs", -1)?;
    /// # Ok(()) }
    /// ```
    fn lindex<T: FromReply>(self, key: impl ToArg, index: i64) -> Self::Output<Option<T>> {
        self.run(lindex(key, index))
    }

    /// Puts an element next to the first that equals the pivot. The reply is what became of it.
    ///
    /// `LINSERT key <BEFORE | AFTER> pivot element`. Since Redis 2.2.0. O(N) in the number of elements before the
    /// pivot.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::{Insert, ListCommands}, replies::Inserted};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// if let Inserted::Len(length) = r.linsert("jobs", Insert::Before, "wash", "rinse")? {
    ///     println!("{length} jobs now");
    /// }
    /// # Ok(()) }
    /// ```
    fn linsert(
        self,
        key: impl ToArg,
        place: Insert,
        pivot: impl ToArg,
        element: impl ToArg,
    ) -> Self::Output<Inserted> {
        self.run(linsert(key, place, pivot, element))
    }

    /// How many elements a list has, 0 when there is no list.
    ///
    /// `LLEN key`. Since Redis 1.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::ListCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let jobs = r.llen("jobs")?;
    /// # Ok(()) }
    /// ```
    fn llen(self, key: impl ToArg) -> Self::Output<i64> {
        self.run(llen(key))
    }

    /// Moves an element from an end of one list to an end of another. The reply is the element, `None` when there is
    /// none.
    ///
    /// `LMOVE source destination <LEFT | RIGHT> <LEFT | RIGHT>`. Since Redis 6.2.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::{ListCommands, ListEnd}};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let job: Option<String> = r.lmove("jobs", "jobs:mine", ListEnd::Left, ListEnd::Right)?;
    /// # Ok(()) }
    /// ```
    fn lmove<T: FromReply>(
        self,
        source: impl ToArg,
        destination: impl ToArg,
        from: ListEnd,
        to: ListEnd,
    ) -> Self::Output<Option<T>> {
        self.run(lmove(source, destination, from, to))
    }

    /// Takes an element from the first of these lists that has one. The reply is the key and the elements, as
    /// `(String, Vec<i64>)`, `None` when there is none. To take more than one is an option of
    /// [`cmd::lmpop`](lmpop()).
    ///
    /// `LMPOP numkeys key [key ...] <LEFT | RIGHT>`. Since Redis 7.0.0. O(N+M) in the number of keys and of elements
    /// taken.
    fn lmpop<P: FromPair>(self, keys: impl ToArgs, end: ListEnd) -> Self::Output<Option<P>> {
        self.run(lmpop(keys, end))
    }

    /// Takes the first element, `None` when there is none. To take many is an option of [`cmd::lpop`](lpop()).
    ///
    /// `LPOP key`. Since Redis 1.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, Execute, commands::{self as cmd, ListCommands}};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let job: Option<String> = r.lpop("jobs")?;
    /// let ten: Vec<String> = r.run(cmd::lpop("jobs").count(10))?;
    /// # Ok(()) }
    /// ```
    fn lpop<T: FromReply>(self, key: impl ToArg) -> Self::Output<Option<T>> {
        self.run(lpop(key))
    }

    /// The index of the first element that equals this one, `None` when there is none. Other matches, or many of
    /// them, are had by the options of [`cmd::lpos`](lpos()).
    ///
    /// `LPOS key element`. Since Redis 6.0.6. O(N) in the number of elements looked at.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::ListCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let place: Option<i64> = r.lpos("jobs", "wash")?;
    /// # Ok(()) }
    /// ```
    fn lpos(self, key: impl ToArg, element: impl ToArg) -> Self::Output<Option<i64>> {
        self.run(lpos(key, element))
    }

    /// Puts elements in front, one after the other, so that the last one ends up first. The reply is the list's new
    /// length.
    ///
    /// `LPUSH key element [element ...]`. Since Redis 1.0.0, many elements since 2.4.0. O(N) in the number of
    /// elements.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::ListCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let length = r.lpush("jobs", ["rinse", "wash"])?;       // "wash" is the first then
    /// # Ok(()) }
    /// ```
    fn lpush(self, key: impl ToArg, elements: impl ToArgs) -> Self::Output<i64> {
        self.run(lpush(key, elements))
    }

    /// As [`lpush`](Self::lpush), but only when there is such a list. The reply is its new length, 0 when there is
    /// none.
    ///
    /// `LPUSHX key element [element ...]`. Since Redis 2.2.0, many elements since 4.0.0. O(N) in the number of
    /// elements.
    fn lpushx(self, key: impl ToArg, elements: impl ToArgs) -> Self::Output<i64> {
        self.run(lpushx(key, elements))
    }

    /// The elements from one index to another, both included, counted from 0, or from -1 at the end.
    ///
    /// `LRANGE key start stop`. Since Redis 1.0.0. O(S+N) in the distance of the start from the nearer end and the
    /// number of elements.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::ListCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let all: Vec<String> = r.lrange("jobs", 0, -1)?;
    /// # Ok(()) }
    /// ```
    fn lrange<T: FromReply>(self, key: impl ToArg, start: i64, stop: i64) -> Self::Output<Vec<T>> {
        self.run(lrange(key, start, stop))
    }

    /// Removes elements that equal this one: the first `count`, the last `-count` when negative, all of them when 0.
    /// The reply is how many were removed.
    ///
    /// `LREM key count element`. Since Redis 1.0.0. O(N+M) in the length of the list and the number of elements
    /// removed.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::ListCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let removed = r.lrem("jobs", 0, "wash")?;       // all of them
    /// # Ok(()) }
    /// ```
    fn lrem(self, key: impl ToArg, count: i64, element: impl ToArg) -> Self::Output<i64> {
        self.run(lrem(key, count, element))
    }

    /// Sets the element at an index, counted from 0, or from -1 at the end. An index that the list does not have is
    /// an error.
    ///
    /// `LSET key index element`. Since Redis 1.0.0. O(N) in the length of the list, O(1) at both ends.
    fn lset(self, key: impl ToArg, index: i64, element: impl ToArg) -> Self::Output<()> {
        self.run(lset(key, index, element))
    }

    /// Keeps only the elements from one index to another, both included, counted from 0, or from -1 at the end.
    ///
    /// `LTRIM key start stop`. Since Redis 1.0.0. O(N) in the number of elements removed.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::ListCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// r.lpush("log", "a line")?;
    /// r.ltrim("log", 0, 99)?;     // keeps the last hundred
    /// # Ok(()) }
    /// ```
    fn ltrim(self, key: impl ToArg, start: i64, stop: i64) -> Self::Output<()> {
        self.run(ltrim(key, start, stop))
    }

    /// Takes the last element, `None` when there is none. To take many is an option of [`cmd::rpop`](rpop()).
    ///
    /// `RPOP key`. Since Redis 1.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::ListCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let job: Option<String> = r.rpop("jobs")?;
    /// # Ok(()) }
    /// ```
    fn rpop<T: FromReply>(self, key: impl ToArg) -> Self::Output<Option<T>> {
        self.run(rpop(key))
    }

    /// Moves the last element of one list to the front of another. The reply is the element, `None` when there is
    /// none. Servers name [`lmove`](Self::lmove) as its successor.
    ///
    /// `RPOPLPUSH source destination`. Since Redis 1.2.0, deprecated since Redis 6.2.0. O(1).
    fn rpoplpush<T: FromReply>(self, source: impl ToArg, destination: impl ToArg) -> Self::Output<Option<T>> {
        self.run(rpoplpush(source, destination))
    }

    /// Puts elements behind the last. The reply is the list's new length.
    ///
    /// `RPUSH key element [element ...]`. Since Redis 1.0.0, many elements since 2.4.0. O(N) in the number of
    /// elements.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::ListCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let length = r.rpush("jobs", ["wash", "rinse"])?;
    /// # Ok(()) }
    /// ```
    fn rpush(self, key: impl ToArg, elements: impl ToArgs) -> Self::Output<i64> {
        self.run(rpush(key, elements))
    }

    /// As [`rpush`](Self::rpush), but only when there is such a list. The reply is its new length, 0 when there is
    /// none.
    ///
    /// `RPUSHX key element [element ...]`. Since Redis 2.2.0, many elements since 4.0.0. O(N) in the number of
    /// elements.
    fn rpushx(self, key: impl ToArg, elements: impl ToArgs) -> Self::Output<i64> {
        self.run(rpushx(key, elements))
    }
}

impl<E: Execute> ListCommands for E {}

/// `BLMOVE source destination <LEFT | RIGHT> <LEFT | RIGHT> timeout`: see [`ListCommands::blmove`].
pub fn blmove<T: FromReply>(
    source: impl ToArg,
    destination: impl ToArg,
    from: ListEnd,
    to: ListEnd,
    timeout: impl ToBlock,
) -> Cmd<Option<T>> {
    let mut request = Request::new(&spec::BLMOVE);
    request.arg(source);
    request.arg(destination);
    request.arg(from);
    request.arg(to);
    timeout.to_block().write_seconds(&mut request);
    Cmd::from_request(request, Option::<T>::from_reply)
}

/// `BRPOPLPUSH source destination timeout`: see [`ListCommands::brpoplpush`].
pub fn brpoplpush<T: FromReply>(
    source: impl ToArg,
    destination: impl ToArg,
    timeout: impl ToBlock,
) -> Cmd<Option<T>> {
    let mut request = Request::new(&spec::BRPOPLPUSH);
    request.arg(source);
    request.arg(destination);
    timeout.to_block().write_seconds(&mut request);
    Cmd::from_request(request, Option::<T>::from_reply)
}

/// `LINDEX key index`: see [`ListCommands::lindex`].
pub fn lindex<T: FromReply>(key: impl ToArg, index: i64) -> Cmd<Option<T>> {
    Cmd::new(&spec::LINDEX, Option::<T>::from_reply).arg(key).arg(index)
}

/// `LINSERT key <BEFORE | AFTER> pivot element`: see [`ListCommands::linsert`].
pub fn linsert(key: impl ToArg, place: Insert, pivot: impl ToArg, element: impl ToArg) -> Cmd<Inserted> {
    Cmd::new(&spec::LINSERT, Inserted::from_reply).arg(key).arg(place).arg(pivot).arg(element)
}

/// `LLEN key`: see [`ListCommands::llen`].
pub fn llen(key: impl ToArg) -> Cmd<i64> {
    Cmd::new(&spec::LLEN, i64::from_reply).arg(key)
}

/// `LMOVE source destination <LEFT | RIGHT> <LEFT | RIGHT>`: see [`ListCommands::lmove`].
pub fn lmove<T: FromReply>(
    source: impl ToArg,
    destination: impl ToArg,
    from: ListEnd,
    to: ListEnd,
) -> Cmd<Option<T>> {
    Cmd::new(&spec::LMOVE, Option::<T>::from_reply).arg(source).arg(destination).arg(from).arg(to)
}

/// `LPOS key element` with its options ([`Lpos`]): see [`ListCommands::lpos`].
///
/// ```
/// # use redispy_cmd::commands as cmd;
/// let last_two = cmd::lpos("l", "x").rank(-1).maxlen(1000).count(2);      // Cmd<Vec<i64>>
/// let words = last_two.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"LPOS l x RANK -1 MAXLEN 1000 COUNT 2");
/// ```
pub fn lpos(key: impl ToArg, element: impl ToArg) -> Lpos {
    let mut request = Request::new(&spec::LPOS);
    request.arg(key);
    request.arg(element);
    Lpos { request, rank: None, maxlen: None }
}

/// `LPUSH key element [element ...]`: see [`ListCommands::lpush`].
pub fn lpush(key: impl ToArg, elements: impl ToArgs) -> Cmd<i64> {
    push(&spec::LPUSH, key, elements)
}

/// `LPUSHX key element [element ...]`: see [`ListCommands::lpushx`].
pub fn lpushx(key: impl ToArg, elements: impl ToArgs) -> Cmd<i64> {
    push(&spec::LPUSHX, key, elements)
}

/// `LRANGE key start stop`: see [`ListCommands::lrange`].
pub fn lrange<T: FromReply>(key: impl ToArg, start: i64, stop: i64) -> Cmd<Vec<T>> {
    Cmd::new(&spec::LRANGE, Vec::<T>::from_reply).arg(key).arg(start).arg(stop)
}

/// `LREM key count element`: see [`ListCommands::lrem`].
pub fn lrem(key: impl ToArg, count: i64, element: impl ToArg) -> Cmd<i64> {
    Cmd::new(&spec::LREM, i64::from_reply).arg(key).arg(count).arg(element)
}

/// `LSET key index element`: see [`ListCommands::lset`].
pub fn lset(key: impl ToArg, index: i64, element: impl ToArg) -> Cmd<()> {
    Cmd::new(&spec::LSET, ok).arg(key).arg(index).arg(element)
}

/// `LTRIM key start stop`: see [`ListCommands::ltrim`].
pub fn ltrim(key: impl ToArg, start: i64, stop: i64) -> Cmd<()> {
    Cmd::new(&spec::LTRIM, ok).arg(key).arg(start).arg(stop)
}

/// `RPOPLPUSH source destination`: see [`ListCommands::rpoplpush`].
pub fn rpoplpush<T: FromReply>(source: impl ToArg, destination: impl ToArg) -> Cmd<Option<T>> {
    Cmd::new(&spec::RPOPLPUSH, Option::<T>::from_reply).arg(source).arg(destination)
}

/// `RPUSH key element [element ...]`: see [`ListCommands::rpush`].
pub fn rpush(key: impl ToArg, elements: impl ToArgs) -> Cmd<i64> {
    push(&spec::RPUSH, key, elements)
}

/// `RPUSHX key element [element ...]`: see [`ListCommands::rpushx`].
pub fn rpushx(key: impl ToArg, elements: impl ToArgs) -> Cmd<i64> {
    push(&spec::RPUSHX, key, elements)
}

/// An end of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListEnd {
    /// The first element.
    Left,
    /// The last element.
    Right,
}

impl ToArg for ListEnd {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.bytes(match self {
            ListEnd::Left => b"LEFT",
            ListEnd::Right => b"RIGHT",
        });
    }
}

/// On which side of another element `LINSERT` puts one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Insert {
    /// Nearer to the first element.
    Before,
    /// Nearer to the last element.
    After,
}

impl ToArg for Insert {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.bytes(match self {
            Insert::Before => b"BEFORE",
            Insert::After => b"AFTER",
        });
    }
}

/// `LPOS` with its options; [`lpos()`] makes it.
///
/// Without them the first match, `None` without one; [`count`](Self::count) asks for many.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Lpos {
    request: Request,
    rank: Option<i64>,
    maxlen: Option<i64>,
}

impl Lpos {
    /// `RANK rank`: begins with the match of this rank: 1 is the first, -1 the last, from where the search goes backwards.
    pub fn rank(mut self, rank: i64) -> Self {
        self.rank = Some(rank);
        self
    }

    /// `MAXLEN len`: looks at no more than this many elements; 0 looks at all.
    pub fn maxlen(mut self, len: i64) -> Self {
        self.maxlen = Some(len);
        self
    }

    /// `COUNT num-matches`: answers with the indexes of at most this many matches; 0 asks for all.
    pub fn count(mut self, matches: i64) -> Cmd<Vec<i64>> {
        self.write_options();
        Cmd::from_request(self.request, Vec::<i64>::from_reply).arg("COUNT").arg(matches)
    }

    fn write_options(&mut self) {
        if let Some(rank) = self.rank {
            self.request.arg("RANK");
            self.request.arg(rank);
        }
        if let Some(len) = self.maxlen {
            self.request.arg("MAXLEN");
            self.request.arg(len);
        }
    }
}

impl IntoCmd for Lpos {
    type Reply = Option<i64>;

    fn into_cmd(mut self) -> Cmd<Option<i64>> {
        self.write_options();
        Cmd::from_request(self.request, Option::<i64>::from_reply)
    }
}

fn push(spec: &'static Spec, key: impl ToArg, elements: impl ToArgs) -> Cmd<i64> {
    let mut request = Request::new(spec);
    request.arg(key);
    request.some_args("elements", elements);
    Cmd::from_request(request, i64::from_reply)
}
