//! The stream commands.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, UNIX_EPOCH};

use redispy_cmd::commands::{self as cmd, StreamCommands, StreamTrim};
use redispy_cmd::replies::{StreamDeletion, StreamEntry, StreamId};
use redispy_cmd::spec::Group;
use redispy_cmd::{Block, IntoCmd, ReplyErrorKind, Value};

use crate::double::{Double, both, not_sent, read, refusal, unfit, wire};

type Fields = Vec<(String, String)>;
type Map = HashMap<String, i64>;

const SECOND: Duration = Duration::from_secs(1);
const ENTRIES: &str = "*2\r\n*2\r\n$3\r\n1-1\r\n*4\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n$1\r\n2\r\n\
                       *2\r\n$3\r\n2-0\r\n*2\r\n$1\r\na\r\n$1\r\n3\r\n";
const READ: &str = "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n";
const READ3: &str = "%1\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n";
const NO_CLAIMS: &str = "*3\r\n$3\r\n0-0\r\n*0\r\n*0\r\n";

/// What the plain form of each command sends.
const PLAIN: [&str; 27] = [
    "XACK s g 1-1 2-0",
    "XACKDEL s g IDS 2 1-1 2-0",
    "XADD s * a 1 b x",
    "XAUTOCLAIM s g c 60000 0-0",
    "XCLAIM s g c 1000 1-1",
    "XDEL s 1-1",
    "XDELEX s IDS 1 1-1",
    "XGROUP CREATE s g $",
    "XGROUP CREATECONSUMER s g c",
    "XGROUP DELCONSUMER s g c",
    "XGROUP DESTROY s g",
    "XGROUP HELP",
    "XGROUP SETID s g 0",
    "XINFO CONSUMERS s g",
    "XINFO GROUPS s",
    "XINFO HELP",
    "XINFO STREAM s",
    "XLEN s",
    "XPENDING s g",
    "XRANGE s - (2-0",
    "XREAD STREAMS s t 0 1-1",
    "XREAD BLOCK 1000 STREAMS s $",
    "XREADGROUP GROUP g c STREAMS s >",
    "XREADGROUP GROUP g c BLOCK 0 STREAMS s >",
    "XREVRANGE s + -",
    "XSETID s 5-0",
    "XTRIM s MAXLEN = 10",
];

fn id(ms: u64, seq: u64) -> StreamId {
    StreamId::new(ms, seq)
}

