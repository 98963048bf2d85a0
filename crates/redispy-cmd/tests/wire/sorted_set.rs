//! The sorted set commands.

use std::collections::BTreeMap;
use std::time::Duration;

use redispy_cmd::commands::{self as cmd, Aggregate, LexBound, ScoreBound, ScoreEnd, SortedSetCommands};
use redispy_cmd::replies::ScoredMember;
use redispy_cmd::spec::Group;
use redispy_cmd::{Block, Cmd, IntoCmd, ReplyErrorKind, each};

use crate::double::{Double, both, not_sent, read, refusal, unfit, wire};

type Scored = (String, f64);
type Popped = (String, Vec<Scored>);

const SECOND: Duration = Duration::from_secs(1);
const MEMBERS: &str = "*2\r\n$1\r\na\r\n$1\r\nb\r\n";
/// Members with scores: as RESP2 sends them, as RESP3 does.
const FLAT: &str = "*4\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n$3\r\n2.5\r\n";
const NESTED: &str = "*2\r\n*2\r\n$1\r\na\r\n,1\r\n*2\r\n$1\r\nb\r\n,2.5\r\n";

/// What the plain form of each command sends.
const PLAIN: [&str; 35] = [
    "BZMPOP 1 2 k l MAX",
    "BZPOPMAX k l 1",
    "BZPOPMIN k 0",
    "ZADD z 1 a 2.5 b",
    "ZCARD z",
    "ZCOUNT z -inf 3",
    "ZDIFF 2 y z",
    "ZDIFFSTORE d 2 y z",
    "ZINCRBY z -1.5 a",
    "ZINTER 2 y z",
    "ZINTERCARD 2 y z",
    "ZINTERSTORE d 2 y z",
    "ZLEXCOUNT z - (b",
    "ZMPOP 2 k l MIN",
    "ZMSCORE z a b",
    "ZPOPMAX z",
    "ZPOPMIN z",
    "ZRANDMEMBER z",
    "ZRANGE z 0 -1",
    "ZRANGEBYLEX z [a +",
    "ZRANGEBYSCORE z (1 inf",
    "ZRANGESTORE d z 0 -1",
    "ZRANK z a",
    "ZREM z a b",
    "ZREMRANGEBYLEX z [a [b",
    "ZREMRANGEBYRANK z 0 1",
    "ZREMRANGEBYSCORE z 1 (2.5",
    "ZREVRANGE z 0 -1",
    "ZREVRANGEBYLEX z + [a",
    "ZREVRANGEBYSCORE z inf 1",
    "ZREVRANK z a",
    "ZSCAN z 0",
    "ZSCORE z a",
    "ZUNION 1 z",
    "ZUNIONSTORE d 1 z",
];

fn scored() -> Vec<Scored> {
    vec![("a".to_owned(), 1.0), ("b".to_owned(), 2.5)]
}

fn members() -> Vec<String> {
    vec!["a".to_owned(), "b".to_owned()]
}

fn popped() -> Option<Popped> {
    Some(("k".to_owned(), scored()))
}

