//! Sorting.

use redispy::prelude::*;
use redispy::{Client, ErrorKind, Outcome, cmd, spec};

use crate::{assert_unknown, each_protocol, knows};

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// The list `2 3 1`, and a user for each of its elements.
fn users(r: &Client) {
    r.mset([("user:1", "u1"), ("user:2", "u2"), ("user:3", "u3")]).unwrap();
    r.rpush("a", ["2", "3", "1"]).unwrap();
}

#[test]
fn elements_are_sorted_by_number() {
    each_protocol(|r| {
        r.rpush("a", ["3", "2", "1", "4"]).unwrap();
        assert_eq!(r.sort::<String>("a").unwrap(), ["1", "2", "3", "4"]);
        assert_eq!(r.sort::<i64>("none").unwrap(), [0; 0]);
        r.rpush("words", ["b", "a"]).unwrap();
        assert_eq!(r.sort::<String>("words").unwrap_err().code(), Some("ERR"));
    });
}

#[test]
fn some_of_the_sorted_elements() {
    each_protocol(|r| {
        r.rpush("a", ["3", "2", "1", "4"]).unwrap();
        assert_eq!(r.run(cmd::sort::<i64>("a").limit(1, 2)).unwrap(), [2, 3]);
        assert_eq!(r.run(cmd::sort::<i64>("a").asc().limit(1, -1)).unwrap(), [2, 3, 4]);
    });
}

#[test]
fn elements_are_sorted_by_values_of_other_keys() {
    each_protocol(|r| {
        r.mset([("score:1", 8), ("score:2", 3), ("score:3", 5)]).unwrap();
        r.rpush("a", [3, 2, 1]).unwrap();
        assert_eq!(r.run(cmd::sort::<String>("a").by("score:*")).unwrap(), ["2", "3", "1"]);
        assert_eq!(r.run(cmd::sort::<i64>("a").by("nosort")).unwrap(), [3, 2, 1]);
    });
}

#[test]
fn sorting_gives_values_of_other_keys() {
    each_protocol(|r| {
        users(r);
        assert_eq!(r.run(cmd::sort::<String>("a").get("user:*")).unwrap(), ["u1", "u2", "u3"]);
        assert_eq!(r.run(cmd::sort::<String>("a").get(b"user:*")).unwrap(), ["u1", "u2", "u3"]);
    });
}

#[test]
fn sorting_gives_nothing_for_missing_keys_and_fields() {
    each_protocol(|r| {
        r.rpush("a", [3, 1, 2]).unwrap();
        r.hset("h:1", ("name", "one")).unwrap();
        r.hset("h:3", ("name", "three")).unwrap();
        let names = r.run(cmd::sort::<Option<String>>("a").get("h:*->name")).unwrap();
        assert_eq!(names, [some("one"), None, some("three")]);
    });
}

#[test]
fn sorting_gives_many_values_for_each_element() {
    each_protocol(|r| {
        users(r);
        let values = r.run(cmd::sort::<String>("a").get(("user:*", "#"))).unwrap();
        assert_eq!(values, ["u1", "1", "u2", "2", "u3", "3"]);
    });
}

#[test]
fn sorting_gives_pairs() {
    each_protocol(|r| {
        users(r);
        let pairs = r.run(cmd::sort::<String>("a").get(["user:*", "#"]).groups::<(String, i64)>()).unwrap();
        assert_eq!(pairs, [("u1", 1), ("u2", 2), ("u3", 3)].map(|(user, id)| (user.to_owned(), id)));
        let none = cmd::sort::<String>("none").get(["user:*", "#"]).groups::<(String, i64)>();
        assert_eq!(r.run(none).unwrap(), []);
    });
}

#[test]
fn sorting_gives_triples() {
    each_protocol(|r| {
        users(r);
        r.mset([("door:1", "d1"), ("door:2", "d2")]).unwrap();
        let sort = cmd::sort::<String>("a").get(("user:*", "door:*", "#"));
        assert_eq!(
            r.run(sort.groups::<(String, Option<String>, i64)>()).unwrap(),
            [("u1".to_owned(), some("d1"), 1), ("u2".to_owned(), some("d2"), 2), ("u3".to_owned(), None, 3)]
        );
    });
}

