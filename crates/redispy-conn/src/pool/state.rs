//! What a pool knows, behind its one lock. Nothing in here waits, opens or closes anything: what is to be closed is handed
//! out, so that it is dropped when the lock is free again.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Borrowed, Stats, closed};
use crate::deadline::in_words;
use crate::transport::Attempt;
use crate::{
    Closer, Connection, Deadline, Error, ErrorKind, Outcome, Phase, PoolConfig, Result, RetryPolicy,
};

/// The longest pause between two attempts to connect; also the pause after the server refused the credentials.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// An attempt under way for longer than this hangs, as far as callers are concerned that came after it began: they are not
/// kept waiting for a server that has gone while another one could be reached.
pub(super) const HANGS_AFTER: Duration = Duration::from_millis(100);

/// A connection of the pool.
pub(super) struct Member {
    pub(super) connection: Connection,
    place: usize,
    generation: u64,
    expires: Option<Instant>,
}

impl Member {
    /// It has no place in the pool yet; [`State::welcome`] gives it one.
    pub(super) fn new(connection: Connection, generation: u64, expires: Option<Instant>) -> Box<Self> {
        Box::new(Member { connection, place: usize::MAX, generation, expires })
    }

    pub(super) fn has_expired(&self, now: Instant) -> bool {
        self.expires.is_some_and(|end| end <= now)
    }

    /// Whether its age lets it be used.
    pub(super) fn is_fresh(&self, config: &PoolConfig, last_used: Instant, now: Instant) -> bool {
        let idle = now.saturating_duration_since(last_used);
        !self.has_expired(now) && config.max_idle_age.is_none_or(|age| idle <= age)
    }
}

/// The state in which a connection is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Returned {
    Good,
    /// It was closed while it was in use.
    Lost,
    /// It owes replies, or carries what the next caller must not find.
    Unclean,
    Expired,
}

impl Returned {
    pub(super) fn of(member: &Member, now: Instant) -> Self {
        match &member.connection {
            connection if !connection.is_open() => Returned::Lost,
            connection if !connection.is_clean() => Returned::Unclean,
            _ if member.has_expired(now) => Returned::Expired,
            _ => Returned::Good,
        }
    }
}

/// Connections that the pool lets go of, to be dropped without its lock.
pub(super) type Dropped = [Option<Box<Member>>; 2];

/// A caller in the queue.
pub(super) struct Waiter {
    label: &'static str,
    since: Instant,
    gift: Mutex<Option<Result<Box<Member>>>>,
    given: Condvar,
}

impl Waiter {
    pub(super) fn new(label: &'static str) -> Self {
        Waiter { label, since: Instant::now(), gift: Mutex::new(None), given: Condvar::new() }
    }

    /// What it was given, or `None` once the deadline has passed.
    pub(super) fn wait(&self, deadline: Deadline) -> Option<Result<Box<Member>>> {
        let mut gift = self.gift.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if gift.is_some() {
                return gift.take();
            }
            gift = match deadline.remaining() {
                Some(Duration::ZERO) => return None,
                Some(left) => self.given.wait_timeout(gift, left).unwrap_or_else(PoisonError::into_inner).0,
                None => self.given.wait(gift).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    fn waited(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.since)
    }

    fn give(&self, gift: Result<Box<Member>>) {
        *self.gift.lock().unwrap_or_else(PoisonError::into_inner) = Some(gift);
        self.given.notify_one();
    }
}

/// Whether a caller in the queue will get a connection of its own.
pub(super) enum Room {
    /// There is room for one more.
    ToDial,
    /// All that there may be are out, or spoken for.
    None,
}

/// A connection's entry: who has it.
struct Place {
    closer: Closer,
    lent: Option<(&'static str, Instant)>,
}

/// The last attempt to connect failed.
struct Trouble {
    failures: u32,
    not_before: Instant,
    error: Error,
}

pub(super) struct State {
    config: PoolConfig,
    closed: bool,
    /// Connections of an older generation are let go.
    generation: u64,
    /// The one used last is at the back.
    idle: VecDeque<Box<Member>>,
    places: Vec<Option<Place>>,
    vacant: Vec<usize>,
    queue: VecDeque<Arc<Waiter>>,
    /// Threads that dial, or are about to.
    dialers: usize,
    /// Each with when it began.
    attempts: Vec<(Instant, Arc<Attempt>)>,
    trouble: Option<Trouble>,
    counts: Stats,
}

impl State {
    pub(super) fn new(config: &PoolConfig) -> Self {
        State {
            config: config.clone(),
            closed: false,
            generation: 0,
            idle: VecDeque::new(),
            places: Vec::new(),
            vacant: Vec::new(),
            queue: VecDeque::new(),
            dialers: 0,
            attempts: Vec::new(),
            trouble: None,
            counts: Stats::default(),
        }
    }

