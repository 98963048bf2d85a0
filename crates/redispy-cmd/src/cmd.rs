//! A command: what is sent, and how its answer is read.

use std::cell::Cell;
use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use resp_proto::Node;

use crate::arg::{Arg, ToArg, ToArgs, ToPairs};
use crate::execute::IntoCmd;
use crate::reply::{FromReply, ReplyError, ReplyErrorKind, Value};
use crate::spec::{self, Spec};

/// Reads a reply into the type that a command answers with.
pub type Reader<T> = fn(Node<'_>) -> Result<T, ReplyError>;

/// A command that answers with a `T`: its encoded arguments and the reader of its reply.
///
/// The functions of [`crate::commands`] make them; [`cmd`] makes one of any name.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Cmd<T> {
    request: Request,
    read: Reader<T>,
}

/// A command of any name, whose reply is a [`Value`] until [`returns`](Cmd::returns) says otherwise.
///
/// ```
/// use redispy_cmd::cmd;
///
/// let encoding = cmd("OBJECT").arg(("ENCODING", "key")).returns::<String>();
/// assert_eq!(encoding.request().bytes(), b"*3\r\n$6\r\nOBJECT\r\n$8\r\nENCODING\r\n$3\r\nkey\r\n");
/// ```
pub fn cmd(name: impl ToArgs) -> Cmd<Value> {
    let mut request = Request::empty();
    name.write_args(&mut request);
    if request.count == 0 {
        // Nothing would be sent, and a reply be waited for.
        request.refuse("command", "a name");
    }
    request.recognise();
    Cmd { request, read: Value::from_reply }
}

impl<T> Cmd<T> {
    /// The command of `spec` whose reply `read` turns into a `T`; arguments follow by [`arg`](Self::arg).
    pub fn new(spec: &'static Spec, read: Reader<T>) -> Self {
        Cmd { request: Request::new(spec), read }
    }

    /// A finished request whose reply `read` turns into a `T`: for builders of commands.
    pub fn from_request(request: Request, read: Reader<T>) -> Self {
        Cmd { request, read }
    }

    /// Appends one argument or many.
    pub fn arg(mut self, args: impl ToArgs) -> Self {
        args.write_args(&mut self.request);
        if self.request.spec.is_none_or(|spec| spec.container) {
            self.request.recognise();
        }
        self
    }

    /// The same command with its reply read as another type, from the shape that the server sends: RESP2 and RESP3 differ
    /// for some commands.
    pub fn returns<U: FromReply>(self) -> Cmd<U> {
        self.decode(U::from_reply)
    }

    /// The same command with its reply read by `read`.
    pub fn decode<U>(self, read: Reader<U>) -> Cmd<U> {
        Cmd { request: self.request, read }
    }

    /// What is sent.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// The reader of the reply.
    pub fn reader(&self) -> Reader<T> {
        self.read
    }

    /// The request and the reader of its reply.
    pub fn into_parts(self) -> (Request, Reader<T>) {
        (self.request, self.read)
    }
}

impl<T> Clone for Cmd<T> {
    fn clone(&self) -> Self {
        Cmd { request: self.request.clone(), read: self.read }
    }
}

impl<T> fmt::Debug for Cmd<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.request.fmt(f)
    }
}

impl<T> IntoCmd for Cmd<T> {
    type Reply = T;

    fn into_cmd(self) -> Cmd<T> {
        self
    }
}

impl<T> IntoCmd for &Cmd<T> {
    type Reply = T;

    fn into_cmd(self) -> Cmd<T> {
        self.clone()
    }
}

/// The encoded words and arguments of one command.
pub struct Request {
    /// Room for the array header, then the words and arguments as bulk strings.
    buffer: Vec<u8>,
    /// Where the array header begins.
    start: usize,
    count: usize,
    spec: Option<&'static Spec>,
    refused: Option<ReplyError>,
}

/// A place between the arguments of one [`Request`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark(usize);

/// Room for `*`, 20 digits, CR and LF.
const HEADER_ROOM: usize = 23;

