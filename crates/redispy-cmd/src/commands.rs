//! The commands: for each group one file with its builders (functions and structs) and its trait.

mod string;

pub use string::*;
