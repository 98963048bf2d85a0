//! What a faulty wire does to the bytes of one direction.

use std::time::Duration;

/// What happens to the bytes of one direction; made of nothing, with the faults added.
///
/// Positions count, on each connection, the bytes that came in this direction since the fault was set, the first
/// being 0.
///
/// ```
/// use redispy_testkit::{End, Fault};
/// use std::time::Duration;
///
/// let dripping = Fault::none().slices(1, Duration::from_millis(1)).cut_at(10, End::Reset);
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "a fault is set at a ByteProxy"]
pub struct Fault {
    pub(crate) passage: Passage,
    pub(crate) cut: Option<(u64, End)>,
    pub(crate) slice: Option<usize>,
    pub(crate) pause: Duration,
    pub(crate) delay: Duration,
    pub(crate) rate: Option<u64>,
    pub(crate) flip: Option<(u64, u8)>,
    pub(crate) flip_every: Option<(u64, u64)>,
    pub(crate) twice: Option<(u64, u64)>,
}

impl Fault {
    /// Bytes pass as they come.
    pub fn none() -> Self {
        Fault::default()
    }

    /// Lets `bytes` bytes pass and then ends the connection to both sides.
    pub fn cut_at(mut self, bytes: u64, end: End) -> Self {
        self.cut = Some((bytes, end));
        self
    }

    /// Passes at most `size` bytes at once, with a pause after each slice: a drip is `slices(1, pause)`.
    pub fn slices(mut self, size: usize, pause: Duration) -> Self {
        self.slice = Some(size.max(1));
        self.pause = pause;
        self
    }

    /// Holds each arrival back for so long.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Passes no more than so many bytes a second.
    pub fn rate(mut self, bytes_per_second: u64) -> Self {
        self.rate = Some(bytes_per_second.max(1));
        self
    }

    /// Flips one bit, 0 to 7, of the byte at this position.
    pub fn flip(mut self, position: u64, bit: u8) -> Self {
        self.flip = Some((position, bit % 8));
        self
    }

    /// Flips one random bit in each run of `bytes` bytes; the same seed flips the same bits.
    pub fn flip_every(mut self, bytes: u64, seed: u64) -> Self {
        self.flip_every = Some((bytes.max(1), seed));
        self
    }

    /// Sends the `count` bytes from this position on twice, one copy behind the other.
    pub fn twice(mut self, position: u64, count: u64) -> Self {
        self.twice = Some((position, count));
        self
    }

    /// Lets nothing pass until another fault is set; what came in the meantime passes then.
    pub fn hold(mut self) -> Self {
        self.passage = Passage::Held;
        self
    }

    /// Takes everything and passes nothing, the end of the stream neither: the peer seems to have vanished.
    pub fn swallow(mut self) -> Self {
        self.passage = Passage::Swallowed;
        self
    }

    /// The bytes that leave for `bytes` arriving at `position`: flipped and repeated, not yet sliced or cut.
    pub(crate) fn altered(&self, position: u64, bytes: &[u8]) -> Vec<u8> {
        let mut altered = Vec::with_capacity(bytes.len());
        for (at, byte) in (position..).zip(bytes) {
            let mut byte = *byte;
            if let Some((_, bit)) = self.flip.filter(|(flipped, _)| *flipped == at) {
                byte ^= 1 << bit;
            }
            if let Some((every, seed)) = self.flip_every {
                let random = scatter(seed.wrapping_add(at / every));
                if at % every == (random >> 3) % every {
                    byte ^= 1 << (random % 8);
                }
            }
            altered.push(byte);
            if let Some((from, count)) = self.twice
                && at + 1 == from.saturating_add(count)
            {
                let copy = usize::try_from(count).unwrap_or(usize::MAX).min(altered.len());
                altered.extend_from_within(altered.len() - copy..);
            }
        }
        altered
    }
}

/// Whether bytes pass at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Passage {
    #[default]
    Open,
    Held,
    Swallowed,
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// In order: FIN.
    Close,
    /// Broken off: RST.
    Reset,
}

/// SplitMix64: neighbouring numbers give unrelated ones.
fn scatter(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bit_of_one_byte_flips_wherever_the_arrivals_split() {
        let fault = Fault::none().flip(3, 0);
        let whole = fault.altered(0, b"abcdef");
        let parts = [fault.altered(0, b"abc"), fault.altered(3, b"def")].concat();
        assert_eq!((whole.as_slice(), parts.as_slice()), (&b"abceef"[..], &b"abceef"[..]));
    }

    #[test]
    fn each_run_of_bytes_has_one_bit_flipped() {
        let fault = Fault::none().flip_every(64, 7);
        let altered = fault.altered(0, &[0; 640]);
        let ones: Vec<u32> =
            altered.chunks(64).map(|run| run.iter().map(|byte| byte.count_ones()).sum()).collect();
        assert_eq!(ones, [1; 10]);
        assert_ne!(altered, Fault::none().flip_every(64, 8).altered(0, &[0; 640]));
    }

    #[test]
    fn a_run_of_bytes_is_sent_twice() {
        assert_eq!(Fault::none().twice(1, 2).altered(0, b"abcd"), b"abcbcd");
    }
}
