//! All the grammar: one leaf parser per thing that a line can say.
//!
//! ```text
//! length   = "0" / %x31-39 *18DIGIT          ; no sign, no leading zero
//! integer  = ["+" / "-"] 1*19DIGIT           ; at most 20 bytes, within 64 bits
//! double   = [sign] (1*DIGIT ["." 1*DIGIT] ["e" [sign] 1*DIGIT] / "inf" / "nan" ["(" *ALPHANUM ")"])
//! bignum   = [sign] 1*DIGIT
//! line     = *(any byte but CR and LF) CR LF
//! verbatim = 3VCHAR ":" *OCTET               ; within a body of a given length
//! ```
//!
//! The leaves are written by hand and sequenced with `?`: what nom's own numbers accept is not this grammar, and
//! `alt` over the kinds costs several times what a `match` on the type byte does.

use nom::{Err, IResult, Needed};

use crate::ErrorKind;

/// What a leaf gives: the input behind it and its value, or that bytes are missing, or that the grammar is broken.
/// What exactly is wrong is found out afterwards, off the fast path, by the functions at the end of this file.
pub(crate) type Token<'a, T> = IResult<&'a [u8], T, ()>;

const MISSING: Err<()> = Err::Incomplete(Needed::Unknown);
const WRONG: Err<()> = Err::Error(());

/// Lines shorter than this are searched byte by byte, which beats the set-up of a vector search.
const SHORT_LINE: usize = 24;

/// The end of a line: CR LF and nothing else.
#[inline(always)]
pub(crate) fn line_end(i: &[u8]) -> Token<'_, ()> {
    match i {
        [b'\r', b'\n', rest @ ..] => Ok((rest, ())),
        [] | [b'\r'] => Err(MISSING),
        _ => Err(WRONG),
    }
}

/// A length or a count, with the end of its line.
#[inline(always)]
pub(crate) fn length(i: &[u8]) -> Token<'_, u64> {
    match i {
        [a @ b'0'..=b'9', b'\r', b'\n', rest @ ..] => Ok((rest, digit(*a))),
        [a @ b'1'..=b'9', b @ b'0'..=b'9', b'\r', b'\n', rest @ ..] => Ok((rest, digit(*a) * 10 + digit(*b))),
        [a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', b'\r', b'\n', rest @ ..] => {
            Ok((rest, digit(*a) * 100 + digit(*b) * 10 + digit(*c)))
        }
        _ => any_length(i),
    }
}

#[inline(never)]
fn any_length(i: &[u8]) -> Token<'_, u64> {
    let digits = leading_digits(i, 21);
    let (text, rest) = i.split_at_checked(digits).unwrap_or_default();
    match text {
        [] if i.is_empty() => return Err(MISSING),
        [] | [b'0', _, ..] => return Err(WRONG),
        // Nothing is as long as that; twenty digits may still be over the limits only.
        _ if digits > 20 => return Err(WRONG),
        _ => {}
    }
    let (rest, ()) = line_end(rest)?;
    let value = text.iter().fold(0_u64, |n, d| n.saturating_mul(10).saturating_add(digit(*d)));
    Ok((rest, value))
}

/// What a header may say in the place of a length.
pub(crate) enum Special {
    /// `-1`
    Nil,
    /// `?`
    Streamed,
}

/// `-1` or `?`, with the end of its line.
pub(crate) fn special(i: &[u8]) -> Token<'_, Special> {
    match i {
        [b'-', b'1', rest @ ..] => line_end(rest).map(|(rest, ())| (rest, Special::Nil)),
        [b'?', rest @ ..] => line_end(rest).map(|(rest, ())| (rest, Special::Streamed)),
        [b'-'] => Err(MISSING),
        _ => Err(WRONG),
    }
}

/// An integer, with the end of its line.
#[inline(always)]
pub(crate) fn integer(i: &[u8]) -> Token<'_, i64> {
    let (negative, unsigned) = match i {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, i),
    };
    let mut value = 0_u64;
    let mut digits = 0;
    for byte in unsigned.iter().take(18) {
        let d = byte.wrapping_sub(b'0');
        if d > 9 {
            break;
        }
        value = value * 10 + u64::from(d);
        digits += 1;
    }
    if digits == 18 {
        return long_integer(negative, unsigned);
    }
    let rest = unsigned.get(digits..).unwrap_or_default();
    if digits == 0 {
        return Err(if rest.is_empty() { MISSING } else { WRONG });
    }
    let (rest, ()) = line_end(rest)?;
    let value = value as i64;
    Ok((rest, if negative { -value } else { value }))
}

