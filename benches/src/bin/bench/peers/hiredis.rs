//! hiredis, the C library: a connection for each thread. Its replies are trees of its own.
#![allow(
    unsafe_code,
    reason = "the library is written in C; these are its declarations in hiredis.h and read.h"
)]

use std::ffi::{CString, c_char, c_int, c_longlong, c_void};
use std::net::SocketAddr;
use std::ptr::{NonNull, null_mut};

use super::{Caller, Connection, Peer};
use crate::worker::{Job, threads};

pub(super) const HIREDIS: Peer = Peer {
    name: "hiredis",
    package: "hiredis",
    run: |job: &Job| threads(job, || Context::open(job.addr)),
    connect: Ok(connect),
};

fn connect(addr: SocketAddr, count: usize) -> Vec<Connection> {
    let open = |_| {
        let mut context = Context::open(addr);
        Box::new(move |key: &str| context.get(key)) as Connection
    };
    (0..count).map(open).collect()
}

unsafe extern "C" {
    fn redisConnect(address: *const c_char, port: c_int) -> *mut c_void;
    fn redisFree(context: *mut c_void);
    fn redisAppendCommandArgv(
        context: *mut c_void,
        count: c_int,
        words: *mut *const c_char,
        lengths: *const usize,
    ) -> c_int;
    fn redisGetReply(context: *mut c_void, reply: *mut *mut c_void) -> c_int;
    fn freeReplyObject(reply: *mut c_void);
}

/// `redisReply`. Release 1.0 put in two fields.
#[repr(C)]
struct Reply {
    kind: c_int,
    integer: c_longlong,
    #[cfg(hiredis_1)]
    double: f64,
    length: usize,
    text: *mut c_char,
    #[cfg(hiredis_1)]
    verbatim: [c_char; 4],
    elements: usize,
    element: *mut *mut Reply,
}

const STRING: c_int = 1;
const ARRAY: c_int = 2;
const STATUS: c_int = 5;

/// A connection, closed when dropped.
struct Context(NonNull<c_void>);

impl Context {
    fn open(addr: SocketAddr) -> Self {
        let host = CString::new(addr.ip().to_string()).unwrap();
        // SAFETY: the text ends with a zero and outlives the call.
        let context = unsafe { redisConnect(host.as_ptr(), addr.port().into()) };
        let context = NonNull::new(context).expect("memory for a context");
        // SAFETY: a context begins with its error code, in all releases.
        assert_eq!(unsafe { context.cast::<c_int>().read() }, 0, "connected");
        Context(context)
    }

    fn append(&mut self, words: &[&str]) {
        let mut pointers: Vec<*const c_char> = words.iter().map(|word| word.as_ptr().cast()).collect();
        let lengths: Vec<usize> = words.iter().map(|word| word.len()).collect();
        let count = c_int::try_from(words.len()).unwrap();
        // SAFETY: the context is alive; there are as many words and lengths as `count` says, and they are copied.
        let status = unsafe {
            redisAppendCommandArgv(self.0.as_ptr(), count, pointers.as_mut_ptr(), lengths.as_ptr())
        };
        assert_eq!(status, 0);
    }

    /// Waits for the next reply, which must be of this kind, and gives its length: bytes, or elements.
    fn reply(&mut self, kind: c_int) -> usize {
        let mut reply = null_mut();
        // SAFETY: the context is alive, and `reply` is room for one pointer.
        let status = unsafe { redisGetReply(self.0.as_ptr(), &raw mut reply) };
        assert_eq!(status, 0);
        let reply = NonNull::new(reply.cast::<Reply>()).expect("a reply");
        // SAFETY: it is a reply, ours alone, that lives until it is freed below.
        let Reply { kind: found, length, elements, .. } = *unsafe { reply.as_ref() };
        // SAFETY: nothing points into it any more.
        unsafe { freeReplyObject(reply.as_ptr().cast()) };
        assert_eq!(found, kind);
        if kind == ARRAY { elements } else { length }
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: made by `redisConnect`, and freed once.
        unsafe { redisFree(self.0.as_ptr()) };
    }
}

impl Caller for Context {
    fn get(&mut self, key: &str) -> usize {
        self.append(&["GET", key]);
        self.reply(STRING)
    }

    fn set(&mut self, key: &str, value: &str) {
        self.append(&["SET", key, value]);
        self.reply(STATUS);
    }

    fn pipeline(&mut self, keys: &[String]) -> usize {
        for key in keys {
            self.append(&["GET", key]);
        }
        keys.iter().map(|_| self.reply(STRING)).count()
    }

    fn mget(&mut self, keys: &[String]) -> usize {
        let words: Vec<&str> = ["MGET"].into_iter().chain(keys.iter().map(String::as_str)).collect();
        self.append(&words);
        self.reply(ARRAY)
    }

    fn lrange_strings(&mut self, key: &str) -> usize {
        self.append(&["LRANGE", key, "0", "-1"]);
        self.reply(ARRAY)
    }

    fn lrange_bytes(&mut self, key: &str) -> usize {
        self.lrange_strings(key)
    }
}
