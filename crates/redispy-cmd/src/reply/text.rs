//! Replies that are text or bytes.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use resp_proto::{Kind, Node};

use super::{FromReply, ReplyError, Whole};

// Inlined everywhere, since to hand a node on takes longer than to read it.
impl FromReply for String {
    #[inline(always)]
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        owned_text(string(node, TEXT)?)
    }

    #[inline]
    fn from_part(node: Node<'_>, whole: &Whole<'_>) -> Result<Self, ReplyError> {
        match place(&node).and_then(|place| whole.text(place)) {
            Some(text) => Ok(text.to_owned()),
            None => Self::from_reply(node),
        }
    }
}

impl FromReply for Vec<u8> {
    #[inline(always)]
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        string(node, BYTES).map(Cow::into_owned)
    }
}

/// A lone reply is a copy of its own. The elements of a list share one copy of the whole reply, so that each of them keeps
/// all of it in memory: take `Vec<u8>` to keep a few of many.
impl FromReply for Bytes {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        string(node, BYTES).map(|bytes| Bytes::from(bytes.into_owned()))
    }

    #[inline]
    fn from_part(node: Node<'_>, whole: &Whole<'_>) -> Result<Self, ReplyError> {
        match place(&node).and_then(|place| whole.share(place)) {
            Some(bytes) => Ok(bytes),
            None => Self::from_reply(node),
        }
    }
}

impl<const N: usize> FromReply for [u8; N] {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        let bytes = string(node, BYTES)?;
        let wrong = |_| ReplyError::mismatch(format!("{N} bytes"), format!("{} bytes", bytes.len()));
        <[u8; N]>::try_from(&*bytes).map_err(wrong)
    }
}

macro_rules! through {
    ($($type:ty: $from:ty,)*) => {$(
        impl FromReply for $type {
            fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
                <$from>::from_reply(node).map(Into::into)
            }

            fn from_part(node: Node<'_>, whole: &Whole<'_>) -> Result<Self, ReplyError> {
                <$from>::from_part(node, whole).map(Into::into)
            }
        }
    )*};
}

through! {
    Box<str>: String,
    Arc<str>: String,
    Box<[u8]>: Vec<u8>,
    Arc<[u8]>: Vec<u8>,
}

const TEXT: &str = "text";
const BYTES: &str = "a string";

/// The bytes of a string.
#[inline(always)]
fn string<'a>(node: Node<'a>, expected: &'static str) -> Result<Cow<'a, [u8]>, ReplyError> {
    if is_string(node.kind()) {
        Ok(node.into_bytes().unwrap_or_default())
    } else {
        Err(no_string(expected, node))
    }
}

/// Takes the node by value: one that is lent out is copied before it is read.
#[cold]
fn no_string(expected: &'static str, node: Node<'_>) -> ReplyError {
    ReplyError::unexpected(expected, &node)
}

/// Where in the whole reply a string stands.
#[inline]
fn place(node: &Node<'_>) -> Option<Range<usize>> {
    if is_string(node.kind()) { node.text_range() } else { None }
}

/// A string of any kind, or what RESP2 has no kind of its own for and sends as a bulk string.
#[inline]
fn is_string(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::BulkString | Kind::SimpleString | Kind::VerbatimString | Kind::Double | Kind::BigNumber
    )
}

#[inline]
fn owned_text(bytes: Cow<'_, [u8]>) -> Result<String, ReplyError> {
    // Copied before it is checked: memory of its own is aligned, and the check then takes words instead of bytes.
    String::from_utf8(bytes.into_owned()).map_err(|_| not_text())
}

#[cold]
fn not_text() -> ReplyError {
    ReplyError::mismatch("text in UTF-8", "a string that is not UTF-8")
}
