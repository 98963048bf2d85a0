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
mod ledger;
mod loss;
mod memory;
mod oracles;
mod pool;
mod protocol;
mod scripts;
mod secrets;
mod server_errors;

/// What docs/reliability.md says is tested is tested.
#[test]
fn every_test_that_the_document_names_exists() {
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
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut sources = String::new();
    for name in ["redispy", "redispy-conn", "redispy-cmd", "resp-proto"] {
        for part in ["src", "tests"] {
            read_all(&root.join("crates").join(name).join(part), &mut sources);
        }
    }
    let document = std::fs::read_to_string(root.join("docs/reliability.md")).unwrap();
    let mut named = 0;
    for word in document.split('`').skip(1).step_by(2) {
        let numbered = word.starts_with('f') && word.get(1..4).is_some_and(|n| n.parse::<u16>().is_ok());
        if numbered && word.len() > 4 {
            assert!(sources.contains(&format!("fn {word}(")), "{word}");
            named += 1;
        }
    }
    assert!(named > 100, "{named}");
}
