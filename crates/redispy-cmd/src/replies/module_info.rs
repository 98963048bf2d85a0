//! What a server says of its modules.

use std::collections::BTreeMap;

use resp_proto::Node;

use super::fields::{Fields, elements};
use crate::reply::{ReplyError, Value};

/// A module that a server has loaded: an element of the replies of `MODULE LIST` and `HELLO`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ModuleInfo {
    /// Its name.
    pub name: String,
    /// Its version, as the module numbers it.
    pub version: i64,
    /// The file it was loaded from, empty for one that comes with the server. Since Redis 7.0.0.
    pub path: String,
    /// What it was loaded with. Since Redis 7.0.0.
    pub args: Vec<String>,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

impl ModuleInfo {
    pub(crate) fn read_list(node: Node<'_>) -> Result<Vec<Self>, ReplyError> {
        elements(node, "an array of modules", |node| Fields::read(node, "a module's fields").map(Self::of))
    }

    pub(crate) fn of(mut fields: Fields) -> Self {
        ModuleInfo {
            name: fields.text("name"),
            version: fields.integer("ver").unwrap_or_default(),
            path: fields.text("path"),
            args: fields.texts("args"),
            other: fields.rest(),
        }
    }
}
