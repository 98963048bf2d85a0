//! What happens to the whole process: signals, a fork, no more file descriptors. The tests take turns.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use fork::{Fork, fork, waitpid};
use redispy_conn::{Connection, Deadline, ErrorKind, InFlight, Outcome, Phase, Pool};
use redispy_testkit::{Leaks, Refusing, Server, text, wait_until};
use resp_proto::{Frame, encode_command};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

const PATIENCE: Duration = Duration::from_secs(20);

fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn pool(url: &str) -> Pool {
    Pool::new(url.parse().unwrap()).unwrap()
}

fn patient() -> Deadline {
    Deadline::after(PATIENCE)
}

fn call(connection: &mut Connection, args: &[&str], deadline: Deadline) -> redispy_conn::Result<Frame> {
    let mut bytes = Vec::new();
    encode_command(&mut bytes, args);
    connection.call(&bytes, deadline, |reply| reply.into_frame())
}

fn id(connection: &mut Connection) -> String {
    text(&call(connection, &["CLIENT", "ID"], patient()).unwrap())
}

/// Stops this process every few milliseconds and lets it go on: system calls that wait end with EINTR, as they do by a
/// signal whose handler does not restart them.
struct Interruptions(Child);

impl Interruptions {
    fn begin() -> Self {
        let script =
            format!("while kill -STOP {0}; do kill -CONT {0}; sleep 0.005; done", std::process::id());
        Interruptions(Command::new("sh").args(["-c", &script]).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Interruptions {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
        // It may have been killed between the two signals.
        let go_on = format!("kill -CONT {}", std::process::id());
        assert!(Command::new("sh").args(["-c", &go_on]).status().unwrap().success());
    }
}

#[test]
fn f062_interrupted_system_calls_are_invisible() {
    let _turn = alone();
    let server = Server::start();
    let hole = redispy_testkit::BlackHole::new();
    let pool = pool(&server.url());
    let interruptions = Interruptions::begin();
    for _ in 0..20 {
        // Connects, waits in recv, waits in poll for room.
        pool.clear();
        let mut connection = pool.get("x", patient()).unwrap();
        assert_eq!(call(&mut connection, &["BLPOP", "none", "0.03"], patient()).unwrap(), Frame::Null);
        let big = "x".repeat(4 << 20);
        assert_eq!(
            call(&mut connection, &["SET", "k", &big], patient()).unwrap(),
            Frame::SimpleString("OK".into())
        );
    }
    let begin = Instant::now();
    let config = format!("redis://{}?connect_timeout=200ms", hole.addr()).parse().unwrap();
    let error = Connection::open(&config, patient()).unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Timeout, Some(Phase::Connect)), "{error}");
    let mut connection = pool.get("x", patient()).unwrap();
    let error = call(&mut connection, &["BLPOP", "none", "0"], Deadline::after(Duration::from_millis(200)))
        .unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Timeout, Some(Phase::Read)), "{error}");
    let took = begin.elapsed();
    drop(interruptions);
    // Waiting for a connect counts in whole milliseconds, rounded down.
    assert!(took >= Duration::from_millis(395) && took < Duration::from_millis(1400), "{took:?}");
}

fn open_files(limit: Option<u64>) {
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: limit.or(maximum), maximum }).unwrap();
}

#[test]
fn f063_out_of_descriptors_and_back() {
    let _turn = alone();
    let server = Server::start();
    let pool = pool(&server.url());
    drop(pool.get("first", patient()).unwrap());
    let used = u64::try_from(Leaks::baseline().descriptors()).unwrap();
    open_files(Some(used + 8));
    let mut held = Vec::new();
    let error = loop {
        match pool.get("more", patient()) {
            Ok(connection) => held.push(connection),
            Err(error) => break error,
        }
        assert!(held.len() < 32);
    };
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Connect, Outcome::NotSent), "{error}");
    assert!(error.to_string().contains("out of file descriptors"), "{error}");
    let dials = pool.stats().dials;
    thread::sleep(Duration::from_millis(100));
    assert_eq!(pool.stats().dials, dials, "nobody waits, nobody dials");
    drop(held.pop());
    drop(pool.get("again", patient()).unwrap());
    open_files(None);
    wait_until("new ones can be had", PATIENCE, || pool.get("again", patient()).is_ok());
    held.push(pool.get("more", patient()).unwrap());
}

