//! Connections to be lent: each to one caller at a time, and back in the state in which it was lent.
//!
//! Whoever wants a connection gets the one that was given back last. If there is none, it joins a queue, in which the first
//! come is served first, either by a connection given back or by a new one: connections are opened on short-lived threads
//! of their own, at most [`max_dials`](crate::PoolConfig::max_dials) at a time and no more than there are callers waiting.
//! A caller whose deadline passes leaves the queue, the connection it was waiting for serves someone else. No lock is held
//! while a connection is opened, looked at or closed.
//!
//! After a failed attempt only one at a time follows, each after a pause that doubles up to a second.

mod dial;
mod guard;
mod places;
mod state;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::shared::Lanes;
use crate::{Config, Connector, Deadline, Error, ErrorKind, Fixed, Outcome, Phase, Resolve, Result};

pub use guard::Pooled;
pub(crate) use places::{Home, Places};
use state::{HANGS_AFTER, Member, Returned, Room, State, Waiter};

/// A pool of connections to one server. Clones share it, and so may any number of clients.
#[derive(Clone)]
pub struct Pool {
    shared: Arc<Shared>,
}

/// A connection that is out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Borrowed {
    /// What its borrower said it would do: a command's name, mostly.
    pub label: &'static str,
    /// For how long it has been out.
    pub age: Duration,
}

/// What a pool is doing, and what it has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Stats {
    /// Connections that are out.
    pub in_use: usize,
    /// Connections that wait to be used.
    pub idle: usize,
    /// Connections that are being opened.
    pub dialing: usize,
    /// Callers that wait for a connection.
    pub waiting: usize,
    /// Shared connections.
    pub shared: usize,
    /// Calls under way on shared connections.
    pub in_flight: u64,
    /// Bytes that are queued on shared connections and not written.
    pub queued: u64,
    /// Writes to shared connections: what several callers queued at the same time goes out in one.
    pub writes: u64,
    /// Calls that went out in them: divided by [`writes`](Self::writes), how many were sent together on average.
    pub written_calls: u64,
    /// Bytes that went out in them.
    pub written_bytes: u64,
    /// The most calls that went out in one write.
    pub largest_write: u64,
    /// For how long the connection has been out that has been out longest.
    pub oldest: Option<Duration>,
    /// Attempts to open a connection.
    pub dials: u64,
    /// Attempts that failed.
    pub failed_dials: u64,
    /// Connections that were lent.
    pub lent: u64,
    /// Callers that had to wait for one.
    pub waits: u64,
    /// How long callers waited for one, all of them together; those who still wait do not count yet.
    pub wait_time: Duration,
    /// Callers that went away without one.
    pub timeouts: u64,
    /// Connections that were opened. Each of them is in use, idle, shared, or [closed](Self::closed).
    pub opened: u64,
    /// Idle connections that turned out to be dead, or had something unread.
    pub found_dead: u64,
    /// Connections that were given back in a state in which nobody else could use them.
    pub discarded: u64,
    /// Of these, connections that were closed while they were in use: by the server, the network, a deadline that passed, or bytes
    /// that are no reply.
    pub lost: u64,
    /// Connections that were too old, or idle for too long.
    pub expired: u64,
    /// Idle connections that were more than [`max_idle`](crate::PoolConfig::max_idle).
    pub surplus: u64,
    /// Connections that were let go by [`Pool::clear`] or [`Pool::close`].
    pub cleared: u64,
}

impl Stats {
    /// Connections that were closed, for whatever reason.
    pub fn closed(&self) -> u64 {
        self.found_dead + self.discarded + self.expired + self.surplus + self.cleared
    }
}

/// What all clones of a pool share, in one process.
struct Shared {
    process: u32,
    setup: Arc<Setup>,
    state: Mutex<State>,
    /// Tells a thread that pauses before it dials that it need not.
    stirred: Condvar,
    /// How many times all connections were let go.
    generation: AtomicU64,
    /// The shared connections. They have a pool of their own, which has none.
    lanes: Option<Lanes>,
    /// The pool of the child process: after a fork nothing of the parent's is touched, not even its lock.
    child: OnceLock<Arc<Shared>>,
}

/// What a caller has that wants a connection.
enum Turn {
    Idle(Box<Member>),
    /// A place in the queue, until then.
    Queued(Arc<Waiter>, Deadline),
}

