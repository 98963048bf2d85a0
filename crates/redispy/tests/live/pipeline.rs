//! Pipelines: typed, of one type, of any.
//!
//! Where the Python client's tests of pipelines live on, in their order; a test of `ported` fails when one of ours is gone.
//!
//! | original | ours |
//! |---|---|
//! | `test_pipeline` | `pipeline::a_chain_of_commands_answers_with_the_tuple_of_their_replies` |
//! | `test_pipeline_length` | `pipeline::a_dynamic_pipeline_counts_its_commands_and_is_empty_again` |
//! | `test_pipeline_no_transaction` | `pipeline::plain_or_as_a_transaction_the_replies_are_the_same` |
//! | `test_pipeline_no_transaction_watch` | `transaction::what_is_watched_and_unchanged_is_executed`; what watches is a transaction always |
//! | `test_pipeline_no_transaction_watch_failure` | `transaction::a_watched_key_that_was_changed_stops_the_transaction` |
//! | `test_exec_error_in_response` | `pipeline::errors_of_a_dynamic_pipeline_are_its_commands_own` |
//! | `test_exec_error_raised` | `pipeline::an_error_names_the_command_and_its_position_and_the_others_ran`; arguments are not shown |
//! | `test_parse_error_raised` | `pipeline::what_cannot_be_queued_gives_up_the_transaction_and_is_named` |
//! | `test_watch_succeed` | `transaction::what_is_watched_and_unchanged_is_executed` |
//! | `test_watch_failure` | `transaction::a_watched_key_that_was_changed_stops_the_transaction` |
//! | `test_unwatch` | `transaction::unwatch_keeps_the_connection_and_forgets_the_keys` |
//! | `test_transaction_callable` | `transaction::a_transaction_is_tried_again_when_somebody_interferes` |
//! | `test_exec_error_in_no_transaction_pipeline` | `pipeline::an_error_names_the_command_and_its_position_and_the_others_ran` |
//! | `test_exec_error_in_no_transaction_pipeline_unicode_command` | `pipeline::a_command_of_any_bytes_is_named_in_errors_without_them` |

use redispy::{DynPipeline, DynReplies, ErrorKind, Outcome, Pipeline, Slot, Value, Watched, cmd, prelude::*};

use crate::{client, each_protocol};

#[test]
fn pipelines_go_from_thread_to_thread() {
    fn sent<T: Send + 'static>() {}
    fn shared<T: Sync>() {}
    sent::<Pipeline<(bool, Vec<Option<i64>>)>>();
    sent::<DynPipeline>();
    sent::<DynReplies>();
    shared::<DynReplies>();
    // Whatever the reply is.
    sent::<Slot<std::rc::Rc<str>>>();
    shared::<Slot<std::rc::Rc<str>>>();
    sent::<Watched>();
    let p = client().pipeline().echo::<String>("one").all(["a", "b"].map(cmd::get::<i64>));
    let (echo, none) = std::thread::spawn(|| p.execute().unwrap()).join().unwrap();
    assert_eq!((echo.as_str(), none), ("one", vec![None, None]));
}

#[test]
fn a_chain_of_commands_answers_with_the_tuple_of_their_replies() {
    each_protocol(|r| {
        let (set, got, added, again, score, range) = r
            .pipeline()
            .set("a", "a1")
            .get::<String>("a")
            .zadd("z", (1.0, "z1"))
            .zadd("z", (4.0, "z2"))
            .zincrby("z", 1.0, "z1")
            .run(cmd::zrange::<String>("z", 0, -1).withscores::<(String, f64)>())
            .execute()
            .unwrap();
        assert_eq!((set, got.as_deref(), added, again, score), (true, Some("a1"), 1, 1, 2.0));
        assert_eq!(range, [("z1".to_string(), 2.0), ("z2".to_string(), 4.0)]);
        let (n,) = r.pipeline().incr("n").execute().unwrap();
        assert_eq!(n, 1);
    });
}

