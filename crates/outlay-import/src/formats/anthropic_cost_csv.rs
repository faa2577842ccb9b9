//! Anthropic's cost export from the console.
//!
//! # Where the file comes from
//! The Claude console, Cost, choose a period, Export.
//!
//! # Shape
//! CSV with `usage_date_utc`, `model`, `workspace`, `api_key`, `usage_type`, `token_type`, `cost_usd` and `cost_type`,
//! newer ones also `context_window`, `inference_geo` and `speed`. Long format: one row for each day, model and kind of
//! token.
//!
//! # Mapping
//! `cost_usd` is what was billed, `token_type` the meter (`cost_type` where that is empty, as for web searches). Models
//! are display names; the declared ones become ids of the API, others stay as they are. The display name, meter,
//! context window, kind of usage, speed and geography are kept as the text of the line, where they are not the usual
//! ones (`≤ 200k`, `message`, `standard`, `global`), for which older files have no column.
//!
//! # Known quirks
//! Each row is rounded to the cent, so that small rows say 0.00 and sums drift by up to half a cent a row: every line
//! carries that rounding, or half a unit of its last decimal where it has more.

use std::borrow::Cow;

use outlay_model::money::{Currency, Pico};
use outlay_model::record::{Charge, Dimensions, Record, Sink};
use outlay_model::report::Kind;
use outlay_model::time::{DAY, HOUR};

use crate::buckets::{self, Cells, Plan};
use crate::error::{Fault, ImportError};
use crate::format::{About, Format, Match, ReadOptions, ReadSummary};
use crate::head::Head;
use crate::source::Input;

const SIGNATURE: &[&str] = &["usage_date_utc", "model", "token_type", "cost_usd"];

const PLAN: Plan = Plan { format: "anthropic-cost-csv", required: SIGNATURE };

/// Half a unit of the last decimal that an amount has, and at most half a cent.
fn rounding(amount: &str) -> Pico {
    let decimals = amount.rsplit_once(['.', ',']).map_or(0, |(_, decimals)| decimals.len()).clamp(2, 12) as u32;
    Pico(10_i128.pow(12 - decimals) / 2)
}

/// Display names of the console and the ids that the API and the usage export have for them.
const MODELS: &[(&str, &str)] = &[
    ("Claude Opus 4.8", "claude-opus-4-8"),
    ("Claude Opus 4.7", "claude-opus-4-7"),
    ("Claude Opus 4.6", "claude-opus-4-6"),
    ("Claude Sonnet 4.6", "claude-sonnet-4-6"),
    ("Claude Opus 4.5", "claude-opus-4-5-20251101"),
    ("Claude Haiku 4.5", "claude-haiku-4-5-20251001"),
    ("Claude Sonnet 4.5", "claude-sonnet-4-5-20250929"),
    ("Claude Opus 4.1", "claude-opus-4-1-20250805"),
    ("Claude Opus 4", "claude-opus-4-20250514"),
    ("Claude Sonnet 4", "claude-sonnet-4-20250514"),
    ("Claude Sonnet 3.7", "claude-3-7-sonnet-20250219"),
    ("Claude Haiku 3.5", "claude-3-5-haiku-20241022"),
    ("Claude Opus 3", "claude-3-opus-20240229"),
    ("Claude Haiku 3", "claude-3-haiku-20240307"),
];

pub(crate) struct AnthropicCostCsv;

impl Format for AnthropicCostCsv {
    fn id(&self) -> &'static str {
        PLAN.format
    }
    fn title(&self) -> &'static str {
        "Anthropic cost export"
    }
    fn about(&self) -> About {
        About {
            from: "Claude console: Cost, choose a period, Export",
            kind: Some(Kind::Charge),
            cannot_tell: &["tokens", "calls", "the time of day", "fractions of a cent", "feature, team, customer"],
        }
    }
    fn sniff(&self, head: &Head) -> Option<Match> {
        (head.is_table() && head.has_all(SIGNATURE)).then(|| Match::exact(SIGNATURE))
    }
    fn read(&self, input: Input, options: &ReadOptions, sink: &mut dyn Sink) -> Result<ReadSummary, ImportError> {
        let account = options.account.as_deref().unwrap_or("");
        let mut unknown: Vec<String> = Vec::new();
        let mut summary = buckets::read(input, &PLAN, sink, |line, cells, feed| {
            let charge = row(&cells, account)?;
            let name = cells.text("model");
            if !name.is_empty() && api_id(name).is_none() && unknown.len() < 20 && !unknown.iter().any(|m| m == name) {
                unknown.push(name.to_owned());
            }
            Ok(feed.push(line, Record::Charge(&charge)))
        })?;
        if summary.rows > 0 {
            summary.notes.push("each row is rounded to the cent: totals may differ by half a cent a row".to_owned());
        }
        if !unknown.is_empty() {
            summary.notes.push(format!("display names without a known id, kept as they are: {}", unknown.join(", ")));
        }
        Ok(summary)
    }
}

fn api_id(display: &str) -> Option<&'static str> {
    MODELS.iter().find(|(name, _)| name.eq_ignore_ascii_case(display)).map(|(_, id)| *id)
}

fn row<'a>(cells: &Cells<'a>, account: &'a str) -> Result<Charge<'a>, Fault> {
    buckets::full(cells)?;
    let (time, day) = cells.time(&["usage_date_utc"])?;
    let display = cells.text("model");
    let meter = match cells.text("token_type") {
        "" => cells.text("cost_type"),
        told => told,
    };
    let known = |column: &str| match cells.text(column) {
        "message" | "standard" | "global" => "",
        told => told,
    };
    let (usage, speed) = (known("usage_type"), known("speed"));
    let window = buckets::upper_band(cells.text("context_window"));
    let parts: Vec<&str> = [display, meter, window, usage, speed, known("inference_geo")]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    Ok(Charge {
        time,
        end: time + if day { DAY } else { HOUR },
        dims: Dimensions {
            provider: "anthropic".into(),
            account: account.into(),
            model: api_id(display).unwrap_or(display).into(),
            tier: if speed.is_empty() { usage } else { speed }.into(),
            region: known("inference_geo").into(),
            api_key: cells.text("api_key").into(),
            workspace: cells.text("workspace").into(),
            ..Dimensions::default()
        },
        billed: cells.money("cost_usd")?.ok_or_else(|| Fault::new("cost_usd", "cost_usd is empty", cells.whole()))?,
        effective: None,
        list: None,
        contracted: None,
        currency: Currency::USD,
        category: "".into(),
        line_item: Cow::Owned(parts.join(", ")),
        meter: meter.into(),
        quantity: None,
        unit: "".into(),
        invoice_id: "".into(),
        rounding: rounding(cells.text("cost_usd")),
        section: 0,
    })
}
