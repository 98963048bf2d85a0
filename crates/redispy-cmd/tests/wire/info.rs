//! INFO: the text in sections, and the fields that are typed.

use std::time::{Duration, SystemTime};

use redispy_cmd::commands::*;

use crate::double::{both, bulk, read, refusal, unfit, verbatim, wire};

const TEXT: &str = "# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:9.1.2\r\nserver_mode:standalone\r\n\
    redis_git_sha1:00000000\r\nrun_id:ab12\r\ntcp_port:7902\r\nuptime_in_seconds:633\r\nlistener0:name=tcp,bind=::1,port=7902\r\n\
    \r\n# Clients\r\nconnected_clients:1\r\nblocked_clients:2\r\nmaxclients:10000\r\n\
    \r\n# Memory\r\nused_memory:2521456\r\nused_memory_rss:8404992\r\nused_memory_peak:2521457\r\nused_memory_peak_perc:100.08%\r\n\
    maxmemory:0\r\nmaxmemory_policy:noeviction\r\nmem_fragmentation_ratio:3.36\r\n\
    \r\n# Persistence\r\nloading:0\r\nrdb_changes_since_last_save:2957\r\nrdb_bgsave_in_progress:1\r\n\
    rdb_last_save_time:1795334207\r\naof_enabled:0\r\n\
    \r\n# Stats\r\ntotal_connections_received:4\r\ntotal_commands_processed:1422\r\ninstantaneous_ops_per_sec:106\r\n\
    rejected_connections:5\r\nexpired_keys:6\r\nevicted_keys:7\r\nkeyspace_hits:46\r\nkeyspace_misses:26\r\n\
    \r\n# Replication\r\nrole:master\r\nconnected_slaves:2\r\nslave0:ip=10.0.0.6,port=6379,state=online,offset=14,lag=1,type=replica\r\n\
    slave1:ip=::1,port=6380,state=wait_bgsave,offset=0,lag=-1\r\nslave_expires_tracked_keys:0\r\nmaster_replid:929e\r\n\
    master_repl_offset:14\r\n\
    \r\n# CPU\r\nused_cpu_sys:0.656750\r\nused_cpu_user:1.500410\r\n\
    \r\n# Modules\r\nmodule:name=a,ver=1\r\nmodule:name=b,ver=2,keyless\r\n\
    \r\n# Commandstats\r\ncmdstat_config|get:calls=2,usec=12,usec_per_call=6.00,rejected_calls=1,failed_calls=3,new=4\r\n\
    \r\n# Errorstats\r\nerrorstat_ERR:count=32\r\n\
    \r\n# Latencystats\r\nlatency_percentiles_usec_config|get:p50=3.007,p99.9=42\r\n\
    \r\n# Cluster Info\r\ncluster_enabled:0\r\n\
    \r\n# Keyspace\r\ndb0:keys=2,expires=1,avg_ttl=500,subexpiry=3\r\ndb13:keys=1,expires=0\r\n\
    \r\n# Keysizes\r\ndb0_distrib_strings_sizes:>=256=203,1=2\r\na line without a colon\r\n";

#[test]
fn sections_are_asked_for_by_name() {
    assert_eq!(wire(info()), "INFO");
    assert_eq!(wire(info().sections("memory")), "INFO memory");
    assert_eq!(wire(info().sections(["server", "everything"])), "INFO server everything");
    let none: [&str; 0] = [];
    assert_eq!(refusal(info().sections(none)), "INFO: `sections` must be at least one");
}

#[test]
fn typed_fields() {
    let info = both(info(), bulk(TEXT), verbatim(TEXT));
    assert_eq!((info.version.as_deref(), info.redis_version.as_deref()), (Some("9.1.2"), Some("7.2.4")));
    assert_eq!((info.mode.as_deref(), info.run_id.as_deref()), (Some("standalone"), Some("ab12")));
    assert_eq!((info.tcp_port, info.uptime), (Some(7902), Some(Duration::from_secs(633))));
    assert_eq!(
        (info.connected_clients, info.blocked_clients, info.maxclients),
        (Some(1), Some(2), Some(10000))
    );
    assert_eq!(
        (info.used_memory, info.used_memory_rss, info.used_memory_peak),
        (Some(2521456), Some(8404992), Some(2521457))
    );
    assert_eq!((info.maxmemory, info.maxmemory_policy.as_deref()), (Some(0), Some("noeviction")));
    assert_eq!(info.mem_fragmentation_ratio, Some(3.36));
    assert_eq!(
        (info.loading, info.rdb_bgsave_in_progress, info.aof_enabled),
        (Some(false), Some(true), Some(false))
    );
    assert_eq!(info.rdb_changes_since_last_save, Some(2957));
    assert_eq!(info.rdb_last_save_time, Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_334_207)));
    assert_eq!((info.total_connections_received, info.total_commands_processed), (Some(4), Some(1422)));
    assert_eq!((info.instantaneous_ops_per_sec, info.rejected_connections), (Some(106), Some(5)));
    assert_eq!((info.expired_keys, info.evicted_keys), (Some(6), Some(7)));
    assert_eq!((info.keyspace_hits, info.keyspace_misses), (Some(46), Some(26)));
    assert_eq!((info.role.as_deref(), info.connected_replicas), (Some("master"), Some(2)));
    assert_eq!((info.master_replid.as_deref(), info.master_repl_offset), (Some("929e"), Some(14)));
    assert_eq!((info.master_host, info.master_port, info.master_link_up), (None, None, None));
    assert_eq!((info.used_cpu_sys, info.used_cpu_user), (Some(0.65675), Some(1.50041)));
    assert_eq!(info.cluster_enabled, Some(false));
}

