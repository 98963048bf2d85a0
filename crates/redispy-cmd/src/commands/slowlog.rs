//! SLOWLOG and COMMANDLOG: commands that took long or were large.

use crate::cmd::{Cmd, Request};
use crate::execute::{Execute, IntoCmd};
use crate::replies::fields::texts;
use crate::replies::{CommandlogEntry, SlowlogEntry};
use crate::reply::{FromReply, ok};
use crate::spec;

/// The commands about slow commands.
pub trait SlowlogCommands: Execute {
    /// The last slow commands, the last first, at most ten. More are an option of [`cmd::slowlog_get`](slowlog_get()).
    ///
    /// `SLOWLOG GET`. Since Redis 2.2.12. O(N) in the number of entries.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::SlowlogCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// for entry in r.slowlog_get()? {
    ///     println!("{:?}: {} arguments", entry.duration, entry.args.len());
    /// }
    /// # Ok(()) }
    /// ```
    fn slowlog_get(self) -> Self::Output<Vec<SlowlogEntry>> {
        self.run(slowlog_get())
    }

    /// The server's help, line by line.
    ///
    /// `SLOWLOG HELP`. Since Redis 6.2.0. O(1).
    fn slowlog_help(self) -> Self::Output<Vec<String>> {
        self.run(slowlog_help())
    }

    /// How many entries the log of slow commands has.
    ///
    /// `SLOWLOG LEN`. Since Redis 2.2.12. O(1).
    fn slowlog_len(self) -> Self::Output<i64> {
        self.run(slowlog_len())
    }

    /// Empties the log of slow commands.
    ///
    /// `SLOWLOG RESET`. Since Redis 2.2.12. O(N) in the number of entries.
    fn slowlog_reset(self) -> Self::Output<()> {
        self.run(slowlog_reset())
    }
}

impl<E: Execute> SlowlogCommands for E {}

/// The commands about slow and large commands, which Valkey has instead of `SLOWLOG`.
pub trait CommandlogCommands: Execute {
    /// The last slow or large commands, the last first, at most `count` of them; -1 for all.
    ///
    /// `COMMANDLOG GET count <SLOW | LARGE-REQUEST | LARGE-REPLY>`. Since Valkey 8.1.0, not in Redis. O(N) in the number of
    /// entries.
    fn commandlog_get(self, count: i64, kind: CommandlogKind) -> Self::Output<Vec<CommandlogEntry>> {
        self.run(commandlog_get(count, kind))
    }

    /// The server's help, line by line.
    ///
    /// `COMMANDLOG HELP`. Since Valkey 8.1.0, not in Redis. O(1).
    fn commandlog_help(self) -> Self::Output<Vec<String>> {
        self.run(commandlog_help())
    }

    /// How many entries one of the logs has.
    ///
    /// `COMMANDLOG LEN <SLOW | LARGE-REQUEST | LARGE-REPLY>`. Since Valkey 8.1.0, not in Redis. O(1).
    fn commandlog_len(self, kind: CommandlogKind) -> Self::Output<i64> {
        self.run(commandlog_len(kind))
    }

    /// Empties one of the logs.
    ///
    /// `COMMANDLOG RESET <SLOW | LARGE-REQUEST | LARGE-REPLY>`. Since Valkey 8.1.0, not in Redis. O(N) in the number of
    /// entries.
    fn commandlog_reset(self, kind: CommandlogKind) -> Self::Output<()> {
        self.run(commandlog_reset(kind))
    }
}

impl<E: Execute> CommandlogCommands for E {}

/// `SLOWLOG GET` with its options ([`SlowlogGet`]): see [`SlowlogCommands::slowlog_get`].
pub fn slowlog_get() -> SlowlogGet {
    SlowlogGet { count: None }
}

/// `SLOWLOG HELP`: see [`SlowlogCommands::slowlog_help`].
pub fn slowlog_help() -> Cmd<Vec<String>> {
    Cmd::new(&spec::SLOWLOG_HELP, texts)
}

/// `SLOWLOG LEN`: see [`SlowlogCommands::slowlog_len`].
pub fn slowlog_len() -> Cmd<i64> {
    Cmd::new(&spec::SLOWLOG_LEN, i64::from_reply)
}

/// `SLOWLOG RESET`: see [`SlowlogCommands::slowlog_reset`].
pub fn slowlog_reset() -> Cmd<()> {
    Cmd::new(&spec::SLOWLOG_RESET, ok)
}

/// `COMMANDLOG GET count <SLOW | LARGE-REQUEST | LARGE-REPLY>`: see [`CommandlogCommands::commandlog_get`].
pub fn commandlog_get(count: i64, kind: CommandlogKind) -> Cmd<Vec<CommandlogEntry>> {
    Cmd::new(&spec::COMMANDLOG_GET, CommandlogEntry::read_list).arg(count).arg(kind.word())
}

/// `COMMANDLOG HELP`: see [`CommandlogCommands::commandlog_help`].
pub fn commandlog_help() -> Cmd<Vec<String>> {
    Cmd::new(&spec::COMMANDLOG_HELP, texts)
}

/// `COMMANDLOG LEN <SLOW | LARGE-REQUEST | LARGE-REPLY>`: see [`CommandlogCommands::commandlog_len`].
pub fn commandlog_len(kind: CommandlogKind) -> Cmd<i64> {
    Cmd::new(&spec::COMMANDLOG_LEN, i64::from_reply).arg(kind.word())
}

/// `COMMANDLOG RESET <SLOW | LARGE-REQUEST | LARGE-REPLY>`: see [`CommandlogCommands::commandlog_reset`].
pub fn commandlog_reset(kind: CommandlogKind) -> Cmd<()> {
    Cmd::new(&spec::COMMANDLOG_RESET, ok).arg(kind.word())
}

/// Why a command is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CommandlogKind {
    /// It took long.
    Slow,
    /// Its request was large.
    LargeRequest,
    /// Its reply was large.
    LargeReply,
}

impl CommandlogKind {
    fn word(self) -> &'static str {
        match self {
            CommandlogKind::Slow => "SLOW",
            CommandlogKind::LargeRequest => "LARGE-REQUEST",
            CommandlogKind::LargeReply => "LARGE-REPLY",
        }
    }
}

/// `SLOWLOG GET` with its option; [`slowlog_get()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct SlowlogGet {
    count: Option<i64>,
}

impl SlowlogGet {
    /// `count`: at most so many entries; -1 for all, since Redis 7.0.0.
    pub fn count(mut self, count: i64) -> Self {
        self.count = Some(count);
        self
    }
}

impl IntoCmd for SlowlogGet {
    type Reply = Vec<SlowlogEntry>;

    fn into_cmd(self) -> Cmd<Vec<SlowlogEntry>> {
        let mut request = Request::new(&spec::SLOWLOG_GET);
        if let Some(count) = self.count {
            request.arg(count);
        }
        Cmd::from_request(request, SlowlogEntry::read_list)
    }
}
