//! Two transactions of one WATCH: the second would not be watched over.
//= error[E0382]: use of moved value: `tx`
//= note: `Watched::multi` takes ownership of the receiver `self`, which moves `tx`

use redispy::{Client, Result, prelude::*};

fn main() {}

pub fn run(r: &Client) -> Result<i64> {
    r.transaction("seq", |tx| {
        tx.multi().set("seq", 1).execute()?;
        let (n,) = tx.multi().incr("seq").execute()?;
        Ok(n)
    })
}
