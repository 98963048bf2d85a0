//! Keys, whatever they hold: whether they exist, when they expire, copies, iteration, sorting.

mod expire;
mod keys;
mod object;
mod scan;
mod sort;
mod transfer;
mod wait;

use std::time::{Duration, SystemTime};

pub use expire::*;
pub use keys::*;
pub use object::*;
pub use scan::*;
pub use sort::*;
pub use transfer::*;
pub use wait::*;

use crate::arg::{ToArg, ToArgs, ToMillis, ToSeconds, ToUnixMillis, ToUnixSeconds};
use crate::block::ToBlock;
use crate::execute::{Execute, MayBlock, OwnsConnection};
use crate::replies::{Cursor, Expiry, Fsynced, KeyType, ScanPage};
use crate::reply::FromReply;

/// The commands on keys, on everything that takes commands.
pub trait GenericCommands: Execute {
    /// Copies a key's value and expiry to a key that does not exist. The reply is whether it was copied. Another database,
    /// or replacing a key, are options of [`cmd::copy`](copy()).
    ///
    /// `COPY source destination`. Since Redis 6.2.0. O(N) in the number of nested items, O(1) for strings.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::GenericCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let copied = r.copy("user:1", "user:1:backup")?;
    /// # Ok(()) }
    /// ```
    fn copy(self, source: impl ToArg, destination: impl ToArg) -> Self::Output<bool> {
        self.run(copy(source, destination))
    }

    /// Deletes keys. The reply is how many there were.
    ///
    /// `DEL key [key ...]`. Since Redis 1.0.0. O(N) in the number of keys and of the elements in them;
    /// [`unlink`](Self::unlink) does not wait for the latter.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::GenericCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let deleted = r.del(["user:1", "user:2"])?;
    /// # Ok(()) }
    /// ```
    ///
    /// No keys at all is an error before anything is sent.
    fn del(self, keys: impl ToArgs) -> Self::Output<i64> {
        self.run(del(keys))
    }

    /// A key's value in the server's own form, for [`restore`](Self::restore); `None` when there is none.
    ///
    /// `DUMP key`. Since Redis 2.6.0. O(N*M) in the number of elements and their size.
    fn dump(self, key: impl ToArg) -> Self::Output<Option<Vec<u8>>> {
        self.run(dump(key))
    }

    /// How many of these keys exist; one that is named twice counts twice.
    ///
    /// `EXISTS key [key ...]`. Since Redis 1.0.0. O(N) in the number of keys.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::GenericCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// if r.exists("user:1")? == 0 {
    ///     println!("nobody");
    /// }
    /// # Ok(()) }
    /// ```
    fn exists(self, keys: impl ToArgs) -> Self::Output<i64> {
        self.run(exists(keys))
    }

    /// Makes a key expire after a time in seconds or a `Duration` of whole seconds; zero or less deletes it now. The reply
    /// is whether the key exists. Conditions are options of [`cmd::expire`](expire()).
    ///
    /// `EXPIRE key seconds`. Since Redis 1.0.0. O(1).
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use redispy_cmd::{Call, Execute, commands::{self as cmd, GenericCommands}};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// r.expire("session", Duration::from_secs(1800))?;
    /// let prolonged = r.run(cmd::expire("session", 3600).gt())?;
    /// # Ok(()) }
    /// ```
    fn expire(self, key: impl ToArg, seconds: impl ToSeconds) -> Self::Output<bool> {
        self.run(expire(key, seconds))
    }

    /// Makes a key expire at a time in seconds since 1970 or a `SystemTime` on a whole second; one in the past deletes it
    /// now. The reply is whether the key exists. Conditions are options of [`cmd::expireat`](expireat()).
    ///
    /// `EXPIREAT key unix-time-seconds`. Since Redis 1.2.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::GenericCommands};
    /// use std::time::{Duration, SystemTime, UNIX_EPOCH};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let new_year = UNIX_EPOCH + Duration::from_secs(1_893_456_000);
    /// r.expireat("calendar", new_year)?;
    /// r.expireat("calendar", 1_893_456_000)?;     // the same
    /// # Ok(()) }
    /// ```
    fn expireat(self, key: impl ToArg, at: impl ToUnixSeconds) -> Self::Output<bool> {
        self.run(expireat(key, at))
    }

