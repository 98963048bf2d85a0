//! The commands of the cluster, on clusters of one and of two nodes.

use std::collections::HashSet;
use std::time::Duration;

use redispy::cmd::SlotState;
use redispy::prelude::*;
use redispy::replies::{ClusterCursor, ClusterNode, EpochBump, SlotRange};
use redispy::{Client, ProtocolChoice, cmd, spec};
use redispy_testkit::{Server, wait_until};

use crate::{assert_unknown, if_known, is_since, knows};

/// A master takes writes two seconds after its start, and nodes gossip once in a second.
const PATIENCE: Duration = Duration::from_secs(30);

/// All slots.
const ALL: SlotRange = SlotRange { start: 0, end: 16_383 };

/// The slots of the keys `a` and `b`.
const A: u16 = 15_495;
const B: u16 = 3300;

/// A node that knows no other, has no slots, and counts how these are used.
fn node() -> Server {
    let builder = Server::builder().option("cluster-enabled", "yes").option("cluster-node-timeout", "2000");
    match knows(&spec::CLUSTER_SLOT_STATS) {
        true => builder.option("cluster-slot-stats-enabled", "yes").start(),
        false => builder.start(),
    }
}

fn client(node: &Server, protocol: ProtocolChoice) -> Client {
    crate::builder().url(node.url()).unwrap().protocol(protocol).build().unwrap()
}

/// Runs `test` with a node twice, over RESP2 and then over RESP3, each time as if it was new.
#[track_caller]
fn with_a_node(test: impl Fn(&Client)) {
    let node = node();
    for protocol in [ProtocolChoice::Resp2, ProtocolChoice::Resp3] {
        let r = client(&node, protocol);
        r.flushall().unwrap();
        r.run(cmd::cluster_reset().hard()).unwrap();
        test(&r);
    }
}

/// Makes all slots the node's own and waits until it serves them.
fn serve_all(r: &Client) {
    r.cluster_addslots(redispy::each(ALL.start..=ALL.end)).unwrap();
    wait_until("the cluster is well", PATIENCE, || r.cluster_info().unwrap().is_ok());
}

/// What a node says of itself.
fn myself(r: &Client) -> ClusterNode {
    r.cluster_nodes().unwrap().into_iter().find(ClusterNode::is_myself).unwrap()
}

#[test]
fn a_node_gets_slots_and_loses_them() {
    with_a_node(|r| {
        let info = r.cluster_info().unwrap();
        assert!(!info.is_ok() && info.state == "fail", "{info:?}");
        assert_eq!((info.slots_assigned, info.known_nodes, info.my_epoch), (0, 1, 0));

        r.cluster_addslots([0, 1, 2]).unwrap();
        assert_eq!(myself(r).slots, [SlotRange::from(0..=2)]);
        let more = r.cluster_addslotsrange([(3, 9), (20, 29)]);
        match knows(&spec::CLUSTER_ADDSLOTSRANGE) {
            true => {
                more.unwrap();
                assert_eq!(myself(r).slots, [0..=9, 20..=29].map(SlotRange::from));
                assert_eq!(r.cluster_info().unwrap().slots_assigned, 20);
                r.cluster_delslotsrange(SlotRange::from(3..=29)).unwrap_err();
                r.cluster_delslotsrange(((3, 9), (20, 29))).unwrap();
            }
            false => assert_unknown(more),
        }
        assert_eq!(r.cluster_addslots(2).unwrap_err().code(), Some("ERR"));
        r.cluster_delslots(1).unwrap();
        assert_eq!(myself(r).slots, [0..=0, 2..=2].map(SlotRange::from));
        r.cluster_flushslots().unwrap();
        assert_eq!(myself(r).slots, []);
        r.cluster_saveconfig().unwrap();
    });
}