#[inline(never)]
fn long_integer(negative: bool, unsigned: &[u8]) -> Token<'_, i64> {
    let digits = leading_digits(unsigned, 20);
    if digits > 19 {
        return Err(WRONG);
    }
    let (text, rest) = unsigned.split_at_checked(digits).unwrap_or_default();
    let magnitude = text.iter().fold(0_u64, |n, d| n * 10 + digit(*d));
    let (rest, ()) = line_end(rest)?;
    let value = if negative { 0_i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() };
    value.map(|value| (rest, value)).ok_or(WRONG)
}

/// A line of text without its end. The first `searched` bytes are known to hold no line end.
#[inline(always)]
pub(crate) fn line(i: &[u8], searched: usize) -> Token<'_, &[u8]> {
    let Some(end) = line_stop(i, searched) else { return Err(MISSING) };
    let (text, rest) = i.split_at_checked(end).unwrap_or_default();
    let (rest, ()) = line_end(rest)?;
    Ok((rest, text))
}

/// Where the first CR or LF stands, from `at` on.
#[inline(always)]
fn line_stop(i: &[u8], mut at: usize) -> Option<usize> {
    let near = at + SHORT_LINE;
    while at < near {
        let Some(word) = word_at(i, at) else { break };
        // Bytes up to CR. The lowest bit set is right; above it, bits may be wrong.
        let found = word.wrapping_sub(ONES * (b'\r' + 1) as u64) & !word & (ONES * 0x80);
        if found != 0 {
            at += found.trailing_zeros() as usize / 8;
            if matches!(i.get(at), Some(b'\r' | b'\n')) {
                return Some(at);
            }
            break;
        }
        at += 8;
    }
    far_line_stop(i, at)
}

#[inline(never)]
fn far_line_stop(i: &[u8], at: usize) -> Option<usize> {
    let tail = i.get(at..)?;
    match tail.iter().take(SHORT_LINE).position(|byte| matches!(byte, b'\r' | b'\n')) {
        Some(found) => Some(at + found),
        None => memchr::memchr2(b'\r', b'\n', tail.get(SHORT_LINE..)?).map(|found| at + SHORT_LINE + found),
    }
}

/// A header as one word, to tell at once whether the next one is the same.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Same {
    word: u64,
    mask: u64,
}

impl Same {
    /// The header that takes up the first `len` bytes; none is the same as one of more than eight.
    #[inline(always)]
    pub(crate) fn of(i: &[u8], len: usize) -> Self {
        match i.first_chunk::<8>() {
            Some(bytes) if len <= 8 => {
                let mask = u64::MAX >> (64 - 8 * len as u32);
                Same { word: u64::from_le_bytes(*bytes) & mask, mask }
            }
            _ => Same::default(),
        }
    }

    /// Whether that header stands here. False for the default.
    #[inline(always)]
    pub(crate) fn is_at(self, i: &[u8]) -> bool {
        // No header is all zeros, so the default, whose mask lets nothing through, must be told apart.
        self.mask != 0
            && i.first_chunk::<8>().is_some_and(|bytes| u64::from_le_bytes(*bytes) & self.mask == self.word)
    }
}

/// The length of a line that is known to have an end, and to be right.
#[inline(always)]
pub(crate) fn known_line(i: &[u8]) -> usize {
    let mut at = 0;
    while at < SHORT_LINE {
        let Some(word) = word_at(i, at) else { break };
        // The lowest bit set is in the first byte that is CR; above it, bits may be wrong.
        let found = zero_bytes(word ^ (ONES * b'\r' as u64));
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = i.get(at..).unwrap_or_default();
    at + memchr::memchr(b'\r', rest).unwrap_or(rest.len())
}

/// The value of the integer that the first `len` bytes are known to be.
#[inline(always)]
pub(crate) fn known_integer(i: &[u8], len: usize) -> i64 {
    match (word_at(i, 0), len) {
        (Some(word), 1..=8) => {
            // A sign is worth nothing; it is the first digit then.
            let sign = word as u8;
            let signed = sign < b'0';
            let word = if signed { word ^ u64::from(sign ^ b'0') } else { word };
            let value = eight_digits((word ^ (ONES * b'0' as u64)) << (64 - 8 * len as u32)) as i64;
            if sign == b'-' { -value } else { value }
        }
        _ => integer(i).map_or(0, |(_, value)| value),
    }
}

const ONES: u64 = u64::MAX / 255;

#[inline(always)]
fn word_at(i: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*i.get(at..)?.first_chunk::<8>()?))
}