#[test]
fn f063_descriptors_above_1024() {
    let _turn = alone();
    open_files(Some(4096));
    let server = Server::start();
    let files: Vec<_> = (0..1200).map(|_| File::open("/dev/null").unwrap()).collect();
    let pool = pool(&server.url());
    let mut connection = pool.get("x", patient()).unwrap();
    let big = "x".repeat(8 << 20);
    assert_eq!(
        call(&mut connection, &["SET", "k", &big], patient()).unwrap(),
        Frame::SimpleString("OK".into())
    );
    drop(files);
}

/// One call with a marker of its own over a shared connection.
fn echo(pool: &Pool) -> redispy_conn::Result<()> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let marker = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut bytes = Vec::new();
    encode_command(&mut bytes, &["ECHO", &marker]);
    let mut frame = None;
    pool.exchange(&bytes, 1, patient(), &mut |_, _, reply| frame = Some(reply.into_frame()))?;
    assert_eq!(text(&frame.unwrap()), marker, "the reply of another caller");
    Ok(())
}

#[test]
fn f062_f063_64_callers_of_a_shared_connection_are_interrupted_and_run_out_of_descriptors() {
    let _turn = alone();
    let server = Server::start();
    let pool = pool(&server.url());
    let all = |each: &(dyn Fn() + Sync)| {
        thread::scope(|scope| {
            for _ in 0..64 {
                scope.spawn(each);
            }
        });
    };
    let interruptions = Interruptions::begin();
    all(&|| (0..20).for_each(|_| echo(&pool).unwrap()));
    drop(interruptions);
    assert_eq!(pool.stats().dials, 1);

    pool.clear();
    wait_until("the connection to be closed", PATIENCE, || pool.stats().shared == 0);
    open_files(Some(64));
    let mut files = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        files.push(file);
    }
    all(&|| {
        let error = echo(&pool).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Connect, Outcome::NotSent), "{error}");
        assert!(error.to_string().contains("out of file descriptors"), "{error}");
    });
    drop(files);
    open_files(None);
    wait_until("a connection can be had", PATIENCE, || echo(&pool).is_ok());
    all(&|| echo(&pool).unwrap());
}

/// 64 threads call while another one forks: the child has a connection of its own, and its parent's replies stay in step.
#[test]
fn f064_a_fork_while_64_threads_call_over_a_shared_connection() {
    let _turn = alone();
    let server = Server::start();
    let pool = pool(&server.url());
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    echo(&pool).unwrap();
                }
            });
        }
        for _ in 0..10 {
            // The forking thread calls, too, before and after.
            echo(&pool).unwrap();
            in_child(|| {
                (0..5).for_each(|_| echo(&pool).unwrap());
                let stats = pool.stats();
                assert_eq!((stats.dials, stats.in_flight, stats.shared), (1, 0, 1));
                pool.close();
            });
            echo(&pool).unwrap();
        }
        over.store(true, Ordering::Relaxed);
    });
    let stats = pool.stats();
    assert_eq!((stats.dials, stats.lost, stats.shared), (1, 0, 1), "the parent's connection is untouched");
}

