//! How a reply becomes a type, and what goes wrong when it does not fit.
//!
//! | type | replies it reads |
//! |---|---|
//! | integers (not `u8`) | integers, decimal numbers in strings (as RESP2 sends them), doubles and big numbers that are whole, booleans as 0 and 1; all checked for range |
//! | `f64`, `f32` | doubles, numbers in strings, integers, booleans as 0 and 1 |
//! | `bool` | booleans, the integers 0 and 1 |
//! | `String`, `Box<str>`, `Arc<str>` | strings of every kind in UTF-8, and the text of doubles and big numbers, which RESP2 sends as strings |
//! | `Vec<u8>`, `Bytes`, `Box<[u8]>`, `Arc<[u8]>`, `[u8; N]` | the same as bytes |
//! | `Option<T>` | nil, or what `T` reads |
//! | `Vec<T>`, `VecDeque`, `Box<[T]>`, `[T; N]`, sets, tuples | arrays, sets, pushes; of a map key, value, key, value, as RESP2 sends it |
//! | `Vec<(K, V)>`, maps | maps, flat arrays of keys and values, arrays of pairs |
//! | `Result<T, ServerError>` | an error among the elements, or what `T` reads |
//! | [`Value`] | everything |
//!
//! So a type is read from RESP2 and from RESP3 with the same result.

mod collections;
mod error;
mod group;
mod map;
mod number;
mod pair;
pub mod readers;
mod text;
mod tuples;
mod whole;

use resp_proto::Node;

pub use error::{ReplyError, ReplyErrorKind, ServerError};
pub use group::FromGroup;
pub(crate) use group::groups;
pub use map::{FromMap, Pairs};
pub use pair::{FromPair, FromTriple};
pub use readers::{ok, status};
/// Any reply, as an owned tree.
pub use resp_proto::Frame as Value;
#[doc(hidden)]
pub use whole::Whole;

/// A type that a reply can be read into.
///
/// Implement it for a type of your own by reading what the reply consists of and turning that into the type:
///
/// ```
/// use redispy_cmd::reply::{FromReply, ReplyError};
/// use resp_proto::Node;
///
/// struct Point(f64, f64);
///
/// impl FromReply for Point {
///     fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
///         let (longitude, latitude) = FromReply::from_reply(node)?;
///         Ok(Point(longitude, latitude))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "no reply can be read into `{Self}`",
    label = "not a type of a reply",
    note = "name the type: `let name: Option<String> = ...`, or take a `Value`; `()` and `!` are none, so that no reply goes \
            unread by mistake",
    note = "text is owned, `String` and not `&str`; `u8` is none, since `Vec<u8>` is one byte string",
    note = "a type of your own needs an `impl FromReply`"
)]
pub trait FromReply: Sized {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// The reply is a server's error or does not fit this type.
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError>;

    /// Reads it as a part of a whole reply, with what the parts share.
    #[doc(hidden)]
    fn from_part(node: Node<'_>, whole: &Whole<'_>) -> Result<Self, ReplyError> {
        let _ = whole;
        Self::from_reply(node)
    }

    /// Reads a list of it.
    #[doc(hidden)]
    fn list_from_part(node: Node<'_>, whole: &Whole<'_>) -> Result<Vec<Self>, ReplyError> {
        collections::list(node, whole)
    }
}

impl FromReply for Value {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        Ok(node.into_frame())
    }
}

impl<T: FromReply> FromReply for Option<T> {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        if node.is_null() { Ok(None) } else { T::from_reply(node).map(Some) }
    }

    fn from_part(node: Node<'_>, whole: &Whole<'_>) -> Result<Self, ReplyError> {
        if node.is_null() { Ok(None) } else { T::from_part(node, whole).map(Some) }
    }
}

impl<T: FromReply> FromReply for Box<T> {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        T::from_reply(node).map(Box::new)
    }

    fn from_part(node: Node<'_>, whole: &Whole<'_>) -> Result<Self, ReplyError> {
        T::from_part(node, whole).map(Box::new)
    }
}

/// For an element that may be an error of its own, such as the reply of one command in a script or a transaction.
impl<T: FromReply> FromReply for Result<T, ServerError> {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        if node.is_error() { Ok(Err(ServerError::from_node(node))) } else { T::from_reply(node).map(Ok) }
    }

    fn from_part(node: Node<'_>, whole: &Whole<'_>) -> Result<Self, ReplyError> {
        if node.is_error() {
            Ok(Err(ServerError::from_node(node)))
        } else {
            T::from_part(node, whole).map(Ok)
        }
    }
}
