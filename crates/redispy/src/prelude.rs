//! The command methods: `use redispy::prelude::*;` gives them to clients, sessions and whatever else runs commands.
//!
//! The traits come without their names, so nothing of yours is shadowed.

pub use crate::scan::ScanCommands as _;
pub use redispy_cmd::commands::{
    AclCommands as _, BitmapCommands as _, ClientCommands as _, ClusterCommands as _, CommandCommands as _,
    CommandlogCommands as _, ConfigCommands as _, ConnectionCommands as _, ConnectionStateCommands as _,
    GenericCommands as _, GeoCommands as _, HashCommands as _, HyperLogLogCommands as _,
    LatencyCommands as _, ListCommands as _, MemoryCommands as _, ModuleCommands as _, PubSubCommands as _,
    ScriptingCommands as _, SentinelCommands as _, ServerCommands as _, SetCommands as _,
    SlowlogCommands as _, SortedSetCommands as _, StreamCommands as _, StringCommands as _,
    VectorSetCommands as _,
};
pub use redispy_cmd::{Execute as _, ExecuteCommand as _};
