//! Whether callers that wait look again a few times before they sleep.
//!
//! To be woken costs a thread some microseconds, so on a machine with nothing else to do it is much better to let the other
//! callers run and look again. Where other programs want the processor, each such look may cost a time slice; and where the
//! server is far away it is wasted. Which of these is the case cannot be told from one call, so both ways are tried: the mean wait
//! of the callers is measured for one and then, for a short while, for the other, and the better one is kept. What has proved
//! worse is tried again ever more rarely.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use super::ticket::{Found, Ticket};
use crate::{Deadline, Yielding};

/// How many times a caller lets others run before it sleeps.
const YIELDS: u32 = 4;

/// One in so many waits is measured.
const SAMPLED: u64 = 8;

/// So many measured waits make a mean, and so much time: several slices that the scheduler gives to programs that want all
/// they can get, else a caller that has the processor is all that is seen, and none of those who wait for it.
const WINDOW: u32 = 24;
const PERIOD: Duration = Duration::from_millis(10);

/// After a change the old ways go on for a moment.
const SETTLING: Duration = Duration::from_millis(3);

/// By how much yielding must be better: it takes processor time that others could use.
const MARGIN: f64 = 0.85;

/// Waits so many times as long as usual say that something has changed.
const CHANGED: f64 = 3.0;

/// The pauses between two tries of what has proved worse.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

pub(super) struct Governor {
    yielding: Yielding,
    waits: AtomicU64,
    yields: AtomicBool,
    trials: Mutex<Trials>,
}

/// What was found out so far.
#[derive(Default)]
struct Trials {
    /// From when on this period counts.
    since: Option<Instant>,
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
            yields: AtomicBool::new(false),
            trials: Mutex::new(Trials::default()),
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
        let yields = if self.yields.load(Ordering::Relaxed) { YIELDS } else { 0 };
        if !self.waits.fetch_add(1, Ordering::Relaxed).is_multiple_of(SAMPLED) {
            return ticket.wait(deadline, yields);
        }
        let start = Instant::now();
        let found = ticket.wait(deadline, yields);
        let now = Instant::now();
        // Whoever finds it in use lets it be: one sample less.
        if let Ok(mut trials) = self.trials.try_lock().or_else(|error| match error {
            TryLockError::Poisoned(poisoned) => Ok(PoisonError::into_inner(poisoned)),
            busy => Err(busy),
        }) {
            let yields = self.yields.load(Ordering::Relaxed);
            if trials.record(start, now, yields) == Verdict::Switch {
                self.yields.store(!yields, Ordering::Relaxed);
            }
        }
        found
    }
}

impl Trials {
    /// Takes in a wait that ends now. What of it lies before the present period is not counted, for what still lasts at the
    /// period's end is not either: together that is all the time that was waited within the period.
    fn record(&mut self, start: Instant, now: Instant, yields: bool) -> Verdict {
        let since = *self.since.get_or_insert(now);
        let Some(elapsed) = now.checked_duration_since(since) else { return Verdict::GoOn };
        self.samples += 1;
        self.sum += now - start.max(since);
        if self.samples < WINDOW || elapsed < PERIOD {
            return Verdict::GoOn;
        }
        let mean = self.sum.as_secs_f64() / f64::from(self.samples);
        let verdict = self.judge(mean, now, yields);
        (self.samples, self.sum) = (0, Duration::ZERO);
        self.since = Some(if verdict == Verdict::Switch { now + SETTLING } else { now });
        verdict
    }

    fn judge(&mut self, mean: f64, now: Instant, yields: bool) -> Verdict {
        let usual = self.usual.unwrap_or(mean);
        if self.trying {
            self.trying = false;
            let better = if yields { mean < usual * MARGIN } else { mean * MARGIN < usual };
            self.pause =
                if better { FIRST_PAUSE } else { (self.pause * 4).clamp(FIRST_PAUSE, LONGEST_PAUSE) };
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

    const MICRO: Duration = Duration::from_micros(1);

    /// Lets callers wait one after the other for five seconds, and gives the share of that time in which they yield.
    /// `waits` says how long each wait lasts, by its number, and whether callers yield.
    fn share(mut waits: impl FnMut(u32, bool) -> Duration) -> f64 {
        let mut trials = Trials::default();
        let begin = Instant::now();
        let (mut now, mut yields, mut yielded) = (begin, false, Duration::ZERO);
        for number in 0.. {
            let wait = waits(number, yields);
            yielded += if yields { wait } else { Duration::ZERO };
            now += wait;
            if now - begin > Duration::from_secs(5) {
                break;
            }
            yields ^= trials.record(now - wait, now, yields) == Verdict::Switch;
        }
        yielded.as_secs_f64() / 5.0
    }

    fn constant(parked: u32, yielding: u32) -> f64 {
        share(|_, yields| MICRO * if yields { yielding } else { parked })
    }

    #[test]
    fn what_is_better_is_done_nearly_always() {
        assert!(constant(400, 120) > 0.95, "{}", constant(400, 120));
        assert!(constant(400, 4000) < 0.1, "{}", constant(400, 4000));
        // No gain: the processor is left to others.
        assert!(constant(1000, 1000) < 0.05, "{}", constant(1000, 1000));
    }

    #[test]
    fn a_few_long_waits_among_many_short_ones_count() {
        // Whoever has the processor is answered at once, and then all wait for a slice of somebody else's.
        let stalled = share(|number, yields| match (yields, number % 100) {
            (false, _) => MICRO * 200,
            (true, 0) => MICRO * 30_000,
            (true, _) => MICRO * 18,
        });
        assert!(stalled < 0.1, "{stalled}");
    }

    #[test]
    fn a_machine_that_gets_busy_is_noticed_within_a_few_windows() {
        let mut trials = Trials::default();
        let mut now = Instant::now();
        assert_eq!(trials.judge(400e-6, now, false), Verdict::Switch);
        assert_eq!(trials.judge(100e-6, now, true), Verdict::GoOn);
        now += Duration::from_millis(1);
        assert_eq!(trials.judge(110e-6, now, true), Verdict::GoOn);
        assert_eq!(trials.judge(4e-3, now, true), Verdict::Switch, "sleeping is tried");
        assert_eq!(trials.judge(500e-6, now, false), Verdict::GoOn, "and kept");
    }

    #[test]
    fn what_was_waited_before_a_period_is_not_counted() {
        let mut trials = Trials::default();
        let begin = Instant::now();
        assert_eq!(trials.record(begin, begin, false), Verdict::GoOn);
        let now = begin + Duration::from_millis(1);
        trials.record(begin - Duration::from_secs(1), now, false);
        assert_eq!(trials.sum, Duration::from_millis(1));
    }
}
