//! One server process that cannot outlive its test.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};

/// The shell keeps a pipe from the test open in a child of its own, the watchdog, and becomes the server. However the
/// test ends, the system closes the pipe; the watchdog then reads its end, kills the server and removes its
/// directory. (It ignores SIGHUP: that is what the system sends to a group that has a stopped member and loses its
/// last tie to a session.) A line in the pipe dismisses the watchdog: the test itself has killed the server.
const WATCHDOG: &str = r#"
exec 3<&0
( trap '' HUP INT TERM; read -r dismissed <&3 || { kill -9 $$; rm -rf -- "$0"; } ) >/dev/null 2>&1 &
exec "$@" 3<&- </dev/null
"#;

/// A running server; killed when dropped, or when the process that started it ends in any way.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    /// Closing it kills the server.
    lifeline: Option<ChildStdin>,
    log: PathBuf,
}

impl Process {
    /// Starts `command` with `directory` as its place, which is removed if the test dies without clearing up.
    pub(crate) fn spawn(command: &Command, directory: &Path) -> io::Result<Process> {
        let log = directory.join("log");
        let output = File::options().create(true).append(true).open(&log)?;
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(WATCHDOG).arg(directory).arg(command.get_program()).args(command.get_args());
        for (key, value) in command.get_envs() {
            match value {
                Some(value) => shell.env(key, value),
                None => shell.env_remove(key),
            };
        }
        // A group of its own: what a terminal or a test runner sends to the test's group must not reach the watchdog.
        shell.process_group(0).current_dir(directory);
        shell.stdin(Stdio::piped()).stdout(output.try_clone()?).stderr(output);
        let mut child = shell.spawn()?;
        let lifeline = child.stdin.take();
        Ok(Process { child, lifeline, log })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// How the server ended, if it has.
    pub(crate) fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        let status = self.child.try_wait()?;
        if status.is_some() {
            self.dismiss();
        }
        Ok(status)
    }

    pub(crate) fn signal(&self, signal: Signal) -> io::Result<()> {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        let pid = pid.ok_or_else(|| io::Error::other("a process id out of range"))?;
        kill_process(pid, signal).map_err(io::Error::from)
    }

    /// The state letter of `/proc/PID/stat`: `R` running, `S` sleeping, `T` stopped, `Z` dead.
    pub(crate) fn state(&self) -> io::Result<char> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name before it stands in brackets and may hold anything.
        let state = stat.rsplit_once(')').and_then(|(_, rest)| rest.trim_start().chars().next());
        state.ok_or_else(|| io::Error::other("no state in /proc/PID/stat"))
    }

    /// Everything the server printed so far.
    pub(crate) fn log(&self) -> String {
        fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// Kills the server at once, stopped or not, and waits until it is gone.
    pub(crate) fn kill(&mut self) -> io::Result<()> {
        if self.ended()?.is_some() {
            return Ok(());
        }
        self.child.kill()?;
        // Before the process id is free for reuse, or the watchdog might kill a stranger.
        self.dismiss();
        self.child.wait().map(drop)
    }

    fn dismiss(&mut self) {
        if let Some(mut lifeline) = self.lifeline.take() {
            // A watchdog that is gone needs no dismissal.
            let _gone = lifeline.write_all(b"\n");
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Fails only if the process is gone.
        let _gone = self.kill();
    }
}
