//! What a shared connection knows, behind its one lock: what is still to be written, whose replies are due, and who reads and
//! writes. Nothing in here waits, reads, writes or wakes anybody: each operation says what its caller is to do.
//!
//! Two roles keep the connection going. *The reader* receives for everybody; there is at most one. Whoever holds *the pen*
//! writes; it is the reader itself, or, while the reader waits in the operating system, the caller that has just queued
//! something. What holds between any two operations:
//!
//! - What is queued has someone to write it: the pen is held, or the reader is awake and will write before it waits. (Or all
//!   whom it concerns have given up, or wait for nothing.)
//! - Where there is no reader, no caller waits that could be one.
//! - Entries stand in the order of their bytes, and so will their replies.

mod unattended;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::time::Instant;

pub(super) use unattended::Keeping;

use super::order::{Order, Proof};

/// What small commands are gathered into before a new segment begins.
const SEGMENT: usize = 64 << 10;

/// A caller, as far as the queue has to do with it.
pub(super) trait Seat: Clone {
    /// Gives the caller something, if it waits and is able to take it; it is to be woken then.
    fn offer(&self, gift: Gift) -> bool;

    /// Whether this is the same caller.
    fn is(&self, other: &Self) -> bool;

    /// Says where the caller's bytes end in the stream; 0 when not one of them has left, nor will.
    fn ends_at(&self, end: u64);

    /// One who has given up, to stand where somebody has left.
    fn nobody() -> Self;

    /// Whether its replies are to come though nobody waits for them.
    fn is_unattended(&self) -> bool;

    /// Says that the caller waits for room.
    fn stand_in_line(&self);
}

/// What a waiting caller may be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gift {
    /// It reads for everybody from now on.
    Lead,
    /// It writes.
    Pen,
    /// It may queue its bytes.
    Room,
}

/// What a caller that has queued its bytes does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Duty {
    /// Nobody reads: it does.
    Lead,
    /// The reader is waiting in the operating system: it writes.
    Write,
    /// Someone will write its bytes.
    Wait,
}

/// Why nothing was queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Too much is queued. The caller stands in line for room.
    Full,
    /// The connection takes nothing any more.
    Over,
    /// There is no keeper yet, who reads when nobody else does.
    Unkept,
}

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    Vacant,
    /// It is at work, and will write what is queued before it waits.
    Awake,
    /// It waits in the operating system.
    Blocked,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    Open,
    /// It takes nothing new, and is closed once nobody waits for a reply any more.
    Retired,
    Dead,
}

/// A caller whose replies are still to come.
#[derive(Debug)]
pub(super) struct Entry<T> {
    pub(super) ticket: T,
    /// Replies that it waits for, and how many of them are to come.
    pub(super) total: usize,
    pub(super) left: usize,
    /// Where its bytes stand in the stream.
    pub(super) start: u64,
    pub(super) end: u64,
    /// It is nobody's call but a marker, and its reply must be this.
    pub(super) proof: Option<Box<Proof>>,
}

/// Bytes to be written, the first ones perhaps written already.
#[derive(Debug, Default)]
pub(super) struct Segment {
    bytes: Vec<u8>,
    done: usize,
    /// How many calls it has the bytes of.
    calls: u64,
}

impl Segment {
    pub(super) fn rest(&self) -> &[u8] {
        self.bytes.get(self.done..).unwrap_or_default()
    }

    pub(super) fn advance(&mut self, count: usize) {
        self.done = (self.done + count).min(self.bytes.len());
    }

    fn left(&self) -> u64 {
        self.rest().len() as u64
    }

    /// How many calls and bytes it has, when nothing of it was written yet.
    pub(super) fn untouched(&self) -> Option<(u64, u64)> {
        (self.done == 0).then_some((self.calls, self.left()))
    }
}

/// How far the bytes of a caller came that has given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    /// Not one of them left, and none will.
    Nothing,
    /// All but so many, which will follow.
    Part(u64),
    All,
}

/// A caller that has given up.
#[derive(Debug)]
pub(super) struct Abandoned<T> {
    pub(super) sent: Sent,
    pub(super) woken: Vec<T>,
}

/// A caller in line for room.
#[derive(Debug)]
struct Waiting<T> {
    ticket: T,
    len: u64,
}

