//! Connections that leave the pool for good, to be shared by many callers.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use resp_proto::Decoder;

use super::{Pool, Pooled, Setup, Shared, Stats};
use crate::transport::Transport;
use crate::{Address, Config, Deadline, Error, Result};

/// Opens connections by the rules of the pool, and keeps count of them apart from those that it lends: neither kind takes the
/// other's places.
pub(crate) struct Places(Pool);

/// The place of one such connection; it is vacant again once this is dropped.
pub(crate) struct Home(Pooled);

impl Places {
    pub(super) fn new(process: u32, setup: &Setup) -> Places {
        let mut config = setup.config.clone();
        // While one is replaced there are two of them, and more when their callers take their time.
        config.pool.max_connections = config.pool.max_connections.max(config.share.connections + 1);
        config.pool.pool_timeout = None;
        let setup =
            Setup { config, connector: Arc::clone(&setup.connector), resolver: Arc::clone(&setup.resolver) };
        Places(Pool { shared: Arc::new(Shared::without_lanes(process, Arc::new(setup))) })
    }

    /// Opens a connection: what it writes to and reads from, with what it has received, and its place.
    pub(crate) fn take(
        &self,
        label: &'static str,
        deadline: Deadline,
    ) -> Result<(Arc<dyn Transport>, Decoder, Address, Home)> {
        let mut connection = self.0.get(label, deadline)?;
        let (transport, decoder) = connection.split();
        let address = connection.address().clone();
        Ok((transport, decoder, address, Home(connection)))
    }

    /// The process whose connections these are.
    pub(crate) fn process(&self) -> u32 {
        self.0.shared.process
    }

    /// Changes whenever all present connections are to be let go.
    pub(crate) fn generation(&self) -> u64 {
        self.0.shared.generation.load(Ordering::Acquire)
    }

    pub(crate) fn why_nothing_came(&self, deadline: Deadline) -> Error {
        let error = self.0.shared.lock().why_nothing_came(Instant::now(), deadline);
        match error.address() {
            Some(_) => error,
            None => error.with_address(&self.config().address),
        }
    }

    pub(crate) fn config(&self) -> &Config {
        self.0.config()
    }

    pub(crate) fn clear(&self) {
        self.0.clear();
    }

    pub(crate) fn close(&self) {
        self.0.close();
    }

    pub(crate) fn abort(&self) {
        self.0.abort();
    }

    /// Adds what was done to open and keep them. Those that are open count as shared, not as lent.
    pub(crate) fn add_to(&self, stats: &mut Stats) {
        let own = self.0.shared.lock().stats(Instant::now());
        stats.shared = own.in_use;
        // One that came when its callers had given up: it will be the next.
        stats.idle += own.idle;
        stats.dialing += own.dialing;
        stats.dials += own.dials;
        stats.failed_dials += own.failed_dials;
        stats.opened += own.opened;
        stats.lost += own.lost;
        stats.expired += own.expired;
        stats.cleared += own.cleared;
        stats.timeouts += own.timeouts;
        stats.found_dead += own.found_dead;
        stats.discarded += own.discarded;
    }
}

impl Home {
    /// Whether the options let a connection be used that is so old, and was last used then.
    pub(crate) fn is_fresh(&self, last_used: Instant, now: Instant) -> bool {
        self.0.is_fresh(last_used, now)
    }

    /// When it was to be used it turned out to be dead, or too old.
    pub(crate) fn found_useless(self, is_fresh: bool) {
        let home = Arc::clone(self.0.home());
        if let Some(member) = self.0.into_member() {
            home.lock().found_useless(&member, is_fresh);
        }
    }

    /// It was closed while calls were under way.
    pub(crate) fn lost(mut self) {
        self.0.close();
    }
}
