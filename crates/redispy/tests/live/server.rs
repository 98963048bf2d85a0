//! The server and connection commands: what real servers answer fits the types, in both protocols.

use std::time::{Duration, SystemTime};

use redispy::cmd::{AclSetuser, ClientFilter, ClientType, CommandlogKind};
use redispy::prelude::*;
use redispy::replies::{BeginSearch, FindKeys, Redirection, Role};
use redispy::{Client, ProtocolChoice, cmd, spec};
use redispy_testkit::Server;

use crate::{assert_unknown, each_protocol, each_protocol_alone, is_since, knows};

/// Whether a time is no further than this from now.
fn near_now(time: SystemTime, within: Duration) -> bool {
    SystemTime::now().duration_since(time).unwrap_or_else(|error| error.duration()) <= within
}

#[test]
fn the_server_answers_a_ping() {
    each_protocol(|r| {
        r.ping().unwrap();
        assert_eq!(r.run(cmd::ping().message::<String>("hi")).unwrap(), "hi");
    });
}

#[test]
fn the_server_echoes_bytes() {
    each_protocol(|r| {
        assert_eq!(r.echo::<Vec<u8>>("foo bar").unwrap(), b"foo bar");
        assert_eq!(r.echo::<Vec<u8>>(b"\x00\xff\r\n").unwrap(), b"\x00\xff\r\n");
        assert_eq!(r.echo::<String>("").unwrap(), "");
    });
}

#[test]
fn keys_of_the_database_are_counted() {
    each_protocol(|r| {
        assert_eq!(r.dbsize().unwrap(), 0);
        r.mset([("a", "foo"), ("b", "bar")]).unwrap();
        assert_eq!(r.dbsize().unwrap(), 2);
    });
}

#[test]
fn every_connection_is_listed_with_its_address() {
    each_protocol(|r| {
        let s = r.session().unwrap();
        let (id, clients) = (s.client_id().unwrap(), s.client_list().unwrap());
        assert!(clients.iter().all(|client| !client.addr.is_empty()), "{clients:?}");
        let own = clients.iter().find(|client| client.id == id).unwrap();
        assert!(own.addr.parse::<std::net::SocketAddr>().is_ok(), "{}", own.addr);
    });
}

#[test]
fn a_fresh_connection_has_no_name() {
    each_protocol(|r| assert_eq!(r.session().unwrap().client_getname().unwrap(), None));
}

#[test]
fn a_connection_has_the_name_it_was_given() {
    each_protocol(|r| {
        let s = r.session().unwrap();
        s.client_setname("redispy=test").unwrap();
        assert_eq!(s.client_getname().unwrap().as_deref(), Some("redispy=test"));
        let id = s.client_id().unwrap();
        let listed = r.client_list().unwrap().into_iter().find(|client| client.id == id).unwrap();
        assert_eq!(listed.name.as_deref(), Some("redispy=test"));
    });
}

#[test]
fn connections_say_who_they_are() {
    each_protocol_alone(|r| {
        let s = r.session().unwrap();
        s.client_setname("a=b").unwrap();
        assert_eq!(s.client_getname().unwrap().as_deref(), Some("a=b"));
        let (id, info) = (s.client_id().unwrap(), s.client_info().unwrap());
        assert_eq!((info.id, info.name.as_deref(), info.user.as_str()), (id, Some("a=b"), "default"));
        assert!(info.cmd.starts_with("client") && info.tot_mem > 0, "{info:?}");
        assert!(info.other.is_empty(), "{info:?}");
        let listed = s.run(cmd::client_list().matching(ClientFilter::new().ids(id))).unwrap();
        assert_eq!((listed.len(), listed[0].id, listed[0].name.as_deref()), (1, id, Some("a=b")));
        let normal = ClientFilter::new().client_type(ClientType::Normal);
        assert!(s.run(cmd::client_list().matching(normal)).unwrap().iter().any(|client| client.id == id));
        for version in [2, 3] {
            let greeting = s.run(cmd::hello().protocol(version).setname(format!("speaks {version}")));
            assert_eq!(greeting.unwrap_err().code(), Some("ERR"), "names have no spaces");
            let greeting = s.run(cmd::hello().protocol(version).setname(format!("c{version}"))).unwrap();
            assert_eq!(greeting.proto, i64::from(version));
            assert_eq!(s.client_getname().unwrap(), Some(format!("c{version}")));
        }
        let greeting = s.hello().unwrap();
        assert_eq!(greeting.id, id);
        assert!(greeting.other.is_empty(), "{greeting:?}");
        s.select(3).unwrap();
        assert_eq!(s.client_info().unwrap().db, 3);
    });
}

