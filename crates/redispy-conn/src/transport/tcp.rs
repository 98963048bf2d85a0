//! TCP.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, TcpKeepalive, Type};

use super::lookup::{LookupFn, Lookups};
use super::socket::SocketTransport;
use super::{Attempt, Connector, Transport, wrong_address};
use crate::{Address, Error, Outcome, Phase, Result};

/// Options of TCP sockets.
///
/// The defaults notice a peer that vanished without a word within about half a minute, idle or not.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TcpConfig {
    /// `TCP_NODELAY`: send at once; on by default.
    pub nodelay: bool,
    /// `SO_KEEPALIVE` with the first probe after so long without traffic; 15 s by default, `None` for no probes.
    pub keepalive: Option<Duration>,
    /// The time between two probes; 5 s by default.
    pub keepalive_interval: Duration,
    /// How many probes may stay unanswered; 3 by default.
    pub keepalive_retries: u32,
    /// `TCP_USER_TIMEOUT`: how long sent bytes may stay unacknowledged; 30 s by default, `None` for the system's rule (some
    /// 15 minutes).
    pub user_timeout: Option<Duration>,
}

impl Default for TcpConfig {
    fn default() -> Self {
        TcpConfig {
            nodelay: true,
            keepalive: Some(Duration::from_secs(15)),
            keepalive_interval: Duration::from_secs(5),
            keepalive_retries: 3,
            user_timeout: Some(Duration::from_secs(30)),
        }
    }
}

impl TcpConfig {
    /// What the kernel would refuse, for each connection anew and without a word about which option it is.
    pub(crate) fn validate(&self) -> Result<()> {
        const LONGEST_PROBE: Duration = Duration::from_secs(32_767);
        const LONGEST_SILENCE: Duration = Duration::from_secs(24 * 86_400);
        if let Some(idle) = self.keepalive {
            for (name, time) in [("keepalive", idle), ("keepalive_interval", self.keepalive_interval)] {
                if !(Duration::from_secs(1)..=LONGEST_PROBE).contains(&time) {
                    return Err(Error::config(format!("{name} must be from 1 to 32767 seconds")));
                }
            }
            if !(1..=127).contains(&self.keepalive_retries) {
                return Err(Error::config("keepalive_retries must be from 1 to 127"));
            }
        }
        match self.user_timeout {
            Some(time) if !(Duration::from_millis(1)..=LONGEST_SILENCE).contains(&time) => {
                Err(Error::config("user_timeout must be from 1 ms to 24 days, or none"))
            }
            _ => Ok(()),
        }
    }
}

/// Opens TCP connections. A host name is looked up anew for each of them, and all its addresses are tried in the order
/// found, each with its fair share of the time that is left.
#[derive(Debug)]
pub struct TcpConnector {
    config: TcpConfig,
    lookups: Lookups,
}

impl TcpConnector {
    /// A connector that asks the system's resolver.
    pub fn new(config: TcpConfig) -> Self {
        TcpConnector { config, lookups: Lookups::system() }
    }

    /// Asks `lookup` instead of the system's resolver; by default none is needed.
    #[must_use]
    pub fn with_lookup(mut self, lookup: Arc<LookupFn>) -> Self {
        self.lookups = Lookups::by(lookup);
        self
    }

    fn dial(&self, address: SocketAddr, share: Option<Duration>) -> io::Result<Socket> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_tcp_nodelay(self.config.nodelay)?;
        if let Some(idle) = self.config.keepalive {
            let keepalive = TcpKeepalive::new()
                .with_time(idle)
                .with_interval(self.config.keepalive_interval)
                .with_retries(self.config.keepalive_retries);
            socket.set_tcp_keepalive(&keepalive)?;
        }
        #[cfg(any(target_os = "linux", target_os = "android"))]
        socket.set_tcp_user_timeout(self.config.user_timeout)?;
        match share {
            Some(share) => socket.connect_timeout(&address.into(), share)?,
            None => socket.connect(&address.into())?,
        }
        Ok(socket)
    }
}

impl Connector for TcpConnector {
    fn connect(&self, address: &Address, attempt: &Attempt) -> Result<Arc<dyn Transport>> {
        let Address::Tcp { host, port } = address else { return Err(wrong_address(address)) };
        let deadline = attempt.deadline();
        attempt.enter(Phase::Lookup);
        let candidates =
            self.lookups.find(host, *port, deadline).map_err(|error| error.with_address(address))?;
        attempt.enter(Phase::Connect);
        let mut untried = candidates.len();
        let mut failure = None;
        for candidate in candidates {
            let share = deadline.remaining().map(|left| left / u32::try_from(untried).unwrap_or(u32::MAX));
            untried -= 1;
            if share == Some(Duration::ZERO) {
                break;
            }
            match self.dial(candidate, share) {
                Ok(socket) => return Ok(Arc::new(SocketTransport::new(socket))),
                Err(error) => failure = Some(error),
            }
        }
        let error = match failure {
            Some(cause) if !deadline.has_passed() && cause.kind() != io::ErrorKind::TimedOut => {
                Error::connect(Phase::Connect, cause)
            }
            _ => Error::timeout(Phase::Connect, Outcome::NotSent, deadline),
        };
        Err(error.with_address(address))
    }
}
