//! What a server is in replication.

use resp_proto::Node;

use super::fields::{integer_of, items, parts, text_of};
use crate::reply::{ReplyError, Value};

/// What a server is in replication: the reply of `ROLE`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// It takes writes.
    Master {
        /// Its offset in the replication stream, in bytes.
        offset: i64,
        /// The replicas that are connected.
        replicas: Vec<RoleReplica>,
    },
    /// It follows a master.
    Replica {
        /// The master's host.
        host: String,
        /// The master's port.
        port: u16,
        /// The state of the link: `none`, `connect`, `connecting`, `handshake`, `sync`, `connected`.
        state: String,
        /// How far it got in the replication stream, in bytes; -1 before it is synchronised.
        offset: i64,
    },
    /// It watches masters.
    Sentinel {
        /// The names of these masters.
        masters: Vec<String>,
    },
}

/// A replica as its master sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RoleReplica {
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How far it got in the replication stream, in bytes.
    pub offset: i64,
}

const EXPECTED: &str = "a role and its state";

impl Role {
    /// Whether it takes writes.
    pub fn is_master(&self) -> bool {
        matches!(self, Role::Master { .. })
    }

    pub(crate) fn read(node: Node<'_>) -> Result<Self, ReplyError> {
        let ([role], state) = parts(node, EXPECTED)?;
        match (text_of(&role).as_str(), state.as_slice()) {
            ("master", [offset, replicas, ..]) => Ok(Role::Master {
                offset: integer_of(offset).unwrap_or_default(),
                replicas: items(replicas).unwrap_or_default().iter().filter_map(RoleReplica::of).collect(),
            }),
            ("slave" | "replica", [host, port, state, offset, ..]) => Ok(Role::Replica {
                host: text_of(host),
                port: port_of(port),
                state: text_of(state),
                offset: integer_of(offset).unwrap_or_default(),
            }),
            ("sentinel", [masters, ..]) => Ok(Role::Sentinel {
                masters: items(masters).unwrap_or_default().iter().map(text_of).collect(),
            }),
            _ => Err(ReplyError::mismatch(EXPECTED, "something else")),
        }
    }
}

impl RoleReplica {
    fn of(value: &Value) -> Option<Self> {
        let [host, port, offset, ..] = items(value)? else { return None };
        Some(RoleReplica {
            host: text_of(host),
            port: port_of(port),
            offset: integer_of(offset).unwrap_or_default(),
        })
    }
}

fn port_of(value: &Value) -> u16 {
    integer_of(value).and_then(|port| port.try_into().ok()).unwrap_or_default()
}
