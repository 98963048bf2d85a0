//! What belongs to no group: typed results, raw commands, callbacks, sessions, batches, sharing between threads.

use std::sync::Arc;
use std::time::Duration;

use redispy::{
    AnyClient, Block, Call, Client, Error, ErrorKind, Outcome, Session, Value, cmd, each, prelude::*,
};

use redispy_testkit::SharedServer;

use crate::{client, each_protocol};

#[test]
fn handles_and_errors_go_where_threads_need_them() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Client>();
    shared::<Session>();
    shared::<Error>();
    shared::<redispy::Pool>();
    shared::<redispy::Cmd<String>>();
}

#[test]
fn a_first_program() {
    each_protocol(|r| {
        assert!(r.set("foo", "bar").unwrap());
        assert_eq!(r.get("foo").unwrap(), Some("bar".to_string()));
        assert!(r.run(cmd::set("k", 1).nx().ex(60)).unwrap());
        assert!(!r.run(cmd::set("k", 2).nx()).unwrap());
        let old: Option<i64> = r.run(cmd::set("k", 3).get()).unwrap();
        assert_eq!(old, Some(1));
        let encoding: String = r.run(cmd("OBJECT").arg(("ENCODING", "k")).returns()).unwrap();
        assert_eq!(encoding, "int");
        assert_eq!(r.execute_command(("GET", "k")).unwrap(), Value::BulkString(b"3".to_vec()));
    });
}

#[test]
fn any_receiver_runs_commands() {
    fn by_object(r: &AnyClient<'_>) -> Option<String> {
        r.get("k").unwrap()
    }
    fn by_bound(r: &impl Call<Error = redispy::Error>) -> Option<String> {
        r.get("k").unwrap()
    }
    let r = client();
    r.set("k", "v").unwrap();
    let (boxed, shared) = (Box::new(r.clone()), Arc::new(r.clone()));
    let session = r.session().unwrap();
    for value in
        [by_object(&r), by_bound(&r), by_object(&session), boxed.get("k").unwrap(), shared.get("k").unwrap()]
    {
        assert_eq!(value.as_deref(), Some("v"));
    }
}

#[test]
fn a_server_error_names_command_address_and_code() {
    each_protocol(|r| {
        r.execute_command(("RPUSH", "list", "x")).unwrap();
        let error = r.get::<String>("list").unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Server, Outcome::Rejected));
        assert_eq!((error.code(), error.command()), (Some("WRONGTYPE"), Some("GET")));
        assert!(error.is_wrong_type());
        let text = error.to_string();
        assert!(
            text.starts_with("GET at 127.0.0.1:") && text.contains(": WRONGTYPE Operation against"),
            "{text}"
        );
        r.set("k", 1).unwrap();
    });
}

#[test]
fn a_reply_of_another_type_names_what_was_wanted() {
    let r = client();
    r.set("k", "seven").unwrap();
    let error = r.get::<i64>("k").unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Type, Outcome::MaybeExecuted));
    let text = error.to_string();
    assert!(text.starts_with("GET: expected an integer, got ") && !text.contains("seven"), "{text}");
    assert_eq!(r.get("k").unwrap(), Some("seven".to_string()));
}

#[test]
fn batches_answer_in_order_and_name_the_command_that_failed() {
    each_protocol(|r| {
        let keys: Vec<String> = (0..1000).map(|n| format!("k{n}")).collect();
        r.batch(keys.iter().map(|key| cmd::set(key, key.as_str()))).unwrap();
        let values: Vec<Option<String>> = r.batch(keys.iter().map(cmd::get)).unwrap();
        assert!(values.iter().map(|value| value.as_deref().unwrap()).eq(keys.iter().map(String::as_str)));
        let none: Vec<Option<i64>> = r.batch(Vec::<&str>::new().iter().map(cmd::get)).unwrap();
        assert!(none.is_empty());

        r.execute_command(("RPUSH", "list", "x")).unwrap();
        let error = r.batch(["k1", "list", "k2"].map(cmd::get::<String>)).unwrap_err();
        assert_eq!((error.position(), error.code()), (Some(1), Some("WRONGTYPE")));
        assert!(error.to_string().starts_with("GET (command 2 of the batch) at 127.0.0.1:"), "{error}");
        assert_eq!(r.get("k7").unwrap(), Some("k7".to_string()));
    });
}

#[test]
fn a_session_keeps_its_database_and_nobody_else_gets_it() {
    each_protocol(|r| {
        r.set("k", "outside").unwrap();
        {
            let session = r.session().unwrap();
            session.select(0).unwrap();
            let name = format!("session-{}", std::process::id());
            session.set(&name, 1).unwrap();
            assert_eq!(session.execute_command(("DEL", &name)).unwrap(), Value::Integer(1));
        }
        // The session's connection was the only one: had it come back, this would read database 0.
        assert_eq!(r.get("k").unwrap(), Some("outside".to_string()));
        assert_eq!(r.stats().idle + r.stats().shared, 1);
    });
}

