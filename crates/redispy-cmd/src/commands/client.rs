//! CLIENT: what the server knows of connections, and what it shall do with them.
//!
//! What changes the connection it runs on is in [`ConnectionStateCommands`](super::ConnectionStateCommands). A client runs
//! each command on one of its connections: what asks about the connection itself (`CLIENT ID`, `CLIENT GETNAME`) answers for
//! whichever it was; on a session it is always the same.

use resp_proto::Node;

use crate::arg::{TimeArg, ToArg, ToArgs, ToMillis, ToSeconds};
use crate::cmd::{Cmd, Request};
use crate::execute::{Execute, IntoCmd};
use crate::replies::fields::texts;
use crate::replies::{ClientInfo, Redirection, TrackingInfo};
use crate::reply::{FromReply, ReplyError, ok};
use crate::spec;

/// The commands about connections that leave the one they run on as it is.
pub trait ClientCommands: Execute {
    /// The connection's name, `None` when it has none.
    ///
    /// `CLIENT GETNAME`. Since Redis 2.6.9. O(1).
    fn client_getname(self) -> Self::Output<Option<String>> {
        self.run(client_getname())
    }

    /// Where the connection's tracking notifications go.
    ///
    /// `CLIENT GETREDIR`. Since Redis 6.0.0. O(1).
    fn client_getredir(self) -> Self::Output<Redirection> {
        self.run(client_getredir())
    }

    /// The server's help, line by line.
    ///
    /// `CLIENT HELP`. Since Redis 5.0.0. O(1).
    fn client_help(self) -> Self::Output<Vec<String>> {
        self.run(client_help())
    }

    /// The connection's id, which no other connection of this run of the server had or gets. A client answers with that of any of
    /// its connections, a session with its own.
    ///
    /// `CLIENT ID`. Since Redis 5.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::ClientCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let id = r.client_id()?;
    /// # Ok(()) }
    /// ```
    fn client_id(self) -> Self::Output<i64> {
        self.run(client_id())
    }

    /// What the server knows of this connection: any of a client's, or a session's own.
    ///
    /// `CLIENT INFO`. Since Redis 6.2.0. O(1).
    fn client_info(self) -> Self::Output<ClientInfo> {
        self.run(client_info())
    }

    /// Closes the connection of this address, `ip:port`. It is an error when there is none.
    ///
    /// `CLIENT KILL addr`. Since Redis 2.4.0. O(N) in the number of connections.
    fn client_kill(self, addr: impl ToArg) -> Self::Output<()> {
        self.run(client_kill(addr))
    }

    /// Closes the connections that a filter selects. The reply is how many there were.
    ///
    /// A client runs it on a connection that it opens for this, so [`skipme`](ClientFilter::skipme) spares none that others use: a filter that
    /// selects the client's own connections ends the calls that are under way there, which may have been executed.
    ///
    /// `CLIENT KILL condition [condition ...]`. Since Redis 2.4.0, conditions since 2.8.12. O(N) in the number of
    /// connections.
    fn client_kill_where(self, filter: ClientFilter) -> Self::Output<i64> {
        self.run(client_kill_where(filter))
    }

    /// What the server knows of each open connection. A selection of them is an option of
    /// [`cmd::client_list`](client_list()).
    ///
    /// `CLIENT LIST`. Since Redis 2.4.0. O(N) in the number of connections.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::ClientCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// for client in r.client_list()? {
    ///     println!("{} at {}, idle for {:?}", client.id, client.addr, client.idle);
    /// }
    /// # Ok(()) }
    /// ```
    fn client_list(self) -> Self::Output<Vec<ClientInfo>> {
        self.run(client_list())
    }

    /// Holds back the commands of all clients for a time in milliseconds or a `Duration`. To let those pass that only read
    /// is an option of [`cmd::client_pause`](client_pause()).
    ///
    /// `CLIENT PAUSE timeout`. Since Redis 3.0.0. O(1).
    fn client_pause(self, timeout: impl ToMillis) -> Self::Output<()> {
        self.run(client_pause(timeout))
    }

