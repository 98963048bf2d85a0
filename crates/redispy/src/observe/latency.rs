//! How long calls take: counts by duration, in buckets as wide as is exact enough.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Each power of two is so many buckets, which makes one of them at most 1/16 wider than its lower end.
const STEPS: u64 = 16;
const STEP_BITS: u32 = STEPS.trailing_zeros();

/// What takes 2^40 ns (18 minutes) or more is in the last bucket.
const LONGEST_BITS: u32 = 40;

const BUCKETS: usize = (STEPS as usize) * (LONGEST_BITS - STEP_BITS + 1) as usize;

/// The bucket of a duration in nanoseconds.
fn bucket(nanos: u64) -> usize {
    // Below that, each nanosecond has its own.
    let shift = (u64::BITS - nanos.leading_zeros()).saturating_sub(STEP_BITS + 1);
    let index = u64::from(shift) * STEPS + (nanos >> shift);
    usize::try_from(index).unwrap_or(usize::MAX).min(BUCKETS - 1)
}

/// The longest duration of that bucket, in nanoseconds.
fn longest_of(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    let shift = (bucket / STEPS).saturating_sub(1);
    ((bucket - shift * STEPS + 1) << shift) - 1
}

/// Counts durations, from any thread.
pub(super) struct Histogram {
    buckets: Box<[AtomicU64]>,
    sum: AtomicU64,
    longest: AtomicU64,
}

impl Histogram {
    pub(super) fn new() -> Self {
        let buckets = (0..BUCKETS).map(|_| AtomicU64::new(0)).collect();
        Histogram { buckets, sum: AtomicU64::new(0), longest: AtomicU64::new(0) }
    }

    pub(super) fn record(&self, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        if let Some(count) = self.buckets.get(bucket(nanos)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.sum.fetch_add(nanos, Ordering::Relaxed);
        self.longest.fetch_max(nanos, Ordering::Relaxed);
    }

    /// Adds what was counted here.
    pub(super) fn add_to(&self, latency: &mut Latency) {
        latency.counts.resize(BUCKETS, 0);
        for (count, bucket) in latency.counts.iter_mut().zip(&self.buckets) {
            *count += bucket.load(Ordering::Relaxed);
        }
        latency.sum = latency.sum.wrapping_add(self.sum.load(Ordering::Relaxed));
        latency.longest = latency.longest.max(self.longest.load(Ordering::Relaxed));
    }
}

/// How long calls took, by a histogram whose buckets are exact to 1/16: what it says of a duration is too much by 6.25 % at most,
/// and never too little.
#[derive(Clone, Default)]
pub struct Latency {
    counts: Vec<u64>,
    sum: u64,
    longest: u64,
}

impl Latency {
    /// How many calls.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// How long all of them took together.
    pub fn sum(&self) -> Duration {
        Duration::from_nanos(self.sum)
    }

    /// How long they took on average; zero if there were none.
    pub fn mean(&self) -> Duration {
        Duration::from_nanos(self.sum.checked_div(self.count()).unwrap_or_default())
    }

    /// How long the longest took, exactly; after [`since`](Self::since) as a bucket tells.
    pub fn max(&self) -> Duration {
        Duration::from_nanos(self.longest)
    }

    /// So many percent of the calls took no longer: `percentile(99.0)`. Zero if there were none.
    ///
    /// ```no_run
    /// # use redispy::{Client, prelude::*};
    /// let r = Client::builder().measure_calls(true).build()?;
    /// r.ping()?;
    /// if let Some(calls) = r.stats().calls {
    ///     println!("p50 {:?}, p99 {:?}", calls.latency.percentile(50.0), calls.latency.percentile(99.0));
    /// }
    /// # Ok::<(), redispy::Error>(())
    /// ```
    pub fn percentile(&self, percent: f64) -> Duration {
        let share = (percent / 100.0).clamp(0.0, 1.0);
        let rank = ((self.count() as f64 * share).ceil() as u64).max(1);
        let mut below = 0;
        let found = self.buckets().find(|(_, count)| {
            below += count;
            below >= rank
        });
        found.map_or(Duration::ZERO, |(longest, _)| longest)
    }

    /// The buckets that hold a call, shortest first: the longest duration of each, and how many calls. For systems that keep
    /// histograms of their own.
    pub fn buckets(&self) -> impl Iterator<Item = (Duration, u64)> + '_ {
        let counted = self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        counted.map(|(bucket, &count)| {
            let longest = if bucket + 1 == BUCKETS { self.longest } else { longest_of(bucket) };
            (Duration::from_nanos(longest.min(self.longest)), count)
        })
    }

