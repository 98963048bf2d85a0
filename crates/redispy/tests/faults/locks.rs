//! Locks that are stolen, expire or vanish, and what a server that hangs or dies does to those who take, keep and release them.

use std::error::Error as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use redispy::{
    CallEnd, CallStart, Client, ErrorKind, Hook, LockGuard, Outcome, Phase, Result, RetryPolicy, cmd,
    prelude::*,
};
use redispy_testkit::{Answer, ByteProxy, End, Endpoint, FakeServer, Fault, Server, text, timed, wait_until};

use crate::connect::moving;
use crate::oracles::{
    PATIENCE, RECOVERY, SLACK, assert_all_well, assert_error, assert_recovered, at_deadline, builder, client,
    echo, forget, greeted, ms, on_time, pooled, pooled_client, trial,
};

/// Longer than any test takes: a lock that is found free before was released.
const LONG: Duration = Duration::from_secs(600);

/// How long giving a lock back unasked may take.
const LAST_WORDS: Duration = Duration::from_secs(1);

fn exists(server: &Server, key: &str) -> bool {
    text(&server.command(["EXISTS", key])) == "1"
}

/// As many idle connections as a call and its last words need.
fn warm(r: &Client) {
    let sessions = [r.session().unwrap(), r.session().unwrap(), r.session().unwrap()];
    for session in &sessions {
        session.ping().unwrap();
    }
    r.ping().unwrap();
}

/// A lock whose loss is told here, with what caused it.
fn telling(lock: redispy::Lock) -> (redispy::Lock, mpsc::Receiver<(ErrorKind, Option<String>)>) {
    let (tell, told) = mpsc::channel();
    let tell = Mutex::new(tell);
    let lock = lock.on_lost(move |error| {
        let source = error.source().map(ToString::to_string);
        tell.lock().unwrap().send((error.kind(), source)).unwrap();
    });
    (lock, told)
}

#[test]
fn f118_locks_need_no_script_to_be_there() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        let flush = || server.command(["SCRIPT", "FLUSH"]);
        let lock = r.lock("foo").ttl(LONG).fencing();
        for number in 1..=3 {
            flush();
            let guard = lock.acquire().unwrap();
            assert_eq!(guard.fencing_token(), Some(number));
            flush();
            guard.extend(ms(10)).unwrap();
            flush();
            guard.reacquire().unwrap();
            flush();
            assert!(guard.owned().unwrap());
            flush();
            guard.release().unwrap();
        }
        assert!(!exists(&server, "foo"));
        assert_all_well(&r, &server);
    });
}

#[test]
fn a_lock_stolen_expired_or_deleted_is_told_as_what_it_is() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        let lost: [(&[&str], ErrorKind); 4] = [
            (&["SET", "foo", "another"], ErrorKind::LockNotOwned),
            (&["DEL", "foo"], ErrorKind::LockExpired),
            (&["PEXPIRE", "foo", "0"], ErrorKind::LockExpired),
            (&["FLUSHALL"], ErrorKind::LockExpired),
        ];
        for (how, kind) in lost {
            for way in 0..4 {
                let guard = r.lock("foo").ttl(LONG).acquire().unwrap();
                server.command(how);
                let error = match way {
                    0 => guard.release().unwrap_err(),
                    1 => guard.extend(ms(1)).unwrap_err(),
                    2 => guard.reacquire().unwrap_err(),
                    _ => guard.ttl().unwrap_err(),
                };
                assert_error(&error, kind, Outcome::Rejected, None, &["a lock: lost"]);
                assert_eq!(exists(&server, "foo"), kind == ErrorKind::LockNotOwned);
                server.command(["DEL", "foo"]);
            }
        }
        assert_all_well(&r, &server);
    });
}

