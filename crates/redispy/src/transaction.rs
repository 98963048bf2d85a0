//! Transactions that depend on what was read: WATCH, and trying again.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use redispy_cmd::{Call, Request, ToArgs, changes_connection, spec};
use redispy_conn::{ErrorKind, Outcome};
use resp_proto::Node;

use crate::client::{Attempt, Limit};
use crate::error::WatchId;
use crate::observe::Observed;
use crate::pipeline::Target;
use crate::{Client, Error, Pipeline, Result, Session, cmd};

/// What a [`Session`] is called in the list of lent connections when it watches keys.
const LABEL: &str = "a transaction";

/// Keys that are watched, on a connection of its own; see [`Client::watch`].
///
/// Its commands run at once, as a client's do, on the connection that watches. [`multi`](Self::multi) turns it into a
/// pipeline on that same connection, which is executed only if no watched key has been changed since it was watched.
///
/// ```no_run
/// use redispy::{Client, prelude::*};
///
/// let r = Client::open("redis://localhost")?;
/// let watched = r.watch("seq")?;
/// let n: i64 = watched.get("seq")?.unwrap_or(0);
/// match watched.multi().set("seq", n + 1).execute() {
///     Ok(_) => println!("{}", n + 1),
///     Err(error) if error.is_watch() => println!("somebody else was faster"),
///     Err(error) => return Err(error),
/// }
/// # Ok::<(), redispy::Error>(())
/// ```
///
/// # How it ends
///
/// EXEC ends the WATCH, whether it was executed or not, and the connection goes back to the pool. A `Watched` that is dropped,
/// or whose pipeline is not executed, closes its connection, for its WATCH must not outlive it and asking the server takes
/// a round trip; [`unwatch`](Self::unwatch) does take it, and keeps the connection.
///
/// A connection that is lost takes the WATCH with it, so nothing reconnects: what follows fails with an error of which
/// [`Error::is_watch`] is true, and EXEC is never run without its WATCH. A command that writes and may have been executed
/// when the connection was lost fails with the plain error instead: to begin anew would run it twice.
#[must_use = "dropped, it watches no more and closes its connection: end it with `.multi()` or `.unwatch()`"]
pub struct Watched {
    session: Session,
    id: WatchId,
}

/// How often, how fast and how long [`Client::transaction_with`] tries.
#[derive(Debug, Clone)]
#[must_use]
pub struct TransactionOptions {
    attempts: u32,
    delay: Duration,
}

impl Default for TransactionOptions {
    /// 100 attempts without a pause between them.
    fn default() -> Self {
        TransactionOptions { attempts: 100, delay: Duration::ZERO }
    }
}

impl TransactionOptions {
    /// Sets how often it is tried; 0 counts as 1.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Sets the pause after an attempt that failed. It ends at the deadline, if not before.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

impl Client {
    /// Watches keys for a transaction that depends on what they hold; see [`Watched`]. `WATCH key [key ...]`, since Redis 2.2.
    ///
    /// # Errors
    ///
    /// There is no key; no connection could be had, or the server refused.
    pub fn watch(&self, keys: impl ToArgs) -> Result<Watched> {
        self.watch_by(&watch(keys), self.limit())
    }

    /// Runs `f` with the keys watched, again whenever one of them was changed before `f`'s transaction was executed.
    ///
    /// `f` reads with the [`Watched`] that it gets and ends with [`multi`](Watched::multi) and its pipeline's `execute`, whose
    /// error it passes on. What it returns is returned. It may run any number of times, up to 100; one deadline, the client's,
    /// covers everything, and the calls that `f` makes through what it gets end by then. Errors of one's own go through
    /// [`Error::other`], or `R` is a `Result`.
    ///
    /// ```no_run
    /// # use redispy::{Client, prelude::*};
    /// # let r = Client::open("redis://localhost")?;
    /// let n: i64 = r.transaction(["seq"], |tx| {
    ///     let n = tx.get("seq")?.unwrap_or(0) + 1;
    ///     tx.multi().set("seq", n).execute()?;
    ///     Ok(n)
    /// })?;
    /// # let _ = n;
    /// # Ok::<(), redispy::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What `f` returns, unless it is the watch error of this very attempt; that one too when it was the last attempt, or the
    /// deadline has passed. And those of [`watch`](Self::watch).
    pub fn transaction<R>(&self, keys: impl ToArgs, f: impl FnMut(Watched) -> Result<R>) -> Result<R> {
        self.transaction_with(TransactionOptions::default(), keys, f)
    }

