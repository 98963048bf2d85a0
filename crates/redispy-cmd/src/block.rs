//! How long a command may wait at the server: written into its arguments, and read out of them again.

use std::time::Duration;

use crate::cmd::Request;
use crate::spec::{self, Spec};

/// How long a blocking command waits at the server before it answers that nothing came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    /// At most this long.
    For(Duration),
    /// Until something comes, however long: the call has no deadline then.
    Forever,
}

impl From<Duration> for Block {
    fn from(time: Duration) -> Self {
        Block::For(time)
    }
}

/// How long a blocking command waits: a [`Duration`] or a [`Block`]. A number is none, since some commands count in seconds and
/// others in milliseconds, and zero would be for ever.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a time to wait",
    label = "no time to wait",
    note = "give a `Duration`, such as `Duration::from_secs(5)`, or `Block::Forever`"
)]
pub trait ToBlock {
    /// The time.
    fn to_block(self) -> Block;
}

impl ToBlock for Block {
    fn to_block(self) -> Block {
        self
    }
}

impl ToBlock for Duration {
    fn to_block(self) -> Block {
        Block::For(self)
    }
}

impl Block {
    /// Appends the block time as (fractions of) seconds, the way of `BLPOP`. Zero is refused, since servers take it for
    /// "for ever", which [`Block::Forever`] says openly.
    pub fn write_seconds(self, request: &mut Request) {
        match self {
            Block::Forever => request.push(b"0"),
            Block::For(time) if time.is_zero() => refuse_zero(request),
            Block::For(time) => {
                // Servers count in milliseconds, and those before Redis 7.0 cut `0.001` off to 0, which is for ever.
                let millis = time.as_millis().max(2);
                match (millis / 1000, millis % 1000) {
                    // Servers before Redis 6.0 take no fraction, not even a zero.
                    (seconds, 0) => request.arg(seconds),
                    (seconds, millis) => request.push(format!("{seconds}.{millis:03}").as_bytes()),
                }
            }
        }
    }

    /// Appends the block time as milliseconds, the way of `XREAD`. Zero is refused as in [`write_seconds`](Self::write_seconds).
    pub fn write_millis(self, request: &mut Request) {
        match self {
            Block::Forever => request.push(b"0"),
            Block::For(time) if time.is_zero() => refuse_zero(request),
            Block::For(time) => {
                request.push_integer(i64::try_from(time.as_millis().max(1)).unwrap_or(i64::MAX));
            }
        }
    }

    fn from_seconds(text: &[u8]) -> Option<Block> {
        let seconds: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
        if seconds == 0.0 {
            return Some(Block::Forever);
        }
        Duration::try_from_secs_f64(seconds).ok().map(Block::For)
    }

    fn from_millis(text: &[u8]) -> Option<Block> {
        match std::str::from_utf8(text).ok()?.parse().ok()? {
            0 => Some(Block::Forever),
            millis => Some(Block::For(Duration::from_millis(millis))),
        }
    }
}

fn refuse_zero(request: &mut Request) {
    request.refuse("timeout", "a time above zero, or Block::Forever");
}

/// Reads the block time out of a command's arguments, so that a command typed by hand gets the same deadline.
pub(crate) fn block_time(request: &Request) -> Option<Block> {
    let is = |spec: &'static Spec| request.spec() == Some(spec);
    if is(&spec::XREAD) || is(&spec::XREADGROUP) {
        return stream_block_time(request);
    }
    if is(&spec::WAIT) || is(&spec::WAITAOF) {
        return request.get(request.count() - 1).and_then(Block::from_millis);
    }
    if is(&spec::BLMPOP) || is(&spec::BZMPOP) {
        return request.get(1).and_then(Block::from_seconds);
    }
    request.get(request.count() - 1).and_then(Block::from_seconds)
}

