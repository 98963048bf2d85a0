//! Hooks: what they are told of each kind of call, and that nothing they do harms the client.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use redispy::{
    Address, CallEnd, CallKind, CallStart, Client, ErrorKind, FromReply, Hook, Node, Outcome, ReplyError,
    RetryPolicy, Script, cmd, prelude::*,
};
use redispy_testkit::{FakeServer, Handshake, Refusing, Script as Play, Server, SharedServer, wait_until};

use crate::{PATIENCE, builder, ms};

/// One call, as a hook saw it.
#[derive(Debug, Clone)]
struct Seen {
    start: CallStart,
    number: usize,
    duration: Duration,
    error: Option<(ErrorKind, Outcome)>,
    code: Option<String>,
    refused: usize,
    attempts: u32,
    address: Option<Address>,
    reply_bytes: usize,
}

impl Seen {
    /// What the call was, in one tuple.
    fn call(&self) -> (CallKind, &str, usize) {
        (self.start.kind(), self.start.name(), self.start.commands())
    }
}

/// Remembers what it sees.
#[derive(Default)]
struct Recorder {
    began: AtomicUsize,
    seen: Mutex<Vec<Seen>>,
}

impl Recorder {
    fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }

    /// The one call that was seen since.
    #[track_caller]
    fn one(&self) -> Seen {
        let seen = self.take();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen.into_iter().next().unwrap()
    }
}

impl Hook for Recorder {
    type State = usize;

    fn before(&self, _: &CallStart) -> usize {
        self.began.fetch_add(1, Ordering::Relaxed)
    }

    fn after(&self, number: usize, call: &CallStart, end: &CallEnd<'_>) {
        self.seen.lock().unwrap().push(Seen {
            start: call.clone(),
            number,
            duration: end.duration(),
            error: end.error().map(|error| (error.kind(), error.outcome())),
            code: end.code().map(str::to_owned),
            refused: end.refused(),
            attempts: end.attempts(),
            address: end.address().cloned(),
            reply_bytes: end.reply_bytes(),
        });
    }
}

fn recorded() -> (Arc<Recorder>, Client) {
    let recorder = Arc::new(Recorder::default());
    let r = builder().hook(Arc::clone(&recorder)).build().unwrap();
    (recorder, r)
}

#[test]
fn a_command_is_seen_with_its_name_sizes_place_and_time() {
    let (seen, r) = recorded();
    let before = Instant::now();
    r.set("key", "a value").unwrap();
    let set = seen.one();
    assert_eq!(set.call(), (CallKind::Command, "SET", 1));
    assert_eq!(set.start.request_bytes(), "*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$7\r\na value\r\n".len());
    assert_eq!(set.start.database(), r.pool().config().db);
    assert_eq!(
        (set.start.address(), set.address.as_ref()),
        (&r.pool().config().address, Some(&r.pool().config().address))
    );
    assert!(
        set.start.started() >= before && set.duration > Duration::ZERO && set.duration <= before.elapsed()
    );
    assert_eq!((set.error, set.code, set.refused, set.attempts, set.number), (None, None, 0, 1, 0));
    assert_eq!(set.reply_bytes, "+OK\r\n".len());

    assert_eq!(r.get("key").unwrap(), Some("a value".to_owned()));
    let get = seen.one();
    assert_eq!(
        (get.call(), get.reply_bytes, get.number),
        ((CallKind::Command, "GET", 1), "a value".len(), 1)
    );

    // Names of two words, and of commands that nobody has heard of.
    r.config_get("maxmemory").unwrap();
    assert_eq!(seen.one().start.name(), "CONFIG GET");
    r.execute_command(("NOSUCH.COMMAND", "secret")).unwrap_err();
    let unknown = seen.one();
    assert_eq!((unknown.start.name(), unknown.code.as_deref()), ("NOSUCH.COMMAND", Some("ERR")));
}

#[test]
fn a_large_reply_is_measured_without_its_header() {
    let (seen, r) = recorded();
    r.set("large", "x".repeat(3 << 20)).unwrap();
    assert!(seen.one().start.request_bytes() > 3 << 20);
    r.get::<String>("large").unwrap();
    assert_eq!(seen.one().reply_bytes, 3 << 20);
}

