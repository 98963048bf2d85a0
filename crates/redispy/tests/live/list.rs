//! The list commands.

use std::thread;
use std::time::{Duration, Instant};

use redispy::cmd::{Insert, ListEnd};
use redispy::prelude::*;
use redispy::replies::Inserted;
use redispy::{Block, Client, cmd, spec};

use crate::{assert_unknown, client, each_protocol, knows};

type Popped = (String, Vec<String>);

const SHORT: Duration = Duration::from_millis(20);

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn all(r: &Client, key: &str) -> Vec<String> {
    r.lrange(key, 0, -1).unwrap()
}

#[test]
fn elements_are_pushed_at_the_head() {
    each_protocol(|r| {
        assert_eq!((r.lpush("l", "1").unwrap(), r.lpush("l", "2").unwrap()), (1, 2));
        assert_eq!(r.lpush("l", ("3", "4")).unwrap(), 4);
        assert_eq!(all(r, "l"), ["4", "3", "2", "1"]);
    });
}

#[test]
fn elements_are_pushed_at_the_tail() {
    each_protocol(|r| {
        assert_eq!((r.rpush("l", "1").unwrap(), r.rpush("l", "2").unwrap()), (1, 2));
        assert_eq!(r.rpush("l", ["3", "4"]).unwrap(), 4);
        assert_eq!(all(r, "l"), ["1", "2", "3", "4"]);
    });
}

#[test]
fn elements_are_pushed_at_the_head_of_lists_that_are_there() {
    each_protocol(|r| {
        assert_eq!(r.lpushx("l", "1").unwrap(), 0);
        assert_eq!(all(r, "l"), [""; 0]);
        r.rpush("l", ["1", "2", "3"]).unwrap();
        assert_eq!(r.lpushx("l", "4").unwrap(), 4);
        assert_eq!(all(r, "l"), ["4", "1", "2", "3"]);
    });
}

#[test]
fn elements_are_pushed_at_the_tail_of_lists_that_are_there() {
    each_protocol(|r| {
        assert_eq!(r.rpushx("l", "1").unwrap(), 0);
        assert_eq!(all(r, "l"), [""; 0]);
        r.rpush("l", ["1", "2", "3"]).unwrap();
        assert_eq!(r.rpushx("l", "4").unwrap(), 4);
        assert_eq!(all(r, "l"), ["1", "2", "3", "4"]);
    });
}

#[test]
fn elements_are_popped_from_the_head() {
    each_protocol(|r| {
        r.rpush("l", ["1", "2", "3"]).unwrap();
        for element in ["1", "2", "3"] {
            assert_eq!(r.lpop("l").unwrap(), some(element));
        }
        assert_eq!(r.lpop::<String>("l").unwrap(), None);
    });
}

#[test]
fn elements_are_popped_from_the_tail() {
    each_protocol(|r| {
        r.rpush("l", ["1", "2", "3"]).unwrap();
        for element in ["3", "2", "1"] {
            assert_eq!(r.rpop("l").unwrap(), some(element));
        }
        assert_eq!(r.rpop::<String>("l").unwrap(), None);
    });
}

#[test]
fn elements_are_counted() {
    each_protocol(|r| {
        r.rpush("l", ["1", "2", "3"]).unwrap();
        assert_eq!((r.llen("l").unwrap(), r.llen("none").unwrap()), (3, 0));
        r.set("text", "x").unwrap();
        assert!(r.llen("text").unwrap_err().is_wrong_type());
    });
}

#[test]
fn ranges_of_a_list() {
    each_protocol(|r| {
        r.rpush("l", ["1", "2", "3", "4", "5"]).unwrap();
        let range = |start, stop| r.lrange::<String>("l", start, stop).unwrap();
        assert_eq!(range(0, 2), ["1", "2", "3"]);
        assert_eq!(range(2, 10), ["3", "4", "5"]);
        assert_eq!(range(0, -1), ["1", "2", "3", "4", "5"]);
        assert_eq!(range(-2, -1), ["4", "5"]);
        assert_eq!((range(5, 9), range(3, 1)), (vec![], vec![]));
        assert_eq!(all(r, "none"), [""; 0]);
    });
}

