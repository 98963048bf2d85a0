//! Connections that do not come about, or not at once.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use redispy::{
    Client, ErrorKind, Outcome, Phase, ProtocolChoice, RetryPolicy, TcpConfig, TcpConnector, cmd, prelude::*,
};
use redispy_testkit::{BlackHole, FakeServer, Refusing, Script, Server, text, wait_until};

use crate::oracles::{
    SECRET, assert_all_well, assert_error, assert_recovered, at_deadline, builder, client, connections,
    forget, ms, on_time, then_echo, trial,
};

#[test]
fn f035_refused_by_tcp_and_found_again() {
    trial(|| {
        let server = Server::start();
        let r = client(server.url());
        server.kill();
        let error = on_time(ms(1500), || r.run(cmd::set("k", 1))).unwrap_err();
        let address = server.addr().to_string();
        assert_error(
            &error,
            ErrorKind::Connect,
            Outcome::NotSent,
            Phase::Connect,
            &["SET at", &address, "connection refused", "not sent"],
        );
        assert!(error.is_connection());
        server.restart();
        assert_all_well(&r, &server);
    });
}

#[test]
fn f035_a_unix_socket_stale_missing_or_a_file() {
    trial(|| {
        let server = Server::builder().port(0).start();
        let r = crate::oracles::plain().unix_socket(server.unix()).build().unwrap();
        assert_all_well(&r, &server);
        server.kill();
        let path = server.unix().display().to_string();
        let refused = |says: &str| {
            let error = on_time(ms(5000), || r.run(cmd::set("k", 1))).unwrap_err();
            assert_error(&error, ErrorKind::Connect, Outcome::NotSent, Phase::Connect, &[&path, says]);
        };
        refused("connection refused");
        std::fs::remove_file(server.unix()).unwrap();
        refused("no such socket");
        std::fs::write(server.unix(), "no socket").unwrap();
        refused("connection refused");
        server.restart();
        assert_all_well(&r, &server);
    });
}

#[test]
fn f036_a_black_hole_ends_at_the_deadline() {
    trial(|| {
        let hole = BlackHole::new();
        let r = builder(format!("redis://{}", hole.addr()))
            .timeout(ms(200))
            .connect_timeout(ms(400))
            .build()
            .unwrap();
        let error = at_deadline(ms(200), || r.run(cmd::set("k", 1)));
        assert_error(
            &error,
            ErrorKind::Timeout,
            Outcome::NotSent,
            Phase::Connect,
            &["no connection within 200 ms", "connecting"],
        );
    });
}

/// A client whose server is wherever `places` says at that moment.
pub(crate) fn moving(places: &Arc<Mutex<io::Result<Vec<SocketAddr>>>>) -> redispy::ClientBuilder {
    let places = Arc::clone(places);
    let lookup = move |_: &str, _: u16| match &*places.lock().unwrap() {
        Ok(addresses) => Ok(addresses.clone()),
        Err(error) => Err(io::Error::new(error.kind(), "NXDOMAIN")),
    };
    let connector = TcpConnector::new(TcpConfig::default()).with_lookup(Arc::new(lookup));
    crate::oracles::plain().host("redis.test").connector(Arc::new(connector))
}

#[test]
fn f036_several_black_holes_share_one_budget() {
    trial(|| {
        let holes: Vec<_> = (0..3).map(|_| BlackHole::new()).collect();
        let server = Server::start();
        let places = Arc::new(Mutex::new(Ok(holes.iter().map(BlackHole::addr).collect())));
        let r = moving(&places).timeout(ms(300)).connect_timeout(ms(300)).build().unwrap();
        let error = at_deadline(ms(300), || r.run(cmd::set("k", 1)));
        assert_error(&error, ErrorKind::Timeout, Outcome::NotSent, Phase::Connect, &["redis.test"]);
        *places.lock().unwrap() = Ok(vec![holes[0].addr(), server.addr()]);
        // The last one gets its share even though the first hangs.
        let r = r.with_timeout(Duration::from_secs(5));
        assert_all_well(&r, &server);
    });
}

