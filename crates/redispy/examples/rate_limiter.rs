//! A rate limiter as a script: so many requests a second for each user, whichever program or thread they come to.
//!
//! `cargo run -p redispy --example rate_limiter`, with a server on port 6379 or where `REDIS_URL` says.

use std::thread;
use std::time::{Duration, Instant};

use redispy::{Client, Result, Script, prelude::*};

/// A bucket that holds so many tokens, and fills at so many a second; a request takes one. The answer is how many milliseconds
/// to wait for the next token: 0 when there was one. The time is the server's, so all who ask agree on it.
const TAKE: &str = "
    local capacity, rate = tonumber(ARGV[1]), tonumber(ARGV[2])
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
    local tokens = tonumber(bucket[1]) or capacity
    tokens = math.min(capacity, tokens + (now - (tonumber(bucket[2]) or now)) * rate / 1000)
    local wait = 0
    if tokens >= 1 then
        tokens = tokens - 1
    else
        wait = math.ceil((1 - tokens) * 1000 / rate)
    end
    redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', now)
    redis.call('PEXPIRE', KEYS[1], math.ceil(capacity * 1000 / rate))
    return wait";

struct Limiter {
    r: Client,
    take: Script<i64>,
    capacity: u32,
    per_second: u32,
}

impl Limiter {
    fn new(r: &Client, capacity: u32, per_second: u32) -> Limiter {
        Limiter { r: r.clone(), take: r.register_script(TAKE), capacity, per_second }
    }

    /// `None` if the user may go on, else how long to wait before asking again.
    fn admit(&self, user: &str) -> Result<Option<Duration>> {
        let key = format!("limit:{user}");
        let wait = self.take.key(key).args((self.capacity, self.per_second)).run(&self.r)?;
        Ok(u64::try_from(wait).ok().filter(|&wait| wait > 0).map(Duration::from_millis))
    }
}

fn main() -> Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://localhost:6379/0".into());
    let r = Client::open(url)?;
    r.del(["limit:ann", "limit:bob"])?;
    let limiter = Limiter::new(&r, 5, 20);

    // Ann asks from five threads at once, ten times in all: five at once, the others one each 50 ms.
    let start = Instant::now();
    let waits: usize = thread::scope(|scope| {
        let threads: Vec<_> = (0..5)
            .map(|_| {
                scope.spawn(|| {
                    let mut waits = 0;
                    for _ in 0..2 {
                        while let Some(wait) = limiter.admit("ann")? {
                            waits += 1;
                            thread::sleep(wait);
                        }
                        println!("ann admitted after {:>3} ms", start.elapsed().as_millis());
                    }
                    Ok::<usize, redispy::Error>(waits)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(Ok(0))).sum::<Result<usize>>()
    })?;
    println!("ten requests took {} ms and {waits} waits", start.elapsed().as_millis());
    assert!(start.elapsed() >= Duration::from_millis(200), "the limit was not kept");

    // Bob has a bucket of his own. A server that has lost its scripts makes no difference.
    r.script_flush()?;
    assert_eq!(limiter.admit("bob")?, None);
    println!("bob admitted at once");
    Ok(())
}
