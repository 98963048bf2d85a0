//! WATCH, and transactions that are tried again.

use std::cell::Cell;
use std::time::{Duration, Instant};

use redispy::{Client, Error, ErrorKind, Outcome, Result, TransactionOptions, cmd, prelude::*};
use redispy_testkit::Server;

use crate::{client, each_protocol};

/// No connection is lent, and so many have been given back; when calls share one, that is one of them.
#[track_caller]
fn assert_connections(r: &Client, idle: usize) {
    let stats = r.stats();
    assert_eq!(stats.in_use, 0);
    if crate::is_pooled() {
        assert_eq!(stats.idle, idle);
    } else {
        assert!(stats.idle <= idle, "{stats:?}");
    }
}

#[test]
fn what_is_watched_and_unchanged_is_executed() {
    each_protocol(|r| {
        r.mset([("a", 1), ("b", 2)]).unwrap();
        let watched = r.watch(["a", "b"]).unwrap();
        let a: Option<i64> = watched.get("a").unwrap();
        let b: Option<i64> = watched.get("b").unwrap();
        // Without MULTI and EXEC it would be watched for nothing, so there is no such thing.
        let (set, c) =
            watched.multi().transaction(false).set("c", a.unwrap() + b.unwrap()).get("c").execute().unwrap();
        assert!(set);
        assert_eq!(c, Some(3));
        // EXEC has ended the WATCH: the connection is as good as new.
        assert_connections(r, 1);
        assert!(!crate::is_pooled() || r.stats().dials == 1);
    });
}

#[test]
fn a_watched_key_that_was_changed_stops_the_transaction() {
    each_protocol(|r| {
        r.mset([("a", 1), ("b", 2)]).unwrap();
        let watched = r.watch(["a", "b"]).unwrap();
        r.set("b", 3).unwrap();
        let error = watched.multi().get::<i64>("a").set("a", 9).execute().unwrap_err();
        assert!(error.is_watch());
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Watch, Outcome::Rejected));
        let text = error.to_string();
        assert!(text.starts_with("a transaction at 127.0.0.1:"), "{text}");
        assert!(text.ends_with(": a watched key was changed; nothing was executed"), "{text}");
        assert_eq!((r.get("a").unwrap(), r.get("b").unwrap()), (Some(1), Some(3)));
        assert_connections(r, 2);
        // Nobody finds the WATCH again.
        let (_, _) = r.pipeline().set("a", 4).set("b", 5).execute().unwrap();
    });
}

#[test]
fn more_keys_are_watched_later_and_a_change_of_ones_own_counts() {
    each_protocol(|r| {
        let watched = r.watch("a").unwrap();
        watched.watch(["b", "c"]).unwrap();
        r.set("c", 1).unwrap();
        assert!(watched.multi().ping().execute().unwrap_err().is_watch());
        let watched = r.watch("a").unwrap();
        watched.set("a", 1).unwrap();
        assert!(watched.multi().ping().execute().unwrap_err().is_watch());
        let none: [&str; 0] = [];
        let error = r.watch(none).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Argument, Outcome::NotSent));
    });
}

#[test]
fn unwatch_keeps_the_connection_and_forgets_the_keys() {
    each_protocol(|r| {
        let before = r.stats().dials;
        let watched = r.watch("a").unwrap();
        let id = watched.client_id().unwrap();
        watched.unwatch().unwrap();
        r.set("a", 2).unwrap();
        let (same, _) = r.pipeline().client_id().set("a", 3).execute().unwrap();
        assert!(!crate::is_pooled() || (same, r.stats().dials) == (id, before + 1));
        assert_connections(r, 1);
    });
}

#[test]
fn no_watch_outlives_what_watched() {
    each_protocol(|r| {
        let stages: [&dyn Fn(); 4] = [
            &|| drop(r.watch("a").unwrap()),
            &|| drop(r.watch("a").unwrap().multi()),
            &|| drop(r.watch("a").unwrap().multi().set("a", 1)),
            &|| drop(r.watch("a").unwrap().multi().run(cmd(("BLPOP", "q", "1"))).execute().unwrap_err()),
        ];
        for stage in stages {
            stage();
            assert_connections(r, 0);
        }
        // An error of queueing ends the WATCH as well, on the server; the connection is kept.
        let error = r.watch("a").unwrap().multi().run(cmd("ZREM").arg("b")).execute().unwrap_err();
        assert!(error.is_exec_abort() && !error.is_watch());
        assert_connections(r, 1);
        r.set("a", 1).unwrap();
        let (one,) = r.pipeline().get("a").execute().unwrap();
        assert_eq!(one, Some(1));
    });
}

