//! A second copy of the catalogue beside it, so that a damaged page loses nothing that was committed.

use std::fs;
use std::path::Path;
use std::str::FromStr;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{Row, SqlitePool};

use crate::error::{Error, Result};
use crate::layout::sync_dir;

/// Writes the catalogue as it is now to `target`, which appears whole or not at all.
pub async fn write(pool: &SqlitePool, target: &Path) -> Result<()> {
    let mut part = target.as_os_str().to_owned();
    part.push(format!(".{}.part", std::process::id()));
    let part = std::path::PathBuf::from(part);
    match fs::remove_file(&part) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Error::io(&part)(e)),
        _ => {}
    }
    sqlx::query("VACUUM INTO ?").bind(part.to_string_lossy().into_owned()).execute(pool).await?;
    fs::File::open(&part).and_then(|file| file.sync_all()).map_err(Error::io(&part))?;
    fs::rename(&part, target).map_err(Error::io(target))?;
    target.parent().map_or(Ok(()), sync_dir)
}

/// What SQLite finds wrong with a catalogue; nothing where it is sound. The file is only read.
pub async fn faults(path: &Path) -> Vec<String> {
    match look(path).await {
        Ok(faults) => faults,
        Err(error) => vec![error.to_string()],
    }
}

async fn look(path: &Path) -> std::result::Result<Vec<String>, sqlx::Error> {
    let options = SqliteConnectOptions::from_str("sqlite:")?.filename(path).create_if_missing(false);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    let checked = async {
        let said: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check(5)").fetch_all(&pool).await?;
        let mut faults: Vec<String> = said.into_iter().filter(|line| line != "ok").collect();
        for row in sqlx::query("PRAGMA foreign_key_check").fetch_all(&pool).await? {
            faults.push(format!(
                "a row of {} names one of {} that is not there",
                row.get::<String, _>(0),
                row.get::<String, _>(2)
            ));
        }
        Ok(faults)
    };
    let checked = checked.await;
    pool.close().await;
    checked
}
