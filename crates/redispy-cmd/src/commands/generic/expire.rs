//! When keys expire.

use std::time::{Duration, SystemTime};

use crate::arg::{TimeArg, ToArg, ToMillis, ToSeconds, ToUnixMillis, ToUnixSeconds};
use crate::cmd::{Cmd, Request};
use crate::execute::IntoCmd;
use crate::replies::{Expiry, expiry};
use crate::reply::FromReply;
use crate::spec::{self, Spec};

/// `EXPIRE key seconds` with its options ([`Expire`]): see [`GenericCommands::expire`](super::GenericCommands::expire).
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands as cmd};
/// let first = cmd::expire("session", 1800).nx().into_cmd();
/// assert_eq!(first.request().iter().last(), Some(&b"NX"[..]));
/// ```
pub fn expire(key: impl ToArg, seconds: impl ToSeconds) -> Expire {
    Expire::new(&spec::EXPIRE, key, "seconds", seconds.to_seconds())
}

/// `EXPIREAT key unix-time-seconds` with its options ([`Expire`]): see
/// [`GenericCommands::expireat`](super::GenericCommands::expireat).
pub fn expireat(key: impl ToArg, at: impl ToUnixSeconds) -> Expire {
    Expire::new(&spec::EXPIREAT, key, "at", at.to_unix_seconds())
}

/// `EXPIRETIME key`: see [`GenericCommands::expiretime`](super::GenericCommands::expiretime).
pub fn expiretime(key: impl ToArg) -> Cmd<Expiry<SystemTime>> {
    Cmd::new(&spec::EXPIRETIME, expiry::unix_seconds).arg(key)
}

/// `PERSIST key`: see [`GenericCommands::persist`](super::GenericCommands::persist).
pub fn persist(key: impl ToArg) -> Cmd<bool> {
    Cmd::new(&spec::PERSIST, bool::from_reply).arg(key)
}

/// `PEXPIRE key milliseconds` with its options ([`Expire`]): see
/// [`GenericCommands::pexpire`](super::GenericCommands::pexpire).
pub fn pexpire(key: impl ToArg, milliseconds: impl ToMillis) -> Expire {
    Expire::new(&spec::PEXPIRE, key, "milliseconds", milliseconds.to_millis())
}

/// `PEXPIREAT key unix-time-milliseconds` with its options ([`Expire`]): see
/// [`GenericCommands::pexpireat`](super::GenericCommands::pexpireat).
pub fn pexpireat(key: impl ToArg, at: impl ToUnixMillis) -> Expire {
    Expire::new(&spec::PEXPIREAT, key, "at", at.to_unix_millis())
}

/// `PEXPIRETIME key`: see [`GenericCommands::pexpiretime`](super::GenericCommands::pexpiretime).
pub fn pexpiretime(key: impl ToArg) -> Cmd<Expiry<SystemTime>> {
    Cmd::new(&spec::PEXPIRETIME, expiry::unix_millis).arg(key)
}

/// `PTTL key`: see [`GenericCommands::pttl`](super::GenericCommands::pttl).
pub fn pttl(key: impl ToArg) -> Cmd<Expiry<Duration>> {
    Cmd::new(&spec::PTTL, expiry::millis).arg(key)
}

/// `TTL key`: see [`GenericCommands::ttl`](super::GenericCommands::ttl).
pub fn ttl(key: impl ToArg) -> Cmd<Expiry<Duration>> {
    Cmd::new(&spec::TTL, expiry::seconds).arg(key)
}

/// `EXPIRE`, `EXPIREAT`, `PEXPIRE` or `PEXPIREAT` with its options; [`expire()`], [`expireat()`], [`pexpire()`] and
/// [`pexpireat()`] make it.
///
/// The reply is whether the time was set. `nx` excludes the other conditions, and `gt` and `lt` exclude each other: the
/// last one counts. A key that does not expire counts as one that does so later than any time.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Expire {
    request: Request,
    existing: Option<&'static str>,
    compared: Option<&'static str>,
}

impl Expire {
    fn new(spec: &'static Spec, key: impl ToArg, argument: &'static str, time: TimeArg) -> Self {
        let mut request = Request::new(spec);
        request.arg(key);
        time.write(argument, &mut request);
        Expire { request, existing: None, compared: None }
    }

    /// `NX`: only when the key does not expire yet. Since Redis 7.0.0.
    pub fn nx(self) -> Self {
        Expire { existing: Some("NX"), compared: None, ..self }
    }

    /// `XX`: only when the key expires already; together with [`gt`](Self::gt) or [`lt`](Self::lt) both must hold. Since
    /// Redis 7.0.0.
    pub fn xx(self) -> Self {
        Expire { existing: Some("XX"), ..self }
    }

    /// `GT`: only when that is later than before. Since Redis 7.0.0.
    pub fn gt(self) -> Self {
        self.compare("GT")
    }

    /// `LT`: only when that is earlier than before. Since Redis 7.0.0.
    pub fn lt(self) -> Self {
        self.compare("LT")
    }

    fn compare(self, word: &'static str) -> Self {
        Expire { existing: self.existing.filter(|word| *word == "XX"), compared: Some(word), ..self }
    }
}

impl IntoCmd for Expire {
    type Reply = bool;

    fn into_cmd(mut self) -> Cmd<bool> {
        for condition in [self.existing, self.compared].into_iter().flatten() {
            self.request.arg(condition);
        }
        Cmd::from_request(self.request, bool::from_reply)
    }
}