/// A user that may not read the key is not told that somebody else has the lock.
#[test]
fn a_lock_that_may_not_be_read_is_not_told_as_held_by_another() {
    trial(|| {
        let server = Server::start();
        let user = |name: &str, rule: &str| {
            server.command(["ACL", "SETUSER", name, "on", ">pw", "~*", "+@all", rule]);
            builder(server.url()).credentials(name, "pw").build().unwrap()
        };
        let (reader, blind) = (user("reader", "+get"), user("blind", "-get"));
        for error in
            [blind.lock("foo").acquire().unwrap_err(), blind.lock("foo").fencing().try_acquire().unwrap_err()]
        {
            assert!(error.is_server() && error.to_string().contains(" run th"), "{error}");
        }
        assert!(!exists(&server, "foo"));
        let guard = reader.lock("foo").ttl(LONG).acquire().unwrap();
        server.command(["ACL", "SETUSER", "reader", "-get"]);
        for error in [guard.extend(ms(1)).unwrap_err(), guard.owned().unwrap_err()] {
            assert!(error.is_server() && error.to_string().contains(" run th"), "{error}");
        }
        assert!(!guard.is_lost());
        server.command(["ACL", "SETUSER", "reader", "+get"]);
        guard.release().unwrap();
        // A key that holds something else than a string is somebody's all the same.
        server.command(["LPUSH", "foo", "x"]);
        assert!(reader.lock("foo").try_acquire().unwrap().is_none());
        assert_recovered(&reader);
    });
}

/// A frozen server may have taken in the request, and run it when it thaws. The call ends at its deadline all the same, and the
/// lock does not stay taken: what gave it back waits there, too.
#[test]
fn f061_taking_a_lock_from_a_server_that_is_paused_for_longer_than_the_deadline() {
    trial(|| {
        let server = Server::start();
        let r = builder(server.url()).timeout(ms(400)).build().unwrap();
        for round in 0..3 {
            warm(&r);
            server.pause();
            let error = at_deadline(ms(400), || r.lock("foo").ttl(LONG).try_acquire());
            assert_error(&error, ErrorKind::Timeout, Outcome::MaybeExecuted, Phase::Read, &["EVALSHA at"]);
            thaw(&r, &server, round);
            assert!(!exists(&server, "foo"), "left behind");
            let guard = r.lock("foo").ttl(LONG).acquire().unwrap();
            guard.release().unwrap();
        }
        // One that waits for the lock ends at its own limit and one call's deadline.
        warm(&r);
        server.pause();
        let waiting = r.lock("foo").ttl(LONG).blocking_timeout(ms(100));
        let (result, took) = timed(|| waiting.acquire());
        assert!(took <= ms(500) + SLACK, "{took:?}");
        assert_eq!(result.unwrap_err().outcome(), Outcome::MaybeExecuted);
        server.resume();
        assert_all_well(&r, &server);
        assert!(!exists(&server, "foo"), "left behind");
    });
}

/// The server thaws, and has run all that it was sent before it answers this.
fn thaw(r: &Client, server: &Server, round: usize) {
    server.resume();
    wait_until("the server answers", PATIENCE, || r.set(format!("thawed:{round}"), 1).is_ok());
}

#[test]
fn f061_a_guard_that_is_dropped_while_the_server_is_paused() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        for renewed in [false, true] {
            let lock = r.lock("foo").ttl(LONG);
            let lock = if renewed { lock.auto_renew() } else { lock };
            let guard = lock.acquire().unwrap();
            warm(&r);
            server.pause();
            let ((), took) = timed(|| drop(guard));
            assert!(took <= LAST_WORDS + SLACK, "{took:?}");
            server.resume();
            wait_until("the lock is free", PATIENCE, || !exists(&server, "foo"));
            assert_all_well(&r, &server);
        }
        // An explicit release has the deadline of a call, and says that it does not know.
        let guard = r.lock("foo").ttl(LONG).acquire().unwrap();
        drop(r);
        let r = builder(server.url()).timeout(ms(200)).build().unwrap();
        let quick = r.lock("bar").ttl(LONG).acquire().unwrap();
        server.pause();
        let error = at_deadline(ms(200), || quick.release());
        assert_error(&error, ErrorKind::Timeout, Outcome::MaybeExecuted, Phase::Read, &["EVALSHA at"]);
        server.resume();
        wait_until("the lock is free", PATIENCE, || !exists(&server, "bar"));
        guard.release().unwrap();
        assert_all_well(&r, &server);
    });
}

