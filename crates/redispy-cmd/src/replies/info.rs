//! The reply of `INFO`: hundreds of lines in sections, some of them lists of their own.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use resp_proto::Node;

use super::fields::{sorted, text};
use super::text_fields::TextFields;
use crate::reply::ReplyError;

/// What a server tells about itself: the reply of `INFO`.
///
/// The fields that programs ask for most are typed; [`get`](Self::get) and [`parse`](Self::parse) reach every other one by
/// the server's name for it, and [`sections`](Self::sections) holds all of them as sent. What the reply does not have,
/// because of the sections asked for or of the server's age, is `None` or empty.
///
/// ```
/// use redispy_cmd::replies::Info;
///
/// let info = Info::of_text(
///     "# Server\r\nredis_version:8.2.3\r\nredis_git_sha1:00000000\r\nhz:10\r\n# Keyspace\r\ndb0:keys=2,expires=1\r\n",
/// );
/// assert_eq!(info.version.as_deref(), Some("8.2.3"));
/// assert_eq!(info.get("redis_git_sha1"), Some("00000000"));
/// assert_eq!(info.parse::<u32>("hz"), Some(10));
/// assert_eq!(info.keyspace[&0].keys, 2);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Info {
    /// All sections in the order sent.
    pub sections: Vec<InfoSection>,

    /// The server's own version: `valkey_version` where there is one, since Valkey states a Redis version as well.
    pub version: Option<String>,
    /// The Redis version that the server is compatible with.
    pub redis_version: Option<String>,
    /// `standalone`, `sentinel` or `cluster`.
    pub mode: Option<String>,
    /// A random number of this run of the server.
    pub run_id: Option<String>,
    /// The port it listens on.
    pub tcp_port: Option<u16>,
    /// How long it runs, in whole seconds.
    pub uptime: Option<Duration>,

    /// How many clients are connected, replicas not counted.
    pub connected_clients: Option<u64>,
    /// How many of them wait in a blocking command.
    pub blocked_clients: Option<u64>,
    /// How many there may be.
    pub maxclients: Option<u64>,

    /// Bytes allocated.
    pub used_memory: Option<u64>,
    /// Bytes that the operating system counts.
    pub used_memory_rss: Option<u64>,
    /// The most bytes that were allocated.
    pub used_memory_peak: Option<u64>,
    /// Bytes that may be allocated, 0 for no limit.
    pub maxmemory: Option<u64>,
    /// What happens at that limit: `noeviction`, `allkeys-lru` ...
    pub maxmemory_policy: Option<String>,
    /// [`used_memory_rss`](Self::used_memory_rss) to [`used_memory`](Self::used_memory).
    pub mem_fragmentation_ratio: Option<f64>,

    /// Whether it is loading its data.
    pub loading: Option<bool>,
    /// How many changes an end of the server would lose if there were only RDB files.
    pub rdb_changes_since_last_save: Option<u64>,
    /// Whether a `BGSAVE` is running.
    pub rdb_bgsave_in_progress: Option<bool>,
    /// When the last RDB file was written.
    pub rdb_last_save_time: Option<SystemTime>,
    /// Whether changes are written to an append-only file.
    pub aof_enabled: Option<bool>,

    /// How many connections were accepted.
    pub total_connections_received: Option<u64>,
    /// How many commands were run.
    pub total_commands_processed: Option<u64>,
    /// Commands per second, lately.
    pub instantaneous_ops_per_sec: Option<u64>,
    /// How many connections were refused for [`maxclients`](Self::maxclients).
    pub rejected_connections: Option<u64>,
    /// How many keys expired.
    pub expired_keys: Option<u64>,
    /// How many keys were evicted for [`maxmemory`](Self::maxmemory).
    pub evicted_keys: Option<u64>,
    /// How many look-ups found their key.
    pub keyspace_hits: Option<u64>,
    /// How many look-ups did not find their key.
    pub keyspace_misses: Option<u64>,

    /// `master` or `slave`.
    pub role: Option<String>,
    /// How many replicas are connected (`connected_slaves`).
    pub connected_replicas: Option<u64>,
    /// These replicas (`slave0`, `slave1` ...).
    pub replicas: Vec<ReplicaInfo>,
    /// On a replica the host of its master.
    pub master_host: Option<String>,
    /// On a replica the port of its master.
    pub master_port: Option<u16>,
    /// On a replica whether the link to its master is up (`master_link_status`).
    pub master_link_up: Option<bool>,
    /// The id of the replication stream.
    pub master_replid: Option<String>,
    /// The offset in the replication stream, in bytes.
    pub master_repl_offset: Option<i64>,

    /// CPU seconds that the kernel spent for the server.
    pub used_cpu_sys: Option<f64>,
    /// CPU seconds that the server spent itself.
    pub used_cpu_user: Option<f64>,
    /// Whether it is a node of a cluster.
    pub cluster_enabled: Option<bool>,

    /// The databases that hold keys, by index (`db0` ...).
    pub keyspace: BTreeMap<u32, KeyspaceInfo>,
    /// The commands that were called, by name (`cmdstat_get` ...); in the section `commandstats`.
    pub commandstats: BTreeMap<String, CommandStats>,
    /// How often the server answered with each error code (`errorstat_ERR` ...). Since Redis 6.2.0.
    pub errorstats: BTreeMap<String, u64>,
    /// Latency of commands in microseconds, by name of command, then of percentile: `p50`, `p99`, `p99.9`; in the section
    /// `latencystats`. Since Redis 7.0.0.
    pub latencystats: BTreeMap<String, BTreeMap<String, f64>>,
}

