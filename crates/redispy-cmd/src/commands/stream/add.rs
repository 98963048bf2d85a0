//! Adding entries to streams and taking them away.

use crate::arg::{ToArg, ToArgs, ToPairs};
use crate::cmd::{Cmd, Mark, Reader, Request, Words};
use crate::execute::IntoCmd;
use crate::replies::{StreamDeletion, StreamId};
use crate::reply::FromReply;
use crate::reply::readers::ok;
use crate::spec;

/// `XACKDEL key group IDS numids id [id ...]` with its options ([`StreamDelete`]): see
/// [`StreamCommands::xackdel`](super::StreamCommands::xackdel).
pub fn xackdel(key: impl ToArg, group: impl ToArg, ids: impl ToArgs) -> StreamDelete {
    let mut request = Request::new(&spec::XACKDEL);
    request.args((key, group));
    StreamDelete::new(request, ids)
}

/// `XADD key * field value [field value ...]` with its options ([`Xadd`]): see
/// [`StreamCommands::xadd`](super::StreamCommands::xadd).
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands::{self as cmd, StreamTrim}};
/// // Keeps about the last million entries.
/// let trim = StreamTrim::maxlen(1_000_000).approximate();
/// let cmd = cmd::xadd("events", [("type", "login"), ("user", "7")]).trim(trim).into_cmd();
/// let words = cmd.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"XADD events MAXLEN ~ 1000000 * type login user 7");
/// ```
pub fn xadd(key: impl ToArg, fields: impl ToPairs) -> Xadd {
    let mut request = Request::new(&spec::XADD);
    request.arg(key);
    let mark = request.mark();
    request.some_pairs("fields", fields);
    Xadd { request, mark, read: StreamId::from_reply, nomkstream: false, trim: None, id: None }
}

/// `XDELEX key IDS numids id [id ...]` with its options ([`StreamDelete`]): see
/// [`StreamCommands::xdelex`](super::StreamCommands::xdelex).
pub fn xdelex(key: impl ToArg, ids: impl ToArgs) -> StreamDelete {
    let mut request = Request::new(&spec::XDELEX);
    request.arg(key);
    StreamDelete::new(request, ids)
}

/// `XSETID key last-id` with its options ([`Xsetid`]): see [`StreamCommands::xsetid`](super::StreamCommands::xsetid).
pub fn xsetid(key: impl ToArg, last_id: impl ToArg) -> Xsetid {
    let mut request = Request::new(&spec::XSETID);
    request.args((key, last_id));
    Xsetid { request, entriesadded: None, maxdeletedid: None }
}

/// `XTRIM key <MAXLEN | MINID> [= | ~] threshold [LIMIT count]`: see
/// [`StreamCommands::xtrim`](super::StreamCommands::xtrim).
pub fn xtrim<const APPROXIMATE: bool>(key: impl ToArg, trim: StreamTrim<APPROXIMATE>) -> Cmd<i64> {
    let mut request = Request::new(&spec::XTRIM);
    request.arg(key);
    trim.write(&mut request);
    Cmd::from_request(request, i64::from_reply)
}

/// Which entries of a stream to delete: the oldest ones, down to a length or up to an id.
#[derive(Debug, Clone)]
pub struct StreamTrim<const APPROXIMATE: bool = false> {
    strategy: &'static str,
    threshold: Words,
    limit: Option<i64>,
    references: Option<&'static str>,
}

impl StreamTrim {
    /// `MAXLEN threshold`: leaves this many.
    pub fn maxlen(len: i64) -> Self {
        StreamTrim::new("MAXLEN", len)
    }

    /// `MINID threshold`: leaves those from this id on, a [`StreamId`] or milliseconds since 1970. Since Redis 6.2.0.
    pub fn minid(id: impl ToArg) -> Self {
        StreamTrim::new("MINID", id)
    }

    fn new(strategy: &'static str, threshold: impl ToArg) -> Self {
        StreamTrim { strategy, threshold: Words::of(threshold), limit: None, references: None }
    }

    /// `~`: leaves perhaps some more, which costs the server much less.
    pub fn approximate(self) -> StreamTrim<true> {
        let StreamTrim { strategy, threshold, limit, references } = self;
        StreamTrim { strategy, threshold, limit, references }
    }
}

impl StreamTrim<true> {
    /// `LIMIT count`: deletes at most this many; 0 is no limit. Since Redis 6.2.0.
    pub fn limit(mut self, count: i64) -> Self {
        self.limit = Some(count);
        self
    }
}

impl<const APPROXIMATE: bool> StreamTrim<APPROXIMATE> {
    /// `KEEPREF`: leaves deleted entries in the lists of what groups have pending, as without saying. Since Redis 8.2.0,
    /// not in Valkey.
    pub fn keepref(mut self) -> Self {
        self.references = Some("KEEPREF");
        self
    }

    /// `DELREF`: removes deleted entries from the lists of what groups have pending. Since Redis 8.2.0, not in Valkey.
    pub fn delref(mut self) -> Self {
        self.references = Some("DELREF");
        self
    }