#[test]
fn plain_forms_send_their_words() {
    let server = Double::new([
        ":2\r\n",
        "*2\r\n:1\r\n:-1\r\n",
        "$3\r\n1-1\r\n",
        NO_CLAIMS,
        "*0\r\n",
        ":1\r\n",
        "*1\r\n:2\r\n",
        "+OK\r\n",
        ":1\r\n",
        ":3\r\n",
        ":0\r\n",
        "*1\r\n+XGROUP\r\n",
        "+OK\r\n",
        "*0\r\n",
        "*0\r\n",
        "*1\r\n+XINFO\r\n",
        "*2\r\n$6\r\nlength\r\n:2\r\n",
        ":2\r\n",
        "*4\r\n:0\r\n$-1\r\n$-1\r\n*-1\r\n",
        ENTRIES,
        READ,
        "*-1\r\n",
        READ3,
        "_\r\n",
        "*0\r\n",
        "+OK\r\n",
        ":4\r\n",
    ]);
    let r = &server;
    assert_eq!(r.xack("s", "g", [id(1, 1), id(2, 0)]), Ok(2));
    assert_eq!(
        r.xackdel("s", "g", ("1-1", "2-0")),
        Ok(vec![StreamDeletion::Deleted, StreamDeletion::Missing])
    );
    assert_eq!(r.xadd("s", (("a", 1), ("b", "x"))), Ok(id(1, 1)));
    let claimed = r.xautoclaim::<Fields>("s", "g", "c", Duration::from_secs(60), StreamId::MIN).unwrap();
    assert_eq!((claimed.next(), claimed.claimed, claimed.deleted), (None, vec![], vec![]));
    assert_eq!(r.xclaim::<Fields>("s", "g", "c", 1000, id(1, 1)), Ok(vec![]));
    assert_eq!(r.xdel("s", "1-1"), Ok(1));
    assert_eq!(r.xdelex("s", "1-1"), Ok(vec![StreamDeletion::StillReferenced]));
    assert_eq!(r.xgroup_create("s", "g", "$"), Ok(()));
    assert_eq!(r.xgroup_createconsumer("s", "g", "c"), Ok(true));
    assert_eq!(r.xgroup_delconsumer("s", "g", "c"), Ok(3));
    assert_eq!(r.xgroup_destroy("s", "g"), Ok(false));
    assert_eq!(r.xgroup_help(), Ok(vec!["XGROUP".to_owned()]));
    assert_eq!(r.xgroup_setid("s", "g", 0), Ok(()));
    assert_eq!(r.xinfo_consumers("s", "g"), Ok(vec![]));
    assert_eq!(r.xinfo_groups("s"), Ok(vec![]));
    assert_eq!(r.xinfo_help(), Ok(vec!["XINFO".to_owned()]));
    assert_eq!(r.xinfo_stream("s").unwrap().length, 2);
    assert_eq!(r.xlen("s"), Ok(2));
    assert_eq!(r.xpending("s", "g").unwrap().count, 0);
    assert_eq!(r.xrange::<Map>("s", "-", id(2, 0).exclusive()).unwrap()[1].fields["a"], 3);
    assert_eq!(r.xread::<Map>([("s", "0"), ("t", "1-1")]).unwrap()[0].entries[0].fields["a"], 1);
    assert_eq!(r.xread_block::<Map>(SECOND, ("s", "$")), Ok(vec![]));
    assert_eq!(r.xreadgroup::<Map>("g", "c", ("s", ">")).unwrap()[0].key, b"s");
    assert_eq!(r.xreadgroup_block::<Map>("g", "c", Block::Forever, ("s", ">")), Ok(vec![]));
    assert_eq!(r.xrevrange::<Fields>("s", "+", "-"), Ok(vec![]));
    assert_eq!(r.xsetid("s", id(5, 0)), Ok(()));
    assert_eq!(r.xtrim("s", StreamTrim::maxlen(10)), Ok(4));
    assert_eq!(server.sent(), PLAIN);
}

#[test]
fn a_range_of_no_entries_is_empty() {
    for range in [cmd::xrange::<Fields>("s", "-", "+"), cmd::xrevrange::<Fields>("s", "+", "-")] {
        assert_eq!(both(range.count(0), "*-1\r\n", "_\r\n"), []);
    }
}

#[test]
fn no_command_of_the_group_is_missing() {
    assert_eq!(not_sent(Group::Stream, &PLAIN), [""; 0]);
}

#[test]
fn options_of_adding_and_trimming() {
    let add = || cmd::xadd("s", ("a", 1));
    assert_eq!(wire(add().id(id(7, 2))), "XADD s 7-2 a 1");
    assert_eq!(wire(add().id("7")), "XADD s 7 a 1");
    assert_eq!(wire(add().id_ms(7)), "XADD s 7-* a 1");
    assert_eq!(wire(add().nomkstream()), "XADD s NOMKSTREAM * a 1");
    assert_eq!(wire(add().trim(StreamTrim::maxlen(10))), "XADD s MAXLEN = 10 * a 1");
    let near = StreamTrim::maxlen(10).approximate().limit(5).delref();
    assert_eq!(
        wire(add().id("1-1").trim(near).nomkstream()),
        "XADD s NOMKSTREAM MAXLEN ~ 10 LIMIT 5 DELREF 1-1 a 1"
    );
    assert_eq!(wire(add().trim(StreamTrim::minid(id(3, 0)).acked())), "XADD s MINID = 3-0 ACKED * a 1");

    assert_eq!(wire(add().trim(StreamTrim::maxlen(9).keepref())), "XADD s MAXLEN = 9 KEEPREF * a 1");
    assert_eq!(wire(cmd::xtrim("s", StreamTrim::maxlen(0).delref())), "XTRIM s MAXLEN = 0 DELREF");
    assert_eq!(wire(cmd::xtrim("s", StreamTrim::maxlen(0).keepref())), "XTRIM s MAXLEN = 0 KEEPREF");
    assert_eq!(wire(cmd::xtrim("s", StreamTrim::minid(5).approximate())), "XTRIM s MINID ~ 5");
    let last = StreamTrim::minid("5-1").keepref().delref().approximate().limit(0).acked();
    assert_eq!(wire(cmd::xtrim("s", last)), "XTRIM s MINID ~ 5-1 LIMIT 0 ACKED");

    assert_eq!(wire(cmd::xdelex("s", [id(1, 0), id(2, 0)]).acked()), "XDELEX s ACKED IDS 2 1-0 2-0");
    assert_eq!(wire(cmd::xdelex("s", "1").delref().keepref()), "XDELEX s KEEPREF IDS 1 1");
    assert_eq!(wire(cmd::xdelex("s", "1").delref()), "XDELEX s DELREF IDS 1 1");
    let ack = || cmd::xackdel("s", "g", "1");
    assert_eq!(wire(ack().delref()), "XACKDEL s g DELREF IDS 1 1");
    assert_eq!(wire(ack().delref().keepref()), "XACKDEL s g KEEPREF IDS 1 1");
    assert_eq!(wire(ack().acked()), "XACKDEL s g ACKED IDS 1 1");

    let full = cmd::xsetid("s", "9-1").entriesadded(10).maxdeletedid(id(2, 0));
    assert_eq!(wire(full), "XSETID s 9-1 ENTRIESADDED 10 MAXDELETEDID 2-0");
}

