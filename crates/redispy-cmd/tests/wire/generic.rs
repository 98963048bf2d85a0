//! The commands on keys.

use std::time::{Duration, UNIX_EPOCH};

use redispy_cmd::arg::each;
use redispy_cmd::commands::{self as cmd, GenericCommands};
use redispy_cmd::replies::{Cursor, Expiry, KeyType};
use redispy_cmd::spec::Group;
use redispy_cmd::{Block, Cmd, IntoCmd, ReplyErrorKind};

use crate::double::{Double, both, not_sent, read, refusal, unfit, wire};

/// What the plain form of each command sends.
const PLAIN: [&str; 38] = [
    "COPY a b",
    "DEL a b",
    "DUMP a",
    "EXISTS a b",
    "EXPIRE a 60",
    "EXPIREAT a 1900000000",
    "EXPIRETIME a",
    "KEYS a*",
    "MIGRATE 10.0.0.5 6379 \"\" 0 5000 KEYS a b",
    "MOVE a 1",
    "OBJECT ENCODING a",
    "OBJECT FREQ a",
    "OBJECT HELP",
    "OBJECT IDLETIME a",
    "OBJECT REFCOUNT a",
    "PERSIST a",
    "PEXPIRE a 1500",
    "PEXPIREAT a 1900000000500",
    "PEXPIRETIME a",
    "PTTL a",
    "RANDOMKEY",
    "RENAME a b",
    "RENAMENX a b",
    "RESTORE a 0 value",
    "SCAN 0",
    "SORT a",
    "SORT_RO a",
    "TOUCH a b",
    "TTL a",
    "TYPE a",
    "UNLINK a b",
    "WAIT 1 100",
    "WAITAOF 1 2 100",
    "EXISTS a",
    "SCAN 17",
    "RESTORE a 1500 value",
    "WAIT 1 0",
    "DEL a",
];

#[test]
fn plain_forms_send_their_words() {
    let server = Double::new([
        ":1\r\n",
        ":2\r\n",
        "$1\r\nv\r\n",
        ":2\r\n",
        ":1\r\n",
        ":0\r\n",
        ":1900000000\r\n",
        "*1\r\n$1\r\na\r\n",
        "+OK\r\n",
        ":1\r\n",
        "$6\r\nembstr\r\n",
        ":5\r\n",
        "*1\r\n+OBJECT\r\n",
        ":30\r\n",
        ":1\r\n",
        ":1\r\n",
        ":1\r\n",
        ":1\r\n",
        ":1900000000500\r\n",
        ":1500\r\n",
        "$1\r\na\r\n",
        "+OK\r\n",
        ":0\r\n",
        "+OK\r\n",
        "*2\r\n$2\r\n17\r\n*1\r\n$1\r\na\r\n",
        "*2\r\n$1\r\n1\r\n$1\r\n2\r\n",
        "*0\r\n",
        ":2\r\n",
        ":60\r\n",
        "+zset\r\n",
        ":2\r\n",
        ":1\r\n",
        "*2\r\n:1\r\n:0\r\n",
        ":1\r\n",
        "*2\r\n$1\r\n0\r\n*0\r\n",
        "+OK\r\n",
        ":0\r\n",
        ":0\r\n",
    ]);
    let r = &server;
    let at = UNIX_EPOCH + Duration::from_secs(1_900_000_000);
    let half = Duration::from_millis(500);
    assert_eq!(r.copy("a", "b"), Ok(true));
    assert_eq!(r.del(["a", "b"]), Ok(2));
    assert_eq!(r.dump("a"), Ok(Some(b"v".to_vec())));
    assert_eq!(r.exists(("a", "b")), Ok(2));
    assert_eq!(r.expire("a", 60), Ok(true));
    assert_eq!(r.expireat("a", at), Ok(false));
    assert_eq!(r.expiretime("a"), Ok(Expiry::Time(at)));
    assert_eq!(r.keys("a*"), Ok(vec!["a".to_owned()]));
    assert_eq!(r.migrate("10.0.0.5", 6379, ["a", "b"], 0, Duration::from_secs(5)), Ok(true));
    assert_eq!(r.move_("a", 1), Ok(true));
    assert_eq!(r.object_encoding("a"), Ok(Some("embstr".to_owned())));
    assert_eq!(r.object_freq("a"), Ok(Some(5)));
    assert_eq!(r.object_help(), Ok(vec!["OBJECT".to_owned()]));
    assert_eq!(r.object_idletime("a"), Ok(Some(Duration::from_secs(30))));
    assert_eq!(r.object_refcount("a"), Ok(Some(1)));
    assert_eq!(r.persist("a"), Ok(true));
    assert_eq!(r.pexpire("a", 1500), Ok(true));
    assert_eq!(r.pexpireat("a", at + half), Ok(true));
    assert_eq!(r.pexpiretime("a"), Ok(Expiry::Time(at + half)));
    assert_eq!(r.pttl("a"), Ok(Expiry::Time(Duration::from_millis(1500))));
    assert_eq!(r.randomkey(), Ok(Some("a".to_owned())));
    assert_eq!(r.rename("a", "b"), Ok(()));
    assert_eq!(r.renamenx("a", "b"), Ok(false));
    assert_eq!(r.restore("a", 0, b"value"), Ok(()));
    let page = r.scan::<String>(0).unwrap();
    assert_eq!((page.next(), &page.items[..]), (Some(Cursor::from(17)), &["a".to_owned()][..]));
    assert_eq!(r.sort("a"), Ok(vec![1, 2]));
    assert_eq!(r.sort_ro::<i64>("a"), Ok(vec![]));
    assert_eq!(r.touch(["a", "b"]), Ok(2));
    assert_eq!(r.ttl("a"), Ok(Expiry::Time(Duration::from_secs(60))));
    assert_eq!(r.type_("a"), Ok(Some(KeyType::ZSet)));
    assert_eq!(r.unlink(["a", "b"]), Ok(2));
    assert_eq!(r.wait(1, Duration::from_millis(100)), Ok(1));
    let fsynced = r.waitaof(1, 2, Duration::from_millis(100)).unwrap();
    assert_eq!((fsynced.local, fsynced.replicas), (1, 0));
    assert_eq!(r.exists("a"), Ok(1));
    assert_eq!(r.scan::<String>(page.cursor).map(|last| last.next()), Ok(None));
    assert_eq!(r.restore("a", Duration::from_millis(1500), "value"), Ok(()));
    assert_eq!(r.wait(1, Block::Forever), Ok(0));
    assert_eq!(r.del("a"), Ok(0));
    assert_eq!(server.sent(), PLAIN);
}

