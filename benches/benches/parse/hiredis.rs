//! hiredis, the C library: its reader, which builds a tree of owned replies.
#![allow(
    unsafe_code,
    reason = "the library is written in C; these are its declarations in read.h and hiredis.h"
)]

use std::ffi::{c_char, c_int, c_void};
use std::ptr::null_mut;

use crate::Entry;
use crate::shapes::Shape;

unsafe extern "C" {
    fn redisReaderCreate() -> *mut c_void;
    fn redisReaderFree(reader: *mut c_void);
    fn redisReaderFeed(reader: *mut c_void, bytes: *const c_char, len: usize) -> c_int;
    fn redisReaderGetReply(reader: *mut c_void, reply: *mut *mut c_void) -> c_int;
    fn freeReplyObject(reply: *mut c_void);
}

/// A reader, freed when dropped.
struct Reader(*mut c_void);

impl Reader {
    fn new() -> Self {
        // SAFETY: takes nothing; null when out of memory.
        let reader = unsafe { redisReaderCreate() };
        assert!(!reader.is_null());
        Reader(reader)
    }

    fn feed(&mut self, bytes: &[u8]) {
        // SAFETY: the reader is alive, and copies as many bytes as there are.
        let status = unsafe { redisReaderFeed(self.0, bytes.as_ptr().cast(), bytes.len()) };
        assert_eq!(status, 0);
    }

    /// Builds the next reply and frees it; whether there was one.
    fn next(&mut self) -> bool {
        let mut reply = null_mut();
        // SAFETY: the reader is alive, and `reply` is room for one pointer.
        let status = unsafe { redisReaderGetReply(self.0, &raw mut reply) };
        assert_eq!(status, 0);
        if reply.is_null() {
            return false;
        }
        // SAFETY: the reply is ours, and nothing points into it.
        unsafe { freeReplyObject(reply) };
        true
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // SAFETY: created by `redisReaderCreate`, and freed once.
        unsafe { redisReaderFree(self.0) };
    }
}

pub(crate) fn entry(_: &Shape, chunk: Option<usize>) -> Entry {
    let mut reader = Reader::new();
    let run = move |shape: &Shape| {
        let mut replies = 0;
        for piece in shape.bytes.chunks(chunk.unwrap_or(usize::MAX)) {
            reader.feed(piece);
            while reader.next() {
                replies += 1;
            }
        }
        replies
    };
    Entry { who: "hiredis", run: Box::new(run) }
}
