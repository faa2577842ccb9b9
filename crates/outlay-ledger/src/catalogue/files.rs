//! Snapshots and the Parquet files that each of them sees.

use std::collections::HashSet;

use sqlx::{Row, SqliteConnection, SqlitePool};

use crate::error::Result;

/// A data version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Number; 0 before the first.
    pub id: i64,
    /// Version of the price mapping.
    pub mapping: i64,
}

/// A Parquet file as catalogued.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileRow {
    /// Id; 0 before it is catalogued.
    pub id: i64,
    /// Dataset, aside or rollup name.
    pub dataset: String,
    /// `2026-10` or `2026-10-03`.
    pub part: String,
    /// Path below the data folder.
    pub path: String,
    /// Rows.
    pub rows: i64,
    /// Bytes.
    pub bytes: i64,
    /// BLAKE3 of the bytes.
    pub hash: String,
    /// First instant.
    pub first: i64,
    /// Last instant.
    pub last: i64,
    /// Zone that a rollup's days are cut in; dimensions that overflow into "(other)" follow after a bar.
    pub zone: String,
    /// Scores in the rows of calls.
    pub scores: i64,
}

/// The newest snapshot.
pub async fn newest(pool: &SqlitePool) -> Result<Snapshot> {
    let row = sqlx::query("SELECT id, mapping FROM snapshot ORDER BY id DESC LIMIT 1").fetch_optional(pool).await?;
    Ok(row.map_or(Snapshot { id: 0, mapping: 0 }, |r| Snapshot { id: r.get(0), mapping: r.get(1) }))
}

/// When a snapshot was made; 0 where there is none such.
pub async fn made_at(pool: &SqlitePool, snapshot: i64) -> Result<i64> {
    let row = sqlx::query("SELECT at FROM snapshot WHERE id = ?").bind(snapshot).fetch_optional(pool).await?;
    Ok(row.map_or(0, |r| r.get(0)))
}

fn file(row: &sqlx::sqlite::SqliteRow) -> FileRow {
    FileRow {
        id: row.get(0),
        dataset: row.get(1),
        part: row.get(2),
        path: row.get(3),
        rows: row.get(4),
        bytes: row.get(5),
        hash: row.get(6),
        first: row.get(7),
        last: row.get(8),
        zone: row.get(9),
        scores: row.get(10),
    }
}

const COLUMNS: &str = "id, dataset, part, path, rows, bytes, hash, first_time, last_time, zone, scores";

/// Files of a dataset that a snapshot sees, in time order.
pub async fn seen(pool: &SqlitePool, snapshot: i64, dataset: &str) -> Result<Vec<FileRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM file WHERE dataset = ? AND added <= ? AND (removed IS NULL OR removed > ?)
         ORDER BY first_time, path"
    );
    let rows =
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(dataset).bind(snapshot).bind(snapshot).fetch_all(pool).await?;
    Ok(rows.iter().map(file).collect())
}

/// Every file that any snapshot sees, with its parent where it is a rollup; rollups last.
pub async fn all(pool: &SqlitePool) -> Result<Vec<(FileRow, Option<i64>)>> {
    let sql = format!("SELECT {COLUMNS}, parent FROM file ORDER BY parent IS NOT NULL, path");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(pool).await?;
    Ok(rows.iter().map(|row| (file(row), row.get(11))).collect())
}

/// What a file holds after it was made again.
pub async fn rewritten(pool: &SqlitePool, id: i64, rows: i64, bytes: i64, hash: &str) -> Result<()> {
    sqlx::query("UPDATE file SET rows = ?, bytes = ?, hash = ? WHERE id = ?")
        .bind(rows)
        .bind(bytes)
        .bind(hash)
        .bind(id)
        .execute(pool)
        .await?;
    Ok(())
}

/// Paths of every file that any snapshot sees.
pub async fn all_paths(pool: &SqlitePool) -> Result<HashSet<String>> {
    let rows = sqlx::query("SELECT path FROM file").fetch_all(pool).await?;
    Ok(rows.iter().map(|r| r.get(0)).collect())
}

/// Begins a snapshot inside the publishing transaction.
pub async fn add_snapshot(
    db: &mut SqliteConnection,
    id: i64,
    at: i64,
    action: &str,
    import: Option<i64>,
    mapping: i64,
    book: &str,
) -> Result<()> {
    sqlx::query("INSERT INTO snapshot (id, at, action, import, mapping, book) VALUES (?, ?, ?, ?, ?, ?)")
        .bind(id)
        .bind(at)
        .bind(action)
        .bind(import)
        .bind(mapping)
        .bind(book)
        .execute(db)
        .await?;
    Ok(())
}

