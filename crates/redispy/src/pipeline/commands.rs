//! The commands of a pipeline, encoded one behind the other.

use redispy_cmd::{Encoded, Request, is_known, is_shareable, unfit_for_batch};

use super::exchange::Form;
use crate::script::Scripts;
use crate::{Error, Result};

const MULTI: &[u8] = b"*1\r\n$5\r\nMULTI\r\n";
const EXEC: &[u8] = b"*1\r\n$4\r\nEXEC\r\n";

/// Commands are copied together into parts of this size: many times what one write takes, little beside many of them.
const PART: usize = 64 << 10;

/// What a part has room for at first, besides a command.
const SMALL: usize = 256;

/// A command of this size is a part of its own, which keeps it in the memory that it was encoded in.
const LARGE: usize = 16 << 10;

/// Commands that go out together: their bytes, and no other record of each. What an error must say about a command is read
/// from its bytes again.
///
/// They are in parts so that a million of them never move to a larger place; each stands whole in one. MULTI stands before
/// the first and EXEC behind the last, and are left out where no transaction is wanted.
#[derive(Default)]
pub(crate) struct Commands {
    parts: Vec<Part>,
    count: usize,
    scripts: Scripts,
    /// The calls of scripts that are sent as another command, which takes the text along: position and own name.
    named: Vec<(usize, &'static str)>,
    writes: bool,
    /// Whether one of them may not go over a connection that others use as well.
    alone: bool,
    /// Whether one of them may do anything to its connection.
    unknown: bool,
    refused: Option<(usize, Error)>,
    sealed: bool,
}

struct Part {
    bytes: Vec<u8>,
    /// Where the commands begin.
    start: usize,
    /// Where the last one begins.
    last: usize,
    /// Whether commands may still be added.
    open: bool,
}

/// The bytes that go out, and how many replies they ask for: all that a connection needs to know of a pipeline.
#[derive(Clone, Copy)]
pub(crate) struct Wire<'a> {
    parts: &'a [Part],
    named: &'a [(usize, &'static str)],
    commands: usize,
    transaction: bool,
    alone: bool,
    unknown: bool,
}

impl Commands {
    /// Adds a command. One that may not go out in a pipeline is remembered instead: then nothing goes out.
    pub(crate) fn push(&mut self, request: Request) {
        let is_usual = request.refusal().is_none()
            && is_shareable(&request)
            && !self.scripts.concern(&request)
            && self.refused.is_none();
        if !is_usual || !self.write(&request) {
            self.push_any(request);
        }
        self.count += 1;
    }

    #[inline(never)]
    fn push_any(&mut self, request: Request) {
        if self.refused.is_some() {
            return;
        }
        if let Err(error) = check(&request) {
            self.refused = Some((self.count, error));
            return;
        }
        self.alone |= !is_shareable(&request);
        self.unknown |= !is_known(&request);
        let own = request.spec();
        let request = self.scripts.sent(request);
        if let Some(own) = own.filter(|own| request.spec().is_none_or(|sent| sent.name != own.name)) {
            self.named.push((self.count, own.name));
        }
        if !self.write(&request) {
            self.writes |= !request.is_repeatable();
            self.begin_part(request);
        }
    }

    /// Adds a command to the part that is open, if it fits in there.
    #[inline]
    fn write(&mut self, request: &Request) -> bool {
        let bytes = request.bytes();
        let Some(part) = self.parts.last_mut().filter(|part| part.has_room(bytes.len())) else {
            return false;
        };
        part.last = part.bytes.len();
        part.bytes.extend_from_slice(bytes);
        self.writes |= !request.is_repeatable();
        true
    }

    fn begin_part(&mut self, request: Request) {
        let bytes = request.bytes();
        if bytes.len() >= LARGE {
            if self.parts.is_empty() {
                self.parts.push(Part::new(MULTI.to_vec()));
            }
            self.parts.push(Part::large(request));
            return;
        }
        // The first one is hardly larger than is needed, for most pipelines are small; so is one behind a large command.
        let was_full = self.parts.last().is_some_and(|part| part.open);
        let mut memory = Vec::with_capacity(if was_full { PART } else { SMALL + bytes.len() });
        if self.parts.is_empty() {
            memory.extend_from_slice(MULTI);
        }
        memory.extend_from_slice(bytes);
        self.parts.push(Part::new(memory));
    }

