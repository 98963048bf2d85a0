//! The sorted set commands.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use redispy::cmd::{Aggregate, LexBound, ScoreBound, ScoreEnd};
use redispy::prelude::*;
use redispy::replies::{Cursor, ScoredMember};
use redispy::{Block, Client, cmd, each, spec};

use crate::{assert_unknown, client, each_protocol, is_since, knows};

type Scored = (String, f64);
type Taken = (String, String, f64);
type Popped = (String, Vec<Scored>);

const SHORT: Duration = Duration::from_millis(20);

fn scored<const N: usize>(members: [(&str, f64); N]) -> Vec<Scored> {
    members.map(|(member, score)| (member.to_owned(), score)).to_vec()
}

fn one(member: &str, score: f64) -> Option<Scored> {
    Some((member.to_owned(), score))
}

fn all(r: &Client, key: &str) -> Vec<Scored> {
    r.run(cmd::zrange::<String>(key, 0, -1).withscores()).unwrap()
}

/// Members `a1` to `a5` with the scores 1 to 5.
fn five(r: &Client) {
    let members = (1..=5).map(|n| (f64::from(n), format!("a{n}")));
    assert_eq!(r.zadd("z", each(members)).unwrap(), 5);
}

/// Members `a` to `g`, all with the score 0.
fn letters(r: &Client) {
    assert_eq!(r.zadd("l", each(('a'..='g').map(|letter| (0.0, letter)))).unwrap(), 7);
}

/// Three sorted sets that share `a1` and `a3`.
fn three_sets(r: &Client) {
    r.zadd("a", [(1.0, "a1"), (1.0, "a2"), (1.0, "a3")]).unwrap();
    r.zadd("b", [(2.0, "a1"), (2.0, "a2"), (2.0, "a3")]).unwrap();
    r.zrem("b", "a2").unwrap();
    r.zadd("c", [(6.0, "a1"), (5.0, "a3"), (4.0, "a4")]).unwrap();
}

#[test]
fn members_are_added_scored_and_removed() {
    each_protocol(|r| {
        assert_eq!(r.zadd("z", [(2.0, "b"), (1.0, "a")]).unwrap(), 2);
        assert_eq!(r.zadd("z", BTreeMap::from([("a", 1.0), ("c", 3.5)])).unwrap(), 1);
        assert_eq!(r.zrange::<String>("z", 0, -1).unwrap(), ["a", "b", "c"]);
        assert_eq!((r.zcard("z").unwrap(), r.zcard("none").unwrap()), (3, 0));
        assert_eq!((r.zscore("z", "c").unwrap(), r.zscore("z", "none").unwrap()), (Some(3.5), None));
        assert_eq!(r.zscore("none", "a").unwrap(), None);
        assert_eq!((r.zincrby("z", 1.5, "b").unwrap(), r.zincrby("z", -5.0, "a").unwrap()), (3.5, -4.0));
        assert_eq!(r.zincrby("z", 7.0, "new").unwrap(), 7.0);
        assert_eq!(all(r, "z"), scored([("a", -4.0), ("b", 3.5), ("c", 3.5), ("new", 7.0)]));
        assert_eq!((r.zrem("z", "none").unwrap(), r.zrem("z", ["a", "b", "none"]).unwrap()), (0, 2));
        assert_eq!(r.zrange::<String>("z", 0, -1).unwrap(), ["c", "new"]);
        r.set("text", "x").unwrap();
        assert!(r.zadd("text", (1.0, "a")).unwrap_err().is_wrong_type());
        if knows(&spec::ZMSCORE) {
            assert_eq!(r.zmscore("z", ["c", "none"]).unwrap(), [Some(3.5), None]);
        } else {
            assert_unknown(r.zmscore("z", "c"));
        }
    });
}

#[test]
fn scores_keep_all_their_digits() {
    each_protocol(|r| {
        let scores =
            [1349673917.939762, 0.1, 1e300, -5e-324, f64::INFINITY, f64::NEG_INFINITY, 9007199254740991.0];
        for score in scores {
            r.zadd("z", (score, "a")).unwrap();
            assert_eq!(r.zscore("z", "a").unwrap(), Some(score));
            assert_eq!(r.zcount("z", score, score).unwrap(), 1);
            assert_eq!(r.zcount("z", ScoreBound::Exclusive(score), ScoreBound::MAX).unwrap(), 0);
            assert_eq!(all(r, "z"), scored([("a", score)]));
        }
    });
}

