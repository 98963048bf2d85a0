//! A walk through what the library does, on a private server that is gone at the end: `cargo xtask demo`.

use std::collections::HashMap;
use std::fmt::Debug;
use std::thread;
use std::time::{Duration, Instant};

use redispy::{Block, Client, Script, Session, cmd, prelude::*};
use redispy_testkit::{Binaries, Server};

type Result<T = ()> = redispy::Result<T>;

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let began = Instant::now();
    let binaries = Binaries::default_server()?;
    let server = Server::builder().binaries(binaries).try_start()?;
    println!(
        "A private {} {} listens on {}; it has no configuration and ends with this demo.",
        server.family(),
        server.version(),
        server.addr()
    );
    println!("Each line is a call, what it returned, and how long it took.");
    let r = Client::open(server.url())?;
    strings(&r)?;
    keys(&r)?;
    hashes(&r)?;
    lists(&r)?;
    many_at_once(&r)?;
    pipelines(&r)?;
    scripts(&r)?;
    locks(&r)?;
    any_command(&r)?;
    failures(&r, &server)?;
    println!(
        "\nThat was everything, in {:.1} s. `cargo xtask test` runs the tests.",
        began.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Runs a call and prints it as it stands in this file, with its result and its time.
macro_rules! show {
    ($call:expr) => {{
        let began = Instant::now();
        let result = $call;
        print(stringify!($call), &result, began.elapsed());
        result
    }};
}

fn print(call: &str, result: &dyn Debug, took: Duration) {
    let call = call.split_whitespace().collect::<Vec<_>>().join(" ");
    println!("  {call}\n      {:<70} {:>9}", shortened(&format!("{result:?}")), millis(took));
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 160;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} ...", text.get(..end).unwrap_or_default()),
        None => text.to_string(),
    }
}

fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

fn chapter(title: &str) {
    println!("\n{title}");
}

fn strings(r: &Client) -> Result {
    chapter("Strings. The command fixes the shape of the reply, you choose the element's type");
    show!(r.set("greeting", "hello"))?;
    show!(r.get::<String>("greeting"))?;
    show!(r.get::<String>("missing"))?;
    show!(r.set("visits", 41))?;
    show!(r.incr("visits"))?;
    show!(r.get::<i64>("visits"))?;
    show!(r.mset((("a", 1), ("b", 2.5), ("c", "three"))))?;
    show!(r.mget::<String>(["a", "b", "c", "d"]))?;
    chapter("Options are builders; one that changes the reply changes its type");
    show!(r.run(cmd::set("token", "x1").nx().ex(60)))?;
    show!(r.run(cmd::set("token", "x2").nx()))?;
    show!(r.run(cmd::set("token", "x3").keepttl().get::<String>()))?;
    Ok(())
}

fn keys(r: &Client) -> Result {
    chapter("Keys. Times are durations, three answers are three values");
    show!(r.ttl("token"))?;
    show!(r.ttl("greeting"))?;
    show!(r.ttl("missing"))?;
    show!(r.pexpire("greeting", Duration::from_millis(1500)))?;
    show!(r.type_("visits"))?;
    show!(r.object_encoding("visits"))?;
    show!(r.run(cmd::scan::<String>(0).match_("?").count(100)))?;
    show!(r.del(["a", "b", "c", "no such key"]))?;
    Ok(())
}

fn hashes(r: &Client) -> Result {
    chapter("Hashes. Fields of mixed types in, maps or pairs out");
    show!(r.hset("user:1", (("name", "Ada"), ("born", 1815), ("height", 1.65))))?;
    show!(r.hget::<i64>("user:1", "born"))?;
    show!(r.hgetall::<HashMap<String, String>>("user:1"))?;
    show!(r.hmget::<String>("user:1", ["name", "title"]))?;
    show!(r.hincrby("user:1", "logins", 1))?;
    Ok(())
}

fn lists(r: &Client) -> Result {
    chapter("Lists. A blocking command has a connection to itself and extends the deadline by its own wait");
    show!(r.rpush("jobs", ["wash", "dry", "fold"]))?;
    show!(r.lrange::<String>("jobs", 0, -1))?;
    show!(r.lpop::<String>("jobs"))?;
    show!(r.blpop::<(String, String)>("nothing here", Duration::from_millis(300)))?;
    thread::scope(|scope| {
        let worker = scope.spawn(|| show!(r.blpop::<(String, String)>("inbox", Block::Forever)));
        thread::sleep(Duration::from_millis(200));
        show!(r.rpush("inbox", "a letter from another thread"))?;
        worker.join().unwrap_or_else(|_| Ok(None))?;
        Ok(())
    })
}

