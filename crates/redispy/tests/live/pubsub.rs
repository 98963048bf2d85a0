//! The commands that publish and tell of subscribers. Channels belong to no database, so their names are the test's own.

use redispy::prelude::*;
use redispy::{cmd, spec};
use redispy_testkit::{Frame, SharedServer, text};

use crate::{assert_unknown, each_protocol, knows};

/// The words of the next message on a connection.
#[track_caller]
fn words(frame: Frame) -> Vec<String> {
    let Frame::Array(words) = frame else { panic!("{frame:?} is no message") };
    words.iter().map(text).collect()
}

#[test]
fn messages_reach_their_subscribers_who_are_counted() {
    each_protocol(|r| {
        let prefix = SharedServer::get().key_prefix();
        let (channel, pattern) = (format!("{prefix}news"), format!("{prefix}*"));
        assert_eq!(r.publish(&channel, "unheard").unwrap(), 0);
        let mut subscriber = SharedServer::get().connect().unwrap();
        subscriber.command(["SUBSCRIBE", &channel]).unwrap();
        assert_eq!(r.publish(&channel, b"it\0rains").unwrap(), 1);
        assert_eq!(words(subscriber.receive().unwrap()), ["message", &channel, "it\0rains"]);
        assert!(r.pubsub_channels::<String>().unwrap().contains(&channel));
        let listed = |pattern: &str| r.run(cmd::pubsub_channels::<String>().pattern(pattern)).unwrap();
        assert_eq!((listed(&pattern), listed(&format!("{prefix}x*"))), (vec![channel.clone()], vec![]));
        let counts = r.pubsub_numsub::<String>([&channel, &pattern]).unwrap();
        assert_eq!(counts, [(channel, 1), (pattern.clone(), 0)]);
        assert_eq!(r.pubsub_numsub::<String>([""; 0]).unwrap(), []);
        subscriber.command(["PSUBSCRIBE", &pattern]).unwrap();
        assert!(r.pubsub_numpat().unwrap() >= 1);
        assert!(r.pubsub_help().unwrap().len() > 3);
    });
}

#[test]
fn messages_reach_shard_channels() {
    each_protocol(|r| {
        let channel = format!("{}shard", SharedServer::get().key_prefix());
        let heard = r.spublish(&channel, "unheard");
        if !knows(&spec::SPUBLISH) {
            assert_unknown(heard);
            return assert_unknown(r.pubsub_shardchannels::<String>());
        }
        assert_eq!(heard.unwrap(), 0);
        let mut subscriber = SharedServer::get().connect().unwrap();
        subscriber.command(["SSUBSCRIBE", &channel]).unwrap();
        assert_eq!(r.spublish(&channel, 7).unwrap(), 1);
        assert_eq!(words(subscriber.receive().unwrap()), ["smessage", &channel, "7"]);
        assert!(r.pubsub_shardchannels::<String>().unwrap().contains(&channel));
        assert_eq!(
            r.run(cmd::pubsub_shardchannels::<String>().pattern(&channel)).unwrap(),
            std::slice::from_ref(&channel)
        );
        assert_eq!(r.pubsub_shardnumsub::<String>(&channel).unwrap(), [(channel, 1)]);
    });
}
