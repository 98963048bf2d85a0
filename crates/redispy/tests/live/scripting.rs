//! The commands of scripts and functions. The libraries of functions belong to the whole server, so those tests have one of their
//! own.

use std::thread;
use std::time::Duration;

use redispy::cmd::RestorePolicy;
use redispy::prelude::*;
use redispy::{Client, ProtocolChoice, Value, cmd, spec};
use redispy_testkit::{Server, wait_until};

use crate::{assert_unknown, each_protocol_alone, is_since, knows};

const NONE: [&str; 0] = [];

const LIBRARY: &str = "#!lua name=mylib\n\
    redis.register_function{function_name='echo', callback=function(keys, args) return {keys[1], args[1]} end, \
    flags={'no-writes'}, description='gives back'}\n\
    redis.register_function('spin', function() while true do end end)";

/// Runs `test` over both protocols with a server of its own.
fn with_own_server(test: impl Fn(&Client)) {
    let server = Server::builder().option("lua-time-limit", "20").start();
    for protocol in [ProtocolChoice::Resp2, ProtocolChoice::Resp3] {
        test(&crate::builder().url(server.url()).unwrap().protocol(protocol).build().unwrap());
    }
}

#[test]
fn scripts_get_keys_and_arguments_and_answer_with_a_type() {
    each_protocol_alone(|r| {
        r.set("n", 2).unwrap();
        let script = "return redis.call('GET', KEYS[1]) * ARGV[1]";
        assert_eq!(r.eval(script, "n", 3).unwrap(), Value::Integer(6));
        assert_eq!(r.run(cmd::eval(script).key("n").arg(5).returns::<i64>()).unwrap(), 10);
        let both = cmd::eval("return {KEYS[1], KEYS[2], ARGV[1], false}").keys(["a", "b"]).arg("x");
        let answer = r.run(both.returns::<Vec<Option<String>>>()).unwrap();
        assert_eq!(answer, [Some("a".to_owned()), Some("b".to_owned()), Some("x".to_owned()), None]);
        assert_eq!(
            r.eval("return redis.error_reply('MINE oops')", NONE, NONE).unwrap_err().code(),
            Some("MINE")
        );
        let read_only = r.run(cmd::eval_ro("return redis.call('GET', KEYS[1])").key("n").returns::<i64>());
        if !knows(&spec::EVAL_RO) {
            return assert_unknown(read_only);
        }
        assert_eq!(read_only.unwrap(), 2);
        assert!(r.eval_ro("return redis.call('DEL', KEYS[1])", "n", NONE).is_err());
    });
}

#[test]
fn scripts_are_kept_by_their_hash() {
    with_own_server(|r| {
        let script = "return ARGV[1]";
        let sha1 = r.script_load(script).unwrap();
        assert_eq!(sha1.len(), 40);
        assert_eq!(r.script_exists([&sha1, "0000"]).unwrap(), [true, false]);
        assert_eq!(r.run(cmd::evalsha(&sha1).arg(7).returns::<i64>()).unwrap(), 7);
        if knows(&spec::EVALSHA_RO) {
            assert_eq!(r.run(cmd::evalsha_ro(&sha1).arg(7).returns::<i64>()).unwrap(), 7);
        }
        if knows(&spec::SCRIPT_SHOW) {
            assert_eq!(r.script_show(&sha1).unwrap(), script.as_bytes());
            let no_text = b"return '\xff\xc3'";
            let sha1 = r.script_load(no_text).unwrap();
            assert_eq!(r.script_show(sha1).unwrap(), no_text);
            assert_eq!(r.script_show("0000").unwrap_err().code(), Some("NOSCRIPT"));
        } else {
            assert_unknown(r.script_show(&sha1));
        }
        r.script_flush().unwrap();
        assert_eq!(r.evalsha(&sha1, NONE, 1).unwrap_err().code(), Some("NOSCRIPT"));
        if is_since((6, 2), (7, 2)) {
            r.run(cmd::script_flush().async_()).unwrap();
            r.run(cmd::script_flush().sync()).unwrap();
        }
        assert_eq!(r.script_kill().unwrap_err().code(), Some("NOTBUSY"));
        assert!(r.script_help().unwrap().len() > 3);
        let s = r.session().unwrap();
        s.script_debug(cmd::ScriptDebugMode::No).unwrap();
        let of_engine = s.run(cmd::script_debug(cmd::ScriptDebugMode::No).engine("lua"));
        if is_since((99, 0), (9, 1)) {
            of_engine.unwrap();
        } else {
            assert_unknown(of_engine);
        }
    });
}

