//! The project's own commands: `cargo xtask --help`.

mod abort;
mod bench;
mod ci;
mod codegen;
mod coverage;
mod demo;
mod fuzz;
mod host;
mod index;
mod model;
mod run;
mod summary;
mod test;

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What a command ends with: the exit code that its last failing program gave, 0 when none failed.
type Outcome = Result<u8, Box<dyn Error>>;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own commands", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Walk through what the library does, on a private server that is gone at the end
    Demo,
    /// Run all tests; live tests against a private server, which is fetched when none is installed
    Test(test::Arguments),
    /// Write the table of commands from what the servers of the matrix tell of themselves, and the index of methods
    Codegen(codegen::Arguments),
    /// Compare the commands and options that servers of the matrix know with those that the crate has
    Coverage,
    /// Fuzz the protocol crate, each of its targets for a while
    Fuzz(fuzz::Arguments),
    /// Measure redispy beside other clients on a private server
    Bench(bench::Arguments),
    /// Take the code of shared connections through the orders of its threads' steps, under two model checkers
    Model,
    /// Everything that must hold before a change goes in: format, lints, docs, tables, tests on all servers
    Ci,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Demo => demo::run(),
        Command::Test(arguments) => test::run(&arguments),
        Command::Codegen(arguments) => codegen::run(&arguments),
        Command::Coverage => coverage::run(),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Model => model::run(),
        Command::Ci => ci::run(),
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
