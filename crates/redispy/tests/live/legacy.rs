//! The old argument orders.

use redispy::{legacy::Redis, prelude::*};

use crate::each_protocol;

#[test]
fn lrem_has_the_element_before_the_count() {
    each_protocol(|client| {
        let r = Redis::new(client);
        client.rpush("l", ["1", "x", "1", "1", "1"]).unwrap();
        assert_eq!(r.lrem("l", "1", 1).unwrap(), 1);
        assert_eq!(client.lrange::<String>("l", 0, -1).unwrap(), ["x", "1", "1", "1"]);
        assert_eq!(r.lrem("l", "1", -2).unwrap(), 2);
        assert_eq!(client.lrange::<String>("l", 0, -1).unwrap(), ["x", "1"]);
        assert_eq!(r.lrem("l", "1", 0).unwrap(), 1);
        assert_eq!(client.lrange::<String>("l", 0, -1).unwrap(), ["x"]);
    });
}

#[test]
fn setex_has_the_value_before_the_time() {
    each_protocol(|client| {
        let r = Redis::new(client);
        r.setex("k", "1", 60).unwrap();
        assert_eq!(client.get("k").unwrap(), Some("1".to_string()));
        assert!((30..=60).contains(&r.ttl("k").unwrap().unwrap()));
    });
}

#[test]
fn zadd_has_members_before_scores() {
    each_protocol(|client| {
        let r = Redis::new(client);
        assert_eq!(r.zadd("z", [("a", 1.0), ("b", 2.5)]).unwrap(), 2);
        assert_eq!(
            (client.zscore("z", "a").unwrap(), client.zscore("z", "b").unwrap()),
            (Some(1.0), Some(2.5))
        );
    });
}

#[test]
fn ttl_is_nothing_where_nothing_expires() {
    each_protocol(|client| {
        let r = Redis::new(client);
        assert_eq!((r.ttl("k").unwrap(), r.pttl("k").unwrap()), (None, None));
        client.set("k", 1).unwrap();
        assert_eq!((r.ttl("k").unwrap(), r.pttl("k").unwrap()), (None, None));
        client.expire("k", 60).unwrap();
        assert!((30..=60).contains(&r.ttl("k").unwrap().unwrap()));
        assert!((30_000..=60_000).contains(&r.pttl("k").unwrap().unwrap()));
    });
}
