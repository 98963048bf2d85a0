//! What a typed pipeline answers with: the tuple of its replies.

use resp_proto::Node;

use super::exchange::{Around, Places};
use super::place::Place;
use crate::{Error, Result};

/// The replies of a pipeline so far: a tuple of up to 24 types, or [`TooMany`].
///
/// Implemented here only. Functions over pipelines of any type need no other bound:
///
/// ```
/// use redispy::{Pipeline, Replies, prelude::*};
///
/// fn count_visit<L: Replies>(p: Pipeline<L>) -> Pipeline<L::Then<i64>> {
///     p.incr("visits")
/// }
/// ```
pub trait Replies: Sized + sealed::Tuple {
    /// The same with one more reply behind.
    type Then<T>: Replies;

    #[doc(hidden)]
    fn push<T>(places: Self::Places, place: Place<T>) -> <Self::Then<T> as sealed::Tuple>::Places;
}

/// A tuple of replies that a pipeline can be executed for.
#[diagnostic::on_unimplemented(
    message = "a typed pipeline holds at most 24 commands",
    label = "more commands than a tuple has places",
    note = "use `.all(commands)` for many commands of one type, or `pipeline().dynamic()` for any number of any types"
)]
pub trait Executable: Replies {
    /// A `Result` for each reply.
    type Each;

    #[doc(hidden)]
    fn take(places: Self::Places) -> Result<Self>;

    #[doc(hidden)]
    fn take_each(places: Self::Places) -> Self::Each;
}

/// What a typed pipeline becomes with its 25th command: nothing that can be executed.
#[derive(Debug)]
pub struct TooMany(());

pub(crate) mod sealed {
    use super::*;

    pub trait Tuple {
        /// The place of each reply.
        type Places: Row;
    }

    /// Places in a row.
    pub trait Row {
        /// Hands a reply to the place of this number.
        #[doc(hidden)]
        fn reply_at(&mut self, number: usize, node: Node<'_>, position: usize, around: &Around<'_>);

        #[doc(hidden)]
        fn fail_at(&mut self, number: usize, error: Error, answer: Option<&Node<'_>>);

        /// How many commands the place of this number stands for, if there is one.
        fn expects(&self, number: usize) -> Option<usize>;

        fn reset(&mut self);
    }
}

use sealed::Row;

/// The places of a tuple, while they are filled.
pub(crate) struct Filling<'a, R> {
    row: &'a mut R,
    /// The place that is filled next, and how many replies are still to come to the one before.
    next: usize,
    left: usize,
}

impl<'a, R: Row> Filling<'a, R> {
    pub(crate) fn new(row: &'a mut R) -> Self {
        Filling { row, next: 0, left: 0 }
    }
}

impl<R: Row> Filling<'_, R> {
    /// The number of the place that the next reply belongs to.
    #[inline]
    fn place(&mut self) -> Option<usize> {
        // Places of no command at all are passed.
        while self.left == 0 {
            self.left = self.row.expects(self.next)?;
            self.next += 1;
        }
        self.left -= 1;
        Some(self.next - 1)
    }
}

impl<R: Row> Places for Filling<'_, R> {
    fn reply(&mut self, node: Node<'_>, position: usize, around: &Around<'_>) {
        if let Some(place) = self.place() {
            self.row.reply_at(place, node, position, around);
        }
    }

    fn fail(&mut self, error: Error, answer: Option<&Node<'_>>) {
        if let Some(place) = self.place() {
            self.row.fail_at(place, error, answer);
        }
    }

    fn reset(&mut self) {
        self.row.reset();
        (self.next, self.left) = (0, 0);
    }
}

impl sealed::Tuple for TooMany {
    type Places = ();
}

impl Replies for TooMany {
    type Then<T> = TooMany;

    fn push<T>(_: (), _: Place<T>) {}
}

/// For each list of types the tuple of them, and what one more type makes of it.
macro_rules! tuples {
    () => {};
    ($first:ident $($rest:ident)*) => {
        tuples!(@build [] $first $($rest)*);
    };
    // The last one has no successor.
    (@build [$($done:ident)*]) => {
        tuples!(@one [$($done)*] (TooMany));
    };
    (@build [$($done:ident)*] $next:ident $($rest:ident)*) => {
        tuples!(@one [$($done)*] ($($done,)* Next,));
        tuples!(@build [$($done)* $next] $($rest)*);
    };
    (@one [$($name:ident)*] ($then:ident)) => {
        impl<$($name),*> Replies for ($($name,)*) {
            type Then<Next> = $then;

            fn push<Next>(_: Self::Places, _: Place<Next>) {}
        }
        tuples!(@common [$($name)*]);
    };
    (@one [$($name:ident)*] ($($then:ident,)+)) => {
        impl<$($name),*> Replies for ($($name,)*) {
            type Then<Next> = ($($then,)+);

            #[allow(non_snake_case, reason = "a variable is named like its type")]
            fn push<Next>(places: Self::Places, place: Place<Next>) -> ($(Place<$then>,)+) {
                let ($($name,)*) = places;
                ($($name,)* place,)
            }
        }
        tuples!(@common [$($name)*]);
    };
    (@common [$($name:ident)*]) => {
        impl<$($name),*> sealed::Tuple for ($($name,)*) {
            type Places = ($(Place<$name>,)*);
        }

        #[allow(non_snake_case, clippy::unused_unit, reason = "a variable is named like its type; the empty tuple is one as well")]
        impl<$($name),*> Executable for ($($name,)*) {
            type Each = ($(Result<$name>,)*);

            fn take(places: Self::Places) -> Result<Self> {
                let ($($name,)*) = places;
                Ok(($($name.take()?,)*))
            }

            fn take_each(places: Self::Places) -> Self::Each {
                let ($($name,)*) = places;
                ($($name.take(),)*)
            }
        }

        #[allow(non_snake_case, unused_variables, unused_mut, unused_assignments, reason = "a variable is named like its type; the empty tuple is one as well")]
        impl<$($name),*> Row for ($(Place<$name>,)*) {
            #[inline]
            fn reply_at(&mut self, number: usize, node: Node<'_>, position: usize, around: &Around<'_>) {
                let ($($name,)*) = self;
                let mut at = 0;
                $(
                    if number == at {
                        return $name.reply(node, position, around);
                    }
                    at += 1;
                )*
            }

            fn fail_at(&mut self, number: usize, error: Error, answer: Option<&Node<'_>>) {
                let ($($name,)*) = self;
                let mut at = 0;
                $(
                    if number == at {
                        return $name.fail(error, answer);
                    }
                    at += 1;
                )*
            }

            fn expects(&self, number: usize) -> Option<usize> {
                let ($($name,)*) = self;
                let mut at = 0;
                $(
                    if number == at {
                        return Some($name.expects());
                    }
                    at += 1;
                )*
                None
            }

            fn reset(&mut self) {
                let ($($name,)*) = self;
                $($name.reset();)*
            }
        }
    };
}

tuples!(A B C D E F G H I J K L M N O P Q R S T U V W X);
