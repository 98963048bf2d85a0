//! The one error of the facade: what happened to which command, and whether it may have run.

use std::error::Error as StdError;
use std::fmt;

use redispy_cmd::{ReplyError, ReplyErrorKind, ServerError};
use redispy_conn::{Address, Outcome, Phase, Progress};
use resp_proto::Node;

use crate::pipeline::Form;

/// The result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed.
///
/// [`kind`](Self::kind) says what went wrong, [`outcome`](Self::outcome) whether the server may have acted, and the predicates
/// answer the questions most often asked. `Display` is one line without any argument of the command:
///
/// ```text
/// GET at 10.0.0.5:6379: no reply within 5 s (waiting for the reply; may have executed)
/// INCR at 10.0.0.5:6379: WRONGTYPE Operation against a key holding the wrong kind of value
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    cause: Cause,
    command: Option<Box<str>>,
    address: Option<Address>,
    /// In a pipeline of this form: which command, counted from 0.
    position: Option<(usize, Form)>,
    /// In a pipeline: how many of its commands were not sent at all.
    not_sent: Option<usize>,
    /// What is known better than the cause tells.
    outcome: Option<Outcome>,
    /// The attempt whose WATCH was in vain.
    watch: Option<WatchId>,
    /// Because of it the server gave up the transaction.
    aborted: bool,
    /// An attempt before this one may have been executed.
    after_doubt: bool,
}

/// Tells the attempts of transactions apart; 0 is for those that watched nothing.
pub(crate) type WatchId = u64;

enum Cause {
    Connection(redispy_conn::Error),
    Reply(ReplyError),
    Refused(&'static str),
    Callback(Box<dyn StdError + Send + Sync>),
    /// EXEC answered nil.
    Changed,
    Lock(LockFailure, Option<Error>),
    Other(Box<dyn StdError + Send + Sync>),
}

/// Why a lock was not got, or not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LockFailure {
    Held,
    NotOwned,
    Expired,
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
    /// A reply breaks a limit. The connection is closed.
    Limit,
    /// The server refused the credentials of a new connection, or wants some.
    Auth,
    /// All connections of the pool are out, and the call did not want to wait for one.
    Exhausted,
    /// The client was closed.
    PoolClosed,
    /// The server answered with an error: [`Error::code`] and [`Error::server_error`] have it.
    Server,
    /// The reply does not fit the type it was to become. The command was executed.
    Type,
    /// An argument is wrong; nothing was sent.
    Argument,
    /// The command may not be sent here, and the text names what to use instead; nothing was sent.
    Refused,
    /// A watched key was changed, or the connection that watched it is gone. Nothing of the transaction was executed.
    Watch,
    /// A response callback failed. The command was executed.
    Callback,
    /// A lock was held by others for as long as the call was to wait; see [`Lock::acquire`](crate::Lock::acquire).
    LockHeld,
    /// A lock was lost to another holder.
    LockNotOwned,
    /// A lock was lost since its key is not there any more: its time was over, or the key was deleted.
    LockExpired,
    /// An error of the application's own; see [`Error::other`].
    Other,
}

impl Error {
    /// Wraps an error of one's own, for closures that must return this type. [`source`](StdError::source) gives it back.
    pub fn other(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Error::of(Cause::Other(error.into()))
    }

    pub(crate) fn refused(command: &str, instead: &'static str) -> Self {
        Error::of(Cause::Refused(instead)).in_command(command)
    }

    /// The server's error in `node`, which answers the command of this name that was sent like this.
    pub(crate) fn answered(name: &str, command: &[u8], node: Node<'_>) -> Self {
        ReplyError::answer(name, command, &node.into_bytes().unwrap_or_default()).into()
    }

    pub(crate) fn callback(error: Box<dyn StdError + Send + Sync>) -> Self {
        Error::of(Cause::Callback(error))
    }

    pub(crate) fn in_command(mut self, command: &str) -> Self {
        if self.0.command.is_none() {
            self.0.command = Some(command.into());
        }
        self
    }

    pub(crate) fn at(mut self, address: &Address) -> Self {
        if self.0.address.is_none() {
            self.0.address = Some(address.clone());
        }
        self
    }

    /// A watched key was changed.
    pub(crate) fn changed() -> Self {
        let mut error = Error::of(Cause::Changed);
        error.0.watch = Some(0);
        error
    }

