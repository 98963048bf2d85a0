//! A lock that is held, or was: its token, until when, and what the server says about it.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use redispy_conn::{Deadline, Outcome};

use super::LAST_WORDS;
use super::scripts::{self, GONE, NO_LIMIT, OTHERS};
use crate::cmd::{self, ScriptCall};
use crate::error::LockFailure;
use crate::{Client, Error, ErrorKind, Execute as _, IntoCmd, Result, Script};

pub(super) struct Held {
    client: Client,
    name: Box<[u8]>,
    token: Box<str>,
    ttl: Option<Duration>,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// Until when the lock is held for certain; `None` for no limit. Counted from before each request was sent, so never later
    /// than at the server.
    until: Option<Instant>,
    /// When the last answer came that a time was set, be it less than before.
    set: Option<Instant>,
    /// Why it was lost, once that is certain. It stays so: a holder that was told must not go on.
    lost: Option<LockFailure>,
    /// The guard has gone.
    ended: bool,
}

impl State {
    fn remaining(&self) -> Option<Duration> {
        match self.lost {
            Some(_) => Some(Duration::ZERO),
            None => self.until.map(|until| until.saturating_duration_since(Instant::now())),
        }
    }

    /// The answer to a request that was sent after `asked` tells that the lock is held until then. A time that was set since may
    /// have been set before this request or after it: then the lesser counts.
    fn correct(&mut self, asked: Instant, until: Option<Instant>) {
        let in_doubt = self.set.is_some_and(|set| asked <= set);
        self.until = if in_doubt { lesser(self.until, until) } else { until };
    }
}

/// What a wait ended by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Woken {
    TimedOut,
    Lost(LockFailure),
    Ended,
}

impl Held {
    pub(super) fn new(client: &Client, name: &[u8], token: &str, ttl: Option<Duration>) -> Self {
        Held {
            client: client.clone(),
            name: name.into(),
            token: token.into(),
            ttl,
            state: Mutex::new(State { until: None, set: None, lost: None, ended: false }),
            changed: Condvar::new(),
        }
    }

