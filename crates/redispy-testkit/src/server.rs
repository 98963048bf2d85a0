//! Real servers: started for a test, tormented by it, gone with it.

use std::ffi::{OsStr, OsString};
use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use resp_proto::Frame;
use rustix::process::Signal;
use tempfile::TempDir;

use crate::catalog::{Family, Release, Version};
use crate::process::Process;
use crate::{Binaries, Connection, Endpoint, Error, text, wait_until};

/// How often a start is tried again when another process took the port that was found free.
const PORT_ATTEMPTS: usize = 5;

/// What to start: a server program and its options. Made by [`Server::builder`].
///
/// Without options the server listens on a free port of 127.0.0.1 and on a Unix socket in a private directory, reads
/// no configuration file, stores nothing, and permits `DEBUG`.
#[derive(Debug, Clone)]
#[must_use = "nothing runs before start"]
pub struct ServerBuilder {
    binaries: Option<Binaries>,
    release: Option<Release>,
    port: Option<u16>,
    password: Option<String>,
    master: Option<u16>,
    options: Vec<OsString>,
    config: Option<String>,
    patience: Duration,
    loading_is_ready: bool,
    slow_loading: Option<Duration>,
}

impl ServerBuilder {
    /// Runs this program instead of [`Binaries::default_server`].
    pub fn binaries(mut self, binaries: Binaries) -> Self {
        self.binaries = Some(binaries);
        self
    }

    /// Runs this release of the matrix, fetched if need be.
    pub fn release(mut self, release: Release) -> Self {
        self.release = Some(release);
        self
    }

    /// Listens on this port instead of a free one; 0 is Unix socket only.
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Sets a configuration option, `option("maxmemory", "1mb")`. The value is split at spaces, as in a configuration
    /// file: `option("client-output-buffer-limit", "normal 4mb 2mb 1")`.
    pub fn option(mut self, name: &str, value: &str) -> Self {
        self.options.push(format!("--{name}").into());
        if value.is_empty() {
            self.options.push(OsString::new());
        }
        self.options.extend(value.split_whitespace().map(OsString::from));
        self
    }

    /// Appends one word to the command line as it is.
    pub fn arg(mut self, word: impl AsRef<OsStr>) -> Self {
        self.options.push(word.as_ref().to_owned());
        self
    }

    /// Demands this password (`requirepass`), which [`Server::connect`] then gives.
    pub fn password(mut self, password: &str) -> Self {
        self.password = Some(password.to_owned());
        self
    }

    /// Makes it a replica of `master`, with the password that `master` was started with.
    pub fn replica_of(mut self, master: &Server) -> Self {
        self.master = Some(master.port());
        match &master.settings().password {
            Some(password) => {
                let password = password.clone();
                self.arg("--masterauth").arg(password)
            }
            None => self,
        }
    }

    /// Starts a Sentinel that watches no master yet. [`SentinelRig`](crate::SentinelRig) starts those that do.
    pub fn sentinel(self) -> Self {
        self.sentinel_of(String::new())
    }

    /// Starts a Sentinel with this text as its configuration file.
    pub(crate) fn sentinel_of(self, config: String) -> Self {
        self.config(config).arg("--sentinel")
    }

    /// Writes this text to a file that becomes the server's configuration file, which a Sentinel rewrites.
    fn config(mut self, text: String) -> Self {
        self.config = Some(text);
        self
    }

    /// How long a start may take; 10 s unless set.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Takes a server that answers `LOADING` for started; otherwise the start waits until its data is loaded.
    pub fn loading_is_ready(mut self) -> Self {
        self.loading_is_ready = true;
        self
    }

    /// Loads a stored data set slowly, so long for each key, and answers `LOADING` meanwhile.
    ///
    /// Before 7.0 a loading server looks up once in 2 MiB of its dump only; dumps are not compressed with this option,
    /// so 1000 values of 4 KiB are enough for it to answer.
    pub fn slow_loading(mut self, per_key: Duration) -> Self {
        self.slow_loading = Some(per_key);
        self
    }