#[test]
fn a_node_tells_of_itself() {
    with_a_node(|r| {
        let id = r.cluster_myid().unwrap();
        let me = myself(r);
        assert_eq!((me.id.as_str(), me.is_master(), me.is_replica()), (id.as_str(), true, false));
        assert_eq!((me.master_id, me.link_state.as_str()), (None, "connected"));
        assert!(me.port > 0 && me.bus_port.unwrap() > 0 && me.migrating.is_empty() && me.other.is_empty());
        r.cluster_set_config_epoch(3).unwrap();
        assert_eq!(r.cluster_bumpepoch().unwrap(), EpochBump::Still(3));
        assert_eq!(myself(r).config_epoch, 3);
        assert_eq!(r.cluster_count_failure_reports(&id).unwrap(), 0);
        assert_eq!(r.cluster_replicas(&id).unwrap(), []);
        assert_eq!(r.cluster_slaves(&id).unwrap(), []);
        assert!(r.cluster_help().unwrap().len() > 10);
        assert_eq!(r.cluster_keyslot("a").unwrap(), i64::from(A));
        assert_eq!(r.cluster_keyslot("{b}a").unwrap(), i64::from(B));
        if let Some(shard) = if_known(&spec::CLUSTER_MYSHARDID, r.cluster_myshardid()) {
            assert_eq!(shard.len(), 40);
        }
        for wrong in [r.cluster_forget(&id), r.cluster_failover(), r.cluster_replicate(&id)] {
            assert_eq!(wrong.unwrap_err().code(), Some("ERR"));
        }
        r.run(cmd::cluster_failover().force()).unwrap_err();
        assert!(r.cluster_meet("nowhere", 1).is_err());
        r.cluster_reset().unwrap();
        assert_eq!(r.cluster_myid().unwrap(), id);
        r.run(cmd::cluster_reset().hard()).unwrap();
        assert_ne!(r.cluster_myid().unwrap(), id);
    });
}

#[test]
fn slots_hold_keys() {
    with_a_node(|r| {
        serve_all(r);
        r.mset([("a", 1), ("{a}2", 2)]).unwrap();
        r.set("b", 1).unwrap();
        assert_eq!(r.cluster_countkeysinslot(A).unwrap(), 2);
        let keys: HashSet<String> = r.cluster_getkeysinslot(A, 10).unwrap().into_iter().collect();
        assert_eq!(keys, HashSet::from(["a".to_owned(), "{a}2".to_owned()]));
        assert_eq!(r.cluster_getkeysinslot::<String>(B, 1).unwrap(), ["b"]);
        let session = r.session().unwrap();
        session.readonly().unwrap();
        session.readwrite().unwrap();
        session.asking().unwrap();
        assert_eq!(session.get("b").unwrap(), Some(1));

        let [slots] = <[_; 1]>::try_from(r.cluster_slots().unwrap()).unwrap();
        assert_eq!((slots.range, slots.nodes.len()), (ALL, 1));
        assert_eq!((&slots.nodes[0].id, slots.nodes[0].port), (&r.cluster_myid().unwrap(), myself(r).port));
        assert_eq!((slots.nodes[0].other.len(), slots.nodes[0].metadata.len()), (0, 0));
        if let Some(shards) = if_known(&spec::CLUSTER_SHARDS, r.cluster_shards()) {
            let [shard] = <[_; 1]>::try_from(shards).unwrap();
            assert_eq!((shard.slots, shard.other.len()), (vec![ALL], 0));
            let [node] = <[_; 1]>::try_from(shard.nodes).unwrap();
            assert_eq!((&*node.role, &*node.health, node.tls_port), ("master", "online", None));
            assert_eq!((node.port, node.other.len()), (Some(myself(r).port), 0));
        }
        for state in [SlotState::stable(), SlotState::node(r.cluster_myid().unwrap())] {
            r.cluster_setslot(A, state).unwrap();
        }
        assert_eq!(r.cluster_setslot(A, SlotState::migrating("x")).unwrap_err().code(), Some("ERR"));
        r.del(["b"]).unwrap();
        r.del(["a", "{a}2"]).unwrap();
    });
}

