//! Values of every kind, and keys: what is written is what is read.

use std::collections::BTreeSet;

use redispy::prelude::*;
use redispy::{Client, ErrorKind, Text, cmd, each};

use crate::each_protocol;

/// The value of a key, as text.
fn text(r: &Client, key: &str) -> Option<String> {
    r.get(key).unwrap()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn values_of_any_type_come_back() {
    each_protocol(|r| {
        assert_eq!(r.get::<Vec<u8>>("bytes").unwrap(), None);
        let unicode = "\u{d2b}56abcd\u{d12}";
        assert!(r.set("bytes", b"\x00\xff").unwrap());
        assert!(r.set("integer", 5).unwrap());
        assert!(r.set("unicode", unicode).unwrap());
        assert_eq!(r.get::<Vec<u8>>("bytes").unwrap().unwrap(), b"\x00\xff");
        assert_eq!((r.get::<i64>("integer").unwrap(), text(r, "integer")), (Some(5), some("5")));
        assert_eq!(text(r, "unicode").as_deref(), Some(unicode));
        assert_eq!(r.get::<Vec<u8>>("unicode").unwrap().unwrap(), unicode.as_bytes());
    });
}

#[test]
fn a_missing_value_is_not_an_empty_one() {
    each_protocol(|r| {
        assert_eq!(text(r, "k"), None);
        r.set("k", "").unwrap();
        assert_eq!(text(r, "k"), some(""));
    });
}

#[test]
fn bytes_that_are_no_text_are_not_made_to_fit() {
    each_protocol(|r| {
        r.set("k", b"\xff").unwrap();
        assert_eq!(r.get::<String>("k").unwrap_err().kind(), ErrorKind::Type);
        assert_eq!(r.get::<Vec<u8>>("k").unwrap().unwrap(), b"\xff");
    });
}

#[test]
fn keys_and_values_hold_any_byte() {
    each_protocol(|r| {
        let pairs: [(&[u8], &[u8]); 6] = [
            (b" foo bar ", b"123"),
            (b" foo\r\nbar\r\n ", b"456"),
            (b" \r\n\t\x07\x13 ", b"789"),
            (b"$5\r\nhello\r\n", b"*1\r\n+OK\r\n"),
            (b"\x00\xff\xfe", b"\r\n"),
            (b"", b"the empty key"),
        ];
        for (key, value) in pairs {
            assert!(r.set(key, value).unwrap());
        }
        let listed: BTreeSet<Vec<u8>> = r.keys::<Vec<u8>>("*").unwrap().into_iter().collect();
        assert_eq!(listed, pairs.iter().map(|(key, _)| key.to_vec()).collect());
        for (key, value) in pairs {
            assert_eq!(r.get::<Vec<u8>>(key).unwrap().unwrap(), value);
            assert_eq!(r.del(key).unwrap(), 1);
        }
        assert_eq!(r.dbsize().unwrap(), 0);
    });
}

#[test]
fn values_of_megabytes_come_back() {
    each_protocol(|r| {
        let letters: String = ('a'..='z').chain('A'..='Z').collect();
        let value = letters.repeat(5_000_000 / letters.len());
        r.set("k", &value).unwrap();
        assert!(text(r, "k").unwrap() == value);
    });
}

#[test]
fn numbers_of_any_size_come_back() {
    each_protocol(|r| {
        for integer in [i64::MIN, -1, 0, i64::MAX] {
            r.set("k", integer).unwrap();
            assert_eq!(
                (r.get::<i64>("k").unwrap(), text(r, "k")),
                (Some(integer), Some(integer.to_string()))
            );
        }
        r.set("k", u64::MAX).unwrap();
        assert_eq!(r.get::<u64>("k").unwrap(), Some(u64::MAX));
        assert_eq!(r.get::<i64>("k").unwrap_err().kind(), ErrorKind::Type);
        for float in [0.30000000000000004, 1e300, -5e-324, 1.0, f64::INFINITY, f64::NEG_INFINITY] {
            r.set("k", float).unwrap();
            assert_eq!(r.get::<f64>("k").unwrap(), Some(float));
        }
        assert_eq!(r.set("k", f64::NAN).unwrap_err().kind(), ErrorKind::Argument);
        assert_eq!(text(r, "k"), some("-inf"));
    });
}

#[test]
fn an_integer_is_read_from_text_only_when_it_is_one() {
    each_protocol(|r| {
        r.set("k", "0005").unwrap();
        assert_eq!((text(r, "k"), r.get::<i64>("k").unwrap()), (some("0005"), Some(5)));
        for no_integer in ["", " 5", "5 ", "5.0", "five", "0x5"] {
            r.set("k", no_integer).unwrap();
            assert_eq!(r.get::<i64>("k").unwrap_err().kind(), ErrorKind::Type, "{no_integer:?}");
        }
    });
}

#[test]
fn lists_of_any_bytes_are_kept_under_keys_of_any_bytes() {
    each_protocol(|r| {
        let lists: [(&[u8], [&[u8]; 3]); 4] = [
            (b"foo bar", [b"1", b"2", b"3"]),
            (b"foo\r\nbar\r\n", [b"4", b"\r\n", b""]),
            (b"foo\tbar\x07", [b"7", b"\x00", b"\xff"]),
            (b"\r\n\t\x07\x13 ", [b"$-1\r\n", b"-ERR\r\n", b"_\r\n"]),
        ];
        for (key, elements) in lists {
            assert_eq!(r.rpush(key, elements).unwrap(), 3);
        }
        let listed: BTreeSet<Vec<u8>> = r.keys::<Vec<u8>>("*").unwrap().into_iter().collect();
        assert_eq!(listed, lists.iter().map(|(key, _)| key.to_vec()).collect());
        for (key, elements) in lists {
            assert_eq!(r.lrange::<Vec<u8>>(key, 0, -1).unwrap(), elements);
        }
    });
}

#[test]
fn text_in_lists_comes_back() {
    each_protocol(|r| {
        let text = "\u{d2b}56abcd\u{d12}";
        r.rpush("l", [text; 3]).unwrap();
        assert_eq!(r.lrange::<String>("l", 0, -1).unwrap(), [text; 3]);
    });
}

#[test]
fn anything_that_displays_is_an_argument_as_text() {
    each_protocol(|r| {
        r.set("k", Text(std::net::Ipv4Addr::LOCALHOST)).unwrap();
        assert_eq!(r.get::<String>("k").unwrap().as_deref(), Some("127.0.0.1"));
    });
}

#[test]
fn a_value_of_megabytes_goes_through_a_hash_and_a_script() {
    each_protocol(|r| {
        let value = vec![b'\n'; 3_000_000];
        r.hset("h", ("f", &value)).unwrap();
        assert!(r.hget::<Vec<u8>>("h", "f").unwrap().unwrap() == value);
        let echo = cmd::eval("return {ARGV[1], ARGV[1]}").arg(&value).returns::<(Vec<u8>, Vec<u8>)>();
        let (first, second) = r.run(echo).unwrap();
        assert!(first == value && second == value);
    });
}

#[test]
fn thousands_of_arguments_go_in_one_command() {
    each_protocol(|r| {
        assert_eq!(r.rpush("l", each(0..50_000)).unwrap(), 50_000);
        assert!(r.lrange::<i32>("l", 0, -1).unwrap().into_iter().eq(0..50_000));
    });
}