#[test]
fn connections_track_keys() {
    each_protocol_alone(|r| {
        let s = r.session().unwrap();
        assert_eq!(s.client_getredir().unwrap(), Redirection::NotTracking);
        assert!(!s.client_trackinginfo().unwrap().is_on());
        let id = r.session().unwrap();
        let id_of_other = id.client_id().unwrap();
        s.run(cmd::client_tracking().redirect(id_of_other).prefixes(["a", "b"]).noloop()).unwrap();
        let info = s.client_trackinginfo().unwrap();
        assert!(info.is_on() && info.flags.contains(&"bcast".to_owned()), "{info:?}");
        assert_eq!((info.redirect, info.prefixes.len()), (Redirection::Client(id_of_other), 2));
        assert_eq!(s.client_getredir().unwrap(), Redirection::Client(id_of_other));
        s.client_tracking_off().unwrap();
        assert!(!s.client_trackinginfo().unwrap().is_on());
        let mode = |command| {
            s.run(command).unwrap();
            let info = s.client_trackinginfo().unwrap();
            s.client_tracking_off().unwrap();
            info.flags
        };
        assert!(mode(cmd::client_tracking().bcast()).contains(&"bcast".to_owned()));
        assert!(mode(cmd::client_tracking().optout()).contains(&"optout".to_owned()));
    });
}

#[test]
fn connections_are_killed_by_address_and_by_filter() {
    each_protocol_alone(|r| {
        let (s, doomed) = (r.session().unwrap(), r.session().unwrap());
        let address = doomed.client_info().unwrap().addr;
        s.client_kill(&address).unwrap();
        assert!(doomed.ping().is_err());
        assert_eq!(s.client_kill(&address).unwrap_err().code(), Some("ERR"));
        let doomed = r.session().unwrap();
        let id = doomed.client_id().unwrap();
        assert_eq!(s.client_kill_where(ClientFilter::new().ids(id)).unwrap(), 1);
        assert_eq!(s.client_kill_where(ClientFilter::new().ids(id)).unwrap(), 0);
        assert!(!s.client_unblock(id).unwrap());
    });
}

#[test]
fn the_server_tells_about_itself() {
    each_protocol_alone(|r| {
        r.set("k", 1).unwrap();
        let info = r.run(cmd::info().sections("everything")).unwrap();
        assert!(info.version.is_some() && info.used_memory > Some(0), "{info:?}");
        assert!(info.keyspace.values().any(|database| database.keys == 1), "{:?}", info.keyspace);
        assert_eq!((info.role.as_deref(), info.connected_replicas), (Some("master"), Some(0)));
        assert!(info.commandstats["set"].calls > 0);
        assert!(info.sections.len() > 8 && info.sections.iter().all(|section| section.lines.is_empty()));
        let role = r.role().unwrap();
        assert!(matches!(&role, Role::Master { replicas, .. } if replicas.is_empty()), "{role:?}");
        assert_eq!(r.dbsize().unwrap(), 1);
        assert!(!r.lolwut().unwrap().is_empty());
        r.run(cmd::flushdb().async_()).unwrap();
        assert_eq!(r.dbsize().unwrap(), 0);
        assert_eq!(r.run(cmd::failover().abort()).unwrap_err().code(), Some("ERR"));
        assert!(r.slowlog_help().unwrap().len() > 3 && r.client_help().unwrap().len() > 3);
    });
}

#[test]
fn info_counts_the_keys_of_a_database() {
    each_protocol(|r| {
        let s = r.session().unwrap();
        r.mset([("a", "foo"), ("b", "bar")]).unwrap();
        r.expire("b", 60).unwrap();
        let database = u32::try_from(s.client_info().unwrap().db).unwrap();
        let keyspace = r.run(cmd::info().sections("keyspace")).unwrap().keyspace;
        assert_eq!((keyspace[&database].keys, keyspace[&database].expires), (2, 1));
    });
}

#[test]
fn the_time_of_the_last_save_is_told() {
    each_protocol(|r| assert!(near_now(r.lastsave().unwrap(), Duration::from_secs(6 * 3600))));
}

#[test]
fn the_time_of_the_server_is_told() {
    each_protocol(|r| assert!(near_now(r.time().unwrap(), Duration::from_secs(60))));
}

