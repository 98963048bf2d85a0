//! The set commands.

use std::collections::{BTreeSet, HashSet};

use redispy::prelude::*;
use redispy::replies::Cursor;
use redispy::{Client, cmd, each, spec};

use crate::{assert_unknown, each_protocol, knows};

fn set<const N: usize>(members: [&str; N]) -> HashSet<String> {
    members.map(str::to_owned).into()
}

fn members(r: &Client, key: &str) -> HashSet<String> {
    r.smembers(key).unwrap()
}

/// Two sets that share `2` and `3`.
fn two_sets(r: &Client) {
    assert_eq!(r.sadd("a", ["1", "2", "3"]).unwrap(), 3);
    assert_eq!(r.sadd("b", [2, 3, 4]).unwrap(), 3);
}

#[test]
fn members_are_added() {
    each_protocol(|r| {
        assert_eq!(r.sadd("s", ("a", "b", 3)).unwrap(), 3);
        assert_eq!(r.sadd("s", ["a", "d"]).unwrap(), 1);
        assert_eq!(members(r, "s"), set(["a", "b", "3", "d"]));
        r.set("text", "x").unwrap();
        assert!(r.sadd("text", "a").unwrap_err().is_wrong_type());
    });
}

#[test]
fn members_are_counted() {
    each_protocol(|r| {
        r.sadd("s", ["1", "2", "3"]).unwrap();
        assert_eq!((r.scard("s").unwrap(), r.scard("none").unwrap()), (3, 0));
    });
}

#[test]
fn members_are_told_from_others() {
    each_protocol(|r| {
        r.sadd("s", ["1", "2", "3"]).unwrap();
        for (member, there) in [("1", true), ("2", true), ("3", true), ("4", false)] {
            assert_eq!(r.sismember("s", member).unwrap(), there);
        }
        if knows(&spec::SMISMEMBER) {
            assert_eq!(r.smismember("s", ["1", "none", "3"]).unwrap(), [true, false, true]);
            assert_eq!(r.smismember("none", "a").unwrap(), [false]);
        } else {
            assert_unknown(r.smismember("s", "a"));
        }
    });
}

#[test]
fn all_members_are_a_set() {
    each_protocol(|r| {
        r.sadd("s", ["1", "2", "3"]).unwrap();
        assert_eq!(r.smembers::<String>("s").unwrap(), set(["1", "2", "3"]));
        assert_eq!(r.smembers::<i64>("s").unwrap(), HashSet::from([1, 2, 3]));
        assert_eq!(r.smembers::<String>("none").unwrap(), HashSet::new());
    });
}

#[test]
fn members_are_removed() {
    each_protocol(|r| {
        r.sadd("s", ["1", "2", "3", "4"]).unwrap();
        assert_eq!(r.srem("s", "5").unwrap(), 0);
        assert_eq!(r.srem("s", ("2", "4", "5")).unwrap(), 2);
        assert_eq!(members(r, "s"), set(["1", "3"]));
        assert_eq!(r.srem("none", "a").unwrap(), 0);
    });
}

#[test]
fn bytes_of_any_value_come_back() {
    each_protocol(|r| {
        let all: Vec<u8> = (0..=255).collect();
        r.sadd("s", (&all, "")).unwrap();
        assert_eq!(r.smembers::<Vec<u8>>("s").unwrap(), HashSet::from([all, vec![]]));
    });
}

#[test]
fn members_can_be_another_collection() {
    each_protocol(|r| {
        r.sadd("s", [2.5, 1.5]).unwrap();
        let sorted: BTreeSet<String> = r.run(cmd::smembers::<String>("s").returns()).unwrap();
        assert_eq!(sorted, BTreeSet::from(["1.5".to_owned(), "2.5".to_owned()]));
        let mut floats: Vec<f64> = r.run(cmd::smembers::<String>("s").returns()).unwrap();
        floats.sort_by(f64::total_cmp);
        assert_eq!(floats, [1.5, 2.5]);
    });
}

#[test]
fn what_one_set_has_and_others_have_not() {
    each_protocol(|r| {
        r.sadd("a", ["1", "2", "3"]).unwrap();
        assert_eq!(r.sdiff::<String>(["a", "b"]).unwrap(), set(["1", "2", "3"]));
        r.sadd("b", ["2", "3"]).unwrap();
        assert_eq!(r.sdiff::<i64>(("a", "b")).unwrap(), HashSet::from([1]));
        assert_eq!(r.sdiff::<String>("none").unwrap(), HashSet::new());
    });
}

#[test]
fn what_one_set_has_and_others_have_not_is_stored() {
    each_protocol(|r| {
        r.sadd("a", ["1", "2", "3"]).unwrap();
        assert_eq!(r.sdiffstore("c", ["a", "b"]).unwrap(), 3);
        assert_eq!(members(r, "c"), set(["1", "2", "3"]));
        r.sadd("b", ["2", "3"]).unwrap();
        assert_eq!(r.sdiffstore("c", ["a", "b"]).unwrap(), 1);
        assert_eq!(members(r, "c"), set(["1"]));
    });
}

#[test]
fn what_sets_have_in_common() {
    each_protocol(|r| {
        r.sadd("a", ["1", "2", "3"]).unwrap();
        assert_eq!(r.sinter::<String>(["a", "b"]).unwrap(), HashSet::new());
        r.sadd("b", ["2", "3"]).unwrap();
        assert_eq!(r.sinter::<String>(["a", "b"]).unwrap(), set(["2", "3"]));
    });
}

