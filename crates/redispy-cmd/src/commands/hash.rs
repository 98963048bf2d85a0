//! Hashes: fields with values under one key, and since Redis 7.4.0 an expiry for each field.

mod fields;
mod scan;

use std::time::{Duration, SystemTime};

use crate::arg::{Number, ToArg, ToArgs, ToMillis, ToPairs, ToSeconds, ToUnixMillis, ToUnixSeconds};
use crate::cmd::{Cmd, Request};
use crate::execute::Execute;
use crate::replies::{Cursor, Expiry, FieldExpire, FieldPersist, ScanPage};
use crate::reply::readers::ok;
use crate::reply::{FromMap, FromPair, FromReply};
use crate::spec;

pub use fields::*;
pub use scan::*;

/// The hash commands, on everything that takes commands. A key that does not exist counts as an empty hash; one that holds
/// something else is an error with the code `WRONGTYPE`.
pub trait HashCommands: Execute {
    /// Removes fields. The reply is how many there were.
    ///
    /// `HDEL key field [field ...]`. Since Redis 2.0.0, many fields since 2.4.0. O(N) in the number of fields.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::HashCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let removed = r.hdel("user:1", ["first", "last"])?;
    /// # Ok(()) }
    /// ```
    fn hdel(self, key: impl ToArg, fields: impl ToArgs) -> Self::Output<i64> {
        self.run(hdel(key, fields))
    }

    /// Whether a hash has a field.
    ///
    /// `HEXISTS key field`. Since Redis 2.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::HashCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let has_a_name = r.hexists("user:1", "name")?;
    /// # Ok(()) }
    /// ```
    fn hexists(self, key: impl ToArg, field: impl ToArg) -> Self::Output<bool> {
        self.run(hexists(key, field))
    }

    /// Makes fields expire after this many seconds, or a `Duration` of whole seconds. The reply is what that did to
    /// each. Conditions are options of [`cmd::hexpire`](hexpire()).
    ///
    /// `HEXPIRE key seconds FIELDS numfields field [field ...]`. Since Redis 7.4.0, Valkey 9.0.0. O(N) in the number
    /// of fields.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::HashCommands, replies::FieldExpire};
    /// use std::time::Duration;
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let done = r.hexpire("user:1", Duration::from_secs(60), ["token"])?;
    /// assert_eq!(done, [FieldExpire::Set]);
    /// # Ok(()) }
    /// ```
    fn hexpire(
        self,
        key: impl ToArg,
        seconds: impl ToSeconds,
        fields: impl ToArgs,
    ) -> Self::Output<Vec<FieldExpire>> {
        self.run(hexpire(key, seconds, fields))
    }

    /// Makes fields expire at this time, in seconds since 1970, or a `SystemTime` on a whole second. The reply is
    /// what that did to each. Conditions are options of [`cmd::hexpireat`](hexpireat()).
    ///
    /// `HEXPIREAT key unix-time-seconds FIELDS numfields field [field ...]`. Since Redis 7.4.0, Valkey 9.0.0. O(N) in
    /// the number of fields.
    fn hexpireat(
        self,
        key: impl ToArg,
        time: impl ToUnixSeconds,
        fields: impl ToArgs,
    ) -> Self::Output<Vec<FieldExpire>> {
        self.run(hexpireat(key, time, fields))
    }

    /// When fields expire, to the second.
    ///
    /// `HEXPIRETIME key FIELDS numfields field [field ...]`. Since Redis 7.4.0, Valkey 9.0.0. O(N) in the number of
    /// fields.
    fn hexpiretime(self, key: impl ToArg, fields: impl ToArgs) -> Self::Output<Vec<Expiry<SystemTime>>> {
        self.run(hexpiretime(key, fields))
    }

    /// The value of a field, `None` when there is none.
    ///
    /// `HGET key field`. Since Redis 2.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::HashCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let name: Option<String> = r.hget("user:1", "name")?;
    /// let age = r.hget("user:1", "age")?.unwrap_or(0_i64);
    /// # Ok(()) }
    /// ```
    fn hget<T: FromReply>(self, key: impl ToArg, field: impl ToArg) -> Self::Output<Option<T>> {
        self.run(hget(key, field))
    }

