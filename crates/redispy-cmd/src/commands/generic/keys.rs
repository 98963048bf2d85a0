//! Keys as such: whether they exist, their names, their type.

use resp_proto::Node;

use crate::arg::{ToArg, ToArgs};
use crate::cmd::{Cmd, Request};
use crate::execute::IntoCmd;
use crate::replies::KeyType;
use crate::reply::{FromReply, ReplyError, ok};
use crate::spec::{self, Spec};

/// `COPY source destination` with its options ([`CopyRequest`]): see
/// [`GenericCommands::copy`](super::GenericCommands::copy).
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands as cmd};
/// let backup = cmd::copy("user:1", "user:1").db(1).replace().into_cmd();
/// let words: Vec<_> = backup.request().iter().skip(3).collect();
/// assert_eq!(words, [&b"DB"[..], b"1", b"REPLACE"]);
/// ```
pub fn copy(source: impl ToArg, destination: impl ToArg) -> CopyRequest {
    let mut request = Request::new(&spec::COPY);
    request.arg(source);
    request.arg(destination);
    CopyRequest { request, db: None, replace: false }
}

/// `DEL key [key ...]`: see [`GenericCommands::del`](super::GenericCommands::del).
pub fn del(keys: impl ToArgs) -> Cmd<i64> {
    count_of_keys(&spec::DEL, keys)
}

/// `EXISTS key [key ...]`: see [`GenericCommands::exists`](super::GenericCommands::exists).
pub fn exists(keys: impl ToArgs) -> Cmd<i64> {
    count_of_keys(&spec::EXISTS, keys)
}

/// `KEYS pattern`: see [`GenericCommands::keys`](super::GenericCommands::keys).
pub fn keys<T: FromReply>(pattern: impl ToArg) -> Cmd<Vec<T>> {
    Cmd::new(&spec::KEYS, Vec::from_reply).arg(pattern)
}

/// `MOVE key db`: see [`GenericCommands::move_`](super::GenericCommands::move_).
pub fn move_(key: impl ToArg, db: u32) -> Cmd<bool> {
    Cmd::new(&spec::MOVE, bool::from_reply).arg(key).arg(db)
}

/// `RANDOMKEY`: see [`GenericCommands::randomkey`](super::GenericCommands::randomkey).
pub fn randomkey<T: FromReply>() -> Cmd<Option<T>> {
    Cmd::new(&spec::RANDOMKEY, Option::from_reply)
}

/// `RENAME key newkey`: see [`GenericCommands::rename`](super::GenericCommands::rename).
pub fn rename(key: impl ToArg, newkey: impl ToArg) -> Cmd<()> {
    Cmd::new(&spec::RENAME, ok).arg(key).arg(newkey)
}

/// `RENAMENX key newkey`: see [`GenericCommands::renamenx`](super::GenericCommands::renamenx).
pub fn renamenx(key: impl ToArg, newkey: impl ToArg) -> Cmd<bool> {
    Cmd::new(&spec::RENAMENX, bool::from_reply).arg(key).arg(newkey)
}

/// `TOUCH key [key ...]`: see [`GenericCommands::touch`](super::GenericCommands::touch).
pub fn touch(keys: impl ToArgs) -> Cmd<i64> {
    count_of_keys(&spec::TOUCH, keys)
}

/// `TYPE key`: see [`GenericCommands::type_`](super::GenericCommands::type_).
pub fn type_(key: impl ToArg) -> Cmd<Option<KeyType>> {
    Cmd::new(&spec::TYPE, key_type).arg(key)
}

/// `UNLINK key [key ...]`: see [`GenericCommands::unlink`](super::GenericCommands::unlink).
pub fn unlink(keys: impl ToArgs) -> Cmd<i64> {
    count_of_keys(&spec::UNLINK, keys)
}

/// `COPY` with its options; [`copy()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct CopyRequest {
    request: Request,
    db: Option<u32>,
    replace: bool,
}

impl CopyRequest {
    /// `DB destination-db`: to this database.
    pub fn db(mut self, db: u32) -> Self {
        self.db = Some(db);
        self
    }

    /// `REPLACE`: also when the destination exists.
    pub fn replace(mut self) -> Self {
        self.replace = true;
        self
    }
}

impl IntoCmd for CopyRequest {
    type Reply = bool;

    fn into_cmd(mut self) -> Cmd<bool> {
        if let Some(db) = self.db {
            self.request.args(("DB", db));
        }
        if self.replace {
            self.request.arg("REPLACE");
        }
        Cmd::from_request(self.request, bool::from_reply)
    }
}

fn count_of_keys(spec: &'static Spec, keys: impl ToArgs) -> Cmd<i64> {
    let mut request = Request::new(spec);
    request.some_args("keys", keys);
    Cmd::from_request(request, i64::from_reply)
}

fn key_type(node: Node<'_>) -> Result<Option<KeyType>, ReplyError> {
    let name = String::from_reply(node)?;
    Ok((name != "none").then(|| KeyType::from(name)))
}
