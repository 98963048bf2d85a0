//! The shared connections of a pool: a few, each opened when it is first needed and replaced when it is of no use any more.

use std::cell::Cell;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use resp_proto::Node;

use super::line::{Line, Written};
use super::ticket::{Failure, Inbox, Ticket};
use crate::pool::Places;
use crate::{Address, Deadline, Error, Outcome, Phase, Result, Stats};

/// What the pool says of a connection that is shared.
const LABEL: &str = "a shared connection";

thread_local! {
    /// The ticket of this thread's calls, between two of them, and its process: after a fork, other threads may have held its locks
    /// for ever.
    static SPARE: Cell<Option<(u32, Arc<Ticket>)>> = const { Cell::new(None) };
}

/// The shared connections of one pool.
pub(crate) struct Lanes {
    places: Places,
    lanes: Box<[Lane]>,
    /// By all connections that there were.
    written: Arc<Written>,
}

/// A place for one shared connection.
#[derive(Default)]
pub(super) struct Lane {
    current: Mutex<Current>,
    /// Whoever connects is done.
    settled: Condvar,
}

#[derive(Default)]
struct Current {
    line: Option<(u64, Arc<Line>)>,
    connecting: bool,
    /// How many attempts have ended, and what the last one failed with.
    attempts: u64,
    error: Option<Error>,
}

impl Lanes {
    pub(crate) fn new(places: Places, count: usize) -> Lanes {
        let lanes = (0..count).map(|_| Lane::default()).collect();
        Lanes { places, lanes, written: Arc::default() }
    }

