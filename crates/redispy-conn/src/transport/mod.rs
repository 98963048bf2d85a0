//! What carries the bytes: TCP, Unix sockets, memory for tests, or the user's own.

mod lookup;
mod memory;
mod socket;
mod tcp;
mod unix;

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::{Address, Deadline, Error, ErrorKind, Outcome, Phase, Result};

pub use lookup::LookupFn;
pub use memory::MemoryTransport;
pub use tcp::{TcpConfig, TcpConnector};
pub use unix::UnixConnector;

/// A connected stream of bytes in both directions.
///
/// All methods take `&self`: one thread may read while another writes, and a third shuts the transport down, which ends
/// both. There is at most one reader and one writer at a time.
///
/// Dropping a transport closes this process's end and does nothing else: after a `fork` the child drops what it inherited
/// without harm to the parent. Only [`shutdown`](Self::shutdown) ends the connection for everyone.
pub trait Transport: Send + Sync {
    /// Reads at least one byte into `buffer`, waiting for it until `deadline`. Zero means that the peer has closed its side.
    ///
    /// # Errors
    ///
    /// [`TimedOut`](io::ErrorKind::TimedOut) once the deadline has passed (at most 50 ms later) and nothing is there to
    /// be read; [`NotConnected`](io::ErrorKind::NotConnected) after [`shutdown`](Self::shutdown); anything else when the
    /// connection is lost.
    fn read(&self, buffer: &mut [u8], deadline: Deadline) -> io::Result<usize>;

    /// Reads what is there, without waiting.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) when nothing is there; otherwise as [`read`](Self::read).
    fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize>;

    /// Takes as many of `bytes` as fit now, at least one, without waiting.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) when not even one fits; [`NotConnected`](io::ErrorKind::NotConnected)
    /// after [`shutdown`](Self::shutdown); anything else when the connection is lost.
    fn try_write(&self, bytes: &[u8]) -> io::Result<usize>;

    /// Waits until bytes can be read or written, as `interest` asks, and says which. A lost connection counts as ready
    /// for both: the next read or write tells.
    ///
    /// # Errors
    ///
    /// [`TimedOut`](io::ErrorKind::TimedOut) once the deadline has passed; anything else when the wait itself fails.
    fn wait(&self, interest: Readiness, deadline: Deadline) -> io::Result<Readiness>;

    /// Looks at a connection on which no reply is due, without waiting and without sending anything.
    fn condition(&self) -> Condition;

    /// Ends the connection in both directions, from any thread: blocked reads and writes return at once.
    fn shutdown(&self);
}

/// For what a transport is, or should become, ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Readiness {
    /// Bytes can be read.
    pub read: bool,
    /// Bytes can be written.
    pub write: bool,
}

impl Readiness {
    /// Reading only.
    pub const READ: Readiness = Readiness { read: true, write: false };
    /// Writing only.
    pub const WRITE: Readiness = Readiness { read: false, write: true };
    /// Either.
    pub const BOTH: Readiness = Readiness { read: true, write: true };
}

/// How a connection looks on which no reply is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Open, and nothing to be read.
    Quiet,
    /// Something can be read: a push, or bytes that nobody asked for.
    Unread,
    /// Closed by the peer, or broken.
    Closed,
}

/// Opens transports. A user's own class of connections implements it and is named by
/// [`Config::with_connector`](crate::Config::with_connector).
///
/// ```
/// use std::sync::Arc;
/// use redispy_conn::{Address, Attempt, Config, Connector, Result, TcpConfig, TcpConnector, Transport};
///
/// /// TCP, but each connection is announced.
/// struct Announced(TcpConnector);
///
/// impl Connector for Announced {
///     fn connect(&self, address: &Address, attempt: &Attempt) -> Result<Arc<dyn Transport>> {
///         println!("connecting to {address}");
///         self.0.connect(address, attempt)
///     }
/// }
///
/// let config = Config::default().with_connector(Arc::new(Announced(TcpConnector::new(TcpConfig::default()))));
/// # let _ = config;
/// ```
pub trait Connector: Send + Sync {
    /// Connects to `address` by the attempt's deadline. What the protocol needs (authentication and so on) is not its business.
    ///
    /// # Errors
    ///
    /// Mostly [`ErrorKind::Connect`] and [`ErrorKind::Timeout`], with the phase.
    fn connect(&self, address: &Address, attempt: &Attempt) -> Result<Arc<dyn Transport>>;
}

/// An attempt to connect: by when it must be done, and how far it has come. Whoever waits for it in vain learns the phase.
#[derive(Debug)]
pub struct Attempt {
    deadline: Deadline,
    phase: AtomicU8,
}

/// The phases of an attempt, in the order of the numbers that `Attempt` keeps.
const PHASES: [Phase; 4] = [Phase::Lookup, Phase::Connect, Phase::Tls, Phase::Handshake];

impl Attempt {
    /// An attempt that must be done by `deadline`.
    pub fn new(deadline: Deadline) -> Self {
        Attempt { deadline, phase: AtomicU8::new(1) }
    }

    /// When it must be done.
    pub fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// Says that a phase begins; those that do not belong to connecting are ignored.
    pub fn enter(&self, phase: Phase) {
        for (number, known) in (0..).zip(PHASES) {
            if known == phase {
                self.phase.store(number, Ordering::Relaxed);
            }
        }
    }

    /// The phase that it is in.
    pub fn phase(&self) -> Phase {
        PHASES.get(usize::from(self.phase.load(Ordering::Relaxed))).copied().unwrap_or(Phase::Connect)
    }
}

impl fmt::Debug for dyn Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connector")
    }
}

/// The connector for what the operating system offers: TCP and Unix sockets.
#[derive(Debug)]
pub(crate) struct SystemConnector {
    tcp: TcpConnector,
}

impl SystemConnector {
    pub(crate) fn new(tcp: TcpConfig) -> Self {
        SystemConnector { tcp: TcpConnector::new(tcp) }
    }
}

impl Connector for SystemConnector {
    fn connect(&self, address: &Address, attempt: &Attempt) -> Result<Arc<dyn Transport>> {
        match address {
            Address::Tcp { .. } => self.tcp.connect(address, attempt),
            Address::Unix { .. } => UnixConnector.connect(address, attempt),
            Address::Other { .. } => Err(wrong_address(address)),
        }
    }
}

fn wrong_address(address: &Address) -> Error {
    Error::new(ErrorKind::Config, Outcome::NotSent, "this connector does not know this kind of address")
        .with_address(address)
}
