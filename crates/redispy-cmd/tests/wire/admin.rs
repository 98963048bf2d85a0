//! CONFIG, LATENCY, MEMORY, MODULE, SLOWLOG and COMMANDLOG.

use std::time::{Duration, SystemTime};

use redispy_cmd::commands::*;
use redispy_cmd::{Cmd, IntoCmd};

use crate::double::{Double, both, bulk, read, refusal, unfit, verbatim, wire};

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

#[test]
fn config() {
    let commands: [(Cmd<()>, &str); 5] = [
        (config_resetstat(), "CONFIG RESETSTAT"),
        (config_rewrite(), "CONFIG REWRITE"),
        (config_set("maxmemory", 5), "CONFIG SET maxmemory 5"),
        (config_set("save", ""), "CONFIG SET save \"\""),
        (config_set_all([("a", "1"), ("b", "2")]), "CONFIG SET a 1 b 2"),
    ];
    for (command, words) in commands {
        assert_eq!(wire(&command), words);
        read(&command, "+OK\r\n").unwrap();
        unfit(&command, ":1\r\n");
    }
    assert_eq!(wire(config_get("*")), "CONFIG GET *");
    assert_eq!(wire(config_get(["a", "b"])), "CONFIG GET a b");
    assert_eq!(wire(config_help()), "CONFIG HELP");
    let none: [&str; 0] = [];
    assert_eq!(refusal(config_get(none)), "CONFIG GET: `parameters` must be at least one");
    let no_pairs: [(&str, &str); 0] = [];
    assert_eq!(refusal(config_set_all(no_pairs)), "CONFIG SET: `parameters` must be at least one pair");

    let pairs = "$9\r\nmaxmemory\r\n$1\r\n0\r\n$4\r\nsave\r\n$0\r\n\r\n";
    let values = both(config_get("*"), format!("*4\r\n{pairs}"), format!("%2\r\n{pairs}"));
    assert_eq!((values.len(), values["maxmemory"].as_str(), values["save"].as_str()), (2, "0", ""));
    assert!(both(config_get("x"), "*0\r\n", "%0\r\n").is_empty());
    assert_eq!(
        unfit(config_get("*"), ":1\r\n"),
        "CONFIG GET: expected parameters with their values, got an integer"
    );

    let server = Double::new(["*0\r\n", "*0\r\n", "+OK\r\n", "+OK\r\n", "+OK\r\n", "+OK\r\n"]);
    let r = &server;
    assert!(r.config_get("a").unwrap().is_empty());
    assert!(r.config_help().unwrap().is_empty());
    r.config_resetstat().unwrap();
    r.config_rewrite().unwrap();
    r.config_set("a", 1).unwrap();
    r.config_set_all([("a", 1)]).unwrap();
    assert_eq!(
        server.sent(),
        [
            "CONFIG GET a",
            "CONFIG HELP",
            "CONFIG RESETSTAT",
            "CONFIG REWRITE",
            "CONFIG SET a 1",
            "CONFIG SET a 1"
        ]
    );
}

