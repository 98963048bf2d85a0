//! A Redis and Valkey client for programs that use threads.
//!
//! No async runtime: a call returns when its reply is in, or when its deadline has passed. One [`Client`] serves all threads.
//!
//! ```no_run
//! use redispy::{Client, cmd, prelude::*};
//!
//! let r = Client::open("redis://localhost:6379/0")?;      // lazy; Clone + Send + Sync; every method takes &self
//! r.set("foo", "bar")?;                                   // bool: the command fixes the shape ...
//! let v: Option<String> = r.get("foo")?;                  // ... the caller picks only the element type
//! r.run(cmd::set("k", 1).nx().ex(60))?;                   // options: a builder that is itself a command
//! let old: Option<String> = r.run(cmd::set("k", 1).get())?; // an option that changes the reply changes the type
//! let encoding: String = r.run(cmd("OBJECT").arg(("ENCODING", "k")).returns())?; // any command, typed
//! # let _ = (v, old, encoding);
//! # Ok::<(), redispy::Error>(())
//! ```
//!
//! - [`Client`]: opening, options, what happens to a command; [`Session`]: one connection of one's own.
//! - [`Pipeline`]: commands sent at once, in a transaction or not; [`Client::batch`]: any number of one reply type.
//! - [`Client::deferred`], [`Pending`]: commands that are sent now and waited for later, by any thread or as futures.
//! - [`Client::transaction`], [`Watched`]: transactions that depend on what was read.
//! - [`cmd`](mod@cmd): every command with its options; [`prelude`]: the plain forms as methods.
//! - [`Script`], [`Function`]: code that runs on the server, typed.
//! - [`Lock`]: one holder at a time, among all programs that use the same server.
//! - [`Client::stats`], [`Hook`]: what a program can learn of its calls while it runs.
//! - [`Error`]: what went wrong, and whether the command may have run.
//! - [`FromReply`], [`ToArg`], [`ToArgs`]: types that replies become, and that arguments come from.

mod batch;
mod builder;
mod callbacks;
mod client;
mod deferred;
mod error;
mod function;
pub mod legacy;
mod link;
mod lock;
mod observe;
mod pipeline;
pub mod prelude;
pub mod scan;
mod script;
mod session;
mod transaction;

pub use builder::ClientBuilder;
pub use client::Client;
pub use deferred::{Deferred, Pending, wait_all};
pub use error::{Error, ErrorKind, Result};
pub use function::Function;
pub use lock::{Lock, LockGuard};
#[cfg(feature = "tracing")]
pub use observe::Tracing;
pub use observe::{CallEnd, CallKind, CallStart, CallStats, Hook, Latency, Stats};
pub use pipeline::{DynPipeline, DynReplies, Executable, Pipeline, Replies, Slot, TooMany};
pub use redispy_cmd::{
    Block, Call, Cmd, Execute, ExecuteCommand, FromMap, FromPair, FromReply, FromTriple, IntoCmd, MayBlock,
    OwnsConnection, ReplyError, ReplyErrorKind, Request, ServerError, Text, ToArg, ToArgs, ToBlock, ToPairs,
    ToPlaces, ToScored, Value, arg, cmd, each, replies, reply, spec,
};
pub use redispy_conn::{
    Address, Config, Connector, Deadline, Outcome, Phase, Pool, PoolConfig, Progress, ProtocolChoice,
    RetryPolicy, Secret, ShareConfig, Stats as PoolStats, TcpConfig, TcpConnector, Transport, Yielding,
};
pub use resp_proto::{Limits, Node, Protocol};
pub use script::Script;
pub use session::Session;
pub use transaction::{TransactionOptions, Watched};

/// The commands with all their options, each a function that makes a [`Cmd`] or a builder of one. [`cmd()`] makes a command of any
/// name.
pub mod cmd {
    pub use redispy_cmd::commands::*;
}

/// What answers at once with this crate's error: `&Client`, `&Session`, or a test double, behind one type.
///
/// ```
/// use redispy::{AnyClient, Result, prelude::*};
///
/// fn visits(r: &AnyClient<'_>) -> Result<i64> {
///     Ok(r.get("visits")?.unwrap_or(0))
/// }
/// ```
pub type AnyClient<'a> = dyn Call<Error = Error> + Send + Sync + 'a;

/// The README's program compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// The programs for those who come from Python compile.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/migrating.md")]
struct Migrating;

/// The programs of the guides compile.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/scripts.md")]
#[doc = include_str!("../../../docs/guide/deferred.md")]
#[doc = include_str!("../../../docs/guide/locks.md")]
#[doc = include_str!("../../../docs/guide/pipelines.md")]
#[doc = include_str!("../../../docs/guide/transactions.md")]
struct Guides;

/// Those of the guide that needs a feature too.
#[cfg(all(doctest, feature = "tracing"))]
#[doc = include_str!("../../../docs/guide/observing.md")]
struct Observing;