#[test]
fn options_of_reading() {
    assert_eq!(wire(cmd::xrange::<Fields>("s", 5, "+").count(2)), "XRANGE s 5 + COUNT 2");
    assert_eq!(wire(cmd::xrevrange::<Fields>("s", "+", id(5, 0)).count(1)), "XREVRANGE s + 5-0 COUNT 1");
    let read = cmd::xread::<Fields>(BTreeMap::from([("a", id(1, 0)), ("b", id(2, 0)), ("c", id(3, 0))]));
    assert_eq!(wire(read.block(SECOND).count(5)), "XREAD COUNT 5 BLOCK 1000 STREAMS a b c 1-0 2-0 3-0");
    let group = || cmd::xreadgroup::<Fields>("g", "c", (("a", ">"), ("b", 0)));
    assert_eq!(wire(group().noack()), "XREADGROUP GROUP g c NOACK STREAMS a b > 0");
    assert_eq!(
        wire(group().noack().count(1).block(Block::Forever)),
        "XREADGROUP GROUP g c COUNT 1 BLOCK 0 NOACK STREAMS a b > 0"
    );
}

#[test]
fn options_of_groups() {
    let create = || cmd::xgroup_create("s", "g", 0);
    assert_eq!(wire(create().mkstream()), "XGROUP CREATE s g 0 MKSTREAM");
    assert_eq!(wire(create().entriesread(3).mkstream()), "XGROUP CREATE s g 0 MKSTREAM ENTRIESREAD 3");
    assert_eq!(wire(cmd::xgroup_setid("s", "g", "$").entriesread(-1)), "XGROUP SETID s g $ ENTRIESREAD -1");

    let claim = || cmd::xclaim::<Fields>("s", "g", "c", 5, ["1-0", "2-0"]);
    let wanted = |options: &str| format!("XCLAIM s g c 5 1-0 2-0 {options}");
    assert_eq!(wire(claim().idle(SECOND)), wanted("IDLE 1000"));
    assert_eq!(wire(claim().idle(7).time(UNIX_EPOCH + SECOND)), wanted("TIME 1000"));
    assert_eq!(wire(claim().force().retrycount(2)), wanted("RETRYCOUNT 2 FORCE"));
    assert_eq!(wire(claim().justid()), wanted("JUSTID"));
    assert_eq!(
        wire(claim().lastid(id(9, 0)).idle(1).retrycount(2).force().justid()),
        wanted("IDLE 1 RETRYCOUNT 2 FORCE LASTID 9-0 JUSTID")
    );

    let auto = || cmd::xautoclaim::<Fields>("s", "g", "c", 5, "0");
    assert_eq!(wire(auto().count(25)), "XAUTOCLAIM s g c 5 0 COUNT 25");
    assert_eq!(wire(auto().justid()), "XAUTOCLAIM s g c 5 0 JUSTID");
    assert_eq!(wire(auto().count(2).justid()), "XAUTOCLAIM s g c 5 0 COUNT 2 JUSTID");

    let pending = || cmd::xpending("s", "g").range("-", "+", 10);
    assert_eq!(wire(pending()), "XPENDING s g - + 10");
    assert_eq!(wire(pending().consumer("c")), "XPENDING s g - + 10 c");
    assert_eq!(wire(pending().consumer("c").idle(SECOND)), "XPENDING s g IDLE 1000 - + 10 c");

    assert_eq!(wire(cmd::xinfo_stream("s").full()), "XINFO STREAM s FULL");
    assert_eq!(wire(cmd::xinfo_stream("s").full().count(0)), "XINFO STREAM s FULL COUNT 0");
}

