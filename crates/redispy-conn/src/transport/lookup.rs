//! Name lookup that a deadline can end.
//!
//! The system's resolver cannot be interrupted, so it runs on a thread of its own. When it hangs, the caller leaves at its
//! deadline; whoever asks for the same name meanwhile waits for the same thread, so that a resolver which hangs for
//! minutes holds one thread per name, not one per attempt.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::{fmt, io, thread};

use crate::{Deadline, Error, Outcome, Phase, Result};

/// Finds the addresses of a host name: what [`TcpConnector::with_lookup`](super::TcpConnector::with_lookup) takes.
pub type LookupFn = dyn Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync;

const NO_THREAD: &str = "cannot start a thread for the name lookup";

pub(super) struct Lookups {
    find: Arc<LookupFn>,
    running: Arc<Running>,
    /// Runs a lookup on a thread of its own.
    start: fn(Job) -> io::Result<()>,
}

type Job = Box<dyn FnOnce() + Send>;

/// The lookups under way, by host and port.
type Running = Mutex<HashMap<(String, u16), Arc<Answer>>>;

#[derive(Default)]
struct Answer {
    found: Mutex<Option<Result<Vec<SocketAddr>>>>,
    arrived: Condvar,
}

impl Lookups {
    pub(super) fn system() -> Self {
        Lookups::by(Arc::new(|host, port| Ok((host, port).to_socket_addrs()?.collect())))
    }

    pub(super) fn by(find: Arc<LookupFn>) -> Self {
        let start = |job: Job| thread::Builder::new().name("redispy-lookup".into()).spawn(job).map(drop);
        Lookups { find, running: Arc::default(), start }
    }

    /// The addresses of `host`, asked for anew each time; an IP address is its own answer.
    pub(super) fn find(&self, host: &str, port: u16, deadline: Deadline) -> Result<Vec<SocketAddr>> {
        if let Ok(ip) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(ip, port)]);
        }
        let answer = self.ask(host, port)?;
        let mut found = answer.found.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match &*found {
                Some(Ok(addresses)) if addresses.is_empty() => {
                    return Err(Error::connect(Phase::Lookup, io::Error::other("the name has no address")));
                }
                Some(result) => return result.clone(),
                None => {}
            }
            found = match deadline.remaining() {
                Some(left) if left.is_zero() => {
                    return Err(Error::timeout(Phase::Lookup, Outcome::NotSent, deadline));
                }
                Some(left) => {
                    answer.arrived.wait_timeout(found, left).unwrap_or_else(PoisonError::into_inner).0
                }
                None => answer.arrived.wait(found).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Joins a lookup of that name that is under way, or starts one.
    fn ask(&self, host: &str, port: u16) -> Result<Arc<Answer>> {
        let key = (host.to_owned(), port);
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = running.get(&key) {
            return Ok(Arc::clone(answer));
        }
        let answer = Arc::new(Answer::default());
        running.insert(key.clone(), Arc::clone(&answer));
        // When no thread can be started, what it was to own is dropped here and delivers this; that takes the lock.
        drop(running);
        let no_thread = |cause| Error::connect(Phase::Lookup, cause).with_text(NO_THREAD);
        let asked = Asked {
            answer: Arc::clone(&answer),
            running: Arc::clone(&self.running),
            key,
            result: Some(Err(no_thread(io::ErrorKind::WouldBlock.into()))),
        };
        let find = Arc::clone(&self.find);
        let job = move || {
            let mut asked = asked;
            asked.result = None;
            let result = find(&asked.key.0, asked.key.1);
            asked.result = Some(result.map_err(|cause| Error::connect(Phase::Lookup, cause)));
        };
        (self.start)(Box::new(job)).map_err(no_thread)?;
        Ok(answer)
    }
}

/// Delivers on drop, so that a lookup function that panics leaves nobody waiting.
struct Asked {
    answer: Arc<Answer>,
    running: Arc<Running>,
    key: (String, u16),
    result: Option<Result<Vec<SocketAddr>>>,
}

