//! The real code of a shared connection, run by a model checker: loom takes two or three threads through all orders of their
//! steps (with up to so many preemptions), shuttle more threads through many orders by chance.
//!
//! The wire is an echo in memory: what a caller sends is its reply. So each caller can tell whose reply it got, and the wire
//! whether what was called unsent was ever sent.

mod deferred;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use resp_proto::{Decoder, Limits};

use super::line::Line;
use super::sync::{Mutex, lock, thread};
use super::ticket::Ticket;
use crate::transport::{Condition, Readiness, Transport};
use crate::{Address, Deadline, Outcome, ShareConfig, Yielding};

#[cfg(loom)]
use loom::sync::Condvar;
#[cfg(all(shuttle, not(loom)))]
use shuttle::sync::Condvar;

/// What a caller sends: 4 bytes each.
const LEN: usize = 4;

struct Echo {
    state: Mutex<State>,
    changed: Condvar,
    /// How many bytes may be on their way.
    capacity: usize,
    /// After so many bytes the server is gone.
    cut_at: usize,
}

#[derive(Default)]
struct State {
    unread: Vec<u8>,
    sent: Vec<u8>,
    shut: bool,
}

impl Echo {
    fn is_cut(&self, state: &State) -> bool {
        state.sent.len() >= self.cut_at
    }

    fn readiness(&self, state: &State) -> Readiness {
        let gone = state.shut || self.is_cut(state);
        Readiness {
            read: gone || !state.unread.is_empty(),
            write: gone || state.unread.len() < self.capacity,
        }
    }
}

impl Transport for Echo {
    fn read(&self, buffer: &mut [u8], deadline: Deadline) -> io::Result<usize> {
        loop {
            match self.try_read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.wait(Readiness::READ, deadline)?;
                }
                other => return other,
            }
        }
    }

    fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = lock(&self.state);
        if state.unread.is_empty() {
            return match (state.shut, self.is_cut(&state)) {
                (true, _) => Err(io::ErrorKind::NotConnected.into()),
                (_, true) => Ok(0),
                _ => Err(io::ErrorKind::WouldBlock.into()),
            };
        }
        let count = state.unread.len().min(buffer.len());
        buffer[..count].copy_from_slice(&state.unread[..count]);
        state.unread.drain(..count);
        self.changed.notify_all();
        Ok(count)
    }

    fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = lock(&self.state);
        if state.shut || self.is_cut(&state) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let room = (self.capacity - state.unread.len()).min(self.cut_at - state.sent.len());
        let count = bytes.len().min(room);
        if count == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        state.unread.extend_from_slice(&bytes[..count]);
        state.sent.extend_from_slice(&bytes[..count]);
        self.changed.notify_all();
        Ok(count)
    }

    fn wait(&self, interest: Readiness, deadline: Deadline) -> io::Result<Readiness> {
        let mut state = lock(&self.state);
        loop {
            let now = self.readiness(&state);
            if (now.read && interest.read) || (now.write && interest.write) {
                return Ok(now);
            }
            // Time does not pass: a wait with an end ends once the others had their turn.
            if deadline.limit().is_some() {
                drop(state);
                thread::yield_now();
                return Err(io::ErrorKind::TimedOut.into());
            }
            state = self.changed.wait(state).unwrap();
        }
    }

    fn condition(&self) -> Condition {
        Condition::Quiet
    }

    fn shutdown(&self) {
        lock(&self.state).shut = true;
        self.changed.notify_all();
    }
}

struct World {
    wire: Arc<Echo>,
    line: Arc<Line>,
    /// Somebody lets go of the connection while others call.
    retires: bool,
}

impl World {
    fn new(capacity: usize, cut_at: usize, max_queued: usize) -> Arc<World> {
        let wire =
            Arc::new(Echo { state: Mutex::new(State::default()), changed: Condvar::new(), capacity, cut_at });
        let transport: Arc<dyn Transport> = wire.clone();
        let options = ShareConfig { max_queued, yielding: Yielding::Never, ..ShareConfig::default() };
        let decoder = Decoder::new(Limits::default());
        let line = Line::new(transport, decoder, Address::default(), &options, None, None, Arc::default());
        Arc::new(World { wire, line: Arc::new(line), retires: false })
    }

