//! The list commands.

use std::collections::HashSet;
use std::time::Duration;

use redispy_cmd::arg::each;
use redispy_cmd::commands::{self as cmd, Insert, ListCommands, ListEnd};
use redispy_cmd::replies::Inserted;
use redispy_cmd::spec::Group;
use redispy_cmd::{Block, IntoCmd, ReplyErrorKind};

use crate::double::{Double, both, not_sent, read, refusal, unfit, wire};

const SECOND: Duration = Duration::from_secs(1);
const TWO: &str = "*2\r\n$1\r\na\r\n$1\r\nb\r\n";
const NUMBERS: &str = "*2\r\n$2\r\n10\r\n$2\r\n20\r\n";

/// What the plain form of each command sends.
const PLAIN: [&str; 22] = [
    "BLMOVE s d LEFT RIGHT 1",
    "BLMPOP 0 2 k l RIGHT",
    "BLPOP k l 1",
    "BRPOP k 1.500",
    "BRPOPLPUSH s d 1",
    "LINDEX l -1",
    "LINSERT l BEFORE b x",
    "LLEN l",
    "LMOVE s d RIGHT LEFT",
    "LMPOP 1 k LEFT",
    "LPOP l",
    "LPOS l a",
    "LPUSH l a 2",
    "LPUSHX l a",
    "LRANGE l 0 -1",
    "LREM l -2 a",
    "LSET l -1 a",
    "LTRIM l 1 -2",
    "RPOP l",
    "RPOPLPUSH s d",
    "RPUSH l 1 2",
    "RPUSHX l a b",
];

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn plain_forms_send_their_words() {
    let server = Double::new([
        "$1\r\na\r\n",
        "*2\r\n$1\r\nk\r\n*1\r\n$1\r\na\r\n",
        "*2\r\n$1\r\nk\r\n$2\r\n10\r\n",
        "*2\r\n$1\r\nk\r\n$2\r\n10\r\n",
        "$-1\r\n",
        "$1\r\na\r\n",
        ":3\r\n",
        ":2\r\n",
        "$1\r\na\r\n",
        "*-1\r\n",
        "$1\r\na\r\n",
        ":0\r\n",
        ":2\r\n",
        ":0\r\n",
        NUMBERS,
        ":1\r\n",
        "+OK\r\n",
        "+OK\r\n",
        "$2\r\n10\r\n",
        "$0\r\n\r\n",
        ":2\r\n",
        ":3\r\n",
    ]);
    let r = &server;
    assert_eq!(r.blmove("s", "d", ListEnd::Left, ListEnd::Right, SECOND), Ok(text("a")));
    assert_eq!(
        r.blmpop(Block::Forever, ["k", "l"], ListEnd::Right),
        Ok(Some(("k".to_owned(), vec!["a".to_owned()])))
    );
    assert_eq!(r.blpop(("k", "l"), SECOND), Ok(Some(("k".to_owned(), 10))));
    assert_eq!(r.brpop("k", Duration::from_millis(1500)), Ok(Some((b"k".to_vec(), 10))));
    assert_eq!(r.brpoplpush::<String>("s", "d", SECOND), Ok(None));
    assert_eq!(r.lindex("l", -1), Ok(text("a")));
    assert_eq!(r.linsert("l", Insert::Before, "b", "x"), Ok(Inserted::Len(3)));
    assert_eq!(r.llen("l"), Ok(2));
    assert_eq!(r.lmove("s", "d", ListEnd::Right, ListEnd::Left), Ok(text("a")));
    assert_eq!(r.lmpop::<(String, Vec<String>)>("k", ListEnd::Left), Ok(None));
    assert_eq!(r.lpop("l"), Ok(text("a")));
    assert_eq!(r.lpos("l", "a"), Ok(Some(0)));
    assert_eq!(r.lpush("l", ("a", 2)), Ok(2));
    assert_eq!(r.lpushx("l", "a"), Ok(0));
    assert_eq!(r.lrange("l", 0, -1), Ok(vec![10, 20]));
    assert_eq!(r.lrem("l", -2, "a"), Ok(1));
    assert_eq!(r.lset("l", -1, "a"), Ok(()));
    assert_eq!(r.ltrim("l", 1, -2), Ok(()));
    assert_eq!(r.rpop("l"), Ok(Some(10)));
    assert_eq!(r.rpoplpush("s", "d"), Ok(text("")));
    assert_eq!(r.rpush("l", each(1..=2)), Ok(2));
    assert_eq!(r.rpushx("l", ["a", "b"]), Ok(3));
    assert_eq!(server.sent(), PLAIN);
}

#[test]
fn no_command_of_the_group_is_missing() {
    assert_eq!(not_sent(Group::List, &PLAIN), [""; 0]);
}

