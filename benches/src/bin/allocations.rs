//! How often a call of redispy asks the allocator for memory, on the calling thread, with everything warm.
//!
//! `cargo xtask bench` runs it beside the clients' bench, in a program of its own: counting takes time.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark fails by panicking")]

use allocation_counter::measure;
use redispy::{Client, prelude::*};

const VALUE: &str = "a value of thirty-two bytes, yes";

fn main() {
    let url = std::env::args().nth(1).expect("the URL of a server");
    let builder = || Client::builder().url(&url).unwrap();
    print("pooled", &builder().pooled().build().unwrap());
    print("shared", &builder().shared().build().unwrap());
}

fn print(name: &str, client: &Client) {
    client.set("key", VALUE).unwrap();
    client.set("number", 42).unwrap();
    let text = count(|| assert!(client.get::<String>("key").unwrap().is_some()));
    let number = count(|| assert_eq!(client.get("number").unwrap(), Some(42)));
    let set = count(|| assert!(client.set("key", VALUE).unwrap()));
    println!("{text} GET into String, {name}\n{number} GET into i64, {name}\n{set} SET, {name}");
}

fn count(call: impl Fn()) -> f64 {
    const CALLS: u32 = 1_000;
    (0..CALLS).for_each(|_| call());
    measure(|| (0..CALLS).for_each(|_| call())).count_total as f64 / f64::from(CALLS)
}