    pub(super) fn timeout(&self) -> Option<Duration> {
        self.client.limit().timeout
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    pub(super) fn ttl(&self) -> Option<Duration> {
        self.ttl
    }

    /// Asks for the lock, again if the answer is lost, within `budget`: the token is nobody else's, so asking twice does no
    /// harm. Answers with the holder's number.
    pub(super) fn acquire(&self, fencing: bool, budget: Option<Duration>) -> Result<Option<i64>> {
        let mut call = scripts::ACQUIRE.key(&*self.name).arg(&*self.token);
        if fencing {
            call = call.key(fence_key(&self.name));
        }
        if let Some(ttl) = self.ttl {
            call = call.arg(millis(ttl));
        }
        (&self.client.with_timeout(budget)).run(call.repeatable())
    }

    /// The lock was granted to a request that was sent after `asked`.
    pub(super) fn granted(&self, asked: Instant) {
        // A time too far away to be counted is no limit that anybody will see.
        self.lock().until = self.ttl.and_then(|ttl| asked.checked_add(ttl));
    }

    /// Gives the lock back.
    pub(super) fn release(&self) -> Result<()> {
        let was_held = !self.is_lost();
        let deadline = self.client.limit().start();
        let release = || self.tell(self.call(&scripts::RELEASE), deadline.remaining());
        match release() {
            Err(error) if is_lost_on_the_way(&error) => match release() {
                // It was deleted by the request whose answer was lost; another may have taken it since.
                Err(error) if error.is_lock() && was_held => Ok(()),
                Err(error) if !error.is_lock() && error.outcome() != Outcome::MaybeExecuted => {
                    Err(error.after_doubt())
                }
                again => again.map(drop),
            },
            first => first.map(drop),
        }
    }

    /// Gives the lock back without anybody to hear of it, within `budget`. The script is sent whole: a server that hangs now
    /// must not ask for it later, when nobody is there to answer.
    pub(super) fn release_unasked(&self, budget: Option<Duration>) {
        let call = cmd::eval(scripts::RELEASE.text()).key(&*self.name).arg(&*self.token);
        let _ = self.tell(call.returns(), budget);
    }

    /// Adds to the time that is left. This is never sent twice.
    pub(super) fn extend(&self, additional: Duration) -> Result<()> {
        let call = self.call(&scripts::EXTEND).arg(millis(additional));
        self.measure(call, self.timeout()).map(drop)
    }

    /// Sees to it that all of this time is left.
    pub(super) fn renew(&self, ttl: Duration, budget: Option<Duration>) -> Result<()> {
        let call = self.call(&scripts::RENEW).arg(millis(ttl));
        self.measure(call.repeatable(), budget).map(drop)
    }

    /// Sees to it that just this time is left. What was believed before counts no more, be it later.
    pub(super) fn set_ttl(&self, ttl: Duration) -> Result<()> {
        let asked = Instant::now();
        let call = self.call(&scripts::SET_TTL).arg(millis(ttl)).repeatable();
        let result = self.tell(call, self.timeout()).map(drop);
        let mut state = self.lock();
        match &result {
            Ok(()) => state.correct(asked, asked.checked_add(ttl)),
            Err(error) if error.outcome() == Outcome::MaybeExecuted => {
                state.until = lesser(state.until, asked.checked_add(ttl));
            }
            Err(_) => return result,
        }
        state.set = Some(Instant::now());
        drop(state);
        self.changed.notify_all();
        result
    }

    /// The time that is left at the server; `None` for no limit.
    pub(super) fn left(&self) -> Result<Option<Duration>> {
        self.measure(self.call(&scripts::LEFT).repeatable(), self.timeout())
    }

    /// The time that is left for certain; `None` for no limit. Zero once the lock is lost.
    pub(super) fn remaining(&self) -> Option<Duration> {
        self.lock().remaining()
    }

    pub(super) fn is_lost(&self) -> bool {
        self.remaining().is_some_and(|left| left.is_zero())
    }

    /// From now on the lock counts as lost.
    pub(super) fn lose(&self, why: LockFailure) {
        self.lock().lost.get_or_insert(why);
        self.changed.notify_all();
    }

    /// The guard goes.
    pub(super) fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }

