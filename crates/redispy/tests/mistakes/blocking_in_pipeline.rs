//! A command that blocks, on a pipeline.
//= error[E0277]: a blocking command cannot run on `redispy::Pipeline`
//= = note: run it on a client or a session: it would hold up every command behind it

use redispy::{Block, Client, Result, prelude::*};

fn main() {}

pub fn run(r: &Client) -> Result<()> {
    let (job,) = r.pipeline().blpop::<(String, String)>("queue", Block::Forever).execute()?;
    drop(job);
    Ok(())
}
