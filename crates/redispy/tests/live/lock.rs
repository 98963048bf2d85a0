//! Locks. Each behaviour of the Python client's locks that means something here, and what is new.
//!
//! | what is ported (each twice there: once for either of two lock classes) | test |
//! |---|---|
//! | `test_lock` | `a_lock_is_a_key_that_holds_the_token` |
//! | `test_competing_locks` | `one_holder_at_a_time` |
//! | `test_timeout`, `test_float_timeout` | `the_time_to_live_is_exact_to_the_millisecond` |
//! | `test_blocking_timeout` | `waiting_ends_at_its_limit_or_when_the_lock_is_free` |
//! | `test_context_manager` | `a_guard_releases_when_it_is_dropped`; that a wait in vain ran what was guarded is ruled out by type |
//! | `test_high_sleep_raises_error` | `options_that_make_no_sense_are_refused_before_anything_is_sent` |
//! | `test_releasing_lock_no_longer_owned_raises_error` | `a_lock_lost_to_another_is_told_and_left_alone` |
//! | `test_extend_lock`, `test_extend_lock_float` | `extending_adds_to_what_is_left` |
//! | `test_extending_lock_with_no_timeout_raises_error` | `a_lock_without_limit_cannot_be_extended` |
//! | `test_extending_lock_no_longer_owned_raises_error` | `a_lock_lost_to_another_is_told_and_left_alone` |
//! | `test_releasing_unlocked_lock_raises_error`, `test_extending_unlocked_lock_raises_error` | only a guard releases and extends, and releasing uses it up |
//! | `TestLockClassSelection` (5) | there is one class: servers without scripts have not been seen since 2012 |

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use redispy::{Client, ErrorKind, Lock, LockGuard, Outcome, prelude::*};
use redispy_testkit::wait_until;

use crate::{client, each_protocol};

const PATIENCE: Duration = Duration::from_secs(10);

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// The milliseconds that the key lives, as the server says.
fn pttl(r: &Client, key: &str) -> u64 {
    let left = r.pttl(key).unwrap().time().expect("a key that expires");
    u64::try_from(left.as_millis()).unwrap()
}

#[test]
fn handles_go_where_threads_need_them() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Lock>();
    shared::<LockGuard>();
}

#[test]
fn a_lock_is_a_key_that_holds_the_token() {
    each_protocol(|r| {
        let lock = r.lock("foo").ttl(None);
        assert!(!lock.locked().unwrap());
        let guard = lock.try_acquire().unwrap().unwrap();
        assert_eq!(r.get::<String>("foo").unwrap().as_deref(), Some(guard.token()));
        assert_eq!(r.pttl("foo").unwrap(), redispy::replies::Expiry::Never);
        assert_eq!((guard.remaining(), guard.ttl().unwrap()), (None, None));
        assert!(lock.locked().unwrap() && guard.owned().unwrap() && !guard.is_lost());
        assert_eq!(guard.fencing_token(), None);
        guard.release().unwrap();
        assert!(!lock.locked().unwrap());
        assert_eq!(r.exists("foo").unwrap(), 0);
    });
}

#[test]
fn one_holder_at_a_time() {
    each_protocol(|r| {
        let (one, two) = (r.lock("foo"), r.clone().lock(b"foo"));
        let guard = one.acquire().unwrap();
        assert!(two.try_acquire().unwrap().is_none());
        // Nor does the holder get it twice.
        assert!(one.try_acquire().unwrap().is_none());
        guard.release().unwrap();
        let guard = two.try_acquire().unwrap().unwrap();
        assert!(one.try_acquire().unwrap().is_none());
        drop(guard);
        assert!(one.try_acquire().unwrap().is_some());
    });
}

/// A counter that is read, and written a moment later: two holders at once would lose counts.
#[test]
fn threads_exclude_each_other() {
    let r = client();
    let lock = r.lock("counter lock").ttl(PATIENCE).blocking_timeout(PATIENCE * 3).sleep(ms(2));
    let inside = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..10 {
                    let guard = lock.acquire().unwrap();
                    assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                    let n: i64 = r.get("counter").unwrap().unwrap_or(0);
                    r.set("counter", n + 1).unwrap();
                    inside.fetch_sub(1, Ordering::SeqCst);
                    guard.release().unwrap();
                }
            });
        }
    });
    assert_eq!(r.get("counter").unwrap(), Some(80));
}

