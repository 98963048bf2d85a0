//! Pairs: fields with values, keys with values.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::{Each, ToArg};
use crate::cmd::Request;

/// Pairs of arguments: fields with values, keys with values.
///
/// One pair, slices, arrays, `Vec` of pairs, maps (owned or borrowed), tuples of pairs for values of different types, and
/// iterators of pairs through [`each`](super::each).
///
/// ```
/// use std::collections::BTreeMap;
/// use redispy_cmd::{Request, ToPairs, spec};
///
/// fn count(pairs: impl ToPairs) -> usize {
///     let mut request = Request::new(&spec::HSET);
///     pairs.write_pairs(&mut request);
///     request.count() - 1
/// }
///
/// assert_eq!(count(("name", "bob")), 2);
/// assert_eq!(count((("name", "bob"), ("age", 3))), 4);
/// assert_eq!(count(BTreeMap::from([("a", 1), ("b", 2)])), 4);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not made of pairs",
    label = "no pairs",
    note = "give `(field, value)`, slices, arrays or `Vec` of these, a map, or `((f1, v1), (f2, v2))` for values of \
            different types",
    note = "iterators of pairs go through `each`: `each(items.iter().map(|x| (x.name, x.value)))`"
)]
pub trait ToPairs {
    /// Writes key, value, key, value.
    fn write_pairs(self, request: &mut Request);
}

impl<K: ToArg, V: ToArg> ToPairs for (K, V) {
    fn write_pairs(self, request: &mut Request) {
        request.arg(self.0);
        request.arg(self.1);
    }
}

impl<K: ToArg, V: ToArg> ToPairs for &(K, V) {
    fn write_pairs(self, request: &mut Request) {
        (&self.0, &self.1).write_pairs(request);
    }
}

impl<I: IntoIterator<Item: ToPairs>> ToPairs for Each<I> {
    fn write_pairs(self, request: &mut Request) {
        write_each(self.0, request);
    }
}

fn write_each(pairs: impl IntoIterator<Item: ToPairs>, request: &mut Request) {
    for pair in pairs {
        pair.write_pairs(request);
    }
}

macro_rules! collections {
    ($([$($generics:tt)*] $type:ty;)*) => {$(
        impl<$($generics)*> ToPairs for $type {
            fn write_pairs(self, request: &mut Request) {
                write_each(self, request);
            }
        }
    )*};
}

collections! {
    [K: ToArg, V: ToArg] &[(K, V)];
    [K: ToArg, V: ToArg, const N: usize] [(K, V); N];
    [K: ToArg, V: ToArg, const N: usize] &[(K, V); N];
    [K: ToArg, V: ToArg] Vec<(K, V)>;
    [K: ToArg, V: ToArg] &Vec<(K, V)>;
    [K: ToArg, V: ToArg] VecDeque<(K, V)>;
    [K: ToArg, V: ToArg] &VecDeque<(K, V)>;
    [K: ToArg, V: ToArg, S] HashMap<K, V, S>;
    [K: ToArg, V: ToArg, S] &HashMap<K, V, S>;
    [K: ToArg, V: ToArg] BTreeMap<K, V>;
    [K: ToArg, V: ToArg] &BTreeMap<K, V>;
}

#[cfg(feature = "indexmap")]
collections! {
    [K: ToArg, V: ToArg, S] indexmap::IndexMap<K, V, S>;
    [K: ToArg, V: ToArg, S] &indexmap::IndexMap<K, V, S>;
}

macro_rules! tuples {
    ($(($($key:ident $value:ident $pair:ident),*))*) => {$(
        impl<$($key: ToArg, $value: ToArg),*> ToPairs for ($(($key, $value),)*) {
            fn write_pairs(self, request: &mut Request) {
                let ($($pair,)*) = self;
                $($pair.write_pairs(request);)*
            }
        }
    )*};
}

