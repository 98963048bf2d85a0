//! The bitmap commands.

use redispy::cmd::{BitInt, BitOffset, BitOperation, BitOverflow, BitUnit};
use redispy::prelude::*;
use redispy::{Client, ErrorKind, Outcome, cmd};

use crate::{assert_unknown, each_protocol, is_since};

#[test]
fn bits_are_set_and_read() {
    each_protocol(|r| {
        assert!(!r.getbit("k", 5).unwrap());
        assert!(!r.setbit("k", 5, 1).unwrap());
        assert!(r.getbit("k", 5).unwrap());
        assert!(!r.getbit("k", 4).unwrap());
        assert!(!r.setbit("k", 4, 0).unwrap());
        assert!(!r.getbit("k", 4).unwrap());
        assert!(!r.setbit("k", 4, 1).unwrap());
        assert!(r.setbit("k", 5, 1).unwrap());
        assert!(r.getbit("k", 4).unwrap() && r.getbit("k", 5).unwrap());
        assert!(r.setbit("k", 4, 0).unwrap());
        assert!(!r.getbit("k", 4).unwrap());
    });
}

#[test]
fn bits_are_counted_as_they_come_and_go() {
    each_protocol(|r| {
        let after = |offset, bit| {
            r.setbit("k", offset, bit).unwrap();
            r.bitcount("k").unwrap()
        };
        assert_eq!((after(5, 1), after(6, 1), after(5, 0)), (1, 2, 1));
        assert_eq!((after(9, 1), after(17, 1), after(25, 1), after(33, 1)), (2, 3, 4, 5));
        assert_eq!(r.bitcount("none").unwrap(), 0);
    });
}

#[test]
fn bits_are_counted_within_bytes() {
    each_protocol(|r| {
        for bit in [5, 9, 17, 25, 33] {
            r.setbit("k", bit, 1).unwrap();
        }
        let within = |start, end| r.run(cmd::bitcount("k").start(start).end(end)).unwrap();
        assert_eq!(
            (within(0, -1), within(2, 3), within(2, -1), within(-2, -1), within(1, 1)),
            (5, 2, 3, 2, 1)
        );
        let from = r.run(cmd::bitcount("k").start(3));
        if is_since((99, 0), (8, 0)) {
            assert_eq!(from.unwrap(), 2);
        } else {
            assert_unknown(from);
        }
    });
}

#[test]
fn bits_are_counted_within_bits() {
    each_protocol(|r| {
        r.set("k", b"\x04\x40").unwrap();
        let bits = r.run(cmd::bitcount("k").start(5).end(9).unit(BitUnit::Bit));
        if is_since((7, 0), (7, 0)) {
            assert_eq!(bits.unwrap(), 2);
        } else {
            assert_unknown(bits);
        }
    });
}

#[test]
fn the_first_bit_is_found() {
    each_protocol(|r| {
        r.set("k", b"\xff\xf0\x00").unwrap();
        assert_eq!(r.bitpos("k", 0).unwrap(), Some(12));
        assert_eq!(r.run(cmd::bitpos("k", 0).start(2).end(-1)).unwrap(), Some(16));
        assert_eq!(r.run(cmd::bitpos("k", 0).start(-2).end(-1)).unwrap(), Some(12));
        r.set("k", b"\x00\xff\xf0").unwrap();
        assert_eq!(r.run(cmd::bitpos("k", 1).start(0)).unwrap(), Some(8));
        assert_eq!(r.run(cmd::bitpos("k", 1).start(1)).unwrap(), Some(8));
        r.set("k", b"\x00\x00\x00").unwrap();
        assert_eq!(r.bitpos("k", 1).unwrap(), None);
        let within = r.run(cmd::bitpos("k", 0).start(9).end(-1).unit(BitUnit::Bit));
        if is_since((7, 0), (7, 0)) {
            assert_eq!(within.unwrap(), Some(9));
        } else {
            assert_unknown(within);
        }
    });
}

#[test]
fn a_bit_is_zero_or_one() {
    each_protocol(|r| {
        r.set("k", b"\xff\xf0\x00").unwrap();
        for error in [r.bitpos("k", 7).unwrap_err(), r.setbit("k", 1, 2).unwrap_err()] {
            assert_eq!((error.kind(), error.outcome()), (ErrorKind::Argument, Outcome::NotSent), "{error}");
            assert!(error.to_string().contains("`bit`"), "{error}");
        }
    });
}