#[test]
fn a_failure_is_seen_with_kind_outcome_and_code() {
    let (seen, r) = recorded();
    r.lpush("list", [1, 2]).unwrap();
    seen.take();
    r.incr("list").unwrap_err();
    let refused = seen.one();
    assert_eq!(refused.error, Some((ErrorKind::Server, Outcome::Rejected)));
    assert_eq!((refused.code.as_deref(), refused.refused, refused.attempts), (Some("WRONGTYPE"), 1, 1));
    assert_eq!(refused.address, Some(r.pool().config().address.clone()));

    // The server answered, so the call went well, whatever the caller makes of the answer.
    r.set("text", "no number").unwrap();
    r.get::<i64>("text").unwrap_err();
    assert_eq!(seen.take().iter().map(|seen| seen.error).collect::<Vec<_>>(), [None, None]);

    // A callback belongs to the call.
    r.set_response_callback("GET", |_| Err::<redispy::Value, _>("not today"));
    r.get::<String>("text").unwrap_err();
    assert_eq!(seen.one().error, Some((ErrorKind::Callback, Outcome::MaybeExecuted)));

    // What is refused before anything is done does not begin.
    r.execute_command("MULTI").unwrap_err();
    r.batch([cmd("SELECT").arg(1)]).unwrap_err();
    assert!(r.batch(Vec::<redispy::Cmd<i64>>::new()).unwrap().is_empty());
    assert_eq!((seen.take().len(), seen.began.load(Ordering::Relaxed)), (0, 5));
}

#[test]
fn sending_again_is_one_call_of_several_attempts() {
    let seen = Arc::new(Recorder::default());
    let play = || Play::new().handshake(Handshake::Resp3);
    let answers = AtomicUsize::new(0);
    let patient = play().respond(move |_| match answers.fetch_add(1, Ordering::Relaxed) {
        0 | 1 => b"-LOADING Redis is loading the dataset in memory\r\n".to_vec(),
        _ => b"$1\r\nv\r\n".to_vec(),
    });
    let server = FakeServer::start_then([play().expect(["GET", "k"]).close()], patient);
    let r = Client::builder().url(server.url()).unwrap().hook(Arc::clone(&seen)).build().unwrap();
    assert_eq!(r.get("k").unwrap(), Some("v".to_owned()));
    let get = seen.one();
    assert_eq!((get.attempts, get.error, get.refused, get.reply_bytes), (4, None, 0, 1));
    assert_eq!(get.code, None, "what it was told before does not count");
    assert_eq!(r.stats().retries, 3);
}

#[test]
fn a_server_that_cannot_be_reached_is_seen_too() {
    let (seen, refusing) = (Arc::new(Recorder::default()), Refusing::new());
    let retry = RetryPolicy::default().with_retries(2).with_base_delay(ms(1));
    let r = Client::builder()
        .url(format!("redis://{}", refusing.addr()))
        .unwrap()
        .retry(retry)
        .hook(Arc::clone(&seen))
        .build()
        .unwrap();
    r.ping().unwrap_err();
    let ping = seen.one();
    assert_eq!(ping.error, Some((ErrorKind::Connect, Outcome::NotSent)));
    assert_eq!((ping.attempts, ping.reply_bytes), (3, 0));
    assert_eq!(ping.address, Some(r.pool().config().address.clone()));
    assert_eq!(r.stats().retries, 2);
}