#[test]
fn a_node_counts_how_slots_are_used() {
    with_a_node(|r| {
        serve_all(r);
        r.set("a", 1).unwrap();
        let stats = r.cluster_slot_stats(A, A + 1);
        if !knows(&spec::CLUSTER_SLOT_STATS) {
            return assert_unknown(stats);
        }
        let stats = stats.unwrap();
        assert_eq!((stats[0].slot, stats[0].key_count, stats[1].slot, stats[1].key_count), (A, 1, A + 1, 0));
        assert!(stats[0].cpu_time.is_some() && stats[0].network_bytes_in > Some(0), "{stats:?}");
        assert!(stats[0].network_bytes_out.is_some() && stats[0].other.is_empty(), "{stats:?}");
        let most = cmd::cluster_slot_stats_orderby("key-count").limit(1);
        assert_eq!(r.run(most.clone()).unwrap()[0].slot, A);
        assert_eq!(r.run(most.desc()).unwrap()[0].slot, A);
        let least = cmd::cluster_slot_stats_orderby("key-count").asc().limit(2);
        assert_eq!(r.run(least).unwrap().iter().map(|stats| stats.key_count).sum::<u64>(), 0);
        assert_eq!(r.run(cmd::cluster_slot_stats_orderby("charm")).unwrap_err().code(), Some("ERR"));
    });
}

#[test]
fn keys_are_gone_through_and_slots_made_empty() {
    with_a_node(|r| {
        serve_all(r);
        let page = r.clusterscan::<String>(ClusterCursor::START);
        if !knows(&spec::CLUSTERSCAN) {
            assert_unknown(page);
            return assert_unknown(r.cluster_flushslot(A));
        }
        let names: HashSet<String> = (0..300).map(|n| format!("k{n}")).collect();
        r.batch(names.iter().map(|name| cmd::set(name, 1))).unwrap();
        r.hset("k-hash", ("f", 1)).unwrap();
        r.set("other", 1).unwrap();
        let mut found = HashSet::new();
        let mut next = Some(ClusterCursor::START);
        while let Some(cursor) = next {
            let page = r.run(cmd::clusterscan::<String>(cursor).match_("k*").type_("string").count(1000));
            let page = page.unwrap();
            next = page.next();
            found.extend(page.items);
        }
        assert_eq!(found, names);
        let slot = u16::try_from(r.cluster_keyslot("other").unwrap()).unwrap();
        let mut of_slot = Vec::new();
        let mut next = Some(ClusterCursor::START);
        while let Some(cursor) = next {
            let page = r.run(cmd::clusterscan::<String>(cursor).slot(slot)).unwrap();
            next = page.next();
            of_slot.extend(page.items);
        }
        assert!(of_slot.contains(&"other".to_owned()), "{of_slot:?}");

        r.cluster_flushslot(slot).unwrap();
        assert_eq!(r.exists("other").unwrap(), 0);
        r.run(cmd::cluster_flushslot(slot).sync()).unwrap();
        r.run(cmd::cluster_flushslot(slot).async_()).unwrap();
        assert_eq!(r.cluster_getslotmigrations().unwrap(), []);
        assert_eq!(r.cluster_cancelslotmigrations().unwrap_err().code(), Some("ERR"));
    });
}

/// Two nodes that know each other; the first has all slots. With each a client of either protocol.
struct Pair {
    first: [Client; 2],
    second: [Client; 2],
    _nodes: [Server; 2],
}

impl Pair {
    fn start() -> Pair {
        let nodes = [node(), node()];
        let clients = |at: usize| {
            [ProtocolChoice::Resp2, ProtocolChoice::Resp3].map(|protocol| client(&nodes[at], protocol))
        };
        let (first, second) = (clients(0), clients(1));
        second[0].cluster_set_config_epoch(2).unwrap();
        first[0].cluster_addslots(redispy::each(ALL.start..=ALL.end)).unwrap();
        let bus_port = myself(&second[0]).bus_port.unwrap();
        first[0].run(cmd::cluster_meet("127.0.0.1", nodes[1].port()).bus_port(bus_port)).unwrap();
        for r in [&first[0], &second[0]] {
            wait_until("the nodes know each other", PATIENCE, || {
                let nodes = r.cluster_nodes().unwrap();
                let well = |node: &ClusterNode| node.is_connected() && !node.has_flag("handshake");
                nodes.len() == 2 && nodes.iter().all(well) && r.cluster_info().unwrap().is_ok()
            });
        }
        Pair { first, second, _nodes: nodes }
    }
}