    /// Waits until the lock is lost or the guard has gone, but no longer than this.
    pub(super) fn wait(&self, at_most: Duration) -> Woken {
        let deadline = Deadline::after(at_most);
        let mut state = self.lock();
        loop {
            let left = deadline.remaining().unwrap_or(Duration::MAX);
            match state.lost {
                _ if state.ended => return Woken::Ended,
                Some(why) => return Woken::Lost(why),
                None if left.is_zero() => return Woken::TimedOut,
                None => {}
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits until the lock is lost, by the clock too, but no longer than this. Whether it is lost.
    pub(super) fn wait_lost(&self, at_most: Duration) -> bool {
        let deadline = Deadline::after(at_most);
        let mut state = self.lock();
        loop {
            let left = deadline.remaining().unwrap_or(Duration::MAX);
            // It may be renewed or cut short meanwhile: then it is looked at anew.
            let wait = match state.remaining() {
                Some(held) if held.is_zero() => return true,
                _ if left.is_zero() => return false,
                held => left.min(held.unwrap_or(left)),
            };
            state = self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The deadline of a call that nobody waits for long.
    pub(super) fn shortly(&self) -> Option<Duration> {
        Some(self.client.limit().timeout.unwrap_or(LAST_WORDS).min(LAST_WORDS))
    }

    /// Runs a script that answers with the time that is left, and heeds what it says: the lock ends between that time counted
    /// from before the request and counted from now. What was believed before stays if it lies there, else it was too little,
    /// or somebody else cut the lock short.
    fn measure<C: IntoCmd<Reply = i64>>(
        &self,
        call: C,
        budget: Option<Duration>,
    ) -> Result<Option<Duration>> {
        let asked = Instant::now();
        let answer = self.tell(call, budget)?;
        if answer == NO_LIMIT {
            return Ok(None);
        }
        let left = Duration::from_millis(u64::try_from(answer).unwrap_or(0));
        let mut state = self.lock();
        if let (Some(until), Some(least), Some(most)) =
            (state.until, asked.checked_add(left), Instant::now().checked_add(left))
        {
            let until = if until < most { until.max(least) } else { least };
            state.correct(asked, Some(until));
        }
        drop(state);
        self.changed.notify_all();
        Ok(Some(left))
    }

    fn call(&self, script: &Script<i64>) -> ScriptCall<i64> {
        script.key(&*self.name).arg(&*self.token)
    }

    /// Runs a script that needs the lock. If the server says that it is lost, it is.
    fn tell<C: IntoCmd<Reply = i64>>(&self, call: C, budget: Option<Duration>) -> Result<i64> {
        let known = self.lock().lost;
        let answer = match known {
            Some(why) => return Err(Error::lock(why)),
            None => (&self.client.with_timeout(budget)).run(call)?,
        };
        let why = match answer {
            GONE => LockFailure::Expired,
            OTHERS => LockFailure::NotOwned,
            answer => return Ok(answer),
        };
        self.lose(why);
        Err(Error::lock(why))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the connection was lost with the request under way.
fn is_lost_on_the_way(error: &Error) -> bool {
    error.kind() == ErrorKind::Closed && error.outcome() == Outcome::MaybeExecuted
}

/// The earlier of two limits, of which `None` is none.
fn lesser(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    one.into_iter().chain(other).min()
}

/// Whole milliseconds, none of them cut off.
fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

/// Where the numbers of the holders of this lock are counted: in the same cluster slot.
fn fence_key(name: &[u8]) -> Vec<u8> {
    let tag = name.iter().position(|&byte| byte == b'{').and_then(|open| {
        let rest = name.get(open + 1..)?;
        rest.iter().position(|&byte| byte == b'}').filter(|&length| length > 0)
    });
    match tag {
        Some(_) => [name, b":fence"].concat(),
        None => [b"{", name, b"}:fence"].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_never_cut_off() {
        assert_eq!(millis(Duration::from_millis(9500)), 9500);
        assert_eq!(millis(Duration::from_micros(1500)), 2);
        assert_eq!(millis(Duration::from_nanos(1)), 1);
        assert_eq!(millis(Duration::MAX), u64::MAX);
    }

    /// Answers that cross on the wire never make more of the time than there may be.
    #[test]
    fn of_times_in_doubt_the_lesser_counts() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut state = State { until: Some(at(60)), set: None, lost: None, ended: false };
        state.correct(at(1), Some(at(70)));
        assert_eq!(state.until, Some(at(70)));
        // Set at 2, answered at 4; asked at 3, and answered later.
        state.correct(at(2), Some(at(12)));
        state.set = Some(at(4));
        state.correct(at(3), Some(at(70)));
        assert_eq!(state.until, Some(at(12)));
        state.correct(at(3), Some(at(5)));
        assert_eq!(state.until, Some(at(5)));
        state.correct(at(5), Some(at(70)));
        assert_eq!(state.until, Some(at(70)));
    }

    #[test]
    fn numbers_are_counted_in_the_slot_of_the_lock() {
        for (name, key) in [
            ("jobs", "{jobs}:fence"),
            ("", "{}:fence"),
            ("{jobs}:7", "{jobs}:7:fence"),
            ("a{b}{c}", "a{b}{c}:fence"),
            ("a{b", "{a{b}:fence"),
        ] {
            assert_eq!(fence_key(name.as_bytes()), key.as_bytes(), "{name}");
        }
    }
}
