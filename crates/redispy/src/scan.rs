//! Going through keys, fields and members, however many there are: page after page as one iterator.

use std::fmt;
use std::iter::FusedIterator;
use std::marker::PhantomData;
use std::vec;

use redispy_cmd::replies::{Cursor, ScanPage};
use redispy_cmd::reply::FromPair;
use redispy_cmd::spec::{self, Spec};
use redispy_cmd::{Call, Cmd, Execute, FromReply, ToArg};

/// Iterators over what SCAN and its kin give, on everything that answers at once.
///
/// They are lazy: a page is asked for when its first item is, and no connection is held between pages. What the servers promise
/// holds for the whole: what was there all the time comes at least once, what came or went meanwhile may or may not.
///
/// That is said of one server: a cursor means nothing to another one, which goes on somewhere else without a word. After a failover amid
/// an iteration a fifth of 2,000 keys was missing, and pages that go to replicas behind one name may miss as much. Where the address may become that of another
/// server, iterate on a [session](crate::Client::session): it fails instead.
///
/// ```no_run
/// use redispy::{Client, prelude::*};
///
/// let r = Client::open("redis://localhost")?;
/// for key in r.scan_iter::<String>().match_("user:*").count_hint(1000) {
///     println!("{}", key?);
/// }
/// let stock: Vec<(String, i64)> = r.hscan_iter("stock").collect::<redispy::Result<_>>()?;
/// # let _ = stock;
/// # Ok::<(), redispy::Error>(())
/// ```
pub trait ScanCommands: Sized {
    /// Who answers.
    type Caller: Call + ?Sized;

    /// The keys of the database.
    ///
    /// `SCAN cursor`. Since Redis 2.8.0. O(1) for a page, O(N) in the number of keys for all.
    fn scan_iter<'a, T: FromReply>(self) -> ScanIter<'a, Self::Caller, Keys, T>
    where
        Self: 'a;

    /// Fields and values of a hash, as `(String, i64)`.
    ///
    /// `HSCAN key cursor`. Since Redis 2.8.0. O(1) for a page, O(N) in the number of fields for all.
    fn hscan_iter<'a, P: FromPair>(self, key: impl ToArg) -> ScanIter<'a, Self::Caller, Fields, P>
    where
        Self: 'a;

    /// The members of a set.
    ///
    /// `SSCAN key cursor`. Since Redis 2.8.0. O(1) for a page, O(N) in the number of members for all.
    fn sscan_iter<'a, T: FromReply>(self, key: impl ToArg) -> ScanIter<'a, Self::Caller, Members, T>
    where
        Self: 'a;

    /// Members and scores of a sorted set, as `(String, f64)`.
    ///
    /// `ZSCAN key cursor`. Since Redis 2.8.0. O(1) for a page, O(N) in the number of members for all.
    fn zscan_iter<'a, P: FromPair>(self, key: impl ToArg) -> ScanIter<'a, Self::Caller, Members, P>
    where
        Self: 'a;
}

impl<'c, C: Call + ?Sized> ScanCommands for &'c C {
    type Caller = C;

    fn scan_iter<'a, T: FromReply>(self) -> ScanIter<'a, C, Keys, T>
    where
        'c: 'a,
    {
        ScanIter::new(self, Cmd::new(&spec::SCAN, ScanPage::from_reply))
    }

    fn hscan_iter<'a, P: FromPair>(self, key: impl ToArg) -> ScanIter<'a, C, Fields, P>
    where
        'c: 'a,
    {
        ScanIter::new(self, Cmd::new(&spec::HSCAN, ScanPage::from_reply).arg(key))
    }

    fn sscan_iter<'a, T: FromReply>(self, key: impl ToArg) -> ScanIter<'a, C, Members, T>
    where
        'c: 'a,
    {
        ScanIter::new(self, Cmd::new(&spec::SSCAN, ScanPage::from_reply).arg(key))
    }

    fn zscan_iter<'a, P: FromPair>(self, key: impl ToArg) -> ScanIter<'a, C, Members, P>
    where
        'c: 'a,
    {
        ScanIter::new(self, Cmd::new(&spec::ZSCAN, ScanPage::from_reply).arg(key))
    }
}

