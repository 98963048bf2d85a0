//! What a scripted server does on one connection, step by step.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use resp_proto::{Frame, Protocol, encode_command};

use crate::escape;

/// One connection's play: what to expect, what to answer, how to misbehave. Steps run in the order of their calls.
///
/// At its end the connection stays open, and another command on it fails the test, unless the last step is
/// [`ignore_rest`](Self::ignore_rest) or one that closes.
///
/// ```
/// use redispy_testkit::{Handshake, Script};
///
/// // Answers GET with half a reply and a reset.
/// let script = Script::new().handshake(Handshake::Resp3).expect(["GET", "k"]).send("$5\r\nhel").reset();
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "a script is played by a FakeServer"]
pub struct Script {
    pub(crate) steps: Vec<Step>,
}

impl Script {
    /// A script that accepts and expects nothing.
    pub fn new() -> Self {
        Script::default()
    }

    /// Answers the commands that open a connection, in whatever order they come: `HELLO`, `AUTH`, `SELECT`,
    /// `CLIENT SETNAME`, `CLIENT SETINFO`, `CLIENT NO-EVICT` and `CLIENT NO-TOUCH`. Waits for the connection's first
    /// command and answers those of the handshake that arrived with it, be there any or none. Such commands that come
    /// later are answered too, and are never taken for what a later step expects.
    pub fn handshake(self, handshake: Handshake) -> Self {
        self.then(Step::Handshake(handshake))
    }

    /// Waits for exactly this command.
    pub fn expect<A: AsRef<[u8]>>(self, command: impl IntoIterator<Item = A>) -> Self {
        self.then(Step::Command(command.into_iter().map(|arg| arg.as_ref().to_vec()).collect()))
    }

    /// Waits for exactly these bytes, handshake included.
    pub fn expect_bytes(self, bytes: impl AsRef<[u8]>) -> Self {
        self.then(Step::Bytes(bytes.as_ref().to_vec()))
    }

    /// Waits until the client closes its side; anything it sends before is a mismatch.
    pub fn expect_end(self) -> Self {
        self.then(Step::End)
    }

    /// Sends these bytes at once.
    pub fn send(self, bytes: impl AsRef<[u8]>) -> Self {
        self.send_slices(bytes, usize::MAX, Duration::ZERO)
    }

    /// Sends these bytes in two parts, the first with `at` bytes, a moment apart.
    pub fn send_split(self, bytes: impl AsRef<[u8]>, at: usize) -> Self {
        let bytes = bytes.as_ref();
        let (first, second) = bytes.split_at(at.min(bytes.len()));
        self.send(first).delay(MOMENT).send(second)
    }

    /// Sends these bytes one by one, a moment apart.
    pub fn send_each_byte(self, bytes: impl AsRef<[u8]>) -> Self {
        self.send_slices(bytes, 1, MOMENT)
    }

    /// Sends these bytes in slices of `size`, with a pause between them.
    pub fn send_slices(self, bytes: impl AsRef<[u8]>, size: usize, pause: Duration) -> Self {
        self.then(Step::Send { bytes: bytes.as_ref().to_vec(), size: size.max(1), pause })
    }

    /// Does nothing for so long.
    pub fn delay(self, time: Duration) -> Self {
        self.then(Step::Delay(time))
    }

    /// Neither reads nor writes any more; the connection stays open until the test ends.
    pub fn hang(self) -> Self {
        self.then(Step::Hang)
    }

    /// Closes the connection in order (FIN).
    pub fn close(self) -> Self {
        self.then(Step::Close)
    }

    /// Breaks the connection off (RST).
    pub fn reset(self) -> Self {
        self.then(Step::Reset)
    }

    /// Closes the server's sending side and goes on reading.
    pub fn half_close(self) -> Self {
        self.then(Step::HalfClose)
    }

    /// Answers each further command by `answer`, until the client closes. After [`handshake`](Self::handshake) the
    /// opening commands are answered without it.
    pub fn respond<A: Into<Answer>>(self, answer: impl Fn(&[Vec<u8>]) -> A + Send + Sync + 'static) -> Self {
        self.then(Step::Respond(Responder(Arc::new(move |command| answer(command).into()))))
    }

    /// Reads and records whatever comes, until the client closes.
    pub fn ignore_rest(self) -> Self {
        self.respond(|_| Answer::Silence)
    }

    /// Opens a gate: the test learns that the script came so far.
    pub fn open(self, gate: &Gate) -> Self {
        self.then(Step::Open(gate.clone()))
    }

    /// Waits until a gate is open.
    pub fn wait_for(self, gate: &Gate) -> Self {
        self.then(Step::WaitFor(gate.clone()))
    }

    fn then(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }
}

/// Long enough that a reader who waits for bytes has read the ones before.
const MOMENT: Duration = Duration::from_millis(2);

/// How a scripted server answers the opening of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handshake {
    /// As a server since Redis 6 does: `HELLO 3` is granted.
    Resp3,
    /// As a server before Redis 6 does: `HELLO` is an unknown command.
    NoHello,
}

impl Handshake {
    /// The answer to a command of the handshake; `None` when it is none.
    pub(crate) fn answer(self, command: &[Vec<u8>]) -> Option<Vec<u8>> {
        let word = |at: usize| command.get(at).map(|word| word.to_ascii_uppercase()).unwrap_or_default();
        let subcommand = word(1);
        match word(0).as_slice() {
            b"HELLO" => Some(self.hello(subcommand == b"3")),
            b"AUTH" | b"SELECT" => Some(b"+OK\r\n".to_vec()),
            b"CLIENT"
                if [&b"SETNAME"[..], b"SETINFO", b"NO-EVICT", b"NO-TOUCH"].contains(&&subcommand[..]) =>
            {
                Some(b"+OK\r\n".to_vec())
            }
            _ => None,
        }
    }

