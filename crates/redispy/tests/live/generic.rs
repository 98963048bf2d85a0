//! The commands on keys.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use redispy::cmd::{GenericCommands, HashCommands, ListCommands, StringCommands};
use redispy::replies::{Cursor, Expiry, KeyType};
use redispy::{Block, Client, Execute, ExecuteCommand, cmd, each, spec};
use redispy_testkit::SharedServer;

use crate::{assert_unknown, each_protocol, in_a_minute, knows};

const MINUTE: Duration = Duration::from_secs(60);

/// A client of the same server's other database, and its number.
fn other_database() -> (Client, u32) {
    let url = SharedServer::get().fresh_url();
    let db = url.rsplit_once('/').unwrap().1.parse().unwrap();
    (crate::open(url), db)
}

#[test]
fn keys_are_there_or_not() {
    each_protocol(|r| {
        assert_eq!(r.exists("a").unwrap(), 0);
        r.set("a", "foo").unwrap();
        assert_eq!(r.exists("a").unwrap(), 1);
        assert_eq!(r.exists(["a", "none", "a"]).unwrap(), 2);
        assert_eq!(r.touch(["a", "none"]).unwrap(), 1);
    });
}

#[test]
fn deleting_tells_whether_there_was_a_key() {
    each_protocol(|r| {
        assert_eq!(r.del("a").unwrap(), 0);
        r.set("a", "foo").unwrap();
        assert_eq!(r.del("a").unwrap(), 1);
        assert_eq!(r.get::<String>("a").unwrap(), None);
    });
}

#[test]
fn many_keys_are_deleted_at_once() {
    each_protocol(|r| {
        r.mset([("a", "foo"), ("b", "bar")]).unwrap();
        assert_eq!(r.del(["a", "b"]).unwrap(), 2);
        assert_eq!(r.mget::<String>(["a", "b"]).unwrap(), [None, None]);
    });
}

#[test]
fn keys_are_unlinked() {
    each_protocol(|r| {
        r.mset([("a", "foo"), ("b", "bar")]).unwrap();
        assert_eq!((r.unlink(["a", "none"]).unwrap(), r.unlink("b").unwrap()), (1, 1));
        assert_eq!(r.exists(["a", "b"]).unwrap(), 0);
    });
}

#[test]
fn keys_are_found_by_pattern() {
    each_protocol(|r| {
        assert_eq!(r.keys::<String>("*").unwrap(), [""; 0]);
        r.mset([("test_a", 1), ("test_b", 2), ("testc", 3)]).unwrap();
        let found = |pattern: &str| r.keys::<String>(pattern).unwrap().into_iter().collect::<BTreeSet<_>>();
        assert_eq!(found("test_*"), BTreeSet::from(["test_a", "test_b"].map(str::to_owned)));
        assert_eq!(found("test*"), BTreeSet::from(["test_a", "test_b", "testc"].map(str::to_owned)));
    });
}

#[test]
fn a_random_key_is_one_of_them() {
    each_protocol(|r| {
        assert_eq!(r.randomkey::<String>().unwrap(), None);
        let keys = ["a", "b", "c"];
        r.mset(keys.map(|key| (key, 1))).unwrap();
        for _ in 0..10 {
            assert!(keys.contains(&r.randomkey::<String>().unwrap().unwrap().as_str()));
        }
    });
}

#[test]
fn a_random_key_may_be_the_empty_one() {
    each_protocol(|r| {
        r.set("", 1).unwrap();
        assert_eq!(r.randomkey::<String>().unwrap().as_deref(), Some(""));
    });
}

#[test]
fn keys_are_renamed() {
    each_protocol(|r| {
        assert_eq!(r.rename("a", "b").unwrap_err().code(), Some("ERR"));
        r.set("a", "1").unwrap();
        r.rename("a", "b").unwrap();
        assert_eq!(r.mget::<String>(["a", "b"]).unwrap(), [None, Some("1".to_owned())]);
    });
}

