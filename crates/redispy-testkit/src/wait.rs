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

/// Runs `call`, which must end within `max`.
///
/// # Panics
///
/// It took longer.
#[track_caller]
pub fn within<T>(max: Duration, call: impl FnOnce() -> T) -> T {
    let (result, took) = timed(call);
    assert!(took <= max, "took {took:?}, allowed are {max:?}");
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_within_its_time_gives_its_result() {
        assert_eq!(within(Duration::from_secs(5), || 7), 7);
    }

    #[test]
    #[should_panic(expected = "allowed are 1ms")]
    fn a_call_over_its_time_fails() {
        within(Duration::from_millis(1), || std::thread::sleep(Duration::from_millis(20)));
    }

    #[test]
    #[should_panic(expected = "the moon: not within 10ms")]
    fn a_condition_that_never_holds_fails() {
        wait_until("the moon", Duration::from_millis(10), || false);
    }
}
