//! One piece of work, many times over one connection, for `valgrind --tool=callgrind` to count the instructions of:
//! `instructions redis://127.0.0.1:6379 pipeline 1000`.
//!
//! The difference between two runs of different length, divided by the difference of their lengths, is what one piece takes.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark fails by panicking")]

use redispy::{Client, cmd, prelude::*};

fn main() {
    let mut words = std::env::args().skip(1);
    let usage = "URL [shared-]WORK COUNT";
    let (url, work) = (words.next().expect(usage), words.next().expect(usage));
    let count: u32 = words.next().expect(usage).parse().expect("a number");
    let builder = Client::builder().url(&url).unwrap();
    let (r, work) = match work.strip_prefix("shared-") {
        Some(work) => (builder.shared().build().unwrap(), work),
        None => (builder.pooled().build().unwrap(), work.as_str()),
    };
    let keys: Vec<String> = (0..1000).map(|n| format!("key:{n:012}")).collect();
    let hundred: Vec<&String> = keys.iter().take(100).collect();
    r.batch(keys.iter().map(|key| cmd::set(key, "x".repeat(32)))).unwrap();
    r.del("list").unwrap();
    r.rpush("list", (0..10_000).map(|n| format!("element:{n:024}")).collect::<Vec<_>>()).unwrap();
    let run: Box<dyn Fn() -> usize> = match work {
        "get" => Box::new(|| r.get::<String>("key:000000000001").unwrap().map_or(0, |_| 1)),
        "set" => Box::new(|| usize::from(r.set("key:000000000001", "x".repeat(32)).is_ok())),
        "pipeline" => Box::new(|| {
            let gets = hundred.iter().map(cmd::get::<String>);
            r.pipeline().transaction(false).all(gets).execute().unwrap().0.len()
        }),
        "transaction" => {
            Box::new(|| r.pipeline().all(hundred.iter().map(cmd::get::<String>)).execute().unwrap().0.len())
        }
        "batch" => Box::new(|| r.batch(hundred.iter().map(cmd::get::<String>)).unwrap().len()),
        "dynamic" => Box::new(|| {
            let mut p = r.pipeline().transaction(false).dynamic();
            let slots: Vec<_> = hundred.iter().map(|key| p.get::<String>(key)).collect();
            let mut replies = p.execute().unwrap();
            slots.into_iter().filter_map(|slot| replies.take(slot).unwrap()).count()
        }),
        "tuple" => Box::new(|| {
            let p = r.pipeline().transaction(false);
            let p = p.get::<String>(&keys[0]).get::<String>(&keys[1]).get::<String>(&keys[2]);
            let p = p.get::<String>(&keys[3]).get::<String>(&keys[4]).get::<String>(&keys[5]);
            let (a, b, c, d, e, f) = p.execute().unwrap();
            [a, b, c, d, e, f].iter().flatten().count()
        }),
        "mget" => Box::new(|| r.mget::<String>(&keys).unwrap().len()),
        "lrange" => Box::new(|| r.lrange::<String>("list", 0, -1).unwrap().len()),
        other => panic!("unknown work: {other}"),
    };
    let read: usize = (0..count).map(|_| run()).sum();
    println!("{read}");
}
