//! Whole replies that have left their decoder: what one thread receives for another to read.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use crate::head::{Head, Tag};
use crate::node::Shared;
use crate::{Decoder, Node};

/// What is kept of the memory of replies that were read.
const KEEP: usize = 32 << 10;
/// What is kept of it where more like them may come, and how often in a row little of it must have been used to be given back.
const KEEP_FOR_MORE: usize = 1 << 20;
const PATIENCE: u8 = 16;

/// Any number of whole replies, owned, in the order in which they came. They were found to be whole and right when they were
/// received and are not checked again.
///
/// Taking a reply in copies its bytes; a large body that was received into memory of its own is moved.
///
/// ```
/// use resp_proto::{Decoder, Limits, Replies};
///
/// let mut decoder = Decoder::new(Limits::default());
/// decoder.feed(b":1\r\n$3\r\ntwo\r\n");
/// let mut replies = Replies::default();
/// while let Some(reply) = decoder.next_reply()? {
///     replies.push(reply);
/// }
/// assert_eq!(replies.len(), 2);
/// assert_eq!(replies.next_reply().and_then(|reply| reply.as_i64()), Some(1));
/// # Ok::<(), resp_proto::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Replies {
    bytes: Vec<u8>,
    /// Where each reply ends that is in `bytes`; a large one ends where it begins.
    ends: Vec<usize>,
    large: VecDeque<Large>,
    given: usize,
    /// How many times in a row large memory was used for little.
    calm: u8,
    shared: Shared,
}

#[derive(Debug)]
struct Large {
    place: usize,
    body: Vec<u8>,
}

impl Replies {
    /// Takes in a reply as a decoder gave it out.
    pub fn push(&mut self, reply: Node<'_>) {
        match reply.into_parts() {
            (_, Some(body)) => self.large.push_back(Large { place: self.ends.len(), body }),
            (bytes, None) => self.bytes.extend_from_slice(bytes),
        }
        self.ends.push(self.bytes.len());
    }

    /// Takes in the next replies of `decoder` that are whole, `most` of them at most, as long as they are what
    /// [`Decoder::next_scalar`] gives: their bytes are copied at once. Says how many there were.
    pub fn take_scalars(&mut self, decoder: &mut Decoder, most: usize) -> usize {
        let Replies { bytes, ends, .. } = self;
        let (before, start) = (ends.len(), bytes.len());
        bytes.extend_from_slice(decoder.scalars(most, |end| ends.push(start + end)));
        ends.len() - before
    }

    /// How many there are that were not given out yet.
    pub fn len(&self) -> usize {
        self.ends.len() - self.given
    }

