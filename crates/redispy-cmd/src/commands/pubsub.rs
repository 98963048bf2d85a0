//! Publish and subscribe: sending messages, and who listens.
//!
//! The commands that subscribe (`SUBSCRIBE`, `PSUBSCRIBE`, `SSUBSCRIBE` and their opposites) have no function here: what they
//! bring is no reply but a stream of messages, which takes a connection of its own to receive.

use std::fmt;

use crate::arg::{ToArg, ToArgs};
use crate::cmd::Cmd;
use crate::execute::{Execute, IntoCmd};
use crate::replies::fields::texts;
use crate::reply::FromReply;
use crate::reply::readers::pairs;
use crate::spec::{self, Spec};

/// The commands that publish messages and tell of subscribers, on everything that takes commands.
pub trait PubSubCommands: Execute {
    /// Sends a message to all who listen on a channel. The reply is to how many connections; in a cluster only those to the
    /// node that was asked are counted.
    ///
    /// `PUBLISH channel message`. Since Redis 2.0.0. O(N+M) in the number of subscribers of the channel and of patterns.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::PubSubCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let listeners = r.publish("news", "it rains")?;
    /// # Ok(()) }
    /// ```
    fn publish(self, channel: impl ToArg, message: impl ToArg) -> Self::Output<i64> {
        self.run(publish(channel, message))
    }

    /// The channels that someone listens on, those listened on by a pattern not included. Those that match a pattern are
    /// had by [`cmd::pubsub_channels`](pubsub_channels()).
    ///
    /// `PUBSUB CHANNELS`. Since Redis 2.8.0. O(N) in the number of channels.
    fn pubsub_channels<T: FromReply>(self) -> Self::Output<Vec<T>> {
        self.run(pubsub_channels())
    }

    /// The server's help, line by line.
    ///
    /// `PUBSUB HELP`. Since Redis 6.2.0. O(1).
    fn pubsub_help(self) -> Self::Output<Vec<String>> {
        self.run(pubsub_help())
    }

    /// How many different patterns are listened on.
    ///
    /// `PUBSUB NUMPAT`. Since Redis 2.8.0. O(1).
    fn pubsub_numpat(self) -> Self::Output<i64> {
        self.run(pubsub_numpat())
    }

    /// How many connections listen on each of these channels, by a pattern not included. The reply has the channels in the
    /// order asked.
    ///
    /// `PUBSUB NUMSUB [channel ...]`. Since Redis 2.8.0. O(N) in the number of channels asked for.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::PubSubCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// for (channel, listeners) in r.pubsub_numsub::<String>(["news", "weather"])? {
    ///     println!("{channel}: {listeners}");
    /// }
    /// # Ok(()) }
    /// ```
    fn pubsub_numsub<T: FromReply>(self, channels: impl ToArgs) -> Self::Output<Vec<(T, i64)>> {
        self.run(pubsub_numsub(channels))
    }

    /// The shard channels that someone listens on. Those that match a pattern are had by
    /// [`cmd::pubsub_shardchannels`](pubsub_shardchannels()).
    ///
    /// `PUBSUB SHARDCHANNELS`. Since Redis 7.0.0. O(N) in the number of shard channels.
    fn pubsub_shardchannels<T: FromReply>(self) -> Self::Output<Vec<T>> {
        self.run(pubsub_shardchannels())
    }

    /// How many connections listen on each of these shard channels. The reply has the channels in the order asked.
    ///
    /// `PUBSUB SHARDNUMSUB [shardchannel ...]`. Since Redis 7.0.0. O(N) in the number of channels asked for.
    fn pubsub_shardnumsub<T: FromReply>(self, channels: impl ToArgs) -> Self::Output<Vec<(T, i64)>> {
        self.run(pubsub_shardnumsub(channels))
    }

    /// Sends a message to all who listen on a shard channel: one that only the nodes of the channel's slot pass on. The
    /// reply is to how many connections of the node that was asked.
    ///
    /// `SPUBLISH shardchannel message`. Since Redis 7.0.0. O(N) in the number of subscribers.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::PubSubCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let listeners = r.spublish("news", "it rains")?;
    /// # Ok(()) }
    /// ```
    fn spublish(self, channel: impl ToArg, message: impl ToArg) -> Self::Output<i64> {
        self.run(spublish(channel, message))
    }
}

