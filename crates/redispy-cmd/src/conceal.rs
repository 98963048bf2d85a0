//! What servers quote of a command's arguments in their errors, and which of that may be seen.
//!
//! `ACL SETUSER` answers a mistyped rule with the rule, which may be a password; `HELLO 3 AUTH ..` on a server that does not
//! know HELLO is answered with all its words. Such errors end up in logs.

use std::borrow::Cow;

use crate::cmd::words_of;

/// How servers go on after the name of a command that they do not know.
const UNKNOWN_COMMAND_ARGS: &str = ", with args beginning with:";

/// The text of an error without the arguments that servers quote of commands they do not know.
pub(crate) fn without_args(text: &str) -> &str {
    text.split_once(UNKNOWN_COMMAND_ARGS).map_or(text, |(before, _)| before)
}

/// The text of an error that answered the command `name`, sent as `command`, without what it quotes of arguments if those may
/// be secret.
pub(crate) fn conceal<'t>(name: &str, command: &[u8], text: &'t [u8]) -> Cow<'t, [u8]> {
    if !may_carry_secrets(name) {
        return Cow::Borrowed(text);
    }
    let quote = |byte: &u8| matches!(byte, b'\'' | b'`' | b'"');
    // From the first quote to the last: an argument may hold quotes itself.
    let (Some(first), Some(last)) = (text.iter().position(quote), text.iter().rposition(quote)) else {
        return Cow::Borrowed(text);
    };
    let quoted = text.get(first + 1..last).unwrap_or_default();
    if is_harmless(name, command, quoted) {
        return Cow::Borrowed(text);
    }
    let before = text.get(..=first).unwrap_or_default();
    let after = text.get(last.max(first + 1)..).unwrap_or_default();
    Cow::Owned([before, b"...", after].concat())
}

fn may_carry_secrets(name: &str) -> bool {
    matches!(
        name,
        "AUTH"
            | "HELLO"
            | "ACL SETUSER"
            | "CONFIG SET"
            | "MIGRATE"
            | "MODULE LOADEX"
            | "SENTINEL"
            | "SENTINEL CONFIG"
            | "SENTINEL SET"
    )
}

/// The command's own name, and the names of parameters, which stand before their values.
fn is_harmless(name: &str, command: &[u8], quoted: &[u8]) -> bool {
    let own_name = name.bytes().map(|byte| if byte == b' ' { b'|' } else { byte });
    if own_name.eq(quoted.iter().map(u8::to_ascii_uppercase)) {
        return true;
    }
    if name != "CONFIG SET" {
        return false;
    }
    let mut words = words_of(command).skip(2);
    let mut is_name = false;
    while let Some(name) = words.next() {
        is_name |= name.eq_ignore_ascii_case(quoted);
        if words.next() == Some(quoted) {
            return false;
        }
    }
    is_name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cmd::cmd;

    fn seen(words: &[&str], text: &str) -> String {
        let command = cmd(words);
        let request = command.request();
        // Nothing behind the command is looked at.
        let sent = [request.bytes(), b"*1\r\n$4\r\nQUIT\r\n"].concat();
        String::from_utf8(conceal(request.name(), &sent, text.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn what_may_be_secret_is_not_quoted() {
        let setuser = ["acl", "setuser", "bob", "it's secret"];
        assert_eq!(
            seen(&setuser, "ERR Error in ACL SETUSER modifier 'it's secret': Syntax error"),
            "ERR Error in ACL SETUSER modifier '...': Syntax error"
        );
        assert_eq!(
            seen(
                &["HELLO", "3", "AUTH", "u", "p"],
                "ERR unknown command `HELLO`, with args beginning with: `3`, `AUTH`, `u`, `p`, "
            ),
            "ERR unknown command `...`, "
        );
        assert_eq!(
            seen(
                &["CONFIG", "SET", "requirepass", "pw"],
                "ERR Invalid argument 'pw' for CONFIG SET 'requirepass'"
            ),
            "ERR Invalid argument '...'"
        );
        assert_eq!(seen(&["AUTH", "'"], "ERR odd '"), "ERR odd '...");
        for sentinel in ["SENTINEL", "sentinel"] {
            assert_eq!(
                seen(
                    &[sentinel, "SET", "mymaster", "auth-pass", "pw"],
                    "ERR Invalid argument 'pw' for SENTINEL SET 'auth-pass'"
                ),
                "ERR Invalid argument '...'"
            );
        }
    }

    #[test]
    fn names_may_be_quoted() {
        for (words, text) in [
            (
                &["CONFIG", "SET", "maxmemory", "abc"][..],
                "ERR CONFIG SET failed (possibly related to argument 'maxmemory') - no",
            ),
            (&["CONFIG", "SET", "requirepass"], "ERR wrong number of arguments for 'config|set' command"),
            (&["AUTH", "a", "b"], "WRONGPASS invalid username-password pair or user is disabled."),
            (&["GET", "k"], "ERR odd 'k'"),
            (&["SENTINEL", "MASTER", "m"], "ERR unknown command 'SENTINEL'"),
        ] {
            assert_eq!(seen(words, text), text);
        }
        // A value that is spelt like a name is still a value.
        assert_eq!(
            seen(&["CONFIG", "SET", "maxmemory", "x", "y", "maxmemory"], "ERR 'maxmemory'"),
            "ERR '...'"
        );
    }

    #[test]
    fn arguments_of_unknown_commands_are_cut() {
        assert_eq!(
            without_args("ERR unknown command 'X', with args beginning with: 'a' 'b' "),
            "ERR unknown command 'X'"
        );
        assert_eq!(without_args("ERR no such key"), "ERR no such key");
    }
}
