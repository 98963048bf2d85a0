//! Pass two: a cursor over one whole reply.

use alloc::{borrow::Cow, boxed::Box, vec::Vec};
use core::cell::OnceCell;
use core::ops::Range;

use crate::head::{self, Head, Tag, skip};
use crate::items::{Hint, Walked};
use crate::{Error, Frame, Items, Limits, Scanner, Status, scan, token};

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

impl Kind {
    #[inline(always)]
    pub(crate) fn is_aggregate(self) -> bool {
        matches!(self, Kind::Array | Kind::Map | Kind::Set | Kind::Push)
    }
}

/// One whole reply in a slice, to be walked from its [`node`](Reply::node).
#[derive(Debug)]
pub struct Reply<'b> {
    bytes: &'b [u8],
    /// Of what is no more than one header and its text: the kind, and the length of the text.
    scalar: Option<(Kind, usize)>,
    shared: Shared,
}

/// What all nodes of one reply share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// How far the aggregate was walked that was left last.
    pub(crate) walked: Hint,
    /// The bytes of a reply whose body was received apart from its header, once somebody asked for them.
    pub(crate) raw: OnceCell<Box<[u8]>>,
}

impl Shared {
    /// Ready for the next reply.
    #[inline(always)]
    pub(crate) fn renew(&mut self) {
        self.walked.forget();
        if self.raw.get().is_some() {
            self.raw = OnceCell::new();
        }
    }
}

impl<'b> Reply<'b> {
    /// The reply at the start of `bytes`, or `None` when its end is missing.
    ///
    /// # Errors
    ///
    /// The bytes are not RESP or break a limit.
    #[inline(always)]
    pub fn parse(bytes: &'b [u8], limits: Limits) -> Result<Option<Self>, Error> {
        match scan::scalar(bytes, &limits) {
            Some((kind, len, next)) => {
                let bytes = bytes.get(..next).unwrap_or_default();
                Ok(Some(Reply { bytes, scalar: Some((kind, len)), shared: Shared::default() }))
            }
            None => Reply::parse_any(bytes, limits),
        }
    }

    #[inline(never)]
    fn parse_any(bytes: &'b [u8], limits: Limits) -> Result<Option<Self>, Error> {
        match Scanner::new(limits).scan(bytes)? {
            Status::Complete(end) => {
                Ok(bytes.get(..end).map(|bytes| Reply { bytes, scalar: None, shared: Shared::default() }))
            }
            Status::Incomplete(_) => Ok(None),
        }
    }

    /// The reply's bytes, without what stood behind them.
    pub fn bytes(&self) -> &'b [u8] {
        self.bytes
    }

    /// The root of the reply.
    #[inline(always)]
    pub fn node(&self) -> Node<'_> {
        match self.scalar {
            Some((kind, len)) => Node::plain(self.bytes, 0, kind, len, self.bytes.len(), &self.shared),
            None => Node::root(self.bytes, &self.shared),
        }
    }
}

/// A value within a whole reply: a scalar to be read, or an aggregate to be walked.
///
/// All values of a reply stand in one piece of memory, [`raw`](Self::raw) of its root. Whoever keeps many of them can
/// copy, or check for UTF-8, all at once, and cut out each by its [`text_range`](Self::text_range):
///
/// ```
/// use resp_proto::{Limits, Reply};
///
/// let reply = Reply::parse(b"*2\r\n$3\r\none\r\n$3\r\ntwo\r\n", Limits::default())?.ok_or("incomplete")?;
/// let list = reply.node();
/// let (start, text) = (list.start(), core::str::from_utf8(list.raw())?);
/// let words: Vec<&str> = list
///     .into_items()
///     .ok_or("no list")?
///     .filter_map(|item| item.text_range())
///     .filter_map(|range| text.get(range.start - start..range.end - start))
///     .collect();
/// assert_eq!(words, ["one", "two"]);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Node<'a> {
    bytes: &'a [u8],
    shared: &'a Shared,
    /// The first byte, attributes included.
    start: usize,
    /// Bytes of a text or values of an aggregate, and [`STREAMED`] and [`ATTRIBUTED`]. Small fields of their own, written
    /// byte by byte and moved by the word, make the processor wait.
    len_and_flags: u64,
    /// What is behind a scalar, or the first value of an aggregate.
    next: usize,
    kind: Kind,
    /// A body that was received into memory of its own.
    own: Option<Box<Own>>,
}

/// A string in pieces, or an aggregate that ends at its `.`.
const STREAMED: u64 = 1 << 63;
/// Attributes stand before the value.
const ATTRIBUTED: u64 = 1 << 62;

/// A large bulk string that is a reply of its own: the header stayed behind, the body can be given away.
#[derive(Debug)]
pub(crate) struct Own {
    pub(crate) body: Vec<u8>,
}

