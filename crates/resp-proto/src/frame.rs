//! An owned value of any RESP kind.

use alloc::vec::Vec;

use crate::node::collect;
use crate::{Kind, Node};

/// An owned tree of any reply.
#[derive(Debug, Clone, PartialEq)]
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
    Array(Vec<Frame>),
    /// Pairs, in the order sent.
    Map(Vec<(Frame, Frame)>),
    /// A set, in the order sent.
    Set(Vec<Frame>),
    /// A message nobody asked for; the first element names its kind.
    Push(Vec<Frame>),
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
}

impl Frame {
    pub(crate) fn from_node(node: Node<'_>) -> Frame {
        match node.kind() {
            Kind::Null => Frame::Null,
            Kind::Integer => Frame::Integer(node.as_i64().unwrap_or_default()),
            Kind::Double => Frame::Double(node.as_f64().unwrap_or_default()),
            Kind::Boolean => Frame::Boolean(node.as_bool().unwrap_or_default()),
            Kind::SimpleString => Frame::SimpleString(bytes(node)),
            Kind::SimpleError => Frame::SimpleError(bytes(node)),
            Kind::BulkString => Frame::BulkString(bytes(node)),
            Kind::BulkError => Frame::BulkError(bytes(node)),
            Kind::BigNumber => Frame::BigNumber(bytes(node)),
            Kind::VerbatimString => {
                let mut format = *b"txt";
                if let Some(sent) = node.verbatim_format().and_then(|f| <[u8; 3]>::try_from(f).ok()) {
                    format = sent;
                }
                Frame::VerbatimString { format, text: bytes(node) }
            }
            Kind::Array => Frame::Array(collect(node)),
            Kind::Set => Frame::Set(collect(node)),
            Kind::Push => Frame::Push(collect(node)),
            Kind::Map => {
                let mut pairs = Vec::new();
                let mut frames = collect(node).into_iter();
                while let (Some(key), Some(value)) = (frames.next(), frames.next()) {
                    pairs.push((key, value));
                }
                Frame::Map(pairs)
            }
        }
    }
}

fn bytes(node: Node<'_>) -> Vec<u8> {
    node.into_bytes().unwrap_or_default().into_owned()
}
