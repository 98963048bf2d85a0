//! Locks: one holder at a time, among all who use the same key.
//!
//! `lock/held.rs` is the one place that talks to the server about a lock that is held, and that knows until when it is; the
//! guard (`lock/guard.rs`) and the thread that renews (`lock/renew.rs`) share it. All of what happens at the server is in
//! `lock/scripts.rs`.

mod guard;
mod held;
mod renew;
mod scripts;
mod token;

use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use redispy_conn::{Deadline, ErrorKind, Outcome, RetryPolicy};

use crate::cmd;
use crate::error::LockFailure;
use crate::{Client, Error, Execute as _, Result};

pub use guard::LockGuard;

use held::Held;
use renew::OnLost;

/// How long a holder has the lock unless it says otherwise.
const TTL: Duration = Duration::from_secs(30);

/// How long a waiter sleeps between two tries, at most.
const SLEEP: Duration = Duration::from_millis(100);

const MILLISECOND: Duration = Duration::from_millis(1);

/// Servers count milliseconds since 1970 in 63 bits: this leaves half of that for the date.
const LONGEST: Duration = Duration::from_millis(i64::MAX.unsigned_abs() / 2);

/// What is kept of a call's deadline, and how long a guard that is dropped takes, to give a lock back without being asked to.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A lock by name: a key that holds the token of whoever holds the lock. Made by [`Client::lock`].
///
/// ```no_run
/// use std::time::Duration;
/// use redispy::Client;
///
/// let r = Client::open("redis://localhost")?;
/// let lock = r.lock("nightly report").ttl(Duration::from_secs(10)).blocking_timeout(Duration::from_secs(3));
/// {
///     let guard = lock.acquire()?;           // an error if it was held by others for all of 3 s
///     println!("mine for {:?}", guard.remaining());
///     guard.release()?;                      // tells whether it was still held; dropping the guard does not
/// }
/// if let Some(_guard) = lock.try_acquire()? {
///     println!("nobody else had it");
/// }                                          // released
/// # Ok::<(), redispy::Error>(())
/// ```
///
/// A `Lock` holds nothing itself: it may be cloned, shared and used any number of times, and each acquisition has a token of its
/// own, unless it is [given one](Lock::acquire_as). It is not fair: of those that wait, whoever asks first after the release gets it.
///
/// # What it promises, and what it does not
///
/// At the server, one token holds the key at a time; it is set, extended and deleted in one atomic step each, and only by its
/// holder. A holder learns that it lost the lock no later than the server lets others have it, as far as the clocks of both
/// run equally fast: the time is counted from before the request was sent. But nobody can stop a program that was suspended,
/// or whose bytes are on their way to a third party, while its time ran out; and a server that fails over to a replica, or
/// restarts, may have lost the key while the holder still counts on it. Where two holders at once would do harm, let what the
/// lock guards refuse the older one, by a [fencing token](Lock::fencing). `docs/guide/locks.md` says more.
///
/// The key is a plain string, set like `SET name token NX PX ttl` would, so other programs that lock the same way take part.
#[derive(Clone)]
#[must_use = "a lock is acquired by `acquire()` or `try_acquire()`"]
pub struct Lock {
    client: Client,
    name: Arc<[u8]>,
    ttl: Option<Duration>,
    blocking_timeout: Option<Duration>,
    sleep: Option<Duration>,
    fencing: bool,
    renew: bool,
    on_lost: Option<OnLost>,
}

impl Lock {
    pub(crate) fn new(client: &Client, name: &[u8]) -> Lock {
        Lock {
            // What gives a lock back that nobody knows to be taken must not wait for the answer that did not come.
            client: client.for_own_use(),
            name: name.into(),
            ttl: Some(TTL),
            blocking_timeout: client.limit().timeout,
            sleep: None,
            fencing: false,
            renew: false,
            on_lost: None,
        }
    }

    /// How long the lock is held unless it is released or extended before; 30 s by default, 1 ms at least, 146 million years at
    /// most. What is below a millisecond counts as a whole one at the server, and not at all here.
    ///
    /// `None` for no limit: then a holder that dies, and a call of which nobody knows whether it got the lock, leave it locked
    /// until somebody deletes the key.
    pub fn ttl(mut self, ttl: impl Into<Option<Duration>>) -> Self {
        self.ttl = ttl.into();
        self
    }

