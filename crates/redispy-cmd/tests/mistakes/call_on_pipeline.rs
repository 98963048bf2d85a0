//! A function for what answers at once, given something that does not.
//= error[E0277]: `Pipeline` does not answer commands at once
//= = note: clients and sessions do; a pipeline collects commands and answers on `execute`

use redispy_cmd::{Call, Execute, IntoCmd};

fn main() {}

pub struct Pipeline;

impl Execute for Pipeline {
    type Output<T> = Pipeline;

    fn run<C: IntoCmd>(self, _: C) -> Pipeline {
        self
    }
}

fn needs_an_answer(_: &impl Call) {}

pub fn run(pipeline: Pipeline) {
    needs_an_answer(&pipeline);
}