    /// All fields and values: a map, `Vec<(field, value)>`, a struct that implements [`FromMap`], or an `Option` of
    /// these, `None` when there is no hash.
    ///
    /// `HGETALL key`. Since Redis 2.0.0. O(N) in the number of fields.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::HashCommands};
    /// use std::collections::HashMap;
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let user: HashMap<String, String> = r.hgetall("user:1")?;
    /// # Ok(()) }
    /// ```
    fn hgetall<M: FromMap>(self, key: impl ToArg) -> Self::Output<M> {
        self.run(hgetall(key))
    }

    /// Removes fields. The reply is their values, `None` where there was none.
    ///
    /// `HGETDEL key FIELDS numfields field [field ...]`. Since Redis 8.0.0, Valkey 9.1.0. O(N) in the number of
    /// fields.
    fn hgetdel<T: FromReply>(self, key: impl ToArg, fields: impl ToArgs) -> Self::Output<Vec<Option<T>>> {
        self.run(hgetdel(key, fields))
    }

    /// The values of fields, `None` where there is none. It can also change when they expire: the options for it are
    /// on [`cmd::hgetex`](hgetex()).
    ///
    /// `HGETEX key FIELDS numfields field [field ...]`. Since Redis 8.0.0, Valkey 9.0.0. O(N) in the number of
    /// fields.
    ///
    /// ```
    /// # use redispy_cmd::{Call, Execute, commands::{self as cmd, HashCommands}};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let token: Vec<Option<String>> = r.run(cmd::hgetex("user:1", "token").ex(60))?;
    /// # Ok(()) }
    /// ```
    fn hgetex<T: FromReply>(self, key: impl ToArg, fields: impl ToArgs) -> Self::Output<Vec<Option<T>>> {
        self.run(hgetex(key, fields))
    }

    /// Adds `increment` to the number in a field, 0 when there is none. The reply is the new number.
    ///
    /// `HINCRBY key field increment`. Since Redis 2.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::HashCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let visits = r.hincrby("user:1", "visits", 1)?;
    /// # Ok(()) }
    /// ```
    fn hincrby(self, key: impl ToArg, field: impl ToArg, increment: i64) -> Self::Output<i64> {
        self.run(hincrby(key, field, increment))
    }

    /// Adds `increment` to the floating point number in a field, 0 when there is none. The reply is the new number.
    /// Servers keep up to 17 digits behind the point; what an `f64` does not hold of them is had as text from
    /// `cmd("HINCRBYFLOAT")`.
    ///
    /// `HINCRBYFLOAT key field increment`. Since Redis 2.6.0. O(1).
    fn hincrbyfloat(self, key: impl ToArg, field: impl ToArg, increment: f64) -> Self::Output<f64> {
        self.run(hincrbyfloat(key, field, increment))
    }

    /// All fields.
    ///
    /// `HKEYS key`. Since Redis 2.0.0. O(N) in the number of fields.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::HashCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let fields: Vec<String> = r.hkeys("user:1")?;
    /// # Ok(()) }
    /// ```
    fn hkeys<T: FromReply>(self, key: impl ToArg) -> Self::Output<Vec<T>> {
        self.run(hkeys(key))
    }

    /// How many fields a hash has, 0 when there is no hash. Fields that have expired count until the server removes them.
    ///
    /// `HLEN key`. Since Redis 2.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::HashCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let fields = r.hlen("user:1")?;
    /// # Ok(()) }
    /// ```
    fn hlen(self, key: impl ToArg) -> Self::Output<i64> {
        self.run(hlen(key))
    }

