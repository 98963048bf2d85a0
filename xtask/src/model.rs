//! `cargo xtask model`: the code of shared connections under two model checkers, which take its threads through the orders of
//! their steps.

use std::error::Error;

use crate::run::{cargo, step, watch, workspace};
use crate::summary::{self, Row, counts};
use crate::{Outcome, ci};

/// A checker each; the code is built for it in a directory of its own.
const CHECKERS: [&str; 2] = ["loom", "shuttle"];

pub(crate) fn run() -> Outcome {
    Ok(summary::print(&rows()?))
}

pub(crate) fn rows() -> Result<Vec<Row>, Box<dyn Error>> {
    CHECKERS.iter().map(|checker| row(checker)).collect()
}

fn row(checker: &str) -> Result<Row, Box<dyn Error>> {
    step(&format!("shared connections under {checker}"));
    let ran = watch(
        cargo(&["test", "--package", "redispy-conn", "--lib", "shared::model", "--", "--nocapture"])
            .env("RUSTFLAGS", format!("--cfg {checker}"))
            .env("CARGO_TARGET_DIR", workspace().join("target").join(checker)),
    )?;
    let explored: u64 = ran
        .printed
        .lines()
        .filter_map(|line| line.strip_suffix(" interleavings")?.rsplit(' ').next()?.parse::<u64>().ok())
        .sum();
    eprintln!("{checker}: {explored} interleavings explored");
    let (passed, _) = counts(&ran.printed);
    // A checker that ran nothing has proved nothing.
    let code = if passed == 0 || explored == 0 { ran.code.max(1) } else { ran.code };
    Ok(ci::row(&format!("model: {checker}"), code, ran.time))
}
