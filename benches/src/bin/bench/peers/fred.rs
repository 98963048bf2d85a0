//! fred: one connection that all tasks share.

use std::net::SocketAddr;

use fred::prelude::*;

use super::{Peer, Task, bytes, connect_each, strings, text, texts};
use crate::worker::{Job, tasks};

pub(super) const FRED: Peer = Peer {
    name: "fred",
    package: "fred",
    run: |job: &Job| tasks(job, open),
    connect: Ok(|addr, count| connect_each(count, async || open(addr).await)),
};

async fn open(addr: SocketAddr) -> Client {
    let config = Config::from_url(&format!("redis://{addr}")).unwrap();
    let nodelay = |config: &mut ConnectionConfig| {
        config.tcp = TcpConfig { nodelay: Some(true), ..TcpConfig::default() }
    };
    let client = Builder::from_config(config).with_connection_config(nodelay).build().unwrap();
    client.init().await.unwrap();
    client
}

impl Task for Client {
    async fn get(&mut self, key: &str) -> usize {
        text(KeysInterface::get(self, key).await.unwrap())
    }

    async fn set(&mut self, key: &str, value: &str) {
        let done: String = KeysInterface::set(self, key, value, None, None, false).await.unwrap();
        assert_eq!(done, "OK");
    }

    async fn pipeline(&mut self, keys: &[String]) -> usize {
        let pipeline = Client::pipeline(self);
        for key in keys {
            let queued: Value = pipeline.get(key).await.unwrap();
            assert!(queued.is_queued());
        }
        texts(pipeline.all().await.unwrap())
    }

    async fn mget(&mut self, keys: &[String]) -> usize {
        texts(KeysInterface::mget(self, keys.to_vec()).await.unwrap())
    }

    async fn lrange_strings(&mut self, key: &str) -> usize {
        strings(self.lrange(key, 0, -1).await.unwrap())
    }

    async fn lrange_bytes(&mut self, key: &str) -> usize {
        bytes(self.lrange(key, 0, -1).await.unwrap())
    }
}