struct Setup {
    config: Config,
    connector: Arc<dyn Connector>,
    resolver: Arc<dyn Resolve>,
}

impl Pool {
    /// A pool of connections to [`Config::address`]. Nothing is connected before a connection is asked for.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`], naming the option.
    pub fn new(config: Config) -> Result<Pool> {
        let resolver = Arc::new(Fixed(config.address.clone()));
        Pool::with_resolver(config, resolver)
    }

    /// A pool whose connections go where `resolver` says.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`], naming the option.
    pub fn with_resolver(config: Config, resolver: Arc<dyn Resolve>) -> Result<Pool> {
        config.validate()?;
        let connector = config.connector();
        let setup = Arc::new(Setup { config, connector, resolver });
        Ok(Pool { shared: Arc::new(Shared::new(std::process::id(), setup)) })
    }

    /// Lends a connection: a clean one whose handshake is done. `label` says what for; it shows up where a pool that has
    /// run out tells who holds its connections.
    ///
    /// # Errors
    ///
    /// Always [`Outcome::NotSent`] or [`Outcome::Rejected`]. [`ErrorKind::Timeout`] when the deadline passes, with
    /// [`Phase::PoolWait`] when all connections were out; [`ErrorKind::Exhausted`] when they are and
    /// [`pool_timeout`](crate::PoolConfig::pool_timeout) is zero; [`ErrorKind::PoolClosed`]; and whatever
    /// [`Connection::open`](crate::Connection::open) may give.
    pub fn get(&self, label: &'static str, deadline: Deadline) -> Result<Pooled> {
        let shared = self.current();
        let now = Instant::now();
        loop {
            let member = match shared.take_or_queue(label, now, deadline)? {
                Turn::Idle(member) => member,
                Turn::Queued(waiter, until) => {
                    return Ok(Pooled::new(shared.wait(&waiter, until)?, Arc::clone(shared)));
                }
            };
            let is_fresh = member.is_fresh(&shared.setup.config.pool, member.connection.last_used(), now);
            // In its guard already: a push hook that panics while the connection is looked at must not cost its place.
            let mut connection = Pooled::new(member, Arc::clone(shared));
            if is_fresh && connection.is_usable_or_recent(now) {
                return Ok(connection);
            }
            let dead = connection.into_member();
            if let Some(member) = &dead {
                shared.lock().found_useless(member, is_fresh);
            }
        }
    }

    /// Opens a connection beside those of the pool, to database 0, which is closed when it is dropped. It is for what must reach
    /// the server though all connections are out, or the server is busy with a script and refuses to choose a database. The pool
    /// neither counts it nor makes it wait for a place.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get), but for those of a pool that has run out.
    pub fn open_beside(&self, label: &'static str, deadline: Deadline) -> Result<Pooled> {
        let shared = self.current();
        if shared.lock().is_closed() {
            return Err(closed());
        }
        let Setup { config, connector, resolver } = &*shared.setup;
        let mut config = config.clone();
        config.db = 0;
        config.pool.max_connections = 1;
        config.pool.pool_timeout = None;
        let setup = Setup { config, connector: Arc::clone(connector), resolver: Arc::clone(resolver) };
        let beside = Shared::without_lanes(shared.process, Arc::new(setup));
        Pool { shared: Arc::new(beside) }.get(label, deadline)
    }

    /// Opens a connection if none is there: for programs that want to know at their start whether the server can be
    /// reached.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get).
    pub fn check(&self, deadline: Deadline) -> Result<()> {
        self.get("check", deadline).map(drop)
    }

    /// Closes the pool: whoever waits gets [`ErrorKind::PoolClosed`] now, idle connections are closed now, those that are
    /// out when they come back.
    pub fn close(&self) {
        let shared = self.current();
        let dropped = shared.lock().close();
        shared.generation.fetch_add(1, Ordering::Release);
        shared.stirred.notify_all();
        drop(dropped);
        if let Some(lanes) = &shared.lanes {
            lanes.close();
        }
    }

    /// Closes the pool and every connection that is out: calls under way on them fail with [`ErrorKind::Closed`].
    pub fn abort(&self) {
        self.close();
        let closers = self.current().lock().closers();
        for closer in closers {
            closer.close();
        }
        if let Some(lanes) = &self.current().lanes {
            lanes.abort();
        }
    }

