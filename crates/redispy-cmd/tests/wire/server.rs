//! The server as a whole.

use std::time::{Duration, SystemTime};

use redispy_cmd::commands::*;
use redispy_cmd::replies::Role;
use redispy_cmd::{Cmd, IntoCmd};

use crate::double::{Double, both, bulk, read, refusal, unfit, verbatim, wire};

#[test]
fn commands_that_answer_ok() {
    let commands: [(Cmd<()>, &str); 35] = [
        (failover().into_cmd(), "FAILOVER"),
        (failover().timeout(500).into_cmd(), "FAILOVER TIMEOUT 500"),
        (failover().to("h", 1).into_cmd(), "FAILOVER TO h 1"),
        (failover().timeout(500).to("h", 1).into_cmd(), "FAILOVER TO h 1 TIMEOUT 500"),
        (failover().to("h", 1).timeout(Duration::from_secs(1)).into_cmd(), "FAILOVER TO h 1 TIMEOUT 1000"),
        (failover().to("h", 1).force(500).into_cmd(), "FAILOVER TO h 1 FORCE TIMEOUT 500"),
        (failover().to("h", 1).force(500).timeout(7).into_cmd(), "FAILOVER TO h 1 TIMEOUT 7"),
        (failover().abort(), "FAILOVER ABORT"),
        (flushall().into_cmd(), "FLUSHALL"),
        (flushall().async_().into_cmd(), "FLUSHALL ASYNC"),
        (flushall().async_().sync().into_cmd(), "FLUSHALL SYNC"),
        (flushdb().into_cmd(), "FLUSHDB"),
        (flushdb().async_().into_cmd(), "FLUSHDB ASYNC"),
        (flushdb().sync().into_cmd(), "FLUSHDB SYNC"),
        (memory_purge(), "MEMORY PURGE"),
        (module_load("/m.so").into_cmd(), "MODULE LOAD /m.so"),
        (module_load("/m.so").args(["a", "b"]).into_cmd(), "MODULE LOAD /m.so a b"),
        (module_loadex("/m.so").into_cmd(), "MODULE LOADEX /m.so"),
        (
            module_loadex("/m.so").args(("a", 1)).config("x", "y").config("z", 2).args("b").into_cmd(),
            "MODULE LOADEX /m.so CONFIG x y CONFIG z 2 ARGS a 1 b",
        ),
        (module_unload("m"), "MODULE UNLOAD m"),
        (replicaof("h", 6379), "REPLICAOF h 6379"),
        (replicaof_no_one(), "REPLICAOF NO ONE"),
        (slaveof("h", 6379), "SLAVEOF h 6379"),
        (slaveof_no_one(), "SLAVEOF NO ONE"),
        (save(), "SAVE"),
        (shutdown().into_cmd(), "SHUTDOWN"),
        (shutdown().save().nosave().into_cmd(), "SHUTDOWN NOSAVE"),
        (shutdown().nosave().save().into_cmd(), "SHUTDOWN SAVE"),
        (shutdown().now().force().into_cmd(), "SHUTDOWN NOW FORCE"),
        (shutdown().nosave().failover().safe().into_cmd(), "SHUTDOWN NOSAVE SAFE FAILOVER"),
        (shutdown().abort(), "SHUTDOWN ABORT"),
        (slowlog_reset(), "SLOWLOG RESET"),
        (swapdb(0, 1), "SWAPDB 0 1"),
        (commandlog_reset(CommandlogKind::Slow), "COMMANDLOG RESET SLOW"),
        (commandlog_reset(CommandlogKind::LargeReply), "COMMANDLOG RESET LARGE-REPLY"),
    ];
    for (command, words) in commands {
        assert_eq!(wire(&command), words);
        read(&command, "+OK\r\n").unwrap();
        assert_eq!(unfit(&command, "_\r\n"), format!("{}: expected OK, got nil", command.request().name()));
    }
    assert_eq!(
        refusal(failover().timeout(u64::MAX)),
        "FAILOVER: `timeout` must be a time of at most 2^63 - 1 units"
    );
}

