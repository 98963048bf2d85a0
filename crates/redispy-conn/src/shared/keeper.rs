//! The keeper of a connection: a thread that reads when there are replies for which nobody waits, and nobody else reads.
//!
//! It is started for the first deferred call of a connection and ends some time after the last one, or with the connection. What it
//! holds between its turns is no more than its ticket.

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use super::lead::{Lead, Led, Reads};
use super::line::{Line, doubt};
use super::queue::{Entry, Gift, Keeping, Sent};
use super::sync::{lock, spawn};
use super::ticket::{Ended, Found, Ticket};
use crate::Deadline;

/// How long a keeper with nothing to do stays.
const STAYS: Duration = Duration::from_secs(10);

/// When there may be something to do soon, it looks so often: mostly somebody waits by then and reads, to whom replies
/// come without a change of threads.
#[cfg(not(any(loom, shuttle)))]
const LOOKS: Duration = Duration::from_micros(100);
#[cfg(any(loom, shuttle))]
const LOOKS: Duration = Duration::ZERO;

/// When somebody is found overdue who is just about to find it out by itself.
const SOON: Duration = Duration::from_millis(10);

/// Sees to it that the connection has a keeper.
pub(super) fn start(line: &Arc<Line>) -> io::Result<()> {
    let ticket = Arc::new(Ticket::new());
    if !lock(&line.queue).hire(&ticket) {
        return Ok(());
    }
    let weak = Arc::downgrade(line);
    spawn("redispy keeper", move || keep(&weak, &ticket)).inspect_err(|_| {
        lock(&line.queue).without_keeper();
    })
}

fn keep(line: &Weak<Line>, ticket: &Arc<Ticket>) {
    let (mut seen, mut pause) = (0, LOOKS);
    loop {
        ticket.attend();
        let Some(present) = line.upgrade() else { return };
        let keeping = lock(&present.queue).look(&mut seen);
        if keeping == Keeping::Lead {
            present.keep(ticket);
            continue;
        }
        drop(present);
        pause = match keeping {
            Keeping::LookAgain { soon: false } => (pause * 2).min(LOOKS * 8),
            _ => LOOKS,
        };
        let patience = if keeping == Keeping::Rest { STAYS } else { pause };
        match ticket.wait(Deadline::after(patience), 0) {
            Found::Done => return,
            Found::Gift(Gift::Lead) => match line.upgrade() {
                Some(present) => present.keep(ticket),
                None => return,
            },
            // It is to look.
            Found::Gift(_) => {}
            Found::Nothing if keeping == Keeping::Rest => {
                let Some(present) = line.upgrade() else { return };
                let mut queue = lock(&present.queue);
                // Nothing is given to it but under the lock.
                if !ticket.has_gift() && queue.dismiss() {
                    return;
                }
            }
            Found::Nothing => {}
        }
    }
}

impl Line {
    fn keep(&self, ticket: &Arc<Ticket>) {
        if Lead::take(self).run(ticket, Deadline::NEVER, Reads::Keeper) == Led::Aside {
            // The hook is the user's, and this thread everybody's.
            let _ = catch_unwind(AssertUnwindSafe(|| self.tell_hook()));
        }
    }

    /// Ends calls whose time is over and for which nobody waits; the reader does so. Gives those who are to be told.
    pub(super) fn end_overdue(&self, due: &mut VecDeque<Entry<Arc<Ticket>>>) -> Vec<Arc<Ticket>> {
        let mut queue = lock(&self.queue);
        let now = Instant::now();
        if queue.soonest().is_none_or(|soonest| now < soonest) {
            return Vec::new();
        }
        let (mut woken, mut last) = (Vec::new(), None);
        queue.end_unattended(due, |ticket, sent| {
            let Some(deadline) = ticket.deadline() else { return Err(None) };
            if !deadline.has_passed() {
                return Err(deadline.instant());
            }
            let Some(wakes) = ticket.end_unattended(self.too_late(ticket, deadline, sent)) else {
                return Err(now.checked_add(SOON));
            };
            if sent != Sent::Nothing {
                last = Some(deadline);
            }
            woken.extend(wakes.then(|| Arc::clone(ticket)));
            Ok(())
        });
        let lost = last.is_some_and(|deadline| doubt(&mut queue, deadline));
        drop(queue);
        if lost {
            woken.extend(self.send_away().0);
        }
        woken
    }
}

impl Drop for Line {
    /// Nobody has a call here any more: the keeper goes.
    fn drop(&mut self) {
        let keeper = lock(&self.queue).without_keeper();
        if let Some(keeper) = keeper.filter(|keeper| keeper.finish() == Ended::Asleep) {
            keeper.wake();
        }
    }
}
