//! Headers of a reply that was scanned: they are known to be whole and right, so reading one cannot fail.

use alloc::vec::Vec;

use crate::Kind;
use crate::token::{self, Special};

/// One header, with its body if it has one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head {
    pub(crate) tag: Tag,
    /// Of a text its bytes, of an aggregate its values (a map's pair counts as two), of attributes as well.
    pub(crate) len: usize,
    /// What comes behind: the first value of an aggregate, the next value else.
    pub(crate) next: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    /// A scalar, or an aggregate of known length.
    Plain(Kind),
    /// An aggregate that ends at its `.`; `len` is 0.
    Stream(Kind),
    /// A string in pieces; `next` is behind the last.
    StreamedString,
    Attributes,
    /// `.`
    End,
}

impl Head {
    /// The header at `pos`.
    #[inline(always)]
    pub(crate) fn at(bytes: &[u8], pos: usize) -> Head {
        match bytes.get(pos..) {
            Some([b'$', line @ ..]) => match token::length(line) {
                Ok((body, len)) => bulk(bytes, body, len, Kind::BulkString),
                Err(_) => special(bytes, b'$', line),
            },
            Some([b':', line @ ..]) => text(bytes, line, Kind::Integer),
            Some([tag, line @ ..]) => other(bytes, *tag, line),
            // There always is one; but where there was none, no walk should go on.
            _ => Head { tag: Tag::End, len: 0, next: bytes.len() },
        }
    }
}

/// The value of the integer whose text has that length and ends two bytes before `next`.
#[inline(always)]
pub(crate) fn integer(bytes: &[u8], len: usize, next: usize) -> i64 {
    let text = next.checked_sub(len + 2).and_then(|start| bytes.get(start..)).unwrap_or_default();
    token::known_integer(text, len)
}

/// Where the value stands whose attributes begin at `pos`.
pub(crate) fn value_at(bytes: &[u8], mut pos: usize) -> usize {
    loop {
        let head = Head::at(bytes, pos);
        if head.tag != Tag::Attributes {
            return pos;
        }
        pos = skip(bytes, head.next, head.len, false);
    }
}

/// The streamed string whose type byte is at `pos`, in one piece.
#[inline(never)]
pub(crate) fn join(bytes: &[u8], pos: usize, len: usize) -> Vec<u8> {
    let mut whole = Vec::with_capacity(len);
    // Behind `$?\r\n`.
    Chunks(bytes.get(pos + 4..).unwrap_or_default()).for_each(|chunk| whole.extend_from_slice(chunk));
    whole
}

#[inline(always)]
fn bulk(bytes: &[u8], body: &[u8], len: u64, kind: Kind) -> Head {
    let len = len as usize;
    Head { tag: Tag::Plain(kind), len, next: bytes.len() - body.len() + len + 2 }
}

#[inline(always)]
fn text(bytes: &[u8], line: &[u8], kind: Kind) -> Head {
    let len = token::known_line(line);
    Head { tag: Tag::Plain(kind), len, next: bytes.len() - line.len() + len + 2 }
}

#[inline]
fn other(bytes: &[u8], tag: u8, line: &[u8]) -> Head {
    let (kind, values) = match tag {
        b'+' => return text(bytes, line, Kind::SimpleString),
        b'-' => return text(bytes, line, Kind::SimpleError),
        b',' => return text(bytes, line, Kind::Double),
        b'(' => return text(bytes, line, Kind::BigNumber),
        b'#' => return text(bytes, line, Kind::Boolean),
        b'_' => return text(bytes, line, Kind::Null),
        b'.' => return Head { tag: Tag::End, len: 0, next: bytes.len() - line.len() + 2 },
        b'!' => (Kind::BulkError, 0),
        b'=' => (Kind::VerbatimString, 0),
        b'*' => (Kind::Array, 1),
        b'~' => (Kind::Set, 1),
        b'>' => (Kind::Push, 1),
        b'%' => (Kind::Map, 2),
        _ => (Kind::Null, 2),
    };
    match token::length(line) {
        Ok((body, len)) if values == 0 => bulk(bytes, body, len, kind),
        Ok((rest, len)) => {
            let tag = if kind == Kind::Null { Tag::Attributes } else { Tag::Plain(kind) };
            Head { tag, len: len as usize * values, next: bytes.len() - rest.len() }
        }
        Err(_) => special(bytes, tag, line),
    }
}

