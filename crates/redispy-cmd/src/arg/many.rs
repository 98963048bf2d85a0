//! One argument or many.

use std::collections::{BTreeSet, HashSet, VecDeque};

use super::ToArg;
use crate::cmd::Request;

/// One argument or many, in order.
///
/// Everything that is one argument, and slices, arrays, `Vec`, `VecDeque`, sets (owned or borrowed), tuples of different
/// types, and iterators through [`each`].
///
/// ```
/// use redispy_cmd::arg::each;
/// use redispy_cmd::cmd;
///
/// let count = |command: redispy_cmd::Cmd<_>| command.request().count();
/// assert_eq!(count(cmd("DEL").arg("one")), 2);
/// assert_eq!(count(cmd("DEL").arg(["one", "two"])), 3);
/// assert_eq!(count(cmd("DEL").arg(("name", 3, vec!["x", "y"]))), 5);
/// assert_eq!(count(cmd("DEL").arg(each((0..9).map(|n| format!("k{n}"))))), 10);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither an argument nor many of them",
    label = "no arguments",
    note = "arguments are strings, byte strings, integers, floats, and slices, arrays, `Vec`, sets and tuples of these",
    note = "iterators go through `each`: `each(items.iter().map(..))`",
    note = "`u8`, `bool` and `Option` are no arguments; what implements `Display` is one inside `Text(..)`"
)]
pub trait ToArgs {
    /// Writes them in order.
    fn write_args(self, request: &mut Request);
}

impl<T: ToArg> ToArgs for T {
    fn write_args(self, request: &mut Request) {
        request.arg(self);
    }
}

/// Makes arguments of the items of an iterator: [`ToArgs`], [`ToPairs`](super::ToPairs) or [`ToScored`](super::ToScored) as
/// the items are.
#[must_use = "arguments do nothing until they are given to a command"]
pub fn each<I: IntoIterator>(items: I) -> Each<I> {
    Each(items)
}

/// The items of an iterator as arguments; [`each`] makes it.
#[derive(Debug, Clone)]
#[must_use = "arguments do nothing until they are given to a command"]
pub struct Each<I>(pub(super) I);

impl<I: IntoIterator<Item: ToArg>> ToArgs for Each<I> {
    fn write_args(self, request: &mut Request) {
        write_each(self.0, request);
    }
}

fn write_each(items: impl IntoIterator<Item: ToArg>, request: &mut Request) {
    for item in items {
        request.arg(item);
    }
}

macro_rules! collections {
    ($([$($generics:tt)*] $type:ty;)*) => {$(
        impl<$($generics)*> ToArgs for $type {
            fn write_args(self, request: &mut Request) {
                write_each(self, request);
            }
        }
    )*};
}

