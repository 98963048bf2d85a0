//! The commands of Sentinels.

use std::time::Duration;

use redispy_cmd::commands::{self as cmd, SentinelCommands, SentinelCrash};
use redispy_cmd::replies::SentinelMaster;
use redispy_cmd::spec::Group;

use crate::double::{Double, both, bulk, not_sent, read, refusal, unfit, wire};

const PLAIN: [&str; 28] = [
    "SENTINEL CKQUORUM m",
    "SENTINEL CONFIG GET a b",
    "SENTINEL CONFIG SET loglevel debug",
    "SENTINEL DEBUG",
    "SENTINEL FAILOVER m",
    "SENTINEL FLUSHCONFIG",
    "SENTINEL GET-MASTER-ADDR-BY-NAME m",
    "SENTINEL GET-PRIMARY-ADDR-BY-NAME m",
    "SENTINEL HELP",
    "SENTINEL INFO-CACHE m n",
    "SENTINEL IS-MASTER-DOWN-BY-ADDR 10.0.0.6 6379 7 *",
    "SENTINEL IS-PRIMARY-DOWN-BY-ADDR 10.0.0.6 6379 7 id",
    "SENTINEL MASTER m",
    "SENTINEL MASTERS",
    "SENTINEL MONITOR m 10.0.0.6 6379 2",
    "SENTINEL MYID",
    "SENTINEL PENDING-SCRIPTS",
    "SENTINEL PRIMARIES",
    "SENTINEL PRIMARY m",
    "SENTINEL REMOVE m",
    "SENTINEL REPLICAS m",
    "SENTINEL RESET m*",
    "SENTINEL SENTINELS m",
    "SENTINEL SET m quorum 2 parallel-syncs 1",
    "SENTINEL SIMULATE-FAILURE crash-after-election crash-after-promotion",
    "SENTINEL SLAVES m",
    "SENTINEL MYID",
    "SENTINEL MYID",
];

const ADDRESS: &str = "*2\r\n$8\r\n10.0.0.6\r\n$4\r\n6379\r\n";
const VERDICT: &str = "*3\r\n:0\r\n$1\r\n*\r\n:0\r\n";

#[test]
fn plain_forms_send_their_words() {
    let server = Double::new([
        "+OK 3 usable Sentinels. Quorum and failover authorization can be reached\r\n",
        "*2\r\n$1\r\na\r\n$2\r\nno\r\n",
        "+OK\r\n",
        "*2\r\n$11\r\nINFO-PERIOD\r\n$5\r\n10000\r\n",
        "+OK\r\n",
        "+OK\r\n",
        ADDRESS,
        ADDRESS,
        "*1\r\n+SENTINEL\r\n",
        "*0\r\n",
        VERDICT,
        VERDICT,
        "*2\r\n$4\r\nname\r\n$1\r\nm\r\n",
        "*0\r\n",
        "+OK\r\n",
        "$2\r\nid\r\n",
        "*0\r\n",
        "*0\r\n",
        "*2\r\n$4\r\nname\r\n$1\r\nm\r\n",
        "+OK\r\n",
        "*0\r\n",
        ":1\r\n",
        "*0\r\n",
        "+OK\r\n",
        "+OK\r\n",
        "*0\r\n",
        "-ERR unknown command 'SENTINEL', with args beginning with: 'MYID' \r\n",
        "$-1\r\n",
    ]);
    let r = &server;
    let address = Some(("10.0.0.6".to_owned(), 6379));
    assert_eq!(r.sentinel_ckquorum("m"), Ok(3));
    assert_eq!(r.sentinel_config_get(["a", "b"]).unwrap()["a"], "no");
    assert_eq!(r.sentinel_config_set(("loglevel", "debug")), Ok(()));
    assert_eq!(r.sentinel_debug().unwrap()["INFO-PERIOD"], Duration::from_secs(10));
    assert_eq!(r.sentinel_failover("m"), Ok(()));
    assert_eq!(r.sentinel_flushconfig(), Ok(()));
    assert_eq!(r.sentinel_get_master_addr_by_name("m"), Ok(address.clone()));
    assert_eq!(r.sentinel_get_primary_addr_by_name("m"), Ok(address));
    assert_eq!(r.sentinel_help(), Ok(vec!["SENTINEL".to_owned()]));
    assert!(r.sentinel_info_cache(["m", "n"]).unwrap().is_empty());
    assert!(!r.sentinel_is_master_down_by_addr("10.0.0.6", 6379, 7, "*").unwrap().is_down);
    assert!(!r.sentinel_is_primary_down_by_addr("10.0.0.6", 6379, 7, "id").unwrap().is_down);
    assert_eq!(r.sentinel_master("m").unwrap().name, "m");
    assert_eq!(r.sentinel_masters(), Ok(vec![]));
    assert_eq!(r.sentinel_monitor("m", "10.0.0.6", 6379, 2), Ok(()));
    assert_eq!(r.sentinel_myid(), Ok("id".to_owned()));
    assert_eq!(r.sentinel_pending_scripts(), Ok(vec![]));
    assert_eq!(r.sentinel_primaries(), Ok(vec![]));
    assert_eq!(r.sentinel_primary("m").unwrap().name, "m");
    assert_eq!(r.sentinel_remove("m"), Ok(()));
    assert_eq!(r.sentinel_replicas("m"), Ok(vec![]));
    assert_eq!(r.sentinel_reset("m*"), Ok(1));
    assert_eq!(r.sentinel_sentinels("m"), Ok(vec![]));
    assert_eq!(r.sentinel_set("m", [("quorum", 2), ("parallel-syncs", 1)]), Ok(()));
    let both = [SentinelCrash::AfterElection, SentinelCrash::AfterPromotion];
    assert_eq!(r.sentinel_simulate_failure(both), Ok(()));
    assert_eq!(r.sentinel_slaves("m"), Ok(vec![]));
    let no_sentinel = r.sentinel_myid().unwrap_err().to_string();
    assert_eq!(no_sentinel, "SENTINEL MYID: ERR unknown command 'SENTINEL'");
    assert_eq!(r.sentinel_myid().unwrap_err().to_string(), "SENTINEL MYID: expected a text, got nil");
    assert_eq!(server.sent(), PLAIN);
}

