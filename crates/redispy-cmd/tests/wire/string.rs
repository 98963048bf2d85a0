//! The string commands.

use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

use redispy_cmd::arg::each;
use redispy_cmd::commands::{self as cmd, StringCommands};
use redispy_cmd::spec::Group;
use redispy_cmd::{IntoCmd, ReplyErrorKind, Value};

use crate::double::{Double, both, not_sent, read, refusal, unfit, wire};

/// What the plain form of each command sends.
const PLAIN: [&str; 24] = [
    "APPEND k world",
    "DECR n",
    "DECRBY n 3",
    "DELIFEQ k v",
    "GET k",
    "GETDEL k",
    "GETEX k",
    "GETRANGE k 1 -3",
    "GETSET k 2",
    "INCR n",
    "INCRBY n 10",
    "INCRBYFLOAT n 1.5",
    "LCS a b",
    "MGET a b",
    "MSET a 1 b 2",
    "MSETEX 1 a 1",
    "MSETNX a 1 b x",
    "PSETEX k 1500 v",
    "SET k v",
    "SETEX k 60 v",
    "SETNX k v",
    "SETRANGE k 6 world",
    "STRLEN k",
    "SUBSTR k 1 -3",
];

#[test]
fn plain_forms_send_their_words() {
    let server = Double::new([
        ":5\r\n",
        ":-1\r\n",
        ":-4\r\n",
        ":1\r\n",
        "$1\r\nv\r\n",
        "$-1\r\n",
        "$1\r\nv\r\n",
        "$2\r\nel\r\n",
        "$1\r\nv\r\n",
        ":1\r\n",
        ":11\r\n",
        "$3\r\n2.5\r\n",
        "$6\r\nmytext\r\n",
        "*2\r\n$1\r\n7\r\n$-1\r\n",
        "+OK\r\n",
        ":1\r\n",
        ":0\r\n",
        "+OK\r\n",
        "+OK\r\n",
        "+OK\r\n",
        ":1\r\n",
        ":11\r\n",
        ":11\r\n",
        "$2\r\nel\r\n",
    ]);
    let r = &server;
    assert_eq!(r.append("k", "world"), Ok(5));
    assert_eq!(r.decr("n"), Ok(-1));
    assert_eq!(r.decrby("n", 3), Ok(-4));
    assert_eq!(r.delifeq("k", "v"), Ok(true));
    assert_eq!(r.get("k"), Ok(Some("v".to_owned())));
    assert_eq!(r.getdel::<String>("k"), Ok(None));
    assert_eq!(r.getex("k"), Ok(Some("v".to_owned())));
    assert_eq!(r.getrange("k", 1, -3), Ok(b"el".to_vec()));
    assert_eq!(r.getset("k", 2), Ok(Some("v".to_owned())));
    assert_eq!(r.incr("n"), Ok(1));
    assert_eq!(r.incrby("n", 10), Ok(11));
    assert_eq!(r.incrbyfloat("n", 1.5), Ok(2.5));
    assert_eq!(r.lcs("a", "b"), Ok(b"mytext".to_vec()));
    assert_eq!(r.mget(["a", "b"]), Ok(vec![Some(7), None::<i64>]));
    assert_eq!(r.mset([("a", 1), ("b", 2)]), Ok(()));
    assert_eq!(r.msetex(("a", 1)), Ok(true));
    assert_eq!(r.msetnx((("a", 1), ("b", "x"))), Ok(false));
    assert_eq!(r.psetex("k", 1500, "v"), Ok(()));
    assert_eq!(r.set("k", "v"), Ok(true));
    assert_eq!(r.setex("k", 60, "v"), Ok(()));
    assert_eq!(r.setnx("k", "v"), Ok(true));
    assert_eq!(r.setrange("k", 6, "world"), Ok(11));
    assert_eq!(r.strlen("k"), Ok(11));
    assert_eq!(r.substr("k", 1, -3), Ok(b"el".to_vec()));
    assert_eq!(server.sent(), PLAIN);
}

