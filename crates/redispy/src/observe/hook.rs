//! Hooks: a program's own code before and after each call.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use redispy_conn::{Address, Outcome};

use crate::Error;

/// Sees each call of a client begin and end; set by [`ClientBuilder::hook`](crate::ClientBuilder::hook).
///
/// A call is what a method of the client waits for: one command, or a batch, a pipeline or a transaction as a whole, also those of
/// sessions, scripts and locks. A call that is refused before anything is done (a wrong argument, a command that does not belong
/// there) does not begin. Neither side ever sees an argument or a reply: what is told are names, counts, sizes and times.
///
/// ```no_run
/// use std::time::Duration;
/// use redispy::{CallEnd, CallStart, Client, Hook, prelude::*};
///
/// /// Says which calls take long.
/// struct Slow(Duration);
///
/// impl Hook for Slow {
///     type State = ();
///
///     fn before(&self, _: &CallStart) {}
///
///     fn after(&self, (): (), call: &CallStart, end: &CallEnd<'_>) {
///         if end.duration() >= self.0 {
///             eprintln!("{} took {:?} in {} attempts", call.name(), end.duration(), end.attempts());
///         }
///     }
/// }
///
/// let r = Client::builder().hook(Slow(Duration::from_millis(20))).build()?;
/// r.set("greeting", "hello")?;
/// # Ok::<(), redispy::Error>(())
/// ```
///
/// # Where it runs
///
/// On the thread that makes the call, before a connection is asked for and after it was given back; no lock is held. So a hook
/// may take its time, at the cost of that call alone (its deadline starts after [`before`](Self::before)), and may use the
/// client itself, whose calls it then sees too.
///
/// A deferred call begins on the thread that submits it and ends on the one that takes its reply, or drops its
/// [`Pending`](crate::Pending): so its duration includes the time that a reply lay there. One that is dropped before its reply
/// is in ends then, without an error and with no bytes of a reply: how it went, nobody saw.
///
/// A panic of a hook goes on to whoever made the call. One in `before` means that nothing was sent, one in `after` that the
/// reply is lost; the client and its connections are as after any other call. A call that does not return since a response
/// callback or a reply's own type panicked has no `after`: what `before` gave is dropped. A panic in the `after` of a
/// [`Pending`](crate::Pending) that is dropped goes no further, for it may be dropped while another panic unwinds.
pub trait Hook: Send + Sync + 'static {
    /// What `before` has for `after`: a span, a start of one's own, or nothing: `()`.
    type State: Send + 'static;

    /// A call begins.
    fn before(&self, call: &CallStart) -> Self::State;

    /// The call is over.
    fn after(&self, state: Self::State, call: &CallStart, end: &CallEnd<'_>);
}

/// A hook that the program keeps a handle on.
impl<H: Hook + ?Sized> Hook for Arc<H> {
    type State = H::State;

    fn before(&self, call: &CallStart) -> H::State {
        (**self).before(call)
    }

    fn after(&self, state: H::State, call: &CallStart, end: &CallEnd<'_>) {
        (**self).after(state, call, end);
    }
}

/// What a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallKind {
    /// One command.
    Command,
    /// Commands of one reply type; see [`Client::batch`](crate::Client::batch).
    Batch,
    /// A pipeline without MULTI and EXEC.
    Pipeline,
    /// A pipeline with MULTI and EXEC.
    Transaction,
}

/// A call that begins.
#[derive(Debug, Clone)]
pub struct CallStart {
    pub(super) kind: CallKind,
    pub(super) name: Cow<'static, str>,
    pub(super) commands: usize,
    pub(super) bytes: usize,
    pub(super) database: u32,
    pub(super) address: Arc<Address>,
    pub(super) started: Instant,
}

impl CallStart {
    /// What kind of call it is.
    pub fn kind(&self) -> CallKind {
        self.kind
    }

