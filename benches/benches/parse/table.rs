//! The table at the end.

use std::fs;
use std::path::Path;

use crate::shapes::Shape;

#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
}

struct Row {
    shape: &'static str,
    chunk: &'static str,
    who: &'static str,
    /// Nanoseconds for all replies of the shape.
    time: f64,
    bytes: usize,
}

impl Table {
    /// Takes down what was measured just now, if it was (a filter on the command line may leave it out).
    pub(crate) fn add(&mut self, out: &Path, shape: &Shape, who: &'static str, chunk: &'static str) {
        let who_path: String = who.chars().map(|c| if "<>".contains(c) { '_' } else { c }).collect();
        let path = out.join(shape.name).join(who_path).join(chunk).join("new/estimates.json");
        let Ok(text) = fs::read_to_string(path) else { return };
        let median =
            text.split("\"median\"").nth(1).and_then(|rest| rest.split("\"point_estimate\":").nth(1));
        let number = median.and_then(|rest| rest.split([',', '}']).next()).and_then(|text| text.parse().ok());
        if let Some(time) = number {
            self.rows.push(Row { shape: shape.name, chunk, who, time, bytes: shape.bytes.len() });
        }
    }

    /// Each way with its speed, and ours with the ratio to the fastest peer: walked to the fastest of all, built
    /// to the fastest that owns what it builds, and shares or copies as ours does.
    pub(crate) fn print(&self) {
        println!("\n| shape | read in | parser | MB/s | times the fastest peer |\n|---|---|---|---|---|");
        for row in &self.rows {
            let speed = row.bytes as f64 * 1000.0 / row.time;
            println!("| {} | {} | {} | {speed:.0} | {} |", row.shape, row.chunk, row.who, self.ratio(row));
        }
    }

    fn ratio(&self, row: &Row) -> String {
        let Some(ours) = row.who.strip_prefix("ours ") else { return String::new() };
        let is_peer = |who: &str| match ours {
            "walked" => !who.starts_with("ours"),
            "Vec<Bytes>" | "Bytes" => who == "redis-protocol Bytes",
            "Vec<String>" | "String" => matches!(who, "hiredis" | "redis-rs"),
            _ => matches!(who, "hiredis" | "redis-rs" | "redis-protocol Bytes"),
        };
        let peers = self.rows.iter().filter(|peer| (peer.shape, peer.chunk) == (row.shape, row.chunk));
        let fastest = peers.filter(|peer| is_peer(peer.who)).min_by(|a, b| a.time.total_cmp(&b.time));
        fastest.map_or(String::new(), |peer| format!("{:.2} ({})", peer.time / row.time, peer.who))
    }
}
