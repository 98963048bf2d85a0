//! The server side: bytes in, whole requests out.
//!
//! A request is an array of bulk strings, or one line of words as a person types it into a terminal (an inline
//! command). Both may follow each other on one connection, any number at a time.

use alloc::vec::Vec;
use core::slice;

use nom::Err;

use crate::buffer::Buffer;
use crate::token::{self, number_fault};
use crate::{Error, ErrorKind, Limit, Limits};

/// Collects bytes and gives out whole requests, one at a time.
///
/// ```
/// use resp_proto::RequestDecoder;
///
/// let mut decoder = RequestDecoder::default();
/// decoder.feed(b"*2\r\n$3\r\nGET\r\n$1\r\nk\r\nset \"a key\" 1\r\n*1\r\n");
/// let request = decoder.next_request()?.ok_or("incomplete")?;
/// assert_eq!(request.args().collect::<Vec<_>>(), [&b"GET"[..], b"k"]);
/// let request = decoder.next_request()?.ok_or("incomplete")?;
/// assert_eq!(request.args().collect::<Vec<_>>(), [&b"set"[..], b"a key", b"1"]);
/// assert!(decoder.next_request()?.is_none());
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct RequestDecoder {
    limits: Limits,
    buffer: Buffer,
    scan: Scan,
    /// The words of the inline command given out last, one behind the other, and where each ends.
    words: Vec<u8>,
    ends: Vec<usize>,
    /// Bytes given out so far.
    offset: u64,
    failed: Option<Error>,
}

/// How far the search for the end of the request that stands first in the buffer came.
#[derive(Debug, Default)]
struct Scan {
    /// Where the next header begins, or the search for the end of an inline command goes on.
    pos: usize,
    /// Arguments still to come, once the count is known.
    left: Option<u64>,
    /// Where the arguments begin and how many they are.
    body: usize,
    count: u64,
    /// No use in looking again before so many bytes are there.
    need: usize,
}

/// One request: a command's name and its arguments. Words inside are as sent, of any bytes.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    raw: &'a [u8],
    words: Words<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Words<'a> {
    /// The arguments of a multibulk request, headers and all.
    Bulks { bytes: &'a [u8], count: usize },
    /// The words of an inline command without quotes and spaces; where each ends.
    Inline { text: &'a [u8], ends: &'a [usize] },
}

impl<'a> Request<'a> {
    /// The command's name and its arguments, in order.
    pub fn args(&self) -> Args<'a> {
        Args(match self.words {
            Words::Bulks { bytes, count } => Rest::Bulks { bytes, left: count },
            Words::Inline { text, ends } => Rest::Inline { text, ends: ends.iter(), start: 0 },
        })
    }

    /// How many words there are, the command's name included; never 0.
    #[expect(clippy::len_without_is_empty, reason = "a request has at least a name")]
    pub fn len(&self) -> usize {
        match self.words {
            Words::Bulks { count, .. } => count,
            Words::Inline { ends, .. } => ends.len(),
        }
    }

    /// The command's name as sent, in whatever case.
    pub fn name(&self) -> &'a [u8] {
        self.args().next().unwrap_or_default()
    }

    /// Whether the command came as a line of words.
    pub fn is_inline(&self) -> bool {
        matches!(self.words, Words::Inline { .. })
    }

    /// The request's bytes as received, to be passed on.
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }
}

/// The words of a [`Request`].
#[derive(Debug, Clone)]
pub struct Args<'a>(Rest<'a>);

#[derive(Debug, Clone)]
enum Rest<'a> {
    Bulks { bytes: &'a [u8], left: usize },
    Inline { text: &'a [u8], ends: slice::Iter<'a, usize>, start: usize },
}

