//! Tokens: what tells one acquisition from every other.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use sha1_smol::Sha1;

/// A token that nobody has had before: 40 hexadecimal digits.
///
/// It must be unique, not secret: whoever may read the key reads it. The standard library's hash keys are 128 random bits of
/// the operating system for each thread; the process tells a child of a fork from its parent, which has the same keys, and
/// the count one acquisition from the next.
pub(super) fn fresh() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut hash = Sha1::new();
    for _ in 0..2 {
        hash.update(&RandomState::new().build_hasher().finish().to_le_bytes());
    }
    hash.update(&process::id().to_le_bytes());
    hash.update(&COUNT.fetch_add(1, Ordering::Relaxed).to_le_bytes());
    hash.digest().to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::thread;

    use super::*;

    #[test]
    fn no_token_comes_twice() {
        let threads: Vec<_> =
            (0..8).map(|_| thread::spawn(|| (0..500).map(|_| fresh()).collect::<Vec<_>>())).collect();
        let tokens: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        assert!(tokens.iter().all(|token| token.len() == 40));
        assert_eq!(tokens.iter().collect::<HashSet<_>>().len(), 4000);
    }
}
