//! Keys and values of the ledger as a whole.

use sqlx::{Row, SqliteConnection, SqlitePool};

use crate::error::Result;

/// Format of the ledger; `None` in a catalogue without tables.
pub async fn format(pool: &SqlitePool) -> Result<Option<i64>> {
    let tables: i64 =
        sqlx::query_scalar("SELECT count(*) FROM sqlite_master WHERE name = 'meta'").fetch_one(pool).await?;
    if tables == 0 {
        return Ok(None);
    }
    Ok(get(pool, "format").await?.and_then(|text| text.parse().ok()))
}

/// The value of a key.
pub async fn get(pool: &SqlitePool, key: &str) -> Result<Option<String>> {
    let row = sqlx::query("SELECT value FROM meta WHERE key = ?").bind(key).fetch_optional(pool).await?;
    Ok(row.map(|r| r.get(0)))
}

/// Sets a key.
pub async fn set(db: &mut SqliteConnection, key: &str, value: &str) -> Result<()> {
    sqlx::query("INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
        .bind(key)
        .bind(value)
        .execute(db)
        .await?;
    Ok(())
}