#[test]
fn plain_forms_send_their_words() {
    let pop = "*2\r\n$1\r\nk\r\n*2\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n*2\r\n$1\r\nb\r\n$3\r\n2.5\r\n";
    let server = Double::new([
        pop,
        "*3\r\n$1\r\nk\r\n$1\r\na\r\n$1\r\n1\r\n",
        "*-1\r\n",
        ":2\r\n",
        ":2\r\n",
        ":1\r\n",
        MEMBERS,
        ":2\r\n",
        "$4\r\n-0.5\r\n",
        MEMBERS,
        ":2\r\n",
        ":2\r\n",
        ":1\r\n",
        pop,
        "*2\r\n$1\r\n1\r\n$-1\r\n",
        "*2\r\n$1\r\nb\r\n$3\r\n2.5\r\n",
        "*0\r\n",
        "$1\r\na\r\n",
        MEMBERS,
        MEMBERS,
        MEMBERS,
        ":2\r\n",
        ":0\r\n",
        ":2\r\n",
        ":2\r\n",
        ":2\r\n",
        ":1\r\n",
        MEMBERS,
        MEMBERS,
        MEMBERS,
        "$-1\r\n",
        "*2\r\n$1\r\n0\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n",
        "$1\r\n1\r\n",
        MEMBERS,
        ":2\r\n",
    ]);
    let (r, a) = (&server, || LexBound::inclusive("a"));
    assert_eq!(r.bzmpop(SECOND, ["k", "l"], ScoreEnd::Max), Ok(popped()));
    let taken = Some(("k".to_owned(), "a".to_owned(), 1.0));
    assert_eq!(r.bzpopmax(("k", "l"), SECOND), Ok(taken));
    assert_eq!(r.bzpopmin::<(String, String, f64)>("k", Block::Forever), Ok(None));
    assert_eq!(r.zadd("z", [(1.0, "a"), (2.5, "b")]), Ok(2));
    assert_eq!(r.zcard("z"), Ok(2));
    assert_eq!(r.zcount("z", ScoreBound::MIN, 3), Ok(1));
    assert_eq!(r.zdiff(["y", "z"]), Ok(members()));
    assert_eq!(r.zdiffstore("d", ["y", "z"]), Ok(2));
    assert_eq!(r.zincrby("z", -1.5, "a"), Ok(-0.5));
    assert_eq!(r.zinter(["y", "z"]), Ok(members()));
    assert_eq!(r.zintercard(["y", "z"]), Ok(2));
    assert_eq!(r.zinterstore("d", ["y", "z"]), Ok(2));
    assert_eq!(r.zlexcount("z", LexBound::MIN, LexBound::exclusive("b")), Ok(1));
    assert_eq!(r.zmpop(["k", "l"], ScoreEnd::Min), Ok(popped()));
    assert_eq!(r.zmscore("z", ["a", "b"]), Ok(vec![Some(1.0), None]));
    assert_eq!(r.zpopmax("z"), Ok(Some(("b".to_owned(), 2.5))));
    assert_eq!(r.zpopmin::<Scored>("z"), Ok(None));
    assert_eq!(r.zrandmember("z"), Ok(Some("a".to_owned())));
    assert_eq!(r.zrange("z", 0, -1), Ok(members()));
    assert_eq!(r.zrangebylex("z", a(), LexBound::MAX), Ok(members()));
    assert_eq!(r.zrangebyscore("z", ScoreBound::Exclusive(1.0), ScoreBound::MAX), Ok(members()));
    assert_eq!(r.zrangestore("d", "z", 0, -1), Ok(2));
    assert_eq!(r.zrank("z", "a"), Ok(Some(0)));
    assert_eq!(r.zrem("z", ["a", "b"]), Ok(2));
    assert_eq!(r.zremrangebylex("z", a(), LexBound::inclusive(b"b")), Ok(2));
    assert_eq!(r.zremrangebyrank("z", 0, 1), Ok(2));
    assert_eq!(r.zremrangebyscore("z", 1.0, ScoreBound::Exclusive(2.5)), Ok(1));
    assert_eq!(r.zrevrange("z", 0, -1), Ok(members()));
    assert_eq!(r.zrevrangebylex("z", LexBound::MAX, a()), Ok(members()));
    assert_eq!(r.zrevrangebyscore("z", ScoreBound::MAX, 1_u32), Ok(members()));
    assert_eq!(r.zrevrank("z", "a"), Ok(None));
    let page = r.zscan("z", 0).map(|page| (page.next(), page.items));
    assert_eq!(page, Ok((None, vec![("a".to_owned(), 1)])));
    assert_eq!(r.zscore("z", "a"), Ok(Some(1.0)));
    assert_eq!(r.zunion("z"), Ok(members()));
    assert_eq!(r.zunionstore("d", "z"), Ok(2));
    assert_eq!(server.sent(), PLAIN);
}

#[test]
fn no_command_of_the_group_is_missing() {
    assert_eq!(not_sent(Group::SortedSet, &PLAIN), [""; 0]);
}

#[test]
fn the_block_time_is_known_to_who_waits() {
    let block = |cmd: &dyn Fn(Block) -> Option<Block>| (cmd(SECOND.into()), cmd(Block::Forever));
    let known = (Some(Block::For(SECOND)), Some(Block::Forever));
    type Taken = (String, String, f64);
    assert_eq!(block(&|time| cmd::bzpopmax::<Taken>("k", time).request().block()), known);
    assert_eq!(block(&|time| cmd::bzpopmin::<Taken>("k", time).request().block()), known);
    let many = |time| cmd::bzmpop::<Popped>(time, "k", ScoreEnd::Min).count(2).into_cmd();
    assert_eq!(block(&|time| many(time).request().block()), known);
    assert_eq!(cmd::zmpop::<Popped>("k", ScoreEnd::Min).into_cmd().request().block(), None);
}

