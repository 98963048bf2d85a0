//! Calls that are waited for later: with the keeper, a thread more than what the scenarios say.

use std::sync::Arc;
use std::task::{Wake, Waker};

use super::super::deferred::InFlight;
use super::super::sync::{Mutex, lock, park, thread};
use super::super::ticket::Ticket;
use super::{LEN, WHOLE, WIDE, World, now};
use crate::{Deadline, Outcome};

/// Wakes a thread of the model.
struct Unpark {
    thread: thread::Thread,
    told: Mutex<bool>,
}

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        *lock(&self.told) = true;
        self.thread.unpark();
    }
}

impl World {
    fn submit(&self, id: u8, deadline: Deadline) -> Option<InFlight> {
        let ticket = Arc::new(Ticket::new());
        let bytes = [b':', b'0' + id, b'\r', b'\n'];
        match self.line.defer(&ticket, &bytes, 1, deadline) {
            Ok(()) => Some(InFlight::new(Arc::clone(&self.line), ticket, deadline, std::process::id())),
            Err(failure) => {
                assert_eq!(failure.error.outcome(), Outcome::NotSent);
                assert!(self.wire.cut_at < WHOLE || deadline.limit().is_some(), "{:?}", failure.error);
                None
            }
        }
    }

    /// Whatever it comes to is what it should be. Says whether it was answered.
    fn take(&self, id: u8, flight: InFlight) -> bool {
        let mut answered = 0;
        let result = flight.wait(&mut |_, _, reply| {
            assert_eq!(reply.as_i64(), Some(id.into()), "the reply of another call");
            answered += 1;
        });
        match result {
            Ok(()) => assert_eq!(answered, 1),
            Err(error) => assert!(self.wire.cut_at < WHOLE || error.is_timeout(), "{error:?}"),
        }
        answered == 1
    }

    /// Waits like a task: only its waker wakes it.
    fn poll(&self, flight: &InFlight) {
        let unpark = Arc::new(Unpark { thread: thread::current(), told: Mutex::new(false) });
        let waker = Waker::from(Arc::clone(&unpark));
        while !flight.poll_ready(&waker) {
            while !std::mem::take(&mut *lock(&unpark.told)) {
                park(Deadline::NEVER);
            }
        }
    }
}

type Scenario = Box<dyn Fn() + Send + Sync>;

pub(super) fn scenarios() -> Vec<(&'static str, Scenario)> {
    vec![
        (
            "deferred: the keeper against one who waits",
            Box::new(|| {
                let world = World::new(WIDE, WHOLE, WIDE);
                let (first, second) = (world.submit(1, Deadline::NEVER), world.submit(2, Deadline::NEVER));
                assert!(world.take(2, second.unwrap()) && world.take(1, first.unwrap()));
                assert_eq!(world.line.load(), 0);
            }),
        ),
        (
            "deferred: the waker against the reply",
            Box::new(|| {
                let world = World::new(WIDE, WHOLE, WIDE);
                let flight = world.submit(1, Deadline::NEVER).unwrap();
                world.poll(&flight);
                assert!(flight.is_ready() && world.take(1, flight));
            }),
        ),
        (
            "deferred: a waker beside a caller",
            Box::new(|| {
                let world = World::new(WIDE, WHOLE, WIDE);
                let other = Arc::clone(&world);
                let caller = thread::spawn(move || assert!(other.call(2, 1, Deadline::NEVER)));
                let flight = world.submit(1, Deadline::NEVER).unwrap();
                world.poll(&flight);
                assert!(world.take(1, flight));
                caller.join().unwrap();
            }),
        ),
        (
            "deferred: looking in vain, then waiting",
            Box::new(|| {
                let world = World::new(WIDE, WHOLE, WIDE);
                let flight = world.submit(1, Deadline::NEVER).unwrap();
                let _ = flight.wait_until(now());
                world.poll(&flight);
                assert!(world.take(1, flight));
            }),
        ),
        (
            "deferred: dropped against the reply, and another is waited for",
            Box::new(|| {
                let world = World::new(WIDE, WHOLE, WIDE);
                let dropped = world.submit(1, Deadline::NEVER);
                let flight = world.submit(2, Deadline::NEVER).unwrap();
                drop(dropped);
                assert!(world.take(2, flight));
                assert_eq!(lock(&world.wire.state).sent, b":1\r\n:2\r\n");
            }),
        ),
        (
            "deferred: submitted against a loss",
            Box::new(|| {
                let world = World::new(WIDE, LEN, WIDE);
                let other = Arc::clone(&world);
                let caller = thread::spawn(move || {
                    if let Some(flight) = other.submit(2, Deadline::NEVER) {
                        other.take(2, flight);
                    }
                });
                if let Some(flight) = world.submit(1, Deadline::NEVER) {
                    world.poll(&flight);
                    world.take(1, flight);
                }
                caller.join().unwrap();
                assert_eq!(world.line.load(), 0);
            }),
        ),
        (
            "deferred: waited for by one thread while another submits",
            Box::new(|| {
                let world = World::new(WIDE, WHOLE, WIDE);
                let flight = world.submit(1, Deadline::NEVER).unwrap();
                let other = Arc::clone(&world);
                let waiter = thread::spawn(move || assert!(other.take(1, flight)));
                let flight = world.submit(2, Deadline::NEVER).unwrap();
                assert!(world.take(2, flight));
                waiter.join().unwrap();
            }),
        ),
        (
            "deferred: a full queue, and nobody waits",
            Box::new(|| {
                let world = World::new(LEN + 1, WHOLE, LEN);
                let all: Vec<_> = (1..4).map(|id| (id, world.submit(id, Deadline::NEVER).unwrap())).collect();
                for (id, flight) in all.into_iter().rev() {
                    assert!(world.take(id, flight));
                }
            }),
        ),
    ]
}
