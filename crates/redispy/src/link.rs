//! Over what one attempt of a call goes: a connection to itself, or one that is shared.

use redispy_conn::{Address, Connection, Deadline, Pool};
use resp_proto::Node;

use crate::client::Times;
use crate::observe::Observed;
use crate::pipeline::Wire;
use crate::{Error, Result};

pub(crate) enum Link<'a> {
    /// A connection that nobody else uses meanwhile.
    Own(&'a mut Connection),
    /// A connection of this pool that others use as well.
    Shared(&'a Pool, &'a Observed),
}

impl Link<'_> {
    /// Sends one command and hands its reply to `read`. Every error names the server's address.
    pub(crate) fn call<T>(
        &mut self,
        command: &[u8],
        times: &Times,
        mut read: impl FnMut(Node<'_>) -> Result<T>,
    ) -> Result<T> {
        match self {
            Link::Own(connection) => {
                let answer = connection.call_by(command, times.start, times.end, read)?;
                answer.map_err(|error| error.at(connection.address()))
            }
            Link::Shared(pool, observed) => {
                let mut answer = None;
                pool.exchange(command, 1, times.end, &mut |address, _, reply| {
                    observed.at(address);
                    answer = Some(read(reply).map_err(|error| error.at(address)));
                })?;
                answer.unwrap_or_else(|| Err(Error::other("the pool gave neither a reply nor an error")))
            }
        }
    }

    /// Sends a pipeline and hands each reply to `read`, with its number and the server's address.
    pub(crate) fn exchange(
        &mut self,
        wire: Wire<'_>,
        deadline: Deadline,
        mut read: impl FnMut(Option<&Address>, usize, Node<'_>),
    ) -> redispy_conn::Result<()> {
        match self {
            Link::Own(connection) => {
                connection.exchange_parts(wire.parts(), wire.replies(), deadline, |number, reply| {
                    read(None, number, reply);
                })
            }
            Link::Shared(pool, observed) => {
                let mut parts = wire.parts();
                let read = &mut |address: &Address, number, reply: Node<'_>| {
                    if number == 0 {
                        observed.at(address);
                    }
                    read(Some(address), number, reply);
                };
                match (parts.next(), parts.next()) {
                    (Some(only), None) => pool.exchange(only, wire.replies(), deadline, read),
                    _ => {
                        let mut whole = Vec::with_capacity(wire.len());
                        wire.parts().for_each(|part| whole.extend_from_slice(part));
                        pool.exchange(&whole, wire.replies(), deadline, read)
                    }
                }
            }
        }
    }

    /// The server's address, as far as it is known before it answers.
    pub(crate) fn address(&self) -> Address {
        match self {
            Link::Own(connection) => connection.address().clone(),
            Link::Shared(pool, _) => pool.config().address.clone(),
        }
    }

    /// Gives the connection up: its replies are in doubt.
    pub(crate) fn close(&mut self) {
        match self {
            Link::Own(connection) => connection.close(),
            Link::Shared(pool, _) => pool.clear(),
        }
    }
}
