//! A reply that becomes nothing.
//= error[E0277]: no reply can be read into `()`
//= |                     ^^^ not a type of a reply
//= = note: name the type: `let name: Option<String> = ...`, or take a `Value`; `()` and `!` are none, so that no reply goes unread by mistake

use redispy_cmd::commands::StringCommands;
use redispy_cmd::{Call, ReplyError};

fn main() {}

pub fn run(client: &dyn Call<Error = ReplyError>) -> Result<(), ReplyError> {
    let () = client.get("name")?.unwrap_or_default();
    Ok(())
}
