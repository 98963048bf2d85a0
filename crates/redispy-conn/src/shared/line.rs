//! One shared connection: callers queue their bytes, one of them reads for all (`lead.rs`), and what each is owed comes into
//! its inbox.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Waker;
use std::time::{Duration, Instant};

use resp_proto::{Decoder, Replies};

use super::governor::Governor;
use super::keeper;
use super::lead::{Lead, Led, Reads};
use super::queue::{Duty, Entry, Gift, Queue, Refusal, Segment, Sent};
use super::sync::{AtomicBool, AtomicU64, Mutex, lock};
use super::ticket::{Ended, Failure, Found, Ticket};
use crate::pool::Home;
use crate::transport::{Readiness, Transport};
use crate::{Address, Deadline, Error, ErrorKind, Outcome, Phase, Progress, PushHook, ShareConfig, Stats};

/// From this size on a caller's bytes are copied before the lock is taken, not under it.
const LARGE: usize = 16 << 10;

/// When a caller has given up and nothing was heard for so long, later callers get another connection.
#[cfg(not(any(loom, shuttle)))]
const LOST_AFTER: Duration = Duration::from_millis(50);
#[cfg(any(loom, shuttle))]
const LOST_AFTER: Duration = Duration::MAX;

/// Who waits for room in the socket, or for others to write, looks so often whether it has become someone else's task.
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// How many reads' worth of pushes may wait for the hook.
const MOST_PUSHES: usize = 4096;

type Tickets = Vec<Arc<Ticket>>;

/// A connection that many callers share. It lives as long as its socket: a new connection is a new line, so that replies of
/// one can never be taken for replies of another.
pub(super) struct Line {
    pub(super) transport: Arc<dyn Transport>,
    pub(super) address: Address,
    pub(super) queue: Mutex<Queue<Arc<Ticket>>>,
    /// Held by whoever leads, and by nobody else.
    pub(super) receiver: Mutex<Receiver>,
    usable: AtomicBool,
    /// What writing failed with, when it was not the reader that wrote.
    pub(super) broken: Mutex<Option<Error>>,
    /// Itself, as long as there are calls for which nobody waits.
    held: Mutex<Option<Arc<Line>>>,
    /// Calls under way; deferred ones as long as somebody may ask for their replies.
    pub(super) calls: AtomicU64,
    hook: Option<Hook>,
    governor: Governor,
    pub(super) written: Arc<Written>,
}

/// Counts what goes out.
#[derive(Debug, Default)]
pub(super) struct Written {
    writes: std::sync::atomic::AtomicU64,
    calls: std::sync::atomic::AtomicU64,
    bytes: std::sync::atomic::AtomicU64,
    most: std::sync::atomic::AtomicU64,
}

