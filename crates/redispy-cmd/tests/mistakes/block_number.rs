//! A number as the time to wait: seconds or milliseconds?
//= error[E0277]: `{integer}` is not a time to wait
//= = note: give a `Duration`, such as `Duration::from_secs(5)`, or `Block::Forever`

use redispy_cmd::{Cmd, commands as cmd};

fn main() {}

pub fn run() -> Cmd<Option<(String, String)>> {
    cmd::blpop("list", 0)
}
