//! This project's client.

use std::net::SocketAddr;

use redispy::{Client, ClientBuilder, cmd, prelude::*};

use super::{Caller, Connection, Peer, bytes, strings, text, texts};
use crate::cases::Work;
use crate::worker::{Figures, Job, Why, in_flight, threads};

/// Each call has a connection of the pool to itself.
pub(super) const POOLED: Peer = Peer {
    name: "redispy pooled",
    package: "redispy",
    run: |job: &Job| run(job, Pipelines::Typed, builder(job.addr, job.case.callers).pooled()),
    connect: Ok(connect),
};

/// The calls of all threads go over one connection.
pub(super) const SHARED: Peer = Peer {
    name: "redispy shared",
    package: "redispy",
    run: |job: &Job| run(job, Pipelines::Typed, builder(job.addr, job.case.callers).shared()),
    connect: Err("its callers share one connection"),
};

/// Its other ways to send many commands at once.
pub(super) const BATCH: Peer = Peer {
    name: "redispy batch",
    package: "redispy",
    run: |job: &Job| run(job, Pipelines::Batch, builder(job.addr, 1).pooled()),
    connect: Err("its connections are those of redispy pooled"),
};

pub(super) const DYNAMIC: Peer = Peer {
    name: "redispy dynamic pipeline",
    package: "redispy",
    run: |job: &Job| run(job, Pipelines::Dynamic, builder(job.addr, 1).pooled()),
    connect: Err("its connections are those of redispy pooled"),
};

/// How many commands are sent at once.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pipelines {
    /// `Pipeline`, whose type tells each reply's.
    Typed,
    /// `DynPipeline`, which hands out slots.
    Dynamic,
    Batch,
}

fn run(job: &Job, pipelines: Pipelines, builder: ClientBuilder) -> Result<Figures, Why> {
    if pipelines != Pipelines::Typed && job.case.work != Work::Pipeline {
        return Err("only a way to send many commands at once");
    }
    let client = builder.build().unwrap();
    if job.case.work == Work::Deferred {
        let deferred = client.deferred();
        return in_flight(job, |key| deferred.get::<String>(key), |pending| text(pending.wait().unwrap()));
    }
    // All connections are opened now; each session puts its own into the pool when it is dropped.
    let open: Vec<_> = (0..job.case.callers).map(|_| client.session().unwrap()).collect();
    drop(open);
    threads(job, || Handle { client: client.clone(), pipelines })
}

fn builder(addr: SocketAddr, connections: usize) -> ClientBuilder {
    Client::builder().url(format!("redis://{addr}")).unwrap().max_connections(connections)
}

fn connect(addr: SocketAddr, count: usize) -> Vec<Connection> {
    let client = builder(addr, count).build().unwrap();
    let open = |_| {
        let session = client.session().unwrap();
        Box::new(move |key: &str| text(session.get(key).unwrap())) as Connection
    };
    (0..count).map(open).collect()
}

/// A thread's handle.
struct Handle {
    client: Client,
    pipelines: Pipelines,
}

impl Caller for Handle {
    fn get(&mut self, key: &str) -> usize {
        text(self.client.get(key).unwrap())
    }

    fn set(&mut self, key: &str, value: &str) {
        assert!(self.client.set(key, value).unwrap());
    }

    fn pipeline(&mut self, keys: &[String]) -> usize {
        let commands = keys.iter().map(cmd::get);
        match self.pipelines {
            Pipelines::Typed => {
                let (values,) = self.client.pipeline().transaction(false).all(commands).execute().unwrap();
                texts(values)
            }
            Pipelines::Dynamic => {
                let mut pipeline = self.client.pipeline().transaction(false).dynamic();
                let slots: Vec<_> = commands.map(|command| pipeline.run(command)).collect();
                let mut replies = pipeline.execute().unwrap();
                texts(slots.into_iter().map(|slot| replies.take(slot).unwrap()).collect())
            }
            Pipelines::Batch => texts(self.client.batch(commands).unwrap()),
        }
    }

    fn mget(&mut self, keys: &[String]) -> usize {
        texts(self.client.mget(keys).unwrap())
    }

    fn lrange_strings(&mut self, key: &str) -> usize {
        strings(self.client.lrange(key, 0, -1).unwrap())
    }

    fn lrange_bytes(&mut self, key: &str) -> usize {
        bytes(self.client.lrange(key, 0, -1).unwrap())
    }
}
