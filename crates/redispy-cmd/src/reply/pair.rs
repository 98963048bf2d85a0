//! Replies that pair two things: a key and what came out of it, a field and its value.

use super::FromReply;

/// Two things that a reply pairs, each of a type that the caller picks: `(String, i64)`. The commands that answer so take no
/// other type, since one that does not fit would be found out only when the element is gone from its list.
///
/// ```
/// use redispy_cmd::commands::ListCommands;
/// use redispy_cmd::{Block, Call};
///
/// fn next<C: Call>(server: &C) -> Result<(), C::Error> {
///     if let Some((queue, job)) = server.brpop::<(String, i64)>(("urgent", "jobs"), Block::Forever)? {
///         println!("job {job} of {queue}");
///     }
///     Ok(())
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no pair",
    label = "one type, where the reply holds two things",
    note = "name a type for each: `(String, i64)`"
)]
pub trait FromPair: FromReply {}

impl<A: FromReply, B: FromReply> FromPair for (A, B) {}
