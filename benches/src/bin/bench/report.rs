//! Tables and the report in the repository.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::cases::{Case, Work};
use crate::memory::{self, CALLERS, CONNECTIONS, Memory};
use crate::meter::Measured;
use crate::peers::{ABSENT, ALL, Peer};
use crate::{budgets, machine, plots};

/// All that was measured.
#[derive(Debug)]
pub(crate) struct Report {
    machine: String,
    settings: String,
    cases: Vec<(Case, Vec<Row>)>,
    memory: Vec<(&'static str, Memory)>,
    /// KiB resident with many callers of one client.
    callers: Vec<(&'static str, f64)>,
    /// In which case which client has no figures, and why.
    missing: Vec<(String, &'static str, String)>,
    /// What was done, and how many allocations each call took.
    allocations: Vec<(String, f64)>,
}

/// What a client reached in a case.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) peer: &'static Peer,
    pub(crate) runs: Vec<Measured>,
}

impl Row {
    pub(crate) fn median(&self) -> Measured {
        Measured::median(&self.runs)
    }

    /// How far the rounds lie apart, in hundredths of the median.
    fn spread(&self) -> f64 {
        let ops = || self.runs.iter().map(|run| run.ops);
        let (least, most) = (ops().fold(f64::INFINITY, f64::min), ops().fold(0.0, f64::max));
        (most - least) * 100.0 / self.median().ops
    }
}

impl Report {
    pub(crate) fn new(machine: String, seconds: f64, rounds: usize) -> Self {
        let settings = format!("{rounds} round{} of {seconds} s", if rounds == 1 { "" } else { "s" });
        Report {
            machine,
            settings,
            cases: Vec::new(),
            memory: Vec::new(),
            callers: Vec::new(),
            missing: Vec::new(),
            allocations: Vec::new(),
        }
    }

    pub(crate) fn machine(&self) -> String {
        format!("{}; {}", self.machine, self.settings)
    }

    pub(crate) fn add(&mut self, case: Case, rows: Vec<Row>) {
        self.cases.push((case, rows));
    }

    pub(crate) fn add_memory(&mut self, peer: &Peer, memory: Memory) {
        self.memory.push((peer.name, memory));
    }

    pub(crate) fn add_callers(&mut self, peer: &Peer, resident: f64) {
        self.callers.push((peer.name, resident));
    }

    /// There are no figures of this client in the case that is called so.
    pub(crate) fn add_missing(&mut self, case: &str, peer: &Peer, why: String) {
        self.missing.push((case.to_owned(), peer.name, why));
    }

    /// Lines of a number and what it counts.
    pub(crate) fn add_allocations(&mut self, lines: &str) {
        let counts = lines.lines().filter_map(|line| line.split_once(' '));
        self.allocations
            .extend(counts.filter_map(|(count, what)| Some((what.to_owned(), count.parse().ok()?))));
    }

    pub(crate) fn cases(&self) -> &[(Case, Vec<Row>)] {
        &self.cases
    }

    /// The medians of a client in a case that is called so.
    pub(crate) fn of(&self, case: &str, peer: &str) -> Option<Measured> {
        let (_, rows) = self.cases.iter().find(|(known, _)| known.to_string() == case)?;
        rows.iter().find(|row| row.peer.name == peer).map(Row::median)
    }

    /// Of these clients, or of all that are not ours when none is named, the most `ops/s` and the least CPU.
    pub(crate) fn best(&self, case: &str, peers: &[&str]) -> Option<(f64, f64)> {
        let (_, rows) = self.cases.iter().find(|(known, _)| known.to_string() == case)?;
        best(rows.iter().filter(|row| match peers {
            [] => !row.peer.is_ours(),
            _ => peers.contains(&row.peer.name),
        }))
    }

    pub(crate) fn memory(&self, peer: &str) -> Option<Memory> {
        self.memory.iter().find(|(name, _)| *name == peer).map(|(_, memory)| *memory)
    }

    pub(crate) fn has_memory(&self) -> bool {
        !self.memory.is_empty()
    }

    pub(crate) fn allocations(&self, what: &str) -> Option<f64> {
        self.allocations.iter().find(|(known, _)| known == what).map(|(_, count)| *count)
    }

    /// Whether the case that is called so was measured, with whatever client.
    pub(crate) fn has(&self, case: &str) -> bool {
        self.cases.iter().any(|(known, _)| known.to_string() == case)
    }

    /// Why there are no figures of this client in that case.
    pub(crate) fn why_not(&self, case: &str, peer: &str) -> &str {
        let why = self.missing.iter().find(|(of, name, _)| of == case && *name == peer);
        why.map_or("the client was not asked", |(_, _, why)| why)
    }

    /// The table of the case that was measured last.
    pub(crate) fn print_last(&self) {
        if let Some((case, rows)) = self.cases.last() {
            let table = align(&case_table(rows));
            println!("{case}: {}\n{table}{}", case.describe(), self.missing_in(&case.to_string()));
        }
    }

    pub(crate) fn print_memory(&self) {
        for (title, table, missing) in self.memory_tables() {
            println!("{title}\n{}{missing}", align(&table));
        }
    }

    /// Who is not in the table of a case and why, as a paragraph; nothing if nobody is missing.
    fn missing_in(&self, case: &str) -> String {
        let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
        for (_, peer, why) in self.missing.iter().filter(|(of, ..)| of == case) {
            match reasons.iter_mut().find(|(known, _)| known == why) {
                Some((_, peers)) => peers.push(peer),
                None => reasons.push((why, vec![peer])),
            }
        }
        if reasons.is_empty() {
            return String::new();
        }
        let reasons: Vec<String> =
            reasons.iter().map(|(why, peers)| format!("{} ({why})", peers.join(", "))).collect();
        format!("Not measured: {}.\n\n", reasons.join("; "))
    }

    /// Writes `clients.md` and the plots.
    pub(crate) fn write(&self, directory: &Path) -> Result<(), Box<dyn Error>> {
        fs::create_dir_all(directory)?;
        let plots = plots::draw(self, directory)?;
        fs::write(directory.join("clients.md"), self.markdown(&plots)?)?;
        println!("written: {}", directory.join("clients.md").display());
        Ok(())
    }

    fn markdown(&self, plots: &[(String, String)]) -> Result<String, Box<dyn Error>> {
        let mut text = String::from("# Beside other clients\n\n");
        writeln!(
            text,
            "Written by `cargo xtask bench`; [README.md](README.md) tells how to run and how to read it.\n"
        )?;
        writeln!(text, "{}.\n", self.machine())?;
        let mut versions: Vec<String> = ALL
            .iter()
            .filter_map(|peer| Some(format!("{} {}", peer.package, machine::version(peer.package)?)))
            .collect();
        versions.dedup();
        writeln!(text, "Versions: {}.", versions.join(", "))?;
        writeln!(text, "{}", ABSENT.map_or(String::new(), |absent| format!("{absent}.\n")))?;
        writeln!(text, "## Budgets\n\n{}", budgets::table(self))?;
        for (file, title) in plots {
            writeln!(text, "![{title}]({file})\n")?;
        }
        for cases in self.cases.chunk_by(|(one, _), (other, _)| one.group == other.group) {
            let mut missing = String::new();
            for (at, (case, rows)) in cases.iter().enumerate() {
                if at == 0 {
                    writeln!(text, "## {}\n", case.title)?;
                }
                // Once behind all tables that it is the same for.
                let of_this = self.missing_in(&case.to_string());
                if missing != of_this {
                    text += &std::mem::replace(&mut missing, of_this);
                }
                writeln!(text, "### {}\n\n{}", case.callers_text(), case_table(rows))?;
            }
            text += &missing;
        }
        let memory = self.memory_tables();
        if !memory.is_empty() {
            writeln!(text, "## Memory\n")?;
        }
        for (title, table, missing) in memory {
            writeln!(text, "### {title}\n\n{table}")?;
            text += &missing;
        }
        Ok(text.trim_end().to_owned() + "\n")
    }

    /// Each with its title, and who is not in it.
    fn memory_tables(&self) -> Vec<(String, String, String)> {
        let mut tables = Vec::new();
        if !self.memory.is_empty() {
            let mut table = format!(
                "| client | process with 1, KiB | with {}, KiB | each idle one, KiB | each keeps of a reply of 1 MiB, KiB |\n|---|---:|---:|---:|---:|\n",
                thousands(CONNECTIONS as f64)
            );
            for (name, memory) in &self.memory {
                let (one, all) = (thousands(memory.with_one), thousands(memory.with_all));
                let (each, kept) = (memory.each(), memory.kept);
                table += &format!("| {name} | {one} | {all} | {each:.2} | {kept:.1} |\n");
            }
            let title = "Connections, of which none is in use".to_owned();
            tables.push((title, table, self.missing_in(memory::CASE)));
        }
        if !self.callers.is_empty() {
            let mut table = String::from("| client | process, KiB |\n|---|---:|\n");
            for (name, resident) in &self.callers {
                table += &format!("| {name} | {} |\n", thousands(*resident));
            }
            let title = format!("{CALLERS} callers of one client, each after some GETs");
            tables.push((title, table, self.missing_in(memory::SHARED_CASE)));
        }
        if !self.allocations.is_empty() {
            let mut table = String::from("| call | allocations |\n|---|---:|\n");
            for (what, count) in &self.allocations {
                table += &format!("| {what} | {count} |\n");
            }
            tables.push(("Allocations of redispy's calls".to_owned(), table, String::new()));
        }
        tables
    }
}

impl Case {
    pub(crate) fn describe(&self) -> String {
        format!("{}; {}", self.title, self.callers_text())
    }

    fn callers_text(&self) -> String {
        match (self.callers, self.work) {
            (callers, Work::Deferred) => format!("{callers} in flight"),
            (1, _) => "1 caller, on one core with the server".to_owned(),
            (callers, _) => format!("{callers} callers"),
        }
    }
}

fn best<'a>(rows: impl Iterator<Item = &'a Row>) -> Option<(f64, f64)> {
    rows.map(Row::median).map(|median| (median.ops, median.cpu)).reduce(|a, b| (a.0.max(b.0), a.1.min(b.1)))
}

fn case_table(rows: &[Row]) -> String {
    let mut table = String::from(
        "| client | ops/s | ratio | CPU us/op | ratio | p50 us | p99 us | spread |\n|---|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    let peers = best(rows.iter().filter(|row| !row.peer.is_ours()));
    for row in rows {
        let Measured { ops, cpu, p50, p99 } = row.median();
        let ratio = |of: f64, to: Option<f64>| to.map_or(String::new(), |to| format!("{:.2}", of / to));
        table += &format!(
            "| {} | {} | {} | {cpu:.2} | {} | {p50:.0} | {p99:.0} | {:.0}% |\n",
            row.peer.name,
            thousands(ops),
            ratio(ops, peers.map(|peers| peers.0)),
            ratio(cpu, peers.map(|peers| peers.1)),
            row.spread(),
        );
    }
    table
}

/// `1,234,567`
pub(crate) fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A Markdown table with columns as wide as their widest cell, for a terminal.
pub(crate) fn align(table: &str) -> String {
    let rows: Vec<Vec<&str>> =
        table.lines().map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect();
    let width = |block: &[Vec<&str>], column: usize| {
        block.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let mut text = String::new();
    for block in rows.split(|row| row.iter().all(|cell| cell.is_empty())) {
        let block: Vec<Vec<&str>> =
            block.iter().filter(|row| !row.iter().all(|cell| cell.starts_with("---"))).cloned().collect();
        for row in &block {
            for (column, cell) in row.iter().enumerate() {
                let (width, cell) = (width(&block, column), *cell);
                match column {
                    0 => text += &format!("  {cell:<width$}"),
                    _ => text += &format!("  {cell:>width$}"),
                }
            }
            text.push('\n');
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!([0.4, 999.0, 1_000.0, 1_234_567.0].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let table = "| a | bb |\n|---|---:|\n| ccc | 1 |\n\n| d |\n";
        assert_eq!(align(table), "  a    bb\n  ccc   1\n\n  d\n\n");
    }
}
