//! One argument.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::rc::Rc;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use crate::cmd::Request;

/// One argument of a command.
///
/// Implement it for a type of your own by writing it in one of the ways of [`Arg`]:
///
/// ```
/// use redispy_cmd::arg::{Arg, ToArg};
/// use redispy_cmd::cmd;
///
/// struct UserKey(u64);
///
/// impl ToArg for UserKey {
///     fn write_arg(&self, arg: Arg<'_>) {
///         arg.text(format_args!("user:{}", self.0));
///     }
/// }
///
/// assert_eq!(cmd("GET").arg(UserKey(7)).request().get(1), Some(&b"user:7"[..]));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an argument of a command",
    label = "not one argument",
    note = "arguments are strings, byte strings (`&[u8]`, `[u8; N]`, `Vec<u8>`), integers, floats and `char`",
    note = "`u8` and `bool` are none (`Vec<u8>` is one byte string): convert them, `i64::from(x)`; nor is `Option`: leave out \
            what is missing",
    note = "wrap what implements `Display` in `Text(..)`, or implement `ToArg`"
)]
pub trait ToArg {
    /// Writes the argument, in exactly one call on `arg`.
    fn write_arg(&self, arg: Arg<'_>);
}

/// The place of one argument; writing it uses it up.
#[derive(Debug)]
#[must_use = "an argument that is not written makes the command an error"]
pub struct Arg<'a>(&'a mut Request);

impl<'a> Arg<'a> {
    pub(crate) fn new(request: &'a mut Request) -> Self {
        Arg(request)
    }

    /// Writes these bytes.
    pub fn bytes(self, bytes: &[u8]) {
        self.0.push(bytes);
    }

    /// Writes a decimal number.
    pub fn integer(self, value: i64) {
        self.0.push_integer(value);
    }

    /// Writes the shortest decimal number that reads back as the same value: `1`, `0.1`, `1e300`, `inf`, `-inf`. NaN is
    /// refused, since servers do.
    pub fn float(self, value: f64) {
        self.shortest(value.is_nan(), format_args!("{value:?}"));
    }

    /// Writes what formatting gives.
    pub fn text(self, text: impl fmt::Display) {
        self.0.push(text.to_string().as_bytes());
    }

    /// Makes running the command an error that says what was expected here; nothing will be sent.
    pub fn refuse(self, expected: &'static str) {
        self.0.refuse("argument", expected);
    }

    fn shortest(self, is_nan: bool, formatted: fmt::Arguments<'_>) {
        if is_nan {
            return self.refuse(NOT_NAN);
        }
        let mut text = ShortText { bytes: [0; 32], len: 0 };
        if text.write_fmt(formatted).is_err() {
            return self.text(formatted);
        }
        let text = text.bytes.get(..text.len).unwrap_or_default();
        self.bytes(text.strip_suffix(b".0").unwrap_or(text));
    }
}

const NOT_NAN: &str = "a number, not NaN";

/// A float that has a name: the one that the error gives when it is NaN.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number(pub(crate) &'static str, pub(crate) f64);

impl ToArg for Number {
    fn write_arg(&self, arg: Arg<'_>) {
        let Number(name, value) = *self;
        if value.is_nan() {
            return arg.0.refuse(name, NOT_NAN);
        }
        arg.float(value);
    }
}

/// Room for the digits of a float (at most 24), so that formatting one allocates nothing.
struct ShortText {
    bytes: [u8; 32],
    len: usize,
}

impl fmt::Write for ShortText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// Makes an argument of anything that can be displayed.
///
/// ```
/// use redispy_cmd::arg::Text;
/// use redispy_cmd::cmd;
///
/// let address = std::net::Ipv4Addr::LOCALHOST;
/// assert_eq!(cmd("GET").arg(Text(address)).request().get(1), Some(&b"127.0.0.1"[..]));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Text<T>(pub T);

impl<T: fmt::Display> ToArg for Text<T> {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.text(&self.0);
    }
}

impl<T: ToArg + ?Sized> ToArg for &T {
    fn write_arg(&self, arg: Arg<'_>) {
        (**self).write_arg(arg);
    }
}

impl<T: ToArg + ?Sized> ToArg for &mut T {
    fn write_arg(&self, arg: Arg<'_>) {
        (**self).write_arg(arg);
    }
}

impl<T: ToArg + ?Sized> ToArg for Box<T> {
    fn write_arg(&self, arg: Arg<'_>) {
        (**self).write_arg(arg);
    }
}

impl<T: ToArg + ?Sized> ToArg for Rc<T> {
    fn write_arg(&self, arg: Arg<'_>) {
        (**self).write_arg(arg);
    }
}

