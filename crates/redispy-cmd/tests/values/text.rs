use std::sync::Arc;

use bytes::Bytes;
use redispy_cmd::Value;

use super::{read, reads, unfit};

/// A string of every kind, and what RESP2 sends as a string.
const SPELLINGS: [&str; 3] = ["$3\r\n1.5\r\n", "+1.5\r\n", "=7\r\ntxt:1.5\r\n"];

#[test]
fn strings_of_every_kind_become_text_and_bytes() {
    for reply in SPELLINGS.into_iter().chain([",1.5\r\n"]) {
        reads([reply], String::from("1.5"));
        reads([reply], Box::<str>::from("1.5"));
        reads([reply], Arc::<str>::from("1.5"));
        reads([reply], b"1.5".to_vec());
        reads([reply], Bytes::from_static(b"1.5"));
        reads([reply], Box::<[u8]>::from(*b"1.5"));
        reads([reply], Arc::<[u8]>::from(*b"1.5"));
        reads([reply], *b"1.5");
    }
    reads(
        ["(12345678901234567890123\r\n", "$23\r\n12345678901234567890123\r\n"],
        String::from("12345678901234567890123"),
    );
    reads(["$0\r\n\r\n", "+\r\n"], String::new());
    reads(["$0\r\n\r\n"], Bytes::new());
    reads(["_\r\n", "$-1\r\n"], None::<String>);
    reads(["$6\r\nh\u{e9}\r\no\r\n"], Some(String::from("hé\r\no")));
}

#[test]
fn text_is_utf8_and_bytes_are_anything() {
    let reply = b"$2\r\n\xff\xfe\r\n";
    assert_eq!(read::<Vec<u8>>(reply), Ok(vec![0xff, 0xfe]));
    assert_eq!(read::<Bytes>(reply), Ok(Bytes::from_static(b"\xff\xfe")));
    assert_eq!(unfit::<String>(reply), "expected text in UTF-8, got a string that is not UTF-8");
    assert_eq!(unfit::<Box<str>>(reply), "expected text in UTF-8, got a string that is not UTF-8");
}

#[test]
fn bytes_of_a_fixed_number() {
    assert_eq!(unfit::<[u8; 16]>("$3\r\n1.5\r\n"), "expected 16 bytes, got 3 bytes");
    assert_eq!(unfit::<[u8; 3]>(":1\r\n"), "expected a string, got an integer");
}

#[test]
fn what_is_no_string() {
    assert_eq!(unfit::<String>(":1\r\n"), "expected text, got an integer");
    assert_eq!(unfit::<String>("#t\r\n"), "expected text, got a boolean");
    assert_eq!(unfit::<String>("$-1\r\n"), "expected text, got nil");
    assert_eq!(unfit::<String>("*0\r\n"), "expected text, got an array of 0 elements");
    assert_eq!(unfit::<Vec<u8>>(":1\r\n"), "expected a string, got an integer");
    assert_eq!(unfit::<Vec<u8>>("*1\r\n:1\r\n"), "expected a string, got an array of 1 element");
    assert_eq!(unfit::<Bytes>("_\r\n"), "expected a string, got nil");
    assert_eq!(unfit::<Arc<[u8]>>("%0\r\n"), "expected a string, got a map");
}

#[test]
fn a_value_is_anything() {
    reads(["$3\r\nfoo\r\n"], Value::bulk(*b"foo"));
    reads(["_\r\n", "*-1\r\n"], Value::Null);
    reads(["*2\r\n:1\r\n*0\r\n"], Value::array(vec![Value::Integer(1), Value::array(vec![])]));
    reads(["_\r\n"], None::<Value>);
    reads(["*2\r\n:1\r\n+x\r\n"], vec![Value::Integer(1), Value::SimpleString(b"x".to_vec())]);
}
