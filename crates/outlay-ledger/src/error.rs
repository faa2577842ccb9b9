//! What can go wrong with a ledger, and what to do about it.

use std::path::PathBuf;

/// An error of the ledger. Messages say what and where; [`Error::remedy`] says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder holds no ledger.
    #[error("there is no company file in {0}")]
    NotThere(PathBuf),
    /// The folder is not empty and not a ledger.
    #[error("{0} is a folder with other files in it, not a company file")]
    NotALedger(PathBuf),
    /// Another process writes.
    #[error("another Outlay is writing to {0}")]
    Locked(PathBuf),
    /// Made by a later version.
    #[error("{path} was written by a newer Outlay (format {found}; this one knows {known})")]
    Newer {
        /// The folder.
        path: PathBuf,
        /// Format of the ledger.
        found: i64,
        /// Latest known format.
        known: i64,
    },
    /// A network file system, whose locks cannot be trusted.
    #[error("{path} is on a network file system ({kind})")]
    Network {
        /// The folder.
        path: PathBuf,
        /// File-system type.
        kind: String,
    },
    /// The work was cancelled; nothing was kept.
    #[error("cancelled; nothing was kept")]
    Cancelled,
    /// An id that the ledger does not have.
    #[error("there is no {0}")]
    Unknown(String),
    /// The request makes no sense.
    #[error("{0}")]
    Request(String),
    /// A file of the ledger is damaged.
    #[error("{path} is damaged: {reason}")]
    Damaged {
        /// File.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The disk or file system refused.
    #[error("{path}: {source}")]
    Io {
        /// File or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// SQLite refused.
    #[error("the catalogue (outlay.db) says: {0}")]
    Catalogue(#[from] sqlx::Error),
    /// A migration failed.
    #[error("the catalogue could not be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// polars refused.
    #[error("the datasets could not be read or written: {0}")]
    Frame(#[from] polars::error::PolarsError),
    /// Stored JSON is not what was written.
    #[error("the catalogue holds something unreadable: {0}")]
    Json(#[from] serde_json::Error),
    /// A worker thread ended early.
    #[error("a worker stopped: {0}")]
    Worker(String),
}

impl Error {
    /// Wraps an I/O error with its path.
    pub fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.into();
        move |source| Error::Io { path, source }
    }

    /// A code that a shell may decide on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Error::NotThere(_) | Error::NotALedger(_) => "no_ledger",
            Error::Locked(_) => "locked",
            Error::Newer { .. } => "newer_ledger",
            Error::Cancelled => "cancelled",
            Error::Unknown(_) | Error::Request(_) => "bad_request",
            Error::Damaged { .. } | Error::Migration(_) | Error::Json(_) => "damaged",
            Error::Network { .. } | Error::Io { .. } => "disk",
            Error::Catalogue(_) | Error::Frame(_) | Error::Worker(_) => "fault",
        }
    }

    /// What the user can do.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Error::NotThere(_) => "Import a file to make one, or name another folder with --ledger.".to_owned(),
            Error::NotALedger(_) => "Name an empty folder or a new one.".to_owned(),
            Error::Locked(_) => "Wait until it has finished, or close it; reading goes on meanwhile.".to_owned(),
            Error::Newer { .. } => "Update Outlay; nothing was changed.".to_owned(),
            Error::Network { .. } => {
                "Keep the company file on a local disk; locks on network folders cannot be trusted.".to_owned()
            }
            Error::Io { source, .. } => match source.kind() {
                std::io::ErrorKind::StorageFull => "Free some space; what was there before is unchanged.".to_owned(),
                std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                    "Give yourself write permission on it, or use another folder.".to_owned()
                }
                _ => "What was there before is unchanged.".to_owned(),
            },
            Error::Damaged { .. } | Error::Json(_) => {
                "Restore it from a backup, or undo the import it belongs to.".to_owned()
            }
            _ => String::new(),
        }
    }
}

/// Result of ledger work.
pub type Result<T> = std::result::Result<T, Error>;
