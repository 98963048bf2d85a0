//! Who runs commands, and what running one gives.
//!
//! [`Call`] is implemented by what answers at once (a client, a session, a test double), [`Execute`] by everything that takes
//! commands, pipelines too. Each command group is one trait over [`Execute`], so a command written once works everywhere.

use std::rc::Rc;
use std::sync::Arc;

use resp_proto::Node;

use crate::arg::ToArgs;
use crate::cmd::{Cmd, Reader, Request, cmd};
use crate::reply::{ReplyError, Value};

/// What takes commands.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not run commands",
    label = "no client, session or pipeline",
    note = "commands run on a reference: `&Client`, `&Session`, or on a pipeline by value"
)]
pub trait Execute: Sized {
    /// What running a command that answers with `T` gives: `Result<T, Error>` where the answer comes at once.
    type Output<T>;

    /// Runs a command or a builder of one.
    fn run<C: IntoCmd>(self, cmd: C) -> Self::Output<C::Reply>;
}

/// What answers commands at once.
///
/// It is object-safe, so `&dyn Call<Error = E>` has every command, and a test double is one method.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not answer commands at once",
    note = "clients and sessions do; a pipeline collects commands and answers on `execute`"
)]
pub trait Call {
    /// Why a call fails.
    type Error: From<ReplyError>;

    /// Sends `request` and lends its whole reply to `read`, exactly once unless it fails.
    ///
    /// # Errors
    ///
    /// The command could not be sent or its reply not be received. A reply that is a server's error is lent like any other.
    fn call(&self, request: &Request, read: &mut dyn FnMut(Node<'_>)) -> Result<(), Self::Error>;
}

/// What can be run: a [`Cmd`], a reference to one, or a builder.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no command",
    note = "commands come from the functions in `cmd`: `cmd::set(\"key\", 1).ex(60)`, `cmd(\"NAME\").arg(..)`"
)]
pub trait IntoCmd {
    /// What the command answers with.
    type Reply;

    /// The finished command.
    fn into_cmd(self) -> Cmd<Self::Reply>;
}

impl<C: Call + ?Sized> Execute for &C {
    type Output<T> = Result<T, C::Error>;

    fn run<I: IntoCmd>(self, cmd: I) -> Result<I::Reply, C::Error> {
        let (request, read) = cmd.into_cmd().into_parts();
        if let Some(refusal) = request.refusal() {
            return Err(refusal.clone().into());
        }
        let mut answer = None;
        self.call(&request, &mut |node| answer = Some(read_reply(&request, node, read)))?;
        answer.unwrap_or_else(|| Err(ReplyError::unanswered().in_command(&request))).map_err(C::Error::from)
    }
}

/// Reads the reply to `request` with `read`: a server's error becomes an error, and every error names the command.
///
/// # Errors
///
/// The reply is an error, or does not fit the type.
pub fn read_reply<T>(request: &Request, node: Node<'_>, read: Reader<T>) -> Result<T, ReplyError> {
    let answer = if node.is_error() {
        let text = node.as_bytes().unwrap_or_default();
        Err(ReplyError::answer(request.name(), request.bytes(), &text))
    } else {
        read(node)
    };
    answer.map_err(|error| error.in_command(request))
}

/// What may wait for a command that blocks at the server: everything that answers at once. A pipeline does not, so
/// blocking commands do not compile on it.
#[diagnostic::on_unimplemented(
    message = "a blocking command cannot run on `{Self}`",
    note = "run it on a client or a session: it would hold up every command behind it"
)]
pub trait MayBlock {}

impl<C: Call + ?Sized> MayBlock for &C {}

/// What has one connection to itself: a session. Commands that change their connection, or tell about what was done on it, run
/// on nothing else, since a client lends any of its connections to each call and a pipeline gives its own back.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no connection of its own, which this command is about",
    label = "not a session",
    note = "take a session, or say it in the client's configuration, which every connection follows"
)]
pub trait OwnsConnection {}

/// Commands given as words, for what has no typed method.
pub trait ExecuteCommand: Execute {
    /// Sends any command; the reply is a [`Value`].
    ///
    /// ```text
    /// client.execute_command(("OBJECT", "ENCODING", "key"))?
    /// ```
    fn execute_command(self, words: impl ToArgs) -> Self::Output<Value> {
        self.run(cmd(words))
    }
}

impl<E: Execute> ExecuteCommand for E {}

macro_rules! call_through {
    ($($type:ty),*) => {$(
        impl<C: Call + ?Sized> Call for $type {
            type Error = C::Error;

            fn call(&self, request: &Request, read: &mut dyn FnMut(Node<'_>)) -> Result<(), C::Error> {
                (**self).call(request, read)
            }
        }
    )*};
}

call_through!(&C, Arc<C>, Rc<C>, Box<C>);
