//! The set commands.

use std::collections::{BTreeSet, HashSet};

use redispy_cmd::commands::{self as cmd, SetCommands};
use redispy_cmd::spec::Group;
use redispy_cmd::{ReplyErrorKind, each};

use crate::double::{Double, both, not_sent, read, refusal, unfit, wire};

const LIST: &str = "*2\r\n$1\r\na\r\n$1\r\nb\r\n";
const SET: &str = "~2\r\n$1\r\nb\r\n$1\r\na\r\n";

/// What the plain form of each command sends.
const PLAIN: [&str; 17] = [
    "SADD s a 2",
    "SCARD s",
    "SDIFF s t",
    "SDIFFSTORE d s t",
    "SINTER s t",
    "SINTERCARD 2 s t",
    "SINTERSTORE d s t",
    "SISMEMBER s a",
    "SMEMBERS s",
    "SMISMEMBER s a b",
    "SMOVE s d a",
    "SPOP s",
    "SRANDMEMBER s",
    "SREM s 0 1",
    "SSCAN s 0",
    "SUNION s",
    "SUNIONSTORE d s",
];

fn ab() -> HashSet<String> {
    HashSet::from(["a".to_owned(), "b".to_owned()])
}

#[test]
fn plain_forms_send_their_words() {
    let server = Double::new([
        ":2\r\n",
        ":2\r\n",
        LIST,
        ":2\r\n",
        SET,
        ":2\r\n",
        ":0\r\n",
        ":1\r\n",
        LIST,
        "*2\r\n:1\r\n:0\r\n",
        ":0\r\n",
        "$1\r\na\r\n",
        "$2\r\n10\r\n",
        ":2\r\n",
        "*2\r\n$1\r\n0\r\n*1\r\n$2\r\n10\r\n",
        "*0\r\n",
        ":2\r\n",
    ]);
    let r = &server;
    assert_eq!(r.sadd("s", ("a", 2)), Ok(2));
    assert_eq!(r.scard("s"), Ok(2));
    assert_eq!(r.sdiff(["s", "t"]), Ok(ab()));
    assert_eq!(r.sdiffstore("d", ["s", "t"]), Ok(2));
    assert_eq!(r.sinter(("s", "t")), Ok(ab()));
    assert_eq!(r.sintercard(["s", "t"]), Ok(2));
    assert_eq!(r.sinterstore("d", ["s", "t"]), Ok(0));
    assert_eq!(r.sismember("s", "a"), Ok(true));
    assert_eq!(r.smembers("s"), Ok(ab()));
    assert_eq!(r.smismember("s", ["a", "b"]), Ok(vec![true, false]));
    assert_eq!(r.smove("s", "d", "a"), Ok(false));
    assert_eq!(r.spop("s"), Ok(Some("a".to_owned())));
    assert_eq!(r.srandmember("s"), Ok(Some(10)));
    assert_eq!(r.srem("s", each(0..2)), Ok(2));
    assert_eq!(r.sscan::<i64>("s", 0).map(|page| (page.next(), page.items)), Ok((None, vec![10])));
    assert_eq!(r.sunion("s"), Ok(HashSet::<i64>::new()));
    assert_eq!(r.sunionstore("d", "s"), Ok(2));
    assert_eq!(server.sent(), PLAIN);
}

#[test]
fn no_command_of_the_group_is_missing() {
    assert_eq!(not_sent(Group::Set, &PLAIN), [""; 0]);
}

#[test]
fn options_go_where_the_server_wants_them() {
    assert_eq!(wire(cmd::sintercard(["s", "t"]).limit(5)), "SINTERCARD 2 s t LIMIT 5");
    assert_eq!(wire(cmd::sintercard("s").limit(5).limit(0)), "SINTERCARD 1 s LIMIT 0");
    assert_eq!(wire(cmd::spop::<String>("s").count(3)), "SPOP s 3");
    assert_eq!(wire(cmd::spop::<String>("s").count(0)), "SPOP s 0");
    assert_eq!(wire(cmd::srandmember::<String>("s").count(-3)), "SRANDMEMBER s -3");
    assert_eq!(wire(cmd::srandmember::<String>("s").count(0)), "SRANDMEMBER s 0");
    assert_eq!(wire(cmd::sscan::<String>("s", u64::MAX)), "SSCAN s 18446744073709551615");
    assert_eq!(wire(cmd::sscan::<String>("s", 3).match_("a*").count(100)), "SSCAN s 3 MATCH a* COUNT 100");
}

#[test]
fn what_cannot_be_meant_is_not_sent() {
    let none: [&str; 0] = [];
    assert_eq!(refusal(cmd::sadd("s", none)), "SADD: `members` must be at least one");
    assert_eq!(refusal(cmd::srem("s", none)), "SREM: `members` must be at least one");
    assert_eq!(refusal(cmd::smismember("s", none)), "SMISMEMBER: `members` must be at least one");
    assert_eq!(refusal(cmd::sdiff::<i64>(none)), "SDIFF: `keys` must be at least one");
    assert_eq!(refusal(cmd::sinter::<i64>(none)), "SINTER: `keys` must be at least one");
    assert_eq!(refusal(cmd::sunion::<i64>(none)), "SUNION: `keys` must be at least one");
    assert_eq!(refusal(cmd::sdiffstore("d", none)), "SDIFFSTORE: `keys` must be at least one");
    assert_eq!(refusal(cmd::sinterstore("d", none)), "SINTERSTORE: `keys` must be at least one");
    assert_eq!(refusal(cmd::sunionstore("d", none)), "SUNIONSTORE: `keys` must be at least one");
    assert_eq!(refusal(cmd::sintercard(none).limit(1)), "SINTERCARD: `keys` must be at least one");
}

