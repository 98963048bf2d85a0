//! The commands of Sentinels, on three that watch a master and its replica.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::Duration;

use redispy::cmd::SentinelCrash;
use redispy::prelude::*;
use redispy::replies::{Role, SentinelReplica};
use redispy::spec::Spec;
use redispy::{Client, ProtocolChoice, cmd, spec};
use redispy_testkit::{Family, SentinelRig, Server, wait_until};

use crate::{assert_unknown, is_since, knows};

const NAME: &str = SentinelRig::NAME;

/// A failover takes some seconds; Sentinels ask for INFO every ten.
const PATIENCE: Duration = Duration::from_secs(60);

fn client(server: &Server, protocol: ProtocolChoice) -> Client {
    crate::builder().url(server.url()).unwrap().protocol(protocol).build().unwrap()
}

/// Clients of the same Sentinel, over RESP2 and over RESP3.
fn both(sentinel: &Server) -> [Client; 2] {
    [ProtocolChoice::Resp2, ProtocolChoice::Resp3].map(|protocol| client(sentinel, protocol))
}

/// A Sentinel knows the command only if it is as new as the server.
fn lacks(command: &Spec) -> bool {
    !knows(command)
}

#[test]
fn a_sentinel_tells_what_it_watches() {
    let rig = SentinelRig::start(1);
    let (master_port, replica_port) = (rig.servers[0].port(), rig.servers[1].port());
    for r in both(&rig.sentinels[0]) {
        let masters = r.sentinel_masters().unwrap();
        assert_eq!(masters.len(), 1);
        let master = r.sentinel_master(NAME).unwrap();
        for master in [&masters[0], &master] {
            assert_eq!((&*master.name, &*master.ip, master.port), (NAME, "127.0.0.1", master_port));
            assert_eq!((master.flags.to_string().as_str(), master.runid.len()), ("master", 40));
            assert!(master.flags.is_master() && !master.flags.is_s_down());
            assert_eq!((master.num_replicas, master.num_other_sentinels, master.quorum), (1, 2, 2));
            assert_eq!((master.link.down_after, master.parallel_syncs), (Duration::from_secs(1), 1));
            assert_eq!(
                (master.failover_timeout, &*master.role_reported),
                (Duration::from_secs(10), "master")
            );
            assert_eq!(
                (master.link.s_down_time, master.o_down_time, &master.failover_state),
                (None, None, &None)
            );
            assert!(master.other.is_empty() && master.link.refcount > 0, "{master:?}");
        }
        wait_until("the Sentinel has asked the replica", PATIENCE, || {
            r.sentinel_replicas(NAME).unwrap().iter().all(|replica| replica.master_host.is_some())
        });
        for replicas in [r.sentinel_replicas(NAME).unwrap(), r.sentinel_slaves(NAME).unwrap()] {
            let [replica] = <[SentinelReplica; 1]>::try_from(replicas).unwrap();
            assert_eq!((&*replica.ip, replica.port), ("127.0.0.1", replica_port));
            assert_eq!(replica.name, format!("127.0.0.1:{replica_port}"));
            assert!(
                replica.flags.is_replica() && replica.is_announced && replica.other.is_empty(),
                "{replica:?}"
            );
            assert_eq!((replica.priority, &*replica.role_reported), (100, "slave"));
            // Until the next INFO the Sentinel may not know that the two are in step.
            assert!(["ok", "err"].contains(&&*replica.master_link_status), "{replica:?}");
            assert_eq!(
                (replica.master_host.as_deref(), replica.master_port),
                (Some("127.0.0.1"), master_port)
            );
        }
        let peers = r.sentinel_sentinels(NAME).unwrap();
        let ports: HashSet<u16> = peers.iter().map(|peer| peer.port).collect();
        assert_eq!(ports, HashSet::from([rig.sentinels[1].port(), rig.sentinels[2].port()]));
        for peer in &peers {
            assert!(
                peer.flags.is_sentinel() && peer.name == peer.runid && peer.voted_leader.is_none(),
                "{peer:?}"
            );
            assert!(peer.last_hello_message < PATIENCE && peer.other.is_empty(), "{peer:?}");
        }
        assert_eq!(
            r.sentinel_get_master_addr_by_name(NAME).unwrap(),
            Some(("127.0.0.1".into(), master_port))
        );
        assert_eq!(r.sentinel_get_master_addr_by_name("other").unwrap(), None);
        wait_until("Sentinels are connected", PATIENCE, || {
            r.sentinel_ckquorum(NAME).is_ok_and(|usable| usable == 3)
        });
        let verdict = r.sentinel_is_master_down_by_addr("127.0.0.1", master_port, 0, "*").unwrap();
        assert_eq!((verdict.is_down, verdict.leader, verdict.leader_epoch), (false, None, 0));
        let cache = r.sentinel_info_cache([NAME, "other"]).unwrap();
        assert_eq!(cache.keys().collect::<Vec<_>>(), [NAME]);
        let infos = &cache[NAME];
        assert_eq!(infos.len(), 2);
        assert_eq!(infos[0].info.as_ref().unwrap().tcp_port, Some(master_port));
        assert!(infos[0].age < PATIENCE);
        assert_eq!(r.role().unwrap(), Role::Sentinel { masters: vec![NAME.to_owned()] });
        assert_eq!(r.sentinel_myid().unwrap().len(), 40);
        assert_eq!(r.sentinel_pending_scripts().unwrap(), []);
        assert!(r.sentinel_help().unwrap().len() > 10);
        for error in [r.sentinel_master("other").unwrap_err(), r.sentinel_ckquorum("other").unwrap_err()] {
            assert_eq!(error.code(), Some("ERR"));
        }

        let primary = r.sentinel_primary(NAME);
        if lacks(&spec::SENTINEL_PRIMARY) {
            assert_unknown(primary);
            assert_unknown(r.sentinel_primaries());
            assert_unknown(r.sentinel_get_primary_addr_by_name(NAME));
            assert_unknown(r.sentinel_is_primary_down_by_addr("127.0.0.1", 1, 0, "*"));
            continue;
        }
        assert_eq!((primary.unwrap().runid, r.sentinel_primaries().unwrap().len()), (master.runid, 1));
        assert_eq!(r.sentinel_get_primary_addr_by_name(NAME).unwrap().unwrap().1, master_port);
        assert!(!r.sentinel_is_primary_down_by_addr("127.0.0.1", master_port, 0, "*").unwrap().is_down);
    }
}

