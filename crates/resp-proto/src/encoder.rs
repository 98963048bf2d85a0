//! Commands and frames to bytes.

use alloc::vec::Vec;
use core::fmt::{self, Write};

use crate::frames::Children;
use crate::{Frame, token};

/// The two versions of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// RESP2, which every server speaks.
    Resp2,
    /// RESP3, since Redis 6.
    Resp3,
}

/// Appends a command: an array of bulk strings.
pub fn encode_command<A: AsRef<[u8]>>(out: &mut Vec<u8>, args: &[A]) {
    write_array_header(out, args.len());
    for arg in args {
        write_bulk(out, arg.as_ref());
    }
}

/// Appends `*len\r\n`.
pub fn write_array_header(out: &mut Vec<u8>, len: usize) {
    write_header(out, b'*', len);
}

/// Appends `$len\r\nbody\r\n`.
#[inline]
pub fn write_bulk(out: &mut Vec<u8>, body: &[u8]) {
    // Tag, twenty digits at most, and two line ends: memory is asked for once, a large body is not copied for the last of them.
    out.reserve(body.len() + 25);
    write_header(out, b'$', body.len());
    out.extend_from_slice(body);
    out.extend_from_slice(b"\r\n");
}

/// Appends a decimal integer as a bulk string, as arguments of commands are sent.
pub fn write_bulk_integer(out: &mut Vec<u8>, value: i64) {
    write_bulk(out, itoa::Buffer::new().format(value).as_bytes());
}

/// Appends a double as a bulk string, as arguments of commands are sent: the shortest text that reads back as the same
/// value, `inf`, `-inf` or `nan`.
pub fn write_bulk_double(out: &mut Vec<u8>, value: f64) {
    let mut text = Text::default();
    text.double(value);
    write_bulk(out, text.as_bytes());
}

#[inline]
fn write_header(out: &mut Vec<u8>, tag: u8, len: usize) {
    let digit = |n: usize| b'0' + (n % 10) as u8;
    match len {
        0..10 => out.extend_from_slice(&[tag, digit(len), b'\r', b'\n']),
        10..100 => out.extend_from_slice(&[tag, digit(len / 10), digit(len), b'\r', b'\n']),
        _ => write_long_header(out, tag, len),
    }
}

#[inline(never)]
fn write_long_header(out: &mut Vec<u8>, tag: u8, len: usize) {
    out.push(tag);
    out.extend_from_slice(itoa::Buffer::new().format(len).as_bytes());
    out.extend_from_slice(b"\r\n");
}

fn write_line(out: &mut Vec<u8>, tag: u8, line: &[u8]) {
    out.push(tag);
    out.extend_from_slice(line);
    out.extend_from_slice(b"\r\n");
}

fn write_body(out: &mut Vec<u8>, tag: u8, body: &[u8]) {
    write_header(out, tag, body.len());
    out.extend_from_slice(body);
    out.extend_from_slice(b"\r\n");
}

/// Room for the text of a double, of which the longest takes 24 bytes.
#[derive(Default)]
struct Text {
    bytes: [u8; 32],
    len: usize,
}

impl Text {
    fn double(&mut self, value: f64) {
        let plain = value == 0.0 || (1e-5..1e17).contains(&value.abs());
        // Each of these is the shortest text that reads back as the same value; writing into the room cannot fail.
        let written = match value {
            _ if value.is_nan() => self.write_str("nan"),
            f64::INFINITY => self.write_str("inf"),
            f64::NEG_INFINITY => self.write_str("-inf"),
            _ if plain => write!(self, "{value}"),
            _ => write!(self, "{value:e}"),
        };
        debug_assert!(written.is_ok());
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.bytes.get_mut(self.len..self.len + text.len()).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.len += text.len();
        Ok(())
    }
}

fn is_one_line(text: &[u8]) -> bool {
    memchr::memchr2(b'\r', b'\n', text).is_none()
}

