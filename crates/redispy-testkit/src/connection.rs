//! A plain connection for looking at a server from the outside: no pool, no retry, nothing of the client under test.

use std::io::{self, Read, Write};
use std::time::Duration;

use resp_proto::{Decoder, Frame, encode_command};

use crate::wire::{Endpoint, Stream};
use crate::{Error, escape};

/// How long one command of a test's own may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection of the test itself; speaks RESP2 unless told `HELLO 3`.
#[derive(Debug)]
pub struct Connection {
    stream: Stream,
    decoder: Decoder,
    peer: String,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    ///
    /// Nothing listens there.
    pub fn open(endpoint: &Endpoint) -> Result<Connection, Error> {
        let open = || -> io::Result<Stream> {
            let stream = endpoint.connect(PATIENCE)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            Ok(stream)
        };
        let stream = open().map_err(Error::io(format!("connect to {endpoint}")))?;
        Ok(Connection { stream, decoder: Decoder::default(), peer: endpoint.to_string() })
    }

    /// How long [`receive`](Self::receive) and [`command`](Self::command) wait; 10 s at first.
    ///
    /// # Errors
    ///
    /// A duration of zero.
    pub fn set_timeout(&self, timeout: Duration) -> Result<(), Error> {
        self.stream.set_read_timeout(Some(timeout)).map_err(Error::io("set a timeout"))
    }

    /// Sends one command and gives its reply.
    ///
    /// # Errors
    ///
    /// The reply is an error ([`Error::Refused`]), none came within 10 s, or the connection is lost.
    pub fn command<A: AsRef<[u8]>>(&mut self, args: impl IntoIterator<Item = A>) -> Result<Frame, Error> {
        let args: Vec<A> = args.into_iter().collect();
        let mut bytes = Vec::new();
        encode_command(&mut bytes, &args);
        self.send(&bytes)?;
        match self.receive()? {
            Frame::SimpleError(text) | Frame::BulkError(text) => Err(Error::Refused {
                command: args.first().map(|name| escape(name.as_ref())).unwrap_or_default(),
                text: String::from_utf8_lossy(&text).into_owned(),
            }),
            reply => Ok(reply),
        }
    }

    /// Sends bytes as they are.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub fn send(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.stream.write_all(bytes).map_err(Error::io(format!("write to {}", self.peer)))
    }

    /// The next whole reply, errors included.
    ///
    /// # Errors
    ///
    /// None came in time, the connection is lost, or what came is no RESP.
    pub fn receive(&mut self) -> Result<Frame, Error> {
        loop {
            let malformed = |error| Error::io(format!("read from {}", self.peer))(io::Error::other(error));
            if let Some(reply) = self.decoder.next_reply().map_err(malformed)? {
                return Ok(reply.into_frame());
            }
            let read = self.stream.read(self.decoder.space());
            match read.map_err(Error::io(format!("read from {}", self.peer)))? {
                0 => {
                    let closed = io::Error::from(io::ErrorKind::UnexpectedEof);
                    return Err(Error::io(format!("{} closed the connection", self.peer))(closed));
                }
                count => self.decoder.filled(count),
            }
        }
    }
}
