//! Going through the keys of all nodes page by page.

use crate::arg::ToArg;
use crate::cmd::{Cmd, Words};
use crate::commands::generic::ScanFilter;
use crate::execute::IntoCmd;
use crate::replies::{ClusterCursor, ClusterScanPage};
use crate::reply::FromReply;
use crate::spec;

/// `CLUSTERSCAN cursor` with its options ([`Clusterscan`]): see
/// [`ClusterCommands::clusterscan`](super::ClusterCommands::clusterscan).
///
/// ```
/// # use redispy_cmd::{commands as cmd, replies::ClusterCursor};
/// let users = cmd::clusterscan::<String>(ClusterCursor::START).match_("user:*").count(1000);
/// ```
pub fn clusterscan<T: FromReply>(cursor: impl Into<ClusterCursor>) -> Clusterscan<T> {
    let cmd = Cmd::new(&spec::CLUSTERSCAN, ClusterScanPage::from_reply).arg(cursor.into());
    Clusterscan { cmd, filter: ScanFilter::default(), slot: None }
}

/// `CLUSTERSCAN` with its options; [`clusterscan()`] makes it.
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Clusterscan<T> {
    cmd: Cmd<ClusterScanPage<T>>,
    filter: ScanFilter,
    slot: Option<u16>,
}

impl<T> Clusterscan<T> {
    /// `MATCH match-pattern`: only names that match this pattern (`*`, `?`, `[a-c]`).
    pub fn match_(mut self, pattern: impl ToArg) -> Self {
        self.filter.pattern = Some(Words::of(pattern));
        self
    }

    /// `COUNT count`: how many keys the server shall look at for a page, 10 unless said. The page may hold more or fewer.
    pub fn count(mut self, count: i64) -> Self {
        self.filter.count = Some(count);
        self
    }

    /// `TYPE type`: only keys that hold this, a [`KeyType`](crate::replies::KeyType) or its name.
    pub fn type_(mut self, key_type: impl ToArg) -> Self {
        self.filter.key_type = Some(Words::of(key_type));
        self
    }

    /// `SLOT slot`: only keys of this slot.
    pub fn slot(mut self, slot: u16) -> Self {
        self.slot = Some(slot);
        self
    }
}

clone_and_debug! { Clusterscan<T> { cmd, filter, slot } }

impl<T> IntoCmd for Clusterscan<T> {
    type Reply = ClusterScanPage<T>;

    fn into_cmd(self) -> Cmd<ClusterScanPage<T>> {
        let cmd = self.filter.append_to(self.cmd);
        match self.slot {
            Some(slot) => cmd.arg(("SLOT", slot)),
            None => cmd,
        }
    }
}
