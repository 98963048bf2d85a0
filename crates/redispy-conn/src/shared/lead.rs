//! The reader's role: to receive for all callers, and to write what they have queued.
//!
//! It belongs to the caller whose thread does it, until its own replies are in or its time is over; then the next one in the
//! queue gets it. Nothing in here is the user's code but the transport.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use resp_proto::Kind;

use super::line::{LOOK_AGAIN, Line, Receiver, put, wake};
use super::queue::{Gift, Segment};
use super::sync::{MutexGuard, lock};
use super::ticket::{Ended, Failure, Found, Ticket, call_waker};
use crate::connection::{READS_AT_ONCE, Rounds, TRUSTED_FOR, is_at_rest, is_farewell};
use crate::pool::Home;
use crate::transport::{Condition, Readiness};
use crate::{Deadline, Error, ErrorKind, Outcome, Phase, Progress};

/// How a caller comes out of the role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Led {
    /// All that it waited for has come, or will not come.
    Done,
    /// Its deadline has passed.
    GaveUp,
    /// There are pushes to be told to the hook, which is no business of the reader.
    Aside,
    /// Wakers were called, which is none either.
    Called,
}

/// For whom the role is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reads {
    /// A caller, whose call is over when its time is.
    Caller,
    /// A caller that may come back for its replies.
    Visitor,
    /// The keeper, as long as there are replies for which nobody waits.
    Keeper,
}

/// A reader looks at least so often whether the time of somebody is over who does not wait.
const LOOK_UP: Duration = Duration::from_millis(50);

/// Why a connection is given up.
struct Fault {
    error: Error,
    /// It was of no use before any call had to do with it.
    stale: bool,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Fault { error, stale: false }
    }
}

/// The role. Dropping it in the middle, by a panic, ends the connection.
pub(super) struct Lead<'a> {
    line: &'a Line,
    receiver: MutexGuard<'a, Receiver>,
    /// It was laid down in good order.
    over: bool,
}

impl<'a> Lead<'a> {
    /// Takes up the role, which the queue has given to this thread.
    pub(super) fn take(line: &'a Line) -> Self {
        Lead { line, receiver: lock(&line.receiver), over: false }
    }

    /// Reads for all until the replies of `own` are in.
    pub(super) fn run(mut self, own: &Arc<Ticket>, deadline: Deadline, reads: Reads) -> Led {
        // Whoever reads does not look whether it was given something: nobody may give it the pen.
        own.rest();
        match self.receive(own, deadline, reads) {
            Ok(led) => {
                let led = match led {
                    // Before the role is passed on, so that it does not come back here.
                    Led::GaveUp if reads == Reads::Caller && own.give_up() == Found::Done => Led::Done,
                    Led::GaveUp if reads == Reads::Visitor && own.rest() == Found::Done => Led::Done,
                    Led::Aside | Led::Called if reads == Reads::Keeper => {
                        lock(&self.line.queue).step_aside();
                        led
                    }
                    led => led,
                };
                self.hand_over();
                led
            }
            Err(fault) => {
                self.kill(&fault);
                Led::Done
            }
        }
    }

    /// Writes what is queued, and lays the role down.
    pub(super) fn send_off(mut self) {
        match self.begin().and_then(|()| self.flush()) {
            Ok(_) => self.hand_over(),
            Err(fault) => self.kill(&fault),
        }
    }

    fn receive(&mut self, own: &Ticket, deadline: Deadline, reads: Reads) -> Result<Led, Fault> {
        self.begin()?;
        let mut rounds = Rounds::default();
        loop {
            self.settle()?;
            if !self.receiver.pushes.is_empty() && self.line.take_pushes(&mut self.receiver.pushes)? {
                return Ok(Led::Aside);
            }
            if !self.receiver.wakers.is_empty() {
                return Ok(Led::Called);
            }
            let over = match reads {
                Reads::Keeper => {
                    let attended = std::mem::take(&mut self.receiver.attended);
                    lock(&self.line.queue).spares_keeper(&self.receiver.due, attended)
                }
                Reads::Caller | Reads::Visitor => own.is_done(),
            };
            if over {
                return Ok(Led::Done);
            }
            let flushed = self.flush()?;
            // Its own bytes may be taken back, or who writes them may leave: neither is seen from within a wait.
            let waits_to_be_sent = reads != Reads::Keeper && lock(&self.line.queue).is_unwritten(own.end());
            let until = self.until(deadline, waits_to_be_sent);
            // First: what has been read belongs to the stream, whatever the time.
            let received = rounds.next(deadline).and_then(|()| match flushed {
                Flushed::All => self.line.transport.read(self.receiver.decoder.space(), until).map(Some),
                Flushed::Part => self.read_or_write(until),
            });
            match received {
                Ok(Some(0)) => return Err(self.lost(io::ErrorKind::UnexpectedEof.into())),
                Ok(Some(count)) => {
                    self.receiver.decoder.filled(count);
                    self.woke();
                }
                Ok(None) => {}
                Err(cause) if cause.kind() == io::ErrorKind::TimedOut => {
                    self.woke();
                    if deadline.has_passed() {
                        return Ok(Led::GaveUp);
                    }
                    let Receiver { due, wakers, .. } = &mut *self.receiver;
                    wakers.extend(
                        self.line.end_overdue(due).into_iter().filter_map(|ticket| ticket.wake_thread()),
                    );
                }
                Err(cause) => return Err(self.lost(cause)),
            }
        }
    }

