//! CONFIG: the server's configuration.

use std::collections::BTreeMap;

use resp_proto::Node;

use crate::arg::{ToArg, ToArgs, ToPairs};
use crate::cmd::{Cmd, Request};
use crate::execute::Execute;
use crate::replies::fields::{Fields, sorted, text_of, texts};
use crate::reply::{ReplyError, ok};
use crate::spec;

/// The commands about the server's configuration. Values are texts; what is no UTF-8 in them is replaced.
pub trait ConfigCommands: Execute {
    /// The parameters that match a pattern, with their values.
    ///
    /// `CONFIG GET parameter [parameter ...]`. Since Redis 2.0.0, many patterns since 7.0.0. O(N) in the number of
    /// patterns.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::ConfigCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let policy = r.config_get("maxmemory-policy")?.remove("maxmemory-policy");
    /// # Ok(()) }
    /// ```
    fn config_get(self, parameters: impl ToArgs) -> Self::Output<BTreeMap<String, String>> {
        self.run(config_get(parameters))
    }

    /// The server's help, line by line.
    ///
    /// `CONFIG HELP`. Since Redis 5.0.0. O(1).
    fn config_help(self) -> Self::Output<Vec<String>> {
        self.run(config_help())
    }

    /// Sets the server's statistics to zero.
    ///
    /// `CONFIG RESETSTAT`. Since Redis 2.0.0. O(1).
    fn config_resetstat(self) -> Self::Output<()> {
        self.run(config_resetstat())
    }

    /// Writes the configuration to the server's file.
    ///
    /// `CONFIG REWRITE`. Since Redis 2.8.0. O(1).
    fn config_rewrite(self) -> Self::Output<()> {
        self.run(config_rewrite())
    }

    /// Sets a parameter.
    ///
    /// `CONFIG SET parameter value`. Since Redis 2.0.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::ConfigCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// r.config_set("maxmemory-policy", "allkeys-lru")?;
    /// # Ok(()) }
    /// ```
    fn config_set(self, parameter: impl ToArg, value: impl ToArg) -> Self::Output<()> {
        self.run(config_set(parameter, value))
    }

    /// Sets several parameters, all or none.
    ///
    /// `CONFIG SET parameter value [parameter value ...]`. Since Redis 2.0.0, many parameters since 7.0.0. O(N) in the
    /// number of parameters.
    fn config_set_all(self, parameters: impl ToPairs) -> Self::Output<()> {
        self.run(config_set_all(parameters))
    }
}

impl<E: Execute> ConfigCommands for E {}

/// `CONFIG GET parameter [parameter ...]`: see [`ConfigCommands::config_get`].
pub fn config_get(parameters: impl ToArgs) -> Cmd<BTreeMap<String, String>> {
    let mut request = Request::new(&spec::CONFIG_GET);
    request.some_args("parameters", parameters);
    Cmd::from_request(request, parameters_with_values)
}

/// `CONFIG HELP`: see [`ConfigCommands::config_help`].
pub fn config_help() -> Cmd<Vec<String>> {
    Cmd::new(&spec::CONFIG_HELP, texts)
}

/// `CONFIG RESETSTAT`: see [`ConfigCommands::config_resetstat`].
pub fn config_resetstat() -> Cmd<()> {
    Cmd::new(&spec::CONFIG_RESETSTAT, ok)
}

/// `CONFIG REWRITE`: see [`ConfigCommands::config_rewrite`].
pub fn config_rewrite() -> Cmd<()> {
    Cmd::new(&spec::CONFIG_REWRITE, ok)
}

/// `CONFIG SET parameter value`: see [`ConfigCommands::config_set`].
pub fn config_set(parameter: impl ToArg, value: impl ToArg) -> Cmd<()> {
    Cmd::new(&spec::CONFIG_SET, ok).arg(parameter).arg(value)
}

/// `CONFIG SET parameter value [parameter value ...]`: see [`ConfigCommands::config_set_all`].
pub fn config_set_all(parameters: impl ToPairs) -> Cmd<()> {
    let mut request = Request::new(&spec::CONFIG_SET);
    request.some_pairs("parameters", parameters);
    Cmd::from_request(request, ok)
}

pub(super) fn parameters_with_values(node: Node<'_>) -> Result<BTreeMap<String, String>, ReplyError> {
    let values = Fields::read(node, "parameters with their values")?.rest();
    Ok(sorted(values.into_iter().map(|(parameter, value)| (parameter, text_of(&value)))))
}
