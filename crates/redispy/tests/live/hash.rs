//! The hash commands.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use redispy::prelude::*;
use redispy::replies::{Cursor, Expiry, FieldExpire, FieldPersist};
use redispy::{Client, ErrorKind, Outcome, cmd, each, spec};

use crate::{assert_unknown, each_protocol, is_since, knows};

type Texts = Vec<(String, String)>;

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// A hash of three fields.
fn abc(r: &Client) {
    assert_eq!(r.hset("h", (("a", 1), ("b", 2.5), ("c", "x"))).unwrap(), 3);
}

#[test]
fn fields_are_set_and_read() {
    each_protocol(|r| {
        assert_eq!(r.hset("h", (("1", 1), ("2", 2), ("3", 3))).unwrap(), 3);
        assert_eq!(["1", "2", "3"].map(|field| r.hget("h", field).unwrap()), [Some(1), Some(2), Some(3)]);
        assert_eq!((r.hset("h", ("2", 5)).unwrap(), r.hset("h", ("4", 4)).unwrap()), (0, 1));
        assert_eq!((r.hget("h", "2").unwrap(), r.hget("h", "4").unwrap()), (Some(5), Some(4)));
        assert_eq!(r.hset("h", [("1", 2), ("5", 3)]).unwrap(), 1);
        assert_eq!(r.hget::<i64>("h", "b").unwrap(), None);
    });
}

#[test]
fn an_empty_field_is_not_a_missing_one() {
    each_protocol(|r| {
        r.hset("h", (("a", ""), ("", "b"))).unwrap();
        assert_eq!(
            (r.hget::<String>("h", "a").unwrap(), r.hget::<String>("h", "").unwrap()),
            (some(""), some("b"))
        );
    });
}

#[test]
fn fields_are_deleted() {
    each_protocol(|r| {
        r.hset("h", (("1", 1), ("2", 2), ("3", 3))).unwrap();
        assert_eq!(r.hdel("h", "2").unwrap(), 1);
        assert_eq!(r.hget::<i64>("h", "2").unwrap(), None);
        assert_eq!(r.hdel("h", ["1", "3", "none"]).unwrap(), 2);
        assert_eq!(r.hlen("h").unwrap(), 0);
    });
}

#[test]
fn fields_are_there_or_not() {
    each_protocol(|r| {
        abc(r);
        assert!(r.hexists("h", "a").unwrap() && !r.hexists("h", "none").unwrap());
        assert!(!r.hexists("none", "a").unwrap());
    });
}

#[test]
fn many_fields_are_read_at_once() {
    each_protocol(|r| {
        r.hset("h", (("a", 1), ("b", 2), ("c", 3))).unwrap();
        assert_eq!(r.hmget("h", ("a", "b", "c")).unwrap(), [Some(1), Some(2), Some(3)]);
        assert_eq!(r.hmget("h", ["b", "none"]).unwrap(), [Some(2), None]);
        assert_eq!(r.hmget::<i64>("none", ["b"]).unwrap(), [None]);
    });
}

#[test]
fn many_fields_are_set_by_the_old_name() {
    each_protocol(|r| {
        let fields = BTreeMap::from([("a", "1"), ("b", "2"), ("c", "3")]);
        r.hmset("h", &fields).unwrap();
        let map: BTreeMap<String, String> = r.hgetall("h").unwrap();
        assert!(map.iter().map(|(field, value)| (field.as_str(), value.as_str())).eq(fields));
    });
}

#[test]
fn no_fields_are_not_sent() {
    each_protocol(|r| {
        let none: [(&str, &str); 0] = [];
        for error in [r.hmset("h", none).unwrap_err(), r.hset("h", none).unwrap_err()] {
            assert_eq!((error.kind(), error.outcome()), (ErrorKind::Argument, Outcome::NotSent), "{error}");
        }
    });
}

#[test]
fn fields_are_set_unless_they_are_there() {
    each_protocol(|r| {
        assert!(r.hsetnx("h", "1", 1).unwrap());
        assert_eq!(r.hget("h", "1").unwrap(), Some(1));
        assert!(!r.hsetnx("h", "1", 2).unwrap());
        assert_eq!(r.hget("h", "1").unwrap(), Some(1));
    });
}

