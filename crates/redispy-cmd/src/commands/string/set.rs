//! Commands with a condition or an expiry among their options.

use crate::arg::{ToArg, ToMillis, ToPairs, ToSeconds, ToUnixMillis, ToUnixSeconds};
use crate::cmd::{Cmd, Request, Words};
use crate::commands::expiry::ExpiryOption;
use crate::execute::IntoCmd;
use crate::reply::{FromReply, status};
use crate::spec;

/// `GETEX key` with its options ([`Getex`]): see [`StringCommands::getex`](super::StringCommands::getex).
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands as cmd};
/// let session = cmd::getex::<String>("session").ex(1800).into_cmd();
/// assert_eq!(session.request().iter().last(), Some(&b"1800"[..]));
/// ```
pub fn getex<T: FromReply>(key: impl ToArg) -> Getex<T> {
    Getex { cmd: Cmd::new(&spec::GETEX, Option::from_reply).arg(key), expiry: ExpiryOption::Unsaid }
}

/// `MSETEX numkeys key value [key value ...]` with its options ([`Msetex`]): see
/// [`StringCommands::msetex`](super::StringCommands::msetex).
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands as cmd};
/// let pages = cmd::msetex([("page:1", "a"), ("page:2", "b")]).nx().ex(60).into_cmd();
/// assert_eq!(pages.request().get(1), Some(&b"2"[..]));
/// ```
pub fn msetex(pairs: impl ToPairs) -> Msetex {
    let mut request = Request::new(&spec::MSETEX);
    request.counted_pairs("pairs", pairs);
    Msetex { request, condition: None, expiry: ExpiryOption::Unsaid }
}

/// `SET key value` with its options ([`Set`]): see [`StringCommands::set`](super::StringCommands::set).
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands as cmd};
/// use std::time::Duration;
///
/// let lock = cmd::set("lock", "me").nx().px(Duration::from_millis(1500)).into_cmd();
/// let words: Vec<_> = lock.request().iter().skip(3).collect();
/// assert_eq!(words, [&b"NX"[..], b"PX", b"1500"]);
/// ```
pub fn set(key: impl ToArg, value: impl ToArg) -> Set {
    let mut request = Request::new(&spec::SET);
    request.arg(key);
    request.arg(value);
    Set { request, condition: Condition::None, expiry: ExpiryOption::Unsaid }
}

/// `GETEX` with its options; [`getex()`] makes it.
///
/// The options exclude each other, the last one counts. Without any the expiry stays as it is.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Getex<T> {
    cmd: Cmd<Option<T>>,
    expiry: ExpiryOption,
}

impl<T> Getex<T> {
    /// `EX seconds`: the key expires after this many seconds, or a `Duration` of whole seconds.
    pub fn ex(mut self, seconds: impl ToSeconds) -> Self {
        self.expiry = ExpiryOption::ex(seconds);
        self
    }

    /// `PX milliseconds`: the key expires after this many milliseconds, or a `Duration`.
    pub fn px(mut self, milliseconds: impl ToMillis) -> Self {
        self.expiry = ExpiryOption::px(milliseconds);
        self
    }

    /// `EXAT unix-time-seconds`: the key expires at this time: seconds since 1970, or a `SystemTime`.
    pub fn exat(mut self, at: impl ToUnixSeconds) -> Self {
        self.expiry = ExpiryOption::exat(at);
        self
    }

    /// `PXAT unix-time-milliseconds`: the key expires at this time: milliseconds since 1970, or a `SystemTime`.
    pub fn pxat(mut self, at: impl ToUnixMillis) -> Self {
        self.expiry = ExpiryOption::pxat(at);
        self
    }

    /// `PERSIST`: the key does not expire any more.
    pub fn persist(mut self) -> Self {
        self.expiry = ExpiryOption::Word("PERSIST");
        self
    }
}

clone_and_debug! { Getex<T> { cmd, expiry } }

impl<T> IntoCmd for Getex<T> {
    type Reply = Option<T>;

    fn into_cmd(self) -> Cmd<Option<T>> {
        let (mut request, read) = self.cmd.into_parts();
        self.expiry.write(&mut request);
        Cmd::from_request(request, read)
    }
}

/// `MSETEX` with its options; [`msetex()`] makes it.
///
/// The reply is whether the keys were set (true) or a condition did not hold (false). `nx` and `xx` exclude each other, and
/// so do `ex`, `px`, `exat`, `pxat` and `keepttl`: the last one counts.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Msetex {
    request: Request,
    condition: Option<&'static str>,
    expiry: ExpiryOption,
}

impl Msetex {
    /// `NX`: only when none of the keys exists.
    pub fn nx(mut self) -> Self {
        self.condition = Some("NX");
        self
    }

    /// `XX`: only when all of the keys exist.
    pub fn xx(mut self) -> Self {
        self.condition = Some("XX");
        self
    }

