//! ECHO, PING and the commands that change the connection they run on.

use redispy_cmd::commands::*;
use redispy_cmd::{Cmd, IntoCmd};

use crate::double::{Double, both, read, refusal, unfit, wire};

#[test]
fn echo_and_ping() {
    assert_eq!(wire(echo::<String>("hi")), "ECHO hi");
    assert_eq!(both(echo::<String>("hi"), "$2\r\nhi\r\n", "$2\r\nhi\r\n"), "hi");
    assert_eq!(wire(ping()), "PING");
    assert_eq!(wire(ping().message::<String>("a b")), "PING \"a b\"");
    both(ping(), "+PONG\r\n", "+PONG\r\n");
    assert_eq!(read(ping().message::<String>("x"), "$1\r\nx\r\n"), Ok("x".into()));
    assert_eq!(unfit(ping(), ":1\r\n"), "PING: expected PONG, got an integer");

    let server = Double::new(["+PONG\r\n", "$1\r\nx\r\n", "-NOAUTH Authentication required.\r\n"]);
    (&server).ping().unwrap();
    assert_eq!((&server).echo::<String>("x"), Ok("x".into()));
    assert_eq!((&server).ping().unwrap_err().to_string(), "PING: NOAUTH Authentication required.");
    assert_eq!(server.sent(), ["PING", "ECHO x", "PING"]);
}

#[test]
fn commands_that_answer_ok() {
    let commands: [(Cmd<()>, &str); 28] = [
        (asking(), "ASKING"),
        (auth("secret"), "AUTH secret"),
        (auth_user("bob", "secret"), "AUTH bob secret"),
        (client_caching(true), "CLIENT CACHING YES"),
        (client_caching(false), "CLIENT CACHING NO"),
        (client_capa(["redirect", "x"]), "CLIENT CAPA redirect x"),
        (client_import_source(true), "CLIENT IMPORT-SOURCE ON"),
        (client_no_evict(true), "CLIENT NO-EVICT ON"),
        (client_no_evict(false), "CLIENT NO-EVICT OFF"),
        (client_no_touch(true), "CLIENT NO-TOUCH ON"),
        (client_reply(ReplyMode::On), "CLIENT REPLY ON"),
        (client_reply(ReplyMode::Off), "CLIENT REPLY OFF"),
        (client_reply(ReplyMode::Skip), "CLIENT REPLY SKIP"),
        (client_setinfo(ClientAttribute::LibName, "redispy"), "CLIENT SETINFO LIB-NAME redispy"),
        (client_setinfo(ClientAttribute::LibVer, "0.1"), "CLIENT SETINFO LIB-VER 0.1"),
        (client_setname("me"), "CLIENT SETNAME me"),
        (client_tracking().into_cmd(), "CLIENT TRACKING ON"),
        (
            client_tracking().prefixes(["a", "b"]).noloop().into_cmd(),
            "CLIENT TRACKING ON BCAST PREFIX a PREFIX b NOLOOP",
        ),
        (client_tracking().bcast().into_cmd(), "CLIENT TRACKING ON BCAST"),
        (client_tracking().redirect(7).optin().into_cmd(), "CLIENT TRACKING ON REDIRECT 7 OPTIN"),
        (client_tracking().optin().optout().into_cmd(), "CLIENT TRACKING ON OPTOUT"),
        (client_tracking_off(), "CLIENT TRACKING OFF"),
        (monitor(), "MONITOR"),
        (quit(), "QUIT"),
        (readonly(), "READONLY"),
        (readwrite(), "READWRITE"),
        (select(3), "SELECT 3"),
        (select(0), "SELECT 0"),
    ];
    for (command, words) in commands {
        assert_eq!(wire(&command), words);
        read(&command, "+OK\r\n").unwrap();
        let error = unfit(&command, "_\r\n");
        assert_eq!(error, format!("{}: expected OK, got nil", command.request().name()));
    }
    let none: [&str; 0] = [];
    assert_eq!(refusal(client_tracking().prefixes(none)), "CLIENT TRACKING: `prefixes` must be at least one");
    assert_eq!(refusal(client_capa(none)), "CLIENT CAPA: `capabilities` must be at least one");
}

