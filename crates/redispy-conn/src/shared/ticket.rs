//! One caller's place: what it waits for, and what it is given.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Waker;

use resp_proto::{Decoder, Node, Replies};

use super::queue::{Gift, Seat};
use super::sync::{AtomicU8, AtomicU64, Mutex, lock, park, thread};
use crate::{Deadline, Error};

/// Nobody waits: the caller does something else and will come for its replies later.
const IDLE: u8 = 0;
/// The caller is awake and looks here now and then.
const WATCHED: u8 = 1;
/// The caller's thread sleeps.
const PARKED: u8 = 2;
/// Gifts that the caller has not taken yet.
const LEAD: u8 = 3;
const PEN: u8 = 4;
const ROOM: u8 = 5;
/// All replies are in, or an error.
const DONE: u8 = 6;
/// The caller has given up: whatever comes is dropped.
const GONE: u8 = 7;
/// Nobody waits, and a waker is to be told when all is in.
const POLLED: u8 = 8;
/// Nobody wants the reply, but the command is to be executed all the same.
const FORGOTTEN: u8 = 9;

/// What a caller finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Done,
    Gift(Gift),
    /// The deadline has passed.
    Nothing,
}

/// In what a caller's wait was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// Nobody waits just now.
    Unattended,
    /// Its thread will look by itself.
    Awake,
    /// It is to be woken.
    Asleep,
    /// It had been given this and has not taken it, nor will it: somebody else must.
    Holding(Gift),
}

/// What all replies of a caller come to.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    pub(super) replies: Replies,
    /// How many there should be.
    expected: usize,
    /// Why no more of them will come.
    pub(super) failure: Option<Failure>,
    /// By when a caller wants them that does not wait.
    deadline: Option<Deadline>,
}

/// Why a call failed.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: Error,
    /// The connection was of no use before the call had to do with it: another one will do.
    pub(super) elsewhere: bool,
}

impl Failure {
    pub(super) fn new(error: Error) -> Self {
        Failure { error, elsewhere: false }
    }

    pub(super) fn elsewhere(error: Error) -> Self {
        Failure { error, elsewhere: true }
    }
}

/// A caller's place in the queue. Used for one call after the other, unless a caller gave up: what is still to come would be
/// taken for the next call's.
#[derive(Debug)]
pub(super) struct Ticket {
    state: AtomicU8,
    inbox: Mutex<Inbox>,
    thread: Mutex<Option<thread::Thread>>,
    waker: Mutex<Option<Waker>>,
    end: AtomicU64,
    /// How many bytes it sends.
    size: AtomicU64,
}

impl Ticket {
    pub(super) fn new() -> Self {
        Ticket {
            state: AtomicU8::new(IDLE),
            inbox: Mutex::new(Inbox::default()),
            thread: Mutex::new(None),
            waker: Mutex::new(None),
            end: AtomicU64::new(0),
            size: AtomicU64::new(0),
        }
    }

    // The caller

    /// Begins a call of the present thread, which sends so many bytes for so many replies.
    pub(super) fn begin(&self, size: usize, replies: usize) {
        self.size.store(size as u64, Ordering::Relaxed);
        lock(&self.inbox).expected = replies;
        lock(&self.thread).get_or_insert_with(thread::current);
        self.state.store(WATCHED, Ordering::Relaxed);
    }

    /// Begins a call for which nobody waits yet.
    pub(super) fn begin_deferred(&self, size: usize, replies: usize, deadline: Deadline) {
        self.size.store(size as u64, Ordering::Relaxed);
        let mut inbox = lock(&self.inbox);
        inbox.expected = replies;
        inbox.deadline = Some(deadline);
        drop(inbox);
        self.state.store(IDLE, Ordering::Relaxed);
    }

    /// Says that the present thread waits, or does so again.
    pub(super) fn attend(&self) {
        drop(self.take_waker());
        *lock(&self.thread) = Some(thread::current());
        let _ = self.change(&[IDLE, POLLED], WATCHED);
    }

    /// Says that nobody waits for the time being. What was given just before is the caller's to pass on.
    pub(super) fn rest(&self) -> Found {
        match self.change(&[WATCHED, PARKED, LEAD, PEN], IDLE) {
            Ok(LEAD) => Found::Gift(Gift::Lead),
            Ok(PEN) => Found::Gift(Gift::Pen),
            Ok(_) | Err(IDLE) => Found::Nothing,
            Err(_) => Found::Done,
        }
    }