/// The answer is lost, and the same token asks again: the lock is held once, under one number, and by nobody unknown.
#[test]
fn f038_a_connection_that_dies_while_a_lock_is_taken() {
    trial(|| {
        let server = Server::start();
        let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
        let policy = RetryPolicy::default().with_retries(100).with_base_delay(ms(2));
        let r = builder(proxy.url()).retry(policy).build().unwrap();
        for number in 1..=5 {
            r.ping().unwrap();
            let accepted = proxy.accepted();
            proxy.to_client(Fault::none().cut_at(1, End::Reset));
            let guard = thread::scope(|scope| {
                let lock = scope.spawn(|| r.lock("foo").ttl(LONG).fencing().acquire());
                wait_until("another connection", PATIENCE, || proxy.accepted() > accepted);
                proxy.heal();
                lock.join().unwrap().unwrap()
            });
            assert!(guard.owned().unwrap());
            assert_eq!(text(&server.command(["GET", "foo"])), guard.token());
            assert_eq!(guard.fencing_token(), Some(number));
            assert_eq!(text(&server.command(["GET", "{foo}:fence"])), number.to_string());
            guard.release().unwrap();
        }
        assert_all_well(&r, &server);
    });
}

/// Where it may not ask again, it gives back what it may have got.
#[test]
fn f038_a_lock_of_which_nobody_knows_whether_it_was_taken_is_given_back() {
    trial(|| {
        let server = Server::start();
        let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
        let r = builder(proxy.url()).retry(RetryPolicy::none()).build().unwrap();
        warm(&r);
        let taken = Arc::new(AtomicUsize::new(0));
        for _ in 0..20 {
            warm(&r);
            // The connection in use is cut behind the first byte of its answer, and the proxy is well again.
            proxy.to_client(Fault::none().cut_at(1, End::Reset));
            let result = thread::scope(|scope| {
                let call = scope.spawn(|| r.lock("foo").ttl(LONG).try_acquire());
                wait_until("the cut", PATIENCE, || proxy.open() < 3 || call.is_finished());
                proxy.heal();
                call.join().unwrap()
            });
            match result {
                Ok(guard) => drop(guard.unwrap()),
                Err(error) => {
                    taken.fetch_add(1, Ordering::Relaxed);
                    assert_error(
                        &error,
                        ErrorKind::Closed,
                        Outcome::MaybeExecuted,
                        error.phase(),
                        &["EVALSHA"],
                    );
                }
            }
        }
        assert!(taken.load(Ordering::Relaxed) > 0);
        assert_recovered(&r);
    });
}

/// The request whose answer was lost may have taken the lock, though the next server refuses the second one.
#[test]
fn f038_a_lock_that_an_earlier_attempt_may_have_taken_is_given_back() {
    trial(|| {
        let dying = greeted().respond(|_: &[Vec<u8>]| Answer::SendAndReset(Vec::new()));
        let replica = greeted().respond(|request: &[Vec<u8>]| match &request[0][..] {
            b"EVALSHA" => b"-READONLY not here\r\n".to_vec(),
            _ => echo(request),
        });
        let server = FakeServer::start_then([dying], replica);
        let r = pooled_client(server.url());
        let error = r.lock("foo").ttl(LONG).try_acquire().unwrap_err();
        let says = ["EVALSHA at 127.0.0.1:", "an earlier attempt may have been executed"];
        assert_error(&error, ErrorKind::Server, Outcome::MaybeExecuted, None, &says);
        let asked = server.commands(1);
        let [.., taking, giving_back] = &asked[..] else { panic!("{asked:?}") };
        assert_eq!((&*taking[0], &*giving_back[0]), ("EVALSHA", "EVAL"), "{asked:?}");
        assert_eq!(taking[4], giving_back[4], "not the same token");
        assert_recovered(&r);
    });
}

