//! One client for many threads: workers that wait for jobs, while others hand them out.
//!
//! `cargo run -p redispy --example threads`, with a server on port 6379 or where `REDIS_URL` says.

use std::thread;
use std::time::Duration;

use redispy::{Client, prelude::*};

const WORKERS: usize = 4;
const JOBS: usize = 20;

fn main() -> redispy::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://localhost:6379/0".into());
    let r = Client::open(url)?;
    r.del(["jobs", "done"])?;
    thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|worker| {
                scope.spawn({
                    let r = &r;
                    move || work(r, worker)
                })
            })
            .collect();
        // Each blocked worker has a connection to itself; these calls use others.
        for job in 0..JOBS {
            r.rpush("jobs", format!("job {job}"))?;
        }
        for worker in workers {
            worker.join().unwrap_or(Ok(()))?;
        }
        Ok::<(), redispy::Error>(())
    })?;
    println!("{} jobs done; connections: {:?}", r.llen("done")?, r.stats());
    Ok(())
}

/// Takes jobs until none has come for a while.
fn work(r: &Client, worker: usize) -> redispy::Result<()> {
    while let Some((_, job)) = r.blpop::<(String, String)>("jobs", Duration::from_millis(300))? {
        println!("worker {worker} does {job}");
        r.rpush("done", job)?;
    }
    Ok(())
}
