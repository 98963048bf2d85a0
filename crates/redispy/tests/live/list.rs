//! The list commands.

use std::thread;
use std::time::{Duration, Instant};

use redispy::cmd::{Insert, ListEnd};
use redispy::prelude::*;
use redispy::replies::Inserted;
use redispy::{Block, cmd, spec};

use crate::{assert_unknown, client, each_protocol, knows};

type Popped = (String, Vec<String>);

const SHORT: Duration = Duration::from_millis(20);

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn elements_are_pushed_and_popped_at_both_ends() {
    each_protocol(|r| {
        assert_eq!(r.rpush("l", ["a", "b"]).unwrap(), 2);
        assert_eq!(r.lpush("l", ("y", "z")).unwrap(), 4);
        assert_eq!((r.lpushx("none", "x").unwrap(), r.rpushx("none", "x").unwrap()), (0, 0));
        assert_eq!((r.lpushx("l", "1").unwrap(), r.rpushx("l", "2").unwrap()), (5, 6));
        assert_eq!(r.lrange::<String>("l", 0, -1).unwrap(), ["1", "z", "y", "a", "b", "2"]);
        assert_eq!(r.llen("l").unwrap(), 6);
        assert_eq!((r.lpop("l").unwrap(), r.rpop("l").unwrap()), (Some(1), Some(2)));
        assert_eq!((r.lpop::<i64>("none").unwrap(), r.rpop::<i64>("none").unwrap()), (None, None));
        assert!(r.lpop::<i64>("l").unwrap_err().to_string().contains("LPOP"));
    });
}

#[test]
fn many_elements_are_popped_at_once() {
    each_protocol(|r| {
        r.rpush("l", ["a", "b", "c", "d"]).unwrap();
        let first = r.run(cmd::lpop::<String>("l").count(2));
        if !knows(&spec::LMOVE) {
            return assert_unknown(first);
        }
        assert_eq!(first.unwrap(), ["a", "b"]);
        assert_eq!(r.run(cmd::rpop::<String>("l").count(9)).unwrap(), ["d", "c"]);
        assert_eq!(r.run(cmd::lpop::<String>("l").count(9)).unwrap(), [""; 0]);
        r.rpush("l", "a").unwrap();
        assert_eq!(r.run(cmd::lpop::<String>("l").count(0)).unwrap(), [""; 0]);
    });
}

#[test]
fn elements_are_found_changed_and_removed() {
    each_protocol(|r| {
        r.rpush("l", ["a", "b", "a", "c", "a"]).unwrap();
        assert_eq!((r.lindex("l", 1).unwrap(), r.lindex("l", -2).unwrap()), (some("b"), some("c")));
        assert_eq!(r.lindex::<String>("l", 5).unwrap(), None);
        let insert = |place, pivot| r.linsert("l", place, pivot, "x").unwrap();
        assert_eq!(insert(Insert::Before, "b"), Inserted::Len(6));
        assert_eq!(insert(Insert::After, "b"), Inserted::Len(7));
        assert_eq!(insert(Insert::After, "none"), Inserted::NoPivot);
        assert_eq!(r.linsert("none", Insert::After, "b", "x").unwrap(), Inserted::NoKey);
        assert_eq!(r.lrange::<String>("l", 0, -1).unwrap(), ["a", "x", "b", "x", "a", "c", "a"]);
        assert_eq!(r.lrem("l", 0, "x").unwrap(), 2);
        assert_eq!((r.lrem("l", -1, "a").unwrap(), r.lrem("l", 5, "none").unwrap()), (1, 0));
        r.lset("l", 0, "A").unwrap();
        assert_eq!(r.lset("l", 9, "x").unwrap_err().code(), Some("ERR"));
        r.ltrim("l", 0, 1).unwrap();
        assert_eq!(r.lrange::<String>("l", 0, -1).unwrap(), ["A", "b"]);
        assert_eq!(r.lrange::<String>("none", 0, -1).unwrap(), [""; 0]);
    });
}

#[test]
fn places_of_an_element() {
    each_protocol(|r| {
        r.rpush("l", ["a", "b", "a", "c", "a"]).unwrap();
        let places = || cmd::lpos("l", "a");
        if !knows(&spec::LPOS) {
            return assert_unknown(r.run(places()));
        }
        assert_eq!((r.lpos("l", "a").unwrap(), r.lpos("l", "none").unwrap()), (Some(0), None));
        assert_eq!(r.run(places().rank(2)).unwrap(), Some(2));
        assert_eq!(r.run(places().rank(-1)).unwrap(), Some(4));
        assert_eq!(r.run(places().rank(2).maxlen(2)).unwrap(), None);
        assert_eq!(r.run(places().count(0)).unwrap(), [0, 2, 4]);
        assert_eq!(r.run(places().rank(-1).maxlen(3).count(5)).unwrap(), [4, 2]);
        assert_eq!(r.run(cmd::lpos("l", "none").count(0)).unwrap(), Vec::<i64>::new());
    });
}