impl<'a> Iterator for Args<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        match &mut self.0 {
            Rest::Bulks { bytes, left } => {
                *left = left.checked_sub(1)?;
                let (rest, len) = token::length(bytes.get(1..)?).ok()?;
                let (body, rest) = rest.split_at_checked(usize::try_from(len).ok()?)?;
                *bytes = rest.get(2..)?;
                Some(body)
            }
            Rest::Inline { text, ends, start } => {
                let end = *ends.next()?;
                let word = text.get(*start..end);
                *start = end;
                word
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = match &self.0 {
            Rest::Bulks { left, .. } => *left,
            Rest::Inline { ends, .. } => ends.len(),
        };
        (left, Some(left))
    }
}

impl ExactSizeIterator for Args<'_> {}

/// What the search found at the front of the buffer.
enum Found {
    Bulks {
        end: usize,
    },
    Inline {
        line: usize,
        end: usize,
    },
    /// `*0`, `*-1`: servers pass over it without an answer.
    Nothing {
        end: usize,
    },
}

impl RequestDecoder {
    /// A decoder that keeps to `limits`: [`max_bulk_len`](Limits::max_bulk_len) for an argument,
    /// [`max_elements`](Limits::max_elements) for their number, [`max_line_len`](Limits::max_line_len) for an inline
    /// command, [`max_reply_len`](Limits::max_reply_len) for the whole request.
    pub fn new(limits: Limits) -> Self {
        RequestDecoder { limits, ..RequestDecoder::default() }
    }

    /// Appends bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.buffer.feed(bytes);
    }

    /// Room to read bytes into, never empty; say with [`filled`](Self::filled) how much of it was used.
    pub fn space(&mut self) -> &mut [u8] {
        self.buffer.space()
    }

    /// Says that the first `count` bytes of [`space`](Self::space) hold received bytes now.
    pub fn filled(&mut self, count: usize) {
        self.buffer.filled(count);
    }

    /// How many bytes were received but not given out yet.
    pub fn buffered(&self) -> usize {
        self.buffer.rest_len()
    }

    /// The next whole request, or `None` when more bytes are needed. Empty lines and empty arrays are passed over, as
    /// servers do.
    ///
    /// # Errors
    ///
    /// The bytes are no request or break a limit. The decoder stays failed: each later call gives the same error.
    pub fn next_request(&mut self) -> Result<Option<Request<'_>>, Error> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        match self.advance() {
            Ok(Some((end, inline))) => {
                let (body, count) = (self.scan.body, self.scan.count);
                self.scan = Scan::default();
                self.offset += end as u64;
                let raw = self.buffer.give(end);
                let words = if inline {
                    Words::Inline { text: &self.words, ends: &self.ends }
                } else {
                    let bytes = raw.get(body..).unwrap_or_default();
                    Words::Bulks { bytes, count: usize::try_from(count).unwrap_or(usize::MAX) }
                };
                Ok(Some(Request { raw, words }))
            }
            Ok(None) => Ok(None),
            Err((kind, at)) => {
                let error = Error::new(kind, self.offset + at as u64);
                self.failed = Some(error);
                Err(error)
            }
        }
    }

    /// Where the next request that says something ends, and whether it is inline; empty ones are dropped.
    fn advance(&mut self) -> Result<Option<(usize, bool)>, (ErrorKind, usize)> {
        loop {
            let end = match self.scan.find(self.buffer.rest(), &self.limits)? {
                None => return Ok(None),
                Some(Found::Bulks { end }) => return Ok(Some((end, false))),
                Some(Found::Nothing { end }) => end,
                Some(Found::Inline { line, end }) => {
                    let line = self.buffer.rest().get(..line).unwrap_or_default();
                    self.words.clear();
                    self.ends.clear();
                    split_words(line, &mut self.words, &mut self.ends)
                        .map_err(|at| (ErrorKind::Quotes, at))?;
                    if !self.ends.is_empty() {
                        return Ok(Some((end, true)));
                    }
                    end
                }
            };
            self.buffer.give(end);
            self.offset += end as u64;
            self.scan = Scan::default();
        }
    }
}

