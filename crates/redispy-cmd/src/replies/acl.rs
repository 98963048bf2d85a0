//! What a server says of its users.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime};

use resp_proto::Node;

use super::ClientInfo;
use super::fields::{Fields, elements, items, items_of, text, text_of};
use crate::reply::{ReplyError, Value};

/// A user and what it may do: the reply of `ACL GETUSER`.
///
/// Rules are as `ACL SETUSER` takes them. Servers before Redis 7.0.0 send patterns without their prefix; it is there all the
/// same.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct AclUser {
    /// `on` or `off`, `nopass`, `sanitize-payload` or `skip-sanitize-payload`; before Redis 7.0.0 also `allkeys`,
    /// `allcommands`, `allchannels`.
    pub flags: Vec<String>,
    /// The SHA-256 of each of its passwords, in hexadecimal digits. `Debug` shows only how many there are.
    pub passwords: Vec<String>,
    /// The commands it may run: `-@all +get`.
    pub commands: String,
    /// The patterns of the keys it may use: `~cache:*`, `%R~log:*`.
    pub keys: Vec<String>,
    /// The patterns of the channels it may use: `&news:*`. Since Redis 6.2.0.
    pub channels: Vec<String>,
    /// The databases it may use: `alldbs`, `db=0,1`. Since Valkey 9.1.0.
    pub databases: Option<String>,
    /// Further permissions, each enough by itself for a command. Since Redis 7.0.0.
    pub selectors: Vec<AclSelector>,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// One set of permissions of an [`AclUser`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AclSelector {
    /// The commands it allows.
    pub commands: String,
    /// The patterns of the keys it allows.
    pub keys: Vec<String>,
    /// The patterns of the channels it allows.
    pub channels: Vec<String>,
    /// The databases it allows. Since Valkey 9.1.0.
    pub databases: Option<String>,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// Something that permissions forbade: an element of the reply of `ACL LOG`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AclLogEntry {
    /// How often it happened within a minute.
    pub count: i64,
    /// What was wrong: `auth`, `command`, `key`, `channel`, `database`.
    pub reason: String,
    /// Where it happened: `toplevel`, `multi`, `lua`, `module`.
    pub context: String,
    /// The command, key or channel that was forbidden.
    pub object: String,
    /// The user.
    pub username: String,
    /// How long ago it happened last, at millisecond precision.
    pub age: Duration,
    /// The client that tried.
    pub client_info: ClientInfo,
    /// Its number in the log. Since Redis 7.2.0.
    pub entry_id: Option<i64>,
    /// When it happened first. Since Redis 7.2.0.
    pub timestamp_created: Option<SystemTime>,
    /// When it happened last. Since Redis 7.2.0.
    pub timestamp_last_updated: Option<SystemTime>,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// Whether a user may run a command: the reply of `ACL DRYRUN`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AclDryrun {
    /// It may.
    Allowed,
    /// It may not, for this reason.
    Denied(String),
}

impl AclUser {
    /// Whether the user may log in.
    pub fn is_on(&self) -> bool {
        self.flags.iter().any(|flag| flag == "on")
    }

    /// Reads a user; nil is none.
    pub(crate) fn read(node: Node<'_>) -> Result<Option<Self>, ReplyError> {
        if node.is_null() {
            return Ok(None);
        }
        let mut fields = Fields::read(node, "a user's fields or nil")?;
        let selectors = fields.take_any("selectors").and_then(items_of).unwrap_or_default();
        let flags = fields.texts("flags");
        let passwords = fields.texts("passwords");
        let AclSelector { commands, keys, channels, databases, other } = AclSelector::of(fields);
        let selectors = selectors.into_iter().filter_map(Fields::of).map(AclSelector::of).collect();
        Ok(Some(AclUser { flags, passwords, commands, keys, channels, databases, selectors, other }))
    }
}

impl fmt::Debug for AclUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AclUser")
            .field("flags", &self.flags)
            .field("passwords", &self.passwords.len())
            .field("commands", &self.commands)
            .field("keys", &self.keys)
            .field("channels", &self.channels)
            .field("databases", &self.databases)
            .field("selectors", &self.selectors)
            .field("other", &self.other)
            .finish()
    }
}

impl AclSelector {
    fn of(mut fields: Fields) -> Self {
        AclSelector {
            commands: fields.text("commands"),
            keys: fields.take("keys", |keys| patterns(keys, "~")).unwrap_or_default(),
            channels: fields.take("channels", |channels| patterns(channels, "&")).unwrap_or_default(),
            databases: fields.maybe_text("databases"),
            other: fields.rest(),
        }
    }
}

/// The patterns of a text of rules, or of a list of patterns without their prefix.
fn patterns(value: &Value, prefix: &str) -> Option<Vec<String>> {
    if let Some(patterns) = items(value) {
        return Some(patterns.iter().map(|pattern| format!("{prefix}{}", text_of(pattern))).collect());
    }
    // Between patterns is a space; what Unicode takes for one may be in a pattern.
    let text = text_of(value);
    Some(text.split(' ').filter(|pattern| !pattern.is_empty()).map(str::to_owned).collect())
}

impl AclLogEntry {
    pub(crate) fn read_list(node: Node<'_>) -> Result<Vec<Self>, ReplyError> {
        elements(node, "an array of log entries", |node| {
            Fields::read(node, "a log entry's fields").map(Self::of)
        })
    }

    fn of(mut fields: Fields) -> Self {
        let age = fields.float("age-seconds").and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        AclLogEntry {
            count: fields.integer("count").unwrap_or_default(),
            reason: fields.text("reason"),
            context: fields.text("context"),
            object: fields.text("object"),
            username: fields.text("username"),
            age: age.unwrap_or_default(),
            client_info: ClientInfo::of_line(fields.text("client-info").trim_end()),
            entry_id: fields.integer("entry-id"),
            timestamp_created: fields.unix_millis("timestamp-created"),
            timestamp_last_updated: fields.unix_millis("timestamp-last-updated"),
            other: fields.rest(),
        }
    }
}

impl AclDryrun {
    /// Whether it may.
    pub fn is_allowed(&self) -> bool {
        *self == AclDryrun::Allowed
    }

    pub(crate) fn read(node: Node<'_>) -> Result<Self, ReplyError> {
        let answer = text(node)?;
        Ok(if answer == "OK" { AclDryrun::Allowed } else { AclDryrun::Denied(answer) })
    }
}
