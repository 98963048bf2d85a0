//! The bytes received and not given out yet: grows with use, is reused, and gives memory back.

use alloc::vec::Vec;

/// What a fresh buffer offers to read into. A connection that only shook hands stays this small.
const FIRST: usize = 1 << 10;
/// What a busy stream's buffer grows to by itself, and what is kept when a larger one is given back.
const KEEP: usize = 32 << 10;
/// How often in a row a large buffer must be used for little before it is given back.
const PATIENCE: u8 = 16;

#[derive(Debug, Default)]
pub(crate) struct Buffer {
    /// Initialised room: `given..filled` is received and not given out, what is behind it is free.
    bytes: Vec<u8>,
    filled: usize,
    given: usize,
    /// The last read used up all that was offered: more may be waiting.
    eager: bool,
    /// How many times in a row a large buffer was used for little.
    calm: u8,
}

impl Buffer {
    /// What was received and not given out.
    #[inline]
    pub(crate) fn rest(&self) -> &[u8] {
        self.bytes.get(self.given..self.filled).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn rest_len(&self) -> usize {
        self.filled - self.given
    }

    /// Gives out the next `len` bytes.
    #[inline]
    pub(crate) fn give(&mut self, len: usize) -> &[u8] {
        let start = self.given;
        self.given = (start + len).min(self.filled);
        self.bytes.get(start..self.given).unwrap_or_default()
    }

    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.tidy();
        if self.bytes.len() - self.filled < bytes.len() {
            self.compact();
        }
        match self.bytes.get_mut(self.filled..self.filled + bytes.len()) {
            Some(room) => room.copy_from_slice(bytes),
            None => {
                self.bytes.truncate(self.filled);
                self.bytes.extend_from_slice(bytes);
            }
        }
        self.filled += bytes.len();
    }

    /// Room to read into, never empty.
    pub(crate) fn space(&mut self) -> &mut [u8] {
        self.tidy();
        let eager = core::mem::take(&mut self.eager);
        if self.bytes.len() < FIRST {
            self.grow(FIRST);
        } else if eager && self.bytes.len() < KEEP {
            self.grow(self.bytes.len() * 2);
        }
        let enough = self.bytes.len() / 4;
        if self.bytes.len() - self.filled < enough {
            self.compact();
            if self.bytes.len() - self.filled < enough {
                self.grow(self.bytes.len() * 2);
            }
        }
        self.bytes.get_mut(self.filled..).unwrap_or_default()
    }

    /// Says that the first `count` bytes of [`space`](Self::space) hold received bytes now.
    pub(crate) fn filled(&mut self, count: usize) {
        self.filled = self.filled.saturating_add(count).min(self.bytes.len());
        self.eager = self.filled == self.bytes.len();
    }

    /// Gives memory back as far as nothing received is held in it.
    pub(crate) fn release(&mut self) {
        if self.given == self.filled {
            (self.given, self.filled) = (0, 0);
            if self.bytes.capacity() > KEEP {
                self.bytes = Vec::new();
            }
        }
    }

    /// An emptied buffer starts again at its front; a large one that went unused for long is given back.
    fn tidy(&mut self) {
        if self.given < self.filled || self.filled == 0 {
            return;
        }
        if self.bytes.capacity() > KEEP {
            self.calm = if self.filled < self.bytes.capacity() / 4 { self.calm + 1 } else { 0 };
            if self.calm >= PATIENCE {
                self.calm = 0;
                self.bytes = Vec::new();
            }
        }
        (self.given, self.filled) = (0, 0);
    }

    /// Moves what is left to the front, but only when that is less than what was given out since the last time:
    /// each byte received pays for moving one byte at most.
    fn compact(&mut self) {
        if self.given >= self.rest_len() {
            self.bytes.copy_within(self.given..self.filled, 0);
            self.filled -= self.given;
            self.given = 0;
        }
    }

    fn grow(&mut self, len: usize) {
        if self.bytes.capacity() < len {
            self.bytes.reserve_exact(len - self.bytes.len());
        }
        self.bytes.resize(len, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receive(buffer: &mut Buffer, bytes: &[u8]) {
        let mut bytes = bytes;
        while !bytes.is_empty() {
            let space = buffer.space();
            let n = space.len().min(bytes.len());
            space[..n].copy_from_slice(&bytes[..n]);
            buffer.filled(n);
            bytes = &bytes[n..];
        }
    }

    #[test]
    fn starts_small_and_keeps_its_size_when_little_is_received() {
        let mut buffer = Buffer::default();
        for _ in 0..1000 {
            receive(&mut buffer, &[b'x'; 100]);
            assert_eq!(buffer.give(100), [b'x'; 100]);
        }
        assert_eq!(buffer.bytes.capacity(), FIRST);
    }

    #[test]
    fn gives_a_large_buffer_back_after_a_while_of_little_use() {
        let mut buffer = Buffer::default();
        receive(&mut buffer, &[b'x'; 1 << 20]);
        buffer.give(1 << 20);
        for _ in 0..50 {
            receive(&mut buffer, b"+OK\r\n");
            buffer.give(5);
        }
        assert!(buffer.bytes.capacity() <= KEEP);
        receive(&mut buffer, &[b'x'; 1 << 20]);
        buffer.give(1 << 20);
        buffer.release();
        assert!(buffer.bytes.capacity() <= KEEP);
    }

    #[test]
    fn what_is_left_survives_moving_and_growing() {
        let mut buffer = Buffer::default();
        let all: Vec<u8> = (0..100_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        let (mut fed, mut got) = (0, Vec::new());
        for step in (1..700).cycle() {
            let end = (fed + step).min(all.len());
            if step % 2 == 0 {
                buffer.feed(&all[fed..end])
            } else {
                receive(&mut buffer, &all[fed..end])
            }
            fed = end;
            got.extend_from_slice(buffer.give(step * 2 / 3));
            if fed == all.len() {
                break;
            }
        }
        got.extend_from_slice(buffer.rest());
        assert_eq!(got, all);
    }
}
