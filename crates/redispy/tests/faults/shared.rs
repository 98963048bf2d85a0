//! What befalls one caller of a shared connection, and what the other 63 notice of it. Each call carries a marker: it gets its own
//! reply or an honest error, once, and no later than its deadline.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use redispy::{
    Address, Client, Connector, Deadline, Error, ErrorKind, Limits, Outcome, TcpConfig, TcpConnector,
    Transport, cmd, prelude::*,
};
use redispy_conn::{Attempt, Condition, Readiness};
use redispy_testkit::{ByteProxy, End, Endpoint, FakeServer, Fault, Server, wait_until};

use crate::oracles::{
    PATIENCE, SLACK, assert_all_well, assert_bounded_until, assert_never_came, assert_no_secret,
    assert_recovered, greeted, ms, then_echo, trial,
};

mod connections;
mod herd;
mod pipelines;

use herd::{THREADS, shared};

/// One call with a marker of its own.
fn echo(client: &Client, timeout: Duration) -> Result<(), Error> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let marker = format!("marker-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let start = Instant::now();
    let result = client.with_timeout(timeout).echo::<String>(&marker);
    let took = start.elapsed();
    assert!(took <= timeout + 2 * SLACK, "{took:?}: {result:?}");
    match result {
        Ok(echo) => {
            assert_eq!(echo, marker, "the reply of another caller");
            Ok(())
        }
        Err(error) => {
            assert_no_secret(&error);
            assert_ne!(error.kind(), ErrorKind::Type, "{error}");
            Err(error)
        }
    }
}

/// Has 64 threads call until `fault` is done, then `again` of them succeed. Gives how many calls succeeded and failed.
fn under_load(client: &Client, timeout: Duration, fault: impl FnOnce()) -> (usize, usize) {
    let (over, good, bad) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    match echo(client, timeout) {
                        Ok(()) => good.fetch_add(1, Ordering::Relaxed),
                        Err(_) => bad.fetch_add(1, Ordering::Relaxed),
                    };
                }
            });
        }
        let done = catch_unwind(AssertUnwindSafe(fault));
        over.store(true, Ordering::Relaxed);
        if let Err(panic) = done {
            std::panic::resume_unwind(panic);
        }
    });
    (good.into_inner(), bad.into_inner())
}

#[test]
fn f042_some_give_up_while_the_server_is_paused_and_the_others_get_their_replies() {
    trial(|| {
        let server = Server::start();
        let r = shared(server.url()).build().unwrap();
        r.ping().unwrap();
        server.pause();
        thread::scope(|scope| {
            let calls: Vec<_> = (0..THREADS)
                .map(|n| {
                    let timeout = if n % 2 == 0 { ms(200) } else { PATIENCE };
                    let r = &r;
                    scope.spawn(move || (n, echo(r, timeout)))
                })
                .collect();
            wait_until("all to call", PATIENCE, || r.stats().in_flight == THREADS as u64);
            thread::sleep(ms(400));
            server.resume();
            for call in calls {
                let (n, result) = call.join().unwrap();
                match result {
                    Ok(()) => assert_eq!(n % 2, 1, "its time was over"),
                    Err(error) => {
                        assert_eq!(n % 2, 0, "disturbed by those who gave up: {error}");
                        assert!(error.is_timeout(), "{error}");
                    }
                }
            }
        });
        assert_all_well(&r, &server);
    });
}

