//! How a server stores a value.

use std::collections::BTreeMap;
use std::time::Duration;

use resp_proto::Node;

use super::fields::text;
use super::text_fields::TextFields;
use crate::reply::ReplyError;

/// How a value is stored: the reply of `DEBUG OBJECT`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DebugObject {
    /// Where it lies in the server's memory: `0x7fec4904d0d0`.
    pub at: String,
    /// How many references there are to it.
    pub refcount: i64,
    /// How it is encoded: `embstr`, `quicklist` ...
    pub encoding: String,
    /// Bytes that it takes in an RDB file.
    pub serializedlength: u64,
    /// When it was last used, by the server's own clock.
    pub lru: i64,
    /// How long it was not used, in whole seconds.
    pub lru_seconds_idle: Duration,
    /// Fields of single encodings (`ql_nodes` ...), and those that this version of the library does not know.
    pub other: BTreeMap<String, String>,
}

impl DebugObject {
    pub(crate) fn read(node: Node<'_>) -> Result<Self, ReplyError> {
        let text = text(node)?;
        // The first word, `Value`, is the same for all.
        let mut fields = TextFields::of_words(text.trim_end(), ':');
        Ok(DebugObject {
            at: fields.text("at"),
            refcount: fields.number("refcount"),
            encoding: fields.text("encoding"),
            serializedlength: fields.number("serializedlength"),
            lru: fields.number("lru"),
            lru_seconds_idle: fields.seconds("lru_seconds_idle"),
            other: fields.rest(),
        })
    }
}