#[derive(Debug)]
pub(super) struct Queue<T> {
    life: Life,
    reader: Reader,
    /// Someone writes, or is about to.
    pen: bool,
    /// Writing has failed: nobody tries it again.
    broken: bool,
    out: VecDeque<Segment>,
    /// A buffer to be used again.
    spare: Vec<u8>,
    /// Positions in the stream: what is written, what writers have in hand, what is queued.
    written: u64,
    claimed: u64,
    end: u64,
    /// How many bytes may be queued and unwritten.
    bound: u64,
    entries: VecDeque<Entry<T>>,
    waiting: VecDeque<Waiting<T>>,
    /// Room that was granted and not used yet.
    granted: u64,
    /// When the last replies were received.
    heard_at: Option<Instant>,
    /// Makes the markers that prove replies to be in step, if that is wanted.
    order: Option<Order>,
    /// Since when the server may be lost: a caller gave up, and nothing was heard since.
    doubt: Option<Instant>,
    /// Who reads for callers that do not wait, when nobody else does; only if there were any.
    keeper: Option<T>,
    /// The keeper will look by itself soon whether it must read.
    returns: bool,
    /// Since it looked last, somebody left while there were replies to come for which nobody waits.
    wanted: bool,
    /// The keeper is to read at once when nobody else does: somebody wants to be told of a reply.
    urgent: bool,
    /// How many times somebody began to read.
    led: u64,
    /// The connection is kept alive until unattended calls are over.
    held: bool,
    /// Where the first command stood in the stream that was not answered when the reader began to wait, or left.
    answered: u64,
    /// The connection was idle, and whoever reads finds out whether it is good for anything.
    unproven: bool,
    /// When the time of the first of the unattended calls is over, or earlier.
    soonest: Option<Instant>,
}

impl<T: Seat> Queue<T> {
    pub(super) fn new(bound: usize) -> Self {
        Queue {
            life: Life::Open,
            reader: Reader::Vacant,
            pen: false,
            broken: false,
            out: VecDeque::new(),
            spare: Vec::new(),
            written: 0,
            claimed: 0,
            end: 0,
            bound: bound as u64,
            entries: VecDeque::new(),
            waiting: VecDeque::new(),
            granted: 0,
            heard_at: None,
            order: None,
            doubt: None,
            keeper: None,
            returns: false,
            wanted: false,
            urgent: false,
            led: 0,
            held: false,
            answered: 0,
            unproven: false,
            soonest: None,
        }
    }

    /// Sends markers along which prove that replies are in step.
    pub(super) fn verify_order(&mut self) {
        self.order = Some(Order::default());
    }

    // Callers

    /// Queues the bytes of a caller that waits for that many replies. `granted` says that it was given room.
    pub(super) fn submit(
        &mut self,
        ticket: &T,
        bytes: &mut Cow<'_, [u8]>,
        replies: usize,
        granted: bool,
    ) -> Result<Duty, Refusal> {
        let len = bytes.len() as u64;
        self.arrive(len, granted)?;
        if !granted && !self.has_place(len) {
            return Err(self.stand_in_line(ticket, len));
        }
        self.enter(ticket, bytes, replies);
        Ok(self.duty())
    }

    /// A caller comes with so many bytes; room that it was given is used now.
    fn arrive(&mut self, len: u64, granted: bool) -> Result<(), Refusal> {
        if granted {
            self.granted = self.granted.saturating_sub(len);
        }
        if self.life == Life::Open { Ok(()) } else { Err(Refusal::Over) }
    }

    fn stand_in_line(&mut self, ticket: &T, len: u64) -> Refusal {
        self.waiting.push_back(Waiting { ticket: ticket.clone(), len });
        Refusal::Full
    }

    fn enter(&mut self, ticket: &T, bytes: &mut Cow<'_, [u8]>, replies: usize) {
        if let Some((marker, proof)) = self.order.as_mut().and_then(Order::next) {
            let start = self.end;
            self.append(&mut Cow::Borrowed(&marker));
            let (ticket, end) = (T::nobody(), self.end);
            self.entries.push_back(Entry {
                ticket,
                total: 1,
                left: 1,
                start,
                end,
                proof: Some(Box::new(proof)),
            });
        }
        let start = self.end;
        self.append(bytes);
        ticket.ends_at(self.end);
        self.entries.push_back(Entry {
            ticket: ticket.clone(),
            total: replies,
            left: replies,
            start,
            end: self.end,
            proof: None,
        });
    }

