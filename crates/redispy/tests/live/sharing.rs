//! What one caller does reaches nobody else's connection, however it is written.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use redispy::cmd::{ClientFilter, ClientType};
use redispy::prelude::*;
use redispy::{Client, ErrorKind, Outcome, ProtocolChoice, Value, cmd, spec};
use redispy_testkit::{Server, wait_until};

use crate::{each_protocol, each_protocol_alone, is_pooled, knows};

const SOON: Duration = Duration::from_secs(10);

/// A client that has a shared connection already.
fn in_use(server: &Server) -> Client {
    let r = crate::builder().url(server.url()).unwrap().timeout(SOON).build().unwrap();
    r.set("k", "of database 0").unwrap();
    r
}

#[test]
fn what_nobody_knows_goes_over_no_connection_that_others_use() {
    if is_pooled() {
        return;
    }
    let server = Server::builder().option("rename-command", "SELECT CHOOSE").start();
    let r = in_use(&server);
    let elsewhere = || redispy::cmd(("CHOOSE", 5));
    assert_eq!(r.batch([elsewhere()]).unwrap().len(), 1);
    r.pipeline().transaction(false).run(elsewhere()).execute().unwrap();
    r.run(elsewhere()).unwrap();
    r.pipeline().run(elsewhere()).execute().unwrap();
    assert_eq!(r.deferred().run(elsewhere()).wait().unwrap_err().kind(), ErrorKind::Refused);
    assert_eq!(r.get("k").unwrap(), Some("of database 0".to_owned()));
}

#[test]
fn a_session_that_did_what_nobody_knows_takes_its_connection_along() {
    let server = Server::builder().option("rename-command", "SELECT CHOOSE").start();
    let r = in_use(&server);
    let of_session = |run: &dyn Fn(&redispy::Session)| {
        let session = r.session().unwrap();
        run(&session);
        assert_eq!(session.get::<String>("k").unwrap(), None);
        drop(session);
        assert_eq!(r.session().unwrap().get("k").unwrap(), Some("of database 0".to_owned()));
    };
    of_session(&|session| assert!(session.execute_command(("CHOOSE", 5)).is_ok()));
    of_session(&|session| assert!(session.batch([redispy::cmd(("CHOOSE", 5))]).is_ok()));
    of_session(&|session| assert!(session.pipeline().run(redispy::cmd(("CHOOSE", 5))).execute().is_ok()));
}

#[test]
fn a_wait_that_only_servers_can_read_keeps_nobody_else() {
    each_protocol_alone(|r| {
        let r = r.with_timeout(SOON);
        thread::scope(|scope| {
            let waiting = scope.spawn(|| r.execute_command(("BLPOP", "queue", "0x3c")));
            wait_until("it to wait", SOON, || {
                r.session().unwrap().info().unwrap().blocked_clients == Some(1)
            });
            let others = r.with_timeout(Duration::from_secs(5));
            assert_eq!(others.get::<String>("k").unwrap(), None);
            others.rpush("queue", "job").unwrap();
            let Value::Array(job) = waiting.join().unwrap().unwrap() else { panic!("no array") };
            assert_eq!(job[1], Value::BulkString("job".into()));
        });
        let error = r.batch([redispy::cmd(("BLPOP", "queue", "0x3c"))]).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Refused, Outcome::NotSent));
    });
}

#[test]
fn what_ends_a_script_does_not_stand_in_line_behind_it_in_a_pipeline_either() {
    let server = Server::builder().option("lua-time-limit", "50").start();
    let r = in_use(&server);
    for kill in [&|r: &Client| r.batch([cmd::script_kill()]).map(drop), &|r: &Client| {
        r.pipeline().transaction(false).script_kill().execute().map(drop)
    }] as [&dyn Fn(&Client) -> redispy::Result<()>; 2]
    {
        thread::scope(|scope| {
            let script = scope.spawn(|| r.execute_command(ENDLESS));
            wait_until("it to be killed", SOON, || match kill(&r.with_timeout(Duration::from_secs(4))) {
                Ok(()) => true,
                // It does not run yet.
                Err(error) if error.code() == Some("NOTBUSY") => false,
                Err(error) => panic!("{error}"),
            });
            assert!(script.join().unwrap().unwrap_err().is_server());
        });
    }
}

const ENDLESS: [&str; 3] = ["EVAL", "while true do end", "0"];

/// Runs `act` while a script or function runs that does not end by itself.
fn while_it_runs(r: &Client, call: [&str; 3], act: impl FnOnce()) {
    thread::scope(|scope| {
        let script = scope.spawn(move || r.execute_command(call));
        let others = Client::with_config(r.pool().config().clone().with_db(0)).unwrap();
        let impatient = others.with_timeout(Duration::from_millis(300));
        let is_busy = || impatient.ping().is_err_and(|error| error.code() == Some("BUSY"));
        wait_until("the server to be busy", SOON, is_busy);
        act();
        let error = script.join().unwrap().unwrap_err();
        assert!(error.is_server(), "{error}");
    });
}

