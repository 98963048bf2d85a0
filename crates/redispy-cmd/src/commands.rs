//! The commands: for each group one file with its builders (functions and structs) and its trait.

mod connection;
mod connection_state;
mod expiry;
mod generic;
mod string;

pub use connection::*;
pub use connection_state::*;
pub use generic::*;
pub use string::*;
