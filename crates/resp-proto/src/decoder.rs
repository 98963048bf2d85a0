//! Bytes in, whole replies out.

use alloc::vec::Vec;

use crate::buffer::Buffer;
use crate::node::Shared;
use crate::{Error, ErrorKind, Kind, Limits, Node, Scanner, Status, scan, token};

/// A bulk string that is a reply of its own is received into memory of its own from this size on.
const LARGE: usize = 32 << 10;
/// The least that such memory grows by.
const STEP: usize = 32 << 10;

/// Collects bytes and gives out whole replies, one at a time.
///
/// Memory follows what was received, never what was promised, and goes back when replies get small again. A large bulk
/// string that is a reply of its own is received into a `Vec` that [`Node::into_bytes`] gives away.
#[derive(Debug, Default)]
pub struct Decoder {
    scanner: Scanner,
    buffer: Buffer,
    large: Option<Large>,
    shared: Shared,
    /// Bytes given out so far.
    offset: u64,
    failed: Option<Error>,
}

/// A large bulk string on its way. Its header is out of the buffer.
#[derive(Debug)]
struct Large {
    /// The body as far as received and, for a while, its CR LF; behind `filled` room to read into.
    bytes: Vec<u8>,
    filled: usize,
    /// The length of the body.
    len: usize,
    /// The length of the header.
    header: usize,
}

impl Decoder {
    /// A decoder that keeps to `limits`.
    pub fn new(limits: Limits) -> Self {
        Decoder { scanner: Scanner::new(limits), ..Decoder::default() }
    }

    /// Appends bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        let mut bytes = bytes;
        if self.large.is_none()
            && bytes.len() > LARGE
            && self.buffer.rest_len() == 0
            && self.scanner.is_fresh()
        {
            // All at once: the body need not go through the buffer.
            self.large = Large::begin(bytes, self.scanner.limits());
            let header = self.large.as_ref().map_or(0, |large| large.header);
            bytes = bytes.get(header..).unwrap_or_default();
        }
        if let Some(large) = &mut self.large {
            bytes = large.feed(bytes);
        }
        if !bytes.is_empty() {
            self.buffer.feed(bytes);
        }
    }

    /// Room to read bytes into, never empty; say with [`filled`](Self::filled) how much of it was used.
    pub fn space(&mut self) -> &mut [u8] {
        match &mut self.large {
            Some(large) if large.missing() > 0 => large.space(),
            _ => self.buffer.space(),
        }
    }

    /// Says that the first `count` bytes of [`space`](Self::space) hold received bytes now.
    pub fn filled(&mut self, count: usize) {
        match &mut self.large {
            Some(large) if large.missing() > 0 => {
                large.filled = (large.filled + count).min(large.bytes.len())
            }
            _ => self.buffer.filled(count),
        }
    }

    /// The next whole reply, or `None` when more bytes are needed. It is given out once: the next call goes on behind it.
    ///
    /// # Errors
    ///
    /// The bytes are not RESP or break a limit; the offset counts all bytes the decoder ever received. The decoder stays
    /// failed: each later call gives the same error.
    #[inline(always)]
    pub fn next_reply(&mut self) -> Result<Option<Node<'_>>, Error> {
        match self.scalar() {
            Some(scalar) => Ok(Some(self.give_scalar(scalar))),
            None => self.next_any(),
        }
    }

    /// The next reply if it is whole, and a bulk string, a simple string or an integer: most are, and these are told
    /// soonest. `None` says nothing about others; [`next_reply`](Self::next_reply) does.
    #[inline(always)]
    pub fn next_scalar(&mut self) -> Option<Node<'_>> {
        let scalar = self.scalar()?;
        Some(self.give_scalar(scalar))
    }

    #[inline(always)]
    fn scalar(&self) -> Option<(Kind, usize, usize)> {
        if self.large.is_none() && self.scanner.is_fresh() {
            scan::scalar(self.buffer.rest(), self.scanner.limits())
        } else {
            None
        }
    }

    /// Gives out, as one run of bytes, those of the next replies that are whole and that
    /// [`next_scalar`](Self::next_scalar) would give, `most` of them at most. Each one's end within the run goes to `each`.
    pub(crate) fn scalars(&mut self, most: usize, mut each: impl FnMut(usize)) -> &[u8] {
        if self.large.is_some() || !self.scanner.is_fresh() {
            return &[];
        }
        let (rest, limits) = (self.buffer.rest(), self.scanner.limits());
        let mut end = 0;
        for _ in 0..most {
            let Some((_, _, len)) = scan::scalar(rest.get(end..).unwrap_or_default(), limits) else { break };
            end += len;
            each(end);
        }
        self.offset += end as u64;
        self.buffer.give(end)
    }

    #[inline(always)]
    fn give_scalar(&mut self, (kind, len, next): (Kind, usize, usize)) -> Node<'_> {
        self.shared.renew();
        self.offset += next as u64;
        Node::plain(self.buffer.give(next), 0, kind, len, next, &self.shared)
    }

    #[inline(never)]
    fn next_any(&mut self) -> Result<Option<Node<'_>>, Error> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.shared.renew();
        if self.large.is_some() {
            return self.next_large();
        }
        let rest = self.buffer.rest();
        if rest.is_empty() {
            return Ok(None);
        }
        match self.scanner.scan(rest) {
            Ok(Status::Complete(len)) => {
                self.offset += len as u64;
                Ok(Some(Node::root(self.buffer.give(len), &self.shared)))
            }
            Ok(Status::Incomplete(need)) => {
                if need > LARGE && self.scanner.is_at_start() {
                    self.expect_large();
                }
                Ok(None)
            }
            Err(error) => Err(self.fail(error.kind(), error.offset())),
        }
    }

    /// How many bytes were received but not given out yet, be they whole replies or a part of one.
    pub fn buffered(&self) -> usize {
        let large = self.large.as_ref().map_or(0, |large| large.header + large.filled);
        large + self.buffer.rest_len()
    }

    /// The first byte of what was received and not given out yet: after [`next_reply`](Self::next_reply) gave `None`, the
    /// type of the reply that has begun.
    pub fn begun(&self) -> Option<u8> {
        if self.large.is_some() { Some(b'$') } else { self.buffer.rest().first().copied() }
    }

    /// Whether bytes were received that were not given out yet: after [`next_reply`](Self::next_reply) gave `None`,
    /// whether the stream stopped in the middle of a reply.
    pub fn is_midway(&self) -> bool {
        self.buffered() > 0
    }

    /// Gives back memory beyond what small replies need. It happens by itself after some small replies; this is for a
    /// connection that is put aside after a large one. Bytes not given out yet are kept.
    pub fn release(&mut self) {
        self.shared.renew();
        self.buffer.release();
    }

    #[cold]
    fn fail(&mut self, kind: ErrorKind, at: u64) -> Error {
        let error = Error::new(kind, self.offset + at);
        self.failed = Some(error);
        error
    }

    /// The first header in the buffer promises much. If that is a bulk string, what came of it moves to its own memory.
    #[cold]
    fn expect_large(&mut self) {
        let Some(mut large) = Large::begin(self.buffer.rest(), self.scanner.limits()) else { return };
        self.scanner.rewind();
        let start = self.buffer.give(self.buffer.rest_len());
        large.feed(start.get(large.header..).unwrap_or_default());
        self.large = Some(large);
    }

    fn next_large(&mut self) -> Result<Option<Node<'_>>, Error> {
        let Some(mut large) = self.large.take() else { return Ok(None) };
        if large.missing() > 0 {
            self.large = Some(large);
            return Ok(None);
        }
        if !large.bytes.ends_with(b"\r\n") {
            self.scanner.shut();
            return Err(self.fail(ErrorKind::BulkEnd, (large.header + large.len) as u64));
        }
        self.offset += (large.header + large.len + 2) as u64;
        large.bytes.truncate(large.len);
        Ok(Some(Node::own(large.bytes, &self.shared)))
    }
}

