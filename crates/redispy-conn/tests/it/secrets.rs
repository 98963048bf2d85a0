//! No password gets out, and nothing of a user's text gets out of its place.

use redispy_conn::{Config, Connection, ErrorKind, Outcome, Phase, ProtocolChoice};
use redispy_testkit::{FakeServer, Handshake, Refusing, Script, Server};

use crate::support::*;

const SECRET: &str = "S3CRET/p%w";
const ENCODED: &str = "S3CRET%2Fp%25w";

#[track_caller]
fn assert_secret_free(text: &str) {
    for form in [SECRET, ENCODED, "S3CRET", "UzNDUkVU"] {
        assert!(!text.contains(form), "{text}");
    }
}

#[test]
fn f167_no_password_in_anything_printed() {
    let server = Server::builder().password(SECRET).start();
    let url = format!("redis://default:{ENCODED}@{}/1?client_name=me", server.addr());
    let config = config(&url);
    assert_eq!(config.password.as_ref().unwrap().reveal(), SECRET.as_bytes());
    let pool = pool(&url);
    let connection = pool.get("GET", patient()).unwrap();
    let nobody = Refusing::new();
    let error = pool_error(&format!("redis://default:{ENCODED}@{}", nobody.addr()));
    for text in [
        format!("{config:?} {config:#?} {config}"),
        format!("{pool:?}"),
        format!("{connection:?}"),
        format!("{error:?} {error}"),
        format!("{:?}", config.password),
    ] {
        assert_secret_free(&text);
    }
    assert_eq!(config.to_string(), format!("redis://default@{}/1?client_name=me", server.addr()));
}

fn pool_error(url: &str) -> redispy_conn::Error {
    pool(url).get("GET", patient()).unwrap_err()
}

#[test]
fn f167_a_server_that_quotes_the_password_is_not_quoted() {
    for quote in [
        format!(
            "-ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'default' '{SECRET}' \r\n"
        ),
        // Cut off by the server: no longer the password, but too much of it.
        "-ERR unknown command `HELLO`, with args beginning with: `3`, `AUTH`, `default`, `S3CRET/\r\n"
            .to_string(),
        format!("-ERR odd proxy: {SECRET} is not welcome\r\n"),
    ] {
        let server =
            FakeServer::start([Script::new().expect(["HELLO", "3", "AUTH", "default", SECRET]).send(quote)]);
        let url = format!("redis://:{ENCODED}@{}?client_info=no&protocol=3", server.addr());
        let error = Connection::open(&config(&url), patient()).unwrap_err();
        assert_error(&error, ErrorKind::Server, Outcome::Rejected, Phase::Handshake);
        assert_secret_free(&format!(
            "{error:?} {error} {:?}",
            error.server_error().map(<[u8]>::escape_ascii).map(|e| e.to_string())
        ));
    }
}

#[test]
fn f169_a_url_that_cannot_be_read_is_not_echoed() {
    for url in [
        "redis://user:S3CRET@ho st",
        "redis://user:S3CRET@host:port",
        "redis://user:S3CRET@host:99999",
        "redis://user:S3CRET@host/db",
        "redis://user:S3CRET@host/1?tiemout=1",
        "redis://user:S3CRET@host?db=x",
        "redis://:S3CRET/pw@host",
        "redis://:S3CRET?pw@host",
        "redis://:12?S3CRET@host",
        "redis://:12/S3CRET@host",
        "redis://:12#S3CRET@host",
        "redis://:S3CRET%zz@host",
        "http://user:S3CRET@host",
        "user:S3CRET@host",
        "rediss://user:S3CRET@host",
        "unix://:S3CRET@host/path",
        "unix://:S3CRET@",
        "redis:user:S3CRET@host",
        "S3CRET",
        "",
    ] {
        let error = url.parse::<Config>().unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Config, Outcome::NotSent), "{url}");
        assert_secret_free(&format!("{error:?} {error}"));
    }
}

#[test]
fn f171_what_a_user_writes_stays_one_argument() {
    let nasty = "a\r\nb\0*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n";
    let password = nasty.as_bytes().to_vec();
    for protocol in [ProtocolChoice::Resp3, ProtocolChoice::Resp2] {
        let server = FakeServer::start([Script::new().handshake(Handshake::Resp3).respond(echo)]);
        let config = config(&server.url()).with_credentials(nasty, password.clone()).with_protocol(protocol);
        let mut connection = Connection::open(&config, patient()).unwrap();
        assert_eq!(call(&mut connection, &["ECHO", nasty], patient()).unwrap(), bulk(nasty));
        let sent = server.commands(0);
        let login = &sent[0];
        assert_eq!(login.iter().filter(|word| *word == nasty).count(), 2, "{sent:?}");
        assert!(sent.iter().all(|command| command[0] != "SET"), "{sent:?}");
        assert!(server.received(0).starts_with(b"*"), "inline protocol");
    }
}

#[test]
fn f171_a_client_name_that_no_server_would_take_is_refused_here() {
    for name in ["a b", "a\r\nb", "a\0", "ü"] {
        let error =
            Connection::open(&config("redis://localhost").with_client_name(name), patient()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
    }
    let error = pool_config_error("redis://localhost?client_name=a%0d%0ab");
    assert_eq!(error.to_string(), "client_name must be printable ASCII without spaces");
}

fn pool_config_error(url: &str) -> redispy_conn::Error {
    redispy_conn::Pool::new(config(url)).unwrap_err()
}

#[test]
fn f171_line_ends_in_each_part_of_a_url() {
    for url in [
        "redis://%0d%0auser:pw%0d%0a@localhost",
        "redis://localhost/0%0d%0a",
        "redis://localhost?db=1%0d%0a",
        "redis://localhost?protocol=2%0d%0a",
        "redis://localhost?timeout=2%0d%0a",
    ] {
        match url.parse::<Config>() {
            Ok(config) => assert_eq!(
                (config.username.as_deref(), config.password.as_ref().map(|p| p.reveal())),
                (Some("\r\nuser"), Some(&b"pw\r\n"[..]))
            ),
            Err(error) => assert_eq!(error.kind(), ErrorKind::Config),
        }
    }
}

#[test]
fn f172_what_is_sent_is_never_inline() {
    let server = Server::start();
    let mut connection = open(&server.url());
    for text in ["", " ", "PING\r\nPING", "*1", "\0"] {
        assert_eq!(call(&mut connection, &["ECHO", text], patient()).unwrap(), bulk(text));
    }
}