impl Written {
    /// A segment is about to be written; the rest of one does not count again.
    pub(super) fn note(&self, segment: &Segment) {
        let Some((calls, bytes)) = segment.untouched() else { return };
        self.writes.fetch_add(1, Ordering::Relaxed);
        self.calls.fetch_add(calls, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.most.fetch_max(calls, Ordering::Relaxed);
    }

    pub(super) fn add_to(&self, stats: &mut Stats) {
        stats.writes += self.writes.load(Ordering::Relaxed);
        stats.written_calls += self.calls.load(Ordering::Relaxed);
        stats.written_bytes += self.bytes.load(Ordering::Relaxed);
        stats.largest_write = stats.largest_write.max(self.most.load(Ordering::Relaxed));
    }
}

/// What the reader has, and hands on with its role.
pub(super) struct Receiver {
    pub(super) decoder: Decoder,
    /// The callers whose replies come next, as far as the reader has looked.
    pub(super) due: VecDeque<Entry<Arc<Ticket>>>,
    /// Those whose replies have all come just now.
    pub(super) finished: Tickets,
    /// Somebody waited for what was given out.
    pub(super) attended: bool,
    /// The wakers of those who do not wait in a thread.
    pub(super) wakers: Vec<Waker>,
    /// When the time of somebody may be over who does not wait.
    pub(super) soonest: Option<Instant>,
    /// When replies were given out that the queue has not been told of.
    pub(super) answered: Option<Instant>,
    pub(super) pushes: Replies,
    pub(super) last_used: Instant,
    /// Its place in the pool.
    pub(super) home: Option<Home>,
}

struct Hook {
    hook: PushHook,
    pushes: Mutex<Pushes>,
}

#[derive(Default)]
struct Pushes {
    waiting: VecDeque<Replies>,
    running: bool,
}

impl Line {
    pub(super) fn new(
        transport: Arc<dyn Transport>,
        decoder: Decoder,
        address: Address,
        options: &ShareConfig,
        hook: Option<PushHook>,
        home: Option<Home>,
        written: Arc<Written>,
    ) -> Line {
        let mut queue = Queue::new(options.max_queued);
        if options.verify_order {
            queue.verify_order();
        }
        Line {
            transport,
            address,
            queue: Mutex::new(queue),
            receiver: Mutex::new(Receiver {
                decoder,
                due: VecDeque::new(),
                finished: Vec::new(),
                attended: false,
                wakers: Vec::new(),
                soonest: None,
                answered: None,
                pushes: Replies::default(),
                last_used: Instant::now(),
                home,
            }),
            usable: AtomicBool::new(true),
            broken: Mutex::new(None),
            held: Mutex::new(None),
            calls: AtomicU64::new(0),
            hook: hook.map(|hook| Hook { hook, pushes: Mutex::new(Pushes::default()) }),
            governor: Governor::new(options.yielding),
            written,
        }
    }

    /// Whether new calls may come here.
    pub(super) fn is_usable(&self) -> bool {
        self.usable.load(Ordering::Acquire)
    }

    pub(super) fn set_unusable(&self) {
        self.usable.store(false, Ordering::Release);
    }