#[test]
fn members_are_added_under_conditions() {
    let add = || cmd::zadd("z", (1.0, "a"));
    assert_eq!(wire(add().nx()), "ZADD z NX 1 a");
    assert_eq!(wire(add().xx()), "ZADD z XX 1 a");
    assert_eq!(wire(add().gt()), "ZADD z GT 1 a");
    assert_eq!(wire(add().lt()), "ZADD z LT 1 a");
    assert_eq!(wire(add().ch()), "ZADD z CH 1 a");
    assert_eq!(wire(add().incr()), "ZADD z INCR 1 a");
    assert_eq!(wire(add().gt().xx().ch()), "ZADD z XX GT CH 1 a");
    assert_eq!(wire(add().xx().lt().ch().incr()), "ZADD z XX LT CH INCR 1 a");
    assert_eq!(wire(add().nx().ch().incr()), "ZADD z NX CH INCR 1 a");
    assert_eq!(wire(cmd::zadd("z", [(1.0, "a"), (2.5, "b")]).nx().ch()), "ZADD z NX CH 1 a 2.5 b");
}

#[test]
fn of_conditions_that_exclude_each_other_the_last_counts() {
    let add = || cmd::zadd("z", (1.0, "a"));
    assert_eq!(wire(add().nx().xx()), "ZADD z XX 1 a");
    assert_eq!(wire(add().xx().gt().nx()), "ZADD z NX 1 a");
    assert_eq!(wire(add().nx().gt()), "ZADD z GT 1 a");
    assert_eq!(wire(add().gt().lt()), "ZADD z LT 1 a");
    assert_eq!(wire(add().xx().gt().lt()), "ZADD z XX LT 1 a");
}

#[test]
fn scores_are_sent_as_exactly_as_they_are() {
    assert_eq!(wire(cmd::zadd("z", (1349673917.939762, "a"))), "ZADD z 1349673917.939762 a");
    assert_eq!(wire(cmd::zadd("z", [(f64::INFINITY, "a"), (f64::NEG_INFINITY, "b")])), "ZADD z inf a -inf b");
    assert_eq!(wire(cmd::zadd("z", BTreeMap::from([("a", 1e300), ("b", -0.1)]))), "ZADD z 1e300 a -0.1 b");
    assert_eq!(wire(cmd::zadd("z", each((1..3).map(|n| (f64::from(n), n))))), "ZADD z 1 1 2 2");
    assert_eq!(wire(cmd::zincrby("z", f64::INFINITY, "a")), "ZINCRBY z inf a");
}

#[test]
fn bounds_of_scores() {
    let count = |min: ScoreBound, max: ScoreBound| wire(cmd::zcount("z", min, max));
    assert_eq!(count(1.into(), 2.5.into()), "ZCOUNT z 1 2.5");
    assert_eq!(count(ScoreBound::Exclusive(-1.0), ScoreBound::Exclusive(2.5)), "ZCOUNT z (-1 (2.5");
    assert_eq!(count(ScoreBound::MIN, ScoreBound::MAX), "ZCOUNT z -inf inf");
    assert_eq!(count(ScoreBound::Exclusive(f64::NEG_INFINITY), 1e300.into()), "ZCOUNT z (-inf 1e300");
    assert_eq!(
        count(ScoreBound::Exclusive(1349673917.939762), u32::MAX.into()),
        "ZCOUNT z (1349673917.939762 4294967295"
    );
}

#[test]
fn bounds_of_members() {
    let count = |min, max| wire(cmd::zlexcount("z", min, max));
    assert_eq!(count(LexBound::MIN, LexBound::MAX), "ZLEXCOUNT z - +");
    assert_eq!(count(LexBound::inclusive("-"), LexBound::exclusive("+")), "ZLEXCOUNT z [- (+");
    assert_eq!(count(LexBound::inclusive(""), LexBound::exclusive(7)), "ZLEXCOUNT z [ (7");
    assert_eq!(count(LexBound::inclusive(b"\xff"), LexBound::MAX), "ZLEXCOUNT z \"[\\xff\" +");
    assert!(!format!("{:?}", LexBound::inclusive("secret")).contains("secret"), "arguments may be secrets");
}

#[test]
fn ranges_by_rank() {
    let range = || cmd::zrange::<String>("z", 0, -1);
    assert_eq!(wire(range().rev()), "ZRANGE z 0 -1 REV");
    assert_eq!(wire(range().withscores::<Scored>()), "ZRANGE z 0 -1 WITHSCORES");
    assert_eq!(wire(range().rev().withscores::<Scored>()), "ZRANGE z 0 -1 REV WITHSCORES");
    assert_eq!(
        wire(cmd::zrevrange::<String>("z", 0, 1).withscores::<Scored>()),
        "ZREVRANGE z 0 1 WITHSCORES"
    );
    assert_eq!(wire(cmd::zrangestore("d", "z", 1, -2).rev()), "ZRANGESTORE d z 1 -2 REV");
}