/// Buffers above this are given back to the allocator instead of being kept for the thread's next command.
const KEPT_CAPACITY: usize = 16 << 10;

thread_local! {
    /// The buffer of the command last dropped on this thread: a thread that runs one command after the other allocates none.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl Request {
    /// The request of a known command, its words written.
    pub fn new(spec: &'static Spec) -> Self {
        let mut request = Request::empty();
        request.buffer.extend_from_slice(spec.words);
        request.spec = Some(spec);
        request.counted(usize::from(spec.word_count));
        request
    }

    /// A request without words: scratch for arguments that are [appended](Self::append) to another later.
    pub(crate) fn empty() -> Self {
        let mut buffer = SPARE.try_with(Cell::take).unwrap_or_default();
        buffer.clear();
        buffer.resize(HEADER_ROOM, 0);
        Request { buffer, start: HEADER_ROOM, count: 0, spec: None, refused: None }
    }

    /// Appends one argument.
    pub fn arg(&mut self, arg: impl ToArg) {
        let before = self.count;
        arg.write_arg(Arg::new(self));
        if self.count == before {
            self.refuse("argument", "written or refused by its `ToArg`");
        }
    }

    /// Appends one argument or many.
    pub fn args(&mut self, args: impl ToArgs) {
        args.write_args(self);
    }

    /// Appends arguments of which the command needs at least one; none is an error that names `what`.
    pub fn some_args(&mut self, what: &'static str, args: impl ToArgs) {
        let before = self.count;
        args.write_args(self);
        if self.count == before {
            self.refuse(what, "at least one");
        }
    }

    /// Appends pairs of which the command needs at least one; none is an error that names `what`.
    pub fn some_pairs(&mut self, what: &'static str, pairs: impl ToPairs) {
        let before = self.count;
        pairs.write_pairs(self);
        if self.count == before {
            self.refuse(what, "at least one pair");
        }
    }

    /// Appends how many arguments follow, then the arguments, the way of `LMPOP numkeys key [key ...]`; none is an error that
    /// names `what`.
    pub fn counted_args(&mut self, what: &'static str, args: impl ToArgs) {
        let (mark, before) = (self.mark(), self.count);
        self.some_args(what, args);
        let amount = self.count - before;
        self.insert(mark, |request| request.push_integer(i64::try_from(amount).unwrap_or(i64::MAX)));
    }

    /// Appends how many pairs follow, then the pairs, the way of `HSETEX .. FIELDS numfields field value [field value ...]`;
    /// none is an error that names `what`.
    pub fn counted_pairs(&mut self, what: &'static str, pairs: impl ToPairs) {
        let (mark, before) = (self.mark(), self.count);
        self.some_pairs(what, pairs);
        let amount = (self.count - before) / 2;
        self.insert(mark, |request| request.push_integer(i64::try_from(amount).unwrap_or(i64::MAX)));
    }

    /// Appends the arguments of `other`, and its refusal.
    pub(crate) fn append(&mut self, other: &Request) {
        self.buffer.extend_from_slice(other.buffer.get(HEADER_ROOM..).unwrap_or_default());
        self.counted(self.count + other.count);
        self.refuse_as(other);
    }

    /// Takes over the refusal of `other`.
    pub(crate) fn refuse_as(&mut self, other: &Request) {
        if let Some(ReplyErrorKind::Argument { argument, expected }) = other.refusal().map(ReplyError::kind) {
            self.refuse(argument, expected);
        }
    }

    /// The place behind the arguments written so far, for those that are known only later.
    pub(crate) fn mark(&self) -> Mark {
        Mark(self.buffer.len())
    }

    /// Puts the arguments that `write` appends where `mark` was taken, before what follows it.
    pub(crate) fn insert(&mut self, mark: Mark, write: impl FnOnce(&mut Self)) {
        let end = self.buffer.len();
        write(self);
        let appended = self.buffer.len() - end;
        if let Some(tail) = self.buffer.get_mut(mark.0..) {
            tail.rotate_right(appended);
        }
    }

    /// Makes running this command an error that says which argument was wrong and what was expected, before anything is
    /// sent. The first refusal stays.
    pub fn refuse(&mut self, argument: &'static str, expected: &'static str) {
        if self.refused.is_none() {
            self.refused = Some(ReplyError::argument(argument, expected).in_command(self));
        }
    }

    /// Why this command cannot be sent, if so.
    pub fn refusal(&self) -> Option<&ReplyError> {
        self.refused.as_ref()
    }

    /// The whole command as it goes over the wire.
    pub fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    /// What is known of the command, if it is one that the table has.
    pub fn spec(&self) -> Option<&'static Spec> {
        self.spec
    }

    /// The command's name: `CONFIG GET`; of an unknown command its first word.
    pub fn name(&self) -> &str {
        match self.spec {
            Some(spec) => spec.name,
            None => self.get(0).and_then(|word| std::str::from_utf8(word).ok()).unwrap_or("?"),
        }
    }

    /// How many words and arguments there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The words and arguments.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        words(self.buffer.get(HEADER_ROOM..).unwrap_or_default())
    }

    /// The word or argument at `index`, the command's first word being 0.
    pub fn get(&self, index: usize) -> Option<&[u8]> {
        self.iter().nth(index)
    }

    /// Whether the command only reads, so that sending it twice does no harm.
    pub fn is_read_only(&self) -> bool {
        self.spec.is_some_and(Spec::is_read_only)
    }

    /// How long the server may hold the reply back, as the command's own arguments say; `None` when it does not block.
    pub fn block(&self) -> Option<Block> {
        if !self.spec?.is_blocking() {
            return None;
        }
        block_time(self)
    }

    /// Appends the bytes of one argument.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        resp_proto::write_bulk(&mut self.buffer, bytes);
        self.counted(self.count + 1);
    }

    pub(crate) fn push_integer(&mut self, value: i64) {
        resp_proto::write_bulk_integer(&mut self.buffer, value);
        self.counted(self.count + 1);
    }

    fn recognise(&mut self) {
        let mut words = self.iter();
        let first = words.next().unwrap_or_default();
        let second = words.next();
        let spec = Spec::of_words(first, second);
        drop(words);
        self.spec = spec;
    }

    /// Writes the array header right before the first word.
    fn counted(&mut self, count: usize) {
        self.count = count;
        let mut digits = itoa::Buffer::new();
        let digits = digits.format(count).as_bytes();
        let start = HEADER_ROOM - 3 - digits.len();
        let room = self.buffer.get_mut(start..HEADER_ROOM).unwrap_or_default();
        if let [star, rest @ ..] = room {
            *star = b'*';
            let (text, end) = rest.split_at_mut(digits.len());
            text.copy_from_slice(digits);
            end.copy_from_slice(b"\r\n");
        }
        self.start = start;
    }
}

