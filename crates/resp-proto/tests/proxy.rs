//! The proxy of the examples, between a client and a small server, both made of this crate as well.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

#[path = "../examples/proxy.rs"]
#[allow(dead_code, unreachable_pub, reason = "an example has a main function, which no test calls")]
mod proxy;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use resp_proto::{Decoder, Frame, Protocol, RequestDecoder, encode_command};

/// Answers `ECHO x` with x, `PUSH` with a push and then a map, everything else with an error.
fn tiny_server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            thread::spawn(move || {
                let mut decoder = RequestDecoder::default();
                loop {
                    match stream.read(decoder.space()) {
                        Ok(0) | Err(_) => return,
                        Ok(received) => decoder.filled(received),
                    }
                    let mut out = Vec::new();
                    while let Some(request) = decoder.next_request().unwrap() {
                        let words: Vec<&[u8]> = request.args().collect();
                        answer(&words).iter().for_each(|frame| frame.encode(&mut out, Protocol::Resp3));
                    }
                    if stream.write_all(&out).is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

fn answer(words: &[&[u8]]) -> Vec<Frame> {
    match words {
        [b"ECHO", text] => vec![Frame::bulk(*text)],
        [b"PUSH"] => vec![
            Frame::Push([Frame::bulk("message"), Frame::bulk("hello")].into()),
            Frame::Map([(Frame::bulk("pushed"), Frame::Boolean(true))].into()),
        ],
        _ => vec![Frame::SimpleError(b"ERR unknown command".to_vec())],
    }
}

/// A proxy before the small server, and what it writes down.
fn start() -> (TcpStream, Arc<Mutex<Vec<String>>>) {
    let server = tiny_server();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&lines);
    thread::spawn(move || {
        let log: proxy::Log = Arc::new(move |line| log.lock().unwrap().push(line.to_owned()));
        proxy::serve(&listener, &server.to_string(), &log)
    });
    let client = TcpStream::connect(address).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    (client, lines)
}

fn receive(client: &mut TcpStream, count: usize) -> Vec<Frame> {
    let (mut decoder, mut frames) = (Decoder::default(), Vec::new());
    while frames.len() < count {
        let received = client.read(decoder.space()).unwrap();
        assert!(received > 0, "{frames:?}");
        decoder.filled(received);
        while let Some(node) = decoder.next_reply().unwrap() {
            frames.push(node.into_frame());
        }
    }
    frames
}

#[test]
fn pipelines_inline_commands_and_pushes_pass_and_are_written_down() {
    let (mut client, lines) = start();
    let large = vec![b'x'; 300_000];
    let mut out = Vec::new();
    for n in 0..1_000 {
        encode_command(&mut out, &["ECHO".to_owned(), n.to_string()]);
    }
    encode_command(&mut out, &[&b"ECHO"[..], &large]);
    out.extend_from_slice(b"ECHO 'a word'\r\nPUSH\r\nNONE\r\n");
    let mut writer = client.try_clone().unwrap();
    let sender = thread::spawn(move || out.chunks(997).for_each(|piece| writer.write_all(piece).unwrap()));
    let frames = receive(&mut client, 1_005);
    sender.join().unwrap();
    for (n, frame) in frames[..1_000].iter().enumerate() {
        assert_eq!(*frame, Frame::bulk(n.to_string()));
    }
    assert_eq!(frames[1_000], Frame::bulk(large));
    assert_eq!(frames[1_001], Frame::bulk("a word"));
    assert_eq!(frames[1_002..1_004], answer(&[b"PUSH"]));
    assert_eq!(frames[1_004..], answer(&[b"NONE"]));
    let lines = lines.lock().unwrap();
    assert!(
        lines.contains(&"client 1 > ECHO, 1 arguments, inline, 15 bytes".to_owned()),
        "{:?}",
        lines.last()
    );
    assert!(lines.contains(&"client 1 < Map of 2, 20 bytes".to_owned()), "{:?}", lines.last());
    assert!(lines.contains(&"client 1 < SimpleError ERR unknown command, 22 bytes".to_owned()));
}

#[test]
fn what_is_no_request_is_refused() {
    let (mut client, _) = start();
    client.write_all(b"*1\r\n$4\r\nECHO\r\n*x\r\n").unwrap();
    let mut text = String::new();
    client.read_to_string(&mut text).unwrap();
    assert!(text.ends_with("-ERR Protocol error: malformed length at byte 14\r\n"), "{text}");
}
