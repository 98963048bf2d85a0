//! The pool when things go wrong.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use redispy_conn::{
    Address, Attempt, Connector, Error, ErrorKind, Outcome, Phase, Pool, TcpConfig, TcpConnector, Transport,
};
use redispy_testkit::{FakeServer, Frame, Refusing, Server, timed, wait_until, within};

use crate::support::*;

#[test]
fn f073_all_are_out_and_the_error_says_who_has_them() {
    let server = then_echo([]);
    let pool = pool(&format!("{}?max_connections=4", server.url()));
    let held: Vec<_> = ["GET", "GET", "BLPOP", "GET"].map(|label| pool.get(label, patient()).unwrap()).into();
    thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| {
                let (result, took) = timed(|| pool.get("SET", soon(500)));
                let error = result.unwrap_err();
                assert_error(&error, ErrorKind::Timeout, Outcome::NotSent, Phase::PoolWait);
                let text = error.to_string();
                assert!(
                    text.contains("no free connection within 500 ms: 4 are out, the oldest for "),
                    "{text}"
                );
                assert!(text.contains("(3 GET, 1 BLPOP) (waiting for a connection; not sent)"), "{text}");
                assert!(took >= ms(500) && took < ms(500) + grace(), "{took:?}");
            });
        }
    });
    let stats = pool.stats();
    assert_eq!((stats.in_use, stats.idle, stats.waiting, stats.timeouts, stats.dials), (4, 0, 0, 64, 4));
    drop(held);
    assert_aligned(&pool);
}

#[test]
fn f073_a_pool_timeout_may_be_shorter_than_the_deadline() {
    let server = then_echo([]);
    let pool = pool(&format!("{}?max_connections=1&pool_timeout=100ms", server.url()));
    let _held = pool.get("GET", patient()).unwrap();
    let (result, took) = timed(|| pool.get("SET", patient()));
    assert_error(&result.unwrap_err(), ErrorKind::Timeout, Outcome::NotSent, Phase::PoolWait);
    assert!(took >= ms(100) && took < ms(100) + grace(), "{took:?}");
}

#[test]
fn f074_a_frozen_server_does_not_stretch_the_wait() {
    let server = Server::start();
    let pool = pool(&server.url());
    run(&pool, &["PING"]).unwrap();
    server.pause();
    let idle = pool.get("held", patient()).unwrap();
    let served = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let (result, took) = timed(|| pool.get("GET", soon(300)));
                match result {
                    Ok(connection) => {
                        served.fetch_add(1, Ordering::SeqCst);
                        std::mem::forget(connection);
                    }
                    Err(error) => {
                        assert_error(&error, ErrorKind::Timeout, Outcome::NotSent, Phase::Handshake)
                    }
                }
                assert!(took < ms(300) + grace(), "{took:?}");
            });
        }
        // No lock is held while others dial.
        thread::sleep(ms(100));
        within(ms(50) + grace(), || drop(idle));
        within(ms(50) + grace(), || pool.stats());
    });
    // The one given back went to who was first in the queue.
    assert_eq!(served.load(Ordering::SeqCst), 1);
    server.resume();
    assert_aligned(&pool);
}

#[test]
fn f075_a_borrower_that_panics() {
    let server = then_echo([]);
    let pool = pool(&format!("{}?max_connections=1", server.url()));
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _connection = pool.get("idle", patient()).unwrap();
        panic!("user code");
    }));
    assert!(panicked.is_err());
    assert_eq!((pool.stats().idle, pool.stats().discarded), (1, 0));
    let gate = redispy_testkit::Gate::new();
    thread::scope(|scope| {
        let (pool, busy) = (&pool, &gate);
        scope.spawn(move || {
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                let mut connection = pool.get("busy", patient()).unwrap();
                connection.send(&command(&["ECHO", "unread"]), 1, patient()).unwrap();
                busy.open();
                wait_until("someone waits", PATIENCE, || pool.stats().waiting == 1);
                panic!("user code");
            }));
            assert!(panicked.is_err());
        });
        assert!(busy.wait(PATIENCE));
        assert_eq!(run(pool, &["ECHO", "mine"]).unwrap(), bulk("mine"));
    });
    let stats = pool.stats();
    assert_eq!((stats.in_use, stats.idle, stats.discarded, stats.dials), (0, 1, 1, 2));
    assert_aligned(&pool);
}

