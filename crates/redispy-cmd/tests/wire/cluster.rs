//! The commands of the cluster.

use std::time::{Duration, SystemTime};

use redispy_cmd::commands::{self as cmd, ClusterCommands, SlotState};
use redispy_cmd::each;
use redispy_cmd::replies::{ClusterCursor, ClusterNode, EpochBump, SlotRange};
use redispy_cmd::spec::Group;

use crate::double::{Double, both, bulk, not_sent, read, refusal, unfit, verbatim, wire};

const PLAIN: [&str; 34] = [
    "CLUSTER ADDSLOTS 1 2",
    "CLUSTER ADDSLOTSRANGE 0 99 200 299",
    "CLUSTER BUMPEPOCH",
    "CLUSTER CANCELSLOTMIGRATIONS",
    "CLUSTER COUNT-FAILURE-REPORTS id",
    "CLUSTER COUNTKEYSINSLOT 5",
    "CLUSTER DELSLOTS 1",
    "CLUSTER DELSLOTSRANGE 3 4",
    "CLUSTER FAILOVER",
    "CLUSTER FLUSHSLOT 5",
    "CLUSTER FLUSHSLOTS",
    "CLUSTER FORGET id",
    "CLUSTER GETKEYSINSLOT 5 10",
    "CLUSTER GETSLOTMIGRATIONS",
    "CLUSTER HELP",
    "CLUSTER INFO",
    "CLUSTER KEYSLOT \"a key\"",
    "CLUSTER LINKS",
    "CLUSTER MEET 10.0.0.6 7000",
    "CLUSTER MIGRATESLOTS SLOTSRANGE 0 99 NODE id",
    "CLUSTER MYID",
    "CLUSTER MYSHARDID",
    "CLUSTER NODES",
    "CLUSTER REPLICAS id",
    "CLUSTER REPLICATE id",
    "CLUSTER RESET",
    "CLUSTER SAVECONFIG",
    "CLUSTER SET-CONFIG-EPOCH 7",
    "CLUSTER SETSLOT 5 STABLE",
    "CLUSTER SHARDS",
    "CLUSTER SLAVES id",
    "CLUSTER SLOT-STATS SLOTSRANGE 0 9",
    "CLUSTER SLOTS",
    "CLUSTERSCAN 0",
];

