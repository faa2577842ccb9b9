//! Exports and logs that tell the same traffic twice, and which of them counts.
//!
//! A provider lets its users export a month by day and by hour, grouped by model or by project or not at all. Each such
//! file tells the whole traffic, so two of them must not be added, although no row of one is a row of the other.
//!
//! - A file's **cut** is what it tells at all (which dimensions have a value in any of its rows), the longest of its
//!   buckets, and its format. Files of one cut are one source: their rows are added, and de-duplicated by identity.
//!   Files that share a row are of one cut, whatever else they tell.
//! - Where files of several cuts tell the same UTC day of an account, the one with the largest total counts, as it is
//!   the most complete; of those within half a per cent the one that tells most, then the finer one.
//! - Usage is compared within a capability (an export of embeddings does not repeat one of completions), charges within
//!   a category (a list of credits does not repeat the lines that they are for). A billed line of more than a day is
//!   compared with all lines of its month; one of more than a month is a commitment, and compared with nothing.
//!
//! - Of two logs of the same calls the same holds, day by day; that they are of the same calls is found by likeness
//!   (`twins`). Logs that share ids need none of this: the same call is a row once.
//!
//! It is a function of the rows that stand, so it does not depend on the order of imports.

mod decide;
mod read;
mod twins;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use outlay_model::report::Kind;
use outlay_model::time::{DAY, Period, utc_day};
use polars::prelude::*;
use sqlx::Row;

use super::View;
use crate::datasets::likeness::LIKENESS;
use crate::datasets::schema::Dataset;
use crate::error::Result;
use crate::ledger::blocking;

use decide::{Accounts, contested, decide};
use read::part;
pub(crate) use read::step;

/// A file of an import.
pub type FileId = (i64, i64);

/// Rows of a file that do not count, because a more complete export or log tells the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Usage, charges or calls.
    pub kind: Kind,
    /// Provider.
    pub provider: String,
    /// Account as the rows spell it.
    pub account: String,
    /// Import and file within it.
    pub file: FileId,
    /// The file's name, as it was given.
    pub name: String,
    /// First UTC day.
    pub from: i32,
    /// Last UTC day, included; every day between is left out.
    pub to: i32,
    /// Capability or category; empty for calls.
    part: String,
}

