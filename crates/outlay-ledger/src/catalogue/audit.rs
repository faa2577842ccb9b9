//! The audit chain: every change of the ledger, each entry's hash covering the one before.

use sqlx::{Row, SqliteConnection};

use crate::error::Result;

/// Appends an entry.
pub async fn append(db: &mut SqliteConnection, at: i64, action: &str, detail: &str) -> Result<()> {
    let last = sqlx::query("SELECT hash FROM audit ORDER BY id DESC LIMIT 1").fetch_optional(&mut *db).await?;
    let before: String = last.map_or_else(String::new, |r| r.get(0));
    let hash = blake3::hash(format!("{before}\n{at}\n{action}\n{detail}").as_bytes()).to_hex();
    sqlx::query("INSERT INTO audit (at, action, detail, hash) VALUES (?, ?, ?, ?)")
        .bind(at)
        .bind(action)
        .bind(detail)
        .bind(hash.as_str())
        .execute(db)
        .await?;
    Ok(())
}
