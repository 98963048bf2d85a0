//! What befalls deferred calls. Each carries a marker: it gets its own reply or an honest error, once, and no later than its
//! deadline, be it waited for or not.

use std::collections::{HashMap, HashSet, VecDeque};
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use redispy::{
    Address, Client, Connector, Deadline, Deferred, Error, ErrorKind, Outcome, Pending, RetryPolicy,
    TcpConfig, TcpConnector, Transport, cmd, prelude::*,
};
use redispy_conn::{Attempt, Condition, Readiness};
use redispy_testkit::{ByteProxy, End, Endpoint, FakeServer, Fault, Server, wait_until};

use crate::oracles::{
    PATIENCE, SLACK, assert_all_well, assert_bounded_until, assert_never_came, assert_no_secret, builder,
    cut_again_and_again, echo, greeted, ms, trial,
};

const THREADS: usize = 64;
const EACH: usize = 16;

/// So many calls under way, with a marker each.
fn submit(d: &Deferred, count: usize) -> Vec<(String, Pending<String>)> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let one = |_| {
        let marker = format!("marker-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let pending = d.echo::<String>(&marker);
        (marker, pending)
    };
    (0..count).map(one).collect()
}

/// Waits for a marker; gives the error if there was one.
fn check((marker, pending): (String, Pending<String>)) -> Result<(), Error> {
    match pending.wait() {
        Ok(echo) => {
            assert_eq!(echo, marker, "the reply of another call");
            Ok(())
        }
        Err(error) => {
            assert_no_secret(&error);
            assert_ne!(error.kind(), ErrorKind::Type, "{error}");
            assert_eq!(error.command(), Some("ECHO"), "{error}");
            Err(error)
        }
    }
}

/// Has 64 threads keep 16 calls each under way until `fault` is done. Gives how many succeeded and failed.
fn under_load(r: &Client, timeout: Duration, fault: impl FnOnce()) -> (usize, usize) {
    let (over, good, bad) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    let d = r.with_timeout(timeout).deferred();
    thread::scope(|scope| {
        for number in 0..THREADS {
            let (d, over, good, bad) = (d.clone(), &over, &good, &bad);
            scope.spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    let start = Instant::now();
                    let mut all = submit(&d, EACH);
                    if number % 4 == 0 {
                        // Some are dropped before they are answered.
                        all.truncate(EACH / 2);
                    }
                    for one in all {
                        let count = if check(one).is_ok() { good } else { bad };
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                    let took = start.elapsed();
                    // To submit them may take as long again where one has to wait for a connection each time.
                    assert!(took <= timeout * 3 + SLACK * 2, "{took:?}");
                }
            });
        }
        fault();
        over.store(true, Ordering::Relaxed);
    });
    (good.into_inner(), bad.into_inner())
}

#[test]
fn f038_f039_deferred_calls_cut_again_and_again() {
    trial(|| {
        let server = Server::start();
        let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
        let r = builder(proxy.url()).retry(RetryPolicy::none()).build().unwrap();
        let (good, bad) = under_load(&r, Duration::from_secs(5), || {
            cut_again_and_again(&proxy, || thread::sleep(ms(10)));
        });
        assert!(good > 0 && bad > 0, "{good} {bad}");
        // Also where the client's own calls do not look at it.
        wait_until("the shared connection to be replaced", PATIENCE, || r.deferred().ping().wait().is_ok());
        assert_all_well(&r, &server);
    });
}

/// What each thread was told of its writes, in their order.
type Told = Vec<(String, Result<i64, Outcome>)>;