#[test]
fn commands_that_change_the_connection_do_not_run_where_keys_are_watched() {
    let r = client();
    let watched = r.watch("a").unwrap();
    for words in [&["UNWATCH"][..], &["SELECT", "1"], &["MULTI"], &["EXEC"], &["SUBSCRIBE", "c"]] {
        let error = watched.execute_command(words).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Refused, Outcome::NotSent), "{words:?}");
    }
    let (echo,): (String,) = watched.multi().echo("still").execute().unwrap();
    assert_eq!(echo, "still");
}

#[test]
fn a_transaction_is_tried_again_when_somebody_interferes() {
    each_protocol(|r| {
        r.mset([("a", 1), ("b", 2)]).unwrap();
        let runs = Cell::new(0);
        let c: i64 = r
            .transaction(["a", "b"], |tx| {
                runs.set(runs.get() + 1);
                let a: i64 = tx.get("a")?.unwrap();
                let b: i64 = tx.get("b")?.unwrap();
                if runs.get() == 1 {
                    r.set("a", 2)?;
                }
                tx.multi().set("c", a + b).execute()?;
                Ok(a + b)
            })
            .unwrap();
        assert_eq!((c, runs.get(), r.get("c").unwrap()), (4, 2, Some(4)));
        assert_eq!(r.stats().in_use, 0);
    });
}

#[test]
fn what_the_closure_returns_is_returned() {
    let r = client();
    let unchanged: Option<i64> = r.transaction("a", |_| Ok(None)).unwrap();
    assert_eq!(unchanged, None);
    let own = r.transaction("a", |tx| {
        drop(tx);
        Ok(Err::<(), &str>("mine"))
    });
    assert_eq!(own.unwrap(), Err("mine"));
    let error = r.transaction("a", |_| Err::<(), _>(Error::other("no"))).unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Other, "no"));
    assert_eq!((r.stats().in_use, r.stats().idle), (0, 0));
}

/// A closure that is never lucky.
fn always_late<'r>(r: &'r Client, runs: &'r Cell<u32>) -> impl FnMut(redispy::Watched) -> Result<()> + 'r {
    move |tx| {
        runs.set(runs.get() + 1);
        r.incr("a")?;
        tx.multi().set("a", 0).execute()?;
        Ok(())
    }
}

#[test]
fn attempts_are_counted_and_end_at_the_deadline() {
    let r = client();
    let runs = Cell::new(0);
    let few = TransactionOptions::default().attempts(3);
    let error = r.transaction_with(few, "a", always_late(&r, &runs)).unwrap_err();
    assert!(error.is_watch());
    assert_eq!(runs.take(), 3);
    assert!(r.transaction("a", always_late(&r, &runs)).unwrap_err().is_watch());
    assert_eq!(runs.take(), 100);

    // A pause that is longer than what is left ends at the deadline.
    let quick = r.with_timeout(Duration::from_secs(1));
    let slow = TransactionOptions::default().delay(Duration::from_secs(60));
    let start = Instant::now();
    let error = quick.transaction_with(slow, "a", always_late(&r, &runs)).unwrap_err();
    assert!(error.is_watch(), "{error}");
    assert_eq!(runs.get(), 1);
    assert!(start.elapsed() >= Duration::from_secs(1) && start.elapsed() < Duration::from_secs(20));
    // What the closure does ends by then, too, with whatever timeout of its own.
    let error = quick
        .transaction("a", |tx| {
            let tx = tx.with_timeout(Duration::from_secs(60));
            std::thread::sleep(Duration::from_millis(1050));
            tx.get::<i64>("a")
        })
        .unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(error.outcome(), Outcome::NotSent);
}

#[test]
fn only_the_watch_of_this_very_attempt_is_tried_again() {
    let r = client();
    let (outer, inner) = (Cell::new(0), Cell::new(0));
    let error = r
        .transaction("outer", |tx| {
            outer.set(outer.get() + 1);
            let few = TransactionOptions::default().attempts(2);
            r.transaction_with(few, "a", always_late(&r, &inner))?;
            tx.multi().ping().execute()
        })
        .unwrap_err();
    assert!(error.is_watch());
    assert_eq!((outer.get(), inner.get()), (1, 2));
}

