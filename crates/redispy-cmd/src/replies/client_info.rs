//! What a server says of its clients.

use std::collections::BTreeMap;
use std::time::Duration;

use resp_proto::Node;

use super::fields::{Fields, bytes_of, integer_of, items, text};
use super::text_fields::TextFields;
use crate::reply::{FromReply, ReplyError, Value};

/// A connection as the server sees it: the reply of `CLIENT INFO`, an element of that of `CLIENT LIST`, part of that of
/// `ACL LOG`. Numbers that the server does not send are zero.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientInfo {
    /// Its id, never used again by this server.
    pub id: i64,
    /// Address and port of the client, `ip:port`, or the path of the Unix socket and port 0.
    pub addr: String,
    /// Address and port of the server's end. Since Redis 6.2.0.
    pub laddr: String,
    /// The server's file descriptor.
    pub fd: i64,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// How long it is connected, in whole seconds.
    pub age: Duration,
    /// How long it was idle, in whole seconds.
    pub idle: Duration,
    /// What it is, a letter each: `N` nothing special, `M` master, `S` replica, `P` subscriber, `b` blocked, `x` in MULTI ...
    pub flags: String,
    /// What it claims to be able to, a letter each. Only Valkey has it.
    pub capa: Option<String>,
    /// The database.
    pub db: i64,
    /// How many channels it is subscribed to.
    pub sub: u64,
    /// How many patterns it is subscribed to.
    pub psub: u64,
    /// How many shard channels it is subscribed to. Since Redis 7.0.3.
    pub ssub: u64,
    /// How many commands are queued since its MULTI, `None` outside of one.
    pub multi: Option<u64>,
    /// How many keys it watches. Since Redis 7.4.0; Valkey has it too.
    pub watch: Option<u64>,
    /// Bytes received but not yet executed.
    pub qbuf: u64,
    /// Bytes of free room in the query buffer.
    pub qbuf_free: u64,
    /// Bytes of arguments of a command not yet whole.
    pub argv_mem: u64,
    /// Bytes of commands queued since its MULTI. Since Redis 7.0.0.
    pub multi_mem: Option<u64>,
    /// Size of the output buffer in bytes. Since Redis 7.0.0.
    pub rbs: Option<u64>,
    /// The most bytes of the output buffer that were lately used. Since Redis 7.0.0.
    pub rbp: Option<u64>,
    /// Bytes in the output buffer.
    pub obl: u64,
    /// How many replies are queued since the output buffer is full.
    pub oll: u64,
    /// Bytes of these replies.
    pub omem: u64,
    /// Bytes of memory that the connection takes in all.
    pub tot_mem: u64,
    /// Events that the server waits for: `r` readable, `w` writable.
    pub events: String,
    /// Its last command: `get`, `client|list`; before Redis 7.0.0 without subcommand.
    pub cmd: String,
    /// The user it is authenticated as.
    pub user: String,
    /// Where its tracking notifications go.
    pub redir: Redirection,
    /// The protocol it speaks: 2 or 3. Since Redis 7.0.0.
    pub resp: Option<i64>,
    /// The library it uses, if it says so. Since Redis 7.2.0.
    pub lib_name: Option<String>,
    /// That library's version, if it says so. Since Redis 7.2.0.
    pub lib_ver: Option<String>,
    /// The I/O thread that serves it. Since Redis 8.0.0.
    pub io_thread: Option<i64>,
    /// Bytes received from it. Redis 8.2 and Valkey 9.1 have it.
    pub tot_net_in: Option<u64>,
    /// Bytes sent to it. Redis 8.2 and Valkey 9.1 have it.
    pub tot_net_out: Option<u64>,
    /// How many commands it ran. Redis 8.2 and Valkey 9.1 have it.
    pub tot_cmds: Option<u64>,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, String>,
}

impl ClientInfo {
    /// Whether all of these letters are among the [flags](Self::flags).
    pub fn has_flags(&self, letters: &str) -> bool {
        letters.chars().all(|letter| self.flags.contains(letter))
    }