#[test]
fn a_sentinel_is_told_what_to_watch_and_how() {
    let server = Server::start();
    let sentinel = Server::builder().sentinel().start();
    for r in both(&sentinel) {
        assert_eq!(r.sentinel_masters().unwrap(), []);
        r.sentinel_monitor("one", "127.0.0.1", server.port(), 1).unwrap();
        assert_eq!(r.sentinel_monitor("one", "127.0.0.1", 1, 1).unwrap_err().code(), Some("ERR"));
        r.sentinel_set("one", ("quorum", 3)).unwrap();
        r.sentinel_set("one", [("down-after-milliseconds", 5000), ("parallel-syncs", 2)]).unwrap();
        r.run(cmd::sentinel_set("one", ("failover-timeout", 1000)).rename_command("CONFIG", "GUESS"))
            .unwrap();
        let master = r.sentinel_master("one").unwrap();
        assert_eq!((master.quorum, master.parallel_syncs), (3, 2));
        assert_eq!(
            (master.link.down_after, master.failover_timeout),
            (Duration::from_secs(5), Duration::from_secs(1))
        );
        let error = r.sentinel_set("one", [("auth-pass", "secret"), ("no-such", "secret")]).unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
        assert_eq!(r.sentinel_ckquorum("one").unwrap_err().code(), Some("NOQUORUM"));
        assert_eq!(r.sentinel_failover("one").unwrap_err().code(), Some("NOGOODSLAVE"));
        let coordinated = r.run(cmd::sentinel_failover("one").coordinated()).unwrap_err();
        assert!(
            ["ERR", "NOGOODPRIMARY", "NOGOODSLAVE"].contains(&coordinated.code().unwrap()),
            "{coordinated}"
        );
        assert_eq!(r.sentinel_reset("on*").unwrap(), 1);
        assert_eq!(r.sentinel_reset("none*").unwrap(), 0);
        r.sentinel_flushconfig().unwrap();
        r.sentinel_remove("one").unwrap();
        assert_eq!(r.sentinel_remove("one").unwrap_err().code(), Some("ERR"));
        assert_eq!(r.sentinel_masters().unwrap(), []);
    }
}

