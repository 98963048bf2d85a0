//! The commands of hashes that take `FIELDS numfields`: an expiry for each field, and what came with it.

use std::time::{Duration, SystemTime};

use super::super::expiry::ExpiryOption;
use crate::arg::{TimeArg, ToArg, ToArgs, ToMillis, ToPairs, ToSeconds, ToUnixMillis, ToUnixSeconds};
use crate::cmd::{Cmd, Mark, Request};
use crate::execute::IntoCmd;
use crate::replies::fields::elements;
use crate::replies::{Expiry, FieldExpire, FieldPersist, expiry};
use crate::reply::FromReply;
use crate::spec::{self, Spec};

/// `HEXPIRE key seconds FIELDS numfields field [field ...]` with its options ([`Hexpire`]): see
/// [`HashCommands::hexpire`](super::HashCommands::hexpire).
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands as cmd};
/// let cmd = cmd::hexpire("user:1", 60, ["token", "nonce"]).nx().into_cmd();
/// let words = cmd.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"HEXPIRE user:1 60 NX FIELDS 2 token nonce");
/// ```
pub fn hexpire(key: impl ToArg, seconds: impl ToSeconds, fields: impl ToArgs) -> Hexpire {
    Hexpire::new(&spec::HEXPIRE, key, ("seconds", seconds.to_seconds()), fields)
}

/// `HEXPIREAT key unix-time-seconds FIELDS numfields field [field ...]` with its options ([`Hexpire`]): see
/// [`HashCommands::hexpireat`](super::HashCommands::hexpireat).
pub fn hexpireat(key: impl ToArg, time: impl ToUnixSeconds, fields: impl ToArgs) -> Hexpire {
    Hexpire::new(&spec::HEXPIREAT, key, ("unix-time-seconds", time.to_unix_seconds()), fields)
}

/// `HEXPIRETIME key FIELDS numfields field [field ...]`: see
/// [`HashCommands::hexpiretime`](super::HashCommands::hexpiretime).
pub fn hexpiretime(key: impl ToArg, fields: impl ToArgs) -> Cmd<Vec<Expiry<SystemTime>>> {
    Cmd::from_request(of_fields(&spec::HEXPIRETIME, key, fields), |node| {
        elements(node, EXPIRIES, expiry::unix_seconds)
    })
}

/// `HGETDEL key FIELDS numfields field [field ...]`: see [`HashCommands::hgetdel`](super::HashCommands::hgetdel).
pub fn hgetdel<T: FromReply>(key: impl ToArg, fields: impl ToArgs) -> Cmd<Vec<Option<T>>> {
    Cmd::from_request(of_fields(&spec::HGETDEL, key, fields), Vec::<Option<T>>::from_reply)
}

/// `HGETEX key FIELDS numfields field [field ...]` with its options ([`Hgetex`]): see
/// [`HashCommands::hgetex`](super::HashCommands::hgetex).
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands as cmd};
/// let cmd = cmd::hgetex::<String>("user:1", "token").ex(60).into_cmd();      // Vec<Option<String>>
/// let words = cmd.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"HGETEX user:1 EX 60 FIELDS 1 token");
/// ```
pub fn hgetex<T: FromReply>(key: impl ToArg, fields: impl ToArgs) -> Hgetex<T> {
    let mut request = Request::new(&spec::HGETEX);
    request.arg(key);
    let options = request.mark();
    request.arg("FIELDS");
    request.counted_args("fields", fields);
    Hgetex {
        cmd: Cmd::from_request(request, Vec::<Option<T>>::from_reply),
        options,
        expiry: ExpiryOption::Unsaid,
    }
}

/// `HPERSIST key FIELDS numfields field [field ...]`: see [`HashCommands::hpersist`](super::HashCommands::hpersist).
pub fn hpersist(key: impl ToArg, fields: impl ToArgs) -> Cmd<Vec<FieldPersist>> {
    Cmd::from_request(of_fields(&spec::HPERSIST, key, fields), Vec::<FieldPersist>::from_reply)
}

/// `HPEXPIRE key milliseconds FIELDS numfields field [field ...]` with its options ([`Hexpire`]): see
/// [`HashCommands::hpexpire`](super::HashCommands::hpexpire).
pub fn hpexpire(key: impl ToArg, milliseconds: impl ToMillis, fields: impl ToArgs) -> Hexpire {
    Hexpire::new(&spec::HPEXPIRE, key, ("milliseconds", milliseconds.to_millis()), fields)
}

