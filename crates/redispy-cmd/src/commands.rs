//! The commands: for each group one file with its builders (functions and structs) and its trait.

mod client;
mod connection;
mod connection_state;
mod expiry;
mod generic;
mod hash;
mod list;
mod string;

pub use client::*;
pub use connection::*;
pub use connection_state::*;
pub use generic::*;
pub use hash::*;
pub use list::*;
pub use string::*;
