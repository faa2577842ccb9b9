//! Imports, their files, rejected rows, and which days each source has records for.

use std::collections::{BTreeSet, HashSet};

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
    /// What was asked for; empty where an earlier build made it.
    pub request: String,
    /// Import whose place it took.
    pub replaces: Option<i64>,
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
    /// When the newest of the files that have any first came in, microseconds.
    pub at: i64,
}

/// The number of the next import.
pub async fn next(pool: &SqlitePool) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT coalesce(max(id), 0) + 1 FROM import").fetch_one(pool).await?)
}

/// Adds an import, with what was asked for and the import whose place it takes.
pub async fn add(db: &mut SqliteConnection, id: i64, at: i64, request: &str, replaces: Option<i64>) -> Result<()> {
    sqlx::query("INSERT INTO import (id, at, state, request, replaces) VALUES (?, ?, 'kept', ?, ?)")
        .bind(id)
        .bind(at)
        .bind(request)
        .bind(replaces)
        .execute(db)
        .await?;
    Ok(())
}

/// A kept import other than this one that holds a file of it, or one with one of these hashes, with the file's name.
pub async fn holding_the_same(pool: &SqlitePool, import: i64, hashes: &[&str]) -> Result<Option<(i64, String)>> {
    const OTHERS: &str = "SELECT f.import, f.report ->> '$.file' FROM import_file f JOIN import i ON i.id = f.import
        WHERE i.state = 'kept' AND f.import <> ?1 AND f.report ->> '$.rows' > 0 AND f.hash ";
    let of_this = format!("{OTHERS} IN (SELECT hash FROM import_file WHERE import = ?1) LIMIT 1");
    let found = sqlx::query(sqlx::AssertSqlSafe(of_this)).bind(import).fetch_optional(pool).await?;
    if let Some(row) = found {
        return Ok(Some((row.get(0), row.get(1))));
    }
    for hash in hashes {
        let same = sqlx::AssertSqlSafe(format!("{OTHERS} = ?2 LIMIT 1"));
        if let Some(row) = sqlx::query(same).bind(import).bind(*hash).fetch_optional(pool).await? {
            return Ok(Some((row.get(0), row.get(1))));
        }
    }
    Ok(None)
}

/// When something was last forgotten after a file of this hash had come with another import.
pub async fn forgotten_after(pool: &SqlitePool, import: i64, hash: &str) -> Result<Option<i64>> {
    let sql = "SELECT max(s.at) FROM snapshot s WHERE s.action = 'forget' AND s.at >
        (SELECT min(i.at) FROM import i JOIN import_file f ON f.import = i.id WHERE f.hash = ?2 AND i.id <> ?1)";
    Ok(sqlx::query_scalar(sql).bind(import).bind(hash).fetch_one(pool).await?)
}

/// The UTC days that an import has rows on, with one to each side: taking a row away can bring back one that it displaced
/// a day before or after.
pub async fn days(db: &mut SqliteConnection, import: i64) -> Result<BTreeSet<i32>> {
    let days: Vec<i32> =
        sqlx::query_scalar("SELECT DISTINCT day FROM presence WHERE import = ?").bind(import).fetch_all(db).await?;
    Ok(days.into_iter().flat_map(|day| [day - 1, day, day + 1]).collect())
}

/// Adds a file of an import.
pub async fn add_file(
    db: &mut SqliteConnection,
    import: i64,
    file: i64,
    hash: &str,
    report: &FileReport,
    spans: bool,
) -> Result<()> {
    sqlx::query("INSERT INTO import_file (import, file, hash, report, spans) VALUES (?, ?, ?, ?, ?)")
        .bind(import)
        .bind(file)
        .bind(hash)
        .bind(serde_json::to_string(report)?)
        .bind(spans)
        .execute(db)
        .await?;
    Ok(())
}

/// Files whose calls are spans.
pub async fn of_spans(pool: &SqlitePool) -> Result<HashSet<(i64, i64)>> {
    let rows = sqlx::query("SELECT import, file FROM import_file WHERE spans = 1").fetch_all(pool).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
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

/// Rejected rows of an import, or of one of its files, by file and line: how many there are, and a page of them with the
/// numbers of their files.
pub async fn rejected(
    pool: &SqlitePool,
    import: i64,
    file: Option<i64>,
    offset: i64,
    limit: i64,
) -> Result<(i64, Vec<(i64, RejectedRow)>)> {
    const OF: &str = "FROM rejected WHERE import = ?1 AND (?2 IS NULL OR file = ?2)";
    let total = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) {OF}")))
        .bind(import)
        .bind(file)
        .fetch_one(pool)
        .await?;
    let page = format!("SELECT file, line, field, reason, value {OF} ORDER BY file, line, rowid LIMIT ?3 OFFSET ?4");
    let rows =
        sqlx::query(sqlx::AssertSqlSafe(page)).bind(import).bind(file).bind(limit).bind(offset).fetch_all(pool).await?;
    let row = |row: &sqlx::sqlite::SqliteRow| {
        let line = u64::try_from(row.get::<i64, _>(1)).unwrap_or_default();
        (row.get(0), RejectedRow { line, column: row.get(2), reason: row.get(3), value: row.get(4) })
    };
    Ok((total, rows.iter().map(row).collect()))
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
    let requests = sqlx::query("SELECT id, request FROM import").fetch_all(&mut *db).await?;
    for row in requests.iter().filter(|row| text.is_some_and(|text| row.get::<String, _>(1).contains(text))) {
        let id: i64 = row.get(0);
        sqlx::query("UPDATE import SET request = '' WHERE id = ?").bind(id).execute(&mut *db).await?;
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
    let rows =
        sqlx::query("SELECT id, at, state, request, replaces FROM import ORDER BY id DESC").fetch_all(pool).await?;
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
        out.push(ImportRow { id, at: row.get(1), state: row.get(2), request: row.get(3), replaces: row.get(4), files });
    }
    Ok(out)
}

/// Days with records by source, over all kept imports.
pub async fn presence(pool: &SqlitePool) -> Result<Vec<PresenceRow>> {
    let rows = sqlx::query(
        // A file that comes in once more tells no more than it did the first time.
        "WITH first AS (
             SELECT hash, min(at) AS at FROM import_file JOIN import ON import.id = import_file.import GROUP BY hash),
         known AS (SELECT import, max(first.at) AS at FROM import_file JOIN first USING (hash) GROUP BY import)
         SELECT kind, provider, account, day, sum(records), max(coalesce(known.at, import.at))
         FROM presence JOIN import ON import.id = presence.import LEFT JOIN known ON known.import = import.id
         GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
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
            at: r.get(5),
        })
        .collect())
}