#[test]
fn plain_or_as_a_transaction_the_replies_are_the_same() {
    each_protocol(|r| {
        for transaction in [true, false] {
            let (all, none, ttl, missing, hash, sum) = r
                .pipeline()
                .transaction(transaction)
                .all((0..500).map(|n| cmd::set(format!("k{n}"), n)))
                .all(Vec::<&str>::new().into_iter().map(cmd::get::<i64>))
                .maybe(Some(cmd::expire("k1", 100)))
                .maybe(None::<redispy::Cmd<i64>>)
                .hset("h", [("a", 1), ("b", 2)])
                .incrby("k7", 10)
                .execute()
                .unwrap();
            assert_eq!((all, none, ttl, missing, sum), (vec![true; 500], vec![], Some(true), None, 17));
            assert_eq!(hash, if transaction { 2 } else { 0 });
        }
    });
}

#[test]
fn an_error_names_the_command_and_its_position_and_the_others_ran() {
    each_protocol(|r| {
        for transaction in [true, false] {
            r.set("c", "a").unwrap();
            let pipeline =
                || r.pipeline().transaction(transaction).set("a", 1).set("b", 2).lpush("c", 3).set("d", 4);
            let error = pipeline().execute().unwrap_err();
            assert_eq!((error.position(), error.code()), (Some(2), Some("WRONGTYPE")));
            assert_eq!((error.kind(), error.outcome()), (ErrorKind::Server, Outcome::Rejected));
            let noun = if transaction { "transaction" } else { "pipeline" };
            let text = error.to_string();
            assert!(text.starts_with(&format!("LPUSH (command 3 of the {noun}) at 127.0.0.1:")), "{text}");
            assert!(!error.is_exec_abort() && !error.is_watch());
            assert_eq!(r.get("d").unwrap(), Some(4));
            let (a, b, c, d) = pipeline().execute_each().unwrap();
            assert!(a.unwrap() && b.unwrap() && d.unwrap() && c.unwrap_err().is_wrong_type());
        }
    });
}

#[test]
fn a_value_of_another_type_does_not_disturb_the_others() {
    each_protocol(|r| {
        r.set("word", "seven").unwrap();
        for transaction in [true, false] {
            let (a, b, c) = r
                .pipeline()
                .transaction(transaction)
                .echo::<String>("one")
                .get::<i64>("word")
                .echo::<String>("three")
                .execute_each()
                .unwrap();
            let error = b.unwrap_err();
            assert_eq!(
                (error.kind(), error.position(), error.command()),
                (ErrorKind::Type, Some(1), Some("GET"))
            );
            assert_eq!((a.unwrap().as_str(), c.unwrap().as_str()), ("one", "three"));
            assert_eq!(r.echo::<String>("next").unwrap(), "next");
        }
    });
}

#[test]
fn what_cannot_be_queued_gives_up_the_transaction_and_is_named() {
    each_protocol(|r| {
        let error =
            r.pipeline().set("a", 1).run(cmd("ZREM").arg("b")).set("c", 3).execute_each().unwrap_err();
        assert_eq!((error.position(), error.command(), error.code()), (Some(1), Some("ZREM"), Some("ERR")));
        assert!(error.is_exec_abort() && error.outcome() == Outcome::Rejected);
        assert!(error.to_string().contains("wrong number of arguments"), "{error}");
        assert_eq!(r.exists(["a", "c"]).unwrap(), 0);
        assert_eq!(r.stats().idle, 1);
    });
}

#[test]
fn what_must_not_go_in_is_refused_before_anything_is_sent() {
    let r = client();
    for (words, kind) in [
        (&["WATCH", "k"][..], ErrorKind::Refused),
        (&["select", "1"], ErrorKind::Refused),
        (&["MULTI"], ErrorKind::Refused),
        (&["BLPOP", "q", "1"], ErrorKind::Refused),
        (&["SUBSCRIBE", "c"], ErrorKind::Refused),
        (&[], ErrorKind::Argument),
    ] {
        for transaction in [true, false] {
            let p = r.pipeline().transaction(transaction).set("before", 1).run(cmd(words)).set("after", 1);
            let error = p.execute().unwrap_err();
            assert_eq!((error.kind(), error.outcome(), error.position()), (kind, Outcome::NotSent, Some(1)));
        }
    }
    assert_eq!(r.exists(["before", "after"]).unwrap(), 0);
}