#[test]
fn f082_f097_killed_and_started_again_under_64_callers() {
    trial(|| {
        let server = Server::start();
        let r = shared(server.url()).build().unwrap();
        let acknowledged = Mutex::new(HashSet::new());
        let unsent = Mutex::new(HashSet::new());
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            for writer in 0..THREADS {
                let (r, over, acknowledged, unsent) = (&r, &over, &acknowledged, &unsent);
                scope.spawn(move || {
                    let mut n = 0;
                    while !over.load(Ordering::Relaxed) {
                        n += 1;
                        let id = format!("{writer}-{n}");
                        let result = r.run(cmd::sadd("ids", &id).returns::<i64>());
                        let told = match &result {
                            Ok(added) => {
                                assert_eq!(*added, 1, "{id} ran twice");
                                acknowledged
                            }
                            Err(error) if error.outcome() == Outcome::NotSent => unsent,
                            Err(_) => continue,
                        };
                        told.lock().unwrap().insert(id);
                    }
                });
            }
            for _ in 0..5 {
                thread::sleep(ms(60));
                server.command(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
            }
            over.store(true, Ordering::Relaxed);
        });
        let ids: HashSet<String> = r.smembers("ids").unwrap();
        assert!(acknowledged.into_inner().unwrap().is_subset(&ids), "acknowledged and lost");
        assert!(unsent.into_inner().unwrap().is_disjoint(&ids), "not sent, and there");
        server.kill();
        assert!(echo(&r, ms(300)).is_err());
        server.restart();
        assert_all_well(&r, &server);
    });
}

/// Each of 16 producers submits without waiting for replies, until it is held up: first the sockets take it, then the queue.
#[test]
fn f180_a_frozen_server_and_a_bounded_queue() {
    trial(|| {
        const BOUND: usize = 256 << 10;
        let server = Server::start();
        let r = shared(server.url()).max_queued(BOUND).timeout(ms(600)).build().unwrap();
        r.ping().unwrap();
        server.pause();
        let unsent = Mutex::new(Vec::new());
        thread::scope(|scope| {
            let producers: Vec<_> = (0..16)
                .map(|producer| {
                    let (r, unsent) = (&r, &unsent);
                    scope.spawn(move || {
                        let deferred = r.deferred();
                        let mut pending = Vec::new();
                        let begin = Instant::now();
                        // Far more than the sockets hold, within the time of the first one.
                        while begin.elapsed() < ms(500) {
                            let key = format!("{producer}-{}", pending.len());
                            let start = Instant::now();
                            pending.push((deferred.set(&key, vec![b'x'; 60 << 10]), key));
                            assert!(start.elapsed() <= ms(600) + 2 * SLACK, "{:?}", start.elapsed());
                        }
                        let submitted = pending.len();
                        for (pending, key) in pending {
                            let error = pending.wait().unwrap_err();
                            if error.outcome() == Outcome::NotSent {
                                unsent.lock().unwrap().push(key);
                            } else {
                                assert!(error.is_timeout(), "{error}");
                            }
                        }
                        assert!(begin.elapsed() <= ms(1200) + 2 * SLACK, "{:?}", begin.elapsed());
                        submitted
                    })
                })
                .collect();
            assert_bounded_until(&r, BOUND, || producers.iter().all(|producer| producer.is_finished()));
            let submitted: usize = producers.into_iter().map(|producer| producer.join().unwrap()).sum();
            // Whoever is not held up submits thousands.
            assert!((16..4000).contains(&submitted), "{submitted}");
        });
        server.resume();
        assert_all_well(&r.with_timeout(PATIENCE), &server);
        assert_never_came(&server, &unsent.into_inner().unwrap());
    });
}

#[test]
fn f070_aborting_ends_all_calls_that_share_a_connection() {
    trial(|| {
        let server = Server::start();
        let r = shared(server.url()).build().unwrap();
        r.ping().unwrap();
        server.pause();
        thread::scope(|scope| {
            let calls: Vec<_> = (0..THREADS).map(|_| scope.spawn(|| echo(&r, PATIENCE))).collect();
            wait_until("all to call", PATIENCE, || r.stats().in_flight == THREADS as u64);
            thread::sleep(ms(20));
            let start = Instant::now();
            r.pool().abort();
            for call in calls {
                let error = call.join().unwrap().unwrap_err();
                assert!(matches!(error.kind(), ErrorKind::Closed | ErrorKind::PoolClosed), "{error}");
            }
            assert!(start.elapsed() < ms(100) + SLACK, "{:?}", start.elapsed());
        });
        assert_eq!(echo(&r, PATIENCE).unwrap_err().kind(), ErrorKind::PoolClosed);
        server.resume();
    });
}