    /// Connections that are open, in use or not.
    fn open(&self) -> usize {
        self.places.len() - self.vacant.len()
    }

    fn room(&self) -> usize {
        self.config.max_connections.saturating_sub(self.open())
    }

    // Lending and taking back

    pub(super) fn take_idle(&mut self, label: &'static str, now: Instant) -> Result<Option<Box<Member>>> {
        if self.closed {
            return Err(closed());
        }
        let Some(member) = self.idle.pop_back() else { return Ok(None) };
        self.lend(&member, label, now);
        Ok(Some(member))
    }

    fn lend(&mut self, member: &Member, label: &'static str, now: Instant) {
        self.counts.lent += 1;
        if let Some(Some(place)) = self.places.get_mut(member.place) {
            place.lent = Some((label, now));
        }
    }

    /// A connection just lent turned out to be of no use: it is dead, unless it is too old.
    pub(super) fn found_useless(&mut self, member: &Member, is_fresh: bool) {
        self.counts.lent -= 1;
        match is_fresh {
            true => self.counts.found_dead += 1,
            false => self.counts.expired += 1,
        }
        self.vacate(member.place);
    }

    /// Takes a connection back. What is returned is to be dropped without the lock.
    pub(super) fn take_back(&mut self, member: Box<Member>, returned: Returned, now: Instant) -> Dropped {
        let counts = &mut self.counts;
        match returned {
            Returned::Lost => (counts.discarded, counts.lost) = (counts.discarded + 1, counts.lost + 1),
            Returned::Unclean => counts.discarded += 1,
            Returned::Expired => counts.expired += 1,
            Returned::Good if self.closed || member.generation != self.generation => counts.cleared += 1,
            Returned::Good => return self.provide(member, now),
        }
        self.vacate(member.place);
        [Some(member), None]
    }

    /// Gives a connection to who has waited longest, or keeps it.
    fn provide(&mut self, member: Box<Member>, now: Instant) -> Dropped {
        if let Some(waiter) = self.queue.pop_front() {
            self.counts.wait_time += waiter.waited(now);
            self.lend(&member, waiter.label, now);
            waiter.give(Ok(member));
            return [None, None];
        }
        if let Some(Some(place)) = self.places.get_mut(member.place) {
            place.lent = None;
        }
        self.idle.push_back(member);
        // Two at a time: a pool that shrinks gets rid of its surplus without ever paying for all of it at once.
        [self.drop_oldest(now), self.drop_oldest(now)]
    }

    /// Takes out the connection that has been idle longest, if that is too long, or there are too many of them.
    fn drop_oldest(&mut self, now: Instant) -> Option<Box<Member>> {
        let surplus = self.idle.len() > self.config.max_idle;
        let oldest = self.idle.pop_front_if(|oldest| {
            surplus || !oldest.is_fresh(&self.config, oldest.connection.last_used(), now)
        })?;
        match surplus {
            true => self.counts.surplus += 1,
            false => self.counts.expired += 1,
        }
        self.vacate(oldest.place);
        Some(oldest)
    }

    fn vacate(&mut self, place: usize) {
        if let Some(entry) = self.places.get_mut(place)
            && entry.take().is_some()
        {
            self.vacant.push(place);
        }
    }

    // The queue

    /// Puts a caller into the queue, unless it is clear already that nothing will come of it.
    pub(super) fn enqueue(&mut self, waiter: &Arc<Waiter>, now: Instant, deadline: Deadline) -> Result<Room> {
        if self.closed {
            return Err(closed());
        }
        if let Some(trouble) = &self.trouble
            && self.open() == 0
            && now < trouble.not_before
            && (trouble.error.kind() == ErrorKind::Auth || deadline.is_before(trouble.not_before))
        {
            return Err(trouble.error.clone());
        }
        let room = if self.queue.len() < self.room() { Room::ToDial } else { Room::None };
        self.counts.waits += 1;
        self.queue.push_back(Arc::clone(waiter));
        Ok(room)
    }

