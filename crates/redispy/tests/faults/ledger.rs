//! Every write has an id of its own; afterwards the server's data says which of them ran, and how often. What was
//! acknowledged ran once, what was not ran once or never, and never when the error says that it was not sent.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use redispy::{Client, ErrorKind, Outcome, cmd, prelude::*};
use redispy_testkit::{ByteProxy, End, Endpoint, Fault, Server};

use crate::oracles::{assert_all_well, builder, client, forget, ms, trial};

/// What callers were told about their writes.
#[derive(Default)]
struct Ledger {
    next: AtomicUsize,
    told: Mutex<HashMap<String, Result<(), Outcome>>>,
}

impl Ledger {
    /// Writes one id and notes what came of it.
    #[track_caller]
    fn write(&self, r: &Client) -> Result<(), Outcome> {
        let id = format!("id-{:05}", self.next.fetch_add(1, Ordering::Relaxed));
        let answer = r.run(cmd(("RPUSH", "ledger", &id)).returns::<i64>());
        let told = match answer {
            Ok(_) => Ok(()),
            Err(error) => {
                assert!(
                    matches!(error.kind(), ErrorKind::Closed | ErrorKind::Connect | ErrorKind::Timeout),
                    "{error}"
                );
                Err(error.outcome())
            }
        };
        self.told.lock().unwrap().insert(id, told);
        told
    }

    /// Compares what was told with what the server has.
    #[track_caller]
    fn settle(&self, server: &Server) -> Tally {
        let r = crate::oracles::plain().unix_socket(server.unix()).build().unwrap();
        let ids: Vec<String> = r.run(cmd(("LRANGE", "ledger", 0, -1)).returns()).unwrap();
        let mut times: HashMap<String, usize> = HashMap::new();
        for id in ids {
            *times.entry(id).or_default() += 1;
        }
        let mut tally = Tally::default();
        for (id, told) in &*self.told.lock().unwrap() {
            let ran = times.remove(id).unwrap_or_default();
            let expected = match told {
                Ok(()) => 1..=1,
                Err(Outcome::MaybeExecuted) => 0..=1,
                Err(_) => 0..=0,
            };
            assert!(expected.contains(&ran), "{id} ran {ran} times, told was {told:?}");
            match told {
                Ok(()) => tally.acknowledged += 1,
                Err(Outcome::MaybeExecuted) if ran == 1 => tally.maybe_did += 1,
                Err(Outcome::MaybeExecuted) => tally.maybe_did_not += 1,
                Err(_) => tally.not_sent += 1,
            }
        }
        assert!(times.is_empty(), "nobody wrote {times:?}");
        tally
    }
}

#[derive(Debug, Default)]
struct Tally {
    acknowledged: usize,
    maybe_did: usize,
    maybe_did_not: usize,
    not_sent: usize,
}

#[test]
fn f038_f039_f097_cut_at_each_byte_of_the_request_and_of_the_reply() {
    const REQUEST: u64 = "*3\r\n$5\r\nRPUSH\r\n$6\r\nledger\r\n$8\r\nid-00000\r\n".len() as u64;
    trial(|| {
        let server = Server::start();
        let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
        let r = client(proxy.url());
        let ledger = Ledger::default();
        let cuts = (0..=REQUEST).map(|at| (true, at)).chain((0..=6).map(|at| (false, at)));
        for (of_request, at) in cuts {
            for end in [End::Close, End::Reset] {
                proxy.heal();
                forget();
                r.ping().unwrap();
                assert_eq!(ledger.write(&r), Ok(()));
                let fault = Fault::none().cut_at(at, end);
                if of_request {
                    proxy.to_server(fault)
                } else {
                    proxy.to_client(fault)
                }
                let told = ledger.write(&r);
                if of_request && at < REQUEST {
                    assert_eq!(told, Err(Outcome::MaybeExecuted), "request cut at {at}, {end:?}");
                }
            }
        }
        proxy.heal();
        let tally = ledger.settle(&server);
        assert!(tally.acknowledged >= 2 * (REQUEST as usize + 8), "{tally:?}");
        assert!(tally.maybe_did >= 6 && tally.maybe_did_not >= 2 * REQUEST as usize - 2, "{tally:?}");
        assert_all_well(&r, &server);
    });
}

/// Four threads write while the wire is cut, held, refused and dripping in turn.
#[test]
fn f097_nothing_runs_twice_while_the_wire_fails_in_every_way() {
    trial(|| {
        let server = Server::start();
        let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
        let r = builder(proxy.url()).timeout(ms(150)).build().unwrap();
        let (ledger, over) = (Ledger::default(), AtomicBool::new(false));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while !over.load(Ordering::Relaxed) {
                        let _told = ledger.write(&r);
                    }
                });
            }
            let begin = Instant::now();
            for round in 0.. {
                if begin.elapsed() > Duration::from_secs(3) {
                    break;
                }
                match round % 8 {
                    0 => proxy.cut(End::Close),
                    1 => proxy.cut(End::Reset),
                    2 => proxy.to_client(Fault::none().cut_at(50 + round, End::Reset)),
                    3 => proxy.to_server(Fault::none().cut_at(200 + round, End::Close)),
                    4 => proxy.to_client(Fault::none().hold()),
                    5 => proxy.to_server(Fault::none().slices(3, ms(1))),
                    6 => proxy.to_client(Fault::none().delay(ms(160))),
                    _ => {
                        proxy.accept(false);
                        proxy.cut(End::Reset);
                    }
                }
                // What is held or refused lasts longer than a call waits.
                thread::sleep(ms(if [4, 7].contains(&(round % 8)) { 250 } else { 25 }));
                proxy.heal();
                thread::sleep(ms(10));
            }
            over.store(true, Ordering::Relaxed);
        });
        assert_all_well(&r.with_timeout(Duration::from_secs(5)), &server);
        let tally = ledger.settle(&server);
        assert!(tally.acknowledged > 100 && tally.maybe_did + tally.maybe_did_not > 10, "{tally:?}");
        assert!(tally.not_sent > 0, "{tally:?}");
    });
}

/// A server that is killed and started again keeps what it acknowledged (`appendfsync always`).
#[test]
fn f097_a_server_killed_and_started_again_under_load() {
    trial(|| {
        let server = Server::builder().option("appendonly", "yes").option("appendfsync", "always").start();
        let r = client(server.url());
        let (ledger, over) = (Ledger::default(), AtomicBool::new(false));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while !over.load(Ordering::Relaxed) {
                        let _told = ledger.write(&r);
                    }
                });
            }
            for _ in 0..4 {
                thread::sleep(ms(200));
                server.restart();
            }
            thread::sleep(ms(200));
            over.store(true, Ordering::Relaxed);
        });
        let tally = ledger.settle(&server);
        assert!(tally.acknowledged > 100, "{tally:?}");
        assert_all_well(&r, &server);
    });
}
