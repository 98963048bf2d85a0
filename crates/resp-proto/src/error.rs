//! What can be wrong with bytes that claim to be RESP, and at which byte.

/// The bytes are not RESP, or break a limit. The stream cannot be read any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct Error {
    kind: ErrorKind,
    offset: u64,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, offset: u64) -> Self {
        Error { kind, offset }
    }

    /// What is wrong.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// At which byte of the stream, counted from its first byte.
    pub fn offset(&self) -> u64 {
        self.offset
    }
}

/// What is wrong with the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No RESP type begins with this byte.
    #[error("unknown type byte {:?}", char::from(*.0))]
    UnknownType(u8),
    /// A length or count is not a plain decimal number in range.
    #[error("malformed length")]
    Length,
    /// An integer is not a decimal number of 64 bits.
    #[error("malformed integer")]
    Integer,
    /// A double is not a number, `inf`, `-inf` or `nan`.
    #[error("malformed double")]
    Double,
    /// A boolean is neither `#t` nor `#f`.
    #[error("malformed boolean")]
    Boolean,
    /// A null carries text.
    #[error("malformed null")]
    Null,
    /// A big number is not a decimal integer.
    #[error("malformed big number")]
    BigNumber,
    /// A verbatim string lacks its three-letter format and colon.
    #[error("malformed verbatim string")]
    Verbatim,
    /// A line does not end in CR LF, or holds a bare CR or LF.
    #[error("malformed line end")]
    LineEnd,
    /// A bulk body is not followed by CR LF.
    #[error("bulk string without its CR LF")]
    BulkEnd,
    /// A frame stands where the protocol does not allow it: a push inside a reply, `.` or `;` outside a streamed one.
    #[error("{:?} out of place", char::from(*.0))]
    OutOfPlace(u8),
    /// A streamed map ends between a key and its value.
    #[error("map with a key but no value")]
    OddMap,
    /// An argument of a request does not begin with `$`.
    #[error("expected '$', got {:?}", char::from(*.0))]
    ExpectedBulk(u8),
    /// An inline command has a quote that is never closed, or text right behind a closing one.
    #[error("unbalanced quotes")]
    Quotes,
    /// More than a limit allows.
    #[error("over the limit {0}")]
    Limit(Limit),
}

/// Which of [`Limits`](crate::Limits) was broken, with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Limit {
    /// [`Limits::max_depth`](crate::Limits::max_depth).
    #[error("max_depth of {0}")]
    Depth(usize),
    /// [`Limits::max_bulk_len`](crate::Limits::max_bulk_len).
    #[error("max_bulk_len of {0} bytes")]
    Bulk(usize),
    /// [`Limits::max_elements`](crate::Limits::max_elements).
    #[error("max_elements of {0}")]
    Elements(usize),
    /// [`Limits::max_line_len`](crate::Limits::max_line_len).
    #[error("max_line_len of {0} bytes")]
    Line(usize),
    /// [`Limits::max_reply_len`](crate::Limits::max_reply_len).
    #[error("max_reply_len of {0} bytes")]
    Reply(usize),
}
