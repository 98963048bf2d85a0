//! The string commands.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use redispy::prelude::*;
use redispy::replies::{Expiry, LcsMatch};
use redispy::{Client, ErrorKind, Outcome, cmd, spec};

use crate::{assert_unknown, each_protocol, in_a_minute, is_since, knows};

const MINUTE: Duration = Duration::from_secs(60);

/// The value of a key, as text.
fn text(r: &Client, key: &str) -> Option<String> {
    r.get(key).unwrap()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn the_old_value_comes_back_when_another_is_set() {
    each_protocol(|r| {
        assert_eq!(r.getset::<String>("k", "foo").unwrap(), None);
        assert_eq!(r.getset::<String>("k", "bar").unwrap(), some("foo"));
        assert_eq!(text(r, "k"), some("bar"));
    });
}

#[test]
fn a_value_is_read_and_deleted_at_once() {
    each_protocol(|r| {
        r.set("k", 5).unwrap();
        assert_eq!(r.getdel::<i64>("k").unwrap(), Some(5));
        assert_eq!(r.getdel::<i64>("k").unwrap(), None);
    });
}

#[test]
fn a_value_is_set_unless_there_is_one() {
    each_protocol(|r| {
        assert!(r.setnx("k", "1").unwrap());
        assert_eq!(text(r, "k"), some("1"));
        assert!(!r.setnx("k", "2").unwrap());
        assert_eq!(text(r, "k"), some("1"));
    });
}

#[test]
fn many_values_are_read_at_once() {
    each_protocol(|r| {
        assert_eq!(r.mget::<i64>(["a", "b"]).unwrap(), [None, None]);
        r.mset([("a", 1), ("b", 2), ("c", 3)]).unwrap();
        assert_eq!(r.mget(("a", "other", "b", "c")).unwrap(), [Some(1), None, Some(2), Some(3)]);
        r.rpush("list", "x").unwrap();
        assert_eq!(r.mget(["a", "list"]).unwrap(), [Some(1), None]);
    });
}

#[test]
fn many_values_are_set_at_once_from_a_map() {
    each_protocol(|r| {
        let values = BTreeMap::from([("a", "1"), ("b", "2"), ("c", "3")]);
        r.mset(&values).unwrap();
        for (key, value) in values {
            assert_eq!(text(r, key), some(value));
        }
    });
}

#[test]
fn many_values_are_set_at_once_from_pairs() {
    each_protocol(|r| {
        r.mset((("a", 1), ("b", "two"), ("c", b"\x03"))).unwrap();
        assert_eq!(r.mget::<String>(["a", "b", "c"]).unwrap(), [some("1"), some("two"), some("\u{3}")]);
    });
}

#[test]
fn many_values_are_set_unless_there_is_one_of_them() {
    each_protocol(|r| {
        assert!(r.msetnx(BTreeMap::from([("a", 1), ("b", 2), ("c", 3)])).unwrap());
        assert!(!r.msetnx(BTreeMap::from([("a", 4), ("d", 5)])).unwrap());
        assert_eq!(r.mget(["a", "b", "c", "d"]).unwrap(), [Some(1), Some(2), Some(3), None]);
    });
}

#[test]
fn pairs_are_set_unless_there_is_one_of_them() {
    each_protocol(|r| {
        assert!(r.msetnx((("a", 1), ("b", "2"))).unwrap());
        assert!(!r.msetnx((("a", 3), ("c", "4"))).unwrap());
        assert_eq!(r.mget(["a", "b", "c"]).unwrap(), [Some(1), Some(2), None]);
    });
}

#[test]
fn numbers_go_up() {
    each_protocol(|r| {
        assert_eq!(r.incr("n").unwrap(), 1);
        assert_eq!((r.incr("n").unwrap(), text(r, "n")), (2, some("2")));
        assert_eq!((r.incrby("n", 5).unwrap(), text(r, "n")), (7, some("7")));
    });
}

#[test]
fn a_number_that_is_missing_goes_up_from_zero() {
    each_protocol(|r| {
        assert_eq!((r.incrby("n", 1).unwrap(), r.incrby("n", 4).unwrap()), (1, 5));
        assert_eq!(text(r, "n"), some("5"));
    });
}

#[test]
fn numbers_go_down() {
    each_protocol(|r| {
        assert_eq!((r.decr("n").unwrap(), text(r, "n")), (-1, some("-1")));
        assert_eq!((r.decr("n").unwrap(), text(r, "n")), (-2, some("-2")));
        assert_eq!((r.decrby("n", 5).unwrap(), text(r, "n")), (-7, some("-7")));
    });
}

#[test]
fn numbers_do_not_overflow() {
    each_protocol(|r| {
        assert_eq!(r.incrby("n", i64::MAX).unwrap(), i64::MAX);
        assert_eq!(r.incr("n").unwrap_err().code(), Some("ERR"));
        assert_eq!(r.decrby("n", i64::MAX).unwrap(), 0);
        assert_eq!(r.get::<i64>("n").unwrap(), Some(0));
    });
}

#[test]
fn floats_go_up() {
    each_protocol(|r| {
        assert_eq!((r.incrbyfloat("n", 1.0).unwrap(), text(r, "n")), (1.0, some("1")));
        assert_eq!((r.incrbyfloat("n", 1.1).unwrap(), text(r, "n")), (2.1, some("2.1")));
        assert_eq!(r.incrbyfloat("n", -3.6).unwrap(), -1.5);
        assert_eq!(r.incrbyfloat("n", 1e300).unwrap(), 1e300);
    });
}

#[test]
fn values_are_appended_to() {
    each_protocol(|r| {
        assert_eq!((r.append("k", "a1").unwrap(), text(r, "k")), (2, some("a1")));
        assert_eq!((r.append("k", "a2").unwrap(), text(r, "k")), (4, some("a1a2")));
    });
}

#[test]
fn ranges_of_a_value() {
    each_protocol(|r| {
        r.set("k", "foo").unwrap();
        assert_eq!(r.getrange("k", 0, 0).unwrap(), b"f");
        assert_eq!(r.getrange("k", 0, 2).unwrap(), b"foo");
        assert_eq!(r.getrange("k", -2, -1).unwrap(), b"oo");
        assert_eq!(r.getrange("k", 3, 4).unwrap(), b"");
        assert_eq!(r.getrange("none", 0, -1).unwrap(), b"");
    });
}

#[test]
fn ranges_of_a_value_by_the_old_name() {
    each_protocol(|r| {
        r.set("k", "0123456789").unwrap();
        assert_eq!(r.substr("k", 0, -1).unwrap(), b"0123456789");
        assert_eq!(r.substr("k", 2, -1).unwrap(), b"23456789");
        assert_eq!(r.substr("k", 3, 5).unwrap(), b"345");
        assert_eq!(r.substr("k", 3, -2).unwrap(), b"345678");
    });
}

#[test]
fn a_part_of_a_value_is_written() {
    each_protocol(|r| {
        assert_eq!(r.setrange("padded", 5, "foo").unwrap(), 8);
        assert_eq!(r.get::<Vec<u8>>("padded").unwrap().unwrap(), b"\0\0\0\0\0foo");
        r.set("k", "abcabcabc").unwrap();
        assert_eq!(r.setrange("k", 6, "12345").unwrap(), 11);
        assert_eq!(text(r, "k"), some("abcabc12345"));
    });
}

#[test]
fn lengths_of_values() {
    each_protocol(|r| {
        r.set("k", "foo").unwrap();
        r.set("unicode", "\u{20ac}").unwrap();
        assert_eq!(
            (r.strlen("k").unwrap(), r.strlen("unicode").unwrap(), r.strlen("none").unwrap()),
            (3, 3, 0)
        );
    });
}

#[test]
fn set_nx_keeps_what_there_is() {
    each_protocol(|r| {
        assert!(r.run(cmd::set("k", "1").nx()).unwrap());
        assert!(!r.run(cmd::set("k", "2").nx()).unwrap());
        assert_eq!(text(r, "k"), some("1"));
    });
}

#[test]
fn set_xx_replaces_only_what_there_is() {
    each_protocol(|r| {
        assert!(!r.run(cmd::set("k", "1").xx()).unwrap());
        assert_eq!(text(r, "k"), None);
        r.set("k", "bar").unwrap();
        assert!(r.run(cmd::set("k", "2").xx()).unwrap());
        assert_eq!(text(r, "k"), some("2"));
    });
}

#[test]
fn set_takes_an_expiry_in_seconds() {
    each_protocol(|r| {
        assert!(r.run(cmd::set("k", "1").ex(60)).unwrap());
        assert!(in_a_minute(r.ttl("k")));
    });
}

#[test]
fn set_takes_an_expiry_in_seconds_as_a_duration() {
    each_protocol(|r| {
        assert!(r.run(cmd::set("k", "1").ex(MINUTE)).unwrap());
        assert!(in_a_minute(r.ttl("k")));
    });
}

#[test]
fn set_takes_an_expiry_in_milliseconds() {
    each_protocol(|r| {
        assert!(r.run(cmd::set("k", "1").px(60_000)).unwrap());
        assert_eq!(text(r, "k"), some("1"));
        assert!(in_a_minute(r.pttl("k")) && in_a_minute(r.ttl("k")));
    });
}

#[test]
fn set_takes_an_expiry_in_milliseconds_as_a_duration() {
    each_protocol(|r| {
        assert!(r.run(cmd::set("k", "1").px(MINUTE + Duration::from_millis(1))).unwrap());
        assert!(in_a_minute(r.pttl("k")) && in_a_minute(r.ttl("k")));
    });
}

#[test]
fn set_takes_a_condition_and_an_expiry() {
    each_protocol(|r| {
        r.set("k", "val").unwrap();
        assert!(r.run(cmd::set("k", "some value").xx().px(60_000)).unwrap());
        assert_eq!(text(r, "k"), some("some value"));
        assert!(in_a_minute(r.ttl("k")));
    });
}

#[test]
fn an_expiry_of_no_time_is_not_left_out() {
    each_protocol(|r| {
        for zero in [
            r.run(cmd::set("k", 1).ex(0)),
            r.run(cmd::set("k", 1).ex(Duration::ZERO)),
            r.run(cmd::set("k", 1).px(0)),
            r.run(cmd::set("k", 1).px(Duration::ZERO)),
        ] {
            assert_eq!(zero.unwrap_err().code(), Some("ERR"));
        }
        assert_eq!(text(r, "k"), None);
    });
}

#[test]
fn an_expiry_in_seconds_is_never_cut_to_zero() {
    each_protocol(|r| {
        let short = Duration::from_millis(500);
        for refused in [
            r.run(cmd::set("k", 1).ex(short)).unwrap_err(),
            r.setex("k", short, 1).unwrap_err(),
            r.expire("k", short).unwrap_err(),
        ] {
            assert_eq!(
                (refused.kind(), refused.outcome()),
                (ErrorKind::Argument, Outcome::NotSent),
                "{refused}"
            );
        }
        assert_eq!(text(r, "k"), None);
    });
}

#[test]
fn a_part_of_a_millisecond_is_a_whole_one() {
    each_protocol(|r| {
        assert!(r.run(cmd::set("k", 1).px(Duration::from_micros(500))).unwrap());
        r.psetex("k", Duration::from_nanos(1), 1).unwrap();
    });
}

#[test]
fn setex_takes_seconds() {
    each_protocol(|r| {
        r.setex("k", 60, "1").unwrap();
        assert_eq!(text(r, "k"), some("1"));
        assert!(in_a_minute(r.ttl("k")));
    });
}

#[test]
fn psetex_takes_milliseconds() {
    each_protocol(|r| {
        r.psetex("k", 60_000, "value").unwrap();
        assert_eq!(text(r, "k"), some("value"));
        assert!(in_a_minute(r.pttl("k")));
    });
}

#[test]
fn psetex_takes_a_duration() {
    each_protocol(|r| {
        r.psetex("k", MINUTE, "value").unwrap();
        assert_eq!(text(r, "k"), some("value"));
        assert!(in_a_minute(r.pttl("k")));
    });
}

#[test]
fn set_gives_the_old_value_and_compares_it() {
    each_protocol(|r| {
        assert_eq!(r.run(cmd::set("k", 2).get::<i64>()).unwrap(), None);
        assert_eq!(r.run(cmd::set("k", 3).get::<i64>()).unwrap(), Some(2));
        assert_eq!(r.run(cmd::set("new", 3).xx().get::<i64>()).unwrap(), None);

        let nx_with_get = r.run(cmd::set("k", 4).nx().get::<i64>());
        let ifeq = r.run(cmd::set("k", 5).ifeq(3));
        if is_since((7, 0), (7, 0)) {
            assert_eq!(nx_with_get.unwrap(), Some(3));
        } else {
            assert_unknown(nx_with_get);
        }
        // Redis has it since 8.4.
        if is_since((8, 4), (8, 1)) {
            assert!(ifeq.unwrap());
            assert!(!r.run(cmd::set("k", 6).ifeq(3)).unwrap());
            assert_eq!(r.run(cmd::set("k", 6).ifeq(5).get::<i64>()).unwrap(), Some(5));
        } else {
            assert_unknown(ifeq);
        }
    });
}

#[test]
fn set_keeps_an_expiry_or_takes_a_time() {
    each_protocol(|r| {
        let at = SystemTime::now() + MINUTE;
        r.run(cmd::set("k", 1).ex(MINUTE)).unwrap();
        r.run(cmd::set("k", 2).keepttl()).unwrap();
        assert!(in_a_minute(r.pttl("k")));
        r.set("k", 3).unwrap();
        assert_eq!(r.ttl("k").unwrap(), Expiry::Never);
        r.run(cmd::set("exat", 5).exat(at.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()))
            .unwrap();
        assert!(in_a_minute(r.pttl("exat")));
        r.run(cmd::set("pxat", 6).pxat(at)).unwrap();
        assert!(in_a_minute(r.pttl("pxat")));
    });
}

#[test]
fn getex_reads_and_changes_the_expiry() {
    each_protocol(|r| {
        let at = SystemTime::now() + MINUTE;
        let at_second = at.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        assert_eq!(r.run(cmd::getex::<i64>("k").ex(60)).unwrap(), None);
        r.set("k", 1).unwrap();
        for getex in [
            cmd::getex::<i64>("k").ex(60),
            cmd::getex::<i64>("k").px(MINUTE),
            cmd::getex::<i64>("k").exat(at_second),
            cmd::getex::<i64>("k").pxat(at),
        ] {
            assert_eq!(r.run(getex).unwrap(), Some(1));
            assert!(in_a_minute(r.pttl("k")));
            assert_eq!(r.run(cmd::getex::<i64>("k").persist()).unwrap(), Some(1));
            assert_eq!(r.getex::<i64>("k").unwrap(), Some(1));
            assert_eq!(r.pttl("k").unwrap(), Expiry::Never);
        }
    });
}

#[test]
fn what_two_values_have_in_common() {
    each_protocol(|r| {
        let (one, two) = ("ohmytext", "mynewtext");
        r.mset([("a", one), ("b", two)]).unwrap();
        let text = r.lcs("a", "b");
        if !knows(&spec::LCS) {
            return assert_unknown(text);
        }
        assert_eq!(text.unwrap(), b"mytext");
        assert_eq!(r.run(cmd::lcs("a", "b").len()).unwrap(), 6);
        let places = r.run(cmd::lcs("a", "b").idx()).unwrap();
        let part = |place: &LcsMatch| (one.get(place.key1.clone()), two.get(place.key2.clone()));
        let parts: Vec<_> = places.matches.iter().map(part).collect();
        assert_eq!(parts, [(Some("text"), Some("text")), (Some("my"), Some("my"))]);
        assert_eq!(places.len, 6);
        let long = r.run(cmd::lcs("a", "b").idx().minmatchlen(3).withmatchlen()).unwrap();
        assert_eq!((long.matches.len(), long.matches[0].len, long.len), (1, Some(4), 6));
    });
}

#[test]
fn valkey_deletes_by_value_and_sets_many_with_an_expiry() {
    each_protocol(|r| {
        r.set("k", 1).unwrap();
        let deleted = r.delifeq("k", 2);
        if knows(&spec::DELIFEQ) {
            assert!(!deleted.unwrap());
            assert!(r.delifeq("k", 1).unwrap());
        } else {
            assert_unknown(deleted);
        }
        let set = r.run(cmd::msetex([("a", 1), ("b", 2)]).nx().ex(60));
        if knows(&spec::MSETEX) {
            assert!(set.unwrap());
            assert!(!r.run(cmd::msetex([("b", 3), ("c", 3)]).nx()).unwrap());
            assert!(!r.run(cmd::msetex([("b", 3), ("c", 3)]).xx()).unwrap());
            assert!(r.run(cmd::msetex([("a", 3), ("b", 4)]).xx().keepttl()).unwrap());
            assert!(matches!(r.ttl("b"), Ok(Expiry::Time(_))));
            assert!(r.msetex((("a", 5), ("c", "x"))).unwrap());
            assert_eq!(r.ttl("a").unwrap(), Expiry::Never);
        } else {
            assert_unknown(set);
        }
    });
}