    /// Takes a caller out of the queue; says whether it was there.
    pub(super) fn leave(&mut self, waiter: &Arc<Waiter>) -> bool {
        let Some(place) = self.queue.iter().position(|other| Arc::ptr_eq(other, waiter)) else {
            return false;
        };
        self.queue.remove(place);
        self.counts.timeouts += 1;
        self.counts.wait_time += waiter.since.elapsed();
        true
    }

    pub(super) fn why_nothing_came(&self, now: Instant, deadline: Deadline) -> Error {
        if let Some((_, attempt)) = self.attempts.first()
            && self.room() > 0
        {
            return Error::timeout(attempt.phase(), Outcome::NotSent, deadline);
        }
        if let Some(trouble) = &self.trouble
            && self.room() > 0
        {
            return trouble.error.clone();
        }
        if self.dialers > 0 && self.room() > 0 {
            // The thread that is to connect has not come to it.
            return Error::timeout(Phase::Connect, Outcome::NotSent, deadline);
        }
        let error = Error::timeout(Phase::PoolWait, Outcome::NotSent, deadline);
        let text = format!("{}: {}", error.text(), self.who_has_them(now));
        error.with_text(text)
    }

    pub(super) fn who_has_them(&self, now: Instant) -> String {
        let borrowed = self.borrowed(now);
        let Some(oldest) = borrowed.first().map(|oldest| oldest.age) else {
            return if self.open() == 0 { "none is open yet".into() } else { "none is out".into() };
        };
        let mut doing: Vec<(&str, usize)> = Vec::new();
        for Borrowed { label, .. } in &borrowed {
            match doing.iter_mut().find(|(known, _)| known == label) {
                Some((_, count)) => *count += 1,
                None => doing.push((label, 1)),
            }
        }
        doing.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let names: Vec<_> = doing.iter().take(3).map(|(label, count)| format!("{count} {label}")).collect();
        let more = if doing.len() > names.len() { ", ..." } else { "" };
        let oldest = in_words(Duration::from_millis(u64::try_from(oldest.as_millis()).unwrap_or(u64::MAX)));
        format!("{} are out, the oldest for {oldest} ({}{more})", borrowed.len(), names.join(", "))
    }

    // Dialing

    /// Whether one more dialer is called for; counts it if so.
    pub(super) fn hire(&mut self) -> bool {
        let called_for = self.dialers < self.useful_dialers(Instant::now());
        self.dialers += usize::from(called_for);
        called_for
    }

    /// Whether a dialer that is about to dial is called for.
    pub(super) fn is_needed(&self) -> bool {
        self.dialers <= self.useful_dialers(Instant::now())
    }

    fn useful_dialers(&self, now: Instant) -> usize {
        if self.closed {
            return 0;
        }
        let hanging = self.hanging(now);
        let limit = if self.trouble.is_some() { 1 } else { self.config.max_dials };
        (self.queue.len().min(limit) + hanging).min(self.room()).min(self.config.max_dials)
    }

    /// How many attempts hang that began before the first of the present callers came.
    fn hanging(&self, now: Instant) -> usize {
        let Some(first) = self.queue.front() else { return 0 };
        let hangs = |began: Instant| began < first.since && now.duration_since(began) >= HANGS_AFTER;
        self.attempts.iter().filter(|(began, _)| hangs(*began)).count()
    }

    pub(super) fn dismiss(&mut self) {
        self.dialers -= 1;
    }

    /// How long the next attempt is to wait.
    pub(super) fn pause(&self, now: Instant) -> Option<Duration> {
        let pause = self.trouble.as_ref()?.not_before.saturating_duration_since(now);
        (!pause.is_zero()).then_some(pause)
    }

    /// An attempt begins; the connection will belong to the generation returned.
    pub(super) fn dial_begins(&mut self, attempt: &Arc<Attempt>) -> u64 {
        self.counts.dials += 1;
        self.attempts.push((Instant::now(), Arc::clone(attempt)));
        self.generation
    }

    /// Says when the attempt began.
    pub(super) fn dial_ended(&mut self, attempt: &Arc<Attempt>) -> Option<Instant> {
        let place = self.attempts.iter().position(|(_, other)| Arc::ptr_eq(other, attempt))?;
        Some(self.attempts.swap_remove(place).0)
    }

