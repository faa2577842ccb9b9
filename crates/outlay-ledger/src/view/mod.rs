//! Reading one data version: grouped sums, pages of calls, single calls and traces.

mod calls;
mod dearest;
mod dictionary;
mod excess;
mod few;
mod grouped;
mod kept;
mod overlap;
mod rows;
mod scan;
mod slice;
mod told;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use outlay_model::dimension::Dimension;
use outlay_model::query::Condition;
use outlay_model::time::Period;
use sqlx::SqlitePool;

pub use calls::{CallsOrder, Order, StoredCall};
pub use dearest::{Dearest, Memory, StoredTrace, Wanted};
pub use excess::{Excess, ExcessGroup};
pub use overlap::{FileId, LeftOut};
pub use rows::FromRows;

use crate::catalogue::files::{self, FileRow, Snapshot};
use crate::catalogue::prices;
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::pricing::RateTable;

/// Rows that a question about calls selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Period, in its zone.
    pub period: Period,
    /// All must hold.
    pub conditions: Vec<Condition>,
}

/// The last sorted list of calls, so that the next page costs no sort.
pub(crate) type OrderCache = Arc<Mutex<Option<(i64, Selection, Order, Arc<CallsOrder>)>>>;

pub(crate) use kept::Cache as KeptCache;
pub(crate) use overlap::{Cache as OverlapCache, step};

/// What the last question about rows found: a screen is left and come back to.
pub(crate) type RowsCache = Arc<Mutex<Option<(i64, Wanted, Vec<Dimension>, Arc<FromRows>)>>>;

/// What views of a ledger share, so that the next question costs less.
#[derive(Clone, Debug, Default)]
pub(crate) struct Caches {
    pub(crate) orders: OrderCache,
    pub(crate) rows: RowsCache,
    pub(crate) kept: KeptCache,
    pub(crate) overlaps: OverlapCache,
    pub(crate) answered: AnsweredCache,
    pub(crate) few: few::Cache,
    pub(crate) told: told::Cache,
    pub(crate) scan: Scan,
}

/// The sums that were asked for last.
pub(crate) type AnsweredCache = Arc<Mutex<scan::Answered>>;

/// Held by the one question that sums rows up: two at once would need twice the memory and be no faster.
pub(crate) type Scan = Arc<tokio::sync::Mutex<()>>;

/// How long a reader may keep a snapshot without asking again, in microseconds.
const PIN: i64 = 3_600_000_000;

/// One data version, pinned: vacuum passes over it until the view is closed or an hour is over.
#[derive(Debug)]
pub struct View {
    pub(crate) layout: Layout,
    pub(crate) pool: SqlitePool,
    pins: SqlitePool,
    pub(crate) orders: OrderCache,
    pub(crate) rows: RowsCache,
    pub(crate) kept: KeptCache,
    pub(crate) overlaps: OverlapCache,
    answered: AnsweredCache,
    few: few::Cache,
    told: told::Cache,
    scan: Scan,
    /// Files of the data version by dataset: it does not change.
    listed: Mutex<HashMap<String, Vec<FileRow>>>,
    pin: i64,
    /// Data version.
    pub snapshot: Snapshot,
    /// Prices of its rate sets.
    pub rates: RateTable,
}

impl View {
    pub(crate) async fn open(
        pool: &SqlitePool,
        pins: &SqlitePool,
        layout: Layout,
        caches: Caches,
        now: i64,
    ) -> Result<View> {
        let snapshot = files::newest(pool).await?;
        let pin = files::pin(pins, snapshot.id, std::process::id(), now + PIN).await?;
        // The snapshot may have been forgotten between the two: the newest after the pin is safe.
        let snapshot = files::newest(pool).await?;
        let rates = prices::table(pool, snapshot.mapping).await?;
        let Caches { orders, rows, kept, overlaps, answered, few, told, scan } = caches;
        let (pool, pins) = (pool.clone(), pins.clone());
        let listed = Mutex::default();
        Ok(View {
            layout,
            pool,
            pins,
            orders,
            rows,
            kept,
            overlaps,
            answered,
            few,
            told,
            scan,
            listed,
            pin,
            snapshot,
            rates,
        })
    }

    /// Answers from now on as if the rate sets had these prices.
    pub fn price_with(&mut self, rates: RateTable) {
        self.rates = rates;
        // What is by cost is kept for the ledger's own prices.
        self.orders = OrderCache::default();
        self.rows = RowsCache::default();
        self.answered = AnsweredCache::default();
    }

    /// Lets go of the data version.
    ///
    /// # Errors
    /// [`Error::GivenUp`] where the hour was over and a writer took the pin: what was read since may be incomplete. Else
    /// what SQLite says.
    pub async fn close(self) -> Result<()> {
        if files::unpin(&self.pins, self.pin).await? { Ok(()) } else { Err(Error::GivenUp(self.snapshot.id)) }
    }

    /// How many records of a kind there are.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn records(&self, kind: outlay_model::report::Kind) -> Result<i64> {
        let own: i64 = self.files(kind.dataset()).await?.iter().map(|file| file.rows).sum();
        if kind != outlay_model::report::Kind::Score {
            return Ok(own);
        }
        let in_calls = self.files(crate::datasets::schema::Dataset::Calls.name()).await?;
        Ok(own + in_calls.iter().map(|file| file.scores).sum::<i64>())
    }

    pub(crate) async fn files(&self, dataset: &str) -> Result<Vec<FileRow>> {
        let lock = || self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(dataset) {
            return Ok(known.clone());
        }
        let found = files::seen(&self.pool, self.snapshot.id, dataset).await?;
        lock().insert(dataset.to_owned(), found.clone());
        Ok(found)
    }
}