    /// The WATCH of this attempt was in vain.
    pub(crate) fn in_watch(mut self, id: WatchId) -> Self {
        self.0.watch = Some(id);
        self
    }

    /// The attempt whose WATCH was in vain.
    pub(crate) fn watch(&self) -> Option<WatchId> {
        self.0.watch
    }

    pub(crate) fn at_position(mut self, position: usize, form: Form) -> Self {
        self.0.position = Some((position, form));
        self
    }

    pub(crate) fn with_outcome(mut self, outcome: Outcome) -> Self {
        self.0.outcome = Some(outcome);
        self
    }

    /// Because of this refusal the server gave up the whole transaction.
    pub(crate) fn because_of_it_aborted(mut self) -> Self {
        self.0.aborted = true;
        self
    }

    /// The command was sent before, and may have been executed then.
    pub(crate) fn after_doubt(mut self) -> Self {
        self.0.after_doubt = true;
        self
    }

    /// The command only reads: what it did before does not matter.
    pub(crate) fn beyond_doubt(mut self) -> Self {
        self.0.after_doubt = false;
        self
    }

    pub(crate) fn with_not_sent(mut self, commands: usize) -> Self {
        self.0.not_sent = Some(commands);
        self
    }

    pub(crate) fn lock(why: LockFailure) -> Self {
        Error::of(Cause::Lock(why, None)).in_command("a lock")
    }

    /// A lock was not renewed in time, for this reason if one is known.
    pub(crate) fn lock_lost_by(failure: Option<Error>) -> Self {
        Error::of(Cause::Lock(LockFailure::Expired, failure)).in_command("a lock")
    }

    fn of(cause: Cause) -> Self {
        Error(Box::new(Inner {
            cause,
            command: None,
            address: None,
            position: None,
            not_sent: None,
            outcome: None,
            watch: None,
            aborted: false,
            after_doubt: false,
        }))
    }

