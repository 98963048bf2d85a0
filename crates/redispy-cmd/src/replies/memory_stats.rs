//! Where a server's memory went.

use std::collections::BTreeMap;

use resp_proto::Node;

use super::fields::Fields;
use crate::reply::{ReplyError, Value};

/// Where a server's memory went: the reply of `MEMORY STATS`. Sizes are in bytes; those that the server does not send are
/// zero.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct MemoryStats {
    /// The most that was allocated.
    pub peak_allocated: u64,
    /// What is allocated.
    pub total_allocated: u64,
    /// What was allocated at the start.
    pub startup_allocated: u64,
    /// The replication backlog.
    pub replication_backlog: u64,
    /// Buffers of replicas (`clients.slaves`).
    pub clients_replicas: u64,
    /// Buffers of other clients.
    pub clients_normal: u64,
    /// Links between nodes of a cluster. Since Redis 7.0.0.
    pub cluster_links: u64,
    /// Buffers of the append-only file.
    pub aof_buffer: u64,
    /// Cached scripts.
    pub lua_caches: u64,
    /// Functions. Since Redis 7.0.0.
    pub functions_caches: u64,
    /// The overhead of each database that holds keys (`db.0` ...).
    pub databases: BTreeMap<u32, DatabaseMemory>,
    /// Everything but the data.
    pub overhead_total: u64,
    /// How many keys there are in all databases.
    pub keys_count: u64,
    /// What a key takes on average.
    pub keys_bytes_per_key: u64,
    /// The data.
    pub dataset_bytes: u64,
    /// How much of what was allocated since the start the data is, in percent.
    pub dataset_percentage: f64,
    /// How much of the peak is allocated, in percent.
    pub peak_percentage: f64,
    /// What the allocator gave out.
    pub allocator_allocated: u64,
    /// What the allocator has in pages in use.
    pub allocator_active: u64,
    /// What the allocator holds in memory.
    pub allocator_resident: u64,
    /// Active to allocated.
    pub allocator_fragmentation_ratio: f64,
    /// Active without allocated.
    pub allocator_fragmentation_bytes: i64,
    /// Resident to active.
    pub allocator_rss_ratio: f64,
    /// Resident without active.
    pub allocator_rss_bytes: i64,
    /// What the operating system counts to what the allocator holds.
    pub rss_overhead_ratio: f64,
    /// What the operating system counts without what the allocator holds.
    pub rss_overhead_bytes: i64,
    /// What the operating system counts to what is allocated.
    pub fragmentation: f64,
    /// What the operating system counts without what is allocated.
    pub fragmentation_bytes: i64,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// The overhead of one database. Sizes are in bytes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DatabaseMemory {
    /// The table of keys.
    pub overhead_hashtable_main: u64,
    /// The table of expiries.
    pub overhead_hashtable_expires: u64,
    /// The table of slots to keys of a cluster; 0 where there is none. Only Redis 7.0 tells of it.
    pub overhead_hashtable_slot_to_keys: u64,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

impl MemoryStats {
    pub(crate) fn read(node: Node<'_>) -> Result<Self, ReplyError> {
        let mut fields = Fields::read(node, "the fields of memory")?;
        let databases = databases(&mut fields);
        let mut size = |name| fields.unsigned(name).unwrap_or_default();
        let mut stats = MemoryStats {
            peak_allocated: size("peak.allocated"),
            total_allocated: size("total.allocated"),
            startup_allocated: size("startup.allocated"),
            replication_backlog: size("replication.backlog"),
            clients_replicas: size("clients.slaves"),
            clients_normal: size("clients.normal"),
            cluster_links: size("cluster.links"),
            aof_buffer: size("aof.buffer"),
            lua_caches: size("lua.caches"),
            functions_caches: size("functions.caches"),
            databases,
            overhead_total: size("overhead.total"),
            keys_count: size("keys.count"),
            keys_bytes_per_key: size("keys.bytes-per-key"),
            dataset_bytes: size("dataset.bytes"),
            allocator_allocated: size("allocator.allocated"),
            allocator_active: size("allocator.active"),
            allocator_resident: size("allocator.resident"),
            ..MemoryStats::default()
        };
        stats.read_ratios(fields);
        Ok(stats)
    }

    fn read_ratios(&mut self, mut fields: Fields) {
        let mut ratio = |name| fields.float(name).unwrap_or_default();
        self.dataset_percentage = ratio("dataset.percentage");
        self.peak_percentage = ratio("peak.percentage");
        self.allocator_fragmentation_ratio = ratio("allocator-fragmentation.ratio");
        self.allocator_rss_ratio = ratio("allocator-rss.ratio");
        self.rss_overhead_ratio = ratio("rss-overhead.ratio");
        self.fragmentation = ratio("fragmentation");
        let mut difference = |name| fields.integer(name).unwrap_or_default();
        self.allocator_fragmentation_bytes = difference("allocator-fragmentation.bytes");
        self.allocator_rss_bytes = difference("allocator-rss.bytes");
        self.rss_overhead_bytes = difference("rss-overhead.bytes");
        self.fragmentation_bytes = difference("fragmentation.bytes");
        self.other = fields.rest();
    }
}

fn databases(fields: &mut Fields) -> BTreeMap<u32, DatabaseMemory> {
    let mut databases = BTreeMap::new();
    for name in fields.names() {
        let Some(index) = name.strip_prefix("db.").and_then(|index| index.parse().ok()) else { continue };
        let Some(mut of) = fields.take_any(&name).and_then(Fields::of) else { continue };
        databases.insert(
            index,
            DatabaseMemory {
                overhead_hashtable_main: of.unsigned("overhead.hashtable.main").unwrap_or_default(),
                overhead_hashtable_expires: of.unsigned("overhead.hashtable.expires").unwrap_or_default(),
                overhead_hashtable_slot_to_keys: of
                    .unsigned("overhead.hashtable.slot-to-keys")
                    .unwrap_or_default(),
                other: of.rest(),
            },
        );
    }
    databases
}
