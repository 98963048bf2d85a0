//! Waiting for replicas on a client, whose writes may have gone over another connection than the WAIT.
//= error[E0277]: `&redispy::Client` has no connection of its own, which this command is about
//= = note: take a session, or say it in the client's configuration, which every connection follows

use std::time::Duration;

use redispy::{Client, Result, prelude::*};

fn main() {}

pub fn wait(r: &Client) -> Result<i64> {
    r.set("k", 1)?;
    r.wait(1, Duration::from_millis(100))
}
