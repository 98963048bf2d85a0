//! Iterators over keys, fields and members.

use std::collections::{BTreeMap, BTreeSet};

use redispy::replies::KeyType;
use redispy::{Error, cmd, prelude::*};

use crate::each_protocol;

#[test]
fn all_keys_come_page_by_page() {
    each_protocol(|r| {
        let names: BTreeSet<String> = (0..500).map(|n| format!("key:{n}")).collect();
        r.batch(names.iter().map(|name| cmd::set(name, 1))).unwrap();
        r.rpush("list", "x").unwrap();
        let found: BTreeSet<String> = r.scan_iter().match_("key:*").collect::<Result<_, Error>>().unwrap();
        assert_eq!(found, names);
        let lists: Vec<String> =
            r.scan_iter().type_(KeyType::List).count_hint(50).map(Result::unwrap).collect();
        assert_eq!(lists, ["list"]);
        let mut few = r.scan_iter::<String>().count_hint(1);
        assert!(few.next().unwrap().is_ok());
        assert_eq!(r.stats().in_use, 0, "no connection is held between pages");
        assert_eq!(r.scan_iter::<String>().match_("none:*").count_hint(7).count(), 0);
    });
}

#[test]
fn fields_members_and_scores_come_with_their_values() {
    each_protocol(|r| {
        let pairs: BTreeMap<String, i64> = (0..1000).map(|n| (format!("f{n}"), n)).collect();
        r.hset("hash", &pairs).unwrap();
        let found: BTreeMap<String, i64> = r.hscan_iter("hash").collect::<Result<_, Error>>().unwrap();
        assert_eq!(found, pairs);
        let some: BTreeMap<String, i64> =
            r.hscan_iter("hash").match_("f99*").count_hint(100).collect::<Result<_, Error>>().unwrap();
        assert_eq!(some.len(), 11);

        r.execute_command(("SADD", "set", redispy::each(pairs.keys()))).unwrap();
        let members: BTreeSet<String> = r.sscan_iter("set").collect::<Result<_, Error>>().unwrap();
        assert!(members.iter().eq(pairs.keys()));

        for (member, score) in &pairs {
            r.execute_command(("ZADD", "scores", *score, member)).unwrap();
        }
        let scores: BTreeMap<String, i64> = r.zscan_iter("scores").collect::<Result<_, Error>>().unwrap();
        assert_eq!(scores, pairs);
    });
}

#[test]
fn a_failed_page_is_the_last_item() {
    each_protocol(|r| {
        r.rpush("list", "x").unwrap();
        let mut fields = r.hscan_iter::<(String, String)>("list");
        assert!(fields.next().unwrap().unwrap_err().is_wrong_type());
        assert!(fields.next().is_none());
        assert_eq!(r.hscan_iter::<(String, String)>("missing").count_hint(10).count(), 0);
    });
}

#[test]
fn keys_come_all_or_by_pattern() {
    each_protocol(|r| {
        r.mset([("a", 1), ("b", 2), ("c", 3)]).unwrap();
        let all: BTreeSet<String> = r.scan_iter().collect::<Result<_, Error>>().unwrap();
        assert_eq!(all, BTreeSet::from(["a", "b", "c"].map(str::to_owned)));
        let one: Vec<String> = r.scan_iter().match_("a").collect::<Result<_, Error>>().unwrap();
        assert_eq!(one, ["a"]);
    });
}

#[test]
fn members_come_all_or_by_pattern() {
    each_protocol(|r| {
        r.sadd("s", [1, 2, 3]).unwrap();
        let all: BTreeSet<i64> = r.sscan_iter("s").collect::<Result<_, Error>>().unwrap();
        assert_eq!(all, BTreeSet::from([1, 2, 3]));
        let one: Vec<i64> = r.sscan_iter("s").match_(b"1").collect::<Result<_, Error>>().unwrap();
        assert_eq!(one, [1]);
    });
}

#[test]
fn fields_come_all_or_by_pattern() {
    each_protocol(|r| {
        let fields =
            BTreeMap::from([("a", 1), ("b", 2), ("c", 3)].map(|(field, value)| (field.to_owned(), value)));
        r.hset("h", &fields).unwrap();
        let all: BTreeMap<String, i64> = r.hscan_iter("h").collect::<Result<_, Error>>().unwrap();
        assert_eq!(all, fields);
        let one: Vec<(String, i64)> = r.hscan_iter("h").match_("a").collect::<Result<_, Error>>().unwrap();
        assert_eq!(one, [("a".to_owned(), 1)]);
    });
}

#[test]
fn members_with_scores_come_all_or_by_pattern() {
    each_protocol(|r| {
        r.zadd("z", [(1.0, "a"), (2.0, "b"), (3.0, "c")]).unwrap();
        let mut all: Vec<(String, f64)> = r.zscan_iter("z").collect::<Result<_, Error>>().unwrap();
        all.sort_by(|a, b| a.1.total_cmp(&b.1));
        assert_eq!(
            all,
            [("a", 1.0), ("b", 2.0), ("c", 3.0)].map(|(member, score)| (member.to_owned(), score))
        );
        let one: Vec<(String, i64)> = r.zscan_iter("z").match_("a").collect::<Result<_, Error>>().unwrap();
        assert_eq!(one, [("a".to_owned(), 1)]);
    });
}
