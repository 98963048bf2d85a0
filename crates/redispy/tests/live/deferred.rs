//! Deferred calls: their order, their replies, and all ways to wait for them.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use futures::future::{join_all, select_all};
use redispy::{
    Client, Deferred, Error, ErrorKind, Outcome, Pending, Script, Value, cmd, prelude::*, spec, wait_all,
};
use redispy_testkit::wait_until;

use crate::{builder, each_protocol, each_protocol_alone, knows};

const SOON: Duration = Duration::from_secs(10);

#[test]
fn a_command_is_sent_at_once_and_waited_for_later() {
    each_protocol(|r| {
        let d = r.deferred();
        let (stored, x, missing) = (d.set("x", 1), d.get::<i64>("x"), d.get::<String>("y"));
        // Another connection sees it though nobody waits.
        wait_until("the command to be executed", SOON, || r.get::<i64>("x").unwrap() == Some(1));
        assert!(stored.wait().unwrap());
        assert_eq!((x.wait().unwrap(), missing.wait().unwrap()), (Some(1), None));
    });
}

#[test]
fn commands_of_a_thread_are_executed_in_its_order() {
    each_protocol(|r| {
        let d = r.deferred();
        let mut all: Vec<Pending<i64>> = (0..5_000).map(|n| d.rpush("list", n)).collect();
        // Waited for in another order, by others.
        thread::scope(|scope| {
            while !all.is_empty() {
                let first = all.len() - 1_000;
                let some = all.split_off(first);
                scope.spawn(move || {
                    for (n, pending) in some.into_iter().enumerate().rev() {
                        assert_eq!(pending.wait().unwrap(), i64::try_from(first + n + 1).unwrap());
                    }
                });
            }
        });
        assert!(r.lrange::<i64>("list", 0, -1).unwrap().into_iter().eq(0..5_000));
    });
}

#[test]
fn every_thread_gets_its_own_replies() {
    each_protocol(|r| {
        let d = r.deferred();
        let dropped = AtomicUsize::new(0);
        thread::scope(|scope| {
            for thread in 0..16 {
                let (d, dropped, r) = (d.clone(), &dropped, r.clone());
                scope.spawn(move || {
                    for round in 0..20 {
                        let marked = |n: usize| format!("{thread}-{round}-{n}");
                        let mut all: Vec<_> = (0..16).map(|n| (n, d.echo::<String>(marked(n)))).collect();
                        // Calls of the client in between may go over the same connection.
                        assert_eq!(r.echo::<String>(marked(99)).unwrap(), marked(99));
                        if round % 3 == 0 {
                            all.retain(|(n, _)| n % 4 != 1);
                            dropped.fetch_add(4, Ordering::Relaxed);
                        }
                        if round % 2 == 0 {
                            all.reverse();
                        }
                        for (n, pending) in all {
                            assert_eq!(pending.wait().unwrap(), marked(n));
                        }
                    }
                });
            }
        });
        assert_eq!(dropped.into_inner(), 16 * 7 * 4);
        wait_until("nothing to be under way", SOON, || r.stats().in_flight == 0);
    });
}

#[test]
fn wait_all_waits_for_all_and_tells_the_first_failure() {
    each_protocol(|r| {
        let d = r.deferred();
        assert_eq!(wait_all((1..=100).map(|_| d.incr("n"))).unwrap(), (1..=100).collect::<Vec<i64>>());
        r.set("text", "no number").unwrap();
        let error = wait_all(["n", "text", "n", "text"].map(|key| d.incr(key))).unwrap_err();
        assert_eq!(
            (error.kind(), error.position(), error.command()),
            (ErrorKind::Server, Some(1), Some("INCR"))
        );
        assert!(error.address().is_some(), "{error}");
        assert_eq!(r.get("n").unwrap(), Some(102));
        assert!(wait_all(Vec::<Pending<i64>>::new()).unwrap().is_empty());
    });
}