    /// How the connection tracks keys.
    ///
    /// `CLIENT TRACKINGINFO`. Since Redis 6.2.0. O(1).
    fn client_trackinginfo(self) -> Self::Output<TrackingInfo> {
        self.run(client_trackinginfo())
    }

    /// Ends another connection's blocking command as if its time were over. The reply is whether it was blocked. To have it
    /// fail is an option of [`cmd::client_unblock`](client_unblock()). A session that is about to block knows its id
    /// ([`client_id`](Self::client_id)); which connection a client blocks on is not known before.
    ///
    /// `CLIENT UNBLOCK client-id`. Since Redis 5.0.0. O(log(N)) in the number of connections.
    fn client_unblock(self, client_id: i64) -> Self::Output<bool> {
        self.run(client_unblock(client_id))
    }

    /// Goes on with the commands of paused clients. Where all commands are held back servers hold this one back too, for as long;
    /// it ends a pause of [writes](ClientPause::write).
    ///
    /// `CLIENT UNPAUSE`. Since Redis 6.2.0. O(N) in the number of paused clients.
    fn client_unpause(self) -> Self::Output<()> {
        self.run(client_unpause())
    }
}

impl<E: Execute> ClientCommands for E {}

/// `CLIENT GETNAME`: see [`ClientCommands::client_getname`].
pub fn client_getname() -> Cmd<Option<String>> {
    Cmd::new(&spec::CLIENT_GETNAME, name)
}

/// `CLIENT GETREDIR`: see [`ClientCommands::client_getredir`].
pub fn client_getredir() -> Cmd<Redirection> {
    Cmd::new(&spec::CLIENT_GETREDIR, Redirection::read)
}

/// `CLIENT HELP`: see [`ClientCommands::client_help`].
pub fn client_help() -> Cmd<Vec<String>> {
    Cmd::new(&spec::CLIENT_HELP, texts)
}

/// `CLIENT ID`: see [`ClientCommands::client_id`].
pub fn client_id() -> Cmd<i64> {
    Cmd::new(&spec::CLIENT_ID, i64::from_reply)
}

/// `CLIENT INFO`: see [`ClientCommands::client_info`].
pub fn client_info() -> Cmd<ClientInfo> {
    Cmd::new(&spec::CLIENT_INFO, ClientInfo::read)
}

/// `CLIENT KILL addr`: see [`ClientCommands::client_kill`].
pub fn client_kill(addr: impl ToArg) -> Cmd<()> {
    Cmd::new(&spec::CLIENT_KILL, ok).arg(addr)
}

/// `CLIENT KILL condition [condition ...]`: see [`ClientCommands::client_kill_where`].
///
/// ```
/// # use redispy_cmd::commands::{self as cmd, ClientFilter};
/// let idle = cmd::client_kill_where(ClientFilter::new().user("worker").skipme(false));
/// assert_eq!(idle.request().count(), 6);
/// ```
pub fn client_kill_where(filter: ClientFilter) -> Cmd<i64> {
    let mut request = Request::new(&spec::CLIENT_KILL);
    if filter.conditions.is_empty() {
        request.refuse("filter", "at least one condition");
    }
    filter.write(&mut request);
    Cmd::from_request(request, i64::from_reply)
}

/// `CLIENT LIST` with its options ([`ClientList`]): see [`ClientCommands::client_list`].
pub fn client_list() -> ClientList {
    ClientList { filter: ClientFilter::new() }
}

/// `CLIENT PAUSE timeout` with its options ([`ClientPause`]): see [`ClientCommands::client_pause`].
pub fn client_pause(timeout: impl ToMillis) -> ClientPause {
    ClientPause { timeout: timeout.to_millis(), mode: None }
}

/// `CLIENT TRACKINGINFO`: see [`ClientCommands::client_trackinginfo`].
pub fn client_trackinginfo() -> Cmd<TrackingInfo> {
    Cmd::new(&spec::CLIENT_TRACKINGINFO, TrackingInfo::read)
}