    fn duty(&mut self) -> Duty {
        match self.reader {
            Reader::Vacant => {
                self.reader = Reader::Awake;
                self.unproven = !self.is_owed();
                Duty::Lead
            }
            Reader::Blocked if !self.pen && !self.broken => {
                self.pen = true;
                Duty::Write
            }
            Reader::Awake | Reader::Blocked => Duty::Wait,
        }
    }

    /// A caller that waits for a reply and has done something else meanwhile looks whether it must lead.
    pub(super) fn join(&mut self) -> bool {
        let vacant = self.reader == Reader::Vacant && self.life != Life::Dead;
        if vacant {
            self.reader = Reader::Awake;
        }
        vacant
    }

    /// A caller that has not waited so far does now; `end` is where its bytes end.
    pub(super) fn attend(&mut self, end: u64) -> Duty {
        let unwritten = end > self.written;
        match self.reader {
            Reader::Vacant if self.life == Life::Dead => Duty::Wait,
            Reader::Blocked if !unwritten => Duty::Wait,
            _ => self.duty(),
        }
    }

    fn is_owed(&self) -> bool {
        self.answered < self.claimed || self.has_due()
    }

    /// Notes what is not answered yet; the reader waits now, or leaves.
    fn note_answered(&mut self, due: &VecDeque<Entry<T>>) {
        let first = due.front().or(self.entries.front()).map_or(self.claimed, |entry| entry.start);
        self.answered = first.min(self.claimed);
    }

    /// A caller that stood in line for room has given up; `granted` says that it had just been given some.
    pub(super) fn leave(&mut self, ticket: &T, len: usize, granted: bool) -> Vec<T> {
        if granted {
            self.granted = self.granted.saturating_sub(len as u64);
        } else {
            self.waiting.retain(|waiting| !waiting.ticket.is(ticket));
        }
        self.grant()
    }

    /// A caller that had queued its bytes has given up. Its bytes are taken out again if none of them is on its way; else its
    /// replies will be dropped when they come. `end` is where they end.
    pub(super) fn abandon(&mut self, ticket: &T, end: u64) -> Abandoned<T> {
        let place = self.entries.iter().rposition(|entry| entry.ticket.is(ticket));
        let entry = place.and_then(|place| self.entries.get(place));
        let sent = match entry {
            Some(entry) if entry.start >= self.claimed => Sent::Nothing,
            // Taken out by those who let go of the connection.
            None if end == 0 => Sent::Nothing,
            _ if end > self.written => Sent::Part(end - self.written),
            _ => Sent::All,
        };
        if sent == Sent::Nothing
            && let Some(place) = place
        {
            self.cancel(place);
        }
        Abandoned { sent, woken: self.grant() }
    }

    fn cancel(&mut self, place: usize) {
        let Some(entry) = self.entries.remove(place) else { return };
        let len = entry.end - entry.start;
        let mut at = self.claimed;
        for segment in &mut self.out {
            let next = at + segment.left();
            if entry.start < next {
                let from = segment.done + usize::try_from(entry.start - at).unwrap_or(usize::MAX);
                let to = from.saturating_add(usize::try_from(len).unwrap_or(usize::MAX));
                segment.bytes.drain(from.min(segment.bytes.len())..to.min(segment.bytes.len()));
                segment.calls = segment.calls.saturating_sub(1);
                break;
            }
            at = next;
        }
        self.out.retain(|segment| segment.left() > 0);
        entry.ticket.ends_at(0);
        self.end -= len;
        for later in self.entries.iter_mut().skip(place) {
            later.start -= len;
            later.end -= len;
            later.ticket.ends_at(later.end);
        }
    }

    // Writing

    fn append(&mut self, bytes: &mut Cow<'_, [u8]>) {
        let len = bytes.len();
        self.end += len as u64;
        let fits = |segment: &&mut Segment| segment.bytes.len() + len <= SEGMENT;
        match bytes {
            Cow::Borrowed(bytes) => match self.out.back_mut().filter(fits) {
                Some(last) => {
                    last.bytes.extend_from_slice(bytes);
                    last.calls += 1;
                }
                None => {
                    let mut fresh = std::mem::take(&mut self.spare);
                    fresh.extend_from_slice(bytes);
                    self.out.push_back(Segment { bytes: fresh, done: 0, calls: 1 });
                }
            },
            Cow::Owned(bytes) => {
                self.out.push_back(Segment { bytes: std::mem::take(bytes), done: 0, calls: 1 });
            }
        }
    }