/// `HPEXPIREAT key unix-time-milliseconds FIELDS numfields field [field ...]` with its options ([`Hexpire`]): see
/// [`HashCommands::hpexpireat`](super::HashCommands::hpexpireat).
pub fn hpexpireat(key: impl ToArg, time: impl ToUnixMillis, fields: impl ToArgs) -> Hexpire {
    Hexpire::new(&spec::HPEXPIREAT, key, ("unix-time-milliseconds", time.to_unix_millis()), fields)
}

/// `HPEXPIRETIME key FIELDS numfields field [field ...]`: see
/// [`HashCommands::hpexpiretime`](super::HashCommands::hpexpiretime).
pub fn hpexpiretime(key: impl ToArg, fields: impl ToArgs) -> Cmd<Vec<Expiry<SystemTime>>> {
    Cmd::from_request(of_fields(&spec::HPEXPIRETIME, key, fields), |node| {
        elements(node, EXPIRIES, expiry::unix_millis)
    })
}

/// `HPTTL key FIELDS numfields field [field ...]`: see [`HashCommands::hpttl`](super::HashCommands::hpttl).
pub fn hpttl(key: impl ToArg, fields: impl ToArgs) -> Cmd<Vec<Expiry<Duration>>> {
    Cmd::from_request(of_fields(&spec::HPTTL, key, fields), |node| elements(node, EXPIRIES, expiry::millis))
}

/// `HSETEX key FIELDS numfields field value [field value ...]` with its options ([`Hsetex`]): see
/// [`HashCommands::hsetex`](super::HashCommands::hsetex).
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands as cmd};
/// let cmd = cmd::hsetex("user:1", ("token", "abc")).fnx().px(1500).into_cmd();
/// let words = cmd.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"HSETEX user:1 FNX PX 1500 FIELDS 1 token abc");
/// ```
pub fn hsetex(key: impl ToArg, pairs: impl ToPairs) -> Hsetex {
    let mut request = Request::new(&spec::HSETEX);
    request.arg(key);
    let options = request.mark();
    request.arg("FIELDS");
    request.counted_pairs("pairs", pairs);
    Hsetex { request, options, key_condition: None, field_condition: None, expiry: ExpiryOption::Unsaid }
}

/// `HTTL key FIELDS numfields field [field ...]`: see [`HashCommands::httl`](super::HashCommands::httl).
pub fn httl(key: impl ToArg, fields: impl ToArgs) -> Cmd<Vec<Expiry<Duration>>> {
    Cmd::from_request(of_fields(&spec::HTTL, key, fields), |node| elements(node, EXPIRIES, expiry::seconds))
}

/// `HEXPIRE`, `HEXPIREAT`, `HPEXPIRE` or `HPEXPIREAT` with its options; [`hexpire()`], [`hexpireat()`], [`hpexpire()`] and
/// [`hpexpireat()`] make it.
///
/// Of the conditions the last one given holds.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Hexpire {
    request: Request,
    options: Mark,
    condition: Option<&'static str>,
}

impl Hexpire {
    fn new(
        spec: &'static Spec,
        key: impl ToArg,
        (unit, time): (&'static str, TimeArg),
        fields: impl ToArgs,
    ) -> Self {
        let mut request = Request::new(spec);
        request.arg(key);
        time.write(unit, &mut request);
        let options = request.mark();
        request.arg("FIELDS");
        request.counted_args("fields", fields);
        Hexpire { request, options, condition: None }
    }

    /// `NX`: only fields that do not expire yet.
    pub fn nx(mut self) -> Self {
        self.condition = Some("NX");
        self
    }

    /// `XX`: only fields that expire already.
    pub fn xx(mut self) -> Self {
        self.condition = Some("XX");
        self
    }

    /// `GT`: only fields that expire sooner than the new time; not those that do not expire.
    pub fn gt(mut self) -> Self {
        self.condition = Some("GT");
        self
    }

    /// `LT`: only fields that expire later than the new time, or do not expire.
    pub fn lt(mut self) -> Self {
        self.condition = Some("LT");
        self
    }
}

impl IntoCmd for Hexpire {
    type Reply = Vec<FieldExpire>;

    fn into_cmd(mut self) -> Cmd<Vec<FieldExpire>> {
        if let Some(condition) = self.condition {
            self.request.insert(self.options, |request| request.arg(condition));
        }
        Cmd::from_request(self.request, Vec::<FieldExpire>::from_reply)
    }
}

/// `HGETEX` with its options; [`hgetex()`] makes it.
///
/// The last option given holds; without one the expiry of the fields stays.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Hgetex<T> {
    cmd: Cmd<Vec<Option<T>>>,
    options: Mark,
    expiry: ExpiryOption,
}

