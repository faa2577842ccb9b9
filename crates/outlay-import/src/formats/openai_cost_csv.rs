//! OpenAI's cost export from the dashboard.
//!
//! # Where the file comes from
//! platform.openai.com, Usage, Cost, choose a period and a grouping, Export.
//!
//! # Shape
//! CSV (also re-saved with tabs or semicolons) with `start_time`, `end_time`, their `_iso` twins, `amount_value`,
//! `amount_currency`, `line_item`, `project_id`, `organization_id` and `organization_name`; one row a day, or one for
//! each day and line item or project where the export was grouped.
//!
//! # Mapping
//! `amount_value` is what was billed, in units of the currency. A line item such as `gpt-4o, input` is cut at its comma
//! into model and meter; one such as `web search, calls` has no model. Both are kept whole as well. The organisation is
//! the account.
//!
//! # Known quirks
//! `line_item` and `project_id` are empty unless the export was grouped by them. A day that has only its times is a
//! billed line of 0: the day is covered, nothing was charged. It belongs to the organisation that the file names first.
//! A line without an amount is rejected.

use outlay_model::money::{Currency, Pico};
use outlay_model::record::{Charge, Dimensions, Record, Sink};
use outlay_model::report::Kind;

use crate::buckets::{self, Cells, Plan};
use crate::error::{Fault, ImportError};
use crate::format::{About, Format, Match, ReadOptions, ReadSummary};
use crate::head::Head;
use crate::source::Input;

const SIGNATURE: &[&str] =
    &["start_time", "end_time", "start_time_iso", "end_time_iso", "amount_value", "amount_currency"];

/// Columns of which a day without cost has none.
const TOLD: &[&str] = &["amount_value", "line_item", "project_id", "api_key_id", "user_id", "quantity"];

const PLAN: Plan = Plan { format: "openai-cost-csv", required: &["start_time", "end_time", "amount_value"] };

pub(crate) struct OpenaiCostCsv;

impl Format for OpenaiCostCsv {
    fn id(&self) -> &'static str {
        PLAN.format
    }
    fn title(&self) -> &'static str {
        "OpenAI cost export"
    }
    fn about(&self) -> About {
        About {
            from: "platform.openai.com: Usage, Cost, choose a period, group by line item, Export",
            kind: Some(Kind::Charge),
            cannot_tell: &["tokens", "calls", "user, key, feature", "the model, unless grouped by line item"],
        }
    }
    fn sniff(&self, head: &Head) -> Option<Match> {
        (head.is_table() && head.has_all(SIGNATURE)).then(|| Match::exact(SIGNATURE))
    }
    fn read(&self, input: Input, options: &ReadOptions, sink: &mut dyn Sink) -> Result<ReadSummary, ImportError> {
        let account = options.account.as_deref();
        // An idle day does not say whose it is, and would stand for an account of its own.
        let owner = buckets::first_told(input.head(), "organization_id").unwrap_or_default();
        let mut empty = 0_u64;
        let mut grouped = false;
        let mut summary = buckets::read(input, &PLAN, sink, |line, cells, feed| {
            let charge = row(&cells, account, &owner)?;
            empty += u64::from(cells.text("amount_value").is_empty());
            grouped |= !charge.line_item.is_empty();
            Ok(feed.push(line, Record::Charge(&charge)))
        })?;
        if empty > 0 {
            summary.notes.push(format!("rows without an amount: {empty}; nothing was charged then"));
        }
        if summary.rows > empty && !grouped {
            summary.notes.push("not grouped by line item, so the models are not told".to_owned());
        }
        Ok(summary)
    }
}

/// A row, also one of the cost API, whose fields have the names of the columns: both must come to the same record.
/// `owner` is the organisation of rows that name none.
pub(super) fn row<'a>(cells: &Cells<'a>, account: Option<&'a str>, owner: &'a str) -> Result<Charge<'a>, Fault> {
    let (time, _) = cells.time(&["start_time", "start_time_iso"])?;
    let (end, _) = cells.time(&["end_time", "end_time_iso"])?;
    buckets::same_time(cells, "start_time", "start_time_iso", time)?;
    buckets::same_time(cells, "end_time", "end_time_iso", end)?;
    if end <= time {
        return Err(Fault::new("end_time", "end_time is not after start_time", cells.text("end_time")));
    }
    let amount = cells.money("amount_value")?;
    // A day without cost has only the four times, and at most says whose it is; with fewer, the row was cut off.
    let idle = TOLD.iter().all(|column| cells.text(column).is_empty());
    if !idle || cells.text("end_time_iso").is_empty() {
        buckets::full(cells)?;
    }
    if amount.is_none() && !idle {
        return Err(Fault::new("amount_value", "amount_value is empty", cells.whole()));
    }
    let currency = match cells.text("amount_currency") {
        "" => Currency::USD,
        code => Currency::parse(code).ok_or_else(|| {
            Fault::new("amount_currency", "amount_currency is not a three-letter currency code", code)
        })?,
    };
    let organization = match cells.text("organization_id") {
        "" if idle => owner,
        told => told,
    };
    let line_item = cells.text("line_item");
    let (model, meter) = cut(line_item);
    Ok(Charge {
        time,
        end,
        dims: Dimensions {
            provider: "openai".into(),
            account: account.unwrap_or(organization).into(),
            model: model.into(),
            project: cells.text("project_id").into(),
            api_key: cells.text("api_key_id").into(),
            user: cells.text("user_id").into(),
            ..Dimensions::default()
        },
        billed: amount.unwrap_or(Pico::ZERO),
        effective: None,
        list: None,
        contracted: None,
        currency,
        category: "".into(),
        line_item: line_item.into(),
        meter: meter.into(),
        quantity: None,
        unit: "".into(),
        invoice_id: "".into(),
        rounding: Pico::ZERO,
        section: 0,
    })
}

/// Model and meter of a line such as `gpt-4o, input` or `web search, high, calls`: a model's id has no blank in it.
fn cut(line_item: &str) -> (&str, &str) {
    match (line_item.split_once(','), line_item.rsplit_once(',')) {
        (Some((model, meter)), _) if !model.trim().contains(' ') => (model.trim(), meter.trim()),
        (_, Some((_, meter))) => ("", meter.trim()),
        _ => ("", ""),
    }
}
