//! How often the allocator is asked for memory: as seldom as the result needs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use allocation_counter::measure;
use bytes::Bytes;
use redispy_cmd::commands::{get, set};
use redispy_cmd::execute::read_reply;
use redispy_cmd::{IntoCmd, cmd};
use resp_proto::{Limits, Reply};

/// How many allocations it takes to make `command` and to read its reply, on a thread that ran a command before.
fn allocations<C: IntoCmd>(command: impl Fn() -> C, reply: &[u8]) -> u64 {
    let reply = Reply::parse(reply, Limits::default()).unwrap().unwrap();
    let run = || {
        let (request, reader) = command().into_cmd().into_parts();
        let value = read_reply(&request, reply.node(), reader).unwrap();
        drop(request);
        drop(value);
    };
    run();
    measure(run).count_total
}

fn list(count: usize) -> Vec<u8> {
    let mut reply = Vec::new();
    resp_proto::write_array_header(&mut reply, count);
    for n in 0..count {
        resp_proto::write_bulk(&mut reply, format!("value:{n}").as_bytes());
    }
    reply
}

#[test]
fn get_into_a_string_takes_one() {
    assert_eq!(allocations(|| get::<String>("key"), b"$5\r\nvalue\r\n"), 1);
    assert_eq!(allocations(|| get::<Vec<u8>>("key"), b"$5\r\nvalue\r\n"), 1);
    assert_eq!(allocations(|| get::<Bytes>("key"), b"$5\r\nvalue\r\n"), 1);
}

#[test]
fn numbers_and_nil_take_none() {
    assert_eq!(allocations(|| get::<i64>("key"), b"$2\r\n42\r\n"), 0);
    assert_eq!(allocations(|| get::<f64>("key"), b"$3\r\n1.5\r\n"), 0);
    assert_eq!(allocations(|| get::<String>("key"), b"$-1\r\n"), 0);
    assert_eq!(allocations(|| cmd("INCR").arg(7_u64).returns::<i64>(), b":42\r\n"), 0);
    assert_eq!(allocations(|| cmd("INCRBYFLOAT").arg(("key", 0.1)).returns::<f64>(), b"$3\r\n1.5\r\n"), 0);
}

#[test]
fn lists_take_one_and_what_their_elements_need() {
    let reply = list(1000);
    let lrange = || cmd("LRANGE").arg(("key", 0, -1));
    assert_eq!(allocations(|| lrange().returns::<Vec<String>>(), &reply), 1001);
    assert_eq!(allocations(|| lrange().returns::<Vec<Vec<u8>>>(), &reply), 1001);
    // The list, one copy of the reply and its count of owners.
    assert_eq!(allocations(|| lrange().returns::<Vec<Bytes>>(), &reply), 3);
    assert_eq!(allocations(|| lrange().returns::<Vec<Option<Bytes>>>(), &reply), 3);
    let mut numbers = Vec::new();
    resp_proto::write_array_header(&mut numbers, 1000);
    numbers.extend_from_slice(&b":42\r\n".repeat(1000));
    assert_eq!(allocations(|| lrange().returns::<Vec<i64>>(), &numbers), 1);
    assert_eq!(allocations(|| lrange().returns::<[i64; 1000]>(), &numbers), 1);
}

#[test]
fn maps_take_one_and_what_their_elements_need() {
    let hgetall = || cmd("HGETALL").arg("key");
    assert_eq!(
        allocations(|| hgetall().returns::<std::collections::HashMap<String, String>>(), &list(1000)),
        1001
    );
    assert_eq!(allocations(|| hgetall().returns::<Vec<(String, String)>>(), &list(1000)), 1001);
}

#[test]
fn a_command_with_options_takes_at_most_one() {
    assert!(allocations(|| set("key", "value").nx().ex(60).get::<String>(), b"$-1\r\n") <= 1);
    assert!(allocations(|| set("key", 1).nx().ex(60), b"+OK\r\n") <= 1);
}
