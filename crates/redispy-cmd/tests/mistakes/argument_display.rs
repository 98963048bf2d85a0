//! A type that can only be displayed as an argument.
//= error[E0277]: `Ipv4Addr` is not an argument of a command
//= |            ---            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ not one argument
//= = note: wrap what implements `Display` in `Text(..)`, or implement `ToArg`

use redispy_cmd::commands::StringCommands;
use redispy_cmd::{Call, ReplyError};

fn main() {}

pub fn run(client: &dyn Call<Error = ReplyError>) -> Result<(), ReplyError> {
    client.set("address", std::net::Ipv4Addr::LOCALHOST)?;
    Ok(())
}
