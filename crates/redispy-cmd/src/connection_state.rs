//! Which commands leave a connection different from what it was, or tell about what was done on it, from a request as it is sent.
//!
//! A client lends any of its connections to each call. What one caller does to a connection the next one would find: another
//! database, another user, a WATCH; and what a caller has written may have gone over another one than its WAIT. These functions let whoever owns connections refuse or prepare for such commands, however
//! they were written.

use crate::cmd::Request;
use crate::spec::{Flags, Spec};

const SESSION: &str = "a session, which has one connection to itself";
const DATABASE: &str = "the database in the client's configuration, or a session";
const CREDENTIALS: &str = "the user and password in the client's configuration, or a session";
const NAME: &str = "the client name in the client's configuration, or a session";
const LIBRARY: &str = "the library name in the client's configuration, or a session";
const PROTOCOL: &str = "the protocol in the client's configuration, or a session";
const PUBSUB: &str = "this version has no subscriptions";
const MULTI: &str = "a pipeline, which sends MULTI and EXEC around its commands";
const WATCH: &str = "a transaction: `client.transaction(keys, ..)`";
const MONITOR: &str =
    "this version has no MONITOR, whose stream needs a connection on which nothing else is sent";
const SILENCE: &str =
    "each command is told its reply here; those of a pipeline come together, and need not be looked at";
const WRITES: &str =
    "a session, on which the writes are made too: it tells about those of its own connection";
const REPLICATION: &str = "a replica; clients do not speak the replication protocol";
const CLUSTER: &str = "a client of the cluster, which says this by itself where it is needed";
const DROP: &str = "nothing: connections are closed with the client or session that owns them";
const ALONE: &str =
    "run it by itself, on the client or a session: here it would hold up every command behind it";
const LAST: &str = "run it by itself, on the client or a session: the connection ends with it, and with it the replies of all others";

/// What to use instead of this command on a client, if it changes the connection it runs on, or why there is nothing; `None` for
/// all other commands.
///
/// ```
/// use redispy_cmd::{changes_connection, cmd};
///
/// let select = cmd(("select", 3));
/// assert_eq!(
///     changes_connection(select.request()),
///     Some("the database in the client's configuration, or a session")
/// );
/// assert_eq!(changes_connection(cmd(("GET", "key")).request()), None);
/// ```
pub fn changes_connection(request: &Request) -> Option<&'static str> {
    // Names outside the table are no commands of this kind.
    let spec = request.spec()?;
    // What is sent most is told at once.
    if works_on_data(spec) { None } else { changes_by_name(request, spec.name) }
}

/// Whether it reads or writes keys: then it does nothing to the connection.
fn works_on_data(spec: &Spec) -> bool {
    spec.flags.contains(Flags::READONLY) || spec.flags.contains(Flags::WRITE)
}

fn changes_by_name(request: &Request, name: &str) -> Option<&'static str> {
    let instead = match name {
        "SELECT" => DATABASE,
        "AUTH" => CREDENTIALS,
        // Without arguments it only reports.
        "HELLO" if request.count() == 1 => return None,
        "HELLO" => PROTOCOL,
        "QUIT" => DROP,
        "RESET" => SESSION,
        "CLIENT SETNAME" => NAME,
        "CLIENT SETINFO" => LIBRARY,
        "CLIENT REPLY" if !speaks(request) => SILENCE,
        "CLIENT REPLY" => SESSION,
        "CLIENT CACHING"
        | "CLIENT CAPA"
        | "CLIENT IMPORT-SOURCE"
        | "CLIENT NO-EVICT"
        | "CLIENT NO-TOUCH"
        | "CLIENT TRACKING"
        | "SCRIPT DEBUG" => SESSION,
        "SUBSCRIBE" | "UNSUBSCRIBE" | "PSUBSCRIBE" | "PUNSUBSCRIBE" | "SSUBSCRIBE" | "SUNSUBSCRIBE" => PUBSUB,
        "MULTI" | "EXEC" | "DISCARD" => MULTI,
        "WATCH" | "UNWATCH" => WATCH,
        "MONITOR" => MONITOR,
        // The last one is what nodes of a cluster say to each other, and some of it gets no answer.
        "SYNC" | "PSYNC" | "REPLCONF" | "CLUSTER SYNCSLOTS" => REPLICATION,
        "READONLY" | "READWRITE" | "ASKING" => CLUSTER,
        _ => return None,
    };
    Some(instead)
}