#[test]
fn ranges_of_scores() {
    let range = || cmd::zrange_byscore::<String>("z", ScoreBound::Exclusive(1.0), 3);
    assert_eq!(wire(range()), "ZRANGE z (1 3 BYSCORE");
    assert_eq!(wire(range().rev()), "ZRANGE z 3 (1 BYSCORE REV");
    assert_eq!(wire(range().limit(1, -1)), "ZRANGE z (1 3 BYSCORE LIMIT 1 -1");
    assert_eq!(
        wire(range().rev().limit(5, 6).limit(1, 2).withscores::<Scored>()),
        "ZRANGE z 3 (1 BYSCORE REV LIMIT 1 2 WITHSCORES"
    );
    let old = || cmd::zrangebyscore::<String>("z", 1, 3);
    assert_eq!(wire(old().limit(0, 2)), "ZRANGEBYSCORE z 1 3 LIMIT 0 2");
    assert_eq!(wire(old().withscores::<Scored>()), "ZRANGEBYSCORE z 1 3 WITHSCORES");
    let old = || cmd::zrevrangebyscore::<String>("z", 3, 1);
    assert_eq!(wire(old().limit(0, 2).withscores::<Scored>()), "ZREVRANGEBYSCORE z 3 1 LIMIT 0 2 WITHSCORES");
    let store = || cmd::zrangestore_byscore("d", "z", 1, ScoreBound::MAX);
    assert_eq!(wire(store()), "ZRANGESTORE d z 1 inf BYSCORE");
    assert_eq!(wire(store().rev().limit(0, 2)), "ZRANGESTORE d z inf 1 BYSCORE REV LIMIT 0 2");
}

#[test]
fn ranges_of_members() {
    let range = || cmd::zrange_bylex::<String>("z", LexBound::MIN, LexBound::exclusive("c"));
    assert_eq!(wire(range()), "ZRANGE z - (c BYLEX");
    assert_eq!(wire(range().rev()), "ZRANGE z (c - BYLEX REV");
    assert_eq!(wire(range().limit(1, 2)), "ZRANGE z - (c BYLEX LIMIT 1 2");
    assert_eq!(wire(range().limit(1, 2).rev()), "ZRANGE z (c - BYLEX REV LIMIT 1 2");
    let old = cmd::zrangebylex::<String>("z", LexBound::MIN, LexBound::MAX);
    assert_eq!(wire(old.limit(1, 2)), "ZRANGEBYLEX z - + LIMIT 1 2");
    let old = cmd::zrevrangebylex::<String>("z", LexBound::MAX, LexBound::MIN);
    assert_eq!(wire(old.limit(1, 2)), "ZREVRANGEBYLEX z + - LIMIT 1 2");
    let store = || cmd::zrangestore_bylex("d", "z", LexBound::MIN, LexBound::inclusive("b"));
    assert_eq!(wire(store()), "ZRANGESTORE d z - [b BYLEX");
    assert_eq!(wire(store().rev().limit(1, 2)), "ZRANGESTORE d z [b - BYLEX REV LIMIT 1 2");
}

#[test]
fn sorted_sets_are_combined() {
    assert_eq!(wire(cmd::zdiff::<String>(["y", "z"]).withscores::<Scored>()), "ZDIFF 2 y z WITHSCORES");
    assert_eq!(wire(cmd::zintercard(["y", "z"]).limit(3)), "ZINTERCARD 2 y z LIMIT 3");
    for (name, combine) in
        [("ZINTER", cmd::zinter::<String>(["y", "z"])), ("ZUNION", cmd::zunion(["y", "z"]))]
    {
        let words = |rest: &str| format!("{name} 2 y z{rest}");
        assert_eq!(wire(combine.clone().weights([2.0, 0.5])), words(" WEIGHTS 2 0.5"));
        assert_eq!(wire(combine.clone().aggregate(Aggregate::Min)), words(" AGGREGATE MIN"));
        assert_eq!(wire(combine.clone().aggregate(Aggregate::Sum)), words(" AGGREGATE SUM"));
        assert_eq!(wire(combine.clone().withscores::<Scored>()), words(" WITHSCORES"));
        let all = combine.weights([9]).weights([1, -2]).aggregate(Aggregate::Sum).aggregate(Aggregate::Max);
        assert_eq!(wire(all.clone()), words(" WEIGHTS 1 -2 AGGREGATE MAX"));
        assert_eq!(wire(all.withscores::<Scored>()), words(" WEIGHTS 1 -2 AGGREGATE MAX WITHSCORES"));
    }
    for (name, store) in [
        ("ZINTERSTORE", cmd::zinterstore("d", ["y", "z"])),
        ("ZUNIONSTORE", cmd::zunionstore("d", ["y", "z"])),
    ] {
        let words = |rest: &str| format!("{name} d 2 y z{rest}");
        assert_eq!(wire(store.clone().weights([1.5, 2.0])), words(" WEIGHTS 1.5 2"));
        assert_eq!(wire(store.clone().aggregate(Aggregate::Sum)), words(" AGGREGATE SUM"));
        assert_eq!(wire(store.clone().aggregate(Aggregate::Max)), words(" AGGREGATE MAX"));
        let all = store.aggregate(Aggregate::Min).weights([1, 2]);
        assert_eq!(wire(all), words(" WEIGHTS 1 2 AGGREGATE MIN"));
    }
}