/// A lock that is asked for under a token of the caller's may have been held before, be it by another process.
#[test]
fn f061_a_lock_asked_for_under_a_given_token_is_not_given_back_unasked() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        let _token = r.lock("foo").ttl(LONG).acquire_as("job 7").unwrap().into_token();
        warm(&r);
        server.pause();
        let quick = r.with_timeout(ms(200)).lock("foo").ttl(LONG);
        let error = at_deadline(ms(200), || quick.try_acquire_as("job 7"));
        assert_error(&error, ErrorKind::Timeout, Outcome::MaybeExecuted, Phase::Read, &["EVALSHA at"]);
        server.resume();
        assert_all_well(&r, &server);
        assert_eq!(text(&server.command(["GET", "foo"])), "job 7");
        r.lock("foo").acquire_as("job 7").unwrap().release().unwrap();
        assert!(!exists(&server, "foo"));
    });
}

/// Of less time that may have been set nobody knows, so that is what counts.
#[test]
fn f061_less_time_that_was_maybe_set_is_believed() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        let guard = r.with_timeout(ms(200)).lock("foo").ttl(LONG).acquire().unwrap();
        warm(&r);
        server.pause();
        let error = at_deadline(ms(200), || guard.set_ttl(LONG / 2));
        assert_error(&error, ErrorKind::Timeout, Outcome::MaybeExecuted, Phase::Read, &["EVALSHA at"]);
        assert!(guard.remaining().unwrap() <= LONG / 2);
        // More is not, and nothing is if it was not sent.
        let error = at_deadline(ms(200), || guard.set_ttl(LONG * 2));
        assert_eq!(error.outcome(), Outcome::MaybeExecuted);
        assert!(guard.remaining().unwrap() <= LONG / 2);
        server.resume();
        assert_all_well(&r, &server);
        guard.set_ttl(LONG).unwrap();
        assert!(guard.remaining().unwrap() > LONG / 2);
        server.kill();
        forget();
        assert_eq!(guard.set_ttl(ms(1)).unwrap_err().outcome(), Outcome::NotSent);
        assert!(guard.remaining().unwrap() > LONG / 2);
    });
}

#[test]
fn f042_a_lock_that_is_not_granted_in_time_is_given_back_under_the_same_token_within_the_deadline() {
    trial(|| {
        // Answers no acquisition, and every release.
        let server = FakeServer::answering(|command| match command {
            [name, ..] if name == b"ECHO" => redispy_testkit::Answer::from(echo(command)),
            [_, _, _, _, _, _] => redispy_testkit::Answer::Silence,
            _ => redispy_testkit::Answer::from(b":1\r\n".to_vec()),
        });
        let r = builder(server.url()).timeout(ms(400)).build().unwrap();
        let (result, took) = timed(|| r.lock("foo").ttl(LONG).try_acquire());
        let error = result.unwrap_err();
        assert_error(&error, ErrorKind::Timeout, Outcome::MaybeExecuted, Phase::Read, &["EVALSHA at"]);
        assert!(took <= ms(400) + SLACK, "{took:?}");
        let sent: Vec<_> = (0..server.connections())
            .flat_map(|connection| server.commands(connection))
            .filter(|words| words[0].starts_with("EVAL"))
            .collect();
        assert_eq!(sent.len(), 2, "{sent:?}");
        assert_eq!((sent[0].len(), sent[1].len()), (6, 5), "{sent:?}");
        assert_eq!(sent[0][4], sent[1][4], "another token");
        assert_recovered(&r);
    });
}

#[test]
fn f038_a_connection_that_dies_while_a_lock_is_released_or_extended() {
    trial(|| {
        let server = Server::start();
        let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
        let policy = RetryPolicy::default().with_retries(100).with_base_delay(ms(2));
        let r = builder(proxy.url()).retry(policy).build().unwrap();
        let lock = r.lock("foo").ttl(LONG);
        let guard = lock.acquire().unwrap();
        guard.extend(ms(1)).unwrap();
        guard.release().unwrap();
        for _ in 0..5 {
            let guard = lock.acquire().unwrap();
            // The answer is cut off: what it answers has happened.
            let accepted = proxy.accepted();
            proxy.to_client(Fault::none().cut_at(1, End::Close));
            let extended = guard.extend(LONG);
            proxy.heal();
            let error = extended.unwrap_err();
            assert_error(&error, ErrorKind::Closed, Outcome::MaybeExecuted, error.phase(), &["EVALSHA at"]);
            assert_eq!(proxy.accepted(), accepted, "sent again");
            // Added once, and not counted on until the server says so.
            assert!(guard.remaining().unwrap() <= LONG);
            let left = guard.ttl().unwrap().unwrap();
            assert!(left > LONG && left <= 2 * LONG, "{left:?}");
            assert!(guard.remaining().unwrap() > LONG);

            release_amid_a_cut(guard, &proxy).unwrap();
            assert!(!exists(&server, "foo"));
        }
        assert_all_well(&r, &server);
    });
}

