//! Going through all keys page by page.

use crate::arg::ToArg;
use crate::cmd::{Cmd, Words};
use crate::execute::IntoCmd;
use crate::replies::{Cursor, ScanPage};
use crate::reply::FromReply;
use crate::spec;

/// `SCAN cursor` with its options ([`Scan`]): see [`GenericCommands::scan`](super::GenericCommands::scan).
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands as cmd, replies::Cursor, replies::KeyType};
/// let page = cmd::scan::<String>(Cursor::START).match_("user:*").count(1000).type_(KeyType::Hash).into_cmd();
/// assert_eq!(page.request().count(), 8);
/// ```
pub fn scan<T: FromReply>(cursor: impl Into<Cursor>) -> Scan<T> {
    let cmd = Cmd::new(&spec::SCAN, ScanPage::from_reply).arg(cursor.into());
    Scan { cmd, filter: ScanFilter::default() }
}

/// `SCAN` with its options; [`scan()`] makes it.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Scan<T> {
    cmd: Cmd<ScanPage<T>>,
    filter: ScanFilter,
}

impl<T> Scan<T> {
    /// `MATCH pattern`: only names that match this pattern (`*`, `?`, `[a-c]`).
    pub fn match_(mut self, pattern: impl ToArg) -> Self {
        self.filter.pattern = Some(Words::of(pattern));
        self
    }

    /// `COUNT count`: how many keys the server shall look at for a page, 10 unless said: the page may hold more or fewer.
    pub fn count(mut self, count: i64) -> Self {
        self.filter.count = Some(count);
        self
    }

    /// `TYPE type`: only keys that hold this: a [`KeyType`](crate::replies::KeyType) or its name. Since Redis 6.0.0.
    pub fn type_(mut self, key_type: impl ToArg) -> Self {
        self.filter.key_type = Some(Words::of(key_type));
        self
    }
}

clone_and_debug! { Scan<T> { cmd, filter } }

impl<T> IntoCmd for Scan<T> {
    type Reply = ScanPage<T>;

    fn into_cmd(self) -> Cmd<ScanPage<T>> {
        self.filter.append_to(self.cmd)
    }
}

/// What SCAN and its kin give, and how much they look at for a page. Each option is sent once, as it was said last.
#[derive(Debug, Clone, Default)]
pub(in crate::commands) struct ScanFilter {
    pub(in crate::commands) pattern: Option<Words>,
    pub(in crate::commands) count: Option<i64>,
    pub(in crate::commands) key_type: Option<Words>,
}

impl ScanFilter {
    pub(in crate::commands) fn append_to<T>(self, cmd: Cmd<T>) -> Cmd<T> {
        let (mut request, read) = cmd.into_parts();
        if let Some(pattern) = self.pattern {
            request.arg("MATCH");
            request.append(&pattern);
        }
        if let Some(count) = self.count {
            request.args(("COUNT", count));
        }
        if let Some(key_type) = self.key_type {
            request.arg("TYPE");
            request.append(&key_type);
        }
        Cmd::from_request(request, read)
    }
}
