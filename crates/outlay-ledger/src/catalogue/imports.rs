//! Imports, their files, rejected rows, and which days each source has records for.

use std::collections::BTreeSet;

use outlay_model::report::{FileReport, RejectedRow};
use sqlx::{Row, SqliteConnection, SqlitePool};

use crate::error::Result;

/// A past import.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportRow {
    /// Number.
    pub id: i64,
    /// When, microseconds.
    pub at: i64,
    /// `kept` or `undone`.
    pub state: String,
    /// Reports, one a file.
    pub files: Vec<FileReport>,
}

/// Records of a source on a UTC day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresenceRow {
    /// Kind, as its dataset's name.
    pub kind: String,
    /// Provider.
    pub provider: String,
    /// Account.
    pub account: String,
    /// UTC day number.
    pub day: i32,
    /// Records.
    pub records: i64,
}

/// The number of the next import.
pub async fn next(pool: &SqlitePool) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT coalesce(max(id), 0) + 1 FROM import").fetch_one(pool).await?)
}

/// Adds an import.
pub async fn add(db: &mut SqliteConnection, id: i64, at: i64) -> Result<()> {
    sqlx::query("INSERT INTO import (id, at, state) VALUES (?, ?, 'kept')").bind(id).bind(at).execute(db).await?;
    Ok(())
}

/// Adds a file of an import.
pub async fn add_file(
    db: &mut SqliteConnection,
    import: i64,
    file: i64,
    hash: &str,
    report: &FileReport,
) -> Result<()> {
    sqlx::query("INSERT INTO import_file (import, file, hash, report) VALUES (?, ?, ?, ?)")
        .bind(import)
        .bind(file)
        .bind(hash)
        .bind(serde_json::to_string(report)?)
        .execute(db)
        .await?;
    Ok(())
}

/// Hashes of all files of imports that were not undone.
pub async fn hashes(pool: &SqlitePool) -> Result<BTreeSet<String>> {
    let sql = "SELECT hash FROM import_file JOIN import ON import.id = import_file.import WHERE state = 'kept'";
    Ok(sqlx::query_scalar(sql).fetch_all(pool).await?.into_iter().collect())
}

/// Adds rejected rows of a file.
pub async fn add_rejected(db: &mut SqliteConnection, import: i64, file: i64, rows: &[RejectedRow]) -> Result<()> {
    for row in rows {
        sqlx::query("INSERT INTO rejected (import, file, line, field, reason, value) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(import)
            .bind(file)
            .bind(i64::try_from(row.line).unwrap_or(i64::MAX))
            .bind(&row.column)
            .bind(&row.reason)
            .bind(&row.value)
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

/// Clears the values of rejected rows: those that hold a text, or all of them.
pub async fn forget_text(db: &mut SqliteConnection, text: Option<&str>) -> Result<()> {
    let holds = |value: &str| text.is_none_or(|text| value.contains(text));
    let rows = sqlx::query("SELECT rowid, value FROM rejected").fetch_all(&mut *db).await?;
    for row in rows.iter().filter(|row| holds(row.get(1))) {
        let id: i64 = row.get(0);
        sqlx::query("UPDATE rejected SET value = '' WHERE rowid = ?").bind(id).execute(&mut *db).await?;
    }
    let reports = sqlx::query("SELECT import, file, report FROM import_file").fetch_all(&mut *db).await?;
    for row in &reports {
        let mut report: FileReport = serde_json::from_str(&row.get::<String, _>(2))?;
        for rejected in report.rejects.iter_mut().filter(|rejected| holds(&rejected.value)) {
            rejected.value.clear();
        }
        sqlx::query("UPDATE import_file SET report = ? WHERE import = ? AND file = ?")
            .bind(serde_json::to_string(&report)?)
            .bind(row.get::<i64, _>(0))
            .bind(row.get::<i64, _>(1))
            .execute(&mut *db)
            .await?;
    }
    if let Some(text) = text {
        sqlx::query("DELETE FROM name WHERE id = ?").bind(text).execute(db).await?;
    }
    Ok(())
}

/// Forgets that there were records on UTC days.
pub async fn forget_days(db: &mut SqliteConnection, first: i32, last: i32) -> Result<()> {
    sqlx::query("DELETE FROM presence WHERE day BETWEEN ? AND ?").bind(first).bind(last).execute(db).await?;
    Ok(())
}

/// Adds what an import has on a day.
pub async fn add_presence(db: &mut SqliteConnection, import: i64, row: &PresenceRow) -> Result<()> {
    sqlx::query("INSERT INTO presence (import, kind, provider, account, day, records) VALUES (?, ?, ?, ?, ?, ?)")
        .bind(import)
        .bind(&row.kind)
        .bind(&row.provider)
        .bind(&row.account)
        .bind(row.day)
        .bind(row.records)
        .execute(db)
        .await?;
    Ok(())
}

/// Marks an import as undone and forgets its presence; returns whether it was kept before.
pub async fn undo(db: &mut SqliteConnection, import: i64) -> Result<bool> {
    let done = sqlx::query("UPDATE import SET state = 'undone' WHERE id = ? AND state = 'kept'")
        .bind(import)
        .execute(&mut *db)
        .await?;
    sqlx::query("DELETE FROM presence WHERE import = ?").bind(import).execute(db).await?;
    Ok(done.rows_affected() == 1)
}

/// Imports with rows on some UTC days, each with the names of its files.
pub async fn with_rows(pool: &SqlitePool, (first, last): (i32, i32)) -> Result<Vec<(i64, Vec<String>)>> {
    let ids: Vec<i64> =
        sqlx::query_scalar("SELECT DISTINCT import FROM presence WHERE day BETWEEN ? AND ? ORDER BY import")
            .bind(first)
            .bind(last)
            .fetch_all(pool)
            .await?;
    let all = list(pool).await?;
    let names = |id: i64| all.iter().find(|import| import.id == id).map(|import| &import.files);
    let files = |id| names(id).into_iter().flatten().map(|report| report.file.clone()).collect();
    Ok(ids.into_iter().map(|id| (id, files(id))).collect())
}

/// All imports, latest first.
pub async fn list(pool: &SqlitePool) -> Result<Vec<ImportRow>> {
    let rows = sqlx::query("SELECT id, at, state FROM import ORDER BY id DESC").fetch_all(pool).await?;
    let mut out = Vec::with_capacity(rows.len());
    for row in &rows {
        let id: i64 = row.get(0);
        let files = sqlx::query("SELECT report FROM import_file WHERE import = ? ORDER BY file")
            .bind(id)
            .fetch_all(pool)
            .await?;
        let files = files
            .iter()
            .map(|f| Ok(serde_json::from_str(&f.get::<String, _>(0))?))
            .collect::<Result<Vec<FileReport>>>()?;
        out.push(ImportRow { id, at: row.get(1), state: row.get(2), files });
    }
    Ok(out)
}

/// Days with records by source, over all kept imports.
pub async fn presence(pool: &SqlitePool) -> Result<Vec<PresenceRow>> {
    let rows = sqlx::query(
        "SELECT kind, provider, account, day, sum(records) FROM presence GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .iter()
        .map(|r| PresenceRow {
            kind: r.get(0),
            provider: r.get(1),
            account: r.get(2),
            day: r.get(3),
            records: r.get(4),
        })
        .collect())
}
