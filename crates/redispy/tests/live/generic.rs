//! The commands on keys.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use redispy::cmd::{GenericCommands, HashCommands, ListCommands, StringCommands};
use redispy::replies::{Cursor, Expiry, KeyType};
use redispy::{Block, Client, Execute, ExecuteCommand, cmd, each, spec};
use redispy_testkit::SharedServer;

use crate::{assert_unknown, each_protocol, in_a_minute, is_since, knows};

const MINUTE: Duration = Duration::from_secs(60);

/// A client of the same server's other database, and its number.
fn other_database() -> (Client, u32) {
    let url = SharedServer::get().fresh_url();
    let db = url.rsplit_once('/').unwrap().1.parse().unwrap();
    (Client::open(url).unwrap(), db)
}

#[test]
fn keys_are_counted_and_deleted() {
    each_protocol(|r| {
        r.mset([("a", 1), ("b", 2), ("c", 3)]).unwrap();
        assert_eq!(r.exists(["a", "b", "none", "a"]).unwrap(), 3);
        assert_eq!(r.touch(["a", "none"]).unwrap(), 1);
        assert_eq!(r.del(["a", "none"]).unwrap(), 1);
        assert_eq!(r.unlink(["b", "none"]).unwrap(), 1);
        assert_eq!(r.keys::<String>("*").unwrap(), ["c"]);
        assert_eq!(r.randomkey::<String>().unwrap().as_deref(), Some("c"));
        assert_eq!(r.del("c").unwrap(), 1);
        assert_eq!(r.randomkey::<String>().unwrap(), None);
        assert_eq!(r.keys::<String>("*").unwrap(), [""; 0]);
    });
}

