//! The hash commands.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use redispy_cmd::ReplyErrorKind;
use redispy_cmd::arg::each;
use redispy_cmd::commands::{self as cmd, HashCommands};
use redispy_cmd::replies::{Expiry, FieldExpire, FieldPersist, ScanPage};
use redispy_cmd::spec::Group;

use crate::double::{Double, both, not_sent, read, refusal, unfit, wire};

const FLAT: &str = "*4\r\n$1\r\nb\r\n$1\r\n2\r\n$1\r\na\r\n$1\r\n1\r\n";
const MAP: &str = "%2\r\n$1\r\nb\r\n$1\r\n2\r\n$1\r\na\r\n$1\r\n1\r\n";
const NESTED: &str = "*2\r\n*2\r\n$1\r\nb\r\n$1\r\n2\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n";

/// What the plain form of each command sends.
const PLAIN: [&str; 16] = [
    "HDEL h a b",
    "HEXISTS h a",
    "HGET h a",
    "HGETALL h",
    "HINCRBY h a -3",
    "HINCRBYFLOAT h a 0.5",
    "HKEYS h",
    "HLEN h",
    "HMGET h a 2",
    "HMSET h a 1",
    "HRANDFIELD h",
    "HSCAN h 0",
    "HSET h name bob age 3",
    "HSETNX h a 1",
    "HSTRLEN h a",
    "HVALS h",
];

