//! Memory follows the bytes received, never what their headers promise.

use std::env;
use std::process::Command;

use redispy::{RetryPolicy, Value, prelude::*};
use redispy_testkit::{Answer, FakeServer};

use crate::oracles::{builder, echo, forget, greeted, trial};

/// A process of its own, so that its peak is that of one client: the test runs itself again, told in here the server's URL
/// and the length of each reply.
const INNER: &str = "REDISPY_FAULTS_MEMORY";

/// What is sent, after which the connection is closed; those that are whole come last.
fn replies() -> Vec<Vec<u8>> {
    let promises = [
        "$536870912\r\n",
        "*1073741824\r\n",
        "*134217728\r\n",
        "%67108864\r\n",
        ">134217728\r\n",
        "~134217728\r\n",
        "*100000\r\n*100000\r\n*100000\r\n*100000\r\n",
        "$?\r\n;536870912\r\n",
    ];
    let mut all: Vec<Vec<u8>> = promises.map(Vec::from).into();
    all.push(b"*1\r\n".repeat(100_000));
    all.push([b"*200000\r\n".to_vec(), b":0\r\n".repeat(200_000)].concat());
    all.push([b"*200000\r\n".to_vec(), b"*0\r\n".repeat(200_000)].concat());
    all.push([b"$8388608\r\n".to_vec(), vec![b'x'; 8 << 20], b"\r\n".to_vec()].concat());
    all
}

const WHOLE: usize = 3;

/// By how many KiB the kernel's count of resident pages, kept per processor, may be off.
const IMPRECISION: u64 = 448;

#[test]
fn f006_f007_f177_memory_follows_the_bytes_received() {
    if let Ok(told) = env::var(INNER) {
        let mut words = told.split(' ');
        return measure(words.next().unwrap(), words.map(|length| length.parse().unwrap()).collect());
    }
    trial(|| {
        let replies = replies();
        let lengths: Vec<_> = replies.iter().map(|reply| reply.len().to_string()).collect();
        let server = FakeServer::start_then(
            [],
            greeted().respond(move |command| match command {
                [name, key] if name == b"GET" => {
                    let number: usize = String::from_utf8_lossy(key).parse().unwrap();
                    Answer::SendAndClose(replies[number].clone())
                }
                other => Answer::Send(echo(other)),
            }),
        );
        let inner = Command::new(env::current_exe().unwrap())
            .args(["--exact", "memory::f006_f007_f177_memory_follows_the_bytes_received", "--nocapture"])
            .env(INNER, format!("{} {}", server.url(), lengths.join(" ")))
            .output()
            .unwrap();
        let (out, error) = (String::from_utf8_lossy(&inner.stdout), String::from_utf8_lossy(&inner.stderr));
        print!("{out}");
        assert!(inner.status.success(), "{out}\n{error}");
        assert_eq!(out.matches(" KiB for ").count(), lengths.len(), "{out}");
    });
}

fn measure(url: &str, lengths: Vec<u64>) {
    let r = builder(url).retry(RetryPolicy::none()).max_connections(1).build().unwrap();
    // Threads, their stacks and the allocator's own are there before the first measurement.
    for _ in 0..10 {
        forget();
        assert_eq!(r.echo::<String>("x").unwrap(), "x");
        let _lost = r.get::<Value>("0");
    }
    for (number, length) in lengths.iter().enumerate() {
        let before = peak();
        let got = r.get::<Value>(number);
        let grown = peak().saturating_sub(before);
        let allowed = (16 * length).div_ceil(1024) + 64 + IMPRECISION;
        println!("reply {number}: {grown} KiB for {length} bytes received; allowed are {allowed}");
        assert!(grown <= allowed, "reply {number}: {grown} KiB, allowed are {allowed}");
        assert_eq!(got.is_ok(), number + WHOLE >= lengths.len(), "reply {number}: {:?}", got.err());
        forget();
        assert_eq!(r.echo::<String>("x").unwrap(), "x");
    }
}

/// The most memory that this process has had resident so far, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
