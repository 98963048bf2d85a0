//! Replies with more to them than one value.
//!
//! Servers add fields from version to version. What a struct does not name is kept in its `other`, and a field that a server
//! does not send is `None` or empty, so the same code reads the replies of every server.

pub(crate) mod expiry;
mod fields;
mod fsynced;
mod hello;
mod key_type;
mod lcs_matches;
mod module_info;
mod scan_page;

pub use expiry::Expiry;
pub use fsynced::Fsynced;
pub use hello::Hello;
pub use key_type::KeyType;
pub use lcs_matches::{LcsMatch, LcsMatches};
pub use module_info::ModuleInfo;
pub use scan_page::{Cursor, ScanPage};
