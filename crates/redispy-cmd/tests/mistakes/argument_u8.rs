//! A byte as an argument.
//= error[E0277]: `u8` is not an argument of a command
//= |            ---        ^^^^^ not one argument
//= = note: `u8` and `bool` are none (`Vec<u8>` is one byte string): convert them, `i64::from(x)`; nor is `Option`: leave out what is missing

use redispy_cmd::commands::StringCommands;
use redispy_cmd::{Call, ReplyError};

fn main() {}

pub fn run(client: &dyn Call<Error = ReplyError>) -> Result<(), ReplyError> {
    client.set("age", 33_u8)?;
    Ok(())
}
