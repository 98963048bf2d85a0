//! When a key or a field expires.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use resp_proto::Node;

use crate::reply::{FromReply, ReplyError};

/// When a key, or a field of a hash, expires: after a [`Duration`] (`TTL`, `PTTL`) or at a [`SystemTime`] (`EXPIRETIME`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Expiry<T> {
    /// There is no such key or field.
    Missing,
    /// It does not expire.
    Never,
    /// It expires after or at this time, which may be zero.
    Time(T),
}

impl<T> Expiry<T> {
    /// The time; `None` when it does not expire or is not there.
    pub fn time(self) -> Option<T> {
        match self {
            Expiry::Time(time) => Some(time),
            Expiry::Missing | Expiry::Never => None,
        }
    }

    /// Whether the key or field is there.
    pub fn exists(&self) -> bool {
        !matches!(self, Expiry::Missing)
    }
}

/// Reads seconds from now.
pub(crate) fn seconds(node: Node<'_>) -> Result<Expiry<Duration>, ReplyError> {
    read(node, |seconds| Some(Duration::from_secs(seconds)))
}

/// Reads milliseconds from now.
pub(crate) fn millis(node: Node<'_>) -> Result<Expiry<Duration>, ReplyError> {
    read(node, |millis| Some(Duration::from_millis(millis)))
}

/// Reads seconds since 1970.
pub(crate) fn unix_seconds(node: Node<'_>) -> Result<Expiry<SystemTime>, ReplyError> {
    read(node, |seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds)))
}

/// Reads milliseconds since 1970.
pub(crate) fn unix_millis(node: Node<'_>) -> Result<Expiry<SystemTime>, ReplyError> {
    read(node, |millis| UNIX_EPOCH.checked_add(Duration::from_millis(millis)))
}

fn read<T>(node: Node<'_>, time: fn(u64) -> Option<T>) -> Result<Expiry<T>, ReplyError> {
    let unfit = ReplyError::unexpected("-2, -1 or a time", &node);
    match i64::from_reply(node)? {
        -2 => Ok(Expiry::Missing),
        -1 => Ok(Expiry::Never),
        units => u64::try_from(units).ok().and_then(time).map(Expiry::Time).ok_or(unfit),
    }
}
