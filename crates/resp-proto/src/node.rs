//! Pass two: a cursor over one whole reply.

use alloc::{borrow::Cow, vec::Vec};
use core::cell::Cell;

use crate::scan::{Header, header};
use crate::{Error, Frame, Limits, Scanner, Status};

/// The kinds of RESP values. Streamed strings and aggregates have the kind of their plain form; the three spellings
/// of nil are all [`Kind::Null`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// `+OK`
    SimpleString,
    /// `-ERR text`
    SimpleError,
    /// `:1`
    Integer,
    /// `$3 foo`
    BulkString,
    /// `_`, `$-1`, `*-1`
    Null,
    /// `*2 ...`
    Array,
    /// `%1 key value`
    Map,
    /// `~2 ...`
    Set,
    /// `>2 ...`, only at top level
    Push,
    /// `,1.5`
    Double,
    /// `#t`
    Boolean,
    /// `(123`
    BigNumber,
    /// `!9 ERR text`
    BulkError,
    /// `=7 txt:abc`
    VerbatimString,
}

/// One whole reply in a slice, to be walked from its [`node`](Reply::node).
#[derive(Debug)]
pub struct Reply<'b> {
    bytes: &'b [u8],
    walked: Cell<Walked>,
}

/// The aggregate that was walked to its end last, so that its parent need not skip over it again.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Walked {
    start: usize,
    end: usize,
}

impl<'b> Reply<'b> {
    /// The reply at the start of `bytes`, or `None` when its end is missing.
    ///
    /// # Errors
    ///
    /// The bytes are not RESP or break a limit.
    pub fn parse(bytes: &'b [u8], limits: Limits) -> Result<Option<Self>, Error> {
        match Scanner::new(limits).scan(bytes)? {
            Status::Complete(end) => {
                Ok(bytes.get(..end).map(|bytes| Reply { bytes, walked: Cell::default() }))
            }
            Status::Incomplete(_) => Ok(None),
        }
    }

    /// The reply's bytes, without what stood behind them.
    pub fn bytes(&self) -> &'b [u8] {
        self.bytes
    }

    /// The root of the reply.
    pub fn node(&self) -> Node<'_> {
        Node::at(self.bytes, 0, &self.walked)
    }
}

/// A value within a whole reply: a scalar to be read, or an aggregate to be walked.
#[derive(Debug)]
pub struct Node<'a> {
    bytes: &'a [u8],
    start: usize,
    walked: &'a Cell<Walked>,
    kind: Kind,
    count: u64,
    text: &'a [u8],
    body: usize,
}

impl<'a> Node<'a> {
    pub(crate) fn at(bytes: &'a [u8], start: usize, walked: &'a Cell<Walked>) -> Self {
        let head = match header(bytes, start) {
            Ok(Some(head)) => head,
            _ => Header { tag: b'_', count: None, line: (start, start), body: bytes.len() },
        };
        let mut text = bytes.get(head.line.0..head.line.1).unwrap_or_default();
        let mut body = head.body;
        let kind = match (head.tag, head.count) {
            (b'+', _) => Kind::SimpleString,
            (b'-', _) => Kind::SimpleError,
            (b':', _) => Kind::Integer,
            (b',', _) => Kind::Double,
            (b'#', _) => Kind::Boolean,
            (b'(', _) => Kind::BigNumber,
            (b'$' | b'!' | b'=', Some(len)) => {
                text = bytes.get(body..body + len as usize).unwrap_or_default();
                body += len as usize + 2;
                match head.tag {
                    b'$' => Kind::BulkString,
                    b'!' => Kind::BulkError,
                    _ => Kind::VerbatimString,
                }
            }
            (b'*', Some(_)) => Kind::Array,
            (b'%', Some(_)) => Kind::Map,
            (b'~', Some(_)) => Kind::Set,
            (b'>', Some(_)) => Kind::Push,
            (b'|', Some(pairs)) => {
                let mut items = Items { bytes, pos: body, left: pairs * 2, walked, pending: None, start };
                let value = items.finish();
                return Node { start, ..Node::at(bytes, value, walked) };
            }
            _ => Kind::Null,
        };
        let count = match kind {
            Kind::Map => head.count.unwrap_or(0) * 2,
            Kind::Array | Kind::Set | Kind::Push => head.count.unwrap_or(0),
            _ => 0,
        };
        Node { bytes, start, walked, kind, count, text, body }
    }

    /// What kind of value this is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether this is nil in any of its forms.
    pub fn is_null(&self) -> bool {
        self.kind == Kind::Null
    }

    /// Whether this is an error, simple or bulk.
    pub fn is_error(&self) -> bool {
        matches!(self.kind, Kind::SimpleError | Kind::BulkError)
    }

