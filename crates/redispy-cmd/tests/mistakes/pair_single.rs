//! The element alone, where the reply has the key as well: found out by the compiler, not when the element is gone.
//= error[E0277]: `std::string::String` is no pair
//= = note: name a type for each: `(String, i64)`

use redispy_cmd::commands::ListCommands;
use redispy_cmd::{Block, Call, ReplyError};

fn main() {}

pub fn run(client: &dyn Call<Error = ReplyError>) -> Result<(), ReplyError> {
    let _job: Option<String> = client.blpop("jobs", Block::Forever)?;
    Ok(())
}
