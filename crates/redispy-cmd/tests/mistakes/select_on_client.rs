//! A command that changes its connection, on something that lends another connection to each call.
//= error[E0277]: `&C` has no connection of its own, which this command is about
//= = note: take a session, or say it in the client's configuration, which every connection follows

use redispy_cmd::commands::ConnectionStateCommands;
use redispy_cmd::{Call, Execute, ReplyError};

fn main() {}

pub fn select<C: Call<Error = ReplyError>>(client: &C) -> <&C as Execute>::Output<()> {
    client.select(3)
}
