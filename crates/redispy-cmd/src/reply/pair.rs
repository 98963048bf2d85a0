//! Replies that put together two or three things: a key and what came out of it, a field and its value.

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

/// Three things that a reply puts together, each of a type that the caller picks: `(String, String, f64)` for a key, a member
/// taken out of it and its score. As with [`FromPair`], the commands that answer so take no other type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not made of three parts",
    label = "not a tuple of three, where the reply holds three things",
    note = "name a type for each: `(String, String, f64)`"
)]
pub trait FromTriple: FromReply {}

impl<A: FromReply, B: FromReply, C: FromReply> FromTriple for (A, B, C) {}
