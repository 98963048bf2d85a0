//! A command that is made, but not run.
//= warning: unused `redispy_cmd::commands::Set` that must be used
//= = note: a command does nothing until it is run: `client.run(command)`

use redispy_cmd::commands::set;
use redispy_cmd::{Call, ReplyError};

fn main() {}

pub fn run(client: &dyn Call<Error = ReplyError>) -> Result<(), ReplyError> {
    set("name", "bob").nx();
    let _ = client;
    Ok(())
}
