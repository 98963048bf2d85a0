//! One connection for one's own use.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use redispy_cmd::{
    Call, IntoCmd, OwnsConnection, Request, changes_connection, is_known, takes_over_connection,
};
use redispy_conn::{Closer, Connection, Deadline, ErrorKind, Outcome, Phase, Pooled};
use resp_proto::Node;

use crate::callbacks::Callbacks;
use crate::client::{Limit, Times, finish};
use crate::link::Link;
use crate::observe::Begun;
use crate::pipeline::Target;
use crate::{Client, Error, Pipeline, Result};

/// How long a session's connection is used without a look at what it has received unasked: a connection that the server has
/// closed meanwhile is told from one on which the command may have run, and a reply that nobody asked for is nobody's.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(1);

/// One exclusive connection of a [`Client`]'s pool; see [`Client::session`].
///
/// All commands of a session go through the same connection, so what a connection remembers (the database chosen by SELECT, a user
/// logged in by AUTH) holds for the session's later commands, and for nobody else. When the connection is lost the session is
/// over: it does not reconnect, since what the server remembered is lost too. A session that changed its connection, or ran a
/// command on it that the table does not know, closes it when dropped; any other gives it back.
///
/// Several threads may use a session; their commands take turns. A turn lasts until the reply has been read: a response callback, or
/// a type that is made from a reply, that uses the same session from in there gets an error.
///
/// ```no_run
/// use redispy::{Client, prelude::*};
///
/// let session = Client::open("redis://localhost")?.session()?;
/// session.select(5)?;
/// let name: Option<String> = session.get("name")?; // of database 5
/// # let _ = name;
/// # Ok::<(), redispy::Error>(())
/// ```
pub struct Session {
    shared: Arc<Shared>,
    limit: Limit,
    trusted_for: Duration,
}

/// What a session shares with its pipelines.
struct Shared {
    /// No lock is held during a call.
    slot: Mutex<Slot>,
    returned: Condvar,
    closer: Closer,
    client: Client,
    /// What the connection's commands go to.
    database: AtomicU32,
}

/// The connection, or who has it out.
struct Slot {
    connection: Option<Pooled>,
    user: Option<ThreadId>,
}

impl Session {
    pub(crate) fn new(connection: Pooled, limit: Limit, client: Client) -> Self {
        let closer = connection.closer();
        let slot = Mutex::new(Slot { connection: Some(connection), user: None });
        let database = client.pool().config().db.into();
        let shared = Arc::new(Shared { slot, returned: Condvar::new(), closer, client, database });
        Session { shared, limit, trusted_for: LOOK_AGAIN_AFTER }
    }

    /// A pipeline on this session's connection, which is kept for it too: the session may be dropped before the pipeline
    /// is executed. It is never sent again.
    pub fn pipeline(&self) -> Pipeline {
        Pipeline::new(Target::Session(self.another()), self.limit)
    }

    /// Another handle on the same connection.
    pub(crate) fn another(&self) -> Session {
        Session { shared: Arc::clone(&self.shared), ..*self }
    }

    /// Sends any number of commands of one reply type at once; see [`Client::batch`]. A batch of a session is never sent
    /// again.
    ///
    /// # Errors
    ///
    /// As [`Client::batch`].
    pub fn batch<C: IntoCmd>(&self, commands: impl IntoIterator<Item = C>) -> Result<Vec<C::Reply>> {
        crate::batch::run(&Target::Session(self.another()), self.limit, commands)
    }

    /// Sets the deadline of this session's calls; `None` for no limit.
    #[must_use]
    pub fn with_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Session {
        self.limit = self.limit.with_timeout(timeout.into());
        self
    }

    /// Closes the connection, from any thread: a call that waits for its reply fails at once.
    pub fn close(&self) {
        self.shared.closer.close();
    }

    /// Lends the connection by `deadline`, to one caller at a time.
    pub(crate) fn with_connection<R>(
        &self,
        deadline: Deadline,
        run: impl FnOnce(&mut Connection, &Callbacks) -> R,
    ) -> Result<R> {
        let mut turn = self.shared.turn(deadline)?;
        Ok(run(turn.connection(self.trusted_for, deadline)?, self.shared.client.callbacks()))
    }

    /// Says that the next caller will find the connection as new.
    pub(crate) fn set_clean(&self) -> Result<()> {
        self.with_connection(Deadline::NEVER, |connection, _| connection.set_dirty(false))
    }