#[test]
fn no_command_of_the_group_is_missing() {
    assert_eq!(not_sent(Group::String, &PLAIN), [""; 0]);
}

#[test]
fn values_are_nil_or_of_the_type_asked_for() {
    fn nil_or_seven(make: fn() -> redispy_cmd::Cmd<Option<i64>>) {
        assert_eq!(both(make(), "$-1\r\n", "_\r\n"), None);
        assert_eq!(read(make(), "$1\r\n7\r\n"), Ok(Some(7)));
        let name = make().request().name().to_owned();
        assert_eq!(
            unfit(make(), "*0\r\n"),
            format!("{name}: expected an integer, got an array of 0 elements")
        );
        let refused = read(make(), "-WRONGTYPE Operation against a key\r\n").unwrap_err();
        assert!(matches!(refused.kind(), ReplyErrorKind::Server(error) if error.code() == "WRONGTYPE"));
        assert_eq!(refused.command(), Some(&*name));
    }
    nil_or_seven(|| cmd::get("k"));
    nil_or_seven(|| cmd::getdel("k"));
    nil_or_seven(|| cmd::getex("k").into_cmd());
    nil_or_seven(|| cmd::getset("k", 1));
    nil_or_seven(|| cmd::set("k", 1).get());
}

#[test]
fn numbers_are_numbers() {
    fn number(make: redispy_cmd::Cmd<i64>) {
        let name = make.request().name().to_owned();
        assert_eq!(read(&make, ":-9223372036854775808\r\n"), Ok(i64::MIN));
        assert_eq!(unfit(&make, "$-1\r\n"), format!("{name}: expected an integer, got nil"));
    }
    number(cmd::append("k", ""));
    number(cmd::decr("k"));
    number(cmd::decrby("k", i64::MIN));
    number(cmd::incr("k"));
    number(cmd::incrby("k", i64::MAX));
    number(cmd::lcs("a", "b").len());
    number(cmd::setrange("k", 0, ""));
    number(cmd::strlen("k"));
}

#[test]
fn floats_are_read_from_text_and_sent_so_that_nothing_is_lost() {
    let add = cmd::incrbyfloat("k", 0.1 + 0.2);
    assert_eq!(wire(&add), "INCRBYFLOAT k 0.30000000000000004");
    assert_eq!(wire(cmd::incrbyfloat("k", -1e300)), "INCRBYFLOAT k -1e300");
    assert_eq!(both(&add, "$4\r\n10.5\r\n", ",10.5\r\n"), 10.5);
    assert_eq!(read(&add, "$6\r\n5.0e+3\r\n"), Ok(5000.0));
    assert_eq!(
        refusal(cmd::incrbyfloat("k", f64::NAN)),
        "INCRBYFLOAT: `increment` must be a number, not NaN"
    );
}

#[test]
fn commands_that_only_say_ok_give_nothing() {
    fn only_ok(make: redispy_cmd::Cmd<()>) {
        let name = make.request().name().to_owned();
        assert_eq!(read(&make, "+OK\r\n"), Ok(()));
        assert_eq!(unfit(&make, ":1\r\n"), format!("{name}: expected OK, got an integer"));
    }
    only_ok(cmd::mset(("a", 1)));
    only_ok(cmd::psetex("k", 1, "v"));
    only_ok(cmd::setex("k", 1, "v"));
}

#[test]
fn two_outcomes_are_true_and_false() {
    fn one_or_zero(make: redispy_cmd::Cmd<bool>) {
        assert_eq!(read(&make, ":1\r\n"), Ok(true));
        assert_eq!(read(&make, ":0\r\n"), Ok(false));
        let name = make.request().name().to_owned();
        assert!(unfit(&make, "*0\r\n").starts_with(&format!("{name}: expected ")));
    }
    one_or_zero(cmd::delifeq("k", "v"));
    one_or_zero(cmd::msetex(("a", 1)).into_cmd());
    one_or_zero(cmd::msetnx(("a", 1)));
    one_or_zero(cmd::setnx("k", "v"));

    let set = cmd::set("k", "v");
    assert_eq!(read(set.clone(), "+OK\r\n"), Ok(true));
    assert!(!both(set.clone(), "$-1\r\n", "_\r\n"));
    assert_eq!(unfit(set, "$1\r\nx\r\n"), "SET: expected OK or nil, got a bulk string");
}

