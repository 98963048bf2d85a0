//! What is right compiles: a mistake that is reported elsewhere is not the harness's own.

use std::collections::HashMap;

use redispy_cmd::commands::{HashCommands, ListCommands, StringCommands};
use redispy_cmd::{Call, Execute, ExecuteCommand, ReplyError, Value, cmd, each};

fn main() {}

pub fn run(client: &dyn Call<Error = ReplyError>) -> Result<(), ReplyError> {
    let name: Option<String> = client.get("name")?;
    client.set("name", name.unwrap_or_default())?;
    client.hset("user", (("name", "bob"), ("age", 3)))?;
    let _user: HashMap<String, String> = client.hgetall("user")?;
    client.lpush("list", each((0..3).map(|n| n * 2)))?;
    let _value: Value = client.execute_command(("OBJECT", "ENCODING", "list"))?;
    client.run(redispy_cmd::commands::set("name", 1).nx())?;
    client.run(cmd("PING").returns::<String>())?;
    Ok(())
}