/// The top bit of each byte that is 0; of those above the first, of some others too.
#[inline(always)]
fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & (ONES * 0x80)
}

/// The number made of eight digits, the first in the lowest byte, each as its value.
#[inline(always)]
fn eight_digits(digits: u64) -> u64 {
    let pairs = digits.wrapping_mul(1 + (10 << 8)) >> 8 & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(1 + (100 << 16)) >> 16 & 0x0000_ffff_0000_ffff;
    fours.wrapping_mul(1 + (10_000 << 32)) >> 32
}

/// The text of a double.
pub(crate) fn double(text: &[u8]) -> Option<f64> {
    let (negative, unsigned) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let value = match unsigned {
        [b'0'..=b'9', ..] if is_decimal(unsigned) => core::str::from_utf8(unsigned).ok()?.parse().ok()?,
        _ if unsigned.eq_ignore_ascii_case(b"inf") => f64::INFINITY,
        _ if is_nan(unsigned) => f64::NAN,
        _ => return None,
    };
    Some(if negative { -value } else { value })
}

/// `1*DIGIT ["." 1*DIGIT] ["e" [sign] 1*DIGIT]`
fn is_decimal(text: &[u8]) -> bool {
    fn digits(i: &[u8]) -> Option<&[u8]> {
        let n = leading_digits(i, usize::MAX);
        if n == 0 { None } else { i.get(n..) }
    }
    fn fraction(i: &[u8]) -> Option<&[u8]> {
        match i {
            [b'.', rest @ ..] => digits(rest),
            _ => Some(i),
        }
    }
    fn exponent(i: &[u8]) -> Option<&[u8]> {
        match i {
            [b'e' | b'E', b'+' | b'-', rest @ ..] | [b'e' | b'E', rest @ ..] => digits(rest),
            _ => Some(i),
        }
    }
    digits(text).and_then(fraction).and_then(exponent).is_some_and(<[u8]>::is_empty)
}

/// `nan`, and what C libraries print for one with a payload: `nan(0x1)`.
fn is_nan(text: &[u8]) -> bool {
    match text.split_at_checked(3) {
        Some((name, payload)) if name.eq_ignore_ascii_case(b"nan") => match payload {
            [] => true,
            [b'(', inner @ .., b')'] => inner.iter().all(u8::is_ascii_alphanumeric),
            _ => false,
        },
        _ => false,
    }
}

/// Whether this is the text of a big number.
pub(crate) fn is_big_number(text: &[u8]) -> bool {
    let unsigned = match text {
        [b'-' | b'+', rest @ ..] => rest,
        _ => text,
    };
    !unsigned.is_empty() && unsigned.iter().all(u8::is_ascii_digit)
}

/// The format and the text in the body of a verbatim string.
pub(crate) fn verbatim(body: &[u8]) -> Option<([u8; 3], &[u8])> {
    match body {
        [a, b, c, b':', text @ ..] if is_format(&[*a, *b, *c]) => Some(([*a, *b, *c], text)),
        _ => None,
    }
}

/// Whether this may be the format of a verbatim string.
pub(crate) fn is_format(format: &[u8; 3]) -> bool {
    format.iter().all(|byte| byte.is_ascii_graphic() && *byte != b':')
}

#[inline(always)]
fn digit(byte: u8) -> u64 {
    u64::from(byte.wrapping_sub(b'0'))
}

fn leading_digits(i: &[u8], most: usize) -> usize {
    i.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count()
}