#[test]
fn a_script_is_ended_also_where_the_server_lets_nobody_choose_a_database() {
    let server = Server::builder().option("lua-time-limit", "50").start();
    for protocol in [ProtocolChoice::Resp2, ProtocolChoice::Resp3] {
        let options = crate::builder().url(server.url()).unwrap().db(3).protocol(protocol).timeout(SOON);
        let r = options.build().unwrap();
        while_it_runs(&r, ENDLESS, || r.with_timeout(Duration::from_secs(5)).script_kill().unwrap());
    }
}

#[test]
fn a_script_is_ended_though_it_holds_the_last_connection() {
    let server = Server::builder().option("lua-time-limit", "50").start();
    let options = Client::builder().url(server.url()).unwrap().pooled().max_connections(1).timeout(SOON);
    let r = options.build().unwrap();
    while_it_runs(&r, ENDLESS, || r.with_timeout(Duration::from_secs(5)).script_kill().unwrap());
    // It came and went beside the pool.
    let stats = r.stats();
    assert_eq!((stats.opened, stats.in_use, stats.idle), (1, 0, 1));
    r.close();
    assert_eq!(r.script_kill().unwrap_err().kind(), ErrorKind::PoolClosed);
}

#[test]
fn a_blocked_call_is_ended_though_it_holds_the_last_connection() {
    each_protocol_alone(|r| {
        let config = r.pool().config().clone();
        let r = Client::builder().config(config).pooled().max_connections(1).timeout(SOON).build().unwrap();
        let (session, watcher) =
            (r.session().unwrap(), Client::with_config(r.pool().config().clone()).unwrap());
        let id = session.client_id().unwrap();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| session.blpop::<(String, String)>("queue", SOON));
            wait_until("it to wait", SOON, || watcher.info().unwrap().blocked_clients == Some(1));
            assert!(r.with_timeout(Duration::from_secs(5)).client_unblock(id).unwrap());
            assert_eq!(waiting.join().unwrap().unwrap(), None);
        });
    });
}

#[test]
fn what_a_function_is_doing_is_told_while_it_runs() {
    if !knows(&spec::FUNCTION_STATS) {
        return;
    }
    let server = Server::builder().option("lua-time-limit", "50").start();
    let r = in_use(&server);
    let library = "#!lua name=endless\nredis.register_function('spin', function() while true do end end)";
    r.run(cmd::function_load(library)).unwrap();
    while_it_runs(&r, ["FCALL", "spin", "0"], || {
        let asking = r.with_timeout(Duration::from_secs(5));
        assert_eq!(asking.function_stats().unwrap().running_script.unwrap().name, "spin");
        asking.function_kill().unwrap();
    });
}

#[test]
fn whoever_closes_all_connections_is_not_given_one_of_them() {
    each_protocol_alone(|r| {
        for _ in 0..20 {
            let all = ClientFilter::new().client_type(ClientType::Normal).skipme(false);
            assert!(r.client_kill_where(all).unwrap() > 0);
            // Of those of the pool, none is the one that the command itself ran on.
            assert_eq!(r.stats().idle, 0);
        }
    });
}

#[test]
fn a_flush_that_takes_long_keeps_nobody_else() {
    each_protocol_alone(|r| {
        r.set("k", 1).unwrap();
        let written = r.stats().written_calls;
        r.flushall().unwrap();
        r.flushdb().unwrap();
        r.batch([cmd::flushall()]).unwrap();
        assert_eq!(r.stats().written_calls, written, "they go over connections of their own");
        assert_eq!(r.get::<i64>("k").unwrap(), None);
    });
}

#[test]
fn what_nodes_of_a_cluster_say_to_each_other_is_not_for_clients() {
    each_protocol(|r| {
        let words = ["CLUSTER", "SYNCSLOTS", "CAPA", "x"];
        let session = r.session().unwrap();
        for error in [
            r.execute_command(words).unwrap_err(),
            r.batch([redispy::cmd(words)]).unwrap_err(),
            session.execute_command(words).unwrap_err(),
        ] {
            assert_eq!((error.kind(), error.outcome()), (ErrorKind::Refused, Outcome::NotSent));
        }
    });
}

#[test]
fn a_session_does_not_wait_for_itself() {
    each_protocol(|r| {
        let session = Arc::new(r.session().unwrap().with_timeout(Duration::from_secs(2)));
        let from_within = Arc::clone(&session);
        let kinds = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&kinds);
        r.set_response_callback("GET", move |value| {
            let single = from_within.exists("k").map(drop);
            let many = from_within.batch([cmd::exists("k")]).map(drop);
            let both = from_within.pipeline().exists("k").execute().map(drop);
            let outcomes =
                [single, many, both].map(|result| result.map_err(|error| (error.kind(), error.outcome())));
            seen.lock().unwrap().extend(outcomes);
            Ok::<_, redispy::Error>(value)
        });
        assert_eq!(session.get::<String>("k").unwrap(), None);
        assert_eq!(*kinds.lock().unwrap(), [Err((ErrorKind::Refused, Outcome::NotSent)); 3]);
        // It goes on, and so do other threads that want it meanwhile.
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert_eq!(session.get::<String>("k").unwrap(), None));
            }
        });
        assert_eq!(session.exists("k").unwrap(), 0);
    });
}
