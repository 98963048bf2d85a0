//! What the tests send, written down for `cargo xtask coverage`, which compares it with what servers know.
//!
//! When the environment names a file, each request is a line of it: the test's name and the request's words, tabs between, escaped
//! as in Rust's byte strings.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::sync::LazyLock;

use redispy_cmd::Request;

/// Names the file.
const VARIABLE: &str = "REDISPY_RECORD_REQUESTS";

static RECORD: LazyLock<Option<File>> = LazyLock::new(|| {
    let path = std::env::var_os(VARIABLE)?;
    Some(OpenOptions::new().append(true).create(true).open(path).expect("a file that can be written"))
});

/// Writes a request down, if that is wanted.
pub(crate) fn record(request: &Request) {
    let Some(mut file) = RECORD.as_ref() else { return };
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("?");
    // The double's own test sends commands by name, as no function of a group made them.
    if !test.starts_with("double::") {
        file.write_all(line(test, request).as_bytes()).expect("a file that can be written");
    }
}

fn line(test: &str, request: &Request) -> String {
    let mut line = test.to_owned();
    for word in request.iter() {
        line += "\t";
        line += &word.escape_ascii().to_string();
    }
    line + "\n"
}

#[test]
fn a_line_keeps_the_words_apart() {
    let request = redispy_cmd::cmd("SET").arg(("a key", "tab\tand\nline"));
    assert_eq!(line("a::test", request.request()), "a::test\tSET\ta key\ttab\\tand\\nline\n");
}