#[test]
fn keys_are_not_renamed_over_others() {
    each_protocol(|r| {
        r.mset([("a", 1), ("b", 2)]).unwrap();
        assert!(!r.renamenx("a", "b").unwrap());
        assert_eq!(r.mget(["a", "b"]).unwrap(), [Some(1), Some(2)]);
        assert!(r.renamenx("a", "c").unwrap());
        assert_eq!(r.mget(["a", "c"]).unwrap(), [None, Some(1)]);
    });
}

#[test]
fn keys_are_copied_and_moved() {
    each_protocol(|r| {
        let (other, db) = other_database();
        r.set("b", 1).unwrap();
        assert!(r.copy("b", "copy").unwrap());
        assert!(!r.copy("b", "copy").unwrap());
        assert!(r.run(cmd::copy("b", "copy").replace()).unwrap());
        assert!(r.run(cmd::copy("b", "b").db(db)).unwrap());
        assert_eq!(other.get::<i64>("b").unwrap(), Some(1));
        assert!(!r.move_("b", db).unwrap());
        assert!(r.move_("copy", db).unwrap());
        assert_eq!(other.get::<i64>("copy").unwrap(), Some(1));
    });
}

#[test]
fn every_type_has_its_name() {
    each_protocol(|r| {
        r.set("string", 1).unwrap();
        r.rpush("list", 1).unwrap();
        r.hset("hash", ("f", 1)).unwrap();
        for command in
            [&["SADD", "set", "m"][..], &["ZADD", "zset", "1", "m"], &["XADD", "stream", "*", "f", "v"]]
        {
            r.execute_command(command).unwrap();
        }
        let types =
            [KeyType::String, KeyType::List, KeyType::Hash, KeyType::Set, KeyType::ZSet, KeyType::Stream];
        for key_type in types {
            let page = r.run(cmd::scan::<String>(0).count(1000).type_(&key_type)).unwrap();
            assert_eq!(page.items, [key_type.to_string()]);
            assert_eq!(r.type_(&key_type).unwrap(), Some(key_type));
        }
        assert_eq!(r.type_("none").unwrap(), None);
    });
}

#[test]
fn a_value_survives_dump_delete_and_restore() {
    each_protocol(|r| {
        assert_eq!(r.dump("a").unwrap(), None);
        r.set("a", "foo").unwrap();
        let dumped = r.dump("a").unwrap().unwrap();
        r.del("a").unwrap();
        r.restore("a", 0, &dumped).unwrap();
        assert_eq!(r.get::<String>("a").unwrap().as_deref(), Some("foo"));
        assert_eq!(r.ttl("a").unwrap(), Expiry::Never);
    });
}

#[test]
fn a_value_is_restored_over_another_when_told_so() {
    each_protocol(|r| {
        r.set("a", "foo").unwrap();
        let dumped = r.dump("a").unwrap().unwrap();
        r.set("a", "bar").unwrap();
        assert_eq!(r.restore("a", 0, &dumped).unwrap_err().code(), Some("BUSYKEY"));
        assert_eq!(r.get::<String>("a").unwrap().as_deref(), Some("bar"));
        r.run(cmd::restore("a", 0, &dumped).replace()).unwrap();
        assert_eq!(r.get::<String>("a").unwrap().as_deref(), Some("foo"));
    });
}

#[test]
fn a_value_is_restored_with_its_expiry_and_its_age() {
    each_protocol(|r| {
        r.rpush("list", ["a", "b"]).unwrap();
        let value = r.dump("list").unwrap().unwrap();
        r.run(cmd::restore("copy", MINUTE, &value).replace()).unwrap();
        assert!(in_a_minute(r.ttl("copy")));
        let at = SystemTime::now() + MINUTE;
        r.run(cmd::restore("copy", 0, &value).absttl(at).replace().idletime(MINUTE)).unwrap();
        assert!(in_a_minute(r.pttl("copy")));
        assert!(r.object_idletime("copy").unwrap() >= Some(MINUTE));
        r.run(cmd::restore("frequent", 0, &value).freq(5)).unwrap();
        assert_eq!(r.lrange::<String>("frequent", 0, -1).unwrap(), ["a", "b"]);
        assert!(r.restore("wrong", 0, "no dump").is_err());
    });
}

