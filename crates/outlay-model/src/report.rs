//! What an import says about itself.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which of the four kinds of record a source carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One row an attempt, or a step of a trace.
    Call,
    /// One row a bucket of provider usage.
    Usage,
    /// One row a billed line.
    Charge,
    /// One row a score.
    Score,
}

impl Kind {
    /// What a person reads.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Kind::Call => "own logs",
            Kind::Usage => "provider usage",
            Kind::Charge => "billed lines",
            Kind::Score => "scores",
        }
    }
    /// What its records are called.
    #[must_use]
    pub fn records(self) -> &'static str {
        if self == Kind::Call { "calls" } else { self.title() }
    }
    /// Folder and table name.
    #[must_use]
    pub fn dataset(self) -> &'static str {
        match self {
            Kind::Call => "calls",
            Kind::Usage => "usage",
            Kind::Charge => "charges",
            Kind::Score => "scores",
        }
    }
}

/// What became of one file of an import. `imported + duplicate + rejected = rows`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct FileReport {
    /// File name as given.
    pub file: String,
    /// Id of the format that read it, or empty where no format knew it.
    pub format: String,
    /// Why it was taken for that format.
    pub why: String,
    /// Kind of record, where it has any.
    pub kind: Option<Kind>,
    /// Rows read.
    pub rows: u64,
    /// Rows now in the ledger because of this file.
    pub imported: u64,
    /// Rows that the ledger already had, or that a more complete row replaces.
    pub duplicate: u64,
    /// Rows refused, each kept with its reason.
    pub rejected: u64,
    /// Lines of a bill that are not about language models: counted beside the rows.
    #[serde(default)]
    pub left_out: u64,
    /// Bytes as stored.
    pub bytes: u64,
    /// First instant, RFC 3339, where any row had one.
    pub from: Option<String>,
    /// Last instant, RFC 3339.
    pub to: Option<String>,
    /// Zone that naive times were read in.
    pub zone: String,
    /// Secrets and key-like texts that were replaced before anything was written.
    pub secrets_removed: u64,
    /// What this source cannot tell, in words.
    pub cannot_tell: Vec<String>,
    /// Anything a reader of the total should know: adjusted faults, an empty file, a conversion.
    pub notes: Vec<String>,
    /// The first rejected rows.
    pub rejects: Vec<RejectedRow>,
    /// Why the whole file was refused, where it was.
    pub refused: Option<String>,
    /// What a person can tell so that a refused file is read.
    #[serde(default)]
    pub needs: Option<Needs>,
}

/// What a refused file lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Needs {
    /// The zone of its local times.
    Zone,
    /// Which of its columns is what.
    Mapping,
}

/// A rejected row as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RejectedRow {
    /// Line, from 1.
    pub line: u64,
    /// Column.
    pub column: String,
    /// Reason.
    pub reason: String,
    /// Value, shortened and redacted.
    pub value: String,
}