    fn retiring(capacity: usize, max_queued: usize) -> Arc<World> {
        Arc::new(World { retires: true, ..Arc::into_inner(World::new(capacity, WHOLE, max_queued)).unwrap() })
    }

    /// One call with so many commands; says whether it was answered. Whatever it comes to is what it should be.
    fn call(&self, id: u8, commands: usize, deadline: Deadline) -> bool {
        let bytes: Vec<u8> = (0..commands).flat_map(|_| [b':', b'0' + id, b'\r', b'\n']).collect();
        assert_eq!(bytes.len(), commands * LEN);
        let ticket = Arc::new(Ticket::new());
        let called = self.line.call(&ticket, &bytes, commands, deadline);
        let mut inbox = ticket.collect();
        let mut answered = 0;
        while let Some(reply) = inbox.replies.next_reply() {
            assert_eq!(reply.as_i64(), Some(id.into()), "the reply of another caller");
            answered += 1;
        }
        let Some(failure) = called.err().or(inbox.failure) else {
            assert_eq!(answered, commands, "answered once each");
            return true;
        };
        if failure.error.outcome() == Outcome::NotSent {
            let sent = lock(&self.wire.state).sent.clone();
            assert!(!sent.contains(&(b'0' + id)), "not sent, said {:?}", failure.error);
        }
        if failure.error.is_timeout() {
            assert!(deadline.limit().is_some(), "{:?}", failure.error);
        } else if self.retires {
            assert!(failure.elsewhere && answered == 0, "{:?}", failure.error);
            return true;
        } else {
            assert!(self.wire.cut_at < usize::MAX, "{:?}", failure.error);
        }
        false
    }
}

fn now() -> Deadline {
    Deadline::after(Duration::ZERO)
}

/// Calls of as many threads, the first of them this one; then one more, which finds no role taken by somebody who has left.
fn scenario(world: &Arc<World>, calls: &[(usize, Deadline)]) {
    let mut id = 0;
    let mut threads = Vec::new();
    for (commands, deadline) in calls.iter().skip(1).copied() {
        id += 1;
        let world = Arc::clone(world);
        threads.push(thread::spawn(move || world.call(id, commands, deadline)));
    }
    let (commands, deadline) = calls[0];
    let mut answered = vec![world.call(0, commands, deadline)];
    if world.retires {
        world.line.retire();
    }
    for thread in threads {
        answered.push(thread.join().unwrap());
    }
    if world.wire.cut_at == usize::MAX {
        for (answered, (_, deadline)) in answered.into_iter().zip(calls) {
            assert!(answered || deadline.limit().is_some(), "a caller that has time gets its reply");
        }
        assert!(world.call(9, 1, Deadline::NEVER), "the connection goes on, or says that it does not");
    } else {
        world.call(9, 1, Deadline::NEVER);
    }
    assert_eq!(world.line.load(), 0);
    assert!(!world.retires || lock(&world.wire.state).shut, "closed once nobody waits");
}

const WIDE: usize = 1 << 20;
const WHOLE: usize = usize::MAX;

