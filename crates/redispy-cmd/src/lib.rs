//! Redis and Valkey commands: what to say and how to read the answer, without I/O.
//!
//! A [`Cmd<T>`] is a request, encoded as its arguments are added, and the function that reads its reply into a `T`. Whatever
//! answers at once implements [`Call`] and so runs commands of every group as methods; so does everything else that is
//! [`Execute`], a pipeline for one.
//!
//! ```
//! use redispy_cmd::commands::{self as cmd, StringCommands};
//! use redispy_cmd::{Call, Execute};
//!
//! fn visit<C: Call>(server: &C) -> Result<i64, C::Error> {
//!     let first: bool = server.run(cmd::set("since", "today").nx())?;     // options: a builder
//!     if first {
//!         println!("the first visitor");
//!     }
//!     server.incr("visits")                                               // the plain form: a method
//! }
//! ```
//!
//! | to | look in |
//! |---|---|
//! | find a command, its options, its reply | [`commands`], a file for each group |
//! | see what a structured reply holds | [`replies`] |
//! | know what can be an argument, or make one of a type of your own | [`arg`] |
//! | know what a reply can be read into, or make a type of your own one | [`reply`] |
//! | run a command that has no function | [`cmd()`], [`ExecuteCommand`] |
//! | run commands on something of your own, a test double for one | [`execute`] |
//! | ask for a command's flags, keys or age | [`spec`] |

pub mod arg;
mod block;
mod cmd;
pub mod commands;
mod conceal;
mod connection_state;
mod encoded;
pub mod execute;
pub mod replies;
pub mod reply;
pub mod spec;

pub use arg::{Text, ToArg, ToArgs, ToPairs, ToPlaces, ToScored, each};
pub use block::{Block, ToBlock};
pub use cmd::{Cmd, Reader, Request, cmd};
pub use connection_state::{
    changes_connection, closes_connection, is_known, is_shareable, needs_session, overtakes,
    takes_over_connection, unfit_for_batch,
};
pub use encoded::Encoded;
pub use execute::{Call, Execute, ExecuteCommand, IntoCmd, MayBlock, OwnsConnection, read_reply};
pub use reply::{FromMap, FromPair, FromReply, FromTriple, ReplyError, ReplyErrorKind, ServerError, Value};
