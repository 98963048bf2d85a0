//! Real servers, scripted servers and faulty wires for testing code that talks to Redis or Valkey.
//!
//! ```
//! use redispy_testkit::{Server, text};
//!
//! let server = Server::start(); // a free port, no configuration file, killed with the test whatever happens
//! server.command(["SET", "k", "v"]);
//! assert_eq!(text(&server.command(["GET", "k"])), "v");
//! ```
#![allow(clippy::panic, reason = "tests fail by panicking")]

mod binaries;
mod catalog;
mod connection;
mod error;
mod fake;
mod fault;
mod fetch;
mod leaks;
mod mistakes;
mod nowhere;
mod process;
mod proxy;
mod script;
mod sentinel;
mod server;
mod shared;
mod wait;
mod wire;

pub use binaries::Binaries;
pub use catalog::{Family, REDIS_6_2, REDIS_7_0, REDIS_8_2, RELEASES, Release, VALKEY_9_1, Version};
pub use connection::Connection;
pub use error::Error;
pub use fake::FakeServer;
pub use fault::{End, Fault};
pub use leaks::Leaks;
pub use mistakes::assert_mistakes;
pub use nowhere::{BlackHole, Refusing};
pub use proxy::ByteProxy;
pub use resp_proto::Frame;
pub use script::{Answer, Gate, Handshake, Script};
pub use sentinel::SentinelRig;
pub use server::{Server, ServerBuilder};
pub use shared::{SHARED_DATABASES, SharedServer, TEST_ADDR, TEST_UNIX};
pub use wait::{starved, timed, wait_until, within};
pub use wire::{Endpoint, Stream};

/// Whether tests of clients let their calls share connections, as clients do by default; `REDISPY_TEST_MODE=pooled` asks them
/// not to.
pub fn shares_connections() -> bool {
    std::env::var_os("REDISPY_TEST_MODE").is_none_or(|mode| mode != "pooled")
}

/// The text of a string, number or error; of anything else its debug form. For assertions on a server's answers.
pub fn text(frame: &Frame) -> String {
    match frame {
        Frame::SimpleString(bytes)
        | Frame::BulkString(bytes)
        | Frame::SimpleError(bytes)
        | Frame::BulkError(bytes)
        | Frame::BigNumber(bytes)
        | Frame::VerbatimString { text: bytes, .. } => String::from_utf8_lossy(bytes).into_owned(),
        Frame::Integer(number) => number.to_string(),
        Frame::Double(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

/// Bytes as a person reads them: `*1\r\n$4\r\nPING\r\n`.
pub(crate) fn escape(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}
