//! Care for a company file: whether all of it is whole, and backups.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Asks whether everything that was written is still there and whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct DoctorRequest {
    /// Folder; none: the company file that is open, or that could not be opened.
    pub path: Option<String>,
    /// Mend what can be made again without loss.
    pub repair: bool,
    /// Take damaged rows out as well, so that the rest answers and their files can be read again.
    pub set_aside: bool,
}

/// What the check found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DoctorReply {
    /// Folder.
    pub path: String,
    /// Data files checked.
    pub files: usize,
    /// Their bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Nothing is left to mend.
    pub healthy: bool,
    /// What is not as it was written.
    pub findings: Vec<DoctorFinding>,
}

/// The part of a company file that a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LedgerPart {
    /// The catalogue.
    Catalogue,
    /// The log of changes.
    AuditLog,
    /// Rows.
    Rows,
    /// Sums of rows.
    Sums,
    /// Files of a writer that was killed.
    LeftBehind,
}

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DoctorFinding {
    /// What it is about.
    pub part: LedgerPart,
    /// File in the folder.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What was done, or what to do.
    pub remedy: String,
    /// Whether it was mended.
    pub mended: bool,
    /// Files to read again, which bring lost rows back.
    pub read_again: Vec<String>,
}

/// Asks for a backup of the open company file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BackupRequest {
    /// File to write.
    pub path: String,
}

/// Asks for the company file that a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RestoreRequest {
    /// The backup.
    pub from: String,
    /// Folder to make.
    pub to: String,
}

/// A backup made or restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BackupReply {
    /// File or folder written.
    pub path: String,
    /// Data files in it.
    pub files: usize,
    /// Bytes of the backup, or of what was restored.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Newest data version in it.
    #[ts(type = "number")]
    pub data_version: i64,
}

/// Asks to take something out of the company file for good: exactly one of the three.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct ForgetRequest {
    /// A user, by the id as the sources spell it.
    pub user: Option<String>,
    /// All prompt and answer texts.
    pub texts: bool,
    /// First local day of a time range.
    #[ts(type = "string | null")]
    pub from: Option<chrono::NaiveDate>,
    /// Its last local day, included.
    #[ts(type = "string | null")]
    pub to: Option<chrono::NaiveDate>,
}

/// What was taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ForgetReply {
    /// Records, or those whose texts went.
    #[ts(type = "number")]
    pub records: i64,
    /// Data files written anew.
    pub files: usize,
    /// Data version without it; those before are gone.
    #[ts(type = "number")]
    pub data_version: i64,
}
