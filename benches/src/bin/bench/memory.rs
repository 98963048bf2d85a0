//! What connections and callers cost in memory of the client's process.

use std::fmt;
use std::fs;
use std::net::SocketAddr;
use std::str::FromStr;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::cases::{Case, Work};
use crate::data::key;
use crate::peers::Peer;
use crate::worker::Why;

/// What `--cases` calls it.
pub(crate) const CASE: &str = "memory";

/// What the driver calls its second part: [`CALLERS`] callers of one client.
pub(crate) const SHARED_CASE: &str = "memory-callers";

/// How many threads, or tasks, call one client.
pub(crate) const CALLERS: usize = 256;

/// How many connections are held at the same time.
pub(crate) const CONNECTIONS: usize = 10_000;

/// Through how many of them a reply of 1 MiB comes.
const LARGE_REPLIES: usize = 1_000;

/// Resident memory of a process.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Memory {
    /// KiB with one connection that has done a GET.
    pub(crate) with_one: f64,
    /// KiB with [`CONNECTIONS`] of them, all idle.
    pub(crate) with_all: f64,
    /// KiB that each connection keeps of a reply of 1 MiB.
    pub(crate) kept: f64,
}

impl Memory {
    /// KiB for each idle connection.
    pub(crate) fn each(&self) -> f64 {
        (self.with_all - self.with_one) / (CONNECTIONS - 1) as f64
    }
}

/// The calls that [`CALLERS`] callers make.
pub(crate) fn callers() -> Case {
    Case { group: CASE, title: "GET of 32 bytes", work: Work::Get, callers: CALLERS, hogs: 0 }
}

/// Opens the connections in this process.
pub(crate) fn measure(peer: &Peer, addr: SocketAddr) -> Result<Memory, Why> {
    let connect = peer.connect?;
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
    let mut connections = connect(addr, 1);
    assert_ne!(connections[0](&key(0)), 0);
    let with_one = resident();
    connections.extend(connect(addr, CONNECTIONS - 1));
    for connection in &mut connections {
        assert_ne!(connection(&key(0)), 0);
    }
    let with_all = resident();
    for connection in &mut connections[..LARGE_REPLIES] {
        assert_ne!(connection("large"), 0);
    }
    let kept = (resident() - with_all) / LARGE_REPLIES as f64;
    Ok(Memory { with_one, with_all, kept })
}

/// Resident memory of this process in KiB.
pub(crate) fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.with_one, self.with_all, self.kept)
    }
}

impl FromStr for Memory {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let figures: Vec<f64> = text.split_whitespace().filter_map(|figure| figure.parse().ok()).collect();
        match figures[..] {
            [with_one, with_all, kept] => Ok(Memory { with_one, with_all, kept }),
            _ => Err(format!("a measuring process answered {text:?}")),
        }
    }
}
