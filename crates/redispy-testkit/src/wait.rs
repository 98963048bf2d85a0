//! Time in tests: waiting for conditions instead of sleeping, and holding calls to their deadline.

use std::time::{Duration, Instant};

/// Calls `condition` until it is true.
///
/// # Panics
///
/// It is still false after `within`; the text names `what`.
#[track_caller]
pub fn wait_until(what: &str, within: Duration, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < within, "{what}: not within {within:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Runs `call` and gives its result, with the time it took by the monotonic clock.
pub fn timed<T>(call: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = call();
    (result, start.elapsed())
}

/// Runs `call`, which must end within `max` and what the machine [kept](starved) from the thread meanwhile.
///
/// # Panics
///
/// It took longer.
#[track_caller]
pub fn within<T>(max: Duration, call: impl FnOnce() -> T) -> T {
    let before = starved();
    let (result, took) = timed(call);
    let max = max + starved().saturating_sub(before);
    assert!(took <= max, "took {took:?}, allowed are {max:?}");
    result
}

/// How long this thread could have run so far and waited for a processor instead, by the kernel's account; zero where it keeps
/// none. On a machine that runs much else this is what a call may seem to take beyond its deadline.
pub fn starved() -> Duration {
    // Nanoseconds on a processor, nanoseconds waited for one, turns.
    let account = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let waited = account.split_whitespace().nth(1).and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(waited.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_within_its_time_gives_its_result() {
        assert_eq!(within(Duration::from_secs(5), || 7), 7);
    }

    #[test]
    #[should_panic(expected = ", allowed are ")]
    fn a_call_over_its_time_fails() {
        within(Duration::from_millis(1), || std::thread::sleep(Duration::from_millis(20)));
    }

    /// More threads than processors: somebody waits, and no more than the time that passed.
    #[test]
    fn who_waits_for_a_processor_is_known() {
        if !std::path::Path::new("/proc/thread-self/schedstat").exists() {
            return;
        }
        let threads = 2 * std::thread::available_parallelism().unwrap().get();
        let start = Instant::now();
        let busy = || {
            while start.elapsed() < Duration::from_millis(200) {}
            starved()
        };
        let waited: Vec<Duration> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(busy)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let sum: Duration = waited.iter().sum();
        assert!(sum > Duration::from_millis(20), "{waited:?}");
        assert!(waited.iter().all(|one| *one <= start.elapsed()), "{waited:?}");
    }

    #[test]
    #[should_panic(expected = "the moon: not within 10ms")]
    fn a_condition_that_never_holds_fails() {
        wait_until("the moon", Duration::from_millis(10), || false);
    }
}
