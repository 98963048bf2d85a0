//! COMMAND.

use redispy_cmd::commands::*;
use redispy_cmd::replies::{BeginSearch, FindKeys};

use crate::double::{Double, both, bulk, read, refusal, unfit, wire};

#[test]
fn what_is_sent() {
    assert_eq!(wire(command()), "COMMAND");
    assert_eq!(wire(command_count()), "COMMAND COUNT");
    assert_eq!(wire(command_docs()), "COMMAND DOCS");
    assert_eq!(wire(command_docs().commands(["get", "set"])), "COMMAND DOCS get set");
    assert_eq!(wire(command_getkeys::<String>(("MSET", "a", 1))), "COMMAND GETKEYS MSET a 1");
    assert_eq!(wire(command_getkeysandflags::<String>(["GET", "a"])), "COMMAND GETKEYSANDFLAGS GET a");
    assert_eq!(wire(command_help()), "COMMAND HELP");
    assert_eq!(wire(command_info(["get", "set"])), "COMMAND INFO get set");
    assert_eq!(wire(command_list()), "COMMAND LIST");
    assert_eq!(wire(command_list().module("m")), "COMMAND LIST FILTERBY MODULE m");
    assert_eq!(wire(command_list().aclcat("read")), "COMMAND LIST FILTERBY ACLCAT read");
    assert_eq!(wire(command_list().aclcat("read").pattern("x*")), "COMMAND LIST FILTERBY PATTERN x*");
    let none: [&str; 0] = [];
    assert_eq!(refusal(command_info(none)), "COMMAND INFO: `commands` must be at least one");
    assert_eq!(refusal(command_docs().commands(none)), "COMMAND DOCS: `commands` must be at least one");
    assert_eq!(refusal(command_getkeys::<String>(none)), "COMMAND GETKEYS: `command` must be at least one");
    assert_eq!(
        refusal(command_getkeysandflags::<String>(none)),
        "COMMAND GETKEYSANDFLAGS: `command` must be at least one"
    );
}

/// The reply about GET, an unknown command and CONFIG with one subcommand, with `set` and `map` for the aggregates that RESP3
/// has types of its own for: `map` is given the number of its pairs.
fn infos(set: char, map: impl Fn(usize) -> String) -> String {
    let key_spec = format!(
        "{}$5\r\nflags\r\n{set}2\r\n+RO\r\n+access\r\n$12\r\nbegin_search\r\n{}$4\r\ntype\r\n$5\r\nindex\r\n$4\r\nspec\r\n\
         {}$5\r\nindex\r\n:1\r\n$9\r\nfind_keys\r\n{}$4\r\ntype\r\n$5\r\nrange\r\n$4\r\nspec\r\n{}$7\r\nlastkey\r\n:0\r\n\
         $7\r\nkeystep\r\n:1\r\n$5\r\nlimit\r\n:2\r\n",
        map(3),
        map(2),
        map(1),
        map(2),
        map(3)
    );
    let get = format!(
        "*10\r\n$3\r\nget\r\n:2\r\n{set}2\r\n+readonly\r\n+fast\r\n:1\r\n:1\r\n:1\r\n{set}1\r\n+@read\r\n\
         {set}1\r\n$3\r\ntip\r\n{set}1\r\n{key_spec}*0\r\n"
    );
    let sub = format!(
        "*10\r\n$10\r\nconfig|get\r\n:-3\r\n{set}0\r\n:0\r\n:0\r\n:0\r\n{set}0\r\n{set}0\r\n{set}0\r\n*0\r\n"
    );
    let config = format!(
        "*11\r\n$6\r\nconfig\r\n:-2\r\n{set}0\r\n:0\r\n:0\r\n:0\r\n{set}0\r\n{set}0\r\n{set}0\r\n*1\r\n{sub}+new\r\n"
    );
    let nil = if set == '*' { "*-1\r\n" } else { "_\r\n" };
    format!("*3\r\n{get}{nil}{config}")
}

fn array(pairs: usize) -> String {
    format!("*{}\r\n", pairs * 2)
}

fn map(pairs: usize) -> String {
    format!("%{pairs}\r\n")
}

