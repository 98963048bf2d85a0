//! The commands: for each group one file with its builders (functions and structs) and its trait.

/// `Clone` and `Debug` for builders that answer with a type of the caller's: derived, they would ask the same of that type.
macro_rules! clone_and_debug {
    ($($name:ident<$type:ident $(, const $flag:ident: bool)?> { $($field:ident),+ })+) => {$(
        impl<$type $(, const $flag: bool)?> Clone for $name<$type $(, $flag)?> {
            fn clone(&self) -> Self {
                $name { $($field: Clone::clone(&self.$field)),+ }
            }
        }

        impl<$type $(, const $flag: bool)?> std::fmt::Debug for $name<$type $(, $flag)?> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))$(.field(stringify!($field), &self.$field))+.finish()
            }
        }
    )+};
}

mod acl;
mod client;
mod command;
mod config;
mod connection;
mod connection_state;
mod expiry;
mod generic;
mod geo;
mod hash;
mod latency;
mod list;
mod memory;
mod module;
mod server;
mod set;
mod slowlog;
mod string;

pub use acl::*;
pub use client::*;
pub use command::*;
pub use config::*;
pub use connection::*;
pub use connection_state::*;
pub use generic::*;
pub use geo::*;
pub use hash::*;
pub use latency::*;
pub use list::*;
pub use memory::*;
pub use module::*;
pub use server::*;
pub use set::*;
pub use slowlog::*;
pub use string::*;
