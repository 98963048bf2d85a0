//! A counter that many threads raise, each only if nobody else has changed it meanwhile: WATCH, MULTI and EXEC.
//!
//! `cargo run -p redispy --example counter_with_watch`, with a server on port 6379 or where `REDIS_URL` says.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use redispy::{Client, Result, prelude::*};

/// How often the closures ran.
static RUNS: AtomicUsize = AtomicUsize::new(0);

/// Raises the counter, up to `most`, and notes who did it. Gives the new count, or `None` where there is no room.
fn raise(r: &Client, who: usize, most: i64) -> Result<Option<i64>> {
    r.transaction("counter", |tx| {
        RUNS.fetch_add(1, Ordering::Relaxed);
        let count = tx.get("counter")?.unwrap_or(0) + 1;
        if count > most {
            tx.unwatch()?; // not needed, but it keeps the connection
            return Ok(None);
        }
        tx.multi().set("counter", count).rpush("counter:log", who).execute()?;
        Ok(Some(count))
    })
}

fn main() -> Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://localhost:6379/0".into());
    let r = Client::open(url)?;
    r.del(["counter", "counter:log"])?;

    let counts: Vec<Vec<i64>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|who| {
                let r = &r;
                scope.spawn(move || {
                    let raised = (0..30).map(|_| raise(r, who, 100));
                    raised.filter_map(Result::transpose).collect::<Result<Vec<i64>>>()
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Ok(Vec::new())))
            .collect::<Result<_>>()
    })?;

    let mut all: Vec<i64> = counts.concat();
    all.sort_unstable();
    assert!((1..=100).eq(all), "each count was given once");
    let log: Vec<usize> = r.lrange("counter:log", 0, -1)?;
    for (who, counts) in counts.iter().enumerate() {
        assert_eq!(log.iter().filter(|&&in_log| in_log == who).count(), counts.len());
        println!("thread {who} raised it {} times", counts.len());
    }
    println!(
        "{:?} in the end, after {} runs of the closure",
        r.get::<i64>("counter")?,
        RUNS.load(Ordering::Relaxed)
    );
    r.del(["counter", "counter:log"])?;
    Ok(())
}