#[test]
fn plain_forms_send_their_words() {
    let list = "*1\r\n$1\r\nk\r\n";
    let server = Double::new([
        "+OK\r\n",
        "+OK\r\n",
        "+BUMPED 8\r\n",
        "+OK\r\n",
        ":2\r\n",
        ":3\r\n",
        "+OK\r\n",
        "+OK\r\n",
        "+OK\r\n",
        "+OK\r\n",
        "+OK\r\n",
        "+OK\r\n",
        list,
        "*0\r\n",
        "*1\r\n+CLUSTER\r\n",
        "$16\r\ncluster_state:ok\r\n",
        ":42\r\n",
        "*0\r\n",
        "+OK\r\n",
        "+OK\r\n",
        "$2\r\nid\r\n",
        "$2\r\nid\r\n",
        "$0\r\n\r\n",
        "*0\r\n",
        "+OK\r\n",
        "+OK\r\n",
        "+OK\r\n",
        "+OK\r\n",
        "+OK\r\n",
        "*0\r\n",
        "*0\r\n",
        "*0\r\n",
        "*0\r\n",
        "*2\r\n$1\r\n0\r\n*1\r\n$1\r\nk\r\n",
    ]);
    let r = &server;
    assert_eq!(r.cluster_addslots([1, 2]), Ok(()));
    assert_eq!(r.cluster_addslotsrange([(0, 99), (200, 299)]), Ok(()));
    assert_eq!(r.cluster_bumpepoch(), Ok(EpochBump::Bumped(8)));
    assert_eq!(r.cluster_cancelslotmigrations(), Ok(()));
    assert_eq!(r.cluster_count_failure_reports("id"), Ok(2));
    assert_eq!(r.cluster_countkeysinslot(5), Ok(3));
    assert_eq!(r.cluster_delslots(1), Ok(()));
    assert_eq!(r.cluster_delslotsrange(SlotRange::from(3..=4)), Ok(()));
    assert_eq!(r.cluster_failover(), Ok(()));
    assert_eq!(r.cluster_flushslot(5), Ok(()));
    assert_eq!(r.cluster_flushslots(), Ok(()));
    assert_eq!(r.cluster_forget("id"), Ok(()));
    assert_eq!(r.cluster_getkeysinslot(5, 10), Ok(vec!["k".to_owned()]));
    assert_eq!(r.cluster_getslotmigrations(), Ok(vec![]));
    assert_eq!(r.cluster_help(), Ok(vec!["CLUSTER".to_owned()]));
    assert!(r.cluster_info().unwrap().is_ok());
    assert_eq!(r.cluster_keyslot("a key"), Ok(42));
    assert_eq!(r.cluster_links(), Ok(vec![]));
    assert_eq!(r.cluster_meet("10.0.0.6", 7000), Ok(()));
    assert_eq!(r.cluster_migrateslots((0, 99), "id"), Ok(()));
    assert_eq!(r.cluster_myid(), Ok("id".to_owned()));
    assert_eq!(r.cluster_myshardid(), Ok("id".to_owned()));
    assert_eq!(r.cluster_nodes(), Ok(vec![]));
    assert_eq!(r.cluster_replicas("id"), Ok(vec![]));
    assert_eq!(r.cluster_replicate("id"), Ok(()));
    assert_eq!(r.cluster_reset(), Ok(()));
    assert_eq!(r.cluster_saveconfig(), Ok(()));
    assert_eq!(r.cluster_set_config_epoch(7), Ok(()));
    assert_eq!(r.cluster_setslot(5, SlotState::stable()), Ok(()));
    assert_eq!(r.cluster_shards(), Ok(vec![]));
    assert_eq!(r.cluster_slaves("id"), Ok(vec![]));
    assert_eq!(r.cluster_slot_stats(0, 9), Ok(vec![]));
    assert_eq!(r.cluster_slots(), Ok(vec![]));
    assert_eq!(r.clusterscan::<String>("0").unwrap().items, ["k"]);
    assert_eq!(server.sent(), PLAIN);
}

#[test]
fn no_command_of_the_group_is_missing() {
    // What a session says of its connection stands with the other commands of this kind.
    assert_eq!(not_sent(Group::Cluster, &PLAIN), ["ASKING", "READONLY", "READWRITE"]);
}

#[test]
fn options_of_nodes() {
    assert_eq!(wire(cmd::cluster_failover().force()), "CLUSTER FAILOVER FORCE");
    assert_eq!(wire(cmd::cluster_failover().force().takeover()), "CLUSTER FAILOVER TAKEOVER");
    assert_eq!(wire(cmd::cluster_meet("::1", 7000).bus_port(17_001)), "CLUSTER MEET ::1 7000 17001");
    assert_eq!(wire(cmd::cluster_reset().hard()), "CLUSTER RESET HARD");
    assert_eq!(wire(cmd::cluster_reset().hard().soft()), "CLUSTER RESET SOFT");
    let server = Double::new(["+OK\r\n"]);
    assert_eq!((&server).cluster_replicate_no_one(), Ok(()));
    assert_eq!(server.sent(), ["CLUSTER REPLICATE NO ONE"]);
}

