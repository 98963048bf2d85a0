//! The threads that open connections. One lives as long as it has a caller to dial for.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError};
use std::time::Instant;
use std::{io, thread};

use super::state::{Member, State};
use super::{Setup, Shared};
use crate::retry::chance;
use crate::transport::Attempt;
use crate::{Connection, Deadline, Error, ErrorKind, Outcome, Phase, Result};

impl Shared {
    /// Starts as many dialers as the queue calls for.
    pub(super) fn staff(self: &Arc<Self>, state: &mut State) {
        while state.hire() {
            let shared = Arc::clone(self);
            let started =
                thread::Builder::new().name("redispy-dial".into()).spawn(move || shared.dial_while_needed());
            if let Err(cause) = started {
                let error = Error::connect(Phase::Connect, cause)
                    .with_text("cannot start a thread to connect")
                    .with_address(&self.setup.config.address);
                state.dismiss();
                state.dial_failed(error, None, Instant::now());
                return;
            }
        }
    }

    fn dial_while_needed(self: &Arc<Self>) {
        let mut state = self.lock();
        loop {
            if !state.is_needed() {
                state.dismiss();
                return;
            }
            if let Some(pause) = state.pause(Instant::now()) {
                state = self.stirred.wait_timeout(state, pause).unwrap_or_else(PoisonError::into_inner).0;
                continue;
            }
            let attempt = Arc::new(Attempt::new(Deadline::within(self.setup.config.connect_timeout)));
            let generation = state.dial_begins(&attempt);
            drop(state);
            let result = dial(&self.setup, &attempt);
            let now = Instant::now();
            let expires = self.setup.config.pool.max_lifetime.and_then(|longest| {
                // Not all of those that were opened together are to end together.
                now.checked_add(longest.mul_f64(1.0 - 0.2 * chance()))
            });
            state = self.lock();
            let began = state.dial_ended(&attempt);
            let surplus = match result {
                Ok(connection) => Some(state.welcome(Member::new(connection, generation, expires), now)),
                Err(error) => {
                    state.dial_failed(error, began, now);
                    None
                }
            };
            drop(state);
            drop(surplus);
            state = self.lock();
            self.staff(&mut state);
        }
    }
}

/// Opens one connection. The user's code runs in here: a panic of it is an error like any other.
fn dial(setup: &Setup, attempt: &Attempt) -> Result<Connection> {
    let opened = catch_unwind(AssertUnwindSafe(|| {
        attempt.enter(Phase::Lookup);
        let address = setup.resolver.resolve(attempt.deadline())?;
        let mut connection = Connection::open_with(&setup.config, &*setup.connector, &address, attempt)?;
        setup.resolver.check(&mut connection, attempt.deadline())?;
        Ok(connection)
    }));
    let error = match opened {
        Ok(Ok(connection)) if connection.is_clean() => return Ok(connection),
        Ok(Ok(connection)) => {
            Error::new(ErrorKind::Protocol, Outcome::NotSent, "the new connection is not clean")
                .with_phase(Phase::Handshake)
                .with_address(connection.address())
        }
        Ok(Err(error)) => error,
        Err(_) => {
            Error::connect(Phase::Connect, io::Error::other("panic")).with_text("the connector panicked")
        }
    };
    Err(match error.address() {
        Some(_) => error,
        None => error.with_address(&setup.config.address),
    })
}
