//! What every fault is judged by, whatever else its test asserts.

use std::error::Error as _;
use std::fmt::Debug;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use redispy::{Client, ClientBuilder, Error, ErrorKind, Outcome, Phase, Result, prelude::*};
use redispy_testkit::{
    ByteProxy, End, FakeServer, Fault, Handshake, Leaks, Script, Server, starved, text, timed, wait_until,
    within,
};

/// By how much a call may outlast its deadline on a machine that is busy; the promise is 50 ms.
pub(crate) const SLACK: Duration = Duration::from_millis(250);

/// Much longer than anything takes that goes well.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// By when a client must work again once a fault is over.
pub(crate) const RECOVERY: Duration = Duration::from_secs(1);

/// The password of all tests that need one: no error may hold it, in whatever form.
pub(crate) const SECRET: &str = "s3cret/pa55+w%rd";

/// How `SECRET` looks percent-encoded, and in Base64.
const DISGUISES: [&str; 2] = ["s3cret%2Fpa55%2Bw%25rd", "czNjcmV0L3BhNTUrdyVyZA"];

pub(crate) fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Runs a test that leaves no thread and no descriptor behind. Tests take turns, for these are counted per process.
#[track_caller]
pub(crate) fn trial(test: impl FnOnce()) {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let before = Leaks::baseline();
    test();
    before.assert_back_to_baseline(Duration::from_secs(10));
}

/// A client's options, in the mode that is tested.
pub(crate) fn plain() -> ClientBuilder {
    let builder = Client::builder();
    if redispy_testkit::shares_connections() { builder } else { builder.pooled() }
}

/// Each call on a connection to itself, whatever the mode: for tests of the pool.
pub(crate) fn pooled(url: impl AsRef<str>) -> ClientBuilder {
    Client::builder().url(url).unwrap().pooled()
}

pub(crate) fn pooled_client(url: impl AsRef<str>) -> Client {
    pooled(url).build().unwrap()
}

/// Connections that are open and not lent.
pub(crate) fn kept(client: &Client) -> usize {
    let stats = client.stats();
    stats.idle + stats.shared
}

pub(crate) fn builder(url: impl AsRef<str>) -> ClientBuilder {
    plain().url(url).unwrap()
}

pub(crate) fn client(url: impl AsRef<str>) -> Client {
    builder(url).build().unwrap()
}

/// Kind, outcome, phase and what the text must say; no error holds a secret.
#[track_caller]
pub(crate) fn assert_error(
    error: &Error,
    kind: ErrorKind,
    outcome: Outcome,
    phase: impl Into<Option<Phase>>,
    says: &[&str],
) {
    assert_eq!((error.kind(), error.outcome(), error.phase()), (kind, outcome, phase.into()), "{error:?}");
    let line = error.to_string();
    for word in says {
        assert!(line.contains(word), "{line:?} does not say {word:?}");
    }
    assert!(!line.contains('\n'), "{line:?}");
    if error.is_connection() || error.is_timeout() {
        assert!(error.command().is_some() && error.address().is_some(), "{error:?}");
    }
    assert_no_secret(error);
    assert_no_secret(&line);
    let mut source = error.source();
    while let Some(cause) = source {
        assert_no_secret(&cause.to_string());
        source = cause.source();
    }
}

#[track_caller]
pub(crate) fn assert_no_secret(printed: &(impl Debug + ?Sized)) {
    for line in [format!("{printed:?}"), format!("{printed:#?}")] {
        for secret in [SECRET].iter().chain(&DISGUISES) {
            assert!(!line.contains(secret), "{line}");
        }
        // As a list of numbers, which is how bytes are printed that nobody cared for.
        let numbers = format!("{:?}", SECRET.as_bytes());
        assert!(!line.replace("\n", "").replace(' ', "").contains(&numbers.replace(' ', "")), "{line}");
    }
}

/// Runs a call that must have returned by its deadline.
#[track_caller]
pub(crate) fn on_time<T>(deadline: Duration, call: impl FnOnce() -> T) -> T {
    within(deadline + SLACK, call)
}

/// Runs a call that must fail, by its deadline and not before it.
#[track_caller]
pub(crate) fn at_deadline<T: Debug>(deadline: Duration, call: impl FnOnce() -> Result<T>) -> Error {
    let before = starved();
    let (result, took) = timed(call);
    let error = result.unwrap_err();
    let slack = SLACK + starved().saturating_sub(before);
    assert!(took + ms(5) >= deadline && took <= deadline + slack, "{took:?}: {error}");
    error
}

/// Lets the millisecond pass in which a connection just used is lent again without a look at it.
pub(crate) fn forget() {
    std::thread::sleep(ms(3));
}

/// How many of 100 ECHOs from 4 threads got an answer: each its own, or an error.
#[track_caller]
pub(crate) fn echoes(client: &Client) -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let answered = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..25 {
                    let nonce = format!("nonce-{}", NEXT.fetch_add(1, Ordering::Relaxed));
                    match client.echo::<String>(&nonce) {
                        Ok(echo) => {
                            assert_eq!(echo, nonce, "a reply that belongs to another call");
                            answered.fetch_add(1, Ordering::Relaxed);
                        }
                        Err(error) => assert_ne!(error.kind(), ErrorKind::Type, "{error}"),
                    }
                }
            });
        }
    });
    answered.into_inner()
}