/// Releases the lock; the first answer is lost, and the wire heals once the client has connected again.
fn release_amid_a_cut(guard: LockGuard, proxy: &ByteProxy) -> Result<()> {
    let accepted = proxy.accepted();
    proxy.to_client(Fault::none().cut_at(1, End::Close));
    thread::scope(|scope| {
        let release = scope.spawn(|| guard.release());
        wait_until("another connection", PATIENCE, || proxy.accepted() > accepted || release.is_finished());
        proxy.heal();
        release.join().unwrap()
    })
}

/// The answer is lost, and so was the lock, before it was released.
#[test]
fn f038_a_lock_whose_time_was_over_is_not_told_released_when_the_answer_is_lost() {
    trial(|| {
        let server = Server::start();
        let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
        let policy = RetryPolicy::default().with_retries(100).with_base_delay(ms(2));
        let r = builder(proxy.url()).retry(policy).build().unwrap();
        let guard = r.lock("foo").ttl(ms(200)).acquire().unwrap();
        assert!(guard.wait_lost(PATIENCE));
        wait_until("the key has expired", PATIENCE, || !exists(&server, "foo"));
        assert_eq!(release_amid_a_cut(guard, &proxy).unwrap_err().kind(), ErrorKind::LockExpired);
        assert_all_well(&r, &server);
    });
}

/// The answer is lost. By the time it is asked again another has taken the free lock, or the server is another one.
#[test]
fn f038_a_lock_released_by_a_request_whose_answer_was_lost_may_be_anothers_by_now() {
    trial(|| {
        for (second, told) in
            [("-READONLY not here\r\n", Some(ErrorKind::Server)), (":-2\r\n", None), (":-1\r\n", None)]
        {
            let calls = AtomicUsize::new(0);
            let dying = greeted().respond(move |_: &[Vec<u8>]| match calls.fetch_add(1, Ordering::Relaxed) {
                0 => Answer::from(":1\r\n"),
                _ => Answer::SendAndReset(Vec::new()),
            });
            let next = greeted().respond(move |request: &[Vec<u8>]| match &request[0][..] {
                b"EVALSHA" => second.into(),
                _ => echo(request),
            });
            let server = FakeServer::start_then([dying], next);
            let r = pooled_client(server.url());
            let result = r.lock("foo").ttl(LONG).acquire().unwrap().release();
            match told {
                None => result.unwrap(),
                Some(kind) => {
                    let says = ["EVALSHA at 127.0.0.1:", "an earlier attempt may have been executed"];
                    assert_error(&result.unwrap_err(), kind, Outcome::MaybeExecuted, None, &says);
                }
            }
            assert_recovered(&r);
        }
    });
}

/// The time is counted from before the request was sent, so a slow wire shortens what is promised, never the truth.
#[test]
fn a_slow_wire_takes_from_the_time_that_is_promised() {
    trial(|| {
        let server = Server::start();
        let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
        let r = client(proxy.url());
        r.ping().unwrap();
        proxy.to_client(Fault::none().delay(ms(300)));
        let guard = r.lock("foo").ttl(ms(5000)).acquire().unwrap();
        assert!(guard.remaining().unwrap() <= ms(4700));
        guard.reacquire().unwrap();
        assert!(guard.remaining().unwrap() <= ms(4700));
        let before = guard.ttl().unwrap().unwrap();
        guard.extend(ms(5000)).unwrap();
        assert!(guard.remaining().unwrap() <= before + ms(4700));
        guard.release().unwrap();
        // An answer that takes longer than the lock lives brings no lock.
        let error = r.lock("foo").ttl(ms(100)).acquire().unwrap_err();
        assert_error(&error, ErrorKind::LockExpired, Outcome::Rejected, None, &["a lock: lost"]);
        proxy.heal();
        assert!(r.lock("foo").ttl(LONG).acquire().unwrap().owned().unwrap());
        assert_recovered(&r);
    });
}

