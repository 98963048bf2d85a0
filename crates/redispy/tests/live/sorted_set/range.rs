//! Ranges of sorted sets: by rank, by score, by member.

use redispy::cmd::{LexBound, ScoreBound};
use redispy::prelude::*;
use redispy::replies::ScoredMember;
use redispy::{Client, cmd, each, spec};

use super::{Scored, all, five, scored};
use crate::{assert_unknown, each_protocol, knows};

type Counted = Vec<(String, i64)>;

fn counted<const N: usize>(members: [(&str, i64); N]) -> Counted {
    members.map(|(member, score)| (member.to_owned(), score)).to_vec()
}

/// Members `a1` to `a3` with the scores 1 to 3.
fn three(r: &Client) {
    r.zadd("z", [(1.0, "a1"), (2.0, "a2"), (3.0, "a3")]).unwrap();
}

/// Members `a` to `g`, all with the score 0.
fn letters(r: &Client) {
    assert_eq!(r.zadd("l", each(('a'..='g').map(|letter| (0.0, letter)))).unwrap(), 7);
}

#[test]
fn ranges_by_rank() {
    each_protocol(|r| {
        three(r);
        assert_eq!(r.zrange::<String>("z", 0, 1).unwrap(), ["a1", "a2"]);
        assert_eq!(r.zrange::<String>("z", 1, 9).unwrap(), ["a2", "a3"]);
        assert_eq!(r.zrange::<String>("none", 0, -1).unwrap(), [""; 0]);
    });
}

#[test]
fn ranges_by_rank_with_scores() {
    each_protocol(|r| {
        three(r);
        let range = |start, stop| cmd::zrange::<String>("z", start, stop);
        let floats: Vec<Scored> = r.run(range(0, 1).withscores()).unwrap();
        assert_eq!(floats, scored([("a1", 1.0), ("a2", 2.0)]));
        let integers: Counted = r.run(range(1, 2).withscores()).unwrap();
        assert_eq!(integers, counted([("a2", 2), ("a3", 3)]));
        let structs: Vec<ScoredMember<String>> = r.run(range(-1, -1).withscores()).unwrap();
        assert_eq!(structs, [ScoredMember { member: "a3".to_owned(), score: 3.0 }]);
    });
}

#[test]
fn ranges_by_rank_from_above() {
    each_protocol(|r| {
        three(r);
        assert_eq!(r.zrevrange::<String>("z", 0, 1).unwrap(), ["a3", "a2"]);
        let range = |start, stop| cmd::zrevrange::<String>("z", start, stop);
        let floats: Vec<Scored> = r.run(range(0, 1).withscores()).unwrap();
        assert_eq!(floats, scored([("a3", 3.0), ("a2", 2.0)]));
        let integers: Counted = r.run(range(1, 2).withscores()).unwrap();
        assert_eq!(integers, counted([("a2", 2), ("a1", 1)]));
        let rev = cmd::zrange::<String>("z", 0, 1).rev();
        if !knows(&spec::ZRANGESTORE) {
            return assert_unknown(r.run(rev));
        }
        assert_eq!(r.run(rev.clone()).unwrap(), ["a3", "a2"]);
        assert_eq!(r.run(rev.withscores::<Scored>()).unwrap(), floats);
    });
}

#[test]
fn ranges_of_scores() {
    each_protocol(|r| {
        five(r);
        let range = || cmd::zrangebyscore::<String>("z", 2, 4);
        assert_eq!(r.zrangebyscore::<String>("z", 2, 4).unwrap(), ["a2", "a3", "a4"]);
        assert_eq!(r.run(range().limit(1, 2)).unwrap(), ["a3", "a4"]);
        let floats: Vec<Scored> = r.run(range().withscores()).unwrap();
        assert_eq!(floats, scored([("a2", 2.0), ("a3", 3.0), ("a4", 4.0)]));
        let integers: Counted = r.run(range().limit(1, -1).withscores()).unwrap();
        assert_eq!(integers, counted([("a3", 3), ("a4", 4)]));
        let open = cmd::zrangebyscore::<String>("z", ScoreBound::Exclusive(3.0), ScoreBound::MAX);
        assert_eq!(r.run(open).unwrap(), ["a4", "a5"]);
    });
}

