//! Scripts that are sent by their hash, and as a whole when the server does not have them.
//!
//! What a server has of scripts may be gone at any time: after SCRIPT FLUSH, a restart, a failover. So nothing here remembers
//! which server has which script. A call that is answered `NOSCRIPT` has not run, and is sent again as `EVAL`, on the same
//! connection and within the same deadline; `EVAL` also puts the script into the server's cache. Where commands are sent
//! together, and the answer to the first comes too late for the second, the first call of each script is an `EVAL` from the
//! start. Of deferred calls each is one, for nobody may be there to look at the answer.

use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use redispy_cmd::{Cmd, Execute, FromReply, IntoCmd, Request, ToArg, ToArgs};
use resp_proto::Node;

#[cfg(doc)]
use crate::Client;
use crate::Result;
use crate::client::Times;
use crate::cmd::{self, ScriptCall};
use crate::link::Link;

/// A Lua script that answers with a `T`; made by [`Client::register_script`], or by [`Script::new`] without a client.
///
/// It belongs to no client, connection or server: give it keys and arguments, and run it on a client, a session, or as one
/// command of many. What is sent is its hash (`EVALSHA`). A server that does not have the script, be it after SCRIPT FLUSH or a
/// failover, is sent the whole of it (`EVAL`) within the same call, which does not count as sending again: the server has
/// said that nothing ran.
///
/// ```no_run
/// use redispy::{Client, Script, prelude::*};
///
/// let r = Client::open("redis://localhost")?;
/// let add: Script<i64> = r.register_script("return redis.call('INCRBY', KEYS[1], ARGV[1])");
/// let n = r.run(add.key("n").arg(5))?;
/// let more = add.key("n").arg(5).run(&r)?; // the same
/// let both: Vec<i64> = r.batch(["a", "b"].map(|key| add.key(key).arg(1)))?;
/// # let _ = (n, more, both);
/// # Ok::<(), redispy::Error>(())
/// ```
///
/// # What may be a `T`
///
/// Anything that is [`FromReply`]. Of Lua's values, a number is cut to an integer, a string is a string, a table is an array that
/// ends before its first `nil`, `true` is 1, `false` and `nil` are null (`Option`), `{ok = ..}` is a status, `{err = ..}` an
/// error of the server. A fraction travels as a string: `return tostring(x)` and `Script<f64>`. These shapes are the same with
/// RESP2 and RESP3, as long as the script does not call `redis.setresp(3)`.
///
/// # What to know
///
/// - A script is atomic: nothing else runs on the server meanwhile. Let it be short.
/// - All keys that it touches belong into [`keys`](Self::keys): a cluster finds the node by them.
/// - It is not rolled back when it fails: what it wrote before stays. So an error that a script may have ended with has the
///   outcome [`MaybeExecuted`](crate::Outcome::MaybeExecuted), one that came instead of it (`NOSCRIPT`, `NOPERM`, `READONLY`
///   ...) is [`Rejected`](crate::Outcome::Rejected).
/// - It must not answer with an error of its own that has a code of the server: `NOSCRIPT`, and those that ask for patience
///   (`BUSY`, `LOADING`, `MASTERDOWN`, `NOREPLICAS`, `TRYAGAIN`), would make the client send it again.
/// - In a batch or a pipeline the first call of each script is an `EVAL`, so it needs no script to be there. Only when the
///   server refuses that call before it looks at the script (`NOPERM` for its key), or another client runs SCRIPT FLUSH just
///   between two commands, a later call of the same script may fail with `NOSCRIPT`: it has not run. A transaction rules
///   out both.
/// - A [`Deferred`](crate::Deferred) sends the text with each call.
/// - Redis from 7.4 on keeps only the 500 scripts used last of those that came by `EVAL`. More are sent whole more often;
///   [`load`](Self::load) keeps one for good, until SCRIPT FLUSH or a restart.
/// - The text should be the same each time, with what varies in the arguments: a text per call fills the server's cache.
pub struct Script<T> {
    text: Arc<[u8]>,
    sha1: Arc<str>,
    read_only: bool,
    reply: PhantomData<fn() -> T>,
}

impl<T: FromReply> Script<T> {
    /// The script with this text. Its hash is computed here; nothing is sent.
    ///
    /// ```
    /// use std::sync::LazyLock;
    /// use redispy::Script;
    ///
    /// static DOUBLE: LazyLock<Script<i64>> = LazyLock::new(|| Script::new("return 2 * ARGV[1]"));
    /// assert_eq!(DOUBLE.sha1(), "df9e398c2772064a1df8c05a975d4a342f1e4ec0");
    /// ```
    pub fn new(text: impl AsRef<[u8]>) -> Self {
        let text: Arc<[u8]> = text.as_ref().into();
        let sha1 = sha1_smol::Sha1::from(&text).digest().to_string().into();
        Script { text, sha1, read_only: false, reply: PhantomData }
    }