#[inline(never)]
fn special(bytes: &[u8], tag: u8, line: &[u8]) -> Head {
    let kind = match (tag, token::special(line)) {
        (b'*', Ok((_, Special::Streamed))) => Kind::Array,
        (b'~', Ok((_, Special::Streamed))) => Kind::Set,
        (b'%', Ok((_, Special::Streamed))) => Kind::Map,
        (b'$', Ok((rest, Special::Streamed))) => {
            let mut chunks = Chunks(rest);
            let len = chunks.by_ref().map(<[u8]>::len).sum();
            return Head { tag: Tag::StreamedString, len, next: bytes.len() - chunks.0.len() };
        }
        (_, Ok((rest, Special::Nil))) => return nil(bytes.len() - rest.len()),
        _ => return nil(bytes.len()),
    };
    Head { tag: Tag::Stream(kind), len: 0, next: bytes.len() - line.len() + 3 }
}

fn nil(next: usize) -> Head {
    Head { tag: Tag::Plain(Kind::Null), len: 0, next }
}

/// The pieces of a streamed string; afterwards, what is behind it.
struct Chunks<'a>(&'a [u8]);

impl<'a> Iterator for Chunks<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (rest, len) = token::length(self.0.strip_prefix(b";")?).ok()?;
        self.0 = rest;
        if len == 0 {
            return None;
        }
        let (chunk, rest) = rest.split_at_checked(len as usize)?;
        self.0 = rest.get(2..)?;
        Some(chunk)
    }
}

/// Goes over values without reading them: `left` of them, then those up to the end of a stream if that is open.
/// Gives the position behind.
pub(crate) fn skip(bytes: &[u8], mut pos: usize, mut left: usize, stream: bool) -> usize {
    // A number is enough for what is nested, but within a stream nobody knows how much is still to come outside.
    let mut outside: Vec<usize> = Vec::new();
    if stream {
        outside.push(0);
    }
    loop {
        if left == 0 && outside.is_empty() || pos >= bytes.len() {
            return pos;
        }
        let head = Head::at(bytes, pos);
        pos = head.next;
        match head.tag {
            Tag::Plain(Kind::Array | Kind::Map | Kind::Set | Kind::Push) => {
                left = left.saturating_sub(1).saturating_add(head.len);
            }
            Tag::Plain(_) | Tag::StreamedString => left = left.saturating_sub(1),
            Tag::Attributes => left = left.saturating_add(head.len),
            Tag::Stream(_) => {
                outside.push(left.saturating_sub(1));
                left = 0;
            }
            Tag::End => left = outside.pop().unwrap_or_default(),
        }
    }
}

/// How many values the stream has whose first is at `pos`, and the streams within it, in the order they begin.
pub(crate) fn stream_lens(bytes: &[u8], mut pos: usize) -> Vec<usize> {
    let mut lens = Vec::from([0]);
    // The streams that are open, and what is left to come of plain aggregates around the innermost.
    let mut open = Vec::from([(0, 0)]);
    let mut left = 0_usize;
    while let Some(&(index, outside)) = open.last() {
        let head = Head::at(bytes, pos);
        pos = head.next;
        match head.tag {
            Tag::End => {
                open.pop();
                left = outside;
                continue;
            }
            Tag::Attributes => {
                left += head.len;
                continue;
            }
            _ if left > 0 => left -= 1,
            _ => {
                if let Some(len) = lens.get_mut(index) {
                    *len += 1;
                }
            }
        }
        match head.tag {
            Tag::Plain(Kind::Array | Kind::Map | Kind::Set | Kind::Push) => left += head.len,
            Tag::Stream(_) => {
                open.push((lens.len(), left));
                lens.push(0);
                left = 0;
            }
            _ => {}
        }
    }
    lens
}
