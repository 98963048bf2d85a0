//! Connections that many callers share.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use redispy_conn::{Deadline, Pool, Result};
use redispy_testkit::{Frame, Server};

use crate::support::{bulk, command, patient, pool};

fn run(pool: &Pool, args: &[&str], deadline: Deadline) -> Result<Frame> {
    let mut frame = None;
    pool.exchange(&command(args), 1, deadline, &mut |_, _, reply| frame = Some(reply.into_frame()))?;
    Ok(frame.unwrap())
}

#[test]
fn many_threads_each_get_their_own_reply() {
    let server = Server::start();
    let pool = pool(&server.url());
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| {
                for _ in 0..500 {
                    let nonce = format!("nonce-{}", next.fetch_add(1, Ordering::Relaxed));
                    assert_eq!(run(&pool, &["ECHO", &nonce], patient()).unwrap(), bulk(&nonce));
                }
            });
        }
    });
    assert_eq!(next.into_inner(), 32_000);
}
