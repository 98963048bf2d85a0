//! The client: one handle for all threads.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use redispy_cmd::{
    Block, Call, FromReply, IntoCmd, Request, Value, closes_connection, is_shareable, needs_session,
    overtakes,
};
use redispy_conn::{Config, Deadline, ErrorKind, Failure, Outcome, Pool};
use resp_proto::{Limits, Node, Reply};

use crate::callbacks::Callbacks;
use crate::link::Link;
use crate::observe::{Begun, Observed, Observers};
use crate::pipeline::Target;
use crate::{ClientBuilder, Deferred, Error, Lock, Pipeline, Result, Script, Session, Stats};

/// A client of one server (or of what a resolver says is the server right now), for any number of threads.
///
/// It is lazy: nothing is connected before the first command. Clones share connections and response callbacks, and a clone is
/// cheap. Every command is a method, by the traits of [`prelude`](crate::prelude).
///
/// ```no_run
/// use redispy::{Client, cmd, prelude::*};
///
/// let r = Client::open("redis://localhost:6379/0")?;
/// r.set("greeting", "hello")?;
/// let greeting: Option<String> = r.get("greeting")?;
/// assert_eq!(greeting.as_deref(), Some("hello"));
/// r.run(cmd::set("visits", 1).nx().ex(60))?;
/// # Ok::<(), redispy::Error>(())
/// ```
///
/// # What happens to a command
///
/// It goes over a connection that all threads share: what they send at the same time goes out together, and one of them reads
/// for all. Commands that block at the server, transactions, sessions and locks, what is very large, FLUSHALL, and commands that
/// redispy does not know have a connection of the pool to themselves; with [`ClientBuilder::pooled`] each call has. A command that the server
/// was told to call by another name (`rename-command`) is not known: run one that changes its connection, as SELECT does, on a session.
///
/// One deadline (5 s unless set otherwise) covers all of it: the wait for a connection, connecting, writing, the reply, and
/// sending again. What was not sent is sent again, and what may have been executed only when the command just reads (servers flag it
/// READONLY, which they do not PING or ECHO) and does not block; [`Error::outcome`] tells which it was. A server that asks for patience
/// (LOADING and the like) is asked again until the deadline by commands called by themselves; pipelines, batches, sessions and deferred
/// calls are given its answer. A command that blocks at the server (BLPOP) extends the deadline by its own
/// block time; one that blocks for ever waits for its reply without end, but not for a connection.
///
/// # All command methods
///
#[doc = include_str!("index.md")]
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    /// The deadline of this handle's calls.
    timeout: Option<Duration>,
    /// Whether its calls share connections.
    sharing: bool,
    /// Whether response callbacks see its replies.
    heeds_callbacks: bool,
}

struct Shared {
    pool: Pool,
    callbacks: Callbacks,
    /// Who sees the calls begin and end, if anybody does.
    observers: Option<Arc<Observers>>,
    /// How many times something was sent again, or was to be.
    retries: AtomicU64,
}

impl Client {
    /// A client of the server at `url`: `redis://user:password@host:port/db?option=value`, `unix:///path?db=0`.
    /// [`Config`] lists the options; what concerns the client alone (`pooled`, hooks, callbacks) only a [builder](Client::builder) has,
    /// which takes a [URL](ClientBuilder::url) too. Nothing is connected yet.
    ///
    /// # Errors
    ///
    /// The URL is wrong: the error names the part, never a password.
    pub fn open(url: impl AsRef<str>) -> Result<Client> {
        Client::with_config(url.as_ref().parse()?)
    }

    /// A client with options set one by one.
    ///
    /// ```
    /// use std::time::Duration;
    /// use redispy::Client;
    ///
    /// let client = Client::builder().host("10.0.0.5").db(2).timeout(Duration::from_millis(500)).build()?;
    /// # let _ = client;
    /// # Ok::<(), redispy::Error>(())
    /// ```
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// A client with this configuration.
    ///
    /// # Errors
    ///
    /// An option is wrong: the error names it.
    pub fn with_config(config: Config) -> Result<Client> {
        Client::builder().config(config).build()
    }

    /// A client that shares `pool` with whoever else has it. Each of its calls has a connection to itself.
    pub fn from_pool(pool: Pool) -> Client {
        Client::assemble(pool, Callbacks::default(), None, false)
    }

    pub(crate) fn assemble(
        pool: Pool,
        callbacks: Callbacks,
        observers: Option<Arc<Observers>>,
        sharing: bool,
    ) -> Client {
        let timeout = pool.config().timeout;
        let shared = Arc::new(Shared { pool, callbacks, observers, retries: AtomicU64::new(0) });
        Client { shared, timeout, sharing, heeds_callbacks: true }
    }