#[test]
fn options_go_where_the_server_wants_them() {
    type Popped = (String, Vec<String>);
    assert_eq!(wire(cmd::lpop::<String>("l").count(3)), "LPOP l 3");
    assert_eq!(wire(cmd::rpop::<String>("l").count(0)), "RPOP l 0");
    assert_eq!(wire(cmd::linsert("l", Insert::After, "b", "x")), "LINSERT l AFTER b x");
    assert_eq!(wire(cmd::lmpop::<Popped>(["k", "l"], ListEnd::Right).count(2)), "LMPOP 2 k l RIGHT COUNT 2");
    assert_eq!(wire(cmd::lmpop::<Popped>("k", ListEnd::Left).count(1).count(9)), "LMPOP 1 k LEFT COUNT 9");
    assert_eq!(
        wire(cmd::blmpop::<Popped>(SECOND, ["k", "l"], ListEnd::Left).count(2)),
        "BLMPOP 1 2 k l LEFT COUNT 2"
    );
    assert_eq!(wire(cmd::lpos("l", "x").rank(-1)), "LPOS l x RANK -1");
    assert_eq!(wire(cmd::lpos("l", "x").maxlen(7).rank(1).rank(2)), "LPOS l x RANK 2 MAXLEN 7");
    assert_eq!(wire(cmd::lpos("l", "x").rank(2).maxlen(7).count(0)), "LPOS l x RANK 2 MAXLEN 7 COUNT 0");
}

#[test]
fn the_block_time_is_known_to_who_waits() {
    let block = |cmd: &dyn Fn(Block) -> Option<Block>| (cmd(SECOND.into()), cmd(Block::Forever));
    let both = (Some(Block::For(SECOND)), Some(Block::Forever));
    let (left, right) = (ListEnd::Left, ListEnd::Right);
    assert_eq!(block(&|time| cmd::blpop::<(String, i64)>("k", time).request().block()), both);
    assert_eq!(block(&|time| cmd::brpop::<(String, i64)>("k", time).request().block()), both);
    assert_eq!(block(&|time| cmd::blmove::<i64>("k", "l", left, right, time).request().block()), both);
    assert_eq!(block(&|time| cmd::brpoplpush::<i64>("k", "l", time).request().block()), both);
    let blmpop = |time| cmd::blmpop::<(String, Vec<i64>)>(time, "k", left).count(5).into_cmd();
    assert_eq!(block(&|time| blmpop(time).request().block()), both);
}

#[test]
fn what_cannot_be_meant_is_not_sent() {
    type Pair = (String, Vec<String>);
    let none: [&str; 0] = [];
    assert_eq!(refusal(cmd::lpush("l", none)), "LPUSH: `elements` must be at least one");
    assert_eq!(refusal(cmd::rpushx("l", none)), "RPUSHX: `elements` must be at least one");
    assert_eq!(refusal(cmd::blpop::<Pair>(none, SECOND)), "BLPOP: `keys` must be at least one");
    assert_eq!(refusal(cmd::brpop::<Pair>(none, SECOND)), "BRPOP: `keys` must be at least one");
    assert_eq!(refusal(cmd::lmpop::<Pair>(none, ListEnd::Left)), "LMPOP: `keys` must be at least one");
    let zero = Duration::ZERO;
    let text = "`timeout` must be a time above zero, or Block::Forever";
    assert_eq!(refusal(cmd::blpop::<Pair>("k", zero)), format!("BLPOP: {text}"));
    assert_eq!(refusal(cmd::blmpop::<Pair>(zero, "k", ListEnd::Left).count(2)), format!("BLMPOP: {text}"));
    assert_eq!(refusal(cmd::brpoplpush::<String>("a", "b", zero)), format!("BRPOPLPUSH: {text}"));
}

#[test]
fn keys_are_never_split_into_their_bytes() {
    assert_eq!(wire(cmd::blpop::<(String, String)>(b"queue", SECOND)), "BLPOP queue 1");
    assert_eq!(wire(cmd::lpush("l", b"abc".to_vec())), "LPUSH l abc");
}

#[test]
fn nothing_there_is_none_in_every_spelling() {
    type Pair = (String, i64);
    let (left, right) = (ListEnd::Left, ListEnd::Right);
    for resp2 in ["$-1\r\n", "*-1\r\n"] {
        let nil = "_\r\n";
        assert_eq!(both(cmd::lpop::<String>("l"), resp2, nil), None);
        assert_eq!(both(cmd::rpop::<String>("l"), resp2, nil), None);
        assert_eq!(both(cmd::lpop::<String>("l").count(2), resp2, nil), Vec::<String>::new());
        assert_eq!(both(cmd::lindex::<String>("l", 9), resp2, nil), None);
        assert_eq!(both(cmd::lpos("l", "x"), resp2, nil), None);
        assert_eq!(both(cmd::lmove::<i64>("s", "d", left, right), resp2, nil), None);
        assert_eq!(both(cmd::rpoplpush::<i64>("s", "d"), resp2, nil), None);
        assert_eq!(both(cmd::lmpop::<(String, Vec<i64>)>("k", left), resp2, nil), None);
        assert_eq!(both(cmd::blpop::<Pair>("k", SECOND), resp2, nil), None);
        assert_eq!(both(cmd::brpop::<Pair>("k", SECOND), resp2, nil), None);
        assert_eq!(both(cmd::blmove::<i64>("s", "d", left, right, SECOND), resp2, nil), None);
        assert_eq!(both(cmd::brpoplpush::<i64>("s", "d", SECOND), resp2, nil), None);
        assert_eq!(both(cmd::blmpop::<(String, Vec<i64>)>(SECOND, "k", left), resp2, nil), None);
    }
}

