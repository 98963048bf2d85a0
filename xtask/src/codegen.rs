//! `cargo xtask codegen`: the table of commands, from what the servers of the matrix tell of themselves.
//!
//! Each server is asked for `COMMAND`, and since 7.0 for `COMMAND DOCS`; then the same program again as a Sentinel, for the
//! commands that only a Sentinel has. Of a command that several servers have, the
//! newest Redis describes it; what only Valkey has, Valkey describes. The versions that a command came with are told
//! apart by family, as each family's newest server states them. What no server documents gets no entry: such commands
//! are internal to a server, or gone since.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use redispy_testkit::{Family, Frame, RELEASES, Release, Server, Version, text};

use crate::run::workspace;
use crate::summary::print_table;
use crate::{Outcome, index};

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing; fail and show the difference when the table is not what the servers tell
    #[arg(long)]
    pub(crate) check: bool,
    /// Write nothing; print how many commands and subcommands of each group a server lacks
    #[arg(long, conflicts_with = "check")]
    pub(crate) compare: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let path = table_path();
    let answers = ask_all()?;
    let entries = merge(&answers);
    if arguments.compare {
        print_table(&comparison(&answers, &entries));
        return Ok(0);
    }
    let table = render(&entries)?;
    let index = index::run(arguments.check)?;
    if !arguments.check {
        fs::write(&path, table).map_err(|error| format!("write {}: {error}", path.display()))?;
        eprintln!("xtask: wrote {}", path.display());
        return Ok(0);
    }
    let present = fs::read_to_string(&path).map_err(|error| format!("read {}: {error}", path.display()))?;
    let difference = difference(&present, &table);
    if difference.is_empty() {
        eprintln!("xtask: {} is what the servers tell", path.display());
        return Ok(index);
    }
    eprintln!(
        "xtask: {} is not what the servers tell; run cargo xtask codegen\n{difference}",
        path.display()
    );
    Ok(1)
}

/// Since when Redis brings these modules along: modules do not tell it. The commands' pages on redis.io say so of every command.
const BUNDLED: [(&str, &str); 1] = [("vectorset", "8.0.0")];

/// How many servers are asked.
const MATRIX: usize = RELEASES.len();

/// One command or subcommand as one server describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Described {
    pub(crate) arity: i64,
    flags: Vec<String>,
    keys: [i64; 3],
    pub(crate) container: bool,
    group: Option<String>,
    since: Option<String>,
    /// The fixed words among its arguments: `EX`, `NX`.
    pub(crate) tokens: BTreeSet<String>,
}

/// What a server knows, by name: `GET`, `CONFIG GET`.
pub(crate) type Known = BTreeMap<String, Described>;

/// A command as the table has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    described: Described,
    pub(crate) group: String,
    since_redis: Option<String>,
    since_valkey: Option<String>,
}

fn table_path() -> PathBuf {
    workspace().join("crates/redispy-cmd/src/spec/table.rs")
}

/// What each server of the matrix knows, Redis from new to old and then Valkey from new to old.
pub(crate) fn ask_all() -> Result<Vec<(&'static Release, Known)>, Box<dyn Error>> {
    let mut releases: Vec<&Release> = RELEASES.iter().collect();
    releases.sort_by_key(|release| (release.family, std::cmp::Reverse(release.version)));
    let mut answers = Vec::new();
    for release in releases {
        eprintln!("xtask: asking {release} for its commands");
        let mut known = ask(&Server::builder().release(*release).try_start()?)?;
        // What both have is described as the server has it.
        for (name, described) in ask(&Server::builder().release(*release).sentinel().try_start()?)? {
            known.entry(name).or_insert(described);
        }
        answers.push((release, known));
    }
    Ok(answers)
}

fn ask(server: &Server) -> Result<Known, Box<dyn Error>> {
    let mut known = Known::new();
    for command in items(&server.try_command(["COMMAND"])?) {
        add_command(&mut known, command)?;
    }
    if server.version() >= Version::new(7, 0, 0) {
        add_docs(&mut known, &server.try_command(["COMMAND", "DOCS"])?);
    }
    Ok(known)
}

