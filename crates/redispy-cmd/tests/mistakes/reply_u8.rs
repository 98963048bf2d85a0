//! A reply that becomes a byte.
//= error[E0277]: no reply can be read into `u8`
//= |                                   ^^^ not a type of a reply
//= = note: text is owned, `String` and not `&str`; `u8` is none, since `Vec<u8>` is one byte string

use redispy_cmd::commands::StringCommands;
use redispy_cmd::{Call, ReplyError};

fn main() {}

pub fn run(client: &dyn Call<Error = ReplyError>) -> Result<(), ReplyError> {
    let _age: Option<u8> = client.get("age")?;
    Ok(())
}