impl Large {
    /// A large bulk string within the limits that `bytes` begin with.
    fn begin(bytes: &[u8], limits: &Limits) -> Option<Self> {
        let (body, len) = token::length(bytes.strip_prefix(b"$")?).ok()?;
        let len = usize::try_from(len).ok().filter(|len| (LARGE..=limits.max_bulk_len).contains(len))?;
        let header = bytes.len() - body.len();
        let fits = header.saturating_add(len).saturating_add(2) <= limits.max_reply_len;
        fits.then(|| Large { bytes: Vec::new(), filled: 0, len, header })
    }

    fn missing(&self) -> usize {
        self.len + 2 - self.filled
    }

    /// Takes what belongs to the body and its end; gives what is behind.
    fn feed<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let (mine, rest) = bytes.split_at_checked(self.missing()).unwrap_or((bytes, &[]));
        self.bytes.truncate(self.filled);
        if self.bytes.capacity() - self.filled < mine.len() {
            self.bytes.reserve_exact(self.growth().max(mine.len()));
        }
        self.bytes.extend_from_slice(mine);
        self.filled += mine.len();
        rest
    }

    fn space(&mut self) -> &mut [u8] {
        if self.bytes.len() == self.filled {
            if self.bytes.capacity() == self.filled {
                self.bytes.reserve_exact(self.growth());
            }
            // Only what the next read may fill is written before, so that it is still at hand then.
            let room = (self.bytes.capacity() - self.filled).min(self.missing()).min(2 * STEP);
            self.bytes.resize(self.filled + room, 0);
        }
        self.bytes.get_mut(self.filled..).unwrap_or_default()
    }

    /// Seven times what was received, at least a step; all that is missing when that is not much more, since to grow once
    /// more near the end might mean to move nearly all.
    fn growth(&self) -> usize {
        if self.missing() <= 8 * self.filled { self.missing() } else { STEP.max(7 * self.filled) }
    }
}
