//! What can go wrong while servers are found, fetched, started and asked.

use std::fmt;
use std::io;
use std::time::Duration;

/// Something around a test's servers failed. `Debug` prints what `Display` prints, so that `unwrap` stays readable.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no server to test with; the text says what to install or set.
    #[error("no server to test with: {0}")]
    Missing(String),
    /// A pinned server could not be fetched or is not what was pinned.
    #[error("cannot fetch {release}: {reason}")]
    Fetch {
        /// The release, such as `redis-7.0.15`.
        release: String,
        /// What failed, with the output of the program that failed.
        reason: String,
    },
    /// A server ended or stayed silent while it was being started.
    #[error("{program} did not start: {reason}\n--- its log ---\n{log}")]
    Start {
        /// The path of its binary.
        program: String,
        /// What was seen.
        reason: String,
        /// What it printed.
        log: String,
    },
    /// A server answered with an error.
    #[error("{command}: {text}")]
    Refused {
        /// The name of the command.
        command: String,
        /// The server's text, its code first.
        text: String,
    },
    /// What was waited for did not happen in time.
    #[error("{what}: not within {after:?}")]
    Timeout {
        /// What was waited for.
        what: String,
        /// For how long.
        after: Duration,
    },
    /// A call of the operating system failed, or a peer sent what is no RESP.
    #[error("{action}: {source}")]
    Io {
        /// What was tried.
        action: String,
        /// Why it failed.
        source: io::Error,
    },
}

impl Error {
    /// Makes an [`Error::Io`] of an [`io::Error`], saying what was tried.
    pub(crate) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Error {
        move |source| Error::Io { action: action.into(), source }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