/// That sorting in pairs was refused before anything was sent.
#[track_caller]
fn assert_refused<T: std::fmt::Debug>(result: redispy::Result<T>) {
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Argument, Outcome::NotSent));
    assert!(error.to_string().contains("`get`"), "{error}");
}

#[test]
fn pairs_of_sorted_elements_need_two_patterns_not_one() {
    each_protocol(|r| {
        users(r);
        assert_refused(r.run(cmd::sort::<String>("a").get("user:*").groups::<(String, String)>()));
    });
}

#[test]
fn pairs_of_sorted_elements_need_two_patterns_not_a_list_of_one() {
    each_protocol(|r| {
        users(r);
        assert_refused(r.run(cmd::sort::<String>("a").get(["user:*"]).groups::<(String, String)>()));
    });
}

#[test]
fn pairs_of_sorted_elements_need_patterns() {
    each_protocol(|r| {
        users(r);
        assert_refused(r.run(cmd::sort::<String>("a").groups::<(String, String)>()));
    });
}

#[test]
fn elements_are_sorted_downwards() {
    each_protocol(|r| {
        r.rpush("a", ["2", "3", "1"]).unwrap();
        assert_eq!(r.run(cmd::sort::<String>("a").desc()).unwrap(), ["3", "2", "1"]);
    });
}

#[test]
fn elements_are_sorted_as_text() {
    each_protocol(|r| {
        r.rpush("a", ["e", "c", "b", "d", "a", "10", "9"]).unwrap();
        let sorted = r.run(cmd::sort::<String>("a").alpha()).unwrap();
        assert_eq!(sorted, ["10", "9", "a", "b", "c", "d", "e"]);
    });
}

#[test]
fn sorted_elements_are_stored() {
    each_protocol(|r| {
        r.rpush("a", ["2", "3", "1"]).unwrap();
        assert_eq!(r.run(cmd::sort::<String>("a").store("sorted")).unwrap(), 3);
        assert_eq!(r.lrange::<String>("sorted", 0, -1).unwrap(), ["1", "2", "3"]);
    });
}

#[test]
fn sorting_takes_all_its_options_at_once() {
    each_protocol(|r| {
        let users = [
            (1, "sammy", "titan", "vodka"),
            (2, "amy", "boeing", "gin"),
            (3, "timmy", "galaxy", "apple juice"),
            (4, "tommy", "joe", "milk"),
            (5, "jimmy", "oe", "tea"),
        ];
        for (id, name, ship, drink) in users {
            r.set(format!("user:{id}:username"), name).unwrap();
            r.set(format!("user:{id}:spaceship"), ship).unwrap();
            r.set(format!("user:{id}:drink"), drink).unwrap();
            r.rpush("gods", id).unwrap();
        }
        // By username, downwards: tommy, timmy, sammy, jimmy, amy.
        let sort = cmd::sort::<String>("gods").by("user:*:username").limit(1, 4).desc().alpha();
        assert_eq!(r.run(sort.get("user:*:drink").store("sorted")).unwrap(), 4);
        assert_eq!(r.lrange::<String>("sorted", 0, -1).unwrap(), ["apple juice", "vodka", "tea", "gin"]);
    });
}

#[test]
fn sorting_without_writing() {
    each_protocol(|r| {
        r.rpush("a", ["b", "a", "10", "9"]).unwrap();
        let sorted = r.run(cmd::sort_ro::<String>("a").alpha().desc());
        if !knows(&spec::SORT_RO) {
            return assert_unknown(sorted);
        }
        assert_eq!(sorted.unwrap(), ["b", "a", "9", "10"]);
        r.rpush("n", [3, 1, 2]).unwrap();
        assert_eq!(r.sort_ro::<i64>("n").unwrap(), [1, 2, 3]);
    });
}