/// The fault is over: the next call succeeds within a second, and every reply finds its caller.
#[track_caller]
pub(crate) fn assert_recovered(client: &Client) {
    forget();
    let echo: String = within(RECOVERY, || client.echo("again")).unwrap();
    assert_eq!(echo, "again");
    assert_eq!(echoes(client), 100);
}

/// In use, idle and shared make all that is open, no more than there may be, and as many as the server sees.
#[track_caller]
pub(crate) fn assert_sums(client: &Client, server: &Server) {
    let max = client.pool().config().pool.max_connections;
    if client.stats().shared > 0 {
        // Those that no call has looked at since the fault.
        let idle = client.stats().idle;
        drop((0..idle).map(|_| client.session()).collect::<Vec<_>>());
    }
    let quiet = || {
        let (stats, open) = (client.stats(), connections(server));
        let quiet = stats.in_use == 0 && stats.in_flight == 0 && stats.waiting == 0 && stats.dialing == 0;
        quiet && stats.idle + stats.shared == open
    };
    let start = std::time::Instant::now();
    while !quiet() {
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "connections at the server: {}, {:?}",
            connections(server),
            client.stats()
        );
        std::thread::sleep(ms(2));
    }
    assert!(client.stats().idle <= max, "{:?}", client.stats());
}

/// How many connections the server has, the observer's own left out.
pub(crate) fn connections(server: &Server) -> usize {
    text(&server.command(["CLIENT", "LIST"])).lines().count() - 1
}

/// What holds after every fault of a real server once it is over.
#[track_caller]
pub(crate) fn assert_all_well(client: &Client, server: &Server) {
    assert_recovered(client);
    assert_sums(client, server);
}

/// Cuts connections at many bytes of what goes either way, in order and by force; after each cut `recover` is waited for.
pub(crate) fn cut_again_and_again(proxy: &ByteProxy, mut recover: impl FnMut()) {
    for round in 0..40 {
        let end = if round % 2 == 0 { End::Close } else { End::Reset };
        let fault = Fault::none().cut_at(round * 37, end);
        if round % 3 == 0 {
            proxy.to_server(fault)
        } else {
            proxy.to_client(fault)
        }
        std::thread::sleep(ms(15));
        proxy.heal();
        recover();
    }
}

/// No more than `bound` bytes are queued on shared connections, at any time until it is `over`.
#[track_caller]
pub(crate) fn assert_bounded_until(client: &Client, bound: usize, over: impl Fn() -> bool) {
    while !over() {
        let queued = client.stats().queued;
        assert!(queued <= bound as u64, "{queued} bytes are queued");
        std::thread::sleep(ms(2));
    }
}

/// Some writes were told `NotSent`, and none of their keys is there.
#[track_caller]
pub(crate) fn assert_never_came(server: &Server, unsent: &[String]) {
    assert!(!unsent.is_empty());
    for key in unsent {
        assert_eq!(text(&server.command(["EXISTS", key])), "0", "{key} was not sent");
    }
}

/// A fake server's connection that grants the handshake.
pub(crate) fn greeted() -> Script {
    Script::new().handshake(Handshake::Resp3)
}

/// A fake server that plays `scripts` on its first connections, and answers ECHO on all later ones.
pub(crate) fn then_echo(scripts: impl IntoIterator<Item = Script>) -> FakeServer {
    FakeServer::start_then(scripts, greeted().respond(echo))
}

/// The answer to ECHO; to anything else `:1`.
pub(crate) fn echo(request: &[Vec<u8>]) -> Vec<u8> {
    match request {
        [name, nonce] if name == b"ECHO" => {
            [format!("${}\r\n", nonce.len()).as_bytes(), nonce, b"\r\n"].concat()
        }
        _ => b":1\r\n".to_vec(),
    }
}

/// How many calls `client` has under way, each on its connection or on a shared one.
pub(crate) fn calls_under_way(client: &Client) -> usize {
    let stats = client.stats();
    stats.in_use + usize::try_from(stats.in_flight).unwrap()
}

/// Waits until `client` has this many calls under way.
#[track_caller]
pub(crate) fn wait_for_calls(client: &Client, calls: usize) {
    wait_until("calls under way", PATIENCE, || calls_under_way(client) == calls);
}

/// The answers of a server that queues commands between MULTI and EXEC; those to other commands are as of [`echo`].
pub(crate) fn queueing() -> impl Fn(&[Vec<u8>]) -> Vec<u8> + Send + Sync + 'static {
    let queued = Mutex::new(None);
    move |request| {
        let mut queued = queued.lock().unwrap();
        match (&request[0][..], &mut *queued) {
            (b"MULTI", _) => {
                *queued = Some(0);
                b"+OK\r\n".to_vec()
            }
            (b"EXEC", Some(count)) => {
                let answer = format!("*{count}\r\n{}", ":1\r\n".repeat(*count));
                *queued = None;
                answer.into_bytes()
            }
            (_, Some(count)) => {
                *count += 1;
                b"+QUEUED\r\n".to_vec()
            }
            (_, None) => echo(request),
        }
    }
}
