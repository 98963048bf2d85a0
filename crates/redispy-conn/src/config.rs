//! The options of connections and of their pool.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use resp_proto::{Limits, Node};

use crate::transport::SystemConnector;
use crate::{Address, Connector, Error, Result, RetryPolicy, TcpConfig};

/// How to connect to a server, and how to keep its connections.
///
/// Made from an [`Address`] or from a URL, then changed with the `with_` methods, each of which states its default. In a URL an
/// option has the name of its method without `with_`. What belongs to a client and not to its connections (whether calls share them,
/// hooks) is no option here nor in a URL: the builder of clients has it. The password shows up neither in `Debug` nor in `Display`; `Display` is the URL that makes the same configuration, but for
/// the password.
///
/// ```
/// use std::time::Duration;
/// use redispy_conn::{Address, Config};
///
/// let config = Config::new(Address::tcp("10.0.0.5", 6379))
///     .with_credentials("app", "secret")
///     .with_db(2)
///     .with_timeout(Duration::from_millis(500));
/// assert_eq!(config.to_string(), "redis://app@10.0.0.5:6379/2?timeout=500ms");
/// assert_eq!("redis://app:secret@10.0.0.5/2?timeout=0.5".parse::<Config>()?.to_string(), config.to_string());
/// # Ok::<(), redispy_conn::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// Where the server listens.
    pub address: Address,
    /// The ACL user, since Redis 6; the server's `default` user when `None`.
    pub username: Option<String>,
    /// The password, if the server wants one.
    pub password: Option<Secret>,
    /// The database that each connection selects; 0 by default.
    pub db: u32,
    /// The name that each connection gets (CLIENT SETNAME); none by default.
    pub client_name: Option<String>,
    /// The version of the protocol to speak; by default the newest that the server knows.
    pub protocol: ProtocolChoice,
    /// Whether to tell the server name and version of this library (CLIENT SETINFO, since Redis 7.2); on by default.
    pub client_info: bool,
    /// The longest that lookup, connect and handshake may take together; 5 s by default, `None` for no limit of its own.
    pub connect_timeout: Option<Duration>,
    /// The deadline of a call; 5 s by default, `None` for no limit.
    pub timeout: Option<Duration>,
    /// Options of TCP sockets.
    pub tcp: TcpConfig,
    /// How much a server may make us take in.
    pub limits: Limits,
    /// Options of the pool.
    pub pool: PoolConfig,
    /// Options of the connections that callers share.
    pub share: ShareConfig,
    /// When a failed command is sent again.
    pub retry: RetryPolicy,
    /// What opens connections; the operating system's sockets by default.
    pub connector: Option<Arc<dyn Connector>>,
    /// What is told of pushes that arrive besides replies; nothing by default.
    pub push_hook: Option<PushHook>,
}

/// Which version of the protocol to speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ProtocolChoice {
    /// RESP3, or RESP2 when the server does not know it: the default.
    #[default]
    Auto,
    /// RESP2 only: no HELLO is sent.
    Resp2,
    /// RESP3 only: a server that does not know it is an error.
    Resp3,
}

/// Options of the pool.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolConfig {
    /// The most connections of the pool at one time; 64 by default. Those that are [shared](ShareConfig::connections) come on top:
    /// a server that limits its clients (`maxclients`) sees up to the sum of both.
    pub max_connections: usize,
    /// The most connections that are being opened at one time; 8 by default.
    pub max_dials: usize,
    /// How long a call waits for a connection when all are out: `None`, the default, for until its deadline; zero for not
    /// at all.
    pub pool_timeout: Option<Duration>,
    /// How many unused connections are kept; as many as there may be by default.
    pub max_idle: usize,
    /// How long an unused connection is kept; 5 minutes by default, `None` for ever.
    pub max_idle_age: Option<Duration>,
    /// How long any connection is kept, up to a fifth less so that those made together do not end together; `None`, the
    /// default, for ever. It ends only between two calls.
    pub max_lifetime: Option<Duration>,
}

impl Default for PoolConfig {
    fn default() -> Self {
        PoolConfig {
            max_connections: 64,
            max_dials: 8,
            pool_timeout: None,
            max_idle: usize::MAX,
            max_idle_age: Some(Duration::from_secs(300)),
            max_lifetime: None,
        }
    }
}

