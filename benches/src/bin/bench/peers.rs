//! The clients that are measured, each behind the same few calls.

mod fred;
#[cfg(hiredis)]
mod hiredis;
mod redis_rs;
mod redispy;
mod rustis;

use std::future::Future;
use std::net::SocketAddr;

use bytes::Bytes;
use tokio::runtime::Runtime;

use crate::cases::ELEMENTS;
use crate::data::VALUE;
use crate::worker::{Figures, Job, Why, threads};

/// A client under measurement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    /// The crate whose version the report names.
    pub(crate) package: &'static str,
    /// Does a case, in a process made for it.
    pub(crate) run: fn(&Job) -> Result<Figures, Why>,
    /// Opens connections for the measurement of memory.
    pub(crate) connect: Result<Connect, Why>,
}

/// Opens so many connections.
pub(crate) type Connect = fn(SocketAddr, usize) -> Vec<Connection>;

/// Gets the value of a key over a connection of its own.
pub(crate) type Connection = Box<dyn FnMut(&str) -> usize>;

/// All of them. A new peer is a line here and a file beside.
pub(crate) const ALL: &[Peer] = &[
    redispy::POOLED,
    redispy::SHARED,
    redispy::BATCH,
    redispy::DYNAMIC,
    redis_rs::SYNC,
    redis_rs::R2D2,
    redis_rs::MULTIPLEXED,
    fred::FRED,
    rustis::RUSTIS,
    #[cfg(hiredis)]
    hiredis::HIREDIS,
];

/// Threads that call nobody, to tell what the client takes from what they take.
pub(crate) const NOBODY: Peer = Peer {
    name: "threads alone",
    package: "",
    run: |job: &Job| threads(job, || Nobody),
    connect: Err("no client"),
};

/// Who is missing where this was built, and why.
pub(crate) const ABSENT: Option<&str> = if cfg!(hiredis) {
    None
} else {
    Some("hiredis was not measured: pkg-config did not find it when this was built")
};

impl Peer {
    /// Whether it is the project's own, not somebody else's.
    pub(crate) fn is_ours(&self) -> bool {
        self.package == "redispy"
    }
}

/// What a thread calls. Each call gives the length of what it got, or how many elements that had.
pub(crate) trait Caller {
    fn get(&mut self, key: &str) -> usize;
    fn set(&mut self, key: &str, value: &str);
    fn pipeline(&mut self, keys: &[String]) -> usize;
    fn mget(&mut self, keys: &[String]) -> usize;
    fn lrange_strings(&mut self, key: &str) -> usize;
    fn lrange_bytes(&mut self, key: &str) -> usize;
}

struct Nobody;

impl Caller for Nobody {
    fn get(&mut self, _: &str) -> usize {
        VALUE.len()
    }

    fn set(&mut self, _: &str, _: &str) {}

    fn pipeline(&mut self, keys: &[String]) -> usize {
        keys.len()
    }

    fn mget(&mut self, keys: &[String]) -> usize {
        keys.len()
    }

    fn lrange_strings(&mut self, _: &str) -> usize {
        ELEMENTS
    }

    fn lrange_bytes(&mut self, _: &str) -> usize {
        ELEMENTS
    }
}

/// What a task of an async client calls: the same. Each task has a clone.
pub(crate) trait Task: Clone + Send + 'static {
    fn get(&mut self, key: &str) -> impl Future<Output = usize> + Send;
    fn set(&mut self, key: &str, value: &str) -> impl Future<Output = ()> + Send;
    fn pipeline(&mut self, keys: &[String]) -> impl Future<Output = usize> + Send;
    fn mget(&mut self, keys: &[String]) -> impl Future<Output = usize> + Send;
    fn lrange_strings(&mut self, key: &str) -> impl Future<Output = usize> + Send;
    fn lrange_bytes(&mut self, key: &str) -> impl Future<Output = usize> + Send;
}

/// Opens connections of an async client, each a client of its own, on a runtime with a worker for each core.
fn connect_each<T: Task>(count: usize, open: impl AsyncFn() -> T) -> Vec<Connection> {
    // The tasks that serve the connections run on it for as long as this process does.
    let runtime: &'static Runtime = Box::leak(Box::new(Runtime::new().unwrap()));
    let each = |_| {
        let mut client = runtime.block_on(open());
        Box::new(move |key: &str| runtime.block_on(client.get(key))) as Connection
    };
    (0..count).map(each).collect()
}

// So all clients build the same: owned values of these types, which are dropped once they are measured.

fn text(value: Option<String>) -> usize {
    value.as_deref().map_or(0, str::len)
}

fn texts(values: Vec<Option<String>>) -> usize {
    values.len()
}

fn strings(values: Vec<String>) -> usize {
    values.len()
}

fn bytes(values: Vec<Bytes>) -> usize {
    values.len()
}

/// Which of the clients were asked for.
pub(crate) fn select(names: &[String]) -> Result<Vec<&'static Peer>, String> {
    if let Some(unknown) = names.iter().find(|name| !ALL.iter().any(|peer| peer.name == **name)) {
        return Err(format!("no client is called {unknown:?}; --list tells which there are"));
    }
    Ok(ALL.iter().filter(|peer| names.is_empty() || names.iter().any(|name| name == peer.name)).collect())
}