#[test]
fn f082_f097_no_deferred_write_runs_twice_and_those_of_a_thread_run_in_order() {
    trial(|| {
        let server = Server::start();
        let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
        let r = builder(proxy.url()).build().unwrap();
        let d = r.deferred();
        let over = AtomicBool::new(false);
        let ledger: Mutex<Vec<Told>> = Mutex::default();
        thread::scope(|scope| {
            for writer in 0..THREADS {
                let (d, over, ledger) = (d.clone(), &over, &ledger);
                scope.spawn(move || {
                    let (mut told, mut next) = (Told::new(), 0);
                    while !over.load(Ordering::Relaxed) {
                        let some: Vec<_> = (0..EACH)
                            .map(|_| {
                                next += 1;
                                let id = format!("{writer}:{next}");
                                let pending = d.rpush("ledger", &id);
                                (id, pending)
                            })
                            .collect();
                        for (id, pending) in some {
                            let result = pending.wait();
                            if let Err(error) = &result {
                                let kinds = [ErrorKind::Closed, ErrorKind::Connect, ErrorKind::Timeout];
                                assert!(kinds.contains(&error.kind()), "{error}");
                            }
                            told.push((id, result.map_err(|error| error.outcome())));
                        }
                    }
                    ledger.lock().unwrap().push(told);
                });
            }
            for round in 0..12_u64 {
                thread::sleep(ms(20));
                proxy.to_server(Fault::none().cut_at(round * 101, End::Close));
                thread::sleep(ms(10));
                proxy.to_client(Fault::none().cut_at(round * 7, End::Reset));
                thread::sleep(ms(10));
                proxy.heal();
            }
            thread::sleep(ms(50));
            over.store(true, Ordering::Relaxed);
        });
        let ran: Vec<String> = r.lrange("ledger", 0, -1).unwrap();
        let place: HashMap<&str, usize> = ran.iter().enumerate().map(|(n, id)| (id.as_str(), n)).collect();
        assert_eq!(place.len(), ran.len(), "something ran twice");
        let (mut acknowledged, mut unsent) = (0, 0);
        for told in ledger.into_inner().unwrap() {
            let mut last = None;
            for (id, result) in told {
                let at = place.get(id.as_str()).copied();
                match result {
                    Ok(length) => {
                        assert_eq!(
                            at.map(|at| at + 1),
                            usize::try_from(length).ok(),
                            "{id} got another's reply"
                        );
                        acknowledged += 1;
                    }
                    Err(Outcome::NotSent) => {
                        assert_eq!(at, None, "{id} was not sent, and is there");
                        unsent += 1;
                    }
                    Err(_) => {}
                }
                if at.is_some() {
                    assert!(at > last, "{id} ran before what was submitted earlier");
                    last = at;
                }
            }
        }
        assert!(acknowledged > THREADS && unsent > 0, "{acknowledged} {unsent}");
        drop(proxy);
        server.kill();
    });
}

#[test]
fn f042_deferred_calls_that_are_too_late_and_those_that_are_not() {
    trial(|| {
        let server = Server::start();
        let r = builder(server.url()).build().unwrap();
        r.deferred().ping().wait().unwrap();
        server.pause();
        let (hasty, patient) = (r.with_timeout(ms(200)).deferred(), r.with_timeout(PATIENCE).deferred());
        thread::scope(|scope| {
            let calls: Vec<_> = (0..THREADS)
                .map(|n| {
                    let d = if n % 2 == 0 { hasty.clone() } else { patient.clone() };
                    scope.spawn(move || {
                        let start = Instant::now();
                        let results: Vec<_> = submit(&d, EACH).into_iter().map(check).collect();
                        (n, results, start.elapsed())
                    })
                })
                .collect();
            thread::sleep(ms(500));
            server.resume();
            for call in calls {
                let (n, results, took) = call.join().unwrap();
                for result in results {
                    match result {
                        Ok(()) => {}
                        Err(error) if n % 2 == 0 => assert!(error.is_timeout(), "{error}"),
                        // What nobody had sent yet is not sent on a connection that seems to be lost.
                        Err(error) => assert_eq!(error.outcome(), Outcome::NotSent, "disturbed: {error}"),
                    }
                }
                assert!(n % 2 == 1 || took < ms(200) + 2 * SLACK, "{took:?}");
            }
        });
        assert_all_well(&r, &server);
    });
}

#[derive(Default)]
struct WokenAt(Mutex<Option<Instant>>);

impl Wake for WokenAt {
    fn wake(self: Arc<Self>) {
        self.0.lock().unwrap().get_or_insert_with(Instant::now);
    }
}