    /// Starts the server and waits until it answers.
    ///
    /// # Panics
    ///
    /// It does not start; the text holds its log.
    #[track_caller]
    pub fn start(self) -> Server {
        match self.try_start() {
            Ok(server) => server,
            Err(error) => panic!("{error}"),
        }
    }

    /// Starts the server and waits until it answers.
    ///
    /// # Errors
    ///
    /// There is no such server, or it does not start; the text holds its log.
    pub fn try_start(mut self) -> Result<Server, Error> {
        let binaries = match (self.binaries.take(), &self.release) {
            (Some(binaries), _) => binaries,
            (None, Some(release)) => release.binaries()?,
            (None, None) => Binaries::default_server()?,
        };
        let directory = tempfile::Builder::new()
            .prefix("redispy-")
            .tempdir()
            .map_err(Error::io("create a directory for a server"))?;
        let fixed = self.port;
        let mut attempts = 1;
        let (port, process) = loop {
            let port = match fixed {
                Some(port) => port,
                None => free_port()?,
            };
            match self.launch(&binaries, directory.path(), port) {
                Err(Error::Start { log, .. })
                    if fixed.is_none()
                        && attempts < PORT_ATTEMPTS
                        && log.contains("Address already in use") =>
                {
                    attempts += 1;
                }
                launched => break (port, launched?),
            }
        };
        Ok(Server { binaries, port, directory, state: Mutex::new(State { settings: self, process }) })
    }

    /// Starts the process and waits until it answers.
    fn launch(&self, binaries: &Binaries, directory: &Path, port: u16) -> Result<Process, Error> {
        let mut command = binaries.server_command();
        if let Some(text) = &self.config {
            let path = directory.join("server.conf");
            // A restarted Sentinel goes on with what it wrote itself.
            if !path.exists() {
                std::fs::write(&path, text).map_err(Error::io(format!("write {}", path.display())))?;
            }
            command.arg(path);
        }
        command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--daemonize", "no"]);
        command.arg("--unixsocket").arg(unix_socket(directory)).arg("--dir").arg(directory);
        if self.config.is_none() {
            command.args(["--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0"]);
            if binaries.version() >= Version::new(7, 0, 0) {
                command.args(["--enable-debug-command", "local"]);
            }
            if let Some(password) = &self.password {
                command.args(["--requirepass", password]);
            }
            if let Some(master) = self.master {
                command.args(["--replicaof", "127.0.0.1", &master.to_string()]);
            }
        }
        if let Some(per_key) = self.slow_loading {
            command.args(["--rdbcompression", "no", "--key-load-delay", &per_key.as_micros().to_string()]);
            if binaries.version() >= Version::new(7, 0, 0) {
                command.args(["--loading-process-events-interval-bytes", "1024"]);
            }
        }
        command.args(&self.options);
        // A socket of an earlier run would be taken for the new server's.
        let _none = std::fs::remove_file(unix_socket(directory));
        let mut process = Process::spawn(&command, directory)
            .map_err(Error::io(format!("run {}", binaries.server().display())))?;
        self.await_answer(binaries, directory, &mut process)?;
        Ok(process)
    }

