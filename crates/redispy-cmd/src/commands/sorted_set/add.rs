//! Adding members to sorted sets.

use crate::arg::{ToArg, ToScored};
use crate::cmd::{Cmd, Mark, Request};
use crate::execute::IntoCmd;
use crate::reply::FromReply;
use crate::spec;

/// `ZADD key score member [score member ...]` with its options ([`Zadd`]): see
/// [`SortedSetCommands::zadd`](super::SortedSetCommands::zadd).
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands as cmd};
/// let best = cmd::zadd("scores", [(81.0, "alice"), (93.5, "bob")]).gt().ch().into_cmd();
/// let words = best.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"ZADD scores GT CH 81 alice 93.5 bob");
/// ```
pub fn zadd(key: impl ToArg, scored: impl ToScored) -> Zadd {
    let mut request = Request::new(&spec::ZADD);
    request.arg(key);
    let (options, before) = (request.mark(), request.count());
    scored.write_scored(&mut request);
    let pairs = (request.count() - before) / 2;
    if pairs == 0 {
        request.refuse("scored", "at least one score with its member");
    }
    Zadd { request, options, pairs, condition: Condition::None, ch: false }
}

/// `ZADD` with its options; [`zadd()`] makes it.
///
/// The reply is how many members were not there before. `nx` excludes `xx`, `gt` and `lt`, and the latter two each other:
/// the last call counts. `xx` goes along with `gt` or `lt`.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Zadd {
    request: Request,
    options: Mark,
    pairs: usize,
    condition: Condition,
    ch: bool,
}

#[derive(Debug, Clone, Copy)]
enum Condition {
    None,
    Nx,
    Old { xx: bool, compared: Option<&'static str> },
}

impl Zadd {
    /// `NX`: only adds members; those that are there keep their scores. Since Redis 3.0.2.
    pub fn nx(mut self) -> Self {
        self.condition = Condition::Nx;
        self
    }

    /// `XX`: only changes scores of members that are there. Since Redis 3.0.2.
    pub fn xx(mut self) -> Self {
        let compared = self.compared();
        self.condition = Condition::Old { xx: true, compared };
        self
    }

    /// `GT`: changes a member's score only to a greater one; still adds members. Since Redis 6.2.0.
    pub fn gt(self) -> Self {
        self.compare("GT")
    }

    /// `LT`: changes a member's score only to a lesser one; still adds members. Since Redis 6.2.0.
    pub fn lt(self) -> Self {
        self.compare("LT")
    }

    /// `CH`: counts members whose score changed as well. Since Redis 3.0.2.
    pub fn ch(mut self) -> Self {
        self.ch = true;
        self
    }

    /// `INCR`: adds to the score of a member, of one only, instead of setting it. Answers with the new score, `None` when a
    /// condition did not hold. Since Redis 3.0.2.
    pub fn incr(mut self) -> Cmd<Option<f64>> {
        if self.pairs > 1 {
            self.request.refuse("scored", "one score with its member, as INCR takes no more");
        }
        Cmd::from_request(self.write(Some("INCR")), Option::from_reply)
    }

    fn compare(mut self, word: &'static str) -> Self {
        let xx = matches!(self.condition, Condition::Old { xx: true, .. });
        self.condition = Condition::Old { xx, compared: Some(word) };
        self
    }

    fn compared(&self) -> Option<&'static str> {
        match self.condition {
            Condition::Old { compared, .. } => compared,
            Condition::None | Condition::Nx => None,
        }
    }

    fn write(mut self, incr: Option<&'static str>) -> Request {
        let exists = match self.condition {
            Condition::None | Condition::Old { xx: false, .. } => None,
            Condition::Nx => Some("NX"),
            Condition::Old { xx: true, .. } => Some("XX"),
        };
        let words = [exists, self.compared(), self.ch.then_some("CH"), incr];
        self.request.insert(self.options, |request| {
            for word in words.into_iter().flatten() {
                request.arg(word);
            }
        });
        self.request
    }
}

impl IntoCmd for Zadd {
    type Reply = i64;

    fn into_cmd(self) -> Cmd<i64> {
        Cmd::from_request(self.write(None), i64::from_reply)
    }
}
