//! What went wrong, whether the server may have acted on it, and which phase of the call it was.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::sync::Arc;
use std::{fmt, io};

use rustix::io::Errno;

use crate::deadline::in_words;
use crate::{Address, Deadline};

/// The result of what this crate does.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of a connection or of the pool. Never holds a secret: no password, no argument of a command.
///
/// `Display` is one line: address, what happened, then in brackets the phase and whether the command may have run. For
/// errors of the operating system [`source`](StdError::source) has the original.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    outcome: Outcome,
    phase: Option<Phase>,
    address: Option<Address>,
    text: Cow<'static, str>,
    server: Option<Box<[u8]>>,
    progress: Option<Progress>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// What kind of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A URL or an option is wrong; nothing was tried.
    Config,
    /// No connection came about: refused, unreachable, the name unknown.
    Connect,
    /// A connection was lost, or closed from this side while in use.
    Closed,
    /// The deadline passed; [`Error::phase`] tells what took so long.
    Timeout,
    /// The peer broke the protocol: bytes that are no reply, or a reply that nobody asked for. The connection is closed.
    Protocol,
    /// A reply breaks a limit of [`Limits`](resp_proto::Limits). The connection is closed.
    Limit,
    /// The server refused the connection or a step of the handshake, with its own words.
    Server,
    /// The server refused the credentials, or wants some.
    Auth,
    /// All connections of the pool are out, and the call did not want to wait for one.
    Exhausted,
    /// The pool was closed.
    PoolClosed,
}

/// Whether the server may have acted on what was to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Not one byte of it was sent: trying again is safe.
    NotSent,
    /// It was sent, at least in part, and no answer came: it may have run or not.
    MaybeExecuted,
    /// The server refused it: it has not run.
    Rejected,
}

/// The part of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// Waiting for a connection of the pool.
    PoolWait,
    /// Resolving the host name, or asking where the server is.
    Lookup,
    /// Connecting the socket.
    Connect,
    /// The TLS handshake.
    Tls,
    /// Authentication and what else a new connection begins with.
    Handshake,
    /// Sending.
    Write,
    /// Waiting for the reply.
    Read,
    /// The pause before a retry.
    Retry,
}

/// How far a batch came before it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Bytes of the batch that were handed to the operating system. A command that begins behind them was not sent.
    pub written: usize,
    /// Replies that were received.
    pub replies: usize,
    /// Replies that the batch should have got.
    pub expected: usize,
}

impl Error {
    /// An error with the text that `Display` shows. For transports and resolvers outside this crate.
    pub fn new(kind: ErrorKind, outcome: Outcome, text: impl Into<Cow<'static, str>>) -> Self {
        Error(Box::new(Inner {
            kind,
            outcome,
            phase: None,
            address: None,
            text: text.into(),
            server: None,
            progress: None,
            source: None,
        }))
    }

    /// A wrong URL or option.
    pub fn config(text: impl Into<Cow<'static, str>>) -> Self {
        Error::new(ErrorKind::Config, Outcome::NotSent, text)
    }

    /// A connection that did not come about, with the operating system's reason; a
    /// [`TimedOut`](io::ErrorKind::TimedOut) counts as [`Connect`](ErrorKind::Connect) too: it is the network's timeout,
    /// not the call's ([`Error::timeout`]).
    pub fn connect(phase: Phase, cause: io::Error) -> Self {
        let text = match cause.kind() {
            io::ErrorKind::ConnectionRefused => "connection refused",
            io::ErrorKind::NotFound if phase == Phase::Lookup => "cannot resolve the host name",
            io::ErrorKind::NotFound => "no such socket",
            io::ErrorKind::PermissionDenied => "permission denied",
            io::ErrorKind::TimedOut => "the network gave up",
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => "unreachable",
            io::ErrorKind::ConnectionReset => "connection reset by the peer",
            _ if matches!(Errno::from_io_error(&cause), Some(Errno::MFILE | Errno::NFILE)) => {
                "out of file descriptors"
            }
            _ if phase == Phase::Lookup => "cannot resolve the host name",
            _ => "cannot connect",
        };
        Error::new(ErrorKind::Connect, Outcome::NotSent, text).with_phase(phase).with_source(cause)
    }