#[test]
fn f061_who_renews_is_told_when_the_time_is_over_and_not_before() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        // Less than a renewal may take: it is not waited for beyond the end.
        let (lock, told) = telling(r.lock("foo").ttl(ms(900)));
        let guard = lock.acquire().unwrap();
        // A pause that the lock outlives.
        server.pause();
        assert!(!guard.wait_lost(ms(350)));
        server.resume();
        wait_until("renewed", PATIENCE, || guard.remaining().unwrap() > ms(800));
        assert!(told.try_recv().is_err());
        // One that it does not.
        server.pause();
        let (start, left) = (Instant::now(), guard.remaining().unwrap());
        let (kind, source) = told.recv_timeout(PATIENCE).unwrap();
        let took = start.elapsed();
        assert!(took + ms(5) >= left && took <= left + SLACK, "{took:?} of {left:?}");
        assert_eq!(kind, ErrorKind::LockExpired);
        assert!(source.unwrap().contains("no reply within"));
        assert!(guard.is_lost() && guard.wait_lost(Duration::ZERO));
        // Lost is lost, though the key may be there again when the server thaws.
        on_time(Duration::ZERO, || {
            assert_eq!(guard.extend(ms(1)).unwrap_err().kind(), ErrorKind::LockExpired)
        });
        on_time(Duration::ZERO, || drop(guard));
        server.resume();
        wait_until("the lock is free", PATIENCE, || !exists(&server, "foo"));
        assert_all_well(&r, &server);
    });
}

#[test]
fn a_server_that_starts_again_without_the_lock() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        let (lock, told) = telling(r.lock("foo").ttl(ms(3000)));
        let guard = lock.acquire().unwrap();
        let start = Instant::now();
        server.kill();
        server.restart();
        let (kind, _) = told.recv_timeout(PATIENCE).unwrap();
        // The next renewal finds it, long before the time is over.
        assert_eq!(kind, ErrorKind::LockExpired);
        assert!(start.elapsed() < ms(2900), "{:?}", start.elapsed());
        assert_eq!(guard.release().unwrap_err().kind(), ErrorKind::LockExpired);
        assert_all_well(&r, &server);
    });
}

/// Replication is not waited for: a replica that takes over may not have the lock, and another may take it. The holder is told
/// at its next renewal.
#[test]
fn f137_a_lock_that_the_next_master_does_not_have() {
    trial(|| {
        let (master, next) = (Server::start(), Server::start());
        let places = Arc::new(Mutex::new(Ok(vec![master.addr()])));
        let r = moving(&places).build().unwrap();
        let (lock, told) = telling(r.lock("foo").ttl(ms(1500)).fencing());
        let guard = lock.acquire().unwrap();
        *places.lock().unwrap() = Ok(vec![next.addr()]);
        master.kill();
        let other = client(next.url());
        let second = other.lock("foo").ttl(LONG).acquire().unwrap();
        let (kind, _) = told.recv_timeout(PATIENCE).unwrap();
        assert_eq!(kind, ErrorKind::LockNotOwned);
        assert!(guard.is_lost());
        drop((guard, lock, r));
        assert!(second.owned().unwrap());
        second.release().unwrap();
        assert_all_well(&other, &next);
    });
}

/// Panics after calls, while it is told to.
struct Panics(Arc<AtomicBool>);

impl Hook for Panics {
    type State = ();

    fn before(&self, _: &CallStart) {}

    fn after(&self, (): (), _: &CallStart, _: &CallEnd<'_>) {
        assert!(!self.0.load(Ordering::Relaxed), "a hook that panics");
    }
}

/// A client whose hook panics while the flag is set.
fn with_panics(server: &Server) -> (Client, Arc<AtomicBool>) {
    let panics = Arc::new(AtomicBool::new(false));
    (builder(server.url()).hook(Panics(Arc::clone(&panics))).build().unwrap(), panics)
}

