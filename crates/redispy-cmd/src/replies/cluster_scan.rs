//! What `CLUSTERSCAN` answers.

use std::borrow::Cow;
use std::fmt;

use resp_proto::Node;

use super::fields::text;
use crate::arg::{Arg, ToArg};
use crate::reply::{FromReply, ReplyError};

/// A page of an iteration over the keys of a cluster: the reply of `CLUSTERSCAN`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ClusterScanPage<T> {
    /// Where the next page begins, and by its hash tag on which node; the start again after the last page.
    pub cursor: ClusterCursor,
    /// What is on this page: perhaps nothing, though more pages follow.
    pub items: Vec<T>,
}

impl<T> ClusterScanPage<T> {
    /// Where the next page begins, `None` after the last page.
    pub fn next(&self) -> Option<ClusterCursor> {
        (self.cursor != ClusterCursor::START).then(|| self.cursor.clone())
    }
}

impl<T: FromReply> FromReply for ClusterScanPage<T> {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        let (ClusterCursor(cursor), items) = FromReply::from_reply(node)?;
        Ok(ClusterScanPage { cursor: ClusterCursor(cursor), items })
    }
}

/// A place in an iteration over the keys of a cluster, a text such as `0-{06S}-0`. Only servers know what it means; the slot of
/// the hash tag in it tells which node to ask.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClusterCursor(Cow<'static, str>);

impl ClusterCursor {
    /// Where an iteration begins.
    pub const START: ClusterCursor = ClusterCursor(Cow::Borrowed("0"));

    /// The text that stands for it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for ClusterCursor {
    fn from(text: String) -> Self {
        ClusterCursor(Cow::Owned(text))
    }
}

impl From<&str> for ClusterCursor {
    fn from(text: &str) -> Self {
        ClusterCursor::from(text.to_owned())
    }
}

impl FromReply for ClusterCursor {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        text(node).map(ClusterCursor::from)
    }
}

impl fmt::Display for ClusterCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ToArg for ClusterCursor {
    fn write_arg(&self, arg: Arg<'_>) {
        self.as_str().write_arg(arg);
    }
}
