//! A command that blocks, on a deferred.
//= error[E0277]: a blocking command cannot run on `&Deferred`
//= = note: run it on a client or a session: it would hold up every command behind it

use redispy::{Block, Client, Result, prelude::*};

fn main() {}

pub fn run(r: &Client) -> Result<()> {
    let d = r.deferred();
    let job = d.blpop::<(String, String)>("queue", Block::Forever).wait()?;
    drop(job);
    Ok(())
}
