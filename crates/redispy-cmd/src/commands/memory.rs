//! MEMORY: where the server's memory goes.

use crate::arg::ToArg;
use crate::cmd::{Cmd, Request};
use crate::execute::{Execute, IntoCmd};
use crate::replies::MemoryStats;
use crate::replies::fields::{text, texts};
use crate::reply::{FromReply, ok};
use crate::spec;

/// The commands about the server's memory.
pub trait MemoryCommands: Execute {
    /// A report on the use of memory for people to read.
    ///
    /// `MEMORY DOCTOR`. Since Redis 4.0.0. O(1).
    fn memory_doctor(self) -> Self::Output<String> {
        self.run(memory_doctor())
    }

    /// The server's help, line by line.
    ///
    /// `MEMORY HELP`. Since Redis 4.0.0. O(1).
    fn memory_help(self) -> Self::Output<Vec<String>> {
        self.run(memory_help())
    }

    /// The allocator's own statistics, for people to read.
    ///
    /// `MEMORY MALLOC-STATS`. Since Redis 4.0.0. Slow where much memory is allocated.
    fn memory_malloc_stats(self) -> Self::Output<String> {
        self.run(memory_malloc_stats())
    }

    /// Asks the allocator to give memory back to the system.
    ///
    /// `MEMORY PURGE`. Since Redis 4.0.0. Slow where much memory is allocated.
    fn memory_purge(self) -> Self::Output<()> {
        self.run(memory_purge())
    }

    /// Where the server's memory went.
    ///
    /// `MEMORY STATS`. Since Redis 4.0.0. O(1).
    fn memory_stats(self) -> Self::Output<MemoryStats> {
        self.run(memory_stats())
    }

    /// How many bytes a key and its value take, `None` when there is no such key. How many elements of the value are looked
    /// at is an option of [`cmd::memory_usage`](memory_usage()).
    ///
    /// `MEMORY USAGE key`. Since Redis 4.0.0. O(N) in the number of elements looked at.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::MemoryCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let bytes: Option<i64> = r.memory_usage("big")?;
    /// # Ok(()) }
    /// ```
    fn memory_usage(self, key: impl ToArg) -> Self::Output<Option<i64>> {
        self.run(memory_usage(key))
    }
}

impl<E: Execute> MemoryCommands for E {}

/// `MEMORY DOCTOR`: see [`MemoryCommands::memory_doctor`].
pub fn memory_doctor() -> Cmd<String> {
    Cmd::new(&spec::MEMORY_DOCTOR, text)
}

/// `MEMORY HELP`: see [`MemoryCommands::memory_help`].
pub fn memory_help() -> Cmd<Vec<String>> {
    Cmd::new(&spec::MEMORY_HELP, texts)
}

/// `MEMORY MALLOC-STATS`: see [`MemoryCommands::memory_malloc_stats`].
pub fn memory_malloc_stats() -> Cmd<String> {
    Cmd::new(&spec::MEMORY_MALLOC_STATS, text)
}

/// `MEMORY PURGE`: see [`MemoryCommands::memory_purge`].
pub fn memory_purge() -> Cmd<()> {
    Cmd::new(&spec::MEMORY_PURGE, ok)
}

/// `MEMORY STATS`: see [`MemoryCommands::memory_stats`].
pub fn memory_stats() -> Cmd<MemoryStats> {
    Cmd::new(&spec::MEMORY_STATS, MemoryStats::read)
}

/// `MEMORY USAGE key` with its options ([`MemoryUsage`]): see [`MemoryCommands::memory_usage`].
pub fn memory_usage(key: impl ToArg) -> MemoryUsage {
    let mut request = Request::new(&spec::MEMORY_USAGE);
    request.arg(key);
    MemoryUsage { request, samples: None }
}

/// `MEMORY USAGE` with its option; [`memory_usage()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct MemoryUsage {
    request: Request,
    samples: Option<i64>,
}

impl MemoryUsage {
    /// `SAMPLES count`: looks at so many elements of a value that has many, for an estimate; 5 unless said, 0 for all.
    pub fn samples(mut self, count: i64) -> Self {
        self.samples = Some(count);
        self
    }
}

impl IntoCmd for MemoryUsage {
    type Reply = Option<i64>;

    fn into_cmd(mut self) -> Cmd<Option<i64>> {
        if let Some(count) = self.samples {
            self.request.args(("SAMPLES", count));
        }
        Cmd::from_request(self.request, Option::<i64>::from_reply)
    }
}
