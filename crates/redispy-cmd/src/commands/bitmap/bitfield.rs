//! Integers of any width within a string.

use crate::arg::{Arg, ToArg};
use crate::cmd::{Cmd, Request};
use crate::execute::IntoCmd;
use crate::reply::FromReply;
use crate::spec;

/// Reads and changes integers of any width within a string, by the operations that [`Bitfield`] has. The reply has one
/// value for each, `None` for those that an overflow kept from happening.
///
/// `BITFIELD key [operation ...]`. Since Redis 3.2.0. O(1) for each operation.
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands::{self as cmd, BitInt, BitOverflow}};
/// let (level, hits) = (BitInt::Unsigned(4), BitInt::Unsigned(16));
/// let cmd = cmd::bitfield("player").get(level, 0).overflow(BitOverflow::Sat).incrby(hits, 4, 1).into_cmd();
/// let words = cmd.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"BITFIELD player GET u4 0 OVERFLOW SAT INCRBY u16 4 1");
/// ```
pub fn bitfield(key: impl ToArg) -> Bitfield {
    let mut request = Request::new(&spec::BITFIELD);
    request.arg(key);
    Bitfield { request }
}

/// Reads integers of any width within a string, on a replica too. The reply has one value for each
/// [`get`](BitfieldRo::get).
///
/// `BITFIELD_RO key [GET encoding offset ...]`. Since Redis 6.0.0. O(1) for each operation.
pub fn bitfield_ro(key: impl ToArg) -> BitfieldRo {
    let mut request = Request::new(&spec::BITFIELD_RO);
    request.arg(key);
    BitfieldRo { request }
}

/// The width in bits of an integer within a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BitInt {
    /// With a sign, 1 to 64 bits.
    Signed(u8),
    /// Without a sign, 1 to 63 bits.
    Unsigned(u8),
}

impl ToArg for BitInt {
    fn write_arg(&self, arg: Arg<'_>) {
        match self {
            BitInt::Signed(bits @ 1..=64) => arg.text(format_args!("i{bits}")),
            BitInt::Unsigned(bits @ 1..=63) => arg.text(format_args!("u{bits}")),
            BitInt::Signed(_) => arg.refuse("1 to 64 bits with a sign"),
            BitInt::Unsigned(_) => arg.refuse("1 to 63 bits without a sign"),
        }
    }
}

/// Where an integer begins within a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BitOffset {
    /// At this bit; what a plain number says.
    Bit(u64),
    /// As in an array of integers of this width, at this index: `#3`.
    Index(u64),
}

impl From<u64> for BitOffset {
    fn from(bit: u64) -> Self {
        BitOffset::Bit(bit)
    }
}

impl ToArg for BitOffset {
    fn write_arg(&self, arg: Arg<'_>) {
        match self {
            BitOffset::Bit(bit) => arg.text(bit),
            BitOffset::Index(index) => arg.text(format_args!("#{index}")),
        }
    }
}

/// What becomes of an integer that does not fit its width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BitOverflow {
    /// It goes on from the other end, as without this.
    Wrap,
    /// It stops at the smallest or largest value.
    Sat,
    /// It stays as it was, and the reply is `None`.
    Fail,
}

impl ToArg for BitOverflow {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.bytes(match self {
            BitOverflow::Wrap => b"WRAP",
            BitOverflow::Sat => b"SAT",
            BitOverflow::Fail => b"FAIL",
        });
    }
}

/// `BITFIELD` with its operations; [`bitfield()`] makes it.
///
/// Its operations run in the order they are given. The reply has one value for each: what was read, what was there before
/// `set`, what came out of `incrby`; `None` for what [`BitOverflow::Fail`] kept from happening.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Bitfield {
    request: Request,
}

impl Bitfield {
    /// `GET encoding offset`: reads an integer.
    pub fn get(mut self, encoding: BitInt, offset: impl Into<BitOffset>) -> Self {
        write_get(&mut self.request, encoding, offset.into());
        self
    }

    /// `SET encoding offset value`: sets an integer; the reply is what it was.
    pub fn set(mut self, encoding: BitInt, offset: impl Into<BitOffset>, value: i64) -> Self {
        self.request.args(("SET", encoding, offset.into(), value));
        self
    }

    /// `INCRBY encoding offset increment`: adds to an integer; the reply is the sum.
    pub fn incrby(mut self, encoding: BitInt, offset: impl Into<BitOffset>, increment: i64) -> Self {
        self.request.args(("INCRBY", encoding, offset.into(), increment));
        self
    }

    /// `OVERFLOW <WRAP | SAT | FAIL>`: what becomes of integers that do not fit, for the `set` and `incrby` that follow, up
    /// to the next of these.
    pub fn overflow(mut self, overflow: BitOverflow) -> Self {
        self.request.args(("OVERFLOW", overflow));
        self
    }
}

impl IntoCmd for Bitfield {
    type Reply = Vec<Option<i64>>;

    fn into_cmd(self) -> Cmd<Vec<Option<i64>>> {
        Cmd::from_request(self.request, Vec::from_reply)
    }
}

/// `BITFIELD_RO` with its operations; [`bitfield_ro()`] makes it.
///
/// The reply has one value for each [`get`](Self::get).
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct BitfieldRo {
    request: Request,
}

impl BitfieldRo {
    /// `GET encoding offset`: reads an integer.
    pub fn get(mut self, encoding: BitInt, offset: impl Into<BitOffset>) -> Self {
        write_get(&mut self.request, encoding, offset.into());
        self
    }
}

impl IntoCmd for BitfieldRo {
    type Reply = Vec<i64>;

    fn into_cmd(self) -> Cmd<Vec<i64>> {
        Cmd::from_request(self.request, Vec::from_reply)
    }
}

fn write_get(request: &mut Request, encoding: BitInt, offset: BitOffset) {
    request.args(("GET", encoding, offset));
}