#[test]
fn latency_is_asked_for() {
    assert_eq!(wire(latency_doctor()), "LATENCY DOCTOR");
    assert_eq!(wire(latency_graph("command")), "LATENCY GRAPH command");
    assert_eq!(wire(latency_help()), "LATENCY HELP");
    assert_eq!(wire(latency_histogram()), "LATENCY HISTOGRAM");
    assert_eq!(wire(latency_histogram().commands(["get", "set"])), "LATENCY HISTOGRAM get set");
    assert_eq!(wire(latency_history("command")), "LATENCY HISTORY command");
    assert_eq!(wire(latency_latest()), "LATENCY LATEST");
    assert_eq!(wire(latency_reset()), "LATENCY RESET");
    assert_eq!(wire(latency_reset().events(["a", "b"])), "LATENCY RESET a b");
    let none: [&str; 0] = [];
    assert_eq!(refusal(latency_reset().events(none)), "LATENCY RESET: `events` must be at least one");
    assert_eq!(
        refusal(latency_histogram().commands(none)),
        "LATENCY HISTOGRAM: `commands` must be at least one"
    );

    let server =
        Double::new(["$1\r\nd\r\n", "$1\r\ng\r\n", "*0\r\n", "%0\r\n", "*0\r\n", "*0\r\n", ":2\r\n"]);
    let r = &server;
    assert_eq!(r.latency_doctor().as_deref(), Ok("d"));
    assert_eq!(r.latency_graph("e").as_deref(), Ok("g"));
    assert!(r.latency_help().unwrap().is_empty());
    assert!(r.latency_histogram().unwrap().is_empty());
    assert!(r.latency_history("e").unwrap().is_empty());
    assert!(r.latency_latest().unwrap().is_empty());
    assert_eq!(r.latency_reset(), Ok(2));
    assert_eq!(
        server.sent(),
        [
            "LATENCY DOCTOR",
            "LATENCY GRAPH e",
            "LATENCY HELP",
            "LATENCY HISTOGRAM",
            "LATENCY HISTORY e",
            "LATENCY LATEST",
            "LATENCY RESET"
        ]
    );
}

#[test]
fn latency_is_told() {
    assert_eq!(both(latency_doctor(), bulk("fine"), verbatim("fine")), "fine");
    assert_eq!(both(latency_graph("x"), bulk("_-_"), verbatim("_-_")), "_-_");
    let redis = "*1\r\n*4\r\n$7\r\ncommand\r\n:1795334696\r\n:10\r\n:12\r\n";
    let events = both(latency_latest(), redis, redis);
    assert_eq!((events[0].event.as_str(), events[0].time), ("command", at(1_795_334_696)));
    assert_eq!((events[0].latest, events[0].max), (Duration::from_millis(10), Duration::from_millis(12)));
    assert_eq!((events[0].sum, events[0].count), (None, None));
    let valkey = "*1\r\n*7\r\n$7\r\ncommand\r\n:1795334696\r\n:10\r\n:12\r\n:22\r\n:2\r\n:9\r\n";
    let events = both(latency_latest(), valkey, valkey);
    assert_eq!(
        (events[0].sum, events[0].count, events[0].other.len()),
        (Some(Duration::from_millis(22)), Some(2), 1)
    );
    assert_eq!(
        unfit(latency_latest(), "*1\r\n*1\r\n$1\r\nx\r\n"),
        "LATENCY LATEST: expected an event's name, time, latest and highest latency, got an array of 1 elements"
    );
    let history = "*2\r\n*2\r\n:5\r\n:10\r\n*2\r\n:6\r\n:11\r\n";
    let samples = both(latency_history("x"), history, history);
    assert_eq!((samples.len(), samples[1].time, samples[1].latency), (2, at(6), Duration::from_millis(11)));
    assert_eq!(
        unfit(latency_history("x"), "*1\r\n:1\r\n"),
        "LATENCY HISTORY: expected a time and a latency, got an integer"
    );

    let histogram = both(
        latency_histogram(),
        "*2\r\n$3\r\nset\r\n*4\r\n$5\r\ncalls\r\n:3\r\n$14\r\nhistogram_usec\r\n*4\r\n:8\r\n:1\r\n:16\r\n:3\r\n",
        "%1\r\n$3\r\nset\r\n%2\r\n$5\r\ncalls\r\n:3\r\n$14\r\nhistogram_usec\r\n%2\r\n:8\r\n:1\r\n:16\r\n:3\r\n",
    );
    assert_eq!(histogram["set"].calls, 3);
    let buckets: Vec<_> =
        histogram["set"].buckets.iter().map(|(time, calls)| (time.as_micros(), *calls)).collect();
    assert_eq!(buckets, [(8, 1), (16, 3)]);
    unfit(latency_histogram(), "_\r\n");
}

