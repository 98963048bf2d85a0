//! The kit's own behaviour with real servers; runs on each server of the matrix.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod sentinel;
mod server;