/// Reads `[GROUP group consumer] [COUNT count] [BLOCK milliseconds] [NOACK] STREAMS ..`, in any order up to `STREAMS`. Names of
/// groups and consumers may be spelt like options; of an option given twice the last counts, as at the server.
fn stream_block_time(request: &Request) -> Option<Block> {
    let mut block = None;
    let mut args = request.iter().skip(1);
    while let Some(option) = args.next() {
        let is = |name: &[u8]| option.eq_ignore_ascii_case(name);
        if is(b"STREAMS") {
            break;
        } else if is(b"BLOCK") {
            block = args.next().and_then(Block::from_millis);
        } else if is(b"GROUP") {
            args.nth(1);
        } else if !is(b"NOACK") {
            args.next();
        }
    }
    block
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cmd::cmd;

    #[test]
    fn block_times_are_read_from_the_arguments() {
        let block = |words: &[&str]| cmd(words).request().block();
        let seconds = |n| Some(Block::For(Duration::from_secs_f64(n)));
        assert_eq!(block(&["BLPOP", "a", "b", "1.5"]), seconds(1.5));
        assert_eq!(block(&["BLPOP", "a", "0"]), Some(Block::Forever));
        assert_eq!(block(&["BLMPOP", "2", "1", "a", "LEFT"]), seconds(2.0));
        assert_eq!(block(&["XREAD", "COUNT", "1", "BLOCK", "500", "STREAMS", "s", "$"]), seconds(0.5));
        assert_eq!(block(&["XREAD", "STREAMS", "BLOCK", "5"]), None);
        assert_eq!(block(&["WAIT", "1", "100"]), seconds(0.1));
        assert_eq!(block(&["GET", "5"]), None);
    }

    #[test]
    fn names_spelt_like_options_are_no_block_times() {
        let block = |words: &str| {
            let words: Vec<&str> = words.split(' ').collect();
            cmd(words.as_slice()).request().block()
        };
        let millis = |n| Some(Block::For(Duration::from_millis(n)));
        assert_eq!(block("XREADGROUP GROUP BLOCK 500 STREAMS s >"), None);
        assert_eq!(block("XREADGROUP GROUP block 500 BLOCK 0 STREAMS s >"), Some(Block::Forever));
        assert_eq!(block("XREADGROUP GROUP STREAMS c NOACK COUNT 1 BLOCK 70 STREAMS s >"), millis(70));
        assert_eq!(block("XREADGROUP block 5 GROUP g c STREAMS BLOCK 9"), millis(5));
        assert_eq!(block("XREAD BLOCK 5 BLOCK 7 STREAMS s $"), millis(7));
        assert_eq!(block("XREAD BLOCK"), None);
        assert_eq!(block("XREADGROUP GROUP g"), None);
    }

    #[test]
    fn block_times_that_servers_refuse_are_none() {
        for time in ["-1", "nan", "inf", "-inf", "1e300", "x", "", "18446744073709551616", "1,5"] {
            for words in
                [&["BLPOP", "k", time][..], &["BLMPOP", time, "1", "k", "LEFT"], &["WAIT", "1", time]]
            {
                assert_eq!(cmd(words).request().block(), None, "{words:?}");
            }
            assert_eq!(cmd(["XREAD", "BLOCK", time, "STREAMS", "s", "$"]).request().block(), None, "{time}");
        }
        for words in [&["BLPOP"][..], &["BLMPOP"], &["WAIT"], &["XREAD"]] {
            assert_eq!(cmd(words).request().block(), None, "{words:?}");
        }
    }

    #[test]
    fn whole_seconds_are_sent_without_a_fraction() {
        let sent = |time: Duration| {
            let mut request = Request::new(&spec::BLPOP);
            Block::For(time).write_seconds(&mut request);
            String::from_utf8(request.get(1).unwrap().to_vec()).unwrap()
        };
        assert_eq!(sent(Duration::from_secs(1)), "1");
        assert_eq!(sent(Duration::from_millis(1500)), "1.500");
        assert_eq!(sent(Duration::from_nanos(1)), "0.002", "0.001 is for ever to servers before Redis 7.0");
        assert_eq!(sent(Duration::MAX), "18446744073709551615.999");
    }
}
