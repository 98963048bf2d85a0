//! What a holder has in hand.

use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::held::Held;
use super::renew::{OnLost, Renewal};
use crate::{Error, ErrorKind, Result};

#[cfg(doc)]
use super::Lock;

/// A lock that is held; made by [`Lock::acquire`] and [`Lock::try_acquire`]. Dropping it releases the lock, as far as that is
/// possible within a second, after a renewal that is under way, which takes another at most; [`release`](Self::release) tells
/// whether it was.
///
/// It may be moved to another thread, and used by several.
#[must_use = "dropping the guard releases the lock"]
pub struct LockGuard {
    held: Arc<Held>,
    number: Option<i64>,
    renewal: Option<Renewal>,
    /// Whether there is nothing left for this guard to give back.
    released: bool,
}

impl LockGuard {
    pub(super) fn new(held: Held, number: Option<i64>) -> LockGuard {
        LockGuard { held: Arc::new(held), number, renewal: None, released: false }
    }

    /// Has the lock renewed from now on.
    pub(super) fn keep(&mut self, on_lost: Option<OnLost>) -> Result<()> {
        self.renewal = Some(Renewal::start(&self.held, on_lost).map_err(Error::other)?);
        Ok(())
    }

    /// Gives the lock back, and tells whether it was held until now.
    ///
    /// # Errors
    ///
    /// [`LockExpired`](ErrorKind::LockExpired): the key was not there any more. [`LockNotOwned`](ErrorKind::LockNotOwned):
    /// another has the lock, and keeps it. Or the call failed: then the lock is free when its time has passed, if not before.
    pub fn release(mut self) -> Result<()> {
        self.end_renewal();
        self.released = true;
        self.held.release()
    }

    /// Adds to the time for which the lock is held: 10 s of which 4 are left and 10 more make 14.
    ///
    /// # Errors
    ///
    /// [`LockExpired`](ErrorKind::LockExpired), [`LockNotOwned`](ErrorKind::LockNotOwned): the lock was lost, and stays so.
    /// [`Refused`](ErrorKind::Refused): it has no time limit. [`Config`](ErrorKind::Config): more than a server can count. Or the
    /// call failed; its outcome tells whether the time may have been added.
    pub fn extend(&self, additional: Duration) -> Result<()> {
        super::check_countable(additional)?;
        if self.remaining().is_none() {
            self.limited()?;
        }
        self.held.extend(additional)
    }

    /// Sets the time for which the lock is held from now on, be it more or less than what is left; 1 ms at least. Also gives a
    /// lock a limit that had none. It is for this once: [`reacquire`](Self::reacquire) knows the lock's own [`ttl`](Lock::ttl).
    ///
    /// To leave a lock locked for a while after the work is done, set that time and let [`into_token`](Self::into_token) take
    /// the guard.
    ///
    /// # Errors
    ///
    /// [`LockExpired`](ErrorKind::LockExpired), [`LockNotOwned`](ErrorKind::LockNotOwned): the lock was lost, and stays so.
    /// [`Config`](ErrorKind::Config): less than 1 ms, or more than a server can count. [`Refused`](ErrorKind::Refused): less than the lock's own time, to which
    /// its [renewal](Lock::auto_renew) would bring it back. Or the call failed; it may be done twice without harm, and is tried
    /// again when the connection is lost.
    pub fn set_ttl(&self, ttl: Duration) -> Result<()> {
        super::check_ttl(ttl)?;
        if self.renewal.is_some() && self.held.ttl().is_some_and(|own| ttl < own) {
            return Err(Error::refused("a lock", "it is renewed, to more time than this"));
        }
        self.held.set_ttl(ttl)
    }

    /// Gives the lock its whole [`ttl`](Lock::ttl) again, from now on. Where more is left, more stays.
    ///
    /// # Errors
    ///
    /// As [`extend`](Self::extend). This may be done twice without harm, and is tried again when the connection is lost.
    pub fn reacquire(&self) -> Result<()> {
        let ttl = self.limited()?;
        self.held.renew(ttl, self.held.timeout())
    }

    /// Asks the server whether the lock is still held by this guard.
    ///
    /// # Errors
    ///
    /// The call failed.
    pub fn owned(&self) -> Result<bool> {
        match self.held.left() {
            Ok(_) => Ok(true),
            Err(error) if is_lost(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Asks the server how long the lock is held from now on; `None` for no limit.
    ///
    /// # Errors
    ///
    /// [`LockExpired`](ErrorKind::LockExpired), [`LockNotOwned`](ErrorKind::LockNotOwned): the lock was lost, and stays so. Or
    /// the call failed.
    pub fn ttl(&self) -> Result<Option<Duration>> {
        self.held.left()
    }

    /// How long the lock is held for certain, by this machine's clock alone, without asking; `None` for no limit. The time is
    /// counted from before each request was sent, so it is never more than the server's. Zero when it is over, or the lock was
    /// found lost.
    pub fn remaining(&self) -> Option<Duration> {
        self.held.remaining()
    }

    /// Whether the lock is lost, as far as is known without asking: its time is over, or the server said so.
    pub fn is_lost(&self) -> bool {
        self.held.is_lost()
    }

    /// Waits until the lock is lost, but no longer than this; whether it is. Nothing is asked: without
    /// [`auto_renew`](Lock::auto_renew) only the time tells.
    pub fn wait_lost(&self, at_most: Duration) -> bool {
        self.held.wait_lost(at_most)
    }

    /// The number of this holder, greater than those of all before it, if the lock gives out such: see [`Lock::fencing`].
    pub fn fencing_token(&self) -> Option<i64> {
        self.number
    }

    /// What the lock's key holds while this guard has it: unique among all who ever held it, unless it was [given](Lock::acquire_as).
    pub fn token(&self) -> &str {
        self.held.token()
    }

    /// Ends the guard and any renewal, and leaves the lock locked until its time is over, or whoever has this token releases
    /// it: another process, by [`Lock::acquire_as`].
    #[must_use = "without its token nobody can release the lock"]
    pub fn into_token(mut self) -> String {
        self.end_renewal();
        self.released = true;
        self.held.token().to_owned()
    }

    fn limited(&self) -> Result<Duration> {
        self.held.ttl().ok_or_else(|| Error::refused("a lock", "it has no time limit that could be moved"))
    }

    fn end_renewal(&mut self) {
        if let Some(renewal) = self.renewal.take() {
            renewal.end(&self.held);
        }
    }
}

impl Drop for LockGuard {
    fn drop(&mut self) {
        self.end_renewal();
        if self.released {
            return;
        }
        let release = || self.held.release_unasked(self.held.shortly());
        if thread::panicking() {
            // A hook of the caller's may panic, too: a second panic would end the process.
            let _ = panic::catch_unwind(AssertUnwindSafe(release));
        } else {
            release();
        }
    }
}

impl fmt::Debug for LockGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LockGuard")
            .field("remaining", &self.remaining())
            .field("fencing_token", &self.number)
            .field("auto_renew", &self.renewal.is_some())
            .finish_non_exhaustive()
    }
}

fn is_lost(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::LockExpired | ErrorKind::LockNotOwned)
}
