//! `cargo xtask test`: every suite there is, with a table at the end.
//!
//! One private server serves all tests of a suite that share one; the environment names it to their processes (see
//! `redispy_testkit::SharedServer`). Tests that torment servers start their own, of the same program.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use redispy_testkit::{Binaries, RELEASES, Release};

use crate::Outcome;
use crate::host::Host;
use crate::run::{capture, cargo, step, watch, watch_within, workspace};
use crate::summary::{self, Row, counts};

/// The test targets that need a server, and run once for each server asked for.
const LIVE: [&str; 2] = ["live", "faults"];

/// How long one example may run.
const EXAMPLE_LIMIT: Duration = Duration::from_secs(120);

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Arguments {
    /// Servers for the live tests: `default`, `all`, or names such as `valkey-9.1.2,redis-7`
    #[arg(long, value_delimiter = ',', default_value = "default")]
    pub(crate) servers: Vec<String>,
    /// Only these suites
    #[arg(long, value_delimiter = ',')]
    pub(crate) only: Vec<Suite>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Suite {
    /// Unit, wire, property and compile-fail tests
    Unit,
    /// Examples in the documentation
    Doc,
    /// Programs in examples/: all are built, those of the facade are run
    Examples,
    /// Tests against real servers
    Live,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let rows = rows(arguments)?;
    Ok(summary::print(&rows))
}

/// Runs the suites and gives their rows of the table.
pub(crate) fn rows(arguments: &Arguments) -> Result<Vec<Row>, Box<dyn Error>> {
    let wanted = |suite: Suite| arguments.only.is_empty() || arguments.only.contains(&suite);
    // Before anything is built: a wrong name or a missing server is better told at once.
    let servers = select(&arguments.servers)?;
    let runner = Runner::find();
    let targets = TestTargets::find(&workspace())?;
    let mut rows = Vec::new();
    if wanted(Suite::Unit) {
        step("unit, wire, property and compile-fail tests");
        let default = Host::start(default_binaries(&servers)?)?;
        rows.push(tests("unit", "", default.environment(&mut runner.unit(&targets)))?);
    }
    if wanted(Suite::Doc) {
        step("examples in the documentation");
        let default = Host::start(default_binaries(&servers)?)?;
        let mut command =
            cargo(&["test", "--workspace", "--exclude", "redispy-benches", "--all-features", "--doc"]);
        rows.push(tests("doc", "", default.environment(&mut command))?);
    }
    if wanted(Suite::Examples) {
        rows.push(examples(default_binaries(&servers)?)?);
    }
    if wanted(Suite::Live) && !targets.live.is_empty() {
        for (name, binaries) in &servers {
            step(&format!("live tests on {name}"));
            let host = Host::start(binaries.clone())?;
            rows.push(tests("live", name, host.environment(&mut runner.live(&targets)))?);
            if Some(name) == servers.first().map(|(name, _)| name) {
                step(&format!("the same, each call on a connection to itself, on {name}"));
                let host = Host::start(binaries.clone())?;
                let mut command = runner.live(&targets);
                command.env("REDISPY_TEST_MODE", "pooled");
                rows.push(tests("live, pooled", name, host.environment(&mut command))?);
            }
        }
    }
    Ok(rows)
}

/// The servers with these names, each with the name for the table.
fn select(names: &[String]) -> Result<Vec<(String, Binaries)>, Box<dyn Error>> {
    let mut selected = Vec::new();
    for name in names {
        match name.as_str() {
            "default" => {
                let binaries = Binaries::default_server()?;
                let label = format!("{} {}", binaries.family(), binaries.version());
                selected.push((label, binaries));
            }
            "all" => {
                for release in &RELEASES {
                    selected.push((release.to_string(), release.binaries()?));
                }
            }
            name => {
                let release = release_called(name).ok_or_else(|| {
                    let known: Vec<_> = RELEASES.iter().map(Release::name).collect();
                    format!("no server is called {name}: there are default, all, {}", known.join(", "))
                })?;
                selected.push((release.to_string(), release.binaries()?));
            }
        }
    }
    Ok(selected)
}

/// The release of that name, or the only one whose name begins so.
fn release_called(name: &str) -> Option<&'static Release> {
    let mut matching = RELEASES.iter().filter(|release| release.name().starts_with(name));
    match (Release::by_name(name), matching.next(), matching.next()) {
        (Some(exact), ..) => Some(exact),
        (None, Some(only), None) => Some(only),
        _ => None,
    }
}

/// For the suites that are not repeated: the first server asked for.
fn default_binaries(servers: &[(String, Binaries)]) -> Result<Binaries, Box<dyn Error>> {
    match servers.first() {
        Some((_, binaries)) => Ok(binaries.clone()),
        None => Ok(Binaries::default_server()?),
    }
}

/// Who runs tests: cargo-nextest where it is installed, else `cargo test`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Runner {
    Nextest,
    CargoTest,
}

impl Runner {
    fn find() -> Runner {
        match capture(&mut cargo(&["nextest", "--version"])) {
            Ok(_) => Runner::Nextest,
            Err(_) => Runner::CargoTest,
        }
    }

