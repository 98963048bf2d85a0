//! The command methods: `use redispy::prelude::*;` gives them to clients, sessions and whatever else runs commands.
//!
//! The traits come without their names, so nothing of yours is shadowed.

pub use redispy_cmd::commands::{
    ClientCommands as _, ConnectionCommands as _, ConnectionStateCommands as _, HashCommands as _,
    ListCommands as _, StringCommands as _,
};
pub use redispy_cmd::{Execute as _, ExecuteCommand as _};
