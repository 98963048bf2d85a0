//! Commands that change the connection they run on: its database, user, name, protocol, what it watches, whether it answers.
//!
//! A client lends any of its connections to each call, so they would change what other callers find. Their methods therefore
//! exist only where a connection is owned ([`OwnsConnection`]): on a session. For a client the same things belong into its
//! configuration, which every connection follows.

use resp_proto::Node;

use crate::arg::{ToArg, ToArgs};
use crate::cmd::{Cmd, Request};
use crate::execute::{Execute, IntoCmd, OwnsConnection};
use crate::replies::Hello;
use crate::reply::{ReplyError, ok};
use crate::spec;

use super::{unwatch, watch};

/// Commands that change the connection they run on.
///
/// MONITOR and `CLIENT REPLY` have no method: after them the server does not answer each command with one reply. See
/// [`monitor()`] and [`client_reply()`]. Nor have MULTI, EXEC and DISCARD, between which every answer is `QUEUED`: a
/// pipeline sends them.
pub trait ConnectionStateCommands: Execute {
    /// Lets the next command on this connection reach a slot that moves to the asked node: what an `ASK` error told to say
    /// there.
    ///
    /// `ASKING`. Since Redis 3.0.0. O(1).
    fn asking(self) -> Self::Output<()>
    where
        Self: OwnsConnection,
    {
        self.run(asking())
    }

    /// Authenticates the default user.
    ///
    /// `AUTH password`. Since Redis 1.0.0. O(N) in the number of the user's passwords.
    fn auth(self, password: impl ToArg) -> Self::Output<()>
    where
        Self: OwnsConnection,
    {
        self.run(auth(password))
    }

    /// Authenticates a user.
    ///
    /// `AUTH username password`. Since Redis 1.0.0, user names since 6.0.0. O(N) in the number of the user's passwords.
    fn auth_user(self, username: impl ToArg, password: impl ToArg) -> Self::Output<()>
    where
        Self: OwnsConnection,
    {
        self.run(auth_user(username, password))
    }

    /// Says whether the keys of the next command are tracked, where tracking is by opting in or out.
    ///
    /// `CLIENT CACHING <YES | NO>`. Since Redis 6.0.0. O(1).
    fn client_caching(self, track: bool) -> Self::Output<()>
    where
        Self: OwnsConnection,
    {
        self.run(client_caching(track))
    }

    /// Claims capabilities of the client, such as `redirect`.
    ///
    /// `CLIENT CAPA capability [capability ...]`. Since Valkey 8.0.0, not in Redis. O(1).
    fn client_capa(self, capabilities: impl ToArgs) -> Self::Output<()>
    where
        Self: OwnsConnection,
    {
        self.run(client_capa(capabilities))
    }

    /// Marks the connection as the source of an import, while the server is in import mode.
    ///
    /// `CLIENT IMPORT-SOURCE <ON | OFF>`. Since Valkey 8.1.0, not in Redis. O(1).
    fn client_import_source(self, on: bool) -> Self::Output<()>
    where
        Self: OwnsConnection,
    {
        self.run(client_import_source(on))
    }

    /// Exempts the connection from being closed when clients take too much memory.
    ///
    /// `CLIENT NO-EVICT <ON | OFF>`. Since Redis 7.0.0. O(1).
    fn client_no_evict(self, on: bool) -> Self::Output<()>
    where
        Self: OwnsConnection,
    {
        self.run(client_no_evict(on))
    }

    /// Lets the connection's reads leave the recency and frequency of keys alone.
    ///
    /// `CLIENT NO-TOUCH <ON | OFF>`. Since Redis 7.2.0. O(1).
    fn client_no_touch(self, on: bool) -> Self::Output<()>
    where
        Self: OwnsConnection,
    {
        self.run(client_no_touch(on))
    }

    /// Names the library that opened the connection, or its version.
    ///
    /// `CLIENT SETINFO <LIB-NAME libname | LIB-VER libver>`. Since Redis 7.2.0. O(1).
    fn client_setinfo(self, attribute: ClientAttribute, value: impl ToArg) -> Self::Output<()>
    where
        Self: OwnsConnection,
    {
        self.run(client_setinfo(attribute, value))
    }

    /// Names the connection; an empty name takes it away.
    ///
    /// `CLIENT SETNAME connection-name`. Since Redis 2.6.9. O(1).
    fn client_setname(self, name: impl ToArg) -> Self::Output<()>
    where
        Self: OwnsConnection,
    {
        self.run(client_setname(name))
    }

