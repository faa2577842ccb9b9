//! Anthropic's cost API, its answers saved as files.
//!
//! # Where the file comes from
//! `GET /v1/organizations/cost_report` with an admin key, or the newer `GET /v1/organizations/analytics/cost_report`;
//! the answer as it came, or what a client library made of it.
//!
//! # Shape
//! Pages `{"data":[…],"has_more":…,"next_page":…}`, one, several after another, one a line, or in a list; or the
//! buckets alone. A bucket has `starting_at`, `ending_at` and a list `results`; a result has `amount` and `currency`,
//! and where the report was grouped by description also `description`, `cost_type`, `token_type`, `model`,
//! `context_window`, `service_tier` and `inference_geo`.
//!
//! # Mapping
//! **`amount` is in cents**, as a decimal text: `"123.45"` is 1.2345 dollars, exactly. `list_amount` of the analytics
//! report is the cost at list price. `token_type` is the meter, `cost_type` where that is empty. The line's text is the
//! description, or else the model and the meter, and whatever else makes it differ. `product` of the analytics report
//! is the feature. A bucket without results is a billed line of 0: the day is covered, nothing was charged.
//!
//! # Known quirks
//! Costs of the priority tier are never in this report. Keys are not told and workspaces are ids, while the console's
//! cost export has names, rounds to the cent and names models otherwise: rows of both are not known to be the same, so
//! import one of them for each day, and only one of the two reports.
//!
//! Analytics rows grouped by `rbac_group_id` overlap and are rejected; a bucket with 100 groups, the most that report
//! gives, is pointed out. So is a last page that says `has_more`.

use std::borrow::Cow;

use outlay_model::money::{Currency, Pico};
use outlay_model::record::{Charge, Dimensions, Record, Sink};
use outlay_model::report::Kind;

use super::anthropic_admin_usage as usage;
use crate::buckets::Cells;
use crate::error::{Fault, ImportError};
use crate::format::{About, Format, Match, ReadOptions, ReadSummary};
use crate::head::Head;
use crate::pages::{self, Api};
use crate::source::Input;

const API: Api =
    Api { format: "anthropic-admin-cost", bucket: &["starting_at", "ending_at"], nested: &[], renamed: &[] };

/// Texts of a result.
const WORDS: &[&str] = &[
    "model",
    "description",
    "cost_type",
    "token_type",
    "context_window",
    "service_tier",
    "inference_geo",
    "speed",
    "workspace_id",
    "product",
    "account_id",
    "service_account_id",
    "claude_tag_user_id",
    "claude_tag_category",
    "slack_channel_id",
    "rbac_group_id",
];

pub(crate) struct AnthropicAdminCost;

impl Format for AnthropicAdminCost {
    fn id(&self) -> &'static str {
        API.format
    }
    fn title(&self) -> &'static str {
        "Anthropic cost API"
    }
    fn about(&self) -> About {
        About {
            from: "GET /v1/organizations/cost_report with an admin key, group_by[]=description",
            kind: Some(Kind::Charge),
            cannot_tell: &[
                "tokens",
                "calls",
                "costs of the priority tier",
                "the model, unless grouped by description",
                "keys, team, customer",
            ],
        }
    }
    fn sniff(&self, head: &Head) -> Option<Match> {
        usage::sniff(head, "amount", "costs")
    }
    fn read(&self, input: Input, options: &ReadOptions, sink: &mut dyn Sink) -> Result<ReadSummary, ImportError> {
        let account = options.account.as_deref().unwrap_or("");
        let (mut charged, mut idle, mut modelled) = (false, 0_u64, false);
        let mut late = pages::Late::default();
        let mut summary = pages::read(input, &API, sink, |found, feed| {
            let cells = &found.cells;
            pages::words(cells, WORDS)?;
            usage::ungrouped(cells)?;
            let charge = Charge { section: found.section, ..row(cells, found.idle, account)? };
            charged |= !found.idle;
            idle += u64::from(found.idle);
            modelled |= !charge.dims.model.is_empty();
            if cells.has("list_amount") && found.of >= usage::MOST_GROUPS {
                feed.note(usage::MANY_GROUPS);
            }
            late.see(charge.time, charge.end);
            Ok(feed.push(found.at, Record::Charge(&charge)))
        })?;
        if idle > 0 {
            summary.notes.push(format!("buckets without results: {idle}; nothing was charged then"));
        }
        if charged {
            summary.notes.push("costs of the priority tier are not in this report".to_owned());
            summary.notes.push(
                "the console's cost export of the same days has other rows: import only one of them for each day"
                    .to_owned(),
            );
        }
        if charged && !modelled {
            summary.notes.push("not grouped by description, so the models are not told".to_owned());
        }
        summary.notes.extend(late.note());
        Ok(summary)
    }
}

fn row<'a>(cells: &Cells<'a>, idle: bool, account: &'a str) -> Result<Charge<'a>, Fault> {
    let (time, _) = cells.time(&["starting_at"])?;
    let (end, _) = cells.time(&["ending_at"])?;
    if end <= time {
        return Err(Fault::new("ending_at", "ending_at is not after starting_at", cells.text("ending_at")));
    }
    let billed = match cells.cents("amount")? {
        Some(amount) => amount,
        None if idle => Pico::ZERO,
        None => return Err(Fault::new("amount", "amount is not told", cells.whole())),
    };
    let currency = match cells.text("currency") {
        "" => Currency::USD,
        code => Currency::parse(code)
            .ok_or_else(|| Fault::new("currency", "currency is not a three-letter currency code", code))?,
    };
    let known = |key: &str| match cells.text(key) {
        "standard" | "global" => "",
        told => told,
    };
    let (model, tier, speed) = (cells.text("model"), known("service_tier"), known("speed"));
    let meter = match cells.text("token_type") {
        "" => cells.text("cost_type"),
        told => told,
    };
    let described = match cells.text("description") {
        "" => [model, meter],
        told => [told, ""],
    };
    let split = [cells.text("context_window"), tier, speed, known("inference_geo")];
    let parts: Vec<&str> =
        described.into_iter().chain(split).chain(usage::apart(cells)).filter(|part| !part.is_empty()).collect();
    Ok(Charge {
        time,
        end,
        dims: Dimensions {
            provider: "anthropic".into(),
            account: account.into(),
            model: model.into(),
            tier: if speed.is_empty() { tier } else { speed }.into(),
            region: known("inference_geo").into(),
            workspace: cells.text("workspace_id").into(),
            feature: cells.text("product").into(),
            user: usage::user(cells).into(),
            ..Dimensions::default()
        },
        billed,
        effective: None,
        list: cells.cents("list_amount")?,
        contracted: None,
        currency,
        category: "".into(),
        line_item: Cow::Owned(parts.join(", ")),
        meter: meter.into(),
        quantity: None,
        unit: "".into(),
        invoice_id: "".into(),
        // The amounts have fractions of a cent as they are.
        rounding: Pico::ZERO,
        section: 0,
    })
}
