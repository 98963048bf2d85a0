//! Values in the server's own form: taken out, put back, sent to another server.

use resp_proto::Node;

use crate::arg::{TimeArg, ToArg, ToArgs, ToMillis, ToSeconds, ToUnixMillis};
use crate::cmd::{Cmd, Mark, Request, Words};
use crate::execute::IntoCmd;
use crate::reply::{FromReply, ReplyError, ok};
use crate::spec;

/// `DUMP key`: see [`GenericCommands::dump`](super::GenericCommands::dump).
pub fn dump(key: impl ToArg) -> Cmd<Option<Vec<u8>>> {
    Cmd::new(&spec::DUMP, Option::from_reply).arg(key)
}

/// `MIGRATE host port "" db timeout KEYS key [key ...]` with its options ([`Migrate`]): see
/// [`GenericCommands::migrate`](super::GenericCommands::migrate).
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands as cmd};
/// use std::time::Duration;
///
/// let keys = ["user:1", "user:2"];
/// let moved = cmd::migrate("10.0.0.5", 6379, keys, 0, Duration::from_secs(5)).copy().auth("password");
/// assert_eq!(moved.into_cmd().request().count(), 12);
/// ```
pub fn migrate(host: impl ToArg, port: u16, keys: impl ToArgs, db: u32, timeout: impl ToMillis) -> Migrate {
    let mut request = Request::new(&spec::MIGRATE);
    request.arg(host);
    request.args((port, "", db));
    timeout.to_millis().write("timeout", &mut request);
    let options = request.mark();
    request.arg("KEYS");
    request.some_args("keys", keys);
    Migrate { request, options, copy: false, replace: false, auth: None }
}

/// `RESTORE key ttl serialized-value` with its options ([`Restore`]): see
/// [`GenericCommands::restore`](super::GenericCommands::restore).
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands as cmd};
/// use std::time::{Duration, SystemTime};
///
/// let at = SystemTime::now() + Duration::from_secs(60);
/// let value = b"from DUMP";
/// let restored = cmd::restore("user:1", 0, value).absttl(at).replace().into_cmd();
/// assert_eq!(restored.request().get(4), Some(&b"REPLACE"[..]));
/// ```
pub fn restore(key: impl ToArg, ttl: impl ToMillis, serialized_value: impl ToArg) -> Restore {
    let mut request = Request::new(&spec::RESTORE);
    request.arg(key);
    let place = request.mark();
    request.arg(serialized_value);
    let ttl = ttl.to_millis();
    Restore { request, place, ttl, absolute: false, replace: false, usage: None }
}

/// `MIGRATE` with its options; [`migrate()`] makes it.
///
/// `auth` and `auth2` exclude each other, the last one counts.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Migrate {
    request: Request,
    options: Mark,
    copy: bool,
    replace: bool,
    auth: Option<Words>,
}

impl Migrate {
    /// `COPY`: keeps the keys here, too. Since Redis 3.0.0.
    pub fn copy(mut self) -> Self {
        self.copy = true;
        self
    }

    /// `REPLACE`: replaces keys that exist there; else they are an error. Since Redis 3.0.0.
    pub fn replace(mut self) -> Self {
        self.replace = true;
        self
    }

    /// `AUTH password`: the password of the other server. Since Redis 4.0.7.
    pub fn auth(mut self, password: impl ToArg) -> Self {
        self.auth = Some(Words::of(("AUTH", password)));
        self
    }

    /// `AUTH2 username password`: a user of the other server and their password. Since Redis 6.0.0.
    pub fn auth2(mut self, username: impl ToArg, password: impl ToArg) -> Self {
        self.auth = Some(Words::of(("AUTH2", username, password)));
        self
    }
}

impl IntoCmd for Migrate {
    type Reply = bool;

    fn into_cmd(mut self) -> Cmd<bool> {
        self.request.insert(self.options, |request| {
            if self.copy {
                request.arg("COPY");
            }
            if self.replace {
                request.arg("REPLACE");
            }
            if let Some(auth) = &self.auth {
                request.append(auth);
            }
        });
        Cmd::from_request(self.request, ok_or_no_key)
    }
}

/// `RESTORE` with its options; [`restore()`] makes it.
///
/// `idletime` and `freq` exclude each other, the last one counts.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Restore {
    request: Request,
    /// Where the time to live goes.
    place: Mark,
    ttl: TimeArg,
    absolute: bool,
    replace: bool,
    usage: Option<(&'static str, TimeArg)>,
}

impl Restore {
    /// `REPLACE`: replaces the key when it exists. Since Redis 3.0.0.
    pub fn replace(mut self) -> Self {
        self.replace = true;
        self
    }

    /// `ABSTTL`: the key expires at this time, milliseconds since 1970 or a `SystemTime`, instead of after one. Since Redis
    /// 5.0.0.
    pub fn absttl(mut self, at: impl ToUnixMillis) -> Self {
        self.ttl = at.to_unix_millis();
        self.absolute = true;
        self
    }

    /// `IDLETIME seconds`: as if the key had not been used for this many seconds, or a `Duration` of whole seconds: for
    /// servers that evict by LRU. Since Redis 5.0.0.
    pub fn idletime(mut self, seconds: impl ToSeconds) -> Self {
        self.usage = Some(("IDLETIME", seconds.to_seconds()));
        self
    }

    /// `FREQ frequency`: as if the key was used this often, 0 to 255 as in [`object_freq`](super::object_freq): for servers
    /// that evict by LFU. Since Redis 5.0.0.
    pub fn freq(mut self, frequency: i64) -> Self {
        self.usage = Some(("FREQ", TimeArg::whole(frequency)));
        self
    }
}

impl IntoCmd for Restore {
    type Reply = ();

    fn into_cmd(mut self) -> Cmd<()> {
        self.request.insert(self.place, |request| self.ttl.write("ttl", request));
        if self.replace {
            self.request.arg("REPLACE");
        }
        if self.absolute {
            self.request.arg("ABSTTL");
        }
        if let Some((word, amount)) = self.usage {
            self.request.arg(word);
            amount.write(word, &mut self.request);
        }
        Cmd::from_request(self.request, ok)
    }
}

fn ok_or_no_key(node: Node<'_>) -> Result<bool, ReplyError> {
    match node.as_bytes().as_deref() {
        Some(b"OK") => Ok(true),
        Some(b"NOKEY") => Ok(false),
        _ => Err(ReplyError::unexpected("OK or NOKEY", &node)),
    }
}
