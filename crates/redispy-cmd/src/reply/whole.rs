//! What the parts of one reply share: a check for UTF-8, and a copy of its bytes.

use std::cell::OnceCell;
use std::ops::Range;

use bytes::Bytes;
use resp_proto::Node;

use super::{FromReply, ReplyError};

/// The bytes of a whole reply, checked or copied at most once for all its parts.
#[derive(Debug)]
pub struct Whole<'a> {
    /// Empty when the reader began at a part: then each of its parts is checked or copied on its own.
    bytes: &'a [u8],
    text: OnceCell<Option<&'a str>>,
    copy: OnceCell<Bytes>,
}

impl<'a> Whole<'a> {
    /// Reads `node` as a whole with parts.
    pub(super) fn read<T: FromReply>(node: Node<'a>) -> Result<T, ReplyError> {
        // Only of the root are the bytes known without a search for their end.
        let bytes = if node.is_aggregate() && node.start() == 0 { node.raw() } else { &[] };
        T::from_part(node, &Whole { bytes, text: OnceCell::new(), copy: OnceCell::new() })
    }

    /// The text in this place, if the whole reply is UTF-8. One check over everything costs much less than one for each part.
    #[inline]
    pub(super) fn text(&self, place: Range<usize>) -> Option<&'a str> {
        (*self.text.get_or_init(|| std::str::from_utf8(self.bytes).ok()))?.get(place)
    }

    /// The bytes in this place, as a share of one copy of the whole reply.
    #[inline]
    pub(super) fn share(&self, place: Range<usize>) -> Option<Bytes> {
        if place.start > place.end || place.end > self.bytes.len() {
            return None;
        }
        Some(self.copy.get_or_init(|| Bytes::copy_from_slice(self.bytes)).slice(place))
    }
}