impl<E: Execute> PubSubCommands for E {}

/// `PUBLISH channel message`: see [`PubSubCommands::publish`].
pub fn publish(channel: impl ToArg, message: impl ToArg) -> Cmd<i64> {
    Cmd::new(&spec::PUBLISH, i64::from_reply).arg(channel).arg(message)
}

/// `PUBSUB CHANNELS` with its options ([`PubsubChannels`]): see [`PubSubCommands::pubsub_channels`].
///
/// ```
/// # use redispy_cmd::commands as cmd;
/// let news = cmd::pubsub_channels::<String>().pattern("news.*");      // Cmd<Vec<String>>
/// assert_eq!(news.request().iter().last(), Some(&b"news.*"[..]));
/// ```
pub fn pubsub_channels<T: FromReply>() -> PubsubChannels<T> {
    PubsubChannels::new(&spec::PUBSUB_CHANNELS)
}

/// `PUBSUB HELP`: see [`PubSubCommands::pubsub_help`].
pub fn pubsub_help() -> Cmd<Vec<String>> {
    Cmd::new(&spec::PUBSUB_HELP, texts)
}

/// `PUBSUB NUMPAT`: see [`PubSubCommands::pubsub_numpat`].
pub fn pubsub_numpat() -> Cmd<i64> {
    Cmd::new(&spec::PUBSUB_NUMPAT, i64::from_reply)
}

/// `PUBSUB NUMSUB [channel ...]`: see [`PubSubCommands::pubsub_numsub`].
pub fn pubsub_numsub<T: FromReply>(channels: impl ToArgs) -> Cmd<Vec<(T, i64)>> {
    Cmd::new(&spec::PUBSUB_NUMSUB, pairs).arg(channels)
}

/// `PUBSUB SHARDCHANNELS` with its options ([`PubsubChannels`]): see [`PubSubCommands::pubsub_shardchannels`].
pub fn pubsub_shardchannels<T: FromReply>() -> PubsubChannels<T> {
    PubsubChannels::new(&spec::PUBSUB_SHARDCHANNELS)
}

/// `PUBSUB SHARDNUMSUB [shardchannel ...]`: see [`PubSubCommands::pubsub_shardnumsub`].
pub fn pubsub_shardnumsub<T: FromReply>(channels: impl ToArgs) -> Cmd<Vec<(T, i64)>> {
    Cmd::new(&spec::PUBSUB_SHARDNUMSUB, pairs).arg(channels)
}

/// `SPUBLISH shardchannel message`: see [`PubSubCommands::spublish`].
pub fn spublish(channel: impl ToArg, message: impl ToArg) -> Cmd<i64> {
    Cmd::new(&spec::SPUBLISH, i64::from_reply).arg(channel).arg(message)
}

/// `PUBSUB CHANNELS` or `PUBSUB SHARDCHANNELS` with its options; [`pubsub_channels()`] and [`pubsub_shardchannels()`] make
/// it.
///
/// Without them all channels; [`pattern`](Self::pattern) picks some.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct PubsubChannels<T> {
    cmd: Cmd<Vec<T>>,
}

impl<T: FromReply> PubsubChannels<T> {
    fn new(spec: &'static Spec) -> Self {
        PubsubChannels { cmd: Cmd::new(spec, Vec::from_reply) }
    }

    /// `pattern`: only the channels that match this glob-style pattern.
    pub fn pattern(self, pattern: impl ToArg) -> Cmd<Vec<T>> {
        self.cmd.arg(pattern)
    }
}

impl<T> Clone for PubsubChannels<T> {
    fn clone(&self) -> Self {
        PubsubChannels { cmd: self.cmd.clone() }
    }
}

impl<T> fmt::Debug for PubsubChannels<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cmd.fmt(f)
    }
}

impl<T> IntoCmd for PubsubChannels<T> {
    type Reply = Vec<T>;

    fn into_cmd(self) -> Cmd<Vec<T>> {
        self.cmd
    }
}