#[test]
fn a_value_in_its_memory_is_described() {
    let server = Server::builder();
    let server = if is_since((7, 0), (7, 2)) { server.option("enable-debug-command", "yes") } else { server };
    let server = server.start();
    for protocol in [ProtocolChoice::Resp2, ProtocolChoice::Resp3] {
        let r = crate::builder().url(server.url()).unwrap().protocol(protocol).build().unwrap();
        r.set("k", "abc").unwrap();
        let object = r.debug_object("k").unwrap();
        assert_eq!((object.refcount, object.encoding.as_str()), (1, "embstr"));
        assert!(object.at.starts_with("0x") && object.serializedlength > 0, "{object:?}");
        assert_eq!(r.debug_object("none").unwrap_err().code(), Some("ERR"));
    }
}

#[test]
fn users_come_and_go() {
    each_protocol_alone(|r| {
        let rules: AclSetuser = cmd::acl_setuser("live").on().password("pw").allow("get").keys("a*");
        r.run(rules.resetchannels().channels("c*")).unwrap();
        let user = r.acl_getuser("live").unwrap().unwrap();
        assert!(user.is_on() && user.passwords.len() == 1 && user.other.is_empty(), "{user:?}");
        assert_eq!((user.commands.as_str(), user.keys.join(" ")), ("-@all +get", "~a*".to_owned()));
        assert_eq!(user.channels, ["&c*"]);
        r.run(cmd::acl_setuser("spaces").keys("a\u{3000}b").keys("c")).unwrap();
        assert_eq!(r.acl_getuser("spaces").unwrap().unwrap().keys, ["~a\u{3000}b", "~c"]);
        assert_eq!(r.acl_getuser("nosuch").unwrap(), None);
        if knows(&spec::ACL_DRYRUN) {
            assert!(r.acl_dryrun("live", ("GET", "a1")).unwrap().is_allowed());
            assert!(!r.acl_dryrun("live", ("GET", "b1")).unwrap().is_allowed());
            r.run(cmd::acl_setuser("live").selector("+set ~s")).unwrap();
            assert_eq!(r.acl_getuser("live").unwrap().unwrap().selectors[0].keys, ["~s"]);
        }
        assert!(r.session().unwrap().auth_user("live", "wrong").is_err());
        let log = r.acl_log().unwrap();
        assert_eq!((log[0].reason.as_str(), log[0].username.as_str()), ("auth", "live"));
        assert!(log[0].client_info.id > 0 && log[0].other.is_empty(), "{log:?}");
        r.acl_log_reset().unwrap();
        let error = r.run(cmd::acl_setuser("live").rule("hunter2")).unwrap_err().to_string();
        assert!(error.contains("Syntax error") && !error.contains("hunter2"), "{error}");
        let s = r.session().unwrap();
        s.auth_user("live", "pw").unwrap();
        drop(s);
        assert_eq!(r.acl_whoami().unwrap(), "default");
        assert!(r.acl_users().unwrap().contains(&"live".to_owned()));
        assert_eq!(r.acl_deluser(["live", "nosuch"]).unwrap(), 1);
        assert_eq!(r.run(cmd::acl_genpass().bits(8)).unwrap().len(), 2);
        assert!(r.run(cmd::acl_cat().category("string")).unwrap().contains(&"get".to_owned()));
    });
}

#[test]
fn commands_are_described() {
    each_protocol_alone(|r| {
        assert!(r.command_count().unwrap() > 200);
        assert_eq!(r.command().unwrap().len() as i64, r.command_count().unwrap());
        let infos = r.command_info(["get", "nosuch", "xread", "zunion", "config"]).unwrap();
        let [Some(get), None, Some(xread), Some(zunion), Some(config)] = infos.as_slice() else {
            panic!("{infos:?}")
        };
        assert_eq!((get.arity, get.first_key, get.flags[0].as_str()), (2, 1, "readonly"));
        assert_eq!(r.command_getkeys::<String>(("MSET", "a", 1, "b", 2)).unwrap(), ["a", "b"]);
        if !knows(&spec::COMMAND_DOCS) {
            assert_unknown(r.command_docs());
            return;
        }
        assert!(config.subcommands.iter().any(|sub| sub.name == "config|get"));
        assert!(
            matches!(&xread.key_specs[0].begin_search, BeginSearch::Keyword { keyword, .. } if keyword == "STREAMS")
        );
        assert_eq!(
            zunion.key_specs[0].find_keys,
            FindKeys::KeyNum { key_num_index: 0, first_key: 1, key_step: 1 }
        );
        let docs = r.command_docs().unwrap();
        assert!(docs.len() > 200 && docs.values().all(|docs| docs.other.is_empty()), "{docs:?}");
        assert!(docs["config"].subcommands.contains_key("config|get"));
        assert!(docs["set"].arguments.iter().any(|argument| argument.arguments.len() > 2));
        let keys = r.command_getkeysandflags::<String>(("SET", "a", 1)).unwrap();
        assert!(keys[0].0 == "a" && !keys[0].1.is_empty());
        assert_eq!(r.run(cmd::command_list().pattern("xreadg*")).unwrap(), ["xreadgroup"]);
        let pubsub = r.run(cmd::command_list().aclcat("pubsub")).unwrap();
        assert!(pubsub.contains(&"publish".to_owned()) && !pubsub.contains(&"get".to_owned()), "{pubsub:?}");
        assert!(r.run(cmd::command_list().module("nosuch")).unwrap().is_empty());
    });
}