    /// Takes note of who waits, and looks at a connection that nobody has used for a while.
    fn begin(&mut self) -> Result<(), Fault> {
        self.woke();
        if !self.receiver.due.is_empty() {
            return Ok(());
        }
        // A model knows no time.
        if cfg!(any(loom, shuttle)) {
            return Ok(());
        }
        let now = Instant::now();
        let fresh =
            self.receiver.home.as_ref().is_none_or(|home| home.is_fresh(self.receiver.last_used, now));
        if !fresh {
            return Err(self.stale("it has been kept long enough"));
        }
        if now.saturating_duration_since(self.receiver.last_used) < TRUSTED_FOR {
            return Ok(());
        }
        for _ in 0..READS_AT_ONCE {
            match self.line.transport.condition() {
                Condition::Quiet if is_at_rest(&self.receiver.decoder) => return Ok(()),
                Condition::Quiet => return Err(self.stale("a reply that nobody asked for")),
                Condition::Closed => return Err(self.stale("connection closed by the server")),
                Condition::Unread => match self.line.transport.try_read(self.receiver.decoder.space()) {
                    Ok(count) if count > 0 => self.receiver.decoder.filled(count),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    _ => return Err(self.stale("connection closed by the server")),
                },
            }
            self.settle().map_err(|fault| Fault { stale: true, ..fault })?;
        }
        Err(self.stale("it does not stop sending"))
    }

    /// Until when to wait, though the caller's own deadline may be later.
    fn until(&self, deadline: Deadline, waits_to_be_sent: bool) -> Deadline {
        // A model knows no time.
        if cfg!(any(loom, shuttle)) && !waits_to_be_sent {
            return deadline;
        }
        let look = Deadline::after(if waits_to_be_sent { LOOK_AGAIN } else { LOOK_UP });
        deadline.earlier(self.receiver.soonest.map_or(look, |soonest| look.earlier(Deadline::at(soonest))))
    }

    fn woke(&mut self) {
        lock(&self.line.queue).woke(&mut self.receiver.due);
    }

