//! A job guarded by a lock: one of several workers does it, the lock is kept while it takes, and a worker that lost the lock
//! without noticing does no harm.
//!
//! `cargo run -p redispy --example guarded_job`, with a server on port 6379 or where `REDIS_URL` says.

use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::Duration;

use redispy::{Client, LockGuard, Result, prelude::*};

/// What the lock guards: it remembers the greatest number it was given, and refuses those who come with a smaller one.
#[derive(Default)]
struct Store(Mutex<(i64, Vec<String>)>);

impl Store {
    fn write(&self, number: i64, line: String) -> std::result::Result<(), String> {
        let mut store = self.0.lock().map_err(|_| "the store is broken")?;
        if number < store.0 {
            return Err(format!("number {number} comes after {}", store.0));
        }
        store.0 = number;
        store.1.push(line);
        Ok(())
    }

    fn lines(&self) -> usize {
        self.0.lock().map_or(0, |store| store.1.len())
    }
}

fn main() -> Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://localhost:6379/0".into());
    let r = Client::open(url)?;
    r.del(["report", "late"])?;
    let store = Store::default();

    // Three workers, one job: who gets the lock does it, the others leave it.
    let asked = Barrier::new(3);
    let done: usize = thread::scope(|scope| {
        let workers: Vec<_> = (1..=3)
            .map(|worker| {
                let (r, store, asked) = (&r, &store, &asked);
                scope.spawn(move || work(r, store, asked, worker))
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or(Ok(0))).sum::<Result<usize>>()
    })?;
    assert_eq!((done, store.lines()), (1, 5));

    // A worker that is suspended beyond its time finds that it is late, and so does the store.
    let lock = r.lock("late").ttl(Duration::from_millis(100)).fencing();
    let first = lock.acquire()?;
    thread::sleep(Duration::from_millis(150));
    let second = lock.acquire()?;
    println!("the first holder lost the lock: {}; the second has it: {}", first.is_lost(), second.owned()?);
    store.write(number(&second), "of the second".into()).map_err(redispy::Error::other)?;
    match store.write(number(&first), "of the first".into()) {
        Ok(()) => return Err(redispy::Error::other("the store took what came late")),
        Err(refusal) => println!("the store refuses the first: {refusal}"),
    }
    match first.release() {
        Ok(()) => return Err(redispy::Error::other("a lost lock was released")),
        Err(error) => println!("{error}"),
    }
    Ok(())
}

/// Does the job unless another does. How many were done: 0 or 1.
fn work(r: &Client, store: &Store, asked: &Barrier, worker: usize) -> Result<usize> {
    let lock = r.lock("report").ttl(Duration::from_millis(300)).fencing();
    let lock = lock.on_lost(move |error| println!("worker {worker}: {error}"));
    let guard = lock.try_acquire();
    // So that nobody asks when the job is done already.
    asked.wait();
    let Some(guard) = guard? else {
        println!("worker {worker}: another is at it");
        return Ok(0);
    };
    println!("worker {worker}: has the lock, number {}", number(&guard));
    // Longer than the time to live: the guard's thread renews it.
    for part in 1..=5 {
        if guard.is_lost() {
            break;
        }
        thread::sleep(Duration::from_millis(100));
        store.write(number(&guard), format!("part {part}")).map_err(redispy::Error::other)?;
    }
    guard.release()?;
    println!("worker {worker}: done");
    Ok(1)
}

fn number(guard: &LockGuard) -> i64 {
    guard.fencing_token().unwrap_or_default()
}