/// Nobody waits in a thread: the overdue call ends by itself, and its waker is told.
#[test]
fn f042_a_future_ends_by_its_deadline_though_nobody_waits() {
    trial(|| {
        let server = Server::start();
        let r = builder(server.url()).timeout(ms(300)).build().unwrap();
        let d = r.deferred();
        d.ping().wait().unwrap();
        server.pause();
        thread::scope(|scope| {
            // A caller that reads, and has much more time.
            let other = scope.spawn(|| r.with_timeout(PATIENCE).deferred().ping().wait());
            thread::sleep(ms(20));
            let start = Instant::now();
            let mut pending = pin!(d.get::<String>("k"));
            let unseen = d.incr("n");
            let told = Arc::new(WokenAt::default());
            let waker = Waker::from(Arc::clone(&told));
            let mut context = Context::from_waker(&waker);
            assert!(pending.as_mut().poll(&mut context).is_pending());
            wait_until("the waker to be told", PATIENCE, || told.0.lock().unwrap().is_some());
            let took = told.0.lock().unwrap().unwrap() - start;
            assert!(took >= ms(295) && took < ms(300) + SLACK, "{took:?}");
            let Poll::Ready(Err(error)) = pending.as_mut().poll(&mut context) else { panic!("it has ended") };
            assert!(error.is_timeout(), "{error}");
            wait_until("the other one to end", SLACK, || unseen.is_ready());
            assert!(unseen.wait().unwrap_err().is_timeout());
            server.resume();
            other.join().unwrap().unwrap();
        });
        assert_all_well(&r, &server);
    });
}

#[test]
fn f048_deferred_calls_are_read_while_they_are_written() {
    trial(|| {
        let server = Server::start();
        let r = builder(server.url()).timeout(PATIENCE).build().unwrap();
        let large = "x".repeat(2 << 20);
        let d = r.deferred();
        // Much more in both directions than sockets hold, and nobody waits meanwhile.
        let all: Vec<_> = (0..24).map(|_| d.echo::<String>(&large)).collect();
        for pending in all {
            assert!(pending.wait().unwrap() == large);
        }
        assert_all_well(&r, &server);
    });
}

#[test]
fn f180_a_frozen_server_and_a_bounded_queue_of_deferred_calls() {
    trial(|| {
        const BOUND: usize = 256 << 10;
        let server = Server::start();
        let r = builder(server.url()).max_queued(BOUND).timeout(ms(600)).build().unwrap();
        let d = r.deferred();
        d.ping().wait().unwrap();
        server.pause();
        let unsent = Mutex::new(Vec::new());
        thread::scope(|scope| {
            let producers: Vec<_> = (0..16)
                .map(|producer| {
                    let (d, unsent) = (d.clone(), &unsent);
                    scope.spawn(move || {
                        let mut all = Vec::new();
                        // Far more than the sockets hold.
                        for n in 0..400 {
                            let key = format!("{producer}-{n}");
                            let start = Instant::now();
                            let pending = d.run(cmd::set(&key, vec![b'x'; 60 << 10]));
                            let took = start.elapsed();
                            assert!(took <= ms(600) + 2 * SLACK, "{took:?}");
                            let failed = pending.is_ready();
                            all.push((key, pending));
                            if failed {
                                break;
                            }
                        }
                        for (key, pending) in all {
                            let Err(error) = pending.wait() else { continue };
                            assert!(error.is_timeout() || error.is_connection(), "{error}");
                            if error.outcome() == Outcome::NotSent {
                                unsent.lock().unwrap().push(key);
                            }
                        }
                    })
                })
                .collect();
            assert_bounded_until(&r, BOUND, || producers.iter().all(|producer| producer.is_finished()));
        });
        server.resume();
        assert_all_well(&r.with_timeout(PATIENCE), &server);
        assert_never_came(&server, &unsent.into_inner().unwrap());
    });
}

