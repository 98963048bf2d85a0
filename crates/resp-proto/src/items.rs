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
    /// The type byte of the aggregate.
    head: usize,
    /// The next element, or the first value of the aggregate handed out last.
    pos: usize,
    /// Elements to come, when that is known.
    left: usize,
    /// Ends at its `.`; `left` is 0.
    streamed: bool,
    /// The aggregate handed out last, as long as its end is not looked up.
    pending: Option<Pending>,
    /// Of attributes: where the value begins that they belong to; before it more of them may stand.
    value: usize,
}

#[derive(Debug, Clone, Copy)]
struct Pending {
    head: usize,
    len: usize,
    streamed: bool,
}

/// How far the aggregate whose type byte is at `head` was walked: it goes on at `pos` with `left` values, or as many as
/// come up to its `.`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Walked {
    head: usize,
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
    pub(crate) fn whole(head: usize, end: usize) -> Self {
        Walked { head, pos: end, left: 0, streamed: false }
    }
}

impl<'a> Items<'a> {
    #[inline(always)]
    pub(crate) fn new(
        bytes: &'a [u8],
        shared: &'a Shared,
        head: usize,
        pos: usize,
        left: usize,
        streamed: bool,
    ) -> Self {
        Items { bytes, shared, head, pos, left, streamed, pending: None, value: 0 }
    }

    /// The attributes that begin at `start` and belong to the value at `value`.
    pub(crate) fn attributes(bytes: &'a [u8], shared: &'a Shared, start: usize, value: usize) -> Self {
        let head = Head::at(bytes, start);
        Items { value, ..Items::new(bytes, shared, start, head.next, head.len, false) }
    }

    /// Goes behind the aggregate handed out last.
    #[inline(always)]
    fn settle(&mut self) {
        if let Some(pending) = self.pending.take() {
            self.pos = self.end_of(pending);
        }
    }

    fn end_of(&self, pending: Pending) -> usize {
        let walked = self.shared.walked.get();
        if walked.head != pending.head {
            skip(self.bytes, self.pos, pending.len, pending.streamed)
        } else if walked.left == 0 && !walked.streamed {
            walked.pos
        } else {
            skip(self.bytes, walked.pos, walked.left, walked.streamed)
        }
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
        self.shared.walked.set(Walked::whole(self.head, self.pos));
        false
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = Node<'a>;

    #[inline]
    fn next(&mut self) -> Option<Node<'a>> {
        self.settle();
        if self.left == 0 && !self.finish() {
            return None;
        }
        self.left = self.left.saturating_sub(1);
        let node = Node::at(self.bytes, self.pos, self.shared);
        let (head, next, len, streamed) = node.layout();
        self.pos = next;
        if node.is_aggregate() {
            self.pending = Some(Pending { head, len, streamed });
        }
        Some(node)
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
        if self.head == 0 || self.left == 0 && !self.streamed && self.pending.is_none() {
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
    let (head, mut pos, mut left, streamed) = (items.head, items.pos, items.left, items.streamed);
    if let Some(pending) = items.pending {
        let walked = items.shared.walked.get();
        let (rest_pos, rest, open) = if walked.head == pending.head {
            (walked.pos, walked.left, walked.streamed)
        } else {
            (items.pos, pending.len, pending.streamed)
        };
        // To go over what is left of both, it is enough to know how many values that is, unless nobody knows.
        (pos, left) = if open { (pending.head, left + 1) } else { (rest_pos, left + rest) };
    }
    items.shared.walked.set(Walked { head, pos, left, streamed });
}
