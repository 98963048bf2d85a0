//! Running scripts and functions with keys and arguments.

use std::sync::Arc;

use crate::arg::{ToArg, ToArgs};
use crate::cmd::{Cmd, Mark, Reader, Request, Words};
use crate::execute::{Execute, IntoCmd};
use crate::reply::{FromReply, Value};
use crate::spec::{self, Spec};

/// `EVAL script numkeys [key ...] [arg ...]` with its options ([`ScriptCall`]): see
/// [`ScriptingCommands::eval`](super::ScriptingCommands::eval).
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands as cmd};
/// let add = cmd::eval("return redis.call('INCRBY', KEYS[1], ARGV[1])").key("n").arg(5).returns::<i64>().into_cmd();
/// assert_eq!(add.request().iter().skip(2).collect::<Vec<_>>(), [b"1", b"n", b"5"]);
/// ```
pub fn eval(script: impl ToArg) -> ScriptCall<Value> {
    ScriptCall::new(&spec::EVAL, script)
}

/// `EVAL_RO script numkeys [key ...] [arg ...]` with its options ([`ScriptCall`]): see
/// [`ScriptingCommands::eval_ro`](super::ScriptingCommands::eval_ro).
pub fn eval_ro(script: impl ToArg) -> ScriptCall<Value> {
    ScriptCall::new(&spec::EVAL_RO, script)
}

/// `EVALSHA sha1 numkeys [key ...] [arg ...]` with its options ([`ScriptCall`]): see
/// [`ScriptingCommands::evalsha`](super::ScriptingCommands::evalsha).
pub fn evalsha(sha1: impl ToArg) -> ScriptCall<Value> {
    ScriptCall::new(&spec::EVALSHA, sha1)
}

/// `EVALSHA_RO sha1 numkeys [key ...] [arg ...]` with its options ([`ScriptCall`]): see
/// [`ScriptingCommands::evalsha_ro`](super::ScriptingCommands::evalsha_ro).
pub fn evalsha_ro(sha1: impl ToArg) -> ScriptCall<Value> {
    ScriptCall::new(&spec::EVALSHA_RO, sha1)
}

/// `FCALL function numkeys [key ...] [arg ...]` with its options ([`ScriptCall`]): see
/// [`ScriptingCommands::fcall`](super::ScriptingCommands::fcall).
pub fn fcall(function: impl ToArg) -> ScriptCall<Value> {
    ScriptCall::new(&spec::FCALL, function)
}

/// `FCALL_RO function numkeys [key ...] [arg ...]` with its options ([`ScriptCall`]): see
/// [`ScriptingCommands::fcall_ro`](super::ScriptingCommands::fcall_ro).
pub fn fcall_ro(function: impl ToArg) -> ScriptCall<Value> {
    ScriptCall::new(&spec::FCALL_RO, function)
}

/// `EVAL`, `EVAL_RO`, `EVALSHA`, `EVALSHA_RO`, `FCALL` or `FCALL_RO` with keys and arguments; [`eval()`], [`eval_ro()`],
/// [`evalsha()`], [`evalsha_ro()`], [`fcall()`] and [`fcall_ro()`] make it.
///
/// The keys are counted, so they may be given in any order with the arguments. The answer is a [`Value`] until
/// [`returns`](Self::returns) says otherwise.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct ScriptCall<T> {
    request: Request,
    /// Where the number of keys goes, and how many words stand before it.
    numkeys: (Mark, usize),
    args: Words,
    read: Reader<T>,
}

clone_and_debug! {
    ScriptCall<T> { request, numkeys, args, read }
}

impl ScriptCall<Value> {
    fn new(spec: &'static Spec, script: impl ToArg) -> Self {
        let mut request = Request::new(spec);
        request.arg(script);
        let numkeys = (request.mark(), request.count());
        ScriptCall { request, numkeys, args: Words::none(), read: Value::from_reply }
    }
}

impl<T> ScriptCall<T> {
    /// `key`: appends a key; the script finds it in `KEYS`.
    pub fn key(self, key: impl ToArg) -> Self {
        self.keys(key)
    }

    /// `key ...`: appends keys.
    pub fn keys(mut self, keys: impl ToArgs) -> Self {
        self.request.args(keys);
        self
    }

    /// `arg`: appends an argument; the script finds it in `ARGV`.
    pub fn arg(self, arg: impl ToArg) -> Self {
        self.args(arg)
    }

    /// `arg ...`: appends arguments.
    pub fn args(mut self, args: impl ToArgs) -> Self {
        self.args.push(args);
        self
    }

    /// The same call with its answer read as another type. Of Lua's own, numbers are cut to integers, `false` is nil and
    /// `true` is 1.
    pub fn returns<U: FromReply>(self) -> ScriptCall<U> {
        ScriptCall { request: self.request, numkeys: self.numkeys, args: self.args, read: U::from_reply }
    }

    /// The text of the script that is called by its hash: it is sent instead of the hash when the server answers
    /// `NOSCRIPT`. Clients and sessions do so by themselves; see [`Request::with_script_text`].
    pub fn text(mut self, script: Arc<[u8]>) -> Self {
        self.request.set_script(script);
        self
    }

    /// Says that running this twice does no harm; see [`Cmd::repeatable`].
    pub fn repeatable(self) -> Cmd<T> {
        self.into_cmd().repeatable()
    }

    /// Runs the call on a client, a session, a pipeline: `client.run(call)` the other way round.
    pub fn run<E: Execute>(self, on: E) -> E::Output<T> {
        on.run(self)
    }
}

impl<T> IntoCmd for ScriptCall<T> {
    type Reply = T;

    fn into_cmd(mut self) -> Cmd<T> {
        let (mark, before) = self.numkeys;
        let numkeys = self.request.count() - before;
        self.request.insert(mark, |request| request.arg(numkeys));
        self.request.append(&self.args);
        Cmd::from_request(self.request, self.read)
    }
}

impl Request {
    /// The [text](ScriptCall::text) of the script that is called by its hash, if it is known.
    #[inline]
    pub fn script_text(&self) -> Option<&[u8]> {
        self.script().map(|text| &**text)
    }

    /// The same call with the [text](ScriptCall::text) of the script in place of its hash: `EVAL` for `EVALSHA`, `EVAL_RO`
    /// for `EVALSHA_RO`. `None` when it is no call by a hash, or the text is not known.
    ///
    /// Both run the same script, so what was answered with `NOSCRIPT` may be sent so without running anything twice.
    ///
    /// ```
    /// # use redispy_cmd::{IntoCmd, commands as cmd};
    /// let text: &[u8] = b"return 1";
    /// let call = cmd::evalsha("e0e1f9fabfc9d4800c877a703b823ac0578ff8db").text(text.into()).key("k").into_cmd();
    /// let whole = call.request().with_script_text().unwrap();
    /// assert_eq!(whole.iter().collect::<Vec<_>>(), [&b"EVAL"[..], b"return 1", b"1", b"k"]);
    /// ```
    pub fn with_script_text(&self) -> Option<Request> {
        let text = self.script_text()?;
        let spec = match self.spec()?.name {
            "EVALSHA" => &spec::EVAL,
            "EVALSHA_RO" => &spec::EVAL_RO,
            _ => return None,
        };
        let mut whole = Request::new(spec);
        whole.push(text);
        self.iter().skip(2).for_each(|word| whole.push(word));
        whole.set_repeatable(self.is_said_repeatable());
        whole.refuse_as(self);
        Some(whole)
    }
}
