//! More commands than a tuple has places.
//= error[E0277]: a typed pipeline holds at most 24 commands
//= = note: use `.all(commands)` for many commands of one type, or `pipeline().dynamic()` for any number of any types

use redispy::{Client, Result, prelude::*};

fn main() {}

pub fn run(r: &Client) -> Result<()> {
    r.pipeline()
        .del("1").del("2").del("3").del("4").del("5").del("6").del("7").del("8")
        .del("9").del("10").del("11").del("12").del("13").del("14").del("15").del("16")
        .del("17").del("18").del("19").del("20").del("21").del("22").del("23").del("24")
        .del("25")
        .execute()?;
    Ok(())
}
