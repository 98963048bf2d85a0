//! What `LCS` answers with `IDX`.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use resp_proto::Node;

use crate::reply::{FromReply, ReplyError, Value};

/// Where two values have the parts of their longest common sequence.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct LcsMatches {
    /// The parts, the last one of the values first.
    pub matches: Vec<LcsMatch>,
    /// The length in bytes of the whole sequence, parts left out by `MINMATCHLEN` included.
    pub len: i64,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// One run of bytes that two values have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct LcsMatch {
    /// Where it is in the value of the first key: positions of its first and last byte.
    pub key1: RangeInclusive<usize>,
    /// Where it is in the value of the second key.
    pub key2: RangeInclusive<usize>,
    /// Its length in bytes, when asked for by `WITHMATCHLEN`.
    pub len: Option<i64>,
}

impl FromReply for LcsMatches {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        let unfit = ReplyError::unexpected("matches and their length", &node);
        let mut items = node.into_items().ok_or_else(|| unfit.clone())?;
        let mut read = LcsMatches::default();
        while let Some(name) = items.next() {
            let value = items.next().ok_or_else(|| unfit.clone())?;
            match name.as_bytes().as_deref() {
                Some(b"matches") => read.matches = Vec::from_reply(value)?,
                Some(b"len") => read.len = i64::from_reply(value)?,
                name => {
                    let name = String::from_utf8_lossy(name.unwrap_or_default()).into_owned();
                    read.other.insert(name, value.into_frame());
                }
            }
        }
        Ok(read)
    }
}

impl FromReply for LcsMatch {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        let unfit = ReplyError::unexpected("a match of two ranges", &node);
        let mut items = node.into_items().ok_or_else(|| unfit.clone())?;
        let (Some(key1), Some(key2)) = (items.next(), items.next()) else { return Err(unfit) };
        Ok(LcsMatch {
            key1: range(key1)?,
            key2: range(key2)?,
            len: items.next().map(i64::from_reply).transpose()?,
        })
    }
}

fn range(node: Node<'_>) -> Result<RangeInclusive<usize>, ReplyError> {
    let unfit = ReplyError::unexpected("a range of two positions", &node);
    let mut items = node.into_items().ok_or_else(|| unfit.clone())?;
    let mut position = || items.next().and_then(|node| usize::try_from(node.as_i64()?).ok());
    match (position(), position()) {
        (Some(start), Some(end)) => Ok(start..=end),
        _ => Err(unfit),
    }
}