#[test]
fn parts_of_values_are_bytes() {
    for part in [cmd::getrange("k", 0, -1), cmd::substr("k", 0, -1), cmd::lcs("a", "b").into_cmd()] {
        assert_eq!(read(&part, b"$2\r\n\xc3\x00\r\n"), Ok(vec![0xc3, 0]));
        assert_eq!(read(&part, "$0\r\n\r\n"), Ok(vec![]));
        assert_eq!(read(part.returns::<String>(), "$2\r\nok\r\n"), Ok("ok".to_owned()));
    }
}

#[test]
fn many_values_keep_their_order_and_gaps() {
    let mget = cmd::mget::<String>(["a", "b", "c"]);
    let values = both(&mget, "*3\r\n$1\r\nx\r\n$-1\r\n$0\r\n\r\n", "*3\r\n$1\r\nx\r\n_\r\n$0\r\n\r\n");
    assert_eq!(values, [Some("x".to_owned()), None, Some(String::new())]);
    assert_eq!(unfit(&mget, "$1\r\nx\r\n"), "MGET: expected an array, got a bulk string");
    assert_eq!(wire(cmd::mget::<String>("a")), "MGET a");
    assert_eq!(wire(cmd::mget::<String>(each((1..4).map(|n| format!("k{n}"))))), "MGET k1 k2 k3");
}

#[test]
fn pairs_come_from_maps_and_mixed_tuples() {
    assert_eq!(wire(cmd::mset(BTreeMap::from([("b", 2), ("a", 1)]))), "MSET a 1 b 2");
    assert_eq!(wire(cmd::mset((("name", "Ann"), ("visits", 3)))), "MSET name Ann visits 3");
    assert_eq!(wire(cmd::msetnx(each([("a", 1.5)]))), "MSETNX a 1.5");
}

#[test]
fn no_keys_or_pairs_are_refused_before_anything_is_sent() {
    let none: [(&str, i64); 0] = [];
    assert_eq!(refusal(cmd::mget::<String>([""; 0])), "MGET: `keys` must be at least one");
    assert_eq!(refusal(cmd::mset(none)), "MSET: `pairs` must be at least one pair");
    assert_eq!(refusal(cmd::msetnx(none)), "MSETNX: `pairs` must be at least one pair");
    assert_eq!(refusal(cmd::msetex(none)), "MSETEX: `pairs` must be at least one pair");
}

#[test]
fn set_has_every_option() {
    assert_eq!(wire(cmd::set("k", "v").nx()), "SET k v NX");
    assert_eq!(wire(cmd::set("k", "v").xx()), "SET k v XX");
    assert_eq!(wire(cmd::set("k", "v").ifeq("old")), "SET k v IFEQ old");
    assert_eq!(wire(cmd::set("k", "v").ex(60)), "SET k v EX 60");
    assert_eq!(wire(cmd::set("k", "v").px(1500)), "SET k v PX 1500");
    assert_eq!(wire(cmd::set("k", "v").exat(1_900_000_000)), "SET k v EXAT 1900000000");
    assert_eq!(wire(cmd::set("k", "v").pxat(1_900_000_000_000_i64)), "SET k v PXAT 1900000000000");
    assert_eq!(wire(cmd::set("k", "v").keepttl()), "SET k v KEEPTTL");
    assert_eq!(wire(cmd::set("k", "v").get::<String>()), "SET k v GET");
    assert_eq!(wire(cmd::set("k", "v").ex(60).nx()), "SET k v NX EX 60");
    assert_eq!(wire(cmd::set("k", "v").keepttl().ifeq(1).get::<String>()), "SET k v IFEQ 1 GET KEEPTTL");
}

