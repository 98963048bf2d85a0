//! Measures redispy beside other clients on a private server: `cargo xtask bench`.
//!
//! Each case runs in a process of its own, and the rounds of the clients are interleaved, so that what else the machine does meets all
//! alike. Reported are medians over the rounds, and the ratio to the fastest of the others.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark fails by panicking"
)]

mod budgets;
mod cases;
mod data;
mod driver;
mod machine;
mod memory;
mod meter;
mod peers;
mod plots;
mod report;
mod worker;

use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// Measures redispy beside other clients, on a private server
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench")]
struct Arguments {
    /// Only these cases, by group or by name: `get,busy-64`; `memory` is one
    #[arg(long, value_delimiter = ',')]
    cases: Vec<String>,
    /// Only cases with so many callers
    #[arg(long, value_delimiter = ',')]
    callers: Vec<usize>,
    /// Only these clients
    #[arg(long, value_delimiter = ',')]
    peers: Vec<String>,
    /// How long each round of a case measures
    #[arg(long, default_value_t = 1.5)]
    seconds: f64,
    /// How many rounds each case has
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// One round of 0.2 s each, to see that everything works; the figures mean little
    #[arg(long)]
    quick: bool,
    /// Where the report and its plots go; docs/benchmarks of the repository when everything is measured, else nowhere
    #[arg(long, value_name = "DIRECTORY")]
    out: Option<PathBuf>,
    /// Tell which cases and clients there are
    #[arg(long)]
    list: bool,
    /// Measure one case with one client against this server, in this process; for the tool itself
    #[arg(long, hide = true, value_names = ["PEER", "CASE", "ADDRESS"], num_args = 3)]
    worker: Option<Vec<String>>,
}

impl Arguments {
    /// Whether nothing is left out, so that the report may replace the one of the repository.
    fn is_everything(&self) -> bool {
        self.cases.is_empty() && self.callers.is_empty() && self.peers.is_empty() && !self.quick
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = Arguments::parse();
    if arguments.quick {
        (arguments.seconds, arguments.rounds) = (0.2, 1);
    }
    if let Some(worker) = &arguments.worker {
        let [peer, case, address] = &worker[..] else { return Err("three values".into()) };
        return work(peer, case, address.parse()?, Duration::try_from_secs_f64(arguments.seconds)?);
    }
    if arguments.list {
        return driver::list();
    }
    driver::run(&arguments)
}

/// What the driver starts a process for; prints figures, or why there are none.
fn work(peer: &str, case: &str, addr: SocketAddr, time: Duration) -> Result<(), Box<dyn Error>> {
    let peer = match peer == peers::NOBODY.name {
        true => &peers::NOBODY,
        false => *peers::select(&[peer.to_owned()])?.first().ok_or("no such client")?,
    };
    let figures = match case {
        memory::CASE => memory::measure(peer, addr).map(|memory| memory.to_string()),
        memory::SHARED_CASE => {
            let job = worker::Job { case: memory::callers(), addr, wanted: worker::Wanted::Memory };
            worker::run(peer, &job).map(|figures| figures.to_string())
        }
        name => {
            let case = *cases::select(&[name.to_owned()], &[])?.first().ok_or("no such case")?;
            let job = worker::Job { case, addr, wanted: worker::Wanted::Speed(time) };
            worker::run(peer, &job).map(|figures| figures.to_string())
        }
    };
    match figures {
        Ok(figures) => println!("{figures}"),
        Err(why) => println!("{}{why}", driver::NO_FIGURES),
    }
    Ok(())
}