/// A reply over the limit ends the connection for all; each learns what is true of its own call.
#[test]
fn f006_a_reply_that_breaks_a_limit_among_63_others() {
    trial(|| {
        let server = Server::start();
        server.command(["SET", "big", &"x".repeat(5000)]);
        let mut limits = Limits::default();
        limits.max_bulk_len = 4000;
        let r = shared(server.url()).limits(limits).build().unwrap();
        let (good, _) = under_load(&r, Duration::from_secs(5), || {
            for _ in 0..20 {
                let error = r.get::<String>("big").unwrap_err();
                assert!(matches!(error.kind(), ErrorKind::Limit | ErrorKind::Closed), "{error}");
                thread::sleep(ms(5));
            }
        });
        assert!(good > 0);
        assert_all_well(&r, &server);
    });
}

/// Callbacks are a caller's own code: they run on its thread, while nobody waits for it.
#[test]
fn f075_callers_that_panic_among_63_others() {
    trial(|| {
        let server = Server::start();
        let r = shared(server.url()).build().unwrap();
        r.set("k", "boom").unwrap();
        r.set_response_callback("GET", |_| -> Result<redispy::Value, String> {
            panic!("a caller's mistake")
        });
        let (good, bad) = under_load(&r, PATIENCE, || {
            for _ in 0..50 {
                assert!(catch_unwind(AssertUnwindSafe(|| r.get::<String>("k"))).is_err());
            }
        });
        assert!(good > 0);
        assert_eq!(bad, 0, "nobody else notices");
        assert_eq!(r.stats().dials, 1);
        assert_all_well(&r, &server);
    });
}

/// A transport that panics when it is told to.
struct Trap {
    tcp: TcpConnector,
    armed: Arc<AtomicBool>,
}

struct Trapped(Arc<dyn Transport>, Arc<AtomicBool>);

impl Connector for Trap {
    fn connect(&self, address: &Address, attempt: &Attempt) -> redispy_conn::Result<Arc<dyn Transport>> {
        Ok(Arc::new(Trapped(self.tcp.connect(address, attempt)?, Arc::clone(&self.armed))))
    }
}

impl Trapped {
    fn spring(&self) {
        assert!(!self.1.swap(false, Ordering::Relaxed), "the transport's mistake");
    }
}

impl Transport for Trapped {
    fn read(&self, buffer: &mut [u8], deadline: Deadline) -> std::io::Result<usize> {
        let count = self.0.read(buffer, deadline)?;
        self.spring();
        Ok(count)
    }

    fn try_read(&self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.try_read(buffer)
    }

    fn try_write(&self, bytes: &[u8]) -> std::io::Result<usize> {
        let count = self.0.try_write(bytes)?;
        self.spring();
        Ok(count)
    }

    fn wait(&self, interest: Readiness, deadline: Deadline) -> std::io::Result<Readiness> {
        self.0.wait(interest, deadline)
    }

    fn condition(&self) -> Condition {
        self.0.condition()
    }

    fn shutdown(&self) {
        self.0.shutdown();
    }
}

#[test]
fn f075_a_caller_that_panics_while_it_reads_or_writes_for_the_others() {
    trial(|| {
        let server = Server::start();
        let armed = Arc::new(AtomicBool::new(false));
        let trap = Trap { tcp: TcpConnector::new(TcpConfig::default()), armed: Arc::clone(&armed) };
        let r = shared(server.url()).connector(Arc::new(trap)).build().unwrap();
        let (over, panics, good) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    while !over.load(Ordering::Relaxed) {
                        match catch_unwind(AssertUnwindSafe(|| echo(&r, PATIENCE))) {
                            Ok(Ok(())) => good.fetch_add(1, Ordering::Relaxed),
                            Ok(Err(_)) => continue,
                            Err(_) => panics.fetch_add(1, Ordering::Relaxed),
                        };
                    }
                });
            }
            let start = Instant::now();
            let within = |condition: &dyn Fn() -> bool| {
                while !condition() && start.elapsed() < PATIENCE {
                    thread::sleep(ms(1));
                }
            };
            for _ in 0..10 {
                // A trap that is set while they connect would spring there, time and again.
                let before = good.load(Ordering::Relaxed);
                within(&|| good.load(Ordering::Relaxed) > before);
                armed.store(true, Ordering::Relaxed);
                within(&|| !armed.load(Ordering::Relaxed));
            }
            over.store(true, Ordering::Relaxed);
        });
        assert!(!armed.load(Ordering::Relaxed) && panics.load(Ordering::Relaxed) > 0);
        assert_all_well(&r, &server);
    });
}