/// Says that a [`ScanIter`] goes through keys.
#[derive(Debug)]
pub enum Keys {}

/// Says that a [`ScanIter`] goes through the fields of a hash.
#[derive(Debug)]
pub enum Fields {}

/// Says that a [`ScanIter`] goes through members of a set or sorted set.
#[derive(Debug)]
pub enum Members {}

/// An iterator over the items of all pages; see [`ScanCommands`]. Options are set before the first item is taken.
///
/// A failed page is an item, and the last one: an iteration that is to go on begins again.
#[must_use = "iterators are lazy: nothing is sent before the first item is asked for"]
pub struct ScanIter<'a, C: ?Sized, K, T> {
    caller: &'a C,
    /// The command of the first page; later ones differ in the cursor.
    first: Cmd<ScanPage<T>>,
    /// Where the next page begins; `None` after the last.
    next: Option<Cursor>,
    page: vec::IntoIter<T>,
    kind: PhantomData<fn() -> K>,
}

impl<'a, C: Call + ?Sized, K, T> ScanIter<'a, C, K, T> {
    fn new(caller: &'a C, command: Cmd<ScanPage<T>>) -> Self {
        let first = command.arg(Cursor::START);
        ScanIter { caller, first, next: Some(Cursor::START), page: Vec::new().into_iter(), kind: PhantomData }
    }

    /// Only names that match this pattern (`*`, `?`, `[a-c]`).
    pub fn match_(self, pattern: impl ToArg) -> Self {
        self.option(("MATCH", pattern))
    }

    /// `COUNT`: how many entries the server shall look at for a page; servers look at 10 when not told. Larger pages are fewer
    /// calls. (`count` is what iterators have for counting their items.)
    pub fn count_hint(self, count: i64) -> Self {
        self.option(("COUNT", count))
    }

    fn option(mut self, option: impl redispy_cmd::ToArgs) -> Self {
        self.first = self.first.arg(option);
        self
    }

    /// The command of the page that begins at `cursor`.
    fn page_at(&self, cursor: Cursor) -> Cmd<ScanPage<T>> {
        let request = self.first.request();
        let (Some(spec), true) = (request.spec(), cursor != Cursor::START) else { return self.first.clone() };
        let place = cursor_place(spec);
        let mut page = Cmd::new(spec, self.first.reader());
        for (index, word) in request.iter().enumerate().skip(usize::from(spec.word_count)) {
            page = if index == place { page.arg(cursor) } else { page.arg(word) };
        }
        page
    }
}

impl<'a, C: Call + ?Sized, T> ScanIter<'a, C, Keys, T> {
    /// Only keys that hold this: a [`KeyType`](redispy_cmd::replies::KeyType) or its name. Since Redis 6.0.0.
    pub fn type_(self, key_type: impl ToArg) -> Self {
        self.option(("TYPE", key_type))
    }
}

impl<'a, C: Call + ?Sized, P> ScanIter<'a, C, Fields, P> {
    /// Goes through the fields without their values. Since Redis 7.4.0, Valkey 8.0.0.
    pub fn novalues<T: FromReply>(self) -> ScanIter<'a, C, Fields, T> {
        ScanIter {
            caller: self.caller,
            first: self.first.arg("NOVALUES").decode(ScanPage::from_reply),
            next: self.next,
            page: Vec::new().into_iter(),
            kind: PhantomData,
        }
    }
}

impl<C: Call + ?Sized, K, T> Iterator for ScanIter<'_, C, K, T> {
    type Item = Result<T, C::Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.page.next() {
                return Some(Ok(item));
            }
            let cursor = self.next.take()?;
            match self.caller.run(self.page_at(cursor)) {
                Ok(page) => {
                    self.next = page.next();
                    self.page = page.items.into_iter();
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl<C: Call + ?Sized, K, T> FusedIterator for ScanIter<'_, C, K, T> {}

impl<C: ?Sized, K, T> fmt::Debug for ScanIter<'_, C, K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScanIter")
            .field("first", &self.first)
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

/// SCAN has its cursor first, the others behind their key.
fn cursor_place(spec: &Spec) -> usize {
    if spec.first_key == 0 { 1 } else { 2 }
}
