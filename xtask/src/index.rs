//! The index of all command methods on the client's page: rustdoc shows the methods of traits on their traits only.
//!
//! It is written by `cargo xtask codegen` from the traits in `redispy-cmd`, in the order of the group names.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::run::workspace;

pub(crate) fn run(check: bool) -> Outcome {
    let path = workspace().join("crates/redispy/src/index.md");
    let index = render(&traits()?)?;
    if !check {
        fs::write(&path, index).map_err(|error| format!("write {}: {error}", path.display()))?;
        eprintln!("xtask: wrote {}", path.display());
        return Ok(0);
    }
    if fs::read_to_string(&path).map_err(|error| format!("read {}: {error}", path.display()))? == index {
        return Ok(0);
    }
    eprintln!("xtask: {} does not list the methods there are; run cargo xtask codegen", path.display());
    Ok(1)
}

/// The methods of each trait, in their order.
type Traits = BTreeMap<String, Vec<String>>;

fn traits() -> Result<Traits, Box<dyn Error>> {
    let mut traits = Traits::new();
    for path in sources(&workspace().join("crates/redispy-cmd/src/commands"))? {
        let text = fs::read_to_string(&path).map_err(|error| format!("read {}: {error}", path.display()))?;
        collect(&text, &mut traits);
    }
    Ok(traits)
}

pub(crate) fn sources(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| format!("read {}: {error}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Relies on rustfmt: a trait begins and ends in the first column, its methods stand four columns in.
fn collect(text: &str, traits: &mut Traits) {
    let mut current = None;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("pub trait ").and_then(|rest| rest.split_once(": Execute")) {
            current = Some(traits.entry(name.0.to_owned()).or_default());
        } else if line == "}" {
            current = None;
        } else if let Some(methods) = &mut current
            && let Some(rest) = line.strip_prefix("    fn ")
            && let Some(end) = rest.find(['<', '('])
        {
            methods.extend(rest.get(..end).map(str::to_owned));
        }
    }
}

fn render(traits: &Traits) -> Result<String, std::fmt::Error> {
    let mut index = String::from("| trait | methods |\n|---|---|\n");
    for (name, methods) in traits {
        let links: Vec<String> =
            methods.iter().map(|method| format!("[`{method}`](crate::cmd::{name}::{method})")).collect();
        writeln!(index, "| [`{name}`](crate::cmd::{name}) | {} |", links.join(" "))?;
    }
    Ok(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_of_a_trait_are_found() {
        let mut traits = Traits::new();
        let text = "pub trait A: Execute {\n    fn get<T>(\n        self,\n    fn set(self)\n}\nimpl X {\n    fn no(self)\n}\n";
        collect(text, &mut traits);
        assert_eq!(traits.get("A").map(|methods| methods.join(" ")).as_deref(), Some("get set"));
        assert!(
            render(&traits).unwrap().contains("| [`A`](crate::cmd::A) | [`get`](crate::cmd::A::get) [`set`]")
        );
    }
}
