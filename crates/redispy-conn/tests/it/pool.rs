//! What the pool does when all goes well.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use redispy_conn::{ErrorKind, Outcome, Phase, Pool};
use redispy_testkit::{SharedServer, timed, wait_until};

use crate::support::*;

fn port(pool: &redispy_conn::Pooled) -> i64 {
    pool.server().id.unwrap()
}

#[test]
fn two_callers_get_two_connections_and_the_last_one_back_is_used_first() {
    let server = SharedServer::get();
    let pool = pool(&server.fresh_url());
    assert_eq!(pool.stats().dials, 0);
    let (first, second) = (pool.get("a", patient()).unwrap(), pool.get("b", patient()).unwrap());
    let (first_id, second_id) = (port(&first), port(&second));
    assert_ne!(first_id, second_id);
    drop(second);
    drop(first);
    let again = pool.get("c", patient()).unwrap();
    assert_eq!(port(&again), first_id);
    assert_eq!(port(&pool.get("d", patient()).unwrap()), second_id);
    let stats = pool.stats();
    assert_eq!((stats.dials, stats.in_use, stats.idle, stats.lent), (2, 1, 1, 4));
}

#[test]
fn a_full_pool_fails_at_once_if_asked_to() {
    let server = SharedServer::get();
    let pool = pool(&format!("{}?max_connections=2&pool_timeout=0", server.fresh_url()));
    let held = [pool.get("BLPOP", patient()).unwrap(), pool.get("BLPOP", patient()).unwrap()];
    let (result, took) = timed(|| pool.get("GET", patient()));
    let error = result.unwrap_err();
    assert_error(&error, ErrorKind::Exhausted, Outcome::NotSent, Phase::PoolWait);
    assert!(error.to_string().contains("no free connection: 2 are out, the oldest for "), "{error}");
    assert!(error.to_string().contains("(2 BLPOP)"), "{error}");
    assert!(took < grace(), "{took:?}");
    drop(held);
    pool.get("GET", patient()).unwrap();
    assert_eq!(pool.stats().waiting, 0);
}

#[test]
fn a_waiter_gets_what_another_thread_gives_back() {
    let server = SharedServer::get();
    let pool = pool(&format!("{}?max_connections=1", server.fresh_url()));
    let held = pool.get("a", patient()).unwrap();
    let giver = thread::spawn(move || {
        thread::sleep(ms(100));
        drop(held);
    });
    let (result, took) = timed(|| pool.get("b", soon(5000)));
    assert!(result.is_ok());
    assert!(took >= ms(80), "{took:?}");
    giver.join().unwrap();
    assert_eq!(pool.stats().dials, 1);
}

