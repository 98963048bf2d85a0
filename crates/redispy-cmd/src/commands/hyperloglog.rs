//! HyperLogLogs: how many different elements there are, estimated in 12 kB.
//!
//! `PFDEBUG` and `PFSELFTEST` are for the development of servers and have no function here.

use crate::arg::{ToArg, ToArgs};
use crate::cmd::{Cmd, Request};
use crate::execute::Execute;
use crate::reply::{FromReply, ok};
use crate::spec;

/// The HyperLogLog commands, on everything that takes commands.
pub trait HyperLogLogCommands: Execute {
    /// Adds elements; none at all only makes sure that the key exists. The reply is whether the estimate, or whether the
    /// key exists, has changed.
    ///
    /// `PFADD key [element ...]`. Since Redis 2.8.9. O(1) for each element.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::HyperLogLogCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let counts_more_now = r.pfadd("visitors:monday", ["ann", "bob"])?;
    /// # Ok(()) }
    /// ```
    fn pfadd(self, key: impl ToArg, elements: impl ToArgs) -> Self::Output<bool> {
        self.run(pfadd(key, elements))
    }

    /// How many different elements there are in all of these together, give or take 0.81 %.
    ///
    /// `PFCOUNT key [key ...]`. Since Redis 2.8.9. O(1) for one key, O(N) with a large constant for N keys.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::HyperLogLogCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let visitors = r.pfcount(["visitors:monday", "visitors:tuesday"])?;
    /// # Ok(()) }
    /// ```
    fn pfcount(self, keys: impl ToArgs) -> Self::Output<i64> {
        self.run(pfcount(keys))
    }

    /// Merges others into one, which keeps what it has.
    ///
    /// `PFMERGE destkey [sourcekey ...]`. Since Redis 2.8.9. O(N) with a large constant in the number of keys.
    fn pfmerge(self, destination: impl ToArg, sources: impl ToArgs) -> Self::Output<()> {
        self.run(pfmerge(destination, sources))
    }
}

impl<E: Execute> HyperLogLogCommands for E {}

/// `PFADD key [element ...]`: see [`HyperLogLogCommands::pfadd`].
pub fn pfadd(key: impl ToArg, elements: impl ToArgs) -> Cmd<bool> {
    Cmd::new(&spec::PFADD, bool::from_reply).arg(key).arg(elements)
}

/// `PFCOUNT key [key ...]`: see [`HyperLogLogCommands::pfcount`].
pub fn pfcount(keys: impl ToArgs) -> Cmd<i64> {
    let mut request = Request::new(&spec::PFCOUNT);
    request.some_args("keys", keys);
    Cmd::from_request(request, i64::from_reply)
}

/// `PFMERGE destkey [sourcekey ...]`: see [`HyperLogLogCommands::pfmerge`].
pub fn pfmerge(destination: impl ToArg, sources: impl ToArgs) -> Cmd<()> {
    Cmd::new(&spec::PFMERGE, ok).arg(destination).arg(sources)
}
