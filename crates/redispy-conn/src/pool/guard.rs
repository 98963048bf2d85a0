//! A connection that is out.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Instant;

use super::Shared;
use super::state::Member;
use crate::Connection;

/// A connection lent by a [`Pool`](super::Pool). Dropping it gives the connection back; it is closed instead when it is not
/// clean ([`Connection::is_clean`]), so that the next borrower never finds anything of this one.
pub struct Pooled {
    /// Taken out by what ends the guard, and by nothing else.
    member: Option<Box<Member>>,
    home: Arc<Shared>,
}

impl Pooled {
    pub(super) fn new(member: Box<Member>, home: Arc<Shared>) -> Self {
        Pooled { member: Some(member), home }
    }

    /// Whether the pool's options let it be used though it is so old, and was last used then.
    pub(super) fn is_fresh(&self, last_used: Instant, now: Instant) -> bool {
        self.member
            .as_ref()
            .is_some_and(|member| member.is_fresh(&self.home.setup.config.pool, last_used, now))
    }

    pub(super) fn home(&self) -> &Arc<Shared> {
        &self.home
    }

    /// The connection without its guard: it does not go back.
    pub(super) fn into_member(mut self) -> Option<Box<Member>> {
        self.member.take()
    }
}

impl Deref for Pooled {
    type Target = Connection;

    #[expect(clippy::expect_used, reason = "the member is there until drop, after which nobody can ask")]
    fn deref(&self) -> &Connection {
        &self.member.as_ref().expect("the connection is there until the guard is dropped").connection
    }
}

impl DerefMut for Pooled {
    #[expect(clippy::expect_used, reason = "the member is there until drop, after which nobody can ask")]
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.member.as_mut().expect("the connection is there until the guard is dropped").connection
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        if let Some(member) = self.member.take() {
            Shared::release(&self.home, member);
        }
    }
}

impl fmt::Debug for Pooled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pooled").field(&**self).finish()
    }
}
