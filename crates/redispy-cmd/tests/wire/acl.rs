//! ACL.

use std::time::{Duration, SystemTime};

use redispy_cmd::commands::*;
use redispy_cmd::replies::AclDryrun;
use redispy_cmd::{Cmd, IntoCmd};

use crate::double::{Double, both, bulk, read, refusal, unfit, wire};

#[test]
fn what_is_sent() {
    let set = || acl_setuser("bob");
    let commands: [(Cmd<()>, &str); 26] = [
        (acl_load(), "ACL LOAD"),
        (acl_save(), "ACL SAVE"),
        (acl_log_reset(), "ACL LOG RESET"),
        (set().into_cmd(), "ACL SETUSER bob"),
        (set().reset().on().off().into_cmd(), "ACL SETUSER bob reset on off"),
        (set().password("p w").into_cmd(), "ACL SETUSER bob \">p w\""),
        (set().remove_password("p").into_cmd(), "ACL SETUSER bob <p"),
        (set().password_hash("ab").into_cmd(), "ACL SETUSER bob #ab"),
        (set().remove_password_hash("ab").into_cmd(), "ACL SETUSER bob !ab"),
        (set().nopass().into_cmd(), "ACL SETUSER bob nopass"),
        (set().resetpass().into_cmd(), "ACL SETUSER bob resetpass"),
        (set().allow("get").into_cmd(), "ACL SETUSER bob +get"),
        (set().deny("config|set").into_cmd(), "ACL SETUSER bob -config|set"),
        (set().allow_category("read").into_cmd(), "ACL SETUSER bob +@read"),
        (set().deny_category("all").into_cmd(), "ACL SETUSER bob -@all"),
        (set().keys("a:*").into_cmd(), "ACL SETUSER bob ~a:*"),
        (set().read_keys("a:*").into_cmd(), "ACL SETUSER bob %R~a:*"),
        (set().write_keys("a:*").into_cmd(), "ACL SETUSER bob %W~a:*"),
        (set().resetkeys().into_cmd(), "ACL SETUSER bob resetkeys"),
        (set().channels("*").into_cmd(), "ACL SETUSER bob &*"),
        (set().resetchannels().into_cmd(), "ACL SETUSER bob resetchannels"),
        (set().selector("+get ~x").into_cmd(), "ACL SETUSER bob \"(+get ~x)\""),
        (set().clearselectors().into_cmd(), "ACL SETUSER bob clearselectors"),
        (set().rule("alldbs").into_cmd(), "ACL SETUSER bob alldbs"),
        (set().on().password(5).keys("*").allow("get").into_cmd(), "ACL SETUSER bob on >5 ~* +get"),
        (set().password([0xff_u8, b'\n']).into_cmd(), "ACL SETUSER bob \">\\xff\\n\""),
    ];
    for (command, words) in commands {
        assert_eq!(wire(&command), words);
        read(&command, "+OK\r\n").unwrap();
        unfit(&command, ":1\r\n");
    }
    assert_eq!(wire(acl_cat()), "ACL CAT");
    assert_eq!(wire(acl_cat().category("read")), "ACL CAT read");
    assert_eq!(wire(acl_deluser(["a", "b"])), "ACL DELUSER a b");
    assert_eq!(wire(acl_dryrun("bob", ("SET", "k", 1))), "ACL DRYRUN bob SET k 1");
    assert_eq!(wire(acl_genpass()), "ACL GENPASS");
    assert_eq!(wire(acl_genpass().bits(5)), "ACL GENPASS 5");
    assert_eq!(wire(acl_getuser("bob")), "ACL GETUSER bob");
    assert_eq!(wire(acl_help()), "ACL HELP");
    assert_eq!(wire(acl_list()), "ACL LIST");
    assert_eq!(wire(acl_log()), "ACL LOG");
    assert_eq!(wire(acl_log().count(3)), "ACL LOG 3");
    assert_eq!(wire(acl_users()), "ACL USERS");
    assert_eq!(wire(acl_whoami()), "ACL WHOAMI");
    let none: [&str; 0] = [];
    assert_eq!(refusal(acl_deluser(none)), "ACL DELUSER: `usernames` must be at least one");
    assert_eq!(refusal(acl_dryrun("bob", none)), "ACL DRYRUN: `command` must be at least one");
    assert_eq!(
        refusal(acl_setuser("bob").password(f64::NAN)),
        "ACL SETUSER: `argument` must be a number, not NaN"
    );
}

const HASH: &str = "30c952fab122c3f9759f02a6d95c3758b246b4fee239957b2d4fee46e26170c4";