/// One section of [`Info`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct InfoSection {
    /// Its title as sent (`Server`), empty for lines before the first title.
    pub name: String,
    /// Its names and values as sent, in that order; a name may be there several times (`module`).
    pub fields: Vec<(String, String)>,
    /// Lines that are no name with a value.
    pub lines: Vec<String>,
}

/// A database that holds keys: `db0:keys=2,expires=1,avg_ttl=500`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyspaceInfo {
    /// How many keys it holds.
    pub keys: u64,
    /// How many of them expire.
    pub expires: u64,
    /// How long those have left on average, as the server samples it, in whole milliseconds.
    pub avg_ttl: Duration,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, String>,
}

/// How often a command was called: `cmdstat_get:calls=3,usec=12,usec_per_call=4.00`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CommandStats {
    /// How often it was called.
    pub calls: u64,
    /// CPU time of all calls, in whole microseconds (`usec`).
    pub time: Duration,
    /// CPU time of a call on average, in microseconds.
    pub usec_per_call: f64,
    /// How many calls were refused before they ran. Since Redis 6.2.0.
    pub rejected_calls: u64,
    /// How many calls failed while they ran. Since Redis 6.2.0.
    pub failed_calls: u64,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, String>,
}

/// A replica as its master sees it: `slave0:ip=10.0.0.6,port=6379,state=online,offset=14,lag=0`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReplicaInfo {
    /// Its address.
    pub ip: String,
    /// Its port.
    pub port: u16,
    /// `online`, or how far its synchronisation got: `wait_bgsave`, `send_bulk` ...
    pub state: String,
    /// Its offset in the replication stream, in bytes.
    pub offset: i64,
    /// How long ago it was heard of, in whole seconds.
    pub lag: Option<Duration>,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, String>,
}