/// Reads an entry of `COMMAND`: name, arity, flags, first key, last key, step, and since 7.0 the subcommands in the
/// tenth place.
fn add_command(known: &mut Known, entry: &Frame) -> Result<(), Box<dyn Error>> {
    let [name, Frame::Integer(arity), flags, first, last, step, ..] = items(entry) else {
        return Err(format!("COMMAND answered {entry:?}").into());
    };
    let (Frame::Integer(first), Frame::Integer(last), Frame::Integer(step)) = (first, last, step) else {
        return Err(format!("COMMAND told no key positions of {}", text(name)).into());
    };
    let subcommands = items(entry).get(9).map(items).unwrap_or_default();
    let described = Described {
        arity: *arity,
        flags: items(flags).iter().map(text).collect(),
        keys: [*first, *last, *step],
        container: !subcommands.is_empty(),
        group: None,
        since: None,
        tokens: BTreeSet::new(),
    };
    known.insert(spoken(&text(name)), described);
    subcommands.iter().try_for_each(|subcommand| add_command(known, subcommand))
}

/// Adds group, version and options from `COMMAND DOCS`, a list of names and of lists of fields.
fn add_docs(known: &mut Known, docs: &Frame) {
    for (name, fields) in pairs(docs) {
        for (field, value) in pairs(fields) {
            match text(field).as_str() {
                "subcommands" => add_docs(known, value),
                "group" | "since" => {
                    let Some(described) = known.get_mut(&spoken(&text(name))) else { continue };
                    let place =
                        if text(field) == "group" { &mut described.group } else { &mut described.since };
                    *place = Some(text(value));
                }
                "module" => {
                    let bundled = BUNDLED.iter().find(|(module, _)| *module == text(value));
                    if let (Some(described), Some((_, since))) =
                        (known.get_mut(&spoken(&text(name))), bundled)
                    {
                        described.since = Some((*since).to_owned());
                    }
                }
                "arguments" => {
                    if let Some(described) = known.get_mut(&spoken(&text(name))) {
                        add_tokens(&mut described.tokens, value);
                    }
                }
                _ => {}
            }
        }
    }
}

/// Adds the fixed words of arguments, and of the arguments that they consist of.
fn add_tokens(tokens: &mut BTreeSet<String>, arguments: &Frame) {
    for (field, value) in items(arguments).iter().flat_map(pairs) {
        match text(field).as_str() {
            "token" => {
                tokens.insert(text(value).to_uppercase());
            }
            "arguments" => add_tokens(tokens, value),
            _ => {}
        }
    }
}

/// The earlier an answer stands, the more it counts.
pub(crate) fn merge(answers: &[(&Release, Known)]) -> BTreeMap<String, Entry> {
    let mut merged = BTreeMap::new();
    for name in answers.iter().flat_map(|(_, known)| known.keys()) {
        let of = |family: Family| {
            let of_family = answers.iter().filter(move |(its, _)| its.family == family);
            of_family.filter_map(|(_, known)| known.get(name))
        };
        let any = || of(Family::Redis).chain(of(Family::Valkey));
        let (Some(described), Some(group)) = (any().next(), any().find_map(|told| told.group.clone())) else {
            continue;
        };
        let entry = Entry {
            described: described.clone(),
            group,
            since_redis: of(Family::Redis).find_map(|told| told.since.clone()),
            since_valkey: of(Family::Valkey).find_map(|told| told.since.clone()),
        };
        merged.insert(name.clone(), entry);
    }
    merged
}

/// What each server lacks of each group: commands, and behind a plus sign subcommands of those it has. Before 7.0
/// servers do not tell their subcommands.
fn comparison(answers: &[(&Release, Known)], entries: &BTreeMap<String, Entry>) -> Vec<[String; MATRIX + 2]> {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, entry) in entries {
        groups.entry(&entry.group).or_default().push(name);
        groups.entry("all").or_default().push(name);
    }
    let row = |first: &str, all: String, cell: &dyn Fn(&Release, &Known) -> String| {
        let mut cells = answers.iter().map(|(release, known)| cell(release, known));
        let mut row = [const { String::new() }; MATRIX + 2];
        let [group, count, servers @ ..] = &mut row;
        (*group, *count) = (first.to_owned(), all);
        servers.iter_mut().for_each(|server| *server = cells.next().unwrap_or_default());
        row
    };
    let mut rows = vec![row("group", "known".to_owned(), &|release, _| release.to_string())];
    for (group, names) in groups {
        rows.push(row(group, names.len().to_string(), &|release, known| {
            let lacking = || names.iter().filter(|name| !known.contains_key(**name));
            let commands = lacking().filter(|name| !name.contains(' ')).count();
            let of_present =
                |name: &&&str| name.split_once(' ').is_some_and(|(of, _)| known.contains_key(of));
            match release.version >= Version::new(7, 0, 0) {
                true => format!("{commands} + {}", lacking().filter(of_present).count()),
                false => format!("{commands} + ?"),
            }
        }));
    }
    rows
}