    /// Turns on that the server tells when keys read on this connection change. Which keys, and whom it tells, are options
    /// of [`cmd::client_tracking`](client_tracking()).
    ///
    /// `CLIENT TRACKING ON`. Since Redis 6.0.0. O(1).
    fn client_tracking(self) -> Self::Output<()>
    where
        Self: OwnsConnection,
    {
        self.run(client_tracking())
    }

    /// Turns off that the server tells when keys change.
    ///
    /// `CLIENT TRACKING OFF`. Since Redis 6.0.0. O(1), O(N) in the number of prefixes where there are many.
    fn client_tracking_off(self) -> Self::Output<()>
    where
        Self: OwnsConnection,
    {
        self.run(client_tracking_off())
    }

    /// What server this is and which protocol the connection speaks. To switch protocols is an option of
    /// [`cmd::hello`](hello()).
    ///
    /// `HELLO`. Since Redis 6.0.0, without arguments since 6.2.0. O(1).
    fn hello(self) -> Self::Output<Hello>
    where
        Self: OwnsConnection,
    {
        self.run(hello())
    }

    /// Closes the connection after its reply. Dropping the session does the same.
    ///
    /// `QUIT`. Since Redis 1.0.0, deprecated since Redis 7.2.0. O(1).
    fn quit(self) -> Self::Output<()>
    where
        Self: OwnsConnection,
    {
        self.run(quit())
    }

    /// Lets this connection read from a replica of a cluster, what it has of its slots; without it the replica names its
    /// master.
    ///
    /// `READONLY`. Since Redis 3.0.0. O(1).
    fn readonly(self) -> Self::Output<()>
    where
        Self: OwnsConnection,
    {
        self.run(readonly())
    }

    /// Ends what [`readonly`](Self::readonly) began.
    ///
    /// `READWRITE`. Since Redis 3.0.0. O(1).
    fn readwrite(self) -> Self::Output<()>
    where
        Self: OwnsConnection,
    {
        self.run(readwrite())
    }

    /// Makes the connection like new: no user, database 0, RESP2, no name, no `WATCH`, no subscription.
    ///
    /// `RESET`. Since Redis 6.2.0. O(1).
    fn reset(self) -> Self::Output<()>
    where
        Self: OwnsConnection,
    {
        self.run(reset())
    }

    /// Changes the connection's database, of which the first is 0.
    ///
    /// `SELECT index`. Since Redis 1.0.0. O(1).
    fn select(self, index: u32) -> Self::Output<()>
    where
        Self: OwnsConnection,
    {
        self.run(select(index))
    }

    /// Forgets all keys that the connection watches.
    ///
    /// `UNWATCH`. Since Redis 2.2.0. O(1).
    fn unwatch(self) -> Self::Output<()>
    where
        Self: OwnsConnection,
    {
        self.run(unwatch())
    }

    /// Watches keys: the next transaction on this connection is not run if one of them changes before.
    ///
    /// `WATCH key [key ...]`. Since Redis 2.2.0. O(1) for every key.
    fn watch(self, keys: impl ToArgs) -> Self::Output<()>
    where
        Self: OwnsConnection,
    {
        self.run(watch(keys))
    }
}

impl<E: Execute> ConnectionStateCommands for E {}

/// `ASKING`: see [`ConnectionStateCommands::asking`].
pub fn asking() -> Cmd<()> {
    Cmd::new(&spec::ASKING, ok)
}

/// `AUTH password`: see [`ConnectionStateCommands::auth`].
pub fn auth(password: impl ToArg) -> Cmd<()> {
    Cmd::new(&spec::AUTH, ok).arg(password)
}

/// `AUTH username password`: see [`ConnectionStateCommands::auth_user`].
pub fn auth_user(username: impl ToArg, password: impl ToArg) -> Cmd<()> {
    Cmd::new(&spec::AUTH, ok).arg(username).arg(password)
}

/// `CLIENT CACHING <YES | NO>`: see [`ConnectionStateCommands::client_caching`].
pub fn client_caching(track: bool) -> Cmd<()> {
    Cmd::new(&spec::CLIENT_CACHING, ok).arg(if track { "YES" } else { "NO" })
}

/// `CLIENT CAPA capability [capability ...]`: see [`ConnectionStateCommands::client_capa`].
pub fn client_capa(capabilities: impl ToArgs) -> Cmd<()> {
    let mut request = Request::new(&spec::CLIENT_CAPA);
    request.some_args("capabilities", capabilities);
    Cmd::from_request(request, ok)
}

/// `CLIENT IMPORT-SOURCE <ON | OFF>`: see [`ConnectionStateCommands::client_import_source`].
pub fn client_import_source(on: bool) -> Cmd<()> {
    Cmd::new(&spec::CLIENT_IMPORT_SOURCE, ok).arg(on_off(on))
}

