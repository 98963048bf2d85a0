//! The walk over the elements of an aggregate.
//!
//! An element that is an aggregate itself is handed out before anybody knows where it ends. Who walks it finds that
//! out, and leaves it where the parent sees it ([`Walked`]); so a reply that is read front to back is walked once,
//! however deep it nests. Read in any other order it is read right as well: the parent then skips what it must.

use core::cell::Cell;

use crate::head::{Head, Tag, skip};
use crate::node::Shared;
use crate::token::Same;
use crate::{Kind, Node};

/// After so many different headers in a row, no more are kept to compare the next one with: lengths are all different
/// then, and it only costs time.
pub(crate) const PATIENCE: u8 = 16;

/// The elements of an aggregate, one after the other. What an element holds may be read or left alone.
#[derive(Debug)]
pub struct Items<'a> {
    bytes: &'a [u8],
    shared: &'a Shared,
    /// Where the aggregate begins.
    start: usize,
    /// The next element, or the first value of the aggregate handed out last.
    pos: usize,
    /// Elements to come, when that is known.
    left: usize,
    /// Ends at its `.`; `left` is 0.
    streamed: bool,
    /// Where the aggregate begins that was handed out last, as long as its end is not looked up; then 0.
    pending: usize,
    /// The bulk string handed out last: its header, and where its body and its end are from there.
    same: Same,
    same_len: usize,
    same_next: usize,
    /// How often in a row the next one had another header.
    differed: u8,
    /// Of attributes: where the value begins that they belong to; before it more of them may stand.
    value: usize,
}

/// How far the aggregate that begins at `start` was walked: it goes on at `pos` with `left` values, or as many as come
/// up to its `.`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Walked {
    start: usize,
    pos: usize,
    left: usize,
    streamed: bool,
}

/// The [`Walked`] that all nodes of a reply share. Each field by itself: what is written in parts and read as a whole
/// makes the processor wait.
#[derive(Debug)]
pub(crate) struct Hint {
    start: Cell<usize>,
    pos: Cell<usize>,
    left: Cell<usize>,
    streamed: Cell<bool>,
}

impl Default for Hint {
    fn default() -> Self {
        // Nothing begins there.
        let start = Cell::new(usize::MAX);
        Hint { start, pos: Cell::default(), left: Cell::default(), streamed: Cell::default() }
    }
}

impl Hint {
    #[inline(always)]
    pub(crate) fn set(&self, walked: Walked) {
        self.start.set(walked.start);
        self.pos.set(walked.pos);
        self.left.set(walked.left);
        self.streamed.set(walked.streamed);
    }

    #[inline(always)]
    pub(crate) fn forget(&self) {
        self.start.set(usize::MAX);
    }

    #[inline(always)]
    fn of(&self, start: usize) -> Option<Walked> {
        if self.start.get() != start {
            return None;
        }
        Some(Walked { start, pos: self.pos.get(), left: self.left.get(), streamed: self.streamed.get() })
    }
}

impl Walked {
    pub(crate) fn whole(start: usize, end: usize) -> Self {
        Walked { start, pos: end, left: 0, streamed: false }
    }
}

impl<'a> Items<'a> {
    #[inline(always)]
    pub(crate) fn new(
        bytes: &'a [u8],
        shared: &'a Shared,
        start: usize,
        pos: usize,
        left: usize,
        streamed: bool,
    ) -> Self {
        let (same, same_len, same_next) = (Same::default(), 0, 0);
        // In a short list it is not worth the while to look out for it.
        let differed = if left < usize::from(PATIENCE) { PATIENCE } else { 0 };
        Items {
            bytes,
            shared,
            start,
            pos,
            left,
            streamed,
            pending: 0,
            same,
            same_len,
            same_next,
            differed,
            value: 0,
        }
    }

    /// The attributes that begin at `start` and belong to the value at `value`.
    pub(crate) fn attributes(bytes: &'a [u8], shared: &'a Shared, start: usize, value: usize) -> Self {
        let head = Head::at(bytes, start);
        let mut items = Items::new(bytes, shared, start, head.next, head.len, false);
        items.value = value;
        items
    }

