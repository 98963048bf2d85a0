//! Fields and values that become one string.
//= error[E0277]: fields and values cannot be read into `std::string::String`
//= |                                ^^^^^^^ not a map
//= = note: name the map: `let user: HashMap<String, String> = ...`; `BTreeMap`, `Vec<(K, V)>` and `Option` of these fit too, `()` and `!` do not

use redispy_cmd::commands::HashCommands;
use redispy_cmd::{Call, ReplyError};

fn main() {}

pub fn run(client: &dyn Call<Error = ReplyError>) -> Result<(), ReplyError> {
    let _user: String = client.hgetall("user")?;
    Ok(())
}