/// A renewal that panics failed; those after it are made all the same, and the holder is told if none succeeds.
#[test]
fn f075_a_hook_that_panics_does_not_end_the_renewal_unseen() {
    trial(|| {
        let server = Server::start();
        let (r, panics) = with_panics(&server);
        let observer = client(server.url());
        let (lock, told) = telling(r.lock("foo").ttl(ms(900)));
        let guard = lock.acquire().unwrap();
        let (start, renewals) = (Instant::now(), runs(&observer));
        panics.store(true, Ordering::Relaxed);
        wait_until("a renewal", PATIENCE, || runs(&observer) > renewals);
        panics.store(false, Ordering::Relaxed);
        wait_until("its own time is over", PATIENCE, || start.elapsed() > ms(1200));
        assert!(!guard.is_lost() && guard.owned().unwrap());
        panics.store(true, Ordering::Relaxed);
        let (kind, why) = told.recv_timeout(PATIENCE).unwrap();
        assert_eq!((kind, guard.is_lost()), (ErrorKind::LockExpired, true));
        assert!(why.unwrap().contains("panicked"));
        panics.store(false, Ordering::Relaxed);
        drop((guard, observer));
        assert_all_well(&r, &server);
    });
}

/// A second panic while the first one unwinds would end the process.
#[test]
fn f075_a_hook_that_panics_while_a_holder_panics() {
    trial(|| {
        let server = Server::start();
        let (r, panics) = with_panics(&server);
        let holder = || {
            let _guard = r.lock("foo").ttl(LONG).acquire().unwrap();
            panics.store(true, Ordering::Relaxed);
            panic!("the holder");
        };
        let panic = catch_unwind(AssertUnwindSafe(holder)).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"the holder"));
        panics.store(false, Ordering::Relaxed);
        assert!(!exists(&server, "foo"));
        assert_all_well(&r, &server);
    });
}

/// How many scripts the server has run.
fn runs(r: &Client) -> u64 {
    let stats = r.run(cmd::info().sections("commandstats")).unwrap().commandstats;
    ["eval", "evalsha"].iter().filter_map(|name| stats.get(*name)).map(|stats| stats.calls).sum()
}

/// Renewing needs a connection: where none is left, the holder is told in time.
#[test]
fn f073_no_connection_is_left_to_renew_with() {
    trial(|| {
        let server = Server::start();
        let r = pooled(server.url()).max_connections(1).build().unwrap();
        let (lock, told) = telling(r.lock("foo").ttl(ms(1000)));
        let guard = lock.acquire().unwrap();
        let session = r.session().unwrap();
        let (kind, source) = told.recv_timeout(PATIENCE).unwrap();
        assert_eq!(kind, ErrorKind::LockExpired);
        assert!(source.unwrap().contains("a session"), "who has the connection is told");
        assert!(guard.is_lost());
        drop(session);
        drop(guard);
        assert_all_well(&r, &server);
    });
}

#[test]
fn f085_a_client_that_is_closed_while_locks_are_held() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        let (lock, told) = telling(r.lock("kept").ttl(ms(1000)));
        let (kept, dropped) = (lock.acquire().unwrap(), r.lock("dropped").ttl(LONG).acquire().unwrap());
        let released = r.lock("released").ttl(LONG).acquire().unwrap();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| r.lock("dropped").blocking_timeout(None).acquire());
            thread::sleep(ms(30));
            r.close();
            let error = on_time(RECOVERY, || waiting.join().unwrap()).unwrap_err();
            assert_error(&error, ErrorKind::PoolClosed, Outcome::NotSent, error.phase(), &["EVALSHA"]);
        });
        on_time(Duration::ZERO, || drop(dropped));
        let error = released.release().unwrap_err();
        assert_error(&error, ErrorKind::PoolClosed, Outcome::NotSent, error.phase(), &["EVALSHA"]);
        assert_eq!(told.recv_timeout(PATIENCE).unwrap().0, ErrorKind::LockExpired);
        drop(kept);
        let r = client(server.url());
        assert_all_well(&r, &server);
    });
}
