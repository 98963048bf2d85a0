//! Readers of what servers tell about themselves: fields with names, in RESP2 as flat arrays, in RESP3 as maps.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use resp_proto::{Kind, Node};

use crate::reply::{ReplyError, Value};

/// The named fields of one reply. Taking a field leaves those behind that a struct does not name.
#[derive(Debug, Default)]
pub(crate) struct Fields(BTreeMap<String, Value>);

impl Fields {
    /// The fields of a map or of a flat array of names and values; `expected` names what was to come.
    pub(crate) fn read(node: Node<'_>, expected: &'static str) -> Result<Self, ReplyError> {
        if !node.is_aggregate() {
            return Err(ReplyError::unexpected(expected, &node));
        }
        Ok(Fields::of(node.into_frame()).unwrap_or_default())
    }

    /// As [`read`](Self::read), of what was read already; `None` for what has no fields.
    pub(crate) fn of(value: Value) -> Option<Self> {
        if let Value::Map(pairs) = value {
            return Some(Fields(sorted(pairs.into_iter().map(|(name, value)| (text_of(&name), value)))));
        }
        let mut items = items_of(value)?.into_iter();
        let mut fields = BTreeMap::new();
        while let (Some(name), Some(value)) = (items.next(), items.next()) {
            fields.insert(text_of(&name), value);
        }
        Some(Fields(fields))
    }

    /// Takes the field of this name as `convert` gives it. What it cannot convert stays behind; nil is no value.
    pub(crate) fn take<T>(&mut self, name: &str, convert: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
        let value = convert(self.0.get(name)?)?;
        self.0.remove(name);
        Some(value)
    }

