//! Waiting until writes are safe.

use crate::block::ToBlock;
use crate::cmd::{Cmd, Request};
use crate::replies::Fsynced;
use crate::reply::FromReply;
use crate::spec;

/// `WAIT numreplicas timeout`: see [`GenericCommands::wait`](super::GenericCommands::wait).
pub fn wait(numreplicas: i64, timeout: impl ToBlock) -> Cmd<i64> {
    let mut request = Request::new(&spec::WAIT);
    request.arg(numreplicas);
    timeout.to_block().write_millis(&mut request);
    Cmd::from_request(request, i64::from_reply)
}

/// `WAITAOF numlocal numreplicas timeout`: see [`GenericCommands::waitaof`](super::GenericCommands::waitaof).
pub fn waitaof(numlocal: i64, numreplicas: i64, timeout: impl ToBlock) -> Cmd<Fsynced> {
    let mut request = Request::new(&spec::WAITAOF);
    request.args((numlocal, numreplicas));
    timeout.to_block().write_millis(&mut request);
    Cmd::from_request(request, Fsynced::from_reply)
}