/// `CLIENT UNBLOCK client-id` with its options ([`ClientUnblock`]): see [`ClientCommands::client_unblock`].
pub fn client_unblock(client_id: i64) -> ClientUnblock {
    ClientUnblock { client_id, how: None }
}

/// `CLIENT UNPAUSE`: see [`ClientCommands::client_unpause`].
pub fn client_unpause() -> Cmd<()> {
    Cmd::new(&spec::CLIENT_UNPAUSE, ok)
}

/// The kinds of connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClientType {
    /// Those of clients.
    Normal,
    /// Those to the master that a replica follows.
    Master,
    /// Those of replicas.
    Replica,
    /// Those of subscribers.
    Pubsub,
}

/// `CLIENT LIST` with its options; [`client_list()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct ClientList {
    filter: ClientFilter,
}

impl ClientList {
    /// `condition ...`: only the connections that `filter` selects. Redis takes either [ids](ClientFilter::ids), since
    /// Redis 6.2.0, or a [type](ClientFilter::client_type), since Redis 5.0.0; Valkey every condition, since Valkey 9.0.0.
    pub fn matching(mut self, filter: ClientFilter) -> Self {
        self.filter = filter;
        self
    }
}

impl IntoCmd for ClientList {
    type Reply = Vec<ClientInfo>;

    fn into_cmd(self) -> Cmd<Vec<ClientInfo>> {
        let mut request = Request::new(&spec::CLIENT_LIST);
        self.filter.write(&mut request);
        Cmd::from_request(request, ClientInfo::read_list)
    }
}

/// Conditions that a connection meets all of, for [`client_list()`] and [`client_kill_where()`]. Each is there once: the
/// last call wins.
#[derive(Debug, Clone, Default)]
#[must_use = "a filter does nothing by itself: give it to `client_list` or `client_kill_where`"]
pub struct ClientFilter {
    conditions: Vec<(&'static str, Request)>,
}

impl ClientFilter {
    /// No condition yet.
    pub fn new() -> Self {
        ClientFilter::default()
    }

    /// `ID client-id [client-id ...]`: has one of these ids; Redis's `CLIENT KILL` takes one. Since Redis 2.8.12 (kill) and
    /// 6.2.0 (list).
    pub fn ids(self, ids: impl ToArgs) -> Self {
        self.with("ID", |words| words.some_args("ids", ids))
    }

    /// `TYPE <NORMAL | MASTER | REPLICA | PUBSUB>`: is of this kind. Since Redis 2.8.12 (kill) and 5.0.0 (list).
    pub fn client_type(self, client_type: ClientType) -> Self {
        self.with("TYPE", |words| words.arg(client_type.word()))
    }

    /// `USER username`: is authenticated as this user. Since Redis 6.0.0 (kill), Valkey 8.1.0 (list).
    pub fn user(self, username: impl ToArg) -> Self {
        self.with("USER", |words| words.arg(username))
    }

    /// `ADDR addr`: comes from this address, `ip:port`. Since Redis 2.8.12 (kill), Valkey 8.1.0 (list).
    pub fn addr(self, addr: impl ToArg) -> Self {
        self.with("ADDR", |words| words.arg(addr))
    }

    /// `LADDR laddr`: came in at this address of the server, `ip:port`. Since Redis 6.2.0 (kill), Valkey 8.1.0 (list).
    pub fn laddr(self, addr: impl ToArg) -> Self {
        self.with("LADDR", |words| words.arg(addr))
    }

    /// `SKIPME <YES | NO>`: whether the connection that runs the command is left out; servers do so unless told no for
    /// `CLIENT KILL`. Since Redis 2.8.12 (kill), Valkey 8.1.0 (list).
    pub fn skipme(self, skip: bool) -> Self {
        self.with("SKIPME", |words| words.arg(if skip { "YES" } else { "NO" }))
    }

