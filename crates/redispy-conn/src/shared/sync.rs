//! Locks, atomics and parking. Under `--cfg loom` and `--cfg shuttle` they are those of a model checker, which runs the same
//! code through the orders in which threads may take their steps (`model.rs`).

#[cfg(loom)]
pub(super) use loom::{
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU8, AtomicU64},
    },
    thread,
};
#[cfg(all(shuttle, not(loom)))]
pub(super) use shuttle::{
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU8, AtomicU64},
    },
    thread,
};
#[cfg(not(any(loom, shuttle)))]
pub(super) use std::{
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU8, AtomicU64},
    },
    thread,
};

use std::sync::PoisonError;

use crate::Deadline;

/// Locks; what a panic left behind is as good as anything else, since every change under these locks is whole.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sleeps until woken, or until the deadline; may return before either.
#[cfg(not(any(loom, shuttle)))]
pub(super) fn park(deadline: Deadline) {
    match deadline.remaining() {
        Some(left) => thread::park_timeout(left),
        None => thread::park(),
    }
}

/// A model has no time: a deadline has passed already, or never does.
#[cfg(any(loom, shuttle))]
pub(super) fn park(deadline: Deadline) {
    if deadline.has_passed() { thread::yield_now() } else { thread::park() }
}

/// Starts a thread that nobody waits for.
#[cfg(not(any(loom, shuttle)))]
pub(super) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    thread::Builder::new().name(name.into()).spawn(work).map(drop)
}

#[cfg(any(loom, shuttle))]
pub(super) fn spawn(_name: &str, work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    drop(thread::spawn(work));
    Ok(())
}