/// An error on one line: what would end the line becomes a space, as servers do it.
fn write_error_line(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'-');
    out.extend(text.iter().map(|byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte }));
    out.extend_from_slice(b"\r\n");
}

impl Frame {
    /// Appends this frame as a server of that protocol sends it; what it says can never look like another frame.
    ///
    /// RESP2 gets the RESP2 form of what is newer: of maps a flat array, of doubles and big numbers a bulk string, of
    /// booleans 1 or 0; attributes are left out. A simple string that holds CR or LF is sent as a bulk string, such an
    /// error as a bulk error or, in RESP2, with spaces in their place; a big number that is none and a verbatim string
    /// whose format is none are sent as bulk strings, a push inside another frame as an array.
    pub fn encode(&self, out: &mut Vec<u8>, protocol: Protocol) {
        let v3 = protocol == Protocol::Resp3;
        // With each, whether it is a value with its attributes, which a push may be.
        let mut open: Vec<(Children<'_>, bool)> = Vec::new();
        let mut next = Some(self);
        while let Some(mut frame) = next.take() {
            while let (Frame::Attributed(inner), false) = (frame, v3) {
                frame = inner.value();
            }
            let header = match frame {
                Frame::Array(items) => Some((b'*', items.len())),
                Frame::Set(items) => Some((if v3 { b'~' } else { b'*' }, items.len())),
                Frame::Push(items) => {
                    let top =
                        v3 && open.iter().all(|(children, attributed)| *attributed && children.is_empty());
                    Some((if top { b'>' } else { b'*' }, items.len()))
                }
                Frame::Map(pairs) if v3 => Some((b'%', pairs.len())),
                Frame::Map(pairs) => Some((b'*', pairs.len() * 2)),
                Frame::Attributed(inner) => Some((b'|', inner.attributes().len())),
                leaf => {
                    leaf.encode_leaf(out, v3);
                    None
                }
            };
            if let (Some((tag, len)), Some(children)) = (header, Children::of(frame)) {
                write_header(out, tag, len);
                open.push((children, tag == b'|'));
            }
            while let Some((children, _)) = open.last_mut() {
                next = children.next();
                if next.is_some() {
                    break;
                }
                open.pop();
            }
        }
    }

    fn encode_leaf(&self, out: &mut Vec<u8>, v3: bool) {
        match self {
            Frame::SimpleString(text) if is_one_line(text) => write_line(out, b'+', text),
            Frame::SimpleString(text) | Frame::BulkString(text) => write_bulk(out, text),
            Frame::SimpleError(text) if is_one_line(text) => write_line(out, b'-', text),
            Frame::SimpleError(text) | Frame::BulkError(text) if v3 => write_body(out, b'!', text),
            Frame::SimpleError(text) | Frame::BulkError(text) => write_error_line(out, text),
            Frame::Integer(n) => write_line(out, b':', itoa::Buffer::new().format(*n).as_bytes()),
            Frame::Double(value) if v3 => {
                let mut text = Text::default();
                text.double(*value);
                write_line(out, b',', text.as_bytes());
            }
            Frame::Double(value) => write_bulk_double(out, *value),
            Frame::Boolean(value) if v3 => out.extend_from_slice(if *value { b"#t\r\n" } else { b"#f\r\n" }),
            Frame::Boolean(value) => out.extend_from_slice(if *value { b":1\r\n" } else { b":0\r\n" }),
            Frame::BigNumber(text) if v3 && token::is_big_number(text) => write_line(out, b'(', text),
            Frame::BigNumber(text) => write_bulk(out, text),
            Frame::VerbatimString { format, text } if v3 && token::is_format(format) => {
                write_header(out, b'=', text.len() + 4);
                out.extend_from_slice(format);
                out.push(b':');
                out.extend_from_slice(text);
                out.extend_from_slice(b"\r\n");
            }
            Frame::VerbatimString { text, .. } => write_bulk(out, text),
            _ if v3 => out.extend_from_slice(b"_\r\n"),
            _ => out.extend_from_slice(b"$-1\r\n"),
        }
    }
}
