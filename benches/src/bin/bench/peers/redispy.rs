//! This project's client.

use std::net::SocketAddr;

use redispy::{Client, cmd, prelude::*};

use super::{Caller, Connection, Peer, bytes, strings, text, texts};
use crate::worker::{Job, threads};

/// Each call has a connection of the pool to itself.
pub(super) const POOLED: Peer = Peer {
    name: "redispy pooled",
    package: "redispy",
    run: |job: &Job| {
        let client = pooled(job.addr, job.case.callers);
        threads(job, || Handle(client.clone()))
    },
    connect: Some(connect),
};

fn pooled(addr: SocketAddr, connections: usize) -> Client {
    Client::builder().url(format!("redis://{addr}")).unwrap().max_connections(connections).build().unwrap()
}

fn connect(addr: SocketAddr, count: usize) -> Vec<Connection> {
    let client = pooled(addr, count);
    let open = |_| {
        let session = client.session().unwrap();
        Box::new(move |key: &str| text(session.get(key).unwrap())) as Connection
    };
    (0..count).map(open).collect()
}

/// A thread's handle.
struct Handle(Client);

impl Caller for Handle {
    fn get(&mut self, key: &str) -> usize {
        text(self.0.get(key).unwrap())
    }

    fn set(&mut self, key: &str, value: &str) {
        assert!(self.0.set(key, value).unwrap());
    }

    fn pipeline(&mut self, keys: &[String]) -> usize {
        texts(self.0.batch(keys.iter().map(cmd::get)).unwrap())
    }

    fn mget(&mut self, keys: &[String]) -> usize {
        texts(self.0.mget(keys).unwrap())
    }

    fn lrange_strings(&mut self, key: &str) -> usize {
        strings(self.0.lrange(key, 0, -1).unwrap())
    }

    fn lrange_bytes(&mut self, key: &str) -> usize {
        bytes(self.0.lrange(key, 0, -1).unwrap())
    }
}