#[test]
fn what_is_dropped_is_executed_all_the_same() {
    each_protocol(|r| {
        let d = r.deferred();
        for _ in 0..1000 {
            d.incr("n").forget();
        }
        drop(d.incr("n"));
        assert_eq!(d.get::<i64>("n").wait().unwrap(), Some(1001));
        // Also without anybody who waits for anything, and when the client is gone.
        let other = builder().config(r.pool().config().clone()).build().unwrap();
        for _ in 0..1000 {
            drop(other.deferred().incr("m"));
        }
        drop(other);
        wait_until("all to be executed", SOON, || r.get("m").unwrap() == Some(1000));
    });
}

#[test]
fn one_may_look_and_wait_a_little() {
    each_protocol(|r| {
        let d = r.deferred();
        let pending = d.get::<i64>("x");
        wait_until("the reply", SOON, || pending.is_ready());
        assert_eq!(pending.wait().unwrap(), None);
        let slow: Script<i64> = Script::new("for i = 1, 3000000 do end return 7");
        let mut pending = slow.call().run(&d);
        let behind = d.incr("n");
        let mut rounds = 0;
        let seven = loop {
            match pending.wait_timeout(Duration::from_micros(100)).unwrap() {
                Some(value) => break value,
                None => rounds += 1,
            }
        };
        assert_eq!(pending.wait_timeout(SOON).unwrap_err().kind(), ErrorKind::Other, "it is over");
        assert_eq!(seven, 7);
        assert!(rounds > 0, "it took longer than that");
        assert_eq!(behind.wait().unwrap(), 1);
    });
}

#[test]
fn errors_name_the_command_and_the_server() {
    each_protocol(|r| {
        let d = r.deferred();
        r.set("text", "secret").unwrap();
        let error = d.incr("text").wait().unwrap_err();
        let shown = error.to_string();
        assert!(shown.starts_with("INCR at 127.0.0.1:"), "{shown}");
        assert!(!shown.contains("secret"), "{shown}");
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Server, Outcome::Rejected));
        let error = d.get::<i64>("text").wait().unwrap_err();
        assert_eq!((error.kind(), error.command()), (ErrorKind::Type, Some("GET")));
        // Those behind it are not disturbed.
        assert_eq!(d.get::<String>("text").wait().unwrap().as_deref(), Some("secret"));
    });
}

#[test]
fn what_must_not_go_there_is_refused_at_once() {
    each_protocol(|r| {
        let d = r.deferred();
        let refused: Vec<Pending<Value>> = vec![
            d.execute_command(("SELECT", 1)),
            d.execute_command(("MULTI",)),
            d.execute_command(("SUBSCRIBE", "c")),
            d.execute_command(("CLIENT", "REPLY", "OFF")),
            d.execute_command(("BLPOP", "k", 1)),
            d.execute_command(("SCRIPT", "KILL")),
            d.execute_command(("SHUTDOWN",)),
            d.execute_command(("NO.SUCH", 1)),
            d.execute_command(("CLIENT", "NO-SUCH")),
            d.execute_command(("MONITOR",)),
        ];
        for pending in refused {
            assert!(pending.is_ready());
            let shown = format!("{pending:?}");
            let error = pending.wait().unwrap_err();
            assert_eq!(
                (error.kind(), error.outcome()),
                (ErrorKind::Refused, Outcome::NotSent),
                "{shown}: {error}"
            );
        }
        let none: [&str; 0] = [];
        let error = d.del(none).wait().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Argument, "{error}");
        assert_eq!(r.stats().opened, 0, "nothing was sent");
    });
}

#[test]
fn callbacks_see_replies_on_the_thread_that_waits() {
    each_protocol(|r| {
        let threads = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&threads);
        r.set_response_callback("GET", move |_| {
            seen.lock().unwrap().push(thread::current().id());
            Ok::<_, Error>(Value::Integer(7))
        });
        let pending = r.deferred().get::<i64>("x");
        wait_until("the reply", SOON, || pending.is_ready());
        assert!(threads.lock().unwrap().is_empty());
        assert_eq!(pending.wait().unwrap(), Some(7));
        assert_eq!(*threads.lock().unwrap(), [thread::current().id()]);
    });
}

