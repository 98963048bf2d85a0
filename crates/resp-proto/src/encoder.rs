//! Commands and frames to bytes.

use alloc::vec::Vec;

use crate::Frame;

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
pub fn write_bulk(out: &mut Vec<u8>, body: &[u8]) {
    write_header(out, b'$', body.len());
    out.extend_from_slice(body);
    out.extend_from_slice(b"\r\n");
}

/// Appends a decimal integer as a bulk string, as arguments of commands are sent.
pub fn write_bulk_integer(out: &mut Vec<u8>, value: i64) {
    write_bulk(out, itoa::Buffer::new().format(value).as_bytes());
}

fn write_header(out: &mut Vec<u8>, tag: u8, len: usize) {
    out.push(tag);
    out.extend_from_slice(itoa::Buffer::new().format(len).as_bytes());
    out.extend_from_slice(b"\r\n");
}

fn write_line(out: &mut Vec<u8>, tag: u8, line: &[u8]) {
    out.push(tag);
    out.extend_from_slice(line);
    out.extend_from_slice(b"\r\n");
}

impl Frame {
    /// Appends this frame as a server of that protocol sends it.
    pub fn encode(&self, out: &mut Vec<u8>, protocol: Protocol) {
        let v3 = protocol == Protocol::Resp3;
        match self {
            Frame::Null if v3 => out.extend_from_slice(b"_\r\n"),
            Frame::Null => out.extend_from_slice(b"$-1\r\n"),
            Frame::SimpleString(text) => write_line(out, b'+', text),
            Frame::SimpleError(text) => write_line(out, b'-', text),
            Frame::Integer(n) => write_line(out, b':', itoa::Buffer::new().format(*n).as_bytes()),
            Frame::BulkString(body) => write_bulk(out, body),
            Frame::Array(items) => {
                write_array_header(out, items.len());
                items.iter().for_each(|item| item.encode(out, protocol));
            }
            Frame::Set(items) => {
                write_header(out, if v3 { b'~' } else { b'*' }, items.len());
                items.iter().for_each(|item| item.encode(out, protocol));
            }
            Frame::Push(items) => {
                write_header(out, if v3 { b'>' } else { b'*' }, items.len());
                items.iter().for_each(|item| item.encode(out, protocol));
            }
            Frame::Map(pairs) if v3 => {
                write_header(out, b'%', pairs.len());
                for (key, value) in pairs {
                    key.encode(out, protocol);
                    value.encode(out, protocol);
                }
            }
            Frame::Map(pairs) => {
                write_array_header(out, pairs.len() * 2);
                for (key, value) in pairs {
                    key.encode(out, protocol);
                    value.encode(out, protocol);
                }
            }
            Frame::Double(value) => {
                let text = alloc::format!("{value}");
                if v3 { write_line(out, b',', text.as_bytes()) } else { write_bulk(out, text.as_bytes()) }
            }
            Frame::Boolean(value) if v3 => out.extend_from_slice(if *value { b"#t\r\n" } else { b"#f\r\n" }),
            Frame::Boolean(value) => out.extend_from_slice(if *value { b":1\r\n" } else { b":0\r\n" }),
            Frame::BigNumber(text) if v3 => write_line(out, b'(', text),
            Frame::BigNumber(text) => write_bulk(out, text),
            Frame::BulkError(text) if v3 => {
                write_header(out, b'!', text.len());
                out.extend_from_slice(text);
                out.extend_from_slice(b"\r\n");
            }
            Frame::BulkError(text) => write_line(out, b'-', text),
            Frame::VerbatimString { format, text } if v3 => {
                write_header(out, b'=', text.len() + 4);
                out.extend_from_slice(format);
                out.push(b':');
                out.extend_from_slice(text);
                out.extend_from_slice(b"\r\n");
            }
            Frame::VerbatimString { text, .. } => write_bulk(out, text),
        }
    }
}