/// Pushes between the replies; the hook calls the same client, which must not wait for itself.
#[test]
fn f021_a_flood_of_pushes_and_a_hook_that_calls_the_client() {
    trial(|| {
        let push = b">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n".repeat(20);
        let server = then_echo([greeted().respond(move |request: &[Vec<u8>]| {
            [&push[..], &crate::oracles::echo(request), &push[..]].concat()
        })]);
        let (seen, nested) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let client: Arc<Mutex<Option<Client>>> = Arc::default();
        let r = {
            let (seen, nested, client) = (Arc::clone(&seen), Arc::clone(&nested), Arc::clone(&client));
            let hook = move |_: redispy::Node<'_>| {
                if seen.fetch_add(1, Ordering::Relaxed).is_multiple_of(1000) {
                    let again = client.lock().unwrap().clone();
                    if again.is_some_and(|again| echo(&again, PATIENCE).is_ok()) {
                        nested.fetch_add(1, Ordering::Relaxed);
                    }
                }
            };
            shared(server.url()).push_hook(hook).build().unwrap()
        };
        echo(&r, PATIENCE).unwrap();
        *client.lock().unwrap() = Some(r.clone());
        let (good, bad) = under_load(&r, PATIENCE, || thread::sleep(ms(300)));
        client.lock().unwrap().take();
        assert!(good > THREADS && bad == 0, "{good} {bad}");
        assert!(seen.load(Ordering::Relaxed) >= good && nested.load(Ordering::Relaxed) > 0);
    });
}

/// Faults at random moments, by a seed that is printed when it fails.
#[test]
fn f184_chaos_under_64_callers() {
    trial(|| {
        let seed =
            std::env::var("REDISPY_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| {
                u64::from(std::process::id()) ^ Instant::now().elapsed().subsec_nanos() as u64
            });
        println!("REDISPY_SEED={seed}");
        let mut random = seed | 1;
        let mut chance = move |below: u64| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random % below
        };
        let server = Server::start();
        let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
        let r = shared(proxy.url()).max_queued(4096).build().unwrap();
        let (good, _) = under_load(&r, ms(400), || {
            let end = Instant::now() + Duration::from_secs(3);
            while Instant::now() < end {
                let fault = chance(7);
                match fault {
                    0 => proxy.cut(End::Close),
                    1 => proxy.cut(End::Reset),
                    2 => proxy.to_client(Fault::none().cut_at(chance(2000), End::Reset)),
                    3 => proxy.to_server(Fault::none().slices(7, Duration::from_micros(50))),
                    4 => proxy.to_client(Fault::none().hold()),
                    5 => proxy.to_client(Fault::none().swallow()),
                    _ => server.pause(),
                }
                thread::sleep(ms(20 + chance(120)));
                if fault == 5 {
                    // With what was swallowed missing in the middle it must not go on: TCP never has such holes.
                    proxy.cut(End::Reset);
                }
                proxy.heal();
                server.resume();
                thread::sleep(ms(chance(50)));
            }
        });
        assert!(good > 0);
        assert_recovered(&r.with_timeout(PATIENCE));
    });
}

/// A server that refuses the marker of `verify_order` answers in step all the same.
#[test]
fn f071_a_marker_that_is_refused_denies_nothing() {
    trial(|| {
        let busy = |request: &[Vec<u8>]| match request {
            [name, marker] if name == b"ECHO" && marker.len() == 16 => b"-BUSY Redis is busy\r\n".to_vec(),
            request => crate::oracles::echo(request),
        };
        let server = FakeServer::start_then([], greeted().respond(busy));
        let r = Client::builder().url(server.url()).unwrap().verify_order(true).build().unwrap();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..100).for_each(|_| echo(&r, PATIENCE).unwrap()));
            }
        });
        assert_eq!(r.stats().dials, 1);
    });
}
