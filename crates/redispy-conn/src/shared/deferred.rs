//! Calls that are sent now and waited for later, by any thread or by a waker.
//!
//! Such a call has its place in the queue like any other; only nobody waits for it at first. Who submits it writes when nothing
//! is under way, else the reader does so once replies to what was sent before are in. The keeper reads when nobody else does.

use std::cell::Cell;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Waker;

use resp_proto::Node;

use super::lanes::give_out;
use super::lead::{Lead, Reads};
use super::line::{Line, Manner, wake};
use super::queue::Duty;
use super::sync::lock;
use super::ticket::{Failure, Ticket};
use crate::{Address, Deadline, Error, ErrorKind, Outcome, Phase, Pool, Result};

/// So many tickets a thread keeps for its next calls.
#[cfg(not(any(loom, shuttle)))]
const MOST_SPARES: usize = 256;
#[cfg(any(loom, shuttle))]
const MOST_SPARES: usize = 0;

thread_local! {
    /// For one process: after a fork, other threads may have held their locks for ever.
    static SPARES: Cell<(u32, Vec<Arc<Ticket>>)> = const { Cell::new((0, Vec::new())) };
}

/// Where calls go that are executed in the order in which they were submitted: one of the shared connections of a [`Pool`], or
/// whatever takes its place.
#[derive(Debug, Clone)]
pub struct Stream {
    pool: Pool,
    lane: usize,
}

/// A call under way for which nobody needs to wait. Dropping it drops its replies; what was submitted is executed all the same.
#[must_use = "the replies come here"]
pub struct InFlight {
    line: Arc<Line>,
    /// Taken out by whoever takes the replies.
    ticket: Option<Arc<Ticket>>,
    deadline: Deadline,
    process: u32,
}

impl Pool {
    /// A stream over the shared connection that has the fewest calls under way.
    pub fn stream(&self) -> Stream {
        let lane = self.lanes().map_or(0, |lanes| lanes.choose());
        Stream { pool: self.clone(), lane }
    }
}

impl Stream {
    /// Submits `bytes`, which get that many replies. They go out at once when the connection has nothing under way, else together
    /// with others at the latest when the replies to what was sent before are in.
    ///
    /// Where there is no connection yet this call opens one; where too much is queued it waits. Nothing is sent again.
    ///
    /// # Errors
    ///
    /// As [`Pool::exchange`], if it is known already that no reply will come.
    pub fn submit(&self, replies: usize, deadline: Deadline, bytes: &[u8]) -> Result<InFlight> {
        let Some(lanes) = self.pool.lanes() else {
            return Err(Error::config("this pool shares no connections"));
        };
        let process = lanes.process();
        loop {
            let (line, fresh) = lanes.line(lanes.at(self.lane), deadline)?;
            let ticket = take_spare(process);
            match line.defer(&ticket, bytes, replies, deadline) {
                Ok(()) => return Ok(InFlight::new(line, ticket, deadline, process)),
                Err(failure) if failure.elsewhere && !fresh && !deadline.has_passed() => {}
                Err(failure) => return Err(failure.error),
            }
        }
    }
}

impl InFlight {
    pub(super) fn new(line: Arc<Line>, ticket: Arc<Ticket>, deadline: Deadline, process: u32) -> Self {
        line.calls.fetch_add(1, Ordering::Relaxed);
        InFlight { line, ticket: Some(ticket), deadline, process }
    }

    /// Whether the replies are in, or will never come.
    pub fn is_ready(&self) -> bool {
        self.ticket.as_ref().is_none_or(|ticket| ticket.is_done())
    }

    /// By when the replies must be in.
    pub fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// Where it was sent.
    pub fn address(&self) -> &Address {
        &self.line.address
    }

    /// Has `waker` told when the call is ready; of several the last one. True if it is ready already.
    pub fn poll_ready(&self, waker: &Waker) -> bool {
        let Some(ticket) = &self.ticket else { return true };
        if ticket.is_done() || self.is_foreign() || !ticket.register(waker) {
            return true;
        }
        // Only now: whoever leaves from here on sees that somebody is to be told.
        let keeper = lock(&self.line.queue).hurry();
        wake(keeper.into_iter().collect());
        false
    }

    /// Waits until the call is ready, at the longest until `until`, and says whether it is. The call itself goes on.
    pub fn wait_until(&self, until: Deadline) -> bool {
        let Some(ticket) = &self.ticket else { return true };
        ticket.is_done() || self.is_foreign() || self.visit(ticket, until, Reads::Visitor)
    }

