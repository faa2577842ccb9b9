//! What did the period cost, and is that number right?

use crate::answer::{PeriodView, Sentence, Trust};
use outlay_model::dimension::Dimension;
use outlay_model::money::Money;
use outlay_model::view::{ChartSpec, TableSpec};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Something that moved the total.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Mover {
    /// Change against the period before.
    pub change: Money,
    /// Dimension that the mover is a value of.
    pub dimension: Dimension,
    /// Value.
    pub value: String,
    /// What happened.
    pub sentence: Sentence,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Overview {
    /// Period.
    pub period: PeriodView,
    /// The answer in a sentence; empty ledger: what to do first.
    pub sentence: Sentence,
    /// Second line: explained, incomplete.
    pub detail: Sentence,
    /// Total of the headline sources.
    pub total: Money,
    /// Total of the period before, where it has records.
    pub previous: Option<Money>,
    /// `false` where a day of an expected account is missing.
    pub complete: bool,
    /// When did it move?
    pub chart: ChartSpec,
    /// Where do I start? The largest features (or models), the rest, and what is billed but not in the logs.
    pub table: TableSpec,
    /// What moved it?
    pub movers: Vec<Mover>,
    /// Trust.
    pub trust: Trust,
}
