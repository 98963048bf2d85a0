//! Over what a pipeline goes.

use std::fmt;

use redispy_conn::{ErrorKind, Outcome};

use super::commands::{Commands, Wire};
use super::exchange::{Ended, Form, Places, exchange};
use crate::client::{Attempt, Limit, Over};
use crate::error::WatchId;
use crate::link::Link;
use crate::observe::{Begun, CallKind, Observed};
use crate::{Client, Error, Result, Session};

pub(crate) enum Target {
    /// A connection of the pool.
    Client(Client),
    /// A session's connection.
    Session(Session),
    /// A connection that watches keys for this pipeline.
    Watched(Session, WatchId),
}

impl Target {
    /// Sends the commands and hands the replies to `places`; sends them again where that is safe. Without commands it does
    /// nothing, unless keys are watched: only EXEC tells whether they were changed.
    pub(crate) fn run(
        &self,
        commands: &mut Commands,
        form: Form,
        limit: Limit,
        places: &mut dyn Places,
    ) -> Result<()> {
        commands.seal(form)?;
        let (wire, read_only) = (commands.wire(form), commands.is_read_only());
        if wire.commands() == 0 && !matches!(self, Target::Watched(..)) {
            return Ok(());
        }
        let observed = self.client().begin(|| begun(wire, form, self.database()));
        let result = self.send(wire, read_only, form, limit, &observed, places);
        observed.end(result)
    }

    fn send(
        &self,
        wire: Wire<'_>,
        read_only: bool,
        form: Form,
        limit: Limit,
        observed: &Observed,
        places: &mut dyn Places,
    ) -> Result<()> {
        let deadline = limit.start();
        let result = match self {
            Target::Client(client) => {
                let shared = client.shares(wire.len()) && wire.is_shareable();
                let over = if shared { Over::Shared } else { Over::Own };
                client.with_link(form.label(), over, read_only, deadline, observed, |mut link, _| {
                    places.reset();
                    let (result, _) =
                        exchange(&mut link, wire, form, deadline, client.callbacks(), observed, places);
                    result.map(Attempt::Done)
                })
            }
            Target::Session(session) => session
                .with_connection(deadline, |connection, callbacks| {
                    observed.at(connection.address());
                    if wire.is_unknown() {
                        connection.set_dirty(true);
                    }
                    exchange(&mut Link::Own(connection), wire, form, deadline, callbacks, observed, places).0
                })
                .flatten(),
            Target::Watched(session, id) => session
                .with_connection(deadline, |connection, callbacks| {
                    observed.at(connection.address());
                    let (result, Ended(ended)) = exchange(
                        &mut Link::Own(connection),
                        wire,
                        form,
                        deadline,
                        callbacks,
                        observed,
                        places,
                    );
                    if ended {
                        // The server watches nothing more for this connection, and nothing else was done to it.
                        connection.set_dirty(false);
                    }
                    result
                })
                .flatten()
                .map_err(|error| if is_in_vain(&error) { error.in_watch(*id) } else { error }),
        };
        result.map_err(|error| error.in_command(form.label()))
    }

    /// After EXEC whatever follows on this connection is not watched over. If it was not sent, either the keys are watched as
    /// before or the connection is lost, and the same holds for what follows.
    pub(crate) fn no_more_watched(&mut self, result: &Result<()>) {
        let not_sent = result.as_ref().is_err_and(|error| error.outcome() == Outcome::NotSent);
        if let (Target::Watched(session, _), false) = (&*self, not_sent) {
            *self = Target::Session(session.another());
        }
    }

    /// The database of a connection that may have chosen its own.
    fn database(&self) -> Option<u32> {
        match self {
            Target::Client(_) => None,
            Target::Session(session) | Target::Watched(session, _) => Some(session.database()),
        }
    }

    pub(crate) fn client(&self) -> &Client {
        match self {
            Target::Client(client) => client,
            Target::Session(session) | Target::Watched(session, _) => session.client(),
        }
    }
}

/// What those are told who see calls begin.
fn begun(wire: Wire<'_>, form: Form, database: Option<u32>) -> Begun {
    let (kind, label) = match form {
        Form::Batch => (CallKind::Batch, "PIPELINE"),
        Form::Pipeline => (CallKind::Pipeline, "PIPELINE"),
        Form::Transaction => (CallKind::Transaction, "MULTI"),
    };
    let commands = wire.encoded().take(wire.commands()).enumerate();
    let mut names = commands.map(|(position, command)| wire.name(position, command));
    let common = names.next().filter(|first| names.all(|name| name == *first));
    let name = common.map_or(label.into(), |name| format!("{label} {name}").into());
    Begun { kind, name, commands: wire.commands(), bytes: wire.len(), database }
}

/// Whether a WATCH was in vain, and nothing was executed.
fn is_in_vain(error: &Error) -> bool {
    let lost = error
        .as_connection_error()
        .is_some_and(|error| error.kind() == ErrorKind::Closed && error.outcome() == Outcome::NotSent);
    lost || error.is_watch()
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Client(client) => client.fmt(f),
            Target::Session(session) | Target::Watched(session, _) => session.fmt(f),
        }
    }
}
