//! What TCP and Unix sockets share once they are connected.
//!
//! The socket stays in blocking mode, so that a call with one caller costs one `send` and one `recv`. Writes never block:
//! what does not fit is the sign for the caller to read as well. Reads wait in the kernel, bounded by `SO_RCVTIMEO`.
//!
//! That option is left alone as long as it is good enough: it is lowered when it would overrun the deadline, and raised
//! only after it has fired too early. Calls with one and the same timeout thus never touch it. It fires some milliseconds
//! late, since the kernel counts it in ticks; so it is set to end a little before the deadline, and `poll`, which is exact,
//! waits for the rest.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};
use socket2::Socket;

use super::{Condition, Readiness, Transport};
use crate::Deadline;

/// How long before the deadline `SO_RCVTIMEO` is to end; the time that is left then is waited for by `poll`.
const MARGIN: Duration = Duration::from_millis(10);

/// By how much it may end later than that before it is worth a `setsockopt`.
const SLACK: Duration = Duration::from_millis(5);

pub(crate) struct SocketTransport {
    socket: Socket,
    /// `SO_RCVTIMEO` in microseconds, 0 for none. Only the reader changes it.
    patience: AtomicU64,
    shut: AtomicBool,
}

impl SocketTransport {
    pub(crate) fn new(socket: Socket) -> Self {
        SocketTransport { socket, patience: AtomicU64::new(0), shut: AtomicBool::new(false) }
    }

    fn be_patient_for(&self, remaining: Option<Duration>, fired: bool) -> io::Result<()> {
        let set = self.patience.load(Ordering::Relaxed);
        let wanted = match remaining {
            None => 0,
            Some(remaining) => u64::try_from(remaining.as_micros()).unwrap_or(u64::MAX).max(1),
        };
        let too_long = wanted != 0 && (set == 0 || set.saturating_sub(wanted) > SLACK.as_micros() as u64);
        let too_short = fired && set != 0 && (wanted == 0 || wanted > set);
        if too_long || too_short {
            self.socket.set_read_timeout((wanted != 0).then(|| Duration::from_micros(wanted)))?;
            self.patience.store(wanted, Ordering::Relaxed);
        }
        Ok(())
    }

    /// After a shutdown from this side the kernel reports an orderly end or a broken pipe; say who did it.
    fn explain(&self, result: Result<usize, Errno>) -> io::Result<usize> {
        match result {
            Ok(0) | Err(Errno::PIPE | Errno::CONNRESET | Errno::NOTCONN)
                if self.shut.load(Ordering::Acquire) =>
            {
                Err(io::ErrorKind::NotConnected.into())
            }
            other => other.map_err(io::Error::from),
        }
    }
}

