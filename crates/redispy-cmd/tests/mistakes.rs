//! What a user's mistakes look like: each file in `mistakes/` is one, and says in its first lines what the compiler answers.
//!
//! Lines that begin with `//= ` are lines of the compiler's first message, in order; the very first is the first of the
//! message. They pin what is helpful in it and leave out what changes from release to release.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

const CRATE: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn mistakes_are_answered_with_help() {
    let messages = check(&package());
    let mut wrong = String::new();
    for (name, path) in cases() {
        let pinned = pinned(&path);
        let message = messages.get(&name).map(String::as_str);
        if !answers(message, &pinned) {
            let _ = writeln!(
                wrong,
                "== {name}: wanted\n{}\n-- got\n{}",
                pinned.join("\n"),
                message.unwrap_or("nothing")
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Whether the message begins with the first of the pinned lines and has the others in this order; no line means that the
/// case compiles.
fn answers(message: Option<&str>, pinned: &[String]) -> bool {
    let (Some(message), Some(first)) = (message, pinned.first()) else {
        return message.is_none() && pinned.is_empty();
    };
    let mut lines = message.lines().map(str::trim);
    lines.next() == Some(first) && pinned.iter().skip(1).all(|wanted| lines.any(|line| line == wanted))
}

fn cases() -> Vec<(String, PathBuf)> {
    let files = fs::read_dir(Path::new(CRATE).join("tests/mistakes")).unwrap();
    let mut cases: Vec<_> = files
        .map(|file| file.unwrap().path())
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path))
        .collect();
    cases.sort();
    assert!(cases.len() > 10, "the cases are not where they were");
    cases
}

fn pinned(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let lines: Vec<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("//= "))
        .map(|line| line.trim().to_owned())
        .collect();
    assert_eq!(lines.is_empty(), path.ends_with("no_mistake.rs"), "{}: nothing is pinned", path.display());
    lines
}

/// A package of its own, with a program for each case: the workspace must compile, they must not.
fn package() -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mistakes");
    let mut manifest = format!(
        "[package]\nname = \"mistakes\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\nredispy-cmd = {{ path = {CRATE:?} }}\n"
    );
    for (name, path) in cases() {
        let _ = write!(manifest, "\n[[bin]]\nname = {name:?}\npath = {path:?}\n");
    }
    fs::create_dir_all(&root).unwrap();
    fs::write(root.join("Cargo.toml"), manifest).unwrap();
    // The same versions as the workspace, so that nothing has to be fetched.
    fs::copy(Path::new(CRATE).join("../../Cargo.lock"), root.join("Cargo.lock")).unwrap();
    root
}

/// The first message about each program that has one.
fn check(root: &Path) -> HashMap<String, String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["check", "--bins", "--keep-going", "--offline", "--message-format=json"])
        .current_dir(root)
        .env("CARGO_TARGET_DIR", root.join("target"))
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo runs");
    let mut messages = HashMap::new();
    for line in output.stdout.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        let event: Value = serde_json::from_slice(line).expect("cargo writes JSON");
        let text = |place: &str| event.pointer(place).and_then(Value::as_str);
        let (Some(name), Some(message)) = (text("/target/name"), text("/message/rendered")) else {
            continue;
        };
        let of_a_case = text("/target/kind/0") == Some("bin");
        assert!(of_a_case || text("/message/level") != Some("error"), "{message}");
        messages.entry(name.to_owned()).or_insert_with(|| message.to_owned());
    }
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(!messages.is_empty(), "cargo checked nothing:\n{log}");
    messages
}
