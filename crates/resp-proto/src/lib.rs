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
pub use request::{Args, Request, RequestDecoder};
pub use scan::{Scanner, Status};