#[test]
fn the_other_options_go_where_the_server_wants_them() {
    let some = || cmd::zrandmember::<String>("z").count(-3);
    assert_eq!(wire(some()), "ZRANDMEMBER z -3");
    assert_eq!(wire(some().withscores::<Scored>()), "ZRANDMEMBER z -3 WITHSCORES");
    assert_eq!(wire(cmd::zpopmax::<Scored>("z").count(2)), "ZPOPMAX z 2");
    assert_eq!(wire(cmd::zpopmin::<Scored>("z").count(2)), "ZPOPMIN z 2");
    assert_eq!(wire(cmd::zmpop::<Popped>("z", ScoreEnd::Max).count(1).count(2)), "ZMPOP 1 z MAX COUNT 2");
    assert_eq!(
        wire(cmd::bzmpop::<Popped>(SECOND, ["y", "z"], ScoreEnd::Min).count(2)),
        "BZMPOP 1 2 y z MIN COUNT 2"
    );
    assert_eq!(wire(cmd::zrank("z", "a").withscore()), "ZRANK z a WITHSCORE");
    assert_eq!(wire(cmd::zrevrank("z", "a").withscore()), "ZREVRANK z a WITHSCORE");
    let scan = cmd::zscan::<Scored>("z", u64::MAX).match_("a*").count(100);
    assert_eq!(wire(scan.clone()), "ZSCAN z 18446744073709551615 MATCH a* COUNT 100");
    assert_eq!(wire(scan.noscores::<String>()), "ZSCAN z 18446744073709551615 MATCH a* COUNT 100 NOSCORES");
}

#[test]
fn what_cannot_be_meant_is_not_sent() {
    let none: [&str; 0] = [];
    let no_scored: [(f64, &str); 0] = [];
    let pair = "at least one score with its member";
    assert_eq!(refusal(cmd::zadd("z", no_scored)), format!("ZADD: `scored` must be {pair}"));
    assert_eq!(refusal(cmd::zadd("z", no_scored).incr()), format!("ZADD: `scored` must be {pair}"));
    assert_eq!(
        refusal(cmd::zadd("z", [(1.0, "a"), (2.0, "b")]).incr()),
        "ZADD: `scored` must be one score with its member, as INCR takes no more"
    );
    assert_eq!(refusal(cmd::zadd("z", (f64::NAN, "a"))), "ZADD: `score` must be a number, not NaN");
    assert_eq!(refusal(cmd::zrem("z", none)), "ZREM: `members` must be at least one");
    assert_eq!(refusal(cmd::zmscore("z", none)), "ZMSCORE: `members` must be at least one");
    assert_eq!(refusal(cmd::zdiff::<i64>(none)), "ZDIFF: `keys` must be at least one");
    assert_eq!(refusal(cmd::zdiffstore("d", none)), "ZDIFFSTORE: `keys` must be at least one");
    assert_eq!(refusal(cmd::zinter::<i64>(none)), "ZINTER: `keys` must be at least one");
    assert_eq!(refusal(cmd::zintercard(none)), "ZINTERCARD: `keys` must be at least one");
    assert_eq!(refusal(cmd::zunionstore("d", none)), "ZUNIONSTORE: `keys` must be at least one");
    assert_eq!(refusal(cmd::zmpop::<Popped>(none, ScoreEnd::Min)), "ZMPOP: `keys` must be at least one");
    assert_eq!(
        refusal(cmd::bzpopmin::<(i64, i64, i64)>(none, SECOND)),
        "BZPOPMIN: `keys` must be at least one"
    );
    assert_eq!(
        refusal(cmd::bzmpop::<Popped>(Duration::ZERO, "k", ScoreEnd::Min)),
        "BZMPOP: `timeout` must be a time above zero, or Block::Forever"
    );
    let weights = cmd::zunion::<i64>(["y", "z"]).weights([1]);
    assert_eq!(refusal(weights), "ZUNION: `weights` must be one for each key");
    let weights = cmd::zinterstore("d", "z").weights([1, 2]);
    assert_eq!(refusal(weights), "ZINTERSTORE: `weights` must be one for each key");
    assert!(refusal(cmd::zunionstore("d", "z").weights([f64::NAN])).starts_with("ZUNIONSTORE: "));
    for nan in [ScoreBound::Inclusive(f64::NAN), ScoreBound::Exclusive(f64::NAN)] {
        assert_eq!(refusal(cmd::zcount("z", nan, 1)), "ZCOUNT: `bound` must be a number, not NaN");
        assert!(refusal(cmd::zrange_byscore::<i64>("z", 1, nan)).starts_with("ZRANGE: "));
    }
    assert!(
        refusal(cmd::zlexcount("z", LexBound::inclusive(f64::NAN), LexBound::MAX)).starts_with("ZLEXCOUNT: ")
    );
    assert!(refusal(cmd::zincrby("z", f64::NAN, "a")).starts_with("ZINCRBY: "));
}

