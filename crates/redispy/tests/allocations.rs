//! How often a call asks the allocator for memory, counted on the calling thread against a real server.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use allocation_counter::measure;
use redispy::{Client, cmd, prelude::*};
use redispy_testkit::SharedServer;

/// Allocations of one call in the steady state: connection open, buffers grown.
fn allocations(call: impl Fn()) -> f64 {
    for _ in 0..100 {
        call();
    }
    measure(|| (0..1000).for_each(|_| call())).count_total as f64 / 1000.0
}

#[test]
fn a_get_into_a_string_takes_one() {
    let r = Client::open(SharedServer::get().fresh_url()).unwrap();
    r.set("key", "value of thirty-two bytes or more").unwrap();
    r.set("number", 42).unwrap();
    let string = allocations(|| drop(r.get::<String>("key").unwrap()));
    let number = allocations(|| {
        r.get::<i64>("number").unwrap();
    });
    let missing = allocations(|| drop(r.get::<String>("missing").unwrap()));
    let set = allocations(|| {
        r.set("key", "value").unwrap();
    });
    let options = allocations(|| {
        r.run(cmd::set("key", "value").ex(60).xx()).unwrap();
    });
    assert_eq!([string, number, missing, set, options], [1.0, 0.0, 0.0, 0.0, 0.0]);
}