#[test]
fn an_empty_pipeline_sends_nothing() {
    let r = client();
    assert!(r.pipeline().is_empty());
    r.pipeline().execute().unwrap();
    let (none, nothing) =
        r.pipeline().all(Vec::<redispy::Cmd<i64>>::new()).maybe(None::<redispy::Cmd<i64>>).execute().unwrap();
    assert!(none.is_empty() && nothing.is_none());
    assert_eq!(r.stats().dials, 0);
}

#[test]
fn response_callbacks_see_the_replies_of_pipelines_too() {
    each_protocol(|r| {
        r.set("a", 1).unwrap();
        r.set_response_callback("get", |reply| match reply {
            Value::BulkString(_) => Ok(Value::Integer(7)),
            _ => Err("no such thing"),
        });
        for transaction in [true, false] {
            let (seven, pong, failed) = r
                .pipeline()
                .transaction(transaction)
                .get::<i64>("a")
                .ping()
                .get::<i64>("missing")
                .execute_each()
                .unwrap();
            assert_eq!(seven.unwrap(), Some(7));
            pong.unwrap();
            let error = failed.unwrap_err();
            assert_eq!((error.kind(), error.position()), (ErrorKind::Callback, Some(2)));
        }
    });
}

#[test]
fn a_session_has_pipelines_on_its_own_connection() {
    each_protocol(|r| {
        let session = r.session().unwrap();
        let (mine, set) = session.pipeline().client_id().set("k", 1).execute().unwrap();
        assert!(set && mine == session.client_id().unwrap());
        let unsent = session.pipeline().set("k", 2);
        drop(session);
        assert_eq!(r.stats().in_use, 1);
        drop(unsent);
        assert_eq!((r.stats().in_use, r.stats().idle), (0, 1));
        assert_eq!(r.get("k").unwrap(), Some(1));
    });
}

#[test]
fn a_dynamic_pipeline_trades_slots_for_replies_in_any_order() {
    each_protocol(|r| {
        for transaction in [true, false] {
            r.flushdb().unwrap();
            let mut p = r.pipeline().transaction(transaction).dynamic();
            let numbers: Vec<_> = (0..100).map(|n| p.incrby("n", n)).collect();
            let set = p.set("k", "v");
            let (value, hash) = (p.get::<String>("k"), p.hgetall::<Vec<(String, i64)>>("h"));
            let raw = p.execute_command(("STRLEN", "k"));
            assert_eq!(p.len(), 104);
            let mut replies = p.execute().unwrap();
            assert_eq!(replies.len(), 104);
            assert_eq!(replies.take(raw).unwrap(), Value::Integer(1));
            assert_eq!(replies.take(hash).unwrap(), []);
            assert_eq!(replies.take(value).unwrap().as_deref(), Some("v"));
            assert!(replies.take(set).unwrap());
            let sums: Vec<i64> = numbers.iter().map(|slot| replies.take(*slot).unwrap()).collect();
            assert!((0..100).map(|n| n * (n + 1) / 2).eq(sums));
            // Twice is no trouble.
            assert_eq!(replies.take(numbers[2]).unwrap(), 3);
            let values = replies.values();
            assert_eq!(
                (values.len(), &values[3], &values[103]),
                (104, &Value::Integer(6), &Value::Integer(1))
            );
        }
    });
}

#[test]
fn a_dynamic_pipeline_counts_its_commands_and_is_empty_again() {
    let r = client();
    let mut p = r.pipeline().dynamic();
    assert!(p.is_empty() && p.execute().unwrap().is_empty());
    assert_eq!(r.stats().dials, 0);
    p.set("a", 1);
    p.set("b", 2);
    assert_eq!(p.len(), 2);
    p.clear();
    assert!(p.is_empty());
    let old = p.set("c", 3);
    assert_eq!(p.execute().unwrap().len(), 1);
    assert!(p.is_empty());
    assert_eq!(r.exists(["a", "b", "c"]).unwrap(), 1);
    // A slot goes with the commands it was made among.
    let new = p.get::<i64>("c");
    let mut replies = p.execute().unwrap();
    assert_eq!(
        replies.take(old).unwrap_err().to_string(),
        "SET: the slot belongs to other replies than these"
    );
    assert_eq!(replies.take(new).unwrap(), Some(3));
    let foreign = r.pipeline().dynamic().get::<i64>("c");
    assert_eq!(replies.take(foreign).unwrap_err().kind(), ErrorKind::Other);
}

