//! Unix sockets.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, SockAddr, Socket, Type};

use super::socket::SocketTransport;
use super::{Attempt, Connector, Transport, wrong_address};
use crate::{Address, Error, Outcome, Phase, Result};

/// Opens Unix sockets.
#[derive(Debug, Clone, Copy, Default)]
pub struct UnixConnector;

impl Connector for UnixConnector {
    fn connect(&self, address: &Address, attempt: &Attempt) -> Result<Arc<dyn Transport>> {
        let Address::Unix { path } = address else { return Err(wrong_address(address)) };
        let deadline = attempt.deadline();
        let timed_out = || Error::timeout(Phase::Connect, Outcome::NotSent, deadline).with_address(address);
        let failed = |cause| Error::connect(Phase::Connect, cause).with_address(address);
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None).map_err(failed)?;
        let target = SockAddr::unix(path).map_err(failed)?;
        loop {
            let remaining = deadline.remaining();
            if remaining == Some(Duration::ZERO) {
                return Err(timed_out());
            }
            // With a full backlog connect() waits for as long as a write would.
            socket.set_write_timeout(remaining).map_err(failed)?;
            match socket.connect(&target) {
                Ok(()) => return Ok(Arc::new(SocketTransport::new(socket))),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(timed_out()),
                Err(error) => return Err(failed(error)),
            }
        }
    }
}
