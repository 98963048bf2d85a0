//! What can be an argument: one ([`ToArg`]), one or many ([`ToArgs`]), pairs ([`ToPairs`]), scores with members
//! ([`ToScored`]), members with positions ([`ToPlaces`]), times ([`ToSeconds`] and its kin).
//!
//! | wanted | what fits |
//! |---|---|
//! | one argument | strings, byte strings (`&[u8]`, `[u8; N]`, `Vec<u8>`, `Bytes`), integers, floats, `char`, [`Text`] |
//! | one or many | each of these, and slices, arrays, `Vec`, `VecDeque`, sets and tuples of them, [`each`] |
//! | pairs | `(field, value)`, slices, arrays and `Vec` of these, maps, `((f1, v1), (f2, v2))` for mixed types, [`each`] |
//! | scores with members | `(score, member)` with an `f64` score, collections of these, maps from member to score, [`each`] |
//! | members with positions | `(longitude, latitude, member)` in degrees, `(GeoPosition, member)`, collections of these, [`each`] |
//!
//! `u8`, `bool` and `Option` are no arguments: `Vec<u8>` is one byte string, a truth value has no form that all commands
//! share, and an argument that may be missing belongs on a builder.

mod many;
mod one;
mod pairs;
mod places;
mod scored;
mod time;

pub use many::{Each, ToArgs, each};
pub(crate) use one::Number;
pub use one::{Arg, Text, ToArg};
pub use pairs::ToPairs;
pub use places::ToPlaces;
pub use scored::ToScored;
pub use time::{TimeArg, ToMillis, ToSeconds, ToUnixMillis, ToUnixSeconds};