#[test]
fn ranges_of_scores_from_above() {
    each_protocol(|r| {
        five(r);
        let range = || cmd::zrevrangebyscore::<String>("z", 4, 2);
        assert_eq!(r.zrevrangebyscore::<String>("z", 4, 2).unwrap(), ["a4", "a3", "a2"]);
        assert_eq!(r.run(range().limit(1, 2)).unwrap(), ["a3", "a2"]);
        let floats: Vec<Scored> = r.run(range().withscores()).unwrap();
        assert_eq!(floats, scored([("a4", 4.0), ("a3", 3.0), ("a2", 2.0)]));
        let integers: Counted = r.run(range().limit(0, 2).withscores()).unwrap();
        assert_eq!(integers, counted([("a4", 4), ("a3", 3)]));
        let open = cmd::zrevrangebyscore::<String>("z", ScoreBound::MAX, ScoreBound::Exclusive(3.0));
        assert_eq!(r.run(open).unwrap(), ["a5", "a4"]);
    });
}

#[test]
fn ranges_of_scores_by_the_new_name() {
    each_protocol(|r| {
        five(r);
        let range = || cmd::zrange_byscore::<String>("z", ScoreBound::Exclusive(1.0), 4);
        if !knows(&spec::ZRANGESTORE) {
            return assert_unknown(r.run(range()));
        }
        assert_eq!(r.run(range()).unwrap(), ["a2", "a3", "a4"]);
        assert_eq!(r.run(range().rev()).unwrap(), ["a4", "a3", "a2"]);
        assert_eq!(r.run(range().limit(1, 1)).unwrap(), ["a3"]);
        let last: Vec<Scored> = r.run(range().rev().limit(0, 1).withscores()).unwrap();
        assert_eq!(last, scored([("a4", 4.0)]));
    });
}

#[test]
fn members_within_a_range_are_counted() {
    each_protocol(|r| {
        letters(r);
        assert_eq!(r.zlexcount("l", LexBound::MIN, LexBound::MAX).unwrap(), 7);
        assert_eq!(r.zlexcount("l", LexBound::inclusive("b"), LexBound::inclusive("f")).unwrap(), 5);
    });
}

#[test]
fn ranges_of_members() {
    each_protocol(|r| {
        letters(r);
        let range = |min, max| r.zrangebylex::<String>("l", min, max).unwrap();
        assert_eq!(range(LexBound::MIN, LexBound::inclusive("c")), ["a", "b", "c"]);
        assert_eq!(range(LexBound::MIN, LexBound::exclusive("c")), ["a", "b"]);
        assert_eq!(range(LexBound::inclusive("aaa"), LexBound::exclusive("g")), ["b", "c", "d", "e", "f"]);
        assert_eq!(range(LexBound::inclusive("f"), LexBound::MAX), ["f", "g"]);
        let some = cmd::zrangebylex::<String>("l", LexBound::MIN, LexBound::MAX).limit(3, 2);
        assert_eq!(r.run(some).unwrap(), ["d", "e"]);
    });
}

#[test]
fn ranges_of_members_from_above() {
    each_protocol(|r| {
        letters(r);
        let range = |max, min| r.zrevrangebylex::<String>("l", max, min).unwrap();
        assert_eq!(range(LexBound::inclusive("c"), LexBound::MIN), ["c", "b", "a"]);
        assert_eq!(range(LexBound::exclusive("c"), LexBound::MIN), ["b", "a"]);
        assert_eq!(range(LexBound::exclusive("g"), LexBound::inclusive("aaa")), ["f", "e", "d", "c", "b"]);
        assert_eq!(range(LexBound::MAX, LexBound::inclusive("f")), ["g", "f"]);
        let some = cmd::zrevrangebylex::<String>("l", LexBound::MAX, LexBound::MIN).limit(3, 2);
        assert_eq!(r.run(some).unwrap(), ["d", "c"]);
    });
}

