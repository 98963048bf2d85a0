//! A command: what is sent, and how its answer is read.

use std::cell::Cell;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use resp_proto::Node;

use crate::arg::{Arg, ToArg, ToArgs, ToPairs};
use crate::block::Block;
use crate::execute::IntoCmd;
use crate::reply::{FromReply, ReplyError, ReplyErrorKind, Value};
use crate::spec::Spec;

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
/// A name of two words may be written as one: no command has a space in its name, so it is sent as its words. No name at all is
/// an error before anything is sent.
///
/// ```
/// use redispy_cmd::cmd;
///
/// let encoding = cmd("OBJECT ENCODING").arg("key").returns::<String>();
/// assert_eq!(encoding.request().bytes(), b"*3\r\n$6\r\nOBJECT\r\n$8\r\nENCODING\r\n$3\r\nkey\r\n");
/// ```
pub fn cmd(name: impl ToArgs) -> Cmd<Value> {
    let mut request = Request::empty();
    name.write_args(&mut request);
    if request.get(0).is_some_and(|word| word.contains(&b' ')) {
        request = request.with_split_name();
    }
    if request.count() == 0 {
        // Nothing would be sent, and a reply be waited for.
        request.refuse("command", "a name");
    }
    request.recognise();
    Cmd { request, read: Value::from_reply }
}

impl<T> Cmd<T> {
    /// The command of `spec` whose reply `read` turns into a `T`; arguments follow by [`arg`](Self::arg).
    #[inline]
    pub fn new(spec: &'static Spec, read: Reader<T>) -> Self {
        Cmd { request: Request::new(spec), read }
    }

    /// A finished request whose reply `read` turns into a `T`: for builders of commands.
    pub fn from_request(request: Request, read: Reader<T>) -> Self {
        Cmd { request, read }
    }

