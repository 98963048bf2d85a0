//! Connections that many callers share.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use std::io;
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use redispy_conn::{
    Address, Attempt, Condition, Config, Connector, Deadline, ErrorKind, MemoryTransport, Outcome, Pool,
    Readiness, Result, Transport,
};
use redispy_testkit::{Frame, Server, wait_until};

use crate::support::{PATIENCE, bulk, command, patient, pool};

fn run(pool: &Pool, args: &[&str], deadline: Deadline) -> Result<Frame> {
    let mut frame = None;
    pool.exchange(&command(args), 1, deadline, &mut |_, _, reply| frame = Some(reply.into_frame()))?;
    Ok(frame.unwrap())
}

#[test]
fn many_threads_each_get_their_own_reply() {
    let server = Server::start();
    let pool = pool(&server.url());
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| {
                for _ in 0..500 {
                    let nonce = format!("nonce-{}", next.fetch_add(1, Ordering::Relaxed));
                    assert_eq!(run(&pool, &["ECHO", &nonce], patient()).unwrap(), bulk(&nonce));
                }
            });
        }
    });
    assert_eq!(next.into_inner(), 32_000);
    let stats = pool.stats();
    assert_eq!((stats.written_calls, stats.dials), (32_000, 1));
    assert!(stats.writes < 32_000 && (2..=64).contains(&stats.largest_write), "{stats:?}");
    let echo = command(&["ECHO", "nonce-00000"]).len() as u64;
    assert!((32_000 * (echo - 4)..=32_000 * echo).contains(&stats.written_bytes), "{stats:?}");
}

/// Connections in memory, of which the other ends are sent away.
struct Memory {
    capacity: usize,
    others: mpsc::Sender<MemoryTransport>,
}

impl Connector for Memory {
    fn connect(&self, _: &Address, _: &Attempt) -> Result<Arc<dyn Transport>> {
        let (ours, theirs) = MemoryTransport::pair(self.capacity);
        self.others.send(theirs).unwrap();
        Ok(Arc::new(ours))
    }
}

/// A pool of connections that hold so many bytes each, and their other ends. No handshake takes place.
fn in_memory(capacity: usize) -> (Pool, mpsc::Receiver<MemoryTransport>) {
    let (others, receiver) = mpsc::channel();
    let config: Config = "redis://memory?protocol=2&client_info=no".parse().unwrap();
    let pool = Pool::new(config.with_connector(Arc::new(Memory { capacity, others }))).unwrap();
    (pool, receiver)
}

/// Reads so many bytes.
fn take(theirs: &MemoryTransport, mut count: usize) {
    let mut buffer = [0; 4096];
    while count > 0 {
        let most = count.min(buffer.len());
        count -= theirs.read(&mut buffer[..most], patient()).unwrap();
    }
}

/// The reader of a connection that is given up is sent elsewhere when none of its own bytes has left: at once, though nothing
/// comes that would wake it.
#[test]
fn a_reader_that_has_sent_nothing_is_sent_elsewhere_at_once() {
    let (pool, others) = in_memory(64);
    let long = "x".repeat(100);
    thread::scope(|scope| {
        // Too short a time for the server to be taken for lost.
        let first = scope.spawn(|| run(&pool, &["ECHO", &long], Deadline::after(Duration::from_millis(40))));
        let silent = others.recv().unwrap();
        wait_until("a full wire", PATIENCE, || pool.stats().queued > 0);
        let second = scope.spawn(|| run(&pool, &["PING"], patient()));
        assert!(first.join().unwrap().unwrap_err().is_timeout());
        // Now the second one has the role, and waits for room on the wire.
        thread::sleep(Duration::from_millis(30));
        let begin = Instant::now();
        pool.clear();
        let spare = others.recv_timeout(PATIENCE).unwrap();
        take(&spare, command(&["PING"]).len());
        spare.try_write(b"+PONG\r\n").unwrap();
        assert_eq!(second.join().unwrap().unwrap(), Frame::SimpleString("PONG".into()));
        assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
        drop(silent);
    });
}

