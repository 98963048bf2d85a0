//! Commands that a server found worth remembering: slow ones, large ones.

use std::time::{Duration, SystemTime};

use resp_proto::Node;

use super::fields::{bytes_of, elements, integer_of, items, parts, text_of, unix_seconds_of, unsigned_of};
use crate::reply::{ReplyError, Value};

/// A slow command: an element of the reply of `SLOWLOG GET`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SlowlogEntry {
    /// Its number in the log.
    pub id: i64,
    /// When it ran, at second precision.
    pub time: SystemTime,
    /// How long it ran, in whole microseconds.
    pub duration: Duration,
    /// Its words and arguments; the server cuts long ones and long lists.
    pub args: Vec<Vec<u8>>,
    /// Address and port of the client.
    pub client_addr: String,
    /// The client's name, if it has one.
    pub client_name: Option<String>,
    /// What follows, which this version of the library does not know.
    pub other: Vec<Value>,
}

/// A slow or large command: an element of the reply of `COMMANDLOG GET`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CommandlogEntry {
    /// Its number in the log.
    pub id: i64,
    /// When it ran, at second precision.
    pub time: SystemTime,
    /// What it is logged for: microseconds of a slow command, bytes of a large request or reply.
    pub amount: u64,
    /// Its words and arguments; the server cuts long ones and long lists.
    pub args: Vec<Vec<u8>>,
    /// Address and port of the client.
    pub client_addr: String,
    /// The client's name, if it has one.
    pub client_name: Option<String>,
    /// What follows, which this version of the library does not know.
    pub other: Vec<Value>,
}

impl SlowlogEntry {
    /// The words and arguments with a space between; bytes that are no UTF-8 are replaced.
    pub fn command(&self) -> String {
        line(&self.args)
    }

    pub(crate) fn read_list(node: Node<'_>) -> Result<Vec<Self>, ReplyError> {
        let entries = CommandlogEntry::read_list(node)?;
        Ok(entries.into_iter().map(Self::of).collect())
    }

    fn of(entry: CommandlogEntry) -> Self {
        let CommandlogEntry { id, time, amount, args, client_addr, client_name, other } = entry;
        let duration = Duration::from_micros(amount);
        SlowlogEntry { id, time, duration, args, client_addr, client_name, other }
    }
}

impl CommandlogEntry {
    /// The words and arguments with a space between; bytes that are no UTF-8 are replaced.
    pub fn command(&self) -> String {
        line(&self.args)
    }

    pub(crate) fn read_list(node: Node<'_>) -> Result<Vec<Self>, ReplyError> {
        elements(node, "an array of log entries", Self::read)
    }

    fn read(node: Node<'_>) -> Result<Self, ReplyError> {
        let ([id, time, amount, args], rest) = parts(node, "a log entry's id, time, amount and arguments")?;
        let mut rest = rest.into_iter();
        let args = items(&args).unwrap_or_default();
        Ok(CommandlogEntry {
            id: integer_of(&id).unwrap_or_default(),
            time: unix_seconds_of(&time),
            amount: unsigned_of(&amount).unwrap_or_default(),
            args: args.iter().filter_map(bytes_of).map(<[u8]>::to_vec).collect(),
            client_addr: rest.next().as_ref().map(text_of).unwrap_or_default(),
            client_name: rest.next().as_ref().map(text_of).filter(|name| !name.is_empty()),
            other: rest.collect(),
        })
    }
}

fn line(args: &[Vec<u8>]) -> String {
    String::from_utf8_lossy(&args.join(&b' ')).into_owned()
}
