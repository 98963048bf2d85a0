//! Spans, as a subscriber gets them.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use redispy::{Client, ClientBuilder, Tracing, cmd, prelude::*};
use redispy_testkit::{FakeServer, Handshake, Refusing, Script, SharedServer};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber, info_span};

use crate::{builder, ms};

/// A span as it was made and closed, its fields as text.
#[derive(Debug, Default, Clone)]
struct Spans(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    open: BTreeMap<u64, (&'static str, Option<u64>, Fields)>,
    closed: Vec<(&'static str, Option<u64>, Fields)>,
    entered: Vec<u64>,
    made: u64,
}

type Fields = BTreeMap<&'static str, String>;

struct Visitor<'a>(&'a mut Fields);

impl Visit for Visitor<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl Subscriber for Spans {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::INFO
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut state = self.0.lock().unwrap();
        state.made += 1;
        let (id, parent) = (state.made, state.entered.last().copied());
        let mut fields = Fields::new();
        span.record(&mut Visitor(&mut fields));
        state.open.insert(id, (span.metadata().name(), parent, fields));
        Id::from_u64(id)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut state = self.0.lock().unwrap();
        let (_, _, fields) = state.open.get_mut(&span.into_u64()).unwrap();
        values.record(&mut Visitor(fields));
    }

    fn enter(&self, span: &Id) {
        self.0.lock().unwrap().entered.push(span.into_u64());
    }

    fn exit(&self, _: &Id) {
        self.0.lock().unwrap().entered.pop();
    }

    fn try_close(&self, span: Id) -> bool {
        let mut state = self.0.lock().unwrap();
        let closed = state.open.remove(&span.into_u64()).unwrap();
        state.closed.push(closed);
        true
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}
}

impl Spans {
    /// The fields of the one span that was closed since.
    #[track_caller]
    fn one(&self) -> Fields {
        let mut state = self.0.lock().unwrap();
        assert!(state.open.is_empty(), "{state:?}");
        let closed = std::mem::take(&mut state.closed);
        let [(name, _, fields)] = <[_; 1]>::try_from(closed).unwrap();
        assert_eq!(name, "redis");
        fields
    }
}

/// Runs `test` with the spans of this thread's calls, and a client's builder that makes them.
fn traced(test: impl FnOnce(&Spans, ClientBuilder)) {
    let spans = Spans::default();
    tracing::subscriber::with_default(spans.clone(), || test(&spans, builder().hook(Tracing::new())));
}

