use redispy_cmd::replies::ScanPage;
use redispy_cmd::reply::readers::{ok, pairs, scored, status};

use super::{read, read_by};

#[test]
fn ok_and_status() {
    assert_eq!(read_by(ok, "+OK\r\n"), Ok(()));
    assert_eq!(read_by(ok, "$2\r\nOK\r\n"), Ok(()));
    assert_eq!(read_by(ok, "+QUEUED\r\n").unwrap_err(), "expected OK, got a simple string");
    assert_eq!(read_by(ok, "_\r\n").unwrap_err(), "expected OK, got nil");
    assert_eq!(read_by(ok, "-OK\r\n").unwrap_err(), "OK");
    assert_eq!(read_by(status, "+OK\r\n"), Ok(true));
    assert_eq!(read_by(status, "_\r\n"), Ok(false));
    assert_eq!(read_by(status, "$-1\r\n"), Ok(false));
    assert_eq!(read_by(status, ":1\r\n").unwrap_err(), "expected OK or nil, got an integer");
}

#[test]
fn members_with_scores() {
    let expected = Ok(vec![(String::from("a"), 1.5), ("b".into(), f64::INFINITY)]);
    assert_eq!(read_by(scored, "*4\r\n$1\r\na\r\n$3\r\n1.5\r\n$1\r\nb\r\n$3\r\ninf\r\n"), expected);
    assert_eq!(read_by(scored, "*2\r\n*2\r\n$1\r\na\r\n,1.5\r\n*2\r\n$1\r\nb\r\n,inf\r\n"), expected);
    assert_eq!(
        read_by(scored::<String>, "*2\r\n$1\r\na\r\n$1\r\nb\r\n").unwrap_err(),
        "element 1: expected a number, got a bulk string"
    );
}

#[test]
fn pairs_in_order() {
    let expected = Ok(vec![(String::from("b"), 2), (String::from("a"), 1)]);
    assert_eq!(read_by(pairs, "*4\r\n$1\r\nb\r\n$1\r\n2\r\n$1\r\na\r\n$1\r\n1\r\n"), expected);
    assert_eq!(read_by(pairs, "%2\r\n$1\r\nb\r\n:2\r\n$1\r\na\r\n:1\r\n"), expected);
}

#[test]
fn pages() {
    let page = read::<ScanPage<String>>("*2\r\n$20\r\n18446744073709551615\r\n*1\r\n$1\r\na\r\n").unwrap();
    assert_eq!((page.cursor.get(), page.items), (u64::MAX, vec![String::from("a")]));
    let page = read::<ScanPage<(String, f64)>>("*2\r\n$1\r\n0\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n").unwrap();
    assert_eq!((page.cursor.get(), page.items), (0, vec![(String::from("a"), 1.0)]));
    assert_eq!(
        read::<ScanPage<String>>("*2\r\n$1\r\nx\r\n*0\r\n").unwrap_err(),
        "element 0: expected an unsigned integer of 64 bits, got a bulk string"
    );
}
