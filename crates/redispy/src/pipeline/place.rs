//! The places of a pipeline: how a reply is read, and what it was.

use std::fmt;

use redispy_cmd::{Reader, ReplyError};
use redispy_conn::{ErrorKind, Outcome};

use resp_proto::Node;

use super::exchange::{Around, Places};
use crate::{Error, Result};

/// The place of one `T` in a typed pipeline.
pub struct Place<T> {
    read: Read<T>,
    answer: Option<Result<T>>,
}

enum Read<T> {
    One(Reader<T>),
    Several(Box<dyn Gather<T> + Send>),
}

/// The place of a value that is made of any number of replies.
trait Gather<T>: Places {
    fn expects(&self) -> usize;
    fn take(&mut self) -> Result<T>;
}

impl<T> Place<T> {
    pub(crate) fn one(read: Reader<T>) -> Self {
        Place { read: Read::One(read), answer: None }
    }

    /// How many commands it stands for.
    pub(crate) fn expects(&self) -> usize {
        match &self.read {
            Read::One(_) => 1,
            Read::Several(several) => several.expects(),
        }
    }

    pub(crate) fn take(self) -> Result<T> {
        match self.read {
            Read::One(_) => self.answer.unwrap_or_else(|| Err(unanswered())),
            Read::Several(mut several) => several.take(),
        }
    }
}

impl<X: Send + 'static> Place<Vec<X>> {
    /// The place of the replies to any number of commands.
    pub(crate) fn all(readers: Readers<X>) -> Self {
        Place { read: Read::Several(Box::new(Several::new(readers))), answer: None }
    }
}

impl<X: Send + 'static> Place<Option<X>> {
    /// The place of the reply to a command that there may be.
    pub(crate) fn maybe(readers: Readers<X>) -> Self {
        Place { read: Read::Several(Box::new(Maybe(Several::new(readers)))), answer: None }
    }
}

impl<T> Places for Place<T> {
    #[inline]
    fn reply(&mut self, node: Node<'_>, position: usize, around: &Around<'_>) {
        match &mut self.read {
            Read::One(read) => {
                self.answer = Some(read(node).map_err(|error| around.blame(position, error.into())));
            }
            Read::Several(several) => several.reply(node, position, around),
        }
    }

    fn fail(&mut self, error: Error, answer: Option<&Node<'_>>) {
        match &mut self.read {
            Read::One(_) => self.answer = Some(Err(error)),
            Read::Several(several) => several.fail(error, answer),
        }
    }

    fn reset(&mut self) {
        self.answer = None;
        if let Read::Several(several) = &mut self.read {
            several.reset();
        }
    }
}

impl<T> fmt::Debug for Place<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Place")
    }
}

/// How replies are read, one after the other. Commands that are made alike have the same reader: a million of them take no
/// more room than one.
pub(crate) struct Readers<T> {
    /// Each with how many replies in a row it reads.
    runs: Vec<(Reader<T>, usize)>,
    count: usize,
}

impl<T> Readers<T> {
    pub(crate) fn new() -> Self {
        Readers { runs: Vec::new(), count: 0 }
    }

    pub(crate) fn push(&mut self, read: Reader<T>) {
        self.count += 1;
        match self.runs.last_mut() {
            Some((last, run)) if std::ptr::fn_addr_eq(*last, read) => *run += 1,
            _ => self.runs.push((read, 1)),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }
}

/// The replies to any number of commands, up to the first that failed.
pub(crate) struct Several<T> {
    readers: Readers<T>,
    /// The run of readers that is at work, and how many replies it has read.
    run: usize,
    read: usize,
    values: Vec<T>,
    failed: Option<Error>,
}

impl<T> Several<T> {
    pub(crate) fn new(readers: Readers<T>) -> Self {
        Several { readers, run: 0, read: 0, values: Vec::new(), failed: None }
    }

    #[inline]
    fn next_reader(&mut self) -> Option<Reader<T>> {
        let &(read, run) = self.readers.runs.get(self.run)?;
        self.read += 1;
        if self.read == run {
            (self.run, self.read) = (self.run + 1, 0);
        }
        Some(read)
    }

    #[inline]
    fn take_in(&mut self, value: std::result::Result<T, ReplyError>, position: usize, around: &Around<'_>) {
        match value {
            Ok(value) => {
                if self.values.capacity() == 0 {
                    self.values.reserve_exact(self.readers.len());
                }
                self.values.push(value);
            }
            Err(error) => {
                self.failed.get_or_insert_with(|| around.blame(position, error.into()));
            }
        }
    }

    pub(crate) fn take(&mut self) -> Result<Vec<T>> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        if self.values.len() < self.readers.len() {
            return Err(unanswered());
        }
        Ok(std::mem::take(&mut self.values))
    }
}

impl<T> Places for Several<T> {
    fn reply(&mut self, node: Node<'_>, position: usize, around: &Around<'_>) {
        // In this form the compiler does not copy the node before it is read, nor the value.
        if let Some(read) = self.next_reader() {
            self.take_in(read(node), position, around);
        }
    }

    fn fail(&mut self, error: Error, _: Option<&Node<'_>>) {
        self.next_reader();
        self.failed.get_or_insert(error);
    }

    fn reset(&mut self) {
        (self.run, self.read) = (0, 0);
        self.values.clear();
        self.failed = None;
    }
}

impl<T> Gather<Vec<T>> for Several<T> {
    fn expects(&self) -> usize {
        self.readers.len()
    }

    fn take(&mut self) -> Result<Vec<T>> {
        Several::take(self)
    }
}

/// None or one.
struct Maybe<T>(Several<T>);

impl<T> Places for Maybe<T> {
    fn reply(&mut self, node: Node<'_>, position: usize, around: &Around<'_>) {
        self.0.reply(node, position, around);
    }

    fn fail(&mut self, error: Error, answer: Option<&Node<'_>>) {
        self.0.fail(error, answer);
    }

    fn reset(&mut self) {
        self.0.reset();
    }
}

impl<T> Gather<Option<T>> for Maybe<T> {
    fn expects(&self) -> usize {
        self.0.readers.len()
    }

    fn take(&mut self) -> Result<Option<T>> {
        self.0.take().map(|values| values.into_iter().next())
    }
}

#[cold]
fn unanswered() -> Error {
    no_reply().into()
}

/// The server answered all commands, yet this one got nothing.
pub(crate) fn no_reply() -> redispy_conn::Error {
    redispy_conn::Error::new(ErrorKind::Protocol, Outcome::MaybeExecuted, "no reply was read")
}