#[test]
fn a_user_since_redis_7() {
    let permissions = "$8\r\ncommands\r\n$10\r\n-@all +get\r\n$4\r\nkeys\r\n$9\r\n~a* %R~b*\r\n$8\r\nchannels\r\n$3\r\n&c*\r\n\
        $9\r\ndatabases\r\n$6\r\ndb=0,1\r\n";
    let selector =
        "$8\r\ncommands\r\n$10\r\n-@all +set\r\n$4\r\nkeys\r\n$4\r\n~sel\r\n$8\r\nchannels\r\n$0\r\n\r\n";
    let flags = "2\r\n$2\r\non\r\n$16\r\nsanitize-payload\r\n$9\r\npasswords\r\n*1\r\n$64\r\n";
    let user = both(
        acl_getuser("bob"),
        format!(
            "*14\r\n$5\r\nflags\r\n*{flags}{HASH}\r\n{permissions}$9\r\nselectors\r\n*1\r\n*6\r\n{selector}"
        ),
        format!(
            "%7\r\n$5\r\nflags\r\n~{flags}{HASH}\r\n{permissions}$9\r\nselectors\r\n*1\r\n%3\r\n{selector}"
        ),
    )
    .unwrap();
    assert!(user.is_on());
    assert_eq!(user.flags, ["on", "sanitize-payload"]);
    assert_eq!(user.passwords, [HASH]);
    assert_eq!(user.commands, "-@all +get");
    assert_eq!(user.keys, ["~a*", "%R~b*"]);
    assert_eq!(user.channels, ["&c*"]);
    assert_eq!(user.databases.as_deref(), Some("db=0,1"));
    let [selector] = user.selectors.as_slice() else { panic!("{user:?}") };
    assert_eq!(
        (selector.commands.as_str(), selector.keys.as_slice()),
        ("-@all +set", &["~sel".to_owned()][..])
    );
    assert!(selector.channels.is_empty() && user.other.is_empty());
    assert!(!format!("{user:?}").contains(HASH));
}

#[test]
fn a_user_of_redis_6_and_no_user() {
    let fields = "1\r\n$2\r\non\r\n$9\r\npasswords\r\n*0\r\n$8\r\ncommands\r\n$10\r\n-@all +get\r\n\
        $4\r\nkeys\r\n*2\r\n$2\r\na*\r\n$1\r\nb\r\n$8\r\nchannels\r\n*1\r\n$2\r\nc*\r\n";
    let (resp2, resp3) =
        (format!("*10\r\n$5\r\nflags\r\n*{fields}"), format!("%5\r\n$5\r\nflags\r\n~{fields}"));
    let user = both(acl_getuser("bob"), resp2, resp3).unwrap();
    assert_eq!((user.keys, user.channels), (vec!["~a*".into(), "~b".into()], vec!["&c*".to_owned()]));
    assert_eq!((user.databases, user.selectors), (None, Vec::new()));
    assert_eq!(both(acl_getuser("bob"), "$-1\r\n", "_\r\n"), None);
    assert_eq!(
        unfit(acl_getuser("bob"), ":1\r\n"),
        "ACL GETUSER: expected a user's fields or nil, got an integer"
    );
}

#[test]
fn patterns_end_at_spaces_only() {
    let keys = "~a\u{3000}b ~c\u{a0}d";
    let fields = format!("$4\r\nkeys\r\n{}$8\r\nchannels\r\n$0\r\n\r\n", bulk(keys));
    let user = both(acl_getuser("bob"), format!("*4\r\n{fields}"), format!("%2\r\n{fields}")).unwrap();
    assert_eq!(user.keys, ["~a\u{3000}b", "~c\u{a0}d"]);
    assert_eq!(user.channels, [""; 0]);
}

#[test]
fn the_log() {
    let client = "id=17 addr=127.0.0.1:32838 name= age=0 cmd=auth user=default";
    let fields = |age: &str| {
        format!(
            "$5\r\ncount\r\n:2\r\n$6\r\nreason\r\n$4\r\nauth\r\n$7\r\ncontext\r\n$8\r\ntoplevel\r\n$6\r\nobject\r\n$4\r\nAUTH\r\n\
             $8\r\nusername\r\n$3\r\nbob\r\n$11\r\nage-seconds\r\n{age}\r\n$11\r\nclient-info\r\n{}$8\r\nentry-id\r\n:4\r\n\
             $17\r\ntimestamp-created\r\n:1795334207715\r\n$22\r\ntimestamp-last-updated\r\n:1795334207716\r\n$1\r\nx\r\n:1\r\n",
            bulk(client)
        )
    };
    let resp2 = format!("*1\r\n*22\r\n{}", fields("$5\r\n1.500"));
    let resp3 = format!("*1\r\n%11\r\n{}", fields(",1.5"));
    let entries = both(acl_log(), resp2, resp3);
    let [entry] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!((entry.count, entry.entry_id), (2, Some(4)));
    assert_eq!((entry.reason.as_str(), entry.context.as_str()), ("auth", "toplevel"));
    assert_eq!((entry.object.as_str(), entry.username.as_str()), ("AUTH", "bob"));
    assert_eq!(entry.age, Duration::from_millis(1500));
    assert_eq!((entry.client_info.id, entry.client_info.cmd.as_str()), (17, "auth"));
    let at = |millis| Some(SystemTime::UNIX_EPOCH + Duration::from_millis(millis));
    assert_eq!(entry.timestamp_created, at(1_795_334_207_715));
    assert_eq!(entry.timestamp_last_updated, at(1_795_334_207_716));
    assert_eq!(entry.other.keys().collect::<Vec<_>>(), ["x"]);

    let old =
        read(acl_log(), "*1\r\n*4\r\n$5\r\ncount\r\n:1\r\n$11\r\nage-seconds\r\n$3\r\nbad\r\n").unwrap();
    assert_eq!((old[0].entry_id, old[0].timestamp_created, old[0].age), (None, None, Duration::ZERO));
    assert_eq!(both(acl_log(), "*0\r\n", "*0\r\n"), []);
    assert_eq!(unfit(acl_log(), "*1\r\n:1\r\n"), "ACL LOG: expected a log entry's fields, got an integer");
}

