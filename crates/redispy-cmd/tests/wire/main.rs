//! Every command of every group: what it sends, byte by byte, and what it makes of the replies of RESP2 and RESP3.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod acl;
mod admin;
mod bitmap;
mod builders;
mod client;
mod cluster;
mod command;
mod connection;
mod double;
mod generic;
mod geo;
mod hash;
mod hyperloglog;
mod info;
mod list;
mod pubsub;
mod record;
mod scripting;
mod sentinel;
mod server;
mod set;
mod sorted_set;
mod stream;
mod string;
mod transactions;
mod vector_set;
