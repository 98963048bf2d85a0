//! The commands of scripts and functions.

use std::time::Duration;

use redispy_cmd::Value;
use redispy_cmd::commands::{self as cmd, RestorePolicy, ScriptDebugMode, ScriptingCommands};
use redispy_cmd::reply::ServerError;
use redispy_cmd::spec::Group;

use crate::double::{Double, both, bulk, not_sent, read, refusal, unfit, wire};

const NONE: [&str; 0] = [];

const PLAIN: [&str; 22] = [
    "EVAL \"return 1\" 2 k l a 1",
    "EVALSHA 1f 0",
    "EVALSHA_RO 1f 1 k",
    "EVAL_RO \"return 1\" 0 a",
    "FCALL f 1 k a",
    "FCALL_RO f 0",
    "FUNCTION DELETE lib",
    "FUNCTION DUMP",
    "FUNCTION FLUSH",
    "FUNCTION HELP",
    "FUNCTION KILL",
    "FUNCTION LIST",
    "FUNCTION LOAD code",
    "FUNCTION RESTORE dump",
    "FUNCTION STATS",
    "SCRIPT EXISTS 1f 2f",
    "SCRIPT FLUSH",
    "SCRIPT HELP",
    "SCRIPT KILL",
    "SCRIPT LOAD \"return 1\"",
    "SCRIPT SHOW 1f",
    "SCRIPT DEBUG SYNC",
];

#[test]
fn plain_forms_send_their_words() {
    let (ok, stats) = ("+OK\r\n", "*2\r\n$14\r\nrunning_script\r\n$-1\r\n");
    let server = Double::new([
        ":1\r\n",
        "$-1\r\n",
        "*0\r\n",
        ":1\r\n",
        ":1\r\n",
        ":1\r\n",
        ok,
        "$2\r\n\x01\x02\r\n",
        ok,
        "*1\r\n+help\r\n",
        ok,
        "*0\r\n",
        "$3\r\nlib\r\n",
        ok,
        stats,
        "*2\r\n:1\r\n:0\r\n",
        ok,
        "*1\r\n+help\r\n",
        ok,
        "$2\r\n1f\r\n",
        "$8\r\nreturn 1\r\n",
        ok,
    ]);
    let r = &server;
    assert_eq!(r.eval("return 1", ["k", "l"], ("a", 1)), Ok(Value::Integer(1)));
    assert_eq!(r.evalsha("1f", NONE, NONE), Ok(Value::Null));
    assert!(matches!(r.evalsha_ro("1f", "k", NONE), Ok(Value::Array(items)) if items.is_empty()));
    assert_eq!(r.eval_ro("return 1", NONE, "a"), Ok(Value::Integer(1)));
    assert_eq!(r.fcall("f", "k", "a"), Ok(Value::Integer(1)));
    assert_eq!(r.fcall_ro("f", NONE, NONE), Ok(Value::Integer(1)));
    assert_eq!(r.function_delete("lib"), Ok(()));
    assert_eq!(r.function_dump(), Ok(vec![1, 2]));
    assert_eq!(r.function_flush(), Ok(()));
    assert_eq!(r.function_help(), Ok(vec!["help".to_owned()]));
    assert_eq!(r.function_kill(), Ok(()));
    assert_eq!(r.function_list(), Ok(vec![]));
    assert_eq!(r.function_load("code"), Ok("lib".to_owned()));
    assert_eq!(r.function_restore("dump"), Ok(()));
    assert_eq!(r.function_stats().unwrap().running_script, None);
    assert_eq!(r.script_exists(["1f", "2f"]), Ok(vec![true, false]));
    assert_eq!(r.script_flush(), Ok(()));
    assert_eq!(r.script_help(), Ok(vec!["help".to_owned()]));
    assert_eq!(r.script_kill(), Ok(()));
    assert_eq!(r.script_load("return 1"), Ok("1f".to_owned()));
    assert_eq!(r.script_show("1f"), Ok(b"return 1".to_vec()));
    assert_eq!(r.script_debug(ScriptDebugMode::Sync), Ok(()));
    assert_eq!(server.sent(), PLAIN);
}