fn render(entries: &BTreeMap<String, Entry>) -> Result<String, Box<dyn Error>> {
    let mut out = String::from(
        "//! Every command of the servers, one static each, and all of them sorted by name.\n//!\n\
         //! Generated by `cargo xtask codegen` from the servers' own `COMMAND` and `COMMAND DOCS`; not to be edited.\n\n\
         use super::{Flags, Group, Spec, bits, since};\n\ncommands! {\n",
    );
    for (name, entry) in entries {
        let Described { arity, flags, keys: [first, last, step], container, .. } = &entry.described;
        let words: Vec<&str> = name.split(' ').collect();
        let wire: String = words.iter().map(|word| format!("${}\\r\\n{word}\\r\\n", word.len())).collect();
        let (name_of_static, count, flags) = (identifier(name), words.len(), rendered_flags(flags));
        let (group, redis, valkey) =
            (group_name(&entry.group)?, or_empty(&entry.since_redis), or_empty(&entry.since_valkey));
        writeln!(
            out,
            "    {name_of_static}(\"{name}\", b\"{wire}\", {count}, {arity}, [{flags}], [{first}, {last}, {step}], \
             {container}, {group}, \"{redis}\", \"{valkey}\");"
        )?;
    }
    out += "}\n";
    Ok(out)
}

/// `config|get` as people write it: `CONFIG GET`.
fn spoken(name: &str) -> String {
    name.to_uppercase().replace('|', " ")
}

pub(crate) fn identifier(name: &str) -> String {
    name.replace([' ', '-'], "_")
}

fn rendered_flags(flags: &[String]) -> String {
    let mut flags: Vec<String> = flags.iter().map(|flag| flag.to_uppercase()).collect();
    flags.sort();
    flags.join(" ")
}

/// The name of a group as the crate's `Group` spells it. A new group needs a new name there.
fn group_name(group: &str) -> Result<&'static str, String> {
    Ok(match group {
        "bitmap" => "Bitmap",
        "cluster" => "Cluster",
        "connection" => "Connection",
        "generic" => "Generic",
        "geo" => "Geo",
        "hash" => "Hash",
        "hyperloglog" => "HyperLogLog",
        "list" => "List",
        "module" => "Module",
        "pubsub" => "PubSub",
        "scripting" => "Scripting",
        "sentinel" => "Sentinel",
        "server" => "Server",
        "set" => "Set",
        "sorted-set" | "sorted_set" => "SortedSet",
        "stream" => "Stream",
        "string" => "String",
        "transactions" => "Transactions",
        unknown => {
            return Err(format!("a server told of the group {unknown:?}, which redispy-cmd does not know"));
        }
    })
}

fn or_empty(version: &Option<String>) -> &str {
    version.as_deref().unwrap_or_default()
}

fn items(frame: &Frame) -> &[Frame] {
    match frame {
        Frame::Array(items) | Frame::Set(items) => items,
        _ => &[],
    }
}

/// The pairs of a map as RESP2 sends it, one flat list.
fn pairs(frame: &Frame) -> impl Iterator<Item = (&Frame, &Frame)> {
    items(frame).chunks_exact(2).filter_map(|pair| match pair {
        [name, value] => Some((name, value)),
        _ => None,
    })
}

