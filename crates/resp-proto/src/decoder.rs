//! Bytes in, whole replies out.

use alloc::vec::Vec;
use core::cell::Cell;

use crate::node::Walked;
use crate::{Error, Limits, Node, Scanner, Status};

/// Collects bytes and gives out whole replies, one at a time.
#[derive(Debug, Default)]
pub struct Decoder {
    scanner: Scanner,
    buffer: Vec<u8>,
    /// Bytes of `buffer` that were received; the rest is room.
    filled: usize,
    /// Bytes of `buffer` that were given out.
    given: usize,
    walked: Cell<Walked>,
    failed: Option<Error>,
}

impl Decoder {
    /// A decoder that keeps to `limits`.
    pub fn new(limits: Limits) -> Self {
        Decoder { scanner: Scanner::new(limits), ..Decoder::default() }
    }

    /// Appends bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.compact();
        self.buffer.truncate(self.filled);
        self.buffer.extend_from_slice(bytes);
        self.filled = self.buffer.len();
    }

    /// Room to read bytes into, never empty; say with [`filled`](Self::filled) how much of it was used.
    pub fn space(&mut self) -> &mut [u8] {
        self.compact();
        if self.buffer.len() < self.filled + 4096 {
            self.buffer.resize(self.filled + 16384, 0);
        }
        self.buffer.get_mut(self.filled..).unwrap_or_default()
    }

    /// Says that the first `count` bytes of [`space`](Self::space) hold received bytes now.
    pub fn filled(&mut self, count: usize) {
        self.filled = (self.filled + count).min(self.buffer.len());
    }

    /// The next whole reply, or `None` when more bytes are needed. It is given out once: the next call goes on behind it.
    ///
    /// # Errors
    ///
    /// The bytes are not RESP or break a limit. The decoder stays failed: each later call gives the same error.
    pub fn next_reply(&mut self) -> Result<Option<Node<'_>>, Error> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let rest = self.buffer.get(self.given..self.filled).unwrap_or_default();
        if rest.is_empty() {
            return Ok(None);
        }
        match self.scanner.scan(rest) {
            Ok(Status::Complete(len)) => {
                self.given += len;
                self.walked.set(Walked::default());
                Ok(Some(Node::at(rest, 0, &self.walked)))
            }
            Ok(Status::Incomplete(_)) => Ok(None),
            Err(error) => {
                self.failed = Some(error);
                Err(error)
            }
        }
    }

    /// How many bytes were received but not given out yet, be they whole replies or a part of one.
    pub fn buffered(&self) -> usize {
        self.filled - self.given
    }

    fn compact(&mut self) {
        if self.given > 0 {
            self.buffer.copy_within(self.given..self.filled, 0);
            self.filled -= self.given;
            self.given = 0;
        }
    }
}