#[test]
fn f075_threads_that_panic_while_they_hold_calls_under_way() {
    trial(|| {
        let server = Server::start();
        let r = builder(server.url()).build().unwrap();
        let d = r.deferred();
        thread::scope(|scope| {
            for round in 0..THREADS {
                let d = d.clone();
                let panics = scope.spawn(move || {
                    let all: Vec<_> = (0..EACH).map(|_| d.incr("n")).collect();
                    assert!(round == usize::MAX, "the thread's mistake, with {} under way", all.len());
                });
                assert!(panics.join().is_err());
            }
        });
        let markers: Vec<_> = submit(&d, EACH).into_iter().map(check).collect();
        assert!(markers.into_iter().all(|result| result.is_ok()));
        assert_eq!(d.get("n").wait().unwrap(), Some(THREADS * EACH), "what was submitted was executed");
        assert_all_well(&r, &server);
    });
}

/// Connections over which it takes a while to look whether they are of any use.
struct SlowLook(TcpConnector);

struct Slow(Arc<dyn Transport>);

impl Connector for SlowLook {
    fn connect(&self, address: &Address, attempt: &Attempt) -> redispy_conn::Result<Arc<dyn Transport>> {
        Ok(Arc::new(Slow(self.0.connect(address, attempt)?)))
    }
}

impl Transport for Slow {
    fn read(&self, buffer: &mut [u8], deadline: Deadline) -> std::io::Result<usize> {
        self.0.read(buffer, deadline)
    }

    fn try_read(&self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.try_read(buffer)
    }

    fn try_write(&self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.try_write(bytes)
    }

    fn wait(&self, interest: Readiness, deadline: Deadline) -> std::io::Result<Readiness> {
        self.0.wait(interest, deadline)
    }

    fn condition(&self) -> Condition {
        thread::sleep(ms(20));
        self.0.condition()
    }

    fn shutdown(&self) {
        self.0.shutdown();
    }
}

/// An idle connection that is lost is found out before anything is sent, also by many threads at a time.
#[test]
fn f050_a_connection_that_was_lost_while_idle_costs_no_call() {
    trial(|| {
        let server = Server::start();
        let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
        // Others submit while one looks.
        let slow = Arc::new(SlowLook(TcpConnector::new(TcpConfig::default())));
        let r = builder(proxy.url()).connector(slow).build().unwrap();
        let d = r.deferred();
        let counted = AtomicUsize::new(0);
        for _ in 0..10 {
            d.ping().wait().unwrap();
            proxy.cut(End::Close);
            wait_until("it to be cut", PATIENCE, || proxy.open() == 0);
            thread::sleep(ms(5));
            thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| {
                        for one in submit(&d, EACH) {
                            check(one).unwrap();
                            counted.fetch_add(1, Ordering::Relaxed);
                        }
                    });
                }
            });
        }
        assert_eq!(counted.into_inner(), 10 * 8 * EACH);
    });
}

#[test]
fn f070_aborting_ends_deferred_calls_and_closing_does_not() {
    trial(|| {
        let server = Server::start();
        let r = builder(server.url()).timeout(PATIENCE).build().unwrap();
        let d = r.deferred();
        d.ping().wait().unwrap();
        server.pause();
        let all = submit(&d, EACH);
        thread::sleep(ms(20));
        let start = Instant::now();
        r.pool().abort();
        for one in all {
            let error = check(one).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Closed | ErrorKind::PoolClosed), "{error}");
        }
        assert!(start.elapsed() < ms(100) + SLACK, "{:?}", start.elapsed());
        let refused = d.ping();
        assert!(refused.is_ready());
        assert_eq!(refused.wait().unwrap_err().kind(), ErrorKind::PoolClosed);
        server.resume();
        let r = builder(server.url()).build().unwrap();
        let d = r.deferred();
        let all = submit(&d, EACH);
        r.close();
        let answered = all.into_iter().map(check).filter(|result| result.is_ok()).count();
        assert!(answered > 0, "what was sent is answered");
    });
}

