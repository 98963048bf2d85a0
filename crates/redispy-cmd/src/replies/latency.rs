//! What a server says of its latency.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use resp_proto::Node;

use super::fields::{Fields, elements, parts, sorted, text_of, unix_seconds_of, unsigned_of};
use crate::reply::{ReplyError, Value};

/// The last spike of a kind of event: an element of the reply of `LATENCY LATEST`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LatencyEvent {
    /// The kind: `command`, `fork`, `expire-cycle` ...
    pub event: String,
    /// When it happened last, at second precision.
    pub time: SystemTime,
    /// How long it took then, in whole milliseconds.
    pub latest: Duration,
    /// How long it took at most, in whole milliseconds.
    pub max: Duration,
    /// How long all of them took together, in whole milliseconds. Since Valkey 8.1.0.
    pub sum: Option<Duration>,
    /// How often it happened. Since Valkey 8.1.0.
    pub count: Option<u64>,
    /// What follows, which this version of the library does not know.
    pub other: Vec<Value>,
}

/// One spike: an element of the reply of `LATENCY HISTORY`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LatencySample {
    /// When it happened, at second precision.
    pub time: SystemTime,
    /// How long it took, in whole milliseconds.
    pub latency: Duration,
}

/// How long calls of a command took: a value of the reply of `LATENCY HISTOGRAM`.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct LatencyHistogram {
    /// How often it was called.
    pub calls: u64,
    /// How many calls took at most this time, in whole microseconds; each includes those before it.
    pub buckets: BTreeMap<Duration, u64>,
    /// Fields that this version of the library does not know.
    pub other: BTreeMap<String, Value>,
}

impl LatencyEvent {
    pub(crate) fn read_list(node: Node<'_>) -> Result<Vec<Self>, ReplyError> {
        elements(node, "an array of events", Self::read)
    }

    fn read(node: Node<'_>) -> Result<Self, ReplyError> {
        let ([event, time, latest, max], rest) =
            parts(node, "an event's name, time, latest and highest latency")?;
        let mut rest = rest.into_iter();
        Ok(LatencyEvent {
            event: text_of(&event),
            time: unix_seconds_of(&time),
            latest: millis(&latest),
            max: millis(&max),
            sum: rest.next().as_ref().map(millis),
            count: rest.next().as_ref().and_then(unsigned_of),
            other: rest.collect(),
        })
    }
}

impl LatencySample {
    pub(crate) fn read_list(node: Node<'_>) -> Result<Vec<Self>, ReplyError> {
        elements(node, "an array of samples", Self::read)
    }

    fn read(node: Node<'_>) -> Result<Self, ReplyError> {
        let ([time, latency], _) = parts(node, "a time and a latency")?;
        Ok(LatencySample { time: unix_seconds_of(&time), latency: millis(&latency) })
    }
}

impl LatencyHistogram {
    pub(crate) fn read_map(node: Node<'_>) -> Result<BTreeMap<String, Self>, ReplyError> {
        let commands = Fields::read(node, "commands with their histograms")?.rest();
        let read = |(name, histogram)| (name, Fields::of(histogram).map(Self::of).unwrap_or_default());
        Ok(sorted(commands.into_iter().map(read)))
    }

    fn of(mut fields: Fields) -> Self {
        let buckets = fields.take_any("histogram_usec").and_then(Fields::of).unwrap_or_default().rest();
        let bucket = |(usec, calls): (&String, &Value)| {
            Some((Duration::from_micros(usec.parse().ok()?), unsigned_of(calls)?))
        };
        LatencyHistogram {
            calls: fields.unsigned("calls").unwrap_or_default(),
            buckets: sorted(buckets.iter().filter_map(bucket)),
            other: fields.rest(),
        }
    }
}

fn millis(value: &Value) -> Duration {
    Duration::from_millis(unsigned_of(value).unwrap_or_default())
}
