//! A master, its replicas and three Sentinels.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use resp_proto::Frame;

use crate::{Binaries, Error, Server, text};

/// How many Sentinels watch, and how many must agree that the master is gone.
const SENTINELS: usize = 3;
const QUORUM: usize = 2;

/// How long the rig may take to know itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// One master, replicas and three Sentinels that know each other, ready for a failover.
///
/// The Sentinels take a master for dead after 1 s (`down-after-milliseconds`) and give a failover 10 s.
#[derive(Debug)]
pub struct SentinelRig {
    /// The master at the start, then its replicas. After a failover the roles have moved, the places have not.
    pub servers: Vec<Server>,
    /// The Sentinels.
    pub sentinels: Vec<Server>,
}

impl SentinelRig {
    /// The name under which the Sentinels know the master.
    pub const NAME: &'static str = "mymaster";

    /// Starts the rig on the default server's programs.
    ///
    /// # Panics
    ///
    /// A server does not start, or they do not find each other within 30 s.
    #[track_caller]
    pub fn start(replicas: usize) -> SentinelRig {
        let started =
            Binaries::default_server().and_then(|binaries| SentinelRig::try_start(binaries, replicas));
        match started {
            Ok(rig) => rig,
            Err(error) => panic!("{error}"),
        }
    }

    /// Starts the rig.
    ///
    /// # Errors
    ///
    /// A server does not start, or they do not find each other within 30 s.
    pub fn try_start(binaries: Binaries, replicas: usize) -> Result<SentinelRig, Error> {
        let master = Server::builder().binaries(binaries.clone()).try_start()?;
        let mut servers = vec![master];
        for _ in 0..replicas {
            let replica = Server::builder().binaries(binaries.clone());
            let replica = match servers.first() {
                Some(master) => replica.replica_of(master),
                None => replica,
            };
            servers.push(replica.try_start()?);
        }
        let master = servers.first().map(Server::port).unwrap_or_default();
        let name = SentinelRig::NAME;
        let config = format!(
            "sentinel monitor {name} 127.0.0.1 {master} {QUORUM}\n\
             sentinel down-after-milliseconds {name} 1000\n\
             sentinel failover-timeout {name} 10000\n\
             sentinel parallel-syncs {name} 1\n"
        );
        let mut sentinels = Vec::new();
        for _ in 0..SENTINELS {
            let sentinel = Server::builder().binaries(binaries.clone()).sentinel_of(config.clone());
            sentinels.push(sentinel.try_start()?);
        }
        let rig = SentinelRig { servers, sentinels };
        rig.await_acquaintance(replicas)?;
        Ok(rig)
    }

    /// The addresses of the Sentinels.
    pub fn sentinel_addrs(&self) -> Vec<SocketAddr> {
        self.sentinels.iter().map(Server::addr).collect()
    }

    /// The address that the Sentinel of this number, counted from 0, tells for the master.
    ///
    /// # Errors
    ///
    /// There is no such Sentinel, or it does not answer.
    pub fn master_addr(&self, sentinel: usize) -> Result<SocketAddr, Error> {
        let sentinel = self.sentinels.get(sentinel);
        let sentinel = sentinel.ok_or_else(|| Error::Missing(format!("only {SENTINELS} Sentinels run")))?;
        let reply = sentinel.try_command(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", SentinelRig::NAME])?;
        let addr = match &reply {
            Frame::Array(parts) => parts.iter().map(text).collect::<Vec<_>>().join(":").parse().ok(),
            _ => None,
        };
        addr.ok_or_else(|| Error::Missing(format!("a Sentinel named {reply:?} as the master")))
    }

    /// The server at this address.
    pub fn server_at(&self, addr: SocketAddr) -> Option<&Server> {
        self.servers.iter().find(|server| server.addr() == addr)
    }

    /// Waits until every Sentinel knows the two others and all replicas, and every replica is in step.
    fn await_acquaintance(&self, replicas: usize) -> Result<(), Error> {
        let until = Instant::now() + PATIENCE;
        while !(self.are_acquainted(replicas)? && self.are_in_step()?) {
            if Instant::now() > until {
                let what = "the Sentinels and replicas to find each other".to_owned();
                return Err(Error::Timeout { what, after: PATIENCE });
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    fn are_acquainted(&self, replicas: usize) -> Result<bool, Error> {
        for sentinel in &self.sentinels {
            let state = sentinel.try_command(["SENTINEL", "MASTER", SentinelRig::NAME])?;
            let known = |field: &str| self::field(&state, field).and_then(|text| text.parse::<usize>().ok());
            if known("num-slaves") != Some(replicas) || known("num-other-sentinels") != Some(SENTINELS - 1) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn are_in_step(&self) -> Result<bool, Error> {
        for replica in self.servers.iter().skip(1) {
            let info = text(&replica.try_command(["INFO", "replication"])?);
            if crate::server::info_field(&info, "master_link_status").as_deref() != Some("up") {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// A value in a flat list of names and values.
fn field(list: &Frame, name: &str) -> Option<String> {
    let Frame::Array(items) = list else { return None };
    items.chunks(2).find_map(|pair| match pair {
        [key, value] if text(key) == name => Some(text(value)),
        _ => None,
    })
}