impl Scan {
    fn find(&mut self, bytes: &[u8], limits: &Limits) -> Result<Option<Found>, (ErrorKind, usize)> {
        if bytes.is_empty() || bytes.len() < self.need {
            return Ok(None);
        }
        let over = (ErrorKind::Limit(Limit::Reply(limits.max_reply_len)), limits.max_reply_len);
        let window = bytes.get(..limits.max_reply_len).unwrap_or(bytes);
        let found = match window.first() {
            Some(b'*') => self.find_bulks(window, limits)?,
            _ => self.find_line(window, limits)?,
        };
        match found {
            None if self.need > limits.max_reply_len || window.len() < bytes.len() => Err(over),
            found => Ok(found),
        }
    }

    fn find_bulks(&mut self, bytes: &[u8], limits: &Limits) -> Result<Option<Found>, (ErrorKind, usize)> {
        let mut left = match self.left {
            Some(left) => left,
            None => {
                let line = bytes.get(1..).unwrap_or_default();
                if let [b'-', b'1', b'\r', b'\n', ..] = line {
                    return Ok(Some(Found::Nothing { end: 5 }));
                }
                if b"-1\r\n".starts_with(line) {
                    return Ok(None);
                }
                let (rest, count) = match token::length(line) {
                    Ok(token) => token,
                    Err(Err::Incomplete(_)) => return Ok(None),
                    Err(_) => return Err(at(0, number_fault(line, ErrorKind::Length))),
                };
                if count > limits.max_elements as u64 {
                    return Err((ErrorKind::Limit(Limit::Elements(limits.max_elements)), 0));
                }
                self.pos = bytes.len() - rest.len();
                if count == 0 {
                    return Ok(Some(Found::Nothing { end: self.pos }));
                }
                (self.body, self.count) = (self.pos, count);
                count
            }
        };
        while left > 0 {
            self.left = Some(left);
            let line = match bytes.get(self.pos..) {
                Some([b'$', line @ ..]) => line,
                Some([other, ..]) => return Err((ErrorKind::ExpectedBulk(*other), self.pos)),
                _ => return Ok(None),
            };
            let (rest, len) = match token::length(line) {
                Ok(token) => token,
                Err(Err::Incomplete(_)) => return Ok(None),
                Err(_) => return Err(at(self.pos, number_fault(line, ErrorKind::Length))),
            };
            let len = match usize::try_from(len) {
                Ok(len) if len <= limits.max_bulk_len => len,
                _ => return Err((ErrorKind::Limit(Limit::Bulk(limits.max_bulk_len)), self.pos)),
            };
            match rest.get(len..) {
                Some([b'\r', b'\n', ..]) => {}
                None | Some([] | [_]) => {
                    self.need = (bytes.len() - rest.len()).saturating_add(len).saturating_add(2);
                    return Ok(None);
                }
                Some(_) => return Err((ErrorKind::BulkEnd, bytes.len() - rest.len() + len)),
            }
            self.pos = bytes.len() - rest.len() + len + 2;
            left -= 1;
        }
        Ok(Some(Found::Bulks { end: self.pos }))
    }

    fn find_line(&mut self, bytes: &[u8], limits: &Limits) -> Result<Option<Found>, (ErrorKind, usize)> {
        let most = limits.max_line_len.saturating_add(2);
        let window = bytes.get(..most).unwrap_or(bytes);
        let Some(at) = memchr::memchr(b'\n', window.get(self.pos..).unwrap_or_default()) else {
            self.pos = window.len();
            if bytes.len() >= most {
                return Err((ErrorKind::Limit(Limit::Line(limits.max_line_len)), limits.max_line_len));
            }
            return Ok(None);
        };
        let feed = self.pos + at;
        let line = match window.get(..feed) {
            Some([text @ .., b'\r']) => text.len(),
            _ => feed,
        };
        if line > limits.max_line_len {
            return Err((ErrorKind::Limit(Limit::Line(limits.max_line_len)), limits.max_line_len));
        }
        Ok(Some(Found::Inline { line, end: feed + 1 }))
    }
}

fn at(header: usize, (kind, within): (ErrorKind, Option<usize>)) -> (ErrorKind, usize) {
    (kind, within.map_or(header, |within| header + 1 + within))
}

