//! How much a peer may make us take in.

/// Limits on what a peer sends; all finite by default. Breaking one is an [`Error`](crate::Error) that names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// How deep aggregates may nest; 128 by default.
    pub max_depth: usize,
    /// The longest bulk string, bulk error or verbatim string in bytes; 512 MiB by default, the servers' own default.
    pub max_bulk_len: usize,
    /// The most elements of one aggregate (a map's pair counts as two); 2^27 by default.
    pub max_elements: usize,
    /// The longest line (simple string, error, number) in bytes without its end; 64 KiB by default.
    pub max_line_len: usize,
    /// The longest whole reply in bytes; 4 GiB by default.
    pub max_reply_len: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_depth: 128,
            max_bulk_len: 512 << 20,
            max_elements: 1 << 27,
            max_line_len: 64 << 10,
            max_reply_len: usize::try_from(4_u64 << 30).unwrap_or(usize::MAX),
        }
    }
}

impl Limits {
    /// Sets [`max_depth`](Self::max_depth).
    #[must_use]
    pub fn with_max_depth(mut self, depth: usize) -> Self {
        self.max_depth = depth;
        self
    }

    /// Sets [`max_bulk_len`](Self::max_bulk_len).
    #[must_use]
    pub fn with_max_bulk_len(mut self, bytes: usize) -> Self {
        self.max_bulk_len = bytes;
        self
    }

    /// Sets [`max_elements`](Self::max_elements).
    #[must_use]
    pub fn with_max_elements(mut self, elements: usize) -> Self {
        self.max_elements = elements;
        self
    }

    /// Sets [`max_line_len`](Self::max_line_len).
    #[must_use]
    pub fn with_max_line_len(mut self, bytes: usize) -> Self {
        self.max_line_len = bytes;
        self
    }

    /// Sets [`max_reply_len`](Self::max_reply_len).
    #[must_use]
    pub fn with_max_reply_len(mut self, bytes: usize) -> Self {
        self.max_reply_len = bytes;
        self
    }
}
