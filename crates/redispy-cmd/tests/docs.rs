//! The docs of the commands against the table of the servers: form, versions, names. What the form is and why is said in
//! docs/design/commands.md.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use redispy_cmd::spec::Spec;

/// Methods of builders that send nothing of their own.
const NO_OPTIONS: [&str; 7] =
    ["groups", "repeatable", "returns", "run", "script_text", "text", "with_script_text"];

/// A function of `cmd`, a method of a trait or a builder, or a type, as it stands in a source file.
struct Item {
    file: String,
    name: String,
    kind: Kind,
    /// Its docs, a paragraph each, in one line.
    docs: Vec<String>,
    /// The type that it returns, without parameters; of types their own name.
    type_name: String,
}

#[derive(PartialEq, Clone)]
enum Kind {
    Function,
    MethodOf(String),
    Option,
    Type,
}

#[test]
fn every_method_tells_wire_form_versions_and_complexity() {
    let mut wrong = Vec::new();
    let items = items();
    let whole = |item: &&Item| match item.kind {
        Kind::MethodOf(_) => true,
        Kind::Function => method_of(&items, &item.name).is_none(),
        Kind::Option | Kind::Type => false,
    };
    for item in items.iter().filter(whole) {
        if let Err(what) = check_wire_form(item) {
            wrong.push(format!("{}: {}: {what}", item.file, item.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_function_refers_to_its_method() {
    let items = items();
    for function in items.iter().filter(|item| item.kind == Kind::Function) {
        let Some((of, method)) = method_of(&items, &function.name) else { continue };
        let (wire, _) = wire_form(method).unwrap();
        let options = match function.type_name.as_str() {
            "Cmd" => String::new(),
            builder => format!(" with its options ([`{builder}`])"),
        };
        let name = format!("{of}::{}", function.name);
        // An import for the docs alone does not work in the pages of the facade.
        let path = if function.file == method.file { String::new() } else { format!("(super::{name})") };
        let link = format!("`{wire}`{options}: see [`{name}`]{path}.");
        assert_eq!(function.docs.first(), Some(&link), "{}: {}", function.file, function.name);
    }
}

#[test]
fn builders_are_named_after_their_function() {
    let items = items();
    let types: HashMap<_, _> = items
        .iter()
        .filter(|item| item.kind == Kind::Type)
        .map(|item| (&*item.type_name, item.docs.join(" ")))
        .collect();
    for function in items.iter().filter(|item| item.kind == Kind::Function && item.type_name != "Cmd") {
        let (name, builder) = (&function.name, &function.type_name);
        let camel = camel_case(name);
        let docs = types.get(&**builder).expect("builders stand beside their functions");
        assert!(docs.contains(&format!("[`{name}()`]")), "{builder} does not say that {name}() makes it");
        // A name that says more stands for several commands, or for one whose name is taken.
        let shared = docs.matches("()`]").count() > 1;
        assert!(*builder == camel || *builder == camel.clone() + "Request" || shared, "{name}: {builder}");
    }
}

#[test]
fn options_begin_with_what_they_send() {
    let items = items();
    let options = items.iter().filter(|item| item.kind == Kind::Option && !NO_OPTIONS.contains(&&*item.name));
    for option in options {
        let text = option.docs.first().and_then(|text| text.strip_prefix('`'));
        assert!(text.is_some_and(|text| text.contains("`: ")), "{}: {}", option.file, option.name);
    }
}

#[test]
fn functions_stand_in_the_order_of_the_methods() {
    let items = items();
    let methods: HashMap<_, _> = items
        .iter()
        .filter(|item| matches!(item.kind, Kind::MethodOf(_)))
        .enumerate()
        .map(|(at, item)| (&item.name, at))
        .collect();
    let functions: Vec<&Item> =
        items.iter().filter(|item| item.kind == Kind::Function && methods.contains_key(&item.name)).collect();
    for pair in functions.windows(2).filter(|pair| pair[0].file == pair[1].file) {
        assert!(
            methods[&pair[0].name] < methods[&pair[1].name],
            "{}: {} stands before {}",
            pair[0].file,
            pair[0].name,
            pair[1].name
        );
    }
}

/// The paragraph that says it all: `` `GET key`. Since Redis 1.0.0. O(1). ``
fn wire_form(item: &Item) -> Option<(&str, &str)> {
    item.docs.iter().find_map(|paragraph| paragraph.strip_prefix('`')?.split_once("`. Since "))
}

fn check_wire_form(item: &Item) -> Result<(), String> {
    let (wire, rest) = wire_form(item).ok_or("no wire form")?;
    let two = wire.splitn(3, ' ').take(2).collect::<Vec<_>>().join(" ");
    let one = wire.split(' ').next().unwrap_or_default();
    let spec = Spec::lookup(&two).or(Spec::lookup(one)).ok_or("no such command")?;
    let (versions, complexity) = rest.split_once(". ").ok_or("no complexity")?;
    let wanted = match (spec.since_redis, spec.since_valkey) {
        (Some(redis), Some(valkey)) if redis == valkey => format!("Redis {redis}"),
        (Some(redis), Some(valkey)) => format!("Redis {redis}, Valkey {valkey}"),
        (Some(redis), None) => format!("Redis {redis}, not in Valkey"),
        (None, Some(valkey)) => format!("Valkey {valkey}, not in Redis"),
        (None, None) => return Err(format!("the table has no version of {}", spec.name)),
    };
    let more = versions.strip_prefix(&wanted).ok_or(format!("`{versions}` is not `{wanted}`"))?;
    let notes = more.split(", ").skip(1).all(|note| note.contains("since "));
    let ends = more.is_empty() || more.starts_with(", ");
    if !ends || !notes || !complexity.ends_with('.') {
        return Err(format!("`{rest}` is not of the form"));
    }
    Ok(())
}

fn method_of<'a>(items: &'a [Item], name: &str) -> Option<(&'a str, &'a Item)> {
    items.iter().filter(|item| item.name == name).find_map(|item| match &item.kind {
        Kind::MethodOf(name) => Some((name.as_str(), item)),
        _ => None,
    })
}

fn camel_case(name: &str) -> String {
    let capitalised = |word: &str| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    };
    name.split('_').filter(|word| !word.is_empty()).map(capitalised).collect()
}

fn items() -> Vec<Item> {
    let mut items = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/commands"), &mut items);
    assert!(items.len() > 800, "the sources are read: {}", items.len());
    items
}

fn collect(folder: &Path, items: &mut Vec<Item>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, items);
        } else {
            read(&path.display().to_string(), &fs::read_to_string(&path).unwrap(), items);
        }
    }
}