#[test]
fn memory() {
    assert_eq!(wire(memory_doctor()), "MEMORY DOCTOR");
    assert_eq!(wire(memory_help()), "MEMORY HELP");
    assert_eq!(wire(memory_malloc_stats()), "MEMORY MALLOC-STATS");
    assert_eq!(wire(memory_stats()), "MEMORY STATS");
    assert_eq!(wire(memory_usage("k")), "MEMORY USAGE k");
    assert_eq!(wire(memory_usage("k").samples(0)), "MEMORY USAGE k SAMPLES 0");
    assert_eq!(both(memory_usage("k"), ":32\r\n", ":32\r\n"), Some(32));
    assert_eq!(both(memory_usage("k"), "$-1\r\n", "_\r\n"), None);
    assert_eq!(both(memory_malloc_stats(), bulk("x"), verbatim("x")), "x");

    let server = Double::new(["$1\r\nd\r\n", "*0\r\n", "$1\r\nm\r\n", "+OK\r\n", "%0\r\n", ":8\r\n"]);
    let r = &server;
    assert_eq!(r.memory_doctor().as_deref(), Ok("d"));
    assert!(r.memory_help().unwrap().is_empty());
    assert_eq!(r.memory_malloc_stats().as_deref(), Ok("m"));
    r.memory_purge().unwrap();
    assert_eq!(r.memory_stats().unwrap().keys_count, 0);
    assert_eq!(r.memory_usage("k"), Ok(Some(8)));
    assert_eq!(
        server.sent(),
        [
            "MEMORY DOCTOR",
            "MEMORY HELP",
            "MEMORY MALLOC-STATS",
            "MEMORY PURGE",
            "MEMORY STATS",
            "MEMORY USAGE k"
        ]
    );
}

#[test]
fn where_memory_went() {
    let sizes = [
        ("peak.allocated", 1),
        ("total.allocated", 2),
        ("startup.allocated", 3),
        ("replication.backlog", 4),
        ("clients.slaves", 5),
        ("clients.normal", 6),
        ("cluster.links", 7),
        ("aof.buffer", 8),
        ("lua.caches", 9),
        ("functions.caches", 10),
        ("overhead.total", 11),
        ("keys.count", 12),
        ("keys.bytes-per-key", 13),
        ("dataset.bytes", 14),
        ("allocator.allocated", 15),
        ("allocator.active", 16),
        ("allocator.resident", 17),
        ("allocator-fragmentation.bytes", -18),
        ("allocator-rss.bytes", 19),
        ("rss-overhead.bytes", 20),
        ("fragmentation.bytes", 21),
        ("brand.new", 22),
    ];
    let ratios = [
        "dataset.percentage",
        "peak.percentage",
        "allocator-fragmentation.ratio",
        "allocator-rss.ratio",
        "rss-overhead.ratio",
        "fragmentation",
    ];
    let mut fields: String = sizes.iter().map(|(name, size)| format!("{}:{size}\r\n", bulk(name))).collect();
    fields += "$4\r\ndb.3\r\n";
    let db = "$23\r\noverhead.hashtable.main\r\n:72\r\n$26\r\noverhead.hashtable.expires\r\n:8\r\n$1\r\nx\r\n:1\r\n";
    let count = sizes.len() + ratios.len() + 1;
    let with = |ratio: &dyn Fn(usize) -> String| -> String {
        ratios.iter().enumerate().map(|(n, name)| format!("{}{}", bulk(name), ratio(n))).collect()
    };
    let stats = both(
        memory_stats(),
        format!("*{}\r\n{fields}*6\r\n{db}{}", 2 * count, with(&|n| bulk(&format!("{n}.5")))),
        format!("%{count}\r\n{fields}%3\r\n{db}{}", with(&|n| format!(",{n}.5\r\n"))),
    );
    assert_eq!((stats.peak_allocated, stats.total_allocated, stats.startup_allocated), (1, 2, 3));
    assert_eq!((stats.replication_backlog, stats.clients_replicas, stats.clients_normal), (4, 5, 6));
    assert_eq!(
        (stats.cluster_links, stats.aof_buffer, stats.lua_caches, stats.functions_caches),
        (7, 8, 9, 10)
    );
    assert_eq!(
        (stats.overhead_total, stats.keys_count, stats.keys_bytes_per_key, stats.dataset_bytes),
        (11, 12, 13, 14)
    );
    assert_eq!((stats.allocator_allocated, stats.allocator_active, stats.allocator_resident), (15, 16, 17));
    assert_eq!((stats.allocator_fragmentation_bytes, stats.allocator_rss_bytes), (-18, 19));
    assert_eq!((stats.rss_overhead_bytes, stats.fragmentation_bytes), (20, 21));
    assert_eq!(
        (stats.dataset_percentage, stats.peak_percentage, stats.allocator_fragmentation_ratio),
        (0.5, 1.5, 2.5)
    );
    assert_eq!((stats.allocator_rss_ratio, stats.rss_overhead_ratio, stats.fragmentation), (3.5, 4.5, 5.5));
    let database = &stats.databases[&3];
    assert_eq!((database.overhead_hashtable_main, database.overhead_hashtable_expires), (72, 8));
    assert_eq!((database.other.len(), stats.other.keys().next().map(String::as_str)), (1, Some("brand.new")));
    assert_eq!(
        unfit(memory_stats(), "+OK\r\n"),
        "MEMORY STATS: expected the fields of memory, got a simple string"
    );
}