#[test]
fn the_block_time_is_known_to_who_waits() {
    let plain = |time: Block| cmd::xread::<Fields>(("BLOCK", "7")).block(time).into_cmd().request().block();
    let group = |time: Block| {
        cmd::xreadgroup::<Fields>("BLOCK", "STREAMS", ("s", ">")).block(time).into_cmd().request().block()
    };
    assert_eq!(plain(SECOND.into()), Some(Block::For(SECOND)));
    assert_eq!(plain(Block::Forever), Some(Block::Forever));
    assert_eq!(group(SECOND.into()), Some(Block::For(SECOND)));
    assert_eq!(group(Block::Forever), Some(Block::Forever));
    assert_eq!(cmd::xread::<Fields>(("BLOCK", "7")).into_cmd().request().block(), None);
    let group = cmd::xreadgroup::<Fields>("BLOCK", "7", ("s", ">")).into_cmd();
    assert_eq!(group.request().block(), None);
}

#[test]
fn what_cannot_be_meant_is_not_sent() {
    let none: [&str; 0] = [];
    let no_pairs: [(&str, &str); 0] = [];
    assert_eq!(refusal(cmd::xack("s", "g", none)), "XACK: `ids` must be at least one");
    assert_eq!(refusal(cmd::xdel("s", none)), "XDEL: `ids` must be at least one");
    assert_eq!(refusal(cmd::xdelex("s", none)), "XDELEX: `ids` must be at least one");
    assert_eq!(refusal(cmd::xackdel("s", "g", none)), "XACKDEL: `ids` must be at least one");
    assert_eq!(refusal(cmd::xclaim::<Fields>("s", "g", "c", 1, none)), "XCLAIM: `ids` must be at least one");
    assert_eq!(refusal(cmd::xadd("s", no_pairs)), "XADD: `fields` must be at least one pair");
    assert_eq!(refusal(cmd::xread::<Fields>(no_pairs)), "XREAD: `streams` must be at least one pair");
    assert_eq!(
        refusal(cmd::xreadgroup::<Fields>("g", "c", ("s", ">")).block(Duration::ZERO)),
        "XREADGROUP: `timeout` must be a time above zero, or Block::Forever"
    );
    let long = refusal(cmd::xpending("s", "g").range("-", "+", 1).idle(u64::MAX));
    assert_eq!(long, "XPENDING: `idle` must be a time of at most 2^63 - 1 units");
}

#[test]
fn ids_are_numbers() {
    assert_eq!("5-7".parse(), Ok(id(5, 7)));
    assert_eq!("5".parse(), Ok(id(5, 0)));
    assert_eq!("18446744073709551615-18446744073709551615".parse(), Ok(StreamId::MAX));
    for text in ["", "-", "5-", "-5", "5-*", "5-1-1", "x-1", "18446744073709551616-0"] {
        assert!(text.parse::<StreamId>().is_err(), "{text}");
    }
    assert!(id(5, 10) > id(5, 9) && id(10, 0) > id(9, 9) && StreamId::MIN == StreamId::default());
    assert_eq!(id(1500, 3).time(), Some(UNIX_EPOCH + Duration::from_millis(1500)));
    assert_eq!(wire(cmd::xrange::<Fields>("s", id(1, 2).exclusive(), StreamId::MIN)), "XRANGE s (1-2 0-0");
}

#[test]
fn entries_have_their_fields_in_order() {
    let entries = both(cmd::xrange::<Fields>("s", "-", "+"), ENTRIES, ENTRIES);
    let ids: Vec<StreamId> = entries.iter().map(|entry| entry.id).collect();
    assert_eq!(ids, [id(1, 1), id(2, 0)]);
    let text = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(entries[0].fields, [text("a", "1"), text("b", "2")]);
    let maps = both(cmd::xrevrange::<Map>("s", "+", "-"), ENTRIES, ENTRIES);
    assert_eq!(maps[0].fields, Map::from([("a".to_owned(), 1), ("b".to_owned(), 2)]));
    assert_eq!(both(cmd::xrange::<Fields>("s", "-", "+"), "*0\r\n", "*0\r\n"), []);
}