    /// The values of fields, `None` where there is none.
    ///
    /// `HMGET key field [field ...]`. Since Redis 2.0.0. O(N) in the number of fields.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::HashCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let names: Vec<Option<String>> = r.hmget("user:1", ["first", "last"])?;
    /// # Ok(()) }
    /// ```
    fn hmget<T: FromReply>(self, key: impl ToArg, fields: impl ToArgs) -> Self::Output<Vec<Option<T>>> {
        self.run(hmget(key, fields))
    }

    /// Sets fields. Redis names [`hset`](Self::hset) as its successor.
    ///
    /// `HMSET key field value [field value ...]`. Since Redis 2.0.0, deprecated since Redis 4.0.0. O(N) in the number
    /// of fields.
    fn hmset(self, key: impl ToArg, pairs: impl ToPairs) -> Self::Output<()> {
        self.run(hmset(key, pairs))
    }

    /// Takes the expiry of fields away. The reply is what that did to each.
    ///
    /// `HPERSIST key FIELDS numfields field [field ...]`. Since Redis 7.4.0, Valkey 9.0.0. O(N) in the number of
    /// fields.
    fn hpersist(self, key: impl ToArg, fields: impl ToArgs) -> Self::Output<Vec<FieldPersist>> {
        self.run(hpersist(key, fields))
    }

    /// Makes fields expire after this many milliseconds, or a `Duration`. The reply is what that did to each.
    /// Conditions are options of [`cmd::hpexpire`](hpexpire()).
    ///
    /// `HPEXPIRE key milliseconds FIELDS numfields field [field ...]`. Since Redis 7.4.0, Valkey 9.0.0. O(N) in the
    /// number of fields.
    fn hpexpire(
        self,
        key: impl ToArg,
        milliseconds: impl ToMillis,
        fields: impl ToArgs,
    ) -> Self::Output<Vec<FieldExpire>> {
        self.run(hpexpire(key, milliseconds, fields))
    }

    /// Makes fields expire at this time, in milliseconds since 1970, or a `SystemTime`. The reply is what that did to
    /// each. Conditions are options of [`cmd::hpexpireat`](hpexpireat()).
    ///
    /// `HPEXPIREAT key unix-time-milliseconds FIELDS numfields field [field ...]`. Since Redis 7.4.0, Valkey 9.0.0.
    /// O(N) in the number of fields.
    fn hpexpireat(
        self,
        key: impl ToArg,
        time: impl ToUnixMillis,
        fields: impl ToArgs,
    ) -> Self::Output<Vec<FieldExpire>> {
        self.run(hpexpireat(key, time, fields))
    }

    /// When fields expire, to the millisecond.
    ///
    /// `HPEXPIRETIME key FIELDS numfields field [field ...]`. Since Redis 7.4.0, Valkey 9.0.0. O(N) in the number of
    /// fields.
    fn hpexpiretime(self, key: impl ToArg, fields: impl ToArgs) -> Self::Output<Vec<Expiry<SystemTime>>> {
        self.run(hpexpiretime(key, fields))
    }

    /// How long fields still live, to the millisecond.
    ///
    /// `HPTTL key FIELDS numfields field [field ...]`. Since Redis 7.4.0, Valkey 9.0.0. O(N) in the number of fields.
    fn hpttl(self, key: impl ToArg, fields: impl ToArgs) -> Self::Output<Vec<Expiry<Duration>>> {
        self.run(hpttl(key, fields))
    }

    /// A random field, `None` when there is no hash. Many, and their values, are had by the options of
    /// [`cmd::hrandfield`](hrandfield()).
    ///
    /// `HRANDFIELD key`. Since Redis 6.2.0. O(1).
    fn hrandfield<T: FromReply>(self, key: impl ToArg) -> Self::Output<Option<T>> {
        self.run(hrandfield(key))
    }