#[test]
fn fields_are_counted() {
    each_protocol(|r| {
        abc(r);
        assert_eq!((r.hlen("h").unwrap(), r.hlen("none").unwrap()), (3, 0));
    });
}

#[test]
fn lengths_of_values() {
    each_protocol(|r| {
        abc(r);
        assert_eq!((r.hstrlen("h", "b").unwrap(), r.hstrlen("h", "none").unwrap()), (3, 0));
    });
}

#[test]
fn all_fields_are_listed() {
    each_protocol(|r| {
        abc(r);
        let mut fields: Vec<String> = r.hkeys("h").unwrap();
        fields.sort();
        assert_eq!(fields, ["a", "b", "c"]);
        assert_eq!(r.hkeys::<String>("none").unwrap(), [""; 0]);
    });
}

#[test]
fn all_values_are_listed() {
    each_protocol(|r| {
        abc(r);
        let mut values: Vec<String> = r.hvals("h").unwrap();
        values.sort();
        assert_eq!(values, ["1", "2.5", "x"]);
        assert_eq!(r.hvals::<String>("none").unwrap(), [""; 0]);
    });
}

#[test]
fn bytes_of_any_value_come_back() {
    each_protocol(|r| {
        let all: Vec<u8> = (0..=255).collect();
        r.hset("h", (&all, &all)).unwrap();
        assert_eq!(r.hgetall::<HashMap<Vec<u8>, Vec<u8>>>("h").unwrap(), HashMap::from([(all.clone(), all)]));
    });
}

#[test]
fn a_whole_hash_is_a_map() {
    each_protocol(|r| {
        abc(r);
        let map: BTreeMap<String, String> = r.hgetall("h").unwrap();
        let wanted = [("a", "1"), ("b", "2.5"), ("c", "x")].map(|(f, v)| (f.to_owned(), v.to_owned()));
        assert_eq!(map, BTreeMap::from(wanted));
        assert_eq!(r.hgetall::<HashMap<String, String>>("none").unwrap(), HashMap::new());
        assert_eq!(r.hgetall::<Option<Texts>>("none").unwrap(), None);
    });
}

#[test]
fn integers_in_fields_go_up_and_down() {
    each_protocol(|r| {
        assert_eq!(r.hincrby("h", "n", 1).unwrap(), 1);
        assert_eq!(r.hincrby("h", "n", 2).unwrap(), 3);
        assert_eq!(r.hincrby("h", "n", -2).unwrap(), 1);
        r.set("text", "x").unwrap();
        assert!(r.hincrby("text", "n", 1).unwrap_err().is_wrong_type());
    });
}

#[test]
fn floats_in_fields_go_up() {
    each_protocol(|r| {
        assert_eq!(r.hincrbyfloat("h", "n", 1.0).unwrap(), 1.0);
        assert_eq!(r.hincrbyfloat("h", "n", 1.0).unwrap(), 2.0);
        assert_eq!(r.hincrbyfloat("h", "n", 1.2).unwrap(), 3.2);
        assert_eq!(r.hincrby("h", "n", 1).unwrap_err().code(), Some("ERR"));
    });
}

#[test]
fn random_fields_with_and_without_values() {
    each_protocol(|r| {
        let fields = cmd::hrandfield::<String>("h");
        if !knows(&spec::HRANDFIELD) {
            return assert_unknown(r.run(fields));
        }
        abc(r);
        let of = |text: String| ["a", "b", "c"].contains(&text.as_str());
        assert!(r.hrandfield("h").unwrap().is_some_and(of));
        assert_eq!(r.hrandfield::<String>("none").unwrap(), None);
        assert_eq!(r.run(fields.clone().count(9)).unwrap().len(), 3);
        assert_eq!(r.run(fields.clone().count(-9)).unwrap().len(), 9);
        assert_eq!(r.run(fields.clone().count(0)).unwrap(), [""; 0]);
        let mut pairs: Texts = r.run(fields.count(9).withvalues()).unwrap();
        pairs.sort();
        assert_eq!(pairs, r.hgetall::<BTreeMap<String, String>>("h").unwrap().into_iter().collect::<Texts>());
        let none = cmd::hrandfield::<String>("none").count(9);
        assert_eq!(r.run(none.clone()).unwrap(), [""; 0]);
        assert_eq!(r.run(none.withvalues::<(String, String)>()).unwrap(), []);
    });
}

