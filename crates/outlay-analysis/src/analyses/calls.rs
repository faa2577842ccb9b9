//! Calls, a page at a time

use crate::answer::{PeriodView, Trust};
use outlay_model::money::Money;
use outlay_model::tokens::Tokens;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One call as listed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct CallRow {
    /// Stable identity in this ledger.
    pub id: String,
    /// Instant, RFC 3339 UTC.
    pub time: String,
    /// `2026-10-14 09:12:03` in the reporting zone.
    pub local_time: String,
    /// Provider.
    pub provider: String,
    /// Model.
    pub model: String,
    /// Operation.
    pub operation: String,
    /// Service tier.
    pub tier: String,
    /// Feature.
    pub feature: String,
    /// Team.
    pub team: String,
    /// Customer.
    pub customer: String,
    /// Environment.
    pub environment: String,
    /// Prompt name.
    pub prompt_name: String,
    /// Prompt version.
    pub prompt_version: String,
    /// `ok` or `error`.
    pub status: String,
    /// Error word.
    pub error_type: String,
    /// Finish reason.
    pub finish_reason: String,
    /// Attempt, 0 where not told.
    #[ts(type = "number")]
    pub attempt: i64,
    /// Trace.
    pub trace_id: String,
    /// Session.
    pub session: String,
    /// Empty or `llm` for calls, else the kind of step.
    pub step_kind: String,
    /// Tokens; `None` where unknown.
    pub tokens: Option<Tokens>,
    /// Cost; `None` where unpriced or unknown.
    pub cost: Option<Money>,
    /// The log's own estimate.
    pub recorded: Option<Money>,
    /// Milliseconds.
    #[ts(type = "number | null")]
    pub latency_ms: Option<i64>,
    /// Milliseconds to the first token.
    #[ts(type = "number | null")]
    pub ttft_ms: Option<i64>,
}

/// What calls are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CallOrder {
    /// Dearest first; unpriced last.
    #[default]
    Cost,
    /// Latest first.
    Time,
    /// Most tokens first.
    Tokens,
    /// Slowest first.
    Latency,
}

/// A page of calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CallsPage {
    /// Period.
    pub period: PeriodView,
    /// Calls in all.
    #[ts(type = "number")]
    pub total: i64,
    /// Cost of all of them.
    pub cost: Money,
    /// Row number of the first row here.
    #[ts(type = "number")]
    pub offset: i64,
    /// Rows.
    pub rows: Vec<CallRow>,
    /// Trust.
    pub trust: Trust,
}
