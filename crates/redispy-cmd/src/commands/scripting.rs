//! Scripts that run on the server, sent with each call or known by their hash, and libraries of functions that it keeps.

mod call;
mod function;

use crate::arg::{Arg, ToArg, ToArgs};
use crate::cmd::{Cmd, Request};
use crate::execute::{Execute, IntoCmd, OwnsConnection};
use crate::replies::fields::texts;
use crate::replies::{FunctionStats, LibraryInfo};
use crate::reply::{FromReply, Value, ok};
use crate::spec;

use super::server::Flush;

pub use call::*;
pub use function::*;

/// The commands of scripts and functions, on everything that takes commands.
///
/// What a script answers with is a [`Value`] here; with the builders in `cmd` it is any type:
/// `r.run(cmd::eval(script).key("k").arg(1).returns::<i64>())`.
pub trait ScriptingCommands: Execute {
    /// Runs a Lua script with these keys (`KEYS`) and arguments (`ARGV`).
    ///
    /// `EVAL script numkeys [key ...] [arg ...]`. Since Redis 2.6.0. As long as the script takes.
    ///
    /// ```
    /// # use redispy_cmd::{Call, Execute, commands::{self as cmd, ScriptingCommands}};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let script = "return math.min(redis.call('INCR', KEYS[1]), tonumber(ARGV[1]))";
    /// let capped: i64 = r.run(cmd::eval(script).key("n").arg(100).returns())?;
    /// # Ok(()) }
    /// ```
    fn eval(self, script: impl ToArg, keys: impl ToArgs, args: impl ToArgs) -> Self::Output<Value> {
        self.run(eval(script).keys(keys).args(args))
    }

    /// As [`eval`](Self::eval), for a script that only reads, and may do so on a replica; one that writes is an error.
    ///
    /// `EVAL_RO script numkeys [key ...] [arg ...]`. Since Redis 7.0.0. As long as the script takes.
    fn eval_ro(self, script: impl ToArg, keys: impl ToArgs, args: impl ToArgs) -> Self::Output<Value> {
        self.run(eval_ro(script).keys(keys).args(args))
    }

    /// Runs a script that the server has in its cache, by its SHA1 in hexadecimal digits; one that it does not have is an
    /// error with the code `NOSCRIPT`.
    ///
    /// `EVALSHA sha1 numkeys [key ...] [arg ...]`. Since Redis 2.6.0. As long as the script takes.
    fn evalsha(self, sha1: impl ToArg, keys: impl ToArgs, args: impl ToArgs) -> Self::Output<Value> {
        self.run(evalsha(sha1).keys(keys).args(args))
    }

    /// As [`evalsha`](Self::evalsha), for a script that only reads, and may do so on a replica; one that writes is an
    /// error.
    ///
    /// `EVALSHA_RO sha1 numkeys [key ...] [arg ...]`. Since Redis 7.0.0. As long as the script takes.
    fn evalsha_ro(self, sha1: impl ToArg, keys: impl ToArgs, args: impl ToArgs) -> Self::Output<Value> {
        self.run(evalsha_ro(sha1).keys(keys).args(args))
    }

    /// Calls a function with these keys and arguments.
    ///
    /// `FCALL function numkeys [key ...] [arg ...]`. Since Redis 7.0.0. As long as the function takes.
    ///
    /// ```
    /// # use redispy_cmd::{Call, Execute, commands::{self as cmd, ScriptingCommands}};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let capped: i64 = r.run(cmd::fcall("capped").key("n").arg(100).returns())?;
    /// # Ok(()) }
    /// ```
    fn fcall(self, function: impl ToArg, keys: impl ToArgs, args: impl ToArgs) -> Self::Output<Value> {
        self.run(fcall(function).keys(keys).args(args))
    }

    /// As [`fcall`](Self::fcall), for a function that is declared to only read, and may do so on a replica.
    ///
    /// `FCALL_RO function numkeys [key ...] [arg ...]`. Since Redis 7.0.0. As long as the function takes.
    fn fcall_ro(self, function: impl ToArg, keys: impl ToArgs, args: impl ToArgs) -> Self::Output<Value> {
        self.run(fcall_ro(function).keys(keys).args(args))
    }

    /// Removes a library and its functions; one that is not there is an error.
    ///
    /// `FUNCTION DELETE library-name`. Since Redis 7.0.0. O(1).
    fn function_delete(self, library: impl ToArg) -> Self::Output<()> {
        self.run(function_delete(library))
    }

