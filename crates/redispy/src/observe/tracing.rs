//! Spans of the `tracing` crate, with the names that OpenTelemetry has for calls of databases.

use redispy_conn::{Address, DEFAULT_PORT};
use tracing::field::Empty;
use tracing::{Span, info_span};

use super::hook::{CallEnd, CallStart, Hook};
use crate::{Error, ErrorKind};

/// A hook that makes a span of each call; with feature `tracing`.
///
/// ```no_run
/// use redispy::{Client, Tracing};
///
/// let r = Client::builder().host("10.0.0.5").hook(Tracing::new()).build()?;
/// # Ok::<(), redispy::Error>(())
/// ```
///
/// The span is called `redis`, at level INFO and with target `redispy`, a child of the span that the calling thread is in. It lasts
/// from before a connection is asked for until the call is over. Its fields are those of OpenTelemetry's semantic conventions
/// for Redis, and the ones by which `tracing-opentelemetry` makes a span of theirs. None holds an argument or a reply.
///
/// | field | what it is |
/// |---|---|
/// | `otel.name`, `db.operation.name` | the command, `GET`; of several `PIPELINE`, `MULTI`, and `PIPELINE GET` if all are the same |
/// | `otel.kind` | `client` |
/// | `db.system.name` | `redis` |
/// | `db.namespace` | the number of the database: the client's, or what a session chose by SELECT |
/// | `server.address`, `server.port` | the server's host, or the path of its socket; the port unless it is 6379 |
/// | `db.operation.batch.size` | how many commands, where there are several |
/// | `db.response.status_code` | the server's error code, `WRONGTYPE`; of a pipeline that of the first command that was refused |
/// | `error.type` | the error code; where the server answered with none, the error's kind: `timeout`, `connect`, `closed` ... |
/// | `otel.status_code` | `ERROR` where there is an `error.type` |
/// | `redispy.attempts` | how many times it was tried, if more than once |
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Tracing;

impl Tracing {
    /// The hook.
    pub fn new() -> Self {
        Tracing
    }
}

impl Hook for Tracing {
    type State = Span;

    fn before(&self, call: &CallStart) -> Span {
        let span = info_span!(
            target: "redispy",
            "redis",
            otel.name = call.name(),
            otel.kind = "client",
            otel.status_code = Empty,
            db.system.name = "redis",
            db.operation.name = call.name(),
            db.namespace = Empty,
            db.operation.batch.size = Empty,
            db.response.status_code = Empty,
            server.address = Empty,
            server.port = Empty,
            error.type = Empty,
            redispy.attempts = Empty,
        );
        // Nobody may be interested: then there is nothing to write down.
        if !span.is_disabled() {
            span.record("db.namespace", call.database().to_string());
            record_address(&span, call.address());
            if call.commands() > 1 {
                span.record("db.operation.batch.size", call.commands() as u64);
            }
        }
        span
    }

    fn after(&self, span: Span, call: &CallStart, end: &CallEnd<'_>) {
        if span.is_disabled() {
            return;
        }
        if let Some(address) = end.address().filter(|address| *address != call.address()) {
            record_address(&span, address);
        }
        if end.attempts() > 1 {
            span.record("redispy.attempts", end.attempts());
        }
        let code = end.code();
        if let Some(code) = code {
            span.record("db.response.status_code", code);
        }
        if let Some(error) = code.or_else(|| end.error().map(kind)) {
            span.record("error.type", error);
            span.record("otel.status_code", "ERROR");
        }
    }
}

fn record_address(span: &Span, address: &Address) {
    match address {
        Address::Tcp { host, port } => {
            span.record("server.address", host.as_str());
            if *port != DEFAULT_PORT {
                span.record("server.port", *port);
            }
        }
        other => {
            span.record("server.address", other.to_string());
        }
    }
}

/// What the conventions ask for: few values, that stay the same.
fn kind(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::Config => "config",
        ErrorKind::Connect => "connect",
        ErrorKind::Closed => "closed",
        ErrorKind::Timeout => "timeout",
        ErrorKind::Protocol => "protocol",
        ErrorKind::Limit => "limit",
        ErrorKind::Auth => "auth",
        ErrorKind::Exhausted => "pool_exhausted",
        ErrorKind::PoolClosed => "pool_closed",
        ErrorKind::Server => "server",
        ErrorKind::Watch => "watch",
        ErrorKind::Callback => "callback",
        ErrorKind::Type => "type",
        ErrorKind::Argument => "argument",
        ErrorKind::Refused => "refused",
        ErrorKind::LockHeld | ErrorKind::LockNotOwned | ErrorKind::LockExpired => "lock",
        ErrorKind::Other => "_OTHER",
    }
}