#[test]
fn f076_f077_state_left_on_a_connection_never_reaches_the_next_borrower() {
    let server = Server::start();
    let pool = pool(&format!("{}/2", server.url()));
    let leave: [&[&str]; 7] = [
        &["MULTI"],
        &["WATCH", "k"],
        &["SELECT", "5"],
        &["CLIENT", "TRACKING", "ON"],
        &["CLIENT", "REPLY", "OFF"],
        &["MONITOR"],
        &["SUBSCRIBE", "c"],
    ];
    for words in leave {
        let mut connection = pool.get("leaver", patient()).unwrap();
        connection.set_dirty(true);
        connection.send(&command(words), 0, patient()).unwrap();
        drop(connection);
        assert_eq!(run(&pool, &["SET", "k", "v"]).unwrap(), status("OK"), "{words:?}");
        let info = redispy_testkit::text(&run(&pool, &["CLIENT", "INFO"]).unwrap());
        assert!(
            info.contains(" db=2 ") && info.contains(" multi=-1 ") && info.contains(" flags=N "),
            "{info}"
        );
    }
    assert_eq!(pool.stats().discarded, 7);
    // Undone by its borrower: nothing to fear.
    let mut connection = pool.get("tidy", patient()).unwrap();
    connection.set_dirty(true);
    call(&mut connection, &["WATCH", "k"], patient()).unwrap();
    call(&mut connection, &["UNWATCH"], patient()).unwrap();
    connection.set_dirty(false);
    drop(connection);
    assert_eq!(pool.stats().discarded, 7);
}

#[test]
fn f076_unread_replies_close_the_connection() {
    let server = then_echo([]);
    let pool = pool(&server.url());
    let mut connection = pool.get("leaver", patient()).unwrap();
    connection.send(&command(&["ECHO", "unread"]).repeat(2), 2, patient()).unwrap();
    connection.receive(patient(), |_| ()).unwrap();
    drop(connection);
    assert_eq!((pool.stats().idle, pool.stats().discarded), (0, 1));
    assert_aligned(&pool);
}

#[test]
fn f078_an_abandoned_blocking_command_is_taken_off_the_server() {
    let server = Server::start();
    let pool = pool(&server.url());
    let mut connection = pool.get("BLPOP", patient()).unwrap();
    let error = call(&mut connection, &["BLPOP", "queue", "0"], soon(100)).unwrap_err();
    assert!(error.is_timeout(), "{error}");
    // Even while the borrower still holds it.
    wait_until("the server has dropped the waiter", PATIENCE, || {
        server.info("blocked_clients").as_deref() == Some("0")
    });
    server.command(["RPUSH", "queue", "element"]);
    assert_eq!(run(&pool, &["LLEN", "queue"]).unwrap(), Frame::Integer(1));
}

/// Fails as often as asked, then connects.
struct Failing {
    tcp: TcpConnector,
    failures: AtomicUsize,
    dials: AtomicUsize,
    active: AtomicUsize,
    most: AtomicUsize,
    how: fn() -> Error,
}

impl Failing {
    fn new(failures: usize, how: fn() -> Error) -> Arc<Self> {
        Arc::new(Failing {
            tcp: TcpConnector::new(TcpConfig::default()),
            failures: AtomicUsize::new(failures),
            dials: AtomicUsize::new(0),
            active: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            how,
        })
    }
}

