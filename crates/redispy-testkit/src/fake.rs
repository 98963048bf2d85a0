//! A scripted server: it plays lists of bytes and records what it was sent.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use resp_proto::RequestDecoder;
use tempfile::TempDir;

use crate::script::{Step, show};
use crate::wire::Listener;
use crate::{Answer, Endpoint, Handshake, Script, Stream, escape, wait_until};

/// How often a waiting script looks whether the test has ended.
const TICK: Duration = Duration::from_millis(10);

/// A server on loopback that plays a [`Script`] per connection.
///
/// Dropping it ends all of it and fails the test when something did not go by the scripts: a mismatch, a script that
/// was not played to its end or not at all, a connection too many.
///
/// ```
/// use redispy_testkit::{Connection, FakeServer, Script};
///
/// let server = FakeServer::start([Script::new().expect(["PING"]).send("+PONG\r\n")]);
/// let mut connection = Connection::open(&server.endpoint())?;
/// assert_eq!(redispy_testkit::text(&connection.command(["PING"])?), "PONG");
/// assert_eq!(server.commands(0), [["PING"]]);
/// # Ok::<(), redispy_testkit::Error>(())
/// ```
#[derive(Debug)]
pub struct FakeServer {
    endpoint: Endpoint,
    shared: Arc<Shared>,
    listener: Option<JoinHandle<()>>,
    /// Where the Unix socket lies.
    _directory: Option<TempDir>,
}

#[derive(Debug)]
struct Shared {
    scripts: Vec<Script>,
    /// What further connections play; without it they are mismatches.
    otherwise: Option<Script>,
    ended: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    connections: Vec<Record>,
    mismatches: Vec<String>,
}

/// What happened on one connection.
#[derive(Debug)]
struct Record {
    received: Vec<u8>,
    commands: Vec<Vec<Vec<u8>>>,
    played: bool,
    /// Another handle on the socket, to wake its player at the end.
    wake: Option<Stream>,
}

impl FakeServer {
    /// Listens on TCP and plays these scripts, one per connection, in the order in which connections are accepted.
    ///
    /// # Panics
    ///
    /// The system has no port left.
    #[track_caller]
    pub fn start(scripts: impl IntoIterator<Item = Script>) -> FakeServer {
        FakeServer::launch(Listener::tcp(), None, scripts, None)
    }

    /// Plays these scripts, and then `otherwise` on every further connection.
    ///
    /// # Panics
    ///
    /// The system has no port left.
    #[track_caller]
    pub fn start_then(scripts: impl IntoIterator<Item = Script>, otherwise: Script) -> FakeServer {
        FakeServer::launch(Listener::tcp(), None, scripts, Some(otherwise))
    }

    /// Listens on a Unix socket in a private directory, and plays these scripts, one per connection.
    ///
    /// # Panics
    ///
    /// The socket cannot be made.
    #[track_caller]
    pub fn start_unix(scripts: impl IntoIterator<Item = Script>) -> FakeServer {
        let directory = match tempfile::Builder::new().prefix("redispy-").tempdir() {
            Ok(directory) => directory,
            Err(error) => panic!("create a directory for a fake server: {error}"),
        };
        let listener = Listener::unix(&directory.path().join("socket"));
        FakeServer::launch(listener, Some(directory), scripts, None)
    }

    /// Grants every handshake and answers every other command on every connection by `answer`.
    ///
    /// ```
    /// use redispy_testkit::FakeServer;
    ///
    /// let server = FakeServer::answering(|command| match command[0].as_slice() {
    ///     b"GET" => "$1\r\nv\r\n",
    ///     _ => "+OK\r\n",
    /// });
    /// ```
    ///
    /// # Panics
    ///
    /// The system has no port left.
    #[track_caller]
    pub fn answering<A: Into<Answer>>(
        answer: impl Fn(&[Vec<u8>]) -> A + Send + Sync + 'static,
    ) -> FakeServer {
        FakeServer::start_then([], Script::new().handshake(Handshake::Resp3).respond(answer))
    }

