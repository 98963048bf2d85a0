//! The stream commands.

use std::collections::HashMap;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use redispy::cmd::StreamTrim;
use redispy::prelude::*;
use redispy::replies::{StreamDeletion, StreamEntry, StreamId};
use redispy::{Client, cmd, spec};

use crate::{assert_unknown, client, each_protocol, is_since, knows};

type Fields = HashMap<String, String>;

const SHORT: Duration = Duration::from_millis(20);

fn id(ms: u64, seq: u64) -> StreamId {
    StreamId::new(ms, seq)
}

/// Adds entries of these ids, each with one field that says its id.
fn add<const N: usize>(r: &Client, key: &str, ids: [StreamId; N]) {
    for id in ids {
        let field = [("id", id.to_string())];
        assert_eq!(r.run(cmd::xadd(key, field).id(id)).unwrap(), id);
    }
}

fn ids<M>(entries: &[StreamEntry<M>]) -> Vec<StreamId> {
    entries.iter().map(|entry| entry.id).collect()
}

/// A group that has read entries 1-0 to 3-0 of a stream, all by one consumer.
fn pending(r: &Client) {
    add(r, "s", [id(1, 0), id(2, 0), id(3, 0)]);
    r.xgroup_create("s", "g", 0).unwrap();
    assert_eq!(r.xreadgroup::<Fields>("g", "alice", ("s", ">")).unwrap()[0].entries.len(), 3);
}

#[test]
fn entries_are_added_and_read_in_order() {
    each_protocol(|r| {
        let before = SystemTime::now() - Duration::from_secs(60);
        let first = r.xadd("s", (("name", "bob"), ("age", 7))).unwrap();
        assert!(first.time().unwrap() > before);
        let second = r.xadd("s", [("name", "eve"), ("name", "eva")]).unwrap();
        assert!(second > first);
        assert_eq!((r.xlen("s").unwrap(), r.xlen("none").unwrap()), (2, 0));
        let entries = r.xrange::<Vec<(String, String)>>("s", "-", "+").unwrap();
        assert_eq!(ids(&entries), [first, second]);
        let text = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(entries[1].fields, [text("name", "eve"), text("name", "eva")]);
        assert_eq!(entries[0].fields, [text("name", "bob"), text("age", "7")]);
        assert_eq!(r.xrange::<Fields>("none", "-", "+").unwrap(), []);
        assert_eq!(r.run(cmd::xadd("s", ("a", 1)).id("1-1")).unwrap_err().code(), Some("ERR"));
    });
}

#[test]
fn ranges_of_ids() {
    each_protocol(|r| {
        add(r, "s", [id(1, 0), id(1, 1), id(2, 0), id(3, 0)]);
        let range = |start, end| ids(&r.xrange::<Fields>("s", start, end).unwrap());
        assert_eq!(range(id(1, 1), id(2, 0)), [id(1, 1), id(2, 0)]);
        assert_eq!(ids(&r.xrange::<Fields>("s", 1, 1).unwrap()), [id(1, 0), id(1, 1)]);
        let behind = r.xrange::<Fields>("s", id(1, 1).exclusive(), "+").unwrap();
        assert_eq!(ids(&behind), [id(2, 0), id(3, 0)]);
        assert_eq!(ids(&r.run(cmd::xrange::<Fields>("s", "-", "+").count(1)).unwrap()), [id(1, 0)]);
        assert_eq!(ids(&r.xrevrange::<Fields>("s", "+", 2).unwrap()), [id(3, 0), id(2, 0)]);
        assert_eq!(ids(&r.run(cmd::xrevrange::<Fields>("s", "+", "-").count(1)).unwrap()), [id(3, 0)]);
    });
}

#[test]
fn options_of_adding() {
    each_protocol(|r| {
        assert_eq!(r.run(cmd::xadd("s", ("a", 1)).nomkstream()).unwrap(), None);
        assert_eq!(r.xlen("s").unwrap(), 0);
        add(r, "s", [id(5, 0)]);
        assert_eq!(r.run(cmd::xadd("s", ("a", 1)).nomkstream().id(id(5, 7))).unwrap(), Some(id(5, 7)));
        let partial = r.run(cmd::xadd("s", ("a", 1)).id_ms(5));
        if is_since((7, 0), (7, 2)) {
            assert_eq!(partial.unwrap(), id(5, 8));
        } else {
            assert_unknown(partial);
        }
        r.run(cmd::xadd("s", ("a", 1)).id("9").trim(StreamTrim::maxlen(2))).unwrap();
        assert_eq!(r.xlen("s").unwrap(), 2);
        r.run(cmd::xadd("s", ("a", 1)).id("10").trim(StreamTrim::minid(10))).unwrap();
        assert_eq!(ids(&r.xrange::<Fields>("s", "-", "+").unwrap()), [id(10, 0)]);
    });
}

