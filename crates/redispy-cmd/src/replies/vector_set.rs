//! What a server says of its vector sets.

use std::collections::BTreeMap;

use resp_proto::Node;

use super::fields::{Fields, bytes_of, float_of, parts, text_of};
use crate::reply::{ReplyError, Value};

/// How a vector set is built: the reply of `VINFO`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct VectorSetInfo {
    /// How exactly vectors are kept: `int8`, `f32`, `bin`.
    pub quant_type: String,
    /// How many neighbours an element has at most (`hnsw-m`).
    pub hnsw_m: i64,
    /// How many dimensions the vectors have as they are kept.
    pub vector_dim: i64,
    /// How many they had before they were reduced; `None` when they are not.
    pub projection_input_dim: Option<i64>,
    /// How many elements there are.
    pub size: i64,
    /// The highest level of the graph.
    pub max_level: i64,
    /// How many elements have attributes.
    pub attributes_count: i64,
    /// The number of the set within the server (`vset-uid`).
    pub vset_uid: i64,
    /// The number that the last new element got (`hnsw-max-node-uid`).
    pub hnsw_max_node_uid: i64,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

/// A vector as a set keeps it: the reply of `VEMB .. RAW`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RawVector {
    /// The form: `int8`, `f32`, `bin`.
    pub quantization: String,
    /// The numbers in that form, normalized to the length 1.
    pub blob: Vec<u8>,
    /// The length that the vector had.
    pub norm: f64,
    /// What to multiply with to get numbers from bytes; only of `int8`.
    pub range: Option<f64>,
    /// What follows, which this version of the library does not know.
    pub other: Vec<Value>,
}

/// An element that `VSIM` found.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct VectorMatch<T> {
    /// The element.
    pub element: T,
    /// How similar its vector is, from 0 for the opposite direction to 1 for the same.
    pub score: f64,
    /// Its attributes, a text in JSON.
    pub attributes: Option<String>,
}

impl VectorSetInfo {
    pub(crate) fn read(node: Node<'_>) -> Result<Option<Self>, ReplyError> {
        if node.is_null() {
            return Ok(None);
        }
        let mut fields = Fields::read(node, "a vector set's fields")?;
        let mut number = |name| fields.integer(name).unwrap_or_default();
        let info = VectorSetInfo {
            quant_type: String::new(),
            hnsw_m: number("hnsw-m"),
            vector_dim: number("vector-dim"),
            projection_input_dim: Some(number("projection-input-dim")).filter(|dim| *dim != 0),
            size: number("size"),
            max_level: number("max-level"),
            attributes_count: number("attributes-count"),
            vset_uid: number("vset-uid"),
            hnsw_max_node_uid: number("hnsw-max-node-uid"),
            other: BTreeMap::new(),
        };
        Ok(Some(VectorSetInfo { quant_type: fields.text("quant-type"), other: fields.rest(), ..info }))
    }
}

impl RawVector {
    pub(crate) fn read(node: Node<'_>) -> Result<Option<Self>, ReplyError> {
        if node.is_null() {
            return Ok(None);
        }
        let ([quantization, blob, norm], rest) = parts(node, "a vector's quantization, bytes and norm")?;
        let mut rest = rest.into_iter();
        Ok(Some(RawVector {
            quantization: text_of(&quantization),
            blob: bytes_of(&blob).unwrap_or_default().to_vec(),
            norm: float_of(&norm).unwrap_or_default(),
            range: rest.next().as_ref().and_then(float_of),
            other: rest.collect(),
        }))
    }
}