    /// Appends one argument or many.
    #[inline]
    pub fn arg(mut self, args: impl ToArgs) -> Self {
        args.write_args(&mut self.request);
        if self.request.spec().is_none_or(|spec| spec.container) {
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

    /// Says that running this command twice does no harm, so that a client may send it again when it does not know whether it
    /// ran: a SET of a value that nobody else sets, a script that looks for its own mark.
    ///
    /// ```
    /// use redispy_cmd::{IntoCmd, commands as cmd};
    ///
    /// let beat = cmd::set("worker:7", "alive").ex(60).into_cmd().repeatable();
    /// assert!(beat.request().is_repeatable() && !beat.request().is_read_only());
    /// ```
    pub fn repeatable(mut self) -> Self {
        self.request.set_repeatable(true);
        self
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
    /// In memory of its own, since requests are handed on by value from builder to command to connection. Taken out by drop,
    /// and by nothing else.
    content: Option<Box<Content>>,
}

#[derive(Default)]
struct Content {
    /// Room for the array header, then the words and arguments as bulk strings.
    buffer: Vec<u8>,
    /// Where the array header begins.
    start: usize,
    count: usize,
    spec: Option<&'static Spec>,
    refused: Option<ReplyError>,
    /// The text of the script that is called by its hash.
    script: Option<Arc<[u8]>>,
    repeatable: bool,
}

/// A place between the arguments of one [`Request`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark(usize);

/// What a request begins with: room for `*` and 13 digits, of which the last begin the header, then CR and LF.
const NO_HEADER: [u8; 16] = *b"            *0\r\n";
const HEADER_ROOM: usize = NO_HEADER.len();
/// Where the header of one digit begins.
const SHORT_HEADER: usize = HEADER_ROOM - 4;

/// Buffers above this are given back to the allocator instead of being kept for the thread's next command.
const KEPT_CAPACITY: usize = 16 << 10;

thread_local! {
    /// That of the command last dropped on this thread: a thread that runs one command after the other allocates none.
    static SPARE: Cell<Option<Box<Content>>> = const { Cell::new(None) };
}

impl Request {
    /// The request of a known command, its words written.
    pub fn new(spec: &'static Spec) -> Self {
        let mut request = Request::empty();
        let content = request.content_mut();
        content.buffer.extend_from_slice(spec.words);
        content.spec = Some(spec);
        content.count_more(usize::from(spec.word_count));
        request
    }

    /// A request without words: scratch for arguments that are [appended](Self::append) to another later.
    #[inline]
    pub(crate) fn empty() -> Self {
        let mut content = SPARE.try_with(Cell::take).ok().flatten().unwrap_or_default();
        content.buffer.extend_from_slice(&NO_HEADER);
        content.start = SHORT_HEADER;
        Request { content: Some(content) }
    }

    #[inline]
    #[expect(clippy::expect_used, reason = "it is there until drop, after which nobody can ask")]
    fn content(&self) -> &Content {
        self.content.as_deref().expect("a request has its content until it is dropped")
    }

    #[inline]
    #[expect(clippy::expect_used, reason = "it is there until drop, after which nobody can ask")]
    fn content_mut(&mut self) -> &mut Content {
        self.content.as_deref_mut().expect("a request has its content until it is dropped")
    }

    /// Appends one argument.
    pub fn arg(&mut self, arg: impl ToArg) {
        let before = self.count();
        arg.write_arg(Arg::new(self));
        if self.count() == before {
            self.refuse("argument", "written or refused by its `ToArg`");
        }
    }

    /// Appends one argument or many.
    pub fn args(&mut self, args: impl ToArgs) {
        args.write_args(self);
    }

    /// Appends arguments of which the command needs at least one; none is an error that names `what`.
    pub fn some_args(&mut self, what: &'static str, args: impl ToArgs) {
        let before = self.count();
        args.write_args(self);
        if self.count() == before {
            self.refuse(what, "at least one");
        }
    }

    /// Appends pairs of which the command needs at least one; none is an error that names `what`.
    pub fn some_pairs(&mut self, what: &'static str, pairs: impl ToPairs) {
        let before = self.count();
        pairs.write_pairs(self);
        if self.count() == before {
            self.refuse(what, "at least one pair");
        }
    }

    /// Appends how many arguments follow, then the arguments, the way of `LMPOP numkeys key [key ...]`; none is an error that
    /// names `what`.
    pub fn counted_args(&mut self, what: &'static str, args: impl ToArgs) {
        let (mark, before) = (self.mark(), self.count());
        self.some_args(what, args);
        let amount = self.count() - before;
        self.insert(mark, |request| request.push_integer(i64::try_from(amount).unwrap_or(i64::MAX)));
    }

    /// Appends how many pairs follow, then the pairs, the way of `HSETEX .. FIELDS numfields field value [field value ...]`;
    /// none is an error that names `what`.
    pub fn counted_pairs(&mut self, what: &'static str, pairs: impl ToPairs) {
        let (mark, before) = (self.mark(), self.count());
        self.some_pairs(what, pairs);
        let amount = (self.count() - before) / 2;
        self.insert(mark, |request| request.push_integer(i64::try_from(amount).unwrap_or(i64::MAX)));
    }

    /// Appends the arguments of `other`, and its refusal.
    pub(crate) fn append(&mut self, other: &Request) {
        let content = self.content_mut();
        content.buffer.extend_from_slice(other.content().words());
        content.count_more(other.count());
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
        Mark(self.content().buffer.len())
    }

    /// Puts the arguments that `write` appends where `mark` was taken, before what follows it.
    pub(crate) fn insert(&mut self, mark: Mark, write: impl FnOnce(&mut Self)) {
        let end = self.mark().0;
        write(self);
        let appended = self.mark().0 - end;
        if let Some(tail) = self.content_mut().buffer.get_mut(mark.0..) {
            tail.rotate_right(appended);
        }
    }

    /// Makes running this command an error that says which argument was wrong and what was expected, before anything is
    /// sent. The first refusal stays.
    pub fn refuse(&mut self, argument: &'static str, expected: &'static str) {
        if self.refusal().is_none() {
            let refusal = ReplyError::argument(argument, expected).in_command(self);
            self.content_mut().refused = Some(refusal);
        }
    }

    /// Why this command cannot be sent, if so.
    #[inline]
    pub fn refusal(&self) -> Option<&ReplyError> {
        self.content().refused.as_ref()
    }

    /// The text of the script that is called by its hash.
    #[inline]
    pub(crate) fn script(&self) -> Option<&Arc<[u8]>> {
        self.content().script.as_ref()
    }

    #[inline]
    pub(crate) fn is_said_repeatable(&self) -> bool {
        self.content().repeatable
    }

    pub(crate) fn set_repeatable(&mut self, repeatable: bool) {
        self.content_mut().repeatable = repeatable;
    }

    pub(crate) fn set_script(&mut self, text: Arc<[u8]>) {
        self.content_mut().script = Some(text);
    }

    /// The whole command as it goes over the wire.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        let content = self.content();
        content.buffer.get(content.start..).unwrap_or_default()
    }

    /// The memory that the whole command stands in, and where in it: for whoever keeps a large one without a copy.
    pub fn into_buffer(mut self) -> (Vec<u8>, usize) {
        let content = self.content_mut();
        (std::mem::take(&mut content.buffer), content.start)
    }

    /// What is known of the command, if it is one that the table has.
    #[inline]
    pub fn spec(&self) -> Option<&'static Spec> {
        self.content().spec
    }

    /// The command's name: `CONFIG GET`; of an unknown command its first word, `?` when that is no text of one line.
    pub fn name(&self) -> &str {
        match self.spec() {
            Some(spec) => spec.name,
            // Only a command that nobody knows is looked into.
            None => name_of(None, self.get(0)),
        }
    }

    /// How many words and arguments there are.
    #[inline]
    pub fn count(&self) -> usize {
        self.content().count
    }

    /// The words and arguments.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        words(self.content().words())
    }

