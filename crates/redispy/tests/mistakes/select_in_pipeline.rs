//! A command that changes the connection, on a pipeline.
//= error[E0277]: `redispy::Pipeline` has no connection of its own, which this command is about
//= = note: take a session, or say it in the client's configuration, which every connection follows

use redispy::{Client, Result, prelude::*};

fn main() {}

pub fn run(r: &Client) -> Result<()> {
    let (selected,) = r.pipeline().select(1).execute()?;
    Ok(selected)
}
