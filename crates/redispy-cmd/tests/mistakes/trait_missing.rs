//! A command whose group is not imported.
//= error[E0599]: no method named `set` found for reference `&dyn Call<Error = ReplyError>` in the current scope
//= help: trait `StringCommands` which provides `set` is implemented but not in scope; perhaps you want to import it

use redispy_cmd::{Call, ReplyError};

fn main() {}

pub fn run(client: &dyn Call<Error = ReplyError>) -> Result<(), ReplyError> {
    client.set("name", "bob")?;
    Ok(())
}
