//! The steps of one trace, with what each cost

use outlay_model::money::Money;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A step of a trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TraceNode {
    /// Identity of the call, for its bill.
    pub id: String,
    /// Depth in the tree.
    pub depth: usize,
    /// What it is: model, tool or agent.
    pub label: String,
    /// `llm`, `tool`, `retriever`, `chain` …
    pub kind: String,
    /// Milliseconds after the trace began.
    #[ts(type = "number")]
    pub start_ms: i64,
    /// Milliseconds.
    #[ts(type = "number | null")]
    pub duration_ms: Option<i64>,
    /// Tokens.
    #[ts(type = "number | null")]
    pub tokens: Option<i64>,
    /// Cost of the step itself.
    pub cost: Option<Money>,
    /// `ok` or `error`.
    pub status: String,
    /// Attempt, 0 where not told.
    #[ts(type = "number")]
    pub attempt: i64,
    /// A later attempt replaced this one: its money bought nothing.
    pub retried: bool,
}

/// A trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Trace {
    /// Trace id.
    pub trace_id: String,
    /// Steps, parents before children.
    pub nodes: Vec<TraceNode>,
    /// Sum of the steps' costs.
    pub cost: Money,
    /// Of it, for attempts that a later one replaced.
    pub wasted: Money,
    /// Calls without a price.
    #[ts(type = "number")]
    pub unpriced_calls: i64,
    /// Milliseconds from first start to last end.
    #[ts(type = "number")]
    pub duration_ms: i64,
}