    /// Gives out all whole replies.
    fn settle(&mut self) -> Result<(), Fault> {
        let Receiver { decoder, due, finished, answered, pushes, wakers, attended, .. } = &mut *self.receiver;
        let mut farewell = false;
        let (mut proven, mut doubted) = (0, usize::MAX);
        let fault = loop {
            if let Some(first) = due.front_mut() {
                let count = first.ticket.deliver_usual(decoder, first.left);
                first.left -= count;
                if count > 0 && answered.is_none() {
                    *answered = Some(Instant::now());
                }
                if count > 0
                    && first.left == 0
                    && let Some(entry) = due.pop_front()
                {
                    finished.push(entry.ticket);
                    continue;
                }
            }
            match decoder.next_reply() {
                Ok(None) => break None,
                Ok(Some(push)) if push.kind() == Kind::Push => pushes.push(push),
                Ok(Some(reply)) => {
                    if due.is_empty() {
                        lock(&self.line.queue).take_due(due);
                    }
                    let Some(first) = due.front_mut() else {
                        let text = "a reply that nobody asked for";
                        let error = Error::new(ErrorKind::Protocol, Outcome::MaybeExecuted, text);
                        break Some(error.with_phase(Phase::Read));
                    };
                    if answered.is_none() {
                        *answered = Some(Instant::now());
                    }
                    if let Some(proof) = &first.proof {
                        // A server that refuses the marker (LOADING, BUSY ...) proves nothing, nor does it deny anything.
                        if reply.is_error() {
                            due.pop_front();
                            continue;
                        }
                        if reply.as_bytes().as_deref() != Some(&proof[..]) {
                            let text = "replies are out of step with commands";
                            let error = Error::new(ErrorKind::Protocol, Outcome::MaybeExecuted, text);
                            // What came since the last proof may be somebody else's.
                            doubted = proven;
                            break Some(error.with_phase(Phase::Read));
                        }
                        proven = finished.len();
                        due.pop_front();
                        continue;
                    }
                    first.left = first.left.saturating_sub(1);
                    farewell = is_farewell(&reply);
                    first.ticket.deliver(reply);
                    if first.left == 0
                        && let Some(entry) = due.pop_front()
                    {
                        finished.push(entry.ticket);
                    }
                    // Nothing behind it is an answer, and nothing more will be read.
                    if farewell {
                        break None;
                    }
                }
                Err(error) => break Some(Error::protocol(error)),
            }
        };
        if let Some(error) = &fault {
            if due.is_empty() {
                lock(&self.line.queue).take_due(due);
            }
            // With nobody left to whom the nonsense could belong, one of those just answered got a forgery or a mistake.
            if due.is_empty() {
                doubted = 0;
            }
            for ticket in finished.iter().skip(doubted) {
                ticket.fail(Failure::new(error.clone().with_address(&self.line.address)));
            }
        }
        // All are told before the first is woken: waking takes time.
        finished.retain(|ticket| match ticket.finish() {
            Ended::Asleep => true,
            Ended::Awake => {
                *attended = true;
                false
            }
            // Answered before all of it was written. The reader is awake, and writes what is left.
            Ended::Holding(Gift::Pen) => {
                lock(&self.line.queue).drop_pen();
                false
            }
            Ended::Holding(Gift::Lead | Gift::Room) | Ended::Unattended => false,
        });
        for ticket in finished.drain(..) {
            match ticket.wake_thread() {
                Some(waker) => wakers.push(waker),
                None => *attended = true,
            }
        }
        match fault {
            Some(error) => Err(error.into()),
            None if farewell => Err(self.lost(io::ErrorKind::UnexpectedEof.into())),
            None => Ok(()),
        }
    }

    /// Writes what is queued; then everybody knows that the reader is about to wait.
    fn flush(&mut self) -> Result<Flushed, Fault> {
        let answered = std::mem::take(&mut self.receiver.answered);
        let mut next = self.next(answered);
        while let Some(mut segment) = next {
            self.line.written.note(&segment);
            let result = put(&*self.line.transport, &mut segment);
            let mut queue = lock(&self.line.queue);
            let woken = queue.wrote(segment);
            queue.drop_pen();
            drop(queue);
            next = match result {
                Ok(true) => self.next(None),
                _ => None,
            };
            wake(woken);
            match result {
                Ok(true) => {}
                Ok(false) => return Ok(Flushed::Part),
                Err(cause) => {
                    self.hear_out()?;
                    return Err(Error::lost(Phase::Write, Outcome::MaybeExecuted, cause).into());
                }
            }
        }
        Ok(Flushed::All)
    }

    fn next(&mut self, answered: Option<Instant>) -> Option<Segment> {
        let mut queue = lock(&self.line.queue);
        self.receiver.soonest = queue.soonest();
        queue.next_for_reader(answered, &self.receiver.due)
    }

    /// What the server said before it closed is still to be had.
    fn hear_out(&mut self) -> Result<(), Fault> {
        for _ in 0..READS_AT_ONCE {
            match self.line.transport.try_read(self.receiver.decoder.space()) {
                Ok(count) if count > 0 => self.receiver.decoder.filled(count),
                _ => break,
            }
        }
        self.woke();
        self.settle()
    }