/// What was submitted before the fork is the parent's to wait for; the child is told so at once, and has streams of its own.
#[test]
fn f064_a_fork_while_deferred_calls_are_under_way() {
    let _turn = alone();
    let server = Server::start();
    let pool = pool(&server.url());
    let stream = pool.stream();
    let submit = |text: &'static str| stream.submit(1, patient(), text.as_bytes()).unwrap();
    let read = |flight: InFlight| {
        let mut answer = None;
        flight.wait(&mut |_, _, reply| answer = reply.as_i64()).map(|()| answer)
    };
    read(submit("*1\r\n$4\r\nPING\r\n")).unwrap();
    for round in 1..=10 {
        let (incr, get) = ("*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n", "*2\r\n$6\r\nSTRLEN\r\n$1\r\nn\r\n");
        server.pause();
        let mut flights: Vec<_> = (0..8).map(|_| Some(submit(incr))).collect();
        in_child(|| {
            let error = read(flights[0].take().unwrap()).unwrap_err();
            assert_eq!(error.outcome(), Outcome::MaybeExecuted, "{error}");
            let waker = std::task::Waker::noop();
            assert!(flights[1].as_ref().unwrap().poll_ready(waker), "nobody would wake it");
            flights.clear();
            server.resume();
            assert!(read(submit(get)).unwrap().is_some());
            pool.close();
        });
        for (n, flight) in flights.into_iter().flatten().enumerate() {
            assert_eq!(read(flight).unwrap(), Some((round - 1) * 8 + 1 + i64::try_from(n).unwrap()));
        }
    }
    assert_eq!(pool.stats().dials, 1);
}

/// Runs `child` in a child process, which must end well.
fn in_child(child: impl FnOnce()) {
    match fork().unwrap() {
        Fork::Child => {
            // Nothing of the parent's is to be dropped here, least of all the server.
            let ended = catch_unwind(AssertUnwindSafe(child));
            std::process::exit(i32::from(ended.is_err()));
        }
        Fork::Parent(child) => assert_eq!(waitpid(child).unwrap(), 0, "the child failed"),
    }
}

#[test]
fn f064_a_forked_child_opens_its_own_connections() {
    let _turn = alone();
    let server = Server::start();
    let pool = pool(&server.url());
    let (mut held, mut idle) = (pool.get("held", patient()).unwrap(), pool.get("idle", patient()).unwrap());
    let ids = [id(&mut held), id(&mut idle)];
    drop(idle);
    let waiting = thread::spawn({
        let pool = pool.clone();
        move || call(&mut pool.get("BLPOP", patient()).unwrap(), &["BLPOP", "queue", "0"], patient()).unwrap()
    });
    wait_until("one waits", PATIENCE, || server.info("blocked_clients").as_deref() == Some("1"));
    let mut held = Some(held);
    in_child(|| {
        let mut own = pool.get("child", patient()).unwrap();
        assert!(!ids.contains(&id(&mut own)));
        assert_eq!(pool.stats().in_use, 1);
        drop(own);
        assert_eq!((pool.stats().in_use, pool.stats().idle), (0, 1));
        // What the parent lent is closed here and nowhere else.
        drop(held.take());
        assert_eq!((pool.stats().in_use, pool.stats().idle), (0, 1));
    });
    let mut held = held.take().unwrap();
    assert_eq!(id(&mut held), ids[0]);
    server.command(["RPUSH", "queue", "element"]);
    assert!(matches!(waiting.join().unwrap(), Frame::Array(_)));
    drop(held);
    let mut others = [pool.get("x", patient()).unwrap(), pool.get("y", patient()).unwrap()];
    let again: Vec<_> = others.iter_mut().map(|connection| id(connection)).collect();
    assert!(again.contains(&ids[0]), "{again:?}");
    assert_eq!(pool.stats().found_dead, 0);
}

#[test]
fn threads_and_descriptors_are_back_to_where_they_were() {
    let _turn = alone();
    let server = Server::start();
    let nobody = Refusing::new();
    let before = Leaks::baseline();
    for _ in 0..3 {
        let pool = pool(&format!("{}?max_connections=8", server.url()));
        thread::scope(|scope| {
            for _ in 0..32 {
                scope.spawn(|| {
                    let mut connection = pool.get("PING", patient()).unwrap();
                    call(&mut connection, &["PING"], patient()).unwrap();
                });
            }
        });
        let mut timed_out = pool.get("BLPOP", patient()).unwrap();
        call(&mut timed_out, &["BLPOP", "none", "0"], Deadline::after(Duration::from_millis(20)))
            .unwrap_err();
        let down = self::pool(&format!("redis://{}", nobody.addr()));
        for _ in 0..5 {
            down.get("x", Deadline::after(Duration::from_millis(50))).unwrap_err();
        }
    }
    before.assert_back_to_baseline(Duration::from_secs(5));
}
