//! LATENCY: what took the server long.

use std::collections::BTreeMap;

use crate::arg::{ToArg, ToArgs};
use crate::cmd::{Cmd, Request};
use crate::execute::{Execute, IntoCmd};
use crate::replies::fields::{text, texts};
use crate::replies::{LatencyEvent, LatencyHistogram, LatencySample};
use crate::reply::FromReply;
use crate::spec;

/// The commands about the server's latency. All but the histogram need `latency-monitor-threshold` in the server's
/// configuration.
pub trait LatencyCommands: Execute {
    /// A report for people to read. `LATENCY DOCTOR`, since Redis 2.8.13, O(1).
    fn latency_doctor(self) -> Self::Output<String> {
        self.run(latency_doctor())
    }

    /// A drawing of an event's latency. `LATENCY GRAPH event`, since Redis 2.8.13, O(1).
    fn latency_graph(self, event: impl ToArg) -> Self::Output<String> {
        self.run(latency_graph(event))
    }

    /// The server's help. `LATENCY HELP`, since Redis 2.8.13, O(1): lines of text.
    fn latency_help(self) -> Self::Output<Vec<String>> {
        self.run(latency_help())
    }

    /// How long calls took, of all commands that were called; of some with [`cmd::latency_histogram`](latency_histogram()).
    /// `LATENCY HISTOGRAM`, since Redis 7.0, O(N) with N commands: a [`LatencyHistogram`] by name.
    fn latency_histogram(self) -> Self::Output<BTreeMap<String, LatencyHistogram>> {
        self.run(latency_histogram())
    }

    /// The last spikes of an event. `LATENCY HISTORY event`, since Redis 2.8.13, O(1): a [`LatencySample`] each, at most 160.
    fn latency_history(self, event: impl ToArg) -> Self::Output<Vec<LatencySample>> {
        self.run(latency_history(event))
    }

    /// The last spike of every event. `LATENCY LATEST`, since Redis 2.8.13, O(1): a [`LatencyEvent`] each.
    fn latency_latest(self) -> Self::Output<Vec<LatencyEvent>> {
        self.run(latency_latest())
    }

    /// Forgets the spikes of all events; of some with [`cmd::latency_reset`](latency_reset()). `LATENCY RESET`, since
    /// Redis 2.8.13, O(1): how many events had some.
    fn latency_reset(self) -> Self::Output<i64> {
        self.run(latency_reset())
    }
}

impl<E: Execute> LatencyCommands for E {}

/// A report for people to read. `LATENCY DOCTOR`, since Redis 2.8.13, O(1).
pub fn latency_doctor() -> Cmd<String> {
    Cmd::new(&spec::LATENCY_DOCTOR, text)
}

/// A drawing of an event's latency. `LATENCY GRAPH event`, since Redis 2.8.13, O(1).
pub fn latency_graph(event: impl ToArg) -> Cmd<String> {
    Cmd::new(&spec::LATENCY_GRAPH, text).arg(event)
}

/// The server's help. `LATENCY HELP`, since Redis 2.8.13, O(1): lines of text.
pub fn latency_help() -> Cmd<Vec<String>> {
    Cmd::new(&spec::LATENCY_HELP, texts)
}

/// How long calls took, of all commands that were called or of [some](LatencyHistogramRequest::commands).
/// `LATENCY HISTOGRAM [command ...]`, since Redis 7.0, O(N) with N commands: a [`LatencyHistogram`] by name.
pub fn latency_histogram() -> LatencyHistogramRequest {
    LatencyHistogramRequest { request: Request::new(&spec::LATENCY_HISTOGRAM) }
}

/// The last spikes of an event. `LATENCY HISTORY event`, since Redis 2.8.13, O(1): a [`LatencySample`] each, at most 160.
pub fn latency_history(event: impl ToArg) -> Cmd<Vec<LatencySample>> {
    Cmd::new(&spec::LATENCY_HISTORY, LatencySample::read_list).arg(event)
}

/// The last spike of every event. `LATENCY LATEST`, since Redis 2.8.13, O(1): a [`LatencyEvent`] each.
pub fn latency_latest() -> Cmd<Vec<LatencyEvent>> {
    Cmd::new(&spec::LATENCY_LATEST, LatencyEvent::read_list)
}

/// Forgets the spikes of all events or of [some](LatencyReset::events). `LATENCY RESET [event ...]`, since Redis 2.8.13, O(1):
/// how many events had some.
pub fn latency_reset() -> LatencyReset {
    LatencyReset { request: Request::new(&spec::LATENCY_RESET) }
}

/// `LATENCY HISTOGRAM` with its option; [`latency_histogram()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct LatencyHistogramRequest {
    request: Request,
}

impl LatencyHistogramRequest {
    /// Only of these commands; of a container of all its subcommands.
    pub fn commands(mut self, commands: impl ToArgs) -> Self {
        self.request.some_args("commands", commands);
        self
    }
}

impl IntoCmd for LatencyHistogramRequest {
    type Reply = BTreeMap<String, LatencyHistogram>;

    fn into_cmd(self) -> Cmd<BTreeMap<String, LatencyHistogram>> {
        Cmd::from_request(self.request, LatencyHistogram::read_map)
    }
}

/// `LATENCY RESET` with its option; [`latency_reset()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct LatencyReset {
    request: Request,
}

impl LatencyReset {
    /// Only of these events.
    pub fn events(mut self, events: impl ToArgs) -> Self {
        self.request.some_args("events", events);
        self
    }
}

impl IntoCmd for LatencyReset {
    type Reply = i64;

    fn into_cmd(self) -> Cmd<i64> {
        Cmd::from_request(self.request, i64::from_reply)
    }
}
