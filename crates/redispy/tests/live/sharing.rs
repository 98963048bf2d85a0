//! What one caller does reaches nobody else's connection, however it is written.

use std::thread;
use std::time::Duration;

use redispy::prelude::*;
use redispy::{Client, ErrorKind, Outcome, Value, cmd};
use redispy_testkit::{Server, wait_until};

use crate::{each_protocol, each_protocol_alone, is_pooled};

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
            let script = scope.spawn(|| r.execute_command(("EVAL", "while true do end", 0)));
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
