//! Strings: one value under a key, as text, bytes or a number.

mod lcs;
mod set;

pub use lcs::*;
pub use set::*;

use crate::arg::{Number, ToArg, ToArgs, ToMillis, ToPairs, ToSeconds};
use crate::cmd::{Cmd, Request};
use crate::execute::Execute;
use crate::reply::{FromReply, ok};
use crate::spec;

/// The string commands, on everything that takes commands.
pub trait StringCommands: Execute {
    /// Appends to the value of a key, which is created if there is none. The reply is the new length in bytes.
    ///
    /// `APPEND key value`. Since Redis 2.0.0. O(1) amortised.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::StringCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let length = r.append("log", "one line\n")?;
    /// # Ok(()) }
    /// ```
    fn append(self, key: impl ToArg, value: impl ToArg) -> Self::Output<i64> {
        self.run(append(key, value))
    }

    /// Takes one from the number under a key, 0 when there is none. The reply is the new number.
    ///
    /// `DECR key`. Since Redis 1.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::StringCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let left = r.decr("stock:7")?;
    /// # Ok(()) }
    /// ```
    fn decr(self, key: impl ToArg) -> Self::Output<i64> {
        self.run(decr(key))
    }

    /// Takes `decrement` from the number under a key, 0 when there is none. The reply is the new number.
    ///
    /// `DECRBY key decrement`. Since Redis 1.0.0. O(1).
    fn decrby(self, key: impl ToArg, decrement: i64) -> Self::Output<i64> {
        self.run(decrby(key, decrement))
    }

    /// Deletes a key if its value is this one. The reply is whether it was deleted.
    ///
    /// `DELIFEQ key value`. Since Valkey 9.0.0, not in Redis. O(1).
    fn delifeq(self, key: impl ToArg, value: impl ToArg) -> Self::Output<bool> {
        self.run(delifeq(key, value))
    }

    /// The value of a key, `None` when there is none.
    ///
    /// `GET key`. Since Redis 1.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::StringCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let name: Option<String> = r.get("name")?;
    /// let visits = r.get("visits")?.unwrap_or(0_i64);
    /// # Ok(()) }
    /// ```
    fn get<T: FromReply>(self, key: impl ToArg) -> Self::Output<Option<T>> {
        self.run(get(key))
    }

    /// Deletes a key. The reply is the value that it had, `None` when there was none.
    ///
    /// `GETDEL key`. Since Redis 6.2.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::StringCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let token: Option<String> = r.getdel("token:ann")?;
    /// # Ok(()) }
    /// ```
    fn getdel<T: FromReply>(self, key: impl ToArg) -> Self::Output<Option<T>> {
        self.run(getdel(key))
    }

    /// The value of a key, `None` when there is none. It can also change when the key expires: the options for it are on
    /// [`cmd::getex`](getex()).
    ///
    /// `GETEX key`. Since Redis 6.2.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, Execute, commands::{self as cmd, StringCommands}};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let session: Option<String> = r.run(cmd::getex("session:7").ex(1800))?;     // and half an hour more
    /// # Ok(()) }
    /// ```
    fn getex<T: FromReply>(self, key: impl ToArg) -> Self::Output<Option<T>> {
        self.run(getex(key))
    }

    /// A part of the value of a key, from byte `start` to byte `end`, both included; negative ones count from the end, -1
    /// being the last byte. The reply is empty when the key does not exist or has nothing there.
    ///
    /// `GETRANGE key start end`. Since Redis 2.4.0. O(N) in the length of the reply.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::StringCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let header = r.getrange("file:7", 0, 15)?;      // the first 16 bytes
    /// # Ok(()) }
    /// ```
    fn getrange(self, key: impl ToArg, start: i64, end: i64) -> Self::Output<Vec<u8>> {
        self.run(getrange(key, start, end))
    }

    /// Sets a key's value. The reply is the value that it had, `None` when there was none. Servers name
    /// [`cmd::set(..).get()`](Set::get) as its successor.
    ///
    /// `GETSET key value`. Since Redis 1.0.0, deprecated since Redis 6.2.0. O(1).
    fn getset<T: FromReply>(self, key: impl ToArg, value: impl ToArg) -> Self::Output<Option<T>> {
        self.run(getset(key, value))
    }

