//! Two ends that talk to each other in memory: the wire of tests.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Condition, Readiness, Transport};
use crate::Deadline;

/// One end of a connection in memory; what it writes the other end reads. Dropping an end closes it.
///
/// ```
/// use redispy_conn::{Deadline, MemoryTransport, Transport};
///
/// let (ours, theirs) = MemoryTransport::pair(1024);
/// assert_eq!(ours.try_write(b"PING")?, 4);
/// let mut buffer = [0; 16];
/// assert_eq!(theirs.read(&mut buffer, Deadline::NEVER)?, 4);
/// # std::io::Result::Ok(())
/// ```
pub struct MemoryTransport {
    wire: Arc<Wire>,
    me: Side,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

struct Wire {
    capacity: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    left: End,
    right: End,
}

/// What one end can see.
#[derive(Default)]
struct End {
    unread: VecDeque<u8>,
    shut: bool,
}

impl State {
    fn end(&mut self, side: Side) -> &mut End {
        match side {
            Side::Left => &mut self.left,
            Side::Right => &mut self.right,
        }
    }
}

impl Side {
    fn other(self) -> Side {
        match self {
            Side::Left => Side::Right,
            Side::Right => Side::Left,
        }
    }
}

impl MemoryTransport {
    /// Both ends of a new connection, which holds up to `capacity` bytes in each direction.
    pub fn pair(capacity: usize) -> (MemoryTransport, MemoryTransport) {
        let wire = Arc::new(Wire { capacity, state: Mutex::default(), changed: Condvar::new() });
        (
            MemoryTransport { wire: Arc::clone(&wire), me: Side::Left },
            MemoryTransport { wire, me: Side::Right },
        )
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.wire.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn readiness(&self, state: &mut State) -> Readiness {
        let gone = state.left.shut || state.right.shut;
        let read = gone || !state.end(self.me).unread.is_empty();
        let write = gone || state.end(self.me.other()).unread.len() < self.wire.capacity;
        Readiness { read, write }
    }
}

impl Transport for MemoryTransport {
    fn read(&self, buffer: &mut [u8], deadline: Deadline) -> io::Result<usize> {
        loop {
            match self.try_read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.wait(Readiness::READ, deadline)?
                }
                other => return other,
            };
        }
    }

    fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.lock();
        if state.end(self.me).shut {
            return Err(io::ErrorKind::NotConnected.into());
        }
        let closed = state.end(self.me.other()).shut;
        let unread = &mut state.end(self.me).unread;
        if unread.is_empty() {
            return if closed { Ok(0) } else { Err(io::ErrorKind::WouldBlock.into()) };
        }
        let mut count = 0;
        for (place, byte) in buffer.iter_mut().zip(unread.iter()) {
            *place = *byte;
            count += 1;
        }
        unread.drain(..count);
        self.wire.changed.notify_all();
        Ok(count)
    }

    fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.lock();
        if state.end(self.me).shut {
            return Err(io::ErrorKind::NotConnected.into());
        }
        if state.end(self.me.other()).shut {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let peer = &mut state.end(self.me.other()).unread;
        let count = bytes.len().min(self.wire.capacity.saturating_sub(peer.len()));
        if count == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        peer.extend(bytes.iter().take(count));
        self.wire.changed.notify_all();
        Ok(count)
    }

    fn wait(&self, interest: Readiness, deadline: Deadline) -> io::Result<Readiness> {
        let mut state = self.lock();
        loop {
            let now = self.readiness(&mut state);
            let ready = Readiness { read: now.read && interest.read, write: now.write && interest.write };
            if ready.read || ready.write {
                return Ok(ready);
            }
            state = match deadline.remaining() {
                Some(Duration::ZERO) => return Err(io::ErrorKind::TimedOut.into()),
                Some(left) => {
                    self.wire.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.wire.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    fn condition(&self) -> Condition {
        let mut state = self.lock();
        if !state.end(self.me).unread.is_empty() {
            Condition::Unread
        } else if state.left.shut || state.right.shut {
            Condition::Closed
        } else {
            Condition::Quiet
        }
    }

    fn shutdown(&self) {
        self.lock().end(self.me).shut = true;
        self.wire.changed.notify_all();
    }
}

impl Drop for MemoryTransport {
    fn drop(&mut self) {
        self.shutdown();
    }
}

impl fmt::Debug for MemoryTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryTransport").field("side", &self.me).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::thread;

    fn soon() -> Deadline {
        Deadline::after(Duration::from_secs(10))
    }

    #[test]
    fn bytes_cross_in_order_and_a_full_wire_takes_no_more() {
        let (ours, theirs) = MemoryTransport::pair(4);
        assert_eq!(ours.try_write(b"abcdef").unwrap(), 4);
        assert_eq!(ours.try_write(b"ef").unwrap_err().kind(), io::ErrorKind::WouldBlock);
        let mut buffer = [0; 3];
        assert_eq!(theirs.read(&mut buffer, soon()).unwrap(), 3);
        assert_eq!(&buffer, b"abc");
        assert_eq!(ours.wait(Readiness::WRITE, soon()).unwrap(), Readiness::WRITE);
        assert_eq!(ours.try_write(b"ef").unwrap(), 2);
        assert_eq!(theirs.try_read(&mut buffer).unwrap(), 3);
        assert_eq!(&buffer, b"def");
        assert_eq!(theirs.try_read(&mut buffer).unwrap_err().kind(), io::ErrorKind::WouldBlock);
    }

    #[test]
    fn a_read_ends_at_its_deadline_or_when_either_side_closes() {
        let (ours, theirs) = MemoryTransport::pair(4);
        let mut buffer = [0; 4];
        let error = ours.read(&mut buffer, Deadline::after(Duration::from_millis(5))).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(ours.condition(), Condition::Quiet);
        theirs.try_write(b"x").unwrap();
        assert_eq!(ours.condition(), Condition::Unread);
        drop(theirs);
        assert_eq!(ours.read(&mut buffer, soon()).unwrap(), 1);
        assert_eq!(ours.condition(), Condition::Closed);
        assert_eq!(ours.read(&mut buffer, soon()).unwrap(), 0);
        assert_eq!(ours.try_write(b"x").unwrap_err().kind(), io::ErrorKind::BrokenPipe);

        let (ours, _theirs) = MemoryTransport::pair(4);
        let ours = Arc::new(ours);
        let (ready, begun) = mpsc::channel();
        let reader = thread::spawn({
            let ours = Arc::clone(&ours);
            move || {
                ready.send(()).unwrap();
                ours.read(&mut [0; 4], soon()).unwrap_err().kind()
            }
        });
        begun.recv().unwrap();
        ours.shutdown();
        assert_eq!(reader.join().unwrap(), io::ErrorKind::NotConnected);
    }
}