#[test]
fn two_nodes_are_linked_and_slots_move_between_them() {
    let pair = Pair::start();
    let [from, to] = [&pair.first[0], &pair.second[0]].map(|r| r.cluster_myid().unwrap());
    for r in &pair.first {
        if let Some(links) = if_known(&spec::CLUSTER_LINKS, r.cluster_links()) {
            assert!(links.iter().all(|link| link.node == to && link.create_time.is_some()), "{links:?}");
            assert!(links.iter().any(|link| link.direction == "to" && link.other.is_empty()), "{links:?}");
        }
    }
    // The way of old: it leaves, it comes, keys would be moved, both agree.
    pair.first[0].cluster_setslot(5, SlotState::migrating(&to)).unwrap();
    pair.second[0].cluster_setslot(5, SlotState::importing(&from)).unwrap();
    for (r, s) in pair.first.iter().zip(&pair.second) {
        assert_eq!(myself(r).migrating, [(5, to.clone())]);
        assert_eq!(myself(s).importing, [(5, from.clone())]);
    }
    // A moving slot says where to ask, and a session can.
    let key = (0..).map(|n| format!("k{n}")).find(|key| pair.first[0].cluster_keyslot(key).unwrap() == 5);
    let key = key.unwrap();
    for (r, s) in pair.first.iter().zip(&pair.second) {
        assert_eq!(r.get::<i64>(&key).unwrap_err().code(), Some("ASK"));
        assert_eq!(s.get::<i64>(&key).unwrap_err().code(), Some("MOVED"));
        let session = s.session().unwrap();
        session.asking().unwrap();
        assert_eq!(session.get::<i64>(&key).unwrap(), None);
        assert_eq!(session.get::<i64>(&key).unwrap_err().code(), Some("MOVED"));
    }
    pair.second[0].cluster_setslot(5, SlotState::node(&to)).unwrap();
    let done = cmd::cluster_setslot(5, SlotState::node(&to));
    match is_since((99, 0), (8, 0)) {
        true => pair.first[0].run(done.timeout(Duration::from_millis(100))).unwrap(),
        false => pair.first[0].run(done).unwrap(),
    }
    for r in pair.first.iter().chain(&pair.second) {
        wait_until("the slot has moved", PATIENCE, || {
            let nodes = r.cluster_nodes().unwrap();
            nodes.iter().any(|node| node.id == to && node.slots == [SlotRange::from(5..=5)])
        });
        let slots = r.cluster_slots().unwrap();
        let owner = slots.iter().find(|slots| slots.range.contains(5)).unwrap();
        assert_eq!((&owner.nodes[0].id, owner.range), (&to, SlotRange::from(5..=5)));
        assert_eq!(owner.nodes[0].endpoint.as_deref(), Some("127.0.0.1"));
    }
}