#[test]
fn no_command_of_the_group_is_missing() {
    assert_eq!(not_sent(Group::Generic, &PLAIN), [""; 0]);
}

#[test]
fn numbers_are_numbers() {
    fn number(make: Cmd<i64>) {
        let name = make.request().name().to_owned();
        assert_eq!(read(&make, ":9223372036854775807\r\n"), Ok(i64::MAX));
        assert_eq!(
            unfit(&make, "*0\r\n"),
            format!("{name}: expected an integer, got an array of 0 elements")
        );
        let refused = read(&make, "-READONLY You can't write\r\n").unwrap_err();
        assert!(matches!(refused.kind(), ReplyErrorKind::Server(error) if error.code() == "READONLY"));
        assert_eq!(refused.command(), Some(&*name));
    }
    number(cmd::del("a"));
    number(cmd::exists("a"));
    number(cmd::sort::<String>("a").store("b"));
    number(cmd::touch("a"));
    number(cmd::unlink("a"));
    number(cmd::wait(1, Block::Forever));
}

#[test]
fn two_outcomes_are_true_and_false() {
    fn one_or_zero(make: Cmd<bool>) {
        assert_eq!(read(&make, ":1\r\n"), Ok(true));
        assert_eq!(read(&make, ":0\r\n"), Ok(false));
        let name = make.request().name().to_owned();
        assert!(unfit(&make, "$2\r\nno\r\n").starts_with(&format!("{name}: expected ")));
    }
    one_or_zero(cmd::copy("a", "b").into_cmd());
    one_or_zero(cmd::expire("a", 1).into_cmd());
    one_or_zero(cmd::expireat("a", 1).into_cmd());
    one_or_zero(cmd::move_("a", 1));
    one_or_zero(cmd::persist("a"));
    one_or_zero(cmd::pexpire("a", 1).into_cmd());
    one_or_zero(cmd::pexpireat("a", 1).into_cmd());
    one_or_zero(cmd::renamenx("a", "b"));

    let migrate = || cmd::migrate("h", 1, "a", 0, 1);
    assert_eq!(read(migrate(), "+OK\r\n"), Ok(true));
    assert_eq!(read(migrate(), "+NOKEY\r\n"), Ok(false));
    assert_eq!(unfit(migrate(), ":1\r\n"), "MIGRATE: expected OK or NOKEY, got an integer");
}