    pub(crate) fn client(&self) -> &Client {
        &self.shared.client
    }

    /// The database that the commands go to.
    pub(crate) fn database(&self) -> u32 {
        self.shared.database.load(Ordering::Relaxed)
    }

    pub(crate) fn limit(&self) -> Limit {
        self.limit
    }

    pub(crate) fn with_limit(self, limit: Limit) -> Session {
        Session { limit, ..self }
    }

    /// Looks at the connection before each use: what is sent on one that is lost may have been executed, as far as is known.
    pub(crate) fn never_trusted(self) -> Session {
        Session { trusted_for: Duration::ZERO, ..self }
    }
}

impl Shared {
    /// Takes the connection out; it is put back when the turn is dropped, be it by a panic.
    fn turn(&self, deadline: Deadline) -> Result<Turn<'_>> {
        let mut slot = self.lock();
        let this = thread::current().id();
        loop {
            if let Some(connection) = slot.connection.take() {
                slot.user = Some(this);
                return Ok(Turn { owner: self, connection: Some(connection) });
            }
            if slot.user == Some(this) {
                // It would wait for itself.
                let instead =
                    "another connection, for this thread is just reading a reply from the session's";
                return Err(Error::refused("a command of the session", instead));
            }
            slot = match deadline.remaining() {
                Some(left) if left.is_zero() => {
                    return Err(
                        redispy_conn::Error::timeout(Phase::PoolWait, Outcome::NotSent, deadline).into()
                    );
                }
                Some(left) => {
                    self.returned.wait_timeout(slot, left).unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.returned.wait(slot).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    fn lock(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Turn<'a> {
    owner: &'a Shared,
    connection: Option<Pooled>,
}

impl Turn<'_> {
    fn connection(&mut self, trusted_for: Duration, deadline: Deadline) -> Result<&mut Connection> {
        match &mut self.connection {
            Some(connection) => {
                let now = Instant::now();
                if deadline.is_before(now) {
                    // A server that is quick enough would answer all the same.
                    let text = "the deadline had passed before it was sent";
                    let error = redispy_conn::Error::new(ErrorKind::Timeout, Outcome::NotSent, text);
                    return Err(error.with_phase(Phase::Write).with_address(connection.address()).into());
                }
                let rested = now.saturating_duration_since(connection.last_used()) >= trusted_for;
                if rested && connection.is_open() && !connection.is_usable() {
                    let text = "the session's connection was lost while it was not in use";
                    let error = redispy_conn::Error::new(ErrorKind::Closed, Outcome::NotSent, text);
                    return Err(error.with_phase(Phase::Write).with_address(connection.address()).into());
                }
                Ok(connection)
            }
            None => Err(Error::refused("a session", "its connection is in use")),
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.owner.lock() = Slot { connection: self.connection.take(), user: None };
        self.owner.returned.notify_one();
    }
}

/// The database that a command has chosen once it was answered.
fn chosen_by(request: &Request) -> Option<u32> {
    match request.spec()?.name {
        "SELECT" => std::str::from_utf8(request.get(1)?).ok()?.parse().ok(),
        "RESET" => Some(0),
        _ => None,
    }
}

impl OwnsConnection for &Session {}

impl Call for Session {
    type Error = Error;

    fn call(&self, request: &Request, read: &mut dyn FnMut(Node<'_>)) -> Result<()> {
        if let Some(instead) = takes_over_connection(request) {
            return Err(Error::refused(request.name(), instead));
        }
        let client = &self.shared.client;
        let observed = client.begin(|| Begun::command(request, Some(self.database())));
        let times = Times::of(self.limit, request);
        let changes = changes_connection(request).is_some();
        let answer = self.with_connection(times.start, |connection, callbacks| {
            observed.at(connection.address());
            if changes || !is_known(request) {
                connection.set_dirty(true);
            }
            crate::script::call(&mut Link::Own(connection), request, &times, |node| {
                observed.reply(&node);
                if node.is_error() {
                    return Err(Error::answered(request.name(), request.bytes(), node));
                }
                callbacks.apply(request.name(), node, &mut *read)
            })
        });
        let result = finish(request, answer.flatten(), read);
        if let Some(database) = chosen_by(request).filter(|_| changes && result.is_ok()) {
            self.shared.database.store(database, Ordering::Relaxed);
        }
        observed.end(result)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("connection", &self.shared.lock().connection).finish_non_exhaustive()
    }
}