    /// Makes room for `more` commands like the one added last, so that they need not move from place to place.
    pub(crate) fn expect_alike(&mut self, more: usize) {
        if let Some(part) = self.parts.last_mut().filter(|part| part.open) {
            let each = part.bytes.len() - part.last;
            let room = each.saturating_mul(more).saturating_add(EXEC.len());
            part.bytes.reserve(room.min(PART.saturating_sub(part.bytes.len())));
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// Whether sending all of them twice does no harm, as when they only read.
    pub(crate) fn is_read_only(&self) -> bool {
        !self.writes
    }

    /// What goes out, now that no command will follow.
    ///
    /// # Errors
    ///
    /// A command among them must not be sent.
    pub(crate) fn seal(&mut self, form: Form) -> Result<Wire<'_>> {
        if let Some((position, error)) = self.refused.take() {
            return Err(error.at_position(position, form));
        }
        if !std::mem::replace(&mut self.sealed, true) {
            match self.parts.last_mut() {
                Some(part) if part.open => part.bytes.extend_from_slice(EXEC),
                Some(_) => self.parts.push(Part::new(EXEC.to_vec())),
                None => self.parts.push(Part::new([MULTI, EXEC].concat())),
            }
        }
        Ok(self.wire(form))
    }

    pub(crate) fn wire(&self, form: Form) -> Wire<'_> {
        let transaction = form == Form::Transaction;
        let Commands { parts, named, count, alone, unknown, .. } = self;
        Wire { parts, named, commands: *count, transaction, alone: *alone, unknown: *unknown }
    }
}

/// What must not go out in a pipeline.
fn check(request: &Request) -> Result<()> {
    if let Some(refusal) = request.refusal() {
        return Err(refusal.clone().into());
    }
    match unfit_for_batch(request) {
        Some(instead) => Err(Error::refused(request.name(), instead)),
        None => Ok(()),
    }
}

impl Part {
    /// Whether a command of so many bytes may be added.
    #[inline]
    fn has_room(&self, more: usize) -> bool {
        self.open && more < LARGE && self.bytes.len() + more + EXEC.len() <= PART
    }

    fn new(bytes: Vec<u8>) -> Self {
        Part { bytes, start: 0, last: 0, open: true }
    }

    fn large(request: Request) -> Self {
        let (mut bytes, start) = request.into_buffer();
        if bytes.capacity() - bytes.len() > bytes.len() / 8 {
            bytes.shrink_to_fit();
        }
        Part { bytes, start, last: start, open: false }
    }
}

impl<'a> Wire<'a> {
    /// The bytes, in order.
    pub(crate) fn parts(self) -> impl Iterator<Item = &'a [u8]> {
        (0..self.parts.len()).filter_map(move |number| self.part(number))
    }

    /// How many replies will come.
    pub(crate) fn replies(self) -> usize {
        if self.transaction { self.commands + 2 } else { self.commands }
    }

    pub(crate) fn is_transaction(self) -> bool {
        self.transaction
    }

    /// Whether it may go over a connection that others use as well. A server that grants MULTI and refuses EXEC goes on
    /// queueing: what others send must not come after.
    pub(crate) fn is_shareable(self) -> bool {
        !self.transaction && !self.alone
    }

    /// Whether nobody knows what it does to its connection.
    pub(crate) fn is_unknown(self) -> bool {
        self.unknown
    }

    /// How many commands of the caller's there are.
    pub(crate) fn commands(self) -> usize {
        self.commands
    }

    pub(crate) fn len(self) -> usize {
        self.parts().map(<[u8]>::len).sum()
    }

    /// The name of the command at `position`, which is sent as `command`.
    pub(crate) fn name(self, position: usize, command: Encoded<'a>) -> &'a str {
        let named = self.named.binary_search_by_key(&position, |(position, _)| *position).ok();
        named.and_then(|at| self.named.get(at)).map_or(command.name(), |(_, name)| name)
    }

    /// How many of the commands begin behind the first `written` bytes.
    pub(crate) fn commands_behind(self, written: usize) -> usize {
        let mut begins = 0;
        let mut begun: usize = 0;
        for command in self.cursor() {
            if begins >= written {
                break;
            }
            begins += command.bytes().len();
            begun += 1;
        }
        // MULTI is none of the caller's.
        self.commands.saturating_sub(begun.saturating_sub(usize::from(self.transaction)))
    }

    /// The caller's commands.
    pub(crate) fn encoded(self) -> Cursor<'a> {
        let mut cursor = self.cursor();
        if self.transaction {
            cursor.next();
            cursor.passed = 0;
        }
        cursor
    }

    fn cursor(self) -> Cursor<'a> {
        Cursor { wire: self, number: 0, rest: self.part(0).unwrap_or_default(), passed: 0 }
    }

    fn part(self, number: usize) -> Option<&'a [u8]> {
        let part = self.parts.get(number)?;
        let is_last = number + 1 == self.parts.len();
        let start = part.start + if number == 0 && !self.transaction { MULTI.len() } else { 0 };
        let cut = if is_last && !self.transaction { EXEC.len() } else { 0 };
        part.bytes.get(start..part.bytes.len().checked_sub(cut)?)
    }
}