#[test]
fn slots_move_by_one_command() {
    if !knows(&spec::CLUSTER_MIGRATESLOTS) {
        let node = node();
        let r = client(&node, ProtocolChoice::Resp3);
        assert_unknown(r.cluster_migrateslots((0, 1), "id"));
        assert_unknown(r.cluster_getslotmigrations());
        assert_unknown(r.cluster_cancelslotmigrations());
        return assert_unknown(r.cluster_replicate_no_one());
    }
    let pair = Pair::start();
    let [from, to] = [&pair.first[0], &pair.second[0]].map(|r| r.cluster_myid().unwrap());
    assert_eq!(pair.first[0].cluster_migrateslots((0, 1), "nobody").unwrap_err().code(), Some("ERR"));
    let ranges = [7..=9, 11..=12].map(SlotRange::from);
    for (at, r) in pair.first.iter().enumerate() {
        let moves = at + 1;
        let shift = if at == 0 { 0 } else { 100 };
        let ranges = ranges.map(|range| SlotRange { start: range.start + shift, end: range.end + shift });
        r.cluster_migrateslots(redispy::each(&ranges), &to).unwrap();
        wait_until("the slots have moved", PATIENCE, || {
            let migrations = r.cluster_getslotmigrations().unwrap();
            assert!(migrations.iter().all(|migration| migration.state != "failed"), "{migrations:?}");
            migrations.len() == moves && migrations.iter().all(|migration| migration.state == "success")
        });
        let migrations = r.cluster_getslotmigrations().unwrap();
        let migration = migrations.iter().find(|migration| migration.slot_ranges == ranges).unwrap();
        assert_eq!((&*migration.operation, &migration.target_node), ("EXPORT", &to));
        assert_eq!((&migration.source_node, &migration.message), (&from, &None));
        assert!(migration.create_time.is_some() && migration.create_time <= migration.last_update_time);
        assert!(migration.other.is_empty(), "{migration:?}");
        let imports = pair.second[at].cluster_getslotmigrations().unwrap();
        assert!(imports.iter().any(|import| import.name == migration.name && import.operation == "IMPORT"));
        let owns =
            |node: &ClusterNode| node.id == to && ranges.iter().all(|range| node.slots.contains(range));
        wait_until("both know of it", PATIENCE, || {
            pair.second[at].cluster_nodes().unwrap().iter().any(owns)
                && r.cluster_nodes().unwrap().iter().any(owns)
        });
    }
}

#[test]
fn a_replica_takes_its_masters_place() {
    let pair = Pair::start();
    let [master, replica] = [&pair.first[0], &pair.second[0]].map(|r| r.cluster_myid().unwrap());
    pair.second[0].cluster_replicate(&master).unwrap();
    for r in pair.first.iter().chain(&pair.second) {
        wait_until("the replica is known", PATIENCE, || r.cluster_replicas(&master).unwrap().len() == 1);
        let [known] = <[_; 1]>::try_from(r.cluster_replicas(&master).unwrap()).unwrap();
        assert_eq!((&known.id, known.master_id.as_deref()), (&replica, Some(&*master)));
        assert!(known.is_replica() && !known.is_master());
        assert_eq!(r.cluster_slaves(&master).unwrap().len(), 1);
    }
    for r in &pair.second {
        wait_until("the replica is in step", PATIENCE, || {
            let slots = r.cluster_slots().unwrap();
            slots.iter().any(|slots| slots.nodes.iter().map(|node| &node.id).eq([&master, &replica]))
        });
        assert_eq!(r.get::<i64>("a").unwrap_err().code(), Some("MOVED"));
        let session = r.session().unwrap();
        session.readonly().unwrap();
        assert_eq!(session.get::<i64>("a").unwrap(), None);
        session.readwrite().unwrap();
        assert_eq!(session.get::<i64>("a").unwrap_err().code(), Some("MOVED"));
        if let Ok(shards) = r.cluster_shards() {
            let roles: HashSet<&str> = shards[0].nodes.iter().map(|node| node.role.as_str()).collect();
            assert_eq!(roles, HashSet::from(["master", "replica"]));
        }
    }
    wait_until("the replica may take over", PATIENCE, || {
        pair.second[0].run(cmd::cluster_failover().takeover()).is_ok() && myself(&pair.second[0]).is_master()
    });
    for r in pair.first.iter().chain(&pair.second) {
        wait_until("the roles have changed", PATIENCE, || {
            r.cluster_replicas(&replica).is_ok_and(|of| of.len() == 1)
        });
    }
    let old = &pair.first[0];
    if is_since((99, 0), (9, 0)) {
        old.cluster_replicate_no_one().unwrap();
        assert!(myself(old).is_master());
    }
    old.run(cmd::cluster_reset().soft()).unwrap();
    pair.second[0].cluster_forget(&master).unwrap();
    assert_eq!(pair.second[1].cluster_nodes().unwrap().len(), 1);
}