impl Connector for Failing {
    fn connect(&self, address: &Address, attempt: &Attempt) -> redispy_conn::Result<Arc<dyn Transport>> {
        self.dials.fetch_add(1, Ordering::SeqCst);
        self.most.fetch_max(self.active.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let fail = self
            .failures
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
            .is_ok();
        let result = if fail { Err((self.how)()) } else { self.tcp.connect(address, attempt) };
        thread::yield_now();
        self.active.fetch_sub(1, Ordering::SeqCst);
        result
    }
}

fn refused() -> Error {
    Error::connect(Phase::Connect, std::io::ErrorKind::ConnectionRefused.into())
}

#[test]
fn f079_failed_dials_leak_no_slot() {
    let server = then_echo([]);
    let connector = Failing::new(2000, refused);
    let pool = Pool::new(
        config(&format!("{}?max_connections=2", server.url()))
            .with_connector(Arc::clone(&connector) as Arc<dyn Connector>),
    )
    .unwrap();
    for _ in 0..2000 {
        let error = pool.get("GET", patient()).unwrap_err();
        assert_error(&error, ErrorKind::Connect, Outcome::NotSent, Phase::Connect);
        // Otherwise the pauses between the attempts would take half an hour.
        pool.clear();
    }
    let stats = pool.stats();
    assert_eq!((stats.in_use, stats.idle, stats.waiting, stats.failed_dials), (0, 0, 0, 2000));
    let _both = [pool.get("a", patient()).unwrap(), pool.get("b", patient()).unwrap()];
}

#[test]
fn f079_a_connector_that_panics_is_an_error() {
    let server = then_echo([]);
    let connector = Failing::new(3, || panic!("user code"));
    let pool = Pool::new(config(&server.url()).with_connector(connector)).unwrap();
    for _ in 0..3 {
        let error = pool.get("GET", patient()).unwrap_err();
        assert_error(&error, ErrorKind::Connect, Outcome::NotSent, Phase::Connect);
        assert!(error.to_string().contains("the connector panicked"), "{error}");
    }
    assert_aligned(&pool);
}

#[test]
fn f080_a_connection_whose_waiter_has_gone_serves_the_next() {
    let gate = redispy_testkit::Gate::new();
    let script = redispy_testkit::Script::new()
        .wait_for(&gate)
        .handshake(redispy_testkit::Handshake::Resp3)
        .respond(echo);
    let server = FakeServer::start([script]);
    let pool = pool(&format!("{}?max_connections=1", server.url()));
    let error = pool.get("GET", soon(100)).unwrap_err();
    assert_error(&error, ErrorKind::Timeout, Outcome::NotSent, Phase::Handshake);
    gate.open();
    wait_until("the connection is there", PATIENCE, || pool.stats().idle == 1);
    assert_eq!(run(&pool, &["ECHO", "a"]).unwrap(), bulk("a"));
    let stats = pool.stats();
    assert_eq!((stats.dials, stats.in_use, stats.idle, stats.dialing), (1, 0, 1, 0));
}

#[test]
fn f081_all_idle_connections_killed_then_fifty_borrowers() {
    let server = Server::start();
    let pool = pool(&format!("{}?max_connections=10", server.url()));
    run(&pool, &["SET", "k", "v"]).unwrap();
    drop((0..10).map(|_| pool.get("warm", patient()).unwrap()).collect::<Vec<_>>());
    assert_eq!(pool.stats().dials, 10);
    server.command(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
    thread::sleep(ms(50));
    thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| assert_eq!(run(&pool, &["GET", "k"]).unwrap(), bulk("v")));
        }
    });
    let stats = pool.stats();
    assert!(stats.dials <= 20 && stats.failed_dials == 0, "{stats:?}");
    assert_eq!(stats.found_dead, 10);
}

#[test]
fn f082_a_thundering_herd_dials_a_few_at_a_time() {
    let server = Server::start();
    let connector = Failing::new(0, refused);
    let config = config(&format!("{}?max_connections=20&max_dials=3", server.url()));
    let pool = Pool::new(config.with_connector(Arc::clone(&connector) as Arc<dyn Connector>)).unwrap();
    let herd = |pool: &Pool| {
        thread::scope(|scope| {
            for number in 0..200 {
                scope.spawn(move || {
                    let text = number.to_string();
                    let mut connection = pool.get("ECHO", patient()).unwrap();
                    assert_eq!(call(&mut connection, &["ECHO", &text], patient()).unwrap(), bulk(&text));
                    thread::sleep(ms(2));
                });
            }
        });
    };
    herd(&pool);
    server.kill();
    server.restart();
    herd(&pool);
    assert!(connector.most.load(Ordering::SeqCst) <= 3);
    let stats = pool.stats();
    assert!(stats.dials <= 40 && stats.idle <= 20, "{stats:?}");
}

