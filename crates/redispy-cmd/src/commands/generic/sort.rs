//! Sorting what a list, set or sorted set holds.

use crate::arg::{ToArg, ToArgs};
use crate::cmd::{Cmd, Words};
use crate::execute::IntoCmd;
use crate::reply::{FromGroup, FromReply, groups};
use crate::spec::{self, Spec};

/// `SORT key` with its options ([`Sort`]): see [`GenericCommands::sort`](super::GenericCommands::sort).
///
/// ```
/// # use redispy_cmd::commands as cmd;
/// // The ten heaviest, each with its weight.
/// let sort = cmd::sort::<String>("things").by("weight:*").desc().limit(0, 10);
/// let heaviest = sort.get(["#", "weight:*"]).groups::<(String, Option<f64>)>();
/// assert_eq!(heaviest.request().count(), 12);
/// ```
pub fn sort<T: FromReply>(key: impl ToArg) -> Sort<T> {
    Sort::new(&spec::SORT, key)
}

/// `SORT_RO key` with its options ([`Sort`]): see [`GenericCommands::sort_ro`](super::GenericCommands::sort_ro).
pub fn sort_ro<T: FromReply>(key: impl ToArg) -> Sort<T, false> {
    Sort::new(&spec::SORT_RO, key)
}

/// `SORT` or `SORT_RO` with its options; [`sort()`] and [`sort_ro()`] make it.
///
/// `WRITES` marks `SORT`, whose result can be kept under a key.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Sort<T, const WRITES: bool = true> {
    cmd: Cmd<Vec<T>>,
    by: Option<Words>,
    limit: Option<(i64, i64)>,
    get: Words,
    order: Option<&'static str>,
    alpha: bool,
}

impl<T: FromReply, const WRITES: bool> Sort<T, WRITES> {
    fn new(spec: &'static Spec, key: impl ToArg) -> Self {
        let cmd = Cmd::new(spec, Vec::from_reply).arg(key);
        Sort { cmd, by: None, limit: None, get: Words::none(), order: None, alpha: false }
    }
}

impl<T, const WRITES: bool> Sort<T, WRITES> {
    /// `BY by-pattern`: in the order of other keys: the element takes the place of `*` in this pattern (`weight:*`), a
    /// field of a hash is named by `->` (`thing:*->weight`). A pattern without `*` leaves the elements unsorted.
    pub fn by(mut self, pattern: impl ToArg) -> Self {
        self.by = Some(Words::of(pattern));
        self
    }

    /// `LIMIT offset count`: only `count` elements, after leaving out `offset` of them; all the rest for a negative
    /// `count`.
    pub fn limit(mut self, offset: i64, count: i64) -> Self {
        self.limit = Some((offset, count));
        self
    }

    /// `GET get-pattern`: instead of the element the values of other keys, one for each pattern of the form that
    /// [`by`](Self::by) takes; `#` is the element itself. Further calls add patterns. Where there is no such key the value
    /// is nil: read it as an `Option`.
    pub fn get(mut self, patterns: impl ToArgs) -> Self {
        self.get.push(patterns);
        self
    }

    /// `ASC`: smallest first, as without saying.
    pub fn asc(mut self) -> Self {
        self.order = Some("ASC");
        self
    }

    /// `DESC`: largest first.
    pub fn desc(mut self) -> Self {
        self.order = Some("DESC");
        self
    }

    /// `ALPHA`: as text, not as numbers.
    pub fn alpha(mut self) -> Self {
        self.alpha = true;
        self
    }

    /// Answers with one tuple for each element, one place for each pattern of [`get`](Self::get). Another number of
    /// patterns than the tuple has places is an error before anything is sent.
    pub fn groups<G: FromGroup>(self) -> Cmd<Vec<G>> {
        let fits = self.get.count() == G::LEN;
        let (mut request, _) = self.into_cmd().into_parts();
        if !fits {
            request.refuse("get", "as many patterns as the tuple of `groups` has places");
        }
        Cmd::from_request(request, groups)
    }
}

impl<T> Sort<T> {
    /// `STORE destination`: answers with how many elements there are, and keeps them as a list under this key, replacing
    /// what it holds.
    pub fn store(self, destination: impl ToArg) -> Cmd<i64> {
        self.into_cmd().arg("STORE").arg(destination).decode(i64::from_reply)
    }
}

clone_and_debug! { Sort<T, const WRITES: bool> { cmd, by, limit, get, order, alpha } }

impl<T, const WRITES: bool> IntoCmd for Sort<T, WRITES> {
    type Reply = Vec<T>;

    fn into_cmd(self) -> Cmd<Vec<T>> {
        let (mut request, read) = self.cmd.into_parts();
        if let Some(pattern) = &self.by {
            request.arg("BY");
            request.append(pattern);
        }
        if let Some((offset, count)) = self.limit {
            request.args(("LIMIT", offset, count));
        }
        for pattern in self.get.iter() {
            request.args(("GET", pattern));
        }
        request.refuse_as(&self.get);
        if let Some(order) = self.order {
            request.arg(order);
        }
        if self.alpha {
            request.arg("ALPHA");
        }
        Cmd::from_request(request, read)
    }
}