/// `CLIENT NO-EVICT <ON | OFF>`: see [`ConnectionStateCommands::client_no_evict`].
pub fn client_no_evict(on: bool) -> Cmd<()> {
    Cmd::new(&spec::CLIENT_NO_EVICT, ok).arg(on_off(on))
}

/// `CLIENT NO-TOUCH <ON | OFF>`: see [`ConnectionStateCommands::client_no_touch`].
pub fn client_no_touch(on: bool) -> Cmd<()> {
    Cmd::new(&spec::CLIENT_NO_TOUCH, ok).arg(on_off(on))
}

/// Says whether the server answers. It answers `ON` with success. For the others there is **no reply at all**, so only code
/// that writes to a connection itself can use them ([`takes_over_connection`](crate::takes_over_connection)).
///
/// `CLIENT REPLY <ON | OFF | SKIP>`. Since Redis 3.2.0. O(1).
pub fn client_reply(mode: ReplyMode) -> Cmd<()> {
    Cmd::new(&spec::CLIENT_REPLY, ok).arg(match mode {
        ReplyMode::On => "ON",
        ReplyMode::Off => "OFF",
        ReplyMode::Skip => "SKIP",
    })
}

/// `CLIENT SETINFO <LIB-NAME libname | LIB-VER libver>`: see [`ConnectionStateCommands::client_setinfo`].
pub fn client_setinfo(attribute: ClientAttribute, value: impl ToArg) -> Cmd<()> {
    let attribute = match attribute {
        ClientAttribute::LibName => "LIB-NAME",
        ClientAttribute::LibVer => "LIB-VER",
    };
    Cmd::new(&spec::CLIENT_SETINFO, ok).arg(attribute).arg(value)
}

/// `CLIENT SETNAME connection-name`: see [`ConnectionStateCommands::client_setname`].
pub fn client_setname(name: impl ToArg) -> Cmd<()> {
    Cmd::new(&spec::CLIENT_SETNAME, ok).arg(name)
}

/// `CLIENT TRACKING ON` with its options ([`ClientTracking`]): see [`ConnectionStateCommands::client_tracking`].
pub fn client_tracking() -> ClientTracking {
    ClientTracking { redirect: None, mode: Mode::Default, noloop: false }
}

/// `CLIENT TRACKING OFF`: see [`ConnectionStateCommands::client_tracking_off`].
pub fn client_tracking_off() -> Cmd<()> {
    Cmd::new(&spec::CLIENT_TRACKING, ok).arg("OFF")
}

/// `HELLO` with its options ([`HelloRequest`]): see [`ConnectionStateCommands::hello`].
pub fn hello() -> HelloRequest {
    HelloRequest { request: Request::new(&spec::HELLO) }
}

/// Streams every command that the server gets. The reply is success, and from then on there are lines instead of replies,
/// so only code that reads a connection itself can use it ([`takes_over_connection`](crate::takes_over_connection)).
///
/// `MONITOR`. Since Redis 1.0.0. Servers state no complexity.
pub fn monitor() -> Cmd<()> {
    Cmd::new(&spec::MONITOR, ok)
}

/// `QUIT`: see [`ConnectionStateCommands::quit`].
pub fn quit() -> Cmd<()> {
    Cmd::new(&spec::QUIT, ok)
}

/// `READONLY`: see [`ConnectionStateCommands::readonly`].
pub fn readonly() -> Cmd<()> {
    Cmd::new(&spec::READONLY, ok)
}

/// `READWRITE`: see [`ConnectionStateCommands::readwrite`].
pub fn readwrite() -> Cmd<()> {
    Cmd::new(&spec::READWRITE, ok)
}

/// `RESET`: see [`ConnectionStateCommands::reset`].
pub fn reset() -> Cmd<()> {
    Cmd::new(&spec::RESET, was_reset)
}

/// `SELECT index`: see [`ConnectionStateCommands::select`].
pub fn select(index: u32) -> Cmd<()> {
    Cmd::new(&spec::SELECT, ok).arg(index)
}

/// What [`client_setinfo()`] sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClientAttribute {
    /// The library's name.
    LibName,
    /// The library's version.
    LibVer,
}

/// Whether the server answers; see [`client_reply()`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReplyMode {
    /// It answers each command.
    On,
    /// It answers none until `On`.
    Off,
    /// It answers neither this nor the next command.
    Skip,
}

