use super::{read, reads, unfit};

#[test]
fn integers_come_in_every_spelling() {
    // RESP3 and RESP2 integers, RESP2's number in a string, RESP3's whole double, big number and boolean.
    reads([":1\r\n", "$1\r\n1\r\n", ",1\r\n", "(1\r\n", "#t\r\n", "=5\r\ntxt:1\r\n"], 1_i64);
    reads([":-7\r\n", "$2\r\n-7\r\n", ",-7\r\n", "(-7\r\n"], -7_i8);
    reads([":0\r\n", "#f\r\n"], 0_u16);
    reads([":9223372036854775807\r\n", "$19\r\n9223372036854775807\r\n"], i64::MAX);
    reads(["$20\r\n18446744073709551615\r\n", "(18446744073709551615\r\n"], u64::MAX);
    reads(["(-170141183460469231731687303715884105728\r\n"], i128::MIN);
    reads(["(340282366920938463463374607431768211455\r\n"], u128::MAX);
    reads([":300\r\n"], 300_i16);
    reads([":70000\r\n"], 70_000_i32);
    reads([":70000\r\n"], 70_000_u32);
    reads([":70000\r\n"], 70_000_usize);
    reads([":-70000\r\n"], -70_000_isize);
}

#[test]
fn integers_out_of_range_are_errors() {
    assert_eq!(unfit::<i8>(":128\r\n"), "expected an integer of 8 bits, got an integer out of range");
    assert_eq!(unfit::<i16>(":32768\r\n"), "expected an integer of 16 bits, got an integer out of range");
    assert_eq!(
        unfit::<i32>(":2147483648\r\n"),
        "expected an integer of 32 bits, got an integer out of range"
    );
    assert_eq!(
        unfit::<u16>(":-1\r\n"),
        "expected an unsigned integer of 16 bits, got an integer out of range"
    );
    assert_eq!(
        unfit::<u32>(":-1\r\n"),
        "expected an unsigned integer of 32 bits, got an integer out of range"
    );
    assert_eq!(
        unfit::<u64>(":-1\r\n"),
        "expected an unsigned integer of 64 bits, got an integer out of range"
    );
    assert_eq!(
        unfit::<usize>(":-1\r\n"),
        "expected an unsigned integer of a pointer's size, got an integer out of range"
    );
    assert_eq!(unfit::<i64>("$19\r\n9223372036854775808\r\n"), "expected an integer, got a bulk string");
    assert_eq!(unfit::<i64>("(9223372036854775808\r\n"), "expected an integer, got a big number");
}

#[test]
fn what_is_no_integer() {
    assert_eq!(unfit::<i64>("$5\r\n1 2 3\r\n"), "expected an integer, got a bulk string");
    assert_eq!(unfit::<i64>("$0\r\n\r\n"), "expected an integer, got a bulk string");
    assert_eq!(unfit::<i64>("$1\r\n\u{0}\r\n"), "expected an integer, got a bulk string");
    assert_eq!(unfit::<i64>("$3\r\n1.5\r\n"), "expected an integer, got a bulk string");
    assert_eq!(unfit::<i64>(",1.5\r\n"), "expected an integer, got a double");
    assert_eq!(unfit::<i64>("+1\r\n"), "expected an integer, got a simple string");
    assert_eq!(unfit::<i64>("=5\r\ntxt:x\r\n"), "expected an integer, got a verbatim string");
    assert_eq!(unfit::<i64>("_\r\n"), "expected an integer, got nil");
    assert_eq!(unfit::<i64>("$-1\r\n"), "expected an integer, got nil");
    assert_eq!(unfit::<i64>("*1\r\n:1\r\n"), "expected an integer, got an array of 1 element");
    assert_eq!(unfit::<i64>("%0\r\n"), "expected an integer, got a map");
}