    /// Whether all were given out.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The next reply. It is given out once.
    pub fn next_reply(&mut self) -> Option<Node<'_>> {
        let place = self.given;
        let end = *self.ends.get(place)?;
        let start = self.start();
        self.given += 1;
        self.shared.renew();
        if self.large.front().is_some_and(|large| large.place == place) {
            return self.large.pop_front().map(|large| Node::own(large.body, &self.shared));
        }
        self.bytes.get(start..end).map(|bytes| Node::root(bytes, &self.shared))
    }

    /// Gives out all that were not given out yet, each with its number among them.
    pub fn give_out(&mut self, mut each: impl FnMut(usize, Node<'_>)) {
        let first = self.given;
        while let Some(&end) = self.ends.get(self.given) {
            let (place, start) = (self.given, self.start());
            let number = place - first;
            self.given += 1;
            self.shared.renew();
            if self.large.front().is_some_and(|large| large.place == place) {
                if let Some(large) = self.large.pop_front() {
                    each(number, Node::own(large.body, &self.shared));
                }
                continue;
            }
            let bytes = self.bytes.get(start..end).unwrap_or_default();
            // Where it is made it is read: to have one of several nodes moved takes longer than to make it.
            let head = Head::at(bytes, 0);
            match head.tag {
                Tag::Plain(kind) => {
                    each(number, Node::plain(bytes, 0, kind, head.len, head.next, &self.shared));
                }
                _ => each(number, Node::unusual(bytes, 0, head, &self.shared)),
            }
        }
    }

    /// Where the next one begins, unless it is a large one.
    fn start(&self) -> usize {
        self.given.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0)
    }

    /// Forgets them all, and gives back what memory small replies do not need.
    pub fn clear(&mut self) {
        self.forget();
        self.calm = 0;
        self.shrink(KEEP);
    }

    /// Forgets them all, but keeps the memory for more of their kind, up to 1 MiB. It goes back when the replies of 16 times in
    /// a row needed less than a quarter of it.
    pub fn reuse(&mut self) {
        let used = self.bytes.len();
        self.forget();
        if self.bytes.capacity() <= KEEP {
            self.shrink(KEEP);
            return;
        }
        self.calm = if used < self.bytes.capacity() / 4 { self.calm + 1 } else { 0 };
        if self.calm < PATIENCE {
            self.shrink(KEEP_FOR_MORE);
        } else {
            self.clear();
        }
    }

    fn forget(&mut self) {
        self.given = 0;
        self.large.clear();
        self.bytes.clear();
        self.ends.clear();
    }

    fn shrink(&mut self, keep: usize) {
        self.bytes.shrink_to(keep);
        self.ends.shrink_to(keep / size_of::<usize>());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Decoder, Frame, Limits, Reply};

    #[test]
    fn replies_of_all_sizes_come_out_as_they_went_in() {
        let mut wire = Vec::new();
        let mut frames = Vec::new();
        for size in [0, 1, 5, 100_000, 3, 70_000, 80_000, 0] {
            crate::write_bulk(&mut wire, &alloc::vec![b'x'; size]);
            frames.push(Frame::BulkString(alloc::vec![b'x'; size]));
            let list = b"*2\r\n:1\r\n%1\r\n+a\r\n_\r\n";
            wire.extend_from_slice(list);
            frames.push(Reply::parse(list, Limits::default()).unwrap().unwrap().node().into_frame());
        }
        let mut decoder = Decoder::new(Limits::default());
        let mut replies = Replies::default();
        for _ in 0..2 {
            for piece in wire.chunks(1000) {
                decoder.feed(piece);
                while let Some(reply) = decoder.next_reply().unwrap() {
                    replies.push(reply);
                }
            }
            assert_eq!(replies.len(), frames.len());
            let (some, others) = frames.split_at(3);
            for frame in some {
                assert_eq!(replies.next_reply().unwrap().into_frame(), *frame);
            }
            let mut rest = Vec::new();
            replies.give_out(|number, reply| rest.push((number, reply.into_frame())));
            assert!(rest.into_iter().eq(others.iter().cloned().enumerate()));
            assert!(replies.is_empty() && replies.next_reply().is_none());
            replies.clear();
        }
        assert!(replies.bytes.capacity() <= KEEP);
    }

    #[test]
    fn memory_is_kept_for_more_of_the_kind_and_goes_back_when_they_get_small() {
        let mut replies = Replies::default();
        let mut take = |size: usize, count: usize| {
            let mut wire = alloc::format!("*{count}\r\n").into_bytes();
            (0..count).for_each(|_| crate::write_bulk(&mut wire, &alloc::vec![b'x'; size]));
            let mut decoder = Decoder::default();
            decoder.feed(&wire);
            replies.push(decoder.next_reply().unwrap().unwrap());
            replies.reuse();
            assert!(replies.is_empty() && replies.next_reply().is_none());
            replies.bytes.capacity()
        };
        let kept = take(100, 4000);
        assert!(kept >= 400_000);
        for _ in 0..100 {
            (1..PATIENCE).for_each(|_| assert_eq!(take(1, 10), kept));
            assert_eq!(take(90, 4000), kept);
        }
        (1..PATIENCE).for_each(|_| assert_eq!(take(1, 10), kept));
        assert!(take(1, 10) <= KEEP);
        // Of what is very large little is kept at once.
        assert!(take(1000, 4000) <= KEEP_FOR_MORE);
        assert!(take(100, 100) <= KEEP_FOR_MORE);
    }

    #[test]
    fn runs_of_scalars_are_taken_in_at_once() {
        let mut decoder = Decoder::default();
        let mut replies = Replies::default();
        let wire = b"+OK\r\n:1\r\n$3\r\ntwo\r\n:3\r\n*1\r\n:4\r\n:5\r\n$3\r\nsi";
        decoder.feed(wire);
        assert_eq!(replies.take_scalars(&mut decoder, 3), 3);
        assert_eq!(replies.take_scalars(&mut decoder, 0), 0);
        assert_eq!(replies.take_scalars(&mut decoder, 9), 1);
        // What else there is has to be asked for, and a scanner that is in the middle of something is left alone.
        assert_eq!(replies.take_scalars(&mut decoder, 9), 0);
        replies.push(decoder.next_reply().unwrap().unwrap());
        assert_eq!(replies.take_scalars(&mut decoder, 9), 1);
        assert!(decoder.next_reply().unwrap().is_none());
        decoder.feed(b"x\r\n");
        assert_eq!(replies.take_scalars(&mut decoder, 9), 0);
        replies.push(decoder.next_reply().unwrap().unwrap());
        assert_eq!((replies.len(), decoder.buffered()), (7, 0));
        let read: Vec<_> = core::iter::from_fn(|| replies.next_reply().map(Node::into_frame)).collect();
        decoder.feed(wire);
        decoder.feed(b"x\r\n");
        let given: Vec<_> =
            core::iter::from_fn(|| decoder.next_reply().unwrap().map(Node::into_frame)).collect();
        assert_eq!(read, given);
        // The offset of an error counts all bytes.
        decoder.feed(b"?\r\n");
        assert_eq!(decoder.next_reply().unwrap_err().offset(), 2 * (wire.len() as u64 + 3));
    }
}
