//! The bitmap commands.

use redispy::cmd::{BitInt, BitOffset, BitOperation, BitOverflow, BitUnit};
use redispy::prelude::*;
use redispy::{ErrorKind, cmd};

use crate::{assert_unknown, each_protocol, is_since};

#[test]
fn bits_are_set_read_and_counted() {
    each_protocol(|r| {
        assert!(!r.setbit("k", 5, 1).unwrap());
        assert!(r.setbit("k", 5, 0).unwrap());
        assert!(!r.getbit("k", 5).unwrap());
        for bit in [5, 9, 17, 25, 33] {
            r.setbit("k", bit, 1).unwrap();
        }
        assert!(r.getbit("k", 33).unwrap() && !r.getbit("k", 34).unwrap());
        assert_eq!((r.bitcount("k").unwrap(), r.bitcount("none").unwrap()), (5, 0));
        let within = |start, end| r.run(cmd::bitcount("k").start(start).end(end)).unwrap();
        assert_eq!(
            (within(0, -1), within(2, 3), within(2, -1), within(-2, -1), within(1, 1)),
            (5, 2, 3, 2, 1)
        );
        let bits = r.run(cmd::bitcount("k").start(5).end(9).unit(BitUnit::Bit));
        if is_since((7, 0), (7, 0)) {
            assert_eq!(bits.unwrap(), 2);
        } else {
            assert_unknown(bits);
        }
        let from = r.run(cmd::bitcount("k").start(3));
        if is_since((99, 0), (8, 0)) {
            assert_eq!(from.unwrap(), 2);
        } else {
            assert_unknown(from);
        }
        assert_eq!(r.setbit("k", 1, 2).unwrap_err().kind(), ErrorKind::Argument);
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
        if is_since((7, 0), (7, 0)) {
            assert_eq!(r.run(cmd::bitpos("k", 0).start(9).end(-1).unit(BitUnit::Bit)).unwrap(), Some(9));
        }
        assert_eq!(r.bitpos("k", 7).unwrap_err().kind(), ErrorKind::Argument);
    });
}

#[test]
fn strings_are_combined_bit_by_bit() {
    each_protocol(|r| {
        r.set("a", b"\x01\x02\xff\xff").unwrap();
        r.set("b", b"\x01\x02\xff").unwrap();
        let combine = |operation| {
            let len = r.bitop(operation, "d", ["a", "b"]).unwrap();
            let bytes = r.get::<Vec<u8>>("d").unwrap().unwrap();
            assert_eq!(len, i64::try_from(bytes.len()).unwrap());
            bytes
        };
        assert_eq!(combine(BitOperation::And), b"\x01\x02\xff\x00");
        assert_eq!(combine(BitOperation::Or), b"\x01\x02\xff\xff");
        assert_eq!(combine(BitOperation::Xor), b"\x00\x00\x00\xff");
        assert_eq!(r.bitop(BitOperation::Not, "a", "a").unwrap(), 4);
        assert_eq!(r.get::<Vec<u8>>("a").unwrap().unwrap(), b"\xfe\xfd\x00\x00");
        assert_eq!(r.bitop(BitOperation::Not, "d", "none").unwrap(), 0);
        assert_eq!(r.get::<Vec<u8>>("d").unwrap(), None);
        if !is_since((8, 2), (99, 0)) {
            return assert_unknown(r.bitop(BitOperation::One, "d", ["a", "b"]));
        }
        assert_eq!(combine(BitOperation::One), b"\xff\xff\xff\x00");
        assert_eq!(combine(BitOperation::Diff), b"\xfe\xfd\x00\x00");
        assert_eq!(combine(BitOperation::Diff1), b"\x01\x02\xff\x00");
        assert_eq!(combine(BitOperation::AndOr), b"\x00\x00\x00\x00");
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
