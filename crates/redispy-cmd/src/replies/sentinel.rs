//! What a Sentinel says of the servers and Sentinels that it watches.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use resp_proto::Node;

use super::Info;
use super::fields::{Fields, elements, integer_of, items_of, parts, sorted, text, text_of, unsigned_of};
use crate::reply::{ReplyError, Value};

/// A master that a Sentinel watches: the reply of `SENTINEL MASTER`, an element of that of `SENTINEL MASTERS`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SentinelMaster {
    /// The name under which Sentinels know it.
    pub name: String,
    /// Its address: an IP address, or a host name where Sentinels announce these.
    pub ip: String,
    /// Its port.
    pub port: u16,
    /// The id that it drew when it was started, empty until it told.
    pub runid: String,
    /// What it is and what state it is in.
    pub flags: SentinelFlags,
    /// The connection to it.
    pub link: SentinelLink,
    /// For how long a quorum has taken it for down, in whole milliseconds; `None` when it does not (`o-down-time`).
    pub o_down_time: Option<Duration>,
    /// How long ago it answered INFO, in whole milliseconds; zero before it ever did.
    pub info_refresh: Duration,
    /// What it says that it is: `master`, or `slave`.
    pub role_reported: String,
    /// For how long it has said so, in whole milliseconds.
    pub role_reported_time: Duration,
    /// Of how many failovers it is the outcome: higher is newer.
    pub config_epoch: u64,
    /// How many replicas are known, those that are down included.
    pub num_replicas: u64,
    /// How many other Sentinels are known, those that are down included.
    pub num_other_sentinels: u64,
    /// How many Sentinels must agree that it is down.
    pub quorum: u64,
    /// How long a failover may take, in whole milliseconds.
    pub failover_timeout: Duration,
    /// How many replicas are pointed to a new master at the same time.
    pub parallel_syncs: u64,
    /// How far a failover is that goes on: `wait_start`, `select_slave`, `reconf_slaves` ...
    pub failover_state: Option<String>,
    /// The program that is told of what happens.
    pub notification_script: Option<String>,
    /// The program that is told of a new master.
    pub client_reconfig_script: Option<String>,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// A replica of a master that a Sentinel watches: an element of the replies of `SENTINEL REPLICAS` and `SENTINEL SLAVES`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SentinelReplica {
    /// Its address and port: `10.0.0.6:6379`.
    pub name: String,
    /// Its address: an IP address, or a host name where Sentinels announce these.
    pub ip: String,
    /// Its port.
    pub port: u16,
    /// The id that it drew when it was started, empty until it told.
    pub runid: String,
    /// What it is and what state it is in.
    pub flags: SentinelFlags,
    /// The connection to it.
    pub link: SentinelLink,
    /// How long ago it answered INFO, in whole milliseconds; zero before it ever did.
    pub info_refresh: Duration,
    /// What it says that it is: `slave`, or `master`.
    pub role_reported: String,
    /// For how long it has said so, in whole milliseconds.
    pub role_reported_time: Duration,
    /// For how long it has been without its master, at second precision; zero when it is connected.
    pub master_link_down_time: Duration,
    /// Whether it is connected with its master: `ok` or `err`.
    pub master_link_status: String,
    /// The address of the master that it follows; `None` until it told.
    pub master_host: Option<String>,
    /// The port of the master that it follows, 0 until it told.
    pub master_port: u16,
    /// How soon it becomes master, lower sooner; never when it is 0.
    pub priority: i64,
    /// How far it got in the replication stream, in bytes.
    pub repl_offset: i64,
    /// Whether clients shall be told of it. Since Redis 6.2.
    pub is_announced: bool,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// Another Sentinel that watches the same master: an element of the reply of `SENTINEL SENTINELS`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SentinelPeer {
    /// Its id.
    pub name: String,
    /// Its address: an IP address, or a host name where Sentinels announce these.
    pub ip: String,
    /// Its port.
    pub port: u16,
    /// Its id.
    pub runid: String,
    /// What it is and what state it is in.
    pub flags: SentinelFlags,
    /// The connection to it.
    pub link: SentinelLink,
    /// How long ago it said hello by way of the master, in whole milliseconds.
    pub last_hello_message: Duration,
    /// The id of the Sentinel that it chose last to fail the master over.
    pub voted_leader: Option<String>,
    /// The epoch of that choice.
    pub voted_leader_epoch: u64,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// A Sentinel's connection to what it watches.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SentinelLink {
    /// How many commands wait for their replies.
    pub pending_commands: u64,
    /// How many watched masters share the connection.
    pub refcount: u64,
    /// How long ago the ping was sent that is not answered yet, in whole milliseconds.
    pub last_ping_sent: Option<Duration>,
    /// How long ago a ping was answered well, in whole milliseconds.
    pub last_ok_ping_reply: Duration,
    /// How long ago a ping was answered at all, in whole milliseconds.
    pub last_ping_reply: Duration,
    /// How long no ping may be answered until this Sentinel takes the other side for down, in whole milliseconds.
    pub down_after: Duration,
    /// For how long this Sentinel has taken it for down, in whole milliseconds; `None` when it does not (`s-down-time`).
    pub s_down_time: Option<Duration>,
}

