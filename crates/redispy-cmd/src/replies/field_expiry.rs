//! What the commands that change the expiry of hash fields answer, for each field.

use resp_proto::Node;

use crate::reply::{FromReply, ReplyError};

/// What setting an expiry did to a field: `HEXPIRE` and its kin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldExpire {
    /// The field expires at the given time now.
    Set,
    /// The condition (`NX`, `XX`, `GT`, `LT`) did not hold; the field is as it was.
    ConditionNotMet,
    /// The given time is over already: the field was deleted.
    Deleted,
    /// There is no such field, or no such key.
    Missing,
    /// An answer of a newer server.
    Other(i64),
}

impl FromReply for FieldExpire {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        Ok(match i64::from_reply(node)? {
            1 => FieldExpire::Set,
            0 => FieldExpire::ConditionNotMet,
            2 => FieldExpire::Deleted,
            -2 => FieldExpire::Missing,
            code => FieldExpire::Other(code),
        })
    }
}

/// What taking the expiry away did to a field: `HPERSIST`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldPersist {
    /// The field does not expire any more.
    Removed,
    /// The field did not expire anyway.
    Never,
    /// There is no such field, or no such key.
    Missing,
    /// An answer of a newer server.
    Other(i64),
}

impl FromReply for FieldPersist {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        Ok(match i64::from_reply(node)? {
            1 => FieldPersist::Removed,
            -1 => FieldPersist::Never,
            -2 => FieldPersist::Missing,
            code => FieldPersist::Other(code),
        })
    }
}