    /// The pool of connections.
    pub fn pool(&self) -> &Pool {
        &self.shared.pool
    }

    /// What the client is doing, and what it has done so far: its connections, its retries, and its calls if they are
    /// [measured](ClientBuilder::measure_calls).
    pub fn stats(&self) -> Stats {
        let Shared { pool, retries, observers, .. } = &*self.shared;
        Stats {
            pool: pool.stats(),
            retries: retries.load(Ordering::Relaxed),
            calls: observers.as_ref().and_then(|observers| observers.stats()),
        }
    }

    /// Another handle on the same connections whose calls have this deadline; `None` for no limit. One
    /// of zero is over at once: a call fails unless a connection and its reply need no wait, and [`Error::outcome`] tells whether it
    /// was sent.
    #[must_use]
    pub fn with_timeout(&self, timeout: impl Into<Option<Duration>>) -> Client {
        Client { timeout: timeout.into(), ..self.clone() }
    }

    /// A handle on the same connections for what redispy itself asks: each call has a connection to itself, and what it is
    /// answered is seen by no response callback.
    pub(crate) fn for_own_use(&self) -> Client {
        Client { sharing: false, heeds_callbacks: false, ..self.clone() }
    }

    /// Sets a function that sees each reply to `command` (`GET`, `CONFIG GET`) before it becomes the caller's type, on this
    /// client and its clones. A server's error passes it by. An error that it returns fails the call. What [locks](Self::lock) send
    /// is their own business: no callback sees it.
    ///
    /// It runs on the thread that made the call, with nothing locked, and may use the client. Where that call has a connection of the pool to
    /// itself, it still has it meanwhile, so a callback that asks for another one needs a pool of more than one; on a session it cannot use the
    /// session.
    pub fn set_response_callback<F, E>(&self, command: &str, callback: F)
    where
        F: Fn(Value) -> Result<Value, E> + Send + Sync + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        self.shared.callbacks.set(command, callback);
    }

    /// One connection for one's own use: for SELECT, and for what else belongs to a connection. It goes back to the pool
    /// when the session is dropped, if nothing on it was changed.
    ///
    /// # Errors
    ///
    /// No connection could be had within the deadline.
    pub fn session(&self) -> Result<Session> {
        self.session_for("a session", self.limit())
    }

    pub(crate) fn session_for(&self, label: &'static str, limit: Limit) -> Result<Session> {
        Ok(Session::new(self.shared.pool.get(label, limit.start())?, limit, self.clone()))
    }

    /// Sends any number of commands of one reply type at once and gives their replies in order. One deadline covers them
    /// all.
    ///
    /// ```no_run
    /// # use redispy::{Client, cmd};
    /// # let r = Client::open("redis://localhost")?;
    /// let values: Vec<Option<i64>> = r.batch(["a", "b", "c"].map(cmd::get))?;
    /// # Ok::<(), redispy::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first command that fails: [`Error::position`] says which. The others were executed all the same, unless the
    /// connection was lost; then [`Error::progress`] and [`Error::not_sent`] tell how far it came.
    pub fn batch<C: IntoCmd>(&self, commands: impl IntoIterator<Item = C>) -> Result<Vec<C::Reply>> {
        crate::batch::run(&Target::Client(self.clone()), self.limit(), commands)
    }

    /// A pipeline: commands that are collected, sent at once, and answered as a tuple; see [`Pipeline`].
    ///
    /// ```no_run
    /// # use redispy::{Client, prelude::*};
    /// # let r = Client::open("redis://localhost")?;
    /// let (ok, name, visits): (bool, Option<String>, i64) =
    ///     r.pipeline().set("greeting", "hello").get("name").incr("visits").execute()?;
    /// # let _ = (ok, name, visits);
    /// # Ok::<(), redispy::Error>(())
    /// ```
    pub fn pipeline(&self) -> Pipeline {
        Pipeline::new(Target::Client(self.clone()), self.limit())
    }

    /// Commands that are sent at once and waited for later; see [`Deferred`].
    ///
    /// ```no_run
    /// # use redispy::{Client, prelude::*};
    /// # let r = Client::open("redis://localhost")?;
    /// let d = r.deferred();
    /// let (a, b) = (d.set("x", 1), d.get::<String>("x"));
    /// let (a, b) = (a.wait()?, b.wait()?);
    /// # let _ = (a, b);
    /// # Ok::<(), redispy::Error>(())
    /// ```
    pub fn deferred(&self) -> Deferred {
        Deferred::new(self.clone())
    }

    /// A Lua script whose answers become a `T`. Its hash is computed here; nothing is sent, and the server need not have it.
    ///
    /// ```no_run
    /// # use redispy::{Client, Script, prelude::*};
    /// # let r = Client::open("redis://localhost")?;
    /// let add: Script<i64> = r.register_script("return redis.call('INCRBY', KEYS[1], ARGV[1])");
    /// let n = r.run(add.key("n").arg(5))?;
    /// # let _ = n;
    /// # Ok::<(), redispy::Error>(())
    /// ```
    pub fn register_script<T: FromReply>(&self, text: impl AsRef<[u8]>) -> Script<T> {
        Script::new(text)
    }

    /// A lock by name: a key, to be held by one at a time. Nothing is sent yet; its options are methods of [`Lock`].
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # use redispy::Client;
    /// # let r = Client::open("redis://localhost")?;
    /// let guard = r.lock("nightly report").ttl(Duration::from_secs(10)).acquire()?;
    /// println!("held for {:?}", guard.remaining());
    /// guard.release()?; // dropping it releases the lock too
    /// # Ok::<(), redispy::Error>(())
    /// ```
    pub fn lock(&self, name: impl AsRef<[u8]>) -> Lock {
        Lock::new(self, name.as_ref())
    }

    /// Closes all connections that are not in use, and those in use when they come back. Calls that wait for a connection
    /// fail at once, as do later ones, on every clone of this client. Deferred calls that are not written yet are not sent any more, be they
    /// forgotten: wait for the last one before.
    pub fn close(&self) {
        self.shared.pool.close();
    }

    pub(crate) fn callbacks(&self) -> &Callbacks {
        &self.shared.callbacks
    }

    pub(crate) fn limit(&self) -> Limit {
        Limit { timeout: self.timeout, end: Deadline::NEVER }
    }

    /// A call begins, which may be one of a session. Whoever makes it says how it [ends](Observed::end).
    #[inline]
    pub(crate) fn begin(&self, call: impl FnOnce() -> Begun) -> Observed {
        Observed::begin(self.shared.observers.as_ref(), call)
    }

    /// Whether commands of so many bytes go over a connection that others use as well. More than may be queued there has
    /// one to itself: its replies need not be kept until all are in, and nobody waits behind it.
    pub(crate) fn shares(&self, bytes: usize) -> bool {
        self.sharing && bytes <= self.shared.pool.config().share.max_queued
    }

    /// Runs `attempt` on a connection, again as long as that is safe and the deadline lasts.
    ///
    /// `attempt` says whether it is done or the server asked for patience, with its words; it is told whether such an answer
    /// would be heeded.
    pub(crate) fn with_link<T>(
        &self,
        label: &'static str,
        over: Over,
        read_only: bool,
        deadline: Deadline,
        observed: &Observed,
        mut attempt: impl FnMut(Link<'_>, &dyn Fn(&[u8]) -> Option<Duration>) -> Result<Attempt<T>>,
    ) -> Result<T> {
        let pool = &self.shared.pool;
        self.retrying(read_only, deadline, observed, |patience| {
            let mut connection = match over {
                Over::Shared => return attempt(Link::Shared(pool, observed), patience),
                Over::Own => pool.get(label, deadline)?,
                Over::Beside => pool.open_beside(label, deadline)?,
            };
            observed.at(connection.address());
            attempt(Link::Own(&mut connection), patience)
        })
    }

    /// Runs `attempt`, again as long as that is safe and the deadline lasts.
    pub(crate) fn retrying<T>(
        &self,
        read_only: bool,
        deadline: Deadline,
        observed: &Observed,
        mut attempt: impl FnMut(&dyn Fn(&[u8]) -> Option<Duration>) -> Result<Attempt<T>>,
    ) -> Result<T> {
        let policy = &self.shared.pool.config().retry;
        let mut number = 0;
        let mut doubt = false;
        loop {
            let patience = |answer: &[u8]| policy.pause(Failure::Reply(answer), number, read_only, deadline);
            let pause = match attempt(&patience) {
                Ok(Attempt::Done(value)) => return Ok(value),
                Ok(Attempt::Again(pause)) => pause,
                Err(error) => {
                    let pause = error
                        .as_connection_error()
                        .and_then(|error| policy.pause(Failure::Error(error), number, read_only, deadline));
                    let is_in_doubt = error.outcome() == Outcome::MaybeExecuted;
                    match pause {
                        Some(pause) => {
                            doubt |= is_in_doubt;
                            pause
                        }
                        // It knows nothing of the attempts before.
                        None if doubt && !is_in_doubt => return Err(error.after_doubt()),
                        None => return Err(error),
                    }
                }
            };
            if !pause.is_zero() {
                std::thread::sleep(pause);
            }
            number += 1;
            self.shared.retries.fetch_add(1, Ordering::Relaxed);
            observed.again();
        }
    }
}

