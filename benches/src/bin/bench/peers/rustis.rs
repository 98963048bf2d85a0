//! rustis: one connection that all tasks share.

use std::net::SocketAddr;

use rustis::client::{BatchPreparedCommand, Client};
use rustis::commands::{ListCommands, StringCommands};
use rustis::resp::BulkString;

use super::{Peer, Task, connect_each, strings, text, texts};
use crate::worker::{Job, tasks};

pub(super) const RUSTIS: Peer = Peer {
    name: "rustis",
    package: "rustis",
    run: |job: &Job| tasks(job, open),
    connect: Ok(|addr, count| connect_each(count, async || open(addr).await)),
};

async fn open(addr: SocketAddr) -> Client {
    Client::connect(format!("redis://{addr}")).await.unwrap()
}

impl Task for Client {
    async fn get(&mut self, key: &str) -> usize {
        text(StringCommands::get(&*self, key).await.unwrap())
    }

    async fn set(&mut self, key: &str, value: &str) {
        StringCommands::set(&*self, key, value).await.unwrap();
    }

    async fn pipeline(&mut self, keys: &[String]) -> usize {
        let mut pipeline = self.create_pipeline();
        for key in keys {
            pipeline.get::<Option<String>>(key).queue();
        }
        texts(pipeline.execute().await.unwrap())
    }

    async fn mget(&mut self, keys: &[String]) -> usize {
        texts(StringCommands::mget(&*self, keys).await.unwrap())
    }

    async fn lrange_strings(&mut self, key: &str) -> usize {
        strings(self.lrange(key, 0, -1).await.unwrap())
    }

    async fn lrange_bytes(&mut self, key: &str) -> usize {
        // Its own type for owned bytes.
        let values: Vec<BulkString> = self.lrange(key, 0, -1).await.unwrap();
        values.len()
    }
}