#[test]
fn the_time_to_live_is_exact_to_the_millisecond() {
    each_protocol(|r| {
        for (ttl, at_most) in
            [(ms(10_000), 10_000), (ms(9_500), 9_500), (Duration::from_micros(9_000_500), 9_001)]
        {
            let before = Instant::now();
            let guard = r.lock("foo").ttl(ttl).acquire().unwrap();
            let (here, there) = (guard.remaining().unwrap(), pttl(r, "foo"));
            let spent = u64::try_from(before.elapsed().as_millis()).unwrap() + 1;
            assert!(there <= at_most && there + spent >= at_most, "{there} of {at_most} after {spent}");
            assert!(here <= ttl && here + before.elapsed() >= ttl, "{here:?} of {ttl:?}");
            assert!(guard.ttl().unwrap().unwrap() <= ms(at_most));
            guard.release().unwrap();
        }
        // The shortest there is: it expires, and is not taken for none.
        let guard = r.lock("foo").ttl(ms(1)).acquire();
        if let Ok(guard) = &guard {
            assert!(guard.remaining().unwrap() <= ms(1));
        }
        wait_until("the key expires", PATIENCE, || r.exists("foo").unwrap() == 0);
        assert!(guard.is_err() || guard.is_ok_and(|guard| guard.is_lost() && !guard.owned().unwrap()));
        let guard = r.lock("foo").acquire().unwrap();
        assert!((29_000..=30_000).contains(&pttl(r, "foo")));
        drop(guard);
    });
}

/// What is said here is never later than what the server does.
#[test]
fn the_time_that_is_left_is_not_overstated() {
    let r = client();
    for _ in 0..3 {
        let guard = r.lock("foo").ttl(ms(400)).acquire().unwrap();
        loop {
            let (start, left) = (Instant::now(), guard.remaining().unwrap());
            if guard.ttl().is_err() {
                assert!(start.elapsed() >= left, "gone with {left:?} left");
                break;
            }
        }
        assert_eq!(guard.remaining(), Some(Duration::ZERO));
        assert_eq!(guard.release().unwrap_err().kind(), ErrorKind::LockExpired);
    }
}

#[test]
fn waiting_ends_at_its_limit_or_when_the_lock_is_free() {
    each_protocol(|r| {
        let guard = r.lock("foo").acquire().unwrap();
        let start = Instant::now();
        let error = r.lock("foo").blocking_timeout(ms(200)).sleep(ms(20)).acquire().unwrap_err();
        let took = start.elapsed();
        assert!((ms(200)..ms(1500)).contains(&took), "{took:?}");
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::LockHeld, Outcome::Rejected));
        assert!(error.is_lock() && !error.is_timeout());
        assert_eq!(error.to_string(), "a lock: held by others for as long as the call was to wait");
        // No time at all is one try.
        let error = r.lock("foo").blocking_timeout(Duration::ZERO).acquire().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LockHeld);
        // By default it waits as long as a call may take.
        let quick = r.with_timeout(ms(300));
        let start = Instant::now();
        assert_eq!(quick.lock("foo").acquire().unwrap_err().kind(), ErrorKind::LockHeld);
        assert!(start.elapsed() >= ms(300));
        // Without a limit it gets it in the end.
        thread::scope(|scope| {
            let waiting = scope.spawn(|| r.lock("foo").blocking_timeout(None).sleep(ms(5)).acquire());
            thread::sleep(ms(50));
            assert!(!waiting.is_finished());
            guard.release().unwrap();
            assert!(waiting.join().unwrap().unwrap().owned().unwrap());
        });
        assert!(!r.lock("foo").locked().unwrap());
    });
}

