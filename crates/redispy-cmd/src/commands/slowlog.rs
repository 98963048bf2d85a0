//! SLOWLOG and COMMANDLOG: commands that took long or were large.

use crate::cmd::{Cmd, Request};
use crate::execute::{Execute, IntoCmd};
use crate::replies::fields::texts;
use crate::replies::{CommandlogEntry, SlowlogEntry};
use crate::reply::{FromReply, ok};
use crate::spec;

/// The commands about slow commands.
pub trait SlowlogCommands: Execute {
    /// The last ten slow commands; more with [`cmd::slowlog_get`](slowlog_get()). `SLOWLOG GET`, since Redis 2.2.12, O(N) with
    /// N entries: a [`SlowlogEntry`] each, the last first.
    fn slowlog_get(self) -> Self::Output<Vec<SlowlogEntry>> {
        self.run(slowlog_get())
    }

    /// The server's help. `SLOWLOG HELP`, since Redis 6.2, O(1): lines of text.
    fn slowlog_help(self) -> Self::Output<Vec<String>> {
        self.run(slowlog_help())
    }

    /// How many entries there are. `SLOWLOG LEN`, since Redis 2.2.12, O(1).
    fn slowlog_len(self) -> Self::Output<i64> {
        self.run(slowlog_len())
    }

    /// Empties the log. `SLOWLOG RESET`, since Redis 2.2.12, O(N) with N entries: nothing but success.
    fn slowlog_reset(self) -> Self::Output<()> {
        self.run(slowlog_reset())
    }
}

impl<E: Execute> SlowlogCommands for E {}

/// The commands about slow and large commands, which Valkey has instead of `SLOWLOG`.
pub trait CommandlogCommands: Execute {
    /// The last slow or large commands, -1 for all. `COMMANDLOG GET count SLOW|LARGE-REQUEST|LARGE-REPLY`, since Valkey 8.1,
    /// O(N) with N entries: a [`CommandlogEntry`] each, the last first.
    fn commandlog_get(self, count: i64, kind: CommandlogKind) -> Self::Output<Vec<CommandlogEntry>> {
        self.run(commandlog_get(count, kind))
    }

    /// The server's help. `COMMANDLOG HELP`, since Valkey 8.1, O(1): lines of text.
    fn commandlog_help(self) -> Self::Output<Vec<String>> {
        self.run(commandlog_help())
    }

    /// How many entries there are. `COMMANDLOG LEN SLOW|LARGE-REQUEST|LARGE-REPLY`, since Valkey 8.1, O(1).
    fn commandlog_len(self, kind: CommandlogKind) -> Self::Output<i64> {
        self.run(commandlog_len(kind))
    }

    /// Empties one of the logs. `COMMANDLOG RESET SLOW|LARGE-REQUEST|LARGE-REPLY`, since Valkey 8.1, O(N) with N entries:
    /// nothing but success.
    fn commandlog_reset(self, kind: CommandlogKind) -> Self::Output<()> {
        self.run(commandlog_reset(kind))
    }
}

impl<E: Execute> CommandlogCommands for E {}

/// The last ten slow commands, or as many as [asked for](SlowlogGet::count). `SLOWLOG GET [count]`, since Redis 2.2.12, O(N)
/// with N entries: a [`SlowlogEntry`] each, the last first.
pub fn slowlog_get() -> SlowlogGet {
    SlowlogGet { count: None }
}

/// The server's help. `SLOWLOG HELP`, since Redis 6.2, O(1): lines of text.
pub fn slowlog_help() -> Cmd<Vec<String>> {
    Cmd::new(&spec::SLOWLOG_HELP, texts)
}

/// How many entries there are. `SLOWLOG LEN`, since Redis 2.2.12, O(1).
pub fn slowlog_len() -> Cmd<i64> {
    Cmd::new(&spec::SLOWLOG_LEN, i64::from_reply)
}

/// Empties the log. `SLOWLOG RESET`, since Redis 2.2.12, O(N) with N entries: nothing but success.
pub fn slowlog_reset() -> Cmd<()> {
    Cmd::new(&spec::SLOWLOG_RESET, ok)
}

/// The last slow or large commands, -1 for all. `COMMANDLOG GET count SLOW|LARGE-REQUEST|LARGE-REPLY`, since Valkey 8.1, O(N)
/// with N entries: a [`CommandlogEntry`] each, the last first.
pub fn commandlog_get(count: i64, kind: CommandlogKind) -> Cmd<Vec<CommandlogEntry>> {
    Cmd::new(&spec::COMMANDLOG_GET, CommandlogEntry::read_list).arg(count).arg(kind.word())
}

/// The server's help. `COMMANDLOG HELP`, since Valkey 8.1, O(1): lines of text.
pub fn commandlog_help() -> Cmd<Vec<String>> {
    Cmd::new(&spec::COMMANDLOG_HELP, texts)
}

/// How many entries there are. `COMMANDLOG LEN SLOW|LARGE-REQUEST|LARGE-REPLY`, since Valkey 8.1, O(1).
pub fn commandlog_len(kind: CommandlogKind) -> Cmd<i64> {
    Cmd::new(&spec::COMMANDLOG_LEN, i64::from_reply).arg(kind.word())
}

/// Empties one of the logs. `COMMANDLOG RESET SLOW|LARGE-REQUEST|LARGE-REPLY`, since Valkey 8.1, O(N) with N entries: nothing
/// but success.
pub fn commandlog_reset(kind: CommandlogKind) -> Cmd<()> {
    Cmd::new(&spec::COMMANDLOG_RESET, ok).arg(kind.word())
}

/// Why a command is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    /// At most so many entries; -1 for all, since Redis 7.0.
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
