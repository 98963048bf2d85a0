//! Bitmaps: strings whose bits are set, counted, found and combined.

mod bitfield;
mod range;

use crate::arg::{Arg, ToArg, ToArgs};
use crate::cmd::{Cmd, Request};
use crate::execute::Execute;
use crate::reply::FromReply;
use crate::spec;

pub use bitfield::*;
pub use range::*;

/// The bitmap commands, on everything that takes commands. Those that read and change many integers at once are only
/// builders: [`cmd::bitfield`](bitfield()) and [`cmd::bitfield_ro`](bitfield_ro()).
pub trait BitmapCommands: Execute {
    /// How many bits are set. To count within a range is an option of [`cmd::bitcount`](bitcount()).
    ///
    /// `BITCOUNT key`. Since Redis 2.6.0. O(N) in the length of the string.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::BitmapCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let visitors = r.bitcount("visitors:monday")?;
    /// # Ok(()) }
    /// ```
    fn bitcount(self, key: impl ToArg) -> Self::Output<i64> {
        self.run(bitcount(key))
    }

    /// Combines strings bit by bit and stores the outcome. The reply is its length in bytes, which is that of the longest
    /// string.
    ///
    /// `BITOP operation destkey key [key ...]`. Since Redis 2.6.0. O(N) in the length of the longest string.
    fn bitop(self, operation: BitOperation, destination: impl ToArg, keys: impl ToArgs) -> Self::Output<i64> {
        self.run(bitop(operation, destination, keys))
    }

    /// The position of the first bit that is 0 or that is 1, counted from 0; `None` without one. A string of nothing but
    /// ones is followed by a 0 as long as no end is given. To look within a range is an option of
    /// [`cmd::bitpos`](bitpos()).
    ///
    /// `BITPOS key bit`. Since Redis 2.8.7. O(N) in the length of the string.
    fn bitpos(self, key: impl ToArg, bit: i64) -> Self::Output<Option<i64>> {
        self.run(bitpos(key, bit))
    }

    /// Whether the bit at this position is set. Behind the end of the string none is.
    ///
    /// `GETBIT key offset`. Since Redis 2.2.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::BitmapCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let was_here = r.getbit("visitors:monday", 4711)?;
    /// # Ok(()) }
    /// ```
    fn getbit(self, key: impl ToArg, offset: u64) -> Self::Output<bool> {
        self.run(getbit(key, offset))
    }

    /// Sets the bit at this position to 0 or 1. The reply is whether it was set before.
    ///
    /// `SETBIT key offset value`. Since Redis 2.2.0. O(1), more when the string has to grow.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::BitmapCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let was_here_before = r.setbit("visitors:monday", 4711, 1)?;
    /// # Ok(()) }
    /// ```
    fn setbit(self, key: impl ToArg, offset: u64, bit: i64) -> Self::Output<bool> {
        self.run(setbit(key, offset, bit))
    }
}

impl<E: Execute> BitmapCommands for E {}

/// `BITOP operation destkey key [key ...]`: see [`BitmapCommands::bitop`].
pub fn bitop(operation: BitOperation, destination: impl ToArg, keys: impl ToArgs) -> Cmd<i64> {
    let mut request = Request::new(&spec::BITOP);
    request.arg(operation);
    request.arg(destination);
    let before = request.count();
    request.some_args("keys", keys);
    match (operation, request.count() - before) {
        (BitOperation::Not, 2..) => request.refuse("keys", "one for NOT"),
        (BitOperation::Diff | BitOperation::Diff1 | BitOperation::AndOr, 1) => {
            request.refuse("keys", "at least two for DIFF, DIFF1 and ANDOR");
        }
        _ => {}
    }
    Cmd::from_request(request, i64::from_reply)
}

/// `GETBIT key offset`: see [`BitmapCommands::getbit`].
pub fn getbit(key: impl ToArg, offset: u64) -> Cmd<bool> {
    Cmd::new(&spec::GETBIT, bool::from_reply).arg(key).arg(offset)
}

/// `SETBIT key offset value`: see [`BitmapCommands::setbit`].
pub fn setbit(key: impl ToArg, offset: u64, bit: i64) -> Cmd<bool> {
    let mut request = Request::new(&spec::SETBIT);
    request.arg(key);
    request.arg(offset);
    write_bit(&mut request, bit);
    Cmd::from_request(request, bool::from_reply)
}

/// How `BITOP` combines the bits of strings. A string that is shorter than others counts as filled up with zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BitOperation {
    /// Set in all.
    And,
    /// Set in any.
    Or,
    /// Set in an odd number of them.
    Xor,
    /// Not set in the one.
    Not,
    /// Set in the first, and in none of the others. Since Redis 8.2.0.
    Diff,
    /// Set in any but the first, and not in the first. Since Redis 8.2.0.
    Diff1,
    /// Set in the first, and in any of the others. Since Redis 8.2.0.
    AndOr,
    /// Set in exactly one. Since Redis 8.2.0.
    One,
}

impl ToArg for BitOperation {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.bytes(match self {
            BitOperation::And => b"AND",
            BitOperation::Or => b"OR",
            BitOperation::Xor => b"XOR",
            BitOperation::Not => b"NOT",
            BitOperation::Diff => b"DIFF",
            BitOperation::Diff1 => b"DIFF1",
            BitOperation::AndOr => b"ANDOR",
            BitOperation::One => b"ONE",
        });
    }
}

fn write_bit(request: &mut Request, bit: i64) {
    if !matches!(bit, 0 | 1) {
        request.refuse("bit", "0 or 1");
    }
    request.arg(bit);
}
