//! Whether callers that wait look again a few times before they sleep.
//!
//! To be woken costs a thread some microseconds, so on a machine with nothing else to do it is much better to let the other
//! callers run and look again. Where other programs want the processor, each such look may cost a time slice; and where the
//! server is far away it is wasted. Which of these is the case cannot be told from one call, so both ways are tried: the mean wait
//! of the callers is measured for one and then, for a short while, for the other, and the better one is kept. What has proved
//! worse is tried again ever more rarely.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::ticket::{Found, Ticket};
use crate::{Deadline, Yielding};

/// How many times a caller lets others run before it sleeps.
const YIELDS: u32 = 4;

/// One in so many waits is measured.
const SAMPLED: u64 = 8;

/// So many measured waits make a mean.
const WINDOW: u32 = 24;

/// By how much yielding must be better: it takes processor time that others could use.
const MARGIN: f64 = 0.85;

/// Waits so many times as long as usual say that something has changed.
const CHANGED: f64 = 3.0;

/// The pauses between two tries of what has proved worse.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

pub(super) struct Governor {
    yielding: Yielding,
    /// Counts waits; and periods, so that a wait counts only if all of it falls into one.
    waits: AtomicU64,
    period: AtomicU64,
    trials: Mutex<Trials>,
}

/// What was found out so far. A period in which callers yield has an odd number.
struct Trials {
    samples: u32,
    sum: Duration,
    /// The mean wait, in seconds, of what is done now when nothing is tried.
    usual: Option<f64>,
    /// This period is a trial.
    trying: bool,
    next: Option<Instant>,
    pause: Duration,
}

/// What follows from a period's mean wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    GoOn,
    Switch,
}

impl Governor {
    pub(super) fn new(yielding: Yielding) -> Self {
        Governor {
            yielding,
            waits: AtomicU64::new(0),
            period: AtomicU64::new(0),
            trials: Mutex::new(Trials {
                samples: 0,
                sum: Duration::ZERO,
                usual: None,
                trying: false,
                next: None,
                pause: FIRST_PAUSE,
            }),
        }
    }

    pub(super) fn wait(&self, ticket: &Ticket, deadline: Deadline) -> Found {
        match self.yielding {
            Yielding::Never => ticket.wait(deadline, 0),
            Yielding::Always => ticket.wait(deadline, YIELDS),
            Yielding::Auto => self.measured(ticket, deadline),
        }
    }

    fn measured(&self, ticket: &Ticket, deadline: Deadline) -> Found {
        let period = self.period.load(Ordering::Relaxed);
        let yields = if yields_in(period) { YIELDS } else { 0 };
        if !self.waits.fetch_add(1, Ordering::Relaxed).is_multiple_of(SAMPLED) {
            return ticket.wait(deadline, yields);
        }
        let start = Instant::now();
        let found = ticket.wait(deadline, yields);
        let now = Instant::now();
        // Whoever finds it in use lets it be: one sample less.
        if let Ok(mut trials) = self.trials.try_lock().or_else(|error| match error {
            std::sync::TryLockError::Poisoned(poisoned) => Ok(PoisonError::into_inner(poisoned)),
            busy => Err(busy),
        }) && self.period.load(Ordering::Relaxed) == period
            && trials.record(now - start, now, yields_in(period)) == Verdict::Switch
        {
            self.period.store(period + 1, Ordering::Relaxed);
        }
        found
    }
}

fn yields_in(period: u64) -> bool {
    !period.is_multiple_of(2)
}

impl Trials {
    fn record(&mut self, wait: Duration, now: Instant, yields: bool) -> Verdict {
        self.samples += 1;
        self.sum += wait;
        // What can be said at the end of the window at the least: a few very long waits settle it before.
        let mean = self.sum.as_secs_f64() / f64::from(WINDOW);
        let settled = self.usual.is_some_and(|usual| match (self.trying, yields) {
            (true, true) => mean >= usual * MARGIN,
            (true, false) => mean * MARGIN >= usual,
            (false, true) => mean > usual * CHANGED,
            (false, false) => false,
        });
        if self.samples < WINDOW && !settled {
            return Verdict::GoOn;
        }
        (self.samples, self.sum) = (0, Duration::ZERO);
        self.judge(mean, now, yields)
    }

    fn judge(&mut self, mean: f64, now: Instant, yields: bool) -> Verdict {
        let usual = self.usual.unwrap_or(mean);
        if self.trying {
            self.trying = false;
            let better = if yields { mean < usual * MARGIN } else { mean * MARGIN < usual };
            self.pause = if better { FIRST_PAUSE } else { (self.pause * 4).min(LONGEST_PAUSE) };
            self.next = now.checked_add(self.pause);
            if better {
                self.usual = Some(mean);
                return Verdict::GoOn;
            }
            return Verdict::Switch;
        }
        let changed = yields && mean > usual * CHANGED;
        if self.next.is_none_or(|next| now >= next) || changed {
            self.usual = Some(mean);
            self.trying = true;
            return Verdict::Switch;
        }
        self.usual = Some(usual + (mean - usual) / 4.0);
        Verdict::GoOn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The share of waits in which callers yield, when a wait takes so many microseconds without yields, and with them.
    fn share(parked: u64, yielding: u64) -> f64 {
        let governor = Governor::new(Yielding::Auto);
        let mut trials = governor.trials.into_inner().unwrap();
        let (mut now, mut yields, mut yielded, mut all) = (Instant::now(), false, 0_u32, 0_u32);
        for _ in 0..200_000 {
            let wait = Duration::from_micros(if yields { yielding } else { parked });
            now += wait;
            all += 1;
            yielded += u32::from(yields);
            if trials.record(wait, now, yields) == Verdict::Switch {
                yields = !yields;
            }
        }
        f64::from(yielded) / f64::from(all)
    }

    #[test]
    fn what_is_better_is_done_nearly_always() {
        assert!(share(400, 120) > 0.95, "{}", share(400, 120));
        assert!(share(400, 4000) < 0.05, "{}", share(400, 4000));
        // No gain: the processor is left to others.
        assert!(share(1000, 1000) < 0.05, "{}", share(1000, 1000));
    }

    #[test]
    fn a_machine_that_gets_busy_is_noticed_within_a_few_windows() {
        let mut trials = Governor::new(Yielding::Auto).trials.into_inner().unwrap();
        let mut now = Instant::now();
        assert_eq!(trials.judge(400e-6, now, false), Verdict::Switch);
        assert_eq!(trials.judge(100e-6, now, true), Verdict::GoOn);
        now += Duration::from_millis(1);
        assert_eq!(trials.judge(110e-6, now, true), Verdict::GoOn);
        assert_eq!(trials.judge(4e-3, now, true), Verdict::Switch, "sleeping is tried");
        assert_eq!(trials.judge(500e-6, now, false), Verdict::GoOn, "and kept");
    }
}