    fn claim(&mut self) -> Option<Segment> {
        let segment = self.out.pop_front()?;
        self.claimed += segment.left();
        Some(segment)
    }

    /// Takes back what a writer had in hand, of which it has written some.
    pub(super) fn wrote(&mut self, mut segment: Segment) -> Vec<T> {
        self.written = self.claimed - segment.left();
        if segment.left() > 0 {
            self.claimed = self.written;
            self.out.push_front(segment);
        } else if self.spare.capacity() == 0 && segment.bytes.capacity() <= SEGMENT {
            segment.bytes.clear();
            self.spare = segment.bytes;
        }
        self.grant()
    }

    /// What the reader is to write; with `None` it is to wait, and everybody knows that it does.
    /// `answered` says when it has given out replies since the last time.
    pub(super) fn next_for_reader(
        &mut self,
        answered: Option<Instant>,
        due: &VecDeque<Entry<T>>,
    ) -> Option<Segment> {
        self.heard_if(answered);
        self.unproven = false;
        if !self.pen
            && !self.broken
            && let Some(segment) = self.claim()
        {
            self.pen = true;
            return Some(segment);
        }
        self.reader = Reader::Blocked;
        self.note_answered(due);
        None
    }

    /// What a caller with the pen is to write; with `None` it has the pen no more.
    pub(super) fn next_for_writer(&mut self) -> Option<Segment> {
        // A reader that is awake writes what has come meanwhile.
        let segment = if self.reader == Reader::Awake || self.broken { None } else { self.claim() };
        self.pen = segment.is_some();
        segment
    }

    /// The reader lays down the pen.
    pub(super) fn drop_pen(&mut self) {
        self.pen = false;
    }

    /// Someone who has the pen, and something left to write, will not go on.
    pub(super) fn pass_pen(&mut self) -> Vec<T> {
        self.pen = false;
        if self.reader != Reader::Awake && !self.broken {
            let written = self.written;
            let unwritten = self.entries.iter().filter(|entry| entry.end > written);
            if let Some(next) = unwritten.map(|entry| &entry.ticket).find(|ticket| ticket.offer(Gift::Pen)) {
                self.pen = true;
                return vec![next.clone()];
            }
        }
        self.grant()
    }

    /// Writing has failed. Says whether the reader waits and must be told.
    pub(super) fn break_off(&mut self) -> bool {
        self.broken = true;
        self.pen = false;
        self.reader == Reader::Blocked
    }

    // Room

    /// Whether so many bytes may be queued by a caller that was not given room: nobody stands in line before it.
    fn has_place(&self, len: u64) -> bool {
        self.waiting.is_empty() && (self.has_room(len) || self.is_stalled())
    }

    fn has_room(&self, len: u64) -> bool {
        let queued = self.end - self.written + self.granted;
        queued == 0 || queued.saturating_add(len) <= self.bound
    }

    /// Whether nobody is left to write what is queued, nor about to come. Whoever comes next will write it, however full the
    /// queue is.
    fn is_stalled(&self) -> bool {
        let keeper_comes = self.reader == Reader::Vacant && self.returns;
        self.reader != Reader::Awake && !keeper_comes && !self.pen && self.granted == 0
    }

    /// Gives room to those in line for it.
    fn grant(&mut self) -> Vec<T> {
        let mut woken = Vec::new();
        while let Some(next) = self.waiting.front() {
            if !self.has_room(next.len) && !self.is_stalled() {
                break;
            }
            if let Some(next) = self.waiting.pop_front()
                && next.ticket.offer(Gift::Room)
            {
                self.granted += next.len;
                woken.push(next.ticket);
            }
        }
        woken
    }

    // Reading

    /// The reader is at work again, or a new one is.
    pub(super) fn woke(&mut self, due: &mut VecDeque<Entry<T>>) {
        self.reader = Reader::Awake;
        self.led = self.led.wrapping_add(1);
        self.take_due(due);
    }