impl Drop for Asked {
    fn drop(&mut self) {
        let result = self.result.take().unwrap_or_else(|| {
            Err(Error::connect(Phase::Lookup, io::Error::other("the lookup function panicked")))
        });
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.get(&self.key).is_some_and(|current| Arc::ptr_eq(current, &self.answer)) {
            running.remove(&self.key);
        }
        drop(running);
        *self.answer.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        self.answer.arrived.notify_all();
    }
}

impl fmt::Debug for Lookups {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lookups")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;
    use std::time::{Duration, Instant};

    #[test]
    fn an_ip_address_needs_no_lookup() {
        let lookups = Lookups::by(Arc::new(|_, _| Err(io::Error::other("asked"))));
        let found = lookups.find("::1", 7, Deadline::NEVER).unwrap();
        assert_eq!(found, ["[::1]:7".parse().unwrap()]);
    }

    #[test]
    fn f065_a_hanging_resolver_costs_the_deadline_and_one_thread() {
        let (release, hang) = mpsc::channel::<()>();
        let hang = Mutex::new(hang);
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&asked);
        let lookups = Lookups::by(Arc::new(move |_, port| {
            counter.fetch_add(1, Ordering::SeqCst);
            let _ = hang.lock().unwrap().recv();
            Ok(vec![SocketAddr::new([127, 0, 0, 1].into(), port)])
        }));
        for _ in 0..3 {
            let begin = Instant::now();
            let error = lookups.find("slow.test", 1, Deadline::after(Duration::from_millis(30))).unwrap_err();
            assert!(error.is_timeout());
            assert_eq!(error.phase(), Some(Phase::Lookup));
            assert!(begin.elapsed() < Duration::from_millis(300));
        }
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        drop(release);
        let found = lookups.find("slow.test", 1, Deadline::after(Duration::from_secs(10))).unwrap();
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn without_a_thread_a_lookup_fails_and_the_next_one_may_try_again() {
        let mut lookups =
            Lookups::by(Arc::new(|_, port| Ok(vec![SocketAddr::new([127, 0, 0, 1].into(), port)])));
        let start = lookups.start;
        lookups.start = |job| {
            drop(job);
            Err(io::ErrorKind::WouldBlock.into())
        };
        let (done, ended) = mpsc::channel();
        let asking = thread::spawn(move || {
            let error = lookups.find("host.test", 1, Deadline::after(Duration::from_secs(10))).unwrap_err();
            done.send(()).unwrap();
            (lookups, error)
        });
        ended.recv_timeout(Duration::from_secs(10)).expect("it must not wait for its own lock");
        let (mut lookups, error) = asking.join().unwrap();
        assert_eq!(
            error.to_string(),
            "cannot start a thread for the name lookup (resolving the address; not sent)"
        );
        lookups.start = start;
        assert_eq!(
            lookups.find("host.test", 7, Deadline::after(Duration::from_secs(10))).unwrap()[0].port(),
            7
        );
    }

    #[test]
    fn each_lookup_asks_anew() {
        let count = AtomicUsize::new(0);
        let lookups = Lookups::by(Arc::new(move |_, _| {
            let n = count.fetch_add(1, Ordering::SeqCst) as u16;
            Ok(vec![SocketAddr::new([127, 0, 0, 1].into(), n)])
        }));
        let deadline = Deadline::after(Duration::from_secs(10));
        assert_eq!(lookups.find("moving.test", 0, deadline).unwrap()[0].port(), 0);
        assert_eq!(lookups.find("moving.test", 0, deadline).unwrap()[0].port(), 1);
    }

    #[test]
    fn a_lookup_that_panics_or_finds_nothing_is_an_error() {
        let lookups = Lookups::by(Arc::new(|host, _| {
            assert_ne!(host, "boom.test");
            Ok(Vec::new())
        }));
        let deadline = Deadline::after(Duration::from_secs(10));
        let error = lookups.find("boom.test", 0, deadline).unwrap_err();
        assert_eq!(error.to_string(), "cannot resolve the host name (resolving the address; not sent)");
        assert_eq!(lookups.find("empty.test", 0, deadline).unwrap_err().phase(), Some(Phase::Lookup));
    }
}
