//! The HyperLogLog commands.

use redispy_cmd::ReplyErrorKind;
use redispy_cmd::commands::{self as cmd, HyperLogLogCommands};
use redispy_cmd::spec::Group;

use crate::double::{Double, both, not_sent, read, refusal, unfit, wire};

const PLAIN: [&str; 3] = ["PFADD h a 2", "PFCOUNT h i", "PFMERGE d h i"];

#[test]
fn plain_forms_send_their_words() {
    let server = Double::new([":1\r\n", ":3\r\n", "+OK\r\n"]);
    let r = &server;
    assert_eq!(r.pfadd("h", ("a", 2)), Ok(true));
    assert_eq!(r.pfcount(["h", "i"]), Ok(3));
    assert_eq!(r.pfmerge("d", ["h", "i"]), Ok(()));
    assert_eq!(server.sent(), PLAIN);
}

#[test]
fn no_command_of_the_group_is_missing() {
    assert_eq!(not_sent(Group::HyperLogLog, &PLAIN), [""; 0]);
}

#[test]
fn elements_and_sources_may_be_none_keys_may_not() {
    assert_eq!(wire(cmd::pfadd("h", [""; 0])), "PFADD h");
    assert_eq!(wire(cmd::pfmerge("d", [""; 0])), "PFMERGE d");
    assert_eq!(refusal(cmd::pfcount([""; 0])), "PFCOUNT: `keys` must be at least one");
}

#[test]
fn replies_are_the_same_in_both_protocols_or_errors() {
    assert!(!both(cmd::pfadd("h", "a"), ":0\r\n", "#f\r\n"));
    assert_eq!(both(cmd::pfcount("h"), ":0\r\n", ":0\r\n"), 0);
    assert_eq!(unfit(cmd::pfmerge("d", "h"), ":1\r\n"), "PFMERGE: expected OK, got an integer");
    assert_eq!(unfit(cmd::pfcount("h"), "$-1\r\n"), "PFCOUNT: expected an integer, got nil");
    let error = read(cmd::pfadd("h", "a"), "-WRONGTYPE Key is not a valid HyperLogLog string value.\r\n");
    assert!(
        matches!(error.unwrap_err().kind(), ReplyErrorKind::Server(error) if error.code() == "WRONGTYPE")
    );
}
