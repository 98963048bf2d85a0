//! CLIENT: what does not change the connection it runs on.

use std::time::Duration;

use redispy_cmd::commands::*;
use redispy_cmd::replies::{ClientInfo, Redirection};
use redispy_cmd::{Cmd, IntoCmd};

use crate::double::{Double, both, bulk, read, refusal, unfit, verbatim, wire};

#[test]
fn what_is_sent() {
    let filter = ClientFilter::new;
    let commands: [(Cmd<()>, &str); 5] = [
        (client_kill("1.2.3.4:5"), "CLIENT KILL 1.2.3.4:5"),
        (client_pause(100).into_cmd(), "CLIENT PAUSE 100"),
        (client_pause(Duration::from_secs(1)).write().into_cmd(), "CLIENT PAUSE 1000 WRITE"),
        (client_pause(1).write().all().into_cmd(), "CLIENT PAUSE 1 ALL"),
        (client_unpause(), "CLIENT UNPAUSE"),
    ];
    for (command, words) in commands {
        assert_eq!(wire(&command), words);
        read(&command, "+OK\r\n").unwrap();
        assert_eq!(
            unfit(&command, ":1\r\n"),
            format!("{}: expected OK, got an integer", command.request().name())
        );
    }
    assert_eq!(wire(client_getname()), "CLIENT GETNAME");
    assert_eq!(wire(client_getredir()), "CLIENT GETREDIR");
    assert_eq!(wire(client_help()), "CLIENT HELP");
    assert_eq!(wire(client_id()), "CLIENT ID");
    assert_eq!(wire(client_info()), "CLIENT INFO");
    assert_eq!(wire(client_list()), "CLIENT LIST");
    assert_eq!(wire(client_trackinginfo()), "CLIENT TRACKINGINFO");
    assert_eq!(wire(client_unblock(7)), "CLIENT UNBLOCK 7");
    assert_eq!(wire(client_unblock(7).timeout()), "CLIENT UNBLOCK 7 TIMEOUT");
    assert_eq!(wire(client_unblock(7).timeout().error()), "CLIENT UNBLOCK 7 ERROR");
    assert_eq!(wire(client_list().matching(filter().ids([1, 2]))), "CLIENT LIST ID 1 2");
    assert_eq!(refusal(client_kill_where(filter())), "CLIENT KILL: `filter` must be at least one condition");
    let none: [i64; 0] = [];
    assert_eq!(
        refusal(client_list().matching(filter().ids(none))),
        "CLIENT LIST: `ids` must be at least one"
    );
    assert_eq!(
        refusal(client_list().matching(filter().idle(Duration::from_millis(1)))),
        "CLIENT LIST: `seconds` must be whole seconds; the command in milliseconds takes fractions"
    );
}

#[test]
fn every_condition_of_a_filter() {
    use ClientType::{Master, Normal, Pubsub, Replica};

    let new = ClientFilter::new;
    let conditions = [
        (new().ids(5), "ID 5"),
        (new().client_type(Normal), "TYPE NORMAL"),
        (new().client_type(Master), "TYPE MASTER"),
        (new().client_type(Replica), "TYPE REPLICA"),
        (new().client_type(Normal).client_type(Pubsub), "TYPE PUBSUB"),
        (new().user("u"), "USER u"),
        (new().addr("a:1"), "ADDR a:1"),
        (new().laddr("a:1"), "LADDR a:1"),
        (new().skipme(true), "SKIPME YES"),
        (new().skipme(false), "SKIPME NO"),
        (new().maxage(60), "MAXAGE 60"),
        (new().name("n"), "NAME n"),
        (new().idle(Duration::from_secs(60)), "IDLE 60"),
        (new().flags("Nb"), "FLAGS Nb"),
        (new().lib_name("l"), "LIB-NAME l"),
        (new().lib_ver("1"), "LIB-VER 1"),
        (new().db(3), "DB 3"),
        (new().capa("r"), "CAPA r"),
        (new().ip("::1"), "IP ::1"),
        (new().not_ids([5, 6]), "NOT-ID 5 6"),
        (new().not_client_type(Normal), "NOT-TYPE NORMAL"),
        (new().not_user("u"), "NOT-USER u"),
        (new().not_addr("a:1"), "NOT-ADDR a:1"),
        (new().not_laddr("a:1"), "NOT-LADDR a:1"),
        (new().not_name("n"), "NOT-NAME n"),
        (new().not_flags("N"), "NOT-FLAGS N"),
        (new().not_lib_name("l"), "NOT-LIB-NAME l"),
        (new().not_lib_ver("1"), "NOT-LIB-VER 1"),
        (new().not_db(0), "NOT-DB 0"),
        (new().not_capa("r"), "NOT-CAPA r"),
        (new().not_ip("::1"), "NOT-IP ::1"),
        (new().user("u").name("n").user("v"), "NAME n USER v"),
    ];
    for (filter, words) in conditions {
        assert_eq!(wire(client_kill_where(filter.clone())), format!("CLIENT KILL {words}"));
        assert_eq!(wire(client_list().matching(filter)), format!("CLIENT LIST {words}"));
    }
    assert_eq!(both(client_kill_where(new().db(1)), ":2\r\n", ":2\r\n"), 2);
}

