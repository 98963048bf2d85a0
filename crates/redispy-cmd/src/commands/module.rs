//! MODULE: extensions of the server.

use crate::arg::{ToArg, ToArgs};
use crate::cmd::{Cmd, Request};
use crate::execute::{Execute, IntoCmd};
use crate::replies::ModuleInfo;
use crate::replies::fields::texts;
use crate::reply::ok;
use crate::spec;

/// The commands about modules. Servers refuse loading and unloading unless `enable-module-command` allows it.
pub trait ModuleCommands: Execute {
    /// The server's help, line by line.
    ///
    /// `MODULE HELP`. Since Redis 5.0.0. O(1).
    fn module_help(self) -> Self::Output<Vec<String>> {
        self.run(module_help())
    }

    /// The modules that are loaded.
    ///
    /// `MODULE LIST`. Since Redis 4.0.0. O(N) in the number of modules.
    fn module_list(self) -> Self::Output<Vec<ModuleInfo>> {
        self.run(module_list())
    }

    /// Loads a module from a file of the server's. Its arguments are an option of [`cmd::module_load`](module_load()).
    ///
    /// `MODULE LOAD path`. Since Redis 4.0.0. O(1).
    fn module_load(self, path: impl ToArg) -> Self::Output<()> {
        self.run(module_load(path))
    }

    /// Loads a module from a file of the server's. Its configuration and arguments are options of
    /// [`cmd::module_loadex`](module_loadex()).
    ///
    /// `MODULE LOADEX path`. Since Redis 7.0.0. O(1).
    fn module_loadex(self, path: impl ToArg) -> Self::Output<()> {
        self.run(module_loadex(path))
    }

    /// Unloads the module of this name.
    ///
    /// `MODULE UNLOAD name`. Since Redis 4.0.0. O(1).
    fn module_unload(self, name: impl ToArg) -> Self::Output<()> {
        self.run(module_unload(name))
    }
}

impl<E: Execute> ModuleCommands for E {}

/// `MODULE HELP`: see [`ModuleCommands::module_help`].
pub fn module_help() -> Cmd<Vec<String>> {
    Cmd::new(&spec::MODULE_HELP, texts)
}

/// `MODULE LIST`: see [`ModuleCommands::module_list`].
pub fn module_list() -> Cmd<Vec<ModuleInfo>> {
    Cmd::new(&spec::MODULE_LIST, ModuleInfo::read_list)
}

/// `MODULE LOAD path` with its options ([`ModuleLoad`]): see [`ModuleCommands::module_load`].
pub fn module_load(path: impl ToArg) -> ModuleLoad {
    let mut request = Request::new(&spec::MODULE_LOAD);
    request.arg(path);
    ModuleLoad { request }
}

/// `MODULE LOADEX path` with its options ([`ModuleLoadex`]): see [`ModuleCommands::module_loadex`].
pub fn module_loadex(path: impl ToArg) -> ModuleLoadex {
    let mut request = Request::new(&spec::MODULE_LOADEX);
    request.arg(path);
    ModuleLoadex { request, args: Request::empty() }
}

/// `MODULE UNLOAD name`: see [`ModuleCommands::module_unload`].
pub fn module_unload(name: impl ToArg) -> Cmd<()> {
    Cmd::new(&spec::MODULE_UNLOAD, ok).arg(name)
}

/// `MODULE LOAD` with its arguments; [`module_load()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct ModuleLoad {
    request: Request,
}

impl ModuleLoad {
    /// `arg ...`: gives the module arguments, behind those given before.
    pub fn args(mut self, args: impl ToArgs) -> Self {
        self.request.args(args);
        self
    }
}

impl IntoCmd for ModuleLoad {
    type Reply = ();

    fn into_cmd(self) -> Cmd<()> {
        Cmd::from_request(self.request, ok)
    }
}

/// `MODULE LOADEX` with its options; [`module_loadex()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct ModuleLoadex {
    request: Request,
    args: Request,
}

impl ModuleLoadex {
    /// `CONFIG name value`: sets one of the module's parameters.
    pub fn config(mut self, name: impl ToArg, value: impl ToArg) -> Self {
        self.request.args(("CONFIG", name, value));
        self
    }

    /// `ARGS arg ...`: gives the module arguments, behind those given before.
    pub fn args(mut self, args: impl ToArgs) -> Self {
        self.args.args(args);
        self
    }
}

impl IntoCmd for ModuleLoadex {
    type Reply = ();

    fn into_cmd(mut self) -> Cmd<()> {
        if self.args.count() > 0 {
            // The server takes everything behind this word.
            self.request.arg("ARGS");
        }
        self.request.append(&self.args);
        Cmd::from_request(self.request, ok)
    }
}