    /// Whether the pool was closed.
    pub fn is_closed(&self) -> bool {
        self.current().lock().is_closed()
    }

    /// Lets go of all present connections: idle ones are closed now, those that are out when they come back. The next
    /// callers get new ones, after a failover for example, or with changed rights on the server.
    pub fn clear(&self) {
        let shared = self.current();
        let dropped = shared.lock().clear();
        shared.generation.fetch_add(1, Ordering::Release);
        shared.stirred.notify_all();
        drop(dropped);
        if let Some(lanes) = &shared.lanes {
            lanes.clear();
        }
    }

    /// What the pool is doing, and what it has done so far.
    pub fn stats(&self) -> Stats {
        let shared = self.current();
        let mut stats = shared.lock().stats(Instant::now());
        if let Some(lanes) = &shared.lanes {
            lanes.add_to(&mut stats);
        }
        stats
    }

    /// The connections that are out, the one out longest first. One whose guard was forgotten stays here for ever, and the
    /// pool goes on with one connection less.
    pub fn borrowed(&self) -> Vec<Borrowed> {
        self.current().lock().borrowed(Instant::now())
    }

    /// The options.
    pub fn config(&self) -> &Config {
        &self.shared.setup.config
    }

    /// The shared connections of this process.
    pub(crate) fn lanes(&self) -> Option<&Lanes> {
        self.current().lanes.as_ref()
    }

    /// The pool of this process.
    fn current(&self) -> &Arc<Shared> {
        Shared::of_process(&self.shared, std::process::id())
    }
}

impl Shared {
    fn new(process: u32, setup: Arc<Setup>) -> Shared {
        let lanes = Lanes::new(Places::new(process, &setup), setup.config.share.connections);
        Shared { lanes: Some(lanes), ..Shared::without_lanes(process, setup) }
    }

    fn without_lanes(process: u32, setup: Arc<Setup>) -> Shared {
        Shared {
            process,
            state: Mutex::new(State::new(&setup.config.pool)),
            setup,
            stirred: Condvar::new(),
            generation: AtomicU64::new(0),
            lanes: None,
            child: OnceLock::new(),
        }
    }

