//! A wire between a client and a server whose faults can be changed at any moment.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::fault::Passage;
use crate::wire::Listener;
use crate::{End, Endpoint, Fault, Stream};

/// How often a waiting pump looks whether something has changed.
const TICK: Duration = Duration::from_millis(5);

/// Passes bytes between clients and one server, each direction with a [`Fault`] of its own that can be changed at
/// run time. Dropping it cuts all connections.
///
/// ```
/// use redispy_testkit::{ByteProxy, Connection, End, Endpoint, Fault, Server};
///
/// let server = Server::start();
/// let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
/// proxy.to_client(Fault::none().cut_at(3, End::Reset)); // +PO
/// let mut connection = Connection::open(&proxy.endpoint())?;
/// assert!(connection.command(["PING"]).is_err());
/// # Ok::<(), redispy_testkit::Error>(())
/// ```
#[derive(Debug)]
pub struct ByteProxy {
    addr: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    server: Endpoint,
    to_client: Side,
    to_server: Side,
    accepting: AtomicBool,
    ended: AtomicBool,
    links: Mutex<Vec<Arc<Link>>>,
    accepted: AtomicU64,
}

/// The fault of one direction. The number tells pumps that it was set anew.
#[derive(Debug, Default)]
struct Side {
    fault: Mutex<(u64, Fault)>,
    passed: AtomicU64,
}

/// One client's connection and the one to the server that belongs to it.
#[derive(Debug)]
struct Link {
    client: Stream,
    server: Stream,
    dead: AtomicBool,
}

impl ByteProxy {
    /// Listens on a free port of 127.0.0.1, and connects to `server` for each connection that it accepts.
    ///
    /// # Panics
    ///
    /// The system has no port left.
    #[track_caller]
    pub fn start(server: Endpoint) -> ByteProxy {
        let bound = Listener::tcp().and_then(|listener| Ok((listener.endpoint()?, listener)));
        let (addr, listener) = match bound {
            Ok((Endpoint::Tcp(addr), listener)) => (addr, listener),
            Ok((Endpoint::Unix(path), _)) => panic!("{} is no TCP address", path.display()),
            Err(error) => panic!("listen for a proxy: {error}"),
        };
        let shared = Arc::new(Shared {
            server,
            to_client: Side::default(),
            to_server: Side::default(),
            accepting: AtomicBool::new(true),
            ended: AtomicBool::new(false),
            links: Mutex::default(),
            accepted: AtomicU64::new(0),
        });
        let acceptor = thread::spawn({
            let shared = Arc::clone(&shared);
            move || accept_all(&listener, &shared)
        });
        ByteProxy { addr, shared, acceptor: Some(acceptor) }
    }

    /// The address for clients.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The address for clients.
    pub fn endpoint(&self) -> Endpoint {
        Endpoint::Tcp(self.addr)
    }

    /// `redis://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("redis://{}", self.addr)
    }

    /// Sets what happens to replies, on present and later connections.
    pub fn to_client(&self, fault: Fault) {
        self.shared.to_client.set(fault);
    }

    /// Sets what happens to requests, on present and later connections.
    pub fn to_server(&self, fault: Fault) {
        self.shared.to_server.set(fault);
    }

    /// Lets everything pass again, new connections included.
    pub fn heal(&self) {
        self.to_client(Fault::none());
        self.to_server(Fault::none());
        self.accept(true);
    }

    /// Whether new connections are passed on; otherwise they are reset at once.
    pub fn accept(&self, accept: bool) {
        self.shared.accepting.store(accept, Ordering::SeqCst);
    }

    /// Ends every present connection, to both sides.
    pub fn cut(&self, end: End) {
        for link in self.shared.links().iter() {
            link.cut(end);
        }
    }

    /// How many connections clients have opened so far, refused ones included.
    pub fn accepted(&self) -> u64 {
        self.shared.accepted.load(Ordering::SeqCst)
    }

    /// How many connections are open now.
    pub fn open(&self) -> usize {
        let mut links = self.shared.links();
        links.retain(|link| !link.is_dead());
        links.len()
    }

    /// How many bytes of replies clients have been sent so far.
    pub fn passed_to_client(&self) -> u64 {
        self.shared.to_client.passed.load(Ordering::SeqCst)
    }

    /// How many bytes of requests the server has been sent so far.
    pub fn passed_to_server(&self) -> u64 {
        self.shared.to_server.passed.load(Ordering::SeqCst)
    }
}