/// The words of a command as it goes over the wire; what stands behind it is left alone.
pub(crate) fn words_of(command: &[u8]) -> impl Iterator<Item = &[u8]> {
    let end = command.iter().position(|&byte| byte == b'\n').unwrap_or_default();
    let count = command.get(1..end).and_then(|line| std::str::from_utf8(line).ok()?.trim_end().parse().ok());
    words(command.get(end + 1..).unwrap_or_default()).take(count.unwrap_or_default())
}

/// The bodies of bulk strings.
fn words(mut rest: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let end = rest.iter().position(|&byte| byte == b'\r')?;
        let len: usize = std::str::from_utf8(rest.get(1..end)?).ok()?.parse().ok()?;
        let body = rest.get(end + 2..end + 2 + len)?;
        rest = rest.get(end + 4 + len..)?;
        Some(body)
    })
}

impl Clone for Request {
    fn clone(&self) -> Self {
        let mut copy = Request::empty();
        copy.buffer.clear();
        copy.buffer.extend_from_slice(&self.buffer);
        copy.start = self.start;
        copy.count = self.count;
        copy.spec = self.spec;
        copy.refused.clone_from(&self.refused);
        copy
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        if self.buffer.capacity() <= KEPT_CAPACITY {
            let buffer = std::mem::take(&mut self.buffer);
            // During the thread's end the cell may be gone; then the buffer just is not kept.
            let _ = SPARE.try_with(|spare| spare.set(buffer));
        }
    }
}

