//! The commands of transactions.

use redispy_cmd::Value;
use redispy_cmd::commands as cmd;
use redispy_cmd::spec::Group;

use crate::double::{both, not_sent, read, refusal, unfit, wire};

#[test]
fn no_command_of_the_group_is_missing() {
    let sent = [
        wire(cmd::discard()),
        wire(cmd::exec()),
        wire(cmd::multi()),
        wire(cmd::unwatch()),
        wire(cmd::watch(["a", "b"])),
    ];
    assert_eq!(sent, ["DISCARD", "EXEC", "MULTI", "UNWATCH", "WATCH a b"]);
    assert_eq!(not_sent(Group::Transactions, &sent.each_ref().map(String::as_str)), [""; 0]);
}

#[test]
fn all_but_exec_answer_ok() {
    for command in [cmd::discard(), cmd::multi(), cmd::unwatch(), cmd::watch("k")] {
        both(&command, "+OK\r\n", "+OK\r\n");
        assert!(unfit(&command, "+QUEUED\r\n").ends_with(": expected OK, got a simple string"));
        assert!(unfit(&command, "_\r\n").ends_with(": expected OK, got nil"));
    }
    let error = read(cmd::discard(), "-ERR DISCARD without MULTI\r\n").unwrap_err();
    assert_eq!(error.to_string(), "DISCARD: ERR DISCARD without MULTI");
    assert_eq!(refusal(cmd::watch([""; 0])), "WATCH: `keys` must be at least one");
}

#[test]
fn a_transaction_gives_the_replies_of_its_commands_or_was_not_run() {
    let replies = both(cmd::exec(), "*2\r\n+OK\r\n-ERR no\r\n", "*2\r\n+OK\r\n-ERR no\r\n").unwrap();
    assert_eq!(replies, [Value::SimpleString(b"OK"[..].into()), Value::SimpleError(b"ERR no"[..].into())]);
    assert_eq!(both(cmd::exec(), "*-1\r\n", "_\r\n"), None);
    assert_eq!(read(cmd::exec(), "*0\r\n"), Ok(Some(vec![])));
    assert_eq!(unfit(cmd::exec(), "+OK\r\n"), "EXEC: expected an array, got a simple string");
    let aborted = read(cmd::exec(), "-EXECABORT Transaction discarded because of previous errors.\r\n");
    assert!(aborted.unwrap_err().to_string().starts_with("EXEC: EXECABORT "));
}