    /// Adds one to the number under a key, 0 when there is none. The reply is the new number.
    ///
    /// `INCR key`. Since Redis 1.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::StringCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let visits = r.incr("visits")?;
    /// println!("visitor number {visits}");
    /// # Ok(()) }
    /// ```
    fn incr(self, key: impl ToArg) -> Self::Output<i64> {
        self.run(incr(key))
    }

    /// Adds `increment` to the number under a key, 0 when there is none. The reply is the new number.
    ///
    /// `INCRBY key increment`. Since Redis 1.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::StringCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let points = r.incrby("points:ann", 10)?;
    /// # Ok(()) }
    /// ```
    fn incrby(self, key: impl ToArg, increment: i64) -> Self::Output<i64> {
        self.run(incrby(key, increment))
    }

    /// Adds `increment` to the floating point number under a key, 0 when there is none. The reply is the new number.
    /// Servers keep up to 17 digits behind the point; what an `f64` does not hold of them is had as text from
    /// `cmd("INCRBYFLOAT")`.
    ///
    /// `INCRBYFLOAT key increment`. Since Redis 2.6.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::StringCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let degrees = r.incrbyfloat("temperature", -0.5)?;
    /// # Ok(()) }
    /// ```
    fn incrbyfloat(self, key: impl ToArg, increment: f64) -> Self::Output<f64> {
        self.run(incrbyfloat(key, increment))
    }

    /// The longest sequence of bytes that two values have in common, in order but not necessarily next to each other. Its
    /// length or its places are had by the options of [`cmd::lcs`](lcs()).
    ///
    /// `LCS key1 key2`. Since Redis 7.0.0. O(N*M) in the lengths of the values.
    fn lcs(self, key1: impl ToArg, key2: impl ToArg) -> Self::Output<Vec<u8>> {
        self.run(lcs(key1, key2))
    }

    /// The values of keys in their order, `None` for those that do not exist or hold no string.
    ///
    /// `MGET key [key ...]`. Since Redis 1.0.0. O(N) in the number of keys.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::StringCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let names: Vec<Option<String>> = r.mget(["user:1", "user:2"])?;
    /// # Ok(()) }
    /// ```
    ///
    /// No keys at all is an error before anything is sent.
    fn mget<T: FromReply>(self, keys: impl ToArgs) -> Self::Output<Vec<Option<T>>> {
        self.run(mget(keys))
    }

    /// Sets the values of keys, all at once.
    ///
    /// `MSET key value [key value ...]`. Since Redis 1.0.1. O(N) in the number of keys.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::StringCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// r.mset([("user:1", "Ann"), ("user:2", "Bob")])?;
    /// r.mset((("name", "Ann"), ("visits", 3)))?;
    /// # Ok(()) }
    /// ```
    ///
    /// No pairs at all is an error before anything is sent.
    fn mset(self, pairs: impl ToPairs) -> Self::Output<()> {
        self.run(mset(pairs))
    }

    /// Sets the values of keys, all at once. The reply is true; conditions and an expiry are options of
    /// [`cmd::msetex`](msetex()).
    ///
    /// `MSETEX numkeys key value [key value ...]`. Since Valkey 9.1.0, not in Redis. O(N) in the number of keys.
    fn msetex(self, pairs: impl ToPairs) -> Self::Output<bool> {
        self.run(msetex(pairs))
    }

    /// Sets the values of keys if none of the keys exists. The reply is whether they were set.
    ///
    /// `MSETNX key value [key value ...]`. Since Redis 1.0.1. O(N) in the number of keys.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::StringCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let both_are_new = r.msetnx([("user:1", "Ann"), ("user:2", "Bob")])?;
    /// # Ok(()) }
    /// ```
    fn msetnx(self, pairs: impl ToPairs) -> Self::Output<bool> {
        self.run(msetnx(pairs))
    }

    /// Sets a key's value, to expire after a time in milliseconds or a `Duration`. Servers name
    /// [`cmd::set(..).px(..)`](Set::px) as its successor.
    ///
    /// `PSETEX key milliseconds value`. Since Redis 2.6.0, deprecated since Redis 2.6.12. O(1).
    fn psetex(self, key: impl ToArg, milliseconds: impl ToMillis, value: impl ToArg) -> Self::Output<()> {
        self.run(psetex(key, milliseconds, value))
    }

