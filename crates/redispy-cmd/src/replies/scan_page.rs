//! What `SCAN` and its kin answer.

use std::fmt;

use resp_proto::Node;

use crate::arg::{Arg, ToArg};
use crate::reply::{FromReply, ReplyError};

/// A page of an iteration: `SCAN`, `HSCAN`, `SSCAN`, `ZSCAN`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ScanPage<T> {
    /// Where the next page begins; the start again after the last page.
    pub cursor: Cursor,
    /// What is on this page: perhaps nothing, though more pages follow.
    pub items: Vec<T>,
}

impl<T> ScanPage<T> {
    /// Where the next page begins, `None` after the last page.
    pub fn next(&self) -> Option<Cursor> {
        (self.cursor != Cursor::START).then_some(self.cursor)
    }
}

impl<T: FromReply> FromReply for ScanPage<T> {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        let (cursor, items) = FromReply::from_reply(node)?;
        Ok(ScanPage { cursor: Cursor(cursor), items })
    }
}

/// A place in an iteration over keys, fields or members. Only the server knows what it means; one server's cursors are of no
/// use on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cursor(u64);

impl Cursor {
    /// Where an iteration begins.
    pub const START: Cursor = Cursor(0);

    /// The number that stands for it.
    pub fn get(self) -> u64 {
        self.0
    }
}

impl From<u64> for Cursor {
    fn from(number: u64) -> Self {
        Cursor(number)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ToArg for Cursor {
    fn write_arg(&self, arg: Arg<'_>) {
        self.0.write_arg(arg);
    }
}
