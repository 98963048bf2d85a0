//! Replies that are numbers or truth values.

use std::str::FromStr;

use resp_proto::{Kind, Node};

use super::{FromReply, ReplyError};

macro_rules! integers {
    ($($type:ty: $expected:literal,)*) => {$(
        impl FromReply for $type {
            fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
                integer(node, $expected)
            }
        }
    )*};
}

integers! {
    i8: "an integer of 8 bits",
    i16: "an integer of 16 bits",
    i32: "an integer of 32 bits",
    i128: "an integer of 128 bits",
    isize: "an integer of a pointer's size",
    u16: "an unsigned integer of 16 bits",
    u32: "an unsigned integer of 32 bits",
    u64: "an unsigned integer of 64 bits",
    u128: "an unsigned integer of 128 bits",
    usize: "an unsigned integer of a pointer's size",
}

impl FromReply for i64 {
    #[inline]
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        match node.as_i64() {
            Some(value) => Ok(value),
            None => integer(node, "an integer"),
        }
    }
}

fn integer<T: TryFrom<i64> + FromStr>(node: Node<'_>, expected: &'static str) -> Result<T, ReplyError> {
    let value = match node.kind() {
        Kind::Integer => node.as_i64().and_then(|value| T::try_from(value).ok()),
        Kind::Boolean => node.as_bool().and_then(|value| T::try_from(i64::from(value)).ok()),
        Kind::BulkString => match node.as_bytes().as_deref().and_then(short_integer) {
            Some(value) => T::try_from(value).ok(),
            None => parse(&node),
        },
        _ => parse(&node),
    };
    value.ok_or_else(|| match node.kind() {
        Kind::Integer => ReplyError::mismatch(expected, "an integer out of range"),
        _ => ReplyError::unexpected(expected, &node),
    })
}

/// A whole number of so few digits that it fits, as those that RESP2 sends by the thousand do; `None` for all else, which
/// [`parse`] knows better.
fn short_integer(text: &[u8]) -> Option<i64> {
    let (sign, digits) = match text {
        [b'-', digits @ ..] => (-1, digits),
        digits => (1, digits),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let add = |value: i64, byte: &u8| byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0'));
    let value = digits.iter().try_fold(0, add)?;
    // A negative zero is none to unsigned types.
    (value > 0 || sign > 0).then_some(sign * value)
}

/// Reads the number in what RESP2 sends as a bulk string.
fn parse<T: FromStr>(node: &Node<'_>) -> Option<T> {
    if !matches!(node.kind(), Kind::BulkString | Kind::Double | Kind::BigNumber | Kind::VerbatimString) {
        return None;
    }
    std::str::from_utf8(&node.as_bytes()?).ok()?.parse().ok()
}

impl FromReply for f64 {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        let number = double(&node).ok_or_else(|| ReplyError::unexpected("a number", &node))?;
        if number.is_infinite() && !says_infinite(&node) {
            return Err(ReplyError::mismatch("a number in the range of f64", "a number out of range"));
        }
        Ok(number)
    }
}

impl FromReply for f32 {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        let wide = double(&node).ok_or_else(|| ReplyError::unexpected("a number", &node))?;
        // From the text rather than from the double, so that it is rounded only once.
        let narrow = parse(&node).unwrap_or(wide as f32);
        if narrow.is_infinite() && wide.is_finite() {
            return Err(ReplyError::mismatch("a number in the range of f32", "a number out of range"));
        }
        Ok(narrow)
    }
}

/// Whether the text is a word for infinity, and not digits of which there are too many: servers count in long doubles, which
/// go beyond f64.
#[cold]
fn says_infinite(node: &Node<'_>) -> bool {
    node.as_bytes().is_some_and(|text| text.iter().any(|byte| matches!(byte, b'n' | b'N')))
}

fn double(node: &Node<'_>) -> Option<f64> {
    match node.kind() {
        Kind::Integer => node.as_i64().map(|value| value as f64),
        Kind::Double => node.as_f64(),
        // RESP2 sends an integer for it.
        Kind::Boolean => node.as_bool().map(|value| f64::from(u8::from(value))),
        _ => parse(node),
    }
}

impl FromReply for bool {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        match (node.as_bool(), node.as_i64()) {
            (Some(value), _) => Ok(value),
            (_, Some(0)) => Ok(false),
            (_, Some(1)) => Ok(true),
            (_, Some(_)) => Err(ReplyError::mismatch("a truth value (0 or 1)", "another integer")),
            _ => Err(ReplyError::unexpected("a truth value (0 or 1)", &node)),
        }
    }
}
