//! A typed command from outside of the library, as for a module: a trait of one's own over `Execute`, which works wherever
//! commands run.
//!
//! `cargo run -p redispy --example own_command`, with a server on port 6379 or where `REDIS_URL` says.

use redispy::{Client, Cmd, Execute, FromReply, ToArg, cmd};

/// Names with a prefix never collide with methods that the library gains later.
trait ShopCommands: Execute {
    /// Takes stock off a product: what is left.
    fn shop_take(self, product: impl ToArg, amount: i64) -> Self::Output<i64> {
        self.run(take(product, amount))
    }

    /// What is left of a product, in whatever type you count in.
    fn shop_left<T: FromReply>(self, product: impl ToArg) -> Self::Output<Option<T>> {
        self.run(cmd("GET").arg(product).returns())
    }
}

impl<E: Execute> ShopCommands for E {}

fn take(product: impl ToArg, amount: i64) -> Cmd<i64> {
    cmd("DECRBY").arg(product).arg(amount).returns()
}

fn main() -> redispy::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://localhost:6379/0".into());
    let r = Client::open(url)?;
    r.run(cmd("SET").arg(("apples", 100)))?;
    println!("{} apples left", r.shop_take("apples", 3)?);
    println!("{:?} apples left", r.shop_left::<u32>("apples")?);
    println!("after five more sales: {:?}", r.batch((0..5).map(|_| take("apples", 1)))?);
    Ok(())
}