#[test]
fn an_element_that_is_no_number_names_the_command() {
    each_protocol(|r| {
        r.rpush("l", "a").unwrap();
        assert!(r.lpop::<i64>("l").unwrap_err().to_string().starts_with("LPOP: expected an integer"));
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
fn elements_are_found_by_their_place() {
    each_protocol(|r| {
        r.rpush("l", ["1", "2", "3"]).unwrap();
        assert_eq!(
            [0, 1, 2, -2].map(|index| r.lindex::<String>("l", index).unwrap()),
            ["1", "2", "3", "2"].map(some)
        );
        assert_eq!((r.lindex::<String>("l", 3).unwrap(), r.lindex::<String>("l", -4).unwrap()), (None, None));
    });
}

#[test]
fn elements_are_inserted_beside_others() {
    each_protocol(|r| {
        r.rpush("l", ["1", "2", "3"]).unwrap();
        assert_eq!(r.linsert("l", Insert::After, "2", "2.5").unwrap(), Inserted::Len(4));
        assert_eq!(all(r, "l"), ["1", "2", "2.5", "3"]);
        assert_eq!(r.linsert("l", Insert::Before, "2", "1.5").unwrap(), Inserted::Len(5));
        assert_eq!(all(r, "l"), ["1", "1.5", "2", "2.5", "3"]);
    });
}

#[test]
fn inserting_tells_whether_key_or_pivot_was_missing() {
    each_protocol(|r| {
        r.rpush("l", "1").unwrap();
        assert_eq!(r.linsert("l", Insert::After, "none", "x").unwrap(), Inserted::NoPivot);
        assert_eq!(r.linsert("none", Insert::After, "1", "x").unwrap(), Inserted::NoKey);
    });
}

#[test]
fn elements_are_removed_from_either_end_or_all() {
    each_protocol(|r| {
        r.rpush("l", ["1", "x", "1", "1", "x", "1"]).unwrap();
        assert_eq!(r.lrem("l", 1, "1").unwrap(), 1);
        assert_eq!(all(r, "l"), ["x", "1", "1", "x", "1"]);
        assert_eq!(r.lrem("l", -1, "1").unwrap(), 1);
        assert_eq!(all(r, "l"), ["x", "1", "1", "x"]);
        assert_eq!((r.lrem("l", 0, "1").unwrap(), r.lrem("l", 5, "none").unwrap()), (2, 0));
        assert_eq!(all(r, "l"), ["x", "x"]);
    });
}

#[test]
fn all_equal_elements_are_removed() {
    each_protocol(|r| {
        r.rpush("l", ["1", "1", "1", "1"]).unwrap();
        assert_eq!(r.lrem("l", 0, "1").unwrap(), 4);
        assert_eq!(all(r, "l"), [""; 0]);
    });
}

#[test]
fn elements_are_replaced() {
    each_protocol(|r| {
        r.rpush("l", ["1", "2", "3"]).unwrap();
        r.lset("l", 1, "4").unwrap();
        assert_eq!(r.lrange::<String>("l", 0, 2).unwrap(), ["1", "4", "3"]);
        assert_eq!(r.lset("l", 9, "x").unwrap_err().code(), Some("ERR"));
        assert_eq!(r.lset("none", 0, "x").unwrap_err().code(), Some("ERR"));
    });
}

#[test]
fn lists_are_trimmed() {
    each_protocol(|r| {
        r.rpush("l", ["1", "2", "3"]).unwrap();
        r.ltrim("l", 0, 1).unwrap();
        assert_eq!(all(r, "l"), ["1", "2"]);
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
fn the_last_element_moves_to_another_list() {
    each_protocol(|r| {
        r.rpush("a", ["a1", "a2", "a3"]).unwrap();
        r.rpush("b", ["b1", "b2", "b3"]).unwrap();
        assert_eq!(r.rpoplpush("a", "b").unwrap(), some("a3"));
        assert_eq!(all(r, "a"), ["a1", "a2"]);
        assert_eq!(all(r, "b"), ["a3", "b1", "b2", "b3"]);
        assert_eq!(r.rpoplpush::<String>("none", "b").unwrap(), None);
    });
}

#[test]
fn the_last_element_moves_to_another_list_or_is_waited_for() {
    each_protocol(|r| {
        r.rpush("a", ["1", "2"]).unwrap();
        r.rpush("b", ["3", "4"]).unwrap();
        assert_eq!(r.brpoplpush("a", "b", SHORT).unwrap(), some("2"));
        assert_eq!(r.brpoplpush("a", "b", Block::Forever).unwrap(), some("1"));
        assert_eq!(r.brpoplpush::<String>("a", "b", SHORT).unwrap(), None);
        assert_eq!((all(r, "a"), all(r, "b").join(" ")), (vec![], "1 2 3 4".to_owned()));
    });
}

#[test]
fn an_empty_element_that_moves_is_not_the_end_of_the_wait() {
    each_protocol(|r| {
        r.rpush("a", "").unwrap();
        assert_eq!(r.brpoplpush("a", "b", SHORT).unwrap(), some(""));
    });
}

#[test]
fn elements_move_from_and_to_either_end() {
    each_protocol(|r| {
        r.rpush("l", ["a", "b"]).unwrap();
        if !knows(&spec::LMOVE) {
            return assert_unknown(r.lmove::<String>("l", "m", ListEnd::Left, ListEnd::Right));
        }
        assert_eq!(r.lmove("l", "m", ListEnd::Left, ListEnd::Right).unwrap(), some("a"));
        assert_eq!(r.lmove("l", "m", ListEnd::Left, ListEnd::Right).unwrap(), some("b"));
        assert_eq!(r.lmove::<String>("l", "m", ListEnd::Left, ListEnd::Right).unwrap(), None);
        assert_eq!(r.blmove("m", "m", ListEnd::Right, ListEnd::Left, SHORT).unwrap(), some("b"));
        assert_eq!(all(r, "m"), ["b", "a"]);
    });
}

#[test]
fn heads_are_popped_from_the_first_list_that_has_elements() {
    each_protocol(|r| {
        let popped = |list: &str, element: &str| Some((list.to_owned(), element.to_owned()));
        r.rpush("a", ["1", "2"]).unwrap();
        r.rpush("b", ["3", "4"]).unwrap();
        for wanted in [popped("b", "3"), popped("b", "4"), popped("a", "1"), popped("a", "2"), None] {
            assert_eq!(r.blpop::<(String, String)>(["b", "a"], SHORT).unwrap(), wanted);
        }
        r.rpush("c", "1").unwrap();
        assert_eq!(r.blpop("c", Block::Forever).unwrap(), popped("c", "1"));
        r.rpush("c", "2").unwrap();
        assert_eq!(r.blpop(b"c", SHORT).unwrap(), popped("c", "2"));
    });
}

#[test]
fn tails_are_popped_from_the_first_list_that_has_elements() {
    each_protocol(|r| {
        let popped = |list: &str, element: &str| Some((list.to_owned(), element.to_owned()));
        r.rpush("a", ["1", "2"]).unwrap();
        r.rpush("b", ["3", "4"]).unwrap();
        for wanted in [popped("b", "4"), popped("b", "3"), popped("a", "2"), popped("a", "1"), None] {
            assert_eq!(r.brpop::<(String, String)>(["b", "a"], SHORT).unwrap(), wanted);
        }
        r.rpush("c", "1").unwrap();
        assert_eq!(r.brpop("c", Block::Forever).unwrap(), popped("c", "1"));
    });
}

#[test]
fn many_elements_are_popped_from_the_first_list_that_has_some() {
    each_protocol(|r| {
        r.rpush("l", ["b", "c"]).unwrap();
        let keys = ["none", "l"];
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