#[test]
fn options_of_slots() {
    let setslot = |state| wire(cmd::cluster_setslot(5, state));
    assert_eq!(setslot(SlotState::importing("id")), "CLUSTER SETSLOT 5 IMPORTING id");
    assert_eq!(setslot(SlotState::migrating("id")), "CLUSTER SETSLOT 5 MIGRATING id");
    assert_eq!(setslot(SlotState::node("id")), "CLUSTER SETSLOT 5 NODE id");
    let waits = cmd::cluster_setslot(5, SlotState::node("id")).timeout(Duration::from_secs(2));
    assert_eq!(wire(waits), "CLUSTER SETSLOT 5 NODE id TIMEOUT 2000");
    assert_eq!(wire(cmd::cluster_flushslot(5).async_()), "CLUSTER FLUSHSLOT 5 ASYNC");
    assert_eq!(wire(cmd::cluster_flushslot(5).sync()), "CLUSTER FLUSHSLOT 5 SYNC");
    let orderby = || cmd::cluster_slot_stats_orderby("cpu-usec");
    assert_eq!(wire(orderby()), "CLUSTER SLOT-STATS ORDERBY cpu-usec");
    assert_eq!(wire(orderby().asc().limit(3)), "CLUSTER SLOT-STATS ORDERBY cpu-usec LIMIT 3 ASC");
    assert_eq!(wire(orderby().asc().desc()), "CLUSTER SLOT-STATS ORDERBY cpu-usec DESC");
    assert_eq!(
        wire(cmd::cluster_migrateslots([(0, 1), (4, 5)], "one").and(SlotRange::from(2..=3), "two")),
        "CLUSTER MIGRATESLOTS SLOTSRANGE 0 1 4 5 NODE one SLOTSRANGE 2 3 NODE two"
    );
    let ranges = [SlotRange::from(0..=1), SlotRange::from(7..=7)];
    assert_eq!(wire(cmd::cluster_addslotsrange(each(&ranges))), "CLUSTER ADDSLOTSRANGE 0 1 7 7");
    let slots = std::ops::RangeInclusive::from(ranges[0]);
    assert_eq!(wire(cmd::cluster_addslots(each(slots))), "CLUSTER ADDSLOTS 0 1");
    let none: [(u16, u16); 0] = [];
    assert_eq!(
        refusal(cmd::cluster_addslotsrange(none)),
        "CLUSTER ADDSLOTSRANGE: `ranges` must be at least one pair"
    );
    assert_eq!(refusal(cmd::cluster_delslots([0; 0])), "CLUSTER DELSLOTS: `slots` must be at least one");
    assert_eq!(
        refusal(cmd::cluster_migrateslots(none, "id")),
        "CLUSTER MIGRATESLOTS: `ranges` must be at least one pair"
    );
}

#[test]
fn a_scan_goes_on_at_a_cursor_of_text() {
    let page = both(
        cmd::clusterscan::<String>(ClusterCursor::START).match_("a*").count(5).type_("hash").slot(9),
        "*2\r\n$9\r\n0-{06S}-0\r\n*1\r\n$2\r\nab\r\n",
        "*2\r\n$9\r\n0-{06S}-0\r\n*1\r\n$2\r\nab\r\n",
    );
    assert_eq!(page.items, ["ab"]);
    let next = page.next().unwrap();
    assert_eq!((next.as_str(), next.to_string().as_str()), ("0-{06S}-0", "0-{06S}-0"));
    assert_eq!(
        wire(cmd::clusterscan::<String>(next).slot(9).type_("hash").count(5).match_("a*")),
        "CLUSTERSCAN 0-{06S}-0 MATCH a* COUNT 5 TYPE hash SLOT 9"
    );
    let last = read(cmd::clusterscan::<String>("x-{06S}-5".to_owned()), "*2\r\n$1\r\n0\r\n*0\r\n").unwrap();
    assert_eq!((last.next(), last.items.len()), (None, 0));
    assert_eq!(
        unfit(cmd::clusterscan::<String>("0"), "*2\r\n*0\r\n*0\r\n"),
        "CLUSTERSCAN: element 0: expected a text, got an array of 0 elements"
    );
    assert!(!format!("{:?}", cmd::clusterscan::<String>("secret").match_("secret")).contains("secret"));
}