#[test]
fn commands_that_only_say_ok_give_nothing() {
    assert_eq!(read(cmd::rename("a", "b"), "+OK\r\n"), Ok(()));
    assert_eq!(unfit(cmd::rename("a", "b"), "$-1\r\n"), "RENAME: expected OK, got nil");
    assert_eq!(read(cmd::restore("a", 0, "v"), "+OK\r\n"), Ok(()));
    assert_eq!(unfit(cmd::restore("a", 0, "v"), ":1\r\n"), "RESTORE: expected OK, got an integer");
}

#[test]
fn what_is_not_there_is_none() {
    fn nil<T: PartialEq + std::fmt::Debug>(make: Cmd<Option<T>>) {
        assert_eq!(both(&make, "$-1\r\n", "_\r\n"), None);
        let name = make.request().name().to_owned();
        assert!(unfit(&make, "*0\r\n").starts_with(&format!("{name}: expected ")));
    }
    nil(cmd::dump("a"));
    nil(cmd::object_encoding("a"));
    nil(cmd::object_freq("a"));
    nil(cmd::object_idletime("a"));
    nil(cmd::object_refcount("a"));
    nil(cmd::randomkey::<String>());

    assert_eq!(read(cmd::dump("a"), b"$3\r\n\x00\xff\x0b\r\n"), Ok(Some(vec![0, 0xff, 0x0b])));
    assert_eq!(read(cmd::randomkey(), "$0\r\n\r\n"), Ok(Some(String::new())));
}

#[test]
fn types_have_names_and_unknown_ones_keep_theirs() {
    let known = [
        ("string", KeyType::String),
        ("list", KeyType::List),
        ("set", KeyType::Set),
        ("zset", KeyType::ZSet),
        ("hash", KeyType::Hash),
        ("stream", KeyType::Stream),
        ("ReJSON-RL", KeyType::Other("ReJSON-RL".to_owned())),
    ];
    for (name, key_type) in known {
        assert_eq!(key_type.to_string(), name);
        assert_eq!(wire(cmd::scan::<String>(0).type_(&key_type)), format!("SCAN 0 TYPE {name}"));
        assert_eq!(read(cmd::type_("a"), format!("+{name}\r\n")), Ok(Some(key_type)));
    }
    assert_eq!(read(cmd::type_("a"), "+none\r\n"), Ok(None));
    assert_eq!(unfit(cmd::type_("a"), "*0\r\n"), "TYPE: expected text, got an array of 0 elements");
}

#[test]
fn a_missing_key_one_that_never_expires_and_one_that_does_so_now_differ() {
    fn three<T: PartialEq + std::fmt::Debug>(make: Cmd<Expiry<T>>, zero: T) {
        assert_eq!(read(&make, ":-2\r\n"), Ok(Expiry::Missing));
        assert_eq!(read(&make, ":-1\r\n"), Ok(Expiry::Never));
        assert_eq!(read(&make, ":0\r\n"), Ok(Expiry::Time(zero)));
        let name = make.request().name().to_owned();
        assert_eq!(unfit(&make, ":-3\r\n"), format!("{name}: expected -2, -1 or a time, got an integer"));
        assert_eq!(unfit(&make, "$-1\r\n"), format!("{name}: expected an integer, got nil"));
    }
    three(cmd::ttl("a"), Duration::ZERO);
    three(cmd::pttl("a"), Duration::ZERO);
    three(cmd::expiretime("a"), UNIX_EPOCH);
    three(cmd::pexpiretime("a"), UNIX_EPOCH);

    // The end of time differs from system to system; beyond it is an error, never a panic.
    let end = UNIX_EPOCH.checked_add(Duration::from_secs(i64::MAX as u64)).map(Expiry::Time);
    assert_eq!(read(cmd::expiretime("a"), ":9223372036854775807\r\n").ok(), end);
    assert_eq!(Expiry::Time(5).time(), Some(5));
    assert_eq!((Expiry::<i64>::Never.time(), Expiry::<i64>::Missing.time()), (None, None));
    assert!(Expiry::Time(0).exists() && Expiry::<i64>::Never.exists() && !Expiry::<i64>::Missing.exists());
}