    /// When a key expires, to the second.
    ///
    /// `EXPIRETIME key`. Since Redis 7.0.0. O(1).
    fn expiretime(self, key: impl ToArg) -> Self::Output<Expiry<SystemTime>> {
        self.run(expiretime(key))
    }

    /// All keys whose names match a pattern (`*`, `?`, `[a-c]`). The server does nothing else meanwhile: go through large
    /// databases by [`scan`](Self::scan).
    ///
    /// `KEYS pattern`. Since Redis 1.0.0. O(N) in the number of keys in the database.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::GenericCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let users: Vec<String> = r.keys("user:*")?;     // on small databases only
    /// # Ok(()) }
    /// ```
    fn keys<T: FromReply>(self, pattern: impl ToArg) -> Self::Output<Vec<T>> {
        self.run(keys(pattern))
    }

    /// Moves keys to a database of another server, which must answer within `timeout` (milliseconds or a `Duration`). The
    /// reply is false when none of the keys exists. To copy, to replace and to authenticate are options of
    /// [`cmd::migrate`](migrate()).
    ///
    /// `MIGRATE host port "" db timeout KEYS key [key ...]`. Since Redis 2.6.0, `KEYS` since 3.0.6. O(N) in the size of the
    /// keys.
    ///
    /// No keys at all is an error before anything is sent.
    fn migrate(
        self,
        host: impl ToArg,
        port: u16,
        keys: impl ToArgs,
        db: u32,
        timeout: impl ToMillis,
    ) -> Self::Output<bool> {
        self.run(migrate(host, port, keys, db, timeout))
    }

    /// Moves a key to another database. The reply is false when it does not exist here or exists there.
    ///
    /// `MOVE key db`. Since Redis 1.0.0. O(1).
    fn move_(self, key: impl ToArg, db: u32) -> Self::Output<bool> {
        self.run(move_(key, db))
    }

    /// How the server stores a key's value: `embstr`, `listpack`, `quicklist`; `None` when there is none.
    ///
    /// `OBJECT ENCODING key`. Since Redis 2.2.3. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::GenericCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let encoding = r.object_encoding("user:1")?;    // Some("listpack")
    /// # Ok(()) }
    /// ```
    fn object_encoding(self, key: impl ToArg) -> Self::Output<Option<String>> {
        self.run(object_encoding(key))
    }

    /// How often a key is used, on a logarithmic scale from 0 to 255; `None` when there is none. An error unless the
    /// server's `maxmemory-policy` is one of LFU.
    ///
    /// `OBJECT FREQ key`. Since Redis 4.0.0. O(1).
    fn object_freq(self, key: impl ToArg) -> Self::Output<Option<i64>> {
        self.run(object_freq(key))
    }

    /// What the server says of the subcommands of `OBJECT`, line by line.
    ///
    /// `OBJECT HELP`. Since Redis 6.2.0. O(1).
    fn object_help(self) -> Self::Output<Vec<String>> {
        self.run(object_help())
    }

    /// How long a key was not used, to about ten seconds; `None` when there is none. An error when the server's
    /// `maxmemory-policy` is one of LFU.
    ///
    /// `OBJECT IDLETIME key`. Since Redis 2.2.3. O(1).
    fn object_idletime(self, key: impl ToArg) -> Self::Output<Option<Duration>> {
        self.run(object_idletime(key))
    }

    /// How many references the server holds to a key's value; `None` when there is none.
    ///
    /// `OBJECT REFCOUNT key`. Since Redis 2.2.3. O(1).
    fn object_refcount(self, key: impl ToArg) -> Self::Output<Option<i64>> {
        self.run(object_refcount(key))
    }

    /// Lets a key live for ever. The reply is whether it exists and was to expire.
    ///
    /// `PERSIST key`. Since Redis 2.2.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::GenericCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let did_expire = r.persist("session:7")?;
    /// # Ok(()) }
    /// ```
    fn persist(self, key: impl ToArg) -> Self::Output<bool> {
        self.run(persist(key))
    }

    /// Makes a key expire after a time in milliseconds or a `Duration`; zero or less deletes it now. The reply is whether
    /// the key exists. Conditions are options of [`cmd::pexpire`](pexpire()).
    ///
    /// `PEXPIRE key milliseconds`. Since Redis 2.6.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::GenericCommands};
    /// use std::time::Duration;
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// r.pexpire("lock", Duration::from_millis(1500))?;
    /// r.pexpire("lock", 1500)?;       // the same
    /// # Ok(()) }
    /// ```
    fn pexpire(self, key: impl ToArg, milliseconds: impl ToMillis) -> Self::Output<bool> {
        self.run(pexpire(key, milliseconds))
    }

