//! The Sentinel rig: a master that dies is replaced.

use std::time::Duration;

use redispy_testkit::{SentinelRig, text, wait_until};

#[test]
fn a_dead_master_is_replaced_by_a_replica() {
    let rig = SentinelRig::start(2);
    assert_eq!(rig.sentinel_addrs().len(), 3);
    let old = rig.master_addr(0).unwrap();
    assert_eq!(old, rig.servers[0].addr());
    rig.servers[0].kill();
    wait_until("another master", Duration::from_secs(20), || {
        rig.master_addr(0).is_ok_and(|addr| addr != old)
    });
    let new = rig.server_at(rig.master_addr(0).unwrap()).unwrap();
    wait_until("its promotion", Duration::from_secs(10), || new.info("role").as_deref() == Some("master"));
    new.command(["SET", "k", "v"]);
    assert_eq!(text(&new.command(["GET", "k"])), "v");
}
