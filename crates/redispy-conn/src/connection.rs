//! One transport and one decoder: commands out, whole replies in.
//!
//! A connection knows how many replies it is owed. As long as that count is certain it is in step; once it is not (a
//! timeout, bytes that are no reply, a reply nobody asked for, a write that stopped half-way) the connection is closed, and
//! nothing ever makes it usable again.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use resp_proto::{Decoder, Kind, Node, Protocol};

use crate::transport::{Attempt, Condition, Readiness, Transport};
use crate::{
    Address, Config, Connector, Deadline, Error, ErrorKind, Outcome, Phase, Progress, PushHook, Result,
};

/// A connection that was used a moment ago is not looked at again before its next use: this is the price of one system
/// call per command against a window in which a closed connection is noticed only by using it.
pub(crate) const TRUSTED_FOR: Duration = Duration::from_millis(1);

/// What has arrived by the deadline is still taken in; but so often, at most, since a server that never stops sending must
/// not keep a call beyond it.
pub(crate) const READS_AT_ONCE: usize = 64;

/// A connection to a server, used by one caller at a time.
///
/// It is *clean* when the next caller would find it as new: open, no reply outstanding, no state left on the server. Whoever
/// changes the state of the connection on the server (SELECT, MULTI, WATCH, MONITOR, SUBSCRIBE, CLIENT TRACKING ...) says so
/// with [`set_dirty`](Self::set_dirty); the pool takes back clean connections only.
pub struct Connection {
    transport: Arc<dyn Transport>,
    decoder: Decoder,
    address: Address,
    /// Replies to what was sent that are still to come.
    owed: usize,
    open: bool,
    dirty: bool,
    server: ServerInfo,
    hook: Option<PushHook>,
    pushes: u64,
    created: Instant,
    last_used: Instant,
}

/// What the handshake found out about the server.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerInfo {
    /// The version of the protocol that is spoken.
    pub protocol: Protocol,
    /// The server's version, when it told (since Redis 6).
    pub version: Option<Box<str>>,
    /// The connection's id on the server (CLIENT ID), when it told.
    pub id: Option<i64>,
    /// Optional steps of the handshake that the server refused, with its words.
    pub refused: Vec<(&'static str, Box<[u8]>)>,
}

/// Closes a [`Connection`] from another thread: a call that is waiting there fails with [`ErrorKind::Closed`].
#[derive(Clone)]
pub struct Closer(Arc<dyn Transport>);

impl Closer {
    /// Closes the connection.
    pub fn close(&self) {
        self.0.shutdown();
    }
}

impl fmt::Debug for Closer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Closer")
    }
}

impl Connection {
    /// Connects as `config` says and does the handshake, all of it by `deadline`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Connect`], [`ErrorKind::Timeout`], [`ErrorKind::Auth`], [`ErrorKind::Server`]: nothing of the caller's was
    /// sent.
    pub fn open(config: &Config, deadline: Deadline) -> Result<Connection> {
        config.validate()?;
        let deadline = deadline.earlier(Deadline::within(config.connect_timeout));
        Connection::open_with(config, &*config.connector(), &config.address, &Attempt::new(deadline))
    }

    pub(crate) fn open_with(
        config: &Config,
        connector: &dyn Connector,
        address: &Address,
        attempt: &Attempt,
    ) -> Result<Connection> {
        attempt.enter(Phase::Connect);
        let transport = connector.connect(address, attempt)?;
        attempt.enter(Phase::Handshake);
        let mut connection = Connection::over(transport, address.clone(), config);
        crate::handshake::shake(&mut connection, config, attempt.deadline())?;
        Ok(connection)
    }

    /// A connection over a transport that is open already, without a handshake: it speaks RESP2, as a server does at
    /// first.
    pub fn over(transport: Arc<dyn Transport>, address: Address, config: &Config) -> Connection {
        let now = Instant::now();
        Connection {
            transport,
            decoder: Decoder::new(config.limits),
            address,
            owed: 0,
            open: true,
            dirty: false,
            server: ServerInfo { protocol: Protocol::Resp2, version: None, id: None, refused: Vec::new() },
            hook: config.push_hook.clone(),
            pushes: 0,
            created: now,
            last_used: now,
        }
    }