#[test]
fn keys_are_renamed_copied_and_moved() {
    each_protocol(|r| {
        let (other, db) = other_database();
        assert_eq!(r.rename("none", "a").unwrap_err().code(), Some("ERR"));
        r.mset([("a", 1), ("b", 2)]).unwrap();
        assert!(!r.renamenx("a", "b").unwrap());
        assert!(r.renamenx("a", "c").unwrap());
        r.rename("c", "b").unwrap();
        assert_eq!(r.get::<i64>("b").unwrap(), Some(1));

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
fn keys_expire_after_a_time() {
    each_protocol(|r| {
        assert!(!r.expire("k", 60).unwrap());
        assert_eq!((r.ttl("k").unwrap(), r.pttl("k").unwrap()), (Expiry::Missing, Expiry::Missing));
        r.set("k", 1).unwrap();
        assert_eq!((r.ttl("k").unwrap(), r.pttl("k").unwrap()), (Expiry::Never, Expiry::Never));
        assert!(r.expire("k", MINUTE).unwrap());
        assert!(in_a_minute(r.ttl("k")) && in_a_minute(r.pttl("k")));
        assert!(r.persist("k").unwrap());
        assert!(!r.persist("k").unwrap());
        assert!(r.pexpire("k", MINUTE).unwrap());
        assert!(in_a_minute(r.pttl("k")));
        assert!(r.expire("k", Duration::ZERO).unwrap());
        assert_eq!(r.exists("k").unwrap(), 0);
    });
}

#[test]
fn keys_expire_at_a_time() {
    each_protocol(|r| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let at = UNIX_EPOCH + Duration::from_secs(now + 60);
        let later = at + Duration::from_millis(1500);
        r.set("k", 1).unwrap();
        assert!(r.expireat("k", at).unwrap());
        assert!(in_a_minute(r.pttl("k")));
        assert!(r.pexpireat("k", later).unwrap());
        let expiretime = r.expiretime("k");
        if knows(&spec::EXPIRETIME) {
            assert!(
                matches!(expiretime, Ok(Expiry::Time(time)) if time >= at && time <= at + Duration::from_secs(2))
            );
            assert_eq!(r.pexpiretime("k").unwrap(), Expiry::Time(later));
            r.set("k", 1).unwrap();
            assert_eq!(r.expiretime("k").unwrap(), Expiry::Never);
            assert_eq!(r.pexpiretime("none").unwrap(), Expiry::Missing);
        } else {
            assert_unknown(expiretime);
            assert_unknown(r.pexpiretime("k"));
        }
        assert!(r.expireat("k", 1).unwrap());
        assert_eq!(r.exists("k").unwrap(), 0);
    });
}

#[test]
fn expire_obeys_its_conditions() {
    each_protocol(|r| {
        r.set("k", 1).unwrap();
        let first = r.run(cmd::expire("k", 60).xx());
        if !is_since((7, 0), (7, 0)) {
            return assert_unknown(first);
        }
        assert!(!first.unwrap());
        assert!(!r.run(cmd::expire("k", 60).gt()).unwrap());
        assert!(!r.run(cmd::expire("k", 60).xx().lt()).unwrap());
        assert!(r.run(cmd::expire("k", 60).nx()).unwrap());
        assert!(!r.run(cmd::pexpire("k", 90_000).nx()).unwrap());
        assert!(!r.run(cmd::pexpire("k", 90_000).lt()).unwrap());
        assert!(r.run(cmd::pexpire("k", 90_000).gt().xx()).unwrap());
        assert!(r.run(cmd::pexpire("k", 60_000).lt()).unwrap());
        let far = SystemTime::now() + 10 * MINUTE;
        assert!(!r.run(cmd::pexpireat("k", far).lt()).unwrap());
        assert!(r.run(cmd::pexpireat("k", far).xx()).unwrap());
        let near = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 60;
        assert!(!r.run(cmd::expireat("k", near).gt()).unwrap());
        assert!(r.run(cmd::expireat("k", near).lt()).unwrap());
    });
}

#[test]
fn values_are_dumped_and_restored() {
    each_protocol(|r| {
        assert_eq!(r.dump("none").unwrap(), None);
        r.rpush("list", ["a", "b"]).unwrap();
        let value = r.dump("list").unwrap().unwrap();
        r.restore("copy", 0, &value).unwrap();
        assert_eq!(r.lrange::<String>("copy", 0, -1).unwrap(), ["a", "b"]);
        assert_eq!(r.ttl("copy").unwrap(), Expiry::Never);
        assert_eq!(r.restore("copy", 0, &value).unwrap_err().code(), Some("BUSYKEY"));
        r.run(cmd::restore("copy", MINUTE, &value).replace()).unwrap();
        assert!(in_a_minute(r.ttl("copy")));
        let at = SystemTime::now() + MINUTE;
        r.run(cmd::restore("copy", 0, &value).absttl(at).replace().idletime(MINUTE)).unwrap();
        assert!(in_a_minute(r.pttl("copy")));
        assert!(r.object_idletime("copy").unwrap() >= Some(MINUTE));
        r.run(cmd::restore("frequent", 0, &value).freq(5)).unwrap();
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
        r.set("k", 1).unwrap();
        r.set("text", "abc").unwrap();
        assert_eq!(r.object_encoding("k").unwrap(), Some("int".to_owned()));
        assert_eq!(r.object_refcount("text").unwrap(), Some(1));
        assert!(r.object_idletime("text").unwrap() < Some(MINUTE));
        assert_eq!(r.object_freq("text").unwrap_err().code(), Some("ERR"));
        assert!(r.object_help().unwrap().iter().any(|line| line.contains("ENCODING")));
        assert_eq!(r.object_encoding("none").unwrap(), None);
        assert_eq!(r.object_refcount("none").unwrap(), None);
        assert_eq!(r.object_idletime("none").unwrap(), None);
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
fn elements_are_sorted() {
    each_protocol(|r| {
        r.rpush("list", [3, 1, 2]).unwrap();
        assert_eq!(r.sort::<i64>("list").unwrap(), [1, 2, 3]);
        assert_eq!(r.run(cmd::sort::<i64>("list").desc().limit(1, 2)).unwrap(), [2, 1]);
        assert_eq!(r.run(cmd::sort::<i64>("list").asc().limit(0, -1)).unwrap(), [1, 2, 3]);
        assert_eq!(r.run(cmd::sort::<i64>("list").by("nosort")).unwrap(), [3, 1, 2]);

        r.mset([("w:1", 30), ("w:2", 20), ("w:3", 10)]).unwrap();
        r.hset("h:1", ("name", "one")).unwrap();
        r.hset("h:3", ("name", "three")).unwrap();
        let sort = || cmd::sort::<Option<String>>("list").by("w:*");
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(r.run(sort().get("h:*->name")).unwrap(), vec![text("three"), None, text("one")]);
        assert_eq!(
            r.run(sort().get(["#", "w:*", "h:*->name"]).groups::<(i64, i64, Option<String>)>()).unwrap(),
            vec![(3, 10, text("three")), (2, 20, None), (1, 30, text("one"))]
        );
        assert_eq!(r.run(sort().store("sorted")).unwrap(), 3);
        assert_eq!(r.lrange::<i64>("sorted", 0, -1).unwrap(), [3, 2, 1]);

        r.rpush("words", ["b", "a", "10", "9"]).unwrap();
        assert_eq!(r.run(cmd::sort::<String>("words").alpha()).unwrap(), ["10", "9", "a", "b"]);
        assert_eq!(r.sort::<String>("words").unwrap_err().code(), Some("ERR"));

        let read_only = r.run(cmd::sort_ro::<String>("words").alpha().desc());
        if knows(&spec::SORT_RO) {
            assert_eq!(read_only.unwrap(), ["b", "a", "9", "10"]);
            assert_eq!(r.sort_ro::<i64>("list").unwrap(), [1, 2, 3]);
        } else {
            assert_unknown(read_only);
        }
    });
}

#[test]
fn waiting_for_replicas_ends() {
    each_protocol(|r| {
        r.set("k", 1).unwrap();
        assert_eq!(r.wait(0, Block::Forever).unwrap(), 0);
        assert_eq!(r.wait(1, Duration::from_millis(10)).unwrap(), 0);
        let fsynced = r.waitaof(0, 1, Duration::from_millis(10));
        if knows(&spec::WAITAOF) {
            let fsynced = fsynced.unwrap();
            assert_eq!((fsynced.local, fsynced.replicas), (0, 0));
        } else {
            assert_unknown(fsynced);
        }
    });
}
