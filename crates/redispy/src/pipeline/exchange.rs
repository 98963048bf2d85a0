//! One pipeline over one connection: what comes back, and to whom it goes.

use std::cell::RefCell;

use redispy_cmd::{Reader, ReplyError};
use redispy_conn::{Address, Deadline, ErrorKind, Outcome};
use resp_proto::{Kind, Node};

use super::commands::{Cursor, Wire};
use crate::callbacks::Callbacks;
use crate::link::Link;
use crate::{Error, Result};

/// What kind of pipeline it is: errors say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Batch,
    Pipeline,
    Transaction,
}

impl Form {
    /// What stands for a command's name in an error about the whole.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Form::Batch => "a batch",
            Form::Pipeline => "a pipeline",
            Form::Transaction => "a transaction",
        }
    }

    pub(crate) fn noun(self) -> &'static str {
        match self {
            Form::Batch => "batch",
            Form::Pipeline => "pipeline",
            Form::Transaction => "transaction",
        }
    }
}

/// Where the replies go, in the order of the commands.
pub(crate) trait Places {
    /// Called once for each command.
    fn answer(&mut self, answer: Answer<'_, '_>);

    /// Forgets what was answered: the pipeline is sent again.
    fn reset(&mut self);
}

/// What came of one command.
pub enum Answer<'a, 'w> {
    Reply {
        node: Node<'a>,
        position: usize,
        around: &'a Around<'w>,
    },
    /// No reply came, since the connection was lost.
    Lost(Error),
}

impl Answer<'_, '_> {
    /// Reads the reply. Every error names the command and its position.
    #[inline]
    pub(crate) fn read<T>(self, read: Reader<T>) -> Result<T> {
        self.read_with(read)
    }

    /// The same with more than a function.
    #[inline]
    pub(crate) fn read_with<T>(
        self,
        read: impl FnOnce(Node<'_>) -> std::result::Result<T, ReplyError>,
    ) -> Result<T> {
        match self {
            Answer::Reply { node, position, around } => {
                if node.is_error() || around.callbacks.any() {
                    return around.read_with_care(position, node, read);
                }
                read(node).map_err(|error| around.blame(position, error.into()))
            }
            Answer::Lost(error) => Err(error),
        }
    }

    /// The whole reply if it is an error.
    pub(crate) fn server_error(&self) -> Option<&[u8]> {
        match self {
            Answer::Reply { node, .. } if node.is_error() => Some(node.raw()),
            _ => None,
        }
    }

    /// Where the reply came from.
    pub(crate) fn address(&self) -> Option<&Address> {
        match self {
            Answer::Reply { around, .. } => Some(&around.address),
            Answer::Lost(_) => None,
        }
    }
}

/// What the answers of a pipeline have in common.
pub struct Around<'w> {
    form: Form,
    callbacks: &'w Callbacks,
    address: Address,
    /// Goes along only when a command's name is needed.
    cursor: RefCell<Cursor<'w>>,
}

impl<'w> Around<'w> {
    fn command(&self, position: usize) -> (&'w str, &'w [u8]) {
        let mut cursor = self.cursor.borrow_mut();
        cursor
            .find(position)
            .map_or(("?", &[]), |command| (cursor.wire().name(position, command), command.bytes()))
    }

    #[cold]
    fn read_with_care<T>(
        &self,
        position: usize,
        node: Node<'_>,
        read: impl FnOnce(Node<'_>) -> std::result::Result<T, ReplyError>,
    ) -> Result<T> {
        if node.is_error() {
            return Err(self.refusal(position, node));
        }
        let mut value = None;
        let applied = self.callbacks.apply(self.command(position).0, node, |node| value = Some(read(node)));
        let value = applied.and_then(|()| match value {
            Some(value) => value.map_err(Error::from),
            None => Err(Error::callback("the callback gave no value".into())),
        });
        value.map_err(|error| self.blame(position, error))
    }

    /// The server's error, which answers that command.
    #[cold]
    fn refusal(&self, position: usize, node: Node<'_>) -> Error {
        let (name, command) = self.command(position);
        self.blame(position, Error::answered(name, command, node))
    }

    #[cold]
    fn blame(&self, position: usize, error: Error) -> Error {
        let (name, _) = self.command(position);
        error.in_command(name).at(&self.address).at_position(position, self.form)
    }
}

/// Sends a pipeline over `link` and hands its replies to `places`. Says whether EXEC ended the transaction, executed or not: if
/// so, the server watches no key for this connection any more.
///
/// # Errors
///
/// The pipeline as a whole failed: the connection was lost, the deadline passed, the server gave up the transaction. What
/// single commands were answered is for `places`.
pub(crate) fn exchange(
    link: &mut Link<'_>,
    wire: Wire<'_>,
    form: Form,
    deadline: Deadline,
    callbacks: &Callbacks,
    places: &mut dyn Places,
) -> (Result<()>, Ended) {
    let cursor = RefCell::new(wire.encoded());
    let around = Around { form, callbacks, address: link.address(), cursor };
    let mut replies = Replies { wire, around, places, progress: Progress::default() };
    let result = link.exchange(wire, deadline, |address, number, node| {
        if let Some(address) = address.filter(|_| number == 0) {
            replies.around.address = address.clone();
        }
        replies.take(number, node);
    });
    let ended = Ended(replies.progress.ended);
    // Else the server might go on queueing, for whoever gets the connection next.
    let is_open = wire.is_transaction() && replies.progress.queues && !ended.0;
    if is_open || replies.progress.out_of_step.is_some() {
        link.close();
    }
    (replies.finish(result), ended)
}

/// Gives the commands of a plain pipeline that got no reply the error of the whole, each with what is true of it: that it may
/// have been executed, or that it was not sent. Says whether any command got a reply; if none did, it does nothing.
pub(crate) fn fail_the_rest(wire: Wire<'_>, form: Form, error: &Error, places: &mut dyn Places) -> bool {
    let Some(cause) = error.as_connection_error() else { return false };
    let answered = cause.progress().map_or(0, |progress| progress.replies);
    if wire.is_transaction() || answered == 0 {
        return false;
    }
    let sent = wire.commands() - error.not_sent().unwrap_or_default();
    for (position, command) in wire.encoded().enumerate().take(wire.commands()).skip(answered) {
        let outcome = if position < sent { Outcome::MaybeExecuted } else { Outcome::NotSent };
        let error = Error::from(cause.clone().with_outcome(outcome));
        places
            .answer(Answer::Lost(error.in_command(wire.name(position, command)).at_position(position, form)));
    }
    true
}

/// Whether EXEC ended the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ended(pub(crate) bool);

/// Takes the replies as they come in.
struct Replies<'w, 'p> {
    wire: Wire<'w>,
    around: Around<'w>,
    places: &'p mut dyn Places,
    progress: Progress,
}

/// How a transaction goes.
#[derive(Default)]
struct Progress {
    /// MULTI was granted.
    queues: bool,
    /// MULTI was refused: then the commands are not queued.
    no_multi: Option<Error>,
    /// Without MULTI, a command was executed.
    one_by_one: bool,
    /// The first command that the server would not queue.
    not_queued: Option<Error>,
    /// An answer of which no server would think.
    out_of_step: Option<String>,
    /// Of EXEC.
    refused: Option<Error>,
    is_nil: bool,
    /// The server has forgotten the transaction and its WATCH, executed or not.
    ended: bool,
}

impl Replies<'_, '_> {
    #[inline]
    fn take(&mut self, number: usize, node: Node<'_>) {
        if !self.wire.is_transaction() {
            self.places.answer(Answer::Reply { node, position: number, around: &self.around });
            return;
        }
        match number.checked_sub(1) {
            None => self.multi(node),
            Some(position) if position < self.wire.commands() => self.queued(position, node),
            Some(_) => self.exec(node),
        }
    }