/// Every command that answers with members and scores.
fn all_scored() -> Vec<Cmd<Vec<Scored>>> {
    let (min, max) = (ScoreBound::MIN, ScoreBound::MAX);
    vec![
        cmd::zrange::<String>("z", 0, -1).withscores(),
        cmd::zrange_byscore::<String>("z", min, max).withscores(),
        cmd::zrangebyscore::<String>("z", min, max).withscores(),
        cmd::zrevrange::<String>("z", 0, -1).withscores(),
        cmd::zrevrangebyscore::<String>("z", max, min).withscores(),
        cmd::zdiff::<String>("z").withscores(),
        cmd::zinter::<String>("z").withscores(),
        cmd::zunion::<String>("z").withscores(),
        cmd::zrandmember::<String>("z").count(2).withscores(),
        cmd::zpopmax("z").count(2),
        cmd::zpopmin("z").count(2),
    ]
}

#[test]
fn members_with_scores_are_the_same_in_both_protocols() {
    let infinite = ("*2\r\n$1\r\na\r\n$4\r\n-inf\r\n", "*1\r\n*2\r\n$1\r\na\r\n,-inf\r\n");
    for command in all_scored() {
        assert_eq!(both(command.clone(), FLAT, NESTED), scored());
        assert_eq!(both(command.clone(), infinite.0, infinite.1), [("a".to_owned(), f64::NEG_INFINITY)]);
        assert_eq!(both(command, "*0\r\n", "*0\r\n"), []);
    }
}

#[test]
fn scored_members_are_structs_or_pairs() {
    let range = || cmd::zrange::<String>("z", 0, -1);
    let structs = both(range().withscores::<ScoredMember<String>>(), FLAT, NESTED);
    let [a, b] = structs.try_into().unwrap();
    assert_eq!((a.member.as_str(), a.score), ("a", 1.0));
    assert_eq!(Scored::from(b), ("b".to_owned(), 2.5));
    let whole = ("*2\r\n$1\r\na\r\n$1\r\n3\r\n", "*1\r\n*2\r\n$1\r\na\r\n,3\r\n");
    assert_eq!(both(range().withscores::<(Vec<u8>, i64)>(), whole.0, whole.1), [(b"a".to_vec(), 3)]);
    let one = both(cmd::zpopmin::<ScoredMember<String>>("z"), whole.0, "*2\r\n$1\r\na\r\n,3\r\n");
    assert_eq!(one, Some(ScoredMember { member: "a".to_owned(), score: 3.0 }));
    let nested = "*2\r\n$1\r\nk\r\n*1\r\n*2\r\n$1\r\na\r\n$1\r\n3\r\n";
    let nested3 = nested.replace("$1\r\n3", ",3");
    let taken = both(
        cmd::zmpop::<(String, Vec<ScoredMember<i64>>)>("k", ScoreEnd::Min),
        nested.replace("\na", "\n7"),
        nested3.replace("\na", "\n7"),
    );
    assert_eq!(taken, Some(("k".to_owned(), vec![ScoredMember { member: 7, score: 3.0 }])));
}