    /// Has `waker` told when all is in. False when it is in already.
    pub(super) fn register(&self, waker: &Waker) -> bool {
        let known = lock(&self.waker).as_ref().is_some_and(|present| present.will_wake(waker));
        if !known {
            // A waker is somebody else's code: no lock is held when it is cloned or dropped.
            let new = waker.clone();
            let old = lock(&self.waker).replace(new);
            drop(old);
        }
        matches!(self.change(&[IDLE], POLLED), Ok(_) | Err(POLLED))
    }

    /// Says that nobody will ask for the reply, if nobody waits for it just now.
    pub(super) fn forget(&self) -> bool {
        let forgotten = self.change(&[IDLE, POLLED], FORGOTTEN).is_ok();
        drop(self.take_waker());
        forgotten
    }

    pub(super) fn is_done(&self) -> bool {
        self.state.load(Ordering::Acquire) == DONE
    }

    /// Whether the caller was given something.
    pub(super) fn has_gift(&self) -> bool {
        matches!(self.state.load(Ordering::Acquire), LEAD | PEN | ROOM | DONE)
    }

    /// Waits for something to be given. Looks `yields` times before it sleeps, and lets other threads run meanwhile.
    pub(super) fn wait(&self, deadline: Deadline, yields: u32) -> Found {
        for _ in 0..yields {
            if let Some(found) = self.take() {
                return found;
            }
            thread::yield_now();
        }
        loop {
            if let Some(found) = self.take() {
                return found;
            }
            if deadline.has_passed() {
                return Found::Nothing;
            }
            if self.change(&[WATCHED], PARKED).is_err() {
                continue;
            }
            while self.state.load(Ordering::Acquire) == PARKED && !deadline.has_passed() {
                park(deadline);
            }
            // Unless something was given just now.
            let _ = self.change(&[PARKED], WATCHED);
        }
    }

    fn take(&self) -> Option<Found> {
        let gift = match self.state.load(Ordering::Acquire) {
            DONE => return Some(Found::Done),
            LEAD => Gift::Lead,
            PEN => Gift::Pen,
            ROOM => Gift::Room,
            _ => return None,
        };
        match self.change(&[LEAD, PEN, ROOM], WATCHED) {
            Ok(_) => Some(Found::Gift(gift)),
            // The connection was lost meanwhile.
            Err(_) => Some(Found::Done),
        }
    }

    /// Gives up. What was given just before is the caller's to pass on; nothing will come after it.
    pub(super) fn give_up(&self) -> Found {
        match self.change(&[IDLE, WATCHED, PARKED, LEAD, PEN, ROOM], GONE) {
            Ok(LEAD) => Found::Gift(Gift::Lead),
            Ok(PEN) => Found::Gift(Gift::Pen),
            Ok(ROOM) => Found::Gift(Gift::Room),
            Ok(_) | Err(GONE) => Found::Nothing,
            Err(_) => Found::Done,
        }
    }

    /// Where its bytes end in the stream.
    pub(super) fn end(&self) -> u64 {
        self.end.load(Ordering::Relaxed)
    }

    pub(super) fn size(&self) -> u64 {
        self.size.load(Ordering::Relaxed)
    }

    /// How many replies have come, of how many.
    pub(super) fn progress(&self) -> (usize, usize) {
        let inbox = lock(&self.inbox);
        (inbox.replies.len(), inbox.expected)
    }

    /// What has come, taken out.
    pub(super) fn collect(&self) -> Inbox {
        std::mem::take(&mut *lock(&self.inbox))
    }

    /// What was taken out and is still to be asked for.
    pub(super) fn put_back(&self, inbox: Inbox) {
        *lock(&self.inbox) = inbox;
    }

    /// Gives the memory of an inbox back for the next call.
    pub(super) fn recycle(&self, mut inbox: Inbox) {
        inbox.replies.reuse();
        inbox.failure = None;
        inbox.deadline = None;
        *lock(&self.inbox) = inbox;
    }

    // Who reads

