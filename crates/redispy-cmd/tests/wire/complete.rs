//! Every command that the servers document under a group has its function, or is left out on purpose; what all builders share.

use std::collections::BTreeSet;
use std::fmt::Debug;

use redispy_cmd::commands::*;
use redispy_cmd::spec::{Group, Spec};
use redispy_cmd::{FromReply, IntoCmd, ReplyError};
use resp_proto::Node;

use crate::double::wire;

/// The commands of these groups; of containers the subcommands, except for the one that is a command itself.
fn documented(groups: &[Group]) -> BTreeSet<&'static str> {
    let of_groups =
        |spec: &&Spec| groups.contains(&spec.group) && (!spec.container || spec.name == "COMMAND");
    Spec::all().filter(of_groups).map(|spec| spec.name).collect()
}

fn name(command: impl IntoCmd) -> &'static str {
    command.into_cmd().request().spec().expect("a command of the table").name
}

#[test]
fn connection_and_server() {
    // Replicas and nodes of a cluster say these to each other.
    let left_out = ["PSYNC", "REPLCONF", "RESTORE-ASKING", "SYNC"];
    let there = [
        name(acl_cat()),
        name(acl_deluser("u")),
        name(acl_dryrun("u", "GET")),
        name(acl_genpass()),
        name(acl_getuser("u")),
        name(acl_help()),
        name(acl_list()),
        name(acl_load()),
        name(acl_log()),
        name(acl_save()),
        name(acl_setuser("u")),
        name(acl_users()),
        name(acl_whoami()),
        name(auth("p")),
        name(bgrewriteaof()),
        name(bgsave()),
        name(client_caching(true)),
        name(client_capa("redirect")),
        name(client_getname()),
        name(client_getredir()),
        name(client_help()),
        name(client_id()),
        name(client_import_source(true)),
        name(client_info()),
        name(client_kill("a:1")),
        name(client_list()),
        name(client_no_evict(true)),
        name(client_no_touch(true)),
        name(client_pause(1)),
        name(client_reply(ReplyMode::On)),
        name(client_setinfo(ClientAttribute::LibName, "x")),
        name(client_setname("x")),
        name(client_tracking()),
        name(client_trackinginfo()),
        name(client_unblock(1)),
        name(client_unpause()),
        name(command()),
        name(command_count()),
        name(command_docs()),
        name(command_getkeys::<String>("GET")),
        name(command_getkeysandflags::<String>("GET")),
        name(command_help()),
        name(command_info("get")),
        name(command_list()),
        name(commandlog_get(1, CommandlogKind::Slow)),
        name(commandlog_help()),
        name(commandlog_len(CommandlogKind::Slow)),
        name(commandlog_reset(CommandlogKind::Slow)),
        name(config_get("*")),
        name(config_help()),
        name(config_resetstat()),
        name(config_rewrite()),
        name(config_set("a", 1)),
        name(dbsize()),
        name(debug_object("k")),
        name(echo::<String>("x")),
        name(failover()),
        name(flushall()),
        name(flushdb()),
        name(hello()),
        name(info()),
        name(lastsave()),
        name(latency_doctor()),
        name(latency_graph("e")),
        name(latency_help()),
        name(latency_histogram()),
        name(latency_history("e")),
        name(latency_latest()),
        name(latency_reset()),
        name(lolwut()),
        name(memory_doctor()),
        name(memory_help()),
        name(memory_malloc_stats()),
        name(memory_purge()),
        name(memory_stats()),
        name(memory_usage("k")),
        name(module_help()),
        name(module_list()),
        name(module_load("m")),
        name(module_loadex("m")),
        name(module_unload("m")),
        name(monitor()),
        name(ping()),
        name(quit()),
        name(replicaof("h", 1)),
        name(reset()),
        name(role()),
        name(save()),
        name(select(0)),
        name(shutdown()),
        name(slaveof("h", 1)),
        name(slowlog_get()),
        name(slowlog_help()),
        name(slowlog_len()),
        name(slowlog_reset()),
        name(swapdb(0, 1)),
        name(time()),
    ];
    let there: BTreeSet<&str> = there.into_iter().chain(left_out).collect();
    assert_eq!(documented(&[Group::Connection, Group::Server]), there);
}

/// A reply's type of which nothing is known but how it is read.
struct Opaque;

impl FromReply for Opaque {
    fn from_reply(_: Node<'_>) -> Result<Self, ReplyError> {
        Ok(Opaque)
    }
}

#[test]
fn builders_can_be_cloned_and_shown_whatever_they_answer_with() {
    fn check<C: IntoCmd + Clone + Debug>(command: C, sent: &str) {
        assert!(!format!("{command:?}").contains("secret"), "{command:?}");
        assert_eq!(wire(command.clone()), sent);
        assert_eq!(wire(command), sent);
    }
    type Pair = (Opaque, Opaque);
    check(getex::<Opaque>("secret").ex(1), "GETEX secret EX 1");
    check(scan::<Opaque>(0).match_("secret").count(5), "SCAN 0 MATCH secret COUNT 5");
    check(sort::<Opaque>("k").by("secret").get("secret").desc(), "SORT k BY secret GET secret DESC");
    check(sort_ro::<Opaque>("secret").alpha(), "SORT_RO secret ALPHA");
    check(hgetex::<Opaque>("h", "secret").persist(), "HGETEX h PERSIST FIELDS 1 secret");
    check(hrandfield::<Opaque>("secret"), "HRANDFIELD secret");
    check(hrandfield::<Opaque>("secret").count(2), "HRANDFIELD secret 2");
    check(hscan::<Pair>("secret", 0).count(5), "HSCAN secret 0 COUNT 5");
    check(lpop::<Opaque>("secret"), "LPOP secret");
    check(lmpop::<Pair>("secret", ListEnd::Left).count(2), "LMPOP 1 secret LEFT COUNT 2");
}
