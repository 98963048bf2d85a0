//! One point in time that ends a whole call, however many waits the call is made of.

use std::time::{Duration, Instant};

/// The end of a call. It is taken once, when the call begins, and handed through every wait of it: for a free connection,
/// name lookup, connect, handshake, write, read and the pauses between retries.
///
/// It follows the monotonic clock, so a change of the wall clock does nothing to it.
///
/// ```
/// use std::time::Duration;
/// use redispy_conn::Deadline;
///
/// let deadline = Deadline::after(Duration::from_secs(5));
/// assert!(deadline.remaining() <= Some(Duration::from_secs(5)));
/// assert_eq!(Deadline::NEVER.remaining(), None);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    at: Option<Instant>,
    limit: Option<Duration>,
}

impl Deadline {
    /// No limit. Nothing uses it by default: whoever wants to wait for ever says so.
    pub const NEVER: Deadline = Deadline { at: None, limit: None };

    /// So long from now. A limit that the clock cannot express (centuries) is none.
    pub fn after(limit: Duration) -> Self {
        match Instant::now().checked_add(limit) {
            Some(at) => Deadline { at: Some(at), limit: Some(limit) },
            None => Deadline::NEVER,
        }
    }

    /// So long from now, or [`NEVER`](Self::NEVER) for `None`: the form in which options state a timeout.
    pub fn within(limit: Option<Duration>) -> Self {
        limit.map_or(Deadline::NEVER, Deadline::after)
    }

    /// What is left: zero when it has passed, `None` when there is no limit.
    pub fn remaining(self) -> Option<Duration> {
        self.at.map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// Whether it has passed.
    pub fn has_passed(self) -> bool {
        self.at.is_some_and(|at| Instant::now() >= at)
    }

    /// At this point in time.
    pub(crate) fn at(instant: Instant) -> Self {
        Deadline { at: Some(instant), limit: Some(instant.saturating_duration_since(Instant::now())) }
    }

    /// The point in time, if there is one.
    pub(crate) fn instant(self) -> Option<Instant> {
        self.at
    }

    /// When the span began that it was made from.
    pub(crate) fn began(self) -> Option<Instant> {
        self.at?.checked_sub(self.limit?)
    }

    /// Whether it comes before `instant`.
    pub fn is_before(self, instant: Instant) -> bool {
        self.at.is_some_and(|at| at < instant)
    }

    /// The earlier of the two.
    #[must_use]
    pub fn earlier(self, other: Deadline) -> Deadline {
        match (self.at, other.at) {
            (Some(mine), Some(theirs)) if theirs < mine => other,
            (None, Some(_)) => other,
            _ => self,
        }
    }

    /// Later by `extra`: a blocking command adds its own block time.
    #[must_use]
    pub fn extended_by(self, extra: Duration) -> Deadline {
        match (self.at.and_then(|at| at.checked_add(extra)), self.limit) {
            (Some(at), limit) => Deadline { at: Some(at), limit: limit.and_then(|l| l.checked_add(extra)) },
            _ => Deadline::NEVER,
        }
    }

    /// The span it was made from; errors name it.
    pub fn limit(self) -> Option<Duration> {
        self.limit
    }
}

/// A span as people write it: `5 s`, `300 ms`.
pub(crate) fn in_words(span: Duration) -> String {
    if span.subsec_nanos() == 0 {
        format!("{} s", span.as_secs())
    } else if span.as_millis() >= 10_000 {
        format!("{:.1} s", span.as_secs_f64())
    } else if span.as_millis() > 0 {
        format!("{} ms", span.as_millis())
    } else if span.as_micros() > 0 {
        format!("{} us", span.as_micros())
    } else {
        format!("{} ns", span.as_nanos())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earlier_of_two_wins() {
        let soon = Deadline::after(Duration::from_millis(10));
        let late = Deadline::after(Duration::from_secs(10));
        for pair in [
            soon.earlier(late),
            late.earlier(soon),
            soon.earlier(Deadline::NEVER),
            Deadline::NEVER.earlier(soon),
        ] {
            assert_eq!(pair.limit(), Some(Duration::from_millis(10)));
        }
        assert_eq!(Deadline::NEVER.earlier(Deadline::NEVER).remaining(), None);
    }

    #[test]
    fn it_passes_and_block_time_moves_it() {
        let passed = Deadline::after(Duration::ZERO);
        assert!(passed.has_passed());
        assert_eq!(passed.remaining(), Some(Duration::ZERO));
        let later = passed.extended_by(Duration::from_secs(60));
        assert!(!later.has_passed());
        assert_eq!(later.limit(), Some(Duration::from_secs(60)));
        assert_eq!(Deadline::NEVER.extended_by(Duration::from_secs(1)).remaining(), None);
    }

    #[test]
    fn centuries_are_no_limit() {
        assert_eq!(Deadline::after(Duration::MAX).remaining(), None);
        assert_eq!(Deadline::after(Duration::from_secs(1)).extended_by(Duration::MAX).remaining(), None);
    }

    #[test]
    fn spans_in_words() {
        assert_eq!(in_words(Duration::from_secs(5)), "5 s");
        assert_eq!(in_words(Duration::from_millis(300)), "300 ms");
        assert_eq!(in_words(Duration::from_millis(1500)), "1500 ms");
        assert_eq!(in_words(Duration::from_millis(61_500)), "61.5 s");
        assert_eq!(in_words(Duration::from_micros(7)), "7 us");
        assert_eq!(in_words(Duration::from_nanos(1)), "1 ns");
        assert_eq!(in_words(Duration::ZERO), "0 s");
    }
}
