//! The table at the end of a run, and the counts in it, read from what test runners print.

use std::time::Duration;

/// What came out of one suite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) suite: String,
    pub(crate) server: String,
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) code: u8,
    pub(crate) time: Duration,
}

/// Prints the table and gives the exit code of the first suite that failed.
pub(crate) fn print(rows: &[Row]) -> u8 {
    let mut lines = vec![["suite", "server", "passed", "failed", "time", ""].map(String::from)];
    for row in rows {
        let verdict = if row.code == 0 { "ok".to_owned() } else { format!("FAILED ({})", row.code) };
        let (passed, failed) = (row.passed.to_string(), row.failed.to_string());
        let time = format!("{:.1} s", row.time.as_secs_f64());
        lines.push([row.suite.clone(), row.server.clone(), passed, failed, time, verdict]);
    }
    println!();
    print_table(&lines);
    rows.iter().map(|row| row.code).find(|code| *code != 0).unwrap_or(0)
}

/// Prints lines in columns: numbers to the right, text to the left.
pub(crate) fn print_table<const N: usize>(lines: &[[String; N]]) {
    let width = |column: usize| {
        lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    for line in lines {
        let mut text = String::new();
        for (cell, width) in line.iter().zip(&widths) {
            let is_number = cell.chars().next().is_some_and(|first| first.is_ascii_digit());
            text += &if is_number { format!("{cell:>width$}  ") } else { format!("{cell:<width$}  ") };
        }
        println!("{}", text.trim_end());
    }
}

/// Counts passed and failed tests in what `cargo test` or `cargo nextest` printed.
pub(crate) fn counts(printed: &str) -> (u64, u64) {
    let (mut passed, mut failed) = (0, 0);
    let printed = plain(printed);
    let lines = || printed.lines().map(str::trim_start);
    // nextest shows what a failed test printed, the "test result:" of that one test included.
    let by_nextest = lines().any(|line| line.starts_with("Summary ["));
    let results = if by_nextest { "Summary [" } else { "test result:" };
    for line in lines().filter(|line| line.starts_with(results)) {
        let words: Vec<&str> = line.split_whitespace().collect();
        for pair in words.windows(2) {
            let [number, word] = pair else { continue };
            let Ok(number) = number.parse::<u64>() else { continue };
            match word.trim_end_matches([',', ';']) {
                "passed" => passed += number,
                "failed" | "timed" => failed += number,
                _ => {}
            }
        }
    }
    (passed, failed)
}

/// Without the escape sequences that colour a terminal.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            // ESC [ parameters letter
            chars.by_ref().skip(1).find(char::is_ascii_alphabetic);
        } else {
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_of_nextest_are_read() {
        let printed =
            "   Summary [   1.9s] 26 tests run: 24 passed (1 slow), 1 failed, 1 timed out, 3 skipped\n";
        assert_eq!(counts(printed), (24, 2));
        let failed =
            "test result: FAILED. 0 passed; 1 failed;\n Summary [ 1s] 2 tests run: 1 passed, 1 failed\n";
        assert_eq!(counts(failed), (1, 1));
        let coloured = "\u{1b}[32;1m     Summary\u{1b}[0m [   0.2s] \u{1b}[1m9\u{1b}[0m tests run: \u{1b}[1m9\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, 0 skipped";
        assert_eq!(counts(coloured), (9, 0));
    }

    #[test]
    fn the_counts_of_cargo_test_are_summed_over_binaries() {
        let printed = "test result: ok. 5 passed; 0 failed; 0 ignored\n\ntest result: FAILED. 2 passed; 3 failed; 0 ignored\n";
        assert_eq!(counts(printed), (7, 3));
    }
}