    /// The command's name, as in `CONFIG GET`. Several commands are a `PIPELINE` or, between MULTI and EXEC, a `MULTI`, followed
    /// by the command's name if it is the same for all: `PIPELINE GET`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many commands there are; MULTI and EXEC do not count.
    pub fn commands(&self) -> usize {
        self.commands
    }

    /// How many bytes they take on the wire, MULTI and EXEC included.
    pub fn request_bytes(&self) -> usize {
        self.bytes
    }

    /// The database of the connection: the client's, or what a session has chosen by SELECT.
    pub fn database(&self) -> u32 {
        self.database
    }

    /// The address that the client was given. Where a resolver decides, only [`CallEnd::address`] knows the server.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// When it began.
    pub fn started(&self) -> Instant {
        self.started
    }
}

/// How a call ended.
#[derive(Debug)]
pub struct CallEnd<'a> {
    pub(super) duration: Duration,
    pub(super) error: Option<&'a Error>,
    pub(super) address: Option<&'a Address>,
    pub(super) attempts: u32,
    pub(super) reply_bytes: usize,
    pub(super) refused: usize,
    pub(super) code: Option<&'a str>,
}

impl<'a> CallEnd<'a> {
    /// How long it took, waiting for a connection and sending again included; of a deferred call until its reply was taken, or
    /// dropped.
    pub fn duration(&self) -> Duration {
        self.duration
    }

    /// Why it failed; [`Error::kind`] says by what. `None` when the server answered: that a reply does not fit the type that the
    /// caller wants turns out later, and single commands of a pipeline may have been [refused](Self::refused). `None` also
    /// of a deferred call that was dropped before its reply was in.
    pub fn error(&self) -> Option<&'a Error> {
        self.error
    }

    /// Whether the server may have acted on a call that failed.
    pub fn outcome(&self) -> Option<Outcome> {
        self.error.map(Error::outcome)
    }

    /// The server's error code: `WRONGTYPE`, `NOSCRIPT`, `ERR`; of a pipeline, that of the first command that was refused.
    pub fn code(&self) -> Option<&'a str> {
        let code = self.error.and_then(Error::code).or(self.code);
        code.filter(|code| !code.is_empty())
    }

    /// How many commands the server answered with an error.
    pub fn refused(&self) -> usize {
        self.refused
    }

    /// How many times it was tried to send it: 1 unless it was sent again.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The server that answered, or that the failure has to do with.
    pub fn address(&self) -> Option<&'a Address> {
        self.address
    }

    /// How many bytes the replies to the commands have, without the header of a single string.
    pub fn reply_bytes(&self) -> usize {
        self.reply_bytes
    }
}

/// What one hook hands from `before` to `after`. For `()` no memory is asked for.
pub(super) type State = Box<dyn Any + Send>;

/// Any hook.
pub(super) trait AnyHook: Send + Sync {
    fn before(&self, call: &CallStart) -> State;
    fn after(&self, state: State, call: &CallStart, end: &CallEnd<'_>);
}

impl<H: Hook> AnyHook for H {
    fn before(&self, call: &CallStart) -> State {
        Box::new(Hook::before(self, call))
    }

    fn after(&self, state: State, call: &CallStart, end: &CallEnd<'_>) {
        if let Ok(state) = state.downcast() {
            Hook::after(self, *state, call, end);
        }
    }
}

/// Hooks in the order in which they were set. The one set first is the outermost: the first before a call, the last after it.
#[derive(Clone, Default)]
pub(super) struct Hooks(Vec<Arc<dyn AnyHook>>);

impl Hooks {
    pub(super) fn add(&mut self, hook: impl Hook) {
        self.0.push(Arc::new(hook));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn before(&self, call: &CallStart) -> Vec<State> {
        self.0.iter().map(|hook| hook.before(call)).collect()
    }

    pub(super) fn after(&self, states: Vec<State>, call: &CallStart, end: &CallEnd<'_>) {
        for (hook, state) in self.0.iter().zip(states).rev() {
            hook.after(state, call, end);
        }
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} hooks", self.0.len())
    }
}
