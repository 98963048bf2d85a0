//! An owned value of any RESP kind.

use alloc::vec::Vec;
use core::fmt;

use crate::frames::Children;
use crate::head::{self, Head, Tag};
use crate::{Attributed, Frames, Kind, Pairs, token};

/// An owned tree of any reply, of 32 bytes plus what it holds.
///
/// Nothing done with it recurses: reading, encoding, cloning, comparing, printing and dropping need no more stack for
/// a million levels than for one.
#[non_exhaustive]
pub enum Frame {
    /// Nil.
    Null,
    /// A short text such as `OK`.
    SimpleString(Vec<u8>),
    /// A server's error, byte by byte as sent, its code first.
    SimpleError(Vec<u8>),
    /// A 64-bit integer.
    Integer(i64),
    /// Any bytes.
    BulkString(Vec<u8>),
    /// An ordered list.
    Array(Frames),
    /// Pairs, in the order sent.
    Map(Pairs),
    /// A set, in the order sent.
    Set(Frames),
    /// A message nobody asked for; the first element names its kind.
    Push(Frames),
    /// A floating point number.
    Double(f64),
    /// True or false.
    Boolean(bool),
    /// An integer of any size, as decimal text.
    BigNumber(Vec<u8>),
    /// A server's error that may hold any bytes.
    BulkError(Vec<u8>),
    /// A text with its three-letter format (`txt`, `mkd`).
    VerbatimString {
        /// The format.
        format: [u8; 3],
        /// The text.
        text: Vec<u8>,
    },
    /// A value with attributes before it; what was sent as several runs of attributes is read as one.
    Attributed(Attributed),
}

impl Frame {
    /// An array.
    pub fn array(items: impl Into<Frames>) -> Frame {
        Frame::Array(items.into())
    }

    /// A bulk string.
    pub fn bulk(body: impl Into<Vec<u8>>) -> Frame {
        Frame::BulkString(body.into())
    }

    /// The kind of this value, of one with attributes the value's.
    pub fn kind(&self) -> Kind {
        let mut frame = self;
        loop {
            return match frame {
                Frame::Null => Kind::Null,
                Frame::SimpleString(_) => Kind::SimpleString,
                Frame::SimpleError(_) => Kind::SimpleError,
                Frame::Integer(_) => Kind::Integer,
                Frame::BulkString(_) => Kind::BulkString,
                Frame::Array(_) => Kind::Array,
                Frame::Map(_) => Kind::Map,
                Frame::Set(_) => Kind::Set,
                Frame::Push(_) => Kind::Push,
                Frame::Double(_) => Kind::Double,
                Frame::Boolean(_) => Kind::Boolean,
                Frame::BigNumber(_) => Kind::BigNumber,
                Frame::BulkError(_) => Kind::BulkError,
                Frame::VerbatimString { .. } => Kind::VerbatimString,
                Frame::Attributed(inner) => {
                    frame = inner.value();
                    continue;
                }
            };
        }
    }

