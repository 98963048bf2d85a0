//! Every type that a reply can be read into: from RESP2, from RESP3, and what is said when it does not fit.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod errors;
mod lists;
mod maps;
mod numbers;
mod readers;
mod round_trip;
mod text;

use std::fmt::Debug;

use redispy_cmd::reply::{FromReply, ReplyError};
use resp_proto::{Limits, Node, Reply};

/// What `reader` makes of a reply; its errors as text.
fn read_by<T>(
    reader: impl FnOnce(Node<'_>) -> Result<T, ReplyError>,
    reply: impl AsRef<[u8]>,
) -> Result<T, String> {
    let bytes = reply.as_ref();
    let reply = Reply::parse(bytes, Limits::default()).expect("valid RESP").expect("a whole reply");
    assert_eq!(reply.bytes().len(), bytes.len(), "one reply and nothing behind it");
    reader(reply.node()).map_err(|error| error.to_string())
}

fn read<T: FromReply>(reply: impl AsRef<[u8]>) -> Result<T, String> {
    read_by(T::from_reply, reply)
}

/// Each of these replies becomes this value.
#[track_caller]
fn reads<T: FromReply + Debug + PartialEq, const N: usize>(replies: [&str; N], value: T) {
    for reply in replies {
        assert_eq!(read::<T>(reply).as_ref(), Ok(&value), "{reply:?}");
    }
}

/// The text of the error that comes of this reply.
#[track_caller]
fn unfit<T: FromReply + Debug>(reply: impl AsRef<[u8]>) -> String {
    read::<T>(reply).unwrap_err()
}