#[test]
fn one_member_with_its_score_is_taken() {
    let one = ("*2\r\n$1\r\nb\r\n$3\r\n2.5\r\n", "*2\r\n$1\r\nb\r\n,2.5\r\n");
    for pop in [cmd::zpopmax::<Scored>("z"), cmd::zpopmin("z")] {
        assert_eq!(both(pop.clone(), one.0, one.1), Some(("b".to_owned(), 2.5)));
        assert_eq!(both(pop.clone(), "*0\r\n", "*0\r\n"), None);
        assert!(unfit(pop, FLAT).ends_with("expected one member with its score, got 2 of them"));
    }
    let one = ("*3\r\n$1\r\nk\r\n$1\r\nb\r\n$3\r\n2.5\r\n", "*3\r\n$1\r\nk\r\n$1\r\nb\r\n,2.5\r\n");
    for pop in [cmd::bzpopmax::<(String, String, f64)>("k", SECOND), cmd::bzpopmin("k", SECOND)] {
        assert_eq!(both(pop.clone(), one.0, one.1), Some(("k".to_owned(), "b".to_owned(), 2.5)));
        assert_eq!(both(pop, "*-1\r\n", "_\r\n"), None);
    }
}

#[test]
fn members_taken_come_with_their_key() {
    let resp2 = "*2\r\n$1\r\nk\r\n*2\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n*2\r\n$1\r\nb\r\n$3\r\n2.5\r\n";
    let resp3 = "*2\r\n$1\r\nk\r\n*2\r\n*2\r\n$1\r\na\r\n,1\r\n*2\r\n$1\r\nb\r\n,2.5\r\n";
    let end = ScoreEnd::Min;
    for pop in [cmd::zmpop::<Popped>("k", end).count(2), cmd::bzmpop(SECOND, "k", end).count(2)] {
        assert_eq!(both(pop.clone(), resp2, resp3), popped());
        assert_eq!(both(pop, "*-1\r\n", "_\r\n"), None);
    }
}

#[test]
fn scores_and_ranks() {
    assert_eq!(both(cmd::zscore("z", "a"), "$5\r\n1e+20\r\n", ",1e+20\r\n"), Some(1e20));
    assert_eq!(both(cmd::zscore("z", "a"), "$-1\r\n", "_\r\n"), None);
    assert_eq!(both(cmd::zincrby("z", 1.0, "a"), "$3\r\ninf\r\n", ",inf\r\n"), f64::INFINITY);
    assert_eq!(
        both(cmd::zmscore("z", ["a", "b"]), "*2\r\n$3\r\n2.5\r\n$-1\r\n", "*2\r\n,2.5\r\n_\r\n"),
        [Some(2.5), None]
    );
    assert_eq!(both(cmd::zadd("z", (1.0, "a")).incr(), "$1\r\n2\r\n", ",2\r\n"), Some(2.0));
    assert_eq!(both(cmd::zadd("z", (1.0, "a")).nx().incr(), "$-1\r\n", "_\r\n"), None);
    for rank in [cmd::zrank("z", "a"), cmd::zrevrank("z", "a")] {
        assert_eq!(both(rank.clone(), ":2\r\n", ":2\r\n"), Some(2));
        assert_eq!(both(rank.clone(), "$-1\r\n", "_\r\n"), None);
        let scored = rank.withscore();
        assert_eq!(both(scored.clone(), "*2\r\n:2\r\n$3\r\n2.5\r\n", "*2\r\n:2\r\n,2.5\r\n"), Some((2, 2.5)));
        assert_eq!(both(scored, "*-1\r\n", "_\r\n"), None);
    }
}

#[test]
fn members_alone() {
    let (min, max) = (|| LexBound::MIN, || LexBound::MAX);
    for command in [
        cmd::zrange::<String>("z", 0, -1).rev().into_cmd(),
        cmd::zrange_byscore("z", 1, 2).limit(0, 2).into_cmd(),
        cmd::zrange_bylex("z", min(), max()).rev().into_cmd(),
        cmd::zrangebylex("z", min(), max()).into_cmd(),
        cmd::zrangebyscore("z", 1, 2).into_cmd(),
        cmd::zrevrange("z", 0, 1).into_cmd(),
        cmd::zrevrangebylex("z", max(), min()).into_cmd(),
        cmd::zrevrangebyscore("z", 2, 1).into_cmd(),
        cmd::zdiff("z").into_cmd(),
        cmd::zinter("z").into_cmd(),
        cmd::zunion("z").into_cmd(),
        cmd::zrandmember("z").count(2).into_cmd(),
    ] {
        assert_eq!(both(command.clone(), MEMBERS, MEMBERS), members());
        assert_eq!(both(command, "*0\r\n", "*0\r\n"), [""; 0]);
    }
    assert_eq!(both(cmd::zrandmember::<String>("z"), "$-1\r\n", "_\r\n"), None);
}

