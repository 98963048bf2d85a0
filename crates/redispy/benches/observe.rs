//! What it costs to observe calls, and that it costs nothing not to: GETs over a connection in memory that answers at once, so that
//! no system call and no server hides the difference.
//!
//! `cargo bench -p redispy --bench observe` runs all cases in turns and prints nanoseconds of CPU time per call, the median of the
//! rounds; `... -- off 100000` runs one case so many times, for tools that count instructions.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a program that fails by panicking")]

use std::hint::black_box;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use redispy::{
    Address, CallEnd, CallStart, Client, ClientBuilder, Connector, Deadline, Hook, Transport, prelude::*,
};
use redispy_conn::{Attempt, Condition, Readiness};
use rustix::time::{ClockId, clock_gettime};

const ROUNDS: usize = 101;
const CALLS: usize = 20_000;

/// Answers each write with the same reply.
#[derive(Default)]
struct Parrot(AtomicBool);

const REPLY: &[u8] = b"$5\r\nhello\r\n";

impl Transport for Parrot {
    fn read(&self, buffer: &mut [u8], _: Deadline) -> io::Result<usize> {
        self.try_read(buffer)
    }

    fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.0.swap(false, Ordering::Relaxed) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        buffer[..REPLY.len()].copy_from_slice(REPLY);
        Ok(REPLY.len())
    }

    fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        self.0.store(true, Ordering::Relaxed);
        Ok(bytes.len())
    }

    fn wait(&self, interest: Readiness, _: Deadline) -> io::Result<Readiness> {
        Ok(interest)
    }

    fn condition(&self) -> Condition {
        Condition::Quiet
    }

    fn shutdown(&self) {}
}

struct Parrots;

impl Connector for Parrots {
    fn connect(&self, _: &Address, _: &Attempt) -> Result<Arc<dyn Transport>, redispy_conn::Error> {
        Ok(Arc::new(Parrot::default()))
    }
}

/// A hook that does nothing.
struct Idle;

impl Hook for Idle {
    type State = ();

    fn before(&self, _: &CallStart) {}

    fn after(&self, (): (), _: &CallStart, end: &CallEnd<'_>) {
        black_box(end.duration());
    }
}

fn builder() -> ClientBuilder {
    Client::builder().url("redis://memory?protocol=2&client_info=no").unwrap().connector(Arc::new(Parrots))
}

fn cases() -> Vec<(&'static str, Client)> {
    let mut cases = vec![
        ("off", builder()),
        ("hook", builder().hook(Idle)),
        ("measured", builder().measure_calls(true)),
        ("both", builder().hook(Idle).measure_calls(true)),
    ];
    #[cfg(feature = "tracing")]
    cases.push(("tracing, no subscriber", builder().hook(redispy::Tracing::new())));
    cases.drain(..).map(|(name, builder)| (name, builder.build().unwrap())).collect()
}

fn run(r: &Client, calls: usize) {
    for _ in 0..calls {
        black_box(r.get::<String>(black_box("key")).unwrap());
    }
}

/// Of this thread, in nanoseconds.
fn cpu_time() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

fn main() {
    let mut cases = cases();
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [name, calls] = &arguments[..] {
        let (_, r) = cases.iter().find(|(case, _)| case == name).unwrap();
        return run(r, calls.parse().unwrap());
    }
    let mut nanos: Vec<Vec<f64>> = vec![Vec::new(); cases.len()];
    for round in 0..=ROUNDS {
        for ((_, r), nanos) in cases.iter_mut().zip(&mut nanos) {
            let start = cpu_time();
            run(r, CALLS);
            if round > 0 {
                nanos.push((cpu_time() - start) / CALLS as f64);
            }
        }
    }
    for ((name, _), nanos) in cases.iter().zip(&mut nanos) {
        nanos.sort_by(f64::total_cmp);
        println!("{name}: {:.1} ns/call (fastest round {:.1})", nanos[ROUNDS / 2], nanos[0]);
    }
}
