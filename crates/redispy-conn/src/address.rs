//! Where a server listens.

use std::fmt;
use std::path::{Path, PathBuf};

/// The port on which servers listen unless told otherwise.
pub const DEFAULT_PORT: u16 = 6379;

/// Where a server listens. It holds no secret; errors and logs name it.
///
/// ```
/// use redispy_conn::Address;
///
/// assert_eq!(Address::tcp("10.0.0.5", 6380).to_string(), "10.0.0.5:6380");
/// assert_eq!(Address::tcp("::1", 6379).to_string(), "[::1]:6379");
/// assert_eq!(Address::unix("/run/redis.sock").to_string(), "/run/redis.sock");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Address {
    /// A TCP port.
    Tcp {
        /// A name or an IP address, an IPv6 one without brackets.
        host: String,
        /// The port.
        port: u16,
    },
    /// A Unix socket.
    Unix {
        /// Its path.
        path: PathBuf,
    },
    /// Something that only the user's own [`Connector`](crate::Connector) knows how to reach.
    Other {
        /// What errors call it.
        name: String,
    },
}

impl Address {
    /// A TCP port of a host: a name or an IP address.
    pub fn tcp(host: impl Into<String>, port: u16) -> Self {
        Address::Tcp { host: host.into(), port }
    }

    /// A Unix socket.
    pub fn unix(path: impl AsRef<Path>) -> Self {
        Address::Unix { path: path.as_ref().to_path_buf() }
    }

    /// An address for a [`Connector`](crate::Connector) of the user's own.
    pub fn other(name: impl Into<String>) -> Self {
        Address::Other { name: name.into() }
    }
}

impl Default for Address {
    fn default() -> Self {
        Address::tcp("localhost", DEFAULT_PORT)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Address::Tcp { host, port } => write!(f, "{host}:{port}"),
            Address::Unix { path } => write!(f, "{}", path.display()),
            Address::Other { name } => f.write_str(name),
        }
    }
}