impl<T: ToArg + ?Sized> ToArg for Arc<T> {
    fn write_arg(&self, arg: Arg<'_>) {
        (**self).write_arg(arg);
    }
}

impl<T: ToArg + ToOwned + ?Sized> ToArg for Cow<'_, T> {
    fn write_arg(&self, arg: Arg<'_>) {
        (**self).write_arg(arg);
    }
}

impl ToArg for str {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.bytes(self.as_bytes());
    }
}

impl ToArg for String {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.bytes(self.as_bytes());
    }
}

impl ToArg for char {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.bytes(self.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

impl ToArg for [u8] {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.bytes(self);
    }
}

impl<const N: usize> ToArg for [u8; N] {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.bytes(self);
    }
}

impl ToArg for Vec<u8> {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.bytes(self);
    }
}

impl ToArg for Bytes {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.bytes(self);
    }
}

impl ToArg for BytesMut {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.bytes(self);
    }
}

impl ToArg for f64 {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.float(*self);
    }
}

impl ToArg for f32 {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.shortest(self.is_nan(), format_args!("{self:?}"));
    }
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl ToArg for $type {
            fn write_arg(&self, arg: Arg<'_>) {
                arg.bytes(itoa::Buffer::new().format(*self).as_bytes());
            }
        }
    )*};
}

integers!(i8, i16, i32, i64, i128, isize, u16, u32, u64, u128, usize);

#[cfg(test)]
#[allow(clippy::needless_borrows_for_generic_args, reason = "arguments by reference are what is tested")]
mod tests {
    use super::*;
    use crate::cmd::cmd;

    fn sent(arg: impl ToArg) -> String {
        let command = cmd("X").arg(&arg);
        assert_eq!(command.request().refusal(), None);
        assert_eq!(command.request().count(), 2);
        String::from_utf8(command.request().get(1).unwrap().to_vec()).unwrap()
    }

    fn refusal(arg: impl ToArg) -> String {
        cmd("X").arg(arg).request().refusal().unwrap().to_string()
    }

    #[test]
    fn strings_and_bytes_are_one_argument() {
        assert_eq!(sent("a b"), "a b");
        assert_eq!(sent(&&"x"), "x");
        assert_eq!(sent(String::from("x")), "x");
        assert_eq!(sent(&mut String::from("x")), "x");
        assert_eq!(sent(Cow::Borrowed("x")), "x");
        assert_eq!(sent(Cow::<[u8]>::Owned(vec![b'x'])), "x");
        assert_eq!(sent(Box::<str>::from("x")), "x");
        assert_eq!(sent(Arc::<str>::from("x")), "x");
        assert_eq!(sent(Rc::<[u8]>::from(&b"x"[..])), "x");
        assert_eq!(sent(b"xyz"), "xyz");
        assert_eq!(sent(*b"xyz"), "xyz");
        assert_eq!(sent(&b"xyz"[..]), "xyz");
        assert_eq!(sent(vec![b'x', b'y']), "xy");
        assert_eq!(sent(Bytes::from_static(b"x")), "x");
        assert_eq!(sent(BytesMut::from(&b"x"[..])), "x");
        assert_eq!(sent('é'), "é");
        assert_eq!(sent(""), "");
    }

    #[test]
    fn integers_are_decimal() {
        assert_eq!(sent(-5), "-5");
        assert_eq!(sent(i8::MIN), "-128");
        assert_eq!(sent(i64::MIN), "-9223372036854775808");
        assert_eq!(sent(u64::MAX), "18446744073709551615");
        assert_eq!(sent(u128::MAX), "340282366920938463463374607431768211455");
        assert_eq!(sent(i128::MIN), "-170141183460469231731687303715884105728");
        assert_eq!(sent(7_usize), "7");
    }

    #[test]
    fn floats_are_the_shortest_that_read_back() {
        for (value, text) in [
            (1.0, "1"),
            (0.1 + 0.2, "0.30000000000000004"),
            (-0.0, "-0"),
            (1e300, "1e300"),
            (-2.2250738585072014e-308, "-2.2250738585072014e-308"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(sent(value), text);
        }
        assert_eq!(sent(0.1_f32), "0.1");
        assert_eq!(sent(f32::MAX), "3.4028235e38");
    }

    #[test]
    fn nan_is_refused() {
        assert_eq!(refusal(f64::NAN), "X: `argument` must be a number, not NaN");
        assert_eq!(refusal(f32::NAN), "X: `argument` must be a number, not NaN");
    }

    #[test]
    fn an_argument_that_writes_nothing_is_refused() {
        struct Lazy;
        impl ToArg for Lazy {
            fn write_arg(&self, _: Arg<'_>) {}
        }
        assert_eq!(refusal(Lazy), "X: `argument` must be written or refused by its `ToArg`");
    }
}