    /// How many calls are under way.
    pub(super) fn load(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// How many bytes are queued and not written.
    pub(super) fn queued(&self) -> u64 {
        lock(&self.queue).queued()
    }

    /// Sends `bytes`, which get that many replies, and waits until these are in the ticket's inbox.
    pub(super) fn call(
        &self,
        ticket: &Arc<Ticket>,
        bytes: &[u8],
        replies: usize,
        deadline: Deadline,
    ) -> Result<(), Failure> {
        let presence = Presence::new(self, ticket, deadline);
        ticket.begin(bytes.len(), replies);
        let result = self.submit(ticket, bytes, replies, deadline, Manner::Waits).and_then(|duty| match self
            .see_through(ticket, duty, deadline, Reads::Caller)
        {
            true => Ok(()),
            false => Err(self.abandon(ticket, deadline)),
        });
        presence.end();
        result
    }

    /// Queues the bytes, as soon as there is room for them.
    pub(super) fn submit(
        &self,
        ticket: &Arc<Ticket>,
        bytes: &[u8],
        replies: usize,
        deadline: Deadline,
        manner: Manner<'_>,
    ) -> Result<Duty, Failure> {
        let len = bytes.len();
        let mut bytes = if len >= LARGE { Cow::Owned(bytes.to_vec()) } else { Cow::Borrowed(bytes) };
        let mut granted = false;
        loop {
            let mut queue = lock(&self.queue);
            let doubt = queue.doubt();
            if doubt.is_some_and(|since| since.elapsed() >= LOST_AFTER) {
                let woken = if granted { queue.leave(ticket, len, true) } else { Vec::new() };
                drop(queue);
                wake(woken);
                self.retire();
                return Err(self.not_here());
            }
            let result = match manner {
                Manner::Waits => queue.submit(ticket, &mut bytes, replies, granted),
                Manner::Leaves(_) => queue.defer(ticket, &mut bytes, replies, granted, deadline.instant()),
            };
            if let (Ok(_), Manner::Leaves(line)) = (&result, manner) {
                line.hold(&mut queue);
            }
            drop(queue);
            match (result, manner) {
                (Ok(duty), _) => return Ok(duty),
                (Err(Refusal::Unkept), Manner::Leaves(line)) => {
                    keeper::start(line).map_err(|cause| self.unkept(cause))?;
                    continue;
                }
                (Err(Refusal::Over | Refusal::Unkept), _) => return Err(self.not_here()),
                (Err(Refusal::Full), _) => {}
            }
            match ticket.wait(deadline, 0) {
                Found::Gift(_) => {
                    granted = true;
                    if matches!(manner, Manner::Leaves(_)) && ticket.rest() == Found::Done {
                        return Err(self.failure_of(ticket));
                    }
                }
                // The connection ended meanwhile.
                Found::Done => return Err(self.failure_of(ticket)),
                Found::Nothing => {
                    let had = match ticket.give_up() {
                        Found::Done => return Err(self.failure_of(ticket)),
                        Found::Gift(_) => true,
                        Found::Nothing => false,
                    };
                    let woken = lock(&self.queue).leave(ticket, len, had);
                    wake(woken);
                    let error = Error::timeout(Phase::Write, Outcome::NotSent, deadline);
                    return Err(Failure::new(error.with_address(&self.address)));
                }
            }
        }
    }

    /// Lives until the calls are over for which nobody waits, whoever else lets go of it.
    pub(super) fn hold(self: &Arc<Self>, queue: &mut Queue<Arc<Ticket>>) {
        if queue.holds() {
            *lock(&self.held) = Some(Arc::clone(self));
        }
    }

    pub(super) fn let_go(&self) -> Option<Arc<Line>> {
        lock(&self.held).take()
    }

    /// Waits until all replies are in, and does meanwhile what falls to this caller. False when its time was over before.
    pub(super) fn see_through(
        &self,
        ticket: &Arc<Ticket>,
        duty: Duty,
        deadline: Deadline,
        reads: Reads,
    ) -> bool {
        let mut found = match duty {
            Duty::Lead => Found::Gift(Gift::Lead),
            Duty::Write => Found::Gift(Gift::Pen),
            Duty::Wait => self.wait(ticket, deadline),
        };
        loop {
            match found {
                Found::Done => return true,
                Found::Gift(Gift::Lead) => match Lead::take(self).run(ticket, deadline, reads) {
                    Led::Done => return true,
                    Led::GaveUp => return false,
                    led @ (Led::Aside | Led::Called) => {
                        if led == Led::Aside {
                            self.tell_hook();
                        }
                        ticket.attend();
                        let leads = !ticket.is_done() && lock(&self.queue).join();
                        found = if leads { Found::Gift(Gift::Lead) } else { self.wait(ticket, deadline) };
                        continue;
                    }
                },
                Found::Gift(Gift::Pen) => {
                    if !self.write(ticket, deadline, reads) {
                        return false;
                    }
                }
                // Only a caller that is not queued is given room.
                Found::Gift(Gift::Room) => {}
                Found::Nothing => {
                    return !self.give_up(ticket, reads);
                }
            }
            found = self.wait(ticket, deadline);
        }
    }

    fn wait(&self, ticket: &Ticket, deadline: Deadline) -> Found {
        self.governor.wait(ticket, deadline)
    }

    /// Writes what is queued, as long as the reader waits in the operating system. False when the caller has given up.
    pub(super) fn write(&self, ticket: &Ticket, deadline: Deadline, reads: Reads) -> bool {
        let pen = Pen { line: self };
        let mut here = true;
        loop {
            let next = lock(&self.queue).next_for_writer();
            let Some(mut segment) = next else { break };
            self.written.note(&segment);
            let result = put(&*self.transport, &mut segment);
            let woken = lock(&self.queue).wrote(segment);
            wake(woken);
            match result {
                Ok(true) => {}
                Ok(false) => {
                    let ends = deadline.has_passed();
                    if !ends && !ticket.has_gift() {
                        let until = deadline.earlier(Deadline::after(LOOK_AGAIN));
                        // A wait that fails is a connection that is lost: the next attempt to write tells.
                        let _ = self.transport.wait(Readiness::WRITE, until);
                        continue;
                    }
                    // First, so that the pen does not come back here.
                    here = !ends || !self.give_up(ticket, reads);
                    let woken = lock(&self.queue).pass_pen();
                    wake(woken);
                    break;
                }
                Err(cause) => {
                    self.break_off(Error::lost(Phase::Write, Outcome::MaybeExecuted, cause));
                    break;
                }
            }
        }
        std::mem::forget(pen);
        here
    }

    /// Writing has failed: the reader finds the connection at its end, with what the server said before.
    fn break_off(&self, error: Error) {
        lock(&self.broken).get_or_insert(error);
        lock(&self.queue).break_off();
        self.set_unusable();
        self.transport.shutdown();
    }

    /// Gives up, or for the time being; passes on what the caller was given meanwhile. False when the replies are in.
    pub(super) fn give_up(&self, ticket: &Ticket, reads: Reads) -> bool {
        let left = match reads {
            Reads::Caller => ticket.give_up(),
            Reads::Visitor | Reads::Keeper => ticket.rest(),
        };
        match left {
            Found::Done => return false,
            Found::Gift(Gift::Lead) => Lead::take(self).hand_over(),
            Found::Gift(Gift::Pen) => {
                let woken = lock(&self.queue).pass_pen();
                wake(woken);
            }
            Found::Gift(Gift::Room) | Found::Nothing => {}
        }
        true
    }

    /// A caller is gone: its bytes are taken back if none of them has left, and the server is doubted if it is silent.
    pub(super) fn abandon(&self, ticket: &Arc<Ticket>, deadline: Deadline) -> Failure {
        let mut queue = lock(&self.queue);
        let abandoned = queue.abandon(ticket, ticket.end());
        let lost = abandoned.sent != Sent::Nothing && doubt(&mut queue, deadline);
        drop(queue);
        wake(abandoned.woken);
        if lost {
            self.retire();
        }
        self.too_late(ticket, deadline, abandoned.sent)
    }

    /// What a caller is told whose time is over.
    pub(super) fn too_late(&self, ticket: &Ticket, deadline: Deadline, sent: Sent) -> Failure {
        let (phase, outcome, unwritten) = match sent {
            Sent::Nothing => (Phase::Write, Outcome::NotSent, ticket.size()),
            Sent::Part(unwritten) => (Phase::Write, Outcome::MaybeExecuted, unwritten),
            Sent::All => (Phase::Read, Outcome::MaybeExecuted, 0),
        };
        let written = usize::try_from(ticket.size().saturating_sub(unwritten)).unwrap_or(usize::MAX);
        let (replies, expected) = ticket.progress();
        let error = Error::timeout(phase, outcome, deadline).with_address(&self.address);
        Failure::new(error.with_progress(Progress { written, replies, expected }))
    }

    /// Takes no new calls. Those whose bytes have left may still get their replies; when nobody waits, it is closed.
    pub(super) fn retire(&self) {
        let (woken, leads) = self.send_away();
        wake(woken);
        if leads {
            // It looks whether anybody still waits.
            Lead::take(self).hand_over();
        }
    }

    /// The first part of it: gives those who are to be woken, and whether the reader's role is now with the present thread.
    pub(super) fn send_away(&self) -> (Tickets, bool) {
        self.set_unusable();
        let mut queue = lock(&self.queue);
        let (away, vacant) = queue.retire();
        let (mut woken, mut leads) = (Vec::new(), false);
        // Under the lock: one of them may be the reader, which comes to its end by itself and would use its ticket again.
        for ticket in away {
            ticket.fail(self.not_here());
            match ticket.finish() {
                Ended::Asleep => woken.push(ticket),
                // What one of them was given just now is for those who stay.
                Ended::Holding(Gift::Lead) => leads = true,
                Ended::Holding(Gift::Pen) => woken.extend(queue.pass_pen()),
                Ended::Holding(Gift::Room) | Ended::Awake | Ended::Unattended => {}
            }
        }
        let leads = leads || (vacant && queue.join());
        (woken, leads)
    }

    /// Has pushes told to the hook, by whoever finds nobody doing it. Says whether the caller is to do it; it must not hold
    /// any role then, since the hook is the user's code.
    pub(super) fn take_pushes(&self, pushes: &mut Replies) -> Result<bool, Error> {
        let Some(hook) = &self.hook else {
            pushes.clear();
            return Ok(false);
        };
        let mut told = lock(&hook.pushes);
        told.waiting.push_back(std::mem::take(pushes));
        if told.waiting.len() > MOST_PUSHES {
            let text = "pushes come faster than the hook takes them";
            return Err(Error::new(ErrorKind::Limit, Outcome::MaybeExecuted, text).with_phase(Phase::Read));
        }
        Ok(!std::mem::replace(&mut told.running, true))
    }

    pub(super) fn tell_hook(&self) {
        let Some(hook) = &self.hook else { return };
        let running = Running(hook);
        loop {
            let next = lock(&hook.pushes).waiting.pop_front();
            let Some(mut pushes) = next else { break };
            while let Some(push) = pushes.next_reply() {
                hook.hook.call(push);
            }
        }
        drop(running);
    }

    pub(super) fn not_here(&self) -> Failure {
        let text = "the connection is given up: it is replaced, or the client was closed";
        let error = Error::new(ErrorKind::Closed, Outcome::NotSent, text).with_phase(Phase::Write);
        Failure::elsewhere(error.with_address(&self.address))
    }

    /// Why a caller that was not queued was ended.
    pub(super) fn failure_of(&self, ticket: &Ticket) -> Failure {
        ticket.collect().failure.unwrap_or_else(|| self.not_here())
    }
}

/// Says that no hook runs any more, be it that it panicked. What it left waits for the next push.
struct Running<'a>(&'a Hook);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut pushes = lock(&self.0.pushes);
        pushes.running = false;
        if std::thread::panicking() {
            pushes.waiting.clear();
        }
    }
}

