//! The rules of users: servers take each of them, and do by it.

use redispy::cmd::AclSetuser;
use redispy::prelude::*;
use redispy::replies::AclUser;
use redispy::{Client, cmd};

use crate::{assert_unknown, each_protocol_alone, is_since};

fn set(r: &Client, rules: impl FnOnce(AclSetuser) -> AclSetuser) -> AclUser {
    r.run(rules(cmd::acl_setuser("u"))).unwrap();
    r.acl_getuser("u").unwrap().unwrap()
}

fn may_log_in(r: &Client, password: &str) -> bool {
    match r.session().unwrap().auth_user("u", password) {
        Ok(()) => true,
        Err(error) if error.code() == Some("WRONGPASS") => false,
        Err(error) => panic!("{error}"),
    }
}

/// The SHA-256 of `pw`.
const HASH: &str = "30c952fab122c3f9759f02a6d95c3758b246b4fee239957b2d4fee46e26170c4";

#[test]
fn users_log_in_by_their_passwords() {
    each_protocol_alone(|r| {
        let user = set(r, |rules| rules.password("pw").password("other"));
        assert!(!user.is_on() && user.passwords.len() == 2 && user.passwords.contains(&HASH.to_owned()));
        assert!(!may_log_in(r, "pw"), "a new user is off");
        assert!(set(r, |rules| rules.on()).is_on());
        assert!(may_log_in(r, "pw") && may_log_in(r, "other") && !may_log_in(r, "wrong"));
        set(r, |rules| rules.remove_password("other"));
        assert!(may_log_in(r, "pw") && !may_log_in(r, "other"));
        assert_eq!(set(r, |rules| rules.remove_password_hash(HASH)).passwords.len(), 0);
        assert!(!may_log_in(r, "pw"));
        set(r, |rules| rules.password_hash(HASH));
        assert!(may_log_in(r, "pw"));
        set(r, |rules| rules.off());
        assert!(!may_log_in(r, "pw"));
        let user = set(r, |rules| rules.on().nopass());
        assert!(user.passwords.is_empty() && user.flags.contains(&"nopass".to_owned()));
        assert!(may_log_in(r, "whatever"));
        assert!(!set(r, |rules| rules.resetpass()).flags.contains(&"nopass".to_owned()));
        assert!(!may_log_in(r, "whatever"));
        assert!(!set(r, |rules| rules.on().password("pw").allow("get").reset()).is_on());
        assert_eq!(r.acl_getuser("u").unwrap().unwrap().commands, "-@all");
        let unfit = r.run(cmd::acl_setuser("u").remove_password("none")).unwrap_err();
        assert_eq!(unfit.code(), Some("ERR"));
    });
}

#[test]
fn users_run_what_their_rules_allow() {
    each_protocol_alone(|r| {
        let user = set(r, |rules| rules.reset().on().nopass().keys("*").allow_category("read").deny("get"));
        assert_eq!(user.commands, "-@all +@read -get");
        let s = r.session().unwrap();
        s.auth_user("u", "any").unwrap();
        let refused = |result: redispy::Result<bool>| result.unwrap_err().code() == Some("NOPERM");
        assert_eq!(s.strlen("k").unwrap(), 0);
        assert!(refused(s.set("k", 1)) && s.get::<i64>("k").unwrap_err().code() == Some("NOPERM"));
        set(r, |rules| rules.allow_category("all").deny_category("write"));
        assert_eq!(s.get::<i64>("k").unwrap(), None);
        assert!(refused(s.set("k", 1)));
        set(r, |rules| rules.allow("set").resetkeys().keys("a*").keys("b"));
        assert!(s.set("a1", 1).unwrap() && s.set("b", 1).unwrap() && refused(s.set("b1", 1)));

        set(r, |rules| rules.resetchannels().channels("c*").allow("publish"));
        assert_eq!(s.publish("c1", "x").unwrap(), 0);
        assert!(set(r, |rules| rules.resetchannels()).channels.is_empty());
        assert_eq!(s.publish("c1", "x").unwrap_err().code(), Some("NOPERM"));

        let apart = r.run(cmd::acl_setuser("u").resetkeys().read_keys("r*").write_keys("w*"));
        if !is_since((7, 0), (7, 2)) {
            return assert_unknown(apart);
        }
        apart.unwrap();
        assert_eq!(r.acl_getuser("u").unwrap().unwrap().keys, ["%R~r*", "%W~w*"]);
        assert!(s.set("w", 1).unwrap() && refused(s.set("r", 1)));
        assert_eq!(s.get::<i64>("r").unwrap(), None);
        assert_eq!(s.get::<i64>("w").unwrap_err().code(), Some("NOPERM"));
        assert_eq!(set(r, |rules| rules.selector("+@all ~s*")).selectors.len(), 1);
        assert!(s.set("s1", 1).unwrap());
        assert!(set(r, |rules| rules.clearselectors()).selectors.is_empty());
        assert!(refused(s.set("s1", 1)));
    });
}
