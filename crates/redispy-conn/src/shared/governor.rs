//! Whether callers that wait look again a few times before they sleep.

use super::ticket::{Found, Ticket};
use crate::{Deadline, Yielding};

/// How many times a caller lets others run before it sleeps.
const YIELDS: u32 = 4;

pub(super) struct Governor {
    yielding: Yielding,
}

impl Governor {
    pub(super) fn new(yielding: Yielding) -> Self {
        Governor { yielding }
    }

    pub(super) fn wait(&self, ticket: &Ticket, deadline: Deadline) -> Found {
        let yields = match self.yielding {
            Yielding::Never => 0,
            Yielding::Always | Yielding::Auto => YIELDS,
        };
        ticket.wait(deadline, yields)
    }
}
