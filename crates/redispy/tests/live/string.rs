//! The string commands.

use std::time::{Duration, SystemTime};

use redispy::cmd::{GenericCommands, StringCommands};
use redispy::replies::{Expiry, LcsMatch};
use redispy::{Execute, cmd, spec};

use crate::{assert_unknown, each_protocol, in_a_minute, is_since, knows};

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn values_are_set_read_and_deleted() {
    each_protocol(|r| {
        assert_eq!(r.get::<String>("k").unwrap(), None);
        assert!(r.set("k", b"\x00\xff").unwrap());
        assert_eq!(r.get::<Vec<u8>>("k").unwrap().unwrap(), b"\x00\xff");
        assert_eq!(r.getset::<Vec<u8>>("k", 5).unwrap().unwrap(), b"\x00\xff");
        assert_eq!(r.getdel::<i64>("k").unwrap(), Some(5));
        assert_eq!(r.getdel::<i64>("k").unwrap(), None);
        assert!(r.setnx("k", "first").unwrap());
        assert!(!r.setnx("k", "second").unwrap());
        assert_eq!(r.get::<String>("k").unwrap().as_deref(), Some("first"));
    });
}

#[test]
fn many_values_at_once() {
    each_protocol(|r| {
        r.mset((("a", 1), ("b", "two"))).unwrap();
        assert_eq!(
            r.mget::<String>(["a", "none", "b"]).unwrap(),
            [Some("1".to_owned()), None, Some("two".to_owned())]
        );
        assert!(!r.msetnx([("b", 0), ("c", 0)]).unwrap());
        assert!(r.msetnx([("c", 0), ("d", 0)]).unwrap());
        assert_eq!(r.exists(["a", "b", "c", "d"]).unwrap(), 4);
    });
}

#[test]
fn numbers_go_up_and_down() {
    each_protocol(|r| {
        assert_eq!(r.incr("n").unwrap(), 1);
        assert_eq!(r.incrby("n", i64::MAX - 1).unwrap(), i64::MAX);
        assert_eq!(r.incr("n").unwrap_err().code(), Some("ERR"));
        assert_eq!(r.decrby("n", i64::MAX).unwrap(), 0);
        assert_eq!(r.decr("n").unwrap(), -1);
        assert_eq!(r.incrbyfloat("n", 2.5).unwrap(), 1.5);
        assert_eq!(r.incrbyfloat("n", 1e300).unwrap(), 1e300);
    });
}

#[test]
fn parts_of_values() {
    each_protocol(|r| {
        assert_eq!(r.append("k", "hello").unwrap(), 5);
        assert_eq!(r.append("k", " world").unwrap(), 11);
        assert_eq!(r.strlen("k").unwrap(), 11);
        assert_eq!(r.getrange("k", 6, -1).unwrap(), b"world");
        assert_eq!(r.substr("k", 0, 4).unwrap(), b"hello");
        assert_eq!(r.getrange("none", 0, -1).unwrap(), b"");
        assert_eq!(r.setrange("k", 13, "!").unwrap(), 14);
        assert_eq!(r.getrange("k", 10, -1).unwrap(), b"d\0\0!");
        assert_eq!(r.strlen("none").unwrap(), 0);
    });
}

#[test]
fn set_obeys_its_conditions() {
    each_protocol(|r| {
        assert!(!r.run(cmd::set("k", 1).xx()).unwrap());
        assert!(r.run(cmd::set("k", 1).nx()).unwrap());
        assert!(!r.run(cmd::set("k", 2).nx()).unwrap());
        assert!(r.run(cmd::set("k", 2).xx()).unwrap());
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
fn set_obeys_its_expiries() {
    each_protocol(|r| {
        let at = SystemTime::now() + MINUTE;
        r.run(cmd::set("k", 1).ex(MINUTE)).unwrap();
        assert!(in_a_minute(r.ttl("k")));
        r.run(cmd::set("k", 2).keepttl()).unwrap();
        assert!(in_a_minute(r.pttl("k")));
        r.set("k", 3).unwrap();
        assert_eq!(r.ttl("k").unwrap(), Expiry::Never);
        r.run(cmd::set("k", 4).px(60_000)).unwrap();
        assert!(in_a_minute(r.pttl("k")));
        r.run(cmd::set("exat", 5).exat(at.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()))
            .unwrap();
        assert!(in_a_minute(r.pttl("exat")));
        r.run(cmd::set("pxat", 6).pxat(at)).unwrap();
        assert!(in_a_minute(r.pttl("pxat")));
        r.setex("ex", 60, 7).unwrap();
        assert!(in_a_minute(r.pttl("ex")));
        r.psetex("px", MINUTE, 8).unwrap();
        assert!(in_a_minute(r.pttl("px")));

        let zero = r.run(cmd::set("k", 9).ex(0)).unwrap_err();
        assert_eq!(zero.code(), Some("ERR"));
        assert_eq!(r.get::<i64>("k").unwrap(), Some(4));
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