    /// How long [`acquire`](Self::acquire) waits while others hold the lock; by default as long as the client's calls may
    /// take. `None` for no limit. At least one try is made.
    pub fn blocking_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.blocking_timeout = timeout.into();
        self
    }

    /// How long to wait between two tries, at most: each time it is shortened by chance to anything down to its half, so that
    /// those who wait do not ask together. 100 ms by default, or the [`ttl`](Self::ttl) where that is less; it may not be
    /// longer than that.
    pub fn sleep(mut self, sleep: Duration) -> Self {
        self.sleep = Some(sleep);
        self
    }

    /// Gives each holder a number greater than those of all holders before: [`LockGuard::fencing_token`].
    ///
    /// Send it along with each request to what the lock guards, and let that refuse numbers smaller than one that it has seen:
    /// so a holder that was suspended past its time does no harm.
    ///
    /// The numbers are counted in a key of its own, `{name}:fence`, which never expires, in the same step that sets the lock. It
    /// lies in the lock's cluster slot; for a name with a hash tag, `{jobs}:7`, it is `{jobs}:7:fence`. If the server loses this
    /// key, counting begins again.
    pub fn fencing(mut self) -> Self {
        self.fencing = true;
        self
    }

    /// Keeps the lock as long as its guard lives, by a thread that renews it each third of its [`ttl`](Self::ttl), and ends with
    /// the guard. The holder learns that it was lost all the same by [`LockGuard::is_lost`] and [`LockGuard::wait_lost`].
    ///
    /// Each renewal takes a connection of the client's pool for a moment. A program that hangs keeps its locks, one that
    /// dies does not.
    pub fn auto_renew(mut self) -> Self {
        self.renew = true;
        self
    }

    /// Keeps the lock as [`auto_renew`](Self::auto_renew) does, and calls `f` once if it is lost: found taken by another, found
    /// gone, or not renewed in time. The error tells which; its source is what kept it from being renewed.
    ///
    /// `f` runs on the renewing thread, for which a guard that is dropped waits: it should set a flag or close a connection,
    /// and return.
    pub fn on_lost(mut self, f: impl Fn(&Error) + Send + Sync + 'static) -> Self {
        self.on_lost = Some(Arc::new(f));
        self.auto_renew()
    }

    /// Takes the lock, and waits for it while others hold it. Each try is a call of its own with the client's deadline; between
    /// them no connection is held.
    ///
    /// # Errors
    ///
    /// [`LockHeld`](crate::ErrorKind::LockHeld): others held it for all of the [blocking timeout](Self::blocking_timeout). Else
    /// as [`try_acquire`](Self::try_acquire).
    pub fn acquire(&self) -> Result<LockGuard> {
        self.wait_for(&Token::Fresh(token::fresh()))
    }

    /// Takes the lock as [`acquire`](Self::acquire) does, under a token of the caller's.
    ///
    /// Who has the token has the lock: while it is held under this token it is granted again, for its whole [`ttl`](Self::ttl)
    /// and under the same [fencing token](Self::fencing), however many ask. So a process takes over a lock from another
    /// ([`LockGuard::into_token`]), or its own after a restart; and so two that must exclude each other may never have the same
    /// token. The first of their guards to go releases the lock for all.
    ///
    /// # Errors
    ///
    /// As [`acquire`](Self::acquire). If the outcome is not known the lock is not given back, for it may have been held
    /// before: asking again under the same token tells.
    pub fn acquire_as(&self, token: &str) -> Result<LockGuard> {
        self.wait_for(&given(token)?)
    }

    fn wait_for(&self, token: &Token<'_>) -> Result<LockGuard> {
        let waiting = Deadline::within(self.blocking_timeout);
        let sleep = self.sleep_between()?;
        let pauses = RetryPolicy::default().with_base_delay(sleep).with_max_delay(sleep);
        loop {
            if let Some(guard) = self.attempt(token)? {
                return Ok(guard);
            }
            let pause = match waiting.remaining() {
                Some(left) if left.is_zero() => return Err(Error::lock(LockFailure::Held)),
                Some(left) => pauses.delay(0).min(left),
                None => pauses.delay(0),
            };
            thread::sleep(pause);
        }
    }

    /// Takes the lock if nobody holds it.
    ///
    /// A lock that was taken by a call whose outcome is not known (its connection was lost) is not left behind: the same
    /// token asks again, which is harmless, and gives the lock back when no answer comes. For this a quarter of the deadline
    /// is kept, a second at most. Where that fails too, the lock is free when its [`ttl`](Self::ttl) has passed.
    ///
    /// # Errors
    ///
    /// As any call of the client. [`LockExpired`](crate::ErrorKind::LockExpired): the answer took longer than the lock is held.
    /// [`Config`](crate::ErrorKind::Config): an option makes no sense, and nothing was sent.
    pub fn try_acquire(&self) -> Result<Option<LockGuard>> {
        self.sleep_between()?;
        self.attempt(&Token::Fresh(token::fresh()))
    }

    /// Takes the lock if nobody holds it, or whoever does has this very token: see [`acquire_as`](Self::acquire_as).
    ///
    /// # Errors
    ///
    /// As [`acquire_as`](Self::acquire_as).
    pub fn try_acquire_as(&self, token: &str) -> Result<Option<LockGuard>> {
        let token = given(token)?;
        self.sleep_between()?;
        self.attempt(&token)
    }

    /// Whether anybody holds the lock now.
    ///
    /// # Errors
    ///
    /// As any call of the client.
    pub fn locked(&self) -> Result<bool> {
        Ok((&self.client).run(cmd::exists(&*self.name))? == 1)
    }

    /// One try by this token.
    fn attempt(&self, token: &Token<'_>) -> Result<Option<LockGuard>> {
        let deadline = self.client.limit().start();
        let last_words =
            |left: Duration| if token.is_fresh() { LAST_WORDS.min(left / 4) } else { Duration::ZERO };
        let budget = deadline.remaining().map(|left| left - last_words(left));
        let held = Held::new(&self.client, &self.name, token.as_str(), self.ttl);
        let asked = Instant::now();
        match held.acquire(self.fencing, budget) {
            Ok(Some(number)) => {
                held.granted(asked);
                let mut guard = LockGuard::new(held, self.fencing.then_some(number));
                if guard.is_lost() {
                    // The answer took longer than the lock is held.
                    return Err(Error::lock(LockFailure::Expired));
                }
                if self.renew {
                    guard.keep(self.on_lost.clone())?;
                }
                Ok(Some(guard))
            }
            Ok(None) => Ok(None),
            Err(error) => {
                if error.outcome() == Outcome::MaybeExecuted && token.is_fresh() {
                    held.release_unasked(deadline.remaining().or(Some(LAST_WORDS)));
                }
                Err(error)
            }
        }
    }

    /// How long to sleep between two tries, if all options make sense.
    fn sleep_between(&self) -> Result<Duration> {
        let sleep = self.sleep.unwrap_or_else(|| SLEEP.min(self.ttl.unwrap_or(SLEEP)));
        self.ttl.map_or(Ok(()), check_ttl)?;
        match self.ttl {
            Some(ttl) if sleep > ttl => Err(wrong("a lock's sleep must not be longer than its ttl")),
            None if self.renew => Err(wrong("a lock without a ttl cannot be renewed")),
            _ if sleep < MILLISECOND => Err(wrong("a lock's sleep must be 1 ms at least")),
            _ => Ok(sleep),
        }
    }
}