    pub(crate) fn read(node: Node<'_>) -> Result<Self, ReplyError> {
        Ok(ClientInfo::of_line(text(node)?.trim_end()))
    }

    pub(crate) fn read_list(node: Node<'_>) -> Result<Vec<Self>, ReplyError> {
        let text = text(node)?;
        Ok(text.lines().filter(|line| !line.is_empty()).map(ClientInfo::of_line).collect())
    }

    pub(crate) fn of_line(line: &str) -> Self {
        let mut fields = TextFields::of_words(line, '=');
        ClientInfo {
            id: fields.number("id"),
            addr: fields.text("addr"),
            laddr: fields.text("laddr"),
            fd: fields.number("fd"),
            name: fields.some_text("name"),
            age: fields.seconds("age"),
            idle: fields.seconds("idle"),
            flags: fields.text("flags"),
            capa: fields.some_text("capa"),
            db: fields.number("db"),
            sub: fields.number("sub"),
            psub: fields.number("psub"),
            ssub: fields.number("ssub"),
            multi: fields.parse::<i64>("multi").and_then(|queued| queued.try_into().ok()),
            watch: fields.parse("watch"),
            qbuf: fields.number("qbuf"),
            qbuf_free: fields.number("qbuf-free"),
            argv_mem: fields.number("argv-mem"),
            multi_mem: fields.parse("multi-mem"),
            rbs: fields.parse("rbs"),
            rbp: fields.parse("rbp"),
            obl: fields.number("obl"),
            oll: fields.number("oll"),
            omem: fields.number("omem"),
            tot_mem: fields.number("tot-mem"),
            events: fields.text("events"),
            cmd: fields.text("cmd"),
            user: fields.text("user"),
            redir: Redirection::of(fields.parse("redir")),
            resp: fields.parse("resp"),
            lib_name: fields.some_text("lib-name"),
            lib_ver: fields.some_text("lib-ver"),
            io_thread: fields.parse("io-thread"),
            tot_net_in: fields.parse("tot-net-in"),
            tot_net_out: fields.parse("tot-net-out"),
            tot_cmds: fields.parse("tot-cmds"),
            other: fields.rest(),
        }
    }
}

/// Where a connection's tracking notifications go: the reply of `CLIENT GETREDIR`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Redirection {
    /// The connection does not track.
    NotTracking,
    /// To the connection itself.
    Own,
    /// To the client of this id.
    Client(i64),
}

impl Redirection {
    pub(crate) fn read(node: Node<'_>) -> Result<Self, ReplyError> {
        i64::from_reply(node).map(|id| Redirection::of(Some(id)))
    }

    fn of(id: Option<i64>) -> Self {
        match id {
            Some(0) => Redirection::Own,
            Some(id) if id > 0 => Redirection::Client(id),
            _ => Redirection::NotTracking,
        }
    }
}

/// How a connection tracks keys: the reply of `CLIENT TRACKINGINFO`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TrackingInfo {
    /// What is on: `off`, `on`, `bcast`, `optin`, `optout`, `caching-yes`, `caching-no`, `noloop`, `broken_redirect`.
    pub flags: Vec<String>,
    /// Where notifications go.
    pub redirect: Redirection,
    /// The prefixes of the keys that it is told of.
    pub prefixes: Vec<Vec<u8>>,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

impl TrackingInfo {
    /// Whether the connection tracks.
    pub fn is_on(&self) -> bool {
        self.flags.iter().any(|flag| flag == "on")
    }

    pub(crate) fn read(node: Node<'_>) -> Result<Self, ReplyError> {
        let mut fields = Fields::read(node, "the fields of tracking")?;
        let bytes =
            |value: &Value| Some(items(value)?.iter().filter_map(bytes_of).map(<[u8]>::to_vec).collect());
        Ok(TrackingInfo {
            flags: fields.texts("flags"),
            redirect: Redirection::of(fields.take("redirect", integer_of)),
            prefixes: fields.take("prefixes", bytes).unwrap_or_default(),
            other: fields.rest(),
        })
    }
}