#[test]
fn dry_runs_texts_and_counts() {
    assert_eq!(both(acl_dryrun("u", "GET"), "+OK\r\n", "+OK\r\n"), AclDryrun::Allowed);
    let denied = read(acl_dryrun("u", "GET"), bulk("User u has no permissions")).unwrap();
    assert_eq!(denied, AclDryrun::Denied("User u has no permissions".into()));
    assert!(!denied.is_allowed());
    assert_eq!(both(acl_cat(), "*1\r\n$4\r\nread\r\n", "*1\r\n$4\r\nread\r\n"), ["read"]);
    assert_eq!(read(acl_cat().category("read"), "*1\r\n$3\r\nget\r\n").unwrap(), ["get"]);
    assert_eq!(both(acl_deluser("u"), ":1\r\n", ":1\r\n"), 1);
    assert_eq!(both(acl_genpass(), bulk("ab12"), bulk("ab12")), "ab12");
    assert_eq!(read(acl_genpass().bits(8), bulk("ab")).as_deref(), Ok("ab"));
    assert_eq!(both(acl_whoami(), bulk("bob"), bulk("bob")), "bob");
    assert_eq!(unfit(acl_whoami(), "_\r\n"), "ACL WHOAMI: expected a text, got nil");
}

#[test]
fn errors_quote_no_secret() {
    let error = read(
        acl_setuser("bob").rule("hunter2"),
        "-ERR Error in ACL SETUSER modifier 'hunter2': Syntax error\r\n",
    )
    .unwrap_err();
    assert_eq!(error.to_string(), "ACL SETUSER: ERR Error in ACL SETUSER modifier '...': Syntax error");
    let debug = format!("{error:?} {:?} {:?}", acl_setuser("bob").password("hunter2"), auth("hunter2"));
    assert!(!debug.contains("hunter2"), "{debug}");
    let unknown = "-ERR unknown command 'ECHO', with args beginning with: 'hunter2' \r\n";
    assert_eq!(
        read(echo::<String>("hunter2"), unknown).unwrap_err().to_string(),
        "ECHO: ERR unknown command 'ECHO'"
    );
}

#[test]
fn the_methods() {
    let server = Double::new([
        "*0\r\n",
        ":1\r\n",
        "+OK\r\n",
        "$1\r\nx\r\n",
        "_\r\n",
        "*0\r\n",
        "*0\r\n",
        "+OK\r\n",
        "*0\r\n",
        "+OK\r\n",
        "+OK\r\n",
        "+OK\r\n",
        "*0\r\n",
        "$1\r\nu\r\n",
    ]);
    let r = &server;
    assert!(r.acl_cat().unwrap().is_empty());
    assert_eq!(r.acl_deluser("u"), Ok(1));
    assert!(r.acl_dryrun("u", ("GET", "k")).unwrap().is_allowed());
    assert_eq!(r.acl_genpass().as_deref(), Ok("x"));
    assert_eq!(r.acl_getuser("u"), Ok(None));
    assert!(r.acl_help().unwrap().is_empty());
    assert!(r.acl_list().unwrap().is_empty());
    r.acl_load().unwrap();
    assert!(r.acl_log().unwrap().is_empty());
    r.acl_log_reset().unwrap();
    r.acl_save().unwrap();
    r.acl_setuser("u").unwrap();
    assert!(r.acl_users().unwrap().is_empty());
    assert_eq!(r.acl_whoami().as_deref(), Ok("u"));
    assert_eq!(
        server.sent(),
        [
            "ACL CAT",
            "ACL DELUSER u",
            "ACL DRYRUN u GET k",
            "ACL GENPASS",
            "ACL GETUSER u",
            "ACL HELP",
            "ACL LIST",
            "ACL LOAD",
            "ACL LOG",
            "ACL LOG RESET",
            "ACL SAVE",
            "ACL SETUSER u",
            "ACL USERS",
            "ACL WHOAMI",
        ]
    );
}