#[test]
fn clients_share_one_pool() {
    let server = SharedServer::get();
    let pool = pool(&format!("{}?max_connections=4", server.fresh_url()));
    let ids: HashSet<i64> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let pool = pool.clone();
                scope.spawn(move || {
                    (0..50).map(|_| port(&pool.get("x", patient()).unwrap())).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(ids.len() <= 4, "{ids:?}");
    // One may be on its way whose caller was served by another meanwhile.
    wait_until("no dial is under way", PATIENCE, || pool.stats().dialing == 0);
    let stats = pool.stats();
    assert_eq!((stats.in_use, stats.waiting, stats.lent), (0, 0, 400));
    assert_eq!(stats.idle as u64, stats.dials);
    assert_aligned(&pool);
}

#[test]
fn the_unix_socket_works_alike() {
    let server = SharedServer::get();
    let pool = pool(&format!("unix://{}?db={}", server.unix().display(), server.fresh_db()));
    assert_eq!(run(&pool, &["SET", "k", "v"]).unwrap(), status("OK"));
    assert_eq!(run(&pool, &["GET", "k"]).unwrap(), bulk("v"));
    assert_aligned(&pool);
}

#[test]
fn what_has_been_idle_for_too_long_goes() {
    let server = SharedServer::get();
    let pool = pool(&format!("{}?max_idle_age=100ms", server.fresh_url()));
    let held: Vec<_> = (0..5).map(|_| pool.get("x", patient()).unwrap()).collect();
    drop(held);
    assert_eq!(pool.stats().idle, 5);
    thread::sleep(ms(150));
    run(&pool, &["PING"]).unwrap();
    let stats = pool.stats();
    assert_eq!((stats.idle, stats.dials, stats.expired, stats.found_dead), (1, 6, 5, 0));
}

#[test]
fn those_at_the_bottom_of_the_pile_go_too() {
    let server = SharedServer::get();
    let pool = pool(&format!("{}?max_idle_age=300ms", server.fresh_url()));
    let held: Vec<_> = (0..5).map(|_| pool.get("x", patient()).unwrap()).collect();
    drop(held);
    // The one on top is used again and again.
    wait_until("the others are closed", PATIENCE, || {
        thread::sleep(ms(20));
        run(&pool, &["PING"]).unwrap();
        pool.stats().idle == 1
    });
    assert_eq!(pool.stats().dials, 5);
}

#[test]
fn no_more_are_kept_than_allowed() {
    let server = SharedServer::get();
    let pool = pool(&format!("{}?max_idle=2", server.fresh_url()));
    let held: Vec<_> = (0..5).map(|_| pool.get("x", patient()).unwrap()).collect();
    drop(held);
    assert_eq!((pool.stats().idle, pool.stats().in_use), (2, 0));
}

#[test]
fn cleared_connections_go_when_they_come_back() {
    let server = SharedServer::get();
    let pool = pool(&server.fresh_url());
    let (held, idle) = (pool.get("x", patient()).unwrap(), pool.get("y", patient()).unwrap());
    drop(idle);
    pool.clear();
    assert_eq!((pool.stats().idle, pool.stats().in_use), (0, 1));
    drop(held);
    assert_eq!((pool.stats().idle, pool.stats().in_use), (0, 0));
    run(&pool, &["PING"]).unwrap();
    assert_eq!(pool.stats().dials, 3);
}

#[test]
fn f084_lifetimes_end_apart_and_never_in_use() {
    let server = SharedServer::get();
    let pool = pool(&format!("{}?max_lifetime=1s&max_connections=100", server.fresh_url()));
    let held: Vec<_> = (0..100).map(|_| pool.get("x", patient()).unwrap()).collect();
    let mut alive: HashSet<Instant> = held.iter().map(|connection| connection.created()).collect();
    assert_eq!(alive.len(), 100);
    drop(held);
    let mut ages = Vec::new();
    let begin = Instant::now();
    while !alive.is_empty() {
        assert!(begin.elapsed() < PATIENCE);
        thread::sleep(ms(10));
        // Taking out all meets every one of them; an expired one is replaced.
        let held: Vec<_> = (0..100).map(|_| pool.get("x", patient()).unwrap()).collect();
        let now = Instant::now();
        let met: HashSet<Instant> = held.iter().map(|connection| connection.created()).collect();
        ages.extend(alive.difference(&met).map(|created| now - *created));
        alive.retain(|created| met.contains(created));
    }
    let (first, last) = (ages[0], ages[ages.len() - 1]);
    assert!(first >= ms(800) && last <= ms(1000) + grace() * 4, "{ages:?}");
    assert!(last - first >= ms(100), "{ages:?}");
    // One that is out is left alone until it comes back.
    let mut held = pool.get("x", patient()).unwrap();
    thread::sleep(ms(1100));
    assert_eq!(call(&mut held, &["PING"], patient()).unwrap(), status("PONG"));
    let expired = pool.stats().expired;
    drop(held);
    assert_eq!(pool.stats().expired, expired + 1);
}

#[test]
fn f083_turns_are_fair() {
    let server = SharedServer::get();
    let pool = pool(&format!("{}?max_connections=4", server.fresh_url()));
    let turns: Arc<Vec<AtomicUsize>> = Arc::new((0..64).map(|_| AtomicUsize::new(0)).collect());
    let until = Instant::now() + Duration::from_secs(3);
    thread::scope(|scope| {
        for number in 0..64 {
            let (pool, turns) = (pool.clone(), Arc::clone(&turns));
            scope.spawn(move || {
                while Instant::now() < until {
                    let mut connection = pool.get("PING", patient()).unwrap();
                    call(&mut connection, &["PING"], patient()).unwrap();
                    drop(connection);
                    turns[number].fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let turns: Vec<_> = turns.iter().map(|turns| turns.load(Ordering::Relaxed)).collect();
    let (least, most) = (turns.iter().min().unwrap(), turns.iter().max().unwrap());
    assert!(*most as f64 / *least as f64 <= 1.2, "{turns:?}");
}

#[test]
fn f088_a_pool_is_all_a_thread_needs() {
    fn shared<T: Send + Sync + Clone + 'static>() {}
    shared::<Pool>();
    // Returned by being dropped, once, because it is moved: there is no call for it.
    fn moved<T: Send + 'static>() {}
    moved::<redispy_conn::Pooled>();
}