/// What combining `a` and `b` gives.
fn combine(r: &Client, operation: BitOperation) -> Vec<u8> {
    let len = r.bitop(operation, "d", ["a", "b"]).unwrap();
    let bytes = r.get::<Vec<u8>>("d").unwrap().unwrap();
    assert_eq!(len, i64::try_from(bytes.len()).unwrap());
    bytes
}

#[test]
fn no_bits_inverted_are_no_value() {
    each_protocol(|r| {
        r.set("a", "").unwrap();
        r.set("d", "old").unwrap();
        assert_eq!(r.bitop(BitOperation::Not, "d", "a").unwrap(), 0);
        assert_eq!(r.get::<Vec<u8>>("d").unwrap(), None);
    });
}

#[test]
fn bits_are_inverted() {
    each_protocol(|r| {
        r.set("a", b"\xaa\x00\xff\x55").unwrap();
        assert_eq!(r.bitop(BitOperation::Not, "d", "a").unwrap(), 4);
        assert_eq!(r.get::<Vec<u8>>("d").unwrap().unwrap(), b"\x55\xff\x00\xaa");
    });
}

#[test]
fn bits_are_inverted_in_place() {
    each_protocol(|r| {
        r.set("a", b"\xaa\x00\xff\x55").unwrap();
        assert_eq!(r.bitop(BitOperation::Not, "a", "a").unwrap(), 4);
        assert_eq!(r.get::<Vec<u8>>("a").unwrap().unwrap(), b"\x55\xff\x00\xaa");
    });
}

#[test]
fn one_string_combined_is_a_copy() {
    each_protocol(|r| {
        let bytes = b"\x01\x02\xff";
        r.set("a", bytes).unwrap();
        for operation in [BitOperation::And, BitOperation::Or, BitOperation::Xor] {
            assert_eq!(r.bitop(operation, "d", "a").unwrap(), 3);
            assert_eq!(r.get::<Vec<u8>>("d").unwrap().unwrap(), bytes);
        }
    });
}

#[test]
fn strings_are_combined_bit_by_bit() {
    each_protocol(|r| {
        r.mset([("a", &b"\x01\x02\xff\xff"[..]), ("b", b"\x01\x02\xff")]).unwrap();
        assert_eq!(combine(r, BitOperation::And), b"\x01\x02\xff\x00");
        assert_eq!(combine(r, BitOperation::Or), b"\x01\x02\xff\xff");
        assert_eq!(combine(r, BitOperation::Xor), b"\x00\x00\x00\xff");
    });
}

#[test]
fn strings_are_combined_by_which_of_them_has_a_bit() {
    each_protocol(|r| {
        r.mset([("a", &b"\xfe\xfd\x00\x00"[..]), ("b", b"\x01\x02\xff")]).unwrap();
        if !is_since((8, 2), (99, 0)) {
            return assert_unknown(r.bitop(BitOperation::One, "d", ["a", "b"]));
        }
        assert_eq!(combine(r, BitOperation::One), b"\xff\xff\xff\x00");
        assert_eq!(combine(r, BitOperation::Diff), b"\xfe\xfd\x00\x00");
        assert_eq!(combine(r, BitOperation::Diff1), b"\x01\x02\xff\x00");
        assert_eq!(combine(r, BitOperation::AndOr), b"\x00\x00\x00\x00");
    });
}

#[test]
fn integers_within_a_string() {
    each_protocol(|r| {
        let (byte, two) = (BitInt::Unsigned(8), BitInt::Unsigned(2));
        let chain = cmd::bitfield("k").set(byte, BitOffset::Index(1), 7).get(byte, 8).incrby(two, 100, 1);
        assert_eq!(r.run(chain).unwrap(), [Some(0), Some(7), Some(1)]);
        let add = |overflow| cmd::bitfield("k").overflow(overflow).incrby(two, 100, 3);
        assert_eq!(r.run(add(BitOverflow::Sat)).unwrap(), [Some(3)]);
        assert_eq!(r.run(add(BitOverflow::Fail)).unwrap(), [None]);
        assert_eq!(r.run(add(BitOverflow::Wrap)).unwrap(), [Some(2)]);
        let read = cmd::bitfield_ro("k").get(byte, 8).get(BitInt::Signed(2), 100);
        assert_eq!(r.run(read).unwrap(), [7, -2]);
        assert_eq!(r.run(cmd::bitfield("k")).unwrap(), []);
    });
}