#[test]
fn bytes_of_any_value_come_back() {
    each_protocol(|r| {
        let bytes: Vec<u8> = (0..=255).collect();
        r.zadd("z", (1.0, &bytes)).unwrap();
        assert_eq!(r.zrange::<Vec<u8>>("z", 0, -1).unwrap(), [bytes]);
    });
}

#[test]
fn members_are_added_under_conditions() {
    each_protocol(|r| {
        let add = |score| cmd::zadd("z", (score, "a"));
        assert_eq!(r.run(add(1.0).xx()).unwrap(), 0);
        assert_eq!(r.zcard("z").unwrap(), 0);
        assert_eq!((r.run(add(1.0).nx()).unwrap(), r.run(add(2.0).nx()).unwrap()), (1, 0));
        assert_eq!((r.run(add(3.0).xx().ch()).unwrap(), r.run(add(3.0).xx().ch()).unwrap()), (1, 0));
        assert_eq!(r.run(add(2.0).incr()).unwrap(), Some(5.0));
        assert_eq!(r.run(add(2.0).nx().incr()).unwrap(), None);
        assert_eq!(r.run(cmd::zadd("z", (2.0, "none")).xx().incr()).unwrap(), None);
        assert_eq!(r.zscore("z", "a").unwrap(), Some(5.0));
        if !is_since((6, 2), (7, 0)) {
            return assert_unknown(r.run(add(1.0).gt()));
        }
        assert_eq!((r.run(add(4.0).gt().ch()).unwrap(), r.run(add(6.0).gt().ch()).unwrap()), (0, 1));
        assert_eq!((r.run(add(7.0).lt().ch()).unwrap(), r.run(add(5.0).lt().xx().ch()).unwrap()), (0, 1));
        assert_eq!(
            (r.run(add(-1.0).gt().incr()).unwrap(), r.run(add(1.0).gt().incr()).unwrap()),
            (None, Some(6.0))
        );
    });
}

#[test]
fn members_between_scores_are_counted() {
    each_protocol(|r| {
        r.zadd("z", [(1.0, "a1"), (2.0, "a2"), (3.0, "a3")]).unwrap();
        assert_eq!(r.zcount("z", ScoreBound::MIN, ScoreBound::MAX).unwrap(), 3);
        assert_eq!((r.zcount("z", 1, 2).unwrap(), r.zcount("z", 10, 20).unwrap()), (2, 0));
        assert_eq!(r.zcount("z", ScoreBound::Exclusive(1.0), ScoreBound::Exclusive(3.0)).unwrap(), 1);
    });
}

#[test]
fn ranks_from_both_ends() {
    each_protocol(|r| {
        five(r);
        let ranks = |member: &str| (r.zrank("z", member).unwrap(), r.zrevrank("z", member).unwrap());
        assert_eq!(ranks("a1"), (Some(0), Some(4)));
        assert_eq!(ranks("a2"), (Some(1), Some(3)));
        assert_eq!(ranks("a6"), (None, None));
        let place = cmd::zrank("z", "a2").withscore();
        if !is_since((7, 2), (7, 2)) {
            return assert_unknown(r.run(place));
        }
        assert_eq!(r.run(place).unwrap(), Some((1, 2.0)));
        assert_eq!(r.run(cmd::zrevrank("z", "a2").withscore()).unwrap(), Some((3, 2.0)));
        assert_eq!(r.run(cmd::zrank("z", "a6").withscore()).unwrap(), None);
    });
}

#[test]
fn ranges_by_rank() {
    each_protocol(|r| {
        r.zadd("z", [(1.0, "a1"), (2.0, "a2"), (3.5, "a3")]).unwrap();
        assert_eq!(r.zrange::<String>("z", 0, 1).unwrap(), ["a1", "a2"]);
        assert_eq!(r.zrange::<String>("z", 1, 9).unwrap(), ["a2", "a3"]);
        assert_eq!(r.zrange::<String>("none", 0, -1).unwrap(), [""; 0]);
        assert_eq!(r.zrevrange::<String>("z", 0, 1).unwrap(), ["a3", "a2"]);
        let high: Vec<Scored> = r.run(cmd::zrevrange::<String>("z", 0, 1).withscores()).unwrap();
        assert_eq!(high, scored([("a3", 3.5), ("a2", 2.0)]));
        assert_eq!(all(r, "z"), scored([("a1", 1.0), ("a2", 2.0), ("a3", 3.5)]));
        let whole: Vec<(String, i64)> = r.run(cmd::zrange::<String>("z", 0, 1).withscores()).unwrap();
        assert_eq!(whole, [("a1".to_owned(), 1), ("a2".to_owned(), 2)]);
        let structs: Vec<ScoredMember<String>> =
            r.run(cmd::zrange::<String>("z", -1, -1).withscores()).unwrap();
        assert_eq!(structs, [ScoredMember { member: "a3".to_owned(), score: 3.5 }]);
        let rev = cmd::zrange::<String>("z", 0, 1).rev();
        if !knows(&spec::ZRANGESTORE) {
            return assert_unknown(r.run(rev));
        }
        assert_eq!(r.run(rev.clone()).unwrap(), ["a3", "a2"]);
        assert_eq!(r.run(rev.withscores::<Scored>()).unwrap(), high);
    });
}