#[test]
fn what_a_node_says_of_the_cluster() {
    let text = "cluster_state:ok\r\ncluster_slots_assigned:16384\r\ncluster_slots_ok:16380\r\n\
        cluster_slots_pfail:3\r\ncluster_slots_fail:1\r\ncluster_known_nodes:6\r\ncluster_size:3\r\n\
        cluster_current_epoch:7\r\ncluster_my_epoch:2\r\ncluster_stats_messages_ping_sent:11\r\n\
        cluster_stats_messages_sent:12\r\ncluster_stats_messages_received:13\r\n\
        total_cluster_links_buffer_limit_exceeded:0\r\n";
    let info = both(cmd::cluster_info(), bulk(text), verbatim(text));
    assert!(info.is_ok() && info.state == "ok");
    assert_eq!(
        [info.slots_assigned, info.slots_ok, info.slots_pfail, info.slots_fail],
        [16_384, 16_380, 3, 1]
    );
    assert_eq!((info.known_nodes, info.size, info.current_epoch, info.my_epoch), (6, 3, 7, 2));
    assert_eq!((info.messages_sent, info.messages_received), (12, 13));
    assert_eq!(info.links_buffer_limit_exceeded, Some(0));
    assert_eq!(
        info.other.into_iter().collect::<Vec<_>>(),
        [("cluster_stats_messages_ping_sent".into(), "11".into())]
    );
    assert!(!read(cmd::cluster_info(), bulk("cluster_state:fail\r\n")).unwrap().is_ok());
    assert_eq!(unfit(cmd::cluster_info(), ":1\r\n"), "CLUSTER INFO: expected a text, got an integer");
    assert_eq!(unfit(cmd::cluster_info(), "$-1\r\n"), "CLUSTER INFO: expected a text, got nil");
}

const MASTER: &str = "07c3 127.0.0.1:30004@31004,host.example,shard-id=69bc0 myself,master - 0 1426238317239 4 \
    connected 0-5460 5500 [93-<-292f] [77->-e7d1] [what]";
const REPLICA: &str = "67ed :0@0 slave,fail,noaddr e7d1 1426238316232 0 2 disconnected";

#[test]
fn nodes_are_lines() {
    let text = format!("{MASTER}\n{REPLICA}\n");
    let nodes = both(cmd::cluster_nodes(), bulk(&text), verbatim(&text));
    let [master, replica] = nodes.as_slice() else { panic!("{nodes:?}") };
    assert_eq!((master.id.as_str(), master.ip.as_deref(), master.port), ("07c3", Some("127.0.0.1"), 30_004));
    assert_eq!((master.bus_port, master.hostname.as_deref()), (Some(31_004), Some("host.example")));
    assert_eq!(master.auxiliary["shard-id"], "69bc0");
    assert!(master.is_myself() && master.is_master() && !master.is_replica() && master.is_connected());
    assert_eq!((&master.master_id, master.ping_sent, master.config_epoch), (&None, None, 4));
    let pong = SystemTime::UNIX_EPOCH + Duration::from_millis(1_426_238_317_239);
    assert_eq!(master.pong_received, Some(pong));
    assert_eq!(master.slots, [SlotRange::from(0..=5460), SlotRange::from(5500..=5500)]);
    assert!(master.slots[0].contains(5460) && !master.slots[1].contains(5501));
    assert_eq!(master.importing, [(93, "292f".to_owned())]);
    assert_eq!(master.migrating, [(77, "e7d1".to_owned())]);
    assert_eq!(master.other, ["[what]"]);

    assert_eq!((replica.ip.as_deref(), replica.port, replica.bus_port), (None, 0, Some(0)));
    assert_eq!((&replica.hostname, replica.master_id.as_deref()), (&None, Some("e7d1")));
    assert!(replica.is_replica() && !replica.is_myself() && !replica.is_connected());
    assert!(replica.has_flag("fail") && replica.flags == ["slave", "fail", "noaddr"]);
    let ping = SystemTime::UNIX_EPOCH + Duration::from_millis(1_426_238_316_232);
    assert_eq!((replica.ping_sent, replica.pong_received), (Some(ping), None));
    assert_eq!((replica.slots.len(), replica.link_state.as_str()), (0, "disconnected"));
}

