//! What a program can learn of its calls while it runs: hooks around each.
//!
//! A call begins and ends at one place, [`Observed`]; whoever makes calls begins one there and says how it ended. A client without
//! a hook pays for it with one look at an `Option`: no clock is read and nothing is counted.

mod hook;
mod seam;

pub use hook::{CallEnd, CallKind, CallStart, Hook};
pub(crate) use seam::{Begun, Observed, Observers, Options};
