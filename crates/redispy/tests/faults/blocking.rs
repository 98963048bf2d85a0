//! Calls that the server may keep waiting.

use std::thread;
use std::time::Duration;

use redispy::{ErrorKind, Outcome, Phase, prelude::*};
use redispy_testkit::{ByteProxy, End, Endpoint, Fault, Server, wait_until};

use crate::oracles::{
    PATIENCE, SLACK, assert_all_well, assert_error, at_deadline, builder, client, ms, on_time, pooled, trial,
    wait_for_calls,
};

#[test]
fn f046_a_call_that_blocks_for_ever_does_not_wait_for_ever_for_a_connection() {
    trial(|| {
        let server = Server::start();
        let r = builder(server.url()).max_connections(1).timeout(ms(200)).build().unwrap();
        let session = r.session().unwrap();
        let error = at_deadline(ms(200), || r.execute_command(("BLPOP", "q", "0")));
        assert_error(&error, ErrorKind::Timeout, Outcome::NotSent, Phase::PoolWait, &["BLPOP at "]);
        // Its reply is waited for without end.
        drop(session);
        thread::scope(|scope| {
            let call = scope.spawn(|| r.execute_command(("BLPOP", "q", "0")));
            wait_for_calls(&r, 1);
            thread::sleep(ms(200) + SLACK);
            server.command(["RPUSH", "q", "1"]);
            on_time(ms(500), || call.join().unwrap()).unwrap();
        });
        assert_all_well(&r, &server);
    });
}

#[test]
fn f073_pool_timeout_limits_the_whole_wait_of_a_call() {
    trial(|| {
        let server = Server::start();
        let r = pooled(server.url()).max_connections(1).pool_timeout(ms(300)).build().unwrap();
        let session = r.session().unwrap();
        let error = at_deadline(ms(300), || r.get::<String>("k"));
        assert_error(&error, ErrorKind::Timeout, Outcome::NotSent, Phase::PoolWait, &["within 300 ms"]);
        drop(session);
        assert_all_well(&r, &server);
    });
}

#[test]
fn f097_a_read_that_blocks_is_not_begun_again() {
    trial(|| {
        let server = Server::start();
        let proxy = ByteProxy::start(Endpoint::Tcp(server.addr()));
        let r = client(proxy.url());
        r.execute_command(("XADD", "s", "*", "f", "seen before")).unwrap();
        drop(r.session().unwrap());
        proxy.to_client(Fault::none().hold());
        thread::scope(|scope| {
            let read = || r.execute_command(("XREAD", "BLOCK", "20000", "STREAMS", "s", "$"));
            let call = scope.spawn(read);
            wait_for_calls(&r, 1);
            thread::sleep(ms(20));
            // Its reply is lost; from `$` on there would be nothing more to be read.
            server.command(["XADD", "s", "*", "f", "lost"]);
            proxy.cut(End::Reset);
            proxy.heal();
            let error = on_time(Duration::from_secs(1), || call.join().unwrap()).unwrap_err();
            assert_error(&error, ErrorKind::Closed, Outcome::MaybeExecuted, Phase::Read, &["XREAD at "]);
        });
        // The connection that calls share was cut as well, and may not be known to be yet.
        wait_until("a new connection", PATIENCE, || r.ping().is_ok());
        assert_all_well(&r, &server);
    });
}
