//! A client with its options set one by one.

use std::error::Error as StdError;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use redispy_cmd::Value;
use redispy_conn::{Address, Config, Connector, Pool, ProtocolChoice, RetryPolicy, Secret, Yielding};
use resp_proto::{Limits, Node};

use crate::callbacks::Callbacks;
use crate::observe::Options;
use crate::{Client, Hook, Result};

/// Builds a [`Client`]; made by [`Client::builder`]. Each option's default stands at the method of [`Config`] that it sets.
///
/// ```
/// use std::time::Duration;
/// use redispy::Client;
///
/// let client = Client::builder()
///     .host("10.0.0.5")
///     .port(6380)
///     .credentials("app", "secret")
///     .timeout(Duration::from_millis(200))
///     .max_connections(16)
///     .build()?;
/// # let _ = client;
/// # Ok::<(), redispy::Error>(())
/// ```
#[derive(Debug, Default)]
#[must_use = "a builder makes its client by `build()`"]
pub struct ClientBuilder {
    config: Config,
    callbacks: Callbacks,
    observe: Options,
    /// Each call has a connection to itself.
    pooled: bool,
}

impl ClientBuilder {
    /// Takes over everything that `config` says; what is set afterwards changes it.
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// Takes over everything that a URL says; see [`Client::open`].
    ///
    /// # Errors
    ///
    /// The URL is wrong: the error names the part.
    pub fn url(self, url: impl AsRef<str>) -> Result<Self> {
        Ok(self.config(url.as_ref().parse()?))
    }

    /// The server's host name or IP address; `localhost` by default. The port stays what it was, 6379 at first.
    pub fn host(self, host: impl Into<String>) -> Self {
        let port = match &self.config.address {
            Address::Tcp { port, .. } => *port,
            _ => redispy_conn::DEFAULT_PORT,
        };
        self.set(|config| config.with_address(Address::tcp(host, port)))
    }

    /// The server's TCP port; 6379 by default.
    pub fn port(self, port: u16) -> Self {
        let host = match &self.config.address {
            Address::Tcp { host, .. } => host.to_string(),
            _ => "localhost".into(),
        };
        self.set(|config| config.with_address(Address::tcp(host, port)))
    }

    /// A Unix socket instead of host and port.
    pub fn unix_socket(self, path: impl AsRef<Path>) -> Self {
        self.set(|config| config.with_address(Address::unix(path)))
    }

    /// See [`Config::with_password`].
    pub fn password(self, password: impl Into<Secret>) -> Self {
        self.set(|config| config.with_password(password))
    }

    /// See [`Config::with_credentials`].
    pub fn credentials(self, username: impl Into<String>, password: impl Into<Secret>) -> Self {
        self.set(|config| config.with_credentials(username, password))
    }

    /// See [`Config::with_db`].
    pub fn db(self, db: u32) -> Self {
        self.set(|config| config.with_db(db))
    }

    /// See [`Config::with_client_name`].
    pub fn client_name(self, name: impl Into<String>) -> Self {
        self.set(|config| config.with_client_name(name))
    }

    /// See [`Config::with_protocol`].
    pub fn protocol(self, protocol: ProtocolChoice) -> Self {
        self.set(|config| config.with_protocol(protocol))
    }

    /// See [`Config::with_client_info`].
    pub fn client_info(self, on: bool) -> Self {
        self.set(|config| config.with_client_info(on))
    }

    /// See [`Config::with_connect_timeout`].
    pub fn connect_timeout(self, timeout: impl Into<Option<Duration>>) -> Self {
        self.set(|config| config.with_connect_timeout(timeout))
    }

    /// See [`Config::with_timeout`].
    pub fn timeout(self, timeout: impl Into<Option<Duration>>) -> Self {
        self.set(|config| config.with_timeout(timeout))
    }

    /// See [`Config::with_nodelay`].
    pub fn nodelay(self, on: bool) -> Self {
        self.set(|config| config.with_nodelay(on))
    }

    /// See [`Config::with_keepalive`].
    pub fn keepalive(self, idle: impl Into<Option<Duration>>) -> Self {
        self.set(|config| config.with_keepalive(idle))
    }

    /// See [`Config::with_keepalive_interval`].
    pub fn keepalive_interval(self, interval: Duration) -> Self {
        self.set(|config| config.with_keepalive_interval(interval))
    }

    /// See [`Config::with_keepalive_retries`].
    pub fn keepalive_retries(self, retries: u32) -> Self {
        self.set(|config| config.with_keepalive_retries(retries))
    }

    /// See [`Config::with_user_timeout`].
    pub fn user_timeout(self, timeout: impl Into<Option<Duration>>) -> Self {
        self.set(|config| config.with_user_timeout(timeout))
    }

    /// See [`Config::with_limits`].
    pub fn limits(self, limits: Limits) -> Self {
        self.set(|config| config.with_limits(limits))
    }