#[test]
fn modules() {
    assert_eq!(wire(module_help()), "MODULE HELP");
    assert_eq!(wire(module_list()), "MODULE LIST");
    let fields =
        "$4\r\nname\r\n$9\r\nvectorset\r\n$3\r\nver\r\n:1\r\n$4\r\npath\r\n$0\r\n\r\n$4\r\nargs\r\n*0\r\n";
    let modules = both(module_list(), format!("*1\r\n*8\r\n{fields}"), format!("*1\r\n%4\r\n{fields}"));
    assert_eq!(
        (modules[0].name.as_str(), modules[0].version, modules[0].path.as_str()),
        ("vectorset", 1, "")
    );
    assert!(modules[0].args.is_empty() && modules[0].other.is_empty());
    assert_eq!(
        unfit(module_list(), "*1\r\n:1\r\n"),
        "MODULE LIST: expected a module's fields, got an integer"
    );

    let server = Double::new(["*0\r\n", "*0\r\n", "+OK\r\n", "+OK\r\n", "+OK\r\n"]);
    let r = &server;
    assert!(r.module_help().unwrap().is_empty());
    assert!(r.module_list().unwrap().is_empty());
    r.module_load("/m").unwrap();
    r.module_loadex("/m").unwrap();
    r.module_unload("m").unwrap();
    assert_eq!(
        server.sent(),
        ["MODULE HELP", "MODULE LIST", "MODULE LOAD /m", "MODULE LOADEX /m", "MODULE UNLOAD m"]
    );
}

