//! What a server's error is, and why a reply does not become a type.

use std::borrow::Cow;
use std::fmt;

use resp_proto::{Kind, Node};

use crate::cmd::Request;
use crate::conceal::{conceal, without_args};

/// An error that the server answered with, exactly as sent. Its `Display` and `Debug` are one line, without the arguments that
/// servers quote of commands they do not know.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ServerError {
    bytes: Box<[u8]>,
}

impl ServerError {
    /// An error with this text, its code first.
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Self {
        ServerError { bytes: bytes.into() }
    }

    pub(crate) fn from_node(node: Node<'_>) -> Self {
        ServerError::new(node.into_bytes().unwrap_or_default())
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
        // One line, whatever the server sent, and no arguments.
        let text = String::from_utf8_lossy(&self.bytes);
        f.write_str(&without_args(&text).replace(char::is_control, " "))
    }
}

impl fmt::Debug for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerError({self})")
    }
}

impl std::error::Error for ServerError {}

/// Why a command's reply is no value of the expected type, or why the command was not sent at all.
///
/// Its text is one line that says the command, where in the reply, what was expected and what came, and never what was in it:
/// `HGETALL: element 3: expected an integer, got a bulk string`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyError(Box<Inner>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    command: Option<Box<str>>,
    /// Innermost first.
    path: Vec<usize>,
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
        expected: Cow<'static, str>,
        /// What came.
        got: Cow<'static, str>,
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
    #[cold]
    pub fn unexpected(expected: impl Into<Cow<'static, str>>, node: &Node<'_>) -> Self {
        if node.is_error() {
            return Self::server(ServerError::new(node.as_bytes().unwrap_or_default()));
        }
        Self::mismatch(expected, Shape::of(node).describe())
    }

    /// The reply does not fit: `expected` was to come, `got` came. Neither may tell what is in the reply: it may be a secret.
    #[cold]
    pub fn mismatch(expected: impl Into<Cow<'static, str>>, got: impl Into<Cow<'static, str>>) -> Self {
        Self::of(ReplyErrorKind::Type { expected: expected.into(), got: got.into() })
    }

    /// The server answered with this error.
    pub fn server(error: ServerError) -> Self {
        Self::of(ReplyErrorKind::Server(error))
    }

    /// The server answered the command `name`, which went over the wire as `command`, with this error. Where arguments may be
    /// secret (`ACL SETUSER`, `CONFIG SET` ...), what the server quotes of them is left out.
    pub fn answer(name: &str, command: &[u8], text: &[u8]) -> Self {
        Self::server(ServerError::new(conceal(name, command, text)))
    }

    pub(crate) fn argument(argument: &'static str, expected: &'static str) -> Self {
        Self::of(ReplyErrorKind::Argument { argument, expected })
    }

    pub(crate) fn unanswered() -> Self {
        Self::of(ReplyErrorKind::Unanswered)
    }

    fn of(kind: ReplyErrorKind) -> Self {
        ReplyError(Box::new(Inner { command: None, path: Vec::new(), kind }))
    }

    /// The same error, naming the command.
    #[must_use]
    pub fn in_command(mut self, request: &Request) -> Self {
        if self.0.command.is_none() {
            self.0.command = Some(request.name().into());
        }
        self
    }

    /// The same error, found within the element at `index` of an aggregate, counted from 0; in a map keys and values count
    /// one each, as in the array that RESP2 sends for it.
    #[must_use]
    #[cold]
    pub fn in_element(mut self, index: usize) -> Self {
        self.0.path.push(index);
        self
    }

    /// What kind of error it is.
    pub fn kind(&self) -> &ReplyErrorKind {
        &self.0.kind
    }

    /// The command's name.
    pub fn command(&self) -> Option<&str> {
        self.0.command.as_deref()
    }

    /// Where in the reply: the index of the element, then of the element within that, and so on, all counted from 0. Empty
    /// for the reply as a whole.
    pub fn path(&self) -> impl Iterator<Item = usize> {
        self.0.path.iter().rev().copied()
    }

    /// What `Display` says behind the command's name.
    pub fn text(&self) -> impl fmt::Display {
        fmt::from_fn(|f| {
            for index in self.path() {
                write!(f, "element {index}: ")?;
            }
            match &self.0.kind {
                ReplyErrorKind::Server(error) => write!(f, "{error}"),
                ReplyErrorKind::Type { expected, got } => write!(f, "expected {expected}, got {got}"),
                ReplyErrorKind::Argument { argument, expected } => {
                    write!(f, "`{argument}` must be {expected}")
                }
                ReplyErrorKind::Unanswered => f.write_str("no reply was given"),
            }
        })
    }
}

impl fmt::Display for ReplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(command) = &self.0.command {
            write!(f, "{command}: ")?;
        }
        write!(f, "{}", self.text())
    }
}

impl std::error::Error for ReplyError {}

/// The kind of a value, never its content: it may be a secret.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    kind: Kind,
    count: usize,
}

impl Shape {
    pub(super) fn of(node: &Node<'_>) -> Self {
        Shape { kind: node.kind(), count: node.size_hint() }
    }

    pub(super) fn describe(self) -> Cow<'static, str> {
        let text = match self.kind {
            Kind::SimpleString => "a simple string",
            Kind::Integer => "an integer",
            Kind::BulkString => "a bulk string",
            Kind::Null => "nil",
            Kind::Array if self.count == 1 => "an array of 1 element",
            Kind::Array => return format!("an array of {} elements", self.count).into(),
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
}
