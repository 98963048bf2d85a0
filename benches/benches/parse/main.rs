//! How fast replies are parsed: `resp-proto` beside redis-protocol, redis-rs and hiredis.
//!
//! Seven shapes of replies, whole and in chunks; walked as they lie in the buffer, and built as owned values. Replies are
//! counted, so that nobody gets away with parsing fewer. At the end a table of all, with the ratio to the fastest peer.

mod ours;
mod peers;
mod shapes;
mod table;

#[cfg(hiredis)]
mod hiredis;

use std::path::Path;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput};
use shapes::{Run, Shape};

/// One way to parse: of whom, what is had afterwards, and how.
pub(crate) struct Entry {
    pub(crate) who: &'static str,
    pub(crate) run: Run,
}

fn entries(shape: &Shape, chunk: Option<usize>) -> Vec<Entry> {
    let mut entries = ours::entries(shape, chunk);
    entries.extend(peers::entries(shape, chunk));
    #[cfg(hiredis)]
    entries.push(hiredis::entry(shape, chunk));
    entries
}

fn main() {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("parse");
    let mut criterion = Criterion::default()
        .output_directory(&out)
        .sample_size(10)
        .warm_up_time(Duration::from_millis(60))
        .measurement_time(Duration::from_millis(250))
        .without_plots()
        .configure_from_args();
    let mut table = table::Table::new();
    for shape in shapes::all() {
        for (chunk, name) in
            [(None, "whole"), (Some(64 << 10), "64KiB"), (Some(1 << 10), "1KiB"), (Some(1), "1B")]
        {
            let mut group = criterion.benchmark_group(shape.name);
            group.throughput(Throughput::Bytes(shape.bytes.len() as u64));
            for Entry { who, mut run } in entries(&shape, chunk) {
                assert_eq!(run(&shape), shape.replies(), "{who} parses all of {}", shape.name);
                group.bench_function(BenchmarkId::new(who, name), |bencher| bencher.iter(|| run(&shape)));
                table.add(&out, &shape, who, name);
            }
            group.finish();
        }
    }
    criterion.final_summary();
    table.print();
    if !cfg!(hiredis) {
        println!("hiredis is left out: pkg-config does not know it (Debian: libhiredis-dev).");
    }
}
