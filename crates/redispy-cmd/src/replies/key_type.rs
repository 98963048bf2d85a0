//! What a key holds.

use std::fmt;

use crate::arg::{Arg, ToArg};

/// What a key holds, as `TYPE` names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyType {
    /// `string`: text, bytes, a number, bits; a HyperLogLog, too.
    String,
    /// `list`
    List,
    /// `set`
    Set,
    /// `zset`: a sorted set; places on the earth, too.
    ZSet,
    /// `hash`
    Hash,
    /// `stream`
    Stream,
    /// A type of a module, or one that came later.
    Other(String),
}

impl KeyType {
    /// Its name in the server's words.
    pub fn as_str(&self) -> &str {
        match self {
            KeyType::String => "string",
            KeyType::List => "list",
            KeyType::Set => "set",
            KeyType::ZSet => "zset",
            KeyType::Hash => "hash",
            KeyType::Stream => "stream",
            KeyType::Other(name) => name,
        }
    }
}

impl From<String> for KeyType {
    fn from(name: String) -> Self {
        match &*name {
            "string" => KeyType::String,
            "list" => KeyType::List,
            "set" => KeyType::Set,
            "zset" => KeyType::ZSet,
            "hash" => KeyType::Hash,
            "stream" => KeyType::Stream,
            _ => KeyType::Other(name),
        }
    }
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl ToArg for KeyType {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.bytes(self.as_str().as_bytes());
    }
}
