//! What a server says of how its commands are called.

use std::collections::BTreeMap;

use resp_proto::Node;

use super::fields::{Fields, elements, integer_of, items, items_of, text_of};
use crate::reply::{ReplyError, Value};

/// How a command is called: an element of the replies of `COMMAND` and `COMMAND INFO`.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct CommandInfo {
    /// Its name in lower case, of a subcommand with its container: `config|get`.
    pub name: String,
    /// How many arguments it has, the name included; negative: at least so many.
    pub arity: i64,
    /// What kind of command it is: `readonly`, `fast`, `blocking` ...
    pub flags: Vec<String>,
    /// The position of its first key, 0 when it has none.
    pub first_key: i64,
    /// The position of its last key; negative counts from the end.
    pub last_key: i64,
    /// The distance from one key to the next.
    pub step: i64,
    /// Its ACL categories: `@read` ... Since Redis 6.0.0.
    pub acl_categories: Vec<String>,
    /// Hints for clients and proxies: `nondeterministic_output`, `request_policy:all_nodes` ... Since Redis 7.0.0.
    pub tips: Vec<String>,
    /// Where its keys are, for commands whose keys positions alone do not tell. Since Redis 7.0.0.
    pub key_specs: Vec<KeySpec>,
    /// Its subcommands. Since Redis 7.0.0.
    pub subcommands: Vec<CommandInfo>,
    /// What follows, which this version of the library does not know.
    pub other: Vec<Value>,
}

/// Where keys of a command are, and what happens to them.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct KeySpec {
    /// What happens to the keys: `RO`, `RW`, `OW`, `RM`, `access`, `update`, `insert`, `delete` ...
    pub flags: Vec<String>,
    /// Remarks.
    pub notes: Option<String>,
    /// Where to look for the first key.
    pub begin_search: BeginSearch,
    /// How to find the others from there.
    pub find_keys: FindKeys,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// Where the first key of a [`KeySpec`] is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BeginSearch {
    /// At this position.
    Index(i64),
    /// Behind a keyword.
    Keyword {
        /// The keyword: `STREAMS`.
        keyword: String,
        /// The position from which on it is looked for; negative counts from the end, and backwards.
        start_from: i64,
    },
    /// The server cannot say.
    Unknown,
}

/// How the keys of a [`KeySpec`] follow the first.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FindKeys {
    /// One after the other.
    Range {
        /// The last key as a distance from the first; negative counts from the end.
        last_key: i64,
        /// The distance from one key to the next.
        key_step: i64,
        /// When [`last_key`](Self::Range::last_key) is -1, which part of the arguments are keys: all (0 and 1), half (2) ...
        limit: i64,
    },
    /// As many as an argument says.
    KeyNum {
        /// The distance from where the search began to that argument.
        key_num_index: i64,
        /// The distance from where the search began to the first key.
        first_key: i64,
        /// The distance from one key to the next.
        key_step: i64,
    },
    /// The server cannot say.
    Unknown,
}

/// Subcommands have none themselves; nothing deeper than this is read.
const LEVELS: usize = 4;

impl CommandInfo {
    /// Reads commands of which none is missing.
    pub(crate) fn read_all(node: Node<'_>) -> Result<Vec<Self>, ReplyError> {
        Ok(CommandInfo::read_each(node)?.into_iter().flatten().collect())
    }

    /// Reads commands; nil stands for one that the server does not have.
    pub(crate) fn read_each(node: Node<'_>) -> Result<Vec<Option<Self>>, ReplyError> {
        elements(node, "an array of commands", |node| {
            if node.is_null() {
                return Ok(None);
            }
            let expected = "an array of what a command is";
            if !node.is_aggregate() {
                return Err(ReplyError::unexpected(expected, &node));
            }
            let info = CommandInfo::of(node.into_frame(), LEVELS).map(Some);
            info.ok_or_else(|| ReplyError::mismatch(expected, "something else"))
        })
    }

    fn of(value: Value, levels: usize) -> Option<Self> {
        let mut parts = items_of(value)?.into_iter();
        let name = text_of(&parts.next()?);
        let mut integer = || parts.next().as_ref().and_then(integer_of).unwrap_or_default();
        let arity = integer();
        let flags = words(parts.next());
        let mut integer = || parts.next().as_ref().and_then(integer_of).unwrap_or_default();
        let (first_key, last_key, step) = (integer(), integer(), integer());
        let (acl_categories, tips) = (words(parts.next()), words(parts.next()));
        let key_specs = parts.next().and_then(items_of).unwrap_or_default();
        let mut info = CommandInfo {
            name,
            arity,
            flags,
            first_key,
            last_key,
            step,
            acl_categories,
            tips,
            key_specs: key_specs.into_iter().filter_map(Fields::of).map(KeySpec::of).collect(),
            ..CommandInfo::default()
        };
        if levels > 0 {
            let subcommands = parts.next().and_then(items_of).unwrap_or_default();
            info.subcommands =
                subcommands.into_iter().filter_map(|value| Self::of(value, levels - 1)).collect();
        }
        info.other = parts.collect();
        Some(info)
    }
}

impl KeySpec {
    fn of(mut fields: Fields) -> Self {
        KeySpec {
            flags: fields.texts("flags"),
            notes: fields.maybe_text("notes"),
            begin_search: method(&mut fields, "begin_search").map_or(BeginSearch::Unknown, BeginSearch::of),
            find_keys: method(&mut fields, "find_keys").map_or(FindKeys::Unknown, FindKeys::of),
            other: fields.rest(),
        }
    }
}

impl BeginSearch {
    fn of((kind, mut spec): (String, Fields)) -> Self {
        match kind.as_str() {
            "index" => BeginSearch::Index(spec.integer("index").unwrap_or_default()),
            "keyword" => BeginSearch::Keyword {
                keyword: spec.text("keyword"),
                start_from: spec.integer("startfrom").unwrap_or_default(),
            },
            _ => BeginSearch::Unknown,
        }
    }
}

impl FindKeys {
    fn of((kind, mut spec): (String, Fields)) -> Self {
        let mut integer = |name| spec.integer(name).unwrap_or_default();
        match kind.as_str() {
            "range" => FindKeys::Range {
                last_key: integer("lastkey"),
                key_step: integer("keystep"),
                limit: integer("limit"),
            },
            "keynum" => FindKeys::KeyNum {
                key_num_index: integer("keynumidx"),
                first_key: integer("firstkey"),
                key_step: integer("keystep"),
            },
            _ => FindKeys::Unknown,
        }
    }
}

/// The kind of a way to find keys, and its parameters.
fn method(fields: &mut Fields, name: &str) -> Option<(String, Fields)> {
    let mut method = fields.take_any(name).and_then(Fields::of)?;
    let kind = method.text("type");
    Some((kind, method.take_any("spec").and_then(Fields::of).unwrap_or_default()))
}

fn words(value: Option<Value>) -> Vec<String> {
    value.as_ref().and_then(items).unwrap_or_default().iter().map(text_of).collect()
}
