//! One caller, one connection: GET of 32 bytes and LRANGE of 10,000 elements, beside redis-rs.
//!
//! `taskset -c 0 cargo run --release -p redispy-benches --bin one_caller [ROUNDS] [MILLISECONDS]`: pinned to one core, the
//! server with it, since where the scheduler puts the two otherwise changes figures severalfold. Rounds are short and interleaved,
//! so that what else the machine does meets all alike, and medians are printed. CPU is what the calling thread used, by the kernel's own account.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark fails by panicking"
)]

use std::time::{Duration, Instant};

use redispy::{Client, prelude::*};
use redispy_testkit::Server;

struct Case<'a> {
    name: &'static str,
    client: &'static str,
    run: Box<dyn FnMut() + 'a>,
    ops: Vec<f64>,
    cpu: Vec<f64>,
}

fn main() {
    let mut numbers = std::env::args().skip(1).map(|number| number.parse::<u64>().expect("a number"));
    let rounds = numbers.next().unwrap_or(61);
    let time = Duration::from_millis(numbers.next().unwrap_or(80));

    let server = Server::start();
    let ours = Client::open(server.url()).unwrap();
    let theirs = || redis::Client::open(server.url()).unwrap().get_connection().unwrap();
    let (mut get, mut list) = (theirs(), theirs());
    ours.set("key", "x".repeat(32)).unwrap();
    ours.rpush("list", (0..10_000).map(|n| format!("element:{n:024}")).collect::<Vec<_>>()).unwrap();

    let mut cases = [
        case("GET", "redispy", || drop(ours.get::<String>("key").unwrap())),
        case("GET", "redis-rs", move || {
            drop(redis::cmd("GET").arg("key").query::<Option<String>>(&mut get).unwrap());
        }),
        case("LRANGE 10,000", "redispy", || drop(ours.lrange::<String>("list", 0, -1).unwrap())),
        case("LRANGE 10,000", "redis-rs", move || {
            drop(redis::cmd("LRANGE").arg("list").arg(0).arg(-1).query::<Vec<String>>(&mut list).unwrap());
        }),
    ];
    for case in &mut cases {
        measure(&mut case.run, Duration::from_millis(100));
    }
    for _ in 0..rounds {
        for case in &mut cases {
            let (ops, cpu) = measure(&mut case.run, time);
            case.ops.push(ops);
            case.cpu.push(cpu);
        }
    }
    println!("{:<15} {:<10} {:>10} {:>12}", "work", "client", "ops/s", "CPU us/op");
    for pair in cases.chunks_mut(2) {
        let figures: Vec<(f64, f64)> =
            pair.iter_mut().map(|case| (median(&mut case.ops), median(&mut case.cpu))).collect();
        for (case, (ops, cpu)) in pair.iter().zip(&figures) {
            println!("{:<15} {:<10} {ops:>10.0} {cpu:>12.2}", case.name, case.client);
        }
        let (ops, cpu) = (figures[0].0 / figures[1].0, figures[0].1 / figures[1].1);
        println!("{:<15} {:<10} {ops:>9.2}x {cpu:>11.2}x", "", "ratio");
    }
}

fn case<'a>(name: &'static str, client: &'static str, run: impl FnMut() + 'a) -> Case<'a> {
    Case { name, client, run: Box::new(run), ops: Vec::new(), cpu: Vec::new() }
}

/// Operations per second, and microseconds of CPU of each.
fn measure(run: &mut dyn FnMut(), time: Duration) -> (f64, f64) {
    let (began, cpu) = (Instant::now(), cpu_time());
    let mut count = 0_u32;
    while began.elapsed() < time {
        run();
        count += 1;
    }
    let (elapsed, used) = (began.elapsed(), cpu_time() - cpu);
    (f64::from(count) / elapsed.as_secs_f64(), used.as_secs_f64() * 1e6 / f64::from(count))
}

/// CPU time of this thread, user and system.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(stat.split(' ').next().unwrap().parse().unwrap())
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