#[test]
fn ranges_of_scores() {
    each_protocol(|r| {
        five(r);
        assert_eq!(r.zrangebyscore::<String>("z", 2, 4).unwrap(), ["a2", "a3", "a4"]);
        assert_eq!(r.zrevrangebyscore::<String>("z", 4, 2).unwrap(), ["a4", "a3", "a2"]);
        let low = || cmd::zrangebyscore::<String>("z", 2, 4);
        assert_eq!(r.run(low().limit(1, 2)).unwrap(), ["a3", "a4"]);
        let limited: Vec<Scored> = r.run(low().limit(1, -1).withscores()).unwrap();
        assert_eq!(limited, scored([("a3", 3.0), ("a4", 4.0)]));
        let high = || cmd::zrevrangebyscore::<String>("z", ScoreBound::MAX, ScoreBound::Exclusive(2.0));
        assert_eq!(r.run(high().limit(1, 2)).unwrap(), ["a4", "a3"]);
        let pairs: Vec<(String, i64)> = r.run(high().withscores()).unwrap();
        assert_eq!(
            pairs,
            [("a5", 5), ("a4", 4), ("a3", 3)].map(|(member, score)| (member.to_owned(), score))
        );
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
fn ranges_of_members() {
    each_protocol(|r| {
        letters(r);
        let (min, max) = (LexBound::MIN, LexBound::MAX);
        assert_eq!(r.zlexcount("l", min.clone(), max.clone()).unwrap(), 7);
        assert_eq!(r.zlexcount("l", LexBound::inclusive("b"), LexBound::inclusive("f")).unwrap(), 5);
        let below = |bound| r.zrangebylex::<String>("l", LexBound::MIN, bound).unwrap();
        assert_eq!(below(LexBound::inclusive("c")), ["a", "b", "c"]);
        assert_eq!(below(LexBound::exclusive("c")), ["a", "b"]);
        let between =
            r.zrangebylex::<String>("l", LexBound::inclusive("aaa"), LexBound::exclusive("g")).unwrap();
        assert_eq!(between, ["b", "c", "d", "e", "f"]);
        let some = cmd::zrangebylex::<String>("l", LexBound::inclusive("f"), max.clone()).limit(1, 5);
        assert_eq!(r.run(some).unwrap(), ["g"]);
        let down = r.zrevrangebylex::<String>("l", LexBound::inclusive("c"), min.clone()).unwrap();
        assert_eq!(down, ["c", "b", "a"]);
        let some = cmd::zrevrangebylex::<String>("l", max.clone(), min).limit(3, 2);
        assert_eq!(r.run(some).unwrap(), ["d", "c"]);
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
fn ranges_are_removed() {
    each_protocol(|r| {
        letters(r);
        assert_eq!(r.zremrangebylex("l", LexBound::MIN, LexBound::inclusive("c")).unwrap(), 3);
        assert_eq!(r.zremrangebylex("l", LexBound::exclusive("e"), LexBound::MAX).unwrap(), 2);
        assert_eq!(r.zremrangebylex("l", LexBound::inclusive("h"), LexBound::MAX).unwrap(), 0);
        assert_eq!(r.zrange::<String>("l", 0, -1).unwrap(), ["d", "e"]);
        five(r);
        assert_eq!(r.zremrangebyrank("z", 1, 3).unwrap(), 3);
        assert_eq!(r.zrange::<String>("z", 0, -1).unwrap(), ["a1", "a5"]);
        r.del("z").unwrap();
        five(r);
        assert_eq!((r.zremrangebyscore("z", 2, 4).unwrap(), r.zremrangebyscore("z", 2, 4).unwrap()), (3, 0));
        assert_eq!(r.zremrangebyscore("z", ScoreBound::Exclusive(1.0), ScoreBound::MAX).unwrap(), 1);
        assert_eq!(r.zrange::<String>("z", 0, -1).unwrap(), ["a1"]);
    });
}

#[test]
fn common_members_are_stored() {
    each_protocol(|r| {
        three_sets(r);
        let store = || cmd::zinterstore("d", ["a", "b", "c"]);
        assert_eq!(r.zinterstore("d", ["a", "b", "c"]).unwrap(), 2);
        assert_eq!(all(r, "d"), scored([("a3", 8.0), ("a1", 9.0)]));
        assert_eq!(r.run(store().aggregate(Aggregate::Sum)).unwrap(), 2);
        assert_eq!(all(r, "d"), scored([("a3", 8.0), ("a1", 9.0)]));
        assert_eq!(r.run(store().aggregate(Aggregate::Max)).unwrap(), 2);
        assert_eq!(all(r, "d"), scored([("a3", 5.0), ("a1", 6.0)]));
        assert_eq!(r.run(store().aggregate(Aggregate::Min)).unwrap(), 2);
        assert_eq!(all(r, "d"), scored([("a1", 1.0), ("a3", 1.0)]));
        assert_eq!(r.run(store().weights([1, 2, 3])).unwrap(), 2);
        assert_eq!(all(r, "d"), scored([("a3", 20.0), ("a1", 23.0)]));
    });
}

#[test]
fn all_members_are_stored() {
    each_protocol(|r| {
        three_sets(r);
        let store = || cmd::zunionstore("d", ["a", "b", "c"]);
        assert_eq!(r.zunionstore("d", ["a", "b", "c"]).unwrap(), 4);
        assert_eq!(all(r, "d"), scored([("a2", 1.0), ("a4", 4.0), ("a3", 8.0), ("a1", 9.0)]));
        assert_eq!(r.run(store().aggregate(Aggregate::Max)).unwrap(), 4);
        assert_eq!(all(r, "d"), scored([("a2", 1.0), ("a4", 4.0), ("a3", 5.0), ("a1", 6.0)]));
        assert_eq!(r.run(store().aggregate(Aggregate::Min)).unwrap(), 4);
        assert_eq!(all(r, "d"), scored([("a1", 1.0), ("a2", 1.0), ("a3", 1.0), ("a4", 4.0)]));
        assert_eq!(r.run(store().weights([1, 2, 3])).unwrap(), 4);
        assert_eq!(all(r, "d"), scored([("a2", 1.0), ("a4", 12.0), ("a3", 20.0), ("a1", 23.0)]));
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

#[test]
fn members_are_taken_from_the_ends() {
    each_protocol(|r| {
        five(r);
        assert_eq!(r.zpopmin("z").unwrap(), one("a1", 1.0));
        assert_eq!(r.zpopmax("z").unwrap(), one("a5", 5.0));
        assert_eq!(r.run(cmd::zpopmax::<Scored>("z").count(2)).unwrap(), scored([("a4", 4.0), ("a3", 3.0)]));
        assert_eq!(r.run(cmd::zpopmin::<Scored>("z").count(9)).unwrap(), scored([("a2", 2.0)]));
        assert_eq!(r.zpopmin::<Scored>("z").unwrap(), None);
        assert_eq!(r.run(cmd::zpopmax::<Scored>("z").count(2)).unwrap(), []);
    });
}

#[test]
fn the_first_sorted_set_that_has_members_gives_them() {
    each_protocol(|r| {
        five(r);
        let keys = ["none", "z"];
        assert_eq!(r.bzpopmin(keys, SHORT).unwrap(), Some(("z".to_owned(), "a1".to_owned(), 1.0)));
        assert_eq!(r.bzpopmax(keys, Block::Forever).unwrap(), Some(("z".to_owned(), "a5".to_owned(), 5)));
        if !knows(&spec::ZMPOP) {
            assert_unknown(r.zmpop::<Popped>(keys, ScoreEnd::Min));
            return assert_unknown(r.bzmpop::<Popped>(SHORT, keys, ScoreEnd::Min));
        }
        let popped = |members| Some(("z".to_owned(), members));
        assert_eq!(r.zmpop::<Popped>(keys, ScoreEnd::Max).unwrap(), popped(scored([("a4", 4.0)])));
        let rest = cmd::zmpop::<Popped>(keys, ScoreEnd::Min).count(9);
        assert_eq!(r.run(rest.clone()).unwrap(), popped(scored([("a2", 2.0), ("a3", 3.0)])));
        assert_eq!(r.run(rest).unwrap(), None);
        five(r);
        assert_eq!(r.bzmpop(SHORT, keys, ScoreEnd::Min).unwrap(), popped(scored([("a1", 1.0)])));
        let two = cmd::bzmpop::<Popped>(Block::Forever, keys, ScoreEnd::Max).count(2);
        assert_eq!(r.run(two).unwrap(), popped(scored([("a5", 5.0), ("a4", 4.0)])));
    });
}

#[test]
fn a_wait_for_members_ends_with_its_time() {
    each_protocol(|r| {
        let began = Instant::now();
        assert_eq!(r.bzpopmin::<Taken>("z", SHORT).unwrap(), None);
        assert_eq!(r.bzpopmax::<Taken>(["z", "y"], SHORT).unwrap(), None);
        assert!(began.elapsed() >= 2 * SHORT);
        if knows(&spec::BZMPOP) {
            assert_eq!(r.bzmpop::<Popped>(SHORT, "z", ScoreEnd::Min).unwrap(), None);
        }
    });
}

#[test]
fn a_wait_ends_when_another_thread_adds() {
    let r = client();
    let waiting = thread::spawn({
        let r = r.clone();
        move || r.bzpopmin::<Taken>("z", Duration::from_secs(30))
    });
    // Whichever comes first, the wait or the member, it is answered.
    r.zadd("z", (7.0, "a")).unwrap();
    assert_eq!(waiting.join().unwrap().unwrap(), Some(("z".to_owned(), "a".to_owned(), 7.0)));
    assert_eq!(r.zcard("z").unwrap(), 0);
}

#[test]
fn random_members_with_and_without_scores() {
    each_protocol(|r| {
        let random = || cmd::zrandmember::<String>("z");
        if !knows(&spec::ZRANDMEMBER) {
            return assert_unknown(r.run(random()));
        }
        five(r);
        let there = all(r, "z");
        let is_there = |member: &String| there.iter().any(|(name, _)| name == member);
        assert!(r.zrandmember::<String>("z").unwrap().as_ref().is_some_and(is_there));
        assert_eq!(r.zrandmember::<String>("none").unwrap(), None);
        let told = |count| r.run(random().count(count)).unwrap();
        assert_eq!((told(9).len(), told(-9).len(), told(0).len()), (5, 9, 0));
        assert!(told(-9).iter().all(is_there));
        let mut pairs: Vec<Scored> = r.run(random().count(9).withscores()).unwrap();
        pairs.sort_by(|a, b| a.1.total_cmp(&b.1));
        assert_eq!(pairs, there);
        let none = cmd::zrandmember::<String>("none").count(2);
        assert_eq!(r.run(none.withscores::<Scored>()).unwrap(), []);
    });
}

#[test]
fn a_scan_sees_every_member() {
    each_protocol(|r| {
        // So many that the server needs more than one page.
        r.zadd("z", each((0..2000).map(|n| (f64::from(n), format!("member:{n}"))))).unwrap();
        let (mut seen, mut pages) = (BTreeMap::new(), 0);
        let mut cursor = Some(Cursor::START);
        while let Some(at) = cursor {
            let page = r.run(cmd::zscan::<(String, i64)>("z", at).count(100)).unwrap();
            cursor = page.next();
            seen.extend(page.items);
            pages += 1;
        }
        assert!(pages > 1);
        assert_eq!(seen, (0..2000).map(|n| (format!("member:{n}"), n)).collect());
        let page = r.zscan::<Scored>("none", 0).unwrap();
        assert_eq!((page.next(), page.items), (None, vec![]));
    });
}

#[test]
fn a_scan_of_some_members() {
    each_protocol(|r| {
        r.zadd("z", [(1.0, "a"), (2.0, "b"), (3.0, "c")]).unwrap();
        let mut page = r.zscan::<Scored>("z", 0).unwrap();
        page.items.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!((page.next(), page.items), (None, scored([("a", 1.0), ("b", 2.0), ("c", 3.0)])));
        let scan = cmd::zscan::<Scored>("z", 0).match_("a");
        assert_eq!(r.run(scan.clone()).unwrap().items, scored([("a", 1.0)]));
        let names = r.run(scan.noscores::<String>());
        if is_since((u16::MAX, 0), (8, 0)) {
            assert_eq!(names.unwrap().items, ["a"]);
        } else {
            assert_unknown(names);
        }
    });
}
