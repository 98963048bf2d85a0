//! The old argument orders.

use redispy::{legacy::Redis, prelude::*};

use crate::each_protocol;

#[test]
fn arguments_stand_where_the_old_class_had_them() {
    each_protocol(|client| {
        let r = Redis::new(client);
        client.rpush("list", ["a", "x", "a", "a"]).unwrap();
        assert_eq!(r.lrem("list", "a", -2).unwrap(), 2);
        assert_eq!(client.lrange::<String>("list", 0, -1).unwrap(), ["a", "x"]);

        r.setex("k", "v", 100).unwrap();
        assert_eq!(client.get("k").unwrap(), Some("v".to_string()));
        assert!((90..=100).contains(&r.ttl("k").unwrap().unwrap()));
        assert!((90_000..=100_000).contains(&r.pttl("k").unwrap().unwrap()));
        assert_eq!((r.ttl("list").unwrap(), r.pttl("missing").unwrap()), (None, None));

        assert_eq!(r.zadd("scores", [("a", 1.0), ("b", 2.5)]).unwrap(), 2);
        assert_eq!(client.zscore("scores", "b").unwrap(), Some(2.5));
    });
}