#[test]
fn what_changes_a_connection_is_refused_on_a_client() {
    let r = client();
    for words in
        [vec!["SELECT", "1"], vec!["auth", "x"], vec!["MULTI"], vec!["SUBSCRIBE", "c"], vec!["MONITOR"]]
    {
        let error = r.execute_command(each(words.iter().copied())).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Refused, Outcome::NotSent), "{words:?}");
        assert!(error.to_string().contains("not sent: "), "{error}");
    }
    let session = r.session().unwrap();
    for words in [vec!["SUBSCRIBE", "c"], vec!["MONITOR"], vec!["CLIENT", "REPLY", "OFF"]] {
        let error = session.execute_command(each(words.iter().copied())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
        // Nor does the client send one here for it.
        let on_client = r.execute_command(each(words)).unwrap_err().to_string();
        assert!(!on_client.contains("session"), "{on_client}");
    }
    let on_pipeline = r.pipeline().execute_command(("BLPOP", "k", 1)).execute().unwrap_err();
    assert!(on_pipeline.to_string().contains("on the client or a session"), "{on_pipeline}");
    assert!(session.set("k", 1).unwrap());
}

#[test]
fn shared_connections_are_counted_apart_from_those_of_the_pool() {
    let r =
        Client::builder().url(SharedServer::get().fresh_url()).unwrap().max_connections(1).build().unwrap();
    let session = r.session().unwrap();
    assert!(r.set("k", 1).unwrap(), "needs none of the pool");
    assert_ne!(session.client_id().unwrap(), r.client_id().unwrap());
    let stats = r.pool().stats();
    assert_eq!((stats.in_use, stats.shared), (1, 1));
}

#[test]
fn callbacks_see_replies_first_on_all_clones() {
    each_protocol(|r| {
        let clone = r.clone();
        r.set("k", "v").unwrap();
        r.set_response_callback("get", |value| {
            Ok::<_, String>(match value {
                Value::BulkString(bytes) => Value::BulkString(bytes.to_ascii_uppercase()),
                other => other,
            })
        });
        assert_eq!(clone.get("k").unwrap(), Some("V".to_string()));
        assert_eq!(r.batch([cmd::get::<String>("k")]).unwrap(), [Some("V".to_string())]);
        r.set_response_callback("GET", |_| Err("no such luck"));
        let error = r.get::<String>("k").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Callback);
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "no such luck");
        assert!(r.set("k", "w").unwrap());
    });
}

#[test]
fn a_callback_belongs_to_its_client() {
    each_protocol(|r| {
        let other = crate::open(SharedServer::get().fresh_url());
        r.set_response_callback("GET", |_| Ok::<_, String>(Value::SimpleString(b"static".to_vec())));
        assert_eq!(r.get("k").unwrap(), Some("static".to_string()));
        assert_eq!(other.get::<String>("k").unwrap(), None);
    });
}

#[test]
fn a_raw_command_answers_whatever_its_words_are() {
    each_protocol(|r| {
        r.zadd("z", [(1.0, "a"), (2.0, "b")]).unwrap();
        let names =
            Value::Array([b"a", b"b"].map(|name| Value::BulkString(name.to_vec())).into_iter().collect());
        assert_eq!(r.execute_command(("ZRANGE", "z", 0, -1)).unwrap(), names);
        assert_eq!(r.execute_command(("zrange", "z", 0, -1)).unwrap(), names);
        assert!(matches!(r.execute_command(("ZRANGE", "z", 0, -1, "WITHSCORES")), Ok(Value::Array(_))));
        assert!(matches!(r.execute_command(("OBJECT", "idletime", "z")), Ok(Value::Integer(_))));
        r.geoadd("g", (13.4, 38.1, "x")).unwrap();
        let near = ("GEORADIUS", "g", 13.4, 38.1, 1, "km");
        assert_eq!(
            r.execute_command(near).unwrap(),
            Value::Array([Value::BulkString(b"x".to_vec())].into_iter().collect())
        );
        assert!(matches!(r.execute_command(("SORT", "none")), Ok(Value::Array(items)) if items.is_empty()));
    });
}

#[test]
fn a_block_outlasts_the_timeout_and_stalls_nobody() {
    let r = client().with_timeout(Duration::from_millis(300));
    std::thread::scope(|scope| {
        let blocked =
            scope.spawn(|| r.run(cmd("BLPOP").arg(("queue", 10)).returns::<Option<(String, String)>>()));
        redispy_testkit::wait_until("the call blocks", Duration::from_secs(5), || r.stats().in_use == 1);
        std::thread::sleep(Duration::from_millis(600));
        assert!(r.set("other", 1).unwrap());
        r.execute_command(("RPUSH", "queue", "job")).unwrap();
        assert_eq!(blocked.join().unwrap().unwrap(), Some(("queue".to_string(), "job".to_string())));
    });
    assert_eq!(Block::from(Duration::from_secs(1)), Block::For(Duration::from_secs(1)));
}

#[test]
fn threads_share_a_client_and_each_gets_its_own_reply() {
    each_protocol(|r| {
        std::thread::scope(|scope| {
            for thread in 0..16 {
                scope.spawn(move || {
                    for n in 0..200 {
                        let (key, value) = (format!("t{thread}"), format!("{thread}-{n}"));
                        r.set(&key, &value).unwrap();
                        assert_eq!(r.get(&key).unwrap(), Some(value));
                    }
                });
            }
        });
        assert!(r.stats().in_use == 0 && r.stats().idle <= 16);
    });
}
