//! Replies that are maps: in RESP3 a map, in RESP2 a flat array of keys and values, in some commands an array of pairs.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};

use resp_proto::{Items, Kind, Limits, Node, Reply};

use super::collections::{elements, room};
use super::error::Shape;
use super::{FromReply, ReplyError, Whole};

/// A type that a map of fields and values can be read into: `HashMap`, `BTreeMap`, `Vec<(K, V)>` (in the order sent, with the
/// `indexmap` feature `IndexMap` too), and `Option` of these, which is `None` for an empty map: of a key that does not exist
/// the servers tell the same.
///
/// Implement it for a struct of your own with the help of [`Pairs`].
#[diagnostic::on_unimplemented(
    message = "fields and values cannot be read into `{Self}`",
    label = "not a map",
    note = "name the map: `let user: HashMap<String, String> = ...`; `BTreeMap`, `Vec<(K, V)>` and `Option` of these fit \
            too, `()` and `!` do not",
    note = "a struct of your own needs an `impl FromMap`"
)]
pub trait FromMap: Sized {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// The reply is a server's error, no map in any of its forms, or its keys or values do not fit.
    fn from_map(node: Node<'_>) -> Result<Self, ReplyError>;
}

impl<M: FromMap> FromMap for Option<M> {
    fn from_map(node: Node<'_>) -> Result<Self, ReplyError> {
        if node.is_null() || is_empty(&node) { Ok(None) } else { M::from_map(node).map(Some) }
    }
}

/// Whether an aggregate has no element. One that is streamed does not say how many it has, so that one has to look.
fn is_empty(node: &Node<'_>) -> bool {
    let is_empty =
        |reply: Reply<'_>| reply.node().into_items().is_some_and(|mut items| items.next().is_none());
    node.is_aggregate()
        && node.size_hint() == 0
        && Reply::parse(node.raw(), Limits::default()).is_ok_and(|reply| reply.is_some_and(is_empty))
}

impl<K: FromReply, V: FromReply> FromMap for Vec<(K, V)> {
    fn from_map(node: Node<'_>) -> Result<Self, ReplyError> {
        Self::from_reply(node)
    }
}

/// The pairs of a map, one after the other.
///
/// ```
/// use redispy_cmd::reply::{FromMap, FromReply, Pairs, ReplyError};
/// use resp_proto::{Limits, Node, Reply};
///
/// #[derive(Default)]
/// struct User {
///     name: String,
///     age: Option<u32>,
/// }
///
/// impl FromMap for User {
///     fn from_map(node: Node<'_>) -> Result<Self, ReplyError> {
///         let mut user = User::default();
///         let mut pairs = Pairs::of(node)?;
///         pairs.each(|key, value| {
///             match key.as_bytes().as_deref() {
///                 Some(b"name") => user.name = FromReply::from_reply(value)?,
///                 Some(b"age") => user.age = FromReply::from_reply(value)?,
///                 _ => {}
///             }
///             Ok(())
///         })?;
///         Ok(user)
///     }
/// }
///
/// let bytes = b"*4\r\n$4\r\nname\r\n$3\r\nbob\r\n$3\r\nage\r\n$2\r\n33\r\n";
/// let reply = Reply::parse(bytes, Limits::default())?.ok_or("incomplete")?;
/// let user = User::from_map(reply.node())?;
/// assert_eq!((user.name.as_str(), user.age), ("bob", Some(33)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Pairs<'a> {
    items: Items<'a>,
    /// The first element, which had to be looked at to see which form this is.
    first: Option<Node<'a>>,
    /// Whether each pair is an array of its own.
    nested: bool,
    index: usize,
    count: usize,
}

impl<'a> Pairs<'a> {
    /// The pairs of a map in any of its forms.
    ///
    /// # Errors
    ///
    /// The reply is a scalar, or an error.
    pub fn of(node: Node<'a>) -> Result<Self, ReplyError> {
        let is_map = node.kind() == Kind::Map;
        let count = node.size_hint();
        let mut items = elements(node, "a map")?;
        let first = items.next();
        let nested = !is_map && first.as_ref().is_some_and(Node::is_aggregate);
        Ok(Pairs { items, first, nested, index: 0, count: if nested { count } else { count / 2 } })
    }

    /// How many pairs there are, as far as the reply says before it is walked; never more than the bytes received can hold.
    pub fn size_hint(&self) -> usize {
        self.count
    }

