//! 64 threads that call through one client, each call with markers of its own, and the verdict on what they were told.
//!
//! Half of the calls write: `INCRBY` of a key that nobody else has, by a number that nobody else takes. So the reply tells whose it
//! is, and the key how often it ran. The others are ECHO, and pipelines with a write between two of them.

use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use redispy::{Client, ClientBuilder, Error, ErrorKind, Outcome, cmd, prelude::*};
use redispy_testkit::{FakeServer, Script, Server, starved, wait_until};

use crate::oracles::{PATIENCE, SLACK, assert_no_secret, greeted, ms};

pub(crate) const THREADS: usize = 64;

/// A client whose calls share connections, whatever the mode.
pub(crate) fn shared(url: impl AsRef<str>) -> ClientBuilder {
    Client::builder().url(url).unwrap().shared()
}

/// Lets 64 threads do the same at the same time; gives what came of each.
pub(crate) fn all<T: Send>(each: impl Fn(usize) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let each = &each;
        let threads: Vec<_> = (0..THREADS).map(|n| scope.spawn(move || each(n))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

/// Waits until all 64 have a call under way.
#[track_caller]
pub(crate) fn wait_for_all(client: &Client) {
    wait_until("all to call", PATIENCE, || client.stats().in_flight == THREADS as u64);
}

/// What the calls came to.
#[derive(Default)]
pub(crate) struct Herd {
    next: AtomicUsize,
    good: AtomicUsize,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    /// What came of each write: its key and the number it adds.
    writes: HashMap<String, (i64, Result<(), Outcome>)>,
    /// How often calls failed in some way, and an example.
    errors: BTreeMap<String, (usize, Error)>,
}

impl Herd {
    /// Has all call again and again until `fault` is done.
    #[track_caller]
    pub(crate) fn run(client: &Client, timeout: Duration, fault: impl FnOnce(&Herd)) -> Herd {
        let (herd, over) = (Herd::default(), AtomicBool::new(false));
        herd.spawn(fault, &over, || {
            while !over.load(Ordering::Relaxed) {
                herd.call(client, timeout);
            }
        });
        herd
    }

    /// Has each call once while `fault` takes place.
    #[track_caller]
    pub(crate) fn once(client: &Client, timeout: Duration, fault: impl FnOnce()) -> Herd {
        let herd = Herd::default();
        herd.spawn(|_| fault(), &AtomicBool::new(false), || herd.call(client, timeout));
        herd
    }

    fn spawn(&self, fault: impl FnOnce(&Herd), over: &AtomicBool, calls: impl Fn() + Sync) {
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(&calls);
            }
            let done = catch_unwind(AssertUnwindSafe(|| fault(self)));
            over.store(true, Ordering::Relaxed);
            if let Err(panic) = done {
                resume_unwind(panic);
            }
        });
    }

    /// Waits until calls succeed again.
    #[track_caller]
    pub(crate) fn wait_for_success(&self) {
        let before = self.good();
        wait_until("calls that succeed", PATIENCE, || self.good() >= before + THREADS);
    }

    fn call(&self, client: &Client, timeout: Duration) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let r = client.with_timeout(timeout);
        // What the machine keeps from a thread is asked for where it matters: it takes a moment.
        let before = (timeout < PATIENCE).then(starved);
        let start = Instant::now();
        let result = match number % 4 {
            0 | 2 => self.write(&r, number),
            1 => echo(&r, number),
            _ => self.pipeline(&r, number),
        };
        let took = start.elapsed();
        let allowed = timeout + 2 * SLACK;
        let kept = || before.map_or(Duration::ZERO, |before| starved().saturating_sub(before));
        assert!(took <= allowed || took <= allowed + kept(), "{took:?}: {result:?}");
        match result {
            Ok(()) => {
                self.good.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) => {
                assert!(!error.is_timeout() || took + ms(5) >= timeout, "{took:?}: {error}");
                // Another caller's reply would not fit.
                assert_ne!(error.kind(), ErrorKind::Type, "{error}");
                let way = format!("{:?} {:?} {:?}", error.kind(), error.outcome(), error.phase());
                let mut told = self.told.lock().unwrap();
                let (count, _) = told.errors.entry(way).or_insert_with(|| {
                    assert_no_secret(&error);
                    (0, error)
                });
                *count += 1;
            }
        }
    }

    fn write(&self, r: &Client, number: usize) -> Result<(), Error> {
        let (key, amount) = entry(number);
        let result = r.run(cmd(("INCRBY", &key, amount)).returns::<i64>());
        self.note(key, amount, result.as_ref());
        result.map(drop)
    }

    fn pipeline(&self, r: &Client, number: usize) -> Result<(), Error> {
        let (key, amount) = entry(number);
        let p = r.pipeline().transaction(false);
        let p =
            p.echo::<String>(format!("a{number}")).incrby(&key, amount).echo::<String>(format!("b{number}"));
        match p.execute_each() {
            Ok((a, written, b)) => {
                self.note(key, amount, written.as_ref());
                for (echo, name) in [(&a, 'a'), (&b, 'b')] {
                    let own = echo.as_ref().map_or(true, |echo| *echo == format!("{name}{number}"));
                    assert!(own, "{echo:?}: the reply of another caller");
                }
                a.and(written.map(|_| String::new())).and(b).map(drop)
            }
            Err(error) => {
                self.note(key, amount, Err(&error));
                Err(error)
            }
        }
    }

    fn note(&self, key: String, amount: i64, result: Result<&i64, &Error>) {
        if let Ok(sum) = result {
            assert_eq!(*sum, amount, "{key}: the reply of another caller, or executed twice");
        }
        let told = result.map(drop).map_err(Error::outcome);
        self.told.lock().unwrap().writes.insert(key, (amount, told));
    }

    pub(crate) fn good(&self) -> usize {
        self.good.load(Ordering::Relaxed)
    }

    /// How many calls failed, all of them in one of these ways.
    #[track_caller]
    pub(crate) fn failed(&self, kinds: &[ErrorKind]) -> usize {
        let told = self.told.lock().unwrap();
        for (count, error) in told.errors.values() {
            assert!(kinds.contains(&error.kind()), "{count} times {error:?}");
        }
        told.errors.values().map(|(count, _)| count).sum()
    }

    /// All calls failed, in this way.
    #[track_caller]
    pub(crate) fn assert_all_failed(&self, kind: ErrorKind, outcomes: &[Outcome], says: &str) {
        assert_eq!((self.good(), self.failed(&[kind])), (0, THREADS));
        for (_, error) in self.told.lock().unwrap().errors.values() {
            assert!(outcomes.contains(&error.outcome()) && error.to_string().contains(says), "{error:?}");
        }
    }

    /// What was acknowledged ran once, what was not once or never, and never when it was called unsent or refused.
    #[track_caller]
    pub(crate) fn settle(&self, server: &Server) {
        let r = Client::builder().unix_socket(server.unix()).build().unwrap();
        let told = self.told.lock().unwrap();
        let keys: Vec<&String> = told.writes.keys().collect();
        for keys in keys.chunks(1000) {
            let sums: Vec<Option<i64>> = r.run(cmd("MGET").arg(keys).returns()).unwrap();
            for (key, sum) in keys.iter().zip(sums) {
                let (amount, told) = &told.writes[*key];
                let sum = sum.unwrap_or_default();
                assert_eq!(sum % amount, 0, "{key}");
                judge(key, usize::try_from(sum / amount).unwrap(), *told);
            }
        }
    }

    /// The same by what a scripted server has read.
    #[track_caller]
    pub(crate) fn settle_with(&self, server: &FakeServer) {
        let mut times: HashMap<String, usize> = HashMap::new();
        for command in (0..server.connections()).flat_map(|at| server.commands(at)) {
            if command[0] == "INCRBY" {
                *times.entry(command[1].clone()).or_default() += 1;
            }
        }
        for (key, (_, told)) in &self.told.lock().unwrap().writes {
            judge(key, times.remove(key).unwrap_or_default(), *told);
        }
        assert!(times.is_empty(), "nobody wrote {times:?}");
    }
}

