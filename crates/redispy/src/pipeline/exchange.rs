//! One pipeline over one connection: what comes back, and to whom it goes.

use std::cell::RefCell;

use redispy_cmd::ReplyError;
use redispy_conn::{Address, Deadline, ErrorKind, Outcome};
use resp_proto::{Kind, Node};

use super::commands::{Cursor, Wire};
use crate::callbacks::Callbacks;
use crate::link::Link;
use crate::observe::Observed;
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

/// Where the replies go, in the order of the commands: one of the two is called once for each command.
pub(crate) trait Places {
    /// A command was answered, and not with an error. Every error of reading it names the command and its position
    /// ([`Around::blame`]).
    fn reply(&mut self, node: Node<'_>, position: usize, around: &Around<'_>);

    /// A command failed: with this answer of the server, or without one.
    fn fail(&mut self, error: Error, answer: Option<&Node<'_>>);

    /// Forgets what was answered: the pipeline is sent again.
    fn reset(&mut self);
}

/// What the answers of a pipeline have in common.
pub struct Around<'w> {
    form: Form,
    address: Address,
    /// Goes along only when a command's name is needed.
    cursor: RefCell<Cursor<'w>>,
}

impl<'w> Around<'w> {
    /// Where the replies come from.
    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    fn command(&self, position: usize) -> (&'w str, &'w [u8]) {
        let mut cursor = self.cursor.borrow_mut();
        cursor
            .find(position)
            .map_or(("?", &[]), |command| (cursor.wire().name(position, command), command.bytes()))
    }

    /// The server's error, which answers that command.
    #[cold]
    fn refusal(&self, position: usize, node: &Node<'_>) -> Error {
        let (name, command) = self.command(position);
        let answer = node.as_bytes().unwrap_or_default();
        self.blame(position, ReplyError::answer(name, command, &answer).into())
    }

    /// Says which command the error is about.
    #[cold]
    pub(crate) fn blame(&self, position: usize, error: Error) -> Error {
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
    observed: &Observed,
    places: &mut dyn Places,
) -> (Result<()>, Ended) {
    let cursor = RefCell::new(wire.encoded());
    let around = Around { form, address: link.address(), cursor };
    let is_looked_at = callbacks.any() || observed.is_seen();
    let progress = Progress::default();
    let mut replies = Replies { wire, around, callbacks, observed, is_looked_at, places, progress };
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
/// have been executed, or that it was not sent. Does so, and says so, if some got a reply and others did not: where all got one, the
/// error is that these are not to be believed.
pub(crate) fn fail_the_rest(wire: Wire<'_>, form: Form, error: &Error, places: &mut dyn Places) -> bool {
    let Some(cause) = error.as_connection_error() else { return false };
    let answered = cause.progress().map_or(0, |progress| progress.replies);
    if wire.is_transaction() || answered == 0 || answered == wire.commands() {
        return false;
    }
    let sent = wire.commands() - error.not_sent().unwrap_or_default();
    for (position, command) in wire.encoded().enumerate().take(wire.commands()).skip(answered) {
        let outcome = if position < sent { Outcome::MaybeExecuted } else { Outcome::NotSent };
        let error = Error::from(cause.clone().with_outcome(outcome));
        places.fail(error.in_command(wire.name(position, command)).at_position(position, form), None);
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
    callbacks: &'p Callbacks,
    observed: &'p Observed,
    /// Whether a callback or an observer may want to see a reply first.
    is_looked_at: bool,
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
        if self.wire.is_transaction() {
            self.take_in_transaction(number, node);
        } else {
            self.answer(number, node);
        }
    }

    #[inline(never)]
    fn take_in_transaction(&mut self, number: usize, node: Node<'_>) {
        match number.checked_sub(1) {
            None => self.multi(node),
            Some(position) if position < self.wire.commands() => self.queued(position, node),
            Some(_) => self.exec(node),
        }
    }

    /// A reply of the command at `position`.
    #[inline]
    fn answer(&mut self, position: usize, node: Node<'_>) {
        let is_error = node.is_error();
        self.hand_on(position, node, is_error);
    }

    /// A function of its own that lends the node to nobody: else the compiler copies it first.
    #[inline]
    fn hand_on(&mut self, position: usize, node: Node<'_>, is_error: bool) {
        if is_error || self.is_looked_at {
            self.answer_with_care(position, node);
        } else {
            self.places.reply(node, position, &self.around);
        }
    }

    #[cold]
    fn answer_with_care(&mut self, position: usize, node: Node<'_>) {
        let Replies { around, callbacks, observed, places, .. } = self;
        observed.reply(&node);
        if node.is_error() {
            return places.fail(around.refusal(position, &node), Some(&node));
        }
        let (name, _) = around.command(position);
        let applied = callbacks.apply(name, node, |node| places.reply(node, position, around));
        if let Err(error) = applied {
            places.fail(around.blame(position, error), None);
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
                self.progress.not_queued = Some(self.around.refusal(position, &node).because_of_it_aborted());
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
                self.answer(count, node);
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
            // Without it, all the replies came, and were not believed.
            let all = if error.outcome() == Outcome::NotSent { 0 } else { wire.len() };
            let written = error.progress().map_or(all, |progress| progress.written);
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
