//! The commands on how long keys live.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use redispy::prelude::*;
use redispy::replies::Expiry;
use redispy::{Client, cmd, spec};

use crate::{assert_unknown, each_protocol, in_a_minute, is_since, knows};

const MINUTE: Duration = Duration::from_secs(60);

/// In a minute, by the server's clock, on a whole second.
fn minute_from_now(r: &Client) -> SystemTime {
    let now = r.time().unwrap().duration_since(UNIX_EPOCH).unwrap().as_secs();
    UNIX_EPOCH + Duration::from_secs(now + 60)
}

/// The seconds since 1970.
fn unix(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).unwrap().as_secs()
}

#[test]
fn a_key_expires_in_seconds_until_it_is_persisted() {
    each_protocol(|r| {
        assert!(!r.expire("k", 60).unwrap());
        r.set("k", "foo").unwrap();
        assert!(r.expire("k", 60).unwrap());
        assert!(in_a_minute(r.ttl("k")));
        assert!(r.persist("k").unwrap() && !r.persist("k").unwrap());
        assert_eq!(r.ttl("k").unwrap(), Expiry::Never);
    });
}

#[test]
fn a_key_expires_in_milliseconds_until_it_is_persisted() {
    each_protocol(|r| {
        assert!(!r.pexpire("k", 60_000).unwrap());
        r.set("k", "foo").unwrap();
        assert!(r.pexpire("k", 60_000).unwrap());
        assert!(in_a_minute(r.pttl("k")));
        assert!(r.persist("k").unwrap());
        assert_eq!(r.pttl("k").unwrap(), Expiry::Never);
    });
}

#[test]
fn a_missing_key_is_not_one_that_never_expires() {
    each_protocol(|r| {
        assert_eq!((r.ttl("k").unwrap(), r.pttl("k").unwrap()), (Expiry::Missing, Expiry::Missing));
        r.set("k", 1).unwrap();
        assert_eq!((r.ttl("k").unwrap(), r.pttl("k").unwrap()), (Expiry::Never, Expiry::Never));
    });
}

#[test]
fn a_key_expires_after_a_duration() {
    each_protocol(|r| {
        r.set("k", 1).unwrap();
        assert!(r.expire("k", MINUTE).unwrap());
        assert!(in_a_minute(r.ttl("k")) && in_a_minute(r.pttl("k")));
        assert!(r.persist("k").unwrap());
        assert!(r.pexpire("k", MINUTE).unwrap());
        assert!(in_a_minute(r.pttl("k")));
        assert!(r.expire("k", Duration::ZERO).unwrap());
        assert_eq!(r.exists("k").unwrap(), 0);
    });
}

#[test]
fn expireat_takes_a_time() {
    each_protocol(|r| {
        r.set("k", "foo").unwrap();
        assert!(r.expireat("k", minute_from_now(r)).unwrap());
        assert!(in_a_minute(r.ttl("k")));
    });
}

#[test]
fn expireat_takes_unix_seconds() {
    each_protocol(|r| {
        r.set("k", "foo").unwrap();
        assert!(r.expireat("k", unix(minute_from_now(r))).unwrap());
        assert!(in_a_minute(r.ttl("k")));
        assert!(r.expireat("k", 1).unwrap());
        assert_eq!(r.exists("k").unwrap(), 0);
    });
}

#[test]
fn expireat_tells_of_a_missing_key() {
    each_protocol(|r| assert!(!r.expireat("k", minute_from_now(r)).unwrap()));
}

#[test]
fn pexpireat_takes_a_time() {
    each_protocol(|r| {
        r.set("k", "foo").unwrap();
        assert!(r.pexpireat("k", minute_from_now(r) + Duration::from_millis(7)).unwrap());
        assert!(in_a_minute(r.pttl("k")));
    });
}

#[test]
fn pexpireat_takes_unix_milliseconds() {
    each_protocol(|r| {
        r.set("k", "foo").unwrap();
        assert!(r.pexpireat("k", unix(minute_from_now(r)) * 1000).unwrap());
        assert!(in_a_minute(r.pttl("k")));
    });
}

#[test]
fn pexpireat_tells_of_a_missing_key() {
    each_protocol(|r| assert!(!r.pexpireat("k", minute_from_now(r)).unwrap()));
}

#[test]
fn when_a_key_expires_is_told() {
    each_protocol(|r| {
        let at = minute_from_now(r);
        let later = at + Duration::from_millis(1500);
        r.set("k", 1).unwrap();
        assert!(r.pexpireat("k", later).unwrap());
        let expiretime = r.expiretime("k");
        if !knows(&spec::EXPIRETIME) {
            assert_unknown(expiretime);
            return assert_unknown(r.pexpiretime("k"));
        }
        assert!(
            matches!(expiretime, Ok(Expiry::Time(time)) if time >= at && time <= at + Duration::from_secs(2))
        );
        assert_eq!(r.pexpiretime("k").unwrap(), Expiry::Time(later));
        r.set("k", 1).unwrap();
        assert_eq!(r.expiretime("k").unwrap(), Expiry::Never);
        assert_eq!(r.pexpiretime("none").unwrap(), Expiry::Missing);
    });
}

#[test]
fn expire_obeys_its_conditions() {
    each_protocol(|r| {
        r.set("k", 1).unwrap();
        let first = r.run(cmd::expire("k", 60).xx());
        if !is_since((7, 0), (7, 0)) {
            return assert_unknown(first);
        }
        assert!(!first.unwrap());
        assert!(!r.run(cmd::expire("k", 60).gt()).unwrap());
        assert!(!r.run(cmd::expire("k", 60).xx().lt()).unwrap());
        assert!(r.run(cmd::expire("k", 60).nx()).unwrap());
        assert!(!r.run(cmd::pexpire("k", 90_000).nx()).unwrap());
        assert!(!r.run(cmd::pexpire("k", 90_000).lt()).unwrap());
        assert!(r.run(cmd::pexpire("k", 90_000).gt().xx()).unwrap());
        assert!(r.run(cmd::pexpire("k", 60_000).lt()).unwrap());
        let far = SystemTime::now() + 10 * MINUTE;
        assert!(!r.run(cmd::pexpireat("k", far).lt()).unwrap());
        assert!(r.run(cmd::pexpireat("k", far).xx()).unwrap());
        let near = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 60;
        assert!(!r.run(cmd::expireat("k", near).gt()).unwrap());
        assert!(r.run(cmd::expireat("k", near).lt()).unwrap());
    });
}
