//! Whole sessions with a server that does what chance wants: handshake, calls, pipelines, pushes, silence, nonsense, the end; over
//! wires that cut everything into pieces. Whatever it does, nobody gets another call's reply, nothing hangs or panics, what is
//! called unsent was not sent, and the pool is of use again afterwards.

use std::collections::HashSet;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use redispy_conn::{
    Address, Attempt, Condition, Config, Connector, Deadline, Error, ErrorKind, Outcome, Phase, Pool,
    Readiness, Result, Transport,
};
use resp_proto::{Frame, Limits, RequestDecoder, encode_command, write_bulk};

use crate::support::ms;

/// Ends the marker of a call's last command.
const LAST: &str = "-last";

/// SplitMix64.
struct Chance(u64);

impl Chance {
    fn below(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((x ^ (x >> 31)) % below as u64).unwrap()
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

/// What all connections of a session have in common.
struct World {
    chance: Mutex<Chance>,
    /// One in so many replies comes with a mishap; 0 for none.
    mishaps: usize,
    /// Several callers share a connection: then a reply too many would be the next one's, and no client could tell.
    crowd: bool,
    healed: AtomicBool,
    /// Markers that the server has read.
    received: Mutex<HashSet<String>>,
    /// There was a mishap: calls may fail.
    spoilt: AtomicBool,
}

impl World {
    fn chance(&self) -> MutexGuard<'_, Chance> {
        self.chance.lock().unwrap()
    }
}

struct Wire {
    world: Arc<World>,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    requests: RequestDecoder,
    out: Vec<u8>,
    /// What is to be read must not be cut: the client could not know what comes after it.
    uncut: bool,
    /// The server answers nothing any more.
    silent: bool,
    /// Nothing comes behind what there is.
    ended: bool,
}

struct Connections(Arc<World>);

impl Connector for Connections {
    fn connect(&self, address: &Address, _: &Attempt) -> Result<Arc<dyn Transport>> {
        let world = Arc::clone(&self.0);
        let healed = world.healed.load(Ordering::Relaxed);
        if !healed && world.mishaps > 0 && world.chance().one_in(20) {
            world.spoilt.store(true, Ordering::Relaxed);
            let error =
                Error::new(ErrorKind::Connect, Outcome::NotSent, "refused").with_phase(Phase::Connect);
            return Err(error.with_address(address));
        }
        let requests = RequestDecoder::new(Limits::default());
        let state = State { requests, out: Vec::new(), uncut: false, silent: false, ended: false };
        Ok(Arc::new(Wire { world, state: Mutex::new(state), changed: Condvar::new() }))
    }
}

/// What the server answers when nothing is wrong; and the marker, if it is a command of a caller.
fn answer(args: &[Vec<u8>]) -> (Vec<u8>, Option<String>) {
    let mut reply = Vec::new();
    match args {
        [name, marker] if name == b"ECHO" => {
            write_bulk(&mut reply, marker);
            return (reply, Some(String::from_utf8(marker.clone()).unwrap()));
        }
        [name, ..] if name == b"HELLO" => {
            reply.extend(b"%2\r\n$6\r\nserver\r\n$5\r\nredis\r\n$5\r\nproto\r\n:3\r\n");
        }
        _ => reply.extend(b"+OK\r\n"),
    }
    (reply, None)
}

impl State {
    /// Answers the commands that have come whole.
    fn serve(&mut self, world: &World) {
        while let Some(request) = self.requests.next_request().unwrap() {
            let args: Vec<Vec<u8>> = request.args().map(<[u8]>::to_vec).collect();
            let (reply, marker) = answer(&args);
            if let Some(marker) = &marker {
                world.received.lock().unwrap().insert(marker.clone());
            }
            if self.silent {
                continue;
            }
            let mut chance = world.chance();
            let healed = world.healed.load(Ordering::Relaxed);
            match world.mishaps {
                0 => self.out.extend(reply),
                often if healed || !chance.one_in(often) => self.out.extend(reply),
                _ => self.mishap(world, &mut chance, &reply, marker.as_deref()),
            }
        }
    }

