//! A list where pairs are needed.
//= error[E0277]: `[&str; 2]` is not made of pairs
//= |            ----         ^^^^^^^^^^^^^^^ no pairs
//= = note: give `(field, value)`, slices, arrays or `Vec` of these, a map, or `((f1, v1), (f2, v2))` for values of different types

use redispy_cmd::commands::HashCommands;
use redispy_cmd::{Call, ReplyError};

fn main() {}

pub fn run(client: &dyn Call<Error = ReplyError>) -> Result<(), ReplyError> {
    client.hset("user", ["name", "bob"])?;
    Ok(())
}
