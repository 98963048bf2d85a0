//! A client among faults, in a program that a panic would end at once (`panic = "abort"`, by `cargo xtask ci`): nothing in the client
//! panics, nor does anything rely on unwinding. Each call has a marker; whoever gets another call's reply ends the program, too.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test, though a program")]

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use redispy::{Client, Error, cmd, prelude::*};
use redispy_testkit::{Answer, ByteProxy, End, Endpoint, FakeServer, Fault, Server};

const CALLERS: usize = 16;

#[derive(Default)]
struct Count {
    next: AtomicI64,
    good: AtomicU64,
    failed: AtomicU64,
}

impl Count {
    /// One call in one of the ways in which there are.
    fn call(&self, r: &Client) -> Result<(), Error> {
        let number = self.next.fetch_add(1, Ordering::Relaxed) + 1;
        let marker = format!("marker-{number}");
        match number % 5 {
            0 => assert_eq!(r.echo::<String>(&marker)?, marker),
            1 => assert_eq!(r.run(cmd(("INCRBY", &marker, number)).returns::<i64>())?, number),
            2 => {
                let (echo, sum) = r
                    .pipeline()
                    .transaction(false)
                    .echo::<String>(&marker)
                    .incrby(&marker, number)
                    .execute()?;
                assert_eq!((echo, sum), (marker, number));
            }
            3 => assert_eq!(r.pipeline().echo::<String>(&marker).execute()?.0, marker),
            _ => assert_eq!(r.session()?.echo::<String>(&marker)?, marker),
        }
        Ok(())
    }

    /// Has all call until `faults` is done.
    fn under(&self, r: &Client, faults: impl FnOnce()) {
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..CALLERS {
                scope.spawn(|| {
                    while !over.load(Ordering::Relaxed) {
                        let count = if self.call(r).is_ok() { &self.good } else { &self.failed };
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            faults();
            over.store(true, Ordering::Relaxed);
        });
    }
}

fn client(url: &str) -> Client {
    Client::builder().url(url).unwrap().timeout(Duration::from_millis(200)).build().unwrap()
}

fn main() {
    let count = Count::default();

    // A wire and a server that fail in every way.
    let server = Server::start();
    let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
    let r = client(&proxy.url());
    count.under(&r, || {
        let begin = Instant::now();
        for round in 0_u64.. {
            if begin.elapsed() > Duration::from_secs(2) {
                break;
            }
            match round % 8 {
                0 => proxy.cut(End::Close),
                1 => proxy.cut(End::Reset),
                2 => proxy.to_client(Fault::none().cut_at(round * 37, End::Reset)),
                3 => proxy.to_server(Fault::none().cut_at(round * 53, End::Close)),
                4 => proxy.to_client(Fault::none().hold()),
                5 => proxy.to_server(Fault::none().slices(3, Duration::from_micros(100))),
                6 => server.pause(),
                _ => drop(server.try_command(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"])),
            }
            thread::sleep(Duration::from_millis(if [4, 6].contains(&(round % 8)) { 250 } else { 20 }));
            server.resume();
            proxy.heal();
            thread::sleep(Duration::from_millis(10));
        }
    });
    r.with_timeout(Duration::from_secs(10)).ping().unwrap();
    let (good, failed) = (count.good.load(Ordering::Relaxed), count.failed.load(Ordering::Relaxed));
    assert!(good > 0 && failed > 0, "{good} {failed}");
    r.pool().abort();

    // A server that answers with nonsense, of each kind in turn.
    const NONSENSE: [&str; 10] = [
        "@x\r\n",
        "\0",
        "$-5\r\n",
        "$99999999999999999999\r\n",
        "*1000000000\r\n",
        "*-2\r\n",
        ":12x\r\n",
        "%1\r\n+k\r\n",
        "_x\r\n",
        "!3\r\nabcd\r\n",
    ];
    let asked = AtomicU64::new(0);
    let server = FakeServer::answering(move |_: &[Vec<u8>]| {
        let place = asked.fetch_add(1, Ordering::Relaxed) as usize % NONSENSE.len();
        Answer::SendAndClose(NONSENSE[place].repeat(place + 1).into())
    });
    let r = client(&server.url());
    let good = count.good.load(Ordering::Relaxed);
    count.under(&r, || thread::sleep(Duration::from_millis(500)));
    assert_eq!(count.good.load(Ordering::Relaxed), good, "nonsense was taken for replies");

    println!("{} calls answered, {} failed, no panic", count.good.into_inner(), count.failed.into_inner());
}