#[test]
fn a_guard_releases_when_it_is_dropped() {
    each_protocol(|r| {
        let lock = r.lock("foo");
        {
            let _guard = lock.acquire().unwrap();
            assert!(lock.locked().unwrap());
        }
        assert!(!lock.locked().unwrap());
        // Also by a panic, and on another thread.
        let guard = lock.acquire().unwrap();
        let panicked = thread::spawn(move || {
            let _guard = guard;
            panic!("a panic with the lock held, on purpose");
        });
        assert!(panicked.join().is_err());
        assert!(!lock.locked().unwrap());
    });
}

#[test]
fn options_that_make_no_sense_are_refused_before_anything_is_sent() {
    let nobody = crate::open("redis://127.0.0.1:1");
    let lock = || nobody.lock("foo");
    for (wrong, what) in [
        (lock().ttl(ms(1000)).sleep(ms(2000)), "sleep"),
        (lock().ttl(Duration::ZERO), "1 ms"),
        (lock().ttl(Duration::from_micros(999)), "1 ms"),
        (lock().ttl(Duration::MAX), "`None`"),
        (lock().ttl(ms(i64::MAX.unsigned_abs())), "`None`"),
        (lock().sleep(Duration::ZERO), "1 ms"),
        (lock().ttl(None).auto_renew(), "cannot be renewed"),
    ] {
        for error in [wrong.acquire().unwrap_err(), wrong.try_acquire().unwrap_err()] {
            assert_eq!((error.kind(), error.outcome()), (ErrorKind::Config, Outcome::NotSent));
            assert!(error.to_string().contains(what), "{error}");
        }
    }
    assert_eq!(nobody.stats().dials, 0);
    let r = client();
    drop(r.lock("foo").ttl(ms(1000)).sleep(ms(1000)).acquire().unwrap());
    let guard = r.lock("foo").ttl(ms(i64::MAX.unsigned_abs() / 2)).acquire().unwrap();
    for error in [guard.set_ttl(Duration::MAX).unwrap_err(), guard.extend(Duration::MAX).unwrap_err()] {
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Config, Outcome::NotSent), "{error}");
    }
    guard.release().unwrap();
    // By itself the pause is not longer than the time to live.
    let quick = r.lock("foo").ttl(ms(50)).try_acquire();
    assert!(quick.is_ok() || quick.is_err_and(|error| error.kind() == ErrorKind::LockExpired));
}

#[test]
fn a_lock_lost_to_another_is_told_and_left_alone() {
    each_protocol(|r| {
        let guards = || [r.lock("a").acquire().unwrap(), r.lock("b").acquire().unwrap()];
        let [release, keep] = guards();
        r.set("a", "another").unwrap();
        r.set("b", "another").unwrap();
        let error = release.release().unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::LockNotOwned, Outcome::Rejected));
        assert!(error.is_lock());
        assert!(!keep.is_lost());
        assert_eq!(keep.extend(ms(1000)).unwrap_err().kind(), ErrorKind::LockNotOwned);
        // Once told, it stays lost, whatever the key holds.
        assert!(keep.is_lost() && keep.remaining() == Some(Duration::ZERO));
        r.set("b", keep.token()).unwrap();
        assert_eq!(keep.reacquire().unwrap_err().kind(), ErrorKind::LockNotOwned);
        assert_eq!(keep.ttl().unwrap_err().kind(), ErrorKind::LockNotOwned);
        assert!(!keep.owned().unwrap());
        drop(keep);
        assert_eq!(r.get::<String>("a").unwrap().as_deref(), Some("another"));
        assert_eq!(r.exists("b").unwrap(), 1);
        r.del(["a", "b"]).unwrap();

        let [release, keep] = guards();
        r.del(["a", "b"]).unwrap();
        assert_eq!(release.release().unwrap_err().kind(), ErrorKind::LockExpired);
        assert!(!keep.owned().unwrap() && keep.is_lost());
        assert_eq!(keep.extend(ms(1000)).unwrap_err().kind(), ErrorKind::LockExpired);
        drop(keep);

        // A key that holds no string at all is somebody else's, too.
        let [release, keep] = guards();
        for key in ["a", "b"] {
            r.del(key).unwrap();
            r.rpush(key, "x").unwrap();
        }
        assert!(r.lock("a").try_acquire().unwrap().is_none());
        assert_eq!(release.release().unwrap_err().kind(), ErrorKind::LockNotOwned);
        assert_eq!(keep.reacquire().unwrap_err().kind(), ErrorKind::LockNotOwned);
        drop(keep);
        assert_eq!(r.llen("b").unwrap(), 1);
    });
}