#[test]
fn of_options_that_exclude_each_other_the_last_counts() {
    assert_eq!(wire(cmd::set("k", "v").nx().xx()), "SET k v XX");
    assert_eq!(wire(cmd::set("k", "v").ifeq("old").nx()), "SET k v NX");
    assert_eq!(wire(cmd::set("k", "v").nx().ifeq("old").ifeq("older")), "SET k v IFEQ older");
    assert_eq!(wire(cmd::set("k", "v").ex(60).px(5).keepttl()), "SET k v KEEPTTL");
    assert_eq!(wire(cmd::set("k", "v").keepttl().pxat(5)), "SET k v PXAT 5");
    assert_eq!(
        wire(cmd::set("k", "v").ex(Duration::from_millis(1)).px(Duration::from_millis(1))),
        "SET k v PX 1"
    );
    assert_eq!(wire(cmd::getex::<String>("k").ex(60).persist()), "GETEX k PERSIST");
    assert_eq!(wire(cmd::msetex(("a", 1)).nx().xx().px(5).exat(6)), "MSETEX 1 a 1 XX EXAT 6");
}

#[test]
fn times_are_integers_durations_and_points_in_time() {
    let at = UNIX_EPOCH + Duration::from_millis(1_900_000_000_500);
    assert_eq!(wire(cmd::set("k", "v").ex(Duration::from_secs(60))), "SET k v EX 60");
    assert_eq!(wire(cmd::set("k", "v").px(Duration::from_millis(1500))), "SET k v PX 1500");
    assert_eq!(wire(cmd::set("k", "v").pxat(at)), "SET k v PXAT 1900000000500");
    assert_eq!(wire(cmd::setex("k", Duration::from_secs(60), "v")), "SETEX k 60 v");
    assert_eq!(wire(cmd::psetex("k", Duration::from_millis(1), "v")), "PSETEX k 1 v");

    let whole = "whole seconds; the command in milliseconds takes fractions";
    let fraction = Duration::from_millis(1500);
    assert_eq!(refusal(cmd::set("k", "v").ex(fraction)), format!("SET: `EX` must be {whole}"));
    assert_eq!(refusal(cmd::set("k", "v").exat(at)), format!("SET: `EXAT` must be {whole}"));
    assert_eq!(refusal(cmd::getex::<String>("k").ex(fraction)), format!("GETEX: `EX` must be {whole}"));
    assert_eq!(refusal(cmd::setex("k", fraction, "v")), format!("SETEX: `seconds` must be {whole}"));
}

/// Dropping it would make the key live for ever; the server refuses it by name.
#[test]
fn a_time_of_zero_is_sent() {
    assert_eq!(wire(cmd::set("k", "v").ex(0)), "SET k v EX 0");
    assert_eq!(wire(cmd::set("k", "v").px(Duration::ZERO)), "SET k v PX 0");
    assert_eq!(wire(cmd::setex("k", Duration::ZERO, "v")), "SETEX k 0 v");
}

#[test]
fn getex_and_msetex_have_every_option() {
    assert_eq!(wire(cmd::getex::<String>("k").ex(60)), "GETEX k EX 60");
    assert_eq!(wire(cmd::getex::<String>("k").px(1500)), "GETEX k PX 1500");
    assert_eq!(wire(cmd::getex::<String>("k").exat(5)), "GETEX k EXAT 5");
    assert_eq!(wire(cmd::getex::<String>("k").pxat(5)), "GETEX k PXAT 5");
    assert_eq!(wire(cmd::getex::<String>("k").persist()), "GETEX k PERSIST");

    assert_eq!(wire(cmd::msetex([("a", 1), ("b", 2)]).nx()), "MSETEX 2 a 1 b 2 NX");
    assert_eq!(wire(cmd::msetex(("a", 1)).xx()), "MSETEX 1 a 1 XX");
    assert_eq!(wire(cmd::msetex(("a", 1)).ex(60)), "MSETEX 1 a 1 EX 60");
    assert_eq!(wire(cmd::msetex(("a", 1)).px(1500)), "MSETEX 1 a 1 PX 1500");
    assert_eq!(wire(cmd::msetex(("a", 1)).exat(5)), "MSETEX 1 a 1 EXAT 5");
    assert_eq!(wire(cmd::msetex(("a", 1)).pxat(5)), "MSETEX 1 a 1 PXAT 5");
    assert_eq!(wire(cmd::msetex(("a", 1)).keepttl()), "MSETEX 1 a 1 KEEPTTL");
}