    /// The same script as one that only reads: a server refuses what it would write, replicas run it too, and a call whose
    /// connection is lost is sent again (`EVALSHA_RO`, `EVAL_RO`; since Redis 7.0.0).
    #[must_use = "the script itself stays as it was"]
    pub fn read_only(&self) -> Self {
        Script { read_only: true, ..self.clone() }
    }

    /// The same script whose answer is read as another type.
    #[must_use = "the script itself stays as it was"]
    pub fn returns<U: FromReply>(&self) -> Script<U> {
        Script {
            text: Arc::clone(&self.text),
            sha1: Arc::clone(&self.sha1),
            read_only: self.read_only,
            reply: PhantomData,
        }
    }

    /// The hash that the server knows the script by: 40 hexadecimal digits.
    pub fn sha1(&self) -> &str {
        &self.sha1
    }

    /// The script's text.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// A call without keys and arguments yet. A script that needs none can be run itself: `r.run(&script)`.
    pub fn call(&self) -> ScriptCall<T> {
        let call = if self.read_only { cmd::evalsha_ro(&*self.sha1) } else { cmd::evalsha(&*self.sha1) };
        call.text(Arc::clone(&self.text)).returns()
    }

    /// A call with this key; the script finds it in `KEYS`.
    pub fn key(&self, key: impl ToArg) -> ScriptCall<T> {
        self.call().key(key)
    }

    /// A call with these keys.
    pub fn keys(&self, keys: impl ToArgs) -> ScriptCall<T> {
        self.call().keys(keys)
    }

    /// A call with this argument; the script finds it in `ARGV`.
    pub fn arg(&self, arg: impl ToArg) -> ScriptCall<T> {
        self.call().arg(arg)
    }

    /// A call with these arguments.
    pub fn args(&self, args: impl ToArgs) -> ScriptCall<T> {
        self.call().args(args)
    }

    /// Runs the script without keys and arguments.
    pub fn run<E: Execute>(&self, on: E) -> E::Output<T> {
        on.run(self)
    }

    /// `SCRIPT LOAD`: puts the script into the server's cache without running it, and answers with its hash. No call needs it: it
    /// spares the first one the script's text.
    pub fn load(&self) -> Cmd<String> {
        cmd::script_load(&*self.text)
    }
}

impl<T> Clone for Script<T> {
    fn clone(&self) -> Self {
        Script {
            text: Arc::clone(&self.text),
            sha1: Arc::clone(&self.sha1),
            read_only: self.read_only,
            reply: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Script<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("sha1", &self.sha1)
            .field("read_only", &self.read_only)
            .finish_non_exhaustive()
    }
}

impl<T: FromReply> IntoCmd for &Script<T> {
    type Reply = T;

