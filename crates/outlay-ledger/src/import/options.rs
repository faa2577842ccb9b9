//! How an import is to be made.

/// How an import is to be made.
pub struct ImportOptions {
    /// Rows of a dataset that may wait in memory before they are spilled to disk.
    pub rows_in_memory: usize,
    /// Keep texts, redacted.
    pub keep_text: bool,
    /// Store user ids as keyed hashes.
    pub hash_users: bool,
    /// What was asked for, kept with the import so that it can be asked again.
    pub request: String,
    /// Import whose place this takes: its rows leave with the same data version.
    pub replaces: Option<i64>,
    /// Told now and then the bytes and rows read so far; returns whether to go on.
    pub progress: Box<dyn FnMut(u64, u64) -> bool + Send>,
    /// Asked while publishing, between parts: whether to stop and leave nothing.
    pub cancelled: Box<dyn Fn() -> bool + Send>,
}

impl std::fmt::Debug for ImportOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImportOptions").field("rows_in_memory", &self.rows_in_memory).finish_non_exhaustive()
    }
}

impl ImportOptions {
    /// Rows of a dataset that wait in memory unless told otherwise.
    pub const ROWS_IN_MEMORY: usize = 1 << 18;
}

impl Default for ImportOptions {
    fn default() -> Self {
        ImportOptions {
            rows_in_memory: ImportOptions::ROWS_IN_MEMORY,
            keep_text: false,
            hash_users: false,
            request: String::new(),
            replaces: None,
            progress: Box::new(|_, _| true),
            cancelled: Box::new(|| false),
        }
    }
}
