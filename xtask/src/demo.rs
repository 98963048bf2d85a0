//! `cargo xtask demo`: the example `demo` of the facade, which starts its own server.

use crate::Outcome;
use crate::run::{cargo, watch};

pub(crate) fn run() -> Outcome {
    Ok(watch(&mut cargo(&["run", "--package", "redispy", "--example", "demo"]))?.code)
}