    fn mishap(&mut self, world: &World, chance: &mut Chance, reply: &[u8], marker: Option<&str>) {
        const PUSH: &[u8] = b">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n";
        const NONSENSE: [&[u8]; 6] = [b"@x\r\n", b"\xff", b"$-5\r\n", b"$12a\r\n", b"*-3\r\n", b"$1\r\nxyz"];
        let nonsense = NONSENSE[chance.below(NONSENSE.len())];
        // What follows the last reply of a call is nobody's.
        let is_last = !world.crowd && marker.is_some_and(|marker| marker.ends_with(LAST));
        let kind = chance.below(if is_last { 10 } else { 8 });
        if kind >= 3 {
            world.spoilt.store(true, Ordering::Relaxed);
            self.silent = true;
        }
        match kind {
            0 => self.out.extend([PUSH, reply, PUSH].concat()),
            1 if marker.is_some() => self.out.extend([b"|1\r\n+ttl\r\n:3600\r\n", reply].concat()),
            2 if marker.is_some() => self.out.extend(format!("-ERR {}\r\n", marker.unwrap()).bytes()),
            1 | 2 => self.out.extend(reply),
            3 => {}
            4 => {
                self.out.extend(&reply[..chance.below(reply.len() + 1)]);
                self.ended = true;
            }
            5 => self.out.extend(nonsense),
            6 => self.out.extend([reply, nonsense].concat()),
            7 => {
                self.out.extend(b"-ERR Protocol error: invalid bulk length\r\n");
                self.ended = chance.one_in(2);
            }
            // A reply too many, whole or in part.
            8 => {
                self.out.extend([reply, reply].concat());
                self.uncut = true;
            }
            _ => {
                self.out.extend([reply, b"$9\r\nfor-"].concat());
                self.uncut = true;
            }
        }
    }
}

impl Transport for Wire {
    fn read(&self, buffer: &mut [u8], deadline: Deadline) -> io::Result<usize> {
        loop {
            match self.try_read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.wait(Readiness::READ, deadline)?;
                }
                other => return other,
            }
        }
    }

    fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.state.lock().unwrap();
        if state.out.is_empty() {
            return if state.ended { Ok(0) } else { Err(io::ErrorKind::WouldBlock.into()) };
        }
        let most = state.out.len().min(buffer.len());
        let count = if state.uncut { most } else { 1 + self.world.chance().below(most) };
        buffer[..count].copy_from_slice(&state.out[..count]);
        state.out.drain(..count);
        Ok(count)
    }

    fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.state.lock().unwrap();
        if state.ended {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let count = match self.world.chance().below(bytes.len() + 1) {
            0 => return Err(io::ErrorKind::WouldBlock.into()),
            count => count,
        };
        state.requests.feed(&bytes[..count]);
        state.serve(&self.world);
        drop(state);
        self.changed.notify_all();
        Ok(count)
    }

    fn wait(&self, interest: Readiness, deadline: Deadline) -> io::Result<Readiness> {
        let mut state = self.state.lock().unwrap();
        loop {
            let ready = Readiness { read: state.ended || !state.out.is_empty(), write: true };
            if interest.write || (interest.read && ready.read) {
                return Ok(ready);
            }
            let left = deadline.remaining().unwrap_or(ms(60_000));
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            state = self.changed.wait_timeout(state, left).unwrap().0;
        }
    }

    fn condition(&self) -> Condition {
        let state = self.state.lock().unwrap();
        match (state.out.is_empty(), state.ended) {
            (false, _) => Condition::Unread,
            (_, true) => Condition::Closed,
            _ => Condition::Quiet,
        }
    }

    fn shutdown(&self) {
        let mut state = self.state.lock().unwrap();
        (state.ended, state.silent) = (true, true);
        state.out.clear();
        drop(state);
        self.changed.notify_all();
    }
}

/// Says which session failed.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("REDISPY_SEED={}", self.0);
        }
    }
}