collections! {
    ['a, T: ToArg] &'a [T];
    [T: ToArg, const N: usize] [T; N];
    ['a, T: ToArg, const N: usize] &'a [T; N];
    [T: ToArg] Vec<T>;
    ['a, T: ToArg] &'a Vec<T>;
    [T: ToArg] VecDeque<T>;
    ['a, T: ToArg] &'a VecDeque<T>;
    [T: ToArg, S] HashSet<T, S>;
    ['a, T: ToArg, S] &'a HashSet<T, S>;
    [T: ToArg] BTreeSet<T>;
    ['a, T: ToArg] &'a BTreeSet<T>;
}

#[cfg(feature = "indexmap")]
collections! {
    [T: ToArg, S] indexmap::IndexSet<T, S>;
    ['a, T: ToArg, S] &'a indexmap::IndexSet<T, S>;
}

macro_rules! tuples {
    ($(($($type:ident $item:ident),*))*) => {$(
        impl<$($type: ToArgs),*> ToArgs for ($($type,)*) {
            fn write_args(self, request: &mut Request) {
                let ($($item,)*) = self;
                $($item.write_args(request);)*
            }
        }
    )*};
}

tuples! {
    (A a)
    (A a, B b)
    (A a, B b, C c)
    (A a, B b, C c, D d)
    (A a, B b, C c, D d, E e)
    (A a, B b, C c, D d, E e, F f)
    (A a, B b, C c, D d, E e, F f, G g)
    (A a, B b, C c, D d, E e, F f, G g, H h)
    (A a, B b, C c, D d, E e, F f, G g, H h, I i)
    (A a, B b, C c, D d, E e, F f, G g, H h, I i, J j)
    (A a, B b, C c, D d, E e, F f, G g, H h, I i, J j, K k)
    (A a, B b, C c, D d, E e, F f, G g, H h, I i, J j, K k, L l)
    (A a, B b, C c, D d, E e, F f, G g, H h, I i, J j, K k, L l, M m)
    (A a, B b, C c, D d, E e, F f, G g, H h, I i, J j, K k, L l, M m, N n)
    (A a, B b, C c, D d, E e, F f, G g, H h, I i, J j, K k, L l, M m, N n, O o)
    (A a, B b, C c, D d, E e, F f, G g, H h, I i, J j, K k, L l, M m, N n, O o, P p)
}

#[cfg(test)]
#[allow(clippy::needless_borrows_for_generic_args, reason = "arguments by reference are what is tested")]
mod tests {
    use super::*;
    use crate::cmd::cmd;

    fn sent(args: impl ToArgs) -> String {
        let command = cmd("X").arg(args);
        let words = command.request().iter().skip(1).map(|word| String::from_utf8_lossy(word).into_owned());
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn collections_are_many_arguments() {
        assert_eq!(sent("a"), "a");
        assert_eq!(sent(["a", "b"]), "a b");
        assert_eq!(sent(&["a", "b"]), "a b");
        assert_eq!(sent(&["a", "b"][..]), "a b");
        assert_eq!(sent(vec![1, 2]), "1 2");
        assert_eq!(sent(&vec![1_u64, 2]), "1 2");
        assert_eq!(sent(VecDeque::from([1, 2])), "1 2");
        assert_eq!(sent(&VecDeque::from([1, 2])), "1 2");
        assert_eq!(sent(HashSet::from(["a"])), "a");
        assert_eq!(sent(&HashSet::from(["a"])), "a");
        assert_eq!(sent(BTreeSet::from(["b", "a"])), "a b");
        assert_eq!(sent(&BTreeSet::from(["b", "a"])), "a b");
        assert_eq!(sent(Vec::<String>::new()), "");
    }

    #[test]
    fn byte_strings_are_one_argument_and_lists_of_them_many() {
        assert_eq!(sent(b"ab"), "ab");
        assert_eq!(sent(vec![b'a', b'b']), "ab");
        assert_eq!(sent([b"ab", b"cd"]), "ab cd");
        assert_eq!(sent(vec![vec![b'a'], vec![b'b']]), "a b");
        assert_eq!(sent(&[&b"ab"[..], b"c"]), "ab c");
    }

    #[test]
    fn tuples_mix_types_and_numbers_of_arguments() {
        assert_eq!(sent(("a",)), "a");
        assert_eq!(sent(("a", 1, 2.5, b"c", ["d", "e"], ("f", 6))), "a 1 2.5 c d e f 6");
        assert_eq!(sent((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)), "1 2 3 4 5 6 7 8 9 10 11 12");
    }

    #[test]
    fn iterators_go_through_each() {
        assert_eq!(sent(each((1..4).map(|n| format!("k{n}")))), "k1 k2 k3");
        assert_eq!(sent(each(&["a", "b"])), "a b");
    }

    #[cfg(feature = "indexmap")]
    #[test]
    fn index_sets_keep_their_order() {
        assert_eq!(sent(indexmap::IndexSet::from(["b", "a"])), "b a");
        assert_eq!(sent(&indexmap::IndexSet::from(["b", "a"])), "b a");
    }
}