    /// `ACKED`: deletes only what all groups have acknowledged. Since Redis 8.2.0, not in Valkey.
    pub fn acked(mut self) -> Self {
        self.references = Some("ACKED");
        self
    }

    fn write(&self, request: &mut Request) {
        request.args((self.strategy, if APPROXIMATE { "~" } else { "=" }));
        request.append(&self.threshold);
        if let Some(limit) = self.limit {
            request.args(("LIMIT", limit));
        }
        if let Some(references) = self.references {
            request.arg(references);
        }
    }
}

/// `XADD` with its options; [`xadd()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Xadd<R = StreamId> {
    request: Request,
    /// Where options and id go: before the fields.
    mark: Mark,
    read: Reader<R>,
    nomkstream: bool,
    trim: Option<Words>,
    id: Option<Words>,
}

impl Xadd {
    /// `NOMKSTREAM`: only to a stream that is there already; else nothing is added, and the reply is `None`. Since Redis
    /// 6.2.0.
    pub fn nomkstream(self) -> Xadd<Option<StreamId>> {
        let Xadd { request, mark, trim, id, .. } = self;
        Xadd { request, mark, read: Option::from_reply, nomkstream: true, trim, id }
    }
}

impl<R> Xadd<R> {
    /// `id`: with this id rather than one of the server's making: a [`StreamId`], or a text such as `"1526919030474-55"`.
    pub fn id(mut self, id: impl ToArg) -> Self {
        self.id = Some(Words::of(id));
        self
    }

    /// `ms-*`: with an id of this millisecond, whose second part the server makes. Since Redis 7.0.0.
    pub fn id_ms(self, ms: u64) -> Self {
        self.id(format!("{ms}-*"))
    }

    /// `<MAXLEN | MINID> ...`: deletes old entries, too.
    pub fn trim<const APPROXIMATE: bool>(mut self, trim: StreamTrim<APPROXIMATE>) -> Self {
        let mut words = Words::none();
        words.write(|request| trim.write(request));
        self.trim = Some(words);
        self
    }
}

impl<R> IntoCmd for Xadd<R> {
    type Reply = R;

    fn into_cmd(mut self) -> Cmd<R> {
        let id = self.id.unwrap_or_else(|| Words::of("*"));
        self.request.insert(self.mark, |request| {
            if self.nomkstream {
                request.arg("NOMKSTREAM");
            }
            if let Some(trim) = &self.trim {
                request.append(trim);
            }
            request.append(&id);
        });
        Cmd::from_request(self.request, self.read)
    }
}

/// `XACKDEL` or `XDELEX` with its options; [`xackdel()`] and [`xdelex()`] make it.
///
/// The options exclude each other, the last one counts.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct StreamDelete {
    request: Request,
    /// Where the option goes: before the ids.
    mark: Mark,
    references: Option<&'static str>,
}

impl StreamDelete {
    fn new(mut request: Request, ids: impl ToArgs) -> Self {
        let mark = request.mark();
        request.arg("IDS");
        request.counted_args("ids", ids);
        StreamDelete { request, mark, references: None }
    }

    /// `KEEPREF`: leaves deleted entries in the lists of what groups have pending, as without saying.
    pub fn keepref(mut self) -> Self {
        self.references = Some("KEEPREF");
        self
    }

    /// `DELREF`: removes deleted entries from the lists of what groups have pending.
    pub fn delref(mut self) -> Self {
        self.references = Some("DELREF");
        self
    }

    /// `ACKED`: deletes only what all groups have acknowledged.
    pub fn acked(mut self) -> Self {
        self.references = Some("ACKED");
        self
    }
}

impl IntoCmd for StreamDelete {
    type Reply = Vec<StreamDeletion>;

    fn into_cmd(mut self) -> Cmd<Vec<StreamDeletion>> {
        if let Some(references) = self.references {
            self.request.insert(self.mark, |request| request.arg(references));
        }
        Cmd::from_request(self.request, Vec::from_reply)
    }
}

/// `XSETID` with its options; [`xsetid()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Xsetid {
    request: Request,
    entriesadded: Option<i64>,
    maxdeletedid: Option<Words>,
}

impl Xsetid {
    /// `ENTRIESADDED entries-added`: how many entries were ever added. Since Redis 7.0.0.
    pub fn entriesadded(mut self, entries: i64) -> Self {
        self.entriesadded = Some(entries);
        self
    }

    /// `MAXDELETEDID max-deleted-id`: the highest id that was deleted. Since Redis 7.0.0.
    pub fn maxdeletedid(mut self, id: impl ToArg) -> Self {
        self.maxdeletedid = Some(Words::of(id));
        self
    }
}

impl IntoCmd for Xsetid {
    type Reply = ();

    fn into_cmd(mut self) -> Cmd<()> {
        if let Some(entries) = self.entriesadded {
            self.request.args(("ENTRIESADDED", entries));
        }
        if let Some(id) = &self.maxdeletedid {
            self.request.arg("MAXDELETEDID");
            self.request.append(id);
        }
        Cmd::from_request(self.request, ok)
    }
}