    /// What kind of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        use redispy_conn::ErrorKind as Conn;
        match &self.0.cause {
            _ if self.0.watch.is_some() => ErrorKind::Watch,
            Cause::Connection(error) => match error.kind() {
                Conn::Config => ErrorKind::Config,
                Conn::Connect => ErrorKind::Connect,
                Conn::Closed => ErrorKind::Closed,
                Conn::Timeout => ErrorKind::Timeout,
                Conn::Protocol => ErrorKind::Protocol,
                Conn::Limit => ErrorKind::Limit,
                Conn::Server => ErrorKind::Server,
                Conn::Auth => ErrorKind::Auth,
                Conn::Exhausted => ErrorKind::Exhausted,
                Conn::PoolClosed => ErrorKind::PoolClosed,
                _ => ErrorKind::Closed,
            },
            Cause::Reply(error) => match error.kind() {
                ReplyErrorKind::Server(_) => ErrorKind::Server,
                ReplyErrorKind::Argument { .. } => ErrorKind::Argument,
                _ => ErrorKind::Type,
            },
            Cause::Refused(_) => ErrorKind::Refused,
            Cause::Changed => ErrorKind::Watch,
            Cause::Callback(_) => ErrorKind::Callback,
            Cause::Lock(LockFailure::Held, _) => ErrorKind::LockHeld,
            Cause::Lock(LockFailure::NotOwned, _) => ErrorKind::LockNotOwned,
            Cause::Lock(LockFailure::Expired, _) => ErrorKind::LockExpired,
            Cause::Other(_) => ErrorKind::Other,
        }
    }

    /// Whether the server may have acted on the command.
    ///
    /// That of the last attempt, unless an earlier one is in doubt, of a command that writes and [may be sent
    /// again](crate::Cmd::repeatable), or of a pipeline: then it is [`Outcome::MaybeExecuted`].
    ///
    /// Of a transaction that lost its connection when MULTI had been answered, but EXEC was not all sent, it is
    /// [`Outcome::NotSent`]: the server forgets what it has queued.
    pub fn outcome(&self) -> Outcome {
        if self.0.after_doubt {
            return Outcome::MaybeExecuted;
        }
        if let Some(outcome) = self.0.outcome {
            return outcome;
        }
        match &self.0.cause {
            Cause::Connection(error) => error.outcome(),
            Cause::Reply(error) => match error.kind() {
                ReplyErrorKind::Server(error)
                    if !self.0.aborted && may_have_run(self.command(), error.code()) =>
                {
                    Outcome::MaybeExecuted
                }
                ReplyErrorKind::Server(_) => Outcome::Rejected,
                ReplyErrorKind::Argument { .. } => Outcome::NotSent,
                _ => Outcome::MaybeExecuted,
            },
            Cause::Refused(_) => Outcome::NotSent,
            Cause::Changed => Outcome::Rejected,
            Cause::Lock(..) => Outcome::Rejected,
            Cause::Callback(_) | Cause::Other(_) => Outcome::MaybeExecuted,
        }
    }

    /// The part of the call in which it happened.
    pub fn phase(&self) -> Option<Phase> {
        self.as_connection_error().and_then(redispy_conn::Error::phase)
    }

    /// The command's name, as in `CONFIG GET`.
    pub fn command(&self) -> Option<&str> {
        match (&self.0.command, &self.0.cause) {
            (Some(command), _) => Some(command),
            (None, Cause::Reply(error)) => error.command(),
            _ => None,
        }
    }

    /// The server's address, as far as one was known.
    pub fn address(&self) -> Option<&Address> {
        self.0.address.as_ref().or_else(|| self.as_connection_error()?.address())
    }

    /// In a pipeline or a batch: which of its commands this is about, counted from 0.
    pub fn position(&self) -> Option<usize> {
        self.0.position.map(|(position, _)| position)
    }

    /// How far a pipeline or a batch came that lost its connection. The bytes and replies of a transaction include those of
    /// MULTI and EXEC.
    pub fn progress(&self) -> Option<Progress> {
        self.as_connection_error()?.progress()
    }

    /// How many commands at the end of a pipeline or a batch that lost its connection were not sent at all; those before them
    /// that got no reply may have run. All commands of a transaction whose EXEC was not sent.
    pub fn not_sent(&self) -> Option<usize> {
        self.0.not_sent
    }

    /// The server's error code when it answered with an error: `WRONGTYPE`, `NOSCRIPT`, `ERR`. Empty when its text has none.
    pub fn code(&self) -> Option<&str> {
        match &self.0.cause {
            Cause::Connection(error) => error.code(),
            _ => self.server_error().map(ServerError::code),
        }
    }

    /// The server's error when it answered the command with one.
    pub fn server_error(&self) -> Option<&ServerError> {
        match &self.0.cause {
            Cause::Reply(error) => match error.kind() {
                ReplyErrorKind::Server(error) => Some(error),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether the deadline passed.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Whether no connection came about or one was lost.
    pub fn is_connection(&self) -> bool {
        matches!(self.kind(), ErrorKind::Connect | ErrorKind::Closed)
    }

    /// Whether the server answered with an error.
    pub fn is_server(&self) -> bool {
        self.kind() == ErrorKind::Server
    }

    /// Whether credentials are missing or wrong, be it of a new connection or of the user for this command
    /// (`NOAUTH`, `WRONGPASS`).
    pub fn is_auth(&self) -> bool {
        self.kind() == ErrorKind::Auth || self.has_code(&["NOAUTH", "WRONGPASS"])
    }

    /// Whether the user may not run this command or touch this key (`NOPERM`).
    pub fn is_permission(&self) -> bool {
        self.has_code(&["NOPERM"])
    }

    /// Whether the server still loads its data (`LOADING`).
    pub fn is_loading(&self) -> bool {
        self.has_code(&["LOADING"])
    }

    /// Whether the server is a replica that takes no writes (`READONLY`).
    pub fn is_read_only(&self) -> bool {
        self.has_code(&["READONLY"])
    }

    /// Whether the key holds another kind of value (`WRONGTYPE`).
    pub fn is_wrong_type(&self) -> bool {
        self.has_code(&["WRONGTYPE"])
    }

    /// Whether a lock was not got, or was lost: [`LockHeld`](ErrorKind::LockHeld), [`LockNotOwned`](ErrorKind::LockNotOwned),
    /// [`LockExpired`](ErrorKind::LockExpired).
    pub fn is_lock(&self) -> bool {
        matches!(self.0.cause, Cause::Lock(..))
    }

    /// Whether the script is not in the server's cache (`NOSCRIPT`).
    pub fn is_no_script(&self) -> bool {
        self.has_code(&["NOSCRIPT"])
    }

    /// Whether the server gave up a transaction since a command of it was refused (`EXECABORT`). The error is then the
    /// refusal itself, with the command's name, position and code, as far as one was seen. Nothing was executed.
    pub fn is_exec_abort(&self) -> bool {
        self.0.aborted || self.has_code(&["EXECABORT"])
    }

    /// Whether a transaction was not executed since a key that it watched was changed, or the connection that watched it was
    /// lost. Trying again is safe, from the reads on.
    pub fn is_watch(&self) -> bool {
        self.0.watch.is_some()
    }

    fn has_code(&self, codes: &[&str]) -> bool {
        self.code().is_some_and(|code| codes.contains(&code))
    }

    pub(crate) fn as_connection_error(&self) -> Option<&redispy_conn::Error> {
        match &self.0.cause {
            Cause::Connection(error) => Some(error),
            _ => None,
        }
    }
}

/// Whether a command may have written something though the server answered with an error of this code: a script or function is
/// not rolled back when it fails, and only some codes tell that it did not begin.
fn may_have_run(command: Option<&str>, code: &str) -> bool {
    matches!(command, Some("EVAL" | "EVALSHA" | "FCALL"))
        && !matches!(
            code,
            "NOSCRIPT"
                | "NOAUTH"
                | "NOPERM"
                | "LOADING"
                | "BUSY"
                | "MASTERDOWN"
                | "NOREPLICAS"
                | "MISCONF"
                | "READONLY"
                | "OOM"
                | "MOVED"
                | "ASK"
                | "TRYAGAIN"
                | "CROSSSLOT"
                | "CLUSTERDOWN"
        )
}

impl From<redispy_conn::Error> for Error {
    fn from(error: redispy_conn::Error) -> Self {
        Error::of(Cause::Connection(error))
    }
}

impl From<ReplyError> for Error {
    fn from(error: ReplyError) -> Self {
        Error::of(Cause::Reply(error))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(command) = self.command() {
            f.write_str(command)?;
            if let Some((position, form)) = self.0.position {
                write!(f, " (command {} of the {})", position + 1, form.noun())?;
            }
            f.write_str(if self.address().is_some() { " at " } else { ": " })?;
        }
        // An error of the connection says it itself.
        if let Some(address) = self.0.address.as_ref().filter(|_| self.as_connection_error().is_none()) {
            write!(f, "{address}: ")?;
        }
        match &self.0.cause {
            Cause::Connection(error) => error.fmt(f),
            Cause::Reply(error) => error.text().fmt(f),
            Cause::Refused(instead) => write!(f, "not sent: {instead}"),
            Cause::Changed => f.write_str("a watched key was changed; nothing was executed"),
            Cause::Callback(_) => f.write_str("the response callback failed"),
            Cause::Lock(why, _) => f.write_str(match why {
                LockFailure::Held => "held by others for as long as the call was to wait",
                LockFailure::NotOwned => "lost: another holder has it",
                LockFailure::Expired => "lost: its time is over, or its key was deleted",
            }),
            Cause::Other(error) => error.fmt(f),
        }?;
        match self.0.cause {
            Cause::Connection(_) if self.is_watch() => f.write_str(", and with it the WATCH"),
            Cause::Reply(_) if self.0.aborted => f.write_str("; nothing of the transaction was executed"),
            Cause::Reply(_) if self.0.outcome == Some(Outcome::MaybeExecuted) => {
                f.write_str("; the commands behind it were executed one by one")
            }
            _ => Ok(()),
        }?;
        f.write_str(if self.0.after_doubt { "; an earlier attempt may have been executed" } else { "" })
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind())
            .field("outcome", &self.outcome())
            .field("display", &format_args!("\"{self}\""))
            .finish()
    }
}

impl StdError for Error {
    /// What caused it and is not said by `Display` already.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.cause {
            Cause::Connection(error) => error.source(),
            Cause::Callback(error) => Some(&**error),
            Cause::Other(error) => Some(&**error),
            Cause::Lock(_, failure) => failure.as_ref().map(|error| error as _),
            Cause::Reply(_) | Cause::Refused(_) | Cause::Changed => None,
        }
    }
}
