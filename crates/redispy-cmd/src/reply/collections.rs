//! Replies that are lists or sets.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::hash::{BuildHasher, Hash};

use resp_proto::{Items, Node};

use super::error::Shape;
use super::{FromReply, ReplyError, Whole};

impl<T: FromReply> FromReply for Vec<T> {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        Whole::read(node)
    }

    fn from_part(node: Node<'_>, whole: &Whole<'_>) -> Result<Self, ReplyError> {
        T::list_from_part(node, whole)
    }
}

macro_rules! through_vec {
    ($($type:ty),*) => {$(
        impl<T: FromReply> FromReply for $type {
            fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
                Vec::from_reply(node).map(Into::into)
            }

            fn from_part(node: Node<'_>, whole: &Whole<'_>) -> Result<Self, ReplyError> {
                Vec::from_part(node, whole).map(Into::into)
            }
        }
    )*};
}

through_vec!(VecDeque<T>, Box<[T]>);

impl<T: FromReply, const N: usize> FromReply for [T; N] {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        Whole::read(node)
    }

    fn from_part(node: Node<'_>, whole: &Whole<'_>) -> Result<Self, ReplyError> {
        let shape = Shape::of(&node);
        let items = T::list_from_part(node, whole)?;
        items
            .try_into()
            .map_err(|_| ReplyError::mismatch(format!("an array of {N} elements"), shape.describe()))
    }
}

impl<T: FromReply + Eq + Hash, S: BuildHasher + Default> FromReply for HashSet<T, S> {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        Whole::read(node)
    }

    fn from_part(node: Node<'_>, whole: &Whole<'_>) -> Result<Self, ReplyError> {
        let mut set = HashSet::with_capacity_and_hasher(room::<T>(node.size_hint()), S::default());
        each_part(node, "a set", whole, |item| {
            set.insert(item);
        })?;
        Ok(set)
    }
}

impl<T: FromReply + Ord> FromReply for BTreeSet<T> {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        Whole::read(node)
    }

    fn from_part(node: Node<'_>, whole: &Whole<'_>) -> Result<Self, ReplyError> {
        let mut set = BTreeSet::new();
        each_part(node, "a set", whole, |item| {
            set.insert(item);
        })?;
        Ok(set)
    }
}

#[cfg(feature = "indexmap")]
impl<T: FromReply + Eq + Hash, S: BuildHasher + Default> FromReply for indexmap::IndexSet<T, S> {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        Whole::read(node)
    }

    fn from_part(node: Node<'_>, whole: &Whole<'_>) -> Result<Self, ReplyError> {
        let mut set = indexmap::IndexSet::with_capacity_and_hasher(room::<T>(node.size_hint()), S::default());
        each_part(node, "a set", whole, |item| {
            set.insert(item);
        })?;
        Ok(set)
    }
}

/// For how many of `count` elements room is made at once: all of them, as long as that is no more than 16 MiB. The number
/// itself can be trusted, since so many elements were received; but many small ones, such as nil, may be meant to become
/// something large. What is larger grows as it is read.
pub(super) fn room<T>(count: usize) -> usize {
    count.min((16 << 20) / size_of::<T>().max(1))
}

/// The elements as a list.
pub(super) fn list<T: FromReply>(node: Node<'_>, whole: &Whole<'_>) -> Result<Vec<T>, ReplyError> {
    let mut list = Vec::with_capacity(room::<T>(node.size_hint()));
    each_part(node, "an array", whole, |item| list.push(item))?;
    Ok(list)
}

/// The elements of an aggregate of any kind.
pub(super) fn elements<'a>(node: Node<'a>, expected: &'static str) -> Result<Items<'a>, ReplyError> {
    if !node.is_aggregate() {
        return Err(ReplyError::unexpected(expected, &node));
    }
    let shape = Shape::of(&node);
    node.into_items().ok_or_else(|| ReplyError::mismatch(expected, shape.describe()))
}

fn each_part<T: FromReply>(
    node: Node<'_>,
    expected: &'static str,
    whole: &Whole<'_>,
    mut take: impl FnMut(T),
) -> Result<(), ReplyError> {
    for (index, item) in elements(node, expected)?.enumerate() {
        take(T::from_part(item, whole).map_err(|error| error.in_element(index))?);
    }
    Ok(())
}
