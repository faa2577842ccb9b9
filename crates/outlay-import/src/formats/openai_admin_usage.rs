//! OpenAI's usage API, its answers saved as files.
//!
//! # Where the file comes from
//! `GET /v1/organization/usage/completions` (also `embeddings`, `images` and so on) with an admin key; the answer as it
//! came, or what a client library made of it.
//!
//! # Shape
//! Pages `{"object":"page","data":[…],"has_more":…}`, one, several after another, one a line, or in a list; or the
//! buckets alone. A bucket has `start_time`, `end_time` and a list `results` (`result` in early answers), a result says
//! in `object` of which capability it is, such as `organization.usage.completions.result`.
//!
//! # Mapping
//! The same as the dashboard's usage export: a result becomes the record that the export's row of the same bucket
//! becomes, so that neither counts beside the other. `input_tokens` includes cached and written tokens, which become
//! buckets of their own, the writes by their lifetimes of 30 minutes and 12 hours; `output_tokens` includes reasoning,
//! which is not told apart. `batch` true is the batch tier. A bucket without results is one idle row.
//!
//! # Known quirks
//! A dimension is `null` unless the report was grouped by it: ungrouped, models are not told and nothing can be priced.
//! Reports of the same days with another grouping have other rows: import one of them. A report that begins within a
//! day has a short first bucket, which is pointed out; the running bucket is short as well, and grows from report to
//! report. Numbers may be texts or whole floats. A last page that says `has_more` is pointed out.
//!
//! Answers of early 2025 count only text as input and output, and audio beside it: they are known by not having
//! `input_uncached_tokens`, `input_text_tokens` or `output_text_tokens`.

use outlay_model::record::{Record, Sink, Usage};
use outlay_model::report::Kind;

use super::openai_usage_csv::{self as csv, Capability};
use crate::error::{Fault, ImportError};
use crate::format::{About, Certainty, Format, Match, ReadOptions, ReadSummary};
use crate::head::Head;
use crate::pages::{self, Api};
use crate::source::Input;

const API: Api = Api { format: "openai-admin-usage", bucket: &["start_time", "end_time"], nested: &[], renamed: &[] };

/// Dimensions of a result.
const WORDS: &[&str] =
    &["model", "project_id", "user_id", "api_key_id", "service_tier", "size", "source", "context_level", "api_source"];

const PREFIX: &str = "organization.usage.";

pub(crate) struct OpenaiAdminUsage;

impl Format for OpenaiAdminUsage {
    fn id(&self) -> &'static str {
        API.format
    }
    fn title(&self) -> &'static str {
        "OpenAI usage API"
    }
    fn about(&self) -> About {
        About {
            from: "GET /v1/organization/usage/completions (or a sibling) with an admin key, group_by=model and more",
            kind: Some(Kind::Usage),
            cannot_tell: &["cost", "single calls", "reasoning tokens", "feature, team, customer"],
        }
    }
    fn sniff(&self, head: &Head) -> Option<Match> {
        sniff(head, PREFIX, "usage")
    }
    fn read(&self, input: Input, options: &ReadOptions, sink: &mut dyn Sink) -> Result<ReadSummary, ImportError> {
        // The capability of buckets without results: that of the first one that has any.
        let seen = input.head().text.split_once(PREFIX).map_or("", |(_, rest)| rest);
        let of_file: String = seen.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
        // The export of moderations looks like that of embeddings where nothing was used.
        let of_idle = Capability::named(if of_file == "moderations" { "embeddings" } else { &of_file });
        let account = options.account.as_deref().unwrap_or("");
        let (mut counted, mut modelled) = (false, false);
        let mut late = pages::Late::default();
        let mut summary = pages::read(input, &API, sink, |found, feed| {
            let cells = &found.cells;
            if found.idle {
                let usage = Usage { section: found.section, ..csv::idle(cells, of_idle, account)? };
                late.see(usage.time, usage.end);
                return Ok(feed.push(found.at, Record::Usage(&usage)));
            }
            pages::words(cells, WORDS)?;
            let capability = match cells.text("object") {
                "" => Capability::of(|key| cells.has(key)),
                object => match object.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(".result")) {
                    Some(name) => Capability::named(name),
                    None => return Err(Fault::new("object", "this is no result of a usage report", object)),
                },
            };
            let usage = Usage { section: found.section, ..csv::row(cells, capability, account)? };
            counted |= usage.tokens.is_some_and(|tokens| tokens.total() > 0);
            modelled |= !usage.dims.model.is_empty();
            late.see(usage.time, usage.end);
            Ok(feed.push(found.at, Record::Usage(&usage)))
        })?;
        if counted && !modelled {
            summary.notes.push(
                "not grouped by model, so that tokens cannot be priced: ask for the report with group_by=model"
                    .to_owned(),
            );
        }
        summary.notes.extend(late.note());
        Ok(summary)
    }
}

/// Recognises buckets whose results begin their `object` so; idle buckets alone may be of usage or of costs.
pub(super) fn sniff(head: &Head, prefix: &str, what: &str) -> Option<Match> {
    let keys = pages::first_result(head, "start_time")?;
    // The first result tells; one of another kind further down is rejected.
    let first = head
        .text
        .split("\"organization.")
        .skip(1)
        .find(|rest| rest.starts_with("usage.") || rest.starts_with("costs."));
    let found = first.is_some_and(|rest| prefix.ends_with(&rest[..6]));
    if !found && (first.is_some() || !keys.is_empty()) {
        return None;
    }
    Some(Match {
        certainty: if found { Certainty::Exact } else { Certainty::Partial },
        weight: 4,
        why: match found {
            true => format!("it has buckets with results of the kind {prefix}"),
            false => format!("it has buckets without results, which may be of {what}"),
        },
    })
}
