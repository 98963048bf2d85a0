//! Connections to Redis and Valkey servers and their lending: transports, handshake, deadlines, pool.
//!
//! The crate moves whole replies; it knows no command but those of the handshake. A [`Pool`] lends [`Connection`]s, each
//! of them one [`Transport`] and one decoder. Every wait is bounded by one [`Deadline`], and every [`Error`] tells whether
//! the server may have acted ([`Outcome`]).
//!
//! ```no_run
//! use std::time::Duration;
//! use redispy_conn::{Config, Deadline, Pool};
//!
//! let pool = Pool::new("redis://localhost".parse::<Config>()?)?;
//! let deadline = Deadline::after(Duration::from_secs(1));
//! let mut connection = pool.get("PING", deadline)?;
//! let pong = connection.call(b"*1\r\n$4\r\nPING\r\n", deadline, |reply| reply.into_frame())?;
//! # let _ = pong;
//! # Ok::<(), redispy_conn::Error>(())
//! ```

mod address;
mod config;
mod connection;
mod deadline;
mod error;
mod handshake;
mod pool;
mod resolve;
mod retry;
mod shared;
mod transport;
mod url;

pub use address::{Address, DEFAULT_PORT};
pub use config::{Config, PoolConfig, ProtocolChoice, PushHook, Secret, ShareConfig, Yielding};
pub use connection::{Closer, Connection, ServerInfo};
pub use deadline::Deadline;
pub use error::{Error, ErrorKind, Outcome, Phase, Progress, Result, code};
pub use pool::{Borrowed, Pool, Pooled, Stats};
pub use resolve::{Fixed, Resolve};
pub use retry::{Failure, RetryPolicy};
pub use shared::{InFlight, Stream};
pub use transport::{
    Attempt, Condition, Connector, LookupFn, MemoryTransport, Readiness, TcpConfig, TcpConnector, Transport,
    UnixConnector,
};
