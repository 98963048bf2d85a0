//! A reply that becomes borrowed text.
//= error[E0277]: no reply can be read into `&str`
//= |                                      ^^^ not a type of a reply
//= = note: text is owned, `String` and not `&str`; `u8` is none, since `Vec<u8>` is one byte string

use redispy_cmd::commands::StringCommands;
use redispy_cmd::{Call, ReplyError};

fn main() {}

pub fn run(client: &dyn Call<Error = ReplyError>) -> Result<(), ReplyError> {
    let _name: Option<&str> = client.get("name")?;
    Ok(())
}
