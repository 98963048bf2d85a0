//! A client among faults, in a program that the first panic ends: `examples/chaos.rs` of the test kit, with `panic = "abort"`.

use std::error::Error;

use redispy_testkit::Binaries;

use crate::ci;
use crate::run::{cargo, step, watch};
use crate::summary::Row;

pub(crate) fn row() -> Result<Row, Box<dyn Error>> {
    step("a client among faults, where a panic aborts");
    let mut command =
        cargo(&["run", "--profile", "abort", "--package", "redispy-testkit", "--example", "chaos"]);
    let ran = watch(command.env("REDISPY_SERVER", Binaries::default_server()?.server()))?;
    Ok(ci::row("panic = abort", ran.code, ran.time))
}
