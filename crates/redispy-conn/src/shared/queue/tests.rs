//! The queue under callers that take their steps in any order.

use super::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Each caller sends its number, four bytes a command, and the server sends it back.
const LEN: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Is {
    ToStart,
    InLine,
    Waiting,
    Leading,
    /// It leads, and waits in the operating system.
    Blocked,
    Writing,
    Done,
    Gone,
}

#[derive(Debug)]
struct Caller {
    id: u8,
    commands: usize,
    is: Cell<Is>,
    gift: Cell<Option<Gift>>,
    got: Cell<usize>,
    end: Cell<u64>,
}

impl Seat for Rc<Caller> {
    fn offer(&self, gift: Gift) -> bool {
        let waits = matches!(self.is.get(), Is::Waiting | Is::InLine) && self.gift.get().is_none();
        if waits {
            self.gift.set(Some(gift));
        }
        waits
    }

    fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(self, other)
    }

    fn ends_at(&self, end: u64) {
        self.end.set(end);
    }

    fn nobody() -> Self {
        let (is, gift) = (Cell::new(Is::Gone), Cell::new(None));
        Rc::new(Caller { id: 0, commands: 0, is, gift, got: Cell::new(0), end: Cell::new(0) })
    }

    fn is_unattended(&self) -> bool {
        false
    }

    fn stand_in_line(&self) {}
}

/// One connection and its callers, who take their steps in an order given by chance.
struct World {
    queue: Queue<Rc<Caller>>,
    due: VecDeque<Entry<Rc<Caller>>>,
    capacity: usize,
    sent: Vec<u8>,
    unread: Vec<u8>,
    chance: RefCell<u64>,
}

impl World {
    fn chance(&self, below: usize) -> usize {
        let mut x = self.chance.borrow_mut();
        *x ^= *x << 13;
        *x ^= *x >> 7;
        *x ^= *x << 17;
        usize::try_from(*x % below as u64).unwrap()
    }

    /// Writes what fits; says whether that was all.
    fn write(&mut self, segment: &mut Segment) -> bool {
        let room = self.capacity - self.unread.len();
        let count = segment.rest().len().min(room);
        self.sent.extend_from_slice(&segment.rest()[..count]);
        self.unread.extend_from_slice(&segment.rest()[..count]);
        segment.advance(count);
        segment.rest().is_empty()
    }

    fn settle(&mut self) {
        while self.unread.len() >= LEN {
            let reply: Vec<u8> = self.unread.drain(..LEN).collect();
            self.queue.take_due(&mut self.due);
            let first = self.due.front_mut().expect("someone has asked for it");
            assert_eq!(reply, [first.ticket.id; LEN], "the reply of another caller");
            first.left -= 1;
            first.ticket.got.set(first.ticket.got.get() + 1);
            if first.left == 0 {
                let entry = self.due.pop_front().unwrap();
                if entry.ticket.is.get() != Is::Gone {
                    entry.ticket.is.set(Is::Done);
                }
            }
        }
    }

