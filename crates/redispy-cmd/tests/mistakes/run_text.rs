//! Text where a command is needed.
//= error[E0277]: `&str` is no command
//= = note: commands come from the functions in `cmd`: `cmd::set("key", 1).ex(60)`, `cmd("NAME").arg(..)`

use redispy_cmd::Execute;
use redispy_cmd::{Call, ReplyError};

fn main() {}

pub fn run(client: &dyn Call<Error = ReplyError>) -> Result<(), ReplyError> {
    client.run("PING")?;
    Ok(())
}
