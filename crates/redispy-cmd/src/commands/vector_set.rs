//! Vector sets: elements with vectors, found by how similar these are. They are part of Redis since 8.0; Valkey has none.

mod add;
mod sim;

use resp_proto::Node;

use crate::arg::{ToArg, ToArgs};
use crate::cmd::{Cmd, Request};
use crate::execute::{Execute, IntoCmd};
use crate::replies::{RawVector, VectorSetInfo};
use crate::reply::{FromReply, ReplyError};
use crate::spec;

pub use add::*;
pub use sim::*;

/// The vector set commands, on everything that takes commands.
pub trait VectorSetCommands: Execute {
    /// Adds an element with its vector, or changes its vector. The reply is whether it is new. How it is stored, and its
    /// attributes, are options of [`cmd::vadd`](vadd()).
    ///
    /// `VADD key VALUES num value [value ...] element`. Since Redis 8.0.0, not in Valkey. O(log(N)) in the number of
    /// elements.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::VectorSetCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let is_new = r.vadd("fruits", [0.9_f32, 0.1, 0.0], "apple")?;
    /// # Ok(()) }
    /// ```
    fn vadd(self, key: impl ToArg, vector: impl Into<Vector>, element: impl ToArg) -> Self::Output<bool> {
        self.run(vadd(key, vector, element))
    }

    /// How many elements there are, 0 when there is no such key.
    ///
    /// `VCARD key`. Since Redis 8.0.0, not in Valkey. O(1).
    fn vcard(self, key: impl ToArg) -> Self::Output<i64> {
        self.run(vcard(key))
    }

    /// How many dimensions the vectors have. A key that does not exist is an error.
    ///
    /// `VDIM key`. Since Redis 8.0.0, not in Valkey. O(1).
    fn vdim(self, key: impl ToArg) -> Self::Output<i64> {
        self.run(vdim(key))
    }

    /// The vector of an element, as near as its quantization kept it; `None` when there is no such element. The stored form
    /// is had by [`cmd::vemb`](vemb()).
    ///
    /// `VEMB key element`. Since Redis 8.0.0, not in Valkey. O(1).
    fn vemb(self, key: impl ToArg, element: impl ToArg) -> Self::Output<Option<Vec<f64>>> {
        self.run(vemb(key, element))
    }

    /// The attributes of an element, a text in JSON; `None` when it has none, or when there is no such element.
    ///
    /// `VGETATTR key element`. Since Redis 8.0.0, not in Valkey. O(1).
    fn vgetattr<T: FromReply>(self, key: impl ToArg, element: impl ToArg) -> Self::Output<Option<T>> {
        self.run(vgetattr(key, element))
    }

    /// How a vector set is built; `None` when there is no such key.
    ///
    /// `VINFO key`. Since Redis 8.0.0, not in Valkey. O(1).
    fn vinfo(self, key: impl ToArg) -> Self::Output<Option<VectorSetInfo>> {
        self.run(vinfo(key))
    }

    /// Whether there is such an element.
    ///
    /// `VISMEMBER key element`. Since Redis 8.0.0, not in Valkey. O(1).
    fn vismember(self, key: impl ToArg, element: impl ToArg) -> Self::Output<bool> {
        self.run(vismember(key, element))
    }

    /// The neighbours of an element in the graph that searches go along, a list for each level from the highest; `None`
    /// when there is no such element. How similar they are is told too by [`cmd::vlinks`](vlinks()).
    ///
    /// `VLINKS key element`. Since Redis 8.0.0, not in Valkey. O(1).
    fn vlinks<T: FromReply>(self, key: impl ToArg, element: impl ToArg) -> Self::Output<Option<Vec<Vec<T>>>> {
        self.run(vlinks(key, element))
    }

    /// An element at random, `None` when there is no such key. Many are had by [`cmd::vrandmember`](vrandmember()).
    ///
    /// `VRANDMEMBER key`. Since Redis 8.0.0, not in Valkey. O(1).
    fn vrandmember<T: FromReply>(self, key: impl ToArg) -> Self::Output<Option<T>> {
        self.run(vrandmember(key))
    }

    /// Removes an element. The reply is whether it was there.
    ///
    /// `VREM key element`. Since Redis 8.0.0, not in Valkey. O(log(N)) in the number of elements.
    fn vrem(self, key: impl ToArg, element: impl ToArg) -> Self::Output<bool> {
        self.run(vrem(key, element))
    }