#[track_caller]
fn judge(key: &str, ran: usize, told: Result<(), Outcome>) {
    let expected = match told {
        Ok(()) => 1..=1,
        Err(Outcome::MaybeExecuted) => 0..=1,
        Err(_) => 0..=0,
    };
    assert!(expected.contains(&ran), "{key} ran {ran} times, told was {told:?}");
}

/// A key that nobody else has, and a number that nobody else takes.
fn entry(number: usize) -> (String, i64) {
    (format!("w{number}"), i64::try_from(number).unwrap() + 1)
}

fn echo(r: &Client, number: usize) -> Result<(), Error> {
    let marker = format!("marker-{number}");
    let echo: String = r.echo(&marker)?;
    assert_eq!(echo, marker, "the reply of another caller");
    Ok(())
}

/// A scripted server's answers to all calls of a herd.
pub(crate) fn answer(request: &[Vec<u8>]) -> Vec<u8> {
    match request {
        [name, marker] if name == b"ECHO" => {
            [format!("${}\r\n", marker.len()).as_bytes(), marker, b"\r\n"].concat()
        }
        [name, _, amount] if name == b"INCRBY" => [b":", &amount[..], b"\r\n"].concat(),
        _ => b"+OK\r\n".to_vec(),
    }
}

/// A server that plays `scripts` on its first connections, and then answers all calls.
pub(crate) fn then_answer(scripts: impl IntoIterator<Item = Script>) -> FakeServer {
    FakeServer::start_then(scripts, greeted().respond(answer))
}