/// Catalogues a file; returns its id.
pub async fn add(db: &mut SqliteConnection, f: &FileRow, parent: Option<i64>, snapshot: i64) -> Result<i64> {
    let done = sqlx::query(
        "INSERT INTO file (dataset, part, path, parent, rows, bytes, hash, first_time, last_time, zone, scores, added)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&f.dataset)
    .bind(&f.part)
    .bind(&f.path)
    .bind(parent)
    .bind(f.rows)
    .bind(f.bytes)
    .bind(&f.hash)
    .bind(f.first)
    .bind(f.last)
    .bind(&f.zone)
    .bind(f.scores)
    .bind(snapshot)
    .execute(db)
    .await?;
    Ok(done.last_insert_rowid())
}

/// Hides a file and its rollups from a snapshot on.
pub async fn remove(db: &mut SqliteConnection, id: i64, snapshot: i64) -> Result<()> {
    sqlx::query("UPDATE file SET removed = ? WHERE (id = ? OR parent = ?) AND removed IS NULL")
        .bind(snapshot)
        .bind(id)
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
}

/// How many snapshots stay readable.
const KEPT: i64 = 20;

/// Forgets snapshots beyond the last twenty that no reader pins, and returns the paths that nothing sees any more.
pub async fn forget_old(db: &mut SqliteConnection, now: i64) -> Result<Vec<String>> {
    sqlx::query("DELETE FROM pin WHERE expires < ?").bind(now).execute(&mut *db).await?;
    let oldest: Option<i64> = sqlx::query_scalar(
        "SELECT min(id) FROM (SELECT id FROM (SELECT id FROM snapshot ORDER BY id DESC LIMIT ?) UNION SELECT snapshot FROM pin)",
    )
    .bind(KEPT)
    .fetch_one(&mut *db)
    .await?;
    let Some(oldest) = oldest else { return Ok(Vec::new()) };
    let rows = sqlx::query("SELECT path FROM file WHERE removed IS NOT NULL AND removed <= ?")
        .bind(oldest)
        .fetch_all(&mut *db)
        .await?;
    // Rollups before the data files that they belong to.
    for condition in ["parent IS NOT NULL AND", ""] {
        let sql = format!("DELETE FROM file WHERE {condition} removed IS NOT NULL AND removed <= ?");
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(oldest).execute(&mut *db).await?;
    }
    Ok(rows.iter().map(|r| r.get(0)).collect())
}

/// Readers of other processes that have a snapshot pinned.
pub async fn readers(pool: &SqlitePool, now: i64, own: u32) -> Result<i64> {
    let sql = "SELECT count(*) FROM pin WHERE expires >= ? AND pid <> ?";
    Ok(sqlx::query_scalar(sql).bind(now).bind(i64::from(own)).fetch_one(pool).await?)
}

/// Forgets every snapshot before one, and returns the paths that nothing sees any more.
pub async fn give_up_before(db: &mut SqliteConnection, snapshot: i64) -> Result<Vec<String>> {
    let rows = sqlx::query("SELECT path FROM file WHERE removed IS NOT NULL").fetch_all(&mut *db).await?;
    // Rollups before the data files that they belong to.
    for condition in ["parent IS NOT NULL AND", ""] {
        let sql = format!("DELETE FROM file WHERE {condition} removed IS NOT NULL");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *db).await?;
    }
    // Files of the newest one say since when they are seen: that is now.
    sqlx::query("UPDATE file SET added = ?").bind(snapshot).execute(&mut *db).await?;
    sqlx::query("DELETE FROM pin WHERE snapshot < ?").bind(snapshot).execute(&mut *db).await?;
    sqlx::query("DELETE FROM snapshot WHERE id < ?").bind(snapshot).execute(&mut *db).await?;
    Ok(rows.iter().map(|r| r.get(0)).collect())
}

/// Pins a snapshot for a reader.
pub async fn pin(pool: &SqlitePool, snapshot: i64, pid: u32, expires: i64) -> Result<i64> {
    let done = sqlx::query("INSERT INTO pin (snapshot, pid, expires) VALUES (?, ?, ?)")
        .bind(snapshot)
        .bind(i64::from(pid))
        .bind(expires)
        .execute(pool)
        .await?;
    Ok(done.last_insert_rowid())
}

/// Lets go of a pin; whether it held until now.
pub async fn unpin(pool: &SqlitePool, pin: i64) -> Result<bool> {
    let done = sqlx::query("DELETE FROM pin WHERE id = ?").bind(pin).execute(pool).await?;
    Ok(done.rows_affected() == 1)
}
