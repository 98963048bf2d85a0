//! What happens at the server: one atomic step each.
//!
//! All take the lock's key, and the token as their first argument; times are whole milliseconds. A key that holds no string is
//! somebody else's, any other reason why it cannot be read is an error. Those that need the lock answer `GONE` or `OTHERS` when it
//! is not the token's.

use std::sync::LazyLock;

use crate::Script;

/// The key is not there: it has expired, or was deleted.
pub(super) const GONE: i64 = -1;

/// The key holds something else than the token.
pub(super) const OTHERS: i64 = -2;

/// Keys: the lock, and where the numbers of its holders are counted, if they are. Arguments: token, time to live or nothing.
/// Answers with the holder's number (1 if they are not counted), or null if another has the lock.
///
/// A token that has the lock already gets it again under the same number: so it may ask twice when the first answer was lost. The
/// number is passed on as text, for Lua's own numbers are exact up to 2^53 only.
pub(super) static ACQUIRE: LazyLock<Script<Option<i64>>> = LazyLock::new(|| {
    Script::new(format!(
        "{HOLDER}
if holder and holder ~= ARGV[1] then
    return false
end
local number = 1
if KEYS[2] then
    number = holder and redis.call('GET', KEYS[2])
    if not tonumber(number) then
        redis.call('INCR', KEYS[2])
        number = redis.call('GET', KEYS[2])
    end
end
if ARGV[2] then
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
else
    redis.call('SET', KEYS[1], ARGV[1])
end
return number",
    ))
});

/// Deletes the lock.
pub(super) static RELEASE: LazyLock<Script<i64>> =
    LazyLock::new(|| if_owned("return redis.call('DEL', KEYS[1])"));

/// Adds to the time that is left, from none if the key does not expire. Answers with the time that is left then.
pub(super) static EXTEND: LazyLock<Script<i64>> = LazyLock::new(|| {
    if_owned(
        "local left = math.max(redis.call('PTTL', KEYS[1]), 0) + tonumber(ARGV[2])
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', left))
return left",
    )
});

/// Sees to it that at least this time is left: two that renew do not take from each other. Answers with the time that is left
/// then.
pub(super) static RENEW: LazyLock<Script<i64>> = LazyLock::new(|| {
    if_owned(
        "local left, ttl = redis.call('PTTL', KEYS[1]), tonumber(ARGV[2])
if left >= ttl then
    return left
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return ttl",
    )
});

/// Sees to it that just this time is left. Answers with it.
pub(super) static SET_TTL: LazyLock<Script<i64>> = LazyLock::new(|| {
    if_owned(
        "redis.call('PEXPIRE', KEYS[1], ARGV[2])
return tonumber(ARGV[2])",
    )
});

/// Answers with the time that is left, or `NO_LIMIT`.
pub(super) static LEFT: LazyLock<Script<i64>> = LazyLock::new(|| {
    if_owned(
        "local left = redis.call('PTTL', KEYS[1])
return left == -1 and -3 or left",
    )
});

/// The lock does not expire.
pub(super) const NO_LIMIT: i64 = -3;

/// What the key holds; ends the script with the error if that may not be known.
const HOLDER: &str = "local holder = redis.pcall('GET', KEYS[1])
if type(holder) == 'table' and not string.find(holder.err, 'WRONGTYPE', 1, true) then
    return holder
end";

fn if_owned(then: &str) -> Script<i64> {
    Script::new(format!(
        "{HOLDER}
if not holder then
    return {GONE}
elseif holder ~= ARGV[1] then
    return {OTHERS}
end
{then}"
    ))
}