/// What to use instead of this command on a client, which lends any of its connections to each call, if it is about its connection:
/// it changes it ([`changes_connection`]), or waits for what was written on it (`WAIT`). `None` for all other commands.
///
/// ```
/// use redispy_cmd::{changes_connection, cmd, needs_session};
///
/// let wait = cmd(("WAIT", 1, 100));
/// assert!(needs_session(wait.request()).is_some());
/// assert_eq!(changes_connection(wait.request()), None);
/// ```
pub fn needs_session(request: &Request) -> Option<&'static str> {
    match request.spec()?.name {
        "WAIT" | "WAITAOF" => Some(WRITES),
        _ => changes_connection(request),
    }
}

/// What to use instead of this command even where it may change the connection, if from then on the server would no longer
/// answer each command with its reply: it streams (`MONITOR`, subscriptions, replication), keeps silent (`CLIENT REPLY OFF`), or
/// says `QUEUED` to everything (`MULTI`). `None` for all other commands.
pub fn takes_over_connection(request: &Request) -> Option<&'static str> {
    match request.spec()?.name {
        "CLIENT REPLY" if speaks(request) => None,
        "CLIENT REPLY" | "SUBSCRIBE" | "UNSUBSCRIBE" | "PSUBSCRIBE" | "PUNSUBSCRIBE" | "SSUBSCRIBE"
        | "SUNSUBSCRIBE" | "MONITOR" | "SYNC" | "PSYNC" | "CLUSTER SYNCSLOTS" | "MULTI" | "EXEC"
        | "DISCARD" => changes_connection(request),
        _ => None,
    }
}

/// Whether this `CLIENT REPLY` leaves the server answering.
fn speaks(request: &Request) -> bool {
    request.get(2).is_some_and(|mode| mode.eq_ignore_ascii_case(b"ON"))
}

/// Whether the server answers this command by closing the connection when it does what it is asked: `SHUTDOWN`, unless it
/// aborts another one. An error reply means that it goes on running.
///
/// Whoever implements [`Call`](crate::Call) lends the reply `+OK` when the connection ends instead of an answer, and never
/// sends the command again: it would stop a server that was just started anew.
pub fn closes_connection(request: &Request) -> bool {
    request.name() == "SHUTDOWN" && !request.iter().skip(1).any(|word| word.eq_ignore_ascii_case(b"ABORT"))
}

/// Whether this command is to reach a server that does not go on with what others have sent: it ends or resumes what they wait
/// for (`SCRIPT KILL`, `CLIENT UNPAUSE`), or tells about it (`FUNCTION STATS`). Behind them on the same connection it would wait
/// for what it is about.
pub fn overtakes(request: &Request) -> bool {
    let name = request.spec().map_or("", |spec| spec.name);
    matches!(
        name,
        "SCRIPT KILL"
            | "FUNCTION KILL"
            | "FUNCTION STATS"
            | "CLIENT UNPAUSE"
            | "CLIENT UNBLOCK"
            | "CLIENT KILL"
            | "SHUTDOWN"
    )
}

/// Whether the table knows this command, by its first word and, of a container (`CLIENT`), its second. What is not known may do
/// anything to its connection: a module's command, one of a newer server, one that the server was told to call by another name.
pub fn is_known(request: &Request) -> bool {
    request.spec().is_some_and(|spec| !spec.container || request.count() == 1)
}

/// Whether this command may go over a connection that others use at the same time. Not so what is [unfit for a
/// batch](unfit_for_batch), [overtakes](overtakes) others, is not [known](is_known), or has its connection wait longer than the
/// server: Redis 8.2 frees memory for FLUSHALL and FLUSHDB in the background, serves others meanwhile, and answers when it is done.
#[inline]
pub fn is_shareable(request: &Request) -> bool {
    // What is sent most is told at once.
    if request.spec().is_some_and(|spec| works_on_data(spec) && spec.first_key > 0 && !spec.is_blocking()) {
        return true;
    }
    is_known(request)
        && unfit_for_batch(request).is_none()
        && !overtakes(request)
        && !matches!(request.name(), "FLUSHALL" | "FLUSHDB")
}