impl<'a> Node<'a> {
    #[inline]
    pub(crate) fn root(bytes: &'a [u8], shared: &'a Shared) -> Self {
        Node::at(bytes, 0, shared)
    }

    /// The node of a body received apart from its header.
    pub(crate) fn own(body: Vec<u8>, shared: &'a Shared) -> Self {
        Node {
            bytes: &[],
            shared,
            start: 0,
            len_and_flags: body.len() as u64,
            next: 0,
            kind: Kind::BulkString,
            own: Some(Box::new(Own { body })),
        }
    }

    /// All bytes of the reply, or a body received apart from its header.
    pub(crate) fn into_parts(self) -> (&'a [u8], Option<Vec<u8>>) {
        match self.own {
            Some(own) => (&[], Some(own.body)),
            None => (self.bytes, None),
        }
    }

    #[inline(always)]
    pub(crate) fn at(bytes: &'a [u8], start: usize, shared: &'a Shared) -> Self {
        let head = Head::at(bytes, start);
        match head.tag {
            Tag::Plain(kind) => Node::plain(bytes, start, kind, head.len, head.next, shared),
            _ => Node::unusual(bytes, start, head, shared),
        }
    }

    #[inline(always)]
    pub(crate) fn plain(
        bytes: &'a [u8],
        start: usize,
        kind: Kind,
        len: usize,
        next: usize,
        shared: &'a Shared,
    ) -> Self {
        Node { bytes, shared, start, len_and_flags: len as u64, next, kind, own: None }
    }

    #[inline(never)]
    pub(crate) fn unusual(bytes: &'a [u8], start: usize, first: Head, shared: &'a Shared) -> Self {
        let at = if first.tag == Tag::Attributes { head::value_at(bytes, start) } else { start };
        let head = Head::at(bytes, at);
        let (kind, streamed) = match head.tag {
            Tag::Plain(kind) => (kind, false),
            Tag::Stream(kind) => (kind, true),
            Tag::StreamedString => (Kind::BulkString, true),
            Tag::Attributes | Tag::End => (Kind::Null, false),
        };
        let mut node = Node::plain(bytes, start, kind, head.len, head.next, shared);
        node.len_and_flags |= if streamed { STREAMED } else { 0 } | if at > start { ATTRIBUTED } else { 0 };
        node
    }

    /// What kind of value this is.
    #[inline]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether this is nil in any of its forms.
    #[inline]
    pub fn is_null(&self) -> bool {
        self.kind == Kind::Null
    }

    /// Whether this is an error, simple or bulk.
    #[inline]
    pub fn is_error(&self) -> bool {
        matches!(self.kind, Kind::SimpleError | Kind::BulkError)
    }

    /// Whether this is an array, map, set or push.
    #[inline]
    pub fn is_aggregate(&self) -> bool {
        self.kind.is_aggregate()
    }

    /// The value of an [`Kind::Integer`].
    #[inline(always)]
    pub fn as_i64(&self) -> Option<i64> {
        if self.kind != Kind::Integer {
            return None;
        }
        Some(head::integer(self.bytes, self.len(), self.next))
    }

    /// The value of a [`Kind::Double`].
    pub fn as_f64(&self) -> Option<f64> {
        if self.kind == Kind::Double { token::double(self.text()?) } else { None }
    }

    /// The value of a [`Kind::Boolean`].
    pub fn as_bool(&self) -> Option<bool> {
        if self.kind == Kind::Boolean { self.run().map(|text| text == b"t") } else { None }
    }

