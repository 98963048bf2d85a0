//! What a program learns of its calls: hooks, statistics, spans.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod deferred;
mod hook;
mod stats;
#[cfg(feature = "tracing")]
mod tracing;

use std::time::Duration;

use redispy::{Client, ClientBuilder};
use redispy_testkit::SharedServer;

/// Much longer than anything takes that goes well.
const PATIENCE: Duration = Duration::from_secs(20);

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A client of the shared server, in a database of its own.
fn builder() -> ClientBuilder {
    Client::builder().url(SharedServer::get().fresh_url()).unwrap()
}
