//! The commands: for each group one file with its builders (functions and structs) and its trait.

mod acl;
mod client;
mod command;
mod config;
mod connection;
mod connection_state;
mod expiry;
mod generic;
mod hash;
mod latency;
mod list;
mod memory;
mod module;
mod server;
mod slowlog;
mod string;

pub use acl::*;
pub use client::*;
pub use command::*;
pub use config::*;
pub use connection::*;
pub use connection_state::*;
pub use generic::*;
pub use hash::*;
pub use latency::*;
pub use list::*;
pub use memory::*;
pub use module::*;
pub use server::*;
pub use slowlog::*;
pub use string::*;