    /// Sets a key's value, whatever type it had, without expiry. The reply is true; conditions, an expiry and the previous
    /// value are options of [`cmd::set`](set()).
    ///
    /// `SET key value`. Since Redis 1.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, Execute, commands::{self as cmd, StringCommands}};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// r.set("name", "Ann")?;
    /// let locked: bool = r.run(cmd::set("lock", "me").nx().ex(30))?;
    /// # Ok(()) }
    /// ```
    fn set(self, key: impl ToArg, value: impl ToArg) -> Self::Output<bool> {
        self.run(set(key, value))
    }

    /// Sets a key's value, to expire after a time in seconds or a `Duration`. Servers name [`cmd::set(..).ex(..)`](Set::ex)
    /// as its successor.
    ///
    /// `SETEX key seconds value`. Since Redis 2.0.0, deprecated since Redis 2.6.12. O(1).
    fn setex(self, key: impl ToArg, seconds: impl ToSeconds, value: impl ToArg) -> Self::Output<()> {
        self.run(setex(key, seconds, value))
    }

    /// Sets a key's value if the key does not exist. The reply is whether it was set. Servers name
    /// [`cmd::set(..).nx()`](Set::nx) as its successor.
    ///
    /// `SETNX key value`. Since Redis 1.0.0, deprecated since Redis 2.6.12. O(1).
    fn setnx(self, key: impl ToArg, value: impl ToArg) -> Self::Output<bool> {
        self.run(setnx(key, value))
    }

    /// Overwrites a part of the value of a key from byte `offset` on, with zero bytes before it where the value is shorter.
    /// The reply is the new length in bytes.
    ///
    /// `SETRANGE key offset value`. Since Redis 2.2.0. O(1), O(M) in the length of a long value.
    fn setrange(self, key: impl ToArg, offset: i64, value: impl ToArg) -> Self::Output<i64> {
        self.run(setrange(key, offset, value))
    }

    /// The length in bytes of the value of a key, 0 when there is none.
    ///
    /// `STRLEN key`. Since Redis 2.2.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::StringCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let bytes = r.strlen("file:7")?;
    /// # Ok(()) }
    /// ```
    fn strlen(self, key: impl ToArg) -> Self::Output<i64> {
        self.run(strlen(key))
    }

    /// A part of the value of a key: the name that [`getrange`](Self::getrange) had before.
    ///
    /// `SUBSTR key start end`. Since Redis 1.0.0, deprecated since Redis 2.0.0. O(N) in the length of the reply.
    fn substr(self, key: impl ToArg, start: i64, end: i64) -> Self::Output<Vec<u8>> {
        self.run(substr(key, start, end))
    }
}

impl<E: Execute> StringCommands for E {}

/// `APPEND key value`: see [`StringCommands::append`].
pub fn append(key: impl ToArg, value: impl ToArg) -> Cmd<i64> {
    Cmd::new(&spec::APPEND, i64::from_reply).arg(key).arg(value)
}

/// `DECR key`: see [`StringCommands::decr`].
pub fn decr(key: impl ToArg) -> Cmd<i64> {
    Cmd::new(&spec::DECR, i64::from_reply).arg(key)
}

/// `DECRBY key decrement`: see [`StringCommands::decrby`].
pub fn decrby(key: impl ToArg, decrement: i64) -> Cmd<i64> {
    Cmd::new(&spec::DECRBY, i64::from_reply).arg(key).arg(decrement)
}

/// `DELIFEQ key value`: see [`StringCommands::delifeq`].
pub fn delifeq(key: impl ToArg, value: impl ToArg) -> Cmd<bool> {
    Cmd::new(&spec::DELIFEQ, bool::from_reply).arg(key).arg(value)
}

/// `GET key`: see [`StringCommands::get`].
pub fn get<T: FromReply>(key: impl ToArg) -> Cmd<Option<T>> {
    Cmd::new(&spec::GET, Option::from_reply).arg(key)
}

/// `GETDEL key`: see [`StringCommands::getdel`].
pub fn getdel<T: FromReply>(key: impl ToArg) -> Cmd<Option<T>> {
    Cmd::new(&spec::GETDEL, Option::from_reply).arg(key)
}