    /// `MAXAGE seconds`: is at least this old, in seconds or a `Duration` of whole seconds. Since Redis 7.4.0, Valkey 8.0.0
    /// (kill) and 8.1.0 (list).
    pub fn maxage(self, seconds: impl ToSeconds) -> Self {
        self.with("MAXAGE", |words| seconds.to_seconds().write("seconds", words))
    }

    /// `NAME name`: has this name. Since Valkey 9.0.0, not in Redis.
    pub fn name(self, name: impl ToArg) -> Self {
        self.with("NAME", |words| words.arg(name))
    }

    /// `IDLE seconds`: is idle for at least this time, in seconds or a `Duration` of whole seconds. Since Valkey 9.0.0, not
    /// in Redis.
    pub fn idle(self, seconds: impl ToSeconds) -> Self {
        self.with("IDLE", |words| seconds.to_seconds().write("seconds", words))
    }

    /// `FLAGS flags`: has all these [flags](ClientInfo::flags). Since Valkey 9.0.0, not in Redis.
    pub fn flags(self, flags: impl ToArg) -> Self {
        self.with("FLAGS", |words| words.arg(flags))
    }

    /// `LIB-NAME lib-name`: uses this library. Since Valkey 9.0.0, not in Redis.
    pub fn lib_name(self, name: impl ToArg) -> Self {
        self.with("LIB-NAME", |words| words.arg(name))
    }

    /// `LIB-VER lib-ver`: uses this version of its library. Since Valkey 9.0.0, not in Redis.
    pub fn lib_ver(self, version: impl ToArg) -> Self {
        self.with("LIB-VER", |words| words.arg(version))
    }

    /// `DB db`: is on this database. Since Valkey 9.0.0, not in Redis.
    pub fn db(self, index: u32) -> Self {
        self.with("DB", |words| words.arg(index))
    }

    /// `CAPA capabilities`: claims these [capabilities](ClientInfo::capa). Since Valkey 9.0.0, not in Redis.
    pub fn capa(self, capabilities: impl ToArg) -> Self {
        self.with("CAPA", |words| words.arg(capabilities))
    }

    /// `IP ip`: comes from this IP address. Since Valkey 9.0.0, not in Redis.
    pub fn ip(self, ip: impl ToArg) -> Self {
        self.with("IP", |words| words.arg(ip))
    }

    /// `NOT-ID client-id [client-id ...]`: has none of these ids. Since Valkey 9.0.0, not in Redis.
    pub fn not_ids(self, ids: impl ToArgs) -> Self {
        self.with("NOT-ID", |words| words.some_args("ids", ids))
    }

    /// `NOT-TYPE type`: is not of this kind. Since Valkey 9.0.0, not in Redis.
    pub fn not_client_type(self, client_type: ClientType) -> Self {
        self.with("NOT-TYPE", |words| words.arg(client_type.word()))
    }

    /// `NOT-USER username`: is not authenticated as this user. Since Valkey 9.0.0, not in Redis.
    pub fn not_user(self, username: impl ToArg) -> Self {
        self.with("NOT-USER", |words| words.arg(username))
    }

    /// `NOT-ADDR addr`: does not come from this address, `ip:port`. Since Valkey 9.0.0, not in Redis.
    pub fn not_addr(self, addr: impl ToArg) -> Self {
        self.with("NOT-ADDR", |words| words.arg(addr))
    }

    /// `NOT-LADDR laddr`: did not come in at this address of the server, `ip:port`. Since Valkey 9.0.0, not in Redis.
    pub fn not_laddr(self, addr: impl ToArg) -> Self {
        self.with("NOT-LADDR", |words| words.arg(addr))
    }

    /// `NOT-NAME name`: does not have this name. Since Valkey 9.0.0, not in Redis.
    pub fn not_name(self, name: impl ToArg) -> Self {
        self.with("NOT-NAME", |words| words.arg(name))
    }

    /// `NOT-FLAGS flags`: has none of these [flags](ClientInfo::flags). Since Valkey 9.0.0, not in Redis.
    pub fn not_flags(self, flags: impl ToArg) -> Self {
        self.with("NOT-FLAGS", |words| words.arg(flags))
    }