    #[track_caller]
    fn launch(
        listener: io::Result<Listener>,
        directory: Option<TempDir>,
        scripts: impl IntoIterator<Item = Script>,
        otherwise: Option<Script>,
    ) -> FakeServer {
        let bound = listener.and_then(|listener| Ok((listener.endpoint()?, listener)));
        let (endpoint, listener) = match bound {
            Ok(bound) => bound,
            Err(error) => panic!("listen for a fake server: {error}"),
        };
        let shared = Arc::new(Shared {
            scripts: scripts.into_iter().collect(),
            otherwise,
            ended: AtomicBool::new(false),
            state: Mutex::default(),
        });
        let thread = thread::spawn({
            let shared = Arc::clone(&shared);
            move || accept_all(&listener, &shared)
        });
        FakeServer { endpoint, shared, listener: Some(thread), _directory: directory }
    }

    /// Where it listens.
    pub fn endpoint(&self) -> Endpoint {
        self.endpoint.clone()
    }

    /// Its TCP address.
    ///
    /// # Panics
    ///
    /// It listens on a Unix socket.
    #[track_caller]
    pub fn addr(&self) -> SocketAddr {
        match &self.endpoint {
            Endpoint::Tcp(addr) => *addr,
            Endpoint::Unix(path) => panic!("the fake server listens on {}", path.display()),
        }
    }

    /// The path of its Unix socket.
    ///
    /// # Panics
    ///
    /// It listens on TCP.
    #[track_caller]
    pub fn unix(&self) -> PathBuf {
        match &self.endpoint {
            Endpoint::Unix(path) => path.clone(),
            Endpoint::Tcp(addr) => panic!("the fake server listens on {addr}"),
        }
    }

    /// `redis://127.0.0.1:PORT`.
    ///
    /// # Panics
    ///
    /// It listens on a Unix socket.
    #[track_caller]
    pub fn url(&self) -> String {
        format!("redis://{}", self.addr())
    }

    /// How many connections it has accepted.
    pub fn connections(&self) -> usize {
        self.shared.state().connections.len()
    }

    /// All bytes that the connection of this number, counted from 0, sent so far.
    pub fn received(&self, connection: usize) -> Vec<u8> {
        self.shared
            .state()
            .connections
            .get(connection)
            .map(|record| record.received.clone())
            .unwrap_or_default()
    }

    /// The commands that scripts have read from the connection of this number, counted from 0, as text; the
    /// handshake included, what [`Script::expect_bytes`] took not.
    pub fn commands(&self, connection: usize) -> Vec<Vec<String>> {
        let text = |command: &Vec<Vec<u8>>| {
            command.iter().map(|arg| String::from_utf8_lossy(arg).into_owned()).collect::<Vec<_>>()
        };
        let state = self.shared.state();
        state
            .connections
            .get(connection)
            .map(|record| record.commands.iter().map(text).collect())
            .unwrap_or_default()
    }