/// Over which connection a call goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    /// One that others use as well.
    Shared,
    /// One of the pool.
    Own,
    /// One that is opened for it: all of the pool may be out, waiting for what the call is to end.
    Beside,
}

/// How one attempt went.
pub(crate) enum Attempt<T = ()> {
    Done(T),
    Again(Duration),
}

impl Call for Client {
    type Error = Error;

    fn call(&self, request: &Request, read: &mut dyn FnMut(Node<'_>)) -> Result<()> {
        if let Some(instead) = needs_session(request) {
            return Err(Error::refused(request.name(), instead));
        }
        let observed = self.begin(|| Begun::command(request, None));
        let times = Times::of(self.limit(), request);
        let callbacks = &self.shared.callbacks;
        let over = match self.shares(request.bytes().len()) && is_shareable(request) {
            true => Over::Shared,
            false if overtakes(request) => Over::Beside,
            false => Over::Own,
        };
        let result = self.with_link(
            label(request),
            over,
            is_repeatable(request),
            times.start,
            &observed,
            |mut link, patience| {
                crate::script::call(&mut link, request, &times, |node| {
                    observed.reply(&node);
                    if node.is_error() {
                        return match patience(&node.as_bytes().unwrap_or_default()) {
                            Some(pause) => Ok(Attempt::Again(pause)),
                            None => Err(Error::answered(request.name(), request.bytes(), node)),
                        };
                    }
                    match self.heeds_callbacks {
                        true => callbacks.apply(request.name(), node, &mut *read)?,
                        false => read(node),
                    }
                    Ok(Attempt::Done(()))
                })
            },
        );
        let result =
            result.map_err(|error| if request.is_read_only() { error.beyond_doubt() } else { error });
        observed.end(finish(request, result, read))
    }
}

/// How long each call of a handle may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    /// Each by itself.
    pub(crate) timeout: Option<Duration>,
    /// All of them together.
    pub(crate) end: Deadline,
}

