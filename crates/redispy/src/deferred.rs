//! Commands that are sent now and waited for later.

mod pending;

use std::fmt;
use std::sync::Arc;

use redispy_cmd::{Execute, IntoCmd, Request, is_known, overtakes, unfit_for_batch};
use redispy_conn::Stream;

use crate::observe::Begun;
use crate::{Client, Error, Result};

pub use pending::{Pending, wait_all};

/// What may not go where commands of unknown nature could harm those behind them.
const UNKNOWN: &str = "a command that is not in the table; run it on the client";
const OVERTAKING: &str = "it would wait behind what it is about; run it on the client";

/// Sends commands at once and gives a [`Pending`] for each, to be waited for later; made by [`Client::deferred`].
///
/// Every command is a method, as on a client. What is sent by many goes out together, on a connection that is shared with others
/// (one of its own where the client's calls [share none](crate::ClientBuilder::pooled)). Clones send over the same connection.
///
/// ```no_run
/// use redispy::{Client, prelude::*};
///
/// let r = Client::open("redis://localhost")?;
/// let d = r.deferred();
/// let (stored, x) = (d.set("x", 1), d.get::<i64>("x"));
/// // ... both are under way ...
/// assert!(stored.wait()?);
/// assert_eq!(x.wait()?, Some(1));
/// # Ok::<(), redispy::Error>(())
/// ```
///
/// # What happens to a command
///
/// It is written at once when nothing is under way on the connection; else together with others, at the latest when the replies to
/// what was sent before are in, which the server would answer first anyway. Nobody needs to wait for that: a
/// background thread reads when no caller does. The first command of all opens the connection and waits for it.
///
/// - *Order.* What one thread submits through one `Deferred`, or its clones, is executed in that order. When the connection is
///   lost, what was sent behind a command that failed may have been executed. Calls of the client itself keep no order with it, transactions
///   and the release of locks least of all: wait first where they must come after.
/// - *Deadline.* The client's timeout counts from the submission and covers everything. A command that is overdue ends with an
///   error, be it waited for or not, within some 50 ms.
/// - *Nothing is sent again* once it may have left, not even what only reads, for others were sent behind it: the error tells by its
///   [outcome](Error::outcome) whether it may have been executed. An idle connection that turns out to be closed when it
///   is to be used is replaced before anything is sent. What a client would ask for patiently (`LOADING`, `BUSY` ...) comes back as an
///   error.
/// - *Back-pressure.* At most [`max_queued`](crate::ClientBuilder::max_queued) bytes are queued and not sent; then submitting
///   waits, within the command's deadline. A larger command is queued when nothing else is.
/// - *The end.* When the client is dropped, what was submitted is executed all the same; when the process ends, what is not written yet is lost.
/// - *Memory.* A reply that has come stays in its `Pending` until it is waited for or dropped.
/// - *Scripts* go with their text each time, for there may be nobody who waits and could send one again that the server does not have.
///   Who calls a long one often does better with a [`Function`](crate::Function), which is loaded once.
/// - *Not here*, but on the client: commands that block (they do not compile), change their connection, end what others wait
///   for (`SCRIPT KILL`), or are unknown to the table. They give a `Pending` that is ready, with an error of
///   [`ErrorKind::Refused`](crate::ErrorKind::Refused).
#[derive(Clone)]
pub struct Deferred {
    shared: Arc<Shared>,
}

struct Shared {
    client: Client,
    stream: Stream,
}

impl Deferred {
    pub(crate) fn new(client: Client) -> Self {
        let stream = client.pool().stream();
        Deferred { shared: Arc::new(Shared { client, stream }) }
    }
}

impl Execute for &Deferred {
    type Output<T> = Pending<T>;

    fn run<C: IntoCmd>(self, cmd: C) -> Pending<C::Reply> {
        let (request, read) = cmd.into_cmd().into_parts();
        if let Err(error) = check(&request) {
            return Pending::failed(error, read);
        }
        let observed = self.shared.client.begin(|| Begun::command(&request, None));
        let deadline = self.shared.client.limit().start();
        let whole = request.with_script_text();
        match self.shared.stream.submit(1, deadline, whole.as_ref().unwrap_or(&request).bytes()) {
            Ok(flight) => Pending::sent(flight, request, observed, Arc::clone(&self.shared), read),
            Err(error) => {
                let result = observed.end::<()>(Err(Error::from(error).in_command(request.name())));
                Pending::failed(result.err().unwrap_or_else(|| Error::other("not sent")), read)
            }
        }
    }
}

/// What must not be sent here.
fn check(request: &Request) -> Result<()> {
    if let Some(refusal) = request.refusal() {
        return Err(refusal.clone().into());
    }
    let instead = unfit_for_batch(request)
        .or_else(|| (!is_known(request)).then_some(UNKNOWN))
        .or_else(|| overtakes(request).then_some(OVERTAKING));
    instead.map_or(Ok(()), |instead| Err(Error::refused(request.name(), instead)))
}

impl fmt::Debug for Deferred {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deferred").field("client", &self.shared.client).finish_non_exhaustive()
    }
}
