//! The bitmap commands.

use redispy_cmd::commands::{
    self as cmd, BitInt, BitOffset, BitOperation, BitOverflow, BitUnit, BitmapCommands,
};
use redispy_cmd::spec::Group;
use redispy_cmd::{ReplyErrorKind, Text};

use crate::double::{Double, both, not_sent, read, refusal, unfit, wire};

const PLAIN: [&str; 5] = ["BITCOUNT k", "BITOP AND d a b", "BITPOS k 1", "GETBIT k 7", "SETBIT k 7 1"];

#[test]
fn plain_forms_send_their_words() {
    let server = Double::new([":26\r\n", ":3\r\n", ":-1\r\n", ":1\r\n", ":0\r\n"]);
    let r = &server;
    assert_eq!(r.bitcount("k"), Ok(26));
    assert_eq!(r.bitop(BitOperation::And, "d", ["a", "b"]), Ok(3));
    assert_eq!(r.bitpos("k", 1), Ok(None));
    assert_eq!(r.getbit("k", 7), Ok(true));
    assert_eq!(r.setbit("k", 7, 1), Ok(false));
    assert_eq!(server.sent(), PLAIN);
}

#[test]
fn no_command_of_the_group_is_missing() {
    let built = [wire(cmd::bitfield("k")), wire(cmd::bitfield_ro("k"))];
    let lines: Vec<&str> = PLAIN.into_iter().chain(built.iter().map(String::as_str)).collect();
    assert_eq!(not_sent(Group::Bitmap, &lines), [""; 0]);
}

#[test]
fn ranges_go_from_the_start_to_the_end_in_their_unit() {
    assert_eq!(wire(cmd::bitcount("k").start(-2)), "BITCOUNT k -2");
    assert_eq!(wire(cmd::bitcount("k").start(0).end(-1)), "BITCOUNT k 0 -1");
    assert_eq!(wire(cmd::bitcount("k").start(5).end(30).unit(BitUnit::Bit)), "BITCOUNT k 5 30 BIT");
    assert_eq!(wire(cmd::bitcount("k").start(0).end(1).unit(BitUnit::Byte)), "BITCOUNT k 0 1 BYTE");
    assert_eq!(wire(cmd::bitpos("k", 0).start(1)), "BITPOS k 0 1");
    assert_eq!(wire(cmd::bitpos("k", 0).start(1).end(2)), "BITPOS k 0 1 2");
    assert_eq!(wire(cmd::bitpos("k", 1).start(1).end(2).unit(BitUnit::Byte)), "BITPOS k 1 1 2 BYTE");
    assert_eq!(wire(cmd::bitpos("k", 0).start(-9).end(-1).unit(BitUnit::Bit)), "BITPOS k 0 -9 -1 BIT");
}

#[test]
fn a_bit_is_0_or_1() {
    for bit in [-1, 2, 7] {
        assert_eq!(refusal(cmd::setbit("k", 0, bit)), "SETBIT: `bit` must be 0 or 1");
        assert_eq!(refusal(cmd::bitpos("k", bit).start(1)), "BITPOS: `bit` must be 0 or 1");
    }
    assert_eq!(wire(cmd::setbit("k", u64::MAX, 0)), "SETBIT k 18446744073709551615 0");
}

#[test]
fn every_operation_has_its_word_and_enough_keys() {
    use BitOperation::{And, AndOr, Diff, Diff1, Not, One, Or, Xor};
    for (operation, word) in [
        (And, "AND"),
        (Or, "OR"),
        (Xor, "XOR"),
        (Diff, "DIFF"),
        (Diff1, "DIFF1"),
        (AndOr, "ANDOR"),
        (One, "ONE"),
    ] {
        assert_eq!(wire(cmd::bitop(operation, "d", ("a", 2))), format!("BITOP {word} d a 2"));
    }
    assert_eq!(wire(cmd::bitop(Not, "d", "a")), "BITOP NOT d a");
    assert_eq!(refusal(cmd::bitop(And, "d", [""; 0])), "BITOP: `keys` must be at least one");
    assert_eq!(refusal(cmd::bitop(Not, "d", ["a", "b"])), "BITOP: `keys` must be one for NOT");
    for operation in [Diff, Diff1, AndOr] {
        assert!(refusal(cmd::bitop(operation, "d", "a")).contains("at least two"));
    }
}