    /// See [`Config::with_max_connections`]: those of the pool. The [shared](Self::shared_connections) ones come on top, so that 1 may
    /// mean two at the server.
    pub fn max_connections(self, connections: usize) -> Self {
        self.set(|config| config.with_max_connections(connections))
    }

    /// See [`Config::with_max_dials`].
    pub fn max_dials(self, dials: usize) -> Self {
        self.set(|config| config.with_max_dials(dials))
    }

    /// See [`Config::with_pool_timeout`].
    pub fn pool_timeout(self, timeout: impl Into<Option<Duration>>) -> Self {
        self.set(|config| config.with_pool_timeout(timeout))
    }

    /// See [`Config::with_max_idle`].
    pub fn max_idle(self, connections: usize) -> Self {
        self.set(|config| config.with_max_idle(connections))
    }

    /// See [`Config::with_max_idle_age`].
    pub fn max_idle_age(self, age: impl Into<Option<Duration>>) -> Self {
        self.set(|config| config.with_max_idle_age(age))
    }

    /// See [`Config::with_max_lifetime`].
    pub fn max_lifetime(self, lifetime: impl Into<Option<Duration>>) -> Self {
        self.set(|config| config.with_max_lifetime(lifetime))
    }

    /// Lets calls of all threads share a connection, as it is by default: what they send at the same time goes out together.
    /// Commands that block at the server, transactions, sessions and locks still have one of the pool to themselves, and so
    /// have pipelines of more than [`max_queued`](Self::max_queued) bytes.
    pub fn shared(mut self) -> Self {
        self.pooled = false;
        self
    }

    /// Gives each call a connection of the pool to itself, as the Python original does. Calls of many threads are slower then, but
    /// none waits behind another's large reply. URLs have no option for it: it belongs to the client, not to its connections.
    pub fn pooled(mut self) -> Self {
        self.pooled = true;
        self
    }

    /// See [`Config::with_shared_connections`].
    pub fn shared_connections(self, connections: usize) -> Self {
        self.set(|config| config.with_shared_connections(connections))
    }

    /// See [`Config::with_max_queued`].
    pub fn max_queued(self, bytes: usize) -> Self {
        self.set(|config| config.with_max_queued(bytes))
    }

    /// See [`Config::with_yielding`].
    pub fn yielding(self, yielding: Yielding) -> Self {
        self.set(|config| config.with_yielding(yielding))
    }

    /// See [`Config::with_verify_order`].
    pub fn verify_order(self, on: bool) -> Self {
        self.set(|config| config.with_verify_order(on))
    }

    /// See [`Config::with_retry`].
    pub fn retry(self, policy: RetryPolicy) -> Self {
        self.set(|config| config.with_retry(policy))
    }

    /// See [`Config::with_connector`]: one's own class of connections.
    pub fn connector(self, connector: Arc<dyn Connector>) -> Self {
        self.set(|config| config.with_connector(connector))
    }

    /// See [`Config::with_push_hook`].
    pub fn push_hook(self, hook: impl Fn(Node<'_>) + Send + Sync + 'static) -> Self {
        self.set(|config| config.with_push_hook(hook))
    }

    /// See [`Client::set_response_callback`].
    pub fn response_callback<F, E>(self, command: &str, callback: F) -> Self
    where
        F: Fn(Value) -> Result<Value, E> + Send + Sync + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        self.callbacks.set(command, callback);
        self
    }

    /// Sets a hook that sees each call of the client and its clones begin and end. Of several, the one set first is the first
    /// before a call, and the last after it.
    pub fn hook(mut self, hook: impl Hook) -> Self {
        self.observe.add(hook);
        self
    }

    /// Whether the client counts its calls and how long they take: [`Stats::calls`](crate::Stats::calls) has them. Off by default;
    /// it takes 40 KiB, and two looks at the clock for each call.
    pub fn measure_calls(mut self, on: bool) -> Self {
        self.observe.measure(on);
        self
    }

    /// The client. Nothing is connected yet.
    ///
    /// # Errors
    ///
    /// An option is wrong: the error names it.
    pub fn build(mut self) -> Result<Client> {
        let pool = Pool::new(std::mem::take(&mut self.config))?;
        let sharing = !self.pooled;
        Ok(self.assemble(pool, sharing))
    }

    /// The client on the connections of this pool, with the callbacks and hooks set here. Of the other options, those count with
    /// which the pool was made. Each call has a connection of the pool to itself.
    pub fn build_on(self, pool: Pool) -> Client {
        self.assemble(pool, false)
    }

    fn assemble(self, pool: Pool, sharing: bool) -> Client {
        let observers = self.observe.observers(pool.config());
        Client::assemble(pool, self.callbacks, observers, sharing)
    }

    fn set(mut self, change: impl FnOnce(Config) -> Config) -> Self {
        self.config = change(self.config);
        self
    }
}
