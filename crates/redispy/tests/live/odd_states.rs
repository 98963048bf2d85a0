//! Commands on keys of each type, on emptied ones and on none, with counts and ranges of nothing: whatever a server answers is
//! read, and read the same from RESP2 and from RESP3.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::panic::Location;

use redispy::cmd::{
    Aggregate, BitInt, GeoArea, GeoFrom, GeoUnit, LexBound, ListEnd, ScoreBound, ScoreEnd, Vector,
};
use redispy::prelude::*;
use redispy::replies::StreamId;
use redispy::{Client, Error, ErrorKind, ProtocolChoice, cmd};
use redispy_testkit::SharedServer;

type Bytes = Vec<u8>;
type Pairs = Vec<(Bytes, Bytes)>;
type Scored = (Bytes, f64);
type Popped = (Bytes, Vec<Scored>);

/// No text, and what looks like the end of a line.
const NO_TEXT: &[u8] = b"\xff\xc3\x00\r\n";

const KEYS: [&str; 10] =
    ["none", "text", "bytes", "list", "set", "zset", "hash", "stream", "emptied", "vectors"];

/// What the server told, with the line of this file that asked.
#[derive(Default)]
struct Told(Vec<(u32, String)>);

impl Told {
    /// An error of the server is an answer, one of reading what it sent is not.
    #[track_caller]
    fn of<T: Debug>(&mut self, answer: Result<T, Error>) {
        let told = match answer {
            Ok(value) => format!("{value:?}"),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Server, "{error}");
                error.code().unwrap_or_default().to_owned()
            }
        };
        self.0.push((Location::caller().line(), told));
    }
}

fn fill(r: &Client) {
    r.set("text", "10").unwrap();
    r.set("bytes", NO_TEXT).unwrap();
    r.rpush("list", ("a", NO_TEXT, "", "a")).unwrap();
    r.sadd("set", ("a", NO_TEXT, "")).unwrap();
    r.zadd("zset", ((f64::NEG_INFINITY, "a"), (0.1, NO_TEXT), (1e308, ""), (f64::INFINITY, "i"))).unwrap();
    r.hset("hash", (("a", "1.5"), (NO_TEXT, NO_TEXT), ("", ""))).unwrap();
    for id in [StreamId::new(1, 0), StreamId::new(2, 0), StreamId::new(u64::MAX, 1)] {
        r.run(cmd::xadd("stream", ((NO_TEXT, ""), ("a", "1"), ("a", "2"))).id(id)).unwrap();
    }
    for group in [&b"g"[..], NO_TEXT] {
        r.xgroup_create("stream", group, 0).unwrap();
        r.run(cmd::xreadgroup::<Pairs>(group, NO_TEXT, ("stream", ">")).count(2)).unwrap();
    }
    r.xdel("stream", StreamId::new(2, 0)).unwrap();
    r.run(cmd::xadd("emptied", ("a", "1")).id("1-1")).unwrap();
    r.xdel("emptied", "1-1").unwrap();
    // Unknown where there are no vector sets; the key stays without a value then.
    let _ = r.vadd("vectors", [1.0_f32, 2.0, 3.0], NO_TEXT);
}

fn ask_strings(r: &Client, key: &str, told: &mut Told) {
    told.of(r.get::<Bytes>(key));
    told.of(r.getrange(key, 1, 0));
    told.of(r.mget::<Bytes>((key, "none")));
    told.of(r.strlen(key));
    told.of(r.lcs(key, "text"));
    told.of(r.run(cmd::lcs(key, "bytes").idx().withmatchlen()));
    told.of(r.bitcount(key));
    told.of(r.bitpos(key, 1));
    told.of(r.getbit(key, 4_000_000_000));
    told.of(r.run(cmd::bitfield(key)));
    told.of(r.run(cmd::bitfield_ro(key).get(BitInt::Signed(64), 0).get(BitInt::Unsigned(63), 1)));
    told.of(r.pfcount(key));
}