#[test]
fn old_entries_are_trimmed() {
    each_protocol(|r| {
        add(r, "s", [id(1, 0), id(2, 0), id(3, 0), id(4, 0)]);
        assert_eq!(r.xtrim("s", StreamTrim::maxlen(3)).unwrap(), 1);
        assert_eq!(r.xtrim("s", StreamTrim::minid(id(3, 0))).unwrap(), 1);
        assert_eq!(r.xtrim("s", StreamTrim::maxlen(1).approximate().limit(10)).unwrap(), 0);
        assert_eq!(ids(&r.xrange::<Fields>("s", "-", "+").unwrap()), [id(3, 0), id(4, 0)]);
        let kept = r.xtrim("s", StreamTrim::maxlen(1).acked());
        if !knows(&spec::XDELEX) {
            return assert_unknown(kept);
        }
        assert_eq!(kept.unwrap(), 1);
        add(r, "s", [id(5, 0), id(6, 0)]);
        assert_eq!(r.xtrim("s", StreamTrim::maxlen(2).delref()).unwrap(), 1);
        r.run(cmd::xadd("s", ("a", 1)).trim(StreamTrim::maxlen(1).keepref())).unwrap();
        assert_eq!(r.xlen("s").unwrap(), 1);
    });
}

#[test]
fn entries_are_deleted() {
    each_protocol(|r| {
        pending(r);
        assert_eq!(r.xdel("s", [id(1, 0), id(9, 0)]).unwrap(), 1);
        let deleted = r.run(cmd::xdelex("s", id(2, 0)).acked());
        if !knows(&spec::XDELEX) {
            assert_unknown(deleted);
            return assert_unknown(r.xackdel("s", "g", id(2, 0)));
        }
        assert_eq!(deleted.unwrap(), [StreamDeletion::StillReferenced]);
        assert_eq!(r.xdelex("s", id(9, 0)).unwrap(), [StreamDeletion::Missing]);
        assert_eq!(
            r.xackdel("s", "g", [id(2, 0), id(9, 0)]).unwrap(),
            [StreamDeletion::Deleted, StreamDeletion::Missing]
        );
        assert_eq!(r.run(cmd::xdelex("s", id(3, 0)).delref()).unwrap(), [StreamDeletion::Deleted]);
        assert_eq!(r.xlen("s").unwrap(), 0);
        assert_eq!(r.run(cmd::xackdel("s", "g", id(1, 0)).keepref()).unwrap().len(), 1);
    });
}

#[test]
fn streams_are_read() {
    each_protocol(|r| {
        add(r, "a", [id(1, 0), id(2, 0)]);
        add(r, "b", [id(1, 0)]);
        let read = r.xread::<Fields>([("b", "0"), ("none", "0"), ("a", "1-0")]).unwrap();
        let keys: Vec<_> = read.iter().map(|stream| stream.key_text()).collect();
        assert_eq!(keys, ["b", "a"]);
        assert_eq!((ids(&read[0].entries), ids(&read[1].entries)), (vec![id(1, 0)], vec![id(2, 0)]));
        assert_eq!(read[1].entries[0].fields["id"], "2-0");
        assert_eq!(r.xread::<Fields>(("a", "$")).unwrap(), []);
        let one = r.run(cmd::xread::<Fields>(("a", 0)).count(1)).unwrap();
        assert_eq!(ids(&one[0].entries), [id(1, 0)]);
        // What is there is not waited for.
        assert_eq!(r.xread_block::<Fields>(Duration::from_secs(30), ("a", 0)).unwrap()[0].entries.len(), 2);
    });
}

#[test]
fn a_wait_for_entries_ends_with_its_time() {
    each_protocol(|r| {
        r.run(cmd::xgroup_create("s", "g", "$").mkstream()).unwrap();
        let began = Instant::now();
        assert_eq!(r.xread_block::<Fields>(SHORT, ("s", "$")).unwrap(), []);
        assert_eq!(r.xreadgroup_block::<Fields>("g", "c", SHORT, ("s", ">")).unwrap(), []);
        assert!(began.elapsed() >= 2 * SHORT);
    });
}

