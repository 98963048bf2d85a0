//! Counting and timing what callers do, and handing it from the measuring process to the one that reports.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use rustix::time::{ClockId, clock_gettime};

/// What all callers of a case look at: whether it counts already, or is over.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    phase: AtomicU8,
    ready: AtomicUsize,
}

const WARM_UP: u8 = 0;
const MEASURE: u8 = 1;
const OVER: u8 = 2;

impl Gate {
    /// A caller is connected and has had its first reply.
    fn arrive(&self) {
        self.ready.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn is_measuring(&self) -> bool {
        self.phase.load(Ordering::Relaxed) == MEASURE
    }

    pub(crate) fn is_over(&self) -> bool {
        self.phase.load(Ordering::Relaxed) == OVER
    }

    /// Lets `callers` of them run: once all are there, a warm-up, then the time that counts. Gives how long that was and what
    /// CPU time the process used in it.
    pub(crate) fn conduct(&self, callers: usize, time: Duration) -> (Duration, Duration) {
        while self.ready.load(Ordering::Relaxed) < callers {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep((time / 5).clamp(Duration::from_millis(50), Duration::from_millis(300)));
        let (began, cpu) = (Instant::now(), cpu_time(ClockId::ProcessCPUTime));
        self.phase.store(MEASURE, Ordering::Relaxed);
        std::thread::sleep(time);
        self.phase.store(OVER, Ordering::Relaxed);
        (began.elapsed(), cpu_time(ClockId::ProcessCPUTime) - cpu)
    }
}

/// CPU time, user and system, of this process or thread so far.
pub(crate) fn cpu_time(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    Duration::new(u64::try_from(time.tv_sec).unwrap(), u32::try_from(time.tv_nsec).unwrap())
}

/// Times what one caller does.
#[derive(Debug)]
pub(crate) struct Meter<'a> {
    gate: &'a Gate,
    arrived: bool,
    last: Instant,
    latencies: Histogram<u64>,
}

impl<'a> Meter<'a> {
    pub(crate) fn new(gate: &'a Gate) -> Self {
        // One microsecond to a minute, in nanoseconds, to three digits.
        let latencies = Histogram::new_with_bounds(100, 60_000_000_000, 3).unwrap();
        Meter { gate, arrived: false, last: Instant::now(), latencies }
    }

    /// One piece of work is done, begun when the one before it ended. Whether to go on.
    pub(crate) fn tick(&mut self) -> bool {
        let began = std::mem::replace(&mut self.last, Instant::now());
        self.tock(began, self.last)
    }

    /// One piece of work is done that began and ended then. Whether to go on.
    pub(crate) fn tock(&mut self, began: Instant, ended: Instant) -> bool {
        match self.gate.phase.load(Ordering::Relaxed) {
            MEASURE => {
                let nanos = u64::try_from((ended - began).as_nanos()).unwrap();
                self.latencies.saturating_record(nanos);
                true
            }
            WARM_UP => {
                if !std::mem::replace(&mut self.arrived, true) {
                    self.gate.arrive();
                }
                true
            }
            _ => false,
        }
    }

    pub(crate) fn finish(self) -> Histogram<u64> {
        self.latencies
    }
}

/// What one run of a case gave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Measured {
    /// Replies, or elements of lists, in a second.
    pub(crate) ops: f64,
    /// Microseconds of CPU of the client process for each of them.
    pub(crate) cpu: f64,
    /// Microseconds that half of the calls took at most.
    pub(crate) p50: f64,
    /// Microseconds that 99 of 100 calls took at most.
    pub(crate) p99: f64,
}

impl Measured {
    /// `weight` operations are in each call.
    pub(crate) fn new(calls: &Histogram<u64>, weight: u64, time: Duration, cpu: Duration) -> Self {
        let ops = (calls.len() * weight) as f64;
        Measured {
            ops: ops / time.as_secs_f64(),
            cpu: cpu.as_secs_f64() * 1e6 / ops.max(1.0),
            p50: calls.value_at_quantile(0.5) as f64 / 1e3,
            p99: calls.value_at_quantile(0.99) as f64 / 1e3,
        }
    }

    /// The median of each figure by itself.
    pub(crate) fn median(runs: &[Measured]) -> Measured {
        let of = |figure: fn(&Measured) -> f64| median(runs.iter().map(figure).collect());
        Measured { ops: of(|m| m.ops), cpu: of(|m| m.cpu), p50: of(|m| m.p50), p99: of(|m| m.p99) }
    }
}

/// The middle one; of an even number the mean of the two in the middle.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { (values[middle - 1] + values[middle]) / 2.0 }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.ops, self.cpu, self.p50, self.p99)
    }
}

impl FromStr for Measured {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let figures: Vec<f64> = text.split_whitespace().filter_map(|figure| figure.parse().ok()).collect();
        match figures[..] {
            [ops, cpu, p50, p99] => Ok(Measured { ops, cpu, p50, p99 }),
            _ => Err(format!("a measuring process answered {text:?}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_survive_the_way_between_processes() {
        let measured = Measured { ops: 123_456.78, cpu: 0.25, p50: 17.0, p99: 1e6 };
        assert_eq!(measured.to_string().parse(), Ok(measured));
        assert!("1 2 3".parse::<Measured>().is_err());
    }

    #[test]
    fn the_median_of_each_figure_is_taken_by_itself() {
        let run = |ops, cpu| Measured { ops, cpu, p50: 0.0, p99: 0.0 };
        let median = Measured::median(&[run(3.0, 1.0), run(1.0, 2.0), run(2.0, 9.0)]);
        assert_eq!((median.ops, median.cpu), (2.0, 2.0));
        assert_eq!(Measured::median(&[run(1.0, 1.0), run(2.0, 2.0)]).ops, 1.5);
    }

    #[test]
    fn only_what_happens_while_the_gate_measures_is_counted() {
        let gate = Gate::default();
        let mut meter = Meter::new(&gate);
        assert!(meter.tick());
        gate.phase.store(MEASURE, Ordering::Relaxed);
        assert!(meter.tick() && meter.tick());
        gate.phase.store(OVER, Ordering::Relaxed);
        assert!(!meter.tick());
        assert_eq!(meter.finish().len(), 2);
        assert_eq!(gate.ready.load(Ordering::Relaxed), 1);
    }
}
