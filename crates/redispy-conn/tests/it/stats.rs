//! What a pool counts.

use std::thread;

use redispy_conn::{ErrorKind, Pool, Stats};
use redispy_testkit::{Server, SharedServer, wait_until};

use crate::support::{PATIENCE, command, ms, patient, pool, run, soon};

/// The pool's counts. Each connection that was opened is in use, idle or closed.
#[track_caller]
fn stats(pool: &Pool) -> Stats {
    let stats = pool.stats();
    assert_eq!(stats.opened, (stats.in_use + stats.idle) as u64 + stats.closed(), "{stats:?}");
    assert_eq!(stats.opened, stats.dials - stats.failed_dials - stats.dialing as u64, "{stats:?}");
    stats
}

fn take(pool: &Pool, count: usize) -> Vec<redispy_conn::Pooled> {
    (0..count).map(|_| pool.get("taken", patient()).unwrap()).collect()
}

#[test]
fn every_connection_is_closed_for_one_reason() {
    let server = Server::start();
    let pool = pool(&format!("{}?max_idle=2&retries=0", server.url()));
    assert_eq!(stats(&pool), Stats::default());

    // More than may be idle.
    let taken = take(&pool, 4);
    assert_eq!((stats(&pool).opened, stats(&pool).in_use), (4, 4));
    drop(taken);
    let counts = stats(&pool);
    assert_eq!((counts.idle, counts.surplus, counts.closed()), (2, 2, 2));

    // Given back with a state, and with a reply to come.
    let [mut dirty, mut owing] = <[_; 2]>::try_from(take(&pool, 2)).unwrap();
    dirty.set_dirty(true);
    owing.send(&command(&["PING"]), 1, patient()).unwrap();
    drop((dirty, owing));
    let counts = stats(&pool);
    assert_eq!((counts.idle, counts.discarded, counts.lost), (0, 2, 0));

    // Lost while in use, and while idle.
    let [mut used, idle] = <[_; 2]>::try_from(take(&pool, 2)).unwrap();
    let error = used.call(&command(&["BLPOP", "nothing", "0"]), soon(20), |_| ()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    drop((used, idle));
    assert_eq!((stats(&pool).discarded, stats(&pool).lost, stats(&pool).idle), (3, 1, 1));
    server.command(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
    thread::sleep(ms(20));
    run(&pool, &["PING"]).unwrap();
    assert_eq!((stats(&pool).found_dead, stats(&pool).idle), (1, 1));

    // Let go, idle or in use.
    let taken = take(&pool, 2);
    drop(take(&pool, 1));
    pool.clear();
    assert_eq!((stats(&pool).cleared, stats(&pool).in_use), (1, 2));
    drop(taken);
    assert_eq!(stats(&pool).cleared, 3);
    drop(take(&pool, 1));
    pool.close();
    let counts = stats(&pool);
    assert_eq!((counts.cleared, counts.closed(), counts.opened), (4, 10, 10));
    assert_eq!((counts.surplus, counts.discarded, counts.found_dead, counts.expired), (2, 3, 1, 0));
}

#[test]
fn a_connection_whose_time_is_over_has_expired_wherever_that_is_found() {
    let pool = pool(&format!("{}?max_lifetime=50ms", SharedServer::get().fresh_url()));
    let mut taken = take(&pool, 3);
    drop(taken.pop());
    thread::sleep(ms(60));
    drop(taken);
    assert_eq!((stats(&pool).expired, stats(&pool).idle), (2, 1));
    run(&pool, &["PING"]).unwrap();
    assert_eq!((stats(&pool).expired, stats(&pool).found_dead, stats(&pool).discarded), (3, 0, 0));
}

#[test]
fn the_time_that_callers_wait_adds_up_however_the_wait_ends() {
    let pool = pool(&format!("{}?max_connections=1", SharedServer::get().fresh_url()));
    let held = pool.get("held", patient()).unwrap();
    let before = stats(&pool);
    assert_eq!(before.waits, 1, "the first one waits for a new connection");
    assert!(pool.get("late", soon(30)).is_err());
    let counts = stats(&pool);
    assert_eq!((counts.waits, counts.timeouts), (2, 1));
    assert!(counts.wait_time >= before.wait_time + ms(30), "{counts:?}");
    thread::scope(|scope| {
        let waiter = scope.spawn(|| pool.get("lucky", patient()).map(drop));
        wait_until("someone waits", PATIENCE, || pool.stats().waiting == 1);
        thread::sleep(ms(30));
        drop(held);
        waiter.join().unwrap().unwrap();
    });
    let lucky = stats(&pool);
    assert!(lucky.wait_time >= counts.wait_time + ms(30), "{lucky:?}");
    let held = pool.get("held", patient()).unwrap();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| pool.get("unlucky", patient()).map(drop));
        wait_until("someone waits", PATIENCE, || pool.stats().waiting == 1);
        thread::sleep(ms(30));
        pool.close();
        assert_eq!(waiter.join().unwrap().unwrap_err().kind(), ErrorKind::PoolClosed);
    });
    drop(held);
    assert!(stats(&pool).wait_time >= lucky.wait_time + ms(30));
    assert_eq!((stats(&pool).waits, stats(&pool).timeouts), (4, 1));
}