    /// A deadline that passed in `phase`.
    pub fn timeout(phase: Phase, outcome: Outcome, deadline: Deadline) -> Self {
        let what = match phase {
            Phase::PoolWait => "no free connection",
            Phase::Lookup => "no address",
            Phase::Connect | Phase::Tls | Phase::Handshake => "no connection",
            Phase::Write => "the server takes no more bytes",
            Phase::Read => "no reply",
            Phase::Retry => "no success",
        };
        let text = match deadline.limit() {
            Some(limit) if phase == Phase::Write => format!("{what}, given up after {}", in_words(limit)),
            Some(limit) => format!("{what} within {}", in_words(limit)),
            None => what.to_string(),
        };
        Error::new(ErrorKind::Timeout, outcome, text).with_phase(phase)
    }

    /// A connection that was lost, with the operating system's reason.
    pub(crate) fn lost(phase: Phase, outcome: Outcome, cause: io::Error) -> Self {
        let text = match cause.kind() {
            io::ErrorKind::ConnectionReset => "connection reset by the server",
            io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof => "connection closed by the server",
            io::ErrorKind::NotConnected => "connection closed from this side",
            _ => "connection lost",
        };
        Error::new(ErrorKind::Closed, outcome, text).with_phase(phase).with_source(cause)
    }

    /// Bytes that are no reply, or one over the limits.
    pub(crate) fn protocol(cause: resp_proto::Error) -> Self {
        let (kind, text) = match cause.kind() {
            resp_proto::ErrorKind::Limit(_) => (ErrorKind::Limit, format!("reply {cause}")),
            _ => (ErrorKind::Protocol, format!("not a reply of the protocol: {cause}")),
        };
        Error::new(kind, Outcome::MaybeExecuted, text).with_phase(Phase::Read)
    }

    /// A server's refusal in the handshake; `step` is the command it answers.
    pub(crate) fn refused(kind: ErrorKind, step: &'static str, answer: &[u8]) -> Self {
        let mut error = Error::new(kind, Outcome::Rejected, format!("{step} refused: {}", printable(answer)))
            .with_phase(Phase::Handshake);
        error.0.server = Some(answer.into());
        error
    }

    /// Names the phase.
    #[must_use]
    pub fn with_phase(mut self, phase: Phase) -> Self {
        self.0.phase = Some(phase);
        self
    }

    /// Names the server's address.
    #[must_use]
    pub fn with_address(mut self, address: &Address) -> Self {
        self.0.address = Some(address.clone());
        self
    }

    /// Keeps the cause for [`source`](StdError::source). Its text should not be part of this error's own.
    #[must_use]
    pub fn with_source(mut self, cause: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(cause));
        self
    }

    pub(crate) fn with_progress(mut self, progress: Progress) -> Self {
        self.0.progress = Some(progress);
        self
    }

    pub(crate) fn with_text(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.0.text = text.into();
        self
    }

    /// Says whether the server may have acted: for whoever knows more than was known where the error arose.
    #[must_use]
    pub fn with_outcome(mut self, outcome: Outcome) -> Self {
        self.0.outcome = outcome;
        self
    }

    /// What kind of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the server may have acted on it.
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }

    /// The part of the call in which it happened.
    pub fn phase(&self) -> Option<Phase> {
        self.0.phase
    }

    /// The server's address, as far as one was known.
    pub fn address(&self) -> Option<&Address> {
        self.0.address.as_ref()
    }

    /// What happened, without address, phase and outcome.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The server's own words when it refused, byte by byte as sent (the password, should it echo it, taken out).
    pub fn server_error(&self) -> Option<&[u8]> {
        self.0.server.as_deref()
    }

    /// The server's error code, its first word, when it refused: `WRONGPASS`, `NOAUTH`, `ERR`, ...
    pub fn code(&self) -> Option<&str> {
        self.server_error().map(code)
    }

    /// How far a batch came, when one was under way.
    pub fn progress(&self) -> Option<Progress> {
        self.0.progress
    }

    /// Whether a deadline passed, be it while waiting for a connection or for a reply.
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// Whether no connection came about or one was lost.
    pub fn is_connection(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Connect | ErrorKind::Closed)
    }

    /// Whether the server turned the connection away because it has too many.
    pub fn is_max_clients(&self) -> bool {
        self.server_error().is_some_and(|text| text.starts_with(b"ERR max number of clients"))
    }
}

