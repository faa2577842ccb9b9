//! Reading one data version.

use sqlx::SqlitePool;

use crate::catalogue::files::{self, FileRow, Snapshot};
use crate::catalogue::prices;
use crate::error::Result;
use crate::layout::Layout;
use crate::pricing::RateTable;

/// One data version, pinned.
#[derive(Debug)]
pub struct View {
    pub(crate) layout: Layout,
    pub(crate) pool: SqlitePool,
    /// Data version.
    pub snapshot: Snapshot,
    /// Prices of its rate sets.
    pub rates: RateTable,
}

impl View {
    pub(crate) async fn open(pool: &SqlitePool, layout: Layout) -> Result<View> {
        let snapshot = files::newest(pool).await?;
        let rates = prices::table(pool, snapshot.mapping).await?;
        Ok(View { layout, pool: pool.clone(), snapshot, rates })
    }

    pub(crate) async fn files(&self, dataset: &str) -> Result<Vec<FileRow>> {
        files::seen(&self.pool, self.snapshot.id, dataset).await
    }
}
