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
