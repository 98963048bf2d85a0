//! `cargo xtask fuzz`: every fuzz target of the protocol crate for a while.
//!
//! cargo-fuzz is installed into `target/tools` when it is not there. It runs on the stable toolchain, without a
//! sanitizer: the crate has no unsafe code, so what is looked for are panics, overflows, hangs and memory. Inputs may
//! grow to 256 KiB, for nesting that exhausts a stack takes tens of thousands of bytes.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::run::{capture, cargo, step, watch, workspace};
use crate::summary::{plain, print_table};

/// The version of cargo-fuzz that is installed.
const CARGO_FUZZ: &str = "0.13.2";

/// The longest input in bytes.
const MAX_LEN: u32 = 262_144;

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Arguments {
    /// How long each target is fuzzed
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Only these targets
    #[arg(long = "target", value_delimiter = ',')]
    targets: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    if !fuzz_directory().join("Cargo.toml").is_file() {
        return Err(format!("there are no fuzz targets in {}", fuzz_directory().display()).into());
    }
    let tool = install()?;
    let known = capture(&mut cargo_fuzz(&tool, "list"))?;
    let targets: Vec<&str> = match arguments.targets.is_empty() {
        true => known.lines().collect(),
        false => arguments.targets.iter().map(String::as_str).collect(),
    };
    if let Some(unknown) = targets.iter().find(|target| !known.lines().any(|name| name == **target)) {
        return Err(format!(
            "no fuzz target is called {unknown}: there are {}",
            known.lines().collect::<Vec<_>>().join(", ")
        )
        .into());
    }
    step("building the fuzz targets");
    let built = watch(options(&mut cargo_fuzz(&tool, "build")))?;
    if built.code != 0 {
        return Ok(built.code);
    }
    let mut lines = vec![["target", "executions", "per second", "peak MB", ""].map(String::from)];
    let mut code = 0;
    for target in targets {
        step(&format!("fuzzing {target} for {} s", arguments.seconds));
        let ran = watch(&mut fuzz(&tool, target, arguments.seconds)?)?;
        let stat = |name: &str| statistic(&ran.printed, name).unwrap_or_else(|| "?".to_owned());
        let verdict = if ran.code == 0 { "ok" } else { "FAILED" };
        let numbers = ["number_of_executed_units", "average_exec_per_sec", "peak_rss_mb"].map(stat);
        let [executions, rate, memory] = numbers;
        lines.push([target.to_owned(), executions, rate, memory, verdict.to_owned()]);
        code = if code == 0 { ran.code } else { code };
    }
    println!();
    print_table(&lines);
    if code != 0 {
        println!("what made a target fail lies in {}", fuzz_directory().join("artifacts").display());
    }
    Ok(code)
}

/// Installs cargo-fuzz where it does no harm to the user's own tools; gives its path.
fn install() -> Result<PathBuf, Box<dyn Error>> {
    let root = workspace().join("target/tools");
    let tool = root.join("bin/cargo-fuzz");
    let present = capture(Command::new(&tool).arg("--version")).unwrap_or_default();
    if present.split_whitespace().last() == Some(CARGO_FUZZ) {
        return Ok(tool);
    }
    step(&format!("installing cargo-fuzz {CARGO_FUZZ} into {}", root.display()));
    let mut install =
        cargo(&["install", "cargo-fuzz", "--locked", "--force", "--version", CARGO_FUZZ, "--root"]);
    match watch(install.arg(&root))?.code {
        0 => Ok(tool),
        code => Err(format!("cargo install cargo-fuzz ended with {code}").into()),
    }
}

fn fuzz(tool: &Path, target: &str, seconds: u64) -> Result<Command, Box<dyn Error>> {
    // What is found goes to a directory that is not checked in; the checked-in inputs are where it starts from.
    let found = workspace().join("target/fuzz/corpus").join(target);
    fs::create_dir_all(&found)?;
    let mut command = cargo_fuzz(tool, "run");
    options(&mut command).arg(target).arg(found);
    let seeds = fuzz_directory().join("corpus").join(target);
    if seeds.is_dir() {
        command.arg(seeds);
    }
    command.arg("--").arg(format!("-max_total_time={seconds}")).arg(format!("-max_len={MAX_LEN}"));
    command.args(["-print_final_stats=1", "-timeout=10", "-rss_limit_mb=2048"]);
    Ok(command)
}

fn cargo_fuzz(tool: &Path, subcommand: &str) -> Command {
    let mut command = Command::new(tool);
    command.arg(subcommand).arg("--fuzz-dir").arg(fuzz_directory()).current_dir(workspace());
    command
}

fn options(command: &mut Command) -> &mut Command {
    command.args(["--sanitizer", "none", "--target-dir"]).arg(workspace().join("target/fuzz"))
}

fn fuzz_directory() -> PathBuf {
    workspace().join("crates/resp-proto/fuzz")
}

/// A number of libFuzzer's final statistics: `stat::NAME: 123`.
fn statistic(printed: &str, name: &str) -> Option<String> {
    let printed = plain(printed);
    let value = |line: &str| {
        line.strip_prefix("stat::")?.strip_prefix(name)?.strip_prefix(':').map(str::trim).map(str::to_owned)
    };
    printed.lines().find_map(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_final_statistics_are_read() {
        let printed =
            "Done 12 runs\nstat::number_of_executed_units: 12\nstat::peak_rss_mb:              27\n";
        assert_eq!(statistic(printed, "number_of_executed_units"), Some("12".to_owned()));
        assert_eq!(statistic(printed, "peak_rss_mb"), Some("27".to_owned()));
        assert_eq!(statistic(printed, "slowest_unit_time_sec"), None);
    }
}
