//! How a reply becomes a type, and what goes wrong when it does not fit.

use std::fmt;

use resp_proto::{Kind, Node};

use crate::cmd::Request;

/// Any reply, as an owned tree.
pub use resp_proto::Frame as Value;

/// A type that a reply can be read into.
pub trait FromReply: Sized {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// The reply is a server's error or does not fit this type.
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError>;
}

/// An error that the server answered with, exactly as sent.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ServerError {
    bytes: Box<[u8]>,
}

impl ServerError {
    /// An error with this text, its code first.
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Self {
        ServerError { bytes: bytes.into() }
    }

    /// Its first word when that is in capitals: `WRONGTYPE`, `ERR`; else empty.
    pub fn code(&self) -> &str {
        let end = self.bytes.iter().position(|&byte| byte == b' ' || byte == b'\r' || byte == b'\n');
        let word = self.bytes.get(..end.unwrap_or(self.bytes.len())).unwrap_or_default();
        let is_code =
            word.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_');
        if is_code { std::str::from_utf8(word).unwrap_or_default() } else { "" }
    }

    /// The whole text as sent.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One line, whatever the server sent.
        let text = String::from_utf8_lossy(&self.bytes);
        f.write_str(&text.replace(['\r', '\n'], " "))
    }
}

impl fmt::Debug for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerError({self})")
    }
}

impl std::error::Error for ServerError {}

/// Why a command's reply is no value of the expected type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyError {
    command: Option<Box<str>>,
    kind: ReplyErrorKind,
}

/// The kinds of [`ReplyError`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplyErrorKind {
    /// The server refused or failed the command.
    Server(ServerError),
    /// The reply does not fit the type that it was to become.
    Type {
        /// What was expected.
        expected: &'static str,
        /// What came.
        got: Box<str>,
    },
    /// An argument was wrong; nothing was sent.
    Argument {
        /// Which argument.
        argument: &'static str,
        /// What was expected.
        expected: &'static str,
    },
    /// A [`Call`](crate::execute::Call) said it succeeded without lending a reply.
    Unanswered,
}

impl ReplyError {
    /// The reply does not fit: `expected` was to come, `node` came.
    pub fn unexpected(expected: &'static str, node: &Node<'_>) -> Self {
        if node.is_error() {
            return Self::server(ServerError::new(node.as_bytes().unwrap_or_default().as_ref()));
        }
        Self::of(ReplyErrorKind::Type { expected, got: describe(node) })
    }

    /// The server's error in `node`.
    pub(crate) fn from_error_node(node: Node<'_>) -> Self {
        Self::server(ServerError::new(node.into_bytes().unwrap_or_default().as_ref()))
    }

    /// The server answered with this error.
    pub fn server(error: ServerError) -> Self {
        Self::of(ReplyErrorKind::Server(error))
    }

    pub(crate) fn argument(argument: &'static str, expected: &'static str) -> Self {
        Self::of(ReplyErrorKind::Argument { argument, expected })
    }

    pub(crate) fn unanswered() -> Self {
        Self::of(ReplyErrorKind::Unanswered)
    }

    fn of(kind: ReplyErrorKind) -> Self {
        ReplyError { command: None, kind }
    }

    /// The same error, naming the command.
    pub fn in_command(mut self, request: &Request) -> Self {
        if self.command.is_none() {
            self.command = Some(request.name().into());
        }
        self
    }

    /// What kind of error it is.
    pub fn kind(&self) -> &ReplyErrorKind {
        &self.kind
    }

    /// The command's name.
    pub fn command(&self) -> Option<&str> {
        self.command.as_deref()
    }
}

impl fmt::Display for ReplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(command) = &self.command {
            write!(f, "{command}: ")?;
        }
        match &self.kind {
            ReplyErrorKind::Server(error) => error.fmt(f),
            ReplyErrorKind::Type { expected, got } => write!(f, "expected {expected}, got {got}"),
            ReplyErrorKind::Argument { argument, expected } => write!(f, "`{argument}` must be {expected}"),
            ReplyErrorKind::Unanswered => f.write_str("no reply was given"),
        }
    }
}

impl std::error::Error for ReplyError {}

/// The kind of a value, never its content: it may be a secret.
fn describe(node: &Node<'_>) -> Box<str> {
    let text = match node.kind() {
        Kind::SimpleString => "a simple string",
        Kind::Integer => "an integer",
        Kind::BulkString => "a bulk string",
        Kind::Null => "nil",
        Kind::Array => return format!("an array of {} elements", node.size_hint()).into(),
        Kind::Map => "a map",
        Kind::Set => "a set",
        Kind::Push => "a push",
        Kind::Double => "a double",
        Kind::Boolean => "a boolean",
        Kind::BigNumber => "a big number",
        Kind::VerbatimString => "a verbatim string",
        _ => "an error",
    };
    text.into()
}

impl FromReply for Value {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        Ok(node.into_frame())
    }
}

impl FromReply for i64 {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        node.as_i64().ok_or_else(|| ReplyError::unexpected("an integer", &node))
    }
}

impl FromReply for String {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        let error = ReplyError::unexpected("UTF-8 text", &node);
        let bytes = node.into_bytes().ok_or_else(|| error.clone())?;
        String::from_utf8(bytes.into_owned()).map_err(|_| error)
    }
}

impl<T: FromReply> FromReply for Option<T> {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        if node.is_null() { Ok(None) } else { T::from_reply(node).map(Some) }
    }
}

/// Reads the reply of a command that can only say `OK`.
///
/// # Errors
///
/// The reply is anything else.
pub fn ok(node: Node<'_>) -> Result<(), ReplyError> {
    if node.as_bytes().as_deref() == Some(b"OK") {
        return Ok(());
    }
    Err(ReplyError::unexpected("OK", &node))
}

/// Reads a status reply: `OK` is true, nil false.
///
/// # Errors
///
/// The reply is neither.
pub fn status(node: Node<'_>) -> Result<bool, ReplyError> {
    if node.is_null() {
        return Ok(false);
    }
    if node.as_bytes().as_deref() == Some(b"OK") {
        return Ok(true);
    }
    Err(ReplyError::unexpected("OK or nil", &node))
}
