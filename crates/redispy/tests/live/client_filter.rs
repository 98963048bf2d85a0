//! Which connections a filter selects: every condition with and without its connection, on servers that know it.

use std::time::Duration;

use redispy::cmd::{ClientFilter, ClientType};
use redispy::prelude::*;
use redispy::replies::ClientInfo;
use redispy::{Session, cmd};

use crate::{assert_unknown, each_protocol_alone, is_since};

/// What a filter can ask for that holds of a connection, each with a condition of the same kind that does not.
fn conditions(of: &ClientInfo) -> Vec<(ClientFilter, ClientFilter)> {
    let new = ClientFilter::new;
    let ip = of.addr.split(':').next().unwrap();
    let library = || (of.lib_name.clone().unwrap(), of.lib_ver.clone().unwrap());
    let db = u32::try_from(of.db).unwrap();
    vec![
        (new().ids([of.id, i64::MAX]), new().ids(i64::MAX)),
        (new().client_type(ClientType::Normal), new().client_type(ClientType::Pubsub)),
        (new().user(&of.user), new().user("default")),
        (new().addr(&of.addr), new().addr("1.2.3.4:5")),
        (new().laddr(&of.laddr), new().laddr("1.2.3.4:5")),
        (new().name(of.name.as_ref().unwrap()), new().name("nobody")),
        (new().flags("N"), new().flags("P")),
        (new().lib_name(library().0), new().lib_name("none")),
        (new().lib_ver(library().1), new().lib_ver("0.0.0-none")),
        (new().db(db), new().db(db + 1)),
        (new().capa("r"), new().not_capa("r")),
        (new().ip(ip), new().ip("1.2.3.4")),
        (new().not_ids(i64::MAX), new().not_ids(of.id)),
        (new().not_client_type(ClientType::Pubsub), new().not_client_type(ClientType::Normal)),
        (new().not_user("default"), new().not_user(&of.user)),
        (new().not_addr("1.2.3.4:5"), new().not_addr(&of.addr)),
        (new().not_laddr("1.2.3.4:5"), new().not_laddr(&of.laddr)),
        (new().not_name("nobody"), new().not_name(of.name.as_ref().unwrap())),
        (new().not_flags("P"), new().not_flags("N")),
        (new().not_lib_name("none"), new().not_lib_name(library().0)),
        (new().not_lib_ver("0.0.0-none"), new().not_lib_ver(library().1)),
        (new().not_db(db + 1), new().not_db(db)),
        (new().not_ip("1.2.3.4"), new().not_ip(ip)),
    ]
}

fn selects(s: &Session, filter: ClientFilter, id: i64) -> bool {
    let command = cmd::client_list().matching(filter);
    let told = format!("{command:?}");
    let listed = s.run(command).unwrap_or_else(|error| panic!("{told}: {error}"));
    listed.iter().any(|client| client.id == id)
}

#[test]
fn every_condition_selects_its_connections() {
    each_protocol_alone(|r| {
        let (s, other) = (r.session().unwrap(), r.session().unwrap());
        r.run(cmd::acl_setuser("filtered").on().nopass().allow_category("all").keys("*")).unwrap();
        other.auth_user("filtered", "any").unwrap();
        other.client_setname("chosen").unwrap();
        other.select(3).unwrap();
        let id = other.client_id().unwrap();
        if !is_since((u16::MAX, 0), (9, 0)) {
            return assert_unknown(s.run(cmd::client_list().matching(ClientFilter::new().name("chosen"))));
        }
        other.client_capa("redirect").unwrap();
        let conditions = conditions(&other.client_info().unwrap());
        assert_eq!(conditions.len(), 23);
        for (place, (one, none)) in conditions.into_iter().enumerate() {
            assert!(selects(&s, one, id), "condition {place} holds");
            assert!(!selects(&s, none, id), "condition {place} does not hold");
        }
        assert!(selects(&s, ClientFilter::new().name("chosen").db(3), id));
        assert!(!selects(&s, ClientFilter::new().name("chosen").db(4), id), "all conditions must hold");
        let hour = Duration::from_secs(3600);
        assert!(!selects(&s, ClientFilter::new().idle(hour), id));
        assert!(!selects(&s, ClientFilter::new().maxage(hour), id));
        let own = s.client_id().unwrap();
        assert!(!selects(&s, ClientFilter::new().skipme(true), own));
        assert!(selects(&s, ClientFilter::new().skipme(false), own));
    });
}

#[test]
fn connections_of_a_user_are_killed_and_others_stay() {
    each_protocol_alone(|r| {
        let (s, other, own) = (r.session().unwrap(), r.session().unwrap(), r.session().unwrap());
        r.run(cmd::acl_setuser("doomed").on().nopass().allow_category("all")).unwrap();
        other.auth_user("doomed", "any").unwrap();
        let local = s.client_info().unwrap().laddr;
        let user = || ClientFilter::new().user("doomed");
        let aged = s.client_kill_where(user().maxage(Duration::from_secs(3600)));
        if is_since((7, 4), (8, 0)) {
            assert_eq!(aged.unwrap(), 0);
        } else {
            assert_unknown(aged);
        }
        other.ping().unwrap();
        assert_eq!(s.client_kill_where(user().client_type(ClientType::Pubsub)).unwrap(), 0);
        assert_eq!(s.client_kill_where(user().laddr(&local).client_type(ClientType::Normal)).unwrap(), 1);
        assert!(other.ping().unwrap_err().is_connection());
        own.ping().unwrap();
        let id = own.client_id().unwrap();
        assert_eq!(own.client_kill_where(ClientFilter::new().ids(id).skipme(true)).unwrap(), 0);
        assert_eq!(own.client_kill_where(ClientFilter::new().ids(id).skipme(false)).unwrap(), 1);
        assert!(own.ping().unwrap_err().is_connection());
        s.ping().unwrap();
    });
}