#[test]
fn no_command_of_the_group_is_missing() {
    assert_eq!(not_sent(Group::Scripting, &PLAIN), [""; 0]);
}

#[test]
fn keys_are_counted_and_come_before_the_arguments() {
    assert_eq!(wire(cmd::eval("s")), "EVAL s 0");
    let mixed = cmd::eval("s").arg("a").key("k").args([1, 2]).keys(["l", "m"]).returns::<i64>();
    assert_eq!(wire(mixed.clone()), "EVAL s 3 k l m a 1 2");
    assert_eq!(wire(mixed.key("n")), "EVAL s 4 k l m n a 1 2");
    let many = cmd::fcall("f").keys(vec!["k"; 1000]).arg(b"\x00\xff");
    assert!(wire(many).ends_with("k k \"\\x00\\xff\""));
    assert_eq!(refusal(cmd::eval("s").arg(f64::NAN)), "EVAL: `argument` must be a number, not NaN");
    assert_eq!(refusal(cmd::script_exists(NONE)), "SCRIPT EXISTS: `sha1s` must be at least one");
}

#[test]
fn options_go_where_the_server_wants_them() {
    assert_eq!(wire(cmd::script_flush().async_()), "SCRIPT FLUSH ASYNC");
    assert_eq!(wire(cmd::script_flush().sync()), "SCRIPT FLUSH SYNC");
    assert_eq!(wire(cmd::function_flush().async_().sync()), "FUNCTION FLUSH SYNC");
    assert_eq!(wire(cmd::function_flush().async_()), "FUNCTION FLUSH ASYNC");
    assert_eq!(wire(cmd::script_debug(ScriptDebugMode::Yes)), "SCRIPT DEBUG YES");
    assert_eq!(wire(cmd::script_debug(ScriptDebugMode::No).engine("js")), "SCRIPT DEBUG NO js");
    assert_eq!(wire(cmd::function_list().withcode()), "FUNCTION LIST WITHCODE");
    assert_eq!(
        wire(cmd::function_list().withcode().libraryname("m*")),
        "FUNCTION LIST LIBRARYNAME m* WITHCODE"
    );
    assert_eq!(wire(cmd::function_load("code").replace()), "FUNCTION LOAD REPLACE code");
    let restore = |policy| wire(cmd::function_restore("d").policy(RestorePolicy::Append).policy(policy));
    assert_eq!(restore(RestorePolicy::Append), "FUNCTION RESTORE d APPEND");
    assert_eq!(restore(RestorePolicy::Flush), "FUNCTION RESTORE d FLUSH");
    assert_eq!(restore(RestorePolicy::Replace), "FUNCTION RESTORE d REPLACE");
}

#[test]
fn answers_of_scripts_have_the_type_asked_for() {
    assert_eq!(both(cmd::eval("s").returns::<Option<String>>(), "$-1\r\n", "_\r\n"), None);
    assert_eq!(
        both(cmd::evalsha("1f").returns::<Vec<i64>>(), "*2\r\n:1\r\n$1\r\n2\r\n", "*2\r\n:1\r\n:2\r\n"),
        [1, 2]
    );
    assert_eq!(both(cmd::fcall("f").returns::<f64>(), "$3\r\n0.5\r\n", ",0.5\r\n"), 0.5);
    let errors = cmd::eval_ro("s").returns::<Vec<Result<i64, ServerError>>>();
    assert_eq!(
        both(errors, "*2\r\n:1\r\n-ERR x\r\n", "*2\r\n:1\r\n-ERR x\r\n"),
        [Ok(1), Err(ServerError::new(*b"ERR x"))]
    );
    assert_eq!(
        unfit(cmd::fcall_ro("f").returns::<i64>(), "*0\r\n"),
        "FCALL_RO: expected an integer, got an array of 0 elements"
    );
    let unknown = read(cmd::evalsha("1f"), "-NOSCRIPT No matching script.\r\n").unwrap_err();
    assert!(unknown.to_string().starts_with("EVALSHA: NOSCRIPT"));
    assert_eq!(both(cmd::script_exists("1f"), "*1\r\n:1\r\n", "*1\r\n#t\r\n"), [true]);
    assert_eq!(unfit(cmd::script_load("s"), ":1\r\n"), "SCRIPT LOAD: expected text, got an integer");
    assert_eq!(
        unfit(cmd::function_dump(), "*0\r\n"),
        "FUNCTION DUMP: expected a string, got an array of 0 elements"
    );
}

