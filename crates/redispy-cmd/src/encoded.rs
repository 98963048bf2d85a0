//! Commands that were encoded, looked at again: what they are, once their [`Request`](crate::Request) is gone.

use crate::cmd::{length, name_of, words_of};
use crate::spec::Spec;

/// One command as it goes over the wire. Whoever sends many keeps their bytes only, and asks these for the name when an error
/// needs it.
///
/// ```
/// use redispy_cmd::{Encoded, cmd};
///
/// let mut bytes = cmd("GET").arg("a").request().bytes().to_vec();
/// bytes.extend_from_slice(cmd(("config", "get", "*")).request().bytes());
/// let names: Vec<&str> = Encoded::all(&bytes).map(Encoded::name).collect();
/// assert_eq!(names, ["GET", "CONFIG GET"]);
/// ```
#[derive(Clone, Copy)]
pub struct Encoded<'a>(&'a [u8]);

impl<'a> Encoded<'a> {
    /// The commands that stand one behind the other in `bytes`.
    pub fn all(mut bytes: &'a [u8]) -> impl Iterator<Item = Encoded<'a>> {
        std::iter::from_fn(move || {
            let first = Encoded::first(bytes)?;
            bytes = bytes.get(first.0.len()..)?;
            Some(first)
        })
    }

    /// The command that `bytes` begin with, if they do.
    pub fn first(bytes: &'a [u8]) -> Option<Encoded<'a>> {
        bytes.get(..length(bytes)?).map(Encoded)
    }

    /// Its bytes.
    pub fn bytes(self) -> &'a [u8] {
        self.0
    }

    /// Its name, as [`Request::name`](crate::Request::name) has it.
    pub fn name(self) -> &'a str {
        let mut words = words_of(self.0);
        let first = words.next();
        name_of(first.and_then(|first| Spec::of_words(first, words.next())), first)
    }
}

impl std::fmt::Debug for Encoded<'_> {
    /// The name only: arguments may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cmd::cmd;

    #[test]
    fn commands_are_told_apart_whatever_their_arguments_hold() {
        let commands = [
            cmd(("SET", "k", "*1\r\n$4\r\nPING\r\n")),
            cmd("PING"),
            cmd(("x.y", "", "\r\n")),
            cmd(("client", "NO-EVICT", "on")),
            cmd(&b"\xff"[..]),
        ];
        let bytes: Vec<u8> = commands.iter().flat_map(|command| command.request().bytes().to_vec()).collect();
        let seen: Vec<_> = Encoded::all(&bytes).map(|command| (command.name(), command.bytes())).collect();
        let sent: Vec<_> = commands.iter().map(|c| (c.request().name(), c.request().bytes())).collect();
        assert_eq!(seen, sent);
        assert_eq!(format!("{:?}", Encoded::first(&bytes)), "Some(SET)");
    }

    #[test]
    fn what_is_no_command_is_none() {
        for bytes in [&b""[..], b"*0\r\n", b"PING\r\n", b"*1\r\n$4\r\nPI"] {
            assert!(Encoded::first(bytes).is_none(), "{bytes:?}");
        }
    }
}
