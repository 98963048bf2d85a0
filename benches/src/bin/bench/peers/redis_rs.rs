//! redis-rs: a connection for each thread, a pool of them, and one that all tasks share.

use std::net::SocketAddr;

use redis::aio::MultiplexedConnection;
use redis::{Client, Cmd, ConnectionLike, Pipeline};

use super::{Caller, Connection, Peer, Task, bytes, connect_each, strings, text, texts};
use crate::worker::{Job, tasks, threads};

pub(super) const SYNC: Peer = Peer {
    name: "redis-rs",
    package: "redis",
    run: |job: &Job| {
        let client = client(job.addr);
        threads(job, || Own(client.get_connection().unwrap()))
    },
    connect: Ok(connect),
};

/// A pool with a connection for each caller, which are not tried with a PING each time they are taken.
pub(super) const R2D2: Peer = Peer {
    name: "redis-rs + r2d2",
    package: "redis",
    run: |job: &Job| {
        let size = u32::try_from(job.case.callers).unwrap();
        let pool =
            r2d2::Pool::builder().max_size(size).test_on_check_out(false).build(client(job.addr)).unwrap();
        threads(job, || Pooled(pool.clone()))
    },
    connect: Err("its connections are those of redis-rs"),
};

pub(super) const MULTIPLEXED: Peer = Peer {
    name: "redis-rs multiplexed",
    package: "redis",
    run: |job: &Job| tasks(job, open),
    connect: Ok(|addr, count| connect_each(count, async || open(addr).await)),
};

async fn open(addr: SocketAddr) -> MultiplexedConnection {
    client(addr).get_multiplexed_async_connection().await.unwrap()
}

fn client(addr: SocketAddr) -> Client {
    Client::open(format!("redis://{addr}")).unwrap()
}

fn connect(addr: SocketAddr, count: usize) -> Vec<Connection> {
    let client = client(addr);
    let open = |_| {
        let mut connection = client.get_connection().unwrap();
        Box::new(move |key: &str| text(Cmd::get(key).query(&mut connection).unwrap())) as Connection
    };
    (0..count).map(open).collect()
}

struct Own(redis::Connection);

impl Caller for Own {
    fn get(&mut self, key: &str) -> usize {
        get(&mut self.0, key)
    }

    fn set(&mut self, key: &str, value: &str) {
        set(&mut self.0, key, value);
    }

    fn pipeline(&mut self, keys: &[String]) -> usize {
        pipeline(&mut self.0, keys)
    }

    fn mget(&mut self, keys: &[String]) -> usize {
        mget(&mut self.0, keys)
    }

    fn lrange_strings(&mut self, key: &str) -> usize {
        strings(lrange(key).query(&mut self.0).unwrap())
    }

    fn lrange_bytes(&mut self, key: &str) -> usize {
        bytes(lrange(key).query(&mut self.0).unwrap())
    }
}

struct Pooled(r2d2::Pool<Client>);

impl Caller for Pooled {
    fn get(&mut self, key: &str) -> usize {
        get(&mut *self.0.get().unwrap(), key)
    }

    fn set(&mut self, key: &str, value: &str) {
        set(&mut *self.0.get().unwrap(), key, value);
    }

    fn pipeline(&mut self, keys: &[String]) -> usize {
        pipeline(&mut *self.0.get().unwrap(), keys)
    }

    fn mget(&mut self, keys: &[String]) -> usize {
        mget(&mut *self.0.get().unwrap(), keys)
    }

    fn lrange_strings(&mut self, key: &str) -> usize {
        strings(lrange(key).query(&mut *self.0.get().unwrap()).unwrap())
    }

    fn lrange_bytes(&mut self, key: &str) -> usize {
        bytes(lrange(key).query(&mut *self.0.get().unwrap()).unwrap())
    }
}

fn get(connection: &mut dyn ConnectionLike, key: &str) -> usize {
    text(Cmd::get(key).query(connection).unwrap())
}

fn set(connection: &mut dyn ConnectionLike, key: &str, value: &str) {
    assert_eq!(Cmd::set(key, value).query(connection), Ok(true));
}

fn pipeline(connection: &mut dyn ConnectionLike, keys: &[String]) -> usize {
    texts(gets(keys).query(connection).unwrap())
}

fn mget(connection: &mut dyn ConnectionLike, keys: &[String]) -> usize {
    texts(Cmd::mget(keys).query(connection).unwrap())
}

fn lrange(key: &str) -> Cmd {
    Cmd::lrange(key, 0, -1)
}

fn gets(keys: &[String]) -> Pipeline {
    let mut pipeline = redis::pipe();
    for key in keys {
        pipeline.get(key);
    }
    pipeline
}

impl Task for MultiplexedConnection {
    async fn get(&mut self, key: &str) -> usize {
        text(Cmd::get(key).query_async(self).await.unwrap())
    }

    async fn set(&mut self, key: &str, value: &str) {
        assert_eq!(Cmd::set(key, value).query_async(self).await, Ok(true));
    }

    async fn pipeline(&mut self, keys: &[String]) -> usize {
        texts(gets(keys).query_async(self).await.unwrap())
    }

    async fn mget(&mut self, keys: &[String]) -> usize {
        texts(Cmd::mget(keys).query_async(self).await.unwrap())
    }

    async fn lrange_strings(&mut self, key: &str) -> usize {
        strings(lrange(key).query_async(self).await.unwrap())
    }

    async fn lrange_bytes(&mut self, key: &str) -> usize {
        bytes(lrange(key).query_async(self).await.unwrap())
    }
}