#[test]
fn the_configuration_is_read_and_changed() {
    each_protocol_alone(|r| {
        let all = r.config_get("*").unwrap();
        assert!(all.len() > 100 && all.contains_key("maxmemory"));
        assert!(r.config_get("nosuch").unwrap().is_empty());
        r.config_set("maxmemory-samples", 6).unwrap();
        assert_eq!(r.config_get("maxmemory-samples").unwrap()["maxmemory-samples"], "6");
        r.config_set("maxmemory-samples", 5).unwrap();
        if is_since((7, 0), (7, 2)) {
            r.config_set_all([("maxmemory-samples", "5"), ("lfu-decay-time", "1")]).unwrap();
        }
        r.config_resetstat().unwrap();
        assert!(r.config_set("maxmemory", "abc").is_err());
    });
}

#[test]
fn a_setting_is_read() {
    each_protocol(|r| {
        let found = r.config_get("maxmemory").unwrap();
        assert_eq!(found.keys().collect::<Vec<_>>(), ["maxmemory"]);
        assert!(found["maxmemory"].bytes().all(|byte| byte.is_ascii_digit()), "{found:?}");
        assert!(r.config_get("nosuch").unwrap().is_empty());
    });
}

#[test]
fn a_setting_is_changed() {
    // File names are protected since Redis 7.0, as all of the matrix that know the word.
    let server = Server::builder();
    let server =
        if is_since((7, 0), (7, 2)) { server.option("enable-protected-configs", "yes") } else { server };
    let server = server.start();
    for protocol in [ProtocolChoice::Resp2, ProtocolChoice::Resp3] {
        let r = crate::builder().url(server.url()).unwrap().protocol(protocol).build().unwrap();
        let before = r.config_get("dbfilename").unwrap()["dbfilename"].clone();
        r.config_set("dbfilename", "other.rdb").unwrap();
        assert_eq!(r.config_get("dbfilename").unwrap()["dbfilename"], "other.rdb");
        r.config_set("dbfilename", &before).unwrap();
        assert_eq!(r.config_get("dbfilename").unwrap()["dbfilename"], before);
    }
}

#[test]
fn statistics_begin_again() {
    each_protocol_alone(|r| {
        let processed = || r.info().unwrap().total_commands_processed.unwrap();
        for _ in 0..10 {
            r.ping().unwrap();
        }
        let before = processed();
        r.config_resetstat().unwrap();
        assert!(before >= 10 && processed() < before);
    });
}

/// Has the server log each command, and the log empty.
fn log_everything(r: &Client) {
    r.config_set("slowlog-max-len", 128).unwrap();
    r.config_set("slowlog-log-slower-than", 0).unwrap();
    r.slowlog_reset().unwrap();
}

#[test]
fn slow_commands_are_logged_newest_first() {
    each_protocol_alone(|r| {
        log_everything(r);
        let key = "\u{d2b}\u{d2b}abcd\u{d12}";
        let began = SystemTime::now();
        r.get::<String>(key).unwrap();
        let log = r.slowlog_get().unwrap();
        let place = |words: &str| log.iter().position(|entry| entry.command() == words);
        let (get, reset) = (place(&format!("GET {key}")).unwrap(), place("SLOWLOG RESET").unwrap());
        assert!(get < reset && log[get].id > log[reset].id, "{log:?}");
        assert_eq!(log[get].args, [b"GET", key.as_bytes()]);
        assert!(
            near_now(log[get].time, Duration::from_secs(60)) && began.elapsed().unwrap() > log[get].duration
        );
    });
}

