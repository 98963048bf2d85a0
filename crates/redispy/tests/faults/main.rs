//! What a client survives: faults of the network, of servers and of its own callers, each judged by the same oracles
//! (`oracles.rs`). The names carry the number of the fault; `docs/reliability.md` has the whole table.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod batch;
mod blocking;
mod connect;
mod deferred;
mod ledger;
mod locks;
mod loss;
mod memory;
mod oracles;
mod pipelines;
mod pool;
mod protocol;
mod scripts;
mod secrets;
mod server_errors;
mod shared;
mod transactions;

/// What docs/reliability.md and docs/migrating.md say is tested is tested.
#[test]
fn every_test_that_the_documents_name_exists() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut sources = String::new();
    for name in ["redispy", "redispy-conn", "redispy-cmd", "resp-proto"] {
        for part in ["src", "tests"] {
            read_all(&root.join("crates").join(name).join(part), &mut sources);
        }
    }
    let document = |name: &str| std::fs::read_to_string(root.join("docs").join(name)).unwrap();
    let exists = |word: &str| assert!(sources.contains(&format!("fn {word}(")), "{word}");

    let numbered = |word: &&str| {
        word.len() > 4 && word.starts_with('f') && word.get(1..4).is_some_and(|n| n.parse::<u16>().is_ok())
    };
    let reliability = document("reliability.md");
    assert!(quoted(&reliability).filter(numbered).inspect(|word| exists(word)).count() > 100);

    // The rows of what became of the Python client's bugs: a number first, the tests last.
    let migrating = document("migrating.md");
    let rows: Vec<Vec<&str>> =
        migrating.lines().map(|line| line.split('|').map(str::trim).collect()).collect();
    let mut bugs = 0;
    for row in rows.iter().filter(|row| row.get(1).is_some_and(|number| number.parse::<u16>().is_ok())) {
        assert!(row[4].starts_with("comes with ") || quoted(row[4]).inspect(|word| exists(word)).count() > 0);
        bugs += 1;
    }
    assert_eq!(bugs, 47);
}

/// What stands in backquotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn read_all(directory: &std::path::Path, text: &mut String) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_all(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}
