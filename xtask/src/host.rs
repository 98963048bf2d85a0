//! A private server for the programs that a command runs.

use std::error::Error;
use std::process::Command;

use redispy_testkit::{Binaries, Server, SharedServer, TEST_ADDR, TEST_UNIX};

/// A server that nobody else knows of; gone with this value, and with the command however it ends.
pub(crate) struct Host {
    server: Server,
}

impl Host {
    pub(crate) fn start(binaries: Binaries) -> Result<Host, Box<dyn Error>> {
        Ok(Host { server: SharedServer::start_with(Server::builder().binaries(binaries))? })
    }

    /// Tells a program of the server: `REDIS_URL` for examples, the others for tests.
    pub(crate) fn environment<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command
            .env("REDISPY_SERVER", self.server.binaries().server())
            .env(TEST_ADDR, self.server.addr().to_string())
            .env(TEST_UNIX, self.server.unix())
            .env("REDIS_URL", self.server.url())
    }
}