#[test]
fn no_command_of_the_group_is_missing() {
    assert_eq!(not_sent(Group::Sentinel, &PLAIN), [""; 0]);
}

#[test]
fn options() {
    assert_eq!(wire(cmd::sentinel_failover("m").coordinated()), "SENTINEL FAILOVER m COORDINATED");
    let times = cmd::sentinel_debug().set("PING-PERIOD", Duration::from_secs(1)).set("INFO-PERIOD", 500);
    assert_eq!(wire(times), "SENTINEL DEBUG PING-PERIOD 1000 INFO-PERIOD 500");
    let renamed = cmd::sentinel_set("m", ("auth-user", "bob")).rename_command("CONFIG", "GUESSME");
    assert_eq!(wire(renamed.clone()), "SENTINEL SET m auth-user bob rename-command CONFIG GUESSME");
    assert!(!format!("{renamed:?}").contains("bob"));
    let one = cmd::sentinel_simulate_failure(SentinelCrash::AfterPromotion);
    assert_eq!(wire(one), "SENTINEL SIMULATE-FAILURE crash-after-promotion");
    let none: [(&str, &str); 0] = [];
    let pair = |name: &str, what: &str| format!("SENTINEL {name}: `{what}` must be at least one pair");
    let at_least = |name: &str, what: &str| format!("SENTINEL {name}: `{what}` must be at least one");
    assert_eq!(refusal(cmd::sentinel_set("m", none)), pair("SET", "options"));
    assert_eq!(refusal(cmd::sentinel_config_set(none)), pair("CONFIG", "parameters"));
    assert_eq!(refusal(cmd::sentinel_config_get([""; 0])), at_least("CONFIG", "parameters"));
    assert_eq!(refusal(cmd::sentinel_info_cache([""; 0])), at_least("INFO-CACHE", "masters"));
    assert_eq!(refusal(cmd::sentinel_simulate_failure([""; 0])), at_least("SIMULATE-FAILURE", "crashes"));
}

/// Names and values as RESP2 sends them, a flat array, and as RESP3 does, a map; all values are strings.
fn fields(text: &str) -> [String; 2] {
    let words: Vec<String> = text.split_whitespace().map(bulk).collect();
    let text = words.concat();
    [format!("*{}\r\n{text}", words.len()), format!("%{}\r\n{text}", words.len() / 2)]
}

