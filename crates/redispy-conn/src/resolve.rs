//! Where to connect next.

use std::fmt;

use crate::{Address, Connection, Deadline, Result};

/// Says where the next connection goes. It is asked before each new connection, so an answer may change: after a failover,
/// or when nodes come and go.
pub trait Resolve: Send + Sync {
    /// The address for the next connection. A call of the very client that is to connect there would wait for its own end, which is the deadline.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from knowing, by `deadline` at the latest; the phase is [`Phase::Lookup`](crate::Phase::Lookup).
    fn resolve(&self, deadline: Deadline) -> Result<Address>;

    /// Looks at a new connection before anyone uses it, its handshake done: is this the server that was meant? It may
    /// talk to it. By default every server will do.
    ///
    /// # Errors
    ///
    /// The connection is not used; the error is the caller's.
    fn check(&self, connection: &mut Connection, deadline: Deadline) -> Result<()> {
        let _ = (connection, deadline);
        Ok(())
    }
}

/// A server that stays where it is.
#[derive(Debug, Clone)]
pub struct Fixed(pub Address);

impl Resolve for Fixed {
    fn resolve(&self, _: Deadline) -> Result<Address> {
        Ok(self.0.clone())
    }
}

impl fmt::Debug for dyn Resolve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resolve")
    }
}
