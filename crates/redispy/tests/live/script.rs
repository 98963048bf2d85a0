//! Script and function handles, and what scripts answer.
//!
//! | what is ported | test |
//! |---|---|
//! | `test_eval`, `test_evalsha`, `test_evalsha_script_not_loaded`, `test_script_loading` | `scripting::scripts_get_keys_and_arguments_and_answer_with_a_type`, `scripting::scripts_are_kept_by_their_hash` |
//! | `test_script_object` | `a_handle_needs_no_server_until_it_is_called`: the hash is known before any call |
//! | `test_script_object_in_pipeline` | `a_pipeline_brings_its_scripts_along`, `a_batch_brings_its_scripts_along` |
//! | `test_eval_msgpack_pipeline_error_in_lua` | `arguments_are_bytes_and_errors_in_lua_are_errors` |

use std::collections::BTreeMap;
use std::sync::LazyLock;

use redispy::{Client, ErrorKind, Function, Outcome, Script, Value, cmd, each, prelude::*, spec};

use crate::{assert_unknown, each_protocol, each_protocol_alone, is_since, knows};

const NONE: [&str; 0] = [];

fn multiply() -> Script<i64> {
    Script::new("return redis.call('GET', KEYS[1]) * ARGV[1]")
}

/// Whether the server has the script now.
fn is_loaded<T: redispy::FromReply>(r: &Client, script: &Script<T>) -> bool {
    r.script_exists(script.sha1()).unwrap() == [true]
}

#[test]
fn a_handle_needs_no_server_until_it_is_called() {
    let nobody = crate::open("redis://127.0.0.1:1");
    let script: Script<i64> = nobody.register_script("return redis.call('GET', KEYS[1]) * ARGV[1]");
    assert_eq!(nobody.stats().dials, 0);
    each_protocol_alone(|r| {
        r.script_flush().unwrap();
        r.set("n", 2).unwrap();
        assert!(!is_loaded(r, &script));
        // The first call loads it, the later ones find it; all three ways to run it are one.
        assert_eq!(r.run(script.key("n").arg(3)).unwrap(), 6);
        assert!(is_loaded(r, &script));
        assert_eq!(script.key("n").arg(3).run(r).unwrap(), 6);
        let session = r.session().unwrap();
        assert_eq!(session.run(script.key("n").arg(4)).unwrap(), 8);
        r.script_flush().unwrap();
        assert_eq!(script.key("n").arg(5).run(&session).unwrap(), 10);
        assert!(is_loaded(r, &script));
        // Its own text has its hash.
        assert_eq!(r.run(script.load()).unwrap(), script.sha1());
    });
}

#[test]
fn keys_and_arguments_are_of_any_kind_and_number() {
    static JOIN: LazyLock<Script<Vec<String>>> = LazyLock::new(|| {
        Script::new(
            "local all = {} for _, k in ipairs(KEYS) do all[#all + 1] = 'k' .. k end \
                     for _, a in ipairs(ARGV) do all[#all + 1] = 'a' .. a end return all",
        )
    });
    each_protocol(|r| {
        let none: [String; 0] = [];
        assert_eq!(r.run(&*JOIN).unwrap(), none);
        assert_eq!(JOIN.run(r).unwrap(), none);
        assert_eq!(r.run(JOIN.key(7)).unwrap(), ["k7"]);
        assert_eq!(r.run(JOIN.arg(0.5).key("x").args(vec!["y", "z"])).unwrap(), ["kx", "a0.5", "ay", "az"]);
        assert_eq!(r.run(JOIN.keys(["a", "b"]).args((1, "c"))).unwrap(), ["ka", "kb", "a1", "ac"]);
        let values = r.run(JOIN.args(each(1..=300)).returns::<Vec<Value>>()).unwrap();
        assert_eq!(values.len(), 300);
    });
}

#[test]
fn a_batch_brings_its_scripts_along() {
    each_protocol_alone(|r| {
        let script = multiply();
        r.set("n", 2).unwrap();
        r.script_flush().unwrap();
        let replies = r.batch((1..=3).map(|n| script.key("n").arg(n))).unwrap();
        assert_eq!(replies, [2, 4, 6]);
        assert!(is_loaded(r, &script));
        r.script_flush().unwrap();
        let session = r.session().unwrap();
        assert_eq!(session.batch([script.key("n").arg(7), script.key("n").arg(8)]).unwrap(), [14, 16]);
        // Sent by their hash, the second time within the same batch: the first EVAL is all that the server had to read.
        r.config_resetstat().unwrap();
        r.batch((1..=10).map(|n| script.key("n").arg(n))).unwrap();
        let stats = r.run(cmd::info().sections("commandstats")).unwrap().commandstats;
        assert_eq!((stats["eval"].calls, stats["evalsha"].calls), (1, 9));
    });
}

