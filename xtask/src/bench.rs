//! `cargo xtask bench`: builds the programs of benches/, optimised, and runs the one that measures. It alone knows its options.

use crate::Outcome;
use crate::run::{cargo, watch};

/// In the profile that programs are released in, without what they may add to it.
const BENCHES: [&str; 3] = ["--release", "--package", "redispy-benches"];

#[derive(Debug, Clone, clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    /// What the bench understands: `cargo xtask bench --help` tells
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS")]
    options: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    // All of them: `bench` runs `allocations`, which lies beside it.
    let built = watch(cargo(&["build", "--bins"]).args(BENCHES))?;
    if built.code != 0 {
        return Ok(built.code);
    }
    let mut bench = cargo(&["run", "--quiet", "--bin", "bench"]);
    Ok(watch(bench.args(BENCHES).arg("--").args(&arguments.options))?.code)
}
