//! The containers of a [`Frame`]: they are dropped, cloned and compared without recursion, however deep they nest.

use alloc::boxed::Box;
use alloc::vec::{self, Vec};
use core::ops::{Deref, DerefMut};
use core::{fmt, mem, slice};

use crate::Frame;

/// The elements of an array, a set or a push: a `Vec` that a deep nest of frames cannot overflow the stack with.
#[derive(Default)]
pub struct Frames(Vec<Frame>);

/// The pairs of a map or of attributes, in the order sent: a `Vec` as [`Frames`] is one.
#[derive(Default)]
pub struct Pairs(Vec<(Frame, Frame)>);

/// A value and the attributes sent before it.
pub struct Attributed(Box<(Pairs, Frame)>);

impl Attributed {
    /// Puts attributes before a value.
    pub fn new(attributes: impl Into<Pairs>, value: Frame) -> Self {
        Attributed(Box::new((attributes.into(), value)))
    }

    /// The attributes.
    pub fn attributes(&self) -> &Pairs {
        &self.0.0
    }

    /// The value they belong to.
    pub fn value(&self) -> &Frame {
        &self.0.1
    }

    /// Both, by value.
    pub fn into_parts(mut self) -> (Pairs, Frame) {
        mem::replace(&mut *self.0, (Pairs::default(), Frame::Null))
    }
}

macro_rules! container {
    ($name:ident, $item:ty) => {
        impl $name {
            /// The elements as a plain `Vec`.
            pub fn into_vec(mut self) -> Vec<$item> {
                mem::take(&mut self.0)
            }
        }

        impl Deref for $name {
            type Target = Vec<$item>;

            fn deref(&self) -> &Vec<$item> {
                &self.0
            }
        }

        impl DerefMut for $name {
            fn deref_mut(&mut self) -> &mut Vec<$item> {
                &mut self.0
            }
        }

        impl From<Vec<$item>> for $name {
            fn from(items: Vec<$item>) -> Self {
                $name(items)
            }
        }

        impl<const N: usize> From<[$item; N]> for $name {
            fn from(items: [$item; N]) -> Self {
                $name(items.into())
            }
        }

        impl FromIterator<$item> for $name {
            fn from_iter<I: IntoIterator<Item = $item>>(items: I) -> Self {
                $name(items.into_iter().collect())
            }
        }

        impl IntoIterator for $name {
            type Item = $item;
            type IntoIter = vec::IntoIter<$item>;

            fn into_iter(self) -> vec::IntoIter<$item> {
                self.into_vec().into_iter()
            }
        }

        impl<'a> IntoIterator for &'a $name {
            type Item = &'a $item;
            type IntoIter = slice::Iter<'a, $item>;

            fn into_iter(self) -> slice::Iter<'a, $item> {
                self.0.iter()
            }
        }

        impl Clone for $name {
            fn clone(&self) -> Self {
                // Each element is cloned without recursion; this adds one level.
                $name(self.0.clone())
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.0 == other.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

container!(Frames, Frame);
container!(Pairs, (Frame, Frame));

impl Clone for Attributed {
    fn clone(&self) -> Self {
        Attributed::new(self.attributes().clone(), self.value().clone())
    }
}

impl PartialEq for Attributed {
    fn eq(&self, other: &Self) -> bool {
        self.attributes() == other.attributes() && self.value() == other.value()
    }
}

impl fmt::Debug for Attributed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Attributed").field(self.attributes()).field(self.value()).finish()
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        if self.0.iter().any(is_deep) {
            dismantle(mem::take(&mut self.0));
        }
    }
}

impl Drop for Pairs {
    fn drop(&mut self) {
        if self.0.iter().any(|(key, value)| is_deep(key) || is_deep(value)) {
            dismantle(
                mem::take(&mut self.0).into_iter().flat_map(<[Frame; 2]>::from).filter(is_deep).collect(),
            );
        }
    }
}

impl Drop for Attributed {
    fn drop(&mut self) {
        if is_deep(self.value()) {
            dismantle(Vec::from([mem::replace(&mut self.0.1, Frame::Null)]));
        }
    }
}

/// Whether dropping this drops other frames.
fn is_deep(frame: &Frame) -> bool {
    match frame {
        Frame::Array(items) | Frame::Set(items) | Frame::Push(items) => !items.is_empty(),
        Frame::Map(pairs) => !pairs.is_empty(),
        Frame::Attributed(_) => true,
        _ => false,
    }
}

/// Drops frames level by level: each is emptied before its own `drop` runs, which then has nothing left to do.
fn dismantle(mut pending: Vec<Frame>) {
    while let Some(mut frame) = pending.pop() {
        match &mut frame {
            Frame::Array(items) | Frame::Set(items) | Frame::Push(items) => {
                pending.extend(mem::take(&mut items.0).into_iter().filter(is_deep));
            }
            Frame::Map(pairs) => {
                pending
                    .extend(mem::take(&mut pairs.0).into_iter().flat_map(<[Frame; 2]>::from).filter(is_deep));
            }
            Frame::Attributed(inner) => {
                let (attributes, value) = &mut *inner.0;
                pending.push(Frame::Map(mem::take(attributes)));
                pending.push(mem::replace(value, Frame::Null));
            }
            _ => {}
        }
    }
}

/// The frames that a frame holds, one after the other: of pairs key, value; of attributes these, then the value.
pub(crate) enum Children<'a> {
    List(slice::Iter<'a, Frame>),
    Pairs { pairs: slice::Iter<'a, (Frame, Frame)>, value: Option<&'a Frame>, last: Option<&'a Frame> },
}

impl<'a> Children<'a> {
    pub(crate) fn of(frame: &'a Frame) -> Option<Self> {
        match frame {
            Frame::Array(items) | Frame::Set(items) | Frame::Push(items) => {
                Some(Children::List(items.iter()))
            }
            Frame::Map(pairs) => Some(Children::Pairs { pairs: pairs.iter(), value: None, last: None }),
            Frame::Attributed(inner) => Some(Children::Pairs {
                pairs: inner.attributes().iter(),
                value: None,
                last: Some(inner.value()),
            }),
            _ => None,
        }
    }

    /// Whether all of them were gone through.
    pub(crate) fn is_empty(&self) -> bool {
        self.size_hint().0 == 0
    }
}

impl<'a> Iterator for Children<'a> {
    type Item = &'a Frame;

    fn next(&mut self) -> Option<&'a Frame> {
        match self {
            Children::List(items) => items.next(),
            Children::Pairs { pairs, value, last } => value.take().or_else(|| match pairs.next() {
                Some((key, next)) => {
                    *value = Some(next);
                    Some(key)
                }
                None => last.take(),
            }),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = match self {
            Children::List(items) => items.len(),
            Children::Pairs { pairs, value, last } => {
                pairs.len() * 2 + usize::from(value.is_some()) + usize::from(last.is_some())
            }
        };
        (left, Some(left))
    }
}
