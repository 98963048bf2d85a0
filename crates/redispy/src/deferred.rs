//! Commands that are sent now and waited for later.

mod pending;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use redispy_cmd::{Execute, IntoCmd, Request, overtakes, unfit_for_batch};
use redispy_conn::{Deadline, InFlight, Stream};

use crate::observe::Begun;
use crate::script::Scripts;
use crate::{Client, Error, Result};

pub use pending::{Pending, wait_all};

/// What may not go where commands of unknown nature could harm those behind them.
const UNKNOWN: &str = "a command that is not in the table; run it on the client";
const OVERTAKING: &str = "it would wait behind what it is to end; run it on the client";

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
///   lost, what was sent behind a command that failed may have been executed.
/// - *Deadline.* The client's timeout counts from the submission and covers everything. A command that is overdue ends with an
///   error, be it waited for or not, within some 50 ms.
/// - *Nothing is sent again* once it may have left, not even what only reads, for others were sent behind it: the error tells by its
///   [outcome](Error::outcome) whether it may have been executed. An idle connection that turns out to be closed when it
///   is to be used is replaced before anything is sent. What a client would ask for patiently (`LOADING`, `BUSY` ...) comes back as an
///   error.
/// - *Back-pressure.* At most [`max_queued`](crate::ClientBuilder::max_queued) bytes are queued and not sent; then submitting
///   waits, within the command's deadline. A larger command is queued when nothing else is.
/// - *Memory.* A reply that has come stays in its `Pending` until it is waited for or dropped.
/// - *Scripts* go by their hash, the first call of each on a connection with their text. One that the server has lost since
///   (`SCRIPT FLUSH`) is sent again by whoever waits for it, behind what was sent meanwhile.
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
    scripts: Mutex<Brought>,
}

/// The scripts that one connection was given.
#[derive(Default)]
struct Brought {
    connection: u64,
    scripts: Scripts,
}

impl Deferred {
    pub(crate) fn new(client: Client) -> Self {
        let stream = client.pool().stream();
        Deferred { shared: Arc::new(Shared { client, stream, scripts: Mutex::default() }) }
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
        match self.shared.send(&request, deadline) {
            Ok(flight) => Pending::sent(flight, request, observed, Arc::clone(&self.shared), read),
            Err(error) => {
                let result = observed.end::<()>(Err(error.in_command(request.name())));
                Pending::failed(result.err().unwrap_or_else(|| Error::other("not sent")), read)
            }
        }
    }
}

impl Shared {
    fn send(&self, request: &Request, deadline: Deadline) -> Result<InFlight> {
        if request.script_text().is_none() && request.name() != "SCRIPT FLUSH" {
            return Ok(self.stream.submit(1, deadline, &mut |_| request.bytes())?);
        }
        // Nothing may come between the choice of the form and the submission, or a hash could go out before its text.
        let mut brought = self.scripts();
        let whole = request.with_script_text();
        let sent = self.stream.submit(1, deadline, &mut |connection| {
            if brought.connection != connection {
                *brought = Brought { connection, scripts: Scripts::default() };
            }
            let is_first = brought.scripts.brings(request);
            whole.as_ref().filter(|_| is_first).unwrap_or(request).bytes()
        });
        if sent.is_err() {
            *brought = Brought::default();
        }
        Ok(sent?)
    }

    /// Sends the whole of a script that the server does not have.
    fn send_whole(&self, request: &Request, deadline: Deadline) -> Option<Result<InFlight>> {
        let whole = request.with_script_text()?;
        // Whatever else was brought may be gone as well.
        self.scripts().scripts = Scripts::default();
        Some(self.stream.submit(1, deadline, &mut |_| whole.bytes()).map_err(Error::from))
    }

    fn scripts(&self) -> MutexGuard<'_, Brought> {
        self.scripts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What must not be sent here.
fn check(request: &Request) -> Result<()> {
    if let Some(refusal) = request.refusal() {
        return Err(refusal.clone().into());
    }
    let instead = unfit_for_batch(request)
        .or_else(|| request.spec().is_none().then_some(UNKNOWN))
        .or_else(|| overtakes(request).then_some(OVERTAKING));
    instead.map_or(Ok(()), |instead| Err(Error::refused(request.name(), instead)))
}

impl fmt::Debug for Deferred {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deferred").field("client", &self.shared.client).finish_non_exhaustive()
    }
}
