//! What a file gave.

use outlay_model::report::{Kind, RejectedRow};
use outlay_model::time::Micros;

/// What a file gave.
#[derive(Clone, Debug, Default)]
pub struct FileTally {
    /// Rows pushed or rejected.
    pub rows: u64,
    /// Rejected rows.
    pub rejected: u64,
    /// The rejected rows kept.
    pub rejects: Vec<RejectedRow>,
    /// First and last instant.
    pub span: Option<(Micros, Micros)>,
    /// Kinds of record seen.
    pub kinds: Vec<Kind>,
    /// Whether it tells spans, of which those above may repeat the tokens of those below.
    pub spans: bool,
    /// Secrets removed while it was read.
    pub secrets: u64,
    /// Rows that stand in the ledger because of this file, known after publication.
    pub imported: u64,
    /// Rows that another one displaces, known after publication.
    pub duplicate: u64,
}