/// What a Sentinel says of an instance in words: `s_down,master,disconnected`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct SentinelFlags(Vec<String>);

/// What a Sentinel remembers of an instance's INFO: part of the reply of `SENTINEL INFO-CACHE`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CachedInfo {
    /// How old it is, in whole milliseconds.
    pub age: Duration,
    /// What the instance said; `None` when it did not answer yet.
    pub info: Option<Info>,
}

/// A program that a Sentinel runs or will run: an element of the reply of `SENTINEL PENDING-SCRIPTS`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PendingScript {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// `running` or `scheduled`.
    pub flags: String,
    /// Its process id, 0 when it does not run.
    pub pid: i64,
    /// For how long it has been running, in whole milliseconds.
    pub run_time: Option<Duration>,
    /// How long until it is run, in whole milliseconds.
    pub run_delay: Option<Duration>,
    /// How often it was begun.
    pub retry_num: u64,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// Whether a Sentinel takes a master for down, and whom it chose to fail it over: the reply of `SENTINEL IS-MASTER-DOWN-BY-ADDR`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SentinelVerdict {
    /// Whether it takes the master for down.
    pub is_down: bool,
    /// The id of the Sentinel that it chose; `None` when it was not asked to choose.
    pub leader: Option<String>,
    /// The epoch of that choice.
    pub leader_epoch: i64,
}

impl SentinelMaster {
    pub(crate) fn read(node: Node<'_>) -> Result<Self, ReplyError> {
        Fields::read(node, "a master's fields").map(Self::of)
    }

    pub(crate) fn read_list(node: Node<'_>) -> Result<Vec<Self>, ReplyError> {
        elements(node, "an array of masters", Self::read)
    }

    fn of(mut fields: Fields) -> Self {
        SentinelMaster {
            name: fields.text("name"),
            ip: fields.text("ip"),
            port: port(&mut fields, "port"),
            runid: fields.text("runid"),
            flags: SentinelFlags::take(&mut fields),
            link: SentinelLink::take(&mut fields),
            o_down_time: some_millis(&mut fields, "o-down-time"),
            info_refresh: millis(&mut fields, "info-refresh"),
            role_reported: fields.text("role-reported"),
            role_reported_time: millis(&mut fields, "role-reported-time"),
            config_epoch: number(&mut fields, "config-epoch"),
            num_replicas: number(&mut fields, "num-slaves"),
            num_other_sentinels: number(&mut fields, "num-other-sentinels"),
            quorum: number(&mut fields, "quorum"),
            failover_timeout: millis(&mut fields, "failover-timeout"),
            parallel_syncs: number(&mut fields, "parallel-syncs"),
            failover_state: fields.some_text("failover-state"),
            notification_script: fields.some_text("notification-script"),
            client_reconfig_script: fields.some_text("client-reconfig-script"),
            other: fields.rest(),
        }
    }
}

