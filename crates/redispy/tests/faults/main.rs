//! What a client survives: faults of the network, of servers and of its own callers, each judged by the same oracles
//! (`oracles.rs`). The names carry the number of the fault; `docs/reliability.md` has the whole table.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod batch;
mod connect;
mod ledger;
mod loss;
mod memory;
mod oracles;
mod pool;
mod secrets;
mod server_errors;