fn ask_keys(r: &Client, key: &str, told: &mut Told) {
    told.of(r.exists((key, key)));
    told.of(r.type_(key));
    told.of(r.ttl(key));
    told.of(r.expiretime(key));
    told.of(r.object_encoding(key));
    told.of(r.object_refcount(key));
    told.of(r.object_freq(key));
    told.of(r.memory_usage(key).map(|bytes| bytes.is_some()));
    told.of(r.dump(key).map(|dump| dump.is_some()));
    told.of(r.run(cmd::scan::<Bytes>(0).match_(key).count(1000)));
    told.of(r.run(cmd::sort::<Bytes>(key).alpha().limit(0, 0)));
    told.of(
        r.run(cmd::sort::<Bytes>(key).by("nosort").get(("#", "none*")).groups::<(Bytes, Option<Bytes>)>())
    );
}

fn ask_collections(r: &Client, key: &str, told: &mut Told) {
    told.of(r.lrange::<Bytes>(key, 0, -1));
    told.of(r.lindex::<Bytes>(key, i64::MAX));
    told.of(r.lpos(key, "no"));
    told.of(r.run(cmd::lpos(key, "no").count(0)));
    told.of(r.run(cmd::lpop::<Bytes>(key).count(0)));
    told.of(r.lmpop::<(Bytes, Vec<Bytes>)>("none", ListEnd::Left));
    told.of(r.smembers::<Bytes>(key).map(BTreeSet::from_iter));
    told.of(r.smismember(key, (NO_TEXT, "no")));
    told.of(r.run(cmd::srandmember::<Bytes>(key).count(0)));
    told.of(r.run(cmd::spop::<Bytes>(key).count(0)));
    told.of(r.sintercard((key, "set")));
    told.of(r.sscan::<Bytes>(key, 0).map(|page| BTreeSet::from_iter(page.items)));
    told.of(r.hgetall::<Pairs>(key));
    told.of(r.hgetall::<Option<Pairs>>(key));
    told.of(r.hmget::<Bytes>(key, (NO_TEXT, "no")));
    told.of(r.run(cmd::hrandfield::<Bytes>(key).count(0).withvalues::<(Bytes, Bytes)>()));
    told.of(r.hscan::<(Bytes, Bytes)>(key, 0));
    told.of(r.httl(key, (NO_TEXT, "no")));
    told.of(r.hpexpiretime(key, (NO_TEXT, "no")));
    told.of(r.hpersist(key, (NO_TEXT, "no")));
    told.of(r.hgetex::<Bytes>(key, (NO_TEXT, "no")));
}

fn ask_sorted_sets(r: &Client, key: &str, told: &mut Told) {
    told.of(r.run(cmd::zrange::<Bytes>(key, 0, -1).rev().withscores::<Scored>()));
    let all = || cmd::zrange_byscore::<Bytes>(key, ScoreBound::MIN, ScoreBound::MAX);
    told.of(r.run(all().withscores::<Scored>()));
    told.of(r.run(all().limit(0, 0).withscores::<Scored>()));
    told.of(r.run(cmd::zrange_bylex::<Bytes>(key, LexBound::MAX, LexBound::MIN)));
    told.of(r.zmscore(key, (NO_TEXT, "no")));
    told.of(r.zscore(key, NO_TEXT));
    told.of(r.zrank(key, "no"));
    told.of(r.run(cmd::zrank(key, NO_TEXT).withscore()));
    told.of(r.run(cmd::zrandmember::<Bytes>(key).count(0).withscores::<Scored>()));
    told.of(r.run(cmd::zpopmin::<Scored>(key).count(0)));
    told.of(r.zmpop::<Popped>("none", ScoreEnd::Min));
    told.of(r.zscan::<Scored>(key, 0));
    let union = cmd::zunion::<Bytes>((key, "zset")).weights([0.5, 2.0]).aggregate(Aggregate::Max);
    told.of(r.run(union.withscores::<Scored>()));
    told.of(r.run(cmd::zdiff::<Bytes>((key, "zset")).withscores::<Scored>()));
    told.of(r.run(cmd::zadd(key, (1.0, "a")).xx().gt().incr()).map(drop));
    told.of(r.geopos(key, (NO_TEXT, "no")));
    told.of(r.geohash(key, (NO_TEXT, "no")));
    told.of(r.geodist(key, "a", "no"));
    let area = GeoArea::by_radius(GeoFrom::lonlat(0.0, 0.0), 1.0, GeoUnit::Meters);
    told.of(r.run(cmd::geosearch::<Bytes>(key, area.clone()).withcoord().withdist().withhash()));
    told.of(r.geosearchstore("stored", key, area));
    told.of(r.run(cmd::georadius::<Bytes>(key, 0.0, 0.0, 1.0, GeoUnit::Meters).store("stored")));
}

