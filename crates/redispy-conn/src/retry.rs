//! The one rule for sending again.
//!
//! What was not sent may be sent, what may have run may be sent again only if it reads. Everything else is the caller's to
//! decide. All of it ends at the call's deadline.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use crate::error::code;
use crate::{Deadline, Error, ErrorKind, Outcome, Phase};

/// When a failed command is sent again, and after which pause.
///
/// The pause doubles from [`base_delay`](Self::base_delay) up to [`max_delay`](Self::max_delay), and is shortened by chance
/// to anything down to its half, so that many clients of a server that comes back do not come back together.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// How many times a command is sent again after a lost or missing connection; 3 by default, 0 for never. A server
    /// that asks for patience (LOADING, BUSY, MASTERDOWN, NOREPLICAS, TRYAGAIN) is asked again until the deadline, however
    /// often, unless this is 0.
    pub retries: u32,
    /// The first pause at its longest; 10 ms by default.
    pub base_delay: Duration,
    /// The longest pause; 500 ms by default.
    pub max_delay: Duration,
}

/// What a command failed with.
#[derive(Debug, Clone, Copy)]
pub enum Failure<'a> {
    /// No reply came.
    Error(&'a Error),
    /// The reply is this error of the server.
    Reply(&'a [u8]),
}

impl Default for RetryPolicy {
    fn default() -> Self {
        RetryPolicy {
            retries: 3,
            base_delay: Duration::from_millis(10),
            max_delay: Duration::from_millis(500),
        }
    }
}

impl RetryPolicy {
    /// Never send again.
    pub fn none() -> Self {
        RetryPolicy { retries: 0, ..RetryPolicy::default() }
    }

    /// Sets [`retries`](Self::retries).
    #[must_use]
    pub fn with_retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// Sets [`base_delay`](Self::base_delay).
    #[must_use]
    pub fn with_base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// Sets [`max_delay`](Self::max_delay).
    #[must_use]
    pub fn with_max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// The pause after which the command may be sent again, or `None` when it must not be, or not before `deadline`.
    ///
    /// `attempt` counts what was sent before: 0 after the first failure. `read_only` says that sending the command twice
    /// does no harm.
    pub fn pause(
        &self,
        failure: Failure<'_>,
        attempt: u32,
        read_only: bool,
        deadline: Deadline,
    ) -> Option<Duration> {
        let allowed = match failure {
            _ if self.retries == 0 => false,
            Failure::Reply(text) => asks_for_patience(text),
            Failure::Error(error) if error.server_error().is_some_and(asks_for_patience) => true,
            Failure::Error(error) => attempt < self.retries && is_transient(error, read_only),
        };
        if !allowed {
            return None;
        }
        let pause = match failure {
            // The connection that was lost had been idle, more often than not: a new one will do at once.
            Failure::Error(error) if attempt == 0 && error.kind() == ErrorKind::Closed => Duration::ZERO,
            _ => self.delay(attempt),
        };
        match deadline.remaining() {
            Some(left) if left <= pause => None,
            _ => Some(pause),
        }
    }

    /// The pause after so many attempts before, 0 after the first: doubled each time, capped, then shortened by chance.
    pub fn delay(&self, attempt: u32) -> Duration {
        let longest = self.base_delay.saturating_mul(2_u32.saturating_pow(attempt)).min(self.max_delay);
        longest.mul_f64(1.0 - 0.5 * chance())
    }
}

/// Whether a server that answers so did nothing, and will do it soon. The exact code counts: BUSYKEY is no BUSY.
fn asks_for_patience(text: &[u8]) -> bool {
    matches!(code(text), "LOADING" | "BUSY" | "MASTERDOWN" | "NOREPLICAS" | "TRYAGAIN")
}

fn is_transient(error: &Error, read_only: bool) -> bool {
    let safe = match error.outcome() {
        Outcome::NotSent => true,
        Outcome::MaybeExecuted => read_only,
        Outcome::Rejected => error.is_max_clients(),
    };
    let curable = match error.kind() {
        // Whoever limits the wait for a free connection limits it as a whole.
        ErrorKind::Timeout => error.phase() != Some(Phase::PoolWait),
        ErrorKind::Connect | ErrorKind::Closed => true,
        ErrorKind::Server => error.is_max_clients(),
        // The same bytes, credentials or limits again would end the same way.
        ErrorKind::Config
        | ErrorKind::Protocol
        | ErrorKind::Limit
        | ErrorKind::Auth
        | ErrorKind::Exhausted
        | ErrorKind::PoolClosed => false,
    };
    safe && curable
}

/// A number from 0 up to 1. The standard library's hash keys are the only randomness needed here.
pub(crate) fn chance() -> f64 {
    let bits = RandomState::new().build_hasher().finish() >> 11;
    bits as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    fn lost(outcome: Outcome) -> Error {
        Error::lost(Phase::Read, outcome, io::ErrorKind::UnexpectedEof.into())
    }

    fn may(failure: Failure<'_>, read_only: bool) -> bool {
        RetryPolicy::default().pause(failure, 0, read_only, Deadline::after(Duration::from_secs(5))).is_some()
    }

    #[test]
    fn only_what_is_safe_is_sent_again() {
        let executed = lost(Outcome::MaybeExecuted);
        assert!(may(Failure::Error(&executed), true));
        assert!(!may(Failure::Error(&executed), false));
        assert!(may(Failure::Error(&lost(Outcome::NotSent)), false));
        let refused = Error::connect(Phase::Connect, io::ErrorKind::ConnectionRefused.into());
        assert!(may(Failure::Error(&refused), false));
    }

    #[test]
    fn f073_the_wait_for_a_free_connection_is_not_begun_again() {
        let timeout = |phase| Error::timeout(phase, Outcome::NotSent, Deadline::after(Duration::ZERO));
        assert!(!may(Failure::Error(&timeout(Phase::PoolWait)), true));
        assert!(may(Failure::Error(&timeout(Phase::Connect)), false));
    }

    #[test]
    fn f055_credentials_limits_and_nonsense_are_not_tried_again() {
        for kind in [ErrorKind::Auth, ErrorKind::Server] {
            assert!(!may(Failure::Error(&Error::refused(kind, "AUTH", b"WRONGPASS no")), true));
        }
        for kind in [
            ErrorKind::Config,
            ErrorKind::Protocol,
            ErrorKind::Limit,
            ErrorKind::PoolClosed,
            ErrorKind::Exhausted,
        ] {
            assert!(!may(Failure::Error(&Error::new(kind, Outcome::NotSent, "x")), true));
        }
    }

    #[test]
    fn f071_only_servers_that_ask_for_patience_get_it() {
        for text in [
            "LOADING Redis is loading",
            "BUSY script",
            "MASTERDOWN Link",
            "NOREPLICAS Not enough",
            "TRYAGAIN Multiple",
        ] {
            assert!(may(Failure::Reply(text.as_bytes()), false), "{text}");
        }
        for text in [
            "ERR no",
            "BUSYKEY Target",
            "BUSYGROUP Consumer",
            "READONLY You",
            "OOM command",
            "MISCONF x",
            "NOAUTH x",
            "WRONGPASS x",
            "NOPERM x",
            "WRONGTYPE x",
            "NOSCRIPT x",
            "EXECABORT x",
            "UNBLOCKED x",
            "NOPROTO x",
            "CROSSSLOT x",
            "UNKILLABLE x",
            "",
            "loading x",
        ] {
            assert!(!may(Failure::Reply(text.as_bytes()), true), "{text}");
        }
    }

    #[test]
    fn f058_patience_lasts_until_the_deadline_not_a_count() {
        let policy = RetryPolicy::default();
        let loading = Failure::Reply(b"LOADING x");
        assert!(policy.pause(loading, 1000, false, Deadline::after(Duration::from_secs(5))).is_some());
        assert!(policy.pause(loading, 1000, false, Deadline::after(Duration::from_millis(1))).is_none());
        assert!(RetryPolicy::none().pause(loading, 0, false, Deadline::NEVER).is_none());
    }

    #[test]
    fn f052_too_many_clients_is_tried_again_a_few_times() {
        let error = Error::refused(ErrorKind::Server, "HELLO", b"ERR max number of clients reached");
        assert!(may(Failure::Error(&error), false));
        let policy = RetryPolicy::default();
        assert!(policy.pause(Failure::Error(&error), policy.retries, false, Deadline::NEVER).is_none());
    }

    #[test]
    fn f067_the_pause_doubles_and_keeps_its_jitter_at_the_cap() {
        let policy = RetryPolicy::default();
        let longest = |attempt| (0..200).map(|_| policy.delay(attempt)).max().unwrap();
        assert!(longest(0) <= Duration::from_millis(10));
        assert!(longest(3) > longest(0));
        for attempt in [6, 20, u32::MAX] {
            let pauses: Vec<_> = (0..200).map(|_| policy.delay(attempt)).collect();
            let (least, most) = (pauses.iter().min().unwrap(), pauses.iter().max().unwrap());
            assert!(
                *least >= Duration::from_millis(250) && *most <= Duration::from_millis(500),
                "{least:?} {most:?}"
            );
            assert!(*most - *least > Duration::from_millis(100), "{least:?} {most:?}");
        }
    }
}
