//! The commands that change the server itself, each on a server of the test's own: saving, replication, files of users, modules.

use std::fs;
use std::time::{Duration, Instant};

use redispy::cmd::CommandlogKind;
use redispy::prelude::*;
use redispy::replies::{Expiry, Role};
use redispy::{Client, ProtocolChoice, Result, cmd, spec};
use redispy_testkit::{Server, wait_until};

use crate::{assert_unknown, each_protocol, each_protocol_alone, is_since, knows};

/// How long a server may take to save, or to follow another.
const PATIENCE: Duration = Duration::from_secs(30);

fn client(server: &Server, protocol: ProtocolChoice) -> Client {
    crate::builder().url(server.url()).unwrap().protocol(protocol).build().unwrap()
}

#[test]
fn the_data_is_saved() {
    each_protocol_alone(|r| {
        r.set("k", 1).unwrap();
        assert!(r.info().unwrap().rdb_changes_since_last_save > Some(0));
        r.save().unwrap();
        assert_eq!(r.info().unwrap().rdb_changes_since_last_save, Some(0));
    });
}

#[test]
fn the_data_is_saved_in_the_background() {
    each_protocol_alone(|r| {
        let idle = || !r.info().unwrap().rdb_bgsave_in_progress.unwrap();
        r.set("k", 1).unwrap();
        r.bgsave().unwrap();
        wait_until("the data is saved", PATIENCE, idle);
        assert_eq!(r.info().unwrap().rdb_changes_since_last_save, Some(0));
        r.bgrewriteaof().unwrap();
        let rewrites = || r.info().unwrap().get("aof_rewrite_in_progress") != Some("0");
        wait_until("the file is rewritten", PATIENCE, || !rewrites());
        r.set("k", 2).unwrap();
        r.run(cmd::bgsave().schedule()).unwrap();
        wait_until("the data is saved again", PATIENCE, idle);
        assert_eq!(r.info().unwrap().rdb_changes_since_last_save, Some(0));
        let none_to_end = r.run(cmd::bgsave().cancel()).unwrap_err();
        let known = is_since((u16::MAX, 0), (8, 1));
        assert_eq!(none_to_end.to_string().contains("syntax"), !known, "{none_to_end}");
    });
}

#[test]
fn a_server_follows_another_and_goes_its_own_way_again() {
    let (master, replica) = (Server::start(), Server::start());
    for protocol in [ProtocolChoice::Resp2, ProtocolChoice::Resp3] {
        let (m, r) = (client(&master, protocol), client(&replica, protocol));
        m.set("k", "of the master").unwrap();
        r.replicaof("127.0.0.1", master.port()).unwrap();
        let followed = || matches!(r.role().unwrap(), Role::Replica { state, .. } if state == "connected");
        wait_until("the replica is in step", PATIENCE, followed);
        assert!(matches!(r.role().unwrap(), Role::Replica { port, .. } if port == master.port()));
        assert_eq!(r.get("k").unwrap(), Some("of the master".to_owned()));
        assert!(r.set("k", "x").unwrap_err().is_read_only());
        let known = |role: Role| matches!(role, Role::Master { replicas, .. } if replicas.len() == 1);
        wait_until("the master knows", PATIENCE, || known(m.role().unwrap()));
        assert_eq!(m.info().unwrap().replicas.len(), 1);
        let session = m.session().unwrap();
        session.set("k", "later").unwrap();
        assert_eq!(session.wait(1, PATIENCE).unwrap(), 1);
        assert_eq!(r.get("k").unwrap(), Some("later".to_owned()));

        r.replicaof_no_one().unwrap();
        assert!(r.set("k", "its own").unwrap());
        r.slaveof("127.0.0.1", master.port()).unwrap();
        assert_eq!(r.info().unwrap().master_port, Some(master.port()));
        r.slaveof_no_one().unwrap();
        assert_eq!(r.info().unwrap().role.as_deref(), Some("master"));
    }
}

#[test]
fn a_server_hands_over_to_its_replica() {
    let servers = [Server::start(), Server::start()];
    for (protocol, turn) in [(ProtocolChoice::Resp2, 0), (ProtocolChoice::Resp3, 1)] {
        let (master, replica) = (&servers[turn], &servers[1 - turn]);
        let (m, r) = (client(master, protocol), client(replica, protocol));
        r.replicaof("127.0.0.1", master.port()).unwrap();
        let in_step = || matches!(m.role().unwrap(), Role::Master { replicas, .. } if replicas.len() == 1);
        wait_until("the replica is in step", PATIENCE, in_step);
        let session = m.session().unwrap();
        session.set("k", 1).unwrap();
        assert_eq!(session.wait(1, PATIENCE).unwrap(), 1);
        assert_eq!(m.run(cmd::failover().to("127.0.0.1", 1)).unwrap_err().code(), Some("ERR"));
        r.run(cmd::failover()).unwrap_err();
        m.run(cmd::failover().to("127.0.0.1", replica.port()).force(PATIENCE)).unwrap();
        wait_until("the replica is master", PATIENCE, || r.role().unwrap().is_master());
        let follows = || matches!(m.role().unwrap(), Role::Replica { port, .. } if port == replica.port());
        wait_until("the master follows", PATIENCE, follows);
        assert!(r.get("k").unwrap() == Some(1) && r.set("k", 2).unwrap());
        r.replicaof_no_one().unwrap();
        m.replicaof_no_one().unwrap();
    }
}

