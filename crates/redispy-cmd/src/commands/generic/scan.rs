//! Going through all keys page by page.

use crate::arg::ToArg;
use crate::cmd::{Cmd, Reader, Request, Words};
use crate::execute::IntoCmd;
use crate::replies::{Cursor, ScanPage};
use crate::reply::FromReply;
use crate::spec;

/// `SCAN cursor` with its options: a page of the names of the keys in the database. See [`Scan`].
///
/// ```
/// use redispy_cmd::commands as cmd;
/// use redispy_cmd::IntoCmd;
/// use redispy_cmd::replies::{Cursor, KeyType};
///
/// let page = cmd::scan::<String>(Cursor::START).match_("user:*").count(1000).type_(KeyType::Hash).into_cmd();
/// assert_eq!(page.request().count(), 8);
/// ```
pub fn scan<T: FromReply>(cursor: impl Into<Cursor>) -> Scan<T> {
    let mut request = Request::new(&spec::SCAN);
    request.arg(cursor.into());
    Scan { request, read: ScanPage::from_reply, pattern: None, count: None, key_type: None }
}

/// [`SCAN`](scan()) with options: a page of the names of the keys in the database.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Scan<T> {
    request: Request,
    read: Reader<ScanPage<T>>,
    pattern: Option<Words>,
    count: Option<i64>,
    key_type: Option<Words>,
}

impl<T> Scan<T> {
    /// Only names that match this pattern (`*`, `?`, `[a-c]`).
    pub fn match_(mut self, pattern: impl ToArg) -> Self {
        self.pattern = Some(Words::of(pattern));
        self
    }

    /// How many keys the server shall look at for a page, 10 unless said: the page may hold more or fewer.
    pub fn count(mut self, count: i64) -> Self {
        self.count = Some(count);
        self
    }

    /// Only keys that hold this: a [`KeyType`](crate::replies::KeyType) or its name. Since Redis 6.0.0.
    pub fn type_(mut self, key_type: impl ToArg) -> Self {
        self.key_type = Some(Words::of(key_type));
        self
    }
}

impl<T> IntoCmd for Scan<T> {
    type Reply = ScanPage<T>;

    fn into_cmd(mut self) -> Cmd<ScanPage<T>> {
        if let Some(pattern) = &self.pattern {
            self.request.arg("MATCH");
            self.request.append(pattern);
        }
        if let Some(count) = self.count {
            self.request.args(("COUNT", count));
        }
        if let Some(key_type) = &self.key_type {
            self.request.arg("TYPE");
            self.request.append(key_type);
        }
        Cmd::from_request(self.request, self.read)
    }
}