#[test]
fn names_ids_and_redirections() {
    assert_eq!(both(client_getname(), "$-1\r\n", "_\r\n"), None);
    assert_eq!(both(client_getname(), "$0\r\n\r\n", "$0\r\n\r\n"), None);
    assert_eq!(both(client_getname(), "$1\r\nn\r\n", "$1\r\nn\r\n").as_deref(), Some("n"));
    assert_eq!(both(client_id(), ":9\r\n", ":9\r\n"), 9);
    assert_eq!(read(client_getredir(), ":-1\r\n"), Ok(Redirection::NotTracking));
    assert_eq!(read(client_getredir(), ":0\r\n"), Ok(Redirection::Own));
    assert_eq!(read(client_getredir(), ":12\r\n"), Ok(Redirection::Client(12)));
    assert!(both(client_unblock(1), ":1\r\n", ":1\r\n"));
    assert!(!both(client_unblock(1), ":0\r\n", ":0\r\n"));
    assert_eq!(both(client_help(), "*2\r\n+A\r\n+B\r\n", "*2\r\n+A\r\n+B\r\n"), ["A", "B"]);
    assert_eq!(unfit(client_help(), ":1\r\n"), "CLIENT HELP: expected an array of texts, got an integer");
}

const REDIS_8: &str = "id=16 addr=127.0.0.1:32830 laddr=127.0.0.1:7901 fd=12 name=h7=x age=5 idle=1 flags=N db=13 \
    sub=1 psub=2 ssub=3 multi=-1 watch=4 qbuf=26 qbuf-free=20448 argv-mem=10 multi-mem=7 rbs=16384 rbp=16385 obl=8 oll=9 \
    omem=11 tot-mem=37786 events=r cmd=client|info user=default redir=-1 resp=2 lib-name= lib-ver= io-thread=0 \
    tot-net-in=887 tot-net-out=1862 tot-cmds=22";
const VALKEY_9: &str = "id=412 addr=/run/my socket:0 laddr=/run/my socket:0 fd=9 name= age=0 idle=0 flags=xb capa=r db=0 \
    sub=0 psub=0 ssub=0 multi=3 watch=0 qbuf=0 qbuf-free=0 argv-mem=10 multi-mem=0 rbs=16392 rbp=16392 obl=0 oll=0 omem=0 \
    tot-mem=17002 events=r cmd=client|list user=bob redir=5 resp=3 lib-name=redispy lib-ver=0.1 tot-net-in=887 \
    tot-net-out=1885 tot-cmds=22 brand-new=x=y";
const REDIS_6: &str = "id=7 addr=127.0.0.1:56780 laddr=127.0.0.1:7903 fd=7 name= age=0 idle=0 flags=N db=13 sub=0 psub=0 \
    multi=-1 qbuf=26 qbuf-free=40928 argv-mem=10 obl=0 oll=0 omem=0 tot-mem=61466 events=r cmd=client user=default redir=0";

#[test]
fn a_client_with_all_its_fields() {
    let line = format!("{REDIS_8}\n");
    let client = both(client_info(), bulk(&line), verbatim(&line));
    assert_eq!((client.id, client.fd, client.db), (16, 12, 13));
    assert_eq!((client.addr.as_str(), client.laddr.as_str()), ("127.0.0.1:32830", "127.0.0.1:7901"));
    assert_eq!(client.name.as_deref(), Some("h7=x"));
    assert_eq!((client.age, client.idle), (Duration::from_secs(5), Duration::from_secs(1)));
    assert!(client.has_flags("N") && !client.has_flags("Nb"));
    assert_eq!((client.sub, client.psub, client.ssub), (1, 2, 3));
    assert_eq!((client.multi, client.watch), (None, Some(4)));
    assert_eq!((client.qbuf, client.qbuf_free, client.argv_mem, client.multi_mem), (26, 20448, 10, Some(7)));
    assert_eq!((client.rbs, client.rbp), (Some(16384), Some(16385)));
    assert_eq!((client.obl, client.oll, client.omem, client.tot_mem), (8, 9, 11, 37786));
    assert_eq!(
        (client.events.as_str(), client.cmd.as_str(), client.user.as_str()),
        ("r", "client|info", "default")
    );
    assert_eq!((client.redir, client.resp), (Redirection::NotTracking, Some(2)));
    assert_eq!((client.lib_name, client.lib_ver, client.io_thread), (None, None, Some(0)));
    assert_eq!((client.tot_net_in, client.tot_net_out, client.tot_cmds), (Some(887), Some(1862), Some(22)));
    assert!(client.other.is_empty());
    assert_eq!(unfit(client_info(), ":1\r\n"), "CLIENT INFO: expected a text, got an integer");
}