impl Limit {
    /// The deadline of a call that begins now.
    pub(crate) fn start(self) -> Deadline {
        Deadline::within(self.timeout).earlier(self.end)
    }

    pub(crate) fn with_timeout(self, timeout: Option<Duration>) -> Limit {
        Limit { timeout, ..self }
    }
}

/// The deadlines of a call.
pub(crate) struct Times {
    /// By when it must have been sent.
    pub(crate) start: Deadline,
    /// By when its reply must be in.
    pub(crate) end: Deadline,
}

impl Times {
    /// The handle's own deadline, later by the time that the command lets the server wait. Where that is for ever, only the
    /// reply is waited for without end, not the connection.
    pub(crate) fn of(limit: Limit, request: &Request) -> Times {
        let own = limit.start();
        match request.block() {
            None => Times { start: own, end: own },
            Some(Block::For(time)) => Times { start: own.extended_by(time), end: own.extended_by(time) },
            Some(Block::Forever) => Times { start: own, end: Deadline::NEVER },
        }
    }
}

/// Whether the command may be sent again though the server may have run it. One that blocks may not: what came while it
/// waited (XREAD from `$`) would be passed over without a word.
fn is_repeatable(request: &Request) -> bool {
    request.is_repeatable() && request.block().is_none()
}

/// What the pool says about a connection that is out: the command's name.
pub(crate) fn label(request: &Request) -> &'static str {
    request.spec().map_or("another command", |spec| spec.name)
}

/// Names the command in the error. A server that is told to shut down answers by closing the connection: that is a success.
pub(crate) fn finish(request: &Request, result: Result<()>, read: &mut dyn FnMut(Node<'_>)) -> Result<()> {
    let Err(error) = result else { return Ok(()) };
    let closed = error
        .as_connection_error()
        .is_some_and(|error| error.kind() == ErrorKind::Closed && error.outcome() == Outcome::MaybeExecuted);
    if closed && closes_connection(request) {
        if let Ok(Some(reply)) = Reply::parse(b"+OK\r\n", Limits::default()) {
            read(reply.node());
        }
        return Ok(());
    }
    Err(error.in_command(request.name()))
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("config", self.shared.pool.config())
            .field("timeout", &self.timeout)
            .finish()
    }
}