#[test]
fn libraries_have_functions() {
    let flat = |names: &[&str]| names.iter().map(|name| bulk(name)).collect::<String>();
    let resp2 = [
        "*1\r\n*10\r\n",
        &flat(&["library_name", "lib", "engine", "LUA", "functions"]),
        "*2\r\n*6\r\n",
        &flat(&["name", "f", "description", "d", "flags"]),
        "*1\r\n+no-writes\r\n*6\r\n",
        &flat(&["name", "g", "description"]),
        "$-1\r\n",
        &flat(&["flags"]),
        "*0\r\n",
        &flat(&["library_code", "code", "shape", "new"]),
    ]
    .concat();
    let resp3 = [
        "*1\r\n%5\r\n",
        &flat(&["library_name", "lib", "engine", "LUA", "functions"]),
        "*2\r\n%3\r\n",
        &flat(&["name", "f", "description", "d", "flags"]),
        "~1\r\n+no-writes\r\n%3\r\n",
        &flat(&["name", "g", "description"]),
        "_\r\n",
        &flat(&["flags"]),
        "~0\r\n",
        &flat(&["library_code", "code", "shape", "new"]),
    ]
    .concat();
    let libraries = both(cmd::function_list(), resp2, resp3);
    let library = &libraries[0];
    assert_eq!((library.library_name.as_str(), library.engine.as_str()), ("lib", "LUA"));
    assert_eq!(library.library_code.as_deref(), Some(&b"code"[..]));
    assert_eq!(library.other.keys().collect::<Vec<_>>(), ["shape"]);
    let [f, g] = library.functions.as_slice() else { panic!("{library:?}") };
    assert_eq!(
        (f.name.as_str(), f.description.as_deref(), f.flags.as_slice()),
        ("f", Some("d"), &["no-writes".to_owned()][..])
    );
    assert_eq!((g.name.as_str(), g.description.as_deref(), g.flags.len(), g.other.len()), ("g", None, 0, 0));
    assert_eq!(
        unfit(cmd::function_list(), ":1\r\n"),
        "FUNCTION LIST: expected an array of libraries, got an integer"
    );
}

#[test]
fn statistics_tell_what_runs() {
    let running = [
        &bulk("name"),
        &bulk("f"),
        &bulk("command"),
        "*2\r\n",
        &bulk("fcall"),
        &bulk("f"),
        &bulk("duration_ms"),
        ":5300\r\n",
    ]
    .concat();
    let counts =
        [&bulk("libraries_count"), ":1\r\n", &bulk("functions_count"), ":2\r\n", &bulk("new"), ":3\r\n"]
            .concat();
    let whole = |map: &dyn Fn(usize) -> String| {
        [
            &map(2),
            &bulk("running_script"),
            &map(3),
            &running,
            &bulk("engines"),
            &map(1),
            &bulk("LUA"),
            &map(3),
            &counts,
        ]
        .map(String::as_str)
        .concat()
    };
    let stats =
        both(cmd::function_stats(), whole(&|n| format!("*{}\r\n", 2 * n)), whole(&|n| format!("%{n}\r\n")));
    let running = stats.running_script.unwrap();
    assert_eq!((running.name.as_str(), running.command.join(" ").as_str()), ("f", "fcall f"));
    assert_eq!(running.duration, Duration::from_millis(5300));
    let lua = &stats.engines["LUA"];
    assert_eq!((lua.libraries_count, lua.functions_count, lua.other.len()), (1, 2, 1));
    assert!(running.other.is_empty() && stats.other.is_empty());
    assert_eq!(
        unfit(cmd::function_stats(), "+OK\r\n"),
        "FUNCTION STATS: expected the statistics of functions, got a simple string"
    );
}