#[test]
fn members_are_a_set_in_both_protocols() {
    assert_eq!(both(cmd::smembers("s"), LIST, SET), ab());
    assert_eq!(both(cmd::sdiff(["s", "t"]), LIST, SET), ab());
    assert_eq!(both(cmd::sinter(["s", "t"]), LIST, SET), ab());
    assert_eq!(both(cmd::sunion(["s", "t"]), LIST, SET), ab());
    assert_eq!(both(cmd::spop("s").count(2), LIST, SET), ab());
    assert_eq!(both(cmd::smembers::<String>("s"), "*0\r\n", "~0\r\n"), HashSet::new());
    assert_eq!(both(cmd::spop::<i64>("s").count(2), "*0\r\n", "~0\r\n"), HashSet::new());
    let sorted = cmd::smembers::<String>("s").returns::<BTreeSet<String>>();
    assert_eq!(both(sorted, LIST, SET), ab().into_iter().collect());
    let floats = cmd::sunion::<String>("s").returns::<Vec<f64>>();
    assert_eq!(both(floats, "*1\r\n$3\r\n2.5\r\n", "~1\r\n$3\r\n2.5\r\n"), [2.5]);
}

#[test]
fn one_member_or_none() {
    assert_eq!(both(cmd::spop::<String>("s"), "$1\r\na\r\n", "$1\r\na\r\n"), Some("a".to_owned()));
    assert_eq!(both(cmd::spop::<String>("s"), "$-1\r\n", "_\r\n"), None);
    assert_eq!(both(cmd::srandmember::<String>("s"), "$0\r\n\r\n", "$0\r\n\r\n"), Some(String::new()));
    assert_eq!(both(cmd::srandmember::<String>("s"), "$-1\r\n", "_\r\n"), None);
    assert_eq!(both(cmd::srandmember::<String>("s").count(-2), LIST, LIST), ["a", "b"]);
    assert_eq!(both(cmd::srandmember::<String>("s").count(2), "*0\r\n", "*0\r\n"), [""; 0]);
}

#[test]
fn counts_and_truths() {
    for (reply, truth) in [(":1\r\n", true), (":0\r\n", false)] {
        assert_eq!(both(cmd::sismember("s", "a"), reply, reply), truth);
        assert_eq!(both(cmd::smove("s", "d", "a"), reply, reply), truth);
    }
    assert_eq!(both(cmd::smismember("s", "a"), "*2\r\n:0\r\n:1\r\n", "*2\r\n:0\r\n:1\r\n"), [false, true]);
    assert_eq!(both(cmd::sintercard("s").limit(1), ":1\r\n", ":1\r\n"), 1);
}

#[test]
fn pages_of_a_scan() {
    let page = "*2\r\n$20\r\n18446744073709551615\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n";
    let page = both(cmd::sscan::<String>("s", 0), page, page);
    assert_eq!((page.cursor.get(), page.items), (u64::MAX, vec!["a".to_owned(), "b".to_owned()]));
    let last = "*2\r\n$1\r\n0\r\n*0\r\n";
    let last = both(cmd::sscan::<String>("s", 7).count(5), last, last);
    assert_eq!((last.next(), last.items), (None, vec![]));
}

#[test]
fn a_reply_of_another_shape_is_an_error_that_names_the_command() {
    assert_eq!(unfit(cmd::scard("s"), LIST), "SCARD: expected an integer, got an array of 2 elements");
    assert_eq!(unfit(cmd::smembers::<String>("s"), ":1\r\n"), "SMEMBERS: expected a set, got an integer");
    assert_eq!(
        unfit(cmd::spop::<String>("s").count(1), "$1\r\na\r\n"),
        "SPOP: expected a set, got a bulk string"
    );
    assert_eq!(
        unfit(cmd::srandmember::<i64>("s").count(2), LIST),
        "SRANDMEMBER: element 0: expected an integer, got a bulk string"
    );
    assert_eq!(
        unfit(cmd::sismember("s", "a"), ":2\r\n"),
        "SISMEMBER: expected a truth value (0 or 1), got another integer"
    );
    assert!(unfit(cmd::sscan::<String>("s", 0), "*1\r\n$1\r\n0\r\n").starts_with("SSCAN: expected "));
}

#[test]
fn an_error_of_the_server_is_an_error() {
    let error = read(cmd::smembers::<String>("s"), "-WRONGTYPE Operation\r\n").unwrap_err();
    let ReplyErrorKind::Server(server) = error.kind() else { panic!("{error:?}") };
    assert_eq!((server.code(), error.to_string()), ("WRONGTYPE", "SMEMBERS: WRONGTYPE Operation".to_owned()));
}

#[test]
fn builders_can_be_kept_and_run_again() {
    struct Opaque;
    impl redispy_cmd::FromReply for Opaque {
        fn from_reply(_: resp_proto::Node<'_>) -> Result<Self, redispy_cmd::ReplyError> {
            Ok(Opaque)
        }
    }
    let (pop, random) = (cmd::spop::<Opaque>("secret"), cmd::srandmember::<Opaque>("secret"));
    let scan = cmd::sscan::<Opaque>("secret", 0).count(5);
    assert_eq!(wire(pop.clone()), "SPOP secret");
    assert_eq!(wire(random.clone()), "SRANDMEMBER secret");
    assert_eq!(wire(scan.clone()), "SSCAN secret 0 COUNT 5");
    let card = cmd::sintercard("secret").limit(3);
    assert_eq!(wire(card.clone()), wire(card.clone()));
    for shown in [format!("{pop:?}"), format!("{random:?}"), format!("{scan:?}"), format!("{card:?}")] {
        assert!(!shown.contains("secret"), "arguments may be secrets: {shown}");
    }
}