    /// The three-letter format of a [`Kind::VerbatimString`].
    pub fn verbatim_format(&self) -> Option<&'a [u8]> {
        if self.kind == Kind::VerbatimString { self.run()?.get(..3) } else { None }
    }

    /// The text of a simple, bulk or verbatim string (without its format), of an error, of a number: everything
    /// that is one run of bytes on the wire, or would be if it were not streamed. `None` for nil, booleans and
    /// aggregates.
    #[inline(always)]
    pub fn as_bytes(&self) -> Option<Cow<'_, [u8]>> {
        match &self.own {
            Some(own) => Some(Cow::Borrowed(&own.body)),
            None => self.shared_bytes(),
        }
    }

    /// As [`as_bytes`](Self::as_bytes), but outlives the node, and gives a large body away without copying it.
    #[inline(always)]
    pub fn into_bytes(self) -> Option<Cow<'a, [u8]>> {
        match self.own {
            Some(own) => Some(Cow::Owned(own.body)),
            None => self.shared_bytes(),
        }
    }

    #[inline(always)]
    fn shared_bytes(&self) -> Option<Cow<'a, [u8]>> {
        if self.is_streamed() && !self.is_aggregate() {
            return Some(Cow::Owned(head::join(self.bytes, self.value_start(), self.len())));
        }
        self.text().map(Cow::Borrowed)
    }

    /// The text within the reply's bytes.
    #[inline(always)]
    fn text(&self) -> Option<&'a [u8]> {
        self.bytes.get(self.range_before(self.next)?)
    }

    /// Whatever stands in the line or the body.
    #[inline(always)]
    fn run(&self) -> Option<&'a [u8]> {
        let end = self.next.checked_sub(2)?;
        self.bytes.get(end.checked_sub(self.len())?..end)
    }

    /// Where [`as_bytes`](Self::as_bytes) stands within the bytes of the whole reply, which are [`raw`](Self::raw) of
    /// its root. `None` also for a streamed string, which does not stand there in one piece.
    #[inline(always)]
    pub fn text_range(&self) -> Option<Range<usize>> {
        match &self.own {
            None => self.range_before(self.next),
            Some(_) => self.range_before(self.raw().len()),
        }
    }

    /// The text whose line or body ends at `end`.
    #[inline(always)]
    fn range_before(&self, end: usize) -> Option<Range<usize>> {
        let format = match self.kind {
            Kind::BulkString
            | Kind::SimpleString
            | Kind::SimpleError
            | Kind::Integer
            | Kind::Double
            | Kind::BigNumber
            | Kind::BulkError => 0,
            Kind::VerbatimString => 4,
            Kind::Null | Kind::Boolean | Kind::Array | Kind::Map | Kind::Set | Kind::Push => return None,
        };
        if self.is_streamed() {
            return None;
        }
        let end = end.checked_sub(2)?;
        Some(end.checked_sub(self.len())? + format..end)
    }

    /// Where [`raw`](Self::raw) begins within the bytes of the whole reply; 0 for its root.
    #[inline]
    pub fn start(&self) -> usize {
        self.start
    }

    /// How many elements an aggregate holds (a map's pair counts as two), as far as the wire says: 0 for a streamed
    /// one. All of them were received, so it is safe to reserve memory by it. 0 for a scalar.
    #[inline]
    pub fn size_hint(&self) -> usize {
        if self.is_aggregate() { self.len() } else { 0 }
    }

    /// The elements of an aggregate: of a map key, value, key, value. `None` for a scalar.
    #[inline]
    pub fn into_items(self) -> Option<Items<'a>> {
        if !self.is_aggregate() {
            return None;
        }
        Some(Items::new(self.bytes, self.shared, self.start, self.next, self.len(), self.is_streamed()))
    }

    /// Key, value, key, value of the attributes sent before this value; `None` when there are none.
    pub fn attributes(&self) -> Option<Items<'a>> {
        if !self.is_attributed() {
            return None;
        }
        Some(Items::attributes(self.bytes, self.shared, self.start, self.value_start()))
    }

    /// The bytes of this value, header, elements and attributes included. At no cost for a scalar and for the root of a
    /// reply; for other aggregates the end has to be found. A large bulk string that was received into memory of
    /// its own ([`into_bytes`](Self::into_bytes) gives that away) is copied together with its header once.
    pub fn raw(&self) -> &'a [u8] {
        if let Some(own) = &self.own {
            return self.shared.raw.get_or_init(|| {
                let mut raw = Vec::new();
                crate::write_bulk(&mut raw, &own.body);
                raw.into_boxed_slice()
            });
        }
        if self.start == 0 {
            return self.bytes;
        }
        self.bytes.get(self.start..self.end()).unwrap_or_default()
    }

    /// The first byte behind this value.
    fn end(&self) -> usize {
        if !self.is_aggregate() {
            return self.next;
        }
        let end = skip(self.bytes, self.next, self.len(), self.is_streamed());
        self.shared.walked.set(Walked::whole(self.start, end));
        end
    }

    /// An owned tree of this value, attributes included.
    pub fn into_frame(self) -> Frame {
        match self.own {
            Some(own) => Frame::BulkString(own.body),
            None => Frame::read(self.bytes, self.start),
        }
    }

    #[inline(always)]
    fn len(&self) -> usize {
        (self.len_and_flags & !(STREAMED | ATTRIBUTED)) as usize
    }

    #[inline(always)]
    fn is_streamed(&self) -> bool {
        self.len_and_flags & STREAMED != 0
    }

    #[inline(always)]
    fn is_attributed(&self) -> bool {
        self.len_and_flags & ATTRIBUTED != 0
    }

    /// The type byte of the value itself.
    fn value_start(&self) -> usize {
        if self.is_attributed() { head::value_at(self.bytes, self.start) } else { self.start }
    }

    /// What is behind a scalar, or the first value of an aggregate.
    #[inline(always)]
    pub(crate) fn next_start(&self) -> usize {
        self.next
    }

    /// How many values an aggregate has, and whether it ends at its `.` instead.
    pub(crate) fn extent(&self) -> (usize, bool) {
        (self.len(), self.is_streamed())
    }
}
