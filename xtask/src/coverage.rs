//! `cargo xtask coverage`: whether the crate has every command and every option that the servers of the matrix know.
//!
//! A command counts as covered when three things hold: a public function has its name (`config_get` for `CONFIG GET`), the sources
//! of the commands use its entry of the table, and a wire test has checked a request of it byte by byte. The tests write down what
//! they check ([`RECORD`]), so nothing here is kept by hand but the reasons for what is left out (`left_out.md`), and a reason
//! that is not needed fails as well. An option, a fixed word among the arguments of `COMMAND DOCS`, counts when one of those
//! requests contains it. Each request must have as many words as some server takes.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::PathBuf;

use redispy_testkit::{RELEASES, Release};

use crate::Outcome;
use crate::codegen::{self, Known, identifier};
use crate::index::sources;
use crate::run::{capture, cargo, workspace};
use crate::summary::print_table;

/// Names the file in which the wire tests write down the requests that they check.
const RECORD: &str = "REDISPY_RECORD_REQUESTS";

/// What no server documents stands under this instead of a group.
const UNDOCUMENTED: &str = "(undocumented)";

pub(crate) fn run() -> Outcome {
    let commands = workspace().join("crates/redispy-cmd/src/commands");
    let servers = Servers::ask()?;
    let ours = Ours::new(&functions(&commands)?, &record()?, &servers);
    let left_out = read(&commands.join("left_out.md"))?;
    let left_out = LeftOut::parse(&left_out);

    print_table(&servers.table(&ours));
    println!("\n{}", summary(&servers, &ours, &left_out));
    let problems = problems(&servers, &ours, &left_out);
    for problem in &problems {
        println!("{problem}");
    }
    Ok(u8::from(!problems.is_empty()))
}

/// What the servers of the matrix know.
struct Servers {
    answers: Vec<(&'static Release, Known)>,
    /// The group of each documented name.
    groups: BTreeMap<String, String>,
}

impl Servers {
    fn ask() -> Result<Servers, Box<dyn Error>> {
        let answers = codegen::ask_all()?;
        let merged = codegen::merge(&answers).into_iter();
        Ok(Servers { groups: merged.map(|(name, entry)| (name, entry.group)).collect(), answers })
    }

    /// Every name that some server has and that can be sent as it is, in order. `CONFIG` alone cannot.
    fn names(&self) -> BTreeSet<&str> {
        self.answers
            .iter()
            .flat_map(|(_, known)| whole(known))
            .filter(|name| !self.is_container(name))
            .collect()
    }

    /// Whether a name needs a subcommand with it, on all servers that tell.
    fn is_container(&self, name: &str) -> bool {
        // Only this one is a command itself as well.
        name != "COMMAND"
            && self
                .answers
                .iter()
                .any(|(_, known)| known.get(name).is_some_and(|described| described.container))
    }

    /// The servers that know a name, for the reader.
    fn with(&self, has: impl Fn(&Known) -> bool) -> String {
        let names =
            self.answers.iter().filter(|(_, known)| has(known)).map(|(release, _)| release.to_string());
        names.collect::<Vec<_>>().join(", ")
    }

    fn group(&self, name: &str) -> &str {
        self.groups.get(name).map_or(UNDOCUMENTED, String::as_str)
    }

    /// Of each command the options that some server documents.
    fn options(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut options: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (name, described) in self.answers.iter().flat_map(|(_, known)| known) {
            for token in described.tokens.iter().filter(|token| !token.is_empty()) {
                options.entry(name).or_default().insert(token);
            }
        }
        options
    }