/// All scenarios; `explore` runs one in many orders and says in how many.
fn scenarios(explore: impl Fn(Box<dyn Fn() + Send + Sync>) -> usize) {
    let never = || (1, Deadline::NEVER);
    let hasty = || (1, now());
    type Make = Box<dyn Fn() -> (Arc<World>, Vec<(usize, Deadline)>) + Send + Sync>;
    let all: Vec<(&str, Make)> = vec![
        ("vacancy against park", Box::new(move || (World::new(WIDE, WHOLE, WIDE), vec![never(), never()]))),
        (
            "hand-over against timeout",
            Box::new(move || (World::new(WIDE, WHOLE, WIDE), vec![never(), hasty()])),
        ),
        ("the reader gives up", Box::new(move || (World::new(WIDE, WHOLE, WIDE), vec![hasty(), hasty()]))),
        ("loss against submit", Box::new(move || (World::new(WIDE, LEN, WIDE), vec![never(), never()]))),
        ("loss amid a command", Box::new(move || (World::new(WIDE, LEN + 1, WIDE), vec![never(), hasty()]))),
        (
            "a full wire",
            Box::new(move || (World::new(LEN + 1, WHOLE, WIDE), vec![(2, Deadline::NEVER), never()])),
        ),
        (
            "a full wire against timeout",
            Box::new(move || (World::new(LEN + 1, WHOLE, WIDE), vec![(3, now()), never()])),
        ),
        (
            "a full wire, and who writes is answered first",
            Box::new(move || {
                (World::new(2 * LEN + 1, WHOLE, WIDE), vec![never(), never(), (3, Deadline::NEVER)])
            }),
        ),
        ("a full queue", Box::new(move || (World::new(1, WHOLE, LEN), vec![never(), never(), never()]))),
        (
            "a full queue against timeout",
            Box::new(move || (World::new(1, WHOLE, LEN), vec![hasty(), never()])),
        ),
        (
            "three callers, one hasty",
            Box::new(move || (World::new(WIDE, WHOLE, WIDE), vec![never(), hasty(), never()])),
        ),
        (
            "three callers and a loss",
            Box::new(move || (World::new(WIDE, 2 * LEN, WIDE), vec![never(), never(), never()])),
        ),
        (
            "retired amid calls",
            Box::new(move || (World::retiring(WIDE, WIDE), vec![never(), never(), never()])),
        ),
        (
            "retired with a full wire",
            Box::new(move || (World::retiring(LEN + 1, WIDE), vec![never(), (2, Deadline::NEVER)])),
        ),
        (
            "retired with a full wire against timeout",
            Box::new(move || (World::retiring(LEN + 1, WIDE), vec![never(), never(), (3, now())])),
        ),
        (
            "retired with a full queue",
            Box::new(move || (World::retiring(1, LEN), vec![never(), never(), hasty()])),
        ),
    ];
    for (name, scenario) in deferred::scenarios() {
        let explored = explore(scenario);
        println!("{name}: {explored} interleavings");
    }
    for (name, make) in all {
        let explored = explore(Box::new(move || {
            let (world, calls) = make();
            scenario(&world, &calls);
        }));
        println!("{name}: {explored} interleavings");
    }
}

#[cfg(loom)]
#[test]
fn f182_every_order_of_two_or_three_threads() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    scenarios(|scenario| {
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        let mut model = loom::model::Builder::new();
        model.preemption_bound = Some(2);
        model.max_branches = 100_000;
        model.check(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            scenario();
        });
        count.load(Ordering::Relaxed)
    });
}

#[cfg(all(shuttle, not(loom)))]
#[test]
fn f182_many_orders_of_many_threads() {
    const ORDERS: usize = 1000;
    scenarios(|scenario| {
        shuttle::check_random(scenario, ORDERS);
        ORDERS
    });
    // More callers than any of the above.
    for (capacity, max_queued, cut_at) in [
        (WIDE, WIDE, Some(WHOLE)),
        (6, WIDE, Some(WHOLE)),
        (WIDE, 2 * LEN, Some(WHOLE)),
        (6, 2 * LEN, Some(WHOLE)),
        (6, WIDE, Some(5 * LEN + 2)),
        (WIDE, WIDE, None),
        (6, WIDE, None),
        (6, 2 * LEN, None),
    ] {
        let scenario = move || {
            let calls: Vec<_> =
                (0..8).map(|n| (1 + n % 3, if n % 2 == 0 { Deadline::NEVER } else { now() })).collect();
            let world = match cut_at {
                Some(cut_at) => World::new(capacity, cut_at, max_queued),
                None => World::retiring(capacity, max_queued),
            };
            scenario(&world, &calls);
        };
        shuttle::check_random(scenario, ORDERS);
        println!("8 callers ({capacity}, {max_queued}, {cut_at:?}): {ORDERS} interleavings");
    }
}
