//! What two values have in common.

use crate::arg::ToArg;
use crate::cmd::{Cmd, Request};
use crate::execute::IntoCmd;
use crate::replies::LcsMatches;
use crate::reply::FromReply;
use crate::spec;

/// `LCS key1 key2` with its options ([`Lcs`]): see [`StringCommands::lcs`](super::StringCommands::lcs).
///
/// ```
/// # use redispy_cmd::commands as cmd;
/// let length = cmd::lcs("one", "two").len();
/// assert_eq!(length.request().iter().last(), Some(&b"LEN"[..]));
/// ```
pub fn lcs(key1: impl ToArg, key2: impl ToArg) -> Lcs {
    let mut request = Request::new(&spec::LCS);
    request.arg(key1);
    request.arg(key2);
    Lcs { request }
}

/// `LCS` with its options; [`lcs()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Lcs {
    request: Request,
}

impl Lcs {
    /// `LEN`: only how many bytes it has.
    pub fn len(mut self) -> Cmd<i64> {
        self.request.arg("LEN");
        Cmd::from_request(self.request, i64::from_reply)
    }

    /// `IDX`: where in the two values its parts are.
    pub fn idx(mut self) -> LcsIdx {
        self.request.arg("IDX");
        LcsIdx { request: self.request }
    }
}

impl IntoCmd for Lcs {
    type Reply = Vec<u8>;

    fn into_cmd(self) -> Cmd<Vec<u8>> {
        Cmd::from_request(self.request, Vec::from_reply)
    }
}

/// [`LCS key1 key2 IDX`](Lcs::idx) with options: where the parts of the longest common sequence are.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct LcsIdx {
    request: Request,
}

impl LcsIdx {
    /// `MINMATCHLEN min-match-len`: leaves out parts of fewer bytes than this.
    pub fn minmatchlen(mut self, len: i64) -> Self {
        self.request.arg("MINMATCHLEN");
        self.request.arg(len);
        self
    }

    /// `WITHMATCHLEN`: with the length of each part, which is also that of its ranges.
    pub fn withmatchlen(mut self) -> Self {
        self.request.arg("WITHMATCHLEN");
        self
    }
}

impl IntoCmd for LcsIdx {
    type Reply = LcsMatches;

    fn into_cmd(self) -> Cmd<LcsMatches> {
        Cmd::from_request(self.request, LcsMatches::from_reply)
    }
}
