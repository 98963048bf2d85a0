//! The proof that replies are in step with commands: now and then a marker stands in the stream, and its reply must be in the same place.

use std::hash::{BuildHasher, RandomState};

/// A marker stands before one in so many calls.
const EVERY: u32 = 64;

/// What a marker's reply must be.
pub(super) type Proof = [u8; 16];

/// Makes the markers of one connection: numbers that nobody can guess.
#[derive(Debug, Default)]
pub(super) struct Order {
    secret: RandomState,
    calls: u32,
    markers: u64,
}

impl Order {
    /// What is to be sent before the next call, and its reply, if it is time for it.
    pub(super) fn next(&mut self) -> Option<(Vec<u8>, Proof)> {
        let due = self.calls.is_multiple_of(EVERY);
        self.calls = self.calls.wrapping_add(1);
        if !due {
            return None;
        }
        self.markers += 1;
        let mut proof = Proof::default();
        for (place, digit) in format!("{:016x}", self.secret.hash_one(self.markers)).bytes().enumerate() {
            if let Some(to) = proof.get_mut(place) {
                *to = digit;
            }
        }
        let mut bytes = b"*2\r\n$4\r\nECHO\r\n$16\r\n".to_vec();
        bytes.extend_from_slice(&proof);
        bytes.extend_from_slice(b"\r\n");
        Some((bytes, proof))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_call_in_so_many_has_a_marker_and_no_two_are_alike() {
        let mut order = Order::default();
        let all: Vec<_> = (0..EVERY * 100).filter_map(|_| order.next()).collect();
        assert_eq!(all.len(), 100);
        let different: std::collections::HashSet<_> = all.iter().map(|(_, proof)| *proof).collect();
        assert_eq!(different.len(), 100);
        assert_ne!(Order::default().next(), Order::default().next());
        let (bytes, proof) = &all[0];
        assert!(bytes.ends_with(&[&proof[..], b"\r\n"].concat()));
    }
}