#[test]
fn elements_move_between_lists() {
    each_protocol(|r| {
        r.rpush("l", ["a", "b", "c"]).unwrap();
        assert_eq!(r.rpoplpush("l", "m").unwrap(), some("c"));
        assert_eq!(r.rpoplpush::<String>("none", "m").unwrap(), None);
        assert_eq!(r.brpoplpush("l", "m", SHORT).unwrap(), some("b"));
        if !knows(&spec::LMOVE) {
            return assert_unknown(r.lmove::<String>("l", "m", ListEnd::Left, ListEnd::Right));
        }
        assert_eq!(r.lmove("l", "m", ListEnd::Left, ListEnd::Right).unwrap(), some("a"));
        assert_eq!(r.lmove::<String>("l", "m", ListEnd::Left, ListEnd::Right).unwrap(), None);
        assert_eq!(r.blmove("m", "m", ListEnd::Right, ListEnd::Left, SHORT).unwrap(), some("a"));
        assert_eq!(r.lrange::<String>("m", 0, -1).unwrap(), ["a", "b", "c"]);
    });
}

#[test]
fn the_first_list_that_has_elements_gives_them() {
    each_protocol(|r| {
        r.rpush("l", ["a", "b", "c", "d"]).unwrap();
        let keys = ["none", "l"];
        assert_eq!(r.blpop(keys, SHORT).unwrap(), Some(("l".to_owned(), "a".to_owned())));
        assert_eq!(r.brpop(keys, Block::Forever).unwrap(), Some((b"l".to_vec(), "d".to_owned())));
        let two = cmd::lmpop::<Popped>(keys, ListEnd::Right).count(2);
        if !knows(&spec::LMPOP) {
            assert_unknown(r.run(two));
            return assert_unknown(r.blmpop::<Popped>(SHORT, keys, ListEnd::Left));
        }
        assert_eq!(r.run(two).unwrap(), Some(("l".to_owned(), vec!["c".to_owned(), "b".to_owned()])));
        assert_eq!(r.lmpop::<Popped>(keys, ListEnd::Left).unwrap(), None);
        r.rpush("l", ["a", "b"]).unwrap();
        assert_eq!(
            r.blmpop::<Popped>(SHORT, keys, ListEnd::Left).unwrap(),
            Some(("l".to_owned(), vec!["a".to_owned()]))
        );
        let rest = cmd::blmpop::<Popped>(Block::Forever, keys, ListEnd::Left).count(9);
        assert_eq!(r.run(rest).unwrap(), Some(("l".to_owned(), vec!["b".to_owned()])));
    });
}

#[test]
fn a_wait_for_elements_ends_with_its_time() {
    each_protocol(|r| {
        let began = Instant::now();
        assert_eq!(r.blpop::<(String, String)>("l", SHORT).unwrap(), None);
        assert_eq!(r.brpop::<(String, String)>(["l", "m"], SHORT).unwrap(), None);
        assert_eq!(r.brpoplpush::<String>("l", "m", SHORT).unwrap(), None);
        assert!(began.elapsed() >= 3 * SHORT);
        if knows(&spec::BLMOVE) {
            assert_eq!(r.blmove::<String>("l", "m", ListEnd::Left, ListEnd::Left, SHORT).unwrap(), None);
        }
        if knows(&spec::BLMPOP) {
            assert_eq!(r.blmpop::<Popped>(SHORT, "l", ListEnd::Left).unwrap(), None);
        }
    });
}

#[test]
fn the_shortest_wait_is_not_for_ever() {
    each_protocol(|r| {
        let nothing = r.blpop::<(String, String)>("l", Duration::from_nanos(1));
        assert_eq!(nothing.unwrap(), None);
        assert_eq!(r.brpoplpush::<String>("l", "m", Duration::from_millis(1)).unwrap(), None);
    });
}

#[test]
fn a_wait_ends_when_another_thread_pushes() {
    let r = client();
    let waiting = thread::spawn({
        let r = r.clone();
        move || r.blpop::<(String, i64)>("l", Duration::from_secs(30))
    });
    // Whichever comes first, the wait or the element, it is answered.
    r.rpush("l", 7).unwrap();
    assert_eq!(waiting.join().unwrap().unwrap(), Some(("l".to_owned(), 7)));
    assert_eq!(r.llen("l").unwrap(), 0);
}
