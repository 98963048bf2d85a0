//! What the tests share.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use redispy_conn::{Config, Connection, Deadline, Error, ErrorKind, Outcome, Phase, Pool, Result};
use redispy_testkit::{FakeServer, Frame, Handshake, Script, starved};
use resp_proto::encode_command;

/// What a call of this thread may have taken beyond its deadline on a busy machine; the promise is 50 ms.
pub(crate) fn grace() -> Duration {
    ms(250) + starved()
}

/// Much longer than anything takes that goes well.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) fn soon(millis: u64) -> Deadline {
    Deadline::after(ms(millis))
}

pub(crate) fn patient() -> Deadline {
    Deadline::after(PATIENCE)
}

pub(crate) fn config(url: &str) -> Config {
    url.parse().unwrap()
}

pub(crate) fn pool(url: &str) -> Pool {
    Pool::new(config(url)).unwrap()
}

/// A connection without a pool.
pub(crate) fn open(url: &str) -> Connection {
    Connection::open(&config(url), patient()).unwrap()
}

pub(crate) fn command(args: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_command(&mut bytes, args);
    bytes
}

pub(crate) fn call(connection: &mut Connection, args: &[&str], deadline: Deadline) -> Result<Frame> {
    connection.call(&command(args), deadline, |reply| reply.into_frame())
}

/// A command as a client does it: on a connection of the pool.
pub(crate) fn run(pool: &Pool, args: &[&str]) -> Result<Frame> {
    let mut connection = pool.get("test", patient())?;
    call(&mut connection, args, patient())
}

pub(crate) fn bulk(text: &str) -> Frame {
    Frame::BulkString(text.into())
}

pub(crate) fn status(text: &str) -> Frame {
    Frame::SimpleString(text.into())
}

/// Kind, outcome and phase at once.
#[track_caller]
pub(crate) fn assert_error(error: &Error, kind: ErrorKind, outcome: Outcome, phase: Phase) {
    assert_eq!((error.kind(), error.outcome(), error.phase()), (kind, outcome, Some(phase)), "{error:?}");
}

/// A fake server's connection that grants the handshake.
pub(crate) fn greeted() -> Script {
    Script::new().handshake(Handshake::Resp3)
}

/// What a fake server answers that knows ECHO.
pub(crate) fn echo(request: &[Vec<u8>]) -> Vec<u8> {
    let mut reply = Vec::new();
    match request {
        [name, text] if name == b"ECHO" => resp_proto::write_bulk(&mut reply, text),
        _ => reply.extend(b"+OK\r\n"),
    }
    reply
}

/// A fake server that plays `scripts` on the first connections, and answers ECHO on all later ones.
pub(crate) fn then_echo(scripts: impl IntoIterator<Item = Script>) -> FakeServer {
    FakeServer::start_then(scripts, greeted().respond(echo))
}

/// No reply has come to someone else's call: 100 ECHOs from 4 threads get their own text back.
#[track_caller]
pub(crate) fn assert_aligned(pool: &Pool) {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let pool = Arc::new(pool.clone());
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let pool = Arc::clone(&pool);
            std::thread::spawn(move || {
                for _ in 0..25 {
                    let nonce = format!("nonce-{}", NEXT.fetch_add(1, Ordering::Relaxed));
                    assert_eq!(run(&pool, &["ECHO", &nonce]).unwrap(), bulk(&nonce));
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}
