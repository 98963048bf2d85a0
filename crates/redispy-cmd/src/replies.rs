//! Replies with more to them than one value.
//!
//! Servers add fields from version to version. What a struct does not name is kept in its `other`, and a field that a server
//! does not send is `None` or empty, so the same code reads the replies of every server.
//!
//! Names and other words are texts, also those that users gave: of groups and consumers of streams, of connections, of users.
//! Bytes in them that are no UTF-8 are replaced. Keys, members and values are bytes, or what the caller asks for.

mod acl;
mod client_info;
mod cluster;
mod cluster_scan;
mod cluster_slots;
mod command_docs;
mod command_info;
mod debug_object;
pub(crate) mod expiry;
mod field_expiry;
pub(crate) mod fields;
mod fsynced;
mod functions;
mod geo;
mod hello;
mod info;
mod inserted;
mod key_type;
mod latency;
mod lcs_matches;
mod logged;
mod memory_stats;
mod module_info;
mod role;
mod scan_page;
mod scored_member;
mod sentinel;
pub(crate) mod stream;
mod stream_id;
mod stream_info;
mod text_fields;
mod vector_set;

pub use acl::{AclDryrun, AclLogEntry, AclSelector, AclUser};
pub use client_info::{ClientInfo, Redirection, TrackingInfo};
pub use cluster::{ClusterInfo, ClusterLink, ClusterNode, EpochBump, SlotRange};
pub use cluster_scan::{ClusterCursor, ClusterScanPage};
pub use cluster_slots::{
    ClusterShard, ClusterShardNode, ClusterSlots, ClusterSlotsNode, SlotMigration, SlotStats,
};
pub use command_docs::{CommandArgument, CommandDocs};
pub use command_info::{BeginSearch, CommandInfo, FindKeys, KeySpec};
pub use debug_object::DebugObject;
pub use expiry::Expiry;
pub use field_expiry::{FieldExpire, FieldPersist};
pub use fsynced::Fsynced;
pub use functions::{EngineStats, FunctionInfo, FunctionStats, LibraryInfo, RunningFunction};
pub use geo::{GeoMatch, GeoPosition};
pub use hello::Hello;
pub use info::{CommandStats, Info, InfoSection, KeyspaceInfo, ReplicaInfo};
pub use inserted::Inserted;
pub use key_type::KeyType;
pub use latency::{LatencyEvent, LatencyHistogram, LatencySample};
pub use lcs_matches::{LcsMatch, LcsMatches};
pub use logged::{CommandlogEntry, SlowlogEntry};
pub use memory_stats::{DatabaseMemory, MemoryStats};
pub use module_info::ModuleInfo;
pub use role::{Role, RoleReplica};
pub use scan_page::{Cursor, ScanPage};
pub use scored_member::ScoredMember;
pub use sentinel::{
    CachedInfo, PendingScript, SentinelFlags, SentinelLink, SentinelMaster, SentinelPeer, SentinelReplica,
    SentinelVerdict,
};
pub(crate) use sentinel::{times, usable_sentinels};
pub use stream::{AutoClaimed, PendingEntry, PendingSummary, StreamDeletion, StreamEntries, StreamEntry};
pub use stream_id::{ExclusiveStreamId, StreamId, StreamIdError};
pub use stream_info::{
    ConsumerInfo, ConsumerInfoFull, DeliveredEntry, GroupInfo, GroupInfoFull, StreamInfo, StreamInfoFull,
};
pub use vector_set::{RawVector, VectorMatch, VectorSetInfo};