    /// The word or argument at `index`, the command's first word being 0.
    pub fn get(&self, index: usize) -> Option<&[u8]> {
        self.iter().nth(index)
    }

    /// Whether the command only reads, so that sending it twice does no harm.
    #[inline]
    pub fn is_read_only(&self) -> bool {
        self.spec().is_some_and(Spec::is_read_only)
    }

    /// Whether running the command twice does no harm: it only reads, or was [said](Cmd::repeatable) to be so.
    #[inline]
    pub fn is_repeatable(&self) -> bool {
        self.is_said_repeatable() || self.is_read_only()
    }

    /// How long the server may hold the reply back, as the command's own arguments say; `None` when it does not block.
    pub fn block(&self) -> Option<Block> {
        if !self.spec()?.is_blocking() {
            return None;
        }
        crate::block::block_time(self)
    }

    /// Appends the bytes of one argument.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let content = self.content_mut();
        resp_proto::write_bulk(&mut content.buffer, bytes);
        content.count_one();
    }

    pub(crate) fn push_integer(&mut self, value: i64) {
        let content = self.content_mut();
        resp_proto::write_bulk_integer(&mut content.buffer, value);
        content.count_one();
    }

    /// The same with the words that the first one consists of.
    fn with_split_name(self) -> Self {
        let mut words = self.iter();
        let name = words.next().unwrap_or_default();
        let mut split = Request::empty();
        for part in name.split(u8::is_ascii_whitespace).filter(|part| !part.is_empty()) {
            split.push(part);
        }
        words.for_each(|word| split.push(word));
        split.refuse_as(&self);
        split
    }

    fn recognise(&mut self) {
        let mut words = self.iter();
        let first = words.next().unwrap_or_default();
        let second = words.next();
        let spec = Spec::of_words(first, second);
        drop(words);
        self.content_mut().spec = spec;
    }
}

impl Content {
    /// As new, but for the memory of the buffer.
    #[inline]
    fn clear(&mut self) {
        self.buffer.clear();
        self.count = 0;
        self.spec = None;
        self.refused = None;
        self.script = None;
        self.repeatable = false;
    }

    /// Words and arguments.
    fn words(&self) -> &[u8] {
        self.buffer.get(HEADER_ROOM..).unwrap_or_default()
    }

    fn count_more(&mut self, more: usize) {
        for _ in 0..more {
            self.count_one();
        }
    }

    /// Counts one argument, in the array header too, whose digits end right before the first word.
    #[inline]
    fn count_one(&mut self) {
        self.count += 1;
        match self.buffer.get_mut(SHORT_HEADER + 1) {
            Some(digit @ b'0'..=b'8') => *digit += 1,
            _ => self.carry(),
        }
    }

    /// Counts one where the last digit is a 9.
    #[cold]
    fn carry(&mut self) {
        let digits = self.buffer.get_mut(..HEADER_ROOM - 2).unwrap_or_default();
        for (place, byte) in digits.iter_mut().enumerate().rev() {
            match byte {
                b'0'..=b'8' => {
                    *byte += 1;
                    return;
                }
                b'9' => *byte = b'0',
                // The number gets a digit more.
                _ => {
                    *byte = b'1';
                    let before = place.saturating_sub(1);
                    if let Some(star) = self.buffer.get_mut(before) {
                        *star = b'*';
                    }
                    self.start = before;
                    return;
                }
            }
        }
    }
}

/// The name of a command: `CONFIG GET`; of an unknown one its first word, `?` when that is no text of one line.
pub(crate) fn name_of<'a>(spec: Option<&'static Spec>, first: Option<&'a [u8]>) -> &'a str {
    let is_name =
        |word: &&str| !word.is_empty() && !word.contains(|c: char| c.is_control() || c.is_whitespace());
    match spec {
        Some(spec) => spec.name,
        None => first.and_then(|word| std::str::from_utf8(word).ok()).filter(is_name).unwrap_or("?"),
    }
}

/// The words of a command as it goes over the wire; what stands behind it is left alone.
pub(crate) fn words_of(command: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (count, rest) = header(command).unwrap_or_default();
    words(rest).take(count)
}

