//! An iterator as arguments, without `each`.
//= error[E0277]: `Map<Range<{integer}>, {closure@arguments_iterator.rs:12:37}>` is neither an argument nor many of them
//= |            -----         ^^^^^^^^^^^^^^^^^^^^^ no arguments
//= = note: iterators go through `each`: `each(items.iter().map(..))`

use redispy_cmd::commands::ListCommands;
use redispy_cmd::{Call, ReplyError};

fn main() {}

pub fn run(client: &dyn Call<Error = ReplyError>) -> Result<(), ReplyError> {
    client.lpush("list", (0..3).map(|n| n * 2))?;
    Ok(())
}