#[test]
fn databases_change_places() {
    each_protocol_alone(|r| {
        r.set("k", 1).unwrap();
        r.swapdb(0, 1).unwrap();
        assert_eq!(r.get::<i64>("k").unwrap(), None);
        r.swapdb(1, 0).unwrap();
        assert_eq!(r.get("k").unwrap(), Some(1));
        assert_eq!(r.swapdb(0, 1_000_000).unwrap_err().code(), Some("ERR"));
    });
}

#[test]
fn users_are_kept_in_a_file() {
    let server = Server::start();
    let file = server.directory().join("users.acl");
    fs::write(&file, "user default on nopass ~* &* +@all\n").unwrap();
    server.restart_with(|settings| settings.option("aclfile", file.to_str().unwrap()));
    for protocol in [ProtocolChoice::Resp2, ProtocolChoice::Resp3] {
        let r = client(&server, protocol);
        r.run(cmd::acl_setuser("kept").on().allow("get")).unwrap();
        r.acl_save().unwrap();
        assert!(fs::read_to_string(&file).unwrap().contains("user kept on"));
        r.acl_deluser("kept").unwrap();
        r.acl_load().unwrap();
        let users = r.acl_list().unwrap();
        assert!(users.len() == 2 && users.iter().any(|user| user.starts_with("user kept on")), "{users:?}");
    }
}

#[test]
fn without_files_nothing_is_kept_in_them() {
    each_protocol(|r| {
        for error in [r.config_rewrite().unwrap_err(), r.acl_save().unwrap_err(), r.acl_load().unwrap_err()] {
            assert_eq!(error.code(), Some("ERR"), "{error}");
        }
    });
}

#[test]
fn writing_clients_are_paused_and_let_go() {
    each_protocol_alone(|r| {
        r.set("k", 1).unwrap();
        r.run(cmd::client_pause(60_000).write()).unwrap();
        assert_eq!(r.get("k").unwrap(), Some(1));
        assert!(r.with_timeout(Duration::from_millis(100)).set("k", 2).unwrap_err().is_timeout());
        r.client_unpause().unwrap();
        assert!(r.set("k", 3).unwrap());
    });
}

#[test]
fn all_clients_are_paused() {
    each_protocol_alone(|r| {
        r.ping().unwrap();
        let began = Instant::now();
        r.client_pause(Duration::from_millis(200)).unwrap();
        r.ping().unwrap();
        assert!(began.elapsed() >= Duration::from_millis(150));
    });
}

#[test]
fn modules_that_are_not_there_are_neither_loaded_nor_unloaded() {
    each_protocol_alone(|r| {
        let path = "/nonexistent/module.so";
        for error in [r.module_load(path).unwrap_err(), r.module_unload("nosuch").unwrap_err()] {
            assert_eq!(error.code(), Some("ERR"), "{error}");
        }
        assert_eq!(r.module_loadex(path).unwrap_err().code(), Some("ERR"));
        r.ping().unwrap();
    });
}

#[test]
fn every_container_tells_what_it_knows() {
    each_protocol(|r| {
        let tells = |help: Result<Vec<String>>, word: &str| {
            let help = help.unwrap();
            assert!(help.iter().any(|line| line.contains(word)), "{help:?}");
        };
        tells(r.acl_help(), "SETUSER");
        tells(r.command_help(), "GETKEYS");
        tells(r.config_help(), "REWRITE");
        tells(r.latency_help(), "DOCTOR");
        tells(r.memory_help(), "USAGE");
        tells(r.module_help(), "UNLOAD");
        if knows(&spec::COMMANDLOG_GET) {
            tells(r.commandlog_help(), "GET");
            assert!(r.commandlog_len(CommandlogKind::Slow).unwrap() >= 0);
        } else {
            assert_unknown(r.commandlog_help());
        }
    });
}

#[test]
fn the_allocator_tells_what_it_knows() {
    each_protocol(|r| assert!(r.memory_malloc_stats().unwrap().len() > 20));
}

#[test]
fn there_is_no_graph_of_an_event_that_never_was() {
    each_protocol(|r| assert_eq!(r.latency_graph("command").unwrap_err().code(), Some("ERR")));
}

#[test]
fn what_expires_still_does_after_the_server_is_started_again() {
    let server = Server::start();
    for protocol in [ProtocolChoice::Resp2, ProtocolChoice::Resp3] {
        let r = client(&server, protocol);
        r.run(cmd::set("k", 1).ex(1000)).unwrap();
        r.save().unwrap();
        server.restart();
        assert_eq!(r.get("k").unwrap(), Some(1));
        assert!(matches!(r.ttl("k").unwrap(), Expiry::Time(left) if left <= Duration::from_secs(1000)));
    }
}