#[test]
fn jobs_for_the_background() {
    assert_eq!(wire(bgrewriteaof()), "BGREWRITEAOF");
    assert_eq!(wire(bgsave()), "BGSAVE");
    assert_eq!(wire(bgsave().schedule()), "BGSAVE SCHEDULE");
    assert_eq!(wire(bgsave().cancel()), "BGSAVE CANCEL");
    let started = "+Background append only file rewriting started\r\n";
    assert_eq!(both(bgrewriteaof(), started, started), Background::Started);
    let scheduled = "+Background append only file rewriting scheduled\r\n";
    assert_eq!(both(bgrewriteaof(), scheduled, scheduled), Background::Scheduled);
    assert_eq!(read(bgsave(), "+Background saving started\r\n"), Ok(Background::Started));
    assert_eq!(read(bgsave().schedule(), "+Background saving scheduled\r\n"), Ok(Background::Scheduled));
    read(bgsave().cancel(), "+Background saving cancelled\r\n").unwrap();
    assert_eq!(
        read(bgsave(), "-ERR Background save already in progress\r\n").unwrap_err().to_string(),
        "BGSAVE: ERR Background save already in progress"
    );
    assert_eq!(unfit(bgsave(), ":1\r\n"), "BGSAVE: expected a text, got an integer");
}

#[test]
fn numbers_texts_and_times() {
    assert_eq!(wire(dbsize()), "DBSIZE");
    assert_eq!(both(dbsize(), ":7\r\n", ":7\r\n"), 7);
    assert_eq!(wire(lolwut()), "LOLWUT");
    assert_eq!(wire(lolwut().version(5)), "LOLWUT VERSION 5");
    assert_eq!(wire(lolwut().version(5).args([1, 2])), "LOLWUT VERSION 5 1 2");
    assert_eq!(both(lolwut(), bulk("art"), verbatim("art")), "art");
    assert_eq!(read(lolwut().version(6), verbatim("art")), Ok("art".into()));
    let at = |seconds, micros| {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds) + Duration::from_micros(micros)
    };
    assert_eq!(wire(lastsave()), "LASTSAVE");
    assert_eq!(both(lastsave(), ":1795333588\r\n", ":1795333588\r\n"), at(1_795_333_588, 0));
    assert_eq!(unfit(lastsave(), "_\r\n"), "LASTSAVE: expected an unsigned integer of 64 bits, got nil");
    assert_eq!(wire(time()), "TIME");
    let reply = "*2\r\n$10\r\n1795334207\r\n$6\r\n719056\r\n";
    assert_eq!(both(time(), reply, reply), at(1_795_334_207, 719_056));
    unfit(time(), "*1\r\n$1\r\n1\r\n");
    unfit(time(), "*2\r\n$20\r\n18446744073709551615\r\n$1\r\n1\r\n");
}

#[test]
fn how_a_value_is_stored() {
    assert_eq!(wire(debug_object("k")), "DEBUG OBJECT k");
    let text = "+Value at:0x7f refcount:1 encoding:quicklist serializedlength:21 lru:172095 lru_seconds_idle:3 ql_nodes:1\r\n";
    let object = both(debug_object("k"), text, text);
    assert_eq!((object.at.as_str(), object.encoding.as_str()), ("0x7f", "quicklist"));
    assert_eq!((object.refcount, object.serializedlength, object.lru), (1, 21, 172_095));
    assert_eq!(object.lru_seconds_idle, Duration::from_secs(3));
    assert_eq!(object.other.get("ql_nodes").map(String::as_str), Some("1"));
    assert_eq!(unfit(debug_object("k"), "_\r\n"), "DEBUG: expected a text, got nil");
}

