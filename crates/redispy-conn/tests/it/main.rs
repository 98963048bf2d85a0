//! Connections and the pool against real, scripted and faulty servers. Tests bear the numbers of the faults they prove.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests fail by panicking"
)]

mod calls;
mod connect;
mod handshake;
mod loss;
mod pool;
mod pool_faults;
mod secrets;
mod sessions;
mod shared;
mod stats;
mod support;
