//! What a session may do to its connection, and what it refuses.

use std::time::Duration;

use redispy::cmd::ClientAttribute;
use redispy::prelude::*;
use redispy::spec::Spec;
use redispy::{Client, ErrorKind, Outcome, ProtocolChoice, Result, cmd, spec};
use redispy_testkit::Server;

use crate::{assert_unknown, client, each_protocol, knows};

#[test]
fn a_session_watches_keys_and_its_connection_ends_with_it() {
    each_protocol(|r| {
        let discarded = r.stats().discarded;
        let session = r.session().unwrap();
        session.watch(["a", "b"]).unwrap();
        // Not every server tells what a connection watches.
        let watched = || session.client_info().unwrap().watch;
        assert!(watched().is_none_or(|count| count == 2), "{:?}", watched());
        assert_eq!(session.get::<String>("a").unwrap(), None);
        session.unwatch().unwrap();
        assert!(watched().is_none_or(|count| count == 0), "{:?}", watched());
        drop(session);
        assert_eq!(r.stats().discarded, discarded + 1);

        let session = r.session().unwrap();
        session.run(cmd::watch("a")).unwrap();
        drop(session);
        assert_eq!(r.stats().discarded, discarded + 2);
        assert!(r.set("a", 1).unwrap());
    });
}

#[test]
fn a_client_does_not_watch_since_another_connection_would_run_the_transaction() {
    let r = client();
    for command in [cmd::watch("a"), cmd::unwatch()] {
        let error = r.run(&command).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Refused, Outcome::NotSent));
        assert!(error.to_string().contains("`client.transaction(keys, ..)`"), "{error}");
    }
}

#[test]
fn a_client_does_not_wait_for_writes_that_went_over_another_connection() {
    each_protocol(|r| {
        for wait in [&["WAIT", "1", "1"][..], &["waitaof", "0", "1", "1"]] {
            for error in [r.execute_command(wait).unwrap_err(), r.batch([redispy::cmd(wait)]).unwrap_err()] {
                assert_eq!((error.kind(), error.outcome()), (ErrorKind::Refused, Outcome::NotSent));
                assert!(error.to_string().contains("a session, on which the writes are made too"), "{error}");
            }
        }
        // It changes nothing: the connection goes back.
        let discarded = r.stats().discarded;
        let session = r.session().unwrap();
        assert!(session.set("k", 1).unwrap());
        assert_eq!(session.wait(1, Duration::from_millis(1)).unwrap(), 0);
        drop(session);
        assert_eq!(r.stats().discarded, discarded);
    });
}

#[test]
fn nobody_opens_a_transaction_in_which_replies_are_no_replies() {
    fn refused(r: &Client, run: impl Fn(&str) -> redispy::Error) {
        for name in ["MULTI", "EXEC", "DISCARD"] {
            let error = run(name);
            assert_eq!((error.kind(), error.outcome()), (ErrorKind::Refused, Outcome::NotSent), "{error}");
            assert!(error.to_string().contains("a pipeline, which sends MULTI and EXEC"), "{error}");
        }
        assert!(r.set("k", 1).unwrap());
    }
    each_protocol(|r| {
        refused(r, |name| r.execute_command(name).unwrap_err());
        let session = r.session().unwrap();
        refused(r, |name| session.execute_command(name).unwrap_err());
        assert_eq!(session.run(cmd::multi()).unwrap_err().command(), Some("MULTI"));
        assert_eq!(session.run(cmd::exec()).unwrap_err().command(), Some("EXEC"));
        // Nothing was sent, so nothing changed: the connection goes back.
        assert_eq!(session.get("k").unwrap(), Some(1));
        let discarded = r.stats().discarded;
        drop(session);
        assert_eq!(r.stats().discarded, discarded);
    });
}

#[test]
fn a_session_gives_its_password_later() {
    let server = Server::builder().password("secret").start();
    for protocol in [ProtocolChoice::Resp2, ProtocolChoice::Resp3] {
        let r = crate::builder()
            .url(server.url())
            .unwrap()
            .password("secret")
            .protocol(protocol)
            .build()
            .unwrap();
        let session = r.session().unwrap();
        assert_eq!(session.auth("wrong").unwrap_err().code(), Some("WRONGPASS"));
        session.auth("secret").unwrap();
        session.auth_user("default", "secret").unwrap();
        assert!(session.set("k", 1).unwrap());
    }
}

#[test]
fn a_session_quits() {
    each_protocol(|r| {
        let session = r.session().unwrap();
        session.quit().unwrap();
        assert!(session.ping().unwrap_err().is_connection());
        r.ping().unwrap();
    });
}

#[test]
fn a_session_begins_anew() {
    each_protocol(|r| {
        r.set("k", "outside").unwrap();
        let session = r.session().unwrap();
        session.client_setname("named").unwrap();
        session.watch("k").unwrap();
        session.reset().unwrap();
        assert_eq!((session.client_getname().unwrap(), session.client_info().unwrap().db), (None, 0));
        drop(session);
        assert_eq!(r.get("k").unwrap(), Some("outside".to_owned()));
    });
}

#[test]
fn a_session_says_what_it_caches_and_what_it_is() {
    each_protocol(|r| {
        let session = r.session().unwrap();
        assert_eq!(session.client_caching(true).unwrap_err().code(), Some("ERR"));
        let other = r.session().unwrap();
        let tracking = cmd::client_tracking().redirect(other.client_id().unwrap()).optin();
        session.run(tracking).unwrap();
        session.client_caching(true).unwrap();
        session.client_tracking_off().unwrap();

        let of_later = |command: &Spec, result: Result<()>| match knows(command) {
            true => result.unwrap(),
            false => assert_unknown(result),
        };
        of_later(&spec::CLIENT_NO_EVICT, session.client_no_evict(true));
        of_later(&spec::CLIENT_NO_TOUCH, session.client_no_touch(true));
        of_later(&spec::CLIENT_SETINFO, session.client_setinfo(ClientAttribute::LibName, "mine"));
        of_later(&spec::CLIENT_CAPA, session.client_capa("redirect"));
        if knows(&spec::CLIENT_SETINFO) {
            assert_eq!(session.client_info().unwrap().lib_name.as_deref(), Some("mine"));
        }
        // Only a server in import mode takes it.
        assert_eq!(session.client_import_source(true).unwrap_err().code(), Some("ERR"));
    });
}
