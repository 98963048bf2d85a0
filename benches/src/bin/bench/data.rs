//! What is stored, asked for and expected.

use redispy::{Client, prelude::*};

use crate::cases::{ELEMENTS, KEYS, LARGE, MIXED, PIPELINE, Work};
use crate::peers::{Caller, Task};

/// A value of 32 bytes.
pub(crate) const VALUE: &str = "a value of thirty-two bytes, yes";

/// Stores what all cases read.
pub(crate) fn store(client: &Client) -> redispy::Result<()> {
    for n in 0..KEYS {
        client.set(key(n), VALUE)?;
    }
    client.set("large", "x".repeat(LARGE))?;
    client.rpush("list", (0..ELEMENTS).map(|n| format!("element:{n:024}")).collect::<Vec<_>>())?;
    Ok(())
}

pub(crate) fn key(n: usize) -> String {
    format!("key:{n}")
}

/// What one caller does, turn by turn, and what must come back: a client that builds less than it was asked for would look fast.
#[derive(Debug)]
pub(crate) struct Turns {
    work: Work,
    turn: usize,
    keys: Vec<String>,
    /// As long as the longest value to set.
    value: String,
    sizes: Vec<usize>,
}

/// The same calls of a thread and of a task, which awaits them.
macro_rules! call {
    ($turns:ident, $caller:ident $(, $await:tt)?) => {{
        let turn = $turns.turn;
        $turns.turn += 1;
        let key = &$turns.keys[turn % $turns.keys.len()];
        match $turns.work {
            Work::Get | Work::Deferred => assert_eq!($caller.get(key)$(.$await)?, VALUE.len()),
            Work::Set => $caller.set(key, VALUE)$(.$await)?,
            Work::Pipeline => {
                assert_eq!($caller.pipeline(&$turns.keys[..PIPELINE])$(.$await)?, PIPELINE);
            }
            Work::LrangeStrings => assert_eq!($caller.lrange_strings("list")$(.$await)?, ELEMENTS),
            Work::LrangeBytes => assert_eq!($caller.lrange_bytes("list")$(.$await)?, ELEMENTS),
            Work::Mget => assert_eq!($caller.mget(&$turns.keys)$(.$await)?, KEYS),
            Work::LargeGet => assert_eq!($caller.get("large")$(.$await)?, LARGE),
            Work::LargeSet => $caller.set("large:set", &$turns.value)$(.$await)?,
            Work::Mixed => {
                // Each is set and then read, so that whatever else sets it, it has its size.
                let at = turn / 2 % MIXED;
                let (key, size) = (&$turns.keys[at], $turns.sizes[at]);
                match turn % 2 {
                    0 => $caller.set(key, &$turns.value[..size])$(.$await)?,
                    _ => assert_eq!($caller.get(key)$(.$await)?, size),
                }
            }
        }
    }};
}

impl Turns {
    /// Those of the caller with this number; each begins at another key.
    pub(crate) fn new(work: Work, number: usize) -> Self {
        let keys = match work {
            Work::Mixed => (0..MIXED).map(|n| format!("mixed:{n}")).collect(),
            _ => (0..KEYS).map(key).collect(),
        };
        let sizes: Vec<usize> = if work == Work::Mixed { sizes().collect() } else { Vec::new() };
        let longest = if work == Work::LargeSet { LARGE } else { sizes.iter().copied().max().unwrap_or(0) };
        Turns { work, turn: number * 38, keys, value: "x".repeat(longest), sizes }
    }

    /// The key of the next GET.
    pub(crate) fn next_key(&mut self) -> &str {
        let turn = self.turn;
        self.turn += 1;
        &self.keys[turn % self.keys.len()]
    }

    pub(crate) fn call(&mut self, caller: &mut impl Caller) {
        call!(self, caller);
    }

    pub(crate) async fn call_async(&mut self, task: &mut impl Task) {
        call!(self, task, await);
    }
}

/// From 10 bytes to 64 KiB, each power of two as often as another; looks random and is the same each time.
fn sizes() -> impl Iterator<Item = usize> {
    let mut dice = 0x9e37_79b9_7f4a_7c15_u64;
    let mut share = move || {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        (dice >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..MIXED).map(move |_| (10.0 * (65_536.0_f64 / 10.0).powf(share())) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_lie_where_they_should_and_are_spread() {
        let sizes: Vec<usize> = sizes().collect();
        assert!(sizes.iter().all(|size| (10..=65_536).contains(size)));
        assert!((MIXED / 3..MIXED).contains(&sizes.iter().filter(|&&size| size > 500).count()));
        assert_eq!(VALUE.len(), 32);
    }
}
