//! Programs that must not compile, and what the compiler must say of them.

use std::collections::HashMap;
use std::fmt::{Display, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use serde_json::Value;

/// Compiles each file of `tests/mistakes/` as a program that depends on the package `name` in `directory`, and compares what the
/// compiler says with the lines of the file that begin with `//= `: the first is the first of the compiler's first message,
/// the others follow in it in this order. They pin what is helpful and leave out what changes from release to release. One file,
/// `no_mistake.rs`, has none and must compile: a mistake that is reported elsewhere is not the harness's own.
///
/// `scratch` keeps what is compiled, for the next run.
///
/// # Panics
///
/// The compiler says something else.
#[track_caller]
pub fn assert_mistakes(name: &str, directory: &str, scratch: &str) {
    let (directory, scratch) = (Path::new(directory), Path::new(scratch));
    let cases = must("the cases", cases(&directory.join("tests/mistakes")));
    let root = must("a package of the cases", package(name, directory, scratch, &cases));
    // Packages share what they depend on.
    let messages = check(&root, &scratch.join("mistakes"));
    let mut wrong = String::new();
    for (name, path) in &cases {
        let pinned = pinned(path);
        let message = messages.get(name).map(String::as_str);
        if !answers(message, &pinned) {
            let message = message.unwrap_or("nothing");
            let _ = writeln!(wrong, "== {name}: wanted\n{}\n-- got\n{message}", pinned.join("\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(cases.iter().any(|(name, _)| name == "no_mistake"), "the cases are not where they were");
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

fn must<T, E: Display>(what: &str, result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| panic!("{what}: {error}"))
}

/// The name and path of each case.
fn cases(directory: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut cases = Vec::new();
    for file in fs::read_dir(directory)? {
        let path = file?.path();
        cases.push((path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), path));
    }
    cases.sort();
    Ok(cases)
}

fn pinned(path: &Path) -> Vec<String> {
    let text = must("a case", fs::read_to_string(path));
    let lines: Vec<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("//= "))
        .map(|line| line.trim().to_owned())
        .collect();
    assert_eq!(lines.is_empty(), path.ends_with("no_mistake.rs"), "{}: nothing is pinned", path.display());
    lines
}

/// A package of its own, with a program for each case: the workspace must compile, they must not.
fn package(name: &str, directory: &Path, scratch: &Path, cases: &[(String, PathBuf)]) -> io::Result<PathBuf> {
    let root = scratch.join(format!("mistakes-with-{name}"));
    let mut manifest = format!(
        "[package]\nname = \"mistakes-with-{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\n{name} = {{ path = {directory:?} }}\n"
    );
    for (name, path) in cases {
        let _ = write!(manifest, "\n[[bin]]\nname = {name:?}\npath = {path:?}\n");
    }
    fs::create_dir_all(&root)?;
    fs::write(root.join("Cargo.toml"), manifest)?;
    // The same versions as the workspace, so that nothing has to be fetched.
    fs::copy(directory.join("../../Cargo.lock"), root.join("Cargo.lock"))?;
    Ok(root)
}

/// The first message about each program that has one.
fn check(root: &Path, target: &Path) -> HashMap<String, String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["check", "--bins", "--keep-going", "--offline", "--message-format=json"])
        .current_dir(root)
        .env("CARGO_TARGET_DIR", target)
        .env_remove("RUSTFLAGS");
    let output = must("cargo", command.output());
    let mut messages = HashMap::new();
    for line in output.stdout.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        let event: Value = must("what cargo writes", serde_json::from_slice(line));
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
