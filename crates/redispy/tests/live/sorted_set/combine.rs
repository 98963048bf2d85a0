//! Several sorted sets as one.

use redispy::cmd::Aggregate;
use redispy::prelude::*;
use redispy::{Client, ErrorKind, Outcome, cmd, spec};

use super::{Scored, all, scored};
use crate::{assert_unknown, each_protocol, knows};

/// Three sorted sets that share `a1` and `a3`.
fn three_sets(r: &Client) {
    r.zadd("a", [(1.0, "a1"), (1.0, "a2"), (1.0, "a3")]).unwrap();
    r.zadd("b", [(2.0, "a1"), (2.0, "a2"), (2.0, "a3")]).unwrap();
    r.zrem("b", "a2").unwrap();
    r.zadd("c", [(6.0, "a1"), (5.0, "a3"), (4.0, "a4")]).unwrap();
}

/// The same, but `a2` is in two of them.
fn three_wide_sets(r: &Client) {
    three_sets(r);
    r.zadd("b", (2.0, "a2")).unwrap();
}

#[test]
fn common_members_are_stored_with_the_sum_of_their_scores() {
    each_protocol(|r| {
        three_sets(r);
        assert_eq!(r.zinterstore("d", ["a", "b", "c"]).unwrap(), 2);
        assert_eq!(all(r, "d"), scored([("a3", 8.0), ("a1", 9.0)]));
        assert_eq!(r.run(cmd::zinterstore("d", ["a", "b", "c"]).aggregate(Aggregate::Sum)).unwrap(), 2);
        assert_eq!(all(r, "d"), scored([("a3", 8.0), ("a1", 9.0)]));
    });
}

#[test]
fn common_members_are_stored_with_the_highest_of_their_scores() {
    each_protocol(|r| {
        three_sets(r);
        assert_eq!(r.run(cmd::zinterstore("d", ["a", "b", "c"]).aggregate(Aggregate::Max)).unwrap(), 2);
        assert_eq!(all(r, "d"), scored([("a3", 5.0), ("a1", 6.0)]));
    });
}

#[test]
fn common_members_are_stored_with_the_lowest_of_their_scores() {
    each_protocol(|r| {
        three_sets(r);
        assert_eq!(r.run(cmd::zinterstore("d", ["a", "b", "c"]).aggregate(Aggregate::Min)).unwrap(), 2);
        assert_eq!(all(r, "d"), scored([("a1", 1.0), ("a3", 1.0)]));
    });
}

#[test]
fn common_members_are_stored_with_weighted_scores() {
    each_protocol(|r| {
        three_sets(r);
        assert_eq!(r.run(cmd::zinterstore("d", ["a", "b", "c"]).weights([1, 2, 3])).unwrap(), 2);
        assert_eq!(all(r, "d"), scored([("a3", 20.0), ("a1", 23.0)]));
    });
}

#[test]
fn all_members_are_stored_with_the_sum_of_their_scores() {
    each_protocol(|r| {
        three_wide_sets(r);
        assert_eq!(r.zunionstore("d", ["a", "b", "c"]).unwrap(), 4);
        assert_eq!(all(r, "d"), scored([("a2", 3.0), ("a4", 4.0), ("a3", 8.0), ("a1", 9.0)]));
        assert_eq!(r.run(cmd::zunionstore("d", ["a", "b", "c"]).aggregate(Aggregate::Sum)).unwrap(), 4);
        assert_eq!(all(r, "d"), scored([("a2", 3.0), ("a4", 4.0), ("a3", 8.0), ("a1", 9.0)]));
    });
}

#[test]
fn all_members_are_stored_with_the_highest_of_their_scores() {
    each_protocol(|r| {
        three_wide_sets(r);
        assert_eq!(r.run(cmd::zunionstore("d", ["a", "b", "c"]).aggregate(Aggregate::Max)).unwrap(), 4);
        assert_eq!(all(r, "d"), scored([("a2", 2.0), ("a4", 4.0), ("a3", 5.0), ("a1", 6.0)]));
    });
}

#[test]
fn all_members_are_stored_with_the_lowest_of_their_scores() {
    each_protocol(|r| {
        three_wide_sets(r);
        assert_eq!(r.run(cmd::zunionstore("d", ["a", "b", "c"]).aggregate(Aggregate::Min)).unwrap(), 4);
        assert_eq!(all(r, "d"), scored([("a1", 1.0), ("a2", 1.0), ("a3", 1.0), ("a4", 4.0)]));
    });
}

#[test]
fn all_members_are_stored_with_weighted_scores() {
    each_protocol(|r| {
        three_wide_sets(r);
        assert_eq!(r.run(cmd::zunionstore("d", ["a", "b", "c"]).weights([1, 2, 3])).unwrap(), 4);
        assert_eq!(all(r, "d"), scored([("a2", 5.0), ("a4", 12.0), ("a3", 20.0), ("a1", 23.0)]));
    });
}

#[test]
fn weights_are_one_for_each_key() {
    each_protocol(|r| {
        let error = r.run(cmd::zunionstore("d", ["a", "b"]).weights([1])).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Argument, Outcome::NotSent), "{error}");
    });
}

#[test]
fn what_sorted_sets_have_in_common_and_what_not() {
    each_protocol(|r| {
        three_sets(r);
        if !knows(&spec::ZINTER) {
            assert_unknown(r.zinter::<String>("a"));
            assert_unknown(r.zdiffstore("d", "a"));
            return assert_unknown(r.zunion::<String>("a"));
        }
        let keys = ["a", "c"];
        assert_eq!(r.zinter::<String>(keys).unwrap(), ["a3", "a1"]);
        assert_eq!(r.zunion::<String>(keys).unwrap(), ["a2", "a4", "a3", "a1"]);
        assert_eq!(
            (r.zdiff::<String>(keys).unwrap(), r.zdiffstore("d", keys).unwrap()),
            (vec!["a2".to_owned()], 1)
        );
        let diff: Vec<Scored> = r.run(cmd::zdiff::<String>(keys).withscores()).unwrap();
        assert_eq!((&diff, all(r, "d")), (&scored([("a2", 1.0)]), scored([("a2", 1.0)])));
        let inter = cmd::zinter::<String>(keys).weights([10.0, 0.5]).aggregate(Aggregate::Min);
        assert_eq!(r.run(inter.withscores::<Scored>()).unwrap(), scored([("a3", 2.5), ("a1", 3.0)]));
        let union = cmd::zunion::<String>(keys).weights([10, 1]).aggregate(Aggregate::Max);
        let wanted = scored([("a4", 4.0), ("a1", 10.0), ("a2", 10.0), ("a3", 10.0)]);
        assert_eq!(r.run(union.withscores::<Scored>()).unwrap(), wanted);
        if !knows(&spec::ZINTERCARD) {
            return assert_unknown(r.zintercard(keys));
        }
        assert_eq!((r.zintercard(keys).unwrap(), r.zintercard(["a", "none"]).unwrap()), (2, 0));
        assert_eq!(r.run(cmd::zintercard(keys).limit(1)).unwrap(), 1);
    });
}
