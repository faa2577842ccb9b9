//! The SQLite catalogue: what exists, since when, and why. One file a concern.

pub mod audit;
pub mod copy;
pub mod files;
pub mod imports;
pub mod meta;
pub mod prices;
pub mod words;

use std::path::Path;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::error::{Error, Result};

/// Format of the ledger that this build writes.
pub const FORMAT: i64 = 5;

/// How every connection is made.
fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10))
}

/// A connection for what need not outlive a crash of the machine (pins): a question then never waits for the disk.
pub fn fleeting(path: &Path) -> SqlitePool {
    let options = options(path).synchronous(SqliteSynchronous::Normal);
    SqlitePoolOptions::new().max_connections(1).connect_lazy_with(options)
}

/// Opens the catalogue, making it where `create` is set, and brings it up to date.
pub async fn open(path: &Path, create: bool) -> Result<SqlitePool> {
    let options = options(path).create_if_missing(create);
    let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await?;
    let root = path.parent().unwrap_or(path);
    if let Some(found) = meta::format(&pool).await?
        && found > FORMAT
    {
        return Err(Error::Newer { path: root.to_path_buf(), found, known: FORMAT });
    }
    sqlx::migrate!("./migrations").run(&pool).await?;
    Ok(pool)
}
