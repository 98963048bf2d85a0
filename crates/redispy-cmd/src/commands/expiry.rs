//! The options that say when what a command writes expires.

use crate::arg::{TimeArg, ToMillis, ToSeconds, ToUnixMillis, ToUnixSeconds};
use crate::cmd::Request;

/// At most one of the options that exclude each other: `EX`, `PX`, `EXAT`, `PXAT`, or a word alone (`KEEPTTL`, `PERSIST`).
#[derive(Debug, Clone, Copy)]
pub(super) enum ExpiryOption {
    /// None of them.
    Unsaid,
    /// This word.
    Word(&'static str),
    /// This word and its time.
    Time(&'static str, TimeArg),
}

impl ExpiryOption {
    pub(super) fn ex(seconds: impl ToSeconds) -> Self {
        ExpiryOption::Time("EX", seconds.to_seconds())
    }

    pub(super) fn px(milliseconds: impl ToMillis) -> Self {
        ExpiryOption::Time("PX", milliseconds.to_millis())
    }

    pub(super) fn exat(at: impl ToUnixSeconds) -> Self {
        ExpiryOption::Time("EXAT", at.to_unix_seconds())
    }

    pub(super) fn pxat(at: impl ToUnixMillis) -> Self {
        ExpiryOption::Time("PXAT", at.to_unix_millis())
    }

    pub(super) fn write(self, request: &mut Request) {
        match self {
            ExpiryOption::Unsaid => {}
            ExpiryOption::Word(word) => request.arg(word),
            ExpiryOption::Time(word, time) => {
                request.arg(word);
                time.write(word, request);
            }
        }
    }
}