#[test]
fn expire_has_every_condition() {
    let commands = [
        ("EXPIRE", cmd::expire("a", 60)),
        ("EXPIREAT", cmd::expireat("a", 60)),
        ("PEXPIRE", cmd::pexpire("a", 60)),
        ("PEXPIREAT", cmd::pexpireat("a", 60)),
    ];
    for (name, expire) in commands {
        assert_eq!(wire(expire.clone().nx()), format!("{name} a 60 NX"));
        assert_eq!(wire(expire.clone().xx()), format!("{name} a 60 XX"));
        assert_eq!(wire(expire.clone().gt()), format!("{name} a 60 GT"));
        assert_eq!(wire(expire.clone().lt()), format!("{name} a 60 LT"));
        assert_eq!(wire(expire.clone().xx().lt()), format!("{name} a 60 XX LT"));
        assert_eq!(wire(expire.gt().xx()), format!("{name} a 60 XX GT"));
    }
}

#[test]
fn of_options_that_exclude_each_other_the_last_counts() {
    assert_eq!(wire(cmd::expire("a", 60).nx().xx()), "EXPIRE a 60 XX");
    assert_eq!(wire(cmd::expire("a", 60).xx().lt().nx()), "EXPIRE a 60 NX");
    assert_eq!(wire(cmd::expire("a", 60).nx().gt()), "EXPIRE a 60 GT");
    assert_eq!(wire(cmd::expire("a", 60).gt().lt()), "EXPIRE a 60 LT");
    assert_eq!(wire(cmd::sort::<String>("a").desc().asc()), "SORT a ASC");
    assert_eq!(wire(cmd::sort::<String>("a").by("x*").by("y*")), "SORT a BY y*");
    assert_eq!(wire(cmd::scan::<String>(0).match_("a").match_("b")), "SCAN 0 MATCH b");
    let twice = "0 MATCH b COUNT 2";
    let hscan = || cmd::hscan::<(String, String)>("k", 0).count(1).match_("a").match_("b").count(2);
    assert_eq!(wire(hscan()), format!("HSCAN k {twice}"));
    assert_eq!(wire(hscan().novalues::<String>()), format!("HSCAN k {twice} NOVALUES"));
    let sscan = cmd::sscan::<String>("k", 0).count(1).match_("a").match_("b").count(2);
    assert_eq!(wire(sscan), format!("SSCAN k {twice}"));
    let zscan = || cmd::zscan::<(String, f64)>("k", 0).count(1).match_("a").match_("b").count(2);
    assert_eq!(wire(zscan()), format!("ZSCAN k {twice}"));
    assert_eq!(wire(zscan().noscores::<String>()), format!("ZSCAN k {twice} NOSCORES"));
    assert_eq!(wire(cmd::restore("a", 0, "v").idletime(5).freq(6)), "RESTORE a 0 v FREQ 6");
    assert_eq!(
        wire(cmd::migrate("h", 1, "a", 0, 1).auth("p").auth2("u", "q")),
        "MIGRATE h 1 \"\" 0 1 AUTH2 u q KEYS a"
    );
}

#[test]
fn times_are_never_cut_short() {
    let fraction = Duration::from_micros(1500);
    let whole = "whole seconds; the command in milliseconds takes fractions";
    assert_eq!(refusal(cmd::expire("a", fraction)), format!("EXPIRE: `seconds` must be {whole}"));
    assert_eq!(refusal(cmd::expireat("a", UNIX_EPOCH + fraction)), format!("EXPIREAT: `at` must be {whole}"));
    assert_eq!(
        refusal(cmd::restore("a", 0, "v").idletime(fraction)),
        format!("RESTORE: `IDLETIME` must be {whole}")
    );
    assert_eq!(wire(cmd::pexpire("a", fraction)), "PEXPIRE a 2");
    assert_eq!(wire(cmd::expire("a", -1)), "EXPIRE a -1");
    assert_eq!(wire(cmd::expire("a", Duration::ZERO)), "EXPIRE a 0");
}

#[test]
fn no_keys_are_refused_before_anything_is_sent() {
    let none: [&str; 0] = [];
    assert_eq!(refusal(cmd::del(none)), "DEL: `keys` must be at least one");
    assert_eq!(refusal(cmd::exists(none)), "EXISTS: `keys` must be at least one");
    assert_eq!(refusal(cmd::migrate("h", 1, none, 0, 1)), "MIGRATE: `keys` must be at least one");
    assert_eq!(refusal(cmd::touch(none)), "TOUCH: `keys` must be at least one");
    assert_eq!(refusal(cmd::unlink(each(none))), "UNLINK: `keys` must be at least one");
}