#[test]
fn what_sets_have_in_common_is_stored() {
    each_protocol(|r| {
        r.sadd("a", ["1", "2", "3"]).unwrap();
        assert_eq!(r.sinterstore("c", ["a", "b"]).unwrap(), 0);
        assert_eq!(members(r, "c"), HashSet::new());
        r.sadd("b", ["2", "3"]).unwrap();
        assert_eq!(r.sinterstore("c", ["a", "b"]).unwrap(), 2);
        assert_eq!(members(r, "c"), set(["2", "3"]));
    });
}

#[test]
fn how_many_members_sets_have_in_common() {
    each_protocol(|r| {
        two_sets(r);
        if !knows(&spec::SINTERCARD) {
            return assert_unknown(r.sintercard(["a", "b"]));
        }
        assert_eq!(r.sintercard(["a", "b"]).unwrap(), 2);
        assert_eq!(r.sintercard(["a", "none"]).unwrap(), 0);
        let count = |limit| r.run(cmd::sintercard(["a", "b"]).limit(limit)).unwrap();
        assert_eq!((count(1), count(0), count(9)), (1, 2, 2));
    });
}

#[test]
fn what_any_set_has() {
    each_protocol(|r| {
        r.sadd("a", ["1", "2"]).unwrap();
        r.sadd("b", ["2", "3"]).unwrap();
        assert_eq!(r.sunion::<String>(["a", "b", "none"]).unwrap(), set(["1", "2", "3"]));
    });
}

#[test]
fn what_any_set_has_is_stored() {
    each_protocol(|r| {
        r.sadd("a", ["1", "2"]).unwrap();
        r.sadd("b", ["2", "3"]).unwrap();
        assert_eq!(r.sunionstore("c", ["a", "b"]).unwrap(), 3);
        assert_eq!(members(r, "c"), set(["1", "2", "3"]));
    });
}

#[test]
fn a_member_moves_to_another_set() {
    each_protocol(|r| {
        r.sadd("a", ["a1", "a2"]).unwrap();
        r.sadd("b", ["b1", "b2"]).unwrap();
        assert!(r.smove("a", "b", "a1").unwrap() && !r.smove("a", "b", "a1").unwrap());
        assert_eq!((members(r, "a"), members(r, "b")), (set(["a2"]), set(["a1", "b1", "b2"])));
    });
}

#[test]
fn a_random_member_is_taken() {
    each_protocol(|r| {
        r.sadd("s", ["1", "2", "3"]).unwrap();
        let taken = r.spop::<String>("s").unwrap().unwrap();
        let left = members(r, "s");
        assert!(left.len() == 2 && set(["1", "2", "3"]).difference(&left).eq([&taken]));
        assert_eq!(r.spop::<String>("none").unwrap(), None);
    });
}

#[test]
fn random_members_are_taken() {
    each_protocol(|r| {
        let all = set(["1", "2", "3"]);
        r.sadd("s", &all).unwrap();
        let take = |count| r.run(cmd::spop::<String>("s").count(count)).unwrap();
        assert_eq!(take(0), HashSet::new());
        assert_eq!((take(9), take(9)), (all, HashSet::new()));
    });
}

#[test]
fn a_random_member_is_told() {
    each_protocol(|r| {
        let all = set(["a", "b", "c"]);
        r.sadd("s", &all).unwrap();
        assert!(r.srandmember::<String>("s").unwrap().is_some_and(|member| all.contains(&member)));
        assert_eq!(members(r, "s"), all);
        assert_eq!(r.srandmember::<String>("none").unwrap(), None);
    });
}

#[test]
fn random_members_are_told() {
    each_protocol(|r| {
        let all = set(["a", "b", "c"]);
        r.sadd("s", &all).unwrap();
        let told = |count| r.run(cmd::srandmember::<String>("s").count(count)).unwrap();
        let two: HashSet<String> = told(2).into_iter().collect();
        assert!(two.len() == 2 && two.is_subset(&all));
        assert_eq!((told(9).len(), told(-9).len()), (3, 9));
        assert_eq!(r.run(cmd::srandmember::<String>("none").count(2)).unwrap(), [""; 0]);
    });
}

#[test]
fn no_random_members_are_none() {
    each_protocol(|r| {
        r.sadd("s", ["a", "b", "c"]).unwrap();
        assert_eq!(r.run(cmd::srandmember::<String>("s").count(0)).unwrap(), [""; 0]);
    });
}

#[test]
fn a_scan_sees_every_member() {
    each_protocol(|r| {
        // So many that the server needs more than one page.
        r.sadd("s", each((0..2000).map(|n| format!("member:{n}")))).unwrap();
        let (mut seen, mut pages) = (HashSet::new(), 0);
        let mut cursor = Some(Cursor::START);
        while let Some(at) = cursor {
            let page = r.run(cmd::sscan::<String>("s", at).count(100)).unwrap();
            cursor = page.next();
            seen.extend(page.items);
            pages += 1;
        }
        assert!(pages > 1);
        assert_eq!(seen, members(r, "s"));
        let page = r.sscan::<String>("none", 0).unwrap();
        assert_eq!((page.next(), page.items), (None, vec![]));
    });
}

#[test]
fn a_scan_of_some_members() {
    each_protocol(|r| {
        two_sets(r);
        let mut all = r.sscan::<String>("a", 0).unwrap();
        all.items.sort();
        assert_eq!((all.next(), all.items), (None, ["1", "2", "3"].map(str::to_owned).to_vec()));
        let one = r.run(cmd::sscan::<String>("a", 0).match_(b"1")).unwrap();
        assert_eq!((one.next(), one.items), (None, vec!["1".to_owned()]));
    });
}
