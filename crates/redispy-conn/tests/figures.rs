//! What a connection costs: memory when idle and after a large reply, allocations of a call. The tests take turns, since
//! they look at the memory of one process.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::fs;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use allocation_counter::measure;
use redispy_conn::{Config, Connection, Deadline, Pool};
use redispy_testkit::{Server, SharedServer};
use resp_proto::encode_command;

fn config(url: &str) -> Config {
    url.parse().unwrap()
}

fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn patient() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

fn command(args: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_command(&mut bytes, args);
    bytes
}

#[test]
fn a_call_allocates_nothing() {
    let _turn = alone();
    let server = SharedServer::get();
    let pool = Pool::new(config(&server.fresh_url())).unwrap();
    let (set, get) = (command(&["SET", "k", &"x".repeat(500)]), command(&["GET", "k"]));
    let call = |command: &[u8]| {
        let deadline = Deadline::after(Duration::from_secs(5));
        let mut connection = pool.get("GET", deadline).unwrap();
        connection.call(command, deadline, |reply| assert!(!reply.is_error())).unwrap();
    };
    (0..100).for_each(|_| call(&set));
    let info = measure(|| (0..1000).for_each(|_| (call(&set), call(&get)).0));
    assert_eq!(info.count_total, 0);
    let mut connection = pool.get("GET", patient()).unwrap();
    let batch = get.repeat(100);
    let mut exchange =
        || connection.exchange(&batch, 100, patient(), |_, reply| assert!(!reply.is_error())).unwrap();
    (0..10).for_each(|_| exchange());
    assert_eq!(measure(|| (0..100).for_each(|_| exchange())).count_total, 0);
}

#[test]
fn an_idle_connection_takes_less_than_4_kib_of_heap() {
    let _turn = alone();
    let server = SharedServer::get();
    let config = config(&server.fresh_url());
    let mut connections = Vec::with_capacity(10);
    let info =
        measure(|| (0..10).for_each(|_| connections.push(Connection::open(&config, patient()).unwrap())));
    let each = info.bytes_current / 10 + i64::try_from(size_of::<Connection>()).unwrap();
    println!("{each} bytes of heap, {} of them the value itself", size_of::<Connection>());
    assert!(each <= 4096, "{each}");
}

#[test]
fn f176_little_is_kept_after_a_large_reply() {
    let _turn = alone();
    let server = SharedServer::get();
    let mut connection = Connection::open(&config(&server.fresh_url()), patient()).unwrap();
    connection.call(&command(&["SETRANGE", "big", "1048575", "x"]), patient(), |_| ()).unwrap();
    let mut call = |words: &[&str]| connection.call(&command(words), patient(), |reply| drop(reply)).unwrap();
    let info = measure(|| {
        call(&["GET", "big"]);
        (0..50).for_each(|_| call(&["PING"]));
    });
    println!("{} bytes kept", info.bytes_current);
    assert!(info.bytes_current <= 32 << 10, "{}", info.bytes_current);
}

/// Resident memory of this process in KiB.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn an_idle_connection_of_the_pool_takes_less_than_4_kib_of_resident_memory() {
    const CONNECTIONS: usize = 400;
    let _turn = alone();
    // Not the server that tests share: it need not take so many.
    let server = Server::start();
    let pool =
        Pool::new(config(&server.url()).with_max_connections(CONNECTIONS + 50).with_max_dials(1)).unwrap();
    let open = |count| (0..count).map(|_| pool.get("x", patient()).unwrap()).collect::<Vec<_>>();
    let first = open(50);
    let before = resident();
    let rest = open(CONNECTIONS);
    let each = (resident() - before) * 1024 / u64::try_from(CONNECTIONS).unwrap();
    drop((first, rest));
    println!("{each} bytes resident");
    assert_eq!(pool.stats().idle, CONNECTIONS + 50);
    assert!(each <= 4096, "{each}");
}