#[test]
fn a_pipeline_brings_its_scripts_along() {
    each_protocol_alone(|r| {
        let script = multiply();
        for transaction in [true, false] {
            let pipeline = || r.pipeline().transaction(transaction).set("a", 2).get::<i64>("a");
            // Nothing goes to the server before the pipeline does.
            r.script_flush().unwrap();
            let buffered = script.key("a").arg(3).run(pipeline());
            assert!(!is_loaded(r, &script));
            assert_eq!(buffered.execute().unwrap(), (true, Some(2), 6));
            assert!(is_loaded(r, &script));
            // A flush between buffering and sending does no harm.
            let buffered = pipeline().run(script.key("a").arg(4)).run(script.key("a").arg(5));
            r.script_flush().unwrap();
            assert_eq!(buffered.execute().unwrap(), (true, Some(2), 8, 10));
            assert!(is_loaded(r, &script));
            let failing: Script<i64> = r.register_script("error('on purpose')");
            let error = pipeline().run(&failing).execute().unwrap_err();
            assert_eq!((error.command(), error.position()), (Some("EVALSHA"), Some(2)));
            assert_eq!(error.outcome(), Outcome::MaybeExecuted);
        }
        let n = r.transaction(["a"], |tx| {
            let six = tx.run(script.key("a").arg(3))?;
            tx.multi().set("b", six).run(script.key("b").arg(10)).execute()
        });
        assert_eq!(n.unwrap(), (true, 60));
    });
}

/// A call is an EVALSHA to callbacks and errors, however it is sent.
#[test]
fn response_callbacks_see_the_answers_of_scripts_sent_either_way() {
    each_protocol_alone(|r| {
        let script: Script<i64> = r.register_script("return 20");
        r.set_response_callback("EVALSHA", |value| match value {
            Value::Integer(n) => Ok(Value::Integer(n + 1)),
            other => Err(format!("{other:?}")),
        });
        r.script_flush().unwrap();
        let calls = || [r.run(&script).unwrap(), r.session().unwrap().run(&script).unwrap()];
        assert_eq!((calls(), calls()), ([21, 21], [21, 21]));
        r.script_flush().unwrap();
        assert_eq!(r.batch([&script, &script]).unwrap(), [21, 21]);
        for transaction in [true, false] {
            r.script_flush().unwrap();
            let replies = r.pipeline().transaction(transaction).run(&script).run(&script).execute();
            assert_eq!(replies.unwrap(), (21, 21));
        }
        // EVAL by its own name is another command.
        assert_eq!(r.run(cmd::eval("return 20").returns::<i64>()).unwrap(), 20);
    });
}

#[test]
fn a_script_that_only_reads_is_sent_as_one() {
    each_protocol(|r| {
        r.set("n", 2).unwrap();
        let read = multiply().read_only();
        let answer = r.run(read.key("n").arg(3));
        if !knows(&spec::EVALSHA_RO) {
            return assert_unknown(answer);
        }
        assert_eq!(answer.unwrap(), 6);
        let write: Script<Value> = r.register_script("return redis.call('SET', KEYS[1], 1)");
        let error = r.run(write.read_only().key("n")).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Server, Outcome::Rejected));
        assert_eq!(r.get("n").unwrap(), Some(2));
        // What only reads may be sent again; what may write may not.
        assert!(read.key("n").run(&Seen).unwrap());
        assert!(!multiply().key("n").run(&Seen).unwrap());
    });
}

/// Answers whether the command that it is given only reads.
struct Seen;

impl redispy::Execute for &Seen {
    type Output<T> = redispy::Result<bool>;

    fn run<C: redispy::IntoCmd>(self, cmd: C) -> redispy::Result<bool> {
        Ok(cmd.into_cmd().request().is_read_only())
    }
}

#[test]
fn arguments_are_bytes_and_errors_in_lua_are_errors() {
    each_protocol(|r| {
        // {"name": "Joe"} in MessagePack.
        let joe = b"\x81\xa4name\xa3Joe";
        let greet: Script<String> =
            r.register_script("local m = cmsgpack.unpack(ARGV[1]) return 'hello ' .. m['name']");
        assert_eq!(r.run(greet.arg(joe)).unwrap(), "hello Joe");
        let broken: Script<String> =
            r.register_script("local m = cmsgpack.unpack(ARGV[1]) return 'hello ' .. m['names']");
        for error in [
            r.run(broken.arg(joe)).unwrap_err(),
            r.batch([broken.arg(joe), broken.arg(joe)]).unwrap_err(),
            r.session().unwrap().run(broken.arg(joe)).unwrap_err(),
        ] {
            assert_eq!((error.kind(), error.outcome()), (ErrorKind::Server, Outcome::MaybeExecuted));
            assert_eq!((error.code(), error.command()), (Some("ERR"), Some("EVALSHA")), "{error}");
        }
        let no_lua: Script<i64> = r.register_script("return (");
        assert_eq!(r.run(&no_lua).unwrap_err().code(), Some("ERR"));
        let bytes: Script<Vec<u8>> = r.register_script(b"return '\xff\x00' .. ARGV[1]");
        assert_eq!(r.run(bytes.arg(b"\r\n")).unwrap(), b"\xff\x00\r\n");
    });
}

