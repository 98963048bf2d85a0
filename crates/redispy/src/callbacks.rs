//! Response callbacks: functions that see a reply before it becomes the caller's type.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use redispy_cmd::Value;
use resp_proto::{Limits, Node, Protocol, Reply};

use crate::{Error, Result};

type Callback = Arc<dyn Fn(Value) -> Result<Value, Box<dyn StdError + Send + Sync>> + Send + Sync>;

/// The callbacks of a client and its clones, by command name.
#[derive(Default)]
pub(crate) struct Callbacks {
    /// Spares calls the lock while there is none, which is nearly always.
    any: AtomicBool,
    by_name: RwLock<HashMap<Box<str>, Callback>>,
}

impl Callbacks {
    pub(crate) fn set<F, E>(&self, command: &str, callback: F)
    where
        F: Fn(Value) -> Result<Value, E> + Send + Sync + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        let callback: Callback = Arc::new(move |value| callback(value).map_err(Into::into));
        let mut by_name = self.by_name.write().unwrap_or_else(PoisonError::into_inner);
        by_name.insert(command.to_ascii_uppercase().into(), callback);
        self.any.store(true, Ordering::Release);
    }

    /// Hands the reply to `read`, changed by the command's callback if there is one. Errors of the server pass by callbacks.
    pub(crate) fn apply(&self, command: &str, node: Node<'_>, read: impl FnOnce(Node<'_>)) -> Result<()> {
        if !self.any.load(Ordering::Acquire) || node.is_error() {
            read(node);
            return Ok(());
        }
        // Taken out of the lock first: a callback may well run commands, or set callbacks.
        let callback = self.by_name.read().unwrap_or_else(PoisonError::into_inner).get(command).cloned();
        let Some(callback) = callback else {
            read(node);
            return Ok(());
        };
        let value = callback(node.into_frame()).map_err(Error::callback)?;
        let mut bytes = Vec::new();
        value.encode(&mut bytes, Protocol::Resp3);
        match Reply::parse(&bytes, Limits::default()) {
            Ok(Some(reply)) => {
                read(reply.node());
                Ok(())
            }
            Ok(None) => Err(Error::callback("the callback's value ends too early".into())),
            Err(error) => Err(Error::callback(Box::new(error))),
        }
    }
}

impl fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Callbacks")
    }
}