    /// Sets the attributes of an element, a text in JSON; an empty one takes them away. The reply is whether there is such
    /// an element.
    ///
    /// `VSETATTR key element attributes`. Since Redis 8.0.0, not in Valkey. O(1).
    fn vsetattr(self, key: impl ToArg, element: impl ToArg, attributes: impl ToArg) -> Self::Output<bool> {
        self.run(vsetattr(key, element, attributes))
    }

    /// The ten elements whose vectors are the most similar to this one, or to that of an element, the nearest first.
    /// Scores, attributes, filters and all else are options of [`cmd::vsim`](vsim()).
    ///
    /// `VSIM key <ELE element | VALUES num value [value ...]>`. Since Redis 8.0.0, not in Valkey. O(log(N)) in the number
    /// of elements.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::VectorSetCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let like_this: Vec<String> = r.vsim("fruits", [1.0_f32, 0.0, 0.0])?;
    /// # Ok(()) }
    /// ```
    fn vsim<T: FromReply>(self, key: impl ToArg, vector: impl Into<Vector>) -> Self::Output<Vec<T>> {
        self.run(vsim(key, vector))
    }
}

impl<E: Execute> VectorSetCommands for E {}

/// `VCARD key`: see [`VectorSetCommands::vcard`].
pub fn vcard(key: impl ToArg) -> Cmd<i64> {
    Cmd::new(&spec::VCARD, i64::from_reply).arg(key)
}

/// `VDIM key`: see [`VectorSetCommands::vdim`].
pub fn vdim(key: impl ToArg) -> Cmd<i64> {
    Cmd::new(&spec::VDIM, i64::from_reply).arg(key)
}

/// `VEMB key element` with its options ([`Vemb`]): see [`VectorSetCommands::vemb`].
pub fn vemb(key: impl ToArg, element: impl ToArg) -> Vemb {
    Vemb { cmd: Cmd::new(&spec::VEMB, Option::<Vec<f64>>::from_reply).arg(key).arg(element) }
}

/// `VGETATTR key element`: see [`VectorSetCommands::vgetattr`].
pub fn vgetattr<T: FromReply>(key: impl ToArg, element: impl ToArg) -> Cmd<Option<T>> {
    Cmd::new(&spec::VGETATTR, Option::<T>::from_reply).arg(key).arg(element)
}

/// `VINFO key`: see [`VectorSetCommands::vinfo`].
pub fn vinfo(key: impl ToArg) -> Cmd<Option<VectorSetInfo>> {
    Cmd::new(&spec::VINFO, VectorSetInfo::read).arg(key)
}

/// `VISMEMBER key element`: see [`VectorSetCommands::vismember`].
pub fn vismember(key: impl ToArg, element: impl ToArg) -> Cmd<bool> {
    Cmd::new(&spec::VISMEMBER, bool::from_reply).arg(key).arg(element)
}

/// `VLINKS key element` with its options ([`Vlinks`]): see [`VectorSetCommands::vlinks`].
pub fn vlinks<T: FromReply>(key: impl ToArg, element: impl ToArg) -> Vlinks<T> {
    Vlinks { cmd: Cmd::new(&spec::VLINKS, Option::<Vec<Vec<T>>>::from_reply).arg(key).arg(element) }
}

/// `VRANDMEMBER key` with its options ([`Vrandmember`]): see [`VectorSetCommands::vrandmember`].
pub fn vrandmember<T: FromReply>(key: impl ToArg) -> Vrandmember<T> {
    Vrandmember { cmd: Cmd::new(&spec::VRANDMEMBER, Option::<T>::from_reply).arg(key) }
}

/// `VREM key element`: see [`VectorSetCommands::vrem`].
pub fn vrem(key: impl ToArg, element: impl ToArg) -> Cmd<bool> {
    Cmd::new(&spec::VREM, bool::from_reply).arg(key).arg(element)
}

/// `VSETATTR key element attributes`: see [`VectorSetCommands::vsetattr`].
pub fn vsetattr(key: impl ToArg, element: impl ToArg, attributes: impl ToArg) -> Cmd<bool> {
    Cmd::new(&spec::VSETATTR, bool::from_reply).arg(key).arg(element).arg(attributes)
}

/// A vector: what `VADD` stores, and what `VSIM` compares with.
#[derive(Debug, Clone)]
pub struct Vector(Request, bool);

impl Vector {
    /// `VALUES num value [value ...]`: a vector of these numbers, sent as text. No number is an error.
    pub fn values(values: impl ToArgs) -> Self {
        let mut request = Request::empty();
        request.arg("VALUES");
        request.counted_args("vector", values);
        Vector(request, false)
    }

