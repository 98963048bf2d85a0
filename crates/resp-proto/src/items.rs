//! The walk over the elements of an aggregate.
//!
//! An element that is an aggregate itself is handed out before anybody knows where it ends. Who walks it finds that
//! out, and leaves it where the parent sees it ([`Walked`]); so a reply that is read front to back is walked once,
//! however deep it nests. Read in any other order it is read right as well: the parent then skips what it must.

use crate::Node;
use crate::head::{Head, Tag, skip};
use crate::node::Shared;

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

impl Default for Walked {
    fn default() -> Self {
        Walked::whole(usize::MAX, 0)
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
        Items { bytes, shared, start, pos, left, streamed, pending: 0, value: 0 }
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
        let walked = self.shared.walked.get();
        if walked.start == self.pending {
            return walked;
        }
        let node = Node::at(self.bytes, self.pending, self.shared);
        let (left, streamed) = node.extent();
        Walked { start: self.pending, pos: node.next_start(), left, streamed }
    }

    /// Goes behind the aggregate handed out last.
    #[inline(never)]
    fn settle(&mut self) {
        let rest = self.rest();
        self.pending = 0;
        self.pos = if rest.left == 0 && !rest.streamed {
            rest.pos
        } else {
            skip(self.bytes, rest.pos, rest.left, rest.streamed)
        };
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
        let head = Head::at(self.bytes, start);
        self.pos = head.next;
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
