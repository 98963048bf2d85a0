//! What a program can learn of its calls while it runs: hooks around each, counts, and how long they take.
//!
//! A call begins and ends at one place, [`Observed`]; whoever makes calls begins one there and says how it ended. A client that was
//! not asked for any of it pays with one look at an `Option`: no clock is read and nothing is counted.

mod hook;
mod latency;
mod seam;
mod stats;
#[cfg(feature = "tracing")]
mod tracing;

pub use hook::{CallEnd, CallKind, CallStart, Hook};
pub use latency::Latency;
pub(crate) use seam::{Begun, Observed, Observers, Options};
pub use stats::{CallStats, Stats};
#[cfg(feature = "tracing")]
pub use tracing::Tracing;