#[test]
fn lists_within_fields() {
    let info = read(info(), bulk(TEXT)).unwrap();
    let [first, second] = info.replicas.as_slice() else { panic!("{:?}", info.replicas) };
    assert_eq!(
        (first.ip.as_str(), first.port, first.state.as_str(), first.offset),
        ("10.0.0.6", 6379, "online", 14)
    );
    assert_eq!((first.lag, first.other["type"].as_str()), (Some(Duration::from_secs(1)), "replica"));
    assert_eq!((second.ip.as_str(), second.lag, second.other["lag"].as_str()), ("::1", None, "-1"));
    let stats = &info.commandstats["config|get"];
    assert_eq!((stats.calls, stats.time, stats.usec_per_call), (2, Duration::from_micros(12), 6.0));
    assert_eq!((stats.rejected_calls, stats.failed_calls, stats.other["new"].as_str()), (1, 3, "4"));
    assert_eq!(info.errorstats["ERR"], 32);
    assert_eq!(
        (info.latencystats["config|get"]["p50"], info.latencystats["config|get"]["p99.9"]),
        (3.007, 42.0)
    );
    assert_eq!(info.keyspace.keys().collect::<Vec<_>>(), [&0, &13]);
    let db = &info.keyspace[&0];
    assert_eq!((db.keys, db.expires, db.avg_ttl), (2, 1, Duration::from_millis(500)));
    assert_eq!(db.other["subexpiry"], "3");
}

#[test]
fn every_line_is_kept_as_it_is() {
    let info = read(info(), bulk(TEXT)).unwrap();
    assert_eq!(info.get("redis_git_sha1"), Some("00000000"));
    assert_eq!(info.get("used_memory_peak_perc"), Some("100.08%"));
    assert_eq!(info.get("listener0"), Some("name=tcp,bind=::1,port=7902"));
    assert_eq!(info.get("nosuch"), None);
    assert_eq!((info.parse::<u64>("maxclients"), info.parse::<u64>("role")), (Some(10000), None));
    let modules = info.section("modules").unwrap();
    assert_eq!(modules.fields.len(), 2);
    assert_eq!(modules.fields[1], ("module".into(), "name=b,ver=2,keyless".into()));
    assert_eq!(info.section("Cluster Info").unwrap().name, "Cluster Info");
    assert_eq!(info.section("keysizes").unwrap().lines, ["a line without a colon"]);
}

#[test]
fn a_long_list_of_one_field_is_kept_whole() {
    let counts =
        (6..=255).map(|size| format!("{size}={}", size * 7)).collect::<Vec<_>>().join(",") + ",>=256=203";
    let text = format!("# Server\r\nredis_version:2.2.15\r\nallocation_stats:{counts}\r\n");
    let info = read(info(), bulk(&text)).unwrap();
    assert_eq!(info.get("allocation_stats"), Some(counts.as_str()));
}

#[test]
fn a_replica_and_an_empty_reply() {
    let text = "role:slave\r\nmaster_host:10.0.0.5\r\nmaster_port:6379\r\nmaster_link_status:down\r\n";
    let replica = both(info(), bulk(text), verbatim(text));
    assert_eq!((replica.master_host.as_deref(), replica.master_port), (Some("10.0.0.5"), Some(6379)));
    assert_eq!((replica.master_link_up, replica.version), (Some(false), None));
    assert_eq!(replica.sections.len(), 1);
    assert!(both(info(), bulk(""), verbatim("")).sections.is_empty());
    assert_eq!(unfit(info(), "*0\r\n"), "INFO: expected a text, got an array of 0 elements");
}