    /// One step of a caller; false if it cannot take any now.
    fn step(&mut self, me: &Rc<Caller>) -> bool {
        match me.is.get() {
            Is::ToStart | Is::InLine => {
                let granted = me.gift.take().is_some();
                if me.is.get() == Is::InLine && !granted {
                    return false;
                }
                let mut bytes = Cow::Owned(vec![me.id; LEN * me.commands]);
                if self.chance(2) == 0 {
                    bytes = Cow::Borrowed([me.id; 64].get(..LEN * me.commands).unwrap()).into_owned().into();
                }
                me.is.set(Is::InLine);
                match self.queue.submit(me, &mut bytes, me.commands, granted) {
                    Ok(Duty::Lead) => self.lead(me),
                    Ok(Duty::Write) => me.is.set(Is::Writing),
                    Ok(Duty::Wait) => me.is.set(Is::Waiting),
                    Err(refusal) => assert_eq!(refusal, Refusal::Full),
                }
            }
            Is::Waiting => match me.gift.take() {
                Some(Gift::Lead) => self.lead(me),
                Some(Gift::Pen) => me.is.set(Is::Writing),
                other => return other.is_some(),
            },
            Is::Leading => {
                self.settle();
                if me.is.get() == Is::Done {
                    self.queue.pass_on(&self.due, Some(Instant::now()));
                    return true;
                }
                let Some(mut segment) = self.queue.next_for_reader(None, &self.due) else {
                    me.is.set(Is::Blocked);
                    return true;
                };
                self.write(&mut segment);
                self.queue.wrote(segment);
                self.queue.drop_pen();
            }
            Is::Blocked if self.unread.is_empty() => return false,
            Is::Blocked => self.lead(me),
            Is::Writing => {
                if let Some(mut segment) = self.queue.next_for_writer() {
                    let all = self.write(&mut segment);
                    self.queue.wrote(segment);
                    if !all {
                        // The reader, or its deadline, will make an end of it.
                        return self.unread.len() < self.capacity;
                    }
                } else {
                    me.is.set(Is::Waiting);
                }
            }
            Is::Done | Is::Gone => return false,
        }
        true
    }

    fn lead(&mut self, me: &Rc<Caller>) {
        me.is.set(Is::Leading);
        self.queue.woke(&mut self.due);
    }

    fn give_up(&mut self, me: &Rc<Caller>) {
        let was = me.is.replace(Is::Gone);
        let gift = me.gift.take();
        match (was, gift) {
            (Is::InLine, gift) => {
                self.queue.leave(me, LEN * me.commands, gift.is_some());
                return;
            }
            (Is::Leading | Is::Blocked, _) | (_, Some(Gift::Lead)) => {
                self.queue.woke(&mut self.due);
                self.queue.pass_on(&self.due, None);
            }
            _ => {}
        }
        if was == Is::Writing || gift == Some(Gift::Pen) {
            self.queue.pass_pen();
        }
        let abandoned = self.queue.abandon(me, me.end.get());
        let sent = self.sent.contains(&me.id);
        assert_eq!(abandoned.sent == Sent::Nothing, !sent, "{abandoned:?} of {me:?}");
    }
}

/// Whatever the order of steps: every reply goes to its caller, once; what is called unsent is never sent; nobody waits
/// for ever, whoever gives up.
#[test]
fn callers_in_any_order_are_answered_once_each() {
    for seed in 1..4000_u64 {
        let mut world = World {
            queue: Queue::new(0),
            due: VecDeque::new(),
            capacity: 0,
            sent: Vec::new(),
            unread: Vec::new(),
            chance: RefCell::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
        };
        world.queue = Queue::new([4, 12, 1 << 20][world.chance(3)]);
        world.capacity = [5, 9, 1 << 20][world.chance(3)];
        let hasty = world.chance(4);
        let callers: Vec<Rc<Caller>> = (1..=8)
            .map(|id| {
                let (is, gift) = (Cell::new(Is::ToStart), Cell::new(None));
                let commands = 1 + world.chance(3);
                Rc::new(Caller { id, commands, is, gift, got: Cell::new(0), end: Cell::new(0) })
            })
            .collect();
        let mut stuck = 0;
        while callers.iter().any(|caller| !matches!(caller.is.get(), Is::Done | Is::Gone)) {
            let me = &callers[world.chance(callers.len())];
            let active = !matches!(me.is.get(), Is::ToStart | Is::Done | Is::Gone);
            if active && usize::from(me.id) <= hasty && world.chance(8) == 0 {
                world.give_up(me);
                stuck = 0;
                continue;
            }
            stuck = if world.step(me) { 0 } else { stuck + 1 };
            assert!(stuck < 1000, "seed {seed}: nobody goes on: {callers:?}, {:?}", world.queue);
        }
        for caller in &callers {
            if caller.is.get() == Is::Done {
                assert_eq!(caller.got.get(), caller.commands, "seed {seed}");
            }
        }
    }
}