#[test]
fn a_scan_sees_every_field() {
    each_protocol(|r| {
        // So many that the server needs more than one page.
        r.hset("h", each((0..2000).map(|n| (format!("field:{n}"), n)))).unwrap();
        let (mut seen, mut pages) = (BTreeMap::new(), 0);
        let mut cursor = Some(Cursor::START);
        while let Some(at) = cursor {
            let page = r.run(cmd::hscan::<(String, i64)>("h", at).count(100)).unwrap();
            cursor = page.next();
            seen.extend(page.items);
            pages += 1;
        }
        assert!(pages > 1);
        assert_eq!(seen, (0..2000).map(|n| (format!("field:{n}"), n)).collect());
        let page = r.hscan::<(String, i64)>("none", 0).unwrap();
        assert_eq!((page.next(), page.items), (None, vec![]));
    });
}

#[test]
fn a_scan_of_few_fields_is_one_page() {
    each_protocol(|r| {
        abc(r);
        let page = r.hscan::<(String, String)>("h", 0).unwrap();
        assert_eq!(page.next(), None);
        let wanted = [("a", "1"), ("b", "2.5"), ("c", "x")].map(|(f, v)| (f.to_owned(), v.to_owned()));
        assert_eq!(page.items.into_iter().collect::<BTreeMap<_, _>>(), BTreeMap::from(wanted));
        let page = r.run(cmd::hscan::<(String, i64)>("h", 0).match_("a")).unwrap();
        assert_eq!((page.next(), page.items), (None, vec![("a".to_owned(), 1)]));
    });
}

#[test]
fn a_scan_of_some_fields() {
    each_protocol(|r| {
        abc(r);
        let scan = cmd::hscan::<(String, String)>("h", 0).match_("[ab]");
        let mut items = r.run(scan.clone()).unwrap().items;
        items.sort();
        assert_eq!(items, [("a", "1"), ("b", "2.5")].map(|(f, v)| (f.to_owned(), v.to_owned())));
        let fields = r.run(scan.novalues::<String>());
        if is_since((7, 4), (8, 0)) {
            let mut fields = fields.unwrap().items;
            fields.sort();
            assert_eq!(fields, ["a", "b"]);
        } else {
            assert_unknown(fields);
        }
    });
}

#[test]
fn fields_expire_on_their_own() {
    use FieldExpire::{ConditionNotMet, Deleted, Missing, Set};

    each_protocol(|r| {
        abc(r);
        if !knows(&spec::HEXPIRE) {
            assert_unknown(r.hexpire("h", 60, "a"));
            assert_unknown(r.hpexpireat("h", SystemTime::now(), "a"));
            return assert_unknown(r.httl("h", "a"));
        }
        let fields = ["a", "b", "none"];
        assert_eq!(r.hexpire("h", Duration::from_secs(100), "a").unwrap(), [Set]);
        assert_eq!(r.run(cmd::hexpire("h", 200, fields).xx()).unwrap(), [Set, ConditionNotMet, Missing]);
        assert_eq!(r.run(cmd::hpexpire("h", 100_000, fields).lt()).unwrap(), [Set, Set, Missing]);
        assert_eq!(r.run(cmd::hpexpire("h", 50_000, "a").gt()).unwrap(), [ConditionNotMet]);
        assert_eq!(r.run(cmd::hexpire("h", 50, ["a", "c"]).nx()).unwrap(), [ConditionNotMet, Set]);
        assert_eq!(r.hpersist("h", ["c", "c"]).unwrap(), [FieldPersist::Removed, FieldPersist::Never]);
        assert_eq!(r.hpersist("h", "none").unwrap(), [FieldPersist::Missing]);

        let near = |left: Expiry<Duration>| {
            left.time().is_some_and(|left| left <= Duration::from_secs(100) && left > Duration::from_secs(60))
        };
        for left in [r.httl("h", ["a", "c", "none"]).unwrap(), r.hpttl("h", ["a", "c", "none"]).unwrap()] {
            assert!(near(left[0]) && left[1..] == [Expiry::Never, Expiry::Missing], "{left:?}");
        }
        assert_eq!(r.httl("nothing", ["a", "b"]).unwrap(), [Expiry::Missing; 2]);

        let at = UNIX_EPOCH + Duration::from_secs(4_000_000_000);
        assert_eq!(r.hexpireat("h", at, "a").unwrap(), [Set]);
        assert_eq!(r.hexpiretime("h", ["a", "c"]).unwrap(), [Expiry::Time(at), Expiry::Never]);
        let at = at + Duration::from_millis(7);
        assert_eq!(r.hpexpireat("h", at, "a").unwrap(), [Set]);
        assert_eq!(r.hpexpiretime("h", ["a", "none"]).unwrap(), [Expiry::Time(at), Expiry::Missing]);

        assert_eq!(r.hexpireat("h", 1, ["a", "none"]).unwrap(), [Deleted, Missing]);
        assert!(!r.hexists("h", "a").unwrap());
    });
}

