//! COMMAND: what the server says of its commands.

use std::collections::BTreeMap;

use crate::arg::{ToArg, ToArgs};
use crate::cmd::{Cmd, Request};
use crate::execute::{Execute, IntoCmd};
use crate::replies::fields::texts;
use crate::replies::{CommandDocs, CommandInfo};
use crate::reply::FromReply;
use crate::spec;

/// The commands about commands.
pub trait CommandCommands: Execute {
    /// How every command of the server is called.
    ///
    /// `COMMAND`. Since Redis 2.8.13. O(N) in the number of commands.
    fn command(self) -> Self::Output<Vec<CommandInfo>> {
        self.run(command())
    }

    /// How many commands the server has.
    ///
    /// `COMMAND COUNT`. Since Redis 2.8.13. O(1).
    fn command_count(self) -> Self::Output<i64> {
        self.run(command_count())
    }

    /// What every command is for, by its name. Some commands only are an option of [`cmd::command_docs`](command_docs()).
    ///
    /// `COMMAND DOCS`. Since Redis 7.0.0. O(N) in the number of commands.
    fn command_docs(self) -> Self::Output<BTreeMap<String, CommandDocs>> {
        self.run(command_docs())
    }

    /// The keys among the arguments of a command, which is not run.
    ///
    /// `COMMAND GETKEYS command [arg ...]`. Since Redis 2.8.13. O(N) in the number of arguments.
    fn command_getkeys<T: FromReply>(self, command: impl ToArgs) -> Self::Output<Vec<T>> {
        self.run(command_getkeys(command))
    }

    /// The keys among the arguments of a command, which is not run, each with flags that say what the command does to it:
    /// `RO`, `access` and others.
    ///
    /// `COMMAND GETKEYSANDFLAGS command [arg ...]`. Since Redis 7.0.0. O(N) in the number of arguments.
    fn command_getkeysandflags<T: FromReply>(
        self,
        command: impl ToArgs,
    ) -> Self::Output<Vec<(T, Vec<String>)>> {
        self.run(command_getkeysandflags(command))
    }

    /// The server's help, line by line.
    ///
    /// `COMMAND HELP`. Since Redis 5.0.0. O(1).
    fn command_help(self) -> Self::Output<Vec<String>> {
        self.run(command_help())
    }

    /// How these commands are called, `None` for those that the server does not have.
    ///
    /// `COMMAND INFO command [command ...]`. Since Redis 2.8.13. O(N) in the number of commands asked for.
    fn command_info(self, commands: impl ToArgs) -> Self::Output<Vec<Option<CommandInfo>>> {
        self.run(command_info(commands))
    }

    /// The names of all commands. Filters are options of [`cmd::command_list`](command_list()).
    ///
    /// `COMMAND LIST`. Since Redis 7.0.0. O(N) in the number of commands.
    fn command_list(self) -> Self::Output<Vec<String>> {
        self.run(command_list())
    }
}

impl<E: Execute> CommandCommands for E {}

/// `COMMAND`: see [`CommandCommands::command`].
pub fn command() -> Cmd<Vec<CommandInfo>> {
    Cmd::new(&spec::COMMAND, CommandInfo::read_all)
}

/// `COMMAND COUNT`: see [`CommandCommands::command_count`].
pub fn command_count() -> Cmd<i64> {
    Cmd::new(&spec::COMMAND_COUNT, i64::from_reply)
}

/// `COMMAND DOCS` with its options ([`CommandDocsRequest`]): see [`CommandCommands::command_docs`].
pub fn command_docs() -> CommandDocsRequest {
    CommandDocsRequest { request: Request::new(&spec::COMMAND_DOCS) }
}

/// `COMMAND GETKEYS command [arg ...]`: see [`CommandCommands::command_getkeys`].
///
/// ```
/// # use redispy_cmd::commands as cmd;
/// let keys = cmd::command_getkeys::<String>(("MSET", "a", 1, "b", 2));
/// assert_eq!(keys.request().count(), 7);
/// ```
pub fn command_getkeys<T: FromReply>(command: impl ToArgs) -> Cmd<Vec<T>> {
    let mut request = Request::new(&spec::COMMAND_GETKEYS);
    request.some_args("command", command);
    Cmd::from_request(request, Vec::<T>::from_reply)
}

/// `COMMAND GETKEYSANDFLAGS command [arg ...]`: see [`CommandCommands::command_getkeysandflags`].
pub fn command_getkeysandflags<T: FromReply>(command: impl ToArgs) -> Cmd<Vec<(T, Vec<String>)>> {
    let mut request = Request::new(&spec::COMMAND_GETKEYSANDFLAGS);
    request.some_args("command", command);
    Cmd::from_request(request, Vec::<(T, Vec<String>)>::from_reply)
}

/// `COMMAND HELP`: see [`CommandCommands::command_help`].
pub fn command_help() -> Cmd<Vec<String>> {
    Cmd::new(&spec::COMMAND_HELP, texts)
}

/// `COMMAND INFO command [command ...]`: see [`CommandCommands::command_info`].
pub fn command_info(commands: impl ToArgs) -> Cmd<Vec<Option<CommandInfo>>> {
    let mut request = Request::new(&spec::COMMAND_INFO);
    request.some_args("commands", commands);
    Cmd::from_request(request, CommandInfo::read_each)
}

/// `COMMAND LIST` with its options ([`CommandList`]): see [`CommandCommands::command_list`].
pub fn command_list() -> CommandList {
    CommandList { filter: Request::empty() }
}

/// `COMMAND DOCS` with its option; [`command_docs()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct CommandDocsRequest {
    request: Request,
}

impl CommandDocsRequest {
    /// `command ...`: only of these commands; those that the server does not have are left out.
    pub fn commands(mut self, commands: impl ToArgs) -> Self {
        self.request.some_args("commands", commands);
        self
    }
}

impl IntoCmd for CommandDocsRequest {
    type Reply = BTreeMap<String, CommandDocs>;

    fn into_cmd(self) -> Cmd<BTreeMap<String, CommandDocs>> {
        Cmd::from_request(self.request, CommandDocs::read_map)
    }
}

/// `COMMAND LIST` with its filters, of which the last one counts; [`command_list()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct CommandList {
    filter: Request,
}

impl CommandList {
    /// `FILTERBY MODULE module-name`: the commands of a module.
    pub fn module(self, name: impl ToArg) -> Self {
        self.filterby("MODULE", name)
    }

    /// `FILTERBY ACLCAT category`: the commands of an ACL category.
    pub fn aclcat(self, category: impl ToArg) -> Self {
        self.filterby("ACLCAT", category)
    }

    /// `FILTERBY PATTERN pattern`: the commands whose names match a pattern: `xre*`.
    pub fn pattern(self, pattern: impl ToArg) -> Self {
        self.filterby("PATTERN", pattern)
    }

    fn filterby(mut self, filter: &'static str, value: impl ToArg) -> Self {
        self.filter = Request::empty();
        self.filter.args(("FILTERBY", filter, value));
        self
    }
}

impl IntoCmd for CommandList {
    type Reply = Vec<String>;

    fn into_cmd(self) -> Cmd<Vec<String>> {
        let mut request = Request::new(&spec::COMMAND_LIST);
        request.append(&self.filter);
        Cmd::from_request(request, texts)
    }
}