impl fmt::Debug for Request {
    /// The command's name and how many arguments it has: arguments may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.spec.map_or(1, |spec| usize::from(spec.word_count));
        write!(f, "{} [{} arguments]", self.name(), self.count.saturating_sub(words))
    }
}

/// Arguments on their own, for builders that write them later or not at all, by [`Request::append`].
#[derive(Clone)]
pub(crate) struct Words(Request);

impl Words {
    pub(crate) fn of(args: impl ToArgs) -> Self {
        let mut words = Words::none();
        words.push(args);
        words
    }

    pub(crate) fn none() -> Self {
        Words(Request::empty())
    }

    pub(crate) fn push(&mut self, args: impl ToArgs) {
        self.0.args(args);
    }
}

impl Deref for Words {
    type Target = Request;

    fn deref(&self) -> &Request {
        &self.0
    }
}

impl fmt::Debug for Words {
    /// How many they are: they may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} arguments]", self.0.count)
    }
}

/// How long a blocking command waits at the server before it answers that nothing came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    /// At most this long.
    For(Duration),
    /// Until something comes, however long: the call has no deadline then.
    Forever,
}

impl From<Duration> for Block {
    fn from(time: Duration) -> Self {
        Block::For(time)
    }
}

impl Block {
    /// Appends the block time as (fractions of) seconds, the way of `BLPOP`. Zero is refused, since servers take it for
    /// "for ever", which [`Block::Forever`] says openly.
    pub fn write_seconds(self, request: &mut Request) {
        match self {
            Block::Forever => request.push(b"0"),
            Block::For(time) if time.is_zero() => refuse_zero(request),
            Block::For(time) => {
                // Servers count in milliseconds; a shorter time must not become 0.
                let millis = time.as_millis().max(1);
                request.push(format!("{}.{:03}", millis / 1000, millis % 1000).as_bytes());
            }
        }
    }

    /// Appends the block time as milliseconds, the way of `XREAD`. Zero is refused as in [`write_seconds`](Self::write_seconds).
    pub fn write_millis(self, request: &mut Request) {
        match self {
            Block::Forever => request.push(b"0"),
            Block::For(time) if time.is_zero() => refuse_zero(request),
            Block::For(time) => {
                request.push_integer(i64::try_from(time.as_millis().max(1)).unwrap_or(i64::MAX));
            }
        }
    }

    fn from_seconds(text: &[u8]) -> Option<Block> {
        let seconds: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
        if seconds == 0.0 {
            return Some(Block::Forever);
        }
        Duration::try_from_secs_f64(seconds).ok().map(Block::For)
    }

    fn from_millis(text: &[u8]) -> Option<Block> {
        match std::str::from_utf8(text).ok()?.parse().ok()? {
            0 => Some(Block::Forever),
            millis => Some(Block::For(Duration::from_millis(millis))),
        }
    }
}

fn refuse_zero(request: &mut Request) {
    request.refuse("timeout", "a time above zero, or Block::Forever");
}

