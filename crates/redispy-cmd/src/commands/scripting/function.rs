//! Libraries of functions: loading, listing, saving them.

use crate::arg::{Arg, ToArg};
use crate::cmd::{Cmd, Request, Words};
use crate::execute::IntoCmd;
use crate::replies::fields::texts;
use crate::replies::{FunctionStats, LibraryInfo};
use crate::reply::{FromReply, ok};
use crate::spec;

use crate::commands::server::Flush;

/// `FUNCTION DELETE library-name`: see [`ScriptingCommands::function_delete`](super::ScriptingCommands::function_delete).
pub fn function_delete(library: impl ToArg) -> Cmd<()> {
    Cmd::new(&spec::FUNCTION_DELETE, ok).arg(library)
}

/// `FUNCTION DUMP`: see [`ScriptingCommands::function_dump`](super::ScriptingCommands::function_dump).
pub fn function_dump() -> Cmd<Vec<u8>> {
    Cmd::new(&spec::FUNCTION_DUMP, Vec::<u8>::from_reply)
}

/// `FUNCTION FLUSH` with its options ([`Flush`]): see
/// [`ScriptingCommands::function_flush`](super::ScriptingCommands::function_flush).
pub fn function_flush() -> Flush {
    Flush::new(&spec::FUNCTION_FLUSH)
}

/// `FUNCTION HELP`: see [`ScriptingCommands::function_help`](super::ScriptingCommands::function_help).
pub fn function_help() -> Cmd<Vec<String>> {
    Cmd::new(&spec::FUNCTION_HELP, texts)
}

/// `FUNCTION KILL`: see [`ScriptingCommands::function_kill`](super::ScriptingCommands::function_kill).
pub fn function_kill() -> Cmd<()> {
    Cmd::new(&spec::FUNCTION_KILL, ok)
}

/// `FUNCTION LIST` with its options ([`FunctionList`]): see
/// [`ScriptingCommands::function_list`](super::ScriptingCommands::function_list).
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands as cmd};
/// let list = cmd::function_list().libraryname("my*").withcode().into_cmd();
/// assert_eq!(list.request().iter().last(), Some(&b"WITHCODE"[..]));
/// ```
pub fn function_list() -> FunctionList {
    FunctionList { pattern: None, withcode: false }
}

/// `FUNCTION LOAD function-code` with its options ([`FunctionLoad`]): see
/// [`ScriptingCommands::function_load`](super::ScriptingCommands::function_load).
pub fn function_load(code: impl ToArg) -> FunctionLoad {
    FunctionLoad { code: Words::of(code), replace: false }
}

/// `FUNCTION RESTORE serialized-value` with its options ([`FunctionRestore`]): see
/// [`ScriptingCommands::function_restore`](super::ScriptingCommands::function_restore).
pub fn function_restore(dump: impl ToArg) -> FunctionRestore {
    let mut request = Request::new(&spec::FUNCTION_RESTORE);
    request.arg(dump);
    FunctionRestore { request, policy: None }
}

/// `FUNCTION STATS`: see [`ScriptingCommands::function_stats`](super::ScriptingCommands::function_stats).
pub fn function_stats() -> Cmd<FunctionStats> {
    Cmd::new(&spec::FUNCTION_STATS, FunctionStats::read)
}

/// `FUNCTION LIST` with its options; [`function_list()`] makes it.
///
/// Without them all libraries, without their code.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct FunctionList {
    pattern: Option<Words>,
    withcode: bool,
}

impl FunctionList {
    /// `LIBRARYNAME library-name-pattern`: only the libraries whose names match this glob-style pattern.
    pub fn libraryname(mut self, pattern: impl ToArg) -> Self {
        self.pattern = Some(Words::of(pattern));
        self
    }

    /// `WITHCODE`: with the code of each library.
    pub fn withcode(mut self) -> Self {
        self.withcode = true;
        self
    }
}

impl IntoCmd for FunctionList {
    type Reply = Vec<LibraryInfo>;

    fn into_cmd(self) -> Cmd<Vec<LibraryInfo>> {
        let mut request = Request::new(&spec::FUNCTION_LIST);
        if let Some(pattern) = &self.pattern {
            request.arg("LIBRARYNAME");
            request.append(pattern);
        }
        if self.withcode {
            request.arg("WITHCODE");
        }
        Cmd::from_request(request, LibraryInfo::read_list)
    }
}

/// `FUNCTION LOAD` with its options; [`function_load()`] makes it.
///
/// Without them the library must be new; [`replace`](Self::replace) takes the place of one of the same name.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct FunctionLoad {
    code: Words,
    replace: bool,
}

impl FunctionLoad {
    /// `REPLACE`: takes the place of the library of this name, if there is one.
    pub fn replace(mut self) -> Self {
        self.replace = true;
        self
    }
}

impl IntoCmd for FunctionLoad {
    type Reply = String;

    fn into_cmd(self) -> Cmd<String> {
        let mut request = Request::new(&spec::FUNCTION_LOAD);
        if self.replace {
            request.arg("REPLACE");
        }
        request.append(&self.code);
        Cmd::from_request(request, String::from_reply)
    }
}

/// What becomes of the libraries there are when others are restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RestorePolicy {
    /// They stay; one of the same name is an error, and nothing is restored. As without a policy.
    Append,
    /// They are removed first.
    Flush,
    /// They stay, except for those of the same name.
    Replace,
}

impl ToArg for RestorePolicy {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.bytes(match self {
            RestorePolicy::Append => b"APPEND",
            RestorePolicy::Flush => b"FLUSH",
            RestorePolicy::Replace => b"REPLACE",
        });
    }
}

/// `FUNCTION RESTORE` with its options; [`function_restore()`] makes it.
///
/// Without them the libraries there are stay, and none may have the name of a new one; [`policy`](Self::policy) does
/// otherwise.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct FunctionRestore {
    request: Request,
    policy: Option<RestorePolicy>,
}

impl FunctionRestore {
    /// `FLUSH | APPEND | REPLACE`: what becomes of the libraries there are.
    pub fn policy(mut self, policy: RestorePolicy) -> Self {
        self.policy = Some(policy);
        self
    }
}

impl IntoCmd for FunctionRestore {
    type Reply = ();

    fn into_cmd(mut self) -> Cmd<()> {
        if let Some(policy) = self.policy {
            self.request.arg(policy);
        }
        Cmd::from_request(self.request, ok)
    }
}