#[test]
fn commands_sent_together_are_one_call() {
    let (seen, r) = recorded();
    let keys = ["a", "b", "c"];
    r.batch(keys.map(cmd::get::<String>)).unwrap();
    let batch = seen.one();
    assert_eq!(batch.call(), (CallKind::Batch, "PIPELINE GET", 3));
    assert_eq!((batch.start.request_bytes(), batch.refused), (3 * "*2\r\n$3\r\nGET\r\n$1\r\na\r\n".len(), 0));

    let (_, n) = r.pipeline().transaction(false).set("n", 1).incr("n").execute().unwrap();
    assert_eq!(n, 2);
    let pipeline = seen.one();
    assert_eq!(pipeline.call(), (CallKind::Pipeline, "PIPELINE", 2));
    assert_eq!(pipeline.reply_bytes, "+OK\r\n:2\r\n".len());

    r.pipeline().incr("n").incr("n").execute().unwrap();
    let transaction = seen.one();
    assert_eq!(transaction.call(), (CallKind::Transaction, "MULTI INCR", 2));
    assert_eq!(transaction.reply_bytes, ":3\r\n:4\r\n".len());

    // Errors of single commands are counted, also where the call goes well.
    let each = r.pipeline().set("text", "x").incr("text").lpush("text", 1).execute_each().unwrap();
    assert!(each.0.is_ok() && each.1.is_err() && each.2.is_err());
    let refused = seen.one();
    assert_eq!(refused.call(), (CallKind::Transaction, "MULTI", 3));
    assert_eq!((refused.error, refused.refused, refused.code.as_deref()), (None, 2, Some("ERR")));

    let mut dynamic = r.pipeline().transaction(false).dynamic();
    let slots = [dynamic.incr("n"), dynamic.incr("n")];
    let mut replies = dynamic.execute().unwrap();
    assert_eq!(slots.map(|slot| replies.take(slot).unwrap()), [5, 6]);
    assert_eq!(seen.one().call(), (CallKind::Pipeline, "PIPELINE INCR", 2));
}

#[test]
fn sessions_scripts_and_watched_keys_are_seen() {
    let (seen, r) = recorded();
    let config = r.pool().config();
    let session = r.session().unwrap();
    assert_eq!(seen.take().len(), 0, "a session without a command is no call");
    session.set("k", 1).unwrap();
    assert_eq!(seen.one().start.database(), config.db);
    session.select(5).unwrap();
    session.exists("k").unwrap();
    session.batch([cmd::exists("k")]).unwrap();
    let after: Vec<_> = seen.take();
    let databases: Vec<_> = after.iter().map(|seen| seen.start.database()).collect();
    assert_eq!(databases, [config.db, 5, 5]);
    assert_eq!(after[2].call(), (CallKind::Batch, "PIPELINE EXISTS", 1));
    session.select(99_999_999).unwrap_err();
    session.exists("k").unwrap();
    assert_eq!(seen.take()[1].start.database(), 5, "the server refused");
    drop(session);

    // By its hash or whole, it is the same call.
    let script: Script<i64> = Script::new(format!("return 7 -- {}", config.db));
    assert_eq!(r.run(&script).unwrap(), 7);
    let call = seen.one();
    assert_eq!((call.call(), call.attempts, call.refused), ((CallKind::Command, "EVALSHA", 1), 1, 0));
    assert_eq!(call.reply_bytes, ":7\r\n".len());
    r.batch([script.call(), script.call()]).unwrap();
    assert_eq!(seen.one().call(), (CallKind::Batch, "PIPELINE EVALSHA", 2));

    r.transaction("k", |tx| {
        let n = tx.get::<i64>("k")?.unwrap_or(0);
        tx.multi().set("k", n + 1).execute()
    })
    .unwrap();
    let names: Vec<_> = seen.take().iter().map(|seen| seen.start.name().to_owned()).collect();
    assert_eq!(names, ["WATCH", "GET", "MULTI SET"]);
}

#[test]
fn the_server_that_a_resolver_found_is_seen_in_the_end() {
    let server = SharedServer::get();
    let there = Address::tcp(server.addr().ip().to_string(), server.addr().port());
    let config: redispy::Config = "redis://nowhere.invalid".parse().unwrap();
    let resolver = Arc::new(redispy_conn::Fixed(there.clone()));
    let pool = redispy::Pool::with_resolver(config, resolver).unwrap();
    let seen = Arc::new(Recorder::default());
    let r = Client::builder().hook(Arc::clone(&seen)).build_on(pool);
    r.ping().unwrap();
    let ping = seen.one();
    assert_eq!((ping.start.address(), ping.address), (&r.pool().config().address, Some(there.clone())));
    r.execute_command(("NOSUCH.COMMAND", 1)).unwrap_err();
    assert_eq!(seen.one().address, Some(there));
}

/// Panics when told so.
#[derive(Default)]
struct Moody {
    before: AtomicUsize,
    after: AtomicUsize,
}

