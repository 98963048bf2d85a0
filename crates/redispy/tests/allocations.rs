//! How often a call asks the allocator for memory, counted on the calling thread against a real server.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::time::Duration;

use allocation_counter::measure;
use redispy::{Client, IntoCmd, ToArg, cmd, prelude::*};
use redispy_testkit::{Server, SharedServer};

/// Allocations of one call in the steady state: connection open, buffers grown.
fn allocations(call: impl Fn()) -> f64 {
    for _ in 0..100 {
        call();
    }
    measure(|| (0..1000).for_each(|_| call())).count_total as f64 / 1000.0
}

#[test]
fn a_get_into_a_string_takes_one() {
    let url = SharedServer::get().fresh_url();
    for builder in [Client::builder().pooled(), Client::builder().shared()] {
        small_calls(&builder.url(&url).unwrap().build().unwrap());
    }
}

fn small_calls(r: &Client) {
    r.set("key", "value of thirty-two bytes or more").unwrap();
    r.set("number", 42).unwrap();
    let string = allocations(|| drop(r.get::<String>("key").unwrap()));
    let number = allocations(|| {
        r.get::<i64>("number").unwrap();
    });
    let missing = allocations(|| drop(r.get::<String>("missing").unwrap()));
    let set = allocations(|| {
        r.set("key", "value").unwrap();
    });
    let options = allocations(|| {
        r.run(cmd::set("key", "value").ex(60).xx()).unwrap();
    });
    assert_eq!([string, number, missing, set, options], [1.0, 0.0, 0.0, 0.0, 0.0]);
}

/// A million SETs: what they are encoded in, one and a half times at most, and their replies.
#[test]
fn a_million_commands_take_little_more_than_their_bytes() {
    const MANY: usize = 1_000_000;
    let url = SharedServer::get().fresh_url();
    let r = Client::builder().url(url).unwrap().timeout(Duration::from_secs(100)).build().unwrap();
    r.ping().unwrap();
    let sets = || (0..MANY).map(|n| cmd::set(Decimal(n), "value"));
    // All are of one length.
    let encoded = MANY * cmd::set(Decimal(0), "value").into_cmd().request().bytes().len();
    let ways: [(&str, &dyn Fn() -> Vec<bool>); 2] = [
        ("pipeline", &|| r.pipeline().transaction(false).all(sets()).execute().unwrap().0),
        ("transaction", &|| r.pipeline().all(sets()).execute().unwrap().0),
    ];
    for (name, way) in ways {
        let mut replies = Vec::new();
        let used = measure(|| replies = way());
        assert!(replies.len() == MANY && replies.iter().all(|set| *set));
        let (most, wanted) = (used.bytes_max as usize, replies.len());
        println!("{name}: {most} bytes for {encoded} of commands, {} allocations", used.count_total);
        assert!(most <= encoded + encoded / 2 + wanted, "{name}: {most} bytes at once for {encoded} encoded");
        assert!(used.count_total < 2_000, "{name}: {} allocations", used.count_total);
    }
}

/// Large arguments stand in the memory that they were encoded in until they are on the wire.
#[test]
fn large_arguments_are_not_copied_again() {
    let url = SharedServer::get().fresh_url();
    let r = Client::builder().url(url).unwrap().timeout(Duration::from_secs(100)).build().unwrap();
    r.ping().unwrap();
    let value = vec![b'x'; 1 << 20];
    let used = measure(|| {
        let sets = (0..64).map(|n| cmd::set(n, &value[..]));
        assert_eq!(r.pipeline().transaction(false).all(sets).execute().unwrap().0, [true; 64]);
    });
    // The values once, and what it takes to send and answer any commands.
    assert!(used.bytes_total < (64 << 20) + (1 << 19), "{used:?}");
}

/// A gigabyte goes out while its replies come in. It is held once here, and not at all at the server, which has one value at a
/// time.
#[test]
fn a_gigabyte_of_arguments_is_held_once() {
    const MANY: usize = 1024;
    let server = Server::start();
    let r = Client::builder().url(server.url()).unwrap().timeout(Duration::from_secs(100)).build().unwrap();
    r.ping().unwrap();
    let value = vec![b'x'; 1 << 20];
    let mut replies = Vec::new();
    let used = measure(|| {
        let sets = (0..MANY).map(|_| cmd::set("key", &value[..]));
        replies = r.pipeline().transaction(false).all(sets).execute().unwrap().0;
    });
    assert_eq!(replies, [true; MANY]);
    let (most, encoded) = (used.bytes_max as usize, MANY << 20);
    let at_server = server.info("used_memory_peak").unwrap().parse::<usize>().unwrap();
    println!("{most} bytes at once for {encoded} of arguments, {at_server} at the server");
    assert!(most < encoded + (4 << 20) && used.bytes_total < (encoded + (4 << 20)) as u64, "{used:?}");
    assert!(at_server < 64 << 20, "{at_server}");
}

/// A pipeline of a hundred commands: its bytes, its list of replies, the name of the server in errors, and nothing for each.
#[test]
fn commands_of_a_pipeline_take_none_each() {
    let r = Client::open(SharedServer::get().fresh_url()).unwrap();
    let keys: Vec<String> = (0..100).map(|n| format!("key:{n}")).collect();
    let batch = allocations(|| drop(r.batch(keys.iter().map(cmd::get::<i64>)).unwrap()));
    let pipeline = allocations(|| {
        drop(r.pipeline().transaction(false).all(keys.iter().map(cmd::get::<i64>)).execute().unwrap());
    });
    let tuple = allocations(|| {
        let p =
            r.pipeline().transaction(false).get::<i64>("a").get::<i64>("b").get::<i64>("c").get::<i64>("d");
        p.execute().unwrap();
    });
    assert!(batch <= 7.0 && pipeline <= 8.0 && tuple <= 4.0, "{batch} {pipeline} {tuple}");
}

/// A number in ten digits, so that all keys are of one length.
struct Decimal(usize);

impl ToArg for Decimal {
    fn write_arg(&self, arg: redispy::arg::Arg<'_>) {
        let mut digits = [b'0'; 10];
        let mut rest = self.0;
        for digit in digits.iter_mut().rev() {
            *digit += (rest % 10) as u8;
            rest /= 10;
        }
        arg.bytes(&digits);
    }
}
