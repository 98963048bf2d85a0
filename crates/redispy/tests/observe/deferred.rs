//! Deferred calls: where their hooks run, how they are counted, and that a hook that panics harms nobody else.

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::Duration;

use redispy::{
    CallEnd, CallStart, CallStats, Client, ErrorKind, Hook, Outcome, Pending, prelude::*, wait_all,
};
use redispy_testkit::wait_until;

use crate::{PATIENCE, builder, ms};

/// What a hook saw of a call's end.
#[derive(Debug)]
struct Seen {
    name: String,
    duration: Duration,
    error: Option<(ErrorKind, Outcome)>,
    code: Option<String>,
    refused: usize,
    reply_bytes: usize,
    on: ThreadId,
}

#[derive(Default)]
struct Recorder(Mutex<Vec<Seen>>);

impl Recorder {
    #[track_caller]
    fn one(&self) -> Seen {
        let mut seen = std::mem::take(&mut *self.0.lock().unwrap());
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen.pop().unwrap()
    }
}

impl Hook for Recorder {
    type State = ();

    fn before(&self, _: &CallStart) {}

    fn after(&self, (): (), call: &CallStart, end: &CallEnd<'_>) {
        self.0.lock().unwrap().push(Seen {
            name: call.name().to_owned(),
            duration: end.duration(),
            error: end.error().map(|error| (error.kind(), error.outcome())),
            code: end.code().map(str::to_owned),
            refused: end.refused(),
            reply_bytes: end.reply_bytes(),
            on: thread::current().id(),
        });
    }
}

fn recorded() -> (Arc<Recorder>, Client) {
    let recorder = Arc::new(Recorder::default());
    let r = builder().hook(Arc::clone(&recorder)).measure_calls(true).build().unwrap();
    (recorder, r)
}

fn calls(r: &Client) -> CallStats {
    r.stats().calls.unwrap()
}

fn ready<T>(pending: Pending<T>) -> Pending<T> {
    wait_until("the reply", PATIENCE, || pending.is_ready());
    pending
}

#[test]
fn a_deferred_call_ends_where_and_when_its_reply_is_taken() {
    let (seen, r) = recorded();
    let pending = ready(r.deferred().incr("n"));
    thread::sleep(ms(20));
    assert!(seen.0.lock().unwrap().is_empty());
    assert_eq!(calls(&r).in_flight, 1);
    let on = thread::spawn(move || {
        assert_eq!(pending.wait().unwrap(), 1);
        thread::current().id()
    });
    let on = on.join().unwrap();
    let call = seen.one();
    assert_eq!(
        (call.name.as_str(), call.on, call.error, call.reply_bytes),
        ("INCR", on, None, ":1\r\n".len())
    );
    assert!(call.duration >= ms(20), "{call:?}");
    let calls = calls(&r);
    assert_eq!((calls.in_flight, calls.finished, calls.failed), (0, 1, 0));
}

#[test]
fn what_is_dropped_is_no_failure_unless_an_error_came() {
    let (seen, r) = recorded();
    let d = r.deferred();
    // Sent behind a call that takes its time, so that no reply is in when they are dropped.
    let slow = d.run(redispy::cmd::eval("for i = 1, 30000000 do end return 1").returns::<i64>());
    let unseen = d.incr("n");
    assert!(!unseen.is_ready());
    unseen.forget();
    let call = seen.one();
    assert_eq!((call.name.as_str(), call.error, call.code, call.reply_bytes), ("INCR", None, None, 0));
    assert_eq!(call.on, thread::current().id());
    assert_eq!(slow.wait().unwrap(), 1);
    assert_eq!(seen.one().error, None);
    assert_eq!(calls(&r).failed, 0);

    drop(ready(d.incr("n")));
    let call = seen.one();
    assert_eq!((call.error, call.reply_bytes), (None, ":2\r\n".len()));
    assert_eq!((calls(&r).finished, calls(&r).failed), (3, 0));

    drop(ready(d.lpush("n", 1)));
    let call = seen.one();
    assert_eq!(call.error, Some((ErrorKind::Server, Outcome::Rejected)));
    assert_eq!((call.code.as_deref(), call.refused), (Some("WRONGTYPE"), 1));
    assert_eq!((calls(&r).finished, calls(&r).failed, calls(&r).in_flight), (4, 1, 0));
}

