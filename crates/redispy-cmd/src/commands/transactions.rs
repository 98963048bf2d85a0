//! Transactions: commands that the server runs together, if nobody changed what was looked at before.
//!
//! `WATCH` and `UNWATCH` are methods where a connection is owned ([`ConnectionStateCommands`]). `MULTI`, `EXEC` and `DISCARD` have
//! no method: between them the server answers every command with `QUEUED`, which no typed reply can be read from. A session
//! refuses them too, raw or not; a pipeline sends them around its commands.

use crate::arg::ToArgs;
use crate::cmd::{Cmd, Request};
use crate::reply::{FromReply, Value, ok};
use crate::spec;

/// Ends a transaction without running it.
///
/// `DISCARD`. Since Redis 2.0.0. O(N) in the number of queued commands. Only code that writes to a connection itself can
/// use it ([`takes_over_connection`](crate::takes_over_connection)).
pub fn discard() -> Cmd<()> {
    Cmd::new(&spec::DISCARD, ok)
}

/// Runs a transaction. The reply is the replies of its commands, errors among them as values; `None` when a watched key had
/// changed, so that nothing was run.
///
/// `EXEC`. Since Redis 1.2.0. As the commands. Only code that writes to a connection itself can use it
/// ([`takes_over_connection`](crate::takes_over_connection)).
pub fn exec() -> Cmd<Option<Vec<Value>>> {
    Cmd::new(&spec::EXEC, Option::from_reply)
}

/// Begins a transaction: from now on commands are queued and answered with `QUEUED`.
///
/// `MULTI`. Since Redis 1.2.0. O(1). Only code that writes to a connection itself can use it
/// ([`takes_over_connection`](crate::takes_over_connection)).
pub fn multi() -> Cmd<()> {
    Cmd::new(&spec::MULTI, ok)
}

/// `UNWATCH`: see [`ConnectionStateCommands::unwatch`](super::ConnectionStateCommands::unwatch).
pub fn unwatch() -> Cmd<()> {
    Cmd::new(&spec::UNWATCH, ok)
}

/// `WATCH key [key ...]`: see [`ConnectionStateCommands::watch`](super::ConnectionStateCommands::watch).
pub fn watch(keys: impl ToArgs) -> Cmd<()> {
    let mut request = Request::new(&spec::WATCH);
    request.some_args("keys", keys);
    Cmd::from_request(request, ok)
}