    /// `FP32 blob`: a vector of these numbers, sent as 4 bytes each. It is shorter on the wire and faster to read.
    pub fn fp32(values: impl IntoIterator<Item = f32>) -> Self {
        let blob: Vec<u8> = values.into_iter().flat_map(f32::to_le_bytes).collect();
        let mut request = Request::empty();
        if blob.is_empty() {
            request.refuse("vector", "at least one number");
        }
        request.args(("FP32", blob));
        Vector(request, false)
    }

    /// `ELE element`: the vector of an element of the set, to look for those similar to it. `VADD` does not take it.
    pub fn of_element(element: impl ToArg) -> Self {
        let mut request = Request::empty();
        request.args(("ELE", element));
        Vector(request, true)
    }
}

macro_rules! vectors {
    ($([$($generics:tt)*] $type:ty;)*) => {$(
        /// Numbers as text.
        impl<$($generics)*> From<$type> for Vector {
            fn from(values: $type) -> Self {
                Vector::values(values)
            }
        }
    )*};
}

vectors! {
    [const N: usize] [f32; N];
    [const N: usize] [f64; N];
    [const N: usize] &[f32; N];
    [const N: usize] &[f64; N];
    [] &[f32];
    [] &[f64];
    [] Vec<f32>;
    [] Vec<f64>;
    [] &Vec<f32>;
    [] &Vec<f64>;
}

/// `VEMB` with its options; [`vemb()`] makes it.
///
/// Without them the numbers; [`raw`](Self::raw) asks for what is stored.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Vemb {
    cmd: Cmd<Option<Vec<f64>>>,
}

impl Vemb {
    /// `RAW`: the vector as it is stored; `None` when there is no such element.
    pub fn raw(self) -> Cmd<Option<RawVector>> {
        self.cmd.arg("RAW").decode(RawVector::read)
    }
}

impl IntoCmd for Vemb {
    type Reply = Option<Vec<f64>>;

    fn into_cmd(self) -> Cmd<Option<Vec<f64>>> {
        self.cmd
    }
}

/// The neighbours of an element on each level, each with its similarity.
pub type ScoredLinks<T> = Vec<Vec<(T, f64)>>;

/// `VLINKS` with its options; [`vlinks()`] makes it.
///
/// Without them the elements; [`withscores`](Self::withscores) tells how similar they are.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Vlinks<T> {
    cmd: Cmd<Option<Vec<Vec<T>>>>,
}

impl<T: FromReply> Vlinks<T> {
    /// `WITHSCORES`: each neighbour with its similarity, from 0 to 1.
    pub fn withscores(self) -> Cmd<Option<ScoredLinks<T>>> {
        self.cmd.arg("WITHSCORES").decode(scored_levels)
    }
}

impl<T> IntoCmd for Vlinks<T> {
    type Reply = Option<Vec<Vec<T>>>;

    fn into_cmd(self) -> Cmd<Option<Vec<Vec<T>>>> {
        self.cmd
    }
}

/// `VRANDMEMBER` with its options; [`vrandmember()`] makes it.
///
/// Without them one element; [`count`](Self::count) asks for many.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Vrandmember<T> {
    cmd: Cmd<Option<T>>,
}

impl<T: FromReply> Vrandmember<T> {
    /// `count`: at most `count` elements, all different; when negative, exactly `-count` that may come again. None without
    /// a set.
    pub fn count(self, count: i64) -> Cmd<Vec<T>> {
        self.cmd.arg(count).decode(Vec::from_reply)
    }
}

impl<T> IntoCmd for Vrandmember<T> {
    type Reply = Option<T>;

    fn into_cmd(self) -> Cmd<Option<T>> {
        self.cmd
    }
}

clone_and_debug! {
    Vlinks<T> { cmd }
    Vrandmember<T> { cmd }
}

/// One flat array or map of elements and scores for each level.
fn scored_levels<T: FromReply>(node: Node<'_>) -> Result<Option<ScoredLinks<T>>, ReplyError> {
    Option::from_reply(node).map(|levels: Option<Vec<Scored<T>>>| {
        levels.map(|levels| levels.into_iter().map(|Scored(level)| level).collect())
    })
}

struct Scored<T>(Vec<(T, f64)>);

impl<T: FromReply> FromReply for Scored<T> {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        Vec::from_reply(node).map(Scored)
    }
}
