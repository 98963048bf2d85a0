//! Any number of commands of one reply type, sent at once.

use redispy_cmd::{IntoCmd, Reader, Request, unfit_for_batch};
use redispy_conn::{Address, Connection, Deadline};
use resp_proto::Node;

use crate::callbacks::Callbacks;
use crate::client::Attempt;
use crate::script::Scripts;
use crate::{Client, Error, Result};

/// A batch as it goes out: the bytes of all commands, and for each how its reply is read.
struct Batch<T> {
    bytes: Vec<u8>,
    places: Vec<Place<T>>,
    read_only: bool,
}

struct Place<T> {
    name: Box<str>,
    read: Reader<T>,
    /// Where its bytes begin.
    start: usize,
}

pub(crate) fn run<C: IntoCmd>(
    client: &Client,
    commands: impl IntoIterator<Item = C>,
) -> Result<Vec<C::Reply>> {
    let batch = Batch::new(commands)?;
    if batch.places.is_empty() {
        return Ok(Vec::new());
    }
    let deadline = client.deadline();
    let mut replies = Vec::with_capacity(batch.places.len());
    client.with_connection("a batch", batch.read_only, deadline, |connection, _| {
        replies.clear();
        batch.exchange(connection, deadline, client.callbacks(), &mut replies).map(|()| Attempt::Done)
    })?;
    first_error(replies)
}

/// The same on a connection that the caller has already.
pub(crate) fn run_on<C: IntoCmd>(
    connection: &mut Connection,
    deadline: Deadline,
    callbacks: &Callbacks,
    commands: impl IntoIterator<Item = C>,
) -> Result<Vec<C::Reply>> {
    let batch = Batch::new(commands)?;
    let mut replies = Vec::with_capacity(batch.places.len());
    if !batch.places.is_empty() {
        batch.exchange(connection, deadline, callbacks, &mut replies)?;
    }
    first_error(replies)
}

/// A reply of a batch, or why there is none.
type Answer<T> = std::result::Result<T, Error>;

fn first_error<T>(replies: Vec<Answer<T>>) -> Result<Vec<T>> {
    replies.into_iter().collect()
}

impl<T> Batch<T> {
    fn new<C: IntoCmd<Reply = T>>(commands: impl IntoIterator<Item = C>) -> Result<Self> {
        let mut batch = Batch { bytes: Vec::new(), places: Vec::new(), read_only: true };
        let mut scripts = Scripts::default();
        for (position, command) in commands.into_iter().enumerate() {
            let (request, read) = command.into_cmd().into_parts();
            check(&request).map_err(|error| error.at_position(position))?;
            batch.read_only &= request.is_read_only();
            batch.places.push(Place { name: request.name().into(), read, start: batch.bytes.len() });
            scripts.write(&request, &mut batch.bytes);
        }
        Ok(batch)
    }

    fn exchange(
        &self,
        connection: &mut Connection,
        deadline: Deadline,
        callbacks: &Callbacks,
        replies: &mut Vec<Answer<T>>,
    ) -> Result<()> {
        let address = connection.address().clone();
        let result = connection.exchange(&self.bytes, self.places.len(), deadline, |position, node| {
            if let Some(place) = self.places.get(position) {
                let answer = place.read(node, &self.bytes, &address, callbacks);
                replies.push(answer.map_err(|error| error.in_command(&place.name).at_position(position)));
            }
        });
        result.map_err(|error| {
            let written = error.progress().map_or(0, |progress| progress.written);
            let not_sent = self.places.iter().rev().take_while(|place| place.start >= written).count();
            Error::from(error).in_command("a batch").with_not_sent(not_sent)
        })
    }
}

impl<T> Place<T> {
    fn read(&self, node: Node<'_>, sent: &[u8], address: &Address, callbacks: &Callbacks) -> Answer<T> {
        if node.is_error() {
            let command = sent.get(self.start..).unwrap_or_default();
            return Err(Error::answered(&self.name, command, node).at(address));
        }
        let mut answer = None;
        callbacks.apply(&self.name, node, |node| answer = Some((self.read)(node)))?;
        match answer {
            Some(answer) => answer.map_err(|error| Error::from(error).at(address)),
            None => Err(Error::callback("the callback gave no value".into())),
        }
    }
}

/// What must not go out in a batch is refused before anything is sent.
fn check(request: &Request) -> Result<()> {
    if let Some(refusal) = request.refusal() {
        return Err(refusal.clone().into());
    }
    match unfit_for_batch(request) {
        Some(instead) => Err(Error::refused(request.name(), instead)),
        None => Ok(()),
    }
}