#[test]
fn libraries_come_and_go() {
    if !knows(&spec::FCALL) {
        return each_protocol_alone(|r| assert_unknown(r.function_load(LIBRARY)));
    }
    with_own_server(|r| {
        assert_eq!(r.function_load(LIBRARY).unwrap(), "mylib");
        assert_eq!(r.function_load(LIBRARY).unwrap_err().code(), Some("ERR"));
        assert_eq!(r.run(cmd::function_load(LIBRARY).replace()).unwrap(), "mylib");
        let echo = cmd::fcall("echo").key("k").arg(1).returns::<(String, i64)>();
        assert_eq!(r.run(echo).unwrap(), ("k".to_owned(), 1));
        assert!(matches!(r.fcall("echo", "k", 1).unwrap(), Value::Array(items) if items.len() == 2));
        assert!(r.fcall_ro("echo", "k", 1).is_ok() && r.fcall_ro("spin", NONE, NONE).is_err());
        let mut library = r.function_list().unwrap().remove(0);
        assert_eq!((library.library_name.as_str(), library.engine.as_str()), ("mylib", "LUA"));
        assert!(library.library_code.is_none() && library.other.is_empty(), "{library:?}");
        library.functions.sort_by(|a, b| a.name.cmp(&b.name));
        let echo = &library.functions[0];
        assert_eq!((echo.name.as_str(), echo.description.as_deref()), ("echo", Some("gives back")));
        assert_eq!(echo.flags, ["no-writes"]);
        assert_eq!((library.functions.len(), library.functions[1].description.as_deref()), (2, None));
        let listed = |pattern| r.run(cmd::function_list().libraryname(pattern).withcode()).unwrap();
        assert_eq!(listed("my*")[0].library_code.as_deref(), Some(LIBRARY.as_bytes()));
        assert_eq!(listed("x*"), []);
        let stats = r.function_stats().unwrap();
        assert_eq!((stats.engines["LUA"].libraries_count, stats.engines["LUA"].functions_count), (1, 2));
        assert!(stats.running_script.is_none() && stats.other.is_empty(), "{stats:?}");
        let dump = r.function_dump().unwrap();
        r.function_delete("mylib").unwrap();
        assert_eq!(r.function_delete("mylib").unwrap_err().code(), Some("ERR"));
        r.function_restore(&dump).unwrap();
        assert!(r.function_restore(&dump).is_err());
        r.run(cmd::function_restore(&dump).policy(RestorePolicy::Replace)).unwrap();
        r.run(cmd::function_restore(&dump).policy(RestorePolicy::Flush)).unwrap();
        assert!(r.run(cmd::function_restore(&dump).policy(RestorePolicy::Append)).is_err());
        r.function_flush().unwrap();
        r.run(cmd::function_flush().async_()).unwrap();
        assert_eq!(r.function_list().unwrap(), []);
        assert!(r.function_help().unwrap().len() > 3);
    });
}

#[test]
fn what_runs_too_long_is_seen_and_killed() {
    with_own_server(|r| {
        let spinning = thread::spawn({
            let r = r.clone();
            move || r.eval("while true do end", NONE, NONE)
        });
        let kill = || r.script_kill().is_ok();
        wait_until("the script is killed", Duration::from_secs(10), kill);
        assert!(spinning.join().unwrap().is_err());
        if !knows(&spec::FCALL) {
            return;
        }
        r.run(cmd::function_load(LIBRARY).replace()).unwrap();
        assert_eq!(r.function_kill().unwrap_err().code(), Some("NOTBUSY"));
        let spinning = thread::spawn({
            let r = r.clone();
            move || r.fcall("spin", NONE, "x")
        });
        let running = || r.function_stats().ok()?.running_script;
        wait_until("the function runs", Duration::from_secs(10), || running().is_some());
        let running = running().unwrap();
        assert_eq!((running.name.as_str(), running.command.join(" ")), ("spin", "FCALL spin 0 x".to_owned()));
        assert!(running.duration < Duration::from_secs(60) && running.other.is_empty(), "{running:?}");
        r.function_kill().unwrap();
        assert!(spinning.join().unwrap().is_err());
    });
}