/// Many futures that are dropped at any time, on a wire that is cut: their replies are nobody's.
#[test]
fn f042_futures_that_are_dropped_while_replies_come() {
    trial(|| {
        let server = Server::start();
        let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
        let r = builder(proxy.url()).build().unwrap();
        let d = r.deferred();
        let mut seen = HashSet::new();
        for round in 0..300_usize {
            let mut all = submit(&d, EACH);
            let told = Arc::new(WokenAt::default());
            let waker = Waker::from(told);
            let mut context = Context::from_waker(&waker);
            for (n, (_, pending)) in all.iter_mut().enumerate() {
                if n % 3 == round % 3 {
                    let _ = pin!(pending).poll(&mut context);
                }
            }
            if round % 50 == 49 {
                proxy.cut(End::Reset);
            }
            all.truncate(1 + round % EACH);
            for one in all.drain(..) {
                // One that was polled to its end is over.
                let (marker, pending) = one;
                match pending.wait() {
                    Ok(echo) => assert!(echo == marker && seen.insert(marker)),
                    Err(error) => {
                        assert!(error.kind() == ErrorKind::Other || error.is_connection(), "{error}")
                    }
                }
            }
        }
        assert!(seen.len() > 300, "{}", seen.len());
        wait_until("the shared connection to be replaced", PATIENCE, || d.ping().wait().is_ok());
        assert_all_well(&r, &server);
    });
}

/// A server that once answers a command twice: from then on each reply is that of the call before. Gives how many calls got
/// another's reply, and how many an error of the protocol.
fn shifted(verify: bool, deferred: bool) -> (usize, usize) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let twice = move |request: &[Vec<u8>]| {
        let answer = echo(request);
        if counted.fetch_add(1, Ordering::Relaxed) == 200 { answer.repeat(2) } else { answer }
    };
    let server = FakeServer::start_then([greeted().respond(twice)], greeted().respond(echo));
    let r =
        Client::builder().url(server.url()).unwrap().verify_order(verify).timeout(ms(500)).build().unwrap();
    let d = r.deferred();
    let (wrong, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let judge = |marker: &str, result: Result<String, Error>| match result {
        Ok(echo) if echo != marker => drop(wrong.fetch_add(1, Ordering::Relaxed)),
        Ok(_) => {}
        Err(error) => {
            // At the end of all a reply is left over, with and without markers.
            assert!(
                error.kind() == ErrorKind::Protocol || error.is_timeout() || error.is_connection(),
                "{error}"
            );
            refused.fetch_add(usize::from(error.to_string().contains("out of step")), Ordering::Relaxed);
        }
    };
    if deferred {
        // There are always others behind, whose replies fill the place of the last one.
        let mut under_way = VecDeque::new();
        for n in 0..2000 {
            let marker = format!("marker-{n}");
            let pending = d.echo::<String>(&marker);
            under_way.push_back((marker, pending));
            if n >= 150
                && let Some((marker, pending)) = under_way.pop_front()
            {
                judge(&marker, pending.wait());
            }
        }
        under_way.into_iter().for_each(|(marker, pending)| judge(&marker, pending.wait()));
    } else {
        thread::scope(|scope| {
            for thread in 0..16 {
                let (r, judge) = (&r, &judge);
                scope.spawn(move || {
                    for n in 0..100 {
                        let marker = format!("{thread}-{n}");
                        judge(&marker, r.echo(&marker));
                    }
                });
            }
        });
    }
    (wrong.into_inner(), refused.into_inner())
}

#[test]
fn markers_end_a_connection_whose_replies_are_out_of_step() {
    trial(|| {
        // Now and then the reply that is left over is noticed before a marker is.
        let told = (0..50).any(|_| {
            let (wrong, refused) = shifted(true, true);
            assert!(wrong <= 64, "{wrong} got another's reply before the next marker");
            refused > 0
        });
        assert!(told, "nobody was told");
        // Where the callers wait, a reply that is left over may be noticed before.
        let (wrong, _) = shifted(true, false);
        assert!(wrong <= 64, "{wrong} got another's reply before the next marker");
        // Without markers only a reply that is left over by itself is noticed, which is a matter of chance.
        assert!((0..50).any(|_| shifted(false, true).0 > 64), "noticed without markers");
    });
}