    fn unit(self, targets: &TestTargets) -> Command {
        let mut command = self.base();
        match self {
            Runner::Nextest => {
                // nextest refuses a filter with a name that no test target has.
                let live: Vec<_> = targets.live.iter().map(|name| format!("binary(={name})")).collect();
                if !live.is_empty() {
                    command.arg("-E").arg(format!("not ({})", live.join(" or ")));
                }
            }
            Runner::CargoTest => {
                command.args(["--lib", "--bins"]);
                command.args(targets.unit.iter().flat_map(|name| ["--test", name]));
                command.args(ONE_AT_A_TIME);
            }
        }
        command
    }

    fn live(self, targets: &TestTargets) -> Command {
        let mut command = self.base();
        command.args(targets.live.iter().flat_map(|name| ["--test", name]));
        if self == Runner::CargoTest {
            command.args(ONE_AT_A_TIME);
        }
        command
    }

    fn base(self) -> Command {
        let workspace = ["--workspace", "--exclude", "redispy-benches", "--all-features"];
        let mut command = match self {
            Runner::Nextest => cargo(&["nextest", "run"]),
            Runner::CargoTest => cargo(&["test", "--no-fail-fast"]),
        };
        command.args(workspace);
        command
    }
}

/// `cargo test` runs the tests of a binary in one process, where counts of threads and descriptors need them alone.
const ONE_AT_A_TIME: [&str; 2] = ["--", "--test-threads=1"];

/// The integration tests of all crates by name, each name once.
#[derive(Debug, PartialEq, Eq)]
struct TestTargets {
    unit: Vec<String>,
    live: Vec<String>,
}

impl TestTargets {
    /// Looks for what Cargo takes for a test: `tests/NAME.rs` and `tests/NAME/main.rs`.
    fn find(workspace: &Path) -> Result<TestTargets, Box<dyn Error>> {
        let mut names = Vec::new();
        for member in fs::read_dir(workspace.join("crates"))? {
            names.extend(targets(&member?.path().join("tests"))?);
        }
        names.sort();
        names.dedup();
        let (live, unit) = names.into_iter().partition(|name| LIVE.contains(&name.as_str()));
        Ok(TestTargets { unit, live })
    }
}

/// The names of the programs in a directory such as `tests` or `examples`, sorted.
fn targets(directory: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut names = Vec::new();
    if directory.is_dir() {
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            let is_target =
                path.extension().is_some_and(|extension| extension == "rs") || path.join("main.rs").is_file();
            if let (true, Some(name)) = (is_target, path.file_stem().and_then(|name| name.to_str())) {
                names.push(name.to_owned());
            }
        }
    }
    names.sort();
    Ok(names)
}

/// Runs a test runner and reads its counts.
fn tests(suite: &str, server: &str, command: &mut Command) -> Result<Row, Box<dyn Error>> {
    let ran = watch(command)?;
    let (passed, failed) = counts(&ran.printed);
    Ok(Row {
        suite: suite.to_owned(),
        server: server.to_owned(),
        passed,
        failed,
        code: ran.code,
        time: ran.time,
    })
}

/// Builds the examples of all crates, and runs those of the facade against a private server.
fn examples(binaries: Binaries) -> Result<Row, Box<dyn Error>> {
    let start = Instant::now();
    step("building all examples");
    let built = watch(&mut cargo(&["build", "--workspace", "--exclude", "redispy-benches", "--examples"]))?;
    let (mut passed, mut failed, mut code) = (0, 0, built.code);
    if built.code == 0 {
        let host = Host::start(binaries)?;
        for name in targets(&workspace().join("crates/redispy/examples"))? {
            step(&format!("example {name}"));
            let mut command = cargo(&["run", "--quiet", "--package", "redispy", "--example", &name]);
            let ran = watch_within(host.environment(&mut command), EXAMPLE_LIMIT)?;
            match ran.code {
                0 => passed += 1,
                failure => {
                    failed += 1;
                    code = failure;
                }
            }
        }
    }
    let (suite, server) = ("examples".to_owned(), String::new());
    Ok(Row { suite, server, passed, failed, code, time: start.elapsed() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_found_by_its_name_or_by_a_beginning_that_only_it_has() {
        let name = |asked: &str| release_called(asked).map(Release::name);
        assert_eq!(name("valkey"), Some("valkey-9.1.2".to_owned()));
        assert_eq!(name("redis-7"), Some("redis-7.0.15".to_owned()));
        assert_eq!(name("redis-6.2.5"), Some("redis-6.2.5".to_owned()));
        assert_eq!(name("redis"), None);
        assert_eq!(name("keydb"), None);
    }

    #[test]
    fn a_server_that_nobody_knows_is_an_error_with_the_known_names() {
        let error = select(&["keydb".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("keydb") && error.contains("valkey-9.1.2"), "{error}");
    }

    #[test]
    fn live_tests_are_told_from_the_others_by_the_name_of_their_target() {
        let found = TestTargets::find(&workspace()).unwrap();
        assert!(found.live.contains(&"live".to_owned()), "{found:?}");
        assert!(found.unit.contains(&"proxy".to_owned()), "{found:?}");
        assert!(!found.unit.contains(&"live".to_owned()), "{found:?}");
    }
}
