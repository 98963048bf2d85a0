//! One server for many tests, which keep apart by database or key prefix.

use std::env;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::OnceLock;

use resp_proto::Frame;

use crate::server::info_field;
use crate::{Connection, Endpoint, Error, Family, Server, Version, text};

/// The environment variable with the `host:port` of a server that several test processes share.
pub const TEST_ADDR: &str = "REDISPY_TEST_ADDR";

/// The environment variable with the path of that server's Unix socket.
pub const TEST_UNIX: &str = "REDISPY_TEST_UNIX";

/// How many databases a shared server has. Tests take them in turn; the count is what keeps those apart that run at
/// the same time.
pub const SHARED_DATABASES: u32 = 10_000;

/// The counter, in database 0, that tells processes apart which share a server.
const COUNTER: &str = "redispy-testkit:counter";

/// The server that the tests of this process share: the one that [`TEST_ADDR`] and [`TEST_UNIX`] name, else a private
/// one, started at the first use and killed with the process.
///
/// A test takes a database or a key prefix of its own and must leave the rest alone: no `FLUSHALL`, no `CONFIG SET`,
/// no `CLIENT KILL` of others. What needs these starts a [`Server`].
#[derive(Debug)]
pub struct SharedServer {
    addr: SocketAddr,
    unix: PathBuf,
    family: Family,
    version: Version,
    /// Keeps a private server alive.
    _private: Option<Server>,
}

impl SharedServer {
    /// The server of this process.
    ///
    /// # Panics
    ///
    /// There is none, and none can be started.
    #[track_caller]
    pub fn get() -> &'static SharedServer {
        static SERVER: OnceLock<SharedServer> = OnceLock::new();
        SERVER.get_or_init(|| match SharedServer::find() {
            Ok(server) => server,
            Err(error) => panic!("{error}"),
        })
    }

    /// Starts a server to be shared: [`TEST_ADDR`] and [`TEST_UNIX`] then name it to other processes.
    ///
    /// # Errors
    ///
    /// It does not start.
    pub fn start_with(builder: crate::ServerBuilder) -> Result<Server, Error> {
        builder.option("databases", &SHARED_DATABASES.to_string()).try_start()
    }

    /// Its TCP address.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The path of its Unix socket.
    pub fn unix(&self) -> PathBuf {
        self.unix.clone()
    }

    /// Whose server it is.
    pub fn family(&self) -> Family {
        self.family
    }

    /// Its version. A Valkey counts by its own numbers.
    pub fn version(&self) -> Version {
        self.version
    }

    /// `redis://127.0.0.1:PORT/DB` with a database of the caller's own.
    ///
    /// # Panics
    ///
    /// The server does not answer.
    #[track_caller]
    pub fn fresh_url(&self) -> String {
        format!("redis://{}/{}", self.addr, self.fresh_db())
    }

    /// The number of an empty database that no other test uses, be it in this process or another: a counter on the
    /// server gives the numbers 1 to 9999 in turn.
    ///
    /// # Panics
    ///
    /// The server does not answer.
    #[track_caller]
    pub fn fresh_db(&self) -> u32 {
        let count = self.count();
        let db = u32::try_from(count % u64::from(SHARED_DATABASES - 1)).unwrap_or_default() + 1;
        let flushed = self.connect().and_then(|mut connection| {
            connection.command(["SELECT", &db.to_string()])?;
            connection.command(["FLUSHDB"])
        });
        if let Err(error) = flushed {
            panic!("{error}");
        }
        db
    }

    /// A prefix for keys, channels and names that no other test uses, such as `t17:`.
    ///
    /// # Panics
    ///
    /// The server does not answer.
    #[track_caller]
    pub fn key_prefix(&self) -> String {
        format!("t{}:", self.count())
    }

    /// Runs a command in database 0 on a connection made for it.
    ///
    /// # Panics
    ///
    /// The server does not answer within 10 s or answers with an error.
    #[track_caller]
    pub fn command<A: AsRef<[u8]>>(&self, args: impl IntoIterator<Item = A>) -> Frame {
        match self.connect().and_then(|mut connection| connection.command(args)) {
            Ok(reply) => reply,
            Err(error) => panic!("{error}"),
        }
    }

    /// A connection of the test's own, to database 0.
    ///
    /// # Errors
    ///
    /// It does not accept.
    pub fn connect(&self) -> Result<Connection, Error> {
        Connection::open(&Endpoint::Unix(self.unix.clone()))
    }

    #[track_caller]
    fn count(&self) -> u64 {
        match self.command(["INCR", COUNTER]) {
            Frame::Integer(count) => count.unsigned_abs(),
            reply => panic!("INCR answered {reply:?}"),
        }
    }

    fn find() -> Result<SharedServer, Error> {
        let (Some(addr), Some(unix)) = (env::var_os(TEST_ADDR), env::var_os(TEST_UNIX)) else {
            let server = SharedServer::start_with(Server::builder())?;
            let (addr, unix, family, version) =
                (server.addr(), server.unix(), server.family(), server.version());
            return Ok(SharedServer { addr, unix, family, version, _private: Some(server) });
        };
        let addr = addr
            .to_str()
            .and_then(|addr| addr.parse().ok())
            .ok_or_else(|| Error::Missing(format!("{TEST_ADDR} is {}, not IP:PORT", addr.display())))?;
        let unix = PathBuf::from(unix);
        let info = text(&Connection::open(&Endpoint::Unix(unix.clone()))?.command(["INFO", "server"])?);
        // A Valkey also tells which Redis it stands for.
        let (family, version) = match info_field(&info, "valkey_version") {
            Some(version) => (Family::Valkey, Some(version)),
            None => (Family::Redis, info_field(&info, "redis_version")),
        };
        let version = version.and_then(|version| version.parse().ok());
        let version = version.ok_or_else(|| Error::Missing(format!("no version in INFO of {addr}")))?;
        Ok(SharedServer { addr, unix, family, version, _private: None })
    }
}
