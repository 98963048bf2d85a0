//! What all builders share.

use std::fmt::Debug;

use redispy_cmd::commands::*;
use redispy_cmd::{FromReply, IntoCmd, ReplyError};
use resp_proto::Node;

use crate::double::wire;

/// A reply's type of which nothing is known but how it is read.
struct Opaque;

impl FromReply for Opaque {
    fn from_reply(_: Node<'_>) -> Result<Self, ReplyError> {
        Ok(Opaque)
    }
}

#[test]
fn builders_can_be_cloned_and_shown_whatever_they_answer_with() {
    fn check<C: IntoCmd + Clone + Debug>(command: C, sent: &str) {
        assert!(!format!("{command:?}").contains("secret"), "{command:?}");
        assert_eq!(wire(command.clone()), sent);
        assert_eq!(wire(command), sent);
    }
    type Pair = (Opaque, Opaque);
    check(getex::<Opaque>("secret").ex(1), "GETEX secret EX 1");
    check(scan::<Opaque>(0).match_("secret").count(5), "SCAN 0 MATCH secret COUNT 5");
    check(sort::<Opaque>("k").by("secret").get("secret").desc(), "SORT k BY secret GET secret DESC");
    check(sort_ro::<Opaque>("secret").alpha(), "SORT_RO secret ALPHA");
    check(hgetex::<Opaque>("h", "secret").persist(), "HGETEX h PERSIST FIELDS 1 secret");
    check(hrandfield::<Opaque>("secret"), "HRANDFIELD secret");
    check(hrandfield::<Opaque>("secret").count(2), "HRANDFIELD secret 2");
    check(hscan::<Pair>("secret", 0).count(5), "HSCAN secret 0 COUNT 5");
    check(lpop::<Opaque>("secret"), "LPOP secret");
    check(lmpop::<Pair>("secret", ListEnd::Left).count(2), "LMPOP 1 secret LEFT COUNT 2");
}