#[test]
fn extending_adds_to_what_is_left() {
    each_protocol(|r| {
        let guard = r.lock("foo").ttl(ms(10_000)).acquire().unwrap();
        guard.extend(ms(10_000)).unwrap();
        assert!((16_001..=20_000).contains(&pttl(r, "foo")));
        let left = guard.remaining().unwrap();
        assert!(left > ms(16_000) && left <= ms(20_000), "{left:?}");
        guard.release().unwrap();
        let guard = r.lock("foo").ttl(ms(10_500)).acquire().unwrap();
        guard.extend(Duration::from_micros(10_500_100)).unwrap();
        assert!((17_001..=21_001).contains(&pttl(r, "foo")));
        // Renewing does not take away what was added; extending a little does not count as the whole.
        guard.reacquire().unwrap();
        assert!(pttl(r, "foo") > 17_000);
        // Cut short by another, it is believed to be so as soon as the server is asked.
        r.pexpire("foo", 5_000).unwrap();
        guard.extend(ms(1)).unwrap();
        assert!((2_000..=5_001).contains(&pttl(r, "foo")));
        assert!(guard.remaining().unwrap() <= ms(5_001));
        r.pexpire("foo", 4_000).unwrap();
        assert!(guard.ttl().unwrap().unwrap() <= ms(4_000) && guard.remaining().unwrap() <= ms(4_000));
        guard.reacquire().unwrap();
        assert!((7_000..=10_500).contains(&pttl(r, "foo")));
        // A time limit that somebody took away comes back.
        r.persist("foo").unwrap();
        assert_eq!(guard.ttl().unwrap(), None);
        guard.reacquire().unwrap();
        assert!((7_000..=10_500).contains(&pttl(r, "foo")));
        guard.extend(Duration::from_secs(1_000_000_000)).unwrap();
        assert!(guard.remaining().unwrap() > Duration::from_secs(999_999_999));
        guard.release().unwrap();
    });
}

#[test]
fn a_lock_without_limit_cannot_be_extended() {
    each_protocol(|r| {
        let guard = r.lock("foo").ttl(None).acquire().unwrap();
        for error in [guard.extend(ms(10_000)).unwrap_err(), guard.reacquire().unwrap_err()] {
            assert_eq!((error.kind(), error.outcome()), (ErrorKind::Refused, Outcome::NotSent));
        }
        assert_eq!(r.pttl("foo").unwrap(), redispy::replies::Expiry::Never);
        assert!(!guard.wait_lost(ms(20)));
        guard.release().unwrap();
    });
}

#[test]
fn the_time_that_is_left_is_set_as_told_be_it_less() {
    each_protocol(|r| {
        let guard = r.lock("foo").ttl(ms(20_000)).acquire().unwrap();
        for (told, at_most) in
            [(ms(50_000), 50_000), (ms(5_000), 5_000), (Duration::from_micros(9_000_500), 9_001)]
        {
            let before = Instant::now();
            guard.set_ttl(told).unwrap();
            let (here, there) = (guard.remaining().unwrap(), pttl(r, "foo"));
            let spent = u64::try_from(before.elapsed().as_millis()).unwrap() + 1;
            assert!(there <= at_most && there + spent >= at_most, "{there} of {at_most} after {spent}");
            assert!(here <= ms(at_most) && here + before.elapsed() >= told, "{here:?} of {told:?}");
        }
        // It is for this time only: the lock's own is what it was.
        guard.reacquire().unwrap();
        assert!((16_000..=20_000).contains(&pttl(r, "foo")));
        for wrong in [Duration::ZERO, Duration::from_micros(999), Duration::MAX] {
            let error = guard.set_ttl(wrong).unwrap_err();
            assert_eq!((error.kind(), error.outcome()), (ErrorKind::Config, Outcome::NotSent), "{error}");
        }
        assert!(guard.owned().unwrap());
        // Left to end by itself, it is told in time, also to who waits already.
        thread::scope(|scope| {
            let waiting = scope.spawn(|| (guard.wait_lost(PATIENCE), Instant::now()));
            thread::sleep(ms(20));
            let start = Instant::now();
            guard.set_ttl(ms(30)).unwrap();
            let (lost, when) = waiting.join().unwrap();
            assert!(lost && when >= start + ms(30) && when < start + PATIENCE / 2);
        });
        wait_until("the key expires", PATIENCE, || r.exists("foo").unwrap() == 0);
        assert_eq!(guard.set_ttl(ms(1000)).unwrap_err().kind(), ErrorKind::LockExpired);
        assert_eq!(r.exists("foo").unwrap(), 0);
        drop(guard);

        let guard = r.lock("foo").acquire().unwrap();
        r.set("foo", "another").unwrap();
        assert_eq!(guard.set_ttl(ms(1000)).unwrap_err().kind(), ErrorKind::LockNotOwned);
        assert_eq!(r.pttl("foo").unwrap(), redispy::replies::Expiry::Never);
    });
}

