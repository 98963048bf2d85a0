//! What is known of each command: its words, flags, key positions and since when servers have it.

/// One row of the generated table: the command's words, how many, arity, flags, keys (first, last, step), whether it is a
/// container, group, and the versions that Redis and Valkey state, empty when they do not have it.
macro_rules! commands {
    ($($id:ident($name:literal, $words:literal, $count:literal, $arity:literal, [$($flag:ident)*],
        [$first:literal, $last:literal, $step:literal], $container:literal, $group:ident, $redis:literal, $valkey:literal);)*) => {
        $(
            #[doc = concat!("`", $name, "`")]
            pub static $id: Spec = Spec {
                name: $name,
                words: $words,
                word_count: $count,
                arity: $arity,
                flags: Flags(0 $(| bits::$flag)*),
                first_key: $first,
                last_key: $last,
                key_step: $step,
                container: $container,
                group: Group::$group,
                since_redis: since($redis),
                since_valkey: since($valkey),
            };
        )*

        /// Every command, sorted by name.
        pub(super) static ALL: &[&Spec] = &[$(&$id),*];
    };
}

#[rustfmt::skip]
mod table;

pub use table::*;

/// A command as the servers describe it. All of them are statics of this module, named like the command:
/// [`GET`](static@GET), [`CONFIG_GET`](static@CONFIG_GET).
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spec {
    /// The command's words in capitals, with a space between: `CONFIG GET`.
    pub name: &'static str,
    /// The words as they go over the wire: `$6\r\nCONFIG\r\n$3\r\nGET\r\n`.
    pub words: &'static [u8],
    /// How many words the name has.
    pub word_count: u8,
    /// How many arguments, the words included; negative: at least so many.
    pub arity: i16,
    /// What kind of command it is.
    pub flags: Flags,
    /// Position of the first key among the words and arguments, counted from 0 for the command itself; 0 when there is none.
    pub first_key: i16,
    /// Position of the last key; negative counts from the end.
    pub last_key: i16,
    /// Distance from one key to the next.
    pub key_step: i16,
    /// Whether the name alone is only the first word of subcommands (`CONFIG`).
    pub container: bool,
    /// The group it is documented under.
    pub group: Group,
    /// The Redis version it came with, if Redis has it.
    pub since_redis: Option<&'static str>,
    /// The version as Valkey states it, if Valkey has it.
    pub since_valkey: Option<&'static str>,
}

impl Spec {
    /// Every command of the table, sorted by name.
    pub fn all() -> impl ExactSizeIterator<Item = &'static Spec> {
        table::ALL.iter().copied()
    }

    /// The command of this name, letter case ignored: `lookup("config get")`.
    pub fn lookup(name: &str) -> Option<&'static Spec> {
        find(Name::of(name.as_bytes())?)
    }

    /// The command that these words begin, as sent: the subcommand when it is known, else the container.
    pub(crate) fn of_words(first: &[u8], second: Option<&[u8]>) -> Option<&'static Spec> {
        let name = Name::of(first)?;
        let spec = find(name)?;
        match second {
            Some(second) if spec.container => name.followed_by(second).and_then(find).or(Some(spec)),
            _ => Some(spec),
        }
    }

    /// Whether the command only reads, so that sending it twice does no harm.
    pub fn is_read_only(&self) -> bool {
        self.flags.contains(Flags::READONLY)
    }

    /// Whether the server may hold its reply back until something happens.
    pub fn is_blocking(&self) -> bool {
        self.flags.contains(Flags::BLOCKING)
    }
}

const fn since(version: &'static str) -> Option<&'static str> {
    if version.is_empty() { None } else { Some(version) }
}

fn find(name: Name) -> Option<&'static Spec> {
    let name = name.bytes.get(..name.len)?;
    let at = table::ALL.binary_search_by(|spec| spec.name.as_bytes().cmp(name)).ok()?;
    table::ALL.get(at).copied()
}

/// A name as the table spells it.
#[derive(Clone, Copy)]
struct Name {
    /// Room for the longest, `SENTINEL GET-PRIMARY-ADDR-BY-NAME`, and some.
    bytes: [u8; 40],
    len: usize,
}

impl Name {
    /// This word in capitals; `None` for one that is longer than any name.
    fn of(word: &[u8]) -> Option<Self> {
        Name { bytes: [0; 40], len: 0 }.with(word)
    }