    /// Waits until every script was played to its end, then ends the server.
    ///
    /// # Panics
    ///
    /// One was not within `within`, or something did not go by the scripts.
    #[track_caller]
    pub fn finish(self, within: Duration) {
        wait_until("the end of all scripts", within, || {
            let state = self.shared.state();
            !state.mismatches.is_empty()
                || state.connections.iter().filter(|record| record.played).count()
                    >= self.shared.scripts.len()
        });
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        {
            // The listener is inside accept and leaves when somebody comes. Under the lock, for then this connection
            // is the last of the queue when the end is seen.
            let _state = self.shared.state();
            let _listener_is_gone = self.endpoint.connect(Duration::from_secs(1));
            self.shared.ended.store(true, Ordering::SeqCst);
        }
        if let Some(listener) = self.listener.take() {
            // A panic inside was printed by its thread.
            let _panicked = listener.join();
        }
        let mut state = self.shared.state();
        let used = state.connections.len();
        for unused in (used..self.shared.scripts.len()).map(|at| at + 1) {
            state.mismatches.push(format!("script {unused} was never played: no connection came"));
        }
        if state.mismatches.is_empty() {
            return;
        }
        let mut report = String::from("the fake server's scripts were not followed:");
        for mismatch in &state.mismatches {
            // Writing to a String cannot fail.
            let _written = write!(report, "\n{mismatch}");
        }
        drop(state);
        if thread::panicking() {
            eprintln!("{report}");
        } else {
            panic!("{report}");
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }
}

/// Accepts until the end, what waits in the queue then included, and then waits for all players.
fn accept_all(listener: &Listener, shared: &Arc<Shared>) {
    let mut players = Vec::new();
    while let Ok(stream) = listener.accept() {
        let state = shared.state();
        if !shared.has_ended() {
            players.extend(admit(stream, state, shared));
            continue;
        }
        drop(state);
        let mut queued = vec![stream];
        if listener.set_nonblocking().is_ok() {
            queued.extend(std::iter::from_fn(|| listener.accept().ok()));
        }
        queued.pop(); // the one that told of the end
        for stream in queued {
            players.extend(admit(stream, shared.state(), shared));
        }
        break;
    }
    for record in &shared.state().connections {
        if let Some(stream) = &record.wake {
            // What already came can still be read; then a waiting read sees the end.
            let _closed = stream.shutdown(Shutdown::Both);
        }
    }
    for player in players {
        // A panic inside was printed by its thread.
        let _panicked = player.join();
    }
}

/// Starts the player of a new connection.
fn admit(stream: Stream, mut state: MutexGuard<'_, State>, shared: &Arc<Shared>) -> Option<JoinHandle<()>> {
    let number = state.connections.len();
    let script = shared.scripts.get(number).or(shared.otherwise.as_ref()).cloned();
    let wake = if script.is_some() { stream.try_clone().ok() } else { None };
    state.connections.push(Record { received: Vec::new(), commands: Vec::new(), played: false, wake });
    let Some(script) = script else {
        state.mismatches.push(format!("connection {} was not expected", number + 1));
        return None;
    };
    let shared = Arc::clone(shared);
    Some(thread::spawn(move || Player::new(stream, number, shared).play(&script)))
}

/// Why a script stops before its end.
enum Stop {
    /// It closed the connection itself, or its last step was cut short by the end of the test.
    Done,
    Mismatch(String),
}

/// Plays one script on one connection.
struct Player {
    stream: Stream,
    number: usize,
    shared: Arc<Shared>,
    handshake: Option<Handshake>,
    decoder: RequestDecoder,
    /// How many of the received bytes the decoder has, and how many of them steps have taken.
    fed: usize,
    taken: usize,
    /// How many bytes the command read last has.
    last: usize,
}

impl Player {
    fn new(stream: Stream, number: usize, shared: Arc<Shared>) -> Self {
        let decoder = RequestDecoder::default();
        Player { stream, number, shared, handshake: None, decoder, fed: 0, taken: 0, last: 0 }
    }

    fn play(mut self, script: &Script) {
        let mut stopped = None;
        for (at, step) in script.steps.iter().enumerate() {
            if let Err(stop) = self.step(step) {
                stopped = Some((format!(", step {} ({step})", at + 1), stop));
                break;
            }
        }
        let (place, stop) = stopped.unwrap_or_else(|| (", after its script".to_owned(), self.play_rest()));
        let number = self.number;
        let mut state = self.shared.state();
        if let Stop::Mismatch(what) = stop {
            state.mismatches.push(format!("connection {}{place}: {what}", number + 1));
        }
        if let Some(record) = state.connections.get_mut(number) {
            record.played = true;
            record.wake = None;
        }
    }

