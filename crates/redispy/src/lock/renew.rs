//! The thread that keeps a lock, and says so when it could not.

use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::held::{Held, Woken};
use crate::error::LockFailure;
use crate::{Error, ErrorKind, Result};

/// What is called once when a lock was lost.
pub(super) type OnLost = Arc<dyn Fn(&Error) + Send + Sync>;

/// The shortest pause before a renewal that failed is tried again.
const PAUSE: Duration = Duration::from_millis(10);

/// The thread of one guard.
pub(super) struct Renewal(JoinHandle<()>);

impl Renewal {
    pub(super) fn start(held: &Arc<Held>, on_lost: Option<OnLost>) -> io::Result<Renewal> {
        let held = Arc::clone(held);
        let keep = move || {
            if let Some(error) = keep(&held)
                && let Some(on_lost) = on_lost
            {
                on_lost(&error);
            }
        };
        thread::Builder::new().name("redispy-lock".into()).spawn(keep).map(Renewal)
    }

    /// Ends the thread, and waits for it: a renewal under way takes a second at most.
    pub(super) fn end(self, held: &Held) {
        held.end();
        // Whoever is told of the loss may drop the guard on this very thread.
        if self.0.thread().id() != thread::current().id() {
            let _ = self.0.join();
        }
    }
}

/// Renews the lock until its guard goes. Why it was lost, if it was.
fn keep(held: &Held) -> Option<Error> {
    let ttl = held.ttl()?;
    let mut pause = ttl / 3;
    let mut failure = None;
    loop {
        match held.wait(pause) {
            Woken::Ended => return None,
            Woken::Lost(why) => return Some(Error::lock(why)),
            Woken::TimedOut => {}
        }
        let left = held.remaining().unwrap_or(ttl);
        if left.is_zero() {
            held.lose(LockFailure::Expired);
            return Some(Error::lock_lost_by(failure));
        }
        match renew(held, ttl, held.shortly().map(|budget| budget.min(left))) {
            Ok(()) => {
                pause = ttl / 3;
                failure = None;
            }
            Err(error) if matches!(error.kind(), ErrorKind::LockExpired | ErrorKind::LockNotOwned) => {
                return Some(error);
            }
            Err(error) => {
                // Sooner the less time is left, and once more when none is, to find that so.
                let left = held.remaining().unwrap_or(ttl);
                pause = (left / 4).max(PAUSE).min(left);
                failure = Some(error);
            }
        }
    }
}

/// A hook of the caller's may panic on this thread as on any other. That must not be the end of it: nobody would be told.
fn renew(held: &Held, ttl: Duration, budget: Option<Duration>) -> Result<()> {
    let renewed = panic::catch_unwind(AssertUnwindSafe(|| held.renew(ttl, budget)));
    renewed.unwrap_or_else(|_| Err(Error::other("the renewal panicked")))
}
