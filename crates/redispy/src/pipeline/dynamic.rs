//! Pipelines of any number of commands of any types: each command gives a slot, to be traded for its reply.

use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};

use redispy_cmd::{Execute, IntoCmd, Reader, Value};
use redispy_conn::Address;
use resp_proto::{Kind, Limits, Node, Reply, write_bulk};

use super::exchange::{Around, Form, Places, fail_the_rest};
use super::place::no_reply;
use super::{Commands, Pipeline, Target, form};
use crate::client::Limit;
use crate::{Error, Result};

/// A pipeline whose commands are added one by one, any number of any types; made by [`Pipeline::dynamic`].
///
/// A command gives a [`Slot`], which is traded for its reply once the pipeline was executed. Everything else is as with
/// [`Pipeline`]: a transaction by default, one deadline, nothing sent of what may not go in.
///
/// ```no_run
/// use redispy::{Client, prelude::*};
///
/// let r = Client::open("redis://localhost")?;
/// let mut p = r.pipeline().dynamic();
/// let visits: Vec<_> = ["a", "b", "c"].iter().map(|key| p.incr(key)).collect(); // Slot<i64>
/// let name = p.get::<String>("name"); // Slot<Option<String>>
/// let mut replies = p.execute()?;
/// for slot in visits {
///     println!("{}", replies.take(slot)?);
/// }
/// let name: Option<String> = replies.take(name)?;
/// # let _ = name;
/// # Ok::<(), redispy::Error>(())
/// ```
#[must_use = "a pipeline sends nothing until it is executed: `.execute()?`"]
pub struct DynPipeline {
    target: Target,
    limit: Limit,
    transaction: bool,
    commands: Commands,
    id: u64,
}

/// Where the reply to a command of a [`DynPipeline`] will be; [`DynReplies::take`] gives it.
///
/// It may be copied, and stays with the commands that the pipeline held when it was made: with the replies of another
/// pipeline, or of the same one executed once more, it is an error.
pub struct Slot<T> {
    pipeline: u64,
    position: usize,
    read: Reader<T>,
    name: Option<&'static str>,
    reply: PhantomData<fn() -> T>,
}

/// The replies to the commands of a [`DynPipeline`].
pub struct DynReplies {
    pipeline: u64,
    form: Form,
    address: Option<Address>,
    limits: Limits,
    /// All replies as the wire has them, and where each of them ends.
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// By position. What is none any more was taken.
    errors: Vec<(usize, Option<Error>)>,
}

impl Pipeline {
    /// The same pipeline with commands added one by one, any number of any types; see [`DynPipeline`].
    pub fn dynamic(self) -> DynPipeline {
        let Pipeline { target, limit, transaction, .. } = self;
        DynPipeline { target, limit, transaction, commands: Commands::default(), id: next_id() }
    }
}

/// Tells the fillings of pipelines apart.
fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl DynPipeline {
    /// Sends the commands and gives their replies. The pipeline is empty then, whatever came of it, and can be filled again.
    ///
    /// # Errors
    ///
    /// As [`Pipeline::execute`]: also the first command that the server answered with an error.
    pub fn execute(&mut self) -> Result<DynReplies> {
        let (mut replies, result) = self.send(false);
        result?;
        match replies.errors.first_mut().and_then(|(_, error)| error.take()) {
            Some(error) => Err(error),
            None => Ok(replies),
        }
    }

    /// Sends the commands and gives their replies, errors of single commands among them: [`DynReplies::take`] gives these.
    ///
    /// # Errors
    ///
    /// The whole failed, as in [`Pipeline::execute_each`].
    pub fn execute_each(&mut self) -> Result<DynReplies> {
        let (replies, result) = self.send(true);
        result.map(|()| replies)
    }

    /// How many commands there are.
    pub fn len(&self) -> usize {
        self.commands.len()
    }

    /// Whether there is no command; executing it then sends nothing, unless it is that of a [`Watched`](crate::Watched).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets the commands.
    pub fn clear(&mut self) {
        self.commands = Commands::default();
        self.id = next_id();
    }

    fn send(&mut self, keep: bool) -> (DynReplies, Result<()>) {
        let form = form(&self.target, self.transaction);
        let mut commands = std::mem::take(&mut self.commands);
        let pipeline = std::mem::replace(&mut self.id, next_id());
        let limits = self.target.client().pool().config().limits;
        let (bytes, ends, errors) = (Vec::new(), Vec::new(), Vec::new());
        let mut replies = DynReplies { pipeline, form, address: None, limits, bytes, ends, errors };
        replies.ends.reserve_exact(commands.len());
        let mut result = self.target.run(&mut commands, form, self.limit, &mut replies);
        if let Err(error) = &result
            && keep
            && fail_the_rest(commands.wire(form), form, error, &mut replies)
        {
            result = Ok(());
        }
        self.target.no_more_watched(&result);
        (replies, result)
    }
}