    fn step(&mut self, step: &Step) -> Result<(), Stop> {
        match step {
            Step::Handshake(handshake) => {
                self.handshake = Some(*handshake);
                self.answer_handshake()
            }
            Step::Command(expected) => match self.next_command()? {
                Some(command) if command == *expected => Ok(()),
                Some(command) => Err(mismatch(&show(expected), &show(&command))),
                None => Err(self.ended_instead(&show(expected))),
            },
            Step::Bytes(expected) => self.expect_bytes(expected),
            Step::End => match self.next_command()? {
                None if !self.shared.has_ended() => Ok(()),
                None => Err(Stop::Mismatch("the test ended and the connection was still open".to_owned())),
                Some(command) => Err(mismatch("the end of the stream", &show(&command))),
            },
            Step::Send { bytes, size, pause } => {
                for (at, slice) in bytes.chunks(*size).enumerate() {
                    if at > 0 {
                        thread::sleep(*pause);
                    }
                    self.send(slice)?;
                }
                Ok(())
            }
            Step::Delay(time) => {
                thread::sleep(*time);
                Ok(())
            }
            Step::Hang => {
                self.forget_wake();
                while !self.shared.has_ended() {
                    thread::sleep(TICK);
                }
                Err(Stop::Done)
            }
            Step::Close => Err(self.close()),
            Step::Reset => Err(self.reset()),
            Step::HalfClose => self.stream.shutdown(Shutdown::Write).map_err(|error| lost(&error)),
            Step::Respond(responder) => loop {
                let Some(command) = self.next_command()? else { return Err(Stop::Done) };
                match (responder.0)(&command) {
                    Answer::Send(bytes) => self.send(&bytes)?,
                    Answer::SendAndClose(bytes) => {
                        self.send(&bytes)?;
                        return Err(self.close());
                    }
                    Answer::SendAndReset(bytes) => {
                        self.send(&bytes)?;
                        return Err(self.reset());
                    }
                    Answer::Silence => {}
                }
            },
            Step::Open(gate) => {
                gate.open();
                Ok(())
            }
            Step::WaitFor(gate) => {
                while !gate.wait(TICK) {
                    if self.shared.has_ended() {
                        return Err(Stop::Mismatch("the test ended and it was still closed".to_owned()));
                    }
                }
                Ok(())
            }
        }
    }

    /// After the last step: nothing more may come.
    fn play_rest(&mut self) -> Stop {
        match self.next_command() {
            Ok(Some(command)) => mismatch("nothing more", &show(&command)),
            Ok(None) => Stop::Done,
            Err(stop) => stop,
        }
    }

    /// Waits for the first command, and answers those of a handshake that are there.
    fn answer_handshake(&mut self) -> Result<(), Stop> {
        let mut wait = true;
        while let Some(command) = self.read_command(wait)? {
            if !self.answer_opening(&command)? {
                // It belongs to the next step.
                self.untake();
                break;
            }
            wait = false;
        }
        Ok(())
    }

    /// The next command that is not one of the handshake; `None` at the end of the stream.
    fn next_command(&mut self) -> Result<Option<Vec<Vec<u8>>>, Stop> {
        loop {
            let Some(command) = self.read_command(true)? else { return Ok(None) };
            if !self.answer_opening(&command)? {
                return Ok(Some(command));
            }
        }
    }

    /// Answers `command` if it is one of a handshake that this script answers.
    fn answer_opening(&mut self, command: &[Vec<u8>]) -> Result<bool, Stop> {
        match self.handshake.and_then(|handshake| handshake.answer(command)) {
            Some(answer) => self.send(&answer).map(|()| true),
            None => Ok(false),
        }
    }

    /// One command; `None` at the end of the stream, or when it would have to be waited for and `wait` is false.
    fn read_command(&mut self, wait: bool) -> Result<Option<Vec<Vec<u8>>>, Stop> {
        loop {
            let malformed = |error| Stop::Mismatch(format!("the client sent what is no request: {error}"));
            if let Some(request) = self.decoder.next_request().map_err(malformed)? {
                let command: Vec<Vec<u8>> = request.args().map(<[u8]>::to_vec).collect();
                self.last = request.raw().len();
                self.taken += self.last;
                if let Some(record) = self.shared.state().connections.get_mut(self.number) {
                    record.commands.push(command.clone());
                }
                return Ok(Some(command));
            }
            if self.feed() {
                continue;
            }
            if !wait || !self.read()? {
                return Ok(None);
            }
        }
    }