#[test]
fn errors_of_a_dynamic_pipeline_are_its_commands_own() {
    each_protocol(|r| {
        for transaction in [true, false] {
            r.set("c", "word").unwrap();
            let mut p = r.pipeline().transaction(transaction).dynamic();
            let mut fill = || {
                let slots = (p.set("a", 1), p.lpush("c", 3), p.get::<i64>("c"), p.set("d", 4));
                (slots, if r.exists(["d"]).unwrap() == 0 { p.execute() } else { p.execute_each() })
            };
            let (_, failed) = fill();
            let error = failed.unwrap_err();
            assert_eq!(
                (error.position(), error.command(), error.is_wrong_type()),
                (Some(1), Some("LPUSH"), true)
            );
            let ((a, c, word, d), replies) = fill();
            let mut replies = replies.unwrap();
            assert!(replies.take(a).unwrap() && replies.take(d).unwrap());
            let values = replies.values();
            assert!(
                matches!(&values[1], Value::SimpleError(text) if text.starts_with(b"WRONGTYPE ")),
                "{values:?}"
            );
            assert!(replies.take(c).unwrap_err().is_wrong_type());
            assert_eq!(replies.take(c).unwrap_err().to_string(), "LPUSH: the error was taken before");
            let error = replies.take(word).unwrap_err();
            assert_eq!(
                (error.kind(), error.position(), error.command()),
                (ErrorKind::Type, Some(2), Some("GET"))
            );
            r.flushdb().unwrap();
        }
    });
}

#[test]
fn a_dynamic_pipeline_applies_callbacks_and_keeps_large_replies() {
    each_protocol(|r| {
        let large = "x".repeat(300_000);
        r.set("large", &large).unwrap();
        r.set_response_callback("GET", |reply| match reply {
            Value::Null => Err("nothing there"),
            reply => Ok(reply),
        });
        let mut p = r.pipeline().transaction(false).dynamic();
        let (one, missing, two) =
            (p.get::<String>("large"), p.get::<String>("nothing"), p.getrange("large", 0, -1));
        let mut replies = p.execute_each().unwrap();
        assert!(
            matches!(&replies.values()[1], Value::SimpleError(text) if text.ends_with(b"the response callback failed"))
        );
        assert_eq!(replies.take(one).unwrap().as_deref(), Some(large.as_str()));
        assert_eq!(replies.take(missing).unwrap_err().kind(), ErrorKind::Callback);
        assert_eq!(replies.take(two).unwrap(), large.as_bytes());
    });
}

#[test]
fn a_command_of_any_script_may_be_in_a_pipeline() {
    each_protocol(|r| {
        let add = r.register_script("return redis.call('INCRBY', KEYS[1], ARGV[1])");
        r.script_flush().unwrap();
        for transaction in [true, false] {
            let (a, b, echo): (i64, i64, String) = r
                .pipeline()
                .transaction(transaction)
                .run(add.key("n").arg(5))
                .run(add.key("n").arg(-5))
                .echo("end")
                .execute()
                .unwrap();
            assert_eq!((a, b, echo.as_str()), (5, 0, "end"));
        }
        let (_, wrong) =
            r.pipeline().run(add.key("n").arg(1)).run(add.key("n").arg("x")).execute_each().unwrap();
        assert_eq!(wrong.unwrap_err().position(), Some(1));
    });
}

#[test]
fn a_command_of_any_bytes_is_named_in_errors_without_them() {
    each_protocol(|r| {
        let key = "\u{a000}abcd\u{7}b4";
        r.set(key, 1).unwrap();
        let error = r.pipeline().transaction(false).llen(key).expire(key, 100).execute().unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("LLEN (command 1 of the pipeline) at 127.0.0.1:"), "{text}");
        assert!(!text.contains("abcd") && error.is_wrong_type(), "{text}");
        assert_eq!(r.get(key).unwrap(), Some(1));
        let name = &b"\xffNO\r\nSUCH"[..];
        let error = r.pipeline().ping().run(cmd(name)).execute().unwrap_err();
        assert!(error.to_string().starts_with("? (command 2 of the transaction) at "), "{error}");
    });
}