#[test]
fn the_newest_slow_commands_only() {
    each_protocol_alone(|r| {
        log_everything(r);
        r.get::<String>("foo").unwrap();
        r.get::<String>("bar").unwrap();
        let log = r.run(cmd::slowlog_get().count(1)).unwrap();
        assert_eq!((log.len(), log[0].command().as_str()), (1, "GET bar"));
        assert!(r.run(cmd::slowlog_get().count(0)).unwrap().is_empty());
    });
}

#[test]
fn slow_commands_are_counted() {
    each_protocol_alone(|r| {
        log_everything(r);
        r.get::<String>("foo").unwrap();
        // SLOWLOG RESET and GET.
        assert_eq!(r.slowlog_len().unwrap(), 2);
    });
}

#[test]
fn a_server_that_is_shut_down_says_so_by_its_end() {
    for protocol in [ProtocolChoice::Resp2, ProtocolChoice::Resp3] {
        let server = Server::start();
        let r = crate::builder().url(server.url()).unwrap().protocol(protocol).build().unwrap();
        r.ping().unwrap();
        r.run(cmd::shutdown().nosave()).unwrap();
        assert!(server.wait_for_end(Duration::from_secs(10)).success());
        // Whoever starts it again keeps it: the command is not sent again.
        server.restart();
        r.ping().unwrap();
        assert!(server.is_running());
    }
}

#[test]
fn a_shutdown_that_is_not_under_way_is_not_called_off() {
    each_protocol_alone(|r| {
        assert_eq!(r.run(cmd::shutdown().abort()).unwrap_err().code(), Some("ERR"));
        r.ping().unwrap();
    });
}

#[test]
fn slow_commands_and_latency_are_told() {
    each_protocol_alone(|r| {
        let before = r.config_get("slowlog-log-slower-than").unwrap()["slowlog-log-slower-than"].clone();
        r.config_set("slowlog-log-slower-than", 0).unwrap();
        r.echo::<String>("slow one").unwrap();
        r.config_set("slowlog-log-slower-than", before).unwrap();
        let entries = r.run(cmd::slowlog_get().count(128)).unwrap();
        let entry = entries.iter().find(|entry| entry.command() == "ECHO slow one").unwrap();
        assert!(entry.client_addr.contains(':') && entry.other.is_empty(), "{entry:?}");
        assert!(r.slowlog_len().unwrap() > 0);
        if knows(&spec::COMMANDLOG_GET) {
            assert!(!r.commandlog_get(-1, CommandlogKind::Slow).unwrap().is_empty());
            assert_eq!(r.commandlog_len(CommandlogKind::LargeReply).unwrap(), 0);
            r.commandlog_reset(CommandlogKind::LargeRequest).unwrap();
        } else {
            assert_unknown(r.commandlog_len(CommandlogKind::Slow));
        }
        r.slowlog_reset().unwrap();
        assert!(r.latency_latest().unwrap().is_empty() && r.latency_history("command").unwrap().is_empty());
        assert!(r.latency_doctor().unwrap().len() > 20);
        assert_eq!(r.latency_reset().unwrap(), 0);
        if knows(&spec::LATENCY_HISTOGRAM) {
            // Another test's CONFIG RESETSTAT on the same server may come in between.
            let called = || {
                r.echo::<String>("counted").unwrap();
                r.run(cmd::latency_histogram().commands("echo")).unwrap().remove("echo")
            };
            let histogram = (0..100).find_map(|_| called()).unwrap();
            assert!(histogram.calls > 0 && !histogram.buckets.is_empty(), "{histogram:?}");
        }
    });
}

#[test]
fn memory_is_accounted_for() {
    each_protocol_alone(|r| {
        r.set("k", "v").unwrap();
        assert!(r.memory_usage("k").unwrap() > Some(0));
        assert_eq!(r.run(cmd::memory_usage("none").samples(0)).unwrap(), None);
        let stats = r.memory_stats().unwrap();
        assert!(stats.total_allocated > 0 && stats.keys_count > 0 && stats.fragmentation > 0.0, "{stats:?}");
        let database = stats.databases.values().next().unwrap();
        assert!(database.overhead_hashtable_main > 0 && database.other.is_empty(), "{stats:?}");
        assert!(r.memory_doctor().unwrap().len() > 20);
        r.memory_purge().unwrap();
        assert!(
            r.module_list().unwrap().iter().all(|module| !module.name.is_empty() && module.other.is_empty())
        );
    });
}