#[test]
fn how_commands_are_called() {
    let infos_read = both(command_info(["get", "x", "config"]), infos('*', array), infos('~', map));
    let [Some(get), None, Some(config)] = infos_read.as_slice() else { panic!("{infos_read:?}") };
    assert_eq!((get.name.as_str(), get.arity, get.first_key, get.last_key, get.step), ("get", 2, 1, 1, 1));
    assert_eq!((get.flags.join(" "), get.acl_categories.join(" ")), ("readonly fast".into(), "@read".into()));
    assert_eq!(get.tips, ["tip"]);
    let [spec] = get.key_specs.as_slice() else { panic!("{get:?}") };
    assert_eq!((spec.flags.join(" "), spec.notes.as_deref()), ("RO access".into(), None));
    assert_eq!(spec.begin_search, BeginSearch::Index(1));
    assert_eq!(spec.find_keys, FindKeys::Range { last_key: 0, key_step: 1, limit: 2 });
    assert!(spec.other.is_empty() && get.subcommands.is_empty() && get.other.is_empty());
    assert_eq!((config.subcommands.len(), config.subcommands[0].name.as_str()), (1, "config|get"));
    assert_eq!((config.subcommands[0].arity, config.other.len()), (-3, 1));
    let all = both(command(), infos('*', array), infos('~', map));
    assert_eq!(all.iter().map(|info| info.name.as_str()).collect::<Vec<_>>(), ["get", "config"]);
    assert_eq!(
        unfit(command(), "*1\r\n:1\r\n"),
        "COMMAND: expected an array of what a command is, got an integer"
    );
    unfit(command(), "*1\r\n*0\r\n");
    unfit(command_info("x"), "+OK\r\n");
}

#[test]
fn a_command_of_redis_6() {
    let reply = "*1\r\n*7\r\n$5\r\nxread\r\n:-4\r\n*1\r\n+readonly\r\n:0\r\n:0\r\n:0\r\n*1\r\n+@read\r\n";
    let info = read(command(), reply).unwrap().remove(0);
    assert_eq!((info.name.as_str(), info.arity), ("xread", -4));
    assert!(info.tips.is_empty() && info.key_specs.is_empty() && info.subcommands.is_empty());
}

#[test]
fn keys_behind_keywords_and_numbers() {
    let spec = |search: &str, find: &str| {
        format!(
            "*1\r\n*9\r\n$1\r\nx\r\n:-1\r\n~0\r\n:0\r\n:0\r\n:0\r\n~0\r\n~0\r\n~1\r\n%3\r\n$5\r\nnotes\r\n$2\r\nhm\r\n\
             $12\r\nbegin_search\r\n{search}$9\r\nfind_keys\r\n{find}"
        )
    };
    let keyword = "%2\r\n$4\r\ntype\r\n$7\r\nkeyword\r\n$4\r\nspec\r\n%2\r\n$7\r\nkeyword\r\n$7\r\nSTREAMS\r\n$9\r\nstartfrom\r\n:1\r\n";
    let keynum = "%2\r\n$4\r\ntype\r\n$6\r\nkeynum\r\n$4\r\nspec\r\n%3\r\n$9\r\nkeynumidx\r\n:0\r\n$8\r\nfirstkey\r\n:1\r\n$7\r\nkeystep\r\n:2\r\n";
    let unknown = "%2\r\n$4\r\ntype\r\n$7\r\nunknown\r\n$4\r\nspec\r\n%0\r\n";
    let info = read(command(), spec(keyword, keynum)).unwrap().remove(0);
    assert_eq!(
        info.key_specs[0].begin_search,
        BeginSearch::Keyword { keyword: "STREAMS".into(), start_from: 1 }
    );
    assert_eq!(info.key_specs[0].find_keys, FindKeys::KeyNum { key_num_index: 0, first_key: 1, key_step: 2 });
    assert_eq!(info.key_specs[0].notes.as_deref(), Some("hm"));
    let info = read(command(), spec(unknown, unknown)).unwrap().remove(0);
    assert_eq!(
        (&info.key_specs[0].begin_search, &info.key_specs[0].find_keys),
        (&BeginSearch::Unknown, &FindKeys::Unknown)
    );
}