#[test]
fn operations_on_integers_keep_their_order() {
    let (i8, u63) = (BitInt::Signed(8), BitInt::Unsigned(63));
    let chain = cmd::bitfield("k")
        .get(u63, 100)
        .set(i8, BitOffset::Index(3), -5)
        .overflow(BitOverflow::Sat)
        .incrby(BitInt::Unsigned(2), 0, 7)
        .overflow(BitOverflow::Fail)
        .incrby(BitInt::Signed(64), BitOffset::Bit(9), i64::MIN)
        .overflow(BitOverflow::Wrap);
    assert_eq!(
        wire(chain),
        "BITFIELD k GET u63 100 SET i8 #3 -5 OVERFLOW SAT INCRBY u2 0 7 OVERFLOW FAIL INCRBY i64 9 \
         -9223372036854775808 OVERFLOW WRAP"
    );
    assert_eq!(
        wire(cmd::bitfield_ro("k").get(i8, 0).get(u63, BitOffset::Index(1))),
        "BITFIELD_RO k GET i8 0 GET u63 #1"
    );
    assert_eq!(
        refusal(cmd::bitfield("k").get(BitInt::Unsigned(64), 0)),
        "BITFIELD: `argument` must be 1 to 63 bits without a sign"
    );
    assert_eq!(
        refusal(cmd::bitfield_ro("k").get(BitInt::Signed(0), 0)),
        "BITFIELD_RO: `argument` must be 1 to 64 bits with a sign"
    );
}

#[test]
fn both_protocols_give_the_same() {
    let changed = cmd::bitfield("k").get(BitInt::Unsigned(8), 0);
    assert_eq!(
        both(changed, "*3\r\n:102\r\n$-1\r\n:-1\r\n", "*3\r\n:102\r\n_\r\n:-1\r\n"),
        [Some(102), None, Some(-1)]
    );
    assert_eq!(both(cmd::bitfield("k"), "*0\r\n", "*0\r\n"), []);
    assert_eq!(both(cmd::bitfield_ro("k"), "*1\r\n:7\r\n", "*1\r\n:7\r\n"), [7]);
    assert_eq!(both(cmd::bitpos("k", 1), ":0\r\n", ":0\r\n"), Some(0));
    assert_eq!(both(cmd::bitpos("k", 1).start(0).end(1), ":-1\r\n", ":-1\r\n"), None);
}

#[test]
fn other_replies_are_errors_that_name_the_command() {
    assert_eq!(unfit(cmd::bitcount("k"), "$-1\r\n"), "BITCOUNT: expected an integer, got nil");
    assert_eq!(unfit(cmd::bitpos("k", 1), "+OK\r\n"), "BITPOS: expected an integer, got a simple string");
    assert_eq!(
        unfit(cmd::bitop(BitOperation::One, "d", "a"), "*0\r\n"),
        "BITOP: expected an integer, got an array of 0 elements"
    );
    assert!(unfit(cmd::getbit("k", 1), ":2\r\n").starts_with("GETBIT: expected a truth value"));
    assert!(unfit(cmd::bitfield("k"), ":1\r\n").starts_with("BITFIELD: expected an array"));
    let error = read(cmd::setbit(Text(1), 1, 1), "-WRONGTYPE Operation against a key\r\n").unwrap_err();
    assert!(matches!(error.kind(), ReplyErrorKind::Server(error) if error.code() == "WRONGTYPE"));
    assert!(error.to_string().starts_with("SETBIT: WRONGTYPE"));
}