/// A caller in the middle of its call; one that panics there gives up.
struct Presence<'a> {
    line: &'a Line,
    ticket: &'a Arc<Ticket>,
    deadline: Deadline,
}

impl<'a> Presence<'a> {
    fn new(line: &'a Line, ticket: &'a Arc<Ticket>, deadline: Deadline) -> Self {
        line.calls.fetch_add(1, Ordering::Relaxed);
        Presence { line, ticket, deadline }
    }

    fn end(self) {
        self.line.calls.fetch_sub(1, Ordering::Relaxed);
        std::mem::forget(self);
    }
}

impl Drop for Presence<'_> {
    fn drop(&mut self) {
        self.line.calls.fetch_sub(1, Ordering::Relaxed);
        if self.line.give_up(self.ticket, Reads::Caller) {
            let _ = self.line.abandon(self.ticket, self.deadline);
        }
    }
}

/// Held by a caller that writes while another one reads; forgotten when it lays the pen down. A transport that panics has
/// taken who knows what.
struct Pen<'a> {
    line: &'a Line,
}

impl Drop for Pen<'_> {
    fn drop(&mut self) {
        let text = "the thread that wrote to the connection panicked";
        let error = Error::new(ErrorKind::Closed, Outcome::MaybeExecuted, text);
        self.line.break_off(error.with_phase(Phase::Write));
    }
}

/// How a caller goes on that has queued its bytes.
#[derive(Clone, Copy)]
pub(super) enum Manner<'a> {
    /// It waits for its replies.
    Waits,
    /// It does something else, and the connection needs a keeper.
    Leaves(&'a Arc<Line>),
}

/// Somebody's time is over by whom bytes were sent. Says whether the server seems to be lost.
pub(super) fn doubt(queue: &mut Queue<Arc<Ticket>>, deadline: Deadline) -> bool {
    if !deadline.has_passed() {
        return false;
    }
    let now = Instant::now();
    let began = deadline.began().unwrap_or(now);
    let since = queue.heard_at().map_or(began, |heard| heard.max(began));
    queue.doubt_since(since);
    now.saturating_duration_since(since) >= LOST_AFTER
}

/// Writes as much as fits; says whether that was all.
pub(super) fn put(transport: &dyn Transport, segment: &mut Segment) -> io::Result<bool> {
    while !segment.rest().is_empty() {
        match transport.try_write(segment.rest()) {
            Ok(count) => segment.advance(count),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

/// Wakes those who were given something. No lock may be held.
pub(super) fn wake(tickets: Tickets) {
    for ticket in tickets {
        ticket.wake();
    }
}