#[test]
fn clients_of_every_server() {
    let lines = format!("{VALKEY_9}\n{REDIS_6}\n");
    let clients: Vec<ClientInfo> = both(client_list(), bulk(&lines), verbatim(&lines));
    let [valkey, redis] = clients.as_slice() else { panic!("{clients:?}") };
    assert_eq!(valkey.addr, "/run/my socket:0");
    assert_eq!((valkey.name.as_deref(), valkey.capa.as_deref()), (None, Some("r")));
    assert_eq!((valkey.multi, valkey.redir), (Some(3), Redirection::Client(5)));
    assert_eq!((valkey.lib_name.as_deref(), valkey.lib_ver.as_deref()), (Some("redispy"), Some("0.1")));
    assert_eq!(valkey.other.get("brand-new").map(String::as_str), Some("x=y"));
    assert_eq!((redis.watch, redis.resp, redis.rbs, redis.tot_cmds, redis.ssub), (None, None, None, None, 0));
    assert_eq!((redis.cmd.as_str(), redis.redir), ("client", Redirection::Own));
    assert_eq!(both(client_list(), "$0\r\n\r\n", "=4\r\ntxt:\r\n"), []);
}

#[test]
fn how_a_connection_tracks() {
    let prefixes = "$8\r\nredirect\r\n:0\r\n$8\r\nprefixes\r\n*2\r\n$1\r\na\r\n$1\r\n\u{e9}\r\n"
        .replace("$1\r\n\u{e9}", "$2\r\n\u{e9}");
    let info = both(
        client_trackinginfo(),
        format!("*6\r\n$5\r\nflags\r\n*2\r\n$2\r\non\r\n$5\r\nbcast\r\n{prefixes}"),
        format!("%3\r\n$5\r\nflags\r\n~2\r\n$2\r\non\r\n$5\r\nbcast\r\n{prefixes}"),
    );
    assert!(info.is_on());
    assert_eq!(info.flags, ["on", "bcast"]);
    assert_eq!(info.redirect, Redirection::Own);
    assert_eq!(info.prefixes, ["a".as_bytes(), "\u{e9}".as_bytes()]);
    let off = "%3\r\n$5\r\nflags\r\n~1\r\n$3\r\noff\r\n$8\r\nredirect\r\n:-1\r\n$8\r\nprefixes\r\n*0\r\n";
    let info = read(client_trackinginfo(), off).unwrap();
    assert!(!info.is_on() && info.prefixes.is_empty() && info.redirect == Redirection::NotTracking);
    assert_eq!(
        unfit(client_trackinginfo(), ":1\r\n"),
        "CLIENT TRACKINGINFO: expected the fields of tracking, got an integer"
    );
}

#[test]
fn the_methods() {
    let server = Double::new([
        "$1\r\nn\r\n",
        ":-1\r\n",
        "*0\r\n",
        ":1\r\n",
        "$4\r\nid=1\r\n",
        "-ERR No such client\r\n",
        ":0\r\n",
        "$0\r\n\r\n",
        "+OK\r\n",
        "%0\r\n",
        ":1\r\n",
        "+OK\r\n",
    ]);
    let r = &server;
    assert_eq!(r.client_getname(), Ok(Some("n".into())));
    assert_eq!(r.client_getredir(), Ok(Redirection::NotTracking));
    assert_eq!(r.client_help(), Ok(Vec::new()));
    assert_eq!(r.client_id(), Ok(1));
    assert_eq!(r.client_info().map(|client| client.id), Ok(1));
    assert_eq!(r.client_kill("x:1").unwrap_err().to_string(), "CLIENT KILL: ERR No such client");
    assert_eq!(r.client_kill_where(ClientFilter::new().ids(1)), Ok(0));
    assert_eq!(r.client_list(), Ok(Vec::new()));
    r.client_pause(5).unwrap();
    assert!(!r.client_trackinginfo().unwrap().is_on());
    assert_eq!(r.client_unblock(3), Ok(true));
    r.client_unpause().unwrap();
    assert_eq!(
        server.sent(),
        [
            "CLIENT GETNAME",
            "CLIENT GETREDIR",
            "CLIENT HELP",
            "CLIENT ID",
            "CLIENT INFO",
            "CLIENT KILL x:1",
            "CLIENT KILL ID 1",
            "CLIENT LIST",
            "CLIENT PAUSE 5",
            "CLIENT TRACKINGINFO",
            "CLIENT UNBLOCK 3",
            "CLIENT UNPAUSE",
        ]
    );
}
