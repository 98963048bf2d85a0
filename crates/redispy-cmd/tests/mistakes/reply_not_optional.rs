//! A value that may be missing, taken as if it were there.
//= error[E0308]: `?` operator has incompatible types
//= |                         ^^^^^^^^^^^^^^^^^^^ expected `String`, found `Option<_>`

use redispy_cmd::commands::StringCommands;
use redispy_cmd::{Call, ReplyError};

fn main() {}

pub fn run(client: &dyn Call<Error = ReplyError>) -> Result<(), ReplyError> {
    let _name: String = client.get("name")?;
    Ok(())
}