    /// Makes a key expire at a time in milliseconds since 1970 or a `SystemTime`; one in the past deletes it now. The reply
    /// is whether the key exists. Conditions are options of [`cmd::pexpireat`](pexpireat()).
    ///
    /// `PEXPIREAT key unix-time-milliseconds`. Since Redis 2.6.0. O(1).
    fn pexpireat(self, key: impl ToArg, at: impl ToUnixMillis) -> Self::Output<bool> {
        self.run(pexpireat(key, at))
    }

    /// When a key expires, to the millisecond.
    ///
    /// `PEXPIRETIME key`. Since Redis 7.0.0. O(1).
    fn pexpiretime(self, key: impl ToArg) -> Self::Output<Expiry<SystemTime>> {
        self.run(pexpiretime(key))
    }

    /// How long a key has to live, to the millisecond.
    ///
    /// `PTTL key`. Since Redis 2.6.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::GenericCommands, replies::Expiry};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// if let Expiry::Time(left) = r.pttl("lock")? {
    ///     println!("locked for {} ms more", left.as_millis());
    /// }
    /// # Ok(()) }
    /// ```
    fn pttl(self, key: impl ToArg) -> Self::Output<Expiry<Duration>> {
        self.run(pttl(key))
    }

    /// The name of any key of the database, `None` when it is empty.
    ///
    /// `RANDOMKEY`. Since Redis 1.0.0. O(1).
    fn randomkey<T: FromReply>(self) -> Self::Output<Option<T>> {
        self.run(randomkey())
    }

    /// Gives a key another name, and replaces the key that had it. An error when the key does not exist.
    ///
    /// `RENAME key newkey`. Since Redis 1.0.0. O(1), and what deleting the replaced key takes.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::GenericCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// r.rename("new", "current")?;
    /// # Ok(()) }
    /// ```
    fn rename(self, key: impl ToArg, newkey: impl ToArg) -> Self::Output<()> {
        self.run(rename(key, newkey))
    }

    /// Gives a key another name unless a key has it. The reply is whether it was renamed. An error when the key does not
    /// exist.
    ///
    /// `RENAMENX key newkey`. Since Redis 1.0.0. O(1).
    fn renamenx(self, key: impl ToArg, newkey: impl ToArg) -> Self::Output<bool> {
        self.run(renamenx(key, newkey))
    }

    /// Makes a key of what [`dump`](Self::dump) gave, to expire after a time in milliseconds or a `Duration`, zero for
    /// never. An error when the key exists; to replace it is an option of [`cmd::restore`](restore()).
    ///
    /// `RESTORE key ttl serialized-value`. Since Redis 2.6.0. O(N*M) in the number of elements and their size.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::GenericCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// if let Some(value) = r.dump("user:1")? {
    ///     r.restore("user:1:backup", 0, value)?;
    /// }
    /// # Ok(()) }
    /// ```
    fn restore(self, key: impl ToArg, ttl: impl ToMillis, serialized_value: impl ToArg) -> Self::Output<()> {
        self.run(restore(key, ttl, serialized_value))
    }

    /// A page of the names of the keys in the database, from a cursor that is [`Cursor::START`] or that of the page before.
    /// Every key that is there from first page to last is in one of them, perhaps in more than one. Patterns and types are
    /// options of [`cmd::scan`](scan()).
    ///
    /// `SCAN cursor`. Since Redis 2.8.0. O(1) a page.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::GenericCommands, replies::Cursor};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let mut cursor = Some(Cursor::START);
    /// while let Some(at) = cursor {
    ///     let page = r.scan::<String>(at)?;
    ///     cursor = page.next();
    ///     for key in page.items {
    ///         println!("{key}");
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    fn scan<T: FromReply>(self, cursor: impl Into<Cursor>) -> Self::Output<ScanPage<T>> {
        self.run(scan(cursor))
    }