impl SentinelReplica {
    pub(crate) fn read_list(node: Node<'_>) -> Result<Vec<Self>, ReplyError> {
        elements(node, "an array of replicas", |node| Fields::read(node, "a replica's fields").map(Self::of))
    }

    fn of(mut fields: Fields) -> Self {
        SentinelReplica {
            name: fields.text("name"),
            ip: fields.text("ip"),
            port: port(&mut fields, "port"),
            runid: fields.text("runid"),
            flags: SentinelFlags::take(&mut fields),
            link: SentinelLink::take(&mut fields),
            info_refresh: millis(&mut fields, "info-refresh"),
            role_reported: fields.text("role-reported"),
            role_reported_time: millis(&mut fields, "role-reported-time"),
            master_link_down_time: millis(&mut fields, "master-link-down-time"),
            master_link_status: fields.text("master-link-status"),
            master_host: known(&mut fields, "master-host"),
            master_port: port(&mut fields, "master-port"),
            priority: fields.integer("slave-priority").unwrap_or_default(),
            repl_offset: fields.integer("slave-repl-offset").unwrap_or_default(),
            // Older servers tell of all.
            is_announced: fields.integer("replica-announced") != Some(0),
            other: fields.rest(),
        }
    }
}

impl SentinelPeer {
    pub(crate) fn read_list(node: Node<'_>) -> Result<Vec<Self>, ReplyError> {
        elements(node, "an array of Sentinels", |node| {
            Fields::read(node, "a Sentinel's fields").map(Self::of)
        })
    }

    fn of(mut fields: Fields) -> Self {
        SentinelPeer {
            name: fields.text("name"),
            ip: fields.text("ip"),
            port: port(&mut fields, "port"),
            runid: fields.text("runid"),
            flags: SentinelFlags::take(&mut fields),
            link: SentinelLink::take(&mut fields),
            last_hello_message: millis(&mut fields, "last-hello-message"),
            voted_leader: known(&mut fields, "voted-leader"),
            voted_leader_epoch: number(&mut fields, "voted-leader-epoch"),
            other: fields.rest(),
        }
    }
}

impl SentinelLink {
    fn take(fields: &mut Fields) -> Self {
        SentinelLink {
            pending_commands: number(fields, "link-pending-commands"),
            refcount: number(fields, "link-refcount"),
            last_ping_sent: some_millis(fields, "last-ping-sent").filter(|ago| !ago.is_zero()),
            last_ok_ping_reply: millis(fields, "last-ok-ping-reply"),
            last_ping_reply: millis(fields, "last-ping-reply"),
            down_after: millis(fields, "down-after-milliseconds"),
            s_down_time: some_millis(fields, "s-down-time"),
        }
    }
}

impl SentinelFlags {
    /// Whether this word is among them: `failover_in_progress`, `reconf_sent` ...
    pub fn has(&self, flag: &str) -> bool {
        self.0.iter().any(|other| other == flag)
    }

    /// The words.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether it is a master (`master`).
    pub fn is_master(&self) -> bool {
        self.has("master")
    }

    /// Whether it is a replica (`slave`).
    pub fn is_replica(&self) -> bool {
        self.has("slave")
    }

    /// Whether it is a Sentinel (`sentinel`).
    pub fn is_sentinel(&self) -> bool {
        self.has("sentinel")
    }

    /// Whether the Sentinel that was asked takes it for down (`s_down`).
    pub fn is_s_down(&self) -> bool {
        self.has("s_down")
    }

    /// Whether a quorum of Sentinels takes it for down (`o_down`).
    pub fn is_o_down(&self) -> bool {
        self.has("o_down")
    }

    /// Whether the Sentinel that was asked has no connection to it (`disconnected`).
    pub fn is_disconnected(&self) -> bool {
        self.has("disconnected")
    }

    /// Of a Sentinel: whether it takes the master for down (`master_down`).
    pub fn is_master_down(&self) -> bool {
        self.has("master_down")
    }