    fn hello(self, three: bool) -> Vec<u8> {
        if self == Handshake::NoHello {
            return b"-ERR unknown command 'HELLO', with args beginning with: \r\n".to_vec();
        }
        let bulk = |text: &str| Frame::BulkString(text.into());
        let fields = vec![
            (bulk("server"), bulk("redis")),
            (bulk("version"), bulk("7.0.15")),
            (bulk("proto"), Frame::Integer(if three { 3 } else { 2 })),
            (bulk("id"), Frame::Integer(1)),
            (bulk("mode"), bulk("standalone")),
            (bulk("role"), bulk("master")),
            (bulk("modules"), Frame::Array(Vec::new().into())),
        ];
        let mut bytes = Vec::new();
        Frame::Map(fields.into()).encode(&mut bytes, if three { Protocol::Resp3 } else { Protocol::Resp2 });
        bytes
    }
}

/// What a responder does about one command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Sends these bytes and closes the connection (FIN).
    SendAndClose(Vec<u8>),
    /// Sends these bytes and breaks the connection off (RST), which may destroy what was sent.
    SendAndReset(Vec<u8>),
    /// Sends nothing.
    Silence,
}

impl From<Vec<u8>> for Answer {
    fn from(bytes: Vec<u8>) -> Self {
        Answer::Send(bytes)
    }
}

impl From<&[u8]> for Answer {
    fn from(bytes: &[u8]) -> Self {
        Answer::Send(bytes.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Answer {
    fn from(bytes: &[u8; N]) -> Self {
        Answer::Send(bytes.to_vec())
    }
}

impl From<&str> for Answer {
    fn from(text: &str) -> Self {
        Answer::Send(text.into())
    }
}

impl From<String> for Answer {
    fn from(text: String) -> Self {
        Answer::Send(text.into())
    }
}

/// A door between a test and a script: closed at first, opened by either, awaited by either.
#[derive(Debug, Clone, Default)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        Gate::default()
    }

    /// Opens it for good.
    pub fn open(&self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.1.notify_all();
    }

    /// Waits until it is open; tells whether it is.
    pub fn wait(&self, within: Duration) -> bool {
        let until = Instant::now() + within;
        let mut open = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        while !*open {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            (open, _) = self.0.1.wait_timeout(open, left).unwrap_or_else(PoisonError::into_inner);
        }
        true
    }
}

#[derive(Debug, Clone)]
pub(crate) enum Step {
    Handshake(Handshake),
    Command(Vec<Vec<u8>>),
    Bytes(Vec<u8>),
    End,
    Send { bytes: Vec<u8>, size: usize, pause: Duration },
    Delay(Duration),
    Hang,
    Close,
    Reset,
    HalfClose,
    Respond(Responder),
    Open(Gate),
    WaitFor(Gate),
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Handshake(_) => f.write_str("a handshake"),
            Step::Command(command) => f.write_str(&show(command)),
            Step::Bytes(bytes) => f.write_str(&escape(bytes)),
            Step::End => f.write_str("the end of the stream"),
            Step::Send { bytes, .. } => write!(f, "(sending {})", escape(bytes)),
            Step::Delay(time) => write!(f, "(waiting {time:?})"),
            Step::Hang => f.write_str("(hanging)"),
            Step::Close => f.write_str("(closing)"),
            Step::Reset => f.write_str("(resetting)"),
            Step::HalfClose => f.write_str("(closing the sending side)"),
            Step::Respond(_) => f.write_str("(responding)"),
            Step::Open(_) => f.write_str("(opening a gate)"),
            Step::WaitFor(_) => f.write_str("the opening of a gate"),
        }
    }
}

#[derive(Clone)]
pub(crate) struct Responder(pub(crate) Arc<Respond>);

type Respond = dyn Fn(&[Vec<u8>]) -> Answer + Send + Sync;

impl fmt::Debug for Responder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Responder")
    }
}

/// A command as a person reads it: its words, or its bytes when they say more.
pub(crate) fn show(command: &[Vec<u8>]) -> String {
    let plain = |arg: &Vec<u8>| !arg.is_empty() && arg.iter().all(u8::is_ascii_graphic);
    if command.iter().all(plain) {
        let words: Vec<_> = command.iter().map(|arg| escape(arg)).collect();
        return words.join(" ");
    }
    let mut bytes = Vec::new();
    encode_command(&mut bytes, command);
    escape(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hello_is_granted_in_the_version_asked_for() {
        let hello = |words: &[&str]| {
            let command: Vec<_> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
            Handshake::Resp3.answer(&command).map(|bytes| escape(&bytes)).unwrap_or_default()
        };
        assert!(hello(&["HELLO", "3"]).starts_with("%7\\r\\n$6\\r\\nserver"));
        assert!(hello(&["hello", "2"]).starts_with("*14\\r\\n$6\\r\\nserver"));
        assert_eq!(hello(&["CLIENT", "setinfo", "LIB-NAME", "x"]), "+OK\\r\\n");
        assert_eq!(hello(&["CLIENT", "LIST"]), "");
    }

    #[test]
    fn a_gate_lets_through_once_it_is_open() {
        let gate = Gate::new();
        assert!(!gate.wait(Duration::from_millis(1)));
        gate.open();
        assert!(gate.wait(Duration::ZERO));
    }
}