#[test]
fn a_wait_ends_when_another_thread_adds() {
    let r = client();
    let waiting = thread::spawn({
        let r = r.clone();
        move || r.xread_block::<Fields>(Duration::from_secs(30), ("s", 0))
    });
    // Whichever comes first, the wait or the entry, it is answered.
    add(&r, "s", [id(1, 0)]);
    assert_eq!(ids(&waiting.join().unwrap().unwrap()[0].entries), [id(1, 0)]);
}

#[test]
fn groups_come_and_go() {
    each_protocol(|r| {
        assert_eq!(r.xgroup_create("s", "g", 0).unwrap_err().code(), Some("ERR"));
        r.run(cmd::xgroup_create("s", "g", "$").mkstream()).unwrap();
        assert_eq!(r.xgroup_create("s", "g", 0).unwrap_err().code(), Some("BUSYGROUP"));
        assert!(r.xgroup_createconsumer("s", "g", "c").unwrap());
        assert!(!r.xgroup_createconsumer("s", "g", "c").unwrap());
        assert_eq!(r.xgroup_delconsumer("s", "g", "c").unwrap(), 0);
        add(r, "s", [id(1, 0)]);
        r.xgroup_setid("s", "g", "$").unwrap();
        assert_eq!(r.xreadgroup::<Fields>("g", "c", ("s", ">")).unwrap(), []);
        r.xgroup_setid("s", "g", 0).unwrap();
        assert_eq!(r.xreadgroup::<Fields>("g", "c", ("s", ">")).unwrap().len(), 1);
        assert_eq!(r.xgroup_delconsumer("s", "g", "c").unwrap(), 1);
        let counted = r.run(cmd::xgroup_setid("s", "g", "$").entriesread(1));
        if is_since((7, 0), (7, 2)) {
            counted.unwrap();
            r.run(cmd::xgroup_create("s", "h", "$").entriesread(1)).unwrap();
            assert_eq!(r.xinfo_groups("s").unwrap()[1].entries_read, Some(1));
        } else {
            assert_unknown(counted);
        }
        assert!(r.xgroup_destroy("s", "g").unwrap());
        assert!(!r.xgroup_destroy("s", "g").unwrap());
        assert_eq!(r.xreadgroup::<Fields>("g", "c", ("s", ">")).unwrap_err().code(), Some("NOGROUP"));
        assert!(r.xgroup_help().unwrap().concat().contains("CREATE"));
    });
}

#[test]
fn delivered_entries_are_pending_until_acknowledged() {
    each_protocol(|r| {
        pending(r);
        let summary = r.xpending("s", "g").unwrap();
        assert_eq!((summary.count, summary.first, summary.last), (3, Some(id(1, 0)), Some(id(3, 0))));
        assert_eq!(summary.consumers, [(b"alice".to_vec(), 3)]);
        let range = || cmd::xpending("s", "g").range("-", "+", 2);
        let entries = r.run(range()).unwrap();
        let told: Vec<_> = entries.iter().map(|entry| (entry.id, entry.deliveries)).collect();
        assert_eq!(told, [(id(1, 0), 1), (id(2, 0), 1)]);
        assert!(entries[0].consumer == b"alice" && entries[0].idle < Duration::from_secs(60));
        assert_eq!(r.run(range().consumer("bob")).unwrap(), []);
        assert_eq!(r.run(range().idle(Duration::from_secs(3600)).consumer("alice")).unwrap(), []);

        r.xdel("s", id(1, 0)).unwrap();
        let history = r.xreadgroup::<Option<Fields>>("g", "alice", ("s", 0)).unwrap();
        assert_eq!(ids(&history[0].entries), [id(1, 0), id(2, 0), id(3, 0)]);
        assert_eq!(history[0].entries[0].fields, None);
        assert_eq!(history[0].entries[1].fields.as_ref().unwrap()["id"], "2-0");
        assert!(r.xreadgroup::<Fields>("g", "alice", ("s", 0)).unwrap()[0].entries[0].fields.is_empty());

        assert_eq!(r.xack("s", "g", [id(1, 0), id(2, 0), id(3, 0), id(9, 0)]).unwrap(), 3);
        let none = r.xpending("s", "g").unwrap();
        assert_eq!((none.count, none.first, none.last, none.consumers), (0, None, None, vec![]));
        add(r, "s", [id(4, 0)]);
        let read = r.run(cmd::xreadgroup::<Fields>("g", "alice", ("s", ">")).noack().count(1)).unwrap();
        assert_eq!(ids(&read[0].entries), [id(4, 0)]);
        assert_eq!(r.xpending("s", "g").unwrap().count, 0);
    });
}

