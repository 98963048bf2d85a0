//! Replies with more to them than one value.
//!
//! Servers add fields from version to version. What a struct does not name is kept in its `other`, and a field that a server
//! does not send is `None` or empty, so the same code reads the replies of every server.

mod client_info;
pub(crate) mod expiry;
mod field_expiry;
pub(crate) mod fields;
mod fsynced;
mod hello;
mod inserted;
mod key_type;
mod lcs_matches;
mod module_info;
mod scan_page;
mod text_fields;

pub use client_info::{ClientInfo, Redirection, TrackingInfo};
pub use expiry::Expiry;
pub use field_expiry::{FieldExpire, FieldPersist};
pub use fsynced::Fsynced;
pub use hello::Hello;
pub use inserted::Inserted;
pub use key_type::KeyType;
pub use lcs_matches::{LcsMatch, LcsMatches};
pub use module_info::ModuleInfo;
pub use scan_page::{Cursor, ScanPage};
