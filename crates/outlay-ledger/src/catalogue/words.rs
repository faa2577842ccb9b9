//! Names given to ids, saved mappings, and headline decisions.

use sqlx::{Row, SqliteConnection, SqlitePool};

use crate::error::Result;

/// A name given to an id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameRow {
    /// Dimension.
    pub dimension: String,
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Team.
    pub team: String,
    /// Cost centre.
    pub cost_centre: String,
}

/// All names.
pub async fn names(pool: &SqlitePool) -> Result<Vec<NameRow>> {
    let rows =
        sqlx::query("SELECT dimension, id, name, team, cost_centre FROM name ORDER BY 1, 2").fetch_all(pool).await?;
    Ok(rows
        .iter()
        .map(|r| NameRow { dimension: r.get(0), id: r.get(1), name: r.get(2), team: r.get(3), cost_centre: r.get(4) })
        .collect())
}

/// Sets a name; all empty takes it away.
pub async fn set_name(db: &mut SqliteConnection, row: &NameRow) -> Result<()> {
    if row.name.is_empty() && row.team.is_empty() && row.cost_centre.is_empty() {
        sqlx::query("DELETE FROM name WHERE dimension = ? AND id = ?")
            .bind(&row.dimension)
            .bind(&row.id)
            .execute(db)
            .await?;
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO name (dimension, id, name, team, cost_centre) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (dimension, id) DO UPDATE SET name = excluded.name, team = excluded.team,
         cost_centre = excluded.cost_centre",
    )
    .bind(&row.dimension)
    .bind(&row.id)
    .bind(&row.name)
    .bind(&row.team)
    .bind(&row.cost_centre)
    .execute(db)
    .await?;
    Ok(())
}

/// The mapping saved for a header.
pub async fn mapping(pool: &SqlitePool, signature: &str) -> Result<Option<String>> {
    let row = sqlx::query("SELECT toml FROM mapping WHERE signature = ?").bind(signature).fetch_optional(pool).await?;
    Ok(row.map(|r| r.get(0)))
}

/// All saved mappings, in the order of their headers.
pub async fn mappings(pool: &SqlitePool) -> Result<Vec<String>> {
    let rows = sqlx::query("SELECT toml FROM mapping ORDER BY signature").fetch_all(pool).await?;
    Ok(rows.iter().map(|r| r.get(0)).collect())
}

/// Saves a mapping for a header.
pub async fn set_mapping(db: &mut SqliteConnection, at: i64, signature: &str, toml: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO mapping (signature, toml, at) VALUES (?, ?, ?)
         ON CONFLICT (signature) DO UPDATE SET toml = excluded.toml, at = excluded.at",
    )
    .bind(signature)
    .bind(toml)
    .bind(at)
    .execute(db)
    .await?;
    Ok(())
}

/// Which source heads a provider account from a day to a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionRow {
    /// Provider.
    pub provider: String,
    /// Account.
    pub account: String,
    /// First local day number.
    pub first_day: i32,
    /// Last local day number.
    pub last_day: i32,
    /// `invoice`, `provider_usage` or `own_logs`; empty: the usual order again.
    pub source: String,
    /// Why.
    pub reason: String,
}

/// Takes a decision.
pub async fn decide(db: &mut SqliteConnection, at: i64, row: &DecisionRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO decision (provider, account, first_day, last_day, source, at, reason) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&row.provider)
    .bind(&row.account)
    .bind(row.first_day)
    .bind(row.last_day)
    .bind(&row.source)
    .bind(at)
    .bind(&row.reason)
    .execute(db)
    .await?;
    Ok(())
}

/// All decisions, in the order taken.
pub async fn decisions(pool: &SqlitePool) -> Result<Vec<DecisionRow>> {
    let rows = sqlx::query("SELECT provider, account, first_day, last_day, source, reason FROM decision ORDER BY id")
        .fetch_all(pool)
        .await?;
    Ok(rows
        .iter()
        .map(|r| DecisionRow {
            provider: r.get(0),
            account: r.get(1),
            first_day: r.get(2),
            last_day: r.get(3),
            source: r.get(4),
            reason: r.get(5),
        })
        .collect())
}
