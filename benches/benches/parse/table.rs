//! The table at the end.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use crate::shapes::Shape;

pub(crate) struct Table {
    started: SystemTime,
    rows: Vec<Row>,
}

struct Row {
    shape: &'static str,
    chunk: &'static str,
    who: &'static str,
    /// Nanoseconds for all replies of the shape, in the fastest sample.
    time: f64,
    bytes: usize,
}

impl Table {
    pub(crate) fn new() -> Self {
        Table { started: SystemTime::now(), rows: Vec::new() }
    }

    /// Takes down what was measured just now, if it was (a filter on the command line may leave it out).
    pub(crate) fn add(&mut self, out: &Path, shape: &Shape, who: &'static str, chunk: &'static str) {
        let who_path: String = who.chars().map(|c| if "<>".contains(c) { '_' } else { c }).collect();
        let path = out.join(shape.name).join(who_path).join(chunk).join("new/sample.json");
        let measured_now =
            fs::metadata(&path).and_then(|file| file.modified()).is_ok_and(|time| time >= self.started);
        let Ok(text) = fs::read_to_string(path) else { return };
        if !measured_now {
            return;
        }
        // The fastest sample: what else runs on the machine can only add to it.
        let samples = numbers(&text, "\"times\"").zip(numbers(&text, "\"iters\""));
        let fastest = samples.map(|(time, iterations)| time / iterations).min_by(f64::total_cmp);
        if let Some(time) = fastest {
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

/// The numbers of the list that is called so.
fn numbers<'a>(text: &'a str, name: &str) -> impl Iterator<Item = f64> + 'a {
    let list = text.split(name).nth(1).and_then(|rest| rest.split(['[', ']']).nth(1)).unwrap_or_default();
    list.split(',').filter_map(|number| number.trim().parse().ok())
}
