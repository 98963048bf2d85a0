//! What a new connection begins with, in one round trip:
//!
//! ```text
//! HELLO 3 [AUTH user password] [SETNAME name]
//! [SELECT db]
//! [CLIENT SETINFO LIB-NAME redispy] [CLIENT SETINFO LIB-VER version]
//! ```
//!
//! A server that refuses HELLO gets AUTH, SELECT and CLIENT SETNAME in a second one and is spoken to in RESP2; with RESP2
//! asked for, these are the first. Each command is answered on its own, so a missing or extra answer never shifts the rest.
//! Naming and describing the connection is optional: a server that refuses it is connected to all the same.

use resp_proto::{Frame, Node, Protocol, encode_command};

use crate::{Config, Connection, Deadline, Error, ErrorKind, Outcome, Phase, ProtocolChoice, Result};

/// A command of the handshake. How its error is to be taken depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Hello,
    Auth,
    Select,
    SetName,
    LibName,
    LibVer,
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Step::Hello => "HELLO",
            Step::Auth => "AUTH",
            Step::Select => "SELECT",
            Step::SetName => "CLIENT SETNAME",
            Step::LibName => "CLIENT SETINFO LIB-NAME",
            Step::LibVer => "CLIENT SETINFO LIB-VER",
        }
    }

    fn is_optional(self) -> bool {
        matches!(self, Step::SetName | Step::LibName | Step::LibVer)
    }
}

/// The answer to one step, as far as it matters.
enum Answer {
    Done,
    Hello(Frame),
    Refused(Vec<u8>),
}

/// Does the handshake.
pub(crate) fn shake(connection: &mut Connection, config: &Config, deadline: Deadline) -> Result<()> {
    let hello = config.protocol != ProtocolChoice::Resp2;
    let mut steps = if hello { vec![Step::Hello] } else { resp2_steps(config) };
    if hello {
        if config.db != 0 {
            steps.push(Step::Select);
        }
        if config.client_info {
            steps.extend([Step::LibName, Step::LibVer]);
        }
    }
    let answers = converse(connection, config, &steps, deadline)?;
    if hello && let Some((_, Answer::Refused(text))) = answers.first() {
        if config.protocol == ProtocolChoice::Resp3 || !means_resp2(text) {
            return Err(refusal(connection, config, Step::Hello, text));
        }
        let answers = converse(connection, config, &resp2_steps(config), deadline)?;
        return judge(connection, config, answers);
    }
    judge(connection, config, answers)
}

fn resp2_steps(config: &Config) -> Vec<Step> {
    let mut steps = Vec::new();
    if config.password.is_some() {
        steps.push(Step::Auth);
    }
    if config.db != 0 {
        steps.push(Step::Select);
    }
    if config.client_name.is_some() {
        steps.push(Step::SetName);
    }
    if config.client_info {
        steps.extend([Step::LibName, Step::LibVer]);
    }
    steps
}

/// Sends all steps at once and collects their answers.
fn converse(
    connection: &mut Connection,
    config: &Config,
    steps: &[Step],
    deadline: Deadline,
) -> Result<Vec<(Step, Answer)>> {
    let mut request = Vec::with_capacity(256);
    for step in steps {
        encode(*step, config, &mut request);
    }
    let mut answers = Vec::with_capacity(steps.len());
    let result = connection.exchange(&request, steps.len(), deadline, |number, reply| {
        if let Some(step) = steps.get(number) {
            answers.push((*step, answer(*step, reply)));
        }
    });
    let Err(error) = result else { return Ok(answers) };
    // A server that turns a connection away says why and closes: its words beat "connection closed".
    if let Some((step, Answer::Refused(text))) = answers.first() {
        return Err(refusal(connection, config, *step, text));
    }
    Err(error.with_phase(Phase::Handshake).with_outcome(Outcome::NotSent))
}

fn encode(step: Step, config: &Config, out: &mut Vec<u8>) {
    let password = config.password.as_ref().map(|password| password.reveal());
    let user = config.username.as_ref().map(|user| user.as_bytes());
    let name = config.client_name.as_ref().map(|name| name.as_bytes());
    match step {
        Step::Hello => {
            let mut args: Vec<&[u8]> = vec![b"HELLO", b"3"];
            if let Some(password) = password {
                args.extend([b"AUTH", user.unwrap_or(b"default"), password]);
            }
            if let Some(name) = name {
                args.extend([b"SETNAME", name]);
            }
            encode_command(out, &args);
        }
        Step::Auth => {
            let mut args: Vec<&[u8]> = vec![b"AUTH"];
            args.extend(user);
            args.push(password.unwrap_or_default());
            encode_command(out, &args);
        }
        Step::Select => encode_command(out, &[b"SELECT", config.db.to_string().as_bytes()]),
        Step::SetName => encode_command(out, &[b"CLIENT".as_slice(), b"SETNAME", name.unwrap_or_default()]),
        Step::LibName => encode_command(out, &["CLIENT", "SETINFO", "LIB-NAME", "redispy"]),
        Step::LibVer => encode_command(out, &["CLIENT", "SETINFO", "LIB-VER", env!("CARGO_PKG_VERSION")]),
    }
}

