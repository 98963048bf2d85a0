use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use bytes::Bytes;
use redispy_cmd::{FromMap, FromReply};

use super::{read_by, reads, unfit};

const FLAT: &str = "*4\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n$1\r\n2\r\n";
const MAP: &str = "%2\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n,2\r\n";
const NESTED: &str = "*2\r\n*2\r\n$1\r\na\r\n:1\r\n*2\r\n$1\r\nb\r\n:2\r\n";
const STREAMED: &str = "%?\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n:2\r\n.\r\n";
const ALL: [&str; 4] = [FLAT, MAP, NESTED, STREAMED];
const EMPTY: [&str; 4] = ["*0\r\n", "%0\r\n", "%?\r\n.\r\n", "*?\r\n.\r\n"];

/// Each of these replies becomes this map, be it read as a map or as any reply.
#[track_caller]
fn maps<M: FromMap + FromReply + Debug + PartialEq, const N: usize>(replies: [&str; N], value: M) {
    for reply in replies {
        assert_eq!(read_by(M::from_map, reply).as_ref(), Ok(&value), "{reply:?}");
    }
    reads(replies, value);
}

#[test]
fn maps_come_in_three_forms() {
    let pairs = [(String::from("a"), 1_i64), (String::from("b"), 2)];
    maps(ALL, HashMap::from(pairs.clone()));
    maps(ALL, BTreeMap::from(pairs.clone()));
    maps(ALL, pairs.to_vec());
    #[cfg(feature = "indexmap")]
    maps(ALL, indexmap::IndexMap::<String, i64>::from(pairs));
    maps(EMPTY, HashMap::<String, String>::new());
    maps(EMPTY, BTreeMap::<String, String>::new());
    maps(EMPTY, Vec::<(String, String)>::new());
}

#[test]
fn keys_and_values_share_the_reply() {
    let reply = ["*2\r\n$1\r\na\r\n$2\r\nxy\r\n", "%1\r\n$1\r\na\r\n$2\r\nxy\r\n"];
    maps(reply, HashMap::from([(String::from("a"), Bytes::from_static(b"xy"))]));
    maps(reply, vec![(Bytes::from_static(b"a"), b"xy".to_vec())]);
    maps(["*2\r\n$1\r\na\r\n$-1\r\n"], vec![(Bytes::from_static(b"a"), None::<String>)]);
}

#[test]
fn an_empty_map_is_none() {
    for reply in EMPTY.into_iter().chain(["_\r\n", "*-1\r\n"]) {
        assert_eq!(read_by(Option::<HashMap<String, String>>::from_map, reply), Ok(None), "{reply:?}");
    }
    for reply in ALL {
        let map = read_by(Option::<BTreeMap<String, i16>>::from_map, reply).unwrap().unwrap();
        assert_eq!(map.len(), 2);
    }
    assert_eq!(
        read_by(Option::<HashMap<String, String>>::from_map, ":1\r\n").unwrap_err(),
        "expected a map, got an integer"
    );
}

#[test]
fn pairs_may_hold_aggregates() {
    // An entry of a stream: RESP2 and RESP3 alike.
    let entry = "*2\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n*2\r\n$3\r\n2-0\r\n*0\r\n";
    let fields = vec![(String::from("f"), String::from("v"))];
    reads([entry], vec![(String::from("1-0"), fields.clone()), ("2-0".into(), vec![])]);
    // Streams by name: nested arrays in RESP2, a map in RESP3.
    reads(
        [
            "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n",
            "%1\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n",
        ],
        HashMap::from([(String::from("s"), vec![(String::from("1-0"), fields)])]),
    );
    reads(["*2\r\n*2\r\n$1\r\na\r\n:1\r\n*0\r\n"], vec![vec![(String::from("a"), 1_i64)], vec![]]);
}

#[test]
fn what_is_no_map() {
    type Map = HashMap<String, i64>;
    assert_eq!(unfit::<Map>(":1\r\n"), "expected a map, got an integer");
    assert_eq!(unfit::<Map>("_\r\n"), "expected a map, got nil");
    assert_eq!(unfit::<Map>("$1\r\na\r\n"), "expected a map, got a bulk string");
    assert_eq!(unfit::<Map>("*1\r\n$1\r\na\r\n"), "expected keys with values, got a key without a value");
    assert_eq!(
        unfit::<Map>("*2\r\n$1\r\na\r\n+x\r\n"),
        "element 1: expected an integer, got a simple string"
    );
    assert_eq!(
        unfit::<Map>("%1\r\n$1\r\na\r\n+x\r\n"),
        "element 1: expected an integer, got a simple string"
    );
    assert_eq!(
        unfit::<Map>("*4\r\n$1\r\na\r\n:1\r\n:2\r\n:3\r\n"),
        "element 2: expected text, got an integer"
    );
    assert_eq!(
        unfit::<Map>("*2\r\n*2\r\n$1\r\na\r\n:1\r\n*1\r\n$1\r\nb\r\n"),
        "element 1: expected an array of 2 elements, got an array of 1 element"
    );
    assert_eq!(
        unfit::<Map>("*1\r\n*3\r\n$1\r\na\r\n:1\r\n:2\r\n"),
        "element 0: expected an array of 2 elements, got an array of 3 elements"
    );
    assert_eq!(
        unfit::<Map>("*2\r\n*2\r\n$1\r\na\r\n:1\r\n:2\r\n"),
        "element 1: expected an array of 2 elements, got an integer"
    );
    assert_eq!(
        unfit::<Map>("*1\r\n*2\r\n$1\r\na\r\n$1\r\nx\r\n"),
        "element 0: element 1: expected an integer, got a bulk string"
    );
}