    /// Waits until all replies are in, at the longest until the call's deadline, and hands each to `read` with its number and the
    /// server's address.
    ///
    /// # Errors
    ///
    /// As [`Pool::exchange`].
    pub fn wait(mut self, read: &mut dyn FnMut(&Address, usize, Node<'_>)) -> Result<()> {
        let Some(ticket) = &self.ticket else { return Ok(()) };
        let mut called = Ok(());
        if !ticket.is_done() {
            if self.is_foreign() {
                return Err(self.foreign());
            }
            if !self.visit(ticket, self.deadline, Reads::Caller) {
                called = Err(self.line.abandon(ticket, self.deadline));
            }
        }
        let Some(ticket) = self.ticket.take() else { return Ok(()) };
        self.line.calls.fetch_sub(1, Ordering::Relaxed);
        let mut inbox = ticket.collect();
        let failure = called.err().or_else(|| inbox.failure.take());
        give_out(&self.line, &mut inbox, read);
        match failure {
            None => {
                // There may be many of them.
                inbox.replies.clear();
                ticket.recycle(inbox);
                keep_spare(ticket, self.process);
                Ok(())
            }
            Some(failure) => Err(failure.error),
        }
    }

    fn visit(&self, ticket: &Arc<Ticket>, until: Deadline, reads: Reads) -> bool {
        ticket.attend();
        let duty = lock(&self.line.queue).attend(ticket.end());
        self.line.see_through(ticket, duty, until, reads)
    }

    /// Whether it was submitted before this process was forked: then its connection is another one's.
    fn is_foreign(&self) -> bool {
        self.process != std::process::id()
    }

    fn foreign(&self) -> Error {
        let text = "the connection belongs to the process that this one was forked from";
        let error = Error::new(ErrorKind::Closed, Outcome::MaybeExecuted, text).with_phase(Phase::Read);
        error.with_address(&self.line.address)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket.take() else { return };
        self.line.calls.fetch_sub(1, Ordering::Relaxed);
        if ticket.is_done() || self.is_foreign() {
            return;
        }
        if ticket.forget() {
            return self.line.hold(&mut lock(&self.line.queue));
        }
        // A thread panicked while it waited.
        if !ticket.is_done() && self.line.give_up(&ticket, Reads::Caller) {
            let _ = self.line.abandon(&ticket, self.deadline);
        }
    }
}

impl fmt::Debug for InFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InFlight")
            .field("address", &self.line.address)
            .field("ready", &self.is_ready())
            .finish_non_exhaustive()
    }
}

impl Line {
    /// Queues the bytes of a caller that does not wait, and writes them if nobody else will do so soon.
    pub(super) fn defer(
        self: &Arc<Self>,
        ticket: &Arc<Ticket>,
        bytes: &[u8],
        replies: usize,
        deadline: Deadline,
    ) -> Result<(), Failure> {
        ticket.begin_deferred(bytes.len(), replies, deadline);
        match self.submit(ticket, bytes, replies, deadline, Manner::Leaves(self))? {
            Duty::Wait => {}
            Duty::Lead => {
                Lead::take(self).send_off();
                // The connection was found to be of no use before anything was sent.
                if ticket.is_done() {
                    let mut inbox = ticket.collect();
                    if let Some(failure) = inbox.failure.take_if(|failure| failure.elsewhere) {
                        return Err(failure);
                    }
                    ticket.put_back(inbox);
                }
            }
            Duty::Write => {
                if !self.write(ticket, deadline, Reads::Caller) {
                    return Err(self.abandon(ticket, deadline));
                }
            }
        }
        Ok(())
    }

    /// There is nobody who would read.
    pub(super) fn unkept(&self, cause: io::Error) -> Failure {
        let error = Error::lost(Phase::Write, Outcome::NotSent, cause);
        Failure::new(error.with_address(&self.address))
    }
}

fn take_spare(process: u32) -> Arc<Ticket> {
    let spare = SPARES.try_with(|spares| {
        let (of, mut all) = spares.take();
        let spare = if of == process { all.pop() } else { None };
        spares.set((of, all));
        spare
    });
    spare.ok().flatten().unwrap_or_else(|| Arc::new(Ticket::new()))
}

fn keep_spare(ticket: Arc<Ticket>, process: u32) {
    let _ = SPARES.try_with(|spares| {
        let (of, mut all) = spares.take();
        if of != process {
            all.clear();
        }
        if all.len() < MOST_SPARES {
            all.push(ticket);
        }
        spares.set((process, all));
    });
}
