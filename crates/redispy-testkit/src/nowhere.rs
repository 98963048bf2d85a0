//! Addresses where no server answers: one refuses, one swallows.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use socket2::{Domain, Socket, Type};

/// An address of 127.0.0.1 that refuses connections for as long as this lives.
///
/// Its port is bound, so that no other process can take it, but nothing listens.
#[derive(Debug)]
pub struct Refusing {
    addr: SocketAddr,
    _bound: Socket,
}

impl Refusing {
    /// Takes a free port.
    ///
    /// # Panics
    ///
    /// The system has none left.
    #[track_caller]
    pub fn new() -> Refusing {
        match bound() {
            Ok((addr, socket)) => Refusing { addr, _bound: socket },
            Err(error) => panic!("bind a refusing port: {error}"),
        }
    }

    /// The address.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

impl Default for Refusing {
    fn default() -> Self {
        Refusing::new()
    }
}

/// An address of 127.0.0.1 where every connect hangs, as behind a firewall that drops packets.
///
/// It listens, never accepts, and its queue is full: the system leaves further connection requests unanswered.
#[derive(Debug)]
pub struct BlackHole {
    addr: SocketAddr,
    _listener: Socket,
    _queued: Vec<TcpStream>,
}

impl BlackHole {
    /// Takes a free port and fills its queue.
    ///
    /// # Panics
    ///
    /// The system has none left, or goes on accepting.
    #[track_caller]
    pub fn new() -> BlackHole {
        match BlackHole::filled() {
            Ok(hole) => hole,
            Err(error) => panic!("make a black hole: {error}"),
        }
    }

    /// The address.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    fn filled() -> io::Result<BlackHole> {
        let (addr, listener) = bound()?;
        listener.listen(0)?;
        let mut queued = Vec::new();
        // A queue of length 0 takes one connection on Linux; what hangs shows that it is full.
        while queued.len() < 16 {
            match TcpStream::connect_timeout(&addr, Duration::from_millis(50)) {
                Ok(stream) => queued.push(stream),
                Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                    return Ok(BlackHole { addr, _listener: listener, _queued: queued });
                }
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::other("the system goes on accepting"))
    }
}

impl Default for BlackHole {
    fn default() -> Self {
        BlackHole::new()
    }
}

fn bound() -> io::Result<(SocketAddr, Socket)> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
    let addr = socket.local_addr()?.as_socket();
    Ok((addr.ok_or_else(|| io::Error::other("no TCP address"))?, socket))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusing_address_refuses_at_once() {
        let nobody = Refusing::new();
        let error = TcpStream::connect(nobody.addr()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    }

    #[test]
    fn a_black_hole_lets_every_connect_hang() {
        let hole = BlackHole::new();
        for _ in 0..3 {
            let error = TcpStream::connect_timeout(&hole.addr(), Duration::from_millis(100)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        }
    }
}
