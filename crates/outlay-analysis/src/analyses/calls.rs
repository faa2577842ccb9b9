//! Calls, a page at a time.
//!
//! # Question
//! Which calls are these, and what did each cost?
//!
//! # Definition
//! Cost of a call = its tokens × its rate set. Cost of all = the same over every call that the conditions select, not
//! only those on the page.
//!
//! # Reads
//! Rows of calls, sorted and cut by the ledger; charges, usage and calls by day, provider, account and model for what
//! is known about the total.
//!
//! # Caveats
//! A call whose usage no source tells has no cost, not a cost of 0; so has one that nothing prices. Where only some of
//! its tokens have a price, the cost is that of these, and its bill says which do not.
//!
//! # Reading the chart
//! There is none: the table is the answer.

use crate::answer::{PeriodView, Trust};
use crate::context::{Context, period_view};
use crate::headline::{self, Headline};
use crate::prices::{Cost, Prices};
use crate::trust::trust;
use outlay_model::cube::{Cube, Slice};
use outlay_model::money::{Money, Pico};
use outlay_model::query::Condition;
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

/// What is asked, beside what the ledger has found already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params {
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// Row number of the first row.
    pub offset: i64,
}

/// The cubes that [`run`] takes, in order.
#[must_use]
pub fn slices(params: &Params, context: &Context) -> Vec<Slice> {
    headline::slices(context.period, &params.conditions)
}

/// A page from the ledger's rows and the cubes of [`slices`].
#[must_use]
pub fn run(cubes: &[Cube], rows: Vec<CallRow>, params: &Params, context: &Context, prices: &dyn Prices) -> CallsPage {
    let headline = Headline::of(cubes, &context.period, &params.conditions, context, prices);
    let empty = Cube::default();
    let groups = &cubes.get(2).unwrap_or(&empty).groups;
    let cost: Pico = groups.iter().map(|group| Cost::of(group.rate_set, &group.sums, context, prices).low).sum();
    let mut trust = trust(&headline, &params.conditions, context);
    trust.from_rows = true;
    CallsPage {
        period: period_view(&context.period),
        total: groups.iter().map(|group| group.sums.records).sum(),
        cost: context.money(cost),
        offset: params.offset,
        rows,
        trust,
    }
}

/// The cost of one call; `None` where its usage is unknown or none of its tokens has a price.
#[must_use]
pub fn cost(rate_set: u32, tokens: Option<&Tokens>, prices: &dyn Prices) -> Option<Money> {
    let tokens = tokens?;
    let priced = prices.cost(rate_set, tokens, 0)?;
    let any = tokens.total() == 0 || priced.unpriced_tokens < tokens.total();
    any.then(|| Money::new(priced.low, prices.currency(rate_set)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::*;

    #[test]
    fn the_cost_is_that_of_all_calls() {
        let calls = cube(
            &headline::BY,
            &[
                used("2026-10-01", &["openai", "", "m"], 1, 5, 2_000_000, 0),
                used("2026-10-02", &["openai", "", "m"], 2, 7, 1_000_000, 0),
            ],
        );
        let cubes = [Cube::default(), Cube::default(), calls];
        let params = Params { offset: 100, ..Params::default() };
        let page = run(&cubes, vec![CallRow::default()], &params, &october(), &TestPrices);
        assert_eq!((page.total, page.cost.amount, page.offset, page.rows.len()), (12, usd("4"), 100, 1));
        let empty = run(&[], Vec::new(), &Params::default(), &october(), &TestPrices);
        assert_eq!((empty.total, empty.cost.amount), (0, Pico::ZERO));
    }

    #[test]
    fn unknown_is_not_zero() {
        let tokens = Tokens { uncached_input: 10, ..Tokens::default() };
        assert_eq!(cost(1, None, &TestPrices), None);
        assert_eq!(cost(0, Some(&tokens), &TestPrices), None);
        assert_eq!(cost(1, Some(&tokens), &TestPrices), Some(Money::usd(Pico(10_000_000))));
        let audio = Tokens { audio_input: 10, ..Tokens::default() };
        assert_eq!(cost(1, Some(&audio), &TestPrices), None);
    }
}
