//! What a server says of its libraries of functions.

use std::collections::BTreeMap;
use std::time::Duration;

use resp_proto::Node;

use super::fields::{Fields, bytes_of, elements, items_of, sorted};
use crate::reply::{ReplyError, Value};

/// A library of functions: an element of the reply of `FUNCTION LIST`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LibraryInfo {
    /// Its name.
    pub library_name: String,
    /// What runs its code: `LUA`.
    pub engine: String,
    /// Its functions.
    pub functions: Vec<FunctionInfo>,
    /// Its code as it was loaded, if that was asked for.
    pub library_code: Option<Vec<u8>>,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// A function of a library.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FunctionInfo {
    /// Its name, by which it is called.
    pub name: String,
    /// What it is for, if its library says so; bytes that are no UTF-8 are replaced.
    pub description: Option<String>,
    /// `no-writes`, `allow-oom`, `allow-stale`, `no-cluster`, `allow-cross-slot-keys`.
    pub flags: Vec<String>,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// The reply of `FUNCTION STATS`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FunctionStats {
    /// The function that runs.
    pub running_script: Option<RunningFunction>,
    /// The engines by name: `LUA`.
    pub engines: BTreeMap<String, EngineStats>,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// A function that runs.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RunningFunction {
    /// Its name.
    pub name: String,
    /// The words of the command that called it; bytes that are no UTF-8 are replaced.
    pub command: Vec<String>,
    /// For how long it has been running, in whole milliseconds (`duration_ms`).
    pub duration: Duration,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// What an engine has loaded.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EngineStats {
    /// How many libraries.
    pub libraries_count: u64,
    /// How many functions in them.
    pub functions_count: u64,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

impl LibraryInfo {
    pub(crate) fn read_list(node: Node<'_>) -> Result<Vec<Self>, ReplyError> {
        elements(node, "an array of libraries", |node| Fields::read(node, "a library's fields").map(Self::of))
    }

    fn of(mut fields: Fields) -> Self {
        let functions = fields.take_any("functions").and_then(items_of).unwrap_or_default();
        LibraryInfo {
            library_name: fields.text("library_name"),
            engine: fields.text("engine"),
            functions: functions.into_iter().filter_map(Fields::of).map(FunctionInfo::of).collect(),
            library_code: fields.take("library_code", |code| bytes_of(code).map(<[u8]>::to_vec)),
            other: fields.rest(),
        }
    }
}

impl FunctionInfo {
    fn of(mut fields: Fields) -> Self {
        let description = fields.take_any("description").filter(|description| *description != Value::Null);
        FunctionInfo {
            name: fields.text("name"),
            description: description.as_ref().map(super::fields::text_of),
            flags: fields.texts("flags"),
            other: fields.rest(),
        }
    }
}

impl FunctionStats {
    pub(crate) fn read(node: Node<'_>) -> Result<Self, ReplyError> {
        let mut fields = Fields::read(node, "the statistics of functions")?;
        let running = fields.take_any("running_script").and_then(Fields::of);
        let engines = fields.take_any("engines").and_then(Fields::of).unwrap_or_default().rest();
        let engine = |(name, engine)| Some((name, EngineStats::of(Fields::of(engine)?)));
        Ok(FunctionStats {
            running_script: running.map(RunningFunction::of),
            engines: sorted(engines.into_iter().filter_map(engine)),
            other: fields.rest(),
        })
    }
}

impl RunningFunction {
    fn of(mut fields: Fields) -> Self {
        RunningFunction {
            name: fields.text("name"),
            command: fields.texts("command"),
            duration: Duration::from_millis(fields.unsigned("duration_ms").unwrap_or_default()),
            other: fields.rest(),
        }
    }
}

impl EngineStats {
    fn of(mut fields: Fields) -> Self {
        EngineStats {
            libraries_count: fields.unsigned("libraries_count").unwrap_or_default(),
            functions_count: fields.unsigned("functions_count").unwrap_or_default(),
            other: fields.rest(),
        }
    }
}