    fn multi(&mut self, node: Node<'_>) {
        if node.is_error() {
            self.progress.no_multi = Some(Error::answered("MULTI", &[], node).in_command("MULTI"));
        } else if is_status(&node, b"OK") {
            self.progress.queues = true;
        } else {
            self.out_of_step("the answer to MULTI is not OK");
        }
    }

    fn queued(&mut self, position: usize, node: Node<'_>) {
        if self.progress.no_multi.is_some() {
            self.progress.one_by_one |= !node.is_error();
        } else if node.is_error() {
            if self.progress.not_queued.is_none() {
                self.progress.not_queued = Some(self.around.refusal(position, node).because_of_it_aborted());
            }
        } else if !is_status(&node, b"QUEUED") {
            self.out_of_step("a command after MULTI was not queued");
        }
    }

    fn exec(&mut self, node: Node<'_>) {
        if self.progress.no_multi.is_some() {
            return;
        }
        if node.is_error() {
            let error = Error::answered("EXEC", &[], node).in_command("EXEC");
            self.progress.ended = error.is_exec_abort();
            self.progress.refused = Some(error);
            return;
        }
        self.progress.ended = true;
        if node.is_null() {
            self.progress.is_nil = true;
            return;
        }
        if self.progress.not_queued.is_some() {
            self.out_of_step("EXEC was run though a command had not been queued");
        }
        let expected = self.wire.commands();
        let mut count = 0;
        for node in node.into_items().into_iter().flatten() {
            if count < expected {
                self.places.answer(Answer::Reply { node, position: count, around: &self.around });
            }
            count += 1;
        }
        if count != expected {
            self.out_of_step(&format!("EXEC answered {count} commands instead of {expected}"));
        }
    }

    fn out_of_step(&mut self, text: &str) {
        self.progress.out_of_step.get_or_insert_with(|| text.to_owned());
    }

    fn finish(self, result: redispy_conn::Result<()>) -> Result<()> {
        let Replies { wire, around, progress, .. } = self;
        if let Some(text) = progress.out_of_step {
            let error = redispy_conn::Error::new(ErrorKind::Protocol, Outcome::MaybeExecuted, text);
            let error = error.with_phase(redispy_conn::Phase::Read).with_address(&around.address);
            return Err(Error::from(error).in_command(around.form.label()));
        }
        // Whatever became of the connection: the server gives up a transaction of which it would not queue a command.
        if let Some(error) = progress.not_queued {
            return Err(error);
        }
        if let Err(error) = result {
            let written = error.progress().map_or(0, |progress| progress.written);
            // A server that queues, and got no EXEC, forgets the commands when the connection ends.
            let (error, not_sent) = if progress.queues && written < wire.len() {
                (error.with_outcome(Outcome::NotSent), wire.commands())
            } else {
                (error, wire.commands_behind(written))
            };
            return Err(Error::from(error).in_command(around.form.label()).with_not_sent(not_sent));
        }
        if let Some(error) = progress.no_multi {
            let outcome = if progress.one_by_one { Outcome::MaybeExecuted } else { Outcome::Rejected };
            return Err(error.at(&around.address).with_outcome(outcome));
        }
        if let Some(error) = progress.refused {
            return Err(error.at(&around.address));
        }
        if progress.is_nil {
            return Err(Error::changed().in_command(around.form.label()).at(&around.address));
        }
        Ok(())
    }
}

fn is_status(node: &Node<'_>, text: &[u8]) -> bool {
    node.kind() == Kind::SimpleString && node.as_bytes().as_deref() == Some(text)
}