    /// Waits until bytes can be read or written; reads if so, so that neither side waits for the other to read first.
    fn read_or_write(&mut self, deadline: Deadline) -> io::Result<Option<usize>> {
        if !self.line.transport.wait(Readiness::BOTH, deadline)?.read {
            return Ok(None);
        }
        match self.line.transport.try_read(self.receiver.decoder.space()) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            other => other.map(Some),
        }
    }

    /// Lays the role down, in the hands of the first one who waits.
    pub(super) fn hand_over(mut self) {
        if !is_at_rest(&self.receiver.decoder)
            && self.receiver.due.is_empty()
            && !lock(&self.line.queue).has_due()
        {
            // Its end would be taken for the reply to a call that is not sent yet.
            let fault = self.stale("a reply that nobody asked for");
            return self.kill(&fault);
        }
        let mut queue = lock(&self.line.queue);
        let (woken, purposeless) = queue.pass_on(&self.receiver.due, self.receiver.answered);
        let held = if queue.lets_go(&self.receiver.due) { self.line.let_go() } else { None };
        drop(queue);
        // Whoever reads has the connection besides.
        drop(held);
        self.receiver.answered = None;
        if woken.is_empty() {
            self.receiver.last_used = Instant::now();
        }
        if purposeless && lock(&self.line.queue).join() {
            let text = "the server did not answer, and nobody waits any more";
            let error = Error::new(ErrorKind::Closed, Outcome::MaybeExecuted, text).with_phase(Phase::Read);
            return self.kill(&error.into());
        }
        self.over = true;
        let wakers = std::mem::take(&mut self.receiver.wakers);
        // The next one is to find the receiver free.
        drop(self);
        wake(woken);
        wakers.into_iter().for_each(call_waker);
    }

    /// Ends the connection.
    fn kill(mut self, fault: &Fault) {
        let (woken, home) = self.end(fault);
        let wakers = std::mem::take(&mut self.receiver.wakers);
        let last_used = self.receiver.last_used;
        drop(self);
        match home {
            Some(home) if fault.stale => {
                let is_fresh = home.is_fresh(last_used, Instant::now());
                home.found_useless(is_fresh);
            }
            Some(home) => home.lost(),
            None => {}
        }
        wake(woken);
        wakers.into_iter().for_each(call_waker);
    }

    /// Everybody who waits learns what became of the connection.
    fn end(&mut self, fault: &Fault) -> (Vec<Arc<Ticket>>, Option<Home>) {
        self.over = true;
        let line = self.line;
        line.set_unusable();
        let cause = lock(&line.broken).take().unwrap_or_else(|| fault.error.clone());
        let cause = cause.with_address(&line.address);
        let (claimed, (entries, waiting), keeper) = {
            let mut queue = lock(&line.queue);
            (queue.claimed(), queue.die(), queue.without_keeper())
        };
        line.transport.shutdown();
        let not_sent = |cause: &Error| cause.clone().with_outcome(Outcome::NotSent).with_phase(Phase::Write);
        let mut woken = Vec::new();
        let mut end = |ticket: Arc<Ticket>, error: Error| {
            let elsewhere = fault.stale && error.outcome() == Outcome::NotSent;
            ticket.fail(Failure { error, elsewhere });
            // Whatever it holds is of no use on a dead connection.
            if ticket.finish() == Ended::Asleep {
                woken.push(ticket);
            }
        };
        let due = std::mem::take(&mut self.receiver.due);
        let mut cause = cause;
        for (place, entry) in due.into_iter().chain(entries).enumerate() {
            // The first one's reply it was that could not be read.
            if place == 1 && matches!(cause.kind(), ErrorKind::Protocol | ErrorKind::Limit) {
                let text = format!("another call's reply ended the connection: {}", cause.text());
                cause = cause.with_text(text);
            }
            let written = claimed.clamp(entry.start, entry.end) - entry.start;
            let error = match written {
                0 => not_sent(&cause),
                _ => cause.clone().with_outcome(Outcome::MaybeExecuted),
            };
            let written = usize::try_from(written).unwrap_or(usize::MAX);
            let replies = entry.total - entry.left;
            end(entry.ticket, error.with_progress(Progress { written, replies, expected: entry.total }));
        }
        for ticket in waiting {
            end(ticket, not_sent(&cause));
        }
        drop(line.let_go());
        woken.extend(keeper.filter(|keeper| keeper.finish() == Ended::Asleep));
        (woken, self.receiver.home.take())
    }

    fn lost(&self, cause: io::Error) -> Fault {
        Error::lost(Phase::Read, Outcome::MaybeExecuted, cause).into()
    }

    fn stale(&self, text: &'static str) -> Fault {
        let error = Error::new(ErrorKind::Closed, Outcome::NotSent, text).with_phase(Phase::Write);
        Fault { error, stale: true }
    }
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        if !self.over {
            let text = "the thread that read for all panicked";
            let error = Error::new(ErrorKind::Closed, Outcome::MaybeExecuted, text).with_phase(Phase::Read);
            let (woken, _home) = self.end(&error.into());
            wake(woken);
            self.receiver.wakers.drain(..).for_each(call_waker);
        }
    }
}

/// How much of what was queued has been written.
enum Flushed {
    All,
    Part,
}
