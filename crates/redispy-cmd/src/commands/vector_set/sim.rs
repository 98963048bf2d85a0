//! Elements with similar vectors.

use resp_proto::Node;

use super::Vector;
use crate::arg::ToArg;
use crate::cmd::{Cmd, Reader, Request};
use crate::execute::IntoCmd;
use crate::replies::VectorMatch;
use crate::reply::readers::pairs;
use crate::reply::{FromReply, ReplyError};
use crate::spec;

/// `VSIM key <ELE element | VALUES num value [value ...]>` with its options ([`Vsim`]): see
/// [`VectorSetCommands::vsim`](super::VectorSetCommands::vsim).
///
/// ```
/// # use redispy_cmd::commands::{self as cmd, Vector};
/// let cmd = cmd::vsim::<String>("v", Vector::of_element("apple")).count(3).filter(".price < 5").withscores();
/// let words = cmd.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"VSIM v ELE apple COUNT 3 FILTER .price < 5 WITHSCORES");
/// ```
pub fn vsim<T: FromReply>(key: impl ToArg, vector: impl Into<Vector>) -> Vsim<T> {
    let Vector(vector, _) = vector.into();
    let mut request = Request::new(&spec::VSIM);
    request.arg(key);
    request.append(&vector);
    Vsim { request, read: Vec::from_reply }
}

/// `VSIM` with its options; [`vsim()`] makes it.
///
/// Without them the ten nearest elements; those without neighbours, or of a key that does not exist, are none. An option
/// given again is sent again, and servers take the last.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Vsim<T> {
    request: Request,
    read: Reader<Vec<T>>,
}

impl<T: FromReply> Vsim<T> {
    /// `COUNT num`: at most so many elements, 10 by default.
    pub fn count(self, count: u32) -> Self {
        self.option(("COUNT", count))
    }

    /// `EPSILON delta`: only elements that are at most so far away, from 0 for the same direction to 1 for the opposite.
    /// Since Redis 8.2.0.
    pub fn epsilon(self, distance: f64) -> Self {
        self.option(("EPSILON", distance))
    }

    /// `EF search-exploration-factor`: how many candidates are looked at: more take longer and miss less.
    pub fn ef(self, candidates: u32) -> Self {
        self.option(("EF", candidates))
    }

    /// `FILTER expression`: only elements with such attributes: `.year >= 1980 and .rating > 7`.
    pub fn filter(self, expression: impl ToArg) -> Self {
        let mut sim = self;
        sim.request.arg("FILTER");
        sim.request.arg(expression);
        sim
    }

    /// `FILTER-EF max-filtering-effort`: how many candidates the filter is tried on at most, 100 times the count by
    /// default. Redis 8.2 refuses 0.
    pub fn filter_ef(self, attempts: u32) -> Self {
        self.option(("FILTER-EF", attempts))
    }

    /// `TRUTH`: compares with every element, which is exact and takes O(N).
    pub fn truth(self) -> Self {
        self.option("TRUTH")
    }

    /// `NOTHREAD`: searches in the server's main thread.
    pub fn nothread(self) -> Self {
        self.option("NOTHREAD")
    }

    /// `WITHSCORES`: each element with its similarity, from 0 for the opposite direction to 1 for the same.
    pub fn withscores(self) -> Cmd<Vec<(T, f64)>> {
        Cmd::from_request(self.option("WITHSCORES").request, pairs)
    }

    /// `WITHATTRIBS`: each element with its attributes, a text in JSON, `None` without any. Since Redis 8.2.0.
    pub fn withattribs(self) -> Cmd<Vec<(T, Option<String>)>> {
        Cmd::from_request(self.option("WITHATTRIBS").request, pairs)
    }

    /// `WITHSCORES WITHATTRIBS`: each element with its similarity and its attributes. Since Redis 8.2.0.
    pub fn withscores_and_attribs(self) -> Cmd<Vec<VectorMatch<T>>> {
        Cmd::from_request(self.option(("WITHSCORES", "WITHATTRIBS")).request, matches)
    }

    fn option(mut self, words: impl crate::arg::ToArgs) -> Self {
        self.request.args(words);
        self
    }
}

clone_and_debug! {
    Vsim<T> { request, read }
}

impl<T> IntoCmd for Vsim<T> {
    type Reply = Vec<T>;

    fn into_cmd(self) -> Cmd<Vec<T>> {
        Cmd::from_request(self.request, self.read)
    }
}

/// In RESP2 a flat array of three for each, in RESP3 a map from elements to score and attributes.
fn matches<T: FromReply>(node: Node<'_>) -> Result<Vec<VectorMatch<T>>, ReplyError> {
    if node.kind() == resp_proto::Kind::Map {
        let found: Vec<(T, (f64, Option<String>))> = pairs(node)?;
        let found = found.into_iter();
        return Ok(found
            .map(|(element, (score, attributes))| VectorMatch { element, score, attributes })
            .collect());
    }
    let found: Vec<(T, f64, Option<String>)> = crate::reply::groups(node)?;
    Ok(found
        .into_iter()
        .map(|(element, score, attributes)| VectorMatch { element, score, attributes })
        .collect())
}