#[test]
fn f036_a_dial_that_hangs_does_not_keep_later_calls_from_a_server_that_is_there() {
    trial(|| {
        let (hole, server) = (BlackHole::new(), Server::start());
        let places = Arc::new(Mutex::new(Ok(vec![hole.addr()])));
        let r = moving(&places).connect_timeout(Duration::from_secs(3)).build().unwrap();
        let error = at_deadline(ms(100), || r.with_timeout(ms(100)).run(cmd::set("k", 1)));
        assert_error(&error, ErrorKind::Timeout, Outcome::NotSent, Phase::Connect, &[]);
        *places.lock().unwrap() = Ok(vec![server.addr()]);
        assert_recovered(&r);
    });
}

#[test]
fn f037_silence_in_each_step_of_the_handshake_ends_at_the_deadline() {
    let password = ["AUTH", SECRET];
    let cases: [(ProtocolChoice, Script); 4] = [
        (ProtocolChoice::Auto, Script::new().ignore_rest()),
        (
            ProtocolChoice::Auto,
            Script::new().expect(["HELLO", "3", "AUTH", "default", SECRET]).send("%1\r\n").ignore_rest(),
        ),
        (ProtocolChoice::Resp2, Script::new().ignore_rest()),
        (ProtocolChoice::Resp2, Script::new().expect(password).send("+OK\r\n").ignore_rest()),
    ];
    for (protocol, script) in cases {
        trial(|| {
            let server = then_echo([script]);
            let r = builder(server.url())
                .password(SECRET)
                .db(2)
                .protocol(protocol)
                .connect_timeout(ms(700))
                .retry(RetryPolicy::none())
                .build()
                .unwrap();
            let error = at_deadline(ms(200), || r.with_timeout(ms(200)).run(cmd::set("k", 1)));
            assert_error(
                &error,
                ErrorKind::Timeout,
                Outcome::NotSent,
                Phase::Handshake,
                &["no connection within 200 ms", "handshake"],
            );
            assert_recovered(&r);
        });
    }
}

#[test]
fn f037_a_frozen_server_and_its_thaw() {
    trial(|| {
        let server = Server::start();
        server.pause();
        let r = builder(server.url()).timeout(ms(200)).build().unwrap();
        let error = at_deadline(ms(200), || r.run(cmd::set("k", 1)));
        assert_error(&error, ErrorKind::Timeout, Outcome::NotSent, Phase::Handshake, &[]);
        server.resume();
        assert_all_well(&r, &server);
        assert_eq!(r.get::<String>("k").unwrap(), None);
    });
}

#[test]
fn f052_too_many_clients_in_the_servers_own_words() {
    trial(|| {
        let server = Server::start();
        let mut observer = server.connect().unwrap();
        wait_until("the observer to be alone", ms(5000), || {
            text(&observer.command(["CLIENT", "LIST"]).unwrap()).lines().count() == 1
        });
        observer.command(["CONFIG", "SET", "maxclients", "1"]).unwrap();
        let r = client(server.url());
        let error = on_time(ms(1500), || r.run(cmd::set("k", 1))).unwrap_err();
        assert_error(
            &error,
            ErrorKind::Server,
            Outcome::Rejected,
            Phase::Handshake,
            &["ERR max number of clients reached"],
        );
        assert_eq!(error.code(), Some("ERR"));
        // Tried again a few times, each after a pause.
        let stats = r.stats();
        assert!(stats.failed_dials == stats.dials && (2..=4).contains(&stats.dials), "{stats:?}");
        observer.command(["CONFIG", "SET", "maxclients", "100"]).unwrap();
        drop(observer);
        assert_all_well(&r, &server);
    });
}

#[test]
fn f053_turned_away_before_anything_was_sent() {
    trial(|| {
        let text = "-DENIED Redis is running in protected mode because\r\n";
        let server = then_echo([Script::new().send(text).close()]);
        let r = client(server.url());
        let error = on_time(ms(1500), || r.run(cmd::set("k", 1))).unwrap_err();
        assert_error(
            &error,
            ErrorKind::Server,
            Outcome::Rejected,
            Phase::Handshake,
            &["DENIED Redis is running in protected mode"],
        );
        assert_eq!(error.code(), Some("DENIED"));
        assert_recovered(&r);
    });
}