#[test]
fn a_lock_without_limit_gets_one_when_told() {
    each_protocol(|r| {
        let guard = r.lock("foo").ttl(None).acquire().unwrap();
        guard.set_ttl(ms(20_000)).unwrap();
        assert!((16_000..=20_000).contains(&pttl(r, "foo")));
        assert!(guard.remaining().unwrap() <= ms(20_000));
        guard.extend(ms(20_000)).unwrap();
        assert!((36_000..=40_000).contains(&pttl(r, "foo")));
        assert_eq!(guard.reacquire().unwrap_err().kind(), ErrorKind::Refused);
        guard.release().unwrap();
    });
}

/// What is renewed to its time to live cannot have less.
#[test]
fn a_lock_that_is_renewed_cannot_be_given_less_time_than_that() {
    let r = client();
    let guard = r.lock("foo").ttl(ms(10_000)).auto_renew().acquire().unwrap();
    let error = guard.set_ttl(ms(9_999)).unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Refused, Outcome::NotSent));
    guard.set_ttl(ms(60_000)).unwrap();
    assert!(pttl(&r, "foo") > 50_000);
    guard.set_ttl(ms(10_000)).unwrap();
    assert!(pttl(&r, "foo") <= 10_000);
    guard.release().unwrap();
}

#[test]
fn a_token_of_the_callers_is_handed_on_with_its_lock() {
    each_protocol(|r| {
        let lock = r.lock("foo").ttl(ms(20_000)).fencing();
        let guard = lock.acquire_as("job 7").unwrap();
        assert_eq!((guard.token(), r.get::<String>("foo").unwrap().as_deref()), ("job 7", Some("job 7")));
        let number = guard.fencing_token().unwrap();
        assert!(lock.try_acquire().unwrap().is_none());
        assert!(lock.try_acquire_as("job 8").unwrap().is_none());
        let error = lock.clone().blocking_timeout(ms(1)).acquire_as("job 8").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LockHeld);

        // Who has the token has the lock: under the same number, with its whole time.
        guard.set_ttl(ms(5_000)).unwrap();
        let token = guard.into_token();
        assert!(pttl(r, "foo") <= 5_000);
        let next = r.clone().lock("foo").fencing().ttl(ms(10_000)).try_acquire_as(&token).unwrap().unwrap();
        assert_eq!(next.fencing_token(), Some(number));
        assert!((5_001..=10_000).contains(&pttl(r, "foo")));
        next.release().unwrap();
        assert!(lock.try_acquire_as("job 8").unwrap().unwrap().fencing_token() > Some(number));

        let error = lock.try_acquire_as("").unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Config, Outcome::NotSent));
    });
}