    /// Gives the command read last back, to be read again.
    fn untake(&mut self) {
        if let Some(record) = self.shared.state().connections.get_mut(self.number) {
            record.commands.pop();
        }
        self.taken -= self.last;
        self.fed = self.taken;
        self.decoder = RequestDecoder::default();
    }

    fn expect_bytes(&mut self, expected: &[u8]) -> Result<(), Stop> {
        loop {
            let got: Vec<u8> = self.record(|record| {
                record.received.iter().skip(self.taken).take(expected.len()).copied().collect()
            });
            if !expected.starts_with(&got) {
                return Err(mismatch(&escape(expected), &escape(&got)));
            }
            if got.len() == expected.len() {
                self.taken += got.len();
                self.fed = self.taken;
                self.decoder = RequestDecoder::default();
                return Ok(());
            }
            if !self.read()? {
                let after = format!("{} (after {})", escape(expected), escape(&got));
                return Err(self.ended_instead(&after));
            }
        }
    }

    /// Hands the decoder what came since; tells whether there was any.
    fn feed(&mut self) -> bool {
        let fresh: Vec<u8> = self.record(|record| record.received.iter().skip(self.fed).copied().collect());
        self.fed += fresh.len();
        self.decoder.feed(&fresh);
        !fresh.is_empty()
    }

    /// Reads once into the record; false at the end of the stream.
    fn read(&mut self) -> Result<bool, Stop> {
        let mut buffer = [0; 16 * 1024];
        let count = match self.stream.read(&mut buffer) {
            Ok(count) => count,
            // Clients that give up may break off: for a script that is the end of the stream, too.
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => 0,
            Err(error) => return Err(lost(&error)),
        };
        let mut state = self.shared.state();
        if let Some(record) = state.connections.get_mut(self.number) {
            record.received.extend(buffer.iter().take(count));
        }
        Ok(count > 0)
    }

    /// A client that is gone does not stop the script: whether that is right is for the steps that read.
    fn send(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        match self.stream.write_all(bytes) {
            Err(error)
                if !matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe) =>
            {
                Err(lost(&error))
            }
            _ => Ok(()),
        }
    }

    /// Sends FIN. What was received is taken from the socket before it is closed, for else a RST goes out instead.
    fn close(&mut self) -> Stop {
        let fin = self.stream.shutdown(Shutdown::Write);
        let drain = self.stream.set_read_timeout(Some(Duration::from_millis(1)));
        if fin.is_ok() && drain.is_ok() {
            while let Ok(true) = self.read() {}
        }
        self.forget_wake();
        Stop::Done
    }

    fn reset(&mut self) -> Stop {
        self.forget_wake();
        match self.stream.reset_on_close() {
            Ok(()) => Stop::Done,
            Err(error) => lost(&error),
        }
    }

    /// A socket is closed only with its last handle.
    fn forget_wake(&self) {
        if let Some(record) = self.shared.state().connections.get_mut(self.number) {
            record.wake = None;
        }
    }

    fn record<T: Default>(&self, look: impl FnOnce(&Record) -> T) -> T {
        self.shared.state().connections.get(self.number).map(look).unwrap_or_default()
    }

    fn ended_instead(&self, expected: &str) -> Stop {
        let end = if self.shared.has_ended() { "the test ended" } else { "the client closed" };
        Stop::Mismatch(format!("\n  expected {expected}\n  but {end}"))
    }
}

fn mismatch(expected: &str, received: &str) -> Stop {
    let common = expected.bytes().zip(received.bytes()).take_while(|(a, b)| a == b).count();
    Stop::Mismatch(format!("\n  expected {expected}\n  received {received}\n           {:common$}^", ""))
}

fn lost(error: &io::Error) -> Stop {
    Stop::Mismatch(format!("the connection failed: {error}"))
}