    /// What is left of the aggregate handed out last.
    fn rest(&self) -> Walked {
        if let Some(walked) = self.shared.walked.of(self.pending) {
            return walked;
        }
        let node = Node::at(self.bytes, self.pending, self.shared);
        let (left, streamed) = node.extent();
        Walked { start: self.pending, pos: node.next_start(), left, streamed }
    }

    /// Goes behind the aggregate handed out last.
    #[inline(always)]
    fn settle(&mut self) {
        self.pos = match self.shared.walked.of(self.pending) {
            Some(Walked { pos, left: 0, streamed: false, .. }) => pos,
            _ => self.skip_rest(),
        };
        self.pending = 0;
    }

    #[inline(never)]
    fn skip_rest(&self) -> usize {
        let rest = self.rest();
        if rest.left == 0 && !rest.streamed {
            rest.pos
        } else {
            skip(self.bytes, rest.pos, rest.left, rest.streamed)
        }
    }

    #[inline(never)]
    fn unusual(&mut self, start: usize, head: Head) -> Node<'a> {
        let node = Node::unusual(self.bytes, start, head, self.shared);
        self.pos = node.next_start();
        if node.is_aggregate() {
            self.pending = start;
        }
        node
    }

    /// The end, unless more follows: a stream's next element, or more attributes.
    #[inline(never)]
    fn finish(&mut self) -> bool {
        if self.streamed {
            let head = Head::at(self.bytes, self.pos);
            if head.tag != Tag::End {
                return true;
            }
            self.streamed = false;
            self.pos = head.next;
        }
        while self.pos < self.value {
            let head = Head::at(self.bytes, self.pos);
            self.pos = head.next;
            self.left = head.len;
            if head.len > 0 {
                return true;
            }
        }
        if self.value == 0 {
            self.shared.walked.set(Walked::whole(self.start, self.pos));
        }
        false
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = Node<'a>;

    #[inline(always)]
    fn next(&mut self) -> Option<Node<'a>> {
        if self.pending != 0 {
            self.settle();
        }
        if self.left == 0 && !self.finish() {
            return None;
        }
        self.left = self.left.saturating_sub(1);
        let start = self.pos;
        let i = self.bytes.get(start..).unwrap_or_default();
        if self.same.is_at(i) {
            // The processor need not wait for the length to find the next header.
            self.pos = start + self.same_next;
            self.differed = 0;
            return Some(Node::plain(
                self.bytes,
                start,
                Kind::BulkString,
                self.same_len,
                self.pos,
                self.shared,
            ));
        }
        let head = Head::at(self.bytes, start);
        self.pos = head.next;
        if let Tag::Plain(Kind::BulkString) = head.tag
            && self.differed < PATIENCE
            && i.first() == Some(&b'$')
        {
            self.differed += 1;
            (self.same_len, self.same_next) = (head.len, head.next - start);
            let header = self.same_next - head.len - 2;
            self.same = if self.differed < PATIENCE { Same::of(i, header) } else { Same::default() };
        }
        // The node is made in one go, at the end, in its place: moving it costs as much as reading the header.
        let Tag::Plain(kind) = head.tag else { return Some(self.unusual(start, head)) };
        if kind.is_aggregate() {
            self.pending = start;
        }
        Some(Node::plain(self.bytes, start, kind, head.len, head.next, self.shared))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let exact = !self.streamed && self.value == 0;
        (self.left, exact.then_some(self.left))
    }
}

/// Who leaves an aggregate half read leaves word of how far that was, so that nobody goes there again. Of a whole
/// reply's outermost aggregate nobody needs to know.
impl Drop for Items<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.start == 0 || self.left == 0 && !self.streamed && self.pending == 0 {
            return;
        }
        leave(self);
    }
}

#[inline(never)]
fn leave(items: &mut Items<'_>) {
    if items.value > 0 {
        return;
    }
    let (start, mut pos, mut left, streamed) = (items.start, items.pos, items.left, items.streamed);
    if items.pending != 0 {
        let rest = items.rest();
        // To go over what is left of both, it is enough to know how many values that is, unless nobody knows.
        (pos, left) = if rest.streamed { (items.pending, left + 1) } else { (rest.pos, left + rest.left) };
    }
    items.shared.walked.set(Walked { start, pos, left, streamed });
}