#[test]
fn integers_in_strings_are_what_std_reads() {
    for text in [
        "0",
        "-0",
        "007",
        "-7",
        "+7",
        "",
        "-",
        "--1",
        "1a",
        "1 ",
        "1_0",
        "128",
        "-129",
        "999999999999999999",
        "-999999999999999999",
        "1000000000000000000",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "000000000000000000000000000000000000000000000000000012",
    ] {
        let reply = format!("${}\r\n{text}\r\n", text.len());
        assert_eq!(read::<i64>(&reply).ok(), text.parse().ok(), "{text}");
        assert_eq!(read::<i8>(&reply).ok(), text.parse().ok(), "{text}");
        assert_eq!(read::<u16>(&reply).ok(), text.parse().ok(), "{text}");
        assert_eq!(read::<u64>(&reply).ok(), text.parse().ok(), "{text}");
        assert_eq!(read::<i128>(&reply).ok(), text.parse().ok(), "{text}");
    }
}

#[test]
fn floats() {
    reads([",1.5\r\n", "$3\r\n1.5\r\n"], 1.5_f64);
    reads([",3\r\n", "$1\r\n3\r\n", ":3\r\n", "(3\r\n"], 3.0_f64);
    reads([",inf\r\n", "$3\r\ninf\r\n"], f64::INFINITY);
    reads([",-inf\r\n", "$4\r\n-inf\r\n"], f64::NEG_INFINITY);
    reads([",1e300\r\n", "$6\r\n1e+300\r\n"], 1e300_f64);
    reads([",1.5\r\n", "$3\r\n1.5\r\n"], 1.5_f32);
    reads([",inf\r\n", "$3\r\ninf\r\n"], f32::INFINITY);
    // Just below the middle between two f32, but rounded to the middle as an f64.
    reads([",1.00000005960464477539062499\r\n", "$28\r\n1.00000005960464477539062499\r\n"], 1.0_f32);
    assert!(read::<f64>(",nan\r\n").unwrap().is_nan());
    assert!(read::<f64>("$3\r\nnan\r\n").unwrap().is_nan());
    assert!(read::<f32>(",nan\r\n").unwrap().is_nan());
    assert_eq!(unfit::<f64>("$1\r\nx\r\n"), "expected a number, got a bulk string");
    assert_eq!(unfit::<f64>("+1\r\n"), "expected a number, got a simple string");
    reads(["#t\r\n", ":1\r\n"], 1.0_f64);
    assert_eq!(unfit::<f64>("$-1\r\n"), "expected a number, got nil");
    for beyond in [",1e400\r\n", "$5\r\n1e400\r\n", "$6\r\n-1e400\r\n"] {
        assert_eq!(unfit::<f64>(beyond), "expected a number in the range of f64, got a number out of range");
    }
    assert_eq!(
        unfit::<f32>(",1e300\r\n"),
        "expected a number in the range of f32, got a number out of range"
    );
    assert_eq!(
        unfit::<f32>("$6\r\n-1e300\r\n"),
        "expected a number in the range of f32, got a number out of range"
    );
}

#[test]
fn truth_values() {
    reads(["#t\r\n", ":1\r\n"], true);
    reads(["#f\r\n", ":0\r\n"], false);
    assert_eq!(unfit::<bool>(":2\r\n"), "expected a truth value (0 or 1), got another integer");
    assert_eq!(unfit::<bool>("$1\r\n1\r\n"), "expected a truth value (0 or 1), got a bulk string");
    assert_eq!(unfit::<bool>("+OK\r\n"), "expected a truth value (0 or 1), got a simple string");
    assert_eq!(unfit::<bool>("_\r\n"), "expected a truth value (0 or 1), got nil");
}

#[test]
fn nil_is_none() {
    reads(["_\r\n", "$-1\r\n", "*-1\r\n"], None::<i64>);
    reads([":5\r\n", "$1\r\n5\r\n"], Some(5_i64));
    reads(["_\r\n", "$-1\r\n"], None::<bool>);
    reads(["_\r\n"], None::<Box<i64>>);
    reads([":5\r\n"], Box::new(5_i64));
    assert_eq!(unfit::<Option<i64>>("+x\r\n"), "expected an integer, got a simple string");
}
