//! Commands that are sent now and waited for later: by this thread, by others, and by an executor.
//!
//! `cargo run -p redispy --example deferred`, with a server on port 6379 or where `REDIS_URL` says.

use std::thread;
use std::time::{Duration, Instant};

use redispy::{Client, Script, prelude::*, wait_all};

const MANY: usize = 10_000;

fn main() -> redispy::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://localhost:6379/0".into());
    let r = Client::open(url)?;
    r.del(["visits", "log"])?;
    let d = r.deferred();

    // Both are under way before either is waited for; the server executes them in this order.
    let (set, visits) = (d.set("visits", 41), d.incr("visits"));
    assert!(set.wait()?);
    println!("{} visits", visits.wait()?);

    // Many at a time, from one thread.
    let start = Instant::now();
    let values = wait_all((0..MANY).map(|_| d.get::<i64>("visits")))?;
    println!("{} replies in {:?}", values.len(), start.elapsed());

    // Waited for by another thread, while this one does something else.
    let pending = d.incr("visits");
    let waiter = thread::spawn(move || pending.wait());
    d.rpush("log", "nobody waits for this one").forget();
    println!("{} visits", waiter.join().unwrap_or_else(|_| r.incr("visits"))?);

    // Not longer than so, and again later.
    let double: Script<i64> = r.register_script("return 2 * redis.call('GET', KEYS[1])");
    let mut doubled = double.key("visits").run(&d);
    let doubled = loop {
        match doubled.wait_timeout(Duration::from_micros(50))? {
            Some(doubled) => break doubled,
            None => println!("not yet"),
        }
    };
    println!("{doubled} is twice as many");

    // As futures, on any executor.
    let together = futures::executor::block_on(futures::future::join(d.incr("visits"), d.llen("log")));
    println!("{} visits, {} line in the log", together.0?, together.1?);
    Ok(())
}
