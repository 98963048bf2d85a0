//! Pipelines: commands that are collected, go out as one run of bytes, and are answered together.

mod commands;
mod dynamic;
mod exchange;
mod place;
mod target;
mod tuple;

use std::fmt;
use std::time::Duration;

use redispy_cmd::{Execute, IntoCmd};

pub(crate) use commands::{Commands, Wire};
pub use dynamic::{DynPipeline, DynReplies, Slot};
pub(crate) use exchange::Form;
pub(crate) use place::{Readers, Several};
pub(crate) use target::Target;
pub use tuple::{Executable, Replies, TooMany};

use crate::Result;
use crate::client::Limit;
use exchange::fail_the_rest;
use place::Place;
use tuple::Filling;

/// Commands that are sent at once and answered as a tuple: one round trip, however many they are.
///
/// Every command method adds its reply to the pipeline's type, `L`; [`execute`](Self::execute) sends them and gives that tuple.
/// Of one command it is a tuple of one: `let (n,) = r.pipeline().incr("n").execute()?`.
///
/// ```no_run
/// use redispy::{Client, cmd, prelude::*};
///
/// let r = Client::open("redis://localhost")?;
/// let (ok, name, hits): (bool, Option<String>, i64) =
///     r.pipeline().set("foo", "bar").get("bing").incr("hits").execute()?;
///
/// // Loops and conditions are one place each; options are builders, as everywhere.
/// let keys = ["a", "b", "c"];
/// let limit = Some(60);
/// let (all, limited, set) = r
///     .pipeline()
///     .all(keys.iter().map(cmd::get::<i64>))                      // Vec<Option<i64>>
///     .maybe(limit.map(|seconds| cmd::expire("hits", seconds)))   // Option<bool>
///     .run(cmd::set("k", 1).nx())                                 // bool
///     .execute()?;
/// # let _ = (ok, name, hits, all, limited, set);
/// # Ok::<(), redispy::Error>(())
/// ```
///
/// # Transactions
///
/// Unless [`transaction(false)`](Self::transaction) says otherwise, MULTI and EXEC stand around the commands: the server
/// executes all of them in a row, or none. What a single one answers, be it an error, does not undo the others. Its replies
/// arrive as one, after EXEC; for loading much data a plain pipeline is the better one, whose replies are read while it is
/// still being written.
///
/// # What may not go in
///
/// Commands that change the connection (SELECT, WATCH, MULTI) or wait at the server (BLPOP with a time) are refused, as are
/// those with a wrong argument: [`execute`](Self::execute) then fails before anything is sent.
///
/// # When it fails
///
/// One deadline covers all of it. What was not sent is sent again, and what may have been executed only when all commands
/// just read. [`Error::outcome`](crate::Error::outcome) tells which it was; a transaction whose connection was lost when
/// MULTI had been answered, but EXEC was not all sent, counts as [`NotSent`](redispy_conn::Outcome::NotSent): the server forgets it. A server that refuses
/// MULTI itself, to a user without the right for example, executes the commands one by one: then MULTI's error says so.
#[must_use = "a pipeline sends nothing until it is executed: `.execute()?`"]
pub struct Pipeline<L: Replies = ()> {
    target: Target,
    limit: Limit,
    transaction: bool,
    commands: Commands,
    places: L::Places,
}

impl Pipeline {
    pub(crate) fn new(target: Target, limit: Limit) -> Self {
        Pipeline { target, limit, transaction: true, commands: Commands::default(), places: () }
    }
}

impl<L: Replies> Pipeline<L> {
    /// Whether MULTI and EXEC stand around the commands; they do by default. Without, the commands of other clients may come
    /// in between. A pipeline of a [`Watched`](crate::Watched) is a transaction whatever is said here.
    pub fn transaction(mut self, transaction: bool) -> Self {
        self.transaction = transaction;
        self
    }