/// Options of the connections that many callers share.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShareConfig {
    /// How many connections are shared; 1 by default. Each call takes the one with the fewest calls under way. They are not counted
    /// in [`max_connections`](PoolConfig::max_connections).
    pub connections: usize,
    /// How many bytes may be queued on one of them and not written; 1 MiB by default. A call that finds no room waits for it
    /// within its deadline; one that is larger by itself waits until nothing else is queued.
    pub max_queued: usize,
    /// Whether callers look again a few times before they sleep.
    pub yielding: Yielding,
    /// Whether replies are proved to be in step with commands; off by default. Every 64 calls an `ECHO` with a number that nobody can guess
    /// goes along, and a reply other than that ends the connection: all who wait for theirs get an error, and so do those answered in
    /// the same read since the last proof. A marker that the server refuses proves nothing.
    pub verify_order: bool,
}

/// Whether a caller that waits for its reply on a shared connection lets other threads run and looks again, up to four times,
/// before it sleeps. To be woken costs a thread more than the whole rest of a call; but where other programs want the processor,
/// each look may cost a time slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Yielding {
    /// As long as it makes calls faster, which is measured all the time: the default.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Default for ShareConfig {
    fn default() -> Self {
        ShareConfig { connections: 1, max_queued: 1 << 20, yielding: Yielding::Auto, verify_order: false }
    }
}

/// A password. Neither `Debug` nor anything else prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// The password itself.
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }
}

impl<T: Into<Vec<u8>>> From<T> for Secret {
    fn from(password: T) -> Self {
        Secret(password.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

/// A function that sees each push that arrives besides the replies. It runs on the thread that reads the connection.
#[derive(Clone)]
pub struct PushHook(Arc<dyn Fn(Node<'_>) + Send + Sync>);

impl PushHook {
    /// A hook that calls `function`.
    pub fn new(function: impl Fn(Node<'_>) + Send + Sync + 'static) -> Self {
        PushHook(Arc::new(function))
    }

    pub(crate) fn call(&self, push: Node<'_>) {
        (self.0)(push);
    }
}

impl fmt::Debug for PushHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PushHook")
    }
}

impl Default for Config {
    /// A server on this machine, with the defaults of every option.
    fn default() -> Self {
        Config::new(Address::default())
    }
}

impl Config {
    /// The default options for the server at `address`.
    pub fn new(address: Address) -> Self {
        Config {
            address,
            username: None,
            password: None,
            db: 0,
            client_name: None,
            protocol: ProtocolChoice::Auto,
            client_info: true,
            connect_timeout: Some(Duration::from_secs(5)),
            timeout: Some(Duration::from_secs(5)),
            tcp: TcpConfig::default(),
            limits: Limits::default(),
            pool: PoolConfig::default(),
            share: ShareConfig::default(),
            retry: RetryPolicy::default(),
            connector: None,
            push_hook: None,
        }
    }

    /// Sets the address.
    #[must_use]
    pub fn with_address(mut self, address: Address) -> Self {
        self.address = address;
        self
    }

    /// Sets the password of the server's `default` user; none by default. An empty one counts as none.
    #[must_use]
    pub fn with_password(mut self, password: impl Into<Secret>) -> Self {
        self.password = Some(password.into()).filter(|password| !password.0.is_empty());
        self
    }

    /// Sets ACL user and password (since Redis 6); none by default.
    #[must_use]
    pub fn with_credentials(mut self, username: impl Into<String>, password: impl Into<Secret>) -> Self {
        self.username = Some(username.into());
        self.password = Some(password.into());
        self
    }

    /// Sets the database; 0 by default.
    #[must_use]
    pub fn with_db(mut self, db: u32) -> Self {
        self.db = db;
        self
    }

    /// Sets the connections' name (CLIENT SETNAME); none by default. It consists of printable ASCII without spaces.
    #[must_use]
    pub fn with_client_name(mut self, name: impl Into<String>) -> Self {
        self.client_name = Some(name.into());
        self
    }

    /// Sets the protocol; [`ProtocolChoice::Auto`] by default.
    #[must_use]
    pub fn with_protocol(mut self, protocol: ProtocolChoice) -> Self {
        self.protocol = protocol;
        self
    }

    /// Whether to send CLIENT SETINFO; on by default.
    #[must_use]
    pub fn with_client_info(mut self, on: bool) -> Self {
        self.client_info = on;
        self
    }

    /// Sets the longest that lookup, connect and handshake may take together; 5 s by default, `None` for no limit.
    #[must_use]
    pub fn with_connect_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.connect_timeout = timeout.into();
        self
    }

    /// Sets the deadline of a call; 5 s by default, `None` for no limit.
    #[must_use]
    pub fn with_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeout = timeout.into();
        self
    }

    /// Whether to set `TCP_NODELAY`; on by default.
    #[must_use]
    pub fn with_nodelay(mut self, on: bool) -> Self {
        self.tcp.nodelay = on;
        self
    }

    /// Sets the idle time before TCP probes the peer; 15 s by default, `None` for no probes.
    #[must_use]
    pub fn with_keepalive(mut self, idle: impl Into<Option<Duration>>) -> Self {
        self.tcp.keepalive = idle.into();
        self
    }

    /// Sets the time between two TCP probes; 5 s by default.
    #[must_use]
    pub fn with_keepalive_interval(mut self, interval: Duration) -> Self {
        self.tcp.keepalive_interval = interval;
        self
    }

    /// Sets how many TCP probes may stay unanswered; 3 by default.
    #[must_use]
    pub fn with_keepalive_retries(mut self, retries: u32) -> Self {
        self.tcp.keepalive_retries = retries;
        self
    }

    /// Sets how long sent bytes may stay unacknowledged; 30 s by default, `None` for the system's rule.
    #[must_use]
    pub fn with_user_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.tcp.user_timeout = timeout.into();
        self
    }

    /// Sets the limits on replies; [`Limits::default`] by default. A reply beyond them ends its connection; where it is a shared one,
    /// the calls of others that are under way there fail too, and may have been executed.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the most connections of the pool; 64 by default, at least 1. [Shared](Self::with_shared_connections) ones come on top: a
    /// server sees up to the sum of both, and one more for each [`Pool::open_beside`](crate::Pool::open_beside).
    #[must_use]
    pub fn with_max_connections(mut self, connections: usize) -> Self {
        self.pool.max_connections = connections;
        self
    }

    /// Sets the most connections that are being opened at one time; 8 by default, at least 1.
    #[must_use]
    pub fn with_max_dials(mut self, dials: usize) -> Self {
        self.pool.max_dials = dials;
        self
    }

    /// Sets how long a call waits for a free connection: `None`, the default, for until its deadline; zero for not at all.
    #[must_use]
    pub fn with_pool_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.pool.pool_timeout = timeout.into();
        self
    }

