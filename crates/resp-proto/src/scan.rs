//! Pass one: where does the next whole reply end?
//!
//! The scan checks all that the protocol demands, so that whoever reads the bytes afterwards cannot fail. Its state is
//! a stack of counts: what a header promises costs nothing until it comes.

use alloc::vec::Vec;

use nom::Err;

use crate::items::PATIENCE;
use crate::token::{self, Same, Special};
use crate::{Error, ErrorKind, Kind, Limit, Limits};

/// How far a scan came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The reply takes up this many bytes from the start.
    Complete(usize),
    /// The reply needs at least this many bytes in total.
    Incomplete(usize),
}

/// Finds the end of one reply in bytes that arrive in pieces.
#[derive(Debug)]
pub struct Scanner {
    limits: Limits,
    /// Where the header begins that comes next.
    pos: usize,
    /// How much of that header's line was searched for its end.
    searched: usize,
    /// No use in looking again before so many bytes are there.
    need: usize,
    /// The innermost open aggregate, and those around it. At top level there is one value to come.
    level: Level,
    stack: Vec<Level>,
    /// Within a streamed string: its bytes so far.
    string: Option<u64>,
    failed: Option<Error>,
}

/// An open aggregate: how many values it still waits for or, when its length is not known, how many it has; and flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Level(u64);

impl Level {
    const COUNT: u64 = (1 << 59) - 1;
    const STREAM: u64 = 1 << 63;
    const MAP: u64 = 1 << 62;
    const ATTRIBUTES: u64 = 1 << 61;
    /// In a streamed aggregate: attributes were sent, so the value they belong to must follow.
    const VALUE_DUE: u64 = 1 << 60;

    const TOP: Level = Level(1);

    #[inline(always)]
    fn is(self, flag: u64) -> bool {
        self.0 & flag != 0
    }

    #[inline(always)]
    fn count(self) -> u64 {
        self.0 & Self::COUNT
    }

    /// One more value came.
    #[inline(always)]
    fn count_one(&mut self) {
        if self.is(Self::STREAM) {
            self.0 = (self.0 & !Self::VALUE_DUE) + 1;
        } else {
            self.0 -= 1;
        }
    }

    /// More is to come, and it is known how much.
    #[inline(always)]
    fn is_open_fixed(self) -> bool {
        !self.is(Self::STREAM) && self.count() > 0
    }

    /// Nothing more to come.
    #[inline(always)]
    fn is_done(self) -> bool {
        self.0 & (Self::COUNT | Self::STREAM) == 0
    }
}

/// Why the scan stops before the end. Positions are counted from the end of the bytes, as slices know it.
enum Stop {
    /// Bytes are missing; the header that comes next begins so many bytes before the end.
    Missing { left: usize },
    /// What is wrong so many bytes before the end.
    Fault { kind: ErrorKind, left: usize },
}

type Step<'a> = Result<&'a [u8], Stop>;

/// Aggregates that a scanner keeps room for between replies.
const KEPT_LEVELS: usize = 128;

impl Default for Scanner {
    fn default() -> Self {
        Scanner::new(Limits::default())
    }
}

impl Scanner {
    /// A scanner that keeps to `limits`.
    pub fn new(limits: Limits) -> Self {
        Scanner {
            limits,
            pos: 0,
            searched: 0,
            need: 0,
            level: Level::TOP,
            stack: Vec::new(),
            string: None,
            failed: None,
        }
    }