    /// Hands each pair to `read` until there is none left or one fails.
    ///
    /// # Errors
    ///
    /// What `read` fails with, saying at which element; or a key has no value.
    pub fn each(
        &mut self,
        mut read: impl FnMut(Node<'a>, Node<'a>) -> Result<(), ReplyError>,
    ) -> Result<(), ReplyError> {
        while let Some(done) = self.advance(|key, value| read(key, value).map_err(|error| (1, error))) {
            done?;
        }
        Ok(())
    }

    fn next_of<K: FromReply, V: FromReply>(
        &mut self,
        whole: &Whole<'_>,
    ) -> Result<Option<(K, V)>, ReplyError> {
        self.advance(|key, value| {
            let key = K::from_part(key, whole).map_err(|error| (0, error))?;
            let value = V::from_part(value, whole).map_err(|error| (1, error))?;
            Ok((key, value))
        })
        .transpose()
    }

    /// Reads the next pair; an error comes with 0 for the key or 1 for the value.
    fn advance<T>(
        &mut self,
        read: impl FnOnce(Node<'a>, Node<'a>) -> Result<T, (usize, ReplyError)>,
    ) -> Option<Result<T, ReplyError>> {
        let first = self.first.take().or_else(|| self.items.next())?;
        let index = self.index;
        self.index += 1;
        if self.nested {
            return Some(read_pair(first, read).map_err(|error| error.in_element(index)));
        }
        let Some(value) = self.items.next() else {
            return Some(Err(ReplyError::mismatch("keys with values", "a key without a value")));
        };
        Some(read(first, value).map_err(|(place, error)| error.in_element(index * 2 + place)))
    }
}

fn read_pair<'a, T>(
    node: Node<'a>,
    read: impl FnOnce(Node<'a>, Node<'a>) -> Result<T, (usize, ReplyError)>,
) -> Result<T, ReplyError> {
    let shape = Shape::of(&node);
    let mut items = elements(node, PAIR)?;
    let (Some(key), Some(value)) = (items.next(), items.next()) else {
        return Err(ReplyError::mismatch(PAIR, shape.describe()));
    };
    let pair = read(key, value).map_err(|(place, error)| error.in_element(place))?;
    match items.next() {
        None => Ok(pair),
        Some(_) => Err(ReplyError::mismatch(PAIR, shape.describe())),
    }
}

const PAIR: &str = "an array of 2 elements";

/// The pairs of a map as a list, in the order sent.
pub(super) fn list<K: FromReply, V: FromReply>(
    node: Node<'_>,
    whole: &Whole<'_>,
) -> Result<Vec<(K, V)>, ReplyError> {
    let mut pairs = Pairs::of(node)?;
    let mut list = Vec::with_capacity(room::<(K, V)>(pairs.size_hint()));
    while let Some(pair) = pairs.next_of(whole)? {
        list.push(pair);
    }
    Ok(list)
}

macro_rules! maps {
    ($([$($generics:tt)*] $type:ty, $count:ident => $empty:expr;)*) => {$(
        impl<$($generics)*> FromReply for $type {
            fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
                Whole::read(node)
            }

            fn from_part(node: Node<'_>, whole: &Whole<'_>) -> Result<Self, ReplyError> {
                let mut pairs = Pairs::of(node)?;
                let $count = room::<(K, V)>(pairs.size_hint());
                let mut map = $empty;
                while let Some((key, value)) = pairs.next_of(whole)? {
                    map.insert(key, value);
                }
                Ok(map)
            }
        }

        impl<$($generics)*> FromMap for $type {
            fn from_map(node: Node<'_>) -> Result<Self, ReplyError> {
                Self::from_reply(node)
            }
        }
    )*};
}

maps! {
    [K: FromReply + Eq + Hash, V: FromReply, S: BuildHasher + Default] HashMap<K, V, S>,
        count => HashMap::with_capacity_and_hasher(count, S::default());
    [K: FromReply + Ord, V: FromReply] BTreeMap<K, V>, _count => BTreeMap::new();
}

#[cfg(feature = "indexmap")]
maps! {
    [K: FromReply + Eq + Hash, V: FromReply, S: BuildHasher + Default] indexmap::IndexMap<K, V, S>,
        count => indexmap::IndexMap::with_capacity_and_hasher(count, S::default());
}
