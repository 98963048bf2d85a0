//! What a server says of what its commands are for.

use std::collections::BTreeMap;

use resp_proto::Node;

use super::fields::{Fields, items, items_of, sorted, text_of};
use crate::reply::{ReplyError, Value};

/// What a command is for: a value of the reply of `COMMAND DOCS`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CommandDocs {
    /// One sentence.
    pub summary: String,
    /// The version it came with.
    pub since: String,
    /// The group it is documented under: `string` ...
    pub group: String,
    /// How its time grows.
    pub complexity: Option<String>,
    /// The module it belongs to.
    pub module: Option<String>,
    /// `deprecated`, `syscmd`.
    pub doc_flags: Vec<String>,
    /// The version that deprecated it.
    pub deprecated_since: Option<String>,
    /// What to use instead.
    pub replaced_by: Option<String>,
    /// Versions with what they changed.
    pub history: Vec<(String, String)>,
    /// Its arguments.
    pub arguments: Vec<CommandArgument>,
    /// Its subcommands by name: `config|get`.
    pub subcommands: BTreeMap<String, CommandDocs>,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// An argument of a command.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CommandArgument {
    /// Its name.
    pub name: String,
    /// Its type: `string`, `integer`, `double`, `key`, `pattern`, `unix-time`, `pure-token`, `oneof`, `block` (`type`).
    pub kind: String,
    /// How it is shown.
    pub display_text: Option<String>,
    /// Which of the command's key specifications it belongs to.
    pub key_spec_index: Option<i64>,
    /// The word that comes before it.
    pub token: Option<String>,
    /// What it is for.
    pub summary: Option<String>,
    /// The version it came with.
    pub since: Option<String>,
    /// The version that deprecated it.
    pub deprecated_since: Option<String>,
    /// `optional`, `multiple`, `multiple_token`.
    pub flags: Vec<String>,
    /// What a `oneof` or `block` consists of.
    pub arguments: Vec<CommandArgument>,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// The deepest that servers nest subcommands and arguments is 5; what is nested deeper than this stays in `other`.
const LEVELS: usize = 16;

impl CommandDocs {
    pub(crate) fn read_map(node: Node<'_>) -> Result<BTreeMap<String, Self>, ReplyError> {
        Ok(CommandDocs::map_of(Fields::read(node, "commands with their documentation")?, LEVELS))
    }

    fn map_of(commands: Fields, levels: usize) -> BTreeMap<String, Self> {
        let docs = |(name, docs)| Some((name, CommandDocs::of(Fields::of(docs)?, levels)));
        sorted(commands.rest().into_iter().filter_map(docs))
    }

    fn of(mut fields: Fields, levels: usize) -> Self {
        let mut subcommands = BTreeMap::new();
        if let Some(levels) = levels.checked_sub(1) {
            let of = fields.take_any("subcommands").and_then(Fields::of).unwrap_or_default();
            subcommands = CommandDocs::map_of(of, levels);
        }
        CommandDocs {
            summary: fields.text("summary"),
            since: fields.text("since"),
            group: fields.text("group"),
            complexity: fields.maybe_text("complexity"),
            module: fields.maybe_text("module"),
            doc_flags: fields.texts("doc_flags"),
            deprecated_since: fields.maybe_text("deprecated_since"),
            replaced_by: fields.maybe_text("replaced_by"),
            history: fields.take("history", changes).unwrap_or_default(),
            arguments: CommandArgument::list(&mut fields, levels),
            subcommands,
            other: fields.rest(),
        }
    }
}

impl CommandArgument {
    fn list(fields: &mut Fields, levels: usize) -> Vec<Self> {
        let Some(levels) = levels.checked_sub(1) else { return Vec::new() };
        let arguments = fields.take_any("arguments").and_then(items_of).unwrap_or_default();
        arguments.into_iter().filter_map(Fields::of).map(|fields| Self::of(fields, levels)).collect()
    }

    fn of(mut fields: Fields, levels: usize) -> Self {
        CommandArgument {
            name: fields.text("name"),
            kind: fields.text("type"),
            display_text: fields.maybe_text("display_text"),
            key_spec_index: fields.integer("key_spec_index"),
            token: fields.maybe_text("token"),
            summary: fields.maybe_text("summary"),
            since: fields.maybe_text("since"),
            deprecated_since: fields.maybe_text("deprecated_since"),
            flags: fields.texts("flags"),
            arguments: CommandArgument::list(&mut fields, levels),
            other: fields.rest(),
        }
    }
}

fn changes(value: &Value) -> Option<Vec<(String, String)>> {
    let change = |entry: &Value| match items(entry)? {
        [version, change, ..] => Some((text_of(version), text_of(change))),
        _ => None,
    };
    Some(items(value)?.iter().filter_map(change).collect())
}