#[test]
fn ranges_of_members_by_the_new_name() {
    each_protocol(|r| {
        letters(r);
        let range = || cmd::zrange_bylex::<String>("l", LexBound::exclusive("b"), LexBound::MAX);
        if !knows(&spec::ZRANGESTORE) {
            return assert_unknown(r.run(range()));
        }
        assert_eq!(r.run(range()).unwrap(), ["c", "d", "e", "f", "g"]);
        assert_eq!(r.run(range().rev().limit(1, 2)).unwrap(), ["f", "e"]);
    });
}

#[test]
fn ranges_are_stored() {
    each_protocol(|r| {
        if !knows(&spec::ZRANGESTORE) {
            return assert_unknown(r.zrangestore("d", "z", 0, -1));
        }
        five(r);
        letters(r);
        assert_eq!(r.zrangestore("d", "z", 0, 1).unwrap(), 2);
        assert_eq!(all(r, "d"), scored([("a1", 1.0), ("a2", 2.0)]));
        assert_eq!(r.run(cmd::zrangestore("d", "z", 0, 0).rev()).unwrap(), 1);
        assert_eq!(all(r, "d"), scored([("a5", 5.0)]));
        let store = || cmd::zrangestore_byscore("d", "z", 2, 4);
        assert_eq!(r.run(store()).unwrap(), 3);
        assert_eq!(r.run(store().rev().limit(0, 1)).unwrap(), 1);
        assert_eq!(all(r, "d"), scored([("a4", 4.0)]));
        let store = || cmd::zrangestore_bylex("d", "l", LexBound::MIN, LexBound::exclusive("d"));
        assert_eq!(r.run(store()).unwrap(), 3);
        assert_eq!(r.run(store().rev().limit(0, 2)).unwrap(), 2);
        assert_eq!(r.zrange::<String>("d", 0, -1).unwrap(), ["b", "c"]);
        assert_eq!(r.zrangestore("d", "none", 0, -1).unwrap(), 0);
    });
}

#[test]
fn ranges_of_members_are_removed() {
    each_protocol(|r| {
        letters(r);
        assert_eq!(r.zremrangebylex("l", LexBound::MIN, LexBound::inclusive("c")).unwrap(), 3);
        assert_eq!(r.zrange::<String>("l", 0, -1).unwrap(), ["d", "e", "f", "g"]);
        assert_eq!(r.zremrangebylex("l", LexBound::inclusive("f"), LexBound::MAX).unwrap(), 2);
        assert_eq!(r.zrange::<String>("l", 0, -1).unwrap(), ["d", "e"]);
        assert_eq!(r.zremrangebylex("l", LexBound::inclusive("h"), LexBound::MAX).unwrap(), 0);
        assert_eq!(r.zrange::<String>("l", 0, -1).unwrap(), ["d", "e"]);
    });
}

#[test]
fn ranges_of_ranks_are_removed() {
    each_protocol(|r| {
        five(r);
        assert_eq!(r.zremrangebyrank("z", 1, 3).unwrap(), 3);
        assert_eq!(r.zrange::<String>("z", 0, 5).unwrap(), ["a1", "a5"]);
    });
}

#[test]
fn ranges_of_scores_are_removed() {
    each_protocol(|r| {
        five(r);
        assert_eq!(r.zremrangebyscore("z", 2, 4).unwrap(), 3);
        assert_eq!(r.zrange::<String>("z", 0, -1).unwrap(), ["a1", "a5"]);
        assert_eq!(r.zremrangebyscore("z", 2, 4).unwrap(), 0);
        assert_eq!(r.zrange::<String>("z", 0, -1).unwrap(), ["a1", "a5"]);
        assert_eq!(r.zremrangebyscore("z", ScoreBound::Exclusive(1.0), ScoreBound::MAX).unwrap(), 1);
    });
}