/// `CLIENT TRACKING ON` with its options; [`client_tracking()`] makes it.
///
/// Which keys are tracked is one of: those read (unless said otherwise), those under some [prefixes](Self::prefixes), those
/// [opted in](Self::optin), those not [opted out](Self::optout). The last call wins.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `session.run(command)`"]
pub struct ClientTracking {
    redirect: Option<i64>,
    mode: Mode,
    noloop: bool,
}

#[derive(Debug, Clone)]
enum Mode {
    Default,
    Bcast(Request),
    OptIn,
    OptOut,
}

impl ClientTracking {
    /// `REDIRECT client-id`: sends what changed to the client of this id instead, which needs RESP2's
    /// `__redis__:invalidate` subscription.
    pub fn redirect(mut self, client_id: i64) -> Self {
        self.redirect = Some(client_id);
        self
    }

    /// `BCAST`: tells of all keys, read here or not.
    pub fn bcast(mut self) -> Self {
        self.mode = Mode::Bcast(Request::empty());
        self
    }

    /// `PREFIX prefix [PREFIX prefix ...]`: tells of all keys that begin with one of `prefixes`, read here or not; written
    /// with `BCAST`, without which servers refuse it.
    pub fn prefixes(mut self, prefixes: impl ToArgs) -> Self {
        let mut words = Request::empty();
        words.some_args("prefixes", prefixes);
        self.mode = Mode::Bcast(words);
        self
    }

    /// `OPTIN`: tracks only keys of commands that come right after `CLIENT CACHING YES`.
    pub fn optin(mut self) -> Self {
        self.mode = Mode::OptIn;
        self
    }

    /// `OPTOUT`: tracks the keys read, but not those of commands that come right after `CLIENT CACHING NO`.
    pub fn optout(mut self) -> Self {
        self.mode = Mode::OptOut;
        self
    }

    /// `NOLOOP`: does not tell of changes that this connection makes itself.
    pub fn noloop(mut self) -> Self {
        self.noloop = true;
        self
    }
}

impl IntoCmd for ClientTracking {
    type Reply = ();

    fn into_cmd(self) -> Cmd<()> {
        let mut request = Request::new(&spec::CLIENT_TRACKING);
        request.arg("ON");
        if let Some(client_id) = self.redirect {
            request.args(("REDIRECT", client_id));
        }
        match self.mode {
            Mode::Default => {}
            Mode::Bcast(prefixes) => {
                request.arg("BCAST");
                for prefix in prefixes.iter() {
                    request.args(("PREFIX", prefix));
                }
                request.refuse_as(&prefixes);
            }
            Mode::OptIn => request.arg("OPTIN"),
            Mode::OptOut => request.arg("OPTOUT"),
        }
        if self.noloop {
            request.arg("NOLOOP");
        }
        Cmd::from_request(request, ok)
    }
}

/// `HELLO` without arguments; [`hello()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `session.run(command)`"]
pub struct HelloRequest {
    request: Request,
}

impl HelloRequest {
    /// `protover`: switches to this protocol: 2 or 3.
    pub fn protocol(mut self, version: u32) -> HelloProtocol {
        self.request.arg(version);
        HelloProtocol { request: self.request, auth: None, name: None }
    }
}

impl IntoCmd for HelloRequest {
    type Reply = Hello;

    fn into_cmd(self) -> Cmd<Hello> {
        Cmd::from_request(self.request, Hello::read)
    }
}

/// `HELLO protover` with its options; [`HelloRequest::protocol`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `session.run(command)`"]
pub struct HelloProtocol {
    request: Request,
    auth: Option<Request>,
    name: Option<Request>,
}

impl HelloProtocol {
    /// `AUTH username password`: authenticates a user, of which the default one is called `default`.
    pub fn auth(mut self, username: impl ToArg, password: impl ToArg) -> Self {
        let mut words = Request::empty();
        words.args(("AUTH", username, password));
        self.auth = Some(words);
        self
    }

    /// `SETNAME clientname`: names the connection.
    pub fn setname(mut self, name: impl ToArg) -> Self {
        let mut words = Request::empty();
        words.args(("SETNAME", name));
        self.name = Some(words);
        self
    }
}

impl IntoCmd for HelloProtocol {
    type Reply = Hello;

    fn into_cmd(mut self) -> Cmd<Hello> {
        for words in [self.auth, self.name].iter().flatten() {
            self.request.append(words);
        }
        Cmd::from_request(self.request, Hello::read)
    }
}

fn on_off(on: bool) -> &'static str {
    if on { "ON" } else { "OFF" }
}

fn was_reset(node: Node<'_>) -> Result<(), ReplyError> {
    if node.as_bytes().as_deref() == Some(b"RESET") {
        return Ok(());
    }
    Err(ReplyError::unexpected("RESET", &node))
}
