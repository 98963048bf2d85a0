//! Scores with members.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::{Each, ToArg};
use crate::cmd::Request;

/// Scores with members of a sorted set: `(score, member)`, the score first as on the wire and always an `f64`, so that
/// swapping the two does not compile. In a map the member is the key and the score the value.
///
/// One pair, slices, arrays, `Vec` of pairs, maps (owned or borrowed), tuples of pairs for members of different types, and
/// iterators of pairs through [`each`](super::each). A score that is NaN is refused before anything is sent.
///
/// ```
/// use std::collections::BTreeMap;
/// use redispy_cmd::{Request, ToScored, spec};
///
/// fn count(scored: impl ToScored) -> usize {
///     let mut request = Request::new(&spec::ZADD);
///     scored.write_scored(&mut request);
///     request.count() - 1
/// }
///
/// assert_eq!(count((1.5, "alice")), 2);
/// assert_eq!(count([(1.5, "alice"), (2.0, "bob")]), 4);
/// assert_eq!(count(BTreeMap::from([("alice", 1.5), ("bob", 2.0)])), 4);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not made of scores with members",
    label = "no scores with members",
    note = "the score comes first and is an `f64`: `(1.0, \"member\")`; slices, arrays or `Vec` of these, or a map from \
            member to score",
    note = "iterators of pairs go through `each`: `each(items.iter().map(|x| (x.score, x.name)))`"
)]
pub trait ToScored {
    /// Writes score, member, score, member.
    fn write_scored(self, request: &mut Request);
}

impl<M: ToArg> ToScored for (f64, M) {
    fn write_scored(self, request: &mut Request) {
        write(self.0, self.1, request);
    }
}

impl<M: ToArg> ToScored for &(f64, M) {
    fn write_scored(self, request: &mut Request) {
        write(self.0, &self.1, request);
    }
}

impl<I: IntoIterator<Item: ToScored>> ToScored for Each<I> {
    fn write_scored(self, request: &mut Request) {
        for pair in self.0 {
            pair.write_scored(request);
        }
    }
}

fn write(score: f64, member: impl ToArg, request: &mut Request) {
    if score.is_nan() {
        request.refuse("score", "a number, not NaN");
    }
    request.arg(score);
    request.arg(member);
}

macro_rules! collections {
    ($pair:ident => $score:expr, $member:expr; $([$($generics:tt)*] $type:ty;)*) => {$(
        impl<$($generics)*> ToScored for $type {
            fn write_scored(self, request: &mut Request) {
                for $pair in self {
                    write($score, $member, request);
                }
            }
        }
    )*};
}

collections! {
    pair => pair.0, &pair.1;
    [M: ToArg] &[(f64, M)];
    [M: ToArg, const N: usize] [(f64, M); N];
    [M: ToArg, const N: usize] &[(f64, M); N];
    [M: ToArg] Vec<(f64, M)>;
    [M: ToArg] &Vec<(f64, M)>;
    [M: ToArg] VecDeque<(f64, M)>;
    [M: ToArg] &VecDeque<(f64, M)>;
}

collections! {
    entry => entry.1, entry.0;
    [M: ToArg, S] HashMap<M, f64, S>;
    [M: ToArg] BTreeMap<M, f64>;
}

collections! {
    entry => *entry.1, entry.0;
    [M: ToArg, S] &HashMap<M, f64, S>;
    [M: ToArg] &BTreeMap<M, f64>;
}

#[cfg(feature = "indexmap")]
collections! {
    entry => entry.1, entry.0;
    [M: ToArg, S] indexmap::IndexMap<M, f64, S>;
}

#[cfg(feature = "indexmap")]
collections! {
    entry => *entry.1, entry.0;
    [M: ToArg, S] &indexmap::IndexMap<M, f64, S>;
}

macro_rules! tuples {
    ($(($($member:ident $pair:ident),*))*) => {$(
        impl<$($member: ToArg),*> ToScored for ($((f64, $member),)*) {
            fn write_scored(self, request: &mut Request) {
                let ($($pair,)*) = self;
                $($pair.write_scored(request);)*
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
}

#[cfg(test)]
#[allow(clippy::needless_borrows_for_generic_args, reason = "arguments by reference are what is tested")]
mod tests {
    use super::super::each;
    use super::*;
    use crate::spec;

    fn request(scored: impl ToScored) -> Request {
        let mut request = Request::new(&spec::ZADD);
        scored.write_scored(&mut request);
        request
    }

    fn sent(scored: impl ToScored) -> String {
        let request = request(scored);
        assert_eq!(request.refusal(), None);
        let words = request.iter().skip(1).map(|word| String::from_utf8_lossy(word).into_owned());
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_score_comes_first() {
        assert_eq!(sent((1.0, "a")), "1 a");
        assert_eq!(sent(&(1.5, 7)), "1.5 7");
        assert_eq!(sent([(1.0, "a"), (f64::INFINITY, "b")]), "1 a inf b");
        assert_eq!(sent(&[(1.0, "a")]), "1 a");
        assert_eq!(sent(&[(1.0, "a")][..]), "1 a");
        assert_eq!(sent(vec![(1.0, "a")]), "1 a");
        assert_eq!(sent(&vec![(1.0, "a")]), "1 a");
        assert_eq!(sent(VecDeque::from([(1.0, "a")])), "1 a");
        assert_eq!(sent(((1.0, "a"), (2.0, b"b"), (3.0, 3))), "1 a 2 b 3 3");
        assert_eq!(sent(each([("a", 1)].map(|(name, n)| (f64::from(n), name)))), "1 a");
    }

    #[test]
    fn maps_lead_from_member_to_score() {
        assert_eq!(sent(HashMap::from([("a", 1.0)])), "1 a");
        assert_eq!(sent(&HashMap::from([("a", 1.0)])), "1 a");
        assert_eq!(sent(BTreeMap::from([("b", 2.0), ("a", 1.0)])), "1 a 2 b");
        assert_eq!(sent(&BTreeMap::from([("b", 2.0), ("a", 1.0)])), "1 a 2 b");
        assert_eq!(sent(each(BTreeMap::from([("a", 1.0)]).into_iter().map(|(m, s)| (s, m)))), "1 a");
    }

    #[test]
    fn nan_is_refused() {
        let request = request([(1.0, "a"), (f64::NAN, "b")]);
        assert_eq!(request.refusal().unwrap().to_string(), "ZADD: `score` must be a number, not NaN");
    }

    #[cfg(feature = "indexmap")]
    #[test]
    fn index_maps_keep_their_order() {
        assert_eq!(sent(indexmap::IndexMap::from([("b", 2.0), ("a", 1.0)])), "2 b 1 a");
        assert_eq!(sent(&indexmap::IndexMap::from([("b", 2.0), ("a", 1.0)])), "2 b 1 a");
    }
}