/// The shapes that the documentation of [`Script`] names.
#[test]
fn f123_what_lua_answers_is_the_same_with_both_protocols() {
    each_protocol(|r| {
        fn of<T: redispy::FromReply>(r: &Client, text: &str) -> Result<T, redispy::Error> {
            r.run(&r.register_script::<T>(text))
        }
        assert_eq!(of::<i64>(r, "return 3.99").unwrap(), 3);
        assert_eq!(of::<i64>(r, "return -3.99").unwrap(), -3);
        assert_eq!(of::<f64>(r, "return tostring(3.25)").unwrap(), 3.25);
        assert_eq!(of::<Option<i64>>(r, "return true").unwrap(), Some(1));
        assert_eq!(of::<Option<i64>>(r, "return false").unwrap(), None);
        assert_eq!(of::<Option<String>>(r, "return nil").unwrap(), None);
        assert_eq!(of::<Option<String>>(r, "").unwrap(), None);
        assert_eq!(of::<String>(r, "return {ok = 'FINE'}").unwrap(), "FINE");
        let error = of::<i64>(r, "return {err = 'MINE and why'}").unwrap_err();
        assert_eq!((error.code(), error.outcome()), (Some("MINE"), Outcome::MaybeExecuted));
        let nested: (i64, (i64, Vec<String>), i64) = of(r, "return {1, {2, {'a', 'b'}}, 3.5}").unwrap();
        assert_eq!(nested, (1, (2, vec!["a".into(), "b".into()]), 3));
        // A table ends before its first nil; only `false` is a null within it.
        assert_eq!(of::<Vec<i64>>(r, "return {1, 2, nil, 4}").unwrap(), [1, 2]);
        assert_eq!(of::<Vec<Option<i64>>>(r, "return {1, false, 3}").unwrap(), [Some(1), None, Some(3)]);
        assert_eq!(of::<Vec<i64>>(r, "return {name = 'x'}").unwrap(), NONE.map(|_| 0));
        let errors: Vec<Result<i64, redispy::ServerError>> =
            of(r, "return {1, {err = 'ERR within'}, 3}").unwrap();
        assert!(errors[0] == Ok(1) && errors[1].is_err() && errors[2] == Ok(3), "{errors:?}");
        // What commands answered within a script has the shapes of RESP2, unless the script asks for others.
        r.hset("h", [("a", 1), ("b", 2)]).unwrap();
        let pairs: BTreeMap<String, i64> = of(r, "return redis.call('HGETALL', 'h')").unwrap();
        assert_eq!(pairs, BTreeMap::from([("a".into(), 1), ("b".into(), 2)]));
        if is_since((6, 0), (7, 2)) {
            let pairs: BTreeMap<String, i64> =
                of(r, "redis.setresp(3) return redis.call('HGETALL', 'h')").unwrap();
            assert_eq!(pairs.len(), 2);
            let float: Result<f64, _> = of(r, "redis.setresp(3) return {double = 1.5}");
            assert_eq!(float.unwrap(), 1.5);
        }
    });
}

#[test]
fn functions_are_typed_where_they_are_named() {
    let library = "#!lua name=handles\n\
        redis.register_function('mul', function(keys, args) return redis.call('GET', keys[1]) * args[1] end)\n\
        redis.register_function{function_name='size', callback=function(keys, args) return #keys + #args end, \
        flags={'no-writes'}}";
    if !knows(&spec::FCALL) {
        return each_protocol_alone(|r| assert_unknown(r.run(&Function::<i64>::new("mul"))));
    }
    each_protocol_alone(|r| {
        r.run(cmd::function_load(library).replace()).unwrap();
        r.set("n", 2).unwrap();
        let (mul, size) = (Function::<i64>::new("mul"), Function::<i64>::new("size").read_only());
        assert_eq!(r.run(mul.key("n").arg(3)).unwrap(), 6);
        assert_eq!(mul.key("n").arg(4).run(&r.session().unwrap()).unwrap(), 8);
        assert_eq!(r.batch([mul.key("n").arg(1), size.keys(["a", "b"]).args([1, 2])]).unwrap(), [2, 4]);
        assert_eq!((r.run(&size).unwrap(), size.run(r).unwrap()), (0, 0));
        assert!(size.call().run(&Seen).unwrap() && !mul.call().run(&Seen).unwrap());
        assert_eq!(r.run(mul.read_only().key("n").arg(3)).unwrap_err().code(), Some("ERR"));
        // Libraries are data: emptying the cache of scripts does not touch them.
        r.script_flush().unwrap();
        assert_eq!(r.run(mul.key("n").arg(5)).unwrap(), 10);
        assert_eq!(r.run(&Function::<i64>::new("nobody")).unwrap_err().code(), Some("ERR"));
    });
}
