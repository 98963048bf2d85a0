//! The ids of stream entries.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use resp_proto::Node;

use crate::arg::{Arg, ToArg};
use crate::reply::{FromReply, ReplyError};

/// The id of a stream entry: when it was added, and which one it is of those added in that millisecond. Ids are in the order
/// of the stream.
///
/// ```
/// use redispy_cmd::replies::StreamId;
///
/// let id: StreamId = "1526919030474-55".parse()?;
/// assert_eq!((id.ms, id.seq), (1526919030474, 55));
/// assert!(id < StreamId::new(1526919030475, 0));
/// assert_eq!(id.to_string(), "1526919030474-55");
/// # Ok::<(), redispy_cmd::replies::StreamIdError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct StreamId {
    /// Milliseconds since 1970 UTC, by the server's clock unless the id was given.
    pub ms: u64,
    /// Which one in that millisecond, counted from 0.
    pub seq: u64,
}

impl StreamId {
    /// Before every entry: `0-0`.
    pub const MIN: StreamId = StreamId::new(0, 0);
    /// The last that there can be.
    pub const MAX: StreamId = StreamId::new(u64::MAX, u64::MAX);

    /// The id of this millisecond and this place in it.
    pub const fn new(ms: u64, seq: u64) -> Self {
        StreamId { ms, seq }
    }

    /// When the entry was added, as far as the id says.
    pub fn time(self) -> Option<SystemTime> {
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(self.ms))
    }

    /// The end of a range that this id is not part of: `(1526919030474-55`. Since Redis 6.2.0.
    pub fn exclusive(self) -> ExclusiveStreamId {
        ExclusiveStreamId(self)
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.ms, self.seq)
    }
}

impl FromStr for StreamId {
    type Err = StreamIdError;

    /// Reads `ms-seq`, or `ms` alone as `ms-0`.
    fn from_str(text: &str) -> Result<Self, StreamIdError> {
        let number = |text: &str| text.parse().map_err(|_| StreamIdError(()));
        let (ms, seq) = text.split_once('-').unwrap_or((text, "0"));
        Ok(StreamId { ms: number(ms)?, seq: number(seq)? })
    }
}

impl ToArg for StreamId {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.text(self);
    }
}

impl FromReply for StreamId {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        let text = node.as_bytes();
        let id = text.as_deref().and_then(Self::of_bytes);
        id.ok_or_else(|| ReplyError::unexpected("the id of a stream entry", &node))
    }
}

impl StreamId {
    pub(crate) fn of_bytes(bytes: &[u8]) -> Option<Self> {
        std::str::from_utf8(bytes).ok()?.parse().ok()
    }
}

/// An end of a range that is not part of it; [`StreamId::exclusive`] makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExclusiveStreamId(StreamId);

impl ToArg for ExclusiveStreamId {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.text(format_args!("({}", self.0));
    }
}

/// A text is no [`StreamId`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamIdError(());

impl fmt::Display for StreamIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no id of a stream entry: expected milliseconds, a hyphen and a sequence number")
    }
}

impl std::error::Error for StreamIdError {}
