//! Times: how long, and when.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::cmd::Request;

/// A time in a command's unit: a number ready to be written, or why it cannot be.
///
/// Builders keep one until they are run; [`write`](Self::write) writes one argument or refuses the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a time does nothing until it is written"]
pub struct TimeArg(Result<i64, &'static str>);

impl TimeArg {
    /// This many units.
    pub fn whole(units: i64) -> Self {
        TimeArg(Ok(units))
    }

    /// No such time: `expected` says what would be one.
    pub fn refused(expected: &'static str) -> Self {
        TimeArg(Err(expected))
    }

    /// Writes the number, or makes running the command an error that names `argument`.
    pub fn write(self, argument: &'static str, request: &mut Request) {
        match self.0 {
            Ok(units) => request.arg(units),
            Err(expected) => request.refuse(argument, expected),
        }
    }

    fn of(units: impl TryInto<i64>) -> Self {
        units.try_into().map_or(TimeArg::refused(TOO_LARGE), TimeArg::whole)
    }
}

const TOO_LARGE: &str = "a time of at most 2^63 - 1 units";
const WHOLE_SECONDS: &str = "whole seconds; the command in milliseconds takes fractions";

/// How long, in seconds: an integer, or a [`Duration`] of whole seconds. A fraction is refused before anything is sent,
/// since cutting it off would change what was asked for: use the millisecond form of the command.
///
/// ```
/// use std::time::Duration;
/// use redispy_cmd::arg::{TimeArg, ToSeconds};
///
/// assert_eq!(60.to_seconds(), TimeArg::whole(60));
/// assert_eq!(Duration::from_secs(60).to_seconds(), TimeArg::whole(60));
/// assert_ne!(Duration::from_millis(60_500).to_seconds(), TimeArg::whole(60));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number of seconds",
    label = "no time",
    note = "give an integer or a `Duration` of whole seconds; fractions take the form of the command in milliseconds"
)]
pub trait ToSeconds {
    /// The number of seconds.
    fn to_seconds(self) -> TimeArg;
}

/// How long, in milliseconds: an integer, or a [`Duration`], whose part below a millisecond counts as a whole one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number of milliseconds",
    label = "no time",
    note = "give an integer (milliseconds) or a `Duration`"
)]
pub trait ToMillis {
    /// The number of milliseconds.
    fn to_millis(self) -> TimeArg;
}

/// When, in seconds since 1970 UTC: an integer, or a [`SystemTime`] on a whole second. A fraction is refused before anything
/// is sent, since cutting it off would change what was asked for: use the millisecond form of the command.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a point in time",
    label = "no point in time",
    note = "give an integer (unix time in seconds) or a `SystemTime`; how long from now is another command"
)]
pub trait ToUnixSeconds {
    /// The unix time in seconds.
    fn to_unix_seconds(self) -> TimeArg;
}

/// When, in milliseconds since 1970 UTC: an integer, or a [`SystemTime`], which counts as the next millisecond when it lies
/// between two.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a point in time",
    label = "no point in time",
    note = "give an integer (unix time in milliseconds) or a `SystemTime`; how long from now is another command"
)]
pub trait ToUnixMillis {
    /// The unix time in milliseconds.
    fn to_unix_millis(self) -> TimeArg;
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl ToSeconds for $type {
            fn to_seconds(self) -> TimeArg {
                TimeArg::of(self)
            }
        }

        impl ToMillis for $type {
            fn to_millis(self) -> TimeArg {
                TimeArg::of(self)
            }
        }

        impl ToUnixSeconds for $type {
            fn to_unix_seconds(self) -> TimeArg {
                TimeArg::of(self)
            }
        }

        impl ToUnixMillis for $type {
            fn to_unix_millis(self) -> TimeArg {
                TimeArg::of(self)
            }
        }
    )*};
}

integers!(i32, i64, u32, u64, usize);

impl ToSeconds for Duration {
    fn to_seconds(self) -> TimeArg {
        if self.subsec_nanos() == 0 { TimeArg::of(self.as_secs()) } else { TimeArg::refused(WHOLE_SECONDS) }
    }
}

impl ToMillis for Duration {
    fn to_millis(self) -> TimeArg {
        TimeArg::of(self.as_nanos().div_ceil(NANOS_PER_MILLI))
    }
}

impl ToUnixSeconds for SystemTime {
    fn to_unix_seconds(self) -> TimeArg {
        match self.duration_since(UNIX_EPOCH) {
            Ok(after) => after.to_seconds(),
            Err(before) => negative(before.duration().to_seconds()),
        }
    }
}

impl ToUnixMillis for SystemTime {
    fn to_unix_millis(self) -> TimeArg {
        match self.duration_since(UNIX_EPOCH) {
            Ok(after) => after.to_millis(),
            // Towards zero is later, for a time before 1970.
            Err(before) => negative(TimeArg::of(before.duration().as_nanos() / NANOS_PER_MILLI)),
        }
    }
}

const NANOS_PER_MILLI: u128 = 1_000_000;

fn negative(time: TimeArg) -> TimeArg {
    TimeArg(time.0.map(|units| -units))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: TimeArg = TimeArg(Err(WHOLE_SECONDS));
    const HUGE: TimeArg = TimeArg(Err(TOO_LARGE));

    fn at(seconds: u64, nanos: u32) -> SystemTime {
        UNIX_EPOCH + Duration::new(seconds, nanos)
    }

    #[test]
    fn integers_are_taken_as_they_are() {
        assert_eq!(60.to_seconds(), TimeArg::whole(60));
        assert_eq!((-1_i64).to_millis(), TimeArg::whole(-1));
        assert_eq!(7_u64.to_unix_seconds(), TimeArg::whole(7));
        assert_eq!(u64::MAX.to_unix_millis(), HUGE);
    }

    #[test]
    fn durations_lose_nothing() {
        assert_eq!(Duration::from_secs(60).to_seconds(), TimeArg::whole(60));
        assert_eq!(Duration::from_millis(1500).to_seconds(), REFUSED);
        assert_eq!(Duration::from_millis(1500).to_millis(), TimeArg::whole(1500));
        assert_eq!(Duration::from_nanos(1).to_millis(), TimeArg::whole(1));
        assert_eq!(Duration::ZERO.to_millis(), TimeArg::whole(0));
        assert_eq!(Duration::MAX.to_seconds(), REFUSED);
        assert_eq!(Duration::from_secs(u64::MAX).to_seconds(), HUGE);
        assert_eq!(Duration::MAX.to_millis(), HUGE);
    }

    #[test]
    fn points_in_time_are_unix_times() {
        assert_eq!(at(5, 0).to_unix_seconds(), TimeArg::whole(5));
        assert_eq!(at(5, 1).to_unix_seconds(), REFUSED);
        assert_eq!(at(5, 0).to_unix_millis(), TimeArg::whole(5000));
        assert_eq!(at(5, 1).to_unix_millis(), TimeArg::whole(5001));
        assert_eq!((UNIX_EPOCH - Duration::from_secs(5)).to_unix_seconds(), TimeArg::whole(-5));
        assert_eq!((UNIX_EPOCH - Duration::from_nanos(1_500_000)).to_unix_millis(), TimeArg::whole(-1));
    }

    #[test]
    fn a_refusal_names_the_argument() {
        let mut request = Request::new(&crate::spec::EXPIRE);
        Duration::from_millis(1).to_seconds().write("seconds", &mut request);
        assert_eq!(
            request.refusal().unwrap().to_string(),
            "EXPIRE: `seconds` must be whole seconds; the command in milliseconds takes fractions"
        );
        assert_eq!(request.count(), 1);
    }
}