#[test]
fn reset_answers_reset() {
    assert_eq!(wire(reset()), "RESET");
    both(reset(), "+RESET\r\n", "+RESET\r\n");
    assert_eq!(unfit(reset(), "+OK\r\n"), "RESET: expected RESET, got a simple string");
}

#[test]
fn hello_with_its_options() {
    assert_eq!(wire(hello()), "HELLO");
    assert_eq!(wire(hello().protocol(3)), "HELLO 3");
    assert_eq!(
        wire(hello().protocol(3).setname("me").auth("default", "secret")),
        "HELLO 3 AUTH default secret SETNAME me"
    );
    assert!(!format!("{:?}", hello().protocol(3).auth("u", "secret")).contains("secret"));
}

#[test]
fn the_greeting_is_the_same_in_both_protocols() {
    let fields = "$6\r\nserver\r\n$6\r\nvalkey\r\n$7\r\nversion\r\n$5\r\n9.1.2\r\n$5\r\nproto\r\n:3\r\n$2\r\nid\r\n:18\r\n\
        $4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$17\r\navailability_zone\r\n$2\r\nz1\r\n$3\r\nnew\r\n:1\r\n";
    let module = "$4\r\nname\r\n$3\r\nlua\r\n$3\r\nver\r\n:1\r\n$4\r\npath\r\n$3\r\nlua\r\n$4\r\nargs\r\n*1\r\n$1\r\nx\r\n";
    let greeting = both(
        hello(),
        format!("*18\r\n{fields}$7\r\nmodules\r\n*1\r\n*8\r\n{module}"),
        format!("%9\r\n{fields}$7\r\nmodules\r\n*1\r\n%4\r\n{module}"),
    );
    assert_eq!((greeting.server.as_str(), greeting.version.as_str()), ("valkey", "9.1.2"));
    assert_eq!((greeting.proto, greeting.id), (3, 18));
    assert_eq!((greeting.mode.as_str(), greeting.role.as_str()), ("standalone", "master"));
    assert_eq!(greeting.availability_zone.as_deref(), Some("z1"));
    assert_eq!(greeting.other.keys().collect::<Vec<_>>(), ["new"]);
    let [module] = greeting.modules.as_slice() else { panic!("{:?}", greeting.modules) };
    assert_eq!((module.name.as_str(), module.version, module.path.as_str()), ("lua", 1, "lua"));
    assert_eq!(module.args, ["x"]);
    assert_eq!(unfit(hello(), "+OK\r\n"), "HELLO: expected the server's greeting, got a simple string");
}

#[test]
fn the_methods_of_a_session() {
    let session = Double::new(["+OK\r\n"; 20]);
    let r = &session;
    r.auth("p").unwrap();
    r.auth_user("u", "p").unwrap();
    r.client_caching(true).unwrap();
    r.client_capa("redirect").unwrap();
    r.client_import_source(false).unwrap();
    r.client_no_evict(false).unwrap();
    r.client_no_touch(false).unwrap();
    r.client_setinfo(ClientAttribute::LibName, "x").unwrap();
    r.client_setname("n").unwrap();
    r.client_tracking().unwrap();
    r.client_tracking_off().unwrap();
    r.hello().unwrap_err();
    r.reset().unwrap_err();
    r.select(9).unwrap();
    r.quit().unwrap();
    r.asking().unwrap();
    r.readonly().unwrap();
    r.readwrite().unwrap();
    r.unwatch().unwrap();
    r.watch(["a", "b"]).unwrap();
    assert_eq!(
        session.sent(),
        [
            "AUTH p",
            "AUTH u p",
            "CLIENT CACHING YES",
            "CLIENT CAPA redirect",
            "CLIENT IMPORT-SOURCE OFF",
            "CLIENT NO-EVICT OFF",
            "CLIENT NO-TOUCH OFF",
            "CLIENT SETINFO LIB-NAME x",
            "CLIENT SETNAME n",
            "CLIENT TRACKING ON",
            "CLIENT TRACKING OFF",
            "HELLO",
            "RESET",
            "SELECT 9",
            "QUIT",
            "ASKING",
            "READONLY",
            "READWRITE",
            "UNWATCH",
            "WATCH a b"
        ]
    );
}
