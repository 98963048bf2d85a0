//! A server in a variable: it answers with canned replies and remembers what it was sent.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt::Debug;

use redispy_cmd::execute::read_reply;
use redispy_cmd::spec::{Group, Spec};
use redispy_cmd::{Call, Execute, IntoCmd, OwnsConnection, ReplyError, ReplyErrorKind, Request};
use resp_proto::{Limits, Node, Reply};

use crate::record::record;

/// Answers each call with the next of its replies.
pub(crate) struct Double {
    replies: RefCell<VecDeque<Vec<u8>>>,
    sent: RefCell<Vec<String>>,
}

impl Double {
    /// Answers with these replies, in this order.
    pub(crate) fn new<const N: usize>(replies: [&str; N]) -> Self {
        Double {
            replies: RefCell::new(replies.map(|reply| reply.as_bytes().to_vec()).into()),
            sent: RefCell::default(),
        }
    }

    /// The commands that were sent, each as [`wire`] prints it.
    pub(crate) fn sent(&self) -> Vec<String> {
        self.sent.borrow().clone()
    }
}

impl Call for Double {
    type Error = ReplyError;

    fn call(&self, request: &Request, read: &mut dyn FnMut(Node<'_>)) -> Result<(), ReplyError> {
        record(request);
        self.sent.borrow_mut().push(words(request));
        let reply = self.replies.borrow_mut().pop_front().expect("a reply for each command");
        read(whole(&reply).node());
        Ok(())
    }
}

/// It stands for a session: it takes what belongs to a connection too.
impl OwnsConnection for &Double {}

/// What a command sends: its words with a space between, as a shell would need them quoted.
pub(crate) fn wire(cmd: impl IntoCmd) -> String {
    let cmd = cmd.into_cmd();
    assert_eq!(cmd.request().refusal(), None);
    record(cmd.request());
    words(cmd.request())
}

/// What a command makes of a reply.
pub(crate) fn read<C: IntoCmd>(cmd: C, reply: impl AsRef<[u8]>) -> Result<C::Reply, ReplyError> {
    let (request, reader) = cmd.into_cmd().into_parts();
    read_reply(&request, whole(reply.as_ref()).node(), reader)
}

/// What a command makes of a reply in RESP2 and in RESP3: the same value.
pub(crate) fn both<C>(cmd: C, resp2: impl AsRef<[u8]>, resp3: impl AsRef<[u8]>) -> C::Reply
where
    C: IntoCmd + Clone,
    C::Reply: PartialEq + Debug,
{
    let value = read(cmd.clone(), resp2).expect("the RESP2 reply fits");
    assert_eq!(read(cmd, resp3).expect("the RESP3 reply fits"), value);
    value
}

/// The text of the error that a command makes of a reply that it cannot read.
pub(crate) fn unfit<C: IntoCmd>(cmd: C, reply: impl AsRef<[u8]>) -> String {
    let Err(error) = read(cmd, reply) else { panic!("the reply was taken") };
    assert!(matches!(error.kind(), ReplyErrorKind::Type { .. }), "{error:?}");
    error.to_string()
}

/// The text of the error that keeps a command from being sent.
pub(crate) fn refusal<C: IntoCmd>(cmd: C) -> String {
    let nowhere = Double::new([]);
    let Err(error) = (&nowhere).run(cmd) else { panic!("the command was sent") };
    assert!(matches!(error.kind(), ReplyErrorKind::Argument { .. }), "{error:?}");
    assert!(nowhere.sent().is_empty());
    error.to_string()
}

/// A text as a bulk string.
pub(crate) fn bulk(text: &str) -> String {
    format!("${}\r\n{text}\r\n", text.len())
}

/// A text as RESP3's verbatim string.
pub(crate) fn verbatim(text: &str) -> String {
    format!("={}\r\ntxt:{text}\r\n", text.len() + 4)
}

/// The commands of a group that none of these lines sends and that are not left out on purpose.
pub(crate) fn not_sent(group: Group, lines: &[&str]) -> Vec<&'static str> {
    let missing = |spec: &&Spec| {
        let sends = |line: &&str| {
            line.strip_prefix(spec.name).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        !lines.iter().any(sends)
    };
    let left_out = include_str!("../../src/commands/left_out.md").split("| option |").next().unwrap();
    let left_out = |spec: &&Spec| left_out.contains(&format!("`{}`", spec.name));
    Spec::all()
        .filter(|spec| spec.group == group && !spec.container && !left_out(spec))
        .filter(missing)
        .map(|spec| spec.name)
        .collect()
}

fn whole(reply: &[u8]) -> Reply<'_> {
    let parsed = Reply::parse(reply, Limits::default()).expect("valid RESP").expect("a whole reply");
    assert_eq!(parsed.bytes().len(), reply.len(), "one reply and nothing behind it");
    parsed
}

/// The words of a request, which must be encoded as any server reads them.
fn words(request: &Request) -> String {
    let words: Vec<&[u8]> = request.iter().collect();
    let mut encoded = Vec::new();
    resp_proto::encode_command(&mut encoded, &words);
    assert_eq!(request.bytes(), encoded, "header and lengths agree with the words");
    let quoted = |word: &&[u8]| match word {
        word if !word.is_empty() && word.iter().all(u8::is_ascii_graphic) => word.escape_ascii().to_string(),
        word => format!("\"{}\"", word.escape_ascii()),
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_double_answers_and_remembers() {
    use redispy_cmd::{Cmd, FromReply, cmd, spec};

    let server = Double::new(["$2\r\nhi\r\n", "+OK\r\n"]);
    assert_eq!((&server).run(cmd("GET").arg("a key").returns::<String>()), Ok("hi".into()));
    assert_eq!((&server).run(cmd("SET").arg(("k", "")).returns::<String>()), Ok("OK".into()));
    assert_eq!(server.sent(), ["GET \"a key\"", "SET k \"\""]);
    assert_eq!(wire(cmd("CONFIG").arg(("GET", "*"))), "CONFIG GET *");
    assert_eq!(both(cmd("GET").returns::<Option<i64>>(), "$-1\r\n", "_\r\n"), None);
    assert_eq!(
        unfit(cmd("GET").returns::<i64>(), "$1\r\nx\r\n"),
        "GET: expected an integer, got a bulk string"
    );

    let mut request = Request::new(&spec::DEL);
    request.refuse("keys", "at least one");
    let missing = not_sent(Group::Hash, &["HSET h f v", "HVALS h"]);
    assert!(missing.contains(&"HSETEX") && !missing.contains(&"HSET") && !missing.contains(&"HVALS"));
    assert_eq!(refusal(Cmd::from_request(request, i64::from_reply)), "DEL: `keys` must be at least one");
}