fn ask_streams(r: &Client, key: &str, told: &mut Told) {
    told.of(r.xlen(key));
    told.of(r.xrange::<Pairs>(key, "-", "+"));
    told.of(r.run(cmd::xrange::<Pairs>(key, "-", "+").count(0)));
    told.of(r.run(cmd::xrevrange::<Pairs>(key, "+", "-").count(-1)));
    told.of(r.xread::<Pairs>((key, 0)));
    told.of(r.xread::<Pairs>((key, StreamId::MAX)));
    told.of(r.xinfo_stream(key));
    told.of(r.xinfo_groups(key));
    for group in [&b"g"[..], NO_TEXT, b"no"] {
        told.of(r.xpending(key, group));
        told.of(r.run(cmd::xpending(key, group).range("-", "+", 0)));
        told.of(r.xinfo_consumers(key, group).map(|consumers| consumers.len()));
        told.of(r.xreadgroup::<Option<Pairs>>(group, NO_TEXT, (key, 0)));
        told.of(r.run(cmd::xclaim::<Pairs>(key, group, "c", 3_600_000, (1, 2)).justid()));
        told.of(r.xautoclaim::<Pairs>(key, group, "c", 3_600_000, 0));
    }
}

fn ask_vector_sets(r: &Client, key: &str, told: &mut Told) {
    told.of(r.vcard(key));
    told.of(r.vemb(key, "no"));
    told.of(r.run(cmd::vemb(key, NO_TEXT).raw()));
    told.of(r.vinfo(key));
    told.of(r.run(cmd::vlinks::<Bytes>(key, NO_TEXT).withscores()));
    told.of(r.run(cmd::vrandmember::<Bytes>(key).count(0)));
    let like = || cmd::vsim::<Bytes>(key, Vector::fp32([1.0, 0.0, 0.0]));
    told.of(r.run(like().withscores()));
    told.of(r.run(like().filter(".a == 1").withscores()));
    told.of(r.run(like().withscores_and_attribs()));
}

/// All that is asked leaves the keys as they are, so that both protocols ask about the same.
#[test]
fn what_is_told_of_every_key_is_the_same_in_both_protocols() {
    let url = SharedServer::get().fresh_url();
    let [resp2, resp3] = [ProtocolChoice::Resp2, ProtocolChoice::Resp3]
        .map(|protocol| crate::builder().url(&url).unwrap().protocol(protocol).build().unwrap());
    fill(&resp2);
    for key in KEYS {
        let ask = |r| {
            let mut told = Told::default();
            for ask in [ask_strings, ask_keys, ask_collections, ask_sorted_sets, ask_streams, ask_vector_sets]
            {
                ask(r, key, &mut told);
            }
            told.0
        };
        // Who asks for entries becomes a consumer, the first time.
        let count = ask(&resp2).len();
        assert!(count > 90, "{count}");
        assert_eq!(ask(&resp3), ask(&resp2), "{key}");
    }
}
