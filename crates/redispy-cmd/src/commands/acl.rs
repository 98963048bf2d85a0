//! ACL: users and what they may do.

use crate::arg::{ToArg, ToArgs};
use crate::cmd::{Cmd, Request};
use crate::execute::{Execute, IntoCmd};
use crate::replies::fields::{text, texts};
use crate::replies::{AclDryrun, AclLogEntry, AclUser};
use crate::reply::{FromReply, ok};
use crate::spec;

/// The commands about users. What they tell is text: bytes of names, patterns and keys that are no UTF-8 are replaced.
pub trait AclCommands: Execute {
    /// The names of the categories of commands, such as `read`. The commands of one category are an option of
    /// [`cmd::acl_cat`](acl_cat()).
    ///
    /// `ACL CAT`. Since Redis 6.0.0. O(1).
    fn acl_cat(self) -> Self::Output<Vec<String>> {
        self.run(acl_cat())
    }

    /// Deletes users and closes their connections. The reply is how many there were.
    ///
    /// `ACL DELUSER username [username ...]`. Since Redis 6.0.0. O(1) for each user.
    fn acl_deluser(self, usernames: impl ToArgs) -> Self::Output<i64> {
        self.run(acl_deluser(usernames))
    }

    /// Tells whether a user may run a command, which is given with its arguments but not run. The reply says yes, or why
    /// not.
    ///
    /// `ACL DRYRUN username command [arg ...]`. Since Redis 7.0.0. O(1).
    fn acl_dryrun(self, username: impl ToArg, command: impl ToArgs) -> Self::Output<AclDryrun> {
        self.run(acl_dryrun(username, command))
    }

    /// A random password of 256 bits in hexadecimal digits, which the server does not keep. Other lengths are an option of
    /// [`cmd::acl_genpass`](acl_genpass()).
    ///
    /// `ACL GENPASS`. Since Redis 6.0.0. O(1).
    fn acl_genpass(self) -> Self::Output<String> {
        self.run(acl_genpass())
    }

    /// A user and what it may do, `None` when there is no such user.
    ///
    /// `ACL GETUSER username`. Since Redis 6.0.0. O(N) in the number of the user's rules.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::AclCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// if let Some(user) = r.acl_getuser("worker")? {
    ///     println!("{} {}", user.commands, user.keys.join(" "));
    /// }
    /// # Ok(()) }
    /// ```
    fn acl_getuser(self, username: impl ToArg) -> Self::Output<Option<AclUser>> {
        self.run(acl_getuser(username))
    }

    /// The server's help, line by line.
    ///
    /// `ACL HELP`. Since Redis 6.0.0. O(1).
    fn acl_help(self) -> Self::Output<Vec<String>> {
        self.run(acl_help())
    }

    /// All users as an ACL file has them, a line each, with the hashes of their passwords.
    ///
    /// `ACL LIST`. Since Redis 6.0.0. O(N) in the number of users.
    fn acl_list(self) -> Self::Output<Vec<String>> {
        self.run(acl_list())
    }

    /// Replaces all users by those of the ACL file.
    ///
    /// `ACL LOAD`. Since Redis 6.0.0. O(N) in the number of users.
    fn acl_load(self) -> Self::Output<()> {
        self.run(acl_load())
    }

    /// What permissions lately forbade, the last first, at most ten. More are an option of [`cmd::acl_log`](acl_log()).
    ///
    /// `ACL LOG`. Since Redis 6.0.0. O(N) in the number of entries.
    fn acl_log(self) -> Self::Output<Vec<AclLogEntry>> {
        self.run(acl_log())
    }

    /// Empties the log of what permissions forbade.
    ///
    /// `ACL LOG RESET`. Since Redis 6.0.0. O(N) in the number of entries.
    fn acl_log_reset(self) -> Self::Output<()> {
        self.run(acl_log_reset())
    }

    /// Writes all users to the ACL file.
    ///
    /// `ACL SAVE`. Since Redis 6.0.0. O(N) in the number of users.
    fn acl_save(self) -> Self::Output<()> {
        self.run(acl_save())
    }

    /// Makes a user that may do nothing, or leaves an existing one as it is. Rules are options of
    /// [`cmd::acl_setuser`](acl_setuser()).
    ///
    /// `ACL SETUSER username`. Since Redis 6.0.0. O(N) in the number of rules.
    fn acl_setuser(self, username: impl ToArg) -> Self::Output<()> {
        self.run(acl_setuser(username))
    }

    /// The names of all users.
    ///
    /// `ACL USERS`. Since Redis 6.0.0. O(N) in the number of users.
    fn acl_users(self) -> Self::Output<Vec<String>> {
        self.run(acl_users())
    }

    /// The name of the user that the connection is authenticated as.
    ///
    /// `ACL WHOAMI`. Since Redis 6.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::AclCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let user = r.acl_whoami()?;
    /// # Ok(()) }
    /// ```
    fn acl_whoami(self) -> Self::Output<String> {
        self.run(acl_whoami())
    }
}

