//! What a session may do to its connection, and what it refuses.

use redispy::prelude::*;
use redispy::{Client, ErrorKind, Outcome, cmd};

use crate::{client, each_protocol};

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
