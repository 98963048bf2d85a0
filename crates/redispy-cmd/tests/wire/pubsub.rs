//! The commands that publish and tell of subscribers.

use redispy_cmd::commands::{self as cmd, PubSubCommands};
use redispy_cmd::spec::Group;

use crate::double::{Double, both, not_sent, read, unfit, wire};

const TWO: &str = "*2\r\n$1\r\na\r\n$1\r\nb\r\n";

const PLAIN: [&str; 8] = [
    "PUBLISH c \"it rains\"",
    "PUBSUB CHANNELS",
    "PUBSUB HELP",
    "PUBSUB NUMPAT",
    "PUBSUB NUMSUB a b",
    "PUBSUB SHARDCHANNELS",
    "PUBSUB SHARDNUMSUB a",
    "SPUBLISH c 1",
];

#[test]
fn plain_forms_send_their_words() {
    let counts = "*4\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n:0\r\n";
    let server =
        Double::new([":2\r\n", TWO, TWO, ":3\r\n", counts, "*0\r\n", "*2\r\n$1\r\na\r\n:1\r\n", ":0\r\n"]);
    let r = &server;
    let names = || vec!["a".to_owned(), "b".to_owned()];
    assert_eq!(r.publish("c", "it rains"), Ok(2));
    assert_eq!(r.pubsub_channels(), Ok(names()));
    assert_eq!(r.pubsub_help(), Ok(names()));
    assert_eq!(r.pubsub_numpat(), Ok(3));
    assert_eq!(r.pubsub_numsub(["a", "b"]), Ok(vec![("a".to_owned(), 1), ("b".to_owned(), 0)]));
    assert_eq!(r.pubsub_shardchannels::<String>(), Ok(vec![]));
    assert_eq!(r.pubsub_shardnumsub("a"), Ok(vec![(b"a".to_vec(), 1)]));
    assert_eq!(r.spublish("c", 1), Ok(0));
    assert_eq!(server.sent(), PLAIN);
}

#[test]
fn no_command_of_the_group_is_missing() {
    assert_eq!(not_sent(Group::PubSub, &PLAIN), [""; 0]);
}

#[test]
fn channels_are_picked_by_a_pattern() {
    assert_eq!(wire(cmd::pubsub_channels::<String>().pattern("n*")), "PUBSUB CHANNELS n*");
    assert_eq!(wire(cmd::pubsub_shardchannels::<String>().pattern("n*")), "PUBSUB SHARDCHANNELS n*");
    assert_eq!(wire(cmd::pubsub_numsub::<String>([""; 0])), "PUBSUB NUMSUB");
    assert_eq!(format!("{:?}", cmd::pubsub_channels::<String>()), "PUBSUB CHANNELS [0 arguments]");
}

#[test]
fn replies_are_the_same_in_both_protocols_or_errors() {
    let counts =
        both(cmd::pubsub_numsub::<String>("a"), "*2\r\n$1\r\na\r\n:1\r\n", "%1\r\n$1\r\na\r\n:1\r\n");
    assert_eq!(counts, [("a".to_owned(), 1)]);
    assert_eq!(both(cmd::pubsub_channels::<String>(), TWO, "~2\r\n$1\r\na\r\n$1\r\nb\r\n"), ["a", "b"]);
    assert_eq!(unfit(cmd::publish("c", "m"), "+OK\r\n"), "PUBLISH: expected an integer, got a simple string");
    assert_eq!(
        unfit(cmd::pubsub_channels::<String>(), ":1\r\n"),
        "PUBSUB CHANNELS: expected an array, got an integer"
    );
    assert!(unfit(cmd::pubsub_numsub::<String>("a"), "*1\r\n$1\r\na\r\n").starts_with("PUBSUB NUMSUB: "));
    assert!(
        read(cmd::publish("c", "m"), "-NOPERM no\r\n")
            .unwrap_err()
            .to_string()
            .starts_with("PUBLISH: NOPERM")
    );
}
