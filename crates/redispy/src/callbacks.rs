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

    /// Whether there is any.
    #[inline]
    pub(crate) fn any(&self) -> bool {
        self.any.load(Ordering::Acquire)
    }

    /// The callback of that command. Only the name of one that is not in the table may be in small letters.
    fn find(&self, command: &str) -> Option<Callback> {
        let by_name = self.by_name.read().unwrap_or_else(PoisonError::into_inner);
        by_name.get(command).or_else(|| by_name.get(&*command.to_ascii_uppercase())).cloned()
    }

    /// Hands the reply to `read`, changed by the command's callback if there is one. Errors of the server pass by callbacks.
    pub(crate) fn apply(&self, command: &str, node: Node<'_>, read: impl FnOnce(Node<'_>)) -> Result<()> {
        if !self.any() || node.is_error() {
            read(node);
            return Ok(());
        }
        // Taken out of the lock first: a callback may well run commands, or set callbacks.
        let callback = self.find(command);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_of_any_name_is_found_in_any_case() {
        let callbacks = Callbacks::default();
        callbacks.set("json.get", |_| Ok::<_, Error>(Value::Integer(7)));
        let reply = Reply::parse(b":1\r\n", Limits::default()).unwrap().unwrap();
        for (name, seen) in [("json.get", 7), ("JSON.GET", 7), ("Json.Get", 7), ("JSON.SET", 1)] {
            let mut got = None;
            callbacks.apply(name, reply.node(), |node| got = Some(node.into_frame())).unwrap();
            assert_eq!(got, Some(Value::Integer(seen)), "{name}");
        }
    }
}