#[test]
fn f055_wrong_credentials_are_told_at_once_and_not_tried_again() {
    trial(|| {
        let server = Server::builder().password("another").start();
        let r = builder(server.url()).password(SECRET).build().unwrap();
        for _ in 0..50 {
            let error = on_time(ms(100), || r.run(cmd::set("k", 1))).unwrap_err();
            assert_error(
                &error,
                ErrorKind::Auth,
                Outcome::Rejected,
                Phase::Handshake,
                &["refused: WRONGPASS"],
            );
            assert!(error.is_auth() && error.code() == Some("WRONGPASS"));
        }
        assert!(r.stats().dials <= 3, "{:?}", r.stats());
        assert_no_secret_in(&r);
        server.command(["CONFIG", "SET", "requirepass", SECRET]);
        wait_until("a call with the right password", ms(1500), || r.run(cmd::set("k", 1)).is_ok());
        assert_recovered(&r);
    });
}

#[test]
fn f055_a_user_switched_off_or_deleted_in_mid_life() {
    trial(|| {
        let server = Server::start();
        let allow = |state: &str| {
            let password = format!(">{SECRET}");
            server.command(["ACL", "SETUSER", "app", state, password.as_str(), "~*", "&*", "+@all"]);
        };
        allow("on");
        let r = builder(server.url()).credentials("app", SECRET).build().unwrap();
        assert_all_well(&r, &server);
        for deletes in [true, false] {
            if deletes {
                server.command(["ACL", "DELUSER", "app"]);
            } else {
                allow("off");
                server.command(["CLIENT", "KILL", "USER", "app", "SKIPME", "no"]);
            }
            wait_until("connections of the user to be closed", ms(5000), || connections(&server) == 0);
            forget();
            let before = r.stats().dials;
            for _ in 0..20 {
                let error = on_time(ms(100), || r.run(cmd::set("k", 1))).unwrap_err();
                assert_error(&error, ErrorKind::Auth, Outcome::Rejected, Phase::Handshake, &["WRONGPASS"]);
            }
            assert!(r.stats().dials <= before + 2, "{:?}", r.stats());
            allow("on");
            wait_until("a call as a user with rights again", ms(1500), || r.run(cmd::set("k", 1)).is_ok());
            assert_all_well(&r, &server);
        }
    });
}

fn assert_no_secret_in(client: &Client) {
    crate::oracles::assert_no_secret(client);
    crate::oracles::assert_no_secret(client.pool());
}

#[test]
fn f058_a_server_that_loads_its_data_is_waited_for() {
    trial(|| {
        let server = Server::builder().slow_loading(Duration::from_micros(400)).loading_is_ready().start();
        // Four seconds of loading.
        server.command(["DEBUG", "POPULATE", "10000", "key", "4096"]);
        server.command(["SAVE"]);
        server.restart();
        let r = builder(server.url()).timeout(ms(30_000)).build().unwrap();
        let impatient = builder(server.url()).retry(RetryPolicy::none()).build().unwrap();
        let error = on_time(ms(2000), || impatient.run(cmd::set("k", 1))).unwrap_err();
        assert!(error.is_loading(), "{error:?}");
        assert_error(&error, ErrorKind::Server, Outcome::Rejected, error.phase(), &["LOADING"]);
        assert_eq!(server.info("loading").as_deref(), Some("1"), "loaded too soon for this test");
        drop(impatient);
        assert!(r.run(cmd::set("k", 1)).unwrap());
        assert_all_well(&r, &server);
    });
}

