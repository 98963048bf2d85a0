//! Where it was measured, and with what.

use std::fs;
use std::process::Command;

use redispy_testkit::Server;

/// The lock file names the versions that were compiled in.
const LOCK: &str = include_str!("../../../../Cargo.lock");

/// One line: processor, cores, kernel, server, day, and how busy the machine was. No names of hosts.
pub(crate) fn describe(server: &Server) -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("unknown processor", |rest| rest.trim_start_matches(['\t', ' ', ':']));
    let cores = cpus.lines().filter(|line| line.starts_with("processor")).count();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    // The release alone: what follows it names a build.
    let kernel = kernel.trim().split('-').next().unwrap_or_default().to_owned();
    let date = Command::new("date").args(["-u", "+%Y-%m-%d"]).output();
    let date =
        date.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    format!(
        "{cores} cores of {model}, Linux {kernel}, {} {} on loopback TCP, {date}, load average {load} before it began",
        server.family(),
        server.version()
    )
}

/// The version of a package that is compiled in.
pub(crate) fn version(package: &str) -> Option<&'static str> {
    if package == "hiredis" {
        return option_env!("HIREDIS_VERSION");
    }
    let name = format!("name = \"{package}\"");
    let mut lines = LOCK.lines().skip_while(|line| *line != name);
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_of_the_lock_file() {
        assert_eq!(version("redispy"), Some(env!("CARGO_PKG_VERSION")));
        assert!(version("redis").unwrap().starts_with("1."));
        assert_eq!(version("no-such-package"), None);
    }
}
