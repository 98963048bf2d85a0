//! `cargo xtask ci`: what must hold before a change goes in.

use std::error::Error;
use std::process::Command;

use crate::run::{cargo, step, watch, workspace};
use crate::summary::{self, Row};
use crate::{Outcome, abort, codegen, coverage, model, test};

/// The rivals that benches/ measures against are not built here.
const WORKSPACE: [&str; 3] = ["--workspace", "--exclude", "redispy-benches"];

/// The most crates that a user of the facade may get by default.
const MOST_CRATES: usize = 25;

pub(crate) fn run() -> Outcome {
    let mut rows = vec![check("format", &mut cargo(&["fmt", "--all", "--check"]))?];
    // The fuzz targets stand outside of the workspace.
    let fuzz = workspace().join("crates/resp-proto/fuzz/Cargo.toml");
    if fuzz.is_file() {
        let mut format = cargo(&["fmt", "--check", "--manifest-path"]);
        rows.push(check("format of fuzz targets", format.arg(fuzz))?);
    }
    rows.extend([
        check(
            "lints",
            cargo(&["clippy"]).args(WORKSPACE).args([
                "--all-targets",
                "--all-features",
                "--",
                "-D",
                "warnings",
            ]),
        )?,
        check(
            "lints without std",
            cargo(&["clippy"]).args(["-p", "resp-proto", "--no-default-features", "--", "-D", "warnings"]),
        )?,
        check(
            "docs",
            cargo(&["doc"])
                .args(WORKSPACE)
                .args(["--no-deps", "--all-features"])
                .env("RUSTDOCFLAGS", "-D warnings"),
        )?,
        dependencies()?,
        table()?,
    ]);
    rows.push(commands()?);
    rows.extend(model::rows()?);
    rows.push(abort::row()?);
    rows.extend(test::rows(&test::Arguments { servers: vec!["all".to_owned()], only: Vec::new() })?);
    Ok(summary::print(&rows))
}

fn check(name: &str, command: &mut Command) -> Result<Row, Box<dyn Error>> {
    step(name);
    let ran = watch(command)?;
    Ok(row(name, ran.code, ran.time))
}

/// Counts what a program gets that depends on the facade with its default features.
fn dependencies() -> Result<Row, Box<dyn Error>> {
    step("dependencies of the facade");
    let start = std::time::Instant::now();
    let arguments = [
        "tree",
        "--package",
        "redispy",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}",
        "--no-dedupe",
    ];
    let tree = crate::run::capture(&mut cargo(&arguments))?;
    let mut crates: Vec<&str> = tree.lines().collect();
    crates.sort_unstable();
    crates.dedup();
    eprintln!("{} crates, itself included; at most {MOST_CRATES} are allowed", crates.len());
    let code = u8::from(crates.len() > MOST_CRATES);
    if code != 0 {
        eprintln!("{}", crates.join("\n"));
    }
    Ok(row("dependencies", code, start.elapsed()))
}

fn table() -> Result<Row, Box<dyn Error>> {
    step("table of commands");
    let start = std::time::Instant::now();
    let code = codegen::run(&codegen::Arguments { check: true, compare: false })?;
    Ok(row("table of commands", code, start.elapsed()))
}

fn commands() -> Result<Row, Box<dyn Error>> {
    step("coverage of commands");
    let start = std::time::Instant::now();
    let code = coverage::run()?;
    Ok(row("coverage of commands", code, start.elapsed()))
}

pub(crate) fn row(name: &str, code: u8, time: std::time::Duration) -> Row {
    let (passed, failed) = if code == 0 { (1, 0) } else { (0, 1) };
    Row { suite: name.to_owned(), server: String::new(), passed, failed, code, time }
}