    /// Sends one command and hands its reply to `read`.
    ///
    /// # Errors
    ///
    /// As [`exchange`](Self::exchange). A connection that still owes replies to earlier commands is closed, and nothing is
    /// sent.
    pub fn call<R>(
        &mut self,
        command: &[u8],
        deadline: Deadline,
        read: impl FnOnce(Node<'_>) -> R,
    ) -> Result<R> {
        self.call_by(command, deadline, deadline, read)
    }

    /// The same with a deadline of its own for the reply: a command that waits at the server must be sent in time all the
    /// same.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    pub fn call_by<R>(
        &mut self,
        command: &[u8],
        sent_by: Deadline,
        answered_by: Deadline,
        read: impl FnOnce(Node<'_>) -> R,
    ) -> Result<R> {
        self.begin_alone()?;
        let Err(error) = self.send(command, 1, sent_by) else { return self.receive(answered_by, read) };
        // A server that will not take the whole command says why before it closes.
        let mut read = Some(read);
        let mut result = None;
        let answered = self.owed > 0 && self.pop(|reply| result = read.take().map(|read| read(reply)))?;
        result.filter(|_| answered).ok_or(error)
    }

    /// Sends `bytes`, which hold as many commands as there are `replies` to come. What the server answers meanwhile is
    /// taken in, so that neither side ever waits for the other to read first.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Closed`], [`ErrorKind::Timeout`]; the connection is closed then.
    pub fn send(&mut self, bytes: &[u8], replies: usize, deadline: Deadline) -> Result<()> {
        self.begin()?;
        let mut rest = bytes;
        self.owed += replies;
        let mut rounds = Rounds::default();
        while !rest.is_empty() {
            match rounds.next(deadline).and_then(|()| self.write_some(&mut rest, deadline)) {
                Ok(()) => {}
                Err(cause) => return Err(self.write_failed(cause, bytes.len() - rest.len(), deadline)),
            }
        }
        Ok(())
    }

    /// Waits for the next reply that is owed and hands it to `read`. The whole reply has been received by then, and counts
    /// as consumed whatever `read` does, be it a panic. Pushes that arrive before it go to the push hook.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Closed`], [`ErrorKind::Timeout`], [`ErrorKind::Protocol`], [`ErrorKind::Limit`]; the connection is closed
    /// then. Also [`ErrorKind::Protocol`], with `read` called in vain, when more replies have come than were asked for.
    pub fn receive<R>(&mut self, deadline: Deadline, read: impl FnOnce(Node<'_>) -> R) -> Result<R> {
        if self.owed == 0 {
            let text = "no reply is due on this connection";
            return Err(Error::new(ErrorKind::Protocol, Outcome::NotSent, text).with_address(&self.address));
        }
        let mut read = Some(read);
        let mut result = None;
        let mut rounds = Rounds::default();
        while !self.pop(|reply| result = read.take().map(|read| read(reply)))? {
            self.fill(&mut rounds, deadline)?;
        }
        self.settle()?;
        result.ok_or_else(|| Error::new(ErrorKind::Protocol, Outcome::MaybeExecuted, "no reply was read"))
    }

    /// Sends `bytes`, which hold `replies` commands, and hands each reply to `read`, with its number, as soon as it is in:
    /// the first ones while the last commands are still being written.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Closed`], [`ErrorKind::Timeout`], [`ErrorKind::Protocol`], [`ErrorKind::Limit`]; the connection is closed
    /// then. [`Error::progress`] tells how many replies were handed out and how much was sent.
    pub fn exchange(
        &mut self,
        bytes: &[u8],
        replies: usize,
        deadline: Deadline,
        read: impl FnMut(usize, Node<'_>),
    ) -> Result<()> {
        self.exchange_parts([bytes], replies, deadline, read)
    }

    /// The same with the bytes in several parts, which go out as one run.
    ///
    /// # Errors
    ///
    /// As [`exchange`](Self::exchange).
    pub fn exchange_parts<'b>(
        &mut self,
        parts: impl IntoIterator<Item = &'b [u8]>,
        replies: usize,
        deadline: Deadline,
        mut read: impl FnMut(usize, Node<'_>),
    ) -> Result<()> {
        self.begin_alone()?;
        self.owed += replies;
        let mut progress = Progress { written: 0, replies: 0, expected: replies };
        let result = self.drive(parts.into_iter(), &mut progress, deadline, &mut read);
        result.map_err(|error| {
            let outcome = if progress.written == 0 { Outcome::NotSent } else { Outcome::MaybeExecuted };
            error.with_outcome(outcome).with_progress(progress)
        })
    }

    fn drive<'b>(
        &mut self,
        parts: impl Iterator<Item = &'b [u8]>,
        progress: &mut Progress,
        deadline: Deadline,
        read: &mut impl FnMut(usize, Node<'_>),
    ) -> Result<()> {
        let mut rounds = Rounds::default();
        for part in parts {
            let mut rest = part;
            while !rest.is_empty() {
                let before = rest.len();
                let result = rounds.next(deadline).and_then(|()| self.write_some(&mut rest, deadline));
                progress.written += before - rest.len();
                if let Err(cause) = result {
                    let error = self.write_failed(cause, progress.written, deadline);
                    // A server that turns a connection away says why before it closes.
                    self.hand_out(progress, read)?;
                    return if progress.replies == progress.expected { Ok(()) } else { Err(error) };
                }
                self.hand_out(progress, read)?;
            }
        }
        let mut rounds = Rounds::default();
        loop {
            self.hand_out(progress, read)?;
            if progress.replies == progress.expected {
                return self.settle();
            }
            self.fill(&mut rounds, deadline)?;
        }
    }

    /// Hands out every reply that is in already.
    fn hand_out(&mut self, progress: &mut Progress, read: &mut impl FnMut(usize, Node<'_>)) -> Result<()> {
        while progress.replies < progress.expected {
            let number = progress.replies;
            if !self.pop(|reply| read(number, reply))? {
                break;
            }
            progress.replies += 1;
        }
        Ok(())
    }

    /// Waits for the next frame, asked for or not, and hands it to `read`: for subscribers and MONITOR. The connection counts
    /// as dirty from then on.
    ///
    /// # Errors
    ///
    /// As [`receive`](Self::receive); but [`ErrorKind::Timeout`] leaves the connection open.
    pub fn next_frame<R>(&mut self, deadline: Deadline, read: impl FnOnce(Node<'_>) -> R) -> Result<R> {
        self.dirty = true;
        if !self.open {
            return Err(self.gone());
        }
        loop {
            match self.decoder.next_reply() {
                Ok(Some(frame)) => {
                    if frame.kind() != Kind::Push {
                        self.owed = self.owed.saturating_sub(1);
                    }
                    return Ok(read(frame));
                }
                Ok(None) => {}
                Err(error) => return Err(self.fail(Error::protocol(error))),
            }
            match self.transport.read(self.decoder.space(), deadline) {
                Ok(count) if count > 0 => self.decoder.filled(count),
                // Nobody gives up on a reply here: what is still to come is for the next call.
                Err(cause) if cause.kind() == io::ErrorKind::TimedOut => {
                    let error = Error::timeout(Phase::Read, Outcome::NotSent, deadline);
                    return Err(error.with_text("no message in time").with_address(&self.address));
                }
                Ok(_) => return Err(self.lost_reading(io::ErrorKind::UnexpectedEof.into())),
                Err(cause) => return Err(self.lost_reading(cause)),
            }
        }
    }

    /// Looks whether the connection can be used, without sending anything: it is not when the server has closed it, or has
    /// sent what nobody asked for, be it only a part of it. Pushes are taken in and go to the hook.
    pub fn is_usable(&mut self) -> bool {
        if !self.open {
            return false;
        }
        if self.owed > 0 {
            return true;
        }
        for _ in 0..READS_AT_ONCE {
            match self.transport.condition() {
                Condition::Quiet => {
                    self.last_used = Instant::now();
                    return self.settle().is_ok() && self.open && is_at_rest(&self.decoder);
                }
                Condition::Closed => {
                    self.close();
                    return false;
                }
                Condition::Unread => {
                    let read = self.transport.try_read(self.decoder.space());
                    match read {
                        Ok(count) if count > 0 => self.decoder.filled(count),
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                        _ => {
                            self.close();
                            return false;
                        }
                    }
                    if self.settle().is_err() {
                        return false;
                    }
                }
            }
        }
        // It does not stop sending.
        self.close();
        false
    }

    /// Looks at the connection as [`is_usable`](Self::is_usable) does, unless it was in use a moment ago.
    pub(crate) fn is_usable_or_recent(&mut self, now: Instant) -> bool {
        (self.open && now.saturating_duration_since(self.last_used) < TRUSTED_FOR) || self.is_usable()
    }

    /// Whether the next caller would find the connection as new: open, no reply outstanding, not dirty.
    pub fn is_clean(&self) -> bool {
        self.open && self.owed == 0 && !self.dirty && is_at_rest(&self.decoder)
    }

    /// Whether it is open, as far as is known without asking the operating system.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// How many replies are still to come.
    pub fn owed(&self) -> usize {
        self.owed
    }

    /// Says whether the connection carries state on the server that the next caller must not find.
    pub fn set_dirty(&mut self, dirty: bool) {
        self.dirty = dirty;
    }

    /// Whether the connection carries state that the next caller must not find.
    pub fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// Closes the connection. What was sent and not answered may have run.
    pub fn close(&mut self) {
        if self.open {
            self.open = false;
            self.transport.shutdown();
        }
    }

    /// Something that closes the connection from another thread.
    pub fn closer(&self) -> Closer {
        Closer(Arc::clone(&self.transport))
    }

    /// What it reads from and writes to, and what it has received: from now on these are used without it, and it is of no
    /// other use.
    pub(crate) fn split(&mut self) -> (Arc<dyn Transport>, Decoder) {
        self.dirty = true;
        (Arc::clone(&self.transport), std::mem::take(&mut self.decoder))
    }

    /// The server's address.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// What the handshake found out about the server.
    pub fn server(&self) -> &ServerInfo {
        &self.server
    }

    pub(crate) fn server_mut(&mut self) -> &mut ServerInfo {
        &mut self.server
    }

    /// How many pushes have arrived besides replies.
    pub fn pushes(&self) -> u64 {
        self.pushes
    }

    /// When it was opened.
    pub fn created(&self) -> Instant {
        self.created
    }

    /// When it was last given back to its pool, or looked at.
    pub fn last_used(&self) -> Instant {
        self.last_used
    }

    pub(crate) fn touch(&mut self, now: Instant) {
        self.last_used = now;
    }

    fn begin(&mut self) -> Result<()> {
        if self.open { Ok(()) } else { Err(self.gone()) }
    }

    /// A call that was abandoned half-way, by a panic for example, leaves replies that are not the next call's.
    fn begin_alone(&mut self) -> Result<()> {
        if self.owed > 0 {
            self.close();
        }
        self.begin()
    }

    fn gone(&self) -> Error {
        Error::lost(Phase::Write, Outcome::NotSent, io::ErrorKind::NotConnected.into())
            .with_address(&self.address)
    }

    /// Writes what fits; when nothing does, waits until something does and takes in what the server sends meanwhile.
    fn write_some(&mut self, rest: &mut &[u8], deadline: Deadline) -> io::Result<()> {
        match self.transport.try_write(rest) {
            Ok(count) => {
                *rest = rest.get(count..).unwrap_or_default();
                return Ok(());
            }
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
            Err(_) => {}
        }
        let ready = self.transport.wait(Readiness::BOTH, deadline)?;
        if ready.read {
            match self.transport.try_read(self.decoder.space()) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => self.decoder.filled(count),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn write_failed(&mut self, cause: io::Error, written: usize, deadline: Deadline) -> Error {
        let outcome = if written == 0 { Outcome::NotSent } else { Outcome::MaybeExecuted };
        if cause.kind() == io::ErrorKind::TimedOut {
            return self.fail(Error::timeout(Phase::Write, outcome, deadline));
        }
        // What the server said before it closed is still to be had.
        while let Ok(count) = self.transport.try_read(self.decoder.space()) {
            if count == 0 {
                break;
            }
            self.decoder.filled(count);
        }
        self.fail(Error::lost(Phase::Write, outcome, cause))
    }

    fn fill(&mut self, rounds: &mut Rounds, deadline: Deadline) -> Result<()> {
        if !self.open {
            return Err(Error::lost(Phase::Read, Outcome::MaybeExecuted, io::ErrorKind::NotConnected.into())
                .with_address(&self.address));
        }
        let read = rounds.next(deadline).and_then(|()| self.transport.read(self.decoder.space(), deadline));
        match read {
            Ok(0) => Err(self.lost_reading(io::ErrorKind::UnexpectedEof.into())),
            Ok(count) => {
                self.decoder.filled(count);
                Ok(())
            }
            Err(cause) if cause.kind() == io::ErrorKind::TimedOut => {
                Err(self.fail(Error::timeout(Phase::Read, Outcome::MaybeExecuted, deadline)))
            }
            Err(cause) => Err(self.lost_reading(cause)),
        }
    }

    fn lost_reading(&mut self, cause: io::Error) -> Error {
        self.fail(Error::lost(Phase::Read, Outcome::MaybeExecuted, cause))
    }

    /// Hands the next reply to `read`, if it is all there; pushes before it go to the hook.
    fn pop(&mut self, read: impl FnOnce(Node<'_>)) -> Result<bool> {
        // Most replies are of these kinds: no push, no error.
        if let Some(reply) = self.decoder.next_scalar() {
            self.owed = self.owed.saturating_sub(1);
            read(reply);
            return Ok(true);
        }
        self.pop_any(read)
    }

    #[inline(never)]
    fn pop_any(&mut self, read: impl FnOnce(Node<'_>)) -> Result<bool> {
        loop {
            match self.decoder.next_reply() {
                Ok(Some(push)) if push.kind() == Kind::Push => {
                    self.pushes += 1;
                    if let Some(hook) = &self.hook {
                        hook.call(push);
                    }
                }
                Ok(Some(reply)) => {
                    // First, so that the reply counts as consumed even when reading it panics.
                    self.owed = self.owed.saturating_sub(1);
                    let is_last = is_farewell(&reply);
                    read(reply);
                    if is_last {
                        self.close();
                    }
                    return Ok(true);
                }
                Ok(None) => return Ok(false),
                Err(error) => return Err(self.fail(Error::protocol(error))),
            }
        }
    }

    /// Once nothing is owed, only pushes may be left over.
    fn settle(&mut self) -> Result<()> {
        if self.owed == 0 && self.decoder.buffered() > 0 && self.pop(|_| {})? {
            let text = "a reply that nobody asked for";
            let error = Error::new(ErrorKind::Protocol, Outcome::MaybeExecuted, text).with_phase(Phase::Read);
            return Err(self.fail(error));
        }
        Ok(())
    }

    fn fail(&mut self, error: Error) -> Error {
        self.close();
        error.with_address(&self.address)
    }
}

/// Whether nothing has come that could be taken for a reply, nor the beginning of it: part of a push does no harm.
pub(crate) fn is_at_rest(decoder: &Decoder) -> bool {
    matches!(decoder.begun(), None | Some(b'>'))
}

/// Whether a server closes the connection after this reply. It may take a moment to do so, in which the next command would
/// be sent in vain and count as perhaps executed.
pub(crate) fn is_farewell(reply: &Node<'_>) -> bool {
    reply.is_error() && reply.as_bytes().is_some_and(|text| text.starts_with(b"ERR Protocol error"))
}

/// Counts the reads or writes of one call, and looks at the clock now and then: a transport does so only before it waits.
#[derive(Default)]
pub(crate) struct Rounds(usize);

impl Rounds {
    pub(crate) fn next(&mut self, deadline: Deadline) -> io::Result<()> {
        self.0 += 1;
        if self.0.is_multiple_of(READS_AT_ONCE) && deadline.has_passed() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(())
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("address", &self.address)
            .field("server", &self.server)
            .field("open", &self.open)
            .field("owed", &self.owed)
            .field("dirty", &self.dirty)
            .finish_non_exhaustive()
    }
}
