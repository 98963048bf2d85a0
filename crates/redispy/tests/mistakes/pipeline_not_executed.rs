//! A pipeline that is filled and never executed.
//= warning: unused `redispy::Pipeline` that must be used
//= = note: a pipeline sends nothing until it is executed: `.execute()?`

use redispy::{Client, prelude::*};

fn main() {}

pub fn run(r: &Client) {
    r.pipeline().set("a", 1).incr("n");
}
