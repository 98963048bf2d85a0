//! What can be an argument: one (`ToArg`), one or many (`ToArgs`), pairs (`ToPairs`).

use crate::cmd::Request;

/// The place of one argument; it is written once.
#[derive(Debug)]
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
}

/// One argument.
pub trait ToArg {
    /// Writes it.
    fn write_arg(&self, arg: Arg<'_>);
}

/// One argument or many.
pub trait ToArgs {
    /// Writes them in order.
    fn write_args(self, request: &mut Request);
}

/// Pairs: fields with values, keys with values.
pub trait ToPairs {
    /// Writes key, value, key, value.
    fn write_pairs(self, request: &mut Request);
}

impl ToArg for str {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.bytes(self.as_bytes());
    }
}

impl<T: ToArg + ?Sized> ToArg for &T {
    fn write_arg(&self, arg: Arg<'_>) {
        (**self).write_arg(arg);
    }
}

impl ToArg for i32 {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.integer((*self).into());
    }
}

impl ToArg for i64 {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.integer(*self);
    }
}

impl<T: ToArg> ToArgs for T {
    fn write_args(self, request: &mut Request) {
        request.arg(self);
    }
}

impl<A: ToArg, B: ToArg> ToArgs for (A, B) {
    fn write_args(self, request: &mut Request) {
        request.arg(self.0);
        request.arg(self.1);
    }
}