#[test]
fn a_script_goes_with_its_text_so_that_none_can_be_missing() {
    each_protocol_alone(|r| {
        r.script_flush().unwrap();
        let d = r.deferred();
        let add: Script<i64> = r.register_script("return redis.call('INCRBY', KEYS[1], ARGV[1])");
        let before = calls(r, "evalsha");
        let all = (0..100).map(|_| add.key("n").arg(1).run(&d));
        assert_eq!(wait_all(all).unwrap(), (1..=100).collect::<Vec<i64>>());
        // Whoever flushes, and whether anybody waits or not.
        for n in 1..=10 {
            r.script_flush().unwrap();
            add.key("n").arg(1).run(&d).forget();
            d.ping().wait().unwrap();
            assert_eq!(r.get("n").unwrap(), Some(100 + n));
        }
        r.script_flush().unwrap();
        assert_eq!(futures::executor::block_on(add.key("n").arg(1).run(&d)).unwrap(), 111);
        let (flushed, after) = (d.run(cmd::script_flush()), add.key("n").arg(1).run(&d));
        assert_eq!((flushed.wait().is_ok(), after.wait().unwrap()), (true, 112));
        // Order is kept: nothing is sent behind what was submitted later.
        r.script_flush().unwrap();
        let (script, behind) = (add.key("n").arg(1).run(&d), d.get::<i64>("n"));
        assert_eq!((behind.wait().unwrap(), script.wait().unwrap()), (Some(113), 113));
        assert_eq!(calls(r, "evalsha"), before, "none goes by its hash");
        let error = add.key("n").arg("no number").run(&d).wait().unwrap_err();
        assert_eq!((error.kind(), error.command()), (ErrorKind::Server, Some("EVALSHA")), "{error}");
    });
}

#[test]
fn a_script_that_only_reads_goes_with_its_text_as_one() {
    each_protocol_alone(|r| {
        if !knows(&spec::EVAL_RO) {
            return;
        }
        r.script_flush().unwrap();
        r.set("n", 2).unwrap();
        let d = r.deferred();
        let get = Script::<i64>::new("return redis.call('GET', KEYS[1])").read_only();
        assert_eq!(get.key("n").run(&d).wait().unwrap(), 2);
        let incr = Script::<i64>::new("return redis.call('INCR', KEYS[1])").read_only();
        let error = incr.key("n").run(&d).wait().unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Server, Outcome::Rejected), "{error}");
        assert_eq!(r.get("n").unwrap(), Some(2));
    });
}

/// How many calls of a command the server counts, refused ones too.
fn calls(r: &Client, command: &str) -> u64 {
    let info: String = r.run(redispy::cmd("INFO").arg("commandstats").returns()).unwrap();
    let line = info.lines().find_map(|line| line.strip_prefix(&format!("cmdstat_{command}:calls=")));
    line.and_then(|line| line.split(',').next()).map_or(0, |count| count.parse().unwrap())
}

// Futures

/// Counts how often it was told.
#[derive(Default)]
struct Told(AtomicUsize);

