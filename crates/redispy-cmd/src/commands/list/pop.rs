//! Taking elements out of lists, at once or when they come.

use resp_proto::Node;

use super::ListEnd;
use crate::arg::{ToArg, ToArgs};
use crate::block::{Block, ToBlock};
use crate::cmd::{Cmd, Request};
use crate::execute::IntoCmd;
use crate::reply::{FromPair, FromReply, ReplyError};
use crate::spec::{self, Spec};

/// `BLMPOP timeout numkeys key [key ...] <LEFT | RIGHT>` with its options ([`Lmpop`]): see
/// [`ListCommands::blmpop`](super::ListCommands::blmpop).
///
/// ```
/// # use redispy_cmd::{Block, IntoCmd, commands::{self as cmd, ListEnd}};
/// let cmd = cmd::blmpop::<(String, Vec<i64>)>(Block::Forever, ("a", "b"), ListEnd::Left).count(10).into_cmd();
/// let words = cmd.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"BLMPOP 0 2 a b LEFT COUNT 10");
/// ```
pub fn blmpop<P: FromPair>(timeout: impl ToBlock, keys: impl ToArgs, end: ListEnd) -> Lmpop<P> {
    let mut request = Request::new(&spec::BLMPOP);
    timeout.to_block().write_seconds(&mut request);
    Lmpop::new(request, keys, end)
}

/// `BLPOP key [key ...] timeout`: see [`ListCommands::blpop`](super::ListCommands::blpop).
pub fn blpop<P: FromPair>(keys: impl ToArgs, timeout: impl ToBlock) -> Cmd<Option<P>> {
    blocking_pop(&spec::BLPOP, keys, timeout.to_block())
}

/// `BRPOP key [key ...] timeout`: see [`ListCommands::brpop`](super::ListCommands::brpop).
pub fn brpop<P: FromPair>(keys: impl ToArgs, timeout: impl ToBlock) -> Cmd<Option<P>> {
    blocking_pop(&spec::BRPOP, keys, timeout.to_block())
}

/// `LMPOP numkeys key [key ...] <LEFT | RIGHT>` with its options ([`Lmpop`]): see
/// [`ListCommands::lmpop`](super::ListCommands::lmpop).
pub fn lmpop<P: FromPair>(keys: impl ToArgs, end: ListEnd) -> Lmpop<P> {
    Lmpop::new(Request::new(&spec::LMPOP), keys, end)
}

/// `LPOP key` with its options ([`Lpop`]): see [`ListCommands::lpop`](super::ListCommands::lpop).
///
/// ```
/// # use redispy_cmd::commands as cmd;
/// let batch = cmd::lpop::<String>("jobs").count(100);      // Cmd<Vec<String>>
/// assert_eq!(batch.request().iter().last(), Some(&b"100"[..]));
/// ```
pub fn lpop<T: FromReply>(key: impl ToArg) -> Lpop<T> {
    Lpop { cmd: Cmd::new(&spec::LPOP, Option::<T>::from_reply).arg(key) }
}

/// `RPOP key` with its options ([`Lpop`]): see [`ListCommands::rpop`](super::ListCommands::rpop).
pub fn rpop<T: FromReply>(key: impl ToArg) -> Lpop<T> {
    Lpop { cmd: Cmd::new(&spec::RPOP, Option::<T>::from_reply).arg(key) }
}

/// `LPOP` or `RPOP` with its options; [`lpop()`] and [`rpop()`] make it.
///
/// Without them one element, `None` when there is none; [`count`](Self::count) takes many.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Lpop<T> {
    cmd: Cmd<Option<T>>,
}

impl<T: FromReply> Lpop<T> {
    /// `count`: takes at most this many elements, none when there is no list. Since Redis 6.2.0.
    pub fn count(self, count: i64) -> Cmd<Vec<T>> {
        self.cmd.arg(count).decode(elements)
    }
}

impl<T> IntoCmd for Lpop<T> {
    type Reply = Option<T>;

    fn into_cmd(self) -> Cmd<Option<T>> {
        self.cmd
    }
}

/// `BLMPOP` or `LMPOP` with its options; [`blmpop()`] and [`lmpop()`] make it.
///
/// Without them one element is taken.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Lmpop<P> {
    cmd: Cmd<Option<P>>,
    count: Option<i64>,
}

impl<P: FromPair> Lmpop<P> {
    fn new(mut request: Request, keys: impl ToArgs, end: ListEnd) -> Self {
        request.counted_args("keys", keys);
        request.arg(end);
        Lmpop { cmd: Cmd::from_request(request, Option::<P>::from_reply), count: None }
    }

    /// `COUNT count`: takes at most this many elements.
    pub fn count(mut self, count: i64) -> Self {
        self.count = Some(count);
        self
    }
}

impl<P> IntoCmd for Lmpop<P> {
    type Reply = Option<P>;

    fn into_cmd(self) -> Cmd<Option<P>> {
        match self.count {
            Some(count) => self.cmd.arg("COUNT").arg(count),
            None => self.cmd,
        }
    }
}

clone_and_debug! {
    Lpop<T> { cmd }
    Lmpop<P> { cmd, count }
}

fn blocking_pop<P: FromPair>(spec: &'static Spec, keys: impl ToArgs, timeout: Block) -> Cmd<Option<P>> {
    let mut request = Request::new(spec);
    request.some_args("keys", keys);
    timeout.write_seconds(&mut request);
    Cmd::from_request(request, Option::<P>::from_reply)
}

/// Elements taken; nil, which says that there is no list (and on Redis 6 that none were asked for), is none.
fn elements<T: FromReply>(node: Node<'_>) -> Result<Vec<T>, ReplyError> {
    if node.is_null() { Ok(Vec::new()) } else { Vec::from_reply(node) }
}
