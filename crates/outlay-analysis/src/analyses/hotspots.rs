//! Where do I start?

use crate::analyses::calls::CallRow;
use crate::answer::{PeriodView, Sentence, Trust};
use outlay_model::dimension::Dimension;
use outlay_model::money::Money;
use outlay_model::view::{ChartSpec, TableSpec};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why something is dear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// Input above the group's own median.
    LongInput,
    /// Output above the group's own median.
    LongOutput,
    /// The same prompt sent again, not served by a cache.
    Repeats,
    /// Failed calls and later attempts.
    ErrorsAndRetries,
    /// A model dearer per token than the one its peers mostly use.
    DearModel,
}

/// A cause with its dollars above a stated reference. Causes of one row overlap and are not added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Cause {
    /// Which.
    pub kind: CauseKind,
    /// Dollars above the reference.
    pub amount: Money,
    /// `long input, $11,204 above its median of 2,104 tokens`.
    pub sentence: String,
}

/// One hotspot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Hotspot {
    /// One value per dimension; an empty text means "not told".
    pub keys: Vec<String>,
    /// What to print for them: a given name, else the id.
    pub labels: Vec<String>,
    /// Cost.
    pub cost: Money,
    /// Share of the headline.
    pub share: f64,
    /// Running share.
    pub running: f64,
    /// Calls; `None` where the source knows none.
    #[ts(type = "number | null")]
    pub calls: Option<i64>,
    /// Tokens.
    #[ts(type = "number")]
    pub tokens: i64,
    /// Tokens without a price among them.
    #[ts(type = "number")]
    pub unpriced_tokens: i64,
    /// Causes, largest first.
    pub causes: Vec<Cause>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Hotspots {
    /// Period.
    pub period: PeriodView,
    /// The answer in a sentence.
    pub sentence: Sentence,
    /// What it is cut by.
    pub by: Vec<Dimension>,
    /// The headline that the rows and the rest add up to.
    pub total: Money,
    /// Largest first.
    pub rows: Vec<Hotspot>,
    /// How many there are in all, before `top`.
    pub found: usize,
    /// Everything below `top`.
    pub others: Option<Money>,
    /// Billed, not in the logs; negative where the logs say more than the invoice.
    pub not_in_logs: Option<Money>,
    /// Pareto bars.
    pub chart: ChartSpec,
    /// The same as a table.
    pub table: TableSpec,
    /// Weekday × hour, from own logs.
    pub when: ChartSpec,
    /// The dearest calls.
    pub dearest: Vec<CallRow>,
    /// Trust.
    pub trust: Trust,
}
