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
    /// How every command is called. `COMMAND`, since Redis 2.8.13, O(N) with N commands: a [`CommandInfo`] each.
    fn command(self) -> Self::Output<Vec<CommandInfo>> {
        self.run(command())
    }

    /// How many commands there are. `COMMAND COUNT`, since Redis 2.8.13, O(1).
    fn command_count(self) -> Self::Output<i64> {
        self.run(command_count())
    }

    /// What every command is for; of some commands with [`cmd::command_docs`](command_docs()). `COMMAND DOCS`, since
    /// Redis 7.0, O(N) with N commands: [`CommandDocs`] by name.
    fn command_docs(self) -> Self::Output<BTreeMap<String, CommandDocs>> {
        self.run(command_docs())
    }

    /// The keys among the arguments of a command. `COMMAND GETKEYS command [arg ...]`, since Redis 2.8.13, O(N) with N
    /// arguments.
    fn command_getkeys<T: FromReply>(self, command: impl ToArgs) -> Self::Output<Vec<T>> {
        self.run(command_getkeys(command))
    }

    /// The keys among the arguments of a command, with what happens to each. `COMMAND GETKEYSANDFLAGS command [arg ...]`,
    /// since Redis 7.0, O(N) with N arguments: keys with flags, `RO`, `access` ...
    fn command_getkeysandflags<T: FromReply>(
        self,
        command: impl ToArgs,
    ) -> Self::Output<Vec<(T, Vec<String>)>> {
        self.run(command_getkeysandflags(command))
    }

    /// The server's help. `COMMAND HELP`, since Redis 5.0, O(1): lines of text.
    fn command_help(self) -> Self::Output<Vec<String>> {
        self.run(command_help())
    }

    /// How these commands are called. `COMMAND INFO command [command ...]`, since Redis 2.8.13, O(N) with N commands: a
    /// [`CommandInfo`] each, `None` for one that the server does not have.
    fn command_info(self, commands: impl ToArgs) -> Self::Output<Vec<Option<CommandInfo>>> {
        self.run(command_info(commands))
    }

    /// The names of all commands; of some with [`cmd::command_list`](command_list()). `COMMAND LIST`, since Redis 7.0, O(N)
    /// with N commands.
    fn command_list(self) -> Self::Output<Vec<String>> {
        self.run(command_list())
    }
}

impl<E: Execute> CommandCommands for E {}

/// How every command is called. `COMMAND`, since Redis 2.8.13, O(N) with N commands: a [`CommandInfo`] each.
pub fn command() -> Cmd<Vec<CommandInfo>> {
    Cmd::new(&spec::COMMAND, CommandInfo::read_all)
}

/// How many commands there are. `COMMAND COUNT`, since Redis 2.8.13, O(1).
pub fn command_count() -> Cmd<i64> {
    Cmd::new(&spec::COMMAND_COUNT, i64::from_reply)
}

/// What every command is for, or [some](CommandDocsRequest::commands). `COMMAND DOCS [command ...]`, since Redis 7.0, O(N)
/// with N commands: [`CommandDocs`] by name; commands that the server does not have are left out.
pub fn command_docs() -> CommandDocsRequest {
    CommandDocsRequest { request: Request::new(&spec::COMMAND_DOCS) }
}

/// The keys among the arguments of a command. `COMMAND GETKEYS command [arg ...]`, since Redis 2.8.13, O(N) with N arguments.
///
/// ```
/// use redispy_cmd::commands::command_getkeys;
///
/// let keys = command_getkeys::<String>(("MSET", "a", 1, "b", 2));
/// assert_eq!(keys.request().count(), 7);
/// ```
pub fn command_getkeys<T: FromReply>(command: impl ToArgs) -> Cmd<Vec<T>> {
    let mut request = Request::new(&spec::COMMAND_GETKEYS);
    request.some_args("command", command);
    Cmd::from_request(request, Vec::<T>::from_reply)
}

/// The keys among the arguments of a command, with what happens to each. `COMMAND GETKEYSANDFLAGS command [arg ...]`, since
/// Redis 7.0, O(N) with N arguments: keys with flags, `RO`, `access` ...
pub fn command_getkeysandflags<T: FromReply>(command: impl ToArgs) -> Cmd<Vec<(T, Vec<String>)>> {
    let mut request = Request::new(&spec::COMMAND_GETKEYSANDFLAGS);
    request.some_args("command", command);
    Cmd::from_request(request, Vec::<(T, Vec<String>)>::from_reply)
}

/// The server's help. `COMMAND HELP`, since Redis 5.0, O(1): lines of text.
pub fn command_help() -> Cmd<Vec<String>> {
    Cmd::new(&spec::COMMAND_HELP, texts)
}

/// How these commands are called. `COMMAND INFO command [command ...]`, since Redis 2.8.13, O(N) with N commands: a
/// [`CommandInfo`] each, `None` for one that the server does not have.
pub fn command_info(commands: impl ToArgs) -> Cmd<Vec<Option<CommandInfo>>> {
    let mut request = Request::new(&spec::COMMAND_INFO);
    request.some_args("commands", commands);
    Cmd::from_request(request, CommandInfo::read_each)
}

/// The names of all commands, or of some: [of a module](CommandList::module), [of a category](CommandList::aclcat),
/// [like a pattern](CommandList::pattern). `COMMAND LIST [FILTERBY MODULE name|ACLCAT category|PATTERN pattern]`, since
/// Redis 7.0, O(N) with N commands.
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
    /// Only of these commands.
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
    /// The commands of a module.
    pub fn module(self, name: impl ToArg) -> Self {
        self.filterby("MODULE", name)
    }

    /// The commands of an ACL category.
    pub fn aclcat(self, category: impl ToArg) -> Self {
        self.filterby("ACLCAT", category)
    }

    /// The commands whose names match a pattern: `xre*`.
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