    /// `EX seconds`: the keys expire after this many seconds, or a `Duration` of whole seconds.
    pub fn ex(mut self, seconds: impl ToSeconds) -> Self {
        self.expiry = ExpiryOption::ex(seconds);
        self
    }

    /// `PX milliseconds`: the keys expire after this many milliseconds, or a `Duration`.
    pub fn px(mut self, milliseconds: impl ToMillis) -> Self {
        self.expiry = ExpiryOption::px(milliseconds);
        self
    }

    /// `EXAT unix-time-seconds`: the keys expire at this time: seconds since 1970, or a `SystemTime`.
    pub fn exat(mut self, at: impl ToUnixSeconds) -> Self {
        self.expiry = ExpiryOption::exat(at);
        self
    }

    /// `PXAT unix-time-milliseconds`: the keys expire at this time: milliseconds since 1970, or a `SystemTime`.
    pub fn pxat(mut self, at: impl ToUnixMillis) -> Self {
        self.expiry = ExpiryOption::pxat(at);
        self
    }

    /// `KEEPTTL`: the keys expire when they did before.
    pub fn keepttl(mut self) -> Self {
        self.expiry = ExpiryOption::Word("KEEPTTL");
        self
    }
}

impl IntoCmd for Msetex {
    type Reply = bool;

    fn into_cmd(mut self) -> Cmd<bool> {
        if let Some(condition) = self.condition {
            self.request.arg(condition);
        }
        self.expiry.write(&mut self.request);
        Cmd::from_request(self.request, bool::from_reply)
    }
}

/// `SET` with its options; [`set()`] makes it.
///
/// The reply is whether the key was set (true) or a condition did not hold (false). `nx`, `xx` and `ifeq` exclude each
/// other, and so do `ex`, `px`, `exat`, `pxat` and `keepttl`: the last one counts. Without any of the latter the key does
/// not expire.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Set {
    request: Request,
    condition: Condition,
    expiry: ExpiryOption,
}

#[derive(Debug, Clone)]
enum Condition {
    None,
    Word(&'static str),
    Ifeq(Words),
}

impl Set {
    /// `NX`: only when the key does not exist. Since Redis 2.6.12.
    pub fn nx(mut self) -> Self {
        self.condition = Condition::Word("NX");
        self
    }

    /// `XX`: only when the key exists. Since Redis 2.6.12.
    pub fn xx(mut self) -> Self {
        self.condition = Condition::Word("XX");
        self
    }

    /// `IFEQ comparison-value`: only when the key has this value. Since Valkey 8.1.0, not in Redis.
    pub fn ifeq(mut self, value: impl ToArg) -> Self {
        self.condition = Condition::Ifeq(Words::of(value));
        self
    }

    /// `EX seconds`: the key expires after this many seconds, or a `Duration` of whole seconds. Since Redis 2.6.12.
    pub fn ex(mut self, seconds: impl ToSeconds) -> Self {
        self.expiry = ExpiryOption::ex(seconds);
        self
    }

    /// `PX milliseconds`: the key expires after this many milliseconds, or a `Duration`. Since Redis 2.6.12.
    pub fn px(mut self, milliseconds: impl ToMillis) -> Self {
        self.expiry = ExpiryOption::px(milliseconds);
        self
    }

    /// `EXAT unix-time-seconds`: the key expires at this time: seconds since 1970, or a `SystemTime`. Since Redis 6.2.0.
    pub fn exat(mut self, at: impl ToUnixSeconds) -> Self {
        self.expiry = ExpiryOption::exat(at);
        self
    }

    /// `PXAT unix-time-milliseconds`: the key expires at this time: milliseconds since 1970, or a `SystemTime`. Since Redis
    /// 6.2.0.
    pub fn pxat(mut self, at: impl ToUnixMillis) -> Self {
        self.expiry = ExpiryOption::pxat(at);
        self
    }

    /// `KEEPTTL`: the key expires when it did before. Since Redis 6.0.0.
    pub fn keepttl(mut self) -> Self {
        self.expiry = ExpiryOption::Word("KEEPTTL");
        self
    }

    /// `GET`: answers with the value that the key had, `None` when there was none, instead of whether it was set. With
    /// [`nx`](Self::nx) since Redis 7.0.0, then `None` means that it was set; with [`xx`](Self::xx) that it was not. Since
    /// Redis 6.2.0.
    pub fn get<T: FromReply>(mut self) -> Cmd<Option<T>> {
        self.write_condition();
        self.request.arg("GET");
        self.expiry.write(&mut self.request);
        Cmd::from_request(self.request, Option::from_reply)
    }

    fn write_condition(&mut self) {
        match &self.condition {
            Condition::None => {}
            Condition::Word(word) => self.request.arg(word),
            Condition::Ifeq(value) => {
                self.request.arg("IFEQ");
                self.request.append(value);
            }
        }
    }
}

impl IntoCmd for Set {
    type Reply = bool;

    fn into_cmd(mut self) -> Cmd<bool> {
        self.write_condition();
        self.expiry.write(&mut self.request);
        Cmd::from_request(self.request, status)
    }
}