/// What is left out of a data version, by dataset.
pub(crate) type Cache = Arc<Mutex<HashMap<(i64, &'static str), Arc<Vec<LeftOut>>>>>;

impl View {
    /// The rows of usage, charges or calls that do not count in this data version.
    ///
    /// # Errors
    /// Where files of the data version cannot be read.
    pub async fn left_out(&self, kind: Kind) -> Result<Arc<Vec<LeftOut>>> {
        let dataset = match kind {
            Kind::Usage => Dataset::Usage,
            Kind::Charge => Dataset::Charges,
            Kind::Call => Dataset::Calls,
            Kind::Score => return Ok(Arc::default()),
        };
        let key = (self.snapshot.id, dataset.name());
        let lock = || self.overlaps.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(known) = lock().get(&key) {
            return Ok(known.clone());
        }
        let mut found = if kind == Kind::Call { self.twins().await? } else { self.compare(kind, dataset).await? };
        if !found.is_empty() {
            let formats = self.formats().await?;
            for row in &mut found {
                row.name = formats.get(&row.file).map(|(_, name)| name.clone()).unwrap_or_default();
            }
        }
        let found = Arc::new(found);
        let mut kept = lock();
        // Older data versions are not asked about again.
        kept.retain(|(snapshot, _), _| *snapshot == key.0);
        kept.insert(key, found.clone());
        Ok(found)
    }

    /// Which calls of a period count, where not all do.
    pub(super) async fn counting_calls(&self, period: &Period) -> Result<Option<Expr>> {
        let left_out = self.left_out(Kind::Call).await?;
        let (first, last) = (utc_day(period.start()), utc_day(period.end() - 1));
        let here: Vec<LeftOut> = left_out.iter().filter(|row| row.from <= last && row.to >= first).cloned().collect();
        Ok(counting(Dataset::Calls, &here))
    }

    async fn compare(&self, kind: Kind, dataset: Dataset) -> Result<Vec<LeftOut>> {
        let standing = self.files(dataset.name()).await?;
        let layout = self.layout.clone();
        let (files, place) = (standing.clone(), layout.clone());
        let facts = blocking(move || read::facts(&place, &files, dataset)).await?;
        let accounts = self.accounts().await?;
        if contested(&facts, &accounts).is_empty() {
            return Ok(Vec::new());
        }
        let aside = self.files(&format!("{}-aside", dataset.name())).await?;
        let formats = self.formats().await?;
        let (mut cuts, links) = blocking(move || {
            Ok((
                read::cuts(&layout, &[standing.clone(), aside.clone()].concat(), dataset)?,
                read::links(&layout, &standing, &aside, dataset)?,
            ))
        })
        .await?;
        for (file, cut) in &mut cuts {
            cut.format = formats.get(file).map(|(format, _)| format.clone()).unwrap_or_default();
        }
        Ok(decide(kind, &facts, &cuts, &links, &accounts))
    }

    async fn twins(&self) -> Result<Vec<LeftOut>> {
        let calls = self.files(Dataset::Calls.name()).await?;
        let sketches = self.files(LIKENESS).await?;
        let accounts = self.accounts().await?;
        let layout = self.layout.clone();
        blocking(move || {
            // Files that were written before there were sketches have none.
            let logs = if sketches.len() == calls.len() {
                read::logs(&layout, &sketches)?
            } else {
                read::logs_of_rows(&layout, &calls)?
            };
            twins::decide(&logs, &accounts, || read::cuts(&layout, &calls, Dataset::Calls))
        })
        .await
    }

    /// The named accounts of each provider, of all kinds of record.
    async fn accounts(&self) -> Result<Accounts> {
        let rows = sqlx::query("SELECT DISTINCT provider, account FROM presence WHERE account <> ''")
            .fetch_all(&self.pool)
            .await?;
        let mut out = Accounts::new();
        for row in &rows {
            out.entry(row.get(0)).or_default().insert(row.get(1));
        }
        Ok(out)
    }

    /// Format and name of every file of every import.
    async fn formats(&self) -> Result<HashMap<FileId, (String, String)>> {
        let rows = sqlx::query("SELECT import, file, report ->> '$.format', report ->> '$.file' FROM import_file")
            .fetch_all(&self.pool)
            .await?;
        Ok(rows.iter().map(|row| ((row.get(0), row.get(1)), (row.get(2), row.get(3)))).collect())
    }
}

/// Rows that count.
pub(super) fn counting(dataset: Dataset, left_out: &[LeftOut]) -> Option<Expr> {
    let word = |name: &str, text: &str| {
        if text.is_empty() { col(name).is_null() } else { col(name).eq_missing(lit(text.to_owned())) }
    };
    let time = || col("time").cast(DataType::Int64);
    let mut any: Vec<Expr> = left_out
        .iter()
        .map(|row| {
            let of_file = col("import")
                .eq(lit(row.file.0))
                .and(col("file").eq(lit(row.file.1)))
                .and(word("provider", &row.provider))
                .and(word("account", &row.account));
            let of_part = match part(dataset) {
                Some(part) => of_file.and(word(part, &row.part)),
                None => of_file,
            };
            of_part.and(time().gt_eq(lit(i64::from(row.from) * DAY))).and(time().lt(lit((i64::from(row.to) + 1) * DAY)))
        })
        .collect();
    // As a tree: a chain of thousands would be as deep as it is long.
    while any.len() > 1 {
        any = any.chunks(2).map(|two| two.iter().cloned().reduce(Expr::or).unwrap_or_else(|| lit(false))).collect();
    }
    any.pop().map(Expr::not)
}
