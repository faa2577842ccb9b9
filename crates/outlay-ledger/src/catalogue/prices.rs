//! Rate sets, their mappings to prices, and the user's own prices and aliases.

use std::collections::HashMap;

use outlay_price::RateSet;
use sqlx::{Row, SqliteConnection, SqlitePool};

use crate::error::Result;
use crate::pricing::{NewRateSet, PricedSet, RateKey, RateTable};

fn key(row: &sqlx::sqlite::SqliteRow) -> RateKey {
    RateKey {
        provider: row.get(1),
        channel: row.get(2),
        model: row.get(3),
        region: row.get(4),
        tier: row.get(5),
        slot: row.get(6),
    }
}

/// All rate sets by identity.
pub async fn known(pool: &SqlitePool) -> Result<HashMap<RateKey, u32>> {
    let rows =
        sqlx::query("SELECT id, provider, channel, model, region, tier, slot FROM rate_set").fetch_all(pool).await?;
    Ok(rows.iter().map(|r| (key(r), r.get::<i64, _>(0) as u32)).collect())
}

/// The prices that a mapping version gives to all rate sets.
pub async fn table(pool: &SqlitePool, mapping: i64) -> Result<RateTable> {
    let rows = sqlx::query(
        "SELECT s.id, s.provider, s.channel, s.model, s.region, s.tier, s.slot, m.entries FROM rate_set s
         JOIN rate_mapping m ON m.rate_set = s.id
         WHERE m.version = (SELECT max(version) FROM rate_mapping WHERE rate_set = s.id AND version <= ?)",
    )
    .bind(mapping)
    .fetch_all(pool)
    .await?;
    let mut sets = HashMap::with_capacity(rows.len());
    for row in &rows {
        let entries: Vec<RateSet> = serde_json::from_str(&row.get::<String, _>(7))?;
        sets.insert(row.get::<i64, _>(0) as u32, PricedSet { key: key(row), entries });
    }
    Ok(RateTable::new(sets))
}

/// Catalogues rate sets made by an import.
pub async fn add(db: &mut SqliteConnection, made: &[NewRateSet], mapping: i64) -> Result<()> {
    for set in made {
        let k = &set.key;
        sqlx::query(
            "INSERT INTO rate_set (id, provider, channel, model, region, tier, slot) VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(i64::from(set.id))
        .bind(&k.provider)
        .bind(&k.channel)
        .bind(&k.model)
        .bind(&k.region)
        .bind(&k.tier)
        .bind(&k.slot)
        .execute(&mut *db)
        .await?;
        map(db, set.id, &set.entries, mapping).await?;
    }
    Ok(())
}

/// Gives a rate set its prices from a mapping version on.
pub async fn map(db: &mut SqliteConnection, set: u32, entries: &[RateSet], mapping: i64) -> Result<()> {
    sqlx::query("INSERT INTO rate_mapping (rate_set, version, entries) VALUES (?, ?, ?)")
        .bind(i64::from(set))
        .bind(mapping)
        .bind(serde_json::to_string(entries)?)
        .execute(db)
        .await?;
    Ok(())
}

/// The user's price files, in the order given.
pub async fn user_csvs(pool: &SqlitePool) -> Result<Vec<String>> {
    let rows = sqlx::query("SELECT csv FROM user_price ORDER BY id").fetch_all(pool).await?;
    Ok(rows.iter().map(|r| r.get(0)).collect())
}

/// Adds a price file.
pub async fn add_user_csv(db: &mut SqliteConnection, at: i64, csv: &str) -> Result<()> {
    sqlx::query("INSERT INTO user_price (at, csv) VALUES (?, ?)").bind(at).bind(csv).execute(db).await?;
    Ok(())
}

/// An id that the user says means a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AliasRow {
    /// Provider as seen.
    pub provider: String,
    /// Id as seen.
    pub id: String,
    /// Provider whose price applies.
    pub means_provider: String,
    /// Model whose price applies.
    pub means_model: String,
}

/// All aliases.
pub async fn aliases(pool: &SqlitePool) -> Result<Vec<AliasRow>> {
    let rows = sqlx::query("SELECT provider, id, means_provider, means_model FROM alias ORDER BY 1, 2")
        .fetch_all(pool)
        .await?;
    Ok(rows
        .iter()
        .map(|r| AliasRow { provider: r.get(0), id: r.get(1), means_provider: r.get(2), means_model: r.get(3) })
        .collect())
}

/// Sets an alias.
pub async fn set_alias(db: &mut SqliteConnection, at: i64, alias: &AliasRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO alias (provider, id, means_provider, means_model, at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (provider, id) DO UPDATE SET means_provider = excluded.means_provider,
         means_model = excluded.means_model, at = excluded.at",
    )
    .bind(&alias.provider)
    .bind(&alias.id)
    .bind(&alias.means_provider)
    .bind(&alias.means_model)
    .bind(at)
    .execute(db)
    .await?;
    Ok(())
}
