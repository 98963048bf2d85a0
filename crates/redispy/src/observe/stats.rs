//! What a client counts of its calls, and a snapshot of all that is counted.

use std::cell::Cell;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use redispy_conn::Stats as PoolStats;

use super::latency::{Histogram, Latency};

/// What a client is doing, and what it has done so far; given by [`Client::stats`](crate::Client::stats).
///
/// Each number is right by itself; under load they are not all of the same instant. What only ever grows begins at 0 when the
/// client is made, so rates are differences of two snapshots.
///
/// It reads like the pool's own: `stats.in_use` is `stats.pool.in_use`.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Stats {
    /// The connections. Clients that share a pool have this in common.
    pub pool: PoolStats,
    /// How many times a call was sent again, or tried to get a connection again.
    pub retries: u64,
    /// The calls. `None` unless the client was told to count them, by
    /// [`measure_calls`](crate::ClientBuilder::measure_calls).
    pub calls: Option<CallStats>,
}

impl Deref for Stats {
    type Target = PoolStats;

    fn deref(&self) -> &PoolStats {
        &self.pool
    }
}

/// The calls of a client and its clones. What a call is, [`Hook`](crate::Hook) says.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct CallStats {
    /// Calls under way, those that wait for a connection included; too many by those that began while they were counted.
    pub in_flight: u64,
    /// Calls that returned, successfully or not.
    pub finished: u64,
    /// Of these, those that failed; single commands of a pipeline that the server refused do not make it fail, and a deferred
    /// call that was dropped before its reply was in has not failed.
    pub failed: u64,
    /// The commands of the calls that returned.
    pub commands: u64,
    /// Of the calls that returned, batches, pipelines and transactions.
    pub batches: u64,
    /// The commands in these: divided by `batches`, their average size.
    pub batched: u64,
    /// The bytes of the commands, each counted once however often it was sent.
    pub request_bytes: u64,
    /// The bytes of the replies to commands.
    pub reply_bytes: u64,
    /// How long the calls took that returned.
    pub latency: Latency,
}

/// How many threads can count at the same time without getting into each other's way.
const SHARDS: usize = 8;

/// Counts calls, from any thread.
pub(super) struct Meter {
    shards: Box<[Shard]>,
}

/// The counts of some of the threads, on cache lines of their own.
#[repr(align(128))]
struct Shard {
    began: AtomicU64,
    ended: AtomicU64,
    failed: AtomicU64,
    commands: AtomicU64,
    batches: AtomicU64,
    batched: AtomicU64,
    request_bytes: AtomicU64,
    reply_bytes: AtomicU64,
    latency: Histogram,
}

/// What is counted of a call that returned.
pub(super) struct Finished {
    pub(super) duration: Duration,
    pub(super) failed: bool,
    pub(super) is_batch: bool,
    pub(super) commands: usize,
    pub(super) request_bytes: usize,
    pub(super) reply_bytes: usize,
}

/// A call that is counted as being under way, until this is dropped: also a panic ends a call.
pub(super) struct Flight {
    meter: Arc<Meter>,
    shard: usize,
}

impl Meter {
    pub(super) fn new() -> Self {
        let shard = || Shard {
            began: AtomicU64::new(0),
            ended: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            commands: AtomicU64::new(0),
            batches: AtomicU64::new(0),
            batched: AtomicU64::new(0),
            request_bytes: AtomicU64::new(0),
            reply_bytes: AtomicU64::new(0),
            latency: Histogram::new(),
        };
        Meter { shards: (0..SHARDS).map(|_| shard()).collect() }
    }

    /// A call begins on this thread.
    pub(super) fn begin(self: &Arc<Self>) -> Flight {
        let flight = Flight { meter: Arc::clone(self), shard: shard_of_thread() };
        flight.count(|shard| add(&shard.began, 1));
        flight
    }

    pub(super) fn stats(&self) -> CallStats {
        let mut stats = CallStats::default();
        for shard in &self.shards {
            // What has ended is read first: then it is never more than what began.
            let ended = shard.ended.load(Ordering::Acquire);
            stats.in_flight += shard.began.load(Ordering::Relaxed).saturating_sub(ended);
            stats.failed += shard.failed.load(Ordering::Relaxed);
            stats.commands += shard.commands.load(Ordering::Relaxed);
            stats.batches += shard.batches.load(Ordering::Relaxed);
            stats.batched += shard.batched.load(Ordering::Relaxed);
            stats.request_bytes += shard.request_bytes.load(Ordering::Relaxed);
            stats.reply_bytes += shard.reply_bytes.load(Ordering::Relaxed);
            shard.latency.add_to(&mut stats.latency);
        }
        stats.finished = stats.latency.count();
        stats
    }
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stats().fmt(f)
    }
}

impl Flight {
    /// The call returned.
    pub(super) fn finished(&self, call: &Finished) {
        self.count(|shard| {
            add(&shard.failed, usize::from(call.failed));
            add(&shard.commands, call.commands);
            if call.is_batch {
                add(&shard.batches, 1);
                add(&shard.batched, call.commands);
            }
            add(&shard.request_bytes, call.request_bytes);
            add(&shard.reply_bytes, call.reply_bytes);
            shard.latency.record(call.duration);
        });
    }

    fn count(&self, count: impl FnOnce(&Shard)) {
        if let Some(shard) = self.meter.shards.get(self.shard) {
            count(shard);
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.count(|shard| {
            shard.ended.fetch_add(1, Ordering::Release);
        });
    }
}

fn add(counter: &AtomicU64, count: usize) {
    if count > 0 {
        counter.fetch_add(count as u64, Ordering::Relaxed);
    }
}

/// Threads take the shards in turn.
fn shard_of_thread() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static OWN: Cell<Option<usize>> = const { Cell::new(None) };
    }
    let own = OWN.try_with(|own| {
        let shard = own.get().unwrap_or_else(|| NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS);
        own.set(Some(shard));
        shard
    });
    own.unwrap_or_default()
}