    /// [`transaction`](Self::transaction) with another number of attempts, or a pause between them.
    ///
    /// # Errors
    ///
    /// As [`transaction`](Self::transaction).
    pub fn transaction_with<R>(
        &self,
        options: TransactionOptions,
        keys: impl ToArgs,
        mut f: impl FnMut(Watched) -> Result<R>,
    ) -> Result<R> {
        let keys = watch(keys);
        let limit = self.limit();
        let limit = Limit { end: limit.start(), ..limit };
        let mut attempt = 1;
        loop {
            let watched = self.watch_by(&keys, limit)?;
            let id = watched.id;
            let error = match f(watched) {
                Err(error) if error.watch() == Some(id) => error,
                result => return result,
            };
            if attempt >= options.attempts {
                return Err(error);
            }
            let left = limit.end.remaining();
            std::thread::sleep(left.map_or(options.delay, |left| left.min(options.delay)));
            if limit.end.has_passed() {
                return Err(error);
            }
            attempt += 1;
        }
    }

    fn watch_by(&self, keys: &Request, limit: Limit) -> Result<Watched> {
        check(keys)?;
        let deadline = limit.start();
        let limit_of_this = Limit { end: deadline, ..limit };
        let session = self.retrying(true, deadline, &Observed::UNSEEN, |patience| {
            let session = self.session_for(LABEL, limit_of_this)?;
            match session.call(keys, &mut |_| {}) {
                Ok(()) => Ok(Attempt::Done(session)),
                Err(error) => match error.server_error().and_then(|error| patience(error.bytes())) {
                    Some(pause) => Ok(Attempt::Again(pause)),
                    None => Err(error),
                },
            }
        });
        let session = session.map_err(|error| error.in_command(keys.name()))?;
        Ok(Watched { session: session.with_limit(limit).never_trusted(), id: next_id() })
    }
}

/// Tells attempts apart, from 1.
fn next_id() -> WatchId {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn watch(keys: impl ToArgs) -> Request {
    cmd::watch(keys).into_parts().0
}

impl Watched {
    /// Watches more keys, from now on. `WATCH key [key ...]`, since Redis 2.2.
    ///
    /// # Errors
    ///
    /// As every command: the connection was lost, the server refused.
    pub fn watch(&self, keys: impl ToArgs) -> Result<()> {
        self.send(&watch(keys), &mut |_| {})
    }

    /// Gives up watching and the connection back to the pool. `UNWATCH`, since Redis 2.2.
    ///
    /// # Errors
    ///
    /// As every command; the connection is closed then, and nothing is watched any more.
    pub fn unwatch(self) -> Result<()> {
        self.send(cmd::unwatch().request(), &mut |_| {})?;
        self.session.set_clean()
    }

    /// The transaction that is executed only if no watched key has been changed. It has the connection from here on.
    ///
    /// Without commands it tells just that: MULTI and EXEC are sent all the same, and fail with
    /// [`is_watch`](Error::is_watch) if what was read is no longer what is there.
    pub fn multi(self) -> Pipeline {
        let limit = self.session.limit();
        Pipeline::new(Target::Watched(self.session, self.id), limit)
    }

    /// Sets the deadline of each later call and of the pipeline; `None` for no limit. Within [`Client::transaction`] all of
    /// them end by its deadline nevertheless.
    pub fn with_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Watched {
        self.session = self.session.with_timeout(timeout);
        self
    }

    fn send(&self, request: &Request, read: &mut dyn FnMut(Node<'_>)) -> Result<()> {
        check(request)?;
        let result = self.session.call(request, read);
        result.map_err(|error| if is_in_vain(request, &error) { error.in_watch(self.id) } else { error })
    }
}

fn check(request: &Request) -> Result<()> {
    request.refusal().map_or(Ok(()), |refusal| Err(refusal.clone().into()))
}

/// Whether the WATCH is gone with the connection, and beginning anew repeats nothing.
fn is_in_vain(request: &Request, error: &Error) -> bool {
    let repeats_nothing = request.is_repeatable() || is_about_watching(request);
    error.as_connection_error().is_some_and(|error| {
        error.kind() == ErrorKind::Closed && (error.outcome() == Outcome::NotSent || repeats_nothing)
    })
}

fn is_about_watching(request: &Request) -> bool {
    request.spec().is_some_and(|spec| *spec == spec::WATCH || *spec == spec::UNWATCH)
}

impl Call for Watched {
    type Error = Error;

    fn call(&self, request: &Request, read: &mut dyn FnMut(Node<'_>)) -> Result<()> {
        if let Some(instead) = changes_connection(request) {
            return Err(Error::refused(request.name(), instead));
        }
        self.send(request, read)
    }
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").field("session", &self.session).finish()
    }
}
