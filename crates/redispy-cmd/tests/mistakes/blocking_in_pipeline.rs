//! A command that blocks, on something that does not answer at once.
//= error[E0277]: a blocking command cannot run on `Pipeline`
//= = note: run it on a client or a session: it would hold up every command behind it

use redispy_cmd::commands::ListCommands;
use redispy_cmd::{Block, Execute, IntoCmd};

fn main() {}

pub struct Pipeline;

impl Execute for Pipeline {
    type Output<T> = Pipeline;

    fn run<C: IntoCmd>(self, _: C) -> Pipeline {
        self
    }
}

pub fn run(pipeline: Pipeline) -> Pipeline {
    pipeline.blpop::<(String, String)>("list", Block::Forever)
}