/// What the plain form of each command sends that counts its fields.
const OF_FIELDS: [&str; 12] = [
    "HEXPIRE h 60 FIELDS 2 a b",
    "HEXPIREAT h 60 FIELDS 2 a b",
    "HEXPIRETIME h FIELDS 1 a",
    "HGETDEL h FIELDS 2 a b",
    "HGETEX h FIELDS 2 a b",
    "HPERSIST h FIELDS 2 a b",
    "HPEXPIRE h 1500 FIELDS 2 a b",
    "HPEXPIREAT h 60000 FIELDS 2 a b",
    "HPEXPIRETIME h FIELDS 1 a",
    "HPTTL h FIELDS 1 a",
    "HSETEX h FIELDS 2 a 1 b 2",
    "HTTL h FIELDS 1 a",
];

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// The fields of `FLAT`, `MAP` and `NESTED`, in the order sent.
fn pairs() -> Vec<(String, i64)> {
    vec![("b".to_owned(), 2), ("a".to_owned(), 1)]
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

#[test]
fn plain_forms_send_their_words() {
    let server = Double::new([
        ":2\r\n",
        ":1\r\n",
        "$1\r\nv\r\n",
        FLAT,
        ":7\r\n",
        "$3\r\n1.5\r\n",
        "*2\r\n$1\r\na\r\n$1\r\nb\r\n",
        ":2\r\n",
        "*2\r\n$1\r\n7\r\n$-1\r\n",
        "+OK\r\n",
        "$1\r\na\r\n",
        "*2\r\n$2\r\n17\r\n*4\r\n$1\r\nb\r\n$1\r\n2\r\n$1\r\na\r\n$1\r\n1\r\n",
        ":1\r\n",
        ":0\r\n",
        ":5\r\n",
        "*2\r\n$1\r\n1\r\n$1\r\n2\r\n",
    ]);
    let r = &server;
    assert_eq!(r.hdel("h", ["a", "b"]), Ok(2));
    assert_eq!(r.hexists("h", "a"), Ok(true));
    assert_eq!(r.hget("h", "a"), Ok(text("v")));
    assert_eq!(r.hgetall("h"), Ok(HashMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)])));
    assert_eq!(r.hincrby("h", "a", -3), Ok(7));
    assert_eq!(r.hincrbyfloat("h", "a", 0.5), Ok(1.5));
    assert_eq!(r.hkeys("h"), Ok(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(r.hlen("h"), Ok(2));
    assert_eq!(r.hmget("h", ("a", 2)), Ok(vec![Some(7), None::<i64>]));
    assert_eq!(r.hmset("h", ("a", 1)), Ok(()));
    assert_eq!(r.hrandfield("h"), Ok(text("a")));
    let page: ScanPage<(String, i64)> = r.hscan("h", 0).unwrap();
    assert_eq!((page.cursor.get(), page.items), (17, pairs()));
    assert_eq!(r.hset("h", (("name", "bob"), ("age", 3))), Ok(1));
    assert_eq!(r.hsetnx("h", "a", 1), Ok(false));
    assert_eq!(r.hstrlen("h", "a"), Ok(5));
    assert_eq!(r.hvals("h"), Ok(vec![1, 2]));
    assert_eq!(server.sent(), PLAIN);
}

#[test]
fn plain_forms_that_take_fields_count_them() {
    let codes = "*2\r\n:1\r\n:-2\r\n";
    let server = Double::new([
        codes,
        codes,
        "*1\r\n:7\r\n",
        "*2\r\n$1\r\n7\r\n$-1\r\n",
        "*2\r\n$1\r\n7\r\n$-1\r\n",
        codes,
        codes,
        codes,
        "*1\r\n:7000\r\n",
        "*1\r\n:7000\r\n",
        ":1\r\n",
        "*1\r\n:7\r\n",
    ]);
    let r = &server;
    let fields = ["a", "b"];
    let done = || Ok(vec![FieldExpire::Set, FieldExpire::Missing]);
    assert_eq!(r.hexpire("h", 60, fields), done());
    assert_eq!(r.hexpireat("h", at(60), fields), done());
    assert_eq!(r.hexpiretime("h", "a"), Ok(vec![Expiry::Time(at(7))]));
    assert_eq!(r.hgetdel("h", fields), Ok(vec![Some(7), None::<i64>]));
    assert_eq!(r.hgetex("h", fields), Ok(vec![Some(7), None::<i64>]));
    assert_eq!(r.hpersist("h", fields), Ok(vec![FieldPersist::Removed, FieldPersist::Missing]));
    assert_eq!(r.hpexpire("h", Duration::from_millis(1500), fields), done());
    assert_eq!(r.hpexpireat("h", 60_000, fields), done());
    assert_eq!(r.hpexpiretime("h", "a"), Ok(vec![Expiry::Time(at(7))]));
    assert_eq!(r.hpttl("h", "a"), Ok(vec![Expiry::Time(Duration::from_secs(7))]));
    assert_eq!(r.hsetex("h", [("a", 1), ("b", 2)]), Ok(true));
    assert_eq!(r.httl("h", "a"), Ok(vec![Expiry::Time(Duration::from_secs(7))]));
    assert_eq!(server.sent(), OF_FIELDS);
}

#[test]
fn no_command_of_the_group_is_missing() {
    assert_eq!(not_sent(Group::Hash, &[&PLAIN[..], &OF_FIELDS].concat()), [""; 0]);
}

#[test]
fn options_go_where_the_server_wants_them() {
    type Pair = (String, i64);
    assert_eq!(wire(cmd::hrandfield::<String>("h").count(-3)), "HRANDFIELD h -3");
    assert_eq!(
        wire(cmd::hrandfield::<String>("h").count(2).withvalues::<Pair>()),
        "HRANDFIELD h 2 WITHVALUES"
    );
    assert_eq!(wire(cmd::hscan::<Pair>("h", u64::MAX)), "HSCAN h 18446744073709551615");
    assert_eq!(
        wire(cmd::hscan::<Pair>("h", 3).match_("a*").count(100).novalues::<String>()),
        "HSCAN h 3 MATCH a* COUNT 100 NOVALUES"
    );
    assert_eq!(wire(cmd::hscan::<Pair>("h", 0).count(0)), "HSCAN h 0 COUNT 0");
}

#[test]
fn conditions_of_an_expiry_go_before_the_fields() {
    let commands = [
        ("HEXPIRE h 60", cmd::hexpire("h", 60, ["a", "b"])),
        ("HEXPIREAT h 60", cmd::hexpireat("h", at(60), ["a", "b"])),
        ("HPEXPIRE h 1500", cmd::hpexpire("h", 1500, ["a", "b"])),
        ("HPEXPIREAT h 60000", cmd::hpexpireat("h", at(60), ["a", "b"])),
    ];
    for (words, expire) in commands {
        assert_eq!(wire(expire.clone().nx()), format!("{words} NX FIELDS 2 a b"));
        assert_eq!(wire(expire.clone().xx()), format!("{words} XX FIELDS 2 a b"));
        assert_eq!(wire(expire.clone().gt()), format!("{words} GT FIELDS 2 a b"));
        assert_eq!(wire(expire.nx().lt()), format!("{words} LT FIELDS 2 a b"));
    }
}

#[test]
fn values_with_an_expiry() {
    let get = || cmd::hgetex::<String>("h", ["a", "b"]);
    assert_eq!(wire(get().ex(60)), "HGETEX h EX 60 FIELDS 2 a b");
    assert_eq!(wire(get().px(Duration::from_millis(1500))), "HGETEX h PX 1500 FIELDS 2 a b");
    assert_eq!(wire(get().exat(at(60))), "HGETEX h EXAT 60 FIELDS 2 a b");
    assert_eq!(wire(get().pxat(at(60))), "HGETEX h PXAT 60000 FIELDS 2 a b");
    assert_eq!(wire(get().ex(60).persist()), "HGETEX h PERSIST FIELDS 2 a b");
    let set = || cmd::hsetex("h", each([("a", 1), ("b", 2)]));
    assert_eq!(wire(set().ex(Duration::from_secs(60))), "HSETEX h EX 60 FIELDS 2 a 1 b 2");
    assert_eq!(wire(set().px(1500)), "HSETEX h PX 1500 FIELDS 2 a 1 b 2");
    assert_eq!(wire(set().exat(60)), "HSETEX h EXAT 60 FIELDS 2 a 1 b 2");
    assert_eq!(wire(set().pxat(60_000)), "HSETEX h PXAT 60000 FIELDS 2 a 1 b 2");
    assert_eq!(wire(set().ex(60).keepttl()), "HSETEX h KEEPTTL FIELDS 2 a 1 b 2");
    assert_eq!(wire(set().fxx().fnx()), "HSETEX h FNX FIELDS 2 a 1 b 2");
    assert_eq!(wire(set().fxx()), "HSETEX h FXX FIELDS 2 a 1 b 2");
    assert_eq!(wire(set().nx().xx()), "HSETEX h XX FIELDS 2 a 1 b 2");
    assert_eq!(wire(set().ex(60).fnx().nx()), "HSETEX h NX FNX EX 60 FIELDS 2 a 1 b 2");
}

#[test]
fn what_cannot_be_meant_is_not_sent() {
    let none: [&str; 0] = [];
    let no_pairs: [(&str, &str); 0] = [];
    assert_eq!(refusal(cmd::hdel("h", none)), "HDEL: `fields` must be at least one");
    assert_eq!(refusal(cmd::hmget::<String>("h", none)), "HMGET: `fields` must be at least one");
    assert_eq!(refusal(cmd::hexpire("h", 1, none).nx()), "HEXPIRE: `fields` must be at least one");
    assert_eq!(refusal(cmd::httl("h", none)), "HTTL: `fields` must be at least one");
    assert_eq!(refusal(cmd::hgetex::<String>("h", none)), "HGETEX: `fields` must be at least one");
    assert_eq!(refusal(cmd::hset("h", no_pairs)), "HSET: `pairs` must be at least one pair");
    assert_eq!(refusal(cmd::hmset("h", no_pairs)), "HMSET: `pairs` must be at least one pair");
    assert_eq!(refusal(cmd::hsetex("h", no_pairs)), "HSETEX: `pairs` must be at least one pair");
    let whole = "must be whole seconds; the command in milliseconds takes fractions";
    let fraction = Duration::from_millis(1500);
    assert_eq!(refusal(cmd::hexpire("h", fraction, "a")), format!("HEXPIRE: `seconds` {whole}"));
    assert_eq!(refusal(cmd::hsetex("h", ("a", 1)).ex(fraction)), format!("HSETEX: `EX` {whole}"));
    assert_eq!(refusal(cmd::hgetex::<i64>("h", "a").ex(fraction)), format!("HGETEX: `EX` {whole}"));
    assert_eq!(wire(cmd::hgetex::<i64>("h", "a").ex(fraction).px(fraction)), "HGETEX h PX 1500 FIELDS 1 a");
    assert!(refusal(cmd::hincrbyfloat("h", "a", f64::NAN)).starts_with("HINCRBYFLOAT: "));
}

#[test]
fn all_fields_of_a_hash() {
    type Hashed = HashMap<String, i64>;
    type Sorted = BTreeMap<String, i64>;
    type Listed = Vec<(String, i64)>;
    assert_eq!(both(cmd::hgetall::<Listed>("h"), FLAT, MAP), pairs());
    assert_eq!(both(cmd::hgetall::<Hashed>("h"), FLAT, MAP), pairs().into_iter().collect::<Hashed>());
    assert_eq!(both(cmd::hgetall::<Sorted>("h"), FLAT, MAP), pairs().into_iter().collect::<Sorted>());
    assert_eq!(both(cmd::hgetall::<Option<Listed>>("h"), FLAT, MAP), Some(pairs()));
    assert_eq!(both(cmd::hgetall::<Hashed>("h"), "*0\r\n", "%0\r\n"), Hashed::new());
    assert_eq!(both(cmd::hgetall::<Option<Hashed>>("h"), "*0\r\n", "%0\r\n"), None);
}

#[test]
fn nil_is_none() {
    assert_eq!(both(cmd::hget::<String>("h", "a"), "$-1\r\n", "_\r\n"), None);
    assert_eq!(both(cmd::hrandfield::<String>("h"), "$-1\r\n", "_\r\n"), None);
    let (resp2, resp3) = ("*2\r\n$1\r\nv\r\n$-1\r\n", "*2\r\n$1\r\nv\r\n_\r\n");
    assert_eq!(both(cmd::hmget::<String>("h", ["a", "b"]), resp2, resp3), [text("v"), None]);
    assert_eq!(both(cmd::hgetdel::<String>("h", ["a", "b"]), resp2, resp3), [text("v"), None]);
    assert_eq!(both(cmd::hgetex::<String>("h", ["a", "b"]).persist(), resp2, resp3), [text("v"), None]);
}

#[test]
fn random_fields() {
    let two = "*2\r\n$1\r\na\r\n$1\r\nb\r\n";
    let fields = cmd::hrandfield::<String>("h").count(2);
    assert_eq!(both(fields.clone(), two, two), ["a", "b"]);
    assert_eq!(both(fields.clone(), "*0\r\n", "*0\r\n"), Vec::<String>::new());
    assert_eq!(both(fields.clone().withvalues::<(String, i64)>(), FLAT, NESTED), pairs());
    assert_eq!(both(fields.withvalues::<(String, i64)>(), "*0\r\n", "*0\r\n"), []);
}

#[test]
fn pages_of_a_scan() {
    let page = "*2\r\n$2\r\n17\r\n*4\r\n$1\r\nb\r\n$1\r\n2\r\n$1\r\na\r\n$1\r\n1\r\n";
    let scan = cmd::hscan::<(String, i64)>("h", 0);
    let read = both(scan.clone(), page, page);
    assert_eq!((read.cursor.get(), read.items), (17, pairs()));
    let last = "*2\r\n$1\r\n0\r\n*0\r\n";
    let read = both(scan.clone(), last, last);
    assert_eq!((read.cursor.get(), read.items), (0, vec![]));
    let fields = "*2\r\n$20\r\n18446744073709551615\r\n*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n";
    let read = both(scan.novalues::<String>(), fields, fields);
    assert_eq!(
        (read.cursor.get(), read.items),
        (u64::MAX, vec!["a".to_owned(), "b".to_owned(), "c".to_owned()])
    );
}

#[test]
fn what_an_expiry_did_to_each_field() {
    use FieldExpire::{ConditionNotMet, Deleted, Missing, Other, Set};

    let codes = "*5\r\n:1\r\n:0\r\n:2\r\n:-2\r\n:7\r\n";
    let all = [Set, ConditionNotMet, Deleted, Missing, Other(7)];
    assert_eq!(both(cmd::hexpire("h", 1, "a"), codes, codes), all);
    assert_eq!(both(cmd::hpexpire("h", 1, "a").nx(), codes, codes), all);
    assert_eq!(both(cmd::hexpireat("h", 1, "a"), codes, codes), all);
    assert_eq!(both(cmd::hpexpireat("h", 1, "a").gt(), codes, codes), all);
    let codes = "*4\r\n:1\r\n:-1\r\n:-2\r\n:7\r\n";
    let all = [FieldPersist::Removed, FieldPersist::Never, FieldPersist::Missing, FieldPersist::Other(7)];
    assert_eq!(both(cmd::hpersist("h", "a"), codes, codes), all);
}

#[test]
fn when_each_field_expires() {
    let codes = "*4\r\n:-1\r\n:1500\r\n:-2\r\n:0\r\n";
    let (seconds, millis) = (Duration::from_secs(1500), Duration::from_millis(1500));
    let lives = |left| [Expiry::Never, Expiry::Time(left), Expiry::Missing, Expiry::Time(Duration::ZERO)];
    let ends = |left| {
        lives(left).map(|expiry| match expiry {
            Expiry::Time(left) => Expiry::Time(UNIX_EPOCH + left),
            Expiry::Never => Expiry::Never,
            Expiry::Missing => Expiry::Missing,
        })
    };
    assert_eq!(both(cmd::httl("h", "a"), codes, codes), lives(seconds));
    assert_eq!(both(cmd::hpttl("h", "a"), codes, codes), lives(millis));
    assert_eq!(both(cmd::hexpiretime("h", "a"), codes, codes), ends(seconds));
    assert_eq!(both(cmd::hpexpiretime("h", "a"), codes, codes), ends(millis));
}

#[test]
fn a_reply_of_another_shape_is_an_error_that_names_the_command() {
    assert_eq!(unfit(cmd::hlen("h"), "$1\r\nx\r\n"), "HLEN: expected an integer, got a bulk string");
    assert_eq!(unfit(cmd::hmset("h", ("a", 1)), ":1\r\n"), "HMSET: expected OK, got an integer");
    assert_eq!(
        unfit(cmd::hexists("h", "a"), ":2\r\n"),
        "HEXISTS: expected a truth value (0 or 1), got another integer"
    );
    assert_eq!(unfit(cmd::httl("h", "a"), ":1\r\n"), "HTTL: expected an array of times, got an integer");
    assert_eq!(
        unfit(cmd::hgetall::<HashMap<String, String>>("h"), ":1\r\n"),
        "HGETALL: expected a map, got an integer"
    );
    for odd in ["*1\r\n$1\r\na\r\n", "*3\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n"] {
        assert!(unfit(cmd::hgetall::<Vec<(String, String)>>("h"), odd).starts_with("HGETALL: expected "));
    }
    assert!(
        unfit(cmd::hscan::<(String, String)>("h", 0), "*1\r\n$1\r\n0\r\n").starts_with("HSCAN: expected ")
    );
}

#[test]
fn an_error_of_the_server_is_an_error() {
    let error = read(cmd::hincrby("h", "a", 1), "-ERR hash value is not an integer\r\n").unwrap_err();
    assert_eq!(error.to_string(), "HINCRBY: ERR hash value is not an integer");
    let unknown = read(cmd::hsetex("h", ("a", 1)).nx(), "-ERR unknown argument: NX\r\n").unwrap_err();
    assert!(matches!(unknown.kind(), ReplyErrorKind::Server(error) if error.code() == "ERR"), "{unknown:?}");
}