/// One or several commands with a marker each, in one of the ways in which there are.
fn call(world: &World, pool: &Pool, way: usize, commands: usize, timeout: Duration) {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let mut markers: Vec<String> =
        (0..commands).map(|_| format!("marker-{}", NEXT.fetch_add(1, Ordering::Relaxed))).collect();
    markers[commands - 1] += LAST;
    let mut bytes = Vec::new();
    for marker in &markers {
        encode_command(&mut bytes, &["ECHO", marker]);
    }
    let deadline = Deadline::after(timeout);
    let begin = Instant::now();
    let mut frames = Vec::new();
    let result = match way {
        0 => pool.exchange(&bytes, commands, deadline, &mut |_, _, reply| frames.push(reply.into_frame())),
        1 => pool.get("test", deadline).and_then(|mut connection| {
            connection.exchange(&bytes, commands, deadline, |_, reply| frames.push(reply.into_frame()))
        }),
        _ => pool.get("test", deadline).and_then(|mut connection| {
            connection.send(&bytes, commands, deadline)?;
            for _ in 0..commands {
                frames.push(connection.receive(deadline, |reply| reply.into_frame())?);
            }
            Ok(())
        }),
    };
    assert!(begin.elapsed() < timeout + ms(5000), "it hung");
    assert!(frames.len() == commands || result.is_err(), "{frames:?}");
    for (frame, marker) in frames.iter().zip(&markers) {
        let reply = match frame {
            Frame::Attributed(attributed) => attributed.value(),
            plain => plain,
        };
        match reply {
            Frame::BulkString(text) => assert_eq!(text, marker.as_bytes(), "the reply of another call"),
            Frame::SimpleError(text) if text.starts_with(b"ERR marker") => {
                assert_eq!(text, format!("ERR {marker}").as_bytes(), "the error of another call");
            }
            Frame::SimpleError(text) => assert!(text.starts_with(b"ERR Protocol error"), "{frame:?}"),
            other => panic!("nobody said {other:?}"),
        }
    }
    let Err(error) = result else { return };
    // Where silence is to be expected the time is so short that it may be over without any.
    let timed_out = world.mishaps > 0 && error.is_timeout();
    let spoilt = world.spoilt.fetch_or(timed_out, Ordering::Relaxed);
    assert!(spoilt || timed_out, "nothing was wrong: {error:?}");
    if error.outcome() == Outcome::NotSent {
        let received = world.received.lock().unwrap();
        assert!(!markers.iter().any(|marker| received.contains(marker)), "{error:?}");
    }
}

fn session(seed: u64) {
    let _seed = Seed(seed);
    let mut chance = Chance(seed);
    let (crowd, mishaps) = (chance.one_in(3), [0, 3, 10][chance.below(3)]);
    let world = Arc::new(World {
        chance: Mutex::new(Chance(seed ^ 0x5eed)),
        mishaps,
        crowd,
        healed: AtomicBool::new(false),
        received: Mutex::default(),
        spoilt: AtomicBool::new(false),
    });
    let protocol = if chance.one_in(2) { "protocol=3" } else { "protocol=2&client_info=no" };
    let config: Config = format!("redis://memory?{protocol}").parse().unwrap();
    let pool = Pool::new(config.with_connector(Arc::new(Connections(Arc::clone(&world))))).unwrap();
    // What is silent is waited for in vain.
    let timeout = if mishaps == 0 { ms(20_000) } else { ms(3) };
    if crowd {
        let commands: Vec<usize> = (0..3).map(|_| 1 + chance.below(3)).collect();
        thread::scope(|scope| {
            for commands in commands {
                let (world, pool) = (&world, &pool);
                scope.spawn(move || (0..4).for_each(|_| call(world, pool, 0, commands, timeout)));
            }
        });
    } else {
        for _ in 0..6 {
            let (way, commands) = (chance.below(3), 1 + chance.below(3));
            call(&world, &pool, way, commands, timeout);
        }
    }
    // The server is as it should be from now on.
    world.healed.store(true, Ordering::Relaxed);
    pool.clear();
    let begin = Instant::now();
    let command = crate::support::command(&["ECHO", "again"]);
    let again = || {
        let mut frame = None;
        let deadline = Deadline::after(ms(20_000));
        let result =
            pool.exchange(&command, 1, deadline, &mut |_, _, reply| frame = Some(reply.into_frame()));
        result.map(|()| frame.unwrap())
    };
    loop {
        match again() {
            Ok(frame) => break assert_eq!(frame, Frame::BulkString(b"again".to_vec())),
            // The last attempt to connect before.
            Err(error) => assert!(begin.elapsed() < ms(5000), "{error:?}"),
        }
    }
}

#[test]
fn f183_sessions_with_a_server_that_does_what_chance_wants() {
    if let Some(seed) = std::env::var("REDISPY_SEED").ok().and_then(|seed| seed.parse().ok()) {
        return session(seed);
    }
    const SESSIONS: u64 = 3000;
    let next = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let seed @ 0..SESSIONS = next.fetch_add(1, Ordering::Relaxed) {
                    session(seed);
                }
            });
        }
    });
}