/// How many bytes the command takes that stands first here.
pub(crate) fn length(commands: &[u8]) -> Option<usize> {
    let (count, rest) = header(commands).filter(|(count, _)| *count > 0)?;
    let behind = (0..count).try_fold(rest, |rest, _| next_word(rest).map(|(_, rest)| rest))?;
    Some(commands.len() - behind.len())
}

/// How many words a command has, and what they begin.
fn header(command: &[u8]) -> Option<(usize, &[u8])> {
    let end = command.iter().position(|&byte| byte == b'\n')?;
    let line = command.strip_prefix(b"*")?.get(..end - 1)?;
    let count = std::str::from_utf8(line).ok()?.trim_end().parse().ok()?;
    Some((count, command.get(end + 1..)?))
}

/// The bodies of bulk strings.
fn words(mut rest: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (word, behind) = next_word(rest)?;
        rest = behind;
        Some(word)
    })
}

/// The body of a bulk string, and what follows it.
fn next_word(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|&byte| byte == b'\r')?;
    let digit =
        |len: usize, byte: &u8| len.checked_mul(10)?.checked_add(usize::from(byte.checked_sub(b'0')?));
    let len = bytes.get(1..end)?.iter().try_fold(0, digit)?;
    Some((bytes.get(end + 2..end + 2 + len)?, bytes.get(end + 4 + len..)?))
}

impl Clone for Request {
    fn clone(&self) -> Self {
        let mut copy = Request::empty();
        let (from, to) = (self.content(), copy.content_mut());
        to.buffer.clone_from(&from.buffer);
        to.start = from.start;
        to.count = from.count;
        to.spec = from.spec;
        to.refused.clone_from(&from.refused);
        to.script.clone_from(&from.script);
        to.repeatable = from.repeatable;
        copy
    }
}

impl Drop for Request {
    #[inline]
    fn drop(&mut self) {
        let Some(mut content) = self.content.take() else { return };
        if content.buffer.capacity() <= KEPT_CAPACITY {
            content.clear();
            // During the thread's end the cell may be gone; then it just is not kept.
            let _ = SPARE.try_with(|spare| spare.set(Some(content)));
        }
    }
}

impl fmt::Debug for Request {
    /// The command's name and how many arguments it has: arguments may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.spec().map_or(1, |spec| usize::from(spec.word_count));
        write!(f, "{} [{} arguments]", self.name(), self.count().saturating_sub(words))
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

    pub(crate) fn write(&mut self, write: impl FnOnce(&mut Request)) {
        write(&mut self.0);
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
        write!(f, "[{} arguments]", self.0.count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::get;
    use crate::spec;

    #[test]
    fn the_header_counts_the_arguments() {
        let mut command = cmd("DEL");
        for n in 1..=1200 {
            command = command.arg(n);
            let header = format!("*{}\r\n$3\r\nDEL\r\n$1\r\n1\r\n", n + 1);
            assert!(command.request().bytes().starts_with(header.as_bytes()), "{n}");
        }
        assert_eq!((command.request().count(), command.request().iter().count()), (1201, 1201));
        let mut request = Request::new(&spec::DEL);
        request.append(&Words::of(vec!["k"; 99]));
        assert!(request.bytes().starts_with(b"*100\r\n$3\r\nDEL\r\n$1\r\nk\r\n"));
        assert_eq!(request.clone().bytes(), request.bytes());
    }

    #[test]
    fn names_of_several_words_are_sent_as_these() {
        let words = |command: &Cmd<Value>| command.request().iter().collect::<Vec<_>>().join(&b'|');
        let command = cmd(" config  get").arg("a b");
        assert_eq!((words(&command), command.request().name()), (b"config|get|a b".to_vec(), "CONFIG GET"));
        let command = cmd(("AUTH secret", "x y", 1));
        assert_eq!((words(&command), command.request().name()), (b"AUTH|secret|x y|1".to_vec(), "AUTH"));
        let command = cmd(("CONFIG SET", f64::NAN));
        assert_eq!(
            command.request().refusal().unwrap().to_string(),
            "CONFIG: `argument` must be a number, not NaN"
        );
    }

    #[test]
    fn what_stands_for_a_name_keeps_to_one_line() {
        assert_eq!(cmd("X.Y").request().name(), "X.Y");
        for odd in [&b""[..], b"AUTH\tsecret", b"X\r\nsecret", b"\xff"] {
            assert_eq!(cmd(odd).request().name(), "?");
        }
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
        for command in [cmd(nothing), cmd(nothing).arg("GET"), cmd(" ")] {
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
    fn debug_shows_no_argument() {
        assert_eq!(format!("{:?}", cmd(("AUTH", "secret"))), "AUTH [1 arguments]");
        assert_eq!(format!("{:?}", get::<String>("k")), "GET [1 arguments]");
    }
}
