//! Connections: whether the server answers. What changes a connection is in [`ConnectionStateCommands`], what asks about
//! connections in `ClientCommands`.
//!
//! [`ConnectionStateCommands`]: super::ConnectionStateCommands

use resp_proto::Node;

use crate::arg::ToArg;
use crate::cmd::{Cmd, Request};
use crate::execute::{Execute, IntoCmd};
use crate::reply::{FromReply, ReplyError};
use crate::spec;

/// ECHO and PING, on everything that takes commands.
pub trait ConnectionCommands: Execute {
    /// Sends a message back.
    ///
    /// `ECHO message`. Since Redis 1.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::ConnectionCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let same: String = r.echo("hello")?;
    /// # Ok(()) }
    /// ```
    fn echo<T: FromReply>(self, message: impl ToArg) -> Self::Output<T> {
        self.run(echo(message))
    }

    /// Asks whether the server answers. To have a text sent back is an option of [`cmd::ping`](ping()).
    ///
    /// `PING`. Since Redis 1.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::ConnectionCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// r.ping()?;
    /// # Ok(()) }
    /// ```
    fn ping(self) -> Self::Output<()> {
        self.run(ping())
    }
}

impl<E: Execute> ConnectionCommands for E {}

/// `ECHO message`: see [`ConnectionCommands::echo`].
pub fn echo<T: FromReply>(message: impl ToArg) -> Cmd<T> {
    Cmd::new(&spec::ECHO, T::from_reply).arg(message)
}

/// `PING` with its options ([`Ping`]): see [`ConnectionCommands::ping`].
pub fn ping() -> Ping {
    Ping { request: Request::new(&spec::PING) }
}

/// `PING` with its option; [`ping()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Ping {
    request: Request,
}

impl Ping {
    /// `message`: answers with this message instead of `PONG`. Since Redis 2.8.0.
    pub fn message<T: FromReply>(mut self, message: impl ToArg) -> Cmd<T> {
        self.request.arg(message);
        Cmd::from_request(self.request, T::from_reply)
    }
}

impl IntoCmd for Ping {
    type Reply = ();

    fn into_cmd(self) -> Cmd<()> {
        Cmd::from_request(self.request, pong)
    }
}

fn pong(node: Node<'_>) -> Result<(), ReplyError> {
    if node.as_bytes().as_deref() == Some(b"PONG") {
        return Ok(());
    }
    Err(ReplyError::unexpected("PONG", &node))
}