/// The commands, one after the other.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a> {
    wire: Wire<'a>,
    number: usize,
    /// Of the part of that number.
    rest: &'a [u8],
    /// How many commands were given.
    passed: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn wire(&self) -> Wire<'a> {
        self.wire
    }

    /// The command at `position`. One that was passed is found from the beginning again.
    pub(crate) fn find(&mut self, position: usize) -> Option<Encoded<'a>> {
        if position < self.passed {
            *self = self.wire.encoded();
        }
        self.nth(position - self.passed)
    }
}

impl<'a> Iterator for Cursor<'a> {
    type Item = Encoded<'a>;

    fn next(&mut self) -> Option<Encoded<'a>> {
        while self.rest.is_empty() {
            self.number += 1;
            self.rest = self.wire.part(self.number)?;
        }
        let command = Encoded::first(self.rest)?;
        self.rest = self.rest.get(command.bytes().len()..)?;
        self.passed += 1;
        Some(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use redispy_cmd::cmd;

    fn names(wire: Wire<'_>) -> Vec<&str> {
        wire.encoded().take(wire.commands()).map(Encoded::name).collect()
    }

    #[test]
    fn a_transaction_is_framed_and_a_plain_pipeline_is_not() {
        let mut commands = Commands::default();
        commands.push(cmd(("SET", "k", 1)).into_parts().0);
        commands.push(cmd(("GET", "k")).into_parts().0);
        let bytes = |wire: Wire<'_>| String::from_utf8(wire.parts().collect::<Vec<_>>().concat()).unwrap();
        let set = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\n1\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n";
        let plain = commands.seal(Form::Pipeline).unwrap();
        assert_eq!((bytes(plain).as_str(), plain.replies(), plain.len()), (set, 2, set.len()));
        assert_eq!(plain.parts().count(), 1);
        // Sealed once, however often it is sent.
        commands.seal(Form::Pipeline).unwrap();
        let transaction = commands.wire(Form::Transaction);
        assert_eq!(bytes(transaction), format!("*1\r\n$5\r\nMULTI\r\n{set}*1\r\n$4\r\nEXEC\r\n"));
        assert_eq!((transaction.replies(), names(transaction)), (4, vec!["SET", "GET"]));
        assert!(!commands.is_read_only());
    }

    #[test]
    fn without_commands_there_is_a_transaction_and_no_plain_pipeline() {
        let mut commands = Commands::default();
        let transaction = commands.seal(Form::Transaction).unwrap();
        assert_eq!(transaction.parts().collect::<Vec<_>>().concat(), [MULTI, EXEC].concat());
        assert_eq!((transaction.replies(), transaction.encoded().take(0).count()), (2, 0));
        assert_eq!([0, 1, 15, 16, 29].map(|written| transaction.commands_behind(written)), [0; 5]);
        let plain = commands.wire(Form::Pipeline);
        assert_eq!((plain.len(), plain.replies()), (0, 0));
    }

    #[test]
    fn what_was_not_written_is_counted_by_commands() {
        let mut commands = Commands::default();
        (0..3).for_each(|_| commands.push(cmd("PING").into_parts().0));
        let plain = commands.seal(Form::Pipeline).unwrap();
        let behind = [0, 1, 14, 15, 28, 29, 42].map(|written| plain.commands_behind(written));
        assert_eq!(behind, [3, 2, 2, 1, 1, 0, 0]);
        let transaction = commands.wire(Form::Transaction);
        let behind = [0, 1, 15, 16, 30, 57, 58, 71].map(|written| transaction.commands_behind(written));
        assert_eq!(behind, [3, 3, 3, 2, 1, 0, 0, 0]);
    }

    #[test]
    fn parts_hold_all_commands_in_order_whatever_their_size() {
        let mut commands = Commands::default();
        let mut sent = Vec::new();
        for n in 0..600_usize {
            let size = [0, 100, LARGE, 5000, PART, 3 * PART, 70, 80][n % 8];
            let command = cmd(("ECHO", vec![b'x'; size])).arg(n);
            sent.push(command.request().bytes().to_vec());
            commands.push(command.into_parts().0);
        }
        for form in [Form::Pipeline, Form::Transaction] {
            let wire = commands.seal(form).unwrap();
            let all = wire.encoded().take(wire.commands()).map(|command| command.bytes().to_vec());
            assert!(all.eq(sent.iter().cloned()));
            let mut cursor = wire.encoded();
            for position in [3, 3, 500, 2] {
                assert_eq!(cursor.find(position).unwrap().bytes(), sent[position]);
            }
        }
        let held: usize = commands.parts.iter().map(|part| part.bytes.capacity()).sum();
        let bytes: usize = sent.iter().map(Vec::len).sum();
        assert!(held < bytes + bytes / 4, "{held} for {bytes}");
    }
}
