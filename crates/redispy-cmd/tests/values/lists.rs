use std::collections::{BTreeSet, HashSet, VecDeque};

use bytes::Bytes;
use redispy_cmd::ServerError;

use super::{read, reads, unfit};

const ARRAY: &str = "*2\r\n$1\r\na\r\n$2\r\nbc\r\n";
const SET: &str = "~2\r\n$1\r\na\r\n$2\r\nbc\r\n";
const PUSH: &str = ">2\r\n$1\r\na\r\n$2\r\nbc\r\n";
const MAP: &str = "%1\r\n$1\r\na\r\n$2\r\nbc\r\n";
const STREAMED: &str = "*?\r\n$1\r\na\r\n$2\r\nbc\r\n.\r\n";
const ALL: [&str; 5] = [ARRAY, SET, PUSH, MAP, STREAMED];

fn text(items: [&str; 2]) -> [String; 2] {
    items.map(String::from)
}

#[test]
fn every_aggregate_is_a_list() {
    let items = text(["a", "bc"]);
    reads(ALL, items.to_vec());
    reads(ALL, VecDeque::from(items.clone()));
    reads(ALL, Box::<[String]>::from(items.clone()));
    reads(ALL, items.clone());
    reads(ALL, HashSet::from(items.clone()));
    reads(ALL, BTreeSet::from(items.clone()));
    reads(ALL, vec![b"a".to_vec(), b"bc".to_vec()]);
    reads(ALL, vec![Bytes::from_static(b"a"), Bytes::from_static(b"bc")]);
    reads(ALL, (String::from("a"), Bytes::from_static(b"bc")));
    reads(["*0\r\n", "~0\r\n", "%0\r\n", "*?\r\n.\r\n"], Vec::<String>::new());
    reads(["*0\r\n"], [0_i64; 0]);
    #[cfg(feature = "indexmap")]
    reads(ALL, indexmap::IndexSet::from(items));
}

#[test]
fn elements_may_be_nil_or_an_error_each() {
    reads(
        ["*3\r\n$1\r\na\r\n$-1\r\n$1\r\nb\r\n", "*3\r\n$1\r\na\r\n_\r\n$1\r\nb\r\n"],
        vec![Some(String::from("a")), None, Some("b".into())],
    );
    reads(["*2\r\n$-1\r\n$1\r\nb\r\n"], vec![None, Some(Bytes::from_static(b"b"))]);
    let wrong_type = ServerError::new(*b"WRONGTYPE no list");
    let expected = vec![Ok(String::from("a")), Err(wrong_type)];
    reads(
        ["*2\r\n$1\r\na\r\n-WRONGTYPE no list\r\n", "*2\r\n$1\r\na\r\n!17\r\nWRONGTYPE no list\r\n"],
        expected,
    );
}

#[test]
fn one_element_that_is_no_utf8_does_not_spoil_the_others() {
    let reply = b"*3\r\n$1\r\na\r\n$1\r\n\xff\r\n$1\r\nc\r\n";
    assert_eq!(
        read::<(String, Bytes, String)>(reply),
        Ok(("a".into(), Bytes::from_static(b"\xff"), "c".into()))
    );
    assert_eq!(
        unfit::<Vec<String>>(reply),
        "element 1: expected text in UTF-8, got a string that is not UTF-8"
    );
}

#[test]
fn streamed_strings_are_whole_in_lists() {
    reads(["*2\r\n$?\r\n;1\r\na\r\n;1\r\nb\r\n;0\r\n$1\r\nc\r\n"], text(["ab", "c"]).to_vec());
    reads(["*1\r\n$?\r\n;1\r\na\r\n;1\r\nb\r\n;0\r\n"], vec![Bytes::from_static(b"ab")]);
}

#[test]
fn tuples_have_an_exact_length() {
    let twelve = "*12\r\n:0\r\n:1\r\n:2\r\n:3\r\n:4\r\n:5\r\n:6\r\n:7\r\n:8\r\n:9\r\n:10\r\n:11\r\n";
    reads([twelve], (0_i8, 1_i8, 2_i8, 3_i8, 4_i8, 5_i8, 6_i8, 7_i8, 8_i8, 9_i8, 10_i8, 11_i8));
    reads(["*1\r\n:0\r\n"], (0_i64,));
    reads(["*3\r\n:0\r\n$1\r\nx\r\n*1\r\n:1\r\n"], (0_i64, String::from("x"), [1_i64]));
    assert_eq!(
        unfit::<(i64, i64)>("*1\r\n:0\r\n"),
        "expected an array of 2 elements, got an array of 1 element"
    );
    assert_eq!(
        unfit::<(i64,)>("*2\r\n:0\r\n:1\r\n"),
        "expected an array of 1 element, got an array of 2 elements"
    );
    assert_eq!(unfit::<(i64, i64, i64)>(":0\r\n"), "expected an array of 3 elements, got an integer");
    assert_eq!(unfit::<(i64, i64)>("_\r\n"), "expected an array of 2 elements, got nil");
    assert_eq!(
        unfit::<[i64; 3]>("*1\r\n:0\r\n"),
        "expected an array of 3 elements, got an array of 1 element"
    );
}

#[test]
fn what_is_no_list() {
    assert_eq!(unfit::<Vec<i64>>(":1\r\n"), "expected an array, got an integer");
    assert_eq!(unfit::<Vec<i64>>("*-1\r\n"), "expected an array, got nil");
    assert_eq!(unfit::<VecDeque<String>>("$1\r\na\r\n"), "expected an array, got a bulk string");
    assert_eq!(unfit::<HashSet<i64>>("_\r\n"), "expected a set, got nil");
    assert_eq!(unfit::<BTreeSet<i64>>("+x\r\n"), "expected a set, got a simple string");
    #[cfg(feature = "indexmap")]
    assert_eq!(unfit::<indexmap::IndexSet<i64>>("+x\r\n"), "expected a set, got a simple string");
    assert_eq!(unfit::<[i64; 1]>("+x\r\n"), "expected an array, got a simple string");
}