    /// The frame that begins at `pos` of a scanned reply.
    pub(crate) fn read(bytes: &[u8], mut pos: usize) -> Frame {
        let mut open: Vec<Level> = Vec::new();
        let mut streams = Vec::new().into_iter();
        loop {
            let head = Head::at(bytes, pos);
            let mut done = match head.tag {
                Tag::Plain(kind @ (Kind::Array | Kind::Map | Kind::Set | Kind::Push)) => {
                    open.push(Level {
                        kind,
                        left: head.len,
                        streamed: false,
                        built: Built::new(kind, head.len),
                    });
                    None
                }
                Tag::Stream(kind) => {
                    // Growing step by step may cost twice the memory of what there is.
                    if streams.len() == 0 {
                        streams = head::stream_lens(bytes, head.next).into_iter();
                    }
                    let built = Built::new(kind, streams.next().unwrap_or_default());
                    open.push(Level { kind, left: 0, streamed: true, built });
                    None
                }
                Tag::Attributes => {
                    match open.last_mut() {
                        // More attributes of the same value, the only thing that level still waits for.
                        Some(Level { left: left @ 1, built: Built::Attributed(pairs, _), .. }) => {
                            pairs.reserve(head.len / 2);
                            *left += head.len;
                        }
                        _ => {
                            let built = Built::Attributed(Vec::with_capacity(head.len / 2), None);
                            // The value they belong to comes last.
                            open.push(Level { kind: Kind::Null, left: head.len + 1, streamed: false, built });
                        }
                    }
                    None
                }
                Tag::End => {
                    if let Some(level) = open.last_mut() {
                        (level.left, level.streamed) = (0, false);
                    }
                    None
                }
                Tag::StreamedString => Some(Frame::BulkString(head::join(bytes, pos, head.len))),
                Tag::Plain(kind) => match open.last_mut() {
                    // What most frames are: one of many in a list.
                    Some(Level { left: left @ 2.., built: Built::List(list), .. }) => {
                        list.push(Frame::leaf(kind, bytes, &head));
                        *left -= 1;
                        pos = head.next;
                        continue;
                    }
                    _ => Some(Frame::leaf(kind, bytes, &head)),
                },
            };
            pos = head.next;
            loop {
                let Some(level) = open.last_mut() else { return done.unwrap_or(Frame::Null) };
                if let Some(frame) = done.take() {
                    level.built.push(frame);
                    level.left = level.left.saturating_sub(1);
                }
                if level.left > 0 || level.streamed {
                    break;
                }
                done = open.pop().map(|level| level.built.finish(level.kind));
            }
        }
    }

    /// A value that holds no others.
    #[inline(always)]
    fn leaf(kind: Kind, bytes: &[u8], head: &Head) -> Frame {
        let end = head.next.saturating_sub(2);
        let text = bytes.get(end.saturating_sub(head.len)..end).unwrap_or_default();
        match kind {
            Kind::BulkString => Frame::BulkString(text.to_vec()),
            Kind::Integer => Frame::Integer(head::integer(bytes, head.len, head.next)),
            Kind::Double => Frame::Double(token::double(text).unwrap_or_default()),
            Kind::Boolean => Frame::Boolean(text == b"t"),
            Kind::SimpleString => Frame::SimpleString(text.to_vec()),
            Kind::SimpleError => Frame::SimpleError(text.to_vec()),
            Kind::BulkError => Frame::BulkError(text.to_vec()),
            Kind::BigNumber => Frame::BigNumber(text.to_vec()),
            Kind::VerbatimString => match token::verbatim(text) {
                Some((format, text)) => Frame::VerbatimString { format, text: text.to_vec() },
                None => Frame::Null,
            },
            Kind::Null | Kind::Array | Kind::Map | Kind::Set | Kind::Push => Frame::Null,
        }
    }
}

/// An aggregate, or a value with attributes, that is being read.
struct Level {
    kind: Kind,
    /// Values to come, when that is known.
    left: usize,
    streamed: bool,
    built: Built,
}

enum Built {
    List(Vec<Frame>),
    Pairs(Vec<(Frame, Frame)>, Option<Frame>),
    /// Attributes, then the value.
    Attributed(Vec<(Frame, Frame)>, Option<Frame>),
}

impl Built {
    fn new(kind: Kind, len: usize) -> Built {
        match kind {
            Kind::Map => Built::Pairs(Vec::with_capacity(len / 2), None),
            _ => Built::List(Vec::with_capacity(len)),
        }
    }

    #[inline(always)]
    fn push(&mut self, frame: Frame) {
        match self {
            Built::List(list) => list.push(frame),
            Built::Pairs(pairs, key) | Built::Attributed(pairs, key) => match key.take() {
                Some(key) => pairs.push((key, frame)),
                None => *key = Some(frame),
            },
        }
    }