    /// Whether this is an array, map, set or push.
    pub fn is_aggregate(&self) -> bool {
        matches!(self.kind, Kind::Array | Kind::Map | Kind::Set | Kind::Push)
    }

    /// The value of an [`Kind::Integer`].
    pub fn as_i64(&self) -> Option<i64> {
        if self.kind != Kind::Integer {
            return None;
        }
        core::str::from_utf8(self.text).ok()?.parse().ok()
    }

    /// The value of a [`Kind::Double`].
    pub fn as_f64(&self) -> Option<f64> {
        if self.kind != Kind::Double {
            return None;
        }
        core::str::from_utf8(self.text).ok()?.parse().ok()
    }

    /// The value of a [`Kind::Boolean`].
    pub fn as_bool(&self) -> Option<bool> {
        (self.kind == Kind::Boolean).then(|| self.text == b"t")
    }

    /// The three-letter format of a [`Kind::VerbatimString`].
    pub fn verbatim_format(&self) -> Option<&'a [u8]> {
        if self.kind == Kind::VerbatimString { self.text.get(..3) } else { None }
    }

    /// The text of a simple, bulk or verbatim string (without its format), of an error, of a number: everything
    /// that is one run of bytes on the wire. `None` for nil, booleans and aggregates.
    pub fn as_bytes(&self) -> Option<Cow<'_, [u8]>> {
        self.text().map(Cow::Borrowed)
    }

    /// As [`as_bytes`](Self::as_bytes), but outlives the node, and gives a large body away without copying it.
    pub fn into_bytes(self) -> Option<Cow<'a, [u8]>> {
        self.text().map(Cow::Borrowed)
    }

    fn text(&self) -> Option<&'a [u8]> {
        match self.kind {
            Kind::Null | Kind::Boolean | Kind::Array | Kind::Map | Kind::Set | Kind::Push => None,
            Kind::VerbatimString => self.text.get(4..),
            _ => Some(self.text),
        }
    }

    /// How many elements an aggregate holds (a map's pair counts as two), as far as the wire says: 0 for a streamed
    /// one. Only as large as the bytes received can hold, so it is safe to reserve memory by it.
    pub fn size_hint(&self) -> usize {
        self.count as usize
    }

    /// The elements of an aggregate: of a map key, value, key, value. `None` for a scalar.
    pub fn into_items(self) -> Option<Items<'a>> {
        if !self.is_aggregate() {
            return None;
        }
        Some(Items {
            bytes: self.bytes,
            pos: self.body,
            left: self.count,
            walked: self.walked,
            pending: None,
            start: self.start,
        })
    }

    /// Key, value, key, value of the attributes sent before this value.
    pub fn attributes(&self) -> Option<Items<'a>> {
        None
    }

    /// The bytes of this value, header, elements and attributes included.
    pub fn raw(&self) -> &'a [u8] {
        let end = self.skip();
        self.bytes.get(self.start..end).unwrap_or_default()
    }

    fn skip(&self) -> usize {
        let walked = self.walked.get();
        if !self.is_aggregate() {
            return self.body;
        }
        if walked.start == self.start && walked.end > self.start {
            return walked.end;
        }
        match Scanner::new(Limits::default()).scan(self.bytes.get(self.start..).unwrap_or_default()) {
            Ok(Status::Complete(len)) => self.start + len,
            _ => self.bytes.len(),
        }
    }

    /// An owned tree of this value.
    pub fn into_frame(self) -> Frame {
        Frame::from_node(self)
    }
}

/// The elements of an aggregate, one after the other. What an element holds may be read or left alone.
#[derive(Debug)]
pub struct Items<'a> {
    bytes: &'a [u8],
    pos: usize,
    left: u64,
    walked: &'a Cell<Walked>,
    /// Where the aggregate handed out last began; its end is known once it was walked.
    pending: Option<usize>,
    start: usize,
}

impl<'a> Items<'a> {
    fn settle(&mut self) {
        if let Some(start) = self.pending.take() {
            self.pos = Node::at(self.bytes, start, self.walked).skip();
        }
    }

    fn finish(&mut self) -> usize {
        while self.next().is_some() {}
        self.pos
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        self.settle();
        if self.left == 0 {
            self.walked.set(Walked { start: self.start, end: self.pos });
            return None;
        }
        self.left -= 1;
        let node = Node::at(self.bytes, self.pos, self.walked);
        if node.is_aggregate() {
            self.pending = Some(self.pos);
        } else {
            self.pos = node.body;
        }
        Some(node)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left as usize, Some(self.left as usize))
    }
}

pub(crate) fn collect(node: Node<'_>) -> Vec<Frame> {
    let mut frames = Vec::with_capacity(node.size_hint());
    if let Some(items) = node.into_items() {
        frames.extend(items.map(Frame::from_node));
    }
    frames
}
