//! Exports that tell the same traffic in different cuts, and which of them counts.
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
//! It is a function of the rows that stand, so it does not depend on the order of imports.

mod decide;
mod read;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use outlay_model::report::Kind;
use outlay_model::time::DAY;
use polars::prelude::*;
use sqlx::Row;

use super::View;
use crate::datasets::schema::Dataset;
use crate::error::Result;
use crate::ledger::blocking;

use decide::{Accounts, contested, decide};
use read::part;
pub(crate) use read::step;

/// A file of an import.
pub type FileId = (i64, i64);

/// Rows of a file that do not count, because a more complete export tells the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Usage or charges.
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
    /// Capability or category.
    part: String,
}

/// What is left out of a data version, by dataset.
pub(crate) type Cache = Arc<Mutex<HashMap<(i64, &'static str), Arc<Vec<LeftOut>>>>>;

impl View {
    /// The rows of usage or charges that do not count in this data version.
    ///
    /// # Errors
    /// Where files of the data version cannot be read.
    pub async fn left_out(&self, kind: Kind) -> Result<Arc<Vec<LeftOut>>> {
        let dataset = match kind {
            Kind::Usage => Dataset::Usage,
            Kind::Charge => Dataset::Charges,
            Kind::Call | Kind::Score => return Ok(Arc::default()),
        };
        let key = (self.snapshot.id, dataset.name());
        let lock = || self.overlaps.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(known) = lock().get(&key) {
            return Ok(known.clone());
        }
        let found = Arc::new(self.compare(kind, dataset).await?);
        let mut kept = lock();
        // Older data versions are not asked about again.
        kept.retain(|(snapshot, _), _| *snapshot == key.0);
        kept.insert(key, found.clone());
        Ok(found)
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
        let mut left_out = decide(kind, &facts, &cuts, &links, &accounts);
        for row in &mut left_out {
            row.name = formats.get(&row.file).map(|(_, name)| name.clone()).unwrap_or_default();
        }
        Ok(left_out)
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
            col("import")
                .eq(lit(row.file.0))
                .and(col("file").eq(lit(row.file.1)))
                .and(word("provider", &row.provider))
                .and(word("account", &row.account))
                .and(word(part(dataset), &row.part))
                .and(time().gt_eq(lit(i64::from(row.from) * DAY)))
                .and(time().lt(lit((i64::from(row.to) + 1) * DAY)))
        })
        .collect();
    // As a tree: a chain of thousands would be as deep as it is long.
    while any.len() > 1 {
        any = any.chunks(2).map(|two| two.iter().cloned().reduce(Expr::or).unwrap_or_else(|| lit(false))).collect();
    }
    any.pop().map(Expr::not)
}