/// An array of one such.
fn listed(fields: &[String; 2]) -> [String; 2] {
    [0, 1].map(|at| format!("*1\r\n{}", fields[at]))
}

const INSTANCE: &str = "ip 10.0.0.6 port 6379 runid 02dd link-pending-commands 2 link-refcount 1 last-ping-sent 3406 \
    last-ok-ping-reply 4434 last-ping-reply 4435 s-down-time 2905 down-after-milliseconds 500 new field";

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[test]
fn masters() {
    let master = fields(&format!(
        "name mymaster {INSTANCE} flags s_down,o_down,master,disconnected,failover_in_progress o-down-time 2900 \
         failover-state wait_start info-refresh 4375 role-reported master role-reported-time 4759 config-epoch 3 num-slaves 1 \
         num-other-sentinels 2 quorum 2 failover-timeout 180000 parallel-syncs 1 notification-script /n client-reconfig-script /c"
    ));
    let masters = listed(&master);
    let list = both(cmd::sentinel_masters(), &masters[0], &masters[1]);
    let master = both(cmd::sentinel_master("mymaster"), &master[0], &master[1]);
    assert_eq!(list, std::slice::from_ref(&master));
    assert_eq!(read(cmd::sentinel_primaries(), &masters[0]).unwrap(), list);
    let SentinelMaster { name, ip, port, runid, .. } = &master;
    assert_eq!((name.as_str(), ip.as_str(), *port, runid.as_str()), ("mymaster", "10.0.0.6", 6379, "02dd"));
    let flags = &master.flags;
    assert!(flags.is_master() && flags.is_s_down() && flags.is_o_down() && flags.is_disconnected());
    assert!(!flags.is_replica() && !flags.is_sentinel() && !flags.is_master_down());
    assert!(flags.has("failover_in_progress") && flags.iter().count() == 5);
    assert_eq!(flags.to_string(), "s_down,o_down,master,disconnected,failover_in_progress");
    let link = &master.link;
    assert_eq!((link.pending_commands, link.refcount, link.last_ping_sent), (2, 1, Some(ms(3406))));
    assert_eq!((link.last_ok_ping_reply, link.last_ping_reply), (ms(4434), ms(4435)));
    assert_eq!(
        (link.down_after, link.s_down_time, master.o_down_time),
        (ms(500), Some(ms(2905)), Some(ms(2900)))
    );
    assert_eq!((master.info_refresh, master.role_reported_time), (ms(4375), ms(4759)));
    assert_eq!((&*master.role_reported, master.config_epoch, master.num_replicas), ("master", 3, 1));
    assert_eq!((master.num_other_sentinels, master.quorum, master.parallel_syncs), (2, 2, 1));
    assert_eq!(
        (master.failover_timeout, master.failover_state.as_deref()),
        (ms(180_000), Some("wait_start"))
    );
    assert_eq!(master.notification_script.as_deref(), Some("/n"));
    assert_eq!(master.client_reconfig_script.as_deref(), Some("/c"));
    assert_eq!(master.other.keys().collect::<Vec<_>>(), ["new"]);

    let well = fields("name m flags master last-ping-sent 0");
    let well = both(cmd::sentinel_primary("m"), &well[0], &well[1]);
    assert_eq!((well.link.last_ping_sent, well.link.s_down_time, well.o_down_time), (None, None, None));
    assert_eq!(
        (&well.failover_state, &well.notification_script, well.flags.is_s_down()),
        (&None, &None, false)
    );
    let unknown = read(cmd::sentinel_master("x"), "-ERR No such master with that name\r\n").unwrap_err();
    assert_eq!(unknown.to_string(), "SENTINEL MASTER: ERR No such master with that name");
    assert_eq!(
        unfit(cmd::sentinel_master("m"), "+OK\r\n"),
        "SENTINEL MASTER: expected a master's fields, got a simple string"
    );
    assert_eq!(
        unfit(cmd::sentinel_masters(), ":1\r\n"),
        "SENTINEL MASTERS: expected an array of masters, got an integer"
    );
}

