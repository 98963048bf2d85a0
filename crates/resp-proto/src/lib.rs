//! RESP2 and RESP3, the protocol of Redis and Valkey: bytes to replies and back, for clients, proxies and tools.
//!
//! The crate owns no socket and no clock. Bytes go in, whole replies come out:
//!
//! ```
//! use resp_proto::{Decoder, Kind};
//!
//! let mut decoder = Decoder::default();
//! decoder.feed(b"*2\r\n$3\r\nfoo\r\n:4");
//! assert!(decoder.next_reply()?.is_none()); // the end is still missing
//! decoder.feed(b"2\r\n");
//! let reply = decoder.next_reply()?.ok_or("incomplete")?;
//! assert_eq!(reply.kind(), Kind::Array);
//! let mut items = reply.into_items().ok_or("no aggregate")?;
//! assert_eq!(items.next().and_then(|node| node.into_bytes()).as_deref(), Some(&b"foo"[..]));
//! assert_eq!(items.next().and_then(|node| node.as_i64()), Some(42));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # Two passes
//!
//! [`Scanner`] finds where a reply ends, over as many pieces as it comes in, and checks all of it. Then [`Node`] walks the
//! finished bytes and reads them as whatever the caller wants: no tree of values in between. [`Frame`] is that tree, for
//! those who do want one. Neither recurses; nothing is allocated for what a header promises; what a peer may cost is in
//! [`Limits`]. The other direction: [`encode_command`] and [`Frame::encode`]; and for servers and proxies
//! [`RequestDecoder`], which reads pipelined and inline requests.
//!
//! # What is accepted
//!
//! Servers agree on less than the specification allows, so this is what counts as RESP here; the rest is an [`Error`], told
//! the same however the bytes are cut.
//!
//! - Lines end in CR LF; neither stands alone in one.
//! - Lengths and counts are decimal, without sign and leading zeros. `$-1`, `*-1` and `_` are nil, in both versions of the
//!   protocol; no other length is negative.
//! - Integers may have either sign and leading zeros, in at most 20 bytes: `:+5` is 5, `:-0` is 0. What 64 bits do not hold
//!   is an error.
//! - Doubles are digits with an optional fraction and exponent, `inf` and `nan` in any case and with either sign, and what
//!   C libraries print for a nan with a payload: `nan(0x1)`. What is too large for a double is infinite, as it is in Rust.
//! - Verbatim strings have a format of three visible characters and a colon.
//! - Pushes stand at top level only. Attributes stand before any value, also before a key, and are no value themselves:
//!   they do not count as elements, and several in a row are read as one.
//! - Bulk strings may be streamed (`$?`), and arrays, sets and maps; they are read as their plain forms.
#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod buffer;
mod decoder;
mod encoder;
mod error;
mod frame;
mod frames;
mod head;
mod items;
mod limits;
mod node;
mod replies;
mod request;
mod scan;
mod token;

pub use decoder::Decoder;
pub use encoder::{
    Protocol, encode_command, write_array_header, write_bulk, write_bulk_double, write_bulk_integer,
};
pub use error::{Error, ErrorKind, Limit};
pub use frame::Frame;
pub use frames::{Attributed, Frames, Pairs};
pub use items::Items;
pub use limits::Limits;
pub use node::{Kind, Node, Reply};
pub use replies::Replies;
pub use request::{Args, Request, RequestDecoder};
pub use scan::{Scanner, Status};