#[test]
fn lcs_tells_the_text_its_length_or_its_places() {
    assert_eq!(wire(cmd::lcs("a", "b")), "LCS a b");
    assert_eq!(wire(cmd::lcs("a", "b").len()), "LCS a b LEN");
    assert_eq!(wire(cmd::lcs("a", "b").idx()), "LCS a b IDX");
    assert_eq!(
        wire(cmd::lcs("a", "b").idx().minmatchlen(4).withmatchlen()),
        "LCS a b IDX MINMATCHLEN 4 WITHMATCHLEN"
    );
}

#[test]
fn places_of_a_common_sequence_are_ranges() {
    let body = "$7\r\nmatches\r\n*2\r\n*2\r\n*2\r\n:4\r\n:7\r\n*2\r\n:5\r\n:8\r\n*3\r\n*2\r\n:2\r\n:3\r\n*2\r\n:0\r\n:1\r\n:2\r\n$3\r\nlen\r\n:6\r\n";
    let found = both(cmd::lcs("a", "b").idx(), format!("*4\r\n{body}"), format!("%2\r\n{body}"));
    let [first, second] = &found.matches[..] else { panic!("two matches") };
    assert_eq!((&first.key1, &first.key2, first.len), (&(4..=7), &(5..=8), None));
    assert_eq!((&second.key1, &second.key2, second.len), (&(2..=3), &(0..=1), Some(2)));
    assert_eq!(found.len, 6);
    assert_eq!(&b"ohmytext"[first.key1.clone()], b"text");

    let none = both(
        cmd::lcs("a", "b").idx(),
        "*4\r\n$7\r\nmatches\r\n*0\r\n$3\r\nlen\r\n:0\r\n",
        "%2\r\n$7\r\nmatches\r\n*0\r\n$3\r\nlen\r\n:0\r\n",
    );
    assert_eq!((none.matches.len(), none.len, none.other.len()), (0, 0, 0));
    let more = "%3\r\n$7\r\nmatches\r\n*0\r\n$3\r\nnew\r\n:7\r\n$3\r\nlen\r\n:5\r\n";
    let more = read(cmd::lcs("a", "b").idx(), more).unwrap();
    assert_eq!((more.len, more.other.get("new")), (5, Some(&Value::Integer(7))));
}

#[test]
fn places_of_a_common_sequence_that_are_none_are_errors() {
    let lcs = cmd::lcs("a", "b").idx();
    assert_eq!(unfit(lcs.clone(), ":6\r\n"), "LCS: expected matches and their length, got an integer");
    assert_eq!(
        unfit(lcs.clone(), "*1\r\n$7\r\nmatches\r\n"),
        "LCS: expected matches and their length, got an array of 1 element"
    );
    let matches = |item: &str| format!("*2\r\n$7\r\nmatches\r\n*1\r\n{item}");
    assert_eq!(
        unfit(lcs.clone(), matches("*1\r\n*0\r\n")),
        "LCS: element 0: expected a match of two ranges, got an array of 1 element"
    );
    assert_eq!(
        unfit(lcs, matches("*2\r\n*2\r\n:-1\r\n:2\r\n*2\r\n:1\r\n:2\r\n")),
        "LCS: element 0: expected a range of two positions, got an array of 2 elements"
    );
}

#[test]
fn values_of_builders_are_not_shown() {
    let set = cmd::set("k", "secret").ifeq("hush");
    assert!(!format!("{set:?}").contains("hush") && !format!("{set:?}").contains("secret"));
}