/// All fields that a call of the shared server has, whatever it was.
fn expected(r: &Client, operation: &str, more: &[(&'static str, &str)]) -> Fields {
    let (addr, db) = (SharedServer::get().addr(), r.pool().config().db.to_string());
    let (host, port) = (addr.ip().to_string(), addr.port().to_string());
    let all = [
        ("otel.name", operation),
        ("otel.kind", "client"),
        ("db.system.name", "redis"),
        ("db.operation.name", operation),
        ("db.namespace", &db),
        ("server.address", &host),
        ("server.port", &port),
    ];
    all.iter().chain(more).map(|(name, value)| (*name, (*value).to_owned())).collect()
}

#[test]
fn a_call_is_one_span_with_the_names_of_the_conventions_and_nothing_else() {
    traced(|spans, builder| {
        let r = builder.build().unwrap();
        r.set("secret-key", "secret-value").unwrap();
        assert_eq!(spans.one(), expected(&r, "SET", &[]));
        r.get::<String>("secret-key").unwrap();
        assert_eq!(spans.one(), expected(&r, "GET", &[]));
        r.batch(["secret-key", "b"].map(cmd::get::<String>)).unwrap();
        assert_eq!(spans.one(), expected(&r, "PIPELINE GET", &[("db.operation.batch.size", "2")]));
        // One command is no batch.
        r.pipeline().get::<String>("secret-key").execute().unwrap();
        assert_eq!(spans.one(), expected(&r, "MULTI GET", &[]));
        let session = r.session().unwrap();
        session.select(3).unwrap();
        spans.one();
        session.ping().unwrap();
        assert_eq!(spans.one().get("db.namespace").unwrap(), "3");
    });
}

#[test]
fn failures_are_told_by_the_servers_code_or_by_their_kind() {
    traced(|spans, builder| {
        let r = builder.build().unwrap();
        r.lpush("list", ["secret-value"]).unwrap();
        spans.one();
        let failed =
            |code| [("error.type", code), ("otel.status_code", "ERROR"), ("db.response.status_code", code)];
        r.incr("list").unwrap_err();
        assert_eq!(spans.one(), expected(&r, "INCR", &failed("WRONGTYPE")));
        // A command of a pipeline, though the pipeline went well.
        let (_, incr) = r.pipeline().ping().incr("list").execute_each().unwrap();
        assert!(incr.is_err());
        let size = [("db.operation.batch.size", "2")];
        assert_eq!(spans.one(), expected(&r, "MULTI", &[&failed("WRONGTYPE")[..], &size].concat()));
        // The server was not asked at all.
        r.close();
        r.ping().unwrap_err();
        let closed = [("error.type", "pool_closed"), ("otel.status_code", "ERROR")];
        assert_eq!(spans.one(), expected(&r, "PING", &closed));
    });
}

#[test]
fn attempts_and_servers_out_of_reach_show() {
    let play = || Script::new().handshake(Handshake::Resp3);
    let server =
        FakeServer::start_then([play().expect(["GET", "k"]).close()], play().respond(|_| b"_\r\n".to_vec()));
    traced(|spans, _| {
        let client = |url: String| Client::builder().url(url).unwrap().hook(Tracing::new()).build().unwrap();
        client(server.url()).get::<String>("k").unwrap();
        let fields = spans.one();
        assert_eq!(
            (fields.get("redispy.attempts").unwrap(), fields.get("error.type")),
            (&"2".to_owned(), None)
        );

        let refusing = Refusing::new();
        let r = client(format!("redis://{}?retries=0", refusing.addr()));
        r.ping().unwrap_err();
        let fields = spans.one();
        assert_eq!(fields.get("error.type").unwrap(), "connect");
        assert_eq!(fields.get("server.port").unwrap(), &refusing.addr().port().to_string());
        assert_eq!((fields.get("db.response.status_code"), fields.get("redispy.attempts")), (None, None));

        let silent = FakeServer::start([play().expect(["PING"]).hang()]);
        let r = client(silent.url()).with_timeout(ms(50));
        r.ping().unwrap_err();
        assert_eq!(spans.one().get("error.type").unwrap(), "timeout");

        // The usual port goes without saying; a socket has none.
        let unused = FakeServer::start_unix([]);
        for (url, address) in [
            ("redis://127.0.0.1:6379?retries=0&max_connections=1".to_owned(), "127.0.0.1".to_owned()),
            (format!("unix://{}?retries=0", unused.unix().display()), unused.unix().display().to_string()),
        ] {
            let r = client(url);
            r.close();
            r.ping().unwrap_err();
            let fields = spans.one();
            assert_eq!((fields.get("server.address"), fields.get("server.port")), (Some(&address), None));
        }
    });
}

#[test]
fn a_span_is_a_child_of_the_callers() {
    traced(|spans, builder| {
        let r = builder.build().unwrap();
        info_span!("request").in_scope(|| r.ping().unwrap());
        let state = spans.0.lock().unwrap();
        let names: Vec<_> = state.closed.iter().map(|(name, parent, _)| (*name, *parent)).collect();
        assert_eq!(names, [("redis", Some(1)), ("request", None)]);
    });
}

#[test]
fn without_a_subscriber_there_is_no_span() {
    let r = builder().hook(Tracing::new()).build().unwrap();
    r.ping().unwrap();
    let spans = Spans::default();
    tracing::subscriber::with_default(spans.clone(), || r.ping().unwrap());
    assert_eq!(spans.one().get("otel.name").unwrap(), "PING");
}
