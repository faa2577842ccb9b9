//! How does spend move over time?

use crate::answer::{PeriodView, Sentence, Trust};
use outlay_model::money::Money;
use outlay_model::view::{ChartSpec, TableSpec};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a trend is cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TrendBy {
    /// By local day.
    #[default]
    Day,
    /// By week from Monday.
    Week,
    /// By calendar month.
    Month,
    /// Weekday by hour, from own logs.
    WeekdayHour,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Trend {
    /// Period.
    pub period: PeriodView,
    /// The answer in a sentence.
    pub sentence: Sentence,
    /// Total.
    pub total: Money,
    /// Chart.
    pub chart: ChartSpec,
    /// The same as a table.
    pub table: TableSpec,
    /// Trust.
    pub trust: Trust,
}
