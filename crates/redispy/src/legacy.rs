//! The argument orders of the Python client's old class `Redis`, for code that is moved over line by line.
//!
//! That class differs from the commands themselves in four places: LREM and SETEX have their last two arguments swapped, ZADD takes
//! members before scores, and TTL and PTTL give nothing where the server answers that there is no expiry. Whoever writes new code
//! has no use for it: the same names with other orders beside them are how arguments get swapped.

use std::time::Duration;

use redispy_cmd::commands::{GenericCommands, ListCommands, SortedSetCommands, StringCommands};
use redispy_cmd::{Call, ToArg, arg::ToSeconds, each};

/// A client, session or whatever else answers at once, seen through the old argument orders.
///
/// ```no_run
/// use redispy::{Client, legacy::Redis, prelude::*};
///
/// let client = Client::open("redis://localhost")?;
/// let r = Redis::new(&client);
/// r.setex("greeting", "hello", 60)?;
/// r.zadd("scores", [("alice", 1.0), ("bob", 2.0)])?;
/// assert_eq!(r.lrem("list", "x", 0)?, 0);
/// let greeting: Option<String> = client.get("greeting")?; // all other commands are the client's own
/// # let _ = greeting;
/// # Ok::<(), redispy::Error>(())
/// ```
#[derive(Debug)]
pub struct Redis<'a, C: ?Sized>(&'a C);

impl<'a, C: Call + ?Sized> Redis<'a, C> {
    /// The old orders on `client`.
    pub fn new(client: &'a C) -> Self {
        Redis(client)
    }

    /// Removes elements equal to `value` from a list: the first `num` of them, from the end when negative, all when 0. The reply is
    /// how many were removed.
    ///
    /// `LREM name num value`. Since Redis 1.0.0. O(N+M) in the length of the list and the number of elements removed.
    ///
    /// # Errors
    ///
    /// As the client's own [`lrem`](ListCommands::lrem).
    pub fn lrem(&self, name: impl ToArg, value: impl ToArg, num: i64) -> Result<i64, C::Error> {
        self.0.lrem(name, num, value)
    }

    /// Sets a key's value, which expires after `time` seconds.
    ///
    /// `SETEX name time value`. Since Redis 2.0.0, deprecated since Redis 2.6.12. O(1).
    ///
    /// # Errors
    ///
    /// As the client's own [`setex`](StringCommands::setex).
    pub fn setex(&self, name: impl ToArg, value: impl ToArg, time: impl ToSeconds) -> Result<(), C::Error> {
        self.0.setex(name, time, value)
    }

    /// Adds members with their scores to a sorted set, in the order given. The reply is how many were new.
    ///
    /// `ZADD name score member [score member ...]`. Since Redis 1.2.0, many members since 2.4.0. O(log(N)) for each member.
    ///
    /// # Errors
    ///
    /// As the client's own [`zadd`](SortedSetCommands::zadd).
    pub fn zadd<M: ToArg>(
        &self,
        name: impl ToArg,
        members: impl IntoIterator<Item = (M, f64)>,
    ) -> Result<i64, C::Error> {
        self.0.zadd(name, each(members.into_iter().map(|(member, score)| (score, member))))
    }

    /// The seconds until a key expires, rounded as the server does; `None` when it does not expire or is not there.
    ///
    /// `TTL name`. Since Redis 1.0.0. O(1).
    ///
    /// # Errors
    ///
    /// As the client's own [`ttl`](GenericCommands::ttl).
    pub fn ttl(&self, name: impl ToArg) -> Result<Option<u64>, C::Error> {
        Ok(self.0.ttl(name)?.time().map(|time| time.as_secs()))
    }

    /// The milliseconds until a key expires; `None` when it does not expire or is not there.
    ///
    /// `PTTL name`. Since Redis 2.6.0. O(1).
    ///
    /// # Errors
    ///
    /// As the client's own [`pttl`](GenericCommands::pttl).
    pub fn pttl(&self, name: impl ToArg) -> Result<Option<u64>, C::Error> {
        Ok(self
            .0
            .pttl(name)?
            .time()
            .map(|time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use redispy_cmd::{ReplyError, Request};
    use resp_proto::{Limits, Node, Reply};

    use super::*;

    /// Answers every command with this reply.
    struct Answering(&'static [u8]);

    impl Call for Answering {
        type Error = ReplyError;

        fn call(&self, _: &Request, read: &mut dyn FnMut(Node<'_>)) -> Result<(), ReplyError> {
            read(Reply::parse(self.0, Limits::default()).unwrap().unwrap().node());
            Ok(())
        }
    }

    #[test]
    fn a_key_in_its_last_moment_still_expires() {
        let times = |reply| {
            let server = Answering(reply);
            let r = Redis::new(&server);
            (r.ttl("k").unwrap(), r.pttl("k").unwrap())
        };
        assert_eq!(times(b":0\r\n"), (Some(0), Some(0)));
        assert_eq!(times(b":1500\r\n"), (Some(1500), Some(1500)));
        assert_eq!((times(b":-1\r\n"), times(b":-2\r\n")), ((None, None), (None, None)));
    }
}
