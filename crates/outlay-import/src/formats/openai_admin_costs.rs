//! OpenAI's cost API, its answers saved as files.
//!
//! # Where the file comes from
//! `GET /v1/organization/costs` with an admin key; the answer as it came, or what a client library made of it.
//!
//! # Shape
//! Pages `{"object":"page","data":[…],"has_more":…}`, one, several after another, one a line, or in a list; or the
//! buckets alone. A bucket is a day with `start_time`, `end_time` and a list `results`, a result has `object`
//! `organization.costs.result`, `amount` with `value` and `currency`, `line_item` and `project_id`.
//!
//! # Mapping
//! The same as the dashboard's cost export: a result becomes the record that the export's row of the same day and line
//! becomes, so that neither counts beside the other. `amount.value` is in units of the currency. A line item such as
//! `gpt-4o, input` is cut at its comma into model and meter. A day without results is a billed line of 0: the day is
//! covered, nothing was charged.
//!
//! # Known quirks
//! `amount.value` is a number with a long tail, or a text. `line_item`, `project_id` and `api_key_id` are `null` unless
//! the report was grouped by them. `quantity` is not kept, since the dashboard's export of the same line has none. The
//! export names the organisation as the account, and this answer often does not: give it as the account, so that lines
//! of both are known to be the same. A last page that says `has_more` is pointed out.

use outlay_model::record::{Charge, Record, Sink};
use outlay_model::report::Kind;

use super::{openai_admin_usage, openai_cost_csv as csv};
use crate::error::{Fault, ImportError};
use crate::format::{About, Format, Match, ReadOptions, ReadSummary};
use crate::head::Head;
use crate::pages::{self, Api};
use crate::source::Input;

const API: Api = Api {
    format: "openai-admin-costs",
    bucket: &["start_time", "end_time"],
    nested: &["amount"],
    renamed: &[("amount.value", "amount_value"), ("amount.currency", "amount_currency")],
};

/// Texts of a result.
const WORDS: &[&str] = &["line_item", "project_id", "api_key_id", "user_id", "organization_id"];

const OBJECT: &str = "organization.costs.result";

pub(crate) struct OpenaiAdminCosts;

impl Format for OpenaiAdminCosts {
    fn id(&self) -> &'static str {
        API.format
    }
    fn title(&self) -> &'static str {
        "OpenAI cost API"
    }
    fn about(&self) -> About {
        About {
            from: "GET /v1/organization/costs with an admin key, group_by=line_item",
            kind: Some(Kind::Charge),
            cannot_tell: &["tokens", "calls", "feature, team, customer", "the model, unless grouped by line item"],
        }
    }
    fn sniff(&self, head: &Head) -> Option<Match> {
        openai_admin_usage::sniff(head, "organization.costs.", "costs")
    }
    fn read(&self, input: Input, options: &ReadOptions, sink: &mut dyn Sink) -> Result<ReadSummary, ImportError> {
        let (mut charged, mut idle, mut grouped, mut unnamed) = (0_u64, 0_u64, false, false);
        let mut late = pages::Late::default();
        // An idle day does not say whose it is, as in the export of the dashboard.
        let owner = pages::first_told(input.head(), "organization_id").unwrap_or_default();
        let mut summary = pages::read(input, &API, sink, |found, feed| {
            let cells = &found.cells;
            if !found.idle {
                pages::words(cells, WORDS)?;
                let object = cells.text("object");
                if !matches!(object, "" | OBJECT) {
                    return Err(Fault::new("object", "this is no result of a cost report", object));
                }
                if cells.text("amount_value").is_empty() {
                    return Err(Fault::new("amount_value", "amount_value is not told", cells.whole()));
                }
            }
            let charge = Charge { section: found.section, ..csv::row(cells, options.account.as_deref(), &owner)? };
            idle += u64::from(found.idle);
            charged += u64::from(!found.idle);
            grouped |= !charge.line_item.is_empty();
            unnamed |= !found.idle && charge.dims.account.is_empty();
            late.see(charge.time, charge.end);
            Ok(feed.push(found.at, Record::Charge(&charge)))
        })?;
        if idle > 0 {
            summary.notes.push(format!("days without results: {idle}; nothing was charged then"));
        }
        if charged > 0 && !grouped {
            summary.notes.push("not grouped by line item, so the models are not told".to_owned());
        }
        if unnamed {
            summary.notes.push(
                "the organisation is not told: where the dashboard's cost export is imported too, import this file \
                 with that organisation as the account, so that no day counts twice"
                    .to_owned(),
            );
        }
        summary.notes.extend(late.note());
        Ok(summary)
    }
}