    fn finish(self, kind: Kind) -> Frame {
        match self {
            Built::List(list) => match kind {
                Kind::Set => Frame::Set(list.into()),
                Kind::Push => Frame::Push(list.into()),
                _ => Frame::Array(list.into()),
            },
            Built::Pairs(pairs, _) => Frame::Map(pairs.into()),
            Built::Attributed(pairs, value) => {
                Frame::Attributed(Attributed::new(pairs, value.unwrap_or(Frame::Null)))
            }
        }
    }
}

impl Clone for Frame {
    fn clone(&self) -> Self {
        let mut open: Vec<(Kind, Children<'_>, Built)> = Vec::new();
        let mut next = self;
        loop {
            let mut done = match Children::of(next) {
                Some(children) => {
                    let (kind, built) = match next {
                        Frame::Attributed(inner) => (
                            Kind::Null,
                            Built::Attributed(Vec::with_capacity(inner.attributes().len()), None),
                        ),
                        _ => (next.kind(), Built::new(next.kind(), children.size_hint().0)),
                    };
                    open.push((kind, children, built));
                    None
                }
                None => Some(next.clone_leaf()),
            };
            loop {
                let Some((_, children, built)) = open.last_mut() else { return done.unwrap_or(Frame::Null) };
                if let Some(frame) = done.take() {
                    built.push(frame);
                }
                if let Some(child) = children.next() {
                    next = child;
                    break;
                }
                done = open.pop().map(|(kind, _, built)| built.finish(kind));
            }
        }
    }
}

impl Frame {
    fn clone_leaf(&self) -> Frame {
        match self {
            Frame::SimpleString(text) => Frame::SimpleString(text.clone()),
            Frame::SimpleError(text) => Frame::SimpleError(text.clone()),
            Frame::Integer(n) => Frame::Integer(*n),
            Frame::BulkString(body) => Frame::BulkString(body.clone()),
            Frame::Double(value) => Frame::Double(*value),
            Frame::Boolean(value) => Frame::Boolean(*value),
            Frame::BigNumber(text) => Frame::BigNumber(text.clone()),
            Frame::BulkError(text) => Frame::BulkError(text.clone()),
            Frame::VerbatimString { format, text } => {
                Frame::VerbatimString { format: *format, text: text.clone() }
            }
            Frame::Null
            | Frame::Array(_)
            | Frame::Map(_)
            | Frame::Set(_)
            | Frame::Push(_)
            | Frame::Attributed(_) => Frame::Null,
        }
    }

