//! Whatever the bytes are: no panic, the ends that walking finds are those that scanning found, and reading value by
//! value, in parts or not at all, agrees with reading all at once.
#![no_main]

use libfuzzer_sys::fuzz_target;
use resp_proto::{Limits, Node, Reply};

/// Walks a value; goes into every aggregate, or leaves some of them half read, as `choices` say.
fn walk(node: Node<'_>, whole: &[u8], choices: &mut u64) {
    let raw = node.raw();
    let start = node.start();
    assert_eq!(whole.get(start..start + raw.len()), Some(raw));
    let alone = Reply::parse(raw, Limits::default().with_max_depth(1 << 20));
    // A push within attributes is fine only where the attributes stand first.
    if let Ok(reply) = alone {
        assert_eq!(reply.expect("what stands in a whole reply is whole").bytes(), raw);
    }
    match (node.text_range(), node.as_bytes()) {
        (Some(range), Some(text)) => assert_eq!(whole.get(range), Some(&*text)),
        (Some(_), None) => panic!("a place for a text that is none"),
        _ => {}
    }
    if let Some(attributes) = node.attributes() {
        let mut count = 0;
        for item in attributes {
            walk(item, whole, choices);
            count += 1;
        }
        assert_eq!(count % 2, 0);
    }
    let hint = node.size_hint();
    if let Some(mut items) = node.into_items() {
        let mut count = 0;
        let stop = if *choices & 1 == 1 { (*choices >> 1 & 3) as usize } else { usize::MAX };
        *choices = choices.rotate_right(3);
        while count < stop
            && let Some(item) = items.next()
        {
            if *choices & 1 == 0 {
                walk(item, whole, choices);
            }
            *choices = choices.rotate_right(1);
            count += 1;
        }
        assert!(stop != usize::MAX || hint == 0 || hint == count);
    }
}

fuzz_target!(|data: &[u8]| {
    let (seed, mut rest) = data.split_at_checked(8).unwrap_or((&[], data));
    let mut choices = seed.try_into().map_or(0, u64::from_le_bytes);
    while let Ok(Some(reply)) = Reply::parse(rest, Limits::default()) {
        let bytes = reply.bytes();
        walk(reply.node(), bytes, &mut 0);
        walk(reply.node(), bytes, &mut choices);
        let mut count = 0;
        if let Some(items) = reply.node().into_items() {
            count = items.count();
        }
        let _ = (count, reply.node().into_frame());
        rest = &rest[bytes.len()..];
    }
});
