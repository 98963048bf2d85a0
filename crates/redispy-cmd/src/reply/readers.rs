//! Readers of replies that many commands share.

use resp_proto::Node;

use super::{FromReply, ReplyError};

/// Reads the reply of a command that can only answer `OK`.
///
/// # Errors
///
/// The reply is something else.
pub fn ok(node: Node<'_>) -> Result<(), ReplyError> {
    if is_ok(&node) { Ok(()) } else { Err(ReplyError::unexpected("OK", &node)) }
}

/// Reads the reply of a command that answers `OK` when it did something, and nil when a condition kept it from it: `OK` is
/// true, nil false.
///
/// # Errors
///
/// The reply is neither.
pub fn status(node: Node<'_>) -> Result<bool, ReplyError> {
    match (node.is_null(), is_ok(&node)) {
        (true, _) => Ok(false),
        (_, true) => Ok(true),
        _ => Err(ReplyError::unexpected("OK or nil", &node)),
    }
}

fn is_ok(node: &Node<'_>) -> bool {
    node.as_bytes().as_deref() == Some(b"OK") && !node.is_error()
}

/// Reads fields with values, or keys with values, in the order sent: in RESP2 a flat array, in RESP3 a map, in some commands
/// an array of pairs in both.
///
/// # Errors
///
/// The reply is none of these, a key has no value, or one of them does not fit its type.
pub fn pairs<K: FromReply, V: FromReply>(node: Node<'_>) -> Result<Vec<(K, V)>, ReplyError> {
    Vec::from_reply(node)
}

/// Reads members with their scores: in RESP2 a flat array with the scores as strings, in RESP3 an array of pairs with doubles.
///
/// # Errors
///
/// The reply is neither, a member does not fit its type, or a score is no number.
pub fn scored<M: FromReply>(node: Node<'_>) -> Result<Vec<(M, f64)>, ReplyError> {
    pairs(node)
}
