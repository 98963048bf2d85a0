//! A first program: strings, options, any command, an error.
//!
//! `cargo run -p redispy --example first`, with a server on port 6379 or where `REDIS_URL` says.

use redispy::{Client, cmd, prelude::*};

fn main() -> redispy::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://localhost:6379/0".into());
    let r = Client::open(url)?; // lazy; Clone + Send + Sync; every method takes &self

    r.set("greeting", "hello")?; // the command fixes the shape of the reply ...
    let greeting: Option<String> = r.get("greeting")?; // ... you choose the element's type
    println!("{greeting:?}");

    r.run(cmd::set("token", 7).nx().ex(60))?; // options are a builder, which is itself a command
    let old: Option<i64> = r.run(cmd::set("token", 8).get())?; // one that changes the reply changes its type
    println!("{old:?}");

    let encoding: String = r.run(cmd("OBJECT").arg(("ENCODING", "token")).returns())?; // any command, typed
    println!("{encoding}");

    match r.get::<i64>("greeting") {
        Ok(number) => println!("{number:?}"),
        Err(error) => println!("{error} [{:?}]", error.outcome()), // GET: expected an integer, got ...
    }
    Ok(())
}