#[test]
fn nodes_of_old_servers_and_nodes_without_an_address_are_kept() {
    let node = |line: &str| -> ClusterNode {
        let nodes = read(cmd::cluster_nodes(), bulk(line)).unwrap();
        nodes.into_iter().next().unwrap()
    };
    let old = node("07c3 127.0.0.1:30004 noflags - 0 0 0 connected\r\n");
    assert_eq!((old.port, old.bus_port, old.flags.len()), (30_004, None, 0));
    let six = node("07c3 ::1:7000@17000, master - 0 0 0 connected");
    assert_eq!((six.ip.as_deref(), six.port, six.hostname), (Some("::1"), 7000, None));
    // Two whose address is not known are still two.
    let both = format!("{REPLICA}\n{}", REPLICA.replace("67ed", "67ee"));
    assert_eq!(read(cmd::cluster_nodes(), bulk(&both)).unwrap().len(), 2);
    assert_eq!(
        unfit(cmd::cluster_nodes(), bulk("07c3 127.0.0.1:30004 master - 0 0 0")),
        "CLUSTER NODES: expected eight words or more about a node, got a line of 7 words"
    );
    assert_eq!(unfit(cmd::cluster_nodes(), ":1\r\n"), "CLUSTER NODES: expected a text, got an integer");
}

#[test]
fn replicas_are_a_list_of_lines() {
    let list = format!("*1\r\n{}", bulk(REPLICA));
    let replicas = both(cmd::cluster_replicas("e7d1"), &list, &list);
    assert_eq!(replicas.len(), 1);
    assert_eq!(read(cmd::cluster_slaves("e7d1"), &list).unwrap(), replicas);
    let error = read(cmd::cluster_replicas("x"), "-ERR Unknown node x\r\n").unwrap_err();
    assert_eq!(error.to_string(), "CLUSTER REPLICAS: ERR Unknown node x");
}

/// Fields as RESP2 sends them and as RESP3 does, of names and values of which each is a reply.
fn fields<const N: usize>(fields: [(&str, [String; 2]); N]) -> [String; 2] {
    let join = |at: usize| fields.iter().map(|(name, value)| bulk(name) + &value[at]).collect::<String>();
    [format!("*{}\r\n{}", 2 * N, join(0)), format!("%{N}\r\n{}", join(1))]
}

/// A list of these.
fn list<const N: usize>(elements: [[String; 2]; N]) -> [String; 2] {
    [0, 1].map(|at| format!("*{N}\r\n{}", elements.each_ref().map(|element| element[at].as_str()).concat()))
}

fn text(text: &str) -> [String; 2] {
    [bulk(text), bulk(text)]
}

fn number(number: i64) -> [String; 2] {
    [format!(":{number}\r\n"), format!(":{number}\r\n")]
}

#[test]
fn slots_with_their_nodes() {
    let node = |endpoint: [String; 2], id: &str, metadata: [String; 2]| {
        list([endpoint, number(7000), text(id), metadata])
    };
    let nil = ["$-1\r\n".to_owned(), "_\r\n".to_owned()];
    let names = fields([("ip", text("10.0.0.6")), ("hostname", text("host.example"))]);
    let none = fields([]);
    let first = list([
        number(0),
        number(5460),
        node(text("host.example"), "07c3", names),
        node(nil, "67ed", none),
        list([text(""), number(7000)]),
    ]);
    let [resp2, resp3] = list([first]);
    let slots = both(cmd::cluster_slots(), resp2, resp3);
    assert_eq!(slots.len(), 1);
    assert_eq!(slots[0].range, SlotRange::from(0..=5460));
    let [master, replica, old] = slots[0].nodes.as_slice() else { panic!("{slots:?}") };
    assert_eq!((master.endpoint.as_deref(), master.port, &*master.id), (Some("host.example"), 7000, "07c3"));
    assert_eq!((&*master.metadata["ip"], &*master.metadata["hostname"]), ("10.0.0.6", "host.example"));
    assert_eq!((&replica.endpoint, &*replica.id, replica.metadata.len()), (&None, "67ed", 0));
    assert_eq!((&old.endpoint, &*old.id), (&None, ""));
    assert_eq!(
        unfit(cmd::cluster_slots(), "*1\r\n*1\r\n:0\r\n"),
        "CLUSTER SLOTS: expected the first slot, the last and their nodes, got an array of 1 elements"
    );
    assert!(unfit(cmd::cluster_slots(), "*1\r\n*2\r\n:0\r\n+x\r\n").ends_with("got something else"));
}