    /// Asks by the Unix socket: a stranger may answer on the port while this server fails to get it.
    fn await_answer(
        &self,
        binaries: &Binaries,
        directory: &Path,
        process: &mut Process,
    ) -> Result<(), Error> {
        let endpoint = Endpoint::Unix(unix_socket(directory));
        let until = Instant::now() + self.patience;
        let failed = |reason: String, process: &Process| Error::Start {
            program: binaries.server().display().to_string(),
            reason,
            log: process.log(),
        };
        loop {
            if let Some(status) = process.ended().map_err(Error::io("look after a server"))? {
                return Err(failed(format!("it ended, {status}"), process));
            }
            let answered = Connection::open(&endpoint).and_then(|mut connection| {
                connection.set_timeout(self.patience)?;
                connection.command(["PING"])
            });
            match answered {
                Err(Error::Refused { text, .. }) if text.starts_with("LOADING") && !self.loading_is_ready => {
                }
                Ok(_) | Err(Error::Refused { .. }) => return Ok(()),
                Err(_not_yet) => {}
            }
            if Instant::now() > until {
                return Err(failed(format!("no answer within {:?}", self.patience), process));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// A running server. It is killed when this is dropped, and also when the test's process ends in any other way,
/// `SIGKILL` included.
#[derive(Debug)]
pub struct Server {
    binaries: Binaries,
    port: u16,
    /// Dropped before its directory, which a server that still ran would go on filling.
    state: Mutex<State>,
    directory: TempDir,
}

#[derive(Debug)]
struct State {
    settings: ServerBuilder,
    process: Process,
}

impl Server {
    /// What to start; see [`ServerBuilder`] for what it is without options.
    pub fn builder() -> ServerBuilder {
        ServerBuilder {
            binaries: None,
            release: None,
            port: None,
            password: None,
            master: None,
            options: Vec::new(),
            config: None,
            patience: Duration::from_secs(10),
            loading_is_ready: false,
            slow_loading: None,
        }
    }

    /// Starts the default server without options.
    ///
    /// # Panics
    ///
    /// It does not start; the text holds its log.
    #[track_caller]
    pub fn start() -> Server {
        Server::builder().start()
    }

    /// Its TCP address.
    pub fn addr(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// Its TCP port; 0 when it listens on its Unix socket only.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The path of its Unix socket.
    pub fn unix(&self) -> PathBuf {
        unix_socket(self.directory.path())
    }

    /// `redis://127.0.0.1:PORT`, without the password.
    pub fn url(&self) -> String {
        format!("redis://{}", self.addr())
    }

    /// Its private directory, where a dump or an append-only file goes.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Its program and the tools beside it.
    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    /// Its version, as its program tells it.
    pub fn version(&self) -> Version {
        self.binaries.version()
    }

    /// Redis or Valkey.
    pub fn family(&self) -> Family {
        self.binaries.family()
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.state().process.id()
    }

    /// Everything it printed since its first start.
    pub fn log(&self) -> String {
        self.state().process.log()
    }

    /// A connection of the test's own, by the Unix socket, with the password that the server was started with.
    ///
    /// # Errors
    ///
    /// It does not run or does not accept.
    pub fn connect(&self) -> Result<Connection, Error> {
        let mut connection = Connection::open(&Endpoint::Unix(self.unix()))?;
        if let Some(password) = &self.settings().password {
            connection.command(["AUTH", password])?;
        }
        Ok(connection)
    }

    /// Runs a command on a connection made for it.
    ///
    /// # Panics
    ///
    /// The server does not answer within 10 s or answers with an error.
    #[track_caller]
    pub fn command<A: AsRef<[u8]>>(&self, args: impl IntoIterator<Item = A>) -> Frame {
        match self.try_command(args) {
            Ok(reply) => reply,
            Err(error) => panic!("{error}"),
        }
    }

    /// Runs a command on a connection made for it.
    ///
    /// # Errors
    ///
    /// The server does not answer within 10 s or answers with an error.
    pub fn try_command<A: AsRef<[u8]>>(&self, args: impl IntoIterator<Item = A>) -> Result<Frame, Error> {
        self.connect()?.command(args)
    }

    /// A field of `INFO`; `None` when this server does not tell it.
    ///
    /// # Panics
    ///
    /// The server does not answer.
    #[track_caller]
    pub fn info(&self, field: &str) -> Option<String> {
        info_field(&text(&self.command(["INFO"])), field)
    }

    /// Waits until a replica is in step with its master.
    ///
    /// # Panics
    ///
    /// It is not within `within`.
    #[track_caller]
    pub fn wait_for_sync(&self, within: Duration) {
        wait_until("a replica in step with its master", within, || {
            self.info("master_link_status").as_deref() == Some("up")
        });
    }

    /// Stops it with `SIGSTOP`: the system still accepts connections for it, and nothing answers.
    ///
    /// # Panics
    ///
    /// It does not run.
    #[track_caller]
    pub fn pause(&self) {
        self.signal(Signal::STOP);
        wait_until("a stopped server", Duration::from_secs(5), || {
            self.state().process.state().is_ok_and(|state| state == 'T')
        });
    }

    /// Lets it go on after [`pause`](Self::pause).
    ///
    /// # Panics
    ///
    /// It does not run.
    #[track_caller]
    pub fn resume(&self) {
        self.signal(Signal::CONT);
    }

    /// Kills it with `SIGKILL`, paused or not, and waits until it is gone. Its data directory stays.
    ///
    /// # Panics
    ///
    /// The system refuses.
    #[track_caller]
    pub fn kill(&self) {
        if let Err(error) = self.state().process.kill() {
            panic!("kill a server: {error}");
        }
    }

    /// Whether its process lives.
    pub fn is_running(&self) -> bool {
        self.state().process.ended().is_ok_and(|status| status.is_none())
    }

    /// Waits until it ends by itself, after `SHUTDOWN` for example.
    ///
    /// # Panics
    ///
    /// It still runs after `within`.
    #[track_caller]
    pub fn wait_for_end(&self, within: Duration) -> ExitStatus {
        let mut ended = None;
        wait_until("the end of a server", within, || {
            ended = self.state().process.ended().unwrap_or_default();
            ended.is_some()
        });
        match ended {
            Some(status) => status,
            None => panic!("a server ended without a status"),
        }
    }

    /// Kills it if it runs, and starts it again with the same options, directory and port.
    ///
    /// # Panics
    ///
    /// It does not start.
    #[track_caller]
    pub fn restart(&self) {
        self.restart_with(|settings| settings);
    }

    /// Kills it if it runs, and starts it again in the same directory and on the same port with changed options. Of
    /// an option given twice the later one counts.
    ///
    /// # Panics
    ///
    /// It does not start.
    #[track_caller]
    pub fn restart_with(&self, change: impl FnOnce(ServerBuilder) -> ServerBuilder) {
        let mut state = self.state();
        if let Err(error) = state.process.kill() {
            panic!("kill a server: {error}");
        }
        state.settings = change(state.settings.clone());
        match state.settings.launch(&self.binaries, self.directory.path(), self.port) {
            Ok(process) => state.process = process,
            Err(error) => {
                drop(state);
                panic!("{error}");
            }
        }
    }

    #[track_caller]
    fn signal(&self, signal: Signal) {
        if let Err(error) = self.state().process.signal(signal) {
            panic!("signal a server: {error}");
        }
    }

    fn settings(&self) -> ServerBuilder {
        self.state().settings.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A test that panicked while it held the lock leaves a process that can still be killed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A field of the text that `INFO` answers.
pub(crate) fn info_field(info: &str, field: &str) -> Option<String> {
    info.lines()
        .filter_map(|line| line.split_once(':'))
        .find_map(|(name, value)| (name == field).then(|| value.trim_end().to_owned()))
}

/// A port that nothing listens on just now. It is given back, so another process may take it before the server does.
///
/// It lies below the range that the system gives to outgoing connections. A client that keeps trying to reach a
/// killed server could else be given that server's port for its own end, and take it or even reach itself.
fn free_port() -> Result<u16, Error> {
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let end =
        range.split_whitespace().next().and_then(|first| first.parse().ok()).unwrap_or(32_768).max(11_000);
    let ports = 10_000..end;
    // A random place to begin at, which std draws for its hash maps.
    let begin = RandomState::new().hash_one(0) % u64::from(end - 10_000);
    let begin = 10_000 + u16::try_from(begin).unwrap_or_default();
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    let found = (begin..end).chain(ports).find(is_free);
    found.ok_or_else(|| Error::Missing("no port of 127.0.0.1 is free".to_owned()))
}

fn unix_socket(directory: &Path) -> PathBuf {
    directory.join("socket")
}