#[test]
fn a_dynamic_pipeline_is_watched_over_once() {
    each_protocol(|r| {
        let mut p = r.watch("a").unwrap().multi().dynamic();
        let first = p.set("a", 1);
        assert!(p.execute().unwrap().take(first).unwrap());
        r.set("a", 2).unwrap();
        let again = p.incr("a");
        assert_eq!(p.execute().unwrap().take(again).unwrap(), 3);
        drop(p);
        assert_connections(r, 2);
    });
}

/// What was read under WATCH held together if no key was changed meanwhile, also when there is nothing to write then.
#[test]
fn without_commands_it_tells_whether_a_watched_key_was_changed() {
    each_protocol(|r| {
        r.watch("a").unwrap().multi().execute().unwrap();
        r.watch("a").unwrap().multi().execute_each().unwrap();
        let (none, no) = r
            .watch("a")
            .unwrap()
            .multi()
            .all::<redispy::Cmd<i64>>([])
            .maybe(None::<redispy::Cmd<i64>>)
            .execute()
            .unwrap();
        assert_eq!((none, no), (vec![], None));
        let mut p = r.watch("a").unwrap().multi().dynamic();
        assert!(p.execute().unwrap().is_empty());
        // That was its EXEC: nothing is watched any more.
        r.set("a", 1).unwrap();
        assert!(p.execute().unwrap().is_empty());
        let set = p.set("a", 2);
        assert!(p.execute().unwrap().take(set).unwrap());
        drop(p);

        let changed = || {
            let watched = r.watch("a").unwrap();
            r.incr("a").unwrap();
            watched.multi()
        };
        for error in [
            changed().execute().unwrap_err(),
            changed().execute_each().unwrap_err(),
            changed().all::<redispy::Cmd<i64>>([]).execute().unwrap_err(),
            changed().dynamic().execute().unwrap_err(),
        ] {
            assert!(error.is_watch(), "{error}");
            assert_eq!((error.kind(), error.outcome()), (ErrorKind::Watch, Outcome::Rejected));
        }
        let runs = Cell::new(0);
        let pair: (Option<i64>, Option<i64>) = r
            .transaction(["a", "b"], |tx| {
                runs.set(runs.get() + 1);
                let a = tx.get("a")?;
                if runs.get() == 1 {
                    r.mset([("a", 8), ("b", 9)])?;
                }
                let b = tx.get("b")?;
                tx.multi().execute()?;
                Ok((a, b))
            })
            .unwrap();
        assert_eq!((pair, runs.get()), ((Some(8), Some(9)), 2));
        assert_eq!(r.stats().in_use, 0);
    });
}

/// What was refused before a byte of it was sent leaves the keys watched, and their transaction the same.
#[test]
fn a_dynamic_pipeline_that_was_refused_is_still_watched_over() {
    each_protocol(|r| {
        let runs = Cell::new(0);
        r.transaction("a", |tx| {
            runs.set(runs.get() + 1);
            let mut p = tx.multi().dynamic();
            p.set("a", f64::NAN);
            let error = p.execute().unwrap_err();
            assert_eq!((error.kind(), error.outcome()), (ErrorKind::Argument, Outcome::NotSent));
            p.run(cmd(("BLPOP", "q", "1")));
            assert_eq!(p.execute_each().unwrap_err().kind(), ErrorKind::Refused);
            if runs.get() == 1 {
                r.set("a", 1)?;
            }
            let n = p.incr("a");
            assert_eq!(p.execute()?.take(n)?, 2);
            Ok(())
        })
        .unwrap();
        assert_eq!(runs.get(), 2);
        assert_connections(r, 2);
    });
}

#[test]
fn a_connection_lost_while_watching_is_a_watch_error_and_nothing_is_executed() {
    let server = Server::start();
    let r = crate::open(server.url());
    for multi_first in [false, true] {
        let watched = r.watch("a").unwrap();
        let id = watched.client_id().unwrap();
        r.execute_command(("CLIENT", "KILL", "ID", id)).unwrap();
        let error = if multi_first {
            let pipeline = watched.multi().set("a", 1);
            pipeline.execute().unwrap_err()
        } else {
            let error = watched.get::<i64>("a").unwrap_err();
            assert!(error.is_watch(), "{error:?}");
            watched.multi().set("a", 1).execute().unwrap_err()
        };
        assert!(error.is_watch(), "{error:?}");
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Watch, Outcome::NotSent));
        assert!(error.to_string().ends_with(", and with it the WATCH"), "{error}");
        assert_eq!(r.get::<i64>("a").unwrap(), None);
    }
}
