//! A command that changes the connection, on a pipeline.
//= error[E0277]: `redispy::Pipeline` has no connection of its own for this command to change
//= = note: say it in the client's configuration, which every connection follows, or take a session

use redispy::{Client, Result, prelude::*};

fn main() {}

pub fn run(r: &Client) -> Result<()> {
    let (selected,) = r.pipeline().select(1).execute()?;
    Ok(selected)
}