#[test]
fn a_reply_that_does_not_convert_counts_as_for_the_client() {
    let (seen, r) = recorded();
    r.set("text", "no number").unwrap();
    seen.one();
    let plain = r.get::<i64>("text").unwrap_err();
    let by_client = seen.one();
    let deferred = r.deferred().get::<i64>("text").wait().unwrap_err();
    let call = seen.one();
    assert_eq!((plain.kind(), deferred.kind()), (ErrorKind::Type, ErrorKind::Type));
    assert_eq!(deferred.command(), Some("GET"));
    assert_eq!((by_client.error, call.error), (None, None));
    assert_eq!((call.reply_bytes, calls(&r).failed), (by_client.reply_bytes, 0));

    // A callback that fails is part of the call, for both.
    r.set_response_callback("GET", |_| Err::<redispy::Value, _>("no"));
    r.get::<i64>("text").unwrap_err();
    let by_client = seen.one();
    r.deferred().get::<i64>("text").wait().unwrap_err();
    let call = seen.one();
    assert_eq!(call.error.map(|error| error.0), Some(ErrorKind::Callback));
    assert_eq!((by_client.error, calls(&r).failed), (call.error, 2));
}

/// Panics at the end of each INCR.
#[derive(Default)]
struct Panics(AtomicUsize);

impl Hook for Panics {
    type State = ();

    fn before(&self, _: &CallStart) {}

    fn after(&self, (): (), call: &CallStart, _: &CallEnd<'_>) {
        if call.name() == "INCR" {
            self.0.fetch_add(1, Ordering::Relaxed);
            panic_any("from a hook");
        }
    }
}

fn panicking() -> (Arc<Panics>, Client) {
    let panics = Arc::new(Panics::default());
    let r = builder().hook(Arc::clone(&panics)).measure_calls(true).build().unwrap();
    (panics, r)
}

fn from_the_hook(result: thread::Result<()>) -> bool {
    result.is_err_and(|payload| payload.downcast_ref() == Some(&"from a hook"))
}

#[test]
fn a_hook_that_panics_while_several_are_waited_for_reaches_the_caller_once() {
    let (panics, r) = panicking();
    let d = r.deferred();
    let waited = catch_unwind(AssertUnwindSafe(|| {
        let _ = wait_all([d.incr("n"), d.incr("n"), d.incr("n")]);
    }));
    assert!(from_the_hook(waited));
    assert_eq!(panics.0.load(Ordering::Relaxed), 3, "each call has its end");
    assert_eq!(d.get::<i64>("n").wait().unwrap(), Some(3));
    assert_eq!(calls(&r).in_flight, 0);
}

#[test]
fn a_hook_that_panics_over_what_is_dropped_reaches_nobody() {
    let (panics, r) = panicking();
    let d = r.deferred();
    drop(vec![d.incr("n"), d.incr("n")]);
    d.incr("n").forget();
    drop(ready(d.incr("n")));
    assert_eq!(panics.0.load(Ordering::Relaxed), 4);
    // While the program itself unwinds.
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let _pendings = [d.incr("n"), d.incr("n")];
        panic_any("of the program");
    }));
    assert_eq!(unwound.unwrap_err().downcast_ref(), Some(&"of the program"));
    assert_eq!(panics.0.load(Ordering::Relaxed), 6);
    assert_eq!(d.get::<i64>("n").wait().unwrap(), Some(6));
}

#[test]
fn a_hook_that_panics_reaches_who_awaits() {
    let (panics, r) = panicking();
    let d = r.deferred();
    let awaited = catch_unwind(AssertUnwindSafe(|| {
        let _ = futures::executor::block_on(futures::future::join_all([d.incr("n"), d.incr("n")]));
    }));
    assert!(from_the_hook(awaited));
    assert_eq!(panics.0.load(Ordering::Relaxed), 2);
    assert_eq!(d.get::<i64>("n").wait().unwrap(), Some(2));
}
