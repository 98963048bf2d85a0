//! Starts the server, and a process for each round of each client in each case.

use std::error::Error;
use std::fs;
use std::process::{Command, Stdio};

use redispy::Client;
use redispy_testkit::Server;
use rustix::process::Pid;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::cases::{self, Case};
use crate::memory::{self, Memory};
use crate::meter::Measured;
use crate::peers::{self, Peer};
use crate::report::{Report, Row};
use crate::worker::CORE;
use crate::{Arguments, budgets, machine};

/// What a measuring process puts before the reason why it has no figures.
pub(crate) const NO_FIGURES: &str = "none: ";

pub(crate) fn list() -> Result<(), Box<dyn Error>> {
    println!("Cases:");
    for case in cases::all() {
        println!("  {:<18} {}", case.to_string(), case.describe());
    }
    println!(
        "  {:<18} {} connections, idle, and after large replies; {} callers of one client",
        memory::CASE,
        memory::CONNECTIONS,
        memory::CALLERS
    );
    println!("Clients:");
    for peer in peers::ALL {
        println!("  {:<22} {}", peer.name, machine::version(peer.package).unwrap_or_default());
    }
    Ok(())
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let peers = peers::select(&arguments.peers)?;
    let (memory, groups): (Vec<String>, Vec<String>) =
        arguments.cases.iter().cloned().partition(|name| name == memory::CASE);
    let whole = arguments.cases.is_empty();
    let cases = match whole || !groups.is_empty() {
        true => cases::select(&groups, &arguments.callers)?,
        false => Vec::new(),
    };

    let server = Server::builder().option("maxclients", "15000").try_start()?;
    crate::data::store(&Client::open(server.url())?)?;
    let mut report = Report::new(machine::describe(&server), arguments.seconds, arguments.rounds);
    println!("{}\n", report.machine());

    for case in cases {
        measure(case, &peers, &server, arguments, &mut report)?;
        report.print_last();
    }
    if !memory.is_empty() || whole && arguments.callers.is_empty() {
        place(&server, false)?;
        for peer in &peers {
            match worker(peer, memory::CASE, &server, arguments.seconds)? {
                Ok(answer) => report.add_memory(peer, answer.parse::<Memory>()?),
                Err(why) => report.add_missing(memory::CASE, peer, why),
            }
        }
        for peer in [&peers::NOBODY].into_iter().chain(peers) {
            match worker(peer, memory::SHARED_CASE, &server, arguments.seconds)? {
                Ok(answer) => report.add_callers(peer, answer.parse()?),
                Err(why) => report.add_missing(memory::SHARED_CASE, peer, why),
            }
        }
        report.add_allocations(&allocations(&server)?);
        report.print_memory();
    }
    println!("{}", budgets::table(&report));
    match &arguments.out {
        Some(directory) => report.write(directory),
        None if arguments.is_everything() => report.write("docs/benchmarks".as_ref()),
        None => Ok(()),
    }
}

/// All rounds of a case, the clients in turn.
fn measure(
    case: Case,
    peers: &[&'static Peer],
    server: &Server,
    arguments: &Arguments,
    report: &mut Report,
) -> Result<(), Box<dyn Error>> {
    place(server, case.is_pinned())?;
    let name = case.to_string();
    let mut rows: Vec<Row> = peers.iter().map(|&peer| Row { peer, runs: Vec::new() }).collect();
    for _ in 0..arguments.rounds {
        let mut able = Vec::new();
        for mut row in rows {
            match worker(row.peer, &name, server, arguments.seconds)? {
                Ok(answer) => {
                    row.runs.push(answer.parse::<Measured>()?);
                    able.push(row);
                }
                Err(why) => report.add_missing(&name, row.peer, why),
            }
        }
        rows = able;
    }
    report.add(case, rows);
    Ok(())
}

/// Runs one round in a process of its own; gives the line that it prints, or why there are no figures.
fn worker(
    peer: &Peer,
    case: &str,
    server: &Server,
    seconds: f64,
) -> Result<Result<String, String>, Box<dyn Error>> {
    let addr = server.addr().to_string();
    let output = Command::new(std::env::current_exe()?)
        .args(["--worker", peer.name, case, &addr, "--seconds", &seconds.to_string()])
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("{} in {case}: {}", peer.name, output.status).into());
    }
    let line = String::from_utf8(output.stdout)?.trim().to_owned();
    Ok(match line.strip_prefix(NO_FIGURES) {
        Some(why) => Err(why.to_owned()),
        None => Ok(line),
    })
}

/// Runs the program beside this one that counts allocations.
fn allocations(server: &Server) -> Result<String, Box<dyn Error>> {
    let program = std::env::current_exe()?.with_file_name("allocations");
    let output = Command::new(program).arg(server.url()).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("allocations: {}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Has the server run on the core that a pinned caller runs on, or wherever this program may.
fn place(server: &Server, pinned: bool) -> Result<(), Box<dyn Error>> {
    let mut cores = sched_getaffinity(None)?;
    if pinned {
        cores = CpuSet::new();
        cores.set(CORE);
    }
    for thread in fs::read_dir(format!("/proc/{}/task", server.pid()))? {
        let id = thread?.file_name().to_string_lossy().parse().ok().and_then(Pid::from_raw);
        sched_setaffinity(id, &cores)?;
    }
    Ok(())
}
