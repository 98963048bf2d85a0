//! Bits within a range: how many are set, and where the first one is.

use resp_proto::Node;

use super::write_bit;
use crate::arg::{Arg, ToArg};
use crate::cmd::{Cmd, Request};
use crate::execute::IntoCmd;
use crate::reply::{FromReply, ReplyError};
use crate::spec;

/// `BITCOUNT key` with its options ([`BitRange`]): see [`BitmapCommands::bitcount`](super::BitmapCommands::bitcount).
///
/// ```
/// # use redispy_cmd::commands::{self as cmd, BitUnit};
/// let cmd = cmd::bitcount("k").start(5).end(-1).unit(BitUnit::Bit);      // Cmd<i64>
/// let words = cmd.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"BITCOUNT k 5 -1 BIT");
/// ```
pub fn bitcount(key: impl ToArg) -> BitRange<i64> {
    BitRange { cmd: Cmd::new(&spec::BITCOUNT, i64::from_reply).arg(key) }
}

/// `BITPOS key bit` with its options ([`BitRange`]): see [`BitmapCommands::bitpos`](super::BitmapCommands::bitpos).
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands as cmd};
/// let cmd = cmd::bitpos("k", 1).start(2).into_cmd();                     // Cmd<Option<i64>>
/// let words = cmd.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"BITPOS k 1 2");
/// ```
pub fn bitpos(key: impl ToArg, bit: i64) -> BitRange<Option<i64>> {
    let mut request = Request::new(&spec::BITPOS);
    request.arg(key);
    write_bit(&mut request, bit);
    BitRange { cmd: Cmd::from_request(request, position) }
}

/// What the ends of a range of bits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BitUnit {
    /// Bytes, as without a unit.
    Byte,
    /// Bits.
    Bit,
}

impl ToArg for BitUnit {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.bytes(match self {
            BitUnit::Byte => b"BYTE",
            BitUnit::Bit => b"BIT",
        });
    }
}

/// `BITCOUNT` or `BITPOS` with its options; [`bitcount()`] and [`bitpos()`] make it.
///
/// Of a whole string; [`start`](Self::start) limits it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct BitRange<T> {
    cmd: Cmd<T>,
}

impl<T> BitRange<T> {
    /// `start`: begins at this byte, counted from 0, or from -1 at the end.
    pub fn start(self, start: i64) -> BitRangeFrom<T> {
        BitRangeFrom { cmd: self.cmd.arg(start) }
    }
}

/// `BITCOUNT` or `BITPOS` from a byte to the string's end; [`end`](Self::end) ends it sooner. `BITCOUNT` takes a start
/// without an end since Valkey 8.0.0, Redis does not.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct BitRangeFrom<T> {
    cmd: Cmd<T>,
}

impl<T> BitRangeFrom<T> {
    /// `end`: ends with this byte, which is included, counted from 0, or from -1 at the end.
    pub fn end(self, end: i64) -> BitRangeTo<T> {
        BitRangeTo { cmd: self.cmd.arg(end) }
    }
}

/// `BITCOUNT` or `BITPOS` between two bytes; [`unit`](Self::unit) makes them bits.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct BitRangeTo<T> {
    cmd: Cmd<T>,
}

impl<T> BitRangeTo<T> {
    /// `BYTE | BIT`: what start and end count: bytes or bits. Since Redis 7.0.0.
    pub fn unit(self, unit: BitUnit) -> Cmd<T> {
        self.cmd.arg(unit)
    }
}

impl<T> IntoCmd for BitRange<T> {
    type Reply = T;

    fn into_cmd(self) -> Cmd<T> {
        self.cmd
    }
}

impl<T> IntoCmd for BitRangeFrom<T> {
    type Reply = T;

    fn into_cmd(self) -> Cmd<T> {
        self.cmd
    }
}

impl<T> IntoCmd for BitRangeTo<T> {
    type Reply = T;

    fn into_cmd(self) -> Cmd<T> {
        self.cmd
    }
}

/// Servers say -1 for no position.
fn position(node: Node<'_>) -> Result<Option<i64>, ReplyError> {
    i64::from_reply(node).map(|position| (position >= 0).then_some(position))
}