tuples! {
    (KA VA a)
    (KA VA a, KB VB b)
    (KA VA a, KB VB b, KC VC c)
    (KA VA a, KB VB b, KC VC c, KD VD d)
    (KA VA a, KB VB b, KC VC c, KD VD d, KE VE e)
    (KA VA a, KB VB b, KC VC c, KD VD d, KE VE e, KF VF f)
    (KA VA a, KB VB b, KC VC c, KD VD d, KE VE e, KF VF f, KG VG g)
    (KA VA a, KB VB b, KC VC c, KD VD d, KE VE e, KF VF f, KG VG g, KH VH h)
    (KA VA a, KB VB b, KC VC c, KD VD d, KE VE e, KF VF f, KG VG g, KH VH h, KI VI i)
    (KA VA a, KB VB b, KC VC c, KD VD d, KE VE e, KF VF f, KG VG g, KH VH h, KI VI i, KJ VJ j)
    (KA VA a, KB VB b, KC VC c, KD VD d, KE VE e, KF VF f, KG VG g, KH VH h, KI VI i, KJ VJ j, KK VK k)
    (KA VA a, KB VB b, KC VC c, KD VD d, KE VE e, KF VF f, KG VG g, KH VH h, KI VI i, KJ VJ j, KK VK k, KL VL l)
}

#[cfg(test)]
#[allow(clippy::needless_borrows_for_generic_args, reason = "arguments by reference are what is tested")]
mod tests {
    use super::super::each;
    use super::*;
    use crate::spec;

    fn sent(pairs: impl ToPairs) -> String {
        let mut request = Request::new(&spec::HSET);
        pairs.write_pairs(&mut request);
        assert_eq!(request.refusal(), None);
        let words = request.iter().skip(1).map(|word| String::from_utf8_lossy(word).into_owned());
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn one_pair_and_collections_of_pairs() {
        assert_eq!(sent(("a", 1)), "a 1");
        assert_eq!(sent(&("a", 1)), "a 1");
        assert_eq!(sent([("a", 1), ("b", 2)]), "a 1 b 2");
        assert_eq!(sent(&[("a", 1), ("b", 2)]), "a 1 b 2");
        assert_eq!(sent(&[("a", 1), ("b", 2)][..]), "a 1 b 2");
        assert_eq!(sent(vec![("a", "x")]), "a x");
        assert_eq!(sent(&vec![("a", b"x")]), "a x");
        assert_eq!(sent(VecDeque::from([("a", 1)])), "a 1");
        assert_eq!(sent(&VecDeque::from([("a", 1)])), "a 1");
        assert_eq!(sent([("a", 1); 0]), "");
    }

    #[test]
    fn maps_owned_and_borrowed() {
        assert_eq!(sent(HashMap::from([("a", 1)])), "a 1");
        assert_eq!(sent(&HashMap::from([("a", 1)])), "a 1");
        assert_eq!(sent(BTreeMap::from([("b", 2.5), ("a", 1.0)])), "a 1 b 2.5");
        assert_eq!(sent(&BTreeMap::from([("b", 2), ("a", 1)])), "a 1 b 2");
    }

    #[test]
    fn tuples_of_pairs_mix_types() {
        assert_eq!(sent((("name", "bob"),)), "name bob");
        assert_eq!(sent((("name", "bob"), ("age", 3))), "name bob age 3");
        assert_eq!(sent((("name", "bob"), ("age", 3), (4, b"x"))), "name bob age 3 4 x");
    }

    #[test]
    fn iterators_of_pairs_go_through_each() {
        assert_eq!(sent(each((1..3).map(|n| (format!("f{n}"), n)))), "f1 1 f2 2");
        assert_eq!(sent(each(&BTreeMap::from([("a", 1)]))), "a 1");
        assert_eq!(sent(each(&[("a", 1)])), "a 1");
    }

    #[cfg(feature = "indexmap")]
    #[test]
    fn index_maps_keep_their_order() {
        assert_eq!(sent(indexmap::IndexMap::from([("b", 2), ("a", 1)])), "b 2 a 1");
        assert_eq!(sent(&indexmap::IndexMap::from([("b", 2), ("a", 1)])), "b 2 a 1");
    }
}
