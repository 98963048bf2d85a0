//! A member and its score, the wrong way round.
//= error[E0277]: `[(&str, {float}); 1]` is not made of scores with members
//= = note: the score comes first and is an `f64`: `(1.0, "member")`; slices, arrays or `Vec` of these, or a map from member to score

use redispy_cmd::{Request, ToScored, spec};

fn main() {}

fn zadd(members: impl ToScored) -> Request {
    let mut request = Request::new(&spec::ZADD);
    members.write_scored(&mut request);
    request
}

pub fn run() -> Request {
    zadd([("bob", 1.0)])
}