#[test]
fn f067_a_server_that_is_down_is_not_hammered_and_found_again() {
    let nobody = Refusing::new();
    let addr = nobody.addr();
    let pool = pool(&format!("redis://{addr}"));
    let begin = Instant::now();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while begin.elapsed() < ms(1500) {
                    let error = pool.get("GET", soon(300)).unwrap_err();
                    // A deadline may pass just while someone tries.
                    assert!([ErrorKind::Connect, ErrorKind::Timeout].contains(&error.kind()), "{error}");
                    assert_eq!(error.outcome(), Outcome::NotSent);
                    thread::sleep(ms(1));
                }
            });
        }
    });
    // 10 ms doubled each time, at least half of that: no more than nine or ten in 1.5 s.
    assert!(pool.stats().dials <= 14, "{:?}", pool.stats());
    drop(nobody);
    let _server = Server::builder().port(addr.port()).start();
    within(ms(1000) + grace() * 2, || pool.get("GET", patient()).unwrap());
    assert_aligned(&pool);
}

#[test]
fn f085_closing_while_in_use_and_waited_for() {
    let server = then_echo([]);
    let pool = pool(&format!("{}?max_connections=10", server.url()));
    let mut held: Vec<_> = (0..10).map(|_| pool.get("user", patient()).unwrap()).collect();
    thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| {
                let error = pool.get("waiter", patient()).unwrap_err();
                assert_error(&error, ErrorKind::PoolClosed, Outcome::NotSent, Phase::PoolWait);
            });
        }
        wait_until("ten wait", PATIENCE, || pool.stats().waiting == 10);
        let begin = Instant::now();
        pool.close();
        wait_until("none waits", PATIENCE, || pool.stats().waiting == 0);
        assert!(begin.elapsed() < grace());
    });
    assert!(pool.is_closed());
    for connection in &mut held {
        assert_eq!(call(connection, &["ECHO", "still"], patient()).unwrap(), bulk("still"));
    }
    drop(held);
    assert_eq!((pool.stats().in_use, pool.stats().idle), (0, 0));
    assert_eq!(pool.get("late", patient()).unwrap_err().kind(), ErrorKind::PoolClosed);
}

#[test]
fn f085_closing_while_dialing() {
    let gate = redispy_testkit::Gate::new();
    let script = redispy_testkit::Script::new()
        .wait_for(&gate)
        .handshake(redispy_testkit::Handshake::Resp3)
        .expect_end();
    let server = FakeServer::start([script]);
    let pool = pool(&server.url());
    thread::scope(|scope| {
        let waiter = scope.spawn(|| pool.get("GET", patient()).unwrap_err());
        wait_until("it dials", PATIENCE, || pool.stats().dialing == 1);
        pool.close();
        assert_eq!(waiter.join().unwrap().kind(), ErrorKind::PoolClosed);
    });
    gate.open();
    server.finish(PATIENCE);
    wait_until("the dial is over", PATIENCE, || pool.stats().dialing == 0);
    assert_eq!((pool.stats().in_use, pool.stats().idle), (0, 0));
}

#[test]
fn f086_a_forgotten_connection_is_told_of_and_the_rest_goes_on() {
    let server = then_echo([]);
    let pool = pool(&format!("{}?max_connections=2", server.url()));
    std::mem::forget(pool.get("leaked", patient()).unwrap());
    thread::sleep(ms(20));
    for _ in 0..10 {
        run(&pool, &["ECHO", "a"]).unwrap();
    }
    let borrowed = pool.borrowed();
    assert_eq!((borrowed.len(), borrowed[0].label), (1, "leaked"));
    assert!(borrowed[0].age >= ms(20));
    assert_eq!(pool.stats().oldest.map(|age| age >= ms(20)), Some(true));
    let _other = pool.get("GET", patient()).unwrap();
    let error = pool.get("SET", soon(50)).unwrap_err();
    assert!(error.to_string().contains("1 leaked"), "{error}");
}

#[test]
fn f087_a_pool_may_be_made_while_the_server_is_down() {
    let nobody = Refusing::new();
    let pool = pool(&format!("redis://{}", nobody.addr()));
    let (result, took) = timed(|| pool.check(patient()));
    assert_error(&result.unwrap_err(), ErrorKind::Connect, Outcome::NotSent, Phase::Connect);
    assert!(took < ms(2000), "{took:?}");
    let server = then_echo([]);
    self::pool(&server.url()).check(patient()).unwrap();
}