/// The lines that only one of the two has, `-` for those of the file and `+` for those of the servers.
fn difference(present: &str, wanted: &str) -> String {
    let only_in = |one: &str, other: &str, sign: char| -> String {
        let others: std::collections::HashSet<&str> = other.lines().collect();
        one.lines().filter(|line| !others.contains(line)).map(|line| format!("{sign} {line}\n")).collect()
    };
    let lines = only_in(present, wanted, '-') + &only_in(wanted, present, '+');
    if lines.is_empty() && present != wanted {
        "(the order of the lines differs)\n".to_owned()
    } else {
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use redispy_testkit::{REDIS_6_2, REDIS_8_2, VALKEY_9_1};

    fn described(arity: i64, group: Option<&str>, since: Option<&str>) -> Described {
        let (group, since) = (group.map(str::to_owned), since.map(str::to_owned));
        let (flags, tokens) = (vec!["write".to_owned()], BTreeSet::new());
        Described { arity, flags, keys: [1, 1, 1], container: false, group, since, tokens }
    }

    #[test]
    fn the_newest_redis_describes_what_it_has_and_valkey_what_only_it_has() {
        let new = Known::from([("GET".to_owned(), described(2, Some("string"), Some("1.0.0")))]);
        let old = Known::from([
            ("GET".to_owned(), described(9, None, None)),
            ("OLD".to_owned(), described(3, None, None)),
        ]);
        let valkey = Known::from([
            ("GET".to_owned(), described(8, Some("string"), Some("1.0.1"))),
            ("OWN".to_owned(), described(4, Some("server"), Some("8.1.0"))),
        ]);
        let answers = [(&REDIS_8_2, new), (&REDIS_6_2, old), (&VALKEY_9_1, valkey)];
        let merged = merge(&answers);
        assert_eq!(merged.keys().collect::<Vec<_>>(), ["GET", "OWN"], "what nobody documents is left out");
        let (get, own) = (&merged["GET"], &merged["OWN"]);
        assert_eq!((get.described.arity, own.described.arity), (2, 4));
        assert_eq!((get.since_redis.as_deref(), get.since_valkey.as_deref()), (Some("1.0.0"), Some("1.0.1")));
        assert_eq!((own.since_redis.as_deref(), own.since_valkey.as_deref()), (None, Some("8.1.0")));

        let rows = comparison(&answers, &merged);
        let rows: Vec<&[String]> = rows.iter().map(|row| row.split_at(5).0).collect();
        assert_eq!(rows[0], ["group", "known", "Redis 8.2.3", "Redis 6.2.5", "Valkey 9.1.2"]);
        assert_eq!(rows[1], ["all", "2", "1 + 0", "1 + ?", "0 + 0"]);
        assert_eq!(rows[2], ["server", "1", "1 + 0", "1 + ?", "0 + 0"]);
    }

    #[test]
    fn docs_tell_options_and_a_bundled_module_its_version() {
        let bulk = |text: &str| Frame::bulk(text);
        let list = |items: &[Frame]| Frame::array(items.to_vec());
        let arguments = list(&[
            list(&[bulk("name"), bulk("by"), bulk("token"), bulk("by"), bulk("arguments"), {
                list(&[list(&[bulk("token"), bulk("NX")]), list(&[bulk("name"), bulk("n")])])
            }]),
            list(&[bulk("token"), bulk("*")]),
        ]);
        let docs = list(&[
            bulk("vadd"),
            list(&[bulk("module"), bulk("vectorset"), bulk("arguments"), arguments]),
            bulk("other"),
            list(&[bulk("module"), bulk("mine")]),
        ]);
        let mut known = Known::from([
            ("VADD".to_owned(), described(-1, Some("module"), None)),
            ("OTHER".to_owned(), described(-1, Some("module"), None)),
        ]);
        add_docs(&mut known, &docs);
        assert_eq!(known["VADD"].since.as_deref(), Some("8.0.0"));
        assert_eq!(Vec::from_iter(&known["VADD"].tokens), ["*", "BY", "NX"]);
        assert_eq!(known["OTHER"].since, None);
    }

    #[test]
    fn a_line_of_the_table() {
        let entry = Entry {
            described: described(-3, None, None),
            group: "sorted-set".to_owned(),
            since_redis: None,
            since_valkey: Some("9.0.0".to_owned()),
        };
        let table = render(&BTreeMap::from([("A B-C".to_owned(), entry)])).unwrap();
        let line = "A_B_C(\"A B-C\", b\"$1\\r\\nA\\r\\n$3\\r\\nB-C\\r\\n\", 2, -3, [WRITE], [1, 1, 1], false, \
                    SortedSet, \"\", \"9.0.0\");";
        assert!(table.contains(line), "{table}");
    }

    #[test]
    fn a_group_that_the_crate_does_not_know_is_an_error() {
        assert!(group_name("quantum").unwrap_err().contains("quantum"));
    }

    #[test]
    fn a_difference_shows_both_sides() {
        assert_eq!(difference("a\nb\n", "a\nc\n"), "- b\n+ c\n");
        assert_eq!(difference("a\nb\n", "a\nb\n"), "");
        assert_ne!(difference("a\nb\n", "b\na\n"), "");
    }
}
