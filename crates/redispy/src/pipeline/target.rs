//! Over what a pipeline goes.

use std::fmt;

use redispy_conn::{ErrorKind, Outcome};

use super::commands::Commands;
use super::exchange::{ExecAnswered, Form, Places, exchange};
use crate::client::{Attempt, Limit};
use crate::error::WatchId;
use crate::{Client, Error, Result, Session};

pub(crate) enum Target {
    /// A connection of the pool, for the time of it.
    Client(Client),
    /// A session's connection.
    Session(Session),
    /// A connection that watches keys for this pipeline.
    Watched(Session, WatchId),
}

impl Target {
    /// Sends the commands and hands the replies to `places`; sends them again where that is safe. Without commands it does
    /// nothing.
    pub(crate) fn run(
        &self,
        commands: &mut Commands,
        form: Form,
        limit: Limit,
        places: &mut dyn Places,
    ) -> Result<()> {
        commands.seal(form)?;
        let (wire, read_only) = (commands.wire(form), commands.is_read_only());
        if wire.commands() == 0 {
            return Ok(());
        }
        let deadline = limit.start();
        let result = match self {
            Target::Client(client) => {
                client.with_connection(form.label(), read_only, deadline, |connection, _| {
                    places.reset();
                    let (result, _) = exchange(connection, wire, form, deadline, client.callbacks(), places);
                    result.map(Attempt::Done)
                })
            }
            Target::Session(session) => session
                .with_connection(deadline, |connection, callbacks| {
                    exchange(connection, wire, form, deadline, callbacks, places).0
                })
                .flatten(),
            Target::Watched(session, id) => session
                .with_connection(deadline, |connection, callbacks| {
                    let (result, ExecAnswered(answered)) =
                        exchange(connection, wire, form, deadline, callbacks, places);
                    if answered {
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

    /// EXEC has been sent: whatever follows on this connection is not watched over.
    pub(crate) fn no_more_watched(&mut self) {
        if let Target::Watched(session, _) = self {
            *self = Target::Session(session.another());
        }
    }

    pub(crate) fn client(&self) -> &Client {
        match self {
            Target::Client(client) => client,
            Target::Session(session) | Target::Watched(session, _) => session.client(),
        }
    }
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