#[test]
fn migrating_says_what_became_of_the_keys() {
    each_protocol(|r| {
        let nowhere = |key| cmd::migrate("127.0.0.1", 1, key, 0, Duration::from_millis(100));
        assert!(!r.run(nowhere("none")).unwrap());
        r.set("k", 1).unwrap();
        let options = nowhere("k").copy().replace().auth2("user", "password");
        assert_eq!(r.run(options).unwrap_err().code(), Some("IOERR"));
        assert_eq!(r.get::<i64>("k").unwrap(), Some(1));
    });
}

#[test]
fn the_server_tells_about_its_objects() {
    each_protocol(|r| {
        r.set("a", "foo").unwrap();
        r.set("number", 1).unwrap();
        assert_eq!(r.object_refcount("a").unwrap(), Some(1));
        assert!(r.object_idletime("a").unwrap() < Some(MINUTE));
        assert_eq!(r.object_encoding("a").unwrap().as_deref(), Some("embstr"));
        assert_eq!(r.object_encoding("number").unwrap().as_deref(), Some("int"));
        assert_eq!(r.object_freq("a").unwrap_err().code(), Some("ERR"));
        assert!(r.object_help().unwrap().iter().any(|line| line.contains("ENCODING")));
    });
}

#[test]
fn there_is_nothing_to_tell_about_missing_objects() {
    each_protocol(|r| {
        assert_eq!(r.object_idletime("none").unwrap(), None);
        assert_eq!(r.object_refcount("none").unwrap(), None);
        assert_eq!(r.object_encoding("none").unwrap(), None);
        assert_eq!(r.object_freq("none").unwrap(), None);
    });
}

#[test]
fn scanning_finds_every_key() {
    each_protocol(|r| {
        let names: BTreeSet<String> = (0..100).map(|n| format!("key:{n}")).collect();
        r.mset(each(names.iter().map(|name| (name, 1)))).unwrap();
        r.set("other", 1).unwrap();
        let (mut found, mut pages, mut cursor) = (BTreeSet::new(), 0, Some(Cursor::START));
        while let Some(at) = cursor {
            let page = r.run(cmd::scan::<String>(at).match_("key:*").count(10)).unwrap();
            cursor = page.next();
            found.extend(page.items);
            pages += 1;
        }
        assert_eq!(found, names);
        assert!(pages > 1);
        assert!(r.scan::<String>(0).unwrap().next().is_some());
    });
}

#[test]
fn a_scan_of_few_keys_is_one_page() {
    each_protocol(|r| {
        r.mset([("a", 1), ("b", 2), ("c", 3)]).unwrap();
        let scan = || cmd::scan::<String>(0).count(1000);
        let page = r.run(scan()).unwrap();
        assert_eq!(page.next(), None);
        assert_eq!(
            page.items.into_iter().collect::<BTreeSet<_>>(),
            ["a", "b", "c"].map(str::to_owned).into()
        );
        let page = r.run(scan().match_("a")).unwrap();
        assert_eq!((page.next(), page.items), (None, vec!["a".to_owned()]));
    });
}

#[test]
fn waiting_for_replicas_ends() {
    each_protocol(|r| {
        let session = r.session().unwrap();
        session.set("k", 1).unwrap();
        assert_eq!(session.wait(0, Block::Forever).unwrap(), 0);
        assert_eq!(session.wait(1, Duration::from_millis(10)).unwrap(), 0);
        let fsynced = session.waitaof(0, 1, Duration::from_millis(10));
        if knows(&spec::WAITAOF) {
            let fsynced = fsynced.unwrap();
            assert_eq!((fsynced.local, fsynced.replicas), (0, 0));
        } else {
            assert_unknown(fsynced);
        }
    });
}