#[test]
fn values_are_read_and_their_expiry_changed() {
    each_protocol(|r| {
        abc(r);
        let get = || cmd::hgetex::<String>("h", ["c", "none"]);
        if !knows(&spec::HGETEX) {
            return assert_unknown(r.run(get().ex(60)));
        }
        let at = UNIX_EPOCH + Duration::from_secs(4_000_000_000);
        assert_eq!(r.hgetex::<String>("h", "c").unwrap(), [some("x")]);
        for (get, expires) in [
            (get(), false),
            (get().ex(60), true),
            (get(), true),
            (get().persist(), false),
            (get().px(Duration::from_millis(60_500)), true),
            (get().exat(at), true),
            (get().pxat(at), true),
        ] {
            assert_eq!(r.run(get).unwrap(), [some("x"), None]);
            assert_eq!(r.httl("h", "c").unwrap()[0].time().is_some(), expires);
        }
        assert_eq!(r.hexpiretime("h", "c").unwrap(), [Expiry::Time(at)]);
        if !knows(&spec::HGETDEL) {
            return assert_unknown(r.hgetdel::<String>("h", "c"));
        }
        assert_eq!(r.hgetdel::<String>("h", ["c", "none"]).unwrap(), [some("x"), None]);
        assert!(!r.hexists("h", "c").unwrap());
    });
}

#[test]
fn values_are_set_with_their_expiry() {
    each_protocol(|r| {
        abc(r);
        let set = || cmd::hsetex("h", (("a", "new"), ("z", "new")));
        if !knows(&spec::HSETEX) {
            return assert_unknown(r.run(set()));
        }
        let at = UNIX_EPOCH + Duration::from_secs(4_000_000_000);
        assert!(!r.run(set().fnx()).unwrap() && !r.run(set().fxx()).unwrap());
        assert_eq!(r.hmget::<String>("h", ["a", "z"]).unwrap(), [some("1"), None]);
        for (set, expires) in [
            (set(), false),
            (set().fxx().ex(60), true),
            (set().keepttl(), true),
            (set(), false),
            (set().px(Duration::from_millis(60_500)), true),
            (set().exat(at), true),
            (set().pxat(at), true),
        ] {
            assert!(r.run(set).unwrap());
            assert_eq!(r.httl("h", "z").unwrap()[0].time().is_some(), expires);
        }
        assert_eq!(r.hexpiretime("h", ["a", "z"]).unwrap(), [Expiry::Time(at); 2]);
        assert!(r.hsetex("h", ("a", "newer")).unwrap());
        assert_eq!(r.hget::<String>("h", "a").unwrap(), some("newer"));
    });
}

#[test]
fn valkey_sets_fields_by_whether_the_key_is_there() {
    each_protocol(|r| {
        let (set, keep) = (cmd::hsetex("h", ("a", 1)).nx(), cmd::hsetex("h", ("a", 1)).xx());
        if !is_since((u16::MAX, 0), (9, 0)) {
            return assert_unknown(r.run(set));
        }
        assert!(!r.run(keep.clone()).unwrap());
        assert!(r.run(set.clone()).unwrap() && !r.run(set).unwrap() && r.run(keep).unwrap());
    });
}