    fn followed_by(self, word: &[u8]) -> Option<Self> {
        self.with(b" ")?.with(word)
    }

    fn with(mut self, word: &[u8]) -> Option<Self> {
        let end = self.len.checked_add(word.len())?;
        let place = self.bytes.get_mut(self.len..end)?;
        place.copy_from_slice(word);
        place.make_ascii_uppercase();
        self.len = end;
        Some(self)
    }
}

/// The flags of a command, as in the reply of `COMMAND`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Flags(u32);

impl Flags {
    /// Whether all of `other` are set.
    pub const fn contains(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }
}

macro_rules! flags {
    ($($(#[$doc:meta])* $name:ident = $bit:literal;)*) => {
        impl Flags {
            $($(#[$doc])* pub const $name: Flags = Flags(1 << $bit);)*
        }
        /// The same as plain numbers, for the table to combine.
        #[expect(dead_code, reason = "servers define flags that none of their commands carries")]
        mod bits {
            $(pub(super) const $name: u32 = 1 << $bit;)*
        }
    };
}

flags! {
    /// May change data.
    WRITE = 0;
    /// Only reads.
    READONLY = 1;
    /// Refused when memory is short.
    DENYOOM = 2;
    /// For operators.
    ADMIN = 3;
    /// Of publish and subscribe.
    PUBSUB = 4;
    /// Not callable from scripts.
    NOSCRIPT = 5;
    /// May wait before it answers.
    BLOCKING = 6;
    /// Allowed while the server loads its data.
    LOADING = 7;
    /// Allowed on a replica with stale data.
    STALE = 8;
    /// Not shown by MONITOR.
    SKIP_MONITOR = 9;
    /// Not in the slow log.
    SKIP_SLOWLOG = 10;
    /// Allowed after ASKING.
    ASKING = 11;
    /// Constant or logarithmic time.
    FAST = 12;
    /// Needs no authentication.
    NO_AUTH = 13;
    /// May be sent to replicas though it is no write.
    MAY_REPLICATE = 14;
    /// Keys are optional.
    NO_MANDATORY_KEYS = 15;
    /// Not allowed within MULTI.
    NO_MULTI = 16;
    /// Key positions cannot be told by first, last and step.
    MOVABLEKEYS = 17;
    /// Allowed while a script runs too long.
    ALLOW_BUSY = 18;
    /// Not allowed while data is loaded in the background.
    NO_ASYNC_LOADING = 19;
    /// Of a module that comes with the server.
    MODULE = 20;
}

/// The groups that commands are documented under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each is the group's own name")]
pub enum Group {
    Bitmap,
    Cluster,
    Connection,
    Generic,
    Geo,
    Hash,
    HyperLogLog,
    List,
    Module,
    PubSub,
    Scripting,
    Sentinel,
    Server,
    Set,
    SortedSet,
    Stream,
    String,
    Transactions,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case() {
        assert_eq!(Spec::lookup("get"), Some(&GET));
        assert_eq!(Spec::lookup("Config Get"), Some(&CONFIG_GET));
        assert_eq!(Spec::lookup("NOSUCH"), None);
    }

    #[test]
    fn words_as_sent_find_the_subcommand() {
        assert_eq!(Spec::of_words(b"config", Some(b"get")), Some(&CONFIG_GET));
        assert_eq!(Spec::of_words(b"CONFIG", Some(b"nosuch")).map(|spec| spec.name), Some("CONFIG"));
        assert_eq!(Spec::of_words(b"get", Some(b"config")), Some(&GET));
    }

    #[test]
    fn every_name_is_found() {
        assert!(table::ALL.is_sorted_by_key(|spec| spec.name));
        for spec in Spec::all() {
            assert_eq!(Spec::lookup(&spec.name.to_lowercase()), Some(spec));
        }
        assert_eq!(Spec::lookup(&"GET".repeat(50)), None);
        assert_eq!(Spec::of_words(b"CONFIG", Some(&[b'x'; 100])), Some(&CONFIG));
    }

    #[test]
    fn flags_tell_reads_from_writes() {
        assert!(GET.is_read_only() && !SET.is_read_only());
        assert!(BLPOP.is_blocking() && !LPOP.is_blocking());
    }
}
