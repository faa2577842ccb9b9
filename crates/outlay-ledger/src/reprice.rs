//! Changing prices: what a change would do to what is stored, and accepting it as a new data version.
//!
//! No data file is rewritten: a rate set gets other entries from a mapping version on, and older data versions keep
//! theirs.

use std::sync::Arc;

use outlay_price::{Book, RateSet, UserAliases, UserRates};

use crate::catalogue::prices::AliasRow;
use crate::catalogue::{audit, files, prices};
use crate::error::{Error, Result};
use crate::ledger::Ledger;
use crate::pricing::{RateTable, recalculate};

/// A change of prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PriceChange {
    /// Rates of the user's own, as CSV.
    Rates {
        /// The file's text.
        csv: String,
        /// Take prices far outside the usual range too.
        allow_odd: bool,
    },
    /// An id that means a model.
    Alias(AliasRow),
}

/// A price change worked out, and accepted or not.
#[derive(Debug)]
pub struct Recalculated {
    /// Rates or aliases taken.
    pub taken: usize,
    /// Rate sets whose price changes.
    pub changed: Vec<u32>,
    /// Prices of all rate sets after it.
    pub rates: RateTable,
}

/// A change with the book that it makes.
struct Worked {
    book: Book,
    taken: usize,
    changes: Vec<(u32, Vec<RateSet>)>,
    mapping: i64,
    snapshot: i64,
}

impl Ledger {
    /// What a change of prices would do. Nothing is written.
    ///
    /// # Errors
    /// [`Error::Request`] with line and column where a CSV is at fault.
    pub async fn preview_prices(&self, change: &PriceChange) -> Result<Recalculated> {
        let worked = self.work_out(change).await?;
        self.recalculated(worked).await
    }

    /// Accepts a change of prices; returns what it did and the new data version.
    ///
    /// # Errors
    /// As [`Ledger::preview_prices`]; [`Error::Locked`].
    pub async fn accept_prices(&self, change: &PriceChange, now: i64) -> Result<(Recalculated, i64)> {
        let lock = self.writer().await?;
        let worked = self.work_out(change).await?;
        let (mapping, snapshot) = (worked.mapping + 1, worked.snapshot + 1);
        let mut tx = self.pool.begin().await?;
        let what = match change {
            PriceChange::Rates { csv, .. } => {
                prices::add_user_csv(&mut tx, now, csv).await?;
                "user prices"
            }
            PriceChange::Alias(alias) => {
                prices::set_alias(&mut tx, now, alias).await?;
                "alias"
            }
        };
        for (set, entries) in &worked.changes {
            prices::map(&mut tx, *set, entries, mapping).await?;
        }
        files::add_snapshot(&mut tx, snapshot, now, what, None, mapping, worked.book.version()).await?;
        let detail = format!("{what}: {} taken, {} rate sets change", worked.taken, worked.changes.len());
        audit::append(&mut tx, now, "recalculate", &detail).await?;
        tx.commit().await?;
        self.keep_copy().await;
        drop(lock);
        self.reload_book().await?;
        Ok((self.recalculated(worked).await?, snapshot))
    }

    async fn work_out(&self, change: &PriceChange) -> Result<Worked> {
        let mut csvs = prices::user_csvs(&self.pool).await?;
        let mut aliases = prices::aliases(&self.pool).await?;
        let taken = match change {
            PriceChange::Rates { csv, allow_odd } => {
                csvs.push(csv.clone());
                UserRates::from_csv(csv, *allow_odd).map_err(|e| Error::Request(e.to_string()))?.len()
            }
            PriceChange::Alias(alias) => {
                aliases.retain(|a| (&a.provider, &a.id) != (&alias.provider, &alias.id));
                aliases.push(alias.clone());
                1
            }
        };
        let book = with_user(bundled()?.as_ref(), &csvs, &aliases)?;
        let newest = files::newest(&self.pool).await?;
        let table = prices::table(&self.pool, newest.mapping).await?;
        let changes = recalculate(&self.book(), &book, &table);
        Ok(Worked { book, taken, changes, mapping: newest.mapping, snapshot: newest.id })
    }

    async fn recalculated(&self, worked: Worked) -> Result<Recalculated> {
        let changed = worked.changes.iter().map(|(set, _)| *set).collect();
        let rates = prices::table(&self.pool, worked.mapping).await?.with(worked.changes);
        Ok(Recalculated { taken: worked.taken, changed, rates })
    }
}

/// The book that comes with the program.
pub(crate) fn bundled() -> Result<Arc<Book>> {
    Book::bundled().map(Arc::new).map_err(|e| Error::Worker(format!("the bundled price book cannot be read: {e}")))
}

/// A book with the user's own prices and aliases on top.
pub(crate) fn with_user(base: &Book, csvs: &[String], aliases: &[AliasRow]) -> Result<Book> {
    let mut rates = UserRates::default();
    for csv in csvs {
        rates.extend(UserRates::from_csv(csv, true).map_err(|e| Error::Request(e.to_string()))?);
    }
    let mut user = UserAliases::default();
    for alias in aliases {
        user.add(&alias.provider, &alias.id, &alias.means_provider, &alias.means_model);
    }
    Ok(base.with_user(rates, user))
}
