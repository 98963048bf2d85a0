//! What `WAITAOF` answers.

use resp_proto::Node;

use crate::reply::{FromReply, ReplyError};

/// In whose append-only files the writes of a connection are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Fsynced {
    /// 1 when they are in that of the server itself, else 0.
    pub local: i64,
    /// In those of how many replicas they are.
    pub replicas: i64,
}

impl FromReply for Fsynced {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        let (local, replicas) = FromReply::from_reply(node)?;
        Ok(Fsynced { local, replicas })
    }
}