    /// One page of fields and values, as `(String, i64)`, and the cursor of the next; the first page is at
    /// [`Cursor::START`]. A field that is there all the while comes at least once. Options are on [`cmd::hscan`](hscan()).
    ///
    /// `HSCAN key cursor`. Since Redis 2.8.0. O(1) for a page, O(N) for all fields.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::HashCommands, replies::Cursor};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let mut cursor = Some(Cursor::START);
    /// while let Some(at) = cursor {
    ///     let page = r.hscan::<(String, i64)>("scores", at)?;
    ///     cursor = page.next();
    ///     for (name, score) in page.items {
    ///         println!("{name}: {score}");
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    fn hscan<P: FromPair>(self, key: impl ToArg, cursor: impl Into<Cursor>) -> Self::Output<ScanPage<P>> {
        self.run(hscan(key, cursor))
    }

    /// Sets fields. The reply is how many of them are new.
    ///
    /// `HSET key field value [field value ...]`. Since Redis 2.0.0, many fields since 4.0.0. O(N) in the number of
    /// fields.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::HashCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// r.hset("user:1", (("name", "Ann"), ("age", 30)))?;      // fields of different types
    /// r.hset("user:1", ("age", 31))?;                         // one field
    /// r.hset("user:1", [("first", "Ann"), ("last", "Ross")])?;
    /// # Ok(()) }
    /// ```
    fn hset(self, key: impl ToArg, pairs: impl ToPairs) -> Self::Output<i64> {
        self.run(hset(key, pairs))
    }

    /// Sets fields, which do not expire then. The reply is true. Conditions and an expiry are options of
    /// [`cmd::hsetex`](hsetex()).
    ///
    /// `HSETEX key FIELDS numfields field value [field value ...]`. Since Redis 8.0.0, Valkey 9.0.0. O(N) in the
    /// number of fields.
    ///
    /// ```
    /// # use redispy_cmd::{Call, Execute, commands::{self as cmd, HashCommands}};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// r.run(cmd::hsetex("user:1", ("token", "abc")).ex(60))?;
    /// # Ok(()) }
    /// ```
    fn hsetex(self, key: impl ToArg, pairs: impl ToPairs) -> Self::Output<bool> {
        self.run(hsetex(key, pairs))
    }

    /// Sets a field when there is none yet. The reply is whether it was set.
    ///
    /// `HSETNX key field value`. Since Redis 2.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::HashCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let is_new = r.hsetnx("user:1", "name", "Ann")?;
    /// # Ok(()) }
    /// ```
    fn hsetnx(self, key: impl ToArg, field: impl ToArg, value: impl ToArg) -> Self::Output<bool> {
        self.run(hsetnx(key, field, value))
    }

    /// How many bytes the value of a field has, 0 when there is no such field.
    ///
    /// `HSTRLEN key field`. Since Redis 3.2.0. O(1).
    fn hstrlen(self, key: impl ToArg, field: impl ToArg) -> Self::Output<i64> {
        self.run(hstrlen(key, field))
    }

    /// How long fields still live, to the second.
    ///
    /// `HTTL key FIELDS numfields field [field ...]`. Since Redis 7.4.0, Valkey 9.0.0. O(N) in the number of fields.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::HashCommands, replies::Expiry};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// for left in r.httl("user:1", ["token"])? {
    ///     if let Expiry::Time(left) = left {
    ///         println!("{} s more", left.as_secs());
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    fn httl(self, key: impl ToArg, fields: impl ToArgs) -> Self::Output<Vec<Expiry<Duration>>> {
        self.run(httl(key, fields))
    }

    /// All values.
    ///
    /// `HVALS key`. Since Redis 2.0.0. O(N) in the number of fields.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::HashCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let values: Vec<String> = r.hvals("user:1")?;
    /// # Ok(()) }
    /// ```
    fn hvals<T: FromReply>(self, key: impl ToArg) -> Self::Output<Vec<T>> {
        self.run(hvals(key))
    }
}

impl<E: Execute> HashCommands for E {}

/// `HDEL key field [field ...]`: see [`HashCommands::hdel`].
pub fn hdel(key: impl ToArg, fields: impl ToArgs) -> Cmd<i64> {
    let mut request = Request::new(&spec::HDEL);
    request.arg(key);
    request.some_args("fields", fields);
    Cmd::from_request(request, i64::from_reply)
}

