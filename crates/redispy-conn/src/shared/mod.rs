//! Connections shared by many callers: what they send at the same time goes out together, and one of them reads for all.
//!
//! `queue.rs` is the state of one connection, without input and output; `line.rs` and `lead.rs` do with a transport what it
//! says; `ticket.rs` is a caller's place; `lanes.rs` opens and replaces connections. How it holds together is told in
//! `docs/design/sharing.md`.

mod deferred;
mod governor;
mod keeper;
mod lanes;
mod lead;
mod line;
mod order;
mod queue;
mod sync;
mod ticket;

#[cfg(all(test, any(loom, shuttle)))]
mod model;

use resp_proto::Node;

pub use deferred::{InFlight, Stream};
pub(crate) use lanes::Lanes;

use crate::{Address, Deadline, Pool, Result};

impl Pool {
    /// Sends `bytes`, which hold as many commands as there are `replies`, on a connection that is shared with other callers, and
    /// hands each reply to `read`, with its number and the server's address, once all are in.
    ///
    /// The commands go out in one piece, nothing of another caller's between them. They must not change the connection for
    /// others (SELECT, SUBSCRIBE, CLIENT REPLY ...) nor wait at the server: those take a connection of their own
    /// ([`get`](Self::get)). `read` is called on this thread, with no lock held.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get) when no connection can be had. [`ErrorKind::Timeout`](crate::ErrorKind::Timeout) disturbs no
    /// other caller: what was not sent is never sent, and the reply to what was is dropped when it comes.
    /// [`ErrorKind::Closed`](crate::ErrorKind::Closed), [`ErrorKind::Protocol`](crate::ErrorKind::Protocol) and
    /// [`ErrorKind::Limit`](crate::ErrorKind::Limit) end the connection for all who share it;
    /// [`Error::outcome`](crate::Error::outcome) tells each caller its own. The replies that came before have been handed
    /// to `read`; [`Error::progress`](crate::Error::progress) says how many.
    pub fn exchange(
        &self,
        bytes: &[u8],
        replies: usize,
        deadline: Deadline,
        read: &mut dyn FnMut(&Address, usize, Node<'_>),
    ) -> Result<()> {
        match self.lanes() {
            Some(lanes) => lanes.exchange(bytes, replies, deadline, read),
            None => Err(crate::Error::config("this pool shares no connections")),
        }
    }
}
