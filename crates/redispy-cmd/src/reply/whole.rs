//! What the parts of one reply share: a check for UTF-8, and a copy of its bytes.

use std::cell::OnceCell;

use bytes::Bytes;
use resp_proto::Node;

use super::{FromReply, ReplyError};

/// The bytes of a whole reply, checked or copied at most once for all its parts.
#[derive(Debug)]
pub struct Whole<'a> {
    bytes: &'a [u8],
    text: OnceCell<Option<&'a str>>,
    copy: OnceCell<Bytes>,
}

impl<'a> Whole<'a> {
    /// Reads `node` as a whole with parts.
    pub(crate) fn read<T: FromReply>(node: Node<'a>) -> Result<T, ReplyError> {
        let whole = Whole::of(&node);
        T::from_part(node, &whole)
    }

    /// The reply that begins with `node`.
    pub(crate) fn of(node: &Node<'a>) -> Self {
        let bytes = if node.is_aggregate() { node.raw() } else { &[] };
        Whole { bytes, text: OnceCell::new(), copy: OnceCell::new() }
    }

    /// The text of a part, if the whole reply is UTF-8. One check over everything costs much less than one for each part.
    pub(crate) fn text(&self, part: &[u8]) -> Option<&'a str> {
        let text = (*self.text.get_or_init(|| std::str::from_utf8(self.bytes).ok()))?;
        let start = self.offset(part);
        text.get(start..start.checked_add(part.len())?)
    }

    /// A part as a share of one copy of the whole reply.
    pub(crate) fn share(&self, part: &[u8]) -> Bytes {
        let start = self.offset(part);
        match start.checked_add(part.len()) {
            Some(end) if end <= self.bytes.len() => {
                self.copy.get_or_init(|| Bytes::copy_from_slice(self.bytes)).slice(start..end)
            }
            // A part that was put together from pieces lies elsewhere.
            _ => Bytes::copy_from_slice(part),
        }
    }

    fn offset(&self, part: &[u8]) -> usize {
        part.as_ptr().addr().wrapping_sub(self.bytes.as_ptr().addr())
    }
}