    /// `NOT-LIB-NAME lib-name`: does not use this library. Since Valkey 9.0.0, not in Redis.
    pub fn not_lib_name(self, name: impl ToArg) -> Self {
        self.with("NOT-LIB-NAME", |words| words.arg(name))
    }

    /// `NOT-LIB-VER lib-ver`: does not use this version of its library. Since Valkey 9.0.0, not in Redis.
    pub fn not_lib_ver(self, version: impl ToArg) -> Self {
        self.with("NOT-LIB-VER", |words| words.arg(version))
    }

    /// `NOT-DB db`: is not on this database. Since Valkey 9.0.0, not in Redis.
    pub fn not_db(self, index: u32) -> Self {
        self.with("NOT-DB", |words| words.arg(index))
    }

    /// `NOT-CAPA capabilities`: does not claim these [capabilities](ClientInfo::capa). Since Valkey 9.0.0, not in Redis.
    pub fn not_capa(self, capabilities: impl ToArg) -> Self {
        self.with("NOT-CAPA", |words| words.arg(capabilities))
    }

    /// `NOT-IP ip`: does not come from this IP address. Since Valkey 9.0.0, not in Redis.
    pub fn not_ip(self, ip: impl ToArg) -> Self {
        self.with("NOT-IP", |words| words.arg(ip))
    }

    fn with(mut self, condition: &'static str, write: impl FnOnce(&mut Request)) -> Self {
        self.conditions.retain(|(other, _)| *other != condition);
        let mut words = Request::empty();
        write(&mut words);
        self.conditions.push((condition, words));
        self
    }

    fn write(&self, request: &mut Request) {
        for (condition, words) in &self.conditions {
            request.arg(condition);
            request.append(words);
        }
    }
}

impl ClientType {
    fn word(self) -> &'static str {
        match self {
            ClientType::Normal => "NORMAL",
            ClientType::Master => "MASTER",
            ClientType::Replica => "REPLICA",
            ClientType::Pubsub => "PUBSUB",
        }
    }
}

/// `CLIENT PAUSE` with its option; [`client_pause()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct ClientPause {
    timeout: TimeArg,
    mode: Option<&'static str>,
}

impl ClientPause {
    /// `WRITE`: holds back only commands that write. Since Redis 6.2.0.
    pub fn write(mut self) -> Self {
        self.mode = Some("WRITE");
        self
    }

    /// `ALL`: holds back all commands. Since Redis 6.2.0.
    pub fn all(mut self) -> Self {
        self.mode = Some("ALL");
        self
    }
}

impl IntoCmd for ClientPause {
    type Reply = ();

    fn into_cmd(self) -> Cmd<()> {
        let mut request = Request::new(&spec::CLIENT_PAUSE);
        self.timeout.write("timeout", &mut request);
        if let Some(mode) = self.mode {
            request.arg(mode);
        }
        Cmd::from_request(request, ok)
    }
}

/// `CLIENT UNBLOCK` with its option; [`client_unblock()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct ClientUnblock {
    client_id: i64,
    how: Option<&'static str>,
}

impl ClientUnblock {
    /// `TIMEOUT`: the blocking command answers as if its time were over.
    pub fn timeout(mut self) -> Self {
        self.how = Some("TIMEOUT");
        self
    }

    /// `ERROR`: the blocking command fails with the code `UNBLOCKED`.
    pub fn error(mut self) -> Self {
        self.how = Some("ERROR");
        self
    }
}

impl IntoCmd for ClientUnblock {
    type Reply = bool;

    fn into_cmd(self) -> Cmd<bool> {
        let mut request = Request::new(&spec::CLIENT_UNBLOCK);
        request.arg(self.client_id);
        if let Some(how) = self.how {
            request.arg(how);
        }
        Cmd::from_request(request, bool::from_reply)
    }
}

/// Servers send nil or an empty name when there is none.
fn name(node: Node<'_>) -> Result<Option<String>, ReplyError> {
    Ok(Option::<String>::from_reply(node)?.filter(|name| !name.is_empty()))
}