/// The error code of a server's error: its first word when that is in capitals, else nothing.
pub fn code(error: &[u8]) -> &str {
    let end = error.iter().position(|byte| byte.is_ascii_whitespace()).unwrap_or(error.len());
    let word = error.get(..end).unwrap_or_default();
    let is_code = word.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_');
    if is_code { std::str::from_utf8(word).unwrap_or_default() } else { "" }
}

/// Foreign text on one line of bearable length.
fn printable(text: &[u8]) -> String {
    const LONGEST: usize = 300;
    let mut line = String::new();
    for (n, c) in String::from_utf8_lossy(text).chars().enumerate() {
        if n == LONGEST {
            line.push_str("...");
            break;
        }
        if c.is_control() { line.extend(c.escape_default()) } else { line.push(c) }
    }
    line
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        if let Some(address) = &inner.address {
            write!(f, "{address}: ")?;
        }
        f.write_str(&inner.text)?;
        if let Some(Progress { replies, expected, .. }) = inner.progress.filter(|p| p.expected > 1) {
            write!(f, ", {replies} of {expected} replies received")?;
        }
        match inner.phase {
            Some(phase) => write!(f, " ({phase}; {})", inner.outcome),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Error");
        out.field("kind", &self.0.kind).field("display", &format_args!("\"{self}\""));
        if let Some(source) = &self.0.source {
            out.field("source", &format_args!("{source}"));
        }
        out.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Outcome::NotSent => "not sent",
            Outcome::MaybeExecuted => "may have executed",
            Outcome::Rejected => "rejected by the server",
        })
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::PoolWait => "waiting for a connection",
            Phase::Lookup => "resolving the address",
            Phase::Connect => "connecting",
            Phase::Tls => "TLS handshake",
            Phase::Handshake => "handshake",
            Phase::Write => "sending",
            Phase::Read => "waiting for the reply",
            Phase::Retry => "waiting to retry",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn display_is_one_line_with_address_phase_and_outcome() {
        let error =
            Error::timeout(Phase::Read, Outcome::MaybeExecuted, Deadline::after(Duration::from_secs(5)))
                .with_address(&Address::tcp("10.0.0.5", 6379));
        assert_eq!(
            error.to_string(),
            "10.0.0.5:6379: no reply within 5 s (waiting for the reply; may have executed)"
        );
        assert!(error.is_timeout());
    }

    #[test]
    fn the_source_is_not_repeated() {
        let error = Error::connect(Phase::Connect, io::Error::from_raw_os_error(111));
        let source = error.source().unwrap().to_string();
        assert!(source.contains("111"), "{source}");
        assert!(!error.to_string().contains(&source), "{error}");
        assert_eq!(error.to_string(), "connection refused (connecting; not sent)");
    }

    #[test]
    fn a_servers_words_are_kept_and_shown_on_one_line() {
        let answer = b"WRONGPASS invalid\r\nusername \xff";
        let error = Error::refused(ErrorKind::Auth, "AUTH", answer);
        assert_eq!(error.code(), Some("WRONGPASS"));
        assert_eq!(error.server_error(), Some(&answer[..]));
        assert_eq!(
            error.to_string(),
            "AUTH refused: WRONGPASS invalid\\r\\nusername \u{fffd} (handshake; rejected by the server)"
        );
        assert_eq!(code(b""), "");
        assert_eq!(code(b"ERR"), "ERR");
        assert_eq!(code(b"no code at all"), "");
        let long = Error::refused(ErrorKind::Server, "HELLO", &[b'x'; 70_000]).to_string();
        assert!(long.len() < 400, "{}", long.len());
    }

    #[test]
    fn progress_tells_how_many_replies_came() {
        let error = Error::lost(Phase::Read, Outcome::MaybeExecuted, io::ErrorKind::UnexpectedEof.into())
            .with_progress(Progress { written: 10, replies: 3, expected: 7 });
        assert_eq!(
            error.to_string(),
            "connection closed by the server, 3 of 7 replies received (waiting for the reply; may have executed)"
        );
    }

    #[test]
    fn it_is_one_pointer_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