impl Execute for &mut DynPipeline {
    type Output<T> = Slot<T>;

    fn run<C: IntoCmd>(self, cmd: C) -> Slot<C::Reply> {
        let (request, read) = cmd.into_cmd().into_parts();
        let (pipeline, position) = (self.id, self.commands.len());
        let name = request.spec().map(|spec| spec.name);
        self.commands.push(request);
        Slot { pipeline, position, read, name, reply: PhantomData }
    }
}

impl DynReplies {
    /// The reply to the command that gave this slot. A value can be had any number of times, an error only once.
    ///
    /// # Errors
    ///
    /// The command failed, its reply is no `T`, or the slot is not of these replies.
    pub fn take<T>(&mut self, slot: Slot<T>) -> Result<T> {
        let of_this_command =
            |error: Error| slot.name.iter().fold(error, |error, name| error.in_command(name));
        if slot.pipeline != self.pipeline {
            return Err(of_this_command(Error::other("the slot belongs to other replies than these")));
        }
        if let Ok(at) = self.errors.binary_search_by_key(&slot.position, |(position, _)| *position) {
            let error = self.errors.get_mut(at).and_then(|(_, error)| error.take());
            return Err(error.unwrap_or_else(|| of_this_command(Error::other("the error was taken before"))));
        }
        let reply = self.reply_to(slot.position).map_err(Error::from)?;
        (slot.read)(reply.node()).map_err(|error| {
            let error = of_this_command(error.into()).at_position(slot.position, self.form);
            self.address.iter().fold(error, |error, address| error.at(address))
        })
    }

    /// All replies in order, as the server sent them. A command that got no reply, since its connection was lost or its
    /// response callback failed, has an error that says so.
    pub fn values(&self) -> Vec<Value> {
        let mut errors = self.errors.iter().peekable();
        let value = |position| {
            let error = errors.next_if(|(at, _)| *at == position);
            match (self.reply_to(position), error) {
                (Ok(reply), _) => reply.node().into_frame(),
                (Err(_), Some((_, Some(error)))) => Value::SimpleError(error.to_string().into()),
                (Err(error), _) => Value::SimpleError(error.to_string().into()),
            }
        };
        (0..self.len()).map(value).collect()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    fn reply_to(&self, position: usize) -> Result<Reply<'_>, redispy_conn::Error> {
        let start = position.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        let range = start.zip(self.ends.get(position).copied());
        let bytes = range.and_then(|(start, end)| self.bytes.get(start..end)).unwrap_or_default();
        // They were received whole once.
        Reply::parse(bytes, self.limits).ok().flatten().ok_or_else(no_reply)
    }

    fn keep(&mut self, node: Node<'_>) {
        // A large string was received into memory of its own, without its header.
        if node.kind() == Kind::BulkString && node.attributes().is_none() {
            write_bulk(&mut self.bytes, &node.into_bytes().unwrap_or_default());
        } else {
            self.bytes.extend_from_slice(node.raw());
        }
    }
}

impl Places for DynReplies {
    fn reply(&mut self, node: Node<'_>, _: usize, around: &Around<'_>) {
        if self.address.is_none() {
            self.address = Some(around.address().clone());
        }
        self.keep(node);
        self.ends.push(self.bytes.len());
    }

    fn fail(&mut self, error: Error, answer: Option<&Node<'_>>) {
        self.bytes.extend_from_slice(answer.map_or(&[], Node::raw));
        self.errors.push((self.ends.len(), Some(error)));
        self.ends.push(self.bytes.len());
    }

    fn reset(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.errors.clear();
    }
}

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Slot<T> {}

impl<T> fmt::Debug for Slot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Slot({} at {})", self.name.unwrap_or("?"), self.position)
    }
}

impl fmt::Debug for DynPipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynPipeline")
            .field("commands", &self.commands.len())
            .field("transaction", &self.transaction)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for DynReplies {
    /// How many, and how many errors: what they hold may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynReplies")
            .field("replies", &self.ends.len())
            .field("errors", &self.errors.len())
            .finish_non_exhaustive()
    }
}
