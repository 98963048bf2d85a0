//! The HyperLogLog commands.

use redispy::prelude::*;

use crate::each_protocol;

#[test]
fn different_elements_are_counted() {
    each_protocol(|r| {
        assert!(r.pfadd("a", ["1", "2", "3"]).unwrap());
        assert!(!r.pfadd("a", ["1", "2"]).unwrap());
        assert!(r.pfadd("b", ["2", "3", "4"]).unwrap());
        assert!(r.pfadd("empty", [""; 0]).unwrap() && !r.pfadd("empty", [""; 0]).unwrap());
        assert_eq!((r.pfcount("a").unwrap(), r.pfcount("none").unwrap()), (3, 0));
        assert_eq!(r.pfcount(["a", "b"]).unwrap(), 4);
        r.pfmerge("c", ["a", "b"]).unwrap();
        assert_eq!(r.pfcount("c").unwrap(), 4);
        r.pfadd("d", "7").unwrap();
        r.pfmerge("d", "a").unwrap();
        assert_eq!(r.pfcount("d").unwrap(), 4);
        r.set("s", "no HyperLogLog").unwrap();
        assert_eq!(r.pfcount("s").unwrap_err().code(), Some("WRONGTYPE"));
    });
}
