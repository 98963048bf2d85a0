//! One command under way, and its reply.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use redispy_cmd::{Reader, Request, read_reply};
use redispy_conn::{Deadline, InFlight};
use resp_proto::Node;

use super::Shared;
use crate::observe::Observed;
use crate::pipeline::Form;
use crate::{Error, Result};

/// A command that was sent, whose reply is to become a `T`; made by a [`Deferred`](super::Deferred).
///
/// It may be waited for by any thread, or awaited by any executor: it is a [`Future`], needs no runtime, and is
/// woken by a thread of the client. Dropping it, be it half awaited, drops the reply when it comes; the command
/// is executed all the same.
///
/// ```no_run
/// use std::time::Duration;
/// use redispy::{Client, prelude::*};
///
/// let d = Client::open("redis://localhost")?.deferred();
/// let mut pending = d.incr("visits");
/// let visits = loop {
///     if let Some(visits) = pending.wait_timeout(Duration::from_millis(10))? {
///         break visits;
///     }
///     // something else meanwhile
/// };
/// # let _ = visits;
/// # Ok::<(), redispy::Error>(())
/// ```
#[must_use = "a command whose reply is dropped may have failed: `forget` says that this does not matter"]
pub struct Pending<T> {
    state: State,
    read: Reader<T>,
}

enum State {
    Sent(Sent),
    /// It ended before it was sent, or was answered and awaited to its end.
    Failed(Error),
    Over,
}

struct Sent {
    flight: InFlight,
    request: Request,
    observed: Observed,
    on: Arc<Shared>,
}

impl<T> Pending<T> {
    pub(super) fn failed(error: Error, read: Reader<T>) -> Self {
        Pending { state: State::Failed(error), read }
    }

    pub(super) fn sent(
        flight: InFlight,
        request: Request,
        observed: Observed,
        on: Arc<Shared>,
        read: Reader<T>,
    ) -> Self {
        Pending { state: State::Sent(Sent { flight, request, observed, on }), read }
    }

    /// Waits for the reply, at the longest until the command's deadline, which counts from its submission.
    ///
    /// # Errors
    ///
    /// As if the command had been run by the client; but nothing was sent again, so [`Error::outcome`] tells what may have been
    /// executed.
    pub fn wait(mut self) -> Result<T> {
        self.finish()
    }

    fn finish(&mut self) -> Result<T> {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Sent(sent) => sent.answer(self.read),
            State::Failed(error) => Err(error),
            State::Over => Err(over()),
        }
    }

    /// Waits for the reply, but no longer than so; `None` if it has not come by then. Once it was given out this is over:
    /// waiting or polling again is an error of [`ErrorKind::Other`](crate::ErrorKind::Other), with the outcome
    /// [`MaybeExecuted`](crate::Outcome::MaybeExecuted), for what became of the command was said before.
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait), when the command has failed.
    pub fn wait_timeout(&mut self, timeout: Duration) -> Result<Option<T>> {
        if let State::Sent(sent) = &self.state {
            let end = sent.flight.deadline();
            if !sent.flight.wait_until(Deadline::after(timeout).earlier(end)) && !end.has_passed() {
                return Ok(None);
            }
        }
        self.finish().map(Some)
    }

    /// Whether the reply has come, or will not come any more: then [`wait`](Self::wait) returns at once.
    pub fn is_ready(&self) -> bool {
        match &self.state {
            State::Sent(sent) => sent.flight.is_ready(),
            State::Failed(_) | State::Over => true,
        }
    }

    /// Lets the command be executed and its reply be dropped, whatever it is; as does dropping this.
    pub fn forget(self) {
        drop(self);
    }
}

impl<T> Future for Pending<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        if let State::Sent(sent) = &self.state
            && !sent.flight.poll_ready(context.waker())
        {
            return Poll::Pending;
        }
        Poll::Ready(self.finish())
    }
}

/// Waits for all of them and gives their values in order.
///
/// All are submitted before the first is waited for, also where the iterator submits them. When one fails the others are waited for
/// all the same; for the result of each, wait for each.
///
/// ```no_run
/// use redispy::{Client, prelude::*, wait_all};
///
/// let d = Client::open("redis://localhost")?.deferred();
/// let hits: Vec<i64> = wait_all(["a", "b", "c"].map(|key| d.incr(key)))?;
/// # let _ = hits;
/// # Ok::<(), redispy::Error>(())
/// ```
///
/// # Errors
///
/// The first of them that failed; [`Error::position`] says which.
pub fn wait_all<T>(pendings: impl IntoIterator<Item = Pending<T>>) -> Result<Vec<T>> {
    let all: Vec<Pending<T>> = pendings.into_iter().collect();
    let mut values = Vec::with_capacity(all.len());
    let mut failure = None;
    for (position, pending) in all.into_iter().enumerate() {
        match pending.wait() {
            Ok(value) => values.push(value),
            Err(error) => failure = failure.or_else(|| Some(error.at_position(position, Form::Batch))),
        }
    }
    failure.map_or(Ok(values), Err)
}

impl Sent {
    /// Waits for the answer and reads it. That it does not fit its type is no part of the call.
    fn answer<T>(self, read: Reader<T>) -> Result<T> {
        let Sent { flight, request, observed, on } = self;
        let (mut taken, mut value) = (Ok(()), None);
        let waited = flight.wait(&mut |address, _, node| {
            observed.at(address);
            observed.reply(&node);
            if node.is_error() {
                taken = Err(Error::answered(request.name(), request.bytes(), node).at(address));
                return;
            }
            let convert = |node: Node<'_>| {
                value =
                    Some(read_reply(&request, node, read).map_err(|error| Error::from(error).at(address)));
            };
            let applied = on.client.callbacks().apply(request.name(), node, convert);
            taken = applied.map_err(|error| error.at(address));
        });
        let named = |error: Error| error.in_command(request.name());
        observed.end(waited.map_err(Error::from).and(taken).map_err(named))?;
        value.unwrap_or_else(|| Err(Error::other("neither a reply nor an error came"))).map_err(named)
    }

    /// Nobody wants the reply any more: its end is told to those who watch calls. Of one that is not in yet nobody will know
    /// whether it is an error.
    fn end_unread(self) {
        let Sent { flight, request, observed, .. } = self;
        if !observed.is_seen() {
            return;
        }
        observed.at(flight.address());
        let mut result = Ok(());
        if flight.is_ready() {
            let mut refused = Ok(());
            let waited = flight.wait(&mut |address, _, node| {
                observed.reply(&node);
                if node.is_error() {
                    refused = Err(Error::answered(request.name(), request.bytes(), node).at(address));
                }
            });
            result = waited.map_err(Error::from).and(refused);
        }
        let _ = observed.end(result.map_err(|error| error.in_command(request.name())));
    }
}

fn over() -> Error {
    Error::other("its reply was awaited already")
}

impl<T> Drop for Pending<T> {
    fn drop(&mut self) {
        if let State::Sent(sent) = std::mem::replace(&mut self.state, State::Over) {
            // A hook may panic, and this may be one of several that are dropped since another one's did.
            let _ = catch_unwind(AssertUnwindSafe(|| sent.end_unread()));
        }
    }
}

impl<T> fmt::Debug for Pending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let command = match &self.state {
            State::Sent(sent) => Some(sent.request.name()),
            State::Failed(error) => error.command(),
            State::Over => None,
        };
        f.debug_struct("Pending").field("command", &command).field("ready", &self.is_ready()).finish()
    }
}
