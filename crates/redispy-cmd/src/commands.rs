//! The commands: for each group one file with its builders (functions and structs) and its trait.
//!
//! A command is called by its wire name in lower case, words joined: `config_get`, `type_` and `move_` where Rust has the
//! word. The trait's method is the plain form. The function of the same name makes the command to be run later, in a
//! pipeline or with options: what it returns is a [`Cmd`](crate::Cmd) or a builder of one. Of options that exclude each other
//! the last call counts; an option that changes the reply ends the builder (`set(..).get()`).
//!
//! The docs of the trait's method say everything of a command: what it does, the reply, the wire form, since which version servers
//! have it, and what it costs. Valkey is named where it differs from Redis; what one of them does not have is said of Redis 8.2 and
//! Valkey 9.1. A method that answers `()` can only succeed or fail.
//!
//! | trait | commands |
//! |---|---|
//! | [`StringCommands`] | values as text, bytes or numbers |
//! | [`GenericCommands`] | keys whatever they hold: existence, expiry, iteration, sorting, copies |
//! | [`HashCommands`] | fields with values, and their expiry |
//! | [`ListCommands`] | lists, blocking or not |
//! | [`SetCommands`] | sets, and what they have in common |
//! | [`SortedSetCommands`] | members with scores: ranks, ranges, unions, blocking or not |
//! | [`StreamCommands`] | entries in the order of their ids, groups of consumers |
//! | [`GeoCommands`] | members with positions, found by distance |
//! | [`BitmapCommands`], [`HyperLogLogCommands`] | bits of a string; how many different elements there were |
//! | [`VectorSetCommands`] | elements with vectors, found by how similar these are |
//! | [`ScriptingCommands`] | scripts and functions that run at the server |
//! | [`PubSubCommands`] | sending messages, and who listens |
//! | [`ConnectionCommands`], [`ClientCommands`] | `PING`, `ECHO`, `CLIENT ..` about connections |
//! | [`ConnectionStateCommands`] | what changes the connection it runs on: on sessions only |
//! | [`ClusterCommands`] | the cluster: nodes, slots, their moves |
//! | [`SentinelCommands`] | what Sentinels know and do: masters, replicas, failovers |
//! | [`ServerCommands`] | the server as a whole: `INFO`, replication, saving, its end |
//! | [`AclCommands`], [`CommandCommands`], [`ConfigCommands`], [`LatencyCommands`], [`MemoryCommands`], [`ModuleCommands`], [`SlowlogCommands`], [`CommandlogCommands`] | the container of that name |
#![doc = include_str!("commands/left_out.md")]

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
mod bitmap;
mod client;
mod cluster;
mod command;
mod config;
mod connection;
mod connection_state;
mod expiry;
mod generic;
mod geo;
mod hash;
mod hyperloglog;
mod latency;
mod list;
mod memory;
mod module;
mod pubsub;
mod scripting;
mod sentinel;
mod server;
mod set;
mod slowlog;
mod sorted_set;
mod stream;
mod string;
mod transactions;
mod vector_set;

pub use acl::*;
pub use bitmap::*;
pub use client::*;
pub use cluster::*;
pub use command::*;
pub use config::*;
pub use connection::*;
pub use connection_state::*;
pub use generic::*;
pub use geo::*;
pub use hash::*;
pub use hyperloglog::*;
pub use latency::*;
pub use list::*;
pub use memory::*;
pub use module::*;
pub use pubsub::*;
pub use scripting::*;
pub use sentinel::*;
pub use server::*;
pub use set::*;
pub use slowlog::*;
pub use sorted_set::*;
pub use stream::*;
pub use string::*;
pub use transactions::*;
pub use vector_set::*;
