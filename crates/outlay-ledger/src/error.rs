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
    /// A backup is not whole.
    #[error("the backup {path} is damaged: {reason}")]
    Backup {
        /// The backup.
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
    /// The catalogue is damaged.
    #[error("the catalogue (outlay.db) is damaged: {0}")]
    DamagedCatalogue(String),
    /// The data version that was read is gone.
    #[error("data version {0} was given up while it was read")]
    GivenUp(i64),
    /// Another process holds the catalogue.
    #[error("the catalogue (outlay.db) is in use by another program: {0}")]
    Busy(String),
    /// SQLite refused.
    #[error("the catalogue (outlay.db) says: {0}")]
    Catalogue(sqlx::Error),
    /// A migration failed.
    #[error("the catalogue could not be brought up to date: {0}")]
    Migration(sqlx::migrate::MigrateError),
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
            Error::Locked(_) | Error::Busy(_) | Error::GivenUp(_) => "locked",
            Error::Newer { .. } => "newer_ledger",
            Error::Cancelled => "cancelled",
            Error::Unknown(_) | Error::Request(_) => "bad_request",
            Error::Damaged { .. }
            | Error::Backup { .. }
            | Error::DamagedCatalogue(_)
            | Error::Migration(_)
            | Error::Json(_) => "damaged",
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
                std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                    "Free some space; what was there before is unchanged.".to_owned()
                }
                std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                    "Give yourself write permission on it, or use another folder.".to_owned()
                }
                _ => "What was there before is unchanged.".to_owned(),
            },
            Error::Backup { .. } => "Take an older one; nothing was made.".to_owned(),
            Error::GivenUp(_) => "Ask again: the newest data version answers.".to_owned(),
            Error::Busy(_) => "Try again in a moment; nothing was changed.".to_owned(),
            Error::DamagedCatalogue(_) | Error::Json(_) => {
                "`outlay doctor --repair` puts its copy in its place; else restore a backup.".to_owned()
            }
            Error::Damaged { .. } => {
                "`outlay doctor` says which rows it held and how they come back; or restore a backup.".to_owned()
            }
            _ => String::new(),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Error {
        use std::io::ErrorKind;
        let code = error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code)
            .and_then(|code| code.parse::<i32>().ok());
        let disk =
            |kind| Error::Io { path: PathBuf::from("outlay.db"), source: std::io::Error::new(kind, error.to_string()) };
        // The lowest byte of a result code says what it is about: https://sqlite.org/rescode.html
        match code.map(|code| code & 0xff) {
            Some(5 | 6) => Error::Busy(error.to_string()),
            // 14 is what a folder says in which SQLite cannot make its files.
            Some(8 | 14 | 23) => disk(ErrorKind::PermissionDenied),
            Some(10) => disk(ErrorKind::Other),
            Some(11 | 26) => Error::DamagedCatalogue(error.to_string()),
            Some(13) => disk(ErrorKind::StorageFull),
            _ => Error::Catalogue(error),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for Error {
    fn from(error: sqlx::migrate::MigrateError) -> Error {
        match error {
            sqlx::migrate::MigrateError::Execute(error) => error.into(),
            other => Error::Migration(other),
        }
    }
}

/// Result of ledger work.
pub type Result<T> = std::result::Result<T, Error>;