    /// Sets the deadline of the whole; `None` for no limit.
    pub fn with_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.limit = self.limit.with_timeout(timeout.into());
        self
    }

    /// Adds any number of commands of one reply type: one place, of all their replies in order.
    ///
    /// The place's error is that of the first of them that failed.
    pub fn all<C>(mut self, commands: impl IntoIterator<Item = C>) -> Pipeline<L::Then<Vec<C::Reply>>>
    where
        C: IntoCmd,
        C::Reply: Send + 'static,
    {
        let readers = self.commands.extend(commands);
        self.with(Place::all(readers))
    }

    /// Adds a command if there is one: one place, `None` where there was not.
    pub fn maybe<C>(mut self, command: Option<C>) -> Pipeline<L::Then<Option<C::Reply>>>
    where
        C: IntoCmd,
        C::Reply: Send + 'static,
    {
        let readers = self.commands.extend(command);
        self.with(Place::maybe(readers))
    }

    /// How many commands there are.
    pub fn len(&self) -> usize {
        self.commands.len()
    }

    /// Whether there is no command; executing it then sends nothing, unless it is that of a [`Watched`](crate::Watched).
    pub fn is_empty(&self) -> bool {
        self.commands.len() == 0
    }

    /// Sends the commands and gives their replies.
    ///
    /// # Errors
    ///
    /// The first command that failed, named with its [position](crate::Error::position); the others were executed all the
    /// same. Or the whole failed: a command was refused before anything was sent, the connection was lost
    /// ([`Error::progress`](crate::Error::progress) and [`Error::not_sent`](crate::Error::not_sent) tell how far it came), the
    /// server gave up the transaction ([`is_exec_abort`](crate::Error::is_exec_abort), [`is_watch`](crate::Error::is_watch)).
    pub fn execute(mut self) -> Result<L>
    where
        L: Executable,
    {
        self.send(false)?;
        L::take(self.places)
    }

    /// Sends the commands and gives a `Result` for each.
    ///
    /// ```no_run
    /// # use redispy::{Client, prelude::*};
    /// # let r = Client::open("redis://localhost")?;
    /// let (set, incremented) = r.pipeline().set("foo", "bar").incr("oops").execute_each()?;
    /// # let _ = (set, incremented);
    /// # Ok::<(), redispy::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The whole failed. A plain pipeline that loses its connection when some replies have come keeps these: the others' errors
    /// say for each whether it may have been executed.
    pub fn execute_each(mut self) -> Result<L::Each>
    where
        L: Executable,
    {
        self.send(true)?;
        Ok(L::take_each(self.places))
    }

    fn send(&mut self, keep: bool) -> Result<()> {
        let form = form(&self.target, self.transaction);
        let mut filling = Filling::new(&mut self.places);
        let result = self.target.run(&mut self.commands, form, self.limit, &mut filling);
        match result {
            Err(error) if keep && fail_the_rest(self.commands.wire(form), form, &error, &mut filling) => {
                Ok(())
            }
            result => result,
        }
    }

    fn with<T>(self, place: Place<T>) -> Pipeline<L::Then<T>> {
        let Pipeline { target, limit, transaction, commands, places } = self;
        Pipeline { target, limit, transaction, commands, places: L::push(places, place) }
    }
}

/// Watched keys without MULTI and EXEC would be watched for nothing.
fn form(target: &Target, transaction: bool) -> Form {
    if transaction || matches!(target, Target::Watched(..)) { Form::Transaction } else { Form::Pipeline }
}

impl<L: Replies> Execute for Pipeline<L> {
    type Output<T> = Pipeline<L::Then<T>>;

    fn run<C: IntoCmd>(mut self, cmd: C) -> Pipeline<L::Then<C::Reply>> {
        let (request, read) = cmd.into_cmd().into_parts();
        self.commands.push(request);
        self.with(Place::one(read))
    }
}

impl Commands {
    /// Adds commands and gives the readers of their replies.
    pub(crate) fn extend<C: IntoCmd>(&mut self, commands: impl IntoIterator<Item = C>) -> Readers<C::Reply> {
        let mut readers = Readers::new();
        let mut commands = commands.into_iter();
        while let Some(command) = commands.next() {
            let (request, read) = command.into_cmd().into_parts();
            self.push(request);
            if readers.len() == 0 {
                self.expect_alike(commands.size_hint().0);
            }
            readers.push(read);
        }
        readers
    }
}

impl<L: Replies> fmt::Debug for Pipeline<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipeline")
            .field("commands", &self.commands.len())
            .field("transaction", &self.transaction)
            .finish_non_exhaustive()
    }
}