impl Hook for Moody {
    type State = ();

    fn before(&self, _: &CallStart) {
        if self.before.swap(0, Ordering::Relaxed) > 0 {
            panic!("before");
        }
    }

    fn after(&self, (): (), _: &CallStart, _: &CallEnd<'_>) {
        if self.after.swap(0, Ordering::Relaxed) > 0 {
            panic!("after");
        }
    }
}

/// What is run panics; the client, whose one connection it was, is none the worse.
#[track_caller]
fn assert_harmless(r: &Client, run: impl FnOnce()) {
    assert!(catch_unwind(AssertUnwindSafe(run)).is_err());
    let stats = r.stats();
    assert_eq!((stats.in_use, stats.idle, stats.dials, stats.discarded), (0, 1, 1, 0), "{stats:?}");
    assert_eq!(stats.calls.unwrap().in_flight, 0);
    assert_eq!(r.echo::<String>("still there").unwrap(), "still there");
}

#[test]
fn a_hook_that_panics_harms_nobody_but_its_call() {
    let moody = Arc::new(Moody::default());
    let builder = builder().pooled().hook(Arc::clone(&moody)).measure_calls(true).max_connections(1);
    let r = builder.build().unwrap();
    r.ping().unwrap();
    let calls: [&dyn Fn(); 4] = [
        &|| drop(r.incr("n")),
        &|| drop(r.batch([cmd::incr("n")])),
        &|| drop(r.pipeline().incr("n").execute()),
        &|| drop(r.session().and_then(|session| session.incr("n"))),
    ];
    for (call, n) in calls.into_iter().zip(1_i64..) {
        moody.before.store(1, Ordering::Relaxed);
        assert_harmless(&r, call);
        assert_eq!(r.get("n").unwrap(), (n > 1).then_some(n - 1), "nothing was sent");
        moody.after.store(1, Ordering::Relaxed);
        assert_harmless(&r, call);
        assert_eq!(r.get("n").unwrap(), Some(n), "it was done");
    }
    // A session goes on after the panic.
    let session = r.session().unwrap();
    moody.after.store(1, Ordering::Relaxed);
    assert!(catch_unwind(AssertUnwindSafe(|| session.incr("n"))).is_err());
    assert_eq!(session.get("n").unwrap(), Some(5));
}

/// What the program's own code does within a call may panic as well.
struct Bomb;

impl FromReply for Bomb {
    fn from_reply(_: Node<'_>) -> Result<Self, ReplyError> {
        panic!("bomb")
    }
}

#[test]
fn a_call_that_panics_has_no_end_and_its_state_is_dropped() {
    struct Counts(Arc<()>, AtomicUsize);
    impl Hook for Counts {
        type State = Arc<()>;
        fn before(&self, _: &CallStart) -> Arc<()> {
            Arc::clone(&self.0)
        }
        fn after(&self, _: Arc<()>, _: &CallStart, _: &CallEnd<'_>) {
            self.1.fetch_add(1, Ordering::Relaxed);
        }
    }
    let hook = Arc::new(Counts(Arc::new(()), AtomicUsize::new(0)));
    let r = builder().hook(Arc::clone(&hook)).measure_calls(true).build().unwrap();
    r.set("k", 1).unwrap();
    let bomb = catch_unwind(AssertUnwindSafe(|| drop(r.get::<Bomb>("k"))));
    assert!(bomb.is_err());
    assert_eq!((Arc::strong_count(&hook.0), hook.1.load(Ordering::Relaxed)), (1, 1));
    let calls = r.stats().calls.unwrap();
    assert_eq!((calls.in_flight, calls.finished), (0, 1));
    r.ping().unwrap();
}

