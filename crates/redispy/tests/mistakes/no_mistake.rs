//! What is right compiles: a mistake that is reported elsewhere is not the harness's own.

use redispy::{Client, Pipeline, Replies, Result, cmd, prelude::*};

fn main() {}

pub fn count<L: Replies>(pipeline: Pipeline<L>) -> Pipeline<L::Then<i64>> {
    pipeline.incr("n")
}

pub fn run(r: &Client) -> Result<()> {
    let (a, n, b): (bool, i64, Option<String>) = count(r.pipeline().set("a", 1)).get("b").execute()?;
    let _twenty_four = r
        .pipeline()
        .del("1").del("2").del("3").del("4").del("5").del("6").del("7").del("8")
        .del("9").del("10").del("11").del("12").del("13").del("14").del("15").del("16")
        .del("17").del("18").del("19").del("20").del("21").del("22").del("23").del("24")
        .execute()?;
    let mut p = r.pipeline().dynamic();
    let slot = p.incr("n");
    p.set("a", 1);
    let n_again: i64 = p.execute()?.take(slot)?;
    let seq: i64 = r.transaction(["seq"], |tx| {
        let n = tx.get("seq")?.unwrap_or(0) + 1;
        tx.multi().set("seq", n).execute()?;
        Ok(n)
    })?;
    let _ = (a, n, b, n_again, seq, r.batch(["a", "b"].map(cmd::incr))?);
    Ok(())
}
