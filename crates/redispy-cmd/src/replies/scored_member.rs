//! What sorted sets answer with.

use resp_proto::Node;

use crate::reply::{FromPair, FromReply, ReplyError, Whole};

/// A member of a sorted set with its score: what `WITHSCORES` and the commands that take members answer with, as an
/// alternative to `(String, f64)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoredMember<T> {
    /// The member.
    pub member: T,
    /// Its score.
    pub score: f64,
}

impl<T: FromReply> FromReply for ScoredMember<T> {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        FromReply::from_reply(node).map(ScoredMember::of)
    }

    fn from_part(node: Node<'_>, whole: &Whole<'_>) -> Result<Self, ReplyError> {
        FromReply::from_part(node, whole).map(ScoredMember::of)
    }

    fn list_from_part(node: Node<'_>, whole: &Whole<'_>) -> Result<Vec<Self>, ReplyError> {
        let pairs: Vec<(T, f64)> = FromReply::list_from_part(node, whole)?;
        Ok(pairs.into_iter().map(ScoredMember::of).collect())
    }
}

impl<T: FromReply> FromPair for ScoredMember<T> {}

impl<T> ScoredMember<T> {
    fn of((member, score): (T, f64)) -> Self {
        ScoredMember { member, score }
    }
}

impl<T> From<ScoredMember<T>> for (T, f64) {
    fn from(scored: ScoredMember<T>) -> Self {
        (scored.member, scored.score)
    }
}
