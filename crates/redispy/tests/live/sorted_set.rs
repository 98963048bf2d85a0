//! The sorted set commands.

mod combine;
mod range;

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use redispy::cmd::{ScoreBound, ScoreEnd};
use redispy::prelude::*;
use redispy::replies::Cursor;
use redispy::{Block, Client, ErrorKind, Outcome, cmd, each, spec};

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

#[test]
fn members_are_added_with_their_scores() {
    each_protocol(|r| {
        assert_eq!(r.zadd("z", BTreeMap::from([("a1", 1.0), ("a2", 2.0)])).unwrap(), 2);
        assert_eq!(r.zadd("z", (3.0, "a3")).unwrap(), 1);
        assert_eq!(r.zadd("z", (3.0, "a3")).unwrap(), 0);
        assert_eq!(r.zrange::<String>("z", 0, -1).unwrap(), ["a1", "a2", "a3"]);
        r.set("text", "x").unwrap();
        assert!(r.zadd("text", (1.0, "a")).unwrap_err().is_wrong_type());
    });
}

#[test]
fn scores_stand_before_their_members() {
    each_protocol(|r| {
        assert_eq!(r.zadd("z", ((1.0, "a1"), (2.0, String::from("a2")), (3.5, b"a3"))).unwrap(), 3);
        assert_eq!(all(r, "z"), scored([("a1", 1.0), ("a2", 2.0), ("a3", 3.5)]));
    });
}

#[test]
fn members_are_counted() {
    each_protocol(|r| {
        r.zadd("z", [(1.0, "a1"), (2.0, "a2"), (3.0, "a3")]).unwrap();
        assert_eq!((r.zcard("z").unwrap(), r.zcard("none").unwrap()), (3, 0));
    });
}

#[test]
fn scores_go_up_and_down() {
    each_protocol(|r| {
        r.zadd("z", [(1.0, "a1"), (2.0, "a2"), (3.0, "a3")]).unwrap();
        assert_eq!((r.zincrby("z", 1.0, "a2").unwrap(), r.zincrby("z", 5.0, "a3").unwrap()), (3.0, 8.0));
        assert_eq!((r.zscore("z", "a2").unwrap(), r.zscore("z", "a3").unwrap()), (Some(3.0), Some(8.0)));
        assert_eq!((r.zincrby("z", -1.5, "a1").unwrap(), r.zincrby("z", 7.0, "new").unwrap()), (-0.5, 7.0));
    });
}

#[test]
fn members_have_scores() {
    each_protocol(|r| {
        r.zadd("z", [(1.0, "a1"), (2.5, "a2")]).unwrap();
        assert_eq!((r.zscore("z", "a1").unwrap(), r.zscore("z", "a2").unwrap()), (Some(1.0), Some(2.5)));
        assert_eq!((r.zscore("z", "a4").unwrap(), r.zscore("none", "a1").unwrap()), (None, None));
        if knows(&spec::ZMSCORE) {
            assert_eq!(r.zmscore("z", ["a2", "none"]).unwrap(), [Some(2.5), None]);
        } else {
            assert_unknown(r.zmscore("z", "a2"));
        }
    });
}

#[test]
fn a_member_is_removed() {
    each_protocol(|r| {
        r.zadd("z", [(1.0, "a1"), (2.0, "a2"), (3.0, "a3")]).unwrap();
        assert_eq!(r.zrem("z", "a2").unwrap(), 1);
        assert_eq!(r.zrange::<String>("z", 0, -1).unwrap(), ["a1", "a3"]);
        assert_eq!(r.zrem("z", "b").unwrap(), 0);
        assert_eq!(r.zrange::<String>("z", 0, -1).unwrap(), ["a1", "a3"]);
    });
}

#[test]
fn many_members_are_removed_at_once() {
    each_protocol(|r| {
        r.zadd("z", [(1.0, "a1"), (2.0, "a2"), (3.0, "a3")]).unwrap();
        assert_eq!(r.zrem("z", ("a1", "a2")).unwrap(), 2);
        assert_eq!(r.zrange::<String>("z", 0, 5).unwrap(), ["a3"]);
    });
}

#[test]
fn a_score_that_is_no_number_is_not_sent() {
    each_protocol(|r| {
        for error in [
            r.zadd("z", [(1.0, "a"), (f64::NAN, "b")]).unwrap_err(),
            r.zincrby("z", f64::NAN, "a").unwrap_err(),
            r.zcount("z", f64::NAN, 1.0).unwrap_err(),
        ] {
            assert_eq!((error.kind(), error.outcome()), (ErrorKind::Argument, Outcome::NotSent), "{error}");
        }
        assert_eq!(r.zcard("z").unwrap(), 0);
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
fn ranks_from_below() {
    each_protocol(|r| {
        five(r);
        let rank = |member: &str| r.zrank("z", member).unwrap();
        assert_eq!((rank("a1"), rank("a2"), rank("a6")), (Some(0), Some(1), None));
    });
}

#[test]
fn ranks_from_above() {
    each_protocol(|r| {
        five(r);
        let rank = |member: &str| r.zrevrank("z", member).unwrap();
        assert_eq!((rank("a1"), rank("a2"), rank("a6")), (Some(4), Some(3), None));
    });
}

#[test]
fn ranks_with_scores() {
    each_protocol(|r| {
        five(r);
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