#[test]
fn a_sentinel_has_parameters_of_its_own() {
    let sentinel = Server::builder().sentinel().start();
    for r in both(&sentinel) {
        assert_eq!(r.sentinel_config_get("resolve-hostnames").unwrap()["resolve-hostnames"], "no");
        assert!(r.sentinel_config_get("*").unwrap().len() > 3);
        r.sentinel_config_set(("announce-port", 7000)).unwrap();
        assert_eq!(r.sentinel_config_get("announce-port").unwrap()["announce-port"], "7000");
        let two = r.sentinel_config_set([("announce-port", "0"), ("resolve-hostnames", "no")]);
        let names = ["announce-port", "resolve-hostnames"];
        if is_since((7, 2), (7, 2)) {
            two.unwrap();
            assert!(r.sentinel_config_get(names).unwrap().keys().eq(names));
        } else {
            assert_unknown(two);
        }

        let times = r.sentinel_debug();
        if lacks(&spec::SENTINEL_DEBUG) {
            assert_unknown(times);
        } else {
            assert!(times.unwrap().contains_key("PING-PERIOD"));
            let set =
                cmd::sentinel_debug().set("PING-PERIOD", Duration::from_millis(700)).set("ASK-PERIOD", 800);
            r.run(set).unwrap();
            let times = r.sentinel_debug().unwrap();
            assert_eq!(
                (times["PING-PERIOD"], times["ASK-PERIOD"]),
                (Duration::from_millis(700), Duration::from_millis(800))
            );
        }
        r.sentinel_simulate_failure([SentinelCrash::AfterElection, SentinelCrash::AfterPromotion]).unwrap();
    }
}

#[test]
fn an_ordinary_server_is_no_sentinel() {
    let server = Server::start();
    for r in both(&server) {
        let error = r.sentinel_masters().unwrap_err();
        assert_eq!((error.code(), error.command()), (Some("ERR"), Some("SENTINEL MASTERS")));
        assert!(error.to_string().to_ascii_lowercase().contains("unknown command"), "{error}");
    }
}

#[test]
fn a_master_is_failed_over_by_command() {
    let rig = SentinelRig::start(2);
    let [resp2, resp3] = both(&rig.sentinels[0]);
    let address = |r: &Client| -> SocketAddr {
        let (host, port) = r.sentinel_get_master_addr_by_name(NAME).unwrap().unwrap();
        format!("{host}:{port}").parse().unwrap()
    };
    let old = address(&resp2);
    let coordinated = rig.sentinels[0].family() == Family::Valkey;
    // One that fails, as on a slow machine, is given up after 10 s; one that is under way refuses the next.
    let mut begun = false;
    wait_until("there is a new master", PATIENCE, || {
        if address(&resp3) != old {
            return true;
        }
        let failover = cmd::sentinel_failover(NAME);
        let answer = if coordinated { resp3.run(failover.coordinated()) } else { resp3.run(failover) };
        begun |= answer.is_ok();
        false
    });
    assert!(begun);
    assert_eq!(address(&resp2), address(&resp3));
    let new = client(rig.server_at(address(&resp2)).unwrap(), ProtocolChoice::Resp3);
    assert!(matches!(new.role().unwrap(), Role::Master { .. }));
    wait_until("the old master is a replica", PATIENCE, || {
        let replicas = resp3.sentinel_replicas(NAME).unwrap();
        replicas.iter().any(|replica| replica.port == old.port() && replica.role_reported == "slave")
    });
    let epoch = resp2.sentinel_master(NAME).unwrap().config_epoch;
    assert!(epoch > 0);

    // One that is gone is said to be down.
    let gone = rig.server_at(address(&resp2)).unwrap();
    for sentinel in &rig.sentinels[1..] {
        sentinel.pause();
    }
    gone.kill();
    for r in [&resp2, &resp3] {
        wait_until("the master is down", PATIENCE, || r.sentinel_master(NAME).unwrap().flags.is_s_down());
        let master = r.sentinel_master(NAME).unwrap();
        assert!(
            master.link.s_down_time.is_some() && master.link.last_ok_ping_reply >= master.link.down_after
        );
        assert!(!master.flags.is_o_down() && master.o_down_time.is_none(), "{master:?}");
        assert!(r.sentinel_is_master_down_by_addr("127.0.0.1", gone.port(), 0, "*").unwrap().is_down);
        wait_until("the Sentinels are missed", PATIENCE, || {
            r.sentinel_ckquorum(NAME).is_err_and(|error| error.code() == Some("NOQUORUM"))
        });
    }
    for sentinel in &rig.sentinels[1..] {
        sentinel.resume();
    }
}