    /// For each group how many of a server's names are covered. Of a server that does not tell its subcommands, before 7.0, a
    /// container counts as one name, covered by any of its subcommands.
    fn table(&self, ours: &Ours) -> Vec<[String; RELEASES.len() + 1]> {
        let mut counts: BTreeMap<&str, [(usize, usize); RELEASES.len()]> = BTreeMap::new();
        for (place, (_, known)) in self.answers.iter().enumerate() {
            for name in whole(known) {
                let covered = ours.covered.contains(name)
                    || (self.is_container(name) && ours.covered.iter().any(|one| is_of(one, name)));
                for group in [self.group(name), "all"] {
                    if let Some((count, all)) = counts.entry(group).or_default().get_mut(place) {
                        *count += usize::from(covered);
                        *all += 1;
                    }
                }
            }
        }
        let row = |group: &str, cells: Vec<String>| {
            let mut cells = std::iter::once(group.to_owned()).chain(cells);
            std::array::from_fn(|_| cells.next().unwrap_or_default())
        };
        let cell = |(covered, all)| if all == 0 { "-".to_owned() } else { format!("{covered}/{all}") };
        let servers = self.answers.iter().map(|(release, _)| release.to_string()).collect();
        let mut rows = vec![row("group", servers)];
        for (group, counts) in counts {
            rows.push(row(group, counts.map(cell).to_vec()));
        }
        rows
    }
}

/// The names of a server that it can be asked for, containers not when it tells what they contain.
fn whole(known: &Known) -> impl Iterator<Item = &str> {
    known
        .iter()
        .filter(|(name, described)| !described.container || *name == "COMMAND")
        .map(|(name, _)| name.as_str())
}

fn is_of(name: &str, container: &str) -> bool {
    name.strip_prefix(container).is_some_and(|rest| rest.starts_with(' '))
}

/// What the crate has.
#[derive(Debug, Default)]
struct Ours {
    covered: BTreeSet<String>,
    /// What the tests sent, by command.
    sent: BTreeMap<String, Sent>,
    /// What was sent, or has a function, and is no command of a server.
    extra: BTreeSet<String>,
}

/// The requests of one command.
#[derive(Debug, Default)]
struct Sent {
    /// All their words, in capitals, but the first.
    words: BTreeSet<String>,
    /// How many words they have.
    lengths: BTreeSet<usize>,
}

impl Sent {
    /// Whether an option is in one of them. One may have two words: `NO ONE`.
    fn has(&self, option: &str) -> bool {
        option.split(' ').all(|word| self.words.contains(word))
    }
}

impl Ours {
    fn new(functions: &Functions, record: &str, servers: &Servers) -> Ours {
        let mut ours = Ours::default();
        let names = servers.names();
        for line in record.lines() {
            let words: Vec<String> = line.split('\t').skip(1).map(str::to_uppercase).collect();
            let Some(first) = words.first() else { continue };
            let two = words.get(..2).unwrap_or_default().join(" ");
            let name = if names.contains(two.as_str()) { &two } else { first };
            let sent = ours.sent.entry(name.clone()).or_default();
            sent.lengths.insert(words.len());
            sent.words.extend(words.iter().skip(1).cloned());
        }
        for (name, sent) in &ours.sent {
            let function = identifier(&name.to_lowercase());
            // Servers do not tell of third words: `SENTINEL CONFIG GET`.
            let mut third = sent.words.iter().map(|word| format!("{function}_{}", word.to_lowercase()));
            let has_function = functions.public.contains(&function)
                || functions.public.contains(&format!("{function}_"))
                || (name.contains(' ') && third.any(|function| functions.public.contains(&function)));
            if !names.contains(name.as_str()) {
                ours.extra.insert(name.clone());
            } else if has_function && functions.used.contains(&identifier(name)) {
                ours.covered.insert(name.clone());
            }
        }
        ours
    }
}

/// What the sources of the commands tell.
#[derive(Debug, Default)]
struct Functions {
    /// The public functions.
    public: BTreeSet<String>,
    /// The entries of the table that they use.
    used: BTreeSet<String>,
}

impl Functions {
    /// Relies on rustfmt: functions that are no methods begin in the first column.
    fn collect(&mut self, text: &str) {
        let name_in = |rest: &str| -> String {
            rest.chars().take_while(|char| char.is_alphanumeric() || *char == '_').collect()
        };
        self.public.extend(text.lines().filter_map(|line| line.strip_prefix("pub fn ")).map(name_in));
        self.used.extend(text.split("spec::").skip(1).map(name_in));
    }
}

fn functions(commands: &std::path::Path) -> Result<Functions, Box<dyn Error>> {
    let mut functions = Functions::default();
    for path in sources(commands)? {
        functions.collect(&read(&path)?);
    }
    Ok(functions)
}

/// Runs the wire tests and gives what they wrote down.
fn record() -> Result<String, Box<dyn Error>> {
    let path = workspace().join("target").join(format!("requests-{}.txt", std::process::id()));
    // Of the whole workspace, as all tests are built, so nothing is built twice.
    let mut tests =
        cargo(&["test", "--quiet", "--workspace", "--exclude", "redispy-benches", "--all-features"]);
    tests.args(["--test", "wire"]).env(RECORD, &path).env_remove("RUST_TEST_THREADS");
    let ran = capture(&mut tests);
    let record = fs::read_to_string(&path);
    let _nothing_to_remove = fs::remove_file(&path);
    ran?;
    Ok(record.map_err(|error| format!("the wire tests wrote down nothing: {error}"))?)
}

fn read(path: &PathBuf) -> Result<String, Box<dyn Error>> {
    Ok(fs::read_to_string(path).map_err(|error| format!("read {}: {error}", path.display()))?)
}

/// What has no function on purpose: the reason of each command, and of each option of a command.
#[derive(Debug, Default, PartialEq, Eq)]
struct LeftOut<'a> {
    commands: BTreeMap<&'a str, &'a str>,
    options: BTreeMap<(&'a str, &'a str), &'a str>,
}

