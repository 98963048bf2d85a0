//! Arguments that cannot be meant: each is an error that names the argument, before anything else is done. The server is not there, so
//! that whatever asks for it fails otherwise.

use std::fmt::Debug;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use redispy::cmd::{BitOperation, ClientFilter, GeoUnit, ListEnd, ScoreBound};
use redispy::prelude::*;
use redispy::{Client, ErrorKind, Outcome, Result, cmd};
use redispy_testkit::Refusing;

const NONE: [&str; 0] = [];
const NO_PAIRS: [(&str, &str); 0] = [];
const SHORT: Duration = Duration::from_millis(20);

/// Runs `test` with a client of a server that is not there, and looks whether it was asked for.
#[track_caller]
fn without_server(test: impl Fn(&Client)) {
    let address = Refusing::new();
    let r = crate::builder().host("127.0.0.1").port(address.addr().port()).build().unwrap();
    test(&r);
    assert_eq!(r.stats().dials, 0);
    assert_eq!(r.ping().unwrap_err().kind(), ErrorKind::Connect);
}

/// That a call failed for this argument.
#[track_caller]
fn refused<T: Debug>(argument: &str, result: Result<T>) {
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Argument, Outcome::NotSent), "{error}");
    assert!(error.to_string().contains(&format!("`{argument}`")), "{error}");
}

#[test]
fn no_keys() {
    without_server(|r| {
        refused("keys", r.del(NONE));
        refused("keys", r.unlink(NONE));
        refused("keys", r.exists(NONE));
        refused("keys", r.mget::<String>(NONE));
        refused("keys", r.sinter::<String>(NONE));
        refused("keys", r.sdiffstore("d", NONE));
        refused("keys", r.pfcount(NONE));
        refused("keys", r.bitop(BitOperation::And, "d", NONE));
        refused("keys", r.zinterstore("d", NONE));
        refused("keys", r.blpop::<(String, String)>(NONE, SHORT));
        refused("keys", r.lmpop::<(String, Vec<String>)>(NONE, ListEnd::Left));
    });
}

#[test]
fn no_members_fields_elements() {
    without_server(|r| {
        refused("members", r.sadd("s", NONE));
        refused("members", r.srem("s", NONE));
        refused("members", r.zrem("z", NONE));
        refused("elements", r.rpush("l", NONE));
        refused("elements", r.lpushx("l", NONE));
        refused("fields", r.hdel("h", NONE));
        refused("fields", r.hmget::<String>("h", NONE));
    });
}

#[test]
fn no_pairs() {
    without_server(|r| {
        refused("pairs", r.mset(NO_PAIRS));
        refused("pairs", r.msetnx(NO_PAIRS));
        refused("pairs", r.hset("h", NO_PAIRS));
        refused("pairs", r.hmset("h", NO_PAIRS));
        refused("scored", r.zadd("z", [(0.0, ""); 0]));
        refused("places", r.geoadd("g", [(0.0, 0.0, ""); 0]));
    });
}

#[test]
fn numbers_that_are_none() {
    without_server(|r| {
        refused("argument", r.set("k", f64::NAN));
        refused("increment", r.incrbyfloat("k", f64::NAN));
        refused("increment", r.hincrbyfloat("h", "f", f64::NAN));
        refused("increment", r.zincrby("z", f64::NAN, "m"));
        refused("score", r.zadd("z", [(1.0, "a"), (f64::NAN, "b")]));
        refused("bound", r.zcount("z", f64::NAN, 1));
        refused("bound", r.zrangebyscore::<String>("z", 0, ScoreBound::Exclusive(f64::NAN)));
        refused("radius", r.georadius::<String>("g", 0.0, 0.0, f64::NAN, GeoUnit::Meters));
        refused("latitude", r.geoadd("g", (0.0, f64::NAN, "m")));
        refused("bit", r.setbit("k", 0, 2));
        refused("bit", r.bitpos("k", -1));
    });
}

#[test]
fn times_that_would_be_cut_short() {
    without_server(|r| {
        let half = Duration::from_millis(500);
        refused("seconds", r.expire("k", half));
        refused("seconds", r.setex("k", half, 1));
        refused("EX", r.run(cmd::set("k", 1).ex(half)));
        refused("at", r.expireat("k", UNIX_EPOCH + half));
        refused("milliseconds", r.pexpire("k", Duration::MAX));
        refused("seconds", r.expire("k", u64::MAX));
        refused("at", r.expireat("k", SystemTime::UNIX_EPOCH - half));
    });
}

#[test]
fn a_wait_of_no_time() {
    without_server(|r| {
        refused("timeout", r.blpop::<(String, String)>("l", Duration::ZERO));
        refused("timeout", r.brpoplpush::<String>("l", "m", Duration::ZERO));
        refused("timeout", r.bzpopmin::<(String, String, f64)>("z", Duration::ZERO));
        refused("timeout", r.run(cmd::wait(1, Duration::ZERO)));
    });
}

#[test]
fn options_that_do_not_fit() {
    without_server(|r| {
        refused("get", r.run(cmd::sort::<String>("l").groups::<(String, String)>()));
        refused("weights", r.run(cmd::zunionstore("d", ["a", "b"]).weights([1, 2, 3])));
        refused("keys", r.bitop(BitOperation::Not, "d", ["a", "b"]));
        refused("filter", r.client_kill_where(ClientFilter::new()));
        refused("scored", r.run(cmd::zadd("z", [(1.0, "a"), (2.0, "b")]).incr()));
    });
}

#[test]
fn a_batch_with_one_wrong_command() {
    without_server(|r| refused("argument", r.batch([cmd::set("a", 1.0), cmd::set("b", f64::NAN)])));
}
