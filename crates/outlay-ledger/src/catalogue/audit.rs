//! The audit chain: every change of the ledger, each entry's hash covering the one before.

use sqlx::{Row, SqliteConnection, SqlitePool};

use crate::error::Result;

/// Appends an entry.
pub async fn append(db: &mut SqliteConnection, at: i64, action: &str, detail: &str) -> Result<()> {
    let last = sqlx::query("SELECT hash FROM audit ORDER BY id DESC LIMIT 1").fetch_optional(&mut *db).await?;
    let before: String = last.map_or_else(String::new, |r| r.get(0));
    let hash = link(&before, at, action, detail);
    sqlx::query("INSERT INTO audit (at, action, detail, hash) VALUES (?, ?, ?, ?)")
        .bind(at)
        .bind(action)
        .bind(detail)
        .bind(hash)
        .execute(db)
        .await?;
    Ok(())
}

fn link(before: &str, at: i64, action: &str, detail: &str) -> String {
    blake3::hash(format!("{before}\n{at}\n{action}\n{detail}").as_bytes()).to_hex().to_string()
}

/// The first entry whose hash does not follow from the entry before.
pub async fn first_broken(pool: &SqlitePool) -> Result<Option<i64>> {
    let rows = sqlx::query("SELECT id, at, action, detail, hash FROM audit ORDER BY id").fetch_all(pool).await?;
    let mut before = String::new();
    for row in &rows {
        let hash: String = row.get(4);
        if hash != link(&before, row.get(1), row.get(2), row.get(3)) {
            return Ok(Some(row.get(0)));
        }
        before = hash;
    }
    Ok(None)
}