/// What is wrong with the line of a length or an integer, and at which byte of `i`, which begins behind the type
/// byte: a broken line end where it is, else `kind` at the type byte (`None`).
#[cold]
pub(crate) fn number_fault(i: &[u8], kind: ErrorKind) -> (ErrorKind, Option<usize>) {
    let integer = kind == ErrorKind::Integer;
    let sign = usize::from(integer && matches!(i, [b'-' | b'+', ..]));
    let unsigned = i.get(sign..).unwrap_or_default();
    let digits = leading_digits(unsigned, usize::MAX);
    // What is wrong before the end of the line is told whether that came or not.
    let wrong = match unsigned {
        _ if integer => digits > 19,
        [b'0', ..] => digits > 1,
        _ => digits > 20,
    };
    let at = sign + digits;
    match i.get(at..) {
        _ if wrong || digits == 0 => (kind, None),
        Some([b'\n', ..]) => (ErrorKind::LineEnd, Some(at)),
        Some([b'\r', next, ..]) if *next != b'\n' => (ErrorKind::LineEnd, Some(at)),
        _ => (kind, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    fn value<T>(token: Token<'_, T>) -> Result<T, &'static str> {
        match token {
            Ok((b"", value)) => Ok(value),
            Ok(_) => Err("rest"),
            Err(Err::Incomplete(_)) => Err("missing"),
            Err(_) => Err("wrong"),
        }
    }

    #[test]
    fn lengths_are_plain_decimal() {
        for (text, wanted) in
            [("0", 0), ("7", 7), ("10", 10), ("999", 999), ("1000", 1000), ("4294967296", 1 << 32)]
        {
            assert_eq!(value(length(format!("{text}\r\n").as_bytes())), Ok(wanted), "{text}");
        }
        assert_eq!(value(length(b"18446744073709551615\r\n")), Ok(u64::MAX));
        assert_eq!(value(length(b"99999999999999999999\r\n")), Ok(u64::MAX));
        for text in [
            "\r\n", "-1\r\n", "+3\r\n", "03\r\n", "00\r\n", "-0\r\n", " 3\r\n", "3 \r\n", "12a", "1\n",
            "1\rx", "x",
        ] {
            assert_eq!(value(length(text.as_bytes())), Err("wrong"), "{text:?}");
        }
        assert_eq!(value(length(&[b'1'; 40])), Err("wrong"));
        for text in ["", "1", "12\r", "1234", "1234\r"] {
            assert_eq!(value(length(text.as_bytes())), Err("missing"), "{text:?}");
        }
    }

    #[test]
    fn integers_have_64_bits() {
        for n in [0, 1, -1, 42, 999_999_999_999_999_999, -999_999_999_999_999_999, i64::MAX, i64::MIN] {
            assert_eq!(value(integer(format!("{n}\r\n").as_bytes())), Ok(n));
        }
        assert_eq!(value(integer(b"+5\r\n")), Ok(5));
        assert_eq!(value(integer(b"-0\r\n")), Ok(0));
        assert_eq!(value(integer(b"007\r\n")), Ok(7));
        for text in [
            "\r\n",
            "-\r\n",
            "+\r\n",
            "12x",
            " 5",
            "--5",
            "1\n",
            "9223372036854775808\r\n",
            "-9223372036854775809\r\n",
        ] {
            assert_eq!(value(integer(text.as_bytes())), Err("wrong"), "{text:?}");
        }
        assert_eq!(value(integer(&[b'0'; 30])), Err("wrong"));
        for text in ["", "-", "12", "12\r", "123456789012345678", "1234567890123456789\r"] {
            assert_eq!(value(integer(text.as_bytes())), Err("missing"), "{text:?}");
        }
    }

    #[test]
    fn what_is_known_is_read_the_same() {
        let mut n = 1_i64;
        while n < i64::MAX / 7 {
            for value in [n, -n, n - 1, 1 - n] {
                for tail in ["", ":1\r\n", "$20\r\n"] {
                    let text = format!("{value}\r\n{tail}");
                    let len = known_line(text.as_bytes());
                    assert_eq!(text.as_bytes()[..len], *format!("{value}").as_bytes());
                    assert_eq!(known_integer(text.as_bytes(), len), value);
                }
            }
            n = n * 7 + 3;
        }
        assert_eq!(known_integer(b"+0042\r\n:", 5), 42);
        for len in 0..100 {
            let text = format!("{}\r\n\r\x0c", "\u{e}".repeat(len));
            assert_eq!(known_line(text.as_bytes()), len);
        }
    }

    #[test]
    fn doubles_in_every_spelling() {
        for (text, wanted) in [
            ("1", 1.0),
            ("+1.50", 1.5),
            ("-0", -0.0),
            ("1e3", 1000.0),
            ("1.5E-3", 0.0015),
            ("1e+2", 100.0),
            ("inf", f64::INFINITY),
            ("-inf", f64::NEG_INFINITY),
            ("INF", f64::INFINITY),
            ("1e400", f64::INFINITY),
        ] {
            assert_eq!(double(text.as_bytes()).map(f64::to_bits), Some(wanted.to_bits()), "{text}");
        }
        for text in ["nan", "-nan", "NAN", "nan(0x1)", "nan()"] {
            assert!(double(text.as_bytes()).is_some_and(f64::is_nan), "{text}");
        }
        for text in [
            "", "1.2.3", ".5", "1.", "1e", "1e+", "e5", "--1", "infinity", "nan(", "nan(-)", " 1", "1 ",
            "0x1",
        ] {
            assert_eq!(double(text.as_bytes()), None, "{text:?}");
        }
    }
}
