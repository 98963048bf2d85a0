//! Calls for which nobody waits: when their bytes are written, who reads for them, and what ends them when they are overdue.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::time::Instant;

use super::{Duty, Entry, Gift, Life, Queue, Reader, Refusal, Seat, Sent};

/// So many bytes of deferred calls are written though earlier ones are not answered yet; fewer when fewer are under way, down to
/// the other number.
const FLUSH_AT: u64 = 4 << 10;
const FLUSH_FROM: u64 = 512;

/// What the keeper does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::shared) enum Keeping {
    /// It reads.
    Lead,
    /// It looks again soon, for somebody may come who waits and will read; a little later if somebody did.
    LookAgain { soon: bool },
    /// There is nothing to keep.
    Rest,
}

impl<T: Seat> Queue<T> {
    /// Queues the bytes of a caller that does not wait for its replies.
    pub(in crate::shared) fn defer(
        &mut self,
        ticket: &T,
        bytes: &mut Cow<'_, [u8]>,
        replies: usize,
        granted: bool,
        until: Option<Instant>,
    ) -> Result<Duty, Refusal> {
        let len = bytes.len() as u64;
        self.arrive(len, granted)?;
        if self.keeper.is_none() {
            return Err(Refusal::Unkept);
        }
        // Where nobody may send it again later, it waits until the connection is known to be of use.
        if !granted && (self.unproven || !self.has_place(len)) {
            ticket.stand_in_line();
            return Err(self.stand_in_line(ticket, len));
        }
        if let Some(until) = until {
            self.soonest = Some(self.soonest.map_or(until, |soonest| soonest.min(until)));
        }
        self.enter(ticket, bytes, replies);
        Ok(match self.reader {
            // What was sent before will be answered, and whoever reads that writes all this at once.
            Reader::Vacant if self.returns && self.gathers() => Duty::Wait,
            Reader::Blocked if self.gathers() => Duty::Wait,
            _ => self.duty(),
        })
    }

    /// Whether what is queued may wait for more. Once it is as much as what is under way, it is sent: then the server has
    /// something to do while the replies to that are read.
    fn gathers(&self) -> bool {
        let under_way = self.claimed.saturating_sub(self.answered);
        let enough = under_way.clamp(FLUSH_FROM, FLUSH_AT).min(self.bound / 2);
        under_way > 0 && self.queued() < enough
    }

    /// Whether the connection must be kept alive from now on, for nobody may be left to do so while replies are to come.
    pub(in crate::shared) fn holds(&mut self) -> bool {
        let reads = self.reader != Reader::Vacant || self.returns;
        reads && self.life != Life::Dead && !std::mem::replace(&mut self.held, true)
    }

    /// Whether the connection need not be kept alive any more.
    pub(in crate::shared) fn lets_go(&mut self, due: &VecDeque<Entry<T>>) -> bool {
        self.held && !self.is_awaited(due) && std::mem::replace(&mut self.held, false)
    }

    /// Whether there are replies to come for which nobody waits just now.
    pub(in crate::shared) fn is_awaited(&self, due: &VecDeque<Entry<T>>) -> bool {
        due.iter().chain(&self.entries).any(|entry| entry.ticket.is_unattended())
    }

    // The keeper

    /// Makes this one the keeper, unless there is one, or nothing to be kept.
    pub(in crate::shared) fn hire(&mut self, keeper: &T) -> bool {
        let vacant = self.keeper.is_none() && self.life == Life::Open;
        if vacant {
            self.keeper = Some(keeper.clone());
            self.returns = true;
        }
        vacant
    }

    /// The keeper goes, since nobody needs it or it never came.
    pub(in crate::shared) fn dismiss(&mut self) -> bool {
        let idle = self.reader == Reader::Vacant;
        if idle {
            self.keeper = None;
            self.returns = false;
        }
        idle
    }

    /// The keeper lays the role down for a moment.
    pub(in crate::shared) fn step_aside(&mut self) {
        self.returns = true;
    }

    /// Whether the keeper, which reads, may leave: because there is nothing to keep, or those who wait will read.
    pub(in crate::shared) fn spares_keeper(&mut self, due: &VecDeque<Entry<T>>, attended: bool) -> bool {
        let awaited = self.is_awaited(due);
        self.urgent &= awaited;
        !awaited || (attended && !self.urgent)
    }

    /// The keeper looks what it has to do; `seen` is how often somebody had begun to read when it looked last.
    pub(in crate::shared) fn look(&mut self, seen: &mut u64) -> Keeping {
        let passed = std::mem::replace(seen, self.led) == self.led;
        let wanted = std::mem::take(&mut self.wanted);
        let outstanding = self.is_owed() || !self.entries.is_empty();
        if self.reader == Reader::Vacant && outstanding && (passed || self.urgent) && self.join() {
            self.returns = false;
            return Keeping::Lead;
        }
        // Whoever reads now tells it when there is something to do; while there is much to and fro it looks by itself.
        self.returns = wanted || !passed;
        if self.returns { Keeping::LookAgain { soon: passed } } else { Keeping::Rest }
    }

    /// Somebody wants to be told of a reply: the keeper is to read now, unless somebody does.
    pub(in crate::shared) fn hurry(&mut self) -> Option<T> {
        self.urgent = true;
        let keeper =
            self.keeper.as_ref().filter(|_| self.reader == Reader::Vacant && self.life != Life::Dead)?;
        let comes = keeper.offer(Gift::Lead);
        if comes {
            self.reader = Reader::Awake;
        }
        comes.then(|| keeper.clone())
    }

    /// Who was to read for callers that do not wait, when the connection is of no use any more.
    pub(in crate::shared) fn without_keeper(&mut self) -> Option<T> {
        self.keeper.take()
    }

    /// When somebody must look whether the time of an unattended call is over.
    pub(in crate::shared) fn soonest(&self) -> Option<Instant> {
        self.soonest
    }

    /// Ends unattended calls: `end` says of each what became of it, or that there is nothing to end yet, and until when.
    /// Replies to them that come are dropped.
    pub(in crate::shared) fn end_unattended(
        &mut self,
        due: &mut VecDeque<Entry<T>>,
        mut end: impl FnMut(&T, Sent) -> Result<(), Option<Instant>>,
    ) {
        let (written, claimed) = (self.written, self.claimed);
        let mut soonest: Option<Instant> = None;
        let mut unsent = Vec::new();
        let all = due.iter_mut().map(|entry| (usize::MAX, entry));
        for (place, entry) in all.chain(self.entries.iter_mut().enumerate()) {
            let sent = match () {
                () if entry.start >= claimed && place < usize::MAX => Sent::Nothing,
                () if entry.end > written => Sent::Part(entry.end - written),
                () => Sent::All,
            };
            match end(&entry.ticket, sent) {
                Ok(()) => {
                    entry.ticket = T::nobody();
                    if sent == Sent::Nothing {
                        unsent.push(place);
                    }
                }
                Err(until) => soonest = soonest.into_iter().chain(until).min(),
            }
        }
        for place in unsent.into_iter().rev() {
            self.cancel(place);
        }
        self.soonest = soonest;
    }
}