#[test]
fn what_commands_are_for() {
    let docs = |set: char, map: &dyn Fn(usize) -> String| {
        let text = |name: &str, value: &str| format!("{}{}", bulk(name), bulk(value));
        let token =
            format!("{}{}{}{}", map(3), text("name", "nx"), text("type", "pure-token"), text("token", "NX"));
        let argument = format!(
            "{}{}{}{}{}{}{}{}{}:0\r\n{}{set}1\r\n+optional\r\n{}*1\r\n{token}",
            map(10),
            text("name", "cond"),
            text("type", "oneof"),
            text("display_text", "cond"),
            text("summary", "s"),
            text("since", "2.0"),
            text("deprecated_since", "3.0"),
            text("token", "T"),
            bulk("key_spec_index"),
            bulk("flags"),
            bulk("arguments"),
        );
        let sub =
            format!("{}{}{}", map(1), bulk("x|y"), format_args!("{}{}", map(1), text("summary", "sub")));
        format!(
            "{}{}{}{}{}{}{}{}{}{}{}{set}1\r\n+deprecated\r\n{}*1\r\n*2\r\n$5\r\n6.2.0\r\n$3\r\nNew\r\n{}*1\r\n{argument}{}{sub}{}",
            map(1),
            bulk("x"),
            map(12),
            text("summary", "Does x."),
            text("since", "1.0.0"),
            text("group", "string"),
            text("complexity", "O(1)"),
            text("module", "m"),
            text("deprecated_since", "7.0"),
            text("replaced_by", "y"),
            bulk("doc_flags"),
            bulk("history"),
            bulk("arguments"),
            bulk("subcommands"),
            text("brand", "new"),
        )
    };
    let all = both(command_docs(), docs('*', &array), docs('~', &map));
    let docs = &all["x"];
    assert_eq!(
        (docs.summary.as_str(), docs.since.as_str(), docs.group.as_str()),
        ("Does x.", "1.0.0", "string")
    );
    assert_eq!((docs.complexity.as_deref(), docs.module.as_deref()), (Some("O(1)"), Some("m")));
    assert_eq!((docs.deprecated_since.as_deref(), docs.replaced_by.as_deref()), (Some("7.0"), Some("y")));
    assert_eq!(docs.doc_flags, ["deprecated"]);
    assert_eq!(docs.history, [("6.2.0".to_owned(), "New".to_owned())]);
    let [argument] = docs.arguments.as_slice() else { panic!("{docs:?}") };
    assert_eq!(
        (argument.name.as_str(), argument.kind.as_str(), argument.key_spec_index),
        ("cond", "oneof", Some(0))
    );
    assert_eq!((argument.display_text.as_deref(), argument.summary.as_deref()), (Some("cond"), Some("s")));
    assert_eq!((argument.since.as_deref(), argument.deprecated_since.as_deref()), (Some("2.0"), Some("3.0")));
    assert_eq!((argument.token.as_deref(), argument.flags.join(" ")), (Some("T"), "optional".into()));
    assert_eq!((argument.arguments.len(), argument.arguments[0].token.as_deref()), (1, Some("NX")));
    assert_eq!(docs.subcommands["x|y"].summary, "sub");
    assert_eq!(docs.other.keys().collect::<Vec<_>>(), ["brand"]);
    assert_eq!(
        unfit(command_docs(), ":1\r\n"),
        "COMMAND DOCS: expected commands with their documentation, got an integer"
    );
}

#[test]
fn nesting_is_followed_only_so_far() {
    let mut reply = "*0\r\n".to_owned();
    for _ in 0..40 {
        reply = format!("*1\r\n%1\r\n$9\r\narguments\r\n{reply}");
    }
    let reply = format!("%1\r\n$1\r\nx\r\n%1\r\n$9\r\narguments\r\n{reply}");
    let docs = read(command_docs(), reply).unwrap().remove("x").unwrap();
    let mut depth = 0;
    let mut arguments = &docs.arguments;
    while let [argument] = arguments.as_slice() {
        depth += 1;
        if argument.arguments.is_empty() {
            assert!(argument.other.contains_key("arguments"));
        }
        arguments = &argument.arguments;
    }
    assert_eq!(depth, 16);
}

#[test]
fn keys_names_and_counts() {
    let keys = "*2\r\n$1\r\na\r\n$1\r\nb\r\n";
    assert_eq!(both(command_getkeys::<String>("MSET"), keys, keys), ["a", "b"]);
    let flags = both(
        command_getkeysandflags::<String>("MSET"),
        "*2\r\n*2\r\n$1\r\na\r\n*2\r\n+OW\r\n+update\r\n*2\r\n$1\r\nb\r\n*0\r\n",
        "*2\r\n*2\r\n$1\r\na\r\n~2\r\n+OW\r\n+update\r\n*2\r\n$1\r\nb\r\n~0\r\n",
    );
    assert_eq!(
        flags,
        [("a".into(), vec!["OW".into(), "update".into()]), ("b".to_owned(), Vec::<String>::new())]
    );
    assert_eq!(both(command_count(), ":267\r\n", ":267\r\n"), 267);
    assert_eq!(both(command_list(), keys, keys), ["a", "b"]);
    assert_eq!(unfit(command_count(), "_\r\n"), "COMMAND COUNT: expected an integer, got nil");
}

#[test]
fn the_methods() {
    let server =
        Double::new(["*0\r\n", ":1\r\n", "%0\r\n", "*0\r\n", "*0\r\n", "*0\r\n", "*1\r\n_\r\n", "*0\r\n"]);
    let r = &server;
    assert!(r.command().unwrap().is_empty());
    assert_eq!(r.command_count(), Ok(1));
    assert!(r.command_docs().unwrap().is_empty());
    assert!(r.command_getkeys::<String>(("GET", "a")).unwrap().is_empty());
    assert!(r.command_getkeysandflags::<String>(("GET", "a")).unwrap().is_empty());
    assert!(r.command_help().unwrap().is_empty());
    assert_eq!(r.command_info("x"), Ok(vec![None]));
    assert!(r.command_list().unwrap().is_empty());
    assert_eq!(
        server.sent(),
        [
            "COMMAND",
            "COMMAND COUNT",
            "COMMAND DOCS",
            "COMMAND GETKEYS GET a",
            "COMMAND GETKEYSANDFLAGS GET a",
            "COMMAND HELP",
            "COMMAND INFO x",
            "COMMAND LIST",
        ]
    );
}