    /// Looks for the end of the reply that begins at `bytes[0]`. After [`Status::Incomplete`] call it again with
    /// the same bytes and more behind them; after [`Status::Complete`] with the bytes behind that reply.
    ///
    /// # Errors
    ///
    /// The bytes are not RESP or break a limit; the offset counts from the start of `bytes`. Each later call gives
    /// the same error.
    pub fn scan(&mut self, bytes: &[u8]) -> Result<Status, Error> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        if bytes.len() < self.need {
            return Ok(Status::Incomplete(self.need));
        }
        let most = self.limits.max_reply_len;
        let window = bytes.get(..most).unwrap_or(bytes);
        self.need = 0;
        let mut i = window.get(self.pos..).unwrap_or_default();
        match self.run(&mut i, window.len()) {
            Ok(()) => {
                self.rewind();
                Ok(Status::Complete(window.len() - i.len()))
            }
            Err(Stop::Missing { left }) => {
                self.pos = window.len() - left;
                self.need = self.need.max(window.len() + 1);
                if self.need > most {
                    return Err(self.fail(ErrorKind::Limit(Limit::Reply(most)), most));
                }
                Ok(Status::Incomplete(self.need))
            }
            Err(Stop::Fault { kind, left }) => Err(self.fail(kind, window.len() - left)),
        }
    }

    /// Whether nothing of the next reply was seen yet.
    #[inline(always)]
    pub(crate) fn is_fresh(&self) -> bool {
        self.need == 0 && self.pos == 0
    }

    /// Whether the header that comes next is the reply's first.
    pub(crate) fn is_at_start(&self) -> bool {
        self.pos == 0 && self.failed.is_none()
    }

    /// The limits that are kept to.
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Makes sure that nothing more is read quickly: the stream broke elsewhere.
    pub(crate) fn shut(&mut self) {
        self.need = usize::MAX;
    }

    /// Begins anew with another reply.
    pub(crate) fn rewind(&mut self) {
        (self.pos, self.searched, self.need) = (0, 0, 0);
        self.level = Level::TOP;
        self.stack.clear();
        if self.stack.capacity() > KEPT_LEVELS {
            self.stack = Vec::new();
        }
    }

    #[cold]
    fn fail(&mut self, kind: ErrorKind, at: usize) -> Error {
        let error = Error::new(kind, at as u64);
        self.failed = Some(error);
        self.shut();
        error
    }

    /// Goes on at `i`, which stands before the next header and, when the reply is complete, behind its end.
    fn run(&mut self, i: &mut &[u8], total: usize) -> Result<(), Stop> {
        // The innermost level lives in a register while bytes last.
        let mut level = self.level;
        let result = loop {
            let step = match *i {
                [] => Err(Stop::Missing { left: 0 }),
                _ if self.string.is_some() => self.chunk(i, total, &mut level),
                [b'$', line @ ..] => self.bulks(line, total, &mut level),
                [b':', line @ ..] => integers(line, &mut level),
                [b'+' | b'-', line @ ..] => self.lines(line, &mut level),
                [tag, line @ ..] => self.other(*tag, line, total, &mut level),
            };
            match step {
                Ok(rest) => *i = rest,
                Err(stop) => break Err(stop),
            }
            if level.is(Level::STREAM) && level.count() > self.max_elements() {
                break Err(self.too_many(i.len()));
            }
            while level.is_done() {
                let Some(parent) = self.stack.pop() else { return Ok(()) };
                if level.is(Level::ATTRIBUTES) && parent.is(Level::STREAM) {
                    level = Level(parent.0 | Level::VALUE_DUE);
                } else {
                    level = parent;
                }
            }
        };
        self.level = level;
        result
    }

    /// Bulk strings, as many as follow each other.
    #[inline(always)]
    fn bulks<'a>(&mut self, mut line: &'a [u8], total: usize, level: &mut Level) -> Step<'a> {
        let mut differed = 0;
        loop {
            let (body, len) = match token::length(line) {
                Ok(token) => token,
                Err(_) => return self.no_length(b'$', line, level),
            };
            let mut rest = self.body(line, body, len, total)?;
            level.count_one();
            if !level.is_open_fixed() {
                return Ok(rest);
            }
            let [b'$', next @ ..] = rest else { return Ok(rest) };
            let previous = core::mem::replace(&mut line, next);
            if differed < PATIENCE {
                differed += 1;
                // Lists often hold strings of one length: then the next end is known without reading the header.
                let header = previous.len() - body.len();
                let same = Same::of(previous, header);
                let end = header + len as usize;
                while same.is_at(line)
                    && let Some([b'\r', b'\n', after @ ..]) = line.get(end..)
                {
                    rest = after;
                    differed = 0;
                    level.0 -= 1;
                    match rest {
                        [b'$', next @ ..] if level.count() > 0 => line = next,
                        _ => return Ok(rest),
                    }
                }
            }
        }
    }

    /// A body of that length and its CR LF.
    #[inline(always)]
    fn body<'a>(&mut self, line: &[u8], body: &'a [u8], len: u64, total: usize) -> Step<'a> {
        let len = match usize::try_from(len) {
            Ok(len) if len <= self.limits.max_bulk_len => len,
            _ => return Err(self.too_long(line.len() + 1)),
        };
        match body.get(len..) {
            Some([b'\r', b'\n', rest @ ..]) => Ok(rest),
            None | Some([] | [_]) => {
                self.need = (total - body.len()).saturating_add(len).saturating_add(2);
                Err(Stop::Missing { left: line.len() + 1 })
            }
            Some(end) => Err(Stop::Fault { kind: ErrorKind::BulkEnd, left: end.len() }),
        }
    }

    /// Simple strings and errors, as many as follow each other.
    #[inline(always)]
    fn lines<'a>(&mut self, mut line: &'a [u8], level: &mut Level) -> Step<'a> {
        loop {
            let (rest, _) = self.line(line)?;
            level.count_one();
            match rest {
                [b'+' | b'-', next @ ..] if level.is_open_fixed() => line = next,
                _ => return Ok(rest),
            }
        }
    }

    /// A line of any text.
    #[inline(always)]
    fn line<'a>(&mut self, line: &'a [u8]) -> Result<(&'a [u8], &'a [u8]), Stop> {
        match token::line(line, core::mem::take(&mut self.searched)) {
            Ok((rest, text)) if text.len() <= self.limits.max_line_len => Ok((rest, text)),
            other => Err(self.no_line(line, matches!(other, Err(Err::Incomplete(_))))),
        }
    }

    #[cold]
    fn no_line(&mut self, line: &[u8], missing: bool) -> Stop {
        let most = self.limits.max_line_len;
        if missing {
            let text = line.strip_suffix(b"\r").unwrap_or(line);
            if text.len() <= most {
                self.searched = text.len();
                return Stop::Missing { left: line.len() + 1 };
            }
        }
        match memchr::memchr2(b'\r', b'\n', line) {
            Some(at) if at <= most => Stop::Fault { kind: ErrorKind::LineEnd, left: line.len() - at },
            _ => Stop::Fault { kind: ErrorKind::Limit(Limit::Line(most)), left: line.len() - most },
        }
    }

    /// Every other kind, and whatever is none.
    fn other<'a>(&mut self, tag: u8, line: &'a [u8], total: usize, level: &mut Level) -> Step<'a> {
        let header = line.len() + 1;
        let fault = |kind| Err(Stop::Fault { kind, left: header });
        let rest = match tag {
            b'_' => fixed(line, 0, ErrorKind::Null)?,
            b'#' => match line {
                [b't' | b'f', ..] | [] => fixed(line, 1, ErrorKind::Boolean)?,
                _ => return fault(ErrorKind::Boolean),
            },
            b',' => match self.line(line)? {
                (rest, text) if token::double(text).is_some() => rest,
                _ => return fault(ErrorKind::Double),
            },
            b'(' => match self.line(line)? {
                (rest, text) if token::is_big_number(text) => rest,
                _ => return fault(ErrorKind::BigNumber),
            },
            b'!' | b'=' => {
                let (body, len) = match token::length(line) {
                    Ok(token) => token,
                    Err(_) => return self.no_length(tag, line, level),
                };
                let rest = self.body(line, body, len, total)?;
                if tag == b'=' && body.get(..len as usize).and_then(token::verbatim).is_none() {
                    return fault(ErrorKind::Verbatim);
                }
                rest
            }
            b'*' | b'%' | b'~' | b'>' | b'|' => return self.open(tag, line, level),
            b'.' => return self.close(line, level),
            b';' => return fault(ErrorKind::OutOfPlace(tag)),
            _ => return fault(ErrorKind::UnknownType(tag)),
        };
        level.count_one();
        Ok(rest)
    }

    /// The header of an aggregate.
    fn open<'a>(&mut self, tag: u8, line: &'a [u8], level: &mut Level) -> Step<'a> {
        let (rest, count) = match token::length(line) {
            Ok(token) => token,
            Err(_) => return self.no_length(tag, line, level),
        };
        let (per_element, flag) = match tag {
            b'%' => (2, Level::MAP),
            b'|' => (2, Level::ATTRIBUTES),
            _ => (1, 0),
        };
        match count.checked_mul(per_element) {
            Some(count) if count <= self.max_elements() => self.nest(tag, line, count | flag, level)?,
            _ => return Err(self.too_many(line.len() + 1)),
        }
        Ok(rest)
    }

    fn nest(&mut self, tag: u8, line: &[u8], inner: u64, level: &mut Level) -> Result<(), Stop> {
        if tag == b'>' && !self.stack.is_empty() {
            return Err(Stop::Fault { kind: ErrorKind::OutOfPlace(tag), left: line.len() + 1 });
        }
        if self.stack.len() >= self.limits.max_depth {
            let kind = ErrorKind::Limit(Limit::Depth(self.limits.max_depth));
            return Err(Stop::Fault { kind, left: line.len() + 1 });
        }
        // Attributes are no element of what they stand in: the value behind them is.
        if tag != b'|' {
            level.count_one();
        }
        self.stack.push(*level);
        *level = Level(inner);
        Ok(())
    }

    /// `.`, the end of a streamed aggregate.
    fn close<'a>(&mut self, line: &'a [u8], level: &mut Level) -> Step<'a> {
        let rest = fixed(line, 0, ErrorKind::OutOfPlace(b'.'))?;
        if !level.is(Level::STREAM) || level.is(Level::VALUE_DUE) {
            return Err(Stop::Fault { kind: ErrorKind::OutOfPlace(b'.'), left: line.len() + 1 });
        }
        if level.is(Level::MAP) && level.count() % 2 == 1 {
            return Err(Stop::Fault { kind: ErrorKind::OddMap, left: line.len() + 1 });
        }
        *level = Level(0);
        Ok(rest)
    }

    /// A header whose length is none: nil, streamed, unfinished or wrong.
    #[cold]
    fn no_length<'a>(&mut self, tag: u8, line: &'a [u8], level: &mut Level) -> Step<'a> {
        match (tag, token::special(line)) {
            (b'$' | b'*', Ok((rest, Special::Nil))) => {
                level.count_one();
                Ok(rest)
            }
            (b'$', Ok((rest, Special::Streamed))) => {
                self.string = Some(0);
                Ok(rest)
            }
            (b'*' | b'~', Ok((rest, Special::Streamed))) => {
                self.nest(tag, line, Level::STREAM, level)?;
                Ok(rest)
            }
            (b'%', Ok((rest, Special::Streamed))) => {
                self.nest(tag, line, Level::STREAM | Level::MAP, level)?;
                Ok(rest)
            }
            (_, Err(Err::Incomplete(_))) => Err(Stop::Missing { left: line.len() + 1 }),
            _ => match token::length(line) {
                Err(Err::Incomplete(_)) => Err(Stop::Missing { left: line.len() + 1 }),
                _ => Err(number_fault(line, ErrorKind::Length)),
            },
        }
    }

    /// A piece of a streamed string.
    fn chunk<'a>(&mut self, i: &'a [u8], total: usize, level: &mut Level) -> Step<'a> {
        let line = match i {
            [b';', line @ ..] => line,
            [tag, ..] => return Err(Stop::Fault { kind: ErrorKind::OutOfPlace(*tag), left: i.len() }),
            [] => return Err(Stop::Missing { left: 0 }),
        };
        let (body, len) = match token::length(line) {
            Ok(token) => token,
            Err(Err::Incomplete(_)) => return Err(Stop::Missing { left: i.len() }),
            Err(_) => return Err(number_fault(line, ErrorKind::Length)),
        };
        if len == 0 {
            self.string = None;
            level.count_one();
            return Ok(body);
        }
        let whole = self.string.unwrap_or_default().saturating_add(len);
        if whole > self.limits.max_bulk_len as u64 {
            return Err(self.too_long(i.len()));
        }
        let rest = self.body(line, body, len, total)?;
        self.string = Some(whole);
        Ok(rest)
    }

    fn max_elements(&self) -> u64 {
        (self.limits.max_elements as u64).min(Level::COUNT - 1)
    }

    #[cold]
    fn too_many(&self, left: usize) -> Stop {
        Stop::Fault { kind: ErrorKind::Limit(Limit::Elements(self.limits.max_elements)), left }
    }

    #[cold]
    fn too_long(&self, left: usize) -> Stop {
        Stop::Fault { kind: ErrorKind::Limit(Limit::Bulk(self.limits.max_bulk_len)), left }
    }
}