#[test]
fn slow_commands() {
    assert_eq!(wire(slowlog_get()), "SLOWLOG GET");
    assert_eq!(wire(slowlog_get().count(0)), "SLOWLOG GET 0");
    assert_eq!(wire(slowlog_get().count(-1)), "SLOWLOG GET -1");
    assert_eq!(wire(slowlog_help()), "SLOWLOG HELP");
    assert_eq!(wire(slowlog_len()), "SLOWLOG LEN");
    let reply = b"*2\r\n*7\r\n:1\r\n:1795334207\r\n:4\r\n*2\r\n$3\r\nGET\r\n$2\r\n\xffk\r\n$15\r\n127.0.0.1:32830\r\n$1\r\nn\r\n:9\r\n\
        *4\r\n:0\r\n:5\r\n:1500000\r\n*1\r\n$4\r\nSAVE\r\n";
    let entries = both(slowlog_get(), reply, reply);
    let [new, old] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!((new.id, new.time, new.duration), (1, at(1_795_334_207), Duration::from_micros(4)));
    assert_eq!(new.args, [b"GET".to_vec(), b"\xffk".to_vec()]);
    assert_eq!(new.command(), "GET \u{fffd}k");
    assert_eq!(
        (new.client_addr.as_str(), new.client_name.as_deref(), new.other.len()),
        ("127.0.0.1:32830", Some("n"), 1)
    );
    assert_eq!(
        (old.client_addr.as_str(), old.client_name.as_deref(), old.command().as_str()),
        ("", None, "SAVE")
    );
    assert_eq!(
        unfit(slowlog_get(), "*1\r\n*1\r\n:1\r\n"),
        "SLOWLOG GET: expected a log entry's id, time, amount and arguments, got an array of 1 elements"
    );

    let server = Double::new(["*0\r\n", "*0\r\n", ":3\r\n", "+OK\r\n"]);
    let r = &server;
    assert!(r.slowlog_get().unwrap().is_empty());
    assert!(r.slowlog_help().unwrap().is_empty());
    assert_eq!(r.slowlog_len(), Ok(3));
    r.slowlog_reset().unwrap();
    assert_eq!(server.sent(), ["SLOWLOG GET", "SLOWLOG HELP", "SLOWLOG LEN", "SLOWLOG RESET"]);
}

#[test]
fn slow_and_large_commands() {
    use CommandlogKind::{LargeReply, LargeRequest, Slow};

    assert_eq!(wire(commandlog_get(5, Slow)), "COMMANDLOG GET 5 SLOW");
    assert_eq!(wire(commandlog_get(-1, LargeRequest)), "COMMANDLOG GET -1 LARGE-REQUEST");
    assert_eq!(wire(commandlog_get(1, LargeReply)), "COMMANDLOG GET 1 LARGE-REPLY");
    assert_eq!(wire(commandlog_len(LargeReply)), "COMMANDLOG LEN LARGE-REPLY");
    assert_eq!(wire(commandlog_len(LargeRequest)), "COMMANDLOG LEN LARGE-REQUEST");
    assert_eq!(wire(commandlog_help()), "COMMANDLOG HELP");
    assert_eq!(wire(commandlog_reset(LargeRequest).into_cmd()), "COMMANDLOG RESET LARGE-REQUEST");
    let reply =
        "*1\r\n*6\r\n:5\r\n:1795334696\r\n:41\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n$7\r\n1.2.3:4\r\n$0\r\n\r\n";
    let entries = both(commandlog_get(1, LargeReply), reply, reply);
    assert_eq!((entries[0].id, entries[0].time, entries[0].amount), (5, at(1_795_334_696), 41));
    assert_eq!((entries[0].command().as_str(), entries[0].client_addr.as_str()), ("GET k", "1.2.3:4"));
    assert_eq!(
        (entries[0].args.len(), entries[0].client_name.as_deref(), entries[0].other.len()),
        (2, None, 0)
    );

    let server = Double::new(["*0\r\n", "*0\r\n", ":3\r\n", "+OK\r\n"]);
    let r = &server;
    assert!(r.commandlog_get(1, Slow).unwrap().is_empty());
    assert!(r.commandlog_help().unwrap().is_empty());
    assert_eq!(r.commandlog_len(Slow), Ok(3));
    r.commandlog_reset(Slow).unwrap();
    assert_eq!(
        server.sent(),
        ["COMMANDLOG GET 1 SLOW", "COMMANDLOG HELP", "COMMANDLOG LEN SLOW", "COMMANDLOG RESET SLOW"]
    );
}