fn many_at_once(r: &Client) -> Result {
    chapter("One client, many threads: every method takes &self");
    let began = Instant::now();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|n| {
                scope.spawn(move || -> Result {
                    (0..500).try_for_each(|_| r.incr(format!("counter:{n}")).map(drop))
                })
            })
            .collect();
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or(Ok(())))
    })?;
    let took = began.elapsed();
    println!("  8 threads x 500 INCR took {}: {:.0} commands/s", millis(took), 4000.0 / took.as_secs_f64());
    show!(r.mget::<i64>((0..8).map(|n| format!("counter:{n}")).collect::<Vec<_>>()))?;
    println!(
        "  connections: {} open, {} made so far",
        r.stats().in_use + r.stats().idle + r.stats().shared,
        r.stats().dials
    );
    chapter("A batch: any number of commands in one go, one deadline for all");
    let keys: Vec<String> = (0..10_000).map(|n| format!("key:{n}")).collect();
    show!(r.batch(keys.iter().map(|key| cmd::set(key, key.len()))).map(|replies| replies.len()))?;
    show!(r.batch(keys.iter().map(cmd::get::<i64>)).map(|values| values.into_iter().flatten().sum::<i64>()))?;
    Ok(())
}

fn pipelines(r: &Client) -> Result {
    chapter(
        "A pipeline: one round trip, and its type is the tuple of its replies. MULTI and EXEC stand around it by default",
    );
    show!(r.pipeline().set("foo", "bar").get::<String>("bing").incr("hits").execute())?;
    show!(r.pipeline().set("foo", "bar").incr("foo").execute().map_err(|error| error.to_string())).ok();
    show!(
        r.pipeline()
            .transaction(false)
            .all((0..5).map(cmd::get::<i64>))
            .maybe(Some(cmd::ttl("foo")))
            .execute()
    )?;
    let mut p = r.pipeline().dynamic();
    let slots: Vec<_> = (0..3).map(|n| p.incrby("hits", n)).collect();
    let mut replies = show!(p.execute())?;
    show!(slots.into_iter().map(|slot| replies.take(slot)).collect::<Result<Vec<i64>>>())?;
    chapter(
        "WATCH: a transaction that is executed only if nobody changed what it read, and tried again if somebody did",
    );
    let mut attempts = 0;
    show!(r.transaction("hits", |tx| {
        let hits = tx.get("hits")?.unwrap_or(0);
        attempts += 1;
        if attempts == 1 {
            r.incr("hits")?; // somebody interferes
        }
        tx.multi().set("hits", hits * 10).execute()?;
        Ok(hits * 10)
    }))?;
    println!("  it took {attempts} attempts");
    Ok(())
}

fn scripts(r: &Client) -> Result {
    chapter(
        "Scripts. Typed where they are registered; a server that has lost one is sent it whole, within the call",
    );
    let add: Script<i64> = r.register_script("return redis.call('INCRBY', KEYS[1], ARGV[1])");
    show!(r.run(add.key("score").arg(5)))?;
    show!(r.script_flush())?;
    show!(add.key("score").arg(5).run(r))?;
    show!(r.pipeline().run(add.key("score").arg(1)).run(add.key("score").arg(1)).execute())?;
    Ok(())
}

fn locks(r: &Client) -> Result {
    chapter(
        "Locks. One holder at a time, who is told when the lock is lost, and knows for how long it is not",
    );
    let lock =
        r.lock("report").ttl(Duration::from_secs(1)).blocking_timeout(Duration::from_millis(100)).fencing();
    let guard = show!(lock.acquire())?;
    show!(lock.try_acquire())?;
    let _ = show!(lock.acquire()).map(drop);
    show!(guard.extend(Duration::from_secs(1)))?;
    show!(guard.remaining());
    show!(guard.release())?;
    let kept = lock.auto_renew().acquire()?;
    show!(kept.wait_lost(Duration::from_millis(1500)));
    show!(r.del("report"))?;
    show!(kept.wait_lost(Duration::from_millis(1500)));
    let _ = show!(kept.release());
    Ok(())
}

fn any_command(r: &Client) -> Result {
    chapter("Any command, with or without a type");
    show!(r.execute_command(("OBJECT", "FREQ", "visits")).map_err(|error| error.to_string())).ok();
    show!(r.execute_command(("GETRANGE", "greeting", 0, 3)))?;
    show!(r.run(cmd("GETRANGE").arg(("greeting", 0, 3)).returns::<String>()))?;
    chapter("A session: one connection of one's own, for what belongs to a connection");
    let session: Session = r.session()?;
    show!(session.select(3))?;
    show!(session.dbsize())?;
    show!(r.dbsize())?;
    show!(r.execute_command(("SELECT", 3)).map_err(|error| error.to_string())).ok();
    Ok(())
}

fn failures(r: &Client, server: &Server) -> Result {
    chapter("Errors say what happened, where, and whether the command may have run");
    show!(r.get::<String>("user:1").map_err(|error| error.to_string())).ok();
    show!(r.get::<i64>("token").map_err(|error| error.to_string())).ok();
    println!("  (the server is frozen now)");
    server.pause();
    let quick = r.with_timeout(Duration::from_millis(200));
    show!(quick.incr("visits").map_err(|error| (error.outcome(), error.to_string()))).ok();
    server.resume();
    println!("  (it goes on: the late reply reached nobody)");
    show!(r.get::<i64>("visits"))?;
    println!("  (the server is killed and started again; it keeps nothing on disk)");
    server.restart();
    show!(r.get::<i64>("visits"))?;
    println!("  (killed for good)");
    server.kill();
    show!(quick.get::<i64>("visits").map_err(|error| (error.outcome(), error.to_string()))).ok();
    Ok(())
}
