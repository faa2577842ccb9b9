//! Requests and replies that are not analyses: plain data, the same for the window and the command line.

mod care;
mod company;
mod files;
mod prices;
mod questions;
mod sources;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use care::*;
pub use company::*;
pub use files::*;
pub use prices::*;
pub use questions::*;
pub use sources::*;

/// Nothing asked, or nothing to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Nothing {}

/// How far long work has come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Progress {
    /// `reading`, `merging`, `publishing`; `rows` while a question reads the ledger's rows.
    pub phase: String,
    /// File being read.
    pub file: String,
    /// Bytes read of all files.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Bytes of all files.
    #[ts(type = "number")]
    pub of_bytes: u64,
    /// Rows read.
    #[ts(type = "number")]
    pub rows: u64,
    /// Rows a second.
    pub rate: f64,
    /// Seconds left; `None` while unknown.
    pub seconds_left: Option<f64>,
}

/// An error as the shells show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ErrorReply {
    /// What the window must decide on: `no_ledger`, `needs_zone`, `locked`, `cancelled`, `bad_request`,
    /// `newer_ledger`, `damaged`, `fault`.
    pub code: String,
    /// What happened and where.
    pub message: String,
    /// What to do.
    pub remedy: String,
}
