//! A proxy that stands between clients and a server and writes down what they say to each other.
//!
//! ```text
//! cargo run -p resp-proto --example proxy -- 127.0.0.1:6380 127.0.0.1:6379
//! redis-cli -p 6380 SET greeting hello
//! redis-benchmark -p 6380 -P 16 -q -t set,get
//! ```
//!
//! Requests and replies are passed on as they came, as soon as they are whole: pipelines, inline commands, pushes and
//! both versions of the protocol included. With `-q` as a third argument it only counts.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::{env, thread};

use resp_proto::{Decoder, Error, Frame, Node, Protocol, Request, RequestDecoder};

/// Where lines are written down; called from many threads.
pub type Log = Arc<dyn Fn(&str) + Send + Sync>;

fn main() -> io::Result<()> {
    let mut args = env::args().skip(1);
    let listen = args.next().unwrap_or_else(|| "127.0.0.1:6380".to_owned());
    let server = args.next().unwrap_or_else(|| "127.0.0.1:6379".to_owned());
    let log: Log = match args.next().as_deref() {
        Some("-q") => Arc::new(|line| {
            if line.ends_with("in all") {
                println!("{line}")
            }
        }),
        _ => Arc::new(|line| println!("{line}")),
    };
    serve(&TcpListener::bind(&listen)?, &server, &log)
}

/// Takes clients for ever, each with a connection of its own to `server`.
pub fn serve(listener: &TcpListener, server: &str, log: &Log) -> io::Result<()> {
    for (number, client) in (1..).zip(listener.incoming()) {
        let (client, server, log) = (client?, server.to_owned(), Arc::clone(log));
        thread::spawn(move || {
            if let Err(error) = relay(number, &client, &server, &log) {
                log(&format!("client {number}: {error}"));
            }
            // Whichever side ended it, the other one hears of it; it may have gone already.
            let _ = client.shutdown(Shutdown::Both);
        });
    }
    Ok(())
}

/// Passes requests on one way and replies the other, until one side is done.
fn relay(number: usize, client: &TcpStream, server: &str, log: &Log) -> io::Result<()> {
    let upstream = TcpStream::connect(server)?;
    client.set_nodelay(true)?;
    upstream.set_nodelay(true)?;
    thread::scope(|scope| {
        let replies = scope.spawn(|| {
            let result = pass_replies(number, &upstream, client, log);
            // Ends the wait for requests; what is to be said to the client can still be said.
            let _ = client.shutdown(Shutdown::Read);
            result
        });
        let requests = pass_requests(number, client, &upstream, log);
        let _ = upstream.shutdown(if requests.is_ok() { Shutdown::Write } else { Shutdown::Both });
        let replies =
            replies.join().unwrap_or_else(|_| Err(io::Error::other("the replies' thread panicked")));
        // Only behind the replies to what came before it, and never amid one.
        if let Some(error) = requests? {
            refuse(client, error)?;
            return Err(io::Error::new(io::ErrorKind::InvalidData, error));
        }
        replies
    })
}

/// Ends with what was wrong with a request, if something was.
fn pass_requests(
    number: usize,
    mut client: &TcpStream,
    mut server: &TcpStream,
    log: &Log,
) -> io::Result<Option<Error>> {
    let mut decoder = RequestDecoder::default();
    let mut out = Vec::new();
    let mut count = 0;
    loop {
        let received = client.read(decoder.space())?;
        if received == 0 {
            log(&format!("client {number} > {count} requests in all"));
            return Ok(None);
        }
        decoder.filled(received);
        let broken = loop {
            match decoder.next_request() {
                Ok(Some(request)) => {
                    log(&format!("client {number} > {}", describe_request(&request)));
                    out.extend_from_slice(request.raw());
                    count += 1;
                }
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        server.write_all(&out)?;
        out.clear();
        if broken.is_some() {
            return Ok(broken);
        }
    }
}

/// Says what was wrong with a request, as a server does before it hangs up.
fn refuse(mut client: &TcpStream, error: Error) -> io::Result<()> {
    let mut out = Vec::new();
    Frame::SimpleError(format!("ERR Protocol error: {error}").into_bytes()).encode(&mut out, Protocol::Resp2);
    client.write_all(&out)
}

fn pass_replies(number: usize, mut server: &TcpStream, mut client: &TcpStream, log: &Log) -> io::Result<()> {
    let mut decoder = Decoder::default();
    let mut out = Vec::new();
    let mut count = 0;
    loop {
        let received = server.read(decoder.space())?;
        if received == 0 {
            log(&format!("client {number} < {count} replies in all"));
            return Ok(());
        }
        decoder.filled(received);
        loop {
            match decoder.next_reply() {
                Ok(Some(reply)) => {
                    log(&format!("client {number} < {}", describe_reply(&reply)));
                    out.extend_from_slice(reply.raw());
                    count += 1;
                }
                Ok(None) => break,
                Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
            }
        }
        client.write_all(&out)?;
        out.clear();
    }
}

/// The command's name; what its arguments say is nobody's business.
fn describe_request(request: &Request<'_>) -> String {
    let form = if request.is_inline() { ", inline" } else { "" };
    let name = request.name().escape_ascii();
    format!("{name}, {} arguments{form}, {} bytes", request.len() - 1, request.raw().len())
}

fn describe_reply(reply: &Node<'_>) -> String {
    let kind = reply.kind();
    let bytes = reply.raw().len();
    match reply.as_bytes() {
        Some(text) if reply.is_error() => format!("{kind:?} {}, {bytes} bytes", text.escape_ascii()),
        _ if reply.is_aggregate() => format!("{kind:?} of {}, {bytes} bytes", reply.size_hint()),
        _ => format!("{kind:?}, {bytes} bytes"),
    }
}
