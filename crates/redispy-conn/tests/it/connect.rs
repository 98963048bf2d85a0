//! Where no connection comes about.

use std::io;
use std::net::SocketAddr;
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use redispy_conn::{
    Address, Attempt, Connector, ErrorKind, LookupFn, Outcome, Phase, Pool, TcpConfig, TcpConnector,
};
use redispy_testkit::{BlackHole, FakeServer, Refusing, timed};

use crate::support::*;

fn finding(
    lookup: impl Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync + 'static,
) -> Arc<TcpConnector> {
    let lookup: Arc<LookupFn> = Arc::new(lookup);
    Arc::new(TcpConnector::new(TcpConfig::default()).with_lookup(lookup))
}

#[test]
fn f035_refused_is_not_sent() {
    let nobody = Refusing::new();
    let pool = pool(&format!("redis://u:S3CRET@{}", nobody.addr()));
    let error = pool.get("GET", patient()).unwrap_err();
    assert_error(&error, ErrorKind::Connect, Outcome::NotSent, Phase::Connect);
    assert_eq!(error.to_string(), format!("{}: connection refused (connecting; not sent)", nobody.addr()));
    assert_eq!(error.address(), Some(&Address::tcp("127.0.0.1", nobody.addr().port())));
}

#[test]
fn f035_unix_socket_missing_stale_or_no_socket_at_all() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    drop(UnixListener::bind(at("stale")).unwrap());
    std::fs::write(at("file"), "").unwrap();
    for (name, text) in
        [("missing", "no such socket"), ("stale", "connection refused"), ("file", "connection refused")]
    {
        let error = pool(&format!("unix://{}", at(name).display())).get("GET", patient()).unwrap_err();
        assert_error(&error, ErrorKind::Connect, Outcome::NotSent, Phase::Connect);
        assert_eq!(error.to_string(), format!("{}: {text} (connecting; not sent)", at(name).display()));
    }
}

#[test]
fn f036_black_hole_ends_at_the_deadline() {
    let hole = BlackHole::new();
    let pool = pool(&format!("redis://{}", hole.addr()));
    for _ in 0..2 {
        let (result, took) = timed(|| pool.get("GET", soon(200)));
        assert_error(&result.unwrap_err(), ErrorKind::Timeout, Outcome::NotSent, Phase::Connect);
        assert!(took >= ms(200) && took < ms(200) + grace(), "{took:?}");
    }
    let error = pool.get("GET", soon(50)).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{}: no connection within 50 ms (connecting; not sent)", hole.addr())
    );
}

#[test]
fn f036_the_connect_timeout_ends_a_longer_wait() {
    let hole = BlackHole::new();
    let pool = pool(&format!("redis://{}?connect_timeout=150ms", hole.addr()));
    let (result, took) = timed(|| pool.get("GET", patient()));
    assert_error(&result.unwrap_err(), ErrorKind::Timeout, Outcome::NotSent, Phase::Connect);
    assert!(took < ms(150) + grace(), "{took:?}");
}

#[test]
fn f036_all_addresses_share_one_budget() {
    let holes = [BlackHole::new(), BlackHole::new(), BlackHole::new()];
    let addresses: Vec<_> = holes.iter().map(BlackHole::addr).collect();
    let connector = finding(move |_, _| Ok(addresses.clone()));
    let attempt = Attempt::new(soon(300));
    let (result, took) = timed(|| connector.connect(&Address::tcp("holes.test", 1), &attempt));
    assert_error(&result.err().unwrap(), ErrorKind::Timeout, Outcome::NotSent, Phase::Connect);
    assert!(took >= ms(290) && took < ms(300) + grace(), "{took:?}");
}

#[test]
fn f065_a_dead_first_address_does_not_keep_from_the_second() {
    let server = then_echo([]);
    let (hole, nobody) = (BlackHole::new(), Refusing::new());
    let addresses = vec![nobody.addr(), hole.addr(), server.addr()];
    let config = config("redis://many.test")
        .with_connect_timeout(ms(600))
        .with_connector(finding(move |_, _| Ok(addresses.clone())));
    let pool = Pool::new(config).unwrap();
    assert_eq!(run(&pool, &["ECHO", "a"]).unwrap(), bulk("a"));
}

#[test]
fn f065_unknown_and_hanging_names_end_in_time() {
    let connector = finding(|host, _| match host {
        "unknown.test" => Err(io::Error::other("failed to lookup address information")),
        _ => loop {
            std::thread::park();
        },
    });
    let unknown = config("redis://unknown.test").with_connector(Arc::clone(&connector) as Arc<dyn Connector>);
    let error = Pool::new(unknown).unwrap().get("GET", patient()).unwrap_err();
    assert_error(&error, ErrorKind::Connect, Outcome::NotSent, Phase::Lookup);
    assert_eq!(
        error.to_string(),
        "unknown.test:6379: cannot resolve the host name (resolving the address; not sent)"
    );
    let hanging = config("redis://hanging.test").with_connector(connector);
    let (result, took) = timed(|| Pool::new(hanging).unwrap().get("GET", soon(100)));
    assert_error(&result.unwrap_err(), ErrorKind::Timeout, Outcome::NotSent, Phase::Lookup);
    assert!(took < ms(100) + grace(), "{took:?}");
}

#[test]
fn f065_the_name_is_looked_up_anew_for_each_connection() {
    let servers = [then_echo([]), then_echo([])];
    let addresses: Vec<_> = servers.iter().map(FakeServer::addr).collect();
    let asked = AtomicUsize::new(0);
    let connector = finding(move |_, _| Ok(vec![addresses[asked.fetch_add(1, Ordering::SeqCst)]]));
    let pool = Pool::new(config("redis://moving.test").with_connector(connector)).unwrap();
    run(&pool, &["ECHO", "a"]).unwrap();
    pool.clear();
    run(&pool, &["ECHO", "a"]).unwrap();
    assert_eq!(servers.map(|server| server.connections()), [1, 1]);
}

#[test]
fn f034_servers_that_are_no_redis() {
    let answers: [&[u8]; 4] = [
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2p1\r\n",
        b"ERROR\r\nERROR\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
    ];
    for answer in answers {
        let server = FakeServer::start([redispy_testkit::Script::new().send(answer).ignore_rest()]);
        let (result, took) = timed(|| pool(&server.url()).get("GET", patient()));
        assert_error(&result.unwrap_err(), ErrorKind::Protocol, Outcome::NotSent, Phase::Handshake);
        assert!(took < ms(5000), "{took:?}");
    }
}

#[test]
fn a_user_brings_a_transport_of_their_own() {
    struct Counting(TcpConnector, AtomicUsize);
    impl Connector for Counting {
        fn connect(
            &self,
            address: &Address,
            attempt: &Attempt,
        ) -> redispy_conn::Result<Arc<dyn redispy_conn::Transport>> {
            self.1.fetch_add(1, Ordering::SeqCst);
            self.0.connect(address, attempt)
        }
    }
    let server = then_echo([]);
    let connector = Arc::new(Counting(TcpConnector::new(TcpConfig::default()), AtomicUsize::new(0)));
    let pool = Pool::new(config(&server.url()).with_connector(Arc::clone(&connector) as Arc<dyn Connector>))
        .unwrap();
    run(&pool, &["ECHO", "a"]).unwrap();
    assert_eq!(connector.1.load(Ordering::SeqCst), 1);
}