/// A server that will not read on says so and closes: what others sent behind it has no answer, and nothing more is sent there.
#[test]
fn f050_a_farewell_is_the_last_reply_of_a_shared_connection() {
    let (pool, others) = in_memory(4096);
    thread::scope(|scope| {
        let calls: Vec<_> = (0..3)
            .map(|n| {
                let call = scope.spawn({
                    let pool = &pool;
                    move || run(pool, &["PING"], patient())
                });
                wait_until("the call", PATIENCE, || pool.stats().in_flight == n + 1);
                call
            })
            .collect();
        let theirs = others.recv().unwrap();
        take(&theirs, 3 * command(&["PING"]).len());
        theirs.try_write(b"+PONG\r\n-ERR Protocol error: invalid bulk length\r\n").unwrap();
        let mut results = calls.into_iter().map(|call| call.join().unwrap());
        assert_eq!(results.next().unwrap().unwrap(), Frame::SimpleString("PONG".into()));
        assert!(matches!(results.next().unwrap().unwrap(), Frame::SimpleError(_)));
        let error = results.next().unwrap().unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Closed, Outcome::MaybeExecuted), "{error}");
        // The server has not closed it yet.
        let again = scope.spawn(|| run(&pool, &["PING"], patient()));
        let fresh = others.recv_timeout(PATIENCE).unwrap();
        take(&fresh, command(&["PING"]).len());
        fresh.try_write(b"+PONG\r\n").unwrap();
        assert_eq!(again.join().unwrap().unwrap(), Frame::SimpleString("PONG".into()));
        drop(theirs);
    });
}

/// Takes everything, and has sent a great deal before it is asked. It dawdles once, some reads before the reader looks at the clock.
#[derive(Clone)]
struct Torrent(Arc<Mutex<(Vec<u8>, usize)>>);

impl Torrent {
    const CHUNK: usize = 1000;
    const DAWDLES_AT: usize = 60;
}

impl Connector for Torrent {
    fn connect(&self, _: &Address, _: &Attempt) -> Result<Arc<dyn Transport>> {
        Ok(Arc::new(self.clone()))
    }
}

impl Transport for Torrent {
    fn read(&self, buffer: &mut [u8], _: Deadline) -> io::Result<usize> {
        self.try_read(buffer)
    }

    fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let (bytes, reads) = &mut *self.0.lock().unwrap();
        *reads += 1;
        if *reads == Torrent::DAWDLES_AT {
            thread::sleep(Duration::from_millis(30));
        }
        let count = Torrent::CHUNK.min(buffer.len()).min(bytes.len());
        buffer[..count].copy_from_slice(&bytes[..count]);
        bytes.drain(..count);
        Ok(count)
    }

    fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn wait(&self, interest: Readiness, _: Deadline) -> io::Result<Readiness> {
        Ok(interest)
    }

    fn condition(&self) -> Condition {
        Condition::Quiet
    }

    fn shutdown(&self) {}
}

/// Nothing that was received is lost when the reader's time is over amid a stream that does not pause: neither when it gives up
/// its call nor when it just looks in.
#[test]
fn f042_the_readers_time_ends_while_bytes_keep_coming() {
    let value: Vec<u8> = (0..100_000_u32).flat_map(|n| (n * 7).to_le_bytes()).collect();
    let header = format!("${}\r\n", value.len());
    let replies = [header.as_bytes(), &value, b"\r\n+mine\r\n"].concat();
    for gives_up in [true, false] {
        let torrent = Torrent(Arc::new(Mutex::new((replies.clone(), 0))));
        let config: Config = "redis://memory?protocol=2&client_info=no".parse().unwrap();
        let pool = Pool::new(config.with_connector(Arc::new(torrent))).unwrap();
        let get = command(&["GET", "big"]);
        let big = pool.stream().submit(1, patient(), &get).unwrap();
        let soon = Deadline::after(Duration::from_millis(20));
        if gives_up {
            let error = run(&pool, &["ECHO", "mine"], soon).unwrap_err();
            assert!(error.is_timeout() && error.outcome() == Outcome::MaybeExecuted, "{error}");
        } else {
            assert!(!big.wait_until(soon));
        }
        let mut received = Vec::new();
        big.wait(&mut |_, _, reply| received = reply.into_bytes().unwrap().to_vec()).unwrap();
        assert!(received == value, "{} of {} bytes, and not the same", received.len(), value.len());
    }
}
