//! Commands on a real server, each test in a database of its own, once with RESP2 and once with RESP3.
//!
//! `cargo xtask test` runs them against one private server, `cargo xtask test --servers all` against each of the matrix.
//! The table in `ported.rs` says where each test of the Python client lives on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod admin;
mod arguments;
mod bitmap;
mod client;
mod client_filter;
mod cluster;
mod connection_state;
mod deferred;
mod expire;
mod generic;
mod geo;
mod hash;
mod hyperloglog;
mod legacy;
mod list;
mod lock;
mod odd_states;
mod pipeline;
mod ported;
mod pubsub;
mod scan;
mod script;
mod scripting;
mod sentinel;
mod server;
mod set;
mod sharing;
mod sort;
mod sorted_set;
mod stream;
mod string;
mod transaction;
mod users;
mod values;
mod vector_set;

use std::time::Duration;

use redispy::replies::Expiry;
use redispy::spec::Spec;
use redispy::{Client, ClientBuilder, Error, ProtocolChoice};
use redispy_testkit::{Family, Server, SharedServer, Version};

/// A client's options, in the mode that is tested.
fn builder() -> ClientBuilder {
    let builder = Client::builder();
    if redispy_testkit::shares_connections() { builder } else { builder.pooled() }
}

/// Whether each call has a connection to itself, so that the pool's counts tell what became of it.
fn is_pooled() -> bool {
    !redispy_testkit::shares_connections()
}

fn open(url: impl AsRef<str>) -> Client {
    builder().url(url).unwrap().build().unwrap()
}

/// A client of the shared server in a fresh database, for what does not depend on the protocol.
fn client() -> Client {
    open(SharedServer::get().fresh_url())
}

/// Runs `test` twice, each time with a fresh database: over RESP2, then over RESP3.
#[track_caller]
fn each_protocol(test: impl Fn(&Client)) {
    for protocol in [ProtocolChoice::Resp2, ProtocolChoice::Resp3] {
        let url = SharedServer::get().fresh_url();
        test(&builder().url(url).unwrap().protocol(protocol).build().unwrap());
    }
}

/// The same on a server of the test's own: for what changes the server for everybody, or counts what everybody does.
#[track_caller]
fn each_protocol_alone(test: impl Fn(&Client)) {
    let server = Server::start();
    for protocol in [ProtocolChoice::Resp2, ProtocolChoice::Resp3] {
        server.command(["FLUSHALL"]);
        test(&builder().url(server.url()).unwrap().protocol(protocol).build().unwrap());
    }
}

/// Whether the shared server is new enough to know this command, by what servers themselves say of its age.
fn knows(command: &Spec) -> bool {
    let server = SharedServer::get();
    let since = match server.family() {
        Family::Redis => command.since_redis,
        Family::Valkey => command.since_valkey,
    };
    since.is_some_and(|since| server.version() >= since.parse().unwrap())
}

/// Whether the shared server is a Redis of this version at least, or a Valkey of that.
fn is_since(redis: (u16, u16), valkey: (u16, u16)) -> bool {
    let server = SharedServer::get();
    let (major, minor) = if server.family() == Family::Redis { redis } else { valkey };
    server.version() >= Version::new(major, minor, 0)
}

/// The error of a command that the server is too old for: the server's own, and the client goes on.
#[track_caller]
fn assert_unknown<T: std::fmt::Debug>(result: Result<T, Error>) {
    assert_eq!(result.unwrap_err().code(), Some("ERR"));
}

/// What a command answers where the server is new enough for it; else it must be unknown there.
#[track_caller]
fn if_known<T: std::fmt::Debug>(command: &Spec, result: Result<T, Error>) -> Option<T> {
    if knows(command) {
        return Some(result.unwrap());
    }
    assert_unknown(result);
    None
}

/// Whether a key expires in a minute, as far as a slow machine and times cut to seconds let it.
fn in_a_minute(expiry: Result<Expiry<Duration>, Error>) -> bool {
    let range = Duration::from_secs(30)..=Duration::from_secs(61);
    expiry.unwrap().time().is_some_and(|time| range.contains(&time))
}
