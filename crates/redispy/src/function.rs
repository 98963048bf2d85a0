//! Functions of libraries on the server.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use redispy_cmd::{Cmd, Execute, FromReply, IntoCmd, ToArg, ToArgs};

use crate::cmd::{self, ScriptCall};

/// A function of a library on the server that answers with a `T` (`FCALL`; since Redis 7.0.0).
///
/// Unlike scripts, libraries are part of the server's data: they are saved, replicated and survive a failover. So they are loaded
/// once, when the application is rolled out, by [`cmd::function_load`](crate::cmd::function_load()); a function that is not
/// there is an error of the server.
///
/// ```no_run
/// use redispy::{Client, Function, cmd, prelude::*};
///
/// let r = Client::open("redis://localhost")?;
/// let library = "#!lua name=counters
/// redis.register_function('add', function(keys, args) return redis.call('INCRBY', keys[1], args[1]) end)";
/// r.run(cmd::function_load(library).replace())?;
///
/// let add: Function<i64> = Function::new("add");
/// let n = r.run(add.key("n").arg(5))?;
/// # let _ = n;
/// # Ok::<(), redispy::Error>(())
/// ```
pub struct Function<T> {
    name: Arc<str>,
    read_only: bool,
    reply: PhantomData<fn() -> T>,
}

impl<T: FromReply> Function<T> {
    /// The function of this name; nothing is sent.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Function { name: name.into(), read_only: false, reply: PhantomData }
    }

    /// The same function as one that only reads: the library must declare it so (`no-writes`), replicas run it too, and a
    /// call whose connection is lost is sent again (`FCALL_RO`).
    #[must_use = "the function itself stays as it was"]
    pub fn read_only(&self) -> Self {
        Function { read_only: true, ..self.clone() }
    }

    /// The function's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A call without keys and arguments yet. A function that needs none can be run itself: `r.run(&function)`.
    pub fn call(&self) -> ScriptCall<T> {
        let call = if self.read_only { cmd::fcall_ro(&*self.name) } else { cmd::fcall(&*self.name) };
        call.returns()
    }

    /// A call with this key.
    pub fn key(&self, key: impl ToArg) -> ScriptCall<T> {
        self.call().key(key)
    }

    /// A call with these keys.
    pub fn keys(&self, keys: impl ToArgs) -> ScriptCall<T> {
        self.call().keys(keys)
    }

    /// A call with this argument.
    pub fn arg(&self, arg: impl ToArg) -> ScriptCall<T> {
        self.call().arg(arg)
    }

    /// A call with these arguments.
    pub fn args(&self, args: impl ToArgs) -> ScriptCall<T> {
        self.call().args(args)
    }

    /// Runs the function without keys and arguments.
    pub fn run<E: Execute>(&self, on: E) -> E::Output<T> {
        on.run(self)
    }
}

impl<T> Clone for Function<T> {
    fn clone(&self) -> Self {
        Function { name: Arc::clone(&self.name), read_only: self.read_only, reply: PhantomData }
    }
}

impl<T> fmt::Debug for Function<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function")
            .field("name", &self.name)
            .field("read_only", &self.read_only)
            .finish_non_exhaustive()
    }
}

impl<T: FromReply> IntoCmd for &Function<T> {
    type Reply = T;

    fn into_cmd(self) -> Cmd<T> {
        self.call().into_cmd()
    }
}