/// A guard that gave its token away renews no more, and releases nothing.
#[test]
fn a_guard_that_gives_its_token_away_has_nothing_left_to_do() {
    let r = client();
    let given = Arc::new(());
    let lock = r.lock("foo").on_lost({
        let given = Arc::clone(&given);
        move |_| drop(Arc::clone(&given))
    });
    let guard = lock.acquire().unwrap();
    drop(lock);
    let token = guard.into_token();
    assert_eq!(Arc::strong_count(&given), 1);
    assert_eq!(r.get("foo").unwrap(), Some(token));
}

#[test]
fn fencing_tokens_only_grow() {
    each_protocol(|r| {
        let (plain, lock) = (r.lock("foo"), r.lock("foo").fencing().ttl(ms(5000)));
        let mut last = 0;
        for round in 0..5 {
            let guard = lock.acquire().unwrap();
            let number = guard.fencing_token().unwrap();
            assert!(number > last);
            last = number;
            // Who does not get the lock uses up no number, and who has it keeps its own.
            assert!(lock.try_acquire().unwrap().is_none());
            guard.reacquire().unwrap();
            guard.extend(ms(10)).unwrap();
            assert_eq!(guard.fencing_token(), Some(number));
            match round % 3 {
                0 => guard.release().unwrap(),
                1 => drop(guard),
                _ => assert_eq!(r.del("foo").unwrap(), 1),
            }
            drop(plain.acquire().unwrap());
        }
        assert_eq!(r.get("{foo}:fence").unwrap(), Some(5));
        assert_eq!(r.pttl("{foo}:fence").unwrap(), redispy::replies::Expiry::Never);
        // What counts must be a number: else nobody gets the lock, and nobody is in doubt.
        r.set("{foo}:fence", "x").unwrap();
        assert!(lock.try_acquire().is_err());
        assert!(!lock.locked().unwrap());
        // Whoever sets the counter may set it to the nanoseconds of the clock, which a number of Lua does not hold.
        for start in [(1 << 53) - 1, 1_763_800_000_000_000_000, i64::MAX - 3] {
            r.set("{foo}:fence", start).unwrap();
            for number in start + 1..=start + 3 {
                let guard = lock.acquire().unwrap();
                assert_eq!(guard.fencing_token(), Some(number));
                assert_eq!(lock.acquire_as(guard.token()).unwrap().fencing_token(), Some(number));
            }
        }
        assert!(lock.try_acquire().unwrap_err().is_server());
        assert!(!lock.locked().unwrap());
    });
}

#[test]
fn a_lock_that_is_renewed_outlives_its_time_and_ends_with_its_guard() {
    each_protocol(|r| {
        let lock = r.lock("foo").ttl(ms(1000)).auto_renew();
        let guard = lock.acquire().unwrap();
        let start = Instant::now();
        while start.elapsed() < ms(2500) {
            assert!(guard.owned().unwrap() && !guard.is_lost());
            assert!(lock.try_acquire().unwrap().is_none());
            thread::sleep(ms(10));
        }
        assert!(!guard.wait_lost(ms(1)));
        guard.release().unwrap();
        assert!(!lock.locked().unwrap());
        // Extended beyond, it is not cut back to its time to live.
        let guard = lock.acquire().unwrap();
        guard.extend(ms(60_000)).unwrap();
        thread::sleep(ms(800));
        assert!(pttl(r, "foo") > 50_000);
        drop(guard);
        assert!(!lock.locked().unwrap());
    });
}

#[test]
fn who_renews_is_told_once_when_the_lock_is_lost() {
    each_protocol(|r| {
        let (told, hear) = mpsc::channel();
        let told = Mutex::new(told);
        let lock = r.lock("foo").ttl(ms(900)).on_lost(move |error| {
            told.lock().unwrap().send((error.kind(), error.to_string())).unwrap();
        });
        let guard = lock.acquire().unwrap();
        r.set("foo", "another").unwrap();
        assert!(guard.wait_lost(PATIENCE));
        let (kind, text) = hear.recv_timeout(PATIENCE).unwrap();
        assert_eq!((kind, text.as_str()), (ErrorKind::LockNotOwned, "a lock: lost: another holder has it"));
        assert!(guard.is_lost() && !guard.owned().unwrap());
        assert_eq!(guard.release().unwrap_err().kind(), ErrorKind::LockNotOwned);
        assert_eq!(r.get::<String>("foo").unwrap().as_deref(), Some("another"));
        r.del("foo").unwrap();

        let guard = lock.acquire().unwrap();
        r.del("foo").unwrap();
        assert_eq!(hear.recv_timeout(PATIENCE).unwrap().0, ErrorKind::LockExpired);
        assert!(guard.is_lost());
        drop(guard);
        // One that was never lost tells nothing, and what is found lost by asking is told at once.
        drop(lock.acquire().unwrap());
        let slow = lock.ttl(Duration::from_secs(600));
        let guard = slow.acquire().unwrap();
        r.del("foo").unwrap();
        assert!(!guard.owned().unwrap());
        assert_eq!(hear.recv_timeout(PATIENCE).unwrap().0, ErrorKind::LockExpired);
        drop(guard);
        assert!(hear.try_recv().is_err());
    });
}