impl Drop for ByteProxy {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        // The acceptor leaves when somebody comes.
        let _acceptor_is_gone = self.endpoint().connect(Duration::from_secs(1));
        if let Some(acceptor) = self.acceptor.take() {
            // A panic inside was printed by its thread.
            let _panicked = acceptor.join();
        }
    }
}

impl Shared {
    fn links(&self) -> MutexGuard<'_, Vec<Arc<Link>>> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Side {
    fn set(&self, fault: Fault) {
        let mut current = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        *current = (current.0 + 1, fault);
    }

    fn get(&self) -> (u64, Fault) {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Link {
    fn is_dead(&self) -> bool {
        self.dead.load(Ordering::SeqCst)
    }

    /// Ends both connections. The sockets are closed when both pumps have seen it.
    fn cut(&self, end: End) {
        if self.dead.swap(true, Ordering::SeqCst) {
            return;
        }
        for stream in [&self.client, &self.server] {
            // A stream that its peer has closed needs no closing; the reading side is closed only to wake its pump.
            let _closed_already = match end {
                End::Close => stream.shutdown(Shutdown::Write),
                End::Reset => stream.reset_on_close().and_then(|()| stream.shutdown(Shutdown::Read)),
            };
        }
    }
}

fn accept_all(listener: &Listener, shared: &Arc<Shared>) {
    let mut pumps: Vec<JoinHandle<()>> = Vec::new();
    while let Ok(client) = listener.accept() {
        if shared.ended.load(Ordering::SeqCst) {
            break;
        }
        shared.accepted.fetch_add(1, Ordering::SeqCst);
        let server = match shared.accepting.load(Ordering::SeqCst) {
            true => shared.server.connect(Duration::from_secs(5)),
            false => Err(io::Error::from(io::ErrorKind::ConnectionRefused)),
        };
        let Ok(server) = server else {
            // The nearest to a refusal that is left after accepting.
            let _closed_already = client.reset_on_close();
            continue;
        };
        let link = Arc::new(Link { client, server, dead: AtomicBool::new(false) });
        let mut links = shared.links();
        links.retain(|link| !link.is_dead());
        links.push(Arc::clone(&link));
        drop(links);
        pumps.retain(|pump| !pump.is_finished());
        for to_client in [true, false] {
            let (link, shared) = (Arc::clone(&link), Arc::clone(shared));
            pumps.push(thread::spawn(move || Pump::new(link, shared, to_client).run()));
        }
    }
    for link in shared.links().drain(..) {
        link.cut(End::Close);
    }
    for pump in pumps {
        // A panic inside was printed by its thread.
        let _panicked = pump.join();
    }
}

/// Passes the bytes of one direction of one link.
struct Pump {
    link: Arc<Link>,
    shared: Arc<Shared>,
    to_client: bool,
    /// Which setting of the fault `position` counts from.
    setting: u64,
    position: u64,
}

impl Pump {
    fn new(link: Arc<Link>, shared: Arc<Shared>, to_client: bool) -> Self {
        let side = if to_client { &shared.to_client } else { &shared.to_server };
        let setting = side.get().0;
        Pump { link, shared, to_client, setting, position: 0 }
    }

    fn run(mut self) {
        let waited = self.from().set_read_timeout(Some(TICK));
        if waited.is_err() || self.pass_all().is_err() {
            // Whatever broke here is broken for the other side, too.
            self.link.cut(End::Reset);
        }
        if self.link.is_dead() {
            self.drain();
        }
        // Dead links leave the list, which would else keep their sockets open.
        let mut links = self.shared.links();
        links.retain(|link| !link.is_dead());
    }

    /// Until the end of the stream, which is passed on, or the end of the link.
    fn pass_all(&mut self) -> io::Result<()> {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            if self.is_over() {
                return Ok(());
            }
            if self.fault().passage == Passage::Held {
                thread::sleep(TICK);
                continue;
            }
            let count = match self.from().read(&mut buffer) {
                // A link that was cut is woken like this, too.
                Ok(0) if self.is_over() => return Ok(()),
                Ok(0) => return self.pass_end(),
                Ok(count) => count,
                Err(error) if is_timeout(&error) => continue,
                Err(error) => return Err(error),
            };
            self.pass(buffer.get(..count).unwrap_or_default())?;
        }
    }

    fn pass(&mut self, bytes: &[u8]) -> io::Result<()> {
        // What was read before a hold was set waits like what comes after it.
        let mut fault = self.fault();
        while fault.passage == Passage::Held {
            if self.is_over() {
                return Ok(());
            }
            thread::sleep(TICK);
            fault = self.fault();
        }
        let position = self.position;
        self.position += bytes.len() as u64;
        if fault.passage == Passage::Swallowed {
            return Ok(());
        }
        self.sleep(fault.delay);
        let cut = fault.cut.filter(|(at, _)| *at <= self.position);
        let kept =
            cut.map_or(bytes.len(), |(at, _)| usize::try_from(at.saturating_sub(position)).unwrap_or(0));
        let bytes = fault.altered(position, bytes.get(..kept).unwrap_or_default());
        for slice in bytes.chunks(fault.slice.unwrap_or(usize::MAX)) {
            if self.is_over() {
                return Ok(());
            }
            // Counted first, so that whoever has received bytes finds them counted.
            self.side().passed.fetch_add(slice.len() as u64, Ordering::SeqCst);
            self.to().write_all(slice)?;
            self.sleep(fault.pause);
            if let Some(rate) = fault.rate {
                self.sleep(Duration::from_secs_f64(slice.len() as f64 / rate as f64));
            }
        }
        if let Some((_, end)) = cut {
            self.link.cut(end);
        }
        Ok(())
    }

    /// Passes the end of the stream on, once bytes pass at all.
    fn pass_end(&mut self) -> io::Result<()> {
        while self.fault().passage != Passage::Open {
            if self.is_over() {
                return Ok(());
            }
            thread::sleep(TICK);
        }
        match self.to().shutdown(Shutdown::Write) {
            // The other side may be gone already.
            Err(error) if error.kind() != io::ErrorKind::NotConnected => Err(error),
            _ => Ok(()),
        }
    }

    /// Takes what was not read: a socket closed with bytes in it sends a reset.
    fn drain(&self) {
        let mut buffer = [0; 4096];
        while let Ok(1..) = self.from().read(&mut buffer) {}
    }

    /// The fault of now; a new setting starts the count of bytes.
    fn fault(&mut self) -> Fault {
        let (setting, fault) = self.side().get();
        if setting != self.setting {
            (self.setting, self.position) = (setting, 0);
        }
        fault
    }

    fn sleep(&self, time: Duration) {
        let until = Instant::now() + time;
        while !self.is_over() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            thread::sleep(left.min(TICK));
        }
    }

    fn is_over(&self) -> bool {
        self.link.is_dead() || self.shared.ended.load(Ordering::SeqCst)
    }

    fn side(&self) -> &Side {
        if self.to_client { &self.shared.to_client } else { &self.shared.to_server }
    }

    fn from(&self) -> &Stream {
        if self.to_client { &self.link.server } else { &self.link.client }
    }

    fn to(&self) -> &Stream {
        if self.to_client { &self.link.client } else { &self.link.server }
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}