/// `GETRANGE key start end`: see [`StringCommands::getrange`].
pub fn getrange(key: impl ToArg, start: i64, end: i64) -> Cmd<Vec<u8>> {
    Cmd::new(&spec::GETRANGE, Vec::from_reply).arg(key).arg(start).arg(end)
}

/// `GETSET key value`: see [`StringCommands::getset`].
pub fn getset<T: FromReply>(key: impl ToArg, value: impl ToArg) -> Cmd<Option<T>> {
    Cmd::new(&spec::GETSET, Option::from_reply).arg(key).arg(value)
}

/// `INCR key`: see [`StringCommands::incr`].
pub fn incr(key: impl ToArg) -> Cmd<i64> {
    Cmd::new(&spec::INCR, i64::from_reply).arg(key)
}

/// `INCRBY key increment`: see [`StringCommands::incrby`].
pub fn incrby(key: impl ToArg, increment: i64) -> Cmd<i64> {
    Cmd::new(&spec::INCRBY, i64::from_reply).arg(key).arg(increment)
}

/// `INCRBYFLOAT key increment`: see [`StringCommands::incrbyfloat`].
pub fn incrbyfloat(key: impl ToArg, increment: f64) -> Cmd<f64> {
    Cmd::new(&spec::INCRBYFLOAT, f64::from_reply).arg(key).arg(Number("increment", increment))
}

/// `MGET key [key ...]`: see [`StringCommands::mget`].
pub fn mget<T: FromReply>(keys: impl ToArgs) -> Cmd<Vec<Option<T>>> {
    let mut request = Request::new(&spec::MGET);
    request.some_args("keys", keys);
    Cmd::from_request(request, Vec::from_reply)
}

/// `MSET key value [key value ...]`: see [`StringCommands::mset`].
pub fn mset(pairs: impl ToPairs) -> Cmd<()> {
    let mut request = Request::new(&spec::MSET);
    request.some_pairs("pairs", pairs);
    Cmd::from_request(request, ok)
}

/// `MSETNX key value [key value ...]`: see [`StringCommands::msetnx`].
pub fn msetnx(pairs: impl ToPairs) -> Cmd<bool> {
    let mut request = Request::new(&spec::MSETNX);
    request.some_pairs("pairs", pairs);
    Cmd::from_request(request, bool::from_reply)
}

/// `PSETEX key milliseconds value`: see [`StringCommands::psetex`].
pub fn psetex(key: impl ToArg, milliseconds: impl ToMillis, value: impl ToArg) -> Cmd<()> {
    let mut request = Request::new(&spec::PSETEX);
    request.arg(key);
    milliseconds.to_millis().write("milliseconds", &mut request);
    request.arg(value);
    Cmd::from_request(request, ok)
}

/// `SETEX key seconds value`: see [`StringCommands::setex`].
pub fn setex(key: impl ToArg, seconds: impl ToSeconds, value: impl ToArg) -> Cmd<()> {
    let mut request = Request::new(&spec::SETEX);
    request.arg(key);
    seconds.to_seconds().write("seconds", &mut request);
    request.arg(value);
    Cmd::from_request(request, ok)
}

/// `SETNX key value`: see [`StringCommands::setnx`].
pub fn setnx(key: impl ToArg, value: impl ToArg) -> Cmd<bool> {
    Cmd::new(&spec::SETNX, bool::from_reply).arg(key).arg(value)
}

/// `SETRANGE key offset value`: see [`StringCommands::setrange`].
pub fn setrange(key: impl ToArg, offset: i64, value: impl ToArg) -> Cmd<i64> {
    Cmd::new(&spec::SETRANGE, i64::from_reply).arg(key).arg(offset).arg(value)
}

/// `STRLEN key`: see [`StringCommands::strlen`].
pub fn strlen(key: impl ToArg) -> Cmd<i64> {
    Cmd::new(&spec::STRLEN, i64::from_reply).arg(key)
}

/// `SUBSTR key start end`: see [`StringCommands::substr`].
pub fn substr(key: impl ToArg, start: i64, end: i64) -> Cmd<Vec<u8>> {
    Cmd::new(&spec::SUBSTR, Vec::from_reply).arg(key).arg(start).arg(end)
}
