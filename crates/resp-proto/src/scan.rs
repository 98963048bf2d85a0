//! Pass one: where does the next whole reply end?

use alloc::vec::Vec;

use crate::{Error, ErrorKind, Limit, Limits};

/// How far a scan came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The reply takes up this many bytes from the start.
    Complete(usize),
    /// The reply needs at least this many bytes in total.
    Incomplete(usize),
}

/// Finds the end of one reply in bytes that arrive in pieces.
#[derive(Debug, Default)]
pub struct Scanner {
    limits: Limits,
}

impl Scanner {
    /// A scanner that keeps to `limits`.
    pub fn new(limits: Limits) -> Self {
        Scanner { limits }
    }

    /// Looks for the end of the reply that begins at `bytes[0]`. After [`Status::Incomplete`] call it again with
    /// the same bytes and more behind them.
    ///
    /// # Errors
    ///
    /// The bytes are not RESP or break a limit; the offset counts from the start of `bytes`.
    pub fn scan(&mut self, bytes: &[u8]) -> Result<Status, Error> {
        let mut pos = 0;
        let mut stack: Vec<u64> = Vec::new();
        loop {
            let Some(head) = header(bytes, pos)? else { return Ok(Status::Incomplete(bytes.len() + 1)) };
            pos = head.body;
            match head.tag {
                b'$' | b'!' | b'=' => {
                    if let Some(len) = head.count {
                        if len > self.limits.max_bulk_len as u64 {
                            return Err(Error::new(
                                ErrorKind::Limit(Limit::Bulk(self.limits.max_bulk_len)),
                                pos as u64,
                            ));
                        }
                        pos += len as usize + 2;
                        if bytes.len() < pos {
                            return Ok(Status::Incomplete(pos));
                        }
                    }
                }
                b'*' | b'~' | b'>' => stack.push(head.count.unwrap_or(0)),
                b'%' => stack.push(head.count.unwrap_or(0).saturating_mul(2)),
                b'|' => stack.push(head.count.unwrap_or(0).saturating_mul(2) + 1),
                _ => {}
            }
            if stack.len() > self.limits.max_depth {
                return Err(Error::new(ErrorKind::Limit(Limit::Depth(self.limits.max_depth)), pos as u64));
            }
            loop {
                match stack.last_mut() {
                    None => return Ok(Status::Complete(pos)),
                    Some(0) => {
                        stack.pop();
                    }
                    Some(left) => {
                        *left -= 1;
                        break;
                    }
                }
            }
        }
    }
}

pub(crate) struct Header {
    pub(crate) tag: u8,
    pub(crate) count: Option<u64>,
    pub(crate) line: (usize, usize),
    pub(crate) body: usize,
}

pub(crate) fn header(bytes: &[u8], at: usize) -> Result<Option<Header>, Error> {
    let Some(rest) = bytes.get(at..) else { return Ok(None) };
    let Some(&tag) = rest.first() else { return Ok(None) };
    let Some(end) = memchr::memchr(b'\r', rest) else { return Ok(None) };
    if rest.len() < end + 2 {
        return Ok(None);
    }
    if rest.get(end + 1) != Some(&b'\n') {
        return Err(Error::new(ErrorKind::LineEnd, (at + end) as u64));
    }
    let line = rest.get(1..end).unwrap_or_default();
    let mut count = None;
    match tag {
        b'$' | b'!' | b'=' | b'*' | b'~' | b'>' | b'%' | b'|' => {
            if line != b"-1" {
                let text = core::str::from_utf8(line).unwrap_or_default();
                let n = text.parse::<u64>().map_err(|_| Error::new(ErrorKind::Length, at as u64))?;
                count = Some(n);
            }
        }
        b'+' | b'-' | b':' | b'_' | b'#' | b',' | b'(' => {}
        other => return Err(Error::new(ErrorKind::UnknownType(other), at as u64)),
    }
    Ok(Some(Header { tag, count, line: (at + 1, at + end), body: at + end + 2 }))
}
