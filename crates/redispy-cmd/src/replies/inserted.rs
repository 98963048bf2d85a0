//! What `LINSERT` answers.

use resp_proto::Node;

use crate::reply::{FromReply, ReplyError};

/// What became of an element that was to be put next to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Inserted {
    /// It is in the list, which is now this long.
    Len(i64),
    /// The list holds no element like the pivot; it is as it was.
    NoPivot,
    /// There is no list under the key, and none was made.
    NoKey,
}

impl Inserted {
    /// The new length of the list, `None` when nothing was inserted.
    pub fn new_len(self) -> Option<i64> {
        match self {
            Inserted::Len(len) => Some(len),
            Inserted::NoPivot | Inserted::NoKey => None,
        }
    }
}

impl FromReply for Inserted {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        Ok(match i64::from_reply(node)? {
            -1 => Inserted::NoPivot,
            0 => Inserted::NoKey,
            len => Inserted::Len(len),
        })
    }
}