#[test]
fn replicas() {
    let replica = listed(&fields(&format!(
        "name 10.0.0.6:6379 {INSTANCE} flags slave info-refresh 8892 role-reported slave role-reported-time 13098 \
         master-link-down-time 2000 master-link-status err master-host 10.0.0.7 master-port 6380 slave-priority 100 \
         slave-repl-offset 1102 replica-announced 0"
    )));
    let replicas = both(cmd::sentinel_replicas("m"), &replica[0], &replica[1]);
    assert_eq!(both(cmd::sentinel_slaves("m"), &replica[0], &replica[1]), replicas);
    let replica = &replicas[0];
    assert_eq!((&*replica.name, &*replica.ip, replica.port), ("10.0.0.6:6379", "10.0.0.6", 6379));
    assert_eq!((&*replica.runid, replica.link.refcount), ("02dd", 1));
    assert!(replica.flags.is_replica() && !replica.flags.is_master());
    assert_eq!((replica.info_refresh, replica.role_reported_time), (ms(8892), ms(13_098)));
    assert_eq!((&*replica.role_reported, &*replica.master_link_status), ("slave", "err"));
    assert_eq!(replica.master_link_down_time, Duration::from_secs(2));
    assert_eq!((replica.master_host.as_deref(), replica.master_port), (Some("10.0.0.7"), 6380));
    assert_eq!((replica.priority, replica.repl_offset, replica.is_announced), (100, 1102, false));
    assert_eq!(replica.other.keys().collect::<Vec<_>>(), ["new"]);

    let bare = listed(&fields("name 10.0.0.6:6379 flags slave master-host ? master-port 0"));
    let bare = both(cmd::sentinel_replicas("m"), &bare[0], &bare[1]);
    assert_eq!((&bare[0].master_host, bare[0].master_port, bare[0].is_announced), (&None, 0, true));
    assert!(
        unfit(cmd::sentinel_replicas("m"), "*1\r\n:1\r\n").ends_with("a replica's fields, got an integer")
    );
}

#[test]
fn other_sentinels() {
    let peer = listed(&fields(&format!(
        "name 0abf {INSTANCE} flags sentinel,master_down last-hello-message 874 voted-leader 662d voted-leader-epoch 4"
    )));
    let peers = both(cmd::sentinel_sentinels("m"), &peer[0], &peer[1]);
    let peer = &peers[0];
    assert_eq!((&*peer.name, &*peer.ip, peer.port, &*peer.runid), ("0abf", "10.0.0.6", 6379, "02dd"));
    assert!(peer.flags.is_sentinel() && peer.flags.is_master_down());
    assert_eq!((peer.last_hello_message, peer.voted_leader_epoch), (ms(874), 4));
    assert_eq!((peer.voted_leader.as_deref(), peer.link.last_ping_reply), (Some("662d"), ms(4435)));
    assert_eq!(peer.other.keys().collect::<Vec<_>>(), ["new"]);
    let bare = listed(&fields("name 0abf voted-leader ?"));
    assert_eq!(both(cmd::sentinel_sentinels("m"), &bare[0], &bare[1])[0].voted_leader, None);
    assert!(
        unfit(cmd::sentinel_sentinels("m"), "$1\r\nx\r\n")
            .ends_with("an array of Sentinels, got a bulk string")
    );
}

#[test]
fn addresses_quorums_and_verdicts() {
    assert_eq!(both(cmd::sentinel_get_master_addr_by_name("x"), "*-1\r\n", "_\r\n"), None);
    assert_eq!(
        unfit(cmd::sentinel_get_master_addr_by_name("m"), "*2\r\n$1\r\nh\r\n$1\r\nx\r\n"),
        "SENTINEL GET-MASTER-ADDR-BY-NAME: element 1: expected an unsigned integer of 16 bits, got a bulk string"
    );
    let quorum = || cmd::sentinel_ckquorum("m");
    assert_eq!(both(quorum(), "+OK 1 usable Sentinels. Quorum\r\n", "+OK 1 usable Sentinels. Quorum\r\n"), 1);
    let too_few = "-NOQUORUM 1 usable Sentinels. Not enough available Sentinels\r\n";
    assert!(read(quorum(), too_few).unwrap_err().to_string().starts_with("SENTINEL CKQUORUM: NOQUORUM 1 "));
    for wrong in ["+OK\r\n", "+OK many\r\n", ":1\r\n", "_\r\n"] {
        let error = unfit(quorum(), wrong);
        assert!(error.starts_with("SENTINEL CKQUORUM: expected OK with how many Sentinels are usable, got "));
    }
    let verdict = both(
        cmd::sentinel_is_master_down_by_addr("10.0.0.6", 6379, 7, "id"),
        "*3\r\n:1\r\n$2\r\nid\r\n:7\r\n",
        "*3\r\n:1\r\n$2\r\nid\r\n:7\r\n",
    );
    assert_eq!((verdict.is_down, verdict.leader.as_deref(), verdict.leader_epoch), (true, Some("id"), 7));
    let verdict = read(cmd::sentinel_is_primary_down_by_addr("10.0.0.6", 6379, 7, "*"), VERDICT).unwrap();
    assert_eq!((verdict.is_down, verdict.leader, verdict.leader_epoch), (false, None, 0));
    assert_eq!(
        unfit(cmd::sentinel_is_master_down_by_addr("h", 1, 0, "*"), "*1\r\n:1\r\n"),
        "SENTINEL IS-MASTER-DOWN-BY-ADDR: expected a state, a leader and an epoch, got an array of 1 elements"
    );
}