    /// Whether both are equal as far as they hold no other frames; of those that do, whether they hold as many.
    fn eq_shallow(&self, other: &Frame) -> bool {
        match (self, other) {
            (Frame::Null, Frame::Null) => true,
            (Frame::SimpleString(a), Frame::SimpleString(b))
            | (Frame::SimpleError(a), Frame::SimpleError(b))
            | (Frame::BulkString(a), Frame::BulkString(b))
            | (Frame::BigNumber(a), Frame::BigNumber(b))
            | (Frame::BulkError(a), Frame::BulkError(b)) => a == b,
            (Frame::Integer(a), Frame::Integer(b)) => a == b,
            (Frame::Double(a), Frame::Double(b)) => a == b,
            (Frame::Boolean(a), Frame::Boolean(b)) => a == b,
            (
                Frame::VerbatimString { format, text },
                Frame::VerbatimString { format: other_format, text: other_text },
            ) => format == other_format && text == other_text,
            (Frame::Array(a), Frame::Array(b))
            | (Frame::Set(a), Frame::Set(b))
            | (Frame::Push(a), Frame::Push(b)) => a.len() == b.len(),
            (Frame::Map(a), Frame::Map(b)) => a.len() == b.len(),
            (Frame::Attributed(a), Frame::Attributed(b)) => a.attributes().len() == b.attributes().len(),
            _ => false,
        }
    }
}

/// Doubles compare as numbers do: nan equals nothing.
impl PartialEq for Frame {
    fn eq(&self, other: &Self) -> bool {
        let mut open = Vec::new();
        let mut next = Some((self, other));
        while let Some((a, b)) = next.take() {
            if !a.eq_shallow(b) {
                return false;
            }
            if let (Some(a), Some(b)) = (Children::of(a), Children::of(b)) {
                open.push((a, b));
            }
            while let Some((a, b)) = open.last_mut() {
                next = a.next().zip(b.next());
                if next.is_some() {
                    break;
                }
                open.pop();
            }
        }
        true
    }
}

/// `[1, "text", {"key": _}]`: one line, bytes that are no text escaped.
impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut open: Vec<(Children<'_>, &str)> = Vec::new();
        let mut next = Some(self);
        while let Some(frame) = next.take() {
            let end = match frame {
                Frame::Array(_) => Some(("[", "]")),
                Frame::Map(_) => Some(("{", "}")),
                Frame::Set(_) => Some(("Set[", "]")),
                Frame::Push(_) => Some(("Push[", "]")),
                Frame::Attributed(_) => Some(("Attributed(", ")")),
                leaf => {
                    leaf.fmt_leaf(f)?;
                    None
                }
            };
            let mut first = false;
            if let (Some((start, end)), Some(children)) = (end, Children::of(frame)) {
                f.write_str(start)?;
                open.push((children, end));
                first = true;
            }
            while let Some((children, end)) = open.last_mut() {
                next = children.next();
                if next.is_some() {
                    if !first {
                        f.write_str(", ")?;
                    }
                    break;
                }
                f.write_str(end)?;
                open.pop();
                first = false;
            }
        }
        Ok(())
    }
}

impl Frame {
    fn fmt_leaf(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Frame::SimpleString(text) => write!(f, "+\"{}\"", text.escape_ascii()),
            Frame::SimpleError(text) | Frame::BulkError(text) => {
                write!(f, "Error(\"{}\")", text.escape_ascii())
            }
            Frame::Integer(n) => write!(f, "{n}"),
            Frame::BulkString(body) => write!(f, "\"{}\"", body.escape_ascii()),
            Frame::Double(value) => write!(f, "{value:?}"),
            Frame::Boolean(value) => write!(f, "{value}"),
            Frame::BigNumber(text) => write!(f, "({}", text.escape_ascii()),
            Frame::VerbatimString { format, text } => {
                write!(f, "{}:\"{}\"", format.escape_ascii(), text.escape_ascii())
            }
            _ => f.write_str("_"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn a_frame_takes_32_bytes() {
        assert!(size_of::<Frame>() <= 32);
    }

    #[test]
    fn prints_on_one_line() {
        let frame = Frame::array([
            Frame::Integer(1),
            Frame::Map([(Frame::bulk("k\n"), Frame::Null), (Frame::Boolean(true), Frame::array([]))].into()),
            Frame::Attributed(Attributed::new([(Frame::bulk("ttl"), Frame::Double(1.0))], Frame::Null)),
        ]);
        assert_eq!(format!("{frame:?}"), r#"[1, {"k\n", _, true, []}, Attributed("ttl", 1.0, _)]"#);
    }

    #[test]
    fn a_million_levels_need_no_stack() {
        let mut frame = Frame::Null;
        for level in 0..1_000_000 {
            frame = match level % 4 {
                0 => Frame::array([frame]),
                1 => Frame::Map([(Frame::Integer(1), frame)].into()),
                2 => Frame::Attributed(Attributed::new([], frame)),
                _ => Frame::Map([(frame, Frame::Null)].into()),
            };
        }
        let small = std::thread::Builder::new().stack_size(64 << 10).spawn(move || {
            let twin = frame.clone();
            assert!(twin == frame);
            let mut out = Vec::new();
            twin.encode(&mut out, crate::Protocol::Resp3);
            assert!(!out.is_empty());
            assert!(format!("{twin:?}").len() > 1_000_000);
        });
        small.unwrap().join().unwrap();
    }
}
