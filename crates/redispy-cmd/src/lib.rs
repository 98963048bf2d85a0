//! Redis and Valkey commands: what to say and how to read the answer, without I/O.

pub mod arg;
mod cmd;
pub mod commands;
mod conceal;
mod connection_state;
pub mod execute;
pub mod replies;
pub mod reply;
pub mod spec;

pub use arg::{Text, ToArg, ToArgs, ToPairs, ToPlaces, ToScored, each};
pub use cmd::{Block, Cmd, Reader, Request, cmd};
pub use connection_state::{changes_connection, closes_connection, takes_over_connection};
pub use execute::{Call, Execute, ExecuteCommand, IntoCmd, MayBlock, OwnsConnection};
pub use reply::{FromMap, FromPair, FromReply, ReplyError, ReplyErrorKind, ServerError, Value};