fn answer(step: Step, reply: Node<'_>) -> Answer {
    if reply.is_error() {
        return Answer::Refused(reply.into_bytes().unwrap_or_default().into_owned());
    }
    if step == Step::Hello { Answer::Hello(reply.into_frame()) } else { Answer::Done }
}

/// Takes what the server told, and fails on the first refusal of a step that is not optional.
fn judge(connection: &mut Connection, config: &Config, answers: Vec<(Step, Answer)>) -> Result<()> {
    for (step, answer) in answers {
        match answer {
            Answer::Done => {}
            Answer::Hello(frame) => greet(connection, config, frame)?,
            Answer::Refused(text) if step.is_optional() => {
                let text = redact(config, &text).into();
                connection.server_mut().refused.push((step.name(), text));
            }
            Answer::Refused(text) => return Err(refusal(connection, config, step, &text)),
        }
    }
    Ok(())
}

/// HELLO's answer: a map in RESP3; in the shape of an array the server stays with RESP2.
fn greet(connection: &mut Connection, config: &Config, frame: Frame) -> Result<()> {
    let (protocol, fields) = match frame {
        Frame::Map(fields) => (Protocol::Resp3, fields.into_vec()),
        Frame::Array(items) => {
            let mut items = items.into_iter();
            let mut fields = Vec::new();
            while let (Some(key), Some(value)) = (items.next(), items.next()) {
                fields.push((key, value));
            }
            (Protocol::Resp2, fields)
        }
        _ => {
            connection.close();
            let text = "HELLO was answered with something that is no greeting";
            return Err(Error::new(ErrorKind::Protocol, Outcome::NotSent, text)
                .with_phase(Phase::Handshake)
                .with_address(connection.address()));
        }
    };
    if protocol == Protocol::Resp2 && config.protocol == ProtocolChoice::Resp3 {
        connection.close();
        return Err(Error::new(ErrorKind::Server, Outcome::Rejected, "the server answers HELLO 3 in RESP2")
            .with_phase(Phase::Handshake)
            .with_address(connection.address()));
    }
    let server = connection.server_mut();
    server.protocol = protocol;
    for field in fields {
        match field {
            (Frame::BulkString(key) | Frame::SimpleString(key), Frame::Integer(id)) if key == b"id" => {
                server.id = Some(id)
            }
            (
                Frame::BulkString(key) | Frame::SimpleString(key),
                Frame::BulkString(text) | Frame::SimpleString(text),
            ) if key == b"version" => {
                server.version = Some(String::from_utf8_lossy(&text).into());
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether a refusal of HELLO means that the server does not know it. A server that refuses the client rather than the
/// command would refuse it in RESP2 as well.
fn means_resp2(text: &[u8]) -> bool {
    let refuses_client = kind_of(Step::Hello, text) == ErrorKind::Auth
        || text.starts_with(b"ERR max number of clients")
        || matches!(crate::code(text), "DENIED" | "LOADING" | "BUSY" | "MASTERDOWN");
    !refuses_client
}

fn kind_of(step: Step, text: &[u8]) -> ErrorKind {
    let about_credentials = matches!(crate::code(text), "WRONGPASS" | "NOAUTH")
        // Servers before 6 have no code of their own for it.
        || text.starts_with(b"ERR invalid password");
    if about_credentials || (step == Step::Auth && !is_unrelated(text)) {
        ErrorKind::Auth
    } else {
        ErrorKind::Server
    }
}

/// Errors that AUTH may get which say nothing about the credentials.
fn is_unrelated(text: &[u8]) -> bool {
    text.starts_with(b"ERR max number of clients")
        || matches!(crate::code(text), "DENIED" | "LOADING" | "BUSY" | "MASTERDOWN")
}

fn refusal(connection: &mut Connection, config: &Config, step: Step, text: &[u8]) -> Error {
    connection.close();
    let text = redact(config, text);
    let mut error = Error::refused(kind_of(step, &text), step.name(), &text);
    if step == Step::Select {
        let named = format!("database {}: {}", config.db, error.text());
        error = error.with_text(named);
    }
    error.with_address(connection.address())
}

/// A server that does not know a command may quote its arguments, and cut them off anywhere.
fn redact(config: &Config, text: &[u8]) -> Vec<u8> {
    let Some(secret) = config.password.as_ref().map(|password| password.reveal()).filter(|s| !s.is_empty())
    else {
        return text.to_vec();
    };
    let quote = b"with args beginning with";
    let end = text
        .windows(quote.len())
        .position(|window| window == quote)
        .map_or(text.len(), |at| at + quote.len());
    let mut clean = Vec::with_capacity(end);
    let mut rest = text.get(..end).unwrap_or_default();
    while let Some((first, behind)) = rest.split_first() {
        if let Some(behind) = rest.strip_prefix(secret) {
            clean.extend_from_slice(b"***");
            rest = behind;
        } else {
            clean.push(*first);
            rest = behind;
        }
    }
    if end < text.len() {
        clean.extend_from_slice(b" ***");
    }
    clean
}