    fn into_cmd(self) -> Cmd<T> {
        self.call().into_cmd()
    }
}

/// Sends `request` over `link` and hands its reply to `read`. A script that the server does not have is sent whole then.
pub(crate) fn call<T>(
    link: &mut Link<'_>,
    request: &Request,
    times: &Times,
    mut read: impl FnMut(Node<'_>) -> Result<T>,
) -> Result<T> {
    if request.script_text().is_some() {
        let answer = link.call(request.bytes(), times, |node| {
            if is_missing(&node) { Ok(None) } else { read(node).map(Some) }
        })?;
        if let Some(answer) = answer {
            return Ok(answer);
        }
    }
    let whole = request.with_script_text();
    link.call(whole.as_ref().map_or(request.bytes(), Request::bytes), times, read)
}

/// Whether the server says that it does not have the script.
fn is_missing(node: &Node<'_>) -> bool {
    node.is_error() && redispy_conn::code(&node.as_bytes().unwrap_or_default()) == "NOSCRIPT"
}

/// The scripts that one sequence of commands, all sent together, brings along.
#[derive(Debug, Default)]
pub(crate) struct Scripts {
    /// The hashes of those whose text was written already.
    written: HashSet<Box<[u8]>>,
}

impl Scripts {
    /// How many scripts count as brought along: servers keep the 500 used last (Redis from 7.4 on).
    const MOST: usize = 250;

    /// Whether the command calls a script or comes behind one that does: else it is sent as it is.
    #[inline]
    pub(crate) fn concern(&self, request: &Request) -> bool {
        !self.written.is_empty() || request.script_text().is_some()
    }

    /// What is sent for a command. The first call of each script takes its text along, so that the later ones find it,
    /// whatever the server's cache held before; within MULTI and EXEC nothing can take it away between.
    pub(crate) fn sent(&mut self, request: Request) -> Request {
        let whole = if self.brings(&request) { request.with_script_text() } else { None };
        whole.unwrap_or(request)
    }

    /// Whether the command is to take its script's text along, which is remembered.
    fn brings(&mut self, request: &Request) -> bool {
        if !self.written.is_empty() && request.name() == "SCRIPT FLUSH" {
            self.written.clear();
        }
        let Some(sha1) = request.script_text().and_then(|_| request.get(1)) else { return false };
        if self.written.contains(sha1) {
            return false;
        }
        if self.written.len() == Self::MOST {
            self.written.clear();
        }
        self.written.insert(sha1.into());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of each command written.
    fn written(commands: impl IntoIterator<Item = Cmd<i64>>) -> Vec<String> {
        let mut scripts = Scripts::default();
        let lines = commands.into_iter().map(|command| {
            let text = String::from_utf8(scripts.sent(command.into_parts().0).bytes().to_vec()).unwrap();
            let words: Vec<_> = text.lines().skip(2).step_by(2).collect();
            words.join(" ")
        });
        lines.collect()
    }

    #[test]
    fn the_hash_is_sha_1_of_the_text() {
        assert_eq!(Script::<i64>::new("return 1").sha1(), "e0e1f9fabfc9d4800c877a703b823ac0578ff8db");
        assert_eq!(Script::<i64>::new("").sha1(), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
        let script = Script::<i64>::new(b"return '\xff'");
        assert_eq!(script.text(), b"return '\xff'");
        assert!(!format!("{script:?}").contains("return"), "{script:?}");
    }

    #[test]
    fn a_call_is_by_hash_and_knows_the_text() {
        let script = Script::<i64>::new("return 1");
        let hash = script.sha1();
        for (call, by_hash, whole) in [
            (script.keys(["k", "l"]).arg(7), "EVALSHA", "EVAL|return 1|2|k|l|7"),
            (script.read_only().args(["a", "b"]), "EVALSHA_RO", "EVAL_RO|return 1|0|a|b"),
        ] {
            let command = call.into_cmd();
            let request = command.request();
            assert_eq!((request.name(), request.get(1).unwrap()), (by_hash, hash.as_bytes()));
            assert_eq!(request.script_text(), Some(&b"return 1"[..]));
            let text = request.clone().with_script_text().unwrap();
            assert_eq!(text.iter().collect::<Vec<_>>().join(&b'|'), whole.as_bytes());
        }
        assert!(cmd::evalsha(hash).key("k").into_cmd().request().with_script_text().is_none());
        let repeatable = script.key("k").repeatable();
        let request = repeatable.clone().into_parts().0;
        assert!(request.is_repeatable() && request.with_script_text().unwrap().is_repeatable());
        assert!(!script.key("k").into_cmd().request().is_repeatable());
    }

    #[test]
    fn the_first_call_of_each_script_takes_its_text_along() {
        let (one, two) = (Script::<i64>::new("return 1"), Script::<i64>::new("return 2"));
        let (hash_1, hash_2) = (one.sha1().to_owned(), two.sha1().to_owned());
        let again = Script::<i64>::new("return 1").read_only();
        let calls = [one.key("a"), two.key("b"), one.key("c"), again.key("d"), two.key("e")];
        assert_eq!(
            written(calls.map(IntoCmd::into_cmd)),
            [
                "EVAL return 1 1 a".to_owned(),
                "EVAL return 2 1 b".to_owned(),
                format!("EVALSHA {hash_1} 1 c"),
                format!("EVALSHA_RO {hash_1} 1 d"),
                format!("EVALSHA {hash_2} 1 e"),
            ]
        );
    }

    #[test]
    fn a_text_goes_out_again_when_the_server_may_have_dropped_it() {
        let script = Script::<i64>::new("return 1");
        let flush = cmd::script_flush().into_cmd().decode(|_| Ok(0));
        let lines = written([script.call().into_cmd(), flush, script.call().into_cmd()]);
        assert_eq!(lines, ["EVAL return 1 0", "SCRIPT FLUSH", "EVAL return 1 0"]);
        let many = (0..Scripts::MOST).map(|n| Script::new(format!("return {n}")).call().into_cmd());
        let lines = written(many.chain([Script::new("return 0").call().into_cmd()]));
        assert!(lines.last().unwrap().starts_with("EVALSHA "), "{:?}", lines.last());
        let more = (0..=Scripts::MOST).map(|n| Script::new(format!("return {n}")).call().into_cmd());
        let lines = written(more.chain([Script::new("return 0").call().into_cmd()]));
        assert_eq!(lines.last().unwrap(), "EVAL return 0 0");
    }
}