#[test]
fn counts() {
    for command in [
        cmd::zrangestore("d", "z", 0, 1).into_cmd(),
        cmd::zrangestore_byscore("d", "z", 0, 1).into_cmd(),
        cmd::zinterstore("d", "z").into_cmd(),
        cmd::zunionstore("d", "z").into_cmd(),
        cmd::zadd("z", (1.0, "a")).ch().into_cmd(),
        cmd::zintercard("z").limit(7).into_cmd(),
    ] {
        assert_eq!(both(command, ":7\r\n", ":7\r\n"), 7);
    }
}

#[test]
fn pages_of_a_scan() {
    // Scores are strings here in both protocols.
    let page = "*2\r\n$2\r\n17\r\n*4\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n$3\r\n2.5\r\n";
    let scan = || cmd::zscan::<Scored>("z", 0);
    let pairs = both(scan(), page, page);
    assert_eq!((pairs.cursor.get(), pairs.items), (17, scored()));
    let structs = both(cmd::zscan::<ScoredMember<String>>("z", 0), page, page);
    assert_eq!(structs.items.into_iter().map(Scored::from).collect::<Vec<_>>(), scored());
    let last = "*2\r\n$1\r\n0\r\n*0\r\n";
    let last = both(scan().count(5), last, last);
    assert_eq!((last.next(), last.items), (None, vec![]));
    let bare = "*2\r\n$1\r\n0\r\n*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n";
    let bare = both(scan().noscores::<String>(), bare, bare);
    assert_eq!(bare.items, ["a", "b", "c"]);
}

#[test]
fn a_reply_of_another_shape_is_an_error_that_names_the_command() {
    assert_eq!(unfit(cmd::zcard("z"), MEMBERS), "ZCARD: expected an integer, got an array of 2 elements");
    assert_eq!(unfit(cmd::zscore("z", "a"), "$1\r\nx\r\n"), "ZSCORE: expected a number, got a bulk string");
    assert_eq!(
        unfit(cmd::zrange::<String>("z", 0, -1).withscores::<Scored>(), MEMBERS),
        "ZRANGE: element 1: expected a number, got a bulk string"
    );
    assert_eq!(
        unfit(cmd::bzpopmin::<(String, String, f64)>("k", SECOND), MEMBERS),
        "BZPOPMIN: expected an array of 3 elements, got an array of 2 elements"
    );
    assert_eq!(
        unfit(cmd::zrank("z", "a").withscore(), ":1\r\n"),
        "ZRANK: expected an array of 2 elements, got an integer"
    );
    for command in all_scored() {
        let name = command.request().name().to_owned();
        assert!(unfit(command.clone(), ":1\r\n").starts_with(&format!("{name}: expected ")));
        assert!(unfit(command, "*1\r\n$1\r\na\r\n").starts_with(&format!("{name}: expected ")));
    }
}

#[test]
fn an_error_of_the_server_is_an_error() {
    let error = read(cmd::zpopmin::<Scored>("z"), "-WRONGTYPE Operation\r\n").unwrap_err();
    let ReplyErrorKind::Server(server) = error.kind() else { panic!("{error:?}") };
    assert_eq!((server.code(), error.to_string()), ("WRONGTYPE", "ZPOPMIN: WRONGTYPE Operation".to_owned()));
}

#[test]
fn builders_can_be_kept_and_run_again() {
    struct Opaque;
    impl redispy_cmd::FromReply for Opaque {
        fn from_reply(_: resp_proto::Node<'_>) -> Result<Self, redispy_cmd::ReplyError> {
            Ok(Opaque)
        }
    }
    let add = cmd::zadd("secret", (1.0, "secret")).xx().gt();
    let range =
        cmd::zrange_bylex::<Opaque>("secret", LexBound::inclusive("secret"), LexBound::MAX).limit(0, 1);
    let union = cmd::zunion::<Opaque>(["secret"]).weights([2]).aggregate(Aggregate::Max);
    let pop = cmd::zmpop::<(Opaque, Opaque)>("secret", ScoreEnd::Max).count(2);
    let random = cmd::zrandmember::<Opaque>("secret").count(2);
    assert_eq!(wire(add.clone()), wire(add.clone()));
    assert_eq!(wire(range.clone()), wire(range.clone()));
    assert_eq!(wire(union.clone()), wire(union.clone()));
    assert_eq!(wire(pop.clone()), wire(pop.clone()));
    assert_eq!(wire(random.clone()), wire(random.clone()));
    let shown = [format!("{add:?}"), format!("{range:?}"), format!("{union:?}"), format!("{pop:?}")];
    for shown in shown.into_iter().chain([format!("{random:?}")]) {
        assert!(!shown.contains("secret"), "arguments may be secrets: {shown}");
    }
}