/// What the renewing thread was given goes with it, at the latest when the guard has gone.
#[test]
fn the_renewing_thread_never_outlives_its_guard() {
    let r = client();
    for round in 0..20 {
        let given = Arc::new(());
        let lock = r.lock("foo").on_lost({
            let given = Arc::clone(&given);
            move |_| drop(Arc::clone(&given))
        });
        let guard = lock.acquire().unwrap();
        drop(lock);
        assert_eq!(Arc::strong_count(&given), 2);
        if round % 2 == 0 {
            guard.release().unwrap()
        } else {
            drop(guard)
        }
        assert_eq!(Arc::strong_count(&given), 1, "round {round}");
    }
}

/// Whoever is told may drop the guard there and then.
#[test]
fn a_guard_may_be_dropped_by_the_callback_itself() {
    let r = client();
    let place: Arc<Mutex<Option<LockGuard>>> = Arc::default();
    let (done, dropped) = mpsc::channel();
    let (inside, done) = (Arc::clone(&place), Mutex::new(done));
    let lock = r.lock("foo").ttl(ms(900)).on_lost(move |_| {
        let guard = inside.lock().unwrap().take();
        drop(guard);
        done.lock().unwrap().send(()).unwrap();
    });
    *place.lock().unwrap() = Some(lock.acquire().unwrap());
    r.set("foo", "another").unwrap();
    dropped.recv_timeout(PATIENCE).unwrap();
    assert!(place.lock().unwrap().is_none());
    assert_eq!(r.get::<String>("foo").unwrap().as_deref(), Some("another"));
}

#[test]
fn waiting_for_the_loss_ends_when_the_time_is_over() {
    let r = client();
    let guard = r.lock("foo").ttl(ms(600)).acquire().unwrap();
    let start = Instant::now();
    assert!(!guard.wait_lost(ms(20)));
    assert!(guard.wait_lost(Duration::MAX));
    assert!(start.elapsed() >= ms(400));
    assert!(guard.is_lost());
}

#[test]
fn printed_handles_show_no_token() {
    let r = client();
    let lock = r.lock("foo").fencing();
    let guard = lock.acquire().unwrap();
    let printed = format!("{lock:?} {guard:?}");
    assert!(printed.contains("foo") && !printed.contains(guard.token()), "{printed}");
}

#[test]
fn callbacks_for_the_commands_of_locks_see_nothing_of_them() {
    each_protocol(|r| {
        let seen = Arc::new(AtomicUsize::new(0));
        for command in ["EVALSHA", "EVAL", "EXISTS"] {
            let seen = Arc::clone(&seen);
            r.set_response_callback(command, move |_| {
                seen.fetch_add(1, Ordering::Relaxed);
                Ok::<_, redispy::Error>(redispy::Value::Null)
            });
        }
        let lock = r.lock("seen by nobody");
        let guard = lock.acquire().unwrap();
        assert!(guard.owned().unwrap() && lock.locked().unwrap());
        guard.release().unwrap();
        assert_eq!(seen.load(Ordering::Relaxed), 0);
        assert!(r.run(redispy::cmd::eval("return 1").returns::<Option<i64>>()).unwrap().is_none());
        assert_eq!(seen.load(Ordering::Relaxed), 1);
    });
}