impl<E: Execute> AclCommands for E {}

/// `ACL CAT` with its options ([`AclCat`]): see [`AclCommands::acl_cat`].
pub fn acl_cat() -> AclCat {
    AclCat { request: Request::new(&spec::ACL_CAT) }
}

/// `ACL DELUSER username [username ...]`: see [`AclCommands::acl_deluser`].
pub fn acl_deluser(usernames: impl ToArgs) -> Cmd<i64> {
    let mut request = Request::new(&spec::ACL_DELUSER);
    request.some_args("usernames", usernames);
    Cmd::from_request(request, i64::from_reply)
}

/// `ACL DRYRUN username command [arg ...]`: see [`AclCommands::acl_dryrun`].
pub fn acl_dryrun(username: impl ToArg, command: impl ToArgs) -> Cmd<AclDryrun> {
    let mut request = Request::new(&spec::ACL_DRYRUN);
    request.arg(username);
    request.some_args("command", command);
    Cmd::from_request(request, AclDryrun::read)
}

/// `ACL GENPASS` with its options ([`AclGenpass`]): see [`AclCommands::acl_genpass`].
pub fn acl_genpass() -> AclGenpass {
    AclGenpass { bits: None }
}

/// `ACL GETUSER username`: see [`AclCommands::acl_getuser`].
pub fn acl_getuser(username: impl ToArg) -> Cmd<Option<AclUser>> {
    Cmd::new(&spec::ACL_GETUSER, AclUser::read).arg(username)
}

/// `ACL HELP`: see [`AclCommands::acl_help`].
pub fn acl_help() -> Cmd<Vec<String>> {
    Cmd::new(&spec::ACL_HELP, texts)
}

/// `ACL LIST`: see [`AclCommands::acl_list`].
pub fn acl_list() -> Cmd<Vec<String>> {
    Cmd::new(&spec::ACL_LIST, texts)
}

/// `ACL LOAD`: see [`AclCommands::acl_load`].
pub fn acl_load() -> Cmd<()> {
    Cmd::new(&spec::ACL_LOAD, ok)
}

/// `ACL LOG` with its options ([`AclLog`]): see [`AclCommands::acl_log`].
pub fn acl_log() -> AclLog {
    AclLog { count: None }
}

/// `ACL LOG RESET`: see [`AclCommands::acl_log_reset`].
pub fn acl_log_reset() -> Cmd<()> {
    Cmd::new(&spec::ACL_LOG, ok).arg("RESET")
}

/// `ACL SAVE`: see [`AclCommands::acl_save`].
pub fn acl_save() -> Cmd<()> {
    Cmd::new(&spec::ACL_SAVE, ok)
}

/// `ACL SETUSER username` with its options ([`AclSetuser`]): see [`AclCommands::acl_setuser`].
///
/// ```
/// # use redispy_cmd::commands as cmd;
/// let worker = cmd::acl_setuser("worker").on().password("secret").keys("jobs:*").allow_category("write").deny("flushall");
/// ```
pub fn acl_setuser(username: impl ToArg) -> AclSetuser {
    let mut request = Request::new(&spec::ACL_SETUSER);
    request.arg(username);
    AclSetuser { request }
}

/// `ACL USERS`: see [`AclCommands::acl_users`].
pub fn acl_users() -> Cmd<Vec<String>> {
    Cmd::new(&spec::ACL_USERS, texts)
}

/// `ACL WHOAMI`: see [`AclCommands::acl_whoami`].
pub fn acl_whoami() -> Cmd<String> {
    Cmd::new(&spec::ACL_WHOAMI, text)
}

/// `ACL CAT` with its option; [`acl_cat()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct AclCat {
    request: Request,
}

impl AclCat {
    /// `category`: the commands of this category.
    pub fn category(mut self, category: impl ToArg) -> Cmd<Vec<String>> {
        self.request.arg(category);
        self.into_cmd()
    }
}

impl IntoCmd for AclCat {
    type Reply = Vec<String>;

    fn into_cmd(self) -> Cmd<Vec<String>> {
        Cmd::from_request(self.request, texts)
    }
}

/// `ACL GENPASS` with its option; [`acl_genpass()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct AclGenpass {
    bits: Option<u32>,
}

impl AclGenpass {
    /// `bits`: of so many bits, rounded up to whole digits of four.
    pub fn bits(mut self, bits: u32) -> Self {
        self.bits = Some(bits);
        self
    }
}

impl IntoCmd for AclGenpass {
    type Reply = String;

    fn into_cmd(self) -> Cmd<String> {
        let command = Cmd::new(&spec::ACL_GENPASS, text);
        match self.bits {
            Some(bits) => command.arg(bits),
            None => command,
        }
    }
}

/// `ACL LOG` with its option; [`acl_log()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct AclLog {
    count: Option<i64>,
}

impl AclLog {
    /// `count`: at most so many entries.
    pub fn count(mut self, count: i64) -> Self {
        self.count = Some(count);
        self
    }
}