#[test]
fn streams_are_read_alike_in_both_protocols() {
    let streams = both(cmd::xread::<Fields>(("s", "0")), READ, READ3);
    assert_eq!((streams.len(), streams[0].key_text()), (1, "s".into()));
    assert_eq!((streams[0].key.as_slice(), streams[0].entries[0].id), (&b"s"[..], id(1, 1)));
    assert_eq!(both(cmd::xread::<Fields>(("s", "$")), "*-1\r\n", "_\r\n"), []);
    assert_eq!(both(cmd::xreadgroup::<Fields>("g", "c", ("s", ">")), "*-1\r\n", "_\r\n"), []);
    let streams = both(
        cmd::xreadgroup::<Fields>("g", "c", (("a", 0), ("b", 0))),
        "*2\r\n*2\r\n$1\r\na\r\n*0\r\n*2\r\n$1\r\nb\r\n*0\r\n",
        "%2\r\n$1\r\na\r\n*0\r\n$1\r\nb\r\n*0\r\n",
    );
    assert_eq!(streams.iter().map(|stream| stream.entries.len()).collect::<Vec<_>>(), [0, 0]);
}

#[test]
fn an_entry_deleted_while_pending_has_no_fields() {
    let resp2 = "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-1\r\n*-1\r\n";
    let resp3 = "%1\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-1\r\n_\r\n";
    let history = both(cmd::xreadgroup::<Fields>("g", "c", ("s", 0)), resp2, resp3);
    assert_eq!((history[0].entries[0].id, history[0].entries[0].fields.len()), (id(1, 1), 0));
    let history = both(cmd::xreadgroup::<Option<Map>>("g", "c", ("s", 0)), resp2, resp3);
    assert_eq!(history[0].entries[0].fields, None);
    let there = both(cmd::xreadgroup::<Option<Map>>("g", "c", ("s", 0)), READ, READ3);
    assert_eq!(there[0].entries[0].fields.as_ref().map(|fields| fields["a"]), Some(1));
}

#[test]
fn ids_of_added_entries() {
    let nothing = both(cmd::xadd("s", ("a", 1)).nomkstream(), "$-1\r\n", "_\r\n");
    assert_eq!(nothing, None);
    let added = "$15\r\n1795338721086-0\r\n";
    assert_eq!(both(cmd::xadd("s", ("a", 1)).nomkstream(), added, added), Some(id(1795338721086, 0)));
    assert_eq!(both(cmd::xadd("s", ("a", 1)), added, added), id(1795338721086, 0));
}

#[test]
fn what_became_of_deleted_entries() {
    use StreamDeletion::*;
    let reply = "*4\r\n:1\r\n:2\r\n:-1\r\n:7\r\n";
    assert_eq!(
        both(cmd::xdelex("s", ["1", "2", "3", "4"]), reply, reply),
        [Deleted, StillReferenced, Missing, Other(7)]
    );
    assert_eq!(both(cmd::xackdel("s", "g", "1"), "*1\r\n:1\r\n", "*1\r\n:1\r\n"), [Deleted]);
}

#[test]
fn claimed_entries() {
    let claim = || cmd::xclaim::<Fields>("s", "g", "c", 0, ["1-1", "2-0"]);
    assert_eq!(both(claim(), ENTRIES, ENTRIES).len(), 2);
    let deleted = "*2\r\n*-1\r\n*2\r\n$3\r\n2-0\r\n*2\r\n$1\r\na\r\n$1\r\n3\r\n";
    let left: Vec<StreamEntry<Fields>> = both(claim(), deleted, deleted.replace("*-1", "_"));
    assert_eq!((left.len(), left[0].id), (1, id(2, 0)));
    let ids = "*2\r\n$3\r\n1-1\r\n$3\r\n2-0\r\n";
    assert_eq!(both(claim().justid(), ids, ids), [id(1, 1), id(2, 0)]);

    let auto = || cmd::xautoclaim::<Fields>("s", "g", "c", 0, 0);
    let reply = format!("*3\r\n$3\r\n5-0\r\n{ENTRIES}*1\r\n$3\r\n3-0\r\n");
    let claimed = both(auto(), &reply, &reply);
    assert_eq!((claimed.next(), claimed.claimed.len()), (Some(id(5, 0)), 2));
    assert_eq!(claimed.deleted, [id(3, 0)]);
    // Redis 6.2 does not tell which ones were deleted.
    let old = format!("*2\r\n$3\r\n0-0\r\n{deleted}");
    let claimed = both(auto(), &old, old.replace("*-1", "_"));
    assert_eq!((claimed.next(), claimed.claimed.len(), claimed.deleted), (None, 1, vec![]));
    let reply = format!("*3\r\n$3\r\n0-0\r\n{ids}*0\r\n");
    assert_eq!(both(auto().justid(), &reply, &reply).claimed, [id(1, 1), id(2, 0)]);
}

