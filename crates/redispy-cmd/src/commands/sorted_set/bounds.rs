//! From where to where: by score, or by the bytes of members that share a score.

use crate::arg::{Arg, Number, ToArg};
use crate::cmd::Words;

/// Where a range of scores begins or ends. A plain number is a bound that is part of the range:
/// `zcount("scores", 1.5, ScoreBound::MAX)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ScoreBound {
    /// This score is part of the range.
    Inclusive(f64),
    /// This score is not part of the range any more.
    Exclusive(f64),
}

impl ScoreBound {
    /// Below every score: `-inf`.
    pub const MIN: ScoreBound = ScoreBound::Inclusive(f64::NEG_INFINITY);
    /// Above every score: `inf`.
    pub const MAX: ScoreBound = ScoreBound::Inclusive(f64::INFINITY);
}

impl From<f64> for ScoreBound {
    fn from(score: f64) -> Self {
        ScoreBound::Inclusive(score)
    }
}

impl From<i32> for ScoreBound {
    fn from(score: i32) -> Self {
        ScoreBound::Inclusive(score.into())
    }
}

impl From<u32> for ScoreBound {
    fn from(score: u32) -> Self {
        ScoreBound::Inclusive(score.into())
    }
}

impl ToArg for ScoreBound {
    fn write_arg(&self, arg: Arg<'_>) {
        match *self {
            ScoreBound::Inclusive(score) => Number("bound", score).write_arg(arg),
            ScoreBound::Exclusive(score) if score.is_nan() => Number("bound", score).write_arg(arg),
            ScoreBound::Exclusive(score) => {
                let text = format!("({score:?}");
                arg.bytes(text.strip_suffix(".0").unwrap_or(&text).as_bytes());
            }
        }
    }
}

/// Where a range of members begins or ends, when all have the same score and so are sorted by their bytes.
#[derive(Debug, Clone)]
pub struct LexBound(Place);

#[derive(Debug, Clone)]
enum Place {
    Min,
    Max,
    Inclusive(Words),
    Exclusive(Words),
}

impl LexBound {
    /// Before every member: `-`.
    pub const MIN: LexBound = LexBound(Place::Min);
    /// Behind every member: `+`.
    pub const MAX: LexBound = LexBound(Place::Max);

    /// `[member`: at this member, which is part of the range.
    pub fn inclusive(member: impl ToArg) -> Self {
        LexBound(Place::Inclusive(Words::of(member)))
    }

    /// `(member`: at this member, which is not part of the range any more.
    pub fn exclusive(member: impl ToArg) -> Self {
        LexBound(Place::Exclusive(Words::of(member)))
    }
}

impl ToArg for LexBound {
    fn write_arg(&self, arg: Arg<'_>) {
        let (sign, member) = match &self.0 {
            Place::Min => return arg.bytes(b"-"),
            Place::Max => return arg.bytes(b"+"),
            Place::Inclusive(member) => (b"[", member),
            Place::Exclusive(member) => (b"(", member),
        };
        match member.get(0) {
            Some(bytes) if member.refusal().is_none() => arg.bytes(&[sign, bytes].concat()),
            _ => arg.refuse("a bound with a member that can be sent"),
        }
    }
}