impl Transport for SocketTransport {
    fn read(&self, buffer: &mut [u8], deadline: Deadline) -> io::Result<usize> {
        let mut fired = false;
        loop {
            let remaining = deadline.remaining();
            if remaining == Some(Duration::ZERO) {
                return match self.try_read(buffer) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        Err(io::ErrorKind::TimedOut.into())
                    }
                    other => other,
                };
            }
            if remaining.is_some_and(|left| left < MARGIN * 2) {
                self.wait(Readiness::READ, deadline)?;
                match self.try_read(buffer) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                    other => return other,
                }
            }
            self.be_patient_for(remaining.map(|left| left.saturating_sub(MARGIN)), fired)?;
            match recv(&self.socket, &mut *buffer, RecvFlags::empty()) {
                Err(Errno::AGAIN) => fired = true,
                Err(Errno::INTR) => {}
                other => return self.explain(other.map(|(count, _)| count)),
            }
        }
    }

    fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match recv(&self.socket, &mut *buffer, RecvFlags::DONTWAIT) {
                Err(Errno::INTR) => {}
                other => return self.explain(other.map(|(count, _)| count)),
            }
        }
    }

    fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match send(&self.socket, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL) {
                Err(Errno::INTR) => {}
                other => return self.explain(other),
            }
        }
    }

    fn wait(&self, interest: Readiness, deadline: Deadline) -> io::Result<Readiness> {
        let mut events = PollFlags::empty();
        events.set(PollFlags::IN, interest.read);
        events.set(PollFlags::OUT, interest.write);
        loop {
            let remaining = deadline.remaining();
            let limit = remaining.map(|left| Timespec {
                tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: i64::from(left.subsec_nanos()),
            });
            let mut sockets = [PollFd::new(&self.socket, events)];
            match poll(&mut sockets, limit.as_ref()) {
                Ok(0) => return Err(io::ErrorKind::TimedOut.into()),
                Ok(_) => {
                    let [socket] = sockets;
                    let happened = socket.revents();
                    let broken = happened.intersects(PollFlags::ERR | PollFlags::HUP | PollFlags::NVAL);
                    return Ok(Readiness {
                        read: broken || happened.contains(PollFlags::IN),
                        write: broken || happened.contains(PollFlags::OUT),
                    });
                }
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn condition(&self) -> Condition {
        let mut byte = [0];
        loop {
            return match recv(&self.socket, &mut byte, RecvFlags::PEEK | RecvFlags::DONTWAIT) {
                Ok((0, _)) => Condition::Closed,
                Ok(_) => Condition::Unread,
                Err(Errno::AGAIN) => Condition::Quiet,
                Err(Errno::INTR) => continue,
                Err(_) => Condition::Closed,
            };
        }
    }

    fn shutdown(&self) {
        self.shut.store(true, Ordering::Release);
        // The peer may have gone before: then there is nothing left to end.
        let _ = self.socket.shutdown(std::net::Shutdown::Both);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use socket2::{Domain, Type};

    fn pair() -> (SocketTransport, SocketTransport) {
        let (ours, theirs) = Socket::pair(Domain::UNIX, Type::STREAM, None).unwrap();
        (SocketTransport::new(ours), SocketTransport::new(theirs))
    }

    fn after(millis: u64) -> Deadline {
        Deadline::after(Duration::from_millis(millis))
    }

    fn set(transport: &SocketTransport) -> u64 {
        transport.patience.load(Ordering::Relaxed)
    }

    #[test]
    fn the_sockets_timeout_is_touched_only_when_it_must_be() {
        let (ours, theirs) = pair();
        let mut buffer = [0; 8];
        let mut read = |deadline| {
            theirs.try_write(b"x").unwrap();
            ours.read(&mut buffer, deadline).unwrap();
            set(&ours)
        };
        assert_eq!(read(after(15)), 0, "poll does for a short one");
        let first = read(after(5000));
        assert!((4_900_000..=5_000_000).contains(&first), "{first}");
        assert_eq!((0..100).map(|_| read(after(5000))).filter(|set| *set != first).count(), 0);
        let lowered = read(after(500));
        assert!((400_000..=500_000).contains(&lowered), "{lowered}");
        // Raised only once it has fired too early.
        assert_eq!((read(after(5000)), read(Deadline::NEVER)), (lowered, lowered));
    }

    #[test]
    fn a_timeout_that_fires_too_early_does_not_end_the_read() {
        let (ours, theirs) = pair();
        let mut buffer = [0; 8];
        assert_eq!(ours.read(&mut buffer, after(40)).unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!((1..=30_000).contains(&set(&ours)), "{}", set(&ours));
        let writer = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(100));
            theirs.try_write(b"late").unwrap();
            theirs
        });
        assert_eq!(ours.read(&mut buffer, after(20_000)).unwrap(), 4);
        assert!(set(&ours) > 1_000_000, "{}", set(&ours));
        drop(writer.join().unwrap());
        assert_eq!(ours.condition(), Condition::Closed);
    }

    #[test]
    fn what_is_there_is_read_even_when_the_deadline_has_passed() {
        let (ours, theirs) = pair();
        theirs.try_write(b"x").unwrap();
        assert_eq!(ours.condition(), Condition::Unread);
        assert_eq!(ours.read(&mut [0; 8], after(0)).unwrap(), 1);
        assert_eq!(ours.condition(), Condition::Quiet);
        assert_eq!(ours.read(&mut [0; 8], after(0)).unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn a_full_socket_is_waited_for_in_both_directions() {
        let (ours, theirs) = pair();
        while ours.try_write(&[0; 65536]).is_ok() {}
        assert_eq!(ours.try_write(b"x").unwrap_err().kind(), io::ErrorKind::WouldBlock);
        assert_eq!(ours.wait(Readiness::BOTH, after(5)).unwrap_err().kind(), io::ErrorKind::TimedOut);
        theirs.try_write(b"x").unwrap();
        assert_eq!(ours.wait(Readiness::BOTH, after(5000)).unwrap(), Readiness::READ);
        ours.try_read(&mut [0; 8]).unwrap();
        while theirs.try_read(&mut [0; 65536]).is_ok() {}
        assert_eq!(ours.wait(Readiness::BOTH, after(5000)).unwrap(), Readiness::WRITE);
        ours.shutdown();
        assert_eq!(ours.try_write(b"x").unwrap_err().kind(), io::ErrorKind::NotConnected);
        assert_eq!(ours.try_read(&mut [0; 8]).unwrap_err().kind(), io::ErrorKind::NotConnected);
    }
}