#[test]
fn shards_with_their_nodes() {
    let master = fields([
        ("id", text("07c3")),
        ("port", number(7000)),
        ("tls-port", number(7001)),
        ("ip", text("10.0.0.6")),
        ("endpoint", text("host.example")),
        ("hostname", text("host.example")),
        ("role", text("master")),
        ("replication-offset", number(72_156)),
        ("health", text("online")),
        ("availability-zone", text("z1")),
        ("new", number(1)),
    ]);
    let bare = fields([("id", text("67ed")), ("ip", text("")), ("endpoint", text(""))]);
    let slots = list([number(0), number(99), number(200), number(299)]);
    let [resp2, resp3] = list([
        fields([("slots", slots), ("nodes", list([master, bare])), ("id", text("37ba"))]),
        fields([("slots", list([])), ("nodes", list([]))]),
    ]);
    let shards = both(cmd::cluster_shards(), resp2, resp3);
    let [shard, empty] = shards.as_slice() else { panic!("{shards:?}") };
    assert_eq!(shard.slots, [SlotRange::from(0..=99), SlotRange::from(200..=299)]);
    assert_eq!((shard.id.as_deref(), &empty.id, empty.nodes.len()), (Some("37ba"), &None, 0));
    let [node, bare] = shard.nodes.as_slice() else { panic!("{shard:?}") };
    assert_eq!((&*node.id, node.port, node.tls_port), ("07c3", Some(7000), Some(7001)));
    assert_eq!((node.ip.as_deref(), node.endpoint.as_deref()), (Some("10.0.0.6"), Some("host.example")));
    assert_eq!(node.hostname.as_deref(), Some("host.example"));
    assert_eq!((&*node.role, node.replication_offset, &*node.health), ("master", 72_156, "online"));
    assert_eq!(node.availability_zone.as_deref(), Some("z1"));
    assert_eq!(node.other.keys().collect::<Vec<_>>(), ["new"]);
    assert_eq!((&bare.ip, &bare.endpoint, bare.port), (&None, &None, None));
    assert_eq!(
        unfit(cmd::cluster_shards(), "+OK\r\n"),
        "CLUSTER SHARDS: expected an array of shards, got a simple string"
    );
}

#[test]
fn links_and_how_slots_are_used() {
    let link = fields([
        ("direction", text("to")),
        ("node", text("07c3")),
        ("create-time", number(1_639_442_739_375)),
        ("events", text("rw")),
        ("send-buffer-allocated", number(4512)),
        ("send-buffer-used", number(12)),
        ("new", number(1)),
    ]);
    let [resp2, resp3] = list([link]);
    let links = both(cmd::cluster_links(), resp2, resp3);
    let link = &links[0];
    assert_eq!((&*link.direction, &*link.node, &*link.events), ("to", "07c3", "rw"));
    let made = SystemTime::UNIX_EPOCH + Duration::from_millis(1_639_442_739_375);
    assert_eq!((link.create_time, link.send_buffer_allocated, link.send_buffer_used), (Some(made), 4512, 12));
    assert_eq!(link.other.keys().collect::<Vec<_>>(), ["new"]);
    assert_eq!(
        unfit(cmd::cluster_links(), "*1\r\n+x\r\n"),
        "CLUSTER LINKS: expected a link's fields, got a simple string"
    );

    let used = fields([
        ("key-count", number(1)),
        ("cpu-usec", number(20)),
        ("network-bytes-in", number(27)),
        ("network-bytes-out", number(5)),
        ("memory-bytes", number(96)),
    ]);
    let bare = fields([("key-count", number(0))]);
    let [resp2, resp3] = list([list([number(15_495), used]), list([number(0), bare])]);
    let stats = both(cmd::cluster_slot_stats(0, 16_383), &resp2, &resp3);
    assert_eq!(both(cmd::cluster_slot_stats_orderby("key-count"), &resp2, &resp3), stats);
    let [used, bare] = stats.as_slice() else { panic!("{stats:?}") };
    assert_eq!((used.slot, used.key_count, used.cpu_time), (15_495, 1, Some(Duration::from_micros(20))));
    assert_eq!((used.network_bytes_in, used.network_bytes_out), (Some(27), Some(5)));
    assert_eq!(used.other.keys().collect::<Vec<_>>(), ["memory-bytes"]);
    assert_eq!((bare.slot, bare.key_count, bare.cpu_time, bare.network_bytes_in), (0, 0, None, None));
    assert_eq!(
        unfit(cmd::cluster_slot_stats(0, 1), "*1\r\n*2\r\n:1\r\n:2\r\n"),
        "CLUSTER SLOT-STATS: expected a slot and its statistics, got something else"
    );
}

