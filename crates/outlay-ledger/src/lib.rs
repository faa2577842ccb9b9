//! Records in, snapshots on disk and frames out.
//!
//! A ledger is a folder: `outlay.db` (SQLite, the catalogue) and Parquet files below `data/`. A writer takes a lock,
//! [`import::Import`] takes records, [`ledger::Ledger::publish`] commits them as a new data version in one SQLite
//! transaction, and a [`view::View`] reads one data version. Nothing outside this crate sees a path in the folder.
#![deny(missing_docs)]

pub mod backup;
pub mod catalogue;
pub mod datasets;
pub mod digest;
pub mod doctor;
pub mod error;
pub mod forget;
pub mod import;
mod layout;
mod ledger;
mod lock;
pub mod pricing;
mod publish;
pub mod redact;
pub mod reprice;
pub mod tabular;
pub mod view;

pub use error::{Error, Result};
pub use ledger::{Ledger, Published};