impl<'a> LeftOut<'a> {
    /// Reads the rows of Markdown tables: names and a reason, or names, options and a reason; names and options stand in
    /// backticks.
    fn parse(text: &'a str) -> Self {
        let mut left_out = LeftOut::default();
        for row in text.lines().filter(|line| line.starts_with("| `")) {
            let cells: Vec<&str> = row.trim_matches(['|', ' ']).split(" | ").collect();
            match cells[..] {
                [names, why] => left_out.commands.extend(code(names).map(|name| (name, why))),
                [names, options, why] => {
                    for name in code(names) {
                        left_out.options.extend(code(options).map(|option| ((name, option), why)));
                    }
                }
                _ => {}
            }
        }
        left_out
    }
}

/// What stands in backticks.
fn code(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// A line for everything that must not be.
fn problems(servers: &Servers, ours: &Ours, left_out: &LeftOut<'_>) -> Vec<String> {
    let mut problems = Vec::new();
    let names = servers.names();
    for name in &names {
        if !ours.covered.contains(*name) && !left_out.commands.contains_key(name) {
            let servers = servers.with(|known| known.contains_key(*name));
            let why = if ours.sent.contains_key(*name) {
                "sent, but by no function of its name"
            } else {
                "missing"
            };
            problems.push(format!("{name}: {why} ({servers})"));
        }
    }
    for name in &ours.extra {
        problems.push(format!("{name}: sent by a wire test, but no server knows it"));
    }
    for (name, sent) in ours.sent.iter().filter(|(name, _)| !ours.extra.contains(*name)) {
        let arities = || servers.answers.iter().filter_map(|(_, known)| Some(known.get(name)?.arity));
        for length in sent.lengths.iter().filter(|length| arities().all(|arity| !fits(**length, arity))) {
            problems.push(format!("{name}: a wire test sends {length} words in all, which no server takes"));
        }
    }
    for name in left_out.commands.keys() {
        if ours.covered.contains(*name) {
            problems.push(format!("{name}: covered, and in the list of what is left out"));
        } else if !names.contains(name) {
            problems.push(format!("{name}: in the list of what is left out, but no server knows it"));
        }
    }
    let documented = servers.options();
    for (name, options) in &documented {
        let Some(sent) = ours.sent.get(*name) else { continue };
        let missing = options.iter().filter(|option| !sent.has(option));
        for option in missing.filter(|option| !left_out.options.contains_key(&(*name, **option))) {
            let has =
                |known: &Known| known.get(*name).is_some_and(|described| described.tokens.contains(*option));
            problems.push(format!("{name}: no wire test sends {option} ({})", servers.with(has)));
        }
    }
    for (name, option) in left_out.options.keys() {
        if !documented.get(name).is_some_and(|options| options.contains(option)) {
            problems.push(format!(
                "{name} {option}: in the list of what is left out, but no server documents it"
            ));
        } else if ours.sent.get(*name).is_some_and(|sent| sent.has(option)) {
            problems
                .push(format!("{name} {option}: sent by a wire test, and in the list of what is left out"));
        }
    }
    problems
}

/// Whether so many words are what an arity asks for; a negative one is the least.
fn fits(length: usize, arity: i64) -> bool {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    if arity < 0 { length >= -arity } else { length == arity }
}

fn summary(servers: &Servers, ours: &Ours, left_out: &LeftOut<'_>) -> String {
    let names = servers.names();
    let mut options = servers.options();
    options.retain(|name, _| !left_out.commands.contains_key(name));
    let all: usize = options.values().map(BTreeSet::len).sum();
    let sent = options.iter().filter_map(|(name, options)| Some((ours.sent.get(*name)?, options)));
    let sent: usize =
        sent.map(|(sent, options)| options.iter().filter(|option| sent.has(option)).count()).sum();
    format!(
        "commands and subcommands: {} of {}, {} left out; options: {sent} of {all}, {} left out",
        ours.covered.len(),
        names.len(),
        left_out.commands.len(),
        left_out.options.len(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::Described;
    use redispy_testkit::{REDIS_6_2, REDIS_8_2, VALKEY_9_1};

    fn described(tokens: &[&str]) -> Described {
        let mut described = Described::default();
        described.arity = -2;
        described.tokens.extend(tokens.iter().map(|token| (*token).to_owned()));
        described
    }

    fn servers() -> Servers {
        let known = |names: &[(&str, &[&str])]| -> Known {
            names.iter().map(|(name, tokens)| ((*name).to_owned(), described(tokens))).collect()
        };
        let set = ("SET", &["EX", "NO ONE"][..]);
        let mut new = known(&[set, ("TYPE", &[]), ("CONFIG", &[]), ("CONFIG GET", &[]), ("PSYNC", &[])]);
        new.get_mut("CONFIG").unwrap().container = true;
        let old = known(&[("SET", &[]), ("CONFIG", &[]), ("OLD", &[])]);
        let valkey = known(&[("SET", &["IFEQ"]), ("TYPE", &[])]);
        let groups = [("SET", "string"), ("TYPE", "generic"), ("CONFIG", "server"), ("CONFIG GET", "server")];
        Servers {
            answers: vec![(&REDIS_8_2, new), (&REDIS_6_2, old), (&VALKEY_9_1, valkey)],
            groups: groups.map(|(name, group)| (name.to_owned(), group.to_owned())).into(),
        }
    }

    fn functions() -> Functions {
        let mut functions = Functions::default();
        functions.collect(
            "pub fn set(key: impl ToArg) -> Set {\n    Set(Request::new(&spec::SET))\n}\n\
             pub fn type_(key: impl ToArg) -> Cmd<KeyType> {\n    Cmd::new(&spec::TYPE, read)\n}\n\
             impl Set {\n    pub fn old(self) -> Self {}\n}\n\
             pub fn config_get() -> Cmd<()> {\n    Cmd::new(&spec::CONFIG_GET, read)\n}\n",
        );
        functions
    }

    #[test]
    fn functions_and_what_they_use_are_found() {
        let found = functions();
        assert_eq!(Vec::from_iter(&found.public), ["config_get", "set", "type_"]);
        assert_eq!(Vec::from_iter(&found.used), ["CONFIG_GET", "SET", "TYPE"]);
    }

    #[test]
    fn a_command_is_covered_when_it_has_a_function_and_a_test() {
        let servers = servers();
        let record = "a\tSET\tk\tno\tone\na\tTYPE\tk\na\tCONFIG\tGET\ta\nb\tOLD\tx\n";
        let ours = Ours::new(&functions(), record, &servers);
        assert_eq!(Vec::from_iter(&ours.covered), ["CONFIG GET", "SET", "TYPE"]);
        assert!(Ours::new(&Functions::default(), record, &servers).covered.is_empty());
        assert!(Ours::new(&functions(), "", &servers).covered.is_empty());

        let table = servers.table(&ours);
        let row = |group: &str| table.iter().find(|row| row[0] == group).unwrap()[1..4].join(" ");
        assert_eq!(row("group"), "Redis 8.2.3 Redis 6.2.5 Valkey 9.1.2");
        assert_eq!((row("string"), row("generic")), ("1/1 1/1 1/1".to_owned(), "1/1 - 1/1".to_owned()));
        assert_eq!(row("server"), "1/1 1/1 -", "an old server's container counts as one");
        assert_eq!((row(UNDOCUMENTED), row("all")), ("0/1 0/1 -".to_owned(), "3/4 2/3 2/2".to_owned()));

        let left_out = LeftOut::parse("| `PSYNC`, `OLD` | why |\n| `SET` | `EX`, `IFEQ` | why |\n");
        assert_eq!(problems(&servers, &ours, &left_out), [""; 0]);
        assert!(
            summary(&servers, &ours, &left_out).starts_with("commands and subcommands: 3 of 5, 2 left out")
        );
        assert!(summary(&servers, &ours, &left_out).ends_with("options: 1 of 3, 2 left out"));
    }

    #[test]
    fn what_is_missing_and_what_is_not_left_out_any_more_is_told() {
        let servers = servers();
        let record = "a\tSET\tk\tEX\na\tSET\na\tGET\tk\nb\tOLD\tx\n";
        let ours = Ours::new(&functions(), record, &servers);
        let left_out = LeftOut::parse("| `SET`, `GONE` | why |\n| `SET` | `EX`, `XX` | why |\n");
        let wanted = [
            "CONFIG GET: missing (Redis 8.2.3)",
            "OLD: sent, but by no function of its name (Redis 6.2.5)",
            "PSYNC: missing (Redis 8.2.3)",
            "TYPE: missing (Redis 8.2.3, Valkey 9.1.2)",
            "GET: sent by a wire test, but no server knows it",
            "SET: a wire test sends 1 words in all, which no server takes",
            "GONE: in the list of what is left out, but no server knows it",
            "SET: covered, and in the list of what is left out",
            "SET: no wire test sends IFEQ (Valkey 9.1.2)",
            "SET: no wire test sends NO ONE (Redis 8.2.3)",
            "SET EX: sent by a wire test, and in the list of what is left out",
            "SET XX: in the list of what is left out, but no server documents it",
        ];
        assert_eq!(problems(&servers, &ours, &left_out), wanted);
    }

    #[test]
    fn an_arity_is_exact_or_the_least() {
        assert!(fits(3, 3) && fits(3, -2) && fits(2, -2));
        assert!(!fits(2, 3) && !fits(4, 3) && !fits(1, -2));
    }

    #[test]
    fn the_list_of_what_is_left_out_is_read() {
        let text = "| command | why |\n|---|---|\n| `A B`, `C` | because of `D` |\n\n| `E` | `F G` | so |\n";
        let left_out = LeftOut::parse(text);
        assert_eq!(Vec::from_iter(left_out.commands), [("A B", "because of `D`"), ("C", "because of `D`")]);
        assert_eq!(Vec::from_iter(left_out.options), [(("E", "F G"), "so")]);
    }
}
