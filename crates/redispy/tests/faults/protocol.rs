//! Bytes that are no reply, or not the one that is due, as a caller meets them. What the parser makes of every kind of input
//! is shown in `resp-proto`.

use std::time::Duration;

use redispy::{ErrorKind, Limits, Outcome, Phase, ProtocolChoice, RetryPolicy, Value, cmd, prelude::*};
use redispy_testkit::{Script, Server, text};

use crate::oracles::{
    assert_all_well, assert_error, assert_recovered, at_deadline, builder, client, greeted, ms, on_time,
    then_echo, trial,
};

/// Bytes that are no reply.
const NONSENSE: [&str; 10] = [
    "@x\r\n",
    "\0",
    "\r\n",
    "$-2\r\n",
    "*-3\r\n",
    "$12a\r\n",
    "$4\r\nfineXX",
    "#x\r\n",
    ":12x\r\n",
    "+O\rK\r\n",
];

#[test]
fn f001_f002_f005_f011_f016_nonsense_closes_the_connection_and_no_more() {
    for bytes in NONSENSE {
        trial(|| {
            let server = then_echo([
                greeted().expect(["INCR", "n"]).send(bytes).ignore_rest(),
                // As the second reply of three: the first was good, and none of them is handed out.
                greeted().expect(["INCR", "n"]).send(":1\r\n").send(bytes).send(":3\r\n").ignore_rest(),
                // Where the handshake is due.
                Script::new().send(bytes).ignore_rest(),
            ]);
            let r = builder(server.url()).retry(RetryPolicy::none()).build().unwrap();
            let says = ["not a reply of the protocol"];
            let error = on_time(ms(500), || r.execute_command(("INCR", "n"))).unwrap_err();
            assert_error(&error, ErrorKind::Protocol, Outcome::MaybeExecuted, Phase::Read, &says);
            let error = on_time(ms(500), || r.batch(["n", "n", "n"].map(|n| cmd(("INCR", n))))).unwrap_err();
            assert_error(&error, ErrorKind::Protocol, Outcome::MaybeExecuted, error.phase(), &says);
            assert_eq!(error.progress().map(|progress| progress.replies), Some(1), "{error}");
            let error = on_time(ms(500), || r.execute_command(("INCR", "n"))).unwrap_err();
            assert_error(&error, ErrorKind::Protocol, Outcome::NotSent, Phase::Handshake, &says);
            assert_recovered(&r);
        });
    }
}

#[test]
fn f006_f175_a_reply_over_a_limit_names_it() {
    trial(|| {
        let server = then_echo([greeted().expect(["INCR", "n"]).send("$1001\r\n").ignore_rest()]);
        let r = builder(server.url()).limits(Limits::default().with_max_bulk_len(1000)).build().unwrap();
        let error = on_time(ms(500), || r.execute_command(("INCR", "n"))).unwrap_err();
        let says = ["over the limit max_bulk_len of 1000"];
        assert_error(&error, ErrorKind::Limit, Outcome::MaybeExecuted, Phase::Read, &says);
        assert_recovered(&r);
    });
}

#[test]
fn f024_frames_of_resp3_are_understood_on_a_connection_that_speaks_resp2() {
    trial(|| {
        let server = then_echo([greeted()
            .expect(["HGETALL", "h"])
            .send("%1\r\n$1\r\na\r\n,1.5\r\n")
            .expect(["GET", "k"])
            .send("_\r\n")]);
        let r = builder(server.url()).protocol(ProtocolChoice::Resp2).build().unwrap();
        let map: Vec<(String, f64)> = r.run(cmd(("HGETALL", "h")).returns()).unwrap();
        assert_eq!(map, [("a".to_string(), 1.5)]);
        assert_eq!(r.get::<String>("k").unwrap(), None);
    });
}