#[test]
fn pending_entries() {
    let reply = "*4\r\n:3\r\n$3\r\n1-1\r\n$3\r\n2-0\r\n*2\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n*2\r\n$1\r\nb\r\n$1\r\n2\r\n";
    let summary = both(cmd::xpending("s", "g"), reply, reply);
    assert_eq!((summary.count, summary.first, summary.last), (3, Some(id(1, 1)), Some(id(2, 0))));
    assert_eq!(summary.consumers, [(b"a".to_vec(), 1), (b"b".to_vec(), 2)]);
    let none =
        both(cmd::xpending("s", "g"), "*4\r\n:0\r\n$-1\r\n$-1\r\n*-1\r\n", "*4\r\n:0\r\n_\r\n_\r\n_\r\n");
    assert_eq!((none.count, none.first, none.last, none.consumers), (0, None, None, vec![]));

    let reply = "*1\r\n*5\r\n$3\r\n1-1\r\n$1\r\na\r\n:278\r\n:4\r\n:9\r\n";
    let entries = both(cmd::xpending("s", "g").range("-", "+", 10), reply, reply);
    assert_eq!((entries[0].id, &*entries[0].consumer_text()), (id(1, 1), "a"));
    assert_eq!((entries[0].idle, entries[0].deliveries), (Duration::from_millis(278), 4));
    assert_eq!(entries[0].other.len(), 1);
    assert_eq!(both(cmd::xpending("s", "g").range("-", "+", 10), "*0\r\n", "*0\r\n"), []);
}

#[test]
fn what_is_said_of_a_stream() {
    let fields = "$6\r\nlength\r\n:2\r\n$15\r\nradix-tree-keys\r\n:1\r\n$16\r\nradix-tree-nodes\r\n:3\r\n\
        $17\r\nlast-generated-id\r\n$3\r\n2-0\r\n$20\r\nmax-deleted-entry-id\r\n$3\r\n1-0\r\n\
        $13\r\nentries-added\r\n:5\r\n$23\r\nrecorded-first-entry-id\r\n$3\r\n1-1\r\n$6\r\ngroups\r\n:4\r\n\
        $11\r\nfirst-entry\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n$10\r\nlast-entry\r\n$-1\r\n\
        $3\r\nnew\r\n:7\r\n";
    let info = both(
        cmd::xinfo_stream("s"),
        format!("*22\r\n{fields}"),
        format!("%11\r\n{fields}").replace("$-1", "_"),
    );
    assert_eq!((info.length, info.radix_tree_keys, info.radix_tree_nodes, info.groups), (2, 1, 3, 4));
    assert_eq!((info.last_generated_id, info.max_deleted_entry_id), (id(2, 0), Some(id(1, 0))));
    assert_eq!((info.entries_added, info.recorded_first_entry_id), (Some(5), Some(id(1, 1))));
    let first = info.first_entry.unwrap();
    assert_eq!((first.id, first.fields), (id(1, 1), vec![(b"a".to_vec(), b"1".to_vec())]));
    assert_eq!(info.last_entry, None);
    assert_eq!(info.other.keys().collect::<Vec<_>>(), ["new"]);
}