    /// Puts a reply into the inbox of a caller that still waits.
    pub(super) fn deliver(&self, reply: Node<'_>) {
        // Under the lock, so that a caller that gives up finds all there is, or nothing more comes.
        let mut inbox = lock(&self.inbox);
        if !matches!(self.state.load(Ordering::Relaxed), GONE | FORGOTTEN) {
            inbox.replies.push(reply);
        }
    }

    /// Puts the next replies of `decoder` into the inbox of a caller that still waits, `most` of them at most, as long as they
    /// are of the usual kinds: no push, no error. Says how many there were.
    pub(super) fn deliver_usual(&self, decoder: &mut Decoder, most: usize) -> usize {
        let mut inbox = lock(&self.inbox);
        if matches!(self.state.load(Ordering::Relaxed), GONE | FORGOTTEN) {
            return 0;
        }
        inbox.replies.take_scalars(decoder, most)
    }

    /// Says that no more replies will come, and why.
    pub(super) fn fail(&self, failure: Failure) {
        lock(&self.inbox).failure = Some(failure);
    }

    /// Ends the caller's wait.
    pub(super) fn finish(&self) -> Ended {
        match self.change(&[IDLE, WATCHED, PARKED, LEAD, PEN, ROOM, POLLED, FORGOTTEN], DONE) {
            Ok(PARKED | POLLED) => Ended::Asleep,
            Ok(LEAD) => Ended::Holding(Gift::Lead),
            Ok(PEN) => Ended::Holding(Gift::Pen),
            Ok(ROOM) => Ended::Holding(Gift::Room),
            Ok(WATCHED) => Ended::Awake,
            _ => Ended::Unattended,
        }
    }

    /// Ends a call for which nobody waits. False when somebody does meanwhile.
    pub(super) fn end_unattended(&self, failure: Failure) -> Option<bool> {
        lock(&self.inbox).failure = Some(failure);
        match self.change(&[IDLE, POLLED, FORGOTTEN], DONE) {
            Ok(was) => Some(was == POLLED),
            Err(_) => {
                // Only the reader fails callers, which is the present thread, or none.
                lock(&self.inbox).failure = None;
                None
            }
        }
    }

    /// By when a caller wants its replies that does not wait for them now.
    pub(super) fn deadline(&self) -> Option<Deadline> {
        lock(&self.inbox).deadline
    }

    /// Wakes whoever waits: its thread if it sleeps, or its waker, which is somebody else's code. No lock and no role may be held.
    pub(super) fn wake(&self) {
        self.wake_thread().into_iter().for_each(call_waker);
    }

    /// Wakes the caller's thread if it sleeps; gives the waker that is to be called instead.
    pub(super) fn wake_thread(&self) -> Option<Waker> {
        let waker = self.take_waker();
        if waker.is_none()
            && let Some(thread) = &*lock(&self.thread)
        {
            thread.unpark();
        }
        waker
    }

    fn take_waker(&self) -> Option<Waker> {
        lock(&self.waker).take()
    }

    /// From one of these states to another; gives the one that it was in.
    fn change(&self, from: &[u8], to: u8) -> Result<u8, u8> {
        let mut state = self.state.load(Ordering::Acquire);
        while from.contains(&state) {
            match self.state.compare_exchange(state, to, Ordering::AcqRel, Ordering::Acquire) {
                Ok(was) => return Ok(was),
                Err(now) => state = now,
            }
        }
        Err(state)
    }
}

/// Calls a waker; one that panics hurts nobody but its owner.
pub(super) fn call_waker(waker: Waker) {
    let _ = catch_unwind(AssertUnwindSafe(|| waker.wake()));
}

impl Seat for Arc<Ticket> {
    fn nobody() -> Self {
        let ticket = Ticket::new();
        ticket.state.store(GONE, Ordering::Relaxed);
        Arc::new(ticket)
    }

    fn is_unattended(&self) -> bool {
        matches!(self.state.load(Ordering::Acquire), IDLE | POLLED | FORGOTTEN)
    }

    fn stand_in_line(&self) {
        self.attend();
    }

    fn offer(&self, gift: Gift) -> bool {
        let given = match gift {
            Gift::Lead => LEAD,
            Gift::Pen => PEN,
            Gift::Room => ROOM,
        };
        self.change(&[WATCHED, PARKED], given).is_ok()
    }

    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(self, other)
    }

    fn ends_at(&self, end: u64) {
        self.end.store(end, Ordering::Relaxed);
    }
}