/// `HEXISTS key field`: see [`HashCommands::hexists`].
pub fn hexists(key: impl ToArg, field: impl ToArg) -> Cmd<bool> {
    Cmd::new(&spec::HEXISTS, bool::from_reply).arg(key).arg(field)
}

/// `HGET key field`: see [`HashCommands::hget`].
pub fn hget<T: FromReply>(key: impl ToArg, field: impl ToArg) -> Cmd<Option<T>> {
    Cmd::new(&spec::HGET, Option::<T>::from_reply).arg(key).arg(field)
}

/// `HGETALL key`: see [`HashCommands::hgetall`].
pub fn hgetall<M: FromMap>(key: impl ToArg) -> Cmd<M> {
    Cmd::new(&spec::HGETALL, M::from_map).arg(key)
}

/// `HINCRBY key field increment`: see [`HashCommands::hincrby`].
pub fn hincrby(key: impl ToArg, field: impl ToArg, increment: i64) -> Cmd<i64> {
    Cmd::new(&spec::HINCRBY, i64::from_reply).arg(key).arg(field).arg(increment)
}

/// `HINCRBYFLOAT key field increment`: see [`HashCommands::hincrbyfloat`].
pub fn hincrbyfloat(key: impl ToArg, field: impl ToArg, increment: f64) -> Cmd<f64> {
    Cmd::new(&spec::HINCRBYFLOAT, f64::from_reply).arg(key).arg(field).arg(Number("increment", increment))
}

/// `HKEYS key`: see [`HashCommands::hkeys`].
pub fn hkeys<T: FromReply>(key: impl ToArg) -> Cmd<Vec<T>> {
    Cmd::new(&spec::HKEYS, Vec::<T>::from_reply).arg(key)
}

/// `HLEN key`: see [`HashCommands::hlen`].
pub fn hlen(key: impl ToArg) -> Cmd<i64> {
    Cmd::new(&spec::HLEN, i64::from_reply).arg(key)
}

/// `HMGET key field [field ...]`: see [`HashCommands::hmget`].
pub fn hmget<T: FromReply>(key: impl ToArg, fields: impl ToArgs) -> Cmd<Vec<Option<T>>> {
    let mut request = Request::new(&spec::HMGET);
    request.arg(key);
    request.some_args("fields", fields);
    Cmd::from_request(request, Vec::<Option<T>>::from_reply)
}

/// `HMSET key field value [field value ...]`: see [`HashCommands::hmset`].
pub fn hmset(key: impl ToArg, pairs: impl ToPairs) -> Cmd<()> {
    let mut request = Request::new(&spec::HMSET);
    request.arg(key);
    request.some_pairs("pairs", pairs);
    Cmd::from_request(request, ok)
}

/// `HSET key field value [field value ...]`: see [`HashCommands::hset`].
pub fn hset(key: impl ToArg, pairs: impl ToPairs) -> Cmd<i64> {
    let mut request = Request::new(&spec::HSET);
    request.arg(key);
    request.some_pairs("pairs", pairs);
    Cmd::from_request(request, i64::from_reply)
}

/// `HSETNX key field value`: see [`HashCommands::hsetnx`].
pub fn hsetnx(key: impl ToArg, field: impl ToArg, value: impl ToArg) -> Cmd<bool> {
    Cmd::new(&spec::HSETNX, bool::from_reply).arg(key).arg(field).arg(value)
}

/// `HSTRLEN key field`: see [`HashCommands::hstrlen`].
pub fn hstrlen(key: impl ToArg, field: impl ToArg) -> Cmd<i64> {
    Cmd::new(&spec::HSTRLEN, i64::from_reply).arg(key).arg(field)
}

/// `HVALS key`: see [`HashCommands::hvals`].
pub fn hvals<T: FromReply>(key: impl ToArg) -> Cmd<Vec<T>> {
    Cmd::new(&spec::HVALS, Vec::<T>::from_reply).arg(key)
}