    /// Sets how many unused connections are kept; all by default.
    #[must_use]
    pub fn with_max_idle(mut self, connections: usize) -> Self {
        self.pool.max_idle = connections;
        self
    }

    /// Sets how long an unused connection is kept; 5 minutes by default, `None` for ever.
    #[must_use]
    pub fn with_max_idle_age(mut self, age: impl Into<Option<Duration>>) -> Self {
        self.pool.max_idle_age = age.into();
        self
    }

    /// Sets how long any connection is kept, up to a fifth less by chance; `None`, the default, for ever.
    #[must_use]
    pub fn with_max_lifetime(mut self, lifetime: impl Into<Option<Duration>>) -> Self {
        self.pool.max_lifetime = lifetime.into();
        self
    }

    /// Sets how many connections are shared by many callers; 1 by default, at least 1. They are counted apart from
    /// [`max_connections`](Self::with_max_connections).
    #[must_use]
    pub fn with_shared_connections(mut self, connections: usize) -> Self {
        self.share.connections = connections;
        self
    }

    /// Sets how many bytes may be queued on a shared connection and not written; 1 MiB by default.
    #[must_use]
    pub fn with_max_queued(mut self, bytes: usize) -> Self {
        self.share.max_queued = bytes;
        self
    }

    /// Sets whether callers of a shared connection look again a few times before they sleep; [`Yielding::Auto`] by default.
    #[must_use]
    pub fn with_yielding(mut self, yielding: Yielding) -> Self {
        self.share.yielding = yielding;
        self
    }

    /// Sets whether replies on shared connections are [proved to be in step](ShareConfig::verify_order); off by default.
    #[must_use]
    pub fn with_verify_order(mut self, on: bool) -> Self {
        self.share.verify_order = on;
        self
    }

    /// Sets when a failed command is sent again; [`RetryPolicy::default`] by default.
    #[must_use]
    pub fn with_retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets what opens connections; the operating system's sockets by default.
    #[must_use]
    pub fn with_connector(mut self, connector: Arc<dyn Connector>) -> Self {
        self.connector = Some(connector);
        self
    }

