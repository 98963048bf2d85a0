//! Redis and Valkey commands: what to say and how to read the answer, without I/O.

pub mod arg;
mod cmd;
pub mod commands;
pub mod execute;
pub mod reply;
pub mod spec;

pub use arg::{Text, ToArg, ToArgs, ToPairs, ToScored, each};
pub use cmd::{Block, Cmd, Reader, Request, cmd};
pub use execute::{Call, Execute, ExecuteCommand, IntoCmd, MayBlock};
pub use reply::{FromReply, ReplyError, ReplyErrorKind, ServerError, Value};