#[test]
fn roles() {
    assert_eq!(wire(role()), "ROLE");
    let master = "*3\r\n$6\r\nmaster\r\n:14\r\n*1\r\n*3\r\n$9\r\n127.0.0.1\r\n$4\r\n6380\r\n$2\r\n12\r\n";
    let Role::Master { offset, replicas } = both(role(), master, master) else { panic!() };
    assert_eq!(offset, 14);
    let [replica] = replicas.as_slice() else { panic!("{replicas:?}") };
    assert_eq!((replica.host.as_str(), replica.port, replica.offset), ("127.0.0.1", 6380, 12));
    let replica = "*5\r\n$5\r\nslave\r\n$9\r\n127.0.0.1\r\n:7932\r\n$9\r\nconnected\r\n:99\r\n";
    assert_eq!(
        both(role(), replica, replica),
        Role::Replica { host: "127.0.0.1".into(), port: 7932, state: "connected".into(), offset: 99 }
    );
    let sentinel = "*2\r\n$8\r\nsentinel\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n";
    assert_eq!(both(role(), sentinel, sentinel), Role::Sentinel { masters: vec!["a".into(), "b".into()] });
    assert!(read(role(), "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n").unwrap().is_master());
    assert_eq!(unfit(role(), "+OK\r\n"), "ROLE: expected a role and its state, got a simple string");
    unfit(role(), "*1\r\n$6\r\nmaster\r\n");
    unfit(role(), "*2\r\n$6\r\njester\r\n:1\r\n");
    unfit(role(), "*0\r\n");
}

#[test]
fn the_methods() {
    let server = Double::new([
        "+Background append only file rewriting started\r\n",
        "+Background saving started\r\n",
        ":3\r\n",
        "+Value at:0x7f refcount:1\r\n",
        "+OK\r\n",
        "+OK\r\n",
        "+OK\r\n",
        "$11\r\nrole:master\r\n",
        ":5\r\n",
        "$1\r\nx\r\n",
        "+OK\r\n",
        "+OK\r\n",
        "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n",
        "+OK\r\n",
        "+OK\r\n",
        "+OK\r\n",
        "+OK\r\n",
        "+OK\r\n",
        "*2\r\n$1\r\n1\r\n$1\r\n0\r\n",
    ]);
    let r = &server;
    assert_eq!(r.bgrewriteaof(), Ok(Background::Started));
    assert_eq!(r.bgsave(), Ok(Background::Started));
    assert_eq!(r.dbsize(), Ok(3));
    assert_eq!(r.debug_object("k").unwrap().refcount, 1);
    r.failover().unwrap();
    r.flushall().unwrap();
    r.flushdb().unwrap();
    assert_eq!(r.info().unwrap().role.as_deref(), Some("master"));
    assert_eq!(r.lastsave(), Ok(SystemTime::UNIX_EPOCH + Duration::from_secs(5)));
    assert_eq!(r.lolwut().as_deref(), Ok("x"));
    r.replicaof("h", 1).unwrap();
    r.replicaof_no_one().unwrap();
    assert!(r.role().unwrap().is_master());
    r.save().unwrap();
    r.shutdown().unwrap();
    r.slaveof("h", 1).unwrap();
    r.slaveof_no_one().unwrap();
    r.swapdb(1, 2).unwrap();
    assert_eq!(r.time(), Ok(SystemTime::UNIX_EPOCH + Duration::from_secs(1)));
    assert_eq!(
        server.sent(),
        [
            "BGREWRITEAOF",
            "BGSAVE",
            "DBSIZE",
            "DEBUG OBJECT k",
            "FAILOVER",
            "FLUSHALL",
            "FLUSHDB",
            "INFO",
            "LASTSAVE",
            "LOLWUT",
            "REPLICAOF h 1",
            "REPLICAOF NO ONE",
            "ROLE",
            "SAVE",
            "SHUTDOWN",
            "SLAVEOF h 1",
            "SLAVEOF NO ONE",
            "SWAPDB 1 2",
            "TIME"
        ]
    );
}