/// Reads the block time out of a command's arguments, so that a command typed by hand gets the same deadline.
fn block_time(request: &Request) -> Option<Block> {
    let is = |spec: &'static Spec| request.spec == Some(spec);
    if is(&spec::XREAD) || is(&spec::XREADGROUP) {
        let mut args = request.iter().skip(1);
        args.find(|arg| arg.eq_ignore_ascii_case(b"BLOCK") || arg.eq_ignore_ascii_case(b"STREAMS"))
            .filter(|arg| arg.eq_ignore_ascii_case(b"BLOCK"))?;
        return args.next().and_then(Block::from_millis);
    }
    if is(&spec::WAIT) || is(&spec::WAITAOF) {
        return request.get(request.count - 1).and_then(Block::from_millis);
    }
    if is(&spec::BLMPOP) || is(&spec::BZMPOP) {
        return request.get(1).and_then(Block::from_seconds);
    }
    request.get(request.count - 1).and_then(Block::from_seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::get;

    #[test]
    fn the_header_counts_the_arguments() {
        let mut command = cmd("DEL");
        for n in 1..=120 {
            command = command.arg(n);
        }
        assert!(command.request().bytes().starts_with(b"*121\r\n$3\r\nDEL\r\n$1\r\n1\r\n"));
        assert_eq!(command.request().iter().count(), 121);
    }

    #[test]
    fn a_number_is_put_before_the_arguments_it_counts() {
        let mut request = Request::new(&spec::LMPOP);
        request.counted_args("keys", ("a", "b"));
        request.arg("LEFT");
        assert_eq!(request.bytes(), b"*5\r\n$5\r\nLMPOP\r\n$1\r\n2\r\n$1\r\na\r\n$1\r\nb\r\n$4\r\nLEFT\r\n");
    }

    #[test]
    fn options_known_late_go_where_they_belong() {
        let mut request = Request::new(&spec::HGETDEL);
        request.arg("h");
        let mark = request.mark();
        request.arg("f");
        request.insert(mark, |request| request.args(("FIELDS", 1)));
        assert_eq!(
            request.bytes(),
            b"*5\r\n$7\r\nHGETDEL\r\n$1\r\nh\r\n$6\r\nFIELDS\r\n$1\r\n1\r\n$1\r\nf\r\n"
        );
    }

    #[test]
    fn raw_words_are_recognised() {
        assert_eq!(cmd(("config", "get")).request().name(), "CONFIG GET");
        assert_eq!(cmd("config").arg("get").arg("*").request().name(), "CONFIG GET");
        assert_eq!(cmd("JSON.GET").request().name(), "JSON.GET");
        assert!(cmd("get").arg("k").request().is_read_only());
    }

    #[test]
    fn no_words_are_no_command() {
        let nothing: &[&str] = &[];
        for command in [cmd(nothing), cmd(nothing).arg("GET")] {
            assert_eq!(command.request().refusal().unwrap().to_string(), "?: `command` must be a name");
        }
    }

    #[test]
    fn collected_words_bring_their_refusal_along() {
        let mut request = Request::new(&spec::SET);
        request.append(&Words::of(("k", f64::NAN)));
        assert_eq!(request.bytes(), b"*2\r\n$3\r\nSET\r\n$1\r\nk\r\n");
        assert_eq!(request.refusal().unwrap().to_string(), "SET: `argument` must be a number, not NaN");
        assert_eq!(format!("{:?}", Words::of("secret")), "[1 arguments]");
    }

    #[test]
    fn block_times_are_read_from_the_arguments() {
        let block = |words: &[&str]| {
            let mut request = Request::empty();
            for word in words {
                request.arg(*word);
            }
            request.recognise();
            request.block()
        };
        let seconds = |n| Some(Block::For(Duration::from_secs_f64(n)));
        assert_eq!(block(&["BLPOP", "a", "b", "1.5"]), seconds(1.5));
        assert_eq!(block(&["BLPOP", "a", "0"]), Some(Block::Forever));
        assert_eq!(block(&["BLMPOP", "2", "1", "a", "LEFT"]), seconds(2.0));
        assert_eq!(block(&["XREAD", "COUNT", "1", "BLOCK", "500", "STREAMS", "s", "$"]), seconds(0.5));
        assert_eq!(block(&["XREAD", "STREAMS", "BLOCK", "5"]), None);
        assert_eq!(block(&["WAIT", "1", "100"]), seconds(0.1));
        assert_eq!(block(&["GET", "5"]), None);
    }

    #[test]
    fn debug_shows_no_argument() {
        assert_eq!(format!("{:?}", cmd(("AUTH", "secret"))), "AUTH [1 arguments]");
        assert_eq!(format!("{:?}", get::<String>("k")), "GET [1 arguments]");
    }
}
