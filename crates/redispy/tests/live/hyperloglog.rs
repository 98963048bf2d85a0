//! The HyperLogLog commands.

use redispy::prelude::*;

use crate::each_protocol;

#[test]
fn adding_tells_whether_the_count_changes() {
    each_protocol(|r| {
        assert!(r.pfadd("a", ["1", "2", "3"]).unwrap());
        assert!(!r.pfadd("a", ["1", "2", "3"]).unwrap());
        assert_eq!(r.pfcount("a").unwrap(), 3);
    });
}

#[test]
fn a_count_of_nothing_is_made_once() {
    each_protocol(|r| {
        assert!(r.pfadd("empty", [""; 0]).unwrap());
        assert!(!r.pfadd("empty", [""; 0]).unwrap());
        assert_eq!(r.pfcount("empty").unwrap(), 0);
    });
}

#[test]
fn different_elements_are_counted() {
    each_protocol(|r| {
        r.pfadd("a", ["1", "2", "3"]).unwrap();
        assert_eq!(r.pfcount("a").unwrap(), 3);
        r.pfadd("b", ["2", "3", "4"]).unwrap();
        assert_eq!(
            (r.pfcount("b").unwrap(), r.pfcount(["a", "b"]).unwrap(), r.pfcount("none").unwrap()),
            (3, 4, 0)
        );
        r.set("s", "no HyperLogLog").unwrap();
        assert_eq!(r.pfcount("s").unwrap_err().code(), Some("WRONGTYPE"));
    });
}

#[test]
fn counts_are_merged() {
    each_protocol(|r| {
        r.pfadd("a", [1, 2, 3]).unwrap();
        r.pfadd("b", [2, 3, 4]).unwrap();
        r.pfadd("c", [5, 6, 7]).unwrap();
        r.pfmerge("d", ["c", "a"]).unwrap();
        assert_eq!(r.pfcount("d").unwrap(), 6);
        r.pfmerge("d", "b").unwrap();
        assert_eq!(r.pfcount("d").unwrap(), 7);
    });
}
