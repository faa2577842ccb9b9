//! Which source makes the total of a provider account.

use chrono::NaiveDate;
use outlay_analysis::answer::HeadlineSource;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Chooses the source of a provider account from a day to a day; the last choice for a day holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SourceRequest {
    /// Provider.
    pub provider: String,
    /// Account; empty = the provider's only one.
    #[serde(default)]
    pub account: String,
    /// First local day.
    #[ts(type = "string")]
    pub from: NaiveDate,
    /// Last local day, included.
    #[ts(type = "string")]
    pub to: NaiveDate,
    /// The source; none: the usual order again.
    pub source: Option<HeadlineSource>,
    /// Why: kept with the decision.
    #[serde(default)]
    pub reason: String,
}