#[test]
fn many_elements_at_once() {
    let two = vec!["a".to_owned(), "b".to_owned()];
    assert_eq!(both(cmd::lpop::<String>("l").count(2), TWO, TWO), two);
    assert_eq!(both(cmd::rpop::<String>("l").count(0), "*0\r\n", "*0\r\n"), Vec::<String>::new());
    assert_eq!(both(cmd::lrange::<String>("l", 0, -1), TWO, TWO), two);
    assert_eq!(both(cmd::lrange::<String>("l", 0, -1), "*0\r\n", "*0\r\n"), Vec::<String>::new());
    assert_eq!(both(cmd::lpos("l", "x").count(0), "*2\r\n:0\r\n:3\r\n", "*2\r\n:0\r\n:3\r\n"), [0, 3]);
    assert_eq!(both(cmd::lpos("l", "x").count(0), "*0\r\n", "*0\r\n"), Vec::<i64>::new());
}

#[test]
fn popped_elements_come_with_their_key() {
    let reply = "*2\r\n$1\r\nk\r\n*2\r\n$2\r\n10\r\n$2\r\n20\r\n";
    let popped = both(cmd::lmpop::<(String, Vec<i64>)>("k", ListEnd::Left).count(2), reply, reply);
    assert_eq!(popped, Some(("k".to_owned(), vec![10, 20])));
    let set = read(cmd::blmpop::<(Vec<u8>, HashSet<i64>)>(SECOND, "k", ListEnd::Left), reply);
    assert_eq!(set, Ok(Some((b"k".to_vec(), HashSet::from([10, 20])))));
    let binary = read(cmd::blpop::<(Vec<u8>, Vec<u8>)>(b"\xff", SECOND), b"*2\r\n$1\r\n\xff\r\n$0\r\n\r\n");
    assert_eq!(binary, Ok(Some((vec![0xff], vec![]))));
}

#[test]
fn an_insertion_says_why_it_did_not_happen() {
    let insert = || cmd::linsert("l", Insert::Before, "b", "x");
    assert_eq!(read(insert(), ":4\r\n"), Ok(Inserted::Len(4)));
    assert_eq!(read(insert(), ":-1\r\n"), Ok(Inserted::NoPivot));
    assert_eq!(read(insert(), ":0\r\n"), Ok(Inserted::NoKey));
    assert_eq!(Inserted::Len(4).new_len(), Some(4));
    assert_eq!(Inserted::NoPivot.new_len(), None);
    assert_eq!(Inserted::NoKey.new_len(), None);
}

#[test]
fn a_reply_of_another_shape_is_an_error_that_names_the_command() {
    assert_eq!(unfit(cmd::llen("l"), TWO), "LLEN: expected an integer, got an array of 2 elements");
    assert_eq!(unfit(cmd::lset("l", 0, "x"), ":1\r\n"), "LSET: expected OK, got an integer");
    assert_eq!(unfit(cmd::lpop::<String>("l").count(2), ":1\r\n"), "LPOP: expected an array, got an integer");
    assert_eq!(unfit(cmd::lpos("l", "x").count(2), "+a\r\n"), "LPOS: expected an array, got a simple string");
    assert_eq!(
        unfit(cmd::blpop::<(String, i64)>("k", SECOND), "*1\r\n$1\r\nk\r\n"),
        "BLPOP: expected an array of 2 elements, got an array of 1 element"
    );
    assert_eq!(
        unfit(cmd::lmpop::<(String, Vec<i64>)>("k", ListEnd::Left), TWO),
        "LMPOP: element 1: expected an array, got a bulk string"
    );
}

#[test]
fn an_error_of_the_server_is_an_error() {
    let error = read(cmd::lset("l", 9, "x"), "-ERR index out of range\r\n").unwrap_err();
    assert_eq!(error.to_string(), "LSET: ERR index out of range");
    let error = read(cmd::blpop::<(String, i64)>("k", SECOND), "-WRONGTYPE Operation\r\n").unwrap_err();
    let ReplyErrorKind::Server(error) = error.kind() else { panic!("{error:?}") };
    assert_eq!(error.code(), "WRONGTYPE");
}