#[test]
fn parameters_and_times() {
    let parameters = fields("resolve-hostnames no loglevel notice");
    let parameters = both(cmd::sentinel_config_get("*"), &parameters[0], &parameters[1]);
    assert_eq!((parameters.len(), &*parameters["loglevel"]), (2, "notice"));
    let times = fields("PING-PERIOD 1000 ASK-PERIOD 1500");
    let times = both(cmd::sentinel_debug(), &times[0], &times[1]);
    assert_eq!((times.len(), times["ASK-PERIOD"]), (2, ms(1500)));
    assert_eq!(
        unfit(cmd::sentinel_debug(), "+OK\r\n"),
        "SENTINEL DEBUG: expected parameters with times, got a simple string"
    );
}

#[test]
fn cached_infos_and_scripts() {
    let info = bulk("# Server\r\nredis_version:7.2.4\r\n\r\n# Replication\r\nrole:master\r\n");
    let of = |nil: &str| format!("*2\r\n$1\r\nm\r\n*2\r\n*2\r\n:3125\r\n{info}*2\r\n:0\r\n{nil}");
    let cache = both(cmd::sentinel_info_cache("m"), of("$-1\r\n"), of("_\r\n"));
    let [master, replica] = cache["m"].as_slice() else { panic!("{cache:?}") };
    assert_eq!((master.age, replica.age, &replica.info), (ms(3125), ms(0), &None));
    assert_eq!(master.info.as_ref().unwrap().role.as_deref(), Some("master"));
    assert!(
        unfit(cmd::sentinel_info_cache("m"), ":1\r\n")
            .ends_with("masters with what was cached, got an integer")
    );

    let argv = "*2\r\n$2\r\n/n\r\n$8\r\n+monitor\r\n";
    let script = |rest: &str, kind: char| {
        let rest: Vec<String> = rest.split(' ').map(bulk).collect();
        let pairs = rest.len() / 2 + 1;
        let count = if kind == '*' { 2 * pairs } else { pairs };
        format!("{kind}{count}\r\n$4\r\nargv\r\n{argv}{}", rest.concat())
    };
    let both_of = |kind| {
        let running = script("flags running pid 31682 run-time 4443 retry-num 1", kind);
        let waiting = script("flags scheduled pid 0 run-delay 20 retry-num 0 new x", kind);
        format!("*2\r\n{running}{waiting}")
    };
    let scripts = both(cmd::sentinel_pending_scripts(), both_of('*'), both_of('%'));
    let [running, waiting] = scripts.as_slice() else { panic!("{scripts:?}") };
    assert_eq!(
        (running.argv.join(" ").as_str(), &*running.flags, running.pid),
        ("/n +monitor", "running", 31_682)
    );
    assert_eq!((running.run_time, running.run_delay, running.retry_num), (Some(ms(4443)), None, 1));
    assert_eq!((&*waiting.flags, waiting.run_time, waiting.run_delay), ("scheduled", None, Some(ms(20))));
    assert_eq!((waiting.pid, waiting.other.len()), (0, 1));
    assert!(
        unfit(cmd::sentinel_pending_scripts(), "+OK\r\n")
            .ends_with("an array of scripts, got a simple string")
    );
}