impl Info {
    /// The value of a field as sent, whichever section it is in.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut fields = self.sections.iter().flat_map(|section| &section.fields);
        fields.find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The value of a field as a number or whatever parses; `None` too when it does not.
    pub fn parse<T: FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.trim().parse().ok()
    }

    /// The section of this title, letter case ignored.
    pub fn section(&self, name: &str) -> Option<&InfoSection> {
        self.sections.iter().find(|section| section.name.eq_ignore_ascii_case(name))
    }

    pub(crate) fn read(node: Node<'_>) -> Result<Self, ReplyError> {
        text(node).map(|text| Info::of_text(&text))
    }

    /// What such a text says, as it is in the reply of `INFO`.
    pub fn of_text(text: &str) -> Self {
        let mut info = Info { sections: sections(text), ..Info::default() };
        info.read_fields();
        info.read_lists();
        info
    }

    fn read_fields(&mut self) {
        let text = |name| self.get(name).map(str::to_owned);
        let flag = |name| self.parse::<i64>(name).map(|flag| flag != 0);
        *self = Info {
            redis_version: text("redis_version"),
            version: text("valkey_version").or_else(|| text("redis_version")),
            mode: text("redis_mode").or_else(|| text("server_mode")),
            run_id: text("run_id"),
            tcp_port: self.parse("tcp_port"),
            uptime: self.parse("uptime_in_seconds").map(Duration::from_secs),
            connected_clients: self.parse("connected_clients"),
            blocked_clients: self.parse("blocked_clients"),
            maxclients: self.parse("maxclients"),
            used_memory: self.parse("used_memory"),
            used_memory_rss: self.parse("used_memory_rss"),
            used_memory_peak: self.parse("used_memory_peak"),
            maxmemory: self.parse("maxmemory"),
            maxmemory_policy: text("maxmemory_policy"),
            mem_fragmentation_ratio: self.parse("mem_fragmentation_ratio"),
            loading: flag("loading"),
            rdb_changes_since_last_save: self.parse("rdb_changes_since_last_save"),
            rdb_bgsave_in_progress: flag("rdb_bgsave_in_progress"),
            rdb_last_save_time: self.parse("rdb_last_save_time").and_then(unix_seconds),
            aof_enabled: flag("aof_enabled"),
            total_connections_received: self.parse("total_connections_received"),
            total_commands_processed: self.parse("total_commands_processed"),
            instantaneous_ops_per_sec: self.parse("instantaneous_ops_per_sec"),
            rejected_connections: self.parse("rejected_connections"),
            expired_keys: self.parse("expired_keys"),
            evicted_keys: self.parse("evicted_keys"),
            keyspace_hits: self.parse("keyspace_hits"),
            keyspace_misses: self.parse("keyspace_misses"),
            role: text("role"),
            connected_replicas: self.parse("connected_slaves"),
            master_host: text("master_host"),
            master_port: self.parse("master_port"),
            master_link_up: self.get("master_link_status").map(|status| status == "up"),
            master_replid: text("master_replid"),
            master_repl_offset: self.parse("master_repl_offset"),
            used_cpu_sys: self.parse("used_cpu_sys"),
            used_cpu_user: self.parse("used_cpu_user"),
            cluster_enabled: flag("cluster_enabled"),
            ..std::mem::take(self)
        };
    }

    /// Fields whose names count or hold a name of their own: `db0`, `slave1`, `cmdstat_config|get`.
    fn read_lists(&mut self) {
        let sections = std::mem::take(&mut self.sections);
        for (name, value) in sections.iter().flat_map(|section| &section.fields) {
            let list = || TextFields::of_list(value);
            if let Some(index) = name.strip_prefix("db").and_then(|index| index.parse().ok()) {
                self.keyspace.insert(index, KeyspaceInfo::of(list()));
            } else if name.strip_prefix("slave").is_some_and(|index| index.parse::<u32>().is_ok()) {
                self.replicas.push(ReplicaInfo::of(list()));
            } else if let Some(command) = name.strip_prefix("cmdstat_") {
                self.commandstats.insert(command.to_owned(), CommandStats::of(list()));
            } else if let Some(code) = name.strip_prefix("errorstat_") {
                self.errorstats.insert(code.to_owned(), list().number("count"));
            } else if let Some(command) = name.strip_prefix("latency_percentiles_usec_") {
                let percentiles =
                    list().rest().into_iter().filter_map(|(p, usec)| Some((p, usec.parse().ok()?)));
                self.latencystats.insert(command.to_owned(), sorted(percentiles));
            }
        }
        self.sections = sections;
    }
}

fn sections(text: &str) -> Vec<InfoSection> {
    let mut sections = Vec::new();
    let mut section = InfoSection::default();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        if let Some(title) = line.strip_prefix('#') {
            let next = InfoSection { name: title.trim().to_owned(), ..InfoSection::default() };
            sections.push(std::mem::replace(&mut section, next));
        } else if let Some((name, value)) = line.split_once(':') {
            section.fields.push((name.to_owned(), value.to_owned()));
        } else {
            section.lines.push(line.to_owned());
        }
    }
    sections.push(section);
    sections.retain(|section| *section != InfoSection::default());
    sections
}

fn unix_seconds(seconds: u64) -> Option<SystemTime> {
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

impl KeyspaceInfo {
    fn of(mut fields: TextFields) -> Self {
        KeyspaceInfo {
            keys: fields.number("keys"),
            expires: fields.number("expires"),
            avg_ttl: Duration::from_millis(fields.number("avg_ttl")),
            other: fields.rest(),
        }
    }
}

impl CommandStats {
    fn of(mut fields: TextFields) -> Self {
        CommandStats {
            calls: fields.number("calls"),
            time: Duration::from_micros(fields.number("usec")),
            usec_per_call: fields.number("usec_per_call"),
            rejected_calls: fields.number("rejected_calls"),
            failed_calls: fields.number("failed_calls"),
            other: fields.rest(),
        }
    }
}

impl ReplicaInfo {
    fn of(mut fields: TextFields) -> Self {
        ReplicaInfo {
            ip: fields.text("ip"),
            port: fields.number("port"),
            state: fields.text("state"),
            offset: fields.number("offset"),
            lag: fields.parse("lag").map(Duration::from_secs),
            other: fields.rest(),
        }
    }
}
