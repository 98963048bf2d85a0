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

use std::borrow::Cow;
use std::collections::VecDeque;
use std::time::Instant;

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
}

/// Bytes to be written, the first ones perhaps written already.
#[derive(Debug, Default)]
pub(super) struct Segment {
    bytes: Vec<u8>,
    done: usize,
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
    /// When the last replies were received.
    pub(super) heard_at: Option<Instant>,
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
    /// Since when the server may be lost: a caller gave up, and nothing was heard since.
    doubt: Option<Instant>,
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
            doubt: None,
        }
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
        if granted {
            self.granted = self.granted.saturating_sub(len);
        }
        if self.life != Life::Open {
            return Err(Refusal::Over);
        }
        if !granted && !(self.waiting.is_empty() && (self.has_room(len) || self.is_stalled())) {
            self.waiting.push_back(Waiting { ticket: ticket.clone(), len });
            return Err(Refusal::Full);
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
        });
        Ok(self.duty())
    }

    fn duty(&mut self) -> Duty {
        match self.reader {
            Reader::Vacant => {
                self.reader = Reader::Awake;
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
        Abandoned { sent, heard_at: self.heard_at, woken: self.grant() }
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
                Some(last) => last.bytes.extend_from_slice(bytes),
                None => {
                    let mut fresh = std::mem::take(&mut self.spare);
                    fresh.extend_from_slice(bytes);
                    self.out.push_back(Segment { bytes: fresh, done: 0 });
                }
            },
            Cow::Owned(bytes) => self.out.push_back(Segment { bytes: std::mem::take(bytes), done: 0 }),
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
    pub(super) fn next_for_reader(&mut self, answered: Option<Instant>) -> Option<Segment> {
        self.heard_if(answered);
        if !self.pen
            && !self.broken
            && let Some(segment) = self.claim()
        {
            self.pen = true;
            return Some(segment);
        }
        self.reader = Reader::Blocked;
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

    fn has_room(&self, len: u64) -> bool {
        let queued = self.end - self.written + self.granted;
        queued == 0 || queued.saturating_add(len) <= self.bound
    }

    /// Whether nobody is left to write what is queued, nor about to come. Whoever comes next will write it, however full the
    /// queue is.
    fn is_stalled(&self) -> bool {
        self.reader != Reader::Awake && !self.pen && self.granted == 0
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
        let next = due.iter().chain(&self.entries).map(|entry| &entry.ticket);
        if let Some(next) = next.into_iter().find(|ticket| ticket.offer(Gift::Lead)) {
            self.reader = Reader::Awake;
            return (vec![next.clone()], false);
        }
        self.reader = Reader::Vacant;
        (self.grant(), self.life == Life::Retired)
    }

    // The end

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
