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

use crate::meter::Measured;
use crate::worker::Job;

/// A client under measurement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    /// The crate whose version the report names.
    pub(crate) package: &'static str,
    /// Does a case, in a process made for it; `None` when the client has no such thing.
    pub(crate) run: fn(&Job) -> Option<Measured>,
    /// Opens connections for the measurement of memory, where that is easy.
    pub(crate) connect: Option<fn(SocketAddr, usize) -> Vec<Connection>>,
}

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

/// What a task of an async client calls: the same. Each task has a clone.
pub(crate) trait Task: Clone + Send + 'static {
    fn get(&mut self, key: &str) -> impl Future<Output = usize> + Send;
    fn set(&mut self, key: &str, value: &str) -> impl Future<Output = ()> + Send;
    fn pipeline(&mut self, keys: &[String]) -> impl Future<Output = usize> + Send;
    fn mget(&mut self, keys: &[String]) -> impl Future<Output = usize> + Send;
    fn lrange_strings(&mut self, key: &str) -> impl Future<Output = usize> + Send;
    fn lrange_bytes(&mut self, key: &str) -> impl Future<Output = usize> + Send;
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
