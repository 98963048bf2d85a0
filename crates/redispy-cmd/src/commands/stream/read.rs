//! Reading entries of streams.

use resp_proto::Node;

use crate::arg::{ToArg, ToPairs, each};
use crate::block::{Block, ToBlock};
use crate::cmd::{Cmd, Reader, Request, Words};
use crate::execute::IntoCmd;
use crate::replies::{StreamEntries, StreamEntry};
use crate::reply::{FromMap, FromReply, ReplyError};
use crate::spec::{self, Spec};

/// `XRANGE key start end` with its options ([`StreamRange`]): see
/// [`StreamCommands::xrange`](super::StreamCommands::xrange).
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands as cmd, replies::StreamId};
/// use std::collections::HashMap;
///
/// // The next hundred behind the last one seen.
/// let seen = StreamId::new(1526919030474, 55);
/// let cmd = cmd::xrange::<HashMap<String, String>>("events", seen.exclusive(), "+").count(100).into_cmd();
/// let words = cmd.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"XRANGE events (1526919030474-55 + COUNT 100");
/// ```
pub fn xrange<M: FromMap>(key: impl ToArg, start: impl ToArg, end: impl ToArg) -> StreamRange<M> {
    StreamRange::new(&spec::XRANGE, key, start, end)
}

/// `XREAD STREAMS key [key ...] id [id ...]` with its options ([`StreamRead`]): see
/// [`StreamCommands::xread`](super::StreamCommands::xread).
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands as cmd};
/// use std::time::Duration;
///
/// type Fields = Vec<(String, String)>;
/// let cmd = cmd::xread::<Fields>([("a", "0"), ("b", "$")]).count(10).block(Duration::from_secs(5)).into_cmd();
/// let words = cmd.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"XREAD COUNT 10 BLOCK 5000 STREAMS a b 0 $");
/// ```
pub fn xread<M: FromMap>(streams: impl ToPairs) -> StreamRead<M> {
    StreamRead::new(Request::new(&spec::XREAD), streams)
}

/// `XREADGROUP GROUP group consumer STREAMS key [key ...] id [id ...]` with its options ([`StreamRead`]): see
/// [`StreamCommands::xreadgroup`](super::StreamCommands::xreadgroup).
pub fn xreadgroup<M: FromMap>(
    group: impl ToArg,
    consumer: impl ToArg,
    streams: impl ToPairs,
) -> StreamRead<M, true> {
    let mut request = Request::new(&spec::XREADGROUP);
    request.args(("GROUP", group, consumer));
    StreamRead::new(request, streams)
}

/// `XREVRANGE key end start` with its options ([`StreamRange`]): see
/// [`StreamCommands::xrevrange`](super::StreamCommands::xrevrange).
pub fn xrevrange<M: FromMap>(key: impl ToArg, end: impl ToArg, start: impl ToArg) -> StreamRange<M> {
    StreamRange::new(&spec::XREVRANGE, key, end, start)
}

/// `XRANGE` or `XREVRANGE` with its options; [`xrange()`] and [`xrevrange()`] make it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct StreamRange<M> {
    request: Request,
    read: Reader<Vec<StreamEntry<M>>>,
    count: Option<i64>,
}

impl<M: FromMap> StreamRange<M> {
    fn new(spec: &'static Spec, key: impl ToArg, from: impl ToArg, to: impl ToArg) -> Self {
        let mut request = Request::new(spec);
        request.args((key, from, to));
        StreamRange { request, read: in_range, count: None }
    }
}

impl<M> StreamRange<M> {
    /// `COUNT count`: at most this many.
    pub fn count(mut self, count: i64) -> Self {
        self.count = Some(count);
        self
    }
}

impl<M> IntoCmd for StreamRange<M> {
    type Reply = Vec<StreamEntry<M>>;

    fn into_cmd(mut self) -> Cmd<Vec<StreamEntry<M>>> {
        if let Some(count) = self.count {
            self.request.args(("COUNT", count));
        }
        Cmd::from_request(self.request, self.read)
    }
}

/// `XREAD` or `XREADGROUP` with its options; [`xread()`] and [`xreadgroup()`] make it.
///
/// `GROUP` marks `XREADGROUP`. The reply is what came, for each stream that has something; nothing when nothing came.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct StreamRead<M, const GROUP: bool = false> {
    request: Request,
    read: Reader<Vec<StreamEntries<M>>>,
    /// Key, id, key, id.
    streams: Words,
    count: Option<i64>,
    block: Option<Block>,
    noack: bool,
}

impl<M: FromMap, const GROUP: bool> StreamRead<M, GROUP> {
    fn new(request: Request, streams: impl ToPairs) -> Self {
        let mut words = Words::none();
        words.write(|request| request.some_pairs("streams", streams));
        StreamRead {
            request,
            read: StreamEntries::read_list,
            streams: words,
            count: None,
            block: None,
            noack: false,
        }
    }
}

impl<M, const GROUP: bool> StreamRead<M, GROUP> {
    /// `COUNT count`: at most this many of each stream.
    pub fn count(mut self, count: i64) -> Self {
        self.count = Some(count);
        self
    }

    /// `BLOCK milliseconds`: waits this long for something to come when there is nothing. Not on a pipeline, where running
    /// it is an error.
    pub fn block(mut self, timeout: impl ToBlock) -> Self {
        self.block = Some(timeout.to_block());
        self
    }
}

impl<M> StreamRead<M, true> {
    /// `NOACK`: does not keep the entries as pending: they count as acknowledged.
    pub fn noack(mut self) -> Self {
        self.noack = true;
        self
    }
}

impl<M, const GROUP: bool> IntoCmd for StreamRead<M, GROUP> {
    type Reply = Vec<StreamEntries<M>>;

    fn into_cmd(self) -> Cmd<Vec<StreamEntries<M>>> {
        let StreamRead { mut request, read, streams, count, block, noack } = self;
        if let Some(count) = count {
            request.args(("COUNT", count));
        }
        if let Some(block) = block {
            request.arg("BLOCK");
            block.write_millis(&mut request);
        }
        if noack {
            request.arg("NOACK");
        }
        request.arg("STREAMS");
        request.args(each(streams.iter().step_by(2)));
        request.args(each(streams.iter().skip(1).step_by(2)));
        request.refuse_as(&streams);
        Cmd::from_request(request, read)
    }
}

/// Reads the entries of a range; servers answer nil when asked for none of them (`COUNT 0`).
fn in_range<M: FromMap>(node: Node<'_>) -> Result<Vec<StreamEntry<M>>, ReplyError> {
    Option::<Vec<_>>::from_reply(node).map(Option::unwrap_or_default)
}