    /// Only replies are a sign that the server goes on: not pushes, nor half a reply of which the rest never comes.
    fn heard_if(&mut self, answered: Option<Instant>) {
        if answered.is_some() {
            self.heard_at = answered;
            self.doubt = None;
        }
    }

    /// Hands the reader those callers whose bytes are on their way.
    pub(super) fn take_due(&mut self, due: &mut VecDeque<Entry<T>>) {
        while let Some(entry) = self.entries.pop_front_if(|entry| entry.start < self.claimed) {
            due.push_back(entry);
        }
    }

    /// The reader leaves. Gives the one who follows it, or else everybody for whom there is something else to do, and whether
    /// the connection has no purpose any more. `answered` says when it has given out replies.
    pub(super) fn pass_on(&mut self, due: &VecDeque<Entry<T>>, answered: Option<Instant>) -> (Vec<T>, bool) {
        self.heard_if(answered);
        self.unproven = false;
        let next = due.iter().chain(&self.entries).map(|entry| &entry.ticket);
        let next = next.into_iter().find(|ticket| ticket.offer(Gift::Lead));
        let awaited = next.is_none() && self.is_awaited(due);
        let keeper = self.keeper.as_ref().filter(|keeper| awaited && self.urgent && keeper.offer(Gift::Lead));
        if let Some(next) = next.or(keeper) {
            self.reader = Reader::Awake;
            return (vec![next.clone()], false);
        }
        self.reader = Reader::Vacant;
        self.note_answered(due);
        let mut woken = self.grant();
        if awaited && !self.returns {
            let keeper = self.keeper.iter().filter(|keeper| keeper.offer(Gift::Room));
            woken.extend(keeper.cloned());
        }
        self.returns |= awaited;
        self.wanted |= awaited;
        (woken, self.life == Life::Retired && !awaited)
    }

    // The end

    /// When the last replies were received.
    pub(super) fn heard_at(&self) -> Option<Instant> {
        self.heard_at
    }

    /// Since when the server may be lost.
    pub(super) fn doubt(&self) -> Option<Instant> {
        self.doubt
    }

    pub(super) fn doubt_since(&mut self, since: Instant) {
        self.doubt = Some(self.doubt.map_or(since, |earlier| earlier.min(since)));
    }

    /// Takes nothing new from now on. Gives those who are to go elsewhere, none of their bytes having left; and whether nobody
    /// reads, which is to say that nobody waits for what is still to come.
    pub(super) fn retire(&mut self) -> (Vec<T>, bool) {
        if self.life == Life::Open {
            self.life = Life::Retired;
        }
        let mut away: Vec<T> = self.waiting.drain(..).map(|waiting| waiting.ticket).collect();
        while let Some(last) = self.entries.len().checked_sub(1)
            && self.entries.back().is_some_and(|entry| entry.start >= self.claimed)
        {
            away.extend(self.entries.back().map(|entry| entry.ticket.clone()));
            self.cancel(last);
        }
        (away, self.reader == Reader::Vacant)
    }

    /// The connection is lost: all those whose bytes the reader has not seen off, and those in line for room.
    pub(super) fn die(&mut self) -> (VecDeque<Entry<T>>, Vec<T>) {
        self.life = Life::Dead;
        self.broken = true;
        self.reader = Reader::Vacant;
        self.unproven = false;
        self.out.clear();
        for entry in self.entries.iter().filter(|entry| entry.start >= self.claimed) {
            entry.ticket.ends_at(0);
        }
        let waiting = self.waiting.drain(..).map(|waiting| waiting.ticket).collect();
        (std::mem::take(&mut self.entries), waiting)
    }

    /// Up to where bytes were handed to writers: what begins behind it has not left.
    pub(super) fn claimed(&self) -> u64 {
        self.claimed
    }

    /// Whether replies are due that the reader does not know of.
    pub(super) fn has_due(&self) -> bool {
        self.entries.front().is_some_and(|entry| entry.start < self.claimed)
    }

    /// Whether what ends there is still to be written, or was taken out.
    pub(super) fn is_unwritten(&self, end: u64) -> bool {
        end == 0 || end > self.written
    }

    /// Bytes that are queued and unwritten.
    pub(super) fn queued(&self) -> u64 {
        self.end - self.written
    }
}

#[cfg(test)]
mod tests;