#[test]
fn entries_are_claimed() {
    each_protocol(|r| {
        pending(r);
        let claimed = r.xclaim::<Fields>("s", "g", "bob", 0, [id(1, 0), id(9, 0)]).unwrap();
        assert_eq!((ids(&claimed), claimed[0].fields["id"].as_str()), (vec![id(1, 0)], "1-0"));
        assert_eq!(r.xclaim::<Fields>("s", "g", "bob", Duration::from_secs(3600), id(2, 0)).unwrap(), []);
        let hour = Duration::from_secs(3600);
        let options = cmd::xclaim::<Fields>("s", "g", "bob", 0, id(2, 0)).idle(hour).retrycount(7);
        assert_eq!(r.run(options.justid()).unwrap(), [id(2, 0)]);
        let told = r.run(cmd::xpending("s", "g").range(id(2, 0), id(2, 0), 1).idle(hour)).unwrap();
        assert_eq!((&*told[0].consumer_text(), told[0].deliveries), ("bob", 7));
        let now = cmd::xclaim::<Fields>("s", "g", "eve", 0, id(2, 0)).time(SystemTime::now());
        assert_eq!(r.run(now.lastid(id(3, 0))).unwrap().len(), 1);
        assert_eq!(r.run(cmd::xpending("s", "g").range("-", "+", 9).idle(hour)).unwrap(), []);
        add(r, "s", [id(4, 0)]);
        let forced = cmd::xclaim::<Fields>("s", "g", "eve", 0, id(4, 0)).force();
        assert_eq!(ids(&r.run(forced).unwrap()), [id(4, 0)]);

        r.xdel("s", id(1, 0)).unwrap();
        let left = r.xclaim::<Fields>("s", "g", "eve", 0, [id(1, 0), id(3, 0)]).unwrap();
        assert_eq!(ids(&left), [id(3, 0)]);
    });
}

#[test]
fn what_others_left_is_claimed_page_by_page() {
    each_protocol(|r| {
        pending(r);
        r.xdel("s", id(3, 0)).unwrap();
        let page = cmd::xautoclaim::<Fields>("s", "g", "bob", 0, StreamId::MIN).count(1);
        let first = r.run(page).unwrap();
        assert_eq!(ids(&first.claimed), [id(1, 0)]);
        let rest = r.xautoclaim::<Fields>("s", "g", "bob", 0, first.next().unwrap()).unwrap();
        assert_eq!((ids(&rest.claimed), rest.next()), (vec![id(2, 0)], None));
        if is_since((7, 0), (7, 2)) {
            assert_eq!(rest.deleted, [id(3, 0)]);
        }
        let just = r.run(cmd::xautoclaim::<Fields>("s", "g", "eve", 0, 0).count(2).justid()).unwrap();
        assert_eq!(just.claimed, [id(1, 0), id(2, 0)]);
        let young = r.xautoclaim::<Fields>("s", "g", "bob", Duration::from_secs(3600), 0).unwrap();
        assert_eq!((young.next(), young.claimed), (None, vec![]));
    });
}