impl<T> Hgetex<T> {
    /// `EX seconds`: expires after this many seconds.
    pub fn ex(self, seconds: impl ToSeconds) -> Self {
        self.expiry(ExpiryOption::ex(seconds))
    }

    /// `PX milliseconds`: expires after this many milliseconds.
    pub fn px(self, milliseconds: impl ToMillis) -> Self {
        self.expiry(ExpiryOption::px(milliseconds))
    }

    /// `EXAT unix-time-seconds`: expires at this unix time in seconds.
    pub fn exat(self, time: impl ToUnixSeconds) -> Self {
        self.expiry(ExpiryOption::exat(time))
    }

    /// `PXAT unix-time-milliseconds`: expires at this unix time in milliseconds.
    pub fn pxat(self, time: impl ToUnixMillis) -> Self {
        self.expiry(ExpiryOption::pxat(time))
    }

    /// `PERSIST`: does not expire any more.
    pub fn persist(self) -> Self {
        self.expiry(ExpiryOption::Word("PERSIST"))
    }

    fn expiry(mut self, expiry: ExpiryOption) -> Self {
        self.expiry = expiry;
        self
    }
}

clone_and_debug! { Hgetex<T> { cmd, options, expiry } }

impl<T> IntoCmd for Hgetex<T> {
    type Reply = Vec<Option<T>>;

    fn into_cmd(self) -> Cmd<Vec<Option<T>>> {
        let (mut request, read) = self.cmd.into_parts();
        request.insert(self.options, |request| self.expiry.write(request));
        Cmd::from_request(request, read)
    }
}

/// `HSETEX` with its options; [`hsetex()`] makes it.
///
/// The reply is whether the fields were set (true) or a condition did not hold (false). Of options that exclude each other
/// the last one counts.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Hsetex {
    request: Request,
    options: Mark,
    key_condition: Option<&'static str>,
    field_condition: Option<&'static str>,
    expiry: ExpiryOption,
}

impl Hsetex {
    /// `NX`: only when there is no such key. Since Valkey 9.0.0, not in Redis.
    pub fn nx(mut self) -> Self {
        self.key_condition = Some("NX");
        self
    }

    /// `XX`: only when there is such a key. Since Valkey 9.0.0, not in Redis.
    pub fn xx(mut self) -> Self {
        self.key_condition = Some("XX");
        self
    }

    /// `FNX`: only when none of the fields exists.
    pub fn fnx(mut self) -> Self {
        self.field_condition = Some("FNX");
        self
    }

    /// `FXX`: only when all the fields exist.
    pub fn fxx(mut self) -> Self {
        self.field_condition = Some("FXX");
        self
    }

    /// `EX seconds`: the fields expire after this many seconds.
    pub fn ex(self, seconds: impl ToSeconds) -> Self {
        self.expiry(ExpiryOption::ex(seconds))
    }

    /// `PX milliseconds`: the fields expire after this many milliseconds.
    pub fn px(self, milliseconds: impl ToMillis) -> Self {
        self.expiry(ExpiryOption::px(milliseconds))
    }

    /// `EXAT unix-time-seconds`: the fields expire at this unix time in seconds.
    pub fn exat(self, time: impl ToUnixSeconds) -> Self {
        self.expiry(ExpiryOption::exat(time))
    }

    /// `PXAT unix-time-milliseconds`: the fields expire at this unix time in milliseconds.
    pub fn pxat(self, time: impl ToUnixMillis) -> Self {
        self.expiry(ExpiryOption::pxat(time))
    }

    /// `KEEPTTL`: the fields expire when they would have.
    pub fn keepttl(self) -> Self {
        self.expiry(ExpiryOption::Word("KEEPTTL"))
    }

    fn expiry(mut self, expiry: ExpiryOption) -> Self {
        self.expiry = expiry;
        self
    }
}

impl IntoCmd for Hsetex {
    type Reply = bool;

    fn into_cmd(mut self) -> Cmd<bool> {
        self.request.insert(self.options, |request| {
            for condition in [self.key_condition, self.field_condition].into_iter().flatten() {
                request.arg(condition);
            }
            self.expiry.write(request);
        });
        Cmd::from_request(self.request, bool::from_reply)
    }
}

fn of_fields(spec: &'static Spec, key: impl ToArg, fields: impl ToArgs) -> Request {
    let mut request = Request::new(spec);
    request.arg(key);
    request.arg("FIELDS");
    request.counted_args("fields", fields);
    request
}

/// What is expected of the commands that tell when fields expire.
const EXPIRIES: &str = "an array of times";
