//! What the server knows of a value besides its content.

use std::time::Duration;

use resp_proto::Node;

use crate::arg::ToArg;
use crate::cmd::Cmd;
use crate::reply::{FromReply, ReplyError};
use crate::spec;

/// `OBJECT ENCODING key`: see [`GenericCommands::object_encoding`](super::GenericCommands::object_encoding).
pub fn object_encoding(key: impl ToArg) -> Cmd<Option<String>> {
    Cmd::new(&spec::OBJECT_ENCODING, Option::from_reply).arg(key)
}

/// `OBJECT FREQ key`: see [`GenericCommands::object_freq`](super::GenericCommands::object_freq).
pub fn object_freq(key: impl ToArg) -> Cmd<Option<i64>> {
    Cmd::new(&spec::OBJECT_FREQ, Option::from_reply).arg(key)
}

/// `OBJECT HELP`: see [`GenericCommands::object_help`](super::GenericCommands::object_help).
pub fn object_help() -> Cmd<Vec<String>> {
    Cmd::new(&spec::OBJECT_HELP, Vec::from_reply)
}

/// `OBJECT IDLETIME key`: see [`GenericCommands::object_idletime`](super::GenericCommands::object_idletime).
pub fn object_idletime(key: impl ToArg) -> Cmd<Option<Duration>> {
    Cmd::new(&spec::OBJECT_IDLETIME, idle_seconds).arg(key)
}

/// `OBJECT REFCOUNT key`: see [`GenericCommands::object_refcount`](super::GenericCommands::object_refcount).
pub fn object_refcount(key: impl ToArg) -> Cmd<Option<i64>> {
    Cmd::new(&spec::OBJECT_REFCOUNT, Option::from_reply).arg(key)
}

fn idle_seconds(node: Node<'_>) -> Result<Option<Duration>, ReplyError> {
    Ok(Option::from_reply(node)?.map(Duration::from_secs))
}