    /// A new connection.
    pub(super) fn welcome(&mut self, mut member: Box<Member>, now: Instant) -> Dropped {
        self.counts.opened += 1;
        if self.closed || member.generation != self.generation {
            self.counts.cleared += 1;
            return [Some(member), None];
        }
        self.trouble = None;
        let entry = Some(Place { closer: member.connection.closer(), lent: None });
        match self.vacant.pop() {
            Some(place) => {
                member.place = place;
                if let Some(vacant) = self.places.get_mut(place) {
                    *vacant = entry;
                }
            }
            None => {
                member.place = self.places.len();
                self.places.push(entry);
            }
        }
        self.provide(member, now)
    }

    /// An attempt failed that began at that moment. It is the error of the caller at the head of the queue; of all callers if
    /// nothing else can serve them. That it took too long is not the error of those who came after it began.
    pub(super) fn dial_failed(&mut self, error: Error, began: Option<Instant>, now: Instant) {
        self.counts.failed_dials += 1;
        let failures = self.trouble.as_ref().map_or(0, |trouble| trouble.failures);
        let pause = match error.kind() {
            ErrorKind::Auth => LONGEST_PAUSE,
            _ => RetryPolicy::default().with_max_delay(LONGEST_PAUSE).delay(failures),
        };
        let hopeless = error.kind() == ErrorKind::Auth || (self.attempts.is_empty() && self.open() == 0);
        let told = if hopeless { self.queue.len() } else { self.queue.len().min(1) };
        let came_later = |waiter: &Arc<Waiter>| began.is_some_and(|began| began < waiter.since);
        let told = match error.kind() {
            ErrorKind::Timeout => {
                self.queue.iter().take(told).take_while(|waiter| !came_later(waiter)).count()
            }
            _ => told,
        };
        for waiter in self.queue.drain(..told) {
            self.counts.wait_time += waiter.waited(now);
            waiter.give(Err(error.clone()));
        }
        let not_before = now.checked_add(pause).unwrap_or(now);
        self.trouble = Some(Trouble { failures: failures.saturating_add(1), not_before, error });
    }

    // The whole

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    pub(super) fn close(&mut self) -> VecDeque<Box<Member>> {
        self.closed = true;
        for waiter in self.queue.drain(..) {
            self.counts.wait_time += waiter.since.elapsed();
            waiter.give(Err(closed()));
        }
        self.clear()
    }

    /// Begins a new generation.
    pub(super) fn clear(&mut self) -> VecDeque<Box<Member>> {
        self.generation += 1;
        self.trouble = None;
        let dropped = std::mem::take(&mut self.idle);
        self.counts.cleared += dropped.len() as u64;
        for member in &dropped {
            self.vacate(member.place);
        }
        dropped
    }

    /// Everything that holds a socket.
    pub(super) fn abandon(&mut self) -> VecDeque<Box<Member>> {
        self.places.clear();
        self.vacant.clear();
        std::mem::take(&mut self.idle)
    }

    pub(super) fn closers(&self) -> Vec<Closer> {
        self.places
            .iter()
            .flatten()
            .filter(|place| place.lent.is_some())
            .map(|place| place.closer.clone())
            .collect()
    }

    pub(super) fn borrowed(&self, now: Instant) -> Vec<Borrowed> {
        let lent = self.places.iter().flatten().filter_map(|place| place.lent);
        let mut borrowed: Vec<_> = lent
            .map(|(label, since)| Borrowed { label, age: now.saturating_duration_since(since) })
            .collect();
        borrowed.sort_by_key(|borrowed| std::cmp::Reverse(borrowed.age));
        borrowed
    }

    pub(super) fn stats(&self, now: Instant) -> Stats {
        let borrowed = self.borrowed(now);
        Stats {
            in_use: borrowed.len(),
            idle: self.idle.len(),
            dialing: self.attempts.len(),
            waiting: self.queue.len(),
            oldest: borrowed.first().map(|oldest| oldest.age),
            ..self.counts
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nothing_is_out_nobody_has_it() {
        let state = State::new(&PoolConfig::default());
        assert_eq!(state.who_has_them(Instant::now()), "none is open yet");
    }
}
