//! Strings: GET, SET and what else works on one value under a key.

use std::time::Duration;

use resp_proto::Node;

use crate::arg::ToArg;
use crate::cmd::{Cmd, Request};
use crate::execute::{Execute, IntoCmd};
use crate::reply::{FromReply, ReplyError, status};
use crate::spec;

/// The string commands, on everything that takes commands.
pub trait StringCommands: Execute {
    /// The value of a key, `None` when there is none. `GET key`, since Redis 1.0.
    fn get<T: FromReply>(self, key: impl ToArg) -> Self::Output<Option<T>> {
        self.run(get(key))
    }

    /// Sets a key's value: true. Options such as an expiry are on [`cmd::set`](set()). `SET key value`, since Redis 1.0.
    fn set(self, key: impl ToArg, value: impl ToArg) -> Self::Output<bool> {
        self.run(set(key, value))
    }
}

impl<E: Execute> StringCommands for E {}

/// `GET key`: the value, `None` when there is none. Since Redis 1.0.
pub fn get<T: FromReply>(key: impl ToArg) -> Cmd<Option<T>> {
    Cmd::new(&spec::GET, Option::<T>::from_reply).arg(key)
}

/// `SET key value` with its options; see [`Set`]. Since Redis 1.0.
pub fn set(key: impl ToArg, value: impl ToArg) -> Set {
    let mut request = Request::new(&spec::SET);
    request.arg(key);
    request.arg(value);
    Set { request, condition: None, expiry: None }
}

/// `SET key value` with options: whether it is set (true) or a condition did not hold (false).
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Set {
    request: Request,
    condition: Option<&'static str>,
    expiry: Option<(&'static str, i64)>,
}

impl Set {
    /// Only when the key does not exist. Since Redis 2.6.12.
    pub fn nx(mut self) -> Self {
        self.condition = Some("NX");
        self
    }

    /// Expires after this many seconds. Since Redis 2.6.12.
    pub fn ex(mut self, seconds: i64) -> Self {
        self.expiry = Some(("EX", seconds));
        self
    }

    /// Expires after this time, in milliseconds. Since Redis 2.6.12.
    pub fn expire_after(mut self, time: Duration) -> Self {
        self.expiry = Some(("PX", i64::try_from(time.as_millis()).unwrap_or(i64::MAX)));
        self
    }

    /// Answers with the value that was there before. Since Redis 6.2.
    pub fn get<T: FromReply>(mut self) -> Cmd<Option<T>> {
        self.write_options();
        self.request.arg("GET");
        Cmd::from_request(self.request, Option::<T>::from_reply)
    }

    fn write_options(&mut self) {
        if let Some(condition) = self.condition {
            self.request.arg(condition);
        }
        if let Some((unit, amount)) = self.expiry {
            self.request.arg(unit);
            self.request.arg(amount);
        }
    }
}

impl IntoCmd for Set {
    type Reply = bool;

    fn into_cmd(mut self) -> Cmd<bool> {
        self.write_options();
        Cmd::from_request(self.request, set_done)
    }
}

fn set_done(node: Node<'_>) -> Result<bool, ReplyError> {
    status(node)
}