/// What an acquisition asks with.
enum Token<'a> {
    /// Nobody else's: to ask twice does no harm, and to give back what was not granted neither.
    Fresh(String),
    /// Somebody may hold the lock with it already.
    Given(&'a str),
}

impl Token<'_> {
    fn as_str(&self) -> &str {
        match self {
            Token::Fresh(token) => token,
            Token::Given(token) => token,
        }
    }

    fn is_fresh(&self) -> bool {
        matches!(self, Token::Fresh(_))
    }
}

fn given(token: &str) -> Result<Token<'_>> {
    if token.is_empty() { Err(wrong("a lock's token must not be empty")) } else { Ok(Token::Given(token)) }
}

fn check_ttl(ttl: Duration) -> Result<()> {
    if ttl < MILLISECOND { Err(wrong("a lock's ttl must be 1 ms at least")) } else { check_countable(ttl) }
}

fn check_countable(time: Duration) -> Result<()> {
    let is_too_long = time > LONGEST;
    if is_too_long {
        Err(wrong("a lock's time is longer than servers count: `None` is for ever"))
    } else {
        Ok(())
    }
}

fn wrong(what: &'static str) -> Error {
    redispy_conn::Error::new(ErrorKind::Config, Outcome::NotSent, what).into()
}

impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lock")
            .field("name", &String::from_utf8_lossy(&self.name))
            .field("ttl", &self.ttl)
            .field("blocking_timeout", &self.blocking_timeout)
            .field("fencing", &self.fencing)
            .field("auto_renew", &self.renew)
            .finish_non_exhaustive()
    }
}