#[test]
fn several_hooks_are_around_each_other_and_may_use_the_client() {
    struct Named(&'static str, Arc<Mutex<Vec<String>>>);
    impl Hook for Named {
        type State = ();
        fn before(&self, call: &CallStart) {
            self.1.lock().unwrap().push(format!("{} before {}", self.0, call.name()));
        }
        fn after(&self, (): (), call: &CallStart, _: &CallEnd<'_>) {
            self.1.lock().unwrap().push(format!("{} after {}", self.0, call.name()));
        }
    }
    struct Nested(OnceLock<Client>);
    impl Hook for Nested {
        type State = ();
        fn before(&self, _: &CallStart) {}
        fn after(&self, (): (), call: &CallStart, _: &CallEnd<'_>) {
            if call.name() == "SET"
                && let Some(r) = self.0.get()
            {
                r.ping().unwrap();
            }
        }
    }
    let log = Arc::new(Mutex::new(Vec::new()));
    let nested = Arc::new(Nested(OnceLock::new()));
    let r = builder()
        .hook(Named("outer", Arc::clone(&log)))
        .hook(Arc::clone(&nested))
        .hook(Named("inner", Arc::clone(&log)))
        .max_connections(1)
        .build()
        .unwrap();
    assert!(nested.0.set(r.clone()).is_ok());
    // There is but one connection: it has been given back by the time of `after`.
    r.set("k", 1).unwrap();
    let lines = log.lock().unwrap().join(", ");
    assert_eq!(
        lines,
        "outer before SET, inner before SET, inner after SET, \
         outer before PING, inner before PING, inner after PING, outer after PING, outer after SET"
    );
}

#[test]
fn a_slow_hook_delays_its_own_call_alone() {
    struct Slow(redispy_testkit::Gate);
    impl Hook for Slow {
        type State = ();
        fn before(&self, call: &CallStart) {
            if call.name() == "SET" {
                assert!(self.0.wait(PATIENCE));
            }
        }
        fn after(&self, (): (), _: &CallStart, _: &CallEnd<'_>) {}
    }
    let server = Server::start();
    let hook = Arc::new(Slow(redispy_testkit::Gate::new()));
    let r = Client::builder()
        .url(server.url())
        .unwrap()
        .hook(Arc::clone(&hook))
        .max_connections(1)
        .timeout(ms(2000))
        .build()
        .unwrap();
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| r.set("k", 1));
        // The one connection is not taken, so others get through.
        (0..10).for_each(|_| r.ping().unwrap());
        assert!(!slow.is_finished());
        hook.0.open();
        assert!(slow.join().unwrap().unwrap());
    });
    wait_until("all is given back", PATIENCE, || r.stats().in_use == 0);
}

#[test]
fn calls_over_a_shared_connection_are_seen_alike_and_a_hook_that_panics_harms_no_other() {
    let (seen, moody) = (Arc::new(Recorder::default()), Arc::new(Moody::default()));
    let builder = builder().shared().hook(Arc::clone(&seen)).hook(Arc::clone(&moody)).measure_calls(true);
    let r = builder.build().unwrap();
    r.set("text", "value").unwrap();
    let set = seen.one();
    assert_eq!((set.call(), set.reply_bytes), ((CallKind::Command, "SET", 1), "+OK\r\n".len()));
    assert_eq!(set.address, Some(r.pool().config().address.clone()));
    r.incr("text").unwrap_err();
    assert_eq!((seen.take().len(), r.stats().shared), (1, 1));
    r.batch(["text", "b"].map(cmd::get::<String>)).unwrap();
    let batch = seen.one();
    assert_eq!((batch.call(), batch.reply_bytes), ((CallKind::Batch, "PIPELINE GET", 2), "value_\r\n".len()));

    let panics = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (r, moody, panics) = (&r, &moody, &panics);
            scope.spawn(move || {
                for n in 0..100 {
                    match n % 10 {
                        0 => moody.before.store(1, Ordering::Relaxed),
                        5 => moody.after.store(1, Ordering::Relaxed),
                        _ => {}
                    }
                    let echo = format!("{thread} {n}");
                    match catch_unwind(AssertUnwindSafe(|| r.echo::<String>(&echo))) {
                        Ok(reply) => assert_eq!(reply.unwrap(), echo),
                        Err(_) => _ = panics.fetch_add(1, Ordering::Relaxed),
                    }
                }
            });
        }
    });
    assert!(panics.into_inner() >= 10);
    let stats = r.stats();
    assert_eq!((stats.opened, stats.shared, stats.in_flight, stats.queued), (1, 1, 0, 0), "{stats:?}");
    assert_eq!(stats.calls.unwrap().in_flight, 0);
}
