//! What was decoded and encoded once stays the same from then on, in both protocols.
#![no_main]

use libfuzzer_sys::fuzz_target;
use resp_proto::{Frame, Limits, Protocol, Reply};

fn parse(bytes: &[u8]) -> (Frame, usize) {
    // Attributes become one run, which may be longer than each of those it came from.
    let limits = Limits::default().with_max_elements(usize::MAX);
    let reply = Reply::parse(bytes, limits).expect("what was encoded is right").expect("and whole");
    (reply.node().into_frame(), reply.bytes().len())
}

fuzz_target!(|data: &[u8]| {
    let mut rest = data;
    while let Ok(Some(reply)) = Reply::parse(rest, Limits::default()) {
        let frame = reply.node().into_frame();
        for protocol in [Protocol::Resp3, Protocol::Resp2] {
            let mut once = Vec::new();
            frame.encode(&mut once, protocol);
            let (again, len) = parse(&once);
            assert_eq!(len, once.len());
            let mut twice = Vec::new();
            again.encode(&mut twice, protocol);
            assert_eq!(once, twice);
            if protocol == Protocol::Resp3 {
                assert_eq!(format!("{frame:?}"), format!("{again:?}"));
                assert_eq!(format!("{frame:?}"), format!("{:?}", frame.clone()));
            }
        }
        rest = &rest[reply.bytes().len()..];
    }
});
