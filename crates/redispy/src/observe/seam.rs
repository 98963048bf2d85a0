//! The one place where a call begins and ends.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::Instant;

use redispy_cmd::Request;
use redispy_conn::{Address, Config, code};
use resp_proto::{Kind, Node};

use super::hook::{CallEnd, CallKind, CallStart, Hook, Hooks, State};
use super::stats::{CallStats, Finished, Flight, Meter};
use crate::Result;

/// What a program wants to know of its calls.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    hooks: Hooks,
    measured: bool,
}

impl Options {
    pub(crate) fn add(&mut self, hook: impl Hook) {
        self.hooks.add(hook);
    }

    pub(crate) fn measure(&mut self, on: bool) {
        self.measured = on;
    }

    /// `None` if it is nothing.
    pub(crate) fn observers(self, config: &Config) -> Option<Arc<Observers>> {
        let Options { hooks, measured } = self;
        if hooks.is_empty() && !measured {
            return None;
        }
        let (address, database) = (Arc::new(config.address.clone()), config.db);
        let meter = measured.then(|| Arc::new(Meter::new()));
        Some(Arc::new(Observers { hooks, meter, address, database }))
    }
}

/// Who sees the calls of a client and its clones.
#[derive(Debug)]
pub(crate) struct Observers {
    hooks: Hooks,
    meter: Option<Arc<Meter>>,
    address: Arc<Address>,
    database: u32,
}

impl Observers {
    pub(crate) fn stats(&self) -> Option<CallStats> {
        self.meter.as_ref().map(|meter| meter.stats())
    }
}

/// What is known of a call as it begins.
pub(crate) struct Begun {
    pub(crate) kind: CallKind,
    pub(crate) name: Cow<'static, str>,
    pub(crate) commands: usize,
    pub(crate) bytes: usize,
    /// The database of a connection that has chosen its own.
    pub(crate) database: Option<u32>,
}

impl Begun {
    /// One command.
    pub(crate) fn command(request: &Request, database: Option<u32>) -> Self {
        let name = match request.spec() {
            Some(spec) => Cow::Borrowed(spec.name),
            None => Cow::Owned(request.name().to_owned()),
        };
        Begun { kind: CallKind::Command, name, commands: 1, bytes: request.bytes().len(), database }
    }
}

/// A call under way. Without observers it is nothing, and all of its methods do nothing.
pub(crate) struct Observed(Option<Box<Ongoing>>);

struct Ongoing {
    observers: Arc<Observers>,
    start: CallStart,
    flight: Option<Flight>,
    states: Vec<State>,
    attempts: Cell<u32>,
    /// The server's, if it is not the one that the client was given.
    address: RefCell<Option<Address>>,
    reply_bytes: Cell<usize>,
    refused: Cell<usize>,
    /// Of the first command that was refused.
    code: RefCell<Option<Box<str>>>,
}

impl Observed {
    /// A call that nobody is told of.
    pub(crate) const UNSEEN: Observed = Observed(None);

    /// A call begins: before anything is waited for or locked.
    #[inline]
    pub(crate) fn begin(observers: Option<&Arc<Observers>>, call: impl FnOnce() -> Begun) -> Observed {
        Observed(observers.map(|observers| Ongoing::begin(observers, call())))
    }

    /// Whether anybody sees it.
    #[inline]
    pub(crate) fn is_seen(&self) -> bool {
        self.0.is_some()
    }

    /// What was answered so far does not count, for it is sent once more.
    #[inline]
    pub(crate) fn again(&self) {
        if let Some(ongoing) = &self.0 {
            ongoing.again();
        }
    }

    /// This server will answer.
    #[inline]
    pub(crate) fn at(&self, address: &Address) {
        if let Some(ongoing) = &self.0 {
            ongoing.at(address);
        }
    }

    /// A command got this reply.
    #[inline]
    pub(crate) fn reply(&self, node: &Node<'_>) {
        if let Some(ongoing) = &self.0 {
            ongoing.reply(node);
        }
    }

    /// The call is over, and its connection has been given back.
    #[inline]
    pub(crate) fn end<T>(self, result: Result<T>) -> Result<T> {
        if let Some(ongoing) = self.0 {
            ongoing.end(&result);
        }
        result
    }
}

impl Ongoing {
    #[cold]
    fn begin(observers: &Arc<Observers>, call: Begun) -> Box<Ongoing> {
        let Begun { kind, name, commands, bytes, database } = call;
        let database = database.unwrap_or(observers.database);
        let (address, started) = (Arc::clone(&observers.address), Instant::now());
        let start = CallStart { kind, name, commands, bytes, database, address, started };
        let states = observers.hooks.before(&start);
        let flight = observers.meter.as_ref().map(Meter::begin);
        Box::new(Ongoing {
            observers: Arc::clone(observers),
            start,
            flight,
            states,
            attempts: Cell::new(1),
            address: RefCell::new(None),
            reply_bytes: Cell::new(0),
            refused: Cell::new(0),
            code: RefCell::new(None),
        })
    }

    #[cold]
    fn again(&self) {
        self.attempts.set(self.attempts.get().saturating_add(1));
        self.reply_bytes.set(0);
        self.refused.set(0);
        *self.code.borrow_mut() = None;
    }

    #[cold]
    fn at(&self, address: &Address) {
        let differs = *address != *self.start.address;
        *self.address.borrow_mut() = differs.then(|| address.clone());
    }

    #[cold]
    fn reply(&self, node: &Node<'_>) {
        let size = match node.kind() {
            // The header of a large one is written only when somebody asks for it.
            Kind::BulkString => node.as_bytes().map_or(0, |bytes| bytes.len()),
            _ => node.raw().len(),
        };
        self.reply_bytes.set(self.reply_bytes.get() + size);
        if node.is_error() {
            self.refused.set(self.refused.get() + 1);
            self.code.borrow_mut().get_or_insert_with(|| code(&node.as_bytes().unwrap_or_default()).into());
        }
    }

    #[cold]
    fn end<T>(self, result: &Result<T>) {
        let Ongoing { observers, start, flight, states, attempts, address, reply_bytes, refused, code } =
            self;
        let (duration, error) = (start.started.elapsed(), result.as_ref().err());
        if let Some(flight) = flight {
            flight.finished(&Finished {
                duration,
                failed: error.is_some(),
                is_batch: start.kind != CallKind::Command,
                commands: start.commands,
                request_bytes: start.bytes,
                reply_bytes: reply_bytes.get(),
            });
        }
        if states.is_empty() {
            return;
        }
        let (address, code) = (address.into_inner(), code.into_inner());
        let known = address.as_ref().or_else(|| error.is_none().then_some(&*start.address));
        let end = CallEnd {
            duration,
            error,
            address: error.and_then(|error| error.address()).or(known),
            attempts: attempts.get(),
            reply_bytes: reply_bytes.get(),
            refused: refused.get(),
            code: code.as_deref(),
        };
        observers.hooks.after(states, &start, &end);
    }
}
