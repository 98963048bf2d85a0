//! Running programs: from the workspace's directory, watched, with what they print passed on and kept.

use std::error::Error;
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What a program did.
#[derive(Debug)]
pub(crate) struct Ran {
    /// Its exit code; 1 when a signal ended it.
    pub(crate) code: u8,
    /// What it printed, errors and colours included.
    pub(crate) printed: String,
    pub(crate) time: Duration,
}

/// The workspace's directory.
pub(crate) fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// `cargo` of the toolchain that runs this, in the workspace's directory.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(workspace());
    if io::stderr().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    command
}

/// Says what happens next.
pub(crate) fn step(what: &str) {
    eprintln!("\n=== {what}");
}

/// Runs a program to its end; what it prints is passed on as it comes.
pub(crate) fn watch(command: &mut Command) -> Result<Ran, Box<dyn Error>> {
    watch_within(command, Duration::MAX)
}

/// The same, but the program is killed when it is not done after `limit`.
pub(crate) fn watch_within(command: &mut Command, limit: Duration) -> Result<Ran, Box<dyn Error>> {
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    let output = child.stdout.take().map(|pipe| thread::spawn(move || pass_on(pipe, io::stdout())));
    let errors = child.stderr.take().map(|pipe| thread::spawn(move || pass_on(pipe, io::stderr())));
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > limit {
            eprintln!("xtask: not done after {limit:?}: killed");
            child.kill()?;
        }
        thread::sleep(Duration::from_millis(10));
    };
    let mut printed = String::new();
    for reader in [output, errors].into_iter().flatten() {
        printed += &reader.join().unwrap_or_default();
    }
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Ok(Ran { code, printed, time: start.elapsed() })
}

/// Runs a program whose output is wanted and not shown.
pub(crate) fn capture(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let program = command.get_program().display().to_string();
    let output = command.output().map_err(|error| format!("{program}: {error}"))?;
    if !output.status.success() {
        // Tests tell on the one which of them failed, compilers on the other why.
        let (told, errors) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        return Err(format!("{program}: {}\n{told}{errors}", output.status).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Passes lines on as they come, and gives all of them at the end.
fn pass_on(pipe: impl Read, mut to: impl Write) -> String {
    let mut all = Vec::new();
    let mut pipe = BufReader::new(pipe);
    loop {
        let start = all.len();
        match pipe.read_until(b'\n', &mut all) {
            Ok(1..) => {
                // A reader of ours that has gone away is no reason to stop the tests.
                let _nobody_listens = to.write_all(all.get(start..).unwrap_or_default());
            }
            _ => return String::from_utf8_lossy(&all).into_owned(),
        }
    }
}