#[test]
fn slots_on_the_move() {
    let at = |seconds| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    let migration = fields([
        ("name", text("526b")),
        ("operation", text("EXPORT")),
        ("slot_ranges", text("7-9 11-12 20")),
        ("target_node", text("5b3f")),
        ("source_node", text("d7ad")),
        ("create_time", number(1_795_344_590)),
        ("last_update_time", number(1_795_344_591)),
        ("last_ack_time", number(0)),
        ("state", text("failed")),
        ("message", text("refused")),
        ("cow_size", number(4096)),
        ("remaining_repl_size", number(17)),
        ("new", number(1)),
    ]);
    let quiet = fields([("message", text("")), ("slot_ranges", text("all"))]);
    let [resp2, resp3] = list([migration, quiet]);
    let migrations = both(cmd::cluster_getslotmigrations(), resp2, resp3);
    let [migration, quiet] = migrations.as_slice() else { panic!("{migrations:?}") };
    assert_eq!((&*migration.name, &*migration.operation), ("526b", "EXPORT"));
    assert_eq!(migration.slot_ranges, [7..=9, 11..=12, 20..=20].map(SlotRange::from));
    assert_eq!((&*migration.target_node, &*migration.source_node), ("5b3f", "d7ad"));
    assert_eq!(migration.create_time, at(1_795_344_590));
    assert_eq!((migration.last_update_time, migration.last_ack_time), (at(1_795_344_591), None));
    assert_eq!((&*migration.state, migration.message.as_deref()), ("failed", Some("refused")));
    assert_eq!((migration.cow_size, migration.remaining_repl_size), (4096, 17));
    assert_eq!(migration.other.keys().collect::<Vec<_>>(), ["new"]);
    // What is no range is kept as it came.
    assert_eq!((&quiet.message, quiet.slot_ranges.len()), (&None, 0));
    assert_eq!(quiet.other.keys().collect::<Vec<_>>(), ["slot_ranges"]);
    assert_eq!(
        unfit(cmd::cluster_getslotmigrations(), "$1\r\nx\r\n"),
        "CLUSTER GETSLOTMIGRATIONS: expected an array of slot migrations, got a bulk string"
    );
}

#[test]
fn epochs_are_raised_or_not() {
    let bump = cmd::cluster_bumpepoch();
    assert_eq!(both(&bump, "+BUMPED 3\r\n", "+BUMPED 3\r\n"), EpochBump::Bumped(3));
    let still = both(&bump, "+STILL 3\r\n", "$7\r\nSTILL 3\r\n");
    assert_eq!((still, still.epoch()), (EpochBump::Still(3), 3));
    for wrong in ["+OK\r\n", "+BUMPED x\r\n", "+WENT 3\r\n", ":3\r\n", "$-1\r\n"] {
        assert!(
            unfit(&bump, wrong)
                .starts_with("CLUSTER BUMPEPOCH: expected BUMPED or STILL with an epoch, got ")
        );
    }
    assert_eq!(
        read(cmd::cluster_keyslot("k"), "-ERR This instance has cluster support disabled\r\n")
            .unwrap_err()
            .to_string(),
        "CLUSTER KEYSLOT: ERR This instance has cluster support disabled"
    );
    assert!(!format!("{:?}", cmd::cluster_setslot(1, SlotState::node("secret"))).contains("secret"));
}