#[test]
fn copy_restore_and_migrate_have_every_option() {
    assert_eq!(wire(cmd::copy("a", "b").db(3)), "COPY a b DB 3");
    assert_eq!(wire(cmd::copy("a", "b").replace()), "COPY a b REPLACE");
    assert_eq!(wire(cmd::copy("a", "b").replace().db(3)), "COPY a b DB 3 REPLACE");

    assert_eq!(wire(cmd::restore("a", 5, "v").replace()), "RESTORE a 5 v REPLACE");
    assert_eq!(
        wire(cmd::restore("a", 5, "v").absttl(1_900_000_000_000_i64)),
        "RESTORE a 1900000000000 v ABSTTL"
    );
    assert_eq!(wire(cmd::restore("a", 0, "v").idletime(60).replace()), "RESTORE a 0 v REPLACE IDLETIME 60");
    assert_eq!(wire(cmd::restore("a", 0, "v").freq(255)), "RESTORE a 0 v FREQ 255");

    let migrate = || cmd::migrate("h", 6379, "a", 2, 1000);
    assert_eq!(wire(migrate().copy()), "MIGRATE h 6379 \"\" 2 1000 COPY KEYS a");
    assert_eq!(wire(migrate().replace()), "MIGRATE h 6379 \"\" 2 1000 REPLACE KEYS a");
    assert_eq!(wire(migrate().auth("p")), "MIGRATE h 6379 \"\" 2 1000 AUTH p KEYS a");
    assert_eq!(
        wire(migrate().replace().copy().auth2("u", "p")),
        "MIGRATE h 6379 \"\" 2 1000 COPY REPLACE AUTH2 u p KEYS a"
    );
    assert!(!format!("{:?}", migrate().auth("secret")).contains("secret"));
}

#[test]
fn scan_has_every_option() {
    let scan = || cmd::scan::<String>(Cursor::START);
    assert_eq!(wire(scan().match_("user:*")), "SCAN 0 MATCH user:*");
    assert_eq!(wire(scan().count(1000)), "SCAN 0 COUNT 1000");
    assert_eq!(wire(scan().type_("list")), "SCAN 0 TYPE list");
    assert_eq!(wire(scan().type_(KeyType::Hash).count(0).match_("*")), "SCAN 0 MATCH * COUNT 0 TYPE hash");
    assert_eq!(wire(cmd::scan::<String>(u64::MAX)), "SCAN 18446744073709551615");
}

#[test]
fn a_page_tells_where_the_next_begins() {
    let page = read(cmd::scan::<String>(0), "*2\r\n$20\r\n18446744073709551615\r\n*0\r\n").unwrap();
    assert_eq!(page.items, [""; 0]);
    assert_eq!((page.cursor.get(), page.next()), (u64::MAX, Some(Cursor::from(u64::MAX))));
    assert_eq!(page.cursor.to_string(), "18446744073709551615");

    let last = read(cmd::scan::<i64>(5), "*2\r\n$1\r\n0\r\n*2\r\n$1\r\n1\r\n$1\r\n2\r\n").unwrap();
    assert_eq!((last.cursor, last.next(), last.items), (Cursor::START, None, vec![1, 2]));
    assert_eq!(unfit(cmd::scan::<i64>(0), ":0\r\n"), "SCAN: expected an array of 2 elements, got an integer");
}

#[test]
fn sort_has_every_option() {
    let sort = || cmd::sort::<String>("a");
    assert_eq!(wire(sort().by("w:*")), "SORT a BY w:*");
    assert_eq!(wire(sort().limit(5, 10)), "SORT a LIMIT 5 10");
    assert_eq!(wire(sort().get("#")), "SORT a GET #");
    assert_eq!(wire(sort().get(["#", "w:*"]).get(b"n:*->f")), "SORT a GET # GET w:* GET n:*->f");
    assert_eq!(wire(sort().asc()), "SORT a ASC");
    assert_eq!(wire(sort().desc()), "SORT a DESC");
    assert_eq!(wire(sort().alpha()), "SORT a ALPHA");
    assert_eq!(wire(sort().store("b")), "SORT a STORE b");
    assert_eq!(
        wire(sort().alpha().desc().get("#").limit(0, -1).by("nosort").store("b")),
        "SORT a BY nosort LIMIT 0 -1 GET # DESC ALPHA STORE b"
    );
    assert_eq!(
        wire(cmd::sort_ro::<String>("a").by("w:*").limit(0, 1).get("#").desc().alpha()),
        "SORT_RO a BY w:* LIMIT 0 1 GET # DESC ALPHA"
    );
    assert_eq!(wire(cmd::sort_ro::<String>("a").desc().asc()), "SORT_RO a ASC");
}

