//! What a user's mistakes look like: each file in `mistakes/` is one, and says in its first lines what the compiler answers.

use redispy_testkit::assert_mistakes;

#[test]
fn mistakes_are_answered_with_help() {
    assert_mistakes(env!("CARGO_PKG_NAME"), env!("CARGO_MANIFEST_DIR"), env!("CARGO_TARGET_TMPDIR"));
}