impl IntoCmd for AclLog {
    type Reply = Vec<AclLogEntry>;

    fn into_cmd(self) -> Cmd<Vec<AclLogEntry>> {
        let command = Cmd::new(&spec::ACL_LOG, AclLogEntry::read_list);
        match self.count {
            Some(count) => command.arg(count),
            None => command,
        }
    }
}

/// `ACL SETUSER` with its rules, which the server follows in the order of the calls; [`acl_setuser()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct AclSetuser {
    request: Request,
}

impl AclSetuser {
    /// `on`: the user may log in.
    pub fn on(self) -> Self {
        self.rule("on")
    }

    /// `off`: the user may not log in; connections stay.
    pub fn off(self) -> Self {
        self.rule("off")
    }

    /// `reset`: makes the user as if it were new.
    pub fn reset(self) -> Self {
        self.rule("reset")
    }

    /// `>password`: adds a password.
    pub fn password(self, password: impl ToArg) -> Self {
        self.prefixed(">", password)
    }

    /// `<password`: takes a password away.
    pub fn remove_password(self, password: impl ToArg) -> Self {
        self.prefixed("<", password)
    }

    /// `#hash`: adds a password by its SHA-256 in lower-case hexadecimal digits.
    pub fn password_hash(self, hash: impl ToArg) -> Self {
        self.prefixed("#", hash)
    }

    /// `!hash`: takes a password away by its SHA-256.
    pub fn remove_password_hash(self, hash: impl ToArg) -> Self {
        self.prefixed("!", hash)
    }

    /// `nopass`: every password is right.
    pub fn nopass(self) -> Self {
        self.rule("nopass")
    }

    /// `resetpass`: takes all passwords away; without one the user cannot log in.
    pub fn resetpass(self) -> Self {
        self.rule("resetpass")
    }

    /// `+command`: allows a command or subcommand: `get`, `config|get`.
    pub fn allow(self, command: impl ToArg) -> Self {
        self.prefixed("+", command)
    }

    /// `-command`: forbids a command or subcommand: `get`, `config|get`.
    pub fn deny(self, command: impl ToArg) -> Self {
        self.prefixed("-", command)
    }

    /// `+@category`: allows the commands of a category: `read`; of `all` every command.
    pub fn allow_category(self, category: impl ToArg) -> Self {
        self.prefixed("+@", category)
    }

    /// `-@category`: forbids the commands of a category: `read`; of `all` every command.
    pub fn deny_category(self, category: impl ToArg) -> Self {
        self.prefixed("-@", category)
    }

    /// `~pattern`: allows keys of this pattern; of `*` all.
    pub fn keys(self, pattern: impl ToArg) -> Self {
        self.prefixed("~", pattern)
    }

    /// `%R~pattern`: allows to read keys of this pattern. Since Redis 7.0.0.
    pub fn read_keys(self, pattern: impl ToArg) -> Self {
        self.prefixed("%R~", pattern)
    }

    /// `%W~pattern`: allows to write keys of this pattern. Since Redis 7.0.0.
    pub fn write_keys(self, pattern: impl ToArg) -> Self {
        self.prefixed("%W~", pattern)
    }

    /// `resetkeys`: allows no key any more.
    pub fn resetkeys(self) -> Self {
        self.rule("resetkeys")
    }

    /// `&pattern`: allows channels of this pattern; of `*` all. Since Redis 6.2.0.
    pub fn channels(self, pattern: impl ToArg) -> Self {
        self.prefixed("&", pattern)
    }

    /// `resetchannels`: allows no channel any more. Since Redis 6.2.0.
    pub fn resetchannels(self) -> Self {
        self.rule("resetchannels")
    }

    /// `(rule ...)`: adds a selector: further rules, `+get ~log:*`, of which those of one are enough. Since Redis 7.0.0.
    pub fn selector(self, rules: impl ToArg) -> Self {
        self.around("(", rules, ")")
    }

    /// `clearselectors`: takes all selectors away. Since Redis 7.0.0.
    pub fn clearselectors(self) -> Self {
        self.rule("clearselectors")
    }

    /// `rule`: any rule as the server writes it: `sanitize-payload`, `db=0,1`.
    pub fn rule(mut self, rule: impl ToArg) -> Self {
        self.request.arg(rule);
        self
    }

    fn prefixed(self, prefix: &str, rule: impl ToArg) -> Self {
        self.around(prefix, rule, "")
    }

    fn around(mut self, before: &str, rule: impl ToArg, after: &str) -> Self {
        let mut scratch = Request::empty();
        scratch.arg(rule);
        let rule = scratch.get(0).unwrap_or_default();
        self.request.arg([before.as_bytes(), rule, after.as_bytes()].concat());
        self.request.refuse_as(&scratch);
        self
    }
}

impl IntoCmd for AclSetuser {
    type Reply = ();

    fn into_cmd(self) -> Cmd<()> {
        Cmd::from_request(self.request, ok)
    }
}