    fn take(fields: &mut Fields) -> Self {
        let text = fields.text("flags");
        SentinelFlags(text.split(',').filter(|flag| !flag.is_empty()).map(str::to_owned).collect())
    }
}

impl fmt::Display for SentinelFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(","))
    }
}

impl CachedInfo {
    /// Reads names of masters, each followed by the instances: the master, then its replicas.
    pub(crate) fn read_map(node: Node<'_>) -> Result<BTreeMap<String, Vec<Self>>, ReplyError> {
        let fields = Fields::read(node, "masters with what was cached")?.rest().into_iter();
        let of_master = |(name, instances)| {
            let instances = items_of(instances).unwrap_or_default();
            (name, instances.into_iter().filter_map(Self::of).collect())
        };
        Ok(sorted(fields.map(of_master)))
    }

    fn of(value: Value) -> Option<Self> {
        let mut parts = items_of(value)?.into_iter();
        let age = Duration::from_millis(unsigned_of(&parts.next()?)?);
        let info = parts.next().filter(|info| *info != Value::Null);
        Some(CachedInfo { age, info: info.map(|info| Info::of_text(&text_of(&info))) })
    }
}

impl PendingScript {
    pub(crate) fn read_list(node: Node<'_>) -> Result<Vec<Self>, ReplyError> {
        elements(node, "an array of scripts", |node| Fields::read(node, "a script's fields").map(Self::of))
    }

    fn of(mut fields: Fields) -> Self {
        PendingScript {
            argv: fields.texts("argv"),
            flags: fields.text("flags"),
            pid: fields.integer("pid").unwrap_or_default(),
            run_time: some_millis(&mut fields, "run-time"),
            run_delay: some_millis(&mut fields, "run-delay"),
            retry_num: number(&mut fields, "retry-num"),
            other: fields.rest(),
        }
    }
}

impl SentinelVerdict {
    pub(crate) fn read(node: Node<'_>) -> Result<Self, ReplyError> {
        let ([is_down, leader, leader_epoch], _) = parts(node, "a state, a leader and an epoch")?;
        Ok(SentinelVerdict {
            is_down: integer_of(&is_down) == Some(1),
            leader: Some(text_of(&leader)).filter(|leader| leader != "*"),
            leader_epoch: integer_of(&leader_epoch).unwrap_or_default(),
        })
    }
}

/// Reads `OK 3 usable Sentinels. Quorum and failover authorization can be reached`.
pub(crate) fn usable_sentinels(node: Node<'_>) -> Result<i64, ReplyError> {
    let unfit = ReplyError::unexpected("OK with how many Sentinels are usable", &node);
    let text = text(node).map_err(|_| unfit.clone())?;
    let count = text.strip_prefix("OK ").and_then(|text| text.split(' ').next()?.parse().ok());
    count.ok_or(unfit)
}

/// Reads names with times in milliseconds.
pub(crate) fn times(node: Node<'_>) -> Result<BTreeMap<String, Duration>, ReplyError> {
    let fields = Fields::read(node, "parameters with times")?.rest();
    let time = |(name, value)| Some((name, Duration::from_millis(unsigned_of(&value)?)));
    Ok(sorted(fields.into_iter().filter_map(time)))
}

fn number(fields: &mut Fields, name: &str) -> u64 {
    fields.unsigned(name).unwrap_or_default()
}

fn port(fields: &mut Fields, name: &str) -> u16 {
    fields.take(name, |value| unsigned_of(value)?.try_into().ok()).unwrap_or_default()
}

fn millis(fields: &mut Fields, name: &str) -> Duration {
    some_millis(fields, name).unwrap_or_default()
}

fn some_millis(fields: &mut Fields, name: &str) -> Option<Duration> {
    fields.unsigned(name).map(Duration::from_millis)
}

/// What is not known yet is a question mark.
fn known(fields: &mut Fields, name: &str) -> Option<String> {
    fields.some_text(name).filter(|text| text != "?")
}