#[test]
fn all_that_is_said_of_a_stream() {
    // A map in RESP3, `%n`, is an array of twice as many elements in RESP2.
    let reply = |map: &dyn Fn(usize) -> String, nil: &str| {
        format!(
            "{}$6\r\nlength\r\n:2\r\n$17\r\nlast-generated-id\r\n$3\r\n2-0\r\n\
             $7\r\nentries\r\n*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n$6\r\ngroups\r\n*1\r\n\
             {}$4\r\nname\r\n$1\r\ng\r\n$17\r\nlast-delivered-id\r\n$3\r\n2-0\r\n$12\r\nentries-read\r\n{nil}\
             $3\r\nlag\r\n:0\r\n$9\r\npel-count\r\n:1\r\n$7\r\npending\r\n*1\r\n*4\r\n$3\r\n2-0\r\n$1\r\nc\r\n:1000\r\n:4\r\n\
             $9\r\nconsumers\r\n*1\r\n{}$4\r\nname\r\n$1\r\nc\r\n$9\r\nseen-time\r\n:2000\r\n\
             $11\r\nactive-time\r\n:-1\r\n$9\r\npel-count\r\n:1\r\n$7\r\npending\r\n*1\r\n*3\r\n$3\r\n2-0\r\n:1000\r\n:4\r\n",
            map(4),
            map(7),
            map(5)
        )
    };
    let info = both(
        cmd::xinfo_stream("s").full().count(1),
        reply(&|n| format!("*{}\r\n", 2 * n), "$-1\r\n"),
        reply(&|n| format!("%{n}\r\n"), "_\r\n"),
    );
    assert_eq!((info.length, info.entries[0].id, info.entries_added), (2, id(1, 1), None));
    let group = &info.groups[0];
    assert_eq!((&*group.name_text(), group.last_delivered_id, group.pel_count), ("g", id(2, 0), 1));
    assert_eq!((group.entries_read, group.lag), (None, Some(0)));
    let consumer = &group.consumers[0];
    assert_eq!((&*consumer.name_text(), consumer.pel_count), ("c", 1));
    assert_eq!(consumer.seen_time, Some(UNIX_EPOCH + 2 * SECOND));
    assert_eq!(consumer.active_time, None);
    assert_eq!(group.pending, consumer.pending);
    let pending = &group.pending[0];
    assert_eq!((pending.id, &*pending.consumer_text(), pending.deliveries), (id(2, 0), "c", 4));
    assert_eq!(pending.delivery_time, UNIX_EPOCH + SECOND);
    assert!(info.other.is_empty() && group.other.is_empty() && consumer.other.is_empty());
}

#[test]
fn entries_with_more_than_is_known_are_kept() {
    let entry = "*3\r\n$3\r\n1-1\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n:9\r\n";
    let field = format!("$11\r\nfirst-entry\r\n{entry}");
    let info = both(cmd::xinfo_stream("s"), format!("*2\r\n{field}"), format!("%1\r\n{field}"));
    let first = info.first_entry.map(|entry| (entry.id, entry.fields));
    assert_eq!(first, Some((id(1, 1), vec![(b"a".to_vec(), b"1".to_vec())])));
    let range = both(cmd::xrange::<Map>("s", "-", "+"), format!("*1\r\n{entry}"), format!("*1\r\n{entry}"));
    assert_eq!((range.len(), range[0].id), (1, id(1, 1)));
}

#[test]
fn parts_that_are_not_known_are_kept() {
    let reply = "*4\r\n$3\r\n0-0\r\n*0\r\n*0\r\n:9\r\n";
    let claimed = both(cmd::xautoclaim::<Map>("s", "g", "c", 0, 0), reply, reply);
    assert_eq!(claimed.other, [Value::Integer(9)]);
    let reply = "*5\r\n:1\r\n$3\r\n1-1\r\n$3\r\n1-1\r\n*0\r\n:9\r\n";
    assert_eq!(both(cmd::xpending("s", "g"), reply, reply).other, [Value::Integer(9)]);
}

#[test]
fn names_of_groups_and_consumers_are_bytes() {
    let reply = b"*4\r\n:1\r\n$3\r\n1-1\r\n$3\r\n1-1\r\n*1\r\n*2\r\n$2\r\n\xff\x00\r\n$1\r\n1\r\n";
    assert_eq!(both(cmd::xpending("s", "g"), reply, reply).consumers, [(b"\xff\x00".to_vec(), 1)]);
    let reply = b"*1\r\n*4\r\n$3\r\n1-1\r\n$2\r\n\xff\x00\r\n:278\r\n:4\r\n";
    let entries = both(cmd::xpending("s", "g").range("-", "+", 10), reply, reply);
    assert_eq!((&entries[0].consumer[..], &*entries[0].consumer_text()), (&b"\xff\x00"[..], "\u{fffd}\0"));
    let group = both(
        cmd::xinfo_groups("s"),
        b"*1\r\n*2\r\n$4\r\nname\r\n$1\r\n\xff\r\n",
        b"*1\r\n%1\r\n$4\r\nname\r\n$1\r\n\xff\r\n",
    );
    assert_eq!((&group[0].name[..], &*group[0].name_text()), (&b"\xff"[..], "\u{fffd}"));
}