/// The reply at the start of `bytes` if it is a bulk string, a line or an integer, whole and within the limits: most
/// replies are, and need no scanner. Gives its kind, the length of its text, and its own.
#[inline(always)]
pub(crate) fn scalar(bytes: &[u8], limits: &Limits) -> Option<(Kind, usize, usize)> {
    let (kind, rest, len) = match bytes {
        [b'$', line @ ..] => {
            let (body, len) = token::length(line).ok()?;
            let len = usize::try_from(len).ok().filter(|len| *len <= limits.max_bulk_len)?;
            match body.get(len..) {
                Some([b'\r', b'\n', rest @ ..]) => (Kind::BulkString, rest, len),
                _ => return None,
            }
        }
        [b'+', line @ ..] => {
            let (rest, text) = token::line(line, 0).ok()?;
            (Kind::SimpleString, rest, text.len())
        }
        [b':', line @ ..] => {
            let (rest, _) = token::integer(line).ok()?;
            (Kind::Integer, rest, line.len() - rest.len() - 2)
        }
        _ => return None,
    };
    let next = bytes.len() - rest.len();
    let within = next <= limits.max_reply_len && (kind == Kind::BulkString || len <= limits.max_line_len);
    within.then_some((kind, len, next))
}

/// Integers, as many as follow each other.
#[inline(always)]
fn integers<'a>(mut line: &'a [u8], level: &mut Level) -> Step<'a> {
    loop {
        let rest = match token::integer(line) {
            Ok((rest, _)) => rest,
            Err(Err::Incomplete(_)) => return Err(Stop::Missing { left: line.len() + 1 }),
            Err(_) => return Err(number_fault(line, ErrorKind::Integer)),
        };
        level.count_one();
        match rest {
            [b':', next @ ..] if level.is_open_fixed() => line = next,
            _ => return Ok(rest),
        }
    }
}

/// The end of a line that holds `len` bytes, which are there and right, or else the line is of that `kind`.
fn fixed(line: &[u8], len: usize, kind: ErrorKind) -> Step<'_> {
    let header = line.len() + 1;
    match line.get(len..) {
        Some([b'\r', b'\n', rest @ ..]) => Ok(rest),
        None | Some([] | [b'\r']) => Err(Stop::Missing { left: header }),
        Some(end @ [b'\r' | b'\n', ..]) => Err(Stop::Fault { kind: ErrorKind::LineEnd, left: end.len() }),
        _ => Err(Stop::Fault { kind, left: header }),
    }
}

#[cold]
fn number_fault(line: &[u8], kind: ErrorKind) -> Stop {
    let (kind, within) = token::number_fault(line, kind);
    Stop::Fault { kind, left: within.map_or(line.len() + 1, |within| line.len() - within) }
}