/// Reads what rustfmt has formatted: public items stand at the line's beginning, methods one step to the right.
fn read(file: &str, source: &str, items: &mut Vec<Item>) {
    let (mut docs, mut in_trait) = (String::new(), None);
    let lines: Vec<&str> = source.lines().take_while(|line| *line != "mod tests {").collect();
    for (at, line) in lines.iter().enumerate() {
        let bare = line.trim_start();
        if let Some(text) = bare.strip_prefix("///") {
            docs = docs + text.trim() + "\n";
            continue;
        }
        let found = if let Some(name) = line.strip_prefix("pub trait ") {
            in_trait = name.split(':').next().map(str::to_owned);
            None
        } else if let Some(rest) = line.strip_prefix("pub fn ") {
            Some((Kind::Function, rest))
        } else if let (Some(rest), Some(of)) = (line.strip_prefix("    fn "), &in_trait) {
            Some((Kind::MethodOf(of.clone()), rest))
        } else if let Some(rest) = line.strip_prefix("    pub fn ").filter(|rest| !rest.starts_with("new(")) {
            Some((Kind::Option, rest))
        } else {
            line.strip_prefix("pub struct ").map(|rest| (Kind::Type, rest))
        };
        if let Some((kind, rest)) = found {
            let name = identifier(rest);
            let signature = lines[at..].iter().find_map(|line| line.split_once(") -> "));
            let type_name = match kind {
                Kind::Type => name.clone(),
                _ => signature.map(|(_, after)| identifier(after)).unwrap_or_default(),
            };
            let docs = docs.split("\n\n").map(|paragraph| paragraph.trim().replace('\n', " ")).collect();
            items.push(Item { file: file.to_owned(), name, kind, docs, type_name });
        }
        match *line {
            "}" => in_trait = None,
            _ if bare.starts_with("#[") => continue,
            _ => {}
        }
        docs.clear();
    }
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}