    fn of_process(shared: &Arc<Shared>, process: u32) -> &Arc<Shared> {
        let mut shared = shared;
        while shared.process != process {
            shared = shared.child.get_or_init(|| {
                // The parent's sockets are closed here, not shut down. Its lock may be held by a thread that this
                // process does not have: then they stay open, which does no harm either.
                if let Ok(mut inherited) = shared.state.try_lock() {
                    drop(inherited.abandon());
                }
                if let Some(lanes) = &shared.lanes {
                    lanes.forsake();
                }
                let setup = Arc::clone(&shared.setup);
                Arc::new(match shared.lanes {
                    Some(_) => Shared::new(process, setup),
                    None => Shared::without_lanes(process, setup),
                })
            });
        }
        shared
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the connection that was given back last, or else joins the queue. In one step: one that came back in between would
    /// be idle while its caller waits. The lock is free again before the connection is looked at.
    fn take_or_queue(
        self: &Arc<Self>,
        label: &'static str,
        now: Instant,
        deadline: Deadline,
    ) -> Result<Turn> {
        let mut state = self.lock();
        if let Some(member) = state.take_idle(label, now)? {
            return Ok(Turn::Idle(member));
        }
        let mut until = deadline;
        let waiter = Arc::new(Waiter::new(label));
        match state.enqueue(&waiter, Instant::now(), deadline)? {
            Room::ToDial => {}
            Room::None => {
                let patience = self.setup.config.pool.pool_timeout;
                if patience == Some(Duration::ZERO) {
                    state.leave(&waiter);
                    let text = format!("no free connection: {}", state.who_has_them(Instant::now()));
                    return Err(Error::new(ErrorKind::Exhausted, Outcome::NotSent, text)
                        .with_phase(Phase::PoolWait)
                        .with_address(&self.setup.config.address));
                }
                until = deadline.earlier(Deadline::within(patience));
            }
        }
        self.staff(&mut state);
        Ok(Turn::Queued(waiter, until))
    }

    /// Waits in the queue.
    fn wait(self: &Arc<Self>, waiter: &Arc<Waiter>, until: Deadline) -> Result<Box<Member>> {
        let gift = waiter.wait(until.earlier(Deadline::after(HANGS_AFTER))).or_else(|| {
            // By now an attempt that was under way already may hang; then another one is called for.
            self.staff(&mut self.lock());
            waiter.wait(until)
        });
        match gift {
            Some(gift) => gift,
            None => self.give_up(waiter, until),
        }
    }

    /// The deadline of a waiter has passed.
    fn give_up(&self, waiter: &Arc<Waiter>, deadline: Deadline) -> Result<Box<Member>> {
        let mut state = self.lock();
        if !state.leave(waiter) {
            drop(state);
            // Someone had just taken it out of the queue: its connection, or its error, is on the way.
            return waiter.wait(Deadline::NEVER).unwrap_or_else(|| Err(closed()));
        }
        let error = state.why_nothing_came(Instant::now(), deadline);
        drop(state);
        self.stirred.notify_all();
        Err(match error.address() {
            Some(_) => error,
            None => error.with_address(&self.setup.config.address),
        })
    }

    /// Takes a connection back.
    fn release(self: &Arc<Self>, mut member: Box<Member>) {
        let now = Instant::now();
        member.connection.touch(now);
        let state_of_it = Returned::of(&member, now);
        let mut state = match self.state.try_lock() {
            Ok(state) => state,
            // In a child process the lock may be held for ever, and the connection is the parent's.
            Err(_) if self.process != std::process::id() => return,
            Err(_) => self.lock(),
        };
        let dropped = state.take_back(member, state_of_it, now);
        // One that is closed makes room for a new one.
        self.staff(&mut state);
        drop(state);
        drop(dropped);
    }
}

fn closed() -> Error {
    Error::new(ErrorKind::PoolClosed, Outcome::NotSent, "the pool is closed").with_phase(Phase::PoolWait)
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("config", self.config()).field("stats", &self.stats()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Address, Attempt, MemoryTransport, Transport};
    use std::panic::AssertUnwindSafe;
    use std::sync::mpsc;

    /// Connects to the other ends that it sends away.
    struct Memory(mpsc::Sender<MemoryTransport>);

    impl Connector for Memory {
        fn connect(&self, _: &Address, _: &Attempt) -> Result<Arc<dyn Transport>> {
            let (ours, theirs) = MemoryTransport::pair(1024);
            self.0.send(theirs).map_err(|_| closed())?;
            Ok(Arc::new(ours))
        }
    }

    fn pool() -> (Pool, mpsc::Receiver<MemoryTransport>) {
        let (sender, others) = mpsc::channel();
        let config = "redis://memory?protocol=2&client_info=no&max_connections=2".parse::<Config>().unwrap();
        (Pool::new(config.with_connector(Arc::new(Memory(sender)))).unwrap(), others)
    }

    fn deadline() -> Deadline {
        Deadline::after(Duration::from_secs(10))
    }

    /// A connection that comes back while a caller turns from the idle ones, of which there is none, to the queue.
    #[test]
    fn nobody_waits_while_a_connection_is_idle() {
        const CALLERS: usize = 6;
        const ROUNDS: usize = 5_000;
        let (pool, _others) = pool();
        let (gate, failed) = (std::sync::Barrier::new(CALLERS), Mutex::new(None));
        let rounds = || {
            for _ in 0..ROUNDS {
                gate.wait();
                if failed.lock().unwrap().is_some() {
                    return;
                }
                match pool.get("x", deadline()) {
                    Ok(_held) => std::thread::yield_now(),
                    Err(error) => *failed.lock().unwrap() = Some((error, pool.stats())),
                }
                // Nobody is there to find a failure before everybody is.
                gate.wait();
            }
        };
        std::thread::scope(|scope| (0..CALLERS).for_each(|_| drop(scope.spawn(rounds))));
        assert!(failed.lock().unwrap().is_none(), "{failed:?}");
        assert_eq!(pool.stats().lent, (CALLERS * ROUNDS) as u64);
    }

    /// On a machine that does much else its deadline may pass before the thread that dials has begun: the pool is not exhausted then.
    #[test]
    fn who_waits_for_a_thread_that_has_not_begun_to_dial_waits_for_a_connection_to_be_made() {
        let (pool, _others) = pool();
        let mut state = pool.shared.lock();
        let waiter = Arc::new(Waiter::new("x"));
        assert!(matches!(state.enqueue(&waiter, Instant::now(), deadline()), Ok(Room::ToDial)));
        assert_eq!(state.why_nothing_came(Instant::now(), deadline()).phase(), Some(Phase::PoolWait));
        assert!(state.hire());
        assert_eq!(state.why_nothing_came(Instant::now(), deadline()).phase(), Some(Phase::Connect));
    }

    #[test]
    fn f064_a_child_process_starts_anew_and_leaves_its_parents_connections_alone() {
        let (pool, _others) = pool();
        let (held, idle) = (pool.get("held", deadline()).unwrap(), pool.get("idle", deadline()).unwrap());
        drop(idle);
        let child = Arc::clone(Shared::of_process(&pool.shared, std::process::id() + 1));
        assert!(!Arc::ptr_eq(&child, &pool.shared));
        assert_eq!(child.lock().stats(Instant::now()), Stats::default());
        // The same each time, and a grandchild has its own.
        assert!(Arc::ptr_eq(&child, Shared::of_process(&pool.shared, child.process)));
        assert!(!Arc::ptr_eq(&child, Shared::of_process(&pool.shared, std::process::id() + 2)));
        assert!(
            pool.shared.lock().borrowed(Instant::now()).is_empty(),
            "the child has no share in what is lent"
        );
        drop(held);
    }

    #[test]
    fn f064_a_lock_that_was_held_during_the_fork_stays_out_of_the_way() {
        let (pool, _others) = pool();
        let held = pool.shared.lock();
        let child = Shared::of_process(&pool.shared, std::process::id() + 1);
        assert_eq!(child.lock().stats(Instant::now()).in_use, 0);
        drop(held);
    }

    #[test]
    fn a_push_hook_that_panics_while_an_idle_connection_is_looked_at_costs_no_place() {
        let (sender, others) = mpsc::channel();
        let config = "redis://memory?protocol=2&client_info=no&max_connections=1".parse::<Config>().unwrap();
        let config = config.with_connector(Arc::new(Memory(sender))).with_push_hook(|_| panic!("the hook"));
        let pool = Pool::new(config).unwrap();
        drop(pool.get("x", deadline()).unwrap());
        let server = others.recv().unwrap();
        server.try_write(b">1\r\n+push\r\n").unwrap();
        std::thread::sleep(Duration::from_millis(2));
        let panicked = std::panic::catch_unwind(AssertUnwindSafe(|| drop(pool.get("x", deadline()))));
        assert!(panicked.is_err());
        assert_eq!(pool.stats().in_use, 0);
        drop(pool.get("x", deadline()).unwrap());
    }

    #[test]
    fn half_a_reply_that_nobody_asked_for_costs_an_idle_connection() {
        let (pool, others) = pool();
        drop(pool.get("x", deadline()).unwrap());
        let stale = others.recv().unwrap();
        stale.try_write(b"$5\r\nsta").unwrap();
        std::thread::sleep(Duration::from_millis(2));
        let mut connection = pool.get("x", deadline()).unwrap();
        // Its other half would have been taken for the answer to the next command.
        let _ = stale.try_write(b"le\r\n");
        let fresh = others.try_recv().expect("another connection");
        fresh.try_write(b"+PONG\r\n").unwrap();
        let reply = connection.call(b"*1\r\n$4\r\nPING\r\n", deadline(), |reply| reply.into_frame()).unwrap();
        assert_eq!(reply, resp_proto::Frame::SimpleString("PONG".into()));
        assert_eq!(pool.stats().found_dead, 1);
    }

    #[test]
    fn a_connection_whose_server_has_gone_is_replaced() {
        let (pool, others) = pool();
        drop(pool.get("x", deadline()).unwrap());
        drop(others.recv().unwrap());
        std::thread::sleep(Duration::from_millis(2));
        drop(pool.get("x", deadline()).unwrap());
        let stats = pool.stats();
        assert_eq!((stats.dials, stats.found_dead, stats.idle), (2, 1, 1));
    }
}