#[test]
fn what_is_said_of_groups_and_consumers() {
    let fields = "$4\r\nname\r\n$1\r\ng\r\n$9\r\nconsumers\r\n:2\r\n$7\r\npending\r\n:3\r\n\
        $17\r\nlast-delivered-id\r\n$3\r\n2-0\r\n$12\r\nentries-read\r\n$-1\r\n$3\r\nlag\r\n:5\r\n";
    let groups = both(
        cmd::xinfo_groups("s"),
        format!("*1\r\n*12\r\n{fields}"),
        format!("*1\r\n%6\r\n{fields}").replace("$-1", "_"),
    );
    let group = &groups[0];
    assert_eq!((&*group.name_text(), group.consumers, group.pending), ("g", 2, 3));
    assert_eq!((group.last_delivered_id, group.entries_read, group.lag), (id(2, 0), None, Some(5)));
    assert!(group.other.is_empty());

    let fields =
        "$4\r\nname\r\n$1\r\nc\r\n$7\r\npending\r\n:2\r\n$4\r\nidle\r\n:1000\r\n$8\r\ninactive\r\n:-1\r\n";
    let consumers = both(
        cmd::xinfo_consumers("s", "g"),
        format!("*1\r\n*8\r\n{fields}"),
        format!("*1\r\n%4\r\n{fields}"),
    );
    let consumer = &consumers[0];
    assert_eq!((&*consumer.name_text(), consumer.pending, consumer.idle), ("c", 2, SECOND));
    assert_eq!(consumer.inactive, None);
    let old = "*1\r\n*6\r\n$4\r\nname\r\n$1\r\nc\r\n$7\r\npending\r\n:2\r\n$4\r\nidle\r\n:1000\r\n";
    let old = read(cmd::xinfo_consumers("s", "g"), old).unwrap();
    assert_eq!((old[0].pending, old[0].inactive), (2, None));
}

#[test]
fn a_reply_of_another_shape_is_an_error_that_names_the_command() {
    assert_eq!(unfit(cmd::xlen("s"), ENTRIES), "XLEN: expected an integer, got an array of 2 elements");
    assert_eq!(
        unfit(cmd::xadd("s", ("a", 1)), "$1\r\nx\r\n"),
        "XADD: expected the id of a stream entry, got a bulk string"
    );
    assert_eq!(
        unfit(cmd::xrange::<Map>("s", "-", "+"), "*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\na\r\n$1\r\nx\r\n"),
        "XRANGE: element 0: element 1: element 1: expected an integer, got a bulk string"
    );
    assert_eq!(
        unfit(cmd::xrange::<Map>("s", "-", "+"), "*1\r\n:1\r\n"),
        "XRANGE: element 0: expected an array of an id and fields, got an integer"
    );
    assert_eq!(unfit(cmd::xread::<Map>(("s", 0)), ":1\r\n"), "XREAD: expected a map, got an integer");
    assert_eq!(
        unfit(cmd::xautoclaim::<Map>("s", "g", "c", 0, 0), ":1\r\n"),
        "XAUTOCLAIM: expected an array of a cursor, entries and ids, got an integer"
    );
    assert_eq!(
        unfit(cmd::xpending("s", "g"), "*1\r\n:1\r\n"),
        "XPENDING: expected a number, the first id, the last id and the consumers, got an array of 1 elements"
    );
    assert_eq!(
        unfit(cmd::xinfo_stream("s"), ":1\r\n"),
        "XINFO STREAM: expected the fields of a stream, got an integer"
    );
}

#[test]
fn an_error_of_the_server_is_an_error() {
    let error = read(cmd::xgroup_create("s", "g", 0), "-BUSYGROUP Consumer Group name already exists\r\n");
    let error = error.unwrap_err();
    assert!(matches!(error.kind(), ReplyErrorKind::Server(error) if error.code() == "BUSYGROUP"));
    assert_eq!(error.to_string(), "XGROUP CREATE: BUSYGROUP Consumer Group name already exists");
}