    /// Sets a function that sees each push that arrives besides the replies; none by default.
    #[must_use]
    pub fn with_push_hook(mut self, hook: impl Fn(Node<'_>) + Send + Sync + 'static) -> Self {
        self.push_hook = Some(PushHook::new(hook));
        self
    }

    /// What to connect with: the configured connector, or the system's sockets.
    pub(crate) fn connector(&self) -> Arc<dyn Connector> {
        match &self.connector {
            Some(connector) => Arc::clone(connector),
            None => Arc::new(SystemConnector::new(self.tcp.clone())),
        }
    }

    /// What no server would accept is refused before anything is sent.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config), naming the option.
    pub fn validate(&self) -> Result<()> {
        if self.username.is_some() && self.password.is_none() {
            return Err(Error::config(
                "a user name needs a password: redis://user:password@host, or redis://:password@host without a user",
            ));
        }
        if let Some(name) = &self.client_name
            && !name.bytes().all(|byte| byte.is_ascii_graphic())
        {
            return Err(Error::config("client_name must be printable ASCII without spaces"));
        }
        for (name, timeout) in [("timeout", self.timeout), ("connect_timeout", self.connect_timeout)] {
            if timeout == Some(Duration::ZERO) {
                return Err(Error::config(format!("{name} must be above zero, or none")));
            }
        }
        self.tcp.validate()?;
        if self.pool.max_connections == 0 {
            return Err(Error::config("max_connections must be at least 1"));
        }
        if self.share.connections == 0 {
            return Err(Error::config("shared_connections must be at least 1"));
        }
        if self.pool.max_dials == 0 {
            return Err(Error::config("max_dials must be at least 1"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_system_would_accept_is_refused_by_name() {
        for (option, text) in [
            ("timeout=0", "timeout must be above zero, or none"),
            ("connect_timeout=0s", "connect_timeout must be above zero, or none"),
            ("keepalive=0", "keepalive must be from 1 to 32767 seconds"),
            ("keepalive=999ms", "keepalive must be from 1 to 32767 seconds"),
            ("keepalive=32768", "keepalive must be from 1 to 32767 seconds"),
            ("keepalive_interval=0", "keepalive_interval must be from 1 to 32767 seconds"),
            ("keepalive_retries=0", "keepalive_retries must be from 1 to 127"),
            ("keepalive_retries=128", "keepalive_retries must be from 1 to 127"),
            ("user_timeout=0", "user_timeout must be from 1 ms to 24 days, or none"),
            ("user_timeout=999us", "user_timeout must be from 1 ms to 24 days, or none"),
            ("user_timeout=25d", "invalid URL: option `user_timeout` must be"),
            ("user_timeout=36000m", "user_timeout must be from 1 ms to 24 days, or none"),
            ("max_connections=1&max_dials=1&client_name=a%20b", "client_name must be printable ASCII"),
        ] {
            let config = format!("redis://h?{option}").parse::<Config>();
            let error = config.and_then(|config| config.validate()).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Config);
            assert!(error.to_string().starts_with(text), "{option}: {error}");
        }
        let extremes =
            "keepalive=32767&keepalive_interval=1&keepalive_retries=127&user_timeout=1ms&timeout=1us";
        for option in [
            extremes,
            "keepalive=none&keepalive_retries=0",
            "user_timeout=none&timeout=none",
            "pool_timeout=0",
        ] {
            format!("redis://h?{option}").parse::<Config>().unwrap().validate().unwrap();
        }
    }

    #[test]
    fn the_system_accepts_what_is_not_refused() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = Address::tcp("127.0.0.1", listener.local_addr().unwrap().port());
        for (seconds, retries, patience) in [(1, 1, 1), (32767, 127, 24 * 86_400_000)] {
            let tcp = TcpConfig {
                keepalive: Some(Duration::from_secs(seconds)),
                keepalive_interval: Duration::from_secs(seconds),
                keepalive_retries: retries,
                user_timeout: Some(Duration::from_millis(patience)),
                ..TcpConfig::default()
            };
            tcp.validate().unwrap();
            let attempt = crate::Attempt::new(crate::Deadline::after(Duration::from_secs(10)));
            crate::TcpConnector::new(tcp).connect(&address, &attempt).unwrap();
        }
    }
}
