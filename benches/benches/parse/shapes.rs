//! What is parsed.

/// Parses all of a shape once; gives how many replies there were.
pub(crate) type Run = Box<dyn FnMut(&Shape) -> usize>;

/// Some replies, one behind the other.
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
    /// Where each reply ends.
    pub(crate) ends: Vec<usize>,
    pub(crate) kind: Kind,
}

/// What the replies are, and so what they are built as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Strings,
    Integers,
    Nested,
    Single,
}

impl Shape {
    fn new(name: &'static str, kind: Kind, replies: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let (mut bytes, mut ends) = (Vec::new(), Vec::new());
        for reply in replies {
            bytes.extend_from_slice(&reply);
            ends.push(bytes.len());
        }
        Shape { name, bytes, ends, kind }
    }

    pub(crate) fn replies(&self) -> usize {
        self.ends.len()
    }

    /// The replies, each by itself.
    pub(crate) fn each(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| &self.bytes[std::mem::replace(&mut start, end)..end])
    }
}

fn bulk(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    resp_proto::write_bulk(&mut out, body);
    out
}

fn array(items: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let items: Vec<Vec<u8>> = items.into_iter().collect();
    let mut out = format!("*{}\r\n", items.len()).into_bytes();
    items.iter().for_each(|item| out.extend_from_slice(item));
    out
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

pub(crate) fn all() -> Vec<Shape> {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let entry = |n: usize| {
        let fields = [&b"temperature"[..], b"21.5", b"humidity", b"40"].map(bulk);
        array([bulk(format!("1700000000{n:03}-0").as_bytes()), array(fields)])
    };
    vec![
        Shape::new("bulks", Kind::Strings, [array((0..10_000).map(|n| bulk(format!("{n:032}").as_bytes())))]),
        Shape::new(
            "integers",
            Kind::Integers,
            [array((0..10_000).map(|_| format!(":{}\r\n", dice.below(1_000_000)).into_bytes()))],
        ),
        Shape::new("large", Kind::Single, [bulk(&vec![b'x'; 1 << 20])]),
        Shape::new("ok", Kind::Single, (0..1_000).map(|_| b"+OK\r\n".to_vec())),
        Shape::new("gets", Kind::Single, (0..100).map(|n| bulk(format!("{n:032}").as_bytes()))),
        Shape::new("nested", Kind::Nested, [array((0..1_000).map(entry))]),
        Shape::new(
            "random",
            Kind::Strings,
            [array((0..10_000).map(|_| bulk(&vec![b'x'; usize::try_from(dice.below(200)).unwrap()])))],
        ),
    ]
}