/// Splits a line into words as servers do: words stand between white space; `"..."` may hold the escapes `\n \r \t
/// \b \a \xHH` and any other byte behind a backslash as itself; `'...'` holds everything as it is but `\'`; a
/// closing quote ends the word. The error is the position of a quote that is never closed, or not followed by space.
fn split_words(line: &[u8], words: &mut Vec<u8>, ends: &mut Vec<usize>) -> Result<(), usize> {
    let mut rest = line.trim_ascii_start_c();
    while let Some(&first) = rest.first() {
        let mut byte = first;
        loop {
            let position = line.len() - rest.len();
            match byte {
                b'"' | b'\'' => {
                    rest = quoted(rest, words).ok_or(position)?;
                    break;
                }
                _ if is_space(byte) => break,
                _ => words.push(byte),
            }
            rest = rest.get(1..).unwrap_or_default();
            match rest.first() {
                Some(next) => byte = *next,
                None => break,
            }
        }
        ends.push(words.len());
        rest = rest.trim_ascii_start_c();
    }
    Ok(())
}

/// Reads from the opening quote on; gives what stands behind the closing one, which must be space or the end.
fn quoted<'a>(text: &'a [u8], words: &mut Vec<u8>) -> Option<&'a [u8]> {
    let (quote, mut rest) = text.split_first()?;
    loop {
        rest = match rest {
            [byte, after @ ..] if byte == quote => {
                return after.first().is_none_or(|next| is_space(*next)).then_some(after);
            }
            [b'\\', b'\'', after @ ..] if *quote == b'\'' => {
                words.push(b'\'');
                after
            }
            [b'\\', b'x', high, low, after @ ..]
                if *quote == b'"' && hex(*high).is_some() && hex(*low).is_some() =>
            {
                words.push(hex(*high)? << 4 | hex(*low)?);
                after
            }
            [b'\\', escaped, after @ ..] if *quote == b'"' => {
                words.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 8,
                    b'a' => 7,
                    other => *other,
                });
                after
            }
            [byte, after @ ..] => {
                words.push(*byte);
                after
            }
            [] => return None,
        };
    }
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// What C's `isspace` holds for white space; Rust's own leaves the vertical tab out.
fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}

trait TrimStart {
    fn trim_ascii_start_c(&self) -> &Self;
}

impl TrimStart for [u8] {
    fn trim_ascii_start_c(&self) -> &[u8] {
        let space = self.iter().take_while(|byte| is_space(**byte)).count();
        self.get(space..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    fn words(line: &str) -> Result<Vec<String>, usize> {
        let (mut text, mut ends) = (Vec::new(), Vec::new());
        split_words(line.as_bytes(), &mut text, &mut ends)?;
        let mut start = 0;
        Ok(ends
            .iter()
            .map(|&end| String::from_utf8_lossy(&text[core::mem::replace(&mut start, end)..end]).into_owned())
            .collect())
    }

    #[test]
    fn lines_split_as_servers_split_them() {
        assert_eq!(words("  get   key\t").unwrap(), ["get", "key"]);
        assert_eq!(words("\x0bget\x0ckey").unwrap(), ["get", "key"]);
        assert_eq!(words(r#"set "a key" 'it''s'"#), Err(12));
        assert_eq!(words(r#"set "a key" 'it\'s'"#).unwrap(), ["set", "a key", "it's"]);
        assert_eq!(words(r#""\n\r\t\b\a\x41\xzz\q\"""#).unwrap(), ["\n\r\t\x08\x07Axzzq\""]);
        assert_eq!(words(r#"'\n"'"#).unwrap(), ["\\n\""]);
        assert_eq!(words(r#"foo"bar" """#).unwrap(), ["foobar", ""]);
        assert_eq!(words(r#"a "b"#), Err(2));
        assert_eq!(words(r#""b"c"#), Err(0));
        assert_eq!(words("").unwrap(), [""; 0]);
    }
}