/// What to use instead of this command among others that are sent at once, in a batch or a pipeline: it changes the connection
/// or is about it ([`needs_session`]), closes it ([`closes_connection`]), or waits. `None` for all other commands.
#[inline]
pub fn unfit_for_batch(request: &Request) -> Option<&'static str> {
    // What is sent most is told at once.
    if request.spec().is_some_and(|spec| works_on_data(spec) && !spec.is_blocking()) {
        return None;
    }
    unfit_by_name(request)
}

fn unfit_by_name(request: &Request) -> Option<&'static str> {
    if closes_connection(request) {
        return Some(LAST);
    }
    needs_session(request).or_else(|| waits(request).then_some(ALONE))
}

/// Whether the command waits at the server, be it for a time that only servers can read: `BLPOP key 0x10`.
fn waits(request: &Request) -> bool {
    let is_stream = || matches!(request.name(), "XREAD" | "XREADGROUP");
    request.spec().is_some_and(Spec::is_blocking) && (request.block().is_some() || !is_stream())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cmd::cmd;

    #[test]
    fn what_ends_the_waiting_of_others_overtakes_them() {
        for words in [
            "script kill",
            "FUNCTION KILL",
            "function stats",
            "CLIENT UNPAUSE",
            "CLIENT UNBLOCK 5",
            "CLIENT KILL ID 5",
            "SHUTDOWN ABORT",
        ] {
            assert!(overtakes(cmd(crate::arg::each(words.split(' '))).request()), "{words}");
        }
        for words in ["GET k", "CLIENT PAUSE 5", "SCRIPT LOAD x", "NONSENSE"] {
            assert!(!overtakes(cmd(crate::arg::each(words.split(' '))).request()), "{words}");
        }
    }

    #[test]
    fn raw_words_are_seen_through_in_any_case() {
        for words in [
            "SELECT 1",
            "auth p",
            "hello 3",
            "RESET",
            "quit",
            "client setname x",
            "CLIENT SETINFO lib-name x",
            "client reply off",
            "CLIENT TRACKING on",
            "client caching yes",
            "client no-evict on",
            "client no-touch on",
            "client capa redirect",
            "client import-source on",
            "subscribe c",
            "PSUBSCRIBE c",
            "ssubscribe c",
            "unsubscribe",
            "punsubscribe",
            "sunsubscribe",
            "monitor",
            "multi",
            "exec",
            "discard",
            "watch k",
            "unwatch",
            "sync",
            "psync ? -1",
            "replconf ack 0",
            "cluster syncslots capa x",
            "readonly",
            "readwrite",
            "asking",
            "script debug yes",
        ] {
            let words: Vec<&str> = words.split(' ').collect();
            let whole = cmd(words.as_slice());
            assert!(changes_connection(whole.request()).is_some(), "{words:?}");
            let (first, rest) = words.split_first().unwrap();
            let grown = cmd(*first).arg(rest);
            assert!(changes_connection(grown.request()).is_some(), "{words:?}");
        }
    }

    #[test]
    fn what_works_on_data_and_does_not_wait_is_fit_for_a_batch() {
        for spec in Spec::all().filter(|spec| works_on_data(spec) && !spec.is_blocking()) {
            assert_eq!(unfit_by_name(&Request::new(spec)), None, "{}", spec.name);
        }
        assert_eq!(unfit_for_batch(cmd(("BLPOP", "k", 1)).request()), Some(ALONE));
        assert_eq!(unfit_for_batch(cmd("SHUTDOWN").request()), Some(LAST));
    }

    #[test]
    fn no_command_that_works_on_data_changes_the_connection() {
        let on_data: Vec<_> = Spec::all().filter(|spec| works_on_data(spec)).collect();
        assert!(on_data.len() > 150, "{}", on_data.len());
        for spec in on_data {
            assert_eq!(changes_by_name(&Request::new(spec), spec.name), None, "{}", spec.name);
        }
    }

    #[test]
    fn what_leaves_the_connection_as_it_is_is_let_through() {
        for words in [
            "HELLO",
            "client list",
            "client id",
            "GET select",
            "CLIENT",
            "config set x y",
            "NOSUCH",
            "wait 1 0",
        ] {
            let words: Vec<&str> = words.split(' ').collect();
            assert_eq!(changes_connection(cmd(words.as_slice()).request()), None, "{words:?}");
        }
    }

    #[test]
    fn streams_silence_and_queues_are_told_from_other_changes() {
        let instead = |words: &[&str]| takes_over_connection(cmd(words).request());
        for words in [&["CLIENT", "REPLY", "off"][..], &["CLIENT", "REPLY", "SKIP"], &["client", "reply"]] {
            assert_eq!(instead(words), Some(SILENCE));
        }
        assert_eq!(instead(&["client", "reply", "on"]), None);
        assert_eq!(instead(&["MONITOR"]), Some(MONITOR));
        assert_eq!(instead(&["SUBSCRIBE", "c"]), Some(PUBSUB));
        for words in ["multi", "EXEC", "DISCARD"] {
            assert_eq!(instead(&[words]), Some(MULTI));
        }
        for words in [&["SELECT", "1"][..], &["WATCH", "k"], &["UNWATCH"], &["ASKING"]] {
            assert_eq!(instead(words), None);
        }
    }

    #[test]
    fn others_share_a_connection_only_with_what_is_known_and_does_not_keep_them() {
        let shareable = |words: &str| is_shareable(cmd(crate::arg::each(words.split(' '))).request());
        for words in [
            "GET k",
            "MSET k 1",
            "scan 0",
            "EVAL x 0",
            "fcall f 0",
            "COMMAND",
            "client id",
            "DEBUG SLEEP 0",
            "PING",
            "XREAD STREAMS s 0",
            "DBSIZE",
        ] {
            assert!(shareable(words), "{words}");
        }
        for words in [
            "NO.SUCH k",
            "CLIENT NONESUCH",
            "xgroup nonesuch k g",
            "flushall",
            "FLUSHDB ASYNC",
            "SCRIPT KILL",
            "CLIENT UNPAUSE",
            "SHUTDOWN",
            "SELECT 1",
            "WAIT 1 1",
            "BLPOP k 1",
            "BLPOP k 0x10",
            "BLMPOP 0x1p4 1 k LEFT",
            "XREAD BLOCK 5 STREAMS s 0",
            "CLUSTER SYNCSLOTS ACK",
        ] {
            assert!(!shareable(words), "{words}");
        }
        // One look tells that a command is fit for a pipeline and may go over any connection.
        for spec in Spec::all() {
            let request = Request::new(spec);
            assert!(!is_shareable(&request) || unfit_for_batch(&request).is_none(), "{}", spec.name);
        }
    }

    #[test]
    fn nobody_is_sent_to_a_session_that_refuses_it_too() {
        for spec in Spec::all() {
            for mode in [&[][..], &["OFF"], &["SKIP"]] {
                let words = cmd(crate::arg::each(spec.name.split(' '))).arg(mode);
                let request = words.request();
                if let Some(instead) = takes_over_connection(request) {
                    assert_eq!(changes_connection(request), Some(instead), "{}", spec.name);
                    assert!(!instead.contains("session"), "{}: {instead}", spec.name);
                }
            }
        }
        let on = ["CLIENT", "REPLY", "ON"];
        assert_eq!(changes_connection(cmd(&on[..]).request()), Some(SESSION));
    }

    #[test]
    fn only_shutdown_is_answered_by_the_end_of_the_connection() {
        let closes = |words: &[&str]| closes_connection(cmd(words).request());
        assert!(closes(&["SHUTDOWN"]) && closes(&["shutdown", "NOSAVE"]));
        assert!(!closes(&["SHUTDOWN", "abort"]) && !closes(&["QUIT"]));
    }

    #[test]
    fn a_batch_takes_neither_changes_nor_waits_nor_the_end() {
        let instead = |words: &[&str]| unfit_for_batch(cmd(words).request());
        assert_eq!(instead(&["shutdown", "NOSAVE"]), Some(LAST));
        assert_eq!(instead(&["SELECT", "1"]), Some(DATABASE));
        for time in ["1", "0", "0x10", "1e0", "-1", "soon"] {
            assert_eq!(instead(&["BLPOP", "queue", time]), Some(ALONE), "{time}");
        }
        assert_eq!(instead(&["WAIT", "1", "100"]), Some(WRITES));
        assert_eq!(instead(&["waitaof", "1", "1", "100"]), Some(WRITES));
        assert_eq!(instead(&["XREAD", "STREAMS", "s", "0"]), None);
        assert_eq!(instead(&["SHUTDOWN", "ABORT"]), None);
        assert_eq!(instead(&["GET", "key"]), None);
    }
}