    /// All libraries in a form that [`function_restore`](Self::function_restore) takes.
    ///
    /// `FUNCTION DUMP`. Since Redis 7.0.0. O(N) in the number of functions.
    fn function_dump(self) -> Self::Output<Vec<u8>> {
        self.run(function_dump())
    }

    /// Removes all libraries. In the background or not is an option of [`cmd::function_flush`](function_flush()).
    ///
    /// `FUNCTION FLUSH`. Since Redis 7.0.0. O(N) in the number of functions.
    fn function_flush(self) -> Self::Output<()> {
        self.run(function_flush())
    }

    /// The server's help, line by line.
    ///
    /// `FUNCTION HELP`. Since Redis 7.0.0. O(1).
    fn function_help(self) -> Self::Output<Vec<String>> {
        self.run(function_help())
    }

    /// Ends the function that runs, unless it has written something. None running is an error with the code `NOTBUSY`.
    ///
    /// `FUNCTION KILL`. Since Redis 7.0.0. O(1).
    fn function_kill(self) -> Self::Output<()> {
        self.run(function_kill())
    }

    /// The libraries with their functions. Which ones, and their code, are options of
    /// [`cmd::function_list`](function_list()).
    ///
    /// `FUNCTION LIST`. Since Redis 7.0.0. O(N) in the number of functions.
    fn function_list(self) -> Self::Output<Vec<LibraryInfo>> {
        self.run(function_list())
    }

    /// Adds a library, given as its code. The reply is the library's name, which the code's first line says; one of this
    /// name that is already there is an error, unless [`cmd::function_load`](function_load()) replaces it.
    ///
    /// `FUNCTION LOAD function-code`. Since Redis 7.0.0. O(1), the time for compiling aside.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::ScriptingCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let library = r.function_load(
    ///     "#!lua name=counters\n\
    ///      redis.register_function('capped', function(keys, args) \
    ///        return math.min(redis.call('INCR', keys[1]), tonumber(args[1])) end)",
    /// )?;
    /// # Ok(()) }
    /// ```
    fn function_load(self, code: impl ToArg) -> Self::Output<String> {
        self.run(function_load(code))
    }

    /// Adds the libraries of a [dump](Self::function_dump) to those there are; one of the same name is an error. What else
    /// to do is an option of [`cmd::function_restore`](function_restore()).
    ///
    /// `FUNCTION RESTORE serialized-value`. Since Redis 7.0.0. O(N) in the number of functions.
    fn function_restore(self, dump: impl ToArg) -> Self::Output<()> {
        self.run(function_restore(dump))
    }

    /// The function that runs, and how many functions and libraries there are. It is answered even while a function runs.
    ///
    /// `FUNCTION STATS`. Since Redis 7.0.0. O(1).
    fn function_stats(self) -> Self::Output<FunctionStats> {
        self.run(function_stats())
    }

    /// How the scripts that this connection runs are debugged. The engine is an option of
    /// [`cmd::script_debug`](script_debug()).
    ///
    /// `SCRIPT DEBUG <YES | SYNC | NO>`. Since Redis 3.2.0. O(1).
    fn script_debug(self, mode: ScriptDebugMode) -> Self::Output<()>
    where
        Self: OwnsConnection,
    {
        self.run(script_debug(mode))
    }

    /// Whether the server has scripts in its cache, by their SHA1. The reply is in the order asked.
    ///
    /// `SCRIPT EXISTS sha1 [sha1 ...]`. Since Redis 2.6.0. O(N) in the number of scripts asked for.
    fn script_exists(self, sha1s: impl ToArgs) -> Self::Output<Vec<bool>> {
        self.run(script_exists(sha1s))
    }

    /// Empties the cache of scripts. In the background or not is an option of [`cmd::script_flush`](script_flush()).
    ///
    /// `SCRIPT FLUSH`. Since Redis 2.6.0. O(N) in the number of scripts.
    fn script_flush(self) -> Self::Output<()> {
        self.run(script_flush())
    }

    /// The server's help, line by line.
    ///
    /// `SCRIPT HELP`. Since Redis 5.0.0. O(1).
    fn script_help(self) -> Self::Output<Vec<String>> {
        self.run(script_help())
    }