#[test]
fn what_is_said_of_a_stream() {
    each_protocol(|r| {
        pending(r);
        r.xdel("s", id(2, 0)).unwrap();
        let info = r.xinfo_stream("s").unwrap();
        assert_eq!((info.length, info.groups, info.last_generated_id), (2, 1, id(3, 0)));
        let first = info.first_entry.unwrap();
        assert_eq!((first.id, &first.fields), (id(1, 0), &vec![(b"id".to_vec(), b"1-0".to_vec())]));
        assert_eq!(info.last_entry.unwrap().id, id(3, 0));
        if is_since((7, 0), (7, 2)) {
            assert_eq!((info.max_deleted_entry_id, info.entries_added), (Some(id(2, 0)), Some(3)));
            assert_eq!(info.recorded_first_entry_id, Some(id(1, 0)));
        }

        let groups = r.xinfo_groups("s").unwrap();
        assert_eq!((&*groups[0].name_text(), groups[0].consumers, groups[0].pending), ("g", 1, 3));
        assert_eq!(groups[0].last_delivered_id, id(3, 0));
        let consumers = r.xinfo_consumers("s", "g").unwrap();
        assert_eq!((&*consumers[0].name_text(), consumers[0].pending), ("alice", 3));
        assert!(consumers[0].idle < Duration::from_secs(60));
        assert_eq!(consumers[0].inactive.is_some(), is_since((7, 2), (7, 2)));

        let full = r.run(cmd::xinfo_stream("s").full()).unwrap();
        assert_eq!((full.length, ids(&full.entries)), (2, vec![id(1, 0), id(3, 0)]));
        let group = &full.groups[0];
        assert_eq!((&*group.name_text(), group.pel_count, group.pending.len()), ("g", 3, 3));
        assert_eq!((group.pending[1].id, &*group.pending[1].consumer_text()), (id(2, 0), "alice"));
        assert!(group.pending[0].delivery_time > SystemTime::now() - Duration::from_secs(60));
        let consumer = &group.consumers[0];
        assert_eq!((&*consumer.name_text(), consumer.pel_count), ("alice", 3));
        assert!(consumer.pending == group.pending && consumer.seen_time.is_some());
        let one = r.run(cmd::xinfo_stream("s").full().count(1)).unwrap();
        assert_eq!((one.entries.len(), one.groups[0].pending.len()), (1, 1));
        assert_eq!(r.xinfo_stream("none").unwrap_err().code(), Some("ERR"));
        assert!(r.xinfo_help().unwrap().concat().contains("STREAM"));

        r.run(cmd::xgroup_create("empty", "g", "$").mkstream()).unwrap();
        let empty = r.xinfo_stream("empty").unwrap();
        assert_eq!((empty.length, empty.first_entry, empty.last_entry), (0, None, None));
        assert_eq!((info.other.len(), full.other.len(), empty.other.len()), (0, 0, 0));
    });
}

#[test]
fn the_last_id_is_set() {
    each_protocol(|r| {
        add(r, "s", [id(1, 0)]);
        r.xsetid("s", id(7, 0)).unwrap();
        assert_eq!(r.xinfo_stream("s").unwrap().last_generated_id, id(7, 0));
        let all = r.run(cmd::xsetid("s", id(8, 0)).entriesadded(20).maxdeletedid(id(6, 0)));
        if !is_since((7, 0), (7, 2)) {
            return assert_unknown(all);
        }
        all.unwrap();
        let info = r.xinfo_stream("s").unwrap();
        assert_eq!((info.entries_added, info.max_deleted_entry_id), (Some(20), Some(id(6, 0))));
    });
}

#[test]
fn names_of_groups_and_consumers_are_bytes() {
    const NAMES: [&[u8]; 2] = [b"\xff\x00\r\n", b"\xfe\x00\r\n"];
    each_protocol(|r| {
        add(r, "s", [id(1, 0), id(2, 0)]);
        r.xgroup_create("s", NAMES[0], 0).unwrap();
        for name in NAMES {
            let read = cmd::xreadgroup::<Fields>(NAMES[0], name, ("s", ">")).count(1);
            assert_eq!(r.run(read).unwrap()[0].entries.len(), 1);
        }
        assert_eq!(r.xinfo_groups("s").unwrap()[0].name, NAMES[0]);
        let sorted = |mut names: Vec<Vec<u8>>| {
            names.sort();
            names
        };
        let expected = sorted(NAMES.map(<[u8]>::to_vec).to_vec());
        let consumers = r.xinfo_consumers("s", NAMES[0]).unwrap();
        assert_eq!(sorted(consumers.into_iter().map(|consumer| consumer.name).collect()), expected);
        let summary = r.xpending("s", NAMES[0]).unwrap();
        assert_eq!(sorted(summary.consumers.into_iter().map(|(name, _)| name).collect()), expected);
        let pending = r.run(cmd::xpending("s", NAMES[0]).range("-", "+", 10)).unwrap();
        assert_eq!(pending.iter().map(|entry| &entry.consumer[..]).collect::<Vec<_>>(), NAMES);
        let full = r.run(cmd::xinfo_stream("s").full()).unwrap();
        assert_eq!(full.groups[0].name, NAMES[0]);
        let owners: Vec<_> = full.groups[0].pending.iter().map(|entry| &entry.consumer[..]).collect();
        assert_eq!(owners, NAMES);
        // What was told serves as an argument.
        assert_eq!(r.xgroup_delconsumer("s", &full.groups[0].name, &pending[0].consumer).unwrap(), 1);
    });
}

#[test]
fn a_range_of_no_entries_is_empty() {
    each_protocol(|r| {
        add(r, "s", [id(1, 0)]);
        for range in [cmd::xrange::<Fields>("s", "-", "+"), cmd::xrevrange::<Fields>("s", "+", "-")] {
            assert_eq!(r.run(range.count(0)).unwrap(), []);
        }
    });
}
