//! The bill of one call: bucket × price = amount

use crate::analyses::calls::CallRow;
use outlay_model::money::Money;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A line of a call's bill: tokens × rate = amount.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BillLine {
    /// Token bucket.
    pub bucket: String,
    /// Tokens.
    #[ts(type = "number")]
    pub tokens: i64,
    /// Price per million tokens; `None` where the book has none for this bucket.
    pub per_million: Option<Money>,
    /// Amount; `None` where unpriced.
    pub amount: Option<Money>,
}

/// The bill of one call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Bill {
    /// The call.
    pub call: CallRow,
    /// Lines; they add up to the cost exactly.
    pub lines: Vec<BillLine>,
    /// Cost; `None` where nothing prices the call.
    pub cost: Option<Money>,
    /// Upper end, where cache writes of unknown duration leave it open.
    pub high: Option<Money>,
    /// Which rule found the price, in words.
    pub rule: String,
    /// Price book.
    pub book: String,
    /// Price valid from, RFC 3339.
    pub valid_from: Option<String>,
    /// Price valid to, RFC 3339, excluded.
    pub valid_to: Option<String>,
    /// Why there is no price and what to do, where there is none.
    pub unpriced: Option<String>,
    /// The `outlay price …` command that prices the same tokens.
    pub command: String,
    /// Signals about this call.
    pub scores: Vec<CallScore>,
}

/// A signal about a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CallScore {
    /// Scorer.
    pub name: String,
    /// Version of the scorer.
    pub version: String,
    /// `judge`, `human`, `feedback`, `check`.
    pub kind: String,
    /// Value.
    pub value: Option<f64>,
    /// Label.
    pub label: String,
}