    /// Ends the script that runs, unless it has written something. None running is an error with the code `NOTBUSY`.
    ///
    /// `SCRIPT KILL`. Since Redis 2.6.0. O(1).
    fn script_kill(self) -> Self::Output<()> {
        self.run(script_kill())
    }

    /// Puts a script into the cache without running it. The reply is its SHA1 in hexadecimal digits.
    ///
    /// `SCRIPT LOAD script`. Since Redis 2.6.0. O(N) in the length of the script.
    ///
    /// ```
    /// # use redispy_cmd::{Call, Execute, commands::{self as cmd, ScriptingCommands}};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let sha1 = r.script_load("return redis.call('INCR', KEYS[1])")?;
    /// let n: i64 = r.run(cmd::evalsha(&sha1).key("n").returns())?;
    /// # Ok(()) }
    /// ```
    fn script_load(self, script: impl ToArg) -> Self::Output<String> {
        self.run(script_load(script))
    }

    /// The text of a script in the cache, by its SHA1; one that is not there is an error with the code `NOSCRIPT`.
    ///
    /// `SCRIPT SHOW sha1`. Since Valkey 8.0.0, not in Redis. O(1).
    fn script_show(self, sha1: impl ToArg) -> Self::Output<Vec<u8>> {
        self.run(script_show(sha1))
    }
}

impl<E: Execute> ScriptingCommands for E {}

/// `SCRIPT DEBUG <YES | SYNC | NO>` with its options ([`ScriptDebug`]): see [`ScriptingCommands::script_debug`].
pub fn script_debug(mode: ScriptDebugMode) -> ScriptDebug {
    ScriptDebug { cmd: Cmd::new(&spec::SCRIPT_DEBUG, ok).arg(mode) }
}

/// `SCRIPT EXISTS sha1 [sha1 ...]`: see [`ScriptingCommands::script_exists`].
pub fn script_exists(sha1s: impl ToArgs) -> Cmd<Vec<bool>> {
    let mut request = Request::new(&spec::SCRIPT_EXISTS);
    request.some_args("sha1s", sha1s);
    Cmd::from_request(request, Vec::from_reply)
}

/// `SCRIPT FLUSH` with its options ([`Flush`]): see [`ScriptingCommands::script_flush`].
pub fn script_flush() -> Flush {
    Flush::new(&spec::SCRIPT_FLUSH)
}

/// `SCRIPT HELP`: see [`ScriptingCommands::script_help`].
pub fn script_help() -> Cmd<Vec<String>> {
    Cmd::new(&spec::SCRIPT_HELP, texts)
}

/// `SCRIPT KILL`: see [`ScriptingCommands::script_kill`].
pub fn script_kill() -> Cmd<()> {
    Cmd::new(&spec::SCRIPT_KILL, ok)
}

/// `SCRIPT LOAD script`: see [`ScriptingCommands::script_load`].
pub fn script_load(script: impl ToArg) -> Cmd<String> {
    Cmd::new(&spec::SCRIPT_LOAD, String::from_reply).arg(script)
}

/// `SCRIPT SHOW sha1`: see [`ScriptingCommands::script_show`].
pub fn script_show(sha1: impl ToArg) -> Cmd<Vec<u8>> {
    Cmd::new(&spec::SCRIPT_SHOW, Vec::<u8>::from_reply).arg(sha1)
}

/// How scripts are debugged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ScriptDebugMode {
    /// In a copy of the server, whose data is thrown away in the end.
    Yes,
    /// In the server itself, which stands still until the end.
    Sync,
    /// Not at all.
    No,
}

impl ToArg for ScriptDebugMode {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.bytes(match self {
            ScriptDebugMode::Yes => b"YES",
            ScriptDebugMode::Sync => b"SYNC",
            ScriptDebugMode::No => b"NO",
        });
    }
}

/// `SCRIPT DEBUG` with its options; [`script_debug()`] makes it.
///
/// Without them of Lua scripts; [`engine`](Self::engine) makes it those of another engine.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct ScriptDebug {
    cmd: Cmd<()>,
}

impl ScriptDebug {
    /// `engine`: the engine whose scripts are meant, `lua` by default. Since Valkey 9.1.0, not in Redis.
    pub fn engine(self, engine: impl ToArg) -> Cmd<()> {
        self.cmd.arg(engine)
    }
}

impl IntoCmd for ScriptDebug {
    type Reply = ();

    fn into_cmd(self) -> Cmd<()> {
        self.cmd
    }
}