impl Wake for Told {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn assert_unpin_and_send<T: Unpin + Send>(_: &T) {}

async fn work(d: Deferred, prefix: String) {
    for round in 0..20 {
        let marker = format!("{prefix}-{round}");
        assert_eq!(d.echo::<String>(&marker).await.unwrap(), marker);
        let many = join_all((0..10).map(|n| d.echo::<String>(format!("{marker}-{n}")))).await;
        for (n, echo) in many.into_iter().enumerate() {
            assert_eq!(echo.unwrap(), format!("{marker}-{n}"));
        }
        // The first that comes; the others are dropped half awaited.
        let (first, _, _) = select_all((0..4).map(|_| d.echo::<String>(&marker))).await;
        assert_eq!(first.unwrap(), marker);
    }
}

#[test]
fn pendings_are_futures_on_tokio() {
    each_protocol(|r| {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
        let d = r.deferred();
        runtime.block_on(async {
            let tasks: Vec<_> =
                (0..32).map(|task| tokio::spawn(work(d.clone(), format!("tokio-{task}")))).collect();
            for task in tasks {
                task.await.unwrap();
            }
            let (a, b) = tokio::join!(d.incr("n"), d.incr("n"));
            assert_eq!((a.unwrap(), b.unwrap()), (1, 2));
            let never = tokio::time::timeout(Duration::from_millis(1), std::future::pending::<()>());
            tokio::select! {
                value = d.incr("n") => assert_eq!(value.unwrap(), 3),
                _ = never => {}
            }
        });
        // Its tasks may have been dropped amid anything.
        drop(runtime);
        assert_eq!(d.get::<i64>("n").wait().unwrap(), Some(3));
    });
}

#[test]
fn pendings_are_futures_on_smol_and_on_no_runtime_at_all() {
    each_protocol(|r| {
        let d = r.deferred();
        smol::block_on(async {
            let executor = smol::Executor::new();
            let tasks: Vec<_> =
                (0..16).map(|task| executor.spawn(work(d.clone(), format!("smol-{task}")))).collect();
            executor.run(join_all(tasks)).await;
        });
        futures::executor::block_on(join_all((0..16).map(|task| work(d.clone(), format!("futures-{task}")))));
        thread::scope(|scope| {
            for thread in 0..8 {
                let d = d.clone();
                scope.spawn(move || futures::executor::block_on(work(d, format!("thread-{thread}"))));
            }
        });
    });
}

#[test]
fn a_waker_is_told_and_the_last_one_counts() {
    each_protocol(|r| {
        let d = r.deferred();
        let slow: Script<i64> = Script::new("for i = 1, 3000000 do end return 7");
        let mut pending = pin!(slow.call().run(&d));
        assert_unpin_and_send(&*pending);
        let (first, last) = (Arc::new(Told::default()), Arc::new(Told::default()));
        for told in [&first, &last, &last] {
            let waker = Waker::from(Arc::clone(told));
            assert!(pending.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        }
        wait_until("the waker to be told", SOON, || last.0.load(Ordering::SeqCst) > 0);
        assert_eq!((first.0.load(Ordering::SeqCst), last.0.load(Ordering::SeqCst)), (0, 1));
        let mut context = Context::from_waker(Waker::noop());
        assert!(matches!(pending.as_mut().poll(&mut context), Poll::Ready(Ok(7))));
        // Whoever polls once more gets no panic.
        assert!(matches!(pending.as_mut().poll(&mut context), Poll::Ready(Err(_))));
    });
}

/// A waker that calls the client, which must not find anything locked; and one that panics.
struct Calls(Deferred, Mutex<Vec<i64>>, bool);

impl Wake for Calls {
    fn wake(self: Arc<Self>) {
        let n = self.0.incr("woken").wait().unwrap();
        self.1.lock().unwrap().push(n);
        assert!(!self.2, "a waker that panics");
    }
}

#[test]
fn a_waker_may_call_the_client_and_even_panic() {
    each_protocol(|r| {
        let d = r.deferred();
        let calls = [false, true, false].map(|panics| Arc::new(Calls(d.clone(), Mutex::default(), panics)));
        for call in &calls {
            let mut pending = pin!(d.ping());
            let waker = Waker::from(Arc::clone(call));
            let ready = pending.as_mut().poll(&mut Context::from_waker(&waker)).is_ready();
            wait_until("the waker to be told", SOON, || ready || !call.1.lock().unwrap().is_empty());
        }
        let start = Instant::now();
        assert!(d.ping().wait().is_ok());
        assert!(start.elapsed() < SOON / 4);
    });
}
