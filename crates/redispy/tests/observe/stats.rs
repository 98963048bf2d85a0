//! What a client counts.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use redispy::{CallStats, Client, Latency, cmd, prelude::*};
use redispy_testkit::{Server, wait_until};

use crate::{PATIENCE, builder, ms};

fn calls(r: &Client) -> CallStats {
    r.stats().calls.unwrap()
}

#[test]
fn calls_are_counted_only_when_asked_for() {
    let r = builder().build().unwrap();
    r.ping().unwrap();
    let stats = r.stats();
    assert!(stats.calls.is_none());
    assert_eq!((stats.opened, stats.pool.opened, stats.retries), (1, 1, 0));
}

#[test]
fn calls_commands_batches_and_bytes_add_up() {
    let r = builder().measure_calls(true).build().unwrap();
    r.set("k", "value").unwrap();
    r.get::<String>("k").unwrap();
    r.incr("k").unwrap_err();
    let one = calls(&r);
    assert_eq!((one.finished, one.failed, one.commands, one.batches, one.batched), (3, 1, 3, 0, 0));
    let sent = [
        "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nvalue\r\n",
        "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n",
        "*2\r\n$4\r\nINCR\r\n$1\r\nk\r\n",
    ];
    assert_eq!(one.request_bytes, sent.concat().len() as u64);
    assert!(one.reply_bytes > ("+OK\r\nvalue-ERR").len() as u64, "{one:?}");

    r.batch(["a", "b", "c"].map(cmd::get::<i64>)).unwrap();
    r.pipeline().incr("n").incr("n").execute().unwrap();
    r.session().unwrap().ping().unwrap();
    let all = calls(&r);
    assert_eq!((all.finished, all.failed, all.commands, all.batches, all.batched), (6, 1, 9, 2, 5));
    assert_eq!((all.in_flight, all.latency.count()), (0, 6));
    assert!(all.latency.max() >= all.latency.percentile(50.0) && all.latency.mean() > Duration::ZERO);
    // A clone counts with its original; another client does not.
    r.clone().ping().unwrap();
    assert_eq!(calls(&r).finished, 7);
    assert_eq!(calls(&builder().measure_calls(true).build().unwrap()).finished, 0);
}

#[test]
fn no_call_is_missed_and_none_counted_twice() {
    const THREADS: usize = 16;
    const EACH: usize = 200;
    let r = builder().measure_calls(true).build().unwrap();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| (0..EACH).for_each(|_| r.ping().unwrap()));
        }
    });
    let calls = calls(&r);
    assert_eq!((calls.in_flight, calls.failed, calls.commands), (0, 0, (THREADS * EACH) as u64));
    assert_eq!(calls.latency.buckets().map(|(_, count)| count).sum::<u64>(), calls.finished);
}

#[test]
fn calls_in_flight_and_long_ones_show() {
    let server = Server::start();
    let r = Client::builder().url(server.url()).unwrap().measure_calls(true).build().unwrap();
    let before = Arc::new(Barrier::new(4));
    thread::scope(|scope| {
        for _ in 0..3 {
            let (r, before) = (&r, Arc::clone(&before));
            scope.spawn(move || {
                before.wait();
                r.blpop::<(String, String)>("nothing", ms(300)).unwrap();
            });
        }
        before.wait();
        wait_until("all are under way", PATIENCE, || calls(&r).in_flight == 3);
        assert_eq!(calls(&r).finished, 0);
    });
    let blocked = calls(&r);
    assert_eq!((blocked.in_flight, blocked.finished), (0, 3));
    let latency: &Latency = &blocked.latency;
    assert!(latency.percentile(0.0) >= ms(290) && latency.max() >= ms(290), "{latency:?}");
    assert!(latency.sum() >= ms(870) && latency.percentile(100.0) == latency.max());
    // What came since is told apart.
    r.ping().unwrap();
    let since = calls(&r).latency.since(latency);
    assert_eq!(since.count(), 1);
    assert_eq!(calls(&r).latency.count(), 4);
}