#[test]
fn sorted_elements_may_be_nil_where_they_are_looked_up() {
    let sort = cmd::sort::<Option<i64>>("a").get("w:*").into_cmd();
    assert_eq!(both(&sort, "*2\r\n$1\r\n5\r\n$-1\r\n", "*2\r\n$1\r\n5\r\n_\r\n"), [Some(5), None]);
    assert_eq!(unfit(&sort, "$-1\r\n"), "SORT: expected an array, got nil");
    assert_eq!(unfit(cmd::sort_ro::<i64>("a"), ":1\r\n"), "SORT_RO: expected an array, got an integer");
}

#[test]
fn sorted_elements_come_in_groups() {
    type Group = (String, Option<i64>, String);
    let sort = cmd::sort::<String>("a").get(["#", "w:*", "n:*"]).desc().groups::<Group>();
    assert_eq!(wire(&sort), "SORT a GET # GET w:* GET n:* DESC");
    let two = |nil: &str| format!("*6\r\n$1\r\na\r\n$1\r\n5\r\n$1\r\nx\r\n$1\r\nb\r\n{nil}$1\r\ny\r\n");
    let group = |a: &str, b, c: &str| (a.to_owned(), b, c.to_owned());
    assert_eq!(both(&sort, two("$-1\r\n"), two("_\r\n")), [group("a", Some(5), "x"), group("b", None, "y")]);
    assert_eq!(read(&sort, "*0\r\n"), Ok(vec![]));
    assert_eq!(unfit(&sort, "*2\r\n$1\r\na\r\n$1\r\n5\r\n"), "SORT: expected groups of 3, got a bulk string");
    assert_eq!(unfit(&sort, ":5\r\n"), "SORT: expected an array, got an integer");

    let pairs = cmd::sort_ro::<String>("a").get(("#", "w:*")).groups::<(i64, i64)>();
    assert_eq!(read(pairs, "*2\r\n$1\r\n1\r\n$1\r\n2\r\n"), Ok(vec![(1, 2)]));
}

#[test]
fn groups_of_another_size_than_the_patterns_are_refused() {
    let wrong = "SORT: `get` must be as many patterns as the tuple of `groups` has places";
    assert_eq!(refusal(cmd::sort::<String>("a").groups::<(i64, i64)>()), wrong);
    assert_eq!(refusal(cmd::sort::<String>("a").get("#").groups::<(i64, i64)>()), wrong);
    assert_eq!(refusal(cmd::sort::<String>("a").get(["#", "w:*"]).groups::<(i64, i64, i64)>()), wrong);
    let nan = "SORT: `argument` must be a number, not NaN";
    assert_eq!(refusal(cmd::sort::<String>("a").get(f64::NAN)), nan);
    assert_eq!(refusal(cmd::sort::<String>("a").by(f64::NAN)), nan);
}

#[test]
fn waiting_for_ever_is_said_openly() {
    let zero = "must be a time above zero, or Block::Forever";
    assert_eq!(refusal(cmd::wait(1, Duration::ZERO)), format!("WAIT: `timeout` {zero}"));
    assert_eq!(refusal(cmd::waitaof(1, 1, Duration::ZERO)), format!("WAITAOF: `timeout` {zero}"));
    assert_eq!(wire(cmd::waitaof(0, 1, Block::Forever)), "WAITAOF 0 1 0");
    let wait = cmd::wait(1, Duration::from_millis(1500));
    assert_eq!(wait.request().block(), Some(Block::For(Duration::from_millis(1500))));
    assert_eq!(cmd::waitaof(0, 1, Block::Forever).request().block(), Some(Block::Forever));
    assert_eq!(
        unfit(cmd::waitaof(0, 1, Block::Forever), ":1\r\n"),
        "WAITAOF: expected an array of 2 elements, got an integer"
    );
}