    pub(crate) fn take_any(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    pub(crate) fn integer(&mut self, name: &str) -> Option<i64> {
        self.take(name, integer_of)
    }

    pub(crate) fn unsigned(&mut self, name: &str) -> Option<u64> {
        self.take(name, unsigned_of)
    }

    pub(crate) fn float(&mut self, name: &str) -> Option<f64> {
        self.take(name, float_of)
    }

    /// The text of a string or number, empty when there is none.
    pub(crate) fn text(&mut self, name: &str) -> String {
        self.take(name, scalar_text).unwrap_or_default()
    }

    pub(crate) fn maybe_text(&mut self, name: &str) -> Option<String> {
        self.take(name, scalar_text)
    }

    /// A text, unless it is empty or missing.
    pub(crate) fn some_text(&mut self, name: &str) -> Option<String> {
        self.maybe_text(name).filter(|text| !text.is_empty())
    }

    /// The bytes of a string, none when there is none.
    pub(crate) fn bytes(&mut self, name: &str) -> Vec<u8> {
        self.take(name, |value| bytes_of(value).map(<[u8]>::to_vec)).unwrap_or_default()
    }

    /// The texts of an array or set, none when there is none.
    pub(crate) fn texts(&mut self, name: &str) -> Vec<String> {
        self.take(name, |value| items(value).map(|items| items.iter().map(text_of).collect()))
            .unwrap_or_default()
    }

    pub(crate) fn unix_millis(&mut self, name: &str) -> Option<SystemTime> {
        self.unsigned(name).map(|millis| after_epoch(Duration::from_millis(millis)))
    }

    /// The names of the fields not taken so far.
    pub(crate) fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    /// The fields that were not taken.
    pub(crate) fn rest(self) -> BTreeMap<String, Value> {
        self.0
    }
}

/// A map of these. `collect` sorts them first, by a sort that is compiled anew for every type of value: a tenth of this crate's
/// code, for maps of few fields.
pub(crate) fn sorted<K: Ord, V>(pairs: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    for (key, value) in pairs {
        map.insert(key, value);
    }
    map
}

/// The elements of an aggregate; nil has none. `expected` names what was to come.
pub(crate) fn elements<T>(
    node: Node<'_>,
    expected: &'static str,
    read: impl Fn(Node<'_>) -> Result<T, ReplyError>,
) -> Result<Vec<T>, ReplyError> {
    if node.is_null() {
        return Ok(Vec::new());
    }
    if !node.is_aggregate() {
        return Err(ReplyError::unexpected(expected, &node));
    }
    let mut elements = Vec::new();
    if let Some(items) = node.into_items() {
        for item in items {
            elements.push(read(item)?);
        }
    }
    Ok(elements)
}

/// The parts of an array whose places have meanings; fewer than `N` are an error that says that `expected` was to come.
pub(crate) fn parts<const N: usize>(
    node: Node<'_>,
    expected: &'static str,
) -> Result<([Value; N], Vec<Value>), ReplyError> {
    if !node.is_aggregate() {
        return Err(ReplyError::unexpected(expected, &node));
    }
    let mut parts = Vec::new();
    if let Some(items) = node.into_items() {
        parts.extend(items.map(Node::into_frame));
    }
    let got = parts.len();
    let rest = parts.split_off(got.min(N));
    match parts.try_into() {
        Ok(parts) => Ok((parts, rest)),
        Err(_) => Err(ReplyError::mismatch(expected, format!("an array of {got} elements"))),
    }
}

/// Reads an array of texts of the server's own making; bytes that are no UTF-8 are replaced.
pub(crate) fn texts(node: Node<'_>) -> Result<Vec<String>, ReplyError> {
    elements(node, "an array of texts", text)
}

/// Reads a text of the server's own making; bytes that are no UTF-8 are replaced.
pub(crate) fn text(node: Node<'_>) -> Result<String, ReplyError> {
    match (node.kind(), node.as_bytes()) {
        (Kind::SimpleString | Kind::BulkString | Kind::VerbatimString, Some(bytes)) => {
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        }
        _ => Err(ReplyError::unexpected("a text", &node)),
    }
}

/// The bytes of a string.
pub(crate) fn bytes_of(value: &Value) -> Option<&[u8]> {
    match value {
        Value::BulkString(bytes) | Value::SimpleString(bytes) | Value::BigNumber(bytes) => Some(bytes),
        Value::VerbatimString { text, .. } => Some(text),
        _ => None,
    }
}

/// The elements of an array, set or push.
pub(crate) fn items(value: &Value) -> Option<&[Value]> {
    match value {
        Value::Array(items) | Value::Set(items) | Value::Push(items) => Some(items),
        _ => None,
    }
}

pub(crate) fn items_of(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(items) | Value::Set(items) | Value::Push(items) => Some(items.into_vec()),
        _ => None,
    }
}

/// A text, unless it is empty.
pub(crate) fn some_text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// The text of a string or number, empty for all else.
pub(crate) fn text_of(value: &Value) -> String {
    scalar_text(value).unwrap_or_default()
}

pub(crate) fn integer_of(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(integer) => Some(*integer),
        _ => std::str::from_utf8(bytes_of(value)?).ok()?.parse().ok(),
    }
}

pub(crate) fn unsigned_of(value: &Value) -> Option<u64> {
    integer_of(value)?.try_into().ok()
}

/// A time in unix seconds, 1970 for what is none.
pub(crate) fn unix_seconds_of(value: &Value) -> SystemTime {
    after_epoch(Duration::from_secs(unsigned_of(value).unwrap_or_default()))
}

/// A time that the clock cannot hold becomes 1970: servers do not live that long.
pub(crate) fn after_epoch(time: Duration) -> SystemTime {
    SystemTime::UNIX_EPOCH.checked_add(time).unwrap_or(SystemTime::UNIX_EPOCH)
}

pub(crate) fn float_of(value: &Value) -> Option<f64> {
    match value {
        Value::Double(float) => Some(*float),
        Value::Integer(integer) => Some(*integer as f64),
        _ => std::str::from_utf8(bytes_of(value)?).ok()?.parse().ok(),
    }
}

fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::Integer(integer) => Some(integer.to_string()),
        Value::Double(float) => Some(float.to_string()),
        _ => Some(String::from_utf8_lossy(bytes_of(value)?).into_owned()),
    }
}