    /// The elements of a list, set or sorted set in the order of their numbers. Other orders, parts, and values looked up
    /// in other keys are options of [`cmd::sort`](sort()).
    ///
    /// `SORT key`. Since Redis 1.0.0. O(N+M*log(M)) in the number of elements and of those in the reply.
    ///
    /// ```
    /// # use redispy_cmd::{Call, Execute, commands::{self as cmd, GenericCommands}};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let numbers: Vec<i64> = r.sort("numbers")?;
    /// let ten_largest: Vec<i64> = r.run(cmd::sort("numbers").desc().limit(0, 10))?;
    /// # Ok(()) }
    /// ```
    fn sort<T: FromReply>(self, key: impl ToArg) -> Self::Output<Vec<T>> {
        self.run(sort(key))
    }

    /// As [`sort`](Self::sort), also on replicas, since it never writes. Its options are on [`cmd::sort_ro`](sort_ro()).
    ///
    /// `SORT_RO key`. Since Redis 7.0.0. O(N+M*log(M)) in the number of elements and of those in the reply.
    fn sort_ro<T: FromReply>(self, key: impl ToArg) -> Self::Output<Vec<T>> {
        self.run(sort_ro(key))
    }

    /// Marks keys as used now. The reply is how many of them exist.
    ///
    /// `TOUCH key [key ...]`. Since Redis 3.2.1. O(N) in the number of keys.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::GenericCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let there = r.touch(["user:1", "user:2"])?;
    /// # Ok(()) }
    /// ```
    fn touch(self, keys: impl ToArgs) -> Self::Output<i64> {
        self.run(touch(keys))
    }

    /// How long a key has to live, to the second: 0.5 s and more count as one.
    ///
    /// `TTL key`. Since Redis 1.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::GenericCommands, replies::Expiry};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// match r.ttl("session")? {
    ///     Expiry::Missing => println!("logged out"),
    ///     Expiry::Never => println!("logged in"),
    ///     Expiry::Time(time) => println!("logged in for {} s", time.as_secs()),
    /// }
    /// # Ok(()) }
    /// ```
    fn ttl(self, key: impl ToArg) -> Self::Output<Expiry<Duration>> {
        self.run(ttl(key))
    }

    /// What a key holds, `None` when it does not exist.
    ///
    /// `TYPE key`. Since Redis 1.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::GenericCommands, replies::KeyType};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let is_hash = r.type_("user:1")? == Some(KeyType::Hash);
    /// # Ok(()) }
    /// ```
    fn type_(self, key: impl ToArg) -> Self::Output<Option<KeyType>> {
        self.run(type_(key))
    }

    /// Deletes keys, their memory to be freed later. The reply is how many there were.
    ///
    /// `UNLINK key [key ...]`. Since Redis 4.0.0. O(1) for each key.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::GenericCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let removed = r.unlink(["big:1", "big:2"])?;
    /// # Ok(()) }
    /// ```
    fn unlink(self, keys: impl ToArgs) -> Self::Output<i64> {
        self.run(unlink(keys))
    }

    /// Waits until as many replicas have what this connection wrote before. Only a session has it: a client lends any of its
    /// connections to each call, and on one that has written nothing the server answers at once, whatever the replicas have. The
    /// reply is how many have it, which may be fewer when the time is over.
    ///
    /// `WAIT numreplicas timeout`. Since Redis 3.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, OwnsConnection, commands::{GenericCommands, StringCommands}};
    /// use std::time::Duration;
    /// # fn example<S: Call>(session: &S) -> Result<(), S::Error>
    /// # where for<'a> &'a S: OwnsConnection {
    /// session.set("order:1", "paid")?;
    /// let replicas = session.wait(1, Duration::from_millis(100))?;      // have it
    /// # Ok(()) }
    /// ```
    fn wait(self, numreplicas: i64, timeout: impl ToBlock) -> Self::Output<i64>
    where
        Self: MayBlock + OwnsConnection,
    {
        self.run(wait(numreplicas, timeout))
    }

    /// Waits until what this connection wrote before, as in [`wait`](Self::wait), is in the append-only file of this server
    /// (`numlocal` 1) and of as many replicas. The reply is where it is, which may be less when the time is over.
    ///
    /// `WAITAOF numlocal numreplicas timeout`. Since Redis 7.2.0. O(1).
    fn waitaof(self, numlocal: i64, numreplicas: i64, timeout: impl ToBlock) -> Self::Output<Fsynced>
    where
        Self: MayBlock + OwnsConnection,
    {
        self.run(waitaof(numlocal, numreplicas, timeout))
    }
}

impl<E: Execute> GenericCommands for E {}
