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
    /// A report on slow events for people to read.
    ///
    /// `LATENCY DOCTOR`. Since Redis 2.8.13. O(1).
    fn latency_doctor(self) -> Self::Output<String> {
        self.run(latency_doctor())
    }

    /// A drawing in characters of an event's latency.
    ///
    /// `LATENCY GRAPH event`. Since Redis 2.8.13. O(1).
    fn latency_graph(self, event: impl ToArg) -> Self::Output<String> {
        self.run(latency_graph(event))
    }

    /// The server's help, line by line.
    ///
    /// `LATENCY HELP`. Since Redis 2.8.13. O(1).
    fn latency_help(self) -> Self::Output<Vec<String>> {
        self.run(latency_help())
    }

    /// How long the calls of each command took, by its name, of all commands that were called. Some commands only are an
    /// option of [`cmd::latency_histogram`](latency_histogram()).
    ///
    /// `LATENCY HISTOGRAM`. Since Redis 7.0.0. O(N) in the number of commands called.
    fn latency_histogram(self) -> Self::Output<BTreeMap<String, LatencyHistogram>> {
        self.run(latency_histogram())
    }

    /// The last spikes of an event, the oldest first, at most 160.
    ///
    /// `LATENCY HISTORY event`. Since Redis 2.8.13. O(1).
    fn latency_history(self, event: impl ToArg) -> Self::Output<Vec<LatencySample>> {
        self.run(latency_history(event))
    }

    /// The last spike of every event.
    ///
    /// `LATENCY LATEST`. Since Redis 2.8.13. O(1).
    fn latency_latest(self) -> Self::Output<Vec<LatencyEvent>> {
        self.run(latency_latest())
    }

    /// Forgets the spikes of all events. The reply is how many events had some. Some events only are an option of
    /// [`cmd::latency_reset`](latency_reset()).
    ///
    /// `LATENCY RESET`. Since Redis 2.8.13. O(1).
    fn latency_reset(self) -> Self::Output<i64> {
        self.run(latency_reset())
    }
}

impl<E: Execute> LatencyCommands for E {}

/// `LATENCY DOCTOR`: see [`LatencyCommands::latency_doctor`].
pub fn latency_doctor() -> Cmd<String> {
    Cmd::new(&spec::LATENCY_DOCTOR, text)
}

/// `LATENCY GRAPH event`: see [`LatencyCommands::latency_graph`].
pub fn latency_graph(event: impl ToArg) -> Cmd<String> {
    Cmd::new(&spec::LATENCY_GRAPH, text).arg(event)
}

/// `LATENCY HELP`: see [`LatencyCommands::latency_help`].
pub fn latency_help() -> Cmd<Vec<String>> {
    Cmd::new(&spec::LATENCY_HELP, texts)
}

/// `LATENCY HISTOGRAM` with its options ([`LatencyHistogramRequest`]): see [`LatencyCommands::latency_histogram`].
pub fn latency_histogram() -> LatencyHistogramRequest {
    LatencyHistogramRequest { request: Request::new(&spec::LATENCY_HISTOGRAM) }
}

/// `LATENCY HISTORY event`: see [`LatencyCommands::latency_history`].
pub fn latency_history(event: impl ToArg) -> Cmd<Vec<LatencySample>> {
    Cmd::new(&spec::LATENCY_HISTORY, LatencySample::read_list).arg(event)
}

/// `LATENCY LATEST`: see [`LatencyCommands::latency_latest`].
pub fn latency_latest() -> Cmd<Vec<LatencyEvent>> {
    Cmd::new(&spec::LATENCY_LATEST, LatencyEvent::read_list)
}

/// `LATENCY RESET` with its options ([`LatencyReset`]): see [`LatencyCommands::latency_reset`].
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
    /// `command ...`: only of these commands; of a container of all its subcommands.
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
    /// `event ...`: only of these events.
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
