//! A reply whose type nobody names.
//= error[E0283]: type annotations needed
//= |            ^^^ cannot infer type for type parameter `T` declared on the method `get`

use redispy_cmd::commands::StringCommands;
use redispy_cmd::{Call, ReplyError};

fn main() {}

pub fn run(client: &dyn Call<Error = ReplyError>) -> Result<(), ReplyError> {
    client.get("name")?;
    Ok(())
}