#[test]
fn f021_f022_attributes_and_pushes_of_a_real_server_are_no_replies() {
    trial(|| {
        let server = Server::start();
        let r = builder(server.url()).protocol(ProtocolChoice::Resp3).max_connections(1).build().unwrap();
        for kind in ["attrib", "push"] {
            for _ in 0..3 {
                // The reply that belongs to the command, whatever goes before it.
                let reply = r.execute_command(("DEBUG", "PROTOCOL", kind)).unwrap();
                assert!(!matches!(reply, Value::Push(_)), "{reply:?}");
                assert_eq!(r.echo::<String>(kind).unwrap(), kind);
            }
        }
        assert_eq!(r.stats().dials, 1);
        assert_all_well(&r, &server);
    });
}

#[test]
fn f030_a_reply_of_another_shape_is_read_to_its_end() {
    trial(|| {
        let server = Server::start();
        let r = builder(server.url()).max_connections(1).build().unwrap();
        r.execute_command(("RPUSH", "list", "secret-1", "secret-2")).unwrap();
        for _ in 0..3 {
            let error = r.run(cmd(("LRANGE", "list", 0, -1)).returns::<i64>()).unwrap_err();
            assert_error(
                &error,
                ErrorKind::Type,
                Outcome::MaybeExecuted,
                None,
                &["LRANGE", "expected an integer, got an array"],
            );
            assert!(!error.to_string().contains("secret"), "{error}");
            let error = r.batch([cmd(("LRANGE", "list", 0, -1)).returns::<Vec<i64>>()]).unwrap_err();
            assert_eq!((error.kind(), error.position()), (ErrorKind::Type, Some(0)));
        }
        assert_eq!((r.stats().dials, r.stats().discarded), (1, 0));
        assert_all_well(&r, &server);
    });
}

/// An error line into which a frame was smuggled: the second frame is noticed and nobody gets it.
#[test]
fn f031_f174_a_frame_that_nobody_asked_for_is_nobodys() {
    for forged in ["-ERR a\r\n$5\r\nforge\r\n", "+OK\r\n-ERR forged\r\n", ":1\r\n:2\r\n:3\r\n"] {
        trial(|| {
            let server = then_echo([greeted().expect(["INCR", "n"]).send(forged).ignore_rest()]);
            let r = client(server.url());
            let error = on_time(ms(100), || r.execute_command(("INCR", "n"))).unwrap_err();
            let says = ["a reply that nobody asked for"];
            assert_error(&error, ErrorKind::Protocol, Outcome::MaybeExecuted, Phase::Read, &says);
            assert_recovered(&r);
        });
    }
}

#[test]
fn f032_a_reply_too_few_ends_at_the_deadline() {
    trial(|| {
        let server = then_echo([greeted().expect(["INCR", "n"]).send(":1\r\n").ignore_rest()]);
        let r = builder(server.url()).timeout(ms(150)).build().unwrap();
        let error = at_deadline(ms(150), || r.batch(["n", "n"].map(|n| cmd(("INCR", n)))));
        let says = ["1 of 2 replies received"];
        assert_error(&error, ErrorKind::Timeout, Outcome::MaybeExecuted, Phase::Read, &says);
        assert_recovered(&r.with_timeout(Duration::from_secs(5)));
    });
}

/// Bits flipped on the wire give errors or other values, but no reply that belongs to another call, and no end of it all.
#[test]
fn f033_flipped_bits_hurt_nobody() {
    use redispy_testkit::{ByteProxy, Endpoint, Fault};
    trial(|| {
        let server = Server::start();
        let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
        let r = builder(proxy.url()).timeout(ms(100)).connect_timeout(ms(100)).build().unwrap();
        server.command(["SET", "k", &"x".repeat(200)]);
        let mut failed = 0;
        for seed in 0..40 {
            proxy.to_client(Fault::none().flip_every(150, seed));
            for _ in 0..5 {
                failed += usize::from(on_time(ms(100), || r.get::<Vec<u8>>("k")).is_err());
            }
        }
        assert!(failed > 0);
        proxy.heal();
        assert_all_well(&r.with_timeout(Duration::from_secs(5)), &server);
        assert_eq!(text(&server.command(["GET", "k"])), "x".repeat(200));
    });
}