#[test]
fn f065_unknown_names_hanging_lookups_and_dead_first_addresses() {
    trial(|| {
        let server = Server::start();
        let places = Arc::new(Mutex::new(Err(io::ErrorKind::NotFound.into())));
        let r = moving(&places).build().unwrap();
        let error = on_time(ms(1500), || r.run(cmd::set("k", 1))).unwrap_err();
        let says = ["redis.test:6379", "cannot resolve the host name"];
        assert_error(&error, ErrorKind::Connect, Outcome::NotSent, Phase::Lookup, &says);

        let hanging = places.lock().unwrap();
        let error = at_deadline(ms(200), || r.with_timeout(ms(200)).run(cmd::set("k", 1)));
        assert_error(
            &error,
            ErrorKind::Timeout,
            Outcome::NotSent,
            Phase::Lookup,
            &["no address within 200 ms"],
        );
        drop(hanging);

        let nobody = Refusing::new();
        *places.lock().unwrap() =
            Ok(vec![([0, 0, 0, 0, 0, 0, 0, 1], nobody.addr().port()).into(), nobody.addr(), server.addr()]);
        assert_all_well(&r, &server);
    });
}

#[test]
fn f065_a_server_that_moves_is_looked_up_anew() {
    trial(|| {
        let (old, new) = (Server::start(), Server::start());
        let places = Arc::new(Mutex::new(Ok(vec![old.addr()])));
        let r = moving(&places).build().unwrap();
        assert_all_well(&r, &old);
        *places.lock().unwrap() = Ok(vec![new.addr()]);
        old.kill();
        assert_all_well(&r, &new);
    });
}

#[test]
fn f066_a_new_connection_is_set_up_before_its_first_command() {
    trial(|| {
        let server = Server::start();
        let password = format!(">{SECRET}");
        server.command(["ACL", "SETUSER", "app", "on", password.as_str(), "~*", "&*", "+@all"]);
        for (protocol, resp) in [(ProtocolChoice::Resp2, "resp=2"), (ProtocolChoice::Resp3, "resp=3")] {
            let r = builder(server.url())
                .credentials("app", SECRET)
                .db(3)
                .client_name("f066")
                .protocol(protocol)
                .build()
                .unwrap();
            let mut ids = Vec::new();
            for _ in 0..3 {
                let info: String = r.run(cmd(("CLIENT", "INFO")).returns()).unwrap();
                for part in ["name=f066", "db=3", "user=app"] {
                    assert!(info.split(' ').any(|word| word == part), "{info}");
                }
                assert!(!info.contains("resp=") || info.contains(resp), "{info}");
                ids.push(info.split(' ').next().unwrap().to_owned());
                server.command(["CLIENT", "KILL", "USER", "app", "SKIPME", "no"]);
                wait_until("the connection to be killed", ms(5000), || connections(&server) == 0);
                forget();
            }
            ids.dedup();
            assert_eq!(ids.len(), 3, "{ids:?}");
            assert_all_well(&r, &server);
            drop(r);
            wait_until("the client's connections to be closed", ms(5000), || connections(&server) == 0);
        }
    });
}

#[test]
fn f067_callers_without_end_dial_a_dead_server_a_few_times_only() {
    trial(|| {
        let server = Server::start();
        server.kill();
        let r = client(server.url());
        let until = Instant::now() + ms(1000);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    while Instant::now() < until {
                        let error = r.run(cmd::set("k", 1)).unwrap_err();
                        assert_error(&error, ErrorKind::Connect, Outcome::NotSent, Phase::Connect, &[]);
                    }
                });
            }
        });
        // The pauses double: 10, 20, 40 ms and so on, each up to a half shorter, whoever calls and however often.
        let dials = r.stats().dials;
        assert!((3..=16).contains(&dials), "{dials}");
        server.restart();
        assert_all_well(&r, &server);
    });
}

#[test]
fn f034_a_server_that_is_no_redis() {
    let answers = [
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "\x15\x03\x01\x00\x02\x02\x46",
        "ERROR\r\n",
    ];
    for answer in answers {
        trial(|| {
            let server = FakeServer::start_then([], Script::new().send(answer).ignore_rest());
            let r = client(server.url());
            let error = on_time(ms(1500), || r.run(cmd::set("k", 1))).unwrap_err();
            assert_error(
                &error,
                ErrorKind::Protocol,
                Outcome::NotSent,
                Phase::Handshake,
                &["not a reply of the protocol"],
            );
        });
    }
}