    /// Sends `bytes`, which get that many replies, and hands each reply to `read`, once all are in.
    pub(crate) fn exchange(
        &self,
        bytes: &[u8],
        replies: usize,
        deadline: Deadline,
        read: &mut dyn FnMut(&Address, usize, Node<'_>),
    ) -> Result<()> {
        let lane = self.at(self.choose());
        loop {
            let (line, fresh) = self.line(lane, deadline)?;
            let ticket = take_spare(self.places.process());
            let called = line.call(&ticket, bytes, replies, deadline);
            let mut inbox = ticket.collect();
            let mut failure = called.err().or_else(|| inbox.failure.take());
            if let Some(Failure { elsewhere: true, .. }) = failure {
                if deadline.has_passed() {
                    let error = Error::timeout(Phase::Write, Outcome::NotSent, deadline);
                    failure = Some(Failure::new(error.with_address(&line.address)));
                } else if !fresh {
                    continue;
                }
            }
            give_out(&line, &mut inbox, read);
            return match failure {
                None => {
                    ticket.recycle(inbox);
                    let _ = SPARE.try_with(|spare| spare.set(Some((self.places.process(), ticket))));
                    Ok(())
                }
                Some(failure) => Err(failure.error),
            };
        }
    }

    /// The connection with the fewest calls under way.
    pub(super) fn choose(&self) -> usize {
        if self.lanes.len() < 2 {
            return 0;
        }
        let load = |lane: &Lane| lane.lock().line.as_ref().map_or(0, |(_, line)| line.load());
        self.lanes.iter().enumerate().min_by_key(|(_, lane)| load(lane)).map_or(0, |(place, _)| place)
    }

    pub(super) fn at(&self, place: usize) -> Option<&Lane> {
        self.lanes.get(place)
    }

    /// The process that these connections belong to.
    pub(super) fn process(&self) -> u32 {
        self.places.process()
    }

    /// A usable line, and whether it was opened just now.
    pub(super) fn line(&self, lane: Option<&Lane>, deadline: Deadline) -> Result<(Arc<Line>, bool)> {
        let Some(lane) = lane else { return Err(Error::config("shared_connections must be at least 1")) };
        let generation = self.places.generation();
        let mut current = lane.lock();
        let mut seen = None;
        loop {
            if let Some((born, line)) = &current.line {
                if *born == generation && line.is_usable() {
                    return Ok((Arc::clone(line), seen.is_some()));
                }
                let old = current.line.take();
                drop(current);
                if let Some((_, line)) = old {
                    line.retire();
                }
                current = lane.lock();
                continue;
            }
            if !current.connecting {
                current.connecting = true;
                drop(current);
                return self.connect(lane, generation, deadline).map(|line| (line, true));
            }
            let attempts = *seen.get_or_insert(current.attempts);
            if current.attempts != attempts {
                if let Some(error) = &current.error {
                    return Err(error.clone());
                }
                seen = Some(current.attempts);
                continue;
            }
            current = match deadline.remaining() {
                Some(Duration::ZERO) => {
                    drop(current);
                    return Err(self.places.why_nothing_came(deadline));
                }
                Some(left) => {
                    lane.settled.wait_timeout(current, left).unwrap_or_else(PoisonError::into_inner).0
                }
                None => lane.settled.wait(current).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Opens a connection for all who wait for this lane.
    fn connect(&self, lane: &Lane, generation: u64, deadline: Deadline) -> Result<Arc<Line>> {
        let mut attempt = Connecting { lane, line: None, error: None };
        let result = self.places.take(LABEL, deadline);
        match result {
            Ok((transport, decoder, address, home)) => {
                let config = self.places.config();
                let hook = config.push_hook.clone();
                let written = Arc::clone(&self.written);
                let line = Line::new(transport, decoder, address, &config.share, hook, Some(home), written);
                let line = Arc::new(line);
                attempt.line = Some((generation, Arc::clone(&line)));
                Ok(line)
            }
            Err(error) => {
                // That this caller's time is over is no news for the others: the next one of them goes on waiting.
                attempt.error = (!deadline.has_passed()).then(|| error.clone());
                Err(error)
            }
        }
    }

    /// Lets go of all connections: no new call goes there.
    pub(crate) fn clear(&self) {
        self.places.clear();
        self.let_go();
    }

    /// No connection will be opened again.
    pub(crate) fn close(&self) {
        self.places.close();
        self.let_go();
    }

    /// Ends all calls.
    pub(crate) fn abort(&self) {
        self.places.abort();
        self.let_go();
    }

    pub(crate) fn add_to(&self, stats: &mut Stats) {
        self.places.add_to(stats);
        self.written.add_to(stats);
        for lane in &self.lanes {
            let line = lane.lock().line.as_ref().map(|(_, line)| Arc::clone(line));
            if let Some(line) = line {
                stats.in_flight += line.load();
                stats.queued += line.queued();
            }
        }
    }

    fn let_go(&self) {
        for lane in &self.lanes {
            let line = lane.lock().line.take();
            if let Some((_, line)) = line {
                line.retire();
            }
        }
    }

    /// In a child process: forgets the parent's connections without touching them, as far as no lock is held that nobody will
    /// ever release.
    pub(crate) fn forsake(&self) {
        for lane in &self.lanes {
            if let Ok(mut current) = lane.current.try_lock() {
                drop(current.line.take());
            }
        }
    }
}

impl Lane {
    fn lock(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An attempt to connect: however it ends, the others are told.
struct Connecting<'a> {
    lane: &'a Lane,
    line: Option<(u64, Arc<Line>)>,
    error: Option<Error>,
}

impl Drop for Connecting<'_> {
    fn drop(&mut self) {
        let mut current = self.lane.lock();
        current.connecting = false;
        current.attempts += 1;
        current.error = self.error.take();
        if let Some(line) = self.line.take() {
            current.line = Some(line);
        }
        drop(current);
        self.lane.settled.notify_all();
    }
}

fn take_spare(process: u32) -> Arc<Ticket> {
    let spare = SPARE.try_with(Cell::take).ok().flatten();
    spare.filter(|(of, _)| *of == process).map_or_else(|| Arc::new(Ticket::new()), |(_, ticket)| ticket)
}

/// Hands out the replies.
pub(super) fn give_out(line: &Line, inbox: &mut Inbox, read: &mut dyn FnMut(&Address, usize, Node<'_>)) {
    inbox.replies.give_out(|number, reply| read(&line.address, number, reply));
}
