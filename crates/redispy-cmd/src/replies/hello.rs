//! What a server says when it is greeted.

use std::collections::BTreeMap;

use resp_proto::Node;

use super::ModuleInfo;
use super::fields::{Fields, items_of};
use crate::reply::{ReplyError, Value};

/// The reply of `HELLO`: what server this is and what the connection speaks.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Hello {
    /// Which server: `redis`, `valkey`.
    pub server: String,
    /// Its version: `8.2.3`.
    pub version: String,
    /// The protocol of the connection: 2 or 3.
    pub proto: i64,
    /// The connection's id, as in `CLIENT ID`.
    pub id: i64,
    /// `standalone`, `sentinel` or `cluster`.
    pub mode: String,
    /// `master` or `replica`.
    pub role: String,
    /// The modules that are loaded.
    pub modules: Vec<ModuleInfo>,
    /// Where the server stands, if its configuration says so. Since Valkey 8.1.0.
    pub availability_zone: Option<String>,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

impl Hello {
    pub(crate) fn read(node: Node<'_>) -> Result<Self, ReplyError> {
        let mut fields = Fields::read(node, "the server's greeting")?;
        let modules = fields.take_any("modules").and_then(items_of).unwrap_or_default();
        Ok(Hello {
            server: fields.text("server"),
            version: fields.text("version"),
            proto: fields.integer("proto").unwrap_or_default(),
            id: fields.integer("id").unwrap_or_default(),
            mode: fields.text("mode"),
            role: fields.text("role"),
            modules: modules.into_iter().filter_map(Fields::of).map(ModuleInfo::of).collect(),
            availability_zone: fields.maybe_text("availability_zone"),
            other: fields.rest(),
        })
    }
}