    /// What came after an earlier snapshot of the same client.
    #[must_use]
    pub fn since(&self, earlier: &Latency) -> Latency {
        let before = earlier.counts.iter().copied().chain(std::iter::repeat(0));
        let counts = self.counts.iter().zip(before).map(|(now, before)| now.saturating_sub(before)).collect();
        let sum = self.sum.wrapping_sub(earlier.sum);
        let mut since = Latency { counts, sum, longest: self.longest };
        since.longest = since.buckets().last().map_or(0, |(longest, _)| longest.as_nanos() as u64);
        since
    }
}

impl fmt::Debug for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Latency")
            .field("count", &self.count())
            .field("mean", &self.mean())
            .field("p50", &self.percentile(50.0))
            .field("p99", &self.percentile(99.0))
            .field("max", &self.max())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latency(nanos: impl IntoIterator<Item = u64>) -> Latency {
        let histogram = Histogram::new();
        nanos.into_iter().for_each(|nanos| histogram.record(Duration::from_nanos(nanos)));
        let mut latency = Latency::default();
        histogram.add_to(&mut latency);
        latency
    }

    #[test]
    fn every_duration_has_a_bucket_that_is_no_more_than_a_sixteenth_too_long() {
        let mut last = 0;
        let around = |power: u32| [0, 1, 3].map(|more| (1_u64 << power) + more * (1 << power) / 16);
        let durations = (0..STEPS).chain((4..LONGEST_BITS).flat_map(around));
        for nanos in durations.chain((1..40).map(|n| 1_000_007 * n * n)) {
            let longest = longest_of(bucket(nanos));
            assert!(longest >= nanos && longest - nanos <= nanos / STEPS, "{nanos}: {longest}");
        }
        for bucket_now in 0..BUCKETS {
            let longest = longest_of(bucket_now);
            assert_eq!(
                (bucket(longest), bucket(longest + 1)),
                (bucket_now, (bucket_now + 1).min(BUCKETS - 1))
            );
            assert!(bucket_now == 0 || longest > last);
            last = longest;
        }
        assert_eq!(last, (1 << LONGEST_BITS) - 1);
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn percentiles_are_those_of_the_sorted_durations() {
        let micros: Vec<u64> = (1..=1000).map(|n| n * 1000).collect();
        let latency = latency(micros.iter().rev().copied());
        for percent in [0.0, 0.1, 1.0, 50.0, 90.0, 99.0, 99.9, 100.0] {
            let exact = micros[((percent * 10.0) as usize).max(1) - 1];
            let told = latency.percentile(percent).as_nanos() as u64;
            assert!(told >= exact && told - exact <= exact / STEPS, "{percent} %: {exact}, {told}");
        }
        assert_eq!((latency.count(), latency.max()), (1000, Duration::from_millis(1)));
        assert_eq!(latency.mean(), Duration::from_nanos(500_500));
        // The last one is exact, whatever its bucket.
        assert_eq!(latency.percentile(100.0), Duration::from_millis(1));
    }

    #[test]
    fn nothing_and_nonsense_are_zero_or_the_nearest() {
        let none = Latency::default();
        assert_eq!((none.percentile(50.0), none.mean(), none.max()), Default::default());
        let one = latency([7]);
        for percent in [f64::NAN, -1.0, 0.0, 50.0, 100.0, 1e300, f64::INFINITY] {
            assert_eq!(one.percentile(percent), Duration::from_nanos(7), "{percent}");
        }
        let hours = latency([5 << LONGEST_BITS, 1]);
        assert_eq!(hours.percentile(100.0), Duration::from_nanos(5 << LONGEST_BITS));
    }

    #[test]
    fn a_difference_is_what_came_between() {
        let histogram = Histogram::new();
        let snapshot = || {
            let mut latency = Latency::default();
            histogram.add_to(&mut latency);
            latency
        };
        (0..10).for_each(|_| histogram.record(Duration::from_secs(1)));
        let before = snapshot();
        assert_eq!(before.since(&before).count(), 0);
        (0..4).for_each(|_| histogram.record(Duration::from_millis(1)));
        let between = snapshot().since(&before);
        assert_eq!((between.count(), between.sum()), (4, Duration::from_millis(4)));
        assert!(between.max() >= Duration::from_millis(1) && between.max() < Duration::from_micros(1063));
        assert_eq!(snapshot().since(&Latency::default()).count(), 14);
    }
}
